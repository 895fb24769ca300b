"""What units tell, the plane, distances and classes, on cases that can be checked by hand."""

import json

import numpy as np
import pytest
from test_studies import of_its_kind

from studies.lab import grammar, letters, states
from studies.lab.verdicts import HOLDS, IN_PART, NOT, VERDICTS
from studies.memory import units


def text_of(*words):
    """A `Text` of these words, as one sentence."""
    words = list(words)
    spelt = grammar.as_letters(words)
    return grammar.Text(*spelt, words, np.zeros(len(words), int), np.arange(len(words)))


def test_labels_by_hand():
    labels = units.labels_of(text_of("the", "mouse", "eats", "a", "cookie"))
    spelt = " the mouse eats a cookie"
    assert "".join("_" if x else "." for x in labels["space"]) == "_..._....._...._._......"
    assert "".join(x for x, vowel in zip(spelt, labels["vowel"]) if vowel) == "eoueeaaooie"
    assert labels["place"].tolist() == [
        -1, 0, 1, 2, -1, 0, 1, 2, 3, 4, -1, 0, 1, 2, 3, -1, 0, -1, 0, 1, 2, 3, 4, 5,
    ]  # fmt: skip
    kinds = {0: "n", 1: "v", -1: "."}
    assert "".join(kinds[k] for k in labels["kind"]) == ".....nnnnn.vvvv...nnnnnn"


def test_what_is_told_against_the_formula():
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 3, 4000)
    bins = np.stack([labels + 1, rng.integers(0, 8, 4000), (labels > 0).astype(int)], axis=1)
    kept = labels >= 0
    share = np.bincount(labels[kept]) / kept.sum()
    entropy = -(share * np.log(share)).sum()
    joined = np.array([share[0], share[1:].sum()])
    wanted = [1.0, 0.0, -(joined * np.log(joined)).sum() / entropy]
    assert np.allclose(states.told(bins, labels), wanted, atol=0.01)
    assert states.told(bins, labels)[0] == pytest.approx(1, abs=1e-12)
    assert not states.told(bins, np.zeros(4000, int)).any()  # nothing is there to tell


def test_the_unit_is_chosen_on_one_half_and_measured_on_the_other():
    labels = np.tile([0, 1], 500)
    bins = np.random.default_rng(1).integers(0, 2, (1000, 5))
    bins[:500, 3] = labels[:500]  # tells all in the first half, nothing in the second
    bins[500:, 1] = labels[500:]  # the other way round
    unit, tells = states.best_unit(bins, labels)
    assert unit == 3 and tells < 0.05


def test_bins_are_made_on_the_first_half():
    activity = np.linspace(-1, 1, 1001)[:, None]
    both = np.vstack([activity, 5 * activity])
    width, numbers = states.equal_width(both), states.equal_numbers(both)
    for bins in (width, numbers):
        counts = np.bincount(bins[:1001, 0])
        assert len(counts) == 8 and np.abs(counts - 125).max() <= 2
        assert bins[1001, 0] == 0 and bins[-1, 0] == 7
    skewed = np.vstack([np.sign(activity) * np.abs(activity) ** 0.01] * 2)
    assert np.bincount(states.equal_numbers(skewed)[:1001, 0]).min() > 100
    assert np.bincount(states.equal_width(skewed)[:1001, 0], minlength=8)[2:6].max() <= 1


def test_chance_is_that_of_shifted_labels():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, 2000)
    bins = np.column_stack([labels, rng.integers(0, 8, (2000, 20))])
    assert states.best_unit(bins, labels) == (0, pytest.approx(1))
    assert states.by_chance(rng, bins, labels, 10) < 0.05


def test_a_linear_read_out_tells_what_no_unit_does():
    rng = np.random.default_rng(3)
    h = rng.normal(size=(4000, 16))
    labels = np.where(rng.random(4000) < 0.1, -1, (h.sum(axis=1) > 0).astype(int))
    assert states.read_out(h, labels) > 0.8
    assert states.best_unit(states.equal_width(h), labels)[1] < 0.2
    broken = np.where(np.arange(4000) < 2000, labels, rng.integers(0, 2, 4000))
    assert states.read_out(h, broken) < 0.02


def test_the_plane_holds_what_it_holds():
    rng = np.random.default_rng(4)
    turned = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    h = 3 + rng.normal(size=(20_000, 5)) * [3, 2, 1, 1, 1] @ turned
    plane = states.plane_of(h)
    assert plane.share == pytest.approx(13 / 16, abs=0.01)
    assert np.abs(plane.axes.T @ turned[:2].T).round(2).tolist() == [[1, 0], [0, 1]]


def test_distances_by_hand():
    """Points that stand at the place in the word, so that all is counted off."""
    text = text_of(*["eel"] * 200)
    place = np.array([0.0, 1, 2, 3])  # e e l and the space after them
    points = np.append(3.0, np.tile(place, 200))[:-1, None]
    found = units.steps_and_returns(np.random.default_rng(5), points, text, 50_000)
    chance = np.abs(place[:, None] - place).mean()
    wanted = {
        "within": 1, "to_space": 1, "from_space": 3, "space_to_space": 0, "e_to_e": 1,
        "same_word": 4 / 3, "other_word": 8 / 9,
    }  # fmt: skip
    for name, value in wanted.items():
        assert found[name] == pytest.approx(value / chance, abs=0.05), name


def test_pairs_are_of_one_word_or_of_two():
    text = grammar.text(np.random.default_rng(6), 500)
    letter = text.symbols != grammar.SPACE
    a, b = units.pairs_within(np.random.default_rng(7), text.word, letter, 3000)
    assert np.array_equal(text.word[a], text.word[b]) and (a != b).all()
    assert letter[a].all() and letter[b].all() and len(a) > 500
    c, d = units.pairs_across(np.random.default_rng(8), text.word, a)
    assert (text.word[c] != text.word[d]).all() and letter[c].all() and letter[d].all()


def test_classes_told_by_the_nearest_mean():
    rng = np.random.default_rng(9)
    labels = np.where(rng.random(4000) < 0.9, 0, 1)
    apart = rng.normal(size=(4000, 2)) + 10 * labels[:, None]
    assert states.nearest(apart, labels) == 1
    assert states.nearest(rng.normal(size=(4000, 2)), labels) == pytest.approx(0.5, abs=0.1)
    assert states.balanced(np.zeros(4000, int), labels) == 0.5
    symbols = np.where((labels == 1) | (rng.random(4000) < 0.2), 5, 3)  # 5 is most often 0's
    assert states.by_letter(symbols, labels) == pytest.approx(0.9, abs=0.02)
    moved = apart + np.where(np.arange(4000) < 2000, 0, 10)[:, None]  # means are of the first half
    assert states.nearest(moved, labels) == 0.5


def test_words_of_the_classes():
    text = text_of("often", "the", "king", "swims")
    ends = np.array([5, 9, 14, 20])
    labels = units.class_labels(text, ends)
    kinds = sorted(set(units.KINDS.values()))
    assert [kinds[k] for k in labels["kinds"]] == ["adverb", "determiner", "noun", "verb"]
    classes = sorted(units.KINDS)
    assert [classes[k] for k in labels["classes"]] == ["adverb", "determiner", "human", "rests"]


def test_larger_smaller_or_neither():
    def results(differences):
        return {"runs": [{"trained": {"paths": {"plane": {"a": 1.0 + d, "b": 1.0}}}}
                         for d in differences]}  # fmt: skip

    keys = ("trained plane a", "trained plane b")
    for differences, word in (((4, 5, 6), "up"), ((-4, -5, -6), "down"), ((-2, 0, 2.5), "?")):
        assert units.word(results(differences), ("up", "?", "down"), *keys) == word


def test_labels_of_which_one_tells_more():
    def unit(tells):
        return {name: {"tells": tells[name], "letter": 0.5} for name in units.LABELS}

    tells = {"space": 0.9, "vowel": 0.1, "place": 0.9, "kind": 0.1}
    results = {"runs": [{"trained": {"units": unit(tells)}}] * 2}
    assert units.more(results, "trained tells", "trained letter") == ["space", "place"]
    assert units.more(results, "trained letter", "trained tells", units.OF_MORE) == ["kind"]


def test_a_quick_run_and_its_words(quick_run):
    results = quick_run("units")
    of_its_kind("units", results)
    shown = results["example"]
    n = len(shown["letters"])
    assert len(shown["points"]) == n and all(len(row) == n for row in shown["activity"].values())
    for header, rows in (units.table(results), units.distances(results)):
        assert len(header) <= 8 and rows and all(len(row) == len(header) for row in rows)
    trained = results["nets"]["trained"]
    assert trained["units"]["space"]["letter"]["mean"] == pytest.approx(1)
    assert f"{trained['paths']['share']['mean']:.0%}" in units.answer(results)
    assert "nine classes" in units.seen(results)
    rows = units.document(results)
    assert all(len(row) == 4 and all(row) and row[2] in VERDICTS for row in rows)
    again = units.one_run((letters.FIRST_SEED, units.QUICK))
    again.pop("example")
    assert json.loads(json.dumps(again)) == results["runs"][0]


def test_verdicts_follow_the_seeds_differences(quick_run):
    results = json.loads(json.dumps(quick_run("units")))

    def place(net, keys, value):
        for run in results["runs"]:
            of = run[net]
            for key in keys[:-1]:
                of = of[key]
            of[keys[-1]] = value

    def verdicts():
        return [row[2] for row in units.document(results)]

    for letter, untrained, said in ((0.1, 0.1, HOLDS), (0.9, 0.1, IN_PART), (0.1, 0.9, NOT)):
        for label in units.LABELS:
            place("trained", ("units", label, "tells"), 0.5)
            place("trained", ("units", label, "letter"), letter)
            place("untrained", ("units", label, "tells"), untrained)
        assert verdicts()[0] == said
    for row, near, far in ((1, "space_to_space", "e_to_e"), (5, "same_word", "other_word")):
        for plane, space, said in ((0.1, 0.1, HOLDS), (0.9, 0.1, IN_PART), (0.9, 0.9, NOT)):
            for where, distance in (("plane", plane), ("space", space)):
                place("trained", ("paths", where, far), 0.5)
                place("trained", ("paths", where, near), distance)
            assert verdicts()[row] == said
    for step, untrained, said in ((0.9, 0.1, HOLDS), (0.9, 0.9, IN_PART), (0.1, 0.1, NOT)):
        for net, length in (("trained", step), ("untrained", untrained)):
            place(net, ("paths", "plane", "from_space"), length)
            place(net, ("paths", "plane", "within"), 0.5)
        assert verdicts()[2] == said
    kinds = results["nets"]["trained"]["paths"]["kinds"]
    kinds["chance"]["interval"] = [0.25, 0.25]
    for plane, letter, said in ((0.9, 0.5, HOLDS), (0.9, 0.95, IN_PART), (0.2, 0.5, NOT)):
        place("trained", ("paths", "kinds", "plane"), plane)
        place("trained", ("paths", "kinds", "letter"), letter)
        kinds["plane"]["interval"] = [plane, plane]
        assert verdicts()[3] == said
    place("trained", ("paths", "classes", "letter"), 0.5)
    place("untrained", ("paths", "classes", "space"), 0.5)
    for told, said in ((0.9, IN_PART), (0.5, NOT)):
        place("trained", ("paths", "classes", "space"), told)
        assert verdicts()[4] == said
