"""How the study `jacobians` draws gradients, eigenvalues and losses."""

from __future__ import annotations

import numpy as np

from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure

from .gradients import CUTS, LAGS

DOCUMENT_FACTOR = 25  # the gradient at place 0 against that at place 24


def figure(results, title):
    drawn = new_figure(title, height=13.6)
    axes = drawn.subplots(3, 2)
    panels = (draw_decay, draw_plane, draw_places, draw_reach, draw_radii, draw_losses)
    for ax, draw in zip(axes.flat, panels):
        draw(ax, results)
    return drawn


def ends(results):
    """The net before its training and after it, with colours."""
    found = results["snapshots"]
    return (
        ("untrained", found["0"], BASELINE), ("trained", found[str(results["updates"])], CHUNKER),
    )  # fmt: skip


def below(ax, ncols=2):
    """The legend under an axis, where no data are."""
    ax.legend(fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=ncols)


def curve(ax, x, one, colour, label, style="-"):
    """A mean of log10 with its interval."""
    low, high = 10.0 ** np.transpose(one["interval"])
    ax.plot(x, 10.0 ** np.array(one["mean"]), style, color=colour, label=label, lw=1.6)
    ax.fill_between(x, low, high, color=colour, alpha=0.25, lw=0)


def draw_decay(ax, results):
    (_, before, first), (_, after, last) = ends(results)
    curve(ax, LAGS, after["curves"]["bound"], last, "trained: bound", ":")
    curve(ax, LAGS, after["curves"]["steps"], last, "product of the steps' norms", "--")
    curve(ax, LAGS, after["curves"]["norm"], last, "norm")
    curve(ax, LAGS, before["curves"]["norm"], first, "untrained: norm")
    ax.set(yscale="log", xlabel="t - k, steps", title="norm of $dh_t/dh_k$")
    below(ax)


def draw_plane(ax, results):
    turn = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.cos(turn), np.sin(turn), color=FAINT, lw=1)
    middle = results["at"][len(results["at"]) // 2]
    for n, colour in ((0, BASELINE), (middle, AUTOMATIZER), (results["updates"], CHUNKER)):
        x, y = np.transpose(results["eigenvalues"][str(n)])
        ax.plot(x, y, ".", color=colour, label=f"{n:,}")
    ax.axis("equal")
    ax.set(xlabel="real part", ylabel="imaginary part")
    ax.set_title("eigenvalues of W_hh by updates, one seed")
    below(ax, 3)


def draw_places(ax, results):
    for name, net, colour in ends(results):
        for loss, style in (("all", "-"), ("last", "--")):
            one = net["places"][loss]["curve"]
            of = "all 25 losses" if loss == "all" else "the last loss"
            curve(ax, np.arange(len(one["mean"])), one, colour, f"{name}: {of}", style)
    ax.axhline(1 / DOCUMENT_FACTOR, color=FAINT, lw=1)
    ax.annotate("1/25, the document", (24, 1 / DOCUMENT_FACTOR), xytext=(0, -11), fontsize=9,
                textcoords="offset points", color=FAINT, ha="right")  # fmt: skip
    ax.set(yscale="log", xlabel="place in the chunk", title="gradient at a place, that at 24 = 1")
    below(ax)


def draw_reach(ax, results):
    for name, net, colour in ends(results):
        found = [net["reach"][str(cut)]["left_out"] for cut in CUTS]
        low, high = np.transpose([one["interval"] for one in found])
        ax.plot(CUTS, [one["mean"] for one in found], "o-", color=colour, label=name)
        ax.vlines(CUTS, low, high, color=colour)
    ax.axvline(20, color=FAINT, lw=1)
    ax.text(20.6, 0.93, "the document's 20", color=FAINT, fontsize=9)
    ax.set(ylim=(0, 1), xlabel="cut after so many steps")
    ax.set_title("share of W_hh's gradient that is left out")
    below(ax)


def draw_radii(ax, results):
    rho = [float(r) for r in results["radii"]]
    for where, style, label in (
        ("near_zero", "--", "untrained, near 0"), ("text", "o-", "untrained, on the text"),
    ):  # fmt: skip
        found = [one[where]["mean"] for one in results["radii"].values()]
        ax.plot(rho, found, style, color=FAINT if style == "--" else BASELINE, label=label)
    nets = [results["snapshots"][str(n)] for n in results["at"]]
    x, y = ([net[a]["mean"] if a == "radius" else net["rates"]["norm"]["mean"] for net in nets]
            for a in ("radius", "rates"))  # fmt: skip
    ax.plot(x, y, "o-", color=CHUNKER, label="the net along its training, on the text")
    ax.axhline(1, color="black", lw=0.8)
    ax.set(xlabel="radius of W_hh", title="factor per step of the norm of $dh_t/dh_k$")
    below(ax, 1)


def draw_losses(ax, results):
    rows = {"the net": (results["losses"], CHUNKER)}
    rows |= {name: (one["losses"], BASELINE) for name, one in results["controls"].items()}
    for k, (losses, colour) in enumerate(rows.values()):
        kept = [loss for loss in losses if loss is not None]
        ax.plot(kept, [k] * len(kept), "o", color=colour, alpha=0.5, mew=0)
    for key, said in (("table", " table: 5 letters"), ("one letter", " 1 letter")):
        ax.axvline(results[key]["mean"], color=FAINT, lw=1)
        ax.text(results[key]["mean"], -0.9, said, fontsize=9, color=FAINT, va="center")
    most = max(loss for losses, _ in rows.values() for loss in losses if loss is not None)
    labels = [name.replace(", ", ",\n") for name in rows]
    ax.set_yticks(range(len(rows)), labels, fontsize=8, linespacing=1)
    ax.set(ylim=(len(rows) - 0.5, -1.4), xscale="log", xlabel="nats per letter")
    ticks = [x for x in (0.4, 0.6, 1, 1.5, 2, 3, 5, 10) if x < 1.2 * most]
    ax.set_xticks(ticks, [f"{x:g}" for x in ticks])
    ax.minorticks_off()
    ax.set_title("held-out loss, a point is a seed")
