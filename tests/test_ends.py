"""How a program ends, and what a results file says of the code that it came from."""

import platform
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

import chunker_very_deep_1200 as core


# ==== Ends ========================================================================================
def ended(monkeypatch, capsys, error=None, interrupted=False):
    """(exit code, what stderr got) of a program that ends with an error, or none."""

    def main():
        print("done so far")
        if interrupted:  # and swallowed by a library
            with suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        if error:
            raise error

    monkeypatch.setattr(sys, "argv", ["some/folder/program.py"])
    for hook in ("excepthook", "unraisablehook"):  # which it sets
        monkeypatch.setattr(sys, hook, getattr(sys, hook))
    # a program in the background does not hear SIGINT, nor would these tests
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(SystemExit) as end:
            core.run_command(main)
    finally:
        signal.signal(signal.SIGINT, before)
    out, said = capsys.readouterr()
    assert out == "done so far\n"
    return end.value.code, said


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (None, 0, ""),
        (core.BadInput("no such thing"), 2, "program.py: no such thing\n"),
        (core.BadInput("a\nb\x1b[1mé"), 2, "program.py: a?b?[1mé\n"),
        (core.Diverged("in epoch 3"), 1, "program.py: in epoch 3\n"),
        (OSError(28, "No space left", "a/r.json"), 1, "program.py: a/r.json: No space left\n"),
        (
            MemoryError(),
            2,
            "program.py: not enough memory: lower --T, the hidden sizes or --n-eval\n",
        ),
    ],
)
def test_an_end_has_its_code_and_its_line(monkeypatch, capsys, error, code, said):
    assert ended(monkeypatch, capsys, error) == (code, said)


@pytest.mark.parametrize("error", [None, KeyboardInterrupt(), RuntimeError("of a library")])
def test_after_ctrl_c_that_alone_is_said(monkeypatch, capsys, error):
    assert ended(monkeypatch, capsys, error, interrupted=True) == (130, "program.py: interrupted\n")


def test_what_nobody_foresaw_is_not_hidden(monkeypatch, capsys):
    with pytest.raises(RuntimeError, match="a fault of ours"):
        ended(monkeypatch, capsys, RuntimeError("a fault of ours"))


def test_an_output_that_is_full_is_one_line(tmp_path):
    program = [sys.executable, str(ROOT / "chunker_very_deep_1200.py"), "--T", "20"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*program, "--out", str(tmp_path / "r.json")],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "chunker_very_deep_1200.py: output: No space left on device\n"


# ==== Which code ==================================================================================
def git(folder, *words):
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    found = subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)
    return found.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository that holds the module, which `core` takes for itself."""
    module = tmp_path / "chunker_very_deep_1200.py"
    for path, text in ((module, "1\n"), (tmp_path / "notes.txt", "a\n")):
        path.write_text(text)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    lies_at(module, monkeypatch)
    return tmp_path


def lies_at(module, monkeypatch):
    """Let `core` take this file for itself."""
    monkeypatch.setattr(core, "__file__", str(module))
    monkeypatch.setattr(core, "HERE", module.parent)


def test_the_commit_is_named_with_a_plus_when_code_has_changed(repository):
    commit = git(repository, "rev-parse", "--short", "HEAD")
    assert core.environment() == {
        "python": platform.python_version(), "numpy": np.__version__,
        "platform": platform.platform(), "git": commit,
    }  # fmt: skip
    (repository / "notes.txt").write_text("changed\n")  # no code
    assert core.environment()["git"] == commit
    (repository / "new.py").touch()
    assert core.environment()["git"] == commit + "+"
    (repository / "new.py").unlink()
    (repository / "chunker_very_deep_1200.py").write_text("2\n")
    assert core.environment()["git"] == commit + "+"


def test_a_repository_that_is_not_ours_is_not_named(repository, monkeypatch, tmp_path):
    """Where the module is installed in some other project's folder, or in none's."""
    below = repository / "below"
    below.mkdir()
    (below / "chunker_very_deep_1200.py").touch()
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "second")
    assert core.environment()["git"]
    lies_at(below / "chunker_very_deep_1200.py", monkeypatch)
    assert core.environment()["git"] is None
    lies_at(repository / "not_added.py", monkeypatch)
    (repository / "not_added.py").touch()
    assert core.environment()["git"] is None
    lies_at(Path("/proc/chunker_very_deep_1200.py"), monkeypatch)
    assert core.environment()["git"] is None


def test_git_s_own_variables_do_not_lead_elsewhere(repository, monkeypatch, tmp_path_factory):
    commit = git(repository, "rev-parse", "--short", "HEAD")
    monkeypatch.setenv("GIT_DIR", str(tmp_path_factory.mktemp("elsewhere")))
    assert core.environment()["git"] == commit


def test_without_git_there_is_no_commit(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert core.environment()["git"] is None
