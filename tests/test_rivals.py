"""Single nets on the decisive task, and the sequences that they train on."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import rivals
from studies.lab import collapsed, decisive, lessons, single
from studies.lab.decisive import APART, CYCLE, N_CHOICES

PLAN = rivals.QUICK._replace(budget=4e6)


# ==== Training sequences ==========================================================================
def events_of(x):
    """Times of the events of a sequence and what was due there, from the phase that fits best."""
    T = len(x)
    wrong = [(CYCLE[(phase + np.arange(T)) % 25] != x) for phase in range(25)]
    phase = int(np.argmin([w.sum() for w in wrong]))
    times = np.flatnonzero(wrong[phase])
    return times, CYCLE[(phase + times) % 25]


@pytest.mark.parametrize("n_triggers", [1, 2])
def test_sequences_drawn_at_once_are_of_the_task(n_triggers):
    x = lessons.draw_many(np.random.default_rng(0), 300, 400, n_triggers, 6)
    n_distractors, firsts = [], []
    for column in x.T:
        times, due = events_of(column)
        assert times[0] >= APART and times[-1] == 299 and (np.diff(times) >= APART).all()
        asked = np.append(times[:n_triggers], times[-1])
        assert (column[asked] < N_CHOICES).all() and (due[[*range(n_triggers), -1]] >= 2).all()
        between = column[times[n_triggers:-1]]
        assert (between >= N_CHOICES).all() and (between != due[n_triggers:-1]).all()
        triggers = column[times[:n_triggers]].astype(int)
        assert column[-1] == (triggers[0] if n_triggers == 1 else triggers.sum() % 2)
        n_distractors.append(len(between))
        firsts.append(times[0])
    assert set(n_distractors) == set(range(7))
    assert abs(x[-1].mean() - 0.5) < 0.1
    _, mask = decisive.draw_with_events(np.random.default_rng(1), 300, 400, n_triggers)
    theirs = mask.argmax(axis=0)
    assert abs(np.mean(firsts) - theirs.mean()) < 4 * np.hypot(np.std(firsts), theirs.std()) / 20
    assert abs(np.mean(n_distractors) + n_triggers + 1 - mask.sum(axis=0).mean()) < 0.5


def test_what_replaces_a_symbol_is_each_of_the_others_as_often():
    rng = np.random.default_rng(0)
    for due in range(5):
        others = [s for s in (2, 3, 4) if s != due]
        found = lessons.another(rng, np.full(3000, due))
        assert set(found) == set(others)
        share = np.bincount(found, minlength=5)[others] / 3000
        assert np.allclose(share, 1 / len(others), atol=0.04)


def test_lengths_as_given_never_change_and_hold_every_distractor():
    given = lessons.Lessons(np.random.default_rng(0), 2, 1, (100, 140))
    batches = iter(given)
    lengths = set()
    for _ in range(300):
        lengths.add(len(next(batches)))
        given.note(1.0)
    assert lengths == set(range(100, 141)) and given.most == 6


def grow(of, n=1):
    for _ in range(n * lessons.RUN):
        of.note(1.0)


def test_lengths_grow_only_when_the_choice_is_right():
    chosen = lessons.Lessons(np.random.default_rng(0), 2, 1, at_most=80)
    for _ in range(5 * lessons.RUN):
        chosen.note(0.9)
    assert (chosen.longest, chosen.most) == (lessons.FIRST_LONGEST, 6)
    grow(chosen)
    assert chosen.longest == lessons.FACTOR * lessons.FIRST_LONGEST
    grow(chosen, 20)
    assert (chosen.longest, chosen.triggers) == (80, 1)


def test_two_triggers_follow_one_and_then_come_as_often():
    chosen = lessons.Lessons(np.random.default_rng(0), 2, 2, at_most=200)
    seen = [min(len(tokens) for tokens, _ in zip(chosen, range(200)))]
    while chosen.triggers == 1:
        last = chosen.longest
        grow(chosen)
    assert last >= lessons.ENOUGH and chosen.longest == lessons.FIRST_LONGEST
    lengths = [len(tokens) for tokens, _ in zip(chosen, range(400))]
    assert seen == [lessons.SHORTEST[1]] and set(range(37, 41)) < set(lengths)
    short = np.mean(np.array(lengths) < lessons.SHORTEST[2])  # with one trigger alone
    assert abs(short - 0.5 * 12 / 16) < 0.1


def test_two_triggers_at_the_lengths_given_start_without_distractors():
    given = lessons.Lessons(np.random.default_rng(0), 2, 2, (100, 140))
    assert (given.triggers, given.most) == (2, 0)
    for n in range(1, 9):
        grow(given)
        assert (given.most, given.longest) == (min(n, 6), 140)


def test_a_bad_batch_is_remembered_until_it_is_long_past():
    chosen = lessons.Lessons(np.random.default_rng(0), 2, 1, at_most=80)
    for _ in range(10):
        chosen.note(0.0)
    for _ in range(lessons.RUN - 6):
        chosen.note(1.0)
    assert chosen.longest == lessons.FIRST_LONGEST  # six zeros of the last hundred
    chosen.note(1.0)
    assert chosen.longest > lessons.FIRST_LONGEST


# ==== Tests of a net ==============================================================================
def blocks_of(n_blocks, size):
    return [np.zeros((3, size), np.uint8) for _ in range(n_blocks)]


def test_right_in_99_of_100_is_solved_and_in_98_is_not():
    for wrong, solved in ((0, True), (1, True), (2, False)):
        answers = iter(np.split(np.arange(100) >= wrong, 10))
        found = rivals.tested(lambda _, a=answers: next(a), blocks_of(10, 10))
        assert found["solved"] is solved


def test_a_test_stops_only_where_it_cannot_be_solved_any_more():
    asked = []

    def choose(block):
        asked.append(block)
        return np.arange(10) >= 1  # one of ten is wrong

    assert rivals.tested(choose, blocks_of(20, 10))["solved"] is False
    assert len(asked) == 3  # two of 200 may be wrong
    asked.clear()
    assert rivals.tested(choose, blocks_of(20, 10), True)["choice"] == 0.9
    assert len(asked) == 20


def test_solved_means_that_all_later_tests_are_right():
    tests = [
        {"multiply_adds": 10.0 * n, "choice": 1.0, "solved": solved}
        for n, solved in enumerate((False, True, False, True, True))
    ]
    arguments = (np.random.default_rng(0), 1, PLAN)
    found = rivals.finished(tests, lambda x: np.ones(x.shape[1]), *arguments)
    assert found["multiply_adds"] == 30 and found["at_last"] == 1
    tests[-1]["solved"] = False
    found = rivals.finished(tests, lambda x: np.ones(x.shape[1]), *arguments)
    assert found["multiply_adds"] is None and found["at_last"] is None


def test_a_net_is_asked_for_its_target_by_its_last_output():
    net = rivals.orthogonal_rnn(np.random.default_rng(0), 4)
    tokens = decisive.draw(np.random.default_rng(0), 100, 30)
    _, log_p = core.score(net, tokens)
    ours = rivals.chosen_right(rivals.last_outputs(net, tokens), tokens[-1])
    assert np.array_equal(ours, log_p[:, :2].argmax(axis=1) == tokens[-1])
    changed = tokens.copy()
    changed[-1] = 1 - changed[-1]  # what is asked is not read
    assert np.array_equal(rivals.chosen_right(rivals.last_outputs(net, changed), tokens[-1]), ours)


def test_training_that_diverges_is_not_solved():
    def spend(until):
        if until > 10:
            raise core.Diverged("")
        return until

    tests = rivals.trained_in_parts(spend, [10, 20, 30], lambda end: {"choice": 1, "solved": True})
    assert [test["solved"] for test in tests] == [True, False]


# ==== Training ====================================================================================
def test_weights_of_steps():
    weight = rivals.weight_of_steps(0.2, 50, 0)
    assert weight.sum() == pytest.approx(1) and weight[-1] == 0.2
    assert np.ptp(weight[:-1]) == 0 and rivals.weight_of_steps(0.5, 2, 0).tolist() == [[0.5]]


def test_every_system_has_a_setting():
    assert {*rivals.SETTINGS, "collapsed, given"} == set(rivals.COLUMNS)
    for name, setting in rivals.SETTINGS.items():
        assert name.startswith(setting.kind)
        assert bool(setting.longest) == name.endswith("chosen")


@pytest.mark.parametrize("kind", single.KINDS)
def test_multiply_adds_are_those_of_full_bptt(kind):
    start, gates = ("orthogonal", 1) if kind == "plain RNN" else (1.0, 4)
    setting = rivals.Setting(kind, 16, start, 0.01, 0.1, 8, 1.0)
    H, V = 16, rivals.V
    expected = gates * (3 * H * H + H * V) + 3 * H * V
    assert 0.98 * expected < rivals.per_step(setting) < 1.05 * expected


@pytest.mark.parametrize("name", rivals.COLUMNS)
def test_a_run_spends_its_budget_and_no_more(name):
    plan = PLAN._replace(budget=50e6) if name.startswith("collapsed") else PLAN
    run = rivals.one_run((name, "first", 0, plan))
    spent = [test["multiply_adds"] for test in run["tests"]]
    one_batch = 16 * 140 * 4000
    assert plan.budget <= spent[-1] < plan.budget + one_batch
    assert run == rivals.one_run((name, "first", 0, plan))


def test_the_rate_falls_to_nothing(monkeypatch):
    rates = []

    def learning(net, setting, batches, rate):
        for u in single.learning(net, batches, 0.0, lambda T, n: np.ones((T - 1, 1))):
            rates.append(float(rate))
            yield u

    monkeypatch.setattr(rivals, "learning", learning)
    rivals.single_net("plain RNN", "chosen", "first", 0, PLAN._replace(budget=40e6))
    setting = rivals.SETTINGS["plain RNN, chosen"]
    rates = rates[3:]  # three are of the counting
    assert rates[0] == setting.rate and (np.diff(rates) < 0).all()
    assert 0 < rates[-1] < 0.5 * setting.rate


def test_nets_of_one_seed_are_tested_on_sequences_that_they_do_not_learn_from():
    rng = rivals.generators("rivals", 0, rivals.PARTS, 1, 0, 0)
    blocks = rivals.fresh_tests(rng["test"], PLAN, 1)
    learnt = iter(lessons.Lessons(rng["data"], 8, 1, PLAN.asked_at))
    seen = {column.tobytes() for _ in range(20) for column in next(learnt).T}
    assert not seen & {column.tobytes() for block in blocks for column in block.T}
    assert sum(block.shape[1] for block in blocks) == PLAN.n_eval


# ==== The collapsed net ===========================================================================
def test_the_net_starts_as_a_and_says_nothing_else_of_symbols():
    rng = np.random.default_rng(0)
    A = rivals.orthogonal_rnn(rng, 8, core.VOCAB)
    net = rivals.with_states(rng, A, 4)
    tokens = decisive.draw(rng, 60, 5)
    outputs = rivals.last_outputs(net, tokens)
    assert np.allclose(outputs[:, : core.VOCAB], rivals.last_outputs(A, tokens), rtol=1e-12)
    assert collapsed.state_predicted(outputs).shape == (5, 4)


def test_c_learns_from_what_a_mispredicts():
    rng = np.random.default_rng(0)
    A = rivals.orthogonal_rnn(rng, 8, core.VOCAB)
    tokens = decisive.draw(rng, 60, 5)
    expected = np.concatenate([y.argmax(axis=-1) for _, _, y in core.predictions(A, tokens)])
    up = rivals.goes_up(A, tokens)
    assert up[0].all() and np.array_equal(up[1:], expected != tokens[1:])


def test_a_target_that_a_predicts_is_no_right_choice(monkeypatch):
    rng = np.random.default_rng(0)
    A, C = rivals.orthogonal_rnn(rng, 8, core.VOCAB), rivals.orthogonal_rnn(rng, 8, core.VOCAB)
    monkeypatch.setattr(rivals, "chosen_right", lambda outputs, targets: np.ones(1, bool))
    for flagged in (True, False):
        mask = np.zeros((60, 3), bool)
        mask[[0, 20]], mask[-1] = True, flagged
        monkeypatch.setattr(rivals, "goes_up", lambda A, tokens, m=mask: m)
        batches = [decisive.draw(rng, 60, 3)]
        found = list(rivals.learning_events(C, A, batches, rng, 0.01))
        assert [bool(right) for right, _ in found] == [flagged] * 3


# ==== The control =================================================================================
def test_counts_are_of_words_before_the_target():
    tokens = np.array([[0, 1, 0, 1, 2, 4]]).T
    found = decisive.counts(tokens, 2)[0]
    often = found[1:26] + 4 / 25
    assert often[0 * 5 + 1] == pytest.approx(2) and often[1 * 5 + 2] == pytest.approx(1)
    assert found[26:].argmax() == 1 * 5 + 2 and found[26:].sum() == 1
    changed = tokens.copy()
    changed[-1] = 3
    assert np.array_equal(decisive.counts(changed, 2), decisive.counts(tokens, 2))


def test_counted_triples_say_the_trigger_and_not_the_parity():
    plan = rivals.QUICK._replace(linear=1500, n_eval=200)
    assert rivals.linear_readout("first", 0, plan)["triples"] > 0.98
    assert rivals.linear_readout("second", 0, plan)["triples"] < 0.65


# ==== What is told ================================================================================
def test_curves_are_means_over_the_tests_that_all_runs_had():
    def run(*choices):
        return {"tests": [{"multiply_adds": float(n), "choice": c} for n, c in choices]}

    found = rivals.curve([run((1, 0.0), (2, 0.5), (3, 1.0)), run((2, 0.7), (3, 0.8))])
    assert found == {"multiply_adds": [2.0, 3.0], "choice": [pytest.approx(0.6), 0.9]}
