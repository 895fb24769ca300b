"""How many letters ago can the state still tell, and how does that grow with the units?

    python3 -m studies forgetting

A linear read-out of the state (least squares onto the one-hot letter seen d steps ago, bias
included; the largest output is its answer) is fitted on some streams and measured on others,
for d = 0, the letter just read, to 200 (every d to 40, then every 4th to 100, then every 10th).
Seven sizes of the plain tanh net, of three kinds:

- predicts: learns the next letter of the grammar's text ("our model"). All sizes have one recipe,
  32 streams of the text, 400 updates of 25 letters, rate 0.02 up to 64 units, then as units^-0.85.
  At 64 the net of `letters` (30,000 updates on one stream) is measured beside it.
- untrained: its start, W_hh orthogonal, inputs of standard deviation 1 / sqrt(units).
- remembers: learns to say letters seen 0 .. D - 1 steps ago, at most 8 evenly spread lags of them,
  a softmax each, from the untrained state's own read-out on; 16 streams, 150 updates, rate 0.01 up
  to 64 units, then as 1 / units. One net on text (D = units / 4), one on random letters
  (D = units / 10), D from 2 to 60. So few updates are a bound on the time, not on the net.

Two inputs: the grammar's text, where letters can be guessed from others, and letters drawn
uniformly from 27 (chance 1/27), where nothing can. Random letters are not what the predicting net
was trained on. Controls on text: the most frequent letter (chance), and the most frequent one
after the same last 1 to 4 letters (a table): what redundancy gives without memory beyond them.

Falls below 80%: the first d with an accuracy below it. Near chance: the first d from which on
all accuracies are less than 5 points above it. "Networks That Remember" draws "prediction accuracy
vs required memory distance", of a "memory probe analysis": a linear read-out is one such probe and
may not be that one. Its horizon of 15 to 20 letters, and how it grows with the units, is held
against where the predicting net comes near chance. A test of behaviour stands beside: the accuracy
of the next letter after k letters from h = 0; needed is the least k from which on it is within 2
points of the mean of the last ten of 40.

What a unit holds, on random letters. Numbers: 26 sum over d of R^2, the linear memory capacity of
Jaeger (2001), at most the number of units (White, Lee and Sompolinsky 2004); Collins,
Sohl-Dickstein and Sussillo (2017) found about one number a unit for trained nets. Bits: the
sum over d of Fano's lower bound on I(letter; answer), log2 27 - h(e) - e log2 26; as letters are
independent, it is a lower bound on what the state tells of all of them. Both as it is
(with a ridge as of noise of 1e-5) and with noise of 1e-6, 1e-3 and 0.1 in every unit.

Data processing: letters to come are independent of those seen when all are drawn at random, so what
the state tells of a letter cannot rise with d. A read-out's accuracy may: rises of a point or
more are counted where the 95% interval over seeds is above 0.

Settings were chosen on other streams (seeds 0 to 10), but three after a trial on seeds 100 and 101:
the rate above 64 units, the ridge, and that a rise takes a point. Reported are seeds from 100 on:
10 up to 256 units, 4 for 512 and 1,024, which cost most.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from studies.lab import letters, remembering
from studies.lab.intervals import mean
from studies.lab.randomness import generators
from studies.lab.remembering import horizon, number, overlaps
from studies.lab.runner import parallel_map
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED, of_parts, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    sizes: tuple  # (units, seeds)
    n_text: int  # letters to learn from
    predicting: int  # updates
    remembering: int
    recipe: int  # updates of the net of `letters`
    streams: int  # to fit and measure on
    fit: int  # of them, to fit on
    n_steps: int  # of each
    longest: int  # lag
    n_windows: int  # texts read from h = 0


SIZES = tuple((hidden, 10 if hidden <= 256 else 4) for hidden in (16, 32, 64, 128, 256, 512, 1024))
FULL = Plan(SIZES, 100_000, 400, 150, letters.N_UPDATES, 60, 42, 400, 200, 4000)
QUICK = Plan(((64, 2), (128, 2)), 3000, 12, 4, 100, 12, 8, 60, 24, 40)
KINDS, INPUTS = ("predicts", "untrained", "remembers"), remembering.INPUTS
NOISES = (1e-6, 1e-3, 0.1)
OUR, DOUBLED = "64", "128"
ENOUGH, MARGIN, POINT = remembering.ENOUGH, remembering.MARGIN, remembering.POINT
TABLES = (1, 2, 3, 4)  # last letters that a table sees
WINDOW = 40  # letters from h = 0
PARTS = ("init", "train", "random train", "text", "random", "windows", "noise")


# ==== The study ===================================================================================
def net_of(kind, hidden, what, seed, plan):
    rng = generators("forgetting", seed, PARTS)
    if kind == "predicts":
        return remembering.predicting(rng, hidden, plan.n_text, plan.predicting)
    if kind == "remembers":
        return remembering.reminded(rng, hidden, what, plan.n_text, plan.remembering)
    if kind == "letters":
        return letters.trained(seed, letters.texts(seed)[0].symbols, plan.recipe)
    return remembering.initial(rng["init"], hidden)


def one_run(arguments):
    """One kind, size and seed, on both inputs."""
    kind, hidden, seed, plan = arguments
    rng, lags = generators("forgetting", seed, PARTS), remembering.lags_up_to(plan.longest)
    found, net = {"kind": kind, "hidden": hidden, "seed": seed}, None
    both = remembering.measured_on(rng, plan.longest + plan.n_steps, plan.streams)
    tables = TABLES if (kind, str(hidden)) == ("untrained", OUR) else ()
    for what, tokens in both.items():
        if net is None or kind == "remembers":
            net = net_of(kind, hidden, what, seed, plan)
        chance, noises = 1 / letters.N_SYMBOLS, NOISES if kind in KINDS else ()
        if what == "text":
            found["controls"] = remembering.guesses(tokens, plan.n_steps, lags, plan.fit, tables)
            chance, noises = found["controls"]["chance"], ()
        one = remembering.forgetting(
            net, tokens, plan.n_steps, lags, plan.fit, noises, rng["noise"]
        )  # fmt: skip
        found[what] = one | remembering.horizons(lags, one["accuracy"], chance)
    if kind in ("predicts", "letters"):
        found |= remembering.behaviour(net, rng["windows"], plan.n_windows, WINDOW)
    return found


def compute(plan, jobs):
    tasks = [
        (kind, hidden, seed, plan)
        for hidden, n in sorted(plan.sizes, reverse=True)
        for kind in ("remembers", "predicts", "untrained")
        for seed in range(letters.FIRST_SEED, letters.FIRST_SEED + n)
    ]
    tasks += [("letters", *rest) for kind, *rest in tasks if (kind, rest[0]) == (KINDS[0], 64)]
    runs = parallel_map(one_run, tasks, jobs, "forgetting")
    groups = {}
    for run in runs:
        groups.setdefault((run["kind"], str(run["hidden"])), []).append(run)
    nets = {}
    for (kind, hidden), of in sorted(groups.items(), key=lambda one: int(one[0][1])):
        nets.setdefault(kind, {})[hidden] = remembering.of_net(of)
    guesses = [run["controls"] for run in groups["untrained", OUR]]
    all_curves = {
        what: [[run[what]["accuracy"] for run in of] for of in groups.values()] for what in INPUTS
    }
    lags = remembering.lags_up_to(plan.longest)
    by_table = [remembering.horizons(lags, one[str(TABLES[-1])], one["chance"]) for one in guesses]
    return {
        "sizes": [hidden for hidden, _ in plan.sizes], "lags": lags.tolist(),
        "seeds": {str(hidden): n for hidden, n in plan.sizes},
        "updates": {"predicts": plan.predicting, "remembers": plan.remembering},
        "nets": nets,
        "controls": {key: remembering.curve([one[key] for one in guesses]) for key in guesses[0]}
        | {key: mean([one[key] for one in by_table]) for key in ("below", "near")},
        "rises": {what: remembering.rises(curves) for what, curves in all_curves.items()},
        "growth": remembering.growths(groups, KINDS, OUR, (DOUBLED, str(plan.sizes[-1][0]))),
    }  # fmt: skip


# ==== Tables and sentences ========================================================================
def of(results, kind, hidden=OUR, what="text"):
    return results["nets"][kind][str(hidden)][what]


def answer(results):
    """The horizons at 64 units and how they grow, with the controls."""
    net, start, kept = (of(results, kind) for kind in KINDS)
    most, guesses, random = results["sizes"][-1], results["controls"], INPUTS[1]
    larger = (horizon(of(results, kind, most), "below") for kind in KINDS)
    beaten = net["below"]["interval"][1] < guesses["below"]["interval"][0]
    held = (
        " and ".join(per_unit(results, "untrained", hidden, key) for key in ("numbers", "bits"))
        for hidden in (OUR, most)
    )
    return (
        f"A linear read-out of the state of {OUR} units that learnt to predict text is below "
        f"{ENOUGH:.0%} from the letter {horizon(net, 'below')} steps ago and near chance from "
        f"{horizon(net, 'near')} on; untrained {horizon(start, 'below')} and "
        f"{horizon(start, 'near')}, trained to remember {horizon(kept, 'below')} and "
        f"{horizon(kept, 'near')}; a table of the last {TABLES[-1]} letters "
        f"{number(guesses['below'])} and {number(guesses['near'])}"
        f"{', more than the predicting net' * beaten}. At {most:,} units they are below "
        f"{ENOUGH:.0%} at {', '.join(larger)}. Of {random} it reads {next(held)} numbers and bits "
        f"a unit out of {OUR} untrained units, {next(held)} out of {most:,}."
    )


def per_unit(results, kind, hidden, what):
    return f"{of(results, kind, hidden, INPUTS[1])[what]['mean'] / int(hidden):.2f}"


def table(results):
    """Both horizons of every size and kind, on text and on random letters."""
    header = (
        "units", "net", "seeds", "text: below 80% at", "text: near chance from",
        "random letters: below 80% at", "random letters: near chance from",
    )  # fmt: skip
    rows = [
        (
            f"{hidden:,}", kind, str(results["seeds"][str(hidden)]),
            *(horizon(of(results, kind, hidden, what), key)
              for what in INPUTS for key in ("below", "near")),
        )
        for hidden in results["sizes"] for kind in KINDS
    ]  # fmt: skip
    guesses = results["controls"]
    rows.append((
        "none", f"table of {TABLES[-1]} letters", str(results["seeds"][OUR]),
        number(guesses["below"]), number(guesses["near"]), "-", "-",
    ))  # fmt: skip
    return header, rows


def held(results):
    """Numbers and bits read out of random letters, and what noise leaves."""
    header = (
        "units", "net", "numbers", "numbers per unit", "bits", "bits per unit",
        *(f"numbers / bits, noise {noise:g}" for noise in NOISES),
    )  # fmt: skip
    rows = []
    for hidden, kind in itertools.product(map(str, results["sizes"]), KINDS):
        one = of(results, kind, hidden, INPUTS[1])
        left = [
            " / ".join(f"{noisy[key]['mean']:,.0f}" for key in ("numbers", "bits"))
            for noisy in one["noise"].values()
        ]
        rows.append((
            f"{int(hidden):,}", kind, number(one["numbers"], 0),
            per_unit(results, kind, hidden, "numbers"), number(one["bits"], 0),
            per_unit(results, kind, hidden, "bits"), *left,
        ))  # fmt: skip
    return header, rows


def seen(results):
    """What the tables do not say."""
    nets = results["nets"]["predicts"]
    recipe = results["nets"]["letters"][OUR]
    losses, needs = (
        ", ".join(f"{hidden} {net[key]['mean']:.{digits}f}" for hidden, net in nets.items())
        for key, digits in (("nats", 3), ("needed", 1))
    )
    lines = [
        f"- Nats per letter of the predicting net by units: {losses}; the recipe of `letters` at "
        f"{OUR} {number(recipe['nats'], 3)}.",
        f"- That recipe's read-out falls below {ENOUGH:.0%} at {horizon(recipe['text'], 'below')} "
        f"and is near chance from {horizon(recipe['text'], 'near')} on.",
        f"- Behaviour: the next letter is predicted as well as later (within {POINT:.0%}) after so "
        f"many letters from h = 0, by units: {needs}; by that recipe {number(recipe['needed'])}.",
        "- Random letters are not what the predicting nets were trained on.",
    ]
    lines += [
        f"- Of {found['n']:,} steps to the next lag on {what} accuracy rises by a point or "
        f"more, with an interval above 0, in {found['k']:,}; the largest rise is "
        f"{found['largest'] * 100:.1f} points."
        for what, found in results["rises"].items()
    ]
    worse = [
        f"{n:,}" for n in results["sizes"] if np.diff(
            [of(results, kind, n)["below"]["mean"] for kind in KINDS[1:]]) < 0
    ]  # fmt: skip
    lines.append(
        f"- {results['updates']['remembers']} updates of learning to remember leave the horizon on "
        f"text shorter than untrained at so many units: {', '.join(worse) or 'none'}."
    )
    return "\n".join(lines)


# ==== Beside the document =========================================================================
ABOUT = 2  # characters
BLIND, DOUBLING, TIMES, BITS_SAID = (15, 20), (2, 3), (18, 25), 200
NEAR_ONE = (0.75, 1.25)  # numbers a unit that count as about one


def looked(what):
    return f"{what} was chosen after a look at seeds 100 and 101, which are among those reported."


def document(results):
    """What "Networks That Remember" says, what was measured, the verdict, why."""
    rows = (
        model_s_horizon, doubling, many_times, bottleneck, by_gradients,
        one_number, effective_bits, only_decreases, keeps_what_is_useful,
    )  # fmt: skip
    return [*(as_far(results, key) for key in SAID), *(row(results) for row in rows)]


def three(results, key):
    """A horizon of the three kinds of 64 units on text, in words."""
    return ", ".join(f"{kind} {horizon(of(results, kind), key)}" for kind in KINDS)


SAID = {  # of the horizons: the number, the claim, what was measured
    "below": (
        8, "Beyond about 8 characters accuracy drops below 80%",
        f"read-out of {OUR} units on text below {ENOUGH:.0%}",
    ),
    "near": (
        14, "Beyond about 14 characters the network performs near chance",
        f"read-out less than {MARGIN:.0%} above the most frequent letter from here on",
    ),
}  # fmt: skip


def as_far(results, key):
    """One of the two horizons on text, beside the document's number."""
    found, recipe = of(results, "predicts")[key], of(results, "letters")[key]
    said, claim, measure = SAID[key]
    right = overlaps(found, said - ABOUT, said + ABOUT)
    where = "about there" if right else "sooner" if found["mean"] < said else "later"
    later = results["nets"]["predicts"][OUR]["after"]["mean"][-1]
    return (
        claim,
        f"{measure} at d: {three(results, key)}; recipe of `letters` {number(recipe)}; table of "
        f"{TABLES[-1]} letters {number(results['controls'][key])}",
        HOLDS if right else NOT,
        'The document calls it "prediction accuracy vs required memory distance", of a "memory '
        f'probe analysis". A linear read-out may be another measure: by it the predicting net '
        f"comes to it {where}; the next letter it predicts with {later:.0%} all the same.",
    )


def model_s_horizon(results):
    net = results["nets"]["predicts"][OUR]
    read, acts = net["text"]["near"], net["needed"]
    right = [overlaps(found, *BLIND) for found in (read, acts)]
    return (
        "The effective memory horizon of our model is 15 to 20 characters; beyond it is blind",
        f"near chance from d = {number(read)} on by read-out; by behaviour {number(acts)} letters "
        "from h = 0 predict as well as more",
        of_parts(*right),
        f"The read-out's horizon is {'' if right[0] else 'not '}in that range, that of behaviour "
        f"is {'' if right[1] else 'not '}.".replace(" .", " in it."),
    )


def further(results, size, measure):
    """`gain` or `ratio` of where all kinds come near chance on text, from 64 units to `size`."""
    return {k: measure(of(results, k)["near"], of(results, k, size)["near"]) for k in KINDS}


def beside(results, found, size):
    """`found` of the controls in words, and what all kinds gain until below 80%."""
    below = {kind: results["growth"][kind]["text"][str(size)]["more"] for kind in KINDS}
    controls, below = (
        ", ".join(f"{kind} {number(values[kind])}" for kind in kinds)
        for values, kinds in ((found, KINDS[1:]), (below, KINDS))
    )
    return f"controls: {controls}; until below {ENOUGH:.0%}: {below}"


def doubling(results):
    found = further(results, DOUBLED, remembering.gain)
    net = found["predicts"]
    inside = DOUBLING[0] <= net["mean"] <= DOUBLING[1]
    return (
        "Doubling 64 units to 128 adds 2 to 3 characters to the horizon",
        f"letters more until near chance, on text (intervals as of independent runs): predicts "
        f"{number(net)}; {beside(results, found, DOUBLED)}",
        verdict(inside, overlaps(net, *DOUBLING)),
        f"The predicting net's gain is {'' if inside else 'not '}between {DOUBLING[0]} and "
        f"{DOUBLING[1]}. {looked('The rate above 64 units')}",
    )


def many_times(results):
    most, said = results["sizes"][-1], TIMES[1] - TIMES[0]
    found = further(results, most, remembering.gain)
    far = {hidden: of(results, "predicts", hidden)["near"]["mean"] for hidden in results["sizes"]}
    about = abs(found["predicts"]["mean"] - said) <= ABOUT
    slow = remembering.logarithmic(list(far), list(far.values()))
    there = all(abs(far[h] - n) <= ABOUT for h, n in zip((int(OUR), most), TIMES))
    return (
        f"From 64 to {most:,} units the horizon grows logarithmically: a modest gain, from 18 to "
        "about 25 characters",
        f"letters more until near chance, on text ({said} said): predicts "
        f"{number(found['predicts'])}, by units "
        + ", ".join(f"{hidden:,}: {mean:.1f}" for hidden, mean in far.items())
        + f"; {beside(results, found, most)}",
        of_parts(about, slow, there),
        f"The gain of the predicting net is {'' if about else 'not '}within {ABOUT} of {said}; a "
        f"line in the logarithm of the units misses its horizons by {'less' if slow else 'no less'}"
        f" than a power does. It goes from {far[int(OUR)]:.1f} to {far[most]:.1f}, the document's "
        f"from {TIMES[0]} to {TIMES[1]}. {looked('The rate above 64 units')}",
    )


def bottleneck(results):
    """Does the horizon grow by less than the square root of the units?"""
    bound = ((most := results["sizes"][-1]) / int(OUR)) ** 0.5
    found = further(results, most, remembering.ratio)
    little = {kind: one["interval"][1] < bound for kind, one in found.items()}
    grows = {True: "by less than that", False: "not clearly by less"}
    return (
        "The bottleneck is the product of Jacobians, not the size of the hidden state",
        f"times as far until near chance at {most:,} units as at {OUR}, on text: "
        + ", ".join(f"{kind} {number(one, 2)}" for kind, one in found.items())
        + f"; untrained, {INPUTS[1]}, until below {ENOUGH:.0%}: "
        + number(results["growth"]["untrained"][INPUTS[1]][str(most)]["times"]),
        of_parts(little["predicts"], little["untrained"]),
        f"Held against the square root of the units, {bound:.1f} times: the predicting net "
        f"grows {grows[little['predicts']]}, the same start untrained {grows[little['untrained']]}."
        " The product changes with size too: each unit takes a smaller input, where the slope of "
        "tanh is nearer to 1.",
    )


def by_gradients(results):
    """A net that forgets more than its own start does not forget for want of gradients alone."""
    net, start, kept = (of(results, kind)["below"] for kind in KINDS)
    other = net["interval"][1] < max(start["interval"][0], kept["interval"][0])
    return (
        "The limit is imposed by vanishing gradients",
        f"below {ENOUGH:.0%} at {OUR} units, text: {three(results, 'below')}",
        NOT if other else IN_PART,
        "The same units tell more before training, or trained by BPTT to remember: what the "
        "predicting net forgets its loss does not ask for." if other else
        "No net here tells more than the predicting one; gradients may be why.",
    )  # fmt: skip


def one_number(results):
    cells = [(kind, hidden) for hidden in results["sizes"] for kind in KINDS] + [("letters", OUR)]
    right = [overlaps(of(results, *one, INPUTS[1])["numbers"],
                      *np.multiply(NEAR_ONE, int(one[1]))) for one in cells]  # fmt: skip
    learnt = [is_one for is_one, (kind, _) in zip(right, cells) if kind in ("predicts", "letters")]
    found = "; ".join(
        f"{of_size:,} units " + ", ".join(per_unit(results, k, of_size, "numbers") for k in KINDS)
        for of_size in results["sizes"]
    )
    return (
        "Each hidden unit stores about 1 real number (Collins et al. 2017): 64 units, 64 slots",
        f"numbers a unit read out of random letters, {', '.join(KINDS)}: {found}; recipe of "
        f"`letters` {per_unit(results, 'letters', OUR, 'numbers')}",
        of_parts(*right),
        f"{sum(right)} of {len(right)} are between {NEAR_ONE[0]} and {NEAR_ONE[1]}, of "
        f"nets that learnt to predict {sum(learnt)} of {len(learnt)}. One is the most that a "
        "linear read-out can have; that paper's capacity is of tasks of its own. "
        + looked("The ridge"),
    )


def effective_bits(results):
    found = {kind: of(results, kind, OUR, INPUTS[1])["bits"] for kind in KINDS}
    most = max(found.values(), key=lambda one: one["mean"])
    right = overlaps(most, 0.75 * BITS_SAID, 1.25 * BITS_SAID)
    over = most["interval"][0] > 1.25 * BITS_SAID
    return (
        f"64 units hold about {BITS_SAID} effective bits",
        "bits of random letters that a linear read-out tells (Fano), "
        + ", ".join(f"{kind} {number(one)}" for kind, one in found.items()),
        HOLDS if right else NOT if over else UNTESTED,
        "The read-out has about as many." if right else "The read-out has more." if over else
        f"A linear read-out has {number(most)} at most, far fewer; it is a lower bound on what the "
        "state holds, so the number is neither found nor refuted.",
    )  # fmt: skip


def only_decreases(results):
    counts = ", ".join(
        f"{what} {one['k']} of {one['n']:,} (largest rise {one['largest'] * 100:.1f} points)"
        for what, one in results["rises"].items()
    )
    text, random = (results["rises"][what]["k"] > 0 for what in INPUTS)
    return (
        "Information about step 1 can only have decreased after T steps; the forgetting curve "
        "measures this",
        f"rises of accuracy by a point or more from a lag to the next, interval above 0: {counts}",
        NOT if random else IN_PART if text else HOLDS,
        "On random letters, where the inequality applies, accuracy "
        f"{'rises' if random else 'does not rise'}; on text, where later letters tell of earlier "
        f"ones, it {'does' if text else 'does not'}. {looked('That a rise takes a point')}",
    )


def keeps_what_is_useful(results):
    net, start = (of(results, kind)["below"]["interval"] for kind in KINDS[:2])
    less, loss = net[1] < start[0], results["nets"]["predicts"][OUR]["nats"]
    return (
        "The network retains what is useful for prediction and discards the rest",
        f"read-out on text as above, at {number(loss, 2)} nats per letter",
        HOLDS if less else NOT,
        f"Having learnt to predict, a net tells {'fewer' if less else 'no fewer'} of the letters "
        "it has seen.",
    )


# ==== Figures =====================================================================================
COLOURS = dict(zip(KINDS, (CHUNKER, FAINT, AUTOMATIZER)))
NAMED = {"predicts": "learnt to predict", "untrained": "untrained",
         "remembers": "learnt to remember"}  # fmt: skip
SHOWN = 40  # lags of a curve


def draw_curve(ax, lags, one, **style):
    centre, half = (np.array(one[key]) for key in ("mean", "half"))
    ax.plot(lags, 100 * centre, **style)
    band = 100 * (centre - half), 100 * (centre + half)
    ax.fill_between(lags, *band, color=style["color"], alpha=0.2, lw=0)


def draw_64(ax, results, what):
    """The three kinds at 64 units on one input."""
    lags = results["lags"]
    for kind in KINDS:
        one = of(results, kind, OUR, what)["curve"]
        draw_curve(ax, lags, one, color=COLOURS[kind], label=NAMED[kind], lw=1.8)
    if what == "text":
        guesses = results["controls"]
        draw_curve(ax, lags, guesses[str(TABLES[-1])], color=BASELINE, lw=1.2, ls="--",
                   label=f"table of {TABLES[-1]} letters")  # fmt: skip
        chance = 100 * np.array(guesses["chance"]["mean"])
        ax.plot([said for said, *_ in SAID.values()], [100 * ENOUGH, chance.mean()], "o",
                color=FAINT, mfc="none", label="document")  # fmt: skip
    else:
        chance = np.full(len(lags), 100 / letters.N_SYMBOLS)
    ax.plot(lags, chance, color=FAINT, ls=":", lw=1, label="chance")
    ax.set(xlim=(0, min(SHOWN, lags[-1])), ylim=(0, 102), xlabel="letters ago, d",
           ylabel="read-out right, %", title=f"{OUR} units, {what}")  # fmt: skip
    ax.legend(fontsize=8, loc="upper right")


def draw_horizons(ax, results):
    """Below 80% on text against the number of units."""
    sizes = results["sizes"]
    for kind in KINDS:
        found = [of(results, kind, hidden)["below"] for hidden in sizes]
        low, high = np.transpose([one["interval"] for one in found])
        centre = np.array([one["mean"] for one in found])
        ax.errorbar(sizes, centre, [centre - low, high - centre], color=COLOURS[kind], marker="o",
                    ms=3, lw=1.5, label=NAMED[kind])  # fmt: skip
    ax.plot((64, 1024), TIMES, color=FAINT, ls="--", lw=1, label="document: 18 to 25")
    ax.set_yscale("symlog", linthresh=2, base=2)
    ax.set_yticks(ticks := (0, 2, 4, 8, 16, 32, 64, 128), map(str, ticks))
    ax.set(ylabel="below 80% at d", title="horizon on text", ylim=(0, 260))
    ax.legend(fontsize=8, loc="upper left")


def draw_held(ax, results):
    """Numbers and bits of random letters against the number of units."""
    sizes = np.array(results["sizes"])
    for kind, (key, style) in itertools.product(KINDS, (("numbers", "-"), ("bits", "--"))):
        found = [of(results, kind, hidden, INPUTS[1])[key]["mean"] for hidden in sizes]
        ax.plot(sizes, found, color=COLOURS[kind], ls=style, marker="o", ms=3, lw=1.3)
    ax.plot(sizes, sizes, color=FAINT, ls=":", lw=1)
    ax.plot([64], [BITS_SAID], "o", color=FAINT, mfc="none")
    ax.annotate(f"document:\n{BITS_SAID} bits", (64, BITS_SAID), xytext=(-6, 4), fontsize=8,
                textcoords="offset points", ha="right")  # fmt: skip
    for style, label in (("-", "numbers"), ("--", "bits"), (":", "one a unit")):
        ax.plot([], [], color=FAINT, ls=style, label=label)
    ax.set_yscale("log")
    ax.set(ylabel="read out", title="what random letters leave")
    ax.legend(fontsize=8, loc="lower right")


def at_a_glance(results):
    net, start, kept = (of(results, kind)["below"]["mean"] for kind in KINDS)
    title = (
        f"Letters that {OUR} units still tell with {ENOUGH:.0%}: {net:.0f} after learning to "
        f"predict,\n{start:.0f} untrained, {kept:.0f} after learning to remember"
    )
    figure = new_figure(title, height=8)
    upper, (grows, holds) = figure.subplots(2, 2)
    for ax, what in zip(upper, INPUTS):
        draw_64(ax, results, what)
    draw_horizons(grows, results)
    draw_held(holds, results)
    for ax in (grows, holds):
        ax.set_xscale("log", base=2)
        ax.set_xticks(results["sizes"], [f"{hidden:,}" for hidden in results["sizes"]])
        ax.set_xlabel("units")
    return figure


def all_sizes(results):
    """Every curve: three kinds, both inputs, one line a size."""
    lags = results["lags"]
    figure = new_figure("Forgetting curves by the number of units (band: 95% over seeds)",
                        height=6.5)  # fmt: skip
    axes = figure.subplots(2, 3, sharex=True, sharey=True)
    shades = np.linspace(0.25, 1, len(results["sizes"]))
    for (row, what), (column, kind) in itertools.product(enumerate(INPUTS), enumerate(KINDS)):
        ax = axes[row, column]
        for hidden, shade in zip(results["sizes"], shades):
            draw_curve(ax, lags, of(results, kind, hidden, what)["curve"], alpha=shade,
                       color=COLOURS[kind], lw=1.3, label=f"{hidden:,}")  # fmt: skip
        ax.axhline(100 * ENOUGH, color=FAINT, lw=0.7, ls=":")
        ax.set(ylim=(0, 102), xlim=(0, lags[-1]))
        ax.set_xscale("symlog", linthresh=10)
        ax.set_title(NAMED[kind] if row == 0 else "")
        ax.set_ylabel(f"{what}\nread-out right, %" if column == 0 else "")
    ticks = [t for t in (0, 5, 10, 25, 60, 200) if t <= lags[-1]]
    for ax in axes[1]:
        ax.set_xlabel("letters ago, d")
        ax.set_xticks(ticks, map(str, ticks))
        ax.minorticks_off()
    figure.legend(*axes[0, 1].get_legend_handles_labels(), fontsize=8, title="units",
                  loc="outside right center")  # fmt: skip
    return figure


def figures(results):
    return {"forgetting.png": at_a_glance(results), "forgetting_sizes.png": all_sizes(results)}
