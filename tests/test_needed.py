"""Cells of other studies, what they cost beside each other, and what a task says of A + C."""

import pytest

from studies.chunker import needed
from studies.lab import cells


def of(k, n=10, multiply_adds=None):
    made = cells.cell([multiply_adds] * k + [None] * (n - k), 1e9)
    return made


def test_costs_are_relative_to_the_cheapest_that_solves_most_seeds():
    column = {"a": of(10, multiply_adds=6.0), "b": of(9, multiply_adds=2.0),
              "c": of(3, multiply_adds=1.0), "d": of(0)}  # fmt: skip
    assert needed.relative(column) == {"a": 3.0, "b": 1.0, "c": 0.5}
    del column["a"], column["b"]
    assert needed.relative(column) == {"c": 1.0}
    assert needed.relative({"d": of(0)}) == {}


@pytest.mark.parametrize(
    ("ours", "table", "plain", "said"),
    [
        ((10, 5.0), (0, None), (8, 1.0), "needed"),
        ((10, 5.0), (0, None), (10, 9.0), "cheapest net"),
        ((10, 5.0), (0, None), (10, 4.0), "beaten"),
        ((10, 5.0), (9, 1.0), (0, None), "cheapest net"),
        ((8, 5.0), (0, None), (0, None), "not solved"),
        ((8, 5.0), (0, None), (10, 9.0), "not solved"),
    ],
)
def test_what_a_task_says_of_a_and_c(ours, table, plain, said):
    column = {
        "A + C, given": of(ours[0], multiply_adds=ours[1]),
        "A + C, chosen": of(0),
        "collapsed, given": of(10, multiply_adds=0.1),  # has learnt from A + C: no rival of them
        "table + C, given": of(table[0], multiply_adds=table[1]),
        "plain RNN, chosen": of(plain[0], multiply_adds=plain[1]),
    }
    assert needed.verdict(column) == said


def test_every_cell_is_that_of_the_study_that_ran_it():
    found = needed.compute(None, 1)["tasks"]
    assert list(found) == list(needed.TASKS)
    for task, places in needed.TASKS.items():
        column = found[task]["cells"]
        assert set(column) <= set(needed.ROWS) and "A + C, given" in column
        for study, path in places:
            part = needed.results_of(study)["cells"]
            for name in path:
                part = part[name]
            for row in set(part) & set(needed.ROWS):
                if sum(row in needed.gathered([place]) for place in places) == 1:
                    assert column[row]["solved"] == part[row]["solved"]
                    assert column[row]["multiply_adds"] == part[row]["multiply_adds"]


def test_a_row_has_a_cell_for_each_column():
    results = needed.compute(None, 1)
    header, rows = needed.table(results)
    assert len(header) <= 9 + 1 and all(len(row) == len(header) for row in rows)
    assert [row[0] for row in rows] == needed.ROWS
