"""What states tell of labels, and the plane that they lie in.

Labels are whole numbers (n,), -1 where there is none. What is chosen or fitted is so on the first
half of a text, and measured on the second.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

N_BINS = 8


def halves(n):
    return slice(0, n // 2), slice(n // 2, n)


# ==== What a unit tells, or all of them ===========================================================
def equal_width(activity):
    """The bins of each unit's activity, (n, units), between the extremes of the first half."""
    first, _ = halves(len(activity))
    low, high = activity[first].min(axis=0), activity[first].max(axis=0)
    return np.clip((activity - low) / (high - low) * N_BINS, 0, N_BINS - 1).astype(int)


def equal_numbers(activity):
    """Bins with as many letters of the first half each."""
    first, _ = halves(len(activity))
    edges = np.quantile(activity[first], np.arange(1, N_BINS) / N_BINS, axis=0)
    return np.stack([np.searchsorted(e, a) for e, a in zip(edges.T, activity.T)], axis=1)


def told(bins, labels):
    """I(bin; label) / H(label) of each unit, from bins (n, units) and labels (n,)."""
    kept = labels >= 0
    n_labels, units = labels.max(initial=0) + 1, np.arange(bins.shape[1])
    counts = np.zeros((bins.max(initial=0) + 1, len(units), n_labels))
    np.add.at(counts, (bins[kept], units, labels[kept][:, None]), 1.0)
    p = counts / max(1, kept.sum())
    entropy = scipy.special.entr(p.sum(axis=0)).sum(axis=-1)
    joint = scipy.special.entr(p).sum(axis=(0, 2))
    mutual = scipy.special.entr(p.sum(axis=2)).sum(axis=0) + entropy - joint
    return np.divide(mutual, entropy, where=entropy > 0, out=np.zeros_like(mutual))


def best_unit(bins, labels):
    """The unit that tells most in the first half, and what it tells in the second."""
    first, second = halves(len(labels))
    unit = int(told(bins[first], labels[first]).argmax())
    return unit, float(told(bins[second][:, [unit]], labels[second])[0])


def by_chance(rng, bins, labels, n_shifts):
    """The most that a best unit tells of labels shifted along the text, in so many choices."""
    shifts = rng.integers(len(labels) // 10, len(labels) - len(labels) // 10, n_shifts)
    return max(best_unit(bins, np.roll(labels, shift))[1] for shift in shifts)


def read_out(states, labels):
    """What the answer of a linear read-out, fitted to the first half, tells in the second."""
    first, second = halves(len(labels))
    X = np.column_stack([states, np.ones(len(states))])
    kept = labels[first] >= 0
    goal = np.eye(labels.max() + 1)[labels[first][kept]]
    W = scipy.linalg.lstsq(X[first][kept], goal)[0]
    return float(told((X[second] @ W).argmax(axis=1)[:, None], labels[second])[0])


# ==== The plane, and classes in it ================================================================
class Plane(NamedTuple):
    centre: np.ndarray  # (H,)
    axes: np.ndarray  # (H, 2)
    share: float  # of the variance


def plane_of(states):
    """The first two principal components of states, (n, H)."""
    centre = states.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov((states - centre).T))
    return Plane(centre, axes[:, :-3:-1], float(variances[-2:].sum() / variances.sum()))


def distance(a, b):
    return float(np.linalg.norm(a - b, axis=1).mean())


def balanced(answer, labels):
    """Share right of each label, averaged over labels."""
    return float(np.mean([(answer[labels == k] == k).mean() for k in np.unique(labels)]))


def nearest(points, labels):
    """`balanced` of the second half, told by the nearest class mean of the first half."""
    first, second = halves(len(labels))
    known = np.unique(labels[first])
    means = np.stack([points[first][labels[first] == k].mean(axis=0) for k in known])
    answer = known[scipy.spatial.distance.cdist(points[second], means).argmin(axis=1)]
    return balanced(answer, labels[second])


def by_letter(symbols, labels):
    """`balanced` of the second half, told by the letter: the label whose letters it most is of."""
    first, second = halves(len(labels))
    counts = np.zeros((symbols.max() + 1, labels.max() + 1))
    np.add.at(counts, (symbols[first], labels[first]), 1.0)
    shares = counts / np.maximum(1, counts.sum(axis=0))
    return balanced(shares.argmax(axis=1)[symbols[second]], labels[second])
