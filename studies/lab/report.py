"""Writes the numbers of the JSON files into the READMEs.

A README marks each place as `<!-- OWNER.FUNCTION -->` .. `<!-- end -->`. OWNER is
a study, whose function makes the text or table of its committed results; or
`report`: the functions below, on the headline run and on several studies at once.
A test fails when the text between the marks is not what these functions make.
"""

from __future__ import annotations

import re
from contextlib import nullcontext

from chunker_very_deep_1200 import (
    BASELINE_BATCH,
    CUTOFF,
    SUMMARY,
    BadInput,
    load_results,
    write_whole,
)

from . import catalogue
from .catalogue import results_of
from .intervals import counted, percent

DEPTH = "effective BPTT depth, baseline, steps"  # as in SUMMARY
MARKED = re.compile(r"(<!-- (\w+)\.(\w+) -->)(\n?).*?(<!-- end -->)", re.DOTALL)


def readmes():
    """The READMEs that hold marks: {path: family, or None at the top}."""
    found = {catalogue.HOME.parent / "README.md": None}
    found |= {catalogue.HOME / family / "README.md": family for family in catalogue.FAMILIES}
    return {path: family for path, family in found.items() if path.exists()}


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


# ==== The headline run, from results.json =========================================================
def finding():
    r, seeds = load_results(), results_of("seeds")
    perfect, depth = seeds["chunker_perfect"], seeds["effective_depth_baseline"]
    seconds = results_of("benchmark")["process"]["headline"]["median_s"]
    short = results_of("lengths")
    low, high = short["lengths"]
    plain, both = (short["methods"][name] for name in ("plain RNN", "A + C"))
    rarity = results_of("rarity")["levels"]
    forms, rivals = results_of("decisive")["forms"], results_of("rivals")
    first, second = (form["systems"] for form in forms.values())
    plain_net, lstm = (
        " and ".join(counted(rivals["cells"][form][f"{net}, chosen"]["solved"]) for form in forms)
        for net in ("plain RNN", "LSTM")
    )
    budgets = [rivals["budget"] / s["A + C, chosen"]["budget"]["mean"] for s in (first, second)]
    asleep = [
        1 - first[f"table of order {n}, mispredicted"]["target_flagged"]["mean"] for n in (0, 1)
    ]
    third = [rows["table of order 3, threshold"]["solved"] for rows in (first, second)]
    counting = [results_of("needed")["tasks"][task]["cells"] for task in ("decisive", "parity")]
    linear, layered = counting[0]["counts, linear"], counting[1]["counts + hidden layer"]
    tables = [first[f"table of order {n}, mispredicted"]["choice"]["mean"] for n in (0, 1)]

    def recalled(predictor):
        return sum(level[predictor]["perfect"]["share"] == 1 for level in rarity)

    return (
        f"**{r['T'] - 1:,} steps become {r['effective_depth_chunker']:g} events.** The chunker "
        f"recalls {r['chunker_eval_acc']:.0%} of the triggers, on {perfect['k']} of {perfect['n']} "
        f"seeds. One net of the same kind, trained at full length with the same recipe on "
        f"{r['hyperparameters']['baseline_epochs'] * BASELINE_BATCH} sequences, recalls "
        f"{r['baseline_eval_acc']:.0%}; asked only for A or B it is right "
        f"{seeds['baseline_choice']['mean']:.1%} of the time, chance being 50%. Its gradient keeps "
        f"{CUTOFF:.0%} of its norm over {depth['median']:.0f} steps (median; {depth['min']:.0f} to "
        f"{depth['max']:.0f}). The whole run takes {seconds:.1f} s on one CPU core.\n\n"
        f"**Two simpler things do it too.** Trained on {low} to {high} symbols, one plain net "
        f"bridges {short['asked_at']:,} on {counted(plain['solved'])} seeds. With the same freedom "
        f"the chunker does on {counted(both['solved'])}, in medians with "
        f"{plain['multiply_adds'] / both['multiply_adds']:,.0f} times fewer multiply-adds until "
        "choice and all filler are right. A and B never stand in the filler: a table of symbol "
        "frequencies in A's place, with the same rule for the threshold, lets C recall everything "
        f"at {recalled('symbols')} of {len(rarity)} levels of noise, A at {recalled('A')}.\n\n"
        "**Events made of the filler's own symbols.** Automatizer and chunker then choose right on "
        f"{counted(first['A + C']['solved'])} seeds, and on {counted(second['A + C']['solved'])} "
        "when the answer is the parity of two triggers (on "
        f"{counted(second['A + C, not growing']['solved'])} when the number of distractors in "
        "training does not grow); with no labelled sequence for the threshold on "
        f"{counted(first['A + C, mispredicted']['solved'])} and "
        f"{counted(second['A + C, mispredicted']['solved'])}. C without recurrent weights gets "
        f"{first['no W_hh in C']['with_distractors']['mean']:.1%} and "
        f"{second['no W_hh in C']['with_distractors']['mean']:.1%} where there is a distractor, "
        f"chance being 50%. Tables of symbols and of pairs in A's place get {tables[0]:.1%} and "
        f"{tables[1]:.1%} without parity; targets that they do not send up, {asleep[0]:.0%} and "
        f"{asleep[1]:.0%}, count as wrong. A table that looks back three symbols solves "
        f"{counted(third[0])} and {counted(third[1])}. On training lengths of its own one plain "
        f"net solves {plain_net}, an LSTM {lstm}, within {budgets[0]:.0f} and {budgets[1]:.0f} "
        "times the multiply-adds of A + C on theirs. Counting does it as well, with no recurrence: "
        "from triples of symbols and the last pair a linear read-out solves "
        f"{counted(linear['solved'])} without parity, and, the filler's triples taken away, a "
        f"hidden layer {counted(layered['solved'])} with it."
    )


def results_table():
    r, seeds, benchmark = load_results(), results_of("seeds"), results_of("benchmark")
    rows = [
        (name, document, form.format(r[key]))
        for name, document, key, form in SUMMARY
        if key != "wallclock_s"
    ]
    at_500, depth = seeds["document_seeds"], seeds["effective_depth_baseline"]
    name = f"effective BPTT depth, baseline, on {depth['n']} seeds: median (range)"
    over_seeds = f"{depth['median']:.0f} ({depth['min']:.0f} to {depth['max']:.0f})"
    rows.insert(1 + [row[0] for row in rows].index(DEPTH), (name, "-", over_seeds))
    perfect = sum(s["chunker_eval_acc"] == 1 for s in at_500)
    baseline = max(s["baseline_eval_acc"] for s in at_500)
    ratio = min(s["depth_reduction_ratio"] for s in at_500)
    env, seconds = benchmark["env"], benchmark["process"]["headline"]["median_s"]
    rows += [
        ("chunker loss in the last epoch, nats", "0.003", f"{r['chunker_loss'][-1]:.4f}"),
        ("surprise threshold, nats", "1.40", f"{r['hyperparameters']['threshold']:.2f}"),
        ("seeds 1 to 3 at T = 500: chunker, baseline, ratio", "3/3 at 100%, 0%, 249.5x",
         f"{perfect}/{len(at_500)} at 100%, {baseline:.0%}, {ratio:.1f}x"),
        ("run time, s (here: median, whole process)", "29.8", f"{seconds:.2f}"),
        ("environment", "Python 3.9.6, numpy 2.0.2, macOS 26.3, arm64",
         f"Python {env['python']}, numpy {env['numpy']}, {env['platform'].split('-with')[0]}"),
    ]  # fmt: skip
    return (f"seed {r['seed']}, T = {r['T']}", "document", "this run"), rows


def curves():
    r = load_results()
    wrong = [epoch for epoch, share in enumerate(r["chunker_target_acc"], 1) if share < 1]
    return (
        f"A's loss falls from {r['automatizer_loss'][0]:.0f} to {r['automatizer_loss'][4]:.1f} "
        f"nats per sequence in 5 epochs and ends at {r['automatizer_loss'][-1]:.1f}, most of it on "
        f"the recall target, which A can't know. C recalls every target from epoch "
        f"{max(wrong, default=0) + 1} on. The baseline's loss falls from "
        f"{r['baseline_loss'][0]:,.0f} to {r['baseline_loss'][-1]:.1f}: it learns the filler "
        f"({r['baseline_filler_loss']:.4f} nats per step) and not the target "
        f"({r['baseline_target_loss']:.1f} nats)."
    )


def surprise():
    r = load_results()
    trace = r["surprise_trace"]
    return (
        f"Of {r['T']:,} symbols {sum(trace['mask'])} go up. The first does by convention. The "
        f"recall target costs A {trace['loss'][-1]:.1f} nats, where the threshold is "
        f"{trace['threshold']:.2f}. The worst step of the filler costs "
        f"{max(trace['loss'][1:-1]):.3f}."
    )


def gradient():
    r, depth = load_results(), results_of("seeds")["effective_depth_baseline"]
    norms = r["baseline_grad_norms"]
    return (
        f"In this run {CUTOFF:.0%} of the gradient's norm is left over "
        f"{r['effective_depth_baseline']} of {r['T'] - 1:,} steps (median over {depth['n']} seeds "
        f"{depth['median']:.0f}, range {depth['min']:.0f} to {depth['max']:.0f}), after 100 steps "
        f"{norms[-100] / norms[-1]:.0e}, at the trigger {norms[0] / norms[-1]:.0e}."
    )


def ratio():
    r = load_results()
    return (
        f"{r['T'] - 1:,} steps lie between trigger and target. The chunker works on k = "
        f"{r['chunker_avg_surprises']:g} events: {r['depth_reduction_ratio']:.1f} times fewer."
    )


# ==== Several studies side by side ================================================================
def ways():
    """Five ways to the same task; what plain BPTT can do comes from the grid of `reach`."""
    seeds, controls, collapse = map(results_of, ("seeds", "controls", "collapse"))
    reach = results_of("reach")
    plain, lstm, batch = reach["rows"][-1], controls["lstm"]["chrono"], reach["batch"]
    head, three = controls["headline"], collapse["summary"]["window_3"]

    def row(name, accuracies, solved, cost):
        recall, choice, filler = accuracies
        low, high = solved["interval"]
        return (
            name, percent(choice), f"{recall['mean']:.0%}", f"{filler['mean']:.1%}",
            f"{counted(solved)} ({low:.0%} to {high:.0%})", *(f"{n:,.0f}" for n in cost[:2]),
            f"{cost[2]:.1f}",
        )  # fmt: skip

    def median(of, *keys):
        return [of[key]["median"] for key in keys]

    updates, seconds = median(seeds, "long_baseline_updates", "long_baseline_seconds")
    chunked = seeds["chunker_recall"], seeds["chunker_choice"], seeds["automatizer_filler_right"]
    rows = [
        row("baseline, 10 times as long",
            [seeds[f"long_baseline_{key}"] for key in ("recall", "choice", "filler_right")],
            seeds["long_baseline_solved"], (BASELINE_BATCH * updates, updates, seconds)),
        row("plain RNN, `reach`'s best at T = 500",
            [plain[key] for key in ("recall", "choice", "filler")], plain["solved"],
            (batch * plain["updates"]["median"], *median(plain, "updates", "seconds"))),
        row("LSTM", [lstm[key] for key in ("recall", "choice", "filler")], lstm["solved"],
            median(lstm, "sequences", "updates", "seconds")),
        row("automatizer + chunker, C asked at surprises", chunked, seeds["chunker_perfect"],
            median(head, "chunker_sequences", "chunker_updates", "chunker_seconds")),
        row("collapsed net, after these two",
            [three[key] for key in ("recall", "choice", "filler_right")], three["solved"],
            median(three, "sequences", "updates", "seconds")),
    ]  # fmt: skip
    header = (
        "", "choice, A or B", "recall", "filler right", "seeds solved", "sequences", "updates",
        "seconds",
    )  # fmt: skip
    return header, rows


def effect_of_levels():
    """What more than two levels change, on a task with something to compress."""
    depths = results_of("hierarchy")["depths"]
    depth = max(depths, key=int)
    d, two = depths[depth], depths[depth]["two_level"]
    return (
        f"{depth} levels leave {d['events'][-1]:.3g} of {d['T']['mean']:,.0f} symbols, and "
        f"{counted(d['perfect'])} seeds recall everything; two levels leave "
        f"{two['k']['mean']:,.0f} and choose right in {percent(two['choice'])}"
    )


def index(family):
    """The studies of a family: question, answer, figure."""
    rows = []
    for name, of in catalogue.names().items():
        if of == family:
            answer = catalogue.module_of(name).answer(results_of(name))
            link = f"[`{name}`]({name}.py)"
            rows.append((link, catalogue.question(name), answer, f"[figure](viz/{name}.png)"))
    return ("study", "question", "answer", "figure"), rows


# ==== Filling the marks ===========================================================================


def said(owner, function, family):
    """What stands at one mark."""
    home = globals() if owner == "report" else vars(catalogue.module_of(owner))
    make = home.get(function)
    if not callable(make) or getattr(make, "__module__", None) != home["__name__"]:
        raise BadInput(f"a README marks {owner}.{function}, which is not there: mend the mark")
    with catalogue.reading(owner) if owner != "report" else nullcontext():
        arguments = () if owner == "report" else (results_of(owner),)
        of_family = owner == "report" and function == "index"
        found = make(family) if of_family else make(*arguments)
    return found if isinstance(found, str) else table(*found)


def fill(text, family=None):
    """The text of a README with every marked place made anew."""

    def place(match):
        start, owner, function, newline, end = match.groups()
        return f"{start}{newline}{said(owner, function, family)}{newline}{end}"

    return MARKED.sub(place, text)


def write():
    """Fill all READMEs."""
    filled = {}
    for readme, family in readmes().items():
        try:
            filled[readme] = fill(readme.read_text(encoding="utf-8"), family)
        except UnicodeDecodeError as e:
            raise BadInput(f"{readme} is not UTF-8 ({e.reason}): save it as that") from e
        except BadInput:
            raise
        except catalogue.UNLIKE as e:  # in the few sentences on several studies
            raise BadInput(f"{readme}: results are not of their study ({e}): rerun it") from e
    for readme, text in filled.items():
        write_whole(readme, text.encode())
        print(f"wrote {readme}")
