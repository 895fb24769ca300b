"""What of all that the document says holds?

    python3 -m studies claims

Nothing is trained here. "Networks That Remember" states numbers, and that nets can or cannot do
things. Each study of this family has, for every such statement that it measured, a row: the
statement, what was measured, a verdict that is computed from its results, and why. Here they are
gathered from the committed results; and the statements on learning over long times are held
against the first family, where a plain net of the same kind bridges 1,200 steps.

Verdicts: holds, holds in part, does not hold, can't be tested. What "fails" did so with these
recipes, within these budgets.
"""

from __future__ import annotations

from studies.lab import catalogue
from studies.lab.catalogue import results_of
from studies.lab.intervals import counted
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED, VERDICTS, of_parts, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure

OF_THIS_FAMILY = (
    "letters", "words", "classes", "zog", "sampling", "units", "limits", "parity",
    "jacobians", "forgetting", "attractors", "sensitivity", "counters", "register", "ways",
)  # fmt: skip
READS = (*OF_THIS_FAMILY, "lengths", "longer", "collapse")
FULL = QUICK = None  # there is nothing to make smaller


# ==== Held against the first family ===============================================================
def of_learning(lengths):
    """Learning over long times, by the plain net that is trained on short sequences."""
    plain, (low, high) = lengths["methods"]["plain RNN"], lengths["lengths"]
    return (
        "Vanilla RNNs cannot learn long-range dependencies; they are unlearnable.",
        f"A plain net trained on {low} to {high} symbols chooses right after "
        f"{lengths['asked_at']:,} on {counted(plain['choice_solved'])} seeds, after "
        f"{lengths['at_last']:,} on {counted(plain['choice_at_last'])}.",
        verdict(plain["choice_at_last"]["k"] == 0, plain["choice_at_last"]["share"] < 0.5),
        "The dependence is learnt where it is short, and what was learnt holds where it is long.",
        "lengths",
    )


def of_training(lengths, longer):
    """What more training does, and what other training."""
    plain = lengths["methods"]["plain RNN"]
    return (
        "You cannot fix vanilla RNNs by training longer, using a better optimizer, or increasing "
        "the learning rate: it is not just a training problem.",
        f"Trained throughout at T = {longer['T']:,} for {longer['budget']:,} updates: solved on "
        f"{counted(longer['solved'])} seeds. With nothing changed but shorter training sequences: "
        f"{counted(plain['choice_solved'])}.",
        of_parts(longer["solved"]["k"] == 0, plain["choice_solved"]["share"] < 0.5),
        "Longer training at full length did not help within this budget. Other training of the "
        "same architecture did, so that it is a training problem, too.",
        "longer, lengths",
    )


def of_stability(collapse):
    """Memory for ever in a net that contracts."""
    held = collapse["teachers"]["C, T drawn"]["window_3"]["own_every"]
    longest = max(held, key=int)
    return (
        "There is no sweet spot: you cannot have stability and long-term memory at once without "
        "changing the architecture; without gating RNNs cannot stably maintain long-term memory "
        "regardless of how you train them.",
        f"The collapsed net, a plain tanh-RNN, knows the trigger after {int(longest):,} steps at "
        f"every phase of the filler on {counted(held[longest])} seeds; what it has in its states, "
        "`attractors` shows.",
        verdict(held[longest]["k"] == 0, held[longest]["share"] < 0.5),
        "One bit is kept by two attractors. It is the gradient that is gone, and the net was not "
        "taught by it but by a second net's states.",
        "collapse",
    )


def of_turing():
    return (
        "RNNs with sufficient hidden state size and real-valued precision are Turing-complete "
        "(Siegelmann and Sontag 1995).",
        "Not run.",
        UNTESTED,
        "A proof for unbounded precision; no run with 64-bit numbers can bear on it.",
        "-",
    )


# ==== The study ===================================================================================
FIELDS = ("claim", "measured", "verdict", "why", "study")


def compute(plan, jobs):
    rows = [
        (*row, name)
        for name in OF_THIS_FAMILY
        for row in catalogue.module_of(name).document(results_of(name))
    ]
    lengths, longer, collapse = map(results_of, ("lengths", "longer", "collapse"))
    rows += [
        of_learning(lengths), of_training(lengths, longer), of_stability(collapse), of_turing(),
    ]  # fmt: skip
    assert all(row[2] in VERDICTS for row in rows)
    return {"claims": [dict(zip(FIELDS, row)) for row in rows]}


def with_verdict(results, verdict):
    return [row for row in results["claims"] if row["verdict"] == verdict]


def answer(results):
    n = {verdict: len(with_verdict(results, verdict)) for verdict in VERDICTS}
    return (
        f"Of {len(results['claims'])} statements {n[HOLDS]} hold, {n[IN_PART]} hold in part, "
        f"{n[NOT]} do not hold, and {n[UNTESTED]} can't be tested here."
    )


CHOSEN = (  # study, how the statement begins, what is said of it in one line
    ("words", "Prediction error reveals", "why"),
    ("zog", '"zog" in the places', "why"),
    ("parity", "A 2-unit RNN", "measured"),
    ("jacobians", "The gradient at position 0", "measured"),
    ("forgetting", "Beyond about 8", "measured"),
    ("attractors", "Our model self-organizes", "measured"),
    ("sensitivity", "rho = 0.999", "measured"),
    ("counters", "Elman < GRU < LSTM", "why"),
    ("lengths", "Vanilla RNNs cannot learn", "measured"),
)


def ten_lines(results):
    """The README's first lines: how many hold, and nine of them."""
    lines = [f"{answer(results)} [All of them](#what-the-document-says). Nine:", ""]
    for study, begins, said in CHOSEN:
        (row,) = (
            row
            for row in results["claims"]
            if row["study"] == study and row["claim"].startswith(begins)
        )
        claim = row["claim"].rstrip(".")
        lines.append(f"- {claim}: **{row['verdict']}**. {row[said].rstrip('.')} (`{study}`).")
    return "\n".join(lines)


def table(results):
    """Every statement."""
    rows = [
        (row["claim"], row["measured"], f"**{row['verdict']}**", row["why"],
         ", ".join(f"`{name}`" for name in row["study"].split(", ")) if row["study"] != "-" else "")
        for row in results["claims"]
    ]  # fmt: skip
    return ("document", "here", "verdict", "why", "study"), rows


# ==== Figure ======================================================================================
COLOURS = dict(zip(VERDICTS, (AUTOMATIZER, BASELINE, CHUNKER, FAINT)))


def figures(results):
    names = list(dict.fromkeys(row["study"] for row in results["claims"]))
    said = ["not run" if name == "-" else name for name in names]
    figure = new_figure(answer(results).replace(", and", ",\nand"), height=5.2)
    ax = figure.subplots()
    left = dict.fromkeys(names, 0)
    for kind in VERDICTS:
        n = {name: 0 for name in names}
        for row in with_verdict(results, kind):
            n[row["study"]] += 1
        ax.barh(said, n.values(), left=list(left.values()), color=COLOURS[kind], label=kind)
        left = {name: left[name] + n[name] for name in names}
    ax.set(xlim=(0, 1.05 * max(left.values())))
    ax.invert_yaxis()
    ax.set_xlabel("statements of the document")
    ax.legend(loc="lower right", frameon=False)
    return {"claims.png": figure}
