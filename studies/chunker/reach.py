"""How far does a plain tanh-RNN get by full BPTT when it is trained at the length it is tested at?

    python3 -m studies reach

One tanh-RNN, full BPTT (backpropagation through time), against T: two sizes,
three initial recurrent matrices, SGD and Adam, three ways to weight the loss.
All settings are tried at short T; at longer T those that still learn. At each T
the best one is then run on fresh seeds with a larger budget of updates. Nets that
are trained on short sequences and tested on long ones are in the study `lengths`.

Settings are chosen on seeds 0 and 1, the best is run on seeds from 100 on.
"""

from __future__ import annotations

import itertools
import math
import time
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import collapsed
from studies.lab.events import accuracies
from studies.lab.intervals import counted, mean, proportion
from studies.lab.optimisers import Adam, clip
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.training import (
    STREAK,
    both_sequences,
    filler_right,
    half_on_target,
    headline_nets,
    identity_rnn,
    until_right,
)
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Setting(NamedTuple):
    hidden: int
    start: str  # initial W_hh: gaussian, orthogonal, identity
    loss: str  # all: every step; half: half of the weight on the recall step; recall: all of it
    optimiser: str
    lr: float


class Length(NamedTuple):
    T: int
    kept: int  # so many settings, the best of the length before, are tried
    tried: int  # updates, on two seeds, when there is more than one setting
    budget: int  # updates of the best


class Plan(NamedTuple):
    lengths: tuple
    settings: list
    seeds: int  # for the best setting
    collapsed_updates: int  # of the collapsed net, at each T


GRID = [
    Setting(hidden, start, loss, optimiser, lr)
    for hidden, start, loss, (optimiser, lr) in itertools.product(
        (16, 64),
        ("gaussian", "orthogonal", "identity"),
        ("all", "half", "recall"),
        (("sgd", 0.05), ("adam", 0.001), ("adam", 0.0003)),
    )
]
LENGTHS = (
    Length(10, 54, 1000, 20_000), Length(20, 54, 2000, 20_000), Length(50, 54, 2000, 20_000),
    Length(100, 54, 2000, 20_000), Length(200, 10, 4000, 20_000), Length(500, 4, 6000, 30_000),
    Length(1200, 1, 0, 30_000),
)  # fmt: skip
FULL = Plan(LENGTHS, GRID, 5, 60_000)
QUICK = Plan((Length(10, 54, 100, 200), Length(20, 54, 100, 200)), GRID[1::10], 2, 100)
MEASURED = ("seconds",)

BATCH = 8
FIRST_SEED = 100  # of the best setting; settings are chosen on seeds 0 and 1


# ==== One net, full BPTT ==========================================================================
def initial(rng, hidden, start):
    """A net with weights of standard deviation 1 / sqrt(hidden) and the W_hh asked for."""
    if start == "identity":
        return identity_rnn(rng, hidden)
    net = core.init_rnn(rng, hidden, 1 / math.sqrt(hidden))
    if start == "orthogonal":
        q, r = np.linalg.qr(net.W_hh)
        net.W_hh[...] = q * np.sign(np.diag(r))
    return net


def step_weights(T, loss):
    """Weight of the loss of x_1 .. x_{T-1}, (T - 1, 1)."""
    if loss == "half":
        return half_on_target(T)
    weight = np.full((T - 1, 1), float(loss == "all"))
    weight[-1] = 1.0
    return weight


def learning(net, setting, T, data):
    """Full BPTT on batch after batch; yields before each update whether every choice was right."""
    grad, u = core.zeros_like(net), core.buffers(net, T - 1, BATCH)
    adam, weight = Adam(len(net.flat), setting.lr), step_weights(T, setting.loss)
    while True:
        tokens = core.trigger_recall(data, T, BATCH)
        core.load(u, tokens)
        core.forward(net, u)
        yield (u.probs[-1, :, : core.N_TRIGGERS].argmax(axis=1) == tokens[-1]).all()
        core.backward(net, grad, u, weight=weight)
        if not np.isfinite(grad.flat[0]):
            return
        if setting.optimiser == "sgd":
            core.sgd(net, grad, setting.lr, BATCH)
        else:
            clip(grad.flat, BATCH)
            adam.step(net.flat, grad.flat)


def train(setting, T, seed, budget):
    """Full BPTT until `STREAK` batches in a row are right, or the budget is used up.

    Returns updates (None: not solved), seconds, whether half the budget was
    enough, and over both sequences the accuracies on the target and the filler.
    """
    rng = generators("reach", seed, ("init", "data"), T)
    net = initial(rng["init"], setting.hidden, setting.start)
    started, batches = time.perf_counter(), learning(net, setting, T, rng["data"])
    updates = until_right(batches, budget)
    if updates is None:
        next(batches, None)  # the budget's last update comes after its last batch was judged
    seconds = time.perf_counter() - started
    tokens = both_sequences(T)
    recall, choice = core.recall_accuracies(core.score(net, tokens)[1], tokens[-1])
    return {
        "updates": updates,
        "seconds": seconds,
        "at_half": updates is not None and updates <= budget // 2,
        "recall": recall,
        "choice": choice,
        "filler": filler_right(net, T),
    }


def trained(arguments):
    """`train`; a setting may diverge."""
    with np.errstate(all="ignore"):
        return train(*arguments)


def chunker_and_collapsed(arguments):
    """Choice accuracy of chunker and of collapsed net at this T, for one seed.

    The collapsed net gets the same number of updates at each T: 150 epochs of T = 1,200.
    """
    T, seed, n_updates = arguments
    config, window = core.Config(seed=seed, T=T), collapsed.WINDOWS[0]
    automatizer, threshold, chunker = headline_nets(seed, T=T)
    tokens = core.trigger_recall(core.random_streams(seed)["evaluation"], T, config.n_eval)
    events = core.compress(automatizer, tokens, threshold)
    epochs = max(1, n_updates // -(-(T - 1) // window))
    _, net, _ = collapsed.train(config, window, chunker, epochs)
    (state,) = collapsed.states_at(net, [T])
    return accuracies(chunker, events, tokens[-1])[1], collapsed.accuracies(net, state)[1]


# ==== Settings that go on to the next length, and the best on fresh seeds =========================
def compute(plan, jobs):
    settings, rows = plan.settings, []
    for length in plan.lengths:
        settings, tried = ranked(settings[: length.kept], length, jobs)
        rows.append(best_at(length, settings, tried, plan, jobs))
    T = [length.T for length in plan.lengths]
    return {"lengths": T, "batch": BATCH, "streak": STREAK, "rows": rows}


def ranked(settings, length, jobs):
    """Settings from best to worst, most seeds solved, then fewest updates; {setting: updates}."""
    if len(settings) == 1:
        return settings, {}
    tasks = [(setting, length.T, seed, length.tried) for setting in settings for seed in (0, 1)]
    runs = parallel_map(trained, tasks, jobs, f"T = {length.T}, settings")
    updates = [r["updates"] for r in runs]
    tried = {setting: updates[2 * i : 2 * i + 2] for i, setting in enumerate(settings)}
    return sorted(settings, key=lambda setting: badness(tried[setting])), tried


def badness(updates):
    """How many seeds were not solved, and the mean number of updates of the others."""
    return updates.count(None), np.mean([u for u in updates if u] or [np.inf])


def best_at(length, settings, tried, plan, jobs):
    """The best setting at one T on fresh seeds, beside chunker and collapsed net."""
    T, budget, best = length.T, length.budget, settings[0]
    seeds = range(FIRST_SEED, FIRST_SEED + plan.seeds)
    tasks = [(best, T, seed, budget) for seed in seeds]
    runs = parallel_map(trained, tasks, jobs, f"T = {T}, best")
    tasks = [(T, seed, plan.collapsed_updates) for seed in seeds]
    others = parallel_map(chunker_and_collapsed, tasks, jobs, f"T = {T}, chunker, collapse")
    chunker, collapsed_net = zip(*others)
    return {
        "T": T,
        "best": best._asdict(),
        "tried": [{**s._asdict(), "updates": tried[s]} for s in settings if s in tried],
        "budget": budget,
        "runs": runs,
        "solved": proportion([r["updates"] is not None for r in runs]),
        "solved_at_half": proportion([r["at_half"] for r in runs]),
        "recall": mean([r["recall"] for r in runs]),
        "choice": mean([r["choice"] for r in runs]),
        "filler": mean([r["filler"] for r in runs]),
        "chunker_choice": mean(chunker),
        "collapsed_choice": mean(collapsed_net),
        "updates": mean([r["updates"] or budget for r in runs]),
        "seconds": mean([r["seconds"] for r in runs]),
        "headline_setting": tried.get(Setting(16, "gaussian", "all", "sgd", 0.05)),
    }


# ==== What was found ==============================================================================
def n_settings(results):
    """How many settings were tried where most were."""
    return max(len(row["tried"]) for row in results["rows"])


def longest_solved(results):
    """The longest T at which every seed is solved, 0 if there is none."""
    return max((r["T"] for r in results["rows"] if r["solved"]["share"] == 1), default=0)


def answer(results):
    """The finding in one sentence."""
    last = results["rows"][-1]
    return (
        f"Trained at the tested length, with the best of the settings tried there, it chooses "
        f"right up to T = {longest_solved(results):,} on every seed, with much of the filler "
        f"wrong; at T = {last['T']:,}, where one setting was run, on {counted(last['solved'])} in "
        f"{last['budget']:,} updates. Nets trained on shorter sequences: `lengths`."
    )


def named(best):
    """A setting in words."""
    optimiser = {"adam": "Adam", "sgd": "SGD"}[best["optimiser"]]
    loss = {"all": "on all steps", "half": "half on the recall step", "recall": "on recall alone"}
    return (
        f"{optimiser} at {best['lr']:g}, {best['start']} W_hh, loss {loss[best['loss']]}, "
        f"{best['hidden']} hidden units"
    )


def table(results):
    """T by T."""
    rows = [
        (
            f"{r['T']:,}", str(len(r["tried"]) or 1), named(r["best"]), counted(r["solved"]),
            f"{r['updates']['median']:,.0f}" if r["solved"]["k"] else "-", f"{r['budget']:,}",
            f"{r['choice']['mean']:.0%}", f"{r['filler']['mean']:.0%}",
        )
        for r in results["rows"]
    ]  # fmt: skip
    header = (
        "T", "settings", "the best of them", "seeds solved", "updates, median", "budget",
        "choice, A or B", "filler right",
    )  # fmt: skip
    return header, rows


def seen(results):
    """How far it came, a sentence for each fact."""
    rows, n = results["rows"], n_settings(results)
    last, all_tried = rows[-1], max(r["T"] for r in rows if len(r["tried"]) == n)
    others = [r[key]["min"] for r in rows for key in ("chunker_choice", "collapsed_choice")]
    own = {r["T"]: r["headline_setting"] for r in rows if r["headline_setting"]}
    alike = [f"{sum(u is not None for u in us)}/{len(us)} at T = {T}" for T, us in own.items()]
    return (
        f"All {n} settings were tried up to T = {all_tried:,}, on two seeds each; at longer T the "
        f"best of those before, at the longest one alone. Solved means that the choice is right; "
        f"the longest T at which it is on every seed is {longest_solved(results):,}. At "
        f"T = {last['T']:,} {counted(last['solved_at_half'])} seeds are solved within "
        f"{last['budget'] // 2:,} updates and {counted(last['solved'])} within the whole budget of "
        f"{last['budget']:,}. Chunker and collapsed net choose right in at least "
        f"{min(others):.0%} of the cases on every seed at every T. An update is one batch of "
        f"{results['batch']} sequences. The headline baseline's kind of setting (16 units, "
        f"Gaussian weights, SGD, loss on all steps) solves, within the updates of the trial, "
        f"{', '.join(alike)}: it fails far below T = {last['T']:,} too."
    )


# ==== Figure ======================================================================================
def figures(results):
    rows = results["rows"]
    last = rows[-1]
    figure = new_figure(
        f"Trained at the tested length, a plain RNN chooses right up to T = "
        f"{longest_solved(results):,} on every seed,\nat T = {last['T']:,} on "
        f"{last['solved']['k']} of {last['solved']['n']}",
        height=4.4,
    )
    left, right = figure.subplots(1, 2)
    draw_choice(left, rows)
    draw_updates(right, rows, results["batch"])
    for ax in (left, right):
        ax.set_xlabel("T, steps")
        ax.set_xticks([r["T"] for r in rows], [f"{r['T']:,}" for r in rows])
        ax.minorticks_off()
    return {"reach.png": figure}


def draw_choice(ax, rows):
    """Side by side, as the three nets have the same accuracy at most T."""
    T = np.array([r["T"] for r in rows])
    for key, colour, marker, label, beside in (
        ("choice", BASELINE, "o", "best plain RNN", 1 / 1.13),
        ("chunker_choice", CHUNKER, "s", "chunker", 1.0),
        ("collapsed_choice", AUTOMATIZER, "D", "collapsed net", 1.13),
    ):
        centre = np.array([r[key]["mean"] for r in rows])
        low, high = np.clip([r[key]["interval"] for r in rows], 0, 1).T
        error = [centre - low, high - centre]
        ax.errorbar(T * beside, centre, error, fmt=marker, color=colour, capsize=3, label=label)
    ax.axhline(0.5, color=FAINT, ls="--", lw=1)
    ax.text(T[0] / 1.13, 0.48, "chance", va="top", color="#505050")
    ax.set(xscale="log", ylim=(0, 1.08), title="choice accuracy, mean over seeds")
    ax.legend(loc="lower left")


def draw_updates(ax, rows, batch):
    """The median over the seeds; hollow where it is the budget, as not every seed was solved."""
    T, solved = [r["T"] for r in rows], [r["solved"]["share"] == 1 for r in rows]
    updates, hollow = [r["updates"]["median"] for r in rows], {"mfc": "white", "mew": 2, "ms": 8}
    ax.loglog(T, [r["budget"] for r in rows], "_", color=FAINT, ms=16, mew=3, label="budget")
    until, rest = np.where([solved, np.logical_not(solved)], updates, np.nan)
    ax.loglog(T, until, "o-", color=BASELINE, lw=2, label="until solved, every seed")
    ax.loglog(T, rest, "o", color=BASELINE, label="not every seed solved", **hollow)
    ax.set(ylabel=f"updates of {batch} sequences", title="updates, median over seeds")
    ax.legend(loc="lower right")
