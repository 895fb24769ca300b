"""The net laid flat over time, and the gradient that goes back through it."""

from __future__ import annotations

import numpy as np

import chunker_very_deep_1200 as core
from studies import page
from studies.lab.streams import orthogonal_rnn

PART = "Networks that remember"
TITLE = "The unrolled net"
QUESTION = "What does a step far back learn from an error now?"
ALT = (
    "The same cell drawn once for each step, side by side, with the letter that it reads below "
    "and its loss above. Arrows go back from the loss through the cells; their width is the norm "
    "of the gradient at that step. A chart shows the same norms on a logarithmic axis."
)
SOURCE = ("seeds", "headline")
UNITS, SYMBOLS, TEXT, SEED = 8, " aceht", "the cat ate the cat ate th", 5
FEWEST, MOST = 4, 25  # steps; the document's chunk has 25


def net():
    """Eight units drawn from a seed, W_hh orthogonal: every eigenvalue has size 1."""
    return orthogonal_rnn(np.random.default_rng(SEED), UNITS, len(SYMBOLS))


def scene(read):
    seeds, headline = read("seeds"), read("headline")
    depth, steps = seeds["effective_depth_baseline"], seeds["T"] - 1
    finding = (
        f"In the headline task's trained baseline the gradient of the last loss reaches back "
        f"{depth['median']:g} of {steps:,} steps (median of {depth['n']} seeds, {depth['min']:g} "
        f"to {depth['max']:g}); further back it is below {core.CUTOFF:.0%} of what it is at the "
        f"last state. The chunker's has {headline['chunker_avg_surprises']:g} events to go back. "
        "The net has as many weights at any number of steps."
    )
    return finding, {
        "symbols": SYMBOLS, "text": TEXT, "units": UNITS, "fewest": FEWEST, "most": MOST,
        "cutoff": core.CUTOFF, "net": page.rounded(net().flat.tolist(), 6),
    }  # fmt: skip
