"""How much of the error signal is left on its way back, in each net?

    python3 -m studies signals

The task is the headline's, T = 1200. ||dL/dh_t||, where L is the loss of the recall target, is
divided by its value at distance 1, the last state; h_0 is at distance T - 1. Below 1% it counts
as vanished (`effective_depth` of the module). Five states are followed:

    baseline     the headline's, full backpropagation through time (BPTT)
    LSTM         its cell state c_t, and its output h_t; chrono initialisation, full BPTT, as in
                 `controls`, until its choice is right for good or the budget is used up
    C            the headline's; between two events its state is held, and the signal with it
    collapsed    the net of `collapse`: it predicts C's state too, window 3, each batch with a T of
                 its own within 4 of 1200, so that the choice is right wherever the filler stands

Their control is the same net before it has learnt. Beside it stands whether the net chooses right
between A and B (chance 50%). A curve is the median over seeds, with its 95% interval by ranks.

The latch. The collapsed net after A and after B, then the filler for ever. A fixed point of the map
over a turn of the filler, 5 steps, or over some turns, is an orbit of the net. The state on one is
kicked in a random direction, a kick's length in units of the distance between the orbits; 40 turns
later it is on the orbit it was kicked from, on the other, or on neither. And the other trigger is
read in the midst of the filler: does the state go over to its orbit?

The stacks are those of `hierarchy`, trained again; their control is levels that have not learnt.

No setting was chosen here. Reported are seeds from 100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core
from studies.lab import collapsed, lstm, nested
from studies.lab.averages import means
from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.states import plane_of
from studies.lab.tasks import filler
from studies.lab.training import both_sequences, headline_nets
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    T: int
    n_distances: int  # at which the curves are stored, evenly in log distance
    lstm_budget: int  # updates
    epochs: int  # of the collapsed net
    n_kicks: int  # of each length, for each orbit
    depths: tuple  # of the stacks
    n_training: int  # sequences, of a stack
    n_updates: int  # of each level
    n_chunk_updates: int  # of the C at the top


FULL = Plan(10, core.Config.T, 44, 4000, 300, 100, (1, 2, 3, 4), 64, 5000, 3200)
QUICK = Plan(2, 30, 12, 20, 20, 10, (1, 2), 8, 200, 100)
FIRST_SEED = 100

NETS = ("baseline", "LSTM", "LSTM, output", "C", "collapsed")
WHEN = ("start", "trained")
APART = core.N_FILLERS - 1  # T of a batch is drawn from T - APART to T + APART
WINDOW = collapsed.WINDOWS[0]
TURN, TURNS = core.N_FILLERS, 20  # steps of a turn, turns after which an orbit may close
SAME, DISTINCT = 1e-8, 1e-4  # of states, in the unit that differs most
KICKS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
SHOWN = 60  # symbols of a strip


# ==== How much is left, by distance ===============================================================
def lstm_norms(net, tokens):
    """||dL/dc_t|| and ||dL/dh_t|| of the loss of the last symbol of tokens (n + 1,): two (n,).

    That of c_t goes through h_t = o_t tanh(c_t) too.
    """
    n, H = len(tokens) - 1, len(net.W_hy)
    u = lstm.unroll_lstm(net, n, 1)
    core.load(u, tokens[:, None])
    lstm.forward_lstm(net, u)
    i, f, o, g = np.split(u.gates[:, 0], 4, axis=1)
    c_before, tanh_c = u.c[:-1, 0], u.tanh_c[:, 0]
    slopes = np.hstack([g * i * (1 - i), c_before * f * (1 - f), tanh_c * o * (1 - o),
                        i * (1 - g * g)])  # fmt: skip
    through = o * (1 - tanh_c**2)
    dc, dh = np.zeros(H), net.W_hy @ (u.probs[-1, 0] - u.onehot[-1, 0])
    norms = np.zeros((2, n))
    for t in reversed(range(n)):
        dc = dc + dh * through[t]
        norms[:, t] = np.hypot.reduce(dc), np.hypot.reduce(dh)
        delta = slopes[t] * np.concatenate([dc, dc, dh, dc])
        dc, dh = dc * f[t], net.W_h @ delta
    return norms


def held_norms(chunker, tokens, mask):
    """||dL/dh|| of the state that C holds at each step: (T - 1,) of tokens and mask (T,).

    The loss is that of the target, which counts as an event whether it was flagged or not.
    """
    mask = mask.copy()
    mask[-1] = True
    return core.gradient_norms(chunker, tokens[mask])[np.cumsum(mask[:-1]) - 1]


def shares(norms, distances):
    """What is left at these distances of the norms (n,), in order of time."""
    return (norms[::-1] / norms[-1])[np.asarray(distances) - 1].tolist()


def distances_of(plan):
    """Whole numbers from 1 to T - 1, evenly in their logarithm."""
    return np.unique(np.geomspace(1, plan.T - 1, plan.n_distances).round().astype(int)).tolist()


def trace_of(seed, T):
    """The sequence along which the headline follows its gradient, (T,)."""
    return core.trigger_recall(core.random_streams(seed)["trace"], T, 1)[:, 0]


def followed(norms, plan):
    """What is kept of one net's norms: shares by distance, and how far 1% reaches."""
    return {"shares": shares(norms, distances_of(plan)), "reach": core.effective_depth(norms)}


# ==== The nets of one seed ========================================================================
def of_lstm(seed, plan):
    """An LSTM before and after it has learnt."""
    tokens = trace_of(seed, plan.T)
    start = lstm.init_lstm(
        generators("lstm", seed, ("init", "data"))["init"], lstm.HIDDEN, longest=plan.T
    )
    net, u, data, updates = lstm.fit_lstm("chrono", seed, plan.T, plan.lstm_budget)
    found = {"updates": updates, "nets": {"LSTM": {}, "LSTM, output": {}}}
    for when, one in zip(WHEN, (start, net)):
        for name, norms in zip(found["nets"], lstm_norms(one, tokens)):
            found["nets"][name][when] = followed(norms, plan)
    choice = lstm.tested_lstm(net, u, core.trigger_recall(data, plan.T, lstm.BATCH))["choice"]
    return {**found, "choice": {"LSTM": choice, "LSTM, output": choice}}


def of_others(seed, plan):
    """Baseline, C and collapsed net before and after they have learnt, and the latch."""
    config, tokens = core.Config(seed=seed, T=plan.T), trace_of(seed, plan.T)
    automatizer, threshold, chunker = headline_nets(seed, T=plan.T)
    baseline, *_ = core.train_baseline(config, core.random_streams(seed), core.silent)
    lengths = range(plan.T - APART, plan.T + APART + 1)
    _, taught, _ = collapsed.train(config, WINDOW, chunker, plan.epochs, lengths=lengths)
    last = collapsed.symbols_only(taught)
    begun = starts(config)
    mask = core.surprising(core.score(automatizer, tokens[:, None])[0], threshold)[:, 0]
    nets = {"baseline": (begun["baseline"], baseline), "collapsed": (begun["collapsed"], last)}
    norms = {name: [core.gradient_norms(net, tokens) for net in two] for name, two in nets.items()}
    norms["C"] = [held_norms(net, tokens, mask) for net in (begun["C"], chunker)]
    rng = generators("signals", seed, ("kicks",))["kicks"]
    return {
        "nets": {name: {when: followed(n, plan) for when, n in zip(WHEN, two)}
                 for name, two in norms.items()},
        "choice": {
            **{name: own_choice(net, plan.T) for name, (_, net) in nets.items()},
            "C": choice_of_c(automatizer, threshold, chunker, plan.T),
        },
        "latch": latch_of(rng, last, plan),
        "page": for_page(last) if seed == FIRST_SEED else None,
    }  # fmt: skip


def starts(config):
    """The nets of `of_others` as they are before they learn."""
    rng = core.random_streams(config.seed)
    of_collapse = generators("collapse", config.seed, ("init", "data"))["init"]
    return {
        "baseline": core.init_rnn(rng["baseline_init"], config.baseline_hidden, core.BASELINE_STD),
        "C": core.init_rnn(rng["chunk_init"], config.chunk_hidden, core.CHUNK_STD),
        "collapsed": collapsed.symbols_only(
            collapsed.initial(of_collapse, config, config.chunk_hidden)
        ),
    }


def own_choice(net, T):
    """Choice of a net that reads every symbol, after A and after B."""
    tokens = both_sequences(T)
    return core.recall_accuracies(core.score(net, tokens)[1], tokens[-1])[1]


def choice_of_c(automatizer, threshold, chunker, T):
    tokens = both_sequences(T)
    logits, answered = core.chunker_logits(chunker, core.compress(automatizer, tokens, threshold))
    return core.recall_accuracies(logits, tokens[-1], answered)[1]


# ==== The latch ===================================================================================
def along(net, tokens, h):
    """States after each of tokens (n, B), from h (B, H): (n, B, H)."""
    u = core.buffers(net, len(tokens), tokens.shape[1])
    u.tokens[:-1], u.hidden[0] = tokens, h
    core.forward_hidden(net, u)
    return u.hidden[1:]


def turning(n, first=None):
    """Filler from the beginning of a turn, (n, 2); `first` in place of what comes before it."""
    tokens = np.repeat(filler(np.arange(n))[:, None], core.N_TRIGGERS, axis=1)
    tokens[0] = range(core.N_TRIGGERS) if first is None else first
    return tokens


def orbits_of(states):
    """The two orbits that states (n, 2, H) end on, (period, 2, H); None if they do not close."""
    for period in range(TURN, TURN * TURNS + 1, TURN):
        if np.abs(states[-1] - states[-1 - period]).max() < SAME:
            return states[-period:]
    return None


def on_orbit(states, orbits):
    """Which orbit each of states (N, H) is on at the phase of the orbits' end: 0, 1, else -1."""
    gaps = np.abs(states[:, None, None] - orbits[TURN - 1 :: TURN]).max(axis=-1).min(axis=1)
    return np.where(gaps.min(axis=1) < DISTINCT, gaps.argmin(axis=1), -1)


def latch_of(rng, net, plan):
    """What kicks and a second trigger do to a net on its orbits; None if it has not two."""
    n = 2 * TURN * TURNS
    states = along(net, turning(2 * n + 1), np.zeros((2, len(net.b_h))))
    orbits = orbits_of(states)
    if orbits is None or np.abs(orbits[-1, 0] - orbits[-1, 1]).max() < DISTINCT:
        return None
    gap = np.linalg.norm(orbits[-1, 0] - orbits[-1, 1])
    back, over = [], []
    after = np.repeat(filler(1 + np.arange(n))[:, None], 2 * plan.n_kicks, axis=1)
    for length in KICKS:
        kicks = rng.normal(size=(2, plan.n_kicks, len(net.b_h)))
        kicks *= length * gap / np.linalg.norm(kicks, axis=2, keepdims=True)
        kicked = (orbits[-1, :, None] + kicks).reshape(-1, len(net.b_h))
        on = on_orbit(along(net, after, kicked)[-1], orbits).reshape(2, -1)
        back.append(float((on == [[0], [1]]).mean()))
        over.append(float((on == [[1], [0]]).mean()))
    ends = [along(net, turning(n + 1, trigger), orbits[-1])[-1] for trigger in (0, 1)]
    written = [bool((on_orbit(end, orbits) == k).all()) for k, end in enumerate(ends)]
    return {
        "period": len(orbits), "gap": float(gap), "comes_back": back, "goes_over": over,
        "overwritten": all(written),
    }  # fmt: skip


def for_page(net):
    """The weights of a net, and the plane of its ways to the orbits: the first two components."""
    states = along(net, turning(201), np.zeros((2, len(net.b_h))))
    plane = plane_of(states.reshape(-1, len(net.b_h)))
    weights = {"hidden": len(net.b_h), "flat": net.flat.tolist()}
    return {**weights, "centre": plane.centre.tolist(), "axes": plane.axes.T.tolist(),
            "share": plane.share}  # fmt: skip


# ==== Stacks ======================================================================================
def of_stack(depth, plan):
    """One stack on one fresh sequence: what each level reads, and its control's."""
    rng = generators("hierarchy", FIRST_SEED, nested.STAGES, depth - 1)
    training = nested.draw(rng["training"], depth, plan.n_training)
    levels, chunker, _ = nested.train_stack(rng, training, depth, plan, 1)
    fresh, V = nested.draw(rng["fresh"], depth, 1), nested.n_symbols(depth)
    init = generators("signals", FIRST_SEED, ("levels",), depth)["levels"]
    untrained = [core.init_rnn(init, nested.HIDDEN, core.AUTO_STD, V, V) for _ in levels]
    passed, masks, flagged = nested.apply_levels(levels, fresh)
    control, control_masks, _ = nested.apply_levels(untrained, fresh)
    return {
        "trained": beginnings(passed, masks), "start": beginnings(control, control_masks),
        "recall": nested.answers(chunker, passed[-1], flagged, fresh)["recall"],
    }  # fmt: skip


def beginnings(passed, masks):
    """Of the one sequence at each level: its length, its first symbols, which of them go up."""
    masks = [*masks, [np.zeros(0, bool)]]
    return [
        {"length": len(x), "symbols": x[:SHOWN].tolist(), "up": up[:SHOWN].nonzero()[0].tolist()}
        for (x,), (up,) in zip(passed, masks)
    ]


# ==== The study ===================================================================================
def one_run(arguments):
    kind, which, plan = arguments
    return {"LSTM": of_lstm, "others": of_others, "stack": of_stack}[kind](which, plan)


def median(values):
    """Of values (seeds, ..): median, and its 95% interval by ranks, the extremes of few seeds."""
    ordered = np.sort(np.asarray(values, float), axis=0)
    n = len(ordered)
    out = max(int(scipy.stats.binom.ppf(0.025, n, 0.5)) - 1, 0)  # so many values on each side
    return {
        "median": np.median(ordered, axis=0).tolist(),
        "low": ordered[out].tolist(), "high": ordered[n - 1 - out].tolist(),
    }  # fmt: skip


def compute(plan, jobs):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_seeds)
    tasks = [("stack", depth, plan) for depth in sorted(plan.depths, reverse=True)]
    tasks += [(kind, seed, plan) for kind in ("LSTM", "others") for seed in seeds]
    done = dict(zip([task[:2] for task in tasks], parallel_map(one_run, tasks, jobs, "signals")))
    lstms, others = ([done[kind, seed] for seed in seeds] for kind in ("LSTM", "others"))
    runs = [
        {"nets": {**b["nets"], **a["nets"]}, "choice": {**b["choice"], **a["choice"]}}
        for a, b in zip(lstms, others)
    ]
    return {
        "T": plan.T, "first_seed": FIRST_SEED, "n_seeds": plan.n_seeds, "cutoff": core.CUTOFF,
        "distances": distances_of(plan), "kicks": list(KICKS),
        "nets": {name: {when: of_net([run["nets"][name][when] for run in runs]) for when in WHEN}
                 for name in NETS},
        "choice": {name: mean([run["choice"][name] for run in runs]) for name in NETS},
        "lstm_solved": proportion([run["updates"] is not None for run in lstms]),
        "latch": of_latches([run["latch"] for run in others]),
        "example": {
            "seed": FIRST_SEED, "net": others[0]["page"],
            "stacks": {str(depth): done["stack", depth] for depth in plan.depths},
        },
    }  # fmt: skip


def of_net(runs):
    """Of one net over seeds: curve, and how far 1% reaches."""
    reach = [run["reach"] for run in runs]
    return {**median([run["shares"] for run in runs]), "reach": {**median(reach), "all": reach}}


def of_latches(latches):
    """Of those that are two orbits, over seeds; None where none is."""
    held = [latch for latch in latches if latch]
    written = [latch.pop("overwritten") for latch in held]
    return {
        "two_orbits": proportion([latch is not None for latch in latches]),
        "overwritten": proportion(written) if held else None,
        "numbers": means(held) if held else None,
    }


# ==== What was found ==============================================================================
SAID = {
    "baseline": "baseline", "LSTM": "LSTM, its cell", "LSTM, output": "LSTM, its output",
    "C": "chunker C", "collapsed": "collapsed net",
}  # fmt: skip
SHADES = {
    "baseline": BASELINE, "LSTM": "#8A3F8A", "LSTM, output": "#C79BC7", "C": CHUNKER,
    "collapsed": AUTOMATIZER,
}  # fmt: skip


def share(value):
    """A share in words that fit its size."""
    if value == 0:
        return "0"
    return f"{value:.3g}" if value > 1 else f"{value:.1%}" if value >= 1e-3 else f"{value:.0e}"


def interval(of, said):
    """A median with its interval."""
    return f"{said(of['median'])} ({said(of['low'])} to {said(of['high'])})"


def steps(value):
    return f"{value:,.5g}"


def at_end(net):
    """Of a curve, what is left at the largest distance."""
    return {key: net[key][-1] for key in ("median", "low", "high")}


def answer(results):
    """The finding in a sentence or two."""
    trained = {name: net["trained"] for name, net in results["nets"].items()}
    reach = {name: steps(net["reach"]["median"]) for name, net in trained.items()}
    untrained = steps(results["nets"]["LSTM"]["start"]["reach"]["median"])
    return (
        f"1% is left after {reach['baseline']} steps in the baseline (median of "
        f"{results['n_seeds']} seeds), {reach['LSTM']} in an LSTM's cell ({untrained} before it "
        f"has learnt), {reach['collapsed']} in the collapsed net, which chooses right "
        f"{percent(results['choice']['collapsed'])} of the time (chance 50%; baseline "
        f"{percent(results['choice']['baseline'])}); C holds its state from event to event, and of "
        f"its signal {share(at_end(trained['C'])['median'])} reaches the trigger."
    )


def table(results):
    """Each net after it has learnt, and before."""
    header = (
        "state", "1% is left after so many steps", "before learning", "left at the trigger",
        "before learning", "choice right",
    )  # fmt: skip
    rows = []
    for name, net in results["nets"].items():
        end, begun = net["trained"], net["start"]
        rows.append((
            SAID[name], interval(end["reach"], steps), interval(begun["reach"], steps),
            interval(at_end(end), share), interval(at_end(begun), share),
            f"{results['choice'][name]['mean']:.1%}",
        ))  # fmt: skip
    return header, rows


def seen(results):
    """What the table leaves out."""
    latch, numbers = results["latch"], results["latch"]["numbers"]
    two = f"Two orbits under the filler: {counted(latch['two_orbits'])} collapsed nets."
    if not numbers:
        return two
    back = ", ".join(f"{r:g}: {b['mean']:.0%}" for r, b in zip(KICKS, numbers["comes_back"]))
    return (
        f"{two} Of random kicks come back, by length in distances between the orbits: {back}. The "
        f"other trigger, read in the midst of the filler, writes over the first on "
        f"{counted(latch['overwritten'])}."
    )


# ==== Figure ======================================================================================
FLOOR = 1e-30  # of the axis


def figures(results):
    reach = {
        name: steps(net["trained"]["reach"]["median"]) for name, net in results["nets"].items()
    }
    figure = new_figure(
        f"1% of the error signal is left after {reach['baseline']} steps in the baseline,\n"
        f"{reach['LSTM']} in an LSTM's cell, {reach['collapsed']} in the collapsed net",
        height=4.6,
    )
    left, right = figure.subplots(1, 2, width_ratios=[1.6, 1])
    for name, net in results["nets"].items():
        of, colour = net["trained"], SHADES[name]
        low, high, middle = (np.maximum(of[key], FLOOR) for key in ("low", "high", "median"))
        left.fill_between(results["distances"], low, high, color=colour, alpha=0.2)
        left.plot(results["distances"], middle, color=colour, lw=2, label=SAID[name])
    left.axhline(results["cutoff"], color=FAINT, ls="--", lw=1)
    left.set(xscale="log", yscale="log", ylim=(FLOOR, 1e4),
             xlabel="steps back from the recall target (dashed: 1% is left)",
             ylabel="share of the signal that is left")  # fmt: skip
    left.legend(loc="lower right")
    draw_kicks(right, results["latch"]["numbers"])
    return {"signals.png": figure}


def draw_kicks(ax, numbers):
    if numbers:
        for key, label, colour in (("comes_back", "comes back", AUTOMATIZER),
                                   ("goes_over", "goes over to the other", CHUNKER)):  # fmt: skip
            ax.plot(KICKS, [n["mean"] for n in numbers[key]], "o-", color=colour, label=label)
            ax.fill_between(KICKS, *np.transpose([n["interval"] for n in numbers[key]]),
                            color=colour, alpha=0.2)  # fmt: skip
        ax.legend(loc="upper right")
    ax.set(ylim=(0, 1.35), yticks=[0, 0.25, 0.5, 0.75, 1], ylabel="share of random kicks",
           xlabel="length of the kick, in distances\nbetween the two orbits")  # fmt: skip
