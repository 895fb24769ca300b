"""W_hh's eigenvalues through training, and what the gradients do meanwhile."""

from __future__ import annotations

from studies import page
from studies.lab.factors import side

PART = "Networks that remember"
TITLE = "Eigenvalues through training"
QUESTION = "Where do the eigenvalues of W_hh go, and do the gradients follow?"
ALT = (
    "The eigenvalues of W_hh as points on the complex plane with the unit circle, at a chosen time "
    "of training. Beside it, the factor by which gradients change in a step against the largest "
    "absolute eigenvalue: of the net in training, of untrained nets of several radii, and a line "
    "where both are equal."
)
SOURCE = ("jacobians",)
WORDS = {1: "grow", 0: "neither grow nor shrink", -1: "shrink"}


def scene(read):
    r = read("jacobians")
    first, end = (r["snapshots"][str(n)] for n in (0, r["updates"]))
    radius, rate = end["radius"], end["rates"]["norm"]
    still = "still " if side(rate, 1) < 0 else ""
    low, high = radius["interval"]
    finding = (
        f"At first all {r['hidden']} eigenvalues lie on the unit circle (farthest off: "
        f"{first['off_circle']['max']:.0e}). After {r['updates']:,} updates "
        f"{end['outside']['mean']:.0%} lie outside, and the largest is {radius['mean']:.1f} "
        f"({low:.1f} to {high:.1f}, {r['seeds']} seeds); gradients {still}"
        f"{WORDS[side(rate, 1)]} by a factor of {rate['mean']:.2f} a step, at first "
        f"{first['rates']['norm']['mean']:.2f}. Between them stands 1 - h^2: "
        f"{end['tanh']['mean']['mean']:.2f} on average, at first "
        f"{first['tanh']['mean']['mean']:.2f}."
    )
    snapshots = [
        {
            "updates": n, "points": r["eigenvalues"][str(n)],
            "radius": one["radius"]["mean"], "outside": one["outside"]["mean"],
            "rate": one["rates"]["norm"]["mean"], "slope": one["tanh"]["mean"]["mean"],
        }
        for n, one in ((n, r["snapshots"][str(n)]) for n in r["at"])
    ]  # fmt: skip
    radii = [
        [float(rho), one["near_zero"]["mean"], one["text"]["mean"]]
        for rho, one in r["radii"].items()
    ]
    return finding, {
        "seed": r["first_seed"], "seeds": r["seeds"], "hidden": r["hidden"],
        "snapshots": page.rounded(snapshots, 5), "radii": page.rounded(radii, 5),
    }  # fmt: skip
