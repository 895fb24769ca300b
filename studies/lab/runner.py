"""Running a study: many runs at once, its JSON file, its figures, its command line."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import warnings
from contextlib import contextmanager, nullcontext
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import resource_tracker
from pathlib import Path

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.backend import resource_tracker as loky_tracker
from tqdm import tqdm

from chunker_very_deep_1200 import (
    BadInput,
    OneLineParser,
    check_writable,
    environment,
    read_json,
    shown,
    to_json,
    whole_number,
    write_whole,
)

from . import catalogue, provenance


def parallel_map(function, arguments, jobs, describe="runs"):
    """[function(a) for a in arguments], in order, on `jobs` processes, with a progress bar.

    Within `dask_cluster` it is the cluster's workers that run them, all of them.
    """
    arguments = list(arguments)
    tasks = (delayed(function)(a) for a in arguments)
    # said by some joblib when it is interrupted, which is said once already
    warnings.filterwarnings("ignore", message=r"\d+ tasks which were still being processed")
    with deaf_children():
        running = Parallel(n_jobs=jobs, return_as="generator")(tasks)
    return list(tqdm(running, total=len(arguments), desc=describe, unit="run", leave=False))


@contextmanager
def deaf_children():
    """Processes started in here do not hear Ctrl-C: this one does, ends them and says so once."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    for tracker in (resource_tracker, loky_tracker):  # starting later they let SIGINT through again
        tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


ANSWERS_WITHIN = 5  # seconds, a scheduler


@contextmanager
def dask_cluster(address):
    """Whatever goes through `parallel_map` runs on the Dask cluster whose scheduler is there.

    joblib's own backend for Dask does it. Every worker needs this repository,
    at the same commit, and its packages.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError as e:
        raise BadInput('--dask needs Dask: pip install -e ".[dask]"') from e
    try:
        client = Client(address, timeout=ANSWERS_WITHIN)
    except (OSError, ValueError, TypeError) as e:
        raise BadInput(
            f"no Dask scheduler answers at {address}: start one with `dask scheduler`, workers "
            "with `dask worker ADDRESS`, and give the address that it prints"
        ) from e
    with client, parallel_config(backend="dask"):
        try:
            client.wait_for_workers(1, timeout=30)
        except TimeoutError as e:
            raise BadInput(
                f"the scheduler at {address} has no workers: start one with `dask worker {address}`"
            ) from e
        try:
            yield
        except (KilledWorker, ModuleNotFoundError) as e:
            raise BadInput(
                f"a worker failed ({e}): install this repository and its packages on every node"
            ) from e


def make_folder(folder):
    """Make a folder and those above it; `BadInput` when that can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise BadInput(f"can't make the folder {folder} ({e.strerror}): name another") from e


def compute(name, home, quick, jobs, **numbers):
    """Run a study and write its results."""
    study, path = catalogue.module_of(name), catalogue.results_path(name, home)
    make_folder(home / "viz")
    make_folder(path.parent)
    for file in (path, home / "viz" / f"{name}.png"):
        check_writable(file)
    start = time.perf_counter()
    found = study.compute(study.QUICK if quick else study.FULL, jobs, **numbers)
    env = {
        **environment(),
        **versions(),
        "seconds": time.perf_counter() - start,
        "jobs": jobs,
        "quick": quick,
        "options": numbers,
        "code": provenance.code_digest(name),
        "data": provenance.data_digests(name),
    }
    write_whole(path, to_json({**found, "env": env}))
    print(f"wrote {path}")


USED = ("joblib", "scipy", "distributed", "torch", "jax", "jaxlib")  # for the numbers of a study


def versions():
    """Of the packages in `USED` that are loaded."""
    found = {}
    for name in set(USED) & set(sys.modules):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # a module of that name from elsewhere
            found[name] = None
    return dict(sorted(found.items()))


def draw(name, home, results):
    """Draw a study's figures from its results."""
    from visualize_chunker_very_deep_1200 import drawing, png

    study, folder = catalogue.module_of(name), home / "viz"
    with catalogue.reading(name, catalogue.results_path(name, home)), drawing():
        drawn = {folder / file: png(figure) for file, figure in study.figures(results).items()}
    make_folder(folder)
    for target, data in drawn.items():
        write_whole(target, data)
        print(f"wrote {target}")


def from_1(most):
    """A type of command-line option: whole numbers from 1 to `most`."""

    def parsed(text):
        number = whole_number(text)
        if not 1 <= number <= most:
            limit = "at least 1" if number < 1 else f"at most {most:,}"
            raise argparse.ArgumentTypeError(f"must be {limit}, got {shown(number)}")
        return number

    return parsed


def folder(text):
    """A type of command-line option: a folder's name, not an empty variable."""
    if not text:
        raise argparse.ArgumentTypeError("'' names no folder: name one, or leave the option out")
    return Path(text)


CORES = os.cpu_count() or 1
JOBS = {"type": from_1(4 * CORES), "default": CORES, "help": "processes"}  # of option --jobs


def main(name, arguments):
    """The command line of one study."""
    study = catalogue.module_of(name)
    more = getattr(study, "OPTIONS", {})  # whole numbers that `compute` takes too
    files = getattr(study, "FILES", {})  # files too: (what reads one or refuses it, help)
    parser = OneLineParser(
        prog=f"python3 -m studies {name}",
        description=study.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="a run of seconds, for the tests")
    parser.add_argument("--plot-only", action="store_true", help="redraw from the JSON file")
    parser.add_argument("--jobs", **JOBS)
    parser.add_argument("--dask", metavar="ADDRESS", help="run on this scheduler's cluster")
    parser.add_argument(
        "--out", type=folder, help="folder for results/ and viz/ (else one in studies/rerun/)"
    )
    for option, text in more.items():
        parser.add_argument(f"--{option}", type=from_1(10**9), help=text)
    for option, (_, text) in files.items():
        parser.add_argument(f"--{option}", metavar="FILE", help=text)
    options = parser.parse_args(arguments)
    if options.dask is not None and getattr(study, "THIS_MACHINE", False):
        raise BadInput("this study measures the machine that it runs on: run it without --dask")
    asked = {name: getattr(options, name) for name in (*more, *files)}
    given = {name: value for name, value in asked.items() if value is not None}
    home = options.out or catalogue.rerun_home(name, options.quick)
    part = "--quick" if options.quick else next((f"--{option}" for option in given), None)
    if part and home.resolve() == catalogue.HOME / catalogue.family_of(name):
        raise BadInput(f"{home} holds what is committed: give {part} another folder with --out")
    if not options.plot_only:
        for option in files.keys() & given.keys():
            files[option][0](given[option])  # refused now, before anything is written
        with dask_cluster(options.dask) if options.dask is not None else nullcontext():
            compute(name, home, options.quick, options.jobs, **given)
    results = read_json(catalogue.results_path(name, home), catalogue.made_by(name))
    draw(name, home, results)
    with catalogue.reading(name, catalogue.results_path(name, home)):
        env = results["env"]
        whole = not (env.get("quick") or env.get("options") or given)
        if whole and home.resolve() != catalogue.HOME / catalogue.family_of(name):
            print(provenance.against_committed(name, results))
