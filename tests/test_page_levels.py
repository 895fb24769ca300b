"""Scene `levels`: what each level reads, walked up, and levels that have not learnt."""

import json

import numpy as np
import pytest

from studies.lab.catalogue import results_of
from studies.page import levels

X = "lines => lines.map(line => ['x1', 'x2'].map(end => Number(line.getAttribute(end))))"
MIDDLES = """rects => rects.map((rect) =>
  Number(rect.getAttribute("x")) + rect.getAttribute("width") / 2)"""


def glyphs(symbols):
    return [levels.GLYPHS[s] for s in symbols]


def test_walking_up(open_page):
    scene, stacks = open_page("levels"), results_of("signals")["example"]["stacks"]
    level = scene.get_by_label("walk up to", exact=False)
    rows = stacks["4"]["trained"]
    n = len(scene.locator("g.strip").first.locator("g.cell").all())
    for reached in (0, 2, 4):
        level.fill(str(reached))
        assert scene.locator(".stage").get_attribute("data-level") == str(reached)
        assert scene.locator("g.strip.here").count() == 1
        read = [len(row["symbols"]) for row in rows]
        for at in range(reached + 1):
            strip = scene.locator("g.strip").nth(at)
            cells = strip.locator("g.cell text").all_text_contents()
            assert cells == glyphs(rows[at]["symbols"])[: len(cells)] and len(cells) == min(
                n, read[at]
            )
            lit = strip.locator("g.cell.lit text").all_text_contents()
            assert lit == [glyphs(rows[at]["symbols"])[i] for i in rows[at]["up"] if i < n]
        above = scene.locator("g.strip").nth(4).locator("text.name").text_content()
        assert ("not reached yet" in above) == (reached < 4)
        rises = sum(i < n for row in rows[:reached] for i in row["up"])
        assert scene.locator("line.rise").count() == rises
        middles = scene.locator("g.strip").first.locator("g.cell rect").evaluate_all(MIDDLES)
        ends = [(middles[i], middles[to]) for row in rows[:reached]
                for to, i in enumerate(row["up"]) if i < n]  # fmt: skip
        drawn = scene.locator("line.rise").evaluate_all(X)
        assert np.reshape(drawn, (-1, 2)) == pytest.approx(np.reshape(ends, (-1, 2)), abs=1)
        assert (
            f"reads {rows[reached]['length']:,} symbols" in scene.locator("p.status").inner_text()
        )
    assert "answer here is right" in scene.locator("p.status").inner_text()

    depth = scene.get_by_label("depth", exact=False)
    depth.fill("1")  # the level reached comes down with it
    assert scene.locator(".stage").get_attribute("data-level") == "1"
    assert scene.locator("g.strip").count() == 2
    depth.fill("2")
    scene.get_by_label("control", exact=False).check()
    read = json.loads(scene.locator(".stage").get_attribute("data-read"))
    assert read == [row["length"] for row in stacks["2"]["start"]]
    column = scene.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert column == [f"{length:,}" for length in read]


@pytest.mark.parametrize(("k", "said"), [(8, "Nets are not what"), (1, "do it on 1/8")])
def test_the_finding_goes_with_the_results(k, said):
    given = {name: results_of(name) for name in levels.SOURCE}
    cell = given["conventional"]["cells"]["hierarchy (depth 3)"]["table + C, given"]
    cell["solved"] = {**cell["solved"], "k": k, "n": 8}
    finding, data = levels.scene(given.__getitem__)
    assert said in finding
    assert data["depths"]["4"]["mean"] == given["hierarchy"]["depths"]["4"]["events"]
