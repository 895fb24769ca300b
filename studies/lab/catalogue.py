"""Which studies there are, and where each keeps its results."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from chunker_very_deep_1200 import BadInput, read_json

HOME = Path(__file__).resolve().parents[1]  # studies/
RERUN = {quick: HOME / "rerun" / kind for quick, kind in ((False, "full"), (True, "quick"))}
FAMILIES = ("chunker", "memory")


def names():
    """Every study's name, in reading order, with its family's."""
    families = {family: import_module(f"studies.{family}") for family in FAMILIES}
    return {name: family for family, package in families.items() for name in package.STUDIES}


def family_of(name):
    """The family of a study; `BadInput` when there is no study of this name."""
    known = names()
    if name not in known:
        raise BadInput(f"there is no study {name!r}: python3 -m studies lists them")
    return known[name]


def module_of(name):
    """The module of a study."""
    return import_module(f"studies.{family_of(name)}.{name}")


def question(name):
    """The first line of a study's docstring, with nothing of it run."""
    return docstring(HOME / family_of(name) / f"{name}.py").splitlines()[0]


def docstring(path):
    """That of a file, also where Python was told to drop them."""
    return path.read_text(encoding="utf-8").split('"""', 2)[1]


def rerun_home(name, quick):
    """Where a study writes unless told otherwise: not over what is committed."""
    return RERUN[quick] / family_of(name)


def results_path(name, home=None):
    """The results file of a study in `home`, else the committed one."""
    return (home or HOME / family_of(name)) / "results" / f"{name}.json"


def made_by(name):
    """The command that makes a study's committed results."""
    return f"python3 -m studies {name} --out studies/{family_of(name)}"


UNLIKE = (  # what comes of reading a file as what it is not
    ArithmeticError, AttributeError, LookupError, RuntimeError, StopIteration, TypeError,
    ValueError,
)  # fmt: skip


@contextmanager
def reading(name, path=None):
    """What the results of a study make fail in here is `BadInput`: they are not of this study."""
    try:
        yield
    except BadInput:
        raise
    except UNLIKE as e:
        path = path or results_path(name)
        raise BadInput(f"{path} is not of this study: make it with {made_by(name)}") from e


def results_of(name, home=None):
    """What a study found; `BadInput` when it is not there."""
    return read_json(results_path(name, home), made_by(name))
