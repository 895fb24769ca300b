"""All that the second document says, with what was measured, a verdict and why."""

from __future__ import annotations

from studies.lab.verdicts import HOLDS, UNTESTED, VERDICTS
from studies.memory import claims as study

PART = "Networks that remember"
TITLE = "What holds"
QUESTION = "Which statements of the document hold when they are measured?"
ALT = (
    "Four bars: how many statements hold, hold in part, do not hold, and can't be tested, of those "
    "that are shown. Below, a list of the statements; each opens to what was measured, why the "
    "verdict is what it is, and the study that measured it."
)
SOURCE = ("claims",)
WORDS = ("claim", "measured", "why", "study")


def scene(read):
    r = read("claims")
    rows = [[VERDICTS.index(row["verdict"]), *(row[key] for key in WORDS)] for row in r["claims"]]
    return finding(r), {"verdicts": VERDICTS, "claims": rows}


def finding(r):
    """Counts of the verdicts, and the share of what could be tested that holds."""
    tested = len(r["claims"]) - len(study.with_verdict(r, UNTESTED))
    share = len(study.with_verdict(r, HOLDS)) / max(1, tested)
    return (
        f"{study.answer(r)} What was tested holds as it was said in {share:.0%} of the cases, with "
        f"these recipes and within these budgets."
    )
