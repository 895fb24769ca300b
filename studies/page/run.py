"""The headline run, to be trained in the browser from seed 0's weights."""

from __future__ import annotations

from dataclasses import asdict

import chunker_very_deep_1200 as core

PART = "History compression"
TITLE = "The run"
QUESTION = "Can a net learn to recall what it saw 1,200 steps ago?"
ALT = (
    "Curves of the losses of automatizer, chunker and baseline while they learn. Below, the "
    "symbols of one sequence with what each costs the automatizer, and a threshold: what lies "
    "above it goes up to the chunker."
)
SOURCE = ("headline", "seeds")
STDS = {"automatizer": core.AUTO_STD, "chunker": core.CHUNK_STD, "baseline": core.BASELINE_STD}
PARTS = {"automatizer": "auto", "chunker": "chunk", "baseline": "baseline"}


def start(config):
    """Weights and triggers of this seed, as `core.run` draws them."""
    rng = core.random_streams(config.seed)

    def weights(name):
        part = PARTS[name]
        net = core.init_rnn(rng[f"{part}_init"], getattr(config, f"{part}_hidden"), STDS[name])
        return net.flat.tolist()

    batches = {
        "auto_data": [core.AUTO_BATCH] * config.auto_epochs,
        "probe": [core.N_PROBE],
        "chunk_data": [config.chunk_epochs * core.CHUNK_SEQUENCES],
        "baseline_data": [core.BASELINE_BATCH] * config.baseline_epochs,
        "evaluation": [config.n_eval],
        "trace": [1],
    }

    def triggers(stage):
        drawn = (core.trigger_recall(rng[stage], 3, n)[0] for n in batches[stage])
        return "".join(str(x) for row in drawn for x in row)

    return {
        **{name: weights(name) for name in PARTS},
        "triggers": {stage: triggers(stage) for stage in batches},
    }


def constants(config):
    """All that decides a run beside T and seed."""
    given = asdict(config)
    del given["seed"], given["T"]
    return {
        **given, "auto_batch": core.AUTO_BATCH, "chunk_sequences": core.CHUNK_SEQUENCES,
        "baseline_batch": core.BASELINE_BATCH, "n_probe": core.N_PROBE,
        "auto_std": core.AUTO_STD, "chunk_std": core.CHUNK_STD, "baseline_std": core.BASELINE_STD,
    }  # fmt: skip


def scene(read):
    r, seeds = read("headline"), read("seeds")
    config = core.Config(seed=r["seed"], T=r["T"])
    perfect = seeds["chunker_perfect"]
    finding = (
        f"Of {r['T']:,} symbols {r['chunker_avg_surprises']:g} go up, and the chunker recalls "
        f"{r['chunker_eval_acc']:.0%} of the triggers, on {perfect['k']} of {perfect['n']} seeds; "
        f"one net trained on all steps with the same recipe recalls {r['baseline_eval_acc']:.0%}."
    )
    python = {
        "k": r["chunker_avg_surprises"], "threshold": r["hyperparameters"]["threshold"],
        "chunker": [r["chunker_eval_acc"], r["chunker_choice_acc"]],
        "baseline": [r["baseline_eval_acc"], r["baseline_choice_acc"]],
        "chunker_loss": r["chunker_loss"][-1], "baseline_loss": r["baseline_loss"][-1],
    }  # fmt: skip
    return finding, {
        "T": r["T"], "seed": r["seed"], "symbols": core.SYMBOLS, "config": constants(config),
        "start": start(config), "python": python,
    }  # fmt: skip
