"""A GRU: its forward pass and its gradient by full BPTT."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

# ==== The net =====================================================================================
#
#     [z r]_t = sigmoid(x_t W_x + h_{t-1} W_h + b)      columns of z and r
#     a_t = h_{t-1} W_h                                 columns of n
#     n_t = tanh(x_t W_x + b + r_t a_t)                 columns of n
#     h_t = n_t + z_t (h_{t-1} - n_t)
#     p_t = softmax(h_t W_hy + b_y)
#
# After Cho et al. (2014), equations 5 to 8, but that r_t multiplies h_{t-1} W_h and not h_{t-1}:
# so torch and cuDNN have it, and one product serves all three. Their second bias of n is left out.


class GRU(NamedTuple):
    """The parameters of a GRU, or a gradient: views into one flat vector."""

    flat: np.ndarray
    W_x: np.ndarray  # (n_in, 3 hidden), columns in the order z, r, n
    W_h: np.ndarray  # (hidden, 3 hidden)
    b: np.ndarray  # (3 hidden,)
    W_hy: np.ndarray  # (hidden, n_out)
    b_y: np.ndarray  # (n_out,)


def zero_gru(n_hidden, n_in=core.VOCAB, n_out=core.VOCAB):
    """A `GRU` of zeros."""
    H = n_hidden
    return GRU(*core.one_vector([(n_in, 3 * H), (H, 3 * H), (3 * H,), (H, n_out), (n_out,)]))


def init_gru(rng, n_hidden, n_in=core.VOCAB, n_out=core.VOCAB):
    """A `GRU` with weights uniform in +-1/sqrt(hidden), biases 0."""
    net = zero_gru(n_hidden, n_in, n_out)
    for W in (net.W_x, net.W_h, net.W_hy):
        W[...] = rng.uniform(-1, 1, W.shape) / math.sqrt(n_hidden)
    return net


class UnrolledGRU(NamedTuple):
    """Buffers of a GRU over n steps and a batch of B sequences, used again and again."""

    tokens: np.ndarray  # (n + 1, B)
    onehot: np.ndarray  # (n + 1, B, n_in)
    h: np.ndarray  # (n + 1, B, H), h_{-1} first
    gates: np.ndarray  # (n, B, 3 H): z, r, n
    recurrent: np.ndarray  # (n, B, 3 H), h_{t-1} W_h; z's and r's halves of it, n's as a_t
    probs: np.ndarray  # (n, B, n_out)
    error: np.ndarray  # (n, B, n_out), dL/dy_t
    dh: np.ndarray  # (n, B, H), dL/dh_t
    delta: np.ndarray  # (n, B, 3 H), dL/d(h_{t-1} W_h + ..): of z, r and a
    delta_n: np.ndarray  # (n, B, H), dL/d(argument of n)


def unroll_gru(net, n_steps, batch):
    """Buffers for `n_steps` predictions over `batch` sequences, h_{-1} = 0."""
    n, B, H, n_in, n_out = n_steps, batch, len(net.W_hy), len(net.W_x), len(net.b_y)
    shapes = [
        (n + 1, B, n_in), (n + 1, B, H), (n, B, 3 * H), (n, B, 3 * H), (n, B, n_out),
        (n, B, n_out), (n, B, H), (n, B, 3 * H), (n, B, H),
    ]  # fmt: skip
    return UnrolledGRU(np.zeros((n + 1, B), np.intp), *map(np.zeros, shapes))


def forward_gru(net, u):
    """States and predictions.

    sigmoid(s) = (1 + tanh(s / 2)) / 2: the weights of z and r are halved beforehand.
    """
    H = u.h.shape[-1]
    half = np.ones(3 * H)
    half[: 2 * H] = 0.5
    ((net.W_x + net.b) * half).take(u.tokens[:-1], axis=0, out=u.gates, mode="clip")
    W_h = net.W_h * half
    z, r, n = (u.gates[..., k * H : (k + 1) * H] for k in range(3))
    both, recurrent_both = u.gates[..., : 2 * H], u.recurrent[..., : 2 * H]
    a, product = u.recurrent[..., 2 * H :], np.empty_like(u.h[0])
    add, subtract, multiply, tanh = np.add, np.subtract, np.multiply, np.tanh
    for s, into_s, recurrent, a_t, z_t, r_t, n_t, h_prev, h in zip(
        both, recurrent_both, u.recurrent, a, z, r, n, u.h, u.h[1:]
    ):
        h_prev.dot(W_h, recurrent)
        add(s, into_s, s)
        tanh(s, s)
        add(s, 1.0, s)
        multiply(s, 0.5, s)
        multiply(r_t, a_t, product)
        add(n_t, product, n_t)
        tanh(n_t, n_t)
        subtract(h_prev, n_t, product)
        multiply(z_t, product, product)
        add(n_t, product, h)
    probs = u.probs.reshape(-1, u.probs.shape[-1])
    core.softmax(core.read_out(net, u.h[1:].reshape(-1, H), probs))


def backward_gru(net, grad, u):
    """Full BPTT from u.error = dL/d(logits), written into `grad`."""
    n_steps, B, H = u.dh.shape
    error, h = u.error.reshape(n_steps * B, -1), u.h[1:].reshape(n_steps * B, H)
    h.T.dot(error, grad.W_hy)
    error.sum(0, out=grad.b_y)
    error.dot(net.W_hy.T, u.dh.reshape(n_steps * B, H))
    z, r, n = (u.gates[..., k * H : (k + 1) * H] for k in range(3))
    # Every argument acts on h_t by a factor that does not depend on the future: all steps at
    # once, so that the loop only multiplies by dL/dh_t.
    by_argument = u.delta.reshape(n_steps, B, 3, H)
    np.multiply(1 - z, 1 - n * n, u.delta_n)
    np.multiply(u.h[:-1] - n, z * (1 - z), by_argument[:, :, 0])
    np.multiply(u.delta_n, u.recurrent[..., 2 * H :] * r * (1 - r), by_argument[:, :, 1])
    np.multiply(u.delta_n, r, by_argument[:, :, 2])
    W_h_T, add, multiply = net.W_h.T, np.add, np.multiply
    arriving, kept = np.zeros((2, B, H))
    for delta, by_argument_t, dh, z_t in zip(u.delta[::-1], by_argument[::-1], u.dh[::-1], z[::-1]):
        add(dh, arriving, dh)
        multiply(by_argument_t, dh[:, None], by_argument_t)
        delta.dot(W_h_T, arriving)
        multiply(dh, z_t, kept)
        add(arriving, kept, arriving)
    u.h[:-1].reshape(n_steps * B, H).T.dot(u.delta.reshape(n_steps * B, 3 * H), grad.W_h)
    # The input reaches n directly, not through r.
    np.multiply(u.delta_n, u.dh, u.delta_n)
    u.delta[..., 2 * H :] = u.delta_n
    delta = u.delta.reshape(n_steps * B, 3 * H)
    u.onehot[:-1].reshape(n_steps * B, -1).T.dot(delta, grad.W_x)
    delta.sum(0, out=grad.b)
