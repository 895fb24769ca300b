"""The nets of experiment 2 of Hochreiter and Schmidhuber 1997, as many trials at once as wanted.

Logistic units, no biases, half the squared error, weights uniform in +-0.2, a step of SGD after
each sequence, single precision. Every symbol is connected straight to the outputs too. States
start at 0 in each sequence. A prediction is right within `TOLERANCE` of its goal.
"""

from __future__ import annotations

import numpy as np

import chunker_very_deep_1200 as core

TOLERANCE = 0.25


# ==== The paper's nets, of all trials R at once, in single precision ==============================
#
#     y_t = logistic(x_t W_xy + h_t W_hy)       the straight connections are the rows of W_xy
#     one unit   h_t = logistic(x_t W_xh + h_{t-1} w)
#     cell       h_t = h_{t-1} + logistic(x_t W_i) logistic(x_t W_g)


def logistic(y):
    """(1 + tanh(y / 2)) / 2, in place."""
    y *= 0.5
    np.tanh(y, y)
    y += 1
    y *= 0.5
    return y


class OneUnit:
    """A net with one logistic hidden unit for each of R trials."""

    vectors = ("W_xh",)

    def __init__(self, rngs, V, n_out):
        def start(*shape):
            drawn = [rng.uniform(-0.2, 0.2, shape) for rng in rngs]
            return np.stack(drawn).astype(np.float32)

        self.W_xy, self.W_hy, self.w = start(V, n_out), start(n_out), start()
        for name in self.vectors:
            setattr(self, name, start(V))

    def hidden(self, x, trial):
        """States (n, B) of sequences x, (n, B), the columns read by the nets `trial`, (B,)."""
        h, before, w = self.W_xh[trial, x], np.zeros(len(trial), np.float32), self.w[trial]
        for h_t in h:
            h_t += w * before
            before = logistic(h_t)
        return h

    def forward(self, x, trial):
        """States (n, B) and outputs (n, B, n_out)."""
        h = self.hidden(x, trial)
        y = self.W_xy[trial, x]
        y += h[..., None] * self.W_hy[trial]
        return h, logistic(y)

    def learn(self, x, h, y, error, rate):
        """A step of SGD on half the squared error, columns being the trials; uses up `error`."""
        trial = np.arange(len(self.w))
        error *= y
        error *= 1 - y
        dh = np.einsum("nrv,rv->nr", error, self.W_hy)
        dW_hy = np.einsum("nr,nrv->rv", h, error)
        self.learn_hidden(x, h, dh, rate, (np.broadcast_to(trial, x.shape), x))
        self.W_hy -= rate[:, None] * dW_hy
        error *= rate[:, None]
        for x_t, e in zip(x, error):  # a symbol may come more than once
            self.W_xy[trial, x_t] -= e

    def learn_hidden(self, x, h, dh, rate, at):
        slope, later = h * (1 - h), np.zeros(len(self.w), np.float32)
        for dh_t, slope_t in zip(dh[::-1], slope[::-1]):
            dh_t += self.w * later
            dh_t *= slope_t
            later = dh_t
        self.w -= rate * (dh[1:] * h[:-1]).sum(axis=0)
        np.subtract.at(self.W_xh, at, rate * dh)


class Cell(OneUnit):
    """A net whose hidden unit is a linear memory cell with an input gate, once it is `there`."""

    vectors = ("W_i", "W_g")

    def __init__(self, rngs, V, n_out):
        super().__init__(rngs, V, n_out)
        self.there = np.zeros(len(rngs), bool)
        self.error, self.before, self.n = np.zeros(len(rngs)), np.full(len(rngs), np.inf), 0

    def hidden(self, x, trial):
        self.gate, self.input = logistic(self.W_i[trial, x]), logistic(self.W_g[trial, x])
        return np.cumsum(self.gate * self.input, axis=0) * self.there[trial]

    def learn(self, x, h, y, error, rate):
        self.error += np.einsum("nrv,nrv->r", error, error)
        self.n += 1
        if self.n % 100 == 0:
            self.there |= self.error > 0.99 * self.before
            self.error, self.before = np.zeros(len(self.error)), self.error
        super().learn(x, h, y, error, rate)

    def learn_hidden(self, x, h, dh, rate, at):
        dh = np.cumsum(dh[::-1], axis=0)[::-1] * self.there
        gate, into = self.gate, self.input
        np.subtract.at(self.W_i, at, rate * dh * into * gate * (1 - gate))
        np.subtract.at(self.W_g, at, rate * dh * gate * into * (1 - into))


def sure(y):
    """Where one output is near 1 and all others are near 0: (n, B) of (n, B, V)."""
    return ((y > 1 - TOLERANCE).sum(axis=-1) == 1) & ((y >= TOLERANCE).sum(axis=-1) == 1)


def two_nets(A, C, tokens, rate, onehot, trial):
    """What A and C make of sequences (T, B): largest errors (n, B), of A alone and of both.

    C answers where A is not sure. With a `rate` (R,) both learn, A to predict C's unit too.
    """
    x, V = tokens[:-1], onehot.shape[-1]
    h, y = A.forward(x, trial)
    error = y[..., :V] - onehot[tokens[1:]]
    alone = np.abs(error).max(axis=-1)
    up = core.with_first(alone >= TOLERANCE)
    count = up.sum(axis=0)
    order = np.argsort(~up, axis=0, kind="stable")[: max(2, count.max())]
    events = np.take_along_axis(tokens, order, axis=0)
    h_C, y_C = C.forward(events, trial)
    held = np.cumsum(up[:-1], axis=0) - 1, np.arange(len(trial))  # the event C read last
    t, b = np.nonzero(~sure(y[..., :V]))
    together = alone.copy()
    together[t, b] = np.abs(y_C[held][t, b] - onehot[tokens[t + 1, b]]).max(axis=-1)
    if rate is not None:
        goal = h_C[held]
        wrong = y_C[:-1] - onehot[events[1:]]
        wrong *= (np.arange(1, len(events))[:, None] < count)[..., None]
        C.learn(events[:-1], h_C[:-1], y_C[:-1], wrong, rate)
        A.learn(x, h, y, np.concatenate([error, (y[..., V] - goal)[..., None]], axis=-1), rate)
    return {"A alone": alone, "A and C": together}


def one_net(net, tokens, rate, onehot, trial):
    """What a single net makes of sequences (T, B): largest errors (n, B)."""
    h, y = net.forward(tokens[:-1], trial)
    error = y - onehot[tokens[1:]]
    largest = np.abs(error).max(axis=-1)
    if rate is not None:
        net.learn(tokens[:-1], h, y, error, rate)
    return {"one net": largest}
