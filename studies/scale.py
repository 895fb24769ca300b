"""From 1,200 steps to 12,000,000: does the trained chunker still recall, and at what cost?

    python3 -m studies.scale

Automatizer, threshold and chunker of the headline run, trained at T = 1200 and
never again, read ever longer sequences, one after trigger A and one after
trigger B. The symbols are made as they are read and nothing is kept of them
but the surprises, so that memory does not grow with T. All these lengths end at
the phase of the filler that the nets were trained at; five lengths in a row try
the others. Then the throughput of many headline runs, on one process and on all.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
from scipy import stats

import chunker_very_deep_1200 as core
from studies.collapse import filler
from studies.common import mean, over, share, study
from studies.nets import headline_nets
from studies.noise import losses
from visualize_chunker_very_deep_1200 import AUTOMATIZER, CHUNKER, FAINT, new_figure

FIRST_SEED = 100
LENGTHS = (1200, 12_000, 120_000, 1_200_000, 12_000_000)
PHASES_AT = 120_000  # and the four lengths that follow


class BothSequences:
    """`nets.both_sequences(T)`, made slice by slice: has the shape (T, 2), slices like an array."""

    def __init__(self, T):
        self.shape = T, core.N_TRIGGERS

    def __getitem__(self, steps):
        T, N = self.shape
        t = np.arange(*steps.indices(T))
        tokens = np.repeat(filler(t)[:, None], N, axis=1)
        tokens[(t == 0) | (t == T - 1)] = range(N)
        return tokens


def stream(automatizer, threshold, tokens):
    """The surprises of sequences of any length, in memory that does not grow with it.

    Returns for each sequence the steps and the symbols of its surprises.
    """
    N = tokens.shape[1]
    found = [[(0, int(tokens[:1][0, i]))] for i in range(N)]  # the first, by convention
    for start, targets, log_p in core.log_probabilities(automatizer, tokens):
        for t, i in np.argwhere(losses(log_p, targets) > threshold):
            found[i].append((start + int(t) + 1, int(targets[t, i])))
    return [tuple(map(np.array, zip(*events))) for events in found]


def recalled(chunker, found, T):
    """C's answers at the end of each sequence: recall and choice accuracy.

    The last surprise is the target only if A flagged it at the last step.
    """
    events = [core.Events(symbols, bool(steps[-1] == T - 1)) for steps, symbols in found]
    logits, answered = core.chunker_logits(chunker, events)
    return core.recall_accuracies(logits, np.arange(len(found)), answered)


def peak_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def one_seed(arguments):
    """Both sequences of every length, shortest first: peak memory only ever grows."""
    seed, trained_at, lengths, phases_at = arguments
    automatizer, threshold, chunker = headline_nets(seed, T=trained_at)
    rows, phases = [], []
    for T in lengths:
        start = time.perf_counter()
        found = stream(automatizer, threshold, BothSequences(T))
        recall, choice = recalled(chunker, found, T)
        rows.append({
            "T": T,
            "seconds": time.perf_counter() - start,
            "surprises": [steps[:10].tolist() for steps, _ in found],
            "k": [len(steps) for steps, _ in found],
            "recall": recall,
            "choice": choice,
            "peak_mb": peak_mb(),
        })  # fmt: skip
    for T in range(phases_at, phases_at + core.N_FILLERS):
        found = stream(automatizer, threshold, BothSequences(T))
        phases.append(recalled(chunker, found, T)[0])
    return {"seed": seed, "rows": rows, "phases": phases}


def headline(seed_and_T):
    """One headline run, as `studies.seeds` makes many of."""
    seed, T = seed_and_T
    return core.run(core.Config(seed=seed, T=T))["chunker_eval_acc"]


def throughput(n, T, jobs):
    """Seconds for `n` headline runs, on so many processes that are already there."""
    tasks = [(seed, T) for seed in range(FIRST_SEED, FIRST_SEED + n)]
    over(headline, tasks[:jobs], jobs, "warming up")
    start = time.perf_counter()
    recall = over(headline, tasks, jobs, f"headline, {jobs} at a time")
    seconds = time.perf_counter() - start
    return {"jobs": jobs, "runs": n, "seconds": seconds, "perfect": share(np.array(recall) == 1)}


def compute(quick, jobs):
    T, lengths, n, n_runs = (60, (60, 600), 2, 2) if quick else (core.Config.T, LENGTHS, 5, 20)
    # One after the other, in this process: the times are those of a machine to itself.
    at = 100 if quick else PHASES_AT
    runs = [one_seed((seed, T, lengths, at)) for seed in range(FIRST_SEED, FIRST_SEED + n)]
    summary = []
    for i, length in enumerate(lengths):
        of = [run["rows"][i] for run in runs]
        seconds = mean([row["seconds"] for row in of])
        summary.append({
            "T": length,
            "seconds": seconds,
            "steps_per_second": core.N_TRIGGERS * length / seconds["median"],
            # The first seed's, before it read anything longer; of the longest, the highest of all.
            "peak_mb": max(row["peak_mb"] for row in (of if length == lengths[-1] else of[:1])),
            "exact": share([row["surprises"] == 2 * [[0, length - 1]] for row in of]),
            "k": mean([k for row in of for k in row["k"]]),
            "recall": mean([row["recall"] for row in of]),
            "choice": mean([row["choice"] for row in of]),
            "perfect": share([row["recall"] == 1 for row in of]),
        })  # fmt: skip
    x, y = np.log([[row["T"], row["seconds"]["median"]] for row in summary[-3:]]).T
    return {
        "trained_at": T,
        "seeds": n,
        "rows": summary,
        "phases_at": at,
        "phases": share([recall == 1 for run in runs for recall in run["phases"]]),
        "exponent": float(stats.linregress(x, y).slope),
        "throughput": [throughput(n_runs, T, j) for j in sorted({1, jobs})],
        "runs": runs,
    }


def answer(results):
    """The finding in one sentence."""
    last = results["rows"][-1]
    word = "Yes" if last["perfect"]["share"] == last["exact"]["share"] == 1 else "Not always"
    exact, perfect = last["exact"], last["perfect"]
    return (
        f"{word}: trained at T = {results['trained_at']:,} and never again, it finds the two "
        f"surprises among {last['T']:,} steps on {exact['k']}/{exact['n']} seeds and recalls the "
        f"trigger on {perfect['k']}/{perfect['n']}, in {last['seconds']['median']:.0f} s for both "
        f"triggers ({last['steps_per_second'] / 1e6:.1f} million steps a second) and "
        f"{last['peak_mb']:.0f} MB."
    )


def rows(results):
    """The table of a README: header and rows of strings."""
    header = ("T", "surprises at 0 and T - 1 alone", "recall", "choice, A or B", "seconds",
              "million steps a second", "peak memory, MB")  # fmt: skip
    lines = []
    for row in results["rows"]:
        exact = row["exact"]
        lines.append((
            f"{row['T']:,}", f"{exact['k']}/{exact['n']} seeds", f"{row['recall']['mean']:.0%}",
            f"{row['choice']['mean']:.0%}", f"{row['seconds']['median']:.3g}",
            f"{row['steps_per_second'] / 1e6:.2f}", f"{row['peak_mb']:.0f}",
        ))  # fmt: skip
    return header, lines


def figures(results):
    of = results["rows"]
    T = np.array([row["T"] for row in of])
    last = of[-1]
    figure = new_figure(
        f"{last['T']:,} steps: {last['k']['mean']:.2f} surprises, recall "
        f"{last['recall']['mean']:.0%},\nin {last['seconds']['median']:.0f} s and "
        f"{last['peak_mb']:.0f} MB",
        height=4.2,
    )
    left, right = figure.subplots(1, 2)
    seconds = np.array([row["seconds"]["median"] for row in of])
    left.loglog(T, seconds, "o-", color=AUTOMATIZER, lw=2)
    for x, y in zip(T, seconds):
        left.annotate(f"{y:.2g} s", (x, y), xytext=(-8, 6), textcoords="offset points", ha="right")
    left.set(title="seconds for both sequences, median over seeds", xlim=(T[0] / 20, T[-1] * 3))
    left.set_ylim(seconds[0] / 3, seconds[-1] * 4)
    peak = np.array([row["peak_mb"] for row in of])
    right.semilogx(T, peak, "o-", color=CHUNKER, lw=2)
    fine = np.geomspace(T[0], T[-1], 100)
    right.semilogx(fine, 8e-6 * core.N_TRIGGERS * fine, color=FAINT, lw=1.5, ls="--")
    right.text(T[-1] * 0.5, peak.max() * 1.33, "the losses alone,\nwere they kept", ha="right")
    right.set(title="peak memory of the process, MB", ylim=(0, 1.6 * peak.max()))
    for ax in (left, right):
        ax.set_xlabel("T, steps")
    return {"scale.png": figure}


if __name__ == "__main__":
    study("scale", compute, figures, this_machine=True)
