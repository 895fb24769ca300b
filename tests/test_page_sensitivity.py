"""Scene `sensitivity`: the change by formula as Python's, the document's, each net's fits."""

import copy
import json

import drawn
import pytest

from studies.lab.catalogue import results_of
from studies.lab.perturbed import DELTA, exact
from studies.page import sensitivity


def shown(scene):
    data = scene.locator(".stage").evaluate("stage => ({...stage.dataset})")
    return {key: json.loads(value) for key, value in data.items() if key != "drawn"}


def drag(scene, picture, share):
    picture.scroll_into_view_if_needed()
    box, mouse = picture.bounding_box(), scene.page.mouse
    mouse.move(box["x"] + 56 + share * (box["width"] - 82), box["y"] + 80)
    mouse.down()
    mouse.up()


def as_drawn(figure, value, kind):
    """Three points of both lines of the first picture."""
    for i, name in enumerate(("exact", "document")):
        whole = figure.locator("path.line").nth(i).get_attribute("data-series")
        assert whole.startswith(name)
        line = drawn.line(figure, whole, log="xy")
        for steps, found in (line[1], line[5], line[len(line) // 2]):
            n = round(steps)
            change = DELTA * (value**-n if name == "document" else exact(value, n)[kind])
            assert (steps, found) == pytest.approx((n, change), rel=5e-3)


def the_change_is_python_s(scene, results):
    data = sensitivity.scene(lambda _: results)[1]
    lam, steps = scene.get_by_label("λ", exact=True), scene.get_by_role("slider", name="T, steps")
    for key, kind in (("impulse", "impulse"), ("ones", "steady")):
        scene.get_by_label("input").select_option(key)
        for value, n in ((0.7, 3), (0.993, 100), (0.999, 100), (0.9999, 8762)):
            lam.fill(str(data["lambdas"].index(value)))
            steps.fill(str(data["steps"].index(n)))
            found = shown(scene)
            assert (found["lambda"], found["steps"]) == (value, n)
            assert found["change"] == pytest.approx(DELTA * exact(value, n)[kind], rel=1e-9)
            assert found["documented"] == pytest.approx(DELTA * value**-n, rel=1e-9)
            as_drawn(scene.locator("figure").first, value, kind)
    scene.get_by_label("input").select_option("impulse")
    lam.fill(str(data["lambdas"].index(0.993)))
    for n, change in zip(results["fixed"]["at"][:12], results["fixed"]["0.993"]):
        steps.fill(str(data["steps"].index(n)))
        assert shown(scene)["change"] == pytest.approx(DELTA * change, rel=0.01)  # as measured
    assert scene.locator("path.example").count() == len(sensitivity.SAID)
    rows = scene.locator("tbody tr").all_inner_texts()
    rows = [row.replace("\N{MINUS SIGN}", "-") for row in rows]
    assert rows[1].split("\t")[1:] == ["9.1e-5", "1.1e-6", "0.1"]
    assert rows[2].split("\t")[1:] == ["5e-5", "2e-6", "2e-4"]

    drag(scene, scene.locator("svg[role=img]").first, 0.0)
    assert shown(scene)["steps"] == 1
    drag(scene, scene.locator("svg[role=img]").first, 1.0)
    assert shown(scene)["steps"] == data["steps"][-1]


def nets_and_memories(scene, results):
    nets = sensitivity.scene(lambda _: results)[1]["nets"]
    wanted = {
        "linear, λ; impulse": (results["curves"]["linear impulse"]["change"], "linear impulse"),
        "LSTM, forget bias; 1 at every step": (results["curves"]["LSTM steady"]["change"],
                                               "LSTM steady"),
        "tanh latch by hand; pulse": (results["by_hand"]["change"], "latch"),
    }  # fmt: skip
    picture = scene.locator("svg[role=img]").last
    for name, (change, fit) in wanted.items():
        scene.get_by_label("net and what", exact=False).select_option(label=name)
        for i in (0, len(change) - 1):
            scene.get_by_role("slider", name="memory T").fill(str(i))
            found = shown(scene)
            assert found["memory"] == results["memories"][i]
            assert found["measured"] == pytest.approx(change[i], rel=1e-4)
        assert found["power"] == pytest.approx(results["fits"][fit]["power"], rel=1e-4)
        assert name in picture.get_attribute("aria-label")
        assert f"by {results['fits'][fit]['exp_misses']:.2f}." in (
            scene.locator(".status").inner_text()
        )
    found = {one["name"]: one["power"] for one in nets}
    tanh = results["of_seeds"]["fits"]["tanh"]["power"]["mean"]
    assert found["16 tanh units, W_hh; impulse"] == pytest.approx(tanh, rel=1e-4)
    drag(scene, picture, 0.0)
    assert shown(scene)["memory"] == results["memories"][0]


def test_the_scene(open_page):
    scene, results = open_page("sensitivity"), results_of("sensitivity")
    the_change_is_python_s(scene, results)
    nets_and_memories(scene, results)


def test_the_finding_holds_for_other_results():
    results = copy.deepcopy(results_of("sensitivity"))
    finding = sensitivity.scene(lambda _: results)[0]
    assert "no exponential but a power" in finding and "does not grow, nor" in finding
    results["fits"]["linear impulse"] |= {"exp_misses": 1.01}
    results["fits"]["latch"] |= {"power": 0.5}
    results["exploding"] |= {"power_misses": 1.0}
    finding = sensitivity.scene(lambda _: results)[0]
    assert "is exponential in" in finding and "as T^0.50" in finding and "not both" in finding
