"""Does the headline hold for every seed, and does more training save the baseline?

    python3 -m studies.seeds

The headline run for seeds 0 .. 99 at T = 1200, and for the document's seeds
1 .. 3 at T = 500. Control: the same baseline, from the same weights and the
same stream of data, trained ten times as long. Any number of seeds, on this
machine or on a cluster:

    python3 -m studies.seeds --seeds 10000 --dask tcp://ADDRESS:8786 --out sweep
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from chunker_very_deep_1200 import (
    N_TRIGGERS,
    Config,
    effective_depth,
    gradient_norms,
    random_streams,
    recall_accuracies,
    run,
    score,
    silent,
    train_baseline,
    trigger_recall,
)
from studies.common import mean, over, share, study
from studies.nets import filler_right
from visualize_chunker_very_deep_1200 import BASELINE, CHUNKER, FAINT, new_figure

KEPT = (
    "seed", "chunker_eval_acc", "chunker_choice_acc", "chunker_avg_surprises",
    "depth_reduction_ratio", "baseline_eval_acc", "baseline_choice_acc", "baseline_filler_loss",
    "effective_depth_baseline",
)  # fmt: skip


def headline(config):
    """The evaluation of one headline run, and how far its surprises stand out."""
    results = run(config)
    loss = results["surprise_trace"]["loss"]
    drawn = trigger_recall(random_streams(config.seed)["evaluation"], config.T, config.n_eval)[-1]
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
    rng = random_streams(config.seed)
    start = time.perf_counter()
    baseline, _, _ = train_baseline(config, rng, silent)
    seconds = time.perf_counter() - start
    tokens = trigger_recall(rng["evaluation"], config.T, config.n_eval)
    loss, logits = score(baseline, tokens)
    recall, choice = recall_accuracies(logits, tokens[-1])
    by_trigger = [logits[tokens[0] == trigger][0] for trigger in range(N_TRIGGERS)]
    return {
        "updates": config.baseline_epochs,
        "seconds": seconds,
        "recall": recall,
        "choice": choice,
        "filler_loss": float(loss[:-1].mean()),
        "filler_right": filler_right(baseline, config.T),
        "depth": effective_depth(gradient_norms(baseline, tokens[:, 0])),
        "trigger_difference": float(np.abs(by_trigger[0] - by_trigger[1]).max()),
    }


def compute(quick, jobs, seeds=None):
    n, T = (3, 60) if quick else (100, Config.T)
    n = seeds or n
    configs = [Config(seed=seed, T=T) for seed in range(n)]
    runs = over(headline, configs, jobs, "headline")
    document = over(headline, [Config(seed=s, T=min(T, 500)) for s in (1, 2, 3)], jobs, "T = 500")
    long = over(long_baseline, configs, jobs, "baseline, 10 times as long")

    def column(key, of=runs):
        return [r[key] for r in of]

    return {
        "T": T,
        "seeds": n,
        "chunker_perfect": share(np.array(column("chunker_eval_acc")) == 1),
        "chunker_recall": mean(column("chunker_eval_acc")),
        "chunker_choice": mean(column("chunker_choice_acc")),
        "two_surprises": share(np.array(column("chunker_avg_surprises")) == 2),
        "baseline_recall": mean(column("baseline_eval_acc")),
        "baseline_choice": mean(column("baseline_choice_acc")),
        "baseline_filler_loss": mean(column("baseline_filler_loss")),
        "baseline_filler_learnt": share(np.array(column("baseline_filler_loss")) < 0.01),
        "baseline_one_letter": share(column("one_letter")),
        "long_baseline_filler_right": mean(column("filler_right", long)),
        "automatizer_filler_right": mean(column("automatizer_filler_right")),
        "long_effective_depth": mean(column("depth", long)),
        "effective_depth_baseline": mean(column("effective_depth_baseline")),
        "last_chunker_loss": mean(column("last_chunker_loss")),
        "threshold": mean(column("threshold")),
        "largest_filler_loss": mean(column("largest_filler_loss")),
        "target_loss": mean(column("target_loss")),
        "long_baseline_updates": mean(column("updates", long)),
        "long_baseline_seconds": mean(column("seconds", long)),
        "long_baseline_recall": mean(column("recall", long)),
        "long_baseline_choice": mean(column("choice", long)),
        "long_baseline_solved": share(np.array(column("choice", long)) == 1),
        "long_baseline_filler_loss": mean(column("filler_loss", long)),
        "long_baseline_filler_learnt": share(np.array(column("filler_loss", long)) < 0.01),
        "long_baseline_trigger_difference": mean(column("trigger_difference", long)),
        "document_T": min(T, 500),
        "document_seeds": document,
        "runs": runs,
        "long_baselines": long,
    }


def answer(results):
    """The finding in one sentence."""
    perfect, choice = results["chunker_perfect"], results["baseline_choice"]
    return (
        f"The chunker recalls every target on {perfect['k']}/{perfect['n']} seeds "
        f"(95% interval {perfect['interval'][0]:.1%} to {perfect['interval'][1]:.1%}); given only "
        f"the choice between A and B the baseline gets {choice['mean']:.1%} "
        f"({choice['interval'][0]:.1%} to {choice['interval'][1]:.1%}), chance being 50%."
    )


def figures(results):
    runs, T = results["runs"], results["T"]
    perfect, choice = results["chunker_perfect"], results["baseline_choice"]
    figure = new_figure(
        f"T = {T:,}: the chunker recalls everything on {perfect['k']} of {perfect['n']} seeds,\n"
        f"the baseline chooses at chance ({choice['mean']:.1%})",
        height=4.2,
    )
    axes = figure.subplots(1, 3)
    seeds = [r["seed"] for r in runs]
    axes[0].axhline(0.5, color=FAINT, ls="--", lw=1)
    for key, colour, label in (
        ("chunker_choice_acc", CHUNKER, "chunker"),
        ("baseline_choice_acc", BASELINE, "baseline"),
    ):
        axes[0].plot(seeds, [r[key] for r in runs], "o", ms=4, color=colour, label=label)
    axes[0].set(ylim=(0, 1.05), xlabel="seed", title="choice accuracy, A or B")
    axes[0].legend(loc="lower right")
    axes[1].semilogy(seeds, [r["target_loss"] for r in runs], "o", ms=4, color=CHUNKER)
    axes[1].semilogy(seeds, [r["threshold"] for r in runs], "_", ms=5, color="black")
    axes[1].semilogy(seeds, [r["largest_filler_loss"] for r in runs], "o", ms=4, color=FAINT)
    for y, label in ((9.5, "recall target"), (1.0, "threshold"), (0.004, "worst filler step")):
        axes[1].text(0.5, y, label, ha="center", transform=axes[1].get_yaxis_transform())
    axes[1].set(xlabel="seed", title="loss of A, nats", ylim=(1e-3, 20))
    depths = [r["effective_depth_baseline"] for r in runs]
    axes[2].hist(depths, bins=np.arange(0.5, max(depths) + 1.5), color=BASELINE, rwidth=0.85)
    axes[2].set(
        xlabel=f"steps, of {T - 1:,}", ylabel="seeds", xticks=range(1, max(depths) + 1),
        title="reach of the baseline's gradient",
    )  # fmt: skip
    return {"seeds.png": figure}


if __name__ == "__main__":
    study("seeds", compute, figures, seeds="how many, counted from 0")
