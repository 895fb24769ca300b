"""Where does plain BPTT stop, given every help that a tanh-RNN can be given?

    python3 -m studies.reach

One tanh-RNN, full BPTT, against T: two sizes, three initial recurrent matrices,
SGD and Adam, three ways to weight the loss. All settings are tried at short T;
at longer T those that still learn. At each T the best one is then run on fresh
seeds with a budget of updates of which the second half no longer helps.
"""

from __future__ import annotations

import itertools
import math
import time
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies import collapse
from studies.common import mean, over, share, study
from studies.nets import Adam, both_sequences, clip, filler_right, headline_nets
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure

BATCH = 8
STREAK = 20  # batches in a row that must be all right
LENGTHS = (10, 20, 50, 100, 200, 500, 1200)
TRIED = {10: 1000, 20: 2000, 50: 2000, 100: 2000, 200: 4000, 500: 6000}  # updates, two seeds
KEPT = {10: 54, 20: 54, 50: 54, 100: 54, 200: 10, 500: 4, 1200: 1}  # settings tried at each T
BUDGET = {10: 20_000, 20: 20_000, 50: 20_000, 100: 20_000, 200: 20_000, 500: 30_000, 1200: 30_000}


class Setting(NamedTuple):
    hidden: int
    start: str  # initial W_hh: gaussian, orthogonal, identity
    loss: str  # all: every step; half: half of the weight on the recall step; recall: all of it
    optimiser: str
    lr: float


GRID = [
    Setting(hidden, start, loss, optimiser, lr)
    for hidden, start, loss, (optimiser, lr) in itertools.product(
        (16, 64),
        ("gaussian", "orthogonal", "identity"),
        ("all", "half", "recall"),
        (("sgd", 0.05), ("adam", 0.001), ("adam", 0.0003)),
    )
]


def initial(rng, hidden, start):
    """A net with weights of standard deviation 1 / sqrt(hidden) and the W_hh asked for."""
    net = core.init_rnn(rng, hidden, 1 / math.sqrt(hidden))
    if start == "orthogonal":
        q, r = np.linalg.qr(net.W_hh)
        net.W_hh[...] = q * np.sign(np.diag(r))
    if start == "identity":
        net.W_hh[...] = np.eye(hidden)
        net.W_xh[...] *= 0.1 * math.sqrt(hidden)  # small inputs do not drown what is held
    return net


def weights_of_steps(T, loss):
    """Weight of the loss of x_1 .. x_{T-1}, a column for all sequences of a batch."""
    weights = np.ones(T - 1)
    if loss != "all":
        weights[:] = 0.5 / (T - 2) if loss == "half" else 0.0
        weights[-1] = 0.5 if loss == "half" else 1.0
    return np.repeat(weights, BATCH)[:, None]


def train(setting, T, seed, budget):
    """Full BPTT until `STREAK` batches in a row are right, or the budget is used up.

    Returns updates (None: not solved), seconds, whether half the budget was
    enough, and over both sequences the accuracies on the target and the filler.
    """
    init, data = map(np.random.default_rng, np.random.SeedSequence([seed, T]).spawn(2))
    net, grad = initial(init, setting.hidden, setting.start), core.zero_rnn(setting.hidden)
    adam = Adam(len(net.flat), setting.lr)
    u = core.unroll(T - 1, BATCH, setting.hidden)
    weights = weights_of_steps(T, setting.loss)
    streak, started = 0, time.perf_counter()

    def tested():
        tokens = both_sequences(T)
        recall, choice = core.recall_accuracies(core.score(net, tokens)[1], tokens[-1])
        return {"recall": recall, "choice": choice, "filler": filler_right(net, T)}

    for n_updates in range(1, budget + 1):
        tokens = core.trigger_recall(data, T, BATCH)
        core.load(u, tokens)
        core.forward(net, u)
        right = (u.probs[-1, :, : core.N_TRIGGERS].argmax(axis=1) == tokens[-1]).all()
        streak = streak + 1 if right else 0
        if streak == STREAK:
            updates = n_updates - STREAK + 1
            seconds = time.perf_counter() - started
            at_half = updates <= budget // 2
            return {"updates": updates, "seconds": seconds, "at_half": at_half, **tested()}
        np.subtract(u.flat.probs, u.flat.target, u.flat.error)
        np.multiply(u.flat.error, weights, u.flat.error)
        core.backward_from_error(net, grad, u)
        if not np.isfinite(grad.flat[0]):
            break
        if setting.optimiser == "sgd":
            core.sgd(net, grad, setting.lr, BATCH)
        else:
            clip(grad.flat, BATCH)
            adam.step(net.flat, grad.flat)
    return {"updates": None, "seconds": time.perf_counter() - started, "at_half": False, **tested()}


def job(arguments):
    setting, T, seed, budget = arguments
    with np.errstate(all="ignore"):  # a setting may diverge
        return train(setting, T, seed, budget)


def ranked(settings, tried):
    """Settings from best to worst: most seeds solved, then fewest updates."""

    def badness(setting):
        updates = [r["updates"] for r in tried[setting]]
        return sum(u is None for u in updates), np.mean([u for u in updates if u] or [np.inf])

    return sorted(settings, key=badness)


def beside(arguments):
    """Choice accuracy of chunker and of collapsed net at this T, for one seed.

    The collapsed net gets the same number of updates at each T: 150 epochs of T = 1,200.
    """
    T, seed, n_updates = arguments
    results = core.run(core.Config(seed=seed, T=T))
    _, _, chunker = headline_nets(seed, T=T)
    epochs = max(1, n_updates // -(-(T - 1) // 3))
    _, net, _ = collapse.train(core.Config(seed=seed, T=T), 3, chunker, epochs)
    (state,) = collapse.states_at(net, [T])
    return results["chunker_choice_acc"], collapse.choice(net, state)[1]


def compute(quick, jobs):
    lengths, n_seeds = ((10, 20), 2) if quick else (LENGTHS, 5)
    settings = GRID[1::10] if quick else GRID
    rows = []
    for T in lengths:
        budget = 200 if quick else BUDGET[T]
        settings = settings[: KEPT[T]]
        tried = {}
        if len(settings) > 1:
            n_updates = 100 if quick else TRIED[T]
            tasks = [(setting, T, seed, n_updates) for setting in settings for seed in (0, 1)]
            found = over(job, tasks, jobs, f"T = {T}, settings")
            tried = {setting: found[2 * i : 2 * i + 2] for i, setting in enumerate(settings)}
            settings = ranked(settings, tried)
        best = settings[0]
        seeds = range(100, 100 + n_seeds)  # none of which was used in choosing
        final = over(job, [(best, T, seed, budget) for seed in seeds], jobs, f"T = {T}, best")
        solved = np.array([r["updates"] is not None for r in final])
        tasks = [(T, seed, 100 if quick else 60_000) for seed in seeds]
        chunker, collapsed = zip(*over(beside, tasks, jobs, f"T = {T}, chunker, collapse"))
        rows.append({
            "T": T,
            "best": best._asdict(),
            "tried": [
                {**setting._asdict(), "updates": [r["updates"] for r in tried[setting]]}
                for setting in settings if setting in tried
            ],
            "budget": budget,
            "runs": final,
            "solved": share(solved),
            "solved_at_half": share([r["at_half"] for r in final]),
            "recall": mean([r["recall"] for r in final]),
            "choice": mean([r["choice"] for r in final]),
            "filler": mean([r["filler"] for r in final]),
            "chunker_choice": mean(chunker),
            "collapsed_choice": mean(collapsed),
            "updates": mean([r["updates"] or budget for r in final]),
            "seconds": mean([r["seconds"] for r in final]),
            "headline_setting": headline(tried),
        })  # fmt: skip
    return {"lengths": list(lengths), "batch": BATCH, "streak": STREAK, "rows": rows}


def headline(tried):
    """How the baseline's own kind of setting did: Gaussian, SGD, loss on every step."""
    like = Setting(16, "gaussian", "all", "sgd", 0.05)
    return [r["updates"] for r in tried[like]] if like in tried else None


def named(best):
    optimiser = {"adam": "Adam", "sgd": "SGD"}[best["optimiser"]]
    loss = {"all": "on all steps", "half": "half on the recall step", "recall": "on recall alone"}
    return (
        f"{optimiser} at {best['lr']:g}, {best['start']} W_hh, loss {loss[best['loss']]}, "
        f"{best['hidden']} hidden units"
    )


def answer(results):
    """The finding in one sentence."""
    rows = results["rows"]
    reached = [row["T"] for row in rows if row["solved"]["share"] == 1]
    last, solved = rows[-1], rows[-1]["solved"]
    return (
        f"With the best of {len(GRID)} settings full BPTT solves T = {max(reached, default=0):,} "
        f"on every seed; at T = {last['T']:,} it solves {solved['k']}/{solved['n']} in "
        f"{last['budget']:,} updates."
    )


def figures(results):
    rows = results["rows"]
    T = np.array([row["T"] for row in rows])
    reached = [row["T"] for row in rows if row["solved"]["share"] == 1]
    figure = new_figure(
        f"The best plain RNN of {len(GRID)} settings bridges T = {max(reached, default=0):,} "
        f"on every seed,\nT = {T[-1]:,} on {rows[-1]['solved']['k']} of {rows[-1]['solved']['n']}",
        height=4.4,
    )
    left, right = figure.subplots(1, 2)
    for key, colour, fmt, label in (
        ("choice", BASELINE, "o-", "best plain RNN"),
        ("chunker_choice", CHUNKER, "s-", "chunker"),
        ("collapsed_choice", AUTOMATIZER, "D--", "collapsed net"),
    ):
        centre = np.array([row[key]["mean"] for row in rows])
        low, high = np.clip([row[key]["interval"] for row in rows], 0, 1).T
        error = [centre - low, high - centre]
        left.errorbar(T, centre, error, fmt=fmt, color=colour, capsize=3, lw=2, label=label)
    left.axhline(0.5, color=FAINT, ls="--", lw=1)
    left.set(
        xscale="log", xlabel="T, steps", ylim=(0, 1.08), title="choice accuracy, mean over seeds"
    )
    updates = np.array([row["updates"]["median"] for row in rows])
    right.loglog(T, updates, "o-", color=BASELINE, lw=2, label="until solved, or budget")
    right.loglog(T, [row["budget"] for row in rows], "_", color=FAINT, ms=14, mew=3, label="budget")
    right.set(
        xlabel="T, steps", ylabel="updates of 8 sequences", title="updates, median over seeds"
    )
    for ax in (left, right):
        ax.set_xticks(T, [f"{t:,}" for t in T])
        ax.minorticks_off()
    left.legend(loc="lower left")
    right.legend(loc="lower right")
    return {"reach.png": figure}


if __name__ == "__main__":
    study("reach", compute, figures)
