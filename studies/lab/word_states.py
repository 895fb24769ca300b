"""Hidden states of words: at which letters, averaged, and of nets that read words, not letters.

The net of words is Elman's (1990, section on classes): the same RNN with a symbol for each word,
one-hot, so that no word is like another at the input; it predicts the next word.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

from . import letters
from .grammar import CLASS_OF, SPACE, as_letters, encode

LEXICON = tuple(CLASS_OF)  # symbol i of a net of words is LEXICON[i]
KINDS = np.array([CLASS_OF[word] for word in LEXICON])  # the class of each
AROUND, LETTERS_AROUND = 3, 8  # places before and after a word that `tables` counts
ENDING = 3  # letters of `spelling`
WORD_UPDATES = 1_000  # of a net of words; of 1,000 to 20,000 the best held out on seeds 0 to 4


# ==== Letters =====================================================================================
class Places(NamedTuple):
    """Where the whole words of a text stand: numbers of letters, (words,) each."""

    before: np.ndarray  # the space before the word
    last: np.ndarray  # its last letter
    after: np.ndarray  # the space after it


def places_of(symbols):
    """`Places` of the words of a text with spaces, x_0 a space, that have a letter after them."""
    spaces = np.flatnonzero(symbols[:-1] == SPACE)
    return Places(spaces[:-1], spaces[1:] - 1, spaces[1:])


def numbers_of(words):
    """Words as symbols of a net of words."""
    return np.array([LEXICON.index(word) for word in words])


def averaged(states, numbers):
    """Mean state of each word that occurs, and which: (words, H), (words,)."""
    which, at = np.unique(numbers, return_inverse=True)
    sums = np.zeros((len(which), states.shape[1]))
    np.add.at(sums, at, states)
    return sums / np.bincount(at)[:, None], which


def read_from(net, starts, symbols):
    """States while symbols (n,) are read from each of some states (B, H): (n, B, H)."""
    u = core.buffers(net, len(symbols), len(starts))
    u.hidden[0] = starts
    read = np.append(symbols, symbols[-1])  # the last is what the last prediction would be of
    core.load(u, np.tile(read[:, None], len(starts)))
    core.forward(net, u)
    return u.hidden[1:]


def after_reset(net):
    """The state of a net that has read nothing but one space, (1, H)."""
    return letters.predicted(net, np.array([SPACE, SPACE]))[1]


def in_random_order(rng, text):
    """The letters of a text with its words in random order: the same words, no grammar."""
    words = [text.words[i] for i in rng.permutation(len(text.words))]
    return as_letters(words, True, len(text.symbols) - 1)[0]


# ==== Words =======================================================================================
def words_initial(rng, n_new=0):
    """A net of words with weights as those of the net of letters, 64 units.

    `n_new` symbols more, after those of LEXICON, are for words that never occur.
    """
    return letters.initial(rng, len(LEXICON) + n_new)


def words_trained(rng, numbers, n_updates=WORD_UPDATES, n_new=0):
    """It, trained as the net of letters is: chunks of 25 words, the state carried over."""
    return letters.learn(words_initial(rng, n_new), numbers, n_updates)


# ==== Vectors of words ============================================================================
class Read(NamedTuple):
    """What a net made of the words of a text, in order."""

    before: np.ndarray  # (words, H) states after the space before the word,
    last: np.ndarray  # after its last letter,
    after: np.ndarray  # and after the space after it
    numbers: np.ndarray  # which of LEXICON


def read(net, text):
    """`Read` of a text of letters."""
    h, places = letters.predicted(net, text.symbols)[1], places_of(text.symbols)
    return Read(*(h[at] for at in places), numbers_of(text.words[: len(places.last)]))


def read_words(net, numbers):
    """`Read` of a text of words, which has no spaces: the state before is that of the last word."""
    h = letters.predicted(net, numbers)[1]
    return Read(h[:-1], h[1:], h[1:], numbers[1:-1])


def alone(net):
    """The state at the end of each word, read after a reset, (words, H)."""
    start = after_reset(net)
    return np.vstack([read_from(net, start, encode(word))[-1] for word in LEXICON])


def spelling():
    """The last letters of each word, one-hot, (words, ENDING * letters)."""
    one_hot = np.eye(letters.N_SYMBOLS)
    return np.array([one_hot[encode(word.rjust(ENDING))[-ENDING:]].ravel()
                     for word in LEXICON])  # fmt: skip


def neighbours(begins, ends, numbers, things, n_things, span):
    """How often each thing stood 1 .. span places before a word begins, or after it ends.

    Frequencies, (words, 2 span n_things), of the words (n,) from and to places in `things`.
    """
    inside = (begins >= span) & (ends + span < len(things))
    begins, ends, numbers = begins[inside], ends[inside], numbers[inside]
    parts = []
    for k in range(1, span + 1):
        for at in (begins - k, ends + k):
            counts = np.zeros((len(LEXICON), n_things))
            np.add.at(counts, (numbers, things[at]), 1.0)
            parts.append(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    return np.hstack(parts)


def tables(text):
    """Vectors of the words from what stood around them in a text, in words and in letters."""
    numbers, places = numbers_of(text.words), places_of(text.symbols)
    at = np.arange(len(numbers))
    return {
        "words around": neighbours(at, at, numbers, numbers, len(LEXICON), AROUND),
        "letters around": neighbours(
            places.before, places.after, numbers[: len(places.last)], text.symbols,
            letters.N_SYMBOLS, LETTERS_AROUND,
        ),
    }  # fmt: skip
