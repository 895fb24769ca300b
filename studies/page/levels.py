"""The stack of four levels as strips to walk up."""

from __future__ import annotations

from studies.lab import cells
from studies.lab.intervals import counted, percent

PART = "History compression"
TITLE = "Levels"
QUESTION = "Does compression compound when each level reads only what the one below mispredicts?"
ALT = (
    "Strips of symbols, one for each level, the lowest at the bottom. What a level mispredicts is "
    "lit, and a line leads from it to its place in the strip above. Each strip says how many "
    "symbols the level reads."
)
SOURCE = ("signals", "hierarchy", "conventional")
GLYPHS = "AB" + "12345" + "abcde" + "vwxyz" + "αβγδε"
TABLE = "table + C"


def of_depth(depth, stack, of):
    """Strips of one stack and of levels that have not learnt; means over seeds."""
    return {
        "trained": stack["trained"], "start": stack["start"], "recall": stack["recall"],
        "mean": of["events"], "seeds": of["perfect"]["n"],
    }  # fmt: skip


def scene(read):
    r, h, conventional = read("signals"), read("hierarchy"), read("conventional")
    stacks, depths = r["example"]["stacks"], h["depths"]
    top = max(depths, key=int)
    d = depths[top]
    two = d["two_level"]
    table = conventional["cells"]["hierarchy (depth 3)"][cells.key(TABLE)]["solved"]
    finding = (
        f"{top} levels make {d['events'][0]:,.0f} symbols into {d['events'][-1]:.3g} (means), and "
        f"{counted(d['perfect'])} stacks recall every trigger; after level 0 alone "
        f"{two['k']['mean']:,.0f} are left, and a chunker that reads them chooses right "
        f"{percent(two['choice'])} of the time (chance 50%). Nets are not what the levels "
        f"take: with tables of frequencies in their place {counted(table)} stacks of 3 do it too."
        if 2 * table["k"] > table["n"]
        else f"{top} levels make {d['events'][0]:,.0f} symbols into {d['events'][-1]:.3g} (means), "
        f"and {counted(d['perfect'])} stacks recall every trigger; after level 0 alone "
        f"{two['k']['mean']:,.0f} are left, and a chunker that reads them chooses right "
        f"{percent(two['choice'])} of the time (chance 50%); tables of frequencies in place of "
        f"the levels do it on {counted(table)} seeds at depth 3."
    )
    data = {depth: of_depth(depth, stacks[depth], depths[depth]) for depth in stacks}
    return finding, {"depths": data, "glyphs": GLYPHS, "seed": r["example"]["seed"]}
