"""Nets of any size that learn from many streams of letters at once, and what their states hold.

The net is that of `letters`: tanh units, W_hh orthogonal at the start, all other weights of
standard deviation 1 / sqrt(hidden). It reads B streams side by side, the state carried over from
chunk to chunk. An update is BPTT through one chunk, the loss summed over its steps and averaged
over the streams, the gradient clipped at norm 5, Adam, the rate falling to nothing along half a
cosine.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core

from . import grammar
from .intervals import mean
from .letters import CHUNK, HIDDEN, LONGEST, N_SYMBOLS
from .optimisers import Adam, clip

RIDGE = 1e-10  # of a read-out, per letter: as much as noise of 1e-5 in every unit
SHARPER = 8.0  # a read-out by least squares times this is where the softmaxes start
MOST_ASKED = 8  # softmaxes of a net that learns to remember


def initial(rng, hidden, n_out=N_SYMBOLS):
    """Weights of standard deviation 1 / sqrt(hidden), W_hh orthogonal, biases 0."""
    net = core.init_rnn(rng, hidden, 1 / np.sqrt(hidden), N_SYMBOLS, n_out)
    net.W_hh[...] = np.linalg.qr(rng.normal(size=(hidden, hidden)))[0]
    return net


def rate_of(hidden, at_64, power):
    """The rate of a net of so many units: up to 64 the same, then as hidden^-power."""
    return at_64 * min(1.0, (HIDDEN / hidden) ** power)


# ==== Streams: tokens (n, B) ======================================================================
def of_text(symbols, n, B):
    """B streams of n letters of one text, begun at even distances; it goes round."""
    starts = np.arange(B) * (len(symbols) // B)
    return symbols[(starts + np.arange(n)[:, None]) % len(symbols)]


def random_letters(rng, n, B):
    return rng.integers(N_SYMBOLS, size=(n, B))


# ==== Learning ====================================================================================
def learn(net, chunks, n_updates, rate):
    """Train a net on (tokens (T + 1, B), goal or None) with one softmax for each 27 outputs."""
    u = grad = adam = None
    for n, (tokens, goal) in zip(range(n_updates), chunks):
        if u is None:
            T, B = len(tokens) - 1, tokens.shape[1]
            u, grad = core.buffers(net, T, B), core.zeros_like(net)
            adam, weight = Adam(len(net.flat), rate), np.full((1, B), 1 / B)
        u.hidden[0] = u.hidden[-1]
        core.load(u, tokens)
        core.forward_hidden(net, u)
        core.read_out(net, u.flat.h, u.flat.probs)
        core.softmax(u.probs.reshape(-1, N_SYMBOLS))
        core.backward(net, grad, u, goal, weight)
        if not math.isfinite(grad.flat.sum()):
            raise core.Diverged(f"the gradient of update {n + 1} is not finite; lower the rate")
        clip(grad.flat, LONGEST)
        adam.lr = rate * 0.5 * (1 + math.cos(math.pi * n / n_updates))
        adam.step(net.flat, grad.flat)
    return net


def next_letters(tokens, T):
    """Chunks for a net that predicts the next letter."""
    for start in range(0, len(tokens) - T, T):
        yield tokens[start : start + T + 1], None


def last_letters(tokens, T, lags):
    """Chunks for a net that says the letters of these lags, d = 0 the one just read.

    Their goals are one-hot, (T, B, 27 lags); the first chunk begins after the longest lag.
    """
    for start in range(lags[-1], len(tokens) - T, T):
        seen = np.stack([tokens[start - d : start - d + T] for d in lags], axis=-1)
        goal = core.identity(N_SYMBOLS)[seen]
        yield tokens[start : start + T + 1], goal.reshape(*seen.shape[:2], -1)


def asked(longest):
    """The lags whose letters are asked for: at most 8 of 0 .. longest - 1, evenly spread."""
    return np.unique(np.linspace(0, longest - 1, min(longest, MOST_ASKED)).round().astype(int))


def to_remember(rng, hidden, tokens, longest, T, n_updates, rate):
    """A net that learns to say letters it has seen up to longest - 1 steps ago.

    Its softmaxes start from the read-out by least squares of its untrained states. From
    random weights instead, training first destroyed what the untrained net holds.
    """
    lags = asked(longest)
    net = initial(rng, hidden, N_SYMBOLS * len(lags))
    before = states(net, tokens[: 10 * T + longest])
    weights = fitted(before[longest - 1 :], tokens[: 10 * T + longest], lags).weights()
    net.W_hy[...], net.b_y[...] = SHARPER * weights[:-1], SHARPER * weights[-1]
    return learn(net, last_letters(tokens, T, lags), n_updates, rate)


# ==== The recipes, and what is read ===============================================================
PREDICTING_STREAMS, PREDICTING_RATE = 32, (0.02, 0.85)
REMEMBERING_STREAMS, REMEMBERING_RATE = 16, (0.01, 1.0)
LONGEST_ASKED, SHORTEST_CHUNK, LONGEST_CHUNK = 60, 12, 60
INPUTS = ("text", "random letters")


def longest_asked(hidden, what):
    """D: how many of the last letters a net learns to remember."""
    return int(np.clip(hidden // (4 if what == "text" else 10), 2, LONGEST_ASKED))


def predicting(rng, hidden, n_text, n_updates):
    """A net that learns to predict a text of n letters; `rng` has "init" and "train"."""
    tokens = of_text(
        grammar.text(rng["train"], n_text).symbols, n_updates * CHUNK + 1, PREDICTING_STREAMS
    )
    net = initial(rng["init"], hidden)
    return learn(net, next_letters(tokens, CHUNK), n_updates, rate_of(hidden, *PREDICTING_RATE))


def reminded(rng, hidden, what, n_text, n_updates):
    """A net that learns to remember one of `INPUTS`; `rng` has "random train" too."""
    longest = longest_asked(hidden, what)
    T = int(np.clip(3 * longest // 2, SHORTEST_CHUNK, LONGEST_CHUNK))
    n = longest + max(n_updates, 10) * T + 1  # the first ten chunks also fit its start
    if what == "text":
        tokens = of_text(grammar.text(rng["train"], n_text).symbols, n, REMEMBERING_STREAMS)
    else:
        tokens = random_letters(rng["random train"], n, REMEMBERING_STREAMS)
    rate = rate_of(hidden, *REMEMBERING_RATE)
    return to_remember(rng["init"], hidden, tokens, longest, T, n_updates, rate)


def measured_on(rng, n, B):
    """B streams of n letters of both `INPUTS`; `rng` has "text" and "random"."""
    text = of_text(grammar.text(rng["text"], n * B).symbols, n, B)
    return dict(zip(INPUTS, (text, random_letters(rng["random"], n, B))))


# ==== States and read-outs ========================================================================
def states(net, tokens):
    """h of B streams after each letter, from h = 0: (n, B) -> (n, B, H)."""
    u = core.unroll(*tokens.shape, len(net.b_h), len(net.W_xh), 1)
    u.tokens[:-1] = tokens
    core.forward_hidden(net, u)
    return u.hidden[1:]


def with_bias(h):
    """States as rows, and a 1: (.., H) -> (n, H + 1)."""
    flat = h.reshape(-1, h.shape[-1])
    return np.hstack([flat, np.ones((len(flat), 1))])


def seen(tokens, n, lags):
    """The letter seen d steps before each of the last n steps, for each lag: (n B, lags)."""
    end = len(tokens)
    return np.stack([tokens[end - n - d : end - d].ravel() for d in lags], axis=1)


class Fitted(NamedTuple):
    """What least squares needs: X^T X, X^T Y and how many rows X has; Y is one-hot, lag by lag."""

    gram: np.ndarray  # (H + 1, H + 1)
    cross: np.ndarray  # (H + 1, 27 lags)
    n: int

    def weights(self, noise=0.0):
        """Of the best linear read-out where every unit carries noise of this standard deviation.

        Noise adds n noise^2 to the diagonal, all that a ridge does.
        """
        gram = self.gram.copy()
        inner = np.arange(len(gram) - 1)
        gram[inner, inner] += self.n * max(noise * noise, RIDGE)
        return scipy.linalg.solve(gram, self.cross, assume_a="pos")


def fitted(h, tokens, lags):
    """`Fitted` of states (n, B, H) of the last n steps of tokens."""
    X, letters = with_bias(h), seen(tokens, len(h), lags)
    columns = letters + N_SYMBOLS * np.arange(len(lags))
    rows = np.arange(len(X) + 1) * len(lags)
    onehot = scipy.sparse.csr_array(
        (np.ones(columns.size), columns.ravel(), rows), (len(X), N_SYMBOLS * len(lags))
    )
    return Fitted(X.T @ X, (onehot.T @ X).T, len(X))


def told(weights, h, tokens, lags, noise=0.0, rng=None):
    """Accuracy of the largest output, and R^2 of the outputs, for each lag: (lags,) both.

    R^2 is 1 less the squared error over that of the mean, both summed over the 27 outputs. The
    noise of every state is that of `rng`.
    """
    if noise:
        h = h + noise * rng.normal(size=h.shape)
    X, letters = with_bias(h), seen(tokens, len(h), lags)
    accuracy, explained = np.empty((2, len(lags)))
    for k, of in enumerate(letters.T):
        said = X @ weights[:, k * N_SYMBOLS : (k + 1) * N_SYMBOLS]
        accuracy[k] = (said.argmax(axis=1) == of).mean()
        share = np.bincount(of, minlength=N_SYMBOLS) / len(of)
        right = said[np.arange(len(of)), of].mean()
        error = np.einsum("ij,ij->", said, said) / len(of) - 2 * right + 1
        explained[k] = 1 - error / (1 - share @ share)
    return accuracy, explained


# ==== What a guess is good for without a state ====================================================
def most_frequent(tokens, n, lags, fit):
    """Accuracy of always saying the letter that is most frequent in the first `fit` streams."""
    first, second = (seen(part, n, lags) for part in (tokens[:, :fit], tokens[:, fit:]))
    common = [np.bincount(of, minlength=N_SYMBOLS).argmax() for of in first.T]
    return (second == common).mean(axis=0)


def by_table(tokens, n, lags, fit, order):
    """Accuracy of the letter that was most frequent, for each lag, after the same last letters.

    `order` of them, the one just read too; a context that did not come is answered by the
    most frequent letter.
    """
    context = seen(tokens, n, range(order)) @ N_SYMBOLS ** np.arange(order)
    names, which = np.unique(context, return_inverse=True)
    stream = np.arange(len(context)) % tokens.shape[1]  # rows go step by step
    first, found = stream < fit, []
    for of in seen(tokens, n, lags).T:
        at = which[first] * N_SYMBOLS + of[first]
        counts = np.bincount(at, minlength=N_SYMBOLS * len(names)).reshape(-1, N_SYMBOLS)
        answer = np.where(counts.any(axis=1), counts.argmax(axis=1), counts.sum(axis=0).argmax())
        found.append((answer[which[~first]] == of[~first]).mean())
    return np.array(found)


def guesses(tokens, n, lags, fit, orders=()):
    """Both, `by_table` for each of `orders`."""
    tables = {str(order): by_table(tokens, n, lags, fit, order) for order in orders}
    return {"chance": most_frequent(tokens, n, lags, fit), **tables}


# ==== Numbers of a forgetting curve ===============================================================
ENOUGH, MARGIN = 0.8, 0.05  # of the two horizons
RISE = 0.01  # from one lag to the next that counts
LAST, POINT = 10, 0.02  # of a curve whose end is compared with; how near to it is as good


def lags_up_to(longest):
    """Every lag to 40, then every 4th to 100, then every 10th to 200; none above `longest`."""
    every = [*range(41), *range(44, 101, 4), *range(110, 201, 10)]
    return np.array([d for d in every if d <= longest])


def falls_below(lags, accuracy, share):
    """The first lag at which the accuracy is below `share`, else None."""
    below = np.flatnonzero(np.asarray(accuracy) < share)
    return int(lags[below[0]]) if len(below) else None


def near_chance(lags, accuracy, chance, margin):
    """The first lag from which on the accuracy is less than `margin` above chance, else None."""
    far = np.flatnonzero(np.asarray(accuracy) >= np.asarray(chance) + margin)
    first = far[-1] + 1 if len(far) else 0
    return int(lags[first]) if first < len(lags) else None


def horizons(lags, accuracy, chance):
    """The two horizons; where one is not reached the longest lag stands, and `capped` says so."""
    below = falls_below(lags, accuracy, ENOUGH)
    near = near_chance(lags, accuracy, chance, MARGIN)
    longest = int(lags[-1])
    return {
        "below": longest if below is None else below,
        "near": longest if near is None else near,
        "capped": [below is None, near is None],
    }


def needed(accuracy):
    """After how many letters, 1 the first, accuracy is within 2 points of its end for good."""
    short = np.flatnonzero(accuracy < np.mean(accuracy[-LAST:]) - POINT)
    return int(short[-1] + 2) if len(short) else 1


def bits(accuracy):
    """Fano's lower bound on I(letter; answer) of letters drawn uniformly, in bits, (lags,).

    With e = 1 - accuracy: log2 27 - h(e) - e log2 26, and 0 where the accuracy is chance or less.
    """
    right = np.maximum(accuracy, 1 / N_SYMBOLS)
    wrong = 1 - right
    entropy = scipy.special.entr(right) + scipy.special.entr(wrong)
    return np.log2(N_SYMBOLS) - entropy / np.log(2) - wrong * np.log2(N_SYMBOLS - 1)


def over_lags(lags, values):
    """The sum over every lag from the first to the last, straight lines between those measured."""
    every = np.arange(lags[0], lags[-1] + 1)
    return float(np.interp(every, lags, values).sum())


def capacity(lags, accuracy, explained):
    """Numbers and bits that are read out, over all lags up to the longest."""
    numbers = (N_SYMBOLS - 1) * over_lags(lags, np.maximum(explained, 0))
    return {"numbers": numbers, "bits": over_lags(lags, bits(accuracy))}


# ==== One net =====================================================================================
def forgetting(net, tokens, n, lags, fit, noises=(), rng=None):
    """Accuracy for each lag over the last n steps, and what is read out with each noise.

    The read-out is fitted on the first `fit` streams and measured on the others.
    """
    h = states(net, tokens)[-n:]
    solved = fitted(h[:, :fit], tokens[:, :fit], lags)
    others = h[:, fit:], tokens[:, fit:], lags
    accuracy, explained = told(solved.weights(), *others)
    noisy = {
        f"{noise:g}": capacity(lags, *told(solved.weights(noise), *others, noise, rng))
        for noise in noises
    }
    return {"accuracy": accuracy, **capacity(lags, accuracy, explained), "noise": noisy}


def after_few(net, tokens, block=500):
    """Accuracy of the next letter after 1, 2 .. letters read from h = 0, (n,), and a loss.

    That is of the last ten of them, in nats per letter; tokens are (n + 1, B).
    """
    right, lost = np.zeros(len(tokens) - 1), 0.0
    for start in range(0, tokens.shape[1], block):
        part = tokens[:, start : start + block]
        y = core.read_out(net, states(net, part[:-1]))
        right += (y.argmax(axis=-1) == part[1:]).sum(axis=1)
        core.log_softmax(y)
        lost -= np.take_along_axis(y, part[1:, :, None], axis=-1)[-LAST:].sum()
    return right / tokens.shape[1], float(lost / tokens[-LAST:].size)


def behaviour(net, rng, n_windows, window):
    """`after_few` letters of held-out text, and how many are needed."""
    symbols = grammar.text(rng, n_windows * 5 + window).symbols
    starts = rng.integers(len(symbols) - window, size=n_windows)
    after, loss = after_few(net, symbols[starts + np.arange(window + 1)[:, None]])
    return {"nats": loss, "after": after, "needed": needed(after)}


# ==== Several seeds ===============================================================================
def curve(rows):
    """Mean over seeds and half its 95% interval, for each place: short lists."""
    found = [mean(at) for at in zip(*rows)]
    half = [one["interval"][1] - one["mean"] for one in found]
    centre = [one["mean"] for one in found]
    return {"mean": np.round(centre, 4).tolist(), "half": np.round(half, 4).tolist()}


def of_input(runs, what):
    """All numbers of one kind and size on one input."""
    of = [run[what] for run in runs]
    found = {key: mean([one[key] for one in of]) for key in ("below", "near", "numbers", "bits")}
    found["capped"] = np.sum([one["capped"] for one in of], axis=0).tolist()
    found["curve"] = curve([one["accuracy"] for one in of])
    found["noise"] = {
        noise: {key: mean([one["noise"][noise][key] for one in of]) for key in ("numbers", "bits")}
        for noise in of[0]["noise"]
    }
    return found


def of_net(runs):
    """Of the runs of one kind and size, on both inputs."""
    found = {what: of_input(runs, what) for what in INPUTS}
    if "nats" in runs[0]:
        found |= {key: mean([run[key] for run in runs]) for key in ("nats", "needed")}
        found["after"] = curve([run["after"] for run in runs])
    return found


def farther(few, many, what, key):
    """How much and how many times larger a number is with more units, on the seeds of both."""
    pairs = [(a[what][key], b[what][key]) for a, b in zip(few, many)]
    return {
        "more": mean([b - a for a, b in pairs]),
        "times": mean([b / max(a, 1) for a, b in pairs]),
    }


def growths(groups, kinds, few, sizes):
    """`farther` of where 80% ends, from one size to others, for each kind and input.

    `groups` holds the runs of each (kind, size).
    """
    return {
        kind: {
            what: {
                many: farther(groups[kind, few], groups[kind, many], what, "below")
                for many in sizes
            }
            for what in INPUTS
        }
        for kind in kinds
    }


def number(found, digits=1):
    """A mean with its interval, in words."""
    low, high = found["interval"]
    shown = f"{found['mean']:,.{digits}f}"
    return shown if low == high else f"{shown} ({low:,.{digits}f} to {high:,.{digits}f})"


def horizon(one, key):
    """A horizon with its interval; "at least" where some seeds did not reach it."""
    return "at least " * bool(one["capped"][key == "near"]) + number(one[key])


def gain(few, many):
    """How much larger one mean is than another; the interval is that of independent runs."""
    centre = many["mean"] - few["mean"]
    half = math.hypot(*(one["interval"][1] - one["mean"] for one in (few, many)))
    return {"mean": centre, "interval": [centre - half, centre + half]}


def ratio(few, many):
    """How many times larger one mean is than another; the ends are those of both intervals."""
    (a, b), (c, d) = few["interval"], many["interval"]
    return {"mean": many["mean"] / few["mean"], "interval": [c / b, d / a]}


def logarithmic(sizes, found):
    """Whether a line in log size misses numbers (sizes,) by less than a power of size does.

    Of fewer than three sizes neither misses: that tells nothing.
    """
    x, y = np.log(sizes), np.asarray(found, float)
    line, power = (np.polyval(np.polyfit(x, of, 1), x) for of in (y, np.log(y)))
    missed = np.square(line - y).sum(), np.square(np.e**power - y).sum()
    return bool(len(x) > 2 and missed[0] < missed[1])


def overlaps(found, low, high):
    """The 95% interval of a mean meets low .. high."""
    a, b = found["interval"]
    return a <= high and b >= low


def rises(groups):
    """Of all steps to the next lag those at which accuracy rises by a point or more.

    The 95% interval of the rise is above 0. `groups` are curves of several seeds, (seeds, lags).
    """
    steps = [mean(step) for curves in groups for step in np.diff(curves, axis=1).T]
    up = [step["mean"] for step in steps if step["interval"][0] > 0]
    return {
        "k": sum(rise >= RISE for rise in up), "n": len(steps),
        "largest": float(max(up, default=0.0)),
    }  # fmt: skip
