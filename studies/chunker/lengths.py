"""What if a net may be trained on short sequences and is asked at long ones?

    python3 -m studies lengths

The headline trains at T = 1200. Here every method trains on sequences of which
each batch has a length of its own, drawn from 10 to 60: every phase of the filler
occurs. It is asked at T = 1,200 to 1,204, that is at every phase of the filler,
after both triggers, and at the end at T = 120,000 to 120,004. It is right when its
choice between A and B is, and when its most probable symbol is the right one at
every step of the filler.

    plain RNN   16 tanh units, W_hh the identity at the start, full backpropagation
                through time (BPTT), Adam, clipped
    LSTM        16 units, forget bias 5, full BPTT, Adam, clipped
    A + C       automatizer and chunker of the headline, learning together, sequence
                by sequence, with SGD; what A mispredicts goes up

For the two single nets the weight of the recall step falls from half of the loss to
that of any other step. The settings of the plain RNN come from a reader's trial; the
LSTM's rate was picked from three on seeds 0 to 3. A run counts as solved from the
first test on after which every later one is right too. A and C are asked as two nets:
C's prediction counts where A mispredicted.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab.counting import counting
from studies.lab.intervals import counted, mean, proportion
from studies.lab.lstm import backward_lstm, forward_lstm, init_lstm, unroll_lstm
from studies.lab.optimisers import Adam, clip
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.training import both_sequences, identity_rnn, solved_after
from visualize_chunker_very_deep_1200 import BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    asked_at: int  # T, and the lengths that follow until every phase has been met
    at_last: int  # the same for the net at the end
    budget: dict  # batches of each method
    test_every: dict  # batches


FULL = Plan(
    n_seeds=20, asked_at=1200, at_last=120_000,
    budget={"plain RNN": 4000, "LSTM": 4000, "A + C": 400},
    test_every={"plain RNN": 25, "LSTM": 25, "A + C": 1},
)  # fmt: skip
QUICK = Plan(
    n_seeds=2, asked_at=70, at_last=140, budget=dict.fromkeys(FULL.budget, 40),
    test_every=dict.fromkeys(FULL.budget, 10),
)  # fmt: skip
MEASURED = ("seconds",)
FIRST_SEED = 100  # none was used in choosing settings
SHORTEST, LONGEST = 10, 60
HIDDEN, BATCH, CLIP, ANNEALED = 16, 8, 1.0, 1000  # updates until no step weighs more
RATES = {"plain RNN": 0.001, "LSTM": 0.001}
FORGET_BIAS = 5.0
METHODS = tuple(FULL.budget)


# ==== Training: generators that yield, after each batch, its sequence-steps =======================
def drawn(rng, batch):
    """Batches of the task without end, each of its own length: (T, batch)."""
    while True:
        T = int(rng.integers(SHORTEST, LONGEST + 1))
        yield core.trigger_recall(rng, T, batch)


def weight_of_steps(T, n_updates):
    """(T - 1, 1), of sum 1: the last falls from 1/2 to 1 / (T - 1) over `ANNEALED` updates."""
    part = min(1.0, n_updates / ANNEALED)
    last = 0.5 * (1 - part) + part / (T - 1)
    weight = np.full((T - 1, 1), (1 - last) / (T - 2))
    weight[-1] = last
    return weight


def plain_rnn(rng):
    """The net, and its training."""
    net = identity_rnn(rng["init"], HIDDEN)

    def learning():
        grad, adam = core.zeros_like(net), Adam(len(net.flat), RATES["plain RNN"])
        for n, tokens in enumerate(drawn(rng["data"], BATCH)):
            u = core.buffers(net, len(tokens) - 1, BATCH)
            core.load(u, tokens)
            core.forward(net, u)
            core.backward(net, grad, u, weight=weight_of_steps(len(tokens), n) / BATCH)
            clip(grad.flat, CLIP)
            adam.step(net.flat, grad.flat)
            yield (len(tokens) - 1) * BATCH

    return net, learning()


def lstm(rng):
    """The net, and its training."""
    net = init_lstm(rng["init"], HIDDEN, forget_bias=FORGET_BIAS)

    def learning():
        grad, adam = core.zeros_like(net), Adam(len(net.flat), RATES["LSTM"])
        for n, tokens in enumerate(drawn(rng["data"], BATCH)):
            u = unroll_lstm(net, len(tokens) - 1, BATCH)
            core.load(u, tokens)
            forward_lstm(net, u)
            np.subtract(u.probs, u.onehot[1:], u.error)
            np.multiply(u.error, weight_of_steps(len(tokens), n)[..., None] / BATCH, u.error)
            backward_lstm(net, grad, u)
            clip(grad.flat, CLIP)
            adam.step(net.flat, grad.flat)
            yield (len(tokens) - 1) * BATCH

    return net, learning()


def automatizer_and_chunker(rng):
    """A and C, and their training: an update of C after each sequence that A has learnt from."""
    config = core.Config()
    A = core.init_rnn(rng["init"], config.auto_hidden, core.AUTO_STD)
    C = core.init_rnn(rng["init"], config.chunk_hidden, core.CHUNK_STD)

    def learning():
        sequences = drawn(rng["data"], 1)
        for u in core.learn(A, sequences, config.auto_truncate, config.auto_lr):
            mispredicted = u.probs.argmax(axis=-1) != u.tokens[1:]
            events = u.tokens[core.with_first(mispredicted)[:, 0]]
            if len(events) > 1:
                for _ in core.learn(C, [events], len(events), config.chunk_lr):
                    pass
            yield len(u.probs)

    return (A, C), learning()


MAKE = {"plain RNN": plain_rnn, "LSTM": lstm, "A + C": automatizer_and_chunker}


# ==== Asking, at every phase of the filler ========================================================
def lstm_predictions(net, tokens, block=1000):
    """As `core.predictions`, of an LSTM; probabilities for logits."""
    T, N = tokens.shape
    h, c = np.zeros((2, N, HIDDEN))
    for start in range(0, T - 1, block):
        n = min(block, T - 1 - start)
        u = unroll_lstm(net, n, N)
        u.h[0], u.c[0] = h, c
        core.load(u, tokens[start : start + n + 1], start)
        forward_lstm(net, u)
        h, c = u.h[-1], u.c[-1]
        yield start, u.tokens[1:], u.probs


def asked(predictions, T, tokens):
    """What a net says at the end of sequences of T, T + 1, .. symbols, one for each phase.

    `predictions` are of `tokens`, the longest of them, (T + 4, 2). Returns the outputs there,
    (phases, 2, n_out), and the steps of the filler, (n, 2), at which another symbol was
    the most probable.
    """
    wrong, ends = np.zeros(tokens.shape, bool), []
    for start, targets, outputs in predictions:
        steps = slice(start + 1, start + 1 + len(targets))
        wrong[steps] = outputs[..., : core.VOCAB].argmax(axis=-1) != targets
        ends += [y.copy() for t, y in enumerate(outputs, start + 1) if t >= T - 1]
    return np.array(ends), wrong[1:-1]


def chooses(outputs):
    """Is the more probable of A and B the right one, in each row, after both triggers?"""
    choice = outputs[..., : core.N_TRIGGERS].argmax(axis=-1)
    return bool((choice == np.arange(core.N_TRIGGERS)).all())


def single_net(read, net, T):
    tokens = both_sequences(T + core.N_FILLERS - 1)
    outputs, wrong = asked(read(net, tokens), T, tokens)
    return {"choice": chooses(outputs), "filler": float(1 - wrong.mean())}


def two_nets(nets, T):
    """A's filler; and C's choice at a target that A mispredicted, else it is wrong."""
    A, C = nets
    tokens = both_sequences(T + core.N_FILLERS - 1)
    outputs, wrong = asked(core.predictions(A, tokens), T, tokens)
    missed = outputs.argmax(axis=-1) != np.arange(core.N_TRIGGERS)  # (phases, 2)
    right = bool(missed.all())
    for i in range(len(outputs)):  # of the filler before the end, what A mispredicted went up too
        for trigger in range(core.N_TRIGGERS):
            before = wrong[: T - 2 + i, trigger]
            events = np.append(trigger, tokens[1 : T - 1 + i, trigger][before])
            _, log_p = core.score(C, np.append(events, trigger)[:, None])
            right = right and int(log_p[0, : core.N_TRIGGERS].argmax()) == trigger
    return {"choice": right, "filler": float(1 - wrong.mean())}


def ask(method, net, T):
    """Choice, at every phase and after both triggers; share of filler right."""
    if method == "A + C":
        return two_nets(net, T)
    return single_net(lstm_predictions if method == "LSTM" else core.predictions, net, T)


# ==== The study ===================================================================================
def one_run(arguments):
    """One method, one seed: tests while it learns, and the net at the end at long T."""
    method, seed, plan = arguments
    rng = generators("lengths", seed, ("init", "data"), METHODS.index(method))
    net, learning = MAKE[method](rng)
    steps, seconds, tests = [], [], []
    for n in range(1, plan.budget[method] + 1):
        start = time.perf_counter()
        steps.append(next(learning))
        seconds.append(time.perf_counter() - start)
        if n % plan.test_every[method] == 0:
            tests.append(ask(method, net, plan.asked_at))
    choice = solved_after([t["choice"] for t in tests])
    whole = solved_after([t["choice"] and t["filler"] == 1 for t in tests])
    solved = whole and whole * plan.test_every[method]
    return {
        "seed": seed,
        "choice_after": choice and choice * plan.test_every[method],
        "batches": solved,
        "sequence_steps": int(np.sum(steps[:solved])) if solved else None,
        "seconds": float(np.sum(seconds[: solved or None])),
        "filler": tests[-1]["filler"],
        "at_last": ask(method, net, plan.at_last),
    }


def multiply_adds(method, n=40):
    """Per sequence-step of training, counted in the code that runs, over n batches."""
    with counting(movement=False) as meter:
        _, learning = MAKE[method](
            generators("lengths", 0, ("init", "data"), METHODS.index(method))
        )
        before = sum(sums["multiply_adds"] for sums in meter.counts.values())
        steps = sum(islice(learning, n))
        after = sum(sums["multiply_adds"] for sums in meter.counts.values())
    return (after - before) / steps


def summary(runs, budget, per_step):
    """Of one method, over its seeds; what was not solved counts with its whole budget."""
    solved = [run for run in runs if run["batches"]]
    steps = [run["sequence_steps"] for run in solved]
    last = [run["at_last"] for run in runs]
    return {
        "solved": proportion([run["batches"] is not None for run in runs]),
        "choice_solved": proportion([run["choice_after"] is not None for run in runs]),
        "budget": budget,
        "batches": mean([run["batches"] for run in solved]) if solved else None,
        "sequence_steps": mean(steps) if solved else None,
        "multiply_adds": per_step * float(np.median(steps)) if solved else None,
        "multiply_adds_per_step": per_step,
        "seconds": mean([run["seconds"] for run in runs]),
        "filler": mean([run["filler"] for run in runs]),
        "right_at_last": proportion([end["choice"] and end["filler"] == 1 for end in last]),
        "choice_at_last": proportion([end["choice"] for end in last]),
        "runs": runs,
    }


def compute(plan, jobs):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_seeds)
    tasks = [(method, seed, plan) for method in METHODS for seed in seeds]
    done = iter(parallel_map(one_run, tasks, jobs, "lengths"))
    return {
        "lengths": [SHORTEST, LONGEST],
        "asked_at": plan.asked_at,
        "at_last": plan.at_last,
        "phases": core.N_FILLERS,
        "methods": {
            method: summary([next(done) for _ in seeds], plan.budget[method], multiply_adds(method))
            for method in METHODS
        },
    }


# ==== Tables and sentences ========================================================================
NAMES = {
    "plain RNN": "plain RNN, full BPTT",
    "LSTM": "LSTM, full BPTT",
    "A + C": "automatizer + chunker, on-line",
}


def times(results, quantity):
    """Median of each method until solved, relative to A + C; None where nothing was solved."""
    methods = results["methods"]
    unit = methods["A + C"]

    def value(m):
        return m[quantity]["median"] if isinstance(m[quantity], dict) else m[quantity]

    ready = unit[quantity] is not None
    return {
        name: value(m) / value(unit) if ready and m[quantity] is not None else None
        for name, m in methods.items()
    }


def answer(results):
    """The finding in one sentence."""
    plain, lstm, both = (results["methods"][name] for name in METHODS)
    cheaper = times(results, "multiply_adds")
    low, high = results["lengths"]
    more = [f"the {name} {x:,.0f} times" for name, x in cheaper.items() if x and name != "A + C"]
    return (
        f"Then a plain tanh-RNN bridges T = {results['asked_at']:,} too: trained on {low} to "
        f"{high} symbols it has choice and filler right at every phase on "
        f"{counted(plain['solved'])} seeds (an LSTM on {counted(lstm['solved'])}, automatizer and "
        f"chunker on {counted(both['solved'])}); until then, in medians, "
        f"{' and '.join(more) or 'none'} the multiply-adds of automatizer and chunker."
    )


def table(results):
    """Each method, trained on short sequences."""
    header = (
        "trained on short sequences", "seeds solved (95% interval)", "sequence-steps until then",
        "multiply-adds", "times A + C", "seconds", f"right at T = {results['at_last']:,}",
    )  # fmt: skip
    relative, rows = times(results, "multiply_adds"), []
    for name, m in results["methods"].items():
        low, high = m["solved"]["interval"]
        took, solved = m["sequence_steps"], m["multiply_adds"] is not None
        rows.append((
            NAMES[name], f"{counted(m['solved'])} ({low:.0%} to {high:.0%})",
            f"{took['median']:,.0f} ({took['min']:,.0f} to {took['max']:,.0f})" if took else "-",
            f"{m['multiply_adds'] / 1e6:,.1f} million" if solved else "-",
            f"{relative[name]:,.1f}" if relative[name] else "-", f"{m['seconds']['median']:.3f}",
            counted(m["right_at_last"]),
        ))  # fmt: skip
    return header, rows


def seen(results):
    """What the table does not say."""
    low, high = results["lengths"]
    methods = results["methods"]
    n = methods["plain RNN"]["solved"]["n"]
    choice = [
        f"{name} {counted(m['choice_solved'])}, after a median of "
        f"{np.median([run['choice_after'] or np.inf for run in m['runs']]):,.0f} batches"
        for name, m in methods.items()
    ]
    budgets = [f"{name} {m['budget']:,}" for name, m in methods.items()]
    took = [(m["sequence_steps"]["median"], NAMES[n]) for n, m in methods.items() if m["batches"]]
    return (
        f"- {n} seeds. T is drawn from {low} to {high} for each batch; asked at T = "
        f"{results['asked_at']:,} and the {results['phases'] - 1} lengths that follow, after both "
        "triggers. Steps, multiply-adds and seconds are medians (range) of training alone.\n"
        f"- The choice alone is right for good on so many seeds: {'; '.join(choice)}. With the two "
        f"single nets the filler can follow when the recall step no longer outweighs it, which "
        f"takes {ANNEALED:,} updates here; a faster fall was not tried.\n"
        f"- Batches at most: {', '.join(budgets)}; of 8 sequences, of A + C one.\n"
        f"- The last column is the net at the end of its budget, at T = {results['at_last']:,} and "
        "the lengths that follow.\n"
        "- With this freedom compression is not needed here. The fewest steps are those of "
        f"{min(took)[1] if took else 'none'}."
    )


# ==== Figure ======================================================================================
COLOURS = {"plain RNN": BASELINE, "LSTM": FAINT, "A + C": CHUNKER}


def figures(results):
    methods = results["methods"]
    relative = times(results, "multiply_adds")
    low, high = results["lengths"]
    solved = [f"{name} {counted(m['solved'])}" for name, m in methods.items()]
    figure = new_figure(
        f"Trained on {low} to {high} symbols, asked at T = {results['asked_at']:,}: seeds solved, "
        f"{solved[0]},\n{solved[1]}, {solved[2]}",
        height=4.4,
    )
    left, right = figure.subplots(1, 2, width_ratios=[1.3, 1])
    for name, m in methods.items():
        took = sorted(run["sequence_steps"] or np.inf for run in m["runs"])
        share = np.arange(1, len(took) + 1) / len(took)
        left.step(took, share, where="post", color=COLOURS[name], lw=2.5, label=name)
    left.set(xscale="log", ylim=(0, 1.05), xlabel="sequence-steps of training")
    left.set_title("share of seeds solved: choice and filler right")
    left.legend(loc="center", bbox_to_anchor=(0.47, 0.5))
    for row, (name, x) in enumerate(relative.items()):
        right.barh(row, x or 0, color=COLOURS[name], height=0.6)
        label = "not solved" if x is None else f" {x:,.0f} x" if x >= 10 else f" {x:.1f} x"
        right.text(x or 1, row, label, va="center", fontweight="bold")
    right.set_yticks(range(len(relative)), list(relative))
    longest = max((x for x in relative.values() if x), default=1)
    right.set(xscale="log", xlim=(0.8, 8 * longest), title="multiply-adds until solved, median")
    right.set_xlabel("relative to A + C")
    right.invert_yaxis()
    right.grid(axis="y", visible=False)
    return {"lengths.png": figure}
