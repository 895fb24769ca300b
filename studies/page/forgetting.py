"""How many letters ago the state can still tell, by what a net has learnt and by its size."""

from __future__ import annotations

from studies import page
from studies.lab.remembering import ENOUGH, INPUTS, MARGIN
from studies.memory.forgetting import KINDS, NAMED, OUR, SAID, TABLES, TIMES, horizon, number, of

PART = "Networks that remember"
TITLE = "The forgetting curve"
QUESTION = "How many letters ago can the state still tell, and what do more units change?"
ALT = (
    "The accuracy of a read-out of the state that names the letter seen some steps ago, against "
    "those steps: of nets of a chosen size that learnt to predict, to remember, or nothing, with "
    "chance and the document's two points. Below, where each falls below 80% against the size."
)
SOURCE = ("forgetting",)
HORIZONS = ("below", "near")


def curve(one):
    """Mean and half its interval in thousandths, (lags,) each."""
    return [[round(1000 * v) for v in one[key]] for key in ("mean", "half")]


def of_net(found):
    """One kind and size on one input: curve, horizons with their intervals and words."""
    marks = {key: [found[key]["mean"], *found[key]["interval"]] for key in HORIZONS}
    return {
        "curve": curve(found["curve"]), **page.rounded(marks),
        "said": {key: horizon(found, key) for key in HORIZONS},
    }  # fmt: skip


def by_size(r):
    """What size does to the horizon, of nets where nothing else differs and of those trained."""
    most = r["sizes"][-1]
    times = r["growth"]["untrained"][INPUTS[1]][str(most)]["times"]
    trained = r["growth"][KINDS[0]]["text"][str(most)]["times"]
    said, units = TIMES[1] / TIMES[0], most / int(OUR)
    low, high = times["interval"]
    than = "more than" if low > said else "less than" if high < said else "about"
    return (
        f"With {units:g} times the units {ENOUGH:.0%} ends {number(trained)} times as far back on "
        f"text after learning to predict, and {number(times)} times on random letters untrained, "
        f"{than} the {said:.1f} times that the document says."
    )


def order(r):
    """The predicting net beside an untrained one, and beside a table that has no state."""
    net, start = (of(r, kind)["below"] for kind in KINDS[:2])
    less = net["interval"][1] < start["interval"][0]
    more = net["interval"][0] > start["interval"][1]
    word = "sooner than" if less else "later than" if more else "no sooner and no later than"
    beaten = net["interval"][1] < r["controls"]["below"]["interval"][0]
    return (
        f"Having learnt to predict, a net forgets {word} an untrained one"
        f"{', and than the table' * (beaten and less)}."
    )


def scene(read):
    r = read("forgetting")
    net = of(r, KINDS[0])
    others = ", ".join(f"{NAMED[kind]} {horizon(of(r, kind), 'below')}" for kind in KINDS[1:])
    finding = (
        f"{OUR} units that learnt to predict text tell less than {ENOUGH:.0%} of the letters from "
        f"{horizon(net, 'below')} letters ago on and are near chance from {horizon(net, 'near')} "
        f"on (the document: {SAID['below'][0]} and {SAID['near'][0]}); others fall below "
        f"{ENOUGH:.0%} at: {others}, a table of the last {TABLES[-1]} letters "
        f"{number(r['controls']['below'])}. {order(r)} {by_size(r)}"
    )
    nets = {
        what: {
            kind: {str(hidden): of_net(of(r, kind, hidden, what)) for hidden in r["sizes"]}
            for kind in KINDS
        }
        for what in INPUTS
    }
    guesses = r["controls"]
    recipe = r["nets"]["letters"][OUR]
    return finding, {
        "sizes": r["sizes"], "seeds": r["seeds"], "lags": r["lags"], "our": int(OUR),
        "enough": ENOUGH, "margin": MARGIN, "kinds": NAMED, "nets": nets,
        "document": {key: SAID[key][0] for key in HORIZONS}, "times": list(TIMES),
        "chance": page.rounded(guesses["chance"]["mean"], 3), "order": TABLES[-1],
        "table": {
            "curve": curve(guesses[str(TABLES[-1])]),
            "said": {key: number(guesses[key]) for key in HORIZONS},
            **page.rounded({key: [guesses[key]["mean"], *guesses[key]["interval"]]
                            for key in HORIZONS}),
        },
        "recipe": {what: of_net(recipe[what]) for what in INPUTS},
        "updates": r["updates"],
    }  # fmt: skip
