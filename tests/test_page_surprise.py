"""Scene `surprise`: losses, onsets and F1 of a typed text are Python's."""

import copy

import numpy as np
import pytest

from studies.lab import grammar, letters, surprises
from studies.lab.catalogue import results_of
from studies.memory import player
from studies.page import surprise

# nats to which each bar goes up, by the ticks of its line's axis, which d3 moves by half a pixel
HEIGHTS = """stage => [...stage.querySelectorAll("rect.up, rect.fill-automatizer")].map((bar) => {
  const ticks = [...bar.parentNode.querySelectorAll(".axis .tick")].map((tick) => [
    Number(tick.textContent), Number(tick.getAttribute("transform").match(/,([^)]+)/)[1]) - 0.5]);
  const [[low, from], [high, to]] = [ticks[0], ticks.at(-1)];
  return low + ((bar.getAttribute("y") - from) / (to - from)) * (high - low);
})"""


@pytest.fixture(scope="module")
def net():
    return player.decoded(results_of("player")["drawn"][-1]["weights"])


def losses_of(net, text):
    symbols = grammar.encode(f" {text}")
    return letters.nats(letters.predicted(net, symbols)[0], symbols)


def onsets(text):
    return np.array([b != " " and a == " " for a, b in zip(f" {text}", text)])


def expect(scene, net, text, threshold):
    """What is shown is what Python finds."""
    losses, begins = losses_of(net, text), onsets(text)
    data = scene.locator(".stage").evaluate("stage => ({...stage.dataset})")
    assert np.abs(np.array(data["losses"].split(), float) - losses).max() < 1e-9
    heights = scene.locator(".stage").evaluate(HEIGHTS)
    assert heights == pytest.approx(losses, abs=0.01)
    f1 = surprises.f1(losses > threshold, begins)
    assert float(data["f1"]) == pytest.approx(f1, abs=1e-12)
    assert scene.locator("rect.up").count() == (losses > threshold).sum()
    marks = "".join(scene.locator(".mark").all_text_contents())
    above = losses > threshold
    assert marks.count("▲") == (above & begins).sum()
    assert marks.count("△") == (~above & begins).sum()
    assert marks.count("\N{MULTIPLICATION SIGN}") == (above & ~begins).sum()
    assert scene.locator("td").nth(3).inner_text() == f"{f1:.2f}"


def test_losses_onsets_and_f1_of_what_is_typed(open_page, net):
    scene = open_page("surprise")
    data = surprise.scene(results_of)[1]
    expect(scene, net, data["text"], data["threshold"])
    slider = scene.get_by_label("threshold, nats")
    slider.fill("1.5")
    expect(scene, net, data["text"], 1.5)
    field = scene.get_by_label("a text, a to z")
    field.fill("a zebra  moves the rock ")
    expect(scene, net, "a zebra  moves the rock ", 1.5)

    line = scene.locator(".drag rect").first
    line.scroll_into_view_if_needed()
    box, mouse = line.bounding_box(), scene.page.mouse
    x, y = box["x"] + 100, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, y - 10, steps=3)
    mouse.up()
    moved = float(slider.input_value())
    assert moved > 2
    expect(scene, net, "a zebra  moves the rock ", moved)

    wrong = scene.get_by_role("alert")
    for typed, said in (("Zebra", "take out"), ("  ", "Type a letter"), ("a" * 161, "at most 160")):
        field.fill(typed)
        assert said in wrong.inner_text()
        assert field.get_attribute("aria-invalid") == "true"
    expect(scene, net, "a zebra  moves the rock ", moved)
    field.fill("ox")
    assert not wrong.inner_text()
    expect(scene, net, "ox", moved)


def test_a_long_text_stays_within_a_narrow_screen(open_page, net):
    scene = open_page("surprise", width=375)
    text = " ".join(["the woman breaks a plate"] * 6)
    scene.get_by_label("a text, a to z").fill(text)
    expect(scene, net, text, surprise.scene(results_of)[1]["threshold"])
    assert scene.page.evaluate("() => document.documentElement.scrollWidth") <= 375


def test_the_finding_says_who_finds_more():
    texts = copy.deepcopy(results_of("words")["texts"])
    assert ", more than the table's" in surprise.finding(texts)
    for run in texts["spaces"]["runs"]:
        run["found"]["net"]["f1"] = run["found"][surprise.RIVAL]["f1"]
    assert ", as much as the table's" in surprise.finding(texts)
    for run in texts["spaces"]["runs"]:
        run["found"]["net"]["f1"] -= 0.1
    assert ", less than the table's" in surprise.finding(texts)
