"""Does the collapse do what the 1992 paper says on the paper's own task?

    python3 -m studies.lag20

Schmidhuber 1992, section 5: two sequences, a b1 .. b20 and x b1 .. b20, in
random order, one endless stream without any sign of where one begins. At each
step the next symbol is to be predicted, and a target unit is to be 1 exactly
when the last 21 symbols were a b1 .. b20. A and C learn on-line, side by side,
no error goes back more than 3 steps, and in the end A does it alone.

The paper: 13 of 17 runs needed fewer than 5,000 sequences, the others fewer
than 35,000, and the conventional algorithm failed in 1,000,000.

Where the paper leaves the choice, or another was made: tanh-RNNs and Adam, C's
hidden state as A's goal, and a run counts as solved when A, still learning,
has 100 sequences in a row with the target unit within 0.2 of its goal at every
step and every predictable symbol given a probability above 0.8.
"""

from __future__ import annotations

import math
import time

import numpy as np

import chunker_very_deep_1200 as core
from studies.common import over, share, study
from studies.nets import Adam
from visualize_chunker_very_deep_1200 import BASELINE, CHUNKER, new_figure

LAG = 20
N_SYMBOLS = 2 + LAG  # a, x, b1 .. b20
LAST = N_SYMBOLS - 1  # b20
N_EVENTS = N_SYMBOLS + 1  # what C reads: a symbol, or b20 with the target on
TARGET = N_SYMBOLS  # the column of A's outputs that is the target unit
WINDOW = 3
HIDDEN, CHUNK_HIDDEN, LR, STATE_WEIGHT = 16, 8, 0.005, 3.0
TOLERANCE, IN_A_ROW = 0.2, 100
PAPER = {"runs": 17, "below": {"5000": 13, "35000": 17}}


def stream(rng, offset):
    """Symbols without end, and at each step the goal of the target unit.

    The first `offset` symbols are left out, so that chance decides where the
    windows cut the sequences.
    """
    while True:
        trigger = int(rng.integers(2))
        for symbol in [trigger, *range(2, N_SYMBOLS)][offset:]:
            yield symbol, float(symbol == LAST and trigger == 0)
        offset = 0


class Chunker:
    """C on-line: an update at every event, errors through at most `WINDOW` events."""

    def __init__(self, rng):
        sizes = CHUNK_HIDDEN, N_EVENTS, N_EVENTS
        self.net = core.init_rnn(rng, CHUNK_HIDDEN, core.CHUNK_STD, *sizes[1:])
        self.grad = core.zero_rnn(*sizes)
        self.u = core.unroll(WINDOW, 1, *sizes)
        self.adam, self.eye = Adam(len(self.net.flat), LR), np.eye(N_EVENTS)
        self.n_read = 0
        self.first = np.zeros_like(self.u.hidden[0])
        self.state = np.zeros(CHUNK_HIDDEN)

    def read(self, event):
        """Learn to predict this event from those before it, then take it in."""
        net, u = self.net, self.u
        u.tokens[:-1] = u.tokens[1:]
        u.tokens[-1] = event
        if self.n_read >= WINDOW:
            core.load(u, u.tokens, self.eye)
            u.hidden[0] = self.first
            core.forward_hidden(net, u)
            p = np.exp(u.hidden[-1].dot(net.W_hy) + net.b_y)
            u.error[:-1] = 0.0  # the earlier events have been learnt already
            u.error[-1] = p / p.sum() - self.eye[event]
            core.backward_from_error(net, self.grad, u)
            self.adam.step(net.flat, self.grad.flat)
            self.first = u.hidden[1].copy()
        self.n_read += 1
        self.state = np.tanh(net.W_xh[event] + u.hidden[-1, 0].dot(net.W_hh) + net.b_h)


def run(seed, with_chunker, most_sequences):
    """Both nets on-line until A alone has solved the task.

    Returns A, and the sequences it took: None when `most_sequences` were not enough.
    """
    init, data = map(np.random.default_rng, np.random.SeedSequence(seed, spawn_key=(5,)).spawn(2))
    n_out = N_SYMBOLS + 1 + (CHUNK_HIDDEN if with_chunker else 0)
    sizes = HIDDEN, N_SYMBOLS, n_out
    net, grad = core.init_rnn(init, HIDDEN, core.AUTO_STD, *sizes[1:]), core.zero_rnn(*sizes)
    chunker = Chunker(init)
    u, adam, eye = core.unroll(WINDOW, 1, *sizes), Adam(len(net.flat), LR), np.eye(N_SYMBOLS)
    goals = np.zeros((WINDOW, n_out))
    symbols, target = u.flat.probs[:, :N_SYMBOLS], u.flat.probs[:, TARGET]
    source = stream(data, int(data.integers(WINDOW)))
    expected = np.full(N_SYMBOLS, 1 / N_SYMBOLS)  # A's prediction of the next symbol
    coming, n_sequences, in_a_row, good = next(source), 0, 0, True
    while n_sequences < most_sequences:
        window = [coming, next(source), next(source)]
        coming = next(source)
        core.load(u, np.array([[symbol] for symbol, _ in [*window, coming]]), eye)
        predict(net, u, symbols, target)
        goals[:, :N_SYMBOLS] = u.onehot[1:, 0]
        for i, (symbol, goal) in enumerate(window):
            p = (symbols[i - 1] if i else expected)[symbol]
            wrong_symbol, wrong_target = p < 1 - TOLERANCE, abs(target[i] - goal) > TOLERANCE
            good = good and not wrong_target and not (wrong_symbol and symbol >= 2)
            goals[i, TARGET] = goal
            if with_chunker:
                if wrong_symbol or wrong_target:
                    chunker.read(TARGET if goal else symbol)
                goals[i, TARGET + 1 :] = math.sqrt(STATE_WEIGHT) * chunker.state
            if symbol == LAST:
                n_sequences, in_a_row, good = n_sequences + 1, in_a_row + 1 if good else 0, True
                if in_a_row == IN_A_ROW:
                    return net, n_sequences
        expected = symbols[-1].copy()
        np.subtract(u.flat.probs, goals, u.flat.error)
        core.backward_from_error(net, grad, u)
        adam.step(net.flat, grad.flat)
        u.hidden[0] = u.hidden[-1]
    return net, None


def predict(net, u, symbols, target):
    """Outputs: softmax over symbols, a logistic target unit, C's state as it is."""
    core.forward_hidden(net, u)
    outputs = u.flat.probs
    u.flat.h.dot(net.W_hy, outputs)
    outputs += net.b_y
    np.exp(symbols, symbols)
    symbols /= symbols.sum(axis=1, keepdims=True)
    target[...] = 1 / (1 + np.exp(-target))


def frozen(net, seed, n_sequences):
    """Sequences that A gets all right, learning switched off and C gone."""
    rng = np.random.default_rng([seed, 6])
    table, h, p, right = net.W_xh + net.b_h, np.zeros(HIDDEN), None, 0
    for _ in range(n_sequences):
        trigger, good = int(rng.integers(2)), True
        for symbol in (trigger, *range(2, N_SYMBOLS)):
            if symbol >= 2:
                good = good and p.argmax() == symbol
            h = np.tanh(table[symbol] + h.dot(net.W_hh))
            outputs = h.dot(net.W_hy) + net.b_y
            p, target = outputs[:N_SYMBOLS], 1 / (1 + math.exp(-outputs[TARGET]))
            good = good and abs(target - (symbol == LAST and trigger == 0)) <= TOLERANCE
        right += bool(good)
    return right


def one_run(arguments):
    seed, with_chunker, most_sequences = arguments
    start = time.perf_counter()
    net, n_sequences = run(seed, with_chunker, most_sequences)
    result = {"seed": seed, "sequences": n_sequences, "seconds": time.perf_counter() - start}
    if n_sequences:
        result["frozen_right"] = frozen(net, seed, FROZEN)
        result["strongest_self"] = float(np.abs(np.diag(net.W_hh)).max())
    return result


FROZEN = 300  # fresh sequences for A alone


def compute(quick, jobs):
    n, n_control = (2, 1) if quick else (100, 17)
    budget, control_budget, long_budget = (2500, 300, 300) if quick else (35_000, 50_000, 1_000_000)
    tasks = [(seed, True, budget) for seed in range(n)]
    tasks += [(seed, False, control_budget) for seed in range(n_control)]
    tasks += [(n_control, False, long_budget)]  # the paper's budget, once
    done = over(one_run, [tasks[-1], *tasks[:-1]], jobs, "lag 20")
    done = [*done[1:], done[0]]
    runs, controls, long = done[:n], done[n:-1], done[-1]
    took = [r["sequences"] or np.inf for r in runs]
    return {
        "paper": PAPER,
        "budget": budget,
        "control_budget": control_budget,
        "long_budget": long_budget,
        "window": WINDOW,
        "tolerance": TOLERANCE,
        "in_a_row": IN_A_ROW,
        "solved": share(np.isfinite(took)),
        "first_17": {str(b): int(np.sum(np.array(took[:17]) < b)) for b in (5000, 35_000)},
        "below": {str(b): share(np.array(took) < b) for b in (5000, 35_000)},
        "median": float(np.median(took)) if np.isfinite(np.median(took)) else None,
        "most": max(r["sequences"] or budget for r in runs),
        "frozen": FROZEN,
        "frozen_perfect": share([r.get("frozen_right") == FROZEN for r in runs]),
        "control_solved": share([r["sequences"] is not None for r in controls]),
        "long_control": long,
        "runs": runs,
        "controls": controls,
    }


def answer(results):
    """The finding in one sentence."""
    below, solved = results["first_17"], results["solved"]
    control, long = results["control_solved"], results["long_control"]["sequences"]
    million = "not in" if long is None else f"after {long:,} of"
    return (
        f"Yes: of the first 17 runs {below['5000']} need fewer than 5,000 sequences (paper: "
        f"{PAPER['below']['5000']}), of {solved['n']} runs {solved['k']} solve it (median "
        f"{results['median']:,.0f}, most {results['most']:,}); without C {control['k']}/"
        f"{control['n']} in {results['control_budget']:,}, and one run {million} "
        f"{results['long_budget']:,}."
    )


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


if __name__ == "__main__":
    study("lag20", compute, figures)
