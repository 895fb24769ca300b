"""What of all that the document says holds?

    python3 -m studies claims

Nothing is trained here. "Networks That Remember" states numbers, and that nets can or cannot do
things. Each study of this family has, for every such statement that it measured, a row: the
statement, what was measured, a verdict that is computed from its results, and why. Here they are
gathered from the committed results; and the statements on learning over long times are held
against the first family, where a plain net of the same kind bridges 1,200 steps.

Some statements need arithmetic alone. What is left of a state without input, h_t = h_{t-1} W, after
100 steps: the norm of W^100 for W = rho times a random orthogonal matrix of 64 units. What adds up
with an input of 1 at each step: h_t = rho h_{t-1} + 1. The norm of W^25 against rho^25 for the
document's rho = 0.97, of such a matrix and of Gaussian ones with that spectral radius (10 seeds).
Two tanh units by hand, one fed by itself alone, the other by random symbols: what the first holds.
How many texts there are, how many states of 64 numbers of 64 bits, and so how many texts share one.

Verdicts: holds, holds in part, does not hold, can't be tested. What "fails" did so with these
recipes, within these budgets.
"""

from __future__ import annotations

import math

import numpy as np
import scipy

import chunker_very_deep_1200 as core
from studies.lab import catalogue, dynamics, grammar, letters
from studies.lab.catalogue import results_of
from studies.lab.intervals import counted, mean
from studies.lab.randomness import generators
from studies.lab.verdicts import (
    HOLDS,
    IN_PART,
    NOT,
    UNTESTED,
    VERDICTS,
    of_parts,
    verdict,
    within,
)  # fmt: skip
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
        "You cannot fix vanilla RNNs by training longer; this is not just a training problem.",
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


def of_whole_text(ways):
    """Full BPTT over all letters, at the time a step takes."""
    cost, n = ways["costs"], letters.N_LETTERS
    step = cost["methods"]["BPTT"]["seconds"][cost["timed"].index(letters.HIDDEN)]
    whole = n * step
    return (
        f"Full BPTT over {n:,} characters would be impractical.",
        f"Forward and backward a step takes {1e6 * step:.1f} microseconds in a chunk, "
        f"{n:,} of them {whole:.2g} s.",
        verdict(whole > PATIENCE),
        f"Held to {PATIENCE} s for a gradient: it costs as much as those of all chunks. But it is "
        f"one update where chunks make {n // letters.CHUNK:,}; how a net learns by it was not "
        "tried.",
        "ways",
    )


def of_grammar(found):
    """Whether the grammar needs more than a finite automaton, and whether the net has learnt it."""
    n, learnt = found["grammar"]["sentences"], found["within"]["fixed"]
    near = catalogue.module_of("letters").NEAR["fixed"]
    return (
        "Our network learned a simple context-free grammar.",
        f"It has {n:,} sentences, and a finite automaton of {len(grammar.machine().start):,} "
        f"states makes its text. The net is within {near} nats of the exact predictor on "
        f"{counted(learnt)} seeds.",
        of_parts(learnt["share"] > 0.5, math.isinf(n)),
        "A finite language is regular: this grammar has no recursion, for which one would need a "
        "context-free one. The document itself calls it a finite automaton's pattern elsewhere."
        if math.isfinite(n)
        else "It is beyond what a list of sentences says.",
        "letters",
    )


# ==== Arithmetic ==================================================================================
PATIENCE = 60  # seconds that a gradient may take
RHO, STEPS = 0.97, 25  # of the caption; letters of a chunk
H = letters.HIDDEN


def left_without_input(n=100):
    """The norm of W^n, W = rho times a random orthogonal matrix, by rho."""
    Q = np.linalg.qr(generators("claims", 0, ("Q",))["Q"].normal(size=(H, H)))[0]
    return {
        rho: float(np.linalg.norm(np.linalg.matrix_power(rho * Q, n), 2)) for rho in (0.9, 1, 1.1)
    }


def of_recurrence(left):
    kept = 0.5 < left[1] < 2
    return (
        "Recurrence alone: without input the hidden state either decays to zero (eigenvalues < 1) "
        "or explodes (eigenvalues > 1).",
        "A linear recurrence leaves of a state, after 100 steps, "
        + ", ".join(f"{x:.2g} times at rho = {rho}" for rho, x in left.items())
        + ".",
        of_parts(left[0.9] < 0.01, left[1.1] > 100, not kept),
        "The third case is left out: an orthogonal matrix keeps the norm, and the document's net "
        "starts with one."
        if kept
        else "There is no third case.",
        "claims",
    )


def with_input(steps=(100, 1000)):
    """h_n of h_t = rho h_{t-1} + 1 from 0, for each n of `steps`, by rho."""
    return {
        rho: [float(np.sum(float(rho) ** np.arange(n))) for n in steps] for rho in (0.9, 1, 1.1)
    }


def of_input(sums):
    grow = [rho for rho, (few, many) in sums.items() if many > 2 * few]
    return (
        "Add input: values can grow unbounded.",
        "An input of 1 a step adds up, after 100 and 1,000 steps, to "
        + "; ".join(
            f"{few:,.4g} and {many:,.4g} at rho = {rho}" for rho, (few, many) in sums.items()
        )
        + ".",
        verdict(bool(grow)),
        f"They grow at rho = {', '.join(map(str, grow)) or 'none'}. Below 1 they stay within "
        "1 / (1 - rho) of the input without any tanh.",
        "claims",
    )


def products(n_seeds=10):
    """The norm of W^STEPS at radius RHO: of an orthogonal matrix; of Gaussian ones, (seeds,)."""
    found = []
    for seed in range(letters.FIRST_SEED, letters.FIRST_SEED + n_seeds):
        W = generators("claims", seed, ("Q", "W"))["W"].normal(size=(H, H))
        found.append(np.linalg.matrix_power(W * (RHO / dynamics.radius(W)), STEPS))
    Q = RHO * np.linalg.qr(W)[0]
    norms = [float(np.linalg.norm(one, 2)) for one in found]
    return float(np.linalg.norm(np.linalg.matrix_power(Q, STEPS), 2)), norms


def of_caption(orthogonal, gaussian):
    said, found = RHO**STEPS, mean(gaussian)
    low, high = found["interval"]
    return (
        f"Vanishing regime: gradients decay at rate rho^t (rho = {RHO}).",
        f"{RHO}^{STEPS} = {said:.3f}. A product of {STEPS} equal matrices without tanh has norm "
        f"{orthogonal:.3f} if they are orthogonal but for rho, {found['mean']:.2f} ({low:.2f} to "
        f"{high:.2f}) if Gaussian, both of spectral radius {RHO}.",
        of_parts(abs(orthogonal / said - 1) < 0.01, within(found, said)),
        "In the long run rho is the rate of any matrix; from the first step on it is that of a "
        "normal one. With tanh the factors change from step to step (`jacobians`).",
        "claims",
    )


def held_aside(weight=2.0, n=1000):
    """Two tanh units, one fed by itself alone, from -0.5 and 0.5: how far apart it is at the end.

    And how much the other, which reads random symbols, changes a step on average.
    """
    net = core.zero_rnn(2, 2, 2)
    net.W_hh[0, 0] = weight
    net.W_xh[:, 1] = -2.0, 2.0
    u = core.buffers(net, n, 2)
    core.load(u, generators("claims", 0, ("Q", "W", "x"))["x"].integers(2, size=(n + 1, 2)))
    u.hidden[0, :, 0] = -0.5, 0.5
    core.forward_hidden(net, u)
    aside, other = u.hidden[..., 0], u.hidden[1:, :, 1]
    return float(aside[-1, 1] - aside[-1, 0]), float(np.abs(np.diff(other, axis=0)).mean())


def of_selection(apart, changes):
    return (
        "There is no way to selectively update some dimensions while preserving others.",
        f"Two tanh units by hand, one with no weight but to itself: started at -0.5 and at 0.5 it "
        f"is {apart:.2f} apart after 1,000 steps, in which the other changes by {changes:.2f} a "
        "step.",
        verdict(apart < 1),
        "Which dimensions are kept may stand in the weights; a bit is kept, not a number. What a "
        "gate adds is that the input chooses when."
        if apart >= 1
        else "The unit set aside did not keep its sign.",
        "claims",
    )


def texts_of_one_state(n):
    """Logarithms, base 10, of the texts of n letters and of the states; and how far texts differ.

    Some state has texts / states of them at least. If these are more than differ from one of them
    in no more than i places, which is the sum of C(n, j) 26^j for j = 0 .. i, two differ in more.
    """
    texts, states = n * np.log(letters.N_SYMBOLS), 64 * H * np.log(2)
    j = np.arange(n + 1)
    near = scipy.special.gammaln(n + 1) - scipy.special.gammaln(j + 1)
    near += j * np.log(letters.N_SYMBOLS - 1) - scipy.special.gammaln(n - j + 1)
    differ = np.searchsorted(np.logaddexp.accumulate(near), texts - states)
    return texts / np.log(10), states / np.log(10), int(differ)


def of_aliasing(n=10_000):
    """Pigeons and holes."""
    texts, states, differ = texts_of_one_state(n)
    return (
        "Two very different input histories can produce identical hidden states (aliasing).",
        f"There are 10^{texts:,.0f} texts of {n:,} letters, and at most 10^{states:,.0f} states of "
        f"{H} numbers of 64 bits: some two texts that share a state differ in at least {differ:,} "
        "letters.",
        verdict(differ > n / 2, differ > 1) if texts > states else UNTESTED,
        "So it must be, for want of states, whatever the weights; whether texts of this grammar "
        "do, that does not say.",
        "claims",
    )


# ==== Not tested ==================================================================================
NOT_RUN = (  # the statement, why
    ("RNNs with sufficient hidden state size and real-valued precision are Turing-complete "
     "(Siegelmann and Sontag 1995).",
     "A proof for unbounded precision; no run with 64-bit numbers can bear on it."),
    ("You cannot fix vanilla RNNs by using a better optimizer, or increasing the learning rate.",
     "In `longer`, where the net fails, neither was varied."),
    ("Tiny gradients are indistinguishable from noise in the loss landscape, making learning "
     "impossible in practice.",
     "No study holds the part of a gradient that comes from far against its scatter over batches."),
    ("The gradient flows through this highway (LSTM cell) without the Jacobian product decay.",
     "The LSTMs of `counters` and `lengths` are asked for what they say, not for their gradients."),
    ("The tanh forces a global write at every step; memory is overwritten, not managed.",
     "Every unit is computed anew, by definition; that need not change it (the row on dimensions "
     "that are preserved)."),
    ("All three must be solved simultaneously for long-range sequence processing.",
     "It would take nets in which one of the three is mended and the others are not."),
    ("Bidirectional RNNs excel where context on both sides matters, and are incompatible with "
     "generation.",
     "No net here reads backwards. That what comes later is not there to be read when text is made "
     "is a definition."),
    ("Batch norm fails on variable-length sequences.",
     "It was not built: a batch of the document's net is one text."),
    ("Real language requires memory spanning hundreds of words.",
     "The only text here is the grammar's, whose sentences are independent."),
)  # fmt: skip


def of_not_run():
    return [(claim, "Not run.", UNTESTED, why, "-") for claim, why in NOT_RUN]


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
        of_learning(lengths), of_training(lengths, longer), of_stability(collapse),
        of_whole_text(results_of("ways")), of_grammar(results_of("letters")),
        of_recurrence(left_without_input()), of_input(with_input()), of_caption(*products()),
        of_selection(*held_aside()), of_aliasing(), *of_not_run(),
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
