"""Sequences that are made as they are read."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import scale
from studies.lab import catalogue, provenance
from studies.lab.training import both_sequences


@pytest.mark.parametrize("T", [7, 8, 30])
def test_sequences_made_slice_by_slice_are_the_sequences(T):
    whole, lazy = both_sequences(T), scale.BothSequences(T)
    assert lazy.shape == whole.shape
    for start in range(T):
        for stop in range(start, T + 3):
            assert np.array_equal(lazy[start:stop], whole[start:stop])


@pytest.mark.parametrize("threshold", [0.5, 2.0, 100.0])
def test_the_surprises_of_a_stream_are_those_of_the_core(threshold, monkeypatch):
    monkeypatch.setattr(core, "BLOCK", 14)
    net, T = core.init_rnn(np.random.default_rng(0), 5, 1.0), 60
    found = scale.surprises_of(net, threshold, scale.BothSequences(T))
    mask = core.surprising(core.score(net, both_sequences(T))[0], threshold)
    for i, (steps, symbols) in enumerate(found):
        assert np.array_equal(steps, np.flatnonzero(mask[:, i]))
        assert np.array_equal(symbols, both_sequences(T)[steps, i])


def test_a_target_that_was_not_flagged_is_not_recalled():
    C = core.init_rnn(np.random.default_rng(0), 4, 1.0)
    found = [(np.array([0, 5]), np.array([i, i])) for i in range(2)]
    assert scale.accuracies(C, found, 7) == (0.0, 0.0)


@pytest.mark.parametrize("says, recall", [((0, 1), 1.0), ((1, 0), 0.0), ((0, 0), 0.5)])
def test_recall_is_what_c_says_after_each_trigger(says, recall):
    C = core.zero_rnn(2)
    C.W_xh[:2] = np.eye(2)
    C.W_hy[[0, 1], says] = 9.0
    found = [(np.array([0, 6]), np.array([i, i])) for i in range(2)]
    assert scale.accuracies(C, found, 7) == (recall, recall)


def test_times_and_memory_are_no_numbers_to_compare():
    results = catalogue.results_of("scale")
    text = str(provenance.numbers("scale", results))
    for measured in ("seconds", "per_second", "peak_mb", "exponent", "throughput"):
        assert measured not in text
    for number in ("surprises", "recall", "choice", "exact", "phases"):
        assert number in text


def test_the_table_says_what_the_runs_say():
    results = catalogue.results_of("scale")
    for i, T in enumerate(scale.FULL.lengths):
        of = [run["rows"][i] for run in results["runs"]]
        of[0]["surprises"][1].append(7)
        summary = scale.length_summary(of, longest=False)
        assert summary["exact"]["k"] == sum(r["surprises"] == 2 * [[0, T - 1]] for r in of) == 4
        results["rows"][i]["exact"] = summary["exact"]
        row = scale.table(results)[1][i]
        assert row[:2] == (f"{T:,}", "4/5 seeds")
        assert row[4] == f"{np.median([r['seconds'] for r in of]):.3g}"
    recalled = [recall == 1 for run in results["runs"] for recall in run["phases"]]
    assert f" {sum(recalled)}/{len(recalled)} cases" in scale.seen(results)
