"""What is said of a claim of a document, after what was measured."""

from __future__ import annotations

HOLDS, IN_PART, NOT = "holds", "holds in part", "does not hold"
UNTESTED = "can't be tested"
VERDICTS = (HOLDS, IN_PART, NOT, UNTESTED)


def verdict(whole, part=False):
    """`HOLDS` where the whole claim is true, `IN_PART` where a part of it is, `NOT` otherwise."""
    return HOLDS if whole else IN_PART if part else NOT


def of_parts(*parts):
    """The verdict on a claim of several parts, each of them true or not."""
    return verdict(all(parts), any(parts))


def within(interval, number):
    """Whether the 95% interval of a proportion or a mean holds a document's number."""
    low, high = interval["interval"]
    return low <= number <= high


def clearly_above(one, other):
    """Whether the 95% interval of a proportion or a mean is wholly above another's."""
    return one["interval"][0] > other["interval"][1]
