"""What several studies train with beyond the core: Adam, an LSTM, C's state as a goal for A."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1), in place on a flat vector of parameters.

    Both moments are kept without their factors 1 - beta; these and the bias
    corrections go into two scalars, the step size a and the constant e:

        m <- beta1 m + g      v <- beta2 v + g^2      theta <- theta - a m / (sqrt(v) + e)
    """

    def __init__(self, n_parameters, lr, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.lr, self.beta1, self.beta2, self.epsilon = lr, beta1, beta2, epsilon
        self.m, self.v, self.step_taken = np.zeros((3, n_parameters))
        self.t = 0

    def step(self, theta, g):
        """Move `theta` down the gradient `g`; both of shape (n_parameters,)."""
        m, v, step = self.m, self.v, self.step_taken
        self.t += 1
        scale = math.sqrt((1 - self.beta2**self.t) / (1 - self.beta2))
        rate = self.lr * scale * (1 - self.beta1) / (1 - self.beta1**self.t)
        m *= self.beta1
        m += g
        np.multiply(g, g, step)
        v *= self.beta2
        v += step
        np.sqrt(v, step)
        step += self.epsilon * scale
        np.divide(m, step, step)
        step *= rate
        theta -= step


def clip(g, norm):
    """Shorten the gradient `g`, in place, to at most `norm`."""
    g *= norm / max(norm, math.sqrt(g.dot(g)))


# --------------------------------------------------------------------------
# LSTM with forget gate (Hochreiter and Schmidhuber 1997; Gers et al. 2000)
#
#     [i f o g]_t = x_t W_x + h_{t-1} W_h + b      i, f, o sigmoid, g tanh
#     c_t = f_t c_{t-1} + i_t g_t
#     h_t = o_t tanh(c_t)
#     p_t = softmax(h_t W_hy + b_y)
# --------------------------------------------------------------------------


class LSTM(NamedTuple):
    """The parameters of an LSTM, or a gradient: views into one flat vector."""

    flat: np.ndarray
    W_x: np.ndarray  # (VOCAB, 4 hidden), columns in the order i, f, o, g
    W_h: np.ndarray  # (hidden, 4 hidden)
    b: np.ndarray  # (4 hidden,)
    W_hy: np.ndarray  # (hidden, VOCAB)
    b_y: np.ndarray  # (VOCAB,)


def zero_lstm(n_hidden):
    """An `LSTM` of zeros: a place for a gradient."""
    H, V = n_hidden, core.VOCAB
    return LSTM(*core.one_vector([(V, 4 * H), (H, 4 * H), (4 * H,), (H, V), (V,)]))


def init_lstm(rng, n_hidden, forget_bias=None, longest=None):
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
    net = zero_lstm(n_hidden)
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
    onehot: np.ndarray  # (n + 1, B, VOCAB)
    h: np.ndarray  # (n + 1, B, H), h_{-1} first
    c: np.ndarray  # (n + 1, B, H), c_{-1} first
    gates: np.ndarray  # (n, B, 4 H): i, f, o, g
    tanh_c: np.ndarray  # (n, B, H)
    probs: np.ndarray  # (n, B, VOCAB)
    error: np.ndarray  # (n, B, VOCAB), dL/d(logits)
    dh: np.ndarray  # (n, B, H), dL/dh_t
    dh_dc: np.ndarray  # (n, B, H)
    delta: np.ndarray  # (n, B, 4 H), dL/d(arguments of the gates)


def unroll_lstm(n_steps, batch, n_hidden):
    n, B, H, V = n_steps, batch, n_hidden, core.VOCAB
    shapes = [
        (n + 1, B, V), (n + 1, B, H), (n + 1, B, H), (n, B, 4 * H), (n, B, H), (n, B, V),
        (n, B, V), (n, B, H), (n, B, H), (n, B, 4 * H),
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
    probs = u.probs.reshape(-1, core.VOCAB)
    u.h[1:].reshape(-1, H).dot(net.W_hy, probs)
    probs += net.b_y
    np.exp(probs, probs)
    probs /= probs.dot(core.SUM_SYMBOLS)


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


# --------------------------------------------------------------------------
# C of the headline run, and how what it knows is held between surprises
# --------------------------------------------------------------------------


def headline_nets(seed, **changes):
    """Automatizer, threshold and chunker of the headline run with this seed."""
    config = core.Config(seed=seed, **changes)
    rng = core.random_streams(seed)
    automatizer, _ = core.train_automatizer(config, rng, core.silent)
    probe = core.trigger_recall(rng["probe"], config.T, core.N_PROBE)
    threshold = core.surprise_threshold(automatizer, probe)
    chunker, *_ = core.train_chunker(config, rng, automatizer, threshold, core.silent)
    return automatizer, threshold, chunker


def held_states(chunker, events, mask):
    """C's hidden state at every step of a sequence: it changes at surprises alone.

    Parameters
    ----------
    chunker : RNN
    events : int array of shape (k,)
        The surprising symbols.
    mask : bool array of shape (T,)
        The steps at which they came.

    Returns
    -------
    states : array of shape (T, hidden)
        Row t is the state after the surprises at steps 0 .. t.
    """
    u = core.unroll(len(events), 1, len(chunker.b_h))
    u.tokens[:-1, 0] = events
    core.forward_hidden(chunker, u)
    return u.hidden[np.cumsum(mask), 0]


# --------------------------------------------------------------------------
# What nets are asked
# --------------------------------------------------------------------------


def both_sequences(T):
    """The two sequences that there are of length T, after A and after B: (T, 2)."""
    tokens = core.trigger_recall(np.random.default_rng(0), T, core.N_TRIGGERS)
    tokens[0] = tokens[-1] = range(core.N_TRIGGERS)
    return tokens


def filler_right(net, T):
    """Share of the filler of both sequences that is the net's most probable symbol."""
    tokens = both_sequences(T)
    u = core.unroll(T - 1, core.N_TRIGGERS, len(net.b_h))
    core.load(u, tokens)
    core.forward_hidden(net, u)
    logits = u.hidden[1:].dot(net.W_hy[:, : core.VOCAB]) + net.b_y[: core.VOCAB]
    return float((logits.argmax(axis=-1) == tokens[1:])[:-1].mean())
