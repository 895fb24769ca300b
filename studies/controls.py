"""Does anything simpler do it: guessing weights, an LSTM, a chunker without its parts?

    python3 -m studies.controls

Random weight guessing (Hochreiter and Schmidhuber 1996), an LSTM with full
BPTT and two initialisations, the headline with one part taken away at a time
(where C's stream is hundreds of events long it gets 50 epochs instead of 200),
and the table that sets the five ways side by side. How far a plain tanh-RNN
gets with every help is `studies.reach`; the collapsed net is `studies.collapse`.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

import chunker_very_deep_1200 as core
from studies import nets
from studies.common import mean, over, share, study
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure

# --------------------------------------------------------------------------
# Random weight guessing
# --------------------------------------------------------------------------

SCALE = 100.0  # weights are uniform in +-SCALE, as in the 1996 paper
DROP_AT = tuple(core.N_FILLERS * 2**i for i in range(10))  # steps at which lost nets are dropped


def guess(arguments):
    """Run both sequences of length T through `n` random nets at once.

    A net whose state no longer tells A from B never will again, as its inputs
    are the same from then on: it is dropped. Returns how many choose right
    between A and B at the end, how many have the right one of all symbols on
    top, and how many of these predict every filler symbol too.
    """
    seed, n, n_hidden, T = arguments
    rng = np.random.default_rng([seed, n_hidden])

    def draw(*shape):
        return rng.uniform(-SCALE, SCALE, (n, *shape))

    H, V = n_hidden, core.VOCAB
    W_xh, W_hh, b_h, W_hy, b_y = draw(V, H), draw(H, H), draw(1, H), draw(H, V), draw(1, V)
    table = W_xh + b_h
    h = np.tanh(table[:, : core.N_TRIGGERS])
    filler_right = np.ones(n, bool)
    for t in range(T - 2):  # h predicts, and then reads, the filler at step t + 1
        symbol = core.N_TRIGGERS + t % core.N_FILLERS
        if filler_right.any():
            alive = np.flatnonzero(filler_right)
            logits = h[alive] @ W_hy[alive] + b_y[alive]
            filler_right[alive] = (logits.argmax(axis=-1) == symbol).all(axis=1)
        h = np.tanh(h @ W_hh + table[:, symbol, None])
        if t + 1 in DROP_AT:
            kept = (h[:, 0] != h[:, 1]).any(axis=1)
            h, filler_right = h[kept], filler_right[kept]
            W_hh, table, W_hy, b_y = W_hh[kept], table[kept], W_hy[kept], b_y[kept]
    logits = h @ W_hy + b_y
    wanted = np.arange(core.N_TRIGGERS)
    choice = (logits[..., : core.N_TRIGGERS].argmax(axis=-1) == wanted).all(axis=1)
    recall = (logits.argmax(axis=-1) == wanted).all(axis=1)
    return [int(choice.sum()), int(recall.sum()), int((choice & filler_right).sum())]


def guessing(n_hidden, n_guesses, T, jobs):
    batch = min(2000, n_guesses)
    tasks = [(seed, batch, n_hidden, T) for seed in range(n_guesses // batch)]
    start = time.perf_counter()
    choice, recall, filler_too = np.sum(over(guess, tasks, jobs, "guessing"), axis=0).tolist()
    n = batch * len(tasks)
    return {
        "hidden": n_hidden,
        "guesses": n,
        "choice": choice,
        "recall": recall,
        "filler_too": filler_too,
        "guesses_per_choice": n / choice if choice else None,
        "guesses_per_recall": n / recall if recall else None,
        "seconds": time.perf_counter() - start,
    }


# --------------------------------------------------------------------------
# LSTM, full BPTT
# --------------------------------------------------------------------------

LSTM_HIDDEN, LSTM_BATCH, STREAK, LSTM_CLIP = 16, 8, 20, 1.0
LSTMS = {  # initialisation, learning rate of Adam, clipping
    "forget bias 5": ({"forget_bias": 5.0}, 0.01, None),
    "chrono": ({"longest": None}, 0.003, LSTM_CLIP),
}


def fit_lstm(name, seed, T, budget, draw=core.trigger_recall):
    """Train until `STREAK` batches in a row are right, or `budget` of them are used up.

    Half the weight of the loss is on the recall step, half on all the others.
    Returns the net, its buffers, the generator of its data, and the number of
    the first right batch of the streak, or None.
    """
    how, lr, longest_gradient = LSTMS[name]
    init, data = map(np.random.default_rng, np.random.SeedSequence(seed, spawn_key=(4,)).spawn(2))
    how = {"longest": T} if "longest" in how else how
    net, grad = nets.init_lstm(init, LSTM_HIDDEN, **how), nets.zero_lstm(LSTM_HIDDEN)
    adam = nets.Adam(len(net.flat), lr)
    u = nets.unroll_lstm(T - 1, LSTM_BATCH, LSTM_HIDDEN)
    weights = np.full((T - 1, 1, 1), 0.5 / (T - 2))
    weights[-1] = 0.5
    streak, n_batches = 0, 0
    while streak < STREAK and n_batches < budget:
        n_batches += 1
        tokens = draw(data, T, LSTM_BATCH)
        core.load(u, tokens)
        nets.forward_lstm(net, u)
        right = (u.probs[-1, :, : core.N_TRIGGERS].argmax(axis=1) == tokens[-1]).all()
        streak = streak + 1 if right else 0
        np.subtract(u.probs, u.onehot[1:], u.error)
        np.multiply(u.error, weights / LSTM_BATCH, u.error)
        nets.backward_lstm(net, grad, u)
        if longest_gradient:
            nets.clip(grad.flat, longest_gradient)
        adam.step(net.flat, grad.flat)
    return net, u, data, n_batches - STREAK + 1 if streak == STREAK else None


def tested_lstm(net, u, fresh):
    """Recall and choice accuracy on sequences (T, `LSTM_BATCH`), and share of filler right."""
    core.load(u, fresh)
    nets.forward_lstm(net, u)
    recall, choice = core.recall_accuracies(u.probs[-1], fresh[-1])
    filler = u.probs.argmax(axis=-1)[:-1] == fresh[1:-1]
    return {"recall": recall, "choice": choice, "filler": float(filler.mean())}


def train_lstm(arguments):
    """One run: when it was solved, how long it took, and what it then gets right."""
    name, seed, T, budget = arguments
    start = time.perf_counter()
    net, u, data, updates = fit_lstm(name, seed, T, budget)
    seconds = time.perf_counter() - start
    kept = (u.h[1:], u.c[1:], u.gates, u.tanh_c, u.probs)
    return {
        "seed": seed,
        "updates": updates,
        "seconds": seconds,
        **tested_lstm(net, u, core.trigger_recall(data, T, LSTM_BATCH)),
        "activations": sum(array.size for array in kept),
    }


def lstm_summary(runs, budget):
    updates = [r["updates"] or budget for r in runs]
    return {
        "solved": share([r["updates"] is not None for r in runs]),
        "updates": mean(updates),
        "sequences": mean([LSTM_BATCH * n for n in updates]),
        "seconds": mean([r["seconds"] for r in runs]),
        "recall": mean([r["recall"] for r in runs]),
        "choice": mean([r["choice"] for r in runs]),
        "filler": mean([r["filler"] for r in runs]),
        "activations": runs[0]["activations"],
        "runs": runs,
    }


# --------------------------------------------------------------------------
# The headline with a part taken away
# --------------------------------------------------------------------------


def ablate(arguments):
    """Recall and choice accuracy of the chunker for one seed and one ablation."""
    name, seed, T, n_eval = arguments
    config = core.Config(seed=seed, T=T, n_eval=n_eval)
    rng = core.random_streams(seed)
    if name == "A untrained":
        automatizer = core.init_rnn(rng["auto_init"], config.auto_hidden, core.AUTO_STD)
    else:
        automatizer, _ = core.train_automatizer(config, rng, core.silent)
    probe = core.trigger_recall(rng["probe"], config.T, core.N_PROBE)
    threshold = core.surprise_threshold(automatizer, probe)
    if name in ("everything goes up", "nothing goes up"):
        threshold = 0.0 if name == "everything goes up" else np.inf
    tokens = core.trigger_recall(rng["evaluation"], config.T, n_eval)
    if name == "trigger A with probability 0.9":
        return unequal_triggers(config, rng, automatizer, threshold, tokens)
    if name == "random positions":
        return random_positions(config, rng, tokens)
    if name == "C untrained":
        chunker = core.init_rnn(rng["chunk_init"], config.chunk_hidden, core.CHUNK_STD)
    else:
        if name in ("everything goes up", "A untrained"):  # streams of hundreds of events
            config = replace(config, chunk_epochs=50)
        chunker, *_ = core.train_chunker(config, rng, automatizer, threshold, core.silent)
    events = core.compress(automatizer, tokens, threshold)
    return measured(chunker, events, tokens)


def measured(chunker, events, tokens):
    logits, answered = core.chunker_logits(chunker, events)
    recall, choice = core.recall_accuracies(logits, tokens[-1], answered)
    k = float(np.mean([len(e.symbols) for e in events]))
    return {"recall": recall, "choice": choice, "k": k}


def train_on(chunker, streams, lr):
    """The chunker's own training, on streams of events that are given."""
    grad, buffers = core.zero_rnn(len(chunker.b_h)), {}
    for symbols in streams:
        if len(symbols) > 1:
            if len(symbols) not in buffers:
                buffers[len(symbols)] = core.unroll(len(symbols) - 1, 1, len(chunker.b_h))
            u = buffers[len(symbols)]
            core.load(u, symbols[:, None])
            core.update(chunker, grad, u, lr)


def random_positions(config, rng, tokens):
    """k = 2 as in the headline, but the second event is at a random step."""

    def events(sequences):
        at = rng["chunk_data"].integers(1, config.T, size=sequences.shape[1])
        return [
            core.Events(sequence[[0, second]], bool(second == config.T - 1))
            for sequence, second in zip(sequences.T, at)
        ]

    n = config.chunk_epochs * core.CHUNK_SEQUENCES
    training = core.trigger_recall(rng["chunk_data"], config.T, n)
    chunker = core.init_rnn(rng["chunk_init"], config.chunk_hidden, core.CHUNK_STD)
    train_on(chunker, [e.symbols for e in events(training)], config.chunk_lr)
    return measured(chunker, events(tokens), tokens)


def unequal_triggers(config, rng, automatizer, threshold, tokens):
    """C trained where A comes nine times as often; tested where both come equally."""
    pair = core.trigger_recall(rng["chunk_data"], config.T, 64)
    both = pair[:, [np.flatnonzero(pair[0] == trigger)[0] for trigger in range(core.N_TRIGGERS)]]
    by_trigger = [e.symbols for e in core.compress(automatizer, both, threshold)]
    n = config.chunk_epochs * core.CHUNK_SEQUENCES
    drawn = (rng["chunk_data"].random(n) >= 0.9).astype(int)
    chunker = core.init_rnn(rng["chunk_init"], config.chunk_hidden, core.CHUNK_STD)
    train_on(chunker, [by_trigger[trigger] for trigger in drawn], config.chunk_lr)
    return measured(chunker, core.compress(automatizer, tokens, threshold), tokens)


ABLATIONS = (
    "nothing", "C untrained", "everything goes up", "nothing goes up", "A untrained",
    "random positions", "trigger A with probability 0.9",
)  # fmt: skip


# --------------------------------------------------------------------------
# What the headline's nets cost until they are right
# --------------------------------------------------------------------------


def headline_cost(arguments):
    """Sequences, updates and seconds of baseline and chunker with automatizer."""
    seed, T = arguments
    config = core.Config(seed=seed, T=T)
    results = core.run(config)
    recalled = np.array(results["chunker_target_acc"])
    wrong = np.flatnonzero(recalled < 1)
    epochs = int(wrong[-1]) + 2 if len(wrong) else 1
    stage = results["stage_s"]
    windows_per_epoch = -(-(T - 1) // config.auto_truncate)
    n, H, V = T - 1, config.baseline_hidden, core.VOCAB
    return {
        "chunker_sequences": config.auto_epochs * core.AUTO_BATCH + epochs * core.CHUNK_SEQUENCES,
        "chunker_updates": config.auto_epochs * windows_per_epoch + epochs * core.CHUNK_SEQUENCES,
        "chunker_seconds": stage["automatizer"]
        + stage["threshold"]
        + stage["chunker"] * epochs / config.chunk_epochs,
        "chunker_path": config.auto_truncate,
        "chunker_activations": core.AUTO_BATCH
        * config.auto_truncate
        * (config.auto_hidden + core.VOCAB),
        "chunker_recall": results["chunker_eval_acc"],
        "chunker_choice": results["chunker_choice_acc"],
        "baseline_sequences": config.baseline_epochs * core.BASELINE_BATCH,
        "baseline_updates": config.baseline_epochs,
        "baseline_seconds": stage["baseline"],
        "baseline_path": n,
        "baseline_activations": core.BASELINE_BATCH * n * (H + V),
        "baseline_recall": results["baseline_eval_acc"],
        "baseline_choice": results["baseline_choice_acc"],
    }


def compute(quick, jobs):
    T, n_seeds, budget = (12, 2, 30) if quick else (core.Config.T, 5, 4000)
    n_guesses = 2000 if quick else 60_000
    sizes = (1, 16) if quick else (1, 2, 4, 8, 16)
    guesses = [guessing(n_hidden, n_guesses, T, jobs) for n_hidden in sizes]
    lstm_tasks = [(name, seed, T, budget) for name in LSTMS for seed in range(100, 100 + n_seeds)]
    lstm_runs = over(train_lstm, lstm_tasks, jobs, "LSTM")
    lstms = {
        name: lstm_summary(lstm_runs[i * n_seeds : (i + 1) * n_seeds], budget)
        for i, name in enumerate(LSTMS)
    }
    n_ablated = 2 if quick else 20
    tasks = [
        (name, seed, T, 10 if quick else 50) for name in ABLATIONS for seed in range(n_ablated)
    ]
    runs = over(ablate, tasks, jobs, "ablations")
    ablations = {}
    for i, name in enumerate(ABLATIONS):
        rows = runs[i * n_ablated : (i + 1) * n_ablated]
        ablations[name] = {key: mean([row[key] for row in rows]) for key in rows[0]}
    costs = over(headline_cost, [(seed, T) for seed in range(n_ablated)], jobs, "headline")
    return {
        "T": T,
        "guessing": guesses,
        "scale": SCALE,
        "lstm": lstms,
        "lstm_budget": budget,
        "ablations": ablations,
        "headline": {key: mean([row[key] for row in costs]) for key in costs[0]},
    }


def answer(results):
    """The finding in one sentence."""
    guess, lstms = results["guessing"][-1], results["lstm"]
    best = min(lstms.values(), key=lambda summary: summary["updates"]["median"])
    return (
        f"Yes, guessing, if only the choice between A and B counts: one random net in "
        f"{guess['guesses_per_choice']:.0f} holds the trigger for {results['T'] - 1:,} steps, "
        f"though {guess['filler_too']} of {guess['guesses']:,} predict the filler too; an LSTM "
        f"learns to choose right on {best['solved']['k']}/{best['solved']['n']} seeds (median "
        f"{best['updates']['median']:,.0f} updates of {LSTM_BATCH} sequences)."
    )


def figures(results):
    figure = new_figure(
        f"One random net in {results['guessing'][-1]['guesses_per_choice']:.0f} holds the trigger; "
        "the chunker\nneeds a trained A, a trained C and the events that surprise A",
        height=4.6,
    )
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.5])
    hidden = [g["hidden"] for g in results["guessing"]]
    for key, colour, label in (
        ("guesses_per_choice", AUTOMATIZER, "choice, A or B"),
        ("guesses_per_recall", BASELINE, "recall, of all 7 symbols"),
    ):
        tried = [g[key] or np.nan for g in results["guessing"]]
        left.loglog(hidden, tried, "o-", color=colour, lw=2, label=label)
    left.set_xticks(hidden, hidden)
    left.minorticks_off()
    left.set(xlabel="hidden units", title="random weights: guesses per hit", ylim=(1, None))
    left.legend()
    for row, name in enumerate(results["ablations"]):
        for key, colour, shift in (("recall", CHUNKER, -0.19), ("choice", FAINT, 0.19)):
            value = results["ablations"][name][key]["mean"]
            right.barh(
                row + shift, value, height=0.36, color=colour, label=key if not row else None
            )
            right.text(value + 0.01, row + shift, f"{value:.0%}", va="center", fontsize=9)
    right.axvline(0.5, color="black", lw=1, ls="--")
    right.set_yticks(range(len(results["ablations"])), list(results["ablations"]))
    right.set(xlim=(0, 1.12), title="chunker with this changed (dashed: chance of choice)")
    right.invert_yaxis()
    right.grid(axis="y", visible=False)
    right.legend(loc="center right", bbox_to_anchor=(1.0, 0.42))
    return {"controls.png": figure}


if __name__ == "__main__":
    study("controls", compute, figures)
