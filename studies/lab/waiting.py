"""A chunker with a clock: it reads events with the times between them, and says which and when.

A waiting time is the number of steps since the event before. It is coded in one of two ways,
for the input as for the output: in digits, one-hot, with a softmax for each; or as one linear
unit that holds the time or its logarithm. With a base above all times there is one digit, a
unit for each time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core

from .optimisers import Adam


class Digits(NamedTuple):
    """Waiting times below base ** n_digits, each digit one-hot, the last digit first."""

    base: int
    n_digits: int

    @property
    def width(self):
        return self.base * self.n_digits

    @property
    def groups(self):
        """The columns of each softmax."""
        return [slice(i * self.base, (i + 1) * self.base) for i in range(self.n_digits)]

    def encode(self, waits):
        """(.., width) of waiting times (..)."""
        place = self.base ** np.arange(self.n_digits)
        digits = waits[..., None] // place % self.base
        return core.identity(self.base)[digits].reshape(*waits.shape, self.width)

    def said(self, outputs):
        """The most probable time (..) by outputs (.., width)."""
        digits = outputs.reshape(*outputs.shape[:-1], self.n_digits, self.base).argmax(axis=-1)
        return digits @ self.base ** np.arange(self.n_digits)

    def distribution(self, probs):
        """Of all times 0, 1, .. below base ** n_digits, (.., times), by probs (.., width)."""
        found = np.ones((*probs.shape[:-1], 1))
        for group in self.groups:
            found = probs[..., group, None] * found[..., None, :]
            found = found.reshape(*found.shape[:-2], -1)
        return found

    def nats(self, probs, waits, deviation=None):
        """-log p of waiting times (..) by probabilities (.., width): digits are independent."""
        of_digits = np.where(self.encode(waits) > 0, probs, 1.0)
        return -np.log(np.maximum(of_digits, 1e-300)).sum(axis=-1)


class Linear(NamedTuple):
    """Waiting times in one unit: the time, or its logarithm, in units of `scale`."""

    scale: float
    logarithm: bool
    width = 1
    groups = ()

    def encode(self, waits):
        values = np.log10(1.0 + waits) if self.logarithm else waits
        return (values / self.scale)[..., None]

    def said(self, outputs):
        values = np.clip(outputs[..., 0] * self.scale, -1e9, 9.0 if self.logarithm else 1e9)
        return np.rint(10.0**values - 1 if self.logarithm else values).astype(int)

    def nats(self, outputs, waits, deviation):
        """-log p of waiting times, of a normal distribution of the unit cut at half steps."""
        edges = [self.encode(waits + half)[..., 0] for half in (-0.5, 0.5)]
        low, high = (scipy.stats.norm.cdf((e - outputs[..., 0]) / deviation) for e in edges)
        return -np.log(np.maximum(high - low, 1e-300))


class Streams(NamedTuple):
    """Events of N sequences, at most k each; where one has fewer its last rows are not `there`."""

    symbols: np.ndarray  # (k, N)
    waits: np.ndarray  # (k, N) steps since the event before, of the first 0
    there: np.ndarray  # (k, N) bool

    def of(self, which):
        return Streams(*(array[:, which] for array in self))


def streams(tokens, mask):
    """The `Streams` of sequences (T, N) of which `mask` (T, N) says what is an event."""
    N = tokens.shape[1]
    counts = mask.sum(axis=0)
    found = Streams(*(np.zeros((counts.max(), N), kind) for kind in (int, int, bool)))
    for b in range(N):
        times = np.flatnonzero(mask[:, b])
        found.symbols[: len(times), b] = tokens[times, b]
        found.waits[: len(times), b] = np.diff(times, prepend=times[:1])
        found.there[: len(times), b] = True
    return found


class Clock(NamedTuple):
    """A chunker, the code of its times, and whether it reads them or says them alone."""

    net: core.RNN
    code: Digits | Linear
    n_symbols: int
    reads_times: bool = True

    def coded(self, found, reads=True):
        """Events as the net reads or predicts them, (k, N, n_symbols + width)."""
        times = self.code.encode(found.waits) * reads
        return np.concatenate([core.identity(self.n_symbols)[found.symbols], times], axis=-1)

    def outputs(self, found):
        """What it makes of each event of `Streams`: symbols' probabilities and the code's.

        Of shapes (k, N, n_symbols) and (k, N, width).
        """
        k, N = found.symbols.shape
        u = core.buffers(self.net, k, N)
        u.onehot[:-1] = self.coded(found, self.reads_times)
        forward(self, u)
        return np.split(u.probs, [self.n_symbols], axis=-1)

    def said(self, found):
        """The next symbol and the waiting time that it says after each event, both (k, N)."""
        symbols, times = self.outputs(found)
        return symbols.argmax(axis=-1), self.code.said(times)


def forward(clock, u):
    """Hidden states and predictions from the inputs in u.onehot[:-1]."""
    net, n = clock.net, clock.n_symbols
    u.flat.x.dot(net.W_xh, u.flat.h)
    u.flat.h[...] += net.b_h
    core.recur(net, u)
    core.read_out(net, u.flat.h, u.flat.probs)
    core.softmax(u.flat.probs[:, :n])
    for group in clock.code.groups:
        core.softmax(u.flat.probs[:, n + group.start : n + group.stop])


def initial(rng, code, n_symbols, n_hidden, reads_times=True, recurrent=True):
    """A `Clock` with Gaussian weights, W_hh the identity, or zero where nothing may be kept."""
    size = n_symbols + code.width
    net = core.init_rnn(rng, n_hidden, core.CHUNK_STD, size, size)
    net.W_hh[...] = np.eye(n_hidden) * recurrent
    return Clock(net, code, n_symbols, reads_times)


def falling(lr, n_updates):
    """A rate that falls from half of the updates on, to zero at the last."""
    return lambda n: lr * min(1.0, 2 - 2 * n / n_updates)


def learning(clock, found, rng, lr, batch, recurrent=True):
    """Full BPTT with Adam on batches drawn from `Streams`; yields after each update, for ever.

    The loss is the cross-entropy of the next symbol plus that of each digit of the time
    until it comes, or half the squared error of its linear unit. `lr` is a function of the
    number of updates so far.
    """
    k, N = found.symbols.shape
    net, u = clock.net, core.buffers(clock.net, k - 1, batch)
    grad, adam = core.zeros_like(net), Adam(len(net.flat), lr(0))
    inputs, goals = clock.coded(found, clock.reads_times)[:-1], clock.coded(found)[1:]
    n = 0
    while True:
        which = rng.integers(N, size=batch)
        u.onehot[:-1] = inputs[:, which]
        forward(clock, u)
        core.backward(net, grad, u, goals[:, which], found.there[1:, which] / batch)
        if not recurrent:
            grad.W_hh[...] = 0.0
        if not np.isfinite(grad.flat).all():
            raise core.Diverged(f"the clock's gradient of update {n + 1} is not finite")
        adam.lr = lr(n)
        adam.step(net.flat, grad.flat)
        n += 1
        yield n
