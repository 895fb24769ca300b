"""Training on short sequences, asking at long ones."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import lengths
from studies.lab import collapsed, single
from studies.lab.lstm import forward_lstm, init_lstm, unroll_lstm
from studies.lab.training import both_sequences


def knows_everything(latch=True):
    """Its state holds the last symbol and the trigger: it chooses right and knows the filler."""
    net = core.zero_rnn(7)
    net.W_xh[...] = 4 * np.eye(7)
    following = [2, 2, 3, 4, 5, 6, 2]
    net.W_hy[np.arange(7), following] = 5.0
    if latch:  # units 0 and 1 stay where they were put
        net.W_hh[:2, :2] = 4 * np.eye(2)
        net.W_hy[:2] = 0.0
        net.W_hy[0, 0] = net.W_hy[1, 1] = 1.0
        net.b_y[2] = 1.5  # after a trigger comes 1
    return net


def test_a_net_that_holds_the_trigger_is_right_and_one_that_does_not_is_not():
    right = lengths.ask("plain RNN", knows_everything(), 40)
    assert right == {"choice": True, "filler": 1.0}
    assert lengths.ask("plain RNN", knows_everything(latch=False), 40)["choice"] is False


def test_wrong_filler_is_seen_at_every_step_but_the_target():
    net = knows_everything()
    net.W_hy[5, :] = 0.0  # nothing follows the symbol 4
    n = 40 + core.N_FILLERS - 1 - 2
    wrong = np.arange(1, n + 1) % 5 == 0  # where a 5 is due
    assert lengths.ask("plain RNN", net, 40)["filler"] == pytest.approx(1 - wrong.mean())


def test_every_phase_is_asked():
    tokens = both_sequences(44)
    outputs, wrong = lengths.asked(core.predictions(knows_everything(), tokens), 40, tokens)
    assert outputs.shape == (5, 2, 7) and wrong.shape == (42, 2)
    for i, T in enumerate(range(40, 45)):
        sequences = both_sequences(T)
        _, log_p = core.score(knows_everything(), sequences)
        ours = outputs[i].copy()
        core.log_softmax(ours)
        assert np.allclose(ours, log_p, rtol=1e-12)


def test_automatizer_and_chunker_are_asked_as_two_nets():
    A, C = knows_everything(latch=False), core.zero_rnn(3)
    C.W_xh[0, 0], C.W_xh[1, 1] = 2.0, 2.0
    C.W_hy[0, 0] = C.W_hy[1, 1] = 3.0  # says the trigger again
    assert lengths.ask("A + C", (A, C), 40) == {"choice": True, "filler": 1.0}
    swapped = core.zeros_like(C)
    swapped.flat[...] = C.flat
    swapped.W_hy[[0, 1]] = C.W_hy[[1, 0]]
    assert lengths.ask("A + C", (A, swapped), 40)["choice"] is False


def test_a_target_that_a_predicts_asks_nobody(monkeypatch):
    C = core.zero_rnn(3)
    C.W_xh[0, 0], C.W_xh[1, 1] = 2.0, 2.0
    C.W_hy[0, 0] = C.W_hy[1, 1] = 3.0
    outputs, wrong = np.zeros((5, 2, 7)), np.zeros((42, 2), bool)
    outputs[..., 2] = 1.0
    monkeypatch.setattr(lengths, "asked", lambda *_: (outputs, wrong))
    assert lengths.ask("A + C", (core.zero_rnn(1), C), 40)["choice"] is True
    outputs[3, 1, 1] = 2.0  # at one phase, after B, A says B
    assert lengths.ask("A + C", (core.zero_rnn(1), C), 40)["choice"] is False


def test_what_goes_up_before_the_target_reaches_c():
    """An A that mispredicts a filler symbol: C reads it, and here forgets the trigger over it."""
    A, C = knows_everything(latch=False), core.zero_rnn(3)
    A.W_hy[5, :], A.b_y[2] = 0.0, 0.5  # after the symbol 4 it expects a 1
    C.W_xh[0, 0], C.W_xh[1, 1] = 2.0, 2.0
    C.W_hy[0, 0] = C.W_hy[1, 1] = 3.0  # by what it read last
    assert lengths.ask("A + C", (A, C), 40)["choice"] is False


def test_an_lstm_reads_on_over_the_edges_of_blocks():
    net = init_lstm(np.random.default_rng(0), lengths.HIDDEN, forget_bias=1.0)
    tokens = both_sequences(50)
    u = unroll_lstm(net, 49, 2)
    core.load(u, tokens)
    forward_lstm(net, u)
    for block in (7, 49, 100):
        found = list(single.predictions(net, tokens, block))
        assert np.allclose(np.concatenate([p for _, _, p in found]), u.probs, rtol=1e-12)
        assert [start for start, _, _ in found] == list(range(0, 49, block))


def test_weights_fall_from_a_half_to_equal():
    first, last = single.annealed(30, 0, 1000), single.annealed(30, 5000, 1000)
    assert first[-1, 0] == 0.5 and first.sum() == pytest.approx(1) == last.sum()
    assert np.allclose(last, 1 / 29)
    middle = single.annealed(30, 500, 1000)[-1, 0]
    assert middle == pytest.approx((0.5 + 1 / 29) / 2)


@pytest.mark.parametrize("method", lengths.METHODS)
def test_lengths_of_training(method):
    """Every method draws every length of the range, and none else."""
    _, training = lengths.started(method, 0)
    for _ in range(lengths.teaching(method)):
        next(training)
    batch = 1 if method == "A + C" else lengths.BATCH
    seen = {next(training) / batch for _ in range(500)}
    assert seen == {T - 1 for T in range(10, 61)}


@pytest.mark.parametrize(
    ("method", "per_step"), [("plain RNN", 1288), ("LSTM", 3905), ("collapsed", 1987)]
)
def test_multiply_adds_are_those_of_bptt(method, per_step):
    """Plus the norm of the gradient, once a batch; BPTT's first step passes nothing back.

    The collapsed net's count holds A's reading of its sequences: 7 outputs, 16 units.
    """
    found = lengths.multiply_adds(method, lengths.teaching(method), n=5)
    assert 0.97 * per_step < found < 1.03 * per_step


def test_solved_means_that_all_later_tests_are_right(monkeypatch):
    answers = iter([1, 0, 1, 1, 1, 1])  # five tests and the last question

    def ask(method, net, T):
        return {"choice": bool(next(answers)), "filler": 1.0}

    monkeypatch.setattr(lengths, "ask", ask)
    plan = lengths.QUICK._replace(budget={"A + C": 10}, test_every={"A + C": 2})
    run = lengths.one_run(("A + C", 0, plan))
    assert run["batches"] == run["choice_after"] == 6
    _, training = lengths.started("A + C", 0)
    assert run["sequence_steps"] == sum(next(training) for _ in range(6))


def test_a_and_c_are_counted_with_the_collapsed_net(monkeypatch):
    right = {"choice": True, "filler": 1.0, "read": True}
    answers = iter([{**right, "read": False}, {**right, "choice": False}, right, right, right])
    monkeypatch.setattr(lengths, "ask", lambda *_: next(answers))  # four tests, the last question
    plan = lengths.QUICK._replace(budget={"collapsed": 8}, test_every={"collapsed": 2})
    run = lengths.one_run(("collapsed", 0, plan))
    assert run["batches"] == run["choice_after"] == 6 and run["read_after"] == 4
    _, training = lengths.started("collapsed", 0)
    steps = [next(training) for _ in range(lengths.TEACHING + 8)]
    assert max(steps[: lengths.TEACHING]) <= 59  # of one sequence; then of 8
    assert run["teaching_steps"] == sum(steps[: lengths.TEACHING])
    assert run["sequence_steps"] == sum(steps[: lengths.TEACHING + 6])
    assert run["budget_steps"] == sum(steps)
    found = lengths.summary([run], 8, (3.0, 2.0))
    own = run["sequence_steps"] - run["teaching_steps"]
    assert found["multiply_adds"] == 2 * run["teaching_steps"] + 3 * own
    assert found["multiply_adds_budget"] == 2 * run["teaching_steps"] + 3 * sum(steps[-8:])


@pytest.mark.parametrize("method", ["plain RNN", "LSTM"])
def test_steps_without_weight_teach_nothing(method, monkeypatch):
    monkeypatch.setattr(lengths, "annealed", lambda T, n, over: np.zeros((T - 1, 1)))
    net, training = lengths.started(method, 0)
    before = net.flat.copy()
    next(training)
    assert np.array_equal(net.flat, before)


def test_automatizer_and_chunker_learn_it():
    nets, training = lengths.started("A + C", 0)
    assert lengths.ask("A + C", nets, 300) != {"choice": True, "filler": 1.0}
    steps = [next(training) for _ in range(100)]
    assert lengths.ask("A + C", nets, 300) == {"choice": True, "filler": 1.0}
    assert min(steps) >= 9 and max(steps) <= 59


# ==== The collapsed net ===========================================================================
def test_the_collapsed_net_is_asked_for_its_own_choice_and_c_for_its_reading_of_the_state():
    alone, S = knows_everything(), 3
    net = core.zero_rnn(7, n_out=core.VOCAB + S)
    net.W_xh[...], net.W_hh[...] = alone.W_xh, alone.W_hh
    net.W_hy[:, : core.VOCAB], net.b_y[: core.VOCAB] = alone.W_hy, alone.b_y
    net.W_hy[0, core.VOCAB] = net.W_hy[1, core.VOCAB + 1] = 1.0  # units 0 and 1 of C's state
    C = core.zero_rnn(S)
    C.W_hy[0, 0] = C.W_hy[1, 1] = 1.0
    right = {"choice": True, "filler": 1.0, "read": True}
    assert lengths.ask("collapsed", (C, net), 40) == right
    C.W_hy[[0, 1]] = C.W_hy[[1, 0]]
    assert lengths.ask("collapsed", (C, net), 40) == {**right, "read": False}
    C.W_hy[[0, 1]] = C.W_hy[[1, 0]]
    net.W_hy[[0, 1], : core.VOCAB] = net.W_hy[[1, 0], : core.VOCAB]
    assert lengths.ask("collapsed", (C, net), 40) == {**right, "choice": False}


def test_its_goals_are_c_s_states_after_what_a_mispredicted(monkeypatch):
    """A knows the filler but for what follows a 5: that 1 goes up too, and C's state changes."""
    A, C = knows_everything(latch=False), core.init_rnn(np.random.default_rng(2), 8, 0.5)
    A.W_hy[6, :] = A.W_hy[6, [0, 1, 3, 2, 4, 5, 6]]  # after a 5 it says 2
    monkeypatch.setattr(
        lengths, "automatizer_and_chunker", lambda rng: ((A, C), iter([1] * lengths.TEACHING))
    )
    goals, train = [], collapsed.learning

    def learning(net, batches, window, goals_of, rate):
        def watched(tokens):
            goals.append((tokens, goals_of(tokens)))
            return goals[-1][1]

        return train(net, batches, window, watched, rate)

    monkeypatch.setattr(collapsed, "learning", learning)
    _, training = lengths.started("collapsed", 0)
    for _ in range(lengths.TEACHING + 1):
        next(training)
    ((tokens, goal),) = goals
    for b in range(lengths.BATCH):
        h = np.zeros(8)
        for t, x in enumerate(tokens[:-1, b]):
            if t == 0 or (x == 2 and t > 1):
                h = np.tanh(C.W_xh[x] + h @ C.W_hh + C.b_h)
            assert np.allclose(goal[t, b], np.sqrt(collapsed.STATE_WEIGHT) * h, rtol=1e-12)


def test_the_cells_are_of_every_system_with_lengths_chosen():
    plan = lengths.QUICK._replace(n_seeds=1, budget=dict.fromkeys(lengths.METHODS, 10))
    found = lengths.compute(plan, 1)
    assert list(found["cells"]) == [f"{name}, chosen" for name in lengths.METHODS]
    for cell, m in zip(found["cells"].values(), found["methods"].values()):
        assert cell["solved"] == m["solved"] and cell["multiply_adds"] == m["multiply_adds"]
        assert cell["budget"] == m["multiply_adds_budget"] > 0
