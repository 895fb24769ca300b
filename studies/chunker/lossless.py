"""Is anything lost when only what A mispredicts is kept, and can C say when as well as which?

    python3 -m studies lossless

The principle of the 1992 paper (section 2): the inputs that were not
predicted, with their times, describe the whole sequence. Here an event is a
step at which A's most probable symbol is not what came. `from_events` gives
back what `to_events` was given, whatever the sequence and whatever A's weights.
Then C is given the times too, and A and C together predict every symbol.

The seeds on which C's settings were picked were not written down; reported are 0 to 19,
which may be among them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab.intervals import counted, mean, proportion
from studies.lab.optimisers import Adam
from studies.lab.randomness import generators, sequence
from studies.lab.runner import parallel_map
from studies.lab.training import headline_nets
from visualize_chunker_very_deep_1200 import AUTOMATIZER, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    """Sizes of a run."""

    T: int  # of the sequences that A and C predict together
    n_cases: int  # random sequences and nets for the reconstruction
    longest: int  # of these sequences
    parts: int  # that the cases are divided into; each has its own random numbers
    n_seeds: int  # of A and C together
    n_eval: int  # fresh sequences on each


FULL = Plan(core.Config.T, n_cases=1200, longest=3000, parts=24, n_seeds=20, n_eval=50)
QUICK = Plan(60, n_cases=40, longest=100, parts=4, n_seeds=2, n_eval=4)
THRESHOLDS = (0.0, 0.3, float(np.log(2)), 1.0, 1.5, 2.0, 2.7, 4.0, 6.0, 8.0)  # nats
N_TRAINING = 16  # sequences for C

# ==== A sequence as events, and back ==============================================================


class Stepper:
    """A net read one symbol at a time: `to_events` and `from_events` go the same way.

    Both must see the same bits: a product of matrices may round otherwise than
    the same product row by row, and one rounding is enough to turn a near-tie.
    """

    def __init__(self, net):
        self.net, self.inputs = net, net.W_xh + net.b_h
        self.u = core.buffers(net, 1, 1)
        ((self.before, self.now),) = self.u.steps

    def read(self, symbol):
        """Read a symbol; returns the logits of the next, (n_out,), good until the next call."""
        self.before[...] = self.now
        self.now[...] = self.inputs[symbol]
        core.recur(self.net, self.u)
        return core.read_out(self.net, self.now, self.u.flat.probs)[0]


def loss_of(logits, symbol):
    """-log softmax(logits)[symbol] in nats."""
    log_p = logits.copy()
    core.log_softmax(log_p)
    return -float(log_p[symbol])


def to_events(net, tokens, threshold=None):
    """The symbols of one sequence that A does not predict, with their times.

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
            flagged = logits.argmax() != came
        else:
            flagged = loss_of(logits, came) > threshold
        if flagged:
            events.append((t, came))
    return events


def from_events(net, events, T):
    """The sequence of length T, an int array (T,), whose events these are.

    At every other step A's most probable symbol came, and so it is A's next input.
    """
    flagged = dict(events)
    tokens = np.empty(T, np.intp)
    tokens[0] = flagged[0]
    stepper = Stepper(net)
    for t in range(1, T):
        expected = stepper.read(tokens[t - 1]).argmax()
        tokens[t] = flagged.get(t, expected)
    return tokens


# ==== C with a clock: which symbol is the next event, and when it comes ===========================

DIGITS, BASE = 7, 10  # of a waiting time, the unique representation of a time step
WIDTH = core.VOCAB + DIGITS * BASE


def described(events):
    """Events as C reads and predicts them: the indices of the ones of each, (k, 1 + DIGITS).

    The symbol and the digits of the waiting time since the event before, one-hot.
    """
    times, symbols = np.array(events).T
    waits = np.diff(times, prepend=0)[:, None]
    digits = (waits // BASE ** np.arange(DIGITS)) % BASE
    return np.hstack([symbols[:, None], core.VOCAB + BASE * np.arange(DIGITS) + digits])


def load(u, ones):
    """Put `described` events, at most as many as there are rows, into the buffers."""
    u.onehot[...] = 0
    np.put_along_axis(u.onehot[: len(ones), 0], ones, 1.0, axis=1)


def forward(net, u):
    """Hidden states, and into u.probs the logits of symbol and digits."""
    u.flat.x.dot(net.W_xh, u.flat.h)
    u.flat.h[...] += net.b_h
    core.recur(net, u)
    core.read_out(net, u.flat.h, u.flat.probs)


def groups(outputs):
    """The columns (k, WIDTH) of the symbol and of each digit, as views."""
    return np.split(outputs, core.VOCAB + BASE * np.arange(DIGITS), axis=1)


class Clock(NamedTuple):
    """C with the waiting time as a second input and output; the same `RNN`, wider."""

    net: core.RNN

    def predict(self, events):
        """Time and symbol of the next event, from [(time, symbol), ..] so far."""
        symbol, *digits = (group[-1].argmax() for group in groups(self.outputs(events)))
        return events[-1][0] + int(np.dot(digits, BASE ** np.arange(DIGITS))), int(symbol)

    def outputs(self, events):
        """Logits (k, WIDTH) after each of k events."""
        u = core.buffers(self.net, len(events), 1)
        load(u, described(events))
        forward(self.net, u)
        return u.flat.probs


def train_clock(rng, sequences, n_hidden=8, epochs=200, lr=0.02):
    """Train C on lists of events, an update of full BPTT after each list.

    The loss is the cross-entropy of the next symbol plus that of every digit
    of the time until it comes. Returns a `Clock`.
    """
    net = core.init_rnn(rng, n_hidden, core.CHUNK_STD, WIDTH, WIDTH)
    grad, adam = core.zeros_like(net), Adam(len(net.flat), lr)
    buffers = {}
    for _ in range(epochs):
        for events in sequences:
            n = len(events) - 1
            if n < 1:  # nothing follows the first event: nothing to predict
                continue
            if n not in buffers:
                buffers[n] = core.buffers(net, n, 1)
            clock_gradient(net, grad, buffers[n], described(events))
            adam.step(net.flat, grad.flat)
    return Clock(net)


def clock_gradient(net, grad, u, ones):
    """Gradient of the loss of one list of events, given as `described`, into `grad`."""
    load(u, ones)
    forward(net, u)
    for group in groups(u.flat.probs):
        core.softmax(group)
    core.backward(net, grad, u)


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


# ==== The study ===================================================================================
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
    """How many random cases come back exactly, and the share of each that a threshold loses."""
    part, plan = arguments
    trained, _, _ = headline_nets(0, T=plan.T)
    rng = np.random.default_rng(sequence("reconstruction", part))
    exact, lost, n = 0, [], plan.n_cases // plan.parts
    for _ in range(n):
        net, tokens = random_case(rng, plan.longest, trained)
        exact += share_lost(net, tokens) == 0
        lost.append([share_lost(net, tokens, threshold) for threshold in THRESHOLDS])
    return {"cases": n, "exact": exact, "lost": np.transpose(lost)}


def share_lost(net, tokens, threshold=None):
    """Of a sequence's symbols, how many do not come back from its events."""
    events = to_events(net, tokens, threshold)
    return float((from_events(net, events, len(tokens)) != tokens).mean())


def whole_system(arguments):
    """A and C with a clock on fresh sequences: all next symbols, with nothing told."""
    seed, plan = arguments
    automatizer, threshold, _ = headline_nets(seed, T=plan.T)
    rng = generators("clock", seed, ("data", "init"))
    training = core.trigger_recall(rng["data"], plan.T, N_TRAINING)
    first, which = core.distinct(training)
    by_sequence = [to_events(automatizer, training[:, i]) for i in first]
    clock = train_clock(rng["init"], [by_sequence[i] for i in which])
    fresh = core.trigger_recall(rng["data"], plan.T, plan.n_eval).T
    right = [int((predict_all(automatizer, clock, tokens) == tokens[1:]).sum()) for tokens in fresh]
    return {
        "seed": seed,
        "right": right,
        "a_alone": [plan.T - len(to_events(automatizer, tokens)) for tokens in fresh],
        "events": [len(events) for events in by_sequence],
        "threshold": threshold,
    }


def compute(plan, jobs):
    tasks = [(part, plan) for part in range(plan.parts)]
    cases = parallel_map(reconstructions, tasks, jobs, "cases")
    tasks = [(seed, plan) for seed in range(plan.n_seeds)]
    systems = parallel_map(whole_system, tasks, jobs, "A with C")
    lost = np.concatenate([c["lost"] for c in cases], axis=1)
    return {
        "T": plan.T,
        "longest": plan.longest,
        "cases": sum(c["cases"] for c in cases),
        "exact": sum(c["exact"] for c in cases),
        "thresholds": [
            {"threshold": threshold, "exact": proportion(row == 0), "lost": mean(row)}
            for threshold, row in zip(THRESHOLDS, lost)
        ],
        "all_right": proportion([r == plan.T - 1 for s in systems for r in s["right"]]),
        "seeds_all_right": proportion([min(s["right"]) == plan.T - 1 for s in systems]),
        "right": mean([r for s in systems for r in s["right"]]),
        "a_alone": mean([r for s in systems for r in s["a_alone"]]),
        "systems": systems,
    }


# ==== What was found ==============================================================================
def answer(results):
    """The finding in one sentence."""
    seeds, T = results["seeds_all_right"], results["T"]
    return (
        f"Nothing: {results['exact']:,} of {results['cases']:,} random sequences came back exactly "
        f"from their mispredictions with their times; and given these times C says when as well as "
        f"which at the one length it was trained at, so that A and C together predict all "
        f"{T - 1:,} next symbols on {counted(seeds)} seeds."
    )


def seen(results):
    """What was reconstructed, and what A and C predict together."""
    n, most = results["T"] - 1, max(max(s["events"]) for s in results["systems"])
    safe = [r["threshold"] for r in results["thresholds"] if r["exact"]["share"] == 1]
    used = float(np.median([s["threshold"] for s in results["systems"]]))
    near = min(results["thresholds"], key=lambda r: abs(r["threshold"] - used))
    return (
        f"- {results['exact']:,} of {results['cases']:,} sequences of 1 to {results['longest']:,} "
        "symbols come back exactly from what A mispredicts and when. About half of the nets are "
        "the headline's A, the others random; about half of the sequences are random symbols, the "
        "others the task's with noise.\n"
        f"- With a threshold on the loss instead, all come back up to {max(safe):.2g} nats. "
        f"(log 2 = {np.log(2):.2g}: only the most probable symbol can have a probability above "
        "1/2.) The headline's threshold is higher ("
        f"{used:.1f} nats, median) and passes no times: at {near['threshold']:g} nats, with times, "
        f"{near['exact']['share']:.0%} come back.\n"
        f"- Of the {n:,} next symbols of a fresh sequence A alone predicts "
        f"{results['a_alone']['mean']:,.1f} (mean), A and C with waiting times "
        f"{results['right']['mean']:,.1f}. C reads at most {most} events of a sequence.\n"
        f"- A and C predict all of them in {counted(results['all_right'])} fresh sequences and on "
        f"{counted(results['seeds_all_right'])} seeds. All of these are as long as the training "
        "sequences: the waiting time that C says is one number."
    )


# ==== Figure ======================================================================================
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
