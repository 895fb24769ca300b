"""Experiment 2 of the LSTM paper: tasks, criterion, the paper's nets, A + C."""

import numpy as np
import pytest
from test_studies import of_its_kind

from studies.chunker import experiment2
from studies.lab import long_lags, nets1997

RNG = np.random.default_rng


# ==== Tasks =======================================================================================
def test_2a_has_two_sequences_that_differ_at_their_ends_alone():
    tokens = long_lags.draw_2a(RNG(0), 10, 200)
    assert tokens.shape == (11, 200)
    assert len(np.unique(tokens, axis=1).T) == 2
    assert (tokens[1:-1] == np.arange(2, 11)[:, None]).all()
    assert (tokens[0] == tokens[-1]).all() and set(tokens[0]) == {0, 1}


def test_2b_has_a_random_middle_without_x_and_y():
    tokens = long_lags.draw_2b(RNG(0), 10, 3000)
    assert (tokens[0] == tokens[-1]).all() and set(tokens[0]) == {0, 1}
    counts = np.bincount(tokens[1:-1].ravel(), minlength=11)
    assert counts[:2].tolist() == [0, 0] and np.ptp(counts[2:]) < 0.1 * counts[2:].mean()
    follows = np.zeros((11, 11))
    np.add.at(follows, (tokens[1:-2], tokens[2:-1]), 1)
    assert np.ptp(follows[2:, 2:]) < 0.5 * follows[2:, 2:].mean()


def test_2c_varies_in_length_and_ends_after_its_sign():
    drawn = [long_lags.draw_2c(RNG(i), 20, 6, 4) for i in range(400)]
    lengths = np.array([len(tokens) for tokens in drawn])
    assert lengths.min() == 24 and abs(lengths.mean() - (20 + 13)) < 1.5  # k is 9 on average
    for tokens in drawn:
        assert (tokens[0] == 3).all() and (tokens[-2] == 2).all()
        assert (tokens[1] == tokens[-1]).all() and tokens[-1].max() < 2
        assert tokens[2:-2].min() >= 4 and tokens[2:-2].max() < 10


# ==== Criterion ===================================================================================
def test_2a_asks_after_every_symbol_and_2b_at_the_end():
    came = np.full((5, 3), 0.9)
    came[2, 1], came[-1, 2] = 0.75, 0.75
    assert long_lags.within("2a", came).tolist() == [True, False, False]
    assert long_lags.within("2b", came).tolist() == [True, True, False]


def test_a_streak_is_broken_by_one_wrong_sequence():
    streak = long_lags.Streak(5)
    assert not streak.add([True] * 4)
    assert not streak.add([False, True, True, True, True])
    assert streak.add([True]) and streak.first == 6


def test_frozen_nets_are_asked_both_sequences_or_fresh_ones():
    (pair,) = long_lags.asked_of_frozen("2a", 6, 10_000, RNG(0))
    assert pair[0].tolist() == pair[-1].tolist() == [0, 1]
    fresh = np.concatenate(list(long_lags.asked_of_frozen("2b", 30, 1000, RNG(0))), axis=1)
    assert fresh.shape[1] >= 1000 and len(np.unique(fresh, axis=1).T) == fresh.shape[1]


def test_a_net_that_fails_when_frozen_is_not_solved(monkeypatch):
    """A long streak while it learns is not enough."""
    monkeypatch.setattr(experiment2, "share_right", lambda *_: 0.99)
    monkeypatch.setattr(long_lags, "within", lambda task, came: np.ones(came.shape[1], bool))
    run = experiment2.single_net(("2a", "plain RNN", 4, 0, experiment2.QUICK))
    assert run == {"sequences": None, "right": 0.99}


@pytest.mark.parametrize(("task", "shares"), [("2a", [1, 1, 1, 1]), ("2b", [1, 0.75, 0.5, 0.25])])
def test_the_rate_of_2b_falls_in_equal_steps_to_nothing(monkeypatch, task, shares):
    rates, step = [], experiment2.Adam.step
    monkeypatch.setattr(
        experiment2.Adam, "step", lambda adam, *x: rates.append(adam.lr) or step(adam, *x)
    )
    parts = {name: RNG(0) for name in ("init", "data")}
    _, learn = experiment2.learning(task, "plain RNN", 12, parts, 4)
    assert len(list(learn)) == 4
    assert rates == [experiment2.SETTINGS[f"{task} plain RNN"][0] * share for share in shares]


# ==== The paper's nets ============================================================================
def gradient_of(kind, tokens, n_out):
    """What one step of SGD at rate 1 changes, and the same by central differences."""
    V = tokens.max() + 1
    net = kind([RNG(3)], V, n_out)
    arrays = [a for a in vars(net).values() if isinstance(a, np.ndarray) and a.dtype == np.float32]
    for array in arrays:
        array *= 5
    net.w[:] = 2.0  # so that much flows back
    if kind is nets1997.Cell:
        net.there[:] = True
    goal = RNG(4).random((len(tokens) - 1, 1, n_out)).astype(np.float32)
    trial = np.zeros(1, int)

    def loss():
        _, y = net.forward(tokens[:-1], trial)
        return 0.5 * float(((y - goal).astype(float) ** 2).sum())

    expected = []
    for array in arrays:
        slope = np.zeros(array.shape)
        for i in np.ndindex(array.shape):
            kept = array[i]
            array[i] = kept + np.float32(1e-2)
            up = loss()
            array[i] = kept - np.float32(1e-2)
            slope[i] = (up - loss()) / 2e-2
            array[i] = kept
        expected.append(slope)
    before = [array.copy() for array in arrays]
    h, y = net.forward(tokens[:-1], trial)
    net.learn(tokens[:-1], h, y, y - goal, np.ones(1, np.float32))
    return [b - a for b, a in zip(before, arrays)], expected


@pytest.mark.parametrize("kind", [nets1997.OneUnit, nets1997.Cell])
def test_gradients_of_the_papers_nets(kind):
    tokens = np.array([0, 2, 3, 2, 4, 1, 0])[:, None]  # a symbol comes more than once
    for found, expected in zip(*gradient_of(kind, tokens, 5)):
        assert np.allclose(found, expected, atol=3e-4)


def test_the_papers_numbers_of_weights():
    def count(net):
        arrays = [a for a in vars(net).values() if isinstance(a, np.ndarray)]
        return sum(a.size for a in arrays if a.dtype == np.float32)

    assert count(nets1997.OneUnit([RNG(0)], 5, 5)) == 36
    assert count(nets1997.OneUnit([RNG(0)], 11, 11)) == 144
    assert count(nets1997.OneUnit([RNG(0)], 101, 101)) == 10_404
    assert count(nets1997.OneUnit([RNG(0)], 101, 102)) == 10_506
    cell = nets1997.Cell([RNG(0)], 101, 101)
    assert count(cell) - cell.w.size == 10_504  # the one that feeds itself is not used


def test_trials_do_not_mix():
    """Three trials at once are three trials one by one."""
    tokens = long_lags.draw_2b(RNG(0), 6, 3)
    onehot, rate = np.eye(7, dtype=np.float32), np.ones(3, np.float32)
    together = [nets1997.OneUnit([RNG(i) for i in range(3)], 7, n) for n in (8, 7)]
    for _ in range(3):
        nets1997.two_nets(*together, tokens, rate, onehot, np.arange(3))
    for i in range(3):
        alone = [nets1997.OneUnit([RNG(i)], 7, n) for n in (8, 7)]
        for _ in range(3):
            nets1997.two_nets(*alone, tokens[:, [i]], rate[:1], onehot, np.zeros(1, int))
        for one, all_ in zip(alone, together):
            assert np.allclose(one.W_xy[0], all_.W_xy[i], atol=1e-6)
            assert np.allclose(one.W_hy[0], all_.W_hy[i], atol=1e-6)


def test_c_answers_only_where_a_is_not_sure():
    V, onehot = 5, np.eye(5, dtype=np.float32)
    tokens = np.array([[0, 2, 3, 4, 0]]).T
    A, C = nets1997.OneUnit([RNG(0)], V, V + 1), nets1997.OneUnit([RNG(0)], V, V)
    for net in (A, C):
        net.W_hy[...] = 0
    A.W_xy[...] = C.W_xy[...] = -9
    for now, then in ((0, 2), (2, 3), (3, 4)):
        A.W_xy[0, now, then] = 9
    A.W_xy[0, 4, :2] = 0  # x or y
    C.W_xy[0, 0, 0] = 9
    found = nets1997.two_nets(A, C, tokens, None, onehot, np.zeros(1, int))
    assert (found["A alone"][:-1] < 0.01).all() and found["A alone"][-1] == pytest.approx(0.5)
    assert (found["A and C"] < 0.01).all()
    A.W_xy[0, 4, 1] = 9  # sure, and wrong: C is not asked
    A.W_xy[0, 4, 0] = -9
    assert nets1997.two_nets(A, C, tokens, None, onehot, np.zeros(1, int))["A and C"][-1] > 0.9


# ==== A + C =======================================================================================
def test_answers_of_a_and_c():
    x = np.array([1, 2, 3, 1])
    probs = np.full((3, 4), 0.01)
    probs[[0, 1], [2, 3]] = 0.97
    probs[2, :2] = 0.49
    asked = []

    def ask(events):
        asked.append(events.tolist())
        return np.tile([0.1, 0.8, 0.1, 0.0], (len(events) - 1, 1))

    assert long_lags.answered(probs, x, ask).tolist() == [0.97, 0.97, 0.8]
    assert asked == [[1, 1]]  # the first symbol, and what A did not give more than 0.75
    probs[2, :2] = 0.9, 0.08  # sure, and wrong
    assert long_lags.answered(probs, x, ask)[-1] == 0.08


def test_c_never_reads_what_it_is_asked_for():
    """At the end it has read the events before it, whatever comes and whatever goes up."""
    C = long_lags.Chunker(RNG(0), 14)
    x, up = np.array([0, 3, 4, 5, 2, 0]), np.array([1, 0, 1, 0, 0, 1], bool)
    now, told = long_lags.at_the_end(C, x, up, 7)
    other = x.copy()
    other[-1] = 1
    assert long_lags.at_the_end(C, other, up, 7)[0] == now
    assert long_lags.at_the_end(C, x, np.append(up[:-1], False), 7) == (now, told)
    events = [0, 7 + 2, 4]  # a symbol, the wait, a symbol
    assert C.after(np.array(events))[7 + 3] == now
    assert C.after(np.array([*events, 7 + 3]))[0] == told
    assert long_lags.with_times(x, up, 7).tolist() == [0, 9, 4, 10, 0]


def test_a_table_counts_what_came_before():
    table = long_lags.Table(4, 1)
    tokens = long_lags.draw_2a(RNG(0), 4, 8)
    first = table.learn(tokens)
    assert np.allclose(first, 0.2)  # before it learnt
    assert np.allclose(table.predict(tokens)[1, :, 3], 8.5 / (8 + 2.5))


def test_a_plus_c_and_a_table_learn_2a():
    for system in ("A + C", "table + C"):
        run = experiment2.compressed_2a((system, 8, 0, experiment2.QUICK))
        assert run["sequences"] and run["c_steps"] > 0


def test_a_gate_finds_the_ends_of_2b():
    found = experiment2.compressed_2b(("table + C", 12, 0, experiment2.QUICK))["mixture"]
    assert found["exact"] == found["right"] == 1 and found["up_by_tolerance"] > 0.99


# ==== The study ===================================================================================
@pytest.fixture(scope="module")
def quick(quick_run):
    results = quick_run("experiment2")
    of_its_kind("experiment2", results)
    return results


def test_every_row_of_the_paper_is_there(quick):
    ours = {(r["task"], r["net"], r["rate"]) for r in quick["rows"] if "rate" in r}
    assert ours == {(k[0], k[2], k[3]) for k in experiment2.PAPER if len(k) == 4}
    assert experiment2.PAPER["2a", 100, "chunker", 1.0] == (0.33, 32_400)
    header, rows = experiment2.table(quick)
    assert all(len(row) == len(header) for row in rows) and len(header) <= 9
    assert len(rows) == len(quick["rows"])


def test_cells_hold_the_systems_of_2a_and_2b(quick):
    for task in ("2a", "2b"):
        assert set(quick["cells"][task]) == {f"{name}, given" for name in experiment2.SYSTEMS}


def test_multiply_adds_of_the_nets():
    """Of a plain RNN 3 H H + 4 H V a step, and the sums of biases, softmax and norm."""
    p, V, H = 40, 41, 16
    found, n = experiment2.per_step("2a", "plain RNN", p), H * (H + 2 * V + 1) + V
    batch = experiment2.SETTINGS["2a plain RNN"][1]
    expected = 3 * H * H + 4 * H * V + H + 2 * V + n / (p * batch)
    assert found == pytest.approx(expected, rel=0.05)
    learns, reads, _ = experiment2.per_step_of_two(p, V)
    assert 3 * reads < learns < 4 * reads + 200


def test_cost_of_a_and_c():
    """2a: A learns from all; 2b: from its own sequences, and reads those that C learns from."""
    plan, p = experiment2.QUICK, 12
    first = plan.compressed["2b A + C"]
    for task, took in (("2a", 200), ("2b", first + 300)):
        one = {"sequences": took, "c_steps": 50, "right": 1.0}
        told = {**one, "exact": 1.0, "told": 1.0}
        gated = dict.fromkeys(experiment2.GATES, told)
        runs = [one] * (2 * plan.n_trials)
        runs += [gated if task == "2b" else one] * (2 * plan.n_trials)
        cells = experiment2.systems_on(task, p, plan, iter(runs))[1]
        learns, reads, of_c = experiment2.per_step_of_two(p, 13 if task == "2a" else 26)
        of_a = p * (200 * learns if task == "2a" else first * learns + 300 * reads)
        assert cells["A + C, given"]["multiply_adds"] == pytest.approx(of_a + 50 * of_c)
        assert cells["table + C, given"]["multiply_adds"] == pytest.approx(50 * of_c)
        assert cells["A + C, given"]["budget"] > cells["A + C, given"]["multiply_adds"]
