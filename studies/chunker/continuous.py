"""Must what goes up be a yes or a no, or may C be updated as strongly as a symbol is unexpected?

    python3 -m studies continuous

A gate either passes a symbol up to C or not. Continuous history compression (Schmidhuber,
Mozer and Prelinger 1993; section "Continuous history compression" of Schmidhuber, Advances
in Neural Information Processing Systems 4, 1992) has no gate: C reads every symbol, and the
strength of its update is "a monotonically increasing function of the information the event
conveys", -log p under A. Here C's state is

    h_t = (1 - u_t) h_{t-1} + u_t tanh(x_t W_xh + h_{t-1} W_hh + b_h)      u_0 = 1

with I_t = -log p(x_t) under A, V the number of symbols, and a strength u_t from one of

    in proportion    min(1, I_t / log V): 1 from the information of a guess on
    steep            min(1, I_t / (4 log V))^8
    mispredicted     1 where A's most probable symbol did not come, else 0
    midpoint         1 where I_t is above the headline's threshold, half-way between the median
                     losses on filler and on labelled targets of 20 probe sequences, else 0
    fixed            1 where I_t is above 2.8 log V, else 0

The first two are continuous; the others are hard gates: C's state stands still at 0, and at 1
it is the module's net. C predicts the next symbol; the loss on x_t has the weight u_t, for a
hard gate the loss on the next event. All five have the same A, sequences, first weights and
number of updates, each of 16 sequences, full BPTT (backpropagation through time) through all
steps, Adam clipped to norm 1, its rate falling linearly to 0. The gradient takes u_t as given.

Tasks: the headline and its filler with noise (C with 8 units, 200 updates, the 3,200
sequences of the headline's C), and the first form of `decisive` (A with 32 units, orthogonal
W_hh at the start, Adam 0.002, windows of 20 steps, 320 sequences, 8 at a time; C with
16 units, 600 updates; T from 1,000 to 1,400). C is asked at the last step but one of fresh
sequences. Recall takes the most probable of all symbols, choice that of the two which the
target may be. C is not told when the target comes. A hard gate that does not pass the
target up counts as wrong. A run solves a task with noise when recall is 100%, `decisive` when
choice is at least 99%.

Settings were chosen on seeds 0 and 1, by choice: fixed thresholds of 1, 2, 2.5, 2.7, 2.75, 2.8,
2.85, 2.9, 3, 3.5 and 4 log V; min(1, I / (c log V))^n with c = 1 and n = 1, 2, 4, with c = 4 and
n = 2, 4, 8, and 1 - p; W_hh Gaussian (0.2) or the identity at the start; Adam 0.01 or 0.03, on
`decisive` 0.01 or 0.02. Not every combination was run: at all nine levels of noise 1 to 4 log V
and n = 4, 8 with c = 4, the others at one to four levels. One start and one rate serve all five
systems on a task, the same function and the same threshold both tasks.

What could not be checked: the paper of 1993 itself and the formulas, which the stored copies
of the author's pages leave out. Mixing the old state with the new one by u_t, both functions,
the weights of the loss, 4 and 8 are ours. The paper's second method, with Pollack's
recursive auto-associative memories, is not here. "Steep" is close to a threshold, though
smooth.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import decisive, events, gated
from studies.lab.intervals import counted, mean, proportion
from studies.lab.optimisers import Adam, clip
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.tasks import LEVELS, noisy
from studies.lab.training import identity_rnn
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    levels: tuple  # of noise
    n_seeds: int  # of each level
    T: int
    auto_epochs: int
    updates: int
    n_eval: int
    n_seeds_decisive: int
    lengths: tuple  # of the sequences of `decisive`, first and last
    auto_batches: int
    updates_decisive: int
    n_eval_decisive: int


FULL = Plan(
    LEVELS, 10, core.Config.T, core.Config.auto_epochs, 200, 50,
    10, decisive.GIVEN, 40, 600, 500,
)  # fmt: skip
QUICK = Plan((0.0, 0.1), 2, 60, 40, 30, 10, 2, (60, 80), 10, 10, 20)
FIRST_SEED = 100  # none was used in choosing settings
HEADLINE_RATE, DECISIVE_RATE = 0.01, 0.02  # of Adam for C, at the start
BATCH, LONGEST_GRADIENT = core.CHUNK_SEQUENCES, 1.0
A_HIDDEN, A_RATE, A_WINDOW = 32, 0.002, 20  # on `decisive`
C_HIDDEN = {"noise": core.Config.chunk_hidden, "decisive": 16}
SOLVED = 0.99  # of choice, on `decisive`
STEEP, SCALE, FIXED = 8, 4.0, 2.8


# ==== Strengths of C's update: from `Observed` to u of x_1 .. x_{T-1}, (T - 1, N) =================
def information(seen, n_symbols):
    """-log p under A, in units of log V: 1 is what a guess among all symbols tells."""
    return seen.loss / np.log(n_symbols)


def in_proportion(seen, n_symbols, midpoint):
    return np.minimum(1.0, information(seen, n_symbols))


def steep(seen, n_symbols, midpoint):
    return np.minimum(1.0, information(seen, n_symbols) / SCALE) ** STEEP


def mispredicted(seen, n_symbols, midpoint):
    return events.mispredicted(seen).astype(float)


def above_midpoint(seen, n_symbols, midpoint):
    return events.exceeds(midpoint, seen).astype(float)


def above_fixed(seen, n_symbols, midpoint):
    return (information(seen, n_symbols) > FIXED).astype(float)


SYSTEMS = {
    "in proportion": in_proportion, "steep": steep, "mispredicted": mispredicted,
    "midpoint": above_midpoint, "fixed": above_fixed,
}  # fmt: skip
CONTINUOUS = ("in proportion", "steep")


def strengths(name, seen, n_symbols, midpoint):
    """u of x_0 .. x_{T-1}, (T, N); that of x_0, which nothing predicts, is 1."""
    later = SYSTEMS[name](seen, n_symbols, midpoint)
    return np.concatenate([np.ones_like(later[:1]), later])


def without_zeros(tokens, strength):
    """The symbols of each sequence whose strength is not 0, in front, and their strengths.

    Where the strength is 0 the state stands still and the loss has no weight, so that
    nothing is changed. Behind the events of shorter sequences stands symbol 0, of strength 0.
    """
    up = strength > 0
    k = up.sum(axis=0)
    x = np.zeros((max(2, k.max()), tokens.shape[1]), tokens.dtype)
    u = np.zeros(x.shape)
    for b in range(tokens.shape[1]):
        x[: k[b], b], u[: k[b], b] = tokens[up[:, b], b], strength[up[:, b], b]
    return x, u


# ==== C: training, and what it has kept ===========================================================
def learn(net, batches, rate, n_updates):
    """Full BPTT on `n_updates` batches of tokens and strengths, each (T, B), an update after each.

    Returns the mean number of steps that a sequence took.
    """
    grad, adam, steps = core.zeros_like(net), Adam(len(net.flat), rate), 0
    buffers = functools.lru_cache(maxsize=4)(functools.partial(core.buffers, net))
    for n, (tokens, strength) in enumerate(batches):
        u, by = buffers(len(tokens) - 1, tokens.shape[1]), strength[:-1, :, None]
        core.load(u, tokens)
        proposed = gated.forward(net, u, by)
        gated.backward(net, grad, u, proposed, by, strength[1:] / tokens.shape[1])
        clip(grad.flat, LONGEST_GRADIENT)
        adam.lr = rate * (1 - n / n_updates)
        adam.step(net.flat, grad.flat)
        steps += len(tokens)
    return steps / n_updates


def ask(net, tokens, strength, trigger_at):
    """What C makes of sequences (T, N) whose trigger is at `trigger_at`, (N,).

    Returns its logits for x_{T-1}, (N, V); and of each sequence the norm of dL/dh after the
    trigger as a share of that at the end, L being the loss on x_{T-1}.
    """
    u, by = core.buffers(net, len(tokens) - 1, tokens.shape[1]), strength[:-1, :, None]
    core.load(u, tokens)
    proposed = gated.forward(net, u, by)
    norm = np.hypot.reduce(gated.reach_back(net, u, proposed, by), axis=-1)
    at_trigger = np.take_along_axis(norm, trigger_at[None], axis=0)[0]
    share = np.divide(at_trigger, norm[-1], out=np.zeros_like(at_trigger), where=norm[-1] > 0)
    return core.read_out(net, u.hidden[-1]), share


def untouched(strength, trigger_at):
    """Share of C's state after the trigger that no later update has replaced, (N,)."""
    later = np.arange(len(strength) - 1)[:, None] > trigger_at
    return np.where(later, 1 - strength[:-1], 1.0).prod(axis=0)


def judged(name, net, fresh, strength, trigger_at):
    """Accuracies of one system's C on fresh sequences, and what it kept of the trigger.

    "asked_anyway" is its choice with the targets that a hard gate held back not counted as wrong.
    """
    logits, share = ask(net, fresh.tokens, strength, trigger_at)
    answered = np.ones(len(logits), bool) if name in CONTINUOUS else strength[-1] > 0
    recall, choice = core.recall_accuracies(logits, fresh.tokens[-1], answered)
    asked_anyway = core.recall_accuracies(logits, fresh.tokens[-1])[1]
    finite = bool(np.isfinite(net.flat).all())
    return {
        "recall": recall if finite else 0.0,
        "choice": choice if finite else 0.0,
        "asked_anyway": asked_anyway if finite else 0.0,
        "reach": float(np.median(share)) if finite else 0.0,
        "k": float(strength.sum(axis=0).mean()),
        "untouched": float(np.median(untouched(strength, trigger_at))),
        "target_strength": float(strength[-1].mean()),
    }


def systems(which, seed, n_symbols, probe, training, fresh, trigger_at, rate):
    """All systems on the same sequences: `training` is a list of `Observed`, a batch each."""
    midpoint, found = core.surprise_threshold(probe.loss), {}
    for name in SYSTEMS:
        rng = generators("continuous", seed, ("chunk_init",), which)["chunk_init"]
        net = identity_rnn(rng, C_HIDDEN["decisive" if which else "noise"], n_symbols)
        pairs = ((seen.tokens, strengths(name, seen, n_symbols, midpoint)) for seen in training)
        if name not in CONTINUOUS:
            pairs = (without_zeros(*pair) for pair in pairs)
        steps = learn(net, pairs, rate, len(training))
        strength = strengths(name, fresh, n_symbols, midpoint)
        found[name] = {**judged(name, net, fresh, strength, trigger_at), "steps": steps}
    return found


# ==== The two tasks ===============================================================================
def columns(seen, n):
    """An `Observed` cut into batches of n sequences."""
    N = seen.tokens.shape[1]
    return [events.Observed(*(part[:, i : i + n] for part in seen)) for i in range(0, N, n)]


def noise_run(arguments):
    """All systems at one level of noise and for one seed."""
    e, seed, plan = arguments
    config = core.Config(seed=seed, T=plan.T, auto_epochs=plan.auto_epochs, n_eval=plan.n_eval)
    with np.errstate(**core.DIVERGING):
        _, probe, training, fresh = events.train_and_observe(config, noisy(e), BATCH * plan.updates)
        at_start = np.zeros(plan.n_eval, int)
        found = systems(
            0, seed, core.VOCAB, probe, columns(training, BATCH), fresh, at_start, HEADLINE_RATE
        )
    return {"e": e, "seed": seed, **found}


def orthogonal_rnn(rng, n_hidden, n_symbols):
    """Weights of standard deviation 1 / sqrt(hidden), W_hh orthogonal."""
    net = core.init_rnn(rng, n_hidden, 1 / np.sqrt(n_hidden), n_symbols, n_symbols)
    net.W_hh[...], _ = np.linalg.qr(net.W_hh)
    return net


def decisive_automatizer(rng, plan):
    """A of `decisive`: truncated BPTT with Adam, an update after each window."""
    net = orthogonal_rnn(rng["auto_init"], A_HIDDEN, decisive.V)
    grad, adam = core.zeros_like(net), Adam(len(net.flat), A_RATE)
    for _ in range(plan.auto_batches):
        T = any_length(rng["auto_data"], plan)
        u = core.buffers(net, T - 1, core.AUTO_BATCH)
        core.load(u, decisive.draw(rng["auto_data"], T, core.AUTO_BATCH))
        for part in core.windows(u, A_WINDOW):
            core.forward(net, part)
            core.backward(net, grad, part, weight=np.array(1 / core.AUTO_BATCH))
            clip(grad.flat, LONGEST_GRADIENT)
            adam.step(net.flat, grad.flat)
    return net


def any_length(rng, plan):
    first, last = plan.lengths
    return int(rng.integers(first, last + 1))


def decisive_run(arguments):
    """All systems on `decisive` for one seed, and what A makes of its events."""
    seed, plan = arguments
    parts = ("auto_init", "auto_data", "probe", "chunk_data", "evaluation")
    rng = generators("continuous", seed, parts, 2)
    with np.errstate(**core.DIVERGING):
        A = decisive_automatizer(rng, plan)

        def observed(stage, n):
            return events.observe(A, decisive.draw(rng[stage], any_length(rng[stage], plan), n))

        probe = observed("probe", core.N_PROBE)
        training = [observed("chunk_data", BATCH) for _ in range(plan.updates_decisive)]
        T = any_length(rng["evaluation"], plan)
        tokens, mask = decisive.draw_with_events(rng["evaluation"], T, plan.n_eval_decisive)
        fresh = events.observe(A, tokens)
        found = systems(
            1, seed, decisive.V, probe, training, fresh, mask.argmax(axis=0), DECISIVE_RATE
        )
    flags = events.mispredicted(fresh)
    return {
        "seed": seed,
        "missed": float((mask[1:] & ~flags).sum(axis=0).mean()),
        "false": float((flags & ~mask[1:]).sum(axis=0).mean()),
        **found,
    }


# ==== The study ===================================================================================
KEYS = ("recall", "choice", "asked_anyway", "reach", "k", "untouched", "target_strength", "steps")


def over_seeds(runs, solved):
    """Of each system its means, and the share of seeds that solved the task."""
    return {
        name: {
            **{key: mean([run[name][key] for run in runs]) for key in KEYS},
            "solved": proportion([solved(run[name]) for run in runs]),
        }
        for name in SYSTEMS
    }


def compute(plan, jobs):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_seeds)
    tasks = [(e, seed, plan) for e in plan.levels for seed in seeds]
    noise = parallel_map(noise_run, tasks, jobs, "noise")
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_seeds_decisive)
    bits = parallel_map(decisive_run, [(seed, plan) for seed in seeds], jobs, "decisive")
    levels = []
    for e in plan.levels:
        of = [run for run in noise if run["e"] == e]
        levels.append({"e": e, **over_seeds(of, lambda found: found["recall"] == 1)})
    return {
        "T": plan.T,
        "seeds": plan.n_seeds,
        "updates": {"noise": plan.updates, "decisive": plan.updates_decisive},
        "levels": levels,
        "decisive": {
            "lengths": list(plan.lengths),
            "seeds": plan.n_seeds_decisive,
            **{key: mean([run[key] for run in bits]) for key in ("missed", "false")},
            **over_seeds(bits, lambda found: found["choice"] >= SOLVED),
        },
        "runs": {"noise": noise, "decisive": bits},
    }


# ==== Tables and sentences ========================================================================
def where(results, name, key="recall"):
    """Levels of noise at which the least of all seeds has 100% of recall or choice."""
    return [v["e"] for v in results["levels"] if v[name][key]["min"] == 1]


def best(results, names):
    """Of some systems, the one that is right at the most levels; ties go to `decisive`."""
    return max(
        names,
        key=lambda name: (
            len(where(results, name, "choice")), results["decisive"][name]["choice"]["mean"]
        ),
    )  # fmt: skip


def in_words(results, name):
    found, n = len(where(results, name, "choice")), len(results["levels"])
    return (
        f"{name} at {found} of {n} levels of noise, and `decisive` is solved on "
        f"{counted(results['decisive'][name]['solved'])} seeds"
    )


def answer(results):
    """The finding in one sentence."""
    hard = best(results, [name for name in SYSTEMS if name not in CONTINUOUS])
    soft = best(results, CONTINUOUS)
    more = [len(where(results, name, "choice")) for name in (soft, hard)]
    verdict = (
        "It may be a matter of degree" if more[0] >= more[1] else "A yes or a no does better here"
    )
    compared = "; ".join(in_words(results, name) for name in (*CONTINUOUS, hard))
    quiet = results["levels"][0]
    recalls = " and ".join(counted(quiet[name]["solved"]) for name in CONTINUOUS)
    return (
        f"{verdict}: without a gate C recalls everything on {recalls} seeds at e = "
        f"{quiet['e']:g} (in proportion to the information, and steeply with it). Choice is right "
        f"on every seed with: {compared}, of {len(SYSTEMS) - len(CONTINUOUS)} hard gates the best "
        "by choice."
    )


def with_interval(solved):
    low, high = solved["interval"]
    return f"{counted(solved)} ({low:.0%} to {high:.0%})"


def table(results):
    """Each system on the headline's task, over the levels of noise, and on `decisive`."""
    quiet, n = results["levels"][0], len(results["levels"])
    bits = results["decisive"]
    header = (
        "C's update", f"recall 100% at e = {quiet['e']:g}", "gradient at the trigger",
        f"recall 100%, of {n} levels", f"choice 100%, of {n} levels", "`decisive`: choice (least)",
        f"seeds with {SOLVED:.0%}", "gradient at the trigger, `decisive`",
    )  # fmt: skip
    return header, [
        (
            name, with_interval(quiet[name]["solved"]), f"{quiet[name]['reach']['median']:.2g}",
            str(len(where(results, name))), str(len(where(results, name, "choice"))),
            "{mean:.1%} ({min:.1%})".format(**bits[name]["choice"]),
            with_interval(bits[name]["solved"]),
            f"{bits[name]['reach']['median']:.2g}",
        )
        for name in SYSTEMS
    ]  # fmt: skip


def by_level(results, cell):
    header = ("e", *SYSTEMS)
    return header, [(f"{v['e']:g}", *(cell(v[n]) for n in SYSTEMS)) for v in results["levels"]]


def recall_and_choice(results):
    """Accuracies of C."""
    return by_level(results, lambda s: f"{s['recall']['mean']:.0%} / {s['choice']['mean']:.0%}")


def strength_sums(results):
    """Strengths of a sequence, summed; and the gradient at the trigger."""
    return by_level(results, lambda s: f"{s['k']['mean']:.3g} / {s['reach']['median']:.1g}")


def multiply_adds(hidden, n_symbols):
    """Of one step of C in training; the module's softmax sums by a product of matrices too."""
    H, V = hidden, n_symbols
    return 3 * H * H + 4 * H * V + V * V + H + V


def seen(results):
    """What the tables do not say."""
    quiet, bits = results["levels"][0], results["decisive"]
    low = proportion([1] * results["seeds"])["interval"][0]
    hard = best(results, [name for name in SYSTEMS if name not in CONTINUOUS])
    soft = best(results, CONTINUOUS)
    kept = [f"{name} {quiet[name]['untouched']['median']:.2g}" for name in CONTINUOUS]
    sums = [f"{quiet[name]['k']['mean']:.2f} ({name})" for name in SYSTEMS]
    recall = [f"{bits[name]['recall']['mean']:.0%} ({name})" for name in SYSTEMS]
    choices = [
        f"{name} {np.mean([v[name]['choice']['mean'] for v in results['levels']]):.1%}, "
        f"{np.mean([v[name]['asked_anyway']['mean'] for v in results['levels']]):.1%}"
        for name in SYSTEMS
    ]
    per_step = multiply_adds(C_HIDDEN["decisive"], decisive.V)
    first, last = bits["lengths"]
    return (
        f"- {results['seeds']} seeds at each level of noise, {bits['seeds']} on `decisive`. All of "
        f"{results['seeds']} means for a seed {low:.0%} to 100%. Chance is 50% of choice.\n"
        f"- {results['updates']['noise']} updates of C with noise, "
        f"{results['updates']['decisive']} on `decisive` (T from {first:,} to {last:,}), "
        f"{BATCH} sequences each.\n"
        f"- At e = {quiet['e']:g} the strengths of a sequence sum to "
        f"{', '.join(sums)}.\n"
        f"- Share of C's state that no update has replaced between trigger and target there, "
        f"median: {', '.join(kept)}.\n"
        f"- Recall on `decisive`, where another distractor may come at any time: "
        f"{', '.join(recall)}.\n"
        f"- On `decisive` A mispredicts {bits['false']['mean']:.2f} symbols a sequence that are no "
        f"events and predicts {bits['missed']['mean']:.2f} that are.\n"
        f"- A continuous C takes every step: {bits['steep']['steps']['mean']:,.0f} for a sequence "
        f"of `decisive`, {hard} {bits[hard]['steps']['mean']:.1f} (padded to the longest of its "
        f"batch), each {per_step:,} multiply-adds.\n"
        f"- Choice over all levels of noise, and with the targets that a hard gate held back not "
        f"counted as wrong: {'; '.join(choices)}.\n"
        f"- The best continuous system by choice is {soft}, the best hard gate {hard}. Both "
        f"{soft} and the fixed threshold have numbers set by hand, chosen on two seeds.\n"
        f"- The gradient at the trigger is the norm of the target's loss after C read the trigger, "
        f"by that at the end; where it says more than 1 it has grown on the way."
    )


# ==== Figure ======================================================================================
LINES = {
    "in proportion": (AUTOMATIZER, "D", "-"), "steep": (CHUNKER, "o", "-"),
    "mispredicted": (BASELINE, "^", "--"), "midpoint": (FAINT, "s", ":"),
    "fixed": ("black", "x", ":"),
}  # fmt: skip


def draw_functions(ax):
    """Strength against information, of the systems that look at nothing else."""
    loss = np.linspace(0, 9, 901)
    seen = events.Observed(None, loss, None, None)
    for name in ("in proportion", "steep", "fixed"):
        colour, _, style = LINES[name]
        ax.plot(loss, SYSTEMS[name](seen, core.VOCAB, None), style, color=colour, lw=2)
    ax.set(xlabel="information of a symbol, nats", title="strength of C's update, u")


def draw_noise(ax, levels):
    at = np.maximum([v["e"] for v in levels], 5e-4)  # e = 0 has a place on the axis too
    for name, (colour, marker, style) in LINES.items():
        choice = [v[name]["choice"]["mean"] for v in levels]
        ax.plot(at, choice, style, color=colour, marker=marker, lw=2, ms=6, label=name)
    ax.axhline(0.5, color=FAINT, lw=0.8)
    ax.set(ylim=(0.4, 1.03), xscale="log", xlabel="e, probability of a jump")
    ax.set_title("choice with noise (chance 0.5)")
    ax.set_xticks([5e-4, 1e-2, 0.1, 0.8], ["0", "0.01", "0.1", "0.8"])
    ax.minorticks_off()


def draw_decisive(ax, bits, runs):
    for row, (name, (colour, *_)) in enumerate(LINES.items()):
        choice = sorted(run[name]["choice"] for run in runs)
        spread = np.linspace(-0.25, 0.25, len(choice))
        ax.plot(choice, row + spread, "o", color=colour, ms=4)
    ax.axvline(SOLVED, color=FAINT, lw=0.8)
    least = min(run[name]["choice"] for run in runs for name in LINES)
    ax.set(xlim=(min(0.9, least - 0.02), 1.005), xlabel=f"a dot a seed; the line is {SOLVED:.0%}")
    ax.set_yticks(range(len(LINES)), list(LINES))
    ax.invert_yaxis()
    ax.set_title("choice on decisive (chance 0.5)")


def figures(results):
    found = {name: f"{len(where(results, name, 'choice'))} ({name})" for name in SYSTEMS}
    soft = ", ".join(found[name] for name in CONTINUOUS)
    hard = ", ".join(found[name] for name in SYSTEMS if name not in CONTINUOUS)
    figure = new_figure(
        f"Choice right on every seed, of {len(results['levels'])} levels of noise: no gate "
        f"{soft};\nhard gates {hard}",
        height=4.6,
    )
    left, middle, right = figure.subplots(1, 3, width_ratios=[1, 1.2, 1.2])
    draw_functions(left)
    draw_noise(middle, results["levels"])
    draw_decisive(right, results["decisive"], results["runs"]["decisive"])
    figure.legend(*middle.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return {"continuous.png": figure}
