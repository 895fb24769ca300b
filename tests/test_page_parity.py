"""Scene `parity`: states and parities of typed bits as Python's, bad bits, Elman's stream."""

import copy
import json

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.lab.catalogue import results_of
from studies.lab.parities import as_net
from studies.page import parity

# what fills the half of the plane in which the state is drawn
HALF = """svg => {
  const state = svg.querySelector("circle.state");
  const at = new DOMPoint(state.getAttribute("cx"), state.getAttribute("cy"));
  const halves = [...svg.querySelectorAll(".half")].filter((half) => half.isPointInFill(at));
  return halves.at(-1).getAttribute("class").replace("half fill-", "");
}"""
HALVES = {"0": "baseline", "1": "chunker"}  # even and odd


def shown(scene):
    data = scene.locator(".stage").evaluate("stage => ({...stage.dataset})")
    return {**data, **{key: json.loads(data[key]) for key in ("states", "odds", "step", "errors")}}


def python(flat, bits):
    """States from the start on, and p(odd) after each bit."""
    net = as_net(np.array(flat), 2)
    u = core.buffers(net, len(bits), 1)
    core.load(u, np.array([*map(int, bits), 0])[:, None])
    core.forward(net, u)
    return u.hidden[:, 0], u.probs[:, 0, 1]


def typed_bits_by_hand_and_learnt(scene, results):
    typed, step = (
        scene.get_by_label("bits, 1 to", exact=False),
        scene.get_by_label("after bit", exact=True),
    )
    for weights, net in (("by hand", results["by_hand"]), ("learnt", results["learnt"])):
        scene.get_by_label("weights", exact=True).select_option(weights)
        for bits in ("0", "1101", "01" * 32):
            typed.fill(bits)
            found = shown(scene)
            states, odds = python(parity.flat(net["weights"]), bits)
            assert np.abs(np.array(found["states"]) - states).max() < 1e-12
            assert np.abs(np.array(found["odds"]) - odds).max() < 1e-12
            true = "".join(str(bits[: k + 1].count("1") % 2) for k in range(len(bits)))
            assert found["says"] == true and found["step"] == len(bits)
            assert scene.locator(".bits li").count() == len(bits)
            assert scene.locator(".bits .odd").count() == true.count("1")
            assert f"{len(bits)} of {len(bits)} bits" in scene.locator(".whole").inner_text()
        for k, says in enumerate(true[:2], 1):  # "01": even, then odd
            step.fill(str(k))
            assert scene.locator("svg[role=img]").first.evaluate(HALF) == HALVES[says]
        region = scene.locator("polygon").last.get_attribute("points")
        assert len(region.split()) in (3, 4, 5)
    typed.fill("1101")
    step.fill("2")
    assert shown(scene)["step"] == 2
    assert "True: even" in scene.locator(".status").first.inner_text()
    x, y = python(parity.flat(results["learnt"]["weights"]), "1101")[0][2]
    label = scene.locator("svg[role=img]").first.get_attribute("aria-label")
    assert f"({x:.3f}, {y:.3f})".replace("-", "\N{MINUS SIGN}") in label
    step.fill("0")
    assert "Before the first bit" in scene.locator(".status").first.inner_text()


def what_is_no_bits_is_said_and_nothing_is_stuck(scene, results):
    typed = scene.get_by_label("bits, 1 to", exact=False)
    for bits, said in (("", "Type a bit"), ("1021", "take out “2”"), ("1" * 65, "at most 64")):
        before = shown(scene)
        typed.fill(bits)
        assert said in scene.get_by_role("alert").inner_text()
        assert typed.get_attribute("aria-invalid") == "true"
        assert shown(scene) == before
    scene.get_by_label("after bit", exact=True).fill("1")  # of the bits before
    assert shown(scene)["step"] == 1
    typed.fill("111")
    assert scene.get_by_role("alert").inner_text() == ""
    assert shown(scene)["says"] == "101"


def elman_s_stream_by_place(scene, results):
    picture = scene.locator("figure svg[role=img]")
    for place in (1, 5, 12):
        scene.get_by_role("slider", name="bit read last").fill(str(place))
        wanted = [results["stream"][key]["twelve"][place - 1] for key in parity.SHOWN]
        assert shown(scene)["errors"] == pytest.approx(wanted, rel=1e-3)
        assert ("XOR comes" in scene.locator(".status").last.inner_text()) == (place % 3 == 2)
        assert f"{wanted[0]:.2f}" in picture.get_attribute("aria-label")
    assert scene.locator("path.line").count() == len(parity.SHOWN)
    picture.scroll_into_view_if_needed()
    box, mouse = picture.bounding_box(), scene.page.mouse
    mouse.move(box["x"] + 58, box["y"] + 80)
    mouse.down()
    mouse.up()
    assert scene.locator(".stage").get_attribute("data-place") == "1"


def test_the_scene(open_page):
    scene, results = open_page("parity"), results_of("parity")
    typed_bits_by_hand_and_learnt(scene, results)
    what_is_no_bits_is_said_and_nothing_is_stuck(scene, results)
    elman_s_stream_by_place(scene, results)


def test_the_finding_holds_for_other_results():
    results = copy.deepcopy(results_of("parity"))
    finding, data = parity.scene(lambda _: results)
    assert "right at each of 1,000,000 steps" in finding and set(data["nets"]) > {"by hand"}
    results["held"]["by hand"]["first_wrong"] = [7]
    results["learnt"] = None
    del results["held"]["2"]
    results["stream"]["table"]["third"] |= {"mean": 0.6}
    finding, data = parity.scene(lambda _: results)
    assert "wrong at step 7" in finding and "worse there" in finding
    assert set(data["nets"]) == {"by hand"}
