"""How much of the error signal is left: the norms, the latch, the strips, and what a run says."""

import numpy as np
import pytest
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.chunker import signals
from studies.lab import lstm
from studies.lab.randomness import generators


def loss_after(net, tokens, h, c):
    """Loss of the last of tokens (n + 1,) for an LSTM that goes on from h and c, both (H,)."""
    u = lstm.unroll_lstm(net, len(tokens) - 1, 1)
    core.load(u, tokens[:, None])
    u.h[0], u.c[0] = h, c
    lstm.forward_lstm(net, u)
    return -np.log(u.probs[-1, 0, tokens[-1]]), u


def test_the_lstm_s_norms_against_central_differences():
    """A cell moved by 1e-6 moves h = o tanh(c) too; an output moved by it moves nothing else."""
    rng = np.random.default_rng(0)
    net, tokens = lstm.init_lstm(rng, 5, forget_bias=1.0), rng.integers(7, size=9)
    net.W_hy[...] *= 3
    norms = signals.lstm_norms(net, tokens)
    u = loss_after(net, tokens, np.zeros(5), np.zeros(5))[1]
    for t in (0, 3, 6):
        h, c, o = u.h[t + 1, 0], u.c[t + 1, 0], u.gates[t, 0, 10:15]
        slopes = np.zeros((2, 5))
        for j in range(5):
            for sign in (1, -1):
                moved = np.eye(5)[j] * sign * 1e-6
                by_cell = loss_after(net, tokens[t + 1 :], o * np.tanh(c + moved), c + moved)[0]
                by_output = loss_after(net, tokens[t + 1 :], h + moved, c)[0]
                slopes[:, j] += sign * np.array([by_cell, by_output]) / 2e-6
        assert norms[:, t] == pytest.approx(np.linalg.norm(slopes, axis=1), rel=1e-5)
    last = net.W_hy @ (u.probs[-1, 0] - np.eye(7)[tokens[-1]])
    assert norms[1, -1] == pytest.approx(np.linalg.norm(last))


def test_c_holds_the_signal_from_event_to_event():
    net = core.init_rnn(np.random.default_rng(1), 4, 1.0)
    tokens = np.array([0, 2, 3, 4, 5, 0])
    of_events = core.gradient_norms(net, tokens[[0, 3, 5]])
    for flagged in (True, False):  # the target counts anyway
        mask = np.array([True, False, False, True, False, flagged])
        held = signals.held_norms(net, tokens, mask)
        assert held.tolist() == [of_events[0]] * 3 + [of_events[1]] * 2
        assert mask[-1] == flagged
    two = np.array([True, *[False] * 4, True])
    assert len(set(signals.held_norms(net, tokens, two))) == 1  # nothing is lost in one step


def test_shares_are_of_the_last_state_s():
    assert signals.shares(np.array([1.0, 2.0, 8.0, 4.0]), [1, 2, 4]) == [1.0, 2.0, 0.25]
    distances = signals.distances_of(signals.FULL)
    assert distances[0] == 1 and distances[-1] == 1199 and distances == sorted(set(distances))


def test_medians_and_their_intervals_by_ranks():
    ten = signals.median(np.arange(10.0)[::-1])
    assert ten == {"median": 4.5, "low": 1.0, "high": 8.0}  # of 10 the 2nd and the 9th: 97.9%
    assert signals.median([[3.0, 1.0], [1.0, 2.0]]) == {
        "median": [2.0, 1.5], "low": [1.0, 1.0], "high": [3.0, 2.0],
    }  # fmt: skip


def latch(strength):
    """One unit that keeps its sign above strength 1, set by the trigger; the filler is nothing."""
    net = core.zero_rnn(2)
    net.W_hh[0, 0], net.W_xh[0, 0], net.W_xh[1, 0] = strength, 20.0, -20.0
    net.W_hy[0] = 5.0, -5.0, 0, 0, 0, 0, 0
    return net


def test_the_latch_of_one_unit():
    plan = signals.QUICK._replace(n_kicks=200)
    found = signals.latch_of(np.random.default_rng(0), latch(2.0), plan)
    fixed = 0.9575040240772687  # h = tanh(2 h)
    assert found["period"] == signals.TURN and found["overwritten"]
    assert found["gap"] == pytest.approx(2 * fixed)
    back = dict(zip(signals.KICKS, found["comes_back"]))
    assert back[0.1] == back[0.25] == 1
    # in the plane a kick of length r breaks it when r cos(angle) < -1/2
    for r in (0.75, 1.0, 2.0, 3.0):
        assert back[r] == pytest.approx(1 - np.arccos(0.5 / r) / np.pi, abs=0.06)
    assert np.allclose(np.add(found["comes_back"], found["goes_over"]), 1)
    assert signals.latch_of(np.random.default_rng(0), latch(0.5), plan) is None


def test_a_latch_that_cannot_be_overwritten_is_seen():
    """Neither way, or from A to B alone: B's input is less than what the unit sends itself."""
    net = latch(60.0)
    assert not signals.latch_of(np.random.default_rng(0), net, signals.QUICK)["overwritten"]
    net = latch(2.0)
    net.W_xh[1, 0] = -0.5
    assert not signals.latch_of(np.random.default_rng(0), net, signals.QUICK)["overwritten"]


def test_orbits_and_which_a_state_is_on():
    assert signals.orbits_of(np.arange(2000.0).reshape(500, 2, 2)) is None
    turn = np.array([[[0.1], [0.9]]] * 4 + [[[0.3], [0.7]]])
    assert np.array_equal(signals.orbits_of(np.tile(turn, (50, 1, 1))), turn)
    states = np.array([[0.3], [0.7], [0.5], [0.1]])  # 0.1 is of another phase
    assert signals.on_orbit(states, turn).tolist() == [0, 1, -1, -1]


def test_the_strips_of_a_stack():
    plan = signals.QUICK
    stack = signals.of_stack(2, plan)
    for rows in (stack["trained"], stack["start"]):
        assert len(rows) == 3 and rows[-1]["up"] == []
        for below, above in zip(rows, rows[1:]):
            went = [below["symbols"][i] for i in below["up"]]
            assert went == above["symbols"][: len(went)] and below["up"][0] == 0
            assert len(below["symbols"]) == min(signals.SHOWN, below["length"])
    assert stack["start"][1]["length"] > 2 * stack["trained"][1]["length"]
    assert signals.of_stack(2, plan) == stack


def test_a_quick_run(quick_run):
    results = quick_run("signals")
    of_its_kind("signals", results)
    assert set(results["nets"]) == set(results["choice"]) == set(signals.NETS)
    for net in results["nets"].values():
        for when in signals.WHEN:
            assert net[when]["median"][0] == 1 and len(net[when]["low"]) == len(
                results["distances"]
            )
    assert results["nets"]["C"]["trained"]["median"][-1] == 1
    header, rows = signals.table(results)
    assert len(rows) == len(signals.NETS) and all(len(row) == len(header) for row in rows)
    assert "0/2 collapsed" in signals.seen(results)
    held = signals.latch_of(np.random.default_rng(0), latch(2.0), signals.QUICK)
    assert "2/3 collapsed" in signals.seen(
        {**results, "latch": signals.of_latches([held, None, dict(held)])}
    )


def test_a_run_is_the_same_again_and_its_control_has_not_learnt():
    plan = signals.QUICK._replace(T=12, epochs=3, lstm_budget=3)
    tokens, config = signals.trace_of(3, 12), core.Config(seed=3, T=12)
    found = {}
    for kind in ("LSTM", "others"):
        found |= (run := signals.one_run((kind, 3, plan)))["nets"]
        assert run == signals.one_run((kind, 3, plan))
    init = core.random_streams(3)["baseline_init"]
    untrained = core.init_rnn(init, config.baseline_hidden, core.BASELINE_STD)
    start = signals.followed(core.gradient_norms(untrained, tokens), plan)
    assert found["baseline"]["start"] == start != found["baseline"]["trained"]
    init = generators("lstm", 3, ("init", "data"))["init"]
    untrained = lstm.init_lstm(init, lstm.HIDDEN, longest=12)
    start = signals.followed(signals.lstm_norms(untrained, tokens)[0], plan)
    assert found["LSTM"]["start"] == start != found["LSTM"]["trained"]


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (0.5, "50.0%"), (2.5, "2.5"), (1e-7, "1e-07")]
)
def test_shares_in_words(value, said):
    assert signals.share(value) == said
