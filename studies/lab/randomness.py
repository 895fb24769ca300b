"""Streams of random numbers by name, so that no two runs of a study draw the same by accident."""

from __future__ import annotations

import zlib

import numpy as np

# Names of the first thirteen studies, whose numbers were drawn before streams had names: (what
# stands beside the seed, spawn key); None: what tells its kinds apart stands beside the seed.
# (So `reconstruction` and guessing with 2 units are one stream, in studies that share no number.)
NUMBERED = {
    "collapse": ((), (1,)),
    "reconstruction": ((2,), ()),
    "clock": ((), (3,)),
    "lstm": ((), (4,)),
    "lag20": ((), (5,)),
    "lag20 frozen": ((6,), ()),
    "hierarchy": ((), (8,)),
    "gate": ((), (9,)),
    "online": ((), (10,)),
    "cost": ((), (11,)),
    "reach": None,
    "guessing": None,
}


def sequence(name, seed, *which):
    """The `SeedSequence` of this name and seed; `which`, whole numbers, tell its kinds apart.

    A name that is not `NUMBERED` stands for itself, through its checksum.
    """
    if name in NUMBERED:
        more, key = ((), ()) if NUMBERED[name] is None else NUMBERED[name]
        if NUMBERED[name] is None:
            more, which = which, ()
        return np.random.SeedSequence([seed, *more] if more else seed, spawn_key=(*key, *which))
    return np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()), *which))


def generators(name, seed, parts, *which):
    """A `numpy.random.Generator` for each of `parts`, in this order; append only."""
    children = sequence(name, seed, *which).spawn(len(parts))
    return {part: np.random.default_rng(child) for part, child in zip(parts, children)}
