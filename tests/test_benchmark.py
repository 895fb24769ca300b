"""What the benchmark times does what it is timed for."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import benchmark


def test_a_timed_process_writes_its_file_anew(tmp_path):
    path = tmp_path / "made"
    path.write_text("old")
    code = f"import pathlib; p = pathlib.Path({str(path)!r}); assert not p.exists(); p.touch()"
    seconds, megabytes = benchmark.process(["-c", code], [path])
    assert 0 < seconds < 30 and 1 < megabytes < 100 and path.read_text() == ""
    with pytest.raises(RuntimeError, match="did not write"):
        benchmark.process(["-c", "pass"], [path])


def test_missing_frameworks_are_named_before_anything_runs(monkeypatch):
    monkeypatch.setattr(benchmark, "find_spec", lambda name: None if name != "numpy" else name)
    with pytest.raises(core.BadInput, match=r"^torch and jax missing: pip install"):
        benchmark.compute(benchmark.FULL, jobs=1)


def test_the_distance_of_gradients_is_the_worst_parameters():
    ours = {name: np.full((2, 2), 4.0) for name in benchmark.WEIGHTS}
    theirs = {**ours, "W_hh": np.array([[4.0, 5.0], [4.0, 4.0]])}
    assert benchmark.difference(ours, ours) == 0
    assert benchmark.difference(theirs, ours) == 0.25
