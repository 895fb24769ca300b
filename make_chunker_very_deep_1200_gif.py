#!/usr/bin/env python3
"""The animation of the reproduction, drawn from results.json alone.

    python3 make_chunker_very_deep_1200_gif.py --seed 0 --T 1200 --max-frames 50 --fps 10

Above, the loss of the recall target flows back through the 1,199 steps of the
baseline and vanishes; below, the chunker has two events to look at, and its
gradient arrives. Time runs to the right, so gradients run to the left.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from pathlib import Path

if __name__ == "__main__":  # while libraries load, neither Ctrl-C nor want of memory is a traceback
    sys.excepthook = lambda _, e, __: os.write(2, f"not loaded: {e.__cause__ or e!r}\n".encode())
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))

import imageio.v3 as imageio
import numpy as np

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
from visualize_chunker_very_deep_1200 import (
    BASELINE,
    CHUNKER,
    Figure,
    drawing,
    results_parser,
    shares,
)

GIF = RESULTS.with_name("chunker_very_deep_1200.gif")
LONG = 200  # frames: from here on it says every tenth how far it is
UNCHANGED = np.array([255, 0, 254], np.uint8)  # a colour that no figure has
FLOOR = 1e-20  # bottom of the gradient's axis, as a share of the terminal norm


def pace(n_steps, n_frames):
    """How far back the gradient has come in each frame: 1 .. n_steps.

    Single steps at first, where it lives and dies, then ever longer strides.
    Where there are more frames than steps it waits at the end.
    """
    if n_frames >= n_steps:
        return np.minimum(np.arange(1, n_frames + 1), n_steps)

    def trip(growth):
        at = [1.0]
        while len(at) < n_frames:
            at.append(max(at[-1] + 1, at[-1] * growth))
        return np.array(at)

    low, high = 1.0, float(n_steps)
    while high - low > 1e-9:  # bisect for the growth that ends the trip on time
        growth = (low + high) / 2
        low, high = (low, growth) if trip(growth)[-1] > n_steps else (growth, high)
    reached = trip(low).astype(int)
    reached[-1] = n_steps
    return reached


def gradient_axes(figure, n_steps):
    """Where the baseline's gradient is drawn against the distance back."""
    ax = figure.add_axes((0.115, 0.475, 0.86, 0.41))
    ax.set(xscale="log", yscale="log", xlim=(n_steps * 1.25, 0.85), ylim=(FLOOR / 10, 30))
    lower = {10.0**-e: f"$10^{{-{e}}}$" for e in (5, 10, 15, 20)}
    ax.set_yticks([1, CUTOFF, *lower], ["all", f"{CUTOFF:.0%}", *lower.values()])
    ticks = [d for d in (1, 3, 10, 30, 100, 300, 1000, 3000, 10000) if d < 0.7 * n_steps]
    ax.set_xticks([*ticks, n_steps], [f"{d:,}" for d in [*ticks, n_steps]])
    ax.minorticks_off()
    ax.set_xlabel("steps back from the recall target (log scale)", labelpad=2)
    ax.set_ylabel("gradient, share left")
    return ax


def event_axes(figure, symbols, n_steps):
    """Where the chunker's events stand side by side; and where each stands."""
    ax = figure.add_axes((0.02, 0.10, 0.96, 0.22))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.axis("off")
    places = np.linspace(0.14, 0.86, len(symbols))
    box = {"boxstyle": "round,pad=0.45", "fc": "white", "ec": CHUNKER, "lw": 2.5}
    look = {"ha": "center", "va": "center"}
    for x, symbol in zip(places, symbols):
        ax.text(x, 0.62, symbol, fontsize=20, color=CHUNKER, bbox=box, parse_math=False, **look)
    ax.text(places[0], 0.12, "trigger, t = 0", **look)
    if len(symbols) > 1:
        ax.text(places[-1], 0.12, f"target, t = {n_steps:,}", **look)
    return ax, places


def scene(results):
    """Build the figure once; what moves is updated by the function returned.

    Returns draw(reached, share): the gradient `reached` steps back, a `share`
    of all frames shown, as an RGB array.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patches import FancyArrowPatch

    T, k, trace = results["T"], results["effective_depth_chunker"], results["surprise_trace"]
    norms = np.array(results["baseline_grad_norms"])[::-1]
    relative = shares(norms) if norms[0] else norms
    alphabet = results.get("symbols", SYMBOLS)
    symbols = [alphabet[s] for s, m in zip(trace["tokens"], trace["mask"]) if m]
    n_steps = T - 1
    distance = np.arange(1, n_steps + 1)
    lost = int(np.argmax(relative < FLOOR)) if (relative < FLOOR).any() else n_steps

    figure = Figure(figsize=(7.2, 5.0), dpi=100)
    canvas = FigureCanvasAgg(figure)
    top = gradient_axes(figure, n_steps)
    bottom, places = event_axes(figure, symbols, n_steps)
    bold = {"fontsize": 13, "fontweight": "bold"}
    figure.text(0.02, 0.935, f"One net, full BPTT (seed {results['seed']})", color=BASELINE, **bold)
    figure.text(0.02, 0.335, "Chunker", color=CHUNKER, **bold)
    seen = f"sees only the surprises: k = {k:g} of {T:,} symbols"
    figure.text(0.165, 0.335, seen, color=CHUNKER, fontsize=12)

    gone = top.axvspan(lost, lost, color="#E4E4E4", lw=0)
    centred = {"ha": "center", "va": "center"}
    nothing = f"less than {FLOOR:.0e} left,\nnothing to learn from"
    note = top.text(np.sqrt(lost * n_steps), 1e-12, nothing, color="#505050", **centred)
    limit = top.axhline(CUTOFF, color="black", ls="--", lw=1)  # over the grey
    curve = top.plot([], [], color=BASELINE, lw=2.5)[0]
    head = top.plot([], [], "o", color=BASELINE, ms=9, clip_on=False)[0]
    counter = figure.text(0.98, 0.937, "", ha="right", fontsize=12)
    arrow = FancyArrowPatch(
        (0, 0), (0, 0), arrowstyle="-|>", mutation_scale=26, lw=5, color=CHUNKER
    )
    bottom.add_patch(arrow)
    arrived = bottom.text(0.5, 0.86, "", fontsize=12, color=CHUNKER, **centred)
    verdict = figure.text(0.5, 0.045, "", fontsize=11.5, fontweight="bold", **centred)
    message = (
        f"{n_steps:,} steps: gradient above {CUTOFF:.0%} for "
        f"{results['effective_depth_baseline']}, recall {results['baseline_eval_acc']:.0%}.  "
        f"{k:g} events: recall {results['chunker_eval_acc']:.0%}."
    )
    bar = FancyArrowPatch((0, 0.004), (0, 0.004), arrowstyle="-", lw=4, color="#C8C8C8")
    figure.add_artist(bar)

    moving = [gone, limit, note, curve, head, counter, arrow, arrived, verdict, bar]
    for artist in moving:
        artist.set_animated(True)
    canvas.draw()
    background = canvas.copy_from_bbox(figure.bbox)

    def draw(reached, share):
        above = relative[:reached] >= FLOOR
        curve.set_data(distance[:reached][above], relative[:reached][above])
        now = relative[reached - 1]
        head.set_data([reached], [max(now, FLOOR)])
        gone.set_width(max(reached - lost, 0))
        note.set_visible(reached == n_steps > lost)
        left = f"{now:.0%}" if now >= CUTOFF else f"{now:.0e}" if now else "0"
        steps = f"{reached:,} step" + ("s" if reached > 1 else "")
        counter.set_text(f"{steps} back: {left} of the gradient left")
        # all of the chunker's way back is crossed in the first quarter of the time
        way = min(1.0, 4 * share) if len(symbols) > 1 else 0.0
        start, goal = places[-1] - 0.06, places[0] + 0.06
        arrow.set_positions((start, 0.62), (start + way * (goal - start), 0.62))
        arrived.set_text(f"gradient arrives, {len(symbols) - 1} step back" if way == 1 else "")
        verdict.set_text(message if reached == n_steps else "")
        bar.set_positions((0, 0.004), (share, 0.004))
        canvas.restore_region(background)
        for artist in moving:
            figure.draw_artist(artist)
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    return draw


def changed(before, now):
    """What differs between two images: its rectangle, rows and columns, and there an image.

    What has not changed in it has the colour UNCHANGED.
    """
    differs = (before != now).any(axis=-1)
    rectangle = []
    for axis in (1, 0):
        at = np.flatnonzero(differs.any(axis=axis))
        rectangle.append(slice(at[0], at[-1] + 1) if len(at) else slice(0, 1))
    part = tuple(rectangle)
    return part, np.where(differs[part][..., None], now[part], UNCHANGED)


def gif_header(height, width):
    """How a GIF begins that is shown again and again."""
    screen = struct.pack("<HHBBB", width, height, 0x70, 0, 0)
    return b"GIF89a" + screen + b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"


def gif_frame(image, top, left, hundredths):
    """An image, (height, width, 3), as a frame of a GIF: imageio's GIF of it, placed and timed."""
    options = {"extension": ".gif", "plugin": "pillow", "interlace": False}
    alone = imageio.imwrite("<bytes>", image, **options)
    n_bits = alone[10] & 7
    colours = alone[13 : 13 + 3 * (2 << n_bits)]
    start = 13 + len(colours)
    if alone[start] != 0x2C or alone[start + 9]:
        raise BadInput("imageio wrote a GIF of an unknown form: install its newest version")
    far = np.abs(np.frombuffer(colours, np.uint8).reshape(-1, 3) - UNCHANGED.astype(int)).sum(1)
    seen_through, index = (5, int(far.argmin())) if far.min() == 0 else (4, 0)
    control = b"\x21\xf9\x04" + struct.pack("<BHBB", seen_through, hundredths, index, 0)
    height, width = image.shape[:2]
    place = struct.pack("<BHHHHB", 0x2C, left, top, width, height, 0x80 | n_bits)
    return control + place + colours + alone[start + 10 : -1]


def animate(results, max_frames, fps):
    """The bytes of a looping GIF of `max_frames` frames, of which two are held at a time."""
    n_hold = max_frames // 5  # the last frames hold the message
    reached = pace(results["T"] - 1, max_frames - n_hold)
    reached = np.concatenate([reached, np.full(n_hold, results["T"] - 1)])
    with drawing():
        draw = scene(results)
        before = 255 - draw(reached[0], 1 / max_frames)  # so that all of the first has changed
        parts = [gif_header(*before.shape[:2])]
        for i, d in enumerate(reached, 1):
            now = draw(d, i / max_frames)
            (rows, columns), image = changed(before, now)
            parts.append(gif_frame(image, rows.start, columns.start, round(100 / fps)))
            before = now
            if max_frames >= LONG and i * 10 // max_frames > (i - 1) * 10 // max_frames:
                print(f"{i} of {max_frames} frames", flush=True)
    return b"".join(parts) + b";"


def main():
    parser = results_parser("Draws the animated GIF from results.json; trains nothing.")
    parser.add_argument("--max-frames", type=whole_number, default=50, help="frames, at least 2")
    parser.add_argument("--fps", type=whole_number, default=10, help="frames per second, 1 to 50")
    parser.add_argument("--out", default=str(GIF), help="the GIF to write")
    options = parser.parse_args()
    if not 2 <= options.max_frames <= 1000:
        raise BadInput(
            f"--max-frames must be at least 2 and at most 1000, got {options.max_frames}"
        )
    if not 1 <= options.fps <= 50:
        raise BadInput(f"--fps must be from 1 to 50, the fastest a GIF plays, got {options.fps}")
    results = load_results(options.results, options.seed, options.T)
    check_writable(options.out)
    if Path(options.out).resolve() == Path(options.results).resolve():
        raise BadInput(f"--out {options.out} is the results file: name another")
    write_whole(options.out, animate(results, options.max_frames, options.fps))
    print(f"wrote {options.out}")


if __name__ == "__main__":
    run_command(main)
