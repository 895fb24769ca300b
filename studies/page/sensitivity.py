"""How much the output changes for 10^-6 in a weight, against the document's exp(T / tau)."""

from __future__ import annotations

from studies import page
from studies.lab.perturbed import DELTA, exponential, flat, power, value
from studies.memory.sensitivity import SAID, controls, times

PART = "Networks that remember"
TITLE = "Sensitivity"
QUESTION = "Does a change of 10^-6 in a weight move the output exponentially with memory?"
ALT = (
    "Two charts. The change of the output of h = lambda h + x against the steps since an impulse, "
    "beside the document's exp(T / tau), with its two examples as crosses. And the change against "
    "the memory of a net, measured, with a power of the memory and an exponential fitted to it."
)
SOURCE = ("sensitivity",)
LAMBDAS = (
    0.7, 0.8, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.993, 0.995, 0.997, 0.998, 0.999, 0.9995, 0.9998,
    0.9999,
)  # fmt: skip
STEPS = (10, 30, 100, 300, 1000, 3000, 10_000)  # beside those of the study
UNITS = {  # as the study calls them: what changes
    "linear": "linear, λ", "ReLU": "ReLU, λ", "tanh": "tanh near 0, λ", "LSTM": "LSTM, forget bias",
    "stable": "stable: λ = exp(-exp nu), nu",
}  # fmt: skip
INPUTS = {"impulse": "impulse", "steady": "1 at every step"}
NETS = {
    "linear": "16 linear units, W_hh", "linear, worst": "16 linear units, worst direction",
    "tanh": "16 tanh units, W_hh", "LSTM, open": "16 LSTM cells, input gate open",
    "LSTM, shut": "16 LSTM cells, input gate shut",
}  # fmt: skip
FIT = ("power", "rate", "power_misses", "exp_misses")


def nets(r):
    """Name, sensitivity at each memory, and both fits of every net that may be chosen."""
    found = [
        {"name": f"{says}; {what}", "change": r["curves"][f"{net} {key}"]["change"],
         "fit": r["fits"][f"{net} {key}"]}
        for key, what in INPUTS.items() for net, says in UNITS.items()
    ]  # fmt: skip
    found += [
        {"name": f"{says}; impulse", "change": r["of_seeds"]["nets"][net]["mean"],
         "fit": r["of_seeds"]["fits"][net]}
        for net, says in NETS.items()
    ]  # fmt: skip
    latch = {"name": "tanh latch by hand; pulse", "change": r["by_hand"]["change"],
             "fit": r["fits"]["latch"]}  # fmt: skip
    return [
        {"name": one["name"], "change": page.rounded(one["change"], 5),
         **page.rounded({key: value(one["fit"], key) for key in FIT}, 5)}
        for one in [*found, latch]
    ]  # fmt: skip


def example(r, name):
    """One of the document's examples: what it says, its own formula, what was measured."""
    lam, T, said = SAID[name]
    one = r["said"][name]
    return {
        "name": name, "lambda": lam, "steps": T, "said": said,
        "measured": page.rounded(one["measured"], 5),
        "formula": page.rounded(one["formulas"]["exp(T/tau)"], 5),
    }  # fmt: skip


def others(stable, latch):
    """What becomes of the change in two nets that are said to keep it small."""
    if flat(stable) and flat(latch):
        return "With a stable parameter it does not grow, nor does that of a latch of tanh."
    return f"With a stable parameter it goes as T^{power(stable)}, of a latch as T^{power(latch)}."


def scene(read):
    r = read("sensitivity")
    linear, latch = r["fits"]["linear impulse"], r["fits"]["latch"]
    kind = "exponential in" if exponential(linear) else "no exponential but a power of"
    known = {name.replace("lambda", "λ"): fit for name, fit in controls(r).items()}
    seen = all(map(exponential, known.values()))
    examples = [example(r, name) for name in SAID]
    said = ", ".join(
        f"{times(one['said'])} times (λ = {one['name']}, {one['steps']} steps; measured "
        f"{times(one['measured']['impulse'])}, by its own formula {times(one['formula'])})"
        for one in examples
    )
    finding = (
        f"The change is {kind} the memory T: T^{power(linear)} after an impulse misses what was "
        f"measured by a factor of {linear['power_misses']:.2f}, exp(rate T) by "
        f"{linear['exp_misses']:.1f}. Controls that grow exponentially, {' and '.join(known)}, "
        f"are {'' if seen else 'not both '}found to do so. The document says {said}. "
        f"{others(r['fits']['stable impulse'], latch)}"
    )
    steps = sorted({*r["fixed"]["at"], *STEPS})
    return finding, {
        "delta": DELTA, "memories": r["memories"], "lambdas": list(LAMBDAS), "steps": steps,
        "examples": examples, "nets": nets(r),
    }  # fmt: skip
