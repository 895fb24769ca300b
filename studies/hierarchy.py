"""Does compression compound when each level's surprises are regular to the next?

    python3 -m studies.hierarchy

The 1992 paper stacks predictors: what one of them does not predict is
the input of the next. The task has one time scale per level and is built from
the top down. The top stream is [trigger, trigger]. Each level below inserts
between two symbols of the stream above a run of its own five symbols, 1 2 3 4
5 1 2 .., of random length. A net can learn every next symbol of a run and that
a run begins anew after a symbol from above; which symbol comes from above, and
when, it cannot know. But those symbols, read in order, are a stream of the
same kind, one level up. With `depth` levels the trigger returns after about
18^depth steps, about 105,000 for depth 4.

A run has 14 symbols and then ends after each with probability 1/4. So however
long its memory, a net never has more than 1/4 for the end of a run, and the
most probable symbol is that of the cycle. An event is a misprediction, as in
`studies.lossless`: the most probable symbol did not come. No threshold is set.

`train_stack` trains level n on the surprises of level n - 1, and on top C of
the headline on what is left. The ratio is symbols in over symbols out. Divided
level by level along one stack it would multiply up by construction. So the net
of each level is also measured alone, on fresh streams of its level that are
drawn from the task and never passed through a lower net. The product of these
ratios stands against the ratio of the whole stack on fresh sequences, where
every mistake of a lower net counts. To spare sequences the length of the
topmost run, which decides most of T, is stratified: over n sequences its
quantiles are spread evenly. All other lengths are drawn independently.

The stack has as many levels as the task has time scales; no other depth was
tried. The two-level system is level 0 with a C of the headline's kind that reads all
surprises of level 0: 3,200 updates as for the C of the stack, 800 at depth 4,
where an update is BPTT over 5,800 events. It must not be judged by its recall:
in its stream the target comes at a step that nobody can know, and whoever
gives the right probabilities expects a symbol of a cycle. The fair number is
its choice between A and B, chance 50%; it is asked after every fresh sequence
and after the same with the other trigger, so that a net that has kept nothing
gets 50%, exactly. Three controls say what the results
depend on: a two-level system helped by the best setting of `studies.reach` at
T = 500 and by fresh streams of a faultless level 0, at depths 2 and 3 (half of
its loss is the last symbol, so it gives the target more than its probability);
twenty times the updates for every level; and runs of bounded length (12 to 22,
uniform), whose end a net with a longer memory than its window can learn.

SGD at 0.05, as in the headline, is replaced by Adam with a rate that falls to
0, and the places to train on are drawn evenly by symbol: at depth 4 the symbols
of the top level are 1 in 5,832 and else are seen too seldom.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.common import mean, over, percent, share, study
from studies.nets import Adam, clip
from visualize_chunker_very_deep_1200 import BASELINE, CHUNKER, FAINT, new_figure

FIRST_SEED = 100  # settings were chosen on smaller seeds
CYCLE = core.N_FILLERS
MEAN_RUN = 17
LAWS = {  # length of a run from u uniform in [0, 1), both of mean 17
    "memoryless": lambda u: 14 + np.floor(np.log1p(-u) / np.log(0.75)).astype(int),
    "bounded": lambda u: 12 + np.floor(11 * u).astype(int),
}
HIDDEN, LR, WINDOW, LANES, STRETCH = 16, 0.005, 6, 16, 60
CHUNK_HIDDEN, CHUNK_LR = core.Config.chunk_hidden, core.Config.chunk_lr
HELPED_HIDDEN, HELPED_LR, HELPED_BATCH = 16, 0.0003, 8  # best at T = 500 in studies.reach
STAGES = ("training", "fresh", "own", "levels", "chunker", "two_level", "helped")


def random_streams(seed, depth):
    """A generator for each of `STAGES`, of this seed and depth."""
    of_depth = np.random.SeedSequence(seed, spawn_key=(8,)).spawn(depth)[-1]
    return dict(zip(STAGES, map(np.random.default_rng, of_depth.spawn(len(STAGES)))))


# --------------------------------------------------------------------------
# Task: symbols 0, 1 are the triggers A, B; 2 + 5 d .. 6 + 5 d the cycle of level d
# --------------------------------------------------------------------------


def n_symbols(depth):
    return core.N_TRIGGERS + CYCLE * depth


def with_runs(above, level, lengths):
    """The stream of `level`: a run of its cycle between any two symbols of the stream above.

    Parameters
    ----------
    above : uint8 array of shape (m,)
    level : int
    lengths : int array of shape (m - 1,)
        Of the runs.
    """
    at = np.concatenate([[0], np.cumsum(lengths + 1)])
    since = np.arange(at[-1] + 1) - np.repeat(at, np.append(lengths + 1, 1))
    stream = (n_symbols(level) + (since - 1) % CYCLE).astype(np.uint8)
    stream[at] = above
    return stream


def draw(rng, depth, n, level=0, law="memoryless"):
    """The streams of one level of `n` sequences: a list of uint8 arrays.

    Level 0 is the raw sequence, level `depth` is [trigger, trigger].
    """
    length = LAWS[law]
    stratified = length((rng.permutation(n) + rng.random(n)) / n)  # the topmost run of each
    streams = []
    for trigger, topmost in zip(rng.integers(core.N_TRIGGERS, size=n), stratified):
        stream = np.array([trigger, trigger], np.uint8)
        for below in reversed(range(level, depth)):
            top = below == depth - 1
            lengths = topmost[None] if top else length(rng.random(len(stream) - 1))
            stream = with_runs(stream, below, lengths)
        streams.append(stream)
    return streams


def expected_length(levels_above):
    """Mean length of a stream that has so many levels above it."""
    return 1 + (MEAN_RUN + 1) ** levels_above


# --------------------------------------------------------------------------
# What a net makes of streams of different lengths
# --------------------------------------------------------------------------


def padded(streams):
    """Streams as columns, zeros below their ends: (longest, N), and their lengths (N,)."""
    lengths = np.array([len(stream) for stream in streams])
    tokens = np.zeros((lengths.max(), len(streams)), np.uint8)
    for column, stream in zip(tokens.T, streams):
        column[: len(stream)] = stream
    return tokens, lengths


def alike(streams, batch=32):
    """Indices of the streams in batches of similar length, so that little is padded."""
    order = np.argsort([len(stream) for stream in streams], kind="stable")
    return [order[i : i + batch] for i in range(0, len(order), batch)]


def predictions(net, tokens):
    """Logits block by block, in memory that does not grow with the length.

    Yields (start, logits); logits of shape (n, N, V) predict tokens[start : start + n].
    """
    T, N = tokens.shape
    block = max(1, min(core.BLOCK // N, T - 1))
    whole = core.unroll(block, N, len(net.b_h), 1, 1)  # its inputs and outputs are not used
    for start in range(0, T - 1, block):
        n = min(block, T - 1 - start)
        u = whole if n == block else core.window(whole, 0, n)
        u.tokens[...] = tokens[start : start + n + 1]
        core.forward_hidden(net, u)
        yield start + 1, u.hidden[1:].dot(net.W_hy) + net.b_y
        whole.hidden[0] = u.hidden[-1]


def missed(net, streams):
    """Where the net's most probable symbol did not come: a bool array for each stream.

    The first symbol is always missed.
    """
    masks = [None] * len(streams)
    for batch in alike(streams):
        tokens, lengths = padded([streams[i] for i in batch])
        mask = np.ones(tokens.shape, bool)
        for start, logits in predictions(net, tokens):
            came = tokens[start : start + len(logits)]
            np.not_equal(logits.argmax(axis=-1), came, out=mask[start : start + len(logits)])
        for i, column, n in zip(batch, mask.T, lengths):
            masks[i] = column[:n].copy()
    return masks


def kept(streams, masks):
    return [stream[mask] for stream, mask in zip(streams, masks)]


def last_logits(net, streams):
    """The prediction of the last symbol of each stream, (N, V); zeros if it is the only one."""
    found = np.zeros((len(streams), len(net.b_y)))
    for batch in alike(streams):
        tokens, lengths = padded([streams[i] for i in batch])
        for start, logits in predictions(net, tokens):
            step = lengths - 1 - start
            here = np.flatnonzero((step >= 0) & (step < len(logits)))
            found[batch[here]] = logits[step[here], here]
    return found


# --------------------------------------------------------------------------
# Training
# --------------------------------------------------------------------------


def forward(net, u):
    """`core.forward` for an alphabet of any size."""
    core.forward_hidden(net, u)
    probs = u.flat.probs
    u.flat.h.dot(net.W_hy, probs)
    probs += net.b_y
    np.exp(probs, probs)
    probs /= probs.sum(axis=1, keepdims=True)


def weighted_gradient(net, grad, u, weights):
    """Gradient of sum_t,b w_tb L_tb into `grad`; weights (n B, 1), 0 on what is padded."""
    forward(net, u)
    np.subtract(u.flat.probs, u.flat.target, u.flat.error)
    np.multiply(u.flat.error, weights, u.flat.error)
    core.backward_from_error(net, grad, u)


class Places:
    """Stretches of at most `STRETCH` predictions, drawn so that each symbol has its share.

    First a symbol is drawn, each as probable as any other, then one of its
    occurrences, then how far before it the stretch begins, at most until the
    beginning of its stream.
    """

    def __init__(self, streams):
        self.flat = np.concatenate(streams)
        self.edges = np.cumsum([0, *map(len, streams)])
        self.by_symbol = np.argsort(self.flat, kind="stable")
        counts = np.bincount(self.flat)
        self.symbols, self.counts = np.flatnonzero(counts), counts
        self.first = np.cumsum(counts) - counts

    def load(self, rng, tokens, weights):
        """Fill tokens (STRETCH + 1, LANES) and weights (STRETCH, LANES), 0 where nothing is."""
        symbol = rng.choice(self.symbols, LANES)
        at = self.by_symbol[self.first[symbol] + rng.integers(self.counts[symbol])]
        stream = np.searchsorted(self.edges, at, side="right") - 1
        start = np.maximum(self.edges[stream], at - rng.integers(STRETCH, size=LANES))
        n = np.minimum(self.edges[stream + 1] - start, STRETCH + 1)
        steps = np.arange(STRETCH + 1)[:, None]
        inside = steps < n
        tokens[...] = self.flat[np.where(inside, start + steps, 0)]
        weights[...] = inside[1:]


def train_level(rng, streams, V, n_updates):
    """Truncated BPTT as of the automatizer, an update after each window of 6 steps.

    The state is carried from window to window of a stretch and begins at 0. The
    rate falls linearly to 0.
    """
    net, grad = core.init_rnn(rng, HIDDEN, core.AUTO_STD, V, V), core.zero_rnn(HIDDEN, V, V)
    adam, eye, places = Adam(len(net.flat), LR), np.eye(V), Places(streams)
    whole = core.unroll(STRETCH, LANES, HIDDEN, V, V)
    tokens, weights = np.empty((STRETCH + 1, LANES), np.intp), np.empty((STRETCH, LANES))
    parts = [w.reshape(-1, 1) for w in np.split(weights, STRETCH // WINDOW)]
    cuts = list(zip(core.windows(whole, WINDOW), parts))
    done = 0
    while done < n_updates:
        places.load(rng, tokens, weights)
        core.load(whole, tokens, eye)
        for u, part in cuts:
            if part.any() and done < n_updates:
                weighted_gradient(net, grad, u, part)
                adam.lr = LR * (1 - done / n_updates)
                adam.step(net.flat, grad.flat)
                done += 1
    return net


def train_chunker(rng, streams, V, n_updates):
    """C of the headline: full BPTT over a whole stream, SGD, an update after each stream."""
    net = core.init_rnn(rng, CHUNK_HIDDEN, core.CHUNK_STD, V, V)
    grad, eye = core.zero_rnn(CHUNK_HIDDEN, V, V), np.eye(V)
    streams = [stream for stream in streams if len(stream) > 1]
    if not streams:  # nothing follows any first event: nothing to predict
        return net
    whole = core.unroll(max(map(len, streams)) - 1, 1, CHUNK_HIDDEN, V, V)
    for i in rng.integers(len(streams), size=n_updates):
        u = core.window(whole, 0, len(streams[i]) - 1)
        core.load(u, streams[i][:, None], eye)
        forward(net, u)
        core.backward(net, grad, u)
        core.sgd(net, grad, CHUNK_LR, batch=1)
    return net


def train_helped(rng, depth, n_updates):
    """The best setting of `studies.reach` at T = 500, on what a faultless level 0 passes up.

    Identity W_hh, half of the weight on the last symbol, Adam, and fresh
    streams for every update.
    """
    V, H, B = n_symbols(depth), HELPED_HIDDEN, HELPED_BATCH
    net, grad, eye = core.init_rnn(rng, H, 1 / np.sqrt(H), V, V), core.zero_rnn(H, V, V), np.eye(V)
    net.W_hh[...] = np.eye(H)
    net.W_xh[...] *= 0.1 * np.sqrt(H)  # small inputs do not drown what is held
    adam = Adam(len(net.flat), HELPED_LR)
    for _ in range(n_updates):
        tokens, lengths = padded(draw(rng, depth, B, level=1))
        u = core.unroll(len(tokens) - 1, B, H, V, V)
        core.load(u, tokens, eye)
        step = np.arange(1, len(tokens))[:, None]
        weights = np.where(step < lengths - 1, 0.5 / (lengths - 2), 0.5 * (step == lengths - 1))
        weighted_gradient(net, grad, u, weights.reshape(-1, 1) / B)
        clip(grad.flat, 1.0)
        adam.step(net.flat, grad.flat)
    return net


class Stack(NamedTuple):
    levels: list  # of RNN, level 0 first
    chunker: core.RNN  # reads what the last level passes up


def train_stack(rng, streams, depth, n_updates, n_chunk_updates):
    """A stack of any depth: level n learns to predict the surprises of level n - 1.

    Returns the stack and the surprises of level 0 on the training streams.
    """
    V, levels, passed = n_symbols(depth), [], [streams]
    for _ in range(depth):
        levels.append(train_level(rng["levels"], passed[-1], V, n_updates))
        passed.append(kept(passed[-1], missed(levels[-1], passed[-1])))
    return Stack(levels, train_chunker(rng["chunker"], passed[-1], V, n_chunk_updates)), passed[1]


# --------------------------------------------------------------------------
# Measuring
# --------------------------------------------------------------------------


def compress(levels, streams):
    """What level after level passes up, beginning with the input of level 0.

    Returns the streams, the masks of what is passed up of each, and for each
    sequence whether every level passed up the last symbol.
    """
    passed, masks = [streams], []
    for net in levels:
        masks.append(missed(net, passed[-1]))
        passed.append(kept(passed[-1], masks[-1]))
    flagged = [all(mask[i][-1] for mask in masks) for i in range(len(streams))]
    return passed, masks, np.array(flagged) & [len(stream) > 1 for stream in passed[-1]]


def answers(chunker, events, flagged, targets):
    """Recall and choice accuracy; what a level did not flag C never predicts."""
    recall, choice = core.recall_accuracies(last_logits(chunker, events), targets, flagged)
    return {"recall": recall, "choice": choice, "k": float(np.mean([len(e) for e in events]))}


def total(streams):
    return sum(map(len, streams))


def alone(net, depth, level, n, rng, law):
    """A level's net on fresh streams of its own level, which no lower net has touched.

    `extra` are events that belong to the level's own cycle, `lost` symbols
    from above that were no event; `ratio` counts whatever was passed up.
    """

    def from_above(stream):
        return (stream < n_symbols(level)) | (stream >= n_symbols(level + 1))

    streams = draw(rng, depth, n, level, law)
    passed = kept(streams, missed(net, streams))
    there = sum(int(from_above(stream).sum()) for stream in streams)
    right = sum(int(from_above(stream).sum()) for stream in passed)
    return {
        "symbols": total(streams),
        "ratio": total(streams) / total(passed),
        "extra": total(passed) - right,
        "lost": there - right,
    }


class Plan(NamedTuple):
    """Sizes of a run; the dicts go by the number of levels still above."""

    n_training: int  # sequences
    n_updates: int  # of each level
    n_chunk_updates: int  # of C, and of the two-level system
    n_fresh: dict  # sequences for the stack
    n_own: dict  # streams for a level alone
    n_two: dict  # updates of the two-level system
    n_helped: dict  # updates of the helped two-level system, and on how many seeds


FULL = Plan(
    n_training=64,
    n_updates=5000,
    n_chunk_updates=3200,
    n_fresh={1: 1100, 2: 1100, 3: 440, 4: 110},
    n_own={1: 1100, 2: 1100, 3: 220, 4: 22},
    n_two={2: 3200, 3: 3200, 4: 800},
    n_helped={2: (1000, 10), 3: (10_000, 4)},
)
QUICK = Plan(
    n_training=8,
    n_updates=800,
    n_chunk_updates=300,
    n_fresh={1: 50, 2: 50},
    n_own={1: 50, 2: 50},
    n_two={2: 100},
    n_helped={2: (20, 1)},
)
CONTROL_DEPTH, LONGER, CONTROL_SEEDS = 3, 20, 4
SHOWN = 55  # symbols of each level in the figure


def one_stack(arguments):
    """Train and measure one stack, and a two-level system on the same sequences."""
    seed, depth, plan, law, times = arguments
    rng = random_streams(seed, depth)
    training = draw(rng["training"], depth, plan.n_training, law=law)
    n_updates = times * plan.n_updates
    stack, events = train_stack(rng, training, depth, n_updates, plan.n_chunk_updates)
    fresh = draw(rng["fresh"], depth, plan.n_fresh[depth], law=law)
    targets = np.array([stream[-1] for stream in fresh])
    passed, masks, flagged = compress(stack.levels, fresh)
    lengths = [len(stream) for stream in fresh]
    own = [
        alone(net, depth, level, plan.n_own[depth - level], rng["own"], law)
        for level, net in enumerate(stack.levels)
    ]
    ratio = total(passed[0]) / total(passed[-1])
    product = float(np.prod([level["ratio"] for level in own]))
    result = {
        "seed": seed,
        "T": [int(np.min(lengths)), float(np.mean(lengths)), int(np.max(lengths))],
        "events": [total(streams) / len(fresh) for streams in passed],
        "own": own,
        "ratio": ratio,
        "product": product,
        "difference": ratio / product - 1,
        "stack": answers(stack.chunker, passed[-1], flagged, targets),
        "example": beginnings(passed, masks),
    }
    if law == "memoryless" and times == 1:
        two = stack.chunker  # of two levels is the stack of depth 1
        if depth > 1:
            two = train_chunker(rng["two_level"], events, n_symbols(depth), plan.n_two[depth])
        result["two_level"] = after_both(two, stack.levels[0], passed[1], masks[0], fresh)
    return result


def after_both(chunker, level_0, events, masks, fresh):
    """Answers of a two-level system to sequences and to the same with the other trigger."""
    others = [other_trigger(stream) for stream in fresh]
    other_masks = missed(level_0, others)
    other_events = kept(others, other_masks)
    flagged = np.array([mask[-1] for mask in masks + other_masks])
    targets = np.array([stream[-1] for stream in fresh + others])
    apart = last_logits(chunker, events) - last_logits(chunker, other_events)
    return {
        **answers(chunker, events + other_events, flagged, targets),
        "trigger_difference": float(np.abs(apart).max()),
    }


def other_trigger(stream):
    """The same sequence with B for A and A for B."""
    stream = stream.copy()
    stream[[0, -1]] = 1 - stream[[0, -1]]
    return stream


def one_helped(arguments):
    """The helped two-level system on fresh streams of level 1."""
    seed, depth, n_updates = arguments
    rng = random_streams(seed, depth)["helped"]
    net = train_helped(rng, depth, n_updates)
    streams = draw(rng, depth, 200, level=1)
    targets = np.array([stream[-1] for stream in streams])
    return answers(net, streams, np.ones(len(streams), bool), targets)


def beginnings(passed, masks):
    """The beginning of the first sequence at every level, and what is passed up of it."""
    return [
        {
            "length": len(streams[0]),
            "symbols": streams[0][:SHOWN].tolist(),
            "passed": np.flatnonzero(mask[0][:SHOWN]).tolist(),
        }
        for streams, mask in zip(passed, [*masks, [np.zeros(0, bool)]])
    ]


def summary(runs):
    """Of the runs of one depth, over seeds."""
    T = np.array([r["T"] for r in runs])
    own = [level for r in runs for level in r["own"]]
    return {
        "T": {"min": int(T[:, 0].min()), "mean": float(T[:, 1].mean()), "max": int(T[:, 2].max())},
        "events": np.mean([r["events"] for r in runs], axis=0).tolist(),
        "ratio": mean([r["ratio"] for r in runs]),
        "product": mean([r["product"] for r in runs]),
        "difference": mean([r["difference"] for r in runs]),
        "mistakes": {key: sum(level[key] for level in own) for key in ("symbols", "extra", "lost")},
        "perfect": share([r["stack"]["recall"] == 1 for r in runs]),
        "recall": mean([r["stack"]["recall"] for r in runs]),
        "choice": mean([r["stack"]["choice"] for r in runs]),
    }


def two_level_summary(answered, n_updates):
    return {
        "updates": n_updates,
        **{key: mean([a[key] for a in answered]) for key in ("k", "recall", "choice")},
    }


def compute(quick, jobs):
    plan, n_seeds, depths = (QUICK, 2, (1, 2)) if quick else (FULL, 10, (1, 2, 3, 4))
    control_depth, longer = (2, 2) if quick else (CONTROL_DEPTH, LONGER)
    seeds = range(FIRST_SEED, FIRST_SEED + n_seeds)
    controls = [(law, times) for law in LAWS for times in (1, longer)]
    # the longest first, so that no process waits long for the other at the end
    cases = [(depth, "memoryless", 1, seeds) for depth in reversed(depths)]
    cases[1:1] = [(control_depth, *control, seeds[:CONTROL_SEEDS]) for control in controls[1:]]
    tasks = [(seed, depth, plan, *control) for depth, *control, of in cases for seed in of]
    done = iter(over(one_stack, tasks, jobs, "stacks"))
    runs = {tuple(case): [next(done) for _ in of] for *case, of in cases}
    examples = [[r.pop("example") for r in of_case] for of_case in runs.values()]

    summaries = {}
    for depth in depths:
        of_depth = runs[depth, "memoryless", 1]
        summaries[str(depth)] = {
            "expected": expected_length(depth) / 2,
            **summary(of_depth),
            "two_level": {
                **two_level_summary(
                    [r["two_level"] for r in of_depth], plan.n_two.get(depth, plan.n_chunk_updates)
                ),
                "trigger_difference": mean(
                    [r["two_level"]["trigger_difference"] for r in of_depth]
                ),
            },
        }
    helped_tasks = [
        (seed, depth, n_updates)
        for depth, (n_updates, n) in reversed(plan.n_helped.items())
        for seed in seeds[:n]
    ]
    helped = over(one_helped, helped_tasks, jobs, "two levels, helped")
    return {
        "first_seed": FIRST_SEED,
        "mean_run": MEAN_RUN,
        "plan": {"n_training": plan.n_training, "n_updates": plan.n_updates},
        "depths": summaries,
        "helped": {
            str(depth): two_level_summary(
                [a for task, a in zip(helped_tasks, helped) if task[1] == depth], n_updates
            )
            for depth, (n_updates, _) in plan.n_helped.items()
        },
        "control_depth": control_depth,
        "longer": longer,
        "controls": {
            f"{law}, {times} times": summary(runs[control_depth, law, times][:CONTROL_SEEDS])
            for law, times in controls
        },
        "runs": {str(depth): runs[depth, "memoryless", 1] for depth in depths},
        "example": examples[0][0],
    }


def deepest(results):
    depth = max(results["depths"], key=int)
    return int(depth), results["depths"][depth]


def answer(results):
    """The finding in one sentence."""
    depth, d = deepest(results)
    worst = max(abs(s["difference"]["mean"]) for s in results["depths"].values())
    two, perfect = d["two_level"], d["perfect"]
    timed = results["controls"][f"bounded, {results['longer']} times"]["perfect"]
    return (
        f"{'Yes' if worst <= 0.02 else 'Not quite'}: over depths 1 to {depth} the stack's ratio is "
        f"within {worst:.1%} of the product of its levels' ratios, up to {d['ratio']['mean']:,.0f} "
        f"(T = {d['T']['mean']:,.0f} on average), and {perfect['k']}/{perfect['n']} seeds recall "
        f"every trigger at the top of depth {depth}; a two-level system is left with "
        f"{two['k']['mean']:,.0f} events and chooses right {percent(two['choice'])} of the time, "
        f"chance being 50%. With runs of bounded length, whose ends a level can learn to time, and "
        f"{results['longer']} times the updates {timed['k']}/{timed['n']} seeds recall everything."
    )


def rows(results):
    """The table for a README: header, rows of strings."""
    header = (
        "depth", "T (range)", "events at each level", "ratio, stack", "product of levels",
        "difference", "recall 100%, seeds", "two-level k", "its recall", "its choice",
    )  # fmt: skip
    lines = []
    for depth, d in results["depths"].items():
        T, two = d["T"], d["two_level"]
        lines.append((
            depth,
            f"{T['mean']:,.0f} ({T['min']:,} to {T['max']:,})",
            " > ".join(f"{n:,.0f}" if n >= 10 else f"{n:.2f}" for n in d["events"]),
            f"{d['ratio']['mean']:,.1f}",
            f"{d['product']['mean']:,.1f}",
            f"{d['difference']['mean']:+.2%}",
            f"{d['perfect']['k']}/{d['perfect']['n']}",
            f"{two['k']['mean']:,.1f}",
            f"{two['recall']['mean']:.1%}",
            percent(two["choice"]),
        ))  # fmt: skip
    return header, lines


def control_rows(results):
    """The table of the controls: header, rows of strings."""
    header = (
        "runs",
        "difference",
        "recall 100%, seeds",
        "recall",
        "symbols lost per seed",
    )
    lines = []
    for name, c in results["controls"].items():
        perfect, lost = c["perfect"], c["mistakes"]["lost"] / c["perfect"]["n"]
        difference, recall = c["difference"]["mean"], c["recall"]["mean"]
        seeds = f"{perfect['k']}/{perfect['n']}"
        law, times = name.split(", ")
        name = law if times == "1 times" else f"{law}, {times} the updates"
        lines.append((name, f"{difference:+.2%}", seeds, f"{recall:.1%}", f"{lost:.1f}"))
    return header, lines


# --------------------------------------------------------------------------
# Figure
# --------------------------------------------------------------------------

GLYPHS = "AB" + "12345" + "abcde" + "vwxyz" + "αβγδε"
SHADES = ("#ECECEC", "#CFE6F5", "#8FC3E8", "#3F93C9")  # of the cycles, level 0 first


def draw_strip(ax, example):
    """The first symbols of every level, and where those passed up stand one level up."""
    for level, row in enumerate(example):
        y = -level
        for t, symbol in enumerate(row["symbols"]):
            own = symbol >= core.N_TRIGGERS
            colour = SHADES[(symbol - core.N_TRIGGERS) // CYCLE] if own else CHUNKER
            ax.bar(t, 0.5, width=0.92, bottom=y - 0.25, color=colour)
            ax.text(
                t, y - 0.02, GLYPHS[symbol], ha="center", va="center", fontsize=7.5,
                color="black" if own else "white", fontweight="normal" if own else "bold",
            )  # fmt: skip
        for i, t in enumerate(row["passed"]):
            ax.plot([t, i], [y - 0.28, y - 0.72], color=CHUNKER, lw=1)
        more = row["length"] - len(row["symbols"])
        left = f"... and {more:,} more" if more > 0 else ""
        ax.text(len(row["symbols"]), y, left, va="center", fontsize=9, color="#505050")
    ax.set_yticks(range(0, -len(example), -1), [f"level {n}" for n in range(len(example))])
    ax.set(xlim=(-0.8, SHOWN + 8), ylim=(0.4 - len(example), 0.4), xticks=[])
    ax.set_title("what each level reads; the lines are what it mispredicts and passes up")
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)


def draw_ratio(ax, depths, summaries):
    ratio, product = ([s[key]["mean"] for s in summaries] for key in ("ratio", "product"))
    expected = [s["expected"] for s in summaries]
    ax.plot(
        depths, expected, color=FAINT, lw=1.5, ls="--", label=r"expected, $(1 + 18^{depth}) / 2$"
    )
    ax.plot(depths, product, "s", ms=13, mfc="none", mec="black", label="product of the levels")
    ax.plot(depths, ratio, "o", ms=7, color=CHUNKER, label="whole stack")
    for depth, s in zip(depths, summaries):
        half = s["difference"]["mean"] - s["difference"]["interval"][0]
        text = f"{s['ratio']['mean']:,.1f}\n{s['difference']['mean']:+.2%} ± {half:.2%}"
        ax.annotate(text, (depth, s["ratio"]["mean"]), (0, -14), textcoords="offset points",
                    ha="center", va="top", fontsize=9)  # fmt: skip
    ax.set(
        yscale="log", xlabel="depth (levels below C)",
        title="ratio: symbols in over symbols at the top",
        xlim=(depths[0] - 0.5, depths[-1] + 0.5), ylim=(1, 4 * ratio[-1]), xticks=depths,
    )  # fmt: skip
    ax.legend(loc="upper left")


def draw_choice(ax, depths, summaries, helped):
    recall = [s["recall"]["mean"] for s in summaries]
    choice = [s["two_level"]["choice"] for s in summaries]
    means = np.array([c["mean"] for c in choice])
    errors = np.abs(np.array([c["interval"] for c in choice]).T - means)
    ax.plot(depths, recall, "o-", color=CHUNKER, lw=2.5, ms=9, label="stack, recall")
    ax.plot(depths, means, "s-", color=BASELINE, lw=2, label="two levels, choice")
    ax.errorbar(depths, means, errors, fmt="none", color=BASELINE, lw=2, capsize=3)
    ax.plot(
        [int(depth) for depth in helped], [h["choice"]["mean"] for h in helped.values()], "^",
        color=BASELINE, ms=11, mfc="white", mew=2, label="two levels, helped, choice",
    )  # fmt: skip
    ax.axhline(0.5, color="black", ls="--", lw=1)
    ax.set(
        xlabel="depth (levels below C)", title="share of sequences right (dashed: chance)",
        xlim=(depths[0] - 0.5, depths[-1] + 0.5), ylim=(0.3, 1.08), xticks=depths,
    )  # fmt: skip
    ax.legend(loc="center right", bbox_to_anchor=(1.0, 0.62))


def figures(results):
    depth, d = deepest(results)
    summaries = list(results["depths"].values())
    worst = max(abs(s["difference"]["mean"]) for s in summaries)
    figure = new_figure(
        f"Compression compounds: in {depth} levels {d['T']['mean']:,.0f} steps become "
        f"{d['events'][-1]:.3g} events,\nwithin {worst:.1%} of the product of the levels' ratios; "
        f"{d['perfect']['k']} of {d['perfect']['n']} seeds recall every trigger",
        height=7.4,
    )
    strip, below = figure.subfigures(2, 1, height_ratios=[1, 1.25])
    draw_strip(strip.subplots(), results["example"])
    left, right = below.subplots(1, 2)
    depths = [int(depth) for depth in results["depths"]]
    draw_ratio(left, depths, summaries)
    draw_choice(right, depths, summaries, results["helped"])
    return {"hierarchy.png": figure}


if __name__ == "__main__":
    study("hierarchy", compute, figures)
