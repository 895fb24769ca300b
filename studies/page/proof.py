"""What else would do it: simpler systems and A + C without parts, on the same tasks."""

from __future__ import annotations

from typing import NamedTuple

from studies import page
from studies.chunker import needed
from studies.lab.intervals import counted, proportion

PART = "History compression"
TITLE = "What else would do it"
QUESTION = "Which part of history compression does a task need, and what does as well without it?"
ALT = (
    "A table of systems by tasks. Each cell says on how many seeds the system solves the task, "
    "with a bar for their share and its 95% interval, and what that took relative to the "
    "cheapest system. Move through the cells with the arrow keys: below, a line says what the "
    "cell proves."
)
SOURCE = ("needed", "rarity", "tables", "lengths", "controls", "gate", "decisive")
GROUPS = {
    "table": "a frequency table in A's place",
    "net": "one plain net, also on short sequences",
    "parts": "A + C without a part",
    "counting": "counting instead of both nets",
    "LSTM": "LSTM",
    "collapsed": "C collapsed into one net",
}
ORDERS = {"symbols": 0, "pairs": 1, "triples": 2, "fours": 3}  # tables: symbols looked back at


CHOICES = {"choice": "choice", "distracted": "with_distractors"}
WITHOUT = {  # groups of systems that do without it, too
    "compression": ("net", "LSTM", "counting"),
    "a net in A's place": ("table", "net", "LSTM", "counting"),
    "any recurrent net": ("counting",),
    "two nets at use": ("net", "LSTM", "counting", "collapsed"),
}


LOOKS_BACK = {  # over how many symbols the table of `needed` does, as each task's study says
    "headline": 0, "lag of 20": 1, "noise 0.01": 0, "noise 0.1": 0, "noise 0.5": 0,
    "hierarchy": 1, "deep hierarchy": 1, "decisive": 3, "parity": 3, "2a": 1, "2b": 0,
}  # fmt: skip


class Row(NamedTuple):
    name: str
    group: str  # of GROUPS, "" for A + C
    kind: str  # "ours", "part": A + C without `lacks`, "rival": another system without it
    lacks: str
    cells: dict  # of tasks


def systems(read):
    """All rows."""
    tasks = read("needed")["tasks"]
    whole = {row: {task: c["cells"].get(row) for task, c in tasks.items()}
             for row in read("needed")["rows"]}  # fmt: skip
    forms = dict(zip(("decisive", "parity"), read("decisive")["forms"].values()))
    parts, ablations = read("tables")["parts"]["headline"], read("controls")["ablations"]

    def of_decisive(name):
        return {
            task: asked(form["systems"][name])
            for task, form in forms.items()
            if name in form["systems"]
        }

    ours = [
        Row("A + C", "", "ours", "", whole["A + C, given"]),
        Row("A + C on lengths of their own", "net", "ours", "", whole["A + C, chosen"]),
    ]
    return [
        *ours[:1],
        *of_tables(read, whole["table + C, given"], of_decisive),
        Row("one plain net", "net", "rival", "compression", whole["plain RNN, given"]),
        Row("one plain net on lengths of its own", "net", "rival", "compression",
            noted(whole["plain RNN, chosen"], "headline", trained_on(read("lengths")))),
        ours[1],
        Row("C without recurrent weights", "parts", "part", "C's recurrence",
            {"headline": {"solved": parts["C's"]["perfect"]}, **of_decisive("no W_hh in C")}),
        Row("A without recurrent weights", "parts", "part", "A's recurrence",
            {"headline": {"solved": parts["A's"]["perfect"]}, **of_decisive("no W_hh in A")}),
        Row("C untrained", "parts", "part", "training of C",
            {"headline": of_headline(ablations["C untrained"])}),
        Row("C's read-out alone trained", "parts", "part", "training of C's recurrence",
            of_decisive("C's read-out alone trained")),
        Row("A untrained", "parts", "part", "training of A",
            {"headline": of_headline(ablations["A untrained"]), **of_decisive("A untrained")}),
        Row("everything goes up", "parts", "part", "a choice of what goes up",
            {"headline": of_headline(ablations["everything goes up"]),
             **of_decisive("everything goes up")}),
        Row("random symbols go up", "parts", "part", "surprise as that choice",
            {"headline": of_headline(ablations["random positions"]),
             **of_decisive("events at random times")}),
        Row("what A mispredicts goes up (no labels)", "parts", "part",
            "labelled sequences for the threshold",
            {"headline": {"solved": read("gate")["levels"][0]["gates"]["mispredicted"]["perfect"]},
             **of_decisive("A + C, mispredicted")}),
        Row("distractors not growing in number", "parts", "part", "lessons that grow",
            of_decisive("A + C, not growing")),
        Row("linear read-out of counts of triples", "counting", "rival", "any recurrent net",
            whole[needed.LINEAR]),
        Row("hidden layer on counts of triples", "counting", "rival", "any recurrent net",
            whole[needed.LAYERED]),
        Row("LSTM", "LSTM", "rival", "compression", whole["LSTM, given"]),
        Row("LSTM on lengths of its own", "LSTM", "rival", "compression", whole["LSTM, chosen"]),
        Row("collapsed net", "collapsed", "rival", "two nets at use", whole["collapsed, given"]),
        Row("collapsed net on lengths of its own", "collapsed", "rival", "two nets at use",
            whole["collapsed, chosen"]),
    ]  # fmt: skip


def of_tables(read, costs, of_decisive):
    """Tables in A's place, and of both gates the one with which more seeds are solved.

    `costs`: the cells of `needed`.
    """
    quiet, rows = read("rarity")["levels"][0], []
    for name, order in ORDERS.items():
        gates = [of_decisive(f"table of order {order}, {g}") for g in ("mispredicted", "threshold")]
        found = {
            task: max((of[task] for of in gates if task in of), key=lambda c: c["solved"]["k"])
            for task in gates[0]
        }
        if name in quiet:
            found["headline"] = {"solved": quiet[name]["perfect"]}
        for task, cell in costs.items():
            if LOOKS_BACK[task] == order:
                found[task] = {**cell, **found.get(task, {})}
        rows.append(Row(f"table of {name}", "table", "rival", "a net in A's place", found))
    return rows


def asked(system):
    """A cell of `decisive`; where there is a distractor the last event does not tell the answer."""
    choices = {key: system[name]["mean"] for key, name in CHOICES.items()}
    return {"solved": system["solved"], **choices}


def of_headline(ablation):
    """A cell of `controls`, which keeps means: solved by no seed where the best one recalls less.

    Else it is not known by how many.
    """
    recall, choice = ablation["recall"], ablation["choice"]
    known = recall["max"] < 1
    return {
        "solved": proportion([False] * recall["n"]) if known else None,
        "choice": choice["mean"], "recall": recall["mean"], "n": recall["n"],
    }  # fmt: skip


def trained_on(lengths):
    low, high = lengths["lengths"]
    return f"Trained on {low} to {high} symbols, asked at {lengths['asked_at']:,}."


def noted(cells, task, note):
    return {**cells, task: {**cells[task], "note": note}}


# ==== What a cell proves, in words ================================================================
def solves(cell):
    return cell["solved"] is not None and cell["solved"]["share"] >= needed.MOST


def apart(cell, ours):
    """Do fewer seeds solve it than with A + C, beyond both 95% intervals?"""
    return cell["solved"]["interval"][1] < ours["solved"]["interval"][0]


def proves(row, task, rows):
    """What a cell proves, and what not."""
    cell, ours = row.cells[task], rows[0].cells[task]
    if row.kind == "ours":
        others = able(rows, task)
        named, do = " and ".join(others[:2]), "does" if len(others) == 1 else "do"
        if not solves(cell):
            return "So A + C do not solve it reliably" + (f"; {named} {do}." if others else ".")
        if others:
            return f"So A + C suffice, and are not needed: {named} {do} it too."
        return "So A + C suffice, and nothing else run here does as well."
    if cell["solved"] is None:
        left = "little" if cell["choice"] < 0.75 else "much"
        return f"So {left} is left without {row.lacks}."
    if row.kind == "part":
        if solves(cell):
            return f"So A + C do not need {row.lacks} for this task."
        if apart(cell, ours):
            return f"So A + C need {row.lacks} here: with it {counted(ours['solved'])} seeds do."
        return f"Too few seeds to tell this from A + C, {counted(ours['solved'])}."
    if solves(cell):
        return f"So the task does not need {row.lacks}."
    if cell["solved"]["k"]:
        return f"So it can be done without {row.lacks}, though not on every seed."
    others = [name for name in able(rows, task, row.lacks) if name != row.name]
    if others:
        return f"That does not prove {row.lacks} needed: {others[0]} does without."
    return f"That does not prove {row.lacks} needed: other settings or more training might do."


def able(rows, task, lacks=None):
    """Other systems that solve a task, or those of them that do without `lacks`."""
    groups = WITHOUT[lacks] if lacks else [group for group in GROUPS if group != "collapsed"]
    return [
        r.name for r in rows
        if r.kind == "rival" and r.group in groups and r.cells.get(task) and solves(r.cells[task])
    ]  # fmt: skip


def percent(share):
    """Whole, but where that would be no share at all."""
    return f"{share:.1%}" if 0 < share < 0.005 else f"{share:.0%}"


def price(cell, ours):
    """Multiply-adds relative to the cheapest system, and to A + C at the task's lengths."""
    if not cell.get("relative"):
        return ""
    words = (
        f"Multiply-adds until then: {short(cell['relative'])} times those of the cheapest system"
        if cell["relative"] != 1 else "No system counted needs fewer multiply-adds until then"
    )  # fmt: skip
    if not ours or not ours.get("multiply_adds") or ours is cell:
        return f"{words}."
    times = cell["multiply_adds"] / ours["multiply_adds"]
    if max(times, 1 / times) < 1.05:
        return f"{words}, about as many as A + C at the task's lengths."
    words += f", {short(max(times, 1 / times))} times "
    return f"{words}{'those of' if times > 1 else 'fewer than'} A + C at the task's lengths."


def short(times):
    return needed.times(times).strip(" x")


def says(row, task, rows):
    """All that a cell says, in sentences."""
    cell = row.cells.get(task)
    if cell["solved"] is None:
        counts = (
            f"Mean of {cell['n']} seeds: recall {cell['recall']:.0%}, choice {cell['choice']:.0%} "
            "(chance 50%). How many seeds solve it was not kept."
        )
    else:
        low, high = map(percent, cell["solved"]["interval"])
        k, n = cell["solved"]["k"], cell["solved"]["n"]
        counts = f"{k} of {n} seeds solve it (95% interval {low} to {high})."
        if "choice" in cell and not solves(cell):
            counts += f" Its choice is right {cell['choice']:.1%} of the time"
            if "distracted" in cell:
                counts += f", {cell['distracted']:.1%} where there is a distractor"
            counts += " (chance 50%)."
    sentences = (
        counts, cell.get("note"), price(cell, rows[0].cells.get(task)), proves(row, task, rows)
    )  # fmt: skip
    return " ".join(filter(None, sentences))


# ==== The scene ===================================================================================
def drawn(row, rows):
    """A row as the page has it: of each cell what is drawn and what it says."""
    cells = {}
    for task, cell in row.cells.items():
        if cell is None:
            continue
        solved = cell["solved"]
        cells[task] = {
            "k": solved and solved["k"], "n": solved["n"] if solved else cell["n"],
            "interval": solved and solved["interval"], "choice": cell.get("choice"),
            "cost": short(cell.get("relative")), "solves": solves(cell),
            "says": says(row, task, rows),
        }  # fmt: skip
    return {"name": row.name, "group": row.group, "kind": row.kind, "cells": cells}


def scene(read):
    rows = systems(read)
    of = {row.name: row.cells for row in rows}

    def seeds(name):
        cells = of[name]
        return " and ".join(counted(cells[task]["solved"]) for task in ("decisive", "parity"))

    tables = [row.cells for row in rows if row.group == "table"]
    best = " and ".join(
        counted(max((cells[task]["solved"] for cells in tables), key=lambda p: p["share"]))
        for task in ("decisive", "parity")
    )
    finding = (
        f"A table of symbol frequencies in A's place solves the headline on "
        f"{counted(of['table of symbols']['headline']['solved'])} seeds, one plain net trained on "
        f"short sequences on "
        f"{counted(of['one plain net on lengths of its own']['headline']['solved'])}. "
        f"Where events are made of the filler's own symbols, on decisive and parity, A + C solve "
        f"{seeds('A + C')} seeds, the best table {best}, one plain net "
        f"{seeds('one plain net on lengths of its own')}, C without recurrent weights "
        f"{seeds('C without recurrent weights')}, and a hidden layer on counts of triples "
        f"{seeds('hidden layer on counts of triples')}."
    )
    shown = {  # tasks beside which all rows are compared, as the reader sees them
        "headline": f"headline: A or B returns after {read('rarity')['T'] - 1:,} steps",
        "decisive": "decisive: events are symbols of the filler",
        "parity": "parity of two such events",
    }
    return finding, {
        "most": read("needed")["most"], "groups": GROUPS, "shown": shown,
        "tasks": list(read("needed")["tasks"]),
        "rows": page.rounded([drawn(row, rows) for row in rows], 3),
    }  # fmt: skip
