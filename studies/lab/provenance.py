"""What a result was computed from, and whether two results are the same numbers."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
from typing import NamedTuple

import chunker_very_deep_1200 as core

from . import catalogue

ROOT = catalogue.HOME.parent


# ==== The code that a study's numbers depend on ===================================================
class Source(NamedTuple):
    """The top level of a module of this project."""

    defined: dict  # name: the statements that bind it
    imported: dict  # name: (module, name there or None), of this project alone
    other: list  # statements that bind no name: they may change anything in the module


def path_of(module):
    path = ROOT / (module.replace(".", "/") + ".py")
    return path if path.exists() else ROOT / module.replace(".", "/") / "__init__.py"


@functools.cache
def source(module):
    """A module as a `Source`, with nothing of it run."""
    found = Source({}, {}, [])
    for node in ast.parse(path_of(module).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names = [(name.asname or name.name, (name.name, None)) for name in node.names]
            found.imported.update({n: there for n, there in names if path_of(there[0]).exists()})
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(module, node)
            if path_of(origin).exists():
                found.imported.update({n.asname or n.name: (origin, n.name) for n in node.names})
        elif not (is_docstring(node) or is_main(node)):
            names = names_bound(node)
            for name in names:
                found.defined.setdefault(name, []).append(node)
            if not names:
                found.other.append(node)
    return found


def absolute(module, node):
    """The module that `from .. import` names, seen from `module`."""
    if not node.level:
        return node.module
    package = module.split(".")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def names_bound(node):
    """The names that a statement binds: a definition, or an assignment to plain names."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    parts = [part for t in targets for part in (t.elts if isinstance(t, ast.Tuple) else [t])]
    return [p.id for p in parts] if all(isinstance(p, ast.Name) for p in parts) else []


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def is_main(node):
    return isinstance(node, ast.If) and "__main__" in ast.dump(node.test)


def canonical(node):
    """A syntax tree as text: without docstrings and places, the same on every Python."""
    if isinstance(node, ast.AST):
        fields = ((name, getattr(node, name, None)) for name in node._fields)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            fields = [(n, [x for x in v if not is_docstring(x)] if n == "body" else v)
                      for n, v in fields]  # fmt: skip
        parts = [f"{name}={canonical(value)}" for name, value in fields if value not in (None, [])]
        return f"{type(node).__name__}({', '.join(parts)})"
    return f"[{', '.join(map(canonical, node))}]" if isinstance(node, list) else repr(node)


def names_used(node):
    """The names that a statement takes from its module, and the attributes of such names."""
    local = set()
    if isinstance(node, ast.FunctionDef):
        local = {x.arg for x in ast.walk(node) if isinstance(x, ast.arg)}
        local |= {
            x.id for x in ast.walk(node) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)
        }
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id not in local:
            yield part.id, None
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            yield part.value.id, part.attr


@functools.cache
def statements(module, name):
    """What binds a name in a module, as text, and every (module, name) that it uses.

    Name None: the statements that bind none. Text None: the name is bound elsewhere.
    """
    here = source(module)
    if name in here.imported:
        origin, there = here.imported[name]
        return None, [(origin, there)] if there and not path_of(
            f"{origin}.{there}"
        ).exists() else []
    nodes = here.other if name is None else here.defined.get(name)
    if nodes is None:
        return None, []
    uses = [(module, None)]
    for used, attribute in {pair for node in nodes for pair in names_used(node)}:
        uses.append((module, used))
        if attribute and used in here.imported:
            origin, there = here.imported[used]
            whole = f"{origin}.{there}" if there else origin
            uses += [(whole, attribute)] if path_of(whole).exists() else []
    return "\n".join(map(canonical, nodes)), uses


def needed(roots):
    """All statements that are reached from some (module, name): {(module, name): text}."""
    found, todo = {}, list(roots)
    while todo:
        at = todo.pop()
        if at not in found:
            found[at], uses = statements(*at)
            todo += uses
    return {at: text for at, text in found.items() if text is not None}


def code_digest(name):
    """A checksum of all that a study's numbers depend on: not of figures, sentences, comments."""
    module = f"studies.{catalogue.family_of(name)}.{name}"
    runs = getattr(catalogue.module_of(name), "RUNS", ())  # scripts that it runs as processes
    parts = needed([(module, "compute"), (module, "FULL"), *((script, "main") for script in runs)])
    lines = [f"{key}:{text}" for key, text in sorted(parts.items(), key=str)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def data_digests(name):
    """Of each study whose results this one reads, a checksum of the numbers."""
    reads = getattr(catalogue.module_of(name), "READS", ())
    return {other: numbers_digest(other, catalogue.results_of(other)) for other in reads}


def numbers_digest(name, results):
    return hashlib.sha256(core.to_json(numbers(name, results))).hexdigest()[:16]


def outdated(name, results, quick=False):
    """Why a study's results are not what a whole run of the code would give; None when they are."""
    env = results.get("env") if isinstance(results, dict) else None
    if not isinstance(env, dict) or "code" not in env:
        return "it does not say what it came from"
    if env.get("quick") is not quick or env.get("options"):
        return "it is of another kind of run"
    if env["code"] != code_digest(name):
        return "its code has changed"
    changed = [n for n, d in data_digests(name).items() if (env.get("data") or {}).get(n) != d]
    return f"the results of {', '.join(changed)} have changed" if changed else None


# ==== Comparing numbers ===========================================================================
def numbers(name, results):
    """Results without environment, and without what measures the machine: times, memory."""
    measured = {"env", *getattr(catalogue.module_of(name), "MEASURED", ())}

    def without(x):
        if isinstance(x, dict):
            return {key: without(value) for key, value in x.items() if key not in measured}
        return [without(value) for value in x] if isinstance(x, list) else x

    return without(json.loads(core.to_json(results)))


def differences(a, b, path=""):
    """Where two JSON values differ: [(path, value in a, value in b)]."""
    if isinstance(a, dict) and isinstance(b, dict):
        keys = [*a, *(key for key in b if key not in a)]
        pairs = [(f"{path}.{key}" if path else key, a.get(key), b.get(key)) for key in keys]
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        pairs = [(f"{path}[{i}]", x, y) for i, (x, y) in enumerate(zip(a, b))]
    else:
        return [] if a == b and type(a) is type(b) else [(path, a, b)]
    return [found for place, x, y in pairs for found in differences(x, y, place)]


def against_committed(name, results):
    """Does a new run give the committed numbers? A line, and one for each kind that differs."""
    if not catalogue.results_path(name).exists():
        return f"{name}: nothing committed to compare with"
    old, new = numbers(name, catalogue.results_of(name)), numbers(name, results)
    kinds = {}
    for place, x, y in differences(old, new):
        kinds.setdefault(re.sub(r"\[\d+\]", "[]", place), []).append((x, y))
    if not kinds:
        return f"{name}: the committed numbers, bit for bit (times and memory apart)"
    lines = [f"{name}: {sum(map(len, kinds.values())):,} numbers differ from the committed"]
    for place, pairs in kinds.items():
        both = [(x, y) for x, y in pairs if type(x) in (int, float) and type(y) in (int, float)]
        far = [abs(x - y) / max(abs(x), abs(y)) for x, y in both]
        most = f"at most {max(far):.0e} relative" if len(far) == len(pairs) else "not numbers alike"
        lines.append(f"    {place}: {len(pairs):,}, {most}; first {pairs[0][0]} -> {pairs[0][1]}")
    return "\n".join(lines)
