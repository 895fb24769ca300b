"""What A makes of sequences, what gates pass up of them, and a chunker of those events."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core

TOLERANCE = 0.2  # the 1992 paper's test of a prediction; the number is ours


class Observed(NamedTuple):
    """Sequences and what A makes of x_1 .. x_{T-1}, the rows of the last three."""

    tokens: np.ndarray  # (T, N)
    loss: np.ndarray  # (T - 1, N), in nats
    entropy: np.ndarray  # (T - 1, N) of A's prediction, in nats
    expected: np.ndarray  # (T - 1, N) the most probable symbol


def observe(net, tokens):
    """Run A over sequences (T, N)."""
    T, N = tokens.shape
    loss, entropy = np.empty((2, T - 1, N))
    expected = np.empty((T - 1, N), np.uint8)
    for start, targets, log_p in core.log_probabilities(net, tokens):
        part = slice(start, start + len(targets))
        loss[part] = core.surprisal(log_p, targets)
        entropy[part] = -np.einsum("tnv,tnv->tn", np.exp(log_p), log_p)
        expected[part] = log_p.argmax(axis=-1)
    return Observed(tokens, loss, entropy, expected)


def train_and_observe(config, task, n_training):
    """The headline's automatizer, and what it makes of fresh sequences of the task.

    Returns the net and three `Observed`: of the probe, of `n_training` sequences
    for a chunker to train on, and of `config.n_eval` to evaluate on.
    """
    rng = core.random_streams(config.seed)
    net, _ = core.train_automatizer(config, rng, core.silent, task)
    sizes = {"probe": core.N_PROBE, "chunk_data": n_training, "evaluation": config.n_eval}
    drawn = (task.draw(rng[stage], config.T, n) for stage, n in sizes.items())
    return net, *(observe(net, tokens) for tokens in drawn)


# A gate is a function from `Observed` to flags of x_1 .. x_{T-1}, (T - 1, N).


def mispredicted(seen):
    """The most probable symbol did not come."""
    return seen.expected != seen.tokens[1:]


def exceeds(threshold, seen):
    """The loss is above a threshold, in nats."""
    return seen.loss > threshold


def passed(gate, seen):
    """Mask (T, N) of what a gate passes up; the first symbol always."""
    return core.with_first(gate(seen))


def fit_chunker(config, sequences, mask):
    """The headline's chunker on the events of these sequences, one after the other.

    All chunkers of one seed start from the same weights.
    """
    events, rng = core.pass_up(sequences, mask), core.random_streams(config.seed)
    return core.fit_chunker(config, rng, events, np.arange(len(events)))[0]


def accuracies(chunker, events, targets):
    """Recall and choice accuracy of a chunker; a target that is not among the events is wrong."""
    logits, answered = core.chunker_logits(chunker, events)
    return core.recall_accuracies(logits, targets, answered)


def recall_ceiling(e, T):
    """Of a perfect C that is passed every jump: it remembers all and knows all probabilities.

    After j jumps the target is next with probability P(N = j | N >= j), N being
    binomial; else a jump to one of five symbols. C names what is most probable.
    (One that always named its trigger would recall more and predict no jump.)
    """
    j = np.arange(T - 1)
    p = scipy.stats.binom.pmf(j, T - 2, e)
    reached = p[::-1].cumsum()[::-1]
    return float(p[p > (reached - p) / core.N_FILLERS].sum())
