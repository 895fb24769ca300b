"""What share of small faults do the tests notice?

    pip install -e ".[mutants]" && python .ci/mutants.py --sample 200 --seed 1 --jobs 2

Draws places of the code at random, has Cosmic Ray change what stands there, and runs the tests
that can notice it, until one fails: for the module first the headline run against the committed
results. Which tests run a line is measured with coverage.py beforehand, on the code unchanged;
files of tests that start other processes or read the sources are run for every mutant. What is
committed is copied; nothing is changed in place. A test that takes longer than `TEST_LIMIT` has
noticed a fault. Prints the shares noticed with their exact 95% intervals, and what nobody noticed.
"""

import argparse
import ast
import difflib
import itertools
import os
import queue
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

MODULE = "chunker_very_deep_1200.py"
REST = ("studies/lab/*.py", "studies/chunker/*.py", "studies/memory/*.py", "studies/page/*.py",
        "visualize_*.py", "make_*.py")  # fmt: skip
# Files of tests that reach more than coverage.py sees: other processes, the sources as text.
ELSEWHERE = ("run", "faults", "house", "words", "ends", "cluster")
TEST_LIMIT, LIMIT = 120, 1800  # seconds: of one test and of the headline run; of all tests


class Mutant(NamedTuple):
    file: str  # below the repository
    line: int
    operator: str  # Cosmic Ray's name of it
    occurrence: int  # which of the file's places for this operator


# ==== Drawing =====================================================================================
def annotations(source):
    """The ranges of a file that Python never evaluates: ((line, column), (line, column))."""
    nodes = list(ast.walk(ast.parse(source)))
    found = [n.annotation for n in nodes if isinstance(n, (ast.arg, ast.AnnAssign))]
    found += [n.returns for n in nodes if isinstance(n, ast.FunctionDef)]
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in found if n]


def places(file):
    """{place: the mutants there} of a file, but for its annotations."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    source, found = (ROOT / file).read_text(), {}
    skipped, nodes = annotations(source), list(ast_nodes(get_ast(source)))
    for name in sorted(operator_names()):
        if name.startswith("core/Variable"):
            continue  # needs to be told which variables
        operator, occurrence = get_operator(name)(), 0
        for node in nodes:
            for start, stop in operator.mutation_positions(node):
                if not any(low <= start and stop <= high for low, high in skipped):
                    mutant = Mutant(file, start[0], name, occurrence)
                    found.setdefault((file, start, stop), []).append(mutant)
                occurrence += 1
    return found


def drawn(files, n, rng):
    """`n` places, all alike whatever can be done there, and at each one mutant."""
    all_places = {}
    for file in files:
        all_places |= places(file)
    shuffled = rng.sample(sorted(all_places), len(all_places))
    found = (rng.choice(all_places[place]) for place in shuffled)
    return list(itertools.islice(filter(is_other, found), n))


def is_other(mutant):
    """Is it other Python? The ** of f(**x) is taken for a power, and 1e30 + 1 is 1e30."""
    source = (ROOT / mutant.file).read_text()
    try:
        return ast.dump(ast.parse(mutated(mutant, source))) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False


def mutated(mutant, source):
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    return mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)


# ==== Which tests =================================================================================
class Reach(NamedTuple):
    lines: dict  # {file: {line: tests that run it}}
    seconds: dict  # {test: seconds}


def reach(copy, jobs):
    """Run all tests on the code unchanged: which lines each runs in its own process."""
    from coverage import CoverageData

    scripts = (MODULE, *(some for some in REST if "/" not in some))
    names = [path.stem for some in scripts for path in ROOT.glob(some)]
    watched = [f"--cov={name}" for name in (*names, "studies")]
    report = ("--cov-report=", "--cov-context=test", "--junitxml=times.xml")
    failed, printed = run([*pytest([]), "-n", jobs, *watched, *report], copy, LIMIT)
    if failed:
        sys.exit(f"the tests fail with nothing changed:\n{printed}")
    data = CoverageData(copy / ".coverage")
    data.read()
    lines = {}
    for file in data.measured_files():
        contexts = data.contexts_by_lineno(file)
        lines[str(Path(file).relative_to(copy))] = {
            line: {context.rpartition("|")[0] for context in found if context}
            for line, found in contexts.items()
        }
    seconds = {}
    for case in ElementTree.parse(copy / "times.xml").iter("testcase"):
        name = case.get("classname").replace(".", "/") + ".py::" + case.get("name")
        seconds[name] = float(case.get("time"))
    unknown = set().union(*(of for per in lines.values() for of in per.values())) - set(seconds)
    if unknown:
        sys.exit(f"tests that have no time: {sorted(unknown)[:5]}")
    return Reach(lines, seconds)


def around(source, line):
    """The lines of the innermost function that this one is in; None where no function is."""
    inside = [
        range(node.lineno, node.end_lineno + 1)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= node.end_lineno
    ]
    return min(inside, key=len, default=None)


def tests_for(mutant, source, reached):
    """Lists of tests to run one after the other: those that run the function, quickest first.

    What is in no function may meet those that run anything of the file, or name it.
    """
    elsewhere = [f"tests/test_{name}.py" for name in ELSEWHERE]
    per_line, lines = reached.lines.get(mutant.file, {}), around(source, mutant.line)
    if lines is None:
        files = {test.partition("::")[0] for test in reached.seconds}
        naming = {file for file in files if Path(mutant.file).stem in (ROOT / file).read_text()}
        found = {test for test in reached.seconds if test.partition("::")[0] in naming}
        found = found.union(*per_line.values())
    else:
        found = per_line.get(mutant.line) or set().union(*(per_line.get(n, ()) for n in lines))
    found = [test for test in found if test.partition("::")[0] not in elsewhere]
    return [sorted(found, key=reached.seconds.get), elsewhere]


# ==== Running them ================================================================================
def run(command, copy, limit):
    """(did it fail or hang?, what it printed)"""
    env = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    told = {"cwd": copy, "env": env, "text": True, "start_new_session": True}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen([sys.executable, *map(str, command)], **told, **pipes)
    try:
        printed, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)  # with what it has started
        process.communicate()
        return True, f"longer than {limit} s"
    return process.returncode != 0, printed


def pytest(tests):
    limit = ("-o", f"faulthandler_timeout={TEST_LIMIT}", "-o", "faulthandler_exit_on_timeout=true")
    quiet = ("-x", "-n", "0", "-p", "no:cacheprovider", "--tb=no", *limit)
    return ["-m", "pytest", *quiet, *tests]


def noticed(mutant, tests, copy):
    """What noticed the change in the copy, or None."""
    steps = [(pytest(some), LIMIT) for some in tests if some]
    if mutant.file == MODULE:
        fresh = copy / "fresh.json"
        steps.insert(0, ([MODULE, "--quiet", "--out", fresh], TEST_LIMIT))
        steps.insert(1, ([".ci/compare.py", "results.json", fresh], TEST_LIMIT))
    for command, limit in steps:
        failed, printed = run(command, copy, limit)
        if failed and "not found: " in printed:  # its name is made of what has changed
            files = dict.fromkeys(name.partition("::")[0] for name in tests[0])
            failed, printed = run(pytest(files), copy, limit)
        if failed:
            named = [line for line in printed.splitlines() if line.startswith(("FAILED", "ERROR"))]
            return (named or printed.splitlines()[-1:] or ["ended"])[0]
    return None


def fresh_copy(copy):
    """As committed, with no compiled file of another mutant."""
    for words in (["checkout", "-q", "."], ["clean", "-xfdq"]):
        subprocess.run(["git", "-C", copy, *words], check=True)


def change(mutant, copy):
    """Make the change in a copy: what it changes, as lines of a diff."""
    path = copy / mutant.file
    before = path.read_text()
    path.write_text(mutated(mutant, before))
    diff = difflib.unified_diff(before.splitlines(), path.read_text().splitlines(), n=0)
    return "\n".join(line for line in diff if line[:3] not in ("---", "+++"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=200, help="mutants of either part")
    parser.add_argument("--seed", type=int, default=1, help="decides which")
    parser.add_argument("--jobs", type=int, default=1, help="mutants at once")
    parser.add_argument("--part", choices=("module", "rest"), help="else both")
    options = parser.parse_args()
    from studies.lab.intervals import proportion

    rest = [str(path.relative_to(ROOT)) for some in REST for path in sorted(ROOT.glob(some))]
    files = {"module": [MODULE], "rest": rest}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:
        copies = queue.Queue()
        for i in range(options.jobs):
            copies.put(Path(folder) / str(i))
            subprocess.run(["git", "clone", "-q", ROOT, Path(folder) / str(i)], check=True)

        def judged(mutant):
            copy = copies.get()
            try:
                fresh_copy(copy)
                tests = tests_for(mutant, (copy / mutant.file).read_text(), reached)
                return change(mutant, copy), noticed(mutant, tests, copy)
            finally:
                copies.put(copy)

        reached = reach(Path(folder) / "0", options.jobs)
        for part in [options.part] if options.part else list(files):
            mutants = drawn(files[part], options.sample, random.Random(f"{options.seed} {part}"))
            found, missed = [], []
            for mutant, (changed, by) in zip(mutants, pool.map(judged, mutants)):
                found.append(by is not None)
                print(
                    f"{mutant.file}:{mutant.line} {mutant.operator}: {by or 'NOT NOTICED'}",
                    flush=True,
                )
                if not by:
                    missed.append(f"{mutant.file} {mutant.operator}\n{changed}")
                    print(changed, flush=True)
            share = proportion(found)
            low, high = share["interval"]
            print(f"{part}, seed {options.seed}: noticed {share['k']} of {share['n']} mutants, "
                  f"{share['share']:.1%} (95% interval {low:.1%} to {high:.1%})")  # fmt: skip
            print(*missed, sep="\n\n", end="\n\n", flush=True)


if __name__ == "__main__":
    main()
