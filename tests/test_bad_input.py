"""Bad input: one clear line on stderr, the right exit code, no file touched."""

import copy
import json
import math

import numpy as np
import pytest

import chunker_very_deep_1200 as core

RUN, DRAW, GIF = (
    "chunker_very_deep_1200.py",
    "visualize_chunker_very_deep_1200.py",
    "make_chunker_very_deep_1200_gif.py",
)
SIZES = ("--auto-hidden", "--chunk-hidden", "--baseline-hidden", "--auto-truncate")
EPOCHS = ("--auto-epochs", "--chunk-epochs", "--baseline-epochs", "--n-eval")
RATES = ("--auto-lr", "--chunk-lr", "--baseline-lr")


def assert_refused(done, code, says, folder, files):
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert says in done.stderr, done.stderr
    assert {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == files


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--T", "6"], "T must be a whole number of at least 7, got 6"),
        (["--T", "-5"], "T must be"),
        (["--T", "long"], "must be a whole number, got 'long'"),
        (["--T", "1e3"], "must be a whole number, got '1e3'"),
        (["--T", "12.5"], "must be a whole number"),
        (["--T", "10" + "0" * 12], "lower --T"),
        (["--T", "10" + "0" * 400], "lower --T"),
        (["--auto-hidden", "10000000"], "of memory"),
        (["--n-eval", "1" + "0" * 11], "--n-eval"),
        (["--seed", "-1"], "seed must be a whole number of at least 0"),
        (["--seed", "zero"], "must be a whole number"),
        *(([size, value], "of at least 1") for size in (*SIZES, *EPOCHS) for value in ("0", "-3")),
        *(
            ([rate, value], "must be a finite number above 0")
            for rate in RATES
            for value in ("0", "-0.1", "nan", "inf")
        ),
        (["--auto-lr=-inf"], "must be a finite number above 0"),
        (["--auto-lr", "fast"], "must be a number, got 'fast'"),
        (["--epochs", "3"], "unrecognized arguments: --epochs 3"),
        (["--auto-h", "3"], "unrecognized arguments: --auto-h 3"),  # no part of a name is one
        (["--seed"], "expected one argument"),
        (["results.json"], "unrecognized arguments"),
        (["--out", "no/such/folder/r.json"], "does not exist"),
        (["--out", "."], "is not a file"),
        (["--out", "r.json/"], "is not a file"),
        (["--out", ""], "'' is not a file"),
        (["--out", "/dev/null"], "is not a file"),
        (["--out", "/proc/r.json"], "can't write /proc/r.json (No such file or directory): name"),
        (["--out", "n" * 300], "can't write"),
    ],
)
def test_bad_options_of_the_run(inside, tmp_path, options, says):
    (tmp_path / "results.json").write_text("old")
    options = [*options, *([] if "--out" in options else ["--out", "results.json"])]
    assert_refused(inside(RUN, *options), 2, says, tmp_path, {"results.json": b"old"})


@pytest.mark.parametrize(
    ("rate", "stage"),
    [("--auto-lr", "automatizer"), ("--chunk-lr", "chunker"), ("--baseline-lr", "baseline")],
)
def test_divergence_names_stage_and_epoch(inside, tmp_path, rate, stage):
    (tmp_path / "r.json").write_text("old")
    done = inside(RUN, "--T", 50, rate, "1e6", "--out", "r.json")
    assert_refused(done, 1, f"{stage} diverged in epoch ", tmp_path, {"r.json": b"old"})
    assert f"lower {rate}" in done.stderr


def test_epochs_of_a_divergence_count_from_1(monkeypatch):
    losses = iter([1.0] * core.CHUNK_SEQUENCES + [math.inf] * core.CHUNK_SEQUENCES)
    monkeypatch.setattr(core, "mean_loss", lambda u: next(losses))
    events = [core.Events(np.array([0, 3]), True)]
    which = np.zeros(3 * core.CHUNK_SEQUENCES, int)
    with pytest.raises(core.Diverged, match="chunker diverged in epoch 2:"):
        core.fit_chunker(core.Config(chunk_epochs=3), core.random_streams(0), events, which)


def test_divergence_in_the_last_update_of_all(inside, tmp_path):
    (tmp_path / "r.json").write_text("old")
    options = ["--T", 60, "--baseline-epochs", 1, "--baseline-lr", "1e3", "--out", "r.json"]
    done = inside(RUN, *options)
    assert_refused(done, 1, "baseline diverged in epoch 1", tmp_path, {"r.json": b"old"})


def test_a_link_that_leads_nowhere(inside, tmp_path, small_file):
    (tmp_path / "loop").symlink_to("loop")
    for program, option in ((RUN, "--out"), (GIF, "--out"), (DRAW, "--outdir")):
        read = [] if program == RUN else ["--results", small_file]
        done = inside(program, *read, option, "loop")
        assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr


def test_no_picture_is_written_when_one_can_t_be(inside, tmp_path, small_file):
    (tmp_path / "viz" / "grad_vs_depth.png").mkdir(parents=True)
    done = inside(DRAW, "--results", small_file, "--outdir", "viz")
    assert_refused(done, 2, "not a file", tmp_path, {small_file.name: small_file.read_bytes()})


def test_the_hint_makes_the_file_that_was_asked_for(inside, tmp_path):
    done = inside(DRAW, "--results", "my runs/r 1.json", "--seed", 3, "--T", 99)
    assert "chunker_very_deep_1200.py --seed 3 --T 99 --out 'my runs/r 1.json'" in done.stderr


def broken(results, what):
    """Contents of a results file that is spoilt in one way."""
    r = copy.deepcopy(results)
    text = core.to_json(r).decode()
    if what == "empty":
        return ""
    if what == "cut short":
        return text[: len(text) // 2]
    if what == "not JSON":
        return "seed: 0\n"
    if what == "binary":
        return "\x00\udcff\x80"
    if what == "a list":
        return "[]"
    if what == "a number":
        return "3"
    if what == "deep":
        return "[" * 100_000
    if what == "NaN":
        return text.replace('"chunker_eval_acc": 1.0', '"chunker_eval_acc": NaN')
    if what == "infinite":
        return text.replace('"chunker_eval_acc": 1.0', '"chunker_eval_acc": 1e999')
    if what == "huge":
        return text.replace('"chunker_eval_acc": 1.0', f'"chunker_eval_acc": {10**400}')
    if what == "short curve":
        r["chunker_loss"].pop()
    if what == "text in a curve":
        r["baseline_loss"][3] = "low"
    if what == "short gradient":
        r["baseline_grad_norms"].pop()
    if what == "short trace":
        r["surprise_trace"]["tokens"].pop()
    if what == "unknown symbol":
        r["surprise_trace"]["tokens"][5] = 7
    if what == "fractional symbol":
        r["surprise_trace"]["tokens"][5] = 3.0
    if what == "nested mask":
        r["surprise_trace"]["mask"][5] = [False]
    if what == "no first event":
        r["surprise_trace"]["mask"][0] = False
    if what == "two thresholds":
        r["surprise_trace"]["threshold"] += 1
    if what == "negative loss":
        r["baseline_loss"][3] = -1.0
    if what.startswith("accuracy of"):
        r["baseline_choice_acc"] = float(what.split()[-1])
    if what == "no surprises":
        r["chunker_avg_surprises"] = 0
    if what == "no first loss":
        r["surprise_trace"]["loss"][0] = 1.0
    if what == "T too small":
        r["T"] = 3
    if what == "T as text":
        r["T"] = "60"
    return json.dumps(r)


SPOILT = (
    "empty", "cut short", "not JSON", "binary", "a list", "a number", "deep", "NaN", "infinite",
    "huge", "short curve", "text in a curve", "short gradient", "short trace", "unknown symbol",
    "no first loss", "T too small", "T as text", "fractional symbol", "nested mask",
    "no first event", "two thresholds", "negative loss", "accuracy of 5", "accuracy of 1.01",
    "no surprises",
)  # fmt: skip


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_results_file(small_results, tmp_path, what):
    path = tmp_path / "r.json"
    path.write_text(broken(small_results, what), errors="surrogateescape")
    with pytest.raises(core.BadInput, match="make it anew with python3 chunker"):
        core.load_results(path)


def test_every_missing_key_is_named(small_results, tmp_path):
    path = tmp_path / "r.json"
    for key in small_results:
        path.write_text(json.dumps({k: v for k, v in small_results.items() if k != key}))
        with pytest.raises(core.BadInput, match=f"'{key}' is missing"):
            core.load_results(path)


@pytest.mark.parametrize("program", [DRAW, GIF])
@pytest.mark.parametrize("what", ["missing", "empty", "cut short", "NaN", "short curve"])
def test_figure_scripts_refuse_a_spoilt_file(inside, tmp_path, small_results, program, what):
    files = {}
    if what != "missing":
        (tmp_path / "r.json").write_text(broken(small_results, what))
        files = {"r.json": (tmp_path / "r.json").read_bytes()}
    out = ["--outdir", "viz"] if program == DRAW else ["--out", "a.gif"]
    done = inside(program, "--results", "r.json", *out)
    assert_refused(done, 2, "python3 chunker_very_deep_1200.py", tmp_path, files)


@pytest.mark.parametrize("program", [DRAW, GIF])
@pytest.mark.parametrize(
    ("check", "wanted"), [(["--seed", 5], "--seed 5 --T 60"), (["--T", 99], "--seed 0 --T 99")]
)
def test_figure_scripts_refuse_another_run(inside, tmp_path, small_file, program, check, wanted):
    files = {small_file.name: small_file.read_bytes()}
    out = ["--outdir", "viz"] if program == DRAW else ["--out", "a.gif"]
    done = inside(program, "--results", small_file, *check, *out)
    says = f"python3 chunker_very_deep_1200.py {wanted} --out {small_file}"
    assert_refused(done, 2, says, tmp_path, files)


@pytest.mark.parametrize(
    ("program", "options", "says"),
    [
        (GIF, ["--max-frames", 1], "--max-frames must be at least 2 and at most 1000, got 1"),
        (GIF, ["--max-frames", 100_000], "at most 1000"),
        (GIF, ["--max-frames", "many"], "must be a whole number"),
        (GIF, ["--fps", 0], "--fps must be from 1 to 50"),
        (GIF, ["--fps", 51], "--fps must be from 1 to 50"),
        (GIF, ["--out", "no/folder/a.gif"], "does not exist"),
        (DRAW, ["--outdir", "small.json"], "is not a folder"),
        (DRAW, ["--seed", "x"], "must be a whole number"),
    ],
)
def test_bad_options_of_the_figure_scripts(inside, tmp_path, small_file, program, options, says):
    files = {small_file.name: small_file.read_bytes()}
    done = inside(program, "--results", small_file, *options)
    assert_refused(done, 2, says, tmp_path, files)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--jobs", 0], "must be at least 1, got 0"),
        (["--seeds", 0], "must be at least 1, got 0"),
        (["--seeds", "many"], "must be a whole number"),
        (["--plot-only", "--out", "."], "can't read"),
        (["--quick", "--out", "/dev/null/sweep"], "can't make the folder"),
    ],
)
def test_bad_options_of_a_study(inside, tmp_path, options, says):
    assert_refused(inside("studies", "seeds", *options), 2, says, tmp_path, {})


@pytest.mark.parametrize("content", ["{}", "[]", "3"])
def test_a_study_refuses_another_file(inside, tmp_path, content):
    path = tmp_path / "results" / "seeds.json"
    path.parent.mkdir()
    path.write_text(content)
    done = inside("studies", "seeds", "--plot-only", "--out", ".")
    assert_refused(done, 2, "is not of this study", tmp_path, {"seeds.json": content.encode()})
