#!/usr/bin/env python3
"""Schmidhuber's neural history compressor across 1,200 time steps, in numpy.

The last symbol of a long sequence repeats the first. One tanh-RNN, trained at full length from
small weights by backpropagation through time (BPTT), does not learn that: its error signal has
vanished long before it gets there. The history compressor does not send it there. A small RNN,
the *automatizer* A, learns to predict its next input; only what A fails to predict, the
*surprises*, goes up to a second RNN, the *chunker* C. Of T = 1200 symbols k = 2 are left.

    python3 chunker_very_deep_1200.py --seed 0        # writes results.json

Read it from top to bottom. Sources: J. Schmidhuber, Neural Computation 4(2):234-242, 1992;
habilitation, TUM, 1993; Neural Networks 61:85-117, 2015, sections 6.4-6.5 (see README.md).
"""

from __future__ import annotations

import os
import signal
import sys

if __name__ == "__main__":  # while libraries load, neither Ctrl-C nor want of memory is a traceback
    sys.excepthook = lambda _, e, __: os.write(2, f"not loaded: {e.__cause__ or e!r}\n".encode())
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))

import argparse
import functools
import itertools
import json
import math
import platform
import secrets
import shlex
import subprocess
import time
from collections import namedtuple
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import NamedTuple

# With one BLAS thread the same seed gives the same bits however many cores there are.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np


# ==== Configuration ===============================================================================
class BadInput(ValueError):
    """What the user gave can't be used; the message says what to do."""


def shown(value):
    """What was given, as one short line of a message."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python prints no number of thousands of digits
        text = "a number too long to print"
    return text if len(text) <= 60 else text[:57] + "..."


def hyperparameter(default, help, least=None):
    """A field of `Config`: `least` bounds whole numbers, None marks a rate."""
    return field(default=default, metadata={"help": help, "least": least})


@dataclass(frozen=True)
class Config:
    """All that decides a run; each field is an option. `BadInput` when one is out of its range."""

    seed: int = hyperparameter(0, "seed of every random number", least=0)
    T: int = hyperparameter(1200, "sequence length in time steps", least=7)
    auto_hidden: int = hyperparameter(16, "hidden units of the automatizer", least=1)
    auto_epochs: int = hyperparameter(80, "epochs of the automatizer, 8 sequences each", least=1)
    auto_lr: float = hyperparameter(0.05, "learning rate of the automatizer")
    auto_truncate: int = hyperparameter(6, "window of its truncated BPTT", least=1)
    chunk_hidden: int = hyperparameter(8, "hidden units of the chunker", least=1)
    chunk_epochs: int = hyperparameter(200, "epochs of the chunker, 16 sequences each", least=1)
    chunk_lr: float = hyperparameter(0.1, "learning rate of the chunker")
    baseline_hidden: int = hyperparameter(16, "hidden units of the baseline", least=1)
    baseline_epochs: int = hyperparameter(30, "epochs of the baseline, 4 sequences each", least=1)
    baseline_lr: float = hyperparameter(0.05, "learning rate of the baseline")
    n_eval: int = hyperparameter(50, "fresh sequences to evaluate on", least=1)

    def __post_init__(self):
        for f in fields(self):
            given, least = getattr(self, f.name), f.metadata["least"]
            if isinstance(given, (np.integer, np.floating)):
                given = given.item()
            fine = type(given) is int or (type(given) is float and least is None)
            low, most = (5e-324, sys.float_info.max) if least is None else (least, 10**1000)
            if not (fine and low <= given <= most):
                what = ("whole number of at least {}", "finite number above 0")[least is None]
                option = "--" + f.name.replace("_", "-")
                raise BadInput(f"{option} must be a {what.format(least)}, got {shown(given)}")
            object.__setattr__(self, f.name, float(given) if least is None else given)


# Fixed by the protocol, and so not options.
AUTO_BATCH = 8  # sequences per automatizer epoch, one batch
CHUNK_SEQUENCES = 16  # sequences per chunker epoch, an update after each
BASELINE_BATCH = 4  # sequences per baseline epoch, one batch
N_PROBE = 20  # sequences on which the surprise threshold is set
CLIP_NORM = 5.0  # longest gradient that SGD follows
AUTO_STD, CHUNK_STD, BASELINE_STD = 0.1, 0.2, 0.1  # of the initial weights
CUTOFF = 0.01  # a gradient below this share of its terminal norm has vanished

# Each has its own stream of random numbers, by its place here: append only.
STAGES = (
    "auto_init", "auto_data", "probe", "chunk_init", "chunk_data",
    "baseline_init", "baseline_data", "evaluation", "trace",
)  # fmt: skip


def random_streams(seed):
    """A `numpy.random.Generator` for each name in `STAGES`."""
    children = np.random.SeedSequence(seed).spawn(len(STAGES))
    return {stage: np.random.default_rng(child) for stage, child in zip(STAGES, children)}


# ==== Task: recall the trigger after T - 2 steps of filler ========================================
SYMBOLS = "AB12345"
VOCAB = len(SYMBOLS)
N_TRIGGERS, N_FILLERS = 2, 5


def trigger_recall(rng, T, batch):
    """Draw sequences of the trigger-recall task, a uint8 array of shape (T, batch).

        x_0             A or B, with equal probability
        x_1 .. x_{T-2}  1, 2, 3, 4, 5, 1, 2, ..
        x_{T-1}         x_0 again

    Only x_0 (no context) and x_{T-1} (its context is T - 1 steps away) cannot
    be predicted from recent inputs. Two distinct sequences exist for each T >= 3.
    """
    tokens = np.empty((T, batch), np.uint8)
    tokens[1:-1] = N_TRIGGERS + np.arange(T - 2)[:, None] % N_FILLERS
    tokens[0] = tokens[-1] = rng.integers(N_TRIGGERS, size=batch)
    return tokens


class Task(NamedTuple):
    """What `run` draws its sequences from; a task of one's own takes this form."""

    draw: callable  # (rng, T, batch) -> integers (T, batch); the last row is what to recall
    symbols: str | list  # the alphabet: i stands for symbols[i]
    n_choices: int  # the last row is one of the first so many


TRIGGER_RECALL = Task(trigger_recall, SYMBOLS, N_TRIGGERS)


def draw(task, rng, T, batch):
    """Sequences of a task, (T, batch); `BadInput` when its own `draw` gave another shape."""
    tokens = np.asarray(task.draw(rng, T, batch))
    if tokens.shape != (T, batch):
        raise BadInput(f"draw(rng, {T}, {batch}) of the task gave an array {tokens.shape}")
    return tokens


# ==== Network: Elman RNN, softmax output, for an alphabet of any size =============================
#
#     h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)      x_t one-hot, h_{-1} = 0
#     y_t = h_t W_hy + b_y                           logits
#     p_t = softmax(y_t)                             p_t predicts x_{t+1}
#     L   = - sum_t log p_t[x_{t+1}]                 cross-entropy in nats


class RNN(NamedTuple):
    """The parameters of a net, or a gradient: views into one flat vector.

    One vector makes the global norm one dot product and SGD one subtraction.
    """

    flat: np.ndarray  # (n_parameters,)
    W_xh: np.ndarray  # (n_in, hidden)
    W_hh: np.ndarray  # (hidden, hidden)
    b_h: np.ndarray  # (hidden,)
    W_hy: np.ndarray  # (hidden, n_out)
    b_y: np.ndarray  # (n_out,)


def one_vector(shapes):
    """A vector of zeros, and views of its parts in these shapes."""
    sizes = [math.prod(shape) for shape in shapes]
    flat = np.zeros(sum(sizes))
    parts = np.split(flat, np.cumsum(sizes[:-1]))
    return flat, *(part.reshape(shape) for part, shape in zip(parts, shapes))


def zero_rnn(n_hidden, n_in=VOCAB, n_out=VOCAB):
    """An `RNN` of zeros."""
    H = n_hidden
    return RNN(*one_vector([(n_in, H), (H, H), (H,), (H, n_out), (n_out,)]))


def zeros_like(net):
    """Zeros in the shapes of a net: a place for its gradient."""
    return type(net)(*one_vector([W.shape for W in net[1:]]))


def init_rnn(rng, n_hidden, std, n_in=VOCAB, n_out=VOCAB):
    """An `RNN` with Gaussian weights of standard deviation `std`, biases 0."""
    net = zero_rnn(n_hidden, n_in, n_out)
    for W in (net.W_xh, net.W_hh, net.W_hy):
        W[...] = rng.normal(0.0, std, W.shape)
    return net


class Unrolled(NamedTuple):
    """Buffers of a net unrolled over n steps and a batch of B sequences, used again and again.

    What one step touches is sliced out beforehand: the loops over time do nothing but arithmetic.
    """

    tokens: np.ndarray  # (n + 1, B) symbols x_0 .. x_n
    onehot: np.ndarray  # (n + 1, B, n_in) the same, one-hot
    hidden: np.ndarray  # (n + 1, B, H) h_{-1} .. h_{n-1}; the first is given
    # above: n + 1 time steps; below: n (`window` slices accordingly)
    probs: np.ndarray  # (n, B, n_out) p_0 .. p_{n-1}
    error: np.ndarray  # (n, B, n_out) dL/dy_t
    slope: np.ndarray  # (n, B, H) derivative of tanh, 1 - h_t^2
    delta: np.ndarray  # (n, B, H) dL/d(argument of tanh at t)
    flat: Flat
    steps: list  # [(h_{t-1}, h_t)], t = 0 .. n-1, each (B, H)
    steps_back: list  # [(delta_{t+1}, slope_t, delta_t)], t = n-2 .. 0, each (B, H)


# The same as matrices: row t * B + b belongs to step t of sequence b; and n B ones.
Flat = namedtuple("Flat", "x target h_prev h probs error slope delta ones")


def views(tokens, onehot, hidden, probs, error, slope, delta):
    """An `Unrolled` on arrays that exist."""
    parts = onehot[:-1], onehot[1:], hidden[:-1], hidden[1:], probs, error, slope, delta
    matrices = [array.reshape(-1, array.shape[-1]) for array in parts]
    flat = Flat(*matrices, np.ones(len(matrices[-1])))
    steps = list(zip(hidden, hidden[1:]))
    steps_back = list(zip(delta[:0:-1], slope[-2::-1], delta[-2::-1]))
    return Unrolled(tokens, onehot, hidden, probs, error, slope, delta, flat, steps, steps_back)


def unroll(n_steps, batch, n_hidden, n_in=VOCAB, n_out=VOCAB):
    """Buffers for `n_steps` predictions over `batch` sequences, h_{-1} = 0."""
    n, B, H = n_steps, batch, n_hidden
    shapes = [(n + 1, B, n_in), (n + 1, B, H), (n, B, n_out), (n, B, n_out), (n, B, H), (n, B, H)]
    return views(np.zeros((n + 1, B), np.intp), *map(np.zeros, shapes))


def buffers(net, n_steps, batch):
    """`unroll` with the sizes of a net."""
    return unroll(n_steps, batch, len(net.b_h), len(net.W_xh), len(net.b_y))


def window(whole, start, stop):
    """The steps from `start` to before `stop` of an `Unrolled`, as one more."""
    longer = (array[start : stop + 1] for array in whole[:3])
    return views(*longer, *(array[start:stop] for array in whole[3:7]))


def windows(whole, length):
    """Cut an `Unrolled` for truncated BPTT into windows of `length` steps.

    They share the buffers: the state is carried over an edge, while the gradient stops at it.
    """
    n = len(whole.probs)
    return [window(whole, start, min(start + length, n)) for start in range(0, n, length)]


@functools.cache
def identity(n):
    return np.eye(n)


@functools.cache
def row_summer(n):
    """Ones that sum rows of n by BLAS, a quarter of the time of .sum; while n is small n times."""
    return np.ones((n, n if n < 32 else 1))


def load(u, tokens, step=0):
    """Put symbols, (n + 1, B), into the buffers, as they are and one-hot.

    `BadInput` names the first that is not in 0 .. n_in - 1; the first row's time is `step`.
    """
    symbols, n_in = np.asarray(tokens), u.onehot.shape[-1]
    if symbols.dtype.kind not in "iu":
        raise BadInput(f"symbols must be whole numbers, got an array of {symbols.dtype}")
    if symbols.shape != u.tokens.shape:
        raise BadInput(f"the buffers hold symbols {u.tokens.shape}, got {symbols.shape}")
    if symbols.min() < 0 or symbols.max() >= n_in:
        t, b = np.argwhere((symbols < 0) | (symbols >= n_in))[0]
        where = f"at step {step + t} of sequence {b}"
        raise BadInput(f"symbol {symbols[t, b]} {where} is not in the alphabet 0 .. {n_in - 1}")
    u.tokens[...] = tokens
    identity(n_in).take(u.tokens, axis=0, out=u.onehot, mode="clip")


def recur(net, u):
    """h_t = tanh(x_t W_xh + b_h + h_{t-1} W_hh), where u.hidden holds x_t W_xh + b_h already."""
    W_hh, add, tanh = net.W_hh, np.add, np.tanh
    recurrent = np.empty_like(u.hidden[0])
    for h_prev, h in u.steps:
        h_prev.dot(W_hh, recurrent)
        add(h, recurrent, h)
        tanh(h, h)


def forward_hidden(net, u):
    """All hidden states; the one-hot input times W_xh is a row of W_xh."""
    (net.W_xh + net.b_h).take(u.tokens[:-1], axis=0, out=u.hidden[1:], mode="clip")
    recur(net, u)


def read_out(net, hidden, logits=None):
    """y = h W_hy + b_y for states of shape (.., hidden), into `logits` when given."""
    logits = hidden.dot(net.W_hy, logits)
    logits += net.b_y
    return logits


def softmax(y):
    """p = exp(y) / sum exp(y) for the rows of a matrix of logits, in place.

    No maximum is subtracted: as |h| <= 1, exp overflows only when the run has
    diverged, and the inf or nan that follows is how the training loops see it.
    """
    np.exp(y, y)
    y /= y.dot(row_summer(y.shape[-1]))


def log_softmax(y):
    """log p = y - log sum exp(y) along the last axis, in place, for logits of any size."""
    y -= y.max(axis=-1, keepdims=True)
    y -= np.log(np.exp(y).sum(axis=-1, keepdims=True))


def forward(net, u):
    """Hidden states and predictions p_t = softmax(h_t W_hy + b_y)."""
    forward_hidden(net, u)
    softmax(read_out(net, u.flat.h, u.flat.probs))


def flow_back(net, u):
    """Send `u.delta` back through time, in place.

    Row t holds what the outputs of step t contribute to dL/dh_t, then dL/d(argument of tanh):

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


def backward(net, grad, u, goal=None, weight=None):
    """Gradient of the loss summed over steps and batch, written into `grad`.

        dL/dy_t = w_t (p_t - goal_t)

    So it is for softmax or logistic outputs with cross-entropy, and for linear ones with half
    the squared error. Full BPTT over the steps of `u`; what came before u.hidden[0] is constant.

    `goal` (n, B, n_out) is what `u.probs` should be, else the symbols that came,
    one-hot. `weight`, which broadcasts to (n, B), is that of each step's loss, else 1.
    """
    np.subtract(u.probs, u.onehot[1:] if goal is None else goal, u.error)
    if weight is not None:
        np.multiply(u.error, np.asarray(weight)[..., None], u.error)
    backward_output(net, grad, u)
    flow_back(net, u)
    flat = u.flat
    flat.h_prev.T.dot(flat.delta, grad.W_hh)
    flat.x.T.dot(flat.delta, grad.W_xh)
    flat.ones.dot(flat.delta, grad.b_h)


def backward_output(net, grad, u):
    """From `u.error` the gradient of the output layer, and what reaches h_t into `u.delta`."""
    flat = u.flat
    flat.h.T.dot(flat.error, grad.W_hy)
    flat.ones.dot(flat.error, grad.b_y)
    flat.error.dot(net.W_hy.T, flat.delta)


def sgd(net, grad, lr, batch, longest=CLIP_NORM):
    """One step down the gradient of the batch mean, clipped to norm `longest`, keeping direction.

    theta <- theta - lr g min(1, longest / ||g||)        g = grad / batch; grad is used up
    """
    theta, g = net.flat, grad.flat
    norm = math.sqrt(g.dot(g)) / batch
    g *= lr / batch * (longest / max(norm, longest))
    theta -= g


def update(net, grad, u, lr):
    """Forward, backward and one step of SGD on the tokens loaded in `u`."""
    forward(net, u)
    backward(net, grad, u)
    sgd(net, grad, lr, batch=u.hidden.shape[1])


def learn(net, batches, length, lr):
    """Truncated BPTT on batch after batch, an update after each window of `length` steps.

    With a window as long as the sequences it is full BPTT. `batches` gives tokens
    (T, B), T >= 2; yielded are the buffers, with what was predicted before learning.
    """
    grad = zeros_like(net)

    @functools.lru_cache(maxsize=64)
    def unrolled(T, B):
        u = buffers(net, T - 1, B)
        return u, windows(u, length)

    for tokens in batches:
        u, cuts = unrolled(*tokens.shape)
        load(u, tokens)
        for part in cuts:
            update(net, grad, part, lr)
        yield u


def mean_loss(u):
    """Cross-entropy per sequence in nats, summed over the steps of `u`."""
    p_target = np.einsum("ij,ij->i", u.flat.probs, u.flat.target)
    return float(-np.log(p_target).sum() / u.hidden.shape[1])


def terminal_gradient(net, tokens):
    """How far the loss of the last step of one sequence, (n + 1,), reaches back: (n, hidden).

    Row t is dL_{T-1}/dh_t, in order of time; the last row is where it starts.
    """
    u = buffers(net, len(tokens) - 1, 1)
    load(u, tokens[:, None])
    forward(net, u)
    u.delta[-1] = (u.probs[-1] - u.onehot[-1]).dot(net.W_hy.T)
    start = u.delta[-1].copy()
    flow_back(net, u)
    return np.concatenate([u.flat.delta[1:].dot(net.W_hh.T), start])


def silent(stage, epoch, epochs, loss):
    """A log that says nothing."""


class Diverged(ArithmeticError):
    """Training whose loss or weights are no longer finite numbers."""


DIVERGING = dict.fromkeys(("over", "divide", "invalid"), "ignore")  # check_finite sees it
LR_OPTIONS = {"automatizer": "--auto-lr", "chunker": "--chunk-lr", "baseline": "--baseline-lr"}


def check_finite(net, loss, stage, epoch):
    if not (math.isfinite(loss) and np.isfinite(net.flat).all()):
        lower = f"the loss is not finite; lower {LR_OPTIONS[stage]}"
        raise Diverged(f"{stage} diverged in epoch {epoch}: {lower}")


def losses_of(net, learning, stage, n_batches, log, recalled=None):
    """Run `learn`: the loss per sequence of each batch; into `recalled` the share of targets."""
    losses = []
    for u in learning:
        losses.append(mean_loss(u))
        if recalled is not None:
            recalled.append(float((u.probs[-1].argmax(axis=1) == u.tokens[-1]).mean()))
        check_finite(net, losses[-1], stage, len(losses))
        log(stage, len(losses), n_batches, losses[-1])
    return losses


# ==== Level 0: the automatizer A learns to predict the next symbol ================================
def train_automatizer(config, rng, log, task=TRIGGER_RECALL):
    """Train A on a batch of fresh sequences in every epoch: the net and its loss in each."""
    n_epochs, data = config.auto_epochs, rng["auto_data"]
    batches = (draw(task, data, config.T, AUTO_BATCH) for _ in range(n_epochs))
    return fit_automatizer(config, rng, batches, n_epochs, log, len(task.symbols))


def fit_automatizer(config, rng, batches, n_batches, log, n_symbols):
    """Truncated BPTT with windows of `auto_truncate` steps: the net and its loss on each batch."""
    net = init_rnn(rng["auto_init"], config.auto_hidden, AUTO_STD, n_symbols, n_symbols)
    learning = learn(net, batches, config.auto_truncate, config.auto_lr)
    return net, losses_of(net, learning, "automatizer", n_batches, log)


# ==== Surprises: what A fails to predict ==========================================================
BLOCK = 2000  # hidden states that `predictions` holds in memory at once


def predictions(net, tokens):
    """Run a net over sequences of any length, in constant working memory.

    `tokens` is an int array of shape (T, N), or has a shape and slices like one.
    Yields block by block (start, targets, logits): what the net makes of x_0 .. x_{t-1},
    (n, N, n_out), and the x_t that came, (n, N), for t = start + 1 .. start + n.
    """
    T, N = tokens.shape
    block = max(1, min(BLOCK // N, T - 1))
    whole = buffers(net, block, N)
    for start in range(0, T - 1, block):
        n = min(block, T - 1 - start)
        u = whole if n == block else window(whole, 0, n)
        load(u, tokens[start : start + n + 1], start)
        forward_hidden(net, u)
        yield start, u.tokens[1:], read_out(net, u.hidden[1:])
        whole.hidden[0] = u.hidden[-1]


def log_probabilities(net, tokens):
    """`predictions` as log p(. | x_0 .. x_{t-1}), in nats."""
    for start, targets, logits in predictions(net, tokens):
        log_softmax(logits)
        yield start, targets, logits


def surprisal(log_p, targets):
    """-log p of the symbols that came: (n, N) from log_p (n, N, n_out) and targets (n, N)."""
    return -np.take_along_axis(log_p, targets[..., None], axis=-1).squeeze(-1)


def score(net, tokens):
    """What each symbol of some sequences, an int array of shape (T, N), costs a net.

    Returns the loss -log p(x_t | x_0 .. x_{t-1}) in nats for t = 1 .. T-1, (T - 1, N), and
    log p for the last symbol, (N, n_out).
    """
    T, N = tokens.shape
    if T < 2 or N < 1:
        raise BadInput(f"tokens {T, N} hold nothing to predict: give T >= 2 and a sequence")
    loss = np.empty((T - 1, N))
    for start, targets, log_p in log_probabilities(net, tokens):
        loss[start : start + len(targets)] = surprisal(log_p, targets)
    return loss, log_p[-1]


def with_first(flags):
    """Events (T, N) from flags of x_1 .. x_{T-1}; x_0, which nothing predicts, is one."""
    return np.vstack([np.ones_like(flags[:1], bool), flags])


def surprising(loss, threshold):
    """Which symbols are surprises, (T, N), from losses (T - 1, N): above `threshold`, in nats."""
    return with_first(loss > threshold)


def surprise_threshold(loss):
    """Half-way between A's median loss on filler and on targets, which are last in (T - 1, N)."""
    return float((np.median(loss[:-1]) + np.median(loss[-1])) / 2)


# What A passes up of one sequence: its surprises in order, (k,); is the last the recall target?
Events = namedtuple("Events", "symbols target_flagged")


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


# ==== Level 1: the chunker C learns to predict the next surprise ==================================
def train_chunker(config, rng, automatizer, threshold, log, task=TRIGGER_RECALL):
    """Train C on the surprises of fresh sequences.

    Returns the net and, for each epoch, loss per sequence, share of targets recalled (argmax,
    before the update; a target that A did not flag is a failed recall), surprises per sequence.
    """
    n_sequences = config.chunk_epochs * CHUNK_SEQUENCES
    tokens = draw(task, rng["chunk_data"], config.T, n_sequences)
    # A does not change any more: each distinct sequence is compressed once.
    first, which = distinct(tokens)
    events = compress(automatizer, tokens[:, first], threshold)
    return fit_chunker(config, rng, events, which, log, len(task.symbols))


def fit_chunker(config, rng, events, which, log=silent, n_symbols=VOCAB):
    """Full BPTT over each compressed sequence, `events[which[i]]`, an update after each.

    C reads the surprising symbols and predicts the next. Returns what `train_chunker` does.
    """
    shape, n = (config.chunk_epochs, CHUNK_SEQUENCES), n_symbols
    net = init_rnn(rng["chunk_init"], config.chunk_hidden, CHUNK_STD, n, n)
    streams = (events[i].symbols[:, None] for i in which if len(events[i].symbols) > 1)
    learning = learn(net, streams, max(len(e.symbols) for e in events), config.chunk_lr)
    losses, recalled, n_surprises = np.zeros((3, *shape))
    for epoch, sequences in enumerate(which.reshape(shape)):
        for i, sequence in enumerate(sequences):
            symbols, target_flagged = events[sequence]
            n_surprises[epoch, i] = len(symbols)
            if len(symbols) > 1:
                u = next(learning)
                losses[epoch, i] = mean_loss(u)
                recalled[epoch, i] = target_flagged and u.probs[-1].argmax() == symbols[-1]
        loss = float(losses[epoch].mean())
        check_finite(net, loss, "chunker", epoch + 1)
        log("chunker", epoch + 1, config.chunk_epochs, loss)
    return net, *(curve.mean(axis=1).tolist() for curve in (losses, recalled, n_surprises))


# ==== Baseline: one net, full BPTT over all T - 1 steps ===========================================
def train_baseline(config, rng, log, task=TRIGGER_RECALL):
    """One update per batch, on the loss summed over all steps.

    Returns the net and two curves, a number per epoch: loss per sequence, share recalled.
    """
    n, n_epochs, data = len(task.symbols), config.baseline_epochs, rng["baseline_data"]
    net = init_rnn(rng["baseline_init"], config.baseline_hidden, BASELINE_STD, n, n)
    batches = (draw(task, data, config.T, BASELINE_BATCH) for _ in range(n_epochs))
    learning, recalled = learn(net, batches, config.T, config.baseline_lr), []
    return net, losses_of(net, learning, "baseline", n_epochs, log, recalled), recalled


# ==== Evaluation, on sequences drawn afresh =======================================================
def chunker_logits(chunker, events):
    """C's prediction of each recall target from the surprises before it, logits (N, n_out).

    And which of the N sequences were answered: a target that A did not flag C never predicts.
    """
    answered = np.array([e.target_flagged for e in events])
    logits = np.zeros((len(events), len(chunker.b_y)))
    for i in np.flatnonzero(answered):
        logits[i] = score(chunker, events[i].symbols[:, None])[1][0]
    return logits, answered


def recall_accuracies(logits, targets, answered=True, n_choices=N_TRIGGERS):
    """Recall accuracy and choice accuracy, shares of all sequences.

    Recall takes the most probable of all symbols: it also asks *when* the trigger returns. Choice
    takes that of the `n_choices` that the target may be (A and B, chance 50%): it asks only
    *which* it was. What is not answered is wrong.
    """
    recall = answered & (logits.argmax(axis=1) == targets)
    choice = answered & (logits[:, :n_choices].argmax(axis=1) == targets)
    return float(recall.mean()), float(choice.mean())


def effective_depth(norms):
    """How many steps the terminal gradient reaches back before it vanishes.

    The largest distance from the recall target x_{T-1} at which ||dL_{T-1}/dh_t||, `norms`, is
    still `CUTOFF` of its last value. The last state is at distance 1 and h_0 at T - 1.
    """
    alive = np.flatnonzero((norms > 0) & (norms >= CUTOFF * norms[-1]))
    return len(norms) - int(alive[0]) if len(alive) else 0


def gradient_norms(net, tokens):
    """||dL_{T-1}/dh_t|| for t = 0 .. T-2, of one sequence; [] if T < 2."""
    if len(tokens) < 2:
        return np.empty(0)
    # hypot, as squares of the smallest gradients would be 0 long before they are
    return np.hypot.reduce(terminal_gradient(net, tokens), axis=1)


def evaluate(config, rng, automatizer, threshold, chunker, baseline, task=TRIGGER_RECALL):
    """The numbers of `results.json` that are measured after training."""
    tokens, n = draw(task, rng["evaluation"], config.T, config.n_eval), task.n_choices
    first, which = distinct(tokens)
    events = compress(automatizer, tokens[:, first], threshold)
    logits, answered = (of_distinct[which] for of_distinct in chunker_logits(chunker, events))
    chunker_recall, chunker_choice = recall_accuracies(logits, tokens[-1], answered, n)
    k = float(np.array([len(e.symbols) for e in events])[which].mean())
    baseline_loss, baseline_logits = score(baseline, tokens)
    baseline_recall, baseline_choice = recall_accuracies(baseline_logits, tokens[-1], n_choices=n)

    trace = draw(task, rng["trace"], config.T, 1)
    loss, _ = score(automatizer, trace)
    mask = surprising(loss, threshold)
    norms = gradient_norms(baseline, trace[:, 0])
    return {
        "baseline_grad_norms": norms.tolist(),
        "chunker_grad_norms": gradient_norms(chunker, trace[mask]).tolist(),
        "chunker_eval_acc": chunker_recall, "chunker_choice_acc": chunker_choice,
        "baseline_eval_acc": baseline_recall, "baseline_choice_acc": baseline_choice,
        "baseline_filler_loss": float(baseline_loss[:-1].mean()),
        "baseline_target_loss": float(baseline_loss[-1].mean()),
        "effective_depth_baseline": effective_depth(norms), "effective_depth_chunker": k,
        "chunker_avg_surprises": k, "depth_reduction_ratio": (config.T - 1) / k,
        "surprise_trace": {
            "tokens": trace[:, 0].tolist(), "loss": [None, *loss[:, 0].tolist()],
            "mask": mask[:, 0].tolist(), "threshold": threshold,
        },
    }  # fmt: skip


def bytes_needed(config, n_symbols=VOCAB):
    """Peak memory of `run` in bytes, rather too much than too little."""
    hidden = config.auto_hidden, config.baseline_hidden, config.chunk_hidden
    largest = config.T * max(
        8 * AUTO_BATCH * (3 * max(hidden) + 4 * n_symbols) + 500,
        3 * config.chunk_epochs * CHUNK_SEQUENCES,  # a byte per symbol, two copies to compare
        11 * config.n_eval,  # loss, tokens and two masks
    )
    weights = sum(8 * 3 * H * (H + 2 * n_symbols + 1) for H in hidden)
    return weights + largest * 8 // 5  # views and temporary arrays, as measured


def check_memory(config, n_symbols):
    """Raise `BadInput` when `run` would not fit in this machine."""
    needed = present = bytes_needed(config, n_symbols)
    with suppress(AttributeError, ValueError, OSError):  # not POSIX: let numpy find out
        present = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > present:
        lower = "lower --T, hidden sizes, --chunk-epochs or --n-eval"
        gib = f"{needed >> 30:,} GiB of memory and this machine has {present >> 30:,}"
        raise BadInput(f"T = {config.T} with these sizes needs about {gib}: {lower}")


def run(config, log=silent, task=TRIGGER_RECALL):
    """Train automatizer, chunker and baseline, and evaluate them.

    `log` is called as log(stage, epoch, epochs, loss) after each epoch. Returns what
    `results.json` holds, of a task of one's own its "symbols" too. `BadInput`: memory
    would not hold the run. `Diverged`: a loss or a weight is no longer finite.
    """
    check_memory(config, len(task.symbols))
    rng, stage_s = random_streams(config.seed), {}

    def timed(stage, function, *arguments):
        start = time.perf_counter()
        returned = function(*arguments)
        stage_s[stage] = time.perf_counter() - start
        return returned

    with np.errstate(**DIVERGING):
        A, A_loss = timed("automatizer", train_automatizer, config, rng, log, task)
        probe = draw(task, rng["probe"], config.T, N_PROBE)
        threshold = surprise_threshold(timed("threshold", score, A, probe)[0])
        C, *C_curves = timed("chunker", train_chunker, config, rng, A, threshold, log, task)
        baseline, *baseline_curves = timed("baseline", train_baseline, config, rng, log, task)
        measured = timed("evaluation", evaluate, config, rng, A, threshold, C, baseline, task)
    # The last update may be the one that went too far: its loss was never taken.
    check_finite(baseline, sum(measured["baseline_grad_norms"]), "baseline", config.baseline_epochs)
    check_finite(C, sum(measured["chunker_grad_norms"]), "chunker", config.chunk_epochs)

    given = asdict(config)
    return {
        "seed": given.pop("seed"),
        "T": given.pop("T"),
        "hyperparameters": {
            **given, "threshold": threshold, "auto_batch": AUTO_BATCH,
            "chunk_sequences": CHUNK_SEQUENCES, "baseline_batch": BASELINE_BATCH,
            "n_probe": N_PROBE, "clip_norm": CLIP_NORM,
        },
        **dict(zip(CURVES, (A_loss, *C_curves, *baseline_curves))),
        **measured,
        **({} if task is TRIGGER_RECALL else {"symbols": [str(s) for s in task.symbols]}),
        "stage_s": stage_s,
        "wallclock_s": sum(stage_s.values()),
        "env": environment(),
    }  # fmt: skip


def environment():
    """Versions of what the numbers were computed with; the commit, with + if code has changed."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    told = {"cwd": HERE, "env": ours, "stderr": subprocess.DEVNULL, "timeout": 10}

    def git(*words):
        return subprocess.check_output(["git", *words], **told).decode(errors="replace").strip()

    name, commit = Path(__file__).name, None  # unless in a repository's top folder, and held there
    with suppress(OSError, subprocess.SubprocessError):
        if git("ls-files", "--full-name", "--", name) == name:
            changed = git("status", "--porcelain", "--", "*.py")
            commit = git("rev-parse", "--short", "HEAD") + "+" * bool(changed)
    return {
        "python": platform.python_version(), "numpy": np.__version__,
        "platform": platform.platform(), "git": commit,
    }  # fmt: skip


# ==== Sequences of one's own: any symbols, any lengths, no recall target ==========================
def encode(sequences, alphabet=None):
    """Sequences of any hashable symbols (strings, lists of words, ..) as lists of int arrays.

    Returns them and the alphabet, a list: i stands for alphabet[i]. Unless given, it is what
    occurs, in order of appearance; `BadInput` names the first symbol not in it.
    """
    sequences = [list(sequence) for sequence in sequences]
    if not sequences or not all(sequences):
        raise BadInput("give at least one sequence, and at least one symbol in each")
    alphabet = list(dict.fromkeys(itertools.chain(*sequences)) if alphabet is None else alphabet)
    code = {symbol: i for i, symbol in enumerate(alphabet)}
    for n, sequence in enumerate(sequences):
        for t, symbol in enumerate(sequence):
            if symbol not in code:
                where = f"at step {t} of sequence {n}"
                raise BadInput(f"symbol {symbol!r} {where} is not in the alphabet of {len(code)}")
    return [np.array([code[symbol] for symbol in sequence]) for sequence in sequences], alphabet


def checked(sequences, n_symbols):
    """Sequences as arrays; `BadInput` names the first that is no row of 0 .. n_symbols - 1."""
    rows = [np.asarray(sequence) for sequence in sequences]
    for n, x in enumerate(rows):
        whole = x.ndim == 1 and x.size and x.dtype.kind in "iu"
        if not (whole and x.min() >= 0 and x.max() < n_symbols):
            raise BadInput(f"sequence {n} is no row of symbols 0 .. {n_symbols - 1}: use encode")
    return rows


@np.errstate(**DIVERGING)
def learn_sequences(sequences, n_symbols, config, log=silent):
    """Train A on sequences of 0 .. n_symbols - 1, `AUTO_BATCH` of them an epoch, drawn at random.

    Returns the net and its loss on each sequence in turn. config.T is not used.
    """
    sequences = [x[:, None] for x in checked(sequences, n_symbols) if len(x) > 1]
    if not sequences:
        raise BadInput("no sequence has a second symbol: there is nothing to predict")
    rng, n = random_streams(config.seed), config.auto_epochs * AUTO_BATCH
    net = init_rnn(rng["auto_init"], config.auto_hidden, AUTO_STD, n_symbols, n_symbols)
    drawn = (sequences[i] for i in rng["auto_data"].integers(len(sequences), size=n))
    # one at a time, as `learn` keeps the buffers of many lengths
    each = (learn(net, [tokens], config.auto_truncate, config.auto_lr) for tokens in drawn)
    return net, losses_of(net, itertools.chain.from_iterable(each), "automatizer", n, log)


Surprise = namedtuple("Surprise", "time symbol loss")  # nats; nan for a sequence's first symbol


def surprises(net, sequence, threshold=0.69):
    """What A failed to predict of one sequence: the first symbol, and each above `threshold`.

    Below log 2 = 0.693 nats every symbol that was not A's most probable one is among them, so
    that with their times they lose nothing.
    """
    (sequence,) = checked([sequence], len(net.W_xh))
    blocks = (surprisal(log_p, x) for _, x, log_p in log_probabilities(net, sequence[:, None]))
    loss = np.concatenate([[[math.nan]], *blocks])[:, 0]
    times = np.flatnonzero(np.append(True, loss[1:] > threshold))
    return [Surprise(int(t), int(sequence[t]), float(loss[t])) for t in times]


@np.errstate(**DIVERGING)
def learn_surprises(found, n_symbols, config, log=silent):
    """Train C on `found`, the `surprises` of each sequence: the net and its loss in each epoch."""
    events = [Events(np.array([s.symbol for s in one]), False) for one in found]
    if all(len(e.symbols) < 2 for e in events):
        raise BadInput("no sequence has a second surprise: lower the threshold")
    rng = random_streams(config.seed)
    which = rng["chunk_data"].integers(len(events), size=config.chunk_epochs * CHUNK_SEQUENCES)
    return fit_chunker(config, rng, events, which, log, n_symbols)[:2]


# ==== Results: written whole or not at all, checked on reading ====================================
HERE = Path(__file__).resolve().parent
IN_CHECKOUT = (HERE / "pyproject.toml").exists()  # else installed, where nothing is to be written
RESULTS = HERE / "results.json" if IN_CHECKOUT else Path("results.json")


def check_writable(path):
    """Raise `BadInput` now if `write_whole(path, ..)` could not work later."""
    try:  # the one sure test of names, links, permissions, quotas and read-only disks
        file = Path(path).resolve()
        if not file.parent.is_dir():
            raise BadInput(f"the folder {file.parent} does not exist: make it, or name another")
        if (os.path.lexists(file) and not file.is_file()) or os.path.basename(path) in ("", "."):
            raise BadInput(f"{str(path)!r} is not a file: name a file to write to")
        write_whole(file, b"", only_try=True)
    except (OSError, RuntimeError) as e:
        why = getattr(e, "strerror", None) or e
        raise BadInput(f"can't write {path} ({why}): name another file") from e


def write_whole(path, data, only_try=False):
    """Write bytes to a file so that it is never seen half-written."""
    path = Path(path).resolve()
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")  # no killed one's
    try:
        temporary.write_bytes(data)
        if not only_try:
            os.replace(temporary, path)
    except OSError as e:
        raise OSError(e.errno, e.strerror, str(path)) from e
    finally:
        with suppress(OSError):
            temporary.unlink()


def to_json(results):
    """Strict JSON, a line for each key, so that a diff can be read."""
    lines = (f"{json.dumps(k)}: {json.dumps(v, allow_nan=False)}" for k, v in results.items())
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def read_json(path, made_by):
    """Strict JSON from a file; `BadInput` when it is not there or not that."""
    try:
        return json.loads(Path(path).read_bytes(), parse_constant=int)  # which refuses NaN
    except OSError as e:
        raise BadInput(f"can't read {path} ({e.strerror}): make it with {made_by}") from e
    except (ValueError, RecursionError) as e:
        raise BadInput(f"{path} is not a JSON file ({e}): make it anew with {made_by}") from e


def command(seed=None, T=None, out=None):
    """The command line that makes a results file."""
    out = None if out is None or Path(out) == RESULTS else shlex.quote(str(out))
    given = [f" --{k} {v}" for k, v in (("seed", seed), ("T", T), ("out", out)) if v is not None]
    program = "chunker_very_deep_1200.py" if IN_CHECKOUT else "-m chunker_very_deep_1200"
    return f"python3 {program}{''.join(given)}"


def load_results(path=RESULTS, seed=None, T=None):
    """A results file; `BadInput` when it is not there, not what `run` returns, of another run."""
    made_by = command(seed, T, path)
    results = read_json(path, made_by)
    try:
        problem = problem_with(results)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as e:
        problem = f"{e} is missing" if isinstance(e, KeyError) else str(e)
    if problem:
        raise BadInput(f"{path} is not a results file ({problem}): make it anew with {made_by}")
    held = {"seed": results["seed"], "T": results["T"]}
    wanted = {k: held[k] if v is None else v for k, v in (("seed", seed), ("T", T))}
    if held != wanted:
        made = "seed {seed}, T {T}".format(**held)
        raise BadInput(f"{path} is of {made}: make it with {command(**wanted, out=path)}")
    return results


def alike(a, b):
    """Are two JSON values the same, numbers to 1e-6 relative, as on another processor?"""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    return math.isclose(a, b, rel_tol=1e-6) if {type(a), type(b)} == {float} else a == b


def holds(path, results):
    """Has the file these results already, but for times and environment?"""
    with suppress(BadInput):
        both = load_results(path), json.loads(to_json(results))
        return alike(*({**r, "stage_s": None, "wallclock_s": None, "env": None} for r in both))
    return False


CURVES = {  # of each, how many numbers: the name of a hyperparameter
    "automatizer_loss": "auto_epochs", "chunker_loss": "chunk_epochs",
    "chunker_target_acc": "chunk_epochs", "chunker_n_surprises": "chunk_epochs",
    "baseline_loss": "baseline_epochs", "baseline_target_acc": "baseline_epochs",
}  # fmt: skip
# (metric, value in the source document, key in results.json, format)
SUMMARY = (
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
NUMBERS = "baseline_target_loss", *(key for _, _, key, _ in SUMMARY)


def problem_with(results):
    """What is wrong with an object that should be what `run` returns, or what that raises."""

    def numbers(x, n, most=1e30, least=0):  # none of our numbers is negative or so large
        several = isinstance(x, list) and len(x) == n
        return several and all(type(v) in (int, float) and least <= v <= most for v in x)

    if not isinstance(results, dict):
        return "not an object"
    symbols = results.get("symbols", [*SYMBOLS])
    if not (isinstance(symbols, list) and all(isinstance(symbol, str) for symbol in symbols)):
        return "symbols are not texts"
    T, given, trace = results["T"], results["hyperparameters"], results["surprise_trace"]
    tokens, mask, loss = trace["tokens"], trace["mask"], trace["loss"]
    Config(**{f.name: {**results, **given}[f.name] for f in fields(Config)})
    lengths = {key: given[epochs] for key, epochs in CURVES.items()}
    lengths |= {"baseline_grad_norms": T - 1, "chunker_grad_norms": mask.count(True) - 1}
    for key in (*NUMBERS, *lengths):
        values, n = ([results[key]], 1) if key in NUMBERS else (results[key], lengths[key])
        if not numbers(values, n, 1 if key.endswith("acc") else 1e30, key.endswith("surprises")):
            return f"{key} is {shown(values[0])}" if key in NUMBERS else f"{key} is not {n} numbers"
    if not (
        all(type(token) is int for token in tokens)
        and numbers(tokens, T, len(symbols) - 1)
        and all(type(flag) is bool for flag in mask)
        and len(mask) == T and mask[0] and loss[0] is None
        and numbers([*loss[1:], trace["threshold"]], T)
        and trace["threshold"] == given["threshold"]
    ):  # fmt: skip
        return f"surprise_trace does not describe {T} tokens"
    if not all(isinstance(results[key], dict) for key in ("stage_s", "env")):
        return "stage_s or env is not an object"


# ==== Command line ========================================================================
def summary(results):
    """Lines of a table: the document's numbers beside those of `results`."""
    rows = [("T = 1200 in the document", "document", "this run")]
    rows += [(name, document, form.format(results[key])) for name, document, key, form in SUMMARY]
    return [f"{name:38}{document:>10}{measured:>11}" for name, document, measured in rows]


def print_tenths(stage, epoch, epochs, loss):
    """A log that prints the loss every tenth of the way."""
    if epoch * 10 // epochs > (epoch - 1) * 10 // epochs:
        print(f"{stage:12} epoch {epoch:4}/{epochs}  loss {loss:10.4f} nats/sequence", flush=True)


def whole_number(text, kind=int, what="a whole number"):
    """What an option is given, as a number: a type for argparse."""
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be {what}, got {shown(text)}") from None


class OneLineParser(argparse.ArgumentParser):
    """An argument parser that complains in one line, and knows no option by half its name."""

    def __init__(self, *, formatter_class=argparse.ArgumentDefaultsHelpFormatter, **given):
        super().__init__(formatter_class=formatter_class, allow_abbrev=False, **given)

    def error(self, message):
        raise BadInput(message)


def run_command(main):
    """Run `main()`: one line on stderr and exit code 1 (diverged, machine), 2 (input) or 130."""
    came, code, message = False, 0, ""

    def interrupt(*_):  # each time, as a library may swallow what is raised
        nonlocal came
        came = True
        sys.unraisablehook = lambda _: None
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupt)
    sys.excepthook = sys.__excepthook__
    for stream in ("stdout", "stderr"):  # closed, as by `>&-`
        if getattr(sys, stream) is None:
            setattr(sys, stream, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", closefd=False))
    sys.stdout.reconfigure(errors="backslashreplace")  # whatever a file's name may be
    try:
        try:
            main()
        finally:
            sys.stdout.flush()
    except (BadInput, Diverged, ImportError) as e:
        code, message = (2 if isinstance(e, BadInput) else 1), str(e)
    except MemoryError:
        code, message = 2, "not enough memory: lower --T, the hidden sizes or --n-eval"
    except OSError as e:
        code, message = 1, f"{e.filename or 'output'}: {e.strerror}"
        if not e.filename:  # nobody reads our output any more, as with `| head`, or it is full
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            message = "" if isinstance(e, BrokenPipeError) else message
    except BaseException:
        if not came:
            raise
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # while libraries shut down
    code, message = (130, "interrupted") if came else (code, message)
    if message:
        line = "".join(c if c.isprintable() else "?" for c in message)
        print(f"{Path(sys.argv[0]).name}: {line}", file=sys.stderr)
    sys.exit(code)


def main():
    parser = OneLineParser(description="Trains the three nets and writes results.json.")
    real_number = functools.partial(whole_number, kind=float, what="a number")
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
    kept = holds(out, results)
    if not kept:
        write_whole(out, to_json(results))
    if not quiet:
        done = f"{out} holds these numbers already: left as it is" if kept else f"wrote {out}"
        print(*summary(results), done, sep="\n")


if __name__ == "__main__":
    run_command(main)
