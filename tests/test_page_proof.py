"""Scene `proof`: rows switched on and off, cells explained by pointer and by keyboard."""

import json
import math
import re

import pytest
from conftest import ROOT

import studies.page as page
from studies.chunker import needed
from studies.page import proof

RESULTS = ROOT / "studies" / "chunker" / "results"

# how much of each bar's ground it fills, by row and column; null where there is no bar
BARS = """lines => lines.map((line) => [...line.querySelectorAll("td")].map((cell) => {
  const [back, bar] = [...cell.querySelectorAll("rect")].map((r) => r.getAttribute("width"));
  return bar === undefined ? null : bar / (back - 2);
}))"""


@pytest.fixture(scope="module")
def rows():
    return proof.systems(page.reader(proof.SOURCE))


def results(name):
    return json.loads((RESULTS / f"{name}.json").read_text())


def cell(scene, system, column):
    """The cell of a system in a column of the table."""
    row = scene.locator("tbody tr").filter(
        has=scene.page.get_by_role("rowheader", name=system, exact=True)
    )
    return row.get_by_role("gridcell").nth(column)


def names(scene):
    return scene.locator("tbody th").all_inner_texts()


def solving(rows, shown, tasks):
    """How many of the rows beside A + C solve each task, of those that ran it."""
    found = []
    for task in tasks:
        run = [r.cells[task] for r in rows if r.name in shown and r.kind != "ours"
               and r.cells.get(task)]  # fmt: skip
        found.append(f"{sum(proof.solves(c) for c in run)}/{len(run)}")
    return " ".join(found)


def test_groups_are_switched_on_beside_a_and_c(open_page, rows):
    scene = open_page("proof")
    stage = scene.locator(".stage")
    for group, label in proof.GROUPS.items():
        box = scene.get_by_label(label, exact=True)
        of_group = {row.name for row in rows if row.group == group}
        for on in (False, True):
            box.set_checked(on)
            assert of_group & set(names(scene)) == (of_group if on else set())
            assert names(scene)[0] == "A + C"
            shown = stage.get_attribute("data-solving")
            assert shown == solving(rows, names(scene), ("headline", "decisive", "parity"))
    assert len(names(scene)) == len(rows)
    shares = [
        [(c := row.cells.get(task)) and c["solved"] and c["solved"]["k"] / c["solved"]["n"]
         for task in ("headline", "decisive", "parity")]
        for row in sorted(rows, key=lambda row: names(scene).index(row.name))
    ]  # fmt: skip
    for bars, share in zip(scene.locator("tbody tr").evaluate_all(BARS), shares, strict=True):
        assert bars == pytest.approx(share, abs=0.01)
    scene.get_by_label("all 11 tasks").check()
    assert scene.locator("thead th").all_inner_texts() == ["system", *needed.TASKS]
    assert stage.get_attribute("data-solving") == solving(rows, names(scene), needed.TASKS)
    for label in ("all 11 tasks", *proof.GROUPS.values()):
        scene.get_by_label(label, exact=True).uncheck()
    assert names(scene) == ["A + C"]
    assert "Switch something on" in scene.locator(".summary").inner_text()


def test_cells_say_what_they_prove_by_pointer_and_by_keyboard(open_page, rows):
    scene = open_page("proof")
    said, keyboard = scene.locator(".says"), scene.page.keyboard
    assert said.get_attribute("role") == "status"
    short = results("lengths")["cells"]["plain RNN, chosen"]["solved"]
    plain = cell(scene, "one plain net on lengths of its own", 0)
    plain.hover()
    assert f"{short['k']}/{short['n']}" in plain.inner_text()
    assert f"{short['k']} of {short['n']} seeds solve it" in said.inner_text()
    low, high = results("lengths")["lengths"]
    assert f"Trained on {low} to {high} symbols" in said.inner_text()
    assert "does not need compression" in said.inner_text()
    assert plain.get_by_role("img").get_attribute("aria-label") == "95% interval 83% to 100%"

    scene.get_by_label("all 11 tasks").focus()
    keyboard.press("Tab")  # one stop for the whole table: the cell explained last
    assert said.inner_text().startswith("one plain net on lengths of its own, headline:")
    keyboard.press("ArrowRight")
    tried = results("rivals")["cells"]["first"]["plain RNN, chosen"]["solved"]
    assert f"decisive: {tried['k']} of {tried['n']} seeds solve it" in said.inner_text()
    keyboard.press("End")
    assert ", parity:" in said.inner_text()
    for _ in range(20):
        keyboard.press("ArrowUp")
    assert said.inner_text().startswith("A + C, parity:")
    keyboard.press("Home")
    assert said.inner_text() == f"A + C, headline: {proof.says(rows[0], 'headline', rows)}"

    scene.get_by_label("A + C without a part").check()  # the explained cell stays
    assert said.inner_text().startswith("A + C, headline:")
    without = cell(scene, "C without recurrent weights", 1)
    without.click()
    ablated = results("decisive")["forms"]["first"]["systems"]["no W_hh in C"]
    assert f"{ablated['with_distractors']['mean']:.1%} where there is" in said.inner_text()
    assert "So A + C need C's recurrence here" in said.inner_text()
    cell(scene, "C without recurrent weights", 0).hover()
    assert "do not need C's recurrence" in said.inner_text()
    scene.get_by_label("A + C without a part").uncheck()  # and is another when it is gone
    assert said.inner_text().startswith("A + C, headline:")
    cell(scene, "table of fours", 0).hover()
    assert said.inner_text() == "table of fours, headline: Not run."


def test_cells_are_those_of_the_readme_s_table(rows):
    """Every count and cost of `needed` stands in a row of the page, for its task."""
    of = {name: of["cells"] for name, of in results("needed")["tasks"].items()}
    for task, cells in of.items():
        there = [
            (c["solved"]["k"], c["solved"]["n"], c.get("relative"))
            for row in rows if (c := row.cells.get(task)) and c["solved"]
        ]  # fmt: skip
        for found in cells.values():
            wanted = (found["solved"]["k"], found["solved"]["n"], found["relative"])
            assert wanted in there, (task, found)


def a_cell(k, n, **more):
    return {"solved": proof.proportion([True] * k + [False] * (n - k)), **more}


def told(kind, lacks, cell, ours, *others):
    """What a cell of one task proves beside A + C and others that lack as much."""
    rows = [proof.Row("A + C", "", "ours", "", {"t": ours})]
    rows.append(proof.Row("it", "net", kind, lacks, {"t": cell}))
    rows += [
        proof.Row(f"other {i}", "counting", "rival", lacks, {"t": c}) for i, c in enumerate(others)
    ]
    return proof.proves(rows[1 if kind != "ours" else 0], "t", rows)


def test_what_is_proved_follows_from_the_numbers():
    all_20, none = a_cell(20, 20), a_cell(0, 20)
    lacks = "compression"
    assert told("rival", lacks, all_20, all_20) == "So the task does not need compression."
    assert "not on every seed" in told("rival", lacks, a_cell(3, 20), all_20)
    assert "more training might do" in told("rival", lacks, none, all_20)
    assert "other 0 does without" in told("rival", lacks, none, all_20, all_20)
    assert told("part", "X", all_20, all_20) == "So A + C do not need X for this task."
    assert told("part", "X", none, all_20) == "So A + C need X here: with it 20/20 seeds do."
    assert told("part", "X", a_cell(13, 20), all_20).startswith("Too few seeds")
    unknown = {"solved": None, "choice": 0.58}
    assert told("part", "X", unknown, all_20) == "So little is left without X."
    assert "much is left" in told("part", "X", {"solved": None, "choice": 0.9}, all_20)
    assert told("ours", "", none, none) == "So A + C do not solve it reliably."
    assert told("ours", "", none, none, all_20).endswith("reliably; other 0 does.")
    assert "nothing else run here" in told("ours", "", none, all_20)
    assert "other 0 does it too" in told("ours", "", none, all_20, all_20)
    assert "other 0 and other 1 do it too" in told("ours", "", none, all_20, all_20, all_20)


def test_prices():
    ours = a_cell(20, 20, multiply_adds=100.0, relative=2.0)
    assert proof.price(ours, ours) == (
        "Multiply-adds until then: 2.0 times those of the cheapest system."
    )
    dear = a_cell(20, 20, multiply_adds=3000.0, relative=60.0)
    assert proof.price(dear, ours).endswith(
        "cheapest system, 30 times those of A + C at the task's lengths."
    )
    cheap = a_cell(20, 20, multiply_adds=50.0, relative=1)
    assert proof.price(cheap, ours) == (
        "No system counted needs fewer multiply-adds until then, 2.0 times fewer than A + C "
        "at the task's lengths."
    )
    same = a_cell(20, 20, multiply_adds=98.0, relative=1.96)
    assert "about as many as A + C" in proof.price(same, ours)
    assert proof.price(a_cell(0, 20), ours) == "" and proof.percent(0.0025) == "0.2%"


def test_means_tell_no_count_but_where_no_seed_can_have_solved_it():
    mean = {"n": 20, "mean": 0.1, "max": 1.0}
    assert proof.of_headline({"recall": mean, "choice": mean})["solved"] is None
    low = proof.of_headline({"recall": {**mean, "max": 0.6}, "choice": mean})
    assert low["solved"]["k"] == 0 and low["solved"]["n"] == 20


def test_the_finding_is_made_of_the_results():
    finding, data = proof.scene(page.reader(proof.SOURCE))
    forms = [form["systems"] for form in results("decisive")["forms"].values()]
    best = [
        max(s["solved"]["k"] for name, s in of.items() if name.startswith("table")) for of in forms
    ]
    assert f"the best table {best[0]}/20 and {best[1]}/20" in finding
    assert not re.search(r"nan|None", finding)
    assert all(math.isfinite(c["n"]) for row in data["rows"] for c in row["cells"].values())
