"""Each number that the report writes is the one it says: key by key, where all numbers differ.

The committed results hold the same number at many keys (100 of 100, 20/20, 100%): a sentence
that took the wrong one would read the same. Here each function is asked on results in which
every number is another, drawn at random, twice; and the list of what belongs where stands in
this file alone.
"""

import copy
import random
import re

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.lab import catalogue, report

FILES = (
    "seeds", "benchmark", "lengths", "rarity", "decisive", "rivals", "needed", "controls",
    "collapse", "reach", "hierarchy",
)  # fmt: skip


# ==== Results in which every number is another ====================================================
class Other:
    """Gives each number of a JSON value another that it has not given yet, of the same kind."""

    def __init__(self, seed):
        self.rng, self.given = random.Random(seed), set()

    def fresh(self, draw):
        number = next(n for n in iter(draw, None) if n not in self.given)
        self.given.add(number)
        return number

    def whole(self, n):
        most = 10 * (100 + abs(n) + len(self.given))  # so that there always is one left
        return self.fresh(lambda: self.rng.randint(7, most))

    def real(self, x):
        if 0 <= x <= 1:  # a share stays one
            return self.fresh(lambda: self.rng.uniform(0.02, 0.98))
        return self.fresh(lambda: x * self.rng.uniform(0.3, 3))

    def of(self, value):
        if isinstance(value, dict):
            found = {key: self.of(part) for key, part in value.items()}
            if {"k", "n", "share"} <= set(value):
                found["k"], found["n"] = sorted((found["k"], found["n"]))
            return found
        if isinstance(value, list):
            return [self.of(part) for part in value[:200]]
        if type(value) is int:
            return self.whole(value)
        return self.real(value) if type(value) is float else value


def other_results(seed):
    """{file: results}; where a sentence counts or searches there is something to find."""
    other = Other(seed)
    files = {name: other.of(catalogue.results_of(name)) for name in FILES}
    headline = files["results"] = other.of(core.load_results())
    trace = headline["surprise_trace"]
    trace["loss"] = [None, *sorted(trace["loss"][1:], key=lambda loss: hash((seed, loss)))]
    trace["mask"] = [True] * (5 + seed) + [False] * 194
    headline["chunker_target_acc"][37 + seed :] = [1.0] * (200 - 37 - seed)
    for i, level in enumerate(files["rarity"]["levels"]):
        for n, predictor in enumerate(("symbols", "A"), 3 + seed):
            if i < n:
                level[predictor]["perfect"]["share"] = 1
    for run in files["seeds"]["document_seeds"][:2]:
        run["chunker_eval_acc"] = 1.0
    return files


@pytest.fixture(params=[1, 2])
def at(request, monkeypatch):
    """What stands at "file/key/key" of the results that the report reads."""
    files = other_results(request.param)

    def found(path):
        value = files
        for key in path.split("/"):
            value = value[int(key) if isinstance(value, list) else key]
        return value

    monkeypatch.setattr(report, "load_results", lambda: copy.deepcopy(files["results"]))
    monkeypatch.setattr(report, "results_of", lambda name: copy.deepcopy(files[name]))
    return found


def test_every_number_is_another():
    def numbers(value):
        if isinstance(value, (dict, list)):
            for part in value.values() if isinstance(value, dict) else value:
                yield from numbers(part)
        elif type(value) in (int, float):
            yield value

    before = {name: catalogue.results_of(name) for name in FILES}
    other = Other(1)
    drawn = list(numbers(other.of(before)))
    assert len(drawn) > 20_000 and len(set(drawn)) == len(drawn)


# ==== The sentences ===============================================================================
def less_one(path):
    return lambda at: at(path) - 1


def less(path):
    return lambda at: 1 - at(path)


def ratio_of(one, other):
    return lambda at: at(one) / at(other)


def levels_recalled(predictor):
    def count(at):
        return sum(level[predictor]["perfect"]["share"] == 1 for level in at("rarity/levels"))

    return count


def k_of_n(path):
    return (f"{path}/k", "{}"), (f"{path}/n", "{}")


FIRST, SECOND = ("decisive/forms/first/systems/", "decisive/forms/second/systems/")
DEPTH = "seeds/effective_depth_baseline/"
# Of each function: words, with {} where numbers belong, and for each number where it stands (a
# path, or what is made of some) and its format. What these leave of the text has the digits of
# the last string, in this order: they are words.
SENTENCES = {
    "finding": (
        [
            ("**{} steps become", (less_one("results/T"), "{:,}")),
            ("become {} events", ("results/effective_depth_chunker", "{:g}")),
            ("chunker recalls {} of the triggers", ("results/chunker_eval_acc", "{:.0%}")),
            ("on {} of {} seeds. One net", *k_of_n("seeds/chunker_perfect")),
            ("recipe on {} sequences",
             (lambda at: 4 * at("results/hyperparameters/baseline_epochs"), "{}")),
            ("sequences, recalls {};", ("results/baseline_eval_acc", "{:.0%}")),
            ("A or B it is right {} of", ("seeds/baseline_choice/mean", "{:.1%}")),
            ("gradient keeps {} of its norm", (lambda at: 0.01, "{:.0%}")),
            ("norm over {} steps (median", (DEPTH + "median", "{:.0f}")),
            ("(median; {} to {})", (DEPTH + "min", "{:.0f}"), (DEPTH + "max", "{:.0f}")),
            ("whole run takes {} s", ("benchmark/process/headline/median_s", "{:.1f}")),
            ("Trained on {} to {} symbols",
             ("lengths/lengths/0", "{}"), ("lengths/lengths/1", "{}")),
            ("plain net bridges {} on", ("lengths/asked_at", "{:,}")),
            ("on {}/{} seeds. With the same", *k_of_n("lengths/methods/plain RNN/solved")),
            ("the chunker does on {}/{},", *k_of_n("lengths/methods/A + C/solved")),
            ("medians with {} times fewer",
             (ratio_of("lengths/methods/plain RNN/multiply_adds",
                       "lengths/methods/A + C/multiply_adds"), "{:,.0f}")),
            ("everything at {} of", (levels_recalled("symbols"), "{}")),
            ("of {} levels of noise", (lambda at: len(at("rarity/levels")), "{}")),
            ("levels of noise, A at {}.", (levels_recalled("A"), "{}")),
            ("choose right on {}/{} seeds", *k_of_n(FIRST + "A + C/solved")),
            ("and on {}/{} when the answer is the parity", *k_of_n(SECOND + "A + C/solved")),
            ("(on {}/{} when the number", *k_of_n(SECOND + "A + C, not growing/solved")),
            ("the threshold on {}/{}", *k_of_n(FIRST + "A + C, mispredicted/solved")),
            ("threshold on / and {}/{}.", *k_of_n(SECOND + "A + C, mispredicted/solved")),
            ("recurrent weights gets {} and {} where",
             (FIRST + "no W_hh in C/with_distractors/mean", "{:.1%}"),
             (SECOND + "no W_hh in C/with_distractors/mean", "{:.1%}")),
            ("pairs in A's place get {} and {} without",
             (FIRST + "table of order 0, mispredicted/choice/mean", "{:.1%}"),
             (FIRST + "table of order 1, mispredicted/choice/mean", "{:.1%}")),
            ("three symbols solves {}/{} and",
             *k_of_n(FIRST + "table of order 3, threshold/solved")),
            ("send up, {} and {}, count",
             (less(FIRST + "table of order 0, mispredicted/target_flagged/mean"), "{:.0%}"),
             (less(FIRST + "table of order 1, mispredicted/target_flagged/mean"), "{:.0%}")),
            ("solves / and {}/{}. On",
             *k_of_n(SECOND + "table of order 3, threshold/solved")),
            ("one plain net solves {}/{} and",
             *k_of_n("rivals/cells/first/plain RNN, chosen/solved")),
            ("solves / and {}/{}, an LSTM",
             *k_of_n("rivals/cells/second/plain RNN, chosen/solved")),
            ("an LSTM {}/{} and", *k_of_n("rivals/cells/first/LSTM, chosen/solved")),
            ("an LSTM / and {}/{}, within", *k_of_n("rivals/cells/second/LSTM, chosen/solved")),
            ("within {} and {} times",
             (ratio_of("rivals/budget", FIRST + "A + C, chosen/budget/mean"), "{:.0f}"),
             (ratio_of("rivals/budget", SECOND + "A + C, chosen/budget/mean"), "{:.0f}")),
            ("a linear read-out solves {}/{} without",
             *k_of_n("needed/tasks/decisive/cells/counts, linear/solved")),
            ("hidden layer {}/{} with it",
             *k_of_n("needed/tasks/parity/cells/counts + hidden layer/solved")),
        ],
        "50 50",  # chance, twice
    ),
    "curves": (
        [
            ("A's loss falls from {} to {}", ("results/automatizer_loss/0", "{:.0f}"),
             ("results/automatizer_loss/4", "{:.1f}")),
            ("epochs and ends at {},", ("results/automatizer_loss/-1", "{:.1f}")),
            ("from epoch {} on",
             (lambda at: 2 + max(np.flatnonzero(np.array(at("results/chunker_target_acc")) < 1)),
              "{}")),
            ("baseline's loss falls from {} to {}:", ("results/baseline_loss/0", "{:,.0f}"),
             ("results/baseline_loss/-1", "{:.1f}")),
            ("the filler ({} nats per step)", ("results/baseline_filler_loss", "{:.4f}")),
            ("the target ({} nats)", ("results/baseline_target_loss", "{:.1f}")),
        ],
        "5",  # epochs
    ),
    "surprise": (
        [
            ("Of {} symbols", ("results/T", "{:,}")),
            ("symbols {} go up", (lambda at: at("results/surprise_trace/mask").count(True), "{}")),
            ("target costs A {} nats", ("results/surprise_trace/loss/-1", "{:.1f}")),
            ("threshold is {}.", ("results/surprise_trace/threshold", "{:.2f}")),
            ("filler costs {}.",
             (lambda at: sorted(at("results/surprise_trace/loss")[1:-1])[-1], "{:.3f}")),
        ],
        "",
    ),
    "gradient": (
        [
            ("In this run {} of", (lambda at: 0.01, "{:.0%}")),
            ("left over {} of", ("results/effective_depth_baseline", "{}")),
            ("of {} steps", (less_one("results/T"), "{:,}")),
            ("over {} seeds {},", (DEPTH + "n", "{}"), (DEPTH + "median", "{:.0f}")),
            ("range {} to {})", (DEPTH + "min", "{:.0f}"), (DEPTH + "max", "{:.0f}")),
            ("100 steps {},",
             (ratio_of("results/baseline_grad_norms/-100", "results/baseline_grad_norms/-1"),
              "{:.0e}")),
            ("at the trigger {}.",
             (ratio_of("results/baseline_grad_norms/0", "results/baseline_grad_norms/-1"),
              "{:.0e}")),
        ],
        "100",  # steps
    ),
    "ratio": (
        [
            ("{} steps lie", (less_one("results/T"), "{:,}")),
            ("k = {} events", ("results/chunker_avg_surprises", "{:g}")),
            ("events: {} times", ("results/depth_reduction_ratio", "{:.1f}")),
        ],
        "",
    ),
    "effect_of_levels": (
        [
            ("levels leave {} of", ("hierarchy/depths/4/events/-1", "{:.3g}")),
            ("of {} symbols", ("hierarchy/depths/4/T/mean", "{:,.0f}")),
            ("and {}/{} seeds", *k_of_n("hierarchy/depths/4/perfect")),
            ("two levels leave {} and", ("hierarchy/depths/4/two_level/k/mean", "{:,.0f}")),
            ("choose right in {} ({} to {})",
             ("hierarchy/depths/4/two_level/choice/mean", "{:.1%}"),
             ("hierarchy/depths/4/two_level/choice/interval/0", "{:.1%}"),
             ("hierarchy/depths/4/two_level/choice/interval/1", "{:.1%}")),
        ],
        "4",  # levels
    ),
}  # fmt: skip


def text_of(at, what, form):
    return form.format(what(at) if callable(what) else at(what))


@pytest.mark.parametrize("function", SENTENCES)
def test_every_number_of_a_sentence_is_that_of_its_key(function, at):
    text, (claims, words) = getattr(report, function)(), SENTENCES[function]
    for phrase, *numbers in claims:
        said = phrase.format(*(text_of(at, *number) for number in numbers))
        assert text.count(said) == 1, f"{said!r} is not in {text!r}"
        text = text.replace(said, phrase.replace("{}", ""))
    assert " ".join(re.findall(r"\d+", text)) == words


# ==== The tables ==================================================================================
def of_summary(at, metric):
    (key, form) = next((key, form) for name, _, key, form in core.SUMMARY if name == metric)
    return form.format(at(f"results/{key}"))


def test_every_number_of_the_table_of_results_is_that_of_its_key(at):
    header, rows = report.results_table()
    assert header == (f"seed {at('results/seed')}, T = {at('results/T')}", "document", "this run")
    documents, ours = ({row[0]: row[i] for row in rows} for i in (1, 2))
    at_500 = at("seeds/document_seeds")
    assert [run["chunker_eval_acc"] == 1 for run in at_500] == [True, True, False]
    env = at("benchmark/env")
    n, low, middle, high = (at(DEPTH + key) for key in ("n", "min", "median", "max"))
    assert ours == {
        "recall accuracy, chunker": f"{at('results/chunker_eval_acc'):.1%}",
        "recall accuracy, baseline": f"{at('results/baseline_eval_acc'):.1%}",
        "choice accuracy A or B, chunker": f"{at('results/chunker_choice_acc'):.1%}",
        "choice accuracy A or B, baseline": f"{at('results/baseline_choice_acc'):.1%}",
        "effective BPTT depth, baseline, steps": f"{at('results/effective_depth_baseline')}",
        f"effective BPTT depth, baseline, on {n} seeds: median (range)":
            f"{middle:.0f} ({low:.0f} to {high:.0f})",
        "effective BPTT depth, chunker, events": f"{at('results/effective_depth_chunker'):g}",
        "depth-reduction ratio (T - 1) / k": f"{at('results/depth_reduction_ratio'):.1f}x",
        "surprises per sequence k": f"{at('results/chunker_avg_surprises'):.2f}",
        "baseline loss on filler, nats/step": f"{at('results/baseline_filler_loss'):.4f}",
        "chunker loss in the last epoch, nats": f"{at('results/chunker_loss/-1'):.4f}",
        "surprise threshold, nats": f"{at('results/hyperparameters/threshold'):.2f}",
        "seeds 1 to 3 at T = 500: chunker, baseline, ratio":
            f"2/3 at 100%, {max(run['baseline_eval_acc'] for run in at_500):.0%}, "
            f"{min(run['depth_reduction_ratio'] for run in at_500):.1f}x",
        "run time, s (here: median, whole process)":
            f"{at('benchmark/process/headline/median_s'):.2f}",
        "environment": f"Python {env['python']}, numpy {env['numpy']}, "
                       + env["platform"].removesuffix("-with-glibc2.36"),
    }  # fmt: skip
    # the document's own numbers, in the same rows
    assert list(documents.values()) == [
        "100.0%", "0.0%", "-", "-", "4", "-", "2", "599.5x", "2.00", "-", "0.003", "1.40",
        "3/3 at 100%, 0%, 249.5x", "29.8", "Python 3.9.6, numpy 2.0.2, macOS 26.3, arm64",
    ]  # fmt: skip


def test_every_number_of_the_table_of_ways_is_that_of_its_key(at):
    reach, lstm = "reach/rows/-1/", "controls/lstm/chrono/"
    long, head, three = "seeds/long_baseline_", "controls/headline/", "collapse/summary/window_3/"
    expected = {  # choice, recall, filler right, solved, sequences and their factor, updates, s
        "baseline, 10 times as long": (
            long + "choice", long + "recall", long + "filler_right", long + "solved",
            long + "updates", 4, long + "updates", long + "seconds"),
        "plain RNN, `reach`'s best at T = 500": (
            reach + "choice", reach + "recall", reach + "filler", reach + "solved",
            reach + "updates", at("reach/batch"), reach + "updates", reach + "seconds"),
        "LSTM": (
            lstm + "choice", lstm + "recall", lstm + "filler", lstm + "solved",
            lstm + "sequences", 1, lstm + "updates", lstm + "seconds"),
        "automatizer + chunker, C asked at surprises": (
            "seeds/chunker_choice", "seeds/chunker_recall", "seeds/automatizer_filler_right",
            "seeds/chunker_perfect", head + "chunker_sequences", 1, head + "chunker_updates",
            head + "chunker_seconds"),
        "collapsed net, after these two": (
            three + "choice", three + "recall", three + "filler_right", three + "solved",
            three + "sequences", 1, three + "updates", three + "seconds"),
    }  # fmt: skip
    header, rows = report.ways()
    assert header == ("", "choice, A or B", "recall", "filler right", "seeds solved", "sequences",
                      "updates", "seconds")  # fmt: skip
    assert [row[0] for row in rows] == list(expected)
    for name, *cells in rows:
        choice, recall, filler, solved, sequences, factor, updates, seconds = expected[name]
        low, high = at(choice + "/interval")
        least, most = at(solved + "/interval")
        assert cells == [
            f"{at(choice + '/mean'):.1%} ({low:.1%} to {high:.1%})",
            f"{at(recall + '/mean'):.0%}", f"{at(filler + '/mean'):.1%}",
            f"{at(solved + '/k')}/{at(solved + '/n')} ({least:.0%} to {most:.0%})",
            f"{factor * at(sequences + '/median'):,.0f}", f"{at(updates + '/median'):,.0f}",
            f"{at(seconds + '/median'):.1f}",
        ], name  # fmt: skip


def test_the_index_gives_each_study_its_own_answer(monkeypatch):
    """To results that say whose they are, by a module that says who answers."""
    monkeypatch.setattr(report, "results_of", lambda name: f"results of {name}")
    families = catalogue.names()
    for name in families:
        study = catalogue.module_of(name)
        monkeypatch.setattr(study, "answer", lambda results, n=name: f"{n}, asked with {results}")
    for family in catalogue.FAMILIES:
        header, rows = report.index(family)
        assert header == ("study", "question", "answer", "figure")
        names = [name for name, of in families.items() if of == family]
        assert [list(row) for row in rows] == [
            [f"[`{name}`]({name}.py)", catalogue.module_of(name).__doc__.splitlines()[0],
             f"{name}, asked with results of {name}", f"[figure](viz/{name}.png)"]
            for name in names
        ]  # fmt: skip


def test_a_mark_is_filled_by_the_function_that_it_names(monkeypatch):
    """A study's with its results, the report's with none; the words around stay as they are."""
    monkeypatch.setattr(report, "results_of", lambda name: f"results of {name}")
    study = catalogue.module_of("seeds")

    def seen(results):
        return f"seen in {results}"

    def table(results):
        return ("of", results), [("a", "b")]

    for function in (seen, table):
        function.__module__ = study.__name__
        monkeypatch.setattr(study, function.__name__, function)
    text = (
        "A 7 <!-- seeds.seen -->old 9<!-- end --> B 8\n<!-- seeds.table -->\nold\n<!-- end -->\nC"
    )
    assert report.fill(text) == (
        "A 7 <!-- seeds.seen -->seen in results of seeds<!-- end --> B 8\n<!-- seeds.table -->\n"
        "| of | results of seeds |\n| --- | --- |\n| a | b |\n<!-- end -->\nC"
    )
    for owner, function in (("seeds", "nowhere"), ("report", "percent"), ("seeds", "core")):
        with pytest.raises(core.BadInput, match=f"marks {owner}.{function}, which is not there"):
            report.fill(f"<!-- {owner}.{function} -->x<!-- end -->")
