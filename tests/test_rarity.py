"""Tables and a net without recurrence in A's place."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import rarity
from studies.lab import tables


@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_table_counts_what_followed_each_context(order):
    rng = np.random.default_rng(order)
    sequences = [rng.integers(core.VOCAB, size=(40, 3)) for _ in range(4)]
    loss = tables.frequency_table(sequences, order)
    seen = {}
    for tokens in sequences:
        for column in tokens.T:
            for t in range(1, 40):
                context = tuple(column[max(0, t - order) : t]) if order else ()
                seen.setdefault(context, np.full(core.VOCAB, 0.5))[column[t]] += 1
    fresh = rng.integers(core.VOCAB, size=(12, 2))
    for b in range(2):
        for t in range(1, 12):
            context = tuple(fresh[max(0, t - order) : t, b]) if order else ()
            counts = seen.get(context, np.full(core.VOCAB, 0.5))
            expected = -np.log(counts[fresh[t, b]] / counts.sum())
            assert loss(fresh)[t - 1, b] == pytest.approx(expected)


def test_where_there_is_no_context_yet_its_place_is_marked():
    tokens = np.array([[3], [4], [5]])
    first, second = tables.contexts(tokens, 2)[:, 0]
    assert first == core.VOCAB * (core.VOCAB + 1) + 3 and second == 3 * (core.VOCAB + 1) + 4


def test_without_recurrence_only_the_last_symbol_counts():
    config = core.Config(T=30, auto_epochs=20)
    rng = core.random_streams(0)
    sequences = [core.trigger_recall(rng["auto_data"], 30, 8) for _ in range(20)]
    net = tables.without_recurrence(config, rng, sequences)
    assert not net.W_hh.any()
    rng = np.random.default_rng(0)
    a, b = rng.integers(7, size=(2, 20, 1))
    a[9], b[9], a[10], b[10] = 2, 2, 3, 3
    loss_a, loss_b = tables.net_loss(net)(a), tables.net_loss(net)(b)
    assert loss_a[9] == loss_b[9] and not np.array_equal(loss_a, loss_b)
    # it has learnt that 2 follows 1, from pairs of neighbours
    assert loss_a[9] < 1.6 < tables.net_loss(core.zeros_like(net))(a)[9]


def test_every_predictor_sees_the_same_data_as_a():
    config = core.Config(seed=3, T=30, auto_epochs=5)
    loss = rarity.predictor("symbols", config, core.TRIGGER_RECALL)
    data = core.random_streams(3)["auto_data"]
    tokens = np.concatenate([core.trigger_recall(data, 30, 8)[1:] for _ in range(5)], axis=1)
    counts = 0.5 + np.bincount(tokens.ravel(), minlength=7)
    expected = -np.log(counts / counts.sum())
    fresh = core.trigger_recall(np.random.default_rng(0), 30, 2)
    assert np.allclose(loss(fresh), expected[fresh[1:]])
    A, _ = core.train_automatizer(config, core.random_streams(3), core.silent)
    same = rarity.predictor("A", config, core.TRIGGER_RECALL)
    assert np.array_equal(same(fresh), core.score(A, fresh)[0])


def test_a_run_at_small_t():
    run = rarity.one_run((0.0, 100, rarity.QUICK))
    for name in rarity.PREDICTORS:
        assert run[name]["recurrence_of_c_moved"] == 0 or run[name]["k"] > 2
    assert run["symbols"]["k"] == 2 and run["symbols"]["recall"] == 1
    assert run == rarity.one_run((0.0, 100, rarity.QUICK))


def test_levels_at_which_every_seed_recalls_everything():
    def level(e, share):
        return {"e": e, "A": {"perfect": {"share": share}}}

    results = {"levels": [level(0.0, 1.0), level(0.1, 0.95), level(0.5, 1.0)]}
    assert rarity.perfect_levels(results, "A") == [0.0, 0.5]


def test_sequences_until_c_recalls_all_of_them(monkeypatch):
    """The first epoch from which on nothing is missed, times the sequences of an epoch."""
    for recalled, after in (([0, 1, 0.9, 1, 1], 4 * 16), ([1, 1], 16), ([1, 0.5], None)):
        monkeypatch.setattr(core, "fit_chunker", lambda *_, r=recalled: ("C", [], r, []))
        assert rarity.taught(core.Config(), []) == ("C", after)


def test_an_update_of_c_costs_what_its_sizes_say():
    """Forward, gradient of each matrix, error into the state, and the sum of softmax."""
    H, V = core.Config.chunk_hidden, core.VOCAB
    step = H * H + H * V + H * H + H * V + H * V + H * V + V * V + H + V
    assert 0.95 * step < rarity.multiply_adds() < 1.5 * step
    assert rarity.multiply_adds() == 607
