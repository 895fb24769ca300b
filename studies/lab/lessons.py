"""Sequences of the decisive task to train on: drawn all at once, and growing harder."""

from __future__ import annotations

import numpy as np

from .decisive import APART, CYCLE, DUE_OTHER, MOST_DISTRACTORS, N_CHOICES, V


def draw_many(rng, T, batch, n_triggers, most_distractors):
    """As `decisive.draw`, from other random numbers, but all sequences at once: (T, batch)."""
    most = min(most_distractors, (T - 1) // APART - 1 - n_triggers)
    n_events = n_triggers + rng.integers(0, most + 1, batch)
    times, phase = np.empty((batch, n_triggers + most), np.intp), np.empty(batch, np.intp)
    place, waiting = np.arange(n_triggers + most), np.arange(batch)
    while len(waiting):  # until triggers and target stand where 1, 2 or 3 was due
        n = n_events[waiting, None]
        free = T - 1 - APART * (n + 1)
        found = rng.integers(0, free + 1, (len(waiting), len(place)))
        found[place >= n] = T  # there is no such event
        found = np.sort(found, axis=1) + APART * (place + 1)
        start = rng.choice(DUE_OTHER, len(waiting)) - (T - 1)
        due = CYCLE[(start[:, None] + found[:, :n_triggers]) % len(CYCLE)]
        fine = (due >= N_CHOICES).all(axis=1)
        times[waiting[fine]], phase[waiting[fine]] = found[fine], start[fine]
        waiting = waiting[~fine]
    x = CYCLE[(phase + np.arange(T)[:, None]) % len(CYCLE)]
    triggers = rng.integers(N_CHOICES, size=(batch, n_triggers))
    x[times[:, :n_triggers], np.arange(batch)[:, None]] = triggers
    distractor = (place >= n_triggers) & (place < n_events[:, None])
    at = times[distractor], np.nonzero(distractor)[0]
    x[at] = another(rng, x[at].astype(np.intp))
    x[-1] = triggers[:, 0] if n_triggers == 1 else triggers.sum(axis=1) % 2
    return x


def another(rng, due):
    """One of 1, 2, 3 that is not what was due, each with equal probability."""
    n = V - N_CHOICES
    free = rng.integers(n, size=due.shape)
    following = (due - N_CHOICES + 1 + rng.integers(n - 1, size=due.shape)) % n
    return (N_CHOICES + np.where(due < N_CHOICES, free, following)).astype(np.uint8)


FIRST_LONGEST, ENOUGH, FACTOR, RUN, BAR = 40, 90, 1.25, 100, 0.95
SHORTEST = {1: 25, 2: 37}  # into which triggers and target fit


class Lessons:
    """Batches of the task without end; what they ask grows as their choices come right.

    With two triggers the number of distractors grows, from none. Unless shortest and longest
    are `given`, the longest T grows, up to `at_most`; two triggers are then preceded by one,
    until `ENOUGH` symbols are mastered (the answer is the parity in both cases), and drawn as
    often as one afterwards. Growth follows whenever of the last `RUN` batches at least `BAR`
    of the choices were right.
    """

    def __init__(self, rng, batch, n_triggers, given=None, at_most=FIRST_LONGEST):
        self.rng, self.batch, self.given, self.most_triggers = rng, batch, given, n_triggers
        self.triggers = n_triggers if given else 1
        self.most = 0 if self.triggers == 2 else MOST_DISTRACTORS
        self.longest, self.at_most = (given[1], given[1]) if given else (FIRST_LONGEST, at_most)
        self.right = []

    def __iter__(self):
        while True:
            n = self.triggers if self.given else int(self.rng.integers(1, self.triggers + 1))
            shortest = self.given[0] if self.given else SHORTEST[n]
            T = int(self.rng.integers(shortest, int(self.longest) + 1))
            yield draw_many(self.rng, T, self.batch, n, self.most)

    def note(self, right):
        """The share of a batch's choices that were right before it was learnt from."""
        self.right.append(right)
        if len(self.right) < RUN or np.mean(self.right[-RUN:]) < BAR:
            return
        self.right = []
        if self.most < MOST_DISTRACTORS:
            self.most += 1
        elif self.triggers < self.most_triggers and self.longest >= ENOUGH:
            self.triggers, self.longest = self.triggers + 1, FIRST_LONGEST
        else:
            self.longest = min(self.at_most, FACTOR * self.longest)
