"""What studies share: the LSTM, Adam, when a task is solved, C's state between its events."""

import itertools

import numpy as np
import pytest
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.lab import collapsed, intervals, lstm, training
from studies.lab.optimisers import Adam, clip


# ==== LSTM ========================================================================================
@pytest.mark.parametrize(
    ("how", "n_symbols"), [({"forget_bias": 5.0}, 7), ({"longest": 10}, 7), ({"longest": 10}, 40)]
)
def test_lstm_gradient(how, n_symbols):
    rng = np.random.default_rng(0)
    net = lstm.init_lstm(rng, 4, **how, n_in=n_symbols, n_out=n_symbols)
    grad, expected = core.zeros_like(net), core.zeros_like(net)
    u = lstm.unroll_lstm(net, 9, 3)
    core.load(u, rng.integers(n_symbols, size=(10, 3)))
    weights = rng.random((9, 1, 1))

    def loss():
        lstm.forward_lstm(net, u)
        return -(weights[..., 0] * np.log((u.probs * u.onehot[1:]).sum(axis=-1))).sum()

    loss()
    np.multiply(u.probs - u.onehot[1:], weights, u.error)
    lstm.backward_lstm(net, grad, u)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


def test_lstm_forward_is_the_lstm_of_the_books():
    rng = np.random.default_rng(1)
    net = lstm.init_lstm(rng, 3, forget_bias=1.0)
    u, tokens = lstm.unroll_lstm(net, 5, 1), rng.integers(core.VOCAB, size=6)
    core.load(u, tokens[:, None])
    lstm.forward_lstm(net, u)
    h, c = np.zeros((2, 3))

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    for t in range(5):
        i, f, o, g = np.split(net.W_x[tokens[t]] + h @ net.W_h + net.b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        y = h @ net.W_hy + net.b_y
        assert np.allclose(u.h[t + 1, 0], h, rtol=1e-12)
        assert np.allclose(u.probs[t, 0], np.exp(y) / np.exp(y).sum(), rtol=1e-12)


def test_chrono_initialisation_spreads_the_time_constants():
    net = lstm.init_lstm(np.random.default_rng(0), 500, longest=1200)
    forget = net.b[500:1000]
    assert np.array_equal(net.b[:500], -forget)
    assert forget.min() >= 0 and forget.max() <= np.log(1199)
    assert abs(np.exp(forget).mean() - 600) < 60


@pytest.mark.parametrize("name", lstm.LSTMS)
def test_an_lstm_is_trained_until_it_is_right(name):
    net, u, data, solved = lstm.fit_lstm(name, seed=100, T=20, budget=600)
    assert 1 <= solved <= 600 - training.STREAK
    fresh = core.trigger_recall(data, 20, lstm.BATCH)
    found, says = lstm.tested_lstm(net, u, fresh), u.probs.argmax(axis=-1)
    right = says == fresh[1:]
    assert found == {"choice": 1, "recall": right[-1].mean(), "filler": right[:-1].mean()}
    assert lstm.fit_lstm(name, seed=100, T=20, budget=solved + training.STREAK - 2)[3] is None


def test_an_lstm_that_always_says_1_and_rather_a_than_b():
    net = lstm.init_lstm(np.random.default_rng(0), 4, forget_bias=1.0)
    net.flat[...] = 0
    net.b_y[:3] = 1.0, 0.5, 2.0
    tokens = core.trigger_recall(np.random.default_rng(1), 12, lstm.BATCH)  # 1 at 1 and at 6
    found = lstm.tested_lstm(net, lstm.unroll_lstm(net, 11, lstm.BATCH), tokens)
    of_a = float((tokens[0] == 0).mean())
    assert 0 < of_a < 1 and found == {"recall": 0.0, "choice": of_a, "filler": 2 / 10}


# ==== Adam, clipping ==============================================================================
def test_adam_is_the_algorithm_of_the_paper():
    rng = np.random.default_rng(5)
    theta, m, v = rng.normal(size=6), np.zeros(6), np.zeros(6)
    ours, adam = theta.copy(), Adam(6, 0.01)
    for t in range(1, 30):
        g = rng.normal(size=6) * 10 ** rng.uniform(-6, 3)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta -= 0.01 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        adam.step(ours, g)
    assert np.allclose(ours, theta, rtol=1e-10)


def test_clipping_shortens_what_is_too_long():
    long, short = np.array([3.0, 4.0]), np.array([0.3, 0.4])
    clip(long, 1.0)
    clip(short, 1.0)
    assert np.allclose(long, [0.6, 0.8]) and short.tolist() == [0.3, 0.4]


# ==== When a task is solved, and how steps are weighted ===========================================
@pytest.mark.parametrize(
    ("right", "solved"),
    [([0, 1, 1], 2), ([1, 1], 1), ([1, 0], None), ([0, 1, 0, 1], 4), ([], None)],
)
def test_solved_means_solved_for_good(right, solved):
    assert training.solved_after(np.array(right, bool)) == solved


def test_training_goes_on_until_a_streak_of_right_batches():
    n = training.STREAK
    broken = [True] * (n - 1) + [False]
    assert training.until_right(itertools.repeat(True), 1000) == 1
    assert training.until_right(iter(broken + [True] * 1000), 1000) == n + 1
    assert training.until_right(iter(broken + [True] * 1000), 2 * n) == n + 1
    assert training.until_right(iter(broken + [True] * 1000), 2 * n - 1) is None
    assert training.until_right(itertools.cycle(broken), 1000) is None
    learning = iter(range(1, 1000))  # every number but 0 is right
    training.until_right(learning, 1000)
    assert next(learning) == n + 1  # nothing is learnt beyond the streak


def test_half_of_the_loss_on_the_target():
    weight = training.half_on_target(12)
    assert weight.shape == (11, 1) and weight[-1] == 0.5
    assert weight[:-1].sum() == pytest.approx(0.5) and np.ptp(weight[:-1]) == 0


def test_a_start_from_the_identity():
    net = training.identity_rnn(np.random.default_rng(0), 400)
    assert np.array_equal(net.W_hh, np.eye(400))
    assert net.W_xh.std() == pytest.approx(0.1, rel=0.1)
    assert net.W_hy.std() == pytest.approx(1 / 20, rel=0.1)


# ==== Nets of the headline run, and what is asked of nets =========================================
def test_nets_of_the_headline_are_those_of_run():
    results = core.run(core.Config(seed=3, T=30))
    automatizer, threshold, chunker = training.headline_nets(3, T=30)
    assert threshold == results["hyperparameters"]["threshold"]
    tokens = core.trigger_recall(core.random_streams(3)["trace"], 30, 1)
    loss, _ = core.score(automatizer, tokens)
    assert loss[:, 0].tolist() == results["surprise_trace"]["loss"][1:]
    (event,) = core.compress(automatizer, tokens, threshold)
    norms = core.gradient_norms(chunker, event.symbols)
    assert norms.tolist() == results["chunker_grad_norms"]


def test_share_of_the_filler_that_is_right():
    net = core.zero_rnn(1)
    net.b_y[4] = 1.0  # always says the third of five filler symbols
    assert training.filler_right(net, 12) == pytest.approx(2 / 10)
    tokens = training.both_sequences(12)
    assert tokens[0].tolist() == tokens[-1].tolist() == [0, 1]
    assert (tokens[1:-1].T == [2, 3, 4, 5, 6, 2, 3, 4, 5, 6]).all()


def test_the_state_of_c_is_held_between_its_events():
    rng = np.random.default_rng(6)
    chunker = core.init_rnn(rng, 3, 0.5)
    mask = np.array([True, False, False, True, False])
    states = collapsed.held_states(chunker, np.array([1, 4]), mask)
    first = np.tanh(chunker.W_xh[1] + chunker.b_h)
    second = np.tanh(chunker.W_xh[4] + first @ chunker.W_hh + chunker.b_h)
    assert np.allclose(states, [first, first, first, second, second])


def test_shares_in_words_stay_shares():
    near_one = {"mean": 0.98, "interval": [0.93, 1.03]}
    assert intervals.percent_of_shares(near_one) == "98.0% (93.0% to 100.0%)"
    assert intervals.percent_of_shares({"mean": 0.0, "interval": [-0.1, 0.1]}) == (
        "0.0% (0.0% to 10.0%)"
    )
    assert intervals.percent(near_one) == "98.0% (93.0% to 103.0%)"
