"""The hierarchy: the task, training on sequences of different lengths, the stack."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.chunker import hierarchy
from studies.lab import nested
from studies.lab.randomness import generators

DEPTHS = st.integers(1, 3)
LAWS = st.sampled_from(sorted(nested.LAWS))


def without_cycle(sequence, level):
    first = nested.n_symbols(level)
    return sequence[(sequence < first) | (sequence >= first + nested.CYCLE)]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**40), depth=DEPTHS, law=LAWS)
def test_each_level_lies_in_the_one_below(seed, depth, law):
    rng = np.random.default_rng(seed)
    for sequence in nested.draw(rng, depth, 3, law=law):
        assert sequence.max() < nested.n_symbols(depth)
        for level in range(depth):
            first, after = nested.n_symbols(level), nested.n_symbols(level + 1)
            own = (sequence >= first) & (sequence < after)
            assert not own[0] and not own[-1]
            above = np.flatnonzero(~own)
            lengths = np.diff(above) - 1
            low, high = (12, 22) if law == "bounded" else (14, np.inf)
            assert low <= lengths.min() and lengths.max() <= high
            for start, n in zip(above, lengths):
                cycle = nested.n_symbols(level) + np.arange(n) % nested.CYCLE
                assert np.array_equal(sequence[start + 1 : start + 1 + n], cycle)
            sequence = without_cycle(sequence, level)
        assert len(sequence) == 2 and sequence[0] == sequence[1] < core.N_TRIGGERS


def test_a_level_drawn_alone_is_of_the_same_kind():
    rng = np.random.default_rng(0)
    whole = [without_cycle(s, 0) for s in nested.draw(rng, 2, 4000)]
    alone = nested.draw(rng, 2, 4000, level=1)
    lengths = [np.array([len(s) for s in sequences]) for sequences in (whole, alone)]
    assert abs(lengths[0].mean() - lengths[1].mean()) < 0.1  # stratified: far below sampling noise
    assert abs(lengths[0].std() - lengths[1].std()) < 0.2
    assert {int(s[1]) for s in alone} == {7} and abs(np.mean([s[0] for s in alone]) - 0.5) < 0.05


@pytest.mark.parametrize("law", nested.LAWS)
def test_length_of_runs(law):
    u = (np.arange(200_000) + 0.5) / 200_000
    lengths = nested.LAWS[law](u)
    assert abs(lengths.mean() - nested.MEAN_RUN) < 0.01
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
        mean = np.mean([len(s) for s in nested.draw(rng, depth, n)])
        assert abs(mean / nested.expected_length(depth) - 1) < 0.02
    assert nested.expected_length(4) == 1 + 18**4


def test_padding_leaves_the_gradient_alone():
    rng = np.random.default_rng(2)
    net = core.init_rnn(rng, 4, 0.7)
    long, short = rng.integers(core.VOCAB, size=9), rng.integers(core.VOCAB, size=5)
    expected = np.zeros_like(net.flat)
    for sequence in (long, short):
        grad, u = core.zeros_like(net), core.buffers(net, len(sequence) - 1, 1)
        core.load(u, sequence[:, None])
        core.forward(net, u)
        core.backward(net, grad, u)
        expected += grad.flat
    tokens, lengths = nested.padded([long, short])
    assert tokens.shape == (9, 2) and lengths.tolist() == [9, 5] and not tokens[5:, 1].any()
    grad, u = core.zeros_like(net), core.buffers(net, 8, 2)
    core.load(u, tokens)
    core.forward(net, u)
    core.backward(net, grad, u, weight=np.arange(8)[:, None] < lengths - 1)
    assert np.allclose(grad.flat, expected, rtol=1e-12, atol=1e-14)


def first_update(train, *arguments):
    """Of a training's first update: weights of the net, gradient, tokens, weight of each step."""
    updates, backward = [], core.backward

    def noted(net, grad, u, goal=None, weight=None):
        backward(net, grad, u, goal, weight)
        updates.append((net.flat.copy(), grad.flat.copy(), u.tokens.copy(), np.array(weight)))

    with patch.object(core, "backward", noted):
        train(*arguments)
    return updates[0]


def test_a_level_follows_the_gradient_of_what_is_not_padded():
    rng = np.random.default_rng(3)
    sequences = [np.array(x, np.uint8) for x in ([0, 2, 3, 4, 0], [1, 5, 6], [1, 2, 3, 4, 5, 6, 2])]
    flat, gradient, tokens, weight = first_update(nested.train_level, rng, sequences, 7, 1)
    assert weight.shape == (nested.WINDOW, nested.BATCH)
    assert set(weight.ravel()) == {0.0, 1.0}
    net, grad, expected = (core.zero_rnn(nested.HIDDEN, 7, 7) for _ in range(3))
    net.flat[...], grad.flat[...] = flat, gradient

    def loss():
        return (weight * core.score(net, tokens)[0]).sum()

    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


def test_half_of_the_helped_loss_is_the_last_symbol():
    rng = np.random.default_rng(4)
    flat, _, tokens, weight = first_update(hierarchy.train_helped, rng, 2, 1)
    net = core.zero_rnn(hierarchy.HELPED_HIDDEN, 12, 12)
    net.flat[...] = flat
    assert np.array_equal(net.W_hh, np.eye(hierarchy.HELPED_HIDDEN))
    n = (tokens >= 2).sum(axis=0)  # the run of the one level that is left, between two triggers
    weight *= hierarchy.HELPED_BATCH
    for lane, length in zip(weight.T, n):
        assert np.allclose(lane[:length], 0.5 / length) and lane[length] == 0.5
        assert not lane[length + 1 :].any()


def test_the_chunker_makes_one_full_step_of_sgd_for_each_sequence():
    sequences = [np.array([0, 1, 2, 3], np.uint8), np.array([4], np.uint8)]
    trained = nested.train_chunker(np.random.default_rng(5), sequences, 5, 2)
    config = core.Config()
    net = core.init_rnn(np.random.default_rng(5), config.chunk_hidden, core.CHUNK_STD, 5, 5)
    for _ in core.learn(net, [sequences[0][:, None]] * 2, 3, config.chunk_lr):
        pass
    assert np.array_equal(trained.flat, net.flat)


def cycle_net(level, V):
    """A net that is right inside the runs of a level, and at their ends never.

    Its state says which symbol it has read last: it predicts the next of the
    cycle, and the first of the cycle after any symbol from above.
    """
    first, net = nested.n_symbols(level), core.zero_rnn(V, V, V)
    net.W_xh[...] = 3 * np.eye(V)
    following = np.full(V, first)
    following[first : first + 4] = np.arange(first + 1, first + 5)
    net.W_hy[np.arange(V), following] = 1.0
    return net


def test_a_perfect_stack():
    levels = [cycle_net(level, 12) for level in range(2)]
    sequences = nested.draw(np.random.default_rng(5), 2, 50)
    sequences.append(np.array([0, 2, 3, 7, 2, 3, 4, 0], np.uint8))
    passed, masks, flagged = nested.apply_levels(levels, sequences)
    assert flagged.all()
    for level in range(2):
        for sequence, mask, above in zip(passed[level], masks[level], passed[level + 1]):
            assert np.array_equal(above, without_cycle(sequence, level))
            assert np.array_equal(above, sequence[mask])
    assert [top.tolist() for top in passed[2]] == [[s[0], s[-1]] for s in sequences]


def test_a_level_alone_counts_its_mistakes():
    rng = np.random.default_rng
    right = hierarchy.measure_level(cycle_net(0, 12), 2, 0, 20, rng(6), "bounded")
    sequences = nested.draw(rng(6), 2, 20, law="bounded")
    n, n_above = (sum(map(len, s)) for s in (sequences, [without_cycle(s, 0) for s in sequences]))
    assert right == {"symbols": n, "ratio": n / n_above, "extra": 0, "lost": 0}
    blind = cycle_net(0, 12)
    blind.b_y[0] = 100.0  # expects A whatever has come
    wrong = hierarchy.measure_level(blind, 2, 0, 20, rng(6), "bounded")
    lost = sum(int((s[1:] == 0).sum()) for s in sequences)
    assert wrong["lost"] == lost > 0 and wrong["extra"] == n - n_above
    assert wrong["ratio"] == pytest.approx(n / (n - lost))


def test_what_a_level_does_not_pass_up_is_not_recalled():
    blind = cycle_net(0, 7)
    blind.b_y[0] = 100.0
    sequences = [np.array([trigger, 2, 3, 4, trigger], np.uint8) for trigger in (0, 1)]
    passed, _, flagged = nested.apply_levels([blind], sequences)
    assert flagged.tolist() == [False, True]
    assert [p.tolist() for p in passed[1]] == [[0, 2, 3, 4], [1, 2, 3, 4, 1]]
    answered = nested.answers(core.zero_rnn(3, 7, 7), passed[1], flagged, sequences)
    assert answered == {"recall": 0.0, "choice": 0.0, "k": 4.5}
    _, _, flagged = nested.apply_levels([blind], [np.array([0], np.uint8)])
    assert flagged.tolist() == [False]  # one event: nothing was recalled


def test_sequences_of_different_lengths_are_read_as_if_alone():
    rng = np.random.default_rng(7)
    net = core.init_rnn(rng, 5, 1.0, 12, 12)
    sequences = [rng.integers(12, size=n).astype(np.uint8) for n in (1, 2, 40, 300, 7, 299, 3) * 12]
    masks = nested.mispredicted(net, sequences)
    found = nested.last_logits(net, sequences)
    for sequence, mask, last in zip(sequences, masks, found):
        h, expected, logits = np.zeros(5), [True], np.zeros(12)
        for symbol, following in zip(sequence, sequence[1:]):
            h = np.tanh(net.W_xh[symbol] + h @ net.W_hh + net.b_h)
            logits = h @ net.W_hy + net.b_y
            expected.append(logits.argmax() != following)
        assert mask.tolist() == expected
        assert np.allclose(last, logits, rtol=1e-12)


def test_segments_to_train_on():
    rng = np.random.default_rng(8)
    sequences = nested.draw(rng, 2, 5)
    sampler, seen, from_start = nested.SegmentSampler(sequences), np.zeros(12), 0
    shape = nested.SEGMENT, nested.BATCH
    tokens, weights = np.empty((shape[0] + 1, shape[1]), np.intp), np.empty(shape)
    texts = [sequence.tobytes() for sequence in sequences]
    for _ in range(100):
        sampler.load(rng, tokens, weights)
        for lane, weight in zip(tokens.T, weights.T):
            n = int(weight.sum())
            assert weight[:n].all()
            part = lane[: n + 1].astype(np.uint8).tobytes()
            assert any(part in text for text in texts)  # a segment of one sequence
            from_start += any(text.startswith(part) for text in texts)
            seen[np.unique(lane[: n + 1])] += 1
    assert seen[:2].sum() > 200 and (seen[2:] > 100).all()
    assert from_start > 50  # where there is no state yet


def test_half_of_the_segments_are_for_the_rarer_of_two_symbols():
    rng, sequence = np.random.default_rng(10), np.ones(5000, np.uint8)
    sequence[2500] = 0
    sampler, n = nested.SegmentSampler([sequence]), 0
    tokens = np.empty((nested.SEGMENT + 1, nested.BATCH), np.intp)
    for _ in range(100):
        sampler.load(rng, tokens, np.empty((nested.SEGMENT, nested.BATCH)))
        n += (tokens == 0).any(axis=0).sum()
    assert 0.45 < n / (100 * nested.BATCH) < 0.57


def test_a_level_learns_from_sequences_shorter_than_a_window():
    rng = np.random.default_rng(9)
    sequences = [np.array([0, 1], np.uint8), np.array([1, 0], np.uint8)]
    sampler = nested.SegmentSampler(sequences)
    tokens = np.empty((nested.SEGMENT + 1, nested.BATCH), np.intp)
    weights = np.empty((nested.SEGMENT, nested.BATCH))
    sampler.load(rng, tokens, weights)
    assert not weights[1:].any() and weights[0].any()
    net = nested.train_level(rng, sequences, 7, 300)
    assert [m.tolist() for m in nested.mispredicted(net, sequences)] == [[True, False]] * 2


def test_a_small_stack_and_its_determinism():
    arguments = (0, (1, "memoryless", 1), hierarchy.QUICK)
    once, again = hierarchy.one_stack(arguments), hierarchy.one_stack(arguments)
    assert core.to_json(once) == core.to_json(again)
    assert once["stack"] == {"recall": 1.0, "choice": 1.0, "k": 2.0}
    assert once["two_level"].pop("trigger_difference") > 1
    assert once["two_level"] == once["stack"]
    assert once["own"][0]["extra"] == once["own"][0]["lost"] == 0
    assert once["ratio"] == pytest.approx(nested.expected_length(1) / 2, rel=0.02)


def test_a_net_that_has_kept_nothing_chooses_right_half_of_the_time():
    rng = np.random.default_rng(0)
    level_0, C = (core.init_rnn(rng, 4, 1.0, 7, 7) for _ in range(2))
    C.W_hh[...] = 0  # the state is that of the last symbol alone
    fresh = nested.draw(rng, 1, 9)
    masks = [np.ones(len(sequence), bool) for sequence in fresh]
    with patch.object(nested, "mispredicted", lambda net, sequences: masks):
        answers = hierarchy.after_both(C, level_0, fresh, masks, fresh)
    assert answers["choice"] == 0.5 and answers["trigger_difference"] == 0


def test_the_other_trigger_changes_nothing_else():
    (sequence,) = nested.draw(np.random.default_rng(1), 2, 1)
    other = hierarchy.other_trigger(sequence)
    assert np.flatnonzero(other != sequence).tolist() == [0, len(sequence) - 1]
    assert other[0] == other[-1] == 1 - sequence[0]


def test_each_run_goes_to_its_case():
    n_seeds = {(1, "memoryless", 1): 2, (2, "bounded", 1): 1}
    first = hierarchy.FIRST_SEED
    runs = hierarchy.over_seeds(tuple, n_seeds, 1, "runs", "more")
    assert runs == {
        (1, "memoryless", 1): [(first + i, (1, "memoryless", 1), "more") for i in range(2)],
        (2, "bounded", 1): [(first, (2, "bounded", 1), "more")],
    }


def test_stages_draw_from_their_own_generators():
    drawn = {
        (seed, depth, stage): rng.integers(2**60)
        for seed in (0, 1)
        for depth in (1, 2)
        for stage, rng in generators("hierarchy", seed, nested.STAGES, depth - 1).items()
    }
    assert len(set(drawn.values())) == 4 * len(nested.STAGES)


def test_a_last_symbol_that_goes_up_alone_can_t_be_predicted():
    sequences = [np.arange(5), np.arange(4)]
    masks = [[True, False, False, False, True], [False, False, False, True]]
    passed, _, flagged = nested.apply_levels(
        [None], sequences, lambda net, some: [np.array(mask) for mask in masks]
    )
    assert [events.tolist() for events in passed[-1]] == [[0, 4], [3]]
    assert flagged.tolist() == [True, False]
