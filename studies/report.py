"""Write the numbers of the JSON files into README.md and studies/README.md.

    python3 -m studies.report

A README marks each place as `<!-- numbers: NAME -->` .. `<!-- end -->`; the
function NAME below says what stands there; answer_STUDY is a study's own answer,
table_STUDY its table. A test fails when the text between the marks is not what
these functions make of the committed JSON files. Times and environment are
those of the benchmark, which a run of one's own does not overwrite.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from chunker_very_deep_1200 import (
    BASELINE_BATCH,
    CUTOFF,
    HEADLINE,
    RESULTS,
    VOCAB,
    load_results,
    read_json,
    run_command,
    write_whole,
)
from studies.common import HOME, percent, share
from studies.controls import LSTMS
from studies.gate import plateau
from studies.noise import UP_TO, recall_ceiling
from studies.reach import GRID, named

READMES = (RESULTS.parent / "README.md", HOME / "README.md")
STUDIES = (
    "seeds",
    "benchmark",
    "collapse",
    "lag20",
    "lossless",
    "reach",
    "controls",
    "noise",
    "hierarchy",
    "gate",
    "online",
    "cost",
    "scale",
)  # in the order of the index
MARKED = re.compile(r"(<!-- numbers: (\w+) -->)(\n?).*?(<!-- end -->)", re.DOTALL)


def results_of(study):
    return read_json(HOME / "results" / f"{study}.json", made_by=f"python3 -m studies.{study}")


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


# --------------------------------------------------------------------------
# What stands between the marks
# --------------------------------------------------------------------------


def finding():
    r, seeds, process = load_results(), results_of("seeds"), results_of("benchmark")["process"]
    perfect = seeds["chunker_perfect"]
    return (
        f"**{r['T'] - 1:,} steps become {r['effective_depth_chunker']:g} events.** The chunker recalls "
        f"{r['chunker_eval_acc']:.0%} of the triggers, on {perfect['k']} of {perfect['n']} seeds; "
        f"one net of the same kind, trained by full BPTT, recalls {r['baseline_eval_acc']:.0%}, and "
        f"when only A or B may be answered it is right {seeds['baseline_choice']['mean']:.1%} of the "
        f"time, chance being 50%. Its gradient has fallen below {CUTOFF:.0%} after {r['effective_depth_baseline'] + 1} steps. The whole "
        f"run takes {process['headline']['median_s']:.1f} s on one CPU core."
    )


def headline():
    r = load_results()
    benchmark = results_of("benchmark")
    rows = [
        (name, document, form.format(r[key]))
        for name, document, key, form in HEADLINE
        if key != "wallclock_s"
    ]
    rows += [
        ("chunker loss in the last epoch, nats", "0.003", f"{r['chunker_loss'][-1]:.4f}"),
        ("surprise threshold, nats", "1.40", f"{r['hyperparameters']['threshold']:.2f}"),
    ]
    at_500 = results_of("seeds")["document_seeds"]
    perfect = sum(s["chunker_eval_acc"] == 1 for s in at_500)
    baseline = max(s["baseline_eval_acc"] for s in at_500)
    ratio = min(s["depth_reduction_ratio"] for s in at_500)
    rows.append((
        "seeds 1 to 3 at T = 500: chunker, baseline, ratio", "3/3 at 100%, 0%, 249.5x",
        f"{perfect}/{len(at_500)} at 100%, {baseline:.0%}, {ratio:.1f}x",
    ))  # fmt: skip
    env, headline_s = benchmark["env"], benchmark["process"]["headline"]["median_s"]
    rows += [
        ("run time, s (here: median, whole process)", "29.8", f"{headline_s:.2f}"),
        ("environment", "Python 3.9.6, numpy 2.0.2, macOS 26.3, arm64",
         f"Python {env['python']}, numpy {env['numpy']}, {env['platform'].split('-with')[0]}"),
    ]  # fmt: skip
    return table((f"seed {r['seed']}, T = {r['T']}", "document", "this run"), rows)


def seeds_table():
    s = results_of("seeds")
    perfect, learnt = s["chunker_perfect"], s["baseline_filler_learnt"]
    long_learnt, depth = s["long_baseline_filler_learnt"], s["effective_depth_baseline"]

    def learning(mean, learnt):
        return (
            f"{mean['median']:.4f}, worst {mean['max']:.4f}, "
            f"{learnt['k']}/{learnt['n']} seeds below 0.01"
        )

    chance = "50%"
    rows = [
        ("chunker", f"100% on {perfect['k']}/{perfect['n']} seeds ({perfect['interval'][0]:.1%} to "
         f"{perfect['interval'][1]:.1%})", percent(s["chunker_choice"]), chance, ""),
        ("baseline", percent(s["baseline_recall"]), percent(s["baseline_choice"]), chance,
         learning(s["baseline_filler_loss"], learnt)),
        ("baseline, 10 times as long", percent(s["long_baseline_recall"]),
         percent(s["long_baseline_choice"]), chance,
         learning(s["long_baseline_filler_loss"], long_learnt)),
    ]  # fmt: skip
    head = ("", "recall", "choice, A or B", "chance", "median loss on filler, nats per step")
    difference = s["long_baseline_trigger_difference"]["max"]
    letter, long_depth = s["baseline_one_letter"], s["long_effective_depth"]
    return (
        table(head, rows)
        + f"\n\n{s['seeds']} seeds at T = {s['T']}, 95% intervals in parentheses. Surprises found: "
        f"exactly 2 on {s['two_surprises']['k']}/{s['two_surprises']['n']} seeds; in the sequence "
        f"traced for each seed A's loss is at least {s['target_loss']['min']:.2f} nats on the recall "
        f"target and at most {s['largest_filler_loss']['max']:.3f} on any step of the filler. The "
        f"baseline's gradient reaches {depth['min']:.0f} to {depth['max']:.0f} steps (median "
        f"{depth['median']:.0f}), after ten times the training {long_depth['min']:.0f} to "
        f"{long_depth['max']:.0f} (median {long_depth['median']:.0f}).\n\n"
        f"The baseline answers with the same letter after A and after B on {letter['k']}/"
        f"{letter['n']} seeds: its choice accuracy is the share of that letter among the 50 "
        f"sequences drawn, and over the two sequences that there are exactly {chance}. After long "
        f"training its last logits after A and after B differ by at most {difference:g}: nothing of "
        f"the trigger is left."
    )


def benchmark_table():
    b = results_of("benchmark")
    update, process, forward = b["update"], b["process"], b["forward"]
    names = {
        "numpy": "this module",
        "torch": "`torch.nn.RNN`, autograd, 1 thread",
        "jax": "`jax.lax.scan`, jit",
    }
    updates = [
        (names[name], f"{u['median_ms']:.1f}", f"{u['times_ours']:.1f}", f"{u['first_ms']:.0f}",
         f"{u['gradient_difference']:.0e}" if name != "numpy" else "")
        for name, u in update.items()
    ]  # fmt: skip
    processes = [
        (f"`{name}.py`", f"{p['median_s']:.2f}", f"{p['peak_mb']:.0f}")
        for name, p in zip(
            ("chunker_very_deep_1200", "visualize_chunker_very_deep_1200",
             "make_chunker_very_deep_1200_gif"), process.values(),
        )
    ]  # fmt: skip
    first, last = forward["rows"][0], forward["rows"][-1]
    per_step = [1e6 * r["median_s"] / r["T"] for r in forward["rows"]]
    beyond = [(r["peak_bytes"] - r["returned_bytes"]) / 1e6 for r in (first, last)]
    return (
        table(
            ("one full-BPTT update", "median, ms", "times ours", "first call, ms",
             "gradient differs by"),
            updates,
        )
        + f"\n\nT = {b['T']}, batch {b['batch']}, hidden {b['hidden']}, float64, taking turns; the "
        f"first call includes compilation; the difference is the largest, relative to the largest "
        f"entry of each parameter's gradient.\n\n"
        + table(("whole process, import included", "median, s", "peak memory, MB"), processes)
        + f"\n\nSurprise detection on a fresh sequence with the net trained at T = "
        f"{forward['trained_at']:,}: {last['T']:,} steps in {last['median_s']:.2f} s, surprises at "
        f"t = {last['surprises'][0]} and {last['surprises'][-1]:,} and nowhere else "
        f"(k = {len(last['surprises'])}). Time is linear in T (r² = {forward['r_squared']:.4f}; "
        f"{min(per_step):.2f} to {max(per_step):.2f} µs per step over all T); beyond the losses that "
        f"are returned it takes {beyond[0]:.1f} MB of memory at T = {first['T']:,} and "
        f"{beyond[1]:.1f} MB at the end."
    )  # fmt: skip


def five_ways():
    """The table of five: every number from the studies, those of plain BPTT from the grid."""
    s, controls, collapse = results_of("seeds"), results_of("controls"), results_of("collapse")
    plain, lstm = results_of("reach")["rows"][-1], controls["lstm"]["chrono"]
    head, three, T = controls["headline"], collapse["summary"]["window_3"], controls["T"]
    hidden = plain["best"]["hidden"]

    def filler_of(mean):
        return f"{mean['mean']:.1%}"

    batch = results_of("reach")["batch"]

    def row(name, recall, choice, filler, solved, sequences, updates, seconds, path, activations):
        return (
            name, f"{recall:.0%}", percent(choice), filler, f"{solved['k']}/{solved['n']} "
            f"({solved['interval'][0]:.0%} to {solved['interval'][1]:.0%})", f"{sequences:,.0f}",
            f"{updates:,.0f}", f"{seconds:.1f}", f"{path:,}", f"{activations:,.0f}",
        )  # fmt: skip

    rows = [
        row("baseline, full BPTT, 10 times as long", s["long_baseline_recall"]["mean"],
            s["long_baseline_choice"], filler_of(s["long_baseline_filler_right"]),
            s["long_baseline_solved"],
            BASELINE_BATCH * s["long_baseline_updates"]["median"],
            s["long_baseline_updates"]["median"], s["long_baseline_seconds"]["median"], T - 1,
            head["baseline_activations"]["median"]),
        row(f"best plain RNN of {len(GRID)} settings", plain["recall"]["mean"], plain["choice"],
            filler_of(plain["filler"]), plain["solved"], batch * plain["updates"]["median"], plain["updates"]["median"],
            plain["seconds"]["median"], T - 1, batch * (T - 1) * (hidden + VOCAB)),
        row("LSTM, chrono initialisation", lstm["recall"]["mean"], lstm["choice"],
            filler_of(lstm["filler"]), lstm["solved"],
            lstm["sequences"]["median"], lstm["updates"]["median"], lstm["seconds"]["median"],
            T - 1, lstm["activations"]),
        row("automatizer + chunker", s["chunker_recall"]["mean"], s["chunker_choice"],
            filler_of(s["automatizer_filler_right"]),
            s["chunker_perfect"], head["chunker_sequences"]["median"],
            head["chunker_updates"]["median"], head["chunker_seconds"]["median"],
            int(head["chunker_path"]["median"]), head["chunker_activations"]["median"]),
        row("collapsed net, after these two", three["recall"]["mean"], three["choice"],
            filler_of(three["filler_right"]),
            three["solved"], three["sequences"]["median"], three["updates"]["median"],
            three["seconds"]["median"], 3, three["activations"]),
    ]  # fmt: skip
    header = (
        "", "recall", "choice, A or B", "filler right", "seeds solved", "sequences", "updates", "seconds",
        "longest backward path", "activations kept for it",
    )  # fmt: skip
    return (
        table(header, rows)
        + f"\n\nT = {T}. Sequences, updates and seconds: medians over seeds until the choice is right "
        "for good, or the whole budget where it never is. 95% intervals in parentheses. Activations: "
        "hidden states, gates and predictions of one backward pass over a batch, in numbers. Seconds "
        "were taken with two runs at a time on two cores; where training went on after the choice was "
        "right, they are the share of the epochs until then. A net that puts half of its loss on the "
        "recall step, as the LSTM does, may buy recall with errors on the filler that precedes it; the "
        "column on the filler shows whether it did."
    )


def reach_seen():
    """How far plain BPTT came, T by T."""
    rows = results_of("reach")["rows"]
    perfect = max(row["T"] for row in rows if row["solved"]["share"] == 1)
    all_tried = max(row["T"] for row in rows if len(row["tried"]) == len(GRID))
    parts = [
        f"T = {row['T']:,}: {row['solved']['k']}/{row['solved']['n']} seeds in a median of "
        f"{row['updates']['median']:,.0f} updates ({named(row['best'])})"
        for row in rows if row["T"] >= perfect
    ]  # fmt: skip
    last = rows[-1]
    return (
        f"All {len(GRID)} settings were tried up to T = {all_tried}, beyond that the best of those "
        f"before. Every seed is solved up to T = {perfect:,}. "
        + "; ".join(parts)
        + f". At T = {last['T']:,} half the budget of {last['budget']:,} updates solves "
        f"{last['solved_at_half']['k']}, all of it {last['solved']['k']}."
    )


def collapse_seen():
    c = results_of("collapse")
    three, six = c["summary"]["window_3"], c["summary"]["window_6"]
    longest = str(c["lengths"][-1])
    return (
        f"Errors sent back 3 steps: {three['solved']['k']}/{three['solved']['n']} seeds solved "
        f"({three['solved']['interval'][0]:.1%} to {three['solved']['interval'][1]:.1%}), median "
        f"{three['sequences']['median']:.0f} sequences; 6 steps: {six['solved']['k']}/"
        f"{six['solved']['n']}, median {six['sequences']['median']:.0f}. The same nets on the same "
        f"data without C's state as a goal choose right in {three['control_choice']['mean']:.0%} and "
        f"{six['control_choice']['mean']:.0%} of the cases, full BPTT in "
        f"{c['full_bptt']['choice']['mean']:.0%}: chance. Never retrained, "
        f"{three['own_held'][longest]['k']}/{three['own_held'][longest]['n']} and "
        f"{six['own_held'][longest]['k']}/{six['own_held'][longest]['n']} still choose right after "
        f"{int(longest):,} steps, in {c['peak_mb']:.0f} MB.\n\n"
        f"No gradient survives in the collapsed net either: that of the recall loss is below "
        f"{CUTOFF:.0%} after {three['depth']['median'] + 1:.0f} steps (median, window 3). The latch "
        f"is two attractors: on {three['repeats']['k']}/{three['repeats']['n']} seeds the states "
        f"after A and after B repeat bit for bit within {three['repeats_after']['max']:,.0f} steps, so "
        f"what holds then holds for ever. A's own choice was trained at one phase of the filler and "
        f"is right at every phase on {three['own_phases']['k']}/{three['own_phases']['n']} seeds; C's "
        f"read-out of the state that A predicts is right at every phase on "
        f"{three['read_phases']['k']}/{three['read_phases']['n']}."
    )


def lstm_seen():
    c = results_of("controls")
    parts = [
        f"{name}: {lstm['solved']['k']}/{lstm['solved']['n']} seeds, median "
        f"{lstm['updates']['median']:,.0f} updates of 8 sequences (learning rate of Adam "
        f"{LSTMS[name][1]:g}, {'clipped' if LSTMS[name][2] else 'not clipped'})"
        for name, lstm in c["lstm"].items()
    ]
    return f"{'; '.join(parts)}; at most {c['lstm_budget']:,} updates each."


def guessing_seen():
    c = results_of("controls")
    g = c["guessing"][-1]
    return (
        f"Of {g['guesses']:,} nets of {g['hidden']} units with weights drawn uniformly from "
        f"±{c['scale']:g} and never trained, {g['choice']:,} choose right after {c['T'] - 1:,} steps, "
        f"one in {g['guesses_per_choice']:.0f}; {g['recall']:,} have the right one of all 7 symbols on "
        f"top, one in {g['guesses_per_recall']:.0f}. {g['filler_too']} of them predict the filler too."
    )


def curves_seen():
    r = load_results()
    wrong = [epoch for epoch, share in enumerate(r["chunker_target_acc"], 1) if share < 1]
    first = max(wrong, default=0) + 1
    return (
        f"A's loss falls from {r['automatizer_loss'][0]:.0f} to {r['automatizer_loss'][4]:.1f} nats "
        f"per sequence in 5 epochs and ends at {r['automatizer_loss'][-1]:.1f}, most of it on "
        f"the recall target, which A can't know. C recalls every target from epoch {first} on. The "
        f"baseline's loss falls from {r['baseline_loss'][0]:,.0f} to {r['baseline_loss'][-1]:.1f}: "
        f"it learns the filler ({r['baseline_filler_loss']:.4f} nats per step) and never the target "
        f"({r['baseline_target_loss']:.1f} nats)."
    )


def surprise_seen():
    r = load_results()
    trace = r["surprise_trace"]
    return (
        f"Of {r['T']:,} symbols {sum(trace['mask'])} go up: the first, by convention, and the recall "
        f"target, which costs A {trace['loss'][-1]:.1f} nats where the threshold is "
        f"{trace['threshold']:.2f}. The worst step of the filler costs {max(trace['loss'][1:-1]):.3f}."
    )


def gradient_seen():
    r = load_results()
    norms = r["baseline_grad_norms"]
    return (
        f"After {r['effective_depth_baseline'] + 1} of {r['T'] - 1:,} steps less than {CUTOFF:.0%} of "
        f"the gradient is left, after 100 steps {norms[-100] / norms[-1]:.0e}, at the trigger "
        f"{norms[0] / norms[-1]:.0e}."
    )


def ratio_seen():
    r = load_results()
    return (
        f"{r['T'] - 1:,} steps lie between trigger and target; the baseline's gradient survives "
        f"{r['effective_depth_baseline']}; the chunker works on k = {r['chunker_avg_surprises']:g} "
        f"events: {r['depth_reduction_ratio']:.1f} times fewer."
    )


def noise_seen():
    n = results_of("noise")
    levels, lstms = n["levels"], n["lstm"]
    low, noisy, last = [v for v in levels if v["e"] <= UP_TO], levels[1:], levels[-1]

    def chooses(of, more):
        """Where every seed chooses right and where not, by level of noise."""
        right = [f"{v['e']:g}" for v in of if v["choice"] == 1]
        wrong = [f"{v['choice']:.0%} at e = {v['e']:g}{more(v)}" for v in of if v["choice"] < 1]
        return f"all right at e = {', '.join(right) or '-'}; {', '.join(wrong) or 'nowhere less'}"

    def of_gate(gate):
        return [
            {"e": v["e"], **{key: v[gate][key]["mean"] for key in ("choice", "k", "reach")}}
            for v in levels
        ]

    def events(v):
        return f" (k = {v['k']:.3g}, reach {v['reach']:.2g})"

    collapsed = [{"e": v["e"], "choice": v["collapsed"]["choice"]["mean"]} for v in levels]
    quiet = [c for c, v in zip(collapsed, levels) if v["threshold"]["k"]["mean"] < 2.01]
    lstm = [{"e": r["e"], "choice": r["choice"]["mean"]} for r in lstms]
    solved = [
        f"{r['solved']['k']}/{r['solved']['n']} at e = {r['e']:g} (median {r['updates']['median']:,.0f})"
        for r in lstms
    ]
    never = ", ".join(f"{r['e']:g}" for r in lstms if not r["solved"]["k"])
    stopped = f"solved by no seed at e = {never};" if never else "no level of noise stops it;"
    passed = [f"{v['threshold']['jumps_passed']['mean']:.1%} at e = {v['e']:g}" for v in noisy]
    parts = next((v for v in noisy if v["threshold"]["jumps_passed"]["mean"] < 0.5), None)
    where = (
        ""
        if parts is None
        else f" At e = {parts['e']:g} a jump costs A {parts['jump_loss'][1]:.2f} nats (median; "
        f"expected are -log(e/4) = {parts['jump_cost_expected']:.2f}) and the threshold is "
        f"{parts['threshold_nats']['mean']:.2f}: the cost of a jump falls with e, that of a target "
        f"({parts['target_loss'][1]:.1f} nats), and so the half-way mark, hardly moves."
    )
    inside, inside_all = (sum(v[key] for v in low) for key in ("inside", "inside_all"))
    cycle = min(v["follows_cycle"]["min"] for v in low)
    thresholds = [v["threshold_nats"]["mean"] for v in levels]
    reached = max(r["T"] for r in results_of("reach")["rows"] if r["solved"]["share"] == 1)
    return (
        f"{n['seeds']} seeds, {n['n_eval']} fresh sequences each, T = {n['T']:,}; the LSTM on "
        f"{lstms[0]['solved']['n']} seeds with at most {n['lstm_budget']:,} updates. Recall is of all "
        f"seven symbols, choice between A and B (chance 50%).\n\n"
        f"- **k.** The mean number of mispredictions lies within the 95% interval of 2 + e(T - 2) at "
        f"{inside} of {len(low)} levels up to e = {UP_TO:g}, and at {inside_all} within intervals that "
        f"hold for all levels at once. A's most probable symbol is the cycle's at no less than "
        f"{cycle:.2%} of the steps of any seed, so what deviates is the luck of the draw.\n"
        f"- **The threshold** parts from it where a jump no longer costs A more than the threshold. "
        f"Jumps that it passes up: {', '.join(passed)}.{where} Over all levels it is "
        f"{min(thresholds):.1f} to {max(thresholds):.1f} nats.\n"
        f"- **Description length** of a sequence, beyond the chain's entropy: by A's own predictions "
        f"{bits_over(noisy, 'code')}, by the mispredictions with their times "
        f"{bits_over(noisy, 'misprediction')}. What the threshold passes up is no description where "
        f"jumps are dropped.\n"
        f"- **Chunker on mispredictions**: choice {chooses(of_gate('misprediction'), events)}. Reach is "
        f"the number of events over which C's gradient keeps 1% of its norm (median): with e T events "
        f"between trigger and target C has the baseline's problem again. That is the headline's C: given "
        f"the help of `studies.reach`, with which a tanh-RNN bridges {reached:,} steps of regular filler "
        f"on every seed, it may break later; that was not tried here. Recall also asks when, "
        f"which even a perfect C does not know: the table has its recall.\n"
        f"- **Chunker on the threshold's events**: choice {chooses(of_gate('threshold'), events)}.\n"
        f"- **Collapsed net**, taught by the latter: choice {chooses(collapsed, lambda v: '')}. Where "
        f"C reads two events, at e = {', '.join(format(c['e'], 'g') for c in quiet)}, it is right in no "
        f"less than {min(c['choice'] for c in quiet):.0%} of the cases, however random the filler. Where "
        f"jumps go up, C's state, which it is to predict, moves with every jump: it breaks even before "
        f"its teacher does.\n"
        f"- **LSTM**: {stopped} choice {chooses(lstm, lambda v: '')}; solved within the budget on "
        f"{', '.join(solved)} updates.\n"
        f"- **The task set against the chunker** (e = {last['e']:g}, all filler drawn at random): passed "
        f"every misprediction, k = {last['misprediction']['k']['mean']:.0f}, C chooses right in "
        f"{last['misprediction']['choice']['mean']:.0%}; passed what costs more than the threshold, k = "
        f"{last['threshold']['k']['mean']:.2f}, it recalls {last['threshold']['recall']['mean']:.0%}. A "
        f"can't predict the filler, but it knows what is filler, and the target is none."
    )


def bits_over(levels, key):
    """Bits beyond the entropy: the range, and the share of it where the entropy is greatest."""
    over = []
    for v in levels:
        bits = v["code_bits"] if key == "code" else v[key]["bits"]
        over.append(bits["mean"] - v["entropy_bits"])
    last = levels[-1]
    return (
        f"{min(over):.0f} to {max(over):.0f} bits ({over[-1] / last['entropy_bits']:.1%} at e = "
        f"{last['e']:g})"
    )


def gate_seen():
    g = results_of("gate")
    plateaus = [f"{plateau(v)} at e = {v['e']:g}" for v in g["levels"]]
    overlaps = [
        f"at e = {v['e']:g} jumps cost A {v['jump_loss'][0]:.1f} to {v['jump_loss'][2]:.1f} nats (5 to "
        f"95%) and targets {v['target_loss'][0]:.1f} to {v['target_loss'][2]:.1f}"
        for v in g["levels"] if v["e"] not in g["possible"]
    ]  # fmt: skip
    low = share([1] * g["seeds"])["interval"][0]
    ceilings = [f"{recall_ceiling(v['e'], g['T']):.0%} at e = {v['e']:g}" for v in g["levels"][1:5]]
    return (
        f"{g['seeds']} seeds at T = {g['T']:,}, 50 fresh sequences each; in a cell k, recall/choice. "
        f"100% on all {g['seeds']} seeds means for a seed {low:.0%} to 100% (95% interval). "
        f"Some gate or threshold has 100% recall on every seed at e = "
        f"{', '.join(f'{e:g}' for e in g['possible'])}; the last column says at which of these a gate "
        f"has less. {' and '.join(f'`{name}`' for name in g['keeps_all']) or 'No gate'} has it at all of them. "
        f"At the other levels none has: {'; '.join(overlaps)}. A perfect C that is passed every "
        f"jump recalls {', '.join(ceilings)}, as it can't know when the target comes. Longest run of "
        f"thresholds, in steps of 0.25 nats, with which every seed recalls everything: "
        f"{'; '.join(plateaus)}."
    )


def hierarchy_seen():
    h = results_of("hierarchy")
    _, d = study_of("hierarchy").deepest(h)
    mistakes = [s["mistakes"] for s in h["depths"].values()]
    helped = [
        f"at depth {n}, in {x['updates']:,} updates, {x['choice']['mean']:.1%} of its choices are right"
        for n, x in h["helped"].items()
    ]
    apart = [
        f"{s['two_level']['trigger_difference']['max']:.2g} at depth {n}"
        for n, s in h["depths"].items() if n != "1"
    ]  # fmt: skip
    control = table(*study_of("hierarchy").control_rows(h))
    return (
        f"{d['perfect']['n']} seeds. The ratio of the stack was measured on raw sequences, each "
        f"level's on streams of its own level that no lower net had touched. Together the levels "
        f"made {sum(m['extra'] for m in mistakes):,} events too many and lost "
        f"{sum(m['lost'] for m in mistakes):,} on {sum(m['symbols'] for m in mistakes):,} symbols. "
        f"The two-level system's choice (chance 50%) is the fair number, as nobody can know when the "
        f"target comes in its stream. Its last logits after A and after B differ by at most "
        f"{', '.join(apart)}. Given every help, the best setting of `studies.reach` and fresh streams: "
        f"{'; '.join(helped)}.\n\n"
        f"What the stack depends on, at depth {h['control_depth']}: no level may learn to time the "
        f"markers. Runs of bounded length and more training let it, and the level above loses its "
        f"stream.\n\n{control}"
    )


def online_seen():
    o = results_of("online")
    online, schedules = study_of("online"), o["schedules"]
    bptt, same = o["curves"]["bptt"], o["rtrl_as_bptt"]
    _, fastest = online.decoupled(o)
    fair = o["minus_bptt"].get(f"alone_{fastest}")
    apart = (
        ""
        if fair is None
        else f" Learning together is not what makes it fast: given {fastest} sequences for A first (the "
        f"best of {len(o['alone'])} tried on these seeds), the decoupled schedule needs as many within "
        f"a few: {fair['mean']:+.1f} ({fair['interval'][0]:+.1f} to {fair['interval'][1]:+.1f})."
    )
    slow = [
        f"by {by:,}: {online.number(s['sequences']['median'])}, k = {s['k']['mean']:.2f}"
        for by in online.SLOWER if (s := schedules[f"slower_{by}"])["k"]
    ]  # fmt: skip
    return (
        f"{same['n']} seeds. RTRL's gradient of whole episodes is that of full BPTT to "
        f"{o['largest_difference']:.0e} (largest difference, relative to the largest entry of each "
        f"parameter's gradient, {len(o['exactness'])} nets and sequences). Trained with it A needs as "
        f"many sequences as with truncated BPTT on {same['k']}/{same['n']} seeds. k is down to 2 for "
        f"good on {bptt['k_is_2']['k']}/{bptt['k_is_2']['n']} seeds (median: from sequence "
        f"{online.number(bptt['k_is_2_after'])} on): within the first sequence alone A makes an update "
        f"every {o['window']} steps. After 100% is reached, learning going on, {bptt['wrong_later']} of "
        f"{bptt['later']:,} recalls fail.{apart} With A's learning rate divided, so that C lives on "
        f"long streams for longer, sequences until 100% and k then: {'; '.join(slow)}."
    )


def cost_training():
    return table(*study_of("cost").table_rows(results_of("cost")))


def cost_use():
    return table(*study_of("cost").use_rows(results_of("cost")))


def cost_solved():
    return table(*study_of("cost").solved_rows(results_of("cost")))


def cost_growth():
    return table(*study_of("cost").exponent_rows(results_of("cost")))


def effect_of_rtrl():
    o = results_of("online")
    same = o["rtrl_as_bptt"]
    return (
        f"trained by RTRL, A needs {o['multiply_adds']['ratio']:.0f} times the multiply-adds and, "
        f"learning together with C, as many sequences on {same['k']}/{same['n']} seeds."
    )


def effect_of_schedule():
    o = results_of("online")
    online, schedules = study_of("online"), o["schedules"]
    _, fastest = online.decoupled(o)
    together, apart = schedules["bptt"], schedules["headline"]
    fair = "" if fastest is None else (
        f", and after {online.number(schedules[f'alone_{fastest}']['sequences']['median'])} when A is "
        f"given {fastest} sequences first, the best of {len(o['alone'])} numbers tried"
    )  # fmt: skip
    return (
        f"learning together they recall everything on {together['reached']['k']}/"
        f"{together['reached']['n']} seeds, after {online.number(together['sequences']['median'])} "
        f"sequences (median); decoupled as here after "
        f"{online.number(apart['sequences']['median'])}{fair}."
    )


def effect_of_gate():
    g = results_of("gate")
    n, kept = len(g["possible"]), g["kept"]
    best = " and ".join(f"`{name}`" for name in g["keeps_all"]) or "no gate"
    return (
        f"of {n} levels of noise where some gate keeps 100% recall the midpoint does at "
        f"{len(kept['midpoint'])}, the tolerance at {len(kept['tolerance'])}, {best} of "
        f"[`studies.gate`](studies/gate.py) at all."
    )


def effect_of_levels():
    depth, d = study_of("hierarchy").deepest(results_of("hierarchy"))
    two = d["two_level"]
    return (
        f"{depth} levels leave {d['events'][-1]:.3g} of {d['T']['mean']:,.0f} symbols and recall "
        f"everything on {d['perfect']['k']}/{d['perfect']['n']} seeds; two levels are left with "
        f"{two['k']['mean']:,.0f} and choose right {percent(two['choice'])} of the time."
    )


def scale_seen():
    s = results_of("scale")
    last = s["rows"][-1]
    return (
        f"{s['seeds']} seeds, both triggers, float64, one process. At T = {last['T']:,} the whole takes "
        f"at most {last['seconds']['max']:.0f} s; from T = {s['rows'][-3]['T']:,} on time grows as T to "
        f"the {s['exponent']:.2f}. At T = {s['phases_at']:,} and the four lengths that follow, each of "
        f"which ends at another phase of the filler, both triggers are recalled in "
        f"{s['phases']['k']}/{s['phases']['n']} cases."
    )


def throughput():
    parts = [
        f"{t['runs'] / t['seconds']:.2f} a second with {t['jobs']} process{'es' * (t['jobs'] > 1)}"
        for t in results_of("scale")["throughput"]
    ]
    return (
        f"Headline runs on the machine of the benchmark, without the long control, measured once: "
        f"{', '.join(parts)}."
    )


def study_of(name):
    return importlib.import_module(f"studies.{name}")


def answer(name):
    return study_of(name).answer(results_of(name))


def index():
    rows = []
    for name in STUDIES:
        question = study_of(name).__doc__.splitlines()[0]
        rows.append((
            f"[`studies.{name}`]({name}.py)", question, answer(name), f"[figure](viz/{name}.png)",
        ))  # fmt: skip
    return table(("study", "question", "answer", "figure"), rows)


# --------------------------------------------------------------------------


def fill(text):
    """The text of a README with every marked place made anew."""

    def place(match):
        start, name, newline, end = match.groups()
        kind, _, study = name.partition("_")
        if study in STUDIES and kind == "answer":
            text = answer(study)
        elif study in STUDIES and kind == "table":
            text = table(*study_of(study).rows(results_of(study)))
        else:
            text = globals()[name]()
        return f"{start}{newline}{text}{newline}{end}"

    return MARKED.sub(place, text)


def main():
    for readme in READMES:
        write_whole(Path(readme), fill(readme.read_text()).encode())
        print(f"wrote {readme}")


if __name__ == "__main__":
    run_command(main)
