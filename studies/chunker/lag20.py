"""Does the collapse do what the 1992 paper says on the paper's own task?

    python3 -m studies lag20

Schmidhuber 1992, section 5: two sequences, a b1 .. b20 and x b1 .. b20, follow
one another in random order without end and without any sign of where one
begins. At each step the next symbol is to be predicted, and a target unit is to
be 1 exactly when the last 21 symbols were a b1 .. b20. A and C learn on-line,
side by side, no error goes back more than 3 steps, and in the end A does it alone.

The paper: 13 of 17 runs needed fewer than 5,000 sequences, the others fewer
than 35,000, and the conventional algorithm failed in 1,000,000.

Where the paper leaves the choice, or another was made: tanh-RNNs and Adam, C's
hidden state as A's goal, and a run counts as solved when A, still learning,
has 100 sequences in a row with the target unit within 0.2 of its goal at every
step and every predictable symbol given a probability above 0.8.
"""

from __future__ import annotations

import itertools
import time
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab.intervals import counted, percent, proportion
from studies.lab.optimisers import Adam
from studies.lab.randomness import generators, sequence
from studies.lab.runner import parallel_map
from visualize_chunker_very_deep_1200 import BASELINE, CHUNKER, new_figure


class Plan(NamedTuple):
    """Sizes of a run; budgets are in sequences."""

    n_runs: int
    n_controls: int
    budget: int
    control_budget: int
    long_budget: int  # of one more control


FULL = Plan(100, 17, budget=35_000, control_budget=50_000, long_budget=1_000_000)
QUICK = Plan(2, 1, budget=2500, control_budget=300, long_budget=300)
MEASURED = ("seconds",)
LAG = 20
N_SYMBOLS = 2 + LAG  # a, x, b1 .. b20
FIRST, LAST = 2, N_SYMBOLS - 1  # b1, b20
N_EVENTS = N_SYMBOLS + 1  # what C reads: a symbol, or b20 with the target on
TARGET = N_SYMBOLS  # the column of A's outputs that is the target unit
WINDOW = 3
HIDDEN, CHUNK_HIDDEN, LR, STATE_WEIGHT = 16, 8, 0.005, 3.0
TOLERANCE, IN_A_ROW = 0.2, 100
FROZEN = 300  # fresh sequences for A by itself
PAPER = {"runs": 17, "below": {"5000": 13, "35000": 17}}

# ==== The task ====================================================================================


def endless(rng, offset=0):
    """Symbols without end, and at each step the goal of the target unit.

    The first `offset` symbols are left out, so that chance decides where the
    windows cut the sequences.
    """
    while True:
        trigger = int(rng.integers(2))
        for symbol in [trigger, *range(FIRST, N_SYMBOLS)][offset:]:
            yield symbol, float(symbol == LAST and trigger == 0)
        offset = 0


# ==== The two nets, learning side by side =========================================================
#
# A's outputs are a softmax over the next symbol, a logistic target unit and, linear, C's state.


def logistic(y):
    return 1 / (1 + np.exp(-y))


def forward(net, u):
    """What A says: probabilities of the next symbol, (n, N_SYMBOLS), and the target unit, (n,).

    Both are views of u.flat.probs.
    """
    core.forward_hidden(net, u)
    outputs = core.read_out(net, u.flat.h, u.flat.probs)
    symbols, target = outputs[:, :N_SYMBOLS], outputs[:, TARGET]
    core.softmax(symbols)
    target[...] = logistic(target)
    return symbols, target


class OnlineChunker:
    """C on-line: an update at every event, errors through at most `WINDOW` events."""

    def __init__(self, rng):
        self.net = core.init_rnn(rng, CHUNK_HIDDEN, core.CHUNK_STD, N_EVENTS, N_EVENTS)
        self.grad, self.adam = core.zeros_like(self.net), Adam(len(self.net.flat), LR)
        self.u, self.step = core.buffers(self.net, WINDOW, 1), core.buffers(self.net, 1, 1)
        self.last_alone = np.zeros((WINDOW, 1))  # weights: the others have been learnt already
        self.last_alone[-1] = 1.0
        self.n_read = 0
        self.first = np.zeros_like(self.u.hidden[0])  # the state at the window's beginning

    @property
    def state(self):
        """C's hidden state, (CHUNK_HIDDEN,)."""
        return self.step.hidden[-1, 0]

    def read(self, event):
        """Learn to predict this event from those before it, then take it in."""
        net, u = self.net, self.u
        core.load(u, [*u.tokens[1:], [event]])
        if self.n_read >= WINDOW:
            self.learn()
        self.n_read += 1
        self.step.tokens[0] = event
        self.step.hidden[0] = u.hidden[-1]
        core.forward_hidden(net, self.step)

    def learn(self):
        """An update on the last event of the window."""
        net, u = self.net, self.u
        u.hidden[0] = self.first
        core.forward_hidden(net, u)
        core.softmax(core.read_out(net, u.hidden[-1], u.probs[-1]))
        core.backward(net, self.grad, u, weight=self.last_alone)
        self.adam.step(net.flat, self.grad.flat)
        self.first = u.hidden[1].copy()


def learn_online(net, data, chunker=None):
    """A learns for ever, and C beside it; yields for each sequence whether A had all of it right.

    What A reads at a step goes up to C when its symbol or its target was wrong.
    """
    grad, adam, u = core.zeros_like(net), Adam(len(net.flat), LR), core.buffers(net, WINDOW, 1)
    goals = np.zeros_like(u.probs)
    source = endless(data, int(data.integers(WINDOW)))
    expected = np.full(N_SYMBOLS, 1 / N_SYMBOLS)  # A's prediction of the symbol that is next
    coming, all_right = next(source), True
    while True:
        window = [coming, next(source), next(source)]
        coming = next(source)
        core.load(u, np.array([[symbol] for symbol, _ in [*window, coming]]))
        symbols, target = forward(net, u)
        goals[..., :N_SYMBOLS] = u.onehot[1:]
        goals[:, 0, TARGET] = [goal for _, goal in window]
        for i, (symbol, goal) in enumerate(window):
            wrong_symbol = (symbols[i - 1] if i else expected)[symbol] < 1 - TOLERANCE
            wrong_target = abs(target[i] - goal) > TOLERANCE
            all_right = all_right and not wrong_target and not (wrong_symbol and symbol >= FIRST)
            if chunker:
                if wrong_symbol or wrong_target:
                    chunker.read(TARGET if goal else symbol)
                goals[i, 0, TARGET + 1 :] = np.sqrt(STATE_WEIGHT) * chunker.state
            if symbol == LAST:
                yield all_right
                all_right = True
        expected = symbols[-1].copy()
        core.backward(net, grad, u, goals)
        adam.step(net.flat, grad.flat)
        u.hidden[0] = u.hidden[-1]


def sequences_until_solved(learning, budget):
    """How many sequences it took until `IN_A_ROW` were all right, or None after `budget`."""
    in_a_row = 0
    for n, all_right in enumerate(itertools.islice(learning, budget), 1):
        in_a_row = in_a_row + 1 if all_right else 0
        if in_a_row == IN_A_ROW:
            return n
    return None


def run(seed, with_chunker, budget):
    """Both nets on-line until A by itself has solved the task: A, and the sequences it took."""
    rng = generators("lag20", seed, ("init", "data"))
    n_out = N_SYMBOLS + 1 + (CHUNK_HIDDEN if with_chunker else 0)
    net = core.init_rnn(rng["init"], HIDDEN, core.AUTO_STD, N_SYMBOLS, n_out)
    chunker = OnlineChunker(rng["init"]) if with_chunker else None
    return net, sequences_until_solved(learn_online(net, rng["data"], chunker), budget)


def frozen(net, seed, n_sequences):
    """Sequences that A gets all right, with learning switched off and without C."""
    steps = n_sequences * (LAG + 1)
    source = endless(np.random.default_rng(sequence("lag20 frozen", seed)))
    tokens, goals = np.array([*itertools.islice(source, steps + 1)]).T
    tokens = tokens.astype(int)
    logits = np.concatenate([y[:, 0] for *_, y in core.predictions(net, tokens[:, None])])
    right = (logits[:, :N_SYMBOLS].argmax(axis=1) == tokens[1:]) | (tokens[1:] < FIRST)
    right &= np.abs(logistic(logits[:, TARGET]) - goals[:-1]) <= TOLERANCE
    return int(right.reshape(n_sequences, LAG + 1).all(axis=1).sum())


# ==== The study ===================================================================================
def one_run(arguments):
    seed, with_chunker, budget = arguments
    start = time.perf_counter()
    net, n_sequences = run(seed, with_chunker, budget)
    result = {"seed": seed, "sequences": n_sequences, "seconds": time.perf_counter() - start}
    if n_sequences:
        result["frozen_right"] = frozen(net, seed, FROZEN)
        result["strongest_self"] = float(np.abs(np.diag(net.W_hh)).max())
    return result


def compute(plan, jobs):
    n, n_control = plan.n_runs, plan.n_controls
    tasks = [(n_control, False, plan.long_budget)]  # the paper's budget, once; it takes longest
    tasks += [(seed, True, plan.budget) for seed in range(n)]
    tasks += [(seed, False, plan.control_budget) for seed in range(n_control)]
    long, *done = parallel_map(one_run, tasks, jobs, "lag 20")
    runs, controls = done[:n], done[n:]
    took = np.array([r["sequences"] or np.inf for r in runs])
    return {
        "paper": PAPER,
        "budget": plan.budget,
        "control_budget": plan.control_budget,
        "long_budget": plan.long_budget,
        "window": WINDOW,
        "tolerance": TOLERANCE,
        "in_a_row": IN_A_ROW,
        "solved": proportion(np.isfinite(took)),
        "first_17": {str(b): int(np.sum(took[:17] < b)) for b in (5000, 35_000)},
        "below": {str(b): proportion(took < b) for b in (5000, 35_000)},
        "median": float(np.median(took)) if np.isfinite(np.median(took)) else None,
        "most": max(r["sequences"] or plan.budget for r in runs),
        "frozen": FROZEN,
        "frozen_perfect": proportion([r.get("frozen_right") == FROZEN for r in runs]),
        "control_solved": proportion([r["sequences"] is not None for r in controls]),
        "long_control": long,
        "runs": runs,
        "controls": controls,
    }


# ==== What was found ==============================================================================
def answer(results):
    """The finding in one sentence."""
    below, solved = results["first_17"], results["solved"]
    control, long = results["control_solved"], results["long_control"]["sequences"]
    million = "not in" if long is None else f"after {long:,} of"
    return (
        f"Yes: of the first 17 runs {below['5000']} need fewer than 5,000 sequences (paper: "
        f"{PAPER['below']['5000']}), of {solved['n']} runs {solved['k']} solve it (median "
        f"{results['median']:,.0f}, most {results['most']:,}); without C, errors going back as "
        f"few steps, {counted(control)} in {results['control_budget']:,}, and one run {million} "
        f"{results['long_budget']:,}."
    )


def table(results):
    """Runs that solve the task, the paper's beside ours."""
    header = "", "runs", "in fewer than 5,000 sequences", "in fewer than 35,000"
    runs = [r["sequences"] for r in results["runs"]]
    controls = [r["sequences"] for r in results["controls"]]
    ours = {"here, first 17 seeds": runs[:17], "here": runs, "here, without C": controls}
    rows = [("the paper's", PAPER["runs"], *PAPER["below"].values())]
    for name, took in ours.items():
        below = [sum(n is not None and n < b for n in took) for b in (5000, 35_000)]
        rows.append((name, len(took), *below))
    return header, [(name, *map(str, counts)) for name, *counts in rows]


def seen(results):
    """What the table does not say."""
    solved, perfect = results["solved"], results["frozen_perfect"]
    control, long = results["control_solved"], results["long_control"]["sequences"]
    n = results["frozen"]
    others = [r["frozen_right"] for r in results["runs"] if r.get("frozen_right", n) < n]
    least = f"; {len(others)} have at least {min(others)}" if others else ""
    return (
        f"- {percent(solved)} of the runs solve the task, after {results['median']:,.0f} sequences "
        f"(median) and at most {results['most']:,}.\n"
        f"- Without C {counted(control)} runs solve it in {results['control_budget']:,} sequences. "
        f"Its errors too go back {results['window']} steps, so that it cannot cross {LAG}. "
        f"One more, with {results['long_budget']:,} as in the paper, "
        f"{'does not' if long is None else f'does after {long:,}'}.\n"
        f"- With learning switched off and C removed {counted(perfect)} nets have all of {n} fresh "
        f"sequences right{least}."
    )


# ==== Figure ======================================================================================
def figures(results):
    took = sorted(r["sequences"] or np.inf for r in results["runs"])
    figure = new_figure(
        f"The paper's task, errors sent back 3 steps: {results['solved']['k']} of "
        f"{results['solved']['n']} runs solve it,\nhalf of them within {results['median']:,.0f} "
        f"sequences; without C {results['control_solved']['k']} of "
        f"{results['control_solved']['n']} within {results['control_budget']:,}",
        height=4.2,
    )
    ax = figure.subplots()
    steps = np.arange(1, len(took) + 1) / len(took)
    end = 1.2 * results["control_budget"]
    ax.step([100, *took, end], [0, *steps, steps[-1]], where="post", color=CHUNKER, lw=2.5,
            label="A that also predicts C's state")  # fmt: skip
    ax.plot([100, results["control_budget"]], [0, 0], color=BASELINE, lw=3, label="without C")
    paper = [PAPER["below"][b] / PAPER["runs"] for b in ("5000", "35000")]
    ax.plot([5000, 35_000], paper, "D", color="black", ms=9, label="the paper's 17 runs")
    ax.set(xscale="log", xlim=(100, end))
    ax.set(xlabel="training sequences", ylabel="share of runs solved")
    ax.legend(loc="center left")
    return {"lag20.png": figure}
