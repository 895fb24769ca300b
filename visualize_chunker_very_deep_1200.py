#!/usr/bin/env python3
"""The four figures of the reproduction, drawn from results.json alone.

    python3 visualize_chunker_very_deep_1200.py --seed 0 --T 1200 --outdir viz

Nothing is trained and nothing is computed here beyond what is drawn. Each
title says what was found, with the number from the file.
"""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

if __name__ == "__main__":  # while libraries load, neither Ctrl-C nor want of memory is a traceback
    sys.excepthook = lambda _, e, __: os.write(2, f"not loaded: {e.__cause__ or e!r}\n".encode())
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))

import numpy as np

os.environ.pop("MPLBACKEND", None)  # figures go to files; a backend that is not there stops it
try:
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # of settings that `drawing` ignores
    from matplotlib import style
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter
except (OSError, ValueError) as e:
    print(f"matplotlib does not start ({e}): mend your matplotlibrc", file=sys.stderr)
    sys.exit(2)

from chunker_very_deep_1200 import (
    CUTOFF,
    RESULTS,
    SYMBOLS,
    BadInput,
    OneLineParser,
    check_writable,
    load_results,
    run_command,
    whole_number,
    write_whole,
)

# Okabe and Ito's colours, which the colour-blind can tell apart: one for each
# network in every figure of this project, studies included.
AUTOMATIZER, CHUNKER, BASELINE = "#009E73", "#D55E00", "#0072B2"
FAINT = "#808080"
SMALL, LARGE = 1e-320, 1e30  # a logarithmic axis has room for no more

STYLE = {
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E4E4E4",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "figure.titlesize": 13,
    "savefig.dpi": 120,
}


@contextmanager
def drawing():
    """The project's own style and no other, whatever the user's settings of matplotlib are."""
    with style.context(["default", STYLE]), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of numbers that hardly fit on an axis
        yield


def png(figure):
    """A figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def new_figure(title, width=10.0, height=4.4):
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


# --------------------------------------------------------------------------
# The figures, each a function from results to a matplotlib Figure
# --------------------------------------------------------------------------


def shares(norms):
    """Of the first, as far as a logarithmic axis can show them."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return np.clip(np.nan_to_num(norms / norms[:1], posinf=LARGE), SMALL, LARGE)


def training_curves(results):
    """Loss of the three nets in causal order, recall accuracy of two."""
    curves = {
        name: np.array(value) for name, value in results.items() if name.endswith(("loss", "acc"))
    }
    figure = new_figure(
        f"The chunker recalls {results['chunker_eval_acc']:.1%} of the targets; the baseline, with "
        f"a filler loss\nof {results['baseline_filler_loss']:.4f} nats per step, recalls "
        f"{results['baseline_eval_acc']:.1%}",
    )  # fmt: skip
    axes = figure.subplot_mosaic(
        [["A", "C", "B"], ["A", "C acc", "B acc"]], height_ratios=[2, 1], sharex=False
    )

    def losses(ax, curve, colour, title):
        ax.semilogy(np.arange(1, len(curve) + 1), curve, color=colour, lw=2)
        ax.set_title(title)
        ax.set_ylabel("loss, nats per sequence")

    def accuracies(ax, curve, colour):
        ax.plot(np.arange(1, len(curve) + 1), curve, color=colour, lw=2)
        ax.set(ylim=(-0.07, 1.07), yticks=[0, 0.5, 1], ylabel="recall", xlabel="epoch")
        ax.yaxis.set_major_formatter(PercentFormatter(1))

    losses(axes["A"], curves["automatizer_loss"], AUTOMATIZER, "Level 0: automatizer A")
    axes["A"].set_xlabel("epoch")
    target = max(SMALL, results["surprise_trace"]["loss"][-1])
    axes["A"].axhline(target, color=FAINT, ls="--", lw=1)
    axes["A"].text(
        0.97, target * 0.94, f"the recall target alone costs {target:.1f}", color="#505050",
        ha="right", va="top", transform=axes["A"].get_yaxis_transform(),
    )  # fmt: skip
    axes["A"].set_ylim(bottom=target / 2)
    losses(axes["C"], curves["chunker_loss"], CHUNKER, "Level 1: chunker C")
    accuracies(axes["C acc"], curves["chunker_target_acc"], CHUNKER)
    losses(axes["B"], curves["baseline_loss"], BASELINE, "Baseline: one net, full BPTT")
    accuracies(axes["B acc"], curves["baseline_target_acc"], BASELINE)
    return figure


def surprise_pattern(results):
    """A's loss at each step of a fresh sequence, its two ends enlarged."""
    trace, T = results["surprise_trace"], results["T"]
    tokens, threshold = trace["tokens"], max(SMALL, trace["threshold"])
    symbols = results.get("symbols", SYMBOLS)
    loss, mask = np.array(trace["loss"], float), np.array(trace["mask"], bool)
    figure = new_figure(
        f"Of {T:,} symbols {mask.sum()} are surprises: A's loss on the recall target is "
        f"{loss[-1]:.1f} nats,\non the filler {np.median(loss[1:-1]):.5f} (median)",
        height=5.6,
    )
    axes = figure.subplot_mosaic([["all", "all"], ["start", "end"]])
    low, high = max(SMALL, loss[1:].min() / 3), max(300, 3 * loss[1:].max())
    near = min(T, 13)
    spans = {"all": (0, T), "start": (0, near), "end": (T - near, T)}
    for name, (first, last) in spans.items():
        ax, t = axes[name], np.arange(first, last)
        line = {"lw": 0.8} if name == "all" else {"lw": 1, "marker": "o", "ms": 5}
        ax.semilogy(t, loss[first:last], color=AUTOMATIZER, **line)
        ax.axhline(threshold, color="black", ls="--", lw=1)
        margin = 0.012 * T if name == "all" else 0.7
        ax.set(xlim=(first - margin, last - 1 + margin), ylim=(low, high), ylabel="loss of A, nats")
        for s in t[mask[first:last]]:
            height = (
                max(low, loss[s]) if s else threshold
            )  # the first has no loss: nothing predicts it
            ax.plot(s, height, "o", ms=9, mfc="none" if s == 0 else CHUNKER, mec=CHUNKER, mew=2)
            ax.annotate(
                symbols[tokens[s]], (s, height), xytext=(0, 9), textcoords="offset points",
                ha="center", color=CHUNKER, fontsize=15, fontweight="bold", parse_math=False,
            )  # fmt: skip
    axes["all"].set_xlabel("time step t")
    axes["all"].text(
        T / 2,
        threshold * 1.4,
        f"threshold {threshold:.2f} nats: above it, passed up to C",
        ha="center",
    )
    for name in ("start", "end"):
        t = range(*spans[name])
        labels = [symbols[tokens[step]] for step in t]
        rotation = 90 if max(map(len, labels)) > 3 else 0
        axes[name].set_xticks(t, labels, rotation=rotation, parse_math=False)
        axes[name].set_xlabel(f"symbols at t = {t[0]:,} .. {t[-1]:,}")
    axes["start"].set_title("open ring: a surprise by convention, nothing came before")
    return figure


def gradient_vs_depth(results):
    """The terminal gradient of baseline and chunker against distance."""
    baseline = np.array(results["baseline_grad_norms"])[::-1]
    chunker = np.array(results["chunker_grad_norms"])[::-1]
    depth, T = results["effective_depth_baseline"], results["T"]
    distance = np.arange(1, len(baseline) + 1)
    alive = int(np.argmin(baseline > 0)) if (baseline == 0).any() else len(baseline)
    if not alive:
        return new_figure("One net: the gradient of the recall loss is 0 at every step", height=4.6)
    fate = f"is 0 after {alive:,}" if alive < T - 1 else f"ends at {baseline[-1] / baseline[0]:.0e}"
    figure = new_figure(
        f"One net (seed {results['seed']}): of {T - 1:,} steps the gradient keeps {CUTOFF:.0%} for "
        f"{depth}, and {fate}.\n"
        f"In the chunker's stream trigger and target are {len(chunker)} step apart",
        height=4.6,
    )
    axes = figure.subplots(1, 2)
    relative = shares(baseline[:alive])
    for ax, last, title in zip(axes, (100, T - 1), ("the first 100 steps back", "all steps back")):
        last = min(last, T - 1)
        shown = distance[:alive] <= last
        ax.semilogy(
            distance[:alive][shown], relative[shown], color=BASELINE, lw=2, label="baseline"
        )
        ax.semilogy(
            distance[: len(chunker)], shares(chunker), "D", ms=9,
            color=CHUNKER, label="chunker, in steps of its own stream",
        )  # fmt: skip
        ax.axhline(CUTOFF, color="black", ls="--", lw=1, label=f"{CUTOFF:.0%} of the terminal norm")
        ax.set(title=title, xlabel="distance back from the recall target, steps")
        ax.set_xlim(-0.03 * last, last * 1.03)
    axes[0].set_ylabel(r"$\|\partial L_{T-1} / \partial h_t\|$, relative to the last step")
    axes[0].legend(loc="lower left")
    lowest = np.log10(relative[-1])
    if lowest < -100:
        axes[1].set_yticks(10.0 ** np.arange(0, lowest, -50))
        axes[1].minorticks_off()
    if alive < T - 1:
        axes[1].axvspan(alive, T - 1, color="#EEEEEE")
        axes[1].text(
            (alive + T - 1) / 2, 0.5, "0 in\nfloat64", ha="center", va="center", color="#505050",
            transform=axes[1].get_xaxis_transform(),
        )  # fmt: skip
    return figure


def depth_ratio_bar(results):
    """Steps to bridge, steps the gradient survives, events left to the chunker."""
    T, k = results["T"], results["effective_depth_chunker"]
    figure = new_figure(
        f"Compression shortens the path {results['depth_reduction_ratio']:.1f} times: "
        f"{T - 1:,} steps become {k:g} events",
        height=3.6,
    )
    ax = figure.subplots()
    bars = (
        ("from trigger to target", T - 1, "steps", FAINT),
        ("survived by the gradient\nof the baseline", results["effective_depth_baseline"], "steps",
         BASELINE),
        ("left to the chunker", k, "events", CHUNKER),
    )  # fmt: skip
    for row, (_, length, unit, colour) in enumerate(bars):
        ax.barh(row, length, color=colour, height=0.62)
        ax.text(max(length, 0.8) * 1.08, row, f"{length:,g} {unit}", va="center", fontweight="bold")
    ax.set_yticks(range(len(bars)), [bar[0] for bar in bars])
    ax.set(
        xscale="log", xlim=(0.8, 4 * T),
        xlabel=f"length of the path: time steps, or events of the chunker (seed {results['seed']})",
    )  # fmt: skip
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    return figure


FIGURES = {
    "training_curves.png": training_curves,
    "surprise_pattern.png": surprise_pattern,
    "grad_vs_depth.png": gradient_vs_depth,
    "depth_ratio_bar.png": depth_ratio_bar,
}


# --------------------------------------------------------------------------
# Command line
# --------------------------------------------------------------------------


def results_parser(description):
    """A parser with the options of every script that draws from results.json."""
    parser = OneLineParser(
        description=description,
    )
    parser.add_argument("--results", default=str(RESULTS), help="the results file to draw from")
    parser.add_argument("--seed", type=whole_number, help="check that the file is of this seed")
    parser.add_argument("--T", type=whole_number, help="check that the file is of this length")
    return parser


def main():
    parser = results_parser("Draws the four figures from results.json; trains nothing.")
    parser.add_argument("--outdir", default=str(RESULTS.parent / "viz"), help="folder for the PNGs")
    options = parser.parse_args()
    results = load_results(options.results, options.seed, options.T)
    folder = Path(options.outdir)
    try:
        if not options.outdir or (folder.exists() and not folder.is_dir()):
            raise BadInput(f"{options.outdir!r} is not a folder: name another --outdir")
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as e:
        why = getattr(e, "strerror", None) or e
        raise BadInput(f"can't make the folder {folder} ({why}): name another --outdir") from e
    for name in FIGURES:
        check_writable(folder / name)
        if (folder / name).resolve() == Path(options.results).resolve():
            raise BadInput(f"{folder / name} is the results file: name another --outdir")
    with drawing():
        drawn = {folder / name: png(draw(results)) for name, draw in FIGURES.items()}
    for path, data in drawn.items():
        write_whole(path, data)
        print(f"wrote {path}")


if __name__ == "__main__":
    run_command(main)
