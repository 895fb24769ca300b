"""Forgetting: what stands in the tables, and that every verdict can turn."""

import copy
import json

import pytest
from test_studies import of_its_kind

from studies.lab import letters, remembering
from studies.memory import forgetting


def test_a_quick_run_and_its_words(quick_run):
    results = quick_run("forgetting")
    of_its_kind("forgetting", results)
    for header, rows in (forgetting.table(results), forgetting.held(results)):
        assert len(header) <= 9 and rows and all(len(row) == len(header) for row in rows)
    assert len(forgetting.table(results)[1]) == 3 * len(results["sizes"]) + 1
    assert f"{results['nets']['letters']['64']['nats']['mean']:.3f}" in forgetting.seen(results)
    assert all(len(row) == 4 and all(row) for row in forgetting.document(results))
    start = results["nets"]["untrained"]["64"]["random letters"]
    assert 0 < start["numbers"]["mean"] <= 64


def test_a_run_is_the_same_again_and_its_kinds_differ():
    plan = forgetting.QUICK._replace(n_steps=30, streams=6, fit=4, predicting=3, remembering=2)
    runs = [
        forgetting.one_run((kind, 16, 101, plan))
        for kind in ("predicts", "predicts", "untrained", "remembers")
    ]
    told = [json.dumps(run["text"]["accuracy"].tolist()) for run in runs]
    assert told[0] == told[1] and len(set(told)) == 3


def test_at_the_quick_size_noise_is_asked_of_random_letters_alone(quick_run):
    nets = quick_run("forgetting")["nets"]
    assert not nets["letters"]["64"]["random letters"]["noise"]
    assert not nets["untrained"]["64"]["text"]["noise"]
    left = nets["untrained"]["64"]["random letters"]["noise"]
    assert list(left) == ["1e-06", "0.001", "0.1"]


def test_a_table_that_tells_more_is_named(quick_run):
    results = copy.deepcopy(quick_run("forgetting"))
    for guess, said in ((40.0, True), (0.0, False)):
        results["controls"]["below"] = found(guess)
        assert ("more than the predicting net" in forgetting.answer(results)) == said


def test_horizons_that_are_not_reached_are_said():
    one = {"below": found(24), "near": found(20), "capped": [1, 0]}
    assert forgetting.horizon(one, "below") == "at least 24.0"
    assert forgetting.horizon(one, "near") == "20.0"


# ==== Verdicts ====================================================================================
def found(mean, half=0.0):
    return {"mean": mean, "interval": [mean - half, mean + half], "n": 3}


def verdict(results, claim):
    [row] = [row for row in forgetting.document(results) if claim in row[0]]
    return row[2]


def horizons(results, kind, **values):
    for key, value in values.items():
        results["nets"][kind]["64"]["text"][key] = found(value)


@pytest.mark.parametrize(
    "claim, key, values",
    [("80%", "below", {8: "holds", 10: "holds", 3: "does not hold", 11: "does not hold"}),
     ("near chance", "near", {14: "holds", 40: "does not hold", 5: "does not hold"})],
)  # fmt: skip
def test_the_two_horizons(quick_run, claim, key, values):
    results = copy.deepcopy(quick_run("forgetting"))
    for value, said in values.items():
        horizons(results, "predicts", **{key: value})
        assert verdict(results, claim) == said


def test_the_range_of_our_model(quick_run):
    results = copy.deepcopy(quick_run("forgetting"))
    for near, needed, said in (
        (16, 17, "holds"), (16, 8, "holds in part"), (9, 8, "does not hold"),
    ):  # fmt: skip
        horizons(results, "predicts", near=near)
        results["nets"]["predicts"]["64"]["needed"] = found(needed)
        assert verdict(results, "15 to 20") == said


def test_growth(quick_run):
    results = copy.deepcopy(quick_run("forgetting"))
    most = str(results["sizes"][-1])
    cases = {
        "Doubling": ("more", ((2.5, 2.5, 2.5), (2.5, 9, 9), (9, 9, 9))),
        "logarithmically": ("times", ((1.2, 1.2, 1.2), (1.2, 9, 9), (9, 9, 9))),
    }
    for claim, (key, values) in cases.items():
        for of_kinds, said in zip(values, ("holds", "holds in part", "does not hold")):
            for kind, value in zip(forgetting.KINDS, of_kinds):
                results["growth"][kind]["text"][most][key] = found(value)
            assert verdict(results, claim) == said
    for value, said in ((1.3, "holds"), (8, "does not hold")):
        results["growth"]["untrained"]["random letters"][most]["times"] = found(value)
        assert verdict(results, "bottleneck") == said


def test_against_the_untrained_net(quick_run):
    results = copy.deepcopy(quick_run("forgetting"))
    for kind, value in zip(forgetting.KINDS, (2, 6, 10)):
        horizons(results, kind, below=value)
    assert verdict(results, "vanishing gradients") == "does not hold"
    assert verdict(results, "retains what is useful") == "holds"
    horizons(results, "predicts", below=12)
    assert verdict(results, "vanishing gradients") == "holds in part"
    assert verdict(results, "retains what is useful") == "does not hold"


def test_numbers_and_bits(quick_run):
    results = copy.deepcopy(quick_run("forgetting"))
    cells = [
        (results["nets"][kind][str(hidden)]["random letters"], hidden)
        for kind in forgetting.KINDS for hidden in results["sizes"]
    ]  # fmt: skip
    for share, bits, first, second in (
        (0.9, 190, "holds", "holds"), (0.2, 20, "does not hold", "can't be tested"),
        (2, 300, "does not hold", "does not hold"),
    ):  # fmt: skip
        for cell, hidden in cells:
            cell |= {"numbers": found(share * hidden), "bits": found(bits)}
        assert verdict(results, "about 1 real number") == first
        assert verdict(results, "effective bits") == second
    cells[-1][0]["numbers"] = found(cells[-1][1])
    assert verdict(results, "about 1 real number") == "holds in part"


def test_rises(quick_run):
    results = copy.deepcopy(quick_run("forgetting"))
    for random, text, said in (
        (0, 0, "holds"), (0, 5, "holds in part"), (5, 0, "does not hold"),
    ):  # fmt: skip
        for what, k in zip(forgetting.INPUTS, (text, random)):
            results["rises"][what] = {"k": k, "n": 200, "largest": 0.1}
        assert verdict(results, "only have decreased") == said


def test_what_is_asked_of_each_size():
    asked = [remembering.longest_asked(hidden, "text") for hidden, _ in forgetting.SIZES]
    assert asked == [4, 8, 16, 32, 60, 60, 60]
    assert remembering.longest_asked(16, "random letters") == 2
    assert min(n for _, n in forgetting.SIZES) >= 3 and letters.FIRST_SEED == 100
