"""Is anything lost when only what A mispredicts is kept, and can C say when as well as which?

    python3 -m studies.lossless

The principle of the 1992 paper (section 2): the inputs that were not
predicted, with their times, describe the whole sequence. Here an event is a
step at which A's most probable symbol is not what came. `expand` gives back
what `compress` was given, whatever the sequence and whatever A's weights.
Then C is given the times too, and A and C together predict every symbol.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.common import mean, over, share, study
from studies.nets import Adam, headline_nets
from visualize_chunker_very_deep_1200 import AUTOMATIZER, CHUNKER, FAINT, new_figure

# --------------------------------------------------------------------------
# Compression and its inverse
# --------------------------------------------------------------------------


class Stepper:
    """A net read one symbol at a time: compress and expand go the same way.

    Both must see the same bits: a product of matrices may round otherwise than
    the same product row by row, and one rounding is enough to turn a near-tie.
    """

    def __init__(self, net):
        self.net, self.table = net, net.W_xh + net.b_h
        self.hidden, self.recurrent = np.zeros((2, 1, len(net.b_h)))
        self.logits = np.empty((1, len(net.b_y)))

    def read(self, symbol):
        """Read a symbol; returns the logits of the next, (VOCAB,), good until the next call."""
        self.hidden.dot(self.net.W_hh, self.recurrent)
        np.add(self.recurrent, self.table[symbol], self.hidden)
        np.tanh(self.hidden, self.hidden)
        self.hidden.dot(self.net.W_hy, self.logits)
        self.logits += self.net.b_y
        return self.logits[0]


def log_losses(logits, symbol):
    """-log softmax(logits)[symbol] in nats."""
    top = logits.max()
    return float(top + np.log(np.exp(logits - top).sum()) - logits[symbol])


def compress(net, tokens, threshold=None):
    """The unexpected symbols of one sequence and their times.

    Parameters
    ----------
    net : RNN
    tokens : int array of shape (T,), T >= 1
    threshold : float, optional
        None: an event is a step at which the most probable symbol did not
        come. A number: a step whose loss in nats exceeds it. The first symbol
        is an event in either case.

    Returns
    -------
    events : list of (time, symbol)
    """
    events = [(0, int(tokens[0]))]
    stepper = Stepper(net)
    for t in range(1, len(tokens)):
        logits, came = stepper.read(tokens[t - 1]), int(tokens[t])
        if threshold is None:
            unexpected = logits.argmax() != came
        else:
            unexpected = log_losses(logits, came) > threshold
        if unexpected:
            events.append((t, came))
    return events


def expand(net, events, T):
    """The sequence of length T that `compress` made these events of.

    Between events A is right, so its own predictions are its next inputs.

    Returns
    -------
    tokens : int array of shape (T,)
    """
    unexpected = dict(events)
    tokens = np.empty(T, np.intp)
    tokens[0] = unexpected[0]
    stepper = Stepper(net)
    for t in range(1, T):
        expected = stepper.read(tokens[t - 1]).argmax()
        tokens[t] = unexpected.get(t, expected)
    return tokens


# --------------------------------------------------------------------------
# C with a clock: which symbol surprises next, and when
# --------------------------------------------------------------------------

DIGITS, BASE = 7, 10  # of a waiting time, the unique representation of a time step
WIDTH = core.VOCAB + DIGITS * BASE


def described(event, wait):
    """An event as C reads and predicts it: indices of the ones of (WIDTH,)."""
    digits = (wait // BASE ** np.arange(DIGITS)) % BASE
    return np.concatenate([[event], core.VOCAB + BASE * np.arange(DIGITS) + digits])


class Clock(NamedTuple):
    """C with the waiting time as a second input and output; the same `RNN`, wider."""

    net: core.RNN

    def predict(self, events):
        """Time and symbol of the next event, from [(time, symbol), ..] so far."""
        outputs = self.outputs(events)[-1]
        symbol = outputs[: core.VOCAB].argmax()
        digits = outputs[core.VOCAB :].reshape(DIGITS, BASE).argmax(axis=1)
        return events[-1][0] + int(digits.dot(BASE ** np.arange(DIGITS))), int(symbol)

    def outputs(self, events):
        """Logits (k, WIDTH) after each of k events."""
        h, outputs = np.zeros(len(self.net.b_h)), []
        for ones in described_all(events):
            h = np.tanh(self.net.W_xh[ones].sum(axis=0) + h.dot(self.net.W_hh) + self.net.b_h)
            outputs.append(h.dot(self.net.W_hy) + self.net.b_y)
        return np.array(outputs)


def described_all(events):
    """`described` for each event, with the waiting time since the one before."""
    times = np.array([t for t, _ in events])
    waits = np.diff(times, prepend=0)
    return [described(symbol, wait) for (_, symbol), wait in zip(events, waits)]


def train_clock(rng, streams, n_hidden=8, epochs=200, lr=0.02):
    """Train C on streams of events, an update of full BPTT after each stream.

    The loss is the cross-entropy of the next symbol plus that of every digit
    of the time until it comes. Returns a `Clock`.
    """
    net = core.init_rnn(rng, n_hidden, core.CHUNK_STD, WIDTH, WIDTH)
    grad, adam = core.zero_rnn(n_hidden, WIDTH, WIDTH), Adam(len(net.flat), lr)
    buffers = {}
    for _ in range(epochs):
        for stream in streams:
            n = len(stream) - 1
            if n < 1:  # nothing follows the first event: nothing to predict
                continue
            if n not in buffers:
                buffers[n] = core.unroll(n, 1, n_hidden, WIDTH, WIDTH)
            update_clock(net, grad, buffers[n], np.array(described_all(stream)))
            adam.step(net.flat, grad.flat)
    return Clock(net)


def update_clock(net, grad, u, ones):
    """Gradient of the loss of one stream, given as `described_all`, into `grad`."""
    u.onehot[...] = 0
    np.put_along_axis(u.onehot[:, 0], ones, 1.0, axis=1)
    u.hidden[1:] = (u.flat.x.dot(net.W_xh) + net.b_h)[:, None]
    for h_prev, h in u.steps:
        h += h_prev.dot(net.W_hh)
        np.tanh(h, h)
    outputs = u.flat.h.dot(net.W_hy) + net.b_y
    edges = [0, core.VOCAB, *(core.VOCAB + BASE * np.arange(1, DIGITS + 1))]
    for start, stop in zip(edges, edges[1:]):
        p = np.exp(outputs[:, start:stop])
        u.flat.probs[:, start:stop] = p / p.sum(axis=1, keepdims=True)
    np.subtract(u.flat.probs, u.flat.target, u.flat.error)
    core.backward_from_error(net, grad, u)


def clock_loss(u):
    """The loss of the stream last given to `update_clock`, in nats."""
    return float(-np.log(u.flat.probs[u.flat.target == 1]).sum())


def predict_all(automatizer, clock, tokens):
    """Every next symbol of a sequence, by A and C together; nobody tells them when.

    C knows the events so far and says when the next is due and which it is; at
    that step its symbol is the prediction, at every other A's. A step at which
    A's most probable symbol does not come is an event that C is told.

    Returns
    -------
    predicted : int array of shape (T - 1,)
        The predictions of x_1 .. x_{T-1}.
    """
    events = [(0, int(tokens[0]))]
    due, symbol = clock.predict(events)
    stepper, predicted = Stepper(automatizer), np.empty(len(tokens) - 1, np.intp)
    for t in range(1, len(tokens)):
        expected = stepper.read(tokens[t - 1]).argmax()
        predicted[t - 1] = symbol if t == due else expected
        if expected != tokens[t]:
            events.append((t, int(tokens[t])))
            due, symbol = clock.predict(events)
    return predicted


# --------------------------------------------------------------------------
# The study
# --------------------------------------------------------------------------


def random_case(rng, longest, trained):
    """A net and a sequence: any weights, any symbols, or something in between."""
    T = int(rng.integers(1, longest + 1))
    scale = 10.0 ** rng.uniform(-2, 1)
    net = trained if rng.random() < 0.5 else core.init_rnn(rng, int(rng.integers(1, 20)), scale)
    if rng.random() < 0.5 or T < 7:
        return net, rng.integers(core.VOCAB, size=T)
    tokens = core.trigger_recall(rng, T, 1)[:, 0].astype(np.intp)
    noise = rng.random(T) < rng.choice([0.0, 0.01, 0.3])
    tokens[noise] = rng.integers(core.VOCAB, size=noise.sum())
    return net, tokens


def reconstructions(arguments):
    """How many random cases come back exactly, by argmax and by thresholds."""
    seed, n, longest, thresholds, T = arguments
    trained, _, _ = headline_nets(0, T=T)
    rng = np.random.default_rng([seed, 2])
    exact, lost = 0, {threshold: [] for threshold in thresholds}
    for _ in range(n):
        net, tokens = random_case(rng, longest, trained)
        exact += np.array_equal(expand(net, compress(net, tokens), len(tokens)), tokens)
        for threshold in thresholds:
            back = expand(net, compress(net, tokens, threshold), len(tokens))
            lost[threshold].append(float((back != tokens).mean()))
    return {"cases": n, "exact": exact, "lost": [lost[threshold] for threshold in thresholds]}


def whole_system(arguments):
    """A and C with a clock on fresh sequences: all next symbols, with nothing told."""
    seed, T, n_eval = arguments
    automatizer, threshold, _ = headline_nets(seed, T=T)
    draw, init = map(np.random.default_rng, np.random.SeedSequence(seed, spawn_key=(3,)).spawn(2))
    training = core.trigger_recall(draw, T, 16)
    first, which = core.distinct(training)
    by_sequence = [compress(automatizer, training[:, i]) for i in first]
    clock = train_clock(init, [by_sequence[i] for i in which])
    fresh = core.trigger_recall(draw, T, n_eval)
    right = [
        int((predict_all(automatizer, clock, tokens) == tokens[1:]).sum()) for tokens in fresh.T
    ]
    mispredictions = [len(events) for events in by_sequence]
    alone = [T - 1 - (len(compress(automatizer, tokens)) - 1) for tokens in fresh.T]
    return {
        "seed": seed,
        "right": right,
        "a_alone": alone,
        "events": mispredictions,
        "threshold": threshold,
    }


def compute(quick, jobs):
    n, longest, T = (40, 100, 60) if quick else (1200, 3000, core.Config.T)
    n_seeds, n_eval = (2, 4) if quick else (20, 50)
    thresholds = [0.0, 0.3, float(np.log(2)), 1.0, 1.5, 2.0, 2.7, 4.0, 6.0, 8.0]
    parts = 4 if quick else 24
    shares = [(part, n // parts, longest, thresholds, T) for part in range(parts)]
    cases = over(reconstructions, shares, jobs, "cases")
    systems = over(whole_system, [(s, T, n_eval) for s in range(n_seeds)], jobs, "A with C")
    lost = np.concatenate([c["lost"] for c in cases], axis=1)
    return {
        "T": T,
        "longest": longest,
        "cases": sum(c["cases"] for c in cases),
        "exact": sum(c["exact"] for c in cases),
        "thresholds": [
            {
                "threshold": threshold,
                "exact": share(row == 0),
                "lost": mean(row),
            }
            for threshold, row in zip(thresholds, lost)
        ],
        "all_right": share([r == T - 1 for s in systems for r in s["right"]]),
        "seeds_all_right": share([min(s["right"]) == T - 1 for s in systems]),
        "right": mean([r for s in systems for r in s["right"]]),
        "a_alone": mean([r for s in systems for r in s["a_alone"]]),
        "systems": systems,
    }


def answer(results):
    """The finding in one sentence."""
    seeds, T = results["seeds_all_right"], results["T"]
    return (
        f"Nothing: {results['exact']:,} of {results['cases']:,} random sequences came back exactly "
        f"from their events; and with the waiting times C says when as well as which, so that A "
        f"and C together predict all {T - 1:,} next symbols on {seeds['k']}/{seeds['n']} seeds."
    )


def figures(results):
    rows = results["thresholds"]
    threshold = np.array([row["threshold"] for row in rows])
    figure = new_figure(
        f"Mispredictions and their times lose nothing ({results['exact']:,} of "
        f"{results['cases']:,} sequences exact);\na threshold on the loss keeps that up to log 2",
        height=4.2,
    )
    left, right = figure.subplots(1, 2)
    exact = np.array([row["exact"]["share"] for row in rows])
    interval = np.array([row["exact"]["interval"] for row in rows])
    left.errorbar(
        threshold, exact, np.abs(interval.T - exact), fmt="o-", color=CHUNKER, capsize=3, lw=2
    )
    left.set(title="share of sequences that come back exactly", ylim=(0, 1.05))
    lost = np.array([row["lost"]["mean"] for row in rows])
    right.plot(threshold, lost, "o-", color=AUTOMATIZER, lw=2)
    right.set(title="share of symbols that come back wrong", ylim=(-0.02, 1))
    for ax, height in ((left, 0.04), (right, 0.9)):
        ax.axvline(np.log(2), color=FAINT, ls="--", lw=1.5)
        place = ax.get_xaxis_transform()
        ax.text(np.log(2) + 0.15, height, "log 2", color="#505050", transform=place)
        ax.set_xlabel("threshold on the loss of A, nats")
    return {"lossless.png": figure}


if __name__ == "__main__":
    study("lossless", compute, figures)
