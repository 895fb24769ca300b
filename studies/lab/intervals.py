"""Proportions and means over runs, with their 95% intervals."""

from __future__ import annotations

import numpy as np
import scipy


def proportion(successes):
    """Share of runs that succeeded, with its 95% interval (Clopper and Pearson, exact)."""
    n, k = len(successes), int(np.sum(successes))
    interval = scipy.stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    return {"k": k, "n": n, "share": k / n, "interval": [interval.low, interval.high]}


def mean(values):
    """Mean with its 95% interval (Student's t), and the extremes."""
    values = np.asarray(values, float)
    half = (
        scipy.stats.sem(values) * scipy.stats.t.ppf(0.975, len(values) - 1)
        if np.ptp(values)
        else 0.0
    )
    centre = float(values.mean())
    return {
        "n": len(values),
        "mean": centre,
        "interval": [centre - float(half), centre + float(half)],
        "median": float(np.median(values)),
        "min": float(values.min()),
        "max": float(values.max()),
    }


def percent(interval):
    """A proportion or a mean with its interval; a mean that is the same on every seed has none."""
    centre, (low, high) = interval.get("share", interval.get("mean")), interval["interval"]
    return f"{centre:.1%}" if low == high else f"{centre:.1%} ({low:.1%} to {high:.1%})"


def percent_of_shares(interval):
    """`percent` of a mean of shares: near 0 or 1 its interval reaches beyond them."""
    return percent({**interval, "interval": [min(1.0, max(0.0, x)) for x in interval["interval"]]})


def counted(proportion):
    """A proportion as k/n."""
    return f"{proportion['k']}/{proportion['n']}"


def quantiles(values):
    """5%, 50% and 95% of an array; None of an empty one."""
    return np.quantile(values, [0.05, 0.5, 0.95]).tolist() if values.size else None


def mean_quantiles(of_runs):
    """`quantiles`, averaged over the runs that have them."""
    of_runs = [q for q in of_runs if q]
    return np.mean(of_runs, axis=0).tolist() if of_runs else None
