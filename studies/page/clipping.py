"""Clipping: a gradient of two numbers, shortened by its norm or entry by entry."""

from __future__ import annotations

from studies import page
from studies.lab import letters

PART = "Networks that remember"
TITLE = "Clipping"
QUESTION = "What does clipping do to a gradient that is too long?"
ALT = (
    "A plane with a gradient of two numbers as an arrow to drag, a circle and a square of the "
    "threshold's size, and the two clipped arrows: by norm in the same direction, by entries in "
    "another one. Below, the norms of the letter net's gradients through training, with the "
    "threshold."
)
SOURCE = ("letters",)


def scene(read):
    r = read("letters")
    p, by_mean = r["progress"], r["clipped_by_the_mean"]
    low, high = by_mean["less"]["interval"]
    same = low <= 0 <= high
    nearer = f"{abs(by_mean['less']['mean']):.3f} {'nearer' if low > 0 else 'farther'}"
    finding = (
        f"Clipped at norm {letters.LONGEST:g}, {p['clipped']['mean']:.1%} of the letter net's "
        f"updates are shortened (median norm {p['norms'][0][1]:.0f} in the first "
        f"{r['updates'][1]:,} updates, {p['norms'][-1][1]:.0f} in the last ones), as its loss is "
        f"the sum over {letters.CHUNK} letters; of their mean {p['clipped_if_mean']['mean']:.2%} "
        f"would be. With the mean clipped the net ends {by_mean['above']['mean']:.3f} nats a "
        f"letter above the exact predictor, with the sum "
        f"{r['predictors']['net']['fixed']['above']['mean']:.3f}: "
        f"{'no clear difference' if same else nearer}."
    )
    return finding, {
        "threshold": letters.LONGEST, "chunk": letters.CHUNK, "updates": r["updates"],
        "seeds": r["seeds"],
        "norms": page.rounded(p["norms"]),
        "largest": page.rounded([at["mean"] for at in p["largest"]]),
    }  # fmt: skip
