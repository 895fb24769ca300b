"""The sweep runner on a Dask cluster: a real scheduler and a worker on loopback."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import chunker_very_deep_1200 as core
from studies.lab import provenance
from studies.lab.runner import dask_cluster, parallel_map

ROOT = Path(core.__file__).parent
PATHS = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"  # workers must find what they are to run
ENVIRONMENT = {**os.environ, "PYTHONPATH": PATHS, "OPENBLAS_NUM_THREADS": "1"}


@contextmanager
def process(*arguments):
    """A program of Dask's in the background, stopped at the end."""
    running = subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, arguments)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT,
    )  # fmt: skip
    try:
        yield running
    finally:
        running.terminate()
        running.wait(timeout=30)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler with a worker of two threads."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    local = "--scheduler-file", file, "--host", "127.0.0.1", "--no-dashboard"
    with ExitStack() as stack:
        stack.enter_context(process("scheduler", "--port", 0, *local))
        where = "--local-directory", folder / "worker", "--nthreads", 2
        stack.enter_context(process("worker", *local, *where, "--no-nanny"))
        for _ in range(300):
            try:
                yield json.loads(file.read_text())["address"]
                return
            except (FileNotFoundError, ValueError):
                time.sleep(0.1)
        raise TimeoutError("no scheduler")


def process_of(*arguments):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True, text=True, timeout=60, env=ENVIRONMENT,
    )  # fmt: skip


def numbers(folder):
    """What a study found, without times."""
    results = core.read_json(folder / "results" / "longer.json", made_by="")
    assert len(results["runs"]) == 2
    return provenance.numbers("longer", results)


def test_a_cluster_gives_the_numbers_of_this_machine(scheduler, tmp_path, inside):
    sweep = "studies", "longer", "--quick", "--out"
    here = inside(*sweep, tmp_path / "here", "--jobs", 1)
    assert here.returncode == 0, here.stderr
    # in this process an old Dask may wait for ever
    there = process_of("-m", *sweep, tmp_path / "there", "--dask", scheduler)
    assert there.returncode == 0, there.stderr
    assert numbers(tmp_path / "here") == numbers(tmp_path / "there")


def test_the_workers_did_it(scheduler):
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)
        workers = set(client.run(os.getpid).values())
    with dask_cluster(scheduler):
        done = parallel_map(slow_pid, range(8), jobs=1)
    assert set(done) == workers and os.getpid() not in workers


def slow_pid(_):
    time.sleep(0.05)
    return os.getpid()


IMPATIENT = """
import sys
import studies.__main__
from studies.lab import runner
runner.ANSWERS_WITHIN = 0.3
sys.argv[0] = "studies"
studies.__main__.run_command(studies.__main__.main)
"""


def test_an_address_of_no_kind_that_dask_knows():
    with pytest.raises(core.BadInput, match="no Dask scheduler answers at ftp:"):
        dask_cluster("ftp://127.0.0.1:8786").__enter__()


def test_no_scheduler_is_one_line(tmp_path):
    sweep = "seeds", "--quick", "--out", tmp_path
    done = process_of("-c", IMPATIENT, *sweep, "--dask", "tcp://127.0.0.1:1")
    assert done.returncode == 2 and not list(tmp_path.iterdir())
    assert done.stderr.count("\n") == 1 and "dask scheduler" in done.stderr, done.stderr
