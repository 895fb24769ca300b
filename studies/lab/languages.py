"""Languages that need counting: a^n b^n, a^n b^n c^n and brackets, as strings and as questions.

A string stands between two markers, symbol 0. Predicted is the next symbol.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

MARKER = 0


# ==== a^n b^n, a^n b^n c^n: symbols 1 to `letters` in equal numbers ===============================
def block(n, letters):
    """One string with its markers, (letters n + 2,)."""
    return np.concatenate([[MARKER], np.repeat(np.arange(1, letters + 1), n), [MARKER]])


def blocks(longest, letters):
    """All strings of n = 1 .. `longest`."""
    return [block(n, letters) for n in range(1, longest + 1)]


def block_right(chosen, n, letters):
    """Whether the choices (letters n + 1,) before each symbol but the first may all come.

    After the marker an a, after an a an a or a b; from the first b on one symbol can come only.
    """
    chosen, wanted = np.asarray(chosen), block(n, letters)[1:]
    in_a = slice(1, n + 1)  # after an a
    fine = chosen == wanted
    fine[in_a] = (chosen[in_a] == 1) | (chosen[in_a] == 2)
    return bool(fine.all())


# ==== Brackets: `kinds` opening ones 1 .. kinds, closing ones kinds + 1 .. 2 kinds ================
def ways(length, depth, exactly):
    """In how many ways a path goes on to 0 within 0 .. `depth`: (length + 1, 2, depth + 2).

    By steps left, whether `depth` has been reached, and height; the last column is 0. With
    `exactly` only paths that reach `depth` count.
    """
    found = np.zeros((length + 1, 2, depth + 2))
    found[0, :, 0] = (not exactly, 1)
    for left in range(1, length + 1):
        before = found[left - 1]
        found[left, :, 1 : depth + 1] = before[:, :depth]
        found[left, :, :depth] += before[:, 1 : depth + 1]
        found[left, 0, depth - 1] += before[1, depth] - before[0, depth]
    return found


def brackets(rng, n, length, depth, kinds, exactly=False):
    """n balanced strings with their markers, all that there are equally likely.

    They are of `length` brackets, even, at most `depth` deep or, with `exactly`, so deep
    somewhere; an opening bracket is of each kind with the same probability.

    Returns
    -------
    tokens : array (length + 2, n)
    due : array (length + 1, n)
        After each symbol but the last what may close: the bracket that closes the
        innermost open one, or `MARKER` when none is open.
    """
    table = ways(length, depth, exactly)
    if not table[length, 0, 0]:
        raise ValueError(f"no balanced string of {length} brackets is {depth} deep")
    tokens = np.full((length + 2, n), MARKER)
    due = np.full((length + 1, n), MARKER)
    rows = np.arange(n)
    height, reached = np.zeros((2, n), int)
    stack = np.full((depth + 1, n), MARKER)  # what closes each open bracket
    for t in range(1, length + 1):
        left = length - t
        then = reached | (height + 1 == depth)
        up = table[left, then, height + 1]
        opens = rng.random(n) * table[left + 1, reached, height] < up
        kind = rng.integers(1, kinds + 1, n)
        tokens[t] = np.where(opens, kind, stack[height, rows])
        reached = np.where(opens, then, reached)
        height = height + np.where(opens, 1, -1)
        stack[height[opens], rows[opens]] = kinds + kind[opens]
        due[t] = stack[height, rows]
    return tokens, due


def closes(p, kinds):
    """The most probable of the marker and the closing brackets: (.., symbols) -> (..)."""
    closing = np.array([MARKER, *range(kinds + 1, 2 * kinds + 1)])
    return closing[p[..., closing].argmax(axis=-1)]


# ==== A table of what follows the last k symbols of a string ======================================
BELIEF = 0.5  # symbols' worth of belief in the shorter context, as in `letters`


def follows(strings, order, n_symbols):
    """A function from a string (n + 1,) to p of each symbol but the first, (n, symbols).

    With n(c, x) the counts of x after context c, c' the context without its first symbol:

        p(x | c) = (n(c, x) + b p(x | c')) / (n(c) + b)      p(x | nothing) = 1 / symbols
    """
    counts = defaultdict(lambda: np.zeros(n_symbols))
    for string in strings:
        spelt = bytes(string.tolist())
        for t in range(1, len(spelt)):
            for k in range(min(order, t) + 1):
                counts[spelt[t - k : t]][spelt[t]] += 1
    counts = dict(counts)

    def predictions(string):
        spelt, p = bytes(string.tolist()), np.full((len(string) - 1, n_symbols), 1 / n_symbols)
        for t in range(1, len(spelt)):
            for k in range(min(order, t) + 1):
                seen = counts.get(spelt[t - k : t])
                if seen is None:
                    break
                p[t - 1] = (seen + BELIEF * p[t - 1]) / (seen.sum() + BELIEF)
        return p

    return predictions
