"""Do A and C learn together, on-line, as the 1992 paper has it, with A trained by BPTT or by RTRL?

    python3 -m studies.online

The headline trains A, sets a threshold, then trains C. Here both learn in one
pass over one stream of sequences, with the headline's nets and rates. A learns
window by window; what it failed to predict before the update of a window goes
up, and C makes one update of full BPTT on all that came up when the sequence
ends. A is trained by truncated BPTT, or by real-time recurrent learning (RTRL,
Williams and Zipser 1989), which the source document names as the 1992 paper's
method: updates at the same places, by a gradient that is not truncated.

Choices. An event is a step at which A's most probable symbol did not come: no
threshold, as on-line there is no labelled sequence to set one on. The paper's
tolerance test is run beside it. A sequence counts as recalled when its target
was an event and was C's most probable symbol, before C's update on it (chance
for an untrained C: 1 in 7). 100% is reached at the first of 50 recalls in a
row, if 50 more sequences with learning switched off are all recalled (of each
T there are two distinct sequences). The decoupled schedule is run as in the
headline, whose 640 sequences for A were never meant to be few, and so also
with A trained alone for n sequences at batch 1, n = 0 being an untrained A;
the 20 on which the headline sets its threshold are not counted. Last, A's
learning rate is divided by 10 to 10,000, so that C lives on long streams.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.collapse import solved_after
from studies.common import mean, over, share, study
from studies.lag20 import TOLERANCE
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, FAINT, new_figure

FIRST_SEED = 100  # settings were chosen on smaller seeds
IN_A_ROW = 50
WEIGHTS = core.RNN._fields[1:]

# --------------------------------------------------------------------------
# Real-time recurrent learning
# --------------------------------------------------------------------------


class Sensitivities:
    """dh_t/dtheta, carried forward in time: RTRL (Williams and Zipser 1989).

    In `RNN.flat` the weights theta of the hidden layer, W_xh, W_hh and b_h, lie
    one below the other: N = VOCAB + H + 1 rows of H, h_t = tanh(z_t theta) with
    z_t = [x_t, h_{t-1}, 1]. With P_t = dh_t/dtheta, (H, N H), and e_t = dL_t/dh_t,

        P_t = D_t (W_hh^T P_{t-1} + M_t)        D_t = diag(1 - h_t^2)
        dL/dtheta = sum_t e_t P_t               M_t[i, (n, j)] = z_t[n] if i = j, else 0

    M_t has an entry in N of every N H columns, so it is added to a view of them.
    """

    def __init__(self, n_hidden):
        H, N = n_hidden, core.VOCAB + n_hidden + 1
        pair = np.zeros((2, H, N * H))
        self.now, self.next = ((P, np.einsum("ini->in", P.reshape(H, N, H))) for P in pair)

    def reset(self):
        """Before a sequence: h_{-1} = 0 does not depend on theta."""
        self.now[0][...] = 0.0

    def gradient(self, net, grad, u):
        """Gradient of the loss of the steps of `u` alone, written into `grad`.

        What `core.backward` takes and gives, except that it is not truncated:
        it reaches back to the last `reset`. Where the weights were changed
        since, P is that of the weights of the time, as in on-line RTRL.
        """
        flat = u.flat
        np.subtract(flat.probs, flat.target, flat.error)
        flat.h.T.dot(flat.error, grad.W_hy)
        flat.ones.dot(flat.error, grad.b_y)
        flat.error.dot(net.W_hy.T, flat.delta)  # e_t
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

    Both: the next state and outputs, H^2 + H V, the sum of the softmax, V^2,
    the error at the state, H V, the gradient of the output layer, H V + V.
    Truncated BPTT: the error one step back (not beyond the window) and the
    gradients of W_hh, W_xh and b_h. RTRL: P_t, H^3 N, and e_t P_t, H^2 N.
    """
    both, N = H**2 + 3 * H * V + V**2 + V, V + H + 1
    return {
        "bptt": both + H**2 * (window - 1) / window + H**2 + V * H + H,
        "rtrl": both + (H**3 + H**2) * N,
    }


def exactness(arguments):
    """RTRL's gradient of a whole episode against full BPTT's, by parameter.

    Also how far truncated BPTT's is from it, the weights held fixed.
    """
    seed, std, T, task, window = arguments
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(10, 1)))
    H = core.Config.auto_hidden
    net, grads = core.init_rnn(rng, H, std), [core.zero_rnn(H) for _ in range(4)]
    exact, forward_in_time, part, truncated = grads
    tokens = core.trigger_recall(rng, T, 1) if task else rng.integers(core.VOCAB, size=(T, 1))
    u = core.unroll(T - 1, 1, H)
    core.load(u, tokens)
    core.forward(net, u)
    core.backward(net, exact, u)
    Sensitivities(H).gradient(net, forward_in_time, u)
    for cut in core.windows(u, window):
        core.backward(net, part, cut)
        truncated.flat[...] += part.flat
    return {
        "std": std,
        "T": T,
        "task": task,
        "difference": {name: relative(forward_in_time, exact, name) for name in WEIGHTS},
        "truncated": max(relative(truncated, exact, name) for name in WEIGHTS),
    }


def relative(grad, exact, name):
    """Largest difference, relative to the largest entry of the parameter's gradient."""
    g, e = getattr(grad, name), getattr(exact, name)
    return float(np.abs(g - e).max() / np.abs(e).max())


# --------------------------------------------------------------------------
# A and C, a sequence at a time
# --------------------------------------------------------------------------


class Automatizer:
    """A and what it predicted of the sequence it read last."""

    def __init__(self, net, config, lr, rtrl=False, tolerance=None):
        self.net, self.grad, self.lr = net, core.zero_rnn(len(net.b_h)), lr
        self.whole = core.unroll(config.T - 1, 1, len(net.b_h))
        self.cuts = core.windows(self.whole, config.auto_truncate)
        self.sensitivities = Sensitivities(len(net.b_h)) if rtrl else None
        self.tolerance = tolerance

    def learn(self, tokens):
        """Read a sequence, (T, 1), with an update after each window.

        The windows share the buffers: what stays in them is what A predicted
        before the update of that window.
        """
        core.load(self.whole, tokens)
        gradient = core.backward
        if self.sensitivities:
            self.sensitivities.reset()
            gradient = self.sensitivities.gradient
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
        p, came = self.whole.probs[:, 0], self.whole.tokens[1:, 0]
        if self.tolerance is None:
            unexpected = p.argmax(axis=1) != came
        else:
            unexpected = p[np.arange(len(came)), came] < 1 - self.tolerance
        return np.concatenate([[True], unexpected])


class Chunker:
    """C, which reads the events of a sequence and predicts each from those before it."""

    def __init__(self, net, config):
        self.net, self.grad, self.lr = net, core.zero_rnn(len(net.b_h)), config.chunk_lr
        self.whole = core.unroll(config.T - 1, 1, len(net.b_h))

    def predict(self, symbols, learn):
        """The most probable last event, (k,) being given; then, if asked, an update."""
        if len(symbols) < 2:  # nothing follows the first symbol: nothing to predict
            return None
        u = core.window(self.whole, 0, len(symbols) - 1)
        core.load(u, symbols[:, None])
        core.forward(self.net, u)
        if learn:
            core.backward(self.net, self.grad, u)
            core.sgd(self.net, self.grad, self.lr, batch=1)
        return int(u.probs[-1, 0].argmax())


def recall(A, C, tokens, learn):
    """What goes up of a sequence that A has read: the steps, and is the target recalled?

    Without C, which may be None, nothing is.
    """
    mask = A.events()
    predicted = C.predict(tokens[mask, 0], learn) if C else None
    return mask, bool(mask[-1] and predicted == tokens[-1, 0])


def evaluate(A, C, T, rng, n):
    """Fresh sequences with learning switched off: how many are recalled, and k."""
    k, right = [], 0
    for _ in range(n):
        tokens = core.trigger_recall(rng, T, 1)
        A.read(tokens)
        mask, recalled = recall(A, C, tokens, learn=False)
        k.append(int(mask.sum()))
        right += recalled
    return {"recalled": right, "k": float(np.mean(k))}


def one_pass(A, C, T, rng, alone, least, most):
    """One stream of sequences until `IN_A_ROW` were recalled in a row.

    Parameters
    ----------
    A : Automatizer
    C : Chunker
    T : int
    rng : {"data", "fresh"} of numpy.random.Generator
    alone : int or None
        None: both learn from the first sequence on. A number: A alone learns
        from so many sequences, then C, A being frozen, from the others.
    least, most : int
        Sequences: learning goes on for `least`, and ends after `most`.
    """
    k, right, first, reached, frozen = [], [], None, None, None
    while len(k) < least or (reached is None and len(k) < most):
        tokens = core.trigger_recall(rng["data"], T, 1)
        A_learns = alone is None or len(k) < alone
        C_learns = alone is None or len(k) >= alone
        if A_learns:
            A.learn(tokens)
        else:
            A.read(tokens)
        mask, recalled = recall(A, C if C_learns else None, tokens, learn=True)
        first = np.flatnonzero(mask).tolist() if first is None else first
        k.append(int(mask.sum()))
        right.append(int(recalled))
        if reached is None and sum(right[-IN_A_ROW:]) == IN_A_ROW:
            frozen = evaluate(A, C, T, rng["fresh"], IN_A_ROW)
            if frozen["recalled"] == IN_A_ROW:
                reached = len(k) - IN_A_ROW + 1
    return {"reached": reached, "frozen": frozen, "first": first, "k": k, "right": right}


# --------------------------------------------------------------------------
# The schedules
# --------------------------------------------------------------------------


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


def headline(seed, T, most):
    """The headline's A and threshold, then C until it is right for good."""
    config, rng = core.Config(seed=seed, T=T), core.random_streams(seed)
    net, _ = core.train_automatizer(config, rng, core.silent)
    probe = core.trigger_recall(rng["probe"], T, core.N_PROBE)
    threshold = core.surprise_threshold(net, probe)  # on -log p; on p itself it is exp(-threshold)
    A = Automatizer(net, config, config.auto_lr, tolerance=1 - np.exp(-threshold))
    C = Chunker(core.init_rnn(rng["chunk_init"], config.chunk_hidden, core.CHUNK_STD), config)
    rng = {"data": rng["chunk_data"], "fresh": rng["evaluation"]}
    result = one_pass(A, C, T, rng, alone=0, least=0, most=most)
    if result["reached"]:
        result["reached"] += config.auto_epochs * core.AUTO_BATCH
    return result


def one_run(arguments):
    """One seed under one schedule; `schedule` None is the headline's."""
    schedule, seed, T, least, most = arguments
    if schedule is None:
        return {"seed": seed, **headline(seed, T, most)}
    config = core.Config(seed=seed, T=T)
    children = np.random.SeedSequence(seed, spawn_key=(10,)).spawn(4)
    rng = dict(zip(("A", "C", "data", "fresh"), map(np.random.default_rng, children)))
    net = core.init_rnn(rng["A"], config.auto_hidden, core.AUTO_STD)
    lr = config.auto_lr / schedule.slower
    A = Automatizer(net, config, lr, schedule.rtrl, schedule.tolerance)
    C = Chunker(core.init_rnn(rng["C"], config.chunk_hidden, core.CHUNK_STD), config)
    return {"seed": seed, **one_pass(A, C, T, rng, schedule.alone, least, most)}


# --------------------------------------------------------------------------
# The study
# --------------------------------------------------------------------------


def measure(T, repeats):
    """Microseconds per time step and sequence of A's training: medians, taking turns."""
    config, rng = core.Config(T=T), np.random.default_rng(0)
    nets = [core.init_rnn(rng, config.auto_hidden, core.AUTO_STD) for _ in range(3)]
    bptt, rtrl = (Automatizer(net, config, config.auto_lr, r) for net, r in zip(nets, (0, 1)))
    grad = core.zero_rnn(config.auto_hidden)
    whole = core.unroll(T - 1, core.AUTO_BATCH, config.auto_hidden)
    cuts = core.windows(whole, config.auto_truncate)

    def headline_batch():
        core.load(whole, core.trigger_recall(rng, T, core.AUTO_BATCH))
        for cut in cuts:
            core.update(nets[2], grad, cut, config.auto_lr)

    ways = {
        "bptt": (lambda: bptt.learn(core.trigger_recall(rng, T, 1)), 1),
        "rtrl": (lambda: rtrl.learn(core.trigger_recall(rng, T, 1)), 1),
        "headline": (headline_batch, core.AUTO_BATCH),
    }
    taken = {name: [] for name in ways}
    for _ in range(repeats):
        for name, (call, batch) in ways.items():
            start = time.perf_counter()
            call()
            taken[name].append(1e6 * (time.perf_counter() - start) / batch / (T - 1))
    return {name: float(np.median(times)) for name, times in taken.items()}


def summarise(runs):
    """What is said of a schedule; sequences of seeds that do not reach 100% are not finite."""
    took = np.array([r["reached"] or np.inf for r in runs])
    done = [r for r in runs if r["reached"]]
    ends = [finite(f(took)) for f in (np.median, np.min, np.max)]
    return {
        "reached": share([r["reached"] is not None for r in runs]),
        "sequences": dict(zip(("median", "min", "max"), ends)),
        "k": mean([r["frozen"]["k"] for r in done]) if done else None,
        "k_first": mean([r["k"][0] for r in runs]),
        "runs": [{key: r[key] for key in ("seed", "reached", "frozen")} for r in runs],
    }


def finite(x):
    return float(x) if np.isfinite(x) else None


def curves(runs, least):
    """k and recall by sequence, a row for each seed, and when k is 2 for good.

    `wrong_later` counts failed recalls after 100% was reached, learning going on.
    """
    k, right = (np.array([r[key][:least] for r in runs]) for key in ("k", "right"))
    two = [solved_after(row == 2) for row in k]
    later = [r["right"][r["reached"] - 1 :] for r in runs if r["reached"]]
    return {
        "k": k.tolist(),
        "right": right.tolist(),
        "k_is_2": share([n is not None for n in two]),
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


def compute(quick, jobs):
    T, n_seeds, least, most = (32, 2, 100, 200) if quick else (core.Config.T, 20, 200, 600)
    alone = (0, 50) if quick else (0, 1, 2, 5, 10, 20, 50, 100)
    window = core.Config.auto_truncate
    ways = {name: (schedule, least) for name, schedule in TOGETHER.items()}
    ways |= {f"alone_{n}": (Schedule(alone=n), 0) for n in alone}
    ways |= {"headline": (None, 0)}
    tasks = [
        (schedule, seed, T, length, most)
        for schedule, length in ways.values()
        for seed in range(FIRST_SEED, FIRST_SEED + n_seeds)
    ]
    done = over(one_run, tasks, jobs, "on-line")
    runs = {name: done[i * n_seeds : (i + 1) * n_seeds] for i, name in enumerate(ways)}
    schedules = {name: summarise(rs) for name, rs in runs.items()}
    cases = [
        (seed, std, length, task, window)
        for seed in range(1 if quick else 3)
        for std in (0.1, 0.5, 1.0, 2.0)
        for length in ((10, T) if quick else (10, 100, T))
        for task in (True, False)
    ]
    exact = [exactness(case) for case in cases]
    took = {name: np.array([r["reached"] or np.inf for r in rs]) for name, rs in runs.items()}
    counted = multiply_adds(core.Config.auto_hidden, core.VOCAB, window)
    taken = measure(T, 3 if quick else 25)
    return {
        "T": T,
        "first_seed": FIRST_SEED,
        "most": most,
        "least": least,
        "in_a_row": IN_A_ROW,
        "window": window,
        "tolerance": TOLERANCE,
        "alone": list(alone),
        "schedules": schedules,
        "curves": {name: curves(runs[name], least) for name in TOGETHER},
        "first_rate": first_rate(runs["bptt"], T),
        "minus_bptt": {  # sequences more than together by truncated BPTT, seed by seed
            name: mean(of - took["bptt"])
            for name, of in took.items()
            if np.isfinite([of, took["bptt"]]).all()
        },
        "rtrl_as_bptt": share(took["rtrl"] == took["bptt"]),
        "largest_difference": max(max(case["difference"].values()) for case in exact),
        "exactness": exact,
        "truncated_at_first": mean(  # the weights as they are drawn, whole sequences
            [case["truncated"] for case in exact if (case["std"], case["T"]) == (core.AUTO_STD, T)]
        ),
        "multiply_adds": {**counted, "ratio": counted["rtrl"] / counted["bptt"]},
        "microseconds": {**taken, "ratio": taken["rtrl"] / taken["bptt"]},  # in this run
    }


def decoupled(results):
    """Of the schedules that train A alone for n sequences: the fewest n, and the fastest.

    Only those with which every seed reaches 100%; (None, None) when there is none.
    """
    schedules = results["schedules"]
    works = [
        n for n in results["alone"]
        if schedules[f"alone_{n}"]["reached"]["k"] == schedules[f"alone_{n}"]["reached"]["n"]
    ]  # fmt: skip
    if not works:
        return None, None
    return works[0], min(works, key=lambda n: schedules[f"alone_{n}"]["sequences"]["median"])


def number(x, form="{:,.0f}"):
    return "none" if x is None else form.format(x)


def rows(results):
    """The table of a README: (header, rows of strings)."""
    header = [
        "schedule", "seeds that reach 100% (95% interval)", "sequences until then (range)",
        "k at the end", "multiply-adds per step of A", "µs per step of A",
    ]  # fmt: skip
    fewest, fastest = decoupled(results)
    wanted = [("decoupled, as in the headline (A learns 8 at a time)", "headline", "headline")]
    for n in sorted({fewest, fastest} - {None}):
        which = " and ".join(
            word for word, m in (("fewest", fewest), ("fastest", fastest)) if m == n
        )
        name = f"decoupled, A alone for {n} sequence{'s' * (n != 1)} ({which})"
        wanted.append((name, f"alone_{n}", "bptt"))
    wanted += [
        ("together, A by truncated BPTT", "bptt", "bptt"),
        ("together, A by RTRL", "rtrl", "rtrl"),
        (f"together, events by the paper's tolerance {TOLERANCE}", "tolerance", "bptt"),
        (f"together, A's rate divided by {SLOWER[-1]:,}", f"slower_{SLOWER[-1]}", "bptt"),
    ]
    counted, measured = results["multiply_adds"], results["microseconds"]
    lines = []
    for name, key, way in wanted:
        s = results["schedules"][key]
        reached, took = s["reached"], s["sequences"]
        low, high = reached["interval"]
        lines.append([
            name,
            f"{reached['k']}/{reached['n']} ({low:.0%} to {high:.0%})",
            f"{number(took['median'])} ({number(took['min'])} to {number(took['max'])})",
            number(s["k"] and s["k"]["mean"], "{:.2f}"),
            f"{counted['rtrl' if way == 'rtrl' else 'bptt']:,.0f}",
            f"{measured[way]:.1f}",
        ])  # fmt: skip
    return header, lines


def answer(results):
    """The finding in one sentence."""
    schedules, counted = results["schedules"], results["multiply_adds"]
    bptt, rtrl, headline = (schedules[name] for name in ("bptt", "rtrl", "headline"))
    _, fastest = decoupled(results)
    fairer = (
        "" if fastest is None else
        f", or {number(schedules[f'alone_{fastest}']['sequences']['median'])} when A is given "
        f"{fastest} first instead of {core.Config.auto_epochs * core.AUTO_BATCH}"
    )  # fmt: skip
    word = "Yes" if bptt["reached"]["share"] == rtrl["reached"]["share"] == 1 else "Mostly"
    return (
        f"{word}: on-line k falls from {bptt['k_first']['mean']:.0f} in the first sequence to "
        f"{number(bptt['k'] and bptt['k']['mean'], '{:g}')}, and "
        f"{bptt['reached']['k']}/{bptt['reached']['n']} seeds reach 100%, after "
        f"{number(bptt['sequences']['median'])} sequences (median); with A trained by RTRL "
        f"{rtrl['reached']['k']}/{rtrl['reached']['n']}, after "
        f"{number(rtrl['sequences']['median'])}, at {counted['ratio']:.0f} times the "
        f"multiply-adds and {results['microseconds']['ratio']:.1f} times the seconds; decoupled "
        f"it takes {number(headline['sequences']['median'])}{fairer}."
    )


# --------------------------------------------------------------------------
# The figure
# --------------------------------------------------------------------------

SMOOTH = 10  # sequences in the running mean of recall
DRAWN = (  # schedule, its name, line, is the spread over seeds drawn?
    ("slower_1000", "A learns 1,000 times slower", {"color": FAINT, "lw": 2}, False),
    ("bptt", "A by truncated BPTT (band: quartiles)", {"color": AUTOMATIZER, "lw": 3.5}, True),
    ("rtrl", "A by RTRL", {"color": "black", "lw": 1.5, "ls": "--"}, False),
)


def running_mean(right):
    """Of the last `SMOOTH` sequences, of all where there are fewer; (seeds, sequences)."""
    total = np.cumsum(np.pad(right, ((0, 0), (SMOOTH, 0))), axis=1)
    n = np.minimum(np.arange(1, right.shape[1] + 1), SMOOTH)
    return (total[:, SMOOTH:] - total[:, :-SMOOTH]) / n


def draw(ax, values, line, band, label=None):
    """Median over seeds of (seeds, sequences), and the quartiles."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
    n = np.arange(1, len(middle) + 1)
    ax.plot(n, middle, label=label, **line)
    if band:
        ax.fill_between(n, low, high, color=line["color"], alpha=0.25, lw=0)


def figures(results):
    schedules, T = results["schedules"], results["T"]
    bptt, rtrl, headline = (schedules[name] for name in ("bptt", "rtrl", "headline"))
    _, fastest = decoupled(results)
    fairer = schedules[f"alone_{fastest}"]["sequences"] if fastest is not None else None
    figure = new_figure(
        f"Together, {bptt['reached']['k']} of {bptt['reached']['n']} seeds reach 100% after "
        f"{number(bptt['sequences']['median'])} sequences (median; A by RTRL: "
        f"{number(rtrl['sequences']['median'])});\ndecoupled after "
        f"{number(headline['sequences']['median'])}"
        + (f", or {number(fairer['median'])} if A has but {fastest} first" if fairer else ""),
        height=4.8,
    )
    left, right = figure.subplots(1, 2)
    for key, name, line, band in DRAWN:
        draw(left, results["curves"][key]["k"], line, band, name)
        draw(right, running_mean(np.array(results["curves"][key]["right"])), line, band)
    at, events = results["first_rate"]["at"], results["first_rate"]["events"]
    left.plot(at, np.maximum(events, 1), "o:", color=AUTOMATIZER, ms=4,
              label="rate within the first sequence")  # fmt: skip
    left.axhline(2, color=FAINT, lw=1)
    left.set(xscale="log", yscale="log", ylim=(1.6, 1.6 * T), xlabel="sequences seen")
    left.set_title(f"k, events per {T:,} symbols")
    left.set_yticks([2, 10, 100, T], ["2", "10", "100", f"{T:,}"])
    left.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    left.minorticks_off()
    marks = [("decoupled, as in the headline", headline["sequences"], BASELINE)]
    marks += [(f"decoupled, A {fastest} first", fairer, BASELINE)] if fairer else []
    marks += [("together", bptt["sequences"], AUTOMATIZER)]
    for height, (name, took, colour) in zip((1.34, 1.22, 1.1), marks):
        if took["median"]:
            right.plot(took["median"], height, "D", color=colour, ms=7)
            right.annotate(
                f"{name}: {number(took['median'])}", (took["median"], height), xytext=(-8, 0),
                textcoords="offset points", ha="right", va="center", color=colour, fontsize=9.5,
            )  # fmt: skip
    right.set(xscale="log", ylim=(-0.04, 1.44), xlabel="sequences seen", xlim=(0.9, 2000))
    right.set_title(f"share of the last {SMOOTH} targets recalled; diamonds: 100%")
    right.set_yticks(np.linspace(0, 1, 6))
    right.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    figure.legend(loc="outside lower center", ncols=4, fontsize=9.5)
    return {"online.png": figure}


if __name__ == "__main__":
    study("online", compute, figures)
