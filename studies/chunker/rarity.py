"""Does anything simpler than A find the events: a table of frequencies, or A without recurrence?

    python3 -m studies rarity

A and B never stand in the filler. So what A finds surprising may be no more than
what is rare. Here other predictors take A's place, on the filler of `noise`:

    symbols   a table of the frequencies of the 7 symbols
    pairs     a table of what follows each symbol
    triples   a table of what follows each two symbols
    no W_hh   A without its recurrent weights: it sees the last symbol alone
    A         the headline's automatizer

All learn from the 640 sequences that the headline gives A. The threshold is set as in
the headline, half-way between the median loss on filler and on targets in 20 probe
sequences, and the headline's chunker is trained on what exceeds it. Tables count with
half a count for what was not seen (Krichevsky and Trofimov); where there is no context
yet its place is taken by a symbol of its own.

No setting was chosen: all are the headline's; reported are seeds 100 to 119.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import cells
from studies.lab.counting import counting
from studies.lab.events import accuracies
from studies.lab.intervals import counted, mean, proportion
from studies.lab.runner import parallel_map
from studies.lab.tables import frequency_table, net_loss, without_recurrence
from studies.lab.tasks import LEVELS, noisy
from studies.lab.training import solved_after
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    levels: tuple
    n_seeds: int
    T: int
    auto_epochs: int
    chunk_epochs: int
    n_eval: int


FULL = Plan(LEVELS, 20, core.Config.T, core.Config.auto_epochs, core.Config.chunk_epochs, 50)
QUICK = Plan((0.0, 0.1), 2, 60, 20, 20, 10)
FIRST_SEED = 100  # no setting was chosen: all are the headline's
TABLES = {"symbols": 0, "pairs": 1, "triples": 2}  # and how many symbols of context
PREDICTORS = (*TABLES, "no W_hh", "A")
MEANS = ("threshold", "k", "recall", "choice", "recurrence_of_c_moved")


# ==== Predictors ==================================================================================
def predictor(name, config, task):
    """What takes A's place: its losses."""
    rng = core.random_streams(config.seed)
    if name == "A":
        return net_loss(core.train_automatizer(config, rng, core.silent, task)[0])
    data = rng["auto_data"]
    sequences = [task.draw(data, config.T, core.AUTO_BATCH) for _ in range(config.auto_epochs)]
    if name in TABLES:
        return frequency_table(sequences, TABLES[name])
    return net_loss(without_recurrence(config, rng, sequences))


def taught(config, events):
    """The headline's chunker, and after how many sequences of its own it recalls all of them."""
    rng, which = core.random_streams(config.seed), np.arange(len(events))
    chunker, _, recalled, _ = core.fit_chunker(config, rng, events, which)
    epochs = solved_after(np.array(recalled) == 1)
    return chunker, epochs and epochs * core.CHUNK_SEQUENCES


def multiply_adds():
    """Of one update of C on two events, counted in the code."""
    with counting(movement=False) as meter:
        net = core.init_rnn(np.random.default_rng(0), core.Config.chunk_hidden, core.CHUNK_STD)
        for _ in core.learn(net, [np.zeros((2, 1), np.uint8)], 2, core.Config.chunk_lr):
            pass
    return sum(sums["multiply_adds"] for sums in meter.counts.values())


# ==== The study ===================================================================================
def one_run(arguments):
    """All predictors at one level of noise and for one seed, on the same sequences."""
    e, seed, plan = arguments
    task = noisy(e)
    config = core.Config(
        seed=seed, T=plan.T, auto_epochs=plan.auto_epochs, chunk_epochs=plan.chunk_epochs
    )
    rng = core.random_streams(seed)
    sizes = {"probe": core.N_PROBE, "evaluation": plan.n_eval}
    sizes["chunk_data"] = plan.chunk_epochs * core.CHUNK_SEQUENCES
    drawn = {stage: task.draw(rng[stage], plan.T, n) for stage, n in sizes.items()}
    result = {"e": e, "seed": seed}
    with np.errstate(**core.DIVERGING):
        for name in PREDICTORS:
            loss = predictor(name, config, task)
            threshold = core.surprise_threshold(loss(drawn["probe"]))
            mask = core.surprising(loss(drawn["evaluation"]), threshold)
            training = core.surprising(loss(drawn["chunk_data"]), threshold)
            chunker, after = taught(config, core.pass_up(drawn["chunk_data"], training))
            events = core.pass_up(drawn["evaluation"], mask)
            recall, choice = accuracies(chunker, events, drawn["evaluation"][-1])
            start = core.init_rnn(
                core.random_streams(seed)["chunk_init"], config.chunk_hidden, core.CHUNK_STD
            )
            result[name] = {
                "threshold": threshold,
                "k": float(mask.sum(axis=0).mean()),
                "recall": recall,
                "choice": choice,
                "recurrence_of_c_moved": float(np.abs(chunker.W_hh - start.W_hh).max()),
                "sequences": after,
            }
    return result


def compute(plan, jobs):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_seeds)
    tasks = [(e, seed, plan) for e in plan.levels for seed in seeds]
    runs = parallel_map(one_run, tasks, jobs, "rarity")
    levels = []
    for e in plan.levels:
        of = [run for run in runs if run["e"] == e]
        summaries = {
            name: {
                **{key: mean([run[name][key] for run in of]) for key in MEANS},
                "perfect": proportion([run[name]["recall"] == 1 for run in of]),
            }
            for name in PREDICTORS
        }
        levels.append({"e": e, **summaries})
    quiet = [run["symbols"]["sequences"] for run in runs if run["e"] == plan.levels[0]]
    update, most = multiply_adds(), plan.chunk_epochs * core.CHUNK_SEQUENCES
    cell = cells.cell([n and n * update for n in quiet], most * update)
    return {
        "T": plan.T, "seeds": plan.n_seeds, "levels": levels,
        "cells": {cells.key("table + C"): cell}, "runs": runs,
    }  # fmt: skip


# ==== Tables and sentences ========================================================================
def perfect_levels(results, name):
    """Levels of noise at which every seed recalls everything."""
    return [v["e"] for v in results["levels"] if v[name]["perfect"]["share"] == 1]


def answer(results):
    """The finding in one sentence."""
    n = len(results["levels"])
    found = {name: len(perfect_levels(results, name)) for name in PREDICTORS}
    k = [v["symbols"]["k"]["mean"] for v in results["levels"]]
    return (
        f"Yes: with a table of symbol frequencies in A's place every seed recalls everything at "
        f"{found['symbols']} of {n} levels of noise (k = {min(k):.2f} to {max(k):.2f}), with A at "
        f"{found['A']}, with A without recurrence at {found['no W_hh']}, with tables of pairs and "
        f"triples at {found['pairs']} and {found['triples']}."
    )


def by_level(results, cell):
    header = ("e", *PREDICTORS)
    return header, [(f"{v['e']:g}", *(cell(v[n]) for n in PREDICTORS)) for v in results["levels"]]


def counts(results):
    """Events per sequence."""
    return by_level(results, lambda s: f"{s['k']['mean']:.2f}")


def recall_and_choice(results):
    """Accuracies of the chunker."""
    return by_level(results, lambda s: f"{s['recall']['mean']:.0%} / {s['choice']['mean']:.0%}")


def seen(results):
    """What the tables do not say."""
    quiet = results["levels"][0]
    moved = max(quiet[name]["recurrence_of_c_moved"]["max"] for name in PREDICTORS)
    low = proportion([1] * results["seeds"])["interval"][0]
    everywhere = [name for name in PREDICTORS if len(perfect_levels(results, name)) == len(
        results["levels"])]  # fmt: skip
    return (
        f"- {results['seeds']} seeds at T = {results['T']:,}. All of them means for a seed "
        f"{low:.0%} to 100%.\n"
        f"- Every seed recalls everything at every level with: {', '.join(everywhere) or 'none'}.\n"
        f"- A without recurrence at e = {quiet['e']:g}: k = {quiet['no W_hh']['k']['mean']:.2f}, "
        f"{counted(quiet['no W_hh']['perfect'])} seeds recall everything.\n"
        f"- The largest change of C's recurrent weights in training at e = {quiet['e']:g} is "
        f"{moved:g}: with two events no gradient goes through them."
        + "\n- Neither the headline nor noisy filler shows that a predictor of the filler is "
        "needed. On a task whose events are made of the filler's own symbols it is asked again "
        "(`decisive`, and by counting triples `counted`)." * ("symbols" in everywhere)
    )


# ==== Figure ======================================================================================
LINES = {
    "symbols": (CHUNKER, "o", "-"), "pairs": (FAINT, "s", ":"), "triples": ("black", "x", ":"),
    "no W_hh": (BASELINE, "^", "--"), "A": (AUTOMATIZER, "D", "-"),
}  # fmt: skip


def figures(results):
    levels = results["levels"]
    found = {name: len(perfect_levels(results, name)) for name in PREDICTORS}
    figure = new_figure(
        f"Every seed recalls everything at {found['symbols']} of {len(levels)} levels of noise "
        f"with a table of\nsymbol frequencies in A's place, at {found['A']} with A",
        height=4.4,
    )
    left, right = figure.subplots(1, 2)
    at = np.maximum([v["e"] for v in levels], 5e-4)  # e = 0 has a place on the axis too
    for name, (colour, marker, style) in LINES.items():
        look = {"color": colour, "marker": marker, "ls": style, "lw": 2, "ms": 6}
        left.plot(at, [v[name]["k"]["mean"] for v in levels], label=name, **look)
        right.plot(at, [v[name]["recall"]["mean"] for v in levels], **look)
    left.set(yscale="log", title="events per sequence, k")
    left.set_yticks([2, 5, 10, 20, 50], [2, 5, 10, 20, 50])
    left.minorticks_off()
    right.set(ylim=(-0.04, 1.05), title="recall accuracy of the chunker")
    for ax in (left, right):
        ax.set(xscale="log", xlabel="e, probability of a jump")
        ax.set_xticks([5e-4, 1e-3, 1e-2, 0.1, 0.8], ["0", "0.001", "0.01", "0.1", "0.8"])
        ax.minorticks_off()
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return {"rarity.png": figure}
