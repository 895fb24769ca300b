"""Scene `units`: activity, points and steps of a typed text are Python's."""

import copy

import numpy as np
import pytest

from studies.lab import grammar, letters
from studies.lab.catalogue import results_of
from studies.memory import player
from studies.memory import units as study
from studies.page import units

SHOWN = """scene => {
  const all = (what) => [...scene.querySelectorAll(what)];
  return {
    ...scene.querySelector(".stage").dataset, status: scene.querySelector(".status").textContent,
    bars: all("rect.bar").length, dots: all("path.point").length,
    names: all("text.name").map((one) => one.textContent).join(""),
  };
}"""


@pytest.fixture(scope="module")
def data():
    return units.scene(results_of)[1]


@pytest.fixture(scope="module")
def nets():
    drawn = results_of("player")["drawn"]
    return {name: player.decoded(drawn[at]["weights"]) for name, at in units.STOPS.items()}


def expect(scene, data, nets, net, text, unit, letter):
    """What is shown is what Python finds."""
    found = scene.evaluate(SHOWN)
    assert (found["net"], found["text"]) == (net, text)
    assert (int(found["unit"]), int(found["letter"])) == (unit, letter)
    h = letters.predicted(nets[net], grammar.encode(f" {text} "))[1]
    of = data["nets"][net]
    points = (h - of["centre"]) @ np.transpose(of["axes"])
    activity = np.array(found["activity"].split(), float)
    assert np.abs(activity - h[1:, unit - 1]).max() < 1e-9
    assert np.abs(np.array(found["points"].split(), float) - points.ravel()).max() < 1e-9
    for name, states in (("plane", points), ("space", h)):
        step = np.linalg.norm(states[letter] - states[letter - 1]) / of["random"][name]
        assert float(found[name]) == pytest.approx(step, abs=1e-9)
    status = found["status"]
    for label, name in study.LABELS.items():
        assert f"{name} {round_half_up(of['tells'][label][unit - 1])}%" in status
    assert f"it stands at {h[letter, unit - 1]:.2f}".replace("-", "\N{MINUS SIGN}") in (
        status.replace("-", "\N{MINUS SIGN}")
    )
    assert (found["bars"], found["dots"]) == (len(text), len(text) + 1)
    around = text[:letter].split(" ")[-1] + text[letter:].split(" ")[0]
    if text[letter - 1] != " ":
        names = found["names"]
        assert names.strip("␣") == around and names.startswith("␣")


def round_half_up(share):
    return int(np.floor(share * 100 + 0.5))


def test_unit_letter_net_and_text(open_page, data, nets):
    scene = open_page("units")
    text = data["text"]
    of = data["nets"]["trained"]
    expect(scene, data, nets, "trained", text, of["best"]["space"] + 1, 5)
    unit, best = scene.get_by_label("unit", exact=True), scene.get_by_label("unit that tells")
    best.select_option("noun or verb")
    expect(scene, data, nets, "trained", text, of["best"]["kind"] + 1, 5)
    letter = scene.get_by_label("letter (or point at one)")
    letter.press("ArrowRight")
    expect(scene, data, nets, "trained", text, of["best"]["kind"] + 1, 6)
    unit.fill("17")
    assert best.input_value() == ""
    expect(scene, data, nets, "trained", text, 17, 6)
    scene.get_by_label("net", exact=True).select_option("untrained")
    expect(scene, data, nets, "untrained", text, 17, 6)
    best.select_option("vowel")
    vowel = {name: of["best"]["vowel"] + 1 for name, of in data["nets"].items()}
    expect(scene, data, nets, "untrained", text, vowel["untrained"], 6)
    scene.get_by_label("net", exact=True).select_option("trained")
    expect(scene, data, nets, "trained", text, vowel["trained"], 6)

    field = scene.get_by_label("a text, a to z")
    field.fill("ox  saw")
    expect(scene, data, nets, "trained", "ox  saw", vowel["trained"], 6)
    field.fill("ox")
    expect(scene, data, nets, "trained", "ox", vowel["trained"], 2)
    wrong = scene.get_by_role("alert")
    for typed, said in (("Ox", "take out"), ("  ", "Type a letter"), ("a" * 81, "at most 80")):
        field.fill(typed)
        assert said in wrong.inner_text()
        assert field.get_attribute("aria-invalid") == "true"
    expect(scene, data, nets, "trained", "ox", vowel["trained"], 2)
    scene.get_by_role("button", name="The study's text").click()
    assert not wrong.inner_text()
    expect(scene, data, nets, "trained", text, vowel["trained"], 2)

    place = scene.locator("rect.bar").nth(20)
    place.hover()
    expect(scene, data, nets, "trained", text, vowel["trained"], 21)
    point = scene.locator("path.point").nth(30)
    point.hover()
    near = int(letter.input_value())
    boxes = [scene.locator("path.point").nth(n).bounding_box() for n in (near, 30)]
    assert abs(boxes[0]["x"] - boxes[1]["x"]) < 16 and near != 21
    expect(scene, data, nets, "trained", text, vowel["trained"], near)


def test_a_long_text_stays_within_a_narrow_screen(open_page, data, nets):
    scene = open_page("units", width=375)
    text = "the woman breaks a plate " * 3
    scene.get_by_label("a text, a to z").fill(text)
    expect(scene, data, nets, "trained", text, data["nets"]["trained"]["best"]["space"] + 1, 5)
    assert scene.page.evaluate("() => document.documentElement.scrollWidth") <= 375


def test_the_net_is_the_study_s(data):
    """Its plane and its best units are those of the study's example, but for float32 weights."""
    example, of = results_of("units")["example"], data["nets"]["trained"]
    held_out = letters.texts(data["seed"])[1]
    weights = results_of("player")["drawn"][-1]["weights"]
    h = letters.predicted(player.decoded(weights), held_out.symbols)[1]
    start = grammar.spelt(held_out.symbols).index(example["letters"], len(h) // 2)
    shown = h[start : start + len(example["letters"])]
    for label, best in of["best"].items():
        assert np.abs(shown[:, best] - example["activity"][label]).max() < 1e-5
    points = np.abs((shown - of["centre"]) @ np.transpose(of["axes"]))  # axes may point either way
    assert np.abs(points - np.abs(example["points"])).max() < 1e-4


def test_the_finding_follows_the_results():
    r = copy.deepcopy(results_of("units"))
    said = units.finding(r)
    assert said == units.scene(results_of)[0] and "last two, more than that unit." in said
    for run in r["runs"]:
        run["trained"]["units"]["place"]["letter"] = 0.0
    assert "more than that unit only of noun or verb." in units.finding(r)
    for run in r["runs"]:
        run["trained"]["units"]["kind"]["letter"] = 0.0
    assert "no more than that unit." in units.finding(r)
