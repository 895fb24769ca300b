"""How far Elman, GRU and LSTM nets count, and what they count with."""

from __future__ import annotations

from studies import page
from studies.lab.intervals import counted
from studies.lab.three_nets import BLOCKS, BRACKETS, DEPTH, FARTHER, KINDS
from studies.memory.counters import block, cells, deep, farther, trained_depth

PART = "Networks that remember"
TITLE = "Counting"
QUESTION = "How far do Elman, GRU and LSTM nets count, and with what?"
ALT = (
    "For strings of blocks, a row for each net and each control with a dot a seed: the longest n "
    "up to which all strings are right, and a line at a chosen n. Below, the state of the unit "
    "that counts along strings. For brackets, the share of strings right against their depth."
)
SOURCE = ("counters",)
PAIRS = (("GRU", "Elman"), ("LSTM", "GRU"))


def extremes(found):
    return [found[key] for key in ("min", "median", "max")]


def of_block(r, language, trained, name):
    """One net on one of `BLOCKS`."""
    one = block(r, language, trained, name)
    return {
        "each": sorted(one["each"]), "longest": extremes(one["longest"]),
        "anywhere": one["anywhere"]["max"], "untrained": extremes(one["reservoir"]),
        "parameters": one["parameters"], "all_trained": counted(one["all_trained"]),
        "line": [[one[of][key]["mean"] for key in ("trained", "farther")]
                 for of in ("unit", "start")],
    }  # fmt: skip


def of_brackets(r, language, name, what="net"):
    """Shares right with their intervals, a list over the lengths for each depth."""
    shares = [[deep(r, language, name, d, n, what) for n in r["lengths"]] for d in r["depths"]]
    return [[[one["mean"], *one["interval"]] for one in row] for row in shares]


def spread(one, cap):
    """Median, least and most of the longest n; + where the cap ends it."""
    low, middle, high = (f"{v:,.10g}" + "+" * (v >= cap) for v in extremes(one))
    return f"{middle} ({low} to {high})"


def best_table(r, language, trained):
    return max(one["longest"] for one in r["tables"][language][str(trained)].values())


def order(r):
    """Whether the document's order shows, in words."""
    tasks = cells(r)
    won = [sum(farther(r, *pair, *cell) for cell in tasks) for pair in PAIRS]
    back = [sum(farther(r, *pair[::-1], *cell) for cell in tasks) for pair in PAIRS]
    counts = ", ".join(
        f"{a} farther than {b} in {k} of {len(tasks)}" + f" (the reverse in {n})" * (n > 0)
        for (a, b), k, n in zip(PAIRS, won, back)
    )
    whole = all(k == len(tasks) for k in won)
    shows = "shows in all" if whole else "shows in part" if any(won) else "does not show"
    return f"The document's order Elman < GRU < LSTM {shows}: {counts} tasks."


def matched(r):
    """In how many tasks a control comes as far as the median of a net."""
    pairs = [(cell, name) for cell in cells(r) for name in KINDS]
    found = 0
    for cell, name in pairs:
        one = block(r, *cell, name)
        best = max(best_table(r, *cell), one["reservoir"]["max"])
        found += best >= one["longest"]["median"]
    return f"A control comes as far as the median net in {found} of {len(pairs)} cases."


def scene(read):
    r = read("counters")
    language, n = next(iter(BLOCKS)), r["trained"][-1]
    nets = {name: block(r, language, n, name) for name in KINDS}
    said = ", ".join(f"{name} {spread(one['longest'], r['cap'])}" for name, one in nets.items())
    still = max(one["reservoir"]["max"] for one in nets.values())
    (depth, length), far = trained_depth(r), r["depths"][-1]
    brackets = ", ".join(
        f"{name} {deep(r, 'Dyck-2', name, depth, length)['mean']:.0%} and "
        f"{deep(r, 'Dyck-2', name, far, length)['mean']:.0%}" for name in (*KINDS, "table")
    )  # fmt: skip
    finding = (
        f"Trained on {language} to n = {n}, all n are right up to (median of {r['seeds']} seeds, "
        f"least to most): {said}; a table of the last symbols to {best_table(r, language, n)}, "
        f"untrained nets with a read-out fitted to {still:.0f} at best. {order(r)} {matched(r)} "
        f"Brackets of two kinds, {length} long, right at depths {depth} (trained to {DEPTH}) and "
        f"{far}: {brackets}."
    )
    blocks = {
        language: {
            str(n): {name: of_block(r, language, n, name) for name in KINDS} for n in r["trained"]
        }
        for language in BLOCKS
    }
    brackets = {
        language: {
            **{name: of_brackets(r, language, name) for name in (*KINDS, "table")},
            **{f"untrained {name}": of_brackets(r, language, name, "reservoir") for name in KINDS},
        }
        for language in BRACKETS
    }  # fmt: skip
    keys = ("seeds", "first_seed", "cap", "trained", "orders", "depths", "lengths", "hidden")
    return finding, page.rounded({
        **{key: r[key] for key in keys}, "longest_brackets": r["longest_brackets"],
        "depth": DEPTH, "farther": FARTHER, "letters": BLOCKS, "blocks": blocks,
        "tables": {language: {n: {order: one["longest"] for order, one in of.items()}
                              for n, of in r["tables"][language].items()} for language in BLOCKS},
        "brackets": brackets, "traces": page.rounded(r["traces"], 3),
    })  # fmt: skip
