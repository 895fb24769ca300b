"""The long run at full length: solved means every later test, and a seed repeats."""

import numpy as np

from studies.chunker import longer
from studies.lab.training import identity_rnn

PLAN = longer.QUICK._replace(updates=6, stretch=2)


def test_solved_means_that_all_later_tests_are_right(monkeypatch):
    answers = iter([1.0, 0.5, 1.0])
    monkeypatch.setattr(longer, "tested", lambda net, T: {"choice": next(answers)})
    assert longer.one_run((0, PLAN))["updates"] == 6
    answers = iter([1.0, 1.0, 0.5])
    assert longer.one_run((0, PLAN))["updates"] is None


def test_each_stretch_learns_and_no_update_is_lost(monkeypatch):
    nets = []

    def tested(net, T):
        nets.append(net.flat.copy())
        return {"choice": 1.0}

    monkeypatch.setattr(longer, "tested", tested)
    longer.one_run((0, PLAN))
    longer.one_run((0, PLAN._replace(stretch=6)))
    assert len(nets) == 4 and np.array_equal(nets[2], nets[3])
    assert not np.array_equal(nets[0], nets[1])


def test_a_test_asks_after_both_triggers():
    net = identity_rnn(np.random.default_rng(0), 4)
    net.flat[...] = 0.0
    net.b_y[0] = 5.0  # always A: right after A alone
    found = longer.tested(net, 40)
    assert found["choice"] == 0.5 and found["filler"] == 0.0
    assert found["target_loss"] > np.log(2)
    net.b_y[2] = 9.0  # now a filler before A: recalls nothing, and of the two still chooses A
    assert longer.tested(net, 40)["choice"] == 0.5


def test_right_at_some_test_is_not_for_good():
    def run(seed, updates, *choices):
        tests = [{"choice": c, "target_loss": 0.7, "filler": 1.0} for c in choices]
        return {"seed": seed, "updates": updates, "tests": tests}

    runs = [run(1, None, 1.0, 0.5, 0.5), run(2, 2000, 0.5, 1.0, 1.0), run(3, None, 0.5, 0.5, 0.5)]
    results = {"runs": runs, "budget": 3000, "batch": 8, "solved": {"k": 1, "n": 3}}
    assert "1/3 seeds for good, after 2,000 to 2,000" in longer.answer(results)
    assert "; 2 chose right at some test" in longer.answer(results)
    assert [row[2] for row in longer.table(results)[1]] == ["1 of 3", "2 of 3", "0 of 3"]
