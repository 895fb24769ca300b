"""What do single units tell, and which way does the state go?

    python3 -m studies units

The states of the net of `letters` on held-out text, one per letter read; the first half is to
choose and fit on, the second to measure on.

Units. Each letter has labels: is it a space, is it a vowel, its place in the word (0 to 4, and 5
for what follows; letters, no spaces), is its word a noun or a verb (letters of nouns and verbs). A
unit's activity falls into 8 bins of equal width between its extremes in the first half. It tells
I(bin; label) / H(label), the share of the label's entropy. The best of 64 in the first half is
measured in the second. (With as many letters in each bin, `by_ranks`, differences near 1 and -1
that are too small to be seen count too.) Beside it: the same with labels shifted along the text by
random lengths (the largest of 20 such choices), the untrained net, a linear read-out of the whole
state (least squares onto the labels; it tells through its answer, the largest output), and, of
place and of noun or verb, the letter just read alone: space and vowel it settles.

Paths. The plane is that of the first two principal components of the first half's states. A step
goes from a letter's state to the next one's: within a word, to the space that ends it, or from the
space to the next word. All distances are in units of that between two states of the text drawn at
random, so 1 is chance. A loop comes back: the states at successive spaces would be near to each
other; beside it stand the states at successive e's, since the same letter was read there too.
Classes (of nouns, verbs, determiners and adverb as one of four kinds, or all 9 classes) are told
from the state at a word's last letter by the nearest class mean, in the plane and in all 64 units;
accuracy is that of each class, averaged, so chance is 1/4 or 1/9. The word's last letter alone
stands beside it. The untrained net has all of it too.

No setting was chosen here beyond those of `letters` (seeds 0 to 4); reported are seeds from 100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studies.lab import grammar, letters, states
from studies.lab.averages import together
from studies.lab.intervals import mean, percent
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.verdicts import clearly_above, of_parts, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # of text to learn from, and as many held out
    n_updates: int
    n_shifts: int  # of labels, for chance
    n_pairs: int  # of states, for distances


FULL = Plan(10, letters.N_LETTERS, letters.N_UPDATES, 20, 20_000)
QUICK = Plan(2, 2000, 300, 3, 500)
LAST_PLACE = 5
NETS = ("trained", "untrained")
LABELS = {"space": "space", "vowel": "vowel", "place": "place in the word", "kind": "noun or verb"}
OF_MORE = ("place", "kind")  # labels that the letter alone does not settle
SHOWN = 60  # letters of the figure
KINDS = {
    name: "noun" if name in grammar.NOUNS else "verb" if name in grammar.VERBS else name
    for name in grammar.CLASSES
}


# ==== Labels: whole numbers (n,), -1 where there is none ==========================================
def labels_of(text):
    """The labels of x_0 .. x_{n-1}; the first letter is of no word."""
    symbols, place, word = text.symbols[:-1], text.place[:-1], text.word[:-1]
    of_word = np.array([KINDS[grammar.CLASS_OF[w]] for w in text.words])
    kind = np.select([of_word == "noun", of_word == "verb"], [0, 1], -1)
    letter = symbols != grammar.SPACE
    return {
        "space": (~letter).astype(int),
        "vowel": np.isin(symbols, grammar.encode("aeiou")).astype(int),
        "place": np.where(letter, np.minimum(place, LAST_PLACE), -1),
        "kind": np.where(letter, kind[word], -1),
    }


# ==== What a unit tells ===========================================================================
def units_of(rng, h, text, plan):
    """For each label the best unit, what it and its rivals tell."""
    labels = labels_of(text)
    bins, ranks = states.equal_width(h), states.equal_numbers(h)
    symbols = text.symbols[:-1]
    _, second = states.halves(len(symbols))
    found = {}
    for name, of in labels.items():
        unit, tells = states.best_unit(bins, of)
        every = states.told(bins[second], of[second])
        found[name] = {
            "unit": unit,
            "tells": tells,
            "by_ranks": states.best_unit(ranks, of)[1],
            "above_half": int((every > 0.5).sum()),
            "median_unit": float(np.median(every)),
            "by_chance": states.by_chance(rng, bins, of, plan.n_shifts),
            "letter": float(states.told(symbols[second][:, None], of[second])[0]),
            "read_out": states.read_out(h, of),
        }
    return found


# ==== Paths =======================================================================================
def steps_and_returns(rng, points, text, n_pairs):
    """Mean distances of points (n, d), each over that of two at random."""
    symbols, word = text.symbols[:-1], text.word[:-1]
    n = len(points)
    a, b = rng.integers(n, size=(2, n_pairs))
    chance = states.distance(points[a], points[b])
    space, e = symbols == grammar.SPACE, symbols == grammar.encode("e")[0]
    kinds = {
        "within": ~space[:-1] & ~space[1:], "to_space": space[1:], "from_space": space[:-1],
    }  # fmt: skip
    found = {
        name: states.distance(points[1:][step], points[:-1][step]) for name, step in kinds.items()
    }
    found["space_to_space"] = states.distance(points[space][1:], points[space][:-1])
    found["e_to_e"] = states.distance(points[e][1:], points[e][:-1])
    a, b = pairs_within(rng, word, ~space, n_pairs)
    found["same_word"] = states.distance(points[a], points[b])
    a, b = pairs_across(rng, word, a)
    found["other_word"] = states.distance(points[a], points[b])
    return {name: value / chance for name, value in found.items()}


def pairs_within(rng, word, letter, n):
    """Places of two different letters of one word, (pairs,) each, no space."""
    a = rng.choice(np.flatnonzero(letter), n)
    b = a + rng.integers(-LAST_PLACE, LAST_PLACE + 1, n)
    b = np.clip(b, 0, len(word) - 1)
    good = (word[a] == word[b]) & (a != b) & letter[b]
    return a[good], b[good]


def pairs_across(rng, word, of):
    """Places of letters of different words, drawn from `of`."""
    a, b = of, rng.permutation(of)
    return a[word[a] != word[b]], b[word[a] != word[b]]


def class_labels(text, ends):
    """Of the words whose last letters stand at `ends`: number of their kind, and of their class."""
    of = [grammar.CLASS_OF[text.words[w]] for w in text.word[ends]]
    kinds, classes = sorted(set(KINDS.values())), sorted(KINDS)
    return {
        "kinds": np.array([kinds.index(KINDS[name]) for name in of]),
        "classes": np.array([classes.index(name) for name in of]),
    }


def paths_of(rng, h, text, plan):
    """All numbers of the paths of one net."""
    first, _ = states.halves(len(h))
    plane = states.plane_of(h[first])
    flat = (h - plane.centre) @ plane.axes
    symbols = text.symbols
    ends = np.flatnonzero((symbols[1:-1] == grammar.SPACE) & (symbols[:-2] != grammar.SPACE))
    found = {
        "share": plane.share,
        "plane": steps_and_returns(rng, flat, text, plan.n_pairs),
        "space": steps_and_returns(rng, h, text, plan.n_pairs),
    }
    for name, labels in class_labels(text, ends).items():
        found[name] = {
            "plane": states.nearest(flat[ends], labels),
            "space": states.nearest(h[ends], labels),
            "letter": states.by_letter(symbols[ends], labels),
            "chance": 1 / len(np.unique(labels)),
        }
    return found


def example(h, text, best):
    """For the figure: sentences of the second half, in the plane and in the best units."""
    first, second = states.halves(len(h))
    plane = states.plane_of(h[first])
    starts = np.flatnonzero((text.place == 0) & (text.word >= 0))
    starts = starts[(starts >= second.start) & (text.slot[text.word[starts]] == 0)]
    shown = slice(int(starts[0]), min(len(h), int(starts[0]) + SHOWN))
    return {
        "letters": grammar.spelt(text.symbols[shown]),
        "points": ((h[shown] - plane.centre) @ plane.axes).tolist(),
        "activity": {name: h[shown, unit].tolist() for name, unit in best.items()},
    }


# ==== The study ===================================================================================
def one_run(arguments):
    """One seed, both nets."""
    seed, plan = arguments
    learnt, held_out = letters.texts(seed, plan.n_letters)
    nets = {
        "trained": letters.trained(seed, learnt.symbols, plan.n_updates),
        "untrained": letters.untrained(seed),
    }
    found = {}
    for k, name in enumerate(NETS):
        rng = generators("units", seed, ("shifts", "pairs"), k)
        h = letters.predicted(nets[name], held_out.symbols)[1]
        units = units_of(rng["shifts"], h, held_out, plan)
        best = {label: one.pop("unit") for label, one in units.items()}
        if name == "trained":
            found["example"] = example(h, held_out, best)
        found[name] = {"units": units, "paths": paths_of(rng["pairs"], h, held_out, plan)}
    return found


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    runs = parallel_map(one_run, [(seed, plan) for seed in seeds], jobs, "units")
    shown = [run.pop("example") for run in runs]
    return {
        "first_seed": letters.FIRST_SEED, "seeds": plan.n_seeds, "hidden": letters.HIDDEN,
        "shifts": plan.n_shifts, "example": shown[0],
        "nets": {name: together([run[name] for run in runs]) for name in NETS},
        "runs": runs,
    }  # fmt: skip


# ==== Tables and sentences ========================================================================
def tells(results, label, what="tells", net="trained"):
    return results["nets"][net]["units"][label][what]["mean"]


def path(results, *keys, net="trained"):
    """A number of the paths, with its interval."""
    found = results["nets"][net]["paths"]
    for key in keys:
        found = found[key]
    return found


def answer(results):
    """The findings, each with its controls."""
    units = "; ".join(
        f"{name} {tells(results, label):.0%} ({tells(results, label, 'by_ranks'):.0%} by ranks), "
        f"untrained {tells(results, label, net='untrained'):.0%}, "
        + (f"letter alone {tells(results, label, 'letter'):.0%}, " if label in OF_MORE else "")
        + f"read-out of all units {tells(results, label, 'read_out'):.0%}"
        for label, name in LABELS.items()
    )
    return (
        f"Of a label's entropy the best of {results['hidden']} units tells: {units}. In the plane, "
        f"which holds {path(results, 'share')['mean']:.0%} of the variance, a step within a word "
        f"is {path(results, 'plane', 'within')['mean']:.2f} of the distance of two states at "
        f"random and one from a space {path(results, 'plane', 'from_space')['mean']:.2f}; in all "
        f"units they are {path(results, 'space', 'within')['mean']:.2f} and "
        f"{path(results, 'space', 'from_space')['mean']:.2f}."
    )


def number(found):
    low, high = found["interval"]
    return f"{found['mean']:.2f} ({low:.2f} to {high:.2f})"


def both_nets(results, label, what):
    return " / ".join(f"{tells(results, label, what, net):.1%}" for net in NETS)


def table(results):
    """What the best unit tells of each label, and its rivals."""
    header = (
        "label", "best unit (95% interval)", "the same, untrained", "by ranks / untrained",
        f"labels shifted, most of {results['shifts']}", "median unit", "letter alone",
        "linear read-out / untrained",
    )  # fmt: skip
    rows = [
        (
            name, percent(results["nets"]["trained"]["units"][label]["tells"]),
            percent(results["nets"]["untrained"]["units"][label]["tells"]),
            both_nets(results, label, "by_ranks"),
            *(f"{tells(results, label, what):.1%}" for what in ("by_chance", "median_unit")),
            f"{tells(results, label, 'letter'):.1%}" if label in OF_MORE else "settles it",
            both_nets(results, label, "read_out"),
        )
        for label, name in LABELS.items()
    ]  # fmt: skip
    return header, rows


CLASSES = {"kinds": "four kinds", "classes": "nine classes"}
DISTANCES = {
    "within": "step within a word", "to_space": "step to a space",
    "from_space": "step from a space", "space_to_space": "successive spaces",
    "e_to_e": "successive e's", "same_word": "letters of one word",
    "other_word": "letters of two words",
}  # fmt: skip


def distances(results):
    """Distances over that of two states at random, in the plane and in all units."""
    header = ("distance", "in the plane", "untrained", "in all units", "untrained")
    rows = [
        (
            name,
            *(number(path(results, where, key, net=net)) for where in ("plane", "space")
              for net in NETS),
        )
        for key, name in DISTANCES.items()
    ]  # fmt: skip
    return header, rows


def seen(results):
    """What the tables do not say."""
    trained, untrained = (results["nets"][net]["paths"] for net in NETS)
    lines = [
        f"- The plane holds {percent(trained['share'])} of the variance, untrained "
        f"{percent(untrained['share'])}."
    ]
    for key, name in CLASSES.items():
        lines.append(
            f"- {name} told at a word's last letter: in the plane "
            f"{percent(trained[key]['plane'])}, in all units {percent(trained[key]['space'])}; "
            f"untrained {percent(untrained[key]['plane'])} and "
            f"{percent(untrained[key]['space'])}; by the letter alone "
            f"{percent(trained[key]['letter'])}, chance {trained[key]['chance']['mean']:.1%}."
        )
    counts = ", ".join(f"{name} {tells(results, label, 'above_half'):.1f}"
                       for label, name in LABELS.items())  # fmt: skip
    lines.append(f"- Units that tell more than half, of {results['hidden']}: {counts}.")
    return "\n".join(lines)


def dug(found, keys):
    for key in keys:
        found = found[key]
    return found


def order(results, a, b):
    """1, -1 or 0: a number of each seed is larger than another of it, smaller, or neither.

    The 95% interval of the mean difference decides.
    """
    low, high = mean([dug(run, a) - dug(run, b) for run in results["runs"]])["interval"]
    return 1 if low > 0 else -1 if high < 0 else 0


def word(results, words, a, b):
    """One of three words: a is larger than b, neither, smaller. "trained plane within" is a key."""
    net, *keys = a.split()
    other, *rest = b.split()
    return words[1 - order(results, (net, "paths", *keys), (other, "paths", *rest))]


FARTHER = ("farther from", "neither nearer to nor farther from", "nearer to")
LONGER = ("longer than", "neither longer nor shorter than", "shorter than")
BETTER = ("better than", "neither better nor worse than", "worse than")


def document(results):
    """What "Networks That Remember" says, what was measured, a verdict, why."""
    return [row(results) for row in (neurons, loops, jumps, regions, contexts, together_in_words)]


def more(results, a, b, labels=tuple(LABELS)):
    """The labels of which one number is larger than another; each is of a net, as "trained tells".

    The 95% interval of the mean difference of a seed's two decides.
    """
    (net, what), (other, rival) = a.split(), b.split()
    return [
        label for label in labels
        if order(results, (net, "units", label, what), (other, "units", label, rival)) > 0
    ]  # fmt: skip


def named(labels):
    return ", ".join(LABELS[label] for label in labels) or "nothing"


def neurons(results):
    trained = results["nets"]["trained"]["units"]
    letter_too = {
        label: f"letter alone {tells(results, label, 'letter'):.1%}, " for label in OF_MORE
    }
    shares = [
        f"{name} {percent(trained[label]['tells'])}, by ranks {percent(trained[label]['by_ranks'])}"
        f", untrained {tells(results, label, net='untrained'):.1%}, labels shifted "
        f"{tells(results, label, 'by_chance'):.1%}, {letter_too.get(label, '')}linear read-out of "
        f"all units {tells(results, label, 'read_out'):.1%}"
        for label, name in LABELS.items()
    ]
    learnt = len(more(results, "trained tells", "untrained tells")) == len(LABELS)
    beyond = len(more(results, "trained tells", "trained letter", OF_MORE)) == len(OF_MORE)
    return (
        "Interpretable neurons emerge: single hidden units track specific features",
        "share of the label's entropy that the best unit tells: " + "; ".join(shares),
        verdict(learnt and beyond, learnt),
        neurons_words(results),
    )


def neurons_words(results):
    """What the best units tell more than, and less."""
    against = {
        "labels by chance": more(results, "trained tells", "trained by_chance"),
        "the best untrained one": more(results, "trained tells", "untrained tells"),
    }
    said = [f"than {what}: {named(labels)}" for what, labels in against.items()]
    letter = more(results, "trained tells", "trained letter", OF_MORE)
    by_ranks = more(results, "trained by_ranks", "trained letter", OF_MORE)
    all_units = more(results, "trained read_out", "trained by_ranks")
    return (
        f"The best unit tells more {', '.join(said)}. Of what the letter just read does not settle "
        f"it tells more than that letter: {named(letter)}, by ranks {named(by_ranks)}. All units "
        f"together tell more than the best one by ranks: {named(all_units)}"
        + (": what the net knows is spread over its units." if len(all_units) == len(LABELS)
           else ".")
    )  # fmt: skip


def both(results, key, where):
    """A distance, trained and untrained."""
    found = (path(results, where, key, net=net) for net in NETS)
    return "{}, untrained {}".format(*map(number, found))


def loops(results):
    plane, space = (
        word(results, FARTHER, f"trained {where} space_to_space", f"trained {where} e_to_e")
        for where in ("plane", "space")
    )
    return (
        "The path makes loops within words",
        f"distance of the states at successive spaces in the plane "
        f"{both(results, 'space_to_space', 'plane')}, in all units "
        f"{both(results, 'space_to_space', 'space')}; at successive e's in the plane "
        f"{both(results, 'e_to_e', 'plane')}, in all units {both(results, 'e_to_e', 'space')} (1 "
        "is two states at random)",
        of_parts(plane == FARTHER[2], space == FARTHER[2]),
        f"States at word ends are in the plane {plane} each other than those at e's, in all units "
        f"{space} each other. The e's show how near reading the same letter brings the path back.",
    )


def jumps(results):
    trained, untrained = (
        word(results, LONGER, f"{net} plane from_space", f"{net} plane within") for net in NETS
    )
    ratio = path(results, "space", "from_space")["mean"] / path(results, "space", "within")["mean"]
    return (
        "and jumps between words",
        f"length of a step in the plane within a word {both(results, 'within', 'plane')}, to a "
        f"space {both(results, 'to_space', 'plane')}, from a space "
        f"{both(results, 'from_space', 'plane')}; in all units {both(results, 'within', 'space')}, "
        f"{both(results, 'to_space', 'space')} and {both(results, 'from_space', 'space')}",
        verdict(trained == LONGER[0] and untrained != LONGER[0], trained == LONGER[0]),
        f"In the plane steps from a space are {trained} those within words, untrained {untrained} "
        f"them. The plane holds {path(results, 'share')['mean']:.0%} of the variance; in all units "
        f"the steps from a space are {ratio:.2f} times those within words.",
    )


def regions(results):
    trained, untrained = (results["nets"][net]["paths"] for net in NETS)
    shares = [
        f"{name} in the plane {percent(trained[key]['plane'])}, in all units "
        f"{percent(trained[key]['space'])}; untrained {percent(untrained[key]['plane'])} and "
        f"{percent(untrained[key]['space'])}; last letter alone {percent(trained[key]['letter'])}; "
        f"chance {trained[key]['chance']['mean']:.1%}"
        for key, name in CLASSES.items()
    ]
    letter = word(results, BETTER, "trained kinds plane", "trained kinds letter")
    chance = (trained["kinds"][key] for key in ("plane", "chance"))
    start = word(results, BETTER, "trained classes space", "untrained classes space")
    return (
        "Different word categories occupy distinct regions of the plane",
        "classes told at a word's last letter: " + "; ".join(shares),
        verdict(letter == BETTER[0], clearly_above(*chance)),
        f"The plane tells the four kinds {letter} the last letter alone does. All units tell the "
        f"nine classes {start} the untrained net's do: which word was spelt tells its class.",
    )


def contexts(results):
    found = path(results, "classes", "space"), path(results, "classes", "space", net="untrained")
    letter = word(results, BETTER, "trained classes space", "trained classes letter")
    start = word(results, BETTER, "trained classes space", "untrained classes space")
    return (
        "The state has different attractor regions for different grammatical contexts",
        f"the word's class, one of nine, told from all units at its last letter by the nearest "
        f"mean: {percent(found[0])}, untrained {percent(found[1])}, last letter alone "
        f"{percent(path(results, 'classes', 'letter'))}",
        verdict(False, letter == start == BETTER[0]),  # whether they attract was not looked at
        f"Regions for the class of the word just read: told {letter} by the letter alone, {start} "
        "by an untrained net. Places in the sentence, and whether the regions attract, were not "
        "looked at.",
    )


def together_in_words(results):
    plane, space = (
        word(results, FARTHER, f"trained {where} same_word", f"trained {where} other_word")
        for where in ("plane", "space")
    )
    return (
        "Characters within the same word cluster together",
        f"distance of two letters of one word in the plane {both(results, 'same_word', 'plane')}, "
        f"of two words {both(results, 'other_word', 'plane')}; in all units "
        f"{both(results, 'same_word', 'space')} and {both(results, 'other_word', 'space')}",
        of_parts(plane == FARTHER[2], space == FARTHER[2]),
        f"Letters of one word are in the plane {plane} each other than those of two words, in all "
        f"units {space} each other. Two letters of a word are at different places in it, and most "
        "often different letters.",
    )


# ==== Figure ======================================================================================
IN_PLANE = 36  # letters of the path


def figures(results):
    figure = new_figure(
        f"The best unit tells {tells(results, 'space'):.0%} of what there is to tell of spaces, "
        f"{tells(results, 'kind'):.0%} of noun or verb;\nthe plane holds "
        f"{path(results, 'share')['mean']:.0%} of the variance",
        height=8.6,
    )
    axes = figure.subplot_mosaic(
        [["path", "told"], ["path", "steps"], ["units", "units"]], height_ratios=[2, 2, 1.3],
        width_ratios=[1.15, 1],
    )  # fmt: skip
    draw_path(axes["path"], results["example"])
    draw_told(axes["told"], results)
    draw_steps(axes["steps"], results)
    draw_activity(figure, axes["units"], results["example"])
    return {"units.png": figure}


def draw_path(ax, example):
    """Steps within words as lines, to and from spaces dashed; each letter at its state."""
    points, text = np.array(example["points"][:IN_PLANE]), example["letters"][:IN_PLANE]
    for a, b, here, then in zip(points, points[1:], text, text[1:]):
        inside = " " not in (here, then)
        ax.plot(*zip(a, b), color=AUTOMATIZER if inside else CHUNKER, lw=1.6 if inside else 0.8,
                ls="-" if inside else "--", alpha=0.55, zorder=1)  # fmt: skip
    for (x, y), letter in zip(points, text):
        ax.text(x, y, letter.replace(" ", "_"), ha="center", va="center", fontweight="bold")
    ax.margins(0.06)
    ax.set(xlabel="first component", ylabel="second component")
    ax.set_title(f'"{text.strip()}"', fontsize=10)
    ax.plot([], [], color=AUTOMATIZER, lw=1.6, label="within a word")
    ax.plot([], [], color=CHUNKER, lw=0.8, ls="--", label="to and from a space, _")
    ax.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)


def draw_told(ax, results):
    looks = {
        "read-out of all units": ("trained", "read_out", "black"),
        "letter alone": ("trained", "letter", FAINT),
        "best unit": ("trained", "tells", AUTOMATIZER),
        "best unit, untrained": ("untrained", "tells", BASELINE),
    }
    for k, (name, (net, what, colour)) in enumerate(looks.items()):
        at = np.arange(len(LABELS)) + 0.2 * (k - 1.5)
        shown = [label for label in LABELS if what != "letter" or label in OF_MORE]
        at = [where for where, label in zip(at, LABELS) if label in shown]
        ax.bar(at, [tells(results, label, what, net) for label in shown], 0.2, color=colour,
               label=name)  # fmt: skip
    ax.set_xticks(range(len(LABELS)), ["space", "vowel", "place", "noun/verb"])
    ax.set(ylim=(0, 1.62), yticks=[0, 0.5, 1], title="share of the label that is told")
    ax.legend(fontsize=8.5, loc="upper left", ncols=2)


def draw_steps(ax, results):
    shown = {
        "within": "within\nword", "from_space": "from\nspace", "space_to_space": "space\nto space",
        "e_to_e": "e to e", "same_word": "same\nword", "other_word": "two\nwords",
    }  # fmt: skip
    looks = (
        ("plane", "trained", CHUNKER, "plane"),
        ("plane", "untrained", BASELINE, "plane, untrained"),
        ("space", "trained", AUTOMATIZER, "all units"),
    )  # fmt: skip
    for k, (where, net, colour, name) in enumerate(looks):
        found = [path(results, where, key, net=net) for key in shown]
        low, high = np.transpose([one["interval"] for one in found])
        at = np.arange(len(shown)) + 0.16 * (k - 1)
        ax.vlines(at, low, high, color=colour, lw=2)
        ax.plot(at, [one["mean"] for one in found], "o", color=colour, label=name)
    ax.axhline(1, color=FAINT, ls="--", lw=1)
    ax.set_xticks(range(len(shown)), shown.values(), fontsize=9)
    ax.set(ylim=(0.4, 2.1), title="distance, 1 = two states at random")
    ax.legend(fontsize=8.5, loc="upper center", ncols=3)


def draw_activity(figure, ax, example):
    names, rows = zip(*example["activity"].items())
    image = ax.imshow(rows, aspect="auto", cmap="RdBu_r", vmin=-1, vmax=1)
    ax.grid(False)
    ax.set_xticks(range(len(example["letters"])), example["letters"].replace(" ", "_"))
    ax.set_yticks(range(len(names)), [LABELS[name] for name in names])
    ax.set_title("activity of the unit that tells most of each")
    figure.colorbar(image, ax=ax, ticks=[-1, 0, 1], pad=0.01)
