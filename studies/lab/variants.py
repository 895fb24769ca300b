"""Nets of other kinds that learn letters as the net of `letters` does; BPTT's gradient otherwise.

Plain     h_t = tanh(x_t W_xh + b_h + h_{t-1} W_hh)              y_t = h_t W_hy + b_y
Stack     layer k reads the states of layer k - 1, y_t those of the last
Embedded  x_t E W in the place of x_t W_xh
Normed    h_t = tanh(gain (z_t - mean z_t) / sqrt(var z_t + e) + b_h), z_t = x_t W_xh + h_{t-1} W_hh
          (Ba, Kiros and Hinton 2016, equation 4; mean and variance over the units)
Dropout   s_t = tanh(x_t W_xh + b_h + h_{t-1} W_hh), h_t = m_t s_t, y_t = h_t W_hy + b_y
          m_t is 0 with probability p, else 1 / (1 - p)

Each class holds the parameters, `net`, the gradient of the loss summed over a chunk, `grad`, and
its buffers. `gradient(chunk, begins)` fills `grad` by full BPTT over the chunk; the state is
carried over from the chunk before unless a text begins. `predicted(symbols)` is that of `letters`.
"""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

from . import dynamics, grammar, letters, states
from .counting import counting
from .letters import CHUNK, LONGEST, N_SYMBOLS, chunks_of, falling
from .optimisers import Adam, clip
from .randomness import generators


def learn(way, symbols, n_updates):
    """Train on a text again and again, as `letters.learn` does: the way."""
    adam = Adam(len(way.net.flat), 0.0)
    for n, (adam.lr, (chunk, begins)) in enumerate(zip(falling(n_updates), chunks_of(symbols))):
        way.gradient(chunk, begins)
        if not math.isfinite(way.grad.flat.sum()):
            raise core.Diverged(f"the gradient of update {n + 1} is not finite; lower the rate")
        clip(way.grad.flat, LONGEST)
        adam.step(way.net.flat, way.grad.flat)
    return way


def carried(hidden, begins):
    """Put the last state of the chunk before in the place of the first."""
    hidden[0] = 0.0 if begins else hidden[-1]


def normal(rng, W, std):
    W[...] = rng.normal(0.0, std, W.shape)


def orthogonal(rng, W):
    W[...] = np.linalg.qr(rng.normal(size=W.shape))[0]


# ==== Layers, one on the other ====================================================================
class Layer(NamedTuple):
    """One layer's part of the parameters or of a gradient."""

    W_xh: np.ndarray  # (symbols or units below, hidden)
    W_hh: np.ndarray  # (hidden, hidden)
    b_h: np.ndarray  # (hidden,)


class Stack(NamedTuple):
    """The parameters of layers, or a gradient: views into one flat vector."""

    flat: np.ndarray
    layers: tuple
    W_hy: np.ndarray  # (hidden of the last, n_out)
    b_y: np.ndarray  # (n_out,)


def zero_stack(sizes, n_symbols=N_SYMBOLS):
    """A `Stack` of zeros with layers of so many units."""
    shapes = []
    for below, H in zip((n_symbols, *sizes), sizes):
        shapes += [(below, H), (H, H), (H,)]
    flat, *parts = core.one_vector([*shapes, (sizes[-1], n_symbols), (n_symbols,)])
    layers = tuple(Layer(*parts[k : k + 3]) for k in range(0, len(parts) - 2, 3))
    return Stack(flat, layers, *parts[-2:])


def initial_stack(rng, sizes, n_symbols=N_SYMBOLS):
    """Every W_hh orthogonal, the rest as in the plain net: 1 / sqrt(units), of those that it reads.

    The letters' weights are of 1 / sqrt(units that read them).
    """
    net = zero_stack(sizes, n_symbols)
    for k, layer in enumerate(net.layers):
        normal(rng, layer.W_xh, sizes[max(0, k - 1)] ** -0.5)
        orthogonal(rng, layer.W_hh)
    normal(rng, net.W_hy, sizes[-1] ** -0.5)
    return net


def n_parameters(sizes, n_symbols=N_SYMBOLS):
    """Of a `Stack`."""
    read = (n_symbols, *sizes)
    layers = sum((below + H + 1) * H for below, H in zip(read, sizes))
    return layers + (sizes[-1] + 1) * n_symbols


def equal_sizes(n_layers, target, n_symbols=N_SYMBOLS):
    """Units of each layer, equal or one more in the lower ones: nearest to so many parameters."""
    found, H = [], 1
    while not found or n_parameters(found[-1], n_symbols) < target:
        found += [(H + 1,) * k + (H,) * (n_layers - k) for k in range(n_layers)]
        H += 1
    return min(found, key=lambda sizes: abs(n_parameters(sizes, n_symbols) - target))


class Stacked:
    def __init__(self, net):
        self.net = net
        sizes = [len(layer.b_h) for layer in net.layers]
        self.grad = zero_stack(sizes, len(net.b_y))
        self.u = self.buffers(CHUNK)

    def buffers(self, n):
        """Of each layer over n steps; the letters are in the first, predictions in the last."""
        n_symbols = len(self.net.b_y)
        read = (n_symbols, *[1] * (len(self.net.layers) - 1))
        return [
            core.unroll(n, 1, len(layer.b_h), n_in, n_symbols)
            for layer, n_in in zip(self.net.layers, read)
        ]

    def forward(self, u):
        core.forward_hidden(self.net.layers[0], u[0])
        for layer, below, above in zip(self.net.layers[1:], u, u[1:]):
            np.add(below.flat.h.dot(layer.W_xh, above.flat.h), layer.b_h, above.flat.h)
            core.recur(layer, above)
        core.softmax(core.read_out(self.net, u[-1].flat.h, u[-1].flat.probs))

    def backward(self, u):
        top = u[-1]
        np.subtract(top.probs, u[0].onehot[1:], top.error)
        core.backward_output(self.net, self.grad, top)
        for k in reversed(range(len(u))):
            layer, grad, flat = self.net.layers[k], self.grad.layers[k], u[k].flat
            core.flow_back(layer, u[k])
            flat.h_prev.T.dot(flat.delta, grad.W_hh)
            flat.ones.dot(flat.delta, grad.b_h)
            read = u[k - 1].flat.h if k else flat.x
            read.T.dot(flat.delta, grad.W_xh)
            if k:
                flat.delta.dot(layer.W_xh.T, u[k - 1].flat.delta)

    def gradient(self, chunk, begins):
        for u in self.u:
            carried(u.hidden, begins)
        core.load(self.u[0], chunk[:, None])
        self.forward(self.u)
        self.backward(self.u)

    def states(self, symbols):
        """p of x_1 .. x_n, and the states of every layer, (n, H) each."""
        u = self.buffers(len(symbols) - 1)
        core.load(u[0], symbols[:, None])
        self.forward(u)
        return u[-1].flat.probs, [layer.flat.h for layer in u]

    def predicted(self, symbols):
        p, states = self.states(symbols)
        return p, states[-1]


# ==== Letters as vectors that are learnt ==========================================================
class Embedding(NamedTuple):
    """The parameters of a net whose letters are embedded, or a gradient."""

    flat: np.ndarray
    E: np.ndarray  # (n_in, d)
    W: np.ndarray  # (d, hidden)
    W_hh: np.ndarray  # (hidden, hidden)
    b_h: np.ndarray  # (hidden,)
    W_hy: np.ndarray  # (hidden, n_out)
    b_y: np.ndarray  # (n_out,)


def initial_embedding(rng, plain, d):
    """The rest as in a plain net; each x_t E W of the deviation that its x_t W_xh starts with."""
    n, H = plain.W_xh.shape
    shapes = [(n, d), (d, H), *(W.shape for W in plain[2:])]
    net = Embedding(*core.one_vector(shapes))
    normal(rng, net.E, d**-0.5)
    normal(rng, net.W, H**-0.5)
    for name in ("W_hh", "b_h", "W_hy", "b_y"):
        getattr(net, name)[...] = getattr(plain, name)
    return net


def as_plain(net):
    """The plain net that an `Embedding` is, on its memory: W_xh = E W."""
    return core.RNN(net.flat, net.E.dot(net.W), *net[3:])


class Embedded:
    """Forward and back through the plain net that it is, W_xh = E W.

    With G = dL/dW_xh: dL/dE = G W^T, dL/dW = E^T G.
    """

    def __init__(self, net):
        self.net, self.grad = net, core.zeros_like(net)
        self.plain, self.plain_grad = as_plain(net), as_plain(self.grad)
        self.u = core.buffers(self.plain, CHUNK, 1)

    def gradient(self, chunk, begins):
        carried(self.u.hidden, begins)
        core.load(self.u, chunk[:, None])
        self.net.E.dot(self.net.W, self.plain.W_xh)
        core.forward(self.plain, self.u)
        core.backward(self.plain, self.plain_grad, self.u)
        self.plain_grad.W_xh.dot(self.net.W.T, self.grad.E)
        self.net.E.T.dot(self.plain_grad.W_xh, self.grad.W)

    def predicted(self, symbols):
        return letters.predicted(as_plain(self.net), symbols)


# ==== Layer normalisation =========================================================================
class Normed(NamedTuple):
    """The parameters of a net with layer normalisation, or a gradient."""

    flat: np.ndarray
    W_xh: np.ndarray  # (n_in, hidden)
    W_hh: np.ndarray  # (hidden, hidden)
    gain: np.ndarray  # (hidden,)
    b_h: np.ndarray  # (hidden,)
    W_hy: np.ndarray  # (hidden, n_out)
    b_y: np.ndarray  # (n_out,)


E_VARIANCE = 1e-5


def initial_normed(plain):
    """The weights of a plain net, every gain 1."""
    shapes = [W.shape for W in plain[1:]]
    net = Normed(*core.one_vector([*shapes[:2], plain.b_h.shape, *shapes[2:]]))
    for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y"):
        getattr(net, name)[...] = getattr(plain, name)
    net.gain[...] = 1.0
    return net


def centred(W):
    """So that what it makes has mean 0 over the units."""
    return W - W.mean(axis=-1, keepdims=True)


class Normalised:
    def __init__(self, net):
        self.net, self.grad = net, core.zeros_like(net)
        self.u = core.buffers(net, CHUNK, 1)

    def forward(self, u):
        """Predictions into `u`; (z_t - mean z_t) / deviation, (n, H), and 1 / deviation, (n,).

        The mean over the units is taken from the weights beforehand.
        """
        net, H = self.net, len(self.net.gain)
        z = centred(net.W_xh)[u.tokens[:-1, 0]]
        W_hh, gain, b_h, scale = centred(net.W_hh), net.gain, net.b_h, np.empty(len(z))
        recurrent = np.empty(H)
        add, multiply, tanh, sqrt = np.add, np.multiply, np.tanh, math.sqrt
        hidden = u.hidden[:, 0]
        for t, (h_prev, h, z_t) in enumerate(zip(hidden, hidden[1:], z)):
            h_prev.dot(W_hh, recurrent)
            add(z_t, recurrent, z_t)
            scale[t] = s = 1 / sqrt(z_t.dot(z_t) / H + E_VARIANCE)
            multiply(z_t, s, z_t)
            multiply(z_t, gain, h)
            add(h, b_h, h)
            tanh(h, h)
        core.softmax(core.read_out(net, u.flat.h, u.flat.probs))
        return z, scale

    def backward(self, u, z, scale):
        """With n_t = z_t / deviation: dL/dz_t = (dL/dn_t - n_t mean(n_t dL/dn_t)) / deviation."""
        net, grad, flat, H = self.net, self.grad, u.flat, len(self.net.gain)
        np.subtract(u.probs, u.onehot[1:], u.error)
        core.backward_output(net, grad, u)
        slope = 1.0 - flat.h * flat.h
        by_z, shared = np.empty_like(z), np.empty(H)
        W_hh_T, gain, arriving = centred(net.W_hh).T, net.gain, np.zeros(H)
        add, multiply, subtract = np.add, np.multiply, np.subtract
        steps = zip(flat.delta[::-1], slope[::-1], by_z[::-1], z[::-1], scale[::-1].tolist())
        for delta, slope_t, d, n, s in steps:
            add(delta, arriving, delta)
            multiply(delta, slope_t, delta)
            multiply(delta, gain, d)
            multiply(n, d.dot(n) / H, shared)
            subtract(d, shared, d)
            multiply(d, s, d)
            d.dot(W_hh_T, arriving)
        flat.ones.dot(flat.delta, grad.b_h)
        np.einsum("ij,ij->j", flat.delta, z, out=grad.gain)
        grad.W_hh[...] = centred(flat.h_prev.T.dot(by_z))
        grad.W_xh[...] = centred(flat.x.T.dot(by_z))

    def gradient(self, chunk, begins):
        carried(self.u.hidden, begins)
        core.load(self.u, chunk[:, None])
        self.backward(self.u, *self.forward(self.u))

    def predicted(self, symbols):
        u = core.buffers(self.net, len(symbols) - 1, 1)
        core.load(u, symbols[:, None])
        self.forward(u)
        return u.flat.probs, u.flat.h


# ==== Dropout =====================================================================================
class Dropped:
    """A plain net that learns with units dropped; it predicts with all of them.

    `held`: one mask for all steps of a chunk (Gal and Ghahramani 2016, of h alone); else a new
    one at each step.
    """

    def __init__(self, net, p, held, rng):
        self.net, self.grad, self.rng, self.p, self.held = net, core.zeros_like(net), rng, p, held
        self.u = core.buffers(net, CHUNK, 1)
        self.proposed, self.mask = np.zeros((2, CHUNK + 1, len(net.b_h)))

    def draw(self):
        """Masks of h_{-1} .. h_{n-1}; h_{-1} is the last h of the chunk before."""
        mask = self.mask
        mask[0] = mask[-1]
        drawn = mask if self.held else mask[1:]
        shape = (1 if self.held else len(drawn), mask.shape[1])
        np.multiply(self.rng.random(shape) >= self.p, 1 / (1 - self.p), drawn)

    def forward(self, u):
        """s_t into `proposed` and h_t and predictions into `u`, with the masks as they are."""
        np.add(self.net.W_xh, self.net.b_h).take(u.tokens[:-1, 0], axis=0, out=self.proposed[1:])
        W_hh, recurrent, hidden = self.net.W_hh, np.empty(u.hidden.shape[-1]), u.hidden[:, 0]
        add, multiply, tanh = np.add, np.multiply, np.tanh
        multiply(self.proposed[0], self.mask[0], hidden[0])
        for h_prev, h, s, m in zip(hidden, hidden[1:], self.proposed[1:], self.mask[1:]):
            h_prev.dot(W_hh, recurrent)
            add(s, recurrent, s)
            tanh(s, s)
            multiply(s, m, h)
        core.softmax(core.read_out(self.net, u.flat.h, u.flat.probs))

    def backward(self, u):
        flat, grad = u.flat, self.grad
        np.subtract(u.probs, u.onehot[1:], u.error)
        core.backward_output(self.net, grad, u)
        slope = (1.0 - self.proposed[1:] ** 2) * self.mask[1:]
        W_hh_T, arriving = self.net.W_hh.T, np.zeros(slope.shape[1])
        add, multiply = np.add, np.multiply
        for delta, slope_t in zip(flat.delta[::-1], slope[::-1]):
            add(delta, arriving, delta)
            multiply(delta, slope_t, delta)
            delta.dot(W_hh_T, arriving)
        flat.h_prev.T.dot(flat.delta, grad.W_hh)
        flat.x.T.dot(flat.delta, grad.W_xh)
        flat.ones.dot(flat.delta, grad.b_h)

    def gradient(self, chunk, begins):
        carried(self.proposed, begins)
        self.draw()
        core.load(self.u, chunk[:, None])
        self.forward(self.u)
        self.backward(self.u)

    def predicted(self, symbols):
        return letters.predicted(self.net, symbols)


# ==== BPTT and the same gradient by other ways ====================================================
def by_bptt(net, symbols, first=0):
    """Gradient of the loss of x_{first+1} .. x_n, from state 0 before x_0."""
    u, grad = core.buffers(net, len(symbols) - 1, 1), core.zeros_like(net)
    core.load(u, symbols[:, None])
    core.forward(net, u)
    counts = (np.arange(len(symbols) - 1) >= first).astype(float)
    core.backward(net, grad, u, weight=counts[:, None])
    return grad


def by_rtrl(net, symbols, first=0):
    """The same, forward in time (Williams and Zipser 1989, section 2): nothing is unrolled.

    P[j, s, k] = dh_t[j] / d(weight from source s to unit k); the sources are the letters,
    the units and the bias. With slope_t = 1 - h_t^2 and sources a_t = (x_t, h_{t-1}, 1)

        P_t[j, s, k] = slope_t[j] (sum_i W_hh[i, j] P_{t-1}[i, s, k] + a_t[s] [j = k])
    """
    (n_in, H), grad = net.W_xh.shape, core.zeros_like(net)
    h, a, P = np.zeros(H), np.zeros(n_in + H + 1), np.zeros((H, (n_in + H + 1) * H))
    arriving, dL, units = np.zeros_like(P), np.zeros(P.shape[1]), np.arange(H)
    for t, (x, came) in enumerate(zip(symbols, symbols[1:])):
        a[:] = 0.0
        a[x], a[n_in:-1], a[-1] = 1.0, h, 1.0
        h = np.tanh(net.W_xh[x] + net.b_h + net.W_hh.T.dot(h))
        net.W_hh.T.dot(P, arriving)
        arriving.reshape(H, -1, H)[units, :, units] += a
        np.multiply(arriving, (1.0 - h * h)[:, None], P)
        if t < first:
            continue
        error = core.read_out(net, h[None])
        core.softmax(error)
        error[0, came] -= 1.0
        grad.b_y[...] += error[0]
        grad.W_hy[...] += h[:, None] * error
        dL += net.W_hy.dot(error[0]).dot(P)
    dL = dL.reshape(-1, H)
    grad.W_xh[...], grad.W_hh[...], grad.b_h[...] = dL[:n_in], dL[n_in:-1], dL[-1]
    return grad


def by_layers(net, symbols):
    """The net laid flat: a feed-forward net of n layers, each with weights of its own.

    They are copies of the net's. Each layer reads a letter beside the layer below and has outputs.

    Returns
    -------
    copies : list of RNN
        The n layers' weights.
    p : array (n, n_out)
    grads : list of RNN
        dL/d(the weights of each layer).
    """
    copies = [core.zeros_like(net) for _ in symbols[1:]]
    for copy in copies:
        copy.flat[...] = net.flat
    p, h = feed_forward(copies, symbols)
    grads, arriving = [core.zeros_like(net) for _ in copies], np.zeros(len(net.b_h))
    for t in reversed(range(len(copies))):
        layer, grad, error = copies[t], grads[t], p[t].copy()
        error[symbols[t + 1]] -= 1.0
        grad.b_y[...], grad.W_hy[...] = error, np.outer(h[t + 1], error)
        delta = (layer.W_hy @ error + arriving) * (1.0 - h[t + 1] ** 2)
        grad.b_h[...], grad.W_hh[...], grad.W_xh[symbols[t]] = delta, np.outer(h[t], delta), delta
        arriving = layer.W_hh @ delta
    return copies, p, grads


def feed_forward(layers, symbols):
    """p, (n, n_out), and h_{-1} .. h_{n-1}, (n + 1, H), layer after layer."""
    h = [np.zeros(len(layers[0].b_h))]
    for layer, x in zip(layers, symbols):
        h.append(np.tanh(layer.W_xh[x] + h[-1] @ layer.W_hh + layer.b_h))
    y = np.array([core.read_out(layer, state) for layer, state in zip(layers, h[1:])])
    core.softmax(y)
    return y, np.array(h)


BEFORE = 4 * CHUNK  # letters before a chunk whose influence truncation leaves out
LENGTHS = (5, 25, 100)
METHODS = {"BPTT": by_bptt, "RTRL": by_rtrl}


def apart(a, b):
    """Distance of two vectors over the length of the second."""
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def gradients(net, symbols):
    """How far RTRL, and the net laid flat, are from BPTT and from the net."""
    chunk = symbols[: CHUNK + 1]
    usual = by_bptt(net, chunk).flat
    copies, p, grads = by_layers(net, chunk)
    longer = symbols[: BEFORE + CHUNK + 1]
    return {
        "rtrl": apart(by_rtrl(net, chunk).flat, usual),
        "rtrl_whole": apart(by_rtrl(net, longer, BEFORE).flat, by_bptt(net, longer, BEFORE).flat),
        "layers": len(copies),
        "outputs": float(np.abs(p - letters.predicted(net, chunk)[0]).max()),
        "copies": apart(np.sum([grad.flat for grad in grads], axis=0), usual),
        "parameters": [len(by_bptt(net, symbols[: T + 1]).flat) for T in LENGTHS],
        "unshared": sum(len(copy.flat) for copy in copies),
    }


def truncated(rng, net, symbols, n):
    """How far the gradient of a chunk is from that with the letters before it, on average."""
    u, grad, found = core.buffers(net, CHUNK, 1), core.zeros_like(net), []
    for start in rng.integers(0, len(symbols) - BEFORE - CHUNK - 1, n):
        x = symbols[start : start + BEFORE + CHUNK + 1]
        u.hidden[0] = dynamics.states_of(net, x[:BEFORE])[-1]
        core.load(u, x[BEFORE:, None])
        core.forward(net, u)
        core.backward(net, grad, u)
        found.append(apart(grad.flat, by_bptt(net, x, BEFORE).flat))
    return float(np.mean(found))


def costs(counted, timed, n_times):
    """Of a step of each method, nets of so many units: multiply-adds, seconds (the least of some).

    And the numbers that RTRL keeps.
    """
    rng = generators("ways costs", 0, ("init", "text"))
    symbols = rng["text"].integers(N_SYMBOLS, size=CHUNK + 1)
    read = {"BPTT": symbols, "RTRL": symbols[:3]}  # of which every step is the same

    def net_of(H):
        return core.init_rnn(rng["init"], H, H**-0.5, N_SYMBOLS, N_SYMBOLS)

    found = {name: {"multiply_adds": [], "seconds": []} for name in METHODS}
    for H in counted:
        for name, method in METHODS.items():
            with counting(movement=False) as meter:
                method(net_of(H), read[name])
                counts = meter.counts.values()
            n = sum(sums["multiply_adds"] for sums in counts)
            found[name]["multiply_adds"].append(n / (len(read[name]) - 1))
    for H in timed:
        net = net_of(H)
        for name, method in METHODS.items():
            taken = [seconds(method, net, symbols) for _ in range(n_times)]
            found[name]["seconds"].append(min(taken) / CHUNK)
    kept = [H * H * (N_SYMBOLS + H + 1) for H in counted]
    return {"counted": counted, "timed": timed, "kept": kept, "methods": found}


def seconds(call, *arguments):
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start


# ==== What a dropped unit loses ===================================================================
def told_by_others(h):
    """The median share of a unit's variance that the other units tell linearly at the same step.

    Fitted to the first half of the states (n, H), measured on the second, where it may be below
    0. With the precision matrix P what is left of unit k is

        sum_j (h_j - mean h_j) P[j, k] / P[k, k]
    """
    first, second = states.halves(len(h))
    centre = h[first].mean(axis=0)
    P = np.linalg.pinv(np.cov(h[first].T), hermitian=True)
    return told_share((h[second] - centre) @ (P / np.diag(P)), h[second] - centre)


def told_from_afar(h, shift):
    """The same share by all units so many steps away."""
    first, second = states.halves(len(h))
    here = h - h[first].mean(axis=0)
    away = np.roll(here, shift, axis=0)
    W = np.linalg.lstsq(away[first], here[first], rcond=None)[0]
    return told_share(here[second] - away[second] @ W, here[second])


def told_share(left, whole):
    return float(np.median(1 - (left**2).mean(axis=0) / (whole**2).mean(axis=0)))


LATER, DROPPED = 20, ("one", "half", "all")  # steps after units were dropped, and which


def after_dropping(rng, net, h, symbols, n):
    """Loss above that of the net left alone, 0 .. `LATER` steps after units were set to 0."""
    H = h.shape[1]
    at = rng.integers(0, len(h) - LATER - 1, n)
    kept = {name: np.ones((n, H)) for name in DROPPED}
    kept["one"][np.arange(n), rng.integers(H, size=n)] = 0.0
    kept["half"][rng.random((n, H)).argsort(axis=1) < H // 2] = 0.0
    kept["all"][:] = 0.0
    tokens = symbols[at + 1 + np.arange(LATER + 1)[:, None]]
    alone = read_on(net, h[at], tokens)
    return {
        name: (read_on(net, h[at] * keep, tokens) - alone).mean(axis=1).tolist()
        for name, keep in kept.items()
    }


def read_on(net, h, tokens):
    """-log p of tokens (d, n), read from the states (n, H)."""
    u = core.buffers(net, len(tokens) - 1, tokens.shape[1])
    u.hidden[0] = h
    core.load(u, tokens)
    core.forward(net, u)
    now = core.read_out(net, h)
    core.softmax(now)
    p = np.concatenate([now[None], u.probs])
    return -np.log(np.take_along_axis(p, tokens[..., None], axis=-1)[..., 0])


# ==== What layers tell ============================================================================
def letter_and_class(h, text):
    """Shares of two labels' entropies that a linear read-out of states (n, H) tells."""
    word, before = text.word[: len(h)], np.full(len(h), -1)
    classes = sorted(grammar.CLASSES)
    of_word = np.array([classes.index(grammar.CLASS_OF[w]) for w in text.words])
    inside = word > 0
    before[inside] = of_word[word[inside] - 1]
    letter = np.append(-1, text.symbols[: len(h) - 1])
    return {"letter": states.read_out(h, letter), "class": states.read_out(h, before)}
