"""The questions that the reproduction of the neural history compressor leaves open."""

STUDIES = (  # in reading order
    "seeds", "benchmark", "collapse", "lag20", "experiment2", "lossless", "when", "joint", "reach",
    "longer", "lengths", "controls", "signals", "noise", "rarity", "continuous", "decisive",
    "rivals", "counted", "hierarchy", "gate", "tables", "conventional", "online", "cost", "scale",
    "needed",
)  # fmt: skip
