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
    [row] = [row for row in forgetting.document(results) if claim in row[0]]
    assert "memory probe analysis" in row[3] and "does not say" not in row[3]


def test_the_range_of_our_model(quick_run):
    results = copy.deepcopy(quick_run("forgetting"))
    for near, needed, said in (
        (16, 17, "holds"), (16, 8, "holds in part"), (9, 8, "does not hold"),
    ):  # fmt: skip
        horizons(results, "predicts", near=near)
        results["nets"]["predicts"]["64"]["needed"] = found(needed)
        assert verdict(results, "15 to 20") == said


def near(results, kind, hidden, value, half=0.0):
    results["nets"][kind][str(hidden)]["text"]["near"] = found(value, half)


def test_a_doubling_is_judged_by_where_the_predicting_net_comes_near_chance(quick_run):
    results = copy.deepcopy(quick_run("forgetting"))
    for kind, more in (("untrained", 20), ("remembers", 2.5)):  # controls, outside the verdict
        near(results, kind, 64, 10)
        near(results, kind, 128, 10 + more)
    results["growth"]["predicts"]["text"]["128"]["more"] = found(9)  # 80%, outside it too
    near(results, "predicts", 64, 10)
    for value, half, said in (
        (12.4, 0.3, "holds"), (13.2, 0.5, "holds in part"), (19, 0.5, "does not hold"),
        (10.1, 0.5, "does not hold"),
    ):  # fmt: skip
        near(results, "predicts", 128, value, half)
        assert verdict(results, "Doubling") == said
    [row] = [row for row in forgetting.document(results) if "Doubling" in row[0]]
    assert "predicts 0.1 (-0.4 to 0.6)" in row[1] and "untrained 20.0" in row[1]
    assert "until below 80%: predicts 9.0" in row[1] and "seeds 100 and 101" in row[3]


def of_three_sizes(results):
    """A quick run as if 256 units had been measured too."""
    results = copy.deepcopy(results)
    results["sizes"].append(256)
    for of in results["nets"].values():
        of["256"] = copy.deepcopy(of.get("128", of["64"]))
    for of in results["growth"].values():
        for what in of.values():
            what["256"] = copy.deepcopy(what["128"])
    return results


def test_many_times_the_units_are_judged_by_the_gain_and_its_form(quick_run):
    results = of_three_sizes(quick_run("forgetting"))
    for values, said in (
        ((18, 21.5, 25), "holds"),
        ((10, 13.5, 17), "holds in part"),  # 7 more, evenly, from elsewhere
        ((10, 11, 17), "holds in part"),  # 7 more, in ever longer steps
        ((10, 11.5, 13), "holds in part"),  # evenly, 3 more
        ((10, 20, 41), "does not hold"),
    ):
        for hidden, value in zip(results["sizes"], values):
            near(results, "predicts", hidden, value)
        assert verdict(results, "logarithmically") == said
    [row] = [row for row in forgetting.document(results) if "logarithmically" in row[0]]
    assert "goes from 10.0 to 41.0, the document's from 18 to 25" in row[3]


def test_the_bottleneck_asks_the_predicting_net_and_the_untrained(quick_run):
    results = copy.deepcopy(quick_run("forgetting"))
    for predicts, untrained, said in (
        (11, 11, "holds"), (11, 19, "holds in part"), (19, 19, "does not hold"),
    ):  # fmt: skip
        for kind, value in (("predicts", predicts), ("untrained", untrained)):
            near(results, kind, 64, 10)
            near(results, kind, 128, value)
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
    ] + [(results["nets"]["letters"]["64"]["random letters"], 64)]  # fmt: skip
    for share, bits, first, second in (
        (0.9, 190, "holds", "holds"), (0.2, 20, "does not hold", "can't be tested"),
        (2, 300, "does not hold", "does not hold"),
    ):  # fmt: skip
        for cell, hidden in cells:
            cell |= {"numbers": found(share * hidden), "bits": found(bits)}
        assert verdict(results, "about 1 real number") == first
        assert verdict(results, "effective bits") == second
    for cell, hidden in cells:
        cell["numbers"] = found(0.9 * hidden)
    assert verdict(results, "about 1 real number") == "holds"
    for kind in ("letters", "predicts"):  # no size of the net that learnt to predict is left out
        one = results["nets"][kind]["64"]["random letters"]
        one["numbers"] = found(64 * 0.3)
        assert verdict(results, "about 1 real number") == "holds in part"
        one["numbers"] = found(64 * 0.9)


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
