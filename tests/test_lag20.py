"""The 1992 paper's own task: what A and C read, what they learn, when it counts as solved."""

import itertools

import numpy as np
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.chunker import lag20


def test_the_paper_s_sequences():
    source = lag20.endless(np.random.default_rng(0), offset=2)
    taken = [next(source) for _ in range(19 + 21 * 50)]
    assert taken[0] == (3, 0.0)
    rest = np.array(taken[19:]).reshape(50, 21, 2)
    assert (rest[:, 1:, 0] == np.arange(2, 22)).all() and set(rest[:, 0, 0]) == {0, 1}
    assert not rest[:, :-1, 1].any() and (rest[:, -1, 1] == (rest[:, 0, 0] == 0)).all()


def test_gradient_of_the_net_with_a_target_unit():
    rng = np.random.default_rng(4)
    n, n_out = 3, lag20.N_SYMBOLS + 1 + 2
    net = core.init_rnn(rng, 4, 0.5, lag20.N_SYMBOLS, n_out)
    grad, expected = core.zeros_like(net), core.zeros_like(net)
    u = core.buffers(net, n, 1)
    core.load(u, rng.integers(lag20.N_SYMBOLS, size=(n + 1, 1)))
    goals = np.concatenate([u.onehot[1:], rng.random((n, 1, 3))], axis=-1)
    goals[:, 0, lag20.TARGET] = 0, 1, 0

    def loss():
        symbols, target = lag20.forward(net, u)
        d, state = goals[:, 0, lag20.TARGET], u.flat.probs[:, lag20.TARGET + 1 :]
        return (
            -(goals[:, 0, : lag20.N_SYMBOLS] * np.log(symbols)).sum()
            - (d * np.log(target) + (1 - d) * np.log(1 - target)).sum()
            + 0.5 * ((state - goals[:, 0, lag20.TARGET + 1 :]) ** 2).sum()
        )

    loss()
    core.backward(net, grad, u, goals)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


def test_what_a_says_is_probabilities_and_a_state():
    rng = np.random.default_rng(5)
    net = core.init_rnn(rng, 4, 0.5, lag20.N_SYMBOLS, lag20.N_SYMBOLS + 3)
    u = core.buffers(net, 2, 1)
    core.load(u, [[0], [2], [3]])
    symbols, target = lag20.forward(net, u)
    h = np.zeros(4)
    for t, symbol in enumerate((0, 2)):
        h = np.tanh(net.W_xh[symbol] + h @ net.W_hh + net.b_h)
        y = h @ net.W_hy + net.b_y
        p = np.exp(y[: lag20.N_SYMBOLS])
        assert np.allclose(symbols[t], p / p.sum(), rtol=1e-12)
        assert np.isclose(target[t], 1 / (1 + np.exp(-y[lag20.TARGET])), rtol=1e-12)
        assert np.allclose(u.probs[t, 0, -2:], y[-2:], rtol=1e-12)  # C's state, linear


class Noted(lag20.Adam):
    """Adam that keeps the weights before each step, and the gradient."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.steps = []

    def step(self, theta, g):
        self.steps.append((theta.copy(), g.copy()))
        super().step(theta, g)


def test_c_learns_on_line_through_three_events(monkeypatch):
    """Against the same by the book: only the newest event is learnt, from a state held fixed."""
    monkeypatch.setattr(lag20, "Adam", Noted)
    rng = np.random.default_rng(6)
    chunker = lag20.OnlineChunker(rng)
    events = rng.integers(lag20.N_EVENTS, size=8).tolist()
    net = core.zeros_like(chunker.net)
    start = np.zeros(lag20.CHUNK_HIDDEN)

    def after(read, h):
        states = [h]
        for event in read:
            states.append(np.tanh(net.W_xh[event] + states[-1] @ net.W_hh + net.b_h))
        return states

    for n, event in enumerate(events):
        chunker.read(event)
        steps = chunker.adam.steps
        assert len(steps) == max(0, n + 1 - lag20.WINDOW)
        h = np.zeros(lag20.CHUNK_HIDDEN)
        if steps:
            read = events[n - lag20.WINDOW : n]

            def loss(read=read, start=start, event=event):
                y = after(read, start)[-1] @ net.W_hy + net.b_y
                return np.log(np.exp(y).sum()) - y[event]

            net.flat[...], gradient = steps[-1]
            grad, expected = core.zeros_like(net), core.zeros_like(net)
            grad.flat[...] = gradient
            expected.flat[...] = central_differences(loss, net.flat)
            unread = np.setdiff1d(np.arange(lag20.N_EVENTS), read)
            assert not grad.W_xh[unread].any()
            assert_same_gradient(grad, expected, 1e-6)
            _, start, *_, h = after(read, start)
        net.flat[...] = chunker.net.flat
        assert np.allclose(chunker.state, after([event], h)[-1], rtol=1e-12)


def test_what_goes_up_to_c_and_what_a_is_to_say(monkeypatch):
    class Listener:
        events, state = [], np.arange(8.0)

        def read(self, event):
            self.events.append(event)

    goals, backward = [], core.backward

    def noted(net, grad, u, goal):
        goals.append(goal[:, 0].copy())
        backward(net, grad, u, goal)

    monkeypatch.setattr(core, "backward", noted)
    net = core.init_rnn(np.random.default_rng(7), 4, 0.01, 22, 22 + 1 + 8)
    learning = lag20.learn_online(net, np.random.default_rng(8), Listener())
    assert not any(itertools.islice(learning, 4))  # an untrained net is never right
    rng = np.random.default_rng(8)
    source = [*itertools.islice(lag20.endless(rng, int(rng.integers(lag20.WINDOW))), 200)]
    symbols, target = np.array(source).T
    goals = np.concatenate(goals)
    n = len(goals)
    assert n > 60 and {0.0, 1.0} == set(target[:n])
    assert (goals[:, :22].argmax(axis=1) == symbols[1 : n + 1]).all()
    assert (goals[:, :22].sum(axis=1) == 1).all()
    assert np.array_equal(goals[:, lag20.TARGET], target[:n])
    assert np.allclose(goals[:, 23:], np.sqrt(lag20.STATE_WEIGHT) * Listener.state)
    went_up = np.where(target == 1, lag20.TARGET, symbols)
    assert Listener.events == went_up[: len(Listener.events)].tolist()


def test_solved_means_a_hundred_in_a_row():
    streak = lag20.IN_A_ROW
    right = [True] * (streak - 1) + [False] + [True] * streak
    assert lag20.sequences_until_solved(right, 1000) == 2 * streak
    assert lag20.sequences_until_solved(right, 2 * streak - 1) is None
    assert lag20.sequences_until_solved(itertools.repeat(False), 1000) is None


def test_without_c_the_task_is_not_solved_and_nothing_of_c_is_learnt():
    net, n_sequences = lag20.run(0, False, 200)
    assert n_sequences is None and len(net.b_y) == lag20.N_SYMBOLS + 1


def by_the_book(net, seed, n_sequences):
    """`lag20.frozen`, one symbol at a time."""
    rng, h, p, right = np.random.default_rng([seed, 6]), np.zeros(lag20.HIDDEN), None, 0
    for _ in range(n_sequences):
        trigger, good = int(rng.integers(2)), True
        for symbol in (trigger, *range(2, 22)):
            if symbol >= 2:
                good = good and p.argmax() == symbol
            h = np.tanh(net.W_xh[symbol] + h @ net.W_hh + net.b_h)
            outputs = h @ net.W_hy + net.b_y
            p, target = outputs[:22], 1 / (1 + np.exp(-outputs[22]))
            good = good and abs(target - (symbol == 21 and trigger == 0)) <= lag20.TOLERANCE
        right += bool(good)
    return right


def test_frozen_counts_what_a_does_by_itself():
    net, n_sequences = lag20.run(0, True, 2500)
    assert n_sequences is not None
    counts = []
    for damage in (0.0, 0.05, 0.1):
        damaged = core.zeros_like(net)
        damaged.flat[...] = net.flat
        damaged.W_hy[:, lag20.TARGET] *= 1 - 8 * damage
        damaged.W_hh[...] *= 1 - damage
        counts.append(lag20.frozen(damaged, 3, 50))
        assert counts[-1] == by_the_book(damaged, 3, 50)
    assert counts[0] >= 49 > counts[1] > 0
    net.b_y[lag20.FIRST] -= 100  # right but for b1, which it never predicts
    assert lag20.frozen(net, 3, 50) == by_the_book(net, 3, 50) == 0
