import pytest

from studies.lab.intervals import mean, proportion
from studies.lab.verdicts import (
    HOLDS,
    IN_PART,
    NOT,
    UNTESTED,
    VERDICTS,
    clearly_above,
    of_parts,
    verdict,
    within,
)


def test_the_four_words_are_the_claims_table_s():
    assert VERDICTS == ("holds", "holds in part", "does not hold", "can't be tested")
    assert VERDICTS == (HOLDS, IN_PART, NOT, UNTESTED)


@pytest.mark.parametrize(
    ("whole", "part", "said"),
    [(True, False, HOLDS), (True, True, HOLDS), (False, True, IN_PART), (False, False, NOT)],
)
def test_a_part_counts_only_where_the_whole_does_not_hold(whole, part, said):
    assert verdict(whole, part) == said


def test_without_a_part_a_claim_holds_or_does_not():
    assert verdict(True) == HOLDS
    assert verdict(False) == NOT


@pytest.mark.parametrize(
    ("parts", "said"),
    [((True, True), HOLDS), ((True, False), IN_PART), ((False, False), NOT), ((False,), NOT)],
)
def test_some_parts_of_a_claim_make_it_hold_in_part(parts, said):
    assert of_parts(*parts) == said


def test_a_number_is_within_an_interval_with_its_ends():
    of = {"interval": [0.25, 0.5]}
    assert [within(of, x) for x in (0.2, 0.25, 0.4, 0.5, 0.6)] == [False, True, True, True, False]
    assert within(mean([1.0, 3.0]), 2.0)
    assert not within(proportion([True] * 20), 0.5)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [((3, 4), (1, 2), True), ((1, 3), (2, 4), False), ((1, 2), (3, 4), False)],
)
def test_an_interval_is_clearly_above_another_that_it_does_not_touch(one, other, said):
    assert clearly_above({"interval": one}, {"interval": other}) == said
    assert not clearly_above({"interval": (2, 3)}, {"interval": (1, 2)})
