"""A task whose events are made of the filler's own symbols and stand at random times.

The filler is a cycle of 25 over five symbols in which every symbol and every ordered pair
is equally frequent (a de Bruijn sequence of order 2), at a random phase. An event is one of
the same five symbols where another was due; the cycle runs on underneath. The events are

    a trigger, 4 or 5      (second form: two of them)
    0 to 6 distractors     each of 1, 2, 3
    the recall target      last in the sequence: the trigger again
                           (second form: 4 if the two triggers were the same, else 5)

at random times at least 12 steps apart. A trigger and the target stand only where 1, 2 or 3
was due, so that what was due says nothing of them.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core

SYMBOLS = "45123"  # the choices first: symbol i of the alphabet is SYMBOLS[i]
V, N_CHOICES = len(SYMBOLS), 2
CYCLE = np.array(  # de Bruijn, order 2, over 0 .. 4
    [0, 0, 1, 0, 2, 0, 3, 0, 4, 1, 1, 2, 1, 3, 1, 4, 2, 2, 3, 2, 4, 3, 3, 4, 4], np.uint8
)
APART, MOST_DISTRACTORS = 12, 6
GIVEN = 1000, 1400  # lengths of the task as given
DUE_OTHER = np.flatnonzero(CYCLE >= N_CHOICES)  # phases at which 1, 2 or 3 is due


def shortest(n_triggers=1):
    """The shortest sequence into which the triggers and the target fit."""
    return (n_triggers + 1) * APART + len(CYCLE)


def cycle_from(phase, T):
    """T symbols of the cycle from a phase on, (T,)."""
    return CYCLE[(phase + np.arange(T)) % len(CYCLE)]


def event_times(rng, T, n_events):
    """Sorted times in APART .. T - 1 - APART, at least `APART` steps apart: (n_events,)."""
    free = T - 1 - APART * (n_events + 1)
    return np.sort(rng.integers(0, free + 1, n_events)) + APART * np.arange(1, n_events + 1)


def one_sequence(rng, T, n_triggers, most_distractors):
    """Tokens (T,) and the times of its events, the target's last."""
    fit = (T - 1) // APART - 1 - n_triggers
    n_distractors = int(rng.integers(0, min(most_distractors, fit) + 1))
    triggers = rng.integers(N_CHOICES, size=n_triggers)
    while True:  # until triggers and target stand where 1, 2 or 3 was due
        phase = int(rng.choice(DUE_OTHER)) - (T - 1)
        times = event_times(rng, T, n_triggers + n_distractors)
        x = cycle_from(phase, T)
        if (x[times[:n_triggers]] >= N_CHOICES).all():
            break
    for t in times[n_triggers:]:
        x[t] = rng.choice(np.setdiff1d(np.arange(N_CHOICES, V), x[t]))
    x[times[:n_triggers]] = triggers
    x[-1] = triggers[0] if n_triggers == 1 else triggers.sum() % 2
    return x, np.append(times, T - 1)


def draw(rng, T, batch, n_triggers=1, most_distractors=MOST_DISTRACTORS):
    """Sequences of the task, (T, batch): the first or, with two triggers, the second form."""
    found = [one_sequence(rng, T, n_triggers, most_distractors)[0] for _ in range(batch)]
    return np.stack(found, axis=1)


def draw_with_events(rng, T, batch, n_triggers=1, most_distractors=MOST_DISTRACTORS):
    """The same, and the mask (T, batch) of what is an event."""
    found = [one_sequence(rng, T, n_triggers, most_distractors) for _ in range(batch)]
    mask = np.zeros((T, batch), bool)
    for b, (_, times) in enumerate(found):
        mask[times, b] = True
    return np.stack([x for x, _ in found], axis=1), mask


def task(n_triggers=1, most_distractors=MOST_DISTRACTORS):
    """The task as `core.run` takes one."""
    how = {"n_triggers": n_triggers, "most_distractors": most_distractors}
    return core.Task(partial(draw, **how), SYMBOLS, N_CHOICES)


# ==== Sequences of many lengths ===================================================================
class Drawn(NamedTuple):
    """Sequences of one length, and which of their symbols are events: (T, N) both."""

    tokens: np.ndarray
    events: np.ndarray


def draw_lengths(rng, lengths, n, n_triggers, most=MOST_DISTRACTORS, batch=64):
    """`Drawn` by `Drawn`, n sequences in all, a length for each batch."""
    low, high = lengths
    for start in range(0, n, batch):
        T = int(rng.integers(low, high + 1))
        yield Drawn(*draw_with_events(rng, T, min(batch, n - start), n_triggers, most))


class Asked(NamedTuple):
    """Sequences that no net was trained on."""

    drawn: list  # of `Drawn`
    targets: np.ndarray  # (N,)
    distractors: np.ndarray  # (N,)


def fresh(drawn, n_triggers):
    """`Asked` of some `Drawn`."""
    drawn = list(drawn)
    n = np.concatenate([d.events.sum(axis=0) for d in drawn]) - n_triggers - 1
    return Asked(drawn, np.concatenate([d.tokens[-1] for d in drawn]), n)


def found_and_false(flags_of, drawn):
    """The share of events that go up; of the rest how many a sequence, the first three apart."""
    found = events = false = later = n = 0
    for d in drawn:
        flags = flags_of(d.tokens)
        found += (flags & d.events).sum()
        events += d.events.sum()
        false += (flags & ~d.events).sum()
        later += (flags & ~d.events)[3:].sum()
        n += flags.shape[1]
    return {
        "events_found": float(found / events),
        "false_at_first": float((false - later) / n),
        "false_later": float(later / n),
    }


def first(n, drawn):
    """The first n sequences of `Drawn` by `Drawn`."""
    for tokens, events in drawn:
        if n > 0:
            yield Drawn(tokens[:, :n], events[:, :n])
        n -= tokens.shape[1]


# ==== Without order: what stood how often =========================================================
def counts(tokens, order):
    """Of sequences (T, N) without their targets: (N, 1 + V^order + V^2).

    A one; how often each word of `order` symbols stood, less its mean; the last pair, one-hot.
    """
    read = tokens[:-1].astype(np.intp)
    words = np.zeros((len(read) - order + 1, read.shape[1]), np.intp)
    for k in range(order):
        words = words * V + read[k : len(words) + k]
    kinds = V**order
    often = np.stack([np.bincount(word, minlength=kinds) for word in words.T])
    last = np.eye(V * V)[read[-2] * V + read[-1]]
    return np.hstack([np.ones((len(often), 1)), often - len(words) / kinds, last])
