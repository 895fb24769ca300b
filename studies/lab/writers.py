"""Who writes letter by letter (a net, a table, the exact predictor), and what of it is legal."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import scipy

import chunker_very_deep_1200 as core

from . import grammar, letters

NOTHING = -1  # no state of the automaton: not of the grammar


# ==== Who writes: functions from a letter of each of B streams, (B,), to p of the next, (B, 27) ===
def net_reader(net, n_streams):
    """The net; what it returns is overwritten by the next call."""
    u = core.buffers(net, 1, n_streams)

    def read(came):
        u.hidden[0] = u.hidden[1]
        u.tokens[0] = came
        core.forward(net, u)
        return u.probs[0]

    return read


def table_reader(symbols, order, n_streams):
    """A table of what follows `order` letters in a text."""
    predictions = letters.table(symbols, order)
    last = np.full((n_streams, order), letters.N_SYMBOLS)  # that number: nothing stood there

    def read(came):
        last[:, :-1] = last[:, 1:]
        last[:, -1] = came
        return predictions(np.append(last.ravel(), 0))[order - 1 :: order]

    return read


def exact_reader(n_streams, misread=0.0):
    """The exact predictor, of streams whose first letter is the space before a sentence.

    With `misread`, of a text whose letters are replaced by any of 27 with this probability.
    """
    m = grammar.machine()
    Q, says = m.Q.T.tocsr(), m.says.toarray()
    belief = None  # (states, B) of the next letter's state

    def heard(p):
        return (1 - misread) * p + misread / letters.N_SYMBOLS

    def read(came):
        nonlocal belief
        if belief is None:
            belief = np.tile(m.start[:, None], (1, n_streams))
        else:
            belief *= heard(says[:, came])
            belief /= belief.sum(axis=0)
            belief = Q @ belief
        return heard((m.says.T @ belief).T)

    return read


def written(read, rng, before, n, temperatures=None):
    """n letters after `before`, (m, B), each read again: (n, B), and the entropies, (n, B).

    Each stream has its temperature; without any, the most probable letter is taken.
    """
    found = np.empty((n, before.shape[1]), np.intp)
    entropies = np.empty(found.shape)
    for came in before[:-1]:
        read(came)
    came = before[-1]
    for t in range(n):
        p = read(came)
        if temperatures is None:
            came = p.argmax(axis=1)
        else:
            p = p ** (1 / temperatures)[:, None]
            p /= p.sum(axis=1, keepdims=True)
            came = drawn(p, rng.random(len(p)))
        found[t], entropies[t] = came, scipy.special.entr(p).sum(axis=1)
    return found, entropies


def drawn(p, at):
    """Of each row of p the letter at this share of its sum, (B,) in [0, 1)."""
    sums = p.cumsum(axis=-1)
    return (sums <= at[..., None] * sums[..., -1:]).sum(axis=-1)


# ==== What is of the grammar ======================================================================
class Automaton(NamedTuple):
    """Which letters can follow: a state is the set of the machine's states that may come next."""

    goes: np.ndarray  # (states, letters), the next state or NOTHING
    start: int  # where a sentence begins
    anew: np.ndarray  # (letters,) the state after this letter, with nothing known before


@functools.cache
def automaton():
    """All states that can be reached, by the subset construction."""
    m = grammar.machine()
    follows, says = (m.Q.T.tocsr() > 0).astype(float), m.says.toarray() > 0
    number, waiting, rows = {}, [], []

    def known(states):
        key = np.packbits(states).tobytes()
        if key not in number:
            number[key] = len(number)
            waiting.append(states)
        return number[key]

    def after(states, letter):
        here = states & says[:, letter]
        return known(follows @ here > 0) if here.any() else NOTHING

    start = known(m.start > 0)
    everywhere = np.ones(len(says), bool)
    anew = [after(everywhere, letter) for letter in range(letters.N_SYMBOLS)]
    while len(rows) < len(number):
        rows.append([after(waiting[len(rows)], letter) for letter in range(letters.N_SYMBOLS)])
    return Automaton(np.array(rows), start, np.array(anew))


def leaving(symbols):
    """Letters of streams from the beginning of a sentence that cannot follow: bool (n, B).

    After one the grammar is begun anew with it; with a letter of no word, from the next on.
    """
    a = automaton()
    found = np.empty(symbols.shape, bool)
    at = np.full(symbols.shape[1], a.start)
    for t, came in enumerate(symbols):
        then = np.where(at == NOTHING, a.anew[came], a.goes[at, came])
        found[t] = then == NOTHING
        at = np.where(found[t], a.anew[came], then)
    return found


def longest_stretch(leaves):
    """Letters of the longest stretch of a stream, (n,), that is legal."""
    ends = np.concatenate([[0], np.flatnonzero(leaves), [len(leaves)]])
    return int(np.diff(ends).max())


def words_of(symbols):
    """What stands before each space of a stream."""
    return grammar.spelt(symbols).split(" ")[:-1]


@functools.cache
def sentence_lengths():
    return sorted({len(sentence) for sentence in grammar.legal_sentences()})


def words_in_sentences(words):
    """The most of these words that legal sentences cover which do not overlap."""
    covered = [0]
    for end in range(1, len(words) + 1):
        most = covered[-1]
        for n in sentence_lengths():
            if n <= end and tuple(words[end - n : end]) in grammar.legal_sentences():
                most = max(most, covered[end - n] + n)
        covered.append(most)
    return covered[-1]


def measured(symbols, entropies):
    """The measures of some streams, (n, B), as means over letters, words or streams."""
    words = [words_of(stream) for stream in symbols.T]
    n_words = max(1, sum(map(len, words)))
    n_letters = max(1, sum(len(word) + 1 for stream in words for word in stream))
    legal = sum(len(w) + 1 for stream in words for w in stream if w in grammar.CLASS_OF)
    leaves = leaving(symbols)
    return {
        "in_words": legal / n_letters,
        "in_sentences": sum(map(words_in_sentences, words)) / n_words,
        "left": float(leaves.mean()),
        "longest": float(np.mean([longest_stretch(stream) for stream in leaves.T])),
        "entropy": float(entropies.mean()),
        "repeats": sum(a == b for stream in words for a, b in zip(stream, stream[1:])) / n_words,
        "distinct": float(np.mean([distinct(stream) for stream in words])),
    }


def distinct(words, n=4):
    """Share of different ones among the n-grams; of none, 1."""
    grams = list(zip(*(words[k:] for k in range(n))))
    return len(set(grams)) / len(grams) if grams else 1.0
