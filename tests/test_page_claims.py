"""Scene `claims`: filters show the statements and counts of the results."""

import pytest

from studies.lab.catalogue import results_of
from studies.lab.verdicts import HOLDS, NOT, VERDICTS
from studies.page import claims

SHOWN = """scene => {
  const texts = (what) => [...scene.querySelectorAll(what)].map((one) => one.textContent);
  return {
    claims: texts("li:not([hidden]) .claim"), marks: texts("li:not([hidden]) .verdict"),
    counts: scene.querySelector(".stage").dataset.counts, bars: texts("text.count"),
    status: texts(".status")[0], label: scene.querySelector("svg").getAttribute("aria-label"),
  };
}"""


@pytest.fixture(scope="module")
def rows():
    return results_of("claims")["claims"]


def expect(scene, rows, verdict=None, study=None, words=""):
    """Shown are the rows that fit, counted by verdict: these rows."""
    fit = [
        row for row in rows
        if verdict in (None, row["verdict"]) and (not study or study in row["study"].split(", "))
        and all(w in " ".join((row["claim"], row["measured"], row["why"])).lower()
                for w in words.lower().split())
    ]  # fmt: skip
    counts = [sum(row["verdict"] == name for row in fit) for name in VERDICTS]
    found = scene.evaluate(SHOWN)
    assert found["claims"] == [row["claim"].replace("`", "") for row in fit]
    signs = dict(zip(VERDICTS, "✓◐✗?"))
    assert found["marks"] == [f"{signs[row['verdict']]} {row['verdict']}" for row in fit]
    assert found["counts"] == " ".join(map(str, counts))
    assert found["status"].startswith(f"{len(fit)} of {len(rows)} statements.")
    assert ("widen one" in found["status"]) == (not fit)
    totals = [sum(row["verdict"] == name for row in rows) for name in VERDICTS]
    said = [f"{n} of {total}" for n, total in zip(counts, totals)]
    assert found["bars"] == said
    assert all(f"{name} {one}" in found["label"] for name, one in zip(VERDICTS, said))
    return fit


def test_filters_give_the_counts_of_the_results(open_page, rows):
    scene = open_page("claims")
    assert len(expect(scene, rows)) == len(rows)
    verdict, study = (
        scene.get_by_label("verdict", exact=True),
        scene.get_by_label("study", exact=True),
    )
    search, wrong = scene.get_by_label("words to find"), scene.get_by_role("alert")
    for name in VERDICTS:
        verdict.select_option(name)
        expect(scene, rows, name)
    verdict.select_option("all verdicts")
    for name in ("letters", "longer"):
        study.select_option(name)
        assert expect(scene, rows, study=name)
    study.select_option("none: not run")
    assert expect(scene, rows, study="-")
    study.select_option("units")
    verdict.select_option(NOT)
    expect(scene, rows, NOT, "units")
    verdict.select_option("all verdicts")
    study.select_option("all studies")

    search.fill("Gradient  clip ")
    assert 0 < len(expect(scene, rows, words="gradient clip")) < len(rows)
    search.fill("zebra crossing")
    assert "take some out" in wrong.inner_text()
    assert search.get_attribute("aria-invalid") == "true"
    expect(scene, rows, words="zebra crossing")
    search.fill("")
    assert not wrong.inner_text()
    expect(scene, rows)


def test_a_row_opens_to_what_was_measured_and_why(open_page, rows):
    scene = open_page("claims", width=375)
    scene.get_by_label("verdict", exact=True).select_option(HOLDS)
    row = expect(scene, rows, HOLDS)[0]
    item = scene.locator("li:not([hidden])").first
    details = item.locator("dd")
    assert not details.first.is_visible()
    item.locator("summary").focus()
    scene.page.keyboard.press("Enter")
    assert details.first.is_visible()
    plain = [row[key].replace("`", "") for key in ("measured", "why", "study")]
    assert details.all_text_contents() == plain
    scene.get_by_label("open all").check()
    assert scene.locator("li details:not([open])").count() == 0
    scene.get_by_label("verdict", exact=True).select_option("all verdicts")
    assert scene.page.evaluate("() => document.documentElement.scrollWidth") <= 375
    scene.get_by_label("open all").uncheck()
    assert scene.locator("li details[open]").count() == 0


def test_the_finding_counts(rows):
    said = claims.finding({"claims": rows})
    assert f"Of {len(rows)} statements" in said
    tested = [row for row in rows if row["verdict"] != VERDICTS[-1]]
    share = sum(row["verdict"] == HOLDS for row in rows) / len(tested)
    assert f"in {share:.0%} of the cases" in said
    one = {"claims": [{"verdict": VERDICTS[-1]}]}
    assert "0 hold, 0 hold in part, 0 do not hold, and 1 can't be tested" in claims.finding(one)
