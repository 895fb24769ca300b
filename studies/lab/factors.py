"""Means with their intervals, and factors that are held as log10, in words."""

from __future__ import annotations


def number(one, digits=2):
    """A mean with its interval."""
    low, high = one["interval"]
    return f"{one['mean']:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def plain(x):
    """A positive number in two digits, with a power of ten when it is very large or small."""
    return f"{x:.1e}" if x >= 1e5 or x < 1e-3 else f"{x:,.0f}" if x >= 100 else f"{x:.2g}"


def unlogged(mean_log, interval):
    """A geometric mean, with its interval, from log10."""
    low, high = interval
    return f"{plain(10**mean_log)} ({plain(10**low)} to {plain(10**high)})"


def times(one):
    """A factor from its log10, by which the first place's gradient is smaller, or larger."""
    low, high = sorted(abs(x) for x in one["interval"])
    side = "smaller" if one["mean"] > 0 else "larger"
    clear = one["interval"][0] * one["interval"][1] > 0
    said = f"{plain(10 ** abs(one['mean']))} times {side}"
    return f"{said} ({plain(10**low)} to {plain(10**high)})" if clear else f"{said} (not clear)"


def side(one, limit):
    """1, -1 or 0: a mean is above a limit, below, or neither, by its interval."""
    low, high = one["interval"]
    return 1 if low > limit else -1 if high < limit else 0
