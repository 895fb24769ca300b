"""How much of the gradient is left on its way back from the recall target."""

from __future__ import annotations

import numpy as np

import studies.page as page
from studies.lab.intervals import percent

PART = "History compression"
TITLE = "The gradient going back"
QUESTION = "How much of the error signal is left so many steps before the target?"
ALT = (
    "Curves of the share of the error signal that is left against the distance from the recall "
    "target, both on logarithmic axes, for the baseline, an LSTM, the chunker and the collapsed "
    "net. A dashed line marks 1%. A table gives each share at the chosen distance."
)
SOURCE = ("headline", "signals")
NETS = {  # what the study calls it: (name, colour, dash)
    "baseline": ("baseline", "baseline", None),
    "LSTM": ("LSTM, its cell", "other", None),
    "LSTM, output": ("LSTM, its output", "other", "6 4"),
    "C": ("chunker C, between events", "chunker", None),
    "collapsed": ("collapsed net", "automatizer", "2 3"),
}
CURVES = ("median", "low", "high")


def steps(number):
    return f"{number:,.5g} step{'' if number == 1 else 's'}"


def of_net(key, of, choice):
    """One net's curves, trained and not, and where 1% is left."""
    name, colour, dash = NETS[key]
    drawn = {
        when: {
            **page.rounded({key: net[key] for key in CURVES}, 3),
            "reach": [net["reach"][key] for key in CURVES],
        }
        for when, net in of.items()
    }
    return {"name": name, "colour": colour, "dash": dash, "choice": choice["mean"], **drawn}


def scene(read):
    r, headline = read("signals"), read("headline")
    nets, choice = r["nets"], r["choice"]
    norms = np.array(headline["baseline_grad_norms"])
    distances = [d for d in r["distances"] if d <= len(norms)]
    left = (norms[::-1] / norms[-1])[np.array(distances) - 1].tolist()
    reach = {key: net["trained"]["reach"]["median"] for key, net in nets.items()}
    untrained = nets["LSTM"]["start"]["reach"]["median"]
    finding = (
        f"Of the signal at the last state {r['cutoff']:.0%} is left {steps(reach['baseline'])} "
        f"back in the baseline (median of {r['n_seeds']} seeds; "
        f"{headline['effective_depth_baseline']} in the headline run), {steps(reach['LSTM'])} in "
        f"an LSTM's cell ({untrained:,.5g} before it has learnt anything), "
        f"{steps(reach['collapsed'])} in the collapsed net; the chunker holds its state between "
        f"its {headline['effective_depth_chunker']:g} events. A signal is not an answer: the "
        f"collapsed net chooses right {percent(choice['collapsed'])} of the time, the baseline "
        f"{percent(choice['baseline'])} (chance 50%)."
    )
    return finding, {
        "distances": r["distances"], "cutoff": r["cutoff"], "seeds": r["n_seeds"],
        "nets": [of_net(key, nets[key], choice[key]) for key in NETS],
        "headline": page.rounded(left, 3),
    }  # fmt: skip
