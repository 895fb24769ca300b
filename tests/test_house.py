"""Where things live: module <- lab <- studies, no arrow back, none between studies."""

import ast
import sys

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
    roots = {name.split(".")[0] for name in imported(ROOT / "chunker_very_deep_1200.py")}
    assert roots - set(sys.stdlib_module_names) == {"numpy"}


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


# Who may call tanh or exp, or import by name, and what for.
ALLOWED = {
    "lstm": {"tanh"},  # a net of another kind, with BPTT of its own
    "gated": {"tanh"},  # a net that takes up a part of each symbol, with BPTT of its own
    "gru": {"tanh"},  # a net of another kind, with BPTT of its own
    "variants": {"tanh"},  # layer normalisation, dropout, RTRL, the net laid flat
    "counted": {"tanh"},  # a net without recurrence
    "nets1997": {"tanh"},  # the logistic units of the LSTM paper's nets
    "gates": {"exp"},  # thresholds on log losses
    "counting": {"tanh", "exp"},  # the names of what is counted
    "events": {"exp"},  # the entropy of log p
    "online": {"exp"},  # a threshold on -log p as one on p
    "target_unit": {"exp"},  # the logistic target unit
    "noise": {"exp"},  # a loss that stands in a figure
    "benchmark": {"tanh"},  # the same net in jax
    "catalogue": {"import_module"},  # finds the studies by name
}  # fmt: skip
WATCHED = {"tanh", "exp", "exp2", "expm1", "import_module", "__import__"}


def watched(text):
    """The names in `WATCHED` that a file uses, however it came by them."""
    nodes = list(ast.walk(ast.parse(text)))
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names |= {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {a.name for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names}
    return names & WATCHED


@pytest.mark.parametrize("path", [*LAB, *STUDIES], ids=lambda p: p.stem)
def test_there_is_one_tanh_rnn_and_one_softmax(path):
    """Hidden states and softmax are the module's: nobody else has a tanh or an exp for them."""
    assert watched(path.read_text()) == ALLOWED.get(path.stem, set())


def test_a_second_net_would_be_seen():
    for text in (
        "h = np.tanh(x)", "import numpy\nh = numpy.tanh(x)", "f = np.exp",
        "from numpy import tanh as squash", "import_module('studies.chunker.seeds')",
    ):  # fmt: skip
        assert watched(text)


@pytest.mark.parametrize("path", [*LAB, *STUDIES], ids=lambda p: p.stem)
def test_random_streams_have_names(path):
    if path.stem != "randomness":
        assert "spawn_key" not in path.read_text()


@pytest.mark.parametrize("path", STUDIES, ids=lambda p: p.stem)
def test_a_study_is_no_longer_than_600_lines(path):
    assert len(path.read_text().splitlines()) <= 600


def test_the_module_is_shorter_than_it_was():
    assert len((ROOT / "chunker_very_deep_1200.py").read_text().splitlines()) < 1120
