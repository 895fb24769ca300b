"""A net, a plain RNN or an LSTM, with a target unit beside the symbols, trained on-line.

Its outputs are, in this order,

    a softmax over the next symbol
    a logistic target unit, to be 1 when what was read has a property, else 0
    any number of linear outputs

The error goes back through a window of some steps; the state is carried on to the next.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

from .lstm import LSTM, backward_lstm, forward_lstm, init_lstm
from .optimisers import Adam, clip


class Setting(NamedTuple):
    """How one net starts and learns."""

    kind: str = "plain RNN"  # or LSTM
    window: int = 3  # steps that the error goes back
    start: str = "gaussian"  # W_hh of a plain RNN: or identity, orthogonal; of an LSTM `FORGET`
    optimiser: str = "Adam"  # or SGD
    rate: float = 0.005
    hidden: int = 16
    target_weight: float = 1.0  # of the target unit's loss, each symbol's being 1
    longest: float | None = None  # gradient; None: not clipped
    shorter: int = 0  # shorter sequences to begin with: what they are the task says


FORGET = {
    "forget bias 1": {"forget_bias": 1.0},
    "forget bias 3": {"forget_bias": 3.0},
    "forget bias 5": {"forget_bias": 5.0},
    "chrono": {"longest": 21},
}


def logistic(y):
    return 1 / (1 + np.exp(-y))


def initial(rng, setting, n_symbols, n_linear=0):
    """A net for an alphabet of `n_symbols`, with so many linear outputs."""
    H, n_out = setting.hidden, n_symbols + 1 + n_linear
    if setting.kind == "LSTM":
        return init_lstm(rng, H, **FORGET[setting.start], n_in=n_symbols, n_out=n_out)
    if setting.start == "gaussian":
        return core.init_rnn(rng, H, core.AUTO_STD, n_symbols, n_out)
    net = core.init_rnn(rng, H, 1 / math.sqrt(H), n_symbols, n_out)
    net.W_xh[...] *= 0.1 * math.sqrt(H)  # as `training.identity_rnn`
    net.W_hh[...] = (
        np.eye(H) if setting.start == "identity" else np.linalg.qr(rng.normal(size=(H, H)))[0]
    )
    return net


def hidden_states(net, u):
    """Run a net over the symbols in its buffers, of one sequence: (n, hidden)."""
    if not isinstance(net, LSTM):
        core.forward_hidden(net, u)
        return u.flat.h
    # forward_lstm ends in a softmax over all outputs: it gets one output here, which is not used
    short = net._replace(W_hy=net.W_hy[:, :1], b_y=net.b_y[:1])
    forward_lstm(short, u._replace(probs=np.empty((len(u.probs), 1, 1))))
    return u.h[1:].reshape(len(u.probs), -1)


def forward(net, u):
    """What a net says: probabilities of the next symbol, (n, n_symbols), and the target unit, (n,).

    Both are views of u.probs, (n, 1, n_out).
    """
    n_symbols = u.onehot.shape[-1]
    outputs = core.read_out(net, hidden_states(net, u), u.probs.reshape(len(u.probs), -1))
    symbols, target = outputs[:, :n_symbols], outputs[:, n_symbols]
    core.softmax(symbols)
    target[...] = logistic(target)
    return symbols, target


def backward(net, grad, u, goals, target_weight=1.0):
    """Gradient of the loss over the window; `goals`, (n, 1, n_out), may be changed."""
    if target_weight != 1:
        n_symbols = u.onehot.shape[-1]
        said, goal = u.probs[..., n_symbols], goals[..., n_symbols]
        goal += (1 - target_weight) * (said - goal)  # said - goal is now so many times as large
    if isinstance(net, LSTM):
        np.subtract(u.probs, goals, u.error)
        backward_lstm(net, grad, u)
    else:
        core.backward(net, grad, u, goals)


def descent(net, grad, setting):
    """The function that takes one step down the gradient."""
    adam = Adam(len(net.flat), setting.rate)

    def step():
        if setting.optimiser == "SGD":
            core.sgd(net, grad, setting.rate, 1, setting.longest or core.CLIP_NORM)
            return
        if setting.longest:
            clip(grad.flat, setting.longest)
        adam.step(net.flat, grad.flat)

    return step


def carry(u):
    """The state at the end of a window is that before the next."""
    for state in (u.h, u.c) if hasattr(u, "c") else (u.hidden,):
        state[0] = state[-1]
