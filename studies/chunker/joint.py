"""What do A and C predict as one predictor, that nobody tells when?

    python3 -m studies joint

A's 100% of the filler and C's 100% of the targets are not one predictor's: C is asked at a
surprise, and nobody knows of a surprise before. Here the two give one distribution of the
next symbol at every step,

    p = (1 - s_t) on A's most probable symbol, s_t shared among the others as C has it

where s_t is the probability that A's prediction fails. Every other net gets the same form,
with its own distribution of the others in C's place. s_t is estimated in three ways:

    own          the net's own: 1 less the probability of its most probable symbol
    one number   the share of steps at which its most probable symbol did not come
    per symbol   that share for each most probable symbol

The shares are counted on drawn sequences of the length asked at. `mixture` is
(1 - s) p_A + s p_C with one number. With times (A + C, times) C reads and says waiting
times too, in decimal digits, and s_t is its probability that the event comes now, having not
come before; with one number, A's prediction counts as sure but for what C did not foresee.

Single nets: the headline's baseline; a plain RNN and an LSTM trained on T from 10 to 60 (16
units, Adam 0.001, weight of the recall step annealed, as in `lengths`); the LSTM trained at
full length with half of the loss on the target, until its choice is right for good; the
collapsed net (window 3); A alone. Bits are those of a whole sequence, one for x_0 among them.
Settings are those of `lengths`, `controls` and `collapse`, the clock's those of `when`; none
was chosen here. At fixed T there are two sequences, in training and in evaluation.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import collapsed, single, waiting
from studies.lab.intervals import counted, mean, proportion
from studies.lab.lstm import fit_lstm
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.tasks import filler
from studies.lab.training import both_sequences
from visualize_chunker_very_deep_1200 import AUTOMATIZER, CHUNKER, FAINT, new_figure

V, TRIGGERS = core.VOCAB, np.arange(core.N_TRIGGERS)


class Plan(NamedTuple):
    T: int
    lengths: tuple  # from the first to before the second: T drawn
    n_seeds: int
    n_lstms: int  # of these, with the LSTM trained at full length too
    updates: int  # of the nets trained short
    lstm_budget: int
    collapse_epochs: int
    clock_updates: int


FULL = Plan(core.Config.T, (1001, 1401), 15, 5, 4000, 4000, 300, 4000)
QUICK = Plan(60, (51, 71), 2, 1, 20, 5, 5, 1000)
FIRST_SEED = 100  # none was used in choosing settings
SHORT, HIDDEN, BATCH, RATE, ANNEALED = range(10, 61), 16, 8, 0.001, 1000
N_RECORD = 64  # sequences on which it is counted how often a prediction fails
CLOCK_HIDDEN, CLOCK_RATE, CLOCK_BATCH = 64, 0.005, 32
N_CLOCK = 320  # sequences that the clock learns from
CODE = waiting.Digits(10, 4)
WAYS = ("own", "one number", "per symbol")
SYSTEMS = (
    "baseline", "plain RNN, short", "LSTM, short", "LSTM, full length", "collapsed", "A",
    "A + C", "A + C, times",
)  # fmt: skip


# ==== What is predicted ===========================================================================
#
# Both sequences, after A and after B, run on with filler for ever: `p` (n, 2, V) is the prediction
# of x_1 .. x_n. A sequence of length T ends with its trigger in place of the filler at T - 1.


def endless(n):
    """x_0 .. x_n of both sequences without an end: (n + 1, 2)."""
    return both_sequences(n + 2)[:-1]


def predicted(net, n):
    """What a net of any kind predicts: (n, 2, V)."""
    parts = []
    for _, _, outputs in single.predictions(net, endless(n)):
        if isinstance(net, core.RNN):
            outputs = np.ascontiguousarray(outputs)
            core.softmax(outputs.reshape(-1, V))
        parts.append(outputs.copy())
    return np.concatenate(parts)


def held(net, events, n):
    """C's prediction of the next event from those so far, at each step: (n, 2, V).

    `events` (n + 1, 2) marks what went up of the endless sequences.
    """
    tokens, p = endless(n), np.empty((n, len(TRIGGERS), V))
    for b in TRIGGERS:
        u = core.buffers(net, events[:, b].sum(), 1)
        u.tokens[:-1, 0] = tokens[events[:, b], b]
        core.forward(net, u)
        p[:, b] = u.probs[events[:-1, b].cumsum() - 1, 0]
    return p


def drawn_ends(rng, lengths, n):
    """T and trigger of n sequences, (n, 2)."""
    return np.stack([rng.integers(lengths.start, lengths.stop, n), rng.integers(2, size=n)], axis=1)


def all_ends(lengths):
    """T and trigger of every sequence that there is."""
    return np.array([(T, b) for T in lengths for b in TRIGGERS])


# ==== From two predictions to one =================================================================
def failures(p, ends):
    """How often the most probable symbol did not come in these sequences, and how often it did.

    By most probable symbol: (2, V).
    """
    counts, best = np.zeros((2, V)), p.argmax(axis=-1)
    due = filler(np.arange(1, len(p) + 1))
    for T, b in ends:
        came = due[: T - 1].copy()
        came[-1] = b
        np.add.at(counts, ((best[: T - 1, b] == came).astype(int), best[: T - 1, b]), 1)
    return counts


def shared(p, q, s):
    """1 - s (n, 2) on the most probable symbol by p; s among the others, as q has them."""
    best = p.argmax(axis=-1)[..., None]
    others = np.maximum(q, 1e-300)
    np.put_along_axis(others, best, 0.0, axis=-1)
    one = others * (s / others.sum(axis=-1))[..., None]
    np.put_along_axis(one, best, 1 - s[..., None], axis=-1)
    return one


def in_each_way(p, q, ends):
    """The one distribution for each of `WAYS`, from a record of sequences that end so."""
    failed, came = failures(p, ends)
    best = p.argmax(axis=-1)
    one = (failed.sum() + 0.5) / (failed.sum() + came.sum() + 1)
    each = (failed + 0.5) / (failed + came + 1)  # half a count for what was not seen
    own = np.clip(1 - p.max(axis=-1), 1e-12, 1)
    found = {"own": own, "one number": np.full(best.shape, one), "per symbol": each[best]}
    return {way: shared(p, q, s) for way, s in found.items()}, one


# ==== What it is worth ============================================================================
def worth(p, lengths):
    """One predictor, (n, 2, V), on every sequence of these lengths, as means over them.

    accuracy : of x_1 .. x_{T-1}, the most probable symbol
    recall : the target was the most probable of all symbols; nobody said when
    choice : the target was the more probable of A and B
    bits : of a whole sequence, one of them for x_0
    filler_bits, target_bits : their parts
    """
    n = np.arange(len(p))
    due, best = filler(n + 1), p.argmax(axis=-1)
    nats = -np.log(np.maximum(p, 1e-300))
    filler_nats = np.cumsum(
        np.vstack([np.zeros((1, 2)), nats[n[:, None], TRIGGERS, due[:, None]]]), 0
    )
    right = np.cumsum(np.vstack([np.zeros((1, 2)), best == due[:, None]]), 0)
    T, b = all_ends(lengths).T
    at = T - 2  # the row that predicts x_{T-1}
    recall = best[at, b] == b
    parts = filler_nats[at, b] / np.log(2), nats[at, b, b] / np.log(2)
    return {
        "accuracy": float(((right[at, b] + recall) / (T - 1)).mean()),
        "filler": float((right[at, b] / at).mean()),
        "recall": float(recall.mean()),
        "choice": float((p[at, b, b] > p[at, b, 1 - b]).mean()),
        "bits": float(1 + sum(parts).mean()),
        "filler_bits": float(parts[0].mean()),
        "target_bits": float(parts[1].mean()),
    }


def floors(lengths):
    """Bits of a sequence: the least for a predictor that knows the trigger and the lengths.

    counts : it counts steps; then only x_0 and T are unknown
    phase : it knows the phase of the filler alone, and at which the target may stand
    neither : the target may come at every step with the same probability
    """

    def hazard(groups):  # filler steps and targets of each, per sequence
        total = 0.0
        for fillers, targets in groups:
            h = targets / (fillers + targets)
            total -= sum(n * np.log2(q) for n, q in ((fillers, 1 - h), (targets, h)) if n)
        return float(total)

    T = np.array(lengths)
    phases = [
        (np.mean([len(range(1 + f, t - 1, core.N_FILLERS)) for t in T]),
         float(np.mean(f == (T - 2) % core.N_FILLERS)))
        for f in range(core.N_FILLERS)
    ]  # fmt: skip
    return {
        "counts": 1 + float(np.log2(len(T))),
        "phase": 1 + hazard(phases),
        "neither": 1 + hazard([(np.mean(T - 2), 1.0)]),
    }


# ==== The nets ====================================================================================
def batches(rng, lengths, n, batch):
    """n batches, each of a length drawn from these; of one length nothing is drawn for it."""
    for _ in range(n):
        T = int(rng.integers(lengths.start, lengths.stop))
        yield core.trigger_recall(rng, T, batch)


def baseline(seed, lengths):
    """The headline's, by its recipe."""
    config, rng = core.Config(seed=seed), core.random_streams(seed)
    net = core.init_rnn(rng["baseline_init"], config.baseline_hidden, core.BASELINE_STD)
    drawn = batches(rng["baseline_data"], lengths, config.baseline_epochs, core.BASELINE_BATCH)
    for _ in core.learn(net, drawn, lengths[-1] - 1, config.baseline_lr):
        pass
    return net


def automatizer(seed, lengths):
    """The headline's, by its recipe."""
    config, rng = core.Config(seed=seed), core.random_streams(seed)
    drawn = batches(rng["auto_data"], lengths, config.auto_epochs, core.AUTO_BATCH)
    return core.fit_automatizer(config, rng, drawn, config.auto_epochs, core.silent, V)[0]


def goes_up(p, ends):
    """Sequences that end so, and what A mispredicts of each by its p: tokens, mask (n + 1, N)."""
    T, b = np.array(ends).T
    tokens = endless(len(p))[:, b]
    tokens[T - 1, np.arange(len(T))] = b
    mask = core.with_first(p.argmax(axis=-1)[:, b] != tokens[1:])
    return tokens, mask & (np.arange(len(tokens))[:, None] < T)


def chunker(seed, p, lengths):
    """C by the headline's recipe, on what A mispredicts."""
    config, rng = core.Config(seed=seed), core.random_streams(seed)
    events = core.pass_up(*goes_up(p, all_ends(lengths)))
    n = config.chunk_epochs * core.CHUNK_SEQUENCES
    return core.fit_chunker(config, rng, events, rng["chunk_data"].integers(len(events), size=n))[0]


def chunker_with_times(rng, p, lengths, n_updates):
    """C with a clock, on what A mispredicts of drawn sequences."""
    found = waiting.streams(*goes_up(p, drawn_ends(rng["clock data"], lengths, N_CLOCK)))
    clock = waiting.initial(rng["clock init"], CODE, V, CLOCK_HIDDEN)
    updates = waiting.learning(clock, found, rng["clock data"], waiting.falling(
        CLOCK_RATE, n_updates), CLOCK_BATCH)  # fmt: skip
    for _ in islice(updates, n_updates):
        pass
    return clock


def trained_short(kind, rng, n_updates):
    """A plain RNN or an LSTM, trained on short sequences."""
    net = single.initial(kind, rng[f"{kind} init"], HIDDEN)
    drawn = single.drawn(core.trigger_recall, rng[f"{kind} data"], SHORT, BATCH)
    weight = partial(single.annealed, over=ANNEALED)
    for _ in islice(single.learning(net, drawn, RATE, weight), n_updates):
        pass
    return net


# ==== The study ===================================================================================
def two_nets(seed, rng, A, lengths, ends, clock_updates):
    """A alone, A + C and A + C with times, in each way: {system: {way: p}}."""
    p = predicted(A, lengths[-1] - 1)
    mask = core.with_first(p.argmax(axis=-1) != endless(len(p))[1:])
    alone, _ = in_each_way(p, p, ends)
    q = held(chunker(seed, p, lengths), mask, len(p))
    both, share = in_each_way(p, q, ends)
    both["mixture"] = (1 - share) * p + share * q
    clock = chunker_with_times(rng, p, lengths, clock_updates)
    says, due = foretold(clock, mask, len(p))
    unforeseen = surprised(p, due > share, ends)
    sure = due + (1 - due) * unforeseen
    timed = {
        "own": (1 - due[..., None]) * p + due[..., None] * says,
        "one number": shared(p, says, sure),
    }
    return {"A": alone, "A + C": both, "A + C, times": timed}


def foretold(clock, mask, n):
    """What C with a clock says of the next event at each step, and that it is due now.

    Returns (n, 2, V) and the probabilities (n, 2), given that it has not come before.
    """
    found = waiting.streams(endless(n), mask)
    symbols, times = clock.outputs(found)
    of_all = clock.code.distribution(times)[..., 1:]  # of waiting times 1, 2, ..
    later = np.cumsum(of_all[..., ::-1], axis=-1)[..., ::-1]
    hazard = np.divide(of_all, later, np.zeros_like(later), where=later > 1e-12)
    at = mask[:-1].cumsum(axis=0) - 1  # the last event before each step
    since = np.arange(1, n + 1)[:, None] - found.waits.cumsum(axis=0)[at, TRIGGERS]
    return symbols[at, TRIGGERS], hazard[at, TRIGGERS, since - 1]


def surprised(p, foreseen, ends):
    """Share of steps not foreseen, (n, 2), at which A fails; half a count for never."""
    failed = steps = 0
    _, mask = goes_up(p, ends)
    for n, (T, b) in enumerate(ends):
        failed += (mask[1:T, n] & ~foreseen[: T - 1, b]).sum()
        steps += T - 1
    return (failed + 0.5) / (steps + 1)


def one_run(arguments):
    """One seed, T fixed or drawn: {system: {way: worth}}."""
    seed, drawn, with_lstm, plan = arguments
    lengths = range(*plan.lengths) if drawn else range(plan.T, plan.T + 1)
    parts = ["ends", "clock init", "clock data"]
    parts += [f"{kind} {what}" for kind in single.KINDS for what in ("init", "data")]
    rng = generators("joint", seed, parts, int(drawn))
    ends, n = drawn_ends(rng["ends"], lengths, N_RECORD), lengths[-1] - 1
    config = core.Config(seed=seed, T=plan.T)
    A = automatizer(seed, lengths)
    nets = {"baseline": baseline(seed, lengths)}
    nets |= {f"{kind}, short": trained_short(kind, rng, plan.updates) for kind in single.KINDS}
    p = predicted(A, n)
    _, net, _ = collapsed.train(
        config, collapsed.WINDOWS[0], chunker(seed, p, lengths), plan.collapse_epochs,
        lengths=lengths if drawn else None,
    )  # fmt: skip
    nets["collapsed"] = collapsed.symbols_only(net)
    if with_lstm:
        nets["LSTM, full length"], *_ = fit_lstm("forget bias 5", seed, plan.T, plan.lstm_budget)
    found = {}
    for name, net in nets.items():
        p = predicted(net, n)
        found[name], _ = in_each_way(p, p, ends)
    found |= two_nets(seed, rng, A, lengths, ends, plan.clock_updates)
    of = {name: {way: worth(p, lengths) for way, p in ways.items()} for name, ways in found.items()}
    return {"seed": seed, **of}


def summary(runs):
    """Of one system in one way, over its seeds."""
    return {
        **{key: mean([run[key] for run in runs]) for key in runs[0]},
        "all_chosen": proportion([run["choice"] == 1 for run in runs]),
        "all_recalled": proportion([run["recall"] == 1 for run in runs]),
    }


def block(runs, lengths):
    """T fixed or drawn: floors, and every system that was run, in every way."""
    systems = {}
    for name in SYSTEMS:
        of = [run[name] for run in runs if name in run]
        if of:
            systems[name] = {way: summary([run[way] for run in of]) for way in of[0]}
    return {
        "lengths": [lengths[0], lengths[-1]],
        "floors": floors(lengths),
        "systems": systems,
        "more_than_both": more_bits(runs, systems),
    }


def least(ways):
    """The way in which a system needs the fewest bits, and what it is worth so."""
    way = min((way for way in ways if way != "mixture"), key=lambda way: ways[way]["bits"]["mean"])
    return way, ways[way]


def more_bits(runs, systems, than="A + C"):
    """Bits of every other system less those of A + C, seed by seed, both in their best ways."""

    def of_run(run, name):
        return run[name][least(systems[name])[0]]["bits"]

    return {
        name: mean([of_run(run, name) - of_run(run, than) for run in runs if name in run])
        for name in systems
        if name != than
    }


def compute(plan, jobs):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_seeds)
    tasks = [
        (seed, drawn, not drawn and n < plan.n_lstms, plan)
        for drawn in (False, True)
        for n, seed in enumerate(seeds)
    ]
    runs = parallel_map(one_run, tasks, jobs, "joint")
    return {
        "seeds": plan.n_seeds,
        "fixed": block(runs[: plan.n_seeds], range(plan.T, plan.T + 1)),
        "drawn": block(runs[plan.n_seeds :], range(*plan.lengths)),
        "runs": {"fixed": runs[: plan.n_seeds], "drawn": runs[plan.n_seeds :]},
    }


# ==== Tables and sentences ========================================================================
SINGLE = tuple(name for name in SYSTEMS if not name.startswith("A + C"))
NAMES = {
    "baseline": "baseline, the headline's",
    "plain RNN, short": "plain RNN, trained short",
    "LSTM, short": "LSTM, trained short",
    "LSTM, full length": "LSTM, trained at T",
    "collapsed": "collapsed net",
    "A": "A alone",
}


def best_single(of):
    """The single net that needs the fewest bits in a block."""
    known = [name for name in SINGLE if name in of["systems"]]
    return min(known, key=lambda name: least(of["systems"][name])[1]["bits"]["mean"])


def bits(ways):
    """Of a system in its best way."""
    return f"{least(ways)[1]['bits']['mean']:.2f}"


def against(of):
    """A sentence's part: the best single net, its bits, and how many more they are."""
    name = best_single(of)
    more = of["more_than_both"][name]
    low, high = more["interval"]
    apart = f"{more['mean']:+.2f} ({low:+.2f} to {high:+.2f})"
    return f"{NAMES[name]} {bits(of['systems'][name])}, difference {apart}"


def answer(results):
    """The finding in one sentence."""
    fixed, drawn = results["fixed"], results["drawn"]
    both, timed = fixed["systems"]["A + C"], fixed["systems"]["A + C, times"]
    later = drawn["systems"]["A + C, times"]
    return (
        f"Not told when, they recall {both['own']['recall']['mean']:.0%} of the targets at T = "
        f"{fixed['lengths'][0]:,}, choose right on {counted(both['own']['all_chosen'])} seeds, and "
        f"need {bits(both)} bits a sequence (best single net: {against(fixed)}; least without "
        f"counting steps {fixed['floors']['phase']:.2f}); when C reads and says times they recall "
        f"{timed['own']['recall']['mean']:.0%} and need {bits(timed)} (least "
        f"{fixed['floors']['counts']:.0f}), and where T is drawn {bits(later)} (least "
        f"{drawn['floors']['counts']:.2f})."
    )


def in_brief(results):
    """What recall is worth that is not two nets'."""
    systems = results["fixed"]["systems"]
    recall = [systems[name]["own"]["recall"]["mean"] for name in ("A + C", "A + C, times")]
    drawn = results["drawn"]["systems"]["A + C, times"]["own"]["recall"]["mean"]
    return (
        f"as one predictor that nobody tells when they recall {recall[0]:.0%}, and {recall[1]:.0%} "
        f"when C reads and says times and T is the one trained on ({drawn:.1%} where T is drawn)"
    )


def table(results):
    """Every system at fixed T, and its bits where T is drawn."""
    fixed, drawn = results["fixed"], results["drawn"]
    T = fixed["lengths"][0]
    header = (
        "one predictor", f"symbols right, of {T - 1:,}", "recall, not told when", "choice",
        "bits, own doubt", "bits, one number", "bits, per symbol", "bits, T drawn",
        "choice, T drawn",
    )  # fmt: skip
    rows = []
    for name, ways in fixed["systems"].items():
        at, other = ways["own"], drawn["systems"].get(name)
        rows.append((
            NAMES.get(name, name), f"{at['accuracy']['mean'] * (T - 1):,.2f}",
            f"{at['recall']['mean']:.0%}", f"{at['choice']['mean']:.0%}",
            *(f"{ways[way]['bits']['mean']:.2f}" if way in ways else "-" for way in WAYS),
            bits(other) if other else "-",
            f"{other['own']['choice']['mean']:.0%}" if other else "-",
        ))  # fmt: skip
    return header, rows


def seen(results):
    """What the table does not say."""
    fixed, drawn = results["fixed"], results["drawn"]
    n = fixed["more_than_both"].get("LSTM, full length", {"n": 0})["n"]
    lines = [
        f"{results['seeds']} seeds, {n} of the LSTM trained at T. All numbers are means over the "
        "seeds. One of the bits is x_0.",
        "Symbols right, recall and choice are those with a net's own doubt. Where T is drawn the "
        "bits are those of the way with the fewest, for every system.",
    ]
    for of in (fixed, drawn):
        low, high = of["lengths"]
        where = f"At T = {low:,}" if low == high else f"With T drawn from {low:,} to {high:,}"
        floor = of["floors"]
        lines.append(
            f"{where} the least bits are {floor['counts']:.2f} for a predictor that counts steps, "
            f"{floor['phase']:.2f} for one that knows the phase of the filler alone, "
            f"{floor['neither']:.2f} for one that knows neither. The best single net: "
            f"{against(of)}, in parentheses the 95% interval over the seeds."
        )
    mixed = fixed["systems"]["A + C"]["mixture"]
    timed = drawn["systems"]["A + C, times"]["own"]
    own = {n: fixed["systems"][n]["own"] for n in SINGLE if n in fixed["systems"]}
    doubts = [f"{NAMES[n]} {w['filler_bits']['mean']:.1f}" for n, w in own.items()]
    early = [
        f"{NAMES[n]} ({w['filler']['mean']:.1%} of the filler right)"
        for n, w in own.items()
        if w["recall"]["max"] > 0 and w["filler"]["min"] < 1
    ]
    lines += [
        f"Bits for the filler by a net's own doubt: {', '.join(doubts)}. What was trained short "
        "expects the end too soon.",
        f"A + C as (1 - s) p_A + s p_C, s one number: {mixed['bits']['mean']:.2f} bits, choice "
        f"{mixed['choice']['mean']:.0%}. What A itself says of A and B then weighs against C.",
        f"With times and T drawn the recall is {timed['recall']['mean']:.1%}. Nobody can know the "
        "time of the target there.",
    ]
    if early:
        lines.append(f"Single nets that name targets, but in the filler too: {', '.join(early)}.")
    return "\n".join(f"- {line}" for line in lines)


# ==== Figure ======================================================================================
PARTS = {
    "x_0": (FAINT, None),
    "filler": (AUTOMATIZER, "filler_bits"),
    "target": (CHUNKER, "target_bits"),
}
FLOORS = {"counts": ("-", "counts steps"), "phase": ("--", "knows the phase"),
          "neither": (":", "knows neither")}  # fmt: skip


def bar(ax, row, at, limit):
    """The bits of one system, stacked; what goes beyond the axis is cut and says so."""
    left = 0.0
    for label, (colour, key) in PARTS.items():
        width = at[key]["mean"] if key else 1.0
        ax.barh(row, width, left=left, color=colour, height=0.6, label=label)
        left += width
    cut = left > limit
    where, side = (limit, "right") if cut else (left + 0.3, "left")
    ax.text(
        where, row, f"{left:.2f} →" if cut else f"{left:.2f}", va="center", ha=side,
        fontweight="bold", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def figures(results):
    fixed = results["fixed"]
    shown = ("A + C", best_single(fixed), "A + C, times")
    both, single_net, timed = (bits(fixed["systems"][name]) for name in shown)
    figure = new_figure(
        f"As one predictor, told nothing of when, A + C take {both} bits a sequence "
        f"at T = {fixed['lengths'][0]:,}\n(best single net {single_net}); "
        f"when C reads and says times {timed}",
        height=4.8,
    )
    limit = 1.7 * max(results[kind]["floors"]["neither"] for kind in ("fixed", "drawn"))
    axes = figure.subplots(1, 2, sharey=True)
    for ax, kind in zip(axes, ("fixed", "drawn")):
        of = results[kind]
        for name, (style, label) in FLOORS.items():
            ax.axvline(of["floors"][name], color="black", ls=style, lw=1.3, label=f"least: {label}")
        for row, name in enumerate(SYSTEMS):
            if name in of["systems"]:
                bar(ax, row, least(of["systems"][name])[1], limit)
            else:
                ax.text(0.3, row, "not run", va="center", color="#505050")
        low, high = of["lengths"]
        ax.set_title(f"T = {low:,}" if low == high else f"T from {low:,} to {high:,}")
        ax.set(xlabel="bits of a sequence", xlim=(0, limit))
        ax.grid(axis="y", visible=False)
    axes[0].set_yticks(range(len(SYSTEMS)), [NAMES.get(name, name) for name in SYSTEMS])
    axes[0].invert_yaxis()
    handles = dict(zip(*reversed(axes[0].get_legend_handles_labels())))
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=6)
    return {"joint.png": figure}
