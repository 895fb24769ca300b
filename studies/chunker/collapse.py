"""Can A learn what C knows, so that one net, trained three steps back, bridges 1,199?

    python3 -m studies collapse

The second architecture of the 1992 paper (section 4): beside the next symbol A
predicts the state of C, which holds at every step what C remembers. The error
is local, so three steps of backpropagation are enough, and in the end C is
not needed any more. What is in that goal is tried out on other teachers:

    C           the headline's chunker; T = 1200
    C, T drawn  the same; each batch has a T of its own, from 1196 to 1204
    untrained   C with its initial weights
    code        in place of C's state a one-hot code of the trigger, at every step
    none        no goal beside the next symbol; also with full backpropagation
                through time (BPTT)

All start from the same weights (but for the columns of the state's outputs) and, but
for "T drawn", see the same data. The own choice of the net is asked at the phase of
the filler that T = 1200 has, and at every phase. With T drawn it is solved when it is
right at every phase. The settings were chosen on seeds below 100, for the first
teacher; the others take them over.

Reported are seeds 100 to 149.
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
    control_seeds: int  # of these, with the teachers that are no trained C
    T: int
    epochs: int
    lengths: tuple  # at which the trained net is asked again, in steps


FULL = Plan(50, 20, core.Config.T, 300, (1200, 12_000, 120_000, 1_200_000, 12_000_000))
QUICK = Plan(2, 1, 22, 10, (22, 220))
MEASURED = ("seconds", "peak_mb")

FIRST_SEED = 100  # settings were chosen on smaller seeds
APART = core.N_FILLERS - 1  # T is drawn from T - APART to T + APART
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


def states_far(net, lengths):
    """`states_at`, with no step computed again after the states have repeated bit for bit."""
    after, period = repeats_after(net)
    if after is None:
        return states_at(net, lengths)
    start = after - period  # the states of steps start, start + period, .. are the same
    near = [T if after > T - 2 else start + (T - 2 - start) % period + 2 for T in lengths]
    return states_at(net, near)


def right_at(net, lengths, chunker):
    """Is the choice right for both triggers at each T? [own prediction], [C's read-out]."""
    found = [margins(net, hidden, chunker) for hidden in states_far(net, lengths)]
    own, read = zip(*found)
    return [m > 0 for m in own], [m > 0 for m in read]


def every_phase(T):
    """T and the lengths that follow over two turns of the filler: a state may alternate."""
    return range(T, T + 2 * core.N_FILLERS)


def right_at_every_phase(net, lengths, chunker):
    """The same from each T on at every phase: [own prediction], [C's read-out]."""
    asked = [T for first in lengths for T in every_phase(first)]
    shape = len(lengths), -1
    return [
        np.reshape(right, shape).all(axis=1).tolist() for right in right_at(net, asked, chunker)
    ]


def terminal_norms(net, T):
    """||dL_{T-1}/dh_t|| against distance, the loss being that of the recall target."""
    tokens = core.trigger_recall(np.random.default_rng(0), T, 1)[:, 0]
    return core.gradient_norms(symbols_only(net), tokens)


def radius(W):
    """Spectral radius."""
    return float(np.abs(np.linalg.eigvals(W)).max())


# ==== Teachers that have learnt nothing ===========================================================
def untrained(config):
    """C with the weights from which it starts."""
    rng = core.random_streams(config.seed)["chunk_init"]
    return core.init_rnn(rng, config.chunk_hidden, core.CHUNK_STD)


def code(config):
    """A net in C's place, never trained: its state is 1 in the unit of the trigger, else 0."""
    net, units = core.zero_rnn(config.chunk_hidden), np.arange(core.N_TRIGGERS)
    net.W_xh[units, units] = 30.0  # tanh is 1 to the last bit
    net.W_hy[units, units] = 1.0
    return net


TEACHERS = {"untrained": untrained, "code": code}


def other_teachers(arguments):
    """What a net learns from each of `TEACHERS`, in each window, of one seed."""
    seed, plan = arguments
    config = core.Config(seed=seed, T=plan.T)
    return {
        name: {f"window_{w}": taught(config, plan, w, make(config)) for w in WINDOWS}
        for name, make in TEACHERS.items()
    }


def taught(config, plan, window, teacher, **how):
    """When the own choice of a net is solved for good, and where it is right then."""
    _, net, history = train(config, window, teacher, plan.epochs, **how)
    own, read = right_at_every_phase(net, plan.lengths, teacher)
    return {
        "own_solved": solved_after(history[:, 0] > 0),
        "read_solved": solved_after(history[:, 1] > 0),
        "own_held": right_at(net, plan.lengths, teacher)[0],
        "own_every": own,
        "read_every": read,
        "filler_right": filler_right(net, config.T),
        "repeats_after": repeats_after(net)[0],
    }


# ==== One seed ====================================================================================
def one_seed(arguments):
    """Both windows, their controls and full BPTT, of one seed."""
    seed, plan = arguments
    config = core.Config(seed=seed, T=plan.T)
    _, _, chunker = headline_nets(seed, T=plan.T)
    drawn = {
        "lengths": range(plan.T - APART, plan.T + APART + 1), "asked": every_phase(plan.T),
    }  # fmt: skip
    windows = {f"window_{w}": one_window(config, plan, w, chunker) for w in WINDOWS}
    drawn = {f"window_{w}": taught(config, plan, w, chunker, **drawn) for w in WINDOWS}
    _, full, history = train(config, None, None, plan.epochs)
    (hidden,) = states_at(full, [plan.T])
    full_bptt = {
        "choice": accuracies(full, hidden)[1],
        "best": float((history[:, 0] > 0).mean()),
        "filler_right": filler_right(full, plan.T),
    }
    return {
        "seed": seed, **windows, "T_drawn": drawn, "full_bptt": full_bptt, "peak_mb": peak_mb(),
    }  # fmt: skip


def one_window(config, plan, window, chunker):
    """A net and its control, which has not C's state as a goal, and what they have kept."""
    T, epochs = config.T, plan.epochs
    start = time.perf_counter()
    before, net, history = train(config, window, chunker, epochs)
    seconds_per_epoch = (time.perf_counter() - start) / epochs
    _, control, control_history = train(config, window, None, epochs)
    own_held, read_held = right_at(net, plan.lengths, chunker)
    own_every, read_every = right_at_every_phase(net, plan.lengths, chunker)
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
        "own_every": own_every,
        "read_every": read_every,
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
    tasks = [(seed, plan) for seed in seeds[: plan.control_seeds]]
    others = parallel_map(other_teachers, tasks, jobs, "other teachers")
    summary = {f"window_{w}": window_summary(plan, w, runs) for w in WINDOWS}
    full = [r["full_bptt"] for r in runs]
    same = runs[: plan.control_seeds]
    teachers = {
        "C": {w: taught_summary(plan, [r[w] for r in runs]) for w in summary},
        "C, same seeds": {w: taught_summary(plan, [r[w] for r in same]) for w in summary},
        "C, T drawn": {w: taught_summary(plan, [r["T_drawn"][w] for r in runs]) for w in summary},
        **{t: {w: taught_summary(plan, [r[t][w] for r in others]) for w in summary}
           for t in TEACHERS},
    }  # fmt: skip
    return {
        "T": plan.T,
        "drawn_from": [plan.T - APART, plan.T + APART],
        "epochs": plan.epochs,
        "first_seed": FIRST_SEED,
        "lengths": list(plan.lengths),
        "settings": {"lr": LR, "state_weight": STATE_WEIGHT, "hidden": core.Config.auto_hidden},
        "summary": summary,
        "teachers": teachers,
        "full_bptt": {key: mean([f[key] for f in full]) for key in full[0]},
        "peak_mb": max(r["peak_mb"] for r in runs),
        "runs": runs,
        "other_teachers": others,
        "example": example(FIRST_SEED, plan),
    }


def by_length(plan, held):
    """{length: proportion of the runs}, of a list over the lengths for each run."""
    return dict(zip(map(str, plan.lengths), map(proportion, np.transpose(held))))


def sequences(plan, runs):
    """Until solved for good, of each run; where it is not, all of them."""
    return [core.AUTO_BATCH * (r["own_solved"] or plan.epochs) for r in runs]


def taught_summary(plan, runs):
    """Of one teacher in one window, over the seeds."""
    return {
        "solved": proportion([r["own_solved"] is not None for r in runs]),
        "sequences": mean(sequences(plan, runs)),
        "filler_right": mean([r["filler_right"] for r in runs]),
        "repeats": proportion([r["repeats_after"] is not None for r in runs]),
        **{key: by_length(plan, [r[key] for r in runs])
           for key in ("own_held", "own_every", "read_every")},
    }  # fmt: skip


def window_summary(plan, window, runs):
    """The runs of one window with the headline's C as the teacher, over the seeds."""
    runs = [r[f"window_{window}"] for r in runs]
    column = {key: [r[key] for r in runs] for key in runs[0]}
    n_updates, n_outputs = -(-(plan.T - 1) // window), core.VOCAB + core.Config.chunk_hidden
    means = (
        "seconds", "choice", "recall", "control_choice", "control_best", "control_difference",
        "filler_right", "depth", "radius", "control_radius",
    )  # fmt: skip
    return {
        "solved": proportion([s is not None for s in column["own_solved"]]),
        "read_solved": proportion([s is not None for s in column["read_solved"]]),
        "sequences": mean(sequences(plan, runs)),
        "updates": mean([n_updates * (s or plan.epochs) for s in column["own_solved"]]),
        "activations": window * core.AUTO_BATCH * (core.Config.auto_hidden + n_outputs),
        **{key: mean(column[key]) for key in means},
        **{key: by_length(plan, column[key])
           for key in ("own_held", "read_held", "own_every", "read_every")},
        "repeats": proportion([r is not None for r in column["repeats_after"]]),
        "repeats_after": mean([r or LIMIT for r in column["repeats_after"]]),
    }  # fmt: skip


# ==== What was found ==============================================================================


def sequences_before():
    """Sequences that the nets of the headline run, of which C is one, were trained on."""
    c = core.Config
    return c.auto_epochs * core.AUTO_BATCH + c.chunk_epochs * core.CHUNK_SEQUENCES


def of_teacher(results, name, window=WINDOWS[0]):
    return results["teachers"][name][f"window_{window}"]


def answer(results):
    """The finding in one sentence."""
    three, T = results["summary"]["window_3"], results["T"]
    fixed, drawn, plain, code = (
        of_teacher(results, name) for name in ("C", "C, T drawn", "untrained", "code")
    )
    longest, (low, high) = str(results["lengths"][-1]), results["drawn_from"]
    needless = "What C has learnt is not needed. " if plain["solved"]["interval"][0] > 0.5 else ""
    return (
        f"Yes: with errors sent back 3 steps {counted(fixed['solved'])} nets choose right after "
        f"{T - 1:,} steps (median {fixed['sequences']['median']:.0f} sequences, after "
        f"{sequences_before():,} for A and C); without C's state as a goal "
        f"{three['control_choice']['mean']:.0%} of the choices are right. {needless}"
        f"An untrained C teaches {counted(plain['solved'])} (median "
        f"{plain['sequences']['median']:.0f} sequences), a one-hot code of the trigger "
        f"{counted(code['solved'])} ({code['sequences']['median']:.0f}). After {int(longest):,} "
        f"steps {counted(fixed['own_held'][longest])} choose right at the one phase of the filler "
        f"they were trained at, {counted(fixed['own_every'][longest])} at every phase; trained at "
        f"T = {low:,} to {high:,}, {counted(drawn['own_every'][longest])} at every phase."
    )


ROWS = {
    "C": "C's state",
    "C, T drawn": "C's state, T drawn from {:,} to {:,}",
    "untrained": "state of an untrained C",
    "code": "one-hot code of the trigger",
}


def table(results):
    """Each teacher, in both windows."""
    longest, rows = str(results["lengths"][-1]), []
    for name, text in ROWS.items():
        for window in WINDOWS:
            s = of_teacher(results, name, window)
            took, (low, high) = s["sequences"], s["solved"]["interval"]
            read = counted(s["read_every"][longest]) if name != "untrained" else "-"
            rows.append((
                text.format(*results["drawn_from"]), str(window),
                f"{counted(s['solved'])} ({low:.0%} to {high:.0%})",
                f"{took['median']:,.0f} ({took['min']:,.0f} to {took['max']:,.0f})",
                counted(s["own_held"][longest]), counted(s["own_every"][longest]), read,
            ))  # fmt: skip
    header = (
        "goal beside the next symbol", "window", "seeds solved for good (95% interval)",
        "sequences until then, without those of A and C, median (range)",
        f"right at T = {int(longest):,}", "there at every phase of the filler",
        "the same, by the teacher's read-out",
    )  # fmt: skip
    return header, rows


def seen(results):
    """What the table leaves out, a fact a line."""
    three, full, T = results["summary"]["window_3"], results["full_bptt"], results["T"]
    depths = [results["summary"][f"window_{w}"]["depth"] for w in WINDOWS]
    before, median = sequences_before(), three["sequences"]["median"]
    same, drawn = of_teacher(results, "C, same seeds"), results["teachers"]["C, T drawn"]
    filler = min(s["filler_right"]["min"] for s in drawn.values())
    n = same["solved"]["n"]
    facts = (
        f"Without a goal beside the next symbol the choice is right in "
        f"{three['control_choice']['mean']:.0%} of the cases, with full BPTT in "
        f"{full['choice']['mean']:.0%}. Chance is 50%.",
        f"A and C are trained on {before:,} sequences before. With the {median:,.0f} of the net "
        f"itself (median, window 3) that makes {before + median:,.0f}, which `cost` counts. The "
        "code of the trigger needs neither A nor C.",
        f"Untrained C and code have {n} seeds. On the same seeds C's state takes a median of "
        f"{same['sequences']['median']:.0f} sequences (window 3). All three goals say at every "
        "step which trigger it was. Where a seed is not solved its whole budget counts.",
        f"Only the choice is learnt: recall over all {core.VOCAB} symbols is "
        f"{three['recall']['mean']:.0%} (window 3), as the net does not know when the trigger "
        f"returns. With T drawn the filler is right at {filler:.1%} of the steps or more.",
        f"At T = {T:,} the net is trained at one phase of the filler: it is asked there, and at "
        "every phase. C's read-out is C's output layer applied to the state that A predicts.",
        f"On {counted(three['repeats'])} seeds the states after A and after B repeat bit for bit "
        f"within {three['repeats_after']['max']:,.0f} steps (window 3), with T drawn on "
        f"{' and '.join(counted(s['repeats']) for s in drawn.values())} (windows 3 and 6). What "
        "they hold then they hold for ever: later steps are read off. Where states do not repeat "
        "every step is computed.",
        f"The gradient of the recall loss keeps {core.CUTOFF:.0%} of its norm over "
        f"{depths[0]['median']:.0f} of {T - 1:,} steps in the median (window 6: "
        f"{depths[1]['median']:.0f}), over {depths[0]['max']:.0f} on the seed where it reaches "
        f"furthest (window 6: {depths[1]['max']:.0f}).",
        f"Peak memory of a process: {results['peak_mb']:.0f} MB.",
    )
    return "\n".join(f"- {fact}" for fact in facts)


# ==== Figure ======================================================================================
def figures(results):
    fixed, drawn = (of_teacher(results, name) for name in ("C", "C, T drawn"))
    e, longest = results["example"], str(results["lengths"][-1])
    figure = new_figure(
        f"One net, errors sent back 3 steps: {counted(fixed['solved'])} bridge "
        f"{results['T'] - 1:,} steps;\nat T = {int(longest):,} and every phase of the filler "
        f"{counted(fixed['own_every'][longest])}, with T drawn in training "
        f"{counted(drawn['own_every'][longest])}",
        height=11,
    )
    axes = figure.subplots(3, 2)
    draw_solved(axes[0, 0], results)
    draw_held(axes[0, 1], results)
    draw_depths(axes[1, 0], results)
    for ax, draw, key in (
        (axes[1, 1], draw_states, e["projected"]),
        (axes[2, 0], draw_eigenvalues, e["eigenvalues"]),
        (axes[2, 1], draw_gradients, e),
    ):
        draw(ax, key)
        ax.set_title(f"seed {e['seed']}: {ax.get_title()}")
    return {"collapse.png": figure}


COLOURS = {"C": CHUNKER, "C, T drawn": AUTOMATIZER, "untrained": BASELINE, "code": "black"}
LABELS = {
    "C": "C's state", "C, T drawn": "C's state, T drawn", "untrained": "an untrained C's",
    "code": "code of the trigger",
}  # fmt: skip


def draw_solved(ax, results):
    """Share of seeds solved against training sequences, window 3, each teacher."""
    w, shown = f"window_{WINDOWS[0]}", core.AUTO_BATCH * np.arange(results["epochs"] + 1)
    runs = {
        "C": [r[w] for r in results["runs"]],
        "C, T drawn": [r["T_drawn"][w] for r in results["runs"]],
        **{name: [r[name][w] for r in results["other_teachers"]] for name in TEACHERS},
    }
    for name, of in runs.items():
        after = core.AUTO_BATCH * np.array([r["own_solved"] or np.inf for r in of])
        share = (after <= shown[:, None]).mean(axis=1)
        ax.step(shown, share, where="post", color=COLOURS[name], lw=2, label=LABELS[name])
    ever = np.mean([r[w]["control_best"] > 0 for r in results["runs"]])
    ax.axhline(ever, color=FAINT, lw=2, ls="--", label="no goal (ever right)")
    ax.set(xlabel="training sequences", ylabel="share of seeds", title="window 3: solved for good")
    ax.legend(loc="center right")


def draw_held(ax, results):
    """Share of seeds right at the longest T, window 3: at the phase of training, and at every."""
    longest = results["lengths"][-1]
    for key, hatch, shift in (("own_held", "//", -0.2), ("own_every", None, 0.2)):
        for row, (name, colour) in enumerate(COLOURS.items()):
            share = of_teacher(results, name)[key][str(longest)]["share"]
            fill = "white" if hatch else colour
            ax.barh(row + shift, share, 0.36, color=fill, edgecolor=colour, hatch=hatch)
            ax.text(share, row + shift, f" {share:.0%}", va="center")
    ax.set_yticks(range(len(COLOURS)), list(LABELS.values()))
    ax.set(
        xlim=(0, 1.15), title=f"window 3, T = {longest:,}: choice right",
        xlabel="share of seeds; hatched: at T alone,\nfilled: at every phase of the filler",
    )  # fmt: skip
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)


def draw_depths(ax, results):
    """Over how many steps the gradient keeps 1% of its norm, of all seeds in order."""
    of = {w: np.sort([r[f"window_{w}"]["depth"] for r in results["runs"]]) for w in WINDOWS}
    furthest = max(depths[-1] for depths in of.values())
    for (window, depths), style in zip(of.items(), ("-", "--")):
        share = np.r_[0, np.arange(1, len(depths) + 1) / len(depths), 1]
        label = f"window {window}: median {np.median(depths):.0f}, largest {depths[-1]}"
        ax.step(np.r_[depths[0], depths, furthest], share, where="post", color=CHUNKER, ls=style,
                lw=2, label=label)  # fmt: skip
    ax.set(
        xscale="log", xlim=(0.8, 1.3 * furthest), ylim=(0, 1.08), ylabel="share of seeds",
        xlabel=f"steps over which {core.CUTOFF:.0%} of the gradient is left",
        title="how far the gradient reaches, all seeds",
    )  # fmt: skip
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
        title="gradient of the recall loss", xlabel="steps back from the recall target",
        ylabel="gradient, as a share of\nits norm at the last step",
    )  # fmt: skip
    ax.legend(loc="lower left")
