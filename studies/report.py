"""Write the numbers of the JSON files into README.md and studies/README.md.

    python3 -m studies.report

A README marks each place as `<!-- numbers: NAME -->` .. `<!-- end -->`; the
function NAME below says what stands there. A test fails when the text between
the marks is not what these functions make of the committed JSON files. Times
and environment are those of the benchmark, which a run of one's own does not
overwrite.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from chunker_very_deep_1200 import (
    CUTOFF,
    HEADLINE,
    RESULTS,
    load_results,
    read_json,
    run_command,
    write_whole,
)
from studies.common import HOME

READMES = (RESULTS.parent / "README.md", HOME / "README.md")
STUDIES = ("seeds", "benchmark")  # in the order of the index
MARKED = re.compile(r"(<!-- numbers: (\w+) -->)(\n?).*?(<!-- end -->)", re.DOTALL)


def results_of(study):
    return read_json(HOME / "results" / f"{study}.json", made_by=f"python3 -m studies.{study}")


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def percent(interval):
    low, high = interval["interval"]
    return f"{interval.get('share', interval.get('mean')):.1%} ({low:.1%} to {high:.1%})"


# --------------------------------------------------------------------------
# What stands between the marks
# --------------------------------------------------------------------------


def finding():
    r, seeds, process = load_results(), results_of("seeds"), results_of("benchmark")["process"]
    perfect = seeds["chunker_perfect"]
    return (
        f"**{r['T'] - 1:,} steps become {r['effective_depth_chunker']:g}.** The chunker recalls "
        f"{r['chunker_eval_acc']:.0%} of the triggers, on {perfect['k']} of {perfect['n']} seeds; "
        f"full BPTT recalls {r['baseline_eval_acc']:.0%}, and when only A or B may be answered it is "
        f"right {seeds['baseline_choice']['mean']:.1%} of the time, chance being 50%. Its gradient "
        f"has fallen below {CUTOFF:.0%} after {r['effective_depth_baseline']} steps. The whole "
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
        return f"{mean['median']:.4f} ({learnt['k']}/{learnt['n']} below 0.01)"

    chance = "50%"
    rows = [
        ("chunker", f"{perfect['k']}/{perfect['n']} seeds at 100% ({percent(perfect)})",
         percent(s["chunker_choice"]), chance, ""),
        ("baseline", percent(s["baseline_recall"]), percent(s["baseline_choice"]), chance,
         learning(s["baseline_filler_loss"], learnt)),
        ("baseline, 10 times as long", percent(s["long_baseline_recall"]),
         percent(s["long_baseline_choice"]), chance,
         learning(s["long_baseline_filler_loss"], long_learnt)),
    ]  # fmt: skip
    head = ("", "recall", "choice, A or B", "chance", "median loss on filler, nats per step")
    difference = s["long_baseline_trigger_difference"]["max"]
    return (
        table(head, rows)
        + f"\n\n{s['seeds']} seeds at T = {s['T']}, 95% intervals in parentheses. Surprises found: "
        f"exactly 2 on {s['two_surprises']['k']}/{s['two_surprises']['n']} seeds; over all seeds A's "
        f"loss is at least {s['target_loss']['min']:.2f} nats on the recall target and at most "
        f"{s['largest_filler_loss']['max']:.3f} on any step of the filler. The baseline's gradient "
        f"reaches {depth['min']:.0f} to {depth['max']:.0f} steps (median {depth['median']:.0f}). "
        f"After A and after B the long-trained baseline predicts the last symbol with logits that "
        f"differ by at most {difference:g}: it does not remember the trigger at all."
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
        f"(k = {len(last['surprises'])}). Time is linear in T ({forward['us_per_step']:.2f} µs per "
        f"step, r² = {forward['r_squared']:.4f}); beyond the losses that are returned it takes "
        f"{beyond[0]:.1f} MB of memory at T = {first['T']:,} and {beyond[1]:.1f} MB at the end."
    )  # fmt: skip


def curves_seen():
    r = load_results()
    first = r["chunker_target_acc"].index(1.0) + 1
    return (
        f"A's loss falls from {r['automatizer_loss'][0]:.0f} to {r['automatizer_loss'][4]:.1f} nats "
        f"per sequence in 5 epochs and ends at {r['automatizer_loss'][-1]:.1f}, nearly all of it on "
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
        f"After {r['effective_depth_baseline']} of {r['T'] - 1:,} steps less than {CUTOFF:.0%} of the "
        f"gradient is left, after 100 steps {norms[-100] / norms[-1]:.0e}, at the trigger "
        f"{norms[0] / norms[-1]:.0e}."
    )


def ratio_seen():
    r = load_results()
    return (
        f"{r['T'] - 1:,} steps lie between trigger and target; the baseline's gradient survives "
        f"{r['effective_depth_baseline']}; the chunker works on k = {r['chunker_avg_surprises']:g} "
        f"events: {r['depth_reduction_ratio']:.1f} times fewer."
    )


def index():
    rows = []
    for name in STUDIES:
        study = importlib.import_module(f"studies.{name}")
        question = study.__doc__.splitlines()[0]
        rows.append((
            f"[`studies.{name}`]({name}.py)", question, study.answer(results_of(name)),
            f"[figure](viz/{name}.png)",
        ))  # fmt: skip
    return table(("study", "question", "answer", "figure"), rows)


# --------------------------------------------------------------------------


def fill(text):
    """The text of a README with every marked place made anew."""

    def place(match):
        start, name, newline, end = match.groups()
        return f"{start}{newline}{globals()[name]()}{newline}{end}"

    return MARKED.sub(place, text)


def main():
    for readme in READMES:
        write_whole(Path(readme), fill(readme.read_text()).encode())
        print(f"wrote {readme}")


if __name__ == "__main__":
    run_command(main)
