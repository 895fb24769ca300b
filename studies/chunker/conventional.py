"""What do conventional nets make of noisy filler and of the hierarchy?

    python3 -m studies conventional

Two tasks on which history compression was shown, the filler of `noise` (T = 1,200) and the
hierarchy (about 325 steps at depth 2, 5,833 at depth 3), and five kinds of system:

    plain RNN   16 tanh units, W_hh the identity at the start, full backpropagation through
                time (BPTT), Adam, clipped, half of the loss on the last symbol
    LSTM        16 units, the same training
    A + C       the headline's automatizer and chunker; in the hierarchy one A per level
    table + C   frequencies in A's place: of symbols under noise, of pairs in the hierarchy
    collapsed   a net of A's kind that learns to predict C's state, and is asked alone

"Given" trains on sequences as long as the task's. "Chosen" trains on shorter ones of the
same kind: T drawn from a range under noise, shorter runs at every level in the hierarchy.
All are asked on the task as it is. A test is 200 fresh sequences (at depth 3, 50), always the
same in one run; it is right when the choice between A and B is on all of them (chance 50%).
For A + C and tables the target must also have gone up. Tests come when the multiply-adds of
the net that is asked have grown by a quarter; A is trained before C, C before the collapsed net.
Solved is a run from the first test on after which all, one more at least, are right. It ends
with its budget or after 6 right tests, at three times the training of the first of them.

What goes up is split by a threshold set on 20 labelled probe sequences under noise (`split`
of `gate`), or is what is mispredicted; then C is a plain RNN trained as above. In the hierarchy
it is what is mispredicted.

Settings were chosen on seeds 0 and 1, from these:

    plain RNN   Adam 0.0003, 0.001 (given); 0.001, 0.003, 0.01 with T from 10 to 60 (noise,
                chosen); 0.0003, 0.001, 0.003 (hierarchy, given); the same with runs of at
                least 1 or 5 (0.001; at depth 3 0.0003 too)
    LSTM        forget bias 5 or the chrono initialisation, Adam 0.001 to 0.01 (given; under
                noise that of `noise`); with T from 10 to 60, or runs of at least 1 (chosen)
    A + C       5 to 80 batches of A, T from 10 to 60 or 100 to 300, either gate;
                125, 500, 1,250, 5,000 updates of a level, runs of at least 1 or 5
    table + C   pairs in the hierarchy, symbols under noise
    collapsed   Adam and window of `noise`; batches of A and T as of A + C with a threshold
"""

from __future__ import annotations

import functools
from itertools import islice
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import cells, collapsed, nested, single
from studies.lab.counting import counting
from studies.lab.gates import best_split
from studies.lab.intervals import counted
from studies.lab.lstm import init_lstm
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.tables import fit_table, frequency_table, net_loss, table_mispredicted
from studies.lab.tasks import noisy
from studies.lab.training import solved_after
from studies.lab.unequal import choices, last_of, learning
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    T: int  # under noise
    tasks: tuple
    n_seeds: int
    n_slow: int  # seeds of single nets over long sequences, and of the collapsed net
    budget: dict  # multiply-adds
    n_test: int
    n_test_deep: int  # at depth 3
    n_automatizer: float  # part of A's, or a level's, training


TASKS = ("noise 0.01", "noise 0.1", "noise 0.5", "hierarchy", "hierarchy (depth 3)")
BUDGET = {"given": 8e10, "collapsed": 2e10, "chosen": 2e9, "deep": 6e9}
FULL = Plan(1200, TASKS, 8, 3, BUDGET, 200, 50, 1.0)
QUICK = Plan(40, (TASKS[1], TASKS[3]), 2, 1, dict.fromkeys(FULL.budget, 4e6), 10, 10, 0.004)
FIRST_SEED = 100  # settings were chosen on seeds 0 and 1
HIDDEN, BATCH = 16, 8
FIRST_TEST, GROWTH, STREAK = 2e4, 1.25, 6
ROUND = core.CHUNK_SEQUENCES  # sequences that C learns between two looks at the clock
N_TRAINING = 64  # sequences of the hierarchy from which levels and C learn, as in `hierarchy`
WINDOW_COLLAPSED, ROUNDS = 3, 50  # and of C before it
PARTS = ("init", "data", "test", "probe", "chunker", "collapsed")


# ==== The tasks: lists of sequences, uint8 arrays =================================================
def kind_of(task):
    return task.split()[0]


def depth_of(task):
    return 3 if task.endswith("(depth 3)") else 2


def n_symbols(task):
    return nested.n_symbols(depth_of(task)) if kind_of(task) == "hierarchy" else core.VOCAB


def memoryless(shortest):
    """Runs of at least so many symbols; from there on each ends with probability 1/4."""
    return lambda u: shortest + np.floor(np.log1p(-u) / np.log(0.75)).astype(int)


def draw(task, rng, n, T, chosen=None):
    """`n` sequences: the task's own (T under noise), or `chosen`, a range of T or the least run."""
    if kind_of(task) == "hierarchy":
        law = memoryless(chosen) if chosen else "memoryless"
        return nested.draw(rng, depth_of(task), n, law=law)
    T = int(rng.integers(chosen.start, chosen.stop)) if chosen else T
    return list(noisy(float(task.split()[1])).draw(rng, T, n).T)


# ==== Settings; what was tried stands above =======================================================
class Setting(NamedTuple):
    """Of one system on one kind of task; None where it has no such number."""

    lr: float = None  # of Adam, single nets
    chrono: int = None  # LSTM: longest dependency of the chrono initialisation, else forget bias 5
    chosen: object = None  # range of T, or least run
    batches: int = None  # A's, of 8 sequences; or updates of each level
    all_up: bool = False  # under noise: whatever is mispredicted goes up, no threshold
    helped: bool = False  # C is a plain RNN as above, trained as one


SHORT, LONGER = range(10, 61), range(100, 301)
SETTINGS = {  # of each system and lengths, by task or by kind of task
    ("plain RNN", "given"): {"noise": Setting(lr=0.0003), "hierarchy": Setting(lr=0.001)},
    ("plain RNN", "chosen"): {
        "noise": Setting(lr=0.001, chosen=SHORT), "hierarchy": Setting(lr=0.001, chosen=1),
    },
    ("LSTM", "given"): {
        "noise": Setting(lr=0.003, chrono=1200), "hierarchy": Setting(lr=0.01),
    },
    ("LSTM", "chosen"): {
        "noise": Setting(lr=0.003, chosen=SHORT), "hierarchy": Setting(lr=0.003, chosen=1),
    },
    ("A + C", "given"): {
        "noise 0.01": Setting(batches=10, all_up=True, helped=True, lr=0.003),
        "noise": Setting(batches=5),
        "hierarchy": Setting(batches=500), "hierarchy (depth 3)": Setting(batches=1250),
    },
    ("A + C", "chosen"): {
        "noise 0.01": Setting(batches=10, chosen=SHORT, all_up=True, helped=True, lr=0.003),
        "noise 0.1": Setting(batches=5, chosen=SHORT, all_up=True, helped=True, lr=0.003),
        "noise 0.5": Setting(batches=5, chosen=SHORT),
        "hierarchy": Setting(batches=500, chosen=5),
        "hierarchy (depth 3)": Setting(batches=1250, chosen=5),
    },
    ("table + C", "given"): {"noise": Setting(batches=10), "hierarchy": Setting()},
    ("collapsed", "given"): {"noise": Setting(batches=10)},
    ("collapsed", "chosen"): {
        "noise 0.5": Setting(batches=10, chosen=SHORT), "noise": Setting(batches=40, chosen=LONGER),
    },
}  # fmt: skip


def setting_of(system, how, task):
    """That of the task, else that of its kind; None where the system is not run on it."""
    settings = SETTINGS[system, how]
    return settings.get(task, settings.get(kind_of(task)))


# ==== Systems in training =========================================================================
#
# Generators of (multiply-adds before there was anything to ask, those so far, a function from
# sequences to which of them are chosen right for).


def initial(system, rng, V, setting):
    if setting.chrono:
        return init_lstm(rng, HIDDEN, longest=setting.chrono, n_in=V, n_out=V)
    return single.initial(system, rng, HIDDEN, V)


def one_net(system, task, rng, plan, setting):
    """A single net in training."""
    net = initial(system, rng["init"], n_symbols(task), setting)

    def batches():
        while True:
            yield draw(task, rng["data"], BATCH, plan.T, setting.chosen)

    cost = per_step(system, n_symbols(task))
    spent = 0.0
    for steps in learning(net, batches(), setting.lr):
        spent += cost * steps
        yield 0.0, spent, functools.partial(choices, net)


# ==== Levels and C ================================================================================
class Lower(NamedTuple):
    """What stands below C."""

    pass_up: callable  # of sequences: masks and events, two lists; is each target among them
    reading: float  # multiply-adds per symbol that A reads
    spent: float  # multiply-adds of its training
    events: list = None  # of the sequences that it was trained on, where C learns from those


def below(system, task, rng, plan, setting):
    """Automatizer or levels or tables, trained."""
    if kind_of(task) == "hierarchy":
        return levels_below(system, task, rng, plan, setting)
    config, n = core.Config(), max(1, int(setting.batches * plan.n_automatizer))
    batches = (
        np.stack(draw(task, rng["data"], core.AUTO_BATCH, plan.T, setting.chosen), axis=1)
        for _ in range(n)
    )
    reading = spent = 0.0
    if system == "table + C":
        loss = frequency_table(batches, 0)  # of symbols
    else:
        net = core.init_rnn(rng["init"], config.auto_hidden, core.AUTO_STD)
        steps = sum(
            len(u.flat.ones) for u in core.learn(net, batches, config.auto_truncate, config.auto_lr)
        )
        loss, reading = net_loss(net), per_step("reading", core.VOCAB)
        spent = steps * per_step("automatizer", core.VOCAB)
    threshold = None
    if not setting.all_up:
        probe = np.stack(draw(task, rng["probe"], core.N_PROBE, plan.T, setting.chosen), axis=1)
        threshold, spent = best_split(loss(probe)), spent + reading * probe.size

    def pass_up(sequences):
        if setting.all_up:
            masks = nested.mispredicted(net, sequences)
        else:
            masks = list(core.surprising(loss(np.stack(sequences, axis=1)), threshold).T)
        flagged = np.array([mask[-1] for mask in masks])
        return masks, nested.kept(sequences, masks), flagged

    return Lower(pass_up, reading, spent)


def levels_below(system, task, rng, plan, setting):
    """A level, or a table of pairs, for each level of the hierarchy."""
    V = n_symbols(task)
    passed = [draw(task, rng["data"], N_TRAINING, plan.T, setting.chosen)]
    levels, spent, flags, reading = [], 0.0, table_mispredicted, 0.0
    if system != "table + C":
        flags, reading = nested.mispredicted, per_step("reading", V)
    for _ in range(depth_of(task)):
        if system == "table + C":
            levels.append(fit_table(passed[-1], 1, V))
        else:
            n = max(1, int(setting.batches * plan.n_automatizer))
            levels.append(nested.train_level(rng["init"], passed[-1], V, n))
            spent += per_step("level", V) * n * nested.WINDOW * nested.BATCH
            spent += reading * nested.total(passed[-1])
        passed.append(nested.kept(passed[-1], flags(levels[-1], passed[-1])))

    def pass_up(sequences):
        passed, masks, flagged = nested.apply_levels(levels, sequences, flags)
        return masks[0], passed[-1], flagged

    return Lower(pass_up, reading, spent, passed[-1])


def chunker(rng, V, setting):
    """C, and its learning: from event streams, (k,) each, to the multiply-adds it took.

    The headline's, with an update after each stream; or the plain RNN, with one after all.
    """
    if setting.helped:
        C, given = single.initial("plain RNN", rng, HIDDEN, V), []
        learner, cost = learning(C, iter(given.pop, None), setting.lr), per_step("plain RNN", V)

        def learn(streams):
            given.append(streams)
            return cost * next(learner)
    else:
        config, cost = core.Config(), per_step("chunker", V)
        C = core.init_rnn(rng, config.chunk_hidden, core.CHUNK_STD, V, V)

        def learn(streams):
            for x in streams:
                for _ in core.learn(C, [x[:, None]], len(x), config.chunk_lr):
                    pass
            return cost * (nested.total(streams) - len(streams))

    return C, learn


def chunker_above(lower, task, rng, plan, setting):
    """C in training on what goes up.

    Under noise it reads fresh sequences, in the hierarchy those that the levels learnt from.
    """
    C, learn = chunker(rng["chunker"], n_symbols(task), setting)
    spent, known = lower.spent, {}

    def asked(sequences):
        if not known:  # what lies below C does not change any more
            _, known["events"], known["flagged"] = lower.pass_up(sequences)
        found = nested.last_logits(C, known["events"])[:, : core.N_TRIGGERS].argmax(axis=1)
        return known["flagged"] & (found == last_of(sequences))

    while True:
        if lower.events:
            streams = [lower.events[i] for i in rng["data"].integers(len(lower.events), size=ROUND)]
        else:
            fresh = draw(task, rng["data"], ROUND, plan.T, setting.chosen)
            streams = lower.pass_up(fresh)[1]
            spent += lower.reading * nested.total(fresh)
        streams = [x for x in streams if len(x) > 1]
        if streams:
            spent += learn(streams)
        yield spent, asked, C


def two_nets(system, task, rng, plan, setting):
    """What lies below, and then C."""
    lower = below(system, task, rng, plan, setting)
    for spent, asked, _ in chunker_above(lower, task, rng, plan, setting):
        yield lower.spent, spent, asked


def collapsed_net(system, task, rng, plan, setting):
    """First A and C, then one net that learns C's state as A's gate lets it change."""
    lower = below("A + C", task, rng, plan, setting)
    *_, (spent, _, C) = islice(chunker_above(lower, task, rng, plan, setting), ROUNDS)
    net = collapsed.initial(rng["collapsed"], core.Config(), len(C.b_h))

    def batches():
        while True:
            sequences = draw(task, rng["collapsed"], core.AUTO_BATCH, plan.T, setting.chosen)
            yield np.stack(sequences, axis=1)

    def goals_of(tokens):
        masks, _, _ = lower.pass_up(list(tokens.T))
        return collapsed.state_goals(C, tokens, np.stack(masks, axis=1))

    own, before = per_step("collapsed", core.VOCAB) + lower.reading, spent
    for u in collapsed.learning(net, batches(), WINDOW_COLLAPSED, goals_of):
        spent += own * len(u.flat.ones)
        yield before, spent, lambda sequences: choices(collapsed.symbols_only(net), sequences)


MAKE = {
    "plain RNN": one_net, "LSTM": one_net, "A + C": two_nets, "table + C": two_nets,
    "collapsed": collapsed_net,
}  # fmt: skip


# ==== Multiply-adds per step, counted in the code that runs =======================================
@functools.cache
def per_step(what, V):
    """Of training, by full or truncated BPTT, or of "reading", for each step of a sequence."""
    rng, config = np.random.default_rng(0), core.Config()
    sequences = list(rng.integers(V, size=(core.AUTO_BATCH, 97)))
    tokens = np.stack(sequences, axis=1)
    n = tokens[1:].size
    with counting(movement=False) as meter:
        if what in single.KINDS:
            n = sum(islice(learning(single.initial(what, rng, HIDDEN, V), [sequences] * 3, 0.0), 3))
        elif what == "level":
            n = 20 * nested.WINDOW * nested.BATCH
            nested.train_level(rng, sequences, V, 20)
        elif what == "collapsed":
            net = collapsed.initial(rng, config, config.chunk_hidden)
            goals = np.zeros((96, core.AUTO_BATCH, config.chunk_hidden))
            list(collapsed.learning(net, [tokens], WINDOW_COLLAPSED, lambda _: goals))
        elif what == "chunker":  # two events, as where all is well
            net, n = core.init_rnn(rng, config.chunk_hidden, 1.0, V, V), core.AUTO_BATCH
            list(core.learn(net, [x[:2, None] for x in sequences], 1, config.chunk_lr))
        else:
            net = core.init_rnn(rng, config.auto_hidden, core.AUTO_STD, V, V)
            if what == "reading":
                core.score(net, tokens)
            else:
                list(core.learn(net, [tokens], config.auto_truncate, config.auto_lr))
        return sum(sums["multiply_adds"] for sums in meter.counts.values()) / n


# ==== The study ===================================================================================
def budget_of(system, how, task, budget):
    slow = "collapsed" if (system, how) == ("collapsed", "given") else how
    return budget["deep" if depth_of(task) == 3 else slow]


def one_run(arguments):
    """One system on one task: its tests, and the multiply-adds until it was solved."""
    system, how, task, seed, plan = arguments
    setting, which = setting_of(system, how, task), list(SETTINGS).index((system, how))
    rng = generators("conventional", seed, PARTS, which, TASKS.index(task))

    n_test = plan.n_test_deep if depth_of(task) == 3 else plan.n_test
    fresh = draw(task, rng["test"], n_test, plan.T)
    budget, due, spent, tests = budget_of(system, how, task, plan.budget), FIRST_TEST, 0.0, []
    with np.errstate(**core.DIVERGING):
        try:
            for before, spent, asked in MAKE[system](system, task, rng, plan, setting):
                if spent - before >= due or spent > budget:
                    tests.append((spent, float(asked(fresh).mean())))
                    due = GROWTH * (spent - before)
                if spent > budget:
                    break
                if len(tests) >= STREAK and all(right == 1 for _, right in tests[-STREAK:]):
                    break
        except core.Diverged:
            tests.append((spent, 0.0))
    first = solved_after([right == 1 for _, right in tests])
    first = None if first == len(tests) else first  # one right test at the end is no proof
    return {
        "system": system, "lengths": how, "task": task, "seed": seed,
        "multiply_adds": first and tests[first - 1][0],
        "choice": tests[-1][1],
        "best": max(right for _, right in tests),
        "tests": [[float(spent), right] for spent, right in tests],
    }  # fmt: skip


def possible(system, how, task):
    """Not run: single nets over all 5,833 steps; the collapsed net on more than seven symbols."""
    slow = system in single.KINDS and how == "given" and depth_of(task) == 3
    return not slow and setting_of(system, how, task) is not None


def n_seeds(system, how, task, plan):
    long = how == "given" or depth_of(task) == 3
    slow = system == "collapsed" or (system in single.KINDS and long)
    return plan.n_slow if slow else plan.n_seeds


def compute(plan, jobs):
    arguments = [
        (*which, task, FIRST_SEED + i, plan)
        for which in SETTINGS
        for task in plan.tasks
        if possible(*which, task)
        for i in range(n_seeds(*which, task, plan))
    ]
    runs = parallel_map(one_run, arguments, jobs, "conventional")
    found = {task: {} for task in plan.tasks}
    for run in runs:
        name = cells.key(run["system"], run["lengths"])
        found[run["task"]].setdefault(name, []).append(run)
    return {
        "T": plan.T,
        "budget": plan.budget,
        "n_test": plan.n_test,
        "n_test_deep": plan.n_test_deep,
        "per_step": {kind: per_step(kind, core.VOCAB) for kind in (*single.KINDS, "automatizer")},
        "cells": {task: cells_of(task, rows, plan.budget) for task, rows in found.items()},
        "runs": runs,
    }


def cells_of(task, rows, budget):
    """The cells of one task, from the runs of each system."""
    most = {name: budget_of(*(of[0][k] for k in ("system", "lengths")), task, budget)
            for name, of in rows.items()}  # fmt: skip
    return {n: cells.cell([r["multiply_adds"] for r in of], most[n]) for n, of in rows.items()}


# ==== Tables and sentences ========================================================================
ROWS = [cells.key(*which) for which in SETTINGS]


def cheapest(row):
    """The cell of fewest multiply-adds among those with most seeds solved, by share; or None."""
    solved = {name: c for name, c in row.items() if c["multiply_adds"]}
    order = {n: (-c["solved"]["share"], c["multiply_adds"]) for n, c in solved.items()}
    return min(order, key=order.get, default=None)


def everywhere(results):
    """Systems that solved every seed of every task on which they were run."""
    return [
        name
        for name in ROWS
        if all(
            row[name]["solved"]["share"] == 1 for row in results["cells"].values() if name in row
        )
    ]


def answer(results):
    """The finding in one sentence."""

    def on_each(name):
        return ", ".join(
            f"{task} {counted(row[name]['solved'])}"
            for task, row in results["cells"].items()
            if name in row
        )

    best = list(dict.fromkeys(str(cheapest(row)) for row in results["cells"].values()))
    return (
        f"With lengths chosen a plain tanh-RNN is right for good on so many seeds: "
        f"{on_each('plain RNN, chosen')}; an LSTM: {on_each('LSTM, chosen')}; A + C: "
        f"{on_each('A + C, chosen')}; with lengths as given the plain RNN: "
        f"{on_each('plain RNN, given')}; the LSTM: {on_each('LSTM, given')}; on each task most "
        f"seeds at the fewest multiply-adds: {' or '.join(best)}."
    )


def amount(n):
    """A number of multiply-adds in words."""
    if n is None:
        return "-"
    unit, name = (1e9, "G") if n >= 1e9 else (1e6, "M")
    return f"{n / unit:{'.2g' if n < 100 * unit else '.0f'}} {name}"


def table(results):
    """Seeds solved, and the median of the multiply-adds until then."""
    tasks = list(results["cells"])

    def cell(task, name):
        c = results["cells"][task].get(name)
        if c is None:
            return "not run"
        return f"{counted(c['solved'])}, {amount(c['multiply_adds'])}"

    return ("seeds solved, multiply-adds until then", *tasks), [
        (name, *(cell(task, name) for task in tasks)) for name in ROWS
    ]


def unsolved(results):
    """Of each system's runs that were not solved: how many, how many were ever right, at the end.

    {system: (runs, runs right at some test, mean share right at the last test)}
    """
    found = {}
    for r in results["runs"]:
        if r["multiply_adds"] is None:
            found.setdefault(cells.key(r["system"], r["lengths"]), []).append(r)
    return {
        name: (len(of), sum(r["best"] == 1 for r in of), np.mean([r["choice"] for r in of]))
        for name, of in found.items()
    }


def seen(results):
    """What the table does not say."""
    given, taught, chosen, deep = (amount(results["budget"][k]) for k in BUDGET)
    left = [
        f"{name} {n}, of which {ever} at some test all right, {share:.0%} right at the last"
        for name, (n, ever, share) in unsolved(results).items()
    ]
    return (
        f"- Budgets are {given} multiply-adds with lengths as given ({taught}: collapsed net), "
        f"{chosen} with lengths chosen, {deep} at depth 3.\n"
        f"- A test is {results['n_test']} fresh sequences, at depth 3 {results['n_test_deep']}. "
        "Solved means that all of them are right at a test and at all later ones, of which there "
        f"is one at least. A run ends with its budget or after {STREAK} right tests. Tests come "
        "as C's cost grows, so that a single net stays right while its training triples, a stack "
        "whose levels cost most for hardly more.\n"
        f"- Every seed of every task that it was run on is solved by: "
        f"{', '.join(everywhere(results)) or 'no system'}.\n"
        f"- Runs not solved: {'; '.join(left) or 'none'}. That is with these recipes, of the few "
        "that were tried, and within these budgets.\n"
        "- Multiply-adds count all nets of a system, what A reads for C, and padding. A table "
        "counts and looks up: its multiply-adds are those of C.\n"
        "- Under noise a threshold is set on 20 sequences in which the targets are labelled, but "
        "not where A + C pass up whatever is mispredicted: at e = 0.01, and at 0.1 with lengths "
        "chosen. There C is trained as the plain RNN is.\n"
        "- The hierarchy's A + C is a stack of as many levels as the task has.\n"
        "- Not run: the collapsed net in the hierarchy, as the lab's has the headline's seven "
        "symbols; single nets at depth 3 with lengths as given, as one batch is some 50,000 steps."
    )


# ==== Figure ======================================================================================
COLOURS = {"plain RNN": BASELINE, "LSTM": FAINT, "A + C": CHUNKER, "table + C": "black",
           "collapsed": AUTOMATIZER}  # fmt: skip


def figures(results):
    found = results["cells"]
    every = [f"{sum(c['solved']['share'] == 1 for c in row.values())} of {len(row)}"
             for row in found.values()]  # fmt: skip
    figure = new_figure(
        "Multiply-adds until solved: a dot is a seed; at the right, seeds solved.\n"
        f"Systems that solve every seed, task by task: {', '.join(every)}",
        height=4.8,
    )
    axes = np.atleast_1d(figure.subplots(1, len(found), sharey=True))
    for ax, (task, row) in zip(axes, found.items()):
        for y, name in enumerate(ROWS):
            if name not in row:
                ax.text(3e4, y, "not run", va="center", fontsize=9, color="#707070")
                continue
            took = [r["multiply_adds"] for r in results["runs"] if r["task"] == task
                    and cells.key(r["system"], r["lengths"]) == name]  # fmt: skip
            took = [m for m in took if m]
            colour = COLOURS[name.split(",")[0]]
            ax.plot(took, [y] * len(took), "o", color=colour, ms=6, alpha=0.6)
            ax.text(0.99, y, counted(row[name]["solved"]), transform=ax.get_yaxis_transform(),
                    ha="right", va="center", fontsize=9)  # fmt: skip
        ax.set(xscale="log", xlim=(1e4, 2e12), title=task)
        ax.set_xticks([1e6, 1e9], ["1 M", "1 G"])
        ax.minorticks_off()
    axes[0].set_yticks(range(len(ROWS)), ROWS)
    axes[0].set_ylim(len(ROWS) - 0.5, -0.5)
    return {"conventional.png": figure}
