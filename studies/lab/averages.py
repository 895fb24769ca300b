"""Numbers of several seeds, in trees of means with their intervals."""

from __future__ import annotations

from .intervals import mean


def means(found):
    """Of what all seeds found alike in form, however deep; over the seeds that have a number."""
    first = found[0]
    if isinstance(first, dict):
        return {key: means([one[key] for one in found]) for key in first}
    if isinstance(first, list):
        return [means(list(at)) for at in zip(*found)]
    held = [number for number in found if number is not None]
    return mean(held) if held else None


def together(found):
    """As `means`, but of a list the means and the intervals as lists, and of texts the first."""
    first = found[0]
    if isinstance(first, dict):
        return {key: together([one[key] for one in found]) for key in first}
    if isinstance(first, list):
        means = [mean(at) for at in zip(*found)]
        return {key: [one[key] for one in means] for key in ("mean", "interval")}
    return first if isinstance(first, str) else mean(found)
