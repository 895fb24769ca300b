"""How much does the output change when a weight changes by 10^-6, and does it grow with memory?

    python3 -m studies sensitivity

The memory of h_t = lambda h_{t-1} + x_t is T = -1 / log lambda, the steps after which an impulse
has fallen to 1/e. Sensitivity is |change of the output| / d when one parameter changes by
d = 10^-6: measured by running both nets, beside central differences and exact formulas,

    impulse, T steps later         d lambda^T / d lambda = T lambda^(T - 1) < 1 / (e (1 - lambda))
    a 1 at every step              d / d lambda of 1 / (1 - lambda) = 1 / (1 - lambda)^2
    white input, root mean square  sqrt((1 + lambda^2) / (1 - lambda^2)^3)

Nets: linear; ReLU and tanh (inputs of 10^-8, where tanh is linear); an LSTM (f = logistic(b) =
lambda, changed in b: df/db = f (1 - f)); a diagonal net with stable parameters, lambda =
exp(-exp(nu)), changed in nu, as in S4 and its kin (real part; LRU, Orvieto et al. 2023). Of 16
units: lambda times an orthogonal matrix, linear and tanh, changed by d E in W_hh, E random or the
worst, of spectral norm 1; an LSTM, all parameters changed along a random unit vector, its input
gate open at every step or shut (i = 1 - f) but for the impulse.

Over T from 3 to 10,000 two curves are fitted to log sensitivity: a power of T, and exp(rate T);
each by the factor by which it misses, root mean square. Control that can be exponential: lambda =
1.01, and a chaotic tanh net (Gaussian W_hh, gain 3, no input), where the rate of growth in time
stands beside the largest Lyapunov exponent by QR.

Latches: a tanh unit h_t = tanh(2 h_{t-1} + x_t) keeps the sign of a pulse for ever; inputs below
0.53 can't turn it. Learnt: 4 tanh units, no gates, BPTT over 20 steps, are told one of two symbols,
read distractors, and must say which it was; asked 100,000 steps later, with all weights as they
are or each changed by a random share. It holds where it is right after both symbols, each followed
by distractors of its own: one that has forgotten says the first with p, whichever it was, and is
right of both with p (1 - p), at most 25%. The same nets before learning are the control. "Our
model" is the net of `letters`: each weight changes by 10^-6 times a Gaussian, and the total
variation between both predictions is followed along held-out text.

Sources: Wang and Li (ICML 2024; arXiv 2311.14495, StableSSM), of which only the abstract could be
read here: state-space models without reparameterisation stably approximate only what decays
exponentially, since weights converge to a stability boundary; stable reparameterisation lifts it.
It speaks of approximation, and names no exp(T / tau). "Increasingly large output variations even
without exploding gradients" is in the abstract of Zucchet and Orvieto (NeurIPS 2024). No
setting was searched for: gain, rate and units are the first that were tried. Reported are seeds
from 100 on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from studies.lab import letters, perturbed
from studies.lab.averages import together
from studies.lab.intervals import counted, proportion
from studies.lab.perturbed import DELTA, SHARES, exponential, fits, flat, missed, power, value
from studies.lab.randomness import generators
from studies.lab.runner import parallel_map
from studies.lab.verdicts import UNTESTED, of_parts, verdict
from visualize_chunker_very_deep_1200 import AUTOMATIZER, BASELINE, CHUNKER, FAINT, new_figure


class Plan(NamedTuple):
    n_seeds: int
    memories: tuple  # T = -1 / log lambda
    n_letters: int  # of text to learn from
    n_updates: int
    n_read: int  # letters along which "our model" is followed
    n_lessons: int  # updates of the learnt latch
    n_held: int  # steps it must hold


MEMORIES = tuple(int(T) for T in np.unique(np.geomspace(3, 10_000, 15).round()))
FULL = Plan(10, MEMORIES, letters.N_LETTERS, letters.N_UPDATES, 1000, 1000, 100_000)
QUICK = Plan(2, (3, 10, 30, 100), 500, 50, 200, 400, 1000)
PARTS = ("init", "data", "directions", "chaos", "text", "white")
SAID = {"0.999": (0.999, 100, 0.1 / DELTA), "0.993": (0.993, 100, 200.0)}  # lambda, T, times
SAID_ORDERS = 7
NEAR = 1.05  # a formula gives a number of the document: within this factor


# ==== The study ===================================================================================
def one_run(arguments):
    """One seed: its nets of many units, its latch, its chaos, its text. No seed: single units."""
    seed, plan = arguments
    if seed is None:
        return perturbed.unit_curves(plan.memories)
    rng = generators("sensitivity", seed, PARTS)
    learnt, held_out = letters.texts(seed, plan.n_letters)
    symbols = held_out.symbols[: plan.n_read + 1]
    models = {
        "trained": letters.trained(seed, learnt.symbols, plan.n_updates),
        "untrained": letters.untrained(seed),
    }
    of_nets = perturbed.net_curves(seed, plan.memories)
    curves = of_nets | perturbed.white(rng["white"], plan.memories)
    return {
        "nets": of_nets,
        "fits": {name: fits(plan.memories, change) for name, change in curves.items()},
        "chaos": perturbed.chaos(rng["chaos"]),
        "models": {
            name: perturbed.along_text(rng["text"], net, symbols) for name, net in models.items()
        },
        "latch": perturbed.learnt_latch(rng, plan),
    }


def compute(plan, jobs):
    seeds = range(letters.FIRST_SEED, letters.FIRST_SEED + plan.n_seeds)
    tasks = [(seed, plan) for seed in (None, *seeds)]
    curves, *runs = parallel_map(one_run, tasks, jobs, "sensitivity")
    latches, memories = [run.pop("latch") for run in runs], list(plan.memories)
    hand, of_seeds = perturbed.by_hand(memories), together(runs)
    relative = {name: np.divide(one["change"], one["output"]) for name, one in curves.items()}
    return {
        "first_seed": letters.FIRST_SEED, "seeds": plan.n_seeds, "memories": memories,
        "letters": plan.n_read, "steps_held": plan.n_held,
        "curves": curves, "by_hand": hand, "apart": perturbed.apart(curves, memories),
        "fits": {name: fits(memories, one["change"]) for name, one in curves.items()}
        | {"latch": fits(memories, hand["change"])},
        "relative": {name: fits(memories, one) for name, one in relative.items()},
        "tolerated": {key: fits(memories, [perturbed.tolerated(T, key) for T in memories])
                      for key in ("lambda", "nu")},
        "exploding": perturbed.exploding(),
        "said": {name: perturbed.said(*of[:2]) for name, of in SAID.items()},
        "fixed": perturbed.fixed_curves({key: of[0] for key, of in SAID.items()}),
        "latch": {
            "held": [proportion([one["held"][k] for one in latches]) for k in range(len(SHARES))],
            "start": proportion([one["start"] for one in latches]),
        },
        "of_seeds": of_seeds,
    }  # fmt: skip


# ==== Tables and sentences ========================================================================
ALIKE = 1.5  # a measurement is the document's number: within this factor
MASSIVE = 0.1  # of the output, or of probability
CHANCE = 0.25  # of two first symbols told right, at most: answers are as independent as distractors
CHANGED = {"LSTM": "forget bias b", "stable": "nu"}  # else lambda
INPUT = {"impulse": "impulse", "steady": "1 at every step"}


def times(x):
    """A number in three digits."""
    return f"{x:,.0f}" if x >= 100 else f"{x:.3g}"


def table(results):
    """Every net: its sensitivity at the shortest and the longest memory, and how it grows."""
    first, last = results["memories"][0], results["memories"][-1]
    header = (
        "net", "what changes", "input", f"change / 10^-6 at T = {first}", f"at T = {last:,}",
        "power of T", "it misses by", "exp(rate T) misses by", "power, of change / output",
    )  # fmt: skip
    rows = []
    for name, one in results["curves"].items():
        (net, what), fit = name.split(), results["fits"][name]
        rows.append((
            net, CHANGED.get(net, "lambda"), INPUT[what], *ends(one["change"]), power(fit),
            *both(fit), power(results["relative"][name]),
        ))  # fmt: skip
    for name, one in results["of_seeds"]["nets"].items():
        fit, changed = fits_of_seeds(results)[name], "all" if "LSTM" in name else "W_hh"
        rows.append((f"16 units, {name}", changed, "impulse", *ends(one["mean"]), power(fit),
                     *both(fit), "-"))  # fmt: skip
    for net in ("linear", "stable"):
        fit = fits_of_seeds(results)[f"{net} white"]
        rows.append((net, CHANGED.get(net, "lambda"), "white", "-", "-", power(fit), *both(fit),
                     "-"))  # fmt: skip
    fit, ended = results["fits"]["latch"], ends(results["by_hand"]["change"])
    rows.append(("tanh latch", "all", "impulse", *ended, power(fit), *both(fit), "-"))
    return header, rows


def ends(curve):
    return times(curve[0]), times(curve[-1])


def both(fit):
    return tuple(f"{value(fit, key):.2f}" for key in ("power_misses", "exp_misses"))


def fits_of_seeds(results):
    return results["of_seeds"]["fits"]


def controls(results):
    """Where growth can be exponential: lambda above 1, and chaos."""
    return {
        f"lambda = {perturbed.EXPLODING}": results["exploding"],
        "a chaotic tanh net": results["of_seeds"]["chaos"]["fit"],
    }


def answer(results):
    linear, steady = (results["fits"][f"linear {what}"] for what in ("impulse", "steady"))
    stable = results["fits"]["stable impulse"]
    kind = "exponential in" if exponential(linear) or exponential(steady) else "a power of"
    found = ", ".join(
        f"{name} is found {'exponential' if exponential(fit) else 'a power'}"
        for name, fit in controls(results).items()
    )
    held, start = results["latch"]["held"][1], results["latch"]["start"]
    return (
        f"The change is {kind} the memory T, a fit says: T^{power(linear)} "
        f"after an impulse and T^{power(steady)} for a steady input, T^{power(stable)} with stable "
        f"parameters (controls: {found}). Its two examples, {times(SAID['0.999'][2])} and "
        f"{times(SAID['0.993'][2])} times, measure "
        f"{times(results['said']['0.999']['measured']['impulse'])} and "
        f"{times(results['said']['0.993']['measured']['impulse'])}. A learnt tanh net without "
        f"gates holds a bit for {results['steps_held']:,} steps, each weight off by a random 10^-6 "
        f"of it, on {counted(held)} seeds (before learning {counted(start)}, by chance at most "
        f"{CHANCE:.0%})."
    )


def matching(results, name):
    """The formulas that give the document's number."""
    wanted, found = SAID[name][2], results["said"][name]["formulas"]
    near = [key for key, x in found.items() if max(x / wanted, wanted / x) < NEAR]
    return " and ".join(near) or "none that was tried"


def formulas(results, name):
    return ", ".join(f"{k} {times(x)}" for k, x in results["said"][name]["formulas"].items())


def measured(results, name):
    found = results["said"][name]["measured"]
    return ", ".join(f"{key} {times(x)}" for key, x in found.items())


def along(results, name):
    """Our model: the total variation after a change of 10^-6."""
    one = results["of_seeds"]["models"][name]
    low, high = one["second_over_first"]["interval"]
    return (
        f"{name}: mean {np.mean(one['tv']['mean']):.1e}, at most {one['largest']['mean']:.1e}, "
        f"second half of the text over the first {one['second_over_first']['mean']:.2f} ({low:.2f} "
        f"to {high:.2f}), largest Lyapunov exponent {one['exponent']['mean']:.2f} per letter"
    )


def latches(results):
    found = results["latch"]
    return ", ".join(
        f"{share:g} of each weight {counted(one)}" for share, one in zip(SHARES, found["held"])
    ) + f"; before learning {counted(found['start'])}, by chance at most {CHANCE:.0%}"  # fmt: skip


def seen(results):
    """What the table does not say."""
    lines = [
        f"lambda = {lam}, T = {T}: measured (change / 10^-6) {measured(results, name)}; formulas: "
        f"{formulas(results, name)}. The document's {times(wanted)} is given by "
        f"{matching(results, name)}."
        for name, (lam, T, wanted) in SAID.items()
    ]  # fmt: skip
    lines += [
        f"Central differences miss the exact formulas by at most {results['apart']:.1e}.",
        "A response that stays within 1% allows a change that goes as T to the power "
        f"{power(results['tolerated']['lambda'])} in lambda, {power(results['tolerated']['nu'])} "
        "in nu.",
        *(f"Control, {name}: {missed(fit)}." for name, fit in controls(results).items()),
        f"Chaos: rate {results['of_seeds']['chaos']['fit']['rate']['mean']:.3f}, Lyapunov exponent "
        f"{results['of_seeds']['chaos']['exponent']['mean']:.3f} per step.",
        *(f"Total variation of our model, {along(results, name)}."
          for name in results["of_seeds"]["models"]),
        f"Learnt latches that hold for {results['steps_held']:,} steps: {latches(results)}.",
    ]  # fmt: skip
    return "\n".join(f"- {line}" for line in lines)


# ==== The document ================================================================================
def document(results):
    """What "Networks That Remember" says, what was measured, a verdict, why."""
    rows = (
        eigenvalues, formula, unbounded, example, orders, two_hundred, without_explosion, ours,
        nonlinear, forget_gate, stable_parameters, edge, regardless,
    )  # fmt: skip
    return [*(row(results) for row in rows), *untested()]


def eigenvalues(results):
    found = {what: results["fits"][f"linear {what}"] for what in INPUT}
    any_exp = any(map(exponential, found.values()))
    seen = all(map(exponential, controls(results).values()))
    return (
        "As eigenvalues approach 1, the network becomes exponentially sensitive",
        "; ".join(f"{INPUT[what]}: {missed(fit)}" for what, fit in found.items()),
        verdict(any_exp),
        ("An exponential describes a linear net" if any_exp else
         "d lambda^T / d lambda = T lambda^(T-1) grows like 1 / (1 - lambda), a power")
        + (f"; both controls, {' and '.join(controls(results))}, are found exponential." if seen
           else "; not both controls are found exponential."),
    )  # fmt: skip


def formula(results):
    found = {name: results["said"][name] for name in SAID}
    off = [one["measured"]["impulse"] / one["formulas"]["exp(T/tau)"] for one in found.values()]
    change = results["curves"]["linear impulse"]["change"]
    return (
        "A change of d in a weight changes the output by d exp(T / tau)",
        "; ".join(
            f"lambda = {name}, T = {SAID[name][1]}: {times(one['measured']['impulse'])} d, by the "
            f"formula {times(one['formulas']['exp(T/tau)'])} d" for name, one in found.items()
        ),
        verdict(all(max(x, 1 / x) < ALIKE for x in off)),
        f"At T = tau the formula gives {np.e:.2f} for every net, whatever its memory; measured is "
        f"{times(change[0])} at T = {results['memories'][0]} and {times(change[-1])} at T = "
        f"{results['memories'][-1]:,}.",
    )  # fmt: skip


def unbounded(results):
    curve, at = results["fixed"]["0.999"], results["fixed"]["at"]
    top, fit = int(np.argmax(curve)), results["fits"]["linear impulse"]
    at_fixed, with_memory = top == len(at) - 1, value(fit, "power") > 0 and not flat(fit)
    return (
        "This grows without bound as T increases",
        f"lambda = 0.999: largest {times(curve[top])} at T = {at[top]:,}, {times(curve[-1])} at "
        f"T = {at[-1]:,}; lambda raised with the memory: T^{power(fit)}",
        verdict(at_fixed and with_memory, at_fixed or with_memory),
        f"T lambda^(T-1) {'rises' if at_fixed else 'falls again'} at a fixed lambda; with the "
        f"memory itself it {'grows, as a power' if with_memory else 'does not grow'}.",
    )


def alike(results, name):
    """Whether any of what was measured is the document's number."""
    wanted = SAID[name][2]
    return any(max(x / wanted, wanted / x) < ALIKE
               for x in results["said"][name]["measured"].values())  # fmt: skip


def example(results):
    changes = {k: DELTA * x for k, x in results["said"]["0.999"]["measured"].items()}
    return (
        "rho = 0.999 and 100 steps: 10^-6 becomes about 0.1",
        ", ".join(f"{key} {x:.2g}" for key, x in changes.items()),
        verdict(alike(results, "0.999")),
        "By the document's formula it is "
        f"{DELTA * results['said']['0.999']['formulas']['exp(T/tau)']:.2g}; 0.1 is given by "
        f"{matching(results, '0.999')}.",
    )


def orders(results):
    found = {k: np.log10(x) for k, x in results["said"]["0.999"]["measured"].items()}
    own = np.log10(SAID["0.999"][2])
    return (
        "Seven orders of magnitude amplification",
        "orders: " + ", ".join(f"{key} {x:.1f}" for key, x in found.items()),
        verdict(any(abs(x - SAID_ORDERS) < 0.5 for x in found.values())),
        f"The document's own numbers, from 10^-6 to 0.1, are {own:.0f} orders apart.",
    )


def two_hundred(results):
    by_formula = results["said"]["0.993"]["formulas"]["exp(T/tau)"]
    return (
        "lambda = 0.993, T = 100: 200 times amplification",
        measured(results, "0.993"),
        verdict(alike(results, "0.993")),
        f"By the document's formula it is {by_formula:.2f}; 200 is given by "
        f"{matching(results, '0.993')}, the first example by {matching(results, '0.999')}.",
    )


def without_explosion(results):
    relative = {
        what: DELTA * one["change"][-1] / one["output"][-1]
        for what in INPUT for one in [results["curves"][f"linear {what}"]]
    }  # fmt: skip
    grows = not any(flat(results["relative"][f"linear {what}"]) for what in INPUT)
    return (
        "Even without gradient explosion, small weight perturbations produce massive output "
        "changes",
        f"10^-6 in lambda at T = {results['memories'][-1]:,}, share of the output: "
        + ", ".join(f"{INPUT[what]} {x:.1%}" for what, x in relative.items()),
        verdict(max(relative.values()) >= MASSIVE, grows),
        "dh_T/dh_0 = lambda^T stays below 1; the share "
        + ("grows with the memory" if grows else "does not grow with the memory at each input")
        + f", and {'reaches' if max(relative.values()) >= MASSIVE else 'stays below'} "
        f"{MASSIVE:.0%} at memories up to {results['memories'][-1]:,} steps.",
    )


def ours(results):
    one = results["of_seeds"]["models"]["trained"]
    massive = one["largest"]["mean"] >= MASSIVE
    grows = one["second_over_first"]["interval"][0] > 1
    return (
        "The network is hyper-sensitive",
        "our model, 10^-6 times a Gaussian in each weight, total variation of its predictions "
        f"along {results['letters']:,} letters: " + "; ".join(
            along(results, name) for name in results["of_seeds"]["models"]),
        verdict(massive, grows),
        f"The change {'grows' if grows else 'does not grow'} along the text; the exponent is "
        + ("positive: it is chaotic." if one["exponent"]["interval"][0] > 0 else
           "negative: what is changed is forgotten too." if one["exponent"]["interval"][1] < 0 else
           "neither above nor below 0."),
    )  # fmt: skip


def nonlinear(results):
    found = {name: results["fits"][f"{name} impulse"] for name in ("linear", "tanh", "ReLU")}
    latch, same = results["fits"]["latch"], perturbed.alike_powers(found.values())
    any_exp = any(map(exponential, found.values()))
    return (
        "Nonlinearities do not help: tanh and ReLU change the constants but not the exponential "
        "scaling",
        ", ".join(f"{name} T^{power(fit)}" for name, fit in found.items())
        + f"; 16 tanh units, inputs of 1: T^{power(fits_of_seeds(results)['tanh'])}; tanh latch "
        f"T^{power(latch)}, {times(results['by_hand']['change'][-1])} at T = "
        f"{results['memories'][-1]:,}",
        verdict(same and any_exp and not flat(latch), same),
        ("On the same memory tanh and ReLU scale as the linear net" if same else
         "They scale differently") + (", exponentially" if any_exp else ", not exponentially")
        + ("; a tanh latch keeps a sign for ever, and its change does not grow." if flat(latch)
           else "; the change of a latch grows too."),
    )  # fmt: skip


def under_both(results, net):
    """The powers of T of one parameter's change and of its share of the output, and words."""
    found = [[results[key][f"{net} {what}"] for what in INPUT] for key in ("fits", "relative")]
    words = [" and ".join(f"T^{power(fit)}" for fit in row) for row in found]
    said = f"change {words[0]} ({' and '.join(INPUT.values())}), change / output {words[1]}"
    return [flat(fit) for row in found for fit in row], said


def forget_gate(results):
    bias, words = under_both(results, "LSTM")
    opened, shut = (fits_of_seeds(results)[f"LSTM, {how}"] for how in ("open", "shut"))
    return (
        "LSTM's forget gate decouples memory length from sensitivity",
        f"forget bias: {words}; all parameters, change after an impulse, input gate open "
        f"T^{power(opened)}, shut T^{power(shut)}; their change / output is not stored: the "
        "output is 1 / e of what came in, at each T",
        of_parts(*bias, flat(opened), flat(shut)),
        f"df/db = f (1 - f) {'offsets' if bias[0] else 'does not offset'} the memory after an "
        "impulse; "
        + ("a steady input changes no more either; " if bias[1] else
           "steady outputs grow with T, and their change with them; ")
        + ("with the input gate open what other weights add piles up as in a linear net"
           if not flat(opened) else "other weights add nothing that piles up")
        + ("; it takes an input gate that shuts." if flat(shut) and not flat(opened) else "."),
    )  # fmt: skip


def stable_parameters(results):
    """All parameters were not changed here, so that the whole claim is never found to hold."""
    stable, words = under_both(results, "stable")
    return (
        "S4's stable reparameterisation mathematically breaks the curse",
        f"nu: {words}; white input T^{power(fits_of_seeds(results)['stable white'])}; lambda: "
        f"{under_both(results, 'linear')[1]}; all parameters of a stable net: not measured",
        verdict(False, any(stable)),
        "It is the same net: a step of 10^-6 in nu is one of 10^-6 (1 - lambda) in lambda. "
        + ("What it breaks is a power of T; " if not exponential(results["fits"]["linear impulse"])
           else "It breaks an exponential; ")
        + ("steady outputs themselves grow with T, and their change with them." if not stable[1]
           else "steady outputs change no more either."),
    )  # fmt: skip


def edge(results):
    in_lambda, in_nu = (results["tolerated"][name] for name in ("lambda", "nu"))
    return (
        "The razor's edge: longer memory requires exponentially more precise eigenvalues",
        f"change that leaves the response after T steps within 1%: in lambda {missed(in_lambda)}; "
        f"in nu T^{power(in_nu)}",
        verdict(exponential(in_lambda)),
        "The precision wanted "
        + ("falls exponentially" if exponential(in_lambda) else
           "goes as 1 / T: ten times the memory takes one digit more")
        + (", and none more in nu." if flat(in_nu) else "."),
    )  # fmt: skip


def regardless(results):
    held, start = results["latch"]["held"][1], results["latch"]["start"]
    (low, high), hand = held["interval"], results["by_hand"]
    drift = abs(hand["state"][-1] - hand["state"][len(hand["state"]) // 2])
    return (
        "Without gating, RNNs cannot stably maintain long-term memory regardless of how you train "
        "them",
        f"trained over {perturbed.LESSON} steps, right after {results['steps_held']:,}: "
        f"{latches(results)}; off by 10^-6 {low:.0%} to {high:.0%}; a tanh latch by hand: state "
        f"{hand['state'][-1]:.4f} after {results['memories'][-1]:,} steps (drift {drift:.1e})",
        verdict(held["k"] == 0, low <= CHANCE),
        f"{perturbed.UNITS_OF_LATCH} tanh units without gates "
        + ("learn by plain BPTT to hold one bit" if low > CHANCE else
           "hold one bit, perhaps by chance" if held["k"] else "did not learn it with this recipe")
        + f" (before learning {counted(start)}); the memory is of one bit, not of a graded number, "
        "which takes a precision of 1 / T.",
    )  # fmt: skip


def untested():
    """Statements about papers, and one that was not run."""
    return [
        (
            "The gradient step that corrects one output wreaks havoc on all outputs that depend on "
            "distant context",
            "not run", UNTESTED,
            "It takes a step on the loss of one output, and the changes of the others after it, by "
            "how far back what they depend on lies; here weights move at random or one by one.",
        ),
        (
            "This was formalised by Wang and Li (ICML 2024) as the curse of memory",
            "only the abstract could be read", UNTESTED,
            "It is about which targets can be approximated stably; output changes without "
            "exploding gradients are in the abstract of Zucchet and Orvieto (NeurIPS 2024).",
        ),
        (
            "S4 uses diagonal state matrices with negative real eigenvalues",
            "only the real part was measured, with lambda = exp(-exp(nu))", UNTESTED,
            "A statement about another net's definition, not about a measurement.",
        ),
    ]  # fmt: skip


# ==== Figure ======================================================================================


def figures(results):
    powers = [
        f"{name} T^{power(results['fits'][key])}"
        for name, key in {"linear": "linear impulse", "stable parameters": "stable impulse",
                          "tanh latch": "latch"}.items()
    ]  # fmt: skip
    figure = new_figure(
        "Output change T steps after an impulse, for 10^-6 in a parameter: " + powers[0] + ",\n"
        + ", ".join(powers[1:]), height=8.6,
    )  # fmt: skip
    axes = figure.subplots(2, 2)
    draw_curves(axes[0, 0], results["memories"], units_shown(results))
    axes[0, 0].set_title("one parameter changes")
    draw_curves(axes[0, 1], results["memories"], nets_shown(results))
    axes[0, 1].set_title("16 units: all weights of a kind change")
    draw_fixed(axes[1, 0], results["fixed"])
    draw_time(axes[1, 1], results)
    return {"sensitivity.png": figure}


def units_shown(results):
    curves = results["curves"]
    return {
        "linear, lambda: steady input": (curves["linear steady"]["change"], BASELINE, "-"),
        "linear, lambda: impulse": (curves["linear impulse"]["change"], BASELINE, "--"),
        "stable, nu: steady input": (curves["stable steady"]["change"], AUTOMATIZER, "-"),
        "stable, nu: impulse": (curves["stable impulse"]["change"], AUTOMATIZER, "--"),
        "LSTM, forget bias: impulse": (curves["LSTM impulse"]["change"], FAINT, ":"),
        "tanh latch, all weights": (results["by_hand"]["change"], CHUNKER, "-"),
    }


def nets_shown(results):
    colours = {"linear": BASELINE, "tanh": CHUNKER, "LSTM": AUTOMATIZER}
    dashed = ("linear, worst", "tanh, small inputs", "LSTM, shut")
    return {
        name: (one["mean"], colours[name.split(",")[0]], "--" if name in dashed else "-")
        for name, one in results["of_seeds"]["nets"].items()
    }


def draw_curves(ax, memories, shown):
    for name, (curve, colour, style) in shown.items():
        ax.loglog(memories, curve, color=colour, ls=style, lw=1.8, label=name)
    ax.set(xlabel="memory T, steps", ylabel="change / 10^-6")
    ax.legend(fontsize=8.5, loc="upper left")


def draw_fixed(ax, fixed):
    for name, colour in zip(SAID, (CHUNKER, AUTOMATIZER)):
        lam, T, wanted = SAID[name]
        at, curve = (np.array(fixed[key], float) for key in ("at", name))
        ax.loglog(at[curve > 1], curve[curve > 1], color=colour, label=f"measured, {name}")
        formula = lam**-at
        ax.loglog(at[formula < 1e6], formula[formula < 1e6], color=colour, ls=":",
                  label=f"exp(T / tau), {name}")  # fmt: skip
        ax.plot(T, wanted, "x", color=FAINT, ms=9, mew=2.5)
        ax.annotate(f"document, {name}", (T, wanted), xytext=(-8, 0), color=FAINT, ha="right",
                    va="center", textcoords="offset points", fontsize=9)  # fmt: skip
    ax.set(xlabel="steps after an impulse, lambda fixed", ylabel="change / 10^-6", ylim=(0.5, 5e7))
    ax.set_title("the document's examples")
    ax.legend(fontsize=8.5, loc="upper left", ncols=2)


def draw_time(ax, results):
    chaos = results["of_seeds"]["chaos"]["change"]["mean"]
    ax.semilogy(range(1, len(chaos) + 1), chaos, color=CHUNKER, label="chaotic tanh net, state")
    for name, colour in zip(("trained", "untrained"), (AUTOMATIZER, BASELINE)):
        tv = results["of_seeds"]["models"][name]["tv"]["mean"]
        at = (np.arange(len(tv)) + 0.5) * results["letters"] / len(tv)
        ax.semilogy(at, tv, "o-", ms=3, color=colour, label=f"our model, {name}, total variation")
    ax.set(xlabel="steps or letters read", ylabel="change for 10^-6", ylim=(1e-7, None))
    ax.set_title("along time")
    ax.legend(fontsize=8.5, loc="center right")
