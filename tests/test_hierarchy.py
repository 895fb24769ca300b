"""The hierarchy: the task, training on streams of different lengths, the stack."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies import hierarchy

DEPTHS = st.integers(1, 3)
LAWS = st.sampled_from(sorted(hierarchy.LAWS))


def without_cycle(stream, level):
    first = hierarchy.n_symbols(level)
    return stream[(stream < first) | (stream >= first + hierarchy.CYCLE)]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**40), depth=DEPTHS, law=LAWS)
def test_each_level_lies_in_the_one_below(seed, depth, law):
    rng = np.random.default_rng(seed)
    for stream in hierarchy.draw(rng, depth, 3, law=law):
        assert stream.max() < hierarchy.n_symbols(depth)
        for level in range(depth):
            own = (stream >= hierarchy.n_symbols(level)) & (stream < hierarchy.n_symbols(level + 1))
            assert not own[0] and not own[-1]
            above = np.flatnonzero(~own)
            lengths = np.diff(above) - 1
            low, high = (12, 22) if law == "bounded" else (14, np.inf)
            assert low <= lengths.min() and lengths.max() <= high
            for start, n in zip(above, lengths):
                cycle = hierarchy.n_symbols(level) + np.arange(n) % hierarchy.CYCLE
                assert np.array_equal(stream[start + 1 : start + 1 + n], cycle)
            stream = without_cycle(stream, level)
        assert len(stream) == 2 and stream[0] == stream[1] < core.N_TRIGGERS


def test_a_level_drawn_alone_is_of_the_same_kind():
    rng = np.random.default_rng(0)
    whole = [without_cycle(s, 0) for s in hierarchy.draw(rng, 2, 4000)]
    alone = hierarchy.draw(rng, 2, 4000, level=1)
    lengths = [np.array([len(s) for s in streams]) for streams in (whole, alone)]
    assert abs(lengths[0].mean() - lengths[1].mean()) < 0.1  # stratified: far below sampling noise
    assert abs(lengths[0].std() - lengths[1].std()) < 0.2
    assert {int(s[1]) for s in alone} == {7} and abs(np.mean([s[0] for s in alone]) - 0.5) < 0.05


@pytest.mark.parametrize("law", hierarchy.LAWS)
def test_length_of_runs(law):
    u = (np.arange(200_000) + 0.5) / 200_000
    lengths = hierarchy.LAWS[law](u)
    assert abs(lengths.mean() - hierarchy.MEAN_RUN) < 0.01
    if (
        law == "memoryless"
    ):  # after 14 symbols the run ends with probability 1/4, however long it is
        for n in (14, 15, 20, 25):
            assert abs((lengths[lengths >= n] == n).mean() - 0.25) < 0.01
    else:
        assert np.array_equal(np.unique(lengths), np.arange(12, 23))


def test_expected_length():
    rng = np.random.default_rng(1)
    for depth, n in ((1, 2000), (2, 2000), (3, 500)):
        mean = np.mean([len(s) for s in hierarchy.draw(rng, depth, n)])
        assert abs(mean / hierarchy.expected_length(depth) - 1) < 0.02
    assert hierarchy.expected_length(4) == 1 + 18**4


def test_padding_leaves_the_gradient_alone():
    rng = np.random.default_rng(2)
    net = core.init_rnn(rng, 4, 0.7)
    long, short = rng.integers(core.VOCAB, size=9), rng.integers(core.VOCAB, size=5)
    expected = np.zeros_like(net.flat)
    for stream in (long, short):
        grad, u = core.zero_rnn(4), core.unroll(len(stream) - 1, 1, 4)
        core.load(u, stream[:, None])
        core.forward(net, u)
        core.backward(net, grad, u)
        expected += grad.flat
    tokens, lengths = hierarchy.padded([long, short])
    grad, u = core.zero_rnn(4), core.unroll(8, 2, 4)
    core.load(u, tokens)
    weights = (np.arange(8)[:, None] < lengths - 1).reshape(-1, 1)
    hierarchy.weighted_gradient(net, grad, u, weights)
    assert np.allclose(grad.flat, expected, rtol=1e-12, atol=1e-14)


def test_weighted_gradient():
    rng = np.random.default_rng(3)
    V = 12
    net = core.init_rnn(rng, 4, 0.7, V, V)
    grad, expected = core.zero_rnn(4, V, V), core.zero_rnn(4, V, V)
    u, weights = core.unroll(6, 3, 4, V, V), rng.random((18, 1))
    core.load(u, rng.integers(V, size=(7, 3)), np.eye(V))

    def loss():
        hierarchy.forward(net, u)
        return -(weights[:, 0] * np.log((u.flat.probs * u.flat.target).sum(axis=1))).sum()

    hierarchy.weighted_gradient(net, grad, u, weights)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


def test_forward_is_the_cores():
    rng = np.random.default_rng(4)
    net, u, same = core.init_rnn(rng, 5, 0.5), core.unroll(6, 2, 5), core.unroll(6, 2, 5)
    tokens = rng.integers(core.VOCAB, size=(7, 2))
    for buffers, forward in ((u, hierarchy.forward), (same, core.forward)):
        core.load(buffers, tokens)
        forward(net, buffers)
    assert np.allclose(u.probs, same.probs, rtol=1e-14)


def cycle_net(level, V):
    """A net that is right inside the runs of a level, and at their ends never.

    Its state says which symbol it has read last: it predicts the next of the
    cycle, and the first of the cycle after any symbol from above.
    """
    first, net = hierarchy.n_symbols(level), core.zero_rnn(V, V, V)
    net.W_xh[...] = 3 * np.eye(V)
    following = np.full(V, first)
    following[first : first + 4] = np.arange(first + 1, first + 5)
    net.W_hy[np.arange(V), following] = 1.0
    return net


def test_a_perfect_stack():
    levels = [cycle_net(level, 12) for level in range(2)]
    streams = hierarchy.draw(np.random.default_rng(5), 2, 50)
    streams.append(np.array([0, 2, 3, 7, 2, 3, 4, 0], np.uint8))
    passed, masks, flagged = hierarchy.compress(levels, streams)
    assert flagged.all()
    for level in range(2):
        for stream, mask, above in zip(passed[level], masks[level], passed[level + 1]):
            assert np.array_equal(above, without_cycle(stream, level))
            assert np.array_equal(above, stream[mask])
    assert [top.tolist() for top in passed[2]] == [[s[0], s[-1]] for s in streams]


def test_a_level_alone_counts_its_mistakes():
    rng = np.random.default_rng
    right = hierarchy.alone(cycle_net(0, 12), 2, 0, 20, rng(6), "bounded")
    streams = hierarchy.draw(rng(6), 2, 20, law="bounded")
    n, n_above = (sum(map(len, s)) for s in (streams, [without_cycle(s, 0) for s in streams]))
    assert right == {"symbols": n, "ratio": n / n_above, "extra": 0, "lost": 0}
    blind = cycle_net(0, 12)
    blind.b_y[0] = 100.0  # expects A whatever has come
    wrong = hierarchy.alone(blind, 2, 0, 20, rng(6), "bounded")
    lost = sum(int((s[1:] == 0).sum()) for s in streams)
    assert wrong["lost"] == lost > 0 and wrong["extra"] == n - n_above
    assert wrong["ratio"] == pytest.approx(n / (n - lost))


def test_what_a_level_does_not_pass_up_is_not_recalled():
    blind = cycle_net(0, 7)
    blind.b_y[0] = 100.0
    streams = [np.array([trigger, 2, 3, 4, trigger], np.uint8) for trigger in (0, 1)]
    passed, _, flagged = hierarchy.compress([blind], streams)
    assert flagged.tolist() == [False, True]
    assert [p.tolist() for p in passed[1]] == [[0, 2, 3, 4], [1, 2, 3, 4, 1]]
    answered = hierarchy.answers(core.zero_rnn(3, 7, 7), passed[1], flagged, np.array([0, 1]))
    assert answered == {"recall": 0.0, "choice": 0.0, "k": 4.5}
    _, _, flagged = hierarchy.compress([blind], [np.array([0], np.uint8)])
    assert flagged.tolist() == [False]  # one event: nothing was recalled


def test_streams_of_different_lengths_are_read_as_if_alone():
    rng = np.random.default_rng(7)
    net = core.init_rnn(rng, 5, 1.0, 12, 12)
    streams = [rng.integers(12, size=n).astype(np.uint8) for n in (1, 2, 40, 300, 7, 299, 3) * 12]
    masks = hierarchy.missed(net, streams)
    found = hierarchy.last_logits(net, streams)
    for stream, mask, last in zip(streams, masks, found):
        h, expected, logits = np.zeros(5), [True], np.zeros(12)
        for symbol, following in zip(stream, stream[1:]):
            h = np.tanh(net.W_xh[symbol] + h @ net.W_hh + net.b_h)
            logits = h @ net.W_hy + net.b_y
            expected.append(logits.argmax() != following)
        assert mask.tolist() == expected
        assert np.allclose(last, logits, rtol=1e-12)


def test_places_to_train_on():
    rng = np.random.default_rng(8)
    streams = hierarchy.draw(rng, 2, 5)
    places, seen, from_start = hierarchy.Places(streams), np.zeros(12), 0
    shape = hierarchy.STRETCH, hierarchy.LANES
    tokens, weights = np.empty((shape[0] + 1, shape[1]), np.intp), np.empty(shape)
    texts = [stream.tobytes() for stream in streams]
    for _ in range(100):
        places.load(rng, tokens, weights)
        for lane, weight in zip(tokens.T, weights.T):
            n = int(weight.sum())
            assert weight[:n].all()
            part = lane[: n + 1].astype(np.uint8).tobytes()
            assert any(part in text for text in texts)  # a stretch of one stream
            from_start += any(text.startswith(part) for text in texts)
            seen[np.unique(lane[: n + 1])] += 1
    assert seen[:2].sum() > 200 and (seen[2:] > 100).all()
    assert from_start > 50  # where there is no state yet


def test_a_level_learns_from_streams_shorter_than_a_window():
    rng = np.random.default_rng(9)
    streams = [np.array([0, 1], np.uint8), np.array([1, 0], np.uint8)]
    places = hierarchy.Places(streams)
    tokens = np.empty((hierarchy.STRETCH + 1, hierarchy.LANES), np.intp)
    weights = np.empty((hierarchy.STRETCH, hierarchy.LANES))
    places.load(rng, tokens, weights)
    assert not weights[1:].any() and weights[0].any()
    net = hierarchy.train_level(rng, streams, 7, 300)
    assert [m.tolist() for m in hierarchy.missed(net, streams)] == [[True, False]] * 2


def test_a_small_stack_and_its_determinism():
    arguments = (0, 1, hierarchy.QUICK, "memoryless", 1)
    once, again = hierarchy.one_stack(arguments), hierarchy.one_stack(arguments)
    assert core.to_json(once) == core.to_json(again)
    assert once["stack"] == {"recall": 1.0, "choice": 1.0, "k": 2.0}
    assert once["two_level"].pop("trigger_difference") > 1
    assert once["two_level"] == once["stack"]
    assert once["own"][0]["extra"] == once["own"][0]["lost"] == 0
    assert once["ratio"] == pytest.approx(hierarchy.expected_length(1) / 2, rel=0.02)


def test_a_net_that_has_kept_nothing_chooses_right_half_of_the_time():
    rng = np.random.default_rng(0)
    level_0, C = (core.init_rnn(rng, 4, 1.0, 7, 7) for _ in range(2))
    C.W_hh[...] = 0  # the state is that of the last symbol alone
    fresh = hierarchy.draw(rng, 1, 9)
    masks = [np.ones(len(stream), bool) for stream in fresh]
    with patch.object(hierarchy, "missed", lambda net, streams: masks):
        answers = hierarchy.after_both(C, level_0, fresh, masks, fresh)
    assert answers["choice"] == 0.5 and answers["trigger_difference"] == 0


def test_the_other_trigger_changes_nothing_else():
    (stream,) = hierarchy.draw(np.random.default_rng(1), 2, 1)
    other = hierarchy.other_trigger(stream)
    assert np.flatnonzero(other != stream).tolist() == [0, len(stream) - 1]
    assert other[0] == other[-1] == 1 - stream[0]


def test_stages_draw_from_their_own_streams():
    drawn = {
        (seed, depth, stage): rng.integers(2**60)
        for seed in (0, 1)
        for depth in (1, 2)
        for stage, rng in hierarchy.random_streams(seed, depth).items()
    }
    assert len(set(drawn.values())) == 4 * len(hierarchy.STAGES)
