"""Scene `forgetting`: size, input and lag, by slider and by dragging, as the study has them."""

import json
import math

import drawn
import pytest

from studies.lab import catalogue
from studies.lab.remembering import ENOUGH
from studies.memory.forgetting import KINDS, horizon, of
from studies.page import forgetting


@pytest.fixture(scope="module")
def r():
    return catalogue.results_of("forgetting")


def found(scene):
    return scene.locator(".stage").evaluate("stage => ({...stage.dataset})")


def press(scene, chart, share):
    """Press in a chart's plot at a share of its width."""
    chart.scroll_into_view_if_needed()
    box = chart.locator("svg").bounding_box()
    scene.page.mouse.move(box["x"] + 56 + share * (box["width"] - 82), box["y"] + 60)
    scene.page.mouse.down()
    scene.page.mouse.up()


def pictures(scene, r, inputs, hidden):
    """The curves of these nets, where each size falls below 80%, and the document's two points."""
    curves, horizons = scene.locator("figure").first, scene.locator("figure").nth(1)
    for kind in KINDS:
        means = of(r, kind, hidden, inputs)["curve"]["mean"]
        line = drawn.line(curves, forgetting.NAMED[kind])
        for i in (0, 4, len(means) - 1):
            assert line[i] == pytest.approx((r["lags"][i], means[i]), rel=1e-3, abs=1e-3)
        line = drawn.line(horizons, forgetting.NAMED[kind], log="y")
        for (log, below), units in zip(line, r["sizes"], strict=True):
            wanted = max(of(r, kind, units, inputs)["below"]["mean"], 0.5)
            assert (log, below) == pytest.approx((math.log2(units), wanted), rel=2e-3)
    if inputs == "text" and hidden == 64:
        marks = curves.locator("path.document").all()
        at = [drawn.points(curves, mark.get_attribute("d").replace("l", "L"))[0] for mark in marks]
        corner = drawn.points(curves, "M5,5L0,0")  # a cross begins 5 pixels left of and above it
        dx, dy = (a - b for a, b in zip(*corner))
        chance = r["controls"]["chance"]["mean"][0]
        wanted = [(forgetting.SAID["below"][0], ENOUGH), (forgetting.SAID["near"][0], chance)]
        for (x, y), point in zip(at, wanted, strict=True):
            assert (x + dx, y + dy) == pytest.approx(point, abs=2e-3)


def test_sizes_inputs_and_lags(open_page, r):
    scene, last = open_page("forgetting"), len(r["lags"]) - 1
    size, ago = scene.get_by_label("units", exact=True), scene.get_by_label("d, letters ago")
    what = scene.get_by_label("what it reads")
    assert found(scene)["units"] == "64"
    ours = r["sizes"].index(64)
    for i, k, inputs in ((ours, 3, "text"), (1 - ours % 2, last, "text"), (1, 5, "random letters")):
        size.fill(str(i))
        ago.fill(str(k))
        what.select_option(inputs)
        now, hidden = found(scene), r["sizes"][i]
        assert (now["units"], now["d"]) == (str(hidden), str(r["lags"][k]))
        nets = [of(r, kind, hidden, inputs) for kind in KINDS]
        accuracies = [net["curve"]["mean"][k] for net in nets]
        assert json.loads(now["accuracy"]) == pytest.approx(accuracies, abs=6e-4)
        means = [net["below"]["mean"] for net in nets]
        assert json.loads(now["below"]) == pytest.approx(means, rel=1e-3)
        assert int(now["end"]) >= max(r["lags"][k], 24)
        rows = {row.locator("th").inner_text(): row.locator("td").all_inner_texts()
                for row in scene.locator("tbody tr").all()}  # fmt: skip
        for kind, net, accuracy in zip(KINDS, nets, accuracies):
            shown = rows[forgetting.NAMED[kind]]
            assert abs(int(shown[0].rstrip("%")) - 100 * accuracy) <= 1
            assert shown[1:] == [horizon(net, "below"), horizon(net, "near")]
        assert ("the letters net of the other scenes" in rows) == (hidden == 64)
        assert any("no state" in name for name in rows) == (inputs == "text")
        marks = scene.locator("path.document").count()
        assert marks == (2 if inputs == "text" and hidden == 64 else 0)
        assert scene.locator("figure").first.locator("path.line").count() == 4 + (inputs == "text")
        pictures(scene, r, inputs, hidden)
    label = scene.locator("svg[role=img]").first.get_attribute("aria-label")
    assert f"At d = {r['lags'][5]}:" in label and "chance 4%" in label
    press(scene, scene.locator("figure").first, 0)
    assert found(scene)["d"] == "0"
    press(scene, scene.locator("figure").nth(1), 0.01)
    assert found(scene)["units"] == str(r["sizes"][0])


def changed(r, **means):
    """Results whose nets of 64 units fall below 80% elsewhere on text, with narrow intervals."""
    other = json.loads(json.dumps(r))
    for kind, value in means.items():
        other["nets"][kind]["64"]["text"]["below"].update(
            mean=value, interval=[value - 0.5, value + 0.5]
        )
    return other


def test_the_finding_follows_the_results(r):
    said, _ = forgetting.scene(lambda name: r)
    assert horizon(of(r, "predicts"), "below") in said
    for start, words in ((9, "forgets sooner"), (2, "forgets later"), (5, "no sooner")):
        other = changed(r, predicts=5, untrained=start)
        assert words in forgetting.scene(lambda name, other=other: other)[0]
    other = changed(r, predicts=5, untrained=9)
    other["controls"]["below"].update(mean=30, interval=[29, 31])
    assert "and than the table" in forgetting.scene(lambda name: other)[0]
    times = other["growth"]["untrained"]["random letters"][str(r["sizes"][-1])]["times"]
    for low, high, words in ((3, 4, "more than the"), (1, 1.1, "less than the"), (1, 2, "about")):
        times.update(mean=(low + high) / 2, interval=[low, high])
        assert words in forgetting.scene(lambda name: other)[0]
