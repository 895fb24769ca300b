"""Where does the net fail: across sentences, at new pairs, in long words, in the rare pattern?

    python3 -m studies limits

The net of "Networks That Remember", trained on 18,000 letters, is asked on 90,000 held-out ones:
its loss above the exact predictor's, in nats per letter, in parts of the text. Beside it a net
that learns as long from fresh text, read once, and a table of what follows the last 4 letters,
counted on the same 18,000.

Across sentences: sentences are asked for after their own text, after another sentence drawn at
random, and with the state 0 before them; the exact predictor with and without what came before. New
pairs: a fifth of the pairs of subject and object, chosen by lot for each seed, are kept out of the
text that a second net learns from; both nets are asked on the objects of these and of others. Many
held-out sentences stand word for word in the text learned from, those of pairs kept out do not: the
two kinds are compared within sentences that the net never read. Confused or not: whether the state
after the object's last letter is nearest to this noun's mean state in the training text, and how
far it is from it. The same for the document's own example, things that are eaten, which the grammar
does not have. Long words: nouns by length, "cookie" beside the other foods. The rare pattern: the
one with the adverb, a fifth as frequent as each of the others.

Settings of the net were chosen on seeds 0 to 4, none here; reported are seeds from 100 on.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core
from studies.lab import grammar, letters
from studies.lab.averages import means
from studies.lab.intervals import mean
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.verdicts import UNTESTED, of_parts, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # to learn from
    n_updates: int
    n_held_out: int  # letters
    n_alone: int  # sentences asked for after their own text, another's, and nothing


FULL = Plan(10, letters.N_LETTERS, letters.N_UPDATES, 90_000, 600)
QUICK = Plan(2, 4000, 40, 4000, 10)
ORDER = 4  # of the table: the best on 18,000 letters of seeds 0 to 2
KEPT_OUT = 0.2  # of the pairs
OBJECT = 4  # its slot, where there is one: determiner, subject, verb, determiner, object
SHORTER = (3, 4, 5)  # letters of nouns; there is one of 6, cookie
COOKIE, FOODS = "cookie", "the other foods"
NOUNS = tuple(noun for name in grammar.NOUNS for noun in grammar.CLASSES[name])
NEW, OTHER, KNOWN = "kept out, never read", "others, never read", "others, read"  # of objects
PAIRS = {"": ("kept out", "others"), ", never read": (NEW, OTHER)}  # to compare
CERTAIN, NOTHING = 0.999, 1e-9


# ==== Pairs of subject and object =================================================================
def pair(words):
    """(subject, object) of a sentence; None when it has no object."""
    nouns = tuple(word for word in words if word in NOUNS)
    return nouns if len(nouns) == 2 else None


def all_pairs():
    return sorted({pair(words) for words in grammar.legal_sentences()} - {None})


def kept_out_of(seed):
    """The pairs that the second net never sees."""
    pairs = all_pairs()
    order = generators("limits", seed, ("pairs",))["pairs"].permutation(len(pairs))
    return frozenset(pairs[i] for i in order[: int(KEPT_OUT * len(pairs))])


def objects(text):
    """The numbers of the words that are objects, and the pairs that they are of."""
    which = np.flatnonzero(text.slot == OBJECT)
    return which, [(text.words[i - 3], text.words[i]) for i in which.tolist()]


# ==== Parts of a text =============================================================================
def parts(text):
    """Flags of the letters x_1 .. x_n, (n,): a part of the text for each row of the table."""
    word = text.word[1:]
    slot, pattern, words = text.slot[word], text.pattern[word], np.array(text.words)
    is_noun, length = np.isin(words, NOUNS), np.char.str_len(words)
    cookie, food = words == COOKIE, np.isin(words, grammar.CLASSES["food"])
    found = {
        "all letters": np.ones(len(word), bool),
        "first word of a sentence": slot == 0,
        "the other words": slot > 0,
    }
    found |= {f"nouns of {n} letters": (is_noun & (length == n))[word] for n in SHORTER}
    found |= {COOKIE: cookie[word], FOODS: (food & ~cookie)[word]}
    found |= {f"second letter of {w}": found[w] & (text.place[1:] == 1) for w in (COOKIE, FOODS)}
    return found | {
        "rare pattern": pattern == grammar.RARE,
        "its adverb": (words == "often")[word],
        "after its adverb": (pattern == grammar.RARE) & (slot > 0),
        "the other patterns": pattern != grammar.RARE,
    }


def by_word(text, above):
    """Of the nouns: spelling, and the loss above the exact predictor's per letter."""
    total, size = (np.bincount(text.word[1:], weights) for weights in (above, None))
    words = np.array(text.words[: len(total)])
    return {noun: float(total[words == noun].sum() / size[words == noun].sum()) for noun in NOUNS}


def often(noun, words):
    """How often a noun stands in a text, for one of a noun on average."""
    return words.count(noun) * len(NOUNS) / sum(map(words.count, NOUNS))


# ==== Sentences after one thing or another ========================================================
def split(text):
    """The whole sentences of a text: tuples of words, and where in x_1 .. x_n each begins."""
    starts = np.flatnonzero(text.slot == 0)[:-1]
    return grammar.whole_sentences(text), np.searchsorted(text.word[1:], starts)


def read_after(net, before, after, block=100):
    """p of the letters of the sentences `after`, read after those `before` and one space.

    Yields (symbols (n,), p (n, letters), states (n, H) that have read them) of each in turn.
    """
    for start in range(0, len(after), block):
        told = [grammar.as_letters(b)[0] for b in before[start : start + block]]
        asked = [grammar.as_letters(a)[0][1:] for a in after[start : start + block]]
        rows = [np.concatenate(both) for both in zip(told, asked)]
        tokens = np.full((max(map(len, rows)) + 1, len(rows)), grammar.SPACE)  # and one to spare
        for i, row in enumerate(rows):
            tokens[: len(row), i] = row
        u = core.buffers(net, len(tokens) - 1, len(rows))
        core.load(u, tokens)
        core.forward(net, u)
        for i, (context, symbols) in enumerate(zip(told, asked)):
            steps = slice(len(context), len(context) + len(symbols))
            yield symbols, u.probs[steps.start - 1 : steps.stop - 1, i], u.hidden[1:][steps, i]


def nats_of(p, symbols):
    return letters.nats(p, np.append(grammar.SPACE, symbols))


def across_sentences(rng, net, text, p, exact, n):
    """What the sentence before is good for: losses per letter of the first word and of all.

    `p` and `exact` are the predictions of net and exact predictor reading the text through.
    """
    found, first = split(text)
    chosen = 1 + rng.permutation(len(found) - 1)[:n]
    sentences = [found[i] for i in chosen]
    strangers = [found[i] for i in rng.integers(len(found), size=len(chosen))]
    through = [slice(first[i], first[i] + len(" ".join(found[i])) + 1) for i in chosen]
    asked = {
        "own": [p[at] for at in through],
        "another": [q for _, q, _ in read_after(net, strangers, sentences)],
        "nothing": [q for _, q, _ in read_after(net, [()] * len(sentences), sentences)],
        "exact": [exact[at] for at in through],
        "exact alone": [grammar.best(grammar.as_letters(s)[0]) for s in sentences],
    }
    symbols = [grammar.as_letters(s)[0][1:] for s in sentences]
    head = np.concatenate([np.arange(len(x)) <= len(s[0]) for x, s in zip(symbols, sentences)])
    loss = {who: np.concatenate([*map(nats_of, ps, symbols)]) for who, ps in asked.items()}
    both = [np.concatenate(asked[who]) for who in ("exact", "exact alone")]
    own, another = (np.concatenate(asked[who]) for who in ("own", "another"))
    return {
        "first": {who: float(x[head].mean()) for who, x in loss.items()},
        "whole": {who: float(x.mean()) for who, x in loss.items()},
        "moved": float(scipy.special.rel_entr(own, another).sum(axis=1)[head].mean()),
        "exact_moved": float(np.abs(both[0] - both[1]).max()),
    }


# ==== New pairs ===================================================================================
def endings(text, which):
    """Where in x_1 .. x_n the last letters of words end, so far as the text goes."""
    last = np.flatnonzero(np.diff(text.word[1:], append=text.word[-1])) - 1
    return last[which[which < len(last)]]


def mean_states(h, text):
    """The mean state after each object noun of a text; h (n, H) has read x_1 .. x_n."""
    which, pairs = objects(text)
    at = endings(text, which)
    nouns = np.array([noun for _, noun in pairs[: len(at)]])
    return {noun: h[at[nouns == noun]].mean(axis=0) for noun in sorted(set(nouns.tolist()))}


def how_near(states, nouns, centres):
    """Is each state nearest to its own noun's mean state, and how far from it: (n,) both."""
    names, means = list(centres), np.array(list(centres.values()))
    distance = scipy.spatial.distance.cdist(states, means)
    own = np.array([names.index(noun) for noun in nouns])
    return distance.argmin(axis=1) == own, distance[np.arange(len(own)), own]


def states_after(net, symbols):
    """p of x_1 .. x_n, and the states that have read x_1 .. x_n."""
    p, h = letters.predicted(net, np.append(symbols, grammar.SPACE))
    return p[:-1], h[1:]


def at_pairs(net, train, test, exact_loss, unseen):
    """Loss on objects of the pairs `unseen` and of the others, and the states after them.

    Each also by whether its sentence stands word for word in `train`; `share` is of all objects.
    """
    centres = mean_states(states_after(net, train.symbols)[1], train)
    p, h = states_after(net, test.symbols)
    above = letters.nats(p, test.symbols) - exact_loss
    which, pairs = objects(test)
    at = endings(test, which)
    which, pairs, known = which[: len(at)], pairs[: len(at)], set(grammar.whole_sentences(train))
    right, distance = how_near(h[at], [noun for _, noun in pairs], centres)
    new = np.array([both in unseen for both in pairs])
    read = np.array([tuple(test.words[i - OBJECT : i + 1]) in known for i in which.tolist()])
    kinds = {"kept out": new, "others": ~new, NEW: new & ~read, "kept out, read": new & read}
    kinds |= {OTHER: ~new & ~read, KNOWN: ~new & read}
    found = {
        kind: {
            "above": float(above[np.isin(test.word[1:], which[mine])].mean()),
            "right": float(right[mine].mean()), "distance": float(distance[mine].mean()),
            "share": float(mine.mean()),
        }
        for kind, mine in kinds.items() if mine.any()
    }  # fmt: skip
    return found, centres


def not_in_the_grammar(net, centres):
    """Things that are eaten, "the king eats the glass": loss on the thing, the state after it."""
    slots = ("determiner", "human", None, "determiner", "thing")
    eaten = list(itertools.product(*(grammar.CLASSES.get(slot, ["eats"]) for slot in slots)))
    read = list(read_after(net, [("the", "boy", "sleeps")] * len(eaten), eaten))
    losses = [nats_of(p, x)[-len(words[-1]) - 1 :] for words, (x, p, _) in zip(eaten, read)]
    states = np.array([h[-2] for *_, h in read])
    right, distance = how_near(states, [words[-1] for words in eaten], centres)
    return {
        "loss": float(np.concatenate(losses).mean()),
        "right": float(right.mean()), "distance": float(distance.mean()),
        "legal": sum(words in grammar.legal_sentences() for words in eaten),
    }  # fmt: skip


# ==== The study ===================================================================================
def one_run(arguments):
    """One seed: the losses of the net, the table and the exact predictor in parts of the text."""
    seed, plan = arguments
    train = letters.texts(seed, plan.n_letters)[0]
    test = grammar.text(letters.streams(seed)["test"], plan.n_held_out)
    unseen = kept_out_of(seed)
    without = letters.texts(seed, plan.n_letters, left_out=lambda _, w: pair(w) in unseen)[0]
    fresh = grammar.text(letters.streams(seed)["more"], letters.CHUNK * plan.n_updates)
    net = letters.trained(seed, train.symbols, plan.n_updates)
    read_once = letters.trained(seed, fresh.symbols, plan.n_updates)
    second = letters.trained(seed, without.symbols, plan.n_updates)
    p, exact = letters.predicted(net, test.symbols)[0], grammar.best(test.symbols)
    losses = {
        "net": letters.nats(p, test.symbols),
        "fresh": letters.nats(letters.predicted(read_once, test.symbols)[0], test.symbols),
        "table": letters.nats(letters.table(train.symbols, ORDER)(test.symbols), test.symbols),
        "exact": letters.nats(exact, test.symbols),
    }
    rng = generators("limits", seed, ("pairs", "sentences"))["sentences"]
    pairs = {"second": at_pairs(second, without, test, losses["exact"], unseen)[0]}
    pairs["first"], centres = at_pairs(net, train, test, losses["exact"], unseen)
    nouns = by_word(test, losses["net"] - losses["exact"])
    return {
        "seed": seed, "pairs": pairs, "eaten": not_in_the_grammar(net, centres),
        "parts": {
            part: {who: float(loss[at].mean()) for who, loss in losses.items()}
            for part, at in parts(test).items()
        },
        "across": across_sentences(rng, net, test, p, exact, plan.n_alone),
        "met": float(np.mean([both in set(objects(train)[1]) for both in sorted(unseen)])),
        "nouns": nouns, "often": often(COOKIE, train.words),
        "length": float(scipy.stats.spearmanr([*map(len, nouns)], [*nouns.values()]).statistic),
        "certain": float((exact.max(axis=1) > CERTAIN).mean()),
    }  # fmt: skip


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    runs = parallel_map(one_run, [(seed, plan) for seed in seeds], jobs, "limits")
    return {
        "seeds": plan.n_seeds, "n_letters": plan.n_letters, "n_held_out": plan.n_held_out,
        "n_pairs": len(all_pairs()), "n_kept_out": len(kept_out_of(letters.FIRST_SEED)),
        "parts": {part: part_of(runs, part) for part in runs[0]["parts"]},
        "across": across_of(runs), "pairs": pairs_of(runs),
        "eaten": means([run["eaten"] for run in runs]), "cookie": less(runs, COOKIE, FOODS),
        **{key: mean([run[key] for run in runs]) for key in ("length", "certain", "often")},
        "rare": less(runs, "rare pattern", "the other patterns"), "runs": runs,
    }  # fmt: skip


def above(run, part, who="net"):
    return run["parts"][part][who] - run["parts"][part]["exact"]


def less(runs, one, other):
    """How much farther above the exact predictor the net is in one part than in another."""
    return mean([above(run, one) - above(run, other) for run in runs])


def part_of(runs, part):
    of = {who: mean([above(run, part, who) for run in runs]) for who in ("net", "fresh", "table")}
    losses = means([run["parts"][part] for run in runs])
    return of | {f"loss of {who}": losses[who] for who in ("exact", "net")}


def across_of(runs):
    """Losses on the first word and on the whole sentence, and how much more than after its own."""
    of = [run["across"] for run in runs]
    found = {key: means([one[key] for one in of]) for key in ("first", "whole")}
    for key, who in itertools.product(found, ("another", "nothing")):
        found[key][f"{who} less own"] = mean([one[key][who] - one[key]["own"] for one in of])
    moved = mean([one["moved"] for one in of])
    return found | {"moved": moved, "exact_moved": max(one["exact_moved"] for one in of)}


def pairs_of(runs):
    """For the net that never saw the pairs kept out, and for the one with nothing kept out."""
    found, more = {"met": mean([run["met"] for run in runs])}, {}
    for which in ("second", "first"):
        of = [run["pairs"][which] for run in runs]
        kinds = [kind for kind in of[0] if all(kind in one for one in of)]
        found[which] = {kind: means([one[kind] for one in of]) for kind in kinds}
        for where, (new, other) in PAIRS.items():
            ratio = [one[new]["distance"] / one[other]["distance"] for one in of]
            found[which]["ratio" + where] = mean(ratio)
            more[which, where] = np.array([one[new]["above"] - one[other]["above"] for one in of])
            found[which]["more" + where] = mean(more[which, where])
    for where in PAIRS:
        found["of keeping out" + where] = mean(more["second", where] - more["first", where])
    eaten = [run["eaten"]["distance"] / run["pairs"]["first"]["others"]["distance"] for run in runs]
    return found | {"eaten ratio": mean(eaten)}


# ==== Tables and sentences ========================================================================
def with_interval(value):
    low, high = value["interval"]
    return f"{value['mean']:.3f} ({low:.3f} to {high:.3f})"


def clear(value, at=0.0):
    """1 or -1 when the interval is above or below; 0 when it holds that value."""
    low, high = value["interval"]
    return int(low > at) - int(high < at)


def new_pairs(pairs):
    """Do they cost more, in the one net and against the other? Both must be clear."""
    sides = [clear(pairs["second"]["more, never read"]), clear(pairs["of keeping out, never read"])]
    words = "no more, as far as can be told,", "perhaps more", "more", "less", "perhaps less"
    return words[sum(sides)]


def answer(results):
    """Where the net is farther above the exact predictor than elsewhere, and where it is not."""
    parts, pairs, cookie = results["parts"], results["pairs"], results["cookie"]
    long = ("no more", "more", "less")[clear(cookie)]
    after = results["across"]["first"]["another less own"]
    more = pairs["second"]["more, never read"]
    of = {kind: pairs["second"][kind]["above"]["mean"] for kind in (NEW, OTHER, KNOWN)}
    return (
        f"The net is {with_interval(parts['all letters']['net'])} nats a letter above the exact "
        f"predictor, in the rare pattern {with_interval(parts['rare pattern']['net'])} (with fresh "
        f"text {parts['rare pattern']['fresh']['mean']:.3f}). A net that never saw some objects "
        f"with their subject is {of[NEW]:.3f} above it on them, {of[OTHER]:.3f} on other objects "
        f"of sentences that it never read, {of[KNOWN]:.3f} in sentences that it did. New pairs "
        f"cost {new_pairs(pairs)} than new sentences do: {with_interval(more)} in this net, "
        f"{with_interval(pairs['of keeping out, never read'])} more than for a net with nothing "
        f"kept out. In “cookie” it loses {long} than in the other foods ({with_interval(cookie)}). "
        f"After another sentence than its own a first word costs {with_interval(after)} more; the "
        f"exact predictor's p moves by at most {results['across']['exact_moved']:.0e}."
    )


def table(results):
    """Parts of the text, then the objects of pairs."""
    header = ("part of the text", "exact predictor, nats a letter", "net above it (95%)",
              "with fresh text above it (95%)", f"table of {ORDER} letters above it")  # fmt: skip
    rows = [
        (part, f"{one['loss of exact']['mean']:.3f}", with_interval(one["net"]),
         with_interval(one["fresh"]), f"{one['table']['mean']:.3f}")
        for part, one in results["parts"].items()
    ]  # fmt: skip
    return header, rows


def pairs_table(results):
    """Both nets on objects: of the pairs kept out or others, in sentences read or never read."""
    header = ("learns from text", "objects of pairs, sentences", "share of objects",
              "net above the exact predictor (95%)", "state nearest to its noun's",
              "distance from it")  # fmt: skip
    names = {"second": "without these pairs", "first": "with nothing kept out"}
    rows = [
        (names[net], kind, f"{of['share']['mean']:.0%}", with_interval(of["above"]),
         f"{of['right']['mean']:.1%}", f"{of['distance']['mean']:.2f}")
        for net in names for kind in (NEW, "kept out, read", OTHER, KNOWN)
        if (of := results["pairs"][net].get(kind))
    ]  # fmt: skip
    eaten = results["eaten"]
    outside = ("-", f"loss {eaten['loss']['mean']:.2f}, exact: without bound")
    last = (f"{eaten['right']['mean']:.1%}", f"{eaten['distance']['mean']:.2f}")
    return header, [*rows, (names["first"], "things that are eaten", *outside, *last)]


def across_table(results):
    """Loss after a sentence of the text, of another place, and after nothing."""
    header = ("read before the sentence", "first word, nats a letter", "more than after its own",
              "whole sentence", "more than after its own")  # fmt: skip
    names = {
        "own": "net: the text before it", "another": "net: another sentence",
        "nothing": "net: nothing, the state 0", "exact": "exact predictor: the text before it",
        "exact alone": "exact predictor: nothing",
    }  # fmt: skip
    rows = []
    for who, name in names.items():
        less_own, row = f"{who} less own", [name]
        for of in (results["across"]["first"], results["across"]["whole"]):
            row += [f"{of[who]['mean']:.3f}", with_interval(of[less_own]) if less_own in of else ""]
        rows.append(tuple(row))
    return header, rows


def document(results):
    """What the document says, what was measured here, a verdict, and why."""
    rows = (of_sentences, of_pairs, of_long_words, of_rare_pattern, of_deterministic)
    return [row(results) for row in rows]


def of_sentences(results):
    across, first, parts = results["across"], results["across"]["first"], results["parts"]
    worse = clear(first["another less own"])
    found = ("No failure to be told", "The net does worse", "The net does better")[worse]
    return (
        "Cross-sentence dependencies: the network cannot maintain context across sentence "
        "boundaries; a real limitation of the architecture.",
        f"The exact predictor's p moves by at most {across['exact_moved']:.0e} when it "
        "forgets the text before. The net's first word costs "
        f"{with_interval(first['another less own'])} nats a letter more after another sentence "
        f"than its own, {with_interval(first['nothing less own'])} from the state 0; what it "
        f"predicts there moves by {across['moved']['mean']:.3f} nats. It is "
        f"{parts['first word of a sentence']['net']['mean']:.3f} above the exact predictor there, "
        f"{parts['the other words']['net']['mean']:.3f} elsewhere.",
        UNTESTED if across["exact_moved"] < NOTHING else verdict(worse > 0),
        f"{found} after another sentence. Sentences are drawn "
        "one by one, so that there is nothing to know; such a text cannot show a limit of the "
        "architecture. The state 0, which stands before the text alone, costs "
        f"{('no more', 'more', 'less')[clear(first['nothing less own'])]}.",
    )


def of_pairs(results):
    pairs, eaten = results["pairs"], results["eaten"]
    second, ratio = pairs["second"], pairs["second"]["ratio, never read"]
    kept = pairs["of keeping out, never read"]
    on, on_first = (
        [f"{pairs[net][kind]['above']['mean']:.3f}" for kind in (NEW, OTHER, KNOWN)]
        for net in ("second", "first")
    )
    far, example = (
        ("not confused", "confused, as said", "not confused but nearer")[clear(value, 1.0)]
        for value in (ratio, pairs["eaten ratio"])
    )
    known = second[KNOWN]["share"]["mean"] / second["others"]["share"]["mean"]
    legal = "no sentence of it is of" if eaten["legal"]["mean"] == 0 else "it is partly of"
    return (
        "Novel combinations: word pairs never seen together, such as “king eats the glass” (legal "
        "grammar), produce confused hidden states.",
        f"{results['n_kept_out']} of {results['n_pairs']} pairs kept out: on their objects {on[0]} "
        f"nats a letter above the exact predictor, on others {on[1]} in sentences that it never "
        f"read, {on[2]} in those that it read ({known:.0%}); a net with nothing kept out (its text "
        f"has {pairs['met']['mean']:.0%} of the pairs) {', '.join(on_first)}. In sentences never "
        f"read new pairs cost {with_interval(second['more, never read'])} more than others, which "
        f"is {with_interval(kept)} more than for the other net. The states after them are "
        f"{with_interval(ratio)} times as far from the noun's mean as after others, "
        f"{second[NEW]['right']['mean']:.1%} nearest to their own noun's. Things that are eaten: "
        f"{eaten['loss']['mean']:.2f} nats a letter, states {with_interval(pairs['eaten ratio'])} "
        f"times as far, {eaten['right']['mean']:.1%} nearest.",
        of_parts(*(clear(value, 1.0) == 1 for value in (ratio, pairs["eaten ratio"]))),
        f"The document's example: states {example} ({legal} this grammar). Legal new pairs: states "
        f"{far}; they cost {new_pairs(pairs)} than others in new sentences.",
    )


def of_long_words(results):
    parts, often = results["parts"], results["often"]
    names = [*(f"nouns of {n} letters" for n in SHORTER), COOKIE]
    loss = [parts[name]["loss of net"]["mean"] for name in names]
    trend = ("no clear trend", "growing", "falling")[clear(results["length"])]
    seen = ("about as often as", "more often than", "less often than")[clear(often, 1.0)]
    one, other = (parts[f"second letter of {w}"]["loss of exact"]["mean"] for w in (COOKIE, FOODS))
    return (
        "Long words: rare, longer words like “cookie” show higher per-character error than common "
        "short words; fewer examples, and the initial characters are less constraining.",
        f"The net's loss per letter in nouns of 3, 4, 5 and 6 letters: "
        f"{', '.join(f'{nats:.3f}' for nats in loss)}. Above the exact predictor: "
        f"{', '.join(with_interval(parts[name]['net']) for name in names)}; "
        f"{trend} with length (rank "
        f"correlation {with_interval(results['length'])}). Cookie less the other foods: "
        f"{with_interval(results['cookie'])}. For one of a noun on average the text has cookie "
        f"{with_interval(often)} times. The exact predictor loses {one:.3f} nats on its second "
        f"letter, {other:.3f} on other foods'.",
        verdict(loss[-1] > loss[0] and clear(often, 1.0) < 0 and one > other, loss[-1] > loss[0]),
        f"{'Higher' if loss[-1] > loss[0] else 'Lower, not higher'}. It is seen {seen} a noun on "
        f"average. Its first letter is {'less' if one > other else 'no less'} constraining than "
        "another food's.",
    )


def of_rare_pattern(results):
    parts, contrast = results["parts"], results["rare"]
    rare, others = parts["rare pattern"], parts["the other patterns"]
    found = ("Not clear on these seeds", "It is so", "The opposite")[clear(contrast)]
    share = rare["fresh"]["mean"] / rare["net"]["mean"]
    best = [one["loss of exact"]["mean"] for one in (parts["its adverb"], others)]
    want = rare["fresh"]["interval"][1] < rare["net"]["interval"][0]
    return (
        "Rare templates: template 15 (adverb + sentence) has systematically higher loss.",
        f"Net above the exact predictor: {with_interval(rare['net'])} in the rare pattern, "
        f"{with_interval(others['net'])} in the others (difference {with_interval(contrast)}); "
        f"after its adverb {with_interval(parts['after its adverb']['net'])}. With fresh text "
        f"{rare['fresh']['mean']:.3f} and {others['fresh']['mean']:.3f}. The exact predictor "
        f"itself: {rare['loss of exact']['mean']:.3f} and {others['loss of exact']['mean']:.3f}.",
        verdict(clear(contrast) == 1),
        f"{found}. The adverb costs the exact predictor {best[0]:.2f} nats a letter, the other "
        f"patterns {best[1]:.2f}. Of what the net loses beyond it {share:.0%} is left with fresh "
        f"text{'; the rest is for want of examples' if want else ', no clear gain'}.",
    )


def of_deterministic(results):
    exact = results["parts"]["all letters"]["loss of exact"]["mean"]
    return (
        "The grammar is perfectly deterministic.",
        f"The exact predictor has {exact:.3f} nats a letter; {results['certain']['mean']:.1%} of "
        f"the letters it knows beforehand (p above {CERTAIN}).",
        verdict(exact < NOTHING, results["certain"]["mean"] == 1),
        "It is not: words and patterns are drawn by chance.",
    )


# ==== Figure ======================================================================================
LOOKS = {  # colour, marker, label
    "net": (BASELINE, "o", "the net"),
    "fresh": (AUTOMATIZER, "D", "learning from fresh text"),
    "second": (CHUNKER, "s", "learning without the pairs kept out"),
}


def figures(results):
    parts, pairs = results["parts"], results["pairs"]
    figure = new_figure(
        f"Above the exact predictor: {parts['all letters']['net']['mean']:.3f} nats a letter in "
        f"all, {parts['rare pattern']['net']['mean']:.3f} in the rare pattern;\n"
        f"in sentences never read {pairs['second'][NEW]['above']['mean']:.3f} at pairs never seen, "
        f"{pairs['second'][OTHER]['above']['mean']:.3f} at others "
        f"({results['seeds']} seeds, 95% intervals)",
        height=7.2,
    )
    axes = figure.subplots(2, 2)
    panels = (
        ("first words", ("first word of a sentence", "the other words")),
        ("long words", [*(f"nouns of {n} letters" for n in SHORTER), COOKIE]),
        ("the rare pattern", ("its adverb", "after its adverb", "the other patterns")),
    )
    for ax, (title, names) in zip((axes[0, 0], axes[1, 0], axes[1, 1]), panels):
        draw_rows(ax, title, names, [(w, [parts[n][w] for n in names]) for w in ("net", "fresh")])
    kinds = {NEW: "pairs kept out,\nnever read", OTHER: "other pairs,\nnever read",
             KNOWN: "other pairs,\nread"}  # fmt: skip
    nets = (("net", "first"), ("second", "second"))
    objects = [(who, [pairs[net][kind]["above"] for kind in kinds]) for who, net in nets]
    draw_rows(axes[0, 1], "objects, by pair and sentence", [*kinds.values()], objects)
    handles = {h.get_label(): h for ax in axes.flat for h in ax.get_legend_handles_labels()[0]}
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=3)
    return {"limits.png": figure}


def draw_rows(ax, title, names, rows):
    """Means with intervals, a row for each name, one below the other for each kind of net."""
    at = np.arange(len(names))
    for shift, (who, values) in zip((-0.12, 0.12), rows):
        colour, marker, label = LOOKS[who]
        x = np.array([v["mean"] for v in values])
        dx = np.abs(np.array([v["interval"] for v in values]).T - x)
        ax.errorbar(x, at + shift, xerr=dx, color=colour, fmt=marker, ms=7, capsize=4, label=label)
    ax.axvline(0, color="black", lw=1, ls="--")
    ax.set_yticks(at, [name.replace(" of a ", "\nof a ") for name in names])
    ax.set(title=title, ylim=(len(names) - 0.5, -0.5), xlabel="nats a letter above the best")
