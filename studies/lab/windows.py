"""Nets without memory that see letters side by side, and a pattern that they are to find."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

from . import grammar, letters
from .optimisers import Adam, clip

V, H = letters.N_SYMBOLS, letters.HIDDEN


# ==== A window into one layer =====================================================================
def window_net(rng, width, n_out=V):
    """An `RNN` whose W_hh is 0: inputs are one-hot letters side by side, `width` V of them.

    Weights have the standard deviation 1 / sqrt(hidden), as those of the net of letters.
    """
    net = core.init_rnn(rng, H, 1 / np.sqrt(H), width * V, n_out)
    net.W_hh[...] = 0.0
    return net


def side_by_side(symbols, width):
    """One-hot windows of x_{t-width+1} .. x_t, (n - width + 1, width V), oldest first; a view."""
    onehot = np.eye(V)[symbols]
    return np.lib.stride_tricks.sliding_window_view(onehot.ravel(), width * V)[::V]


def padded(symbols, width):
    """With spaces before its beginning, so that its first letter has a window."""
    return np.concatenate([np.full(width - 1, grammar.SPACE), symbols])


def see(net, u, windows):
    """Hidden units of one step of an `Unrolled` from windows, (B, width V); h_{-1} is 0.

    So no gradient reaches W_hh, and it stays 0.
    """
    u.onehot[0] = windows
    u.onehot[0].dot(net.W_xh, u.hidden[1])
    u.hidden[1] += net.b_h
    core.recur(net, u)


def read(net, u, windows):
    """`see`, and the predictions."""
    see(net, u, windows)
    core.softmax(core.read_out(net, u.flat.h, u.flat.probs))


def learning(rng, symbols, width, n_updates):
    """A window net that learns as `letters.learn` does, same chunks, rates, clipping: yields it.

    After each update, as one and the same net.
    """
    net = window_net(rng, width)
    u = core.unroll(1, letters.CHUNK, H, width * V, V)
    grad, adam, codes = core.zeros_like(net), Adam(len(net.flat), 0.0), np.eye(V)
    text, more = padded(symbols, width), letters.CHUNK + width - 1
    for adam.lr, start in zip(letters.falling(n_updates), chunk_starts(len(symbols))):
        read(net, u, side_by_side(text[start : start + more], width))
        came = symbols[start + 1 : start + 1 + letters.CHUNK]
        core.backward(net, grad, u, goal=codes[came][None])
        clip(grad.flat, letters.LONGEST)
        adam.step(net.flat, grad.flat)
        yield net


def chunk_starts(n_symbols):
    """Where the chunks of `letters.chunks_of` begin, for ever."""
    while True:
        yield from range(0, n_symbols - letters.CHUNK, letters.CHUNK)


def predicted(net, symbols, block=1000):
    """p of x_1 .. x_n, (n, V), as `letters.predicted`."""
    width = len(net.W_xh) // V
    windows, p = side_by_side(padded(symbols, width)[:-1], width), []
    for start in range(0, len(windows), block):
        part = windows[start : start + block]
        u = core.unroll(1, len(part), H, width * V, V)
        read(net, u, part)
        p.append(u.flat.probs)
    return np.concatenate(p)


# ==== A pattern at places never trained ===========================================================
LENGTH, PATTERN = 14, 3  # letters
PLACES = range(LENGTH - PATTERN + 1)
EARLY, LATE = range(5), range(7, 12)  # no letter in common


class Drawn(NamedTuple):
    tokens: np.ndarray  # (LENGTH, n) letters
    yes: np.ndarray  # (n,) whether the pattern is in them
    end: np.ndarray  # (n,) when its last letter is read, or that of what stands for it


def drawn(rng, pattern, places, n):
    """Random letters with the pattern at one of some places, or its letters in another order."""
    tokens, yes = rng.integers(V, size=(LENGTH, n)), rng.random(n) < 0.5
    at = rng.choice(places, n) + np.arange(PATTERN)[:, None]
    order = rng.permuted(np.tile(np.arange(PATTERN), (n, 1)), axis=1).T
    same = (order == np.arange(PATTERN)[:, None]).all(axis=0)
    order[:, same] = np.roll(order[:, same], 1, axis=0)
    order[:, yes] = np.arange(PATTERN)[:, None]
    tokens[at, np.arange(n)] = pattern[order]
    return Drawn(tokens, yes, at[-1])


class Detector:
    """A net of two outputs, no and yes, that says whether the pattern stands in a sequence.

    "window" sees all letters side by side. "RNN" reads them one by one and is asked after the
    last, "RNN, at once" as soon as the pattern ends. "scan" is one window of the pattern's length
    put to every place, the logits summed over places: a convolution.
    """

    def __init__(self, kind, rng):
        self.kind = kind
        if kind in ("window", "scan"):
            self.net = window_net(rng, LENGTH if kind == "window" else PATTERN, 2)
        else:
            self.net = core.init_rnn(rng, H, 1 / np.sqrt(H), V, 2)
            self.net.W_hh[...] = np.linalg.qr(rng.normal(size=(H, H)))[0]

    def forward(self, asked):
        """An `Unrolled` whose probs, (steps, rows, 2), hold the answers, and where: their index."""
        n = len(asked.yes)
        if self.kind in ("window", "scan"):
            width, onehot = len(self.net.W_xh), np.eye(V)[asked.tokens.T].reshape(n, -1)
            windows = np.lib.stride_tricks.sliding_window_view(onehot, width, axis=1)[:, ::V]
            u = core.buffers(self.net, 1, windows.shape[0] * windows.shape[1])
            see(self.net, u, windows.reshape(-1, width))
            logits = core.read_out(self.net, u.flat.h).reshape(n, -1, 2).sum(axis=1)
            core.softmax(logits)
            u.probs[0] = np.repeat(logits, windows.shape[1], axis=0)
            return u, (0, slice(None, None, windows.shape[1]))
        u = core.buffers(self.net, LENGTH, n)
        core.load(u, np.vstack([asked.tokens, asked.tokens[:1]]))
        core.forward(self.net, u)
        return u, (asked.end if self.kind == "RNN, at once" else LENGTH - 1, np.arange(n))

    def right(self, asked):
        u, where = self.forward(asked)
        return (u.probs[where][:, 1] > 0.5) == asked.yes

    def learn(self, batches, rates):
        """Adam on the mean cross-entropy of batches, the gradient clipped at norm 1."""
        grad, adam = core.zeros_like(self.net), Adam(len(self.net.flat), 0.0)
        for adam.lr, asked in zip(rates, batches):
            u, where = self.forward(asked)
            self.backward(grad, u, where, asked.yes)
            clip(grad.flat, 1.0)
            adam.step(self.net.flat, grad.flat)
        return self

    def backward(self, grad, u, where, yes):
        """Of the places of one scan every one has the error of the sum."""
        places = u.probs.shape[1] // len(yes)
        goal, weight = np.zeros_like(u.probs), np.zeros(u.probs.shape[:2])
        step, rows = where[0], np.arange(len(yes)) if places == 1 else slice(None)
        goal[step, rows] = np.repeat(np.eye(2)[yes.astype(int)], places, axis=0)
        weight[step, rows] = 1 / len(yes)
        core.backward(self.net, grad, u, goal=goal, weight=weight)
