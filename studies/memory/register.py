"""What does a net without memory that sees the last k letters predict, and what does it not?

    python3 -m studies register

A shift register (Elman 1990, section 1): the last k letters, one-hot and side by side, 27 k
inputs, go into one layer of 64 tanh units, and that into the next letter's probabilities:

    h = tanh(x_{t-k+1} W_1 + .. + x_t W_k + b)        p = softmax(h W_hy + b_y)

It is the module's RNN with W_hh at 0, asked for one step. It learns as the net of `letters` does:
the same 18,000 letters in the same chunks of 25, the same 30,000 updates of Adam, rates and
clipping; and so a second one from fresh text, which is read once. Loss is that on held-out text,
less the exact predictor's. Beside it: the RNN (`letters`); tables of the last 1 to 8 letters; the
window at the best of some earlier updates, chosen on the held-out text itself, which is more than
stopping early could do; and who knows the grammar and, of the text, the last k letters alone (the
forward algorithm from the grammar's stationary distribution): no window of k letters can predict
better.

The moved pattern: 14 random letters hold a pattern of three letters, or these letters in another
order; is it the pattern (chance 50%)? Nets learn with the pattern at the first places and are
asked at the last ones, whose letters were never part of it. A window of all 14 letters; an RNN
asked after the last letter; an RNN asked when the pattern ends; a scan, one window of three
letters put to every place, the logits summed (a convolution, no recurrence). Controls: window
and RNN with all places in training.

Rate and number of batches of the pattern task were chosen on seeds 0 to 4 (0.005 and 0.01 were
tried, and for the scan the largest logit in place of the sum: it learned part of the pattern
only); for the letters nothing was chosen. Reported are seeds from 100 on.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from studies.lab import grammar, letters
from studies.lab.averages import means
from studies.lab.intervals import mean, percent
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.verdicts import clearly_above, of_parts, verdict
from studies.lab.windows import EARLY, LATE, PATTERN, PLACES, Detector, drawn, learning, predicted
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # to learn from, and as many held out
    n_updates: int
    widths: tuple  # k, rising, on that text
    fresh: tuple  # k on fresh text
    stops: tuple  # updates after which a window is asked too
    n_asked: int  # windows in which the exact predictor is asked with k letters
    n_batches: int  # of the pattern task
    n_each: int  # sequences asked at each place there


WIDTHS, FRESH = (1, 2, 3, 5, 8, 16, 25), (1, 3, 8, 16)
STOPS = (300, 1000, 3000, 10_000)
FULL = Plan(10, letters.N_LETTERS, letters.N_UPDATES, WIDTHS, FRESH, STOPS, 2000, 1500, 400)
QUICK = Plan(2, 400, 20, (1, 3), (1, 3), (10,), 20, 4, 20)
ORDERS = (1, 2, 3, 4, 5, 6, 8)  # of the tables
NEAR = 0.01  # nats a letter
SAID = 100  # letters, the document's window
KINDS = ("fixed", "fresh")  # texts to learn from
V, H = letters.N_SYMBOLS, letters.HIDDEN
PARTS = ("windows", "limited", "pattern", "asked", "start", "train")


# ==== The best that k letters allow ===============================================================
@functools.cache
def anywhere():
    """p of the grammar's states at a letter somewhere in an endless text: p = p Q."""
    m = grammar.machine()
    p, Q = m.start, m.Q.T.tocsr()
    while True:
        after = 0.5 * (p + Q @ p)  # half a step: a cycle would never settle
        if np.abs(after - p).max() < 1e-15:
            return after
        p = after


def by_last_letters(symbols, starts, longest):
    """-log p of x_{s+k} by the grammar and x_s .. x_{s+k-1} alone: (longest + 1, starts), k = 0 ..

    The forward algorithm from `anywhere`, on all windows at once.
    """
    m = grammar.machine()
    Q, says = m.Q.T.tocsr(), m.says.toarray().T
    p, nats = np.repeat(anywhere()[:, None], len(starts), axis=1), []
    for k in range(longest + 1):
        p = p * says[symbols[starts + k]].T
        total = p.sum(axis=0)
        nats.append(-np.log(total))
        p = Q @ (p / total)
    return np.array(nats)


def limited(rng, symbols, exact, plan):
    """Loss above the exact predictor of who knows the grammar and the last k letters, by k."""
    longest = plan.widths[-1]
    starts = 1 + rng.choice(len(symbols) - 1 - longest, plan.n_asked, replace=False)
    nats = by_last_letters(symbols, starts, longest)
    return [float((nats[k] - exact[starts + k - 1]).mean()) for k in plan.widths]


# ==== A pattern at places never trained ===========================================================
BATCH = 64  # sequences
LEARNERS = {  # name: (kind of `Detector`, places in training)
    "window": ("window", EARLY), "RNN": ("RNN", EARLY), "RNN, at once": ("RNN, at once", EARLY),
    "scan": ("scan", EARLY), "window, all": ("window", PLACES), "RNN, all": ("RNN", PLACES),
}  # fmt: skip


def detection(seed, name, plan):
    """Share of right answers at each place; chance is 1/2."""
    kind, places = LEARNERS[name]
    rng = generators("register", seed, PARTS)
    pattern = rng["pattern"].permutation(np.arange(1, V))[:PATTERN]
    batches = (drawn(rng["train"], pattern, places, BATCH) for _ in range(plan.n_batches))
    detector = Detector(kind, rng["start"]).learn(batches, letters.falling(plan.n_batches))
    asked = [drawn(rng["asked"], pattern, [place], plan.n_each) for place in PLACES]
    return [float(detector.right(at).mean()) for at in asked]


# ==== The study ===================================================================================
def parameters(width):
    """Of a window net, those that count: W_hh, which is 0, does not."""
    return V * width * H + H + H * V + V


def above(p, symbols, exact):
    """Loss less the exact predictor's, nats a letter; `exact` (n,) has its."""
    return float((letters.nats(p, symbols) - exact).mean())


def windows(rng, train, asked, exact, widths, plan):
    """Of each k the loss above the exact predictor at the end and at the best time, and the net."""
    found, net = {}, None
    for k in widths:
        early = []
        for n, net in enumerate(learning(rng, train, k, plan.n_updates), 1):
            if n in plan.stops:
                early.append(above(predicted(net, asked), asked, exact))
        end = above(predicted(net, asked), asked, exact)
        found[str(k)] = {"above": end, "best": min(end, *early)}
    return found, net


def moved(predict, symbols, others, width):
    """How far p moves where the last `width` letters are the same and all before are not.

    The first half of the text is replaced; the largest |p - p'| of the letters after.
    """
    half = len(symbols) // 2
    replaced = np.concatenate([others[:half], symbols[half:]])
    same = slice(half + width - 1, None)
    return float(np.abs(predict(symbols)[same] - predict(replaced)[same]).max())


def of_text(seed, kind, plan):
    """Windows, RNN and tables that learn from one kind of text."""
    train, test = (text.symbols for text in letters.texts(seed, plan.n_letters))
    exact = letters.nats(grammar.best(test), test)
    other = train
    if kind == "fresh":
        n = letters.CHUNK * plan.n_updates
        train = grammar.text(letters.streams(seed)["more"], n).symbols
    rng = generators("register", seed, PARTS)
    widths = plan.widths if kind == "fixed" else plan.fresh
    found, widest = windows(rng["windows"], train, test, exact, widths, plan)
    net = letters.trained(seed, train, plan.n_updates)
    ways = {"window": functools.partial(predicted, widest),
            "RNN": lambda symbols: letters.predicted(net, symbols)[0]}  # fmt: skip
    found = {
        "windows": found, "RNN": above(ways["RNN"](test), test, exact),
        "tables": {
            str(n): above(letters.table(train, n)(test), test, exact) for n in ORDERS
        },
        "moved": {name: moved(way, test, other, widths[-1]) for name, way in ways.items()},
    }  # fmt: skip
    if kind == "fixed":
        found["limited"] = limited(rng["limited"], test, exact, plan)
    return found


def one_run(arguments):
    """One seed of one part: a kind of text, or the pattern task."""
    what, seed, plan = arguments
    if what == "pattern":
        return {name: detection(seed, name, plan) for name in LEARNERS}
    return of_text(seed, what, plan)


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    parts = ("fixed", "fresh", "pattern")
    done = iter(parallel_map(
        one_run, [(part, seed, plan) for part in parts for seed in seeds], jobs, "register"
    ))  # fmt: skip
    runs = {part: [next(done) for _ in seeds] for part in parts}
    texts = {kind: of_kind(runs[kind]) for kind in parts[:2]}
    return {
        "seeds": plan.n_seeds, "n_letters": plan.n_letters, "updates": plan.n_updates,
        "n_fresh": letters.CHUNK * plan.n_updates, "widths": list(plan.widths), "texts": texts,
        "limited": dict(zip(map(str, plan.widths), means([r["limited"] for r in runs["fixed"]]))),
        "parameters": {
            "RNN": len(letters.untrained(0).flat), "hidden": H, "symbols": V,
            "windows": {str(k): parameters(k) for k in (*plan.widths, SAID)},
        },
        "vectors": vectors(), "pattern": {
            name: of_places([run[name] for run in runs["pattern"]]) for name in LEARNERS
        },
    }  # fmt: skip


def of_kind(runs):
    """Means over seeds; of each window also what it is above the RNN, seed by seed."""
    summary = means([{key: run[key] for key in ("windows", "RNN", "tables")} for run in runs])
    summary["moved"] = {name: max(run["moved"][name] for run in runs) for name in ("window", "RNN")}
    for k, window in summary["windows"].items():
        for key, end in (("above RNN", "above"), ("best above RNN", "best")):
            window[key] = mean([run["windows"][k][end] - run["RNN"] for run in runs])
    return summary


def of_places(runs):
    """At each place, and on average at those of EARLY and LATE."""
    found = {"places": means(runs)}
    for name, places in (("early", EARLY), ("late", LATE)):
        found[name] = mean([np.mean([run[place] for place in places]) for run in runs])
    return found


def vectors():
    """[1 1 0 0] and [0 0 1 1]: product and distance; the largest distance of four zeros or ones."""
    a, b = np.array([1, 1, 0, 0]), np.array([0, 0, 1, 1])
    every = np.array(np.meshgrid(*[[0, 1]] * 4)).reshape(4, -1).T
    largest = np.linalg.norm(every[:, None] - every, axis=2).max()
    return {
        "product": int(a @ b), "distance": float(np.linalg.norm(a - b)), "largest": float(largest)
    }  # fmt: skip


# ==== Tables and sentences ========================================================================
KIND = {"fixed": "the same letters again and again", "fresh": "fresh text"}
NAMES = {
    "window": "window", "RNN": "RNN, asked at the end",
    "RNN, at once": "RNN, asked when the pattern ends", "scan": "scan, a convolution",
    "window, all": "window, all places in training", "RNN, all": "RNN, all places in training",
}  # fmt: skip


def short(found, digits=3):
    low, high = found["interval"]
    return f"{found['mean']:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def best_window(results, kind, end="above"):
    """The k with the least loss, and its numbers."""
    of = results["texts"][kind]["windows"]
    return min(of.items(), key=lambda item: item[1][end]["mean"])


def best_table(results, kind):
    return min(results["texts"][kind]["tables"].items(), key=lambda item: item[1]["mean"])


def enough(results, kind):
    """The smallest k that is clearly no more than NEAR above the RNN, or None."""
    of = results["texts"][kind]["windows"]
    near = [k for k, window in of.items() if window["above RNN"]["interval"][1] < NEAR]
    return near[0] if near else None


def said_enough(results, kind):
    found, (k, best) = enough(results, kind), best_window(results, kind)
    if found:
        return f"k = {found} is within {NEAR} nats of the RNN"
    return (
        f"no k up to {list(results['texts'][kind]['windows'])[-1]} is clearly within {NEAR} nats "
        f"of the RNN (the best, k = {k}, is {best['above RNN']['mean']:.3f} above it)"
    )


def transfers(results, name):
    """Whether a detector trained at the first places is better than chance at the last ones."""
    return results["pattern"][name]["late"]["interval"][0] > 0.5


def moves(results, name):
    return "does" if transfers(results, name) else "does not"


def answer(results):
    of, pattern = results["texts"], results["pattern"]
    (order, table_loss), (k, best) = best_table(results, "fixed"), best_window(results, "fixed")
    return (
        f"Learning from {results['n_letters']:,} letters {said_enough(results, 'fixed')}, from "
        f"fresh text {said_enough(results, 'fresh')}: above the exact predictor the RNN is "
        f"{of['fixed']['RNN']['mean']:.3f} and {of['fresh']['RNN']['mean']:.3f} nats a letter, "
        f"the best window of the {results['n_letters']:,} letters {best['above']['mean']:.3f} "
        f"(k = {k}), the best table {table_loss['mean']:.3f} ({order} letters). A pattern at "
        f"places never trained is told by a window in {percent(pattern['window']['late'])} "
        f"(chance 50%), by an RNN asked at the end in {percent(pattern['RNN']['late'])}, asked "
        f"when the pattern ends in {percent(pattern['RNN, at once']['late'])}, and by a scan, "
        f"which has no memory, in {percent(pattern['scan']['late'])}."
    )


def table(results):
    """Windows beside the RNN: loss above the exact predictor, parameters, the ceiling."""
    fixed, fresh = (results["texts"][kind] for kind in KINDS)
    header = (
        "sees", f"from {results['n_letters']:,} letters", "stopped at its best",
        "from fresh text", "knows the grammar, not the rest of the text", "parameters",
    )  # fmt: skip
    rows = [
        (
            f"k = {k}", short(window["above"]), f"{window['best']['mean']:.3f}",
            short(fresh["windows"][k]["above"]) if k in fresh["windows"] else "-",
            f"{max(results['limited'][k]['mean'], 0):.4f}",
            f"{results['parameters']['windows'][k]:,}",
        )
        for k, window in fixed["windows"].items()
    ]  # fmt: skip
    rows += [
        (f"table of {n}", f"{loss['mean']:.3f}", "-", f"{fresh['tables'][n]['mean']:.3f}", "-", "-")
        for n, loss in fixed["tables"].items()
    ]
    rnn = results["parameters"]["RNN"]
    rows.append(("RNN", short(fixed["RNN"]), "-", short(fresh["RNN"]), "-", f"{rnn:,}"))
    return header, rows


def moved_pattern(results):
    """The pattern task: right answers at the first places and at the last ones."""
    header = ("net", "in training", f"places {said(EARLY)}", f"places {said(LATE)}")
    rows = []
    for name, (_, places) in LEARNERS.items():
        of = results["pattern"][name]
        rows.append((NAMES[name].split(", all")[0], f"places {said(places)}",
                     percent(of["early"]), percent(of["late"])))  # fmt: skip
    return header, rows


def said(places):
    """As one counts: from 1."""
    return f"{places[0] + 1} to {places[-1] + 1}"


def document(results):
    """What "Networks That Remember" says, what was measured, a verdict, and why."""
    rows = (stateless, for_sequences, fixed_length, other_vectors, no_transfer, explode, scales)
    return [row(results) for row in rows]


def stateless(results):
    of = results["texts"]["fixed"]["moved"]
    return (
        "Feedforward networks are stateless: no memory of previous passes.",
        f"When only letters before the window change, p moves by {of['window']:.0e} at most; the "
        f"RNN's, as many letters after the change, by up to {of['RNN']:.0e}.",
        verdict(of["window"] < 1e-12),
        "It is so by construction: the window is all that the net is given.",
    )


def for_sequences(results):
    of, first = results["texts"], next(iter(results["limited"]))
    one = {kind: of[kind]["windows"][first] for kind in KINDS}
    worse = {kind: one[kind]["above RNN"]["interval"][0] > NEAR for kind in KINDS}
    k, best = best_window(results, "fresh")
    said = "; ".join(
        f"from {KIND[kind]} {one[kind]['above']['mean']:.3f} nats above the exact predictor (RNN "
        f"{of[kind]['RNN']['mean']:.3f}, table of one letter "
        f"{of[kind]['tables']['1']['mean']:.3f})"
        for kind in KINDS
    )
    return (
        "For sequences that is a fatal limitation.",
        f"Seeing k = {first} letter at a time: {said}; who knows the grammar and that letter alone "
        f"is {results['limited'][first]['mean']:.3f} above.",
        of_parts(*worse.values()),
        f"Fatal: clearly more than {NEAR} nats above the RNN. The claim is of one input at a time "
        f"(there a word); a window has rows of its own: k = {k} is, from fresh text, "
        f"{best['above RNN']['mean']:.3f} above the RNN.",
    )


def fixed_length(results):
    limited = {int(k): loss["mean"] for k, loss in results["limited"].items()}
    spans = [k for k, loss in limited.items() if loss < NEAR]
    first = min(limited)
    return (
        "A fixed-length buffer: the maximum sequence length must be chosen before training; real "
        "language has no such bound.",
        f"Knowing the grammar, but of the text k = {first} alone, one is {limited[first]:.3f} nats "
        "above the exact predictor; "
        + (f"k = {spans[0]} is enough to be within {NEAR}. " if spans else
           f"no k up to {max(limited)} is within {NEAR}. ")
        + f"Of what learns from fresh text {said_enough(results, 'fresh')}; from "
        f"{results['n_letters']:,} letters {said_enough(results, 'fixed')}.",
        of_parts(limited[first] > NEAR, not spans),
        "k must be chosen, and a small one costs; but this text has a bound, since sentences are "
        "independent." if spans else "k must be chosen, and none was enough.",
    )  # fmt: skip


def other_vectors(results):
    of = results["vectors"]
    return (
        "[1 1 0 0] and [0 0 1 1] are orthogonal vectors, maximally different in Euclidean space.",
        f"Their product is {of['product']}, their distance {of['distance']:g}; the largest of four "
        f"zeros or ones is {of['largest']:g}.",
        of_parts(of["product"] == 0, abs(of["distance"] - of["largest"]) < 1e-9),
        "It is a fact of these two vectors. A pattern moved by one place may keep entries in "
        "common.",
    )


def no_transfer(results):
    late = {name: one["late"] for name, one in results["pattern"].items()}
    return (
        "The same pattern at other positions: a network that learned the first cannot transfer to "
        "the second.",
        "At places never trained right in: "
        + "; ".join(f"{NAMES[name]} {percent(found)}" for name, found in late.items())
        + ". Chance is 50%.",
        verdict(not transfers(results, "window")),
        f"The window {moves(results, 'window')} transfer. Memory is "
        f"{'enough' if transfers(results, 'RNN') else 'not enough'}: the RNN asked at the end "
        f"{moves(results, 'RNN')}, the one asked when the pattern ends "
        f"{moves(results, 'RNN, at once')}. Memory is "
        f"{'not needed' if transfers(results, 'scan') else 'needed'}: one window put to every "
        f"place {moves(results, 'scan')}. On a text a sliding window meets each pattern at every "
        "place.",
    )


def explode(results):
    of = results["parameters"]
    inputs, whole = of["symbols"] * SAID, of["windows"][str(SAID)]
    k = 1 + of["hidden"] / of["symbols"]
    return (
        "Parameters explode: each position has weights of its own; for 100 steps input-to-hidden "
        "grows from 27 x 64 to 2,700 x 64.",
        f"{of['symbols']} x {of['hidden']} to {inputs:,} x {of['hidden']}; in all {whole:,} "
        f"parameters, {whole / of['RNN']:.0f} times the RNN's {of['RNN']:,}.",
        verdict((of["symbols"], of["hidden"], inputs) == (27, 64, 2700)),
        f"They grow in proportion to k. Up to k = {int(k)} the window has fewer parameters than "
        "the RNN, which has W_hh besides.",
    )


def scales(results):
    of = {}
    for kind in KINDS:
        window = results["texts"][kind]["windows"]
        of[kind] = (*best_window(results, kind), *list(window.items())[-1])
    worse = {kind: clearly_above(wide["above"], b["above"]) for kind, (_, b, _, wide) in of.items()}
    wide = of["fixed"][3]
    said = [
        f"{best['above']['mean']:.3f} nats above at k = {k}, {widest['above']['mean']:.3f} at "
        f"k = {last} from {KIND[kind]}"
        for kind, (k, best, last, widest) in of.items()
    ]
    return (
        "This scales poorly.",
        f"{'; '.join(said)}. Stopped at its best the widest has {wide['best']['mean']:.3f}.",
        of_parts(*worse.values()),
        (f"From {results['n_letters']:,} letters a wide window learns its text by heart"
         if worse["fixed"] else "A wide window is not clearly worse from few letters")
        + ("; fresh text does not mend it." if worse["fresh"] else
           "; with fresh text width does not clearly harm."),
    )  # fmt: skip


# ==== Figure ======================================================================================
def figures(results):
    fixed, fresh = (results["texts"][kind] for kind in KINDS)
    k, best = best_window(results, "fresh")
    late = results["pattern"]
    figure = new_figure(
        f"A window of {k} letters with no memory comes within {best['above RNN']['mean']:.3f} nats "
        f"of the RNN on fresh text;\nat places never trained it tells a pattern in "
        f"{late['window']['late']['mean']:.0%}, the RNN in {late['RNN']['late']['mean']:.0%}, "
        f"a scan in {late['scan']['late']['mean']:.0%}",
        height=8.4,
    )
    axes = figure.subplots(2, 2)
    top = 1.6 * max(window["above"]["mean"] for window in fixed["windows"].values())
    for ax, of, kind in ((axes[0, 0], fixed, "fixed"), (axes[0, 1], fresh, "fresh")):
        draw_losses(ax, results, of, kind)
        ax.set_ylim(0.003, max(top, 0.01))
    axes[0, 0].set_ylabel("nats a letter above exact predictor")
    draw_places(axes[1, 0], results)
    draw_parameters(axes[1, 1], results)
    return {"register.png": figure}


def draw_losses(ax, results, of, kind):
    for end, colour, style, label in (
        ("above", BASELINE, "-", "window of k"), ("best", BASELINE, ":", "stopped at its best"),
    ):  # fmt: skip
        if end == "above" or kind == "fixed":
            loss = {int(k): window[end]["mean"] for k, window in of["windows"].items()}
            ax.plot(loss.keys(), loss.values(), style, color=colour, marker="o", ms=4, label=label)
    loss = {int(n): loss["mean"] for n, loss in of["tables"].items()}
    ax.plot(loss.keys(), loss.values(), color=CHUNKER, marker="v", ms=4, label="table of k")
    loss = {int(k): loss["mean"] for k, loss in results["limited"].items() if loss["mean"] > 1e-3}
    ax.plot(loss.keys(), loss.values(), color="black", ls="--", lw=1, label="best with k letters")
    ax.axhline(of["RNN"]["mean"], color=AUTOMATIZER, lw=2, label="RNN")
    n = results["n_letters"] if kind == "fixed" else results["n_fresh"]
    ax.set(xscale="log", yscale="log", xlabel="k, letters seen", title=f"from {n:,} letters")
    widths = [k for k in results["widths"] if k not in (2, 12)]
    ax.set_xticks(widths, widths)
    ax.minorticks_off()
    if kind == "fresh":
        ax.legend(loc="upper right")
    else:
        ax.legend(ax.lines[1:2], ["window of k, stopped at its best"], loc="lower left")


def draw_places(ax, results):
    looks = {
        "window": (BASELINE, "-", "o"), "RNN": (AUTOMATIZER, "-", "D"),
        "RNN, at once": (AUTOMATIZER, ":", "s"), "scan": (CHUNKER, "-", "^"),
    }  # fmt: skip
    at = np.arange(len(PLACES)) + 1
    for name, (colour, style, marker) in looks.items():
        right = [100 * one["mean"] for one in results["pattern"][name]["places"]]
        ax.plot(at, right, style, color=colour, marker=marker, ms=4, label=NAMES[name])
    ax.axvspan(0.5, EARLY[-1] + 1.5, color=FAINT, alpha=0.25, lw=0)
    ax.axhline(50, color="black", ls="--", lw=1)
    ax.set(title="a moved pattern (shaded: places in training)", ylabel="right answers, %",
           xlabel="place of the pattern", ylim=(0, 105), xlim=(0.5, len(PLACES) + 0.5))  # fmt: skip
    ax.legend(loc="lower left")


def draw_parameters(ax, results):
    of = {int(k): n for k, n in results["parameters"]["windows"].items()}
    ax.plot(of.keys(), of.values(), color=BASELINE, marker="o", ms=4, label="window of k")
    ax.axhline(results["parameters"]["RNN"], color=AUTOMATIZER, lw=2, label="RNN")
    ax.axhline(results["parameters"]["symbols"] * SAID * results["parameters"]["hidden"],
               color=FAINT, lw=2, label="the document's 2,700 x 64")  # fmt: skip
    ticks = [k for k in of if k not in (2, 12)]
    ax.set(xscale="log", yscale="log", xlabel="k, letters seen", title="parameters")
    ax.set_xticks(ticks, ticks)
    ax.minorticks_off()
    ax.legend(loc="upper left", bbox_to_anchor=(0, 0.9))
