"""Text of a small grammar, letter by letter, and the best that anyone can predict of it.

After Elman (1990, tables 3 and 4) and "Networks That Remember": 38 words in sentence patterns, a
determiner before each noun, sentence after sentence with no mark between them but a space.
"""

from __future__ import annotations

import functools
import itertools
from typing import NamedTuple

import numpy as np
import scipy

LETTERS = " abcdefghijklmnopqrstuvwxyz"  # symbol i is LETTERS[i]; 0 is the space
SPACE = 0

# ==== Words and patterns ==========================================================================
CLASSES = {  # verbs in the third person, as they stand in the text
    "human": "boy girl man woman king queen",
    "animal": "cat dog lion bird fish mouse",
    "food": "bread cake apple milk cookie",
    "thing": "book rock glass plate ball",
    "rests": "sleeps walks thinks swims",
    "acts": "chases eats sees breaks reads moves",
    "perceives": "smells hears watches",
    "determiner": "the a",
    "adverb": "often",
}
CLASSES = {name: tuple(words.split()) for name, words in CLASSES.items()}
CLASS_OF = {word: name for name, words in CLASSES.items() for word in words}
NOUNS, VERBS = ("human", "animal", "food", "thing"), ("rests", "acts", "perceives")

# Each pattern: what fills its places, and its weight. A place is a class or words by name;
# a determiner goes before each noun. The last is the rare one.
PATTERNS = (
    ("human", "rests"),
    ("animal", "sleeps walks swims"),
    ("human", "eats", "food"),
    ("animal", "eats", "food"),
    ("human", "sees", "human"),
    ("human", "sees", "animal"),
    ("animal", "sees", "human"),
    ("animal", "chases", "animal"),
    ("human", "chases", "animal"),
    ("human", "breaks moves", "thing"),
    ("animal", "moves", "thing"),
    ("human", "reads", "book"),
    ("human", "perceives", "animal"),
    ("animal", "smells", "food"),
    ("animal", "perceives", "human"),
    ("adverb", "human", "rests"),
)
RARE = len(PATTERNS) - 1
WEIGHTS = np.where(np.arange(len(PATTERNS)) == RARE, 0.2, 1.0)
WEIGHTS /= WEIGHTS.sum()


@functools.cache
def places(pattern):
    """The words that each place of a pattern may hold, determiners too: a tuple of tuples."""
    found = []
    for place in PATTERNS[pattern]:
        words = CLASSES.get(place) or tuple(place.split())
        if CLASS_OF[words[0]] in NOUNS:
            found.append(CLASSES["determiner"])
        found.append(words)
    return tuple(found)


def never(pattern, sentence):
    """A rule that keeps nothing out."""
    return False


def sentences(rng, left_out=never):
    """(pattern, words) without end; where `left_out` says so the sentence is drawn again."""
    while True:
        for pattern in rng.choice(len(PATTERNS), 256, p=WEIGHTS):
            while True:
                words = tuple(place[rng.integers(len(place))] for place in places(int(pattern)))
                if not left_out(int(pattern), words):
                    break
            yield int(pattern), words


class Text(NamedTuple):
    """So many letters of text, after the space before them: every array of n + 1 places.

    `word` counts the words, -1 before the first; a space belongs to the word that it ends.
    """

    symbols: np.ndarray  # which of LETTERS
    word: np.ndarray  # the number of the word that this letter is of
    place: np.ndarray  # of the letter in its word, 0 its first
    words: list  # every word
    pattern: np.ndarray  # of each word: the pattern of its sentence
    slot: np.ndarray  # of each word: its place in the sentence


def text(rng, n, spaces=True, left_out=never):
    """A `Text` of n letters and the space before them; without spaces, Elman's own case."""
    words, pattern, slot, length = [], [], [], 0
    for number, sentence in sentences(rng, left_out):
        words += sentence
        pattern += [number] * len(sentence)
        slot += range(len(sentence))
        length += sum(map(len, sentence)) + spaces * len(sentence)
        if length >= n:
            break
    return Text(*as_letters(words, spaces, n), words, np.array(pattern), np.array(slot))


def whole_sentences(text):
    """The sentences of a text, tuples of words, but the last, which may be cut."""
    starts = np.flatnonzero(text.slot == 0)
    return [tuple(text.words[a:b]) for a, b in itertools.pairwise(starts)]


def as_letters(words, spaces=True, n=None):
    """symbols, word and place of words, after one space, of n letters at most."""
    spelt = [word + " " * spaces for word in words]
    letters = " " + "".join(spelt)
    word = np.repeat(np.arange(-1, len(words)), [1, *map(len, spelt)])
    place = np.concatenate([[0], *(np.arange(len(s)) for s in spelt)])
    stop = None if n is None else n + 1
    return encode(letters)[:stop], word[:stop], place[:stop]


def encode(letters):
    """Symbols of a text in LETTERS."""
    return np.array([LETTERS.index(letter) for letter in letters])


def spelt(symbols):
    return "".join(LETTERS[i] for i in symbols)


# ==== The best predictor ==========================================================================
class Machine(NamedTuple):
    """The grammar as a hidden Markov model: a state is a letter of a word of a place of a pattern.

    From p(state at t) the next is p Q; every state says its letter.
    """

    start: np.ndarray  # (states,) of the first letter of a text
    Q: scipy.sparse.csr_array  # (states, states)
    says: scipy.sparse.csr_array  # (states, letters), one-hot


@functools.cache
def machine(spaces=True):
    """A `Machine`. A sentence's last letter leads to the first letters of all sentences."""
    letters, first_of, into = [], {}, []
    for number in range(len(PATTERNS)):
        for slot, words in enumerate(places(number)):
            for word in words:
                spelling = word + " " * spaces
                first_of.setdefault((number, slot), []).append(len(letters))
                begin = len(letters)
                letters += encode(spelling).tolist()
                into += [(i, i + 1, 1.0) for i in range(begin, len(letters) - 1)]
                into.append((len(letters) - 1, (number, slot + 1), None))
    n = len(letters)
    start = np.zeros(n)
    for number, weight in enumerate(WEIGHTS):
        start[first_of[number, 0]] = weight / len(first_of[number, 0])
    rows, columns, values = [], [], []
    for i, to, p in into:
        if p is not None:
            targets, shares = [to], [p]
        elif to in first_of:
            targets = first_of[to]
            shares = [1 / len(targets)] * len(targets)
        else:
            targets = np.flatnonzero(start).tolist()
            shares = start[targets].tolist()
        rows += [i] * len(targets)
        columns += targets
        values += shares
    Q = scipy.sparse.csr_array((values, (rows, columns)), shape=(n, n))
    says = scipy.sparse.csr_array((np.ones(n), (np.arange(n), letters)), shape=(n, len(LETTERS)))
    return Machine(start, Q, says)


def beliefs(symbols, spaces=True):
    """p of the state of each of x_1 .. x_n before it is read: the forward algorithm.

        p(s_t | x_1 .. x_{t-1}) = p(s_{t-1} | x_1 .. x_{t-1}) Q

    A `ValueError` where the text is not of the grammar.
    """
    m = machine(spaces)
    Q, says, p = m.Q.T.tocsr(), m.says.toarray(), m.start
    for t, x in enumerate(symbols[1:], 1):
        yield p
        p = p * says[:, x]
        total = p.sum()
        if not total > 0:
            raise ValueError(f"letter {t}, {LETTERS[x]!r}, does not follow by the grammar")
        p = Q @ (p / total)


def best(symbols, spaces=True):
    """p of the next letter, (n, letters), before each of x_1 .. x_n: nobody can predict better."""
    says = machine(spaces).says.toarray()
    return np.array([p @ says for p in beliefs(symbols, spaces)])


# ==== Which text is of the grammar ================================================================
@functools.cache
def legal_sentences():
    """Sets of what the patterns make, as tuples of words; some thousand sentences."""
    return frozenset(
        sentence for n in range(len(PATTERNS)) for sentence in itertools.product(*places(n))
    )
