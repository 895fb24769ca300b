"""A and C trained with Adam, and gates between them for nets and tables.

A learns in windows, C on batches of event streams of different lengths.
"""

from __future__ import annotations

import functools
from functools import partial
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

from .counting import counting
from .optimisers import Adam, clip
from .tables import contexts

CLIP = 1.0  # longest gradient, of the batch mean
MOST = 1.5  # times a recipe's lessons, where they cost little


class Recipe(NamedTuple):
    """How A and C are trained."""

    lengths: tuple  # T is drawn from them, both included, for each batch
    A: tuple  # hidden units, rate, sequences a batch, batches
    C: tuple  # hidden units, rate, streams a batch
    lessons: tuple  # of C: (most distractors, sequences, times each is learnt from)


def orthogonal_rnn(rng, hidden, n_symbols=core.VOCAB):
    """Weights of standard deviation 1 / sqrt(hidden), but W_hh orthogonal."""
    net = core.init_rnn(rng, hidden, 1 / np.sqrt(hidden), n_symbols, n_symbols)
    net.W_hh[...] = np.linalg.qr(rng.normal(size=(hidden, hidden)))[0]
    return net


def step(net, grad, adam, u, weight, frozen):
    """Forward, backward and one step of Adam on what is loaded in `u`, parts left as they are."""
    core.forward(net, u)
    core.backward(net, grad, u, weight=weight)
    for part in frozen:
        getattr(grad, part)[...] = 0.0
    clip(grad.flat, CLIP)
    adam.step(net.flat, grad.flat)


def learn_in_windows(net, batches, length, lr, n_batches, frozen=()):
    """As `core.learn`, truncated BPTT, but with Adam; its rate falls to zero over `n_batches`.

    `frozen` names parts of the net that no update changes, such as "W_hh". Yields the
    buffers after each batch, with what was predicted before learning.
    """
    grad, adam = core.zeros_like(net), Adam(len(net.flat), lr)

    @functools.lru_cache(maxsize=64)
    def unrolled(T, B):
        u = core.buffers(net, T - 1, B)
        return u, core.windows(u, length), np.full((1, B), 1 / B)

    for n, tokens in enumerate(batches):
        u, cuts, weight = unrolled(*tokens.shape)
        core.load(u, tokens)
        adam.lr = lr * (1 - n / n_batches)
        for part in cuts:
            step(net, grad, adam, part, weight, frozen)
        yield u


# ==== What passes events up: functions from tokens (T, N) to flags (T, N) =========================
def net_outputs(net, tokens):
    """Of x_1 .. x_{T-1} the loss in nats, and what was mispredicted: (T - 1, N) both."""
    parts = [
        (core.surprisal(log_p, came), log_p.argmax(axis=-1) != came)
        for _, came, log_p in core.log_probabilities(net, tokens)
    ]
    return tuple(map(np.concatenate, zip(*parts)))


def table_outputs(log_p, order, tokens):
    """The same of a table of log p, (contexts, symbols)."""
    rows = contexts(tokens, order, log_p.shape[1])
    return -log_p[rows, tokens[1:]], log_p.argmax(axis=1)[rows] != tokens[1:]


def flagged(outputs, threshold, tokens):
    """What was mispredicted or, given a threshold, what costs more; and the first symbol."""
    loss, wrong = outputs(tokens)
    return core.with_first(wrong if threshold is None else loss > threshold)


def gated(outputs, gate, probe):
    """The flags of a gate; a threshold is half-way between filler and targets of the probe."""
    threshold = None if gate == "mispredicted" else core.surprise_threshold(outputs(probe)[0])
    return partial(flagged, outputs, threshold)


def random_flags(flags_of, rng, tokens):
    """As many as another passes up, at random times; the first symbol and the last always."""
    flags = np.zeros(tokens.shape, bool)
    flags[[0, -1]] = True
    for b, n in enumerate(flags_of(tokens).sum(axis=0)):
        flags[1 + rng.choice(len(tokens) - 2, max(0, n - 2), replace=False), b] = True
    return flags


def everything(tokens):
    return np.ones(tokens.shape, bool)


# ==== Event streams ===============================================================================
class Streams(NamedTuple):
    """Event streams: their symbols, lengths of the sequences, whether the target is among them."""

    symbols: list
    T: np.ndarray
    target: np.ndarray


def passed_up(flags_of, drawn):
    """The events of sequences."""
    found = [e for d in drawn for e in core.pass_up(d.tokens, flags_of(d.tokens))]
    T = np.concatenate([np.full(d.tokens.shape[1], len(d.tokens)) for d in drawn])
    return Streams([e.symbols for e in found], T, np.array([e.target_flagged for e in found]))


def index_batches(rng, plan, batch):
    """Batches of the indices of streams, lesson by lesson: `plan` says (streams, how many)."""
    start = 0
    for n, many in plan:
        rounds = [start + rng.permutation(n) for _ in range(-(-many // n))]
        order = np.concatenate(rounds)[:many]
        yield from (order[i : i + batch] for i in range(0, many - batch + 1, batch))
        start += n


def padded(streams):
    """Streams of symbols, each (k,), as tokens (longest, B), and what counts, (longest - 1, B).

    What counts are the predictions of a stream's own symbols: what fills it up comes after.
    """
    tokens = np.zeros((max(map(len, streams)), len(streams)), np.intp)
    weight = np.zeros((len(tokens) - 1, len(streams)))
    for b, stream in enumerate(streams):
        tokens[: len(stream), b] = stream
        weight[: len(stream) - 1, b] = 1.0
    return tokens, weight


def padded_steps(streams, batch):
    """Steps for a stream in batches of so many, with what fills shorter ones up, on average."""
    n = max(1, len(streams) // batch)
    longest = [max(map(len, streams[i::n])) for i in range(n)]  # as mixed as batches are
    return float(np.mean(longest)) - 1


def learn_streams(net, streams, batches, lr, n_batches, frozen=()):
    """Full BPTT on batches of event streams with Adam; its rate falls to zero over `n_batches`.

    `batches` gives indices of `streams`. Yields after each batch the steps it took, with
    those that fill up shorter streams.
    """
    grad, adam = core.zeros_like(net), Adam(len(net.flat), lr)
    unrolled = functools.lru_cache(maxsize=64)(functools.partial(core.buffers, net))
    for n, batch in enumerate(batches):
        tokens, weight = padded([streams[i] for i in batch])
        u = unrolled(len(tokens) - 1, len(batch))
        core.load(u, tokens)
        adam.lr = lr * (1 - n / n_batches)
        step(net, grad, adam, u, weight / len(batch), frozen)
        yield weight.size


def last_predictions(net, streams, block=100):
    """What a net predicts of the last symbol of each stream, logits (N, n_out)."""
    logits = np.empty((len(streams), len(net.b_y)))
    for start in range(0, len(streams), block):
        part = streams[start : start + block]
        tokens, weight = padded(part)
        u = core.buffers(net, len(tokens) - 1, len(part))
        core.load(u, tokens)
        core.forward_hidden(net, u)
        last = weight.sum(axis=0).astype(np.intp)  # hidden[0] came before the stream
        logits[start : start + len(part)] = core.read_out(net, u.hidden[last, np.arange(len(part))])
    return logits


def choices(C, streams, targets, n_choices):
    """Which choices are right; a target that did not go up is wrong."""
    long_enough = [x if len(x) > 1 else np.zeros(2, int) for x in streams.symbols]
    chosen = last_predictions(C, long_enough)[:, :n_choices].argmax(axis=1)
    return streams.target & (chosen == targets)


# ==== What it costs ===============================================================================
def multiply_adds(A, C, window, V):
    """Of a step of A's training, of a symbol that A reads and of a step of C's training.

    `A` and `C` are (hidden units, sequences a batch), `window` the steps of A's BPTT, and V
    the number of symbols. Counted in the code that runs, over n batches.
    """
    (hidden, batch), (c_hidden, c_batch) = A, C
    rng, lr, length, events, n = np.random.default_rng(0), 0.001, 5 * window, 10, 10

    def counted_in(action):
        with counting(movement=False) as meter:
            before = sum(sums["multiply_adds"] for sums in meter.counts.values())
            steps = action()
            after = sum(sums["multiply_adds"] for sums in meter.counts.values())
        return (after - before) / steps

    def learns():
        net = orthogonal_rnn(rng, hidden, V)
        batches = (rng.integers(V, size=(length + 1, batch)) for _ in range(n))
        for _ in learn_in_windows(net, batches, window, lr, n):
            pass
        return n * length * batch

    def reads():
        net, tokens = orthogonal_rnn(rng, hidden, V), rng.integers(V, size=(length + 1, 64))
        for _ in core.predictions(net, tokens):
            pass
        return length * 64

    def chunker_learns():
        net = orthogonal_rnn(rng, c_hidden, V)
        streams = rng.integers(V, size=(c_batch, events))
        return sum(learn_streams(net, streams, [np.arange(c_batch)] * n, lr, n))

    found = map(counted_in, (learns, reads, chunker_learns))
    return dict(zip(("A learns", "A reads", "C learns"), found))


def presentations(recipe, part):
    """(sequences, how many are learnt from, again and again) of each lesson, for a part of them."""
    batch = recipe.C[2]
    many = [(n, max(batch, int(part * n * times))) for _, n, times in recipe.lessons]
    return [(min(n, m), m) for n, m in many]


def affordable(recipe, up, steps, cost, budget):
    """The part of its lessons that C can pay for, at most `MOST`, by its steps for a stream."""
    T = np.mean(recipe.lengths)

    def spent(part):
        plan = presentations(recipe, part)
        read = up.reads * T * sum(n for n, _ in plan)
        return up.trained + read + cost["C learns"] * steps * sum(many for _, many in plan)

    low, high = 0.0, MOST
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if spent(middle) <= budget else (low, middle)
    return low
