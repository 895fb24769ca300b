"""What does the net write, foresee and group as it learns?

    python3 -m studies player

The net of `letters` is stopped after 0 to 30,000 updates and looked at, its weights rounded to
float32, as they are kept for seed 100. At each stop:

    loss         nats per letter on 18,000 held-out letters, each predicted from the true ones
    text         letters written one after the other at temperature 0.8: p^(1/0.8), normalised. All
                 stops draw with the same uniform numbers, so that their texts can be compared.
                 `words` is the share of what stands before spaces that is a word of the grammar
    gradients    ||dL/dh_t|| at each of the 25 places of a chunk of held-out text, averaged over
                 all chunks: L the loss of all letters of the chunk (`all`), which training follows,
                 or of the last letter alone (`last`), which has to travel back
    words' tree  the states after words' last letters, averaged for each of the 38 words and
                 clustered as in `classes`; the tree cut into as many branches as there are classes
                 agrees with the classes by the adjusted Rand index (0 by chance, 1 the same)

Beside them: the exact predictor, below whose loss nobody gets on average; the net before learning,
which is the first stop; and for the tree the largest index of 1,000 random orders of the words'
classes. What else sets classes apart without learning is in `classes`.

No setting was chosen here beyond those of `letters` (seeds 0 to 4); reported are seeds from 100 on.
"""

from __future__ import annotations

import base64
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import clusters, grammar, letters, writers
from studies.lab import word_states as ws
from studies.lab.averages import together
from studies.lab.intervals import counted, mean, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from visualize_chunker_very_deep_1200 import AUTOMATIZER, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # of text to learn from, and as many held out
    stops: tuple  # numbers of updates; the last is the end of training
    more: tuple  # further ones at which the loss alone is asked
    n_permutations: int
    n_streams: int  # of text written
    n_written: int  # letters of each


STOPS = (0, 100, 300, 1000, 3000, 10_000, letters.N_UPDATES)
MORE = (10, 30, 60, 200, 600, 2000, 6000, 15_000, 20_000)
FULL = Plan(10, letters.N_LETTERS, STOPS, MORE, 1000, 20, 300)
QUICK = Plan(2, 2000, (0, 50, 200), (20,), 50, 3, 100)
TEMPERATURE = 0.8
PARTS = ("text", "permutations")


# ==== The net at a stop ===========================================================================
def encoded(net):
    """A net's weights as base64 of little-endian float32, in the order of `flat`."""
    return base64.b64encode(net.flat.astype("<f4").tobytes()).decode()


def decoded(weights):
    """The net of letters whose weights these are."""
    net = core.zero_rnn(letters.HIDDEN, letters.N_SYMBOLS, letters.N_SYMBOLS)
    net.flat[:] = np.frombuffer(base64.b64decode(weights), "<f4")
    return net


def texts_written(net, seed, plan):
    """Letters (n, streams) after a space; the uniform numbers are the same for every net."""
    rng = generators("player", seed, PARTS)["text"]
    before = np.full((1, plan.n_streams), grammar.SPACE)
    read = writers.net_reader(net, plan.n_streams)
    temperatures = np.full(plan.n_streams, TEMPERATURE)
    return writers.written(read, rng, before, plan.n_written, temperatures)[0]


def in_words(texts):
    """Share of what stands before the spaces of some streams that is a word of the grammar."""
    found = [word in grammar.CLASS_OF for text in texts.T for word in writers.words_of(text)]
    return float(np.mean(found)) if found else 0.0


def gradient_norms(net, symbols, h):
    """Mean ||dL/dh_t|| by place in a chunk, L of `all` its letters or of the `last` one: (25,).

    h (n, H) are the states that have read x_0 .. x_{n-1}; each chunk begins from the one before.
    """
    C, (n, H) = letters.CHUNK, h.shape
    chunks = n // C
    u = core.buffers(net, C, chunks)
    starts = np.arange(chunks) * C
    core.load(u, symbols[starts + np.arange(C + 1)[:, None]])
    u.hidden[0] = np.vstack([np.zeros((1, H)), h[starts[1:] - 1]])
    core.forward(net, u)
    error = u.probs - u.onehot[1:]
    found = {}
    for name, since in (("all", 0), ("last", C - 1)):
        np.multiply(error, (np.arange(C) >= since)[:, None, None], u.error)
        direct = u.flat.error.dot(net.W_hy.T).reshape(u.delta.shape)
        u.delta[...] = direct
        core.flow_back(net, u)
        direct[:-1] += u.delta[1:].dot(net.W_hh.T)
        found[name] = np.linalg.norm(direct, axis=2).mean(axis=1).tolist()
    return found


def tree_of(net, text):
    """Words that occur, their `linkage` by the states at their last letters."""
    read = ws.read(net, text)
    vectors, which = ws.averaged(read.last, read.numbers)
    return vectors, which, clusters.tree(vectors)


def agreement(vectors, which, rng, n):
    """The adjusted Rand index with the classes, and the largest of n random orders."""
    kinds = ws.KINDS[which]
    cut = clusters.clusters_of(vectors, len(set(kinds)))
    chance = clusters.permuted(kinds, cut, rng, n).max()
    return clusters.adjusted_rand(kinds, cut), float(chance)


def loss_of(net, symbols):
    return float(letters.nats(letters.predicted(net, symbols)[0], symbols).mean())


# ==== The study ===================================================================================
def at_a_stop(seed, weights, held_out, rng, plan):
    """What is measured at a stop, and what is drawn of it for the first seed."""
    net, symbols = decoded(weights), held_out.symbols
    p, h = letters.predicted(net, symbols)
    texts = texts_written(net, seed, plan)
    vectors, which, linkage = tree_of(net, held_out)
    index, chance = agreement(vectors, which, rng, plan.n_permutations)
    measured = {
        "loss": float(letters.nats(p, symbols).mean()), "words": in_words(texts),
        "gradients": gradient_norms(net, symbols, h), "index": index, "by_chance": chance,
    }  # fmt: skip
    drawn = {
        "weights": weights, "text": grammar.spelt(texts[:, 0]),
        "tree": {"words": [ws.LEXICON[i] for i in which], "linkage": linkage.tolist()},
        **{name: measured[name] for name in ("loss", "index", "by_chance")},
    }  # fmt: skip
    return measured, drawn


def one_run(arguments):
    """One seed at all its stops."""
    seed, plan = arguments
    learnt, held_out = letters.texts(seed, plan.n_letters)
    rng = generators("player", seed, PARTS)["permutations"]
    asked = sorted({*plan.stops, *plan.more})
    nets = dict(zip(asked, letters.in_training(seed, learnt.symbols, asked)))
    stops = [at_a_stop(seed, encoded(nets[n]), held_out, rng, plan) for n in plan.stops]
    exact = letters.nats(grammar.best(held_out.symbols), held_out.symbols)
    return {
        "measured": [measured for measured, _ in stops],
        "drawn": [drawn for _, drawn in stops],
        "losses": [loss_of(nets[n], held_out.symbols) for n in asked],
        "exact": float(exact.mean()),
    }


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    runs = parallel_map(one_run, [(seed, plan) for seed in seeds], jobs, "player")
    stops = []
    for at in zip(*(run["measured"] for run in runs)):
        found = {name: mean([one[name] for one in at]) for name in ("loss", "words", "index")}
        found["gradients"] = together([one["gradients"] for one in at])
        found["above"] = proportion([one["index"] > one["by_chance"] for one in at])
        stops.append(found)
    return {
        "first_seed": letters.FIRST_SEED, "seeds": plan.n_seeds, "temperature": TEMPERATURE,
        "n_permutations": plan.n_permutations, "chunk": letters.CHUNK,
        "updates": list(plan.stops), "stops": stops,
        "curve": {
            "updates": sorted({*plan.stops, *plan.more}),
            **together([{"losses": run["losses"]} for run in runs])["losses"],
        },
        "exact": mean([run["exact"] for run in runs]),
        "drawn": runs[0]["drawn"],
    }  # fmt: skip


# ==== Sentences and the table =====================================================================
def in_digits(found, digits=2):
    low, high = found["interval"]
    return f"{found['mean']:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def reach(stop):
    """The gradient of the last letter at the chunk's first place, over that at its last."""
    norms = stop["gradients"]["last"]["mean"]
    return norms[0] / norms[-1]


def answer(results):
    """Before and after, with the exact predictor and chance."""
    first, last = results["stops"][0], results["stops"][-1]
    return (
        f"In {results['updates'][-1]:,} updates the loss falls from {first['loss']['mean']:.2f} to "
        f"{in_digits(last['loss'], 3)} nats per letter, the exact predictor has "
        f"{results['exact']['mean']:.3f}; words written go from {first['words']['mean']:.0%} to "
        f"{last['words']['mean']:.0%} of the grammar's. The tree's agreement with the 9 classes "
        f"goes from {in_digits(first['index'])} to {in_digits(last['index'])}, above all "
        f"{results['n_permutations']:,} random orders on {counted(first['above'])} seeds before "
        f"and {counted(last['above'])} after."
    )


def table(results):
    """Every stop."""
    header = (
        "updates", "loss, nats per letter", "above the exact predictor",
        f"words of the grammar at T = {results['temperature']}", "agreement with 9 classes",
        "above all random orders", "last letter's gradient at the first place over the last",
    )  # fmt: skip
    rows = []
    for updates, stop in zip(results["updates"], results["stops"]):
        above = stop["loss"]["mean"] - results["exact"]["mean"]
        rows.append((
            f"{updates:,}", in_digits(stop["loss"], 3), f"{above:.3f}",
            f"{stop['words']['mean']:.0%}", in_digits(stop["index"]), counted(stop["above"]),
            f"{reach(stop):.1e}",
        ))  # fmt: skip
    return header, rows


def seen(results):
    """What the first seed's net wrote at each stop."""
    shown = zip(results["updates"], results["drawn"])
    return "\n".join(f"- {n:,}: `{drawn['text'][:60].strip()}`" for n, drawn in shown)


# ==== Figure ======================================================================================
def figures(results):
    first, last = results["stops"][0], results["stops"][-1]
    figure = new_figure(
        f"Loss falls to {last['loss']['mean']:.2f} nats per letter; agreement with word classes "
        f"from {first['index']['mean']:.2f} to {last['index']['mean']:.2f}",
        height=6.6,
    )
    axes = figure.subplot_mosaic([["loss", "words"], ["gradients", "index"]])
    draw_loss(axes["loss"], results)
    draw_stops(axes["words"], results, "words", "share of written words that are words", (0, 1.05))
    draw_gradients(axes["gradients"], results)
    draw_stops(axes["index"], results, "index", "agreement with 9 classes, adjusted Rand", (0, 0.8))
    return {"player.png": figure}


def places(updates):
    """0 has a place on the logarithmic axis, a third of the first stop."""
    return np.maximum(updates, min(n for n in updates if n) / 3)


def on_updates(ax, updates):
    ax.set(xscale="log", xlabel="updates")
    ax.set_xticks(places(updates), [f"{n:,}" for n in updates], fontsize=8.5)
    ax.minorticks_off()


def draw_loss(ax, results):
    curve = results["curve"]
    low, high = np.transpose(curve["interval"])
    at = places(curve["updates"])
    ax.fill_between(at, low, high, color=AUTOMATIZER, alpha=0.2, lw=0)
    ax.plot(at, curve["mean"], "o-", ms=3, color=AUTOMATIZER)
    ax.axhline(results["exact"]["mean"], color=FAINT, ls="--", lw=1)
    ax.text(0.02, results["exact"]["mean"], "exact predictor", color=FAINT, va="bottom",
            transform=ax.get_yaxis_transform())  # fmt: skip
    at = [n for n in curve["updates"] if n == 0 or 10 ** round(np.log10(n)) == n]
    on_updates(ax, curve["updates"])
    ax.set_xticks(np.maximum(at, places(curve["updates"])[0]), [f"{n:,}" for n in at])
    ax.set(ylim=(0, None), title="loss held out, nats per letter")


def draw_stops(ax, results, what, title, limits):
    found = [stop[what] for stop in results["stops"]]
    low, high = np.transpose([one["interval"] for one in found])
    at = places(results["updates"])
    ax.fill_between(at, low, high, color=AUTOMATIZER, alpha=0.2, lw=0)
    ax.plot(at, [one["mean"] for one in found], "o-", color=AUTOMATIZER)
    on_updates(ax, results["updates"])
    ax.set(ylim=limits, title=title)


def draw_gradients(ax, results):
    at = np.arange(1, results["chunk"] + 1)
    for which, colour in ((0, FAINT), (-1, CHUNKER)):
        norms, updates = results["stops"][which]["gradients"], results["updates"][which]
        ax.plot(at, norms["all"]["mean"], color=colour, label=f"all letters, {updates:,} updates")
        ax.plot(at, norms["last"]["mean"], color=colour, ls="--", label="last letter alone")
    ax.set(yscale="log", xlabel="place in the chunk", title="gradient dL/dh, norm")
    ax.legend(fontsize=8.5, loc="lower right")
