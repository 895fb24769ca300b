"""Exit 1 unless a fresh results file has the numbers of the committed one.

    python .ci/compare.py results.json fresh.json

Accuracies, k and depths must be equal. Losses and gradients may differ by
1e-6, relative, on the same operating system and processor type, and by 1e-3
elsewhere, where other arithmetic kernels round differently.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from chunker_very_deep_1200 import CURVES, NUMBERS, load_results

EXACT = (
    "seed", "T", "chunker_target_acc", "chunker_n_surprises", "baseline_target_acc",
    *(key for key in NUMBERS if key.endswith("acc")), "chunker_avg_surprises",
    "effective_depth_baseline", "effective_depth_chunker", "depth_reduction_ratio",
)  # fmt: skip
CLOSE = (
    *(key for key in CURVES if key.endswith("loss")), "baseline_filler_loss",
    "baseline_target_loss", "baseline_grad_norms", "chunker_grad_norms",
)  # fmt: skip


def differences(committed, fresh):
    """Keys whose values differ by more than they may, each with how much."""

    def kind(results):  # system and processor: Linux-6.1-x86_64-.. is Linux x86_64
        platform = results["env"]["platform"]
        return platform.split("-")[0], "x86_64" in platform

    allowed = 1e-6 if kind(committed) == kind(fresh) else 1e-3
    found = {key: "not equal" for key in EXACT if committed[key] != fresh[key]}
    if committed["surprise_trace"]["mask"] != fresh["surprise_trace"]["mask"]:
        found["surprise_trace"] = "mask not equal"
    for key in (*CLOSE, "threshold", "trace"):
        a, b = (np.array(measured(results, key)) for results in (committed, fresh))
        if a.shape != b.shape:
            found[key] = "another length"
        elif not np.allclose(a, b, rtol=allowed, atol=0):
            found[key] = (
                f"differs by {np.max(np.abs(a - b) / np.abs(a)):.1e}, allowed {allowed:.0e}"
            )
    return found


def measured(results, key):
    if key == "threshold":
        return [results["hyperparameters"]["threshold"]]
    if key == "trace":
        return results["surprise_trace"]["loss"][1:]
    return results[key]


if __name__ == "__main__":
    found = differences(*(load_results(path) for path in sys.argv[1:]))
    for key, problem in found.items():
        print(f"{key}: {problem}", file=sys.stderr)
    print("the numbers of the committed results.json", "are NOT" if found else "are", "reproduced")
    sys.exit(bool(found))
