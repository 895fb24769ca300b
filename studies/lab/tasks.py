"""The headline's task step by step, and with noise in its filler."""

from __future__ import annotations

from functools import partial

import numpy as np

import chunker_very_deep_1200 as core

LEVELS = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 0.8)  # of noise, in the studies of it


def filler(t):
    """The symbol at step t >= 1 of a sequence that has not ended."""
    return core.N_TRIGGERS + (t - 1) % core.N_FILLERS


def markov_recall(rng, T, batch, e):
    """`core.trigger_recall` with filler that jumps with probability e at every step.

    The chain enters x_1 from the symbol before 1. Returns tokens (T, batch).
    """
    shape = T - 2, batch
    jumps = rng.random(shape) < e
    steps = np.where(jumps, rng.integers(2, core.N_FILLERS + 1, shape), 1)
    tokens = np.empty((T, batch), np.uint8)
    tokens[1:-1] = core.N_TRIGGERS + (np.cumsum(steps, axis=0) - 1) % core.N_FILLERS
    tokens[0] = tokens[-1] = rng.integers(core.N_TRIGGERS, size=batch)
    return tokens


def noisy(e):
    """The task with noise e."""
    return core.TRIGGER_RECALL._replace(draw=partial(markov_recall, e=e))


def next_in_cycle(tokens):
    """What follows each symbol when the filler does not jump."""
    following = np.maximum(tokens.astype(int) - core.N_TRIGGERS + 1, 0)
    return core.N_TRIGGERS + np.where(tokens < core.N_TRIGGERS, 0, following) % core.N_FILLERS


def off_cycle(tokens):
    """Which of x_1 .. x_{T-1} do not follow the cycle, (T - 1, N): jumps, and the target, last."""
    return next_in_cycle(tokens[:-1]) != tokens[1:]
