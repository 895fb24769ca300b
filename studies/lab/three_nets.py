"""Elman net, GRU and LSTM, taught `languages` that need counting, asked them, looked into."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core

from . import gru, languages, lstm
from .optimisers import Adam, clip
from .randomness import generators
from .streams import orthogonal_rnn, padded
from .training import copied

BLOCKS = {"a^n b^n": 2, "a^n b^n c^n": 3}  # and their letters
BRACKETS = {"Dyck-1": 1, "Dyck-2": 2}  # and their kinds
DEPTH = 5  # of the deepest brackets trained on
BLOCK_BATCH, BRACKET_BATCH, FIRST = 10, 32, 5  # n of the first strings
RATES = {
    "blocks": {"Elman": 0.01, "GRU": 0.03, "LSTM": 0.03},
    "brackets": {"Elman": 0.03, "GRU": 0.03, "LSTM": 0.03},
}
ORDERS = (10, 20)  # of the tables
FARTHER = 4  # times the longest n trained on, for R^2
PARTS = ("init", "data")
STEEPEST, LESSONS = 1.0, 0.6  # longest gradient; share of the updates until all strings are in
DECAY = 1e-6  # of a read-out alone


# ==== The nets ====================================================================================
class Kind(NamedTuple):
    """One of the three nets: what makes, unrolls, runs and teaches it, and where its state is."""

    hidden: int
    initial: Callable  # rng, hidden, symbols -> net
    unroll: Callable  # net, steps, batch -> buffers
    forward: Callable
    backward: Callable  # net, gradient, buffers, weight (n, B)
    carried: Callable  # buffers -> what a step hands on, (n + 1, B, H) each
    memory: Callable  # buffers -> what may count, (n, B, H)


def weighted(backward):
    """A backward pass from u.error as one with a weight of each step's loss."""

    def run(net, grad, u, weight):
        np.subtract(u.probs, u.onehot[1:], u.error)
        np.multiply(u.error, weight[..., None], u.error)
        backward(net, grad, u)

    return run


def init_gru(rng, hidden, n_symbols):
    return gru.init_gru(rng, hidden, n_symbols, n_symbols)


def init_lstm(rng, hidden, n_symbols):
    return lstm.init_lstm(rng, hidden, forget_bias=1.0, n_in=n_symbols, n_out=n_symbols)


def elman_backward(net, grad, u, weight):
    core.backward(net, grad, u, weight=weight)


KINDS = {
    "Elman": Kind(
        21, orthogonal_rnn, core.buffers, core.forward, elman_backward,
        lambda u: (u.hidden,), lambda u: u.hidden[1:],
    ),
    "GRU": Kind(
        12, init_gru, gru.unroll_gru, gru.forward_gru, weighted(gru.backward_gru),
        lambda u: (u.h,), lambda u: u.h[1:],
    ),
    "LSTM": Kind(
        10, init_lstm, lstm.unroll_lstm, lstm.forward_lstm, weighted(lstm.backward_lstm),
        lambda u: (u.h, u.c), lambda u: u.c[1:],
    ),
}  # fmt: skip


def learn(kind, net, batches, rate):
    """Full BPTT: an update for each of `batches`, (tokens (T, B), weights (T - 1, B))."""
    grad, adam = core.zeros_like(net), Adam(len(net.flat), 0.0)
    unrolled = functools.lru_cache(maxsize=256)(functools.partial(kind.unroll, net))
    for (tokens, weight), adam.lr in zip(batches, rate, strict=True):
        u = unrolled(len(tokens) - 1, tokens.shape[1])
        core.load(u, tokens)
        kind.forward(net, u)
        kind.backward(net, grad, u, weight / weight.sum())
        clip(grad.flat, STEEPEST)
        adam.step(net.flat, grad.flat)
    return net


def falling(rate, n_updates):
    """Rates of so many updates, down to 0 along a straight line."""
    return rate * (1 - np.arange(n_updates) / n_updates)


def short_first(rng, strings, batch, n_updates, first):
    """`padded` batches of different ones of `strings`, which are in order of their lengths.

    They are drawn from the shortest `first`, then from more and more, and from all of them
    for the rest of the updates after the share `LESSONS`.
    """
    for n in range(n_updates):
        more = (len(strings) - first) * n / (LESSONS * n_updates)
        among = min(len(strings), int(first + more))
        drawn = rng.choice(among, min(batch, among), replace=False)
        yield padded([strings[i] for i in drawn])


def read_out_fitted(kind, net, strings, most):
    """Fit only the read-out, in at most so many steps, on the states that the net has now."""
    tokens, weight = padded(strings)
    u = kind.unroll(net, len(tokens) - 1, tokens.shape[1])
    core.load(u, tokens)
    kind.forward(net, u)
    counts = weight > 0
    h = np.column_stack([kind.carried(u)[0][1:][counts], np.ones(counts.sum())])
    wanted = u.onehot[1:][counts]

    def loss(flat):
        """Cross-entropy, and so little decay that only weights without bound feel it."""
        log_p = scipy.special.log_softmax(h @ flat.reshape(h.shape[1], -1), axis=1)
        error = scipy.special.softmax(log_p, axis=1) - wanted
        slope = (h.T @ error).ravel() / len(h) + DECAY * flat
        return -(wanted * log_p).sum() / len(h) + DECAY / 2 * flat.dot(flat), slope

    start = np.zeros(h.shape[1] * wanted.shape[1])
    found = scipy.optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": most}
    ).x
    net.W_hy[...], net.b_y[...] = np.split(found.reshape(h.shape[1], -1), [len(net.W_hy)])
    return net


# ==== Reading =====================================================================================
def stepper(kind, net, rows):
    """A function from states and a symbol to choices (rows,) and the states after it."""
    u = kind.unroll(net, 1, rows)

    def step(states, symbol):
        for held, state in zip(kind.carried(u), states):
            held[0] = state
        u.tokens[0] = symbol
        kind.forward(net, u)
        return u.probs[0].argmax(axis=-1), [held[1] for held in kind.carried(u)]

    return step


def states_of(kind, net, tokens):
    """The memory after each symbol, (n, H)."""
    u = kind.unroll(net, len(tokens), 1)
    u.tokens[:-1, 0] = tokens
    kind.forward(net, u)
    return kind.memory(u)[:, 0].copy()


def right_blocks(kind, net, n_letters, cap):
    """Whether the string of each n = 1 .. `cap` is right, (cap,).

    The a's are read once; from each n on a row of its own goes on.
    """
    u = kind.unroll(net, cap + 1, 1)
    u.tokens[1 : cap + 1] = 1
    kind.forward(net, u)
    chosen = u.probs[:, 0].argmax(axis=-1)
    fine = (chosen == 1) | (chosen == 2)
    fine[0] = chosen[0] == 1
    right = np.logical_and.accumulate(fine)[1:]
    states, step = [held[2:, 0] for held in kind.carried(u)], stepper(kind, net, cap)
    for letter in range(2, n_letters + 1):
        after = (letter + 1) % (n_letters + 1)
        ended = [np.zeros_like(state) for state in states]
        for k in range(1, cap + 1):
            chosen, states = step(states, letter)
            right[k:] &= chosen[k:] == letter
            right[k - 1] &= chosen[k - 1] == after
            for held, state in zip(ended, states):
                held[k - 1] = state[k - 1]
            if not right[k:].any():
                break
        states = ended
    return right


def right_brackets(kind, net, kinds):
    """A function from tokens (T, n) and due (T - 1, n) to whether each string is right, (n,).

    After the start marker nothing is asked: whether the empty string may end was not taught.
    """

    def right_of(tokens, due):
        u = kind.unroll(net, len(tokens) - 1, tokens.shape[1])
        u.tokens[...] = tokens
        kind.forward(net, u)
        return (languages.closes(u.probs, kinds) == due)[1:].all(axis=0)

    return right_of


def straightness(states):
    """R^2 of a line through each unit's states (n, H) against 1 .. n; 0 of one that stays."""
    n = np.arange(len(states)) - (len(states) - 1) / 2
    moved = states - states.mean(axis=0)
    varied = (moved**2).sum(axis=0)
    still = varied <= 1e-20
    return np.where(still, 0.0, (n @ moved) ** 2 / np.where(still, 1.0, varied) / (n @ n))


# ==== Runs on blocks ==============================================================================
def asked_blocks(right, trained):
    """The numbers of one net from whether each n = 1, 2, .. is right."""
    return {
        "longest": int(np.logical_and.accumulate(right).sum()),
        "anywhere": int(np.flatnonzero(right).max(initial=-1)) + 1,
        "within": float(right[:trained].mean()),
        "beyond": float(right[trained : 2 * trained].mean()),
        "five": bool(right[min(5, trained) - 1]),
    }


def counting_unit(kind, net, trained):
    """The straightest unit up to the longest n trained on, and how straight it goes on."""
    states = states_of(kind, net, languages.block(FARTHER * trained, 1)[:-1])[1:]
    found = straightness(states[:trained])
    unit = int(found.argmax())
    return {
        "unit": unit,
        "trained": float(found[unit]),
        "farther": float(straightness(states)[unit]),
    }


def traced(kind, net, unit, trained):
    """The states of one unit along five strings, from the marker to the last b."""
    return [
        np.round(states_of(kind, net, languages.block(n, 2)[:-1])[:, unit], 4).tolist()
        for n in sorted({max(1, trained * k // 5) for k in range(1, 6)})
    ]


def run_blocks(language, name, trained, seed, plan):
    """One net on one of `BLOCKS`, and the untrained one with a read-out fitted."""
    kind, n_letters = KINDS[name], BLOCKS[language]
    rng = generators("counters", seed, PARTS, list(KINDS).index(name), n_letters, trained)
    strings = languages.blocks(trained, n_letters)
    net = kind.initial(rng["init"], kind.hidden, n_letters + 1)
    found = {"parameters": len(net.flat), "start": counting_unit(kind, net, trained)}
    still = read_out_fitted(kind, copied(net), strings, plan.fits)
    found["reservoir"] = asked_blocks(right_blocks(kind, still, n_letters, plan.cap), trained)
    first = min(FIRST, trained)
    batches = short_first(rng["data"], strings, BLOCK_BATCH, plan.updates, first)
    learn(kind, net, batches, falling(RATES["blocks"][name], plan.updates))
    found["net"] = asked_blocks(right_blocks(kind, net, n_letters, plan.cap), trained)
    found["unit"] = counting_unit(kind, net, trained)
    found["trace"] = traced(kind, net, found["unit"]["unit"], trained) if n_letters == 2 else None
    return found


def run_table(language, trained):
    """The tables on one of `BLOCKS`, asked up to twice the longest n trained on."""
    n_letters, found = BLOCKS[language], {}
    strings = languages.blocks(trained, n_letters)
    for order in ORDERS:
        p = languages.follows(strings, order, n_letters + 1)
        right = [
            languages.block_right(p(languages.block(n, n_letters)).argmax(axis=1), n, n_letters)
            for n in range(1, 2 * trained + 1)
        ]
        found[str(order)] = asked_blocks(np.array(right), trained)
    return found


# ==== Runs on brackets ============================================================================
def training_brackets(rng, per_length, longest, kinds):
    """So many strings of each length up to the longest, in order of their lengths."""
    strings = []
    for length in range(2, longest + 1, 2):
        strings += list(languages.brackets(rng, per_length, length, DEPTH, kinds)[0].T)
    return strings


def by_depth(right_of, rng, kinds, plan, n_asked):
    """Share of strings right, {depth: {length: share}}; `right_of` takes tokens and due."""
    return {
        str(depth): {
            str(length): float(
                right_of(*languages.brackets(rng, n_asked, length, depth, kinds, True)).mean()
            )
            for length in plan.lengths
        }
        for depth in plan.depths
    }


def run_brackets(language, name, seed, plan):
    """One net on one of `BRACKETS`, and the untrained one with a read-out fitted."""
    kind, kinds = KINDS[name], BRACKETS[language]
    of_net = generators(
        "counters brackets", seed, ("init", "order"), kinds, list(KINDS).index(name)
    )
    rng = generators("counters brackets", seed, ("data", "asked", "asked of still"), kinds)
    strings = training_brackets(rng["data"], plan.per_length, plan.longest, kinds)
    net = kind.initial(of_net["init"], kind.hidden, 2 * kinds + 1)
    still = read_out_fitted(kind, copied(net), strings, plan.fits)
    first, n = 3 * plan.per_length, plan.bracket_updates
    batches = short_first(of_net["order"], strings, BRACKET_BATCH, n, first)
    found = {"parameters": len(net.flat)}
    learn(kind, net, batches, falling(RATES["brackets"][name], n))
    for what, asked, stream in (("net", net, "asked"), ("reservoir", still, "asked of still")):
        right_of = right_brackets(kind, asked, kinds)
        found[what] = by_depth(right_of, rng[stream], kinds, plan, plan.n_asked)
    return found


def run_bracket_table(language, seed, plan):
    """The table of the longest order on the same strings; a fifth as many are asked."""
    kinds = BRACKETS[language]
    rng = generators("counters brackets", seed, ("data", "asked", "asked of still"), kinds)
    strings = training_brackets(rng["data"], plan.per_length, plan.longest, kinds)
    p = languages.follows(strings, ORDERS[-1], 2 * kinds + 1)

    def right_of(tokens, due):
        chosen = (languages.closes(p(string), kinds) for string in tokens.T)
        return np.array([(c == d)[1:].all() for c, d in zip(chosen, due.T)])

    return by_depth(right_of, rng["asked"], kinds, plan, max(1, plan.n_asked // 5))
