"""From 1,200 steps to 12,000,000: does the trained chunker still recall, and at what cost?

    python3 -m studies scale

Automatizer, threshold and chunker of the headline run, trained at T = 1200 and
never again, read ever longer sequences, one after trigger A and one after
trigger B. The symbols are made as they are read and nothing is kept of them
but the surprises, so that memory does not grow with T. All these lengths end at
the phase of the filler that the nets were trained at; five lengths in a row try
the others. Then the throughput of many headline runs, on one process and on all.

No setting was chosen: nets are the headline's, on seeds 100 to 104.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core
from studies.lab import events
from studies.lab.intervals import counted, mean, proportion
from studies.lab.machine import peak_mb
from studies.lab.runner import parallel_map
from studies.lab.tasks import filler
from studies.lab.training import headline_nets
from visualize_chunker_very_deep_1200 import AUTOMATIZER, CHUNKER, FAINT, new_figure

THIS_MACHINE = True
MEASURED = ("seconds", "steps_per_second", "peak_mb", "exponent", "throughput")


class Plan(NamedTuple):
    trained_at: int  # T
    lengths: tuple  # T, the shortest first
    phases_at: int  # this T and the four that follow
    seeds: range
    n_headline: int  # runs, for the throughput


FULL = Plan(1200, (1200, 12_000, 120_000, 1_200_000, 12_000_000), 120_000, range(100, 105), 20)
QUICK = Plan(60, (60, 600), 100, range(100, 102), 2)


# ==== Sequences of any length, in memory that does not grow with it ===============================
class BothSequences:
    """`lab.training.both_sequences(T)`, (T, 2), made slice by slice: slices like an array."""

    def __init__(self, T):
        self.shape = T, core.N_TRIGGERS

    def __getitem__(self, steps):
        T, N = self.shape
        t = np.arange(*steps.indices(T))
        tokens = np.repeat(filler(t)[:, None], N, axis=1)
        tokens[(t == 0) | (t == T - 1)] = range(N)
        return tokens


def surprises_of(automatizer, threshold, tokens):
    """The surprises of sequences (T, N): for each its steps and its symbols, two int arrays."""
    N = tokens.shape[1]
    found = [[(0, int(tokens[:1][0, i]))] for i in range(N)]  # the first, by convention
    for start, targets, log_p in core.log_probabilities(automatizer, tokens):
        for t, i in np.argwhere(core.surprisal(log_p, targets) > threshold):
            found[i].append((start + int(t) + 1, int(targets[t, i])))
    return [tuple(map(np.array, zip(*surprises))) for surprises in found]


def accuracies(chunker, found, T):
    """Recall and choice accuracy of C on `surprises_of` both sequences.

    The last surprise is the target only if A flagged it at the last step.
    """
    passed_up = [core.Events(symbols, bool(steps[-1] == T - 1)) for steps, symbols in found]
    return events.accuracies(chunker, passed_up, np.arange(len(found)))


# ==== The study ===================================================================================
def one_length(nets, T):
    """Both sequences of this length."""
    automatizer, threshold, chunker = nets
    start = time.perf_counter()
    found = surprises_of(automatizer, threshold, BothSequences(T))
    recall, choice = accuracies(chunker, found, T)
    return {
        "T": T,
        "seconds": time.perf_counter() - start,
        "surprises": [steps[:10].tolist() for steps, _ in found],
        "k": [len(steps) for steps, _ in found],
        "recall": recall,
        "choice": choice,
        "peak_mb": peak_mb(),
    }


def one_seed(plan, seed):
    """Every length, shortest first: peak memory only ever grows."""
    nets = headline_nets(seed, T=plan.trained_at)
    phases = range(plan.phases_at, plan.phases_at + core.N_FILLERS)
    return {
        "seed": seed,
        "rows": [one_length(nets, T) for T in plan.lengths],
        "phases": [one_length(nets, T)["recall"] for T in phases],
    }


def headline(seed_and_T):
    """Recall of one headline run."""
    seed, T = seed_and_T
    return core.run(core.Config(seed=seed, T=T))["chunker_eval_acc"]


def measured_throughput(plan, jobs):
    """Seconds for many headline runs, on so many processes that are already there."""
    first, n = plan.seeds[0], plan.n_headline
    tasks = [(seed, plan.trained_at) for seed in range(first, first + n)]
    parallel_map(headline, tasks[:jobs], jobs, "warming up")
    start = time.perf_counter()
    recall = parallel_map(headline, tasks, jobs, f"headline, {jobs} at a time")
    seconds = time.perf_counter() - start
    return {
        "jobs": jobs, "runs": n, "seconds": seconds, "perfect": proportion(np.array(recall) == 1),
    }  # fmt: skip


def length_summary(rows, longest):
    """One length, over seeds."""
    T, seconds = rows[0]["T"], mean([row["seconds"] for row in rows])
    return {
        "T": T,
        "seconds": seconds,
        "steps_per_second": core.N_TRIGGERS * T / seconds["median"],
        # The first seed's, before it read anything longer; of the longest, the highest of all.
        "peak_mb": max(row["peak_mb"] for row in (rows if longest else rows[:1])),
        "exact": proportion([row["surprises"] == 2 * [[0, T - 1]] for row in rows]),
        "k": mean([k for row in rows for k in row["k"]]),
        "recall": mean([row["recall"] for row in rows]),
        "choice": mean([row["choice"] for row in rows]),
        "perfect": proportion([row["recall"] == 1 for row in rows]),
    }


def compute(plan, jobs):
    # One after the other, in this process: the times are those of a machine to itself.
    runs = [one_seed(plan, seed) for seed in plan.seeds]
    by_length = zip(*(run["rows"] for run in runs))
    rows = [length_summary(of, of[0]["T"] == plan.lengths[-1]) for of in by_length]
    x, y = np.log([[row["T"], row["seconds"]["median"]] for row in rows[-3:]]).T
    return {
        "trained_at": plan.trained_at,
        "seeds": len(plan.seeds),
        "rows": rows,
        "phases_at": plan.phases_at,
        "phases": proportion([recall == 1 for run in runs for recall in run["phases"]]),
        "exponent": float(scipy.stats.linregress(x, y).slope),
        "throughput": [measured_throughput(plan, j) for j in sorted({1, jobs})],
        "runs": runs,
    }


# ==== In words ====================================================================================
def answer(results):
    """The finding in one sentence."""
    last = results["rows"][-1]
    exact, perfect = last["exact"], last["perfect"]
    word = "Yes" if perfect["share"] == exact["share"] == 1 else "Not always"
    return (
        f"{word}: trained at T = {results['trained_at']:,} and never again, it finds the two "
        f"surprises among {last['T']:,} steps on {counted(exact)} seeds and recalls the "
        f"trigger on {counted(perfect)}, in {last['seconds']['median']:.0f} s for both "
        f"triggers ({last['steps_per_second'] / 1e6:.1f} million steps a second) and "
        f"{last['peak_mb']:.0f} MB."
    )


def table(results):
    """Surprises, accuracies, time and memory by length: header and rows of strings."""
    header = ("T", "surprises at 0 and T - 1 alone", "recall", "choice, A or B", "seconds",
              "million steps a second", "peak memory, MB")  # fmt: skip
    lines = [
        (f"{row['T']:,}", f"{counted(row['exact'])} seeds", f"{row['recall']['mean']:.0%}",
         f"{row['choice']['mean']:.0%}", f"{row['seconds']['median']:.3g}",
         f"{row['steps_per_second'] / 1e6:.2f}", f"{row['peak_mb']:.0f}")
        for row in results["rows"]
    ]  # fmt: skip
    return header, lines


def seen(results):
    """What the table says: a list."""
    rows, phases = results["rows"], results["phases"]
    last = rows[-1]
    return (
        f"- {results['seeds']} seeds, both triggers, float64, one process; seconds are medians.\n"
        f"- T = {last['T']:,} takes at most {last['seconds']['max']:.0f} s.\n"
        f"- From T = {rows[-3:][0]['T']:,} on time grows as T to the {results['exponent']:.2f}.\n"
        f"- At T = {results['phases_at']:,} and the four lengths that follow, each of which ends "
        f"at another phase of the filler, both triggers are recalled in {counted(phases)} cases."
    )


def throughput(results):
    """Headline runs a second."""
    parts = [
        f"{t['runs'] / t['seconds']:.2f} a second with {t['jobs']} process{'es' * (t['jobs'] > 1)}"
        for t in results["throughput"]
    ]
    return (
        f"Headline runs without the longer baseline of `seeds`, measured once: {', '.join(parts)}."
    )


# ==== Figure ======================================================================================
def figures(results):
    rows = results["rows"]
    T, last = np.array([row["T"] for row in rows]), rows[-1]
    figure = new_figure(
        f"{last['T']:,} steps: {last['k']['mean']:.2f} surprises, recall "
        f"{last['recall']['mean']:.0%},\nin {last['seconds']['median']:.0f} s and "
        f"{last['peak_mb']:.0f} MB",
        height=4.2,
    )
    left, right = figure.subplots(1, 2)
    seconds = np.array([row["seconds"]["median"] for row in rows])
    left.loglog(T, seconds, "o-", color=AUTOMATIZER, lw=2)
    for x, y in zip(T, seconds):
        left.annotate(f"{y:.2g} s", (x, y), xytext=(-8, 6), textcoords="offset points", ha="right")
    left.set(title="seconds for both sequences, median over seeds", xlim=(T[0] / 20, T[-1] * 3))
    left.set_ylim(seconds[0] / 3, seconds[-1] * 4)
    peak = np.array([row["peak_mb"] for row in rows])
    right.semilogx(T, peak, "o-", color=CHUNKER, lw=2)
    fine = np.geomspace(T[0], T[-1], 100)
    right.semilogx(fine, 8e-6 * core.N_TRIGGERS * fine, color=FAINT, lw=1.5, ls="--")
    right.text(T[-1] * 0.5, peak.max() * 1.33, "the losses alone,\nwere they kept", ha="right")
    right.set(title="peak memory of the process, MB", ylim=(0, 1.6 * peak.max()))
    for ax in (left, right):
        ax.set_xlabel("T, steps")
    return {"scale.png": figure}
