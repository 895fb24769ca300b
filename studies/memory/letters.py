"""How near does the net come to the best that anyone can predict?

    python3 -m studies letters

The net of "Networks That Remember" (64 tanh units, full BPTT over chunks of 25 letters) learns
from 18,000 letters of the grammar's text, again and again for 30,000 updates; and a second net,
from the same weights, from a text that it reads only once. Both are asked on 18,000 held-out
letters: loss in nats per letter, and accuracy, the share of letters that were thought the most
probable, each letter predicted from the true ones before it (teacher-forced).

The ceiling is the exact predictor, the forward algorithm on the grammar itself: nobody can have
less loss on average, nor be right more often. Controls: tables of what follows the last 1 to 6
letters, counted on the same letters as the net learns from, the fresh ones too; and the net before
learning. A third net has its gradient clipped by the norm of the mean loss's, as the document
says it, and not of the sum's. A guess among 27 letters costs 3.30 nats and is right in 3.7%.

Where accuracy is high and where it is not: by place in the word, by pattern, by sentence.

Optimiser and rate were chosen on seeds 0 to 4; reported are seeds from 100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab import grammar, letters
from studies.lab.averages import means
from studies.lab.intervals import counted, mean, mean_quantiles, proportion, quantiles
from studies.lab.runner import parallel_map
from studies.lab.verdicts import of_parts, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    n_letters: int  # to learn from, and as many held out
    at: tuple  # the numbers of updates after which the net is asked; the last is where it ends


UPDATES = (0, 100, 300, 1000, 2000, 5000, 10_000, 15_000, 20_000, 25_000, letters.N_UPDATES)
FULL = Plan(10, letters.N_LETTERS, UPDATES)
QUICK = Plan(2, 500, (0, 10, 30))
ORDERS = (1, 2, 3, 4, 5, 6)  # letters of context
NEAR = {"fixed": 0.05, "fresh": 0.02}  # nats per letter above the exact predictor
SAID, RARE = 0.963, 0.05  # accuracy in the document; share of updates that clipping may touch
PLACES = ("first", "second", "third", "later", "space")  # of a letter in its word
GROUPS = (*PLACES, "all but the first")


# ==== Training, watched ===========================================================================
def watched(seed, symbols, at, asked):
    """The trained net; its losses on the texts `asked`, (times, texts); its gradients' norms.

    The net is that of `letters.trained`. Norms, (updates,), are those before clipping.
    """
    net, norms, losses = letters.untrained(seed), [], []
    learning = letters.learning(net, letters.chunks_of(symbols), letters.falling(at[-1]))
    for n, (_, grad) in enumerate(learning):
        if n in at:
            losses.append([loss_of(net, text) for text in asked])
        norms.append(float(np.linalg.norm(grad.flat)))
    losses.append([loss_of(net, text) for text in asked])
    return net, losses, norms


def loss_of(net, symbols):
    return float(letters.nats(letters.predicted(net, symbols)[0], symbols).mean())


def gradients(norms, at):
    """Norms before clipping: quantiles between each two of the times asked, and shares clipped.

    The gradient is that of the loss summed over a chunk; of its mean it is a 25th.
    """
    norms = np.array(norms)
    between = np.split(norms, at[1:-1])
    return {
        "quantiles": [quantiles(part) for part in between],
        "largest": [float(part.max()) for part in between],
        "clipped": float((norms > letters.LONGEST).mean()),
        "clipped_if_mean": float((norms > letters.LONGEST * letters.CHUNK).mean()),
    }


# ==== Accuracy ====================================================================================
def groups(text):
    """Flags of the letters x_1 .. x_n, (n,), by their place in the word."""
    word, place = text.word[1:], text.place[1:]
    space = place == np.array([len(w) for w in text.words])[word]
    flags = {name: (place == i) & ~space for i, name in enumerate(PLACES[:3])}
    flags |= {"later": (place >= 3) & ~space, "space": space, "all but the first": place > 0}
    return flags


def sentence_of(text):
    """The number of the sentence of x_1 .. x_n, (n,)."""
    return np.cumsum(text.slot == 0)[text.word[1:]] - 1


def known_by_heart(train, test):
    """Which of x_1 .. x_n of a text stand in a sentence that stands whole in another, (n,)."""
    read = set(grammar.whole_sentences(train))
    known = [sentence in read for sentence in grammar.whole_sentences(test)]
    return np.array([*known, False])[sentence_of(test)]


def accuracies(text, right):
    """Of one predictor: by place in the word, right letters by pattern, share of good sentences."""
    word, sentence = text.word[1:], sentence_of(text)
    whole = np.bincount(sentence)[:-1]  # the last sentence is cut
    by_sentence = np.bincount(sentence, right)[:-1] / whole
    n = len(grammar.PATTERNS)
    return {
        "groups": {name: float(right[at].mean()) for name, at in groups(text).items()},
        "patterns": np.bincount(text.pattern[word], right, n).tolist(),
        "sentences": float((by_sentence >= SAID).mean()),
    }


# ==== The study ===================================================================================
def measured(p, symbols):
    return {
        "loss": float(letters.nats(p, symbols).mean()),
        "right": float(letters.right(p, symbols).mean()),
    }


def one_run(arguments):
    """All predictors of one seed, those that learn on the fixed text and on the fresh one."""
    seed, plan = arguments
    train, test = letters.texts(seed, plan.n_letters)
    fresh = grammar.text(letters.streams(seed)["more"], letters.CHUNK * plan.at[-1])
    asked, exact = test.symbols, grammar.best(test.symbols)
    net, losses, norms = watched(seed, train.symbols, plan.at, (asked, train.symbols))
    fresh_net, fresh_losses, _ = watched(seed, fresh.symbols, plan.at, (asked,))
    p = letters.predicted(net, asked)[0]
    found = {
        "exact": dict.fromkeys(NEAR, measured(exact, asked)),
        "net": {
            "fixed": measured(p, asked),
            "fresh": measured(letters.predicted(fresh_net, asked)[0], asked),
        },
        "untrained": dict.fromkeys(
            NEAR, measured(letters.predicted(letters.untrained(seed), asked)[0], asked)
        ),
    }
    for order in ORDERS:
        found[f"table {order}"] = {
            kind: measured(letters.table(text.symbols, order)(asked), asked)
            for kind, text in (("fixed", train), ("fresh", fresh))
        }
    mean_clipped = letters.learn(
        letters.untrained(seed), train.symbols, plan.at[-1], letters.LONGEST * letters.CHUNK
    )
    old, above = known_by_heart(train, test), letters.nats(p, asked) - letters.nats(exact, asked)
    letters_of_pattern = np.bincount(test.pattern[test.word[1:]], minlength=len(grammar.PATTERNS))
    training = measured(letters.predicted(net, train.symbols)[0], train.symbols)
    return {
        "seed": seed,
        "predictors": found,
        "held_out": [at[0] for at in losses],
        "training": [at[1] for at in losses],
        "fresh": [at[0] for at in fresh_losses],
        "gradients": gradients(norms, plan.at),
        "exact_on_training": measured(grammar.best(train.symbols), train.symbols)["loss"],
        "right_on_training": training["right"],
        "clipped by the mean": loss_of(mean_clipped, asked) - found["exact"]["fixed"]["loss"],
        "read before": {
            "letters": float(old.mean()),
            "above": float(above[old].mean()) if old.any() else None,
            "above, new": float(above[~old].mean()),
        },
        "net": accuracies(test, letters.right(p, asked)),
        "exact": accuracies(test, letters.right(exact, asked)),
        "letters": {name: float(at.mean()) for name, at in groups(test).items()},
        "patterns": letters_of_pattern.tolist(),
    }


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    runs = parallel_map(one_run, [(seed, plan) for seed in seeds], jobs, "letters")
    predictors = {
        name: {kind: summary(runs, name, kind) for kind in NEAR} for name in runs[0]["predictors"]
    }
    above = {kind: predictors["net"][kind]["above_by_seed"] for kind in NEAR}
    by_mean = [run["clipped by the mean"] for run in runs]
    used = {letter for word in grammar.CLASS_OF for letter in word} | {" "}
    return {
        "seeds": plan.n_seeds, "n_letters": plan.n_letters, "updates": list(plan.at),
        "n_fresh": letters.CHUNK * plan.at[-1], "predictors": predictors,
        "within": {
            kind: proportion([a <= near for a in above[kind]]) for kind, near in NEAR.items()
        },
        "progress": progress_of(runs), "accuracy": accuracy_of(runs),
        "read_before": means([run["read before"] for run in runs]),
        "clipped_by_the_mean": {
            "above": mean(by_mean), "less": mean(np.subtract(above["fixed"], by_mean)),
        },
        "parameters": {
            "here": n_parameters(letters.N_SYMBOLS), "that occur": n_parameters(len(used)),
        },
        "symbols": {"here": letters.N_SYMBOLS, "that occur": len(used)},
        "grammar": {
            "words": len(grammar.CLASS_OF), "patterns": len(grammar.PATTERNS),
            "sentences": len(grammar.legal_sentences()),
        },
        "runs": runs,
    }  # fmt: skip


def n_parameters(n_symbols):
    return len(core.zero_rnn(letters.HIDDEN, n_symbols, n_symbols).flat)


def summary(runs, name, kind):
    """Loss, accuracy, and how far the loss is above the exact predictor's on the same text."""
    of = [run["predictors"][name][kind] for run in runs]
    above = [o["loss"] - run["predictors"]["exact"][kind]["loss"] for o, run in zip(of, runs)]
    return {
        "loss": mean([o["loss"] for o in of]), "right": mean([o["right"] for o in of]),
        "above": mean(above), "above_by_seed": above,
    }  # fmt: skip


def progress_of(runs):
    """Means over seeds at each time asked; of the gradients' norms, between each two of them."""
    kept = {
        key: [mean(at) for at in zip(*(run[key] for run in runs))]
        for key in ("held_out", "training", "fresh")
    }
    of = [run["gradients"] for run in runs]
    kept["norms"] = [mean_quantiles(at) for at in zip(*(g["quantiles"] for g in of))]
    kept["largest"] = [mean(at) for at in zip(*(g["largest"] for g in of))]
    kept |= {key: mean([g[key] for g in of]) for key in ("clipped", "clipped_if_mean")}
    kept["exact_on_training"] = mean([run["exact_on_training"] for run in runs])
    return kept


def accuracy_of(runs):
    """By place in the word and by sentence, means over seeds; by pattern over all letters."""
    totals = np.sum([run["patterns"] for run in runs], axis=0)
    found = {
        "letters": {name: mean([run["letters"][name] for run in runs]) for name in GROUPS},
        "on_training": mean([run["right_on_training"] for run in runs]),
    }
    for who in ("net", "exact"):
        right = np.sum([run[who]["patterns"] for run in runs], axis=0)
        found[who] = {
            "groups": {name: mean([run[who]["groups"][name] for run in runs]) for name in GROUPS},
            "patterns": [float(r / n) if n else None for r, n in zip(right, totals)],
            "sentences": mean([run[who]["sentences"] for run in runs]),
        }
    return found


# ==== Tables and sentences ========================================================================
NAMES = {
    "exact": "exact predictor", "net": "the net",
    **{f"table {order}": f"table of {order} letter{'s' * (order > 1)}" for order in ORDERS},
    "untrained": "net before learning",
}  # fmt: skip


def with_interval(value):
    low, high = value["interval"]
    return f"{value['mean']:.3f} ({low:.3f} to {high:.3f})"


def best_table(results, kind):
    """The table of least loss: (letters, its summary)."""
    tables = {order: results["predictors"][f"table {order}"][kind] for order in ORDERS}
    order = min(tables, key=lambda order: tables[order]["loss"]["mean"])
    return order, tables[order]


def answer(results):
    """The finding, with its ceiling and its controls."""
    net, exact = results["predictors"]["net"], results["predictors"]["exact"]["fixed"]
    said = []
    for kind, text in (
        ("fixed", f"learning from {results['n_letters']:,} letters"),
        ("fresh", f"from {results['n_fresh']:,} fresh ones"),
    ):
        order, table = best_table(results, kind)
        wins = table["above"]["mean"] <= net[kind]["above"]["mean"]
        said.append(
            f"{text}, {with_interval(net[kind]['above'])} nats a letter, within "
            f"{NEAR[kind]} on {counted(results['within'][kind])} seeds (the best table, of {order} "
            f"letters: {table['above']['mean']:.3f}{', nearer than the net' * wins})"
        )
    return (
        f"After {results['updates'][-1]:,} updates the net's held-out loss is above the exact "
        f"predictor's by, {said[0]}; {said[1]}. It predicts {net['fixed']['right']['mean']:.1%} of "
        f"the letters right, the exact predictor {exact['right']['mean']:.1%}: on average nobody "
        "can do better."
    )


def table(results):
    """A row for each predictor."""
    header = (
        "predictor", f"nats a letter, {results['n_letters']:,} letters", "accuracy",
        "above the exact predictor (95%)", f"nats, {results['n_fresh']:,} fresh letters",
        "accuracy, fresh", "above, fresh (95%)",
    )  # fmt: skip
    rows = []
    for key, name in NAMES.items():
        row = [name]
        for kind in NEAR:
            one = results["predictors"][key][kind]
            above = "" if key == "exact" else with_interval(one["above"])
            row += [f"{one['loss']['mean']:.3f}", f"{one['right']['mean']:.1%}", above]
        rows.append(tuple(row))
    return header, rows


def progress(results):
    """Loss and gradients against updates."""
    header = (
        "updates", "held-out loss", "loss on the training text", "held-out loss, fresh text",
        "gradient norm since, median", "5% to 95%", "largest",
    )  # fmt: skip
    p, rows = results["progress"], []
    for i, n in enumerate(results["updates"]):
        losses = [f"{p[key][i]['mean']:.3f}" for key in ("held_out", "training", "fresh")]
        since = ["", "", ""]
        if i:
            low, median, high = p["norms"][i - 1]
            since = [f"{median:.1f}", f"{low:.1f} to {high:.1f}"]
            since.append(f"{p['largest'][i - 1]['mean']:,.0f}")
        rows.append((f"{n:,}", *losses, *since))
    return header, rows


def by_place(results):
    """Accuracy of the net and the exact predictor by place in the word."""
    header = (
        "letter of the word",
        "share of the letters",
        "the net right",
        "exact predictor right",
    )
    a = results["accuracy"]
    rows = [
        (name, f"{a['letters'][name]['mean']:.1%}", f"{a['net']['groups'][name]['mean']:.1%}",
         f"{a['exact']['groups'][name]['mean']:.1%}")
        for name in GROUPS
    ]  # fmt: skip
    return header, rows


def nearest(results, n):
    """The index of the time asked that is nearest to n updates."""
    return int(np.argmin(np.abs(np.array(results["updates"]) - n)))


def document(results):
    """What the document says, what was measured here, a verdict, and why."""
    return [
        of_accuracy(results), of_training(results), of_clipping(results),
        of_regularization(results), of_memory(results), of_parameters(results),
        of_grammar(results),
    ]  # fmt: skip


def of_accuracy(results):
    a, all_letters = results["accuracy"], results["predictors"]
    inside = {who: a[who]["groups"]["all but the first"]["mean"] for who in ("net", "exact")}
    pattern = {who: max(p for p in a[who]["patterns"] if p is not None) for who in inside}
    reached = "holds" if inside["net"] >= SAID else "does not even hold"
    return (
        f"Teacher-forced: avg accuracy {SAID:.1%}.",
        f"{all_letters['net']['fixed']['right']['mean']:.1%} of held-out letters "
        f"({a['on_training']['mean']:.1%} of the training text); the exact predictor "
        f"{all_letters['exact']['fixed']['right']['mean']:.1%}. The easiest pattern: "
        f"{pattern['net']:.1%}, exact {pattern['exact']:.1%}. Sentences at or above it: "
        f"{a['net']['sentences']['mean']:.2%}, exact {a['exact']['sentences']['mean']:.2%}. "
        f"All letters but the first of each word: {inside['net']:.1%}, exact "
        f"{inside['exact']:.1%}.",
        verdict(all_letters["net"]["fixed"]["right"]["mean"] >= SAID, inside["net"] >= SAID),
        f"Not on average: no predictor can. {'No' if max(pattern.values()) < SAID else 'Some'} "
        f"pattern reaches it, and few sentences do. It {reached} "
        "for the letters after the first of each word; whether the document counted so, it does "
        "not say.",
    )


def of_training(results):
    p, said = results["progress"], []
    for n in (0, 1000, 5000, letters.N_UPDATES):
        i = nearest(results, n)
        said.append(f"{p['held_out'][i]['mean']:.3f} after {results['updates'][i]:,} updates")
    i, exact = nearest(results, 5000), results["predictors"]["exact"]["fixed"]["loss"]["mean"]
    start, end = p["held_out"][0]["mean"] - exact, p["held_out"][-1]["mean"] - exact
    done = (start + exact - p["held_out"][i]["mean"]) / (start - end)
    of_one = results["predictors"]["table 1"]["fixed"]["loss"]["mean"]
    return (
        "Step 0 is noise; by step 5,000 recognizable character patterns emerge, spaces and common "
        "digrams; by step 30,000 grammatical sentences.",
        f"Held-out loss {', '.join(said)}; the exact predictor {exact:.3f}.",
        of_parts(
            start + exact >= np.log(letters.N_SYMBOLS),  # no better than a guess
            p["held_out"][i]["mean"] < of_one,
            end < NEAR["fixed"],
        ),
        f"As to the loss, {done:.0%} of the whole way is made by "
        f"{results['updates'][i]:,} updates: more than spaces and digrams, as a table of one "
        f"letter has {results['predictors']['table 1']['fixed']['loss']['mean']:.3f}. The text "
        "that the net makes is the study `sampling`'s.",
    )


def of_clipping(results):
    p, m = results["progress"], results["clipped_by_the_mean"]
    first, last = p["norms"][0][1], p["norms"][-1][1]
    largest = max(at["max"] for at in p["largest"])
    share = p["clipped_if_mean"]["mean"]
    said = "Rare explosions are clipped" if 0 < share <= RARE else (
        "Clipping is no rare event" if share else "Nothing is clipped")  # fmt: skip
    return (
        f"Even with truncation, gradients can explode; they are clipped, C = {letters.LONGEST}.",
        f"Of the mean loss over the {letters.CHUNK} letters of a chunk, which is the document's, "
        f"{share:.2%} of the gradients are longer (most on a seed "
        f"{p['clipped_if_mean']['max']:.2%}); of its sum, by which the net here is clipped, "
        f"{p['clipped']['mean']:.1%}. The median norm of the sum's is {first:.1f} in the first "
        f"{results['updates'][1]:,} updates and {last:.1f} after {results['updates'][-2]:,}, the "
        f"largest of all seeds {largest:,.0f}.",
        verdict(0 < share <= RARE, share > RARE),
        f"{said}; held to: some, and no more than {RARE:.0%}. The largest is "
        f"{largest / last:,.0f} times the median at the end. Clipped by that of the mean a net is "
        f"{with_interval(m['above'])} nats above the exact predictor, {with_interval(m['less'])} "
        "less than clipped by the sum.",
    )


def of_regularization(results):
    p, net = results["progress"], results["predictors"]["net"]
    training, exact = p["training"][-1]["mean"], p["exact_on_training"]["mean"]
    lowest = min(range(len(p["held_out"])), key=lambda i: p["held_out"][i]["mean"])
    rise = p["held_out"][-1]["mean"] - p["held_out"][lowest]["mean"]
    return (
        "For the toy corpus only gradient clipping is used; regularization matters at scale.",
        f"At the end {training:.3f} nats on the training text, where the exact predictor has "
        f"{exact:.3f}; held out {net['fixed']['above']['mean']:.3f} above it, with fresh text "
        f"{net['fresh']['above']['mean']:.3f}. The held-out loss is lowest after "
        f"{results['updates'][lowest]:,} updates and rises by {rise:.4f} from there.",
        of_parts(training >= exact, rise < NEAR["fixed"] / 10),  # no overfitting, and no harm by it
        ("The net overfits: on its own text it is better than the best predictor can be on new text"
         if training < exact else "The net does not learn its text by heart")
        + f", and {net['fixed']['above']['mean'] - net['fresh']['above']['mean']:.3f} nats of its "
        "distance are for want of text.",
    )  # fmt: skip


def of_memory(results):
    r, (order, table) = results["read_before"], best_table(results, "fixed")
    old, new = r["above"], r["above, new"]
    better = "better than" if new["mean"] < table["above"]["mean"] else "no better than"
    by_heart = bool(old) and old["interval"][1] < new["interval"][0]
    return (
        "It does not memorize training examples; it learns distributional statistics.",
        f"{r['letters']['mean']:.0%} of the held-out letters are of sentences that stand word for "
        "word in its text" + (f", and cost {with_interval(old)} nats above the exact predictor"
                              if old else "") + f"; others {with_interval(new)}.",
        of_parts(not by_heart, better == "better than"),
        ("It does both: what it has read it knows better, and what it has not"
         if by_heart else "What it has not read it predicts")
        + f" {better} a table of {order} letters does the whole text "
        f"({table['above']['mean']:.3f} above).",
    )  # fmt: skip


def of_parameters(results):
    n, symbols = results["parameters"], results["symbols"]
    parts = core.zero_rnn(letters.HIDDEN, symbols["here"], symbols["here"])[1:]
    return (
        "A 27-character vocabulary; the five parameters.",
        f"{len(parts)} arrays (W_xh, W_hh, b_h, W_hy, b_y), {n['here']:,} numbers with "
        f"{symbols['here']} symbols.",
        of_parts(len(parts) == 5, symbols["here"] == 27, sum(W.size for W in parts) == n["here"]),
        f"Of the symbols {symbols['that occur']} occur in the grammar's text, its letters and the "
        f"space; with these alone the numbers were {n['that occur']:,}.",
    )


def of_grammar(results):
    g = results["grammar"]
    return (
        "A 38-word grammar, whose template 15 is the one with the adverb.",
        f"{g['words']} words, {g['patterns']} patterns, {g['sentences']:,} sentences.",
        of_parts(g["words"] == 38, g["patterns"] == 16),
        "The words are as many with the determiners and the adverb. Template 15 is the last of "
        f"{g['patterns']}, counted from 0.",
    )


# ==== Figure ======================================================================================
def figures(results):
    net = results["predictors"]["net"]
    figure = new_figure(
        f"The net is {net['fixed']['above']['mean']:.3f} nats a letter above the best that anyone "
        f"can predict,\nwith fresh text {net['fresh']['above']['mean']:.3f}: means over "
        f"{results['seeds']} seeds, held-out text",
        height=8.2,
    )
    axes = figure.subplots(2, 2)
    draw_losses(axes[0, 0], results)
    draw_tables(axes[0, 1], results)
    draw_gradients(axes[1, 0], results)
    draw_places(axes[1, 1], results)
    return {"letters.png": figure}


def draw_losses(ax, results):
    p, updates = results["progress"], np.array(results["updates"]) / 1000
    exact = results["predictors"]["exact"]["fixed"]["loss"]["mean"]
    lines = (
        ("held_out", "held-out text", BASELINE, "-", "o"),
        ("training", "the text it learns from", BASELINE, ":", "s"),
        ("fresh", "held-out text, learning from fresh text", AUTOMATIZER, "-", "D"),
    )
    for key, label, colour, style, marker in lines:
        loss = [at["mean"] for at in p[key]]
        ax.plot(updates, loss, color=colour, ls=style, marker=marker, ms=4, lw=2, label=label)
    ax.axhline(exact, color="black", lw=1, ls="--", label="exact predictor")
    spread = p["held_out"][0]["mean"] - exact
    ax.set(
        title="loss while learning", xlabel="thousands of updates", ylabel="nats per letter",
        ylim=(exact - 0.06 * min(1, spread), min(p["held_out"][0]["mean"], exact + 0.5)),
    )  # fmt: skip
    ax.legend(loc="upper right")


def draw_tables(ax, results):
    of = results["predictors"]
    for kind, colour, marker, text, at in (
        ("fixed", BASELINE, "o", f"{results['n_letters']:,} letters", 7.0),
        ("fresh", AUTOMATIZER, "D", f"{results['n_fresh']:,} letters", 7.5),
    ):
        loss = [of[f"table {order}"][kind]["loss"]["mean"] for order in ORDERS]
        ax.plot(ORDERS, loss, color=colour, marker=marker, lw=2, label=f"from {text}")
        ax.plot(at, of["net"][kind]["loss"]["mean"], marker, color=colour, ms=9)
    ax.axhline(of["exact"]["fixed"]["loss"]["mean"], color="black", lw=1, ls="--")
    ax.set_xticks([*ORDERS, 7.25], [*ORDERS, "net"])
    ax.set(title="loss of tables, and of the net", xlabel="letters that a table sees")
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper right", title="learnt")


def draw_gradients(ax, results):
    p, updates = results["progress"], np.array(results["updates"]) / 1000
    low, median, high = np.array(p["norms"]).T
    largest = [at["mean"] for at in p["largest"]]
    ax.stairs(largest, updates, color=CHUNKER, lw=2, label="largest", baseline=None)
    ax.stairs(high, updates, baseline=low, color=BASELINE, fill=True, alpha=0.3, label="5% to 95%")
    ax.stairs(median, updates, color=BASELINE, lw=2, label="median", baseline=None)
    ax.axhline(letters.LONGEST, color="black", lw=1, ls="--", label="clipped above this")
    ax.set(
        title="norm of the gradient", xlabel="thousands of updates", yscale="log",
        ylim=(2, 40 * max(largest)),
    )  # fmt: skip
    ax.legend(loc="upper right", ncols=2)


def draw_places(ax, results):
    a, at = results["accuracy"], np.arange(len(PLACES))
    for shift, who, colour, label in (
        (-0.2, "net", BASELINE, "the net"), (0.2, "exact", FAINT, "exact predictor"),
    ):  # fmt: skip
        share = [100 * a[who]["groups"][name]["mean"] for name in PLACES]
        ax.bar(at + shift, share, 0.38, color=colour, label=label)
    ax.axhline(100 * SAID, color="black", lw=1, ls=":", label=f"the document's {SAID:.1%}")
    ax.set_xticks(at, PLACES)
    ax.set(title="letters right, by their place in the word", ylabel="%", ylim=(0, 138))
    ax.set_yticks(range(0, 101, 20))
    ax.grid(axis="x", visible=False)
    ax.legend(loc="upper left", ncols=2)
