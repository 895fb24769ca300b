"""Can C say both which trigger returns and when, if the waiting time depends on the trigger?

    python3 -m studies when

A sequence has three events, with filler 1 2 3 4 5 1 2 .. from anew after each:

    x_0        the trigger, A or B
    marker     M, after a time w drawn for each sequence: from L to 2 L - 1 after A, from L to
               3 L - 1 after B
    target     the trigger again: after w more steps if it was A, after 2 w if it was B

So no constant is the waiting time, the marker's time says something of the trigger, and the
target's follows from both. A is the headline's automatizer; what it mispredicts goes up, with
the steps since the event before. C, W_hh the identity at the start, predicts the next event's
symbol and its time. Asked is before the target: symbol right, time right to the step, both. A
target that A did not flag is wrong. A quarter of the times w, drawn for each seed, is kept from
A and C in training: shares are of sequences with these, each trigger counting half. `seen` are
the sequences of training, `beyond` those with w longer than any of the trigger's in training (A
from 2 L to 3 L - 1, B from 3 L to 4 L - 1). At L = 2000 only some of the times occur, 200 of every
2000, and A is the one trained at L = 200.

Time is read and said in decimal digits, in binary digits, with a unit for each time (all
one-hot, a softmax each), or by one linear unit that holds it or its logarithm (half the squared
error). Controls, in decimal digits: W_hh = 0; a C that says times and reads none. Tables in
C's place: what followed most often, in training, the symbols so far, or symbols and times.

Bits are those of the marker's time after the trigger, where it is random: the entropy is the
least that can be expected. (A linear unit's are of a normal distribution of its training error.)

Settings were picked at L = 200, with the three events given and pairs of trigger and w held
back, by the mean share of both right: on seeds 0 to 2 from 32 and 64 units and rates 0.002, 0.005
and 0.01, 4,000 updates of 32 sequences, the rate falling from half way on; for the linear units,
which did not get there, also on seeds 0 and 1 from 64 units at 0.005 and 128 at 0.002 and 0.005,
8,000 updates, in units of 1,000 steps or of 1, 0.3 or 0.1 decades. A unit for each time was run
with one setting: in training it gets there, and of other times it can know nothing.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

import numpy as np

import chunker_very_deep_1200 as core
from studies.lab.intervals import counted, mean, percent, proportion
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.waiting import Digits, Linear, Streams, falling, initial, learning, streams
from visualize_chunker_very_deep_1200 import BASELINE, CHUNKER, FAINT, new_figure

SYMBOLS = "ABM12345"
V, MARKER, FIRST_FILLER = len(SYMBOLS), 2, 3
TRIGGERS = np.arange(core.N_TRIGGERS)


class Plan(NamedTuple):
    scales: tuple  # (L, seeds)
    main: int  # the L at which every code of time is tried
    n_codes: int  # of its seeds, those with every code
    updates: float  # as a share of the settings'


FULL = Plan(((20, 20), (200, 20), (2000, 5)), main=200, n_codes=20, updates=1.0)
QUICK = Plan(((20, 2),), main=20, n_codes=2, updates=0.05)
FIRST_SEED = 100  # settings were chosen on seeds 0 to 2
A_LONGEST = 200  # L of A's training sequences at most
MOST_TIMES = 200  # of the marker that occur, after A; after B twice as many
HELD_BACK = 0.25  # share of these times
BATCH = 32


class Setting(NamedTuple):
    hidden: int
    lr: float
    updates: int


DIGITS, LINEAR, WIDE = Setting(64, 0.005, 4000), Setting(128, 0.002, 8000), Setting(32, 0.005, 600)
SYSTEMS = {  # the code of time, given the L; setting; does it read times; has it W_hh
    "decimal digits": (lambda L: Digits(10, len(str(9 * L))), DIGITS, True, True),
    "binary digits": (lambda L: Digits(2, (9 * L).bit_length()), DIGITS, True, True),
    "a unit for each time": (lambda L: Digits(9 * L, 1), WIDE, True, True),
    "one unit, time": (lambda L: Linear(5.0 * L, False), LINEAR, True, True),
    "one unit, log time": (lambda L: Linear(0.1, True), LINEAR, True, True),
    "W_hh = 0": (lambda L: Digits(10, len(str(9 * L))), DIGITS, True, False),
    "reads no times": (lambda L: Digits(10, len(str(9 * L))), DIGITS, False, True),
}
EVERYWHERE = ("decimal digits", "W_hh = 0", "reads no times")  # at every L, on every seed
TABLES = {"table of symbols": False, "table of symbols and times": True}
NAMES = (*SYSTEMS, *TABLES)
PARTS = ("held back", "seen", "beyond")


# ==== The task ====================================================================================
class Pairs(NamedTuple):
    """Triggers and times of the marker of N sequences, (N,) each."""

    trigger: np.ndarray
    wait: np.ndarray

    def of(self, which):
        return Pairs(self.trigger[which], self.wait[which])

    @property
    def target(self):
        """The step of the target."""
        return self.wait * (2 + self.trigger)


def sequences(pairs, T):
    """Tokens (T, N); after the target the filler goes on."""
    n, t = np.arange(len(pairs.wait)), np.arange(T)[:, None]
    marker, target = pairs.wait, pairs.target
    since = t - np.where(t < marker, 0, np.where(t < target, marker, target))
    tokens = FIRST_FILLER + (since - 1) % core.N_FILLERS
    tokens[0] = tokens[target, n] = pairs.trigger
    tokens[marker, n] = MARKER
    return tokens.astype(np.uint8)


def split(rng, L):
    """Pairs held back, those for training, and those beyond: {part: `Pairs`}.

    A time that is held back is so after both triggers: else what follows it after the one
    would tell, wrongly, of the other.
    """
    n = min(L, MOST_TIMES)
    back = round(HELD_BACK * n)
    blocks = [first * L + rng.permutation(L)[:n] for first in (1, 2, 3)]
    blocks_of = {"held back": slice(None, back), "seen": slice(back, None)}
    found = {part: (blocks[0][of], np.concatenate([b[of] for b in blocks[:2]]))
             for part, of in blocks_of.items()}  # fmt: skip
    found["beyond"] = blocks[1], blocks[2]
    return {
        part: Pairs(np.repeat(TRIGGERS, [len(a), len(b)]), np.concatenate([a, b]))
        for part, (a, b) in found.items()
    }


def evenly(pairs):
    """Indices in which both triggers are as frequent."""
    of_each = [np.flatnonzero(pairs.trigger == trigger) for trigger in TRIGGERS]
    return np.concatenate([np.resize(of, max(map(len, of_each))) for of in of_each])


def mispredictions(net, tokens, at_once=100):
    """Mask (T, N) of x_0 and of what was not A's most probable symbol."""
    parts = []
    for start in range(0, tokens.shape[1], at_once):
        some = tokens[:, start : start + at_once]
        wrong = [y.argmax(axis=-1) != x for _, x, y in core.predictions(net, some)]
        parts.append(core.with_first(np.concatenate(wrong)))
    return np.concatenate(parts, axis=1)


def automatizer(seed, pairs, L):
    """The headline's recipe, on sequences of these pairs."""
    each = evenly(pairs)

    def draw(rng, T, batch):
        return sequences(pairs.of(rng.choice(each, batch)), T)

    config = core.Config(seed=seed, T=9 * L)
    rng, task = core.random_streams(seed), core.Task(draw, SYMBOLS, core.N_TRIGGERS)
    return core.train_automatizer(config, rng, core.silent, task)[0]


# ==== C, and tables in its place ==================================================================
def chunker(name, L, found, rng, share):
    """C trained on `Streams`: a `Clock`."""
    code, setting, reads_times, recurrent = SYSTEMS[name]
    n = max(1, round(share * setting.updates))
    clock = initial(rng["init"], code(L), V, setting.hidden, reads_times, recurrent)
    rate = falling(setting.lr, n)
    for _ in islice(learning(clock, found, rng["data"], rate, BATCH, recurrent), n):
        pass
    return clock


def deviation(clock, found):
    """Of a linear unit's prediction of the second event's time in training; else nothing."""
    if isinstance(clock.code, Digits):
        return None
    _, times = clock.outputs(found)
    return float(np.sqrt(np.mean((times[0] - clock.code.encode(found.waits[1])) ** 2)))


class Table:
    """What followed most often what was read so far; where that is new, what followed its symbols.

    With `times` the waiting times count among what was read.
    """

    def __init__(self, found, times):
        self.times, self.followed = times, {}
        for b in range(found.symbols.shape[1]):
            for i in range(1, found.there[:, b].sum()):
                came = int(found.symbols[i, b]), int(found.waits[i, b])
                for read in self.keys(found, i - 1, b):
                    counts = self.followed.setdefault(read, {})
                    counts[came] = counts.get(came, 0) + 1

    def keys(self, found, i, b):
        """What was read up to event i of sequence b: the longest first."""
        symbols = tuple(found.symbols[: i + 1, b])
        return [(symbols, tuple(found.waits[: i + 1, b]))] * self.times + [(symbols,)]

    def said(self, found):
        symbols, waits = np.zeros((2, *found.symbols.shape), int)
        for i, b in zip(*np.nonzero(found.there)):
            known = (self.followed[key] for key in self.keys(found, i, b) if key in self.followed)
            counts = next(known, {(0, 0): 1})
            symbols[i, b], waits[i, b] = max(counts, key=lambda came: (counts[came], came))
        return symbols, waits


# ==== Asking ======================================================================================
class Part(NamedTuple):
    """Sequences and what A passed up of them."""

    pairs: Pairs
    found: Streams
    last: np.ndarray  # (N,) which event of its sequence is the target, 0 where A did not flag it
    k: np.ndarray  # (N,)


def passed_up(net, pairs, T):
    tokens = sequences(pairs, T)
    mask = mispredictions(net, tokens)
    n = np.arange(len(pairs.wait))
    before = mask.cumsum(axis=0)[pairs.target, n] - 1
    return Part(pairs, streams(tokens, mask), before * mask[pairs.target, n], mask.sum(axis=0))


def halves(values, trigger):
    """Mean over the sequences, each trigger counting half."""
    return float(np.mean([np.mean(values[trigger == one]) for one in TRIGGERS]))


def asked(system, part):
    """Symbol, time and both before the target; mean distance in steps of the time."""
    symbols, waits = system.said(part.found)
    n, flagged, before = np.arange(len(part.last)), part.last > 0, np.maximum(part.last - 1, 0)
    symbol = flagged & (symbols[before, n] == part.pairs.trigger)
    apart = np.abs(waits[before, n] - part.found.waits[part.last, n])
    time = flagged & (apart == 0)
    right = {"symbol": symbol, "time": time, "both": symbol & time, "apart": apart}
    return {key: halves(values, part.pairs.trigger) for key, values in right.items()}


def bits_of_marker(clock, part, spread):
    """-log2 p of the marker's time, after the trigger; of sequences in which A flagged it next."""
    _, times = clock.outputs(part.found)
    nats = clock.code.nats(times[0], part.found.waits[1], spread)
    fine = (part.found.symbols[1] == MARKER) & part.found.there[1]
    trigger = part.pairs.trigger
    if not all((fine & (trigger == one)).any() for one in TRIGGERS):
        return None
    return halves(nats[fine], trigger[fine]) / float(np.log(2))


def xlog2(p):
    return p * np.log2(p)


def limits(L):
    """What can be had: the entropy of the marker's time, and shares without this or that."""
    after_a, after_b = 1 / L, 1 / (2 * L)
    shared, b_alone = (after_a + after_b) / 2, after_b / 2
    return {
        "entropy": float(np.log2(L) + np.log2(2 * L)) / 2,
        "entropy_without_trigger": -L * float(xlog2(shared) + xlog2(b_alone)),
        "symbol_without_memory": 0.75,  # it was B where w is at least 2 L, else rather A
        "time_constant": (after_a + after_b) / 2,
    }


# ==== The study ===================================================================================
def one_run(arguments):
    """One seed at one L: A's events, and every system on the three parts."""
    seed, L, names, share = arguments
    streams_of = [f"{name} {what}" for name in SYSTEMS for what in ("init", "data")]
    rng = generators("when", seed, ("split", *streams_of), L)
    pairs = split(rng["split"], L)
    short = pairs["seen"] if L <= A_LONGEST else split(rng["split"], A_LONGEST)["seen"]
    net = automatizer(seed, short, min(L, A_LONGEST))
    parts = {
        name: passed_up(net, of, (12 if name == "beyond" else 9) * L) for name, of in pairs.items()
    }
    training = parts["seen"].found.of(evenly(pairs["seen"]))
    result = {
        "seed": seed,
        "L": L,
        "k": float(parts["held back"].k.mean()),
        "three_events": float(np.mean(parts["held back"].k == 3)),
    }
    for name in names:
        if name in TABLES:
            system, bits = Table(training, TABLES[name]), None
        else:
            own = {what: rng[f"{name} {what}"] for what in ("init", "data")}
            system = chunker(name, L, training, own, share)
            bits = bits_of_marker(system, parts["held back"], deviation(system, training))
        result[name] = {part: asked(system, of) for part, of in parts.items()} | {"bits": bits}
    return result


def summary(runs):
    """Of one system at one L, over its seeds."""
    bits = [run["bits"] for run in runs if run["bits"] is not None]
    return {
        **{part: {key: mean([run[part][key] for run in runs]) for key in runs[0][part]}
           for part in PARTS},
        "solved": proportion([run["held back"]["both"] >= 0.99 for run in runs]),
        "bits": mean(bits) if bits else None,
    }  # fmt: skip


def compute(plan, jobs):
    tasks = []
    for L, n in plan.scales:
        for i, seed in enumerate(range(FIRST_SEED, FIRST_SEED + n)):
            every = plan.main == L and i < plan.n_codes
            names = [name for name in NAMES if every or name in (*EVERYWHERE, *TABLES)]
            tasks.append((seed, L, names, plan.updates))
    runs = parallel_map(one_run, tasks, jobs, "when")
    scales = []
    for L, n in plan.scales:
        of = [run for run in runs if run["L"] == L]
        scales.append({
            "L": L,
            "seeds": n,
            "limits": limits(L),
            "k": mean([run["k"] for run in of]),
            "three_events": mean([run["three_events"] for run in of]),
            "systems": {
                name: summary([run[name] for run in of if name in run])
                for name in NAMES
                if any(name in run for run in of)
            },
        })  # fmt: skip
    return {"main": plan.main, "scales": scales, "runs": runs}


# ==== Tables and sentences ========================================================================
def at_main(results):
    """What was found at the L at which every code of time was tried."""
    return next(scale for scale in results["scales"] if scale["L"] == results["main"])


def share(system, part="held back", key="both"):
    return f"{system[part][key]['mean']:.0%}"


def answer(results):
    """The finding in one sentence."""
    main = at_main(results)
    systems = main["systems"]
    c, alone, deaf = (systems[name] for name in EVERYWHERE)
    most = main["limits"]["symbol_without_memory"]
    others = " and ".join(
        f"{share(scale['systems'][EVERYWHERE[0]])} at L = {scale['L']:,}"
        for scale in results["scales"]
        if scale["L"] != main["L"]
    )
    return (
        f"Of sequences with times not met in training C has symbol and time right in {share(c)} "
        f"(decimal digits, L = {main['L']}, where settings were chosen; 99% on "
        f"{counted(c['solved'])} seeds; {others}); with W_hh = 0 "
        f"the symbol in {share(alone, key='symbol')} (at most {most:.0%}) and both in "
        f"{share(alone)}; where it reads no times the symbol in {share(deaf, key='symbol')} and "
        f"both in {share(deaf)}; with times longer than any in training C has both in "
        f"{share(c, 'beyond')}."
    )


def table(results):
    """Every system at the main L."""
    main = at_main(results)
    header = (
        f"L = {main['L']}", "symbol", "time", "both (worst seed)", "seeds with 99%",
        "both, times seen", "both, times beyond", "steps off", "bits of the random time",
    )  # fmt: skip
    rows = []
    for name, s in main["systems"].items():
        bits = f"{s['bits']['mean']:.2f}" if s["bits"] else "-"
        rows.append((
            name, share(s, key="symbol"), share(s, key="time"),
            f"{share(s)} ({s['held back']['both']['min']:.0%})", counted(s["solved"]),
            share(s, "seen"), share(s, "beyond"),
            f"{s['held back']['apart']['mean']:,.1f}", bits,
        ))  # fmt: skip
    return header, rows


def by_scale(results):
    """Symbol and both, at every L, of the systems that were run everywhere."""
    names = (*EVERYWHERE, *TABLES)
    header = ("symbol / both", "T", "seeds", *names)
    rows = []
    for scale in results["scales"]:
        of = (scale["systems"][name] for name in names)
        rows.append((
            f"L = {scale['L']:,}", f"{9 * scale['L']:,}", str(scale["seeds"]),
            *(f"{share(s, key='symbol')} / {share(s)}" for s in of),
        ))  # fmt: skip
    return header, rows


def seen(results):
    """What the tables do not say."""
    main = at_main(results)
    L, limits_ = main["L"], main["limits"]
    lines = [
        f"{main['seeds']} seeds at L = {L}. Shares are of sequences whose times occur in no "
        "training sequence, unless the column says otherwise. Chance is 50% for the symbol.",
        f"Without memory the symbol can be right in {limits_['symbol_without_memory']:.0%}: the "
        "marker's time says something of the trigger. A constant for each trigger has the time "
        f"right in {limits_['time_constant']:.1%} at most.",
        f"The random time of the marker has an entropy of {limits_['entropy']:.2f} bits after its "
        f"trigger, of {limits_['entropy_without_trigger']:.2f} for one that does not know it.",
        "Independent digits can give these times their probabilities in base 10, not in base "
        "2. One linear unit has a normal distribution. Both pay for it in bits.",
    ]
    for scale in results["scales"]:
        lines.append(
            f"L = {scale['L']:,}: A passes up {scale['k']['mean']:.2f} events of a sequence, the "
            f"three that there are in {percent(scale['three_events'])}."
        )
    return "\n".join(f"- {line}" for line in lines)


# ==== Figure ======================================================================================
def figures(results):
    main, scales = at_main(results), results["scales"]
    systems = main["systems"]
    figure = new_figure(
        f"Which and when, to the step, at times not met in training: C in decimal digits "
        f"{share(systems['decimal digits'])},\nwith W_hh = 0 {share(systems['W_hh = 0'])}, where "
        f"it reads no times {share(systems['reads no times'])} (L = {main['L']})",
        height=4.6,
    )
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
    for row, s in enumerate(systems.values()):
        held = s["held back"]
        left.barh(row, held["both"]["mean"], color=CHUNKER, height=0.6, label="both right")
        left.plot(held["symbol"]["mean"], row, "o", color="black", label="symbol right", ms=7)
        left.plot(s["seen"]["both"]["mean"], row, "|", color=BASELINE, label="both, times seen",
                  ms=18, mew=3)  # fmt: skip
    left.set_yticks(range(len(systems)), systems)
    left.invert_yaxis()
    left.set(xlim=(-0.02, 1.05), title=f"share of sequences, L = {main['L']}")
    left.grid(axis="y", visible=False)
    looks = (CHUNKER, "o-"), (BASELINE, "^--"), (FAINT, "s:")
    for name, (colour, style) in zip(EVERYWHERE, looks):
        of = [scale["systems"][name]["held back"]["both"] for scale in scales]
        y = np.array([m["mean"] for m in of])
        ends = np.abs(np.array([[m["min"], m["max"]] for m in of]).T - y)
        right.errorbar([scale["L"] for scale in scales], y, ends, fmt=style, color=colour, lw=2,
                       capsize=3, label=name)  # fmt: skip
    ticks = [scale["L"] for scale in scales]
    right.set(
        xscale="log", ylim=(-0.03, 1.05), xlabel="L, steps", title="both right, range of seeds"
    )
    right.set_xticks(ticks, [f"{L:,}" for L in ticks])
    right.minorticks_off()
    right.set_xlim(ticks[0] / 2, ticks[-1] * 2)
    both = (ax.get_legend_handles_labels() for ax in (left, right))
    handles = {label: handle for found in both for handle, label in zip(*found)}
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=3)
    return {"when.png": figure}
