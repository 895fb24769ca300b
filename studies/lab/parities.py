"""Nets of the module that read bits: parity by hand and learnt, for how long, Elman's stream.

Nets of several seeds learn side by side in one block-diagonal net, each from bits of its own.
By hand. Two units with weights set by hand, P = (u1 - u2) / 2 and x the bit, gain g = 8:

    u1 = tanh(g (P + x - 1/2))  (P or x)        u2 = tanh(g (P + x - 3/2))  (P and x)

So P is again 0 or 1: 1 at the corner (1, -1), 0 at (-1, -1) and (1, 1). If each unit is within e of
its corner, P is wrong by at most e and each argument is at least g (1/2 - e) from 0. The next state
is therefore within 1 - tanh(g (1/2 - e)) = f(e) of its corner, and f(e) <= e keeps it there for
ever. The smallest such e is the bound that the run is held against; up to the largest a state is
pulled back.

For ever. First wrong step in a long stream, the same for all nets. And a proof for nets of two
units: the hulls of the states seen after each (parity before, bit), as boxes, widened by 0.01. As
tanh is monotone, the corners bound where a box goes; if after some steps all images lie within the
boxes they began as, and the read-out is right at all corners on the way, the net is right for ever,
whatever the bits (but for rounding, some 1e-16 a step, which is far below the widening).
`push` is the widening from which images still come back to within 0.01 of those hulls.

Two tight regions, one for each parity, can't be: if each parity were one state h_p, the sums
W h_p + U x would form a parallelogram with the same next parity at opposite corners. In each unit
the two sums of one parity then lie between those of the other; tanh keeps that order, and so the
squared distances within the parities add up to no less than those of two pairs across them.
"""

from __future__ import annotations

import itertools

import numpy as np
import scipy

import chunker_very_deep_1200 as core

from .intervals import mean, proportion
from .optimisers import Adam
from .randomness import generators

PARTS = ("init", "train", "stream", "stream asked")
STARTS = {"0.1": 0.1, "1 / sqrt(H)": 1.0, "2 / sqrt(H)": 2.0, "orthogonal": 1.0}
MAIN, USUAL = "2 / sqrt(H)", "1 / sqrt(H)"  # starts of two units, of the other sizes
GROWING, GROWN = "growing", (2, 3, 5, 10, 25)
BATCH, RATE, LONGEST = 16, 0.01, 1.0
SIDE_BY_SIDE = 40  # units of nets trained at once, about
ASKED, LAST, N_ASKED = 500, 100, 32  # bits of a fresh sequence, the last of them, sequences
GAIN, READING = 8.0, 4.0  # of the net by hand
WIDE, CORNER = 0.01, 0.1
TABLE = 8  # bits of the table
STREAM, N_PARTS, STREAM_ASKED = 3000, 20, 1200
WINDOWS = {1: 0.003, 30: 0.01}  # of Elman's stream, and their rates


# ==== The net by hand =============================================================================
def by_hand():
    """Two units that compute the parity of all bits so far."""
    net = core.zero_rnn(2, 2, 2)
    net.W_xh[1] = GAIN
    net.W_hh[...] = [[GAIN / 2, GAIN / 2], [-GAIN / 2, -GAIN / 2]]
    net.b_h[...] = -GAIN / 2, -3 * GAIN / 2
    net.W_hy[...] = [[-READING, READING], [READING, -READING]]
    net.b_y[...] = READING, -READING
    return net


def farther(e):
    """f(e) = 1 - tanh(g (1/2 - e)), through the logistic function."""
    return 2 * scipy.special.expit(-GAIN * (1 - 2 * e))


def bounds():
    """The smallest and the largest e with f(e) <= e; f(e) - e falls below 0 between them."""
    roots = ((0.0, 0.2), (0.2, 0.5))
    return [scipy.optimize.brentq(lambda e: farther(e) - e, *ends) for ends in roots]


# ==== Nets side by side ===========================================================================
def side_by_side(nets):
    """One net whose units are those of all, which no weight connects."""
    K, H = len(nets), len(nets[0].b_h)
    joint = core.zero_rnn(K * H, 2, 2 * K)
    joint.W_xh[...] = np.hstack([net.W_xh for net in nets])
    joint.b_h[...] = np.concatenate([net.b_h for net in nets])
    joint.b_y[...] = np.concatenate([net.b_y for net in nets])
    joint.W_hh[...] = scipy.linalg.block_diag(*[net.W_hh for net in nets])
    joint.W_hy[...] = scipy.linalg.block_diag(*[net.W_hy for net in nets])
    return joint


def apart(joint, K):
    """The nets that stand side by side, K of them."""
    H, nets = len(joint.b_h) // K, []
    for k in range(K):
        net, h, y = core.zero_rnn(H, 2, 2), slice(k * H, (k + 1) * H), slice(2 * k, 2 * k + 2)
        parts = joint.W_xh[:, h], joint.W_hh[h, h], joint.b_h[h], joint.W_hy[h, y], joint.b_y[y]
        for own, part in zip(net[1:], parts):
            own[...] = part
        nets.append(net)
    return nets


def owners(nets):
    """Whose each parameter of the joint net is: 1 for the first net's, 0 for no one's."""
    marked = [core.zeros_like(net) for net in nets]
    for k, net in enumerate(marked):
        net.flat[...] = k + 1
    return side_by_side(marked).flat.astype(int)


def forward(joint, u, bits):
    """Each net reads its own bits, (n, B, K); returned are they for each unit, (n, B, K H)."""
    x = np.repeat(bits, len(joint.b_h) // bits.shape[2], axis=2).astype(float)
    np.multiply(x, joint.W_xh[1] - joint.W_xh[0], u.hidden[1:])
    u.hidden[1:] += joint.W_xh[0] + joint.b_h
    core.recur(joint, u)
    core.softmax(core.read_out(joint, u.flat.h, u.flat.probs).reshape(-1, 2))
    return x


def backward(joint, grad, u, x, wanted):
    """The gradient of each net's mean cross-entropy over steps and batch; `wanted` is (n, B, K).

    What stands in it for the weights between the nets is to be left out by who owns them.
    """
    n, B, K = wanted.shape
    error, probs = u.error.reshape(n, B, K, 2), u.probs.reshape(n, B, K, 2)
    error[..., 1] = (probs[..., 1] - wanted) / (n * B)
    np.negative(error[..., 1], error[..., 0])
    core.backward_output(joint, grad, u)
    core.flow_back(joint, u)
    delta = u.flat.delta
    u.flat.h_prev.T.dot(delta, grad.W_hh)
    u.flat.ones.dot(delta, grad.b_h)
    np.einsum("ij,ij->j", x.reshape(delta.shape), delta, out=grad.W_xh[1])
    np.subtract(grad.b_h, grad.W_xh[1], grad.W_xh[0])


def learning(nets, batches, rate, recurrent=True):
    """BPTT on batches (`Unrolled`, bits, wanted): the joint net after the last.

    Every net's gradient is clipped on its own; Adam works on each weight alone.
    """
    joint, owner = side_by_side(nets), owners(nets)
    if not recurrent:
        joint.W_hh[...] = 0.0
        held = core.zeros_like(joint)
        held.W_hh[...] = 1.0
        owner[held.flat == 1] = 0
    grad, adam = core.zeros_like(joint), Adam(len(joint.flat), rate)
    factor = np.zeros(len(nets) + 1)
    for u, bits, wanted in batches:
        backward(joint, grad, u, forward(joint, u, bits), wanted)
        norms = np.sqrt(np.bincount(owner, grad.flat**2, len(factor))[1:])
        factor[1:] = LONGEST / np.maximum(LONGEST, norms)
        grad.flat[...] *= factor[owner]
        adam.step(joint.flat, grad.flat)
    return joint


# ==== Parity, learnt ==============================================================================
def initial(rng, H, start):
    """Gaussian weights, biases 0."""
    scale = STARTS[start]
    net = core.init_rnn(rng, H, scale if start == "0.1" else scale / np.sqrt(H), 2, 2)
    if start == "orthogonal":
        net.W_hh[...] = np.linalg.qr(rng.normal(size=(H, H)))[0]
    return net


def stages(lengths, n_updates):
    """(length of the sequences, updates with it) one after the other."""
    chosen = GROWN if lengths == GROWING else (lengths,)
    return [(length, n_updates // len(chosen)) for length in chosen]


def parity_batches(rngs, units, lengths, n_updates):
    """Random bits and the parity so far, for `learning`; each net's from its own generator."""
    for length, n in stages(lengths, n_updates):
        u = core.unroll(length, BATCH, units, 2, 2 * len(rngs))
        for done in range(0, n, 100):
            shape = (min(100, n - done), length, BATCH)
            bits = np.stack([rng.integers(0, 2, shape, np.int8) for rng in rngs], axis=-1)
            yield from zip(itertools.repeat(u), bits, np.cumsum(bits, axis=1) & 1)


def right(joint, K, h, parity):
    """Whether each net says the parity of states (.., K H): (.., K)."""
    y = core.read_out(joint, h).reshape(*h.shape[:-1], K, 2)
    return (y[..., 1] > y[..., 0]) == (parity[..., None] == 1)


def asked(joint, K, longest):
    """For each net: learnt or not, right within the length learnt from, share right at the end."""
    rng = generators("parity asked", 0, ("fresh",))["fresh"]
    bits = rng.integers(0, 2, (ASKED + 1, N_ASKED))
    u = core.buffers(joint, ASKED, N_ASKED)
    core.load(u, bits)
    core.forward_hidden(joint, u)
    found = right(joint, K, u.hidden[1:], np.cumsum(bits[:-1], axis=0) & 1)
    return [
        {"learnt": bool(one[-LAST:].all()), "within": bool(one[:longest].all()),
         "end": float(one[-LAST:].mean())}
        for one in np.moveaxis(found, -1, 0)
    ]  # fmt: skip


def cell_run(arguments):
    """Some seeds of one cell: what they do, and the weights of those that learnt."""
    (H, start, lengths, kind), seeds, n_updates = arguments
    rngs = [generators("parity", seed, PARTS, H) for seed in seeds]
    nets = [initial(rng["init"], H, start) for rng in rngs]
    longest = stages(lengths, n_updates)[-1][0]
    joint = side_by_side(nets)
    if kind != "untrained":
        batches = parity_batches([rng["train"] for rng in rngs], H * len(nets), lengths, n_updates)
        joint = learning(nets, batches, RATE, kind != "memoryless")
    found = asked(joint, len(nets), longest)
    for seed, one, net in zip(seeds, found, apart(joint, len(nets))):
        one |= {"seed": seed, "net": net.flat.tolist() if one["learnt"] else None}
    return found


def table_right(rng, n=200_000):
    """Share right of a table of the last `TABLE` bits; counted on n bits, asked on n others."""
    bits = rng.integers(0, 2, 2 * n)
    parity = np.cumsum(bits) & 1
    known = np.lib.stride_tricks.sliding_window_view(bits, TABLE) @ (1 << np.arange(TABLE))
    parity = parity[TABLE - 1 :]
    odd, all_ = (np.bincount(known[:n], w, 1 << TABLE) for w in (parity[:n], None))
    return float(((2 * odd > all_)[known[n:]] == parity[n:]).mean())


# ==== For ever ====================================================================================
def long_stream(joint, n_steps, block=5000):
    """Random bits read in blocks, the state carried over: (steps before, states, parity) of each.

    Memory does not grow with the number of steps.
    """
    rng = generators("parity asked", 0, ("fresh", "long"))["long"]
    block = min(block, n_steps)
    u, odd = core.buffers(joint, block, 1), 0
    for before in range(0, n_steps, block):
        bits = rng.integers(0, 2, (block + 1, 1))
        core.load(u, bits)
        u.hidden[0] = u.hidden[-1]
        core.forward_hidden(joint, u)
        parity = (np.cumsum(bits[:-1]) + odd) & 1
        odd = parity[-1]
        yield before, u.flat.h, parity


def held(arguments):
    """The first wrong step of each net, counted from 1, or None."""
    nets, n_steps = arguments
    joint, first = side_by_side(nets), [None] * len(nets)
    for before, h, parity in long_stream(joint, n_steps):
        wrong = ~right(joint, len(nets), h, parity)
        for k in np.flatnonzero(wrong.any(axis=0)):
            if first[k] is None:
                first[k] = before + int(wrong[:, k].argmax()) + 1
    return first


def farthest_from_corners(net, n_steps):
    """The largest distance of a unit from -1 or 1, in the long stream."""
    return max(float((1 - np.abs(h)).max()) for _, h, _ in long_stream(net, n_steps))


# ==== The plane of two units ======================================================================
def seen_states(net, n_bits=200, n_sequences=32):
    """States from the first bit on, (n, 2), and where each belongs: 2 parity before + bit."""
    rng = generators("parity asked", 0, ("fresh", "long", "plane"))["plane"]
    bits = rng.integers(0, 2, (n_bits + 1, n_sequences))
    u = core.buffers(net, n_bits, n_sequences)
    core.load(u, bits)
    core.forward_hidden(net, u)
    before = (np.cumsum(bits, axis=0) - bits)[:-1] & 1
    return u.flat.h, (2 * before + bits[:-1]).ravel()


PARITY = np.array([0, 1, 1, 0])  # after (parity before, bit)


def hulls(points, which):
    """Boxes around the points of each of the four: (4, low and high, 2)."""
    return np.array(
        [(points[which == k].min(axis=0), points[which == k].max(axis=0)) for k in range(4)]
    )


def corners(boxes):
    """(4 boxes, 4 corners, 2)."""
    at = np.array(list(itertools.product((0, 1), repeat=2)))
    return boxes[:, at, np.arange(2)]


def images(net, boxes):
    """The smallest boxes that hold wherever these go with either bit."""
    start = corners(boxes)
    u = core.buffers(net, 1, 32)
    u.hidden[0] = np.concatenate([start, start]).reshape(32, 2)
    u.tokens[0] = np.repeat((0, 1), 16)
    core.forward_hidden(net, u)
    which = 2 * np.repeat(PARITY, 4)
    return hulls(u.flat.h, np.concatenate([which, which + 1]))


def widened(boxes, by):
    return boxes + np.array([-by, by])[:, None]


def inside(boxes, outer):
    return bool((boxes[:, 0] >= outer[:, 0]).all() and (boxes[:, 1] <= outer[:, 1]).all())


def read_right(net, boxes):
    """Whether the read-out is right at all corners, and so, as it is linear, in all boxes."""
    return bool(right(net, 1, corners(boxes), np.repeat(PARITY[:, None], 4, axis=1)).all())


def returns(net, boxes, target, n_steps=100):
    """Whether images come to lie within `target`, and whether the read-out is right until then."""
    true = read_right(net, boxes)
    for _ in range(n_steps):
        boxes = images(net, boxes)
        true &= read_right(net, boxes)
        if inside(boxes, target):
            return True, true
    return False, False


def push(net, hull):
    """The largest widening, to 0.001, from which all states come back; 0 if `WIDE` is too much."""
    target, low, high = widened(hull, WIDE), 0.0, 1.0
    while high - low > 0.001:
        middle = (low + high) / 2
        low, high = (middle, high) if returns(net, widened(hull, middle), target)[0] else (
            low, middle)  # fmt: skip
    return low if low > WIDE else 0.0


def halves(points, odd):
    """Whether a line through the origin has all odd states on one side, all even on the other.

    So it is if, with the even ones turned round, a gap of more than half a turn is free of states.
    """
    x, y = (points * np.where(odd, 1, -1)[:, None]).T
    angle = np.sort(np.arctan2(y, x))
    return bool(np.diff([*angle, angle[0] + 2 * np.pi]).max() > np.pi)


def one_unit(points, odd):
    """Share of parities that one unit tells at best, by a threshold and by an interval.

    By an interval: one parity is said within it, the other outside.
    """
    best = {"threshold": 0.5, "interval": 0.5}
    for unit, sign in itertools.product(points.T, (1, -1)):
        path = np.cumsum([0, *np.where(odd[np.argsort(unit)], sign, -sign)])
        outside = (~odd if sign == 1 else odd).sum()  # right if all were of this parity
        most = {"threshold": path.max(), "interval": (path - np.minimum.accumulate(path)).max()}
        for name, more in most.items():
            best[name] = max(best[name], (outside + more) / len(odd))
    return {name: float(value) for name, value in best.items()}


def plane_of(net):
    """Where the states of two units lie, and whether its regions attract for ever."""
    points, which = seen_states(net)
    odd = PARITY[which] == 1
    hull = hulls(points, which)
    outer = widened(hull, WIDE)
    middle = np.array([points[which == k].mean(axis=0) for k in range(4)])
    apart = np.linalg.norm(middle[:, None] - middle, axis=-1)
    same = PARITY[:, None] == PARITY
    radius = np.linalg.norm(points, axis=1)
    return {
        "proved": returns(net, outer, outer)[1],
        "push": push(net, hull),
        "separable": bool(right(net, 1, points, odd.astype(int)).all()),
        "two_regions": bool(apart[same].max() < apart[~same].min()),
        "halves": halves(points, odd),
        "near_corners": float((np.abs(points) > 1 - CORNER).all(axis=1).mean()),
        "near_circle": float((np.abs(radius - 1) < CORNER).mean()),
        **one_unit(points, odd),
    }


def shown(net, n=300):
    """A net's weights, and states for the figure."""
    points, which = seen_states(net)
    names = ("W_xh", "W_hh", "b_h", "W_hy", "b_y")
    return {
        "weights": {name: W.tolist() for name, W in zip(names, net[1:])},
        "states": points[:n].round(4).tolist(),
        "odd": PARITY[which[:n]].tolist(),
    }


# ==== Elman's stream ==============================================================================
def stream(rng, n):
    """Two random bits and their XOR, again and again: (n,)."""
    two = rng.integers(0, 2, (n // 3 + 1, 2))
    return np.column_stack([two, two[:, 0] ^ two[:, 1]]).ravel()[:n]


def stream_batches(bits, units, window, passes):
    """A stream (n + 1, K) cut into parts that are read side by side, pass after pass."""
    n, K = len(bits) - 1, bits.shape[1]
    reads, wants = (part.reshape(N_PARTS, -1, K).swapaxes(0, 1) for part in (bits[:n], bits[1:]))
    u = core.unroll(window, N_PARTS, units, 2, 2 * K)
    for _ in range(passes):
        u.hidden[-1] = 0.0
        for at in range(0, len(reads), window):
            u.hidden[0] = u.hidden[-1]
            yield u, reads[at : at + window], wants[at : at + window]


def stream_run(arguments):
    """Some seeds on Elman's stream, with one window: error by place, what it says."""
    window, kind, seeds, passes = arguments
    rngs = [generators("parity", seed, PARTS, 2) for seed in seeds]
    K = len(seeds)
    nets = [initial(rng["init"], 2, MAIN) for rng in rngs]
    joint = side_by_side(nets)
    if kind != "untrained":
        bits = np.stack([stream(rng["stream"], STREAM + 1) for rng in rngs], axis=-1)
        batches = stream_batches(bits, 2 * K, window, passes)
        joint = learning(nets, batches, WINDOWS[window], kind != "memoryless")
    bits = np.stack([stream(rng["stream asked"], STREAM_ASKED + 1) for rng in rngs], axis=-1)
    u = core.buffers(joint, STREAM_ASKED, 1)
    forward(joint, u, bits[:-1, None])
    p = u.probs.reshape(STREAM_ASKED, K, 2)[..., 1]
    return [by_place(p[:, k], bits[:, k]) for k in range(K)]


def by_place(p, bits):
    """Root mean squared error by place of what is predicted, and the rules that p follows.

    Places are those of the bit to come: of twelve in a row, x_1 to x_12, and of the three, of
    which the last is the XOR.
    """
    squared = (p - bits[1:]) ** 2
    says, x = p[1:] > 0.5, bits[:-1]
    rules = {"xor": x[1:] ^ x[:-1], "tally": np.cumsum(x)[1:] & 1}
    three = np.arange(len(p)) % 3
    return {
        "twelve": np.sqrt(squared.reshape(-1, 12).mean(axis=0)).tolist(),
        "third": float(np.sqrt(squared[three == 1].mean())),
        "other": float(np.sqrt(squared[three != 1].mean())),
        "says": {
            name: {
                "third": float((says == rule)[three[1:] == 1].mean()),
                "other": float((says == rule)[three[1:] != 1].mean()),
            }
            for name, rule in rules.items()
        },
    }


def counted_stream(seed):
    """A table of the last two bits, counted on the stream and asked as the nets are."""
    rng = generators("parity", seed, PARTS, 2)
    bits = stream(rng["stream"], STREAM + 1)
    known = 2 * bits[:-2] + bits[1:-1]
    p = np.bincount(known, bits[2:], 4) / np.bincount(known, None, 4)
    new = stream(rng["stream asked"], STREAM_ASKED + 1)
    before = np.concatenate([[0], new[:-2]])
    return by_place(p[2 * before + new[:-1]], new)


def as_net(flat, H):
    net = core.zero_rnn(H, 2, 2)
    net.flat[...] = flat
    return net


def summary(runs):
    """Of the seeds of a cell; `beyond` is of those right within the lengths learnt from."""
    within = [run["learnt"] for run in runs if run["within"]]
    return {
        "learnt": proportion([run["learnt"] for run in runs]),
        "within": len(within), "beyond": sum(within), "end": mean([run["end"] for run in runs]),
    }  # fmt: skip


def faults(first):
    """Of first wrong steps: the median is None where it lies beyond the stream."""
    known = [np.inf if step is None else step for step in first]
    middle = float(np.median(known)) if np.isfinite(known).sum() * 2 > len(known) else None
    whole = proportion([step is None for step in first])
    return {"whole": whole, "median": middle, "first_wrong": first}


def stream_summary(runs):
    places = [mean(at) for at in zip(*[run["twelve"] for run in runs])]
    says = {
        rule: {place: mean([run["says"][rule][place] for run in runs])
               for place in ("third", "other")}
        for rule in ("xor", "tally")
    }  # fmt: skip
    return {
        "third": mean([run["third"] for run in runs]),
        "other": mean([run["other"] for run in runs]),
        "falls": mean([run["other"] - run["third"] for run in runs]),
        "says": says,
        "twelve": [at["mean"] for at in places],
        "interval": [at["interval"] for at in places],
        "thirds": [run["third"] for run in runs],
    }
