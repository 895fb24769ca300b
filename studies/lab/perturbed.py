"""Nets whose weights change a little: linear ones, units with one parameter, latches, chaos.

What `sensitivity` measures: the change of an output over the change `DELTA` of a weight, against
the memory T = -1 / log lambda.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter
from scipy.special import logit

import chunker_very_deep_1200 as core

from . import dynamics, letters, lstm
from .optimisers import Adam, clip
from .randomness import generators
from .streams import orthogonal_rnn
from .training import copied

DELTA = 1e-6
SMALL = 1e-8  # inputs at which tanh is linear
HIDDEN, GAIN, EXPLODING = 16, 3.0, 1.01
SETTLED = 12  # memories after which a steady input has its whole effect
STEADY = 200  # memories of white input over which its mean square is taken
PARTS_OF_TEXT = 20  # into which its letters are gathered


def e_to(x):
    return np.e**x


def decay(T):
    """lambda with a memory of T steps."""
    return e_to(-1.0 / T)


# ==== Nets with one parameter: output (n,) from inputs (n,), 0 or 1 ===============================
def linear(lam, x):
    return lfilter([1.0], [1.0, -lam], x)


def stable(nu, x):
    return linear(e_to(-e_to(nu)), x)


def relu(lam, x):
    y, h = np.empty(len(x)), 0.0
    for t, x_t in enumerate(x.tolist()):
        h = max(0.0, lam * h + x_t)
        y[t] = h
    return y


def tanh_unit(lam, x):
    net = core.zero_rnn(1, 2, 2)
    net.W_xh[1], net.W_hh[...] = SMALL, lam
    return dynamics.states_of(net, x.astype(int))[:, 0] / SMALL


ALWAYS = 40.0  # bias of a gate that is open


def lstm_unit(bias, x):
    net = lstm.zero_lstm(1, 2, 2)
    net.b[:3] = ALWAYS, bias, ALWAYS
    net.W_x[1, 3] = SMALL
    return lstm_states(net, x.astype(int))[:, 0] / SMALL


def lstm_states(net, symbols):
    """h_0 .. h_{n-1} of an LSTM that reads symbols (n,): (n, H)."""
    u = lstm.unroll_lstm(net, len(symbols), 1)
    u.tokens[:-1, 0] = symbols
    lstm.forward_lstm(net, u)
    return u.h[1:, 0]


UNITS = {  # the net, its parameter at a decay lambda
    "linear": (linear, lambda lam: lam),
    "ReLU": (relu, lambda lam: lam),
    "tanh": (tanh_unit, lambda lam: lam),
    "LSTM": (lstm_unit, logit),
    "stable": (stable, lambda lam: np.log(-np.log(lam))),
}


def impulse(T):
    return np.eye(1, T + 1)[0]


def steady(T):
    return np.ones(SETTLED * T)


def sensitivity(net, parameter, x):
    """Last output's change for `DELTA`, by one step and by a central one; and the output."""
    up, here, down = (net(parameter + s * DELTA, x)[-1] for s in (1, 0, -1))
    return abs(up - here) / DELTA, abs(up - down) / (2 * DELTA), abs(here)


def exact(lam, n):
    """d y / d lambda of the linear net, n steps after an impulse and after n steps of ones."""
    k = np.arange(1, n)
    return {"impulse": n * lam ** (n - 1), "steady": float((k * lam ** (k - 1.0)).sum())}


def unit_curves(memories):
    """Of each net with one parameter and each input: change, central, output against T."""
    found = {}
    for name, (net, parameter) in UNITS.items():
        for what, inputs in (("impulse", impulse), ("steady", steady)):
            rows = [sensitivity(net, parameter(decay(T)), inputs(T)) for T in memories]
            change, central, output = np.transpose(rows).tolist()
            found[f"{name} {what}"] = {"change": change, "central": central, "output": output}
    return found


def apart(curves, memories):
    """The largest share by which the linear net's central differences miss the exact formula."""
    missed = []
    for what, steps in (("impulse", 1), ("steady", SETTLED)):
        wanted = [exact(decay(T), steps * T)[what] for T in memories]
        missed.append(np.abs(np.array(curves[f"linear {what}"]["central"]) / wanted - 1).max())
    return float(max(missed))


def white(rng, memories):
    """Root mean square of the change over `DELTA`, inputs 1 or -1 at random: {net: (T,)}."""
    found = {f"{name} white": [] for name in ("linear", "stable")}
    for T in memories:
        x = rng.choice([-1.0, 1.0], STEADY * T)
        for name, of in found.items():
            net, parameter = UNITS[name.split()[0]]
            here = parameter(decay(T))
            change = (net(here + DELTA, x) - net(here, x))[SETTLED * T :] / DELTA
            of.append(float(np.sqrt(np.mean(change**2))))
    return found


def said(lam, T):
    """Of one of the document's examples: what was measured, and what formulas give."""
    tau = -1 / np.log(lam)
    measured = {
        "impulse": sensitivity(linear, lam, impulse(T))[0],
        "ones for T steps": sensitivity(linear, lam, np.ones(T))[0],
        "ones for ever": sensitivity(linear, lam, np.ones(int(SETTLED * 2 * tau)))[0],
    }
    formulas = {
        "exp(T/tau)": lam**-T, "T exp(T/tau)": T * lam**-T, "T lambda^(T-1)": T * lam ** (T - 1),
        "1/(1-lambda)": 1 / (1 - lam), "T/(1-lambda)": T / (1 - lam),
        "1/(1-lambda)^2": (1 - lam) ** -2.0, "T^2": float(T**2),
    }  # fmt: skip
    return {"measured": {k: float(v) for k, v in measured.items()}, "formulas": formulas}


def exploding():
    """How an impulse's change grows with its age where lambda is above 1."""
    at = np.unique(np.geomspace(3, 5000, 15).round())
    return fits(at, [sensitivity(linear, EXPLODING, impulse(int(T)))[0] for T in at])


def tolerated(T, parameter="lambda", share=0.01):
    """By how much lambda, or nu, may rise until the response after T steps is 1% off."""
    nearer = (1 + share) ** (1 / T) * decay(T)
    if parameter == "lambda":
        return nearer - decay(T)
    return float(abs(np.log(-np.log(nearer)) - np.log(1 / T)))


def fixed_curves(lambdas):
    """Linear nets of fixed lambdas, by name: change against steps after an impulse."""
    at = np.unique(np.geomspace(1, 20_000, 25).round()).astype(int)
    found = {"at": at.tolist()}
    for name, lam in lambdas.items():
        here, there = (linear(x, impulse(at[-1]))[at] for x in (lam, lam + DELTA))
        found[name] = ((there - here) / DELTA).tolist()
    return found


# ==== Nets of many units, a seed each =============================================================
def moved(net, direction, by=DELTA):
    """A copy of a net with its flat vector changed."""
    other = copied(net)
    other.flat[...] += by * direction
    return other


def ring(rng, T, size):
    """A tanh net of lambda times an orthogonal matrix; symbol 0 is an impulse of norm `size`."""
    net = core.zero_rnn(HIDDEN, 2, 2)
    net.W_hh[...] = decay(T) * np.linalg.qr(rng.normal(size=(HIDDEN, HIDDEN)))[0]
    u = rng.normal(size=HIDDEN)
    net.W_xh[0] = size * u / np.linalg.norm(u)
    return net


def gates(rng, T, shut):
    """An LSTM with f = lambda; symbol 0 is an impulse. Shut: i = 1 - f without it."""
    net = lstm.zero_lstm(HIDDEN, 2, 2)
    b = logit(decay(T))
    net.b[: 3 * HIDDEN] = np.repeat([-b if shut else b, b, ALWAYS], HIDDEN)
    net.W_x[0, :HIDDEN] = 2 * b if shut else 0.0
    u = rng.normal(size=HIDDEN)
    net.W_x[0, 3 * HIDDEN :] = u / np.linalg.norm(u)
    return net


def at_end(states, net, T):
    """State T steps after the impulse."""
    return states(net, np.r_[0, np.ones(T, int)])[-1]


def in_recurrent(net, E):
    """The change of W_hh alone as a flat vector."""
    direction = core.zeros_like(net)
    direction.W_hh[...] = E
    return direction.flat


def net_curves(seed, memories):
    """|change of the state| / `DELTA`, over the size of the impulse, T steps later: {net: (T,)}."""
    found = {}
    for k, T in enumerate(memories):
        rng = generators("sensitivity", seed, ("init", "directions"), k)
        E = rng["directions"].normal(size=(HIDDEN, HIDDEN))
        E /= np.linalg.norm(E, 2)
        one = ring(rng["init"], T, 1.0)
        small = copied(one)
        small.W_xh[...] *= SMALL
        here = one.W_xh[0] @ np.linalg.matrix_power(one.W_hh, T)
        row = {}
        for name, change in (("linear", E), ("linear, worst", one.W_hh / decay(T))):
            there = one.W_xh[0] @ np.linalg.matrix_power(one.W_hh + DELTA * change, T)
            row[name] = np.linalg.norm(there - here) / DELTA
        for name, net, size in (("tanh, small inputs", small, SMALL), ("tanh", one, 1.0)):
            nets = net, moved(net, in_recurrent(net, E))
            pair = (at_end(dynamics.states_of, n, T) for n in nets)
            row[name] = np.linalg.norm(np.subtract(*pair)) / DELTA / size
        for name in ("LSTM, open", "LSTM, shut"):
            net = gates(rng["init"], T, name.endswith("shut"))
            direction = rng["directions"].normal(size=len(net.flat))
            direction /= np.linalg.norm(direction)
            pair = (at_end(lstm_states, n, T) for n in (net, moved(net, direction)))
            row[name] = np.linalg.norm(np.subtract(*pair)) / DELTA
        for name, value in row.items():
            found.setdefault(name, []).append(float(value))
    return found


# ==== Latches =====================================================================================
LATCH, PULSE = 2.0, 3.0
SHARES = (0.0, DELTA, 1e-3, 1e-2, 1e-1)  # of each weight, times a Gaussian


def by_hand(memories):
    """The state of h = tanh(2 h + x) T steps after a pulse, its change when all weights change."""
    net = core.zero_rnn(1, 2, 2)
    net.W_hh[...], net.W_xh[0] = LATCH, PULSE
    one, other = (
        dynamics.states_of(n, np.r_[0, np.ones(max(memories), int)])[list(memories), 0]
        for n in (net, moved(net, 1.0))
    )
    return {"state": one.tolist(), "change": (np.abs(other - one) / DELTA).tolist()}


LESSON, BATCH, RATE, UNITS_OF_LATCH = 20, 16, 0.01, 4


def told(rng, n, batch):
    """Symbols (n + 1, B): 0 or 1 first, then 2 or 3 at random."""
    tokens = rng.integers(2, 4, size=(n + 1, batch))
    tokens[0] = np.arange(batch) % 2
    return tokens


def latch(rng, data, n_lessons):
    """A tanh net that learns to say after every symbol which the first was; and its start."""
    net = orthogonal_rnn(rng, UNITS_OF_LATCH, 4)
    start, grad, adam = copied(net), core.zeros_like(net), Adam(len(net.flat), RATE)
    u = core.buffers(net, LESSON, BATCH)
    for n in range(n_lessons):
        adam.lr = RATE * (1 - n / n_lessons)
        core.load(u, told(data, LESSON, BATCH))
        core.forward(net, u)
        core.backward(net, grad, u, goal=u.onehot[:1])
        grad.flat[...] /= BATCH
        clip(grad.flat, 1.0)
        adam.step(net.flat, grad.flat)
    return start, net


BLOCK = 5000  # steps


def held(net, data, n):
    """Whether the net still says 0 for 0 and 1 for 1 after n steps of distractors.

    Both rows have distractors of their own. A net that has forgotten the first symbol says 0 with
    p and 1 with 1 - p at most in either row: it is right in both with p (1 - p), at most 25%.
    """
    h = np.zeros((2, len(net.b_h)))
    for start in range(0, n, BLOCK):
        u = core.buffers(net, min(BLOCK, n - start), 2)
        tokens = told(data, len(u.probs), 2)
        tokens[0] = tokens[0] if start == 0 else tokens[-1]
        core.load(u, tokens)
        u.hidden[0] = h
        core.forward(net, u)
        h = u.hidden[-1].copy()
    return bool((u.probs[-1].argmax(axis=1) == np.arange(2)).all())


def learnt_latch(rng, plan):
    """For each share of change whether the learnt net holds, and whether its start does."""
    start, net = latch(rng["init"], rng["data"], plan.n_lessons)
    z = rng["directions"].normal(size=len(net.flat))
    return {
        "held": [held(moved(net, z * net.flat, s), rng["data"], plan.n_held) for s in SHARES],
        "start": held(start, rng["data"], plan.n_held),
    }


# ==== Along time: chaos, and "our model" ==========================================================
N_CHAOS, CHAOTIC_UNITS, GROWN = 400, 64, 1e-2


def chaos(rng):
    """|change of the state| for `DELTA` after t steps, and the largest Lyapunov exponent."""
    H = CHAOTIC_UNITS
    net = core.zero_rnn(H, 2, 2)
    net.W_hh[...] = GAIN * rng.normal(size=(H, H)) / np.sqrt(H)
    net.W_xh[0] = rng.normal(size=H)
    E = rng.normal(size=(H, H))
    symbols = np.r_[0, np.ones(N_CHAOS, int)]
    here, there = (
        dynamics.states_of(n, symbols)
        for n in (net, moved(net, in_recurrent(net, E / np.linalg.norm(E, 2))))
    )
    change = np.linalg.norm(here - there, axis=1)[1:]
    grown = change > GROWN
    n = int(grown.argmax()) if grown.any() else N_CHAOS
    growth = dynamics.lyapunov(dynamics.jacobians(net, here[100:]), 1)
    return {
        "fit": fits(np.arange(3, n), change[3:n]), "exponent": float(growth.mean()),
        "change": np.maximum(change[:100], 1e-300).tolist(),
    }  # fmt: skip


N_DIRECTIONS = 4


def along_text(rng, net, symbols):
    """Total variation between the predictions of a net and of the same changed, by letter."""
    p, h = letters.predicted(net, symbols)
    others = (moved(net, rng.normal(size=len(net.flat))) for _ in range(N_DIRECTIONS))
    tv = np.array([0.5 * np.abs(p - letters.predicted(n, symbols)[0]).sum(axis=1) for n in others])
    parts = [float(part.mean()) for part in np.array_split(tv.mean(axis=0), PARTS_OF_TEXT)]
    growth = dynamics.lyapunov(dynamics.jacobians(net, h), 1)
    half = PARTS_OF_TEXT // 2
    return {
        "tv": parts, "largest": float(tv.max()),
        "second_over_first": float(np.mean(parts[half:]) / np.mean(parts[:half])),
        "exponent": float(growth.mean()),
    }  # fmt: skip


# ==== Fits ========================================================================================
def fits(T, change):
    """A power of T and exp(rate T) fitted to log change: exponents, and factors they miss by."""
    y = np.log(change)
    (power, a), (rate, b) = np.polyfit(np.log(T), y, 1), np.polyfit(T, y, 1)
    missed = [y - power * np.log(T) - a, y - rate * np.asarray(T) - b]
    by = [float(e_to(np.sqrt(np.mean(m**2)))) for m in missed]
    return {"power": float(power), "rate": float(rate), "power_misses": by[0], "exp_misses": by[1]}


FLAT = 0.1  # a power of T below it is none


def value(fit, key):
    """A number of a fit: of one net, or the mean of several."""
    return fit[key]["mean"] if isinstance(fit[key], dict) else fit[key]


def exponential(fit):
    """Whether it grows, and exp(rate T) misses by less than a power of T."""
    return not flat(fit) and value(fit, "exp_misses") < value(fit, "power_misses")


def flat(fit):
    return abs(value(fit, "power")) < FLAT


def alike_powers(of):
    """Whether several fits have one power of T."""
    return bool(np.ptp([value(fit, "power") for fit in of]) < FLAT)


def power(fit):
    if not isinstance(fit["power"], dict):
        return f"{round(fit['power'], 2) + 0.0:.2f}"
    low, high = fit["power"]["interval"]
    return f"{round(fit['power']['mean'], 2) + 0.0:.2f} ({low:.2f} to {high:.2f})"


def missed(fit):
    return (
        f"T^{power(fit)} misses by a factor {value(fit, 'power_misses'):.2f}, exp(rate T) by "
        f"{value(fit, 'exp_misses'):.2f}"
    )
