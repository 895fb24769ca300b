#!/usr/bin/env python3
"""Schmidhuber's neural history compressor across 1,200 time steps, in numpy.

A recurrent net cannot learn that the last symbol of a long sequence repeats
the first: the error signal has vanished long before it gets there. The
history compressor (Schmidhuber 1991-93) does not send it there. A small RNN,
the *automatizer* A, learns to predict its next input; only what A fails to
predict, the *surprises*, is passed up to a second RNN, the *chunker* C. Of a
sequence of T = 1200 symbols k = 2 surprises are left, and C learns in a few
hundred updates what full backpropagation through time (BPTT) over all 1,199
steps never learns.

Read from top to bottom: configuration, task, network (forward, BPTT, SGD),
automatizer (level 0), surprises, chunker (level 1), baseline, evaluation,
results, command line.

    python3 chunker_very_deep_1200.py --seed 0        # writes results.json

Sources: J. Schmidhuber, Learning complex, extended sequences using the
principle of history compression, Neural Computation 4(2):234-242, 1992;
Netzwerkarchitekturen, Zielfunktionen und Kettenregel, habilitation, TUM, 1993;
Deep learning in neural networks: an overview, Neural Networks 61:85-117, 2015,
sections 6.4-6.5.
"""

from __future__ import annotations

import os
import signal

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # Ctrl-C while libraries load

import argparse
import json
import math
import platform
import shlex
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import NamedTuple

# These matrices are too small to share between cores, and with one BLAS
# thread the same seed gives the same bits however many cores there are.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np

# --------------------------------------------------------------------------
# Configuration
# --------------------------------------------------------------------------


class BadInput(ValueError):
    """What the user gave can't be used; the message says what to do."""


def hyperparameter(default, help, least=None):
    """A field of `Config`: `least` bounds whole numbers, None marks a rate."""
    return field(default=default, metadata={"help": help, "least": least})


@dataclass(frozen=True)
class Config:
    """All that decides a run. Each field is an option of the command line.

    Raises
    ------
    BadInput
        When a value is out of its range.
    """

    seed: int = hyperparameter(0, "seed of every random number", least=0)
    T: int = hyperparameter(1200, "sequence length in time steps", least=7)
    auto_hidden: int = hyperparameter(16, "hidden units of the automatizer", least=1)
    auto_epochs: int = hyperparameter(80, "epochs of 8 sequences", least=1)
    auto_lr: float = hyperparameter(0.05, "learning rate of the automatizer")
    auto_truncate: int = hyperparameter(6, "window of its truncated BPTT", least=1)
    chunk_hidden: int = hyperparameter(8, "hidden units of the chunker", least=1)
    chunk_epochs: int = hyperparameter(200, "epochs of 16 sequences", least=1)
    chunk_lr: float = hyperparameter(0.1, "learning rate of the chunker")
    baseline_hidden: int = hyperparameter(16, "hidden units of the baseline", least=1)
    baseline_epochs: int = hyperparameter(30, "epochs of 4 sequences", least=1)
    baseline_lr: float = hyperparameter(0.05, "learning rate of the baseline")
    n_eval: int = hyperparameter(50, "fresh sequences to evaluate on", least=1)

    def __post_init__(self):
        for f in fields(self):
            value, least = getattr(self, f.name), f.metadata["least"]
            if least is None:
                if not (math.isfinite(value) and value > 0):
                    raise BadInput(f"{f.name} must be a finite number above 0, got {value}")
            elif not isinstance(value, int) or value < least:
                raise BadInput(f"{f.name} must be a whole number of at least {least}, got {value}")


# Fixed by the protocol, and so not options.
AUTO_BATCH = 8  # sequences per automatizer epoch, one batch
CHUNK_SEQUENCES = 16  # sequences per chunker epoch, an update after each
BASELINE_BATCH = 4  # sequences per baseline epoch, one batch
N_PROBE = 20  # sequences on which the surprise threshold is set
CLIP_NORM = 5.0  # longest gradient that SGD follows
AUTO_STD, CHUNK_STD, BASELINE_STD = 0.1, 0.2, 0.1  # of the initial weights
CUTOFF = 0.01  # a gradient below this share of its terminal norm has vanished

# One independent stream of random numbers for each of these, in this order;
# append only, and no stage's numbers change when another stage does.
STAGES = (
    "auto_init", "auto_data", "probe", "chunk_init", "chunk_data",
    "baseline_init", "baseline_data", "evaluation", "trace",
)  # fmt: skip


def random_streams(seed):
    """A `numpy.random.Generator` for each name in `STAGES`."""
    children = np.random.SeedSequence(seed).spawn(len(STAGES))
    return {stage: np.random.default_rng(child) for stage, child in zip(STAGES, children)}


# --------------------------------------------------------------------------
# Task: recall the trigger after T - 2 steps of filler
# --------------------------------------------------------------------------

SYMBOLS = "AB12345"
VOCAB = len(SYMBOLS)
N_TRIGGERS, N_FILLERS = 2, 5


def trigger_recall(rng, T, batch):
    """Draw sequences of the trigger-recall task.

        x_0             A or B, with equal probability
        x_1 .. x_{T-2}  1, 2, 3, 4, 5, 1, 2, ..
        x_{T-1}         x_0 again

    Only x_0 (no context) and x_{T-1} (its context is T - 1 steps away) cannot
    be predicted from recent inputs. Two distinct sequences exist for each T.

    Parameters
    ----------
    rng : numpy.random.Generator
    T : int
        Length of a sequence, at least 3.
    batch : int
        Number of sequences.

    Returns
    -------
    tokens : uint8 array of shape (T, batch)
        Time-major indices into `SYMBOLS`.
    """
    tokens = np.empty((T, batch), np.uint8)
    tokens[1:-1] = N_TRIGGERS + np.arange(T - 2)[:, None] % N_FILLERS
    tokens[0] = tokens[-1] = rng.integers(N_TRIGGERS, size=batch)
    return tokens


# --------------------------------------------------------------------------
# Network: Elman RNN, softmax output
#
#     h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)      x_t one-hot, h_{-1} = 0
#     p_t = softmax(h_t W_hy + b_y)                  p_t predicts x_{t+1}
#     L   = - sum_t log p_t[x_{t+1}]                 cross-entropy in nats
# --------------------------------------------------------------------------


class RNN(NamedTuple):
    """The parameters of a net, or a gradient: views into one flat vector.

    One vector makes the global norm one dot product and SGD one subtraction.
    """

    flat: np.ndarray  # (n_parameters,)
    W_xh: np.ndarray  # (VOCAB, hidden); other sizes of input and output on request
    W_hh: np.ndarray  # (hidden, hidden)
    b_h: np.ndarray  # (hidden,)
    W_hy: np.ndarray  # (hidden, VOCAB)
    b_y: np.ndarray  # (VOCAB,)


def one_vector(shapes):
    """A vector of zeros, and views of its parts in these shapes."""
    sizes = [math.prod(shape) for shape in shapes]
    flat = np.zeros(sum(sizes))
    parts = np.split(flat, np.cumsum(sizes[:-1]))
    return flat, *(part.reshape(shape) for part, shape in zip(parts, shapes))


def zero_rnn(n_hidden, n_in=VOCAB, n_out=VOCAB):
    """An `RNN` of zeros: a place for a gradient."""
    H = n_hidden
    return RNN(*one_vector([(n_in, H), (H, H), (H,), (H, n_out), (n_out,)]))


def init_rnn(rng, n_hidden, std, n_in=VOCAB, n_out=VOCAB):
    """An `RNN` with Gaussian weights of standard deviation `std`, biases 0."""
    net = zero_rnn(n_hidden, n_in, n_out)
    for W in (net.W_xh, net.W_hh, net.W_hy):
        W[...] = rng.normal(0.0, std, W.shape)
    return net


class Unrolled(NamedTuple):
    """Buffers of a net unrolled over n steps and a batch of B sequences.

    Allocated once and reused by every update. Row t * B + b of a flat array
    belongs to step t of sequence b. What one time step touches is sliced out
    beforehand, so that the two loops over time do nothing but arithmetic.
    """

    tokens: np.ndarray  # (n + 1, B) symbols x_0 .. x_n
    onehot: np.ndarray  # (n + 1, B, VOCAB) the same, one-hot
    hidden: np.ndarray  # (n + 1, B, H) h_{-1} .. h_{n-1}; the first is given
    # above: n + 1 time steps; below: n (`window` slices accordingly)
    probs: np.ndarray  # (n, B, VOCAB) p_0 .. p_{n-1}
    error: np.ndarray  # (n, B, VOCAB) dL/d(logits of p_t)
    slope: np.ndarray  # (n, B, H) derivative of tanh, 1 - h_t^2
    delta: np.ndarray  # (n, B, H) dL/d(argument of tanh at t)
    flat: Flat
    steps: list  # [(h_{t-1}, h_t)], t = 0 .. n-1, each (B, H)
    steps_back: list  # [(delta_{t+1}, slope_t, delta_t)], t = n-2 .. 0, each (B, H)


class Flat(NamedTuple):
    """The arrays of an `Unrolled` as matrices, time and batch in one axis."""

    x: np.ndarray  # (n B, VOCAB) inputs, one-hot
    target: np.ndarray  # (n B, VOCAB) the symbols to predict, one-hot
    h_prev: np.ndarray  # (n B, H)
    h: np.ndarray  # (n B, H)
    probs: np.ndarray  # (n B, VOCAB)
    error: np.ndarray  # (n B, VOCAB)
    slope: np.ndarray  # (n B, H)
    delta: np.ndarray  # (n B, H)
    ones: np.ndarray  # (n B,)


def views(tokens, onehot, hidden, probs, error, slope, delta):
    """An `Unrolled` on arrays that exist."""

    def flat(array):
        return array.reshape(-1, array.shape[-1])

    x, target, h_prev, h = flat(onehot[:-1]), flat(onehot[1:]), flat(hidden[:-1]), flat(hidden[1:])
    matrices = Flat(x, target, h_prev, h, *map(flat, (probs, error, slope, delta)), np.ones(len(h)))
    steps = list(zip(hidden, hidden[1:]))
    steps_back = list(zip(delta[:0:-1], slope[-2::-1], delta[-2::-1]))
    return Unrolled(tokens, onehot, hidden, probs, error, slope, delta, matrices, steps, steps_back)


def unroll(n_steps, batch, n_hidden, n_in=VOCAB, n_out=VOCAB):
    """Buffers for `n_steps` predictions over `batch` sequences, h_{-1} = 0."""
    n, B, H = n_steps, batch, n_hidden
    shapes = [(n + 1, B, n_in), (n + 1, B, H), (n, B, n_out), (n, B, n_out), (n, B, H), (n, B, H)]
    return views(np.zeros((n + 1, B), np.intp), *map(np.zeros, shapes))


def window(whole, start, stop):
    """The steps from `start` to before `stop` of an `Unrolled`, as one more."""
    longer = (array[start : stop + 1] for array in whole[:3])
    return views(*longer, *(array[start:stop] for array in whole[3:7]))


def windows(whole, length):
    """Cut an `Unrolled` for truncated BPTT into windows of `length` steps.

    The windows share the buffers: the last hidden state of one is the first
    of the next, so the state is carried over the edge, while the gradient,
    which is computed window by window, stops at it.
    """
    n = len(whole.probs)
    return [window(whole, start, min(start + length, n)) for start in range(0, n, length)]


EYE = np.eye(VOCAB)
SUM_SYMBOLS = np.ones((VOCAB, VOCAB))  # a row sum by BLAS, at a quarter of the time of .sum


def load(u, tokens, eye=EYE):
    """Put `tokens`, (n + 1, B), into the buffers, also as rows of `eye`."""
    u.tokens[...] = tokens
    eye.take(u.tokens, axis=0, out=u.onehot, mode="clip")


def forward_hidden(net, u):
    """All hidden states: h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h).

    The one-hot input times W_xh is a row of W_xh. `u.hidden` starts out
    holding that for every step at once; the loop adds what depends on time.
    """
    table = net.W_xh + net.b_h
    table.take(u.tokens[:-1], axis=0, out=u.hidden[1:], mode="clip")
    W_hh, add, tanh = net.W_hh, np.add, np.tanh
    recurrent = np.empty_like(u.hidden[0])
    for h_prev, h in u.steps:
        h_prev.dot(W_hh, recurrent)
        add(h, recurrent, h)
        tanh(h, h)


def forward(net, u):
    """Hidden states and predictions p_t = softmax(h_t W_hy + b_y).

    No maximum is subtracted before exp. As |h| <= 1, it overflows only when
    output weights have reached the tens: the run has diverged by then, and
    the inf or nan that follows is how the training loops see it.
    """
    forward_hidden(net, u)
    probs = u.flat.probs
    u.flat.h.dot(net.W_hy, probs)
    probs += net.b_y
    np.exp(probs, probs)
    probs /= probs.dot(SUM_SYMBOLS)


def flow_back(net, u):
    """Send `u.delta` back through time, in place.

    On entry row t holds what the outputs of step t contribute to dL/dh_t; on
    return it holds dL/d(argument of tanh at t), that is, ordered backward,

        delta_t = (dL/dh_t + delta_{t+1} W_hh^T) * (1 - h_t^2)
    """
    slope, h = u.flat.slope, u.flat.h
    np.multiply(h, h, slope)
    np.subtract(1.0, slope, slope)
    np.multiply(u.flat.delta, slope, u.flat.delta)
    W_hh_T, add, multiply = net.W_hh.T, np.add, np.multiply
    recurrent = np.empty_like(u.hidden[0])
    for delta_next, slope_t, delta in u.steps_back:
        delta_next.dot(W_hh_T, recurrent)
        multiply(recurrent, slope_t, recurrent)
        add(delta, recurrent, delta)


def backward(net, grad, u):
    """Gradient of the loss summed over steps and batch, written into `grad`.

    Full BPTT over the steps of `u`; what came before u.hidden[0] is constant.
    """
    np.subtract(u.flat.probs, u.flat.target, u.flat.error)
    backward_from_error(net, grad, u)


def backward_from_error(net, grad, u):
    """The same for any loss: `u.error` holds its derivative by the outputs h_t W_hy + b_y."""
    flat = u.flat
    flat.h.T.dot(flat.error, grad.W_hy)
    flat.ones.dot(flat.error, grad.b_y)
    flat.error.dot(net.W_hy.T, flat.delta)
    flow_back(net, u)
    flat.h_prev.T.dot(flat.delta, grad.W_hh)
    flat.x.T.dot(flat.delta, grad.W_xh)
    flat.ones.dot(flat.delta, grad.b_h)


def sgd(net, grad, lr, batch):
    """One step down the gradient of the batch mean, clipped to `CLIP_NORM`.

        theta <- theta - lr g min(1, 5 / ||g||)        g = grad / batch

    The gradient is shortened as a whole and keeps its direction. `grad` is
    used up.
    """
    theta, g = net.flat, grad.flat
    norm = math.sqrt(g.dot(g)) / batch
    g *= lr / batch * (CLIP_NORM / max(norm, CLIP_NORM))
    theta -= g


def update(net, grad, u, lr):
    """Forward, backward and one step of SGD on the tokens loaded in `u`."""
    forward(net, u)
    backward(net, grad, u)
    sgd(net, grad, lr, batch=u.hidden.shape[1])


def mean_loss(u):
    """Cross-entropy per sequence in nats, summed over the steps of `u`."""
    p_target = np.einsum("ij,ij->i", u.flat.probs, u.flat.target)
    return float(-np.log(p_target).sum() / u.hidden.shape[1])


def terminal_gradient(net, tokens):
    """How far the loss of the last step reaches back: dL_{T-1}/dh_t.

    Parameters
    ----------
    net : RNN
    tokens : int array of shape (n + 1,)
        One sequence; the loss is that of its last symbol alone.

    Returns
    -------
    gradient : array of shape (n, hidden)
        Row t is dL/dh_t, in order of time; the last row is where it starts.
    """
    u = unroll(len(tokens) - 1, 1, len(net.b_h))
    load(u, tokens[:, None])
    forward(net, u)
    u.delta[-1] = (u.probs[-1] - u.onehot[-1]).dot(net.W_hy.T)
    start = u.delta[-1].copy()
    flow_back(net, u)
    return np.concatenate([u.flat.delta[1:].dot(net.W_hh.T), start])


class Diverged(ArithmeticError):
    """Training whose loss or weights are no longer finite numbers."""


def check_finite(net, loss, stage, epoch, option):
    if not (math.isfinite(loss) and np.isfinite(net.flat).all()):
        raise Diverged(f"{stage} diverged in epoch {epoch}: the loss is not finite; lower {option}")


# --------------------------------------------------------------------------
# Level 0: the automatizer A learns to predict the next symbol
# --------------------------------------------------------------------------


def train_automatizer(config, rng, log, draw=trigger_recall):
    """Truncated BPTT: an update after each window of `auto_truncate` steps.

    `draw` is the task: a function of (rng, T, batch), as `trigger_recall`.

    Returns the net and the loss per sequence of every epoch.
    """
    net = init_rnn(rng["auto_init"], config.auto_hidden, AUTO_STD)
    grad = zero_rnn(config.auto_hidden)
    whole = unroll(config.T - 1, AUTO_BATCH, config.auto_hidden)
    cuts = windows(whole, config.auto_truncate)
    losses = []
    for epoch in range(1, config.auto_epochs + 1):
        load(whole, draw(rng["auto_data"], config.T, AUTO_BATCH))
        for cut in cuts:
            update(net, grad, cut, config.auto_lr)
        losses.append(mean_loss(whole))
        check_finite(net, losses[-1], "automatizer", epoch, "--auto-lr")
        log("automatizer", epoch, config.auto_epochs, losses[-1])
    return net, losses


# --------------------------------------------------------------------------
# Surprises: what A fails to predict
# --------------------------------------------------------------------------

BLOCK = 2000  # hidden states that `log_probabilities` holds in memory at once


def log_probabilities(net, tokens):
    """Run a net over sequences of any length, in constant working memory.

    Parameters
    ----------
    net : RNN
    tokens : int array of shape (T, N), or what has a shape and slices like one

    Yields
    ------
    start, targets, log_p : int, int array (n, N), array (n, N, VOCAB)
        For one block of steps after the other: log p(. | x_0 .. x_{t-1}) in
        nats, and the x_t that came, for t = start + 1 .. start + n.
    """
    T, N = tokens.shape
    block = min(max(1, BLOCK // N), T - 1)
    whole = unroll(block, N, len(net.b_h))
    for start in range(0, T - 1, block):
        n = min(block, T - 1 - start)
        u = whole if n == len(whole.probs) else window(whole, 0, n)
        load(u, tokens[start : start + n + 1])
        forward_hidden(net, u)
        logits = u.hidden[1:].dot(net.W_hy) + net.b_y
        logits -= logits.max(axis=-1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        yield start, u.tokens[1:], logits
        whole.hidden[0] = u.hidden[-1]


def score(net, tokens):
    """What each symbol of some sequences costs a net.

    Parameters
    ----------
    net : RNN
    tokens : int array of shape (T, N)

    Returns
    -------
    loss : array of shape (T - 1, N)
        -log p(x_t | x_0 .. x_{t-1}) in nats, for t = 1 .. T-1.
    log_p : array of shape (N, VOCAB)
        The net's prediction of the last symbol.
    """
    T, N = tokens.shape
    loss = np.empty((T - 1, N))
    for start, targets, log_p in log_probabilities(net, tokens):
        came = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
        np.negative(came, loss[start : start + len(targets)])
    return loss, log_p[-1]


def surprising(loss, threshold):
    """Which symbols are surprises: mask of shape (T, N) from losses (T - 1, N).

    The first symbol is one by convention: nothing came before it to predict
    it from. Any other is one when its loss exceeds `threshold`, in nats.
    """
    return np.vstack([np.ones_like(loss[:1], bool), loss > threshold])


def midpoint(loss):
    """Half-way between the median loss on filler and on recall targets; losses (T - 1, N)."""
    return float((np.median(loss[:-1]) + np.median(loss[-1])) / 2)


def surprise_threshold(net, tokens):
    """The midpoint of A's losses on sequences of which it is known where the target is."""
    return midpoint(score(net, tokens)[0])


class Events(NamedTuple):
    """What A passes up to C of one sequence."""

    symbols: np.ndarray  # (k,) the surprising symbols, in order
    recalls: bool  # is the last of them the recall target?


def pass_up(tokens, mask):
    """The flagged symbols of each sequence, tokens and mask (T, N): a list of N `Events`."""
    return [Events(x[flagged], bool(flagged[-1])) for x, flagged in zip(tokens.T, mask.T)]


def compress(net, tokens, threshold):
    """The surprises of each sequence: a list of N `Events`."""
    return pass_up(tokens, surprising(score(net, tokens)[0], threshold))


def distinct(tokens):
    """Indices of the distinct sequences, and for each sequence which it is."""
    rows = np.ascontiguousarray(tokens.T)
    rows = rows.view(np.dtype((np.void, len(tokens) * tokens.itemsize))).ravel()
    _, first, which = np.unique(rows, return_index=True, return_inverse=True)
    return first, which


# --------------------------------------------------------------------------
# Level 1: the chunker C learns to predict the next surprise
# --------------------------------------------------------------------------


def train_chunker(config, rng, automatizer, threshold, log):
    """Full BPTT over each compressed sequence, an update after each.

    C reads the surprising symbols in order and predicts the next one. A
    sequence whose target A did not flag counts as a failed recall.

    Returns the net and three curves, a number per epoch: loss per sequence,
    share of targets recalled (argmax over all symbols, before the update),
    surprises per sequence.
    """
    n_sequences = config.chunk_epochs * CHUNK_SEQUENCES
    tokens = trigger_recall(rng["chunk_data"], config.T, n_sequences)
    # A does not change any more: each distinct sequence is compressed once.
    first, which = distinct(tokens)
    events = compress(automatizer, tokens[:, first], threshold)
    return fit_chunker(config, rng, events, which, log)


def fit_chunker(config, rng, events, which, log):
    """The training itself: sequence after sequence, each given as `events[which[i]]`."""
    shape = config.chunk_epochs, CHUNK_SEQUENCES
    net = init_rnn(rng["chunk_init"], config.chunk_hidden, CHUNK_STD)
    grad = zero_rnn(config.chunk_hidden)
    buffers = {k: unroll(k - 1, 1, config.chunk_hidden) for k in {len(e.symbols) for e in events}}
    losses, recalled, n_surprises = np.zeros((3, *shape))
    for epoch, sequences in enumerate(which.reshape(shape)):
        for i, sequence in enumerate(sequences):
            symbols, recalls = events[sequence]
            n_surprises[epoch, i] = len(symbols)
            if len(symbols) < 2:  # nothing follows the trigger: nothing to predict
                continue
            u = buffers[len(symbols)]
            load(u, symbols[:, None])
            update(net, grad, u, config.chunk_lr)
            losses[epoch, i] = mean_loss(u)
            recalled[epoch, i] = recalls and u.probs[-1].argmax() == symbols[-1]
        loss = float(losses[epoch].mean())
        check_finite(net, loss, "chunker", epoch + 1, "--chunk-lr")
        log("chunker", epoch + 1, config.chunk_epochs, loss)
    return net, *(curve.mean(axis=1).tolist() for curve in (losses, recalled, n_surprises))


# --------------------------------------------------------------------------
# Baseline: one net, full BPTT over all T - 1 steps
# --------------------------------------------------------------------------


def train_baseline(config, rng, log):
    """One update per batch, on the loss summed over all steps.

    Returns the net and two curves, a number per epoch: loss per sequence,
    share of targets recalled (argmax over all symbols, before the update).
    """
    net = init_rnn(rng["baseline_init"], config.baseline_hidden, BASELINE_STD)
    grad = zero_rnn(config.baseline_hidden)
    whole = unroll(config.T - 1, BASELINE_BATCH, config.baseline_hidden)
    losses, recalled = [], []
    for epoch in range(1, config.baseline_epochs + 1):
        tokens = trigger_recall(rng["baseline_data"], config.T, BASELINE_BATCH)
        load(whole, tokens)
        update(net, grad, whole, config.baseline_lr)
        losses.append(mean_loss(whole))
        recalled.append(float((whole.probs[-1].argmax(axis=-1) == tokens[-1]).mean()))
        check_finite(net, losses[-1], "baseline", epoch, "--baseline-lr")
        log("baseline", epoch, config.baseline_epochs, losses[-1])
    return net, losses, recalled


# --------------------------------------------------------------------------
# Evaluation, on sequences drawn afresh
# --------------------------------------------------------------------------


def chunker_logits(chunker, events):
    """C's prediction of each recall target from the surprises before it.

    Returns logits (N, VOCAB), and which of the N sequences were answered at
    all: where A did not flag the target, C never predicts it.
    """
    answered = np.array([e.recalls for e in events])
    logits = np.zeros((len(events), VOCAB))
    for row, e in zip(logits, events):
        if e.recalls:
            row[:] = score(chunker, e.symbols[:, None])[1][0]
    return logits, answered


def recall_accuracies(logits, targets, answered=True):
    """Recall accuracy and choice accuracy, shares of all sequences.

    Recall takes the most probable of all symbols: it also asks *when* the
    trigger returns. Choice takes the more probable of A and B, chance 50%:
    it asks only *which* trigger it was. What is not answered is wrong.
    """
    recall = answered & (logits.argmax(axis=1) == targets)
    choice = answered & (logits[:, :N_TRIGGERS].argmax(axis=1) == targets)
    return float(recall.mean()), float(choice.mean())


def effective_depth(norms):
    """How many steps the terminal gradient reaches back before it vanishes.

    The largest distance from the recall target x_{T-1} at which
    ||dL_{T-1}/dh_t|| is still `CUTOFF` of its value at the last step. The last
    state is at distance 1 and h_0 at T - 1, so that all of 1,199 steps means
    that nothing has vanished.

    Parameters
    ----------
    norms : array of shape (n,)
        In order of time.
    """
    alive = np.flatnonzero((norms > 0) & (norms >= CUTOFF * norms[-1]))
    return len(norms) - int(alive[0]) if len(alive) else 0


def gradient_norms(net, tokens):
    """||dL_{T-1}/dh_t|| for t = 0 .. T-2, of one sequence; [] if T < 2."""
    if len(tokens) < 2:
        return np.empty(0)
    # hypot, as squares of the smallest gradients would be 0 long before they are
    return np.hypot.reduce(terminal_gradient(net, tokens), axis=1)


def evaluate(config, rng, automatizer, threshold, chunker, baseline):
    """The numbers of `results.json` that are measured after training."""
    tokens = trigger_recall(rng["evaluation"], config.T, config.n_eval)
    events = compress(automatizer, tokens, threshold)
    logits, answered = chunker_logits(chunker, events)
    chunker_recall, chunker_choice = recall_accuracies(logits, tokens[-1], answered)
    k = float(np.mean([len(e.symbols) for e in events]))
    baseline_loss, baseline_logits = score(baseline, tokens)
    baseline_recall, baseline_choice = recall_accuracies(baseline_logits, tokens[-1])

    trace = trigger_recall(rng["trace"], config.T, 1)
    loss, _ = score(automatizer, trace)
    mask = surprising(loss, threshold)
    norms = gradient_norms(baseline, trace[:, 0])
    return {
        "baseline_grad_norms": norms.tolist(),
        "chunker_grad_norms": gradient_norms(chunker, trace[mask]).tolist(),
        "chunker_eval_acc": chunker_recall,
        "chunker_choice_acc": chunker_choice,
        "chunker_avg_surprises": k,
        "baseline_eval_acc": baseline_recall,
        "baseline_choice_acc": baseline_choice,
        "baseline_filler_loss": float(baseline_loss[:-1].mean()),
        "baseline_target_loss": float(baseline_loss[-1].mean()),
        "effective_depth_baseline": effective_depth(norms),
        "effective_depth_chunker": k,
        "depth_reduction_ratio": (config.T - 1) / k,
        "surprise_trace": {
            "tokens": trace[:, 0].tolist(),
            "loss": [None, *loss[:, 0].tolist()],
            "mask": mask[:, 0].tolist(),
            "threshold": threshold,
        },
    }


def bytes_needed(config):
    """Peak memory of `run(config)` in bytes, rather too much than too little."""
    T, n_draws = config.T, config.chunk_epochs * CHUNK_SEQUENCES
    hidden_sizes = config.auto_hidden, config.chunk_hidden, config.baseline_hidden

    def unrolled(batch, hidden):
        return 8 * T * batch * (3 * hidden + 4 * VOCAB) + 500 * T

    weights = sum(8 * 3 * hidden * (hidden + 2 * VOCAB + 1) for hidden in hidden_sizes)
    largest = max(
        unrolled(AUTO_BATCH, config.auto_hidden),
        unrolled(BASELINE_BATCH, config.baseline_hidden),
        3 * T * n_draws,  # the chunker's sequences, a byte per symbol, and two copies to compare
        11 * T * config.n_eval,  # loss, tokens and two masks
    )
    return weights + largest * 8 // 5  # views and temporary arrays, as measured


def check_memory(config):
    """Raise `BadInput` when `run(config)` would not fit in this machine."""
    try:
        present = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not POSIX: let numpy find out
        return
    needed = bytes_needed(config)
    if needed > present:
        raise BadInput(
            f"T = {config.T} with these sizes needs about {needed >> 30:,} GiB of memory and this "
            f"machine has {present >> 30:,}: lower T, the hidden sizes, chunk_epochs or n_eval"
        )


def silent(stage, epoch, epochs, loss):
    """A log that says nothing."""


def run(config, log=silent):
    """Train automatizer, chunker and baseline, and evaluate them.

    Parameters
    ----------
    config : Config
    log : callable, called as log(stage, epoch, epochs, loss) after each epoch

    Returns
    -------
    results : dict
        What `results.json` holds.

    Raises
    ------
    BadInput
        When this machine's memory would not hold the run.
    Diverged
        When a loss or a weight is no longer finite.
    """
    check_memory(config)
    rng = random_streams(config.seed)
    laps = [time.perf_counter()]

    def lap():
        laps.append(time.perf_counter())

    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # seen by check_finite
        automatizer, automatizer_loss = train_automatizer(config, rng, log)
        lap()
        probe = trigger_recall(rng["probe"], config.T, N_PROBE)
        threshold = surprise_threshold(automatizer, probe)
        lap()
        chunker, chunker_loss, chunker_acc, n_surprises = train_chunker(
            config, rng, automatizer, threshold, log
        )
        lap()
        baseline, baseline_loss, baseline_acc = train_baseline(config, rng, log)
        lap()
        measured = evaluate(config, rng, automatizer, threshold, chunker, baseline)
        lap()
    # The last update may be the one that went too far: its loss was never taken.
    for key, net, stage in (
        ("baseline_grad_norms", baseline, "baseline"),
        ("chunker_grad_norms", chunker, "chunker"),
    ):
        epoch = config.baseline_epochs if stage == "baseline" else config.chunk_epochs
        option = "--baseline-lr" if stage == "baseline" else "--chunk-lr"
        check_finite(net, sum(measured[key]), stage, epoch, option)

    timed = ("automatizer", "threshold", "chunker", "baseline", "evaluation")
    hyperparameters = asdict(config)
    return {
        "seed": hyperparameters.pop("seed"),
        "T": hyperparameters.pop("T"),
        "hyperparameters": {
            **hyperparameters,
            "threshold": threshold,
            "auto_batch": AUTO_BATCH,
            "chunk_sequences": CHUNK_SEQUENCES,
            "baseline_batch": BASELINE_BATCH,
            "n_probe": N_PROBE,
            "clip_norm": CLIP_NORM,
        },
        "automatizer_loss": automatizer_loss,
        "chunker_loss": chunker_loss,
        "chunker_target_acc": chunker_acc,
        "chunker_n_surprises": n_surprises,
        "baseline_loss": baseline_loss,
        "baseline_target_acc": baseline_acc,
        **measured,
        "stage_s": dict(zip(timed, np.diff(laps).tolist())),
        "wallclock_s": laps[-1] - laps[0],
        "env": environment(),
    }


def environment():
    """Versions of what the numbers were computed with; the commit, with + if code has changed."""

    def git(*arguments):
        call = ["git", "-C", str(Path(__file__).parent), *arguments]
        return subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()

    try:
        commit = git("rev-parse", "--short", "HEAD")
        commit += "+" if git("status", "--porcelain", "--", "*.py") else ""
    except (OSError, subprocess.CalledProcessError):
        commit = None
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
        "git": commit,
    }


# --------------------------------------------------------------------------
# Results: written whole or not at all, checked on reading
# --------------------------------------------------------------------------

RESULTS = Path(__file__).resolve().parent / "results.json"

CURVES = {  # of each, how many numbers: the name of a hyperparameter
    "automatizer_loss": "auto_epochs",
    "chunker_loss": "chunk_epochs",
    "chunker_target_acc": "chunk_epochs",
    "chunker_n_surprises": "chunk_epochs",
    "baseline_loss": "baseline_epochs",
    "baseline_target_acc": "baseline_epochs",
}
NUMBERS = (
    "chunker_eval_acc", "chunker_choice_acc", "chunker_avg_surprises",
    "baseline_eval_acc", "baseline_choice_acc", "baseline_filler_loss", "baseline_target_loss",
    "effective_depth_baseline", "effective_depth_chunker", "depth_reduction_ratio", "wallclock_s",
)  # fmt: skip


def temporary_beside(path):
    return path.with_name(f"{path.name}.{os.getpid()}.tmp")


def check_writable(path):
    """Raise `BadInput` now if `write_whole(path, ..)` could not work later."""
    try:  # the one sure test of names, links, permissions, quotas and read-only disks
        path = Path(path).resolve()
        if not path.parent.is_dir():
            raise BadInput(f"the folder {path.parent} does not exist: make it, or name another")
        if path.is_symlink() or (path.exists() and not path.is_file()):  # a link that loops, ..
            raise BadInput(f"{path} is not a file: name a file to write to")
        temporary_beside(path).touch(exist_ok=False)
        temporary_beside(path).unlink()
    except (OSError, RuntimeError) as e:
        why = getattr(e, "strerror", None) or e
        raise BadInput(f"can't write {path} ({why}): name another file") from e


def write_whole(path, data):
    """Write bytes to a file so that it is never seen half-written."""
    path = Path(path).resolve()
    temporary = temporary_beside(path)
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def to_json(results):
    """Strict JSON, a line for each key, so that a diff can be read."""
    lines = (f"{json.dumps(k)}: {json.dumps(v, allow_nan=False)}" for k, v in results.items())
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def command(seed=None, T=None, out=None):
    """The command line that makes a results file."""
    out = None if out is None or Path(out) == RESULTS else shlex.quote(str(out))
    options = {"--seed": seed, "--T": T, "--out": out}
    given = [f" {name} {value}" for name, value in options.items() if value is not None]
    return "python3 chunker_very_deep_1200.py" + "".join(given)


def read_json(path, made_by):
    """Strict JSON from a file; `BadInput` when it is not there or not that."""

    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    try:
        return json.loads(Path(path).read_bytes(), parse_constant=refuse)
    except OSError as e:
        raise BadInput(f"can't read {path} ({e.strerror}): make it with {made_by}") from e
    except (ValueError, RecursionError) as e:
        raise BadInput(f"{path} is not a JSON file ({e}): make it anew with {made_by}") from e


def load_results(path=RESULTS, seed=None, T=None):
    """Read a results file and check that it is what `run` returns.

    Parameters
    ----------
    path : str or Path
    seed, T : int, optional
        When given, the file must be of this seed and this length.

    Raises
    ------
    BadInput
        When the file is missing, cut short, not JSON, of the wrong shape, or
        of another seed or T.
    """
    made_by = command(seed, T, path)
    results = read_json(path, made_by)
    problem = problem_with(results)
    if problem:
        raise BadInput(f"{path} is not a results file ({problem}): make it anew with {made_by}")
    held = results["seed"], results["T"]
    wanted = held[0] if seed is None else seed, held[1] if T is None else T
    if held != wanted:
        raise BadInput(
            f"{path} is of seed {held[0]} and T {held[1]}, wanted are seed {wanted[0]} and "
            f"T {wanted[1]}: make that with {command(*wanted, path)}"
        )
    return results


def problem_with(results):
    """What is wrong with the content of a results file, or None."""
    if not isinstance(results, dict):
        return "not an object"
    try:
        return next(problems(results), None)
    except KeyError as e:
        return f"{e.args[0]} is missing"
    except (TypeError, ValueError, IndexError, OverflowError) as e:
        return str(e)


def problems(results):
    """All that is wrong with an object that should be what `run` returns."""

    def number(x):  # none of our numbers is negative
        return type(x) in (int, float) and 0 <= x < math.inf

    def numbers(x, n):
        return isinstance(x, list) and len(x) == n and all(map(number, x))

    T, given, trace = results["T"], results["hyperparameters"], results["surprise_trace"]
    Config(**{f.name: {**results, **given}[f.name] for f in fields(Config)})
    for key in NUMBERS:
        if not number(results[key]) or (key.endswith("acc") and results[key] > 1):
            yield f"{key} is {results[key]!r}"
    lengths = {key: given[epochs] for key, epochs in CURVES.items()}
    lengths["baseline_grad_norms"] = T - 1
    lengths["chunker_grad_norms"] = trace["mask"].count(True) - 1
    for key, n in lengths.items():
        if not numbers(results[key], n):
            yield f"{key} is not a list of {n} numbers"
    if not results["chunker_avg_surprises"] >= 1:
        yield "less than one surprise per sequence"
    if not (
        len(trace["tokens"]) == len(trace["mask"]) == len(trace["loss"]) == T
        and all(type(token) is int and 0 <= token < VOCAB for token in trace["tokens"])
        and all(type(flag) is bool for flag in trace["mask"])
        and trace["mask"][0]
        and trace["loss"][0] is None
        and numbers(trace["loss"][1:], T - 1)
        and number(trace["threshold"])
        and trace["threshold"] == given["threshold"]
    ):
        yield f"surprise_trace does not describe {T} tokens"
    for key in ("stage_s", "env"):
        if not isinstance(results[key], dict):
            yield f"{key} is not an object"


# --------------------------------------------------------------------------
# Command line
# --------------------------------------------------------------------------

# (metric, value in the source document, key in results.json, format)
HEADLINE = (
    ("recall accuracy, chunker", "100.0%", "chunker_eval_acc", "{:.1%}"),
    ("recall accuracy, baseline", "0.0%", "baseline_eval_acc", "{:.1%}"),
    ("choice accuracy A or B, chunker", "-", "chunker_choice_acc", "{:.1%}"),
    ("choice accuracy A or B, baseline", "-", "baseline_choice_acc", "{:.1%}"),
    ("effective BPTT depth, baseline, steps", "4", "effective_depth_baseline", "{}"),
    ("effective BPTT depth, chunker, events", "2", "effective_depth_chunker", "{:g}"),
    ("depth-reduction ratio (T - 1) / k", "599.5x", "depth_reduction_ratio", "{:.1f}x"),
    ("surprises per sequence k", "2.00", "chunker_avg_surprises", "{:.2f}"),
    ("baseline loss on filler, nats/step", "-", "baseline_filler_loss", "{:.4f}"),
    ("run time, s", "29.8", "wallclock_s", "{:.2f}"),
)


def headline_table(results):
    """Lines of a table: the document's numbers beside those of `results`."""
    rows = [("T = 1200 in the document", "document", "this run")]
    rows += [(name, document, form.format(results[key])) for name, document, key, form in HEADLINE]
    return [f"{name:38}{document:>10}{measured:>11}" for name, document, measured in rows]


def print_tenths(stage, epoch, epochs, loss):
    """A log that prints the loss every tenth of the way."""
    if epoch * 10 // epochs > (epoch - 1) * 10 // epochs:
        print(f"{stage:12} epoch {epoch:4}/{epochs}  loss {loss:10.4f} nats/sequence", flush=True)


def whole_number(text):
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, got {text!r}") from None


def real_number(text):
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, got {text!r}") from None


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message):
        raise BadInput(message)


def interrupted(e):
    """Was it Ctrl-C, or what a library made of it?"""
    return isinstance(e, KeyboardInterrupt) or (e is not None and interrupted(e.__context__))


def run_command(main):
    """Run `main()` as a command: one line on stderr and an exit code, never a traceback.

    0 done, 1 training diverged or the machine failed, 2 bad input,
    130 interrupted.
    """
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main()
        sys.stdout.flush()
    except BadInput as e:
        code, message = 2, str(e)
    except MemoryError:
        code, message = 2, "not enough memory for these sizes: lower T, the hidden sizes or n_eval"
    except Diverged as e:
        code, message = 1, str(e)
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as e:
        code, message = 1, f"{e.filename or 'output'}: {e.strerror}"
    except BaseException as e:
        if not interrupted(e):
            raise
        code, message = 130, "interrupted"
    else:
        return
    print(f"{Path(sys.argv[0]).name}: {message}", file=sys.stderr)
    sys.exit(code)


def main():
    parser = OneLineParser(
        description="The neural history compressor on the trigger-recall task: trains automatizer, "
        "chunker and full-BPTT baseline, and writes results.json.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    for f in fields(Config):
        kind = real_number if f.metadata["least"] is None else whole_number
        option = "--" + f.name.replace("_", "-")
        parser.add_argument(option, type=kind, default=f.default, help=f.metadata["help"])
    parser.add_argument("--out", default=str(RESULTS), help="the results file to write")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    options = vars(parser.parse_args())
    out, quiet = options.pop("out"), options.pop("quiet")
    config = Config(**options)
    check_writable(out)

    results = run(config, silent if quiet else print_tenths)
    write_whole(out, to_json(results))
    if not quiet:
        print(*headline_table(results), f"wrote {out}", sep="\n")


if __name__ == "__main__":
    run_command(main)
