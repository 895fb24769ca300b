"""Counts what training and reading cost: arithmetic, memory kept for a backward pass, bytes moved.

Within `counting()` the module and the lab run unchanged on arrays of a subclass of
ndarray, `Counted`, that notes each operation; results are the same bit for bit (a
test). Noted are, per operation,

    multiply-adds     of matrix products, n m k each
    elementwise       results of elementwise operations and terms of sums
    transcendental    calls of exp, log and tanh, among the elementwise ones
    steps forward     rows of h_{t-1} in a product h_{t-1} W_hh
    steps, gradient   rows of delta_t in the product that sums the gradient of W_hh
    steps through     rows of delta_{t+1} in a product delta_{t+1} W_hh^T
    activations       lines of 64 bytes written in a forward pass and read before the
                      next, by loss and backward pass; the largest such set, in bytes
    movement          64 sqrt(d) for each line that is read or written

The model of memory is a stack of lines, the last used on top (least recently used,
LRU). The reuse distance d of a line is the number of distinct lines used since its
last use, itself included; at its first use, of all lines used so far. An operation
reads its operands whole, in order, and then writes its result. 64 sqrt(d) is how far
64 bytes go in a memory laid out in two dimensions (the byte-movement distance,
ByteDMD, here in whole lines). Bytes used at d > 512 are counted too: they come from
beyond a cache of 32 KiB.

Arrays lie at addresses of our own, from multiples of 64 on, a freed one's place going to
the next of its size: the numbers do not depend on the machine. Zeros that are asked for
are written. Not modelled: what a product of matrices does inside, and what Python does.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import numpy as np

import chunker_very_deep_1200 as core

from . import collapsed, lstm, optimisers, training

# ==== Reuse distances, exactly, many at once ======================================================


def inversions(values):
    """For each i the number of j < i with values[j] > values[i]; values a permutation of 0 .. n-1.

    A radix sort, the highest bit first. Values that agree in all higher bits form
    a group; it lies in its sorted place, each group in the old order. In a group
    a value with a 0 is smaller than every one with a 1: the number of 1s before it
    is added to its count. Then the bit splits the group in two.
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


class LruStack:
    """The lines of memory in order of their last use."""

    def __init__(self):
        self.lines = np.empty(0, np.int32)  # the last used at the end

    def use(self, lines):
        """Use these lines one after the other: the reuse distance of each, counted from 1.

        With p_i the use of the same line before i, the uses j in between whose
        own p_j > p_i are repeats, and all j < i with p_j > p_i are in between:

            distance_i = i - p_i - #{j < i: p_j > p_i}
        """
        trace = np.concatenate([self.lines, lines.astype(np.int32)])
        order = np.argsort(trace, kind="stable").astype(np.int32)
        again = np.append(trace[order[1:]] == trace[order[:-1]], False)
        before = np.full(len(trace), -1, np.int32)
        before[order[1:][again[:-1]]] = order[:-1][again[:-1]]
        first = before < 0
        distance = np.cumsum(first, dtype=np.int32)  # of a first use
        i = np.flatnonzero(~first).astype(np.int32)
        p = before[i]
        used = np.zeros(len(trace), np.int32)
        used[p] = 1
        distance[i] = i - p - inversions(np.cumsum(used, dtype=np.int32)[p] - 1)
        known = len(self.lines)
        self.lines = trace[np.sort(order[~again])]
        return distance[known:]


# ==== What is noted of each operation =============================================================

LINE, CACHE = 64, 32 * 1024  # bytes
PHASES = ("data", "forward", "backward", "optimiser", "rest")
COUNTS = (
    "multiply_adds", "elementwise", "transcendental",
    "steps_forward", "steps_gradient", "steps_through", "operations",
)  # fmt: skip
MOVED = ("movement", "beyond_cache")
AT_ONCE = 1 << 20  # uses of lines whose distances are found at once


class Meter:
    """Sums over the operations noted, by phase; with `movement` the reuse distances too."""

    def __init__(self, movement):
        self.counts = {phase: dict.fromkeys(COUNTS, 0) for phase in PHASES}
        self.phase = "rest"  # None: nothing is noted
        self.end, self.freed = 0, defaultdict(list)  # of the address space; by number of lines
        self.live = np.zeros(0, bool)  # lines that the forward pass wrote last
        self.kept, self.activations = [], 0  # lines of `live` read by the backward pass
        self.movement = movement
        self.stack, self.pending, self.n_pending = LruStack(), [], 0
        self.moved = np.zeros((len(MOVED), len(PHASES)))
        self.marks = defaultdict(list)

    def allocate(self, size):
        """An address for `size` bytes, from a multiple of LINE on."""
        n_lines = -(-size // LINE)
        if self.freed[n_lines]:
            return self.freed[n_lines].pop()
        start = self.end
        self.end += n_lines * LINE
        return start

    def free(self, start, size):
        self.freed[-(-size // LINE)].append(start)

    def note(self, reads, write, **counts):
        """An operation that reads these arrays and then writes one, or none."""
        if self.phase is None:
            return
        sums = self.counts[self.phase]
        sums["operations"] += 1
        for name, n in counts.items():
            sums[name] += n
        used = [array.lines for array in reads if isinstance(array, Counted)]
        if self.end // LINE > len(self.live):
            self.live = np.append(self.live, np.zeros(self.end // LINE, bool))
        if self.phase in ("backward", "rest"):
            self.kept += [kept for lines in used if len(kept := lines[self.live[lines]])]
        if isinstance(write, Counted):
            self.live[write.lines] = self.phase == "forward"
            used.append(write.lines)
        if self.movement:
            self.note_used(used)

    def note_used(self, used):
        phase = PHASES.index(self.phase)
        self.pending += [(lines, phase) for lines in used]
        self.n_pending += sum(map(len, used))
        if self.n_pending >= max(AT_ONCE, len(self.stack.lines)):
            self.move()

    def move(self):
        """Find the reuse distances of the lines used since the last call."""
        if self.pending:
            lines, codes = zip(*self.pending)
            phases = np.repeat(codes, list(map(len, lines)))
            distance = self.stack.use(np.concatenate(lines))
            for sums, each in zip(self.moved, (np.sqrt(distance), distance > CACHE // LINE)):
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
        phases = (dict(zip(names, column.tolist())) for column in by_phase.T)
        return {
            **dict(zip(names, by_phase.sum(axis=1).tolist())),
            "activations": activations / n_sequences,
            "phases": dict(zip(PHASES, phases)),
        }


# ==== Arrays that note what is done with them =====================================================


class Buffer:
    """The memory of an array and its views: where it is, and where it counts as being."""

    def __init__(self, real, size, meter):
        self.real, self.size, self.meter = real, size, meter
        self.start = meter.allocate(size)

    def holds(self, address):
        return self.real <= address < self.real + self.size

    def __del__(self):
        self.meter.free(self.start, self.size)


def plain(x):
    """The same as a plain ndarray; tuples and lists of arrays too."""
    if isinstance(x, (tuple, list)):
        return type(x)(map(plain, x))
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
            options["out"] = plain(out)
        result = getattr(ufunc, method)(*map(plain, inputs), **options)
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
        result = counted(function(*plain(arguments), **{k: plain(v) for k, v in options.items()}))
        if function is np.copyto:
            self.meter.note(arguments[1:2], arguments[0])
        elif function is np.concatenate:
            self.meter.note(arguments[0], result)
        elif function is np.einsum and arguments[0] == "ij,ij->i":
            self.meter.note(arguments[1:], result, multiply_adds=arguments[1].size)
        elif function is not np.empty_like:
            raise TypeError(f"{function.__name__} is not counted")
        return result

    def noted(self, result, others=(), out=None, **counts):
        """A result, in `out` or to be counted from now on, of this array and others."""
        written = counted(result) if out is None else out
        self.meter.note((self, *others), written, **counts)
        return written

    def dot(self, other, out=None):
        result = self.view(np.ndarray).dot(plain(other), plain(out))
        multiply_adds, steps = self.size * (other.shape[-1] if other.ndim > 1 else 1), {}
        if getattr(other, "recurrent", False):
            transposed = other.strides[0] < other.strides[1]
            steps["steps_through" if transposed else "steps_forward"] = self.size // len(other)
        if getattr(out, "recurrent", False):
            steps["steps_gradient"] = len(other)
        return self.noted(result, (other,), out, multiply_adds=multiply_adds, **steps)

    def take(self, indices, axis=None, out=None, mode="raise"):
        result = self.view(np.ndarray).take(plain(indices), axis, plain(out), mode)
        return self.noted(result, (indices,), out)

    def argmax(self, axis=None):
        return self.noted(self.view(np.ndarray).argmax(axis), elementwise=self.size)

    def cumsum(self, axis=None, dtype=None, out=None):
        result = self.view(np.ndarray).cumsum(axis, dtype, plain(out))
        return self.noted(result, elementwise=self.size)

    def copy(self):
        return self.noted(self.view(np.ndarray).copy())

    def __getitem__(self, key):
        result = super().__getitem__(key)
        if isinstance(result, Counted) and result.buffer is not self.buffer:  # a copy
            self.meter.note((self, *(key if isinstance(key, tuple) else (key,))), result)
        return result

    def __setitem__(self, key, value):
        super().__setitem__(plain(key), plain(value))
        self.meter.note((value,), self[key] if self.meter.phase else None)


def counted(result):
    """A result of numpy's in memory of its own, to be counted from now on; scalars as they are."""
    return result.view(Counted) if isinstance(result, np.ndarray) else result


def lines_of(array):
    """The lines that an array, gaps left out, lies on."""
    if not array.size:
        return np.empty(0, np.int64)
    start = array.buffer.start + array.at - array.buffer.real
    if array.flags.forc:
        return np.arange(start // LINE, (start + array.nbytes - 1) // LINE + 1)
    first = start + sum(min(stride, 0) * (n - 1) for stride, n in zip(array.strides, array.shape))
    axes = sorted(zip(map(abs, array.strides), array.shape), reverse=True)
    apart = (stride * np.arange(n) for stride, n in axes if stride)
    at = functools.reduce(np.add.outer, apart, first).ravel()
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


# ==== Counting what the module and the lab do =====================================================

MODULES = (core, lstm, optimisers, collapsed, training)  # whose arrays are counted
# A function is named where it is looked up: `from .optimisers import clip` makes one more place.
IN_PHASE = {
    "data": [(core, "load"), (collapsed, "state_goals")],
    "forward": [
        (core, "forward"), (core, "forward_hidden"), (collapsed, "forward"), (lstm, "forward_lstm"),
    ],
    "backward": [(core, "backward"), (lstm, "backward_lstm")],
    "optimiser": [
        (core, "sgd"), (optimisers.Adam, "step"), (lstm, "clip"), (collapsed, "clip"),
    ],
    None: [  # what only draws sequences or watches a run
        (core, "trigger_recall"), (core, "mean_loss"), (core, "check_finite"),
        (core, "distinct"), (collapsed, "states_at"), (collapsed, "margins"),
    ],
}  # fmt: skip
MAKES_NETS = [(core, "zero_rnn"), (core, "zeros_like"), (lstm, "zero_lstm")]


def in_phase(function, phase, meter):
    """The function; what it does is noted under `phase`, unless a caller's phase holds."""

    @functools.wraps(function)
    def wrapped(*arguments, **options):
        if function.__name__ == "load":  # with which a batch begins
            meter.mark("load")
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


def marks_recurrent(make):
    """A maker of nets, whose recurrent matrix is marked."""

    @functools.wraps(make)
    def wrapped(*sizes, **options):
        net = make(*sizes, **options)
        getattr(net, "W_h" if isinstance(net, lstm.LSTM) else "W_hh").recurrent = True
        return net

    return wrapped


def counted_constant(make):
    """A maker of constants that makes each but once, `Counted`; that of `VOCAB` right away."""
    made = functools.cache(lambda n: make.__wrapped__(n).view(Counted))  # not in its own cache
    made(core.VOCAB)
    return made


@contextmanager
def counting(movement=True):
    """Within, `MODULES` compute with `Counted` arrays: yields their `Meter`.

    Drawing is noted when left to a default argument, bound before: name `core.TRIGGER_RECALL`.
    """
    meter = Meter(movement)
    with ExitStack() as stack:

        def replace(owner, name, new):
            stack.enter_context(patch.object(owner, name, new))

        replace(Counted, "meter", meter)
        for name in ("identity", "row_summer"):
            replace(core, name, counted_constant(getattr(core, name)))
        for phase, functions in IN_PHASE.items():
            for owner, name in functions:
                replace(owner, name, in_phase(getattr(owner, name), phase, meter))
        task = core.TRIGGER_RECALL._replace(draw=core.trigger_recall)
        replace(core, "TRIGGER_RECALL", task)
        for owner, name in MAKES_NETS:
            replace(owner, name, marks_recurrent(getattr(owner, name)))
        for module in MODULES:
            replace(module, "np", CountedNumpy())
        yield meter
