"""What the benchmark times does what it is timed for."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import benchmark
from studies.lab import letters


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


def test_the_plain_loop_learns_as_the_net_that_reads_letters():
    """Gradients of each update, clipped ones too, the state carried over; then a new beginning."""
    symbols = letters.texts(3, 100)[0].symbols
    net = letters.trained(3, symbols[:51], 300)  # knows half the text: small gradients there
    found, norms = {}, []
    for name in ("numpy", "loop"):
        own = core.zeros_like(net)
        own.flat[...] = net.flat
        learner = benchmark.LETTERS[name](own, letters.chunks_of(symbols), np.full(10, 0.001))
        found[name] = [{k: np.array(g).squeeze() for k, g in of().items()} for of in learner]
    for ours, theirs in zip(found["numpy"], found["loop"], strict=True):
        assert benchmark.difference(theirs, ours) < 1e-9
        norms.append(np.sqrt(sum((g**2).sum() for g in ours.values())))
    assert min(norms) < letters.LONGEST < max(norms)


def test_the_letters_are_timed_in_turns_and_in_the_table():
    timed = benchmark.compare_letters(("numpy",), 2, 3)
    assert list(timed) == ["numpy", "loop"] and timed["numpy"]["times_ours"] == 1
    for one in timed.values():
        assert 0 < one["min_per_s"] <= one["median_per_s"] <= one["max_per_s"]
        assert one["gradient_difference"] < 1e-9
    header, rows = benchmark.letters_table({"letters": timed})
    assert len(rows) == 2 and all(len(row) == len(header) for row in rows)
    assert rows[0][-1] == "" and rows[1][-1] == f"{timed['loop']['gradient_difference']:.0e}"


def test_so_many_updates_are_timed(monkeypatch):
    """Those of `CHECKED` come first; a turn takes a hundredth of a second for each update."""
    made, clock = {"numpy": 0, "loop": 0}, [0.0]

    def learner(name):
        def learn(net, chunks, rates):
            while True:
                made[name] += 1
                clock[0] += 0.01 if name == "numpy" else 0.04
                yield lambda: {w: np.ones(2) for w in benchmark.WEIGHTS}

        return learn

    monkeypatch.setattr(benchmark, "LETTERS", {name: learner(name) for name in made})
    monkeypatch.setattr(benchmark.time, "perf_counter", lambda: clock[0])
    timed = benchmark.compare_letters(("numpy",), 2, 5)
    assert made == dict.fromkeys(made, benchmark.CHECKED + 2 * 5)
    assert timed["numpy"]["median_per_s"] == pytest.approx(100)
    assert timed["loop"]["times_ours"] == pytest.approx(4)


@pytest.mark.parametrize("name", benchmark.GATED)
def test_gates_change_places_and_back(name):
    """The order of torch's gates is its own inverse, so that one function serves both ways."""
    gates = benchmark.GATED[name][-1]
    W = np.arange(2 * 3 * len(gates)).reshape(2, -1)
    there = benchmark.reordered(W, gates)
    assert np.array_equal(benchmark.reordered(there, gates), W) and not np.array_equal(there, W)
    assert np.array_equal(there[:, :3], W[:, 3 * gates[0] : 3 * gates[0] + 3])


def test_torch_has_the_gradients_of_the_gated_nets():
    pytest.importorskip("torch")
    differ = benchmark.compare_gated(30)
    assert list(differ) == ["LSTM", "GRU"] and max(differ.values()) < 1e-9
    said = benchmark.gated_seen({"gated_gradients": differ})
    assert all(f"{d:.0e}" in said for d in differ.values())


def test_without_torch_no_gated_gradients_are_claimed():
    assert "not compared" in benchmark.gated_seen({"gated_gradients": {}})
