"""One system on one task: on how many seeds it is solved, and what that takes.

A study that several systems run keeps {system: cell} under the key "cells"; the table
of systems and tasks in the README is made of them.
"""

from __future__ import annotations

import numpy as np

from .intervals import proportion

SYSTEMS = {  # and whether their training sequences are as long as the task's or chosen
    "table + C": ("given",),
    "plain RNN": ("given", "chosen"),
    "LSTM": ("given", "chosen"),
    "A + C": ("given", "chosen"),
    "collapsed": ("given", "chosen"),
}


def key(system, lengths="given"):
    """The name of a cell, such as "A + C, chosen"."""
    if lengths not in SYSTEMS[system]:
        raise KeyError(f"{system} has no lengths {lengths}")
    return f"{system}, {lengths}"


def cell(multiply_adds, budget):
    """From the multiply-adds until solved of each seed, None where it was not; the budget's too."""
    solved = [m for m in multiply_adds if m is not None]
    return {
        "solved": proportion([m is not None for m in multiply_adds]),
        "multiply_adds": float(np.median(solved)) if solved else None,
        "budget": float(budget),
    }
