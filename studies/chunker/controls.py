"""Does anything simpler do it: guessing weights, an LSTM, a chunker without its parts?

    python3 -m studies controls

Random weight guessing (Hochreiter and Schmidhuber 1996), an LSTM with full
BPTT (backpropagation through time) and two initialisations, and the headline
with one part taken away at a time (where C's stream is hundreds of events long
it gets 50 epochs instead of 200). Also what the headline's nets cost until they
are right. How far a plain tanh-RNN gets when it is trained at the tested length is the
study `reach`, on shorter ones `lengths`; the collapsed net is `collapse`.

The LSTMs' rates were picked on seeds 0 to 2 and are reported on 100 to 104; guessing,
ablations and costs have nothing tuned here and start at seed 0.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import lstm
from studies.lab.events import accuracies
from studies.lab.intervals import counted, mean, proportion
from studies.lab.randomness import sequence
from studies.lab.runner import parallel_map
from studies.lab.training import both_sequences, solved_after
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    T: int
    guesses: int  # nets for each number of hidden units
    hidden: tuple  # units of the guessed nets
    lstms: int  # seeds for each initialisation
    lstm_budget: int  # updates
    seeds: int  # of each ablation
    n_eval: int  # sequences


FULL = Plan(core.Config.T, 60_000, (1, 2, 4, 8, 16), 5, 4000, 20, 50)
QUICK = Plan(12, 2000, (1, 16), 2, 30, 2, 10)
MEASURED = ("seconds", "chunker_seconds", "baseline_seconds")

# ==== Random weight guessing ======================================================================

SCALE = 100.0  # weights are uniform in +-SCALE, as in the 1996 paper
GUESSES = 2000  # nets of one task


def guess(arguments):
    """Run both sequences of length T through `n` random nets.

    Returns how many choose right between A and B at the end, how many have the
    right one of all symbols on top, and how many of the former predict every
    filler symbol too.
    """
    seed, n, n_hidden, T = arguments
    rng = np.random.default_rng(sequence("guessing", seed, n_hidden))
    net, pieces = core.zero_rnn(n_hidden), doubling_pieces(T, n_hidden)
    drawn = [rng.uniform(-SCALE, SCALE, (n, *W.shape)) for W in net[1:]]
    counts = np.zeros(3, int)
    for weights in zip(*drawn):
        for W, guessed in zip(net[1:], weights):
            W[...] = guessed
        counts += outcome(net, pieces)
    return counts.tolist()


def doubling_pieces(T, n_hidden):
    """Buffers for both sequences in pieces of 5, 10, 20, .. steps, the last step one of its own.

    Their states are one array: each piece starts where the one before ended.
    """
    whole = core.unroll(T - 1, core.N_TRIGGERS, n_hidden)
    core.load(whole, both_sequences(T))
    edges = [0]
    while edges[-1] < T - 2:
        edges.append(min(2 * edges[-1] + core.N_FILLERS, T - 2))
    edges.append(T - 1)
    return [core.window(whole, start, stop) for start, stop in zip(edges, edges[1:])]


def outcome(net, pieces):
    """Does a net choose right, recall, and choose right and predict every filler symbol?

    When its states after A and after B are equal they will always be, as the
    inputs are the same from then on: it is not run to the end.
    """
    filler_right = True
    for u in pieces[:-1]:
        core.forward_hidden(net, u)
        if np.array_equal(*u.hidden[-1]):
            return False, False, False
        if filler_right:
            expected = core.read_out(net, u.hidden[1:]).argmax(axis=-1)
            filler_right = np.array_equal(expected, u.tokens[1:])
    last = pieces[-1]
    core.forward_hidden(net, last)
    recall, choice = core.recall_accuracies(core.read_out(net, last.hidden[-1]), last.tokens[-1])
    return choice == 1, recall == 1, choice == 1 and filler_right


def guessing(n_hidden, plan, jobs):
    """How many of so many random nets of one size are right, and how many it takes for one."""
    n = min(GUESSES, plan.guesses)
    tasks = [(seed, n, n_hidden, plan.T) for seed in range(plan.guesses // n)]
    start = time.perf_counter()
    found = parallel_map(guess, tasks, jobs, "guessing")
    choice, recall, filler_too = np.sum(found, axis=0).tolist()
    n_guesses = n * len(tasks)
    return {
        "hidden": n_hidden,
        "guesses": n_guesses,
        "choice": choice,
        "recall": recall,
        "filler_too": filler_too,
        "guesses_per_choice": n_guesses / choice if choice else None,
        "guesses_per_recall": n_guesses / recall if recall else None,
        "seconds": time.perf_counter() - start,
    }


# ==== LSTM, full BPTT =============================================================================
def train_lstm(arguments):
    """One run: when it was solved, how long it took, and what it then gets right."""
    name, seed, T, budget = arguments
    start = time.perf_counter()
    net, u, data, updates = lstm.fit_lstm(name, seed, T, budget)
    seconds = time.perf_counter() - start
    kept = (u.h[1:], u.c[1:], u.gates, u.tanh_c, u.probs)
    return {
        "seed": seed,
        "updates": updates,
        "seconds": seconds,
        **lstm.tested_lstm(net, u, core.trigger_recall(data, T, lstm.BATCH)),
        "activations": sum(array.size for array in kept),
    }


def lstm_summary(runs, budget):
    updates = [r["updates"] or budget for r in runs]
    return {
        "solved": proportion([r["updates"] is not None for r in runs]),
        "updates": mean(updates),
        "sequences": mean([lstm.BATCH * n for n in updates]),
        **{key: mean([r[key] for r in runs]) for key in ("seconds", "recall", "choice", "filler")},
        "activations": runs[0]["activations"],
        "runs": runs,
    }


# ==== The headline with a part taken away =========================================================

ABLATIONS = (
    "nothing", "C untrained", "everything goes up", "nothing goes up", "A untrained",
    "random positions", "trigger A with probability 0.9",
)  # fmt: skip
THRESHOLDS = {"everything goes up": 0.0, "nothing goes up": np.inf}
LONG_STREAMS = {"everything goes up": 50, "A untrained": 50}  # epochs of C
P_UNEQUAL = 0.9  # of trigger A


def ablate(arguments):
    """Recall and choice accuracy of the chunker, and k, for one seed and one ablation."""
    name, seed, T, n_eval = arguments
    config = core.Config(seed=seed, T=T, n_eval=n_eval)
    config = replace(config, chunk_epochs=LONG_STREAMS.get(name, config.chunk_epochs))
    rng = core.random_streams(seed)
    if name == "A untrained":
        automatizer = core.init_rnn(rng["auto_init"], config.auto_hidden, core.AUTO_STD)
    else:
        automatizer, _ = core.train_automatizer(config, rng, core.silent)
    probe = core.trigger_recall(rng["probe"], T, core.N_PROBE)
    midpoint = core.surprise_threshold(core.score(automatizer, probe)[0])
    threshold = THRESHOLDS.get(name, midpoint)
    tokens = core.trigger_recall(rng["evaluation"], T, n_eval)
    if name == "random positions":
        chunker = random_positions_chunker(config, rng)
        events = core.pass_up(tokens, random_positions(rng, tokens))
    else:
        chunker = trained_chunker(name, config, rng, automatizer, threshold)
        events = core.compress(automatizer, tokens, threshold)
    recall, choice = accuracies(chunker, events, tokens[-1])
    return {"recall": recall, "choice": choice, "k": np.mean([len(e.symbols) for e in events])}


def trained_chunker(name, config, rng, automatizer, threshold):
    """The headline's chunker, or one that the ablation leaves untrained or gives other triggers."""
    if name == "C untrained":
        return core.init_rnn(rng["chunk_init"], config.chunk_hidden, core.CHUNK_STD)
    if name == "trigger A with probability 0.9":
        return unequal_triggers_chunker(config, rng, automatizer, threshold)
    return core.train_chunker(config, rng, automatizer, threshold, core.silent)[0]


def random_positions(rng, tokens):
    """Mask (T, N) of k = 2 events as in the headline, but the second is at a random step."""
    T, N = tokens.shape
    mask = np.zeros((T, N), bool)
    mask[0] = mask[rng["chunk_data"].integers(1, T, size=N), range(N)] = True
    return mask


def random_positions_chunker(config, rng):
    n_sequences = config.chunk_epochs * core.CHUNK_SEQUENCES
    tokens = core.trigger_recall(rng["chunk_data"], config.T, n_sequences)
    events = core.pass_up(tokens, random_positions(rng, tokens))
    return core.fit_chunker(config, rng, events, np.arange(n_sequences))[0]


def unequal_triggers_chunker(config, rng, automatizer, threshold):
    """C trained where A comes nine times as often; it is tested where both come equally."""
    drawn = core.trigger_recall(rng["chunk_data"], config.T, 64)
    both = drawn[:, [np.flatnonzero(drawn[0] == trigger)[0] for trigger in range(core.N_TRIGGERS)]]
    events = core.compress(automatizer, both, threshold)
    n_sequences = config.chunk_epochs * core.CHUNK_SEQUENCES
    which = (rng["chunk_data"].random(n_sequences) >= P_UNEQUAL).astype(int)
    return core.fit_chunker(config, rng, events, which)[0]


# ==== What the headline's nets cost until they are right ==========================================
def cost_of_nets(arguments):
    """Sequences, updates and seconds of baseline and chunker with automatizer."""
    seed, T = arguments
    c = core.Config(seed=seed, T=T)
    results = core.run(c)
    right = np.array(results["chunker_target_acc"]) == 1
    epochs, stage = solved_after(right) or c.chunk_epochs, results["stage_s"]
    windows, of_chunker = -(-(T - 1) // c.auto_truncate), epochs * core.CHUNK_SEQUENCES
    before = stage["automatizer"] + stage["threshold"]
    per_step = core.AUTO_BATCH * (c.auto_hidden + core.VOCAB)
    baseline_step = core.BASELINE_BATCH * (c.baseline_hidden + core.VOCAB)
    return {
        "chunker_sequences": c.auto_epochs * core.AUTO_BATCH + of_chunker,
        "chunker_updates": c.auto_epochs * windows + of_chunker,
        "chunker_seconds": before + stage["chunker"] * epochs / c.chunk_epochs,
        "chunker_path": c.auto_truncate,
        "chunker_activations": per_step * c.auto_truncate,
        "chunker_recall": results["chunker_eval_acc"],
        "chunker_choice": results["chunker_choice_acc"],
        "baseline_sequences": c.baseline_epochs * core.BASELINE_BATCH,
        "baseline_updates": c.baseline_epochs,
        "baseline_seconds": stage["baseline"],
        "baseline_path": T - 1,
        "baseline_activations": baseline_step * (T - 1),
        "baseline_recall": results["baseline_eval_acc"],
        "baseline_choice": results["baseline_choice_acc"],
    }


# ==== The study ===================================================================================
def compute(plan, jobs):
    costs = [(seed, plan.T) for seed in range(plan.seeds)]
    return {
        "T": plan.T,
        "guessing": [guessing(n_hidden, plan, jobs) for n_hidden in plan.hidden],
        "scale": SCALE,
        "lstm": all_lstms(plan, jobs),
        "lstm_budget": plan.lstm_budget,
        "ablations": all_ablations(plan, jobs),
        "headline": means(parallel_map(cost_of_nets, costs, jobs, "headline")),
    }


def means(runs):
    """The mean over runs of each of their numbers."""
    return {key: mean([r[key] for r in runs]) for key in runs[0]}


def all_lstms(plan, jobs):
    n, budget = plan.lstms, plan.lstm_budget
    tasks = [(name, seed, plan.T, budget) for name in lstm.LSTMS for seed in range(100, 100 + n)]
    runs = parallel_map(train_lstm, tasks, jobs, "LSTM")
    of = {name: runs[i * n : (i + 1) * n] for i, name in enumerate(lstm.LSTMS)}
    return {name: lstm_summary(of[name], budget) for name in of}


def all_ablations(plan, jobs):
    n = plan.seeds
    tasks = [(name, seed, plan.T, plan.n_eval) for name in ABLATIONS for seed in range(n)]
    runs = parallel_map(ablate, tasks, jobs, "ablations")
    return {name: means(runs[i * n : (i + 1) * n]) for i, name in enumerate(ABLATIONS)}


# ==== What was found ==============================================================================
def one_in(guesses):
    """From guesses for each net that is right, or None when there was none."""
    return "none" if guesses is None else f"one in {guesses:.0f}"


def answer(results):
    """The finding in one sentence."""
    guessed, lstms = results["guessing"][-1], results["lstm"]
    best = min(lstms.values(), key=lambda summary: summary["updates"]["median"])
    return (
        f"Yes, guessing, if only the choice between A and B counts: of random nets "
        f"{one_in(guessed['guesses_per_choice'])} holds the trigger for {results['T'] - 1:,} "
        f"steps, though {guessed['filler_too']} of {guessed['guesses']:,} predict the filler too; "
        f"an LSTM learns to choose right on {counted(best['solved'])} seeds (median "
        f"{best['updates']['median']:,.0f} updates of {lstm.BATCH} sequences)."
    )


def guessing_seen(results):
    """The largest of the random nets."""
    g = results["guessing"][-1]
    return (
        f"Weights are drawn uniformly from ±{results['scale']:g} and never trained. Of "
        f"{g['guesses']:,} nets with {g['hidden']} units {one_in(g['guesses_per_choice'])} chooses "
        f"right after {results['T'] - 1:,} steps. The most probable of all {core.VOCAB} symbols is "
        f"the right one with {one_in(g['guesses_per_recall'])}. {g['filler_too']} nets choose "
        "right and predict the filler too."
    )


def lstm_table(results):
    """Both initialisations."""
    rows = []
    for name, found in results["lstm"].items():
        _, lr, longest = lstm.LSTMS[name]
        rows.append((
            name, f"{lr:g}", f"norm {longest:g}" if longest else "none", counted(found["solved"]),
            f"{found['updates']['median']:,.0f}", f"{found['recall']['mean']:.0%}",
            f"{found['choice']['mean']:.0%}", f"{found['filler']['mean']:.0%}",
        ))  # fmt: skip
    header = (
        "LSTM, initialisation", "rate of Adam", "clipping", "seeds solved", "updates, median",
        "recall", "choice, A or B", "filler right",
    )  # fmt: skip
    return header, rows


def lstm_seen(results):
    """What the LSTMs were given."""
    return (
        f"{lstm.HIDDEN} units, T = {results['T']:,}, at most {results['lstm_budget']:,} updates of "
        f"{lstm.BATCH} sequences, half of the loss on the recall step."
    )


# ==== Figure ======================================================================================
def figures(results):
    found = one_in(results["guessing"][-1]["guesses_per_choice"])
    figure = new_figure(
        f"Of random nets {found} holds the trigger; the chunker\n"
        "needs a trained A, a trained C and the events that surprise A",
        height=4.6,
    )
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.5])
    draw_guessing(left, results["guessing"])
    draw_ablations(right, results["ablations"])
    return {"controls.png": figure}


def draw_guessing(ax, guesses):
    hidden = [g["hidden"] for g in guesses]
    for key, colour, label in (
        ("guesses_per_choice", AUTOMATIZER, "choice, A or B"),
        ("guesses_per_recall", BASELINE, f"recall, of all {core.VOCAB} symbols"),
    ):
        tried = [g[key] or np.nan for g in guesses]
        ax.loglog(hidden, tried, "o-", color=colour, lw=2, label=label)
    ax.set_xticks(hidden, hidden)
    ax.minorticks_off()
    ax.set(xlabel="hidden units", ylabel="nets guessed for one that is right", ylim=(1, None))
    ax.set_title("random weights")
    ax.legend(loc="lower left")


def draw_ablations(ax, ablations):
    ax.axvline(0.5, color="black", lw=1, ls="--")
    for row, numbers in enumerate(ablations.values()):
        for key, colour, shift in (("recall", CHUNKER, -0.19), ("choice", FAINT, 0.19)):
            value, label = numbers[key]["mean"], key if not row else None
            ax.barh(row + shift, value, height=0.36, color=colour, label=label)
            ax.text(
                value + 0.01, row + shift, f"{value:.0%}", va="center", fontsize=9,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip
    ax.set_yticks(range(len(ablations)), list(ablations))
    ax.set(xlim=(0, 1.12), xlabel="accuracy", title="chunker with this changed (dashed: chance)")
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.legend(loc="center right", bbox_to_anchor=(1.0, 0.42))
