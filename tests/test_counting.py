"""The counting: that it changes nothing, that it counts what is done, that distances are exact."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chunker_very_deep_1200 as core
from studies.lab import collapsed, lstm
from studies.lab import counting as instrument
from studies.lab.counting import Counted, counting

T = 25


def rng():
    return core.random_streams(3)


def small(**changes):
    return core.Config(T=T, **changes)


def trained(name):
    """What a training loop returns, all numbers in one vector."""
    draw, task = core.trigger_recall, core.TRIGGER_RECALL
    if name == "baseline":
        config = small(baseline_epochs=3)
        net, losses, recalled = core.train_baseline(config, rng(), core.silent, task)
        return np.concatenate([net.flat, losses, recalled])
    if name == "automatizer":
        net, losses = core.train_automatizer(small(auto_epochs=3), rng(), core.silent, task)
        return np.concatenate([net.flat, losses])
    if name == "chunker":
        automatizer = core.init_rnn(rng()["auto_init"], 16, 0.5)
        config = small(chunk_epochs=2)
        net, *curves = core.train_chunker(config, rng(), automatizer, 2.0, core.silent, task)
        return np.concatenate([net.flat, *curves])
    if name == "lstm":
        net, u, _, _ = lstm.fit_lstm("chrono", 3, T, 3, draw)
        return np.concatenate([net.flat, u.probs.ravel()])
    chunker = core.init_rnn(rng()["chunk_init"], 8, 0.5)
    before, net, history = collapsed.train(small(), 3, chunker, 2, draw)
    return np.concatenate([before.ravel(), net.flat, history.ravel()])


@pytest.mark.parametrize("name", ["baseline", "automatizer", "chunker", "lstm", "collapsed"])
def test_counting_changes_no_bit(name):
    plain = trained(name)
    with counting() as meter:
        seen = trained(name)
        assert sum(sums["operations"] for sums in meter.counts.values()) > 100
    assert type(seen) is Counted and np.array_equal(plain, seen.view(np.ndarray))
    assert np.array_equal(plain, trained(name))  # and nothing stays patched


def test_drawing_is_not_noted():
    with counting() as meter:
        core.TRIGGER_RECALL.draw(np.random.default_rng(0), T, 3)
        core.trigger_recall(np.random.default_rng(0), T, 3)
        assert not any(sums["operations"] for sums in meter.counts.values())


@pytest.mark.parametrize("n", [core.VOCAB, 41])
def test_constants_are_counted_within_and_as_they_were_after(n):
    with counting():
        for made in (core.identity(n), core.row_summer(n)):
            assert type(made) is Counted and made.shape[0] == n
        assert core.identity(n) is core.identity(n)
    assert type(core.identity(n)) is type(core.row_summer(n)) is np.ndarray
    assert np.array_equal(core.identity(n), np.eye(n)) and (core.row_summer(n) == 1).all()


# ==== Counts derived by hand ======================================================================
def one_update(n, B, H, V=core.VOCAB):
    """Counts of one update of the module's, between two marks."""
    with counting() as meter:
        net, grad = core.init_rnn(np.random.default_rng(0), H, 0.3), core.zero_rnn(H)
        u = core.unroll(n, B, H)
        tokens = core.trigger_recall(np.random.default_rng(1), n + 1, B)
        core.load(u, tokens)
        for _ in range(2):
            meter.mark("update")
            core.update(net, grad, u, 0.1)
        meter.mark("update")
        marks = meter.marks["update"]
        return meter.between(marks[1], marks[2], 1)


@pytest.mark.parametrize(("n", "B", "H"), [(1, 1, 3), (5, 3, 4), (8, 2, 16)])
def test_an_update_by_hand(n, B, H):
    V, found = core.VOCAB, one_update(n, B, H)
    parameters = V * H + H * H + H + H * V + V
    forward = H * H + H * V + V * V  # a step: W_hh, W_hy, the sum of softmax
    backward = 2 * H * V + V * H + V + H + H * H  # W_hy, its gradient, W_xh's, biases, W_hh's
    assert found["multiply_adds"] == (
        n * B * (forward + backward) + (n - 1) * B * H * H + parameters  # ||g||
    )
    assert found["phases"]["forward"]["multiply_adds"] == n * B * forward
    assert found["steps_forward"] == found["steps_gradient"] == n * B
    assert found["steps_through"] == (n - 1) * B
    assert found["transcendental"] == n * B * (H + V)
    assert found["elementwise"] == (
        V * H  # W_xh + b
        + n * B * (2 * H + 3 * V)  # add, tanh; add bias, exp, divide
        + n * B * (3 * H + V)  # 1 - h^2, times it; p - target
        + 2 * (n - 1) * B * H
        + 2 * parameters
    )


def test_activations_by_hand():
    for n, B, H in ((4, 8, 16), (6, 2, 8)):  # rows of whole lines: h_0 .. and p_0 ..
        lines = math.ceil(n * B * H * 8 / 64) + math.ceil(n * B * core.VOCAB * 8 / 64)
        assert one_update(n, B, H)["activations"] == 64 * lines


def test_sums_products_and_copies_by_hand():
    with counting() as meter:
        a = np.ones((4, 6)).view(Counted)
        counts = meter.counts["rest"]
        assert a.sum() == 24 and counts["elementwise"] == 24  # its terms
        a.max(axis=1, keepdims=True)
        a[a.argmax(axis=0), 0]
        assert counts["elementwise"] == 3 * 24 and counts["operations"] == 4  # the copy computes 0
        a.T.dot(a)
        assert counts["multiply_adds"] == 6 * 4 * 6
        np.exp(a, a)
        assert counts["transcendental"] == 24 and counts["elementwise"] == 4 * 24


def test_recurrent_matrices_are_known():
    """The steps are told from the products of W_hh, and of its gradient, by this mark."""
    with counting():
        net, gates = core.zero_rnn(3), lstm.zero_lstm(3)
        for W in (net.W_hh, gates.W_h, core.zeros_like(net).W_hh, core.zeros_like(gates).W_h):
            assert W.recurrent and W.T.recurrent and (W * 2).recurrent
        assert not (net.W_xh.recurrent or net.flat.recurrent or gates.W_x.recurrent)


def test_what_is_not_known_is_refused():
    with counting():
        a = core.zero_rnn(3).W_hh
        with pytest.raises(TypeError, match="partition is not counted"):
            np.partition(a, 1)


# ==== Lines and their depths ======================================================================
@given(st.lists(st.integers(0, 30), max_size=120), st.integers(0, 120))
def test_distances_are_those_of_an_lru_stack(trace, cut):
    stack, expected = [], []
    for line in trace:
        expected.append(len(stack) - stack.index(line) if line in stack else len(stack) + 1)
        if line in stack:
            stack.remove(line)
        stack.append(line)
    ours = instrument.LruStack()
    parts = [part for part in (trace[:cut], trace[cut:]) if part]
    found = [ours.use(np.array(part)) for part in parts]
    assert np.concatenate([[], *found]).tolist() == expected
    assert ours.lines.tolist() == stack


@given(st.permutations(range(23)))
def test_inversions(values):
    expected = [sum(earlier > v for earlier in values[:i]) for i, v in enumerate(values)]
    assert instrument.inversions(np.array(values, np.int32)).tolist() == expected


def test_lines_of_views():
    with counting():
        whole = np.zeros((5, 3, 12)).view(Counted)
        offset = whole.buffer.start
        taken = (
            whole, whole[1], whole[2:4, 1], whole[..., 4:7], whole.T, whole[::-1, 2, :5],
            whole[1:, :, 3], whole[:, None, 0], whole.reshape(-1, 12)[3:].T, whole[1:, :, 2:9].T,
        )  # fmt: skip
        place = np.arange(whole.size).reshape(whole.shape) * 8
        same = (
            place, place[1], place[2:4, 1], place[..., 4:7], place.T, place[::-1, 2, :5],
            place[1:, :, 3], place[:, None, 0], place.reshape(-1, 12)[3:].T, place[1:, :, 2:9].T,
        )  # fmt: skip
        for view, at in zip(taken, same):
            assert view.lines.tolist() == sorted({(offset + a) // 64 for a in at.ravel().tolist()})


def test_memory_given_back_is_used_again():
    with counting() as meter:
        a = np.ones(100).view(Counted)
        start, end = a.buffer.start, meter.end
        view = a[10:20]
        del a
        b = np.ones(100).view(Counted)
        assert b.buffer.start == end  # the view holds the place
        del view
        assert np.ones(97).view(Counted).buffer.start == start
        assert meter.end == end + 13 * 64


def test_movement_by_hand():
    """a (2 lines) + b (2 lines) -> c: five first uses; again: all at the distance of all."""
    with counting() as meter:
        a, b, c = (np.ones(16).view(Counted) for _ in range(3))
        for _ in range(2):
            meter.mark("add")
            np.add(a, b, c)
        meter.mark("add")
        marks = meter.marks["add"]
        first, again = (meter.between(marks[i], marks[i + 1], 1) for i in range(2))
    assert first["movement"] == pytest.approx(64 * np.sqrt([1, 2, 3, 4, 5, 6]).sum())
    assert again["movement"] == pytest.approx(64 * 6 * math.sqrt(6))
    assert first["elementwise"] == 16 and first["beyond_cache"] == 0


# ==== Tables ======================================================================================
