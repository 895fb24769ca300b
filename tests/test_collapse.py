"""The net that also predicts C's state: gradient, training, controls, what it has kept."""

import numpy as np
import pytest
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.chunker import collapse
from studies.lab import collapsed, training
from studies.lab.optimisers import Adam
from studies.lab.randomness import generators


def test_gradient_of_the_net_that_also_predicts_a_state():
    rng = np.random.default_rng(2)
    n, B, H, S = 7, 3, 4, 5
    net = core.init_rnn(rng, H, 0.7, n_out=core.VOCAB + S)
    grad, expected = core.zeros_like(net), core.zeros_like(net)
    u = core.buffers(net, n, B)
    core.load(u, rng.integers(core.VOCAB, size=(n + 1, B)))
    goals = np.concatenate([u.onehot[1:], rng.normal(size=(n, B, S))], axis=-1)
    (window,) = collapsed.windows(u, goals, n)

    def loss():
        collapsed.forward(net, window)
        p, state = np.split(window.u.probs, [core.VOCAB], axis=-1)
        symbol, goal = np.split(window.goals, [core.VOCAB], axis=-1)
        return -(symbol * np.log(p)).sum() + 0.5 * ((state - goal) ** 2).sum()

    loss()
    core.backward(net, grad, window.u, window.goals)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


# ==== Training, and the controls ==================================================================
def by_the_book(config, window, chunker):
    """One epoch, written once more: what `collapsed.train` should make of the same streams."""
    rng = generators("collapse", config.seed, ("init", "data"))
    symbols = core.init_rnn(rng["init"], config.auto_hidden, core.AUTO_STD)
    state = rng["init"].normal(0, core.AUTO_STD, (config.auto_hidden, config.chunk_hidden))
    state = state if chunker else state[:, :0]
    net = core.zero_rnn(config.auto_hidden, n_out=core.VOCAB + state.shape[1])
    net.W_xh[...], net.W_hh[...] = symbols.W_xh, symbols.W_hh
    net.W_hy[...] = np.hstack([symbols.W_hy, state])
    start = net.W_hh.copy()

    tokens = core.trigger_recall(rng["data"], config.T, core.AUTO_BATCH)
    goals = np.eye(core.VOCAB)[tokens[1:]]
    if chunker:  # C has read the trigger, and nothing else before the target
        held = np.tanh(chunker.W_xh[tokens[0]] + chunker.b_h) * np.sqrt(collapsed.STATE_WEIGHT)
        goals = np.concatenate([goals, np.broadcast_to(held, (config.T - 1, *held.shape))], -1)
    adam, length = Adam(len(net.flat), collapsed.LR), window or config.T - 1
    h = np.zeros((core.AUTO_BATCH, config.auto_hidden))
    for first in range(0, config.T - 1, length):
        steps = range(first, min(first + length, config.T - 1))
        u, grad = core.buffers(net, len(steps), core.AUTO_BATCH), core.zeros_like(net)
        core.load(u, tokens[first : steps[-1] + 2])
        u.hidden[0] = h
        core.forward(net, u)
        y = u.hidden[1:] @ net.W_hy + net.b_y
        p = np.exp(y[..., : core.VOCAB])
        u.probs[...] = y
        u.probs[..., : core.VOCAB] = p / p.sum(axis=-1, keepdims=True)
        core.backward(net, grad, u, goals[first : steps[-1] + 1])
        if window is None:
            grad.flat[...] *= min(1, core.AUTO_BATCH / np.linalg.norm(grad.flat))
        adam.step(net.flat, grad.flat)
        h = u.hidden[-1]
    return start, net


@pytest.fixture(scope="module")
def chunker():
    return training.headline_nets(4, T=12)[2]


@pytest.mark.parametrize(
    ("window", "with_state"), [(3, True), (6, True), (3, False), (6, False), (None, False)]
)
def test_net_and_controls_start_from_the_same_weights_and_see_the_same_data(
    chunker, window, with_state
):
    config, chunker = core.Config(seed=4, T=12), chunker if with_state else None
    before, net, history = collapsed.train(config, window, chunker, epochs=1)
    start, expected = by_the_book(config, window, chunker)
    assert np.array_equal(before, start)
    assert np.allclose(net.flat, expected.flat, rtol=1e-9, atol=1e-12)
    assert history.shape == (1, 1 + with_state)


def test_the_goal_is_the_state_of_c_after_the_symbols_so_far(chunker):
    tokens = np.array([[0, 1], [2, 2], [3, 3], [4, 4]])
    mask = np.array([[1, 1], [0, 1], [1, 0], [0, 0]], bool)
    goals = collapsed.state_goals(chunker, tokens, mask) / np.sqrt(collapsed.STATE_WEIGHT)

    def state(*symbols):
        h = np.zeros(len(chunker.b_h))
        for x in symbols:
            h = np.tanh(chunker.W_xh[x] + h @ chunker.W_hh + chunker.b_h)
        return h

    expected = [[state(0), state(1)], [state(0), state(1, 2)], [state(0, 3), state(1, 2)]]
    assert np.allclose(goals, expected, rtol=1e-12)


def test_the_study_s_control_is_the_same_net_without_the_goal(chunker):
    config, plan = core.Config(seed=4, T=12), collapse.Plan(1, 12, 3, (12, 24))
    found = collapse.one_window(config, plan, 3, chunker)
    before, net, _ = collapsed.train(config, 3, chunker, 3)
    _, control, history = collapsed.train(config, 3, None, 3)
    assert found["radius_before"] == collapse.radius(before)
    assert found["radius"] == collapse.radius(net.W_hh)
    assert found["control_radius"] == collapse.radius(control.W_hh)
    (hidden,) = collapsed.states_at(control, [12])
    assert found["control_choice"] == collapsed.accuracies(control, hidden)[1]
    assert found["control_best"] == (history[:, 0] > 0).mean()


# ==== What the net has kept =======================================================================
@pytest.mark.parametrize(
    ("after_a", "after_b", "margin"),
    [((3, 1), (0, 5), 2), ((5, 0), (1, 2), 1), ((3, 1), (5, 0), -5), ((0, 1), (0, 9), -1)],
)
def test_the_margin_is_the_smaller_of_two(after_a, after_b, margin):
    net = core.zero_rnn(2, n_out=core.VOCAB + 2)
    net.W_hy[:, : core.N_TRIGGERS] = after_a, after_b  # a hidden unit for each trigger
    net.W_hy[:, core.VOCAB :] = np.sqrt(collapsed.STATE_WEIGHT) * np.eye(2)
    reader = core.zero_rnn(2)
    reader.W_hy[:, :2] = [[4, 1], [2, 3]]  # applied to the state of C, not to A's
    assert collapsed.margins(net, np.eye(2)) == [margin]
    assert collapsed.margins(net, np.eye(2), reader) == pytest.approx([margin, 1])


def test_states_along_a_sequence_of_any_length():
    rng = np.random.default_rng(7)
    net = core.init_rnn(rng, 4, 0.8)
    tokens = core.trigger_recall(rng, 50, 2)
    tokens[0] = 0, 1
    h, seen = np.zeros((2, 4)), []
    for symbols in tokens[:-1]:
        h = np.tanh(net.W_xh[symbols] + h @ net.W_hh + net.b_h)
        seen.append(h)
    found = collapsed.states_at(net, (50, 7, 31), block=8)
    assert np.allclose(found, [seen[48], seen[5], seen[29]], rtol=1e-12)


def test_states_that_repeat():
    still = core.zero_rnn(3)  # the state is 0 from the first step on
    assert collapse.repeats_after(still) == (5, 5)
    turning = core.zero_rnn(1)
    turning.W_hh[...], turning.W_xh[...] = -3.0, 0.1
    after, period = collapse.repeats_after(turning)
    assert period == 10 and after < 1000  # 5 steps of filler, a sign that turns every step
    holding = core.zero_rnn(1)  # does not repeat before it has come to rest
    holding.W_hh[...], holding.W_xh[: core.N_TRIGGERS, 0] = 1.5, (0.1, -0.1)
    after, period = collapse.repeats_after(holding)
    assert period == 5 and 20 < after < 1000
    drifting = core.init_rnn(np.random.default_rng(1), 3, 0.9)
    assert collapse.repeats_after(drifting, limit=10) == (None, None)


def test_states_are_the_same_when_they_repeat():
    net = core.init_rnn(np.random.default_rng(8), 4, 0.8)
    after, period = collapse.repeats_after(net)
    tokens = training.both_sequences(after + 2)
    u = core.buffers(net, after + 1, core.N_TRIGGERS)
    core.load(u, tokens)
    core.forward_hidden(net, u)
    assert np.array_equal(u.hidden[-1], u.hidden[-1 - period])  # of t = after, after - period


def test_right_at_every_length_by_the_net_s_own_prediction_and_by_c(chunker):
    net = collapsed.train(core.Config(seed=4, T=12), 3, chunker, 40)[1]
    lengths = (12, 13, 40)
    own, read = collapse.right_at(net, lengths, chunker)
    for T, one, other in zip(lengths, own, read):
        logits = core.score(collapsed.symbols_only(net), training.both_sequences(T))[1]
        assert one == (logits[:, :2].argmax(axis=1).tolist() == [0, 1])
        (hidden,) = collapsed.states_at(net, [T])
        state = (hidden @ net.W_hy + net.b_y)[:, core.VOCAB :] / np.sqrt(collapsed.STATE_WEIGHT)
        of_c = state @ chunker.W_hy + chunker.b_y
        assert other == (of_c[:, :2].argmax(axis=1).tolist() == [0, 1])
