"""Scene `exposure`: curves, shares and samples are those of the study."""

import json

import drawn
import pytest

import studies.page as page
from studies.lab import catalogue, grammar
from studies.page import exposure


@pytest.fixture(scope="module")
def results():
    return catalogue.results_of("sampling")


def test_errors_by_position(open_page, results):
    scene = open_page("exposure")
    stage = scene.locator(".stage")
    for how in ("drawn", "greedy"):
        for measure in ("differs", "outside"):
            scene.get_by_label("the letter that it reads next is").select_option(how)
            scene.get_by_label("an error is").select_option(measure)
            for key, who in (("curve", "net"), ("exact", "exact")):
                wanted = results["continued"][who][how][measure]["mean"]
                found = json.loads(stage.get_attribute(f"data-{key}"))
                assert found == pytest.approx(wanted, rel=1e-3, abs=1e-9)
            figure = scene.locator("figure").first
            for name, who in (("net", "net"), ("exact predictor", "exact")):
                wanted = results["continued"][who][how][measure]["mean"]
                line = drawn.line(figure, f"{name}, own letters")
                for i in (0, 4, len(wanted) - 1):
                    assert line[i] == pytest.approx((i + 1, wanted[i]), rel=2e-3, abs=1e-4)
            lines = figure.locator("path.line")
            assert lines.count() == (3 if measure == "differs" else 2)
        row = scene.locator("table").first.locator("tr").nth(1).locator("td").all_inner_texts()
        free = results["continued"]["net"][how]
        numbers = (results["teacher"]["net"]["accuracy"]["mean"], free["error"]["mean"],
                   free["outside"]["mean"][-1])  # fmt: skip
        assert row == [f"{n:.1%}" for n in numbers]
    chart = scene.locator("figure svg").first
    chart.hover()
    assert "exact predictor" in scene.locator("figure .said").first.inner_text()


def test_scheduled_sampling(open_page, results):
    scene = open_page("exposure")
    stage, slider = scene.locator(".stage"), scene.get_by_label("q: share of own", exact=False)
    names = ["net", *(f"own {q}" for q in results["fractions"])]
    for i, name in enumerate(names):
        slider.fill(str(i))
        for T in ("1", "0.2") if i else ("1", "1.5"):
            scene.get_by_label("it writes at temperature", exact=False).select_option(T)
            at = results["samples"][name][T]
            for key, of in (("legal", at["in_sentences"]), ("loss", results["nets"][name]["loss"]),
                            ("cost", results["cost"][name])):  # fmt: skip
                found = float(stage.get_attribute(f"data-{key}"))
                assert found == pytest.approx(of["mean"], rel=1e-3, abs=1e-9)
            sample = scene.locator(".sample")
            words = at["text"][: exposure.SHOWN].rpartition(" ")[0].split()
            assert sample.locator("span").all_inner_texts() == words
            wrong = [w for w in words if w not in grammar.CLASS_OF]
            assert sample.locator(".no-word").all_inner_texts() == wrong
        rows = scene.locator("table").nth(1).locator("tbody tr")
        assert rows.count() == (3 if i else 2)
    chart = scene.locator("figure svg").nth(1)
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    scene.page.mouse.click(box["x"] + 58, box["y"] + 60)  # pointing chooses q, too
    assert slider.input_value() == "0"


def test_the_finding_follows_the_results(results):
    read = page.reader(exposure.SOURCE)
    said = exposure.scene(read)[0]
    assert "does not bridge the gap" in said and "with no q" in said
    other = json.loads(json.dumps(results))
    for q in other["fractions"]:
        other["gains"][f"own {q}"]["in_sentences"]["interval"] = [0.01, 0.02]
    assert "bridges the gap in part" in exposure.scene(lambda name: other)[0]
