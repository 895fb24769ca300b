#!/usr/bin/env python3
"""The animation of the reproduction, drawn from results.json alone.

    python3 make_chunker_very_deep_1200_gif.py --seed 0 --T 1200 --max-frames 50 --fps 10

Above, the loss of the recall target flows back through the 1,199 steps of the
baseline and vanishes; below, the chunker has two events to look at, and its
gradient arrives. Time runs to the right, so gradients run to the left.
"""

from __future__ import annotations

import imageio.v3 as imageio
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from chunker_very_deep_1200 import (
    CUTOFF,
    RESULTS,
    SYMBOLS,
    BadInput,
    check_writable,
    load_results,
    run_command,
    whole_number,
    write_whole,
)
from visualize_chunker_very_deep_1200 import BASELINE, CHUNKER, STYLE, results_parser

GIF = RESULTS.with_name("chunker_very_deep_1200.gif")
FLOOR = 1e-20  # bottom of the gradient's axis, as a share of the terminal norm


def pace(n_steps, n_frames):
    """How far back the gradient has come in each frame: 1 .. n_steps.

    Single steps at first, where it lives and dies, then ever longer strides.
    Where there are more frames than steps it waits at the end.
    """
    if n_frames >= n_steps:
        return np.minimum(np.arange(1, n_frames + 1), n_steps)
    low, high = 1.0, float(n_steps)
    for _ in range(60):  # bisect for the stride's growth that ends the trip on time
        growth = (low + high) / 2
        at = np.ones(n_frames)
        for i in range(1, n_frames):
            at[i] = max(at[i - 1] + 1, at[i - 1] * growth)
        low, high = (low, growth) if at[-1] > n_steps else (growth, high)
    at[-1] = n_steps
    return np.minimum(at.astype(int), n_steps)


def build(results):
    """The figure with all that stays, and the artists that change.

    Returns the canvas and a function draw(distance, share): the gradient
    `distance` steps back, a `share` of all frames shown, as an RGB array.
    """
    T, k = results["T"], results["effective_depth_chunker"]
    trace = results["surprise_trace"]
    norms = np.array(results["baseline_grad_norms"])[::-1]
    relative = norms / norms[0] if norms[0] else norms
    events = [SYMBOLS[s] for s, m in zip(trace["tokens"], trace["mask"]) if m]
    depth, n_steps = results["effective_depth_baseline"], T - 1

    figure = Figure(figsize=(7.2, 5.0), dpi=100)
    canvas = FigureCanvasAgg(figure)
    top = figure.add_axes((0.115, 0.475, 0.86, 0.41))
    top.set(xscale="log", yscale="log", xlim=(n_steps * 1.25, 0.85), ylim=(FLOOR, 30))
    top.axhline(CUTOFF, color="black", ls="--", lw=1)
    lower = {10.0**-e: f"$10^{{-{e}}}$" for e in (5, 10, 15, 20)}
    top.set_yticks([1, CUTOFF, *lower], ["all", f"{CUTOFF:.0%}", *lower.values()])
    ticks = [d for d in (1, 3, 10, 30, 100, 300, 1000, 3000, 10000) if d < 0.7 * n_steps]
    top.set_xticks([*ticks, n_steps], [*(f"{d:,}" for d in ticks), f"{n_steps:,}"])
    top.minorticks_off()
    top.set_xlabel("steps back from the recall target (log scale)", labelpad=2)
    top.set_ylabel("gradient, share left")
    figure.text(0.02, 0.935, "One net, full BPTT", color=BASELINE, fontsize=13, fontweight="bold")
    figure.text(0.02, 0.335, "Chunker", color=CHUNKER, fontsize=13, fontweight="bold")
    figure.text(
        0.165,
        0.335,
        f"sees only the surprises: k = {k:g} of {T:,} symbols",
        color=CHUNKER,
        fontsize=12,
    )

    bottom = figure.add_axes((0.02, 0.10, 0.96, 0.22))
    bottom.set(xlim=(0, 1), ylim=(0, 1))
    bottom.axis("off")
    places = np.linspace(0.14, 0.86, len(events)) if len(events) > 1 else [0.14]
    for i, (x, symbol) in enumerate(zip(places, events)):
        box = {"boxstyle": "round,pad=0.45", "fc": "white", "ec": CHUNKER, "lw": 2.5}
        bottom.text(x, 0.62, symbol, ha="center", va="center", fontsize=20, color=CHUNKER, bbox=box)
        name = (
            "trigger, t = 0"
            if i == 0
            else f"target, t = {n_steps:,}"
            if i == len(events) - 1
            else ""
        )
        bottom.text(x, 0.12, name, ha="center", va="center")

    lost = int(np.argmax(relative < FLOOR)) if (relative < FLOOR).any() else n_steps
    nothing = top.axvspan(lost, lost, color="#E4E4E4")
    note = top.text(
        np.sqrt(lost * n_steps), 1e-12, f"less than {FLOOR:.0e} left,\nnothing to learn from",
        ha="center", va="center", color="#505050",
    )  # fmt: skip
    curve = top.plot([], [], color=BASELINE, lw=2.5)[0]
    head = top.plot([], [], "o", color=BASELINE, ms=9)[0]
    counter = figure.text(0.98, 0.937, "", ha="right", fontsize=12)
    arrow = FancyArrowPatch(
        (0, 0), (0, 0), arrowstyle="-|>", mutation_scale=26, lw=5, color=CHUNKER
    )
    bottom.add_patch(arrow)
    arrived = bottom.text(0.5, 0.86, "", ha="center", va="center", fontsize=12, color=CHUNKER)
    verdict = figure.text(
        0.5, 0.045, "", ha="center", va="center", fontsize=12.5, fontweight="bold"
    )
    progress = figure.add_artist(
        FancyArrowPatch((0, 0.004), (0, 0.004), arrowstyle="-", lw=4, color="#C8C8C8")
    )
    message = (
        f"{n_steps:,} steps: gradient lost after {depth}, recall {results['baseline_eval_acc']:.0%}.  "
        f"{k:g} events: recall {results['chunker_eval_acc']:.0%}."
    )
    moving = [nothing, note, curve, head, counter, arrow, arrived, verdict, progress]
    for artist in moving:
        artist.set_animated(True)
    canvas.draw()
    background = canvas.copy_from_bbox(figure.bbox)
    distance = np.arange(1, n_steps + 1)

    def draw(reached, share):
        seen = relative[:reached] >= FLOOR
        curve.set_data(distance[:reached][seen], relative[:reached][seen])
        now = relative[reached - 1]
        head.set_data([reached], [max(now, FLOOR)])
        nothing.set_width(max(reached - lost, 0))
        note.set_visible(reached == n_steps > lost)
        left = f"{now:.0%}" if now >= CUTOFF else f"{now:.0e}" if now else "0"
        counter.set_text(
            f"{reached:,} step{'s' if reached > 1 else ''} back: {left} of the gradient left"
        )
        # the chunker's gradient has one of its own steps to go, done in the first quarter
        way = min(1.0, 4 * share) if len(events) > 1 else 0.0
        start, goal = places[-1] - 0.06, places[0] + 0.06
        arrow.set_positions((start, 0.62), (start + way * (goal - start), 0.62))
        arrived.set_text(f"gradient arrives, {len(events) - 1} step back" if way == 1 else "")
        verdict.set_text(message if reached == n_steps else "")
        progress.set_positions((0, 0.004), (share, 0.004))
        canvas.restore_region(background)
        for artist in moving:
            figure.draw_artist(artist)
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    return draw


def animate(results, max_frames, fps):
    """The bytes of a looping GIF of `max_frames` frames."""
    n_hold = max_frames // 5  # the last frames hold the message
    reached = pace(results["T"] - 1, max_frames - n_hold)
    reached = np.concatenate([reached, np.full(n_hold, results["T"] - 1)])
    with rc_context(STYLE):
        draw = build(results)
        frames = [draw(d, (i + 1) / max_frames) for i, d in enumerate(reached)]
    return imageio.imwrite(
        "<bytes>", np.stack(frames), extension=".gif", plugin="pillow", duration=1000 / fps, loop=0
    )


def main():
    parser = results_parser("Draws the animated GIF from results.json; trains nothing.")
    parser.add_argument("--max-frames", type=whole_number, default=50, help="frames, at least 2")
    parser.add_argument("--fps", type=whole_number, default=10, help="frames per second, 1 to 50")
    parser.add_argument("--out", default=str(GIF), help="the GIF to write")
    options = parser.parse_args()
    if options.max_frames < 2:
        raise BadInput(f"--max-frames must be at least 2, got {options.max_frames}")
    if not 1 <= options.fps <= 50:
        raise BadInput(f"--fps must be from 1 to 50, the fastest a GIF plays, got {options.fps}")
    results = load_results(options.results, options.seed, options.T)
    check_writable(options.out)
    write_whole(options.out, animate(results, options.max_frames, options.fps))
    print(f"wrote {options.out}")


if __name__ == "__main__":
    run_command(main)
