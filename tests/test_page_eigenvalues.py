"""Scene `eigenvalues`: points and counts at each time of training, the rate beside the radius."""

import copy
import json

import numpy as np
import pytest

from studies.lab.catalogue import results_of
from studies.page import eigenvalues

SLIDER = "time of training"

# real and imaginary parts of the points drawn as circles, measured by the plane's ticks
POINTS = """svg => {
  const tick = (said, anchor, way) => Number([...svg.querySelectorAll("text.small")].find((t) =>
    t.textContent === said && t.getAttribute("text-anchor") === anchor).getAttribute(way));
  const x = [tick("0", "middle", "x"), tick("1", "middle", "x")];
  const y = [tick("0", "end", "y"), tick("1i", "end", "y")];
  const unit = Number(svg.querySelector("circle.unit").getAttribute("cy"));
  return [...svg.querySelectorAll("circle.point")].map((point) => [
    (point.getAttribute("cx") - x[0]) / (x[1] - x[0]),
    (point.getAttribute("cy") - unit) / (y[1] - y[0]),
  ]);
}"""


def shown(scene):
    data = scene.locator(".stage").evaluate("stage => ({...stage.dataset})")
    return {key: json.loads(value) for key, value in data.items() if key != "drawn"}


def each_time_of_training(scene, results):
    for i, n in enumerate(results["at"]):
        scene.get_by_label(SLIDER, exact=False).fill(str(i))
        found, one = shown(scene), results["snapshots"][str(n)]
        size = np.abs([complex(*z) for z in results["eigenvalues"][str(n)]])
        on = np.abs(size - 1) < 1e-3
        assert found["updates"] == n
        counts = {"inside": (size < 1) & ~on, "on": on, "outside": (size > 1) & ~on}
        assert found["counts"] == {kind: int(which.sum()) for kind, which in counts.items()}
        assert found["largest"] == pytest.approx(size.max(), rel=1e-9)
        assert found["rate"] == pytest.approx(one["rates"]["norm"]["mean"], rel=1e-4)
        assert found["radius"] == pytest.approx(one["radius"]["mean"], rel=1e-4)
        plane = scene.locator(".plane svg")
        for kind, which in counts.items():
            assert plane.locator(f".point.{kind}").count() == which.sum()
        drawn = np.array([complex(*z) for z in plane.evaluate(POINTS)])
        for z in np.array([complex(*z) for z in results["eigenvalues"][str(n)]])[~on]:
            assert np.abs(drawn - z).min() < 0.01
        assert f"{size.max():.2f}" in plane.get_attribute("aria-label")
        assert f"{one['outside']['mean']:.0%} outside" in scene.locator(".status").inner_text()


def the_path_can_be_dragged(scene, results):
    chart = scene.locator("figure svg[role=img]")
    chart.scroll_into_view_if_needed()
    box, mouse = chart.bounding_box(), scene.page.mouse
    mouse.move(box["x"] + box["width"] - 30, box["y"] + 100)
    mouse.down()
    mouse.move(box["x"] + 60, box["y"] + 100, steps=3)
    mouse.up()
    assert shown(scene)["updates"] == results["at"][0]
    assert scene.locator(".here").count() == 1


def test_the_scene(open_page):
    scene, results = open_page("eigenvalues"), results_of("jacobians")
    each_time_of_training(scene, results)
    the_path_can_be_dragged(scene, results)


def test_the_finding_holds_for_other_results():
    results = copy.deepcopy(results_of("jacobians"))
    assert "gradients still shrink" in eigenvalues.scene(lambda _: results)[0]
    rate = results["snapshots"][str(results["updates"])]["rates"]["norm"]
    rate |= {"mean": 1.2, "interval": [1.1, 1.3]}
    assert "gradients grow by a factor of 1.20" in eigenvalues.scene(lambda _: results)[0]
