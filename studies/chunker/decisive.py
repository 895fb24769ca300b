"""Is there a task that needs both nets and their recurrence?

    python3 -m studies decisive

The filler is a cycle of 25 over five symbols in which every symbol and every ordered pair
is equally frequent. An event is one of the same five symbols where another was due. First
form: a trigger, 4 or 5, then 0 to 6 distractors out of 1, 2, 3, and at the end the trigger
again. Second form: two triggers, and at the end their parity, 4 if they were the same, else
5. T is 1,000 to 1,400 (`studies.lab.decisive` has the task). Choice is between 4 and 5,
chance 50%; a target that does not go up is a wrong choice.

    A        32 tanh units, W_hh orthogonal at the start, Adam, truncated backpropagation
             through time (BPTT) over 20 steps; up goes what costs more than the threshold of
             the headline, half-way between filler and targets of 20 labelled sequences
             (or, in the rows so named, what was mispredicted)
    C        16 units (second form 32), the same start, Adam, full BPTT over the events;
             it learns to predict each next event, when A has been trained
    chosen   A and C learn from short sequences and are asked at the same long ones
    tables   what follows each 0 to 3 symbols, counted in A's training sequences, in A's
             place, with either gate

All rates fall linearly to zero. In the second form the number of distractors grows through
C's training: 0, up to 2, up to 4, up to 6. Controls have C's start and its sequences, but at
most 1.5 times as many; they cost what A + C with lengths given cost in all, or less. A run
counts as solved from the first test on at which, and at all later ones, choice is at least
99% on 1,000 sequences that no net was trained on.

Tried on seeds 0 to 3, for A: rates 0.002 to 0.01, constant or falling, 16 or 32 units, 1, 2
or 8 sequences a batch, 40 to 512 batches; for C: rates 0.003 to 0.03, constant or falling,
16 or 32 units, standard deviation 0.2 or orthogonal W_hh, 1, 8 or 32 streams a batch, 256 to
10,240 sequences learnt from 1 to 30 times, three paces of growth, both gates. On seeds 0 and
1, first form, for C on tables of order 2 and 3: 16 or 32 units, rates 0.002 to 0.02. Nothing
was tuned for the other controls, nor for tables in the second form.
"""

from __future__ import annotations

import functools
from functools import partial
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import decisive as task
from studies.lab.cells import cell, key
from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.streams import (
    Recipe,
    affordable,
    choices,
    everything,
    gated,
    index_batches,
    learn_in_windows,
    learn_streams,
    multiply_adds,
    net_outputs,
    orthogonal_rnn,
    padded_steps,
    passed_up,
    presentations,
    random_flags,
    table_outputs,
)
from studies.lab.tables import counted_frequencies
from studies.lab.training import solved_after
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure

FIRST_SEED = 100  # settings were chosen on seeds 0 to 3
SOLVED, WINDOW, V = 0.99, 20, task.V
FORMS = {"first": 1, "second": 2}  # and how many triggers


class Plan(NamedTuple):
    n_seeds: int
    given: tuple  # lengths of the task
    recipes: dict
    n_test: int  # sequences
    n_tests: int
    n_tests_long: int  # where more than `MANY` events go up
    at_last: int  # T
    n_last: int  # sequences


MANY = 100
A_GIVEN, A_CHOSEN = (32, 0.005, 1, 320), (32, 0.005, 8, 256)
C_FIRST, C_SECOND = (16, 0.01, 8), (32, 0.005, 8)
ALL, GROWING = (
    ((6, 2560, 8),),
    ((0, 512, 8), (2, 512, 8), (4, 512, 8), (6, 1024, 16)),
)
GROWING_TABLE = ((0, 2048, 4), (2, 2048, 4), (4, 2048, 4), (6, 4096, 12))  # it reads for nothing
NOT_GROWING = ((6, 2560, 11.2),)  # as many sequences, learnt from as often
FULL = Plan(
    20, task.GIVEN,
    {
        "first": Recipe(task.GIVEN, A_GIVEN, C_FIRST, ALL),
        "first, chosen": Recipe((50, 130), A_CHOSEN, C_FIRST, ALL),
        "first, table of order 2": Recipe(task.GIVEN, A_GIVEN, C_SECOND, ((6, 10240, 9),)),
        "first, table of order 3": Recipe(task.GIVEN, A_GIVEN, (16, 0.02, 8), ((6, 10240, 9),)),
        "second": Recipe(task.GIVEN, A_GIVEN, C_SECOND, GROWING),
        "second, not growing": Recipe(task.GIVEN, A_GIVEN, C_SECOND, NOT_GROWING),
        "second, chosen": Recipe((62, 142), A_CHOSEN, C_SECOND, GROWING),
        **{
            f"second, table of order {n}": Recipe(task.GIVEN, A_GIVEN, C_SECOND, GROWING_TABLE)
            for n in (2, 3)
        },
    },
    n_test=1000, n_tests=20, n_tests_long=4, at_last=120_000, n_last=50,
)  # fmt: skip
QUICK = FULL._replace(
    n_seeds=2, given=(100, 140), n_test=20, n_tests=2, n_tests_long=2, at_last=500, n_last=2,
    recipes={
        name: recipe._replace(
            lengths=(100, 140) if recipe.lengths == task.GIVEN else recipe.lengths,
            A=(8, 0.005, 1, 10),
            C=(4, 0.01, 8),
            lessons=tuple((most, 32, 2) for most, _, _ in recipe.lessons),
        )
        for name, recipe in FULL.recipes.items()
    },
)  # fmt: skip


class System(NamedTuple):
    """What passes events up, and what is done to C."""

    recipe: str
    predictor: str = "A"
    gate: str = "threshold"
    chunker: str = "whole"


GATES = ("mispredicted", "threshold")
FROZEN = {"whole": (), "no W_hh": ("W_hh",), "read-out alone": ("W_xh", "W_hh", "b_h")}


def tables_of(form):
    """The two gates where a table's threshold finds the targets; at orders 0 and 1 it does not."""
    return {
        f"{name}, {gate}": System(f"{form}, {name}" if n > 1 else form, f"order {n}", gate)
        for n, name in enumerate(f"table of order {n}" for n in range(4))
        for gate in (GATES if n > 1 else GATES[:1])
    }


SYSTEMS = {
    "first": {
        "A + C": System("first"),
        "A + C, chosen": System("first, chosen"),
        "A + C, mispredicted": System("first", gate="mispredicted"),
        "no W_hh in C": System("first", chunker="no W_hh"),
        "no W_hh in A": System("first", "A without W_hh", "mispredicted"),
        "no W_hh in both": System("first", "A without W_hh", "mispredicted", "no W_hh"),
        "A untrained": System("first", "A untrained", "mispredicted"),
        "C's read-out alone trained": System("first", chunker="read-out alone"),
        "events at random times": System("first", "random"),
        "everything goes up": System("first", "everything"),
        **tables_of("first"),
    },
    "second": {
        "A + C": System("second"),
        "A + C, chosen": System("second, chosen"),
        "A + C, mispredicted": System("second", gate="mispredicted"),
        "A + C, not growing": System("second, not growing"),
        "no W_hh in C": System("second", chunker="no W_hh"),
        **tables_of("second"),
    },
}
WITH_A = ("A + C", "A + C, chosen", "A + C, mispredicted", "A + C, not growing")
CONTROLS = {name for systems in SYSTEMS.values() for name in systems} - {*WITH_A}
TABLE = "table of order 3, threshold"  # that of the cells
UNTRAINED = "C untrained"  # A + C before C's first update


# ==== Sequences ===================================================================================
def lessons(rng, recipe, form):
    """C's training sequences: for each lesson a list of `Drawn`."""
    return [
        list(task.draw_lengths(rng, recipe.lengths, n, FORMS[form], most))
        for most, n, _ in recipe.lessons
    ]


def a_batches(rng, recipe, form):
    """The sequences that A, or a table, learns from: batches (T, B)."""
    _, _, batch, n = recipe.A
    return (
        d.tokens
        for d in task.draw_lengths(rng, recipe.lengths, n * batch, FORMS[form], batch=batch)
    )


def train_automatizer(rng, recipe, form, frozen=()):
    """A trained on the task's sequences, without W_hh when that is `frozen`; and its steps."""
    hidden, lr, _, n = recipe.A
    A = orthogonal_rnn(rng["A"], hidden, V)
    if "W_hh" in frozen:
        A.W_hh[...] = 0.0
    learning = learn_in_windows(A, a_batches(rng["A data"], recipe, form), WINDOW, lr, n, frozen)
    return A, sum(u.probs[..., 0].size for u in learning)


class Upper(NamedTuple):
    """What passes events up, and its multiply-adds: for its training and for a symbol read."""

    flags: callable
    trained: float = 0.0
    reads: float = 0.0


class Predictor(NamedTuple):
    """What stands in A's place: loss and mispredictions of tokens, and multiply-adds."""

    outputs: callable
    trained: float = 0.0
    reads: float = 0.0


def predictor(name, seed, recipe, form, cost):
    """A, A without W_hh, untrained, or a table of what A is trained on."""
    rng = streams_of(seed, recipe, form)
    if name.startswith("order"):
        order = int(name.split()[1])
        log_p = counted_frequencies(a_batches(rng["A data"], recipe, form), order, V)
        return Predictor(partial(table_outputs, log_p, order))
    if name == "A untrained":
        net, steps = orthogonal_rnn(rng["A"], recipe.A[0], V), 0
    else:
        frozen = ("W_hh",) if name == "A without W_hh" else ()
        net, steps = train_automatizer(rng, recipe, form, frozen)
    return Predictor(partial(net_outputs, net), steps * cost["A learns"], cost["A reads"])


def upper(system, seed, recipe, form, predictor_of):
    """What a system passes events up by; `predictor_of` makes a predictor of its name."""
    rng = streams_of(seed, recipe, form)
    if system.predictor == "everything":
        return Upper(everything)
    made = predictor_of("A" if system.predictor == "random" else system.predictor)
    probe = task.draw(rng["probe"], recipe.lengths[1], core.N_PROBE, FORMS[form])
    flags = gated(made.outputs, system.gate, probe)
    if system.predictor == "random":
        flags = partial(random_flags, flags, rng["random"])
    return Upper(flags, made.trained, made.reads)


def streams_of(seed, recipe, form):
    """Random numbers by name, the same for every system of a seed, form and range of lengths."""
    parts = ("A", "A data", "C", "C data", "batches", "probe", "random", "test", "last")
    return generators("decisive", seed, parts, FORMS[form], recipe.lengths[0])


# ==== C on what goes up ===========================================================================
def initial_chunker(rng, recipe, chunker):
    C = orthogonal_rnn(rng, recipe.C[0], V)
    if chunker == "no W_hh":
        C.W_hh[...] = 0.0
    return C


def train_chunker(C, streams, recipe, rng, chunker, part):
    """C's training: how many batches, and (indices of streams, steps taken) of each."""
    _, lr, batch = recipe.C
    plan = presentations(recipe, part)
    n_batches = sum(many // batch for _, many in plan)
    batches = list(index_batches(rng, plan, batch))
    steps = learn_streams(C, streams.symbols, batches, lr, n_batches, FROZEN[chunker])
    return n_batches, zip(batches, steps)


def one_system(system, up, seed, form, plan, cost, trained_on, asked, budget):
    """Train C on what goes up; tests on the way: (multiply-adds, choice).

    With a `budget` of multiply-adds C learns as long as that lasts. Returns C and the record.
    """
    recipe = plan.recipes[system.recipe]
    rng = streams_of(seed, recipe, form)
    test = passed_up(up.flags, asked.drawn)
    C = initial_chunker(rng["C"], recipe, system.chunker)
    k = float(np.mean([len(x) for x in test.symbols]))
    part = (
        1.0
        if budget is None
        else affordable(recipe, up, padded_steps(test.symbols, recipe.C[2]), cost, budget)
    )
    used = [n for n, _ in presentations(recipe, part)]
    streams = passed_up(up.flags, [d for n, of in zip(used, trained_on) for d in task.first(n, of)])
    n_batches, learning = train_chunker(C, streams, recipe, rng["batches"], system.chunker, part)
    n_tests = plan.n_tests_long if k > MANY else plan.n_tests
    test_at = set(np.linspace(0, n_batches, n_tests + 1).astype(int)[1:])
    right = choices(C, test, asked.targets, task.N_CHOICES)
    far = asked.distractors > 0
    before, tests, steps = (float(right.mean()), float(right[far].mean())), [], 0
    read = np.zeros(len(streams.T), bool)
    for n, (batch, taken) in enumerate(learning, 1):
        read[batch] = True
        steps += taken
        if n in test_at:
            right = choices(C, test, asked.targets, task.N_CHOICES)
            done = up.trained + up.reads * int(streams.T[read].sum()) + cost["C learns"] * steps
            tests.append((float(done), float(right.mean())))
    after = solved_after([choice >= SOLVED for _, choice in tests])
    return C, {
        "tests": tests,
        "multiply_adds": tests[after - 1][0] if after else None,
        "budget": tests[-1][0],
        "lessons_done": float(part),
        "before": before[0],
        "before_with_distractors": before[1],
        "choice": float(right.mean()),
        "with_distractors": float(right[far].mean()),
        "k": k,
        "target_flagged": float(test.target.mean()),
        **task.found_and_false(up.flags, asked.drawn),
    }


# ==== The study ===================================================================================
def one_run(arguments):
    """All systems on one form of the task, for one seed."""
    form, seed, plan, costs = arguments
    records = {}
    given = streams_of(seed, plan.recipes[form], form)
    asked = task.fresh(
        task.draw_lengths(given["test"], plan.given, plan.n_test, FORMS[form], batch=100),
        FORMS[form],
    )
    last = task.fresh(
        task.draw_lengths(given["last"], (plan.at_last,) * 2, plan.n_last, FORMS[form]), FORMS[form]
    )

    @functools.cache
    def trained(lengths, A, name):  # once for all systems
        recipe = next(r for r in plan.recipes.values() if (r.lengths, r.A) == (lengths, A))
        return predictor(name, seed, recipe, form, costs[recipe])

    @functools.cache
    def lessons_of(name):
        recipe = plan.recipes[name]
        return lessons(streams_of(seed, recipe, form)["C data"], recipe, form)

    with np.errstate(**core.DIVERGING):
        for name, system in SYSTEMS[form].items():
            recipe = plan.recipes[system.recipe]
            up = upper(system, seed, recipe, form, partial(trained, recipe.lengths, recipe.A))
            budget = records["A + C"]["budget"] if name in CONTROLS else None
            cost, data = costs[recipe], lessons_of(system.recipe)
            C, records[name] = one_system(system, up, seed, form, plan, cost, data, asked, budget)
            if name in ("A + C", "A + C, chosen"):
                right = choices(C, passed_up(up.flags, last.drawn), last.targets, task.N_CHOICES)
                records[name]["at_last"] = float(right.mean())
    alone = asked.distractors == 0
    return {
        "form": form,
        "seed": seed,
        "last_event_alone": float(np.where(alone, 1.0, 1 / task.N_CHOICES).mean()),
        "systems": records,
    }


def costs_of(recipe):
    """Multiply-adds for a step."""
    (hidden, _, batch, _), (c_hidden, _, c_batch) = recipe.A, recipe.C
    return multiply_adds((hidden, batch), (c_hidden, c_batch), WINDOW, V)


def alike(curves):
    """As many tests of each seed as the one with the fewest has, spread evenly: (seeds, n, 2)."""
    n = min(map(len, curves))
    return np.array([c[np.linspace(0, len(c) - 1, n).round().astype(int)] for c in curves])


def summary(runs):
    """Of one system, over its seeds."""
    numbers = ("choice", "with_distractors", "before",
               "before_with_distractors", "k", "target_flagged", "events_found",
               "false_at_first", "false_later", "lessons_done", "budget")  # fmt: skip
    took = [run["multiply_adds"] for run in runs]
    curves = alike([np.array(run["tests"]) for run in runs])
    result = {
        **{name: mean([run[name] for run in runs]) for name in numbers},
        "solved": proportion([m is not None for m in took]),
        "multiply_adds": took,
        "curve": {
            "multiply_adds": np.median(curves[..., 0], axis=0).tolist(),
            **{
                name: of(curves[..., 1], axis=0).tolist()
                for name, of in (("median", np.median), ("least", np.min), ("most", np.max))
            },
        },
        "choice_of_seeds": [run["choice"] for run in runs],
    }
    if "at_last" in runs[0]:
        at_last = [run["at_last"] for run in runs]
        result["at_last"] = mean(at_last)
        result["solved_at_last"] = proportion([choice >= SOLVED for choice in at_last])
    return result


def cells_of(systems):
    """Those of the table of systems and tasks."""
    rows = {key("A + C"): "A + C", key("A + C", "chosen"): "A + C, chosen", key("table + C"): TABLE}
    return {
        row: cell(systems[name]["multiply_adds"], systems[name]["budget"]["mean"])
        for row, name in rows.items()
    }


def compute(plan, jobs):
    seeds = range(FIRST_SEED, FIRST_SEED + plan.n_seeds)
    costs = {recipe: costs_of(recipe) for recipe in plan.recipes.values()}
    tasks = [(form, seed, plan, costs) for form in FORMS for seed in seeds]
    runs = parallel_map(one_run, tasks, jobs, "decisive")
    forms = {}
    for form in FORMS:
        of = [run for run in runs if run["form"] == form]
        systems = {
            name: summary([run["systems"][name] for run in of]) for name in SYSTEMS[form]
        }  # fmt: skip
        forms[form] = {
            "last_event_alone": mean([run["last_event_alone"] for run in of]),
            "systems": systems,
        }
    return {
        "seeds": plan.n_seeds,
        "lengths": list(plan.given),
        "chosen": {form: list(plan.recipes[f"{form}, chosen"].lengths) for form in FORMS},
        "n_test": plan.n_test,
        "at_last": plan.at_last,
        "n_last": plan.n_last,
        "multiply_adds": {name: costs[recipe] for name, recipe in plan.recipes.items()},
        "forms": forms,
        "cells": {form: cells_of(forms[form]["systems"]) for form in FORMS},
    }


# ==== Tables and sentences ========================================================================
FORM_NAMES = {"first": "the trigger again", "second": "parity of two"}


def at_median(result):
    """Median of the multiply-adds until solved, of the seeds that are."""
    took = [m for m in result["multiply_adds"] if m is not None]
    return float(np.median(took)) if took else None


def rows_of(form):
    """A row for each system of a form."""
    header = (
        FORM_NAMES["first"] if "A untrained" in form["systems"] else FORM_NAMES["second"],
        "events up", "targets that go up", "choice (95% interval)", "with a distractor",
        "seeds solved", "multiply-adds until solved, million", "budget, million",
        "seeds solved at long T",
    )  # fmt: skip
    rows = []
    for name, s in form["systems"].items():
        took = at_median(s)
        rows.append((
            name, f"{s['k']['mean']:,.1f}", f"{s['target_flagged']['mean']:.0%}",
            percent(s["choice"]), f"{s['with_distractors']['mean']:.1%}", counted(s["solved"]),
            f"{took / 1e6:,.0f}" if took else "-", f"{s['budget']['mean'] / 1e6:,.0f}",
            counted(s["solved_at_last"]) if "solved_at_last" in s else "-",
        ))  # fmt: skip
        if name == "A + C":
            rows.append((
                UNTRAINED, rows[-1][1], rows[-1][2], percent(s["before"]),
                f"{s['before_with_distractors']['mean']:.1%}", "-", "-", "-", "-",
            ))  # fmt: skip
    return header, rows


def table(results):
    """First form."""
    return rows_of(results["forms"]["first"])


def second(results):
    """Second form."""
    return rows_of(results["forms"]["second"])


def answer(results):
    """The finding in one sentence."""
    one, two = (results["forms"][form]["systems"] for form in FORMS)
    simple = [one[f"table of order {n}, mispredicted"]["choice"]["mean"] for n in (0, 1)]
    alone = results["forms"]["first"]["last_event_alone"]["mean"]
    tables = {n: [f"table of order {n}, {gate}" for gate in GATES] for n in (2, 3)}
    best = [
        f"{n} on {counted(max((one[name]['solved'] for name in names), key=lambda p: p['k']))}"
        for n, names in tables.items()
    ]
    without, still = one["no W_hh in C"], two["A + C, not growing"]["solved"]
    return (
        f"A + C solve it on {counted(one['A + C']['solved'])} seeds, a table in A's place with C "
        f"of order {' and of order '.join(best)}; tables of order 0 and 1 choose right "
        f"{simple[0]:.0%} and {simple[1]:.0%} of the time (chance 50%), C without W_hh "
        f"{without['choice']['mean']:.0%} (the last event alone gives {alone:.0%}); parity of two "
        f"triggers {counted(two['A + C']['solved'])} when the number of distractors grows in "
        f"training, else {counted(still)} (what counting triples does: `counted`)."
    )


def seen(results):
    """What the tables do not say."""
    one, two = (results["forms"][form] for form in FORMS)
    A, growing = one["systems"]["A + C"], two["systems"]["A + C, not growing"]["choice"]
    low, high = results["lengths"]
    gates = [
        f"{name} form {counted(form['systems']['A + C, mispredicted']['solved'])}"
        for name, form in results["forms"].items()
    ]
    chosen = [f"{a} to {b} ({form} form)" for form, (a, b) in results["chosen"].items()]
    echo = [
        f"{name} {s['false_later']['mean']:,.1f}"
        for name, s in one["systems"].items()
        if name.startswith("table")
    ]
    return (
        f"- {results['seeds']} seeds. T = {low:,} to {high:,}; choice on {results['n_test']:,} "
        f"sequences. The last column is T = {results['at_last']:,}, {results['n_last']} sequences, "
        "with the same nets, not trained further.\n"
        f"- Solved: choice at least {SOLVED:.0%} at a test and at all later ones.\n"
        "- Chance is 50%. A target that does not go up is a wrong choice.\n"
        "- Where there is no distractor the last event alone is the trigger. In the first form it "
        f"gives {one['last_event_alone']['mean']:.1%}; so C without W_hh is to be read where there "
        "is a distractor.\n"
        f"- A passes up {A['events_found']['mean']:.2%} of the events and, beside the first "
        f"symbol, {A['false_at_first']['mean'] - 1:.2f} symbols a sequence among the first three "
        f"and {A['false_later']['mean']:.3f} later.\n"
        f"- A + C with lengths chosen learn from T = {' and '.join(chosen)}.\n"
        "- Where the name says nothing else, what costs A more than the threshold goes up. With "
        f"what it mispredicts, solved: {'; '.join(gates)}. What comes before A can know the phase "
        "then goes up too.\n"
        "- Symbols a sequence that go up after the third step and are no events: "
        f"{'; '.join(echo)}. Tables that look back see an event in their context at the next "
        "steps.\n"
        "- Tables read without multiply-adds, so that their C learns more often from more "
        "sequences, with the settings that did best of those tried.\n"
        f"- Second form without growth: choice {percent(growing)}."
    )


# ==== Figure ======================================================================================
LINES = {  # colour, style
    "A + C": (CHUNKER, "-"), "A + C, chosen": (AUTOMATIZER, "-"),
    "A + C, not growing": (AUTOMATIZER, "--"), TABLE: (BASELINE, "-"),
    "table of order 2, threshold": (BASELINE, "--"),
    "table of order 1, mispredicted": (BASELINE, ":"), "everything goes up": (FAINT, ":"),
    "no W_hh in C": (FAINT, "-"),
}  # fmt: skip


def curves(ax, systems):
    """Choice against multiply-adds: median of the seeds, and their range."""
    for name, (colour, style) in LINES.items():
        if name in systems:
            c = systems[name]["curve"]
            x = np.array(c["multiply_adds"]) / 1e9
            ax.plot(x, c["median"], color=colour, ls=style, lw=2, label=name)
            if name in WITH_A:
                ax.fill_between(x, c["least"], c["most"], color=colour, alpha=0.15, lw=0)
    ax.set(xscale="log", ylim=(0.3, 1.03), xlabel="multiply-adds of training, 1e9")


def figures(results):
    one, two = (results["forms"][form]["systems"] for form in FORMS)
    found = [f"{counted(of['A + C']['solved'])} seeds" for of in (one, two)]
    title = f"A + C solve the first form on {found[0]}, the second on {found[1]}"
    figure = new_figure(title, height=4.6)
    for ax, (form, name) in zip(figure.subplots(1, 2, sharey=True), FORM_NAMES.items()):
        curves(ax, results["forms"][form]["systems"])
        ax.set_title(f"{form} form: {name}")
    figure.axes[0].set_ylabel("choice")
    handles = {}
    for ax in figure.axes:
        for handle, label in zip(*ax.get_legend_handles_labels()):
            handles[label] = handle
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=4)
    return {"decisive.png": figure, "decisive_systems.png": bars(results)}


def bars(results):
    """Choice of each system at the end, each seed a dot."""
    figure = new_figure("Choice at the end of training, each dot a seed; chance is 50%", height=6)
    for ax, (form, name) in zip(figure.subplots(1, 2), FORM_NAMES.items()):
        systems = results["forms"][form]["systems"]
        for row, s in enumerate(systems.values()):
            every = s["choice_of_seeds"]
            at = row + np.linspace(-0.25, 0.25, len(every))
            ax.scatter(every, at, s=12, color=[CHUNKER if c >= SOLVED else FAINT for c in every])
        ax.set_yticks(range(len(systems)), list(systems))
        ax.invert_yaxis()
        ax.axvline(0.5, color="black", lw=1, ls=":")
        ax.set(xlim=(0.2, 1.03), xlabel="choice")
        ax.set_title(f"{form} form: {name}", fontsize="medium")
    return figure
