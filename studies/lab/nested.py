"""The task with one time scale per level, and stacks of levels that learn it.

The sequence at the top is [trigger, trigger]. Each level below puts between any two symbols
of the one above a run of its own five symbols, 1 2 3 4 5 1 2 ..; so what one level mispredicts
is, read in order, a sequence of the same kind, one level up.
"""

from __future__ import annotations

import numpy as np

import chunker_very_deep_1200 as core

from .optimisers import Adam

CYCLE, MEAN_RUN = core.N_FILLERS, 17
LAWS = {  # length of a run from u uniform in [0, 1), both of mean 17
    "memoryless": lambda u: 14 + np.floor(np.log1p(-u) / np.log(0.75)).astype(int),
    "bounded": lambda u: 12 + np.floor(11 * u).astype(int),  # a longer memory can predict the end
}
HIDDEN, LR, WINDOW, BATCH, SEGMENT = 16, 0.005, 6, 16, 60
STAGES = ("training", "fresh", "own", "levels", "chunker", "two_level", "helped")


# ==== Task: symbols 0, 1 are the triggers A, B; 2 + 5 d .. 6 + 5 d the cycle of level d ===========
def n_symbols(depth):
    return core.N_TRIGGERS + CYCLE * depth


def with_runs(above, level, lengths):
    """The sequence of `level`, from that `above`, (m,), and the `lengths` of its m - 1 runs."""
    at = np.concatenate([[0], np.cumsum(lengths + 1)])
    since = np.arange(at[-1] + 1) - np.repeat(at, np.append(lengths + 1, 1))
    sequence = (n_symbols(level) + (since - 1) % CYCLE).astype(np.uint8)
    sequence[at] = above
    return sequence


def draw(rng, depth, n, level=0, law="memoryless"):
    """`n` sequences of one level: a list of uint8 arrays; level `depth` is [trigger, trigger].

    The length of the topmost run decides most of T. To need fewer sequences, its
    quantiles are spread evenly over them; all other lengths are independent. `law` is one
    of `LAWS`, or itself a function from u, uniform in [0, 1), to lengths of runs.
    """
    length = LAWS.get(law, law)
    stratified = length((rng.permutation(n) + rng.random(n)) / n)  # the topmost run of each
    sequences = []
    for trigger, topmost in zip(rng.integers(core.N_TRIGGERS, size=n), stratified):
        sequence = np.array([trigger, trigger], np.uint8)
        for below in reversed(range(level, depth)):
            lengths = topmost[None] if below == depth - 1 else length(rng.random(len(sequence) - 1))
            sequence = with_runs(sequence, below, lengths)
        sequences.append(sequence)
    return sequences


def expected_length(levels_above):
    """Mean length of a sequence that has so many levels above it."""
    return 1 + (MEAN_RUN + 1) ** levels_above


# ==== What a net makes of sequences of different lengths ==========================================
def padded(sequences):
    """Sequences as columns, zeros below their ends: (longest, N), and their lengths (N,)."""
    lengths = np.array([len(sequence) for sequence in sequences])
    tokens = np.zeros((lengths.max(), len(sequences)), np.uint8)
    for column, sequence in zip(tokens.T, sequences):
        column[: len(sequence)] = sequence
    return tokens, lengths


def length_buckets(sequences, batch=32):
    """Indices of the sequences in batches of similar length, so that little is padded."""
    order = np.argsort([len(sequence) for sequence in sequences], kind="stable")
    return [order[i : i + batch] for i in range(0, len(order), batch)]


def mispredicted(net, sequences):
    """Where the net's most probable symbol did not come: a bool array for each sequence.

    The first symbol, which nothing predicts, counts as mispredicted.
    """
    masks = [None] * len(sequences)
    for bucket in length_buckets(sequences):
        tokens, lengths = padded([sequences[i] for i in bucket])
        mask = np.ones(tokens.shape, bool)
        for start, came, logits in core.predictions(net, tokens):
            mask[start + 1 : start + 1 + len(came)] = logits.argmax(axis=-1) != came
        for i, column, n in zip(bucket, mask.T, lengths):
            masks[i] = column[:n].copy()
    return masks


def kept(sequences, masks):
    return [sequence[mask] for sequence, mask in zip(sequences, masks)]


def last_logits(net, sequences):
    """The prediction of the last symbol of each, (N, n_out); zeros if it is the only one."""
    found = np.zeros((len(sequences), len(net.b_y)))
    for bucket in length_buckets(sequences):
        tokens, lengths = padded([sequences[i] for i in bucket])
        for start, _, logits in core.predictions(net, tokens):
            step = lengths - 2 - start
            here = np.flatnonzero((step >= 0) & (step < len(logits)))
            found[bucket[here]] = logits[step[here], here]
    return found


# ==== Training ====================================================================================
class SegmentSampler:
    """Segments of at most `SEGMENT` predictions, drawn so that each symbol has its share.

    First a symbol is drawn, then one of its occurrences, then how far before it the
    segment begins. (At depth 4 only 1 symbol in 5,832 belongs to the top level.)
    """

    def __init__(self, sequences):
        self.flat = np.concatenate(sequences)
        self.edges = np.cumsum([0, *map(len, sequences)])
        self.by_symbol = np.argsort(self.flat, kind="stable")
        counts = np.bincount(self.flat)
        self.symbols, self.counts = np.flatnonzero(counts), counts
        self.first = np.cumsum(counts) - counts

    def load(self, rng, tokens, weight):
        """Fill tokens (SEGMENT + 1, BATCH) and weight (SEGMENT, BATCH), 0 where nothing is."""
        symbol = rng.choice(self.symbols, BATCH)
        at = self.by_symbol[self.first[symbol] + rng.integers(self.counts[symbol])]
        sequence = np.searchsorted(self.edges, at, side="right") - 1
        start = np.maximum(self.edges[sequence], at - rng.integers(SEGMENT, size=BATCH))
        n = np.minimum(self.edges[sequence + 1] - start, SEGMENT + 1)
        steps = np.arange(SEGMENT + 1)[:, None]
        inside = steps < n
        tokens[...] = self.flat[np.where(inside, start + steps, 0)]
        weight[...] = inside[1:]


def train_level(rng, sequences, V, n_updates, recurrent=True):
    """The automatizer's truncated BPTT, but with Adam, its rate falling linearly to 0.

    Without `recurrent` W_hh is zero throughout.
    """
    net = core.init_rnn(rng, HIDDEN, core.AUTO_STD, V, V)
    net.W_hh[...] *= recurrent
    grad, adam, sampler = core.zeros_like(net), Adam(len(net.flat), LR), SegmentSampler(sequences)
    whole = core.buffers(net, SEGMENT, BATCH)
    tokens, weight = np.empty((SEGMENT + 1, BATCH), np.intp), np.empty((SEGMENT, BATCH))
    windows = list(zip(core.windows(whole, WINDOW), np.split(weight, SEGMENT // WINDOW)))
    done = 0
    while done < n_updates:
        sampler.load(rng, tokens, weight)
        core.load(whole, tokens)
        for u, part in windows:
            if part.any() and done < n_updates:
                core.forward(net, u)
                core.backward(net, grad, u, weight=part)
                adam.lr = LR * (1 - done / n_updates)
                adam.step(net.flat, grad.flat)
                net.W_hh[...] *= recurrent
                done += 1
    return net


def train_chunker(rng, sequences, V, n_updates, recurrent=True):
    """The headline's C: full BPTT over a whole sequence, SGD, an update after each.

    Without `recurrent` W_hh is zero throughout.
    """
    net = core.init_rnn(rng, core.Config.chunk_hidden, core.CHUNK_STD, V, V)
    net.W_hh[...] *= recurrent
    sequences = [sequence for sequence in sequences if len(sequence) > 1]
    if not sequences:  # nothing follows any first event: nothing to predict
        return net
    # One buffer for all lengths: one for each, as in `core.learn`, would take 1 GB at depth 4.
    grad, whole = core.zeros_like(net), core.buffers(net, max(map(len, sequences)) - 1, 1)
    for i in rng.integers(len(sequences), size=n_updates):
        u = core.window(whole, 0, len(sequences[i]) - 1)
        core.load(u, sequences[i][:, None])
        core.update(net, grad, u, core.Config.chunk_lr)
        net.W_hh[...] *= recurrent
    return net


def train_stack(rng, sequences, depth, plan, times):
    """A stack of any depth: level n learns to predict what level n - 1 mispredicted.

    Returns the nets of the levels, C, and the events of level 0 in the training sequences.
    """
    V, levels, passed = n_symbols(depth), [], [sequences]
    for _ in range(depth):
        levels.append(train_level(rng["levels"], passed[-1], V, times * plan.n_updates))
        passed.append(kept(passed[-1], mispredicted(levels[-1], passed[-1])))
    return levels, train_chunker(rng["chunker"], passed[-1], V, plan.n_chunk_updates), passed[1]


# ==== Measuring ===================================================================================
def apply_levels(levels, sequences, flags=None):
    """What each level reads and, last, what goes up to C; the masks of what each passes up.

    `flags`, of a level and its sequences, gives the masks; else they are `mispredicted`.
    And for each sequence whether its last symbol went up all the way, not as the only event.
    """
    passed, masks = [sequences], []
    for net in levels:
        masks.append((flags or mispredicted)(net, passed[-1]))
        passed.append(kept(passed[-1], masks[-1]))
    flagged = [all(mask[i][-1] for mask in masks) for i in range(len(sequences))]
    return passed, masks, np.array(flagged) & [len(events) > 1 for events in passed[-1]]


def answers(chunker, events, flagged, sequences):
    """Recall and choice accuracy; what a level did not flag C never predicts."""
    logits, targets = last_logits(chunker, events), np.array([s[-1] for s in sequences])
    recall, choice = core.recall_accuracies(logits, targets, flagged)
    return {"k": total(events) / len(events), "recall": recall, "choice": choice}


def total(sequences):
    return sum(map(len, sequences))
