"""Every number in the READMEs comes from a committed JSON file."""

import re

import pytest

import chunker_very_deep_1200 as core
from studies.chunker.online import IN_A_ROW
from studies.lab import grammar, letters, report

# What prose may say outside the marked places, and why: no number that a run could give.
ALLOWED = {
    "1200", "1199", "1,199",  # the task
    "1", "2", "3", "4", "5", "6",  # its symbols and steps, list numbers, exit codes, task names
    "1.40",  # the document's threshold
    "1991", "1992", "1993", "1996", "1997", "2015", "93",  # years
    "234", "242", "9", "8", "1735", "1780", "61", "85", "117", "6.4", "6.5",  # pages, sections
    "3.10",  # of Python
}  # fmt: skip
# Shares, and counts that look like a result's, are allowed in these words alone.
CHANCE = f"{1 / core.N_TRIGGERS:.0%}"
PHRASES = (
    f"a coin gets {CHANCE}", f"(chance {CHANCE})",  # of two answers one
    f"keeps {core.CUTOFF:.0%} of its norm",  # the definition of depth
    "Intervals are 95% intervals",  # as tested in test_lab_runner
    f"in {core.N_PROBE} probe sequences",  # the protocol
    "is 20 steps away from its target",  # the 1992 paper's task
    f"means {IN_A_ROW} recalls in a row, and {IN_A_ROW} more without learning",  # a definition
    "only, C reads all that level 0 mispredicts",  # its name
    f"a net of {letters.HIDDEN} tanh units",  # the second document's net, its text
    f"A grammar of {len(grammar.CLASS_OF)} words and {len(grammar.PATTERNS)} sentence patterns",
    f"{letters.N_LETTERS:,} letters to learn from",
    f"chunks of {letters.CHUNK} letters with the state carried over, gradients clipped at norm "
    f"{letters.LONGEST:g}, {letters.N_UPDATES:,} updates",
    f"seeds 0 to 4; seeds from {letters.FIRST_SEED} on are reported",
    "Elman (1990)", "(Elman 1990, figures 4 and 6)", "(Elman 1990, figure 7)", "(figure 9)",
    "their XOR (1990, figure 3)", "a change of 10^-6 in a weight",
)  # fmt: skip


def outside_the_marks(text):
    text = report.MARKED.sub("", text)
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return " ".join(re.sub(r"`[^`]*`|\]\([^)]*\)|1\.0\.0", "", text).split())


def not_allowed(text):
    """The numbers of a README outside its marks that stand in no phrase that may hold one."""
    text = outside_the_marks(text)
    for phrase in PHRASES:
        text = text.replace(phrase, "")
    return set(re.findall(r"\d[\d,.]*\d%?|\d%?", text)) - ALLOWED


def name_of(readme):
    return str(readme.relative_to(core.HERE))


@pytest.mark.parametrize("path", report.readmes(), ids=name_of)
def test_marked_numbers_are_those_of_the_json_files(path):
    text = path.read_text()
    assert report.MARKED.search(text)
    assert report.fill(text, report.readmes()[path]) == text, "run python3 -m studies report"


@pytest.mark.parametrize("path", report.readmes(), ids=name_of)
def test_no_other_number_is_a_result(path):
    assert not not_allowed(path.read_text())


def test_what_is_allowed_is_said():
    """So that no number stays allowed for words that have gone."""
    text = " ".join(outside_the_marks(path.read_text()) for path in report.readmes())
    assert [phrase for phrase in PHRASES if phrase not in text] == []
    assert set(re.findall(r"\d[\d,.]*\d%?|\d%?", text)) >= ALLOWED


@pytest.mark.parametrize(
    "result", ["0%", "50%", "100%", "49.5%", "20/20", "599.5 times", "0 of 100", "50 steps"]
)
def test_a_result_in_the_prose_is_seen(result):
    text = next(iter(report.readmes())).read_text()
    assert not_allowed(text + f"\nThe baseline recalls {result}, chance {CHANCE}.\n")


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
