"""Can A learn what C knows, so that one net, trained three steps back, bridges 1,199?

    python3 -m studies collapse

The second architecture of the 1992 paper (section 4): beside the next symbol A
predicts the state of C, which holds at every step what C remembers. The error
is local, so three steps of backpropagation are enough, and in the end C is
not needed any more. Controls from the same initial weights, on the same data:
without C's state as a goal, and full BPTT without it.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab.collapsed import (
    LR,
    STATE_WEIGHT,
    WINDOWS,
    accuracies,
    margins,
    states_at,
    symbols_only,
    train,
)
from studies.lab.intervals import counted, mean, proportion
from studies.lab.machine import peak_mb
from studies.lab.runner import parallel_map
from studies.lab.tasks import filler
from studies.lab.training import both_sequences, filler_right, headline_nets, solved_after
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    seeds: int
    T: int
    epochs: int
    lengths: tuple  # at which the trained net is asked again, in steps


FULL = Plan(50, core.Config.T, 300, (1200, 12_000, 120_000, 1_200_000))
QUICK = Plan(2, 22, 60, (22, 220))
MEASURED = ("seconds", "peak_mb")

FIRST_SEED = 100  # settings were chosen on smaller seeds
LIMIT = 200_000  # steps in which a state must come back to be called periodic


# ==== What the net has kept, with C removed =======================================================
def repeats_after(net, limit=LIMIT):
    """Steps after which the states of both sequences repeat bit for bit, and the period.

    Then what A says at a place of the cycle it says for ever. (None, None) when
    no such place is found. Brent's algorithm, a turn of the filler at a time.
    """
    first = core.unroll(1, core.N_TRIGGERS, len(net.b_h))
    first.tokens[0] = range(core.N_TRIGGERS)
    core.forward_hidden(net, first)
    u = core.unroll(core.N_FILLERS, core.N_TRIGGERS, len(net.b_h))
    u.tokens[:-1] = filler(np.arange(1, core.N_FILLERS + 1))[:, None]
    u.hidden[-1] = first.hidden[-1]
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


def right_at(net, lengths, chunker):
    """Is the choice right for both triggers at each T? [own prediction], [C's read-out]."""
    found = [margins(net, hidden, chunker) for hidden in states_at(net, lengths)]
    own, read = zip(*found)
    return [m > 0 for m in own], [m > 0 for m in read]


def terminal_norms(net, T):
    """||dL_{T-1}/dh_t|| against distance, the loss being that of the recall target."""
    tokens = core.trigger_recall(np.random.default_rng(0), T, 1)[:, 0]
    return core.gradient_norms(symbols_only(net), tokens)


def radius(W):
    """Spectral radius."""
    return float(np.abs(np.linalg.eigvals(W)).max())


# ==== One seed ====================================================================================
def one_seed(arguments):
    """Both windows, their controls and full BPTT, of one seed."""
    seed, plan = arguments
    config = core.Config(seed=seed, T=plan.T)
    _, _, chunker = headline_nets(seed, T=plan.T)
    windows = {f"window_{w}": one_window(config, plan, w, chunker) for w in WINDOWS}
    _, full, history = train(config, None, None, plan.epochs)
    (hidden,) = states_at(full, [plan.T])
    full_bptt = {
        "choice": accuracies(full, hidden)[1],
        "best": float((history[:, 0] > 0).mean()),
        "filler_right": filler_right(full, plan.T),
    }
    return {"seed": seed, **windows, "full_bptt": full_bptt, "peak_mb": peak_mb()}


def one_window(config, plan, window, chunker):
    """A net and its control, which has not C's state as a goal, and what they have kept."""
    T, epochs = config.T, plan.epochs
    start = time.perf_counter()
    before, net, history = train(config, window, chunker, epochs)
    seconds_per_epoch = (time.perf_counter() - start) / epochs
    _, control, control_history = train(config, window, None, epochs)
    own_held, read_held = right_at(net, plan.lengths, chunker)
    own_phases, read_phases = right_at(net, range(T, T + 2 * core.N_FILLERS), chunker)
    repeat, period = repeats_after(net)
    (at_T,) = states_at(net, [T])
    (control_at_T,) = states_at(control, [T])
    recall, choice = accuracies(net, at_T)
    solved = solved_after(history[:, 0] > 0)
    return {
        "own_solved": solved,
        "seconds": seconds_per_epoch * (solved or epochs),
        "read_solved": solved_after(history[:, 1] > 0),
        "choice": choice,
        "recall": recall,
        "control_choice": accuracies(control, control_at_T)[1],
        "control_best": float((control_history[:, 0] > 0).mean()),
        "control_difference": float(np.abs(control_at_T[0] - control_at_T[1]).max()),
        "own_held": own_held,
        "read_held": read_held,
        "own_phases": own_phases,
        "read_phases": read_phases,
        "repeats_after": repeat,
        "period": period,
        "filler_right": filler_right(net, T),
        "depth": core.effective_depth(terminal_norms(net, T)),
        "radius_before": radius(before),
        "radius": radius(net.W_hh),
        "control_radius": radius(control.W_hh),
    }


def example(seed, plan):
    """One seed in detail, for the figure."""
    T = plan.T
    config = core.Config(seed=seed, T=T)
    _, _, chunker = headline_nets(seed, T=T)
    before, net, history = train(config, WINDOWS[0], chunker, plan.epochs)
    _, control, _ = train(config, WINDOWS[0], None, plan.epochs)
    baseline, _, _ = core.train_baseline(config, core.random_streams(seed), core.silent)
    matrices = {"before": before, "after": net.W_hh, "control": control.W_hh}
    return {
        "seed": seed,
        "margin": history.tolist(),
        "projected": projected(net, T).T.tolist(),
        "eigenvalues": {name: eigenvalues(W) for name, W in matrices.items()},
        "grad_norms": terminal_norms(net, T).tolist(),
        "baseline_grad_norms": terminal_norms(baseline, T).tolist(),
    }


def projected(net, T):
    """The states after A and after B, along what tells them apart at the end: (T - 1, 2)."""
    u = core.buffers(net, T - 1, core.N_TRIGGERS)
    core.load(u, both_sequences(T))
    core.forward_hidden(net, u)
    states = u.hidden[1:]
    apart = states[-1, 0] - states[-1, 1]
    return (states - states[-1].mean(axis=0)).dot(apart / np.linalg.norm(apart))


def eigenvalues(W):
    """Real parts, imaginary parts."""
    values = np.linalg.eigvals(W)
    return [values.real.tolist(), values.imag.tolist()]


# ==== All seeds ===================================================================================
def compute(plan, jobs):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.seeds)
    runs = parallel_map(one_seed, [(seed, plan) for seed in seeds], jobs, "collapse")
    summary = {f"window_{w}": window_summary(plan, w, runs) for w in WINDOWS}
    full = [r["full_bptt"] for r in runs]
    return {
        "T": plan.T,
        "epochs": plan.epochs,
        "first_seed": FIRST_SEED,
        "lengths": list(plan.lengths),
        "settings": {"lr": LR, "state_weight": STATE_WEIGHT, "hidden": core.Config.auto_hidden},
        "summary": summary,
        "full_bptt": {key: mean([f[key] for f in full]) for key in full[0]},
        "peak_mb": max(r["peak_mb"] for r in runs),
        "runs": runs,
        "example": example(FIRST_SEED, plan),
    }


def window_summary(plan, window, runs):
    """The runs of one window, over the seeds."""
    runs = [r[f"window_{window}"] for r in runs]
    column = {key: [r[key] for r in runs] for key in runs[0]}
    epochs = [solved or plan.epochs for solved in column["own_solved"]]
    n_updates, n_outputs = -(-(plan.T - 1) // window), core.VOCAB + core.Config.chunk_hidden
    held = {key: np.transpose(column[key]) for key in ("own_held", "read_held")}
    means = (
        "seconds", "choice", "recall", "control_choice", "control_best", "control_difference",
        "filler_right", "depth", "radius", "control_radius",
    )  # fmt: skip
    return {
        "solved": proportion([s is not None for s in column["own_solved"]]),
        "read_solved": proportion([s is not None for s in column["read_solved"]]),
        "sequences": mean([core.AUTO_BATCH * n for n in epochs]),
        "updates": mean([n_updates * n for n in epochs]),
        "activations": window * core.AUTO_BATCH * (core.Config.auto_hidden + n_outputs),
        **{key: mean(column[key]) for key in means},
        **{key: dict(zip(map(str, plan.lengths), map(proportion, held[key]))) for key in held},
        "own_phases": proportion([all(right) for right in column["own_phases"]]),
        "read_phases": proportion([all(right) for right in column["read_phases"]]),
        "repeats": proportion([r is not None for r in column["repeats_after"]]),
        "repeats_after": mean([r or LIMIT for r in column["repeats_after"]]),
    }


# ==== What was found ==============================================================================


def sequences_before():
    """Sequences that the nets of the headline run, of which C is one, were trained on."""
    c = core.Config
    return c.auto_epochs * core.AUTO_BATCH + c.chunk_epochs * core.CHUNK_SEQUENCES


def answer(results):
    """The finding in one sentence."""
    three, T = results["summary"]["window_3"], results["T"]
    longest = str(results["lengths"][-1])
    return (
        f"Yes: with errors sent back 3 steps {counted(three['solved'])} nets choose right after "
        f"{T - 1:,} steps (median {three['sequences']['median']:.0f} sequences, after "
        f"{sequences_before():,} for A and C); without C's state as a goal "
        f"{three['control_choice']['mean']:.0%} of the choices are right. Never retrained, "
        f"{counted(three['own_held'][longest])} choose right after {int(longest):,} steps at the "
        f"phase of the filler they were trained at, {counted(three['own_phases'])} at every phase."
    )


def table(results):
    """Both windows with C's state as a goal, and what does without it."""
    longest, rows = results["lengths"][-1], []
    for window in WINDOWS:
        s = results["summary"][f"window_{window}"]
        solved = "{} ({:.1%} to {:.1%})".format(counted(s["solved"]), *s["solved"]["interval"])
        rows.append((
            f"C's state as a goal, window {window}", f"{s['choice']['mean']:.0%}",
            f"{s['control_choice']['mean']:.0%}", solved, f"{s['sequences']['median']:.0f}",
            counted(s["own_held"][str(longest)]), counted(s["own_phases"]),
            counted(s["read_phases"]),
        ))  # fmt: skip
    header = (
        "", "choice, A or B", "choice without that goal", "seeds solved for good",
        "sequences until then, median", f"seeds right after {longest:,} steps",
        "seeds right at every phase of the filler", "the same, by C's read-out",
    )  # fmt: skip
    return header, rows


def seen(results):
    """What the table leaves out, a fact a line."""
    three, full = results["summary"]["window_3"], results["full_bptt"]
    depth, T = three["depth"], results["T"]
    facts = (
        f"Full BPTT without C's state as a goal chooses right in {full['choice']['mean']:.0%} of "
        "the cases. Chance is 50%.",
        f"Only the choice is learnt: recall over all {core.VOCAB} symbols is "
        f"{three['recall']['mean']:.0%} (window 3), as the net does not know when the trigger "
        "returns.",
        f"On {counted(three['repeats'])} seeds the states after A and after B repeat bit for bit "
        f"within {three['repeats_after']['max']:,.0f} steps (window 3). What they hold then they "
        "hold for ever.",
        f"The gradient of the recall loss reaches {depth['median']:.0f} of {T - 1:,} steps (window "
        f"3, median over the seeds; range {depth['min']:.0f} to {depth['max']:.0f}). Further back "
        f"it has less than {core.CUTOFF:.0%} of its norm at the last step.",
        f"A's own choice was trained at one phase of the filler, that of T = {T:,}. C's read-out "
        "is C's output layer applied to the state of C that A predicts.",
        f"Peak memory of a process: {results['peak_mb']:.0f} MB.",
    )
    return "\n".join(f"- {fact}" for fact in facts)


# ==== Figure ======================================================================================
def figures(results):
    three, e, T = results["summary"]["window_3"], results["example"], results["T"]
    figure = new_figure(
        f"One net, errors sent back 3 steps: {three['solved']['k']} of {three['solved']['n']} "
        f"bridge {T - 1:,} steps;\nwithout C's state as a goal "
        f"{three['control_choice']['mean']:.0%} of the choices are right (chance 50%)",
        height=7.6,
    )
    axes = figure.subplots(2, 2)
    draw_solved(axes[0, 0], results)
    draw_states(axes[0, 1], e["projected"])
    draw_eigenvalues(axes[1, 0], e["eigenvalues"])
    draw_gradients(axes[1, 1], e)
    for ax in axes.flat[1:]:
        ax.set_title(f"seed {e['seed']}: {ax.get_title()}")
    return {"collapse.png": figure}


def draw_solved(ax, results):
    runs = results["runs"]
    sequences = core.AUTO_BATCH * np.arange(results["epochs"] + 1)
    for window, colour in zip(WINDOWS, (CHUNKER, AUTOMATIZER)):
        after = [r[f"window_{window}"]["own_solved"] or np.inf for r in runs]
        solved = (core.AUTO_BATCH * np.array(after) <= sequences[:, None]).mean(axis=1)
        ax.step(sequences, solved, where="post", color=colour, lw=2, label=f"window {window}")
    controls = [[r[f"window_{w}"]["control_best"] for r in runs] for w in WINDOWS]
    controls.append([r["full_bptt"]["best"] for r in runs])
    ever = max(np.mean(np.array(best) > 0) for best in controls)
    ax.axhline(ever, color=FAINT, lw=2, ls="--", label="controls, right after any epoch")
    ax.set(xlabel="training sequences", ylabel="share of seeds", title="solved for good")
    ax.legend(loc="center right")


def draw_states(ax, trajectories):
    shown = min(60, len(trajectories[0]))
    for trajectory, colour, name in zip(trajectories, (CHUNKER, BASELINE), "AB"):
        ax.plot(range(shown), trajectory[:shown], color=colour, lw=1.8)
        ax.text(shown - 1, trajectory[shown - 1], f" after {name}", color=colour, va="center")
    ax.set(
        xlabel="step", title="two attractors that do not meet", xlim=(-1, shown * 1.2),
        xticks=range(0, shown + 1, max(1, shown // 6)),
        ylabel="state, along what\ntells A from B",
    )  # fmt: skip


def draw_eigenvalues(ax, of):
    angle = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.cos(angle), np.sin(angle), color="black", lw=1, ls="--", label="unit circle")
    for name, colour, marker, label in (
        ("control", FAINT, "s", "control"),
        ("after", CHUNKER, "o", "collapsed"),
        ("before", BASELINE, "^", "before training"),
    ):
        ax.plot(*of[name], marker, color=colour, ms=6, alpha=0.85, label=label)
    ax.set(xlabel="real part", ylabel="imaginary part", title="eigenvalues of W_hh")
    ax.set_aspect("equal", adjustable="datalim")
    ax.legend(loc="lower right")


def draw_gradients(ax, e):
    for key, colour, label in (
        ("grad_norms", CHUNKER, "collapsed net"),
        ("baseline_grad_norms", BASELINE, "baseline, full BPTT"),
    ):
        norms = np.array(e[key])[::-1][:40]
        ax.semilogy(np.arange(1, len(norms) + 1), norms / norms[0], color=colour, lw=2, label=label)
    ax.axhline(core.CUTOFF, color="black", ls="--", lw=1, label=f"{core.CUTOFF:.0%}")
    ax.set(
        title="the bit is held without a gradient", xlabel="steps back from the recall target",
        ylabel="gradient, as a share of\nits norm at the last step",
    )  # fmt: skip
    ax.legend(loc="lower left")
