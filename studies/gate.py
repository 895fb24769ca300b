"""How much does the threshold matter, and is there a gate that needs no hand?

    python3 -m studies.gate

The filler of `studies.noise`. First the threshold is swept from 0 to 8 nats.
Then seven gates decide what goes up to C, all with the same A and each with a
chunker of its own:

    midpoint    the headline's: half-way between A's median loss on filler and
                on recall targets, in 20 probe sequences where it is known
                which is which
    split       on the same probe sequences, the threshold that tells targets
                from filler with the fewest errors, each kind counted as a whole
    tolerance   the paper's: a symbol goes up whose probability is further from
                1 than a tolerance, 0.2
    mispredicted  the symbol was not A's most probable one
    mixture     two Gaussians fitted to the logarithms of A's losses by EM;
                what more probably comes from the upper one goes up
    Otsu        the threshold of largest variance between the losses on its sides
    learned     a logistic gate on A's loss and entropy, trained by gradient
                together with a chunker, at a cost of 5 nats per event

The chunker that the gate learned with is left behind: like every other gate it
is judged by a headline chunker trained on what it passes up when more open than
shut. Where that is more than ten events on average, chunkers are trained on a
quarter of the 3,200 sequences (`studies.noise` has such chunkers with all).

The first two know which steps of 20 probe sequences are targets; the others do
not. The tolerance and the cost, from which the learned gate's threshold also
starts, are numbers set by hand; the others have none. Where there are more than
a few jumps and a gate passes them up, even a perfect C does not recall
everything: it has no clock (see `noise.recall_ceiling`). So choice accuracy
stands beside recall.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap
from scipy.special import expit

import chunker_very_deep_1200 as core
from studies.common import mean, over, share, study
from studies.lag20 import TOLERANCE
from studies.nets import Adam
from studies.noise import (
    FIRST_SEED,
    LEVELS,
    exceeds,
    fit_chunker,
    markov_recall,
    middle,
    mispredicted,
    next_in_cycle,
    observe,
    passed,
    quantiles,
)
from studies.noise import recalled as recall_of
from visualize_chunker_very_deep_1200 import CHUNKER, new_figure

THRESHOLDS = np.arange(0, 8.01, 0.25)
COST = 5.0  # of an event, in nats
CHUNKER_LR, GATE_LR, GATE_UPDATES = 0.03, 0.1, 600  # Adam; chosen on seed 0
LONG = 10  # events: chunkers of longer streams train on a quarter of the sequences

# --------------------------------------------------------------------------
# Thresholds from the losses of the probe sequences, (T - 1, N), the last row the targets
# --------------------------------------------------------------------------


def split(loss):
    """Most targets above, most filler below: the largest sum of the two shares.

    In the middle of the gap between the two losses that it separates.
    """
    values = np.unique(loss)
    middles = (values[:-1] + values[1:]) / 2 if len(values) > 1 else values
    filler, target = np.sort(loss[:-1], axis=None), np.sort(loss[-1])
    below = np.searchsorted(filler, middles, side="right") / filler.size
    above = 1 - np.searchsorted(target, middles, side="right") / target.size
    best = np.flatnonzero(np.isclose(below + above, (below + above).max(), rtol=0, atol=1e-12))
    return float(middles[best[len(best) // 2]])


def otsu(loss):
    """Otsu (1979): maximal variance between the two classes, on the exact values."""
    values = np.sort(loss, axis=None)
    n = np.arange(1, len(values))
    below, total = np.cumsum(values)[:-1], values.sum()
    w = n / len(values)
    between = w * (1 - w) * (below / n - (total - below) / (len(values) - n)) ** 2
    i = between.argmax()
    return float((values[i] + values[i + 1]) / 2)


def mixture(loss, n_rounds=500):
    """EM for two Gaussians on log losses; the loss from which on the upper is more probable.

    Starts from the halves below and above Otsu's threshold of the log losses.
    """
    x = np.log(np.maximum(loss.ravel(), np.finfo(float).tiny))
    upper = (x > otsu(x)).astype(float)
    for _ in range(n_rounds):
        if not 0 < upper.sum() < len(x):  # one class is empty: nothing stands out
            return float("inf")
        r = np.stack([1 - upper, upper])
        weight = r.sum(axis=1)
        centre = r.dot(x) / weight
        # a spread below a thousandth would be a point, not a class
        spread = np.sqrt((r * (x - centre[:, None]) ** 2).sum(axis=1) / weight) + 1e-3
        odds = log_odds(x, weight, centre, spread)
        before, upper = upper, expit(odds)
        if np.abs(upper - before).max() < 1e-6:
            break
    grid = np.linspace(centre[0], max(x.max(), centre[1]), 4001)
    above = grid[log_odds(grid, weight, centre, spread) > 0]
    return float(np.exp(above[0])) if len(above) else float("inf")


def log_odds(x, weight, centre, spread):
    """log of how much more probable the upper of two Gaussians is."""
    lower, upper = (
        np.log(w / s) - 0.5 * ((x - c) / s) ** 2 for w, c, s in zip(weight, centre, spread)
    )
    return upper - lower


# --------------------------------------------------------------------------
# A gate that learns
#
#     g_t = sigmoid(a (l_t - c H_t - theta))    l_t A's loss on x_t, H_t its entropy; g_0 = 1
#     h_t = (1 - g_t) h_{t-1} + g_t tanh(x_t W_xh + h_{t-1} W_hh + b_h)
#     q_t = softmax(h_{t-1} W_hy + b_y)         C's prediction of x_t
#     J   = sum_t (1 - g_t) l_t + g_t (- log q_t[x_t] + COST)
#
# Each symbol is charged to A, or at a price to C. J does not know which symbol
# is the target. Where the gate is shut C's state stands still, and the gradient
# goes back unchanged: what the chunker is for, in the limit.
# --------------------------------------------------------------------------


class Gated(NamedTuple):
    """Parameters of C and of the gate, or a gradient: views into one flat vector."""

    flat: np.ndarray
    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray
    W_hy: np.ndarray
    b_y: np.ndarray
    gate: np.ndarray  # (3,) a, c, theta


def zero_gated(H):
    V = core.VOCAB
    return Gated(*core.one_vector([(V, H), (H, H), (H,), (H, V), (V,), (3,)]))


def init_gated(rng, H):
    """C as in the headline; the gate half open where A's loss is the cost of an event."""
    net, chunker = zero_gated(H), core.init_rnn(rng, H, core.CHUNK_STD)
    net.flat[: len(chunker.flat)] = chunker.flat
    net.gate[:] = 1.0, 0.0, COST
    return net


def gate_loss(net, grad, tokens, loss, entropy):
    """J and its gradient, mean over sequences.

    Parameters
    ----------
    net, grad : Gated
        The gradient is written into `grad`.
    tokens : int array (T, B)
    loss, entropy : array (T - 1, B)
        A's loss on x_1 .. x_{T-1}, and its entropy before each.
    """
    (n, B), H, a = loss.shape, len(net.b_h), net.gate[0]
    margin = over_threshold(net.gate, loss, entropy)
    g = np.concatenate([np.ones((1, B)), expit(a * margin)])[..., None]
    hidden, written = np.zeros((n + 1, B, H)), (net.W_xh + net.b_h)[tokens[:-1]]
    recurrent, W_hh, W_hh_T = np.zeros((B, H)), net.W_hh, net.W_hh.T
    add, subtract, multiply, tanh = np.add, np.subtract, np.multiply, np.tanh
    for h_prev, h, c, g_t in zip(hidden, hidden[1:], written, g):
        h_prev.dot(W_hh, recurrent)
        add(c, recurrent, c)
        tanh(c, c)
        subtract(c, h_prev, h)
        multiply(h, g_t, h)
        add(h, h_prev, h)

    logits = hidden[1:].dot(net.W_hy) + net.b_y
    q = np.exp(logits - logits.max(axis=-1, keepdims=True))
    q /= q.sum(axis=-1, keepdims=True)
    came = core.EYE[tokens[1:]]
    excess = -np.log((q * came).sum(axis=-1)) + COST - loss  # of C over A
    error = g[1:] * (q - came) / B

    slope = g[:-1] * (1 - written**2)
    dh, delta = error.dot(net.W_hy.T), np.empty_like(written)
    recurrent[...], kept = 0, np.empty((B, H))
    for dh_t, slope_t, delta_t, shut in zip(dh[::-1], slope[::-1], delta[::-1], (1 - g[-2::-1])):
        add(dh_t, recurrent, dh_t)
        multiply(dh_t, slope_t, delta_t)
        delta_t.dot(W_hh_T, recurrent)
        multiply(dh_t, shut, kept)
        add(recurrent, kept, recurrent)

    def flat(array):
        return array.reshape(n * B, -1)

    flat(hidden[1:]).T.dot(flat(error), grad.W_hy)
    error.sum(axis=(0, 1), out=grad.b_y)
    flat(hidden[:-1]).T.dot(flat(delta), grad.W_hh)
    flat(core.EYE[tokens[:-1]]).T.dot(flat(delta), grad.W_xh)
    delta.sum(axis=(0, 1), out=grad.b_h)
    dg = excess / B
    dg[:-1] += ((written[1:] - hidden[1:-1]) * dh[1:]).sum(axis=-1)
    g = g[1:, :, 0]
    dg *= g * (1 - g)
    grad.gate[:] = (dg * margin).sum(), -a * (dg * entropy).sum(), -a * dg.sum()
    return float((loss + g * excess).sum() / B)


def over_threshold(gate, loss, entropy):
    """l - c H - theta, in nats."""
    _, c, theta = gate
    return loss - c * entropy - theta


def learn_gate(rng, automatizer, draw, T, n_updates, n_hidden=core.Config.chunk_hidden):
    """Gate and C together on A's losses; returns the gate (3,) and J after each update."""
    net, grad = init_gated(rng, n_hidden), zero_gated(n_hidden)
    rates = np.full(len(net.flat), CHUNKER_LR)
    rates[-len(net.gate) :] = GATE_LR
    adam, history = Adam(len(net.flat), rates), []
    for _ in range(n_updates):
        tokens = draw(rng, T, core.AUTO_BATCH)
        _, loss, entropy, _ = observe(automatizer, tokens)
        history.append(gate_loss(net, grad, tokens.astype(np.intp), loss, entropy))
        adam.step(net.flat, grad.flat)
    return net.gate, history


# --------------------------------------------------------------------------
# Gates as functions of what A makes of some sequences
# --------------------------------------------------------------------------


def open_gate(gate, s):
    """More open than shut."""
    return over_threshold(gate, s.loss, s.entropy) > 0


GATES = ("midpoint", "split", "tolerance", "mispredicted", "mixture", "Otsu", "learned")


def build(name, probe, learned):
    """The gate of this name, from probe sequences; and its threshold, where it has one."""
    if name == "mispredicted":
        return mispredicted, None
    if name == "learned":
        return partial(open_gate, learned), None
    threshold = {
        "midpoint": lambda: core.midpoint(probe.loss),
        "split": lambda: split(probe.loss),
        "tolerance": lambda: float(-np.log(1 - TOLERANCE)),
        "mixture": lambda: mixture(probe.loss),
        "Otsu": lambda: otsu(probe.loss),
    }[name]()
    return partial(exceeds, threshold), threshold


def detection(mask, unpredictable):
    """Precision and recall, of steps; and the share of sequences whose target went up."""
    hits = (mask & unpredictable).sum()
    return {
        "k": float(mask.sum(axis=0).mean()),
        "precision": float(hits / mask.sum()),
        "detected": float(hits / unpredictable.sum()),
        "target": float(mask[-1].mean()),
    }


# --------------------------------------------------------------------------
# The study
# --------------------------------------------------------------------------


class Judge:
    """Tests gates at one level of noise and for one seed: detection, and a chunker's recall.

    Two gates that pass the same events up have the same chunker: it is trained once.
    """

    def __init__(self, seed, config, training, fresh):
        self.seed, self.config, self.training, self.fresh = seed, config, training, fresh
        tokens = fresh.tokens
        jumps = next_in_cycle(tokens[:-1]) != tokens[1:]  # the target is none of the cycle
        self.unpredictable = np.vstack([np.ones_like(jumps[:1]), jumps])
        self.jumps = jumps[:-1]
        self.known = {}

    def test(self, gate):
        trained_on, mask = passed(gate, self.training), passed(gate, self.fresh)
        key = np.packbits(trained_on).tobytes() + np.packbits(mask).tobytes()
        if key not in self.known:
            self.known[key] = self.recall(trained_on, mask)
        recall, choice = self.known[key]
        return {**detection(mask, self.unpredictable), "recall": recall, "choice": choice}

    def recall(self, trained_on, mask):
        long = trained_on.sum() > LONG * trained_on.shape[1]
        epochs = trained_on.shape[1] // core.CHUNK_SEQUENCES // (4 if long else 1)
        n = epochs * core.CHUNK_SEQUENCES
        streams = core.random_streams(self.seed)  # every chunker starts from the same weights
        config, tokens = self.config(chunk_epochs=epochs), self.training.tokens
        chunker = fit_chunker(config, streams, tokens[:, :n], trained_on[:, :n])
        targets = self.fresh.tokens[-1]
        return recall_of(chunker, core.pass_up(self.fresh.tokens, mask), targets)


def one_seed(arguments):
    """Every threshold of the sweep and every gate, at one level of noise."""
    e, seed, T, thresholds, n_sequences, n_eval, n_updates = arguments
    draw, rng = partial(markov_recall, e=e), core.random_streams(seed)
    config = partial(core.Config, seed=seed, T=T)
    net, _ = core.train_automatizer(config(), rng, core.silent, draw)
    probe = observe(net, draw(rng["probe"], T, core.N_PROBE))
    training = observe(net, draw(rng["chunk_data"], T, n_sequences))
    fresh = observe(net, draw(rng["evaluation"], T, n_eval))
    judge = Judge(seed, config, training, fresh)
    (own,) = np.random.SeedSequence(seed, spawn_key=(9,)).spawn(1)
    learned, history = learn_gate(np.random.default_rng(own), net, draw, T, n_updates)
    result = {"e": e, "seed": seed, "learned_gate": learned.tolist(), "J": history[-1]}
    result["jump_loss"] = quantiles(fresh.loss[:-1][judge.jumps])
    result["target_loss"] = quantiles(fresh.loss[-1])
    result["sweep"] = [judge.test(partial(exceeds, threshold)) for threshold in thresholds]
    for name in GATES:
        gate, threshold = build(name, probe, learned)
        finite = threshold is not None and np.isfinite(threshold)
        result[name] = {"threshold": threshold if finite else None, **judge.test(gate)}
    return result


KEYS = ("k", "precision", "detected", "target", "recall", "choice")


def level_summary(e, runs, thresholds):
    """One level of noise over seeds: the sweep, and each gate."""

    def over_seeds(tests):
        return {
            **{key: mean([t[key] for t in tests]) for key in KEYS},
            "perfect": share([t["recall"] == 1 for t in tests]),
        }

    sweep = [over_seeds([r["sweep"][i] for r in runs]) for i in range(len(thresholds))]
    return {
        "e": e,
        "jump_loss": middle([r["jump_loss"] for r in runs]),
        "target_loss": middle([r["target_loss"] for r in runs]),
        "sweep": sweep,
        "plateau": longest_run(thresholds, [s["perfect"]["share"] == 1 for s in sweep]),
        "gates": {
            name: {
                **over_seeds([r[name] for r in runs]),
                "thresholds": [r[name]["threshold"] for r in runs],
            }
            for name in GATES
        },
    }


def longest_run(thresholds, good):
    """First and last of the longest unbroken run of good thresholds, or None."""
    runs = [list(run) for ok, run in groupby(zip(good, thresholds), key=itemgetter(0)) if ok]
    longest = max(runs, key=len, default=None)
    return longest and [longest[0][1], longest[-1][1]]


def compute(quick, jobs):
    T, levels, n_seeds = (60, (0.0, 0.5), 2) if quick else (core.Config.T, LEVELS, 8)
    n_sequences = core.CHUNK_SEQUENCES * (4 if quick else core.Config.chunk_epochs)
    n_eval, n_updates = (10, 20) if quick else (50, GATE_UPDATES)
    thresholds = (THRESHOLDS[::8] if quick else THRESHOLDS).tolist()
    tasks = [
        (e, seed, T, thresholds, n_sequences, n_eval, n_updates)
        for e in reversed(levels)
        for seed in range(FIRST_SEED, FIRST_SEED + n_seeds)
    ]
    runs = over(one_seed, tasks, jobs, "gates")
    summary = [level_summary(e, [r for r in runs if r["e"] == e], thresholds) for e in levels]
    possible = [
        row["e"] for row in summary
        if row["plateau"] or any(g["perfect"]["share"] == 1 for g in row["gates"].values())
    ]  # fmt: skip
    kept = {
        name: [row["e"] for row in summary if row["gates"][name]["perfect"]["share"] == 1]
        for name in GATES
    }
    return {
        "T": T,
        "seeds": n_seeds,
        "thresholds": thresholds,
        "levels": summary,
        "possible": possible,
        "kept": kept,
        "keeps_all": [name for name in GATES if possible and kept[name] == possible],
        "runs": runs,
    }


SET_BY = {
    "midpoint": "labelled probe", "split": "labelled probe", "tolerance": "hand: 0.2",
    "mispredicted": "nothing", "mixture": "losses", "Otsu": "losses",
    "learned": f"hand: {COST:g} nats an event; gradient",
}  # fmt: skip


def events(gate):
    """k in three figures."""
    k = gate["k"]["mean"]
    return f"{k:.3g}" if k < 1000 else f"{k:,.0f}"


def rows(results):
    """The table of gates: header and rows of strings, a column for each level of noise."""
    levels = results["levels"]
    header = ("gate", "set by", *(f"e = {level['e']:g}" for level in levels), "fails at e =")
    lines = []
    for name in GATES:
        of = [level["gates"][name] for level in levels]
        failed = [f"{e:g}" for e in results["possible"] if e not in results["kept"][name]]
        cells = [f"{events(g)}, {g['recall']['mean']:.0%}/{g['choice']['mean']:.0%}" for g in of]
        lines.append((name, SET_BY[name], *cells, " ".join(failed) or "none"))
    return header, lines


def plateau(level):
    """From which to which threshold every seed recalls everything, in words."""
    return "none" if level["plateau"] is None else "{:g} to {:g}".format(*level["plateau"])


def answer(results):
    """The finding in one sentence."""
    levels, n = results["levels"], len(results["possible"])
    free = [name for name in results["keeps_all"] if SET_BY[name][0] != "h"]
    middle_e = min(levels, key=lambda level: abs(np.log(max(level["e"], 1e-9) / 0.03)))
    kept = {name: len(results["kept"][name]) for name in GATES}
    names = [f"`{name}`" for name in free]
    split = " (the threshold that best splits the losses of 20 labelled sequences)"
    return (
        f"Any threshold from {plateau(levels[0])} nats recalls everything without noise, from "
        f"{plateau(middle_e)} where the filler jumps with probability {middle_e['e']:g}; of seven "
        f"gates {' and '.join(names) or 'none'}{split * (free == ['split'])} needs no number set "
        f"by hand and has 100% recall at all {n} levels of noise where anything has, the "
        f"headline's midpoint at {kept['midpoint']}, the learned gate at {kept['learned']}, the "
        f"paper's tolerance at {kept['tolerance']}."
    )


def figures(results):
    levels, thresholds = results["levels"], np.array(results["thresholds"])
    n, kept = len(results["possible"]), results["kept"]
    figure = new_figure(
        f"Full recall at {n} levels of noise: the split of labelled losses keeps it at "
        f"{len(kept['split'])},\nthe headline's midpoint at {len(kept['midpoint'])}, the learned "
        f"gate at {len(kept['learned'])}",
        height=7.6,
    )
    (counts, recalls), (detections, gates) = figure.subplots(2, 2)
    colours = colormaps["viridis"](np.linspace(0, 0.9, len(levels)))
    for level, colour in zip(levels, colours):
        for ax, key, style in (
            (counts, "k", "-"), (recalls, "recall", "-"),
            (detections, "detected", "-"), (detections, "precision", ":"),
        ):  # fmt: skip
            values = [s[key]["mean"] for s in level["sweep"]]
            ax.plot(thresholds, values, style, color=colour, lw=2, label=f"{level['e']:g}")
    counts.set(yscale="log", ylim=(1, None), title="events per sequence, k")
    counts.legend(title="e", ncols=2)
    recalls.set(ylim=(-0.03, 1.05), title="recall accuracy of the chunker")
    detections.set(
        ylim=(-0.03, 1.05), title="detection of unpredictable steps: recall; dotted: precision"
    )
    for ax in (counts, recalls, detections):
        ax.set_xlabel("threshold on A's loss, nats")

    shares = [[level["gates"][name]["perfect"]["share"] for level in levels] for name in GATES]
    gates.imshow(shares, cmap=LinearSegmentedColormap.from_list("", ["white", CHUNKER]), vmin=0,
                 vmax=1, aspect="auto")  # fmt: skip
    for i, name in enumerate(GATES):
        for j, level in enumerate(levels):
            gates.text(j, i, events(level["gates"][name]), ha="center", va="center")
    gates.set_xticks(range(len(levels)), [f"{level['e']:g}" for level in levels])
    gates.set_yticks(range(len(GATES)), GATES)
    gates.grid(visible=False)
    gates.set(xlabel="e, probability of a jump", title="k; coloured: share of seeds at 100% recall")
    return {"gate.png": figure}


if __name__ == "__main__":
    study("gate", compute, figures)
