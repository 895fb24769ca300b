"""Scene `clipping`: by norm as the studies do it, by entry beside it, the vector to be dragged."""

import json

import numpy as np
import pytest

from studies.lab import catalogue
from studies.lab.optimisers import clip
from studies.page import clipping

PLACED = "svg => { const b = svg.getBoundingClientRect(); return [b.left, b.top, b.width]; }"

# where the arrow of a name in the table ends, measured by the plane's ticks
TIP = """(svg, name) => {
  const keys = [...svg.closest(".stage").querySelectorAll("table .key")];
  const colour = keys.find((key) => key.textContent === name).className.match(/c-([a-z]+)/)[1];
  const arrow = svg.querySelector(`line.arrow.stroke-${colour}`);
  const ticks = [...svg.querySelectorAll("text.small")];
  const tick = (said, way, middle) => Number(ticks.find((t) => t.textContent === said
    && (t.getAttribute("text-anchor") === "middle") === middle).getAttribute(way));
  return ["x", "y"].map((way) => (arrow.getAttribute(`${way}2`) - arrow.getAttribute(`${way}1`))
    / (tick("10", way, way === "x") - tick("0", way, way === "x")) * 10);
}"""


def found(scene):
    stage = scene.locator(".stage").evaluate("stage => ({...stage.dataset})")
    return {key: json.loads(value) for key, value in stage.items() if key != "drawn"}


def right(now, C):
    """Whether the arrows and the angle are those of this gradient."""
    g = np.array(now["g"], float)
    by_norm, by_entry = g.copy(), np.clip(g, -C, C)
    clip(by_norm, C)
    assert now["byNorm"] == pytest.approx(by_norm, abs=1e-12)
    assert now["byEntry"] == pytest.approx(by_entry, abs=1e-12)
    assert now["norm"] == pytest.approx(np.linalg.norm(g))
    if now["norm"]:
        across = g[0] * by_entry[1] - g[1] * by_entry[0]
        angle = np.degrees(np.arctan2(abs(across), g @ by_entry))
        assert now["turned"] == pytest.approx(angle, abs=1e-9)
    else:
        assert now["turned"] == 0


def test_sliders_and_dragging(open_page):
    scene = open_page("clipping")
    right(found(scene), 5)
    for g1, g2, C in (
        (-8.4, 11.0, 3.0),
        (2.0, -1.0, 5.0),
        (0, 0, 0.5),
        (-12, -0.1, 12),
        (6, 2, 12),
        (2, 3, 2.5),
        (-9, -9, 2),
    ):
        scene.get_by_label("first entry", exact=False).fill(str(g1))
        scene.get_by_label("second entry", exact=False).fill(str(g2))
        scene.get_by_label("threshold C").fill(str(C))
        now = found(scene)
        assert now["g"] == pytest.approx([g1, g2])
        right(now, C)
        for name, key in (("by norm", "byNorm"), ("by each entry", "byEntry")):
            if now["norm"]:
                tip = scene.locator("svg.plane").evaluate(TIP, f"clipped {name}")
                assert tip == pytest.approx(now[key], abs=0.01)
        within = np.hypot(g1, g2) <= C
        assert ("neither changes it" in scene.locator(".says").inner_text()) == within
        assert f"{now['turned']:.1f}°" in scene.locator("table").inner_text()
        assert scene.locator(".ruled").first.text_content().startswith(f"C = {C:.1f}")

    plane = scene.locator("svg.plane")
    plane.scroll_into_view_if_needed()
    left, top, size = plane.evaluate(PLACED)
    mouse = scene.page.mouse
    mouse.move(left + size / 2, top + size / 2)
    mouse.down()
    mouse.move(left + size * (0.5 + 6.5 / 26), top + size * (0.5 - 10.4 / 26), steps=4)
    mouse.up()
    now = found(scene)
    assert now["g"] == pytest.approx([6.5, 10.4], abs=0.11)
    right(now, 2)
    assert float(scene.get_by_label("second entry", exact=False).input_value()) == now["g"][1]
    mouse.move(left, top)  # not pressed: it stays
    assert found(scene) == now


def test_the_finding_follows_the_results():
    results = catalogue.results_of("letters")
    said, data = clipping.scene(lambda name: results)
    assert f"{results['progress']['clipped']['mean']:.1%} of" in said and "nearer" in said
    assert data["largest"] == pytest.approx(
        [at["mean"] for at in results["progress"]["largest"]], rel=1e-3
    )
    other = json.loads(json.dumps(results))
    other["clipped_by_the_mean"]["less"]["interval"] = [-0.001, 0.002]
    assert "no clear difference" in clipping.scene(lambda name: other)[0]
