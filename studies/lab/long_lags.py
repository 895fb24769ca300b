"""Experiment 2 of Hochreiter and Schmidhuber 1997: its tasks, A + C on them.

In 2a and 2b x and y are the symbols 0 and 1, a1 .. a(p-1) are 2 .. p.
"""

from __future__ import annotations

import numpy as np

import chunker_very_deep_1200 as core

from .nets1997 import TOLERANCE
from .optimisers import Adam
from .tables import contexts


# ==== Tasks =======================================================================================
def draw_2a(rng, p, batch):
    """Sequences (p + 1, batch) of which there are two."""
    tokens = np.empty((p + 1, batch), np.intp)
    tokens[1:-1] = np.arange(2, p + 1)[:, None]
    tokens[0] = tokens[-1] = rng.integers(2, size=batch)
    return tokens


def draw_2b(rng, p, batch):
    """The same (p + 1, batch) with a middle of a1 .. a(p-1) at random."""
    tokens = rng.integers(2, p + 1, (p + 1, batch))
    tokens[0] = tokens[-1] = rng.integers(2, size=batch)
    return tokens


def draw_2c(rng, q, p, batch):
    """Sequences (q + k + 4, batch) with one k: b, x or y, distractors, e, x or y again."""
    k = int(rng.geometric(0.1)) - 1
    tokens = rng.integers(4, 4 + p, (q + k + 4, batch))
    tokens[0], tokens[-2] = 3, 2  # b, e
    tokens[1] = tokens[-1] = rng.integers(2, size=batch)
    return tokens


DRAW = {"2a": draw_2a, "2b": draw_2b}


def probability(probs, came):
    """Of the symbols (n, B) that came, from (n, B, V)."""
    return np.take_along_axis(probs, came[..., None], axis=-1)[..., 0]


def within(task, came):
    """Which sequences are right, (B,), by the probability (n, B) of what came.

    As the outputs of a softmax add up to 1, all are within the tolerance when that one is.
    """
    return (came if task == "2a" else came[-1:]).min(axis=0) > 1 - TOLERANCE


class Streak:
    """Counts sequences until `length` in a row have been right."""

    def __init__(self, length):
        self.length, self.seen, self.now = length, 0, 0

    def add(self, right):
        """A batch of sequences, bool (B,); is the streak long enough?"""
        for r in right:
            self.seen, self.now = self.seen + 1, self.now + 1 if r else 0
        return self.now >= self.length

    @property
    def first(self):
        """The number, from 1, of the sequence that the streak began with."""
        return self.seen - self.now + 1


def asked_of_frozen(task, p, n, rng):
    """What frozen nets are asked, in batches (p + 1, B): 2a's two sequences, or n fresh ones."""
    if task == "2a":
        tokens = draw_2a(rng, p, 2)
        tokens[0] = tokens[-1] = range(2)
        return [tokens]
    return (DRAW[task](rng, p, min(250, n)) for _ in range(-(-n // 250)))


def frozen_right(ask, asked, task, r, reading, onehot):
    """Does trial r of the nets of 1997 have everything right that it is asked?"""
    for tokens in asked:
        error = ask(tokens, None, onehot, np.full(tokens.shape[1], r))[reading]
        if (error if task == "2a" else error[-1:]).max() >= TOLERANCE:
            return False
    return True


def only_when_stopped(one, in_a_row):
    """Were all that solved it right when their budget ended, and not so often in a row before?"""
    took = [n for n in one["sequences"] if n is not None]
    return bool(took) and min(took) > max(0, one["budget"] - in_a_row)


def task_of(one):
    lag = f"q = {one['q']:,}, p = {one['p']:,}" if "q" in one else f"p = {one['p']}"
    return f"{one['task']}, {lag}"


# ==== A, or a table in its place, and C ===========================================================
A_UNITS, A_WINDOW, A_BATCH = 32, 10, 8
A_START = {"2a": (0.3, 0.003), "2b": (0.1, 0.001)}  # standard deviation of weights, rate of Adam
C_UNITS, C_RATE = 8, 0.01


class Automatizer:
    """A, by truncated BPTT; in 2b the rate falls linearly to 0 over so many batches."""

    def __init__(self, rng, task, p, falls_over=None):
        std, self.rate = A_START[task]
        self.net = core.init_rnn(rng, A_UNITS, std, p + 1, p + 1)
        self.grad, self.adam = core.zeros_like(self.net), Adam(len(self.net.flat), self.rate)
        self.u, self.falls_over, self.n = core.buffers(self.net, p, A_BATCH), falls_over, 0
        self.parts = core.windows(self.u, A_WINDOW)

    def learn(self, tokens):
        """Learn from a batch (p + 1, A_BATCH); returns what it predicted, (p, A_BATCH, V)."""
        core.load(self.u, tokens)
        if self.falls_over:
            self.adam.lr = self.rate * (1 - self.n / self.falls_over)
        for part in self.parts:
            core.forward(self.net, part)
            core.backward(self.net, self.grad, part)
            self.adam.step(self.net.flat, self.grad.flat)
        self.n += 1
        return self.u.probs

    def predict(self, tokens):
        """Probabilities (p, B, V) for sequences (p + 1, B)."""
        u = core.buffers(self.net, len(tokens) - 1, tokens.shape[1])
        core.load(u, tokens)
        core.forward(self.net, u)
        return u.probs


class Table:
    """Frequencies of what follows the last `order` symbols, with half a count for the unseen."""

    def __init__(self, p, order):
        self.V, self.order = p + 1, order
        self.counts = np.full(((self.V + 1) ** order, self.V), 0.5)

    def learn(self, tokens):
        probs = self.predict(tokens)
        np.add.at(self.counts, (contexts(tokens, self.order, self.V), tokens[1:]), 1.0)
        return probs

    def predict(self, tokens):
        rows = self.counts[contexts(tokens, self.order, self.V)]
        return rows / rows.sum(axis=-1, keepdims=True)


class Chunker:
    """C: full BPTT over the events of a sequence, with Adam; counts the events it learnt from."""

    def __init__(self, rng, n_symbols):
        self.net = core.init_rnn(rng, C_UNITS, core.CHUNK_STD, n_symbols, n_symbols)
        self.grad, self.adam = core.zeros_like(self.net), Adam(len(self.net.flat), C_RATE)
        self.steps = 0

    def learn(self, events):
        """Learn from (k,) symbols, k > 1; returns what it predicted, (k - 1, n_symbols)."""
        u = core.buffers(self.net, len(events) - 1, 1)
        core.load(u, events[:, None])
        core.forward(self.net, u)
        core.backward(self.net, self.grad, u)
        self.adam.step(self.net.flat, self.grad.flat)
        self.steps += len(u.probs)
        return u.flat.probs

    def read_only(self, events):
        """As `learn`, with nothing learnt."""
        u = core.buffers(self.net, len(events) - 1, 1)
        u.tokens[:-1, 0] = events[:-1]
        core.forward(self.net, u)
        return u.flat.probs

    def after(self, events):
        """Its prediction (n_symbols,) after k >= 1 events (k,)."""
        u = core.buffers(self.net, len(events), 1)
        u.tokens[:-1, 0] = events
        core.forward(self.net, u)
        return u.flat.probs[-1]


def answered(probs, x, learn):
    """Of 2a, p(x_t), (p,), by A where it is sure and elsewhere by C, from A's `probs` (p, V)."""
    came = probs[np.arange(len(probs)), x[1:]]
    up = core.with_first((came <= 1 - TOLERANCE)[:, None])[:, 0]
    if up.sum() > 1:
        by_c = learn(x[up])
        read = np.minimum(np.cumsum(up[:-1]), len(by_c)) - 1  # of the events, the last so far
        unsure = probs.max(axis=-1) <= 1 - TOLERANCE
        came = np.where(unsure, by_c[read, x[1:]], came)
    return came


def with_times(x, up, n_symbols):
    """Events of one sequence as C reads them: symbol, waiting time, symbol, .., (2 k - 1,)."""
    times = np.flatnonzero(up)
    told = np.empty(2 * len(times) - 1, np.intp)
    told[::2], told[1::2] = x[times], n_symbols + np.diff(times)
    return told


def at_the_end(C, x, up, n_symbols):
    """Of one sequence, what C gives to the last step being an event, and then to its symbol.

    It reads the events before the last step alone, with their times.
    """
    before = with_times(x, np.append(up[:-1], False), n_symbols)
    wait = n_symbols + len(x) - 1 - np.flatnonzero(up[:-1])[-1]
    return C.after(before)[wait], C.after(np.append(before, wait))[x[-1]]


def losses(A, tokens):
    """-log p(x_t), (p, B), in nats."""
    return -np.log(probability(A.predict(tokens), tokens[1:]))


def learn_events(A, C, threshold, p, rng, most, in_a_row):
    """C learns until a streak: the first of its sequences, and the events until then.

    At the end of its budget `most` the streak is the one that it is in.
    """
    streak, steps = Streak(in_a_row), []
    while streak.seen < most:
        tokens = draw_2b(rng, p, A_BATCH)
        came = probability(A.predict(tokens), tokens[1:])
        mask = core.surprising(-np.log(came), threshold)
        for x, up, p_last in zip(tokens.T, mask.T, came[-1]):
            now, told = at_the_end(C, x, up, p + 1)
            if up.sum() > 1:
                C.learn(with_times(x, up, p + 1))
            steps.append(C.steps)
            if streak.add([now * told + (1 - now) * p_last > 1 - TOLERANCE]):
                return streak.first, steps[streak.first - 1]
    first = min(streak.first, streak.seen)
    return first, steps[first - 1]


def ask_events(A, C, threshold, p, rng, n):
    """Shares of n fresh sequences: exactly the first and last go up; right; right when told when.

    The probability that C gives to this moment weighs its own answer, the rest of it A's.
    """
    exact, together, alone, said = [], [], [], {}
    for tokens in asked_of_frozen("2b", p, n, rng):
        came = probability(A.predict(tokens), tokens[1:])
        mask = core.surprising(-np.log(came), threshold)
        exact += (mask[-1] & (mask.sum(axis=0) == 2)).tolist()
        for x, up, p_last in zip(tokens.T, mask.T, came[-1]):
            before = (*np.flatnonzero(up[:-1]), *x[:-1][up[:-1]], x[-1])
            if before not in said:  # C says the same after the same events
                said[before] = at_the_end(C, x, up, p + 1)
            now, told = said[before]
            together.append(now * told + (1 - now) * p_last > 1 - TOLERANCE)
            alone.append(told > 1 - TOLERANCE)
    shares = {"exact": exact, "right": together, "told": alone}
    return {name: float(np.mean(values)) for name, values in shares.items()}
