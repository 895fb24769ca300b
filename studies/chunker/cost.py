"""What does a bridged step cost: arithmetic, memory kept and bytes moved?

    python3 -m studies cost

Every training loop and every reader is run once at each length T while
`studies.lab.counting` notes what it computes, keeps and moves; its docstring says
what is noted, and how bytes moved are modelled.

Counted in training is the second batch, when everything is in memory already; of C
the last sequence but one. The drawing of sequences is not counted, nor what only
watches the run (losses, checks, margins), but for each batch's recall. Each method has
the batch it trains with; numbers are per sequence. At use a net reads one sequence, its
first, and predicts every symbol of it: `core.score`, for the LSTM its forward pass, for
A and C `core.compress` and `core.chunker_logits`. The collapsed net has window 3. The
buffers hold whole sequences, also where windows are short: a window's come back only an
epoch later, so that what A moves in training grows faster than T all the same.

Until solved: the counts of a sequence times the sequences that the committed studies
needed (medians). Every sequence that C reads is charged a run of A, though the module
compresses equal ones once. The collapsed net is charged all of A, and the 3,200
sequences of C that its study trains before it.

Nothing is tuned here: counts are of seed 100, solved runs of the studies it reads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core
from studies.lab import collapsed, lstm
from studies.lab.catalogue import results_of
from studies.lab.counting import CACHE, LINE, MOVED, Counted, counting
from studies.lab.intervals import counted
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.training import headline_nets
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure

SEED = 100
WINDOW = collapsed.WINDOWS[0]


class Plan(NamedTuple):
    """Lengths at which each stage is counted."""

    T: int  # of the tables
    lengths: tuple
    longer: dict  # (when, stage): lengths beyond, as memory and time allow
    fit_from: dict  # when: the T from which exponents are fitted


FULL = Plan(
    T=1200,
    lengths=(100, 300, 1000, 1200, 2000, 3000, 5000, 10_000),
    longer={
        ("train", "baseline"): (30_000, 100_000),
        ("train", "LSTM"): (30_000,),
        ("train", "A"): (30_000, 100_000),
        ("train", "C"): (30_000, 100_000, 1_000_000),
        ("train", "collapsed"): (30_000, 100_000),
        ("use", "baseline"): (30_000, 100_000),
        ("use", "LSTM"): (30_000, 100_000),
        ("use", "A"): (30_000, 100_000, 1_000_000),
        ("use", "C"): (30_000, 100_000, 1_000_000),
        ("use", "collapsed"): (30_000, 100_000, 1_000_000),
    },
    fit_from={"train": 1000, "use": 3000},  # at use several blocks of `core.score`
)
QUICK = Plan(T=24, lengths=(12, 24, 48), longer={}, fit_from={"train": 12, "use": 12})
READS = ("controls", "collapse", "seeds")
MOVED_UP_TO = {"train": 10_000, "use": 100_000}  # beyond that all but movement is counted


# ==== What is counted: a batch of training, a sequence at use =====================================
#
# Of `trained`, the headline's A, threshold and C; within `counting`.


def streams():
    return generators("cost", SEED, core.STAGES)


def as_counted(net):
    """A copy of an `RNN` on counted arrays."""
    copy = core.zero_rnn(len(net.b_h), len(net.W_xh), len(net.b_y))
    copy.flat[...] = net.flat
    return copy


def train_baseline(T, trained):
    config = core.Config(T=T, baseline_epochs=2)
    core.train_baseline(config, streams(), core.silent, core.TRIGGER_RECALL)


def train_lstm(T, trained):
    lstm.fit_lstm("chrono", SEED, T, budget=2, draw=core.trigger_recall)


def train_automatizer(T, trained):
    config = core.Config(T=T, auto_epochs=2)
    core.train_automatizer(config, streams(), core.silent, core.TRIGGER_RECALL)


def train_chunker(T, trained):
    automatizer, config = as_counted(trained[0]), core.Config(T=T, chunk_epochs=1)
    nets_and_task = automatizer, trained[1], core.silent, core.TRIGGER_RECALL
    _, _, _, k = core.train_chunker(config, streams(), *nets_and_task)
    return {"k": k[0]}


def train_collapsed(T, trained):
    config, chunker = core.Config(seed=SEED, T=T), as_counted(trained[2])
    collapsed.train(config, WINDOW, chunker, epochs=2, draw=core.trigger_recall)


def one_sequence(T):
    return core.trigger_recall(streams()["evaluation"], T, 1)


def use_baseline(T, trained):
    init = streams()["baseline_init"]
    net = core.init_rnn(init, core.Config.baseline_hidden, core.BASELINE_STD)
    tokens = one_sequence(T)
    Counted.meter.mark("start")
    core.score(net, tokens)


def use_lstm(T, trained):
    net = lstm.init_lstm(streams()["baseline_init"], lstm.HIDDEN, longest=T)
    u, tokens = lstm.unroll_lstm(net, T - 1, 1), one_sequence(T)
    Counted.meter.mark("start")
    core.load(u, tokens)
    lstm.forward_lstm(net, u)


def use_automatizer(T, trained):
    automatizer, tokens = as_counted(trained[0]), one_sequence(T)
    Counted.meter.mark("start")
    (event,) = core.compress(automatizer, tokens, trained[1])
    return {"k": len(event.symbols)}


def use_chunker(T, trained):
    """C reads what A passed up."""
    automatizer, chunker = as_counted(trained[0]), as_counted(trained[2])
    events = core.compress(automatizer, one_sequence(T), trained[1])
    Counted.meter.mark("start")
    core.chunker_logits(chunker, events)
    return {"k": len(events[0].symbols)}


def use_collapsed(T, trained):
    """Without its outputs for C's state, which was a goal of training alone."""
    n_hidden, n_out = core.Config.auto_hidden, core.VOCAB + core.Config.chunk_hidden
    net = core.init_rnn(streams()["auto_init"], n_hidden, core.AUTO_STD, n_out=n_out)
    symbols, tokens = collapsed.symbols_only(net), one_sequence(T)
    Counted.meter.mark("start")
    core.score(symbols, tokens)


SECOND, LAST_BUT_ONE = ("load", 1), ("load", -3)  # from this mark to the next
WHOLE = ("start", 0)
STAGES = {  # (when, stage): (run, its batch, what of it is counted)
    ("train", "baseline"): (train_baseline, core.BASELINE_BATCH, SECOND),
    ("train", "LSTM"): (train_lstm, lstm.BATCH, SECOND),
    ("train", "A"): (train_automatizer, core.AUTO_BATCH, SECOND),
    ("train", "C"): (train_chunker, 1, LAST_BUT_ONE),
    ("train", "collapsed"): (train_collapsed, core.AUTO_BATCH, SECOND),
    ("use", "baseline"): (use_baseline, 1, WHOLE),
    ("use", "LSTM"): (use_lstm, 1, WHOLE),
    ("use", "A"): (use_automatizer, 1, WHOLE),
    ("use", "C"): (use_chunker, 1, WHOLE),
    ("use", "collapsed"): (use_collapsed, 1, WHOLE),
}


def measure(arguments):
    """One stage at one length: its counts per sequence."""
    when, name, T, movement, trained = arguments
    run, batch, (marker, index) = STAGES[when, name]
    with counting(movement) as meter:
        found = run(T, trained) or {}
        meter.mark(marker)  # the end
    marks = meter.marks[marker]
    counts = meter.between(marks[index], marks[index + 1], batch)
    if when == "use":
        del counts["activations"]  # of a backward pass that there is not
    return {"when": when, "stage": name, "T": T, "batch": batch, **found, **counts}


# ==== Until solved, and how it grows ==============================================================

SUMMED = ("multiply_adds", "elementwise", "steps_forward", "steps_gradient", *MOVED)
FITTED = ("multiply_adds", "activations", "movement")


def row_of(rows, when, stage, T):
    return next(r for r in rows if (r["when"], r["stage"], r["T"]) == (when, stage, T))


def charged():
    """What each method that was solved ran until then, and on how many seeds.

    {method: ([(when, stage, sequences)], proportion of the seeds)}, of the committed studies.
    """
    controls, config = results_of("controls"), core.Config()
    head, chrono = controls["headline"], controls["lstm"]["chrono"]
    three = results_of("collapse")["summary"][f"window_{WINDOW}"]
    for_A = config.auto_epochs * core.AUTO_BATCH
    for_C = round(head["chunker_sequences"]["median"]) - for_A
    all_of_C = config.chunk_epochs * core.CHUNK_SEQUENCES  # whose final state the net collapses

    def two_nets(n):
        return [("train", "A", for_A), ("use", "A", core.N_PROBE + n), ("train", "C", n)]

    after = ("train", "collapsed", three["sequences"]["median"])
    return {
        "LSTM": ([("train", "LSTM", chrono["sequences"]["median"])], chrono["solved"]),
        "A + C": (two_nets(for_C), results_of("seeds")["chunker_perfect"]),
        "collapsed": ([*two_nets(all_of_C), after], three["solved"]),
    }


def until_solved(rows, T):
    """Counts per sequence times the sequences that the committed studies needed, by method."""
    seeds = results_of("seeds")
    never = {
        "method": "baseline",
        "solved": seeds["long_baseline_solved"],
        "sequences": core.BASELINE_BATCH * seeds["long_baseline_updates"]["max"],
        "parts": [],
        **dict.fromkeys(SUMMED),
    }
    solved = [never]
    for method, (ran, proportion) in charged().items():
        parts = []
        for when, stage, n in ran:
            counts = row_of(rows, when, stage, T)
            costs = {quantity: n * counts[quantity] for quantity in SUMMED}
            parts.append({"when": when, "stage": stage, "sequences": n, **costs})
        solved.append({
            "method": method,
            "solved": proportion,
            "sequences": sum(n for when, _, n in ran if when == "train"),
            "parts": parts,
            **{quantity: sum(part[quantity] for part in parts) for quantity in SUMMED},
        })  # fmt: skip
    return solved


def exponent(rows, quantity, least):
    """b of quantity ~ T^b over T >= least, least squares on logarithms, with its 95% interval."""
    points = [(r["T"], r[quantity]) for r in rows if r["T"] >= least and quantity in r]
    length, value = np.log(points).T
    fit = scipy.stats.linregress(length, value)
    half = scipy.stats.t.ppf(0.975, len(points) - 2) * fit.stderr if np.ptp(value) else 0.0
    return {
        "n": len(points),
        "longest": max(T for T, _ in points),
        "exponent": float(fit.slope),
        "interval": [float(fit.slope - half), float(fit.slope + half)],
    }


def exponents(rows, fit_from):
    """The growth of every quantity with T, stage by stage."""
    fits = []
    for when, stage in STAGES:
        of_stage = [r for r in rows if (r["when"], r["stage"]) == (when, stage)]
        for quantity in (q for q in FITTED if q in of_stage[0]):
            fit = exponent(of_stage, quantity, fit_from[when])
            fits.append({"when": when, "stage": stage, "quantity": quantity, **fit})
    return fits


def compute(plan, jobs):
    trained = headline_nets(SEED, T=plan.T)
    tasks = [
        (when, stage, T, MOVED_UP_TO[when] >= T, trained)
        for when, stage in STAGES
        for T in (*plan.lengths, *plan.longer.get((when, stage), ()))
    ]
    tasks.sort(key=lambda task: -task[2])  # the long ones first
    rows = parallel_map(measure, tasks, jobs, "counting")
    rows.sort(key=lambda r: r["T"])
    return {
        "T": plan.T,
        "line": LINE,
        "cache": CACHE,
        "fit_from": plan.fit_from,
        "window": WINDOW,
        "auto_window": core.Config.auto_truncate,
        "rows": rows,
        "exponents": exponents(rows, plan.fit_from),
        "solved": until_solved(rows, plan.T),  # quick: sequences of T = 1200 at a smaller T
    }


# ==== Tables, as (header, rows of strings), and the answer ========================================

COLUMNS = {
    "multiply_adds": "multiply-adds",
    "elementwise": "elementwise operations",
    "transcendental": "of these exp, log, tanh",
    "steps_forward": "steps forward",
    "steps_gradient": "steps with a gradient",
    "activations": "activations kept, bytes",
    "movement": f"movement, sum of {LINE} √d",
    "beyond_cache": "bytes from beyond 32 KiB",
}


def text_of(number):
    """Whole below a million, then three figures and M, G or T."""
    rounded = float(f"{number:.3g}")
    for factor, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if rounded >= factor:
            return f"{rounded / factor:g} {letter}"
    return f"{number:,.0f}"


def training_names(results):
    k = row_of(results["rows"], "train", "C", results["T"])["k"]
    return {
        ("train", "baseline"): "baseline, full BPTT",
        ("train", "LSTM"): "LSTM, full BPTT",
        ("train", "A"): f"A, window {results['auto_window']}",
        ("use", "A"): "A run, to find the surprises",
        ("train", "C"): f"C, full BPTT over k = {k:g} surprises",
        ("train", "collapsed"): f"collapsed net, window {results['window']}",
    }


def counts_table(results, names, columns):
    """A row for each stage, of its counts per sequence at `T`."""
    rows = []
    for (when, stage), name in names.items():
        r = row_of(results["rows"], when, stage, results["T"])
        batch = f", batch {r['batch']}" if when == "train" else ""
        rows.append((name + batch, *(text_of(r.get(column, 0)) for column in columns)))
    return ("per sequence", *(COLUMNS[column] for column in columns)), rows


def training_table(results):
    """Per training sequence at `T`, each stage with the batch it trains with."""
    columns = [c for c in COLUMNS if c != "transcendental"]
    return counts_table(results, training_names(results), columns)


def use_table(results):
    """Per sequence read after training at `T`."""
    k = row_of(results["rows"], "use", "C", results["T"])["k"]
    names = {
        ("use", "baseline"): "baseline",
        ("use", "LSTM"): "LSTM",
        ("use", "A"): "A, which finds the surprises",
        ("use", "C"): f"C, which reads k = {k:g} of them",
        ("use", "collapsed"): "collapsed net",
    }
    columns = [c for c in COLUMNS if c not in ("steps_gradient", "activations")]
    return counts_table(results, names, columns)


def solved_table(results):
    """Until the choice is right for good, at `T`; what never was solved has no cost."""
    names = {
        "baseline": "baseline, 10 times as long",
        "LSTM": "LSTM",
        "A + C": "automatizer + chunker",
        "collapsed": "collapsed net, after these two",
    }
    columns = [c for c in SUMMED if c != "elementwise"]
    rows = []
    for s in results["solved"]:
        costs = ["not solved" if s[c] is None else text_of(s[c]) for c in columns]
        rows.append((names[s["method"]], counted(s["solved"]), f"{s['sequences']:,.0f}", *costs))
    return ("until solved", "seeds", "sequences", *(COLUMNS[c] for c in columns)), rows


def growth_table(results):
    """The growth with T, a row for each stage of training and of use."""
    names = training_names(results) | {
        ("use", "baseline"): "baseline, at use", ("use", "LSTM"): "LSTM, at use",
        ("use", "C"): "C, at use", ("use", "collapsed"): "collapsed net, at use",
    }  # fmt: skip
    found = {(e["when"], e["stage"], e["quantity"]): e for e in results["exponents"]}

    def exponent(key):
        if key not in found:
            return ""
        e = found[key]
        b, low, high = (round(x, 3) + 0.0 for x in (e["exponent"], *e["interval"]))  # no -0
        return f"{b:.3f} ({low:.3f} to {high:.3f})"

    def fitted(key):
        return f"{results['fit_from'][key[0]]:,} to {found[key]['longest']:,}"

    rows = []
    for stage, name in names.items():
        counts, kept, moved = ((*stage, quantity) for quantity in FITTED)
        cells = exponent(counts), exponent(kept), fitted(counts), exponent(moved), fitted(moved)
        rows.append((name, *cells))
    header = ("exponent of T", "multiply-adds", "activations kept", "fitted over T")
    return (*header, "movement", "fitted over T"), rows


def movement_model(results):
    """What the columns on movement count."""
    line, cache = results["line"], results["cache"]
    return (
        f"*Movement* is a model, not a measurement. Memory is cut into lines of {line} bytes. Each "
        f"read or write of a line costs {line} √d: its bytes times the root of its reuse distance "
        "d, the number of distinct lines used since that line was used last. That is how far bytes "
        f"go in a memory laid out in two dimensions. *Bytes from beyond {cache // 1024} KiB* are "
        f"those used at d > {cache // line}: a cache of that size would not hold them."
    )


def answer(results):
    """The finding in one sentence."""
    T, found = results["T"], {s["method"]: s for s in results["solved"]}
    baseline, C = [row_of(results["rows"], "train", stage, T) for stage in ("baseline", "C")]
    run = row_of(results["rows"], "use", "A", T)
    times = {q: found["LSTM"][q] / found["A + C"][q] for q in ("multiply_adds", "movement")}
    longest = max(r["T"] for r in results["rows"] if (r["when"], r["stage"]) == ("train", "C"))
    return (
        f"Of a sequence of {T:,} steps C pays for {C['steps_gradient']:.0f}: "
        f"{C['multiply_adds']:,.0f} multiply-adds, {C['activations']:.0f} bytes of activations, "
        f"the same up to T = {longest:,}, after {run['steps_forward']:,.0f} steps of A forward "
        f"({run['multiply_adds']:,.0f} multiply-adds); full BPTT pays for "
        f"{baseline['steps_gradient']:,.0f} ({text_of(baseline['multiply_adds'])} and "
        f"{baseline['activations']:,.0f} bytes) and does not solve it in its budget; until solved "
        f"the LSTM, trained at full length, takes "
        f"{times['multiply_adds']:.0f} times the multiply-adds of A and C together and "
        f"{times['movement']:.0f} times their movement."
    )


# ==== Figure ======================================================================================

DRAWN = {  # colour, line, marker, size; the wide line shows beneath another
    ("train", "baseline"): (BASELINE, "-", "o", 8),
    ("train", "LSTM"): (FAINT, "-", "s", 4),
    ("train", "A"): (AUTOMATIZER, "-", "^", 4),
    ("use", "A"): (AUTOMATIZER, "--", "", 4),
    ("train", "C"): (CHUNKER, "-", "o", 4),
    ("train", "collapsed"): ("black", "-", "D", 4),
}


def draw_growth(ax, results, quantity, title):
    """A quantity per training sequence against T, a line for each stage."""
    names = training_names(results)
    for key, (colour, line, marker, size) in DRAWN.items():
        rows = [r for r in results["rows"] if (r["when"], r["stage"]) == key and quantity in r]
        style = {"ls": line, "marker": marker, "ms": size, "lw": size / 2, "color": colour}
        if rows:
            T, values = ([r[name] for r in rows] for name in ("T", quantity))
            ax.loglog(T, values, label=names[key], **style)
    ax.set_title(title, fontsize=10)
    ax.set_xlabel("sequence length T")


def draw_solved(ax, results):
    """Multiply-adds and movement until solved, those of A and C being 1."""
    methods = [s for s in results["solved"] if s["multiply_adds"] is not None]
    unit = next(s for s in methods if s["method"] == "A + C")
    colours = {"LSTM": FAINT, "A + C": CHUNKER, "collapsed": "black"}
    bars = (("multiply_adds", -0.2, 1.0, "multiply-adds"), ("movement", 0.2, 0.55, "movement"))
    longest = max(s[quantity] / unit[quantity] for s in methods for quantity, *_ in bars)
    for row, s in enumerate(methods):
        for quantity, shift, alpha, name in bars:
            times, y = s[quantity] / unit[quantity], row + shift
            ax.barh(y, times, height=0.38, color=colours[s["method"]], alpha=alpha)
            ax.text(times + 0.02 * longest, y, f"{name} {times:.1f}", va="center", fontsize=9)
    ax.set_yticks(range(len(methods)), [s["method"] for s in methods])
    ax.set_xlim(0, 1.45 * longest)
    title = f"until solved at T = {results['T']:,}, A + C being 1 (baseline: not solved)"
    ax.set_title(title, fontsize=10)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)


def figures(results):
    T, rows = results["T"], results["rows"]
    kept = {
        stage: row_of(rows, "train", stage, T)["activations"] for stage in ("baseline", "A", "C")
    }
    found = {s["method"]: s["movement"] for s in results["solved"]}
    figure = new_figure(
        f"Full BPTT keeps {kept['baseline']:,.0f} bytes of activations at T = {T:,}, A "
        f"{kept['A']:,.0f} and C {kept['C']:,.0f} at any T;\n"
        f"until solved the movement of the LSTM is {found['LSTM'] / found['A + C']:.0f} times that "
        "of A and C",
        height=7.6,
    )
    axes = figure.subplots(2, 2)
    draw_growth(axes[0, 0], results, "multiply_adds", "multiply-adds per training sequence")
    draw_growth(axes[0, 1], results, "activations", "bytes of activations kept, per sequence")
    movement = (
        f"movement per training sequence, sum of {LINE} √d\n(d: lines used since a line's last use)"
    )
    draw_growth(axes[1, 0], results, "movement", movement)
    draw_solved(axes[1, 1], results)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return {"cost.png": figure}
