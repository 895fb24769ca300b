"""Scene `jacobian`: measured norms and limits by distance, rho to its power, the examples."""

import copy
import json

import drawn
import pytest

from studies.lab.catalogue import results_of
from studies.lab.gradients import LAGS
from studies.page import jacobian

RHO, MEASURED = "\N{GREEK SMALL LETTER RHO}", "‖dh_t/dh_k‖, measured"


def shown(scene):
    data = scene.locator(".stage").evaluate("stage => ({...stage.dataset})")
    names = ("distance", "norm", "power", "rho", "limits")
    return {name: json.loads(data[name] or "null") for name in names}


def of(results, updates, name, lag):
    return 10 ** results["snapshots"][str(updates)]["curves"][name]["mean"][LAGS.index(lag)]


def distance_time_and_limits(scene, results):
    distance = scene.get_by_label("distance t", exact=False)
    when, picture = scene.get_by_label("letter net after"), scene.locator("svg[role=img]")
    for updates in (results["at"][0], results["at"][-1]):
        when.select_option(str(updates))
        for lag in (1, 25, 50):
            distance.fill(str(LAGS.index(lag)))
            found = shown(scene)
            assert found["distance"] == lag
            assert found["norm"] == pytest.approx(of(results, updates, "norm", lag), rel=1e-4)
            limits = [of(results, updates, name, lag) for name in jacobian.LIMITS]
            assert found["limits"] == pytest.approx(limits, rel=1e-3)
            assert f" {lag} step" in picture.get_attribute("aria-label")
            line = dict(zip(LAGS, drawn.line(scene.locator("figure"), MEASURED, log="y")))
            assert line[lag] == pytest.approx((lag, found["norm"]), rel=2e-3)
    rate = results["snapshots"][str(updates)]["rates"]["norm"]["mean"]
    assert f"{rate:.3f}" == scene.locator("tbody td").nth(1).inner_text()
    distance.fill(str(len(LAGS)))  # farther than was measured
    assert shown(scene)["norm"] is None
    assert scene.locator("td", has_text="not measured").count() == 4

    assert scene.locator("path.line").count() == 2
    scene.get_by_label("upper limits").check()
    assert scene.locator("path.line").count() == 2 + len(jacobian.LIMITS)
    scene.get_by_label("upper limits").uncheck()

    distance.fill("0")
    box, mouse = picture.bounding_box(), scene.page.mouse
    mouse.move(box["x"] + 60, box["y"] + 100)
    mouse.down()
    mouse.move(box["x"] + box["width"] - 26, box["y"] + 100, steps=3)
    mouse.up()
    assert shown(scene)["distance"] == LAGS[-1]


def rho_and_the_document_s_numbers(scene, results):
    distance = scene.get_by_label("distance t", exact=False)
    rho = scene.get_by_label("factor a step")
    line = scene.locator("path.line").nth(1)
    before = line.get_attribute("d")
    rho.fill("1.2")
    distance.fill(str(LAGS.index(10)))
    assert shown(scene)["power"] == pytest.approx(1.2**10, rel=1e-12)
    assert line.get_attribute("d") != before
    powers = drawn.line(scene.locator("figure"), f"{RHO}^d, {RHO} = 1.20", log="y")
    for d in (1, 10, 40):
        assert powers[d] == pytest.approx((d, 1.2**d), rel=2e-3)
    for name, (factor, steps) in jacobian.SAID.items():
        scene.get_by_label("the document's numbers").select_option(name)
        found = shown(scene)
        assert (found["rho"], found["distance"]) == (factor, steps)
        assert found["power"] == pytest.approx(results["powers"][name], rel=1e-12)
        said = scene.locator(".status").inner_text()
        assert said.endswith(f"the document says {jacobian.POWERS[name]}.")
    rho.fill("0.7")
    assert "document" not in scene.locator(".status").inner_text()
    scene.get_by_role("button", name="as measured").click()
    rate = results["snapshots"][str(results["updates"])]["rates"]["norm"]["mean"]
    assert shown(scene)["rho"] == pytest.approx(rate, abs=0.005)


def test_the_scene(open_page):
    scene, results = open_page("jacobian"), results_of("jacobians")
    distance_time_and_limits(scene, results)
    rho_and_the_document_s_numbers(scene, results)


def test_the_finding_holds_for_other_results():
    results = copy.deepcopy(results_of("jacobians"))
    assert "is not the rate" in jacobian.scene(lambda _: results)[0]
    end = results["snapshots"][str(results["updates"])]
    end["radius"] = end["rates"]["norm"] = {"mean": 1.0, "interval": [0.9, 1.1]}
    finding = jacobian.scene(lambda _: results)[0]
    assert "keeps a factor of 1.00" in finding and "radius is the rate" in finding
