"""Scene `gradient`: the share left at the chosen distance, as the study has it."""

import json

import drawn
import pytest

import studies.page as page
from studies.lab.catalogue import results_of
from studies.page import gradient


def shown(scene):
    stage = scene.locator(".stage")
    return int(stage.get_attribute("data-distance")), json.loads(stage.get_attribute("data-shares"))


def wanted(results, i, when):
    return [page.rounded(results["nets"][name][when]["median"][i], 3) for name in gradient.NETS]


def test_the_slider_the_control_and_the_picture(open_page):
    scene, results = open_page("gradient"), results_of("signals")
    slider = scene.get_by_label("distance back", exact=False)
    for i in (0, 7, len(results["distances"]) - 1):
        slider.fill(str(i))
        distance, shares = shown(scene)
        assert distance == results["distances"][i]
        assert shares == wanted(results, i, "trained")
        below = [share < results["cutoff"] for share in shares]
        cells = scene.locator("tbody tr td:nth-child(2)").all_inner_texts()
        assert ["vanished" in cell for cell in cells] == below
        picture = scene.locator("svg[role=img]").get_attribute("aria-label")
        assert f" {distance:,} step" in picture
    reach = scene.locator("tbody tr td:nth-child(4)").all_inner_texts()
    assert reach == [
        gradient.steps(results["nets"][name]["trained"]["reach"]["median"])
        for name in gradient.NETS
    ]
    lines = scene.locator("path.line").count()

    scene.get_by_label("control", exact=False).check()
    assert shown(scene)[1] == wanted(results, -1, "start")
    assert scene.locator("path.line").count() == lines - 1  # the headline's has no control
    assert "has not learnt" in scene.locator("tbody td").last.inner_text()
    scene.get_by_label("control", exact=False).uncheck()

    box = scene.locator("svg[role=img]").bounding_box()
    mouse = scene.page.mouse
    mouse.move(box["x"] + 56, box["y"] + 100)
    mouse.down()
    assert shown(scene)[0] == 1
    mouse.move(box["x"] + box["width"] - 26, box["y"] + 100, steps=3)
    mouse.up()
    assert shown(scene)[0] == results["distances"][-1]


def as_the_study_has_it(figure, results):
    """Medians and intervals at three distances, as far as the axis goes down."""
    for key, (name, _, _) in gradient.NETS.items():
        net = results["nets"][key]["trained"]
        line, band = (of(figure, name, log="xy") for of in (drawn.line, drawn.band))
        assert len(line) == len(band) == len(results["distances"])
        for i in (0, 5, len(line) // 2):
            d = results["distances"][i]
            low, median, high = (max(net[key][i], 1e-60) for key in ("low", "median", "high"))
            assert line[i] == pytest.approx((d, median), rel=0.01)
            assert band[i] == pytest.approx((d, low, high), rel=0.01)


def test_lines_and_bands_are_the_study_s_at_every_width(open_page):
    scene, results = open_page("gradient"), results_of("signals")
    figure = scene.locator("figure.chart")
    svg = figure.locator("svg")
    as_the_study_has_it(figure, results)
    before = float(svg.get_attribute("width"))
    scene.page.set_viewport_size({"width": 700, "height": 900})
    scene.page.wait_for_function(
        "([svg, before]) => Number(svg.getAttribute('width')) < before - 100",
        arg=[svg.element_handle(), before], timeout=5_000,
    )  # fmt: skip
    assert float(svg.get_attribute("width")) == figure.evaluate("figure => figure.clientWidth")
    as_the_study_has_it(figure, results)


def test_the_data_are_the_study_s_and_the_finding_holds_for_others():
    given = {"signals": results_of("signals"), "headline": page.load_results()}
    finding, data = gradient.scene(given.__getitem__)
    norms = given["headline"]["baseline_grad_norms"]
    at = data["distances"].index(10)
    assert data["headline"][at] == pytest.approx(norms[-10] / norms[-1], rel=1e-2)
    assert [net["choice"] for net in data["nets"]] == [
        given["signals"]["choice"][name]["mean"] for name in gradient.NETS
    ]
    other = json.loads(json.dumps(given["signals"]))
    other["nets"]["collapsed"]["trained"]["reach"]["median"] = 77.0
    changed = gradient.scene({**given, "signals": other}.__getitem__)[0]
    assert "77 steps in the collapsed net" in changed and "77 steps" not in finding
