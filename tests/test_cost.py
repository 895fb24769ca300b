"""The counting: that it changes nothing, that it counts what is done, that depths are exact."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chunker_very_deep_1200 as core
from studies import collapse, controls, cost, nets
from studies.cost import Counted, counting

T = 25


def rng():
    return core.random_streams(3)


def small(**changes):
    return core.Config(T=T, **changes)


def trained(name):
    """What a training loop returns, all numbers in one vector."""
    draw = core.trigger_recall
    if name == "baseline":
        net, losses, recalled = core.train_baseline(small(baseline_epochs=3), rng(), core.silent)
        return np.concatenate([net.flat, losses, recalled])
    if name == "automatizer":
        net, losses = core.train_automatizer(small(auto_epochs=3), rng(), core.silent, draw)
        return np.concatenate([net.flat, losses])
    if name == "chunker":
        automatizer = core.init_rnn(rng()["auto_init"], 16, 0.5)
        net, *curves = core.train_chunker(
            small(chunk_epochs=2), rng(), automatizer, 2.0, core.silent
        )
        return np.concatenate([net.flat, *curves])
    if name == "lstm":
        net, u, _, _ = controls.fit_lstm("chrono", 3, T, 3, draw)
        return np.concatenate([net.flat, u.probs.ravel()])
    chunker = core.init_rnn(rng()["chunk_init"], 8, 0.5)
    before, net, history = collapse.train(small(), 3, chunker, 2, draw)
    return np.concatenate([before.ravel(), net.flat, history.ravel()])


@pytest.mark.parametrize("name", ["baseline", "automatizer", "chunker", "lstm", "collapse"])
def test_counting_changes_no_bit(name):
    plain = trained(name)
    with counting() as meter:
        seen = trained(name)
        assert sum(sums["operations"] for sums in meter.counts.values()) > 100
    assert type(seen) is Counted and np.array_equal(plain, seen.view(np.ndarray))
    assert np.array_equal(plain, trained(name))  # and nothing stays patched


def test_reading_a_sequence_changes_no_bit():
    net = core.init_rnn(np.random.default_rng(0), 5, 0.5)
    tokens = core.trigger_recall(np.random.default_rng(1), 4100, 1)  # three blocks
    loss, last = core.score(net, tokens)
    events = core.compress(net, tokens, 1.0)
    with counting():
        counted_net, counted_tokens = cost.as_counted(net), tokens.copy().view(Counted)
        seen_loss, seen_last = core.score(counted_net, counted_tokens)
        (seen,) = core.compress(counted_net, counted_tokens, 1.0)
    pairs = ((loss, seen_loss), (last, seen_last), (events[0].symbols, seen.symbols))
    for plain, counted in pairs:
        assert type(counted) is Counted and np.array_equal(plain, counted.view(np.ndarray))
    assert len(seen.symbols) > 2


# --------------------------------------------------------------------------
# Counts derived by hand
# --------------------------------------------------------------------------


def one_update(n, B, H, V=core.VOCAB):
    """Counts of one update of the core's, between two marks."""
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


@pytest.mark.parametrize("T", [20, 50])
def test_stages_by_hand(T):
    n, nets_of_60 = T - 1, nets.headline_nets(0, T=60)

    def measured(when, stage):
        return cost.measure((when, stage, T, True, nets_of_60))

    baseline = measured("train", "baseline")
    assert (baseline["steps_forward"], baseline["steps_gradient"]) == (n, n)
    lstm = measured("train", "LSTM")
    assert (lstm["steps_forward"], lstm["steps_gradient"], lstm["steps_through"]) == (n, n, n)
    H, V, parameters = 16, core.VOCAB, 16 * 64 + 7 * 64 + 64 + 16 * 7 + 7
    a_step = 3 * 4 * H * H + 4 * H * V + 3 * H * V + V * V
    assert lstm["multiply_adds"] == n * a_step + parameters / 8  # clipping
    # what controls.fit_lstm itself says is kept, but c_{n-1}, which no gradient asks for
    assert lstm["activations"] == n * 8 * (H + H + 4 * H + H + V) - 8 * H
    automatizer = measured("train", "A")
    n_windows = math.ceil(n / 6)
    assert automatizer["steps_forward"] == automatizer["steps_gradient"] == n
    assert automatizer["steps_through"] == n - n_windows
    assert automatizer["activations"] == 7 * 16 * 8 + 6 * 7 * 8  # h_{-1} of a window too
    chunker = measured("train", "C")
    assert chunker["k"] == 2
    assert (chunker["steps_forward"], chunker["steps_gradient"]) == (1, 1)
    assert chunker["steps_through"] == 0 and chunker["activations"] == 2 * 64
    collapsed = measured("train", "collapsed")
    assert collapsed["steps_forward"] == n + 1  # one of C's, for the goal
    assert collapsed["steps_gradient"] == n
    for stage in ("baseline", "LSTM", "A", "collapsed"):
        used = measured("use", stage)
        assert used["steps_forward"] == n and used["steps_gradient"] == 0
        if stage != "LSTM":
            assert used["multiply_adds"] == n * (H * H + H * V)
    used = measured("use", "C")
    assert used["k"] == 2 and used["steps_forward"] == 1 and used["multiply_adds"] == 8 * 8 + 8 * V


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


def test_what_is_not_known_is_refused():
    with counting():
        a = core.zero_rnn(3).W_hh
        with pytest.raises(TypeError, match="partition is not counted"):
            np.partition(a, 1)


# --------------------------------------------------------------------------
# Lines and their depths
# --------------------------------------------------------------------------


@given(st.lists(st.integers(0, 30), max_size=120), st.integers(0, 120))
def test_depths_are_those_of_an_lru_stack(trace, cut):
    stack, expected = [], []
    for line in trace:
        depth = len(stack) - stack.index(line) if line in stack else len(stack) + 1
        expected.append(depth)
        if line in stack:
            stack.remove(line)
        stack.append(line)
    ours = cost.Stack()
    parts = [part for part in (trace[:cut], trace[cut:]) if part]
    found = [ours.use(np.array(part)) for part in parts]
    assert np.concatenate([[], *found]).tolist() == expected
    assert ours.lines.tolist() == stack


@given(st.permutations(range(23)))
def test_inversions(values):
    expected = [sum(earlier > v for earlier in values[:i]) for i, v in enumerate(values)]
    assert cost.inversions(np.array(values, np.int32)).tolist() == expected


def test_lines_of_views():
    with counting():
        whole = np.zeros((5, 3, 12)).view(Counted)
        offset = whole.buffer.start
        taken = (
            whole, whole[1], whole[2:4, 1], whole[..., 4:7], whole.T, whole[::-1, 2, :5],
            whole[1:, :, 3], whole[:, None, 0], whole.reshape(-1, 12)[3:].T,
        )  # fmt: skip
        place = np.arange(whole.size).reshape(whole.shape) * 8
        same = (
            place, place[1], place[2:4, 1], place[..., 4:7], place.T, place[::-1, 2, :5],
            place[1:, :, 3], place[:, None, 0], place.reshape(-1, 12)[3:].T,
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
    """a (2 lines) + b (2 lines) -> c: five first uses; again: all at the depth of all."""
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


def test_movement_is_the_same_twice_and_however_it_is_cut(monkeypatch):
    def movement():
        return cost.measure(("train", "A", 40, True, None))["phases"]

    once = movement()
    assert movement() == once
    monkeypatch.setattr(cost, "AT_ONCE", 100)
    for phase, counts in movement().items():
        assert counts == pytest.approx(once[phase], rel=1e-12)


# --------------------------------------------------------------------------
# Tables
# --------------------------------------------------------------------------


def test_an_exponent_is_found_with_its_interval():
    rows = [{"T": T, "q": 3 * T**1.5, "c": 7} for T in (10, 100, 1000, 10_000)]
    found = cost.exponent(rows, "q", 100)
    assert found["exponent"] == pytest.approx(1.5) and found["n"] == 3
    assert found["interval"] == pytest.approx([1.5, 1.5], abs=1e-6)
    assert cost.exponent(rows, "c", 10)["interval"] == [0, 0]


@pytest.mark.parametrize(
    ("number", "text"),
    [(607, "607"), (441_232.4, "441,232"), (999_999, "1 M"), (1_544_182, "1.54 M"), (2e13, "20 T")],
)
def test_numbers_in_the_tables(number, text):
    assert cost.text_of(number) == text


def test_tables():
    results = cost.compute(quick=True, jobs=1)
    for function in (cost.table_rows, cost.use_rows, cost.solved_rows, cost.exponent_rows):
        header, rows = function(results)
        assert rows and all(len(row) == len(header) for row in rows)
        assert all(isinstance(cell, str) for row in rows for cell in row)
    baseline, *others = results["solved"]
    assert baseline["multiply_adds"] is None and "never" in cost.solved_rows(results)[1][0]
    for method in others:
        for quantity in cost.SUMMED:
            assert method[quantity] == sum(part[quantity] for part in method["parts"])
