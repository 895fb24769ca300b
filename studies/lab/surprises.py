"""What the loss at each letter of a text tells: where words begin, and what goes up."""

from __future__ import annotations

import numpy as np
import scipy

from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT

THRESHOLDS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)  # nats


def onsets(text):
    """Which of x_1 .. x_n of a `grammar.Text` begin a word, (n,)."""
    return text.place[1:] == 0


# ==== Two kinds of letters told apart by a score ==================================================
def area(score, flags):
    """Area under the ROC curve: P(a flagged score is the higher), ties counted as half."""
    n, ranks = int(flags.sum()), scipy.stats.rankdata(score)
    return float((ranks[flags].sum() - n * (n + 1) / 2) / (n * (len(flags) - n)))


def f1(chosen, flags):
    """Harmonic mean of precision and recall; 0 when nothing chosen is flagged."""
    return float(2 * (chosen & flags).sum() / (chosen.sum() + flags.sum()))


def best_threshold(score, flags):
    """(f1, threshold): the highest `f1` of `score > threshold`, over every threshold."""
    order = np.argsort(-score, kind="stable")
    found = np.cumsum(flags[order])
    of_each = 2 * found / (np.arange(1, len(score) + 1) + flags.sum())
    ordered = score[order]
    last_of_tie = np.append(ordered[1:] < ordered[:-1], True)
    at = int(np.where(last_of_tie, of_each, -1.0).argmax())
    below = ordered[at + 1] if at + 1 < len(score) else ordered[at] - 1
    return float(of_each[at]), float((ordered[at] + below) / 2)


# ==== What goes up ================================================================================
def passed(flags, begins):
    """k, a letter's share of going up, and of what goes up the share that begins a word.

    That share is None when nothing goes up.
    """
    return {
        "k": float(flags.mean()),
        "onsets": float(begins[flags].mean()) if flags.any() else None,
        "found": float(flags[begins].mean()) if begins.any() else None,
    }


def against_threshold(loss, begins):
    """`passed` for what costs more than each of `THRESHOLDS`."""
    return [passed(loss > threshold, begins) for threshold in THRESHOLDS]


# ==== A stretch of text with its loss =============================================================
def shown(letter):
    """A letter as it stands below an axis."""
    named = {" ": "␣", "\n": "⏎"}
    return named.get(letter, letter if letter.isprintable() else "·")


def draw_stretch(ax, letters, loss, begins, other=None, up=None):
    """Loss over the letters; those that begin a word are marked, what goes up is lit.

    `loss` and `other`, of a second predictor, are (n,); `begins` and `up` are flags (n,).
    """
    at = np.arange(len(letters))
    for x in at[np.asarray(begins, bool)]:
        ax.axvline(x, color=BASELINE, lw=5, alpha=0.16)
    if other is not None:
        ax.plot(at, other, color=FAINT, lw=1.2, ls="--", label="exact predictor")
    ax.plot(at, loss, color=AUTOMATIZER, lw=1.5, marker=".", ms=4, label="net")
    if up is not None:
        lit = np.asarray(up, bool)
        ax.plot(
            at[lit], np.asarray(loss)[lit], "o", color=CHUNKER, ms=7, label="mispredicted: goes up"
        )
    ax.set_xticks(at, map(shown, letters), fontfamily="monospace", fontsize=9)
    for label, first in zip(ax.get_xticklabels(), begins):
        if first:
            label.set(color=BASELINE, fontweight="bold")
    ax.tick_params(axis="x", length=0, pad=2)
    ax.grid(visible=False, axis="x")
    ax.set(xlim=(-0.8, len(letters) - 0.2), ylabel="loss, nats")
    ax.set_ylim(bottom=0)


def draw_thresholds(ax, rows, mispredicted):
    """k against the threshold, and of what goes up the share that begins a word.

    `rows` are `against_threshold`'s, `mispredicted` is `passed` of what was not foreseen.
    """
    up = [row["k"] for row in rows]
    share = [np.nan if row["onsets"] is None else row["onsets"] for row in rows]
    ax.plot(THRESHOLDS, up, color=AUTOMATIZER, marker="o", ms=4, label="k: share that goes up")
    ax.plot(THRESHOLDS, share, color=BASELINE, marker="s", ms=4, label="of it, first letters")
    for value, colour in ((mispredicted["k"], AUTOMATIZER), (mispredicted["onsets"], BASELINE)):
        if value is not None:
            ax.axhline(value, color=colour, ls=":", lw=1.2)
            ax.text(6.1, value, f" {value:.0%}", color=colour, va="center", fontsize=9)
    ax.set(
        xlabel="threshold on the loss, nats (dotted: misprediction)",
        ylim=(-0.03, 1.06),
        xlim=(-0.1, 6.1),
    )
    ax.legend(loc="best", fontsize=9)
