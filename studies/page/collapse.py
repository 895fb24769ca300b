"""The collapsed net's two attractors, live."""

from __future__ import annotations

import chunker_very_deep_1200 as core
import studies.page as page
from studies.lab.intervals import counted, percent

PART = "History compression"
TITLE = "Collapse"
QUESTION = "How does one net hold the trigger without the chunker, and what breaks its hold?"
ALT = (
    "The state of the collapsed net in a plane: two closed orbits under the filler, one after A "
    "and one after B, and the path of the state. Beside it the margin of its answer over the "
    "steps. Below, the share of random kicks after which the state comes back, by their length."
)
SOURCE = ("signals", "collapse")


def at(r, key, length):
    """The mean share of kicks of this length."""
    return r["latch"]["numbers"][key][r["kicks"].index(length)]["mean"]


def scene(read):
    r, collapse = read("signals"), read("collapse")
    latch, net = r["latch"], r["example"]["net"]
    drawn = collapse["teachers"]["C, T drawn"]["window_3"]
    control = collapse["summary"]["window_3"]["control_choice"]
    code = collapse["teachers"]["code"]["window_3"]["solved"]
    last = str(collapse["lengths"][-1])
    short, long = r["kicks"][2], r["kicks"][-1]
    finding = (
        f"Trained to predict the chunker's state too, {counted(latch['two_orbits'])} nets have two "
        f"orbits under the filler, and {counted(drawn['own_every'][last])} still choose right "
        f"after {int(last):,} steps (without that goal {percent(control)}, chance 50%; a one-hot "
        f"code of the trigger teaches it too, {counted(code)}). Of random kicks {short:g} times as "
        f"long as the orbits are apart {at(r, 'comes_back', short):.1%} come back, of those "
        f"{long:g} times as long {at(r, 'comes_back', long):.0%}; the other trigger, read in the "
        f"midst of the filler, leads to its own orbit after A and after B alike on "
        f"{counted(latch['overwritten'])}."
    )
    bands = {
        key: [[n["mean"], *n["interval"]] for n in latch["numbers"][key]]
        for key in ("comes_back", "goes_over")
    }
    return finding, {
        "hidden": net["hidden"], "flat": net["flat"], "centre": net["centre"], "axes": net["axes"],
        "share": page.rounded(net["share"]), "symbols": core.SYMBOLS, "T": r["T"],
        "lengths": r["kicks"], "kicks": page.rounded(bands), "seeds": latch["two_orbits"]["k"],
        "seed": r["example"]["seed"],
    }  # fmt: skip
