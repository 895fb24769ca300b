"""Numbers of several seeds, in one tree of means with their intervals."""

from __future__ import annotations

from .intervals import mean


def together(found):
    """Of what all seeds found alike in form: means with intervals, and the first one's text."""
    first = found[0]
    if isinstance(first, dict):
        return {key: together([one[key] for one in found]) for key in first}
    if isinstance(first, list):
        means = [mean(at) for at in zip(*found)]
        return {key: [one[key] for one in means] for key in ("mean", "interval")}
    return first if isinstance(first, str) else mean(found)
