"""Tables in A's place in the hierarchy and under the gates; nets without recurrent weights."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import tables
from studies.lab import events, nested
from studies.lab.randomness import generators
from studies.lab.tables import (
    Table,
    contexts,
    counted_frequencies,
    fit_table,
    table_losses,
    table_mispredicted,
)

PLAN = tables.QUICK
PAIRS = tables.TABLES["pairs"]


def drawn(depth=2, n=20, seed=0):
    return nested.draw(np.random.default_rng(seed), depth, n)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_table_of_sequences_is_that_of_each_alone(order):
    """No context goes over from one sequence to the next."""
    sequences = drawn(n=3)
    table = fit_table(sequences, order, 12)
    counts = np.full(((13) ** order, 12), 0.5)
    for x in sequences:
        for t in range(1, len(x)):
            context = 0
            for back in range(order, 0, -1):
                context = 13 * context + (x[t - back] if t >= back else 12)
            counts[context, x[t]] += 1
    assert np.allclose(table.log_p, np.log(counts / counts.sum(axis=1, keepdims=True)))
    (loss,) = table_losses(table, sequences[:1])
    assert loss.shape == (len(sequences[0]) - 1,) and (loss > 0).all()


def test_what_is_mispredicted_is_what_is_not_the_most_probable():
    table = Table(np.log([[0.1, 0.8, 0.1], [0.5, 0.2, 0.3], [0.2, 0.2, 0.6], [0.4, 0.3, 0.3]]), 1)
    (mask,) = table_mispredicted(table, [np.array([0, 1, 1, 0, 1, 0])])
    assert mask.tolist() == [True, False, True, False, False, False]


def test_pairs_at_every_level_pass_up_what_is_from_above():
    training = drawn(3, 8)
    levels, left = tables.train_levels(training, 3, PAIRS, "mispredicted")
    assert [x.tolist() for x in left] == [[x[0], x[0]] for x in training]
    fresh = drawn(3, 5, seed=1)
    passed, masks, flagged = nested.apply_levels(levels, fresh, tables.flags)
    for level in range(3):
        for x, mask in zip(passed[level], masks[level]):
            first, after = nested.n_symbols(level), nested.n_symbols(level + 1)
            assert np.array_equal(mask, (x < first) | (x >= after))
    assert flagged.all()


def test_every_level_learns_from_what_the_one_below_passes_up():
    training = drawn(2, 8)
    levels, _ = tables.train_levels(training, 2, PAIRS, "mispredicted")
    above = nested.kept(training, tables.flags(levels[0], training))
    assert np.array_equal(levels[1].table.log_p, fit_table(above, PAIRS, 12).log_p)
    assert not np.array_equal(levels[1].table.log_p, levels[0].table.log_p)


def test_the_midpoint_is_between_own_symbols_and_those_from_above():
    sequences = drawn(2, 10)
    table = fit_table(sequences, 0, 12)
    losses = np.concatenate(table_losses(table, sequences))
    came = np.concatenate([x[1:] for x in sequences])
    own = (came >= 2) & (came < 7)
    found = tables.midpoint(table, sequences, 0)
    assert losses[own].max() < found < losses[~own].max()
    assert found == pytest.approx((np.median(losses[own]) + np.median(losses[~own])) / 2)


def test_fresh_sequences_are_those_of_the_nets_and_not_the_training():
    rng = generators("hierarchy", 100, nested.STAGES, 1)
    training, fresh = (nested.draw(rng[stage], 2, 20) for stage in ("training", "fresh"))
    assert not {x.tobytes() for x in training} & {x.tobytes() for x in fresh}
    run = tables.one_hierarchy((2, 100, PLAN))
    assert run["pairs, mispredicted"]["events"][0] == np.mean([len(x) for x in fresh])
    assert set(run) == {f"{name}, {rule}" for name in tables.TABLES for rule in tables.RULES}


def test_gates_see_what_the_table_makes_of_each_symbol():
    rng = np.random.default_rng(0)
    tokens = core.trigger_recall(rng, 30, 6)
    table = Table(counted_frequencies([tokens], 1), 1)
    seen = tables.observed(table, tokens)
    assert seen.loss.shape == seen.expected.shape == (29, 6)
    which = contexts(tokens, 1)
    assert np.array_equal(seen.loss, -table.log_p[which, tokens[1:]])
    mask = events.passed(events.mispredicted, seen)
    assert mask[0].all() and mask[-1].all() and not mask[2:-1].any()
    gates = tables.gates_of(seen.loss)
    assert set(gates) == set(tables.GATES)


def test_a_target_that_does_not_go_up_is_not_recalled():
    config = core.Config(T=30)
    training = core.trigger_recall(np.random.default_rng(0), 30, 320)
    fresh = core.trigger_recall(np.random.default_rng(1), 30, 20)

    def ends(tokens, target=True):
        mask = np.zeros(tokens.shape, bool)
        mask[0], mask[-1] = True, target
        return mask

    right = tables.judged(config, ends(training), ends(fresh), training, fresh)
    assert right == (1.0, 1.0)
    lost = tables.judged(config, ends(training), ends(fresh, False), training, fresh)
    assert lost == (0.0, 0.0)


def test_the_chunker_of_a_table_is_that_of_gate():
    config = core.Config(T=30, chunk_epochs=4)
    tokens = core.trigger_recall(np.random.default_rng(0), 30, 64)
    mask = np.zeros(tokens.shape, bool)
    mask[[0, -1]] = True
    found = tables.judged(config, mask, mask, tokens, tokens)
    C = events.fit_chunker(config, tokens, mask)
    assert found == events.accuracies(C, core.pass_up(tokens, mask), tokens[-1])


def test_without_recurrence_nothing_but_the_last_symbol_counts():
    training = drawn(2, 8)
    rng = np.random.default_rng(0)
    net = nested.train_level(rng, training, 12, 200, recurrent=False)
    C = nested.train_chunker(rng, training, 12, 20, recurrent=False)
    for trained in (net, C):
        assert not trained.W_hh.any() and np.abs(trained.W_xh).max() > 0.1
    x = training[0]
    _, after_all = core.score(net, x[:, None])
    _, after_one = core.score(net, x[-2:, None])
    assert np.array_equal(after_all, after_one)


def test_the_parts_are_those_of_the_headline():
    config = core.Config(seed=5, T=40, auto_epochs=12, chunk_epochs=6)
    A = tables.automatizer(config, True)
    rng = core.random_streams(5)
    assert np.array_equal(A.flat, core.train_automatizer(config, rng, core.silent)[0].flat)
    assert not tables.automatizer(config, False).W_hh.any()
    tokens = core.trigger_recall(rng["chunk_data"], 40, 96)
    up = core.compress(A, tokens, 0.7)
    whole = tables.chunker(config, up, True)
    expected = core.fit_chunker(config, core.random_streams(5), up, np.arange(96))[0]
    assert np.array_equal(whole.flat, expected.flat)
    for events_of in (up, [core.Events(np.array([0]), False)]):  # with and without an update
        assert not tables.chunker(config, events_of, False).W_hh.any()


def test_of_two_events_the_second_needs_no_recurrence():
    config = core.Config(seed=1)
    up = [core.Events(np.array([x, x]), True) for x in (0, 1) * 40]
    with_it, without = (tables.chunker(config, up, recurrent) for recurrent in (True, False))
    assert np.array_equal(with_it.W_xh, without.W_xh) and with_it.W_hh.any()


def test_levels_and_depths_at_which_every_seed_recalls_everything():
    def of(share):
        return {"perfect": {"share": share}}

    results = {
        "gates": [{"e": 0.0, "x": of(1.0)}, {"e": 0.1, "x": of(0.9)}, {"e": 0.5, "x": of(1.0)}],
        "hierarchy": {"2": {"x": of(1.0)}, "3": {"x": of(0.99)}},
    }
    assert tables.perfect_levels(results, "x") == [0.0, 0.5]
    assert tables.all_depths(results, "x") == ["2"]
