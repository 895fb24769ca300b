"""Do the ways out that the document names help: layers, normalisation, dropout, embedding, RTRL?

    python3 -m studies ways

Each way is a net of `studies.lab.variants`, trained as the net of `letters` is: the same 18,000
letters, chunks of 25, Adam with its falling rate, clipping at norm 5, as many updates. Its held-out
loss is that on 18,000 other letters, in nats a letter above the exact predictor's; the gap is how
much lower the same is on the text learned from. The control of each is the plain net of the seed;
with dropout and layer normalisation it is also where they start from.

Layers. 2, 3, 4 and 6 with as many parameters in all as the plain net, to 1%. What each of two
layers tells is the share of a label's entropy that a linear read-out tells (`states.read_out`): the
letter before the one just read, and the class of the word before this one; beside it the untrained
layers and the plain net. Layer normalisation: Ba, Kiros and Hinton (2016, equation 4), one more
parameter a unit. Dropout of the state, which both the next state and the output read, with p = 0.1
and 0.25: one mask held for a chunk (Gal and Ghahramani 2016) or one drawn anew at each step; at
test nothing is dropped. Beside it stands a table of what follows each letter: it has no memory.

What a dropped unit loses. In the plain net one unit, half of them or all are set to 0 at one step
of the held-out text, and the net reads on: the loss above that of the net left alone, some steps
later. And the share of a unit's variance that a linear read-out of the other units tells at the
same step (fitted to the first half of the text, measured on the second; the median unit), beside
the same by all units a third to a half of the text away.

Embedding. Letters as 16 numbers, x_t E W in the place of x_t W_xh. RTRL: Williams and Zipser
(1989), its gradient against BPTT's from state 0, and that of a chunk's loss with the influence of
100 letters before it, against BPTT over all of them. Multiply-adds are counted in the code that
runs (`studies.lab.counting`), seconds are the least of some runs. The net laid flat: a feed-forward
net with a layer for each letter and a copy of the weights in each.

The rate is the plain net's: none was chosen for the others. Reported are seeds from 100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studies.lab import grammar, letters, variants
from studies.lab.averages import together
from studies.lab.intervals import mean, percent
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.variants import BEFORE, DROPPED, LATER, LENGTHS, METHODS
from studies.lab.verdicts import UNTESTED, of_parts, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # to learn from, and as many held out
    n_updates: int
    n_dropped: int  # steps at which units are dropped
    n_chunks: int  # whose truncated gradients are compared
    counted: tuple  # hidden units of the nets whose multiply-adds are counted
    timed: tuple  # and of those that are timed
    n_times: int


FULL = Plan(
    10, letters.N_LETTERS, letters.N_UPDATES, 4000, 40, (8, 16, 32, 64, 128), (8, 16, 32, 64), 7
)
QUICK = Plan(2, 1200, 20, 50, 2, (4, 8), (4, 8), 2)
MEASURED = ("seconds",)
DEPTHS, MASKS, RATES, WIDTH = (2, 3, 4, 6), ("held", "anew"), (0.1, 0.25), 16
PLAIN, NORMED, EMBEDDED = "plain", "layer normalisation", "embedding"
WAYS = (  # the longest first
    *(f"{n} layers" for n in reversed(DEPTHS)), NORMED,
    *(f"dropout {p}, {mask}" for mask in MASKS for p in RATES), EMBEDDED, PLAIN,
)  # fmt: skip
PARTS = ("init", "masks", "dropped", "chunks", "shift")
PLAIN_MORE = ("told", "others_tell", "far_tells", "dropped", "gradients", "truncated")
LABELS = {"letter": "the letter before the last", "class": "the class of the word before"}
EXACT = 1e-10  # relative, of two gradients
MOST = 0.5  # of a unit's variance
UNTUNED = "The rate is the plain net's; none was tuned for the others."


# ==== The nets ====================================================================================
def untrained(name, seed):
    """A way before it learns."""
    rng, plain = generators("ways", seed, PARTS), letters.untrained(seed)
    if name == NORMED:
        return variants.Normalised(variants.initial_normed(plain))
    if name == EMBEDDED:
        return variants.Embedded(variants.initial_embedding(rng["init"], plain, WIDTH))
    number, mask = name.split()[-2:]
    if mask == "layers":
        sizes = variants.equal_sizes(int(number), len(plain.flat))
        return variants.Stacked(variants.initial_stack(rng["init"], sizes))
    p = float(number.rstrip(","))
    return variants.Dropped(plain, p, mask == "held", rng["masks"])


def losses(predicted, texts):
    """Nats a letter on the text learned from and on the one held out."""
    return {
        name: float(letters.nats(predicted(text.symbols), text.symbols).mean())
        for name, text in zip(("learnt", "held_out"), texts)
    }


def one_run(arguments):
    """One way, one seed."""
    name, seed, plan = arguments
    texts = letters.texts(seed, plan.n_letters)
    symbols = texts[1].symbols
    if name == PLAIN:
        return plain_run(seed, texts, plan)
    way = variants.learn(untrained(name, seed), texts[0].symbols, plan.n_updates)
    found = {"parameters": len(way.net.flat)}
    found |= losses(lambda symbols: way.predicted(symbols)[0], texts)
    if name == "2 layers":
        nets = {"trained": way, "untrained": untrained(name, seed)}
        found["told"] = {
            which: [variants.letter_and_class(h, texts[1]) for h in net.states(symbols)[1]]
            for which, net in nets.items()
        }
    return found


def plain_run(seed, texts, plan):
    """The plain net: its losses and those of its rivals, and what is measured on it."""
    net = letters.trained(seed, texts[0].symbols, plan.n_updates)
    rng, symbols = generators("ways", seed, PARTS), texts[1].symbols
    h = letters.predicted(net, symbols)[1]
    shift = int(rng["shift"].integers(len(h) // 3, len(h) // 2))
    return {
        "parameters": len(net.flat),
        **losses(lambda x: letters.predicted(net, x)[0], texts),
        "exact": losses(grammar.best, texts),
        "table": losses(letters.table(texts[0].symbols, 1), texts),
        "told": variants.letter_and_class(h, texts[1]),
        "others_tell": variants.told_by_others(h),
        "far_tells": variants.told_from_afar(h, shift),
        "dropped": variants.after_dropping(rng["dropped"], net, h, symbols, plan.n_dropped),
        "gradients": variants.gradients(net, symbols),
        "truncated": variants.truncated(rng["chunks"], net, symbols, plan.n_chunks),
    }


# ==== The study ===================================================================================
def compute(plan, jobs):
    cost = variants.costs(plan.counted, plan.timed, plan.n_times)  # before others run
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    tasks = [(name, seed, plan) for name in WAYS for seed in seeds]
    done = iter(parallel_map(one_run, tasks, jobs, "ways"))
    runs = {name: [next(done) for _ in seeds] for name in WAYS}
    exact = [run.pop("exact") for run in runs[PLAIN]]
    tables = [run.pop("table") for run in runs[PLAIN]]
    above = {name: above_exact(of, exact) for name, of in {**runs, "table": tables}.items()}
    more = {key: together([run[key] for run in runs[PLAIN]]) for key in PLAIN_MORE}
    return {
        "first_seed": letters.FIRST_SEED, "seeds": plan.n_seeds, "updates": plan.n_updates,
        "symbols": letters.N_SYMBOLS,
        "ways": {
            name: {
                "parameters": runs[name][0]["parameters"] if name in runs else None,
                **{key: mean(values) for key, values in of.items()},
                "gain": mean(np.subtract(above[PLAIN]["held_out"], of["held_out"])),
                "runs": of,
            }
            for name, of in above.items()
        },
        "told": [run["told"] for run in runs["2 layers"]],
        "plain": more, "costs": cost,
    }  # fmt: skip


def above_exact(runs, exact):
    """Of each seed, in nats above the exact predictor: the loss on both texts, and the gap."""
    found = {
        text: [run[text] - best[text] for run, best in zip(runs, exact)]
        for text in ("held_out", "learnt")
    }
    found["gap"] = np.subtract(found["held_out"], found["learnt"]).tolist()
    return found


# ==== Tables and sentences ========================================================================
SAID = ("better than", "neither better nor worse than", "worse than")


def sign(interval):
    """1 or -1 where a 95% interval is above or below 0, else 0."""
    low, high = interval["interval"]
    return int(low > 0) - int(high < 0)


def gain(results, name):
    """How much lower the held-out loss is than the plain net's."""
    return results["ways"][name]["gain"]


def better(results, a, b, text="held_out"):
    """How much lower the loss of one way is than another's, of the same seeds."""
    one, other = (results["ways"][name]["runs"][text] for name in (a, b))
    return mean(np.subtract(other, one))


def number(found):
    low, high = found["interval"]
    return f"{found['mean']:.4f} ({low:.4f} to {high:.4f})"


def loss(results, name):
    return number(results["ways"][name]["held_out"])


def helped(results):
    """Ways with a held-out loss below the plain net's, by the interval of the difference."""
    return [name for name in reversed(WAYS) if name != PLAIN and sign(gain(results, name)) > 0]


def answer(results):
    """The findings, with their controls."""
    ahead = helped(results)
    named, others = (
        ", ".join(f"{n} {results['ways'][n]['held_out']['mean']:.4f}" for n in of) or "none"
        for of in (ahead, [name for name in WAYS[-2::-1] if name not in ahead])
    )
    exponents = {name: exponent(results, name) for name in METHODS}
    return (
        f"Above the exact predictor the plain net loses {loss(results, PLAIN)} nats a letter on "
        f"held-out text. Below it with the same recipe: {named}; not below it: {others}. "
        f"RTRL's gradient is BPTT's to "
        f"{worst(results, 'rtrl'):.0e}, its multiply-adds a step grow as H^{exponents['RTRL']:.1f}"
        f" where BPTT's grow as H^{exponents['BPTT']:.1f}."
    )


def table(results):
    """Every way."""
    header = (
        "net", "parameters", "held out: nats above exact (95% interval)", "less than plain",
        "text learned from", "gap",
    )  # fmt: skip
    rows = []
    for name in (*reversed(WAYS), "table"):
        one = results["ways"][name]
        rows.append((
            "table of what follows a letter" if name == "table" else name,
            "-" if one["parameters"] is None else f"{one['parameters']:,}",
            number(one["held_out"]), "-" if name == PLAIN else number(one["gain"]),
            f"{one['learnt']['mean']:.4f}", number(one["gap"]),
        ))  # fmt: skip
    return header, rows


def exponent(results, name):
    """Of a count in the units, between the two largest nets counted."""
    cost = results["costs"]
    found = cost["kept"] if name == "kept" else cost["methods"][name]["multiply_adds"]
    return growth(cost["counted"][-2:], found[-2:])


def growth(sizes, found):
    """The exponent of the power law through numbers at sizes, by least squares of logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(found), 1)[0])


def worst(results, key):
    """Of the seeds' relative errors the largest."""
    return results["plain"]["gradients"][key]["max"]


def cost_table(results):
    """RTRL against BPTT, a step."""
    cost = results["costs"]
    header = ("units", "BPTT: multiply-adds", "RTRL: multiply-adds", "RTRL keeps, numbers",
              "BPTT: microseconds", "RTRL: microseconds")  # fmt: skip
    rows = []
    for k, H in enumerate(cost["counted"]):
        at = cost["timed"].index(H) if H in cost["timed"] else None
        taken = (
            "-" if at is None else f"{1e6 * cost['methods'][m]['seconds'][at]:,.1f}"
            for m in METHODS
        )  # fmt: skip
        n = [cost["methods"][m]["multiply_adds"][k] for m in METHODS]
        rows.append((f"{H}", *(f"{one:,.0f}" for one in n), f"{cost['kept'][k]:,}", *taken))
    return header, rows


def told(results, label):
    """What the lower layer of two tells of a label, and the upper one; untrained; the plain net."""
    lower, upper, low_start, upper_start = (
        mean([run[net][layer][label] for run in results["told"]])
        for net in ("trained", "untrained") for layer in (0, 1)
    )  # fmt: skip
    return lower, upper, low_start, upper_start, results["plain"]["told"][label]


def seen(results):
    """What the table does not say."""
    cost, after = results["costs"], (0, 1, 5, LATER)
    taken = {m: growth(cost["timed"], cost["methods"][m]["seconds"]) for m in METHODS}
    lines = [
        f"- Units set to 0 at one step, {name}: loss above that of the net left alone "
        + ", ".join(f"{results['plain']['dropped'][name]['mean'][d]:.5f}" for d in after)
        + f" nats, {', '.join(map(str, after))} steps later."
        for name in DROPPED
    ]
    return "\n".join([
        *lines,
        f"- Seconds a step grow as H^{taken['RTRL']:.1f} for RTRL and H^{taken['BPTT']:.1f} for "
        f"BPTT, fitted over H = {cost['timed'][0]} to {cost['timed'][-1]}.",
        f"- BPTT over a chunk, its state carried over, is {percent(results['plain']['truncated'])} "
        f"of the gradient's length away from that with {BEFORE} letters before it.",
    ])  # fmt: skip


# ==== The document ================================================================================
def document(results):
    """What "Networks That Remember" says, what was measured, why."""
    rows = (
        flat, any_length, parameters, embedding, layers, deeper, hierarchy, lost, destroyed,
        held_mask, in_practice, forward_in_time, forward_cost, no_truncation,
    )  # fmt: skip
    return [row(results) for row in rows]


def of_plain(results, name):
    """A way's loss and its difference from the plain net's, in words."""
    return f"{loss(results, name)}, less than the plain net's by {number(gain(results, name))}"


def is_to_plain(results, name):
    return f"{SAID[1 - sign(gain(results, name))]} the plain net"


def flat(results):
    found = results["plain"]["gradients"]
    right = worst(results, "outputs") < 1e-12 and worst(results, "copies") < 1e-12
    return (
        "An RNN processing T characters is mathematically equivalent to a T-layer feedforward "
        "network; this is exact",
        f"{found['layers']['mean']:.0f} layers with copies of the trained weights: outputs apart "
        f"by {worst(results, 'outputs'):.0e} at most, the copies' gradients summed apart from "
        f"BPTT's by {worst(results, 'copies'):.0e} of its length",
        verdict(right),
        "The layers are computed one by one with weights of their own; the two differ by "
        f"{'rounding alone' if right else 'more than rounding'}.",
    )


def any_length(results):
    counts = set(results["plain"]["gradients"]["parameters"]["mean"])
    unshared = results["plain"]["gradients"]["unshared"]["mean"]
    return (
        "The parameter count is independent of T",
        f"parameters of the gradient over T = {', '.join(map(str, LENGTHS))} letters: "
        f"{', '.join(f'{n:,.0f}' for n in sorted(counts))}; {letters.CHUNK} layers that share "
        f"nothing have {unshared:,.0f}",
        verdict(len(counts) == 1),
        "The copies are one set of weights, and the laid out net has it once for each letter.",
    )


def parameters(results):
    ways, adds = results["ways"], results["symbols"] * WIDTH
    change = ways[EMBEDDED]["parameters"] - ways[PLAIN]["parameters"]
    return (
        "Adding a 27x16 embedding matrix would add 432 parameters",
        f"the matrix has {adds}; with it the net has {ways[EMBEDDED]['parameters']:,} instead of "
        f"{ways[PLAIN]['parameters']:,}: {change:+d}",
        verdict(change == 432, adds == 432),
        f"What the letters go through afterwards has {WIDTH} rows instead of {results['symbols']}.",
    )


def embedding(results):
    return (
        "One-hot vectors are information-poor: the network receives almost no signal before the "
        "first weight multiplication; an embedding layer fixes this",
        f"held-out loss with an embedding of {WIDTH}: {of_plain(results, EMBEDDED)}",
        verdict(sign(gain(results, EMBEDDED)) > 0),
        f"The embedded net is {is_to_plain(results, EMBEDDED)}. {UNTUNED} A one-hot vector picks a "
        f"row of W_xh: that is an embedding already, and x E W is one of rank {WIDTH} at most.",
    )


def layers(results):
    two, n = "2 layers", [results["ways"][name]["parameters"] for name in ("2 layers", PLAIN)]
    return (
        "Stacked RNNs add capacity",
        f"two layers with {n[0]:,} parameters instead of {n[1]:,}: {of_plain(results, two)}",
        verdict(sign(gain(results, two)) > 0),
        f"With as many parameters two layers are {is_to_plain(results, two)}. {UNTUNED}",
    )


def deeper(results):
    names = [f"{n} layers" for n in DEPTHS]
    ahead = [name for name in names[:-1] if sign(gain(results, name)) > 0]
    six, training = (better(results, "6 layers", "4 layers", on) for on in ("held_out", "learnt"))
    return (
        "Production RNNs commonly use 2 to 4 layers; beyond 4 the benefits diminish and training "
        "becomes harder",
        "held-out loss at equal parameters: 1 layer "
        f"{loss(results, PLAIN)}, " + ", ".join(f"{n} {loss(results, n)}" for n in names)
        + f"; 6 below 4 by {number(six)}, on the text learned from by {number(training)}",
        of_parts(len(ahead) == len(names) - 1, sign(six) <= 0, sign(training) < 0),
        f"Better than one layer, of 2 to 4: {', '.join(ahead) or 'none'}. 6 layers are "
        f"{SAID[1 - sign(six)]} 4 on held-out text, {SAID[1 - sign(training)]} 4 on the text "
        "learned from, with as many updates. With as many parameters deeper nets are narrower: "
        f"depth and width are not told apart. {UNTUNED}",
    )  # fmt: skip


def hierarchy(results):
    order, said = {}, []
    for label, name in LABELS.items():
        lower, upper, *others = told(results, label)
        more = [t["trained"][1][label] - t["trained"][0][label] for t in results["told"]]
        order[label] = sign(mean(more))
        start, start_upper, plain = (f"{one['mean']:.1%}" for one in others)
        said.append(f"{name}: lower {percent(lower)}, upper {percent(upper)} (untrained {start} "
                    f"and {start_upper}, plain net {plain})")  # fmt: skip
    words = ("more than", "neither more nor less than", "less than")
    return (
        "Lower layers capture fine-grained temporal patterns (letters), higher layers more "
        "abstract features (words)",
        "share of entropy that a linear read-out of each of two layers tells, " + "; ".join(said),
        of_parts(order["letter"] < 0, order["class"] > 0),
        "The upper layer tells " + " and ".join(
            f"of {name} {words[1 - order[label]]} the lower" for label, name in LABELS.items()
        ) + ".",
    )  # fmt: skip


def lost(results):
    plain, after = results["plain"], results["plain"]["dropped"]
    held = plain["others_tell"]["interval"][0] > MOST
    lasts = {name: after[name]["interval"][LATER][0] > 0 for name in DROPPED}
    costs = [
        f"{name} {of['mean'][0]:.4f} and {number({key: of[key][LATER] for key in of})}"
        for name, of in after.items()
    ]
    still = ", ".join(name for name in DROPPED if lasts[name]) or "none"
    return (
        "If a unit is dropped at step t, all information it carried about the past is permanently "
        "lost for all future steps",
        f"the other units tell {percent(plain['others_tell'])} of the median unit's variance "
        f"(all units a third of the text away {percent(plain['far_tells'])}); units set to 0 cost, "
        f"in nats at that step and after {LATER}: {'; '.join(costs)}",
        of_parts(not held, *lasts.values()),
        f"The other units hold {'most' if held else 'less than half'} of what a unit holds. "
        f"{LATER} steps later the loss is for certain higher after dropping: {still}.",
    )


def destroyed(results):
    gone = [sign(better(results, f"dropout {p}, anew", "table")) <= 0 for p in RATES]
    worse = [sign(gain(results, f"dropout {p}, anew")) < 0 for p in RATES]
    said = [f"p = {p}: {of_plain(results, f'dropout {p}, anew')}" for p in RATES]
    return (
        "Standard dropout breaks recurrence: the temporal signal is destroyed",
        f"a new mask at each step: {'; '.join(said)}; a table of what follows a letter, which has "
        f"no memory: {loss(results, 'table')}",
        verdict(all(gone), any(worse)),
        "With new masks the nets predict "
        + ("no better" if all(gone) else "in part better" if any(gone) else "better")
        + " than a table without memory. They are "
        + " and ".join(f"{is_to_plain(results, f'dropout {p}, anew')} (p = {p})" for p in RATES)
        + f". {UNTUNED}",
    )  # fmt: skip


def held_mask(results):
    found = [better(results, f"dropout {p}, held", f"dropout {p}, anew") for p in RATES]
    both = [sign(one) for one in found]
    said = [f"p = {p}: held below anew by {number(one)}" for p, one in zip(RATES, found)]
    return (
        "Variational dropout, the same mask at every step, preserves temporal consistency",
        "; ".join(said),
        verdict(min(both) > 0, max(both) > 0),
        "A held mask is "
        + " and ".join(f"{SAID[1 - s]} new ones (p = {p})" for p, s in zip(RATES, both))
        + ".",
    )


def in_practice(results):
    names = (*(f"dropout {p}, held" for p in RATES), NORMED)
    training = better(results, NORMED, PLAIN, "learnt")
    overfits = sign(training) > 0 > sign(gain(results, NORMED))
    gaps = [f"{name} {number(results['ways'][name]['gap'])}" for name in (PLAIN, *names)]
    return (
        "The two solutions that matter in practice are variational dropout and layer "
        "normalisation, which normalises within each step",
        "; ".join(f"{name} {of_plain(results, name)}" for name in names)
        + f"; gap between text learned from and held-out text: {'; '.join(gaps)}",
        UNTESTED,
        "The document says next that regularization matters at scale, which this text is not. Here "
        + ", ".join(f"{name} is {is_to_plain(results, name)}" for name in names)
        + f"; on the text learned from the last is {SAID[1 - sign(training)]} it"
        + ", and so learns by heart" * overfits + f". {UNTUNED}",
    )  # fmt: skip


def forward_in_time(results):
    away = worst(results, "rtrl")
    return (
        "RTRL computes gradients in forward time rather than backward time",
        f"gradient of a chunk from state 0: {away:.0e} of its length from BPTT's, at most",
        verdict(away < EXACT),
        "It is the same sum, by another order of the products.",
    )


def forward_cost(results):
    by, kept = exponent(results, "RTRL"), exponent(results, "kept")
    cost = results["costs"]
    last, n_letters = cost["timed"][-1], results["symbols"]
    n = [cost["methods"][m]["multiply_adds"][cost["counted"].index(last)] for m in METHODS]
    taken = [1e6 * cost["methods"][m]["seconds"][-1] for m in METHODS]
    return (
        "The cost: RTRL requires [formula missing in our copy]",
        f"from H = {cost['counted'][-2]} to {cost['counted'][-1]} RTRL's multiply-adds grow as "
        f"H^{by:.2f}, BPTT's as H^{exponent(results, 'BPTT'):.2f}, the numbers that RTRL keeps as "
        f"H^{kept:.2f}; at H = {last} a step takes {n[1]:,.0f} multiply-adds instead of "
        f"{n[0]:,.0f} and {taken[1]:,.0f} microseconds instead of {taken[0]:,.0f}",
        of_parts(round(by) == 4, round(kept) == 3),
        f"Held to O(H^4) multiply-adds a step and O(H^3) numbers: each of H (H + {n_letters + 1}) "
        f"weights has H sensitivities, each takes H products. With H not much above {n_letters} "
        "the exponents are below 4 and 3.",
    )


def no_truncation(results):
    away = results["plain"]["truncated"]
    right = worst(results, "rtrl_whole") < EXACT
    return (
        "RTRL is online: without truncation bias",
        f"gradient of a chunk's loss with the influence of {BEFORE} letters before: RTRL apart "
        f"from BPTT over all of them by {worst(results, 'rtrl_whole'):.0e}; BPTT over the chunk "
        f"alone by {percent(away)}",
        of_parts(right, sign(away) > 0),
        "Weights are held still here; where they change at every step, RTRL's sensitivities are "
        "in part those of older weights.",
    )


# ==== Figure ======================================================================================
def figures(results):
    ahead = len(helped(results))
    predict = {0: "none predicts", 1: "one predicts"}.get(ahead, f"{ahead} predict")
    title = f"Of {len(WAYS) - 1} changes to the plain net {predict} held-out letters better"
    figure = new_figure(title, height=5.2)
    axes = figure.subplot_mosaic([["ways", "dropped"], ["ways", "costs"]], width_ratios=[1.25, 1])
    draw_ways(axes["ways"], results)
    draw_dropped(axes["dropped"], results)
    draw_costs(axes["costs"], results)
    return {"ways.png": figure}


def draw_ways(ax, results):
    """Held-out losses with their intervals; each seed a dot."""
    for k, name in enumerate(WAYS):
        one = results["ways"][name]
        colour = (BASELINE, AUTOMATIZER, CHUNKER)[sign(one["gain"])]
        colour = "black" if name == PLAIN else colour
        ax.plot(one["runs"]["held_out"], [k - 0.25] * results["seeds"], ".", color=colour, ms=4)
        ax.hlines(k, *one["held_out"]["interval"], color=colour, lw=3)
        ax.plot(one["held_out"]["mean"], k, "o", color=colour)
    ax.axvline(results["ways"][PLAIN]["held_out"]["mean"], color=FAINT, ls="--", lw=1)
    ax.set_yticks(range(len(WAYS)), WAYS)
    ax.set_xlim(left=0)
    ax.set_title("green: better than plain, orange: worse, blue: neither", fontsize=10)
    ax.set_xlabel("held-out loss above the exact predictor's, nats a letter")


def draw_dropped(ax, results):
    """What is lost some steps after units were set to 0."""
    for name, colour in {"all": CHUNKER, "half": BASELINE, "one": AUTOMATIZER}.items():
        found = results["plain"]["dropped"][name]
        shown = np.where(np.array(found["mean"]) > 1e-4, found["mean"], np.nan)
        ax.semilogy(range(LATER + 1), shown, ".-", color=colour, label=name)
    ax.set(xlabel="steps later", ylabel="nats", ylim=(1e-4, 300))
    ax.set_title("loss more, after units were set to 0")
    ax.legend(fontsize=9, ncols=3, loc="upper center", handlelength=1.2)


def draw_costs(ax, results):
    cost = results["costs"]
    for name, colour in zip(METHODS, (BASELINE, CHUNKER)):
        found = cost["methods"][name]["multiply_adds"]
        ax.loglog(cost["counted"], found, "o-", color=colour,
                  label=f"{name}, H^{exponent(results, name):.1f}")  # fmt: skip
    H = np.array(cost["counted"], float)
    ax.loglog(H, found[0] / 3 * (H / H[0]) ** 4, color=FAINT, ls="--", lw=1, label="slope of H^4")
    ax.set_xticks(cost["counted"], cost["counted"])
    ax.minorticks_off()
    ax.set(xlabel="hidden units H", ylabel="multiply-adds", title="a step of learning")
    ax.legend(fontsize=9)
