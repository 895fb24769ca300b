"""The character net of "Networks That Remember": 64 tanh units that read a text letter by letter.

W_hh starts orthogonal; full BPTT over chunks of 25 letters, the state carried over from chunk to
chunk; the gradient is clipped at norm 5. What the document leaves open was chosen on seeds 0 to 4:
Adam, and a rate that falls from 0.005 to nothing along half a cosine (0.001 to 0.012 were tried).
"""

from __future__ import annotations

import math

import numpy as np

import chunker_very_deep_1200 as core

from .grammar import LETTERS, never, text
from .optimisers import Adam, clip
from .randomness import generators
from .streams import orthogonal_rnn
from .training import copied

N_SYMBOLS, HIDDEN, CHUNK, LONGEST, RATE = len(LETTERS), 64, 25, 5.0, 0.005
N_LETTERS, N_UPDATES = 18_000, 30_000
FIRST_SEED = 100  # of what is reported; settings were chosen on smaller seeds
PARTS = ("init", "train", "test", "more")


# ==== Training ====================================================================================
def initial(rng, n_symbols=N_SYMBOLS):
    """Weights of standard deviation 1 / sqrt(hidden), W_hh orthogonal, biases 0."""
    return orthogonal_rnn(rng, HIDDEN, n_symbols)


def chunks_of(symbols):
    """Chunks of a text for ever, (CHUNK + 1,) each: the last letter of one begins the next.

    Yields (chunk, whether the text begins here); what is shorter at the end is left out.
    """
    while True:
        for start in range(0, len(symbols) - CHUNK, CHUNK):
            yield symbols[start : start + CHUNK + 1], start == 0


def falling(n_updates):
    """From `RATE` to nothing, along half a cosine."""
    return RATE * 0.5 * (1 + np.cos(np.pi * np.arange(n_updates) / n_updates))


def learning(net, chunks, rates, longest=LONGEST):
    """BPTT on each chunk, an update with each rate; before it yields the buffers and the gradient.

    It is that of the loss summed over the chunk, and clipped to norm `longest` afterwards.
    `Diverged` when it is no longer finite.
    """
    u, grad, adam = core.buffers(net, CHUNK, 1), core.zeros_like(net), Adam(len(net.flat), 0.0)
    for n, (adam.lr, (chunk, begins)) in enumerate(zip(rates, chunks)):
        u.hidden[0] = 0.0 if begins else u.hidden[-1]
        core.load(u, chunk[:, None])
        core.forward(net, u)
        core.backward(net, grad, u)
        yield u, grad
        if not math.isfinite(grad.flat.sum()):
            raise core.Diverged(f"the gradient of update {n + 1} is not finite; lower the rate")
        clip(grad.flat, longest)
        adam.step(net.flat, grad.flat)


def learn(net, symbols, n_updates, longest=LONGEST):
    """Train a net on a text, again and again: the net."""
    for _ in learning(net, chunks_of(symbols), falling(n_updates), longest):
        pass
    return net


def streams(seed):
    """Generators for the weights, the text to train on, the text held out, and all else."""
    return generators("letters", seed, PARTS)


def texts(seed, n=N_LETTERS, spaces=True, left_out=never):
    """A `Text` to train on and one held out, of n letters each; nothing is left out of this one."""
    rng = streams(seed)
    return text(rng["train"], n, spaces, left_out), text(rng["test"], n, spaces)


def untrained(seed):
    """The net of this seed before it learns."""
    return initial(streams(seed)["init"])


def trained(seed, symbols, n_updates=N_UPDATES):
    """The net of this seed, trained on a text again and again.

    A text of 25 `n_updates` letters or more is read once: all that it learns from is fresh.
    """
    return learn(untrained(seed), symbols, n_updates)


def in_training(seed, symbols, at):
    """The net of this seed after each number of updates, the last as `trained` has it."""
    net, kept = untrained(seed), []
    for n, _ in enumerate(learning(net, chunks_of(symbols), falling(at[-1]))):
        if n in at:
            kept.append(copied(net))
    return [*kept, net]


# ==== Predictions of a text x_0 .. x_n: p of x_1 .. x_n, (n, letters) ============================
def predicted(net, symbols):
    """p, and the states h_0 .. h_{n-1} that have read x_0 .. x_{n-1}, (n, H)."""
    u = core.buffers(net, len(symbols) - 1, 1)
    core.load(u, symbols[:, None])
    core.forward(net, u)
    return u.flat.probs, u.flat.h


def nats(p, symbols):
    """-log p of x_1 .. x_n, (n,)."""
    return -np.log(p[np.arange(len(p)), symbols[1:]])


def right(p, symbols):
    """Whether x_1 .. x_n was the most probable, (n,)."""
    return p.argmax(axis=1) == symbols[1:]


BELIEF = 0.5  # letters' worth of belief in the shorter context; 0.1 to 2 were tried


def table(symbols, order, n_symbols=N_SYMBOLS):
    """Frequencies of what follows the last `order` letters, as a function from a text to p.

    With n(c, x) the counts of x after context c, c' the context without its first letter:

        p(x | c) = (n(c, x) + b p(x | c')) / (n(c) + b)        p(x | nothing before) = 1 / letters
    """
    counted = []
    for k in range(order + 1):
        contexts, which = np.unique(context(symbols, k, n_symbols), return_inverse=True)
        counts = np.zeros((len(contexts), n_symbols))
        np.add.at(counts, (which, symbols[1:]), 1.0)
        counted.append((contexts, counts))

    def predictions(symbols):
        p = np.full((len(symbols) - 1, n_symbols), 1 / n_symbols)
        for k, (contexts, counts) in enumerate(counted):
            asked = context(symbols, k, n_symbols)
            at = np.minimum(np.searchsorted(contexts, asked), len(contexts) - 1)
            n = np.where((contexts[at] == asked)[:, None], counts[at], 0.0)
            p = (n + BELIEF * p) / (n.sum(axis=1, keepdims=True) + BELIEF)
        return p

    return predictions


def context(symbols, order, n_symbols):
    """The last `order` letters before x_1 .. x_n as one number, (n,)."""
    before = np.concatenate([np.full(order, n_symbols), symbols]).astype(np.int64)
    found = np.zeros(len(symbols) - 1, np.int64)
    for k in range(order):
        found = found * (n_symbols + 1) + before[k + 1 : k + len(symbols)]
    return found
