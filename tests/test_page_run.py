"""Scene `run`: ends as Python does, answers the reader's threshold, refuses what it can't run."""

import json
import re

import drawn
import pytest
from conftest import ROOT

IDLE = "stage => ['done', 'idle'].includes(stage.dataset.state)"


def ended(scene):
    """Wait until the run is over: its data."""
    handle = scene.locator(".stage").element_handle()
    scene.page.wait_for_function(IDLE, arg=handle, timeout=30_000)
    return handle.evaluate("stage => ({...stage.dataset})")


def next_frame(scene):
    scene.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
    )


def fill(scene, label, value):
    scene.get_by_label(label, exact=False).first.fill(str(value))


def test_the_headline_run_ends_as_python_s_does(open_page):
    scene = open_page("run")
    results = json.loads((ROOT / "results.json").read_text())
    scene.get_by_role("button", name="Run").click()
    found = ended(scene)
    assert found["state"] == "done" and found["k"] == "2" and found["recall"] == "1 0"
    assert float(found["chunkerLoss"]) == pytest.approx(results["chunker_loss"][-1], abs=1e-6)
    assert "weights that Python begins with" in scene.locator(".status").inner_text()
    assert scene.locator("path.line").count() == 3
    assert scene.locator("g.up").count() == 2

    slider = scene.get_by_label("threshold, nats", exact=False)
    slider.fill("9")  # nothing but the first symbol goes up
    next_frame(scene)
    assert scene.locator("g.up").count() == 1
    assert scene.locator("td").nth(1).inner_text() == "0%"
    slider.fill("0")
    assert scene.locator("g.up").count() > 30


def test_each_loss_is_drawn_and_said_when_pointed_at(open_page):
    scene = open_page("run")
    results = json.loads((ROOT / "results.json").read_text())
    scene.get_by_role("button", name="Run").click()
    ended(scene)
    scene.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    figure, last = scene.locator("figure.chart").first, {}
    for name, key in (("automatizer A", "automatizer"), ("chunker C", "chunker"),
                      ("baseline", "baseline")):  # fmt: skip
        losses = results[f"{key}_loss"]
        line = drawn.line(figure, name, log="y")
        assert len(line) == len(losses)
        for i in (0, len(losses) // 2, len(losses) - 1):
            share = (i + 1) / len(losses)
            assert line[i] == pytest.approx((share, losses[i]), rel=2e-3)
        last[name] = losses[-1]

    figure.scroll_into_view_if_needed()
    box = figure.locator("svg").bounding_box()
    scene.page.mouse.move(box["x"] + box["width"] - 27, box["y"] + 100)
    said = figure.locator(".said").inner_text()
    for name, loss in last.items():
        number = re.search(rf"{name} ([-\d.,e]+?)(?:, |$)", said)[1]
        assert float(number.replace(",", "")) == pytest.approx(loss, abs=6e-4)
    assert len({round(loss, 2) for loss in last.values()}) > 1


def test_other_seeds_and_lengths_are_drawn_here(open_page):
    scene = open_page("run")
    fill(scene, "T, symbols", 60)
    fill(scene, "seed", 7)
    scene.get_by_role("button", name="Run").click()
    found = ended(scene)
    assert found["k"] == "2" and found["recall"] == "1 0"
    assert "drawn here" in scene.locator(".status").inner_text()


def test_the_threshold_can_be_dragged(open_page):
    scene = open_page("run")
    fill(scene, "T, symbols", 40)
    scene.get_by_role("button", name="Run").click()
    ended(scene)
    scene.locator(".drag rect").scroll_into_view_if_needed()
    line = scene.locator(".drag rect").bounding_box()
    before = float(scene.get_by_label("threshold, nats", exact=False).input_value())
    x, y = line["x"] + line["width"] / 2, line["y"] + line["height"] / 2
    mouse = scene.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, y + 30, steps=3)
    mouse.up()
    assert float(scene.get_by_label("threshold, nats", exact=False).input_value()) < before - 0.3


@pytest.mark.parametrize(
    ("label", "value"),
    [("T, symbols", 9), ("T, symbols", 12_001), ("T, symbols", "x"), ("seed", -1), ("seed", 1.5),
     ("learning rate", 0), ("learning rate", "")],
)  # fmt: skip
def test_bad_input_is_said_beside_its_control(open_page, label, value):
    scene = open_page("run")
    fill(scene, label, value)
    assert (
        "Give a"
        in scene.get_by_role("alert").all_inner_texts()[
            ["T, symbols", "seed", "learning rate"].index(label)
        ]
    )
    scene.get_by_role("button", name="Run").click()
    assert scene.locator(".stage").get_attribute("data-state") != "running"


def test_a_rate_that_diverges_is_said_and_nothing_is_stuck(open_page):
    scene = open_page("run")
    fill(scene, "T, symbols", 40)
    fill(scene, "learning rate", 100)
    scene.get_by_role("button", name="Run").click()
    ended(scene)
    said = scene.locator(".status").inner_text()
    if "Done" not in said:
        assert "learning rate" in said
    fill(scene, "learning rate", 0.05)
    scene.get_by_role("button", name="Run").click()
    assert ended(scene)["state"] == "done"


def test_a_run_can_be_stopped(open_page):
    scene = open_page("run")
    fill(scene, "T, symbols", 12_000)
    scene.get_by_role("button", name="Run").click()
    scene.get_by_role("button", name="Stop").click()
    assert ended(scene)["state"] == "idle"
    assert scene.get_by_role("button", name="Run").is_enabled()
