"""An RNN whose state moves at every step only as far as a strength between 0 and 1 lets it.

    s_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)
    h_t = (1 - u_t) h_{t-1} + u_t s_t             u_t in [0, 1]
    p_t = softmax(h_t W_hy + b_y)                 p_t predicts x_{t+1}

With u_t = 1 it is the module's net, with u_t = 0 the state stands still. So a chunker that
is updated at its events alone is this net with strengths 0 and 1.
"""

from __future__ import annotations

import numpy as np

import chunker_very_deep_1200 as core


def forward(net, u, strength):
    """States and predictions into the buffers.

    Parameters
    ----------
    net : RNN
    u : Unrolled
        With tokens x_0 .. x_n loaded, (n + 1, B).
    strength : array (n, B, 1)
        That of x_0 .. x_{n-1}.

    Returns
    -------
    proposed : array (n, B, hidden)
        The s_t.
    """
    proposed = (net.W_xh + net.b_h)[u.tokens[:-1]]
    recurrent, W_hh = np.empty_like(u.hidden[0]), net.W_hh
    add, subtract, multiply, tanh = np.add, np.subtract, np.multiply, np.tanh
    for (h_prev, h), s, by in zip(u.steps, proposed, strength):
        h_prev.dot(W_hh, recurrent)
        add(s, recurrent, s)
        tanh(s, s)
        subtract(s, h_prev, h)
        multiply(h, by, h)
        add(h, h_prev, h)
    core.softmax(core.read_out(net, u.flat.h, u.flat.probs))
    return proposed


def flow_back(net, dh, proposed, strength):
    """From what the outputs of each step contribute to dL/dh_t all of it, in place: (n, B, hidden).

    Returns dL/d(argument of tanh), of the same shape.
    """
    delta = strength * (1.0 - proposed * proposed)
    kept = 1.0 - strength
    W_hh_T, add, multiply = net.W_hh.T, np.add, np.multiply
    arriving, straight = np.zeros((2, *dh.shape[1:]))
    for dh_t, delta_t, kept_t in zip(dh[::-1], delta[::-1], kept[::-1]):
        add(dh_t, arriving, dh_t)
        multiply(dh_t, delta_t, delta_t)
        delta_t.dot(W_hh_T, arriving)
        multiply(dh_t, kept_t, straight)
        add(arriving, straight, arriving)
    return delta


def backward(net, grad, u, proposed, strength, weight):
    """Gradient of the loss summed over steps and batch, into `grad`: full BPTT.

    `weight` (n, B) is that of the loss of each of x_1 .. x_n; the strengths are constants.
    `u.delta` is then dL/dh_t.
    """
    np.subtract(u.probs, u.onehot[1:], u.error)
    np.multiply(u.error, weight[..., None], u.error)
    core.backward_output(net, grad, u)
    delta = flow_back(net, u.delta, proposed, strength).reshape(u.flat.delta.shape)
    u.flat.h_prev.T.dot(delta, grad.W_hh)
    u.flat.x.T.dot(delta, grad.W_xh)
    u.flat.ones.dot(delta, grad.b_h)


def reach_back(net, u, proposed, strength):
    """dL/dh_t of the loss of the last prediction alone, (n, B, hidden), after `forward`."""
    dh = np.zeros_like(u.hidden[1:])
    dh[-1] = (u.probs[-1] - u.onehot[-1]).dot(net.W_hy.T)
    flow_back(net, dh, proposed, strength)
    return dh
