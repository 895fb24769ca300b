"""The net's surprise over the letters of a text to type, and the words that it shows."""

from __future__ import annotations

from studies.lab.intervals import mean

PART = "Networks that remember"
TITLE = "Surprise over letters"
QUESTION = "Does what surprises the net show where words begin?"
ALT = (
    "A bar over each letter of a text: what it costs the net, in nats. A threshold to drag: what "
    "costs more is taken for the beginning of a word. Marks below the letters show which words "
    "were found, which were missed, and what is none."
)
SOURCE = ("words", "player")
RIVAL = "table of 6"


def compared(runs, a, b, key="f1"):
    """1, -1 or 0: a is above b, below, or neither, by the interval of their paired difference."""
    low, high = mean([run["found"][a][key] - run["found"][b][key] for run in runs])["interval"]
    return 1 if low > 0 else -1 if high < 0 else 0


def scene(read):
    texts = read("words")["texts"]
    spaces = texts["spaces"]["found"]
    whole = texts["spaces"]["stretch"]["letters"].rsplit(" ", 1)[0]
    return finding(texts), {
        "text": whole, "threshold": round(spaces["net"]["threshold"]["mean"], 2),
    }  # fmt: skip


def finding(texts):
    """With spaces and without, each with its rivals."""

    def f1(kind, name):
        return f"{texts[kind]['found'][name]['f1']['mean']:.2f}"

    against = {1: "more", 0: "as much", -1: "less"}[
        compared(texts["spaces"]["runs"], "net", RIVAL)
    ]  # fmt: skip
    area = texts["spaces"]["found"]
    alone = texts["spaces"]["found"]["after a space"]["f1"]["mean"]
    return (
        f"With spaces its loss tells first letters from others with an area under the ROC curve of "
        f"{area['net']['area']['mean']:.3f} (chance 0.5; a table of the last 6 letters "
        f"{area[RIVAL]['area']['mean']:.3f}, the exact predictor "
        f"{area['exact']['area']['mean']:.3f}) and an F1 of {f1('spaces', 'net')}, {against} than "
        f"the table's {f1('spaces', RIVAL)}; the exact predictor has {f1('spaces', 'exact')}, and "
        f"the rule “a letter after a space” {alone:.2f}. Without spaces a net of its own has "
        f"{f1('no spaces', 'net')}, the table {f1('no spaces', RIVAL)}, and every letter taken for "
        f"a beginning {texts['no spaces']['all_onsets']['mean']:.2f}."
    ).replace("as much than", "as much as")  # fmt: skip
