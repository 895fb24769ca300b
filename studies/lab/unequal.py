"""A single net trained by full BPTT on sequences of different lengths, and asked at their ends."""

from __future__ import annotations

import functools

import numpy as np

import chunker_very_deep_1200 as core

from . import nested, single
from .optimisers import Adam, clip

LAST, CLIP = 0.5, 1.0  # the weight of the last symbol's loss


def weights(lengths, n_steps):
    """(n_steps, B): `LAST` on the last symbol of each sequence, the rest even, none after it."""
    step = np.arange(1, n_steps + 1)[:, None]
    return np.where(
        step < lengths - 1, (1 - LAST) / np.maximum(lengths - 2, 1), LAST * (step == lengths - 1)
    )


def learning(net, batches, lr):
    """Full BPTT with Adam, clipped, on batches of sequences; yields the steps computed.

    They are padded to multiples of 16 steps, which count too.
    """
    grad, adam = core.zeros_like(net), Adam(len(net.flat), lr)
    reused = functools.lru_cache(maxsize=64)(functools.partial(single.unrolled, net))
    for sequences in batches:
        tokens, lengths = nested.padded(sequences)
        u = reused(-(-(len(tokens) - 1) // 16) * 16, len(sequences))
        core.load(u, np.pad(tokens, ((0, len(u.tokens) - len(tokens)), (0, 0))))
        single.forward(net, u)
        single.backward(net, grad, u, weights(lengths, len(u.probs)) / len(sequences))
        if not np.isfinite(grad.flat).all():
            raise core.Diverged("the gradient is not finite")
        clip(grad.flat, CLIP)
        adam.step(net.flat, grad.flat)
        yield len(u.probs) * len(sequences)


def last_of(sequences):
    return np.array([x[-1] for x in sequences])


def choices(net, sequences):
    """Which sequences a single net chooses right for, (N,)."""
    tokens, lengths = nested.padded(sequences)
    found = np.zeros((len(sequences), core.N_TRIGGERS))
    for start, _, outputs in single.predictions(net, tokens, block=50):
        step = lengths - 2 - start
        here = np.flatnonzero((step >= 0) & (step < len(outputs)))
        found[here] = outputs[step[here], here, : core.N_TRIGGERS]
    return found.argmax(axis=1) == last_of(sequences)
