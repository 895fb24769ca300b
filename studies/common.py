"""What the studies share: many runs, intervals, JSON, figures, command line."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed, parallel_config
from matplotlib import rc_context
from scipy import stats
from tqdm import tqdm

from chunker_very_deep_1200 import (
    BadInput,
    OneLineParser,
    check_writable,
    environment,
    read_json,
    run_command,
    to_json,
    whole_number,
    write_whole,
)
from visualize_chunker_very_deep_1200 import STYLE, png

HOME = Path(__file__).resolve().parent


def over(function, arguments, jobs, describe="runs"):
    """[function(a) for a in arguments], in order, on `jobs` processes, with a progress bar.

    Within `dask_cluster` it is the cluster's workers that run them, all of them.
    """
    arguments = list(arguments)
    tasks = (delayed(function)(a) for a in arguments)
    running = Parallel(n_jobs=jobs, return_as="generator")(tasks)
    return list(tqdm(running, total=len(arguments), desc=describe, unit="run", leave=False))


@contextmanager
def dask_cluster(address):
    """Whatever goes through `over` runs on the Dask cluster whose scheduler is there.

    joblib's own backend for Dask does it. Every worker needs this repository,
    at the same commit, and its packages.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError as e:
        raise BadInput('--dask needs Dask: pip install -e ".[dask]"') from e
    try:
        client = Client(address, timeout=5)
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


def share(successes):
    """Share of runs that succeeded, with its 95% interval (Clopper and Pearson, exact)."""
    n, k = len(successes), int(np.sum(successes))
    interval = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    return {"k": k, "n": n, "share": k / n, "interval": [interval.low, interval.high]}


def mean(values):
    """Mean with its 95% interval (Student's t), and the extremes."""
    values = np.asarray(values, float)
    half = stats.sem(values) * stats.t.ppf(0.975, len(values) - 1) if np.ptp(values) else 0.0
    centre = float(values.mean())
    return {
        "n": len(values),
        "mean": centre,
        "interval": [centre - float(half), centre + float(half)],
        "median": float(np.median(values)),
        "min": float(values.min()),
        "max": float(values.max()),
    }


def percent(interval):
    """A share or a mean with its interval; a mean that is the same on every seed has none."""
    centre, (low, high) = interval.get("share", interval.get("mean")), interval["interval"]
    return f"{centre:.1%}" if low == high else f"{centre:.1%} ({low:.1%} to {high:.1%})"


def check_room(path):
    """Make the folder of `path`, or raise `BadInput` now rather than after a long run."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise BadInput(f"can't make the folder {path.parent} ({e.strerror}): name another") from e
    check_writable(path)


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
    print(f"wrote {path}")


def study(name, compute, figures, this_machine=False, **numbers):
    """The command line of a study.

    Parameters
    ----------
    name : str
    compute : callable(quick, jobs) -> dict
        Runs the study; `quick` asks for a run of seconds, for the tests.
    figures : callable(results) -> {file name: Figure}
    this_machine : bool
        It measures the machine that it runs on: no cluster.
    **numbers : str
        Whole numbers of at least 1 that `compute` takes too, each with its help.
    """

    def main():
        parser = OneLineParser(prog=f"python3 -m studies.{name}", allow_abbrev=False)
        parser.add_argument("--quick", action="store_true", help="a run of seconds, for the tests")
        parser.add_argument("--plot-only", action="store_true", help="redraw from the JSON file")
        parser.add_argument("--jobs", type=whole_number, default=os.cpu_count(), help="processes")
        parser.add_argument("--dask", metavar="ADDRESS", help="run on this scheduler's cluster")
        parser.add_argument("--out", help="folder for results/ and viz/")
        for option, text in numbers.items():
            parser.add_argument(f"--{option}", type=whole_number, help=text)
        options = parser.parse_args()
        for option in ("jobs", *numbers):
            value = getattr(options, option)
            if value is not None and value < 1:
                raise BadInput(f"--{option} must be at least 1, got {value}")
        if this_machine and options.dask is not None:
            raise BadInput("this study measures the machine that it runs on: run it without --dask")
        given = {n: getattr(options, n) for n in numbers if getattr(options, n) is not None}
        if given and not (options.out or options.quick):
            raise BadInput(f"--{next(iter(given))} needs --out: the committed results stay")
        home = Path(options.out) if options.out else HOME / "quick" if options.quick else HOME
        path, made_by = home / "results" / f"{name}.json", f"python3 -m studies.{name}"
        if options.plot_only:
            results = read_json(path, made_by)
        else:
            with dask_cluster(options.dask) if options.dask is not None else nullcontext():
                check_room(path)
                computed = compute(options.quick, options.jobs, **given)
            results = {**computed, "env": environment()}
            write(path, to_json(results))
        try:
            with rc_context(STYLE):
                drawn = {home / "viz" / file: png(f) for file, f in figures(results).items()}
        except (KeyError, TypeError, IndexError) as e:
            if not options.plot_only:
                raise
            raise BadInput(f"{path} is not of this study: make it with {made_by}") from e
        for target, data in drawn.items():
            write(target, data)

    run_command(main)
