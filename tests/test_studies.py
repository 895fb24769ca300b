"""Each study in its quick form, redrawn from its JSON file; and what the committed results say."""

import numpy as np
import pytest
import quick_runs

import chunker_very_deep_1200 as core
import studies.__main__ as commands
from studies.lab import catalogue, provenance, runner
from studies.lab.catalogue import results_of

NAMES = list(catalogue.names())
ELSEWHERE = {  # files of tests that ask more of a study's quick run: there it is made
    name: f"test_{name}.py"
    for name in ("decisive", "experiment2", "cost", "counted", "letters", "limits", "upward",
                 "classes", "zog", "sampling", "units", "parity", "jacobians", "forgetting",
                 "attractors", "sensitivity", "counters", "register", "ways", "player", "signals")
} | {"words": "test_words_found.py"}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ELSEWHERE])
def test_quick_run(quick_run, name):
    of_its_kind(name, quick_run(name))


def of_its_kind(name, results):
    """What holds for every study's quick run."""
    study = catalogue.module_of(name)
    assert set(results) == set(results_of(name))
    assert provenance.outdated(name, results, quick=True) is None
    assert provenance.outdated(name, results) == "it is of another kind of run"
    if name != "benchmark":  # whose quick form leaves the other frameworks out
        assert any(character.isdigit() for character in study.answer(results))
    if hasattr(study, "table"):
        header, lines = study.table(results)
        assert lines and all(len(line) == len(header) for line in lines)
    took = results["env"]["seconds"]
    assert all(0 <= seconds <= took for seconds in seconds_in(results)), took
    changed = quick_runs.changed(name, provenance.numbers(name, results), study)
    assert not changed, "if they are meant to change: python3 tests/quick_runs.py"


def seconds_in(value, key=""):
    """All numbers that stand under `seconds`; of summaries the mean."""
    if isinstance(value, dict):
        if key.endswith("seconds") and "mean" in value:
            value = {"seconds": value["mean"]}
        for name, part in value.items():
            yield from seconds_in(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from seconds_in(part, key)
    elif key.endswith("seconds") and isinstance(value, float):
        yield value


def test_what_is_asked_elsewhere_is_asked_there():
    for name, file in ELSEWHERE.items():
        text = (catalogue.HOME.parent / "tests" / file).read_text()
        assert f'quick_run("{name}")' in text and f'of_its_kind("{name}", ' in text


def test_redrawing_changes_nothing(tmp_path, capsys):
    runner.main("longer", ["--quick", "--jobs", "1", "--out", str(tmp_path)])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    before = [path.read_bytes() for path in files]
    (tmp_path / "viz" / "longer.png").unlink()
    runner.main("longer", ["--plot-only", "--out", str(tmp_path)])
    assert len(files) == 2 and [path.read_bytes() for path in files] == before


@pytest.mark.parametrize("name", NAMES)
def test_a_study_asks_and_answers(name):
    assert catalogue.question(name) == catalogue.module_of(name).__doc__.splitlines()[0]
    assert catalogue.question(name).endswith("?")
    answer = catalogue.module_of(name).answer(results_of(name))
    assert any(character.isdigit() for character in answer)


@pytest.mark.parametrize("name", NAMES)
def test_committed_results_say_what_they_came_from(name):
    """So that python3 -m studies stale can tell which must be made anew after a change."""
    env = results_of(name)["env"]
    assert len(env["code"]) == 16 and env["quick"] is False and env["options"] == {}
    assert set(env["data"]) == set(getattr(catalogue.module_of(name), "READS", ()))
    assert env["seconds"] > 0 and env["git"] and not env["git"].endswith("+")


def test_all_runs_what_is_missing_or_out_of_date_and_nothing_else(
    inside, tmp_path, capfd, monkeypatch
):
    """All studies are done already but one: that is run, and a second call runs none."""
    for name in NAMES:
        if name != "longer":
            path = catalogue.results_path(name, tmp_path / "r" / catalogue.family_of(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            env = {"code": provenance.code_digest(name), "data": provenance.data_digests(name)}
            env |= {"quick": True, "options": {}}
            path.write_bytes(core.to_json({"env": env}))
            (path.parents[1] / "viz").mkdir(exist_ok=True)
            (path.parents[1] / "viz" / f"{name}.png").touch()
    monkeypatch.setenv("PYTHONPATH", str(core.HERE))
    done = inside("studies", "all", "--quick", "--jobs", 1, "--out", tmp_path / "r")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("==")] == ["== longer"]
    assert "viz/longer.png" in capfd.readouterr().out  # of the study's own process
    again = inside("studies", "all", "--quick", "--jobs", 1, "--out", tmp_path / "r")
    assert again.returncode == 0 and "==" not in again.stdout


@pytest.mark.parametrize(
    ("what", "value"),
    [("quick", True), ("options", {"seeds": 3}), ("code", "other"), ("viz", None)],
)
def test_what_is_no_whole_run_of_this_code_is_not_done(tmp_path, what, value):
    path = catalogue.results_path("seeds", tmp_path)
    path.parent.mkdir()
    (tmp_path / "viz").mkdir()
    (tmp_path / "viz" / "seeds.png").touch()
    env = {"code": provenance.code_digest("seeds"), "data": {}, "quick": False, "options": {}}
    path.write_bytes(core.to_json({"env": env}))
    assert commands.done("seeds", tmp_path, quick=False)
    assert not commands.done("seeds", tmp_path, quick=True)
    if what == "viz":
        (tmp_path / "viz" / "seeds.png").unlink()
    else:
        path.write_bytes(core.to_json({"env": {**env, what: value}}))
    assert not commands.done("seeds", tmp_path, quick=False)
    for broken in ("[]", '{"env": null}', "{}"):
        path.write_text(broken)
        assert not commands.done("seeds", tmp_path, quick=False)


@pytest.mark.parametrize("part", [["--quick"], ["--seeds", "3"]])
def test_a_part_of_a_run_never_goes_over_what_is_committed(inside, part):
    before = catalogue.results_path("seeds").read_bytes()
    done = inside("studies", "seeds", *part, "--out", catalogue.HOME / "chunker")
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "another folder" in done.stderr
    assert catalogue.results_path("seeds").read_bytes() == before


def test_a_study_does_not_write_over_what_is_committed_unless_told_to():
    for quick in (True, False):
        home = catalogue.rerun_home("seeds", quick)
        assert catalogue.HOME / "rerun" in home.parents
    assert catalogue.rerun_home("seeds", True) != catalogue.rerun_home("seeds", False)


def test_committed_seeds():
    s = results_of("seeds")
    assert s["seeds"] == len(s["runs"]) == 100 and s["T"] == 1200
    assert s["chunker_perfect"]["k"] == 100
    low, high = s["baseline_choice"]["interval"]
    assert low < 0.5 < high
    headline = core.load_results()
    again = s["runs"][0]["baseline_filler_loss"]
    assert again == pytest.approx(headline["baseline_filler_loss"], rel=1e-6)


def test_committed_benchmark():
    b = results_of("benchmark")
    update, process, forward = b["update"], b["process"], b["forward"]
    assert max(u["gradient_difference"] for u in update.values()) < 1e-8
    assert max(u["gradient_difference"] for u in b["letters"].values()) < 1e-9
    assert set(b["letters"]) == {"numpy", "loop", "torch"}
    assert set(b["gated_gradients"]) == {"LSTM", "GRU"}
    assert max(b["gated_gradients"].values()) < 1e-9
    page = b["page"]
    assert page["first_picture"]["median_s"] <= 1 and page["headline_run"]["median_s"] <= 3
    assert all(of["median_ms"] <= 50 for of in page["dragging"].values())
    assert update["torch"]["times_ours"] >= 5 and update["jax"]["times_ours"] >= 1 / 1.5
    assert process["headline"]["median_s"] <= 1.5 and process["headline"]["peak_mb"] <= 150
    assert process["figures"]["median_s"] <= 2.5 and process["gif"]["median_s"] <= 4
    assert forward["rows"][-1]["T"] == 120_000
    assert all(row["surprises"] == [0, row["T"] - 1] for row in forward["rows"])


def test_committed_collapse():
    c = results_of("collapse")
    assert len(c["runs"]) == 50 and c["T"] == 1200 and c["peak_mb"] <= 300
    for window in ("window_3", "window_6"):
        summary = c["summary"][window]
        assert summary["solved"]["k"] >= 0.95 * 50
        assert summary["control_choice"]["mean"] == 0.5 and summary["control_best"]["max"] == 0
        assert summary["own_held"]["1200000"]["k"] == summary["solved"]["k"]
    assert c["full_bptt"]["choice"]["mean"] == 0.5


def test_committed_lag20():
    c = results_of("lag20")
    assert c["first_17"]["5000"] >= 13 and c["first_17"]["35000"] == 17
    assert c["window"] == 3 and len(c["runs"]) == 100


def test_committed_lossless():
    c = results_of("lossless")
    assert c["exact"] == c["cases"] >= 1000 and c["longest"] == 3000
    below = [row for row in c["thresholds"] if row["threshold"] < 0.6932]
    assert len(below) == 3 and all(row["exact"]["share"] == 1 for row in below)
    assert c["right"]["min"] == c["T"] - 1 == 1199 and c["a_alone"]["max"] < 1199


def test_committed_noise():
    n = results_of("noise")
    assert n["T"] == 1200 and n["levels"][0]["e"] == 0 and n["levels"][-1]["e"] == 0.8
    up_to_half = [v for v in n["levels"] if v["e"] <= 0.5]
    assert len(up_to_half) == 8
    for v in up_to_half:
        of = [run for run in n["runs"] if run["e"] == v["e"]]
        k = np.array([run["misprediction"]["k"] for run in of])
        jumps = np.array([run["jumps"] for run in of])
        assert np.array_equal(k, 2 + jumps)  # every jump is mispredicted and nothing else
        deviation = np.sqrt(v["e"] * (1 - v["e"]) * 1198 / k.size)
        assert abs(k.mean() - 2 - v["e"] * 1198) <= 2.69 * deviation, v["e"]  # 95% for all seven
        assert v["follows_cycle"]["min"] == 1.0


def test_committed_hierarchy():
    h = results_of("hierarchy")
    assert list(h["depths"]) == ["1", "2", "3", "4"]
    for depth, d in h["depths"].items():
        runs = h["runs"][depth]
        ratio = np.mean([r["ratio"] for r in runs])
        product = np.mean([np.prod([level["ratio"] for level in r["own"]]) for r in runs])
        assert abs(ratio / product - 1) <= 0.02
        assert sum(r["stack"]["recall"] == 1 for r in runs) >= 9 and len(runs) == 10
        assert d["perfect"]["n"] == 10
    assert np.mean([r["T"][1] for r in h["runs"]["4"]]) >= 100_000


def test_committed_gate():
    g, n = results_of("gate"), results_of("noise")
    assert g["T"] == 1200 and g["thresholds"][0] == 0 and g["thresholds"][-1] == 8
    assert set(g["keeps_all"]) - {"tolerance", "learned"}, g["kept"]
    for v, theirs in zip(g["levels"], n["levels"]):
        assert v["e"] == theirs["e"]
        if v["e"] <= 0.5:
            k, expected = v["gates"]["mispredicted"]["k"]["mean"], 2 + v["e"] * 1198
            assert k == pytest.approx(expected, abs=0.5 + 0.03 * expected)


def test_committed_online():
    o = results_of("online")
    assert o["largest_difference"] <= 1e-10
    assert o["largest_difference"] == max(max(c["difference"].values()) for c in o["exactness"])
    for name in ("bptt", "rtrl"):
        runs = o["schedules"][name]["runs"]
        assert len(runs) == 20 and sum(r["reached"] is not None for r in runs) >= 18


def test_committed_cost():
    c = results_of("cost")
    counted = {(r["when"], r["stage"], r["T"]): r for r in c["rows"]}
    for T in (100, 1200, 10_000):
        assert counted["train", "baseline", T]["steps_gradient"] == T - 1
        assert counted["train", "C", T]["steps_gradient"] == 1
        assert counted["use", "A", T]["steps_forward"] == T - 1
    assert counted["use", "A", 1_000_000]["k"] == 2
    same = {(stage, r["activations"]) for (when, stage, _), r in counted.items() if when == "train"
            and stage in ("A", "C", "collapsed")}  # fmt: skip
    assert len(same) == 3  # at every T
    assert len({r["multiply_adds"] for (_, stage, _), r in counted.items() if stage == "C"}) == 2
    fitted = {(e["when"], e["stage"], e["quantity"]): e["exponent"] for e in c["exponents"]}
    assert fitted["train", "baseline", "multiply_adds"] == pytest.approx(1, abs=0.01)
    assert fitted["train", "baseline", "movement"] == pytest.approx(1.5, abs=0.05)
    assert fitted["train", "C", "movement"] == pytest.approx(0, abs=0.01)


def test_committed_scale():
    s = results_of("scale")
    last = s["rows"][-1]
    assert s["trained_at"] == 1200 and last["T"] == 12_000_000
    longest = [run["rows"][-1] for run in s["runs"]]
    assert all(row["surprises"] == 2 * [[0, 11_999_999]] for row in longest)
    assert all(row["recall"] == 1 and row["peak_mb"] <= 300 for row in longest)
    assert all(row["seconds"] < 120 for row in longest)
    assert last["recall"]["min"] == 1 and s["phases"]["share"] == 1
