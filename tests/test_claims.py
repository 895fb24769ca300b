"""The document's statements, gathered: all of them, with the verdicts that the results give."""

import copy
import math

import pytest

from studies.lab import catalogue
from studies.lab.catalogue import results_of
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED, VERDICTS
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


def test_the_time_of_a_whole_text_is_that_of_its_steps():
    ways = copy.deepcopy(results_of("ways"))
    assert claims.of_whole_text(ways)[2] == NOT
    of = ways["costs"]["methods"]["BPTT"]["seconds"]
    of[:] = [9.0] * len(of)
    of[ways["costs"]["timed"].index(64)] = 1e-2
    row = claims.of_whole_text(ways)
    assert row[2] == HOLDS and "10000.0 microseconds" in row[1] and "1.8e+02 s" in row[1]


def test_a_grammar_of_finitely_many_sentences_is_regular():
    letters = copy.deepcopy(results_of("letters"))
    assert claims.of_grammar(letters)[2] == IN_PART and "2,460" in claims.of_grammar(letters)[1]
    letters["within"]["fixed"]["share"] = 0.1
    assert claims.of_grammar(letters)[2] == NOT
    letters["within"]["fixed"]["share"] = 1.0
    letters["grammar"]["sentences"] = float("inf")
    assert claims.of_grammar(letters)[2] == HOLDS


def test_what_a_linear_recurrence_leaves_and_adds_up():
    left, sums = claims.left_without_input(), claims.with_input()
    assert left == {rho: pytest.approx(rho**100) for rho in (0.9, 1, 1.1)}
    assert sums[0.9] == pytest.approx([10, 10], rel=1e-3) and sums[1] == [100, 1000]
    assert claims.of_recurrence(left)[2] == IN_PART
    assert claims.of_recurrence(left | {1: 0.0})[2] == HOLDS
    assert claims.of_recurrence({0.9: 1.0, 1: 1.0, 1.1: 1.0})[2] == NOT
    assert claims.of_input(sums)[2] == HOLDS
    assert claims.of_input({0.9: [10.0, 10.0]})[2] == NOT


def test_the_rate_of_a_product():
    orthogonal, gaussian = claims.products()
    assert orthogonal == pytest.approx(0.97**25) and len(set(gaussian)) == 10
    assert min(gaussian) > 0.97**25  # no norm is below the radius
    assert claims.of_caption(orthogonal, gaussian)[2] == IN_PART
    assert claims.of_caption(orthogonal, [0.97**25] * 10)[2] == HOLDS
    assert claims.of_caption(1.0, gaussian)[2] == NOT


def test_a_unit_set_aside_holds_its_sign_if_it_feeds_itself_enough():
    apart, changes = claims.held_aside()
    assert apart == pytest.approx(2 * 0.9575, abs=1e-3) and changes > 0.5
    assert claims.of_selection(apart, changes)[2] == NOT
    forgets = claims.held_aside(weight=0.5)
    assert forgets[0] < 1e-6 and claims.of_selection(*forgets)[2] == HOLDS


def test_more_texts_than_states():
    assert 27**1000 > 2 ** (64 * 64) > 27**100
    assert claims.of_aliasing()[2] == HOLDS
    assert claims.of_aliasing(1000)[2] == IN_PART and claims.of_aliasing(100)[2] == UNTESTED
    *_, differ = claims.texts_of_one_state(1000)
    near = [math.comb(1000, j) * 26**j for j in range(differ + 1)]
    assert sum(near[:-1]) < 27**1000 // 2**4096 < sum(near)


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
