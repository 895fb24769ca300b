"""Ways out that the document names: what is compared, and both sides of every verdict."""

import copy

import numpy as np
import pytest
from test_studies import of_its_kind

from studies.lab import grammar, letters, variants
from studies.lab.intervals import mean
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED
from studies.memory import ways


@pytest.fixture(scope="module")
def results(quick_run):
    return quick_run("ways")


def test_a_quick_run(results):
    of_its_kind("ways", results)
    assert set(results["ways"]) == {*ways.WAYS, "table"}
    for header, rows in (ways.table(results), ways.cost_table(results)):
        assert len(header) <= 9 and rows and all(len(row) == len(header) for row in rows)
    assert "RTRL" in ways.answer(results) and ways.seen(results).count("\n") == 4
    for row in ways.document(results):
        assert len(row) == 4 and all(isinstance(part, str) and part for part in row)
    names = [name for name in ways.WAYS if name != ways.PLAIN]
    assert all(name in ways.answer(results) for name in names)


def test_a_run_is_the_same_again_and_each_way_another():
    plan = ways.QUICK._replace(n_updates=3, n_letters=600)
    found = {name: ways.one_run((name, 3, plan)) for name in ("dropout 0.1, anew", "2 layers")}
    for name, of in found.items():
        assert of == ways.one_run((name, 3, plan))
    starts = {name: ways.untrained(name, 3) for name in ways.WAYS[:-1]}
    assert [len(starts[f"{n} layers"].net.layers) for n in ways.DEPTHS] == list(ways.DEPTHS)
    dropped = {name: way for name, way in starts.items() if "dropout" in name}
    assert {(way.p, way.held) for way in dropped.values()} == {
        (p, held) for p in ways.RATES for held in (True, False)
    }
    for name, way in dropped.items():
        assert name == f"dropout {way.p}, {'held' if way.held else 'anew'}"
        assert np.array_equal(way.net.flat, letters.untrained(3).flat)
    assert isinstance(starts[ways.NORMED], variants.Normalised)
    assert starts[ways.EMBEDDED].net.E.shape == (27, 16)


def test_losses_are_above_the_exact_predictor_s_of_the_same_text():
    texts = letters.texts(0, 500)
    found = ways.losses(grammar.best, texts)
    for name, text in zip(("learnt", "held_out"), texts):
        assert found[name] == letters.nats(grammar.best(text.symbols), text.symbols).mean()
    run = {"learnt": 1.5, "held_out": 2.0}
    above = ways.above_exact([run], [{"learnt": 1.0, "held_out": 0.5}])
    assert above == {"held_out": [1.5], "learnt": [0.5], "gap": [1.0]}


def test_gains_are_of_a_seed_and_positive_where_the_loss_is_lower(results):
    one = results["ways"]
    of = one["2 layers"]["runs"]["held_out"]
    apart = np.subtract(one[ways.PLAIN]["runs"]["held_out"], of)
    assert one["2 layers"]["gain"]["mean"] == pytest.approx(apart.mean())
    assert ways.better(results, "2 layers", ways.PLAIN)["mean"] == pytest.approx(apart.mean())
    assert one[ways.PLAIN]["gain"]["mean"] == 0
    assert one["2 layers"]["held_out"]["mean"] == pytest.approx(np.mean(of))


def test_exponents():
    assert ways.growth([2, 4, 8], [8, 64, 512]) == pytest.approx(3)
    cost = {
        "counted": [1, 2, 4], "kept": [5, 1, 8],
        "methods": {"RTRL": {"multiply_adds": [9, 1, 16]}},
    }  # fmt: skip
    assert ways.exponent({"costs": cost}, "RTRL") == pytest.approx(4)
    assert ways.exponent({"costs": cost}, "kept") == pytest.approx(3)


# ==== Both sides of the verdicts ==================================================================
def said(results, row):
    return row(results)[2]


def with_losses(results, **by):
    """Results in which ways have these losses on every seed, of both texts; the plain net 1."""
    found = copy.deepcopy(results)
    names = {name.replace(" ", "_").replace(".", "").replace(",", ""): name for name in ways.WAYS}
    losses = dict.fromkeys([*ways.WAYS, "table"], 1.0)
    losses |= {names.get(key, key): value for key, value in by.items()}
    n = found["seeds"]
    for name, loss in losses.items():
        runs = {"held_out": [loss] * n, "learnt": [loss] * n, "gap": [0.0] * n}
        found["ways"][name] |= {"runs": runs, "gain": mean([1 - loss] * n)}
        found["ways"][name] |= {key: mean(values) for key, values in runs.items()}
    return found


@pytest.mark.parametrize(
    ("row", "name"),
    [(ways.layers, "2_layers"), (ways.embedding, "embedding")],
)
def test_better_than_the_plain_net_or_not(results, row, name):
    for loss, verdict, word in ((0.5, HOLDS, "better than"), (1.0, NOT, "neither"),
                                (2.0, NOT, "worse than")):  # fmt: skip
        changed = with_losses(results, **{name: loss})
        assert said(changed, row) == verdict and word in row(changed)[3]
    ahead = with_losses(results, **{name: 0.5})
    assert f"same recipe: {name.replace('_', ' ')} 0.5000;" in ways.answer(ahead)


def test_depth(results):
    layers = {"2_layers": 0.5, "3_layers": 0.6, "4_layers": 0.6, "6_layers": 0.8}
    assert said(with_losses(results, **layers), ways.deeper) == HOLDS
    assert said(with_losses(results, **layers | {"3_layers": 2}), ways.deeper) == IN_PART
    assert said(with_losses(results, **layers | {"6_layers": 0.4}), ways.deeper) == IN_PART
    worse = {"2_layers": 2, "3_layers": 2, "4_layers": 2, "6_layers": 1.5}
    assert said(with_losses(results, **worse), ways.deeper) == NOT


def test_masks(results):
    held = {"dropout_01_held": 0.5, "dropout_025_held": 0.5}
    assert said(with_losses(results, **held), ways.held_mask) == HOLDS
    assert said(with_losses(results, dropout_01_held=0.5), ways.held_mask) == IN_PART
    assert said(with_losses(results), ways.held_mask) == NOT
    anew = {"dropout_01_anew": 1.5, "dropout_025_anew": 1.5}
    assert said(with_losses(results, table=1.4, **anew), ways.destroyed) == HOLDS
    assert said(with_losses(results, table=2.0, **anew), ways.destroyed) == IN_PART
    assert said(with_losses(results, table=2.0), ways.destroyed) == NOT


def test_what_matters_at_scale_is_not_judged_here(results):
    for held_out, learnt, by_heart in ((1.5, 0.5, True), (1.5, 1.5, False), (0.5, 0.5, False)):
        found = with_losses(results, layer_normalisation=held_out)
        found["ways"][ways.NORMED]["runs"]["learnt"] = [learnt] * found["seeds"]
        row = ways.in_practice(found)
        assert row[2] == UNTESTED and ("by heart" in row[3]) == by_heart


def test_what_is_lost(results):
    every = dict.fromkeys(variants.DROPPED, True)
    one_mends = every | {"one": False}
    for told, lasts, verdict in (
        (0.1, every, HOLDS), (0.9, every, IN_PART), (0.1, one_mends, IN_PART),
        (0.9, one_mends, IN_PART), (0.9, dict.fromkeys(every, False), NOT),
    ):  # fmt: skip
        found = copy.deepcopy(results)
        found["plain"]["others_tell"]["interval"] = [told, told]
        for name, still in lasts.items():
            found["plain"]["dropped"][name]["interval"][variants.LATER] = [still * 0.1, 0.2]
        assert said(found, ways.lost) == verdict
        still = ", ".join(name for name in lasts if lasts[name]) or "none"
        assert ways.lost(found)[3].endswith(f"after dropping: {still}.")


def test_which_layer_tells_what(results):
    few, most = 0.1, 0.9
    for lower, upper, verdict in (
        ((most, few), (few, most), HOLDS), ((most, most), (few, few), IN_PART),
        ((few, most), (most, few), NOT),
    ):  # fmt: skip
        found = copy.deepcopy(results)
        for run in found["told"]:
            run["trained"] = [dict(zip(("letter", "class"), of)) for of in (lower, upper)]
        assert said(found, ways.hierarchy) == verdict


@pytest.mark.parametrize(
    ("row", "key", "wrong"),
    [(ways.flat, "outputs", 1e-9), (ways.flat, "copies", 1e-9),
     (ways.forward_in_time, "rtrl", 1e-6)],
)  # fmt: skip
def test_what_is_exact(results, row, key, wrong):
    assert said(results, row) == HOLDS
    found = copy.deepcopy(results)
    found["plain"]["gradients"][key]["max"] = wrong
    assert said(found, row) == NOT


def test_without_truncation(results):
    found = copy.deepcopy(results)
    found["plain"]["truncated"]["interval"] = [0.1, 0.2]
    assert said(found, ways.no_truncation) == HOLDS
    found["plain"]["gradients"]["rtrl_whole"]["max"] = 1e-3
    assert said(found, ways.no_truncation) == IN_PART
    found["plain"]["truncated"]["interval"] = [0.0, 0.2]
    assert said(found, ways.no_truncation) == NOT


def test_parameters_and_costs(results):
    assert said(results, ways.any_length) == HOLDS
    found = copy.deepcopy(results)
    found["plain"]["gradients"]["parameters"]["mean"][0] += 1
    assert said(found, ways.any_length) == NOT
    assert said(results, ways.parameters) == IN_PART and "-272" in ways.parameters(results)[1]
    found["ways"][ways.EMBEDDED]["parameters"] = found["ways"][ways.PLAIN]["parameters"] + 432
    assert said(found, ways.parameters) == HOLDS
    found["symbols"] = 30
    found["ways"][ways.EMBEDDED]["parameters"] += 1
    assert said(found, ways.parameters) == NOT
    cost = found["costs"]
    for by, kept, verdict in ((4, 3, HOLDS), (2, 3, IN_PART), (2, 2, NOT)):
        sizes = np.array(cost["counted"], float)
        cost["methods"]["RTRL"]["multiply_adds"] = (sizes**by).tolist()
        cost["kept"] = (sizes**kept).astype(int).tolist()
        assert said(found, ways.forward_cost) == verdict
