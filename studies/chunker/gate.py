"""How much does the threshold matter, and is there a gate that needs no number set by hand?

    python3 -m studies gate

The filler jumps as in the study `noise`. First the threshold on A's loss is
swept from 0 to 8 nats. Then seven gates decide what goes up to C, all with the
same A and each with a chunker of its own:

    midpoint    the headline's: half-way between A's median loss on filler and
                on recall targets, in 20 probe sequences where it is known
                which is which
    split       on the same probe sequences, the threshold of largest balanced
                accuracy in telling targets from filler
    tolerance   the 1992 paper's: a symbol goes up whose probability is further
                from 1 than a tolerance, 0.2
    mispredicted  the symbol was not A's most probable one
    mixture     two Gaussians fitted to the logarithms of A's losses by EM
                (expectation maximisation); what more probably is of the upper
    Otsu        the threshold of largest variance between the losses on its sides
    learned     a logistic gate on A's loss and entropy, trained by gradient
                together with a chunker, at a cost of 5 nats per event

The chunker that the gate learned with is left behind: like every other gate it
is judged by a headline chunker trained on what it passes up when more open than
shut. Where that is more than ten events on average, chunkers are trained on a
quarter of the 3,200 sequences (in `noise` such chunkers have all).

The tolerance and the cost, from which the learned gate's threshold also starts,
are numbers set by hand; the others have none. Where a gate passes up more than
a few jumps even a perfect C does not recall everything: it has no clock
(`recall_ceiling`). So choice accuracy stands beside recall.

The learned gate's rates and its cost per event were chosen on seed 0; reported are 100
to 107.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from scipy.special import expit

import chunker_very_deep_1200 as core
from studies.lab import events, gated
from studies.lab.gates import best_split, mixture, otsu
from studies.lab.intervals import mean, mean_quantiles, proportion, quantiles
from studies.lab.optimisers import Adam
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.tasks import LEVELS, noisy, off_cycle
from visualize_chunker_very_deep_1200 import CHUNKER, new_figure

COST = 5.0  # of an event, in nats
CHUNKER_LR, GATE_LR = 0.03, 0.1  # of Adam; chosen on seed 0
MANY_EVENTS = 10  # chunkers of more events train on a quarter of the sequences


class Plan(NamedTuple):
    T: int
    levels: tuple  # of noise, e
    seeds: range
    thresholds: list  # of the sweep, in nats
    n_training: int  # sequences
    n_eval: int  # fresh sequences for each seed
    gate_updates: int


THRESHOLDS = np.arange(0, 8.01, 0.25).tolist()
FULL = Plan(
    T=1200, levels=LEVELS, seeds=range(100, 108), thresholds=THRESHOLDS, n_training=3200,
    n_eval=50, gate_updates=600,
)  # fmt: skip
QUICK = Plan(
    T=60, levels=(0.0, 0.5), seeds=range(100, 102), thresholds=THRESHOLDS[::8], n_training=64,
    n_eval=10, gate_updates=20,
)  # fmt: skip


# ==== A gate that learns ==========================================================================
#
#     g_t = sigmoid(a (l_t - c H_t - theta))    l_t A's loss on x_t, H_t its entropy; g_0 = 1
#     s_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)
#     h_t = (1 - g_t) h_{t-1} + g_t s_t
#     q_t = softmax(h_{t-1} W_hy + b_y)         C's prediction of x_t
#     J   = sum_t (1 - g_t) l_t + g_t (- log q_t[x_t] + COST)
#
# Each symbol is charged to A, or at a price to C. J does not know which symbol
# is the target. Where the gate is shut C's state stands still, and the gradient
# goes back unchanged: what the chunker is for, in the limit.

# Parameters of C and of the gate, (3,) a, c, theta, or a gradient: views into one flat vector.
Gated = namedtuple("Gated", (*core.RNN._fields, "gate"))


def init_gated(rng, n_hidden):
    """C as in the headline; the gate half open where A's loss is the cost of an event."""
    chunker = core.init_rnn(rng, n_hidden, core.CHUNK_STD)
    net = Gated(*core.one_vector([*(W.shape for W in chunker[1:]), (3,)]))
    net.flat[: len(chunker.flat)] = chunker.flat
    net.gate[:] = 1.0, 0.0, COST
    return net


def gate_loss(net, grad, u, loss, entropy):
    """J and its gradient, mean over sequences.

    Parameters
    ----------
    net, grad : Gated
        The gradient is written into `grad`.
    u : Unrolled
        With the tokens (T, B) loaded; row t of its n = T - 1 predictions is q_{t+1}.
    loss, entropy : array (T - 1, B)
        A's loss on x_1 .. x_{T-1}, and its entropy before each, in nats.
    """
    B, (a, _, _) = loss.shape[1], net.gate
    margin = over_threshold(net.gate, loss, entropy)
    g = np.concatenate([np.ones((1, B)), expit(a * margin)])[..., None]
    states = gated.forward(net, u, g[:-1])
    q_came = np.einsum("tbv,tbv->tb", u.probs, u.onehot[1:])
    excess = COST - np.log(q_came) - loss  # of C over A
    gated.backward(net, grad, u, states, g[:-1], g[1:, :, 0] / B)

    dg = excess / B
    dg[:-1] += ((states[1:] - u.hidden[1:-1]) * u.delta[1:]).sum(axis=-1)
    g = g[1:, :, 0]
    dg *= g * (1 - g)
    grad.gate[:] = (dg * margin).sum(), -a * (dg * entropy).sum(), -a * dg.sum()
    return float((loss + g * excess).sum() / B)


def over_threshold(gate, loss, entropy):
    """l - c H - theta, in nats."""
    _, c, theta = gate
    return loss - c * entropy - theta


def learn_gate(rng, automatizer, draw, T, n_updates, n_hidden=core.Config.chunk_hidden):
    """Gate and C together on A's losses; returns the gate (3,) and J before each update."""
    net = init_gated(rng, n_hidden)
    grad, u = core.zeros_like(net), core.buffers(net, T - 1, core.AUTO_BATCH)
    rates = np.full(len(net.flat), CHUNKER_LR)
    rates[-len(net.gate) :] = GATE_LR
    adam, history = Adam(len(net.flat), rates), []
    for _ in range(n_updates):
        tokens, loss, entropy, _ = events.observe(automatizer, draw(rng, T, core.AUTO_BATCH))
        core.load(u, tokens)
        history.append(gate_loss(net, grad, u, loss, entropy))
        adam.step(net.flat, grad.flat)
    return net.gate, history


def more_open(gate, seen):
    """The learned gate as a gate of `lab.events`."""
    return over_threshold(gate, seen.loss, seen.entropy) > 0


# ==== The gates by name ===========================================================================

GATES = ("midpoint", "split", "tolerance", "mispredicted", "mixture", "Otsu", "learned")
SET_BY = {
    "midpoint": "labelled probe", "split": "labelled probe", "tolerance": "hand: 0.2",
    "mispredicted": "nothing", "mixture": "losses", "Otsu": "losses",
    "learned": f"hand: {COST:g} nats per event; gradient",
}  # fmt: skip


def build(loss, learned):
    """Every gate by its name, from the losses of the probe; the thresholds of those with one."""
    thresholds = {
        "midpoint": core.surprise_threshold(loss),
        "split": best_split(loss),
        "tolerance": float(-np.log(1 - events.TOLERANCE)),
        "mixture": mixture(loss),
        "Otsu": otsu(loss),
    }
    gates = {name: partial(events.exceeds, t) for name, t in thresholds.items()}
    gates |= {"mispredicted": events.mispredicted, "learned": partial(more_open, learned)}
    return gates, thresholds


# ==== One run =====================================================================================
class Judge:
    """Tests gates at one level of noise and for one seed: detection, and a chunker's accuracy.

    Two gates that pass the same events up have the same chunker: it is trained once.
    """

    def __init__(self, config, training, fresh):
        self.config, self.training, self.fresh = config, training, fresh
        self.unpredictable = core.with_first(off_cycle(fresh.tokens))
        self.known = {}

    def test(self, gate):
        trained_on, mask = events.passed(gate, self.training), events.passed(gate, self.fresh)
        key = np.packbits(trained_on).tobytes() + np.packbits(mask).tobytes()
        if key not in self.known:
            self.known[key] = self.accuracies(trained_on, mask)
        recall, choice = self.known[key]
        return {**detection(mask, self.unpredictable), "recall": recall, "choice": choice}

    def accuracies(self, trained_on, mask):
        """Of a chunker trained on one mask (T, n_training), tested on the other (T, n_eval)."""
        many = trained_on.sum() > MANY_EVENTS * trained_on.shape[1]
        epochs = trained_on.shape[1] // core.CHUNK_SEQUENCES // (4 if many else 1)
        n, config = epochs * core.CHUNK_SEQUENCES, replace(self.config, chunk_epochs=epochs)
        chunker = events.fit_chunker(config, self.training.tokens[:, :n], trained_on[:, :n])
        tokens = self.fresh.tokens
        return events.accuracies(chunker, core.pass_up(tokens, mask), tokens[-1])


def detection(mask, unpredictable):
    """Precision and recall, of steps; and the share of sequences whose target went up."""
    hits = (mask & unpredictable).sum()
    return {
        "k": float(mask.sum(axis=0).mean()),
        "precision": float(hits / mask.sum()),
        "detected": float(hits / unpredictable.sum()),
        "target": float(mask[-1].mean()),
    }


def one_seed(arguments):
    """Every threshold of the sweep and every gate, at one level of noise."""
    plan, e, seed = arguments
    config, task = core.Config(seed=seed, T=plan.T, n_eval=plan.n_eval), noisy(e)
    A, probe, training, fresh = events.train_and_observe(config, task, plan.n_training)
    judge = Judge(config, training, fresh)
    rng = generators("gate", seed, ("learned",))["learned"]
    learned, history = learn_gate(rng, A, task.draw, plan.T, plan.gate_updates)
    result = {
        "e": e, "seed": seed, "learned_gate": learned.tolist(), "J": history[-1],
        "jump_loss": quantiles(fresh.loss[:-1][off_cycle(fresh.tokens)[:-1]]),
        "target_loss": quantiles(fresh.loss[-1]),
        "sweep": [judge.test(partial(events.exceeds, t)) for t in plan.thresholds],
    }  # fmt: skip
    gates, thresholds = build(probe.loss, learned)
    for name in GATES:
        finite = np.isfinite(thresholds.get(name, np.inf))
        result[name] = {"threshold": thresholds[name] if finite else None}
        result[name] |= judge.test(gates[name])
    return result


# ==== Over seeds ==================================================================================

KEYS = ("k", "precision", "detected", "target", "recall", "choice")


def over_seeds(tests):
    return {
        **{key: mean([t[key] for t in tests]) for key in KEYS},
        "perfect": proportion([t["recall"] == 1 for t in tests]),
    }


def level_summary(e, runs, thresholds):
    """One level of noise over seeds: the sweep, and each gate."""
    sweep = [over_seeds([r["sweep"][i] for r in runs]) for i in range(len(thresholds))]
    return {
        "e": e,
        "jump_loss": mean_quantiles([r["jump_loss"] for r in runs]),
        "target_loss": mean_quantiles([r["target_loss"] for r in runs]),
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


def where_perfect(levels):
    """Where every seed has 100% recall.

    The levels of noise where some gate or threshold of the sweep has it; those of
    each gate by its name; the gates that have it wherever it is possible.
    """
    kept = {
        name: [v["e"] for v in levels if v["gates"][name]["perfect"]["share"] == 1]
        for name in GATES
    }
    possible = [v["e"] for v in levels if v["plateau"] or any(v["e"] in of for of in kept.values())]
    return {
        "possible": possible,
        "kept": kept,
        "keeps_all": [name for name in GATES if possible and kept[name] == possible],
    }


def compute(plan, jobs):
    tasks = [(plan, e, seed) for e in reversed(plan.levels) for seed in plan.seeds]
    runs = parallel_map(one_seed, tasks, jobs, "gates")
    levels = [
        level_summary(e, [r for r in runs if r["e"] == e], plan.thresholds) for e in plan.levels
    ]
    return {
        "T": plan.T,
        "seeds": len(plan.seeds),
        "thresholds": plan.thresholds,
        "levels": levels,
        **where_perfect(levels),
        "runs": runs,
    }


# ==== In words ====================================================================================
def listed(levels):
    return ", ".join(f"{e:g}" for e in levels) or "none"


def plateau(level):
    """From which to which threshold every seed recalls everything, in words."""
    return "none" if level["plateau"] is None else "{:g} to {:g}".format(*level["plateau"])


def answer(results):
    """The finding in one sentence."""
    levels, kept = results["levels"], {name: len(of) for name, of in results["kept"].items()}
    middle_e = min(levels, key=lambda level: abs(np.log(max(level["e"], 1e-9) / 0.03)))
    return (
        f"Without noise any threshold from {plateau(levels[0])} nats recalls everything, from "
        f"{plateau(middle_e)} where the filler jumps with probability {middle_e['e']:g}; some gate "
        f"has 100% recall on every seed at {len(results['possible'])} of {len(levels)} levels of "
        f"noise: `split`, set on labelled sequences, at {kept['split']}, the "
        f"learned gate at {kept['learned']}, the headline's midpoint at {kept['midpoint']}, the "
        f"1992 paper's tolerance at {kept['tolerance']}."
    )


def table(results):
    """What sets each gate, and where it has 100% recall: header and rows of strings."""
    header = ("gate", "set by", "100% recall on every seed at e =")
    return header, [(name, SET_BY[name], listed(results["kept"][name])) for name in GATES]


def by_level(results, cell):
    """A row for each level of noise, a column for each gate."""
    levels = results["levels"]
    rows = [(f"{v['e']:g}", *(cell(v["gates"][name]) for name in GATES)) for v in levels]
    return ("e", *GATES), rows


def k_of(gate):
    """k in three figures."""
    k = gate["k"]["mean"]
    return f"{k:.3g}" if k < 1000 else f"{k:,.0f}"


def counts(results):
    """Events per sequence, k, of each gate: header and rows of strings."""
    return by_level(results, k_of)


def recall_and_choice(results):
    """Recall / choice accuracy of each gate's chunker: header and rows of strings."""
    return by_level(
        results, lambda gate: f"{gate['recall']['mean']:.0%} / {gate['choice']['mean']:.0%}"
    )


def thresholds(results):
    """What jumps and targets cost A, and which thresholds work: header and rows of strings."""
    header = (
        "e", "a jump costs A, nats (5% to 95%)", "a target costs A, nats (5% to 95%)",
        "thresholds with 100% recall, nats", "a perfect C's recall",
    )  # fmt: skip

    def span(quantiles):
        return f"{quantiles[0]:.1f} to {quantiles[2]:.1f}" if quantiles else "no jumps"

    return header, [
        (f"{v['e']:g}", span(v["jump_loss"]), span(v["target_loss"]), plateau(v),
         f"{events.recall_ceiling(v['e'], results['T']):.0%}")
        for v in results["levels"]
    ]  # fmt: skip


def in_all(results):
    """The gates that have 100% recall wherever it is possible."""
    return " and ".join(f"`{name}`" for name in results["keeps_all"]) or "no gate"


def seen(results):
    """What the tables say: a list."""
    n, possible = results["seeds"], results["possible"]
    low = proportion([1] * n)["interval"][0]
    never = [v["e"] for v in results["levels"] if v["e"] not in possible]
    return (
        f"- {n} seeds, T = {results['T']:,}. 100% on all {n} means for a seed {low:.0%} to 100% "
        f"(95% interval).\n"
        f"- Some gate or threshold has 100% recall on every seed at e = {listed(possible)}, "
        f"{in_all(results)} at all of them.\n"
        f"- None has it at e = {listed(never)}: the table of thresholds shows what jumps and "
        f"targets cost A there.\n"
        f"- A perfect C that is passed every jump does not recall everything either: it can't know "
        f"when the target comes."
    )


def effect(results):
    """What the headline's choice of a gate costs."""
    kept = {name: len(levels) for name, levels in results["kept"].items()}
    quiet = results["levels"][0]["gates"]
    passed = [k_of(quiet[name]) for name in ("midpoint", "tolerance")]
    if passed[0] != passed[1]:
        passed = [" and ".join(passed)]
    return (
        f"{passed[0]} events without noise either way; of {len(results['levels'])} levels of noise "
        f"in the filler every seed recalls everything at {kept['midpoint']}, with the tolerance at "
        f"{kept['tolerance']}"
    )


# ==== Figure ======================================================================================

SHARES = LinearSegmentedColormap.from_list("shares", ["white", CHUNKER])
PANELS = {
    "recall": "recall accuracy, and five gates' thresholds",
    "detected": "of the unpredictable steps, share that goes up",
    "precision": "of what goes up, share that is unpredictable",
}
MARKERS = {"tolerance": "|", "mixture": "^", "Otsu": "s", "midpoint": "o", "split": "*"}


def heat_map(ax, values, row_names, **more):
    image = ax.imshow(values, aspect="auto", **more)
    ax.set_yticks(range(len(row_names)), row_names)
    ax.grid(visible=False)
    return image


def draw_sweep(ax, results, key, **colours):
    """A row for each level of noise, a column for each threshold."""
    levels, (first, second, *_, last) = results["levels"], results["thresholds"]
    edge = (second - first) / 2
    values = [[s[key]["mean"] for s in level["sweep"]] for level in levels]
    extent = (first - edge, last + edge, len(levels) - 0.5, -0.5)
    ax.set(xlabel="threshold on A's loss, nats", ylabel="e", xlim=extent[:2])
    return heat_map(ax, values, [f"{v['e']:g}" for v in levels], extent=extent, **colours)


def mark_thresholds(ax, levels):
    """Where the gates set their thresholds: median over seeds."""
    for name, marker in MARKERS.items():
        found = [level["gates"][name]["thresholds"] for level in levels]
        middles = [np.median([np.inf if t is None else t for t in of]) for of in found]
        ax.plot(middles, range(len(levels)), marker, color="black", mfc="none", label=name)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=5, fontsize=10,
              handletextpad=0, columnspacing=1)  # fmt: skip


def draw_gates(ax, levels, **colours):
    """A row for each gate, a column for each level of noise, with k in the cells."""
    of = [[level["gates"][name] for level in levels] for name in GATES]
    heat_map(ax, [[g["perfect"]["share"] for g in row] for row in of], GATES, **colours)
    for i, row in enumerate(of):
        for j, gate in enumerate(row):
            ax.text(j, i, k_of(gate), ha="center", va="center")
    ax.set_xticks(range(len(levels)), [f"{level['e']:g}" for level in levels])
    ax.set_xlabel("e, probability of a jump")
    ax.set_title("seven gates: k (numbers) and share of seeds at 100% recall (colour)")


def figures(results):
    levels, kept = results["levels"], {name: len(of) for name, of in results["kept"].items()}
    figure = new_figure(
        f"Every seed recalls everything at {len(results['possible'])} of {len(levels)} levels of "
        f"noise with some gate:\nsplit at {kept['split']}, the learned gate at {kept['learned']}, "
        f"the headline's midpoint at {kept['midpoint']}, the paper's tolerance at "
        f"{kept['tolerance']}",
        height=10.0,
    )
    axes = figure.subplot_mosaic([["k", "recall"], ["detected", "precision"], ["gates", "gates"]])
    k = draw_sweep(axes["k"], results, "k", cmap="Greys", norm=LogNorm(1, results["T"]))
    axes["k"].set_title("events per sequence, k")
    figure.colorbar(k, ax=axes["k"])
    shares = {"cmap": SHARES, "vmin": 0, "vmax": 1}
    for key, title in PANELS.items():
        image = draw_sweep(axes[key], results, key, **shares)
        axes[key].set_title(title)
    mark_thresholds(axes["recall"], levels)
    draw_gates(axes["gates"], levels, **shares)
    below = [axes[key] for key in ("recall", "precision", "gates")]
    figure.colorbar(image, ax=below, aspect=60, label="share")
    return {"gate.png": figure}
