"""The study of cost: its stages by hand, its sums and its tables."""

import math

import numpy as np
import pytest
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.chunker import cost
from studies.lab import counting as instrument
from studies.lab.counting import Counted, counting
from studies.lab.training import headline_nets


def test_reading_a_sequence_changes_no_bit():
    net = core.init_rnn(np.random.default_rng(0), 5, 0.5)
    tokens = core.trigger_recall(np.random.default_rng(1), 4100, 1)  # three blocks
    loss, last = core.score(net, tokens)
    events = core.compress(net, tokens, 1.0)
    with counting():
        counted_net, counted_tokens = cost.as_counted(net), tokens.copy().view(Counted)
        seen_loss, seen_last = core.score(counted_net, counted_tokens)
        (seen,) = core.compress(counted_net, counted_tokens, 1.0)
    pairs = ((loss, seen_loss), (last, seen_last), (events[0].symbols, seen.symbols))
    for plain, counted in pairs:
        assert type(counted) is Counted and np.array_equal(plain, counted.view(np.ndarray))
    assert len(seen.symbols) > 2


@pytest.mark.parametrize("T", [20, 50])
def test_stages_by_hand(T):
    n, nets_of_60 = T - 1, headline_nets(0, T=60)

    def measured(when, stage):
        return cost.measure((when, stage, T, True, nets_of_60))

    baseline = measured("train", "baseline")
    assert (baseline["steps_forward"], baseline["steps_gradient"]) == (n, n)
    lstm = measured("train", "LSTM")
    assert (lstm["steps_forward"], lstm["steps_gradient"], lstm["steps_through"]) == (n, n, n)
    H, V, parameters = 16, core.VOCAB, 16 * 64 + 7 * 64 + 64 + 16 * 7 + 7
    a_step = 3 * 4 * H * H + 4 * H * V + 3 * H * V + V * V
    assert lstm["multiply_adds"] == n * a_step + parameters / 8  # clipping
    assert lstm["phases"]["optimiser"]["multiply_adds"] == parameters / 8
    # what the study of controls says is kept, but c_{n-1}, which no gradient asks for
    assert lstm["activations"] == n * 8 * (H + H + 4 * H + H + V) - 8 * H
    automatizer = measured("train", "A")
    n_windows = math.ceil(n / 6)
    assert automatizer["steps_forward"] == automatizer["steps_gradient"] == n
    assert automatizer["steps_through"] == n - n_windows
    assert automatizer["activations"] == 7 * 16 * 8 + 6 * 7 * 8  # h_{-1} of a window too
    chunker = measured("train", "C")
    assert chunker["k"] == 2
    assert (chunker["steps_forward"], chunker["steps_gradient"]) == (1, 1)
    assert chunker["steps_through"] == 0 and chunker["activations"] == 2 * 64
    collapsed = measured("train", "collapsed")
    assert collapsed["steps_forward"] == n + 1  # one of C's, for the goal
    assert collapsed["steps_gradient"] == n
    for stage in ("baseline", "LSTM", "A", "collapsed"):
        used = measured("use", stage)
        assert used["steps_forward"] == n and used["steps_gradient"] == 0
        if stage != "LSTM":
            assert used["multiply_adds"] == n * (H * H + H * V)
    used = measured("use", "C")
    assert used["k"] == 2 and used["steps_forward"] == 1 and used["multiply_adds"] == 8 * 8 + 8 * V


def test_the_second_batch_is_counted():
    config, found = core.Config(T=40, auto_epochs=3), cost.measure(("train", "A", 40, True, None))
    with counting() as meter:
        core.train_automatizer(config, cost.streams(), core.silent, core.TRIGGER_RECALL)
    one, two, three = meter.marks["load"]
    assert meter.between(two, three, core.AUTO_BATCH)["phases"] == found["phases"]
    assert meter.between(one, two, core.AUTO_BATCH)["movement"] > found["movement"]


def test_movement_is_the_same_twice_and_however_it_is_cut(monkeypatch):
    def movement():
        return cost.measure(("train", "A", 40, True, None))["phases"]

    once = movement()
    assert movement() == once
    monkeypatch.setattr(instrument, "AT_ONCE", 100)
    for phase, counts in movement().items():
        assert counts == pytest.approx(once[phase], rel=1e-12)


def test_an_exponent_is_found_with_its_interval():
    rows = [{"T": T, "q": 3 * T**1.5, "c": 7} for T in (10, 100, 1000, 10_000)]
    found = cost.exponent(rows, "q", 100)
    assert found["exponent"] == pytest.approx(1.5) and found["n"] == 3
    assert found["interval"] == pytest.approx([1.5, 1.5], abs=1e-6)
    assert cost.exponent(rows, "c", 10)["interval"] == [0, 0]


@pytest.mark.parametrize(
    ("number", "text"),
    [(607, "607"), (441_232.4, "441,232"), (999_999, "1 M"), (1_544_182, "1.54 M"), (2e13, "20 T")],
)
def test_numbers_in_the_tables(number, text):
    assert cost.text_of(number) == text


@pytest.fixture(scope="module")
def quick(quick_run):
    results = quick_run("cost")
    of_its_kind("cost", results)
    return results


TABLES = (cost.training_table, cost.use_table, cost.solved_table, cost.growth_table)


@pytest.mark.parametrize("table", TABLES)
def test_tables(quick, table):
    header, rows = table(quick)
    assert len(header) <= 8 and rows and all(len(row) == len(header) for row in rows)
    assert all(isinstance(cell, str) for row in rows for cell in row)


def test_until_solved_is_the_sum_of_its_parts(quick):
    baseline, *others = quick["solved"]
    assert baseline["multiply_adds"] is None and "not solved" in cost.solved_table(quick)[1][0]
    for method in others:
        trained = [part["sequences"] for part in method["parts"] if part["when"] == "train"]
        assert method["sequences"] == sum(trained)
        for quantity in cost.SUMMED:
            assert method[quantity] == sum(part[quantity] for part in method["parts"])
        for part in method["parts"]:
            row = cost.row_of(quick["rows"], part["when"], part["stage"], quick["T"])
            assert part["movement"] == part["sequences"] * row["movement"]


def test_a_runs_on_every_sequence_that_c_reads_and_on_the_probe(quick):
    for method in quick["solved"][2:]:
        of_A, run, of_C = (part["sequences"] for part in method["parts"][:3])
        assert of_A == 640 and run == of_C + core.N_PROBE > core.N_PROBE


def test_the_growth_of_what_does_not_depend_on_t(quick):
    found = {(e["when"], e["stage"], e["quantity"]): e["exponent"] for e in quick["exponents"]}
    assert found["train", "C", "multiply_adds"] == found["train", "C", "activations"] == 0
    assert found["train", "baseline", "activations"] > 0.9
