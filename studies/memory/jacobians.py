"""How do gradients shrink or grow on their way back through the text, and what does clipping do?

    python3 -m studies jacobians

The net of `letters` at six times of its training, on held-out text. J_t = W_hh diag(1 - h_t^2) is
the Jacobian of the step to h_t, dh_t/dh_k = J_{k+1} .. J_t; it is compared with the complex step,
Im h_t(h_k + i eps e) / eps, which has no difference in it. Logs of norms are averaged over windows
of the text:

    norm      ||dh_t/dh_k||, the largest singular value
    typical   Frobenius norm / sqrt(H): root mean square over directions
    steps     the product of the steps' own norms ||J_t||
    bound     the product of ||W_hh|| max(1 - h_t^2) (Pascanu, Mikolov and Bengio 2013, 2.1)
    powers    ||W_hh^(t - k)||: the norm with every 1 - h^2 replaced by 1

The rate per step is that of the mean log norm from 10 to 50 steps. Its control: W_hh orthogonal,
times a radius rho from 0.9 to 3, untrained, on the text; and with no input at states near 0, where
1 - h^2 is 1: there the net is linear, and the rate should be rho.

Gradients. dL/dh_t at a chunk's 25 places, of all its losses and of the last one alone, as ratio of
the mean norms (and as geometric mean over chunks). Of 25 losses' gradient of W_hh that part is told
apart that travelled j steps, j to 100, further than the chunk: the norm of what came from further
back, and the cosine between the gradient cut at d steps and the whole one. And the norm of what a
chunk's first 5 places get from losses at least 10 places on, over that of the chunk's gradient.

Clipping. Along training the norm of every gradient before clipping; of every some hundredth one
that is too long the angle to what clipping makes of it, to what clipping each entry makes of it
(at a height where the norm is the same), and to Adam's step.

Controls that train: W_hh from a Gaussian of 1 / sqrt(H), the identity, or a tenth of the orthogonal
matrix (radius 0.1), all else as before; W_hh kept below 1: it starts at radius 0.95 and after each
10 updates is scaled down to 0.95 if it is above; no clipping, with Adam, and with SGD beside SGD
with clipping; tables of the last letter and of the last 5. Chance is the loss log 27.

SGD's rate falls to nothing along half a cosine. Of 0.002 to 0.2 it was chosen on seeds 0 to 4, for
the held-out loss: 0.1 with clipping, 0.01 without ("slow"). Reported are seeds from 100 on.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from studies.lab import gradient_drawings, letters
from studies.lab.averages import together
from studies.lab.factors import number, plain, side, times, unlogged
from studies.lab.gradients import (
    BEGINNING,
    CONTROLS,
    EACH,
    EARLY,
    FAR,
    FREE,
    KEPT,
    LAGS,
    ORDER,
    RADII,
    SATURATED,
    SGD_RATE,
    SLOW_RATE,
    beside,
    one_run,
    worse,
)
from studies.lab.intervals import counted, percent
from studies.lab.runner import parallel_map
from studies.lab.verdicts import UNTESTED, verdict


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # of text to learn from, and as many held out
    at: tuple  # updates after which the net is measured
    n_windows: int  # for norms of products
    n_chunks: int  # for gradients
    every: int  # updates from one angle to the next


FULL = Plan(10, letters.N_LETTERS, (0, 300, 1000, 3000, 10_000, letters.N_UPDATES), 24, 100, 100)
QUICK = Plan(2, 1500, (0, 120), 2, 4, 20)
POWERS = {  # what the document says is the number
    "0.9^25": "0.072", "1.1^25": "10.8", "0.95^25": "0.28", "0.95^100": "0.006",
}  # fmt: skip


# ==== The study ===================================================================================
def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    names = ("", *CONTROLS)
    tasks = [(name, seed, plan) for name in names for seed in seeds]
    done = iter(parallel_map(one_run, tasks, jobs, "jacobians"))
    runs = {name: [next(done) for _ in seeds] for name in names}
    own = runs.pop("")
    shown = [run.pop("eigenvalues") for run in own]
    return {
        "first_seed": letters.FIRST_SEED, "seeds": plan.n_seeds, "hidden": letters.HIDDEN,
        "updates": plan.at[-1], "at": list(plan.at), "sgd_rate": SGD_RATE,
        **together(own),
        "controls": {name: beside(of, own) for name, of in runs.items()},
        **worse([run["loss"] for run in own], own),
        "losses": [run["loss"] for run in own],
        "eigenvalues": shown[0],
        "powers": {name: math.pow(*map(float, name.split("^"))) for name in POWERS},
    }  # fmt: skip


# ==== Words =======================================================================================
def at_end(results, *keys):
    """A number of the trained net."""
    return of_net(results, results["updates"], *keys)


def of_net(results, updates, *keys):
    found = results["snapshots"][str(updates)]
    for key in keys:
        found = found[key]
    return found


def left(results, updates, lag, name="norm"):
    """A curve at t - k = lag, as words."""
    one, k = of_net(results, updates, "curves", name), LAGS.index(lag)
    return unlogged(one["mean"][k], one["interval"][k])


def held(results, name):
    """The held-out loss of a control, and on how many seeds it was worse than the tables."""
    one = results["controls"][name]
    loss = "no number on any seed" if one["loss"] is None else number(one["loss"], 3)
    return f"{loss}, ruined {counted(one['ruined'])}, behind {counted(one['behind'])}"


def against(results, name):
    """1, -1 or 0: a control's loss is above the net's own, below, or neither."""
    one = results["controls"][name]
    if one["more"] is None:
        return 1
    low, high = one["more"]["interval"]
    return 1 if low > 0 else -1 if high < 0 else 0


UNCLIPPED = ("Adam, not clipped", "SGD, not clipped", "slow SGD, not clipped")
MOVES_RADIUS = {1: "raises", 0: "does not move", -1: "lowers"}
MOVES = {1: "grows", 0: "neither shrinks nor grows", -1: "shrinks"}
LOSSES = {1: "worse", 0: "no difference found", -1: "better"}
KEPT_IS = {1: "behind", 0: "with no difference found from", -1: "ahead of"}


def answer(results):
    radius, rate = at_end(results, "radius"), at_end(results, "rates", "norm")
    end, kept = at_end(results, "places"), results["controls"]["kept below 1"]
    near, text = (results["radii"]["1.1"][where]["mean"] for where in ("near_zero", "text"))
    return (
        f"After {results['updates']:,} updates the radius of W_hh is {number(radius)} and the norm "
        f"of dh_t/dh_k {MOVES[side(rate, 1)]}: a factor of {number(rate)} a step. 1 - h^2 is "
        f"{at_end(results, 'tanh', 'mean')['mean']:.2f} on average. Control, untrained at radius "
        f"1.1: near 0, where it is 1, {near:.4f} a step, on the text {text:.2f}. The gradient at a "
        f"chunk's first place is {times(end['last']['factor'])} than at its last for the last "
        f"place's loss, for all losses {times(end['all']['factor'])}. Held-out loss "
        f"{number(results['loss'], 3)}; with the radius kept at {KEPT} or below "
        f"{'-' if kept['loss'] is None else number(kept['loss'], 3)}; a table of {ORDER} letters "
        f"{number(results['table'], 3)}. Behind that table without clipping: "
        + ", ".join(f"{name.partition(',')[0]} {counted(results['controls'][name]['behind'])}"
                    for name in UNCLIPPED)
        + f"; SGD with clipping {counted(results['controls']['SGD']['behind'])}."
    )  # fmt: skip


def table(results):
    """The net along its training."""
    header = (
        "updates", "radius of W_hh", "eigenvalues outside the circle", "mean 1 - h^2",
        "rate per step of dh_t/dh_k", "norm at 25 steps", "bound at 25",
        "first place against last: last loss / all losses", "left out when cut at 20 steps",
    )  # fmt: skip
    rows = []
    for n in results["at"]:
        one = results["snapshots"][str(n)]
        rows.append((
            f"{n:,}", number(one["radius"]), f"{one['outside']['mean']:.0%}",
            number(one["tanh"]["mean"]), number(one["rates"]["norm"]), left(results, n, 25),
            plain(10 ** one["curves"]["bound"]["mean"][LAGS.index(25)]),
            " / ".join(times(one["places"][k]["factor"]) for k in ("last", "all")),
            percent(one["reach"]["20"]["left_out"]),
        ))  # fmt: skip
    return header, rows


def trainings(results):
    """Other starts, and no clipping."""
    header = (
        "training", "radius at the start", "radius at the end", f"loss after {EARLY:,} updates",
        "held-out loss", "more than the net", "ruined: worse than a table of 1 letter",
        f"behind: worse than a table of {ORDER}",
    )  # fmt: skip
    rows = [(
        "the net: orthogonal, Adam, clipped", number(of_net(results, 0, "radius")),
        number(at_end(results, "radius")), number(results["early"], 3),
        number(results["loss"], 3), "", counted(results["ruined"]), counted(results["behind"]),
    )]  # fmt: skip
    for name, one in results["controls"].items():
        cells = [
            "-" if one[key] is None else number(one[key], digits)
            for key, digits in (("start", 2), ("radius", 2), ("early", 3), ("loss", 3), ("more", 3))
        ]
        rows.append((name, *cells, counted(one["ruined"]), counted(one["behind"])))
    return header, rows


def seen(results):
    """What the tables do not say."""
    cut = results["clipping"]
    radii = "; ".join(
        f"rho {rho}: {number(one['text'])} (near 0 {one['near_zero']['mean']:.3f})"
        for rho, one in results["radii"].items()
    )
    return "\n".join((
        f"- Rate per step, untrained, W_hh orthogonal times rho, on the text: {radii}.",
        f"- Trained: norm at {LAGS[-1]} steps {left(results, results['updates'], LAGS[-1])}, "
        f"typical direction {left(results, results['updates'], LAGS[-1], 'typical')}, product of "
        f"the steps' norms {left(results, results['updates'], LAGS[-1], 'steps')}, bound "
        f"{left(results, results['updates'], LAGS[-1], 'bound')}, powers of W_hh "
        f"{left(results, results['updates'], LAGS[-1], 'powers')}.",
        f"- Saturated (1 - h^2 below {SATURATED}): {percent(at_end(results, 'tanh', 'saturated'))} "
        f"of the units, free (above {FREE}): {percent(at_end(results, 'tanh', 'free'))}; untrained "
        f"{percent(of_net(results, 0, 'tanh', 'saturated'))} and "
        f"{percent(of_net(results, 0, 'tanh', 'free'))}.",
        f"- Norm before clipping: median {cut['norm']['mean']:.0f}, longest "
        f"{cut['longest']['mean']:,.0f}. Adam's step is {number(cut['adam'], 0)} degrees from the "
        f"gradient, entry-wise clipping {number(cut['each'], 0)}, clipping by norm at most "
        f"{cut['by_norm']['max']:.0e}.",
        f"- A table of the last {ORDER} letters: {number(results['table'], 3)}, of the last letter "
        f"{number(results['one letter'], 3)}.",
    ))  # fmt: skip


# ==== The document ================================================================================
DOCUMENT_FACTOR, CLOSE, NEAR_LAW = 25, 2, 0.02
NEGLIGIBLE = 0.05  # of the gradient's norm
REVERSED = 90  # degrees
TOLD = 0.02  # of the loss: a difference less than this would matter to nobody
TELEPHONE = 0.9  # a step, what the document calls vanishing


def document(results):
    """What "Networks That Remember" says, what was measured, the verdict, why."""
    groups = (of_products, of_regimes, of_radius, of_places, of_clipping, of_trainings, of_numbers)
    return [row for group in groups for row in group(results)]


def every(results, *keys):
    """A number at each time of training."""
    return [of_net(results, n, *keys) for n in results["at"]]


def of_products(results):
    end, most = results["updates"], max(one["max"] for one in every(results, "tanh", "most"))
    deviation = max(one["max"] for one in every(results, "deviation"))
    slope, k = at_end(results, "tanh", "mean"), LAGS.index(25)
    curves = at_end(results, "curves")
    above = curves["steps"]["mean"][k] - curves["norm"]["mean"][k]
    tiny = curves["norm"]["mean"][-1]
    rates = at_end(results, "rates", "norm"), of_net(results, 0, "rates", "norm")
    fading = [side(one, 1) < 0 for one in every(results, "rates", "norm")]
    return [
        (
            "dh_t/dh_k is the product of the steps' Jacobians",
            f"largest relative deviation from the complex step, all times and seeds: "
            f"{deviation:.0e}",
            verdict(deviation < 1e-9),
            "The chain rule; compared over 1 to 50 steps, untrained and trained.",
        ),
        (
            "The tanh derivative ceiling. [formula missing in our copy]",
            f"largest 1 - h^2 {most:.6f}; mean untrained "
            f"{number(of_net(results, 0, 'tanh', 'mean'))}, trained {number(slope)}; below "
            f"{SATURATED} {percent(at_end(results, 'tanh', 'saturated'))}",
            verdict(most <= 1),
            "Completed here as: 1 - h^2 is at most 1. It is 1 at h = 0 alone. Without it W_hh "
            f"alone would make {left(results, end, 25, 'powers')} of a gradient in 25 steps; with "
            f"it {left(results, end, 25)} is left.",
        ),
        (
            "The further back, the fainter the gradient: a mathematical inevitability",
            f"rate per step of the norm: untrained {number(rates[1])}, trained "
            f"{number(rates[0])}; after 1 step {left(results, end, 1)}, after 25 "
            f"{left(results, end, 25)}",
            verdict(all(fading) and side(results["radii"]["3.0"]["text"], 1) < 0, all(fading)),
            f"So it is at {sum(fading)} of {len(fading)} times of this training. Inevitable it is "
            "not: with W_hh orthogonal times 3 the rate on the same text is "
            f"{number(results['radii']['3.0']['text'])}.",
        ),
        (
            "Vanishing gradients are exponentially small but not zero",
            f"norm left after {LAGS[-1]} steps: {left(results, end, LAGS[-1])}, untrained "
            f"{left(results, 0, LAGS[-1])}",
            verdict(math.isfinite(tiny) and side(rates[0], 1) < 0, math.isfinite(tiny)),
            "No step's Jacobian lost all; in floating point a product of hundreds of steps will.",
        ),
        (
            "The telephone game: factors multiply along the chain",
            f"after 25 steps the product of the steps' norms is "
            f"{left(results, end, 25, 'steps')}, the norm of the product {left(results, end, 25)}",
            verdict(abs(above) < math.log10(CLOSE), above > 0),
            f"Norms of matrices do not multiply: the product is {plain(10**abs(above))} times "
            f"{'smaller' if above > 0 else 'larger'}. What one step stretches most, the next does "
            "not.",
        ),
    ]  # fmt: skip


def alike(one, wanted):
    """Whether a rate, with its interval, is a number within `NEAR_LAW`."""
    return all(abs(x / wanted - 1) < NEAR_LAW for x in one["interval"])


def of_regimes(results):
    radius, rates = at_end(results, "radius"), at_end(results, "rates", "norm")
    found = {rho: results["radii"][str(rho)] for rho in RADII}
    text = {rho: one["text"] for rho, one in found.items()}
    linear = all(alike(one["near_zero"], rho) for rho, one in found.items())
    counter = side(radius, 1) > 0 and side(rates, 1) < 0
    shrinks = all(side(one, 1) < 0 for rho, one in text.items() if rho < 1)
    follows = all(alike(one, rho) for rho, one in text.items() if rho < 1)
    grows = [side(one, 1) > 0 for rho, one in text.items() if rho > 1]

    def measured(sign):
        return "; ".join(
            f"rho {rho}: {number(text[rho], 3)} a step on the text, near 0 "
            f"{one['near_zero']['mean']:.4f}"
            for rho, one in found.items()
            if (rho > 1) - (rho < 1) == sign
        )

    return [
        (
            "rho < 1: Jacobian product shrinks exponentially at rate ~ rho^(t-k). Gradients vanish",
            f"untrained, {measured(-1)}",
            verdict(shrinks and follows, shrinks),
            ("It shrinks" if shrinks else "It does not shrink at every such radius") + ", on the "
            f"text {'' if follows else 'not '}at the rate rho within {NEAR_LAW:.0%}"
            + ("; near 0, where tanh is linear, at that rate." if linear else "."),
        ),
        (
            "rho > 1: Product grows exponentially. Gradients explode",
            f"untrained, {measured(1)}; trained, radius {number(radius)}, rate {number(rates)}",
            verdict(all(grows) and not counter, any(grows)),
            f"On the text it grows at {sum(grows)} of {len(grows)} radii above 1: 1 - h^2 takes a "
            "part." + " The trained net's radius is above 1 and its gradients vanish." * counter,
        ),
        (
            "rho = 1: Gradients neither vanish nor explode",
            f"untrained, {measured(0)}",
            verdict(alike(text[1.0], 1), alike(found[1.0]["near_zero"], 1)),
            f"Asked is a rate of 1 within {NEAR_LAW:.0%}. "
            + (f"On the text they {'vanish' if side(text[1.0], 1) < 0 else 'change'}; near 0 it is "
               f"{found[1.0]['near_zero']['mean']:.2f}." if not alike(text[1.0], 1)
               else "1 - h^2 changes it little."),
        ),
    ]  # fmt: skip


def of_radius(results):
    radius, outside = at_end(results, "radius"), at_end(results, "outside")
    off, one_text = of_net(results, 0, "off_circle", "max"), results["radii"]["1.0"]["text"]
    return [
        (
            "Orthogonal initialization sets rho = 1.0, all 64 eigenvalues on the unit circle",
            f"largest distance of |lambda| from 1: {off:.0e}",
            verdict(off < 1e-12),
            "An orthogonal matrix keeps lengths.",
        ),
        (
            "so that gradients flow freely from the very first step of training",
            f"untrained, on the text: {number(one_text)} a step; after 25 steps "
            f"{left(results, 0, 25)} of the norm is left",
            verdict(side(one_text, 1) >= 0, side(one_text, TELEPHONE) > 0),
            "The state is not 0 when letters are read, so 1 - h^2 takes a part at every step."
            if side(one_text, 1) < 0 else "On this text 1 - h^2 takes too little to be seen.",
        ),
        (
            "Eigenvalues that started on the unit circle drift outward",
            f"outside the circle after training {percent(outside)}, inside "
            f"{percent(at_end(results, 'inside'))}; largest {number(radius)}, smallest "
            f"{number(at_end(results, 'smallest'))}",
            verdict(outside["interval"][0] > 0.95, outside["mean"] > 0 and side(radius, 1) > 0),
            "Both happen: some grow, others shrink towards 0."
            if at_end(results, "inside", "mean") > 0.05 else "Almost all of them grow.",
        ),
    ]  # fmt: skip


def is_close(one):
    """Whether a factor, as log10, is on average within `CLOSE` of the document's."""
    return abs(one["mean"] - math.log10(DOCUMENT_FACTOR)) <= math.log10(CLOSE)


def of_places(results):
    names = {"last": "of the last place's loss", "all": "of all 25 losses"}
    kinds = {"factor": "ratio of means", "geometric": "mean of log ratios"}
    factors = {
        (name, kind): every(results, "places", name, kind) for name in names for kind in kinds
    }
    said = "; ".join(
        f"{names[name]}, {kinds[kind]}: untrained {times(of[0])}, trained {times(of[-1])}"
        for (name, kind), of in factors.items()
    )
    fits = [is_close(one) for of in factors.values() for one in of]
    far, first, near = (every(results, "beginning", key) for key in ("far", "first", "all"))
    faint = [side(one, NEGLIGIBLE) < 0 for one in far]
    cuts = {key: every(results, "reach", key) for key in ("20", "25", "chunk")}
    beyond = [one["left_out"] for one in cuts["20"]]
    small = [side(one, NEGLIGIBLE) < 0 for one in beyond]
    chunk = cuts["chunk"][-1]
    return [
        (
            "The gradient at position 0 is roughly 25 times smaller than at position 24",
            said,
            verdict(all(is_close(of[-1]) for of in factors.values()), any(fits)),
            f"Within a factor of {CLOSE} of it are {sum(fits)} of {len(fits)} averages (two "
            f"gradients, two averages, {len(faint)} times of training). At place 0 the "
            "gradients of all 25 losses meet, at place 24 there is one.",
        ),
        (
            "Information from the beginning of the chunk barely influences the update",
            f"of the norm of W_hh's gradient in a chunk the first {BEGINNING} places give, by "
            f"losses at least {FAR} places on: untrained {percent(far[0])}, trained "
            f"{percent(far[-1])}; place 0 alone {percent(first[0])} and {percent(first[-1])}; "
            f"by all losses {percent(near[0])} and {percent(near[-1])}",
            verdict(all(faint), any(faint)),
            f"It is below {NEGLIGIBLE:.0%} at {sum(faint)} of {len(faint)} times of training. By "
            f"all losses it is {'more' if near[-1]['mean'] > far[-1]['mean'] else 'no more'}: "
            "those include the ones beside these places.",
        ),
        (
            "Gradients beyond ~20 steps are negligibly small",
            f"of the norm of W_hh's gradient comes from further than 20 steps: untrained "
            f"{percent(beyond[0])}, trained {percent(beyond[-1])}; cosine of the cut gradient "
            f"to the whole one {number(cuts['20'][0]['cosine'], 3)} and "
            f"{number(cuts['20'][-1]['cosine'], 4)}",
            verdict(all(small), any(small)),
            f"It is below {NEGLIGIBLE:.0%} at {sum(small)} of {len(small)} times of training.",
        ),
        (
            "Events more than 25 steps ago receive no gradient signal; the bias is acceptable",
            f"cut at the chunk's first place {percent(chunk['left_out'])} of W_hh's gradient is "
            f"missing, cosine {number(chunk['cosine'], 3)}; cut 25 steps before each loss "
            f"{percent(cuts['25'][-1]['left_out'])}",
            verdict(side(chunk["left_out"], NEGLIGIBLE) < 0, chunk["cosine"]["mean"] > 0),
            "The first is true by construction. The losses at a chunk's first places reach back "
            "less than 25 steps: to its edge.",
        ),
    ]


def of_clipping(results):
    cut = results["clipping"]
    kept, each = cut["by_norm"]["max"], cut["each_most"]["max"]
    explodes = cut["longest"]["mean"] > 10 * cut["norm"]["mean"]
    return [
        (
            "Clipping by norm preserves the direction and caps the magnitude",
            f"largest angle to the gradient {kept:.0e} degrees; each entry clipped, to the same "
            f"norm: {number(cut['each'], 0)} degrees",
            verdict(kept < 1e-6),
            f"A vector times a number. Adam's step after it is {number(cut['adam'], 0)} degrees "
            "from the gradient, so the direction that is kept is not the one that is taken.",
        ),
        (
            "This is why clipping is safe: it cannot reverse an update, only moderate it",
            f"largest angles: by norm {kept:.0e}, each entry {each:.0f} degrees; reversed is 180",
            verdict(max(kept, each) < REVERSED),
            "Neither kind changes an entry's sign. That holds for clipping each entry too, so it "
            "is not the kept direction that does it.",
        ),
        (
            "Even with truncation, gradients can explode; clipped when longer than C = 5.0",
            f"longer than 5 are {cut['mean']['mean']:.2%} of the gradients of the loss as the "
            f"document has it, the chunk's mean, and {percent(cut['sum'])} of its sum's; median "
            f"norm of the sum {cut['norm']['mean']:.0f}, longest {cut['longest']['mean']:,.0f}",
            verdict(explodes and 0 < cut["mean"]["mean"] < 0.5, explodes),
            f"The longest is {cut['longest']['mean'] / cut['norm']['mean']:.0f} times the median. "
            + ("This net clips the sum's: that sets the length of most steps, explosion or not."
               if cut["sum"]["mean"] > 0.5 else "This net clips the sum's."),
        ),
    ]  # fmt: skip


STARTS = {"Gaussian": "Gaussian", "identity": "identity", "small": "radius 0.1"}


def of_trainings(results):
    return [of_starts(results), of_kept(results), *of_unclipped(results)]


def of_starts(results):
    orders = {name: against(results, name) for name in STARTS}
    more = [results["controls"][name]["more"] for name in STARTS]
    most = max((abs(x) for one in more if one for x in one["interval"]), default=0.0)
    told = most < TOLD * results["loss"]["mean"] or min(orders.values()) < 0
    losses = "; ".join(f"{text} {held(results, name)}" for name, text in STARTS.items())
    return (
        "Orthogonal initialization is optimal",
        f"held-out loss: the net {number(results['loss'], 3)}; {losses}",
        verdict(min(orders.values()) > 0, max(orders.values()) > 0)
        if told or max(orders.values()) > 0 else UNTESTED,
        "On this short-range text, beside the orthogonal start: "
        + ", ".join(f"{STARTS[name]} {LOSSES[order]}" for name, order in orders.items())
        + f". By the intervals no difference is larger than {most:.3f} nats; less than {TOLD:.0%} "
        "of the loss counts as none.",
    )  # fmt: skip


def of_kept(results):
    kept, small = results["controls"]["kept below 1"], results["controls"]["small"]
    behind = kept["loss"] is None or side(kept["above table"], 0) > 0
    ahead = kept["loss"] is not None and side(kept["above table"], 0) < 0
    order, raised = against(results, "kept below 1"), side(small["radius"], small["start"]["mean"])
    ended = "" if kept["radius"] is None else (
        f", radius at the end {number(kept['radius'])}, in between up to {kept['most']['max']:.2f}"
    )  # fmt: skip
    return (
        "rho < 1: Long-range dependencies are unlearnable",
        f"W_hh scaled down to radius {KEPT} after each {EACH} updates: loss "
        f"{held(results, 'kept below 1')}{ended}; the net {number(results['loss'], 3)}; a table of "
        f"{ORDER} letters {number(results['table'], 3)}",
        verdict(order > 0 and behind, order > 0),
        f"Kept below 1 it ends {KEPT_IS[order]} the net and "
        + ("behind that table: what it gains from further back, if anything, is less than what it "
           "loses." if behind else f"{-kept['above table']['mean']:.3f} nats ahead of that table."
           if ahead else "level with that table.")
        + " Small weights bound more than the gradient. A small start does not test it: training "
        f"{MOVES_RADIUS[raised]} rho, from {small['start']['mean']:.2f} to "
        f"{small['radius']['mean']:.2f}.",
    )  # fmt: skip


def of_unclipped(results):
    controls = results["controls"]
    with_it = results["behind"]["share"], *[controls["SGD"]["behind"]["share"]] * 2
    harm = [controls[name]["behind"]["share"] - before for name, before in zip(UNCLIPPED, with_it)]
    adam = against(results, UNCLIPPED[0])
    unclipped = "; ".join(f"{name} {held(results, name)}" for name in ("SGD", *UNCLIPPED))
    ruined = ", ".join(f"{name} {counted(controls[name]['ruined'])}" for name in UNCLIPPED)
    more = ", ".join(f"{name} {x:+.0%}" for name, x in zip(UNCLIPPED, harm))
    return [
        (
            "rho > 1: Training becomes unstable without clipping",
            f"held-out loss: the net {number(results['loss'], 3)}; {unclipped}",
            verdict(min(harm) > 0.5, max(harm) > 0 or adam > 0),
            f"Behind is what tells less than a table of {ORDER} letters, ruined less than one of "
            f"the last letter. More seeds are behind without clipping than with it, by: {more}."
            + " It takes large steps too, not rho > 1 alone."
            * (min(harm) < max(harm)),
        ),
        (
            "Gradient clipping prevents the instability from being catastrophic",
            f"behind the table of {ORDER} letters, SGD with clipping "
            f"{counted(controls['SGD']['behind'])}; without it at {SGD_RATE} "
            f"{counted(controls[UNCLIPPED[1]]['behind'])}, at {SLOW_RATE} "
            f"{counted(controls[UNCLIPPED[2]]['behind'])}; Adam without it "
            f"{counted(controls[UNCLIPPED[0]]['behind'])}; ruined without it: {ruined}",
            verdict(min(harm) > 0.5, max(harm) > 0),
            f"Adam without clipping, beside Adam with it: {LOSSES[adam]}. Its steps do not grow "
            "with the gradient.",
        ),
    ]


def of_numbers(results):
    said = {
        "0.9^25": "The telephone game: 0.9^25",
        "1.1^25": "each amplifies by 10%: 1.1^25", "0.95^25": "0.95^25", "0.95^100": "0.95^100",
    }  # fmt: skip
    rows = []
    for name, value in results["powers"].items():
        digits = len(POWERS[name].partition(".")[2])
        fits = f"{value:.{digits}f}" == POWERS[name]
        rows.append((
            f"{said[name]} = {POWERS[name]}", f"{value:.5f}", verdict(fits), "Arithmetic.",
        ))  # fmt: skip
    return rows


# ==== Figure ======================================================================================
def figures(results):
    radius, rates = at_end(results, "radius"), at_end(results, "rates", "norm")
    title = (
        f"The radius of W_hh goes from {of_net(results, 0, 'radius', 'mean'):.1f} to "
        f"{radius['mean']:.1f}, and the gradient's norm changes by a\nfactor of "
        f"{rates['mean']:.2f} a step"
    )
    return {"jacobians.png": gradient_drawings.figure(results, title)}
