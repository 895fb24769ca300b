"""The mutation driver's own part: which tests come first, what is left alone, what is a hang."""

import importlib.util

import pytest
from conftest import ROOT

spec = importlib.util.spec_from_file_location("mutants", ROOT / ".ci" / "mutants.py")
mutants = importlib.util.module_from_spec(spec)
spec.loader.exec_module(mutants)


@pytest.mark.parametrize(
    ("file", "nearest"),
    [
        ("studies/chunker/gate.py", ["test_gate"]),
        ("studies/lab/waiting.py", ["test_joint", "test_when"]),
        ("make_chunker_very_deep_1200_gif.py", ["test_committed_figures", "test_faults"]),
        (mutants.MODULE, ["test_network", "test_own_sequences"]),
    ],
)
def test_the_tests_of_a_file_come_first_and_none_is_left_out(file, nearest):
    first, others = mutants.tests_for(file, ROOT)
    assert [test.stem for test in first][: len(nearest)] == nearest
    assert sorted(first + others) == sorted((ROOT / "tests").glob("test_*.py"))
    if file != mutants.MODULE:
        assert all(str(file).rsplit("/")[-1][:-3] in test.read_text() for test in first)


def test_how_far_a_test_is_from_a_file():
    def far(test, file):
        return mutants.distance(ROOT / "tests" / f"{test}.py", ROOT / file, ROOT)

    assert far("test_gate", "studies/chunker/gate.py") == 1
    assert far("test_gate", "studies/lab/gates.py") == 2  # which gate.py imports
    assert far("test_network", "studies/lab/tables.py") == 9  # by no import


def test_what_python_never_evaluates_is_no_place():
    source = "def f(x: int | None = 3, *, y: 'a') -> str | int:\n    z: list[int | str] = 4\n"
    found = [source.splitlines()[a - 1][b:d] for (a, b), (_, d) in mutants.annotations(source)]
    assert sorted(found) == ["'a'", "int | None", "list[int | str]", "str | int"]


def test_a_failure_and_a_hang_are_noticed(tmp_path):
    assert mutants.run(["-c", "print(1)"], tmp_path, 60) == (False, "1\n")
    assert mutants.run(["-c", "print(1); 1 / 0"], tmp_path, 60)[0]
    slow = ["-c", "import time; time.sleep(60)"]
    assert mutants.run(slow, tmp_path, 0.5) == (True, "longer than 0.5 s")
