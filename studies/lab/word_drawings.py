"""How the study `classes` draws trees of words and its indices."""

from __future__ import annotations

import numpy as np
from scipy.cluster import hierarchy

from visualize_chunker_very_deep_1200 import AUTOMATIZER, FAINT

OF_CLASS = {  # nouns warm, verbs cold
    "human": "#D55E00", "animal": "#E69F00", "food": "#CC79A7", "thing": "#8C510A",
    "rests": "#0072B2", "acts": "#56B4E9", "perceives": "#009E73",
    "determiner": "black", "adverb": FAINT,
}  # fmt: skip


def draw_tree(ax, tree, kinds, title):
    """A `linkage` with its `words`, each in the colour of its class; `kinds` are the words'."""
    hierarchy.dendrogram(
        np.array(tree["linkage"]), labels=tree["words"], orientation="left", ax=ax,
        color_threshold=0, above_threshold_color=FAINT, leaf_font_size=10,
    )  # fmt: skip
    for label in ax.get_yticklabels():
        label.set(color=OF_CLASS[kinds[label.get_text()]], fontweight="bold")
    for kind, colour in OF_CLASS.items():
        ax.plot([], [], "s", color=colour, label=kind)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=3, frameon=False,
              handletextpad=0.1, columnspacing=0.8)  # fmt: skip
    ax.set(title=title, xlabel="distance")
    ax.spines["left"].set_visible(False)
    ax.grid(False, axis="y")


def draw_sources(ax, agreement, colours):
    """Indices for all classes by source, highest on top; those of an untrained net paler."""
    found = {name: by["classes"]["index"] for name, by in agreement.items()}
    names = sorted(found, key=lambda name: found[name]["mean"])
    for at, name in enumerate(names):
        pale = 0.45 if "untrained" in name else 1.0
        ax.barh(at, found[name]["mean"], color=colours[name], alpha=pale)
        ax.plot(found[name]["interval"], [at, at], color="black", lw=1.5)
    ax.set_yticks(range(len(names)), names)
    ax.set(title="agreement with 9 classes, adjusted Rand", xlim=(min(0, ax.get_xlim()[0]), 1))


def draw_through(ax, results):
    """The index after each number of updates, by both states."""
    at = np.maximum(results["updates"], results["updates"][1] / 3)  # 0 has a place on the axis
    for state, style in (("last", "o-"), ("after", "s--")):
        found = results["through"][state]
        low, high = np.transpose([v["interval"] for v in found])
        ax.fill_between(at, low, high, color=AUTOMATIZER, alpha=0.15, lw=0)
        label = "last letter" if state == "last" else "space after"
        ax.plot(at, [v["mean"] for v in found], style, color=AUTOMATIZER, lw=2, label=label)
    ax.set(xscale="log", xlabel="updates", title="agreement through training", ylim=(0, 0.7))
    ax.set_xticks(at, [f"{n:,}" for n in results["updates"]])
    ax.minorticks_off()
    ax.legend(loc="upper left", frameon=False, ncols=2)


def draw_averages(ax, results, looks):
    """The index by how many places are averaged; `looks` are colour, marker and line of each."""
    for name, (colour, marker, style) in looks.items():
        y = [v["mean"] for v in results["averages"][name]]
        ax.plot(results["averaged"], y, color=colour, marker=marker, ls=style, lw=2, label=name)
    ax.set(xscale="log", ylim=(0, 1), xlabel="places averaged for a word",
           title="agreement with 9 classes")  # fmt: skip
    ax.set_xticks(results["averaged"], results["averaged"])
    ax.minorticks_off()
    ax.legend(loc="upper left", frameon=False, fontsize=9)


def grouped(ax, by_group, key, names, title):
    """Bars of three names beside each other, in groups; shares as of `intervals.mean`."""
    for k, (name, colour) in enumerate(zip(names, (AUTOMATIZER, "#99D8C4", FAINT))):
        found = [by_name[name][key] for by_name in by_group.values()]
        at = np.arange(len(found)) + (k - 1) * 0.27
        ax.bar(at, [v["mean"] for v in found], 0.25, color=colour, label=name)
        for x, v in zip(at, found):
            ax.plot([x, x], v["interval"], color="black", lw=1)
    ax.set_xticks(range(len(by_group)), by_group)
    ax.set(ylim=(0, 1.35), title=title)
    ax.set_yticks([0, 0.5, 1], ["0", "50%", "100%"])
    ax.legend(loc="upper center", frameon=False, fontsize=9, ncols=3, columnspacing=0.8,
              handlelength=1)  # fmt: skip
