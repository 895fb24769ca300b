"""Whatever a file holds and whatever is typed: one line at most, no traceback, no changed file.

The tests try 200 cases each; `--hypothesis-profile=thorough` tries 10,000.
"""

import functools
import io
import json
import random
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress

import pytest
from conftest import sketch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chunker_very_deep_1200 as core
import make_chunker_very_deep_1200_gif as gif
import studies.__main__ as studies
import visualize_chunker_very_deep_1200 as visualize
from studies.lab import catalogue, report, runner

CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
fuzzed = settings(deadline=None, suppress_health_check=CHECKS)

LEAVES = (
    st.none() | st.booleans() | st.text(max_size=5) | st.sampled_from(["$x$", r"$\frac$", "\n"])
    | st.integers() | st.sampled_from([0, -1, 10**30, 10**400, 2**63])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -0.0, 5e-324, 1e-320, 1e29, 1e300])
)  # fmt: skip
VALUES = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(st.text(max_size=3), LEAVES)


def places(value, at=()):
    """The path of every part of a JSON value; of lists the first few."""
    yield at
    if isinstance(value, (dict, list)):
        parts = value.items() if isinstance(value, dict) else enumerate(value[:6])
        for key, part in parts:
            yield from places(part, (*at, key))


def spoilt(data, results):
    """A copy in which one to three parts are others, or gone."""
    results = json.loads(json.dumps(results))  # a copy, sooner than deepcopy
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from([p for p in places(results) if p]))
        holder = results
        for key in path:
            holder = holder[key]
        if data.draw(st.booleans()):
            holder[last] = data.draw(VALUES)
        else:
            del holder[last]
        if not results:
            break
    return results


def written(path, results):
    path.write_text(json.dumps(results, allow_nan=False))
    return path


# ==== Results files ===============================================================================
@fuzzed
@given(data=st.data())
def test_a_spoilt_results_file_is_drawn_or_refused(small_results, tmp_path, data):
    path = written(tmp_path / "r.json", spoilt(data, small_results))
    try:
        results = core.load_results(path)
    except core.BadInput as e:
        assert len(str(e)) < 3000
        return
    if data.draw(st.integers(0, 2)):
        return  # drawing takes a hundred times as long
    picture = data.draw(st.sampled_from([*visualize.FIGURES.values(), None]))
    with visualize.drawing():
        if picture:
            sketch(picture(results))
        else:
            gif.scene(results)(results["T"] - 1, 1.0)


@fuzzed
@given(data=st.data())
def test_bytes_that_are_no_results_file(small_results, tmp_path, data):
    whole = bytearray(core.to_json(small_results)[:3000])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    (tmp_path / "r.json").write_bytes(whole)
    with pytest.raises(core.BadInput):
        core.load_results(tmp_path / "r.json")


STUDIES = [name for name in catalogue.names() if catalogue.results_path(name).exists()]


@functools.cache
def committed(name, few):
    """A study's results, of its long lists a few entries or all."""
    results = catalogue.results_of(name)
    return smaller(results) if few else results


def smaller(value):
    """Of every long list the first few: what is read is of the same kind."""
    if isinstance(value, dict):
        return {key: smaller(part) for key, part in value.items()}
    return [smaller(part) for part in value[:3]] if isinstance(value, list) else value


@fuzzed
@given(data=st.data())
def test_a_study_answers_from_a_spoilt_file_or_refuses(tmp_path, data):
    name = data.draw(st.sampled_from(STUDIES))
    results = spoilt(data, committed(name, few=data.draw(st.integers(0, 9)) > 0))
    path = written(tmp_path / "r.json", results)
    try:
        with catalogue.reading(name, path):
            catalogue.module_of(name).answer(core.read_json(path, catalogue.made_by(name)))
    except core.BadInput as e:
        assert "is not of this study" in str(e) or "is not a JSON" in str(e)


# ==== Command lines ===============================================================================
WORDS = st.text(st.characters(exclude_characters="\0"), max_size=8) | st.sampled_from([
    "", "0", "1", "-1", "7", "60", "1e3", "nan", "-inf", "0.05", "9" * 5000, "1" + "0" * 400, "x",
    "r.json", ".", "..", "/", "/proc/x", "no/folder/x", "r.json/", "\udcff", "a\nb", "loop", "-",
])  # fmt: skip


def options_of(program):
    """The options that a program's --help lists."""
    out = io.StringIO()
    with redirect_stdout(out), suppress(SystemExit):
        sys.argv = ["x", *program[1:], "--help"]
        program[0]()
    return [
        "--quick",
        *sorted({word.strip("[],") for word in out.getvalue().split() if word.startswith("--")}),
    ]


def quickly(monkeypatch, small_results, folder):
    """All but the computing and the drawing, and nothing written outside `folder`."""
    for module in (core, visualize, gif):
        monkeypatch.setattr(module, "RESULTS", folder / "results.json")
    monkeypatch.setattr(gif, "GIF", folder / "run.gif")
    monkeypatch.setattr(core, "run", lambda config, log: {**small_results, "seed": config.seed})
    monkeypatch.setattr(visualize, "FIGURES", {"a.png": lambda results: None})
    monkeypatch.setattr(visualize, "png", lambda figure: b"picture")
    monkeypatch.setattr(gif, "animate", lambda results, n, fps: b"GIF")
    monkeypatch.setattr(runner, "compute", lambda *a, **k: {"env": {"quick": True}})
    monkeypatch.setattr(runner, "draw", lambda *a: None)
    monkeypatch.setattr(report, "write", lambda: None)
    monkeypatch.setattr(studies.subprocess, "run", lambda call: random)
    monkeypatch.setattr(random, "returncode", 1, raising=False)
    monkeypatch.setattr(catalogue, "results_of", functools.cache(catalogue.results_of))


PROGRAMS = {
    "run": (core.main,), "figures": (visualize.main,), "gif": (gif.main,),
    "studies": (studies.main,), "seeds": (studies.main, "seeds"), "all": (studies.main, "all"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_any_command_line(name, small_results, tmp_path, monkeypatch):
    main, *first = PROGRAMS[name]
    quickly(monkeypatch, small_results, tmp_path)
    monkeypatch.setattr(sys, "argv", ["x"])
    monkeypatch.chdir(tmp_path)
    options = options_of((main, *first))
    (tmp_path / "loop").symlink_to("loop")

    @fuzzed
    @given(st.lists(st.sampled_from(options) | WORDS, max_size=5))
    def tried(words):
        if "--dask" in words:
            return  # asks the network
        kept = written(tmp_path / "kept.json", small_results).read_bytes()
        sys.argv = ["x", *first, *words]
        out, error = (io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape") for _ in "ab")
        with redirect_stdout(out), redirect_stderr(error), pytest.raises(SystemExit) as end:
            core.run_command(main)
        error.seek(0)
        said = error.read()
        assert end.value.code in (None, 0, 1, 2) and said.count("\n") == bool(end.value.code), said
        assert (tmp_path / "kept.json").read_bytes() == kept

    tried()
