"""The cell: what each part of it does to the state, each product of a step, one-hot, embedding."""

from __future__ import annotations

import numpy as np

import chunker_very_deep_1200 as core
from studies import page
from studies.lab import grammar, letters

PART = "Networks that remember"
TITLE = "The cell"
QUESTION = "What does a recurrent net compute when it reads one letter?"
ALT = (
    "Curves of the states of three units over twelve letters, for a cell that is built part by "
    "part: without recurrence, recurrence alone, with input, with tanh, with output. Below, tables "
    "with each product and sum of one step, and a letter as a one-hot vector and as a dense one."
)
SOURCE = ("letters",)
UNITS, SYMBOLS, TEXT, SEED = 3, " aceht", "the cat ate ", 179
WIDTH, WIDEST = 16, 32  # of an embedding: the document's, and the most that can be chosen


def net():
    """(net, rng): three units drawn from a seed, W_hh with spectral radius 1."""
    rng = np.random.default_rng(SEED)
    net = core.init_rnn(rng, UNITS, 0.8, len(SYMBOLS), len(SYMBOLS))
    net.b_h[...], net.b_y[...] = rng.normal(0, 0.2, UNITS), rng.normal(0, 0.2, len(SYMBOLS))
    net.W_hh[...] /= np.abs(np.linalg.eigvals(net.W_hh)).max()
    return net, rng


def scene(read):
    r = read("letters")
    symbols, all_of_them = r["symbols"]["here"], r["parameters"]["here"]
    one_hot = symbols * letters.HIDDEN
    dense = (symbols + letters.HIDDEN) * WIDTH
    relation = "fewer" if dense < one_hot else "more"
    finding = (
        f"A one-hot letter picks a row of W_xh: {letters.HIDDEN} learned numbers, which already "
        f"are an embedding. The document's net has {one_hot:,} such weights of {all_of_them:,}; "
        f"an embedding of {WIDTH} numbers adds {symbols * WIDTH} and leaves "
        f"{letters.HIDDEN * WIDTH:,} behind it, in all {dense:,}: {abs(one_hot - dense)} "
        f"{relation}, for the same {symbols} letters."
    )
    small, rng = net()
    return finding, {
        "symbols": SYMBOLS, "text": TEXT, "units": UNITS,
        "net": page.rounded(small.flat.tolist(), 6),
        "letters": grammar.LETTERS, "hidden": letters.HIDDEN, "width": WIDTH, "of": all_of_them,
        "embedding": page.rounded(rng.normal(size=(symbols, WIDEST)).tolist(), 2),
    }  # fmt: skip
