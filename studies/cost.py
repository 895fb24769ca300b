"""What does a bridged step cost: arithmetic, memory kept and bytes moved?

    python3 -m studies.cost

Counted in the code that runs. The training loops of the core, of
`studies.controls` and of `studies.collapse` run unchanged on arrays of a
subclass of ndarray, `Counted`, that notes each operation; results are the same
bit for bit (a test). Noted are, per operation,

    multiply-adds     of matrix products, n m k each
    elementwise       results of elementwise operations and terms of sums
    transcendental    calls of exp, log and tanh, among the elementwise ones
    steps forward     rows of h_{t-1} in a product h_{t-1} W_hh
    steps, gradient   rows of delta_t in the product that sums the gradient of W_hh
    steps through     rows of delta_{t+1} in a product delta_{t+1} W_hh^T
    activations       lines of 64 bytes written in a forward pass and read between it
                      and the next, by the loss and the backward pass; the largest
                      such set, times 64

and the lines of memory that it reads and writes. The cache model: memory is a
stack of 64-byte lines, the last used on top (LRU). An operation reads its
operands whole, in order, and then writes its result. A use of a line at depth d
of the stack (the number of distinct lines used since its last use, itself
included) costs 64 sqrt(d), the way its bytes have to go in a memory laid out in
two dimensions (the byte-movement distance, ByteDMD, here in whole lines). A first
use comes from the bottom of the stack as it then is. Beside it: the bytes used at d > 512, which
come from beyond a cache of 32 KiB. Arrays lie at addresses of our own, from
multiples of 64 on, and a freed one's place goes to the next of its size, so
that the numbers do not depend on the machine; zeros that are asked for are
written. Not in the model: what a product of matrices does inside, and what
Python does.

Counted in training is the second batch, when everything is in memory already; of
C the last sequence but one. Not counted are the drawing of sequences and what
only watches the run (loss curves, checks, margins). Each method has the batch it
trains with, and numbers are per sequence. At use a net reads one sequence, its
first, and predicts every symbol of it: `core.score`, for the LSTM its forward
pass, for A and C `core.compress` and `core.chunker_logits`. The collapsed net is
that of `studies.collapse`, window 3. The buffers of the core and of the studies
hold whole sequences, also where windows are short: a window's come back only an
epoch later, so that what A moves in training grows faster than T all the same.

Until solved: the counts of a sequence times the sequences that the committed
studies needed (medians). There every sequence that C reads is charged a run of A,
though the core compresses equal ones once, and the collapsed net is charged all
of A and of the 3,200 sequences of C that its study trains before it.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import numpy as np
from scipy import stats

import chunker_very_deep_1200 as core
from studies import collapse, controls, nets
from studies.common import HOME, over, study
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure

# --------------------------------------------------------------------------
# Depths in an LRU stack, exactly, many at once
# --------------------------------------------------------------------------


def inversions(values):
    """For each i the number of j < i with values[j] > values[i]; values a permutation of 0 .. n-1.

    Top bit first: who has a 0 there is smaller than every 1 before it among
    those that agree in the higher bits. These lie side by side, in their old
    order, from the smallest of them on; then each group is split in two by the bit.
    """
    count = np.zeros(len(values), np.int32)
    arranged, place = values, np.arange(len(values), dtype=np.int32)
    for bit in reversed(range(max(1, len(values) - 1).bit_length())):
        one = arranged >> bit & 1
        start = arranged >> (bit + 1) << (bit + 1)
        before = np.cumsum(one, dtype=np.int32) - one
        before -= before[start]  # ones in the same group
        zero = one == 0
        count[arranged[zero]] += before[zero]
        split = np.empty_like(arranged)
        split[np.where(zero, place - before, start + (1 << bit) + before)] = arranged
        arranged = split
    return count[values]


class Stack:
    """The lines of memory in order of their last use."""

    def __init__(self):
        self.lines = np.empty(0, np.int32)  # the last used at the end

    def use(self, lines):
        """Use these lines one after the other: the depth of each, counted from 1.

        With p_i the use of the same line before i, the uses j in between whose
        own p_j > p_i are repeats, and all j < i with p_j > p_i are in between:

            depth_i = i - p_i - #{j < i: p_j > p_i}
        """
        trace = np.concatenate([self.lines, lines.astype(np.int32)])
        order = np.argsort(trace, kind="stable").astype(np.int32)
        again = np.append(trace[order[1:]] == trace[order[:-1]], False)
        before = np.full(len(trace), -1, np.int32)
        before[order[1:][again[:-1]]] = order[:-1][again[:-1]]
        first = before < 0
        depth = np.cumsum(first, dtype=np.int32)  # of a first use: the bottom
        i = np.flatnonzero(~first).astype(np.int32)
        p = before[i]
        used = np.zeros(len(trace), np.int32)
        used[p] = 1
        depth[i] = i - p - inversions(np.cumsum(used, dtype=np.int32)[p] - 1)
        known = len(self.lines)
        self.lines = trace[np.sort(order[~again])]
        return depth[known:]


# --------------------------------------------------------------------------
# What is noted of each operation
# --------------------------------------------------------------------------

LINE, CACHE = 64, 32 * 1024  # bytes
PHASES = ("data", "forward", "backward", "optimiser", "rest")
COUNTS = (
    "multiply_adds", "elementwise", "transcendental",
    "steps_forward", "steps_gradient", "steps_through", "operations",
)  # fmt: skip
MOVED = ("movement", "beyond_cache")
AT_ONCE = 1 << 20  # uses of lines whose depths are found at once


class Meter:
    """Sums over the operations noted, by phase; with `movement` the LRU stack too."""

    def __init__(self, movement):
        self.counts = {phase: dict.fromkeys(COUNTS, 0) for phase in PHASES}
        self.phase = "rest"  # None: nothing is noted
        self.end, self.free = 0, defaultdict(list)  # of the address space
        self.live = np.zeros(0, bool)  # lines that the forward pass wrote last
        self.kept, self.activations = [], 0  # lines of `live` read by the backward pass
        self.movement = movement
        self.stack, self.pending, self.n_pending = Stack(), [], 0
        self.moved = np.zeros((len(MOVED), len(PHASES)))
        self.marks = defaultdict(list)

    def place(self, size):
        """An address for `size` bytes, from a multiple of LINE on."""
        n_lines = -(-size // LINE)
        if self.free[n_lines]:
            return self.free[n_lines].pop()
        start = self.end
        self.end += n_lines * LINE
        return start

    def give_back(self, start, size):
        self.free[-(-size // LINE)].append(start)

    def note(self, reads, write, **counts):
        """An operation that reads these arrays and then writes one, or none."""
        if self.phase is None:
            return
        sums = self.counts[self.phase]
        sums["operations"] += 1
        for name, n in counts.items():
            sums[name] += n
        reads = [array.lines for array in reads if isinstance(array, Counted)]
        written = write.lines if isinstance(write, Counted) else None
        if self.phase in ("backward", "rest"):
            for lines in reads:
                live = self.is_live(lines)
                if live.any():
                    self.kept.append(lines[live])
        if written is not None:
            self.is_live(written)
            self.live[written] = self.phase == "forward"
            reads.append(written)
        if self.movement:
            code = PHASES.index(self.phase)
            self.pending += [(lines, code) for lines in reads]
            self.n_pending += sum(map(len, reads))
            if self.n_pending >= max(AT_ONCE, len(self.stack.lines)):
                self.move()

    def is_live(self, lines):
        if self.end // LINE > len(self.live):
            self.live = np.append(self.live, np.zeros(self.end // LINE, bool))
        return self.live[lines]

    def move(self):
        """Find the depths of the lines used since the last call."""
        if self.pending:
            lines, codes = zip(*self.pending)
            phases = np.repeat(codes, list(map(len, lines)))
            depth = self.stack.use(np.concatenate(lines))
            for sums, each in zip(self.moved, (np.sqrt(depth), depth > CACHE // LINE)):
                sums += np.bincount(phases, LINE * each, len(PHASES))
        self.pending, self.n_pending = [], 0

    def close_window(self):
        """A backward pass is over: how many bytes had been kept for it?"""
        if self.kept:
            kept = LINE * len(np.unique(np.concatenate(self.kept)))
            self.activations, self.kept = max(self.activations, kept), []

    def mark(self, name):
        """Write down the sums so far, and start a new maximum of activations."""
        self.move()
        self.close_window()
        sums = np.array([[sums[count] for sums in self.counts.values()] for count in COUNTS])
        self.marks[name].append((np.concatenate([sums, self.moved]), self.activations))
        self.activations = 0

    def between(self, first, last, n_sequences):
        """What was noted between two marks, by the number of sequences read between them."""
        (start, _), (stop, activations) = first, last
        by_phase = (stop - start) / n_sequences
        names = COUNTS + MOVED if self.movement else COUNTS
        return {
            **dict(zip(names, by_phase.sum(axis=1).tolist())),
            "activations": activations / n_sequences,
            "phases": {
                phase: dict(zip(names, column.tolist()))
                for phase, column in zip(PHASES, by_phase.T)
            },
        }


# --------------------------------------------------------------------------
# Arrays that note what is done with them
# --------------------------------------------------------------------------


class Buffer:
    """The memory of an array and its views: where it is, and where it counts as being."""

    def __init__(self, real, size, meter):
        self.real, self.size, self.meter = real, size, meter
        self.start = meter.place(size)

    def holds(self, address):
        return self.real <= address < self.real + self.size

    def __del__(self):
        self.meter.give_back(self.start, self.size)


def bare(x):
    """The same as a plain ndarray; tuples and lists of arrays too."""
    if isinstance(x, (tuple, list)):
        return type(x)(map(bare, x))
    return x.view(np.ndarray) if isinstance(x, Counted) else x


TRANSCENDENTAL = {np.exp, np.log, np.tanh}
# Functions of numpy that are made of operations which are noted one by one.
MADE_OF_OTHERS = {
    np.split, np.array_split, np.swapaxes, np.ndim, np.stack, np.vstack, np.atleast_2d,
    np.take_along_axis, np.ones_like, np.cumsum, np.shape,
}  # fmt: skip


class Counted(np.ndarray):
    """An ndarray whose operations are noted by `Counted.meter`.

    `recurrent` marks W_hh and its gradient, and goes over to views of these and
    to results of the same shape.
    """

    __slots__ = ("at", "buffer", "found", "recurrent")
    meter: Meter = None

    def __array_finalize__(self, parent):
        self.at = self.__array_interface__["data"][0]
        if isinstance(parent, Counted) and parent.buffer.holds(self.at):  # a view
            self.buffer, self.recurrent = parent.buffer, parent.recurrent
        else:
            self.buffer, self.recurrent = Buffer(self.at, self.nbytes, Counted.meter), False
        self.found = None

    @property
    def lines(self):
        """The numbers of the lines that hold this array, ascending."""
        if self.found is None:
            self.found = lines_of(self)
        return self.found

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        if out:
            options["out"] = bare(out)
        result = getattr(ufunc, method)(*map(bare, inputs), **options)
        written = out[0] if out else counted(result)
        n = max(getattr(x, "size", 1) for x in (*inputs, result))
        self.meter.note(
            inputs, written, elementwise=n, transcendental=n if ufunc in TRANSCENDENTAL else 0
        )
        if not out and np.ndim(result) == 2:
            written.recurrent = any(
                getattr(x, "recurrent", False) and x.shape == result.shape for x in inputs
            )
        return written

    def __array_function__(self, function, types, arguments, options):
        if function in MADE_OF_OTHERS:
            return super().__array_function__(function, types, arguments, options)
        result = counted(function(*bare(arguments), **{k: bare(v) for k, v in options.items()}))
        if function is np.copyto:
            self.meter.note(arguments[1:2], arguments[0])
        elif function is np.concatenate:
            self.meter.note(arguments[0], result)
        elif function is np.einsum and arguments[0] == "ij,ij->i":
            self.meter.note(arguments[1:], result, multiply_adds=arguments[1].size)
        elif function is not np.empty_like:
            raise TypeError(f"{function.__name__} is not counted")
        return result

    def dot(self, other, out=None):
        result = self.view(np.ndarray).dot(bare(other), bare(out))
        written = counted(result) if out is None else out
        multiply_adds = self.size * (other.shape[-1] if other.ndim > 1 else 1)
        steps = {}
        if getattr(other, "recurrent", False):
            transposed = other.strides[0] < other.strides[1]
            steps["steps_through" if transposed else "steps_forward"] = self.size // len(other)
        if getattr(out, "recurrent", False):
            steps["steps_gradient"] = len(other)
        self.meter.note((self, other), written, multiply_adds=multiply_adds, **steps)
        return written

    def take(self, indices, axis=None, out=None, mode="raise"):
        result = self.view(np.ndarray).take(bare(indices), axis, bare(out), mode)
        written = counted(result) if out is None else out
        self.meter.note((self, indices), written)
        return written

    def argmax(self, axis=None):
        result = counted(self.view(np.ndarray).argmax(axis))
        self.meter.note((self,), result, elementwise=self.size)
        return result

    def cumsum(self, axis=None, dtype=None, out=None):
        result = counted(self.view(np.ndarray).cumsum(axis, dtype, bare(out)))
        self.meter.note((self,), result, elementwise=self.size)
        return result

    def copy(self):
        result = counted(self.view(np.ndarray).copy())
        self.meter.note((self,), result)
        return result

    def __getitem__(self, key):
        result = super().__getitem__(key)
        if isinstance(result, Counted) and result.buffer is not self.buffer:  # a copy
            self.meter.note((self, *(key if isinstance(key, tuple) else (key,))), result)
        return result

    def __setitem__(self, key, value):
        super().__setitem__(bare(key), bare(value))
        self.meter.note((value,), self[key] if self.meter.phase else None)


def counted(result):
    """A result of numpy's in memory of its own, to be counted from now on; scalars as they are."""
    return result.view(Counted) if isinstance(result, np.ndarray) else result


def lines_of(array):
    if not array.size:
        return np.empty(0, np.int64)
    start = array.buffer.start + array.at - array.buffer.real
    if array.flags.forc:  # no gaps
        return np.arange(start // LINE, (start + array.nbytes - 1) // LINE + 1)
    axes = sorted((abs(stride), n) for stride, n in zip(array.strides, array.shape) if stride)
    backward = sum(stride * (n - 1) for stride, n in zip(array.strides, array.shape) if stride < 0)
    at = np.array([start + backward])
    for stride, n in reversed(axes):
        at = np.add.outer(at, stride * np.arange(n)).ravel()
    lines = at // LINE
    return lines[np.append(True, lines[1:] != lines[:-1])]


class CountedNumpy:
    """numpy, but new arrays are `Counted`."""

    def __getattr__(self, name):
        attribute = getattr(np, name)
        if name not in ("zeros", "ones", "full", "empty"):
            return attribute

        def make(*shape_and_type):
            array = attribute(*shape_and_type).view(Counted)
            if name != "empty":
                Counted.meter.note((), array)
            return array

        return make


IN_PHASE = {
    "data": [(core, "load"), (collapse, "state_goals")],
    "forward": [
        (core, "forward"), (core, "forward_hidden"), (collapse, "forward"), (nets, "forward_lstm"),
    ],
    "backward": [
        (core, "backward"), (core, "backward_from_error"), (collapse, "backward"),
        (nets, "backward_lstm"),
    ],
    "optimiser": [(core, "sgd"), (nets.Adam, "step"), (nets, "clip")],
    None: [
        (core, "trigger_recall"), (core, "mean_loss"), (core, "check_finite"),
        (core, "distinct"), (collapse, "states_at"), (collapse, "margins"),
    ],
}  # fmt: skip


def in_phase(function, phase, meter):
    """The function; what it does is noted under `phase`, unless a caller's phase holds."""

    @functools.wraps(function)
    def wrapped(*arguments, **options):
        if function.__name__ in ("trigger_recall", "load"):  # where batches begin
            meter.mark(function.__name__)
        if meter.phase != "rest":
            return function(*arguments, **options)
        if phase == "forward":
            meter.close_window()
        meter.phase = phase
        try:
            return function(*arguments, **options)
        finally:
            meter.phase = "rest"

    return wrapped


def recurrent(make, name):
    """A maker of nets, whose recurrent matrix is marked."""

    @functools.wraps(make)
    def wrapped(*sizes, **options):
        net = make(*sizes, **options)
        getattr(net, name).recurrent = True
        return net

    return wrapped


@contextmanager
def counting(movement=True):
    """Within, the core and the studies compute with `Counted` arrays: yields their `Meter`."""
    meter = Meter(movement)
    with ExitStack() as stack:

        def replace(owner, name, new):
            stack.enter_context(patch.object(owner, name, new))

        replace(Counted, "meter", meter)
        replace(core.load, "__defaults__", (core.EYE.copy().view(Counted),))
        replace(core, "SUM_SYMBOLS", core.SUM_SYMBOLS.copy().view(Counted))
        for phase, functions in IN_PHASE.items():
            for owner, name in functions:
                replace(owner, name, in_phase(getattr(owner, name), phase, meter))
        replace(core, "zero_rnn", recurrent(core.zero_rnn, "W_hh"))
        replace(nets, "zero_lstm", recurrent(nets.zero_lstm, "W_h"))
        for module in (core, nets, collapse, controls):
            replace(module, "np", CountedNumpy())
        yield meter


# --------------------------------------------------------------------------
# What is counted: a batch of training, a sequence at use
# --------------------------------------------------------------------------

SEED = 100
WINDOW = collapse.WINDOWS[0]


def streams():
    children = np.random.SeedSequence(SEED, spawn_key=(11,)).spawn(len(core.STAGES))
    return {name: np.random.default_rng(child) for name, child in zip(core.STAGES, children)}


def as_counted(net):
    """A copy of an `RNN` on counted arrays."""
    copy = core.zero_rnn(len(net.b_h), len(net.W_xh), len(net.b_y))
    copy.flat[...] = net.flat
    return copy


def train_baseline(T, trained):
    core.train_baseline(core.Config(T=T, baseline_epochs=2), streams(), core.silent)


def train_lstm(T, trained):
    controls.fit_lstm("chrono", SEED, T, budget=2, draw=core.trigger_recall)


def train_automatizer(T, trained):
    config = core.Config(T=T, auto_epochs=2)
    core.train_automatizer(config, streams(), core.silent, draw=core.trigger_recall)


def train_chunker(T, trained):
    automatizer, threshold, _ = trained
    config = core.Config(T=T, chunk_epochs=1)
    _, _, _, k = core.train_chunker(
        config, streams(), as_counted(automatizer), threshold, core.silent
    )
    return {"k": k[0]}


def train_collapsed(T, trained):
    config, chunker = core.Config(seed=SEED, T=T), as_counted(trained[2])
    collapse.train(config, WINDOW, chunker, epochs=2, draw=core.trigger_recall)


def one_sequence(T):
    return core.trigger_recall(streams()["evaluation"], T, 1)


def plain_net():
    return core.init_rnn(streams()["baseline_init"], core.Config.baseline_hidden, core.BASELINE_STD)


def use_baseline(T, trained):
    net, tokens = plain_net(), one_sequence(T)
    Counted.meter.mark("start")
    core.score(net, tokens)


def use_lstm(T, trained):
    init = streams()["baseline_init"]
    net = nets.init_lstm(init, controls.LSTM_HIDDEN, longest=T)
    u, tokens = nets.unroll_lstm(T - 1, 1, controls.LSTM_HIDDEN), one_sequence(T)
    Counted.meter.mark("start")
    core.load(u, tokens)
    nets.forward_lstm(net, u)


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
    symbols, tokens = collapse.symbols_only(net), one_sequence(T)
    Counted.meter.mark("start")
    core.score(symbols, tokens)


BATCH = ("trigger_recall", 1)  # from the second batch to the third, or the end
STAGES = {  # name: (run, its batch, the marks between which it is counted)
    "train": {
        "baseline": (train_baseline, core.BASELINE_BATCH, BATCH),
        "LSTM": (train_lstm, controls.LSTM_BATCH, BATCH),
        "A": (train_automatizer, core.AUTO_BATCH, BATCH),
        "C": (train_chunker, 1, ("load", -3)),  # the last sequence but one
        "collapsed": (train_collapsed, core.AUTO_BATCH, BATCH),
    },
    "use": {
        "baseline": (use_baseline, 1, ("start", 0)),
        "LSTM": (use_lstm, 1, ("start", 0)),
        "A": (use_automatizer, 1, ("start", 0)),
        "C": (use_chunker, 1, ("start", 0)),
        "collapsed": (use_collapsed, 1, ("start", 0)),
    },
}


def measure(arguments):
    """One stage at one length: its counts per sequence."""
    when, name, T, movement, trained = arguments
    run, batch, (marker, index) = STAGES[when][name]
    with counting(movement) as meter:
        found = run(T, trained) or {}
        meter.mark(marker)  # the end
    marks = meter.marks[marker]
    counts = meter.between(marks[index], marks[index + 1], batch)
    if when == "use":
        del counts["activations"]  # of a backward pass that there is not
    return {"when": when, "stage": name, "T": T, "batch": batch, **found, **counts}


# --------------------------------------------------------------------------
# Until solved, and how it grows
# --------------------------------------------------------------------------

SUMMED = ("multiply_adds", "elementwise", "steps_forward", "steps_gradient", *MOVED)


def row_of(rows, when, stage, T):
    return next(r for r in rows if (r["when"], r["stage"], r["T"]) == (when, stage, T))


def until_solved(rows, T):
    """Counts per sequence times the sequences that the committed studies needed, by method."""

    def committed(name):
        path = HOME / "results" / f"{name}.json"
        return core.read_json(path, made_by=f"python3 -m studies.{name}")

    head, lstm = committed("controls")["headline"], committed("controls")["lstm"]["chrono"]
    three, config = committed("collapse")["summary"][f"window_{WINDOW}"], core.Config()
    for_A = config.auto_epochs * core.AUTO_BATCH
    for_C = round(head["chunker_sequences"]["median"]) - for_A
    all_of_C = config.chunk_epochs * core.CHUNK_SEQUENCES  # whose final state the net collapses

    def two_nets(n):
        return [("train", "A", for_A), ("use", "A", core.N_PROBE + n), ("train", "C", n)]

    charged = {
        "LSTM": ([("train", "LSTM", lstm["sequences"]["median"])], lstm["solved"]),
        "A + C": (two_nets(for_C), committed("seeds")["chunker_perfect"]),
        "collapsed": (
            [*two_nets(all_of_C), ("train", "collapsed", three["sequences"]["median"])],
            three["solved"],
        ),
    }
    solved = [
        {
            "method": "baseline",
            "solved": committed("seeds")["long_baseline_solved"],
            "sequences": core.BASELINE_BATCH * committed("seeds")["long_baseline_updates"]["max"],
            "parts": [],
            **dict.fromkeys(SUMMED),
        }
    ]
    for method, (parts, share) in charged.items():
        costs = [(n, row_of(rows, when, stage, T)) for when, stage, n in parts]
        solved.append({
            "method": method,
            "solved": share,
            "sequences": sum(n for when, _, n in parts if when == "train"),
            "parts": [
                {"when": r["when"], "stage": r["stage"], "sequences": n,
                 **{quantity: n * r[quantity] for quantity in SUMMED}}
                for n, r in costs
            ],
            **{quantity: sum(n * r[quantity] for n, r in costs) for quantity in SUMMED},
        })  # fmt: skip
    return solved


def exponent(rows, quantity, least):
    """b of quantity ~ T^b over T >= least, least squares on logarithms, with its 95% interval."""
    points = [(r["T"], r[quantity]) for r in rows if r["T"] >= least and quantity in r]
    length, value = np.log(points).T
    fit = stats.linregress(length, value)
    half = stats.t.ppf(0.975, len(points) - 2) * fit.stderr if np.ptp(value) else 0.0
    return {
        "n": len(points),
        "longest": max(T for T, _ in points),
        "exponent": float(fit.slope),
        "interval": [float(fit.slope - half), float(fit.slope + half)],
    }


LENGTHS = (100, 300, 1000, 1200, 2000, 3000, 5000, 10_000)
LONGER = {  # as memory and time allow
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
}
MOVED_UP_TO = {"train": 10_000, "use": 100_000}  # beyond that all but movement is counted
FIT_FROM = {"train": 1000, "use": 3000}  # at use several blocks of `core.score`


def compute(quick, jobs):
    T, lengths = (24, (12, 24, 48)) if quick else (1200, LENGTHS)
    fit_from = dict.fromkeys(FIT_FROM, 12) if quick else FIT_FROM
    trained = nets.headline_nets(SEED, T=T)
    tasks = [
        (when, stage, length, length <= MOVED_UP_TO[when], trained)
        for when in STAGES
        for stage in STAGES[when]
        for length in (*lengths, *(() if quick else LONGER[when, stage]))
    ]
    tasks.sort(key=lambda task: -task[2])  # the long ones first
    rows = over(measure, tasks, jobs, "counting")
    rows.sort(key=lambda r: r["T"])
    fits = []
    for when in STAGES:
        for stage in STAGES[when]:
            of_stage = [r for r in rows if (r["when"], r["stage"]) == (when, stage)]
            for quantity in ("multiply_adds", "activations", "movement"):
                if quantity in of_stage[0]:
                    fit = exponent(of_stage, quantity, fit_from[when])
                    fits.append({"when": when, "stage": stage, "quantity": quantity, **fit})
    return {
        "T": T,
        "line": LINE,
        "cache": CACHE,
        "fit_from": fit_from,
        "window": WINDOW,
        "auto_window": core.Config.auto_truncate,
        "rows": rows,
        "exponents": fits,
        "solved": until_solved(rows, T),  # quick: at a smaller T, with the sequences of T = 1200
    }


# --------------------------------------------------------------------------
# Tables, as (header, rows of strings)
# --------------------------------------------------------------------------

COLUMNS = {
    "multiply_adds": "multiply-adds",
    "elementwise": "elementwise operations",
    "transcendental": "of these exp, log, tanh",
    "steps_forward": "steps forward",
    "steps_gradient": "steps with a gradient",
    "steps_through": "steps that pass it back",
    "activations": "activations kept, bytes",
    "movement": "movement, bytes x sqrt(lines)",
    "beyond_cache": "bytes from beyond 32 KiB",
}


def text_of(number):
    """Whole below a million, then three figures and M, G or T."""
    rounded = float(f"{number:.3g}")
    for factor, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if rounded >= factor:
            return f"{rounded / factor:g} {letter}"
    return f"{number:,.0f}"


def names_of(results):
    k = row_of(results["rows"], "train", "C", results["T"])["k"]
    return {
        ("train", "baseline"): "baseline, full BPTT",
        ("train", "LSTM"): "LSTM, full BPTT",
        ("train", "A"): f"A, window {results['auto_window']}",
        ("use", "A"): "A run, to find the surprises",
        ("train", "C"): f"C, full BPTT over k = {k:g} surprises",
        ("train", "collapsed"): f"collapsed net, window {results['window']}",
    }


def columns_of(results, names, columns):
    """A row for each stage, of its counts per sequence at `T`."""
    rows = []
    for (when, stage), name in names.items():
        r = row_of(results["rows"], when, stage, results["T"])
        rows.append((name, str(r["batch"]), *(text_of(r.get(column, 0)) for column in columns)))
    return ("", "batch", *(COLUMNS[column] for column in columns)), rows


def table_rows(results):
    """Per training sequence at `T`, each stage with the batch it trains with."""
    columns = [c for c in COLUMNS if c not in ("transcendental", "steps_through")]
    return columns_of(results, names_of(results), columns)


def use_rows(results):
    """Per sequence read after training at `T`."""
    k = row_of(results["rows"], "use", "C", results["T"])["k"]
    names = {
        "baseline": "baseline",
        "LSTM": "LSTM",
        "A": "A, which finds the surprises",
        "C": f"C, which reads k = {k:g} of them",
        "collapsed": "collapsed net",
    }
    columns = [c for c in COLUMNS if c not in ("steps_gradient", "steps_through", "activations")]
    return columns_of(results, {("use", stage): name for stage, name in names.items()}, columns)


def solved_rows(results):
    """Until the choice is right for good, at `T`; what never was solved has no cost."""
    names = {
        "baseline": "baseline, 10 times as long",
        "LSTM": "LSTM",
        "A + C": "automatizer + chunker",
        "collapsed": "collapsed net, after these two",
    }
    rows = []
    for s in results["solved"]:
        costs = ["never" if s[c] is None else text_of(s[c]) for c in SUMMED]
        seeds = f"{s['solved']['k']}/{s['solved']['n']}"
        rows.append((names[s["method"]], seeds, f"{s['sequences']:,.0f}", *costs))
    return ("", "seeds solved", "sequences", *(COLUMNS[c] for c in SUMMED)), rows


def exponent_rows(results):
    """The growth with T, a row for each stage of training and of use."""
    names = names_of(results)
    names.update({
        ("use", "baseline"): "baseline, at use", ("use", "LSTM"): "LSTM, at use",
        ("use", "C"): "C, at use", ("use", "collapsed"): "collapsed net, at use",
    })  # fmt: skip
    found = {(e["when"], e["stage"], e["quantity"]): e for e in results["exponents"]}

    def text(key):
        if key not in found:
            return "", ""
        e = found[key]
        b, low, high = (round(x, 3) + 0.0 for x in (e["exponent"], *e["interval"]))  # no -0
        return f"{b:.3f} ({low:.3f} to {high:.3f})", f"{e['longest']:,}"

    quantities, rows = ("multiply_adds", "activations", "movement"), []
    for key, name in names.items():
        cells = [cell for quantity in quantities for cell in text((*key, quantity))]
        rows.append((name, f"{results['fit_from'][key[0]]:,}", *cells))
    header = [cell for q in quantities for cell in (COLUMNS[q].split(",")[0], "to T =")]
    return ("", "from T =", *header), rows


def answer(results):
    """The finding in one sentence."""
    T, found = results["T"], {s["method"]: s for s in results["solved"]}
    baseline, C = (row_of(results["rows"], "train", stage, T) for stage in ("baseline", "C"))
    run = row_of(results["rows"], "use", "A", T)
    times = {
        quantity: found["LSTM"][quantity] / found["A + C"][quantity]
        for quantity in ("multiply_adds", "movement")
    }
    longest = max(r["T"] for r in results["rows"] if (r["when"], r["stage"]) == ("train", "C"))
    return (
        f"Of a sequence of {T:,} steps C pays for {C['steps_gradient']:.0f}: "
        f"{C['multiply_adds']:,.0f} multiply-adds, {C['activations']:.0f} bytes of activations, "
        f"the same up to T = {longest:,}, after {run['steps_forward']:,.0f} steps of A forward "
        f"({run['multiply_adds']:,.0f} multiply-adds); full BPTT pays for "
        f"{baseline['steps_gradient']:,.0f} ({text_of(baseline['multiply_adds'])} and "
        f"{baseline['activations']:,.0f} bytes) and never solves it; until solved the LSTM takes "
        f"{times['multiply_adds']:.0f} times the multiply-adds of A and C together and "
        f"{times['movement']:.0f} times their movement."
    )


# --------------------------------------------------------------------------
# Figure
# --------------------------------------------------------------------------

DRAWN = {  # colour, line, marker, size; the wide line shows beneath another
    ("train", "baseline"): (BASELINE, "-", "o", 8),
    ("train", "LSTM"): (FAINT, "-", "s", 4),
    ("train", "A"): (AUTOMATIZER, "-", "^", 4),
    ("use", "A"): (AUTOMATIZER, "--", "", 4),
    ("train", "C"): (CHUNKER, "-", "o", 4),
    ("train", "collapsed"): ("black", "-", "D", 4),
}


def figures(results):
    T, names = results["T"], names_of(results)
    kept = {
        r["stage"]: r["activations"]
        for r in results["rows"]
        if r["T"] == T and r["when"] == "train"
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
    for ax, quantity, title in (
        (axes[0, 0], "multiply_adds", "multiply-adds"),
        (axes[0, 1], "activations", "bytes of activations kept"),
        (axes[1, 0], "movement", "movement, bytes x √(lines),"),
    ):
        for key, (colour, line, marker, size) in DRAWN.items():
            rows = [r for r in results["rows"] if (r["when"], r["stage"]) == key and quantity in r]
            style = {"ls": line, "marker": marker, "ms": size, "lw": size / 2, "color": colour}
            label = names[key] if ax is axes[0, 0] else None
            if rows:
                ax.loglog([r["T"] for r in rows], [r[quantity] for r in rows], label=label, **style)
        ax.set(title=f"{title} per training sequence", xlabel="sequence length T")
        ax.title.set_fontsize(10)
    figure.legend(loc="outside lower center", ncols=3)

    ax, methods = axes[1, 1], [s for s in results["solved"] if s["multiply_adds"] is not None]
    unit = next(s for s in methods if s["method"] == "A + C")
    colours = {"LSTM": FAINT, "A + C": CHUNKER, "collapsed": "black"}
    longest = max(s[q] / unit[q] for s in methods for q in ("multiply_adds", "movement"))
    for row, s in enumerate(methods):
        for quantity, shift, alpha, label in (
            ("multiply_adds", -0.2, 1.0, "multiply-adds"), ("movement", 0.2, 0.55, "movement"),
        ):  # fmt: skip
            times = s[quantity] / unit[quantity]
            ax.barh(row + shift, times, height=0.38, color=colours[s["method"]], alpha=alpha)
            ax.text(
                times + 0.02 * longest, row + shift, f"{label} {times:.1f}", va="center", fontsize=9
            )
    ax.set_yticks(range(len(methods)), [s["method"] for s in methods])
    ax.set(xlim=(0, 1.45 * longest), title=f"until solved, T = {T:,}; A + C = 1 (baseline: never)")
    ax.title.set_fontsize(10)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    return {"cost.png": figure}


if __name__ == "__main__":
    study("cost", compute, figures)
