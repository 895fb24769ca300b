"""A net as a dynamical system: Jacobians of its steps, their products, Lyapunov exponents.

As in the module a state is a row, so J_t = dh_t/dh_{t-1} has the entry dh_t[j]/dh_{t-1}[i] in
row i, column j, and products are taken from left to right in time: dh_t/dh_k = J_{k+1} .. J_t.
"""

from __future__ import annotations

import numpy as np

import chunker_very_deep_1200 as core


def states_of(net, symbols, h=None):
    """h_0 .. h_{n-1}, which have read x_0 .. x_{n-1}, (n, H); h_{-1} is `h`, else 0."""
    u = core.buffers(net, len(symbols), 1)
    u.tokens[:-1, 0] = symbols
    if h is not None:
        u.hidden[0, 0] = h
    core.forward_hidden(net, u)
    return u.flat.h


def jacobians(net, hidden):
    """J_t = W_hh diag(1 - h_t^2) of the steps that end in these states: (n, H) -> (n, H, H)."""
    return net.W_hh * (1.0 - hidden * hidden)[:, None, :]


def products(J):
    """I, J_1, J_1 J_2, ..: (n + 1, H, H) from (n, H, H)."""
    found = np.empty((len(J) + 1, *J.shape[1:]))
    found[0] = np.eye(J.shape[1])
    for before, step, after in zip(found, J, found[1:]):
        before.dot(step, after)
    return found


def radius(W):
    """The spectral radius: the largest |eigenvalue|."""
    return float(np.abs(np.linalg.eigvals(W)).max())


def norms(matrices):
    """Spectral norms, the largest singular values: (n,) from (n, H, H)."""
    return np.linalg.svd(matrices, compute_uv=False)[:, 0]


def lyapunov(J, n_exponents):
    """Growth per step along each of the `n_exponents` fastest growing directions, falling: nats.

    By QR after every step (Benettin et al. 1980): with Q_t R_t = J_t^T Q_{t-1} they are the
    means over t of log |R_t[i, i]|. `J`, (H, H) each, may be any iterable: it is read once.

    Returns
    -------
    growth : array (n, n_exponents)
        log |R_t[i, i]| of every step: its mean over t is the exponent, its mean over a
        window the finite-time exponent.
    """
    Q, growth = None, []
    for step in J:
        if Q is None:
            Q = np.eye(len(step))[:, :n_exponents]
        Q, R = np.linalg.qr(step.T.dot(Q))
        growth.append(np.abs(np.diag(R)))
    with np.errstate(divide="ignore"):  # a direction that is lost in one step
        return np.log(growth)
