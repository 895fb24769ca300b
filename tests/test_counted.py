"""Counting triples: what is counted, the net on top, and what a run says."""

import numpy as np
import pytest
from test_studies import of_its_kind

from studies.chunker import counted
from studies.lab import decisive


def test_the_filler_s_counts_are_taken_away():
    """Twice as much filler changes nothing, events do."""
    tokens = decisive.cycle_from(3, 25 * 8 + 1)[:, None]
    longer = decisive.cycle_from(3, 25 * 40 + 1)[:, None]
    few, many = (counted.less_the_filler(decisive.counts(x, 3)[:, 1:]) for x in (tokens, longer))
    assert np.abs(few).max() <= 1 and np.abs(many).max() <= 1
    assert not np.allclose(few, decisive.counts(tokens, 3)[:, 1:])
    tokens[100] = (tokens[100] + 1) % 5
    changed = counted.less_the_filler(decisive.counts(tokens, 3)[:, 1:])
    assert np.abs(changed - few)[:, :125].sum() == 6  # three triples gone, three come


def test_gradient_against_central_differences():
    rng = np.random.default_rng(0)
    X, targets = rng.normal(size=(5, 7)), np.array([0, 1, 1, 0, 1])
    net = counted.initial(rng, 7)
    grad = counted.core.zeros_like(net)
    counted.backward(net, grad, X, targets)

    def loss():
        y = counted.logits(net, X)[1]
        return np.mean(np.logaddexp(0, y) - targets * y)

    for i in rng.permutation(len(net.flat))[:60]:
        net.flat[i] += 1e-6
        up = loss()
        net.flat[i] -= 2e-6
        down = loss()
        net.flat[i] += 1e-6
        assert grad.flat[i] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-9)


def test_the_targets_are_the_last_symbols_and_are_not_counted():
    X, targets = counted.drawn_counts(np.random.default_rng(1), 40, (100, 140), 1)
    assert X.shape == (40, 150) and set(targets) == {0, 1}
    tokens = decisive.draw(np.random.default_rng(2), 120, 6, 1)
    other = tokens.copy()
    other[-1] = 1 - other[-1]
    assert np.array_equal(decisive.counts(tokens, 3), decisive.counts(other, 3))


def test_a_quick_run_beats_chance_without_parity(quick_run):
    results = quick_run("counted")
    of_its_kind("counted", results)
    assert set(results["cells"]) == {"first", "second"}
    assert results["forms"]["first"]["choice"]["mean"] > 0.75
    header, rows = counted.table(results)
    assert len(rows) == 2 and all(len(row) == len(header) for row in rows)
    assert "one trigger" in counted.answer(results)
    one = counted.one_run(("first", 3, counted.QUICK))
    assert one == counted.one_run(("first", 3, counted.QUICK))


def test_solved_is_from_an_epoch_on_and_costs_its_epochs(monkeypatch):
    run = {"seed": 0, "epochs": 3, "choice": [0.5, 0.9, 1.0], "at_last": 1.0, "d": 150}
    monkeypatch.setattr(counted, "parallel_map", lambda f, tasks, *a: [run for _ in tasks])
    results = counted.compute(counted.QUICK, 1)
    cost = results["cells"]["first"]["counts + hidden layer"]["multiply_adds"]
    assert cost == 3 * counted.QUICK.n_sequences * (2 * 150 * 32 + 3 * 32)
