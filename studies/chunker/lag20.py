"""Does the collapse do what the 1992 paper says on the paper's own task?

    python3 -m studies lag20

Schmidhuber 1992, section 5: two sequences, a b1 .. b20 and x b1 .. b20, follow
one another in random order without end and without any sign of where one
begins. At each step the next symbol is to be predicted, and a target unit is to
be 1 exactly when the last 21 symbols were a b1 .. b20. A and C learn on-line,
side by side, no error goes back more than 3 steps, and in the end A does it alone.

The paper: 13 of 17 runs needed fewer than 5,000 sequences, the others fewer than
35,000, and the conventional algorithm failed in 1,000,000.

Where the paper leaves the choice, or another was made: tanh-RNNs and Adam, C's
hidden state as A's goal, and a run counts as solved when the system, still learning,
has 100 sequences in a row with the target unit within 0.2 of its goal at every
step and every predictable symbol given a probability above 0.8.

Beside it: two nets, A and C, with C's answer where A's target unit is within 0.2 of
neither goal; the same with counted frequencies for A; and nets without C, with errors
sent back 3, 20 or 66 steps in A's own recipe, or with the best setting of a grid, which
stands in the results. "Shorter lags first": at the beginning b1, b2, .. up to a random
place are left out, so that the lag is 5 to 20. All are tested at a lag of 20 alone.

The grid was made in trials on seeds 0 to 4 and is run on 0 to 2. Sizes, rates and weight of
A and C are those of the collapse at T = 1,200; on which seeds of this task they were looked
at was not written down. The tables were not tuned. Reported are seeds from 100 on.
"""

from __future__ import annotations

import functools
import itertools
import math
import time
from collections import Counter
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import cells, single
from studies.lab.counting import counting
from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.optimisers import Adam
from studies.lab.randomness import generators, sequence
from studies.lab.runner import parallel_map
from studies.lab.target_unit import Setting, backward, carry, descent, forward, initial, logistic
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    """Sizes of a run; budgets are in sequences."""

    n_runs: int  # of A that also predicts C's state
    n_controls: int  # of each other system
    budget: int  # with C
    symbols_budget: int  # of the table of single symbols, where C reads everything
    control_budget: int  # without C, in the recipe of A
    long_budget: int  # of one more of these, with the paper's window
    grid_seeds: int
    grid_budget: dict  # by kind of net
    tuned_budget: dict  # of the best of the grid


FULL = Plan(
    n_runs=100, n_controls=17, budget=35_000, symbols_budget=2000, control_budget=50_000,
    long_budget=1_000_000, grid_seeds=3, grid_budget={"plain RNN": 50_000, "LSTM": 10_000},
    tuned_budget={"plain RNN": 150_000, "LSTM": 30_000},
)  # fmt: skip
QUICK = Plan(
    n_runs=2, n_controls=1, budget=300, symbols_budget=50, control_budget=150, long_budget=150,
    grid_seeds=1, grid_budget={"plain RNN": 10, "LSTM": 10},
    tuned_budget={"plain RNN": 150, "LSTM": 150},
)  # fmt: skip
MEASURED = ("seconds",)
FIRST_SEED = 100  # settings were chosen on smaller seeds
LAG = 20
SHORTER = range(5, LAG + 1)
N_SYMBOLS = 2 + LAG  # a, x, b1 .. b20
FIRST, LAST = 2, N_SYMBOLS - 1  # b1, b20
N_EVENTS = N_SYMBOLS + 1  # what C reads: a symbol, or b20 with the target on
TARGET = N_SYMBOLS  # the column of A's outputs that is the target unit
RECIPE = Setting(window=3, rate=0.005, hidden=16)  # of A; where the paper left the choice, ours
WINDOW, LR = RECIPE.window, RECIPE.rate  # of C too
CHUNK_HIDDEN, STATE_WEIGHT = 8, 3.0
TOLERANCE, IN_A_ROW = 0.2, 100
FROZEN = 300  # fresh sequences for a net by itself
PAPER = {"runs": 17, "below": {"5000": 13, "35000": 17}}

# ==== The task ====================================================================================


def endless(rng, offset=0, n_shorter=0):
    """Symbols without end, and at each step the goal of the target unit.

    The first `offset` symbols are left out, so that chance decides where the windows cut
    the sequences. The first `n_shorter` sequences lack b1, b2, .. up to a place drawn for each.
    """
    for n in itertools.count():
        lag = int(rng.integers(SHORTER.start, SHORTER.stop)) if n < n_shorter else LAG
        trigger = int(rng.integers(2))
        for symbol in [trigger, *range(FIRST + LAG - lag, N_SYMBOLS)][offset:]:
            yield symbol, float(symbol == LAST and trigger == 0)
        offset = 0


# ==== Learning on-line ============================================================================
class OnlineChunker:
    """C on-line: an update at every event, errors through at most `WINDOW` events."""

    def __init__(self, rng):
        self.net = core.init_rnn(rng, CHUNK_HIDDEN, core.CHUNK_STD, N_EVENTS, N_EVENTS)
        self.grad, self.adam = core.zeros_like(self.net), Adam(len(self.net.flat), LR)
        self.u, self.step = core.buffers(self.net, WINDOW, 1), core.buffers(self.net, 1, 1)
        self.last_alone = np.zeros((WINDOW, 1))  # weights: the others have been learnt already
        self.last_alone[-1] = 1.0
        self.n_read = self.n_asked = 0
        self.first = np.zeros(self.u.hidden[0].shape)  # the state at the window's beginning

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

    def target_at(self, symbol):
        """The target unit as C has it, given that the next event is at this symbol."""
        self.n_asked += 1
        off, on = core.read_out(self.net, self.state)[[symbol, TARGET]]
        return float(logistic(on - off))


def all_right(symbol, goal, p, target, chunker=None, asked=False):
    """Is what was said of this symbol and of the target unit right? C reads what A had wrong.

    `p` is the probability that A gave to the symbol, `target` A's target unit. If C is
    `asked`, its answer counts where A's is within `TOLERANCE` of neither goal.
    """
    said = target
    if asked and TOLERANCE < target < 1 - TOLERANCE:
        said = chunker.target_at(symbol)
    right_symbol, right_target = p >= 1 - TOLERANCE, abs(target - goal) <= TOLERANCE
    if chunker and not (right_symbol and right_target):
        chunker.read(TARGET if goal else symbol)
    return (right_symbol or symbol < FIRST) and abs(said - goal) <= TOLERANCE


def learn_online(net, data, setting=RECIPE, chunker=None, asked=False, took=None):
    """A learns for ever, and C beside it; yields for each sequence whether all of it was right.

    What A reads at a step goes up to C when its symbol or its target was wrong. C's state is
    among A's goals, and A answers alone, unless C is `asked`. `took` counts the steps.
    """
    n, took = setting.window, Counter() if took is None else took
    grad, u = core.zeros_like(net), single.unrolled(net, setting.window, 1)
    step, goals = descent(net, grad, setting), np.zeros(u.probs.shape)
    source = endless(data, int(data.integers(n)), setting.shorter)
    expected = np.full(N_SYMBOLS, 1 / N_SYMBOLS)  # A's prediction of the symbol that is next
    coming, right, length = next(source), True, 0
    while True:
        window = [coming, *itertools.islice(source, n - 1)]
        coming = next(source)
        core.load(u, np.array([[symbol] for symbol, _ in [*window, coming]]))
        symbols, target = forward(net, u)
        if not math.isfinite(target[-1]):
            raise core.Diverged("the weights are not finite")
        goals[..., :N_SYMBOLS] = u.onehot[1:]
        goals[:, 0, TARGET] = [goal for _, goal in window]
        for i, (symbol, goal) in enumerate(window):
            p = (symbols[i - 1] if i else expected)[symbol]
            right = all_right(symbol, goal, p, target[i], chunker, asked) and right
            if chunker and not asked:
                goals[i, 0, TARGET + 1 :] = np.sqrt(STATE_WEIGHT) * chunker.state
            took["steps"] += 1
            length += 1
            if symbol == LAST:
                yield right and length > LAG
                right, length = True, 0
        expected = symbols[-1].copy()
        backward(net, grad, u, goals, setting.target_weight)
        step()
        carry(u)


def learn_by_counting(order, data, chunker, took):
    """As `learn_online`, with frequencies in A's place: of what follows `order` symbols, 0 or 1.

    Also of the target unit, given `order` symbols, the last of them the one just read.
    """
    contexts = N_SYMBOLS if order else 1
    symbols, target = np.full((contexts, N_SYMBOLS), 0.5), np.full((contexts, 2), 0.5)
    before, right = 0, True
    for symbol, goal in endless(data):
        p = symbols[before, symbol] / symbols[before].sum()
        symbols[before, symbol] += 1
        before = symbol if order else 0
        on = target[before, 1] / target[before].sum()
        target[before, int(goal)] += 1
        right = all_right(symbol, goal, p, on, chunker, asked=True) and right
        took["steps"] += 1
        if symbol == LAST:
            yield right
            right = True


def sequences_until_solved(learning, budget):
    """How many sequences it took until `IN_A_ROW` were all right, or None after `budget`."""
    in_a_row = 0
    for n, right in enumerate(itertools.islice(learning, budget), 1):
        in_a_row = in_a_row + 1 if right else 0
        if in_a_row == IN_A_ROW:
            return n
    return None


def frozen(net, seed, n_sequences):
    """Sequences that A gets all right, with learning switched off and without C."""
    steps = n_sequences * (LAG + 1)
    source = endless(np.random.default_rng(sequence("lag20 frozen", seed)))
    tokens, goals = np.array([*itertools.islice(source, steps + 1)]).T
    tokens = tokens.astype(int)
    u = single.unrolled(net, steps, 1)
    core.load(u, tokens[:, None])
    symbols, target = forward(net, u)
    right = (symbols.argmax(axis=1) == tokens[1:]) | (tokens[1:] < FIRST)
    right &= np.abs(target - goals[:-1]) <= TOLERANCE
    return int(right.reshape(n_sequences, LAG + 1).all(axis=1).sum())


# ==== The systems =================================================================================
TABLES = {"table + C, given": 1, "symbols + C": 0}  # and how many symbols of context
WITH_C = ("collapsed, given", "A + C, given", *TABLES)
SAME = {f"without C, window {n}": RECIPE._replace(window=n) for n in (3, LAG, 66)}
TRIAL = Setting(window=66, start="identity", rate=0.001, longest=1.0)  # a reader's
CELL = Setting("LSTM", 66, "forget bias 3", rate=0.01, hidden=32, longest=1.0)
GRID = {  # the first of each, and what is changed in it
    "plain RNN, given": (TRIAL, (
        {}, {"start": "gaussian"}, {"start": "orthogonal"}, {"window": 22}, {"hidden": 32},
        {"rate": 0.003}, {"target_weight": 5.0}, {"target_weight": 5.0, "rate": 0.0005},
        {"target_weight": 5.0, "rate": 0.0003}, {"target_weight": 5.0, "hidden": 32},
        {"target_weight": 5.0, "rate": 0.0005, "window": 132},
        {"optimiser": "SGD", "rate": 0.05, "longest": None},
    )),
    "LSTM, given": (CELL, (
        {}, {"start": "forget bias 1"}, {"start": "forget bias 5"}, {"start": "chrono"},
        {"window": 22}, {"rate": 0.003}, {"rate": 0.03}, {"hidden": 16}, {"longest": 0.1},
        {"hidden": 16, "rate": 0.03, "longest": 0.1}, {"target_weight": 5.0},
    )),
    "plain RNN, chosen": (TRIAL._replace(shorter=3000, target_weight=5.0), (
        {}, {"hidden": 32}, {"shorter": 1000}, {"hidden": 32, "shorter": 1000},
        {"hidden": 32, "shorter": 2000}, {"hidden": 32, "rate": 0.0005},
    )),
    "LSTM, chosen": (CELL._replace(shorter=3000), (
        {}, {"rate": 0.003}, {"shorter": 300}, {"shorter": 1000},
        {"rate": 0.003, "start": "chrono"}, {"hidden": 16},
    )),
}  # fmt: skip
GRID = {name: [first._replace(**new) for new in changes] for name, (first, changes) in GRID.items()}
NAMES = {
    "collapsed, given": "A that also predicts C's state",
    "A + C, given": "A, and C where A does not know",
    "table + C, given": "pairs counted, and C where they do not tell",
    "symbols + C": "symbols counted, and C",
    **{name: f"{name}, same recipe" for name in SAME},
    "plain RNN, given": "without C, best of the grid",
    "LSTM, given": "LSTM, best of its grid",
    "plain RNN, chosen": "without C, shorter lags first",
    "LSTM, chosen": "LSTM, shorter lags first",
}
CELLS = [cells.key(*name.split(", ")) for name in NAMES if name.endswith(("given", "chosen"))]


def learner(system, setting, seed, took):
    """The net, the chunker and their learning, of one system; what it has not is None."""
    rng = generators("lag20", seed, ("init", "data"))
    if system in TABLES:
        chunker = OnlineChunker(rng["init"])
        return None, chunker, learn_by_counting(TABLES[system], rng["data"], chunker, took)
    collapsing = system == "collapsed, given"
    net = initial(rng["init"], setting, N_SYMBOLS, CHUNK_HIDDEN if collapsing else 0)
    chunker = OnlineChunker(rng["init"]) if system in WITH_C else None
    asked = chunker is not None and not collapsing
    return net, chunker, learn_online(net, rng["data"], setting, chunker, asked, took)


def one_run(arguments):
    """One system and seed until it has solved the task."""
    system, setting, seed, budget = arguments
    start, took = time.perf_counter(), Counter()
    net, chunker, learning = learner(system, setting, seed, took)
    with np.errstate(**core.DIVERGING):
        try:
            n_sequences = sequences_until_solved(learning, budget)
        except core.Diverged:
            n_sequences = None
    of_c = {"read": chunker.n_read, "asked": chunker.n_asked} if chunker else {}
    result = {
        "seed": seed, "sequences": n_sequences, "steps": took["steps"],
        **dict.fromkeys(("read", "asked"), 0), **of_c, "seconds": time.perf_counter() - start,
    }  # fmt: skip
    if n_sequences and net and not result["asked"]:
        result["frozen_right"] = frozen(net, seed, FROZEN)
    return result


# ==== Multiply-adds, counted in the code that runs ================================================
def noted(meter):
    return sum(sums["multiply_adds"] for sums in meter.counts.values())


def per_step(system, setting):
    """Of one net, per symbol; a table needs none."""
    start = "chrono" if setting.kind == "LSTM" else "gaussian"
    same_cost = setting._replace(start=start, rate=RECIPE.rate, target_weight=1.0, shorter=0)
    n_state = CHUNK_HIDDEN if system == "collapsed, given" else 0
    return 0.0 if system in TABLES else over_all_phases(same_cost, n_state)


@functools.cache
def over_all_phases(setting, n_state):
    """Per symbol, averaged over the phases at which the windows cut the sequences."""
    with counting(movement=False) as meter:
        rng, took = generators("lag20", 0, ("init", "data")), Counter()
        net = initial(rng["init"], setting, N_SYMBOLS, n_state)
        learning = learn_online(net, rng["data"], setting, took=took)
        next(learning)
        before, steps = noted(meter), took["steps"]
        for _ in range(setting.window // math.gcd(setting.window, LAG + 1)):
            next(learning)
        return (noted(meter) - before) / (took["steps"] - steps)


def per_event():
    """Of C, per event that it learns and reads, and per answer."""
    with counting(movement=False) as meter:
        chunker = OnlineChunker(np.random.default_rng(0))
        for event in range(WINDOW + 1):
            before = noted(meter)
            chunker.read(event)
        read = noted(meter)
        chunker.target_at(LAST)
        return {"read": read - before, "asked": noted(meter) - read}


# ==== The study ===================================================================================
def chosen(plan, jobs):
    """Of each grid the setting that most seeds solve, then of fewest multiply-adds; all trials."""
    seeds, best, trials = range(plan.grid_seeds), {}, {}
    tasks = [
        (name, s, seed, plan.grid_budget[s.kind])
        for name, of in GRID.items() for s in of for seed in seeds
    ]  # fmt: skip
    done = iter(parallel_map(one_run, tasks, jobs, "lag 20, settings"))
    for name, settings in GRID.items():
        trials[name] = []
        for s in settings:
            runs = [next(done) for _ in seeds]
            took = [run["sequences"] for run in runs]
            cost = per_step(name, s) * float(np.mean([run["steps"] for run in runs]))
            trials[name].append({"setting": s._asdict(), "sequences": took, "multiply_adds": cost})
        order = [(t["sequences"].count(None), t["multiply_adds"]) for t in trials[name]]
        best[name] = settings[order.index(min(order))]
    return best, trials


def summary(name, setting, runs, budget, of_event):
    """Of one system, over its seeds."""
    took, of_step = [r["sequences"] for r in runs], per_step(name, setting)
    solved = [n for n in took if n]
    cost = [r["steps"] * of_step + sum(r[x] * each for x, each in of_event.items()) for r in runs]
    per_sequence = sum(cost) / sum(r["steps"] for r in runs) * (LAG + 1)
    off = [r["frozen_right"] for r in runs if "frozen_right" in r]
    return {
        "setting": None if name in TABLES else setting._asdict(),
        "budget_sequences": budget,
        "sequences": mean(solved) if solved else None,
        "below": {str(b): sum(n < b for n in solved) for b in (5000, 35_000)},
        "frozen_perfect": proportion(np.equal(off, FROZEN)) if off else None,
        "frozen_right": mean(off) if off else None,
        "took": took,
        **cells.cell([c if n else None for c, n in zip(cost, took)], budget * per_sequence),
    }


def compute(plan, jobs):
    best, trials = chosen(plan, jobs)
    settings = dict.fromkeys(WITH_C, RECIPE) | SAME | best
    budget = dict.fromkeys(WITH_C, plan.budget) | {"symbols + C": plan.symbols_budget}
    budget |= dict.fromkeys(SAME, plan.control_budget)
    budget |= {name: plan.tuned_budget[setting.kind] for name, setting in best.items()}
    n = {name: plan.n_controls for name in settings} | {"collapsed, given": plan.n_runs}
    long = ("without C, window 3", RECIPE, FIRST_SEED + plan.n_controls, plan.long_budget)
    tasks = [
        (name, setting, FIRST_SEED + i, budget[name])
        for name, setting in settings.items() for i in range(n[name])
    ]  # fmt: skip
    long, *done = parallel_map(one_run, [long, *tasks], jobs, "lag 20")  # it takes longest
    done = iter(done)
    of = {name: list(itertools.islice(done, n[name])) for name in settings}
    systems = {
        name: summary(name, setting, of[name], budget[name], per_event())
        for name, setting in settings.items()
    }
    runs, controls = of["collapsed, given"], of["without C, window 3"]
    took = np.array([r["sequences"] or np.inf for r in runs])
    return {
        "paper": PAPER,
        "first_seed": FIRST_SEED,
        "grid_seeds": plan.grid_seeds,
        "grid_budget": plan.grid_budget,
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
        "systems": systems,
        "grid": trials,
        "cells": {
            name: {key: systems[name][key] for key in ("solved", "multiply_adds", "budget")}
            for name in CELLS
        },
        "runs": runs,
        "controls": controls,
    }


# ==== What was found ==============================================================================
def in_words(setting):
    """A setting as the README says it."""
    s = Setting(**setting)
    return (
        f"window {s.window}, {s.start}{' W_hh' * (s.kind != 'LSTM')}, {s.hidden} units, "
        f"{s.optimiser} {s.rate:g}, target unit weighted {s.target_weight:g}"
        + (f", clipped at {s.longest:g}" if s.longest else "")
        + (f", {s.shorter:,} sequences of shorter lags first" if s.shorter else "")
    )


def answer(results):
    """The finding in one sentence."""
    below, solved, of = results["first_17"], results["solved"], results["systems"]
    same = ", ".join(f"{counted(of[name]['solved'])} with window {s.window}"
                     for name, s in SAME.items())  # fmt: skip
    plain, lstm, short = (
        f"{counted(of[name]['solved'])} in {of[name]['budget_sequences']:,}"
        for name in ("plain RNN, given", "LSTM, given", "plain RNN, chosen")
    )
    return (
        f"Yes: of the first 17 runs {below['5000']} need fewer than 5,000 sequences (paper: "
        f"{PAPER['below']['5000']}), of {solved['n']} runs {solved['k']} solve it (median "
        f"{results['median'] or math.inf:,.0f}, most {results['most']:,}) and "
        f"{results['frozen_perfect']['k']} still have all {results['frozen']} fresh sequences "
        f"right when learning stops; without C the same recipe solves it {same} in "
        f"{results['control_budget']:,}, the best setting tried {plain}, an LSTM "
        f"{lstm}, a plain net that begins with shorter lags {short}."
    )


def table(results):
    """Runs that solve the task, the paper's beside ours."""
    header = (
        "", "solved (95% interval)", "in fewer than 5,000 sequences", "in fewer than 35,000",
        "sequences, median (range)", "million multiply-adds, median", "budget, sequences",
        f"all {results['frozen']} right with learning off",
    )  # fmt: skip
    fast, slow = map(str, PAPER["below"].values())
    rows = [("the paper's A and C", f"{slow}/{PAPER['runs']}", fast, slow, *"----")]
    for name, title in NAMES.items():
        s = results["systems"][name]
        took, off, (low, high) = s["sequences"], s["frozen_perfect"], s["solved"]["interval"]
        rows.append((
            title, f"{counted(s['solved'])} ({low:.0%} to {high:.0%})",
            *map(str, s["below"].values()),
            f"{took['median']:,.0f} ({took['min']:,.0f} to {took['max']:,.0f})" if took else "-",
            f"{s['multiply_adds'] / 1e6:,.1f}" if took else "-", f"{s['budget_sequences']:,}",
            f"{counted(off)}, median {s['frozen_right']['median']:.0f}" if off else "-",
        ))  # fmt: skip
    return header, rows


def seen(results):
    """What the table does not say."""
    perfect, long, n = results["frozen_perfect"], results["long_control"], results["frozen"]
    others = [r["frozen_right"] for r in results["runs"] if r.get("frozen_right", n) < n]
    least = f"; {len(others)} have at least {min(others)}" if others else ""
    pairs = results["systems"]["table + C, given"]
    grid = "\n".join(
        f"- {name}: best of {len(trials)} settings tried on seeds 0 to "
        f"{results['grid_seeds'] - 1} in {results['grid_budget'][kind]:,} sequences each: "
        f"{in_words(results['systems'][name]['setting'])}. There "
        f"{sum(any(t['sequences']) for t in trials)} of the settings solve it on some seed, "
        f"{sum(all(t['sequences']) for t in trials)} on every one."
        for name, trials in results["grid"].items()
        for kind in (trials[0]["setting"]["kind"],)
    )
    return (
        f"- {percent(results['solved'])} of the runs of A that also predicts C's state solve the "
        f"task. With learning switched off and C removed {counted(perfect)} of these nets have all "
        f"of {n} fresh sequences right{least}. The last column says so for every single net, of "
        "the runs solved, from the state 0.\n"
        f"- Seeds from {results['first_seed']} on; the window of A and C is {results['window']}, "
        f"so that without C no error crosses {LAG}. A window of {LAG} is one state too short for "
        f"it. One more run with that of {results['window']}, {results['long_budget']:,} sequences, "
        f"{'does not solve it' if not long['sequences'] else 'solves it'}.\n"
        "- A predictable symbol follows from the one before: with counted pairs in A's place "
        f"{counted(pairs['solved'])} solve it. With single symbols counted everything goes up.\n"
        "- Counting itself takes no multiply-adds; those of C are counted.\n" + grid
    )


# ==== Figure ======================================================================================
LINES = {  # label, colour, style
    "A + C, given": ("A + C, two nets", AUTOMATIZER, "-"),
    "table + C, given": ("pairs counted + C", FAINT, "-"),
    "collapsed, given": ("A that also predicts C's state", CHUNKER, "-"),
    "LSTM, given": ("LSTM, tuned", "black", "--"),
    "plain RNN, chosen": ("without C, shorter lags first", BASELINE, ":"),
    "plain RNN, given": ("without C, tuned", BASELINE, "-"),
}


def costs(ax, of):
    """Bars of multiply-adds until solved, medians, relative to A + C."""
    unit = of["A + C, given"]["multiply_adds"] or math.nan
    times = {name: (of[name]["multiply_adds"] or math.nan) / unit for name in LINES}
    for row, (name, x) in enumerate(times.items()):
        ax.barh(row, x, color=LINES[name][1], height=0.6)
        text = f" {x:,.0f} x" if x >= 10 else f" {x:.1f} x" if x > 0 else "not solved"
        ax.text(x if x > 0 else 0.06, row, text, va="center", fontweight="bold")
    short = ("A + C", "pairs + C", "collapsed", "LSTM", "shorter lags", "without C")
    ax.set_yticks(range(len(short)), short)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set(xscale="log", xlim=(0.05, 20 * max(1, *(x for x in times.values() if x > 0), 1)))
    ax.set(title="multiply-adds until solved, median", xlabel="relative to A + C")


def figures(results):
    of, solved = results["systems"], results["solved"]
    same = ", ".join(counted(of[name]["solved"]) for name in SAME)
    plain = of["plain RNN, given"]
    figure = new_figure(
        f"The paper's task: errors sent back 3 steps, {solved['k']} of {solved['n']} runs solve "
        f"it; without C\n{same} with windows 3, 20 and 66, and "
        f"{counted(plain['solved'])} with the best setting",
        height=4.6,
    )
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
    for name, (label, colour, style) in LINES.items():
        took = sorted(n for n in of[name]["took"] if n)
        at = [100, *took, of[name]["budget_sequences"]]
        share = np.minimum(np.arange(len(at)), len(took)) / len(of[name]["took"])
        left.step(at, share, where="post", color=colour, ls=style, lw=2.3, label=label)
    paper = [PAPER["below"][b] / PAPER["runs"] for b in ("5000", "35000")]
    left.plot([5000, 35_000], paper, "D", color="black", ms=8, label="the paper's 17 runs")
    left.set(xscale="log", xlim=(100, 1.2 * plain["budget_sequences"]), ylim=(-0.03, 1.05))
    left.set(xlabel="training sequences", title="share of runs solved")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    costs(right, of)
    return {"lag20.png": figure}
