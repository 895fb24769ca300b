"""Does the net's surprise show where words begin, and does that take a recurrent net?

    python3 -m studies words
    python3 -m studies words --text FILE --out FOLDER

After Elman (1990, figures 4 and 6). The net of `letters` is trained on 18,000 letters, on text
with spaces and, a net of its own, on text without, Elman's own case. On 18,000 letters held out
the loss, -log p of the letter that came, is the only evidence: where it is high a word begins.
Onsets are the first letters of words, told apart from all other letters (spaces too).

    area   under the ROC curve: P(an onset costs more than another letter), exact, by ranks;
           chance is 0.5
    F1     of "costs more than a threshold"; the threshold is chosen on a third text of as many
           letters, and beside it stands the best on the held-out text itself

Controls: the exact predictor, tables of 1 to 6 letters, the untrained net. With spaces everyone
sees where a word begins: that the letter before is a space has area 1 and F1 1. Without, what can
be known at all is P(the next letter begins a word | the letters before it), by the forward
algorithm over the grammar. Calling every letter an onset has the F1 in the table's first row.

No setting was chosen here: the net's are `letters`' (seeds 0 to 4). Reported are seeds 100 on.

With --text a net learns the first half of a file (UTF-8, at most 256 different letters and 200,000
in all), and reads the second: its losses, k against the threshold, and, where there is white
space, how well its loss shows where words begin; the threshold is chosen on the third quarter and
tested on the last.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import grammar, letters, surprises
from studies.lab.intervals import counted, mean, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.verdicts import of_parts, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # of each text
    n_updates: int


FULL = Plan(10, letters.N_LETTERS, letters.N_UPDATES)
QUICK = Plan(2, 800, 200)
TEXTS = {"spaces": True, "no spaces": False}
TABLES = {f"table of {k}": k for k in range(1, 7)}
BELOW = 0.03  # that the net may be below the exact predictor
STRETCH = 76  # letters of the text that is drawn
FROM = 200  # where it begins, about: the first word after


# ==== Predictors ==================================================================================
def predictors(seed, train, spaces, n_updates):
    """Functions from a text's symbols to p of each next letter, by name."""
    net, start = letters.trained(seed, train.symbols, n_updates), letters.untrained(seed)
    return {
        "net": lambda symbols: letters.predicted(net, symbols)[0],
        "exact": lambda symbols: grammar.best(symbols, spaces),
        **{name: letters.table(train.symbols, k) for name, k in TABLES.items()},
        "untrained": lambda symbols: letters.predicted(start, symbols)[0],
    }


def first_states(spaces):
    """Which states of `grammar.machine` are first letters of words, (states,)."""
    spelt = [
        len(word) + spaces
        for pattern in range(len(grammar.PATTERNS))
        for words in grammar.places(pattern)
        for word in words
    ]
    found = np.zeros(sum(spelt), bool)
    found[np.cumsum([0, *spelt[:-1]])] = True
    return found


def known(symbols, spaces):
    """P(x_t begins a word | x_1 .. x_{t-1}) by the grammar, (n,): what can be known before it."""
    first = first_states(spaces)
    return np.array([p[first].sum() for p in grammar.beliefs(symbols, spaces)])


# ==== Measures ====================================================================================
def detection(score, begins, probe_score, probe_begins):
    """Onsets by a score: area, best F1, and F1 at the threshold that is best on the probe."""
    threshold = surprises.best_threshold(probe_score, probe_begins)[1]
    return {
        "area": surprises.area(score, begins),
        "best_f1": surprises.best_threshold(score, begins)[0],
        "threshold": threshold,
        "f1": surprises.f1(score > threshold, begins),
    }


def by_place(loss, text):
    """Mean loss of letters 0, 1, .. of a word, and of the space after it as -1: {place: nats}."""
    place = np.where(text.symbols[1:] == grammar.SPACE, -1, text.place[1:])
    return {int(p): float(loss[place == p].mean()) for p in np.unique(place)}


def stretch(text, losses):
    """A stretch of the text, from the beginning of a word, with the losses in it."""
    begins = surprises.onsets(text)
    first = FROM + int(begins[FROM:].argmax())
    part = slice(first, first + STRETCH)
    return {
        "letters": grammar.spelt(text.symbols[1:][part]),
        "begins": begins[part].tolist(),
        **{name: np.round(losses[name][part], 4).tolist() for name in ("net", "exact")},
    }


# ==== The study ===================================================================================
def one_run(arguments):
    """One kind of text, one seed: all predictors on the text held out."""
    spaces, seed, plan = arguments
    train, test = letters.texts(seed, plan.n_letters, spaces)
    probe = grammar.text(letters.streams(seed)["more"], plan.n_letters, spaces)
    begins, probe_begins = surprises.onsets(test), surprises.onsets(probe)
    losses, found = {}, {}
    for name, p in predictors(seed, train, spaces, plan.n_updates).items():
        losses[name] = letters.nats(p(test.symbols), test.symbols)
        on_probe = letters.nats(p(probe.symbols), probe.symbols)
        found[name] = {
            "loss": float(losses[name].mean()),
            **detection(losses[name], begins, on_probe, probe_begins),
            "by_place": by_place(losses[name], test),
        }
    found["known"] = detection(
        known(test.symbols, spaces), begins, known(probe.symbols, spaces), probe_begins
    )
    if spaces:
        after = [(text.symbols[:-1] == grammar.SPACE).astype(float) for text in (test, probe)]
        found["after a space"] = detection(after[0], begins, after[1], probe_begins)
    share = float(begins.mean())
    return {
        "seed": seed,
        "share": share,
        "all_onsets": 2 * share / (1 + share),
        "found": found,
        "stretch": stretch(test, losses) if seed == letters.FIRST_SEED else None,
    }


def summary(runs):
    """Means over the seeds of one kind of text."""
    found = {}
    for name, first in runs[0]["found"].items():
        of = [run["found"][name] for run in runs]
        found[name] = {key: mean([f[key] for f in of]) for key in first if key != "by_place"}
        if "by_place" in first:
            places = sorted({place for f in of for place in f["by_place"]}, key=lambda p: p % 99)
            found[name]["by_place"] = [
                (place, mean([f["by_place"][place] for f in of if place in f["by_place"]]))
                for place in places
            ]  # the space last
    below = {
        key: [run["found"]["exact"][key] - run["found"]["net"][key] for run in runs]
        for key in ("area", "f1", "best_f1")
    }
    return {
        "share": mean([run["share"] for run in runs]),
        "all_onsets": mean([run["all_onsets"] for run in runs]),
        "found": found,
        "below": {key: mean(values) for key, values in below.items()},
        "near": {key: proportion([v <= BELOW for v in values]) for key, values in below.items()},
        "stretch": runs[0]["stretch"],
        "runs": [{"seed": run["seed"], "found": slim(run["found"])} for run in runs],
    }


def slim(found):
    """A run's numbers without those that only their means are read of."""
    return {
        name: {key: v for key, v in one.items() if key != "by_place"} for name, one in found.items()
    }


def compute(plan, jobs, text=None):
    if text is not None:
        return {"own": parallel_map(own_text, [(text, plan)], 1, "words")[0]}
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    tasks = [(spaces, seed, plan) for spaces in TEXTS.values() for seed in seeds]
    done = iter(parallel_map(one_run, tasks, jobs, "words"))
    return {
        "n_letters": plan.n_letters, "updates": plan.n_updates, "within": BELOW,
        "texts": {name: summary([next(done) for _ in seeds]) for name in TEXTS},
    }  # fmt: skip


# ==== A text of one's own =========================================================================
LEAST, MOST, MOST_SYMBOLS = 200, 200_000, 256


def read_text(path):
    """The text of a UTF-8 file; `BadInput` when it can't be used."""
    try:
        if not Path(path).is_file():
            raise core.BadInput(f"{core.shown(path)} is not a file: name one of text")
        with open(path, "rb") as file:
            data = file.read(4 * MOST + 4)
    except (OSError, ValueError) as e:
        if isinstance(e, core.BadInput):
            raise
        why = getattr(e, "strerror", None) or e
        raise core.BadInput(f"can't read {core.shown(path)} ({why}): name a text file") from e
    return usable(data, core.shown(path))


def usable(data, name):
    """Bytes as text; `BadInput` when they are none, or too few, too many, too diverse."""
    if not data:
        raise core.BadInput(f"{name} is empty: give {LEAST} letters or more")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as e:
        if len(data) > 4 * MOST:
            raise core.BadInput(f"{name} has more than {MOST:,} letters: give a part") from e
        raise core.BadInput(f"{name} is not text in UTF-8 (byte {e.start:,})") from e
    if "\0" in text:
        raise core.BadInput(f"{name} is not text: it holds bytes of 0")
    if not LEAST <= len(text) <= MOST:
        raise core.BadInput(f"{name} must have {LEAST:,} to {MOST:,} letters, got {len(text):,}")
    n = len(set(text))
    if n > MOST_SYMBOLS:
        raise core.BadInput(f"{name} must have at most {MOST_SYMBOLS} different letters, got {n}")
    return text


FILES = {"text": (read_text, "find the words of this file instead: UTF-8, white space or none")}


def own_text(arguments):
    """A net that learns a file's first half and reads the second, with tables beside it."""
    path, plan = arguments
    text = read_text(path)
    alphabet = sorted(set(text))
    symbols = np.array([alphabet.index(letter) for letter in text])
    half = len(symbols) // 2
    train, test = symbols[:half], symbols[half - 1 :]  # x_0 of the second is the last of the first
    rng = generators("words", letters.FIRST_SEED, ("init",))["init"]
    net = letters.learn(letters.initial(rng, len(alphabet)), train, plan.n_updates)
    loss, guessed = read_by(net, test)
    begins = begins_of(text[half - 1 :])
    flags = guessed != test[1:]
    losses = {"net": loss}
    for name, k in TABLES.items():
        p = letters.table(train, k, len(alphabet))
        losses[name] = in_blocks(p, test)
    return {
        "file": Path(path).name, "letters": len(text), "alphabet": "".join(alphabet),
        "updates": plan.n_updates,
        "second_half": text[half:],
        "loss": np.round(loss, 4).tolist(),
        "mispredicted": passed_of(flags, begins),
        "thresholds": surprises.against_threshold(loss, begins),
        "found": {name: {"loss": float(v.mean()), **own_onsets(v, begins)}
                  for name, v in losses.items()},
        "all_onsets": float(2 * begins.mean() / (1 + begins.mean())),
    }  # fmt: skip


def begins_of(text):
    """Which of a text's letters but the first come after white space and are none, (n,)."""
    space = np.array([letter.isspace() for letter in text])
    return space[:-1] & ~space[1:]


def passed_of(flags, begins):
    return {**surprises.passed(flags, begins), "at": np.flatnonzero(flags).tolist()}


def read_by(net, symbols):
    """Loss of x_1 .. x_n in nats and what the net took for most probable, (n,) both."""
    parts = [
        (core.surprisal(log_p, came)[:, 0], log_p[:, 0].argmax(axis=-1))
        for _, came, log_p in core.log_probabilities(net, symbols[:, None])
    ]
    return tuple(map(np.concatenate, zip(*parts)))


def in_blocks(predictions, symbols, block=5000):
    """The loss of a table's predictions, (n,), in little memory; each sees what came before."""
    found = []
    for start in range(0, len(symbols) - 1, block):
        before = max(0, start - max(TABLES.values()))
        part = symbols[before : start + block + 1]
        found.append(letters.nats(predictions(part), part)[start - before :])
    return np.concatenate(found)


def own_onsets(loss, begins):
    """`detection` in a file's last quarter, the threshold from the third; of None without words."""
    middle = len(loss) // 2
    halves = begins[:middle], begins[middle:]
    if not all(0 < part.sum() < len(part) for part in halves):
        return {"area": None, "best_f1": None, "threshold": None, "f1": None}
    return detection(loss[middle:], halves[1], loss[:middle], halves[0])


# ==== Tables and sentences ========================================================================
def short(interval):
    """A mean with its interval."""
    low, high = interval["interval"]
    return f"{interval['mean']:.3f} ({low:.3f} to {high:.3f})"


def both(results, name, key):
    """A number of a predictor, in text with spaces and without."""
    return [results["texts"][kind]["found"][name][key]["mean"] for kind in TEXTS]


def best_table(results, kind, key="f1"):
    """The name of the best table in a kind of text."""
    found = results["texts"][kind]["found"]
    return max(TABLES, key=lambda name: found[name][key]["mean"])


def above_table(results, kind):
    """By how much the net's F1 is above the best table's, a mean of paired differences."""
    best = best_table(results, kind)
    of = [run["found"] for run in results["texts"][kind]["runs"]]
    return mean([found["net"]["f1"] - found[best]["f1"] for found in of])


def how_well(results, kind):
    """How well the best table does beside the net: its 95% interval decides.

    Nearly as well is less far below the net than the net is below the exact predictor.
    """
    above = above_table(results, kind)
    if above["interval"][0] <= 0:
        return "better" if above["interval"][1] < 0 else "as well"
    near = above["mean"] < results["texts"][kind]["below"]["f1"]["mean"]
    return "nearly as well" if near else "less well"


def answer(results):
    """The finding in a sentence or two."""
    if "own" in results:
        return own_answer(results["own"])
    kind, spaced = results["texts"]["no spaces"], results["texts"]["spaces"]
    found, control = kind["found"], best_table(results, "no spaces")

    def said(name):
        return f"area {found[name]['area']['mean']:.3f}, F1 {found[name]['f1']['mean']:.3f}"

    def within(texts):
        return (
            f"area on {counted(texts['near']['area'])} seeds, F1 on {counted(texts['near']['f1'])}"
        )

    return (
        f"Its loss tells first letters from others without spaces ({said('net')}; exact predictor "
        f"{said('exact')}; untrained net {said('untrained')}), "
        f"and a {NAMES[control]} does so {how_well(results, 'no spaces')} ({said(control)}; the "
        f"net's F1 is above it by {short(above_table(results, 'no spaces'))}, with spaces above "
        f"the best table's by {short(above_table(results, 'spaces'))}; which table is best was "
        f"seen on the held-out text). Who knows the grammar knows them before they come "
        f"({said('known')}). "
        f"With spaces it has area {spaced['found']['net']['area']['mean']:.3f} and F1 "
        f"{spaced['found']['net']['f1']['mean']:.3f}, and 'the letter before is a space' "
        f"{spaced['found']['after a space']['f1']['mean']:.0f}. At most {results['within']:g} "
        f"below the exact predictor: without spaces {within(kind)}, with spaces {within(spaced)}."
    )


def own_answer(own):
    net, up = own["found"]["net"], own["mispredicted"]
    found, tables = own["found"], list(TABLES)
    least = min(tables, key=lambda name: found[name]["loss"])
    said = (
        f"At {net['loss']:.3f} nats a letter ({NAMES[least]}: {found[least]['loss']:.3f}) the net "
        f"mispredicts {up['k']:.1%} of the second half of {own['file']}"
    )
    if net["area"] is None:
        return f"{said}; its white space shows no words to compare with."
    best = max(tables, key=lambda name: found[name]["f1"])
    return (
        f"{said}; {up['onsets'] or 0:.0%} of these begin a word, and its loss tells first letters "
        f"from others with area {net['area']:.3f} and F1 {net['f1']:.3f} ({NAMES[best]}: "
        f"{found[best]['area']:.3f} and {found[best]['f1']:.3f}; every letter called a first one: "
        f"F1 {own['all_onsets']:.3f})."
    )


NAMES = {
    "net": "net", "exact": "exact predictor", **{name: f"{name} letters" for name in TABLES},
    "table of 1": "table of 1 letter", "untrained": "untrained net",
    "known": "P(onset), by the grammar", "after a space": "'the letter before is a space'",
}  # fmt: skip


def table(results):
    """Every predictor on both texts."""
    if "own" in results:
        return own_table(results["own"])
    header, every, rows = ["by"], ["every letter"], []
    for kind, one in results["texts"].items():
        header += [f"{kind}: area", "F1", "best F1"]
        every += ["0.500", f"{one['all_onsets']['mean']:.3f}", "-"]
    for name, label in NAMES.items():
        row = [label]
        for kind in results["texts"].values():
            one = kind["found"].get(name)
            row += three(one) if one else ["-"] * 3
        rows.append(tuple(row))
    return tuple(header), [tuple(every), *rows]


def three(one):
    return [short(one["area"]), short(one["f1"]), f"{one['best_f1']['mean']:.3f}"]


def own_table(own):
    def number(value):
        return "-" if value is None else f"{value:.3f}"

    header = ("by", "loss, nats", "area", "F1", "best F1")
    keys = ("loss", "area", "f1", "best_f1")
    return header, [
        (NAMES[name], *(number(one[key]) for key in keys)) for name, one in own["found"].items()
    ]


def places(results, kind, name):
    """Mean losses by place in the word: (labels, nats)."""
    found = results["texts"][kind]["found"][name]["by_place"]
    return [("space" if p < 0 else str(p + 1)) for p, _ in found], [m["mean"] for _, m in found]


def holds(results):
    """Is the net's loss higher at first letters than at second ones, and its area above chance?"""
    nats = [places(results, kind, "net")[1] for kind in TEXTS]
    areas = [one["found"]["net"]["area"]["interval"][0] for one in results["texts"].values()]
    return all(first > second for first, second, *_ in nats) and min(areas) > 0.5


def document(results):
    """What the document says of it, what was measured, a verdict, and why."""
    kind, spaced = results["texts"]["no spaces"], results["texts"]["spaces"]
    nats = {name: places(results, name, "net")[1] for name in TEXTS}
    control = best_table(results, "no spaces")
    f1 = {name: kind["found"][name]["f1"]["mean"] for name in ("net", "exact", "known", control)}
    area = {name: kind["found"][name]["area"]["mean"] for name in f1}
    told = spaced["found"]["after a space"]["f1"]["mean"] >= spaced["found"]["net"]["f1"]["mean"]
    return [
        (
            'Prediction error reveals structure: error spikes at word onsets, "the error signal IS '
            'a word boundary detector"',
            f"The net's loss is {nats['spaces'][0]:.2f} nats at a word's first letter and "
            f"{nats['spaces'][1]:.2f} at its second, without spaces {nats['no spaces'][0]:.2f} and "
            f"{nats['no spaces'][1]:.2f}; as a detector it has area {area['net']:.3f} and F1 "
            f"{f1['net']:.3f} without spaces, {spaced['found']['net']['area']['mean']:.3f} and "
            f"{spaced['found']['net']['f1']['mean']:.3f} with",
            verdict(holds(results)),
            ("Holds" if holds(results) else "Does not hold")
            + (", but is not the best detector: " if f1["known"] > f1["net"] else ": ")
            + f"with spaces the space itself has F1 "
            f"{spaced['found']['after a space']['f1']['mean']:.0f}, without them who knows "
            f"the grammar tells first letters before they come with F1 {f1['known']:.3f}. A loss "
            "can be high within words too, where they part, and low where a word is foreseen",
        ),
        (
            '"The RNN discovered words without anyone telling it words exist"',
            f"Without spaces a {NAMES[control]} has area {area[control]:.3f} and F1 "
            f"{f1[control]:.3f}, the net {area['net']:.3f} and {f1['net']:.3f}, the exact "
            f"predictor {area['exact']:.3f} and {f1['exact']:.3f}",
            of_parts(not told, above_table(results, "no spaces")["interval"][0] > 0),
            f"With spaces it was {'' if told else 'not '}told, by the spaces. Without, counts of "
            "letters tell first letters "
            f"{how_well(results, 'no spaces')} (the net's F1 is above theirs by "
            f"{short(above_table(results, 'no spaces'))})",
        ),
    ]


# ==== Figure ======================================================================================
LOOKS = {  # of lines over places
    "net": (AUTOMATIZER, "-", "o"), "exact": (FAINT, "--", "s"), "table of 1": (CHUNKER, ":", "v"),
    "table of 3": (CHUNKER, "-", "^"), "untrained": ("black", ":", "x"),
}  # fmt: skip


def figures(results):
    if "own" in results:
        return {"words.png": own_figure(results["own"])}
    found, control = results["texts"]["no spaces"]["found"], best_table(results, "no spaces")
    figure = new_figure(
        "Where the loss is high a word begins: without spaces first letters are told from others\n"
        f"with area {found['net']['area']['mean']:.3f} by the net, "
        f"{found['exact']['area']['mean']:.3f} by the exact predictor, "
        f"{found[control]['area']['mean']:.3f} by a {NAMES[control]}",
        height=9.0,
    )
    grid = figure.add_gridspec(3, 2, height_ratios=(1, 1, 1.5))
    for row, kind in enumerate(TEXTS):
        part, ax = results["texts"][kind]["stretch"], figure.add_subplot(grid[row, :])
        surprises.draw_stretch(ax, part["letters"], part["net"], part["begins"], part["exact"])
        ax.set_title(f"text with {kind} (blue: first letters of words)", loc="left")
        ax.set_ylim(top=1.35 * max(part["net"] + part["exact"]))
        ax.legend(loc="upper right", ncols=2, fontsize=9)
    draw_places(figure.add_subplot(grid[2, 0]), results)
    draw_detection(figure.add_subplot(grid[2, 1]), results)
    return {"words.png": figure}


def draw_places(ax, results):
    """Loss over the places of a word, without spaces."""
    for name, (colour, style, marker) in LOOKS.items():
        labels, nats = places(results, "no spaces", name)
        ax.plot(labels, nats, color=colour, ls=style, marker=marker, ms=5, label=NAMES[name])
    ax.set(xlabel="place of the letter in its word", ylabel="mean loss, nats", ylim=(0, 5))
    ax.set_title("no spaces: loss by place", loc="left")
    ax.legend(loc="upper right", fontsize=9, ncols=2)


def draw_detection(ax, results):
    """F1 of every predictor on both texts, with intervals."""
    names = list(NAMES)[::-1]
    for kind, colour, marker in zip(TEXTS, (FAINT, BASELINE), "so"):
        found = results["texts"][kind]["found"]
        held = [(y, found[name]["f1"]) for y, name in enumerate(names) if name in found]
        middle = [f["mean"] for _, f in held]
        reach = [[m - f["interval"][0] for m, (_, f) in zip(middle, held)],
                 [f["interval"][1] - m for m, (_, f) in zip(middle, held)]]  # fmt: skip
        ax.errorbar(middle, [y for y, _ in held], xerr=reach, fmt=marker, ms=5, color=colour,
                    label=f"text with {kind}")  # fmt: skip
        ax.axvline(results["texts"][kind]["all_onsets"]["mean"], color=colour, ls=":", lw=1)
    ax.set_yticks(range(len(names)), [NAMES[name] for name in names], fontsize=9)
    ax.set_xlabel("F1 (dotted: every letter called first)")
    ax.set_title("first letters by the loss", loc="left")
    ax.legend(loc="lower center", fontsize=9)


def own_figure(own):
    """The beginning of the second half with its losses, and k against the threshold."""
    up, n = own["mispredicted"], min(STRETCH, len(own["loss"]))
    text = own["second_half"]
    figure = new_figure(
        f"{up['k']:.1%} of the letters of the second half are mispredicted", height=6.4
    )
    above, below = figure.subplots(2, 1)
    begins = begins_of(f"x{text[:n]}")
    lit = np.isin(np.arange(n), up["at"])
    surprises.draw_stretch(above, text[:n], own["loss"][:n], begins, up=lit)
    above.set_ylim(top=1.35 * max(own["loss"][:n]) + 0.1)
    above.legend(loc="upper right", ncols=2, fontsize=9)
    surprises.draw_thresholds(below, own["thresholds"], up)
    return figure
