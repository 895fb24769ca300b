"""A sequence as events and back, and C with a clock."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.chunker import lossless
from studies.lab.training import headline_nets

TRAINED = headline_nets(0, T=200)[0]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**40), longest=st.sampled_from([3, 30, 150]))
def test_a_sequence_comes_back_from_its_events(seed, longest):
    comes_back(seed, longest)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_a_long_sequence_comes_back_from_its_events(seed):
    comes_back(seed, 3000)


def comes_back(seed, longest):
    rng = np.random.default_rng(seed)
    net, tokens = lossless.random_case(rng, longest, TRAINED)
    events = lossless.to_events(net, tokens)
    assert np.array_equal(lossless.from_events(net, events, len(tokens)), tokens)
    assert lossless.share_lost(net, tokens) == 0


def test_half_of_the_cases_are_of_the_task_half_of_any_symbols():
    """And half of either with the trained net; what is too short for the task is of any symbols."""
    found = []
    for seed in range(300):
        net, tokens = lossless.random_case(np.random.default_rng(seed), 300, TRAINED)
        ahead = (np.diff(tokens[1:-1]) - 1) % core.N_FILLERS == 0
        found.append((net is TRAINED, len(tokens) >= 7 and ahead.mean() > 0.3))
    shares = {pair: found.count(pair) / 300 for pair in set(found)}
    assert len(shares) == 4 and all(0.17 < share < 0.33 for share in shares.values()), shares
    short = [lossless.random_case(np.random.default_rng(s), 6, TRAINED)[1] for s in range(300)]
    assert {len(tokens) for tokens in short} == set(range(1, 7))
    assert np.bincount(np.concatenate(short)).min() > 100  # all symbols alike


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**40), threshold=st.floats(0, 0.693))
def test_a_threshold_below_log_2_loses_nothing(seed, threshold):
    net, tokens = lossless.random_case(np.random.default_rng(seed), 200, TRAINED)
    events = lossless.to_events(net, tokens, threshold)
    assert np.array_equal(lossless.from_events(net, events, len(tokens)), tokens)


def test_a_threshold_above_log_2_can_lose():
    net = core.zero_rnn(1)
    net.b_y[:2] = 5.1, 5.0  # A is a little likelier than B: B costs little more than log 2
    tokens = np.array([0, 1])
    for threshold, back, lost in ((0.7, [0, 1], 0.0), (0.8, [0, 0], 0.5)):
        events = lossless.to_events(net, tokens, threshold)
        assert lossless.from_events(net, events, 2).tolist() == back
        assert lossless.share_lost(net, tokens, threshold) == lost


def test_events_agree_with_the_cores_losses():
    tokens = core.trigger_recall(np.random.default_rng(0), 200, 1)
    loss, _ = core.score(TRAINED, tokens)
    at = [t for t, _ in lossless.to_events(TRAINED, tokens[:, 0], 1.0)]
    assert at == np.flatnonzero(core.surprising(loss, 1.0)[:, 0]).tolist() == [0, 199]


@pytest.mark.parametrize("n_symbols", [7, 40])
def test_a_stepper_predicts_as_the_core_does(n_symbols):
    rng = np.random.default_rng(1)
    net = core.init_rnn(rng, 5, 1.0, n_symbols, n_symbols)
    tokens = rng.integers(n_symbols, size=(50, 1))
    stepper = lossless.Stepper(net)
    read = np.array([stepper.read(symbol).copy() for symbol in tokens[:-1, 0]])
    expected = np.concatenate([logits[:, 0] for *_, logits in core.predictions(net, tokens)])
    assert np.allclose(read, expected, rtol=1e-12, atol=1e-14)
    again = lossless.Stepper(net)
    assert all(np.array_equal(again.read(s), y) for s, y in zip(tokens[:-1, 0], read))
    for y, symbol in zip(read, tokens[1:, 0]):
        p = np.exp(y) / np.exp(y).sum()
        assert lossless.loss_of(y, symbol) == pytest.approx(-np.log(p[symbol]))


def test_events_with_their_times_as_c_reads_them():
    ones = lossless.described([(0, 1), (3, 4), (1203, 0)])
    symbols, digits = ones[:, 0], ones[:, 1:] - core.VOCAB
    assert symbols.tolist() == [1, 4, 0]
    assert (digits // lossless.BASE == np.arange(lossless.DIGITS)).all()
    waits = (digits % lossless.BASE).dot(lossless.BASE ** np.arange(lossless.DIGITS))
    assert waits.tolist() == [0, 3, 1200]


def test_gradient_of_the_chunker_with_a_clock():
    rng = np.random.default_rng(3)
    net = core.init_rnn(rng, 4, 0.5, lossless.WIDTH, lossless.WIDTH)
    grad, unused, expected = (core.zeros_like(net) for _ in range(3))
    events = [(0, 1), (3, 4), (1203, 0), (1204, 6)]
    ones = lossless.described(events)
    u = core.buffers(net, 3, 1)

    def loss():
        lossless.clock_gradient(net, unused, u, ones)
        return -np.log(u.flat.probs[u.flat.target == 1]).sum()

    lossless.clock_gradient(net, grad, u, ones)
    expected.flat[...] = central_differences(loss, net.flat)
    used = np.abs(expected.W_xh).sum(axis=1) > 0  # most digits do not occur
    assert used.sum() > 5 and not grad.W_xh[~used].any()
    assert_same_gradient(grad, expected, 1e-6)


def test_what_the_clock_reads_and_says():
    net = core.init_rnn(np.random.default_rng(4), 4, 0.5, lossless.WIDTH, lossless.WIDTH)
    events, h, outputs = [(0, 1), (3, 4), (1203, 0)], np.zeros(4), []
    for ones in lossless.described(events):
        h = np.tanh(net.W_xh[ones].sum(axis=0) + h @ net.W_hh + net.b_h)
        outputs.append(h @ net.W_hy + net.b_y)
    clock = lossless.Clock(net)
    assert np.allclose(clock.outputs(events), outputs, rtol=1e-12)
    symbol = outputs[-1][: core.VOCAB].argmax()
    digits = outputs[-1][core.VOCAB :].reshape(lossless.DIGITS, lossless.BASE).argmax(axis=1)
    assert clock.predict(events) == (1203 + int("".join(map(str, digits[::-1]))), symbol)
    u = core.buffers(net, 2, 1)
    lossless.clock_gradient(net, core.zeros_like(net), u, lossless.described(events))
    start = 0
    for width in (core.VOCAB, *[lossless.BASE] * lossless.DIGITS):
        p = np.exp(np.array(outputs)[:2, start : start + width])
        p /= p.sum(axis=1, keepdims=True)
        assert np.allclose(u.probs[:, 0, start : start + width], p, rtol=1e-12)
        start += width
    assert start == lossless.WIDTH


def test_c_with_a_clock_learns_when_as_well_as_which():
    events = [[(0, 0), (37, 0)], [(0, 1), (37, 1)]]
    clock = lossless.train_clock(np.random.default_rng(5), events)
    assert clock.predict([(0, 0)]) == (37, 0) and clock.predict([(0, 1)]) == (37, 1)
    again = lossless.train_clock(np.random.default_rng(5), [*events, [(0, 0)]])
    assert np.array_equal(again.net.flat, clock.net.flat)  # nothing follows: nothing to learn


def test_a_clock_has_8_units_and_learns_200_times_from_each_list(monkeypatch):
    rates = []
    monkeypatch.setattr(lossless.Adam, "step", lambda adam, theta, g: rates.append(adam.lr))
    clock = lossless.train_clock(np.random.default_rng(0), [[(0, 0), (5, 1)], [(0, 1), (5, 0)]])
    assert rates == [0.02] * 400 and len(clock.net.b_h) == 8


def test_a_and_c_predict_everything_only_with_c():
    tokens = core.trigger_recall(np.random.default_rng(6), 200, 8).T
    events = [lossless.to_events(TRAINED, x) for x in tokens]
    assert all([t for t, _ in one] == [0, 199] for one in events)
    clock = lossless.train_clock(np.random.default_rng(7), events * 2)
    for x in tokens:
        assert np.array_equal(lossless.predict_all(TRAINED, clock, x), x[1:])
