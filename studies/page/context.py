"""The same letter after two beginnings: what the net expects next, and what a table would."""

from __future__ import annotations

import numpy as np

import studies.page as page
from studies.lab import grammar, letters

PART = "Networks that remember"
TITLE = "Same letter, other prediction"
QUESTION = "The same letter was read twice: why does the net expect something else to follow?"
ALT = (
    "Bars of the probabilities of the 27 next letters, to the left after one beginning, to the "
    "right after another that ends in the same letter. Dashed outlines, the same on both sides, "
    "show what a table of the last letter expects."
)
SOURCE = ("letters", "player")
PAIRS = (  # both of a pair end in the same letter
    ("the bird eats the c", "the bird chases the c"),
    ("a man reads a b", "a man eats a b"),
    ("the boy sees a m", "the boy eats a m"),
    ("the woman breaks", "the woman thinks"),
    ("the", "a plate"),
)


def table(seed):
    """p of the letter after each letter, (27, 27), counted on the text that the net learnt."""
    every = np.arange(letters.N_SYMBOLS)
    asked = np.stack([every, every], axis=1).ravel()  # x_0, x_1 are a letter and itself, and so on
    return letters.table(letters.texts(seed)[0].symbols, 1)(asked)[::2]


def scene(read):
    r = read("letters")
    loss = {name: of["fixed"]["loss"]["mean"] for name, of in r["predictors"].items()}
    tables = {name: nats for name, nats in loss.items() if name.startswith("table ")}
    best = min(tables, key=tables.get)
    order, less = best.split()[1], tables[best] < loss["net"]
    said = "less than the net" if less else "more than the net"
    holds = "Its state holds what came before: on" if loss["net"] < loss["table 1"] else "On"
    return (
        f"{holds} held-out text the net pays {loss['net']:.2f} nats a letter, a table of the last "
        f"letter alone {loss['table 1']:.2f}. A table can remember too: the best, of the last "
        f"{order} letters, pays {loss[best]:.2f}, {said}; nobody gets below {loss['exact']:.2f} on "
        "average."
    ), {
        "pairs": PAIRS, "alphabet": grammar.LETTERS,
        "table": page.rounded(table(read("player")["first_seed"]).tolist(), 4),
    }  # fmt: skip
