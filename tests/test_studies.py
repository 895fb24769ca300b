"""Each study in its quick form, and redrawn from its JSON file."""

import importlib

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies import common, report


@pytest.mark.parametrize("name", report.STUDIES)
def test_quick_run_and_redrawing(command, tmp_path, name):
    done = command(f"studies.{name}", "--quick", "--jobs", 1, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "results" / f"{name}.json"
    pictures = sorted((tmp_path / "viz").glob(f"{name}*.png"))
    assert pictures
    before = path.read_bytes(), [p.read_bytes() for p in pictures]
    for picture in pictures:
        picture.unlink()
    done = command(f"studies.{name}", "--plot-only", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (path.read_bytes(), [p.read_bytes() for p in pictures]) == before
    results = core.read_json(path, made_by="")
    committed = report.results_of(name)
    assert set(results) == set(committed)


@pytest.mark.parametrize("name", report.STUDIES)
def test_a_study_asks_and_answers(name):
    study = importlib.import_module(f"studies.{name}")
    assert study.__doc__.splitlines()[0].endswith("?")
    answer = study.answer(report.results_of(name))
    assert answer.endswith(".") and any(character.isdigit() for character in answer)


def test_the_core_knows_no_study():
    for name in ("chunker_very_deep_1200", "visualize_chunker_very_deep_1200",
                 "make_chunker_very_deep_1200_gif"):  # fmt: skip
        source = (common.HOME.parent / f"{name}.py").read_text()
        assert "import studies" not in source and "from studies" not in source


def test_committed_seeds():
    s = report.results_of("seeds")
    assert s["seeds"] == len(s["runs"]) == 100 and s["T"] == 1200
    assert s["chunker_perfect"]["k"] == 100
    low, high = s["baseline_choice"]["interval"]
    assert low < 0.5 < high
    headline = core.load_results()
    again = s["runs"][0]["baseline_filler_loss"]
    assert again == pytest.approx(headline["baseline_filler_loss"], rel=1e-6)


def test_committed_benchmark():
    b = report.results_of("benchmark")
    update, process, forward = b["update"], b["process"], b["forward"]
    assert max(u["gradient_difference"] for u in update.values()) < 1e-8
    assert update["torch"]["times_ours"] >= 5 and update["jax"]["times_ours"] >= 1 / 1.5
    assert process["headline"]["median_s"] <= 1.5 and process["headline"]["peak_mb"] <= 150
    assert process["figures"]["median_s"] <= 2.5 and process["gif"]["median_s"] <= 4
    assert forward["rows"][-1]["T"] == 120_000
    assert all(row["surprises"] == [0, row["T"] - 1] for row in forward["rows"])


def test_committed_collapse():
    c = report.results_of("collapse")
    assert len(c["runs"]) == 50 and c["T"] == 1200 and c["peak_mb"] <= 300
    for window in ("window_3", "window_6"):
        summary = c["summary"][window]
        assert summary["solved"]["k"] >= 0.95 * 50
        assert summary["control_choice"]["mean"] == 0.5 and summary["control_best"]["max"] == 0
        assert summary["own_held"]["1200000"]["k"] == summary["solved"]["k"]
    assert c["full_bptt"]["choice"]["mean"] == 0.5


def test_committed_lag20():
    c = report.results_of("lag20")
    assert c["first_17"]["5000"] >= 13 and c["first_17"]["35000"] == 17
    assert c["window"] == 3 and len(c["runs"]) == 100


def test_committed_lossless():
    c = report.results_of("lossless")
    assert c["exact"] == c["cases"] >= 1000 and c["longest"] == 3000
    below = [row for row in c["thresholds"] if row["threshold"] < 0.6932]
    assert len(below) == 3 and all(row["exact"]["share"] == 1 for row in below)
    assert c["right"]["min"] == c["T"] - 1 == 1199 and c["a_alone"]["max"] < 1199


def test_intervals():
    assert common.share([1] * 100)["interval"] == pytest.approx([0.025 ** (1 / 100), 1.0])
    m = common.mean(np.arange(9.0))
    assert m["mean"] == 4 and m["interval"][0] == pytest.approx(
        4 - 2.306 * np.std(range(9), ddof=1) / 3, abs=1e-3
    )
    assert common.mean([2, 2, 2])["interval"] == [2, 2]


def test_runs_come_back_in_order():
    assert common.over(abs, [-3, 2, -1], jobs=2) == [3, 2, 1]
