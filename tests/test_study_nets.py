"""The networks and the algorithms that the studies add to the core."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies import collapse, controls, lag20, lossless, nets, reach


def same(grad, expected):
    for name in grad._fields[1:]:
        g, e = getattr(grad, name), getattr(expected, name)
        assert np.abs(g - e).max() <= 1e-6 * np.abs(e).max(), name


@pytest.mark.parametrize("how", [{"forget_bias": 5.0}, {"longest": 10}])
def test_lstm_gradient(how):
    rng = np.random.default_rng(0)
    net, grad = nets.init_lstm(rng, 4, **how), nets.zero_lstm(4)
    expected = nets.zero_lstm(4)
    u = nets.unroll_lstm(9, 3, 4)
    core.load(u, rng.integers(core.VOCAB, size=(10, 3)))
    weights = rng.random((9, 1, 1))

    def loss():
        nets.forward_lstm(net, u)
        return -(weights[..., 0] * np.log((u.probs * u.onehot[1:]).sum(axis=-1))).sum()

    loss()
    np.multiply(u.probs - u.onehot[1:], weights, u.error)
    nets.backward_lstm(net, grad, u)
    expected.flat[...] = central_differences(loss, net.flat)
    same(grad, expected)


def test_lstm_forward_is_the_lstm_of_the_books():
    rng = np.random.default_rng(1)
    net, u = nets.init_lstm(rng, 3, forget_bias=1.0), nets.unroll_lstm(5, 1, 3)
    tokens = rng.integers(core.VOCAB, size=6)
    core.load(u, tokens[:, None])
    nets.forward_lstm(net, u)
    h, c = np.zeros((2, 3))

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    for t in range(5):
        i, f, o, g = np.split(net.W_x[tokens[t]] + h @ net.W_h + net.b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        assert np.allclose(u.h[t + 1, 0], h, rtol=1e-12)


def test_chrono_initialisation_spreads_the_time_constants():
    net = nets.init_lstm(np.random.default_rng(0), 500, longest=1200)
    forget = net.b[500:1000]
    assert np.array_equal(net.b[:500], -forget)
    assert forget.min() >= 0 and forget.max() <= np.log(1199)
    assert abs(np.exp(forget).mean() - 600) < 60


def test_gradient_of_the_net_that_also_predicts_a_state():
    rng = np.random.default_rng(2)
    n, B, H, S = 7, 3, 4, 5
    net = core.init_rnn(rng, H, 0.7, n_out=core.VOCAB + S)
    grad, expected = core.zero_rnn(H, n_out=core.VOCAB + S), core.zero_rnn(H, n_out=core.VOCAB + S)
    u = core.unroll(n, B, H, n_out=core.VOCAB + S)
    core.load(u, rng.integers(core.VOCAB, size=(n + 1, B)))
    goals = np.concatenate([u.onehot[1:], rng.normal(size=(n, B, S))], axis=-1)
    (cut,) = collapse.cuts(u, goals, n)

    def loss():
        collapse.forward(net, cut)
        p, state = np.split(cut.u.flat.probs, [core.VOCAB], axis=1)
        symbol, goal = np.split(cut.goals, [core.VOCAB], axis=1)
        return -(symbol * np.log(p)).sum() + 0.5 * ((state - goal) ** 2).sum()

    loss()
    collapse.backward(net, grad, cut)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


def test_gradient_of_the_chunker_with_a_clock():
    rng = np.random.default_rng(3)
    net = core.init_rnn(rng, 4, 0.5, lossless.WIDTH, lossless.WIDTH)
    grad = core.zero_rnn(4, lossless.WIDTH, lossless.WIDTH)
    expected = core.zero_rnn(4, lossless.WIDTH, lossless.WIDTH)
    stream = [(0, 1), (3, 4), (1203, 0), (1204, 6)]
    ones = np.array(lossless.described_all(stream))
    u = core.unroll(3, 1, 4, lossless.WIDTH, lossless.WIDTH)

    def loss():
        lossless.update_clock(net, core.zero_rnn(4, lossless.WIDTH, lossless.WIDTH), u, ones)
        return lossless.clock_loss(u)

    lossless.update_clock(net, grad, u, ones)
    expected.flat[...] = central_differences(loss, net.flat)
    used = np.abs(expected.W_xh).sum(axis=1) > 0  # most digits do not occur
    assert used.sum() > 5 and not grad.W_xh[~used].any()
    assert_same_gradient(grad, expected, 1e-6)
    outputs = lossless.Clock(net).outputs(stream)[:3, : core.VOCAB]  # its own forward pass
    p = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    assert np.allclose(p, u.probs[:, 0, : core.VOCAB], rtol=1e-12)


def test_gradient_of_the_net_with_a_target_unit():
    rng = np.random.default_rng(4)
    n_out = lag20.N_SYMBOLS + 1 + 2
    net = core.init_rnn(rng, 4, 0.5, lag20.N_SYMBOLS, n_out)
    grad = core.zero_rnn(4, lag20.N_SYMBOLS, n_out)
    expected = core.zero_rnn(4, lag20.N_SYMBOLS, n_out)
    u = core.unroll(3, 1, 4, lag20.N_SYMBOLS, n_out)
    core.load(u, rng.integers(lag20.N_SYMBOLS, size=(4, 1)), np.eye(lag20.N_SYMBOLS))
    goals = np.concatenate([u.onehot[1:, 0], rng.random((3, 3))], axis=1)
    goals[:, lag20.TARGET] = 0, 1, 0
    symbols, target = u.flat.probs[:, : lag20.N_SYMBOLS], u.flat.probs[:, lag20.TARGET]

    def loss():
        lag20.predict(net, u, symbols, target)
        d, state = goals[:, lag20.TARGET], u.flat.probs[:, lag20.TARGET + 1 :]
        return (
            -(goals[:, : lag20.N_SYMBOLS] * np.log(symbols)).sum()
            - (d * np.log(target) + (1 - d) * np.log(1 - target)).sum()
            + 0.5 * ((state - goals[:, lag20.TARGET + 1 :]) ** 2).sum()
        )

    loss()
    np.subtract(u.flat.probs, goals, u.flat.error)
    core.backward_from_error(net, grad, u)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


def test_adam_is_the_algorithm_of_the_paper():
    rng = np.random.default_rng(5)
    theta, m, v = rng.normal(size=6), np.zeros(6), np.zeros(6)
    ours, adam = theta.copy(), nets.Adam(6, 0.01)
    for t in range(1, 30):
        g = rng.normal(size=6) * 10 ** rng.uniform(-6, 3)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta -= 0.01 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        adam.step(ours, g)
    assert np.allclose(ours, theta, rtol=1e-10)


def test_the_state_of_c_is_held_between_surprises():
    rng = np.random.default_rng(6)
    chunker = core.init_rnn(rng, 3, 0.5)
    mask = np.array([True, False, False, True, False])
    states = nets.held_states(chunker, np.array([1, 4]), mask)
    first = np.tanh(chunker.W_xh[1] + chunker.b_h)
    second = np.tanh(chunker.W_xh[4] + first @ chunker.W_hh + chunker.b_h)
    assert np.allclose(states, [first, first, first, second, second])


@settings(max_examples=1000, deadline=None)
@given(seed=st.integers(0, 2**40), longest=st.sampled_from([3, 30, 300, 3000]))
def test_expand_undoes_compress(seed, longest):
    rng = np.random.default_rng(seed)
    net, tokens = lossless.random_case(rng, longest, TRAINED)
    events = lossless.compress(net, tokens)
    assert np.array_equal(lossless.expand(net, events, len(tokens)), tokens)


TRAINED = nets.headline_nets(0, T=200)[0]


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**40), threshold=st.floats(0, 0.693))
def test_a_threshold_below_log_2_loses_nothing(seed, threshold):
    net, tokens = lossless.random_case(np.random.default_rng(seed), 200, TRAINED)
    events = lossless.compress(net, tokens, threshold)
    assert np.array_equal(lossless.expand(net, events, len(tokens)), tokens)


def test_a_threshold_above_log_2_can_lose():
    net = core.zero_rnn(1)
    net.b_y[:2] = 5.1, 5.0  # A is a little likelier than B: B costs little more than log 2
    tokens = np.array([0, 1])
    assert lossless.expand(net, lossless.compress(net, tokens, 0.7), 2).tolist() == [0, 1]
    assert lossless.expand(net, lossless.compress(net, tokens, 0.8), 2).tolist() == [0, 0]


def test_events_agree_with_the_cores_losses():
    tokens = core.trigger_recall(np.random.default_rng(0), 200, 1)
    loss, _ = core.score(TRAINED, tokens)
    at = [t for t, _ in lossless.compress(TRAINED, tokens[:, 0], 1.0)]
    assert at == np.flatnonzero(core.surprising(loss, 1.0)[:, 0]).tolist() == [0, 199]


def test_states_along_a_sequence_of_any_length():
    rng = np.random.default_rng(7)
    net = core.init_rnn(rng, 4, 0.8)
    tokens = core.trigger_recall(rng, 50, 2)
    tokens[0] = 0, 1
    h, seen = np.zeros((2, 4)), []
    for symbols in tokens[:-1]:
        h = np.tanh(net.W_xh[symbols] + h @ net.W_hh + net.b_h)
        seen.append(h)
    found = collapse.states_at(net, (50, 7, 31), block=8)
    assert np.allclose(found, [seen[48], seen[5], seen[29]], rtol=1e-12)


def test_states_that_repeat():
    still = core.zero_rnn(3)  # the state is 0 from the first step on
    assert collapse.repeats_after(still) == (5, 5)
    turning = core.zero_rnn(1)
    turning.W_hh[...], turning.W_xh[...] = -3.0, 0.1
    after, period = collapse.repeats_after(turning)
    assert period == 10 and after < 1000  # 5 steps of filler, a sign that turns every step


@pytest.mark.parametrize(
    ("right", "solved"), [([0, 1, 1], 2), ([1, 1], 1), ([1, 0], None), ([0, 1, 0, 1], 4)]
)
def test_solved_means_solved_for_good(right, solved):
    assert collapse.solved_after(np.array(right, bool)) == solved


def test_the_controls_start_from_the_same_weights_and_see_the_same_data():
    config = core.Config(T=12)
    _, _, chunker = nets.headline_nets(0, T=12)
    with_goal, _, _ = collapse.train(config, 3, chunker, epochs=1)
    without, _, _ = collapse.train(config, 3, None, epochs=1)
    full, _, _ = collapse.train(config, None, None, epochs=1)
    assert np.array_equal(with_goal, without) and np.array_equal(with_goal, full)


def test_the_paper_s_stream():
    source = lag20.stream(np.random.default_rng(0), offset=2)
    taken = [next(source) for _ in range(19 + 21 * 50)]
    assert taken[0] == (3, 0.0)
    rest = np.array(taken[19:]).reshape(50, 21, 2)
    assert (rest[:, 1:, 0] == np.arange(2, 22)).all() and set(rest[:, 0, 0]) == {0, 1}
    assert not rest[:, :-1, 1].any() and (rest[:, -1, 1] == (rest[:, 0, 0] == 0)).all()


def test_guessed_nets_are_counted_as_they_act():
    seed, n, H, T = 3, 200, 4, 23
    choice, recall, filler_too = controls.guess((seed, n, H, T))
    rng = np.random.default_rng([seed, H])
    shapes = [(core.VOCAB, H), (H, H), (1, H), (H, core.VOCAB), (1, core.VOCAB)]
    W_xh, W_hh, b_h, W_hy, b_y = (rng.uniform(-100, 100, (n, *shape)) for shape in shapes)
    tokens = core.trigger_recall(rng, T, 2)
    tokens[0] = tokens[-1] = 0, 1
    counted = np.zeros(3, int)
    for net in range(n):
        h, filler = np.zeros((2, H)), True
        for t in range(T - 1):
            h = np.tanh(W_xh[net][tokens[t]] + h @ W_hh[net] + b_h[net])
            logits = h @ W_hy[net] + b_y[net]
            if t < T - 2:
                filler &= bool((logits.argmax(axis=1) == tokens[t + 1]).all())
        right = bool((logits[:, :2].argmax(axis=1) == [0, 1]).all())
        counted += [right, (logits.argmax(axis=1) == [0, 1]).all(), right and filler]
    assert counted.tolist() == [choice, recall, filler_too] and choice > 0


def test_weights_of_the_loss():
    for loss, last in (("all", 1.0), ("half", 0.5), ("recall", 1.0)):
        weights = reach.weights_of_steps(11, loss).reshape(10, reach.BATCH)
        assert (weights == weights[:, :1]).all() and weights[-1, 0] == last
        assert weights[:, 0].sum() == pytest.approx(10 if loss == "all" else 1)
