"""One net, a plain RNN or an LSTM, trained by full BPTT on any task, each batch of its length."""

from __future__ import annotations

import functools

import numpy as np

import chunker_very_deep_1200 as core

from .lstm import LSTM, backward_lstm, forward_lstm, init_lstm, unroll_lstm
from .optimisers import Adam, clip
from .training import identity_rnn

FORGET_BIAS, CLIP = 5.0, 1.0
KINDS = ("plain RNN", "LSTM")


def initial(kind, rng, hidden, n_symbols=core.VOCAB):
    """A net of one of `KINDS`: W_hh the identity, or a forget bias of 5."""
    if kind == "LSTM":
        return init_lstm(rng, hidden, forget_bias=FORGET_BIAS, n_in=n_symbols, n_out=n_symbols)
    return identity_rnn(rng, hidden, n_symbols)


def unrolled(net, n_steps, batch):
    """Buffers for a net of either kind."""
    return (unroll_lstm if isinstance(net, LSTM) else core.buffers)(net, n_steps, batch)


def forward(net, u):
    """States and predictions of a net of either kind."""
    (forward_lstm if isinstance(net, LSTM) else core.forward)(net, u)


def backward(net, grad, u, weight):
    """Gradient of the loss, of which each step has a weight that broadcasts to (n, B)."""
    if isinstance(net, LSTM):
        np.subtract(u.probs, u.onehot[1:], u.error)
        np.multiply(u.error, weight[..., None], u.error)
        backward_lstm(net, grad, u)
    else:
        core.backward(net, grad, u, weight=weight)


def drawn(draw, rng, lengths, batch):
    """Batches (T, batch) of a task without end, each of a T drawn from `lengths`, a range."""
    while True:
        yield draw(rng, int(rng.integers(lengths.start, lengths.stop)), batch)


def learning(net, batches, lr, weight_of, longest=CLIP):
    """Full BPTT on batches (T, B) with Adam, clipped; yields the buffers after each update.

    `weight_of`, of T and of the number of updates so far, gives the weight of the loss of
    x_1 .. x_{T-1} in a sequence, (T - 1, 1). What the buffers hold was predicted before learning.
    `Diverged` when the gradient is no longer finite.
    """
    grad, adam = core.zeros_like(net), Adam(len(net.flat), lr)
    reused = functools.lru_cache(maxsize=64)(functools.partial(unrolled, net))
    for n, tokens in enumerate(batches):
        T, batch = tokens.shape
        u = reused(T - 1, batch)
        core.load(u, tokens)
        forward(net, u)
        backward(net, grad, u, weight_of(T, n) / batch)
        if not np.isfinite(grad.flat).all():
            raise core.Diverged(f"the gradient of update {n + 1} is not finite; lower the rate")
        clip(grad.flat, longest)
        adam.step(net.flat, grad.flat)
        yield u


def annealed(T, n_updates, over):
    """(T - 1, 1), of sum 1: the last falls from 1/2 to 1 / (T - 1) over so many updates."""
    part = min(1.0, n_updates / over)
    last = 0.5 * (1 - part) + part / (T - 1)
    weight = np.full((T - 1, 1), (1 - last) / (T - 2))
    weight[-1] = last
    return weight


def predictions(net, tokens, block=1000):
    """As `core.predictions`, of a net of either kind; probabilities for the logits of an LSTM."""
    if not isinstance(net, LSTM):
        yield from core.predictions(net, tokens)
        return
    T, N = tokens.shape
    h, c = np.zeros((2, N, len(net.W_hy)))
    for start in range(0, T - 1, block):
        n = min(block, T - 1 - start)
        u = unroll_lstm(net, n, N)
        u.h[0], u.c[0] = h, c
        core.load(u, tokens[start : start + n + 1], start)
        forward_lstm(net, u)
        h, c = u.h[-1], u.c[-1]
        yield start, u.tokens[1:], u.probs
