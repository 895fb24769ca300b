"""Conventional nets on noisy filler and on the hierarchy: the tasks, the weights, what counts."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import conventional
from studies.lab import nested, single, unequal
from studies.lab.randomness import generators
from studies.lab.tasks import off_cycle

PLAN = conventional.QUICK
Setting = conventional.Setting


def test_what_is_asked_is_the_task_as_it_is():
    rng = np.random.default_rng(0)
    assert {len(x) for x in conventional.draw("noise 0.1", rng, 20, 50)} == {50}
    given = conventional.draw("hierarchy (depth 3)", rng, 60, 50)
    again = nested.draw(np.random.default_rng(1), 3, 60)
    assert np.mean([len(x) for x in given]) == pytest.approx(
        np.mean([len(x) for x in again]), rel=0.1
    )
    for x in given:
        assert x[0] == x[-1] < 2


def test_chosen_sequences_are_shorter_and_of_the_same_kind():
    rng = np.random.default_rng(0)
    drawn = [conventional.draw("noise 0.1", rng, 2, 1200, range(10, 13)) for _ in range(60)]
    assert {len(x) for of in drawn for x in of} == {10, 11, 12}
    short = conventional.draw("hierarchy", rng, 200, 1200, 1)
    assert 15 < np.mean([len(x) for x in short]) < 40
    for x in short:
        own = (x >= 2) & (x < 7)
        above = x[~own]
        assert x[0] == x[-1] < 2 and (above[1:-1] >= 7).all()
        assert own[1] and own[-2]  # every run of level 0 has at least one symbol


def test_weights_are_half_on_the_last_symbol_and_none_after_it():
    lengths = np.array([5, 9, 2])
    weight = unequal.weights(lengths, 16)
    assert weight.shape == (16, 3)
    for column, n in zip(weight.T, lengths):
        assert column[n - 2] == unequal.LAST and not column[n - 1 :].any()
        assert column[: n - 2].sum() == pytest.approx(0.5 if n > 2 else 0)


@pytest.mark.parametrize("system", single.KINDS)
def test_padding_teaches_nothing(system):
    """The same update, whether a longer sequence makes for padding or not."""
    rng = np.random.default_rng(0)
    x = rng.integers(core.VOCAB, size=12)

    def after(sequences):
        net = conventional.initial(system, np.random.default_rng(1), core.VOCAB, Setting())
        steps = next(unequal.learning(net, [sequences], 0.01))
        assert steps == 16 * len(sequences)
        return net.flat

    other = np.append(x, rng.integers(core.VOCAB, size=4))  # one window of 16 for both
    alone, padded = after([x]), after([x, x])
    assert np.allclose(alone, padded, rtol=1e-9)
    assert not np.allclose(alone, after([other]))


def net_that_says(symbol):
    net = core.zero_rnn(2)
    net.b_y[symbol] = 1.0
    return net


def test_choice_is_asked_at_the_last_symbol_of_each_sequence():
    net = core.zero_rnn(7)  # its state is the symbol read last
    net.W_xh[...] = 4 * np.eye(7)
    net.W_hy[3, 0] = net.W_hy[4, 1] = 1.0
    sequences = [np.array(x) for x in ([0, 3, 4, 3, 0], [1, 4, 1], [1, 3, 1], [0, 4, 4, 4, 3, 0])]
    assert unequal.choices(net, sequences).tolist() == [True, True, False, True]
    fresh = conventional.draw("noise 0.1", np.random.default_rng(0), 40, 30)
    share = unequal.choices(net_that_says(0), fresh).mean()
    assert share == np.mean([x[-1] == 0 for x in fresh])


def test_an_lstm_is_asked_as_it_is_trained():
    net = conventional.initial("LSTM", np.random.default_rng(0), core.VOCAB, Setting())
    fresh = conventional.draw("noise 0.1", np.random.default_rng(0), 10, 130)
    u = single.unrolled(net, 129, 10)
    core.load(u, np.stack(fresh, axis=1))
    single.forward(net, u)
    expected = u.probs[-1, :, :2].argmax(axis=1) == [x[-1] for x in fresh]
    assert np.array_equal(unequal.choices(net, fresh), expected)


def test_a_target_that_does_not_go_up_is_wrong():
    fresh = [np.array([0, 2, 3, 0]), np.array([1, 2, 3, 1])]

    def pass_up(sequences):
        masks = [np.array([1, 0, 0, 1], bool), np.array([1, 0, 1, 0], bool)]
        return masks, nested.kept(sequences, masks), np.array([True, False])

    lower = conventional.Lower(pass_up, 0.0, 5.0, [np.array([0, 0]), np.array([1, 1])])
    rng = generators("conventional", 0, conventional.PARTS)
    last = None
    above = conventional.chunker_above(lower, "noise 0.1", rng, PLAN, Setting())
    for _, (spent, asked, _) in zip(range(60), above):
        last = spent, asked(fresh).tolist()
    assert last == (5.0 + 60 * 16 * conventional.per_step("chunker", core.VOCAB), [True, False])


def test_tables_of_pairs_pass_up_what_is_from_above():
    rng = generators("conventional", 0, conventional.PARTS)
    lower = conventional.below("table + C", "hierarchy", rng, PLAN, Setting())
    fresh = nested.draw(np.random.default_rng(3), 2, 20)
    masks, events, flagged = lower.pass_up(fresh)
    for x, mask, up in zip(fresh, masks, events):
        assert mask.tolist() == ((x < 2) | (x >= 7)).tolist()
        assert up.tolist() == [x[0], x[-1]]
    assert flagged.all() and lower.spent == lower.reading == 0


def test_without_a_threshold_what_is_mispredicted_goes_up():
    def lower(all_up):
        rng = generators("conventional", 0, conventional.PARTS)
        setting = Setting(batches=2000, chosen=range(20, 30), all_up=all_up)
        return conventional.below("A + C", "noise 0.1", rng, PLAN, setting)

    fresh = conventional.draw("noise 0.1", np.random.default_rng(3), 30, 60)
    masks, events, flagged = lower(True).pass_up(fresh)
    unpredictable = core.with_first(off_cycle(np.stack(fresh, axis=1)))
    assert (np.stack(masks, axis=1) == unpredictable).mean() > 0.9 and flagged.all()
    assert all(np.array_equal(x[m], up) for x, m, up in zip(fresh, masks, events))
    assert lower(False).spent > lower(True).spent  # it has read the labelled sequences


def run_of(monkeypatch, shares, spent=(), **changes):
    """`one_run` of a system whose tests have these shares right, at these multiply-adds."""
    shares = iter(shares)

    def made(system, task, rng, plan, setting):
        for n in spent or np.cumsum([1e5] * 60):
            yield 0.0, n, lambda sequences: np.array([next(shares, 1.0)])

    monkeypatch.setattr(conventional, "GROWTH", 0.0)
    monkeypatch.setitem(conventional.MAKE, "plain RNN", made)
    plan = PLAN._replace(budget={"given": 2e6, "chosen": 2e6})._replace(**changes)
    return conventional.one_run(("plain RNN", "chosen", "noise 0.1", 0, plan))


def test_solved_means_that_all_later_tests_are_right(monkeypatch):
    run = run_of(monkeypatch, [0.5, 1, 0.9, 1, 1, 1])
    assert run["multiply_adds"] == 4e5 and run["best"] == 1
    assert len(run["tests"]) == 3 + conventional.STREAK
    run = run_of(monkeypatch, [1, 1, 1, 1, 0.99] * 10)
    assert run["multiply_adds"] is None and run["best"] == 1
    assert run["tests"][-1][0] == pytest.approx(2.1e6)  # the first after the budget
    run = run_of(monkeypatch, [0.9] * 20 + [1])
    assert run["multiply_adds"] is None and run["choice"] == 1
    run = run_of(monkeypatch, [0.9] * 19 + [1, 1])
    assert run["multiply_adds"] == 2e6


def test_training_that_diverges_is_not_solved(monkeypatch):
    def made(system, task, rng, plan, setting):
        yield 0.0, 1e6, lambda sequences: np.array([1.0])
        raise core.Diverged("gone")

    monkeypatch.setitem(conventional.MAKE, "plain RNN", made)
    run = conventional.one_run(("plain RNN", "chosen", "noise 0.1", 0, PLAN))
    assert run["multiply_adds"] is None


@pytest.mark.parametrize(("what", "V"), [("plain RNN", 7), ("LSTM", 7), ("automatizer", 12)])
def test_multiply_adds_are_those_of_bptt(what, V):
    H = 16
    one = 3 * H * H + 4 * H * V  # forward, back, gradients, of which one is that of the input
    if what == "LSTM":
        one = 12 * H * H + 3 * H * V + 4 * H * V
    assert conventional.per_step(what, V) == pytest.approx(one, rel=0.12)
    assert conventional.per_step("reading", V) < 0.4 * one


def test_test_sequences_are_no_training_sequences():
    rng = generators("conventional", 0, conventional.PARTS)
    drawn = [conventional.draw("noise 0.5", rng[part], 20, 40) for part in ("data", "test")]
    assert not {x.tobytes() for x in drawn[0]} & {x.tobytes() for x in drawn[1]}


def test_single_nets_learn_short_noise():
    plan = PLAN._replace(budget={"given": 6e7, "chosen": 6e7})
    run = conventional.one_run(("plain RNN", "chosen", "noise 0.1", 100, plan))
    assert run["multiply_adds"] is not None
    assert run == conventional.one_run(("plain RNN", "chosen", "noise 0.1", 100, plan))


def test_collapsed_is_not_told_where_events_are(monkeypatch):
    """Its goals follow A's gate: where nothing goes up the state stays."""
    seen = []

    def state_goals(C, tokens, mask):
        seen.append((tokens, mask))
        return np.zeros((*tokens[1:].shape, len(C.b_h)))

    monkeypatch.setattr(conventional.collapsed, "state_goals", state_goals)
    setting = Setting(batches=80, chosen=range(20, 30))
    rng = generators("conventional", 0, conventional.PARTS)
    made = conventional.collapsed_net("collapsed", "noise 0.1", rng, PLAN, setting)
    before, spent, _ = next(made)
    again = generators("conventional", 0, conventional.PARTS)
    lower = conventional.below("A + C", "noise 0.1", again, PLAN, setting)
    ((tokens, mask),) = seen
    expected, _, _ = lower.pass_up(list(tokens.T))
    assert np.array_equal(mask, np.stack(expected, axis=1)) and spent > before > 0


def test_what_was_not_run_is_left_out():
    run = [w for w in conventional.SETTINGS if conventional.possible(*w, "hierarchy (depth 3)")]
    assert ("LSTM", "given") not in run and ("collapsed", "given") not in run
    assert ("LSTM", "chosen") in run and ("table + C", "given") in run


def test_the_cheapest_is_among_those_that_solve_most():
    def cell(share, amount):
        return {"solved": {"share": share}, "multiply_adds": amount}

    row = {"a": cell(1.0, 9e9), "b": cell(0.9, 1e6), "c": cell(1.0, 8e9), "d": cell(0.0, None)}
    assert conventional.cheapest(row) == "c" and conventional.cheapest({"d": row["d"]}) is None
