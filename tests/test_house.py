"""Where things live: module <- lab <- studies, no arrow back, none between studies."""

import ast
import re

import pytest
from conftest import ROOT

from studies.lab import catalogue

SCRIPTS = {
    "chunker_very_deep_1200", "visualize_chunker_very_deep_1200", "make_chunker_very_deep_1200_gif",
}  # fmt: skip
LAB = sorted((ROOT / "studies" / "lab").glob("*.py"))
STUDIES = sorted(
    path for family in catalogue.FAMILIES for path in (ROOT / "studies" / family).glob("[a-z]*.py")
)


def imported(path, text=None):
    """Every module that a file names in an import, absolute, also inside functions."""
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(text or path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(parts) if node.level else ""
            base = ".".join(part for part in (base, node.module or "") if part)
            found |= {base, *(f"{base}.{name.name}" for name in node.names)}
    return found


def from_studies(path, text=None):
    return {name for name in imported(path, text) if name.split(".")[0] == "studies"}


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_the_scripts_know_no_study(name):
    assert not from_studies(ROOT / f"{name}.py")


def test_the_module_needs_numpy_alone():
    tree = ast.parse((ROOT / "chunker_very_deep_1200.py").read_text())
    roots = {name.split(".")[0] for name in imported(ROOT / "chunker_very_deep_1200.py")}
    import sys

    assert roots - set(sys.stdlib_module_names) == {"numpy"} and tree


@pytest.mark.parametrize("path", LAB, ids=lambda p: p.stem)
def test_the_lab_imports_the_module_and_itself(path):
    assert all(name.startswith("studies.lab") for name in from_studies(path)), from_studies(path)


@pytest.mark.parametrize("path", STUDIES, ids=lambda p: p.stem)
def test_a_study_imports_no_other(path):
    allowed = ("studies.lab",)
    assert all(n == "studies" or n.startswith(allowed) for n in from_studies(path))


def test_an_arrow_between_studies_is_seen():
    path = ROOT / "studies" / "chunker" / "gate.py"
    for line in ("from studies.chunker import noise", "from . import noise", "from .noise import x",
                 "def f():\n    import studies.chunker.noise"):  # fmt: skip
        assert any("noise" in name for name in from_studies(path, line)), line
    assert "studies.chunker.gate" in from_studies(LAB[0], "from ..chunker import gate")


def test_every_study_is_in_the_catalogue_once():
    listed = [name for name in catalogue.names()]
    assert sorted(listed) == sorted(path.stem for path in STUDIES)


def functions_called(path):
    return {
        (node.func.value.id, node.func.attr)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }


GATED = {"lstm"}  # a net of another kind, with a tanh of its own
NETS_OF_THEIR_OWN = {"gate"}  # its gate learns with C, whose state is a mixture


@pytest.mark.parametrize("path", [*LAB, *STUDIES], ids=lambda p: p.stem)
def test_there_is_one_tanh_rnn(path):
    """Nobody but the module makes hidden states; benchmark's other frameworks have their own."""
    tanh = re.findall(r"\bnp\.tanh\b|= np\.tanh\b|\btanh = ", path.read_text())
    if path.stem in GATED | NETS_OF_THEIR_OWN:
        return
    instrument = path.stem == "counting"  # counts calls of tanh
    assert not tanh or instrument, tanh


@pytest.mark.parametrize("path", [*LAB, *STUDIES], ids=lambda p: p.stem)
def test_random_streams_have_names(path):
    if path.stem != "randomness":
        assert "spawn_key" not in path.read_text()


@pytest.mark.parametrize("path", STUDIES, ids=lambda p: p.stem)
def test_a_study_is_no_longer_than_600_lines(path):
    assert len(path.read_text().splitlines()) <= 600


def test_the_module_is_shorter_than_it_was():
    assert len((ROOT / "chunker_very_deep_1200.py").read_text().splitlines()) < 1120
