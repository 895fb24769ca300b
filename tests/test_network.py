"""The gradients, against arithmetic that shares no code with them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chunker_very_deep_1200 as core

WEIGHTS = core.RNN._fields[1:]


def loss_by_the_book(net, tokens, start=None, last_only=False):
    """The sum of -log p over steps and batch, one step and one sequence at a time."""
    total = 0.0
    for b in range(tokens.shape[1]):
        h = np.zeros(len(net.b_h)) if start is None else start[b]
        for t in range(len(tokens) - 1):
            h = np.tanh(net.W_xh[tokens[t, b]] + h @ net.W_hh + net.b_h)
            y = h @ net.W_hy + net.b_y
            if not last_only or t == len(tokens) - 2:
                total += np.log(np.sum(np.exp(y))) - y[tokens[t + 1, b]]
    return total


def central_differences(f, vector, step=1e-5):
    """df/dvector; `f` reads the vector in place."""
    gradient = np.zeros_like(vector)
    for i in range(vector.size):
        kept = vector.flat[i]
        vector.flat[i] = kept + step
        above = f()
        vector.flat[i] = kept - step
        gradient.flat[i] = (above - f()) / (2 * step)
        vector.flat[i] = kept
    return gradient


def rtrl(net, tokens):
    """The gradient by real-time recurrent learning, forward in time (Williams and Zipser 1989).

    Carries dh_t/dtheta along instead of sending dL/dh_t back.
    """
    H, V = len(net.b_h), core.VOCAB
    size = H * (V + H + 1)  # of W_xh, W_hh, b_h
    grad = core.zero_rnn(H)
    for b in range(tokens.shape[1]):
        h, dh = np.zeros(H), np.zeros((H, size))
        for t in range(len(tokens) - 1):
            new = np.tanh(net.W_xh[tokens[t, b]] + h @ net.W_hh + net.b_h)
            direct = np.zeros((H, size))
            for j in range(H):
                direct[j, tokens[t, b] * H + j] = 1
                direct[j, V * H + j : V * H + H * H : H] = h
                direct[j, V * H + H * H + j] = 1
            dh = (1 - new**2)[:, None] * (direct + net.W_hh.T @ dh)
            h = new
            p = np.exp(h @ net.W_hy + net.b_y)
            error = p / p.sum() - np.eye(V)[tokens[t + 1, b]]
            grad.W_hy[...] += np.outer(h, error)
            grad.b_y[...] += error
            through_time = (net.W_hy @ error) @ dh
            grad.flat[:size] += through_time
    return grad


def any_net(seed, n_hidden=5, std=0.7):
    rng = np.random.default_rng(seed)
    net = core.init_rnn(rng, n_hidden, std)
    net.b_h[...], net.b_y[...] = rng.normal(0, std, n_hidden), rng.normal(0, std, core.VOCAB)
    return rng, net


def bptt(net, tokens):
    u, grad = core.buffers(net, len(tokens) - 1, tokens.shape[1]), core.zeros_like(net)
    core.load(u, tokens)
    core.forward(net, u)
    core.backward(net, grad, u)
    return u, grad


def assert_same_gradient(grad, expected, tolerance):
    for name in grad._fields[1:]:
        g, e = getattr(grad, name), getattr(expected, name)
        assert np.abs(g - e).max() <= tolerance * np.abs(e).max(), name


@pytest.mark.parametrize("seed", range(3))
def test_bptt_is_the_derivative_of_the_loss(seed):
    rng, net = any_net(seed)
    tokens = rng.integers(core.VOCAB, size=(9, 3))
    u, grad = bptt(net, tokens)
    assert core.mean_loss(u) * 3 == pytest.approx(loss_by_the_book(net, tokens), rel=1e-12)
    expected = core.zero_rnn(5)
    expected.flat[...] = central_differences(lambda: loss_by_the_book(net, tokens), net.flat)
    assert_same_gradient(grad, expected, 1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_bptt_equals_rtrl(seed):
    rng, net = any_net(seed)
    tokens = rng.integers(core.VOCAB, size=(40, 2))
    assert_same_gradient(bptt(net, tokens)[1], rtrl(net, tokens), 1e-11)


def test_truncated_is_full_when_the_window_covers_the_sequence():
    rng, net = any_net(1)
    tokens = rng.integers(core.VOCAB, size=(12, 4))
    _, full = bptt(net, tokens)
    whole = core.unroll(11, 4, 5)
    core.load(whole, tokens)
    (window,) = core.windows(whole, 100)
    grad = core.zero_rnn(5)
    core.forward(net, window)
    core.backward(net, grad, window)
    assert np.array_equal(grad.flat, full.flat)


@pytest.mark.parametrize("length", [1, 3, 4, 11])
def test_truncated_gradient_is_the_windows_full_gradient_with_the_state_held(length):
    rng, net = any_net(2)
    tokens = rng.integers(core.VOCAB, size=(12, 2))
    whole = core.unroll(11, 2, 5)
    core.load(whole, tokens)
    truncated, total, held = core.zero_rnn(5), core.zero_rnn(5), np.zeros((2, 5))
    for i, window in enumerate(core.windows(whole, length)):
        core.forward(net, window)
        grad = core.zero_rnn(5)
        core.backward(net, grad, window)
        truncated.flat[...] += grad.flat
        piece = tokens[i * length : i * length + length + 1]
        total.flat[...] += central_differences(
            lambda piece=piece, start=held: loss_by_the_book(net, piece, start), net.flat
        )
        held = whole.hidden[min((i + 1) * length, 11)].copy()
    assert_same_gradient(truncated, total, 1e-6)


def test_the_state_is_carried_over_the_edge_of_a_window():
    rng, net = any_net(3)
    tokens = rng.integers(core.VOCAB, size=(12, 2))
    full, _ = bptt(net, tokens)
    whole = core.unroll(11, 2, 5)
    core.load(whole, tokens)
    for window in core.windows(whole, 4):
        core.forward(net, window)
    assert np.allclose(whole.probs, full.probs, rtol=1e-13)


def test_terminal_gradient_against_differences_of_the_state():
    rng, net = any_net(4)
    tokens = rng.integers(core.VOCAB, size=9)
    gradient = core.terminal_gradient(net, tokens)
    h = np.zeros((1, 5))
    for t in range(8):
        h = np.tanh(net.W_xh[tokens[t]] + h @ net.W_hh + net.b_h)
        if t < 7:
            expected = central_differences(
                lambda h=h, t=t: loss_by_the_book(net, tokens[t + 1 :, None], h, last_only=True), h
            )
        else:  # no step follows the last state: the readout alone

            def readout_loss(h=h):
                y = (h @ net.W_hy + net.b_y)[0]
                return np.log(np.exp(y).sum()) - y[tokens[-1]]

            expected = central_differences(readout_loss, h)
        assert np.abs(gradient[t] - expected).max() <= 1e-6 * np.abs(expected).max()


@given(seed=st.integers(0, 2**32), scale=st.floats(1e-6, 1e6), lr=st.floats(1e-4, 10))
def test_sgd_shortens_long_gradients_and_keeps_their_direction(seed, scale, lr):
    rng = np.random.default_rng(seed)
    net, grad = core.zero_rnn(3), core.zero_rnn(3)
    grad.flat[...] = g = rng.normal(0, scale, net.flat.size)
    core.sgd(net, grad, lr, batch=4)
    norm = np.linalg.norm(g / 4)
    expected = -lr * g / 4 * min(1, core.CLIP_NORM / norm)
    assert np.allclose(net.flat, expected, rtol=1e-12, atol=0)


def test_sgd_on_a_zero_gradient_stays():
    net, grad = core.zero_rnn(3), core.zero_rnn(3)
    core.sgd(net, grad, 0.1, batch=4)
    assert not net.flat.any()


@settings(max_examples=20, deadline=None)
@given(T=st.integers(2, 60), N=st.integers(1, 4), block=st.integers(1, 20), seed=st.integers(0, 99))
def test_scoring_in_blocks_is_scoring_at_once(T, N, block, seed):
    rng, net = any_net(seed)
    tokens = rng.integers(core.VOCAB, size=(T, N))
    kept, core.BLOCK = core.BLOCK, block
    try:
        loss, log_p = core.score(net, tokens)
    finally:
        core.BLOCK = kept
    by_the_book = [
        [loss_by_the_book(net, tokens[: t + 1, b : b + 1], last_only=True) for b in range(N)]
        for t in range(1, T)
    ]
    assert np.allclose(loss, by_the_book, rtol=1e-10)
    assert np.allclose(-log_p[range(N), tokens[-1]], by_the_book[-1], rtol=1e-10)


def test_an_update_follows_the_mean_gradient_of_the_batch():
    rng, net = any_net(5)
    net.flat[...] *= 0.3  # a gradient short enough not to be clipped
    tokens = rng.integers(core.VOCAB, size=(4, 6))
    before, (_, grad) = net.flat.copy(), bptt(net, tokens)
    assert np.linalg.norm(grad.flat / 6) < core.CLIP_NORM
    u = core.unroll(3, 6, 5)
    core.load(u, tokens)
    core.update(net, core.zero_rnn(5), u, lr=0.1)
    assert np.allclose(before - net.flat, 0.1 * grad.flat / 6, rtol=1e-10, atol=1e-15)


# ==== Any alphabet, any goal, any weight ==========================================================
@pytest.mark.parametrize("n_symbols", [2, 31, 32, 40, 256])
def test_bptt_over_any_alphabet(n_symbols):
    rng = np.random.default_rng(n_symbols)
    net = core.init_rnn(rng, 3, 0.7, n_symbols, n_symbols)
    tokens = rng.integers(n_symbols, size=(6, 2))
    u, grad = bptt(net, tokens)
    assert np.allclose(u.probs.sum(axis=-1), 1, rtol=1e-13)
    assert core.mean_loss(u) * 2 == pytest.approx(loss_by_the_book(net, tokens), rel=1e-12)
    loss, _ = core.score(net, tokens)
    assert loss.sum() == pytest.approx(loss_by_the_book(net, tokens), rel=1e-12)
    some = rng.integers(net.flat.size, size=60)
    for i in some:
        part = net.flat[i : i + 1]
        (expected,) = central_differences(lambda: loss_by_the_book(net, tokens), part)
        assert grad.flat[i] == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("shape", [(5, 3), (5, 1), (1, 3), None])
def test_backward_with_any_goal_and_weight(shape):
    """Three outputs by softmax, two linear with half the squared error, in one net."""
    rng = np.random.default_rng(6)
    net = core.init_rnn(rng, 4, 0.7, 7, 5)
    net.b_y[...] = rng.normal(size=5)
    u, grad, expected = core.buffers(net, 5, 3), core.zeros_like(net), core.zeros_like(net)
    core.load(u, rng.integers(7, size=(6, 3)))
    goal = np.concatenate([np.eye(3)[rng.integers(3, size=(5, 3))], rng.normal(size=(5, 3, 2))], -1)
    weight = None if shape is None else rng.random(shape)

    def loss():
        core.forward_hidden(net, u)
        core.read_out(net, u.flat.h, u.flat.probs)
        core.softmax(u.flat.probs[:, :3])
        p, linear = u.probs[..., :3], u.probs[..., 3:]
        each = -(goal[..., :3] * np.log(p)).sum(-1) + ((linear - goal[..., 3:]) ** 2).sum(-1) / 2
        return (each * (1 if weight is None else weight)).sum()

    loss()
    core.backward(net, grad, u, goal, weight)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


def test_log_softmax_of_logits_of_any_size():
    y = np.array([[1000.0, 0.0], [-1000.0, -1000.0], [3.0, 1.0]])
    log_p = y.copy()
    core.log_softmax(log_p)
    assert np.allclose(log_p[:2], [[0, -1000], [-np.log(2), -np.log(2)]])
    p = y[2:].copy()
    core.softmax(p)
    assert np.allclose(np.log(p), log_p[2:], rtol=1e-13)


def test_learn_is_update_after_update():
    """Batches of different lengths, one after the other; the buffers hold what came before."""
    rng, net = any_net(8)
    same = core.zeros_like(net)
    same.flat[...] = net.flat
    batches = [rng.integers(core.VOCAB, size=(T, 2)) for T in (12, 5, 12, 3)]
    grad = core.zeros_like(same)
    for u, tokens in zip(core.learn(net, batches, 4, 0.05), batches):
        mine = core.buffers(same, len(tokens) - 1, 2)
        core.load(mine, tokens)
        for window in core.windows(mine, 4):
            core.update(same, grad, window, 0.05)
        assert np.array_equal(u.probs, mine.probs) and np.array_equal(net.flat, same.flat)


@pytest.mark.parametrize("n", [1, 2, 5, 40])
def test_predictions_are_those_of_one_pass(n, monkeypatch):
    rng, net = any_net(9)
    tokens = rng.integers(core.VOCAB, size=(30, 3))
    u, _ = bptt(net, tokens)
    monkeypatch.setattr(core, "BLOCK", 3 * n)
    start = 0
    for at, targets, logits in core.predictions(net, tokens):
        assert at == start and np.array_equal(targets, tokens[at + 1 : at + 1 + len(targets)])
        core.log_softmax(logits)
        assert np.allclose(np.exp(logits), u.probs[at : at + len(targets)], rtol=1e-12)
        start += len(targets)
    assert start == 29


@pytest.mark.parametrize(
    ("T", "N", "steps"), [(5, 2, 4), (5, 3 * core.BLOCK, 1), (3 * core.BLOCK, 2, core.BLOCK // 2)]
)
def test_predictions_hold_no_more_steps_than_they_need(monkeypatch, T, N, steps):
    asked, buffers = [], core.buffers
    monkeypatch.setattr(
        core, "buffers", lambda net, *sizes: asked.append(sizes) or buffers(net, *sizes)
    )
    found = list(core.predictions(core.zero_rnn(1), np.zeros((T, N), int)))
    assert asked == [(steps, N)] and sum(len(targets) for _, targets, _ in found) == T - 1


@pytest.mark.parametrize("shape", [(4, 2), (6, 2), (5, 1), (5, 3)])
def test_symbols_of_another_shape_than_the_buffers_are_refused(shape):
    with pytest.raises(core.BadInput, match=r"the buffers hold symbols \(5, 2\), got"):
        core.load(core.unroll(4, 2, 3), np.zeros(shape, int))
