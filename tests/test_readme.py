"""Every number in the READMEs comes from a committed JSON file."""

import re

import pytest

import chunker_very_deep_1200 as core
from studies.lab import report

# What prose may say outside the marked places, and why.
ALLOWED = {
    "1200", "1199", "1,200", "1,199", "1196", "1197", "1198", "500", "1", "2", "3", "4", "5", "6",
    "7", "0", "8",  # the task, its symbols and steps; seeds of the commands; list numbers
    "1.40",  # the document's threshold
    "1%", "0%", "50%", "95%",  # cut-off, the document's recall, chance, intervals
    "10", "20", "30", "50",  # fps, probe sequences, epochs, frames
    "1991", "1992", "1993", "1996", "2015", "93",  # years
    "1997", "1989", "9", "1735", "1780", "270", "280",  # more of these
    "148", "91", "234", "242", "61", "85", "117", "6.4", "6.5", "3.10",  # pages, sections, Python
}  # fmt: skip


def outside_the_marks(text):
    text = report.MARKED.sub("", text)
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return re.sub(r"`[^`]*`|\]\([^)]*\)|1\.0\.0", "", text)


@pytest.mark.parametrize("path", report.readmes(), ids=lambda p: p.parent.name)
def test_marked_numbers_are_those_of_the_json_files(path):
    text = path.read_text()
    assert report.MARKED.search(text)
    assert report.fill(text, report.readmes()[path]) == text, "run python3 -m studies report"


@pytest.mark.parametrize("path", report.readmes(), ids=lambda p: p.parent.name)
def test_no_other_number_is_a_result(path):
    found = set(re.findall(r"\d[\d,.]*\d%?|\d%?", outside_the_marks(path.read_text())))
    assert found <= ALLOWED, found - ALLOWED


def test_a_changed_number_is_noticed():
    text = next(iter(report.readmes())).read_text()
    assert report.fill(text.replace("599.5x |", "600.5x |")) != text.replace("599.5x |", "600.5x |")


def test_the_committed_run_is_the_headline():
    r = core.load_results(seed=0, T=1200)
    assert r["chunker_eval_acc"] == r["chunker_choice_acc"] == 1.0
    assert r["baseline_eval_acc"] == 0.0 and 0.35 < r["baseline_choice_acc"] < 0.65
    assert r["chunker_avg_surprises"] == 2.0 and r["depth_reduction_ratio"] == 599.5
    assert 3 <= r["effective_depth_baseline"] <= 6
    assert r["chunker_loss"][-1] <= 0.01 and r["baseline_filler_loss"] < 0.01


def test_the_readme_is_short():
    assert len(next(iter(report.readmes())).read_text().splitlines()) <= 200


def test_no_table_is_wider_than_a_reader_can_read():
    for readme in report.readmes():
        for line in readme.read_text().splitlines():
            assert not line.startswith("|") or line.count("|") <= 9 + 2, line[:80]


def test_committed_figures_exist():
    for readme in report.readmes():
        for link in re.findall(r"\]\(([^)#]+)[)#]", readme.read_text()):
            assert (readme.parent / link).exists(), link
