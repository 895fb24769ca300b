"""The net of letters at stops of its training: what it has learnt by then, and its weights."""

from __future__ import annotations

import studies.page as page
from studies.lab.grammar import CLASS_OF
from studies.lab.intervals import counted

PART = "Networks that remember"
TITLE = "Watch it learn"
QUESTION = "What does the net write, and how does it group words, as it learns?"
ALT = (
    "A slider over seven stops of training. At each: the loss on held-out text as a place on its "
    "curve, letters that the net writes then, how large the gradient is at each place of a chunk "
    "of 25 letters, and a tree of the 38 words by the net's states, marked by class."
)
SOURCE = ("player", "classes")


def stop(updates, means, drawn):
    """What is shown of a stop: means over the seeds, and the first seed's pictures."""
    tree = drawn["tree"]
    return {
        "updates": updates, "weights": drawn["weights"], "text": drawn["text"],
        "loss": means["loss"]["mean"], "words": means["words"]["mean"],
        "gradients": {name: of["mean"] for name, of in means["gradients"].items()},
        "index": means["index"], "above": counted(means["above"]),
        "tree": {
            "words": tree["words"], "index": drawn["index"], "by_chance": drawn["by_chance"],
            "linkage": [[int(a), int(b), height] for a, b, height, _ in tree["linkage"]],
        },
    }  # fmt: skip


def scene(read):
    r, classes = read("player"), read("classes")
    stops = [stop(*of) for of in zip(r["updates"], r["stops"], r["drawn"])]
    return finding(r, classes), page.rounded({
        "seeds": r["seeds"], "seed": r["first_seed"], "temperature": r["temperature"],
        "exact": r["exact"]["mean"], "n_permutations": r["n_permutations"], "curve": r["curve"],
        "stops": stops, "classes": CLASS_OF,
    })  # fmt: skip


def finding(r, classes):
    """Losses with the exact predictor's, and the trees with what sets classes apart untrained."""
    first, last = r["stops"][0], r["stops"][-1]
    of = {name: found["classes"] for name, found in classes["agreement"].items()}
    before = of["untrained, space before"]["index"]["mean"]
    better = before > of["net"]["index"]["mean"]
    return (
        f"The loss falls from {first['loss']['mean']:.2f} to {last['loss']['mean']:.2f} nats a "
        f"letter, where nobody gets below {r['exact']['mean']:.2f} on average; the share of words "
        f"among what is written goes from {first['words']['mean']:.0%} to "
        f"{last['words']['mean']:.0%}. The tree agrees with the 9 classes at an adjusted Rand "
        f"index of {first['index']['mean']:.2f} before and {last['index']['mean']:.2f} after "
        f"learning, above all {r['n_permutations']:,} random orders of the words' classes on "
        f"{counted(first['above'])} and {counted(last['above'])} seeds; the states before each "
        f"word of a net that never learnt {'agree more' if better else 'agree less'}, at "
        f"{before:.2f}."
    )
