"""A net of A's kind that also predicts the state of C: its training, and what it has kept.

The second architecture of the 1992 paper (section 4). Beside the next symbol A
predicts what C remembers. The error is local in time, so that a few steps of
backpropagation are enough, and in the end C is not needed any more.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

from .optimisers import Adam, clip
from .randomness import generators
from .tasks import filler

V = core.VOCAB
LR, STATE_WEIGHT, LONGEST_GRADIENT = 0.005, 3.0, 1.0
WINDOWS = (3, 6)  # the paper's and the headline's

# ==== Two kinds of output: softmax over symbols, linear for C's state =============================


class Window(NamedTuple):
    """A window of an `Unrolled`, its symbol outputs and its goals."""

    u: core.Unrolled
    symbols: np.ndarray  # (n B, V), a view of u.flat.probs
    goals: np.ndarray  # (n, B, V + S)


def windows(whole, goals, length):
    """`core.windows`, each with its part of the goals (n, B, V + S)."""
    starts = range(0, len(whole.probs), length)
    cuts = zip(starts, core.windows(whole, length))
    return [Window(u, u.flat.probs[:, :V], goals[s : s + length]) for s, u in cuts]


def forward(net, window):
    """Symbols by softmax, the state as it is."""
    u = window.u
    core.forward_hidden(net, u)
    core.read_out(net, u.flat.h, u.flat.probs)
    core.softmax(window.symbols)


def held_states(chunker, events, mask):
    """C's hidden state at every step of a sequence: it changes at its events alone.

    Parameters
    ----------
    chunker : RNN
    events : int array of shape (k,)
        The symbols that went up.
    mask : bool array of shape (T,)
        The steps at which they came.

    Returns
    -------
    states : array of shape (T, hidden)
        Row t is the state after the events at steps 0 .. t.
    """
    u = core.buffers(chunker, len(events), 1)
    u.tokens[:-1, 0] = events
    core.forward_hidden(chunker, u)
    return u.hidden[np.cumsum(mask), 0]


def state_goals(chunker, tokens, mask):
    """What A is to say of C after each symbol: C's state, scaled, (T - 1, B, S).

    A goal s of weight w is the goal sqrt(w) s of weight 1, so C's state is
    scaled and the loss left alone. `mask`, (T, B), says which symbols C has read.
    """
    states = [held_states(chunker, x[up], up)[:-1] for x, up in zip(tokens.T, mask.T)]
    return np.sqrt(STATE_WEIGHT) * np.stack(states, axis=1)


def state_predicted(outputs):
    """The state of C that A's outputs, (.., V + S), predict: the goals unscaled, (.., S)."""
    return outputs[..., V:] / np.sqrt(STATE_WEIGHT)


def trigger_alone(tokens):
    """The events before the target where A has learnt the filler: the trigger. (T, B)"""
    mask = np.zeros(tokens.shape, bool)
    mask[0] = True
    return mask


def initial(rng, config, n_state):
    """A net of A's kind with `n_state` more outputs, for C's state.

    The columns of the state are drawn last: the rest is the control's, bit for bit.
    """
    plain = core.init_rnn(rng, config.auto_hidden, core.AUTO_STD)
    net = core.zero_rnn(config.auto_hidden, n_out=V + n_state)
    for ours, theirs in zip(net[1:4], plain[1:4]):
        ours[...] = theirs
    net.W_hy[:, :V] = plain.W_hy
    net.W_hy[:, V:] = rng.normal(0, core.AUTO_STD, net.W_hy[:, V:].shape)
    return net


def learning(net, batches, window, goals_of=None, lr=LR):
    """Train A on the next symbol and on goals for its other outputs; yields after each batch.

    Truncated BPTT on batches (T, B), an update after each window of `window` steps; None stands
    for full BPTT, clipped. `goals_of`, of the tokens, gives (T - 1, B, S) where the net has S more
    outputs. Yielded are the buffers.
    """
    grad, adam = core.zeros_like(net), Adam(len(net.flat), lr)

    @functools.lru_cache(maxsize=64)
    def unrolled(T, batch):
        whole = core.buffers(net, T - 1, batch)
        goals = np.zeros(whole.probs.shape)
        return whole, goals, windows(whole, goals, window or T - 1)

    for tokens in batches:
        whole, goals, parts = unrolled(*tokens.shape)
        core.load(whole, tokens)
        goals[..., :V] = whole.onehot[1:]
        if goals_of:
            goals[..., V:] = goals_of(tokens)
        for part in parts:
            forward(net, part)
            core.backward(net, grad, part.u, part.goals)
            if window is None:  # all steps in one gradient
                clip(grad.flat, LONGEST_GRADIENT * tokens.shape[1])
            adam.step(net.flat, grad.flat)
        yield whole


def train(
    config,
    window,
    chunker=None,
    epochs=300,
    draw=core.trigger_recall,
    goes_up=trigger_alone,
    lengths=None,
    asked=None,
):
    """Train A on the next symbol, and on C's state when there is a `chunker`.

    `window` is that of truncated BPTT, None for full BPTT; `draw` the task; `goes_up` gives
    the mask (T, B) of what C reads. T is drawn for each batch from `lengths`, a range, else
    it is config.T. Returns W_hh as it was at the start, the net, and for each epoch the
    margins of `margins`, the least over the lengths `asked`, config.T unless given.
    """
    rng = generators("collapse", config.seed, ("init", "data"))
    net = initial(rng["init"], config, config.chunk_hidden if chunker else 0)
    before, history = net.W_hh.copy(), []

    def batches():
        for _ in range(epochs):
            T = int(rng["data"].integers(lengths.start, lengths.stop)) if lengths else config.T
            yield draw(rng["data"], T, core.AUTO_BATCH)

    def goals_of(tokens):
        return state_goals(chunker, tokens, goes_up(tokens))

    for _ in learning(net, batches(), window, goals_of if chunker else None):
        of_each = [margins(net, h, chunker) for h in states_at(net, asked or [config.T])]
        history.append([min(margin) for margin in zip(*of_each)])
    return before, net, np.array(history)


# ==== What the net has kept, with C removed =======================================================


def states_at(net, lengths, block=1000):
    """The state that predicts the last symbol of a sequence of each length T.

    The sequences A 1 2 3 .. and B 1 2 3 .. run on once through all lengths, in
    memory that does not grow with them. Returns (len(lengths), 2, hidden).
    """
    u = core.unroll(block, core.N_TRIGGERS, len(net.b_h))
    wanted = sorted({T - 2 for T in lengths})  # the state at T - 2 has read x_0 .. x_{T-2}
    found, start = {}, 0
    while len(found) < len(wanted):
        t = np.arange(start, start + block)
        u.tokens[:-1] = filler(t)[:, None]
        if start == 0:
            u.tokens[0] = range(core.N_TRIGGERS)
        core.forward_hidden(net, u)
        found.update({s: u.hidden[s - start + 1].copy() for s in wanted if s in t})
        u.hidden[0] = u.hidden[-1]
        start += block
    return np.array([found[T - 2] for T in lengths])


def margins(net, hidden, chunker=None):
    """By how much A and B are told apart the right way, after A and after B.

    The smaller of (A's output for A) - (for B) after trigger A and the reverse
    after B: above 0, the choice is right for both. From A's own prediction of
    the next symbol and, with a `chunker`, from C's read-out applied to the
    state of C that A predicts.
    """
    outputs = core.read_out(net, hidden)
    readings = [outputs[:, :V]]
    if chunker:
        readings.append(core.read_out(chunker, state_predicted(outputs)))
    return [float(min(r[0, 0] - r[0, 1], r[1, 1] - r[1, 0])) for r in readings]


def accuracies(net, hidden):
    """Recall and choice accuracy over both triggers, each once, from A's own prediction."""
    logits = core.read_out(net, hidden)[:, :V]
    return core.recall_accuracies(logits, np.arange(core.N_TRIGGERS))


def symbols_only(net):
    """The net without its outputs for C's state."""
    plain = core.zero_rnn(len(net.b_h))
    for ours, theirs in zip(plain[1:4], net[1:4]):
        ours[...] = theirs
    plain.W_hy[...], plain.b_y[...] = net.W_hy[:, :V], net.b_y[:V]
    return plain
