"""Does compression compound when what one level mispredicts is regular to the next?

    python3 -m studies hierarchy

The task has one time scale per level. The sequence at the top is [trigger,
trigger]. Each level below puts between any two symbols of the one above a run of
its own five symbols, 1 2 3 4 5 1 2 .., of at least 14; from there on the run ends
after each with probability 1/4. So the most probable symbol is always the
cycle's. Which symbol comes from above, and when, is mispredicted; read in order
those symbols are a sequence of the same kind, one level up. With `depth` levels
the trigger returns after about 18^depth steps.

A stack has as many levels as the task; no other depth was tried. Level n is
trained on what level n - 1 mispredicts, the headline's C on what is left. The
ratio is symbols in over symbols out. Over the same sequences the levels' ratios
would multiply to the stack's by construction; so each level is measured by
itself, on fresh sequences of its own level that no lower net has read.

The two-level system is level 0 and a C that reads all that it mispredicts. Its
recall is no fair number: nobody can know when the target comes in what C reads.
Its choice between A and B is (chance 50%), asked after every fresh sequence and
after the same with the other trigger: who has kept nothing gets exactly 50%.

Settings were chosen on seeds below 100; reported are 100 to 109.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.nested import (
    CYCLE,
    LAWS,
    MEAN_RUN,
    STAGES,
    answers,
    apply_levels,
    draw,
    expected_length,
    kept,
    last_logits,
    mispredicted,
    n_symbols,
    padded,
    total,
    train_chunker,
    train_stack,
)
from studies.lab.optimisers import Adam, clip
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.training import identity_rnn
from visualize_chunker_very_deep_1200 import BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    """Sizes of a run; the dicts go by the number of levels still above."""

    depths: tuple
    n_seeds: int
    n_training: int  # sequences
    n_updates: int  # of each level
    n_chunk_updates: int  # of C, and of the two-level system
    n_fresh: dict  # sequences for the stack
    n_own: dict  # sequences for a level by itself
    n_two: dict  # updates of the two-level system
    n_helped: dict  # updates of the helped two-level system, and on how many seeds
    control_depth: int
    n_control_seeds: int
    longer: int  # times the updates, in the controls with more of them


FULL = Plan(
    depths=(1, 2, 3, 4), n_seeds=10, n_training=64, n_updates=5000, n_chunk_updates=3200,
    n_fresh={1: 1100, 2: 1100, 3: 440, 4: 110}, n_own={1: 1100, 2: 1100, 3: 220, 4: 22},
    n_two={2: 3200, 3: 3200, 4: 800},  # at depth 4 an update is BPTT over 5,800 events
    n_helped={2: (1000, 10), 3: (10_000, 4)}, control_depth=3, n_control_seeds=4, longer=20,
)  # fmt: skip
QUICK = Plan(
    depths=(1, 2), n_seeds=2, n_training=8, n_updates=300, n_chunk_updates=100,
    n_fresh={1: 50, 2: 50}, n_own={1: 50, 2: 50}, n_two={2: 100},
    n_helped={2: (20, 1)}, control_depth=2, n_control_seeds=2, longer=2,
)  # fmt: skip
FIRST_SEED = 100  # settings were chosen on smaller seeds
HELPED_HIDDEN, HELPED_LR, HELPED_BATCH, HELPED_NORM = 16, 0.0003, 8, 1.0
SHOWN = 55  # symbols of each level in the figure


def train_helped(rng, depth, n_updates):
    """The C of a two-level system, helped by the setting that `reach` found best at T = 500.

    W_hh starts as the identity, the optimiser is Adam, half of the loss is the last
    symbol's (so it gets more than its probability), and every update has fresh
    sequences, as a faultless level 0 would pass them up.
    """
    net = identity_rnn(rng, HELPED_HIDDEN, n_symbols(depth))
    grad, adam = core.zeros_like(net), Adam(len(net.flat), HELPED_LR)
    for _ in range(n_updates):
        tokens, lengths = padded(draw(rng, depth, HELPED_BATCH, level=1))
        u = core.buffers(net, len(tokens) - 1, HELPED_BATCH)
        core.load(u, tokens)
        step = np.arange(1, len(tokens))[:, None]
        weight = np.where(step < lengths - 1, 0.5 / (lengths - 2), 0.5 * (step == lengths - 1))
        core.forward(net, u)
        core.backward(net, grad, u, weight=weight / HELPED_BATCH)
        clip(grad.flat, HELPED_NORM)
        adam.step(net.flat, grad.flat)
    return net


# ==== Measuring ===================================================================================
def measure_level(net, depth, level, n, rng, law):
    """A level's net on fresh sequences of its own level, which no lower net has read.

    `extra` are events that belong to the level's own cycle, `lost` symbols
    from above that were no event; `ratio` counts whatever was passed up.
    """
    sequences = draw(rng, depth, n, level, law)
    passed = kept(sequences, mispredicted(net, sequences))
    first, after = n_symbols(level), n_symbols(level + 1)
    above, above_passed = (
        sum(int(((x < first) | (x >= after)).sum()) for x in of) for of in (sequences, passed)
    )
    return {
        "symbols": total(sequences),
        "ratio": total(sequences) / total(passed),
        "extra": total(passed) - above_passed,
        "lost": above - above_passed,
    }


def one_stack(arguments):
    """Train and measure one stack, and a two-level system on the same sequences."""
    seed, case, plan = arguments
    depth, law, times = case
    rng = generators("hierarchy", seed, STAGES, depth - 1)
    training = draw(rng["training"], depth, plan.n_training, law=law)
    levels, chunker, events = train_stack(rng, training, depth, plan, times)
    fresh = draw(rng["fresh"], depth, plan.n_fresh[depth], law=law)
    passed, masks, flagged = apply_levels(levels, fresh)
    own = [
        measure_level(net, depth, level, plan.n_own[depth - level], rng["own"], law)
        for level, net in enumerate(levels)
    ]
    result = {
        "seed": seed,
        **ratios(passed, own),
        "stack": answers(chunker, passed[-1], flagged, fresh),
        "example": beginnings(passed, masks),
    }
    if law == "memoryless" and times == 1:
        if depth > 1:  # else the stack has two levels itself
            chunker = train_chunker(rng["two_level"], events, n_symbols(depth), plan.n_two[depth])
        result["two_level"] = after_both(chunker, levels[0], passed[1], masks[0], fresh)
    return result


def ratios(passed, own):
    """The ratio of a stack beside the product of those of its levels, each by itself."""
    lengths, (first, *_, top) = [len(sequence) for sequence in passed[0]], map(total, passed)
    product = float(np.prod([level["ratio"] for level in own]))
    return {
        "T": [int(np.min(lengths)), float(np.mean(lengths)), int(np.max(lengths))],
        "events": [total(sequences) / len(lengths) for sequences in passed],
        "own": own,
        "ratio": first / top,
        "product": product,
        "difference": first / top / product - 1,
    }


def after_both(chunker, level_0, events, masks, fresh):
    """Answers of a two-level system to sequences and to the same with the other trigger."""
    others = [other_trigger(sequence) for sequence in fresh]
    (_, other_events), (other_masks,), _ = apply_levels([level_0], others)
    flagged = np.array([mask[-1] for mask in masks + other_masks])
    apart = last_logits(chunker, events) - last_logits(chunker, other_events)
    return {
        **answers(chunker, events + other_events, flagged, fresh + others),
        "trigger_difference": float(np.abs(apart).max()),
    }


def other_trigger(sequence):
    """The same sequence with B for A and A for B."""
    sequence = sequence.copy()
    sequence[[0, -1]] = 1 - sequence[[0, -1]]
    return sequence


def one_helped(arguments):
    """The helped two-level system on fresh sequences of level 1."""
    seed, (depth, n_updates) = arguments
    rng = generators("hierarchy", seed, STAGES, depth - 1)["helped"]
    net = train_helped(rng, depth, n_updates)
    sequences = draw(rng, depth, 200, level=1)
    return answers(net, sequences, np.ones(len(sequences), bool), sequences)


def beginnings(passed, masks):
    """The beginning of the first sequence at every level, and what is passed up of it."""
    masks = [*masks, [np.zeros(0, bool)]]
    return [
        {"length": len(x), "symbols": x[:SHOWN].tolist(), "passed": up.nonzero()[0].tolist()}
        for x, up in ((of_level[0], mask[0][:SHOWN]) for of_level, mask in zip(passed, masks))
    ]


# ==== The study ===================================================================================
def compute(plan, jobs):
    controls = [(law, times) for law in LAWS for times in (1, plan.longer)]
    n_seeds = {(depth, "memoryless", 1): plan.n_seeds for depth in plan.depths}
    n_seeds |= {(plan.control_depth, *c): plan.n_control_seeds for c in controls[1:]}
    runs = over_seeds(one_stack, n_seeds, jobs, "stacks", plan)
    examples = {case: [run.pop("example") for run in of_case] for case, of_case in runs.items()}
    regular = {depth: runs[depth, "memoryless", 1] for depth in plan.depths}
    controls = {c: runs[(plan.control_depth, *c)][: plan.n_control_seeds] for c in controls}
    n_seeds = {(depth, updates): n for depth, (updates, n) in plan.n_helped.items()}
    helped = over_seeds(one_helped, n_seeds, jobs, "two levels, helped")
    return {
        "first_seed": FIRST_SEED,
        "mean_run": MEAN_RUN,
        "plan": {"n_training": plan.n_training, "n_updates": plan.n_updates},
        "depths": {str(d): of_depth(plan, d, r) for d, r in regular.items()},
        "helped": {str(depth): two_level(a, updates) for (depth, updates), a in helped.items()},
        "control_depth": plan.control_depth,
        "longer": plan.longer,
        "controls": {f"{law}, {n} times": summary(r) for (law, n), r in controls.items()},
        "runs": {str(d): r for d, r in regular.items()},
        "example": examples[max(plan.depths), "memoryless", 1][0],
    }


def over_seeds(function, n_seeds, jobs, describe, *more):
    """Results of each case, a tuple that begins with the depth, on its first so many seeds."""
    deepest_first = sorted(n_seeds, reverse=True)  # they take the longest
    tasks = [(FIRST_SEED + i, c, *more) for c in deepest_first for i in range(n_seeds[c])]
    done = parallel_map(function, tasks, jobs, describe)
    return {c: [run for task, run in zip(tasks, done) if task[1] == c] for c in n_seeds}


def two_level(answered, n_updates):
    """Of a two-level system, over seeds."""
    return {"updates": n_updates, **{key: mean([a[key] for a in answered]) for key in answered[0]}}


def summary(runs):
    """Of the runs of one depth, over seeds."""
    T, own = np.array([r["T"] for r in runs]), [level for r in runs for level in r["own"]]
    return {
        "T": {"min": int(T[:, 0].min()), "mean": float(T[:, 1].mean()), "max": int(T[:, 2].max())},
        "events": np.mean([r["events"] for r in runs], axis=0).tolist(),
        **{key: mean([r[key] for r in runs]) for key in ("ratio", "product", "difference")},
        "mistakes": {key: sum(level[key] for level in own) for key in ("symbols", "extra", "lost")},
        "perfect": proportion([r["stack"]["recall"] == 1 for r in runs]),
        **{key: mean([r["stack"][key] for r in runs]) for key in ("recall", "choice")},
    }


def of_depth(plan, depth, runs):
    """`summary`, with the ratio that is expected and the two-level system."""
    two = two_level([r["two_level"] for r in runs], plan.n_two.get(depth, plan.n_chunk_updates))
    return {"expected": expected_length(depth) / 2, **summary(runs), "two_level": two}


# ==== What was found ==============================================================================
def deepest(results):
    """The depth of the deepest stack, and its summary."""
    depth = max(results["depths"], key=int)
    return int(depth), results["depths"][depth]


def answer(results):
    """The finding in one sentence."""
    depth, d = deepest(results)
    worst = max(abs(d["difference"]["mean"]) for d in results["depths"].values())
    two, (low, high) = d["two_level"], d["difference"]["interval"]
    of = [results["controls"][f"{law}, {results['longer']} times"]["perfect"] for law in LAWS]
    memoryless, bounded = map(counted, of)
    return (
        f"{'Yes' if worst <= 0.02 else 'Not quite'}: over depths 1 to {depth} the stack's ratio is "
        f"within {worst:.1%} of the product of its levels' ratios, mean over seeds (depth {depth}: "
        f"95% interval {low:+.1%} to {high:+.1%}), up to {d['ratio']['mean']:,.0f}, and "
        f"{counted(d['perfect'])} seeds recall every trigger at the top; two levels are left with "
        f"{two['k']['mean']:,.0f} events and choose right {percent(two['choice'])} of the time "
        f"(chance 50%); with {results['longer']} times the updates {memoryless} seeds recall "
        f"everything, or {bounded} where a level can learn when runs end."
    )


def table(results):
    """The stacks, by depth."""
    header = (
        "depth", "T (range)", "symbols read by each level", "ratio of the stack",
        "product of the levels' ratios", "difference", "seeds with 100% recall",
    )  # fmt: skip
    return header, [
        (
            depth,
            f"{d['T']['mean']:,.0f} ({d['T']['min']:,} to {d['T']['max']:,})",
            " > ".join(f"{n:,.0f}" if n >= 10 else f"{n:.2f}" for n in d["events"]),
            f"{d['ratio']['mean']:,.1f}", f"{d['product']['mean']:,.1f}",
            f"{d['difference']['mean']:+.2%}", counted(d["perfect"]),
        )
        for depth, d in results["depths"].items()
    ]  # fmt: skip


def table_two_levels(results):
    """The two-level system and the helped one, by depth."""
    header = "depth", "updates of C", "events k", "recall", "choice", "difference of C's logits"
    systems = [(depth, d["two_level"]) for depth, d in results["depths"].items()]
    systems += [(f"{depth}, helped", two) for depth, two in results["helped"].items()]
    return header, [
        (
            depth, f"{two['updates']:,}", f"{two['k']['mean']:,.1f}",
            f"{two['recall']['mean']:.1%}", percent(two["choice"]),
            f"{apart['max']:.2g}" if (apart := two.get("trigger_difference")) else "",
        )
        for depth, two in systems
    ]  # fmt: skip


def table_controls(results):
    """What the stack depends on: how long runs are, and how long a level is trained."""
    at = f"at depth {results['control_depth']}"
    header = f"runs {at}", "difference", "seeds with 100% recall", "recall", "lost per seed"
    return header, [
        (
            name.removesuffix(", 1 times").replace("times", "times the updates"),
            f"{c['difference']['mean']:+.2%}", counted(c["perfect"]),
            f"{c['recall']['mean']:.1%}", f"{c['mistakes']['lost'] / c['perfect']['n']:.1f}",
        )
        for name, c in results["controls"].items()
    ]  # fmt: skip


def seen(results):
    """What the table of the stacks does not say."""
    mistakes = [d["mistakes"] for d in results["depths"].values()]
    extra, lost, n = (sum(m[key] for m in mistakes) for key in ("extra", "lost", "symbols"))
    return f"Of {n:,} symbols the levels pass up {extra:,} too many and {lost:,} too few."


# ==== Figure ======================================================================================

GLYPHS = "AB" + "12345" + "abcde" + "vwxyz" + "αβγδε"
SHADES = ("#ECECEC", "#CFE6F5", "#8FC3E8", "#3F93C9")  # of the cycles, level 0 first


def draw_strip(ax, example):
    """The first symbols of every level, and where those passed up stand one level up."""
    for level, row in enumerate(example):
        y, n = -level, len(row["symbols"])
        for t, symbol in enumerate(row["symbols"]):
            own = symbol >= core.N_TRIGGERS
            colour = SHADES[(symbol - core.N_TRIGGERS) // CYCLE] if own else CHUNKER
            ax.bar(t, 0.5, width=0.92, bottom=y - 0.25, color=colour)
            ax.text(t, y - 0.02, GLYPHS[symbol], ha="center", va="center", fontsize=9,
                    color="black" if own else "white",
                    fontweight="normal" if own else "bold")  # fmt: skip
        for i, t in enumerate(row["passed"]):
            ax.plot([t, i], [y - 0.28, y - 0.72], color=CHUNKER, lw=1)
        if row["length"] > n:
            more = f"... and {row['length'] - n:,} more"
            ax.text(n, y, more, va="center", fontsize=9, color="#505050")
        ax.text(-1, y, f"level {level}", ha="right", va="center")
    ax.set(xlim=(-5.5, SHOWN + 8), ylim=(0.4 - len(example), 0.4))
    ax.set_title("what each level reads; the lines are what it mispredicts and passes up")
    ax.axis("off")


def draw_ratio(ax, depths, summaries):
    """The ratio against the depth, whole stack and product of the levels."""
    ratio, product = ([s[key]["mean"] for s in summaries] for key in ("ratio", "product"))
    ax.plot(depths, [s["expected"] for s in summaries], color=FAINT, lw=1.5, ls="--",
            label=r"expected, $(1 + 18^{depth}) / 2$")  # fmt: skip
    ax.plot(depths, product, "s", ms=13, mfc="none", mec="black", label="product of the levels")
    ax.plot(depths, ratio, "o", ms=7, color=CHUNKER, label="whole stack")
    for depth, s in zip(depths, summaries):
        half = s["difference"]["mean"] - s["difference"]["interval"][0]
        text = f"{s['ratio']['mean']:,.1f}\n{s['difference']['mean']:+.2%} ± {half:.2%}"
        ax.annotate(text, (depth, s["ratio"]["mean"]), (0, -14), textcoords="offset points",
                    ha="center", va="top", fontsize=9)  # fmt: skip
    ax.set(yscale="log", ylim=(0.4, 4 * ratio[-1]), title="ratio: symbols in over symbols out")
    ax.legend(loc="upper left")


def draw_choice(ax, depths, summaries, helped):
    """Recall of the stack and choice of the two-level systems against the depth."""
    choice = [s["two_level"]["choice"] for s in summaries]
    means = np.array([c["mean"] for c in choice])
    errors = np.abs(np.array([c["interval"] for c in choice]).T - means)
    ax.plot(depths, [s["recall"]["mean"] for s in summaries], "o-", color=CHUNKER, lw=2.5, ms=9,
            label="stack, recall")  # fmt: skip
    ax.errorbar(depths, means, errors, fmt="s-", color=BASELINE, lw=2, capsize=3,
                label="two levels, choice")  # fmt: skip
    ax.plot([int(depth) for depth in helped], [h["choice"]["mean"] for h in helped.values()], "^",
            color=BASELINE, ms=11, mfc="white", mew=2, ls="none",
            label="two levels, helped, choice")  # fmt: skip
    ax.axhline(0.5, color="black", ls="--", lw=1)
    ax.set(ylim=(0.3, 1.08), title="share of sequences right (dashed: chance)")
    ax.legend(loc="center right", bbox_to_anchor=(1.0, 0.62))


def figures(results):
    (depth, d), summaries = deepest(results), list(results["depths"].values())
    worst = max(abs(s["difference"]["mean"]) for s in summaries)
    figure = new_figure(
        f"Compression compounds: in {depth} levels {d['T']['mean']:,.0f} steps become "
        f"{d['events'][-1]:.3g} events,\nwithin {worst:.1%} of the product of the levels' ratios; "
        f"{d['perfect']['k']} of {d['perfect']['n']} seeds recall every trigger",
        height=7.4,
    )
    strip, below = figure.subfigures(2, 1, height_ratios=[1, 1.25])
    draw_strip(strip.subplots(), results["example"])
    left, right = below.subplots(1, 2)
    depths = [int(depth) for depth in results["depths"]]
    draw_ratio(left, depths, summaries)
    draw_choice(right, depths, summaries, results["helped"])
    for ax in (left, right):
        ax.set(xlim=(0.3, depths[-1] + 0.7), xticks=depths, xlabel="depth (levels below C)")
    return {"hierarchy.png": figure}
