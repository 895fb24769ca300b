"""How fast the product of the steps' Jacobians shrinks, against what the radius of W_hh says."""

from __future__ import annotations

from studies import page
from studies.lab.factors import side
from studies.lab.gradients import LAGS
from studies.memory.jacobians import POWERS

PART = "Networks that remember"
TITLE = "Product of Jacobians"
QUESTION = "What is left of a gradient so many steps back, and does the radius of W_hh tell?"
ALT = (
    "Curves of the norm of dh_t/dh_k against the distance t - k, measured on the letter net at a "
    "time of its training, and of rho to the power of the distance; upper limits of the norm can "
    "be drawn beside them. A table gives each at the chosen distance."
)
SOURCE = ("jacobians",)
CONTROL = "1.1"  # radius of the control
FURTHER = (75, 100)  # distances that were not measured: the document speaks of 100
SAID = {"0.95^25": (0.95, 25), "0.95^100": (0.95, 100), "0.9^25": (0.9, 25), "1.1^25": (1.1, 25)}
LIMITS = ("steps", "bound", "powers")
WORDS = {1: "grows by", 0: "keeps", -1: "falls by"}


def moves(rate):
    """What a norm does in a step, in words."""
    return f"{WORDS[side(rate, 1)]} a factor of {rate['mean']:.2f} a step"


def scene(read):
    r = read("jacobians")
    end, control = r["snapshots"][str(r["updates"])], r["radii"][CONTROL]
    radius, rate = end["radius"], end["rates"]["norm"]
    same = radius["interval"][0] <= rate["mean"] <= radius["interval"][1]
    finding = (
        f"After {r['updates']:,} updates the radius of W_hh is {radius['mean']:.1f} (mean of "
        f"{r['seeds']} seeds), and the norm of dh_t/dh_k {moves(rate)}: the radius "
        f"{'is' if same else 'is not'} the rate. Control, untrained with all of W_hh's eigenvalues "
        f"at {CONTROL}: near h = 0, where tanh is linear, it {moves(control['near_zero'])}, on the "
        f"text it {moves(control['text'])}."
    )
    snapshots = {}
    for n in r["at"]:
        one = r["snapshots"][str(n)]
        norm = one["curves"]["norm"]
        snapshots[str(n)] = {
            "radius": one["radius"]["mean"], "low": [low for low, _ in norm["interval"]],
            "high": [high for _, high in norm["interval"]],
            "curves": {name: one["curves"][name]["mean"] for name in ("norm", *LIMITS)},
            "rates": {name: one["rates"][name]["mean"] for name in ("norm", *LIMITS)},
        }  # fmt: skip
    examples = [
        {"name": name, "rho": rho, "distance": d, "said": POWERS[name], "is": r["powers"][name]}
        for name, (rho, d) in SAID.items()
    ]
    return finding, {
        "lags": [*LAGS, *FURTHER], "measured": LAGS[-1], "at": r["at"], "seeds": r["seeds"],
        "snapshots": page.rounded(snapshots, 6), "examples": page.rounded(examples, 6),
    }  # fmt: skip
