"""Where do the states of a net go: to a point, around a cycle, or nowhere?

    python3 -m studies attractors

One letter. The net of `letters`, at moments of its training, goes on from the state after held-out
text with one letter for ever; before it learns it is the control. The period is the smallest p, 100
at most, with |h_t - h_{t-p}| < 1e-8 in every unit at the last t; 1 is a fixed point. What has none
is chaos where the largest Lyapunov exponent of its second half is above 0.01 nats a step, else open
(a cycle that is slow, longer or does not close). The distance to a fixed point should fall by log
radius(J) a step, J its Jacobian; a line fitted to log distance (1e-3 to 1e-11) tells. A complex
leading eigenvalue makes a spiral.

Random nets. 64 tanh units; W_hh Gaussian or orthogonal, scaled to a spectral radius; no input, one
letter for ever, or text; W_xh Gaussian of a strength, its standard deviation (1/8 in `letters`). An
exponent below -0.01 is a point, above 0.01 chaos, else the edge. Memory: the same net reads random
bits; R^2 of a linear read-out of the bit d steps ago (least squares on the first half, measured on
the second), summed over d.

Text. The largest exponent along held-out text by QR; in windows of 10 steps log |J_1 .. J_10| / 10
beside the growth of a random kick of 1e-7.

The latch. The net of `collapse` (window 3) after A and after B, then the filler for ever: radius of
the Jacobian of a period of the orbit; growth of the fastest direction of dh_{T-2}/dh_0, by QR;
share of random kicks after which the state comes back, by length over the orbits' distance. "For
ever": both orbits close, differ and contract, and the choice is right wherever the phase of T comes
round. Its control is trained on symbols alone.

Sources: Bengio, Simard and Frasconi 1994 (sections 3, 4); Benettin et al. 1980; Sompolinsky,
Crisanti and Sommers 1988 (chaos above radius 1 in large nets); Jaeger 2002 (memory, sum of R^2).
No setting was chosen here; seeds 0 and 1 were looked at, reported are those from 100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import dynamics, grammar, letters
from studies.lab.averages import means, together
from studies.lab.collapsed import WINDOWS, margins, train
from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.states import plane_of
from studies.lab.tasks import filler
from studies.lab.training import headline_nets
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # of text to learn from, and as many held out
    at: tuple  # updates after which the net is looked at, the last its training's end
    n_held: int  # steps with one letter
    n_text: int  # letters along which exponents are measured
    radii: tuple
    strengths: tuple
    n_random: int  # steps of the random nets, the first quarter unmeasured
    T: int  # of the latch
    epochs: int
    n_turns: int  # of the filler
    n_kicks: int


RADII = (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
AT, STRENGTHS = (0, 30, 100, 300, 1000, 3000, 10_000, 30_000), (0.125, 0.25, 0.5, 1.0, 2.0)
FULL = Plan(10, letters.N_LETTERS, AT, 2000, 2000, RADII, STRENGTHS, 1200, 1200, 300, 400, 100)
QUICK = Plan(2, 600, (0, 60), 110, 150, (0.5, 1.0, 2.0), (0.125,), 160, 22, 40, 100, 5)
LONGEST, SAME, APART, EDGE = 100, 1e-8, 1e-4, 0.01
FEW, NEAR, WINDOW, KICK = 15, 0.01, 10, 1e-7  # 15 steps of a letter, 1% of the distance left
SHOWN, DELAYS = 60, 60  # letters of the map and steps of one; bits back that are asked for
KINDS, ENDS = ("Gaussian", "orthogonal"), ("fixed", "cycle", "chaos", "open")
FALLS = ("spiral", "near", "ratio", "straight", "agrees")
KICKS, TURN, TURNS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0), core.N_FILLERS, 20
A = int(grammar.encode("a")[0])
COLOURS = BASELINE, CHUNKER, AUTOMATIZER


def along(net, tokens, h):
    """States after each of tokens (n, B), from h (B, H): (n, B, H)."""
    u = core.buffers(net, len(tokens), tokens.shape[1])
    u.tokens[:-1], u.hidden[0] = tokens, h
    core.forward_hidden(net, u)
    return u.hidden[1:]


def exponent(net, states):
    """Largest Lyapunov exponent along states (n, H), nats a step."""
    return float(dynamics.lyapunov(dynamics.jacobians(net, states), 1).mean())


# ==== One letter for ever =========================================================================
def periods(states):
    """The period at the end of each of B paths (n, B, H), 0 where none is found."""
    back = np.abs(states[-1] - states[-2 : -2 - LONGEST : -1]).max(axis=2) < SAME
    return np.where(back.any(axis=0), back.argmax(axis=0) + 1, 0)


def fall(net, path, start):
    """How a path (n, H) from `start` falls to the fixed point that is its last state."""
    h = path[-1]
    eigenvalues = np.linalg.eigvals(dynamics.jacobians(net, h[None])[0])
    leading = eigenvalues[np.abs(eigenvalues).argmax()]
    distance = np.linalg.norm(path - h, axis=1)
    near = float(distance[FEW - 1] < NEAR * np.linalg.norm(start - h))
    found = dict.fromkeys(FALLS) | {"spiral": float(leading.imag != 0), "near": near}
    steps = np.flatnonzero((distance > 1e-11) & (distance < 1e-3))
    if len(steps) >= 5:  # else it falls within a few
        logs = np.log(distance[steps])
        rate, at_0 = np.polyfit(steps, logs, 1)
        ratio = float(rate / np.log(abs(leading)))
        r2 = 1 - (logs - rate * steps - at_0).var() / logs.var()
        found |= {"ratio": ratio, "straight": float(r2 > 0.99), "agrees": float(0.9 < ratio < 1.1)}
    return found


def each_letter(net, h, plan):
    """What becomes of the state h with each letter: shares of `ENDS`, and how it falls."""
    n = letters.N_SYMBOLS
    path = along(net, np.tile(np.arange(n), (plan.n_held, 1)), np.tile(h, (n, 1)))
    period = periods(path)
    chaos = [p == 0 and exponent(net, path[plan.n_held // 2 :, x]) > EDGE
             for x, p in enumerate(period)]  # fmt: skip
    ends = np.select([period == 1, period > 1, chaos], ENDS[:3], ENDS[3])
    steps = np.linalg.norm(np.diff(path[: SHOWN + 1], axis=0), axis=2)
    falls = [fall(net, path[:, x], h) for x in np.flatnonzero(period == 1)]
    held = {k: [one[k] for one in falls if one[k] is not None] for k in FALLS}
    return {
        "ends": {end: float((ends == end).mean()) for end in ENDS},
        "a_fixed": float(ends[A] == "fixed"),
        "falls": {k: float(np.mean(of)) if of else None for k, of in held.items()},
        "steps": np.median(np.log10(steps + 1e-17), axis=1).round(2).tolist(),
    }  # fmt: skip


def window_norms(J):
    """log |J_{t+1} .. J_{t+10}| / 10 for every t: (steps - 9,)."""
    n = len(J) - WINDOW + 1
    product = J[:n]
    for k in range(1, WINDOW):
        product = product @ J[k : n + k]
    return np.log(dynamics.norms(product)) / WINDOW


def kicked(rng, net, symbols, states):
    """Growth a step of a small random kick to each tenth state, over the 10 letters that follow."""
    starts = states[:-WINDOW:WINDOW]
    tokens = symbols[1 : WINDOW * len(starts) + 1].reshape(-1, WINDOW).T
    kicks = rng.normal(size=starts.shape)
    kicks *= KICK / np.linalg.norm(kicks, axis=1, keepdims=True)
    apart = along(net, tokens, starts + kicks)[-1] - along(net, tokens, starts)[-1]
    return np.log(np.linalg.norm(apart, axis=1) / KICK) / WINDOW


def on_text(rng, net, symbols, n):
    """Exponent, finite-time exponents and loss on n letters of a text."""
    p, states = letters.predicted(net, symbols[: n + 1])
    J, first = dynamics.jacobians(net, states), n // 20
    norms, by_kick = window_norms(J), kicked(rng, net, symbols[:n], states)
    norm = norms[1::WINDOW][: len(by_kick)]  # h_0 is kicked, the step after it leads to h_1
    return {
        "exponent": exponent(net, states[first:]), "radius": dynamics.radius(net.W_hh),
        "loss": float(letters.nats(p, symbols[: n + 1]).mean()), "norm": float(norm.mean()),
        "positive": float((norm > 0).mean()), "kick_positive": float((by_kick > 0).mean()),
        "correlation": float(np.corrcoef(norm, by_kick)[0, 1]),
        "over_kick": float((norm - by_kick).mean()),
        "map": norms[first : first + SHOWN].round(3).tolist(),
    }  # fmt: skip


def letters_run(seed, plan):
    learnt, held_out = letters.texts(seed, plan.n_letters)
    found, first = [], plan.n_text // 20 + WINDOW - 1
    for k, net in enumerate(letters.in_training(seed, learnt.symbols, plan.at)):
        rng = generators("attractors", seed, ("kicks",), k)["kicks"]
        h = dynamics.states_of(net, held_out.symbols[: plan.n_text])[-1]
        found.append({**on_text(rng, net, held_out.symbols, plan.n_text),
                      **each_letter(net, h, plan)})  # fmt: skip
    shown = {"map": [one.pop("map") for one in found], "steps": [one.pop("steps") for one in found]}
    return found, {**shown, "letters": grammar.spelt(held_out.symbols[first : first + SHOWN])}


def base(rng, kind, hidden=letters.HIDDEN):
    """A random matrix of spectral radius 1."""
    W = rng.normal(size=(hidden, hidden))
    return W / dynamics.radius(W) if kind == "Gaussian" else np.linalg.qr(W)[0]


def memory(net, bits):
    """R^2 of the bit d steps ago, read from the state on the second half, summed over d."""
    n, d = len(bits), min(DELAYS, len(bits) // 8)
    wanted = np.stack([2.0 * bits[d - k : n - k] - 1 for k in range(d)], axis=1)
    X = np.column_stack([dynamics.states_of(net, bits)[d:], np.ones(n - d)])
    half = len(X) // 2
    fitted = np.linalg.lstsq(X[:half], wanted[:half], rcond=None)[0]
    missed = ((wanted[half:] - X[half:] @ fitted) ** 2).mean(axis=0)
    return float(np.maximum(0, 1 - missed / wanted[half:].var(axis=0)).sum())


def random_run(seed, plan):
    """{kind: {"text 0.5": exponents, a list over the radii, .., "memory 0.5": ..}}"""
    n, found = plan.n_random, {}
    inputs = {"constant": np.full(n, A), "text": letters.texts(seed, n)[1].symbols[:n]}
    for k, kind in enumerate(KINDS):
        rng = generators("attractors nets", seed, ("W_hh", "W_xh", "start", "bits"), k)
        W, U = base(rng["W_hh"], kind), rng["W_xh"].normal(size=(letters.N_SYMBOLS, letters.HIDDEN))
        h, bits = rng["start"].uniform(-1, 1, len(W)), rng["bits"].integers(2, size=2 * n)
        one, net = found.setdefault(kind, {}), core.zero_rnn(len(W), len(U), 1)
        for s, g in ((s, g) for s in (0.0, *plan.strengths) for g in plan.radii):
            net.W_hh[...], net.W_xh[...] = g * W, s * U
            for name, symbols in inputs.items():
                visited = dynamics.states_of(net, symbols, h)[n // 4 :]
                one.setdefault(f"{name} {s}", []).append(exponent(net, visited))
            one.setdefault(f"memory {s}", []).append(memory(net, bits))
    return found


def chaos_from(radii, exponents):
    """Where the exponent passes `EDGE`, on a line between two radii; None if nowhere in them."""
    k = int(np.argmax(np.append(exponents, np.inf) > EDGE))
    if k in (0, len(radii)):
        return float(radii[0]) if k == 0 else None
    low, high = exponents[k - 1 : k + 1]
    return float(radii[k - 1] + (radii[k] - radii[k - 1]) * (EDGE - low) / (high - low))


def of_random(runs, radii):
    """Of one kind of net: means, [k, n] that are what the document says, where chaos begins."""
    radii, found = np.array(radii), {"mean": {}, "regimes": {}, "from": {}}
    for name in runs[0]:
        v = np.array([run[name] for run in runs])
        found["mean"][name] = together(v.tolist())
        found["from"][name] = means([chaos_from(radii, one) for one in v])
        as_said = {"below": v[:, radii < 1] < -EDGE, "at": np.abs(v[:, radii == 1]) <= EDGE,
                   "above": v[:, radii > 1] > EDGE}  # fmt: skip
        found["regimes"][name] = {k: [int(of.sum()), of.size] for k, of in as_said.items()}
    return found


def after_triggers(net, n):
    """States after A and after B and then n steps of filler: (n + 1, 2, H)."""
    tokens = np.repeat(filler(np.arange(n + 1))[:, None], core.N_TRIGGERS, axis=1)
    tokens[0] = range(core.N_TRIGGERS)
    return along(net, tokens, np.zeros((core.N_TRIGGERS, len(net.b_h))))


def orbits_of(states):
    """The two orbits that states (n, 2, H) end on, (period, 2, H), or None."""
    for period in range(TURN, TURN * TURNS + 1, TURN):
        if np.abs(states[-1] - states[-1 - period]).max() < SAME:
            return states[-period:]
    return None


def on_orbit(net, starts, tokens, orbits):
    """Which orbit each of states (N, H) is on after whole turns of filler: 0, 1, -1 for neither."""
    ends = along(net, np.repeat(tokens[:, None], len(starts), axis=1), starts)[-1]
    gaps = np.abs(ends[:, None, None] - orbits[TURN - 1 :: TURN]).max(axis=-1).min(axis=1)
    return np.where(gaps.min(axis=1) < APART, gaps.argmin(axis=1), -1)


def kicks_survived(rng, net, orbits, tokens, n_kicks):
    """Share that comes back after kicks of each of `KICKS`, and the longest that all survive."""
    comes_back, gap = [], np.linalg.norm(orbits[-1, 0] - orbits[-1, 1])
    for r in KICKS:
        kicks = rng.normal(size=(2, n_kicks, len(net.b_h)))
        kicks *= r * gap / np.linalg.norm(kicks, axis=2, keepdims=True)
        starts = enumerate(orbits[-1, :, None] + kicks)
        on = [on_orbit(net, start, tokens, orbits) == k for k, start in starts]
        comes_back.append(float(np.mean(on)))
    whole = [r for r, back in zip(KICKS, np.minimum.accumulate(comes_back)) if back == 1]
    return {"comes_back": comes_back, "basin": max(whole, default=0.0)}


def latch_of(rng, net, plan):
    """The attractors of a net under the filler: numbers, and the orbits or None."""
    n = TURN * plan.n_turns + plan.T - 2  # the phase from which the target is predicted
    states, phase = after_triggers(net, n), plan.T - 2
    growth = max(exponent(net, states[1 : phase + 1, b]) for b in (0, 1)) * phase
    orbits = orbits_of(states)
    found = {"log10_gradient": growth / np.log(10), "for_ever": False, "exact": False}
    if orbits is None or np.abs(orbits[-1, 0] - orbits[-1, 1]).max() < APART:
        return found, None
    radii = [dynamics.radius(dynamics.products(dynamics.jacobians(net, orbits[:, b]))[-1])
             for b in (0, 1)]  # fmt: skip
    right = all(margins(net, at)[0] > 0 for at in orbits[TURN - 1 :: TURN])
    tokens = filler(n + 1 + np.arange(TURN * TURNS * 2))
    found |= {
        "for_ever": bool(right and max(radii) < 1), "period": len(orbits), "radius": max(radii),
        "exponent": max(exponent(net, states[-TURN * plan.n_turns // 2 :, b]) for b in (0, 1)),
        "exact": bool(np.array_equal(states[-1], states[-1 - len(orbits)])),
    }  # fmt: skip
    return {**found, **kicks_survived(rng, net, orbits, tokens, plan.n_kicks)}, orbits


def for_page(net, orbits, states):
    """Weights of a net, its two orbits and the way to them, (n, 2, 2) in their plane."""
    plane = plane_of(np.concatenate([*orbits, *states]))
    weights = {k: W.round(5).tolist() for k, W in net._asdict().items() if k != "flat"}
    flat = [((h - plane.centre) @ plane.axes).round(4).tolist() for h in (orbits, states)]
    plane = {"axes": plane.axes.round(5).tolist(), "centre": plane.centre.round(5).tolist()}
    return {"weights": weights, "orbits": flat[0], "ways": flat[1], **plane}


def latch_run(seed, plan):
    config, chunker = core.Config(seed=seed, T=plan.T), headline_nets(seed, T=plan.T)[2]
    net, control = (train(config, WINDOWS[0], c, plan.epochs)[1] for c in (chunker, None))
    rng = generators("attractors latch", seed, ("kicks", "control"))
    found, orbits = latch_of(rng["kicks"], net, plan)
    page = None if orbits is None else for_page(net, orbits, after_triggers(net, 40))
    return {**found, "control": latch_of(rng["control"], control, plan)[0]["for_ever"]}, page


def checks():
    """Exponents that are known otherwise: (of what, found, known)."""
    rng = generators("attractors nets", 0, ("Q", "start"))
    Q, x, logs = base(rng["Q"], "orthogonal", 8), [0.3], []
    W = Q.T @ np.diag(np.linspace(0.2, 0.9, 8)) @ Q
    while len(x) < 3000:
        x.append(4 * x[-1] * (1 - x[-1]))
    logistic = float(dynamics.lyapunov((np.array([[4 - 8 * one]]) for one in x), 1).mean())
    net, h, states = letters.untrained(0), rng["start"].uniform(-1, 1, (2, letters.HIDDEN)), []
    net.W_hh[...] *= 2
    apart = h[1]
    for _ in range(1500):  # the first 300 turn the kick to the fastest direction
        h[1] = h[0] + apart * KICK / np.linalg.norm(apart)
        h = along(net, np.full((1, 2), A), h)[0].copy()
        apart = h[1] - h[0]
        logs.append(np.log(np.linalg.norm(apart) / KICK))
        states.append(h[0].copy())
    linear = float(dynamics.lyapunov([W] * 400, 1)[200:].mean())
    by_qr = float(dynamics.lyapunov(dynamics.jacobians(net, np.array(states)), 1)[300:].mean())
    return [
        ["linear net, log of its radius", linear, float(np.log(dynamics.radius(W)))],
        ["logistic map at r = 4, log 2", logistic, float(np.log(2))],
        ["tanh net of radius 2, two near paths", by_qr, float(np.mean(logs[300:]))],
    ]


def one_run(arguments):
    part, *of = arguments
    return {"letters": letters_run, "random": random_run, "latch": latch_run}[part](*of)


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    tasks = [(part, seed, plan) for part in ("letters", "random", "latch") for seed in seeds]
    done = parallel_map(one_run, tasks, jobs, "attractors")
    nets, randoms, latches = (done[k : k + len(seeds)] for k in range(0, len(done), len(seeds)))
    runs, shown = zip(*nets)
    held, pages = zip(*latches)
    latched = [one for one in held if one["for_ever"]]
    flags = {k: proportion([one[k] for one in held]) for k in ("for_ever", "exact", "control")}
    return {
        "first_seed": letters.FIRST_SEED, "seeds": plan.n_seeds, "at": list(plan.at),
        "radii": list(plan.radii), "strengths": list(plan.strengths), "T": plan.T,
        "checks": checks(), "training": [means(of) for of in zip(*runs)],
        "moved": {key: mean([abs(run[-1][key]) - abs(run[0][key]) for run in runs])
                  for key in ("exponent", "radius")},
        "point": proportion([run[-1]["ends"]["fixed"] > 0 for run in runs]),
        "random": {kind: of_random([run[kind] for run in randoms], plan.radii) for kind in KINDS},
        "latch": {**flags, "numbers": means([
            {k: one[k] for k in one if k not in flags} for one in latched]) if latched else None},
        "example": {**shown[0], "latch": next((page for page in pages if page), None)},
    }  # fmt: skip


# ==== Tables and sentences ========================================================================
def number(found, form=".2f"):
    """A mean with its interval, if any net had the number; one net has no interval."""
    if found is None or found["n"] < 2:
        return f"{found['mean']:{form}} (n = 1, no interval)" if found else "none"
    return "{0:{3}} ({1:{3}} to {2:{3}})".format(found["mean"], *found["interval"], form)


def share(found):
    return number(found, ".0%")


def ends_of(found):
    """The interval of a proportion or a mean; one net or none may be anywhere."""
    return found["interval"] if found and found["n"] > 1 else (-np.inf, np.inf)


def side(found, words):
    """One of three words: the interval of a mean lies below 0, holds it, lies above."""
    low, high = ends_of(found)
    return words[1 + (low > 0) - (high < 0)]


def answer(results):
    (start, *_, end), latch = results["training"], results["latch"]
    ends = ", ".join(f"{end['ends'][e]['mean']:.0%} {e}" for e in ENDS)
    way = side(results["moved"]["exponent"], ("towards", "neither towards nor from", "away from"))
    return (
        f"With one letter for ever the trained net's ends are {ends} (untrained "
        f"{start['ends']['fixed']['mean']:.0%} fixed). Along text its largest exponent is "
        f"{end['exponent']['mean']:.2f} nats a step, untrained {start['exponent']['mean']:.2f}: "
        f"training leads {way} the edge of chaos. The latch holds its trigger for ever on "
        f"{counted(latch['for_ever'])} seeds, its control on {counted(latch['control'])}; its "
        f"gradient over {results['T'] - 2:,} steps is {gradient(results)}."
    )


def table(results):
    header = ("updates", "loss, nats", "radius of W_hh", "exponent on text (95% interval)",
              "one letter: fixed", *ENDS[1:])  # fmt: skip
    rows = [
        (f"{at:,}", f"{t['loss']['mean']:.2f}", f"{t['radius']['mean']:.2f}",
         number(t["exponent"]), *(f"{t['ends'][e]['mean']:.0%}" for e in ENDS))
        for at, t in zip(results["at"], results["training"])
    ]  # fmt: skip
    return header, rows


def seen(results):
    latch = results["latch"]["numbers"]
    lines = [f"- Exponent of a {of}: {got:.7f}, known {known:.7f}." for of, got, known in
             results["checks"]]  # fmt: skip
    if latch:
        back = ", ".join(f"{r:g}: {b['mean']:.0%}" for r, b in zip(KICKS, latch["comes_back"]))
        lines.append(
            f"- The latch: period {latch['period']['median']:.0f} steps, radius over it "
            f"{latch['radius']['max']:.1e} at most, exponent {number(latch['exponent'])}; states "
            f"repeat bit for bit on {counted(results['latch']['exact'])} seeds. Share of kicks "
            f"survived by length: {back}; all, to a length of {number(latch['basin'])}."
        )
    return "\n".join(lines)


def gradient(results):
    numbers = results["latch"]["numbers"]
    return f"10^{numbers['log10_gradient']['max']:.0f} at most" if numbers else "that of no latch"


def verdict(*holds):
    return "holds" if all(holds) else "holds in part" if any(holds) else "does not hold"


def over(found, bound):
    return ends_of(found)[0] > bound


def near(found, value, by):
    return max(abs(end - value) for end in ends_of(found)) <= by


def pooled(results, place, name):
    """How many nets of both kinds are as the document says of this place."""
    k, n = np.sum([of["regimes"][name][place] for of in results["random"].values()], axis=0)
    return proportion(np.arange(n) < k)


def document(results):
    """What "Networks That Remember" says, what was measured, the verdict, why."""
    (start, *_, end), moved, random = (results[key] for key in ("training", "moved", "random"))
    fixed, falls, point = end["ends"]["fixed"], end["falls"], results["point"]
    had = [t["falls"] for t in results["training"] if over(t["falls"]["agrees"], -np.inf)]
    agrees, straight = (min((f[k]["mean"] for f in had), default=0) for k in ("agrees", "straight"))
    ends = ", ".join(f"{e} {share(end['ends'][e])}" for e in ENDS)
    rows = [
        ("Feed 'a' 15 times to our trained network: the state spirals toward a fixed point",
         f"'a' reaches one on {share(end['a_fixed'])} of the seeds, the letters {share(fixed)}, "
         f"untrained {share(start['ends']['fixed'])}; of these spirals {share(falls['spiral'])}, "
         f"untrained {share(start['falls']['spiral'])}; within 1% of the first distance after "
         f"{FEW} letters {share(falls['near'])}, untrained {share(start['falls']['near'])}",
         verdict(over(fixed, 0.5), over(falls["spiral"], 0.5), over(falls["near"], 0.5)),
         f"Trained, the ends are {ends}."),
        ("The convergence is exponential",
         f"of the falls to fixed points {straight:.0%} or more, at each look with two nets or more "
         f"that have some ({len(had)} of {len(results['training'])}), are lines in log distance "
         f"(R^2 > 0.99), {agrees:.0%} or more of a slope within 10% of log radius(J); trained, "
         f"{share(fixed)} of the letters have a fixed point",
         verdict(min(agrees, straight) > 0.8, over(fixed, 0.5)),
         "The leading eigenvalue sets the rate, where a fixed point is reached at all."),
        ("Any well-behaved RNN must have stable fixed points",
         f"{counted(point)} trained nets reach one under some letter of 27; their loss is "
         f"{number(end['loss'])} nats", verdict(point["k"] == point["n"], point["k"] > 0),
         "To predict well along text a net need not rest under a letter that is repeated."),
    ]  # fmt: skip
    inputs = [(of, s) for of in random.values() for s in results["strengths"]]
    tops = [results["radii"][int(np.argmax(of["mean"][f"memory {s}"]["mean"]))] for of, s in inputs]
    for place, text, why in (
        ("below", "Radius below 1 creates point attractors", "The slope of tanh is at most 1."),
        ("at", "Radius 1 is the edge of chaos", "Input takes the slope of tanh below 1."),
        ("above", "Radius above 1 creates chaotic dynamics", "Input takes the slope of tanh below "
         "1; of 64 units nets may have a point or a cycle above 1 with no input too."),
    ):  # fmt: skip
        bare, read = (pooled(results, place, f"text {s}") for s in (0.0, results["strengths"][0]))
        told = f"of the random nets {percent(bare)} with no input, {percent(read)} reading text"
        rows += [(text, told, verdict(over(bare, 0.8) and over(read, 0.8), over(bare, 0.5)), why)]
    chaos = "; ".join(f"{kind} {number(of['from']['text 0.0'])} with no input, " + ", ".join(
        f"{number(of['from'][f'text {s}'])} with text of {s:g}" for s in results["strengths"])
        for kind, of in random.items())  # fmt: skip
    way = ", ".join(f"{t['exponent']['mean']:.2f}" for t in results["training"])
    settled = ", ".join(f"{t['ends']['fixed']['mean']:.0%}" for t in results["training"])
    latch, kept, numbers = (results["latch"][k] for k in ("control", "for_ever", "numbers"))
    return [
        *rows,
        ("A positive Lyapunov exponent corresponds to a radius above 1, a negative one below",
         f"chaos begins at radius: {chaos}. The trained net: radius {number(end['radius'])}, "
         f"exponent on text {number(end['exponent'])}",
         verdict(over(end["exponent"], 0) == over(end["radius"], 1),
                 over(pooled(results, "above", "text 0.0"), 0.5)),
         "The exponent is of the states visited, where tanh may be flat, the radius of W_hh."),
        ("Radius near 1: long transients, maximum memory",
         f"memory is largest at radius {', '.join(f'{top:g}' for top in tops)} ({', '.join(KINDS)},"
         f" text of {', '.join(f'{s:g}' for s in results['strengths'])} each)",
         verdict(*(0.9 <= top <= 1.1 for top in tops)), "The input's strength has its part."),
        ("The edge of chaos maximizes sensitivity to new inputs while maintaining stability",
         "not measured", "can't be tested",
         "Sensitivity grows on into chaos; with stability asked for too, the edge is its end."),
        ("Orthogonal initialization starts the network at the edge of chaos",
         f"radius {start['radius']['mean']:.3f}, exponent on text {number(start['exponent'])}",
         verdict(near(start["exponent"], 0, EDGE), near(start["radius"], 1, EDGE)),
         "Input takes the slope of tanh below 1, and the exponent below log radius."),
        ("Our model self-organizes toward the edge of chaos during training",
         f"|exponent| changes by {number(moved['exponent'])}; through training: {way}",
         side(moved["exponent"], ("holds", "holds in part", "does not hold")),
         f"It ends at {number(end['exponent'])}."),
        ("Training pushes the radius to 1.0", f"radius of W_hh {number(end['radius'])}, before "
         f"{start['radius']['mean']:.2f}", verdict(near(end["radius"], 1, 0.1)),
         f"It changes by {number(moved['radius'])}."),
        ("The product norm is essentially the finite-time exponent: how nearby states diverge",
         f"trained, {WINDOW} steps: correlation with the growth of a random kick "
         f"{number(end['correlation'])}; above it by {number(end['over_kick'])} a step; positive "
         f"in {share(end['positive'])} of the windows, the kick in {share(end['kick_positive'])}",
         verdict(over(end["correlation"], 0.5), near(end["over_kick"], 0, 0.05)),
         "It is by definition that of the one direction that grows most, which few kicks have."),
        ("Attractor-merging crises correspond to loss plateaus",
         f"letters that reach a fixed point, through training: {settled}", "can't be tested",
         "Basins may merge between two looks, and attractors that do not settle are not counted."),
        ("Stability and long-term memory: a vanilla RNN cannot have both, there is no sweet spot",
         f"two stable orbits and the choice right for ever on {counted(kept)} seeds, control "
         f"{counted(latch)}; gradient over {results['T'] - 2:,} steps {gradient(results)}",
         verdict(kept["k"] == 0, kept["interval"][0] <= 0.5),
         "A latch would be stable and remember; what it has not is a gradient."),
        ("With stable fixed points gradients must vanish (Bengio, Simard and Frasconi 1994)",
         f"gradient of the latches {gradient(results)}",
         verdict(numbers["log10_gradient"]["max"] < -10)
         if numbers and numbers["log10_gradient"]["n"] > 1 else "can't be tested",
         "Every turn of the filler contracts the state."),
    ]  # fmt: skip


# ==== Figure ======================================================================================
def figures(results):
    shown, x = results["example"], range(len(results["at"]))
    fixed = results["training"][-1]["ends"]["fixed"]["mean"]
    title = f"One letter for ever: {fixed:.0%} of the trained net's letters lead to a fixed point;"
    held = counted(results["latch"]["for_ever"])
    figure = new_figure(f"{title}\nthe latch holds for ever on {held} seeds", height=11)
    (steps, ends), (nets, kicks), (way, text) = figure.subplots(3, 2)
    for of, name, colour in zip(shown["steps"][:: len(x) - 1], ("untrained", "trained"), COLOURS):
        steps.plot(range(1, len(of) + 1), of, color=colour, lw=2, label=name)
    steps.axvline(FEW, color=FAINT, ls="--", lw=1)
    steps.set(xlabel=f"steps with one letter (dashed: {FEW})", ylabel="log10 length of a step",
              title=f"seed {results['first_seed']}: does the state come to rest?")  # fmt: skip
    below = np.zeros(len(x))
    for end, colour in zip(ENDS, (*COLOURS[::2], COLOURS[1], FAINT)):
        part = [t["ends"][end]["mean"] for t in results["training"]]
        ends.bar(x, part, bottom=below, color=colour, label=end)
        below += part
    ends.set(ylabel="share of letters", title="where one letter leads", ylim=(0, 1.2))
    of, s = results["random"]["orthogonal"]["mean"], results["strengths"][-1]
    for name, colour in zip(("text 0.0", f"text {s}", f"constant {s}"), COLOURS):
        label = "no input" if name == "text 0.0" else name.replace("constant", "one letter")
        line(nets, results["radii"], of[name], colour, label)
    nets.axvline(1, color=FAINT, ls="--", lw=1)
    nets.set(xlabel="radius of random nets (dashed: the document's edge)",
             ylabel="exponent, nats a step", title="input moves the edge of chaos")  # fmt: skip
    if results["latch"]["numbers"]:
        line(kicks, KICKS, results["latch"]["numbers"]["comes_back"], CHUNKER)
    kicks.set(xlabel="length of a kick / distance of the orbits", ylabel="share that comes back",
              title="the latch, kicked", ylim=(0, 1.05))  # fmt: skip
    for key, label, colour in zip(("norm", "exponent"), (f"{WINDOW} steps", "all"), COLOURS):
        line(way, x, [t[key] for t in results["training"]], colour, label)
    way.set(ylabel="exponent on text, nats a step", title="where training leads")
    image = text.imshow(shown["map"], aspect="auto", cmap="RdBu_r", vmin=-0.5, vmax=0.5)
    figure.colorbar(image, ax=text, label="nats a step", pad=0.01)
    text.grid(False)
    text.set_xticks(range(SHOWN), shown["letters"].replace(" ", "_"), fontsize=6)
    text.set_yticks(x, [f"{at:,}" for at in results["at"]])
    text.set(ylabel="updates", title=f"along a text, in windows of {WINDOW}")
    for ax in (ends, way):
        ax.set_xticks(x, [f"{at:,}" for at in results["at"]], rotation=30)
        ax.set_xlabel("updates")
    for ax in (steps, nets, way, ends):
        ax.legend(**({"ncols": 4, "columnspacing": 0.8, "handlelength": 1} if ax is ends else {}))
    ends.set_yticks([0, 0.5, 1])
    return {"attractors.png": figure}


def line(ax, x, of, colour, label=None):
    of = of if isinstance(of, dict) else {k: [o[k] for o in of] for k in ("mean", "interval")}
    ax.axhline(0, color="black", lw=1)
    ax.plot(x, of["mean"], "o-", ms=3, color=colour, label=label)
    ax.fill_between(x, *np.transpose(of["interval"]), color=colour, alpha=0.2)
