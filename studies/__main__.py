"""The studies: which there are, running one, running all, what is out of date, the READMEs.

python3 -m studies                list them: question, answer, seconds of the last full run
python3 -m studies NAME ..        run one (--help for its options)
python3 -m studies all            rerun all into a folder of their own and compare
python3 -m studies stale          list results older than the code they came from
python3 -m studies report         write the numbers into the READMEs
python3 -m studies page           write the numbers into the explorable page
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from chunker_very_deep_1200 import BadInput, OneLineParser, run_command
from studies.lab import catalogue

COMMANDS = {}


def command(function):
    """A function of the remaining arguments, by its name on the command line."""
    COMMANDS[function.__name__] = function
    return function


def no_options(name, arguments):
    """Refuse arguments that a command does not take; --help prints what this module does."""
    OneLineParser(prog=f"python3 -m studies {name}", description=COMMANDS[name].__doc__).parse_args(
        arguments
    )


def listing():
    """Every study with question, answer and seconds, in reading order."""
    width = min(100, os.get_terminal_size().columns) if sys.stdout.isatty() else 100
    for name, family in catalogue.names().items():
        path = catalogue.results_path(name)
        results = catalogue.results_of(name) if path.exists() else None
        with catalogue.reading(name):
            seconds = results["env"].get("seconds") if results else None
            took = "" if seconds is None else f", {seconds:,.0f} s"
            answer = catalogue.module_of(name).answer(results) if results else "not run yet"
        print(f"{name} ({family}{took})")
        for text in (catalogue.question(name), answer):
            print(textwrap.indent(textwrap.fill(text, width - 4), "    "))


@command
def stale(arguments):
    """List the results that are older than the code or the results they came from."""
    from studies.lab import provenance

    no_options("stale", arguments)
    found = {n: provenance.outdated(n, catalogue.results_of(n)) for n in catalogue.names()}
    for name, why in found.items():
        if why:
            print(f"{name}: {why}; rerun it with {catalogue.made_by(name)}")
    if not any(found.values()):
        print("all results are of the code as it stands")


@command
def report(arguments):
    """Write the numbers of the JSON files into the READMEs."""
    from studies.lab import report

    no_options("report", arguments)
    report.write()


@command
def page(arguments):
    """Write the words and numbers of the JSON files into the explorable page."""
    from studies import page

    parser = OneLineParser(prog="python3 -m studies page", description=page.__doc__)
    parser.add_argument("--picture", action="store_true", help="draw viz/page.png for the README")
    options = parser.parse_args(arguments)
    page.write()
    if options.picture:
        page.draw()


@command
def all(arguments):
    """Rerun every study into a folder of its own and compare with what is committed.

    Studies whose results in that folder are of the code as it stands are not
    run again, so that what was stopped goes on where it stopped.
    """
    from studies.lab import provenance, runner

    parser = OneLineParser(prog="python3 -m studies all", description=all.__doc__)
    parser.add_argument("--quick", action="store_true", help="runs of seconds, for the tests")
    parser.add_argument("--jobs", **runner.JOBS)
    parser.add_argument("--out", type=runner.folder, help="the folder (else one in studies/rerun/)")
    options = parser.parse_args(arguments)
    passed_on = ["--jobs", str(options.jobs), *(["--quick"] if options.quick else [])]
    lines = []
    for name, family in catalogue.names().items():
        home = (options.out or catalogue.RERUN[options.quick]) / family
        if not done(name, home, options.quick):
            print(f"== {name}", flush=True)
            call = [sys.executable, "-m", "studies", name, *passed_on, "--out", str(home)]
            if subprocess.run(call).returncode:
                raise BadInput(f"{name} failed: mend it, and call this again to go on from there")
        if not options.quick:
            results = catalogue.results_of(name, home)
            lines.append(provenance.against_committed(name, results))
    print(*lines, sep="\n")


def done(name, home, quick):
    """Has this folder a study's results and figures, of the code as it stands and in full?"""
    from studies.lab import provenance

    path = catalogue.results_path(name, home)
    if not (path.exists() and (home / "viz" / f"{name}.png").exists()):
        return False
    return provenance.outdated(name, catalogue.results_of(name, home), quick) is None


EXTRAS = {  # what each optional extra of pyproject.toml brings
    "studies": ("joblib", "scipy", "tqdm"), "bench": ("torch", "jax"), "dask": ("distributed",),
}  # fmt: skip


def main():
    try:
        choose()
    except ModuleNotFoundError as e:
        extra = next((f"[{extra}]" for extra, names in EXTRAS.items() if e.name in names), "")
        raise BadInput(f'this needs {e.name}: pip install -e ".{extra}"') from e


def choose():
    """Do what the command line names."""
    name, *arguments = sys.argv[1:] or [""]
    if not name:
        listing()
    elif name in ("-h", "--help"):
        print(catalogue.docstring(Path(__file__)))
    elif name in COMMANDS:
        COMMANDS[name](arguments)
    else:
        catalogue.family_of(name)
        from studies.lab import runner

        runner.main(name, arguments)


if __name__ == "__main__":
    sys.argv[0] = "studies"  # what complaints begin with
    run_command(main)
