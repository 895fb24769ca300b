"""The document's statements, gathered: all of them, with the verdicts that the results give."""

import copy

import pytest

from studies.lab import catalogue
from studies.lab.catalogue import results_of
from studies.lab.verdicts import HOLDS, IN_PART, NOT, VERDICTS
from studies.memory import claims


def test_what_is_committed_is_what_the_committed_results_say():
    assert results_of("claims")["claims"] == claims.compute(claims.FULL, 1)["claims"]


def test_every_study_of_the_family_is_asked():
    with_rows = {
        name
        for name, family in catalogue.names().items()
        if family == "memory" and hasattr(catalogue.module_of(name), "document")
    }
    assert with_rows == set(claims.OF_THIS_FAMILY)
    said = {row["study"] for row in results_of("claims")["claims"]}
    assert with_rows <= said


def test_every_row_says_something_and_has_a_verdict():
    for row in results_of("claims")["claims"]:
        assert set(row) == set(claims.FIELDS)
        assert row["verdict"] in VERDICTS and all(len(row[key]) > 3 for key in FIELDS_OF_WORDS), row
    stated = [(row["claim"], row["study"]) for row in results_of("claims")["claims"]]
    assert len(stated) == len(set(stated)) >= 40


FIELDS_OF_WORDS = ("claim", "measured", "why")


def turned(changes):
    """The verdicts on long times with results changed."""
    lengths, longer, collapse = (
        copy.deepcopy(results_of(name)) for name in ("lengths", "longer", "collapse")
    )
    changes(lengths["methods"]["plain RNN"], longer, collapse["teachers"]["C, T drawn"]["window_3"])
    rows = claims.of_learning(lengths), claims.of_training(lengths, longer)
    return [row[2] for row in (*rows, claims.of_stability(collapse))]


def test_the_verdicts_on_long_times_are_those_of_the_results():
    def nothing(plain, longer, held):
        pass

    def all_fail(plain, longer, held):
        for of in (plain["choice_at_last"], plain["choice_solved"], held["own_every"]["12000000"]):
            of.update(k=0, share=0.0)

    def some(plain, longer, held):
        for of in (plain["choice_at_last"], plain["choice_solved"], held["own_every"]["12000000"]):
            of.update(k=1, share=0.05)

    def longer_helps(plain, longer, held):
        longer["solved"].update(k=5)

    assert turned(nothing) == [NOT, IN_PART, NOT]
    assert turned(all_fail) == [HOLDS] * 3
    assert turned(some) == [IN_PART, HOLDS, IN_PART]
    assert turned(longer_helps) == [NOT, NOT, NOT]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_counts_are_those_of_the_rows(verdict):
    results = {"claims": [dict(zip(claims.FIELDS, ("a", "b", verdict, "c", "x, y")))] * 3}
    n = {v: 3 * (v == verdict) for v in VERDICTS}
    assert claims.answer(results) == (
        f"Of 3 statements {n['holds']} hold, {n['holds in part']} hold in part, "
        f"{n['does not hold']} do not hold, and {n[VERDICTS[3]]} can't be tested here."
    )
    _, rows = claims.table(results)
    assert rows[0] == ("a", "b", f"**{verdict}**", "c", "`x`, `y`")


def test_nine_statements_stand_in_the_first_ten_lines():
    lines = claims.ten_lines(results_of("claims")).splitlines()
    assert len([line for line in lines if line]) == 10 == 1 + len(claims.CHOSEN)
    assert all(any(f"**{verdict}**" in line for verdict in VERDICTS) for line in lines[2:])
