"""Do the net's states fall into the grammar's word classes?

    python3 -m studies classes

Elman (1990), figures 7 and 9. The net of `letters` reads text held out. Its state after the last
letter of a word, averaged over the word's places, is the word's vector; vectors are clustered
(`lab.clusters`), the tree is cut where it has as many branches as there are classes, and the
clusters are compared with the grammar's classes by the adjusted Rand index (0 by chance, 1 the
same). Four questions: all 9 classes, nouns against verbs, the 4 classes of nouns among nouns, the
3 of verbs among verbs. A seed counts where the index is above those of 1,000 random orders of the
words' classes. `nearest` needs no cut: the share of words whose nearest word is of their class.

The state after the last letter has read the whole word and nothing more. But it also holds the
word's letters, and verbs all end in s: spelling is a confound. Beside it therefore stand:

    space after       the state one letter on, from which the next word is expected
    space before      the state before the word: what stood before it, nothing of the word
    word alone        the net reads the word after a reset: its letters, nothing before it
    random order      a net trained on the same words in random order: no grammar
    untrained         the weights that training began with
    names shuffled    the net's states, words' names shuffled over places before averaging
    spelling          no net: the last three letters, one-hot
    words around      no net: how often each word stood up to 3 places before and after, in training
    letters around    no net: the same with letters, up to 8 places
    net of words      without spelling: one-hot words, the next one predicted, as Elman had it

Plate (in Elman's footnote 6) warned of averages: what stands before a word is not the same for
all classes, so that its mean alone sets classes apart, without any learning. So: the untrained
nets and `space before`; averages over m places of each word, from 1; and single places, of which
`same word` is the share whose nearest neighbour is of the same word, as Plate asks, and `same
class` the share whose nearest neighbour of another word is of the same class.

Then places of one noun, not averaged: is the determiner before it, its role (subject or object)
or, for objects, the verb to be seen in the state at the noun's last letter? Share of the variance
within a noun that it explains; clusters of the noun's places against it (adjusted Rand); and a
linear read-out, from one half of a text to the other. Beside them labels shuffled within the noun,
a read-out of the noun alone, and the untrained net.

Settings were chosen on seeds 0 to 4: the metric, three words around (of 1 to 3), the ridge, and
1,000 updates of the net of words. Reported are seeds from 100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studies.lab import clusters, letters
from studies.lab import word_drawings as drawings
from studies.lab import word_states as ws
from studies.lab.grammar import NOUNS, VERBS, text
from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.verdicts import clearly_above, of_parts, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # to train on, and held out
    updates: tuple  # at which the net is looked at; the last is the end of training
    word_updates: int
    n_permutations: int
    n_more: int  # letters of the text whose places are not averaged


FULL = Plan(
    10, letters.N_LETTERS, (0, 300, 1_000, 3_000, 10_000, letters.N_UPDATES), ws.WORD_UPDATES,
    1_000, 60_000,
)  # fmt: skip
QUICK = Plan(2, 2_000, (0, 50, 200), 40, 50, 2_000)
PER_WORD = 20  # places of a word that are clustered unaveraged, at most
AVERAGED = (1, 3, 10, 30)  # places in one average
DRAWS = 10  # of averages over so many places
QUESTIONS = ("classes", "noun or verb", "nouns", "verbs")


# ==== Vectors of words ============================================================================
# ==== Agreement with the classes ==================================================================
def asked(question, kinds):
    """Which words a question is about, and their labels."""
    nouns, verbs = np.isin(kinds, NOUNS), np.isin(kinds, VERBS)
    of = {
        "classes": np.ones(len(kinds), bool), "noun or verb": nouns | verbs,
        "nouns": nouns, "verbs": verbs,
    }[question]  # fmt: skip
    return of, np.where(nouns, "noun", "verb")[of] if question == "noun or verb" else kinds[of]


def agreement(vectors, numbers, rng, n_permutations):
    """Adjusted Rand index for each of QUESTIONS, whether above all permutations, and `nearest`."""
    kinds, found = ws.KINDS[numbers], {}
    for question in QUESTIONS:
        of, labels = asked(question, kinds)
        cut = clusters.clusters_of(vectors[of], len(set(labels)))
        index = clusters.adjusted_rand(labels, cut)
        chance = clusters.permuted(labels, cut, rng, n_permutations)
        found[question] = {"index": index, "above": bool(index > chance.max())}
    near = clusters.nearest(vectors, numbers)
    return {**found, "nearest": float((kinds[near] == kinds).mean())}


def index_of(vectors, numbers):
    """The index for all classes alone."""
    labels = ws.KINDS[numbers]
    return clusters.adjusted_rand(labels, clusters.clusters_of(vectors, len(set(labels))))


def sources(seed, plan, rng, nets, train, held_out):
    """(vectors, numbers) of the words by source; `ws.Read` of four nets."""
    symbols, numbers = ws.numbers_of(train.words), ws.numbers_of(held_out.words)
    mixed = letters.trained(seed, ws.in_random_order(rng["order"], train), plan.updates[-1])
    of_words = ws.words_trained(rng["words"], symbols, plan.word_updates)
    untrained_words = ws.words_initial(generators("classes", seed, PARTS)["words"])
    reads = {
        "net": ws.read(nets[-1], held_out), "untrained": ws.read(nets[0], held_out),
        "net of words": ws.read_words(of_words, numbers),
        "net of words, untrained": ws.read_words(untrained_words, numbers),
    }  # fmt: skip
    net = reads["net"]
    everyone = np.arange(len(ws.LEXICON))
    found = {
        "net": ws.averaged(net.last, net.numbers),
        "space after": ws.averaged(net.after, net.numbers),
        "space before": ws.averaged(net.before, net.numbers),
        "word alone": (ws.alone(nets[-1]), everyone),
        "random order": ws.averaged(ws.read(mixed, held_out).last, net.numbers),
        "untrained": ws.averaged(reads["untrained"].last, net.numbers),
        "untrained, space before": ws.averaged(reads["untrained"].before, net.numbers),
        "names shuffled": ws.averaged(net.last, rng["names"].permutation(net.numbers)),
        "spelling": (ws.spelling(), everyone),
        **{name: (vectors, everyone) for name, vectors in ws.tables(train).items()},
    }
    for name in ("net of words", "net of words, untrained"):
        found[name] = ws.averaged(reads[name].last, reads[name].numbers)
    return found, reads


# ==== Single places ===============================================================================
def some_of_each(rng, numbers, n):
    """Places of at most n of each word, in random order."""
    order = rng.permutation(len(numbers))
    return np.concatenate([order[numbers[order] == w][:n] for w in np.unique(numbers)])


def averages(states, numbers, rng):
    """The index for all classes when m places of each word are averaged, for m in AVERAGED."""
    found = []
    for m in AVERAGED:
        draws = [some_of_each(rng, numbers, m) for _ in range(DRAWS)]
        indices = [index_of(*ws.averaged(states[at], numbers[at])) for at in draws]
        found.append(float(np.mean(indices)))
    return found


def single_places(states, numbers, rng, n_permutations):
    """Places clustered as they are: the index, and of whom the nearest neighbours are."""
    at = some_of_each(rng, numbers, PER_WORD)
    states, numbers = states[at], numbers[at]
    kinds = clusters.numbered(ws.KINDS)
    cut = clusters.clusters_of(states, len(np.unique(kinds[numbers])))
    index = clusters.adjusted_rand(kinds[numbers], cut)
    # the words' classes are put in random order, so that a word's places stay together
    orders = rng.permuted(np.tile(kinds, (n_permutations, 1)), axis=1)
    chance = max(clusters.adjusted_rand(order[numbers], cut) for order in orders)
    of_any = clusters.nearest(states, np.arange(len(states)))
    of_another = clusters.nearest(states, numbers)
    other = numbers[:, None] != numbers
    same = kinds[numbers][:, None] == kinds[numbers]
    return {
        "index": index, "above": bool(index > chance),
        "same_word": float((numbers[of_any] == numbers).mean()),
        "same_class": float(same[np.arange(len(same)), of_another].mean()),
        "same_class_by_chance": float(((same & other).sum(axis=1) / other.sum(axis=1)).mean()),
    }  # fmt: skip


# ==== What stood before a noun ====================================================================
def what_stood_before(text, n_words):
    """Of each of the first words of a text: is it a noun, determiner, role, verb if an object.

    Arrays (n_words,) of booleans and of words; "" where there is none.
    """
    words = np.array(text.words[:n_words])
    noun = np.isin(ws.KINDS[ws.numbers_of(words)], NOUNS)
    determiner = np.roll(words, 1)
    role = np.where(text.slot[:n_words] == OBJECT, "object", "subject")
    verb = np.where(role == "object", np.roll(words, 2), "")
    return noun, {"determiner": determiner, "role": role, "verb": verb}


OBJECT = 4  # the place of an object in its sentence: the, noun, verb, the, object


def of_nouns(text, numbers):
    """For determiner, role and verb: which places are looked at, and their labels."""
    noun, labels = what_stood_before(text, len(numbers))
    return {
        name: (at := np.flatnonzero(noun & (of != "")), clusters.numbered(of[at]))
        for name, of in labels.items()
    }


def sub_clusters(nets, text, rng):
    """For determiner, role and verb: `explained`, `group_by_group` and `read_out`, and controls."""
    reads = {name: ws.read(net, text) for name, net in nets.items()}
    numbers, found = reads["net"].numbers, {}
    for name, (at, labels) in of_nouns(text, numbers).items():
        nouns = numbers[at]
        by_net = {net: of.last[at] for net, of in reads.items()}
        found[name] = {net: measured(x, nouns, labels) for net, x in by_net.items()}
        mixed = clusters.shuffled_within(rng, nouns, labels)
        found[name]["shuffled"] = measured(by_net["net"], nouns, mixed)
        nothing = np.zeros((len(at), 1))
        found[name]["noun alone"] = {"read_out": clusters.read_out(nothing, nouns, labels)}
    return found


def measured(states, nouns, labels):
    indices = clusters.group_by_group(states, nouns, labels)
    return {
        "explained": clusters.explained(states, nouns, labels),
        "index": float(np.mean(list(indices.values()))),
        "boy": indices.get(ws.LEXICON.index("boy"), 0.0),
        "read_out": clusters.read_out(states, nouns, labels),
    }


# ==== The study ===================================================================================
PARTS = ("order", "words", "names", "permutations", "places", "text", "labels")


def one_run(arguments):
    seed, plan = arguments
    rng = generators("classes", seed, PARTS)
    train, held_out = letters.texts(seed, plan.n_letters)
    nets = letters.in_training(seed, train.symbols, plan.updates)
    found, reads = sources(seed, plan, rng, nets, train, held_out)
    agrees = {
        name: agreement(*vectors, rng["permutations"], plan.n_permutations)
        for name, vectors in found.items()
    }
    through = []
    for net in nets:
        seen = ws.read(net, held_out)
        both = [ws.averaged(states, seen.numbers) for states in (seen.last, seen.after)]
        through.append([index_of(*vectors) for vectors in both])
    more = text(rng["text"], plan.n_more)
    vectors, which = found["net"]
    tree = {"linkage": clusters.tree(vectors).tolist(), "words": [ws.LEXICON[i] for i in which]}
    return {
        "seed": seed, "agreement": agrees, "through": through, "tree": tree,
        "averages": {n: averages(r.last, r.numbers, rng["places"]) for n, r in reads.items()},
        "single": {
            n: single_places(r.last, r.numbers, rng["places"], plan.n_permutations)
            for n, r in reads.items()
        },
        "nouns": sub_clusters({"net": nets[-1], "untrained": nets[0]}, more, rng["labels"]),
    }  # fmt: skip


def summed(runs, *keys):
    """`mean` over the runs of what stands under these keys."""
    values = []
    for found in runs:
        for key in keys:
            found = found[key]
        values.append(found)
    return mean(values)


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    runs = parallel_map(one_run, [(seed, plan) for seed in seeds], jobs, "classes")
    one, agrees = runs[0], {}
    for name in one["agreement"]:
        agrees[name] = {"nearest": summed(runs, "agreement", name, "nearest")}
        for question in QUESTIONS:
            above = [run["agreement"][name][question]["above"] for run in runs]
            agrees[name][question] = {
                "index": summed(runs, "agreement", name, question, "index"),
                "above": proportion(above),
            }
    return {
        "n_seeds": plan.n_seeds, "updates": list(plan.updates), "averaged": list(AVERAGED),
        "n_permutations": plan.n_permutations, "agreement": agrees, "tree": one["tree"],
        "through": {
            state: [summed(runs, "through", i, j) for i in range(len(plan.updates))]
            for j, state in enumerate(("last", "after"))
        },
        "averages": {
            name: [summed(runs, "averages", name, i) for i in range(len(AVERAGED))]
            for name in one["averages"]
        },
        "single": {
            name: {
                **{key: summed(runs, "single", name, key) for key in of if key != "above"},
                "above": proportion([run["single"][name]["above"] for run in runs]),
            }
            for name, of in one["single"].items()
        },
        "nouns": {
            what: {
                name: {key: summed(runs, "nouns", what, name, key) for key in of}
                for name, of in by_name.items()
            }
            for what, by_name in one["nouns"].items()
        },
        "seed_drawn": seeds[0],
        "runs": [{"seed": run["seed"], "agreement": run["agreement"]} for run in runs],
    }  # fmt: skip


# ==== Tables and sentences ========================================================================
def index(found):
    """An adjusted Rand index for all classes with its interval."""
    return in_two(found["classes"]["index"])


def in_two(found):
    low, high = found["interval"]
    return f"{found['mean']:.2f} ({low:.2f} to {high:.2f})"


def answer(results):
    """The finding, with what beats the net."""
    of, nouns = results["agreement"], results["nouns"]
    net, best = of["net"]["classes"], of["net"]["classes"]["index"]["mean"]
    rivals = [n for n in ("words around", "space before", "untrained, space before")
              if of[n]["classes"]["index"]["mean"] > best]  # fmt: skip
    beaten = ", ".join(f"{n} {of[n]['classes']['index']['mean']:.2f}" for n in rivals)
    return (
        f"Averaged states at the words' last letters agree with the 9 classes at an adjusted Rand "
        f"index of {index(of['net'])}, above all {results['n_permutations']:,} permutations on "
        f"{counted(net['above'])} seeds; the untrained net has "
        f"{of['untrained']['classes']['index']['mean']:.2f}, words in random order "
        f"{of['random order']['classes']['index']['mean']:.2f}; "
        f"{f'above the net are {beaten}' if rivals else 'no control is above the net'}. "
        f"Within a noun the role explains {nouns['role']['net']['explained']['mean']:.0%} of the "
        f"variance and the determiner {nouns['determiner']['net']['explained']['mean']:.0%}; "
        f"untrained {nouns['role']['untrained']['explained']['mean']:.0%} and "
        f"{nouns['determiner']['untrained']['explained']['mean']:.0%}."
    )


def table(results):
    """Every source of vectors."""
    header = (
        "vectors of words", "9 classes, adjusted Rand", "above all permutations",
        "noun or verb", "above all", "classes of nouns", "classes of verbs",
        "nearest word of the same class",
    )  # fmt: skip
    rows = []
    for name, found in results["agreement"].items():
        either = found["noun or verb"]
        rows.append((
            name, index(found), counted(found["classes"]["above"]),
            f"{either['index']['mean']:.2f}", counted(either["above"]),
            *(f"{found[q]['index']['mean']:.2f} {counted(found[q]['above'])}"
              for q in ("nouns", "verbs")),
            percent(found["nearest"]),
        ))  # fmt: skip
    return header, rows


def single(results):
    """Places as they are, and averages over m of them."""
    header = (
        "net", "places clustered: adjusted Rand", "above all permutations",
        "nearest place is of the same word", "nearest of another word: same class", "by chance",
        *(f"average of {m}" for m in (results["averaged"][0], results["averaged"][-1])),
    )  # fmt: skip
    rows = []
    for name, of in results["single"].items():
        averages = results["averages"][name]
        rows.append((
            name, in_two(of["index"]), counted(of["above"]), percent(of["same_word"]),
            percent(of["same_class"]), f"{of['same_class_by_chance']['mean']:.1%}",
            f"{averages[0]['mean']:.2f}", f"{averages[-1]['mean']:.2f}",
        ))  # fmt: skip
    return header, rows


def within_nouns(results):
    """What stood before a noun, in the state at its last letter."""
    header = ("what", "state of", "variance explained", "clusters, adjusted Rand", "read out")
    rows = []
    for what, by_name in results["nouns"].items():
        for name, of in by_name.items():
            seen = "explained" in of
            rows.append((
                what, name, percent(of["explained"]) if seen else "-",
                in_two(of["index"]) if seen else "-", percent(of["read_out"]),
            ))  # fmt: skip
    return header, rows


def above(results, name, others):
    """Those that a source is above by the index for all classes, seed by seed."""
    of = [{n: a["classes"]["index"] for n, a in r["agreement"].items()} for r in results["runs"]]
    return [n for n in others if mean([one[name] - one[n] for one in of])["interval"][0] > 0]


CLEAR = 0.9  # adjusted Rand index from which classes count as found


def recovered(results):
    """Are the classes there, and what the best table of counts has that the net has not."""
    of = results["agreement"]
    if of["net"]["classes"]["index"]["mean"] >= CLEAR:
        return "recovered"
    more = ["chance"] if of["net"]["classes"]["above"]["share"] > 0.5 else []
    more += above(results, "net", ("untrained", "spelling", "word alone"))
    words = of["words around"]
    nor = "Nor are they" if words["classes"]["index"]["mean"] < CLEAR else "They are"
    return (
        f"more than {', '.join(more) or 'no control'}, but not recovered. {nor} by counts of words "
        f"around, {index(words)}, which are told the words, see {ws.AROUND} that follow, and had "
        "that span chosen: classes of verbs above all permutations on "
        f"{counted(words['verbs']['above'])} seeds. Distribution alone cannot be held to an index "
        "of 1: the grammar's classes of verbs are not its own (reads takes book, eats takes food)"
    )


def divides(determiner, role):
    """What divides the places of a noun, and whether the determiner is still there."""
    if determiner["net"]["boy"]["mean"] >= role["net"]["boy"]["mean"]:
        return "they do"
    still, chance = (determiner[name]["read_out"] for name in ("net", "noun alone"))
    return (
        "after training the role divides them; the determiner, on which nothing depends, does not, "
        + ("though" if clearly_above(still, chance) else "and not even")
        + f" read out at {still['mean']:.0%} (chance {chance['mean']:.0%})"
    )


def by_training(results):
    """Whether training on the order of words makes the classes."""
    if len(above(results, "net", ("untrained", "random order"))) < 2:
        return "not clearly more than without training, or than of words in random order"
    part = results["agreement"]["net"]["classes"]["index"]["mean"] < CLEAR
    return f"classes come with training on the order of words{', in part' if part else ''}"


def emerging(results):
    """How far the index rises, and when."""
    rise = np.array([v["mean"] for v in results["through"]["last"]])
    rise -= rise[0]
    if not above(results, "net", ["untrained"]):
        return "no clear rise"
    most = results["updates"][np.argmax(rise >= 0.9 * rise[-1])]
    before = results["agreement"]["untrained"]["classes"]["above"]
    return (
        f"the index rises by {rise[-1]:.2f}, nine tenths of it within {most:,} updates; before "
        f"training it is above all permutations on {counted(before)} seeds"
    )


def document(results):
    """(what the document says, what was measured, verdict, why)."""
    of, nouns, single = results["agreement"], results["nouns"], results["single"]
    last = results["through"]["last"]
    bare = of["untrained, space before"]
    warned = bare["classes"]["above"]["share"] > 0.5
    clear = of["net"]["classes"]["index"]["mean"] >= CLEAR
    learnt = clearly_above(single["net"]["same_class"], single["untrained"]["same_class"])
    determiner, role, verb = nouns["determiner"], nouns["role"], nouns["verb"]
    read_out = [{name: at["read_out"] for name, at in w.items()} for w in (determiner, verb)]
    told = all(clearly_above(w["net"], w["noun alone"]) for w in read_out)
    before = all(w["untrained"]["mean"] > w["net"]["mean"] for w in read_out)
    grown, covered = above(results, "net", ["untrained"]), above(results, "space before", ["net"])
    more = len(above(results, "net", ("untrained", "random order"))) == 2
    return [
        (
            "Hierarchical clustering of averaged states recovers the categories (Figure 7)",
            f"adjusted Rand index {index(of['net'])} for 9 classes, above all "
            f"{results['n_permutations']:,} permutations on "
            f"{counted(of['net']['classes']['above'])} seeds; nouns against verbs "
            f"{of['net']['noun or verb']['index']['mean']:.2f}; untrained "
            f"{of['untrained']['classes']['index']['mean']:.2f}",
            verdict(clear, grown and of["net"]["classes"]["above"]["share"] > 0.5),
            recovered(results),
        ),
        (
            "Occurrences of \"boy\" after \"the\" cluster separately from those after \"a\"",
            f"two clusters of boy's places against the determiner: adjusted Rand "
            f"{in_two(determiner['net']['boy'])}, untrained "
            f"{in_two(determiner['untrained']['boy'])}; against subject or object: "
            f"{in_two(role['net']['boy'])}, untrained {in_two(role['untrained']['boy'])}",
            verdict(determiner["net"]["boy"]["mean"] >= CLEAR),
            divides(determiner, role),
        ),
        (
            "The state tells which determiner was used and which verb preceded the noun phrase",
            f"read out at the noun's end: determiner {percent(determiner['net']['read_out'])}, "
            f"untrained {percent(determiner['untrained']['read_out'])}; verb "
            f"{percent(verb['net']['read_out'])}, untrained "
            f"{percent(verb['untrained']['read_out'])}, from the noun alone "
            f"{percent(verb['noun alone']['read_out'])}",
            verdict(told and not before, told),
            "both can be read out, and from the untrained net better: it is no work of learning"
            if before else "not both are read out better from the untrained net",
        ),
        (
            "Tony Plate's warning is refuted: the structure is not an averaging artifact",
            f"the untrained net's averaged state before the word has {index(bare)}, above all "
            f"permutations on {counted(bare['classes']['above'])} seeds, nouns against verbs "
            f"{bare['noun or verb']['index']['mean']:.2f}; the trained net's single places "
            f"{in_two(single['net']['index'])}, untrained {in_two(single['untrained']['index'])}; "
            f"nearest place of another word of the same class "
            f"{percent(single['net']['same_class'])}, untrained "
            f"{percent(single['untrained']['same_class'])}",
            of_parts(not warned, learnt),
            ("the warning is right: averages of what stood before have classes with no learning"
             if warned else "averages alone made no classes")
            + ("; single places have them too, and more after learning" if learnt else
               "; single places have them too, with no clear gain by learning"),
        ),
        (
            "The model learned a grammar it was never explicitly taught",
            f"agreement with the 9 classes grows from {in_two(last[0])} to {in_two(last[-1])} in "
            f"{results['updates'][-1]:,} updates; trained on the words in random order "
            f"{index(of['random order'])}",
            verdict(more and clear, more),
            by_training(results),
        ),
        (
            "Categories emerge as training progresses",
            "index after updates: "
            + ", ".join(f"{n:,} {in_two(v)}" for n, v in zip(results["updates"], last)),
            verdict(grown and of["untrained"]["classes"]["above"]["k"] == 0, grown),
            emerging(results),
        ),
        (
            "The model's representations are purely distributional",
            f"words read alone {index(of['word alone'])}, above all permutations on "
            f"{counted(of['word alone']['classes']['above'])} seeds; spelling alone "
            f"{index(of['spelling'])}; the state before the word {index(of['space before'])}, at "
            f"its last letter {index(of['net'])}; the nearest single place is of the same word in "
            f"{percent(single['net']['same_word'])}, untrained "
            f"{percent(single['untrained']['same_word'])}",
            verdict(not covered, bool(above(results, "net", ["spelling"]))),
            "not purely: the letters just read cover what the context tells, and the index is "
            "higher before them" if covered
            else "the letters take nothing away from the context",
        ),
    ]  # fmt: skip


# ==== Figures =====================================================================================
LOOKS = {
    "net": (AUTOMATIZER, "o", "-"), "untrained": (AUTOMATIZER, "o", ":"),
    "net of words": (CHUNKER, "s", "-"), "net of words, untrained": (CHUNKER, "s", ":"),
}  # fmt: skip
NO_NET = ("spelling", "words around", "letters around")


def figures(results):
    return {"classes.png": classes_figure(results), "classes_places.png": places_figure(results)}


def classes_figure(results):
    of = results["agreement"]
    figure = new_figure(
        f"Averaged states of words agree with the grammar's 9 classes at an adjusted Rand index\n"
        f"of {of['net']['classes']['index']['mean']:.2f} (untrained "
        f"{of['untrained']['classes']['index']['mean']:.2f}, counts of the words around "
        f"{of['words around']['classes']['index']['mean']:.2f})",
        height=8.2,
    )  # fmt: skip
    axes = figure.subplot_mosaic([["tree", "sources"], ["tree", "through"]],
                                 height_ratios=[1.7, 1])  # fmt: skip
    drawings.draw_tree(axes["tree"], results["tree"], dict(zip(ws.LEXICON, ws.KINDS)),
                       f"net's states, seed {results['seed_drawn']}")  # fmt: skip
    colours = {n: BASELINE if n in NO_NET else LOOKS.get(n, (FAINT,))[0] for n in of}
    drawings.draw_sources(axes["sources"], of, colours)
    drawings.draw_through(axes["through"], results)
    return figure


def places_figure(results):
    role, determiner = (results["nouns"][what] for what in ("role", "determiner"))
    figure = new_figure(
        f"What divides the places of one noun: trained, its role "
        f"({role['net']['explained']['mean']:.0%} of the variance); untrained,\nthe determiner "
        f"before it ({determiner['untrained']['explained']['mean']:.0%}, trained "
        f"{determiner['net']['explained']['mean']:.0%})",
        height=4.6,
    )
    averages, explained, right = figure.subplots(1, 3)
    drawings.draw_averages(averages, results, LOOKS)
    for ax, key, last, title in (
        (explained, "explained", "shuffled", "variance within a noun explained"),
        (right, "read_out", "noun alone", "read out of the state"),
    ):
        drawings.grouped(ax, results["nouns"], key, ("net", "untrained", last), title)
    return figure
