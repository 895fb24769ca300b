"""Do A and C learn together, on-line, as the 1992 paper has it, with A trained by BPTT or by RTRL?

    python3 -m studies online

The headline trains A, sets a threshold, then trains C. Here both learn in one pass over
one stream of sequences, with the headline's nets and rates. A learns window by window,
by truncated BPTT (backpropagation through time) or by real-time recurrent learning
(RTRL, Williams and Zipser 1989), which the source document names as the 1992 paper's
method: updates at the same places, by a gradient that is not truncated. What A failed
to predict before the update of a window goes up, and C makes one update of full BPTT on
all that came up when the sequence ends.

An event is a step at which A's most probable symbol did not come: on-line there is no
labelled sequence to set a threshold on. The paper's tolerance test is run beside it. A
sequence is recalled when its target was an event and C's most probable symbol, before
C's update on it (chance for an untrained C: 1 in 7). 100% is reached at the first of 50
recalls in a row, if 50 more with learning switched off all succeed (two are distinct).

Decoupled, A learns as in the headline, whose 640 sequences for A were never meant to be
few, or alone from n sequences at batch 1, n = 0 being an untrained A, n the best of eight
on the reported seeds, 100 to 119; other settings are from seeds below 100. The 20 on which
the threshold is set are not counted. Last, A's rate is divided by 10 to 10,000.
"""

from __future__ import annotations

from timeit import timeit
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab.events import TOLERANCE
from studies.lab.intervals import counted, mean, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.training import headline_nets, solved_after
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, FAINT, new_figure


class Plan(NamedTuple):
    """Sizes of a run."""

    T: int
    seeds: int
    least: int  # sequences that those who learn together go on for
    most: int  # sequences within which 100% must be reached
    alone: tuple  # numbers of sequences for A alone
    exact: tuple  # seeds and lengths on which RTRL's gradient is compared
    repeats: int  # of each timing


FULL = Plan(1200, 20, 200, 600, (0, 1, 2, 5, 10, 20, 50, 100), (3, (10, 100, 1200)), 25)
QUICK = Plan(32, 2, 100, 200, (0, 50), (1, (10, 32)), 3)
MEASURED = ("microseconds",)
FIRST_SEED = 100  # settings were chosen on smaller seeds
IN_A_ROW = 50


# ==== Real-time recurrent learning ================================================================
class Sensitivities:
    """dh_t/dtheta, carried forward in time: RTRL (Williams and Zipser 1989).

    In `RNN.flat` the weights theta of the hidden layer, W_xh, W_hh and b_h, lie
    one below the other: N = n_in + H + 1 rows of H, h_t = tanh(z_t theta) with
    z_t = [x_t, h_{t-1}, 1]. With P_t = dh_t/dtheta, (H, N H), and e_t = dL_t/dh_t,

        P_t = D_t (W_hh^T P_{t-1} + M_t)        D_t = diag(1 - h_t^2)
        dL/dtheta = sum_t e_t P_t               M_t[i, (n, j)] = z_t[n] if i = j, else 0

    M_t has an entry in N of every N H columns, so it is added to a view of them.
    """

    def __init__(self, net):
        n_in, H = net.W_xh.shape
        N = n_in + H + 1
        pair = np.zeros((2, H, N * H))
        self.now, self.next = ((P, np.einsum("ini->in", P.reshape(H, N, H))) for P in pair)

    def reset(self):
        """Before a sequence: h_{-1} = 0 does not depend on theta."""
        self.now[0][...] = 0.0

    def gradient(self, net, grad, u):
        """Gradient of the loss of the steps of `u` alone, written into `grad`.

        What `core.backward` takes and gives, except that it reaches back to the last
        `reset`. Where the weights were changed since, P is that of the weights of the
        time, as in on-line RTRL.
        """
        flat = u.flat
        np.subtract(flat.probs, flat.target, flat.error)
        core.backward_output(net, grad, u)  # u.delta: e_t
        slope = (1.0 - flat.h * flat.h)[:, :, None]
        z = np.concatenate([flat.x, flat.h_prev, flat.ones[:, None]], axis=1)
        through_time, immediate = slope * net.W_hh.T, slope * z[:, None]
        total = grad.flat[: self.now[0].shape[1]]
        total[...] = 0.0
        for D_W_t, M_t, e_t in zip(through_time, immediate, flat.delta):
            (P, _), (new, diagonal) = self.now, self.next
            D_W_t.dot(P, new)
            diagonal += M_t
            total += e_t.dot(new)
            self.now, self.next = self.next, self.now


def multiply_adds(H, V, window):
    """Per time step, in products of matrices and vectors, as the code runs them.

    Both: the next state and outputs, H^2 + H V, the sum of the softmax, V^2, the error at
    the state, H V, the gradient of the output layer, H V + V. Truncated BPTT: the error one
    step back (not beyond the window) and the gradients of W_hh, W_xh and b_h. RTRL: P_t,
    H^3 N, and e_t P_t, H^2 N.
    """
    both, N = H**2 + 3 * H * V + V**2 + V, V + H + 1
    bptt, rtrl = both + H**2 * (window - 1) / window + H**2 + V * H + H, both + (H**3 + H**2) * N
    return {"bptt": bptt, "rtrl": rtrl, "ratio": rtrl / bptt}


def exactness(seed, std, T, task, window):
    """RTRL's gradient of a whole sequence, and truncated BPTT's, against full BPTT's."""
    rng = generators("online exactness", seed, ("net",))["net"]
    net = core.init_rnn(rng, core.Config.auto_hidden, std)
    exact, forward_in_time, part, truncated = (core.zeros_like(net) for _ in range(4))
    tokens = core.trigger_recall(rng, T, 1) if task else rng.integers(core.VOCAB, size=(T, 1))
    u = core.buffers(net, T - 1, 1)
    core.load(u, tokens)
    core.forward(net, u)
    core.backward(net, exact, u)
    Sensitivities(net).gradient(net, forward_in_time, u)
    for cut in core.windows(u, window):
        core.backward(net, part, cut)
        truncated.flat[...] += part.flat

    def difference(grad):  # relative to the largest entry of each parameter's gradient
        parameters = zip(net._fields[1:], grad[1:], exact[1:])
        return {name: float(np.abs(g - e).max() / np.abs(e).max()) for name, g, e in parameters}

    return {
        "std": std, "T": T, "task": task, "difference": difference(forward_in_time),
        "truncated": max(difference(truncated).values()),
    }  # fmt: skip


def exactness_cases(plan):
    """Of small and large weights, short and long sequences, task and noise."""
    seeds, lengths = plan.exact
    cases = [
        exactness(seed, std, T, task, core.Config.auto_truncate)
        for seed in range(seeds)
        for std in (0.1, 0.5, 1.0, 2.0)
        for T in lengths
        for task in (True, False)
    ]
    as_drawn = [case for case in cases if (case["std"], case["T"]) == (core.AUTO_STD, plan.T)]
    return {
        "largest_difference": max(max(case["difference"].values()) for case in cases),
        "exactness": cases,
        "truncated_at_first": mean([case["truncated"] for case in as_drawn]),
    }


# ==== A and C, a sequence at a time ===============================================================
class OnlineAutomatizer:
    """A and what it predicted of the sequence it read last."""

    def __init__(self, net, config, lr, rtrl=False, tolerance=None):
        self.net, self.grad, self.lr = net, core.zeros_like(net), lr
        self.whole = core.buffers(net, config.T - 1, 1)
        self.cuts = core.windows(self.whole, config.auto_truncate)
        self.sensitivities = Sensitivities(net) if rtrl else None
        self.tolerance = tolerance

    def learn(self, tokens):
        """Read a sequence, (T, 1); the buffers keep what A predicted before each update."""
        core.load(self.whole, tokens)
        if self.sensitivities:
            self.sensitivities.reset()
        gradient = self.sensitivities.gradient if self.sensitivities else core.backward
        for cut in self.cuts:
            core.forward(self.net, cut)
            gradient(self.net, self.grad, cut)
            core.sgd(self.net, self.grad, self.lr, batch=1)

    def read(self, tokens):
        """Read a sequence and learn nothing."""
        core.load(self.whole, tokens)
        core.forward(self.net, self.whole)

    def events(self):
        """The steps that A failed to predict, (T,); the first by convention."""
        p, came = self.whole.probs, self.whole.tokens[1:]
        if self.tolerance is None:
            failed = p.argmax(axis=-1) != came
        else:
            failed = np.take_along_axis(p, came[..., None], -1)[..., 0] < 1 - self.tolerance
        return core.with_first(failed)[:, 0]


class OnlineChunker:
    """C, which reads the events of a sequence and predicts each from those before it."""

    def __init__(self, rng, config):
        self.net = core.init_rnn(rng, config.chunk_hidden, core.CHUNK_STD)
        self.grad, self.lr = core.zeros_like(self.net), config.chunk_lr
        self.whole = core.buffers(self.net, config.T - 1, 1)

    def predict(self, symbols, learn):
        """The most probable last event, (k,) being given; then, if asked, an update."""
        if len(symbols) < 2:  # nothing follows the first symbol: nothing to predict
            return None
        u = core.window(self.whole, 0, len(symbols) - 1)
        core.load(u, symbols[:, None])
        if learn:
            core.update(self.net, self.grad, u, self.lr)
        else:
            core.forward(self.net, u)
        return int(u.probs[-1, 0].argmax())


def recall(A, C, tokens, learn):
    """Which steps of a sequence that A has read go up to C, if any, and is the target recalled?"""
    mask = A.events()
    predicted = C.predict(tokens[mask, 0], learn) if C else None
    return mask, bool(mask[-1] and predicted == tokens[-1, 0])


def evaluate(A, C, T, rng, n):
    """Fresh sequences with learning switched off: how many are recalled, and k."""
    found = []
    for _ in range(n):
        tokens = core.trigger_recall(rng, T, 1)
        A.read(tokens)
        found.append(recall(A, C, tokens, learn=False))
    masks, right = zip(*found)
    return {"recalled": sum(right), "k": float(np.mean([mask.sum() for mask in masks]))}


def one_pass(A, C, T, rng, alone, least, most):
    """One stream of sequences, for `least` and until `IN_A_ROW` are recalled in a row, or `most`.

    With `alone` None both learn from the first sequence on, else A alone learns from so
    many, then C, A being frozen. `rng` holds generators for "data" and "fresh".
    """
    masks, right, reached, frozen = [], [], None, None
    while (n := len(right)) < least or (reached is None and n < most):
        tokens = core.trigger_recall(rng["data"], T, 1)
        (A.learn if alone is None or n < alone else A.read)(tokens)
        reader = C if alone is None or n >= alone else None
        mask, recalled = recall(A, reader, tokens, learn=True)
        masks.append(mask)
        right.append(int(recalled))
        if reached is None and sum(right[-IN_A_ROW:]) == IN_A_ROW:
            frozen = evaluate(A, C, T, rng["fresh"], IN_A_ROW)
            if frozen["recalled"] == IN_A_ROW:
                reached = n + 2 - IN_A_ROW
    first, k = np.flatnonzero(masks[0]).tolist(), [int(mask.sum()) for mask in masks]
    return {"reached": reached, "frozen": frozen, "first": first, "k": k, "right": right}


# ==== The schedules ===============================================================================
class Schedule(NamedTuple):
    """What differs between runs; each sees the same weights and sequences."""

    rtrl: bool = False
    tolerance: float | None = None
    alone: int | None = None
    slower: float = 1.0  # A's learning rate is divided by this


SLOWER = (10, 100, 1000, 10_000)
TOGETHER = {
    "rtrl": Schedule(rtrl=True),
    "bptt": Schedule(),
    "tolerance": Schedule(tolerance=TOLERANCE),
    **{f"slower_{by}": Schedule(slower=by) for by in SLOWER},
}


def run_as_headline(seed, T, most):
    """The headline's A and threshold, then C until it is right for good."""
    config, rng = core.Config(seed=seed, T=T), core.random_streams(seed)
    net, threshold, _ = headline_nets(seed, T=T)
    tolerance = 1 - np.exp(-threshold)  # the threshold on -log p as one on p
    A = OnlineAutomatizer(net, config, config.auto_lr, tolerance=tolerance)
    C = OnlineChunker(rng["chunk_init"], config)
    rng = {"data": rng["chunk_data"], "fresh": rng["evaluation"]}
    result = one_pass(A, C, T, rng, alone=0, least=0, most=most)
    if result["reached"]:
        result["reached"] += config.auto_epochs * core.AUTO_BATCH
    return result


def one_run(arguments):
    """One seed under one schedule; `schedule` None is the headline's."""
    schedule, seed, T, least, most = arguments
    if schedule is None:
        return {"seed": seed, **run_as_headline(seed, T, most)}
    config = core.Config(seed=seed, T=T)
    rng = generators("online", seed, ("A", "C", "data", "fresh"))
    net, lr = core.init_rnn(rng["A"], config.auto_hidden, core.AUTO_STD), config.auto_lr
    A = OnlineAutomatizer(net, config, lr / schedule.slower, schedule.rtrl, schedule.tolerance)
    C = OnlineChunker(rng["C"], config)
    return {"seed": seed, **one_pass(A, C, T, rng, schedule.alone, least, most)}


def microseconds(T, repeats):
    """Microseconds per time step and sequence of A's training: medians, taking turns."""
    config, rng = core.Config(T=T), np.random.default_rng(0)
    nets = [core.init_rnn(rng, config.auto_hidden, core.AUTO_STD) for _ in range(3)]
    bptt, rtrl = (OnlineAutomatizer(net, config, config.auto_lr, r) for net, r in zip(nets, (0, 1)))
    batches = (core.trigger_recall(rng, T, core.AUTO_BATCH) for _ in range(repeats))
    headline = core.learn(nets[2], batches, config.auto_truncate, config.auto_lr)
    ways = {
        "bptt": (lambda: bptt.learn(core.trigger_recall(rng, T, 1)), 1),
        "rtrl": (lambda: rtrl.learn(core.trigger_recall(rng, T, 1)), 1),
        "headline": (lambda: next(headline), core.AUTO_BATCH),
    }
    taken = {name: [] for name in ways}
    for _ in range(repeats):
        for name, (call, batch) in ways.items():
            taken[name].append(1e6 * timeit(call, number=1) / batch / (T - 1))
    medians = {name: float(np.median(times)) for name, times in taken.items()}
    return {**medians, "ratio": medians["rtrl"] / medians["bptt"]}


# ==== What is said of the runs ====================================================================
def summarise(runs):
    """What is said of a schedule; None where it takes a seed that never reaches 100%."""
    took = np.array([r["reached"] or np.inf for r in runs])
    done = [r for r in runs if r["reached"]]
    return {
        "reached": proportion(np.isfinite(took)),
        "sequences": {end: finite(getattr(np, end)(took)) for end in ("median", "min", "max")},
        "k": mean([r["frozen"]["k"] for r in done]) if done else None,
        "k_first": mean([r["k"][0] for r in runs]),
        "runs": [{key: r[key] for key in ("seed", "reached", "frozen")} for r in runs],
    }


def finite(x):
    return float(x) if np.isfinite(x) else None


def curves(runs, least):
    """k and recall by sequence, a row for each seed; failed recalls after 100% was reached."""
    k, right = (np.array([r[key][:least] for r in runs]) for key in ("k", "right"))
    two = [solved_after(row == 2) for row in k]
    later = [r["right"][r["reached"] - 1 :] for r in runs if r["reached"]]
    return {
        "k": k.tolist(),
        "right": right.tolist(),
        "k_is_2": proportion([n is not None for n in two]),
        "k_is_2_after": finite(np.median([n or np.inf for n in two])),
        "wrong_later": sum(row.count(0) for row in later),
        "later": sum(map(len, later)),
    }


def first_rate(runs, T):
    """Within the first sequence: at which share of it, events per T steps there (mean of seeds)."""
    edges = np.unique(np.geomspace(1, T, 14).round())
    counts = np.histogram(np.concatenate([r["first"] for r in runs]), edges)[0] / len(runs)
    at, rate = np.sqrt(edges[1:] * edges[:-1]) / T, T * counts / np.diff(edges)
    return {"at": at.tolist(), "events": rate.tolist()}


def compute(plan, jobs):
    T, window = plan.T, core.Config.auto_truncate
    ways = {name: (schedule, plan.least) for name, schedule in TOGETHER.items()}
    ways |= {f"alone_{n}": (Schedule(alone=n), 0) for n in plan.alone}
    ways["headline"] = None, 0
    tasks = [
        (schedule, seed, T, least, plan.most)
        for schedule, least in ways.values()
        for seed in range(FIRST_SEED, FIRST_SEED + plan.seeds)
    ]
    done = iter(parallel_map(one_run, tasks, jobs, "on-line"))
    runs = {name: [next(done) for _ in range(plan.seeds)] for name in ways}
    took = {name: np.array([r["reached"] or np.inf for r in of]) for name, of in runs.items()}
    return {
        **{key: getattr(plan, key) for key in ("T", "least", "most", "alone")},
        "first_seed": FIRST_SEED,
        "in_a_row": IN_A_ROW,
        "window": window,
        "tolerance": TOLERANCE,
        "schedules": {name: summarise(of) for name, of in runs.items()},
        "curves": {name: curves(runs[name], plan.least) for name in TOGETHER},
        "first_rate": first_rate(runs["bptt"], T),
        "minus_bptt": {  # sequences more than together by truncated BPTT, seed by seed
            name: mean(of - took["bptt"])
            for name, of in took.items()
            if np.isfinite([of, took["bptt"]]).all()
        },
        "rtrl_as_bptt": proportion(took["rtrl"] == took["bptt"]),
        **exactness_cases(plan),
        "multiply_adds": multiply_adds(core.Config.auto_hidden, core.VOCAB, window),
        "microseconds": microseconds(T, plan.repeats),
    }


# ==== Table and sentences =========================================================================
def decoupled(results):
    """The fewest and the fastest n for A alone of those with which every seed reaches 100%."""
    of = {n: results["schedules"][f"alone_{n}"] for n in results["alone"]}
    works = [n for n, s in of.items() if s["reached"]["share"] == 1]
    fastest = min(works, key=lambda n: of[n]["sequences"]["median"], default=None)
    return works[0] if works else None, fastest


def number(x, form="{:,.0f}"):
    return "none" if x is None else form.format(x)


def median_of(results, name):
    """Sequences until 100% under a schedule, as text."""
    return number(results["schedules"][name]["sequences"]["median"])


def table(results):
    """A row for each schedule."""
    names = {"headline": "decoupled, as in the headline (A learns 8 at a time)"}
    for n, which in zip(decoupled(results), ("fewest", "fastest")):
        if n is not None:
            names[f"alone_{n}"] = f"decoupled, A alone for {n} sequence{'s' * (n != 1)} ({which})"
    names |= {
        "bptt": "together, A by truncated BPTT",
        "rtrl": "together, A by RTRL",
        "tolerance": f"together, events by the paper's tolerance {TOLERANCE}",
        f"slower_{SLOWER[-1]}": f"together, A's rate divided by {SLOWER[-1]:,}",
    }
    products, measured, rows = results["multiply_adds"], results["microseconds"], []
    for key, name in names.items():
        s = results["schedules"][key]
        took, (low, high) = s["sequences"], s["reached"]["interval"]
        rows.append((
            name, f"{counted(s['reached'])} ({low:.0%} to {high:.0%})",
            f"{number(took['median'])} ({number(took['min'])} to {number(took['max'])})",
            number(s["k"] and s["k"]["mean"], "{:.2f}"),
            f"{products.get(key, products['bptt']):,.0f}",
            f"{measured.get(key, measured['bptt']):.1f}",
        ))  # fmt: skip
    return (
        "schedule", "seeds that reach 100% (95% interval)", "sequences until then (range)",
        "k at the end", "multiply-adds per step of A", "µs per step of A",
    ), rows  # fmt: skip


def seen(results):
    """What the table does not say, a fact a line."""
    bptt, same = results["curves"]["bptt"], counted(results["rtrl_as_bptt"])
    slow = [
        f"by {by:,}: {number(s['sequences']['median'])}, k = {s['k']['mean']:.2f}"
        for by in SLOWER if (s := results["schedules"][f"slower_{by}"])["k"]
    ]  # fmt: skip
    lines = [
        "RTRL's gradient of whole sequences is that of full BPTT to "
        f"{results['largest_difference']:.0e} (largest difference, relative to the largest entry "
        f"of each parameter's gradient, over {len(results['exactness'])} nets and sequences).",
        f"Trained by RTRL, A needs as many sequences as by truncated BPTT on {same} seeds.",
        f"k is down to 2 for good on {counted(bptt['k_is_2'])} seeds, from sequence "
        f"{number(bptt['k_is_2_after'])} on (median). Within the first sequence alone A makes an "
        f"update every {results['window']} steps.",
        f"After 100% is reached, learning going on, {bptt['wrong_later']} of {bptt['later']:,} "
        "recalls fail.",
        "With A's learning rate divided, C lives on long streams for longer. Sequences until 100%, "
        f"and k then: {'; '.join(slow)}.",
    ]  # fmt: skip
    n = decoupled(results)[1]
    if fair := results["minus_bptt"].get(f"alone_{n}"):
        low, high = fair["interval"]
        lines.append(
            f"Learning together is not what makes it fast. Given {n} sequences for A first (the "
            f"best of {len(results['alone'])} numbers tried on these seeds), the decoupled "
            f"schedule differs by {fair['mean']:+.1f} sequences ({low:+.1f} to {high:+.1f})."
        )
    return "\n".join(f"- {line}" for line in lines)


def fastest_apart(results, form):
    """`form` filled with the fastest n for A alone and its median until 100%; "" without one."""
    _, n = decoupled(results)
    return "" if n is None else form.format(n=n, median=median_of(results, f"alone_{n}"))


def effect_of_rtrl(results):
    """For the table of deviations."""
    ratio, same = results["multiply_adds"]["ratio"], counted(results["rtrl_as_bptt"])
    cost = f"RTRL takes {ratio:.0f} times the multiply-adds"
    return f"{cost}; A and C learning together need the same number of sequences on {same} seeds"


def effect_of_schedule(results):
    """For the table of deviations."""
    form = ", and after {median} when A is given {n} sequences first, the best of "
    form += f"{len(results['alone'])} numbers tried"
    return (
        "learning together they recall everything on "
        f"{counted(results['schedules']['bptt']['reached'])} seeds, after "
        f"{median_of(results, 'bptt')} sequences (median, to the first of {IN_A_ROW} recalls in a "
        "row); decoupled as here after "
        f"{median_of(results, 'headline')}{fastest_apart(results, form)}"
    )


def answer(results):
    """The finding in one sentence."""
    bptt, rtrl = (results["schedules"][name] for name in ("bptt", "rtrl"))
    of_headline = core.Config.auto_epochs * core.AUTO_BATCH
    form = f", or {{median}} when A is given {{n}} first instead of {of_headline}"
    word = "Yes" if bptt["reached"]["share"] == rtrl["reached"]["share"] == 1 else "Mostly"
    return (
        f"{word}: on-line k falls from {bptt['k_first']['mean']:.0f} in the first sequence to "
        f"{number(bptt['k'] and bptt['k']['mean'], '{:g}')}, and {counted(bptt['reached'])} seeds "
        f"reach 100%, after {median_of(results, 'bptt')} sequences (median); with A trained by "
        f"RTRL {counted(rtrl['reached'])}, after {median_of(results, 'rtrl')}, at "
        f"{results['multiply_adds']['ratio']:.0f} times the multiply-adds and "
        f"{results['microseconds']['ratio']:.1f} times the seconds; decoupled it takes "
        f"{median_of(results, 'headline')}{fastest_apart(results, form)}."
    )


# ==== Figure ======================================================================================

SMOOTH = 10  # sequences in the running mean of recall
DRAWN = (  # schedule, its name, line
    ("slower_1000", "A learns 1,000 times slower", {"color": FAINT, "lw": 2}),
    ("bptt", "A by truncated BPTT (band: quartiles)", {"color": AUTOMATIZER, "lw": 3.5}),
    ("rtrl", "A by RTRL", {"color": "black", "lw": 1.5, "ls": "--"}),
)


def running_mean(right):
    """Of the last `SMOOTH` sequences, of all where there are fewer; (seeds, sequences)."""
    n = np.minimum(np.arange(1, right.shape[1] + 1), SMOOTH)
    return [np.convolve(row, np.ones(SMOOTH))[: len(row)] / n for row in right]


def draw_curves(ax, values):
    """Medians over seeds of values[schedule], (seeds, sequences); of one the quartiles too."""
    for key, name, line in DRAWN:
        low, middle, high = np.quantile(values[key], [0.25, 0.5, 0.75], axis=0)
        n = np.arange(1, len(middle) + 1)
        ax.plot(n, middle, label=name, **line)
        if key == "bptt":
            ax.fill_between(n, low, high, color=line["color"], alpha=0.25, lw=0)


def draw_events(ax, results):
    """k against sequences seen, and the rate of events within the first sequence."""
    T, at, events = results["T"], *results["first_rate"].values()
    draw_curves(ax, {name: curves["k"] for name, curves in results["curves"].items()})
    ax.plot(at, events, "o:", color=AUTOMATIZER, ms=4, label="rate within the first sequence")
    ax.text(at[-1] * 0.8, events[-1] + 0.5, "target", color=AUTOMATIZER, ha="right", fontsize=9.5)
    ax.set_xscale("log")
    ax.set_yscale("symlog", linthresh=2, linscale=0.5)  # so that 0 has a place
    ax.set(ylim=(-0.15, 1.6 * T), xlabel="sequences seen", title=f"k, events per {T:,} symbols")
    ax.set_yticks([0, 2, 10, 100, T], ["0", "2", "10", "100", f"{T:,}"])
    ax.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    ax.minorticks_off()


def draw_reached(ax, results):
    """Sequences until 100%: range and median over seeds, a row for each schedule."""
    _, n = decoupled(results)
    rows = [("together, BPTT", "bptt", AUTOMATIZER), ("together, RTRL", "rtrl", "black")]
    rows += [] if n is None else [(f"decoupled, A {n} first", f"alone_{n}", BASELINE)]
    rows += [("decoupled, headline", "headline", BASELINE)]
    for y, (_, key, colour) in enumerate(rows):
        took = results["schedules"][key]["sequences"]
        if took["max"]:  # every seed reaches it
            ends = [took["min"], took["median"], took["max"]]
            ax.plot(ends, [y] * 3, "D-", color=colour, lw=3, ms=6, markevery=[1])
            ax.text(1.15 * took["max"], y, median_of(results, key), color=colour, va="center")
    ax.set_yticks(range(len(rows)), [name for name, *_ in rows], fontsize=9.5)
    ax.set(xscale="log", xlim=(0.9, 2000), ylim=(len(rows) - 0.4, -0.6), xlabel="sequences seen")
    ax.set_title("until 100%: range and median over seeds")
    ax.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    ax.grid(axis="y", visible=False)


def figures(results):
    fairer = fastest_apart(results, ", or {median} if A has but {n} first")
    figure = new_figure(
        f"Together, {counted(results['schedules']['bptt']['reached'])} seeds reach 100% after "
        f"{median_of(results, 'bptt')} sequences (median; A by RTRL: {median_of(results, 'rtrl')})"
        f";\ndecoupled after {median_of(results, 'headline')}{fairer}",
        height=5.4,
    )
    axes = figure.subplot_mosaic([["k", "recall"], ["k", "reached"]], height_ratios=[1.5, 1])
    axes["recall"].sharex(axes["reached"])
    draw_events(axes["k"], results)
    right = {name: np.array(curves["right"]) for name, curves in results["curves"].items()}
    draw_curves(axes["recall"], {name: running_mean(r) for name, r in right.items()})
    axes["recall"].set(ylim=(-0.04, 1.04), title=f"share of the last {SMOOTH} targets recalled")
    axes["recall"].tick_params(labelbottom=False)
    draw_reached(axes["reached"], results)
    named = axes["k"].get_legend_handles_labels()
    figure.legend(*named, loc="outside lower center", ncols=4, fontsize=9.5)
    return {"online.png": figure}
