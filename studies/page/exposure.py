"""Teacher-forced against free-running: what the net's own letters do to it, and to its training."""

from __future__ import annotations

from studies import page
from studies.lab import grammar
from studies.memory import sampling

PART = "Networks that remember"
TITLE = "Its own letters"
QUESTION = "Does a net that learned from true letters fail when it reads its own?"
ALT = (
    "Error against the number of letters that the net has written by itself, beside the exact "
    "predictor's and that with the true letters given. Below, the share of words in legal "
    "sentences against the share of its own letters that the net read in training, and what it "
    "writes."
)
SOURCE = ("sampling",)
SHOWN = 130  # letters of a sample
MEASURES = ("differs", "outside")


def curve(of):
    return {"mean": of["mean"], "interval": of["interval"]}


def scene(read):
    r = read("sampling")
    nets = {0: "net", **{q: f"own {q}" for q in r["fractions"]}}
    shares = [
        {
            "q": q,
            "samples": {
                T: {
                    "in_sentences": curve(at["in_sentences"]), "left": at["left"]["mean"],
                    "text": at["text"][:SHOWN].rpartition(" ")[0],
                }
                for T, at in r["samples"][name].items()
            },
            "loss": curve(r["nets"][name]["loss"]), "cost": curve(r["cost"][name]),
            "back": r["back"][name]["mean"],
        }
        for q, name in nets.items()
    ]  # fmt: skip
    who = ("net", "exact")
    return finding(r), page.rounded({
        "shares": shares,
        "exact": {T: at["in_sentences"]["mean"] for T, at in r["samples"]["exact"].items()},
        "untrained": {T: at["in_sentences"]["mean"] for T, at in r["samples"]["after 0"].items()},
        "tolerant": {"cost": r["cost"]["exact"]["mean"], "back": r["back"]["exact"]["mean"]},
        "teacher": {
            name: {"differs": curve(r["teacher"][name]["differs"]),
                   "accuracy": r["teacher"][name]["accuracy"]["mean"]}
            for name in who
        },
        "free": {
            name: {
                how: {
                    **{measure: curve(r["continued"][name][how][measure]) for measure in MEASURES},
                    "error": r["continued"][name][how]["error"]["mean"],
                }
                for how in ("drawn", "greedy")
            }
            for name in who
        },
        "chance": r["chance"]["mean"], "seeds": r["seeds"],
        "words": sorted(grammar.CLASS_OF),
    })  # fmt: skip


def finding(r):
    net, exact = r["teacher"]["net"], r["teacher"]["exact"]
    own, known = (r["continued"][name]["drawn"]["differs"]["mean"][9] for name in ("net", "exact"))
    more = sampling.better(r, "in_sentences")
    fewer = sampling.better(r, "in_sentences", -1)
    least = f"own {r['fractions'][0]}"
    verdict = "bridges the gap in part" if more else "does not bridge the gap"
    return (
        f"Given the true letters it is right in {net['accuracy']['mean']:.1%} (exact predictor "
        f"{exact['accuracy']['mean']:.1%}); its tenth own letter differs from the true text in "
        f"{own:.1%}, the exact predictor's in {known:.1%}. At T = 1 scheduled sampling {verdict}: "
        f"more words in legal sentences with {sampling.listed(more)}, fewer with "
        f"{sampling.listed(fewer)} ({sampling.of(r, 'net', 'in_sentences')} without, "
        f"{sampling.of(r, least, 'in_sentences')} with q = {r['fractions'][0]:g}, exact predictor "
        f"{sampling.of(r, 'exact', 'in_sentences')}); the letters after a wrong one cost less in "
        f"all with {sampling.listed(sampling.better(r, 'in_all', -1))}."
    )
