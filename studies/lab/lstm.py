"""An LSTM with forget gates, and how it is trained on a recall task by full BPTT."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

from .optimisers import Adam, clip
from .randomness import generators
from .training import half_on_target, until_right

# ==== The net =====================================================================================
#
#     [i f o g]_t = x_t W_x + h_{t-1} W_h + b      i, f, o sigmoid, g tanh
#     c_t = f_t c_{t-1} + i_t g_t
#     h_t = o_t tanh(c_t)
#     p_t = softmax(h_t W_hy + b_y)


class LSTM(NamedTuple):
    """The parameters of an LSTM, or a gradient: views into one flat vector."""

    flat: np.ndarray
    W_x: np.ndarray  # (n_in, 4 hidden), columns in the order i, f, o, g
    W_h: np.ndarray  # (hidden, 4 hidden)
    b: np.ndarray  # (4 hidden,)
    W_hy: np.ndarray  # (hidden, n_out)
    b_y: np.ndarray  # (n_out,)


def zero_lstm(n_hidden, n_in=core.VOCAB, n_out=core.VOCAB):
    """An `LSTM` of zeros."""
    H = n_hidden
    return LSTM(*core.one_vector([(n_in, 4 * H), (H, 4 * H), (4 * H,), (H, n_out), (n_out,)]))


def init_lstm(rng, n_hidden, forget_bias=None, longest=None, n_in=core.VOCAB, n_out=core.VOCAB):
    """An `LSTM` with weights uniform in +-1/sqrt(hidden), and one of two biases.

    Parameters
    ----------
    forget_bias : float
        Bias of every forget gate.
    longest : int
        Or the chrono initialisation (Tallec and Ollivier 2018, equation 16)
        for dependencies of up to `longest` steps: b_f = log u, b_i = -b_f with
        u uniform in [1, longest - 1], which spreads the time constants.
    """
    net = zero_lstm(n_hidden, n_in, n_out)
    for W in (net.W_x, net.W_h, net.W_hy):
        W[...] = rng.uniform(-1, 1, W.shape) / math.sqrt(n_hidden)
    i, f = net.b[:n_hidden], net.b[n_hidden : 2 * n_hidden]
    if longest:
        f[:] = np.log(rng.uniform(1, longest - 1, n_hidden))
        i[:] = -f
    else:
        f[:] = forget_bias
    return net


class UnrolledLSTM(NamedTuple):
    """Buffers of an LSTM over n steps and a batch of B sequences, used again and again."""

    tokens: np.ndarray  # (n + 1, B)
    onehot: np.ndarray  # (n + 1, B, n_in)
    h: np.ndarray  # (n + 1, B, H), h_{-1} first
    c: np.ndarray  # (n + 1, B, H), c_{-1} first
    gates: np.ndarray  # (n, B, 4 H): i, f, o, g
    tanh_c: np.ndarray  # (n, B, H)
    probs: np.ndarray  # (n, B, n_out)
    error: np.ndarray  # (n, B, n_out), dL/dy_t
    dh: np.ndarray  # (n, B, H), dL/dh_t
    dh_dc: np.ndarray  # (n, B, H)
    delta: np.ndarray  # (n, B, 4 H), dL/d(arguments of the gates)


def unroll_lstm(net, n_steps, batch):
    """Buffers for `n_steps` predictions over `batch` sequences, h_{-1} = c_{-1} = 0."""
    n, B, H, n_in, n_out = n_steps, batch, len(net.W_hy), len(net.W_x), len(net.b_y)
    shapes = [
        (n + 1, B, n_in), (n + 1, B, H), (n + 1, B, H), (n, B, 4 * H), (n, B, H), (n, B, n_out),
        (n, B, n_out), (n, B, H), (n, B, H), (n, B, 4 * H),
    ]  # fmt: skip
    return UnrolledLSTM(np.zeros((n + 1, B), np.intp), *map(np.zeros, shapes))


def forward_lstm(net, u):
    """States and predictions.

    sigmoid(z) = (1 + tanh(z / 2)) / 2: with the weights of i, f and o halved
    beforehand, one tanh serves all four gates.
    """
    H = u.h.shape[-1]
    half = np.ones(4 * H)
    half[: 3 * H] = 0.5
    ((net.W_x + net.b) * half).take(u.tokens[:-1], axis=0, out=u.gates, mode="clip")
    W_h = net.W_h * half
    sigmoids = u.gates[..., : 3 * H]
    i, f, o, g = (u.gates[..., k * H : (k + 1) * H] for k in range(4))
    recurrent, written = np.empty_like(u.gates[0]), np.empty_like(u.h[0])
    add, multiply, tanh = np.add, np.multiply, np.tanh
    for z, s, i_t, f_t, o_t, g_t, h_prev, h, c_prev, c, tanh_c in zip(
        u.gates, sigmoids, i, f, o, g, u.h, u.h[1:], u.c, u.c[1:], u.tanh_c
    ):
        h_prev.dot(W_h, recurrent)
        add(z, recurrent, z)
        tanh(z, z)
        add(s, 1.0, s)
        multiply(s, 0.5, s)
        multiply(f_t, c_prev, c)
        multiply(i_t, g_t, written)
        add(c, written, c)
        tanh(c, tanh_c)
        multiply(o_t, tanh_c, h)
    probs = u.probs.reshape(-1, u.probs.shape[-1])
    core.softmax(core.read_out(net, u.h[1:].reshape(-1, H), probs))


def backward_lstm(net, grad, u):
    """Full BPTT from u.error = dL/d(logits), written into `grad`."""
    n, B, H = u.dh.shape
    error, h = u.error.reshape(n * B, -1), u.h[1:].reshape(n * B, H)
    h.T.dot(error, grad.W_hy)
    error.sum(0, out=grad.b_y)
    error.dot(net.W_hy.T, u.dh.reshape(n * B, H))
    i, f, o, g = (u.gates[..., k * H : (k + 1) * H] for k in range(4))
    # What a gate's argument does to c_t or h_t does not depend on the future:
    # all steps at once, so that the loop only multiplies by dL/dc_t or dL/dh_t.
    by_gate = u.delta.reshape(n, B, 4, H)
    np.multiply(g, i * (1 - i), by_gate[:, :, 0])
    np.multiply(u.c[:-1], f * (1 - f), by_gate[:, :, 1])
    np.multiply(u.tanh_c, o * (1 - o), by_gate[:, :, 2])
    np.multiply(i, 1 - g * g, by_gate[:, :, 3])
    np.multiply(o, 1 - u.tanh_c**2, u.dh_dc)
    W_h_T, add, multiply = net.W_h.T, np.add, np.multiply
    dc, recurrent, through_c = np.zeros((3, B, H))
    arriving = np.empty((B, 4, H))  # dL/dc_t for i, f and g; dL/dh_t for o
    for delta, by_gate_t, dh, dh_dc, f_t in zip(
        u.delta[::-1], by_gate[::-1], u.dh[::-1], u.dh_dc[::-1], f[::-1]
    ):
        add(dh, recurrent, dh)
        multiply(dh, dh_dc, through_c)
        add(dc, through_c, dc)
        arriving[...] = dc[:, None]
        arriving[:, 2] = dh
        multiply(by_gate_t, arriving, by_gate_t)
        multiply(dc, f_t, dc)
        delta.dot(W_h_T, recurrent)
    delta = u.delta.reshape(n * B, 4 * H)
    u.h[:-1].reshape(n * B, H).T.dot(delta, grad.W_h)
    u.onehot[:-1].reshape(n * B, -1).T.dot(delta, grad.W_x)
    delta.sum(0, out=grad.b)


# ==== Training ====================================================================================

HIDDEN, BATCH, LONGEST_GRADIENT = 16, 8, 1.0
LSTMS = {  # initialisation, learning rate of Adam, clipping
    "forget bias 5": ({"forget_bias": 5.0}, 0.01, None),
    "chrono": ({"longest": None}, 0.003, LONGEST_GRADIENT),
}


def fit_lstm(name, seed, T, budget, draw=core.trigger_recall):
    """Train one of `LSTMS` until its choice is right for good, or `budget` batches are used up.

    Half the weight of the loss is on the recall step, half on all the others.
    Returns the net, its buffers, the generator of its data, and the number of
    the first batch of the streak of right ones, or None.
    """
    how, lr, longest_gradient = LSTMS[name]
    rng = generators("lstm", seed, ("init", "data"))
    how = {"longest": T} if "longest" in how else how
    net = init_lstm(rng["init"], HIDDEN, **how)
    grad, u, adam = core.zeros_like(net), unroll_lstm(net, T - 1, BATCH), Adam(len(net.flat), lr)
    weight = half_on_target(T)[..., None] / BATCH

    def learning():
        while True:
            tokens = draw(rng["data"], T, BATCH)
            core.load(u, tokens)
            forward_lstm(net, u)
            right = (u.probs[-1, :, : core.N_TRIGGERS].argmax(axis=1) == tokens[-1]).all()
            np.subtract(u.probs, u.onehot[1:], u.error)
            np.multiply(u.error, weight, u.error)
            backward_lstm(net, grad, u)
            if longest_gradient:
                clip(grad.flat, longest_gradient)
            adam.step(net.flat, grad.flat)
            yield right

    return net, u, rng["data"], until_right(learning(), budget)


def tested_lstm(net, u, fresh):
    """Recall and choice accuracy on sequences (T, `BATCH`), and share of filler right."""
    core.load(u, fresh)
    forward_lstm(net, u)
    recall, choice = core.recall_accuracies(u.probs[-1], fresh[-1])
    filler = u.probs.argmax(axis=-1)[:-1] == fresh[1:-1]
    return {"recall": recall, "choice": choice, "filler": float(filler.mean())}
