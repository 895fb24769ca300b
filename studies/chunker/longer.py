"""Does the plain RNN of `reach` learn T = 1,200 at full length when it is given more updates?

    python3 -m studies longer

In `reach` the setting that got furthest (16 tanh units, W_hh the identity at the start,
full backpropagation through time, Adam at 0.0003, half of the loss on the recall step)
solves T = 500 on every seed, and T = 1,200 on none in 30,000 updates of 8 sequences. Here
it goes on, at T = 1,200 throughout, on the same seeds but with streams of their own. Each
stretch ends with a test on both sequences: choice, target's loss, filler. Solved means that
the choice is right at a test and at every later one.

The setting was chosen on seeds 0 and 1, in `reach`; reported are 100 to 104.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab.intervals import counted, mean, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.single import drawn, learning
from studies.lab.training import (
    both_sequences,
    filler_right,
    half_on_target,
    identity_rnn,
    solved_after,
)
from visualize_chunker_very_deep_1200 import BASELINE, FAINT, new_figure


class Plan(NamedTuple):
    T: int
    n_seeds: int
    updates: int
    stretch: int  # updates between tests


FULL = Plan(T=1200, n_seeds=5, updates=120_000, stretch=1000)
QUICK = Plan(T=40, n_seeds=2, updates=300, stretch=100)
FIRST_SEED = 100  # settings were chosen on seeds 0 and 1
HIDDEN, BATCH, RATE, CLIP = 16, 8, 0.0003, 1.0


def tested(net, T):
    """Choice, loss of the target in nats, and share of filler right, over both sequences."""
    tokens = both_sequences(T)
    loss, log_p = core.score(net, tokens)
    return {
        "choice": core.recall_accuracies(log_p, tokens[-1])[1],
        "target_loss": float(loss[-1].mean()),
        "filler": filler_right(net, T),
    }


def one_run(arguments):
    """One seed: its tests, the first of them after one stretch."""
    seed, plan = arguments
    rng = generators("longer", seed, ("init", "data"))
    net = identity_rnn(rng["init"], HIDDEN)
    batches = drawn(core.trigger_recall, rng["data"], range(plan.T, plan.T + 1), BATCH)
    weight = half_on_target(plan.T)
    updates = learning(net, batches, RATE, lambda T, n: weight, CLIP)
    tests = []
    for _ in range(plan.updates // plan.stretch):
        for _ in islice(updates, plan.stretch):
            pass
        tests.append(tested(net, plan.T))
    solved = solved_after([test["choice"] == 1 for test in tests])
    return {"seed": seed, "updates": solved and solved * plan.stretch, "tests": tests}


def compute(plan, jobs):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_seeds)
    runs = parallel_map(one_run, [(seed, plan) for seed in seeds], jobs, "longer")
    last = [run["tests"][-1] for run in runs]
    return {
        "T": plan.T,
        "budget": plan.updates,
        "stretch": plan.stretch,
        "batch": BATCH,
        "solved": proportion([run["updates"] is not None for run in runs]),
        "choice": mean([test["choice"] for test in last]),
        "target_loss": mean([test["target_loss"] for test in last]),
        "filler": mean([test["filler"] for test in last]),
        "runs": runs,
    }


# ==== Tables and sentences ========================================================================
def answer(results):
    """The finding in one sentence."""
    took = [run["updates"] for run in results["runs"] if run["updates"]]
    after = f", after {min(took):,} to {max(took):,} updates" if took else ""
    n = sum(any(test["choice"] == 1 for test in run["tests"]) for run in results["runs"])
    return (
        f"With that setting, within {results['budget']:,} updates of {results['batch']} sequences: "
        f"on {counted(results['solved'])} seeds for good{after}; {n} chose right at some test."
    )


def table(results):
    """Seed by seed."""
    header = (
        "seed", "solved for good after", "tests with the choice right", "choice at the end",
        "loss of target, nats", "filler right",
    )  # fmt: skip
    rows = []
    for run in results["runs"]:
        last = run["tests"][-1]
        after = f"{run['updates']:,} updates" if run["updates"] else "not solved"
        right = sum(test["choice"] == 1 for test in run["tests"])
        rows.append((
            str(run["seed"]), after, f"{right} of {len(run['tests'])}", f"{last['choice']:.0%}",
            f"{last['target_loss']:.2f}", f"{last['filler']:.0%}",
        ))  # fmt: skip
    return header, rows


# ==== Figure ======================================================================================
def figures(results):
    figure = new_figure(
        f"Full BPTT at T = {results['T']:,} throughout: {counted(results['solved'])} seeds choose "
        f"right for good after {results['budget']:,} updates",
        height=3.8,
    )
    ax = figure.subplots()
    at = results["stretch"] * np.arange(1, 1 + len(results["runs"][0]["tests"]))
    for n, run in enumerate(results["runs"]):
        loss = [test["target_loss"] for test in run["tests"]]
        ax.plot(at, loss, color=BASELINE, lw=1.5, label="one seed" if n == 0 else None)
    ax.axhline(np.log(2), color=FAINT, ls="--", lw=2, label="A or B at random, log 2")
    ax.set(ylim=(0, None), xlabel=f"updates of {results['batch']} sequences")
    ax.set_title("loss of the recall target, nats")
    ax.legend(loc="upper left", bbox_to_anchor=(0.2, 1.0))
    return {"longer.png": figure}
