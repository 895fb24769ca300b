"""Does the decisive task need a recurrent net, or does counting do?

    python3 -m studies counted

On the task of `decisive`, in both forms, how often each triple of successive symbols stood
in a sequence is counted (and what its last pair was), and nothing else is kept. From the
triples that stand often, the filler's, their median in the sequence is taken away. A net with
one hidden layer of 32 tanh units and a logistic output learns the choice from the
standardised counts, by Adam on batches of 64 with cross-entropy, in epochs over one set of
training sequences of the task's lengths.

After each epoch it is asked on fresh sequences (chance 50%). Solved means that it chooses right
in at least 99% after an epoch and every later one; at the end it is asked at the longest T too.
The linear read-out of `rivals` has such counts too, with the filler's left in.

Settings were chosen on seeds 0 to 2: Adam 0.003 or 0.001; 10,000 or 60,000 sequences; the
filler's counts taken away or not (not: right at the lengths trained on, at chance at T =
120,000). Reported are seeds from 100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import cells, decisive
from studies.lab.intervals import counted, mean
from studies.lab.optimisers import Adam
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.training import solved_after
from visualize_chunker_very_deep_1200 import BASELINE, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_sequences: int  # to learn from
    epochs: int
    n_fresh: int  # to be asked on
    lengths: tuple  # the task's, shortest and longest
    at_last: int  # the longest T
    n_last: int


FULL = Plan(20, 10_000, 30, 1000, decisive.GIVEN, 120_000, 40)
QUICK = Plan(2, 400, 20, 40, (100, 140), 400, 4)
FORMS = {"first": 1, "second": 2}  # and their triggers
FIRST_SEED = 100  # settings were chosen on seeds 0 to 2
ORDER, HIDDEN, BATCH, RATE = 3, 32, 64, 0.001
BLOCK = 50  # sequences of one length
RIGHT = 0.99  # of the choices


def drawn_counts(rng, n, lengths, n_triggers):
    """Counts (n, d) of sequences of random lengths, and their targets (n,), 0 or 1."""
    X, targets = [], []
    for T in rng.integers(lengths[0], lengths[1] + 1, n // min(n, BLOCK)):
        tokens = decisive.draw(rng, int(T), min(n, BLOCK), n_triggers)
        X.append(less_the_filler(decisive.counts(tokens, ORDER)[:, 1:]))
        targets.append(tokens[-1])
    return np.vstack(X), np.concatenate(targets)


def less_the_filler(counts):
    """Counts (n, d) in which those of the filler's triples, which grow with T, are about 0.

    They are those above half the largest; their median is the filler's in each.
    """
    n_words = decisive.V**ORDER
    often = counts[:, :n_words] - counts[:, :n_words].min(axis=1, keepdims=True)
    filler = often > often.max(axis=1, keepdims=True) / 2
    middle = np.nanmedian(np.where(filler, often, np.nan), axis=1, keepdims=True)
    return np.hstack([often - filler * middle, counts[:, n_words:]])


class Layered(NamedTuple):
    """The parameters of the net, or a gradient."""

    flat: np.ndarray
    W_xh: np.ndarray  # (d, hidden)
    b_h: np.ndarray  # (hidden,)
    W_hy: np.ndarray  # (hidden,)
    b_y: np.ndarray  # (1,)


def initial(rng, d):
    net = Layered(*core.one_vector([(d, HIDDEN), (HIDDEN,), (HIDDEN,), (1,)]))
    net.W_xh[...] = rng.normal(0, d**-0.5, net.W_xh.shape)
    net.W_hy[...] = rng.normal(0, HIDDEN**-0.5, HIDDEN)
    return net


def logits(net, X):
    """h = tanh(X W_xh + b_h), (n, hidden), and y = h W_hy + b_y, (n,)."""
    h = np.tanh(X @ net.W_xh + net.b_h)
    return h, h @ net.W_hy + net.b_y


def backward(net, grad, X, targets):
    """Gradient of the mean cross-entropy: dL/dy = (p - target) / n, p = (1 + tanh(y / 2)) / 2."""
    h, y = logits(net, X)
    error = (0.5 + 0.5 * np.tanh(y / 2) - targets) / len(X)
    delta = np.outer(error, net.W_hy) * (1 - h * h)
    X.T.dot(delta, grad.W_xh)
    grad.b_h[...] = delta.sum(axis=0)
    grad.W_hy[...] = error @ h
    grad.b_y[...] = error.sum()


def per_sequence(d):
    """Multiply-adds of learning from one sequence's counts: forward, and the two gradients."""
    return 2 * d * HIDDEN + 3 * HIDDEN


def one_run(arguments):
    """One form of the task, one seed: the choice after each epoch, and at the longest T."""
    form, seed, plan = arguments
    rng = generators("counted", seed, ("init", "data", "order", "test", "last"), FORMS[form])
    X, targets = drawn_counts(rng["data"], plan.n_sequences, plan.lengths, FORMS[form])
    middle, scale = X.mean(axis=0), X.std(axis=0)
    scale[scale == 0] = 1
    X = (X - middle) / scale
    net = initial(rng["init"], X.shape[1])
    grad, adam = core.zeros_like(net), Adam(len(net.flat), RATE)
    asked = drawn_counts(rng["test"], plan.n_fresh, plan.lengths, FORMS[form])

    def choice(counts, wanted):
        return float(((logits(net, (counts - middle) / scale)[1] > 0) == wanted).mean())

    tests = []
    for _ in range(plan.epochs):
        order = rng["order"].permutation(len(X))
        for start in range(0, len(X), BATCH):
            part = order[start : start + BATCH]
            backward(net, grad, X[part], targets[part])
            adam.step(net.flat, grad.flat)
        tests.append(choice(*asked))
    epochs = solved_after([test >= RIGHT for test in tests])
    longest = (plan.at_last, plan.at_last)
    last = choice(*drawn_counts(rng["last"], plan.n_last, longest, FORMS[form]))
    return {"seed": seed, "epochs": epochs, "choice": tests, "at_last": last, "d": X.shape[1]}


def compute(plan, jobs):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_seeds)
    tasks = [(form, seed, plan) for form in FORMS for seed in seeds]
    done = iter(parallel_map(one_run, tasks, jobs, "counted"))
    forms, in_cells = {}, {}
    for form in FORMS:
        runs = [next(done) for _ in seeds]
        epoch = plan.n_sequences * per_sequence(runs[0]["d"])
        took = [run["epochs"] and run["epochs"] * epoch for run in runs]
        one = cells.cell(took, plan.epochs * epoch)
        in_cells[form] = {"counts + hidden layer": one}
        forms[form] = {
            **one,
            "choice": mean([run["choice"][-1] for run in runs]),
            "at_last": mean([run["at_last"] for run in runs]),
            "runs": runs,
        }
    return {
        "n_sequences": plan.n_sequences, "epochs": plan.epochs, "at_last": plan.at_last,
        "hidden": HIDDEN, "forms": forms, "cells": in_cells,
    }  # fmt: skip


# ==== Tables and sentences ========================================================================
NAMES = {"first": "one trigger", "second": "parity of two triggers"}


def answer(results):
    """The finding in one sentence."""
    said = [
        f"{NAMES[form]} on {counted(one['solved'])} seeds ({one['choice']['mean']:.1%}, at T = "
        f"{results['at_last']:,} {one['at_last']['mean']:.1%})"
        for form, one in results["forms"].items()
    ]
    return (
        f"Counted triples of symbols and {results['hidden']} hidden units, with no recurrence, "
        f"solve {' and '.join(said)}."
    )


def table(results):
    """Both forms of the task."""
    header = (
        "answer", "seeds solved (95% interval)", "multiply-adds until then, median",
        "choice at the end", f"at T = {results['at_last']:,}",
    )  # fmt: skip
    rows = []
    for form, one in results["forms"].items():
        low, high = one["solved"]["interval"]
        cost = one["multiply_adds"]
        rows.append((
            NAMES[form], f"{counted(one['solved'])} ({low:.0%} to {high:.0%})",
            "-" if cost is None else f"{cost / 1e9:,.1f} G",
            f"{one['choice']['mean']:.1%}", f"{one['at_last']['mean']:.1%}",
        ))  # fmt: skip
    return header, rows


# ==== Figure ======================================================================================
def figures(results):
    forms = results["forms"]
    figure = new_figure(
        "The decisive task from counted triples, with no recurrent net:\nseeds solved, "
        + ", ".join(f"{NAMES[f]} {counted(one['solved'])}" for f, one in forms.items()),
        height=3.8,
    )
    for ax, (form, one) in zip(figure.subplots(1, 2, sharey=True), forms.items()):
        for run in one["runs"]:
            at = 1 + np.arange(len(run["choice"]))
            ax.plot(at, run["choice"], color=BASELINE, lw=1, alpha=0.6)
        ax.axhline(0.5, color=FAINT, ls="--", lw=1)
        ax.set_title(NAMES[form])
        ax.set_xlabel(f"epochs over {results['n_sequences']:,} sequences")
        ax.set(ylim=(0.4, 1.02))
    figure.axes[0].set_ylabel("choice right, a line is a seed")
    return {"counted.png": figure}
