"""What this net does not foresee goes up to a second one: what does that one make of it?

    python3 -m studies upward

Elman's finding (a word begins where the loss is high) is Schmidhuber's rule for what goes up. The
net of `letters`, trained on 18,000 letters, is A; on text held out what its most probable letter
is not goes up to C, each an event. From the events and their places A gives back the whole text:
`expand(A, compress(A, x))` is x, asked on every seed. A threshold on the loss is the other rule:
k, a letter's share of going up, against it, and of what goes up the share that begins a word.

C is the same RNN with the same 64 units, recipe and updates, on the stream of events of 1,000,000
fresh letters read by A; C with waits is told, and foretells, how many letters each event came
after the last (from 12 on they are one), a symbol for each pair of letter and wait. On the same
events, of the text held out:

    A          -log p(x) / (1 - p(guess)): A's nats for the letter, given that it guessed wrong
    C          the same of what C says after the events before; A's guess is left out of that too
    mixture    w A + (1 - w) C; w is chosen on events that C was trained on

That an event comes is coded by A's own 1 - max p for all. So the code lengths of A alone and of
A with C, in bits a letter, differ by the letters of the events alone. The exact predictor's letters
of A's events are coded so too; the exact predictor alone, who needs no A, has `exact_bits`.

Controls in C's place: tables of the last 0 to 3 events, the untrained C, and the exact predictor,
which has read every letter: nobody can do better than it.

Classes of words: the states of A at the last letter of each word and of C at the last event in
it, meaned for each noun and verb, in clusters of average linkage, against noun or verb (2
clusters) and the grammar's seven classes of them (7), by adjusted Rand index: 0 by chance, 1 the
same. Controls: A's state at C's events, and the untrained nets.

Rates and sizes are `letters`'; for the waits' limit 4, 8 and 12 were tried on seeds 0 and 1.
Reported are seeds from 100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import clusters, grammar, letters, surprises
from studies.lab.averages import means
from studies.lab.intervals import counted, mean, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.training import copied
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # that A learns from, and as many held out
    n_updates: int  # of A and of each C
    n_fresh: int  # letters read for C to learn from


FULL = Plan(10, letters.N_LETTERS, letters.N_UPDATES, 1_000_000)
QUICK = Plan(2, 800, 120, 2000)
WAITS = 12  # letters since the last event that C tells apart
ORDERS = range(4)  # of the tables of events
WEIGHTS = np.linspace(0, 1, 21)  # of A in the mixture
TRIED = 20_000  # events that its weight is chosen on
N = letters.N_SYMBOLS
STRETCH, FROM = 76, 200  # of the text that is drawn: letters, and where it begins, about


# ==== A text as what A did not foresee, and back ==================================================
def walk(A, first, n, came):
    """x_0 .. x_n, (n + 1,), where x_t is what `came(t, guess)` says, having A's guess of it.

    Both ways go through here, letter by letter: the same product of matrices, taken of many
    rows at once, may be rounded otherwise, and that is enough to turn a near-tie.
    """
    inputs, u = A.W_xh + A.b_h, core.buffers(A, 1, 1)
    ((before, now),) = u.steps
    symbols = np.empty(n + 1, np.intp)
    symbols[0] = first
    for t in range(1, n + 1):
        before[...] = now
        now[...] = inputs[symbols[t - 1]]
        core.recur(A, u)
        symbols[t] = came(t, int(core.read_out(A, now, u.flat.probs).argmax()))
    return symbols


class Events(NamedTuple):
    """A text of n letters after x_0, as what A did not foresee of it."""

    first: int  # x_0
    n: int
    at: np.ndarray  # (k,) t of each event, from 1
    symbols: np.ndarray  # (k,) what came
    guesses: np.ndarray  # (k,) what A took for most probable


def compress(A, symbols):
    """The `Events` of a text x_0 .. x_n."""
    found = []

    def came(t, guess):
        if guess != symbols[t]:
            found.append((t, int(symbols[t]), guess))
        return symbols[t]

    walk(A, symbols[0], len(symbols) - 1, came)
    return Events(int(symbols[0]), len(symbols) - 1, *np.array(found, int).reshape(-1, 3).T)


def expand(A, events):
    """The text whose `Events` these are; of them only times and letters are looked at."""
    known = dict(zip(events.at.tolist(), events.symbols.tolist()))
    return walk(A, events.first, events.n, lambda t, guess: known.get(t, guess))


def events_of(A, symbols):
    """The `Events` of a long text, and A's p at each, (k, symbols), block by block."""
    at, guesses, p = [], [], []
    for start, came, log_p in core.log_probabilities(A, symbols[:, None]):
        guess = log_p[:, 0].argmax(axis=1)
        wrong = np.flatnonzero(guess != came[:, 0])
        at.append(start + 1 + wrong)
        guesses.append(guess[wrong])
        p.append(log_p[wrong, 0])
    at, p = np.concatenate(at), np.concatenate(p)
    core.softmax(p)
    n = len(symbols) - 1
    return Events(int(symbols[0]), n, at, symbols[at], np.concatenate(guesses)), p


# ==== What C reads, and what it says ==============================================================
def stream(events):
    """What C reads: a space, where the text begins, then each event's letter, (k + 1,)."""
    return np.concatenate([[grammar.SPACE], events.symbols])


def timed_stream(events):
    """The same with waits: letter * WAITS + wait - 1, (k + 1,)."""
    waits = np.minimum(np.diff(events.at, prepend=0), WAITS)
    return np.concatenate([[grammar.SPACE], events.symbols * WAITS + waits - 1])


def of_letters(p):
    """p of letters, (k, N), from p of letters with waits, (k, N * WAITS)."""
    return p.reshape(len(p), N, WAITS).sum(axis=2)


def learnt(rng, symbols, n_symbols, n_updates):
    """A net of `letters`' recipe on a stream, and the one that it began as."""
    start = letters.initial(rng, n_symbols)
    return letters.learn(copied(start), symbols, n_updates), start


def states(net, symbols):
    """h_0 .. h_n that have read x_0 .. x_n, (n + 1, H)."""
    return letters.predicted(net, np.append(symbols, 0))[1]


def given_wrong(p, guesses):
    """p of each letter when the guess is known to be wrong, (k, N)."""
    q = p.copy()
    q[np.arange(len(q)), guesses] = 0.0
    return q / q.sum(axis=1, keepdims=True)


def of_what_came(p, events):
    """p(x | A guessed wrong) of each event, (k,), from p of all letters, (k, N)."""
    q = given_wrong(p, events.guesses)
    return q[np.arange(len(q)), events.symbols]


def best_weight(a, c):
    """That of `WEIGHTS` with which w a + (1 - w) c has the least nats."""
    return float(WEIGHTS[np.argmin([-np.log(w * a + (1 - w) * c).mean() for w in WEIGHTS])])


# ==== Classes of words ============================================================================
SAME = "A at C's events"
KINDS = [name for name in grammar.CLASSES if name in grammar.NOUNS + grammar.VERBS]


def agreement(h, words):
    """Adjusted Rand indices of clusters of mean states: of states (m, H) at these words, (m,)."""
    kept = sorted(word for word in set(words) if grammar.CLASS_OF[word] in KINDS)
    words = np.array(words)
    means = np.array([h[words == word].mean(axis=0) for word in kept])
    kinds = [grammar.CLASS_OF[word] for word in kept]
    nouns = [kind in grammar.NOUNS for kind in kinds]
    return {
        "noun or verb": clusters.adjusted_rand(nouns, clusters.clusters_of(means, 2)),
        "seven": clusters.adjusted_rand(kinds, clusters.clusters_of(means, len(set(kinds)))),
    }


def last_letters(text):
    """t of the last letter of each whole word, from 1."""
    lengths = np.array([len(word) for word in text.words])
    return np.flatnonzero((text.word >= 0) & (text.place == lengths[text.word] - 1))


def last_events(text, events):
    """The index of the last event in each word that has one."""
    return np.flatnonzero(np.diff(text.word[events.at], append=-1) != 0)


def classes(nets, starts, text, events):
    """`agreement` of A, C and C with waits, and of their controls; and the words that C sees."""
    (A, C, timed), (A_start, C_start, _) = nets, starts
    whole, some = last_letters(text), last_events(text, events)
    there = events.at[some]
    at_end = [text.words[i] for i in text.word[whole]]
    at_event = [text.words[i] for i in text.word[there]]
    a, a_start = states(A, text.symbols), states(A_start, text.symbols)
    found = {
        "A": agreement(a[whole], at_end),
        SAME: agreement(a[there], at_event),
        "C": agreement(states(C, stream(events))[1:][some], at_event),
        "C with waits": agreement(states(timed, timed_stream(events))[1:][some], at_event),
        "untrained A": agreement(a_start[whole], at_end),
        "untrained C": agreement(states(C_start, stream(events))[1:][some], at_event),
    }
    return found, len(some) / (1 + int(text.word[-1]))


# ==== The study ===================================================================================
def in_c_s_place(C, C_start, timed, learnt_from, events):
    """p(x | A guessed wrong) of each event, (k,), by what sees the events alone."""
    read = stream(events)
    p = {
        "C": letters.predicted(C, read)[0],
        "C with waits": of_letters(letters.predicted(timed, timed_stream(events))[0]),
        **{f"table of {k}": letters.table(learnt_from, k)(read) for k in ORDERS},
        "untrained C": letters.predicted(C_start, read)[0],
    }
    return {name: of_what_came(values, events) for name, values in p.items()}


def last_part(events, n):
    """The last n events, as a text of their own."""
    return events._replace(
        at=events.at[-n:], symbols=events.symbols[-n:], guesses=events.guesses[-n:]
    )


def one_run(arguments):
    """A, its events, C and what each makes of them, for one seed."""
    seed, plan = arguments
    train, test = letters.texts(seed, plan.n_letters)
    A = letters.trained(seed, train.symbols, plan.n_updates)
    events = compress(A, test.symbols)
    p_A, p_best = letters.predicted(A, test.symbols)[0], grammar.best(test.symbols)
    rng = generators("upward", seed, ("fresh", "C", "timed"))
    fresh, p_fresh = events_of(A, grammar.text(rng["fresh"], plan.n_fresh).symbols)
    C, C_start = learnt(rng["C"], stream(fresh), N, plan.n_updates)
    timed, timed_start = learnt(rng["timed"], timed_stream(fresh), N * WAITS, plan.n_updates)

    said = {
        "A": of_what_came(p_A[events.at - 1], events),
        "exact": of_what_came(p_best[events.at - 1], events),
        **in_c_s_place(C, C_start, timed, stream(fresh), events),
    }
    weights = mixture(C, timed, last_part(fresh, TRIED), p_fresh[-TRIED:])
    for name, w in weights.items():
        said[f"A and {name}"] = w * said["A"] + (1 - w) * said[name]
    of_words, seen = classes((A, C, timed), (letters.untrained(seed), C_start, timed_start), test,
                             events)  # fmt: skip
    nats = {name: -np.log(p) for name, p in said.items()}
    return {
        "seed": seed, "exact_again": bool(np.array_equal(expand(A, events), test.symbols)),
        "nats": {name: float(values.mean()) for name, values in nats.items()},
        "bits": code_lengths(letters.nats(p_A, test.symbols), nats), "weights": weights,
        "exact_bits": float(letters.nats(p_best, test.symbols).mean() / np.log(2)),
        "classes": of_words, "words_seen": seen,
        "up": {"spaces": goes_up(A, test, p_A, p_best), "no spaces": without_spaces(seed, plan)},
        "stretch": stretch_of(test, p_A, events) if seed == letters.FIRST_SEED else None,
    }  # fmt: skip


def code_lengths(loss, nats):
    """Bits a letter of A with each one's nats for the events' letters, {name: (k,)}.

    `loss`, (n,), is A's: where an event comes it is -log(1 - max p) and nats["A"] together.
    """
    return {
        name: float((loss.sum() + (values - nats["A"]).sum()) / len(loss) / np.log(2))
        for name, values in nats.items()
    }


def mixture(C, timed, events, p_A):
    """A's weight beside C, with waits and without, on events that C has learnt from."""
    a = of_what_came(p_A, events)
    by = {
        "C": letters.predicted(C, stream(events))[0],
        "C with waits": of_letters(letters.predicted(timed, timed_stream(events))[0]),
    }
    return {name: best_weight(a, of_what_came(p, events)) for name, p in by.items()}


def goes_up(A, text, p_A, p_best):
    """k and share of onsets: of mispredictions by A and the exact predictor, of thresholds on A."""
    begins = surprises.onsets(text)
    return {
        "A": surprises.passed(~letters.right(p_A, text.symbols), begins),
        "exact": surprises.passed(~letters.right(p_best, text.symbols), begins),
        "thresholds": surprises.against_threshold(letters.nats(p_A, text.symbols), begins),
    }


def without_spaces(seed, plan):
    """`goes_up` of a net that learns from text without spaces, on such a text."""
    train, test = letters.texts(seed, plan.n_letters, spaces=False)
    A = letters.trained(seed, train.symbols, plan.n_updates)
    p_A, p_best = letters.predicted(A, test.symbols)[0], grammar.best(test.symbols, spaces=False)
    return goes_up(A, test, p_A, p_best)


def stretch_of(text, p_A, events):
    """A stretch of the text with A's loss and what goes up, from the beginning of a word."""
    begins, loss = surprises.onsets(text), letters.nats(p_A, text.symbols)
    first = FROM + int(begins[FROM:].argmax())
    part, up = slice(first, first + STRETCH), np.isin(np.arange(1, events.n + 1), events.at)
    return {
        "letters": grammar.spelt(text.symbols[1:][part]), "begins": begins[part].tolist(),
        "net": np.round(loss[part], 4).tolist(), "up": up[part].tolist(),
    }  # fmt: skip


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    runs = parallel_map(one_run, [(seed, plan) for seed in seeds], jobs, "upward")
    less = {
        name: mean([run["nats"][name] - run["nats"]["A"] for run in runs])
        for name in runs[0]["nats"]
    }
    keys = ("nats", "bits", "weights", "exact_bits", "classes", "words_seen", "up")
    better = {
        name: proportion([run["nats"][name] < run["nats"]["A"] for run in runs])
        for name in ("C", "C with waits", "A and C", "A and C with waits")
    }
    return {
        "n_letters": plan.n_letters, "n_fresh": plan.n_fresh, "updates": plan.n_updates,
        "exact_again": proportion([run["exact_again"] for run in runs]),
        **{key: means([run[key] for run in runs]) for key in keys},
        "above_A": less, "better_than_A": better, "stretch": runs[0]["stretch"],
        "runs": [{key: run[key] for key in ("seed", "exact_again", *keys[:-1])} for run in runs],
    }  # fmt: skip


# ==== Tables and sentences ========================================================================
def answer(results):
    """The finding in one sentence, and its numbers."""
    nats, bits, up = results["nats"], results["bits"], results["up"]["spaces"]["A"]
    better, again = results["better_than_A"], results["exact_again"]
    rand = {name: one["seven"]["mean"] for name, one in results["classes"].items()}
    low, high = results["above_A"]["C"]["interval"]
    finds = "worse than" if low > 0 else "better than" if high < 0 else "about as well as"
    begin = "most of it begins words" if up["onsets"]["mean"] > 0.5 else "little of it begins words"
    lost = "nothing is lost" if again["k"] == again["n"] else "the text does not always come back"
    clearer = "less clear" if rand["C"] < rand[SAME] else "clearer"
    return (
        f"What goes up: {begin}, {lost}, and C foretells it {finds} A does: "
        f"{up['k']['mean']:.1%} of the letters go up, {up['onsets']['mean']:.0%} of them first "
        f"letters ({up['found']['mean']:.0%} of all first letters go up), the text comes back on "
        f"{counted(again)} seeds, and of an event's letter A "
        f"leaves {nats['A']['mean']:.2f} nats, C {nats['C']['mean']:.2f} (less than A on "
        f"{counted(better['C'])} seeds; told the waits {nats['C with waits']['mean']:.2f}, table "
        f"of two events {nats['table of 2']['mean']:.2f}, exact predictor's letters "
        f"{nats['exact']['mean']:.2f}). That is {bits['A']['mean']:.3f} bits a letter by A alone "
        f"(exact predictor alone {results['exact_bits']['mean']:.3f}), "
        f"{bits['C']['mean']:.3f} by A and C, {bits['A and C']['mean']:.3f} by their mixture (A's "
        f"weight {results['weights']['C']['mean']:.2f}), and classes of words are {clearer} in C "
        f"(adjusted Rand index {rand['C']:.2f}) than in A at the same letters "
        f"({rand[SAME]:.2f})."
    )


NAMES = {
    "A": "A", "C": "C", "C with waits": "C, told the waits", "A and C": "mixture of A and C",
    "A and C with waits": "mixture, told the waits", "untrained C": "untrained C",
    **{f"table of {k}": f"table of {k} events" for k in ORDERS}, "table of 1": "table of 1 event",
    "exact": "exact predictor's letters",
}  # fmt: skip


def short(interval, digits=3):
    """A mean with its interval."""
    low, high = interval["interval"]
    return f"{interval['mean']:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def table(results):
    """Who foretells the letters of the events; and classes of words in the states."""
    header = (
        "letters of the events by", "nats an event", "more than A", "bits a letter of the text",
        "Rand index, noun or verb", "of seven classes",
    )  # fmt: skip
    rows = []
    for name, label in NAMES.items():
        of = results["classes"].get(name)
        rows.append((
            label, short(results["nats"][name]), short(results["above_A"][name]),
            short(results["bits"][name]),
            *((short(of[kind], 2) for kind in ("noun or verb", "seven")) if of else "--"),
        ))  # fmt: skip
    alone = short(results["exact_bits"])
    return header, [*rows, ("exact predictor alone, no A", "-", "-", alone, "-", "-")]


def ups(results):
    """What goes up in text with spaces and without, by A and by the exact predictor."""
    header = ("text with", "guesses of", "k", "of it first letters", "first letters that go up")
    rows = [
        (kind, who, *(short(of[name][key]) for key in ("k", "onsets", "found")))
        for kind, of in results["up"].items()
        for name, who in (("A", "A"), ("exact", "exact predictor"))
    ]
    return header, rows


# ==== Figure ======================================================================================
def figures(results):
    nats, up = results["nats"], results["up"]["spaces"]["A"]
    figure = new_figure(
        f"Elman's surprise is what Schmidhuber sends up: {up['k']['mean']:.0%} of the letters, "
        f"{up['onsets']['mean']:.0%} of them first letters.\nOf an event's letter A leaves "
        f"{nats['A']['mean']:.2f} nats, C, which sees the events alone, {nats['C']['mean']:.2f}",
        height=9.6,
    )
    grid = figure.add_gridspec(3, 2, height_ratios=(1, 1.1, 1.2))
    part, ax = results["stretch"], figure.add_subplot(grid[0, :])
    surprises.draw_stretch(ax, part["letters"], part["net"], part["begins"], up=part["up"])
    ax.set_title("A's loss over the text (blue: first letters of words)", loc="left")
    ax.set_ylim(top=1.3 * max(part["net"]))
    ax.legend(loc="upper right", ncols=2, fontsize=9)
    for column, (kind, of) in enumerate(results["up"].items()):
        ax = figure.add_subplot(grid[1, column])
        surprises.draw_thresholds(ax, [middle(row) for row in of["thresholds"]], middle(of["A"]))
        ax.set_title(f"what goes up of text with {kind}", loc="left")
    draw_nats(figure.add_subplot(grid[2, 0]), nats)
    draw_classes(figure.add_subplot(grid[2, 1]), results["classes"])
    return {"upward.png": figure}


def middle(row):
    """The means of `surprises.passed` over the seeds."""
    return {key: value and value["mean"] for key, value in row.items()}


COLOURS = {"A": AUTOMATIZER, "C": CHUNKER, "C with waits": CHUNKER, "exact": BASELINE}


def draw_nats(ax, nats):
    """Nats an event's letter costs each, with intervals."""
    names = list(NAMES)[::-1]
    for y, name in enumerate(names):
        one = nats[name]
        reach = [[one["mean"] - one["interval"][0]], [one["interval"][1] - one["mean"]]]
        ax.barh(y, one["mean"], xerr=reach, color=COLOURS.get(name, FAINT), height=0.7)
        ax.text(one["interval"][1] + 0.06, y, f"{one['mean']:.2f}", va="center", fontsize=9)
    ax.set_yticks(range(len(names)), [NAMES[name] for name in names], fontsize=9)
    ax.set(
        xlabel="nats for an event's letter", xlim=(0, 1.15 * max(n["mean"] for n in nats.values()))
    )
    ax.set_title("who foretells the events", loc="left")
    ax.grid(visible=False, axis="y")


def draw_classes(ax, of):
    """Agreement of clusters of states with classes of words, with intervals."""
    names = list(of)[::-1]
    for kind, shift, hatch in (("seven", 0.2, None), ("noun or verb", -0.2, "///")):
        found = [of[name][kind] for name in names]
        means_ = [f["mean"] for f in found]
        reach = [[f["mean"] - f["interval"][0] for f in found],
                 [f["interval"][1] - f["mean"] for f in found]]  # fmt: skip
        ax.barh(np.arange(len(names)) + shift, means_, xerr=reach, height=0.36, hatch=hatch,
                color=FAINT if hatch else AUTOMATIZER, ec="white", label=kind)  # fmt: skip
    ax.axvline(0, color="black", lw=1)
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.set(
        xlabel="adjusted Rand index (0: chance)", xlim=(-0.2, 1.05), ylim=(-1.5, len(names) - 0.4)
    )
    ax.set_title("classes of words in the states", loc="left")
    ax.legend(loc="lower right", ncols=2, fontsize=9)
    ax.grid(visible=False, axis="y")
