"""Two units that keep the parity of bits that the reader types, and Elman's stream."""

from __future__ import annotations

import numpy as np

from studies import page
from studies.lab.intervals import counted, percent
from studies.lab.parities import TABLE
from studies.memory.parity import STREAMS, best_size, cell_of, plain

PART = "Networks that remember"
TITLE = "Parity by hand"
QUESTION = "Can two units remember for ever whether they saw an odd number of ones?"
ALT = (
    "The square of the activities of two units, split by the line where the read-out changes its "
    "mind between even and odd, with the path of the states along the typed bits. Below, the bits "
    "with the parity that the net says after each. A chart of the error on Elman's stream by place "
    "in a cycle of twelve bits."
)
SOURCE = ("parity",)
SHOWN = ("learnt 1", "learnt 30", "memoryless 30", "table")
ORDER = ("W_xh", "W_hh", "b_h", "W_hy", "b_y")  # of the flat vector


def flat(weights):
    """Parameters one after the other, as rnn.js reads them: not rounded."""
    return np.concatenate([np.ravel(weights[name]) for name in ORDER]).tolist()


def net(of):
    """A net's weights and the states that it comes to, each once."""
    seen = sorted({(*page.rounded(h, 3), odd) for h, odd in zip(of["states"], of["odd"])})
    return {"flat": flat(of["weights"]), "states": [list(one) for one in seen]}


def scene(read):
    r = read("parity")
    hand, main, larger = r["by_hand"], cell_of(r), best_size(r)
    memoryless = cell_of(r, kind="memoryless")
    first, long = r["held"]["by hand"]["first_wrong"][0], r["held"].get("2")
    kept = (
        f"right at each of {r['n_steps']:,} steps" if first is None else f"wrong at step {first:,}"
    )
    stream = r["stream"]
    low, high = stream["learnt 1"]["falls"]["interval"]
    falls = "falls" if low > 0 else "rises" if high < 0 else "does not clearly change"
    of_learnt = f" ({counted(long['whole'])} of those stay right as long)" if long else ""
    finding = (
        f"Set by hand two units are {kept}. By BPTT two units come to such "
        f"weights on {percent(main['learnt'])} of {main['learnt']['n']} seeds{of_learnt}, with "
        f"{larger['H']} units on {larger['learnt']['share']:.0%}; without recurrent weights on "
        f"{counted(memoryless['learnt'])}, and a table of the last {TABLE} bits is right in "
        f"{r['table']:.1%} (chance 50%). On Elman's stream the error of his net {falls} where the "
        f"XOR comes: {plain(stream['learnt 1']['third'])} against "
        f"{plain(stream['learnt 1']['other'])} elsewhere; a table of the last two bits does "
        f"{compared(stream)}, {stream['table']['third']['mean']:.2f} and "
        f"{stream['table']['other']['mean']:.2f}."
    )
    nets = {"by hand": {**net(hand), "basin": hand["basin"]}}
    if r["learnt"]:
        nets["learnt"] = net(r["learnt"])
    places = [
        {"name": STREAMS[key], "error": stream[key]["twelve"], "interval": stream[key]["interval"]}
        for key in SHOWN
    ]
    return finding, {"nets": nets, "stream": page.rounded(places)}


def compared(stream):
    """How the table does at third bits beside Elman's net."""
    table, net_ = (stream[key]["third"]["mean"] for key in ("table", "learnt 1"))
    return "better there" if table < net_ else "worse there" if table > net_ else "as well there"
