"""Whole runs: the headline, reproducibility, results files."""

import copy
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from conftest import ROOT

import chunker_very_deep_1200 as core

TIMED = ("stage_s", "wallclock_s", "env")


def numbers(results):
    return {key: value for key, value in results.items() if key not in TIMED}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_smoke_at_500(command, tmp_path, seed):
    path = tmp_path / "r.json"
    done = command("chunker_very_deep_1200.py", "--seed", seed, "--T", 500, "--out", path)
    assert done.returncode == 0 and done.stderr == ""
    assert "249.5x" in done.stdout
    results = core.load_results(path, seed=seed, T=500)
    assert results["chunker_eval_acc"] == results["chunker_choice_acc"] == 1.0
    assert results["baseline_eval_acc"] == 0.0
    assert 0.3 < results["baseline_choice_acc"] < 0.7
    assert results["baseline_filler_loss"] < 0.01
    assert results["chunker_avg_surprises"] == 2.0
    assert results["depth_reduction_ratio"] == 249.5
    trace = results["surprise_trace"]
    assert np.flatnonzero(trace["mask"]).tolist() == [0, 499]


def test_same_seed_same_bits(small_results):
    again = json.loads(core.to_json(core.run(core.Config(T=60, n_eval=10))))
    assert numbers(again) == numbers(small_results)


def test_another_seed_other_numbers(small_results):
    other = core.run(core.Config(seed=1, T=60, n_eval=10))
    for key in ("automatizer_loss", "chunker_loss", "baseline_loss", "baseline_grad_norms"):
        assert other[key] != small_results[key]


def test_a_stage_does_not_move_the_others(small_results):
    config = core.Config(T=60, n_eval=10)
    other = core.run(replace(config, auto_epochs=81, chunk_hidden=9))
    assert other["automatizer_loss"][:80] == small_results["automatizer_loss"]
    assert other["chunker_loss"] != small_results["chunker_loss"]
    for key in ("baseline_loss", "baseline_grad_norms", "baseline_choice_acc"):
        assert other[key] == small_results[key]


def test_results_have_the_promised_shape(small_results):
    assert core.problem_with(small_results) is None
    given = small_results["hyperparameters"]
    assert len(small_results["automatizer_loss"]) == given["auto_epochs"] == 80
    assert len(small_results["chunker_loss"]) == given["chunk_epochs"] == 200
    assert len(small_results["baseline_loss"]) == given["baseline_epochs"] == 30
    assert len(small_results["baseline_grad_norms"]) == 59
    assert set(small_results["env"]) == {"python", "numpy", "platform", "git"}


def test_seconds_are_those_that_the_stages_took(monkeypatch):
    """By a clock that stands still but for the epochs, which take 1, 10 and 100 seconds."""
    now = [0.0]
    monkeypatch.setattr(core.time, "perf_counter", lambda: now[0])

    def an_epoch_passes(stage, *_):
        now[0] += {"automatizer": 1, "chunker": 10, "baseline": 100}[stage]

    config = core.Config(T=20, auto_epochs=3, chunk_epochs=4, baseline_epochs=5, n_eval=2)
    results = core.run(config, an_epoch_passes)
    took = {"automatizer": 3, "threshold": 0, "chunker": 40, "baseline": 500, "evaluation": 0}
    assert results["stage_s"] == took and results["wallclock_s"] == 543


# What a run with no two hyperparameters alike gave when its gradients, its data and its
# evaluation had been checked one by one. Each number moves when a part is wired wrongly.
GOLDEN = {
    "automatizer_loss": 3.730124294534401,
    "threshold": 0.9795746970047245,
    "chunker_loss": 0.2791141648626926,
    "chunker_target_acc": 0.75,
    "baseline_loss": 3.4946051027402314,
    "baseline_target_acc": 0.008333333333333333,
    "baseline_filler_loss": 0.06570295556111112,
    "baseline_target_loss": 2.2392555245812424,
    "baseline_eval_acc": 0.0,
    "baseline_choice_acc": 0.4864864864864865,
    "chunker_eval_acc": 1.0,
    "chunker_choice_acc": 1.0,
    "chunker_avg_surprises": 2.0,
    "baseline_grad_norm": 5.3195640328609476e-08,
    "trace_loss": 3.5959022515990737,
}


def golden(results):
    trace = results["surprise_trace"]
    return {
        "automatizer_loss": results["automatizer_loss"][-1],
        "threshold": trace["threshold"],
        "chunker_loss": results["chunker_loss"][-1],
        "chunker_target_acc": float(np.mean(results["chunker_target_acc"])),
        "baseline_loss": results["baseline_loss"][-1],
        "baseline_target_acc": float(np.mean(results["baseline_target_acc"])),
        "baseline_filler_loss": results["baseline_filler_loss"],
        "baseline_target_loss": results["baseline_target_loss"],
        "baseline_eval_acc": results["baseline_eval_acc"],
        "baseline_choice_acc": results["baseline_choice_acc"],
        "chunker_eval_acc": results["chunker_eval_acc"],
        "chunker_choice_acc": results["chunker_choice_acc"],
        "chunker_avg_surprises": results["chunker_avg_surprises"],
        "baseline_grad_norm": results["baseline_grad_norms"][3],
        "trace_loss": sum(trace["loss"][1:]),
    }


def test_every_part_is_wired_as_it_was_when_it_was_checked():
    config = core.Config(
        seed=7, T=21, auto_hidden=5, auto_epochs=31, auto_lr=0.11, auto_truncate=4, chunk_hidden=3,
        chunk_epochs=3, chunk_lr=0.23, baseline_hidden=6, baseline_epochs=90, baseline_lr=0.031,
        n_eval=37,
    )  # fmt: skip
    assert golden(core.run(config)) == pytest.approx(GOLDEN, rel=1e-6)


def test_a_loss_that_diverges_while_the_weights_do_not_ends_the_run(monkeypatch):
    losses = iter([1.0, 2.0, np.inf, 3.0])
    monkeypatch.setattr(core, "mean_loss", lambda u: next(losses))
    with pytest.raises(core.Diverged, match="automatizer diverged in epoch 3"):
        core.run(core.Config(T=20, auto_epochs=4))


def test_the_log_hears_of_every_epoch():
    heard = []
    config = core.Config(T=20, auto_epochs=3, chunk_epochs=4, baseline_epochs=5, n_eval=2)
    core.run(config, lambda stage, epoch, epochs, loss: heard.append((stage, epoch, epochs)))
    assert heard == [
        *(("automatizer", e, 3) for e in (1, 2, 3)),
        *(("chunker", e, 4) for e in (1, 2, 3, 4)),
        *(("baseline", e, 5) for e in (1, 2, 3, 4, 5)),
    ]


@pytest.mark.parametrize("options", [{"T": 3000}, {"T": 500, "n_eval": 4000}])
def test_memory_estimate(options):
    config = core.Config(auto_epochs=1, baseline_epochs=1, **options)
    tracemalloc.start()
    core.run(config)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < core.bytes_needed(config) < 3 * peak


@pytest.mark.parametrize(
    ("options", "n_symbols", "expected"),
    [
        # weights 8 * 3 * H (H + 2 V + 1), and 8/5 of the largest of: training of a batch,
        # (8 * 8 * (3 * 16 + 4 * 7) + 500) bytes a step; all of C's sequences; the evaluation
        ({}, 7, 24 * (2 * 16 * 31 + 8 * 23) + 1200 * 3 * 200 * 16 * 8 // 5),
        ({"chunk_epochs": 1}, 7, 24 * (2 * 16 * 31 + 8 * 23) + 1200 * 5364 * 8 // 5),
        ({"T": 50, "n_eval": 10**5}, 9, 24 * (2 * 16 * 35 + 8 * 27) + 50 * 11 * 10**5 * 8 // 5),
    ],
)
def test_memory_estimate_by_hand(options, n_symbols, expected):
    assert core.bytes_needed(core.Config(**options), n_symbols) == expected


def test_numbers_that_are_there_already_are_left_as_they_are(inside, tmp_path):
    path, run = tmp_path / "r.json", ("chunker_very_deep_1200.py", "--T", 20, "--out")
    assert f"wrote {path}" in inside(*run, path).stdout
    before = path.read_bytes()
    assert "left as it is" in inside(*run, path).stdout and path.read_bytes() == before
    other = {**json.loads(before), "wallclock_s": 9.0, "env": {}}
    path.write_bytes(core.to_json(other))
    assert "left as it is" in inside(*run, path).stdout
    assert core.load_results(path)["wallclock_s"] == 9.0
    near = {**other, "baseline_filler_loss": other["baseline_filler_loss"] * (1 + 1e-8)}
    path.write_bytes(core.to_json(near))  # as another processor rounds
    assert "left as it is" in inside(*run, path).stdout
    path.write_bytes(core.to_json({**other, "chunker_eval_acc": 0.5}))
    assert f"wrote {path}" in inside(*run, path).stdout
    path.write_bytes(core.to_json({**other, "baseline_filler_loss": 0.5}))
    assert f"wrote {path}" in inside(*run, path).stdout
    assert numbers(core.load_results(path)) == numbers(json.loads(before))


def test_quiet_says_nothing(command, tmp_path):
    done = command(
        "chunker_very_deep_1200.py", "--T", 20, "--quiet", "--out", tmp_path / "r.json"
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_stopped_half_way_leaves_the_old_results(tmp_path, how):
    path = tmp_path / "r.json"
    path.write_text("old")
    program = [sys.executable, ROOT / "chunker_very_deep_1200.py"]
    running = subprocess.Popen(
        [*program, "--T", "100", "--auto-epochs", "5000", "--out", path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # as from a terminal
    )  # fmt: skip
    assert "automatizer" in running.stdout.readline()  # half-way: a tenth of the epochs is done
    running.send_signal(how)
    _, complaint = running.communicate(timeout=30)
    if how == signal.SIGINT:
        assert running.returncode == 130
        assert complaint == "chunker_very_deep_1200.py: interrupted\n"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "program",
    [
        ["chunker_very_deep_1200.py"],
        ["visualize_chunker_very_deep_1200.py"],
        ["make_chunker_very_deep_1200_gif.py"],
        ["-m", "studies", "seeds"],
    ],
)
def test_ctrl_c_while_libraries_load_is_no_traceback(tmp_path, program):
    slow = 'import time\nprint("loading", flush=True)\ntime.sleep(30)\n'
    (tmp_path / "numpy.py").write_text(slow)  # found before the real one
    running = subprocess.Popen(
        [sys.executable, *program], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert running.stdout.readline() == "loading\n"
    running.send_signal(signal.SIGINT)
    _, complaint = running.communicate(timeout=30)
    assert (running.returncode, complaint) == (130, "")


def test_a_closed_pipe_is_no_traceback(tmp_path):
    program = [sys.executable, str(ROOT / "chunker_very_deep_1200.py"), "--T", "50"]
    running = subprocess.Popen(
        [*program, "--out", str(tmp_path / "r.json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait(timeout=30) == 1


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "r.json"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        core.write_whole(path, b"new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_the_gate_notices_a_changed_number(small_results):
    spec = importlib.util.spec_from_file_location("compare", ROOT / ".ci" / "compare.py")
    compare = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compare)

    def changed(key, factor):
        value = small_results[key]
        value = [v * factor for v in value] if isinstance(value, list) else value * factor
        return {**small_results, key: value}

    assert compare.differences(small_results, small_results) == {}
    other = copy.deepcopy(small_results)
    other["surprise_trace"]["loss"][-1] *= 1.01
    assert set(compare.differences(small_results, other)) == {"trace"}
    other = copy.deepcopy(small_results)
    other["hyperparameters"]["threshold"] *= 1.01
    assert set(compare.differences(small_results, other)) == {"threshold"}
    for key in compare.CLOSE:
        assert compare.differences(small_results, changed(key, 1 + 1e-7)) == {}
        assert set(compare.differences(small_results, changed(key, 1 + 1e-5))) == {key}
    for key in ("chunker_eval_acc", "chunker_avg_surprises", "effective_depth_baseline"):
        assert set(compare.differences(small_results, changed(key, 1.02))) == {key}
