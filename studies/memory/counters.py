"""How far do Elman, GRU and LSTM nets count?

    python3 -m studies counters

Three nets of about as many parameters (Elman 21 tanh units, GRU 12, LSTM 10) predict the next
symbol of strings that stand between two markers.

Blocks: a^n b^n and a^n b^n c^n, trained on n = 1 .. 10 or 1 .. 50. A string is right when at every
place the most probable symbol is one that may come: after the marker an a, after an a an a or a b,
and from the first b on the one symbol that may (the end marker too); so Gers and Schmidhuber
(2001) and, nearly, Weiss, Goldberg and Yahav (2018). Asked is every n up to a cap; reported is the
longest n such that all n up to it are right, of the net at the end of training. Random choices are
right with 1/V (2/V)^n (1/V)^n for V = 3 symbols of a^n b^n: 7% at n = 1, 0.06% at n = 3.

Brackets of one kind and of two (Dyck-1, Dyck-2), balanced, at most 5 deep and 50 long, all of a
length equally likely; asked are fresh ones, as long or longer, as deep or deeper. Right is a string
where at every place the most probable of the closing brackets and the end marker is the one that
may come: the closing bracket of the innermost open one, or the end where none is open; after the
start marker nothing is asked. Random choices are right with (1 / (kinds + 1))^length.

What a unit counts with: R^2 of a line through its state (tanh unit or h; the cell c of the LSTM)
against the number of a's read, n = 1 up to the longest trained; the best unit there, and the same
unit up to 4 times as many.

Training: full BPTT, Adam, the loss per symbol, gradients clipped at norm 1, the rate falling in a
straight line to 0; 10 block strings or 32 bracket strings in a batch. Short strings come first:
those of n up to 5 or of 6 brackets, then longer and longer ones, after 60% of the updates all.
(Without it the Elman net failed on training strings of a^n b^n c^n up to 50, on seed 0.) W_hh
orthogonal; weights of the GRU and LSTM uniform, forget bias 1. All nets make as many updates.
"Fails" is always with this recipe, within this budget.

Controls: a table of what follows the last k symbols of a string (shorter contexts where one was
not met), and the untrained net with a read-out fitted on its states (L-BFGS).

For each net rates 0.003, 0.01 and 0.03 were tried on a^n b^n to 50 and on Dyck-2, 3,000 updates
on seeds 0 to 4 (0.003: to 3). The best was 0.03, but for the Elman net on blocks 0.01; as 0.03 is
the largest tried, one beyond it may be better still. Reported are seeds from 100.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studies.lab import letters
from studies.lab.averages import means
from studies.lab.intervals import counted, mean, proportion
from studies.lab.intervals import percent_of_shares as percent
from studies.lab.runner import parallel_map
from studies.lab.three_nets import (
    BLOCKS,
    BRACKETS,
    DEPTH,
    FARTHER,
    KINDS,
    ORDERS,
    run_blocks,
    run_bracket_table,
    run_brackets,
    run_table,
)  # fmt: skip
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    trained: tuple  # longest n trained on
    updates: int  # on blocks
    cap: int  # longest n asked
    bracket_updates: int
    longest: int  # brackets trained on
    per_length: int  # strings of them of each length
    depths: tuple  # of bracket strings asked
    lengths: tuple
    n_asked: int  # of each depth and length
    fits: int  # steps of a read-out alone, at most


FULL = Plan(10, (10, 50), 6000, 1000, 4000, 50, 80, (3, 5, 7, 9), (50, 100, 200), 100, 1000)
QUICK = Plan(2, (3, 6), 40, 12, 10, 14, 2, (3, 5, 7), (14, 20), 5, 20)


# ==== The study ===================================================================================
def one_run(arguments):
    run, *rest = arguments
    return run(*rest)


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    tasks = {
        (language, str(n), name): [(run_blocks, language, name, n, s, plan) for s in seeds]
        for n in reversed(plan.trained) for language in reversed(BLOCKS) for name in KINDS
    }  # fmt: skip
    tasks |= {
        (language, name): [(run_brackets, language, name, s, plan) for s in seeds]
        for language in BRACKETS for name in KINDS
    }  # fmt: skip
    tasks |= {
        (language,): [(run_bracket_table, language, s, plan) for s in seeds]
        for language in BRACKETS
    }
    tasks |= {
        (language, str(trained)): [(run_table, language, trained)]
        for trained in plan.trained for language in BLOCKS
    }  # fmt: skip
    every = [task for some in tasks.values() for task in some]
    done = iter(parallel_map(one_run, every, jobs, "counters"))
    found = {key: [next(done) for _ in some] for key, some in tasks.items()}
    most = str(plan.trained[-1])
    return {
        "first_seed": letters.FIRST_SEED, "seeds": plan.n_seeds, "cap": plan.cap,
        "trained": list(plan.trained), "updates": plan.updates, "orders": list(ORDERS),
        "bracket_updates": plan.bracket_updates, "longest_brackets": plan.longest,
        "depths": list(plan.depths), "lengths": list(plan.lengths),
        "hidden": {name: kind.hidden for name, kind in KINDS.items()},
        "blocks": {
            language: {
                str(n): {name: summary(found[language, str(n), name]) for name in KINDS}
                for n in plan.trained
            }
            for language in BLOCKS
        },
        "tables": {
            language: {str(n): found[language, str(n)][0] for n in plan.trained}
            for language in BLOCKS
        },
        "brackets": {
            language: {
                **{name: bracket_summary(found[language, name]) for name in KINDS},
                "table": means(found[language,]),
            }
            for language in BRACKETS
        },
        "traces": {name: found["a^n b^n", most, name][0]["trace"] for name in KINDS},
    }  # fmt: skip


def summary(runs):
    """One net on one of `BLOCKS`, over the seeds."""

    def of_all(what, key):
        return mean([run[what][key] for run in runs])

    return {
        "parameters": runs[0]["parameters"],
        **{key: of_all("net", key) for key in ("longest", "anywhere", "within", "beyond")},
        "all_trained": proportion([run["net"]["within"] == 1 for run in runs]),
        "five": proportion([run["net"]["five"] for run in runs]),
        "reservoir": of_all("reservoir", "longest"),
        "unit": {key: of_all("unit", key) for key in ("trained", "farther")},
        "start": {key: of_all("start", key) for key in ("trained", "farther")},
        "each": [run["net"]["longest"] for run in runs],
    }


def bracket_summary(runs):
    found = {what: means([run[what] for run in runs]) for what in ("net", "reservoir")}
    return {"parameters": runs[0]["parameters"], **found}


# ==== Tables and sentences ========================================================================
def block(results, language, trained, name):
    return results["blocks"][language][str(trained)][name]


def cells(results):
    """(language, longest n trained on) of every cell."""
    return [(language, n) for language in BLOCKS for n in results["trained"]]


def spread(found, cap):
    """Median, least and most of the longest n, with the cap marked."""
    low, middle, high = (
        f"{found[key]:,.0f}" + ("+" if found[key] >= cap else "")
        for key in ("min", "median", "max")
    )
    return f"{middle} ({low} to {high})"


def reach(results, language, trained, name):
    return spread(block(results, language, trained, name)["longest"], results["cap"])


def deep(results, language, name, depth, length, what="net"):
    """Share of bracket strings right, with its interval over the seeds."""
    found = results["brackets"][language][name]
    return (found if name == "table" else found[what])[str(depth)][str(length)]


def trained_depth(results):
    """The deepest asked that was trained on, and the shortest length asked."""
    return max(d for d in results["depths"] if d <= DEPTH), results["lengths"][0]


def answer(results):
    """The findings, with the best control."""
    said = []
    for language, n in cells(results):
        nets = ", ".join(f"{name} {reach(results, language, n, name)}" for name in KINDS)
        best = max(one["longest"] for one in results["tables"][language][str(n)].values())
        still = max(block(results, language, n, name)["reservoir"]["max"] for name in KINDS)
        said.append(f"{language} trained to n = {n}: {nets}; table {best}, untrained {still:.0f}")
    depth, length = trained_depth(results)
    far = results["depths"][-1]
    brackets = ", ".join(
        f"{name} {deep(results, 'Dyck-2', name, depth, length)['mean']:.0%} and "
        f"{deep(results, 'Dyck-2', name, far, length)['mean']:.0%}"
        for name in (*KINDS, "table")
    )
    return (
        f"All n are right up to (median of {results['seeds']} seeds, least to most, + the cap): "
        f"{'. '.join(said)}. Strings of two kinds of brackets, {length} long, right at a depth of "
        f"{depth} (trained) and {far}: {brackets}.{beaten(results)}"
    )


def beaten(results):
    """Where a control comes as far as the median of a trained net, as a sentence."""
    found = []
    for language, n in cells(results):
        tables = [one["longest"] for one in results["tables"][language][str(n)].values()]
        for name in KINDS:
            one = block(results, language, n, name)
            if max(*tables, one["reservoir"]["max"]) >= one["longest"]["median"]:
                found.append(f"{name} on {language} to {n}")
    return f" A control comes as far as the median of: {', '.join(found)}." if found else ""


def table(results):
    """Net x language x longest n trained on."""
    header = (
        "language, trained to n", "net", "parameters", "all n right up to, on every seed",
        "median", "at best", "longest right at all, at best", "seeds with all trained n right",
        "untrained, read-out fitted: at best",
    )  # fmt: skip
    rows = []
    for language, n in cells(results):
        for name in KINDS:
            one = block(results, language, n, name)
            rows.append((
                f"{language}, {n}", name, f"{one['parameters']:,}",
                *(f"{one['longest'][key]:,.0f}" for key in ("min", "median", "max")),
                f"{one['anywhere']['max']:,.0f}", counted(one["all_trained"]),
                f"{one['reservoir']['max']:.0f}",
            ))  # fmt: skip
        for order, one in results["tables"][language][str(n)].items():
            longest = str(one["longest"])
            rows.append((
                f"{language}, {n}", f"table of {order}", "", *[longest] * 3, str(one["anywhere"]),
                "yes" if one["within"] == 1 else "no", "",
            ))  # fmt: skip
    return header, rows


def bracket_table(results):
    """Strings right by depth, a row for each net and length."""
    header = (
        "brackets", "net", "parameters", "length",
        *(f"{d} deep" + (" (trained)" if d <= DEPTH else "") for d in results["depths"]),
    )  # fmt: skip
    rows = []
    for language in BRACKETS:
        for length in results["lengths"]:
            for name in (*KINDS, "table"):
                found = results["brackets"][language][name]
                label = f"table of {ORDERS[-1]}" if name == "table" else name
                rows.append((
                    language, label, "" if name == "table" else f"{found['parameters']:,}",
                    f"{length}" + (" (trained)" if length <= results["longest_brackets"] else ""),
                    *(percent(deep(results, language, name, d, length))
                      for d in results["depths"]),
                ))  # fmt: skip
    return header, rows


def seen(results):
    """What the units count with, as lines."""
    lines = []
    for n in results["trained"]:
        said = "; ".join(
            f"{name} {one['unit']['trained']['mean']:.3f} and {one['unit']['farther']['mean']:.3f} "
            f"(untrained {one['start']['trained']['mean']:.3f} and "
            f"{one['start']['farther']['mean']:.3f})"
            for name, one in ((name, block(results, "a^n b^n", n, name)) for name in KINDS)
        )
        lines.append(
            f"- a^n b^n to n = {n}: R^2 of a line through the straightest unit's state against "
            f"the a's read, up to {n} and up to {FARTHER * n}: {said}."
        )
    depth, length = trained_depth(results)
    for language in BRACKETS:
        still = ", ".join(
            f"{name} {percent(deep(results, language, name, depth, length, 'reservoir'))}"
            for name in KINDS
        )
        lines.append(
            f"- {language}, {depth} deep and {length} long, by untrained nets with a read-out "
            f"fitted: {still}."
        )
    return "\n".join(lines)


# ==== What the document says ======================================================================
MOSTLY, SELDOM = 0.95, 0.5  # of strings right: that is learnt, that fails


def farther(results, a, b, language, trained):
    """Whether one net's longest n is larger: by the 95% interval of the mean difference of logs."""
    logs = (np.log1p(block(results, language, trained, name)["each"]) for name in (a, b))
    return mean(np.subtract(*logs))["interval"][0] > 0


def document(results):
    """What "Networks That Remember" says, what was measured, a verdict, why."""
    rows = (
        hierarchy, cited, regular, bounded, context_free, passes, drops, estimates, incapable,
        matching, nested, longer,
    )  # fmt: skip
    return [row(results) for row in rows]


def reaches(results, names, languages=tuple(BLOCKS)):
    return "; ".join(
        f"{language} to n = {n}: "
        + ", ".join(f"{name} {reach(results, language, n, name)}" for name in names)
        for language in languages for n in results["trained"]
    )  # fmt: skip


def hierarchy(results):
    pairs = (("GRU", "Elman"), ("LSTM", "GRU"), ("LSTM", "Elman"))
    won = {
        pair: [cell for cell in cells(results) if farther(results, *pair, *cell)] for pair in pairs
    }
    all_cells = len(cells(results))
    said = ", ".join(f"{a} over {b} in {len(won[a, b])} of {all_cells}" for a, b in pairs)
    whole = all(len(won[pair]) == all_cells for pair in pairs[:2])
    return (
        "Elman < GRU < LSTM; each architecture strictly more powerful than the last",
        f"all n right up to, median (least to most): {reaches(results, KINDS)}",
        verdict(whole, any(won.values())),
        f"Farther, by the interval of the mean difference of logs: {said}. What was trained says "
        "what is learnt within this budget, not what can be recognised.",
    )


def cited(results):
    return (
        "Weiss, Goldberg and Yahav (2018) showed a strict containment hierarchy Elman < GRU < LSTM",
        f"nothing here can: nets of one size, trained, asked to n = {results['cap']:,}",
        UNTESTED,
        "The document misstates them. Their abstract: at finite precision and in time linear in "
        "the input the LSTM and the Elman net of rectified units are strictly stronger than the "
        "tanh net and the GRU, as those count and these do not: by that GRU and tanh-Elman stand "
        "on one step, and an Elman net on the LSTM's.",
    )


def regular(results):
    depth, _ = trained_depth(results)
    shares = [deep(results, "Dyck-1", "Elman", depth, n) for n in results["lengths"]]
    return (
        "Elman networks can learn regular languages",
        f"Dyck-1 of depth {depth}, which a finite automaton recognises, Elman: "
        + ", ".join(f"{percent(s)} at {n}" for s, n in zip(shares, results["lengths"])),
        verdict(all(s["mean"] >= MOSTLY for s in shares), shares[0]["mean"] >= SELDOM),
        f"Held to: {MOSTLY:.0%} of strings right at all lengths, {SELDOM:.0%} of those as long as "
        f"were trained on for a part; trained up to {results['longest_brackets']}. Other regular "
        "languages it may learn or not.",
    )


def exact(results, name):
    """Proportions of seeds with all trained n right, by cell."""
    return {cell: block(results, *cell, name)["all_trained"] for cell in cells(results)}


def exact_words(results, name):
    said = (f"{cell[0]} to n = {cell[1]} {counted(p)}" for cell, p in exact(results, name).items())
    return ", ".join(said)


def bounded(results):
    shares = [p["share"] for p in exact(results, "GRU").values()]
    return (
        "GRU can recognize some counter languages, including bounded counting tasks",
        f"GRU, seeds with all trained n right: {exact_words(results, 'GRU')}; all n right up to: "
        f"{reaches(results, ['GRU'])}",
        verdict(min(shares) == 1, max(shares) > 0),
        "Held to: right at every n trained on. Any net with enough states told apart can do it.",
    )


def context_free(results):
    found = {n: block(results, "a^n b^n", n, "LSTM")["longest"] for n in results["trained"]}
    cap = results["cap"]
    whole = any(one["min"] >= cap for one in found.values())
    return (
        "LSTM can learn context-free languages including the classic a^n b^n",
        f"all n right up to: {reaches(results, ['LSTM'], ['a^n b^n'])}",
        verdict(whole, any(one["min"] > n for n, one in found.items())),
        f"Held to: right up to n = {cap:,} on every seed for the whole claim, beyond what was "
        "trained on every seed for a part.",
    )


def passes(results):
    found = [block(results, "a^n b^n", n, "Elman")["five"] for n in results["trained"]]
    said = " and ".join(map(counted, found))
    to = " and ".join(map(str, results["trained"]))
    return (
        "aaaaabbbbb passes (Elman)", f"right on {said} seeds when trained to n = {to}",
        verdict(all(p["share"] == 1 for p in found), any(p["k"] for p in found)),
        "n = 5 is among the strings trained on.",
    )  # fmt: skip


def drops(results):
    found = {n: block(results, "a^n b^n", n, "Elman") for n in results["trained"]}
    dropped = [one["beyond"]["mean"] < one["within"]["mean"] / 2 for one in found.values()]
    said = "; ".join(
        f"trained to {n}: {percent(one['within'])} of n up to {n}, {percent(one['beyond'])} of n "
        f"from {n + 1} to {2 * n}"
        for n, one in found.items()
    )
    return (
        "Accuracy drops sharply (Elman, a^n b^n)", said, verdict(all(dropped), any(dropped)),
        "Sharply: to less than half beyond the longest n trained on.",
    )  # fmt: skip


def estimates(results):
    found = exact(results, "Elman")
    to_cap = any(
        block(results, *cell, "Elman")["longest"]["max"] >= results["cap"] for cell in found
    )
    some = any(p["k"] for p in found.values())
    return (
        "Elman cannot truly count, only estimate",
        f"Elman, seeds with all trained n right: {exact_words(results, 'Elman')}; all n right up "
        f"to: {reaches(results, ['Elman'])}",
        NOT if to_cap else IN_PART if some else HOLDS,
        f"Within the strings trained on the count is exact on {'some' if some else 'no'} seeds; "
        f"up to n = {results['cap']:,} on {'some' if to_cap else 'none'}.",
    )


def incapable(results):
    found = exact(results, "Elman")
    (depth, length), far = trained_depth(results), results["depths"][-1]
    some = any(p["k"] for p in found.values())
    most = max(n for (_, n), p in found.items() if p["k"]) if some else 0
    return (
        "For exact counts or deeply nested structure a vanilla RNN is architecturally "
        "insufficient, not just harder to train, but provably incapable",
        f"Elman, seeds with all trained n right: {exact_words(results, 'Elman')}; Dyck-2 right at "
        f"depth {depth} (trained): {percent(deep(results, 'Dyck-2', 'Elman', depth, length))}, at "
        f"{far}: {percent(deep(results, 'Dyck-2', 'Elman', far, length))}",
        IN_PART if some else UNTESTED,
        "The proof is of finite precision and counts without bound; of these no training can "
        "show anything. "
        + (f"Exact counts up to a bound, n = {most}, it learnt." if some else
           "Exact counts up to a bound were not learnt, which proves nothing."),
    )  # fmt: skip


def nets_at(results, language, depth, length):
    return ", ".join(
        f"{name} {percent(deep(results, language, name, depth, length))}"
        for name in (*KINDS, "table")
    )


def matching(results):
    depth, length = trained_depth(results)
    shares = [deep(results, language, "Elman", depth, length)["mean"] for language in BRACKETS]
    said = "; ".join(
        f"{language} {nets_at(results, language, depth, length)}" for language in BRACKETS
    )
    return (
        "They can learn some context-free patterns (bracket matching with bounded depth)",
        f"strings {depth} deep and {length} long right: {said}",
        verdict(min(shares) >= MOSTLY, max(shares) >= SELDOM),
        f"Held to Elman's share: {MOSTLY:.0%} for both kinds of brackets, {SELDOM:.0%} of one for "
        "a part. Bounded depth makes the language regular.",
    )


def nested(results):
    (depth, length), far = trained_depth(results), results["depths"][-1]
    worse = [
        deep(results, language, "Elman", far, length)["interval"][1]
        < deep(results, language, "Elman", depth, length)["interval"][0]
        for language in BRACKETS
    ]
    said = "; ".join(f"{lang} {nets_at(results, lang, far, length)}" for lang in BRACKETS)
    return (
        "They struggle with deeply nested structures",
        f"strings {far} deep and {length} long right: {said}", verdict(all(worse), any(worse)),
        f"Elman at depth {far} against {depth}, the deepest trained is {DEPTH}; worse where the "
        "intervals lie apart.",
    )  # fmt: skip


def longer(results):
    depth, _ = trained_depth(results)
    last = results["lengths"][-1]
    shares = {
        f"{language}, {n + 1} to {2 * n}": block(results, language, n, "Elman")["beyond"]
        for language, n in cells(results)
    } | {f"{b}, {depth} deep, {last} long": deep(results, b, "Elman", depth, last)
         for b in BRACKETS}  # fmt: skip
    fails = [share["mean"] < SELDOM for share in shares.values()]
    return (
        "and fail to generalize beyond training lengths",
        "Elman, strings right: " + "; ".join(f"{k} {percent(s)}" for k, s in shares.items()),
        verdict(all(fails), any(fails)),
        f"Fails: less than {SELDOM:.0%} right. A count must go beyond what was met; brackets of a "
        "depth that was met need no new state.",
    )


# ==== Figures =====================================================================================
COLOURS = {"Elman": BASELINE, "GRU": CHUNKER, "LSTM": AUTOMATIZER}


def figures(results):
    return {"counters.png": how_far(results), "counters_traces.png": what_counts(results)}


def how_far(results):
    n = results["trained"][-1]
    found = {name: block(results, "a^n b^n", n, name)["longest"]["median"] for name in KINDS}
    medians = ", ".join(f"{name} {median:.0f}" for name, median in found.items())
    title = f"a^n b^n trained to n = {n}: all n right up to (median) {medians}"
    figure = new_figure(title, height=7.2)
    top, bottom = figure.subfigures(2, 1, height_ratios=[1.1, 1])
    for ax, cell in zip(top.subplots(1, len(cells(results)), sharey=True), cells(results)):
        draw_reach(ax, results, *cell)
    top.axes[0].set_ylabel("all n right up to, a dot is a seed")
    shown = [(b, n) for b in BRACKETS for n in (results["lengths"][0], results["lengths"][-1])]
    for ax, where in zip(bottom.subplots(1, 4, sharey=True), shown):
        draw_brackets(ax, results, *where)
    bottom.axes[0].set_ylabel("bracket strings right")
    lines = bottom.axes[0].get_legend_handles_labels()
    figure.legend(*lines, loc="outside lower center", ncols=4)
    return figure


def draw_reach(ax, results, language, trained):
    for at, name in enumerate(KINDS):
        each = block(results, language, trained, name)["each"]
        spaced = at + np.linspace(-0.25, 0.25, len(each))
        ax.plot(spaced, np.maximum(each, 0.8), "o", color=COLOURS[name], ms=5, alpha=0.8)
        ax.hlines(max(np.median(each), 0.8), at - 0.35, at + 0.35, color="black", lw=1.5)
    ax.axhline(trained, color=FAINT, ls="--", lw=1)
    ax.set_yscale("log")
    ax.set_yticks([1, 10, 100, 1000], ["0-1", "10", "100", "1,000"])
    ax.set_xticks(range(len(KINDS)), KINDS)
    every = [one for at in cells(results) for k in KINDS for one in block(results, *at, k)["each"]]
    ax.set(xlim=(-0.6, len(KINDS) - 0.4), ylim=(0.7 if min(every) < 5 else 5, 1.3 * results["cap"]))
    ax.set_title(f"{language}, n to {trained}\n(dashed)", fontsize=10)


def draw_brackets(ax, results, language, length):
    depths = results["depths"]
    for name in (*KINDS, "table"):
        found = [deep(results, language, name, depth, length)["mean"] for depth in depths]
        colour = COLOURS.get(name, FAINT)
        label = f"table of {ORDERS[-1]}" if name == "table" else name
        ax.plot(depths, found, "o-", color=colour, ms=4, label=label)
    ax.axvline(DEPTH + 0.5, color=FAINT, ls="--", lw=1)
    ax.set(ylim=(-0.03, 1.05), xlabel="depth (trained left of dashes)", xticks=depths)
    ax.set_title(f"{language}, {length} long", fontsize=10)


def what_counts(results):
    n = results["trained"][-1]
    straight = ", ".join(
        f"{name} {block(results, 'a^n b^n', n, name)['unit']['farther']['mean']:.2f}"
        for name in KINDS
    )
    figure = new_figure(
        f"The unit that counts best: R$^2$ of a line up to {FARTHER * n} a's, mean of seeds\n"
        f"{straight}",
        height=3.9,
    )
    for ax, (name, lines) in zip(figure.subplots(1, len(KINDS)), results["traces"].items()):
        for k, line in enumerate(lines):
            turn = len(line) // 2
            ax.plot(line, color=COLOURS[name], lw=1.4, alpha=0.35 + 0.65 * k / len(lines))
            ax.plot(turn, line[turn], "o", color="black", ms=4)
        state = {"LSTM": "cell c", "GRU": "h"}.get(name, "tanh unit")
        ax.set_title(f"{name}: {state}, seed {results['first_seed']}", fontsize=10)
        ax.set_xlabel("symbols read; dot: the last a")
    figure.axes[0].set_ylabel("state")
    return figure
