"""What a unit of the net of letters tells, and the path of the state in a plane."""

from __future__ import annotations

import functools

import numpy as np

import studies.page as page
from studies.lab import grammar, letters, states
from studies.memory import player
from studies.memory import units as study

PART = "Networks that remember"
TITLE = "A unit, and the path of the state"
QUESTION = "What does one unit tell, and which way does the state go through a word?"
ALT = (
    "Over each letter of a text a bar from minus 1 to 1: the activity of one of 64 units, chosen "
    "by the reader. Below, the same states as points in the plane of their first two principal "
    "components, joined in the order of the letters; the chosen letter's word stands out."
)
SOURCE = ("units", "player")
STOPS = {"trained": -1, "untrained": 0}  # of the study `player`
FAR = 4500  # letters between two states that stand for two at random


@functools.cache
def of_net(weights, seed):
    """The plane of a net's states, how far they spread in it, what each unit tells of each label.

    As in the study, the plane is fitted and the best units are chosen on the first half of the
    held-out text; what units tell is measured on the second.
    """
    text = letters.texts(seed)[1]
    h = letters.predicted(player.decoded(weights), text.symbols)[1]
    first, second = states.halves(len(h))
    plane = states.plane_of(h[first])
    largest = np.abs(plane.axes).argmax(axis=0)
    axes = plane.axes * np.sign(plane.axes[largest, [0, 1]])  # an axis may point either way
    points = (h - plane.centre) @ axes
    labels, bins = study.labels_of(text), states.equal_width(h)
    random = {
        name: states.distance(of[FAR:], of[:-FAR]) for name, of in (("plane", points), ("space", h))
    }  # fmt: skip
    return {
        **page.rounded({"centre": plane.centre.tolist(), "axes": axes.T.tolist()}, 6),
        **page.rounded({
            "share": plane.share, "random": random,
            "extent": [[points[:, k].min(), points[:, k].max()] for k in (0, 1)],
            "tells": {
                name: states.told(bins[second], of[second]).tolist() for name, of in labels.items()
            },
        }),
        "best": {name: states.best_unit(bins, of)[0] for name, of in labels.items()},
    }  # fmt: skip


def scene(read):
    r, drawn = read("units"), read("player")
    seed = drawn["first_seed"]
    nets = {name: of_net(drawn["drawn"][at]["weights"], seed) for name, at in STOPS.items()}
    return finding(r), {
        "seed": seed, "labels": study.LABELS, "vowels": "aeiou", "nets": nets,
        "text": r["example"]["letters"].rsplit(grammar.LETTERS[grammar.SPACE], 1)[0],
    }  # fmt: skip


def listed(values):
    *most, last = (f"{v:.1%}" if 0.995 <= v < 1 else f"{v:.0%}" for v in values)
    return f"{', '.join(most)} and {last}"


def finding(r):
    """What the best unit tells and its rivals do, then steps with their control."""

    def told(what, net="trained", labels=study.LABELS):
        return listed([study.tells(r, label, what, net) for label in labels])

    def steps(where, net="trained"):
        within, after = (
            study.path(r, where, key, net=net)["mean"] for key in ("within", "from_space")
        )
        return after, within

    chance = max(study.tells(r, label, "by_chance") for label in study.LABELS)
    beaten = study.more(r, "trained letter", "trained tells", study.OF_MORE)
    than = {len(study.OF_MORE): "more than that unit", 0: "no more than that unit"}.get(
        len(beaten), f"more than that unit only of {study.named(beaten)}"
    )
    after, within = steps("plane")
    return (
        f"Of the entropy of space, vowel, place in the word, and noun or verb, the best of "
        f"{r['hidden']} units tells {told('tells')}, untrained {told('tells', 'untrained')} "
        f"(labels shifted along the text at most {chance:.1%}); a linear read-out of all units "
        f"tells {told('read_out')}, untrained {told('read_out', 'untrained')}, and the letter just "
        f"read {told('letter', labels=study.OF_MORE)} of the last two, {than}. In the plane, with "
        f"{study.path(r, 'share')['mean']:.0%} of the variance, a step from a space is "
        f"{after:.2f} of the distance of two states at random and one within a word {within:.2f}, "
        "untrained {:.2f} and {:.2f}; in all units {:.2f} and {:.2f}.".format(
            *steps("plane", "untrained"), *steps("space")
        )
    )
