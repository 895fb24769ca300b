"""Strings with equal numbers, brackets, what may come next, and the table of what follows."""

import itertools

import numpy as np
import pytest

from studies.lab import languages


def test_blocks_by_hand():
    assert languages.block(2, 2).tolist() == [0, 1, 1, 2, 2, 0]
    assert languages.block(1, 3).tolist() == [0, 1, 2, 3, 0]
    assert [len(x) for x in languages.blocks(4, 2)] == [4, 6, 8, 10]


@pytest.mark.parametrize(("n", "n_letters"), [(1, 2), (2, 2), (1, 3)])
def test_right_choices_are_those_that_some_string_goes_on_with(n, n_letters):
    string = languages.block(n, n_letters).tolist()
    known = [languages.block(k, n_letters).tolist() for k in range(1, 6)]
    may = [
        {other[t + 1] for other in known if other[: t + 1] == string[: t + 1]}
        for t in range(len(string) - 1)
    ]
    for chosen in itertools.product(range(n_letters + 1), repeat=len(string) - 1):
        wanted = all(c in at for c, at in zip(chosen, may))
        assert languages.block_right(chosen, n, n_letters) == wanted


def paths(length, depth, exactly):
    """Every path, as a string of one kind of brackets, by trying all."""
    for steps in itertools.product((1, -1), repeat=length):
        height = np.cumsum(steps)
        fits = height.max() == depth or (not exactly and height.max() < depth)
        if fits and height.min() >= 0 and height[-1] == 0:
            yield tuple(1 if step > 0 else 2 for step in steps)


@pytest.mark.parametrize(("depth", "exactly"), [(1, True), (2, False), (3, True), (4, True)])
def test_brackets_are_all_that_there_are_and_equally_likely(depth, exactly):
    every = set(paths(8, depth, exactly))
    assert languages.ways(8, depth, exactly)[8, 0, 0] == len(every)
    drawn, _ = languages.brackets(np.random.default_rng(0), 4000, 8, depth, 1, exactly)
    assert not drawn[[0, -1]].any()
    found, counts = np.unique(drawn[1:-1].T, axis=0, return_counts=True)
    assert set(map(tuple, found.tolist())) == every
    assert np.abs(counts * len(every) / 4000 - 1).max() < 0.25


def test_what_closes_is_the_innermost_open_bracket():
    tokens, due = languages.brackets(np.random.default_rng(1), 50, 20, 4, 2)
    kinds = set()
    for string, closing in zip(tokens.T.tolist(), due.T.tolist()):
        stack = []
        for symbol, next_due in zip(string, closing):
            if symbol in (1, 2):
                stack.append(symbol + 2)
                kinds.add(symbol)
            elif symbol:
                assert stack.pop() == symbol
            assert next_due == (stack[-1] if stack else languages.MARKER)
            assert len(stack) <= 4
        assert not stack
    assert kinds == {1, 2}


def test_brackets_that_cannot_be_are_refused():
    for length, depth in ((4, 3), (3, 1)):
        with pytest.raises(ValueError, match=f"{length} brackets is {depth} deep"):
            languages.brackets(np.random.default_rng(0), 1, length, depth, 1, True)


def test_an_opening_bracket_does_not_close():
    p = np.array([[0.1, 0.5, 0.2, 0.12, 0.08], [0.3, 0.3, 0.3, 0.0, 0.1], [0, 0.9, 0, 0, 0.1]])
    assert languages.closes(p, 2).tolist() == [3, 0, 4]


def test_the_table_by_hand():
    strings = [np.array([0, 1, 2, 0]), np.array([0, 1, 1, 2, 2, 0])]
    b = languages.BELIEF
    p = languages.follows(strings, 1, 3)(np.array([0, 1, 2]))
    alone = (np.array([2, 3, 3]) + b / 3) / (8 + b)  # 1 2 0 1 1 2 2 0
    assert np.allclose(p[0], (np.array([0, 2, 0]) + b * alone) / (2 + b))
    assert np.allclose(p[1], (np.array([0, 1, 2]) + b * alone) / (3 + b))
    unmet = languages.follows(strings, 3, 3)(np.array([0, 2, 2, 2]))  # nothing followed 2 2 2
    assert np.allclose(unmet[2], languages.follows(strings, 2, 3)(np.array([0, 2, 2, 2]))[2])


def test_the_table_counts_as_far_as_it_sees():
    """The marker, the a's and the b's must all be among the last symbols."""
    for order, sees in ((5, 2), (7, 3)):
        p = languages.follows(languages.blocks(6, 2), order, 3)
        right = [
            languages.block_right(p(languages.block(n, 2)).argmax(axis=1), n, 2)
            for n in range(1, 7)
        ]
        assert right[:sees] == [True] * sees and not right[sees]
