"""Scene `curves`: each picture, what it counts, its level by slider and by dragging."""

import json

import pytest
from conftest import ROOT

import studies.page as page
from studies.page import curves


def results(name):
    return json.loads((ROOT / "studies" / "chunker" / "results" / f"{name}.json").read_text())


def shown(scene):
    return scene.locator(".stage").evaluate("stage => ({...stage.dataset})")


def near(text, value, rel=5e-3):
    return float(text) == pytest.approx(value, rel=rel, abs=1e-9)


def columns(table):
    """The cells of each row, by its name."""
    rows = table.locator("tbody tr").all()
    return {r.locator("th").inner_text(): r.locator("td").all_inner_texts() for r in rows}


def drag(scene, chart, start, end):
    """Press in a chart at a share of its plot's width and move to another."""
    box = chart.locator("svg").bounding_box()
    left, width = box["x"] + 56, box["width"] - 82
    mouse, y = scene.page.mouse, box["y"] + 60
    mouse.move(left + start * width, y)
    mouse.down()
    mouse.move(left + end * width, y, steps=4)
    mouse.up()


def test_costs_against_length(open_page):
    scene, rows = open_page("curves"), results("cost")["rows"]

    def counted(when, stage, T, quantity):
        return next(r for r in rows if (r["when"], r["stage"], r["T"]) == (when, stage, T))[
            quantity
        ]

    place = scene.locator(".cost")
    what, T = (
        place.get_by_label("what is counted"),
        place.get_by_label("sequence length T", exact=False),
    )
    assert place.locator("path.line").count() == len(curves.STAGES)
    for when, quantity in (("train", "movement"), ("use", "multiply_adds")):
        what.select_option(f"{when} {quantity}")
        for index, length in ((0, 100), (6, 5000)):
            T.fill(str(index))
            data = shown(scene)
            assert data["T"] == str(length)
            for stage, value in zip(curves.STAGES, data["values"].split(" ")):
                assert near(value, counted(when, stage, length, quantity)), (when, stage, length)
            assert f"At T = {length}:" in place.locator("svg[role=img]").get_attribute("aria-label")

    T.fill("10")  # as far as anything is counted
    assert shown(scene)["T"] == "1000000" and columns(place)["LSTM, full BPTT"][0] == "-"
    assert near(columns(place)["C"][1], 1)
    what.select_option("train movement")  # not counted so far out
    assert shown(scene)["T"] == "10000"
    assert columns(place)["baseline, full BPTT"][2].startswith("T^1.")
    drag(scene, place.locator("figure"), 0.9, 0.02)
    assert shown(scene)["T"] == "100"
    options = what.locator("option").all_inner_texts()
    assert not any("use" in o and "activations" in o for o in options)
    solved = {s["method"]: s for s in results("cost")["solved"]}
    table = place.get_by_role("table").nth(1)
    times = solved["LSTM"]["movement"] / solved["A + C"]["movement"]
    assert near(columns(table)["LSTM"][3], times) and columns(table)["baseline"][2] == "not solved"


def test_the_threshold_at_each_level_of_noise(open_page):
    scene, r = open_page("curves"), results("gate")
    scene.get_by_label("picture", exact=True).select_option("gate")
    place = scene.locator(".gate")
    noise = place.get_by_label("noise e", exact=False)
    threshold = place.get_by_label("threshold, nats", exact=False)
    figures = place.locator("figure")
    for i, j in ((0, 8), (4, 24), (8, 4)):
        noise.fill(str(i))
        threshold.fill(str(r["thresholds"][j]))
        level, found = r["levels"][i], shown(scene)
        point = level["sweep"][j]
        assert near(found["e"], level["e"]) and near(found["threshold"], r["thresholds"][j])
        for key in ("k", "precision", "detected", "recall"):
            assert near(found[key], point[key]["mean"]), (i, j, key)
        assert f"{point['perfect']['k']}/8 seeds" in place.locator(".status").inner_text()
        gates = columns(place)
        assert gates["split"][5] == f"{level['gates']['split']['perfect']['k']}/8"
        assert gates["learned"][1] == "-"
        assert figures.nth(0).locator(".plateau").count() == (level["plateau"] is not None)
        assert figures.nth(0).locator("path.mark").count() == (1 if level["e"] == 0 else 2)
    for n, (start, end, at) in enumerate(((0.1, 0.5, 4), (0.9, 0.25, 2))):
        drag(scene, figures.nth(n), start, end)
        assert near(shown(scene)["threshold"], at), n
        assert near(threshold.input_value(), at)


def test_noise(open_page):
    scene, levels = open_page("curves"), results("noise")["levels"]
    scene.get_by_label("picture", exact=True).select_option("noise")
    place = scene.locator(".noise")
    slider, what = place.get_by_label("noise e", exact=False), place.get_by_label("what is shown")
    for i in (0, 5, 8):
        slider.fill(str(i))
        found = shown(scene)
        assert near(found["k"], levels[i]["misprediction"]["k"]["mean"])
        assert near(found["expected"], levels[i]["theory"]["k"])
        recall = levels[i]["threshold"]["recall"]["mean"]
        assert columns(place)["recall"][1] == f"{recall:.0%}"
    for quantity, lines, dots in (("recall", 4, 1), ("choice", 3, 1), ("bits", 4, 0), ("k", 3, 0)):
        what.select_option(quantity)
        assert place.locator("path.line").count() == lines, quantity
        assert (place.locator("figure g circle.fill-baseline").count() > 0) == bool(dots)
    drag(scene, place.locator("figure"), 0.5, 0.99)
    assert near(shown(scene)["e"], levels[-1]["e"])
    drag(scene, place.locator("figure"), 0.5, 0.01)
    assert shown(scene)["e"] == "0"
    scene.get_by_label("picture", exact=True).select_option("cost")
    assert place.is_hidden() and scene.locator(".cost").is_visible()


def test_what_hovering_says(open_page):
    scene = open_page("curves")
    scene.get_by_label("picture", exact=True).select_option("noise")
    place = scene.locator(".noise figure")
    box = place.locator("svg").bounding_box()
    scene.page.mouse.move(box["x"] + 60, box["y"] + 80)
    assert place.locator(".said").inner_text().startswith("0: mispredicted goes up 2,")


def test_gates_without_a_finite_threshold():
    assert curves.middle([None, 1.0, 3.0]) == 3.0
    assert curves.middle([None, None, 3.0]) is None


def test_the_finding_and_the_size():
    finding, data = curves.scene(page.reader(curves.SOURCE))
    solved = {s["method"]: s for s in results("cost")["solved"]}
    times = solved["LSTM"]["movement"] / solved["A + C"]["movement"]
    assert f"{times:.0f} times their data movement" in finding
    assert len(json.dumps(data)) < 40_000
