"""When a task is solved for good, how steps are weighted, nets copied and the headline's."""

from __future__ import annotations

import itertools

import numpy as np

import chunker_very_deep_1200 as core

STREAK = 20  # batches in a row that must be all right


def until_right(learning, budget):
    """Let a net learn until `STREAK` batches in a row are all right.

    `learning` yields for each batch whether it was. Returns the number of the
    first batch of the streak, counted from 1, or None after `budget` batches.
    """
    streak = 0
    for n, right in enumerate(itertools.islice(learning, budget), 1):
        streak = streak + 1 if right else 0
        if streak == STREAK:
            return n - STREAK + 1
    return None


def solved_after(right):
    """The first of some tests from which on all are right, counted from 1, or None."""
    wrong = np.flatnonzero(~np.asarray(right, bool))
    first = wrong[-1] + 2 if len(wrong) else 1
    return int(first) if first <= len(right) else None


def half_on_target(T):
    """Weights of the loss of x_1 .. x_{T-1}, (T - 1, 1): half on the last, half on all others."""
    weight = np.full((T - 1, 1), 0.5 / (T - 2))
    weight[-1] = 0.5
    return weight


def identity_rnn(rng, n_hidden, n_symbols=core.VOCAB):
    """Weights of standard deviation 1 / sqrt(hidden), but W_hh the identity and small inputs.

    Small inputs do not drown what W_hh holds (Le, Jaitly and Hinton 2015 start
    rectified units so; here they are tanh).
    """
    net = core.init_rnn(rng, n_hidden, 1 / np.sqrt(n_hidden), n_symbols, n_symbols)
    net.W_hh[...] = np.eye(n_hidden)
    net.W_xh[...] *= 0.1 * np.sqrt(n_hidden)
    return net


def copied(net):
    """A net of the same weights, with memory of its own."""
    copy = core.zeros_like(net)
    copy.flat[...] = net.flat
    return copy


def headline_nets(seed, **changes):
    """Automatizer, threshold and chunker of the headline run with this seed."""
    config = core.Config(seed=seed, **changes)
    rng = core.random_streams(seed)
    automatizer, _ = core.train_automatizer(config, rng, core.silent)
    probe = core.trigger_recall(rng["probe"], config.T, core.N_PROBE)
    threshold = core.surprise_threshold(core.score(automatizer, probe)[0])
    chunker, *_ = core.train_chunker(config, rng, automatizer, threshold, core.silent)
    return automatizer, threshold, chunker


def filler_right(net, T):
    """Share of the filler of both sequences that is the net's most probable symbol."""
    tokens = both_sequences(T)
    right = [
        logits[..., : core.VOCAB].argmax(axis=-1) == targets
        for _, targets, logits in core.predictions(net, tokens)
    ]
    return float(np.concatenate(right)[:-1].mean())


def both_sequences(T):
    """The two sequences that there are of length T, after A and after B: (T, 2)."""
    tokens = core.trigger_recall(np.random.default_rng(0), T, core.N_TRIGGERS)
    tokens[0] = tokens[-1] = range(core.N_TRIGGERS)
    return tokens
