"""What a study says over its seeds follows from its committed runs: given these all is the same.

So a full plan, a mean over the wrong column or a wrong limit is seen without hours of training.
"""

import json

import pytest

import chunker_very_deep_1200 as core
from studies.lab import catalogue

# Of each study: the runs that its results hold, by what the progress bar calls them.
RUNS = {
    "seeds": lambda r: {"headline": r["runs"], "T = 500": r["document_seeds"],
                        "baseline, 10 times as long": r["long_baselines"]},
    "collapse": lambda r: {"collapse": r["runs"], "other teachers": r["other_teachers"]},
    "when": lambda r: {"when": r["runs"]},
    "joint": lambda r: {"joint": r["runs"]["fixed"] + r["runs"]["drawn"]},
    "longer": lambda r: {"longer": r["runs"]},
    "lengths": lambda r: {"lengths": [run for m in r["methods"].values() for run in m["runs"]]},
    "noise": lambda r: {"noise": r["runs"], "LSTM": r["lstm_runs"]},
    "rarity": lambda r: {"rarity": r["runs"]},
    "gate": lambda r: {"gates": r["runs"]},
    "conventional": lambda r: {"conventional": r["runs"]},
    "continuous": lambda r: r["runs"],
    "cost": lambda r: {"counting": r["rows"]},
    "needed": lambda r: {},  # it reads the results of others
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_a_summary_is_that_of_its_runs(name, monkeypatch):
    study, committed = catalogue.module_of(name), catalogue.results_of(name)
    runs = json.loads(json.dumps(RUNS[name](committed)))

    def done_before(function, tasks, jobs, describe):
        assert len(list(tasks)) == len(runs[describe]), describe
        return runs[describe]

    monkeypatch.setattr(study, "parallel_map", done_before, raising=False)
    if name == "collapse":  # one net in detail, for the figure
        monkeypatch.setattr(study, "example", lambda seed, plan: committed["example"])
    if name == "cost":  # trained for what is not counted again
        monkeypatch.setattr(study, "headline_nets", lambda *_, **__: None)
    found = json.loads(core.to_json(study.compute(study.FULL, 1)))
    assert set(found) == set(committed) - {"env"}
    for results in (found, committed):  # an exponent of 0 is 0 to some digits, by the library
        for row in results.get("exponents", ()):
            row["fit"] = [round(x, 9) for x in (row.pop("exponent"), *row.pop("interval"))]
    differing = [key for key in found if not core.alike(found[key], committed[key])]
    assert differing == []
