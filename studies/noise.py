"""How far does compression carry when the filler is not deterministic?

    python3 -m studies.noise

The filler is a Markov chain on the five symbols: the next of the cycle with
probability 1 - e, else one of the other four, a jump. At e = 0 it is the
headline's, at e = 0.8 it is drawn independently and uniformly. That is the
kind of task that Hochreiter and Schmidhuber (1997, task 2b) set against the
chunker: random filler without local regularities. (Theirs has some hundred
symbols and a lag of 100; here it is 5 and 1,199.)

Two tests of what goes up to C: the symbol is not A's most probable one (a
misprediction, as in `studies.lossless`), or its loss exceeds the headline's
threshold, which is set where it is known which steps are targets, on 20 probe
sequences. All nets are the headline's, with its training, unless said: where C
breaks is where this C breaks, and one trained with more help may break later.

Where jumps go up C is also asked when the target comes, and it has no clock:
`recall_ceiling` says how much a perfect C would recall. Whether the trigger was
kept is what choice accuracy shows, chance 50%.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.special import gammaln, xlogy

import chunker_very_deep_1200 as core
from studies import collapse, controls
from studies.common import mean, over, share, study
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure

FIRST_SEED = 100
LEVELS = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 0.8)
LSTM_LEVELS = (0.0, 0.01, 0.1, 0.8)
GATES = ("misprediction", "threshold")
UP_TO = 0.5  # the level up to which A's most probable symbol is to be the cycle's
WINDOW = 3  # of the collapsed net
TRACED = 10  # sequences on which the reach of C's gradient is measured


# --------------------------------------------------------------------------
# Task
# --------------------------------------------------------------------------


def markov_recall(rng, T, batch, e):
    """`core.trigger_recall` with filler that jumps with probability e at every step.

    The chain enters x_1 from the symbol before 1. Returns tokens (T, batch).
    """
    shape = T - 2, batch
    jumps = rng.random(shape) < e
    steps = np.where(jumps, rng.integers(2, core.N_FILLERS + 1, shape), 1)
    tokens = np.empty((T, batch), np.uint8)
    tokens[1:-1] = core.N_TRIGGERS + (np.cumsum(steps, axis=0) - 1) % core.N_FILLERS
    tokens[0] = tokens[-1] = rng.integers(core.N_TRIGGERS, size=batch)
    return tokens


def next_in_cycle(tokens):
    """What follows each symbol when the filler does not jump."""
    filler = np.maximum(tokens.astype(int) - core.N_TRIGGERS + 1, 0)
    return core.N_TRIGGERS + np.where(tokens < core.N_TRIGGERS, 0, filler) % core.N_FILLERS


def entropy_rate(e):
    """Of the chain, in nats per step: -(1 - e) log(1 - e) - e log(e / 4)."""
    return float(-xlogy(1 - e, 1 - e) - xlogy(e, e / (core.N_FILLERS - 1)))


def recall_ceiling(e, T):
    """Of a perfect C that is passed every jump: it remembers all and knows all probabilities.

    After j jumps the target is next with probability P(N = j | N >= j), N being
    binomial; else a jump to one of five symbols. C names what is most probable.
    (One that always named its trigger would recall more and predict no jump.)
    """
    j = np.arange(T - 1)
    p = stats.binom.pmf(j, T - 2, e)
    reached = p[::-1].cumsum()[::-1]
    return float(p[p > (reached - p) / core.N_FILLERS].sum())


# --------------------------------------------------------------------------
# What A makes of it
# --------------------------------------------------------------------------


def losses(log_p, targets):
    """-log p of the symbols that came: (n, N) from log_p (n, N, VOCAB) and targets (n, N)."""
    return -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]


class Observed(NamedTuple):
    """Sequences and what A makes of them."""

    tokens: np.ndarray  # (T, N)
    loss: np.ndarray  # (T - 1, N) of x_1 .. x_{T-1} in nats, as the next
    entropy: np.ndarray  # (T - 1, N) of A's prediction of them
    expected: np.ndarray  # (T - 1, N) the most probable symbol


def observe(net, tokens):
    """Run A over sequences (T, N)."""
    T, N = tokens.shape
    loss, entropy = np.empty((2, T - 1, N))
    expected = np.empty((T - 1, N), np.uint8)
    for start, targets, log_p in core.log_probabilities(net, tokens):
        part = slice(start, start + len(targets))
        loss[part] = losses(log_p, targets)
        entropy[part] = -np.einsum("tnv,tnv->tn", np.exp(log_p), log_p)
        expected[part] = log_p.argmax(axis=-1)
    return Observed(tokens, loss, entropy, expected)


def mispredicted(seen):
    """The most probable symbol did not come."""
    return seen.expected != seen.tokens[1:]


def exceeds(threshold, seen):
    """The loss is above a threshold, in nats."""
    return seen.loss > threshold


def passed(gate, seen):
    """Mask (T, N) of what a gate passes up; the first symbol always."""
    return np.vstack([np.ones_like(seen.tokens[:1], bool), gate(seen)])


def description_bits(tokens, mask):
    """Bits that tell a sequence's events and their times to who has A and knows T.

    How many events (log2 T bits), at which of the T - 1 steps after the first
    (log2 of the binomial coefficient), and which symbols, each coded by the
    frequencies so far (Krichevsky and Trofimov's estimator).

    Returns
    -------
    bits : array (N,)
    """
    T, k = len(tokens), mask.sum(axis=0)
    counts = np.stack([(mask & (tokens == v)).sum(axis=0) for v in range(core.VOCAB)])
    when = gammaln(T) - gammaln(k) - gammaln(T - k + 1)
    half = 0.5
    which = (
        gammaln(k + half * core.VOCAB)
        - gammaln(half * core.VOCAB)
        - (gammaln(counts + half) - gammaln(half)).sum(axis=0)
    )
    return np.log2(T) + (when + which) / np.log(2)


# --------------------------------------------------------------------------
# Chunker, collapsed net and LSTM
# --------------------------------------------------------------------------


def fit_chunker(config, rng, sequences, mask):
    """The headline's chunker on the events of these sequences, one after the other."""
    events = core.pass_up(sequences, mask)
    return core.fit_chunker(config, rng, events, np.arange(len(events)), core.silent)[0]


def recalled(chunker, events, targets):
    """Recall and choice accuracy of a chunker."""
    logits, answered = core.chunker_logits(chunker, events)
    return core.recall_accuracies(logits, targets, answered)


def collapsed(config, draw, epochs, chunker, goes_up, tokens):
    """Recall and choice accuracy of a net of A's kind taught the states of this chunker.

    `goes_up` gives the mask of what C reads, in training and never again.
    """
    _, net, _ = collapse.train(config, WINDOW, chunker, epochs, draw, goes_up)
    _, log_p = core.score(collapse.symbols_only(net), tokens)
    return core.recall_accuracies(log_p, tokens[-1])


def reach(chunker, events):
    """Events over which C's gradient keeps 1% of its norm: median over some sequences."""
    return float(np.median([core.effective_depth(core.gradient_norms(chunker, e)) for e in events]))


def one_seed(arguments):
    """A, both gates, their chunkers and the collapsed net, at one level of noise."""
    e, seed, T, epochs, chunk_epochs, n_eval = arguments
    draw = partial(markov_recall, e=e)
    config = core.Config(seed=seed, T=T, n_eval=n_eval, chunk_epochs=chunk_epochs)
    rng = core.random_streams(seed)
    net, _ = core.train_automatizer(config, rng, core.silent, draw)
    threshold = core.surprise_threshold(net, draw(rng["probe"], T, core.N_PROBE))
    training = observe(net, draw(rng["chunk_data"], T, chunk_epochs * core.CHUNK_SEQUENCES))
    fresh = observe(net, draw(rng["evaluation"], T, n_eval))
    tokens, loss, _, expected = fresh
    jumps = next_in_cycle(tokens[:-2]) != tokens[1:-1]  # of x_1 .. x_{T-2}
    result = {
        "e": e,
        "seed": seed,
        "threshold_nats": threshold,
        "jumps": jumps.sum(axis=0).tolist(),
        "follows_cycle": float((expected == next_in_cycle(tokens[:-1])).mean()),
        "target_loss": quantiles(loss[-1]),
        "jump_loss": quantiles(loss[:-1][jumps]),
        "code_bits": float(1 + loss.sum(axis=0).mean() / np.log(2)),
    }
    gates = dict(zip(GATES, (mispredicted, partial(exceeds, threshold))))
    chunkers = {}
    for name, gate in gates.items():
        mask = passed(gate, fresh)
        streams = core.random_streams(seed)  # both chunkers from the same weights
        chunkers[name] = fit_chunker(config, streams, training.tokens, passed(gate, training))
        events = core.pass_up(tokens, mask)
        recall, choice = recalled(chunkers[name], events, tokens[-1])
        result[name] = {
            "k": mask.sum(axis=0).tolist(),
            "recall": recall,
            "choice": choice,
            "jumps_passed": float(mask[1:-1][jumps].mean()) if jumps.any() else None,
            "reach": reach(chunkers[name], [e.symbols for e in events[:TRACED]]),
            "bits": float(description_bits(tokens, mask).mean()),
        }

    def goes_up(tokens):
        return core.surprising(core.score(net, tokens)[0], threshold)

    taught = collapsed(config, draw, epochs, chunkers["threshold"], goes_up, tokens)
    result["collapsed"] = dict(zip(("recall", "choice"), taught))
    return result


def quantiles(loss):
    """5%, 50% and 95% of some losses, in nats."""
    return np.quantile(loss, [0.05, 0.5, 0.95]).tolist() if loss.size else None


def lstm(arguments):
    """The LSTM of `studies.controls`, chrono initialisation, on noisy filler."""
    e, seed, T, budget, n_batches = arguments
    draw = partial(markov_recall, e=e)
    net, u, data, updates = controls.fit_lstm("chrono", seed, T, budget, draw)
    tests = [
        controls.tested_lstm(net, u, draw(data, T, controls.LSTM_BATCH)) for _ in range(n_batches)
    ]
    return {
        "e": e,
        "seed": seed,
        "updates": updates,
        "recall": float(np.mean([t["recall"] for t in tests])),
        "choice": float(np.mean([t["choice"] for t in tests])),
    }


# --------------------------------------------------------------------------
# The study
# --------------------------------------------------------------------------


def theory(e, T, n, n_levels):
    """Expected k = 2 + e (T - 2), and where the mean of n sequences lies with 95% probability.

    The jumps of a sequence are binomial. The second interval holds at all
    `n_levels` levels at once with 95% probability (Bonferroni).
    """
    k, deviation = 2 + e * (T - 2), np.sqrt(e * (1 - e) * (T - 2) / n)
    one, all_levels = stats.norm.ppf([0.975, 1 - 0.025 / n_levels]) * deviation
    return {
        "k": k,
        "interval": [float(k - one), float(k + one)],
        "interval_all": [float(k - all_levels), float(k + all_levels)],
    }


def summary(e, runs, T, n_levels):
    """One level of noise, over seeds."""
    k = np.array([run["misprediction"]["k"] for run in runs])
    expected = theory(e, T, k.size, n_levels)
    low, high = expected["interval"]
    low_all, high_all = expected["interval_all"]
    level = {
        "e": e,
        "entropy": entropy_rate(e),
        "entropy_bits": float(1 + (T - 2) * entropy_rate(e) / np.log(2)),
        "theory": expected,
        "inside": bool(low <= k.mean() <= high),
        "inside_all": bool(low_all <= k.mean() <= high_all),
        "events_not_jumps": int((k - 2 - np.array([run["jumps"] for run in runs])).sum()),
        "follows_cycle": mean([run["follows_cycle"] for run in runs]),
        "jump_cost_expected": float(-np.log(e / (core.N_FILLERS - 1))) if e else None,
        "jump_loss": middle([run["jump_loss"] for run in runs]),
        "recall_ceiling": recall_ceiling(e, T),
        "threshold_nats": mean([run["threshold_nats"] for run in runs]),
        "target_loss": middle([run["target_loss"] for run in runs]),
        "code_bits": mean([run["code_bits"] for run in runs]),
        "collapsed": {
            key: mean([run["collapsed"][key] for run in runs]) for key in ("recall", "choice")
        },
    }
    for gate in GATES:
        of = [run[gate] for run in runs]
        level[gate] = {
            "k": mean(np.concatenate([run["k"] for run in of])),
            "ratio": (T - 1) / float(np.mean([run["k"] for run in of])),
            "bits": mean([run["bits"] for run in of]),
            "reach": mean([run["reach"] for run in of]),
            "jumps_passed": mean([run["jumps_passed"] for run in of]) if e else None,
            "recall": mean([run["recall"] for run in of]),
            "choice": mean([run["choice"] for run in of]),
            "recall_perfect": share([run["recall"] == 1 for run in of]),
            "choice_perfect": share([run["choice"] == 1 for run in of]),
        }
    return level


def middle(of_runs):
    """Quantiles, averaged over the seeds that have them."""
    of_runs = [q for q in of_runs if q]
    return np.mean(of_runs, axis=0).tolist() if of_runs else None


def compute(quick, jobs):
    T, levels, n, n_eval = (60, (0.0, 0.1, 0.5), 2, 10) if quick else (core.Config.T, LEVELS, 6, 50)
    epochs, chunk_epochs = (10, 20) if quick else (300, core.Config.chunk_epochs)
    lstm_levels, n_lstm, budget = (levels[:2], 2, 20) if quick else (LSTM_LEVELS, 3, 2000)
    # The longest streams first, so that no process is left alone with them at the end.
    tasks = [
        (e, seed, T, epochs, chunk_epochs, n_eval)
        for e in reversed(levels)
        for seed in range(FIRST_SEED, FIRST_SEED + n)
    ]
    runs = over(one_seed, tasks, jobs, "noise")
    tasks = [
        (e, seed, T, budget, 2 if quick else 6)
        for e in lstm_levels
        for seed in range(FIRST_SEED, FIRST_SEED + n_lstm)
    ]
    lstms = over(lstm, tasks, jobs, "LSTM")
    lstm_rows = []
    for e in lstm_levels:
        of = [r for r in lstms if r["e"] == e]
        lstm_rows.append({
            "e": e,
            "solved": share([r["updates"] is not None for r in of]),
            "updates": mean([r["updates"] or budget for r in of]),
            "recall": mean([r["recall"] for r in of]),
            "choice": mean([r["choice"] for r in of]),
        })  # fmt: skip
    n_levels = sum(0 < e <= UP_TO for e in levels)
    return {
        "T": T,
        "seeds": n,
        "n_eval": n_eval,
        "levels": [
            summary(e, [r for r in runs if r["e"] == e], T, n_levels) for e in levels
        ],
        "lstm": lstm_rows,
        "lstm_budget": budget,
        "runs": runs,
        "lstm_runs": lstms,
    }  # fmt: skip


def carried_up_to(levels, gate):
    """The largest level of noise up to which every seed chooses right without a break."""
    broken = [level["e"] for level in levels if level[gate]["choice_perfect"]["share"] < 1]
    return max((v["e"] for v in levels if v["e"] < min(broken, default=2)), default=None)


def rows(results):
    """The table of a README: header and rows of strings, a row for each level of noise."""
    lstms = {row["e"]: row for row in results["lstm"]}
    header = (
        "e", "entropy, nats a step", "2 + e(T - 2), 95% interval", "k, mispredictions",
        "k, threshold", "bits: entropy", "mispredictions", "threshold",
        "recall/choice: C, mispredictions", "recall of a perfect C", "C, threshold",
        "collapsed", "LSTM",
    )  # fmt: skip

    def both(x):
        return f"{x['recall']['mean']:.0%}/{x['choice']['mean']:.0%}"

    lines = []
    for v in results["levels"]:
        mis, above = v["misprediction"], v["threshold"]
        low, high = v["theory"]["interval"]
        lstm = lstms.get(v["e"])
        lines.append((
            f"{v['e']:g}", f"{abs(v['entropy']):.3f}",
            f"{v['theory']['k']:.1f} ({low:.1f} to {high:.1f})",
            f"{mis['k']['mean']:.1f}", f"{above['k']['mean']:.1f}", f"{v['entropy_bits']:,.0f}",
            f"{mis['bits']['mean']:,.0f}", f"{above['bits']['mean']:,.0f}",
            both(mis), f"{v['recall_ceiling']:.0%}", both(above), both(v["collapsed"]),
            both(lstm) if lstm else "-",
        ))  # fmt: skip
    return header, lines


def answer(results):
    """The finding in one sentence."""
    levels, T = results["levels"], results["T"]
    half = max((level for level in levels if level["e"] <= UP_TO), key=lambda level: level["e"])
    noisiest = levels[-1]
    measured, recall = half["misprediction"]["k"]["mean"], noisiest["threshold"]["recall"]["mean"]
    carried = carried_up_to(levels, "misprediction")
    up_to = "at no level" if carried is None else f"only up to e = {carried:g}"
    return (
        f"With filler that leaves its cycle with probability e mispredictions grow as 2 + e(T - 2) "
        f"(e = {half['e']:g}: {half['theory']['k']:.0f} expected, {measured:.1f} measured), and C "
        f"chooses right on every seed {up_to}; the headline's threshold passes up "
        f"{noisiest['threshold']['k']['mean']:.2f} events where the filler is all random (e = "
        f"{noisiest['e']:g}), and C recalls {recall:.0%} at T = {T:,}."
    )


def plot_means(ax, x, values, label, colour, marker="o", style="-", most=None):
    centre = np.array([v["mean"] for v in values])
    low, high = np.clip([v["interval"] for v in values], 0, most).T
    error = [centre - low, high - centre]
    ax.errorbar(
        x, centre, error, fmt=marker, ls=style, color=colour, capsize=3, lw=2, ms=6, label=label
    )


def figures(results):
    levels, T = results["levels"], results["T"]
    e = np.array([level["e"] for level in levels])
    entropy = np.array([level["entropy"] for level in levels])
    noisiest = levels[-1]
    carried = carried_up_to(levels, "misprediction")
    up_to = "at no e" if carried is None else f"up to e = {carried:g}"
    figure = new_figure(
        f"Mispredictions grow as 2 + e(T - 2), and C chooses right {up_to}; the threshold passes\n"
        f"up {noisiest['threshold']['k']['mean']:.2f} events of random filler, and C recalls "
        f"{noisiest['threshold']['recall']['mean']:.0%}",
        height=8.0,
    )
    (counts, choices), (bits, ratios) = figure.subplots(2, 2)
    place = np.maximum(e, 5e-4)  # e = 0 has a place on the logarithmic axis too

    fine = np.geomspace(1e-3, 0.8, 200)
    counts.plot(fine, 2 + fine * (T - 2), color="black", lw=1, ls="--", label="2 + e(T - 2)")
    marks = ("misprediction", CHUNKER, "o"), ("threshold", AUTOMATIZER, "s")
    for gate, colour, marker in marks:
        label = {"misprediction": "mispredicted", "threshold": "loss above the threshold"}[gate]
        plot_means(counts, place, [v[gate]["k"] for v in levels], label, colour, marker)
    part = 4 * np.exp(-np.mean([v["threshold_nats"]["mean"] for v in levels if v["e"]]))
    counts.axvline(part, color=FAINT, lw=1.5)
    text = "a jump costs A\nas much as\nthe threshold"
    counts.text(part / 1.15, 1.2, text, fontsize=9, va="bottom", ha="right")
    counts.set(xscale="log", yscale="log", title="events per sequence, k", ylim=(1, 2000))
    counts.legend(loc="upper left")

    for gate, colour, marker in marks:
        label = {"misprediction": "C on mispredictions", "threshold": "C on the threshold's events"}
        values = [v[gate]["choice"] for v in levels]
        plot_means(choices, place, values, label[gate], colour, marker, most=1)
    values = [v["collapsed"]["choice"] for v in levels]
    plot_means(choices, place * 1.06, values, "collapsed net (threshold)", "#CC79A7", "D", "--", 1)
    lstm_at = np.maximum([row["e"] for row in results["lstm"]], 5e-4)
    values = [row["choice"] for row in results["lstm"]]
    plot_means(choices, lstm_at * 0.94, values, "LSTM", BASELINE, "^", ":", 1)
    choices.axhline(0.5, color="black", lw=1, ls="--")
    choices.set(xscale="log", ylim=(0, 1.05), title="choice accuracy, A or B (dashed: chance)")
    choices.legend(loc="lower left")
    for ax in (counts, choices):
        ax.set_xlabel("e, probability of a jump")
        ax.set_xticks([5e-4, 1e-3, 1e-2, 0.1, 0.8], ["0", "0.001", "0.01", "0.1", "0.8"])
        ax.minorticks_off()

    grid = np.linspace(0, np.log(core.N_FILLERS), 50)
    per_nat = 1 / np.log(2)
    bits.plot(grid, 1 + (T - 2) * grid * per_nat, color="black", lw=1, ls="--", label="entropy")
    bits.plot(entropy, [v["code_bits"]["mean"] for v in levels], "x", color=BASELINE, ms=8,
              mew=2, label="A's own predictions")  # fmt: skip
    for gate, colour, marker in marks:
        label = {"misprediction": "mispredictions and times", "threshold": "threshold's and times"}
        bits.plot(entropy, [v[gate]["bits"]["mean"] for v in levels], marker + "-", color=colour,
                  lw=2, label=label[gate])  # fmt: skip
    bits.set(title="description length of a sequence, bits")
    bits.legend(loc="upper left")

    for gate, colour, marker in marks:
        values = [v[gate]["ratio"] for v in levels]
        ratios.semilogy(entropy, values, marker + "-", color=colour, lw=2)
    ratios.set(title="depth-reduction ratio (T - 1) / k", ylim=(1, None))
    for ax in (bits, ratios):
        ax.set_xlabel("entropy of the filler, nats per step (most: log 5)")
    return {"noise.png": figure}


if __name__ == "__main__":
    study("noise", compute, figures)
