"""The GRU: its step by the book, its gradient, a state carried over."""

import numpy as np
import pytest
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.lab import gru


@pytest.mark.parametrize("n_symbols", [3, 40])
def test_gradient_against_central_differences(n_symbols):
    rng = np.random.default_rng(0)
    net = gru.init_gru(rng, 4, n_symbols, n_symbols)
    net.b[...] = rng.normal(size=net.b.shape)
    grad, expected = core.zeros_like(net), core.zeros_like(net)
    u = gru.unroll_gru(net, 9, 3)
    core.load(u, rng.integers(n_symbols, size=(10, 3)))
    u.h[0] = rng.uniform(-1, 1, u.h[0].shape)
    weights = rng.random((9, 3, 1))

    def loss():
        gru.forward_gru(net, u)
        return -(weights[..., 0] * np.log((u.probs * u.onehot[1:]).sum(axis=-1))).sum()

    for _ in range(2):  # the buffers are used again
        loss()
        np.multiply(u.probs - u.onehot[1:], weights, u.error)
        gru.backward_gru(net, grad, u)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


def test_forward_is_the_gru_of_the_books():
    rng = np.random.default_rng(1)
    net = gru.init_gru(rng, 3)
    net.b[...] = rng.normal(size=net.b.shape)
    u, tokens = gru.unroll_gru(net, 5, 2), rng.integers(core.VOCAB, size=(6, 2))
    core.load(u, tokens)
    gru.forward_gru(net, u)
    h = np.zeros((2, 3))

    def sigmoid(s):
        return 1 / (1 + np.exp(-s))

    for t in range(5):
        (z, r, n), (hz, hr, a) = (
            np.split(part, 3, axis=1) for part in (net.W_x[tokens[t]] + net.b, h @ net.W_h)
        )
        z, r = sigmoid(z + hz), sigmoid(r + hr)
        h = (1 - z) * np.tanh(n + r * a) + z * h
        y = h @ net.W_hy + net.b_y
        assert np.allclose(u.h[t + 1], h, rtol=1e-12)
        p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
        assert np.allclose(u.probs[t], p, rtol=1e-12)


def test_the_state_can_be_carried_over():
    rng = np.random.default_rng(2)
    net, tokens = gru.init_gru(rng, 5), rng.integers(core.VOCAB, size=(9, 2))
    whole, part = gru.unroll_gru(net, 8, 2), gru.unroll_gru(net, 4, 2)
    core.load(whole, tokens)
    gru.forward_gru(net, whole)
    for start in (0, 4):
        part.h[0] = part.h[-1]
        core.load(part, tokens[start : start + 5])
        gru.forward_gru(net, part)
        assert np.allclose(part.h[1:], whole.h[1 + start : 5 + start], rtol=1e-12)


def test_weights_are_drawn_and_biases_are_not():
    net = gru.init_gru(np.random.default_rng(3), 16)
    assert not net.b.any() and not net.b_y.any()
    for W in (net.W_x, net.W_h, net.W_hy):
        assert 0.9 / 4 < np.abs(W).max() <= 1 / 4
