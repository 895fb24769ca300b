"""Can A learn what C knows, so that one net, trained three steps back, bridges 1,199?

    python3 -m studies.collapse

The second architecture of the 1992 paper (section 4): beside the next symbol A
predicts the state of C, which holds at every step what C remembers. The error
is local, so three steps of backpropagation are enough, and in the end C is
not needed any more. Controls from the same initial weights, on the same data:
without C's state as a goal, and full BPTT without it.
"""

from __future__ import annotations

import resource
import sys
import time
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.common import mean, over, share, study
from studies.nets import Adam, both_sequences, clip, filler_right, headline_nets, held_states
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure

V = core.VOCAB
FIRST_SEED = 100  # settings were chosen on smaller seeds
LR, STATE_WEIGHT, CLIP_FULL = 0.005, 3.0, 1.0
WINDOWS = (3, 6)  # the paper's and the headline's
LIMIT = 200_000  # steps in which a state must come back to be called periodic
LENGTHS = (1200, 12_000, 120_000, 1_200_000)


# --------------------------------------------------------------------------
# A with two kinds of output: softmax over symbols, linear for C's state
# --------------------------------------------------------------------------


class Cut(NamedTuple):
    """A window of an `Unrolled`, its symbol outputs and its goals as matrices."""

    u: core.Unrolled
    symbols: np.ndarray  # (n B, VOCAB), a view of u.flat.probs
    goals: np.ndarray  # (n B, VOCAB + S)


def cuts(whole, goals, length):
    """`core.windows`, each with its part of the goals (n, B, VOCAB + S)."""
    starts = range(0, len(whole.probs), length)
    return [
        Cut(u, u.flat.probs[:, :V], goals[s : s + length].reshape(-1, goals.shape[-1]))
        for s, u in zip(starts, core.windows(whole, length))
    ]


def forward(net, cut):
    """Symbols by softmax, the state as it is."""
    core.forward_hidden(net, cut.u)
    outputs, symbols = cut.u.flat.probs, cut.symbols
    cut.u.flat.h.dot(net.W_hy, outputs)
    outputs += net.b_y
    np.exp(symbols, symbols)
    symbols /= symbols.dot(core.SUM_SYMBOLS)


def backward(net, grad, cut):
    """Gradient of - log p[x_{t+1}] + 1/2 ||state output - goal||^2, summed over steps.

    For softmax with cross-entropy, and for a linear output with half the
    squared error, the derivative is output minus goal alike.
    """
    np.subtract(cut.u.flat.probs, cut.goals, cut.u.flat.error)
    core.backward_from_error(net, grad, cut.u)


def trigger_alone(tokens):
    """The surprises before the target where A has learnt the filler: the trigger. (T, B)"""
    mask = np.zeros(tokens.shape, bool)
    mask[0] = True
    return mask


def train(
    config, window, chunker=None, epochs=300, draw=core.trigger_recall, surprises=trigger_alone
):
    """Train A on the next symbol, and on C's state when there is a `chunker`.

    A goal s of weight w is the goal sqrt(w) s of weight 1, so C's state is
    scaled and the loss left alone. `draw` is the task, `surprises` gives the
    mask (T, B) of what goes up to C. Returns the net before and after, and for
    each epoch the two margins of `margins`.
    """
    rng = dict(zip(("init", "data"), map(np.random.default_rng, spawned(config.seed))))
    n_state = config.chunk_hidden if chunker else 0
    # The columns of the state are drawn last: the rest is the control's, bit for bit.
    plain = core.init_rnn(rng["init"], config.auto_hidden, core.AUTO_STD)
    net = core.zero_rnn(config.auto_hidden, n_out=V + n_state)
    for ours, theirs in zip(net[1:4], plain[1:4]):
        ours[...] = theirs
    net.W_hy[:, :V] = plain.W_hy
    net.W_hy[:, V:] = rng["init"].normal(0, core.AUTO_STD, net.W_hy[:, V:].shape)
    before = net.W_hh.copy()

    grad = core.zero_rnn(config.auto_hidden, n_out=V + n_state)
    adam = Adam(len(net.flat), LR)
    n = config.T - 1
    whole = core.unroll(n, core.AUTO_BATCH, config.auto_hidden, n_out=V + n_state)
    goals = np.zeros((n, core.AUTO_BATCH, V + n_state))
    parts = cuts(whole, goals, window or n)
    history = []
    for _ in range(epochs):
        tokens = draw(rng["data"], config.T, core.AUTO_BATCH)
        core.load(whole, tokens)
        goals[..., :V] = whole.onehot[1:]
        if chunker:
            goals[..., V:] = state_goals(chunker, tokens, surprises(tokens))
        for cut in parts:
            forward(net, cut)
            backward(net, grad, cut)
            if window is None:  # 1,199 steps in one gradient
                clip(grad.flat, CLIP_FULL * core.AUTO_BATCH)
            adam.step(net.flat, grad.flat)
        (hidden,) = states_at(net, [config.T])
        history.append(margins(net, hidden, chunker))
    return before, net, np.array(history)


def spawned(seed):
    return np.random.SeedSequence(seed, spawn_key=(1,)).spawn(2)


def state_goals(chunker, tokens, mask):
    """What A is to say of C after each symbol: C's state, scaled, (T - 1, B, S).

    `mask`, (T, B), says which symbols C has read.
    """
    states = [held_states(chunker, x[up], up)[:-1] for x, up in zip(tokens.T, mask.T)]
    return np.sqrt(STATE_WEIGHT) * np.stack(states, axis=1)


# --------------------------------------------------------------------------
# What the net has kept, with C removed
# --------------------------------------------------------------------------


def filler(t):
    """The symbol at step t >= 1 of a sequence that has not ended."""
    return core.N_TRIGGERS + (t - 1) % core.N_FILLERS


def states_at(net, lengths, block=1000):
    """The state that predicts the last symbol of a sequence of each length T.

    The sequences A 1 2 3 .. and B 1 2 3 .. run on once through all lengths, in
    memory that does not grow with them. Returns (len(lengths), 2, hidden).
    """
    u = core.unroll(block, core.N_TRIGGERS, len(net.b_h))
    wanted = sorted({T - 2 for T in lengths})  # the state at T - 2 has read x_0 .. x_{T-2}
    found, start = {}, 0
    while len(found) < len(wanted):
        t = np.arange(start, start + block)
        u.tokens[:-1] = filler(t)[:, None]
        if start == 0:
            u.tokens[0] = range(core.N_TRIGGERS)
        core.forward_hidden(net, u)
        found.update({s: u.hidden[s - start + 1].copy() for s in wanted if s in t})
        u.hidden[0] = u.hidden[-1]
        start += block
    return np.array([found[T - 2] for T in lengths])


def margins(net, hidden, chunker=None):
    """By how much A and B are told apart the right way, after A and after B.

    The smaller of (A's output for A) - (for B) after trigger A and the reverse
    after B: above 0, the choice is right for both. From A's own prediction of
    the next symbol and, with a `chunker`, from C's read-out applied to the
    state of C that A predicts.
    """
    out = hidden.dot(net.W_hy) + net.b_y
    own = out[:, :V]
    readings = [own]
    if chunker:
        readings.append((out[:, V:] / np.sqrt(STATE_WEIGHT)).dot(chunker.W_hy) + chunker.b_y)
    return [float(min(r[0, 0] - r[0, 1], r[1, 1] - r[1, 0])) for r in readings]


def choice(net, hidden):
    """Choice accuracy over both triggers, each once, from A's own prediction."""
    logits = hidden.dot(net.W_hy[:, :V]) + net.b_y[:V]
    return core.recall_accuracies(logits, np.arange(core.N_TRIGGERS))


def solved_after(right):
    """The first epoch from which on all is right, counted from 1, or None."""
    wrong = np.flatnonzero(~right)
    first = wrong[-1] + 2 if len(wrong) else 1
    return int(first) if first <= len(right) else None


def repeats_after(net, limit=LIMIT):
    """Steps after which the states of both sequences repeat bit for bit, and the period.

    Then what A says at a place of the cycle it says for ever. (None, None) when
    no such place is found. Brent's algorithm, a turn of the filler at a time.
    """
    u = core.unroll(core.N_FILLERS, core.N_TRIGGERS, len(net.b_h))
    u.tokens[:-1] = filler(np.arange(1, core.N_FILLERS + 1))[:, None]
    u.hidden[-1] = np.tanh((net.W_xh + net.b_h)[: core.N_TRIGGERS])
    kept, turns, power = u.hidden[-1].copy(), 0, 1
    for turn in range(1, limit // core.N_FILLERS):
        u.hidden[0] = u.hidden[-1]
        core.forward_hidden(net, u)
        turns += 1
        if np.array_equal(u.hidden[-1], kept):
            return turn * core.N_FILLERS, turns * core.N_FILLERS
        if turns == power:
            kept, turns, power = u.hidden[-1].copy(), 0, 2 * power
    return None, None


def symbols_only(net):
    """The net without its outputs for C's state."""
    plain = core.zero_rnn(len(net.b_h))
    for ours, theirs in zip(plain[1:4], net[1:4]):
        ours[...] = theirs
    plain.W_hy[...], plain.b_y[...] = net.W_hy[:, :V], net.b_y[:V]
    return plain


def terminal_norms(net, T):
    """||dL_{T-1}/dh_t|| against distance, the loss being that of the recall target."""
    tokens = core.trigger_recall(np.random.default_rng(0), T, 1)[:, 0]
    return core.gradient_norms(symbols_only(net), tokens)


# --------------------------------------------------------------------------
# The study
# --------------------------------------------------------------------------


def one_seed(arguments):
    """Both windows, their controls and full BPTT, of one seed."""
    seed, T, epochs, lengths = arguments
    config = core.Config(seed=seed, T=T)
    _, _, chunker = headline_nets(seed, T=T)
    result = {"seed": seed}
    for window in WINDOWS:
        start = time.perf_counter()
        before, net, history = train(config, window, chunker, epochs)
        seconds_per_epoch = (time.perf_counter() - start) / epochs
        _, control, control_history = train(config, window, None, epochs)
        held = states_at(net, lengths)
        phases = states_at(net, range(T, T + 2 * core.N_FILLERS))
        repeat, period = repeats_after(net)
        (at_T,) = states_at(net, [T])
        (control_at_T,) = states_at(control, [T])
        recall, right = choice(net, at_T)
        solved = solved_after(history[:, 0] > 0)
        result[f"window_{window}"] = {
            "own_solved": solved,
            "seconds": seconds_per_epoch * (solved or epochs),
            "read_solved": solved_after(history[:, 1] > 0),
            "choice": right,
            "recall": recall,
            "control_choice": choice(control, control_at_T)[1],
            "control_best": float((control_history[:, 0] > 0).mean()),
            "control_difference": float(np.abs(control_at_T[0] - control_at_T[1]).max()),
            "own_held": [margins(net, h)[0] > 0 for h in held],
            "read_held": [margins(net, h, chunker)[1] > 0 for h in held],
            "own_phases": [margins(net, h)[0] > 0 for h in phases],
            "read_phases": [margins(net, h, chunker)[1] > 0 for h in phases],
            "repeats_after": repeat,
            "period": period,
            "filler_right": filler_right(net, T),
            "depth": core.effective_depth(terminal_norms(net, T)),
            "radius_before": radius(before),
            "radius": radius(net.W_hh),
            "control_radius": radius(control.W_hh),
        }
    _, full, full_history = train(config, None, None, epochs)
    (full_at_T,) = states_at(full, [T])
    result["full_bptt"] = {
        "choice": choice(full, full_at_T)[1],
        "best": float((full_history[:, 0] > 0).mean()),
        "filler_right": filler_right(full, T),
    }
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1e6 if sys.platform == "darwin" else 1e3
    )
    return result


def radius(W):
    return float(np.abs(np.linalg.eigvals(W)).max())


def example(seed, T, epochs):
    """One seed in detail, for the figure."""
    config = core.Config(seed=seed, T=T)
    _, _, chunker = headline_nets(seed, T=T)
    before, net, history = train(config, WINDOWS[0], chunker, epochs)
    _, control, _ = train(config, WINDOWS[0], None, epochs)
    u = core.unroll(T - 1, core.N_TRIGGERS, config.auto_hidden)
    core.load(u, both_sequences(T))
    core.forward_hidden(net, u)
    states = u.hidden[1:]
    apart = states[-1, 0] - states[-1, 1]  # the direction that tells A from B at the end
    projected = (states - states[-1].mean(axis=0)).dot(apart / np.linalg.norm(apart))
    baseline, _, _ = core.train_baseline(config, core.random_streams(seed), core.silent)

    def eigenvalues(W):
        values = np.linalg.eigvals(W)
        return [values.real.tolist(), values.imag.tolist()]

    return {
        "seed": seed,
        "margin": history.tolist(),
        "projected": projected.T.tolist(),
        "eigenvalues": {
            "before": eigenvalues(before),
            "after": eigenvalues(net.W_hh),
            "control": eigenvalues(control.W_hh),
        },
        "grad_norms": terminal_norms(net, T).tolist(),
        "baseline_grad_norms": terminal_norms(baseline, T).tolist(),
    }


def compute(quick, jobs):
    n, T, epochs, lengths = (2, 22, 60, (22, 220)) if quick else (50, core.Config.T, 300, LENGTHS)
    seeds = range(FIRST_SEED, FIRST_SEED + n)
    runs = over(one_seed, [(seed, T, epochs, lengths) for seed in seeds], jobs, "collapse")
    summary, n_state = {}, core.Config.chunk_hidden
    for window in WINDOWS:
        rows = [r[f"window_{window}"] for r in runs]
        solved = [row["own_solved"] for row in rows]
        held = np.array([row["own_held"] for row in rows])
        read = np.array([row["read_held"] for row in rows])
        summary[f"window_{window}"] = {
            "solved": share([s is not None for s in solved]),
            "read_solved": share([row["read_solved"] is not None for row in rows]),
            "sequences": mean([core.AUTO_BATCH * (s or epochs) for s in solved]),
            "updates": mean([-(-(T - 1) // window) * (s or epochs) for s in solved]),
            "seconds": mean([row["seconds"] for row in rows]),
            "activations": window * core.AUTO_BATCH * (core.Config.auto_hidden + V + n_state),
            "choice": mean([row["choice"] for row in rows]),
            "recall": mean([row["recall"] for row in rows]),
            "control_choice": mean([row["control_choice"] for row in rows]),
            "control_best": mean([row["control_best"] for row in rows]),
            "control_difference": mean([row["control_difference"] for row in rows]),
            "own_held": {str(at): share(held[:, i]) for i, at in enumerate(lengths)},
            "read_held": {str(at): share(read[:, i]) for i, at in enumerate(lengths)},
            "own_phases": share([all(row["own_phases"]) for row in rows]),
            "read_phases": share([all(row["read_phases"]) for row in rows]),
            "repeats": share([row["repeats_after"] is not None for row in rows]),
            "repeats_after": mean([row["repeats_after"] or LIMIT for row in rows]),
            "filler_right": mean([row["filler_right"] for row in rows]),
            "depth": mean([row["depth"] for row in rows]),
            "radius": mean([row["radius"] for row in rows]),
            "control_radius": mean([row["control_radius"] for row in rows]),
        }
    return {
        "T": T,
        "epochs": epochs,
        "first_seed": FIRST_SEED,
        "lengths": list(lengths),
        "settings": {"lr": LR, "state_weight": STATE_WEIGHT, "hidden": core.Config.auto_hidden},
        "summary": summary,
        "full_bptt": {
            "choice": mean([r["full_bptt"]["choice"] for r in runs]),
            "best": mean([r["full_bptt"]["best"] for r in runs]),
            "filler_right": mean([r["full_bptt"]["filler_right"] for r in runs]),
        },
        "peak_mb": max(r["peak_mb"] for r in runs),
        "runs": runs,
        "example": example(FIRST_SEED, T, epochs),
    }


def answer(results):
    """The finding in one sentence."""
    three, T = results["summary"]["window_3"], results["T"]
    longest = str(results["lengths"][-1])
    return (
        f"Yes: with errors sent back 3 steps {three['solved']['k']}/{three['solved']['n']} nets "
        f"choose right after {T - 1:,} steps (median {three['sequences']['median']:.0f} "
        f"sequences); without C's state as a goal {three['control_choice']['mean']:.0%} of the "
        f"choices are right. Never retrained, {three['own_held'][longest]['k']}/"
        f"{three['own_held'][longest]['n']} hold the trigger for {int(longest):,} steps."
    )


def figures(results):
    three = results["summary"]["window_3"]
    e, T = results["example"], results["T"]
    figure = new_figure(
        f"One net, errors sent back 3 steps: {three['solved']['k']} of {three['solved']['n']} "
        f"bridge {T - 1:,} steps;\nwithout C's state as a goal "
        f"{three['control_choice']['mean']:.0%} of the choices are right, as by chance",
        height=7.6,
    )
    axes = figure.subplots(2, 2)
    ax = axes[0, 0]
    sequences = core.AUTO_BATCH * np.arange(results["epochs"] + 1)
    for window, colour in ((3, CHUNKER), (6, AUTOMATIZER)):
        after = [r[f"window_{window}"]["own_solved"] or np.inf for r in results["runs"]]
        solved = (core.AUTO_BATCH * np.array(after) <= sequences[:, None]).mean(axis=1)
        ax.step(sequences, solved, where="post", color=colour, lw=2, label=f"window {window}")
    ax.axhline(0, color=FAINT, lw=2, ls="--", label="both controls, full BPTT")
    ax.set(xlabel="training sequences", ylabel="share of seeds solved", title="solved for good")
    ax.legend(loc="center right")

    ax = axes[0, 1]
    shown = min(60, T - 1)
    for trajectory, colour, name in zip(e["projected"], (CHUNKER, BASELINE), "AB"):
        ax.plot(range(shown), trajectory[:shown], color=colour, lw=1.8)
        ax.text(shown - 1, trajectory[shown - 1], f" after {name}", color=colour, va="center")
    ax.set(
        xlabel="step", title="two attractors that do not meet", xlim=(-1, shown * 1.2),
        xticks=range(0, shown + 1, max(1, shown // 6)),
        ylabel="state, along what\ntells A from B",
    )  # fmt: skip

    ax = axes[1, 0]
    angle = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.cos(angle), np.sin(angle), color="black", lw=1, ls="--")
    for name, colour, marker, label in (
        ("control", FAINT, "s", "control"),
        ("after", CHUNKER, "o", "collapsed"),
        ("before", BASELINE, "^", "before training"),
    ):
        real, imaginary = e["eigenvalues"][name]
        ax.plot(real, imaginary, marker, color=colour, ms=6, alpha=0.85, label=label)
    ax.set(xlabel="real part", ylabel="imaginary part")
    ax.set_title("eigenvalues of W_hh: a real one far out in the collapsed net")
    ax.set_aspect("equal", adjustable="datalim")
    ax.legend(loc="lower right")

    ax = axes[1, 1]
    for key, colour, label in (
        ("grad_norms", CHUNKER, "collapsed net"),
        ("baseline_grad_norms", BASELINE, "baseline, full BPTT"),
    ):
        norms = np.array(e[key])[::-1][:40]
        ax.semilogy(np.arange(1, len(norms) + 1), norms / norms[0], color=colour, lw=2, label=label)
    ax.axhline(core.CUTOFF, color="black", ls="--", lw=1)
    ax.set(
        title="the latch is held without a gradient", xlabel="steps back from the recall target",
        ylabel="share of its value\nat the last step",
    )  # fmt: skip
    ax.legend()
    return {"collapse.png": figure}


if __name__ == "__main__":
    study("collapse", compute, figures)
