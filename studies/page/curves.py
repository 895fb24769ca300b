"""Data movement, gate, noise: what a step costs, where the threshold may lie, what noise does."""

from __future__ import annotations

import numpy as np

from studies import page
from studies.chunker import cost
from studies.chunker.gate import SET_BY, plateau
from studies.lab.intervals import counted

PART = "History compression"
TITLE = "Data movement, gate, noise"
QUESTION = (
    "What does a bridged step cost, how exact must the threshold be, and how much noise is borne?"
)
ALT = (
    "Curves, one of three pictures to choose. What training or reading a sequence costs against "
    "its length, a line for each net. What goes up to the chunker, and what it recalls, against "
    "the threshold, at a level of noise to choose. Events and accuracies against the noise."
)
SOURCE = ("cost", "gate", "noise")
STAGES = {  # of `cost`: name, colour, dash
    "baseline": ("baseline, full BPTT", "baseline", None),
    "LSTM": ("LSTM, full BPTT", "other", "2 3"),
    "A": ("A", "automatizer", "9 3"),
    "C": ("C", "chunker", "12 2 2 2"),
    "collapsed": ("collapsed net", "ink", "5 4"),
}
QUANTITIES = {
    "multiply_adds": "multiply-adds",
    "movement": "data movement (model), bytes times √distance",
    "beyond_cache": "bytes from beyond the cache (model)",
    "activations": "activations kept, bytes",
    "steps_gradient": "steps with a gradient",
}
SWEPT = ("precision", "detected", "recall", "choice", "k")
DIGITS = 3


def of_cost(results):
    """Counts per sequence against T, how they grow, and what was needed until solved."""
    when = {"train": "training, per sequence", "use": "use, per sequence"}
    curves = {w: {stage: [] for stage in STAGES} for w in when}
    for row in results["rows"]:
        counts = [row.get(quantity) for quantity in QUANTITIES]
        curves[row["when"]][row["stage"]].append([row["T"], *counts])
    growth = {w: {stage: {} for stage in STAGES} for w in when}
    for fit in results["exponents"]:
        growth[fit["when"]][fit["stage"]][fit["quantity"]] = round(fit["exponent"], 2) + 0.0
    ours = next(s for s in results["solved"] if s["method"] == "A + C")
    solved = [
        {
            "method": s["method"], "solved": counted(s["solved"]), "sequences": s["sequences"],
            **{q: s[q] and s[q] / ours[q] for q in ("multiply_adds", "movement", "beyond_cache")},
        }
        for s in results["solved"]
    ]  # fmt: skip
    return {
        "T": results["T"], "cache": results["cache"], "when": when, "stages": STAGES,
        "quantities": QUANTITIES, "curves": page.rounded(curves, DIGITS), "growth": growth,
        "solved": page.rounded(solved, DIGITS),
    }  # fmt: skip


def of_gate(results):
    """The sweep of thresholds and the gates at each level of noise, means over seeds."""
    levels = []
    for level in results["levels"]:
        gates = {
            name: [middle(of["thresholds"]), of["k"]["mean"], of["recall"]["mean"],
                   of["choice"]["mean"], counted(of["perfect"])]
            for name, of in level["gates"].items()
        }  # fmt: skip
        levels.append({
            "e": level["e"], "plateau": level["plateau"], "gates": gates,
            "jump": level["jump_loss"] and level["jump_loss"][1],
            "target": level["target_loss"][1],
            "perfect": [counted(s["perfect"]) for s in level["sweep"]],
            **{key: [s[key]["mean"] for s in level["sweep"]] for key in SWEPT},
        })  # fmt: skip
    return page.rounded(
        {"thresholds": results["thresholds"], "levels": levels, "set_by": SET_BY}, DIGITS
    )


def middle(thresholds):
    """The median; None where the gate has no threshold, or on half the seeds no finite one."""
    found = np.median([np.inf if t is None else t for t in thresholds])
    return float(found) if np.isfinite(found) else None


def of_noise(results):
    """Events, accuracies and bits at each level of noise."""
    lstm = {row["e"]: row for row in results["lstm"]}
    levels = []
    for v in results["levels"]:
        other = lstm.get(v["e"])
        levels.append({
            "e": v["e"], "expected": [v["theory"]["k"], *v["theory"]["interval"]],
            "entropy": abs(v["entropy"]), "entropy_bits": abs(v["entropy_bits"]),
            "code_bits": v["code_bits"]["mean"], "ceiling": v["recall_ceiling"],
            "gates": {
                gate: {
                    "k": [v[gate]["k"]["mean"], *v[gate]["k"]["interval"]],
                    "bits": v[gate]["bits"]["mean"], "reach": v[gate]["reach"]["mean"],
                    "recall": v[gate]["recall"]["mean"], "choice": v[gate]["choice"]["mean"],
                }
                for gate in ("misprediction", "threshold")
            },
            "collapsed": [v["collapsed"][key]["mean"] for key in ("recall", "choice")],
            "LSTM": other and [other[key]["mean"] for key in ("recall", "choice")],
        })  # fmt: skip
    return {"T": results["T"], "levels": page.rounded(levels, 4)}


def scene(read):
    costs, gate, noise = read("cost"), read("gate"), read("noise")
    T = costs["T"]
    C, full = [cost.row_of(costs["rows"], "train", stage, T) for stage in ("C", "baseline")]
    reads = cost.row_of(costs["rows"], "use", "A", T)
    solved = {s["method"]: s for s in costs["solved"]}
    times = {q: solved["LSTM"][q] / solved["A + C"][q] for q in ("multiply_adds", "movement")}
    kept = {name: len(levels) for name, levels in gate["kept"].items()}
    mid = max((v for v in noise["levels"] if v["e"] <= 0.5), key=lambda v: v["e"])
    finding = (
        f"Of {T:,} steps C learns at {C['steps_gradient']:.0f}, with {C['multiply_adds']:,.0f} "
        f"multiply-adds, after A has read all with {cost.text_of(reads['multiply_adds'])}; full "
        f"BPTT takes {cost.text_of(full['multiply_adds'])}, and until solved an LSTM trained at "
        f"that length {times['multiply_adds']:.0f} times the multiply-adds of A + C and "
        f"{times['movement']:.0f} times their data movement. "
        f"Thresholds in nats with full recall on every seed: {plateau(gate['levels'][0])} without "
        f"noise; of {len(gate['levels'])} levels of noise the headline's threshold keeps it at "
        f"{kept['midpoint']}, the best gate at {max(kept.values())}, as mispredictions grow like "
        f"2 + e(T - 2): at e = {mid['e']:g} {mid['theory']['k']:.0f} expected, "
        f"{mid['misprediction']['k']['mean']:.1f} measured."
    )
    return finding, {"cost": of_cost(costs), "gate": of_gate(gate), "noise": of_noise(noise)}
