"""Where is history compression needed, where is it merely cheaper, and where is it beaten?

    python3 -m studies needed

Nothing is trained here. The cells, a system on a task, come from the committed results
of the studies that ran them: seeds solved, and the multiply-adds of training until then.
What solved means, each study says: the choice at the end of fresh sequences; in 2a and 2b,
of the LSTM paper, its outputs; in the headline with lengths chosen all filler too. Counting
is no multiply-add here, nor is a least-squares fit. Lengths are `given` where a system trains
on sequences as long as the task's, `chosen` where on others, and is asked at the task's.
"""

from __future__ import annotations

import numpy as np

from studies.lab import cells
from studies.lab.catalogue import results_of
from studies.lab.intervals import counted, proportion
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, new_figure

READS = (
    "rarity", "lengths", "longer", "cost", "lag20", "conventional", "decisive", "rivals",
    "counted", "experiment2",
)  # fmt: skip
FULL = QUICK = None  # there is nothing to make smaller
MOST = 0.9  # of the seeds: a system that solves so many solves the task
TASKS = {  # and the studies that ran it, with where its cells lie
    "headline": (),
    "lag of 20": (("lag20", ()),),
    "noise 0.01": (("conventional", ("noise 0.01",)),),
    "noise 0.1": (("conventional", ("noise 0.1",)),),
    "noise 0.5": (("conventional", ("noise 0.5",)),),
    "hierarchy": (("conventional", ("hierarchy",)),),
    "deep hierarchy": (("conventional", ("hierarchy (depth 3)",)),),
    "decisive": (("decisive", ("first",)), ("rivals", ("first",)), ("counted", ("first",))),
    "parity": (
        ("decisive", ("second",)),
        ("rivals", ("second",)),
        ("counted", ("second",)),
    ),
    "2a": (("experiment2", ("2a",)),),
    "2b": (("experiment2", ("2b",)),),
}
LINEAR, LAYERED = "counts, linear", "counts + hidden layer"  # of triples of symbols
ROWS = [
    LINEAR, LAYERED,
    *(cells.key(name, how) for name, hows in cells.SYSTEMS.items() for how in hows),
]  # fmt: skip
COUNTING = (LINEAR, LAYERED, cells.key("table + C"))  # no trained net reads every symbol
SOLVED = 0.99  # of the choices on the decisive task, as its studies have it


def headline():
    """Cells of the headline's task: lengths given from several studies, chosen from `lengths`."""
    cost = {row["method"]: row for row in results_of("cost")["solved"]}
    longer, chosen = results_of("longer"), results_of("lengths")
    step = chosen["methods"]["plain RNN"]["multiply_adds_per_step"]
    update = step * longer["batch"] * (longer["T"] - 1)
    took = [run["updates"] and run["updates"] * update for run in longer["runs"]]
    found = dict(chosen["cells"])
    found["table + C, given"] = results_of("rarity")["cells"]["table + C, given"]
    found["plain RNN, given"] = cells.cell(took, longer["budget"] * update)
    for system in ("LSTM", "A + C", "collapsed"):
        row = cost[system]
        found[f"{system}, given"] = {key: row[key] for key in ("solved", "multiply_adds")}
    return found


def linear(form):
    """The read-out of counted triples on one form of the decisive task, from `rivals`."""
    choice = results_of("rivals")["linear"][form]["triples"]
    if choice["min"] <= SOLVED < choice["max"]:
        raise ValueError("rivals does not say on how many seeds the linear read-out is right")
    solved = proportion([choice["min"] > SOLVED] * choice["n"])
    return {LINEAR: {"solved": solved, "multiply_adds": None}}


def gathered(places):
    """The cells of one task."""
    study, path = places[0]
    found = linear(path[0]) if study == "decisive" else {}
    for study, path in places:
        part = results_of(study)["cells"]
        for name in path:
            part = part[name]
        found.update(part)
    return found


def relative(column):
    """Multiply-adds of each cell relative to the cheapest that solves `MOST`, else to any."""
    ready = {k: c for k, c in column.items() if c["multiply_adds"] is not None}
    good = [c for c in ready.values() if solves(c)] or list(ready.values())
    unit = min((c["multiply_adds"] for c in good), default=None)
    return {k: c["multiply_adds"] / unit if unit else None for k, c in ready.items()}


def solves(cell):
    return cell["solved"]["share"] >= MOST


def verdict(column):
    """What a task says of A + C, of two nets, within the budgets that were spent.

    "needed": nothing else solves it, but a net that A + C taught. "cheapest net": no single net
    does for less, though counting may. "beaten": one does. "not solved": not by A + C.
    """
    good = {k: c["multiply_adds"] or 0.0 for k, c in column.items() if solves(c)}
    ours = [m for k, m in good.items() if k.startswith("A + C")]
    others = {k: m for k, m in good.items() if not k.startswith(("A + C", "collapsed"))}
    nets = [m for k, m in others.items() if k not in COUNTING]
    if not ours:
        return "not solved"
    if nets and min(nets) <= min(ours):
        return "beaten"
    return "cheapest net" if others else "needed"


def counts_do(column):
    """Is it solved without a trained net that reads every symbol?"""
    return any(row in column and solves(column[row]) for row in COUNTING)


def compute(plan, jobs):
    tasks = {}
    for task, places in TASKS.items():
        found = gathered(places) if places else headline()
        column = {row: found[row] for row in ROWS if row in found}
        times = relative(column)
        tasks[task] = {
            "cells": {k: {**c, "relative": times.get(k)} for k, c in column.items()},
            "verdict": verdict(column),
            "counts_do": counts_do(column),
        }
    return {"rows": ROWS, "most": MOST, "tasks": tasks}


# ==== Tables and sentences ========================================================================
def times(x):
    """A ratio in words short enough for a cell."""
    if x is None:
        return ""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if x >= size:
            return f" {x / size:.2g}{unit}x" if x < 100 * size else f" {x / size:.0f}{unit}x"
    return f" {x:.0f}x" if x >= 9.5 else f" {x:.1f}x"


def said(cell):
    """Seeds solved, and multiply-adds relative to the cheapest."""
    if cell is None:
        return "-"
    return f"{cell['solved']['k']}/{cell['solved']['n']}{times(cell['relative'])}"


MERGED = {
    "noise": ("noise 0.01", "noise 0.1", "noise 0.5"),
    "hierarchy": ("hierarchy", "deep hierarchy"),
}  # columns of the README's table


def columns():
    """Columns of the README's table and the tasks that share each."""
    shared = {task: name for name, tasks in MERGED.items() for task in tasks}
    found = {}
    for task in TASKS:
        found.setdefault(shared.get(task, task), []).append(task)
    return found


def table(results):
    """Systems by tasks."""
    merged = columns()
    rows = []
    for row in results["rows"]:
        of = {task: results["tasks"][task]["cells"].get(row) for task in TASKS}
        cell = ["; ".join(said(of[task]) for task in tasks) for tasks in merged.values()]
        rows.append((row, *("-" if set(text) <= set("-; ") else text for text in cell)))
    return ("", *merged), rows


def tasks_with(results, verdict):
    return [task for task, column in results["tasks"].items() if column["verdict"] == verdict]


def listed(names):
    return ", ".join(names)


def answer(results):
    """The finding in one sentence."""
    tasks = results["tasks"]
    kinds = {v: tasks_with(results, v) for v in ("needed", "cheapest net", "beaten", "not solved")}
    said = {v: f"{len(names)} ({listed(names)})" if names else "none" for v, names in kinds.items()}
    alone = len(kinds["needed"])
    alone = f"{said['needed']} {'is' if alone < 2 else 'are'}"
    return (
        f"Of {len(tasks)} tasks, {alone} solved by automatizer and chunker and by nothing "
        f"else within the budgets spent; counting, in A's place or instead of both nets, solves "
        f"{sum(c['counts_do'] for c in tasks.values())}; of the nets that read the symbols "
        f"automatizer and chunker are the cheapest at {said['cheapest net']}, one net does for "
        f"less at {said['beaten']}, and they solve fewer than {results['most']:.0%} of the seeds "
        f"at {said['not solved']}."
    )


def seen(results):
    """How to read the table."""
    forms = results_of("decisive")["forms"].values()
    no_labels = [counted(form["systems"]["A + C, mispredicted"]["solved"]) for form in forms]
    labelled = next(
        counted(row["solved"])
        for row in results_of("experiment2")["rows"]
        if (row["task"], row["net"], row.get("gate")) == ("2b", "A + C", "midpoint")
    )
    return (
        f"- A cell says on how many seeds the task is solved, and the median multiply-adds until "
        f"then, relative to the cheapest system that solves {results['most']:.0%} of its seeds.\n"
        "- Noise: three levels, with e = 0.01, 0.1 and 0.5; hierarchy: depths 2 and 3. Table: of "
        "frequencies, in A's place; its multiply-adds are those of C. Counts: of triples of "
        "symbols, read out by least squares, or by a hidden layer; run on the decisive task "
        "alone. k is a thousand, M a million times.\n"
        "- Given: trained at the task's lengths. Chosen: at lengths of its own. A dash: not run, "
        "or the task leaves no choice of lengths.\n"
        "- Each system has its own budget and its own small grid of settings, which the studies "
        "state: what is not solved here may be solved with more of either.\n"
        "- Costs are of these schedules, not the least possible. On decisive, parity and 2b, and "
        "where A + C train with rates that fall to the end of the budget, a run is right only "
        "late in it.\n"
        "- A's threshold was set on labelled sequences in the headline with lengths given, at "
        "noise 0.1 (given) and 0.5, and on decisive and parity, where without labels A + C solve "
        f"{no_labels[0]} and {no_labels[1]}. At 2b it was not; with labels they solve "
        f"{labelled}.\n"
        "- At 2b A + C and table + C are told the times between events; a single net must count."
    )


# ==== Figure ======================================================================================
def figures(results):
    tasks = results["tasks"]
    kinds = {v: len(tasks_with(results, v)) for v in ("needed", "cheapest net", "beaten")}
    figure = new_figure(
        f"Automatizer and chunker: needed at {kinds['needed']} of {len(tasks)} tasks, the cheapest "
        f"net at {kinds['cheapest net']}, beaten by one net at {kinds['beaten']};\ncounting, in "
        f"A's place or instead of both nets, solves "
        f"{sum(c['counts_do'] for c in tasks.values())}",
        width=12.0,
        height=6.0,
    )
    ax = figure.subplots()
    for x, column in enumerate(tasks.values()):
        for y, row in enumerate(results["rows"]):
            draw_cell(ax, x, y, column["cells"].get(row))
        colour = {"needed": CHUNKER, "cheapest net": AUTOMATIZER}.get(column["verdict"], BASELINE)
        word = column["verdict"].replace(" ", "\n")
        look = {"color": colour, "weight": "bold", "linespacing": 1.0}
        ax.text(x, len(ROWS) - 0.1, word, ha="center", va="center", **look)
    ax.set(xlim=(-0.5, len(tasks) - 0.5), ylim=(len(ROWS) + 0.5, -0.5))
    names = [task.replace("noise ", "noise\n").replace("deep ", "deep\n") for task in tasks]
    ax.set_xticks(range(len(tasks)), names)
    ax.set_yticks([*range(len(ROWS)), len(ROWS) - 0.1], [*ROWS, "A + C are"])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return {"needed.png": figure}


def draw_cell(ax, x, y, cell):
    """Darker where more seeds are solved; the cost below the count."""
    if cell is None:
        ax.text(x, y, "-", ha="center", va="center", color="#A0A0A0")
        return
    share = cell["solved"]["share"]
    shade = np.array([213, 94, 0]) / 255 * share + np.array([0.95, 0.95, 0.95]) * (1 - share)
    ax.fill_between([x - 0.47, x + 0.47], y - 0.45, y + 0.45, color=shade, lw=0)
    text = f"{cell['solved']['k']}/{cell['solved']['n']}"
    text += f"\n{times(cell['relative']).strip()}" if cell["relative"] else ""
    ink = "white" if share > 0.6 else "black"
    ax.text(x, y, text, ha="center", va="center", color=ink, fontsize=10, linespacing=1.0)
