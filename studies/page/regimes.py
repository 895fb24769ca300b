"""A letter for ever, random nets by radius and input, and where training leads."""

from __future__ import annotations

from studies import page
from studies.memory.attractors import (
    EDGE,
    ENDS,
    FEW,
    FULL,
    KICK,
    KINDS,
    LONGEST,
    SAME,
    number,
    side,
)  # fmt: skip

PART = "Networks that remember"
TITLE = "Regimes and exponents"
QUESTION = "Does a repeated letter bring the net to rest, and is radius 1 the edge of chaos?"
ALT = (
    "Four pictures to choose from. The state of the net when one letter comes for ever: its way "
    "in a plane, and how far it is from where it was. Two near states of a random net of a chosen "
    "radius, which draw together or apart, with the largest Lyapunov exponent against the radius. "
    "A map of exponents by radius and strength of the input. Exponent and radius in training."
)
SOURCE = ("attractors", "player")
MAPS = ("text", "constant", "memory")


def band(found):
    return [found["mean"], *found["interval"]]


def of_random(of, strengths):
    """Of one kind of random net: [mean, low, high] by map, strength and radius; where chaos is."""
    curves = {
        name: [
            [[m, *i] for m, i in zip(one["mean"], one["interval"])]
            for one in (of["mean"][f"{name} {s}"] for s in strengths)
        ]
        for name in MAPS
    }
    begins = {
        name: [one and band(one) for one in (of["from"][f"{name} {s}"] for s in strengths)]
        for name in MAPS[:2]
    }
    return page.rounded({"curves": curves, "from": begins})


def edge(r, name):
    """From which radius on random nets are chaotic, with an interval."""
    found = r["random"]["orthogonal"]["from"][name]
    return number(found) if found else f"none up to {r['radii'][-1]:g}"


def scene(read):
    r, player = read("attractors"), read("player")
    start, end = r["training"][0], r["training"][-1]
    way = side(r["moved"]["exponent"], ("towards", "neither towards nor away from", "away from"))
    strongest = r["strengths"][-1]
    finding = (
        f"With one letter for ever {end['ends']['fixed']['mean']:.1%} of the trained net's letters "
        f"end in a fixed point and {end['ends']['chaos']['mean']:.0%} in chaos, untrained "
        f"{start['ends']['fixed']['mean']:.0%} and {start['ends']['chaos']['mean']:.0%}. Along "
        f"text its largest exponent is {number(end['exponent'])} nats a step, untrained "
        f"{start['exponent']['mean']:.2f}: training leads {way} the edge of chaos, while the "
        f"radius of W_hh goes from {start['radius']['mean']:.2f} to {end['radius']['mean']:.2f}. "
        f"Random orthogonal nets are chaotic from radius {edge(r, 'text 0.0')} on with no input "
        f"(the document: 1), from {edge(r, f'text {strongest}')} with inputs of strength "
        f"{strongest:g}."
    )
    training = [
        {
            "updates": at, "exponent": band(t["exponent"]), "radius": band(t["radius"]),
            "loss": t["loss"]["mean"], "a": t["a_fixed"]["mean"],
            "spiral": t["falls"]["spiral"] and t["falls"]["spiral"]["mean"],
            "ends": [t["ends"][e]["mean"] for e in ENDS],
        }
        for at, t in zip(r["at"], r["training"])
    ]  # fmt: skip
    strengths = [0.0, *r["strengths"]]
    return finding, {
        "seeds": r["seeds"], "seed": player["first_seed"], "stops": player["updates"],
        "radii": r["radii"], "strengths": strengths, "edge": EDGE, "same": SAME,
        "longest": LONGEST, "held": FULL.n_held, "few": FEW, "kick": KICK, "ends": list(ENDS),
        "random": {kind: of_random(r["random"][kind], strengths) for kind in KINDS},
        "training": page.rounded(training),
    }  # fmt: skip
