"""How fast is it, and do two other frameworks compute the same gradient?

    pip install -e ".[bench]"
    python3 -m studies.benchmark

One full-BPTT update (T = 1200, batch 4, hidden 16, float64) of this module,
of torch.nn.RNN with autograd on one thread and of jax.lax.scan under jit, from
the same weights on the same batch and taking turns, with the largest relative
difference between the gradients; the three top-level commands as whole
processes; and the forward pass against T, on one fresh sequence.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
from scipy import stats

import chunker_very_deep_1200 as core
from studies.common import study
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, FAINT, new_figure

WEIGHTS = core.RNN._fields[1:]
ROOT = Path(core.__file__).parent


# --------------------------------------------------------------------------
# One full-BPTT update: a function () -> gradients for each framework
# --------------------------------------------------------------------------


def numpy_update(net, tokens):
    u = core.unroll(len(tokens) - 1, tokens.shape[1], len(net.b_h))
    grad = core.zero_rnn(len(net.b_h))

    def update():
        core.load(u, tokens)
        core.forward(net, u)
        core.backward(net, grad, u)
        return {name: getattr(grad, name) for name in WEIGHTS}

    return update


def torch_update(net, tokens):
    import torch

    torch.set_num_threads(1)
    n_hidden = len(net.b_h)
    rnn = torch.nn.RNN(core.VOCAB, n_hidden).double()
    readout = torch.nn.Linear(n_hidden, core.VOCAB).double()
    ours = {  # torch keeps its matrices transposed, and a second bias of the hidden units
        rnn.weight_ih_l0: net.W_xh.T, rnn.weight_hh_l0: net.W_hh.T, rnn.bias_ih_l0: net.b_h,
        rnn.bias_hh_l0: 0 * net.b_h, readout.weight: net.W_hy.T, readout.bias: net.b_y,
    }  # fmt: skip
    with torch.no_grad():
        for parameter, value in ours.items():
            parameter.copy_(torch.tensor(np.ascontiguousarray(value)))
    symbols = torch.tensor(tokens.astype(np.int64))
    inputs = torch.nn.functional.one_hot(symbols[:-1], core.VOCAB).double()

    def update():
        rnn.zero_grad()
        readout.zero_grad()
        logits = readout(rnn(inputs)[0])
        torch.nn.functional.cross_entropy(
            logits.reshape(-1, core.VOCAB), symbols[1:].reshape(-1), reduction="sum"
        ).backward()
        in_our_order = (
            rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, readout.weight, readout.bias
        )  # fmt: skip
        return {name: p.grad.numpy().T for name, p in zip(WEIGHTS, in_our_order)}

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


def compare_updates(frameworks, T, n_runs):
    """Milliseconds per update, in turns, and the distance of the gradients from ours."""
    rng = np.random.default_rng(0)
    net = core.init_rnn(rng, core.Config.baseline_hidden, core.BASELINE_STD)
    tokens = core.trigger_recall(rng, T, core.BASELINE_BATCH)
    updates = {name: make(net, tokens) for name, make in frameworks.items()}
    first_ms, gradients = {}, {}
    for name, update in updates.items():
        start = time.perf_counter()
        gradients[name] = {key: np.array(g) for key, g in update().items()}
        first_ms[name] = 1000 * (time.perf_counter() - start)
    times = {name: [] for name in updates}
    for _ in range(n_runs):
        for name, update in updates.items():
            start = time.perf_counter()
            update()
            times[name].append(1000 * (time.perf_counter() - start))

    def difference(name):
        ours, theirs = gradients["numpy"], gradients[name]
        return max(
            float(np.abs(ours[w] - theirs[w]).max() / np.abs(ours[w]).max()) for w in WEIGHTS
        )

    ours = np.array(times["numpy"])
    return {
        name: {
            "median_ms": float(np.median(ms)),
            "min_ms": min(ms),
            "max_ms": max(ms),
            "first_ms": first_ms[name],
            "times_ours": float(np.median(np.array(ms) / ours)),
            "gradient_difference": difference(name),
        }
        for name, ms in times.items()
    }


# --------------------------------------------------------------------------
# Whole processes
# --------------------------------------------------------------------------


# A process between us and the command: the peak memory that the system reports
# for a child is never below what its parent had when it started the child.
LAUNCH = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def process(arguments):
    """Wall seconds and peak memory in MB of one Python process, import included."""
    launch = [sys.executable, "-c", LAUNCH, *arguments]
    printed = subprocess.run(launch, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    seconds, peak = map(float, printed.split())
    return seconds, peak / (1e6 if sys.platform == "darwin" else 1e3)


def compare_processes(n_runs, n_warm, T):
    with tempfile.TemporaryDirectory() as folder:
        results, gif = f"{folder}/results.json", f"{folder}/a.gif"
        drawn_from = ["--results", results]
        commands = {
            "headline": ["chunker_very_deep_1200.py", "--T", str(T), "--out", results],
            "figures": ["visualize_chunker_very_deep_1200.py", *drawn_from, "--outdir", folder],
            "gif": ["make_chunker_very_deep_1200_gif.py", *drawn_from, "--out", gif],
        }
        runs = {
            name: [process(arguments) for _ in range(n_warm + n_runs)][n_warm:]
            for name, arguments in commands.items()
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


# --------------------------------------------------------------------------
# The forward pass against T
# --------------------------------------------------------------------------


def forward_against_T(lengths, trained_at, n_runs):
    """Surprise detection on fresh, ever longer sequences with one trained net."""
    config = core.Config(T=trained_at)
    rng = core.random_streams(config.seed)
    automatizer, _ = core.train_automatizer(config, rng, core.silent)
    probe = core.trigger_recall(rng["probe"], config.T, core.N_PROBE)
    threshold = core.surprise_threshold(automatizer, probe)
    rows = []
    for T in lengths:
        tokens = core.trigger_recall(rng["trace"], T, 1)
        seconds = []
        for _ in range(n_runs):
            start = time.perf_counter()
            loss, _ = core.score(automatizer, tokens)
            seconds.append(time.perf_counter() - start)
        tracemalloc.start()
        loss, _ = core.score(automatizer, tokens)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        found = np.flatnonzero(core.surprising(loss, threshold)[:, 0])
        rows.append({
            "T": T, "median_s": float(np.median(seconds)), "surprises": found.tolist(),
            "peak_bytes": peak, "returned_bytes": loss.nbytes,
        })  # fmt: skip
    fit = stats.linregress([r["T"] for r in rows], [r["median_s"] for r in rows])
    return {
        "trained_at": trained_at,
        "rows": rows,
        "us_per_step": 1e6 * fit.slope,
        "r_squared": fit.rvalue**2,
    }


def compute(quick, jobs):
    frameworks = {"numpy": numpy_update, "torch": torch_update, "jax": jax_update}
    if quick:  # the tests need no other framework
        frameworks = {"numpy": numpy_update}
    missing = [name for name in frameworks if not importable(name)]
    if missing:
        raise core.BadInput(f"{' and '.join(missing)} missing: pip install -e '.[bench]'")
    T = 60 if quick else core.Config.T
    lengths = [60, 600, 3000] if quick else np.geomspace(1200, 120_000, 9).astype(int).tolist()
    return {
        "T": T,
        "batch": core.BASELINE_BATCH,
        "hidden": core.Config.baseline_hidden,
        "update": compare_updates(frameworks, T, 3 if quick else 50),
        "process": compare_processes(*((1, 0) if quick else (7, 1)), T),
        "forward": forward_against_T(lengths, T, 1 if quick else 9),
    }


def importable(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def answer(results):
    """The finding in one sentence."""
    update, forward = results["update"], results["forward"]
    worst = max(u["gradient_difference"] for u in update.values())
    last = forward["rows"][-1]
    return (
        f"A full-BPTT update takes {update['numpy']['median_ms']:.1f} ms: torch takes "
        f"{update['torch']['times_ours']:.1f} times and compiled jax "
        f"{update['jax']['times_ours']:.1f} times as long, and the gradients agree to {worst:.0e}; "
        f"{last['T']:,} steps are searched for surprises in {last['median_s']:.2f} s."
    )


def figures(results):
    update, forward = results["update"], results["forward"]
    rows = forward["rows"]
    figure = new_figure(
        f"A full-BPTT update takes {update['numpy']['median_ms']:.1f} ms; "
        f"{rows[-1]['T']:,} steps forward {rows[-1]['median_s']:.2f} s",
        height=3.8,
    )
    left, right = figure.subplots(1, 2)
    for row, (name, u) in enumerate(update.items()):
        left.barh(row, u["median_ms"], color=BASELINE if name == "numpy" else FAINT, height=0.6)
        label = f" {u['median_ms']:.1f} ms"
        left.text(u["median_ms"], row, label, va="center", fontweight="bold")
    names = {"numpy": "this module", "torch": "torch.nn.RNN", "jax": "jax.lax.scan, jit"}
    left.set_yticks(range(len(update)), [names[name] for name in update])
    left.set(
        title=f"one update, T = {results['T']:,}, batch {results['batch']}", xlabel="milliseconds",
        xlim=(0, 1.25 * max(u["median_ms"] for u in update.values())),
    )  # fmt: skip
    left.invert_yaxis()
    left.grid(axis="y", visible=False)
    T = np.array([r["T"] for r in rows])
    seconds = [r["median_s"] for r in rows]
    right.loglog(T, seconds, "o", color=AUTOMATIZER, ms=8, label="measured")
    line = seconds[-1] * T / T[-1]
    right.loglog(T, line, "--", color="black", lw=1, label="proportional to T")
    right.set(title="forward pass of A, one sequence", xlabel="T, steps", ylabel="seconds")
    right.legend()
    return {"benchmark.png": figure}


if __name__ == "__main__":
    study("benchmark", compute, figures, this_machine=True)
