"""What does it take two units to keep the parity of all bits so far?

    python3 -m studies parity

The module's RNN reads random bits, one-hot; after each bit its softmax says whether the number of
1s so far is even or odd. Chance is 50%.

By hand. Two units, one for "parity or bit", one for "parity and bit" (`studies.lab.parities`
derives how far a state can be from its corner). No other weights here are set by hand.

Learnt. The same net, full BPTT and Adam 0.01 on 16 fresh sequences an update, gradient clipped at
norm 1; 2 to 16 units; weights of four standard deviations (W_hh orthogonal in one), biases 0;
sequences of one length, or of 2, 3, 5, 10 and 25 bits for a fifth of the updates each (growing).
Nets of several seeds stand side by side in one block-diagonal net: no weight connects them and
each reads bits of its own. Learnt means: right at each of the last 100 steps of 32 fresh sequences
of 500 bits. Controls: W_hh = 0, trained alike; the untrained net; a table of the last 8 bits.

For ever. First wrong step in a long stream, the same for all nets; and for two units the proof by
boxes of `studies.lab.parities`, with `push`, how far boxes may be widened and still come back.

Elman (1990, "Exclusive-OR"): 3,000 bits, two at random and then their XOR, again and again; the
net predicts the next bit; 600 passes. As he did with a window of one step (the old state is a copy,
the gradient stops there), and with windows of 30. Unlike his, the stream is cut into 20 parts read
side by side, an update for all, by Adam (0.003 and 0.01). Error: root mean squared of p(1) - bit on
1,200 fresh bits, 0.5 by chance. XOR of the last two bits, said at every place with its 2/3, errs by
1/3 at third bits and by sqrt(5/18) = 0.53 elsewhere. A table of the last two bits counts that.

Rates (0.003 to 0.1) and numbers of updates were chosen on seeds 0 to 19; reported are seeds from
100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.parities import (
    CORNER,
    GROWING,
    MAIN,
    SIDE_BY_SIDE,
    STARTS,
    TABLE,
    USUAL,
    WINDOWS,
    as_net,
    bounds,
    by_hand,
    cell_run,
    counted_stream,
    farthest_from_corners,
    faults,
    held,
    plane_of,
    shown,
    stages,
    stream_run,
    stream_summary,
    summary,
    table_right,
)  # fmt: skip
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int  # of each cell
    n_main: int  # of two units from the main start with growing lengths
    n_updates: int
    lengths: tuple  # fixed ones
    sizes: tuple  # beside two units
    n_steps: int  # of the long stream
    n_held: int  # nets of each other size that read it
    n_streams: int  # seeds on Elman's stream
    passes: int


FULL = Plan(50, 200, 5000, (2, 5, 10, 25, 100), (1, 3, 4, 8, 16), 1_000_000, 20, 20, 600)
QUICK = Plan(2, 4, 60, (2, 5), (1, 3), 3000, 2, 2, 1)
FIRST_SEED = 100  # settings were chosen on smaller ones


# ==== The study ===================================================================================
class Cell(NamedTuple):
    H: int
    start: str
    lengths: object  # of all sequences, or GROWING
    kind: str = "learnt"  # or "memoryless", "untrained"


TWO = Cell(2, MAIN, GROWING)
CONTROLS = (TWO._replace(kind="memoryless"), TWO._replace(kind="untrained"))


def cells_of(plan):
    """All cells and how many seeds each has."""
    two = [Cell(2, start, lengths) for start in STARTS for lengths in (*plan.lengths, GROWING)]
    more = [Cell(H, USUAL, lengths) for H in plan.sizes for lengths in (5, GROWING)]
    found = dict.fromkeys([*two, *more, *CONTROLS], plan.n_seeds)
    return found | {TWO: plan.n_main}


def chunks(items, size):
    return [items[at : at + size] for at in range(0, len(items), size)]


def cell_tasks(plan):
    """Those that take longest first."""
    tasks = [
        (cell, part, plan.n_updates)
        for cell, n in cells_of(plan).items()
        for part in chunks(range(FIRST_SEED, FIRST_SEED + n), max(1, SIDE_BY_SIDE // cell.H))
    ]

    def steps(task):
        return sum(length * n for length, n in stages(task[0].lengths, task[2])) * task[0].H

    return sorted(tasks, key=steps, reverse=True)


def stream_tasks(plan):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_streams)
    kinds = [*((window, "learnt") for window in WINDOWS), (30, "memoryless"), (30, "untrained")]
    return [(*kind, part, plan.passes) for kind in kinds for part in chunks(seeds, 10)]


def task_run(task):
    return cell_run(task) if isinstance(task[0], Cell) else stream_run(task)


def compute(plan, jobs):
    tasks = [*stream_tasks(plan), *cell_tasks(plan)]
    cells, streams = {cell: [] for cell in cells_of(plan)}, {}
    for task, found in zip(tasks, parallel_map(task_run, tasks, jobs, "parity")):
        name = task[0] if isinstance(task[0], Cell) else f"{task[1]} {task[0]}"
        (cells if isinstance(task[0], Cell) else streams).setdefault(name, []).extend(found)
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_streams)
    streams["table"] = [counted_stream(seed) for seed in seeds]
    nets = {
        H: [as_net(run["net"], H) for run in cells[cell] if run["learnt"]]
        for H, cell in [(2, TWO), *((H, Cell(H, USUAL, GROWING)) for H in plan.sizes)]
    }
    table = generators("parity asked", 0, ("fresh", "long", "plane", "table"))["table"]
    low, high = bounds()
    hand = by_hand()
    return {
        "first_seed": FIRST_SEED, "n_updates": plan.n_updates, "n_steps": plan.n_steps,
        "passes": plan.passes,
        "cells": [{**cell._asdict(), **summary(runs)} for cell, runs in cells.items()],
        "table": table_right(table),
        "held": long_runs(nets, plan, jobs),
        "by_hand": {
            "bound": low, "basin": high, "farthest": farthest_from_corners(hand, plan.n_steps),
            **plane_of(hand), **shown(hand),
        },
        "planes": [plane_of(net) for net in nets[2]],
        "learnt": shown(nets[2][0]) if nets[2] else None,
        "stream": {name: stream_summary(runs) for name, runs in streams.items()},
    }  # fmt: skip


def long_runs(nets, plan, jobs):
    """By hand and learnt: the first wrong step of each net, by the number of units."""
    chosen = {H: of if H == 2 else of[: plan.n_held] for H, of in nets.items()}
    tasks = [(part, plan.n_steps) for H, of in chosen.items() for part in chunks(of, 160 // H)]
    tasks = [([by_hand()], plan.n_steps), *sorted(tasks, key=lambda t: -len(t[0][0].b_h))]
    found = {"by hand": []}
    for (of, _), first in zip(tasks, parallel_map(held, tasks, jobs, "parity, long")):
        name = str(len(of[0].b_h)) if of is not tasks[0][0] else "by hand"
        found.setdefault(name, []).extend(first)
    found = sorted(found.items(), key=lambda item: item[0].zfill(2))
    return {name: faults(first) for name, first in found}


# ==== Tables and sentences ========================================================================
def cell_of(results, H=2, start=MAIN, lengths=GROWING, kind="learnt"):
    """A cell's numbers."""
    asked = dict(Cell(H, start, lengths, kind)._asdict())
    return next(cell for cell in results["cells"] if asked.items() <= cell.items())


def learnt_cells(results, two):
    """Cells of two units, or all others."""
    return [c for c in results["cells"] if c["kind"] == "learnt" and (c["H"] == 2) == two]


def sizes(results):
    """Other numbers of units."""
    return sorted({cell["H"] for cell in learnt_cells(results, False)})


def best_size(results):
    """The cell with growing lengths that most seeds learn, the smallest such."""
    cells = [cell_of(results, H, USUAL) for H in sizes(results)]
    return max(cells, key=lambda cell: (cell["learnt"]["share"], -cell["H"]))


def by_pieces(results, what):
    """A yes or no of the learnt nets of two units, as a proportion; None if there are none."""
    return proportion([one[what] for one in results["planes"]]) if results["planes"] else None


def share_of(found):
    """A proportion in words."""
    return "no net learnt" if found is None else f"{counted(found)}, {percent(found)}"


def plain(found):
    """A mean with its interval."""
    low, high = found["interval"]
    return f"{found['mean']:.3f} ({low:.3f} to {high:.3f})"


def hand_right(results):
    return results["held"]["by hand"]["first_wrong"] == [None]


def for_ever(results):
    """What is said of the net by hand."""
    hand, first = results["by_hand"], results["held"]["by hand"]["first_wrong"][0]
    n = results["n_steps"]
    said = f"right at each of {n:,} steps" if first is None else f"wrong at step {first:,}"
    kept = "stays" if hand["farthest"] <= hand["bound"] else "does not stay"
    return (
        f"{said}; its state {kept} within the derived {hand['bound']:.2g} of its corner "
        f"(farthest {hand['farthest']:.2g})"
    )


def whole(found):
    """Nets without a fault in the long stream."""
    wrong = [step for step in found["first_wrong"] if step is not None]
    first = f", the first wrong step of the others from {min(wrong):,} on" if wrong else ""
    middle = f", median {found['median']:,.0f}" if found["median"] else ""
    return f"{counted(found['whole'])} without a fault{first}{middle}"


def answer(results):
    """The findings, each with its controls."""
    main, larger = cell_of(results), best_size(results)
    net, table = results["stream"]["learnt 1"], results["stream"]["table"]
    low, high = net["falls"]["interval"]
    falls = "falls" if low > 0 else "rises" if high < 0 else "does not change for certain"
    beaten = "; the table is better there" if order(net, table) > 0 else ""
    long = results["held"].get("2")
    return (
        f"Two units set by hand: {for_ever(results)}. Of seeds with two units "
        f"{percent(main['learnt'])} learn parity by BPTT ({MAIN}, growing lengths), with "
        f"{larger['H']} units {percent(larger['learnt'])}; with W_hh = 0 "
        f"{counted(cell_of(results, kind='memoryless')['learnt'])}, and a table of the last "
        f"{TABLE} bits is right in {results['table']:.1%}. "
        f"In {results['n_steps']:,} steps {whole(long) if long else 'no net of two units ran'}. "
        f"On Elman's stream the error {falls} at third bits: {net['third']['mean']:.2f} against "
        f"{net['other']['mean']:.2f} elsewhere, 0.5 by chance, {table['third']['mean']:.2f} and "
        f"{table['other']['mean']:.2f} with a table of the last two bits{beaten}."
    )


def order(a, b):
    """1, -1 or 0: of the same seeds the error at third bits is larger in a, smaller, neither."""
    low, high = mean(np.subtract(a["thirds"], b["thirds"]))["interval"]
    return 1 if low > 0 else -1 if high < 0 else 0


def table(results):
    """Seeds of two units that learn parity, by start and lengths."""
    lengths = list(dict.fromkeys(c["lengths"] for c in learnt_cells(results, True)))
    header = ("two units, start", *(f"{n} bits" if n != GROWING else n for n in lengths))
    rows = [
        (start, *(share_of(cell_of(results, 2, start, n)["learnt"]) for n in lengths))
        for start in STARTS
    ]
    return header, rows


def by_size(results):
    """Seeds that learn parity, by the number of units, and how long they hold."""
    header = (
        "units", "learnt, 5 bits", "learnt, growing", "share right, growing",
        f"of those that read {results['n_steps']:,} bits",
    )  # fmt: skip
    rows = []
    for H in sorted({2, *sizes(results)}):
        start = MAIN if H == 2 else USUAL
        five, growing = cell_of(results, H, start, 5), cell_of(results, H, start)
        held_ = results["held"].get(str(H))
        rows.append((
            str(H), share_of(five["learnt"]), share_of(growing["learnt"]),
            f"{growing['end']['mean']:.1%}", whole(held_) if held_ else "-",
        ))  # fmt: skip
    return header, rows


STREAMS = {
    "learnt 1": "window 1, Elman's copy", "learnt 30": "window 30", "memoryless 30": "W_hh = 0",
    "untrained 30": "untrained", "table": "table of the last two bits",
}  # fmt: skip


def on_stream(results):
    """Elman's stream: error by place, and how often the net says what two rules would."""
    header = (
        "on Elman's stream", "error at third bits", "elsewhere", "difference",
        "says XOR of the last two: third / elsewhere", "says parity so far: third / elsewhere",
    )  # fmt: skip
    rows = []
    for key, name in STREAMS.items():
        one = results["stream"][key]
        says = [
            " / ".join(f"{one['says'][rule][at]['mean']:.1%}" for at in ("third", "other"))
            for rule in ("xor", "tally")
        ]
        rows.append((name, *(plain(one[what]) for what in ("third", "other", "falls")), *says))
    return header, rows


def seen(results):
    """What the tables do not say."""
    hand, planes = results["by_hand"], results["planes"]
    memoryless, untrained = (cell_of(results, kind=kind) for kind in ("memoryless", "untrained"))
    lines = [
        f"- By hand: {for_ever(results)}. By the derivation a state up to {hand['basin']:.2f} from "
        f"its corner is pulled back; boxes widened by {hand['push']:.2f} come back.",
        f"- Two units, right at the end: W_hh = 0 {percent(memoryless['end'])}, untrained "
        f"{percent(untrained['end'])}, table of {TABLE} bits {results['table']:.1%}.",
        f"- One unit: {share_of(cell_of(results, 1, USUAL)['learnt'])}. No threshold on one unit "
        "can tell the parity: the same sum of the old state would have to be larger for odd states "
        "after a 0 and smaller after a 1.",
    ]
    if planes:
        far = of_planes(results, "push")
        shares = {
            "right for ever, by their boxes": "proved", "each parity in one region": "two_regions",
            "on two sides of a line through the origin": "halves",
            "linearly separable": "separable",
        }  # fmt: skip
        said = "; ".join(f"{name} {share_of(by_pieces(results, k))}" for name, k in shares.items())
        corner, circle = (
            f"{of_planes(results, what)['mean']:.1%} (by hand {hand[what]:.1%})"
            for what in ("near_corners", "near_circle")
        )
        lines.append(
            f"- Learnt with two units: {said}. Boxes come back when widened by {far['median']:.2f} "
            f"(median; least {far['min']:.2f}). States within {CORNER} of a corner {corner}, of "
            f"the unit circle {circle}."
        )
    return "\n".join(lines)


def of_planes(results, what):
    """A number of the learnt nets of two units."""
    return mean([one[what] for one in results["planes"]])


# ==== What "Networks That Remember" says ==========================================================
def verdict(yes, in_part=False):
    return "holds" if yes else "holds in part" if in_part else "does not hold"


def document(results):
    """What it says, what was measured, the verdict, why."""
    rows = (
        two_units, one_in_one, automata, tracked, arbitrarily, regions, circle, tally, temporal,
    )  # fmt: skip
    return [row(results) for row in rows]


def two_units(results):
    proved = "; proved for ever by its boxes" if results["by_hand"]["proved"] else ""
    return (
        "A 2-unit RNN can compute parity",
        f"weights set by hand: {for_ever(results)}{proved}",
        verdict(hand_right(results) and results["by_hand"]["proved"], hand_right(results)),
        "One unit says parity or bit, the other parity and bit; their difference is the parity.",
    )


def margin(plane):
    """How far apart the parities are in the one unit of two that tells them by an interval."""
    odd, gaps = np.array(plane["odd"]), [0.0]
    for unit in np.array(plane["states"]).T:
        order = np.lexsort((odd, unit))
        turns = np.diff(odd[order]) != 0
        if 0 < turns.sum() <= 2:
            gaps.append(float(np.diff(unit[order])[turns].min()))
    return max(gaps)


def one_in_one(results):
    alone, planes = cell_of(results, 1, USUAL), results["planes"]
    found = proportion([one["interval"] == 1 for one in planes]) if planes else None
    best = f"{max(one['threshold'] for one in planes):.1%}" if planes else "no net learnt"
    told = found is not None and found["interval"][0] > 0.5
    by_one = alone["learnt"]["k"] > 0 or any(one["threshold"] == 1 for one in planes)
    apart = [margin(plane) for plane in (results["by_hand"], results["learnt"]) if plane]
    return (
        "The key insight: a single bit can be encoded in one real-valued hidden unit",
        f"learnt nets of two units, one of which tells parity by an interval: {share_of(found)}; "
        f"by a threshold at best {best}; the parities are apart in it by "
        + " and ".join(f"{gap:.2g}" for gap in apart)
        + " of 2 (by hand, and the first learnt)" * (len(apart) > 1)
        + f"; nets of one unit that learn parity: {share_of(alone['learnt'])}",
        verdict(told and by_one, told or by_one),
        f"One unit {'tells' if told else 'does not tell'} the bit to a read-out that may ask for "
        "an interval, by a margin that may be small. To compute parity one unit is not enough: "
        "after a 0 the same sum of the old state must be larger for odd, after a 1 smaller.",
    )


def automata(results):
    return (
        "This proves RNNs can implement finite automata",
        f"the automaton of parity, two states: {for_ever(results)}",
        verdict(False, hand_right(results)),
        "One automaton shows that one; that all can be is a theorem of its own (Minsky 1967).",
    )


def tracked(results):
    found = [cell["learnt"] for cell in learnt_cells(results, True)]
    main = cell_of(results)["learnt"]
    return (
        "The network learned to track the parity of the sequence",
        f"two units, best recipe: {share_of(main)} of seeds; over all starts and lengths "
        f"{sum(one['k'] for one in found)}/{sum(one['n'] for one in found)}",
        verdict(main["interval"][0] > 0.5, main["k"] > 0),
        "Some starts lead there and most do not."
        if 0 < main["share"] < 0.5
        else "Most starts lead there."
        if main["k"]
        else "None did, with this recipe and within this budget.",
    )


def arbitrarily(results):
    memoryless = cell_of(results, kind="memoryless")
    at_chance = max(abs(memoryless["end"]["mean"] - 0.5), abs(results["table"] - 0.5)) < 0.02
    return (
        "It requires the hidden state to maintain information across arbitrarily many time steps",
        f"right without it: W_hh = 0 {percent(memoryless['end'])}, table of the last {TABLE} bits "
        f"{results['table']:.1%}; chance 50%",
        verdict(at_chance and not memoryless["learnt"]["k"]),
        "Each bit turns the parity, so what leaves one bit out is at chance.",
    )


def regions(results):
    found, two = (by_pieces(results, what) for what in ("separable", "two_regions"))
    low, high = found["interval"] if found else (0.0, 0.0)
    return (
        "Hidden state visualization shows a clear two-region structure",
        f"learnt nets of two units in which a line parts odd from even: {share_of(found)}; in "
        f"which states of one parity are nearer to each other than to the other's: {share_of(two)}",
        verdict(low > 0.5, high > 0.5),
        "A net that is right must have the line: its read-out is linear. Two tight regions no "
        "Elman net can have: were each parity one state, what the units add up would be, for "
        "parity and bit, the corners of a parallelogram, with one parity at opposite corners.",
    )


def circle(results):
    said = 'One half of the unit circle for "even count", the other half for "odd count"'
    if not results["planes"]:
        return said, "no net of two units learnt", verdict(False), "There are no states to see."
    near, corner = of_planes(results, "near_circle"), of_planes(results, "near_corners")
    parted = by_pieces(results, "halves")
    on, half = near["interval"][0] > 0.5, parted["interval"][0] > 0.5
    return (
        said,
        f"states within {CORNER} of the unit circle {near['mean']:.1%}, of a corner of the "
        f"square {corner['mean']:.1%}; parted by a line through the origin: {share_of(parted)}",
        verdict(on and half, on or half),
        "The units saturate: states lie at the square's corners more than on the circle."
        if corner["mean"] > near["mean"]
        else "States lie on the circle more than at corners.",
    )


def tally(results):
    one = results["stream"]["learnt 1"]["says"]
    xor, count = (one[rule]["other"]["mean"] for rule in ("xor", "tally"))
    return (
        "Elman's first simulation trained a tiny 2-unit RNN to maintain a running tally",
        f"away from third bits the net on his stream says XOR of the last two bits in "
        f"{xor:.1%}, the parity so far in {count:.1%}; at third bits the two are the same",
        verdict(count > xor and count > 0.6, count > xor),
        "His stream asks for the XOR of two bits, not for a tally; the net applies XOR elsewhere "
        "too."
        if xor > count
        else "Elsewhere the net follows the tally more than XOR.",
    )


def temporal(results):
    kinds = {name: results["stream"][name] for name in ("learnt 1", "learnt 30", "memoryless 30")}
    with_it, without = (kinds[name]["falls"]["interval"] for name in ("learnt 1", "memoryless 30"))
    needed = with_it[0] > 0 >= without[0]
    said = "; ".join(f"{STREAMS[name]} {plain(one['falls'])}" for name, one in kinds.items())
    return (
        "A static function becomes a memory task when cast in temporal form",
        f"error elsewhere less error at third bits: {said}",
        verdict(needed),
        "Without the recurrent weights the first of the two bits is gone when the second comes.",
    )


# ==== Figure ======================================================================================
def figures(results):
    main, larger = cell_of(results), best_size(results)
    hold = "hold" if results["by_hand"]["proved"] and hand_right(results) else "do not hold"
    figure = new_figure(
        f"Two units {hold} the parity for ever by hand; by BPTT {main['learnt']['share']:.0%} of "
        f"seeds find such weights,\nwith {larger['H']} units {larger['learnt']['share']:.0%}",
        height=8.4,
    )
    (by_hand_, learnt), (shares, curve) = figure.subplots(2, 2)
    draw_plane(by_hand_, results["by_hand"], "two units by hand")
    if results["learnt"]:
        draw_plane(learnt, results["learnt"], "two units, learnt (first seed that did)")
    draw_shares(shares, results)
    draw_stream(curve, results)
    return {"parity.png": figure}


def draw_plane(ax, net, title):
    """States by parity, the unit circle, and where the read-out changes its mind."""
    points, odd = np.array(net["states"]), np.array(net["odd"]) == 1
    angle = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.cos(angle), np.sin(angle), color=FAINT, lw=1, ls="--")
    W, b = np.array(net["weights"]["W_hy"]), np.array(net["weights"]["b_y"])
    at = np.linspace(-1.2, 1.2, 50)
    x, y = np.meshgrid(at, at)
    says = x * (W[0, 1] - W[0, 0]) + y * (W[1, 1] - W[1, 0]) + b[1] - b[0]
    ax.contour(x, y, says, [0], colors="black", linewidths=1.2)
    for which, colour, marker, name in ((odd, CHUNKER, "o", "odd"), (~odd, BASELINE, "s", "even")):
        ax.plot(*points[which].T, marker, color=colour, ms=8, alpha=0.5, mec="none", label=name)
    ax.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal", title=title)
    ax.set(xlabel="activity of unit 1", ylabel="activity of unit 2")
    ax.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.02, 0.5), title="so far")


def draw_shares(ax, results):
    """Seeds that learn, by the number of units."""
    numbers = sorted({2, *sizes(results)})
    for shift, lengths, colour, name in (
        (-0.2, 5, BASELINE, "5 bits"), (0.2, GROWING, AUTOMATIZER, "2, then 3, 5, 10, 25 bits"),
    ):  # fmt: skip
        found = [cell_of(results, H, MAIN if H == 2 else USUAL, lengths)["learnt"] for H in numbers]
        at = np.arange(len(numbers)) + shift
        ax.bar(at, [one["share"] for one in found], 0.4, color=colour, label=name)
        ax.vlines(at, *np.transpose([one["interval"] for one in found]), color="black", lw=1)
    ax.set_xticks(range(len(numbers)), numbers)
    ax.set(ylim=(0, 1.3), yticks=np.arange(6) / 5, xlabel="units")
    ax.set(title="share of seeds that learn parity, by length of sequences")
    ax.legend(fontsize=9, loc="upper left", ncols=2)


def draw_stream(ax, results):
    """Elman's figure 3: error over twelve bits in a row."""
    at = np.arange(1, 13)
    looks = {
        "learnt 1": (CHUNKER, "o-"), "learnt 30": (AUTOMATIZER, "s-"),
        "memoryless 30": (BASELINE, "^-"), "table": ("black", ":"),
    }  # fmt: skip
    for key, (colour, style) in looks.items():
        one = results["stream"][key]
        ax.plot(at, one["twelve"], style, color=colour, ms=5, label=STREAMS[key])
        if key != "table":
            ax.vlines(at, *np.transpose(one["interval"]), color=colour, lw=1)
    ax.axhline(0.5, color=FAINT, ls="--", lw=1)
    ax.set(ylim=(0, 0.62), xlabel="bit read last; after 2, 5, 8 and 11 comes the XOR", xticks=at)
    ax.set(title="Elman's stream: root mean squared error by place")
    ax.legend(fontsize=9, loc="lower left", ncols=2)
