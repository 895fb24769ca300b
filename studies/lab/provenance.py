"""What a result was computed from, and whether two results are the same numbers."""

from __future__ import annotations

import ast
import functools
import hashlib
import io
import tokenize

import chunker_very_deep_1200 as core

from . import catalogue

ROOT = catalogue.HOME.parent


# ==== The code that a study's numbers depend on ===================================================
@functools.cache
def definitions(module):
    """What a module defines and imports at its top level.

    Returns {name: source without comments, docstrings and white space, and its syntax tree}, and
    {name: (module, name there or None)} for what it imports from this project.
    """
    path = ROOT / (module.replace(".", "/") + ".py")
    path = path if path.exists() else ROOT / module.replace(".", "/") / "__init__.py"
    text = path.read_text()
    lines, tree = text.splitlines(), ast.parse(text)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            first, last = node.body[0].lineno, node.body[0].end_lineno
            lines[first - 1 : last] = [""] * (last - first + 1)
    defined, imported = {}, {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for name in node.names:
                imported[name.asname or name.name] = (name.name, None)
        elif isinstance(node, ast.ImportFrom):
            source = absolute(module, node)
            for name in node.names:
                imported[name.asname or name.name] = (source, name.name)
        else:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            source = "".join("".join(lines[first - 1 : node.end_lineno]).split())
            for name in names_bound(node):
                defined[name] = source, node
    return defined, {n: (m, x) for n, (m, x) in imported.items() if of_project(m, x)}


def absolute(module, node):
    """The module that `from .. import` names, seen from `module`."""
    if not node.level:
        return node.module
    package = module.split(".")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def names_bound(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return [n.id for t in targets if t for n in ast.walk(t) if isinstance(n, ast.Name)]


def of_project(module, name):
    """Is it this project's? `name` may itself be a module of the package `module`."""
    return (ROOT / f"{module.replace('.', '/')}.py").exists() or module.split(".")[0] == "studies"


def is_module(name):
    return (ROOT / f"{name.replace('.', '/')}.py").exists()


def needed(module, roots):
    """Every definition that is reached from some of a module: {(module, name): source}."""
    found, todo = {}, [(module, root) for root in roots]
    while todo:
        module, name = todo.pop()
        defined, imported = definitions(module)
        if name in imported:
            source, there = imported[name]
            if there and not is_module(f"{source}.{there}"):
                todo.append((source, there))
            continue
        if name not in defined or (module, name) in found:
            continue
        found[module, name], node = defined[name]
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                todo.append((module, part.id))
            elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                source, there = imported.get(part.value.id, (None, None))
                whole = source if there is None else f"{source}.{there}"
                if source and is_module(whole):
                    todo.append((whole, part.attr))
    return found


def code_digest(name):
    """A checksum of all that a study's numbers depend on: not of figures, sentences, comments."""
    parts = needed(f"studies.{catalogue.family_of(name)}.{name}", ("compute", "FULL"))
    lines = [f"{module}.{thing}:{source}" for (module, thing), source in sorted(parts.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def data_digests(name, home=None):
    """Of each study whose results this one reads, a checksum of the numbers."""
    reads = getattr(catalogue.module_of(name), "READS", ())
    return {other: numbers_digest(other, catalogue.results_of(other)) for other in reads}


def numbers_digest(name, results):
    return hashlib.sha256(core.to_json(numbers(name, results))).hexdigest()[:16]


def outdated(name, results):
    """Why a study's results are older than what they were made from; None when they are not."""
    recorded = results.get("env", {})
    if recorded.get("code") != code_digest(name):
        return "its code has changed"
    changed = [n for n, d in data_digests(name).items() if recorded.get("data", {}).get(n) != d]
    return f"the results of {', '.join(changed)} have changed" if changed else None


# ==== Comparing numbers ===========================================================================
def numbers(name, results):
    """Results without environment, and without what measures the machine: times, memory."""
    measured = {"env", *getattr(catalogue.module_of(name), "MEASURED", ())}

    def without(x):
        if isinstance(x, dict):
            return {key: without(value) for key, value in x.items() if key not in measured}
        return [without(value) for value in x] if isinstance(x, list) else x

    return without(results)


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
    """One line: does a study's new run give the committed numbers, and where not?"""
    committed = catalogue.results_path(name)
    if not committed.exists():
        return f"{name}: nothing committed to compare with"
    old, new = numbers(name, catalogue.results_of(name)), numbers(name, results)
    found = differences(old, new)
    if not found:
        return f"{name}: the committed numbers, bit for bit (times and memory apart)"
    relative = [abs(x - y) / max(abs(x), abs(y)) for _, x, y in found if both_numbers(x, y)]
    most = f", at most {max(relative):.0e} relative" if len(relative) == len(found) else ""
    (place, x, y), *_ = found
    return (
        f"{name}: {len(found):,} numbers differ from the committed{most}; first {place}: {x} -> {y}"
    )


def both_numbers(*values):
    return all(type(v) in (int, float) for v in values)
