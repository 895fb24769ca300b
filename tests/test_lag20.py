"""The 1992 paper's own task: what A and C read, what they learn, when it counts as solved."""

import itertools
from collections import Counter

import numpy as np
import pytest
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.chunker import lag20
from studies.lab import single, target_unit


def test_the_paper_s_sequences():
    source = lag20.endless(np.random.default_rng(0), offset=2)
    taken = [next(source) for _ in range(19 + 21 * 50)]
    assert taken[0] == (3, 0.0)
    rest = np.array(taken[19:]).reshape(50, 21, 2)
    assert (rest[:, 1:, 0] == np.arange(2, 22)).all() and set(rest[:, 0, 0]) == {0, 1}
    assert not rest[:, :-1, 1].any() and (rest[:, -1, 1] == (rest[:, 0, 0] == 0)).all()


def test_shorter_lags_come_first_and_lack_the_symbols_after_the_trigger():
    source = lag20.endless(np.random.default_rng(1), n_shorter=200)
    found, lags = [], []
    for symbol, goal in itertools.islice(source, 6000):
        found.append(symbol)
        if symbol == lag20.LAST:
            lags.append(len(found) - 1)
            assert found[0] < 2 and found[1:] == list(range(22 - lags[-1], 22))
            assert goal == (found[0] == 0)
            found = []
        else:
            assert goal == 0
    assert set(lags[:200]) == set(range(5, 21)) and set(lags[200:]) == {20}


def untrained(setting, seed=4, n_state=0):
    return lag20.initial(np.random.default_rng(seed), setting, lag20.N_SYMBOLS, n_state)


@pytest.mark.parametrize("weight", [1.0, 5.0])
@pytest.mark.parametrize(("kind", "n_state"), [("plain RNN", 2), ("LSTM", 0)])
def test_gradient_of_the_net_with_a_target_unit(kind, n_state, weight):
    rng, n = np.random.default_rng(4), 3
    start = "forget bias 1" if kind == "LSTM" else "orthogonal"
    net = untrained(lag20.Setting(kind, hidden=4, start=start), n_state=n_state)
    grad, expected = core.zeros_like(net), core.zeros_like(net)
    u = single.unrolled(net, n, 1)
    core.load(u, rng.integers(lag20.N_SYMBOLS, size=(n + 1, 1)))
    goals = np.concatenate([u.onehot[1:], rng.random((n, 1, 1 + n_state))], axis=-1)
    goals[:, 0, lag20.TARGET] = 0, 1, 0
    given = goals.copy()

    def loss():
        symbols, target = lag20.forward(net, u)
        d, state = given[:, 0, lag20.TARGET], u.probs[:, 0, lag20.TARGET + 1 :]
        return (
            -(given[:, 0, : lag20.N_SYMBOLS] * np.log(symbols)).sum()
            - weight * (d * np.log(target) + (1 - d) * np.log(1 - target)).sum()
            + 0.5 * ((state - given[:, 0, lag20.TARGET + 1 :]) ** 2).sum()
        )

    loss()
    lag20.backward(net, grad, u, goals, weight)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


def test_what_a_says_is_probabilities_and_a_state():
    rng = np.random.default_rng(5)
    net = core.init_rnn(rng, 4, 0.5, lag20.N_SYMBOLS, lag20.N_SYMBOLS + 3)
    u = core.buffers(net, 2, 1)
    core.load(u, [[0], [2], [3]])
    symbols, target = lag20.forward(net, u)
    h = np.zeros(4)
    for t, symbol in enumerate((0, 2)):
        h = np.tanh(net.W_xh[symbol] + h @ net.W_hh + net.b_h)
        y = h @ net.W_hy + net.b_y
        p = np.exp(y[: lag20.N_SYMBOLS])
        assert np.allclose(symbols[t], p / p.sum(), rtol=1e-12)
        assert np.isclose(target[t], 1 / (1 + np.exp(-y[lag20.TARGET])), rtol=1e-12)
        assert np.allclose(u.probs[t, 0, -2:], y[-2:], rtol=1e-12)  # C's state, linear


class Noted(lag20.Adam):
    """Adam that keeps the weights before each step, and the gradient."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.steps = []

    def step(self, theta, g):
        self.steps.append((theta.copy(), g.copy()))
        super().step(theta, g)


def test_c_learns_on_line_through_three_events(monkeypatch):
    """Against the same by the book: only the newest event is learnt, from a state held fixed."""
    monkeypatch.setattr(lag20, "Adam", Noted)
    rng = np.random.default_rng(6)
    chunker = lag20.OnlineChunker(rng)
    events = rng.integers(lag20.N_EVENTS, size=8).tolist()
    net = core.zeros_like(chunker.net)
    start = np.zeros(lag20.CHUNK_HIDDEN)

    def after(read, h):
        states = [h]
        for event in read:
            states.append(np.tanh(net.W_xh[event] + states[-1] @ net.W_hh + net.b_h))
        return states

    for n, event in enumerate(events):
        chunker.read(event)
        steps = chunker.adam.steps
        assert len(steps) == max(0, n + 1 - lag20.WINDOW)
        h = np.zeros(lag20.CHUNK_HIDDEN)
        if steps:
            read = events[n - lag20.WINDOW : n]

            def loss(read=read, start=start, event=event):
                y = after(read, start)[-1] @ net.W_hy + net.b_y
                return np.log(np.exp(y).sum()) - y[event]

            net.flat[...], gradient = steps[-1]
            grad, expected = core.zeros_like(net), core.zeros_like(net)
            grad.flat[...] = gradient
            expected.flat[...] = central_differences(loss, net.flat)
            unread = np.setdiff1d(np.arange(lag20.N_EVENTS), read)
            assert not grad.W_xh[unread].any()
            assert_same_gradient(grad, expected, 1e-6)
            _, start, *_, h = after(read, start)
        net.flat[...] = chunker.net.flat
        assert np.allclose(chunker.state, after([event], h)[-1], rtol=1e-12)


def test_what_goes_up_to_c_and_what_a_is_to_say(monkeypatch):
    class Listener:
        events, state = [], np.arange(8.0)

        def read(self, event):
            self.events.append(event)

    goals, backward = [], core.backward

    def noted(net, grad, u, goal):
        goals.append(goal[:, 0].copy())
        backward(net, grad, u, goal)

    monkeypatch.setattr(core, "backward", noted)
    net = core.init_rnn(np.random.default_rng(7), 4, 0.01, 22, 22 + 1 + 8)
    learning = lag20.learn_online(net, np.random.default_rng(8), chunker=Listener())
    assert not any(itertools.islice(learning, 4))  # an untrained net is never right
    rng = np.random.default_rng(8)
    source = [*itertools.islice(lag20.endless(rng, int(rng.integers(lag20.WINDOW))), 200)]
    symbols, target = np.array(source).T
    goals = np.concatenate(goals)
    n = len(goals)
    assert n > 60 and {0.0, 1.0} == set(target[:n])
    assert (goals[:, :22].argmax(axis=1) == symbols[1 : n + 1]).all()
    assert (goals[:, :22].sum(axis=1) == 1).all()
    assert np.array_equal(goals[:, lag20.TARGET], target[:n])
    assert np.allclose(goals[:, 23:], np.sqrt(lag20.STATE_WEIGHT) * Listener.state)
    went_up = np.where(target == 1, lag20.TARGET, symbols)
    assert Listener.events == went_up[: len(Listener.events)].tolist()


def test_solved_means_a_hundred_in_a_row():
    streak = lag20.IN_A_ROW
    right = [True] * (streak - 1) + [False] + [True] * streak
    assert lag20.sequences_until_solved(right, 1000) == 2 * streak
    assert lag20.sequences_until_solved(right, 2 * streak - 1) is None
    assert lag20.sequences_until_solved(itertools.repeat(False), 1000) is None


def run(system, seed, budget, setting=lag20.RECIPE):
    net, chunker, learning = lag20.learner(system, setting, seed, Counter())
    return net, chunker, lag20.sequences_until_solved(learning, budget)


def test_without_c_the_task_is_not_solved_and_nothing_of_c_is_learnt():
    net, chunker, n_sequences = run("without C, window 3", 0, 200)
    assert n_sequences is None and chunker is None and len(net.b_y) == lag20.N_SYMBOLS + 1


# ==== Nets of either kind, in windows of any length ===============================================
KINDS = [
    lag20.Setting(window=3), lag20.Setting(window=20, start="identity"), lag20.TRIAL,
    lag20.CELL._replace(window=22, longest=None),
]  # fmt: skip


@pytest.mark.parametrize("setting", KINDS)
def test_the_state_goes_from_window_to_window_and_every_symbol_is_judged_once(setting, monkeypatch):
    """With a rate of 0 what is said in windows is what is said in one go."""
    setting, judged = setting._replace(rate=0.0), []
    monkeypatch.setattr(lag20, "all_right", lambda *said: judged.append(said[:4]) or True)
    net, took = untrained(setting), Counter()
    learning = lag20.learn_online(net, np.random.default_rng(8), setting, took=took)
    assert sum(itertools.islice(learning, 12)) == 11 + (len(judged) == 12 * 21)
    rng = np.random.default_rng(8)
    source = lag20.endless(rng, int(rng.integers(setting.window)))
    tokens, goals = np.array([*itertools.islice(source, len(judged) + 1)]).T
    u = single.unrolled(net, len(judged), 1)
    core.load(u, tokens.astype(int)[:, None])
    symbols, target = lag20.forward(net, u)
    expected = symbols[np.arange(len(judged)), tokens[1:].astype(int)]
    assert np.array_equal([j[:2] for j in judged], np.stack([tokens, goals], axis=1)[:-1])
    assert np.allclose([j[2] for j in judged[1:]], expected[:-1], rtol=1e-9)
    assert judged[0][2] == 1 / lag20.N_SYMBOLS
    assert np.allclose([j[3] for j in judged], target, rtol=1e-9)
    assert took["steps"] == len(judged)


@pytest.mark.parametrize("setting", KINDS)
def test_no_error_goes_back_further_than_the_window(setting, monkeypatch):
    """Each backward pass is over one window, and they follow one another without a gap."""
    windows = []

    def noted(net, grad, u, goals, weight):
        windows.append((u.tokens.copy(), goals.copy()))
        target_unit.backward(net, grad, u, goals, weight)

    monkeypatch.setattr(lag20, "backward", noted)
    learning = lag20.learn_online(untrained(setting), np.random.default_rng(8), setting)
    list(itertools.islice(learning, 20))
    assert {len(goals) for _, goals in windows} == {setting.window}
    for (before, _), (after, _) in itertools.pairwise(windows):
        assert before[-1] == after[0]  # they share a symbol, predicted in one and read in the other


def test_a_shorter_sequence_is_never_right(monkeypatch):
    monkeypatch.setattr(lag20, "all_right", lambda *_: True)
    setting = lag20.TRIAL._replace(shorter=50)
    learning = lag20.learn_online(untrained(setting), np.random.default_rng(8), setting)
    found = list(itertools.islice(learning, 100))
    assert all(found[50:]) and 0 < sum(found[:50]) < 15  # those of a lag of 20 among them


@pytest.mark.parametrize(("p", "target"), [(np.nan, 1.0), (1.0, np.nan), (np.nan, np.nan)])
def test_what_is_no_number_is_not_right(p, target):
    assert lag20.all_right(lag20.LAST, 1.0, 1.0, 1.0)
    assert not lag20.all_right(lag20.LAST, 1.0, p, target)


def test_what_diverges_is_not_solved(monkeypatch):
    rising = lag20.Setting(window=66, rate=1e300)
    run = lag20.one_run(("plain RNN, given", rising, 0, 300))
    assert run["sequences"] is None and run["steps"] < 300 * 21


@pytest.mark.parametrize("start", ["identity", "orthogonal"])
def test_starts(start):
    net = untrained(lag20.TRIAL._replace(start=start))
    assert np.allclose(net.W_hh.T @ net.W_hh, np.eye(16), atol=1e-12)
    assert np.array_equal(net.W_hh, np.eye(16)) == (start == "identity")
    assert 0.08 < net.W_xh.std() < 0.12 and 0.2 < net.W_hy.std() < 0.3


def test_trials_and_reports_share_no_seed():
    assert lag20.FIRST_SEED >= 100 > lag20.FULL.grid_seeds
    for name, settings in lag20.GRID.items():
        assert len(set(settings)) == len(settings), name
        assert {s.kind for s in settings} == {name.split(",")[0]}
        assert all(bool(s.shorter) == name.endswith("chosen") for s in settings)
        assert len(settings) <= 12


def test_the_best_setting_is_that_of_most_seeds_then_of_fewest_multiply_adds(monkeypatch):
    settings = [lag20.TRIAL._replace(rate=rate) for rate in (1.0, 2.0, 3.0, 4.0)]
    took = {1.0: (None, 5), 2.0: (90, 90), 3.0: (50, 40), 4.0: (None, None)}

    def one_run(arguments):
        _, setting, seed, budget = arguments
        n = took[setting.rate][seed]
        return {"sequences": n, "steps": 21 * (n or budget)}

    monkeypatch.setattr(lag20, "GRID", {"plain RNN, given": settings})
    monkeypatch.setattr(lag20, "one_run", one_run)
    monkeypatch.setattr(lag20, "parallel_map", lambda f, tasks, *_: list(map(f, tasks)))
    best, trials = lag20.chosen(lag20.QUICK._replace(grid_seeds=2), 1)
    assert best == {"plain RNN, given": settings[2]}
    assert [t["sequences"] for t in trials["plain RNN, given"]] == [list(t) for t in took.values()]


# ==== Two nets, and tables ========================================================================
class Oracle:
    """A C that says the target unit, and what it was asked and given to read."""

    def __init__(self, said):
        self.said, self.asked, self.events = said, [], []

    def target_at(self, symbol):
        self.asked.append(symbol)
        return self.said

    def read(self, event):
        self.events.append(event)


def test_c_is_asked_where_a_cannot_be_right_and_nowhere_else():
    last = lag20.LAST
    for said, goal in itertools.product((0.1, 0.9), (0.0, 1.0)):
        c = Oracle(said)
        assert lag20.all_right(last, goal, 0.9, 0.5, c, asked=True) == (round(said) == goal)
        assert c.asked == [last] and c.events == [lag20.TARGET if goal else last]
    c = Oracle(1.0)
    assert not lag20.all_right(last, 1.0, 0.9, 0.1, c, asked=True)  # A is sure, and wrong
    assert c.asked == [] and c.events == [lag20.TARGET]
    assert not lag20.all_right(last, 1.0, 0.9, 0.5, c)  # A alone answers
    assert lag20.all_right(last, 1.0, 0.9, 0.9, Oracle(0.0), asked=True)
    assert not lag20.all_right(last, 1.0, 0.7, 0.9, Oracle(0.0), asked=True)
    assert lag20.all_right(1, 0.0, 0.5, 0.1, c, asked=True) and c.events[-1] == 1  # a trigger


def test_what_c_says_of_the_target_is_of_this_symbol_and_its_state():
    chunker = lag20.OnlineChunker(np.random.default_rng(6))
    for event in (0, 5, 1):
        chunker.read(event)
    y = chunker.state @ chunker.net.W_hy + chunker.net.b_y
    p = np.exp(y) / np.exp(y).sum()
    assert chunker.target_at(7) == pytest.approx(p[lag20.TARGET] / (p[7] + p[lag20.TARGET]))
    assert chunker.n_asked == 1 and chunker.n_read == 3


@pytest.mark.parametrize("order", [0, 1])
def test_tables_count_what_came_and_look_at_nothing_that_has_not(order, monkeypatch):
    judged = []
    monkeypatch.setattr(lag20, "all_right", lambda *said, asked: judged.append(said[:4]) or True)
    learning = lag20.learn_by_counting(order, np.random.default_rng(3), Oracle(0), Counter())
    list(itertools.islice(learning, 15))
    x = [0, *(j[0] for j in judged)]
    for t, (symbol, _, p, target) in enumerate(judged, 1):
        followed = [x[i] for i in range(1, t) if not order or x[i - 1] == x[t - 1]]
        assert p == pytest.approx((followed.count(symbol) + 0.5) / (len(followed) + 11))
        goals = [j[1] for j in judged[: t - 1] if not order or j[0] == symbol]
        assert target == pytest.approx((sum(goals) + 0.5) / (len(goals) + 1))


def test_two_nets_and_pairs_with_c_solve_it_and_single_symbols_pass_everything_up():
    for system in ("A + C, given", "table + C, given"):
        net, chunker, n_sequences = run(system, 0, 1000)
        assert n_sequences < 1000 and chunker.n_asked >= n_sequences / 2
        assert net is None or len(net.b_y) == lag20.N_SYMBOLS + 1  # A does not learn C's state
    _, chunker, n_sequences = run("symbols + C", 0, 110)
    assert n_sequences is None and chunker.n_read == 110 * 21


# ==== Multiply-adds ===============================================================================
def of_net(hidden, n_out, window, kind="plain RNN"):
    """Per step: forward, softmax's sum, and backward, in which the first passes nothing back."""
    H, states = hidden, 4 * hidden if kind == "LSTM" else hidden
    forward = H * states + H * n_out + lag20.N_SYMBOLS**2
    through = H * states * (1 if kind == "LSTM" else (window - 1) / window)
    ones = H if kind == "LSTM" else n_out + states  # H: the output that is not used
    return forward + through + 2 * H * n_out + H * states + lag20.N_SYMBOLS * states + ones


@pytest.mark.parametrize(
    ("system", "setting"),
    [("collapsed, given", lag20.RECIPE), *(("plain RNN, given", s) for s in KINDS)],
)
def test_multiply_adds_are_those_of_bptt_in_the_window(system, setting):
    n_out = lag20.N_SYMBOLS + 1 + (lag20.CHUNK_HIDDEN if system.startswith("coll") else 0)
    expected = of_net(setting.hidden, n_out, setting.window, setting.kind)
    clipping = len(untrained(setting).flat) / setting.window if setting.longest else 0
    found = lag20.per_step(system, setting)
    assert found == pytest.approx(expected + clipping, rel=1e-9)


def test_c_costs_by_event_and_by_answer():
    H, n = lag20.CHUNK_HIDDEN, lag20.N_EVENTS
    cost = lag20.per_event()
    assert cost["asked"] == H * n
    forward = 4 * H * H + H * n + n * n  # 3 steps and one more; one read-out
    backward = 2 * H * H + 3 * (2 * H * n + H * H + n * H + n + H)
    assert cost["read"] == forward + backward


def test_frozen_of_an_lstm():
    """Right on no sequence untrained, on each when all but the target unit is left out."""
    net = untrained(lag20.CELL)
    assert lag20.frozen(net, 3, 20) == 0
    net.flat[...] = 0
    assert lag20.frozen(net, 3, 20) == 0  # the target unit says 1/2


def by_the_book(net, seed, n_sequences):
    """`lag20.frozen`, one symbol at a time."""
    rng, h, p, right = np.random.default_rng([seed, 6]), np.zeros(lag20.RECIPE.hidden), None, 0
    for _ in range(n_sequences):
        trigger, good = int(rng.integers(2)), True
        for symbol in (trigger, *range(2, 22)):
            if symbol >= 2:
                good = good and p.argmax() == symbol
            h = np.tanh(net.W_xh[symbol] + h @ net.W_hh + net.b_h)
            outputs = h @ net.W_hy + net.b_y
            p, target = outputs[:22], 1 / (1 + np.exp(-outputs[22]))
            good = good and abs(target - (symbol == 21 and trigger == 0)) <= lag20.TOLERANCE
        right += bool(good)
    return right


def test_frozen_counts_what_a_does_by_itself():
    net, _, n_sequences = run("collapsed, given", 0, 2500)
    assert n_sequences is not None
    counts = []
    for damage in (0.0, 0.05, 0.1):
        damaged = core.zeros_like(net)
        damaged.flat[...] = net.flat
        damaged.W_hy[:, lag20.TARGET] *= 1 - 8 * damage
        damaged.W_hh[...] *= 1 - damage
        counts.append(lag20.frozen(damaged, 3, 50))
        assert counts[-1] == by_the_book(damaged, 3, 50)
    assert counts[0] >= 49 > counts[1] > 0
    net.b_y[lag20.FIRST] -= 100  # right but for b1, which it never predicts
    assert lag20.frozen(net, 3, 50) == by_the_book(net, 3, 50) == 0


def test_a_run_again_gives_the_same_numbers():
    again = [lag20.one_run(("A + C, given", lag20.RECIPE, 3, 60)) for _ in range(2)]
    for found in again:
        del found["seconds"]
    assert again[0] == again[1] and again[0]["asked"] and again[0]["read"]
