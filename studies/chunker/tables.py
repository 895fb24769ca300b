"""Does a table of frequencies do as well as a net, at each level and under each gate?

    python3 -m studies tables

Tables of single symbols, of pairs and of triples (what follows no, one or two symbols) take
A's place, on the very sequences that the nets had:

    hierarchy   at every level a table, learnt from what the level reads; what goes up is
                what is mispredicted, or what exceeds the midpoint between the median losses
                of the level's own symbols and of those from above, in 20 labelled sequences
    gates       the gates of `gate` that take a loss alone, at its levels of noise

Above them is the headline's C. The numbers of the nets are those that `hierarchy` and `gate`
found. Where much goes up C learns from fewer sequences: `MOST_EVENTS` in all.

And parts removed: the recurrent weights W_hh of A (of every level), of C, of both held at
zero, in the headline and in the hierarchy.

No setting was chosen here: all are those of `hierarchy`, `gate` and the headline.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import catalogue, events, nested
from studies.lab.gates import best_split, mixture, otsu
from studies.lab.intervals import counted, mean, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.tables import (
    Table,
    contexts,
    counted_frequencies,
    fit_table,
    net_loss,
    table_losses,
    table_mispredicted,
    without_recurrence,
)
from studies.lab.tasks import LEVELS, noisy
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    """Sizes of a run; dicts go by the depth."""

    n_seeds: dict  # of tables in the hierarchy
    n_fresh: dict  # sequences
    n_training: int  # sequences
    n_updates: int  # of each level, where it is a net
    n_chunk_updates: int
    n_parts: dict  # seeds of the parts removed; depth 0 is the headline
    T: int
    levels: tuple  # of noise
    n_gate_seeds: int
    auto_epochs: int
    chunk_epochs: int
    n_eval: int


FULL = Plan(
    n_seeds={2: 10, 3: 10, 4: 10}, n_fresh={2: 1100, 3: 440, 4: 110}, n_training=64,
    n_updates=5000, n_chunk_updates=3200, n_parts={0: 10, 2: 10, 3: 4}, T=core.Config.T,
    levels=LEVELS, n_gate_seeds=8, auto_epochs=core.Config.auto_epochs,
    chunk_epochs=core.Config.chunk_epochs, n_eval=50,
)  # fmt: skip
QUICK = Plan(
    n_seeds={2: 1}, n_fresh={2: 20}, n_training=8, n_updates=300, n_chunk_updates=300,
    n_parts={0: 1, 2: 1}, T=60, levels=(0.0, 0.1), n_gate_seeds=2, auto_epochs=10,
    chunk_epochs=10, n_eval=10,
)  # fmt: skip
READS = ("gate", "hierarchy")
FIRST_SEED = 100
TABLES = {"symbols": 0, "pairs": 1, "triples": 2}  # and how many symbols of context
RULES = ("mispredicted", "midpoint")  # of what goes up in the hierarchy
REMOVED = {"nothing": (True, True), "A's": (False, True), "C's": (True, False),
           "both": (False, False)}  # is A recurrent, is C  # fmt: skip
MOST_EVENTS = 50_000  # that C learns from
MANY_EVENTS = 10  # as in `gate`: C of more learns from a quarter of the sequences


# ==== The hierarchy ===============================================================================
class Level(NamedTuple):
    table: Table
    threshold: float | None  # in nats; None: what is mispredicted goes up


def flags(level, sequences):
    """As `nested.mispredicted`, of a table."""
    if level.threshold is None:
        return table_mispredicted(level.table, sequences)
    losses = table_losses(level.table, sequences)
    return [np.append(True, loss > level.threshold) for loss in losses]


def midpoint(table, sequences, level):
    """Half-way between the median losses of a level's own symbols and of those from above."""
    first, after = nested.n_symbols(level), nested.n_symbols(level + 1)
    came = np.concatenate([x[1:] for x in sequences])
    loss, own = np.concatenate(table_losses(table, sequences)), (came >= first) & (came < after)
    if own.all() or not own.any():
        return float(np.median(loss))
    return float((np.median(loss[own]) + np.median(loss[~own])) / 2)


def train_levels(sequences, depth, order, rule):
    """A table for each level, from what the one below passes up; and what goes up to C."""
    levels, V = [], nested.n_symbols(depth)
    for n in range(depth):
        table = fit_table(sequences, order, V)
        labelled = rule == "midpoint"
        threshold = midpoint(table, sequences[: core.N_PROBE], n) if labelled else None
        levels.append(Level(table, threshold))
        sequences = nested.kept(sequences, flags(levels[-1], sequences))
    return levels, sequences


def one_hierarchy(arguments):
    """All tables and rules on the sequences of one seed of `hierarchy`."""
    depth, seed, plan = arguments
    rng = generators("hierarchy", seed, nested.STAGES, depth - 1)
    training = nested.draw(rng["training"], depth, plan.n_training)
    fresh = nested.draw(rng["fresh"], depth, plan.n_fresh[depth])
    found = {}
    for name, order in TABLES.items():
        for rule in RULES:
            levels, left = train_levels(training, depth, order, rule)
            n = MOST_EVENTS // max(1, nested.total(left) // len(left))
            n = min(plan.n_chunk_updates, max(1, n))
            again = generators("hierarchy", seed, nested.STAGES, depth - 1)["chunker"]
            C = nested.train_chunker(again, left, nested.n_symbols(depth), n)
            passed, _, flagged = nested.apply_levels(levels, fresh, flags)
            found[f"{name}, {rule}"] = {
                "events": [nested.total(x) / len(x) for x in passed],
                "updates": n,
                **nested.answers(C, passed[-1], flagged, fresh),
            }
    return found


# ==== Gates =======================================================================================
def observed(table, tokens):
    """What a table makes of sequences (T, N), as `events.observe`; the entropy is left out."""
    which = contexts(tokens, table.order)
    loss = -table.log_p[which, tokens[1:]]
    return events.Observed(tokens, loss, None, table.log_p.argmax(axis=1)[which])


def gates_of(loss):
    """Gates by name, from the losses of the probe."""
    thresholds = {
        "midpoint": core.surprise_threshold(loss), "split": best_split(loss),
        "tolerance": float(-np.log(1 - events.TOLERANCE)), "mixture": mixture(loss),
        "Otsu": otsu(loss),
    }  # fmt: skip
    gates = {name: partial(events.exceeds, t) for name, t in thresholds.items()}
    return {**gates, "mispredicted": events.mispredicted}


GATES = ("midpoint", "split", "tolerance", "mispredicted", "mixture", "Otsu")


def judged(config, trained_on, mask, training, fresh):
    """Recall and choice of a chunker trained on one mask (T, n), tested on the other."""
    k, n = trained_on.sum() / trained_on.shape[1], trained_on.shape[1]
    n = n // 4 if k > MANY_EVENTS else n
    epochs = max(1, min(n, int(MOST_EVENTS / k)) // core.CHUNK_SEQUENCES)
    n = epochs * core.CHUNK_SEQUENCES
    config = replace(config, chunk_epochs=epochs)
    chunker = events.fit_chunker(config, training[:, :n], trained_on[:, :n])
    up = [x[m] for x, m in zip(fresh.T, mask.T)]
    logits = nested.last_logits(chunker, up)
    return core.recall_accuracies(logits, fresh[-1], mask[-1])


def one_noise(arguments):
    """All tables under all gates at one level of noise."""
    e, seed, plan = arguments
    task, T, rng = noisy(e), plan.T, core.random_streams(seed)
    config = core.Config(seed=seed, T=T)
    learnt = [task.draw(rng["auto_data"], T, core.AUTO_BATCH) for _ in range(plan.auto_epochs)]
    sizes = {"probe": core.N_PROBE, "chunk_data": plan.chunk_epochs * core.CHUNK_SEQUENCES}
    sizes["evaluation"] = plan.n_eval
    probe, training, fresh = (task.draw(rng[stage], T, n) for stage, n in sizes.items())
    found, known = {}, {}
    for name, order in TABLES.items():
        table = Table(counted_frequencies(learnt, order), order)
        gates = gates_of(observed(table, probe).loss)
        for gate in GATES:
            trained_on, mask = (
                events.passed(gates[gate], observed(table, x)) for x in (training, fresh)
            )
            key = np.packbits(trained_on).tobytes() + np.packbits(mask).tobytes()
            if key not in known:  # what passes up the same has the same chunker
                known[key] = judged(config, trained_on, mask, training, fresh)
            recall, choice = known[key]
            k = float(mask.sum(axis=0).mean())
            found[f"{name}, {gate}"] = {"k": k, "recall": recall, "choice": choice}
    return found


# ==== Parts removed ===============================================================================
def one_headline(arguments):
    """The headline without recurrent weights, for one seed."""
    seed, plan = arguments
    config = core.Config(
        seed=seed, T=plan.T, auto_epochs=plan.auto_epochs, chunk_epochs=plan.chunk_epochs
    )
    found, rng = {}, core.random_streams(seed)
    sizes = {"probe": core.N_PROBE, "chunk_data": plan.chunk_epochs * core.CHUNK_SEQUENCES}
    sizes["evaluation"] = plan.n_eval
    probe, training, fresh = (
        core.trigger_recall(rng[stage], plan.T, n) for stage, n in sizes.items()
    )
    for of_a in (True, False):
        loss = net_loss(automatizer(config, of_a))
        threshold = core.surprise_threshold(loss(probe))
        up = core.pass_up(training, core.surprising(loss(training), threshold))
        mask = core.surprising(loss(fresh), threshold)
        asked = core.pass_up(fresh, mask)
        for of_c in (True, False):
            C = chunker(config, up, of_c)
            recall, choice = events.accuracies(C, asked, fresh[-1])
            k = float(mask.sum(axis=0).mean())
            found[of_a, of_c] = {"k": k, "recall": recall, "choice": choice}
    return {name: found[which] for name, which in REMOVED.items()}


def automatizer(config, recurrent):
    """The headline's A, with or without W_hh."""
    rng = core.random_streams(config.seed)
    if recurrent:
        return core.train_automatizer(config, rng, core.silent)[0]
    sequences = [
        core.trigger_recall(rng["auto_data"], config.T, core.AUTO_BATCH)
        for _ in range(config.auto_epochs)
    ]
    return without_recurrence(config, rng, sequences)


def chunker(config, up, recurrent):
    """The headline's C on `Events`, one after the other, with or without W_hh."""
    rng = core.random_streams(config.seed)["chunk_init"]
    net = core.init_rnn(rng, config.chunk_hidden, core.CHUNK_STD)
    net.W_hh[...] *= recurrent
    for x in (e.symbols[:, None] for e in up if len(e.symbols) > 1):
        for _ in core.learn(net, [x], len(x), config.chunk_lr):
            net.W_hh[...] *= recurrent
    return net


def one_stack(arguments):
    """A stack of the hierarchy without recurrent weights, on the sequences of one of its seeds."""
    depth, seed, plan = arguments
    V, found = nested.n_symbols(depth), {}
    for of_a in (True, False):
        rng = generators("hierarchy", seed, nested.STAGES, depth - 1)
        passed = nested.draw(rng["training"], depth, plan.n_training)
        fresh = nested.draw(rng["fresh"], depth, plan.n_fresh[depth])
        levels = []
        for _ in range(depth):
            levels.append(nested.train_level(rng["levels"], passed, V, plan.n_updates, of_a))
            passed = nested.kept(passed, nested.mispredicted(levels[-1], passed))
        up, _, flagged = nested.apply_levels(levels, fresh)
        for of_c in (True, False):
            again = generators("hierarchy", seed, nested.STAGES, depth - 1)["chunker"]
            C = nested.train_chunker(again, passed, V, plan.n_chunk_updates, of_c)
            found[of_a, of_c] = nested.answers(C, up[-1], flagged, fresh)
    return {name: found[which] for name, which in REMOVED.items()}


# ==== The study ===================================================================================
def over_seeds(runs):
    """Of runs {name: {key: number}}: means, and on how many seeds everything is recalled."""
    return {
        name: {
            **{key: mean([run[name][key] for run in runs]) for key in ("k", "recall", "choice")},
            "perfect": proportion([run[name]["recall"] == 1 for run in runs]),
        }
        for name in runs[0]
    }


def compute(plan, jobs):
    def seeds(n):
        return range(FIRST_SEED, FIRST_SEED + n)

    def each(function, cases, describe):
        """{case: runs}, for cases {case: number of seeds}, the last case first."""
        tasks = [(c, s, plan) for c in reversed(cases) for s in seeds(cases[c])]
        done = parallel_map(function, tasks, jobs, describe)
        return {c: [run for task, run in zip(tasks, done) if task[0] == c] for c in cases}

    stacks = each(one_hierarchy, plan.n_seeds, "hierarchy")
    noise = each(one_noise, dict.fromkeys(plan.levels, plan.n_gate_seeds), "gates")
    parts = each(one_stack, {d: n for d, n in plan.n_parts.items() if d}, "parts removed")
    headline = parallel_map(
        one_headline, [(s, plan) for s in seeds(plan.n_parts[0])], jobs, "parts removed, headline"
    )
    return {
        "T": plan.T,
        "hierarchy": {str(d): depth_summary(d, runs) for d, runs in stacks.items()},
        "gates": [{"e": e, **over_seeds(runs)} for e, runs in noise.items()],
        "gates_of_a": gates_of_a(plan),
        "parts": {
            "headline": over_seeds(headline),
            **{f"hierarchy, depth {d}": over_seeds(runs) for d, runs in parts.items()},
        },
    }


def depth_summary(depth, runs):
    """Tables at one depth, and the nets of `hierarchy`."""
    nets = catalogue.results_of("hierarchy")["depths"][str(depth)]
    found = over_seeds(runs)
    for name in found:
        found[name]["events"] = np.mean([run[name]["events"] for run in runs], axis=0).tolist()
    keys = ("events", "perfect", "recall", "choice")
    return {**found, "nets, mispredicted": {key: nets[key] for key in keys}}


def gates_of_a(plan):
    """Of `gate`, with A: {gate: levels of noise, of this run's, where every seed recalls all}."""
    levels = [v for v in catalogue.results_of("gate")["levels"] if v["e"] in plan.levels]
    return {
        gate: [v["e"] for v in levels if v["gates"][gate]["perfect"]["share"] == 1]
        for gate in GATES
    }


# ==== Tables and sentences ========================================================================
def perfect_levels(results, name):
    """Levels of noise at which every seed recalls everything."""
    return [v["e"] for v in results["gates"] if v[name]["perfect"]["share"] == 1]


def all_depths(results, name):
    """Depths at which every seed recalls everything."""
    return [d for d, of in results["hierarchy"].items() if of[name]["perfect"]["share"] == 1]


def answer(results):
    """The finding in one sentence."""
    depths, n = results["hierarchy"], len(results["gates"])
    pairs = [f"{d}: {counted(of['pairs, mispredicted']['perfect'])}" for d, of in depths.items()]
    nets = [f"{d}: {counted(of['nets, mispredicted']['perfect'])}" for d, of in depths.items()]
    best = {
        name: max(len(perfect_levels(results, f"{name}, {gate}")) for gate in GATES)
        for name in TABLES
    }
    with_a = max(map(len, results["gates_of_a"].values()))
    parts = [f"{where} {counted(of['both']['perfect'])}" for where, of in results["parts"].items()]
    return (
        f"Tables of pairs at every level of the hierarchy recall everything on so many seeds "
        f"(depth {', '.join(pairs)}), nets (depth {', '.join(nets)}); under noise every seed "
        f"recalls everything with a table of symbols and its best gate at {best['symbols']} of {n} "
        f"levels, of pairs at {best['pairs']}, of triples at {best['triples']}, with A at "
        f"{with_a}; with W_hh = 0 in A and in C everything is recalled on so many seeds: "
        f"{', '.join(parts)}."
    )


def table(results):
    """The hierarchy: seeds with 100% recall, and what each level and C read."""
    depths = results["hierarchy"]
    header = "in A's place, what goes up", *(f"depth {d}" for d in depths)
    names = [f"{name}, {rule}" for name in TABLES for rule in RULES] + ["nets, mispredicted"]

    def read(of):
        return " > ".join(f"{n:,.0f}" if n >= 10 else f"{n:.2f}" for n in of["events"])

    return header, [
        (name, *(f"{counted(of[name]['perfect'])}; {read(of[name])}" for of in depths.values()))
        for name in names
    ]


def table_gates(results):
    """At how many levels of noise every seed recalls everything, and with which events."""
    n, of_a = len(results["gates"]), results["gates_of_a"]

    def cell(name):
        levels = perfect_levels(results, name)
        return f"{len(levels)}/{n}"

    header = "gate", *TABLES, "A (of `gate`)"
    return header, [
        (gate, *(cell(f"{name}, {gate}") for name in TABLES), f"{len(of_a[gate])}/{n}")
        for gate in GATES
    ]


def table_parts(results):
    """Seeds that recall everything, by what has no recurrent weights, and events."""
    header = "W_hh = 0 in", *(results["parts"])
    return header, [
        (
            name,
            *(
                f"{counted(of[name]['perfect'])}, k = {of[name]['k']['mean']:.2f}"
                for of in results["parts"].values()
            ),
        )
        for name in REMOVED
    ]


def seen(results):
    """What the tables do not say."""
    n = {d: of["pairs, mispredicted"]["perfect"]["n"] for d, of in results["hierarchy"].items()}
    seeds = ", ".join(f"depth {d} {k}" for d, k in n.items())
    per_level = results["gates"][0]["symbols, split"]["perfect"]["n"]
    where = {
        f"{name}, {gate}": perfect_levels(results, f"{name}, {gate}")
        for name in TABLES for gate in GATES
    }  # fmt: skip
    everywhere = [name for name, levels in where.items() if len(levels) == len(results["gates"])]
    pairs = [(of[a], of[c]) for of in results["parts"].values()
             for a, c in (("nothing", "C's"), ("A's", "both"))]  # fmt: skip
    same = sum(a["recall"] == c["recall"] and a["choice"] == c["choice"] for a, c in pairs)
    return (
        f"- Seeds: {seeds}; {per_level} at each level of noise. Sequences are those of "
        "`hierarchy` and `gate`.\n"
        "- After `;` stands what level 0, the levels above it and C read per sequence.\n"
        "- `midpoint` and `split` need sequences in which it is known which symbol is which; "
        "`mispredicted` needs nothing.\n"
        f"- Every seed recalls everything at every level of noise with: "
        f"{'; '.join(everywhere) or 'none'}.\n"
        f"- Where more than {MANY_EVENTS} events per sequence go up under noise C learns from a "
        f"quarter of the sequences, and from {MOST_EVENTS:,} events at most; a C that learns from "
        "more was not tried there.\n"
        f"- In {same} of {len(pairs)} comparisons C with W_hh = 0 has the very accuracies of C "
        "with it. Of two events the second is predicted from the first alone."
        + "\n- No level of this hierarchy needs a net: which symbol of its cycle comes next a "
        "pair tells."
        * bool(all_depths(results, "pairs, mispredicted") == list(results["hierarchy"]))
    )


# ==== Figure ======================================================================================
COLOURS = {"symbols": CHUNKER, "pairs": FAINT, "triples": BASELINE, "A": AUTOMATIZER}


def figures(results):
    depths, gates = results["hierarchy"], results["gates"]
    pairs = [counted(of["pairs, mispredicted"]["perfect"]) for of in depths.values()]
    figure = new_figure(
        f"With a table of pairs at every level {', '.join(pairs)} seeds recall everything\n"
        f"at depths {', '.join(depths)}",
        height=4.8,
    )
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.3])
    names = [f"{name}, {rule}" for name in TABLES for rule in RULES] + ["nets, mispredicted"]
    width = 0.8 / len(depths)
    for i, (depth, of) in enumerate(depths.items()):
        at = np.arange(len(names)) + (i - (len(depths) - 1) / 2) * width
        share = [of[name]["perfect"]["share"] for name in names]
        shade = 0.35 + 0.65 * (i + 1) / len(depths)
        left.barh(at, share, width * 0.9, color=CHUNKER, alpha=shade, label=f"depth {depth}")
    left.set_yticks(range(len(names)), names)
    left.set(xlim=(0, 1.02), title="hierarchy: share of seeds with 100% recall")
    left.invert_yaxis()
    found = {
        name: [len(perfect_levels(results, f"{name}, {gate}")) for gate in GATES] for name in TABLES
    }
    found["A"] = [len(results["gates_of_a"][gate]) for gate in GATES]
    for i, (name, counts) in enumerate(found.items()):
        at = np.arange(len(GATES)) + (i - 1.5) * 0.2
        right.barh(at, counts, 0.18, color=COLOURS[name], label=name)
        for y, n in zip(at, counts):
            right.text(n, y, f" {n}", va="center", fontsize=8)
    right.set_yticks(range(len(GATES)), GATES)
    right.set(xlim=(0, len(gates) * 1.08), title="noise: levels at which every seed recalls all")
    right.invert_yaxis()
    for ax in (left, right):
        ax.grid(axis="y", visible=False)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=4)
    return {"tables.png": figure}
