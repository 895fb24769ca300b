"""Events whose times depend on the trigger and vary, and a chunker that reads and says times."""

import numpy as np
import pytest
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.chunker import when
from studies.lab.waiting import (
    Clock,
    Digits,
    Linear,
    Streams,
    falling,
    forward,
    initial,
    learning,
    streams,
)

CODES = [Digits(10, 4), Digits(2, 11), Digits(1800, 1), Linear(1000.0, False), Linear(1.0, True)]
PAIRS = when.Pairs(np.array([0, 1, 1]), np.array([20, 25, 47]))


def events_of(pairs):
    """The three events, as an A without a fault would pass them up."""
    symbols = np.stack([pairs.trigger, np.full_like(pairs.trigger, when.MARKER), pairs.trigger])
    waits = np.stack([0 * pairs.wait, pairs.wait, pairs.wait * (1 + pairs.trigger)])
    return Streams(symbols, waits, np.ones_like(symbols, bool))


def part_of(pairs):
    n = len(pairs.wait)
    return when.Part(pairs, events_of(pairs), np.full(n, 2), np.full(n, 3))


# ==== The task ====================================================================================
def test_a_sequence_is_what_the_docstring_says():
    tokens = when.sequences(PAIRS, 180)
    for x, trigger, w in zip(tokens.T, *PAIRS):
        target = w + w * (1 + trigger)
        events = {0: trigger, w: when.MARKER, target: trigger}
        assert [t for t in range(180) if x[t] < when.FIRST_FILLER] == sorted(events)
        assert all(x[t] == symbol for t, symbol in events.items())
        for start, end in ((0, w), (w, target), (target, 180)):
            turn = x[start + 1 : end] - when.FIRST_FILLER
            assert np.array_equal(turn, np.arange(len(turn)) % 5)


@pytest.mark.parametrize("L", [20, 200, 2000])
def test_no_time_that_is_asked_was_in_training(L):
    parts = when.split(np.random.default_rng(L), L)
    seen, held, beyond = (set(parts[name].wait) for name in ("seen", "held back", "beyond"))
    assert not seen & held
    for trigger, end in ((0, 2 * L), (1, 3 * L)):
        for name in ("seen", "held back"):
            waits = parts[name].wait[parts[name].trigger == trigger]
            assert waits.min() >= L and waits.max() < end and len(set(waits)) == len(waits)
        longer = parts["beyond"].wait[parts["beyond"].trigger == trigger]
        assert longer.min() >= end and longer.max() < end + L
    assert parts["beyond"].target.max() < 12 * L and parts["seen"].target.max() < 9 * L
    n = min(L, when.MOST_TIMES)
    assert len(held) == 2 * round(n / 4) and len(held | seen) == 2 * n and len(beyond) == 2 * n


def test_triggers_are_drawn_as_often_as_each_other():
    pairs = when.split(np.random.default_rng(0), 20)["seen"]
    each = when.evenly(pairs)
    assert set(each) == set(range(len(pairs.wait)))
    assert pairs.trigger[each].mean() == 0.5


def test_limits_are_those_of_the_task():
    L = 20
    waits = {0: np.arange(L, 2 * L), 1: np.arange(L, 3 * L)}
    p = np.zeros((2, 3 * L))
    for trigger, of in waits.items():
        p[trigger, of] = 0.5 / len(of)
    limits = when.limits(L)
    marginal, joint = p.sum(axis=0), p[p > 0]
    entropy = -(marginal[marginal > 0] * np.log2(marginal[marginal > 0])).sum()
    assert limits["entropy_without_trigger"] == pytest.approx(entropy)
    assert limits["entropy"] == pytest.approx(-(joint * np.log2(joint)).sum() - 1)
    assert limits["symbol_without_memory"] == pytest.approx(p.max(axis=0).sum())
    assert limits["time_constant"] == pytest.approx(p.max(axis=1).sum())


# ==== Codes of time ===============================================================================
@pytest.mark.parametrize("code", CODES)
def test_a_time_comes_back_from_its_code(code):
    waits = np.array([[0, 1, 9], [199, 1024, 1799]])
    coded = code.encode(waits)
    assert coded.shape == (2, 3, code.width) and np.array_equal(code.said(coded), waits)


@pytest.mark.parametrize("code", CODES[:3])
def test_probabilities_of_times_are_those_of_their_digits(code):
    probs = np.random.default_rng(0).random((2, code.width))
    for group in code.groups:
        probs[:, group] /= probs[:, group].sum(axis=1, keepdims=True)
    of_all = code.distribution(probs)
    assert of_all.shape == (2, code.base**code.n_digits) and np.allclose(of_all.sum(axis=1), 1)
    for w in (0, 7, 1305):
        nats = code.nats(probs, np.array([w, w]))
        assert np.allclose(nats, -np.log(of_all[:, w]))


def test_a_linear_unit_gives_all_times_one_unit_of_probability():
    for code, y in ((Linear(1000.0, False), 0.3), (Linear(1.0, True), 2.5)):
        waits = np.arange(2000)
        nats = code.nats(np.full((2000, 1), y), waits, 0.02)
        assert np.exp(-nats).sum() == pytest.approx(1, abs=1e-6)
        assert nats.argmin() == pytest.approx(300 if not code.logarithm else 315, abs=2)


# ==== C with a clock ==============================================================================
@pytest.mark.parametrize("code", [Digits(10, 2), Linear(10.0, False)])
def test_gradient_leaves_out_what_is_not_there(code):
    rng = np.random.default_rng(1)
    found = Streams(rng.integers(8, size=(4, 3)), rng.integers(99, size=(4, 3)),
                    np.array([[1, 1, 1], [1, 1, 1], [1, 0, 1], [1, 0, 0]], bool))  # fmt: skip
    clock = initial(rng, code, 8, 5)
    u, goals = core.buffers(clock.net, 3, 3), clock.coded(found)[1:]
    u.onehot[:-1] = clock.coded(found)[:-1]

    def loss():
        forward(clock, u)
        symbols = -(goals[..., :8] * np.log(u.probs[..., :8])).sum(axis=-1)
        times = (
            code.nats(u.probs[..., 8:], found.waits[1:])
            if isinstance(code, Digits)
            else 0.5 * (u.probs[..., 8] - goals[..., 8]) ** 2
        )
        return ((symbols + times) * found.there[1:]).sum()

    grad, expected = core.zeros_like(clock.net), core.zeros_like(clock.net)
    forward(clock, u)
    core.backward(clock.net, grad, u, goals, found.there[1:] * 1.0)
    expected.flat[...] = central_differences(loss, clock.net.flat)
    assert_same_gradient(grad, expected, 1e-6)


@pytest.mark.parametrize("L", [20, 200, 2000])
@pytest.mark.parametrize("name", when.SYSTEMS)
def test_a_code_has_room_for_every_time_and_no_digit_too_many(name, L):
    code = when.SYSTEMS[name][0](L)
    parts = when.split(np.random.default_rng(0), L)
    longest = max((p.wait * (1 + p.trigger)).max() for p in parts.values())
    if isinstance(code, Digits):
        assert longest < code.base**code.n_digits < 10 * code.base * L
    else:
        assert 0 < code.encode(np.array([longest])).item() < 100


def test_a_clock_begins_with_a_state_that_stands_still_and_reads_times_unless_told():
    clock = initial(np.random.default_rng(0), Digits(10, 2), 8, 5)
    assert clock.reads_times is True and np.array_equal(clock.net.W_hh, np.eye(5))
    assert clock.net.W_xh.shape == (28, 5) and 0.1 < clock.net.W_xh.std() < 0.3
    other = initial(np.random.default_rng(0), Digits(10, 2), 8, 5, False, recurrent=False)
    assert other.reads_times is False and not other.net.W_hh.any()


def test_what_is_not_there_teaches_nothing():
    nets = []
    for absent in (0, 5):
        found = Streams(*(np.array([[1, 2], [3, x], [4, x]]) for x in (absent, absent + 7)),
                        np.array([[1, 1], [1, 0], [1, 0]], bool))  # fmt: skip
        clock = initial(np.random.default_rng(0), Digits(10, 2), 8, 5)
        updates = learning(clock, found, np.random.default_rng(1), lambda n: 0.01, 4)
        assert [next(updates) for _ in range(5)] == [1, 2, 3, 4, 5]
        nets.append(clock.net.flat)
    assert np.array_equal(*nets)


def trained(name, pairs, L=20, share=0.02):
    rng = {"init": np.random.default_rng(2), "data": np.random.default_rng(3)}
    return when.chunker(name, L, events_of(pairs), rng, share)


def test_a_c_that_reads_no_times_says_the_same_whatever_they_were():
    clock = trained("reads no times", PAIRS)
    found = events_of(PAIRS)
    other = found._replace(waits=found.waits + 3)
    assert np.array_equal(clock.outputs(found)[1], clock.outputs(other)[1])
    hears = trained("decimal digits", PAIRS)
    assert not np.array_equal(hears.outputs(found)[1], hears.outputs(other)[1])


def test_a_c_without_recurrence_keeps_nothing():
    clock = trained("W_hh = 0", PAIRS)
    assert not clock.net.W_hh.any() and clock.net.W_hy.any()
    found = events_of(PAIRS)
    swapped = found._replace(symbols=np.vstack([1 - found.symbols[:1], found.symbols[1:]]))
    a, b = clock.outputs(found)[0], clock.outputs(swapped)[0]
    assert np.array_equal(a[1:], b[1:]) and not np.array_equal(a[0], b[0])


def test_c_learns_which_and_when():
    clock = trained("decimal digits", PAIRS, share=0.1)
    assert when.asked(clock, part_of(PAIRS)) == {"symbol": 1, "time": 1, "both": 1, "apart": 0}


def test_the_rate_falls_from_half_way_to_nothing():
    rate = falling(0.01, 100)
    assert [rate(n) for n in (0, 50, 75, 100)] == pytest.approx([0.01, 0.01, 0.005, 0])


# ==== Tables ======================================================================================
def test_tables_say_what_came_most_often_and_what_they_have_met():
    pairs = when.Pairs(np.array([0, 0, 0, 1]), np.array([20, 20, 30, 25]))
    symbols, both = (when.Table(events_of(pairs), times) for times in (False, True))
    asked = events_of(when.Pairs(np.array([0, 0, 1]), np.array([30, 31, 25])))
    assert symbols.said(asked)[0][1].tolist() == both.said(asked)[0][1].tolist() == [0, 0, 1]
    assert symbols.said(asked)[1][1].tolist() == [20, 20, 50]
    assert both.said(asked)[1][1].tolist() == [30, 20, 50]  # 31 is new: as the symbols alone
    nothing = when.Table(events_of(when.Pairs(np.array([0]), np.array([20]))), True)
    assert nothing.said(asked)[0][1, 2] == 0  # it never met a B


# ==== Asking ======================================================================================
class Says:
    """A system that always says the same."""

    def __init__(self, symbols, waits):
        self.what = symbols, waits

    def said(self, found):
        return self.what


def test_right_means_both_and_each_trigger_counts_half():
    part = part_of(PAIRS)
    symbols, waits = np.zeros((2, 3, 3), int)
    symbols[1], waits[1] = [0, 1, 1], [20, 50, 93]  # the last a step too early
    found = when.asked(Says(symbols, waits), part)
    assert found == {"symbol": 1, "time": 0.75, "both": 0.75, "apart": 0.25}
    symbols[1, 1] = 0
    assert when.asked(Says(symbols, waits), part)["both"] == 0.5


def test_a_target_that_a_does_not_flag_is_wrong():
    part = part_of(PAIRS)._replace(last=np.array([0, 2, 2]))
    symbols, waits = np.zeros((2, 3, 3), int)
    symbols[1], waits[1] = PAIRS.trigger, events_of(PAIRS).waits[2]
    found = when.asked(Says(symbols, waits), part)
    assert [found[key] for key in ("symbol", "time", "both")] == [0.5, 0.5, 0.5]


def test_what_a_passes_up_is_what_c_is_asked_about(monkeypatch):
    """A false event before the target of sequence 1; the target of sequence 2 is not flagged."""
    tokens = when.sequences(PAIRS, 180)
    mask = tokens < when.FIRST_FILLER
    mask[30, 1], mask[PAIRS.target[2], 2] = True, False
    monkeypatch.setattr(when, "mispredictions", lambda net, tokens: mask)
    part = when.passed_up(None, PAIRS, 180)
    assert part.last.tolist() == [2, 3, 0] and part.k.tolist() == [3, 4, 2]
    assert part.found.waits[:, 1].tolist() == [0, 25, 5, 45]
    assert part.found.there[:, 2].tolist() == [True, True, False, False]


def test_mispredictions_are_those_of_a():
    net = core.init_rnn(np.random.default_rng(0), 4, 1.0, when.V, when.V)
    tokens = when.sequences(PAIRS, 180)
    mask = when.mispredictions(net, tokens, at_once=2)
    for b in range(3):
        outputs = np.concatenate([y for *_, y in core.predictions(net, tokens[:, b : b + 1])])
        assert np.array_equal(mask[1:, b], outputs[:, 0].argmax(axis=-1) != tokens[1:, b])
    assert mask[0].all()


def test_bits_of_a_c_that_knows_nothing():
    clock = Clock(core.zero_rnn(3, when.V + 40, when.V + 40), Digits(10, 4), when.V)
    bits = when.bits_of_marker(clock, part_of(PAIRS), None)
    assert bits == pytest.approx(4 * np.log2(10))
    part = part_of(PAIRS)
    part.found.symbols[1, 0] = 5  # the only A's next event is not the marker
    assert when.bits_of_marker(clock, part, None) is None


def test_streams_of_masks():
    tokens = when.sequences(PAIRS, 180)
    found = streams(tokens, tokens < when.FIRST_FILLER)
    assert all(np.array_equal(a, b) for a, b in zip(found, events_of(PAIRS)))


def test_a_run_is_the_same_again_and_a_finds_the_three_events():
    arguments = 0, 20, ("W_hh = 0", "table of symbols"), 0.01
    run = when.one_run(arguments)
    assert run == when.one_run(arguments)
    assert run["k"] == 3 and run["three_events"] == 1
    assert run["table of symbols"]["held back"]["symbol"] == 1
