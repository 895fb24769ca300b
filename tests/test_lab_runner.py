"""Running studies, comparing them with what is committed, and what is out of date."""

import json

import numpy as np
import pytest
from scipy import stats

import chunker_very_deep_1200 as core
from studies.lab import catalogue, intervals, provenance, randomness, runner


def test_intervals():
    assert intervals.proportion([1] * 100)["interval"] == pytest.approx([0.025 ** (1 / 100), 1.0])
    m = intervals.mean(np.arange(9.0))
    assert m["mean"] == 4 and m["interval"][0] == pytest.approx(
        4 - 2.306 * np.std(range(9), ddof=1) / 3, abs=1e-3
    )
    assert (m["n"], m["median"], m["min"], m["max"]) == (9, 4, 0, 8)
    assert m["interval"][1] - 4 == pytest.approx(4 - m["interval"][0])
    assert intervals.mean([2, 2, 2])["interval"] == [2, 2]
    assert intervals.mean([0, 0, 9])["median"] == 0 and intervals.mean([0, 0, 9])["mean"] == 3


def test_a_proportion_is_counted_and_a_share_has_its_interval():
    some = intervals.proportion([True, False, False, True, False])
    assert (some["k"], some["n"], some["share"]) == (2, 5, 0.4)
    low, high = some["interval"]  # where 2 of 5 and more, 2 of 5 and less, have 2.5%
    assert stats.binom.sf(1, 5, low) == pytest.approx(0.025)
    assert stats.binom.cdf(2, 5, high) == pytest.approx(0.025)
    assert intervals.counted(some) == "2/5"
    assert intervals.percent(some) == f"40.0% ({low:.1%} to {high:.1%})"
    assert intervals.percent({"mean": 0.25, "interval": [0.1, 0.5]}) == "25.0% (10.0% to 50.0%)"
    assert intervals.percent(intervals.mean([1, 1])) == "100.0%"


def test_quantiles_over_runs():
    assert intervals.quantiles(np.arange(101)) == [5, 50, 95]
    assert intervals.quantiles(np.empty(0)) is None
    assert intervals.mean_quantiles([[1, 2, 3], None, [3, 6, 9]]) == [2, 4, 6]
    assert intervals.mean_quantiles([None]) is None


def test_runs_come_back_in_order():
    assert runner.parallel_map(abs, [-3, 2, -1], jobs=2) == [3, 2, 1]


# ==== The list, and commands that are not there ===================================================
def test_the_list_has_every_study_with_question_answer_and_seconds(inside):
    done = inside("studies")
    assert done.returncode == 0, done.stderr
    for name in catalogue.names():
        assert f"\n{name} (" in "\n" + done.stdout
        if not catalogue.results_path(name).exists():
            continue
        first = " ".join(catalogue.module_of(name).answer(catalogue.results_of(name)).split()[:4])
        assert first in " ".join(done.stdout.split())
    assert done.stdout.count("?") >= len(catalogue.names())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "there is no study 'nonsense'"),
        (["report", "--bogus"], "unrecognized arguments: --bogus"),
        (["stale", "now"], "unrecognized arguments: now"),
        (["all", "--bogus"], "unrecognized arguments"),
        (["seeds", "--bogus"], "unrecognized arguments: --bogus"),
    ],
)
def test_what_is_not_there_is_one_line(inside, tmp_path, arguments, says):
    done = inside("studies", *arguments)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and says in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "seeds", "report", "stale", "all"])
def test_help_runs_nothing(inside, name):
    done = inside("studies", *([name] if name else []), "--help")
    assert done.returncode == 0 and done.stdout.strip()


# ==== Same numbers? ===============================================================================
def test_differences_name_the_place():
    a = {"x": [1, {"y": 2.0}], "z": "s"}
    assert provenance.differences(a, json.loads(json.dumps(a))) == []
    assert provenance.differences(a, {"x": [1, {"y": 2.5}], "z": "s"}) == [("x[1].y", 2.0, 2.5)]
    assert provenance.differences(a, {"x": [1], "z": "s"}) == [("x", a["x"], [1])]
    assert provenance.differences({"x": 1}, {"x": True}) == [("x", 1, True)]
    assert provenance.differences({}, {"k": 0}) == [("k", None, 0)]


def test_times_and_environment_are_no_numbers():
    r = {"env": {"git": "a"}, "rows": [{"seconds": 1.0, "recall": 1.0}], "seeds": 3}
    assert provenance.numbers("seeds", {**r, "long_baseline_seconds": 2}) == {
        "rows": [{"recall": 1.0}], "seeds": 3,
    }  # fmt: skip


def test_a_tuple_is_the_list_that_its_file_holds():
    assert provenance.numbers("seeds", {"seeds": (1, 2)}) == {"seeds": [1, 2]}


def test_a_run_says_where_it_differs_from_the_committed():
    committed = catalogue.results_of("seeds")
    assert "bit for bit" in provenance.against_committed("seeds", committed)
    other = json.loads(json.dumps(committed))
    other["baseline_choice"]["mean"] *= 1.01
    other["runs"][3]["threshold"] *= 1.001
    other["runs"][4]["threshold"] *= 1.002
    said = provenance.against_committed("seeds", other).splitlines()
    assert "3 numbers differ" in said[0] and len(said) == 3
    assert "baseline_choice.mean: 1, at most 1e-02 relative" in said[1]
    assert "runs[].threshold: 2, at most 2e-03 relative" in said[2]


# ==== Out of date? ================================================================================
@pytest.fixture
def house(tmp_path, monkeypatch):
    """A small house in an empty folder: a study, what it calls, and what it does not."""
    (tmp_path / "studies" / "lab").mkdir(parents=True)
    (tmp_path / "studies" / "chunker").mkdir()
    files = {
        "core.py": "import os\n\nA = 1\nos.switch()\n\ndef used(x, text='a b'):\n"
        '    """Doc."""\n    for y in x:\n        y\n        x\n    return x + A  # why\n\n'
        "def unused():\n    return 2\n",
        "studies/lab/__init__.py": "",
        "studies/lab/tools.py": "from core import used\n\ntools = 1\n\n"
        "def help(x):\n    tools = 3\n    return used(x) + tools\n",
        "studies/chunker/one.py": '"""Why?"""\nimport core\nfrom studies.lab import tools\n'
        "FULL = 3\n\ndef part():\n    return tools.help(1)\n\n"
        "def compute(plan, jobs):\n    return part() + core.used(plan)\n\n"
        "def answer(results):\n    return 'yes'\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setattr(catalogue, "family_of", lambda name: "chunker")
    monkeypatch.setattr(catalogue, "module_of", lambda name: None)
    provenance.source.cache_clear()
    provenance.statements.cache_clear()

    def digest(name=None, old=None, new=None):
        provenance.source.cache_clear()
        provenance.statements.cache_clear()
        if name:
            text = (tmp_path / name).read_text()
            assert old in text
            (tmp_path / name).write_text(text.replace(old, new))
        return provenance.code_digest("one")

    yield digest
    provenance.source.cache_clear()
    provenance.statements.cache_clear()


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("core.py", "return x + A", "return x - A", True),
        ("core.py", "A = 1", "A = 2", True),
        ("core.py", "return 2", "return 3", False),
        ("core.py", "Doc.", "Other words.", False),
        ("core.py", "# why", "# why not", False),
        ("core.py", "x + A", "(x +\n        A)", False),
        ("core.py", "    return x + A", "    for _ in ():\n        pass\n    return x + A", True),
        ("core.py", "for y in x:\n        y\n        x", "for y in x:\n        y\n    x", True),
        ("core.py", "'a b'", "'ab'", True),
        ("core.py", "switch()", "switch(1)", True),
        ("core.py", "unused()", "used_not()", False),
        ("studies/lab/tools.py", "tools = 1", "tools = 2", False),
        ("studies/lab/tools.py", "used(x)", "used(2 * x)", True),
        ("studies/chunker/one.py", "FULL = 3", "FULL = 4", True),
        ("studies/chunker/one.py", "tools.help(1)", "tools.help(2)", True),
        ("studies/chunker/one.py", "'yes'", "'no'", False),
        ("studies/chunker/one.py", "Why?", "Why not?", False),
    ],
)
def test_results_depend_on_the_code_that_makes_them_and_no_other(house, file, old, new, changes):
    before = house()
    assert (house(file, old, new) != before) is changes


def test_outdated():
    results = catalogue.results_of("cost")
    results["env"] = {"code": provenance.code_digest("cost"), "quick": False, "options": {}}
    results["env"]["data"] = provenance.data_digests("cost")
    assert provenance.outdated("cost", results) is None
    results["env"]["data"]["seeds"] = "other"
    assert provenance.outdated("cost", results) == "the results of seeds have changed"
    results["env"]["code"] = "other"
    assert provenance.outdated("cost", results) == "its code has changed"
    results["env"]["quick"] = True
    assert provenance.outdated("cost", results) == "it is of another kind of run"
    assert provenance.outdated("cost", {}) == "it does not say what it came from"


def test_the_benchmark_depends_on_the_scripts_that_it_runs(monkeypatch):
    before = provenance.code_digest("benchmark")
    monkeypatch.setattr(catalogue.module_of("benchmark"), "RUNS", ())
    assert provenance.code_digest("benchmark") != before


# ==== Streams of random numbers ===================================================================
def test_no_two_streams_are_the_same():
    names = [n for n in randomness.NUMBERED if n not in ("reach", "guessing", "reconstruction")]
    names += ["online exactness", "a new study"]
    drawn = {}
    for name in names:
        for seed in (0, 1):
            drawn[name, seed] = randomness.sequence(name, seed).generate_state(2).tobytes()
            for part, rng in randomness.generators(name, seed, "abcd").items():
                drawn[name, seed, part] = rng.bytes(8)
            drawn[name, seed, 1] = randomness.sequence(name, seed, 20).generate_state(2).tobytes()
    assert len(set(drawn.values())) == len(drawn)


def test_the_headline_s_streams_are_no_study_s():
    headline = {rng.bytes(8) for rng in core.random_streams(0).values()}
    others = {
        rng.bytes(8)
        for name in randomness.NUMBERED
        if name not in ("reach", "guessing")
        for rng in randomness.generators(name, 0, range(9)).values()
    }
    assert not headline & others
