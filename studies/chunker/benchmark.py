"""How fast is it, and do two other frameworks compute the same gradient?

    pip install -e ".[bench,page]"
    python3 -m studies benchmark

One update by full BPTT (backpropagation through time; T = 1200, batch 4, hidden 16,
float64) of this module, of torch.nn.RNN with autograd on one thread and of jax.lax.scan
under jit, from the same weights on the same batch and taking turns, with the largest
relative difference between the gradients; the three top-level commands as whole
processes; and the forward pass against T, on one fresh sequence.

And updates per second of the net that reads letters (studies/memory): batch 1, 25 steps, 64
units, 27 symbols, float64; forward pass, BPTT, clipping and Adam. Beside this module's stand
torch.nn.RNN with torch's Adam, and a plain loop over the steps in numpy, written as in
min-char-rnn (Karpathy 2015) but for its softmax, which is the module's. All read the same chunks
from the same weights; the gradients of the first updates are compared.

The lab's LSTM and GRU are compared with torch.nn.LSTM and torch.nn.GRU in the same way: one
gradient of full BPTT, from the same weights on the same batch.

And the explorable page in headless Chromium: first picture, headline run, frames.

Nothing is tuned; the net is that of seed 0.
"""

from __future__ import annotations

import functools
import itertools
import math
import subprocess
import sys
import tempfile
import time
import tracemalloc
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core
from studies.lab import gru, letters, lstm, page_speed
from studies.lab.training import headline_nets
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, FAINT, FIGURES, new_figure


class Plan(NamedTuple):
    """Sizes of a run; how often each thing is timed."""

    T: int
    frameworks: tuple
    updates: int
    processes: int
    frames: int  # of the GIF
    warm_up: int  # processes that run first and are not timed
    lengths: tuple  # of the forward pass
    forwards: int
    turns: int  # of the net that reads letters
    in_a_turn: int  # updates
    page: int  # times that the page is opened


LENGTHS = tuple(np.geomspace(1200, 120_000, 9).astype(int).tolist())
FULL = Plan(core.Config.T, ("numpy", "torch", "jax"), 50, 7, 50, 1, LENGTHS, 9, 20, 100, 5)
# the tests need no other framework
QUICK = Plan(60, ("numpy",), 3, 1, 2, 0, (60, 600, 3000), 1, 1, 5, 0)
MEASURED = (
    "median_ms", "min_ms", "max_ms", "first_ms", "times_ours", "median_s", "min_s", "max_s",
    "peak_mb", "peak_bytes", "us_per_step", "r_squared", "median_per_s", "min_per_s", "max_per_s",
    "page",
)  # fmt: skip
THIS_MACHINE = True
RUNS = (  # as processes of their own
    "chunker_very_deep_1200",
    "visualize_chunker_very_deep_1200",
    "make_chunker_very_deep_1200_gif",
)

WEIGHTS = core.RNN._fields[1:]
ROOT = Path(core.__file__).parent


# ==== One update: a function () -> gradients for each framework ===================================
def numpy_update(net, tokens):
    u, grad = core.buffers(net, len(tokens) - 1, tokens.shape[1]), core.zeros_like(net)

    def update():
        core.load(u, tokens)
        core.forward(net, u)
        core.backward(net, grad, u)
        return {name: getattr(grad, name) for name in WEIGHTS}

    return update


def in_torch(net, name="RNN", gates=(0,)):
    """torch's layers with the weights of a net, on one thread; its order of the gates."""
    import torch

    torch.set_num_threads(1)
    W_x, W_h, b = (reordered(W, gates) for W in net[1:4])
    rnn = getattr(torch.nn, name)(len(W_x), len(W_h)).double()
    readout = torch.nn.Linear(len(W_h), len(net.b_y)).double()
    ours = {  # torch keeps its matrices transposed, and a second bias of the hidden units
        rnn.weight_ih_l0: W_x.T, rnn.weight_hh_l0: W_h.T, rnn.bias_ih_l0: b,
        rnn.bias_hh_l0: 0 * b, readout.weight: net.W_hy.T, readout.bias: net.b_y,
    }  # fmt: skip
    with torch.no_grad():
        for parameter, value in ours.items():
            parameter.copy_(torch.tensor(np.ascontiguousarray(value)))
    return rnn, readout


def in_our_order(rnn, readout):
    """torch's parameters in the order of `WEIGHTS`; its second bias is left out."""
    return rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, readout.weight, readout.bias


def torch_gradients(rnn, readout):
    return {name: p.grad.numpy().T for name, p in zip(WEIGHTS, in_our_order(rnn, readout))}


def torch_update(net, tokens, *layer):
    import torch

    rnn, readout = in_torch(net, *layer)
    symbols = torch.tensor(tokens.astype(np.int64))
    inputs = torch.nn.functional.one_hot(symbols[:-1], len(net[1])).double()

    def update():
        rnn.zero_grad()
        readout.zero_grad()
        logits = readout(rnn(inputs)[0])
        torch.nn.functional.cross_entropy(
            logits.reshape(-1, len(net.b_y)), symbols[1:].reshape(-1), reduction="sum"
        ).backward()
        return torch_gradients(rnn, readout)

    return update


def jax_update(net, tokens):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    weights = {name: jnp.array(getattr(net, name)) for name in WEIGHTS}
    symbols = jnp.array(tokens.astype(np.int32))

    def loss(w):
        def step(h, drive):
            h = jnp.tanh(drive + h @ w["W_hh"])
            return h, h

        start = jnp.zeros((symbols.shape[1], len(w["b_h"])))
        _, hidden = jax.lax.scan(step, start, w["W_xh"][symbols[:-1]] + w["b_h"])
        log_p = jax.nn.log_softmax(hidden @ w["W_hy"] + w["b_y"])
        return -jnp.take_along_axis(log_p, symbols[1:, :, None], -1).sum()

    gradient = jax.jit(jax.grad(loss))
    return lambda: jax.block_until_ready(gradient(weights))


UPDATES = {"numpy": numpy_update, "torch": torch_update, "jax": jax_update}


def seconds(call, *arguments):
    """Seconds that a call takes, and what it returns."""
    start = time.perf_counter()
    returned = call(*arguments)
    return time.perf_counter() - start, returned


def compare_updates(frameworks, T, n_runs):
    """Milliseconds per update, in turns, and the distance of the gradients from ours."""
    rng = np.random.default_rng(0)
    net = core.init_rnn(rng, core.Config.baseline_hidden, core.BASELINE_STD)
    tokens = core.trigger_recall(rng, T, core.BASELINE_BATCH)
    updates = {name: UPDATES[name](net, tokens) for name in frameworks}
    first_ms, gradients = {}, {}
    for name, update in updates.items():
        first, gradient = seconds(update)
        first_ms[name] = 1000 * first
        gradients[name] = {key: np.array(g) for key, g in gradient.items()}
    times = {name: [] for name in updates}
    for _ in range(n_runs):
        for name, update in updates.items():
            times[name].append(1000 * seconds(update)[0])
    ours = np.array(times["numpy"])
    return {
        name: {
            "median_ms": float(np.median(ms)),
            "min_ms": min(ms),
            "max_ms": max(ms),
            "first_ms": first_ms[name],
            "times_ours": float(np.median(np.array(ms) / ours)),
            "gradient_difference": difference(gradients[name], gradients["numpy"]),
        }
        for name, ms in times.items()
    }


def difference(theirs, ours):
    """Largest difference, relative to the largest entry of each parameter's gradient."""
    return max(float(np.abs(ours[w] - theirs[w]).max() / np.abs(ours[w]).max()) for w in WEIGHTS)


# ==== Gradients of the gated nets =================================================================
# As torch.nn calls each: what makes, unrolls and runs ours, and the order of its gates in torch.
GATED = {
    "LSTM": (
        functools.partial(lstm.init_lstm, forget_bias=1.0), lstm.unroll_lstm, lstm.forward_lstm,
        lstm.backward_lstm, (0, 1, 3, 2),
    ),
    "GRU": (gru.init_gru, gru.unroll_gru, gru.forward_gru, gru.backward_gru, (1, 0, 2)),
}  # fmt: skip


def reordered(W, gates):
    """The gates' columns in another order; to change places once more brings them back."""
    parts = np.split(W, len(gates), axis=-1)
    return np.concatenate([parts[k] for k in gates], axis=-1)


def our_gated(name, net, tokens):
    """Gradient of the loss summed over steps and batch, in the order of `WEIGHTS`."""
    _, unroll, forward, backward, _ = GATED[name]
    u, grad = unroll(net, len(tokens) - 1, tokens.shape[1]), core.zeros_like(net)
    core.load(u, tokens)
    forward(net, u)
    np.subtract(u.probs, u.onehot[1:], u.error)
    backward(net, grad, u)
    return dict(zip(WEIGHTS, grad[1:]))


def torch_gated(name, net, tokens):
    """The same by torch.nn and autograd."""
    gates = GATED[name][-1]
    found = torch_update(net, tokens, name, gates)()
    return found | {key: reordered(found[key], gates) for key in WEIGHTS[:3]}


def compare_gated(T):
    """The distance of torch's gradients of both gated nets from ours."""
    found = {}
    for name, (initial, *_) in GATED.items():
        rng = np.random.default_rng(0)
        net = initial(rng, core.Config.baseline_hidden)
        net.b[...] += rng.normal(size=net.b.shape)  # so that no two gates are alike
        tokens = core.trigger_recall(rng, T, core.BASELINE_BATCH)
        found[name] = difference(torch_gated(name, net, tokens), our_gated(name, net, tokens))
    return found


# ==== The net that reads letters ==================================================================
# Each a generator of updates as `letters.learning`: what it yields, before clipping, gives the
# gradient of this chunk when it is called.
def numpy_letters(net, chunks, rates):
    for _, grad in letters.learning(net, chunks, rates):
        yield grad._asdict


def torch_letters(net, chunks, rates):
    import torch

    rnn, readout = in_torch(net)
    rnn.bias_hh_l0.requires_grad_(False)  # ours has one bias
    parameters = in_our_order(rnn, readout)
    adam = torch.optim.Adam(parameters)
    nothing = last = torch.zeros(1, len(net.b_h), dtype=torch.float64)
    for rate, (chunk, begins) in zip(rates, chunks):
        state = nothing if begins else last.detach()
        symbols = torch.tensor(chunk)
        inputs = torch.nn.functional.one_hot(symbols[:-1], len(net.W_xh)).double()
        adam.zero_grad()
        hidden, last = rnn(inputs, state)
        loss = torch.nn.functional.cross_entropy(readout(hidden), symbols[1:], reduction="sum")
        loss.backward()
        yield functools.partial(torch_gradients, rnn, readout)
        torch.nn.utils.clip_grad_norm_(parameters, letters.LONGEST)
        adam.param_groups[0]["lr"] = rate
        adam.step()


def loop_letters(net, chunks, rates):
    """As min-char-rnn does it: biases and states are columns, and a step has arrays of its own."""
    Wxh, Whh, bh, Why, by = weights = [np.atleast_2d(W).T.copy() for W in net[1:]]
    moments = [(np.zeros_like(W), np.zeros_like(W)) for W in weights]
    last = np.zeros_like(bh)
    for n, (rate, (chunk, begins)) in enumerate(zip(rates, chunks), 1):
        steps = range(len(chunk) - 1)
        xs, ps, hs = {}, {}, {-1: np.zeros_like(bh) if begins else last}
        for t in steps:
            xs[t] = np.zeros((len(net.W_xh), 1))
            xs[t][chunk[t]] = 1
            hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
            ps[t] = np.dot(Why, hs[t]) + by
            core.softmax(ps[t].T)
        grads = dWxh, dWhh, dbh, dWhy, dby = [np.zeros_like(W) for W in weights]
        dhnext = np.zeros_like(bh)
        for t in reversed(steps):
            dy = np.copy(ps[t])
            dy[chunk[t + 1]] -= 1
            dWhy += np.dot(dy, hs[t].T)
            dby += dy
            draw = (1 - hs[t] * hs[t]) * (np.dot(Why.T, dy) + dhnext)
            dbh += draw
            dWxh += np.dot(draw, xs[t].T)
            dWhh += np.dot(draw, hs[t - 1].T)
            dhnext = np.dot(Whh.T, draw)
        yield functools.partial(dict, zip(WEIGHTS, (g.T for g in grads)))
        last, norm = hs[steps[-1]], math.sqrt(sum((g * g).sum() for g in grads))
        for W, g, (m, v) in zip(weights, grads, moments):
            g *= letters.LONGEST / max(letters.LONGEST, norm)
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            W -= rate * (m / (1 - 0.9**n)) / (np.sqrt(v / (1 - 0.999**n)) + 1e-8)


LETTERS = {"numpy": numpy_letters, "loop": loop_letters, "torch": torch_letters}
# Updates whose gradients are compared: the state is carried over and the weights have moved. Not
# more, as torch adds 1e-6 to the norm when it clips, and so goes another way little by little.
CHECKED = 3


def compare_letters(frameworks, n_turns, in_a_turn):
    """Updates per second, in turns, and the distance of the gradients from ours."""
    (text, _), rates, learners = letters.texts(0), letters.falling(letters.N_UPDATES), {}
    for name in ("numpy", "loop", *(name for name in frameworks if name == "torch")):
        learner = LETTERS[name](letters.untrained(0), letters.chunks_of(text.symbols), rates)
        learners[name] = learner
    differences = {name: [] for name in learners}
    for _ in range(CHECKED):
        ours = None
        for name, learner in learners.items():
            gradient = {key: np.array(g).squeeze() for key, g in next(learner)().items()}
            ours = ours or gradient
            differences[name].append(difference(gradient, ours))
    turns = {name: [] for name in learners}
    for _ in range(n_turns):
        for name, learner in learners.items():
            taken, _ = seconds(lambda of=learner: list(itertools.islice(of, in_a_turn)))
            turns[name].append(in_a_turn / taken)
    return {
        name: {
            "median_per_s": float(np.median(rate)),
            "min_per_s": min(rate),
            "max_per_s": max(rate),
            "times_ours": float(np.median(np.array(turns["numpy"]) / rate)),
            "gradient_difference": max(differences[name]),
        }
        for name, rate in turns.items()
    }


# ==== Whole processes =============================================================================

# A process between us and the command: the peak memory that the system reports
# for a child is never below what its parent had when it started the child.
LAUNCH = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def process(arguments, made):
    """Wall seconds and peak memory in MB of one Python process, import included.

    The files `made` are deleted before: the headline leaves a file alone that
    holds its numbers already, and what is timed must write.
    """
    for path in made:
        path.unlink(missing_ok=True)
    launch = [sys.executable, "-c", LAUNCH, *map(str, arguments)]
    printed = subprocess.run(launch, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    if not all(path.exists() for path in made):
        raise RuntimeError(f"{arguments[0]} did not write its files")
    taken, peak = map(float, printed.split())
    return taken, peak / (1e6 if sys.platform == "darwin" else 1e3)


def compare_processes(n_runs, n_warm, T, frames):
    with tempfile.TemporaryDirectory() as folder:
        results, gif = Path(folder, "results.json"), Path(folder, "a.gif")
        drawn_from, pngs = ["--results", results], [Path(folder, name) for name in FIGURES]
        commands = {
            "headline": (["chunker_very_deep_1200.py", "--T", T, "--out", results], [results]),
            "figures": (
                ["visualize_chunker_very_deep_1200.py", *drawn_from, "--outdir", folder], pngs,
            ),
            "gif": (
                ["make_chunker_very_deep_1200_gif.py", *drawn_from, "--out", gif,
                 "--max-frames", frames], [gif],
            ),
        }  # fmt: skip
        runs = {
            name: [process(*command) for _ in range(n_warm + n_runs)][n_warm:]
            for name, command in commands.items()
        }
    return {
        name: {
            "n": n_runs,
            "median_s": float(np.median([s for s, _ in measured])),
            "min_s": min(s for s, _ in measured),
            "max_s": max(s for s, _ in measured),
            "peak_mb": max(mb for _, mb in measured),
        }
        for name, measured in runs.items()
    }


# ==== The forward pass against T ==================================================================
def forward_pass(net, threshold, tokens, n_runs):
    """Seconds and memory to score one sequence (T, 1), and the surprises found."""
    taken = [seconds(core.score, net, tokens)[0] for _ in range(n_runs)]
    tracemalloc.start()
    loss, _ = core.score(net, tokens)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "T": len(tokens),
        "median_s": float(np.median(taken)),
        "surprises": np.flatnonzero(core.surprising(loss, threshold)[:, 0]).tolist(),
        "peak_bytes": peak,
        "returned_bytes": loss.nbytes,
    }


def forward_against_T(lengths, trained_at, n_runs):
    """Surprise detection on fresh, ever longer sequences with one trained net."""
    automatizer, threshold, _ = headline_nets(core.Config.seed, T=trained_at)
    rng = core.random_streams(core.Config.seed)["trace"]
    sequences = (core.trigger_recall(rng, T, 1) for T in lengths)
    rows = [forward_pass(automatizer, threshold, tokens, n_runs) for tokens in sequences]
    fit = scipy.stats.linregress([r["T"] for r in rows], [r["median_s"] for r in rows])
    return {
        "trained_at": trained_at,
        "rows": rows,
        "us_per_step": 1e6 * fit.slope,
        "r_squared": fit.rvalue**2,
    }


def compute(plan, jobs):
    missing = [name for name in plan.frameworks if find_spec(name) is None]
    if missing:
        raise core.BadInput(f"{' and '.join(missing)} missing: pip install -e '.[bench]'")
    return {
        "T": plan.T,
        "batch": core.BASELINE_BATCH,
        "hidden": core.Config.baseline_hidden,
        "update": compare_updates(plan.frameworks, plan.T, plan.updates),
        "process": compare_processes(plan.processes, plan.warm_up, plan.T, plan.frames),
        "forward": forward_against_T(plan.lengths, plan.T, plan.forwards),
        "letters": compare_letters(plan.frameworks, plan.turns, plan.in_a_turn),
        "gated_gradients": compare_gated(plan.T) if "torch" in plan.frameworks else {},
        "page": page_speed.in_chromium(plan.page),
    }


# ==== Tables and sentences ========================================================================
def update_table(results):
    """One full-BPTT update, a row for each framework."""
    torch, jax = "`torch.nn.RNN`, autograd, 1 thread", "`jax.lax.scan`, jit"
    names = {"numpy": "this module", "torch": torch, "jax": jax}
    rows = [
        (names[name], f"{u['median_ms']:.1f}", f"{u['times_ours']:.1f}", f"{u['first_ms']:.0f}",
         f"{u['gradient_difference']:.0e}" if name != "numpy" else "")
        for name, u in results["update"].items()
    ]  # fmt: skip
    header = ("one full-BPTT update", "median, ms", "times ours", "first call, ms")
    return (*header, "gradient differs by"), rows


def page_table(results):
    """The explorable page."""
    return page_speed.table(results["page"])


def update_seen(results):
    """What was timed."""
    return (
        f"T = {results['T']}, batch {results['batch']}, hidden {results['hidden']}, float64; they "
        "take turns. The first call includes compilation. The difference is the largest, relative "
        "to the largest entry of each parameter's gradient."
    )


def letters_table(results):
    """Updates of the net that reads letters, a row for each way to write it."""
    names = {
        "numpy": "this module", "loop": "numpy, a plain loop as in min-char-rnn",
        "torch": "`torch.nn.RNN`, autograd, 1 thread, torch's Adam",
    }  # fmt: skip
    rows = [
        (names[name], f"{u['median_per_s']:,.0f}", f"{u['min_per_s']:,.0f}",
         f"{u['max_per_s']:,.0f}", f"{u['times_ours']:.1f}",
         f"{u['gradient_difference']:.0e}" if name != "numpy" else "")
        for name, u in results["letters"].items()
    ]  # fmt: skip
    header = (
        f"batch 1, {letters.CHUNK} steps, {letters.HIDDEN} units, {letters.N_SYMBOLS} symbols",
        "updates a second, median", "least", "most", "times as long as ours",
        "gradient differs by",
    )  # fmt: skip
    return header, rows


def gated_seen(results):
    """How far the gradients of the gated nets are from torch's."""
    differ = results["gated_gradients"]
    if not differ:
        return "The gated nets were not compared with torch."
    said = " and ".join(f"`torch.nn.{name}`'s by {d:.0e}" for name, d in differ.items())
    return f"Gradients of the lab's gated nets differ from {said}."


def process_table(results):
    """A row for each of the three commands."""
    stem = "chunker_very_deep_1200"
    scripts = {"headline": stem, "figures": f"visualize_{stem}", "gif": f"make_{stem}_gif"}
    rows = [
        (f"`{scripts[name]}.py`", f"{p['median_s']:.2f}", f"{p['peak_mb']:.0f}")
        for name, p in results["process"].items()
    ]
    return ("whole process, import included", "median, s", "peak memory, MB"), rows


def forward_seen(results):
    """The forward pass against T, a fact a line."""
    forward = results["forward"]
    first, last = forward["rows"][0], forward["rows"][-1]
    per_step = [1e6 * r["median_s"] / r["T"] for r in forward["rows"]]
    beyond = [(r["peak_bytes"] - r["returned_bytes"]) / 1e6 for r in (first, last)]
    return (
        f"- A, trained at T = {forward['trained_at']:,}, reads {last['T']:,} fresh steps in "
        f"{last['median_s']:.2f} s.\n"
        f"- Its k = {len(last['surprises'])} surprises stand at t = {last['surprises'][0]} and "
        f"{last['surprises'][-1]:,}.\n"
        f"- Time is linear in T (r² = {forward['r_squared']:.4f}): {min(per_step):.2f} to "
        f"{max(per_step):.2f} µs per step over all T.\n"
        f"- Beyond the losses that are returned it takes {beyond[0]:.1f} MB of memory at T = "
        f"{first['T']:,} and {beyond[1]:.1f} MB at T = {last['T']:,}."
    )


def answer(results):
    """The finding in one sentence."""
    update, last = results["update"], results["forward"]["rows"][-1]
    worst = max(u["gradient_difference"] for u in update.values())
    return (
        f"A full-BPTT update takes {update['numpy']['median_ms']:.1f} ms: torch takes "
        f"{update['torch']['times_ours']:.1f} times and compiled jax "
        f"{update['jax']['times_ours']:.1f} times as long, and the gradients agree to {worst:.0e}; "
        f"{last['T']:,} steps are searched for surprises in {last['median_s']:.2f} s."
    )


# ==== Figure ======================================================================================
def figures(results):
    update, rows = results["update"], results["forward"]["rows"]
    figure = new_figure(
        f"A full-BPTT update takes {update['numpy']['median_ms']:.1f} ms; "
        f"{rows[-1]['T']:,} steps forward {rows[-1]['median_s']:.2f} s",
        height=3.8,
    )
    left, right = figure.subplots(1, 2)
    draw_updates(left, results)
    draw_forward(right, rows)
    return {"benchmark.png": figure}


def draw_updates(ax, results):
    update = results["update"]
    for row, (name, u) in enumerate(update.items()):
        ax.barh(row, u["median_ms"], color=BASELINE if name == "numpy" else FAINT, height=0.6)
        label = f" {u['median_ms']:.1f} ms"
        ax.text(u["median_ms"], row, label, va="center", fontweight="bold")
    names = {"numpy": "this module", "torch": "torch.nn.RNN", "jax": "jax.lax.scan, jit"}
    ax.set_yticks(range(len(update)), [names[name] for name in update])
    ax.set(
        title=f"one update, T = {results['T']:,}, batch {results['batch']}", xlabel="milliseconds",
        xlim=(0, 1.25 * max(u["median_ms"] for u in update.values())),
    )  # fmt: skip
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)


def draw_forward(ax, rows):
    T, taken = np.array([r["T"] for r in rows]), [r["median_s"] for r in rows]
    ax.loglog(T, taken, "o", color=AUTOMATIZER, ms=8, label="measured")
    ax.loglog(T, taken[-1] * T / T[-1], "--", color="black", lw=1, label="proportional to T")
    ax.set(title="forward pass of A, one sequence", xlabel="T, steps", ylabel="seconds")
    ax.legend()
