"""Does the headline hold for every seed, and does more training save the baseline?

    python3 -m studies seeds

The headline run for seeds 0 .. 99 at T = 1,200, and for seeds 1 .. 3 at T = 500,
as in the source document. Control: the same baseline, from the same weights and
the same stream of data, trained ten times as long. Any number of seeds, on this
machine or on a cluster:

    python3 -m studies seeds --seeds 10000 --dask tcp://ADDRESS:8786 --out sweep

No setting was chosen here: all are the source document's.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.runner import parallel_map
from studies.lab.training import filler_right
from visualize_chunker_very_deep_1200 import BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    seeds: int
    T: int


FULL, QUICK = Plan(100, core.Config.T), Plan(3, 60)
MEASURED = ("seconds", "long_baseline_seconds")
OPTIONS = {"seeds": "how many, counted from 0"}

LEARNT = 0.01  # nats per step of filler
KEPT = (
    "seed", "chunker_eval_acc", "chunker_choice_acc", "chunker_avg_surprises",
    "depth_reduction_ratio", "baseline_eval_acc", "baseline_choice_acc", "baseline_filler_loss",
    "effective_depth_baseline",
)  # fmt: skip


# ==== One seed ====================================================================================
def run_of_seed(config):
    """The evaluation of one headline run, and how far its surprises stand out."""
    results = core.run(config)
    loss = results["surprise_trace"]["loss"]
    evaluation = core.random_streams(config.seed)["evaluation"]
    drawn = core.trigger_recall(evaluation, config.T, config.n_eval)[-1]
    letters = drawn.mean(), 1 - drawn.mean()  # what B alone, and A alone, would get
    return {
        "one_letter": bool(np.isclose(results["baseline_choice_acc"], letters).any()),
        **{key: results[key] for key in KEPT},
        "last_chunker_loss": results["chunker_loss"][-1],
        "threshold": results["hyperparameters"]["threshold"],
        "largest_filler_loss": max(loss[1:-1]),
        # below log 2 the symbol had a probability above 1/2, and so was the most probable
        "automatizer_filler_right": float(np.mean(np.array(loss[1:-1]) < np.log(2))),
        "target_loss": loss[-1],
    }


def long_baseline(config):
    """The baseline of a headline run, trained ten times as long."""
    config = replace(config, baseline_epochs=10 * config.baseline_epochs)
    rng = core.random_streams(config.seed)
    start = time.perf_counter()
    baseline, _, _ = core.train_baseline(config, rng, core.silent)
    seconds = time.perf_counter() - start
    tokens = core.trigger_recall(rng["evaluation"], config.T, config.n_eval)
    loss, logits = core.score(baseline, tokens)
    recall, choice = core.recall_accuracies(logits, tokens[-1])
    after_a, after_b = (logits[tokens[0] == trigger][0] for trigger in range(core.N_TRIGGERS))
    return {
        "updates": config.baseline_epochs,
        "seconds": seconds,
        "recall": recall,
        "choice": choice,
        "filler_loss": float(loss[:-1].mean()),
        "filler_right": filler_right(baseline, config.T),
        "depth": core.effective_depth(core.gradient_norms(baseline, tokens[:, 0])),
        "trigger_difference": float(np.abs(after_a - after_b).max()),
    }


# ==== All seeds ===================================================================================
def compute(plan, jobs, seeds=None):
    n, T, at_500 = seeds or plan.seeds, plan.T, min(plan.T, 500)
    configs = [core.Config(seed=seed, T=T) for seed in range(n)]
    of_document = [core.Config(seed=seed, T=at_500) for seed in (1, 2, 3)]
    runs = parallel_map(run_of_seed, configs, jobs, "headline")
    document = parallel_map(run_of_seed, of_document, jobs, "T = 500")
    long = parallel_map(long_baseline, configs, jobs, "baseline, 10 times as long")
    return {
        "T": T,
        "seeds": n,
        **summary_of_runs(columns(runs)),
        **summary_of_long(columns(long)),
        "document_T": at_500,
        "document_seeds": document,
        "runs": runs,
        "long_baselines": long,
    }


def columns(runs):
    """{key: array over the runs}"""
    return {key: np.array([r[key] for r in runs]) for key in runs[0]}


def summary_of_runs(of):
    """Over the seeds, from the columns of `run_of_seed`."""
    renamed = {
        "chunker_recall": "chunker_eval_acc", "chunker_choice": "chunker_choice_acc",
        "baseline_recall": "baseline_eval_acc", "baseline_choice": "baseline_choice_acc",
    }  # fmt: skip
    kept = (
        "baseline_filler_loss", "automatizer_filler_right", "effective_depth_baseline",
        "last_chunker_loss", "threshold", "largest_filler_loss", "target_loss",
    )  # fmt: skip
    return {
        "chunker_perfect": proportion(of["chunker_eval_acc"] == 1),
        "two_surprises": proportion(of["chunker_avg_surprises"] == 2),
        "baseline_filler_learnt": proportion(of["baseline_filler_loss"] < LEARNT),
        "baseline_one_letter": proportion(of["one_letter"]),
        **{ours: mean(of[key]) for ours, key in renamed.items()},
        **{key: mean(of[key]) for key in kept},
    }


def summary_of_long(of):
    """Over the seeds, from the columns of `long_baseline`."""
    return {
        "long_effective_depth": mean(of["depth"]),
        "long_baseline_solved": proportion(of["choice"] == 1),
        "long_baseline_filler_learnt": proportion(of["filler_loss"] < LEARNT),
        **{f"long_baseline_{key}": mean(of[key]) for key in of if key != "depth"},
    }


# ==== What was found ==============================================================================
def answer(results):
    """The finding in one sentence."""
    perfect, choice = results["chunker_perfect"], results["baseline_choice"]
    return (
        f"The chunker recalls every target on {counted(perfect)} seeds "
        f"(95% interval {perfect['interval'][0]:.1%} to {perfect['interval'][1]:.1%}); given only "
        f"the choice between A and B the baseline gets {choice['mean']:.1%} "
        f"({choice['interval'][0]:.1%} to {choice['interval'][1]:.1%}), chance being 50%."
    )


def table(results):
    """Chunker, baseline, and the baseline trained ten times as long."""
    perfect = results["chunker_perfect"]
    interval = "{:.1%} to {:.1%}".format(*perfect["interval"])
    rows = [(
        "chunker", f"100% on {counted(perfect)} seeds ({interval})",
        percent(results["chunker_choice"]), "-", "-", "-",
    )]  # fmt: skip
    for name, key, depth in (
        ("baseline", "baseline", "effective_depth_baseline"),
        ("baseline, 10 times as long", "long_baseline", "long_effective_depth"),
    ):
        filler = results[f"{key}_filler_loss"]
        rows.append((
            name, percent(results[f"{key}_recall"]), percent(results[f"{key}_choice"]),
            f"{filler['median']:.4f} ({filler['max']:.4f})",
            counted(results[f"{key}_filler_learnt"]), median_and_range(results[depth]),
        ))  # fmt: skip
    header = (
        "", "recall", "choice, A or B (chance 50%)", "loss on filler, nats per step (worst seed)",
        f"seeds with loss below {LEARNT:g}", "steps the gradient reaches (range)",
    )  # fmt: skip
    return header, rows


def median_and_range(numbers):
    """Median over the seeds, and the range in parentheses."""
    return f"{numbers['median']:g} ({numbers['min']:g} to {numbers['max']:g})"


def seen(results):
    """What the table leaves out, a fact a line."""
    r, letter = results, results["baseline_one_letter"]
    same = sum(run["trigger_difference"] == 0 for run in r["long_baselines"])
    facts = (
        f"{r['seeds']} seeds at T = {r['T']:,}, {core.Config.n_eval} sequences each. In "
        "parentheses 95% intervals, unless the column says otherwise; losses and steps are medians "
        "over the seeds.",
        f"A passes up exactly 2 symbols on {counted(r['two_surprises'])} seeds.",
        f"In the one sequence traced for each seed the recall target costs A at least "
        f"{r['target_loss']['min']:.2f} nats, a step of the filler at most "
        f"{r['largest_filler_loss']['max']:.3f}.",
        f"The baseline answers with the same letter after A and after B on {counted(letter)} "
        "seeds. Its choice accuracy is then the share of that letter among the sequences drawn, "
        "and exactly 50% over the two sequences that there are.",
        f"After ten times the training its last logits after A and after B are equal to the last "
        f"bit on {same}/{r['seeds']} seeds.",
        f"A gradient reaches as far back as it has {core.CUTOFF:.0%} of its norm at the last step.",
    )
    return "\n".join(f"- {fact}" for fact in facts)


# ==== Figure ======================================================================================
def figures(results):
    perfect, choice = results["chunker_perfect"], results["baseline_choice"]
    figure = new_figure(
        f"T = {results['T']:,}: the chunker recalls everything on {perfect['k']} of {perfect['n']} "
        f"seeds, the baseline {results['baseline_recall']['mean']:.1%};\nasked only whether it was "
        f"A or B the baseline is right {choice['mean']:.1%} of the time, chance being 50%",
        height=4.4,
    )
    accuracy, loss, reach = figure.subplots(1, 3)
    draw_accuracies(accuracy, results["runs"])
    draw_losses(loss, results["runs"])
    draw_reach(reach, results["runs"], results["T"])
    return {"seeds.png": figure}


def draw_accuracies(ax, runs):
    seeds = [r["seed"] for r in runs]
    for key, colour, fill, label in (
        ("chunker_eval_acc", CHUNKER, CHUNKER, "chunker, recall"),
        ("baseline_choice_acc", BASELINE, "none", "baseline, choice"),
        ("baseline_eval_acc", BASELINE, BASELINE, "baseline, recall"),
    ):
        ax.plot(seeds, [r[key] for r in runs], "o", ms=4, color=colour, mfc=fill, label=label)
    ax.axhline(0.5, color=FAINT, ls="--", lw=1)
    ax.set(ylim=(-0.04, 1.04), xlabel="seed", title="recall; choice between A and B")
    ax.legend(loc="center", bbox_to_anchor=(0.5, 0.8), handletextpad=0.2)


def draw_losses(ax, runs):
    seeds = [r["seed"] for r in runs]
    for key, colour, marker, label, above in (
        ("target_loss", CHUNKER, "o", "recall target", True),
        ("threshold", "black", "_", "threshold", False),
        ("largest_filler_loss", FAINT, "o", "worst step of the filler", True),
    ):
        values = np.array([r[key] for r in runs])
        ax.semilogy(seeds, values, marker, ms=4, color=colour)
        y = values.max() * 1.5 if above else values.min() / 1.5
        ax.text(
            0.5, y, label, ha="center", va="bottom" if above else "top",
            transform=ax.get_yaxis_transform(),
        )  # fmt: skip
    ax.set(xlabel="seed", title="loss of A, nats")
    ax.set_ylim(values.min() / 5, max(r["target_loss"] for r in runs) * 5)


def draw_reach(ax, runs, T):
    depths = [r["effective_depth_baseline"] for r in runs]
    ax.hist(depths, bins=np.arange(0.5, max(depths) + 1.5), color=BASELINE, rwidth=0.85)
    ax.set(
        xlabel=f"steps, of {T - 1:,}", ylabel="seeds", xticks=range(1, max(depths) + 1),
        title=f"reach of the baseline's gradient:\nmedian {np.median(depths):g} steps",
    )  # fmt: skip


def effect_of_batches(results):
    """What ten times as many updates change for the baseline."""
    short, long = results["baseline_filler_loss"], results["long_baseline_filler_loss"]
    return (
        f"ten times as many updates change the baseline's loss on filler, from "
        f"{short['median']:.4f} to {long['median']:.4f} nats a step (median), and choose right in "
        f"{results['long_baseline_choice']['mean']:.1%}"
    )
