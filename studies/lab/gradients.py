"""Gradients of the character net on their way back through a text, and what clipping makes of them.

Logs are to base 10 throughout: norms fall and grow by many powers of ten.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

from . import dynamics, letters
from .intervals import mean, proportion
from .optimisers import clip
from .training import copied

LAGS = (0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 25, 30, 40, 50)  # t - k
SLOPE_FROM = 10  # steps: the rate is that from here to the last of LAGS
CURVES = ("norm", "typical", "steps", "bound", "powers")
RADII = (0.9, 1.0, 1.1, 1.5, 2.0, 3.0)
NEAR_ZERO = 1e-30  # size of states that stay small at every radius
CUTS, REACH = (5, 10, 20, 25, 50), 100  # steps
BEGINNING, FAR = 5, 10  # places where a chunk begins; from a place to a loss far from it
PAIRS = (1, 5, 10, 50)  # t - k, for the complex step
SATURATED, FREE = 0.1, 0.9  # slopes of tanh: less than this, more than this
NEVER = 1e300  # norm of a gradient that is not clipped
SGD_RATE, SLOW_RATE = 0.1, 0.01  # with clipping, without
SMALL, EARLY = 0.1, 1000  # radius of a start; updates
ORDER = 5  # letters of the table
KEPT, EACH = 0.95, 10  # radius of W_hh that is kept, looked at after so many updates


class Recipe(NamedTuple):
    """How a control differs from the net."""

    start: str = "orthogonal"
    sgd_rate: float | None = None  # else Adam
    longest: float = letters.LONGEST  # gradient
    radius: float | None = None  # of W_hh at most, else as it comes


CONTROLS = {
    "kept below 1": Recipe("kept", radius=KEPT),
    "Gaussian": Recipe("gaussian"),
    "identity": Recipe("identity"),
    "small": Recipe("small"),
    "Adam, not clipped": Recipe(longest=NEVER),
    "SGD": Recipe(sgd_rate=SGD_RATE),
    "SGD, not clipped": Recipe(sgd_rate=SGD_RATE, longest=NEVER),
    "slow SGD, not clipped": Recipe(sgd_rate=SLOW_RATE, longest=NEVER),
}


# ==== Products of Jacobians =======================================================================
def decay(net, h, starts):
    """log10 of each of `CURVES` at `LAGS`: means over windows of states that begin at `starts`."""
    found, most = {name: [] for name in CURVES}, np.linalg.norm(net.W_hh, 2)
    for k in starts:
        after = h[k + 1 : k + 1 + LAGS[-1]]
        J = dynamics.jacobians(net, after)
        P = dynamics.products(J)[list(LAGS)]
        found["norm"].append(np.log10(dynamics.norms(P)))
        found["typical"].append(np.log10(np.linalg.norm(P, axis=(1, 2)) / math.sqrt(len(net.b_h))))
        found["steps"].append(chained(dynamics.norms(J)))
        found["bound"].append(chained(most * (1 - after * after).max(axis=1)))
    W = np.broadcast_to(net.W_hh, J.shape)
    found["powers"] = [np.log10(dynamics.norms(dynamics.products(W)[list(LAGS)]))]
    return {name: np.mean(logs, axis=0).tolist() for name, logs in found.items()}


def chained(factors):
    """log10 of the product of the first factors, at `LAGS`."""
    return np.concatenate([[0.0], np.cumsum(np.log10(factors))])[list(LAGS)]


def rate(log_norm):
    """Growth per step of a norm, from its log10 at `LAGS`."""
    first = LAGS.index(SLOPE_FROM)
    return float(10 ** ((log_norm[-1] - log_norm[first]) / (LAGS[-1] - SLOPE_FROM)))


def over_windows(net, h, starts):
    """The rate per step of "norm" alone."""
    ends, logs = [SLOPE_FROM, LAGS[-1]], []
    for k in starts:
        J = dynamics.jacobians(net, h[k + 1 : k + 1 + LAGS[-1]])
        logs.append(np.log10(dynamics.norms(dynamics.products(J)[ends])))
    first, last = np.mean(logs, axis=0)
    return float(10 ** ((last - first) / (ends[1] - ends[0])))


def starts_of(n, h, before=0):
    """n places of a text, evenly, with room for a window after them and `before` them."""
    return np.linspace(before, len(h) - LAGS[-1] - 2, n).astype(int)


def by_complex_step(net, symbols, h):
    """dh_t/dh at once for all units: h_t from states h + i eps e, through the core's own steps."""
    eps, n, H = 1e-30, len(symbols), len(h)
    hidden = np.zeros((n + 1, H, H), complex)
    hidden[0] = h + 1j * eps * np.eye(H)
    hidden[1:] = (net.W_xh + net.b_h)[symbols][:, None]
    u = core.unroll(n, H, H)
    core.recur(net, u._replace(hidden=hidden, steps=list(zip(hidden, hidden[1:]))))
    return hidden[-1].imag / eps


def deviation(net, symbols, h, starts):
    """Largest relative deviation of products from derivatives, over pairs of t and k."""
    found = []
    for k, lag in zip(starts, PAIRS):
        P = dynamics.products(dynamics.jacobians(net, h[k + 1 : k + 1 + lag]))[-1]
        asked = by_complex_step(net, symbols[k + 1 : k + 1 + lag], h[k])
        found.append(np.abs(P - asked).max() / np.abs(asked).max())
    return float(max(found))


def at_radii(net, symbols, h_random, n_windows):
    """Rates of an untrained net whose W_hh is orthogonal times rho: on text, and near 0."""
    found = {}
    for rho in RADII:
        scaled = copied(net)
        scaled.W_hh[...] *= rho
        h = dynamics.states_of(scaled, symbols)
        on_text = over_windows(scaled, h, starts_of(n_windows, h))
        scaled.W_xh[...] = 0.0
        still = dynamics.states_of(scaled, np.zeros(LAGS[-1] + 1, int), NEAR_ZERO * h_random)
        found[str(rho)] = {"text": on_text, "near_zero": over_windows(scaled, still, [0])}
    return found


# ==== Gradients of chunks =========================================================================
def chunks_of(net, symbols, h, starts):
    """Chunks of a text after these places, as a batch, forward; h_{-1} is the text's own."""
    u = core.buffers(net, letters.CHUNK, len(starts))
    core.load(u, symbols[starts + np.arange(1, letters.CHUNK + 2)[:, None]])
    u.hidden[0] = h[starts]
    core.forward(net, u)
    return u


def at_places(net, u, weight):
    """Norms of dL/dh_t at the places of chunks, (CHUNK, B); `weight` (CHUNK, 1) of their losses."""
    core.backward(net, core.zeros_like(net), u, weight=weight)
    back = u.error.dot(net.W_hy.T)
    back[:-1] += u.delta[1:].dot(net.W_hh.T)
    return np.linalg.norm(back, axis=2)


def places(net, u):
    """Mean norms at the places, over that at the last; and how often the first is smaller."""
    only_last = np.zeros((letters.CHUNK, 1))
    only_last[-1] = 1.0
    found = {}
    for name, weight in {"all": None, "last": only_last}.items():
        norms = at_places(net, u, weight)
        means = norms.mean(axis=1)
        found[name] = {
            "curve": np.log10(means / means[-1]).tolist(),
            "factor": float(np.log10(means[-1] / means[0])),
            "geometric": float(np.log10(norms[-1] / norms[0]).mean()),
        }
    return found


def of_beginning(net, u):
    """What a chunk's first places give to the gradient of W_hh: norms, over that of all places.

    "far" is what `BEGINNING` places get from losses at least `FAR` places on, "first" the same of
    place 0 alone, "all" what those places get from every loss. Means over chunks.
    """
    grad, place = core.zeros_like(net), np.arange(letters.CHUNK)[:, None]

    def part(first, last, weight=None):
        core.backward(net, grad, u, weight=weight)
        return np.einsum("tbi,tbj->bij", u.hidden[first:last], u.delta[first:last])

    far = [part(k, k + 1, (place >= k + FAR).astype(float)) for k in range(BEGINNING)]
    found = {"far": sum(far), "first": far[0], "all": part(0, BEGINNING)}
    size = np.linalg.norm(part(0, letters.CHUNK), axis=(1, 2))
    return {
        name: float((np.linalg.norm(one, axis=(1, 2)) / size).mean()) for name, one in found.items()
    }


def by_distance(net, symbols, h, starts):
    """The gradient of W_hh of chunks' losses, (B, H, H), from 0 to so many steps back.

    Returns it for each of `CUTS`, for `REACH`, and cut at the chunk's first place.
    """
    u = chunks_of(net, symbols, h, starts)
    core.backward(net, core.zeros_like(net), u)
    at = starts + 1 + np.arange(letters.CHUNK)[:, None]  # of h_t
    slope = 1 - h * h
    delta = u.error.dot(net.W_hy.T) * slope[at]
    whole, in_chunk = np.zeros((2, len(starts), *net.W_hh.shape))
    found = {}
    for lag in range(REACH + 1):
        before = h[at - lag - 1].transpose(1, 2, 0)
        whole += before @ delta.transpose(1, 0, 2)
        if lag < letters.CHUNK:
            in_chunk += before[..., lag:] @ delta[lag:].transpose(1, 0, 2)
        if lag in CUTS:
            found[str(lag)] = whole.copy()
        delta = delta.dot(net.W_hh.T) * slope[at - lag - 1]
    return {**found, "chunk": in_chunk, "whole": whole}


def reach(net, symbols, h, starts):
    """Of each cut the norm of what is left out, over the whole one's, and the cosine to it."""
    found = by_distance(net, symbols, h, starts)
    whole = found.pop("whole")
    size = np.linalg.norm(whole, axis=(1, 2))
    return {
        name: {
            "left_out": float((np.linalg.norm(whole - cut, axis=(1, 2)) / size).mean()),
            "cosine": float(
                ((cut * whole).sum(axis=(1, 2)) / size / np.linalg.norm(cut, axis=(1, 2))).mean()
            ),
        }
        for name, cut in found.items()
    }


# ==== Clipping ====================================================================================
def angle(a, b):
    """Degrees between two vectors; exact when they are near to each other (Kahan)."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return math.degrees(2 * math.atan2(np.linalg.norm(a - b), np.linalg.norm(a + b)))


def clipped_each(g, norm):
    """g with each entry clipped to [-c, c], c such that the norm is this, less than g's."""
    size = np.sort(np.abs(g))
    below = np.concatenate([[0.0], np.cumsum(size * size)[:-1]])
    more = np.arange(len(g), 0, -1)  # entries of this size or more
    k = np.searchsorted(below + more * size * size, norm * norm)
    return np.clip(g, *(np.array([-1, 1]) * math.sqrt((norm * norm - below[k]) / more[k])))


def followed(net, symbols, at, every):
    """Training as `letters.learn`: nets at these updates, norms before clipping, angles."""
    nets, norms, angles, asked = [], [], [], None
    learning = letters.learning(net, letters.chunks_of(symbols), letters.falling(at[-1]))
    for n, (_, grad) in enumerate(learning):
        if asked is not None:
            angles[-1].append(angle(asked[1], asked[0] - net.flat))
        asked = None
        norms.append(np.linalg.norm(grad.flat))
        if n in at:
            nets.append(copied(net))
        if n % every == 0 and norms[-1] > letters.LONGEST:
            g, cut = grad.flat.copy(), grad.flat.copy()
            clip(cut, letters.LONGEST)
            angles.append([angle(g, cut), angle(g, clipped_each(g, letters.LONGEST))])
            asked = net.flat.copy(), g
    return [*nets, net], np.array(norms), np.array([one for one in angles if len(one) == 3])


def clipping(norms, angles):
    by_norm, each, adam = angles.T
    return {
        "sum": float((norms > letters.LONGEST).mean()),
        "mean": float((norms > letters.LONGEST * letters.CHUNK).mean()),
        "norm": float(np.median(norms)), "longest": float(norms.max()),
        "by_norm": float(by_norm.max()), "each": float(np.median(each)),
        "each_most": float(each.max()), "adam": float(np.median(adam)),
    }  # fmt: skip


# ==== One net =====================================================================================
def measured(net, symbols, n_windows, n_chunks):
    """All numbers of one net on a text."""
    h = dynamics.states_of(net, symbols[:-1])
    windows, chunks = starts_of(n_windows, h), starts_of(n_chunks, h, REACH + 1)
    curves, slope, size = decay(net, h, windows), 1 - h * h, np.abs(np.linalg.eigvals(net.W_hh))
    u = chunks_of(net, symbols, h, chunks)
    return {
        "curves": curves,
        "rates": {name: rate(curves[name]) for name in CURVES},
        "tanh": {
            "mean": float(slope.mean()), "most": float(slope.max()),
            "saturated": float((slope < SATURATED).mean()), "free": float((slope > FREE).mean()),
        },
        "radius": float(size.max()), "smallest": float(size.min()),
        "outside": float((size > 1 + 1e-9).mean()), "inside": float((size < 1 - 1e-9).mean()),
        "off_circle": float(np.abs(size - 1).max()),
        "places": places(net, u),
        "beginning": of_beginning(net, u),
        "reach": reach(net, symbols, h, chunks),
        "deviation": deviation(net, symbols, h, windows),
    }  # fmt: skip


def eigenvalues(net):
    """Of W_hh, as pairs, to four digits."""
    return [[round(z.real, 4), round(z.imag, 4)] for z in np.linalg.eigvals(net.W_hh).tolist()]


def loss_of(net, symbols):
    return float(letters.nats(letters.predicted(net, symbols)[0], symbols).mean())


# ==== Controls that train =========================================================================
def start_of(name, seed):
    """The untrained net of this seed with another W_hh."""
    net, rng, H = letters.untrained(seed), letters.streams(seed)["more"], letters.HIDDEN
    if name == "gaussian":
        net.W_hh[...] = rng.normal(0, 1 / math.sqrt(H), (H, H))
    elif name == "identity":
        net.W_hh[...] = np.eye(H)
    elif name in ("small", "kept"):
        net.W_hh[...] *= SMALL if name == "small" else KEPT
    return net


def by_sgd(net, chunks, rates, longest):
    """As `letters.learning`, with plain SGD; yields before each update."""
    u, grad = core.buffers(net, letters.CHUNK, 1), core.zeros_like(net)
    for lr, (chunk, begins) in zip(rates, chunks):
        u.hidden[0] = 0.0 if begins else u.hidden[-1]
        core.load(u, chunk[:, None])
        core.forward(net, u)
        core.backward(net, grad, u)
        yield u, grad
        if not math.isfinite(grad.flat.sum()):
            raise core.Diverged("the gradient is not finite")
        core.sgd(net, grad, lr, 1, longest)


def shorten(net, radius):
    """W_hh scaled down to this radius, if its own is larger; its own, before."""
    own = dynamics.radius(net.W_hh)
    net.W_hh[...] *= min(1.0, radius / own)
    return own


def shortening(net, rates, radius, seen):
    """The rates, and W_hh shortened after each `EACH` updates; the radii before it go to `seen`.

    A rate is asked for when the last update is done and the next one's forward pass is not begun,
    so that no gradient is of other weights than it changes.
    """
    for n, lr in enumerate(rates):
        if n % EACH == 0:
            seen.append(shorten(net, radius))
        yield lr
    seen.append(shorten(net, radius))


def control(name, seed, learnt, held_out, n_updates):
    """Another way to train: the loss held out, early and at the end, and the radius.

    "most" is the largest radius that was seen where the radius is kept.
    """
    start, sgd_rate, longest, radius = CONTROLS[name]
    net, chunks = start_of(start, seed), letters.chunks_of(learnt)
    rates, seen = letters.falling(n_updates), []
    if sgd_rate is not None:
        learning = by_sgd(net, chunks, rates * (sgd_rate / letters.RATE), longest)
    else:
        kept = rates if radius is None else shortening(net, rates, radius, seen)
        learning = letters.learning(net, chunks, kept, longest)
    found = {"start": dynamics.radius(net.W_hh), "early": None, "most": None}
    with np.errstate(**core.DIVERGING):
        try:
            for n, _ in enumerate(learning):
                if n == min(EARLY, n_updates - 1):
                    found["early"] = loss_of(net, held_out)
        except core.Diverged:
            return {**found, "diverged": True, "loss": None, "radius": None}
    loss, most = loss_of(net, held_out), max(seen, default=None)
    end = dynamics.radius(net.W_hh)
    return {**found, "diverged": False, "loss": loss, "radius": end, "most": most}


def beside(runs, own):
    """A control beside the net itself.

    Ruined is what tells less than a table of the last letter, behind what tells less than the
    table of more letters.
    """
    losses = [run["loss"] for run in runs]
    pairs = [(loss, one) for loss, one in zip(losses, own) if loss is not None]
    found = {key: [run[key] for run in runs if run[key] is not None]
             for key in ("start", "early", "loss", "radius", "most")}  # fmt: skip
    found["more"] = [loss - one["loss"] for loss, one in pairs]
    found["above table"] = [loss - one["table"] for loss, one in pairs]
    return {
        **{key: mean(numbers) if numbers else None for key, numbers in found.items()},
        **worse(losses, own),
        "diverged": proportion([run["diverged"] for run in runs]),
        "losses": losses,
    }


def worse(losses, own):
    """On how many seeds a loss is above that of the tables; one that is no number is."""
    return {
        name: proportion([loss is None or loss > one[table] for loss, one in zip(losses, own)])
        for name, table in {"ruined": "one letter", "behind": "table"}.items()
    }


# ==== One seed ====================================================================================
def one_run(arguments):
    """One seed: a control, or the net itself with all that is measured on it."""
    name, seed, plan = arguments
    learnt, held_out = (text.symbols for text in letters.texts(seed, plan.n_letters))
    if name in CONTROLS:
        return control(name, seed, learnt, held_out, plan.at[-1])
    nets, norms, angles = followed(letters.untrained(seed), learnt, plan.at, plan.every)
    rng = letters.streams(seed)["more"]
    tables = [letters.table(learnt, order)(held_out) for order in (1, ORDER)]
    early = min(plan.at, key=lambda n: abs(n - EARLY))
    return {
        "snapshots": {
            str(n): measured(net, held_out, plan.n_windows, plan.n_chunks)
            for n, net in zip(plan.at, nets)
        },
        "clipping": clipping(norms, angles),
        "radii": at_radii(nets[0], held_out, rng.normal(size=letters.HIDDEN), plan.n_windows // 2),
        "loss": loss_of(nets[-1], held_out),
        "early": loss_of(nets[plan.at.index(early)], held_out),
        "one letter": float(letters.nats(tables[0], held_out).mean()),
        "table": float(letters.nats(tables[1], held_out).mean()),
        "eigenvalues": {str(n): eigenvalues(net) for n, net in zip(plan.at, nets)},
    }
