"""Jacobians, their products and Lyapunov exponents, each against another way to them."""

import numpy as np
import pytest

from studies.lab import dynamics, letters

LINEAR = np.array([[0.9, 0.3], [-0.2, 0.7]])


def small_net():
    net = letters.orthogonal_rnn(np.random.default_rng(0), 5, 4)
    net.b_h[:] = np.linspace(-0.3, 0.4, 5)
    return net


def test_a_product_is_the_derivative_of_the_last_state():
    """Central differences of h_5 by h_{-1}; a product is dh_t/dh_k."""
    net, symbols = small_net(), np.array([0, 3, 1, 1, 2, 0])
    h = np.linspace(-0.5, 0.5, 5)
    J = dynamics.jacobians(net, dynamics.states_of(net, symbols, h))
    found = dynamics.products(J)
    assert np.array_equal(found[0], np.eye(5)) and np.array_equal(found[1], J[0])
    by_hand = np.empty((5, 5))
    for i, unit in enumerate(np.eye(5)):
        up, down = (dynamics.states_of(net, symbols, h + s * 1e-5 * unit)[-1] for s in (1, -1))
        by_hand[i] = (up - down) / 2e-5
    assert found[-1] == pytest.approx(by_hand, abs=1e-9)


def test_the_derivative_by_the_complex_step():
    """To rounding: Im f(h + i eps) / eps has no difference in it."""
    net, symbols = small_net(), np.array([0, 3, 1, 1, 2, 0])
    h = np.linspace(-0.5, 0.5, 5)
    J = dynamics.jacobians(net, dynamics.states_of(net, symbols, h))
    state = h + 1e-30j * np.eye(5)
    for x in symbols:
        state = np.tanh(net.W_xh[x] + state @ net.W_hh + net.b_h)
    assert dynamics.products(J)[-1] == pytest.approx(state.imag / 1e-30, rel=1e-12, abs=1e-15)


def test_states_go_on_from_where_they_are():
    net, symbols = small_net(), np.array([0, 3, 1, 1, 2, 0])
    whole = dynamics.states_of(net, symbols)
    assert np.allclose(whole[3:], dynamics.states_of(net, symbols[3:], whole[2]), atol=1e-15)


def test_radius_and_norm():
    assert dynamics.radius(LINEAR) == pytest.approx(np.sqrt(0.69), abs=1e-12)
    assert dynamics.norms(np.stack([LINEAR, 2 * LINEAR])) == pytest.approx(
        [np.linalg.norm(LINEAR, 2), 2 * np.linalg.norm(LINEAR, 2)]
    )


def test_exponents_of_a_linear_map_are_the_logs_of_its_eigenvalues():
    W = np.array([[0.9, 0.5, 0.1], [0.0, 0.6, -0.4], [0.0, 0.0, 0.2]])
    growth = dynamics.lyapunov([W] * 400, 3)
    assert growth.shape == (400, 3)
    assert growth[100:].mean(axis=0) == pytest.approx(np.log([0.9, 0.6, 0.2]), abs=1e-6)
    assert dynamics.lyapunov(iter([W] * 400), 1)[100:].mean() == pytest.approx(
        np.log(0.9), abs=1e-6
    )


def test_exponent_of_the_logistic_map():
    """At r = 4 it is log 2; the sum of all of a map's is the mean log |det|."""
    x, J = 0.3, []
    for _ in range(20_000):
        J.append(np.array([[4 - 8 * x]]))
        x = 4 * x * (1 - x)
    assert dynamics.lyapunov(J, 1).mean() == pytest.approx(np.log(2), rel=0.01)


def test_the_sum_of_all_exponents_is_the_mean_log_determinant():
    net = small_net()
    symbols = np.random.default_rng(1).integers(4, size=200)
    J = dynamics.jacobians(net, dynamics.states_of(net, symbols))
    assert dynamics.lyapunov(J, 5).sum() == pytest.approx(np.linalg.slogdet(J)[1].sum(), rel=1e-9)


def test_a_direction_that_is_lost_has_the_exponent_minus_infinity():
    assert dynamics.lyapunov([np.zeros((2, 2))], 1)[0, 0] == -np.inf
