"""The mutation driver's own part: which tests come first, what is left alone, what is a hang."""

import importlib.util
import re

import pytest
from conftest import ROOT

spec = importlib.util.spec_from_file_location("mutants", ROOT / ".ci" / "mutants.py")
mutants = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mutants)


SOURCE = """
A = 3

def outer(x):
    def inner(y):
        return (y +
                A)
    return inner(x)
"""


@pytest.mark.parametrize(
    ("line", "first"),
    [
        (8, ["t::quick", "t::slow"]),  # in a function: what runs the line
        (6, ["t::quick"]),
        (7, ["t::quick"]),  # has no line of its own: what runs its function
        (2, ["t::quick", "t::slow"]),  # in none: what runs anything of the file
    ],
)
def test_the_tests_that_run_a_line_come_first(line, first, tmp_path, monkeypatch):
    lines = {2: {"t::slow"}, 4: {"t::slow"}, 6: {"t::quick"}, 8: {"t::slow", "t::quick"}}
    seconds = {"t::slow": 9, "t::quick": 1, "t::other": 2, "tests/test_run.py::test_all": 0}
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    (tmp_path / "tests").mkdir()
    for name in ("t", "tests/test_run.py"):
        (tmp_path / name).write_text("")
    reached = mutants.Reach({"m.py": lines}, seconds)
    mutant = mutants.Mutant("m.py", line, "", 0)
    found, elsewhere = mutants.tests_for(mutant, SOURCE, reached)
    assert found == first and "tests/test_run.py" in elsewhere
    assert all((ROOT / test).exists() for test in elsewhere)
    (tmp_path / "t").write_text("import m")
    assert ("t::other" in mutants.tests_for(mutant, SOURCE, reached)[0]) is (line == 2)


def test_every_file_that_starts_processes_or_reads_sources_is_named():
    """`inside` and the fixtures of conftest.py run in the tests' own process."""
    outside = re.compile(
        r"subprocess\.(run|Popen)|\(command[,)]|, command[,)]|getsource|ast\.parse"
    )
    found = {
        path.stem.removeprefix("test_")
        for path in (ROOT / "tests").glob("test_*.py")
        if outside.search(path.read_text())
    }
    assert found - {"mutants"} <= set(mutants.ELSEWHERE)


def test_what_python_never_evaluates_is_no_place():
    source = "def f(x: int | None = 3, *, y: 'a') -> str | int:\n    z: list[int | str] = 4\n"
    found = [source.splitlines()[a - 1][b:d] for (a, b), (_, d) in mutants.annotations(source)]
    assert sorted(found) == ["'a'", "int | None", "list[int | str]", "str | int"]


def test_a_failure_and_a_hang_are_noticed(tmp_path):
    assert mutants.run(["-c", "print(1)"], tmp_path, 60) == (False, "1\n")
    assert mutants.run(["-c", "print(1); 1 / 0"], tmp_path, 60)[0]
    slow = ["-c", "import time; time.sleep(60)"]
    assert mutants.run(slow, tmp_path, 0.5) == (True, "longer than 0.5 s")


def test_a_test_whose_name_is_gone_is_looked_for_in_its_file(tmp_path, monkeypatch):
    asked = []

    def run(command, copy, limit):
        asked.append(command)
        return (
            (True, "ERROR: not found: tests/test_a.py::test[1]") if len(asked) == 1 else (False, "")
        )

    monkeypatch.setattr(mutants, "run", run)
    tests = [["tests/test_a.py::test[1]", "tests/test_a.py::test[2]"], ["tests/test_run.py"]]
    assert mutants.noticed(mutants.Mutant("studies/x.py", 1, "", 0), tests, tmp_path) is None
    assert [command[-1] for command in asked] == [tests[0][-1], "tests/test_a.py", tests[1][-1]]


def test_every_module_of_the_project_can_be_drawn():
    drawn = {path for some in (mutants.MODULE, *mutants.REST) for path in ROOT.glob(some)}
    ours = [*ROOT.glob("*.py"), *(ROOT / "studies").rglob("*.py")]
    kept_out = {ROOT / "studies" / name for name in ("__init__.py", "__main__.py")}
    assert set(ours) - kept_out == drawn
