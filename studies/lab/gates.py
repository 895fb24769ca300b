"""Thresholds on A's losses: from labelled losses, or from how losses are distributed."""

from __future__ import annotations

import numpy as np
from scipy.special import expit


# ==== Thresholds from losses (T - 1, N) in nats, the last row the targets =========================
def best_split(loss):
    """The threshold that tells targets from filler with the largest balanced accuracy.

    In the middle of the gap between the two losses that it separates.
    """
    values = np.unique(loss)
    middles = (values[:-1] + values[1:]) / 2 if len(values) > 1 else values
    filler, target = np.sort(loss[:-1], axis=None), np.sort(loss[-1])
    below = np.searchsorted(filler, middles, side="right") / filler.size
    above = 1 - np.searchsorted(target, middles, side="right") / target.size
    best = np.flatnonzero(np.isclose(below + above, (below + above).max(), rtol=0, atol=1e-12))
    return float(middles[best[len(best) // 2]])


def otsu(loss):
    """Otsu (1979): maximal variance between the two classes, on the exact values."""
    values = np.sort(loss, axis=None)
    n = np.arange(1, len(values))
    below, total = np.cumsum(values)[:-1], values.sum()
    w = n / len(values)
    between = w * (1 - w) * (below / n - (total - below) / (len(values) - n)) ** 2
    i = between.argmax()
    return float((values[i] + values[i + 1]) / 2)


def mixture(loss, n_rounds=500):
    """EM for two Gaussians on log losses; the loss from which on the upper is more probable.

    Starts from the halves below and above Otsu's threshold of the log losses.
    """
    x = np.log(np.maximum(loss.ravel(), np.finfo(float).tiny))
    upper = (x > otsu(x)).astype(float)
    for _ in range(n_rounds):
        if not 0 < upper.sum() < len(x):  # one class is empty: nothing stands out
            return float("inf")
        r = np.stack([1 - upper, upper])
        weight = r.sum(axis=1)
        centre = r.dot(x) / weight
        # a spread below a thousandth would be a point, not a class
        spread = np.sqrt((r * (x - centre[:, None]) ** 2).sum(axis=1) / weight) + 1e-3
        odds = log_odds(x, weight, centre, spread)
        before, upper = upper, expit(odds)
        if np.abs(upper - before).max() < 1e-6:
            break
    grid = np.linspace(centre[0], max(x.max(), centre[1]), 4001)
    above = grid[log_odds(grid, weight, centre, spread) > 0]
    return float(np.exp(above[0])) if len(above) else float("inf")


def log_odds(x, weight, centre, spread):
    """log of how much more probable the upper of two Gaussians is."""
    lower, upper = (
        np.log(w / s) - 0.5 * ((x - c) / s) ** 2 for w, c, s in zip(weight, centre, spread)
    )
    return upper - lower
