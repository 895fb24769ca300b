"""Sequences that are made as they are read."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies import nets, scale


@pytest.mark.parametrize("T", [7, 8, 30])
def test_sequences_made_slice_by_slice_are_the_sequences(T):
    whole, lazy = nets.both_sequences(T), scale.BothSequences(T)
    assert lazy.shape == whole.shape
    for start in range(T):
        for stop in range(start, T + 3):
            assert np.array_equal(lazy[start:stop], whole[start:stop])


@pytest.mark.parametrize("threshold", [0.5, 2.0, 100.0])
def test_the_surprises_of_a_stream_are_those_of_the_core(threshold, monkeypatch):
    monkeypatch.setattr(core, "BLOCK", 14)
    net, T = core.init_rnn(np.random.default_rng(0), 5, 1.0), 60
    found = scale.stream(net, threshold, scale.BothSequences(T))
    mask = core.surprising(core.score(net, nets.both_sequences(T))[0], threshold)
    for i, (steps, symbols) in enumerate(found):
        assert np.array_equal(steps, np.flatnonzero(mask[:, i]))
        assert np.array_equal(symbols, nets.both_sequences(T)[steps, i])


def test_a_target_that_was_not_flagged_is_not_recalled():
    C = core.init_rnn(np.random.default_rng(0), 4, 1.0)
    found = [(np.array([0, 5]), np.array([i, i])) for i in range(2)]
    assert scale.recalled(C, found, 7) == (0.0, 0.0)
