"""Single nets of the lab: the gradient that is followed, states over blocks, cells of a table."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.lab import cells, single

KINDS = pytest.mark.parametrize("kind", single.KINDS)


def mean_loss(net, tokens, weight):
    """Weighted cross-entropy per sequence, by the book."""
    total = 0.0
    for start, targets, out in single.predictions(net, tokens):
        p = out if isinstance(net, single.LSTM) else np.exp(out)
        p = p / p.sum(axis=-1, keepdims=True)
        chosen = np.take_along_axis(p, targets[..., None], axis=-1)[..., 0]
        total -= (weight[start : start + len(targets)] * np.log(chosen)).sum()
    return total / tokens.shape[1]


@KINDS
def test_an_update_follows_the_gradient_of_the_weighted_loss(kind):
    """Central differences in a random direction, for two batches of different length."""
    rng = np.random.default_rng(0)
    net = single.initial(kind, rng, 5)
    for T in (12, 9):
        tokens = core.trigger_recall(rng, T, 3)
        weight = single.annealed(T, 30, 100)
        grad, u = core.zeros_like(net), single.unrolled(net, T - 1, 3)
        core.load(u, tokens)
        single.forward(net, u)
        single.backward(net, grad, u, weight / 3)
        direction, eps, start = rng.normal(size=len(net.flat)), 1e-6, net.flat.copy()
        net.flat[...] = start + eps * direction
        above = mean_loss(net, tokens, weight)
        net.flat[...] = start - eps * direction
        below = mean_loss(net, tokens, weight)
        net.flat[...] = start
        assert (above - below) / (2 * eps) == pytest.approx(grad.flat @ direction, rel=1e-6)


@KINDS
def test_learning_lowers_the_loss_and_yields_what_was_said_before(kind):
    rng = np.random.default_rng(1)
    net = single.initial(kind, rng, 8)
    first = core.trigger_recall(np.random.default_rng(2), 20, 4)
    weight = np.ones((19, 1)) / 19
    before = mean_loss(net, first, weight)
    updates = single.learning(
        net,
        single.drawn(core.trigger_recall, np.random.default_rng(2), range(20, 21), 4),
        0.01,
        lambda T, n: weight,
    )
    u = next(updates)
    chosen = np.take_along_axis(u.probs, u.tokens[1:, :, None], axis=-1)
    assert -np.log(chosen).mean() == pytest.approx(before)
    for _ in range(200):
        next(updates)
    assert mean_loss(net, first, weight) < 0.3 * before


@KINDS
def test_a_net_that_diverges_says_so(kind):
    net = single.initial(kind, np.random.default_rng(0), 4)
    net.b_y[0] = np.inf
    batches = iter([core.trigger_recall(np.random.default_rng(0), 9, 2)])
    with np.errstate(**core.DIVERGING), pytest.raises(core.Diverged, match="lower the rate"):
        next(single.learning(net, batches, 0.1, lambda T, n: np.ones((T - 1, 1))))


def test_lengths_are_those_of_the_range():
    batches = single.drawn(core.trigger_recall, np.random.default_rng(0), range(10, 14), 2)
    assert {next(batches).shape for _ in range(100)} == {(T, 2) for T in range(10, 14)}


@KINDS
def test_states_are_carried_over_the_edges_of_blocks(kind, monkeypatch):
    net = single.initial(kind, np.random.default_rng(0), 5)
    tokens = core.trigger_recall(np.random.default_rng(0), 50, 2)
    monkeypatch.setattr(core, "BLOCK", 14)
    small = np.concatenate([out for *_, out in single.predictions(net, tokens, 7)])
    monkeypatch.setattr(core, "BLOCK", 2000)
    whole = np.concatenate([out for *_, out in single.predictions(net, tokens)])
    assert np.allclose(small, whole, rtol=1e-12)


def test_a_cell_counts_what_was_not_solved_and_takes_the_median_of_the_rest():
    found = cells.cell([3.0, None, 1.0, 8.0], budget=9)
    assert found["solved"]["k"] == 3 and found["solved"]["n"] == 4
    assert found["multiply_adds"] == 3.0 and found["budget"] == 9.0
    assert cells.cell([None], 1)["multiply_adds"] is None
    with pytest.raises(KeyError):
        cells.key("table + C", "chosen")
