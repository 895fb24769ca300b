"""One seed of the headline, and its baseline trained longer."""

from dataclasses import replace
from unittest.mock import patch

import pytest

import chunker_very_deep_1200 as core
from studies.chunker import seeds

CONFIG = core.Config(seed=5, T=30, n_eval=20, baseline_epochs=6)


def test_the_long_baseline_is_the_same_one_trained_ten_times_as_long():
    long = seeds.long_baseline(CONFIG)
    results = core.run(replace(CONFIG, baseline_epochs=60))
    assert long["updates"] == 60
    assert long["filler_loss"] == results["baseline_filler_loss"]
    assert long["recall"] == results["baseline_eval_acc"]
    assert long["choice"] == results["baseline_choice_acc"]


def test_a_seed_s_numbers_are_those_of_its_run():
    found, results = seeds.run_of_seed(CONFIG), core.run(CONFIG)
    assert all(found[key] == results[key] for key in seeds.KEPT)
    loss = results["surprise_trace"]["loss"]
    assert found["target_loss"] == loss[-1] and found["largest_filler_loss"] == max(loss[1:-1])


@pytest.mark.parametrize("share", ["A", "B", "neither"])
def test_one_letter_for_all(share):
    drawn = core.trigger_recall(core.random_streams(5)["evaluation"], 30, 20)[-1]
    of_b = drawn.mean()
    choice = {"A": 1 - of_b, "B": of_b, "neither": of_b + 0.025}[share]
    results = {**core.run(CONFIG), "baseline_choice_acc": float(choice)}
    with patch.object(core, "run", return_value=results):
        assert seeds.run_of_seed(CONFIG)["one_letter"] == (share != "neither")


def test_so_many_seeds_as_are_asked_for():
    results = seeds.compute(seeds.Plan(9, 20), 1, seeds=2)
    assert results["seeds"] == len(results["runs"]) == len(results["long_baselines"]) == 2
    assert [r["seed"] for r in results["document_seeds"]] == [1, 2, 3]
    assert results["document_T"] == 20
