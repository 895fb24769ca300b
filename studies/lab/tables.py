"""Simpler predictors in A's place: tables of frequencies, and A without its recurrent weights.

Tables count with half a count for what was not seen (Krichevsky and Trofimov); where there
is no context yet its place is taken by a symbol of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core


# ==== Predictors: from tokens (T, N) to the losses of x_1 .. x_{T-1}, (T - 1, N) ==================
def contexts(tokens, order, n_symbols=core.VOCAB):
    """The last `order` symbols before x_1 .. x_{T-1} as one number, (T - 1, N)."""
    found = np.zeros(tokens[1:].shape, np.intp)
    for back in range(order, 0, -1):
        before = np.full(found.shape, n_symbols)  # no symbol yet
        before[back - 1 :] = tokens[: len(tokens) - back]
        found = found * (n_symbols + 1) + before
    return found


def counted_frequencies(sequences, order, n_symbols=core.VOCAB):
    """Of what follows each context, from batches (T, N): log p, (contexts, n_symbols), in nats."""
    counts = np.full(((n_symbols + 1) ** order, n_symbols), 0.5)
    for tokens in sequences:
        np.add.at(counts, (contexts(tokens, order, n_symbols), tokens[1:]), 1.0)
    return np.log(counts / counts.sum(axis=1, keepdims=True))


def frequency_table(sequences, order, n_symbols=core.VOCAB):
    """Learn the frequencies of what follows each context: from tokens to losses."""
    loss = -counted_frequencies(sequences, order, n_symbols)
    return lambda tokens: loss[contexts(tokens, order, n_symbols), tokens[1:]]


def net_loss(net):
    return lambda tokens: core.score(net, tokens)[0]


def without_recurrence(config, rng, sequences):
    """A whose W_hh is zero throughout: every step is a sequence of its own for it.

    As many updates of as many steps as A has.
    """
    net = core.init_rnn(rng["auto_init"], config.auto_hidden, core.AUTO_STD)
    steps = config.auto_truncate * core.AUTO_BATCH

    def batches():
        for tokens in sequences:
            pairs = np.stack([tokens[:-1], tokens[1:]]).reshape(2, -1)
            yield from np.array_split(pairs, -(-pairs.shape[1] // steps), axis=1)

    for _ in core.learn(net, batches(), 1, config.auto_lr):
        pass
    net.W_hh[...] = 0.0
    return net


# ==== Sequences of different lengths ==============================================================
class Table(NamedTuple):
    """What follows each context."""

    log_p: np.ndarray  # (contexts, n_symbols), in nats
    order: int  # symbols of context


def fit_table(sequences, order, n_symbols):
    """A `Table` of a list of sequences, each (T,)."""
    columns = (x[:, None] for x in sequences)
    return Table(counted_frequencies(columns, order, n_symbols), order)


def table_losses(table, sequences):
    """-log p of x_1 .. x_{T-1} of each sequence, in nats."""
    order, V = table.order, table.log_p.shape[1]
    return [-table.log_p[contexts(x[:, None], order, V)[:, 0], x[1:]] for x in sequences]


def table_mispredicted(table, sequences):
    """As `nested.mispredicted`: where the most probable symbol did not come, and the first."""
    expected, V = table.log_p.argmax(axis=1), table.log_p.shape[1]
    return [
        np.append(True, expected[contexts(x[:, None], table.order, V)[:, 0]] != x[1:])
        for x in sequences
    ]
