"""What does one net make of the decisive task, and at what price?

    python3 -m studies rivals

The task is that of `lab/decisive.py`: events made of the filler's own symbols, asked at
T = 1,000 to 1,400, in two forms (the trigger; whether two triggers were the same). Each
system is one net that reads every symbol:

    plain RNN   tanh units, full backpropagation through time (BPTT), Adam, clipped
    LSTM        the same training
    collapsed   a net of A's kind that predicts the next symbol and C's state, taught by a
                C that read A's mispredictions; it answers alone, by C's read-out of the
                state that it predicts

with lengths as given (T drawn for each batch from 1,000 to 1,400) and, but for the
collapsed net, with lengths chosen: T is drawn up to a longest that grows while at least
95% of the last 100 batches' choices are right (`lab/lessons.py`). In the second form the
number of distractors grows so where lengths are given; where they are chosen, one trigger
comes before two. The rate falls linearly to 0 over the budget: so a run is at its best
late, and what it took until solved is no least cost. The budget is the same number of
multiply-adds for every system, all its nets together, forward and backward.

Solved means: the choice (chance 50%) is right in at least 99% of fresh sequences at a test
and at every later one. A test stops early where more than 1% are wrong already: its point
of the curve stands on fewer sequences. Settings were chosen on seeds 0 and 1, as listed at
`SETTINGS`; the results are of other seeds.

Controls: a linear read-out, by least squares, of how often each symbol, pair or triple
of symbols stood in the sequence, and of the last pair before the target.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import cells, collapsed, decisive, single
from studies.lab.counting import counting
from studies.lab.decisive import MOST_DISTRACTORS, N_CHOICES
from studies.lab.events import mispredicted, observe, passed
from studies.lab.intervals import counted, mean, proportion
from studies.lab.lessons import Lessons, draw_many
from studies.lab.lstm import init_lstm
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.streams import orthogonal_rnn
from studies.lab.training import identity_rnn, solved_after
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: dict  # of each system
    budget: float  # multiply-adds of one run
    n_tests: int
    n_eval: int  # sequences of a test
    block: int  # of them read at once
    asked_at: tuple  # T of the tests: the first and the last
    at_last: int  # T at which a net that is right at the end is asked once more
    n_last: int
    linear: int  # sequences that a linear read-out learns from


SLOW = {"plain RNN, given": 10, "LSTM, given": 5, "LSTM, chosen": 10, "collapsed, given": 5}
FULL = Plan(
    n_seeds=SLOW | {"plain RNN, chosen": 20, "linear": 20}, budget=24e9, n_tests=12, n_eval=1000,
    block=100, asked_at=decisive.GIVEN, at_last=120_000, n_last=40, linear=4000,
)  # fmt: skip
QUICK = Plan(
    n_seeds=dict.fromkeys(FULL.n_seeds, 2), budget=8e6, n_tests=2, n_eval=20, block=10,
    asked_at=(100, 140), at_last=200, n_last=4, linear=300,
)  # fmt: skip
FIRST_SEED, RIGHT = 100, 0.99
FORMS = {"first": 1, "second": 2}  # and their numbers of triggers
V = decisive.V


class Setting(NamedTuple):
    """How one net is trained."""

    kind: str  # of `single.KINDS`
    hidden: int
    start: object  # of W_hh: "identity", "orthogonal"; of an LSTM the bias of its forget gates
    rate: float
    share: float  # of the loss, that of the recall step
    batch: int
    clip: float
    longest: int = 0  # symbols, to which lengths chosen grow


PARTS = ("init", "data", "test", "last")
PLAIN, LSTM = "plain RNN", "LSTM"
SETTINGS = {  # for both forms
    "plain RNN, given": Setting(PLAIN, 32, "orthogonal", 0.003, 0.1, 8, 0.1),
    "plain RNN, chosen": Setting(PLAIN, 32, "orthogonal", 0.003, 0.1, 16, 0.1, 200),
    "LSTM, given": Setting(LSTM, 16, 1.0, 0.01, 0.1, 8, 1.0),
    "LSTM, chosen": Setting(LSTM, 16, 1.0, 0.01, 0.1, 8, 1.0, 400),
}
TRIED = {  # on seeds 0 and 1, or 0 alone, with 20 to 30 G multiply-adds
    "plain RNN, given": (
        "16 and 32 units, W_hh orthogonal or the identity, rates 0.003 to 0.01, a share of 0.02, "
        "0.1 or 0.5 of the loss on the recall step, batches of 4 and 8"
    ),
    "plain RNN, chosen": (
        "16 and 32 units, W_hh orthogonal or the identity, rates 0.001 to 0.005, shares 0.02 to "
        "0.5, annealed, or after 1,000 updates without, T fixed to 40 to 100 or growing to 150, "
        "200, 300, 400 or 1,400, batches of 8, 16 and 32, rates that fall or do not"
    ),
    "LSTM, given": "forget bias 1 and 5, rates 0.01 and 0.02, shares 0.1 to 0.5, batches 2 and 8",
    "LSTM, chosen": (
        "16 and 32 units, forget bias 1 and 5, rates 0.005 to 0.02, shares 0.1 to 0.5, T fixed to "
        "40 to 100 or growing to 400 or 1,400, batches of 8, 16 and 32, rates that fall or do not"
    ),
    "collapsed, given": (
        "A with rates 0.002 to 0.01, C with and without replays; the net with rates 0.002 to "
        "0.01, windows 20 and 40, 32 or 48 units, from A or anew, goals weighed 1 to 30, T also "
        "60 to 300"
    ),
}


# ==== One net =====================================================================================
def initial(setting, rng):
    """The net of a setting, untrained."""
    if setting.kind == "LSTM":
        return init_lstm(rng, setting.hidden, forget_bias=setting.start, n_in=V, n_out=V)
    make = {"identity": identity_rnn, "orthogonal": orthogonal_rnn}[setting.start]
    return make(rng, setting.hidden, V)


def weight_of_steps(share, T, n_updates):
    """Weights of the loss of x_1 .. x_{T-1}, (T - 1, 1): `share` on the last, the rest on all."""
    weight = np.full((T - 1, 1), (1 - share) / max(1, T - 2))
    weight[-1] = share
    return weight


def learning(net, setting, batches, rate):
    """Training of a net by a setting; `rate`, an array of one number, is read at each update."""
    weight_of = partial(weight_of_steps, setting.share)
    return single.learning(net, batches, rate, weight_of, setting.clip)


def chosen_right(outputs, targets):
    """Is the more probable of 4 and 5 the right one? (N,) from outputs (N, n_out)."""
    return outputs[:, :N_CHOICES].argmax(axis=1) == targets


def last_outputs(net, tokens):
    """What a net makes of the target of sequences (T, N): (N, n_out)."""
    *_, (_, _, outputs) = single.predictions(net, tokens)
    return outputs[-1]


def fresh_tests(rng, plan, n_triggers):
    """The sequences of all tests of a run, in blocks (T, N) of one length each."""
    low, high = plan.asked_at
    lengths = rng.integers(low, high + 1, plan.n_eval // plan.block)
    return [decisive.draw(rng, int(T), plan.block, n_triggers) for T in lengths]


def tested(choose, blocks, to_the_end=False):
    """Choice accuracy, and whether it is at least `RIGHT`; stops when it cannot be any more.

    `choose` gives for a block, (T, N), which of its choices are right, (N,).
    """
    most_wrong = round((1 - RIGHT) * sum(block.shape[1] for block in blocks))
    right = np.empty(0, bool)
    for block in blocks:
        right = np.append(right, choose(block))
        if (~right).sum() > most_wrong and not to_the_end:
            break
    return {"choice": float(right.mean()), "solved": bool((~right).sum() <= most_wrong)}


def multiply_adds_of(net_of, learning_of, T=100, batch=8, n=3):
    """Per sequence-step of training, counted in the code that runs, over n batches."""
    tokens = decisive.draw(np.random.default_rng(0), T, batch)
    with counting(movement=False) as meter:
        net = net_of()
        before = total(meter)
        for _ in learning_of(net, [tokens] * n):
            pass
        return (total(meter) - before) / (n * (T - 1) * batch)


def total(meter):
    return sum(sums["multiply_adds"] for sums in meter.counts.values())


def per_step(setting):
    """Multiply-adds per sequence-step of a setting."""
    return multiply_adds_of(
        lambda: initial(setting, np.random.default_rng(0)),
        lambda net, batches: learning(net, setting, batches, setting.rate),
        batch=setting.batch,
    )


def trained_in_parts(spend, tests_at, test):
    """Tests of a training that is cut into parts; what was spent comes first in each.

    `spend` trains until so many multiply-adds are used up and returns how many it was; a
    training that diverged is not solved.
    """
    tests = []
    for at in tests_at:
        try:
            spent = spend(at)
        except core.Diverged:
            return [*tests, {"multiply_adds": at, "choice": 0.5, "solved": False}]
        tests.append({"multiply_adds": spent, **test(at == tests_at[-1])})
    return tests


def tested_at(plan):
    """After how many multiply-adds a run is tested."""
    return [plan.budget * n / plan.n_tests for n in range(1, plan.n_tests + 1)]


def single_net(system, lengths, form, seed, plan):
    """Train one net, and test it on its way."""
    setting, n_triggers = SETTINGS[cells.key(system, lengths)], FORMS[form]
    which = n_triggers, single.KINDS.index(system), int(lengths == "chosen")
    rng = generators("rivals", seed, PARTS, *which)
    net, rate = initial(setting, rng["init"]), np.array(setting.rate)
    given = plan.asked_at if lengths == "given" else None
    lessons = Lessons(rng["data"], setting.batch, n_triggers, given, setting.longest)
    updates = learning(net, setting, iter(lessons), rate)
    per, spent = per_step(setting), 0.0

    def spend(until):
        nonlocal spent
        while spent < until:
            rate[...] = setting.rate * (1 - spent / plan.budget)
            u = next(updates)
            lessons.note(chosen_right(u.probs[-1], u.tokens[-1]).mean())
            spent += per * u.tokens[1:].size
        return spent

    def choose(tokens):
        return chosen_right(last_outputs(net, tokens), tokens[-1])

    blocks = fresh_tests(rng["test"], plan, n_triggers)
    tests = trained_in_parts(spend, tested_at(plan), partial(tested, choose, blocks))
    grown = {
        "longest": int(lessons.longest),
        "distractors": lessons.most,
        "triggers": lessons.triggers,
    }
    return {"seed": seed, **finished(tests, choose, rng["last"], n_triggers, plan), **grown}


def finished(tests, choose, rng, n_triggers, plan):
    """What a run leaves behind; a net that is right at the end is asked at the longest T too."""
    solved, last = solved_after([test["solved"] for test in tests]), None
    if solved:
        last = float(choose(decisive.draw(rng, plan.at_last, plan.n_last, n_triggers)).mean())
    return {
        "multiply_adds": solved and tests[solved - 1]["multiply_adds"],
        "choice": tests[-1]["choice"],
        "at_last": last,
        "tests": [{key: test[key] for key in ("multiply_adds", "choice")} for test in tests],
    }


# ==== The collapsed net ===========================================================================
WINDOW, A_HIDDEN, C_HIDDEN = 20, 32, 16
COLLAPSED = Setting("plain RNN", A_HIDDEN, "orthogonal", 0.002, 0.5, 8, 1.0)
A_RATE, C_RATE, REPLAYS = 0.01, 0.005, 8
SHARES = {"first": (0.1, 0.2), "second": (0.1, 0.5)}  # of the budget: to A, to C; the rest teaches
N = core.VOCAB  # `lab.collapsed` has this alphabet: two symbols of it never come


def goes_up(A, tokens):
    """Mask (T, B) of what C reads: the first symbol and what A mispredicts."""
    return passed(mispredicted, observe(A, tokens))


def learning_events(C, A, lessons, rng, rate):
    """Train C on what A mispredicts: yields of each fresh sequence if C was right, and its events.

    After each fresh one C learns from others among those it has met.
    """
    met, fresh = [], True

    def streams():
        nonlocal fresh
        for tokens in lessons:
            for x, up in zip(tokens.T, goes_up(A, tokens).T):
                met.append(x[up][:, None])
                flagged.append(bool(up[-1]))
                for fresh in (True, *[False] * REPLAYS):
                    yield met[-1] if fresh else met[rng.integers(len(met))]

    flagged = []
    weight_of = partial(weight_of_steps, 0.5)
    for u in single.learning(C, streams(), rate, weight_of, COLLAPSED.clip):
        if fresh:
            right = flagged[-1] and bool(chosen_right(u.probs[-1], u.tokens[-1]).all())
            yield right, (REPLAYS + 1) * len(u.probs)


def with_states(rng, A, n_state):
    """A net of A's weights with outputs for C's state besides."""
    net = core.zero_rnn(len(A.b_h), N, N + n_state)
    for ours, theirs in zip(net[1:4], A[1:4]):
        ours[...] = theirs
    net.W_hy[:, :N], net.b_y[:N] = A.W_hy, A.b_y
    net.W_hy[:, N:] = rng.normal(0, core.AUTO_STD, (len(A.b_h), n_state))
    return net


def costs_of_collapse(T=100, batch=8):
    """Multiply-adds: of A's training and reading and the net's training per step, C's per event."""
    tokens = decisive.draw(np.random.default_rng(0), T, batch)
    mask = np.zeros(tokens.shape, bool)
    mask[[0, 12, 24]] = True
    with counting(movement=False) as meter:
        rng = np.random.default_rng(0)
        A, C = orthogonal_rnn(rng, A_HIDDEN, N), core.init_rnn(rng, C_HIDDEN, 0.25, N, N)
        net, found = with_states(rng, A, C_HIDDEN), [total(meter)]
        learnings = (
            collapsed.learning(A, [tokens], WINDOW),
            core.predictions(A, tokens),
            collapsed.learning(net, [tokens], WINDOW, lambda x: collapsed.state_goals(C, x, mask)),
            single.learning(C, [tokens[:, :1]], C_RATE, partial(weight_of_steps, 0.5)),
        )
        for run in learnings:
            for _ in run:
                pass
            found.append(total(meter))
        each = np.diff(found) / ((T - 1) * np.array([batch, batch, batch, 1]))
    return dict(zip(("A", "reading", "net", "event"), each.tolist()))


def collapsed_net(form, seed, plan):
    """A, then C on what A mispredicts, then a net that is taught C's state; and its tests."""
    n_triggers, cost = FORMS[form], costs_of_collapse()
    rng = generators("rivals", seed, PARTS, n_triggers, len(single.KINDS))
    to_a, to_c = (plan.budget * share for share in SHARES[form])
    A, rate, spent = orthogonal_rnn(rng["init"], A_HIDDEN, N), np.array(A_RATE), 0.0
    lessons = Lessons(rng["data"], COLLAPSED.batch, n_triggers, plan.asked_at)
    for u in collapsed.learning(A, iter(lessons), WINDOW, lr=rate):
        spent += cost["A"] * u.tokens[1:].size
        rate[...] = A_RATE * (1 - spent / to_a)
        if spent >= to_a:
            break
    C, rate = orthogonal_rnn(rng["init"], C_HIDDEN, N), np.array(C_RATE)
    n_right, reading, before = [], cost["reading"] * np.mean(plan.asked_at), spent
    for right, n in learning_events(C, A, lessons, rng["data"], rate):
        n_right.append(right)
        lessons.note(right)
        spent += reading + cost["event"] * n
        rate[...] = C_RATE * max(0.0, 1 - (spent - before) / to_c)
        if spent >= before + to_c:
            break
    net, rate = with_states(rng["init"], A, C_HIDDEN), np.array(COLLAPSED.rate)
    start, lessons.most = spent, MOST_DISTRACTORS
    updates = collapsed.learning(
        net, iter(lessons), WINDOW,
        lambda tokens: collapsed.state_goals(C, tokens, goes_up(A, tokens)), rate,
    )  # fmt: skip

    def spend(until):
        nonlocal spent
        while spent < until:
            rate[...] = COLLAPSED.rate * (plan.budget - spent) / (plan.budget - start)
            spent += (cost["net"] + cost["reading"]) * next(updates).tokens[1:].size
        return spent

    def choose(tokens):
        state = collapsed.state_predicted(last_outputs(net, tokens))
        return chosen_right(core.read_out(C, state), tokens[-1])

    def own(tokens):
        return chosen_right(last_outputs(net, tokens), tokens[-1])

    blocks = fresh_tests(rng["test"], plan, n_triggers)
    at = [at for at in tested_at(plan) if at > start] or [start]
    tests = trained_in_parts(spend, at, partial(tested, choose, blocks))
    return {
        "seed": seed,
        **finished(tests, choose, rng["last"], n_triggers, plan),
        "own_choice": tested(own, blocks, True)["choice"],
        "choice_of_c": float(np.mean(n_right[-500:])),
    }


# ==== Control: a linear read-out of how often symbols, pairs or triples stood =====================
ORDERS = {"symbols": 1, "pairs": 2, "triples": 3}
RIDGE = 1.0


def linear_readout(form, seed, plan):
    """Choice accuracy of least squares on counts, by what is counted."""
    n_triggers = FORMS[form]
    rng = generators("rivals", seed, PARTS, n_triggers, len(single.KINDS) + 1)
    lengths = rng["data"].integers(plan.asked_at[0], plan.asked_at[1] + 1, plan.linear // 20)
    learnt = [draw_many(rng["data"], int(T), 20, n_triggers, MOST_DISTRACTORS) for T in lengths]
    targets = np.concatenate([tokens[-1] for tokens in learnt])
    blocks, found = fresh_tests(rng["test"], plan, n_triggers), {}
    for name, order in ORDERS.items():
        X = np.vstack([decisive.counts(tokens, order) for tokens in learnt])
        w = np.linalg.solve(X.T @ X + RIDGE * np.eye(X.shape[1]), X.T @ (2.0 * targets - 1))
        right = [(decisive.counts(x, order) @ w > 0) == (x[-1] == 1) for x in blocks]
        found[name] = float(np.concatenate(right).mean())
    return {"seed": seed, **found}


# ==== The study ===================================================================================
COLUMNS = (*SETTINGS, "collapsed, given")


@np.errstate(**core.DIVERGING)
def one_run(arguments):
    """One system, one form of the task, one seed."""
    name, form, seed, plan = arguments
    if name == "linear":
        return linear_readout(form, seed, plan)
    system, lengths = name.split(", ")
    if system == "collapsed":
        return collapsed_net(form, seed, plan)
    return single_net(system, lengths, form, seed, plan)


def summary(runs):
    """Of one system on one form."""
    last = [run["at_last"] >= RIGHT for run in runs if run["at_last"] is not None]
    return {
        "solved": proportion([run["multiply_adds"] is not None for run in runs]),
        "choice": mean([run["choice"] for run in runs]),
        "right_at_last": proportion(last) if last else None,
        "curve": curve(runs),
        "runs": runs,
    }


def curve(runs):
    """Mean choice accuracy of all seeds after each share of the budget that all were tested at."""
    n = min(len(run["tests"]) for run in runs)
    tests = [run["tests"][-n:] for run in runs]
    return {
        "multiply_adds": np.mean([[t["multiply_adds"] for t in of] for of in tests], 0).tolist(),
        "choice": np.mean([[t["choice"] for t in of] for of in tests], 0).tolist(),
    }


def compute(plan, jobs):
    names = (*COLUMNS, "linear")
    seeds = {name: range(FIRST_SEED, FIRST_SEED + plan.n_seeds[name]) for name in names}
    tasks = [(name, form, seed, plan) for form in FORMS for name in names for seed in seeds[name]]
    done = iter(parallel_map(one_run, tasks, jobs, "rivals"))
    forms, linear, in_cells = {}, {}, {}
    for form in FORMS:
        of = {name: [next(done) for _ in seeds[name]] for name in names}
        linear[form] = {kind: mean([run[kind] for run in of["linear"]]) for kind in ORDERS}
        forms[form] = {name: summary(of[name]) for name in COLUMNS}
        in_cells[form] = {
            name: cells.cell([run["multiply_adds"] for run in of[name]], plan.budget)
            for name in COLUMNS
        }
    return {
        "asked_at": list(plan.asked_at),
        "at_last": plan.at_last,
        "n_last": plan.n_last,
        "n_eval": plan.n_eval,
        "budget": plan.budget,
        "linear_sequences": plan.linear,
        "settings": {name: setting._asdict() for name, setting in SETTINGS.items()},
        "tried": TRIED,
        "forms": forms,
        "linear": linear,
        "cells": in_cells,
    }


# ==== Tables and sentences ========================================================================
def solved_by(results, form):
    """What each system solved, as words."""
    return ", ".join(
        f"{name.replace(',', ', lengths')} {counted(cell['solved'])}"
        for name, cell in results["cells"][form].items()
    )


def answer(results):
    """The finding in one sentence."""
    return (
        f"Seeds solved within {results['budget'] / 1e9:g} thousand million multiply-adds, first "
        f"form: {solved_by(results, 'first')}; second form: {solved_by(results, 'second')}; a "
        "linear read-out of counted triples of symbols chooses right in "
        f"{results['linear']['first']['triples']['mean']:.1%} and "
        f"{results['linear']['second']['triples']['mean']:.1%}."
    )


def table(results):
    """Each system on both forms."""
    header = ("one net, lengths of training",)
    for form in FORMS:
        header += (
            f"{form} form: seeds solved (95% interval)", "multiply-adds until then",
            "choice at the end (chance 50%)", f"right at T = {results['at_last']:,}",
        )  # fmt: skip
    rows = []
    for name in COLUMNS:
        row = (name,)
        for form, of in results["forms"].items():
            s, took = of[name], results["cells"][form][name]["multiply_adds"]
            low, high = s["solved"]["interval"]
            row += (
                f"{counted(s['solved'])} ({low:.0%} to {high:.0%})",
                f"{took / 1e9:.1f} G" if took else "-", f"{s['choice']['mean']:.1%}",
                counted(s["right_at_last"]) if s["right_at_last"] else "-",
            )  # fmt: skip
        rows.append(row)
    return header, rows


def seen(results):
    """What the table does not say."""
    low, high = results["asked_at"]
    lines = [
        f"{results['n_eval']:,} fresh sequences of T = {low:,} to {high:,} at the end. "
        f"Solved: at least {RIGHT:.0%} right at a test and at all later ones, within "
        f"{results['budget'] / 1e9:g} G multiply-adds (1 G is a thousand million).",
        f"At T = {results['at_last']:,} the nets that were solved read {results['n_last']} "
        f"sequences each, without more training; right means at least {RIGHT:.0%} of them.",
    ]
    lines += [f"Settings tried, {name}: {what}." for name, what in results["tried"].items()]
    for form in FORMS:
        shares = [f"{kind} {m['mean']:.1%}" for kind, m in results["linear"][form].items()]
        lines.append(
            f"A linear read-out of counts, least squares on {results['linear_sequences']:,} "
            f"sequences, {form} form: {', '.join(shares)}."
        )
        runs = results["forms"][form]["collapsed, given"]["runs"]
        own, c = (np.mean([run[key] for run in runs]) for key in ("own_choice", "choice_of_c"))
        lines.append(
            f"The collapsed net, {form} form: by its own softmax {own:.1%}; its teacher C had "
            f"{c:.1%} of its last sequences right."
        )
    return "\n".join(f"- {line}" for line in lines)


# ==== Figure ======================================================================================
LINES = {
    "plain RNN, given": (BASELINE, "--"), "plain RNN, chosen": (BASELINE, "-"),
    "LSTM, given": (FAINT, "--"), "LSTM, chosen": (FAINT, "-"),
    "collapsed, given": (AUTOMATIZER, "-"),
}  # fmt: skip


def figures(results):
    low, high = results["asked_at"]
    first, second = (
        " and ".join(f"{k} {counted(c['solved'])}" for k, c in of.items() if "chosen" in k)
        for of in results["cells"].values()
    )
    figure = new_figure(
        f"One net on the decisive task, asked at T = {low:,} to {high:,}: seeds solved, lengths "
        f"chosen,\nfirst form {first}; second form {second}".replace(", chosen", ""),
        height=4.8,
    )
    axes = figure.subplots(1, 2, sharey=True)
    for ax, (form, of) in zip(axes, results["forms"].items()):
        for name, (colour, style) in LINES.items():
            line = of[name]["curve"]
            x = np.array(line["multiply_adds"]) / 1e9
            ax.plot(x, line["choice"], color=colour, ls=style, lw=2.2, label=name)
        ax.axhline(RIGHT, color="black", lw=1, ls=":")
        ax.set(ylim=(0.42, 1.03), xlabel="multiply-adds of training, thousand million")
        ax.set_title(f"{form} form: choice accuracy, mean over seeds")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return {"rivals.png": figure}
