"""Does a word never seen land in the class of the word it stands for?

    python3 -m studies zog

Elman's test (1990): a new word in a known word's places, and no training. The net of `letters`
reads text held out; at each place of the known word its state before the word goes on over the
new word's letters instead. The new word's vector is the mean state over these places, after its
last letter or after the space that follows. It lands in the class whose centroid is nearest: the
mean of its words' vectors, taken in the same way, without the word that is replaced.

For each of the 7 classes of nouns and verbs 50 new words are drawn, each for one word of the
class, with none of its letters: consonants and vowels in turn, out of the 23 letters that occur
(not q). 50 more begin with j, x or z, which never occur, as does "zog": their input weights are
those that training began with. Controls of both:

    word alone       the net reads the new word after a reset: its letters, no context
    untrained        the net before training, with its own vectors of the known words
    permuted         the classes of the known words in random order

Beside them:

    known word       the known word itself, left out of its centroid: as good as it gets
    mean removed     the same new words, less the mean vector of each over places of all 7 classes,
                     and the known words less theirs, as directions: what the context alone moves
    no word          the state at the space before the word: the context alone
    net of words     as Elman had it: a one-hot symbol for each word, 50 more that never occur;
                     and the same untrained. A word has no letters and no space after it here

Verbs end in s, new words for them never do, by the rule of no common letters: nouns and verbs are
reported apart too. Chance is the share of the class among the other words. The words of a seed
share a net: intervals are over seeds. Above a control is a set whose difference from it, seed by
seed, has an interval above 0. On seeds 0 to 3 directions were taken for `mean removed`, where more
landed right than by distance (19% against 17%, untrained 27% against 17%); reported: 100 on.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from studies.lab import letters
from studies.lab import word_states as ws
from studies.lab.grammar import CLASSES, NOUNS, VERBS, as_letters, encode
from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.verdicts import UNTESTED, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # to train on, and held out
    n_updates: int
    word_updates: int
    n_new: int  # words for each class
    n_permutations: int


FULL = Plan(10, letters.N_LETTERS, letters.N_UPDATES, ws.WORD_UPDATES, 50, 100)
QUICK = Plan(2, 3_000, 200, 40, 4, 5)
KINDS, PLACED = tuple(CLASSES), NOUNS + VERBS  # where a word may land; where one is put
STATES = ("last letter", "space after")
N_PLACES = 20  # of each class, of which the mean of a new word over all classes is taken
VOWELS, CONSONANTS, UNSEEN = "aeiou", "bcdfghklmnprstvwy", "jxz"
SHAPES = ("cvc", "cvcv", "cvcvc", "cvccvc")
PARTS = ("words", "net of words", "permutations", "places")
SETS = {  # of new words, and of each its controls: read alone, by the net untrained, permuted
    "new word": ("word alone", "untrained", "permuted"),
    "unseen letters": ("unseen, alone", "unseen, untrained", "unseen, permuted"),
}
MEASURES, BY_KIND = ("right", "kind", "word"), ("nouns", "verbs")


# ==== New words ===================================================================================
def new_words(rng, n, known, unseen=False):
    """n pronounceable words, each with a word of `known`, in turn, that it has no letter of.

    `unseen`: they begin with a letter that never occurs.
    """
    found = {}
    while len(found) < n:
        stands_for = known[len(found) % len(known)]
        word = spelled(rng, stands_for, unseen)
        if word not in ws.LEXICON and word not in found:
            found[word] = stands_for
    return list(found.items())


def spelled(rng, without, unseen):
    """A word of one of SHAPES with no letter of another."""
    of = {"v": VOWELS, "c": CONSONANTS}
    of = {kind: [x for x in some if x not in without] for kind, some in of.items()}
    word = "".join(rng.choice(of[kind]) for kind in rng.choice(SHAPES))
    return rng.choice(list(UNSEEN)) + word[1:] if unseen else word


# ==== Where they land =============================================================================
class Known(NamedTuple):
    """The words of a text as a net has them, by state."""

    vectors: dict  # of each state (words, H)
    which: np.ndarray  # (words,) numbers in ws.LEXICON
    before: np.ndarray  # (places, H) states before the words of the text
    numbers: np.ndarray  # (places,) these words


def known(read):
    """`Known` of a `ws.Read`."""
    vectors, which = {}, None
    for state, h in (("last letter", read.last), ("space after", read.after),
                     ("no word", read.before)):  # fmt: skip
        vectors[state], which = ws.averaged(h, read.numbers)
    return Known(vectors, which, read.before, read.numbers)


def read_in(net, starts, symbols):
    """The mean vectors of a new word read from some states, its last letter's and the space's."""
    h = ws.read_from(net, starts, symbols).mean(axis=1)
    return {"last letter": h[-2], "space after": h[-1]}


def centroids(vectors, kinds):
    """Of each class of KINDS, (9, H); nan where it has no word."""
    own = np.array(KINDS)[:, None] == kinds
    with np.errstate(invalid="ignore"):
        return own @ vectors / own.sum(axis=1, keepdims=True)


def landed(new, stood_for, vectors, which, kinds):
    """The class, a number in KINDS, whose centroid is nearest to each new vector (n, H).

    The word that it stood for is not in its class's centroid; `kinds` are the known words'.
    """
    found = np.empty(len(new), int)
    for number in np.unique(stood_for):
        others, at = which != number, stood_for == number
        middle = centroids(vectors[others], kinds[others])
        found[at] = np.nanargmin(cdist(new[at], middle), axis=1)
    return found


def nearest_word(new, stood_for, vectors, which):
    """Number in ws.LEXICON of the known word nearest to each, but for the one it stood for."""
    distances = cdist(new, vectors)
    distances[stood_for[:, None] == which] = np.inf
    return which[distances.argmin(axis=1)]


def judged(new, stood_for, vectors, which):
    """Shares that land right, and the matrix of landing: rows PLACED, columns KINDS."""
    wanted = ws.KINDS[stood_for]
    at = landed(new, stood_for, vectors, which, ws.KINDS[which])
    found = np.array(KINDS)[at]
    matrix = np.zeros((len(PLACED), len(KINDS)))
    np.add.at(matrix, ([PLACED.index(kind) for kind in wanted], at), 1.0)
    words = ws.KINDS[nearest_word(new, stood_for, vectors, which)]
    return {
        "right": float((found == wanted).mean()),
        "kind": float((kind_of(found) == kind_of(wanted)).mean()),
        "word": float((words == wanted).mean()),
        **by_kind(found == wanted, wanted),
        "matrix": (matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)).tolist(),
    }


def by_kind(right, wanted):
    """The share that is right where the class (n,) is one of nouns, and where it is of verbs."""
    kinds = kind_of(wanted)
    return {name: float(right[kinds == i].mean()) for i, name in enumerate(BY_KIND)}


def kind_of(classes):
    """0 a noun, 1 a verb, 2 another word."""
    return np.where(np.isin(classes, NOUNS), 0, np.where(np.isin(classes, VERBS), 1, 2))


def by_chance(stood_for, which):
    """Mean share of the right class among the other words."""
    kinds, others = ws.KINDS[which], which != stood_for[:, None]
    same = (kinds == ws.KINDS[stood_for][:, None]) & others
    return float((same.sum(axis=1) / others.sum(axis=1)).mean())


# ==== The study ===================================================================================
def put_in_place(net, words, of):
    """Vectors of new words in the places of those they stand for, by state: (n, H) each."""
    found = [
        read_in(net, of.before[of.numbers == number], encode(word + " ")) for word, number in words
    ]
    return {state: np.array([one[state] for one in found]) for state in STATES}


def put_alone(net, words):
    """The same with no context."""
    start = ws.after_reset(net)
    found = [read_in(net, start, encode(word + " ")) for word, _ in words]
    return {state: np.array([one[state] for one in found]) for state in STATES}


def less_the_mean(net, words, new, of, rng):
    """New words' vectors and the known words', less their means over the 7 classes, of length 1."""
    kinds = ws.KINDS[of.numbers]
    starts = np.concatenate([
        of.before[rng.choice(np.flatnonzero(kinds == kind), N_PLACES)] for kind in PLACED
    ])  # fmt: skip
    general = [read_in(net, starts, encode(word + " ")) for word, _ in words]
    found, vectors = {}, {}
    for state in STATES:
        found[state] = of_length_1(new[state] - [one[state] for one in general])
        by_class = centroids(of.vectors[state], ws.KINDS[of.which])
        placed = by_class[[KINDS.index(kind) for kind in PLACED]]
        vectors[state] = of_length_1(of.vectors[state] - placed.mean(axis=0))
    return found, vectors


def of_length_1(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def words_for_all(rng, n, which, unseen):
    """New words for each class: (word, number of the word that it stands for)."""
    found = []
    for kind in PLACED:
        words = [w for w in CLASSES[kind] if ws.LEXICON.index(w) in which]
        found += new_words(rng, n, words, unseen)
    return [(word, ws.LEXICON.index(stands_for)) for word, stands_for in found]


def permuted(new, stood_for, vectors, which, rng, n):
    """The share that lands right by the centroids of classes in random order, n times."""
    wanted, right = ws.KINDS[stood_for], []
    for _ in range(n):
        found = landed(new, stood_for, vectors, which, rng.permutation(ws.KINDS[which]))
        right.append(np.array(KINDS)[found] == wanted)
    share = float(np.mean([one.mean() for one in right]))
    return {"right": share, **by_kind(np.mean(right, axis=0), wanted)}


def of_letters(seed, plan, rng, nets, held_out):
    """What is `judged` of the net of letters, by source and state; the chance of it."""
    net, untrained = nets
    of = {name: known(ws.read(n, held_out)) for name, n in zip(("net", "untrained"), nets)}
    which = of["net"].which
    words = {
        name: words_for_all(rng["words"], plan.n_new, which, name == "unseen letters")
        for name in SETS
    }
    vectors, found = {}, {}
    for name, (alone, before, mixed) in SETS.items():
        some, stood = words[name], np.array([number for _, number in words[name]])
        vectors[name] = put_in_place(net, some, of["net"])
        vectors[alone] = put_alone(net, some)
        vectors[before] = put_in_place(untrained, some, of["untrained"])
        for source in (name, alone, before):
            by = of["untrained" if source == before else "net"].vectors
            found[source] = {s: judged(vectors[source][s], stood, by[s], which) for s in STATES}
        found[mixed] = {
            s: permuted(vectors[name][s], stood, of["net"].vectors[s], which, rng["permutations"],
                        plan.n_permutations)
            for s in STATES
        }  # fmt: skip
    stood = np.array([number for _, number in words["new word"]])
    for name, n, source in (("mean removed", net, "new word"),
                            ("untrained, mean removed", untrained, "untrained")):  # fmt: skip
        given = of["untrained" if n is untrained else "net"]
        new, by = less_the_mean(n, words["new word"], vectors[source], given, rng["places"])
        found[name] = {s: judged(new[s], stood, by[s], which) for s in STATES}
    placed = np.isin(ws.KINDS[which], PLACED)
    for name, net_name in (("known word", "net"), ("untrained, known word", "untrained")):
        by = of[net_name].vectors
        found[name] = {s: judged(by[s][placed], which[placed], by[s], which) for s in STATES}
    for name, net_name in (("no word", "net"), ("untrained, no word", "untrained")):
        by = of[net_name].vectors["no word"]
        found[name] = {STATES[0]: judged(by[placed], which[placed], by, which)}
    return found, by_chance(stood, which)


def of_words(plan, rng, train, held_out):
    """The same of nets of words, trained and not; the new words are symbols that never occur."""
    numbers, asked = ws.numbers_of(train.words), ws.numbers_of(held_out.words)
    nets = {"net of words, untrained": ws.words_initial(rng["untrained"], plan.n_new)}
    nets["net of words"] = ws.words_trained(
        rng["net of words"], numbers, plan.word_updates, plan.n_new
    )
    found = {}
    for name, net in nets.items():
        of = known(ws.read_words(net, asked))
        stood, new = [], []
        for number in of.which[np.isin(ws.KINDS[of.which], PLACED)]:
            starts = of.before[of.numbers == number]
            for symbol in len(ws.LEXICON) + np.arange(plan.n_new):
                new.append(ws.read_from(net, starts, np.array([symbol]))[0].mean(axis=0))
                stood.append(number)
        vectors = of.vectors["last letter"]
        found[name] = {STATES[0]: judged(np.array(new), np.array(stood), vectors, of.which)}
    return found


def zog_for_man(net, held_out):
    """Where "zog" lands by both states, "man" replaced in the whole text: class and words."""
    if "man" not in held_out.words:
        return None
    words = ["zog" if word == "man" else word for word in held_out.words]
    symbols = as_letters(words, True, len(held_out.symbols) - 1)[0]
    h, places = letters.predicted(net, symbols)[1], ws.places_of(symbols)
    is_zog = np.array(words[: len(places.last)]) == "zog"
    of, man, found = known(ws.read(net, held_out)), np.array([ws.LEXICON.index("man")]), {}
    for state, at in zip(STATES, (places.last, places.after)):
        new = h[at[is_zog]].mean(axis=0)[None]
        kind = landed(new, man, of.vectors[state], of.which, ws.KINDS[of.which])[0]
        near = cdist(new, of.vectors[state])[0].argsort()[:3]
        found[state] = {"class": KINDS[kind], "words": [ws.LEXICON[of.which[i]] for i in near]}
    return found


def one_run(arguments):
    seed, plan = arguments
    rng = generators("zog", seed, PARTS)
    rng["untrained"] = generators("zog", seed, PARTS)["net of words"]  # the same weights
    train, held_out = letters.texts(seed, plan.n_letters)
    nets = letters.trained(seed, train.symbols, plan.n_updates), letters.untrained(seed)
    found, chance = of_letters(seed, plan, rng, nets, held_out)
    found.update(of_words(plan, rng, train, held_out))
    return {
        "seed": seed, "landed": found, "chance": chance,
        "zog": {"net": zog_for_man(nets[0], held_out), "untrained": zog_for_man(nets[1], held_out)},
    }  # fmt: skip


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    runs = parallel_map(one_run, [(seed, plan) for seed in seeds], jobs, "zog")
    shares = {}
    for name, by_state in runs[0]["landed"].items():
        shares[name] = {}
        for state, one in by_state.items():
            of = [run["landed"][name][state] for run in runs]
            kept = [m for m in MEASURES + BY_KIND if m in one]
            shares[name][state] = {m: mean([v[m] for v in of]) for m in kept}
    zogs = [run["zog"]["net"] for run in runs if run["zog"]["net"]]
    return {
        "n_seeds": plan.n_seeds, "n_new": plan.n_new, "shares": shares,
        "chance": mean([run["chance"] for run in runs]),
        "matrix": {
            name: np.mean([run["landed"][name][state]["matrix"] for run in runs], axis=0).tolist()
            for name, state in MATRICES.items()
        },
        "zog": {
            state: {
                "human": proportion([zog[state]["class"] == "human" for zog in zogs]),
                "nearest": [zog[state]["words"][0] for zog in zogs],
                "landed": [zog[state]["class"] for zog in zogs],
                "nearest_human": proportion([
                    zog[state]["words"][0] in CLASSES["human"] for zog in zogs
                ]),
            }
            for state in STATES
        } if zogs else None,
        "runs": [
            {"seed": run["seed"], "zog": run["zog"], "shares": without_matrices(run["landed"])}
            for run in runs
        ],
    }  # fmt: skip


def without_matrices(landed):
    """The shares of one seed, by source and state."""
    return {
        name: {state: {m: v for m, v in one.items() if m != "matrix"} for state, one in by.items()}
        for name, by in landed.items()
    }


# ==== Tables and sentences ========================================================================
MATRICES = {"new word": STATES[0], "net of words": STATES[0]}  # sources of the figure, and states
TWO_NETS = "net of words"


def share(results, name, state=STATES[0], measure="right"):
    return percent(results["shares"][name][state][measure])


def difference(results, name, other, state):
    """`mean` over seeds of a share less another of the same seed."""
    shares = [run["shares"] for run in results["runs"]]
    return mean([of[name][state]["right"] - of[other][state]["right"] for of in shares])


def apart(results, name, state):
    """The controls that a set of new words is above, and those it is not; by how many points."""
    found = {True: {}, False: {}}
    for control, label in zip(SETS[name], SETS["new word"]):
        by = difference(results, name, control, state)
        low, high = (100 * x for x in by["interval"])
        found[low > 0][label] = f"{label} ({100 * by['mean']:+.1f} points, {low:.1f} to {high:.1f})"
    return found[True], found[False]


def against(results, name, state):
    """What a set is above and what it is not."""
    low = results["shares"][name][state]["right"]["interval"][0]
    chance = "above" if low > results["chance"]["mean"] else "not above"
    said = [f"{chance} chance ({results['chance']['mean']:.1%})"]
    for what, controls in zip(("above", "not clearly above"), apart(results, name, state)):
        said += [f"{what} {', '.join(controls.values())}"] if controls else []
    return "; ".join(said)


def below_known(results, name, state=STATES[0]):
    """How a set stands to known words in their own places."""
    known_words = results["shares"]["known word"][state]["right"]["mean"]
    if difference(results, "known word", name, state)["interval"][0] <= 0:
        return f"not clearly below known words ({known_words:.1%})"
    far = known_words > 2 * results["shares"][name][state]["right"]["mean"]
    return f"{'far ' if far else ''}below known words ({known_words:.1%})"


def by_controls(results, name):
    """Of a set, by both states: above its controls or not."""
    short = ", ".join(dict.fromkeys(c for s in STATES for c in apart(results, name, s)[1]))
    every = "above every control by both states"
    return f"not by both states clearly above {short}" if short else every


def nouns_and_verbs(results, name):
    return " and ".join(f"{share(results, name, measure=m)} of those for {m}" for m in BY_KIND)


def answer(results):
    """The finding in numbers, with its controls."""
    said = [
        f"{start} {share(results, name)} land in the right class by the last letter, "
        f"{against(results, name, STATES[0])}, {below_known(results, name)}; by the space after "
        f"{share(results, name, STATES[1])}; {by_controls(results, name)}"
        for name, start in zip(SETS, ("Of new words", "Of those with an unseen letter"))
    ]
    zog = results["zog"]
    return (
        f"{'. '.join(said)}. Of new words right are {nouns_and_verbs(results, 'new word')}: all "
        f"verbs end in s and no new word for them may. In a net of words, where a word has no "
        f"letters, {share(results, TWO_NETS)} do, untrained "
        f"{share(results, TWO_NETS + ', untrained')}. "
        + (f"\"zog\" for \"man\" lands with the humans on {counted(zog[STATES[0]]['human'])} seeds."
           if zog else "\"man\" does not occur.")
    )  # fmt: skip


def table(results):
    """All sources, both states."""
    header = (
        "what is read", "right class at the last letter", "noun or verb right",
        "nearest word of the right class", "right class at the space after", "noun or verb right",
        "nouns: right class at the last letter", "verbs: right class",
    )  # fmt: skip
    rows = []
    for name, by_state in results["shares"].items():
        cells = [
            percent(by_state[state][m]) if m in by_state.get(state, ()) else "-"
            for state, measures in zip((*STATES, STATES[0]), (MEASURES, MEASURES[:2], BY_KIND))
            for m in measures
        ]  # fmt: skip
        rows.append((name, *cells))
    rows.append(("chance, by the classes' sizes", percent(results["chance"]), *"------"))
    return header, rows


def zogs(results):
    """The document's own case, seed by seed: class, and the nearest words."""
    header = ("seed", *(f"{what}, {s}" for s in STATES for what in ("class", "nearest words")))
    rows = []
    for run in results["runs"]:
        zog = run["zog"]["net"]
        of = [x for s in STATES for x in (zog[s]["class"], " ".join(zog[s]["words"]))] if zog else (
            ["-"] * 4)  # fmt: skip
        rows.append((str(run["seed"]), *of))
    return header, rows


def often(words):
    """The commonest, and how often it is."""
    ((word, n),) = Counter(words).most_common(1)
    return f"{word} ({n}/{len(words)})"


def document(results):
    """(what the document says, what was measured, verdict, why)."""
    zog, last, after = results["zog"], *STATES
    lost = difference(results, "no word", "new word", last)["interval"][0] > 0
    case = "\"man\" does not occur" if not zog else (
        f"by the state at the last letter it lands with the humans on "
        f"{counted(zog[last]['human'])} seeds, its nearest word is a human on "
        f"{counted(zog[last]['nearest_human'])}; at the space after on "
        f"{counted(zog[after]['human'])} and {counted(zog[after]['nearest_human'])}"
    )  # fmt: skip
    short = [any(apart(results, name, state)[1] for state in STATES) for name in SETS]
    known = all(difference(results, "known word", n, last)["interval"][0] <= 0 for n in SETS)
    random = results["shares"][TWO_NETS + ", untrained"][last]["right"]["interval"][0]
    always = zog and all(zog[s]["human"]["share"] == 1 for s in STATES)
    return [
        (
            "\"zog\" in the places of \"man\" lands in NOUN_HUMAN, next to man, boy and king", case,
            verdict(always) if zog else UNTESTED,
            "on every seed" if always else "its letters outweigh its places; nearest by the last "
            f"letter is most often {often(zog[last]['nearest'])}" if zog else "not asked",
        ),
        (
            "The network infers the category of a new word from its context alone",
            f"{results['n_new']} new words for each class: "
            + "; ".join(
                f"{name} {share(results, name, s)} right by the {s}, {against(results, name, s)}"
                for name in SETS for s in STATES
            )
            + "; by the last letter "
            + "; ".join(f"{name} {nouns_and_verbs(results, name)}" for name in SETS)
            + f"; known words {share(results, 'known word')}; the state before it, no word read, "
            f"{share(results, 'no word')}, untrained {share(results, 'untrained, no word')}; "
            f"less each word's own mean {share(results, 'mean removed')}, untrained "
            f"{share(results, 'untrained, mean removed')}",
            verdict(known and not any(short), not all(short)),
            "; ".join(f"{n}: {by_controls(results, n)}, {below_known(results, n)}" for n in SETS)
            + ("; the context is in the state before the word, and the letters outweigh it"
               if lost else "")
            + "; for verbs the test is unfair: they all end in s, and no word for them may",
        ),
        (
            "Memorization would fail completely on a novel input; the zog experiment proves this "
            "definitively",
            f"with no training at all {share(results, TWO_NETS + ', untrained')} of new words land "
            f"right in a net of words (trained {share(results, TWO_NETS)}), and "
            f"{share(results, 'untrained')} in the net of letters",
            verdict(random <= results["chance"]["mean"]),
            "no proof: any state that still holds what stood before the word places it, also with "
            "random weights" if random > results["chance"]["mean"]
            else "random weights do not place the word: learning does",
        ),
    ]  # fmt: skip


# ==== Figure ======================================================================================
def figures(results):
    last = STATES[0]
    of = results["shares"]
    figure = new_figure(
        f"A new word in a known word's places lands in its class in "
        f"{of['new word'][last]['right']['mean']:.0%} (chance {results['chance']['mean']:.0%}, "
        f"untrained {of['untrained'][last]['right']['mean']:.0%}),\none with an unseen letter in "
        f"{of['unseen letters'][last]['right']['mean']:.0%} (untrained "
        f"{of['unseen, untrained'][last]['right']['mean']:.0%}); in a net of words in "
        f"{of[TWO_NETS][last]['right']['mean']:.0%}, untrained "
        f"{of[TWO_NETS + ', untrained'][last]['right']['mean']:.0%}",
        height=6.2,
    )
    axes = figure.subplot_mosaic([["bars", "new word", TWO_NETS]], width_ratios=[1.1, 1, 1])
    draw_bars(axes["bars"], results)
    for name, title in (("new word", "net of letters"), (TWO_NETS, TWO_NETS)):
        image = draw_matrix(axes[name], results["matrix"][name], title)
    axes["new word"].set_yticks(range(len(PLACED)), PLACED)
    axes["new word"].set_ylabel("class of the places")
    axes[TWO_NETS].set_yticks([])
    figure.colorbar(image, ax=axes[TWO_NETS], shrink=0.6, format=lambda x, _: f"{x:.0%}")
    return {"zog.png": figure}


def draw_bars(ax, results):
    """Shares in the right class by source; the lighter bar is of the space after."""
    names = list(results["shares"])[::-1]
    for at, name in enumerate(names):
        for state, by in results["shares"][name].items():
            found, low = by["right"], state == STATES[1]
            y = at + 0.2 - 0.4 * low if len(results["shares"][name]) > 1 else at
            colour = CHUNKER if TWO_NETS in name else FAINT if name in CONTROLS else AUTOMATIZER
            ax.barh(y, found["mean"], 0.38, color=colour, alpha=0.5 if low else 1.0)
            ax.plot(found["interval"], [y, y], color="black", lw=1)
    ax.axvline(results["chance"]["mean"], color="black", ls="--", lw=1)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(0, 1), title="in the right class\n(lighter: by the space after)")
    ax.set_xticks([0, 0.5, 1], ["0", "50%", "100%"])


CONTROLS = (
    *SETS["new word"], *SETS["unseen letters"], "untrained, known word", "untrained, no word",
    "untrained, mean removed",
)  # fmt: skip


def draw_matrix(ax, matrix, title):
    image = ax.imshow(matrix, vmin=0, vmax=1, cmap="Greens", aspect="auto")
    for row, values in enumerate(matrix):
        for column, value in enumerate(values):
            if value >= 0.1:
                ax.text(column, row, f"{value:.0%}"[:-1], ha="center", va="center", fontsize=8,
                        color="white" if value > 0.5 else "black")  # fmt: skip
    ax.set_xticks(range(len(KINDS)), KINDS, rotation=60, ha="right", rotation_mode="anchor")
    ax.set(title=title, xlabel="class where it lands")
    ax.grid(False)
    return image
