"""Clusters and classes: the index, the vectors of words, what is said of them."""

import itertools
import json

import numpy as np
import pytest
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.lab import clusters, grammar, letters
from studies.lab import word_states as ws
from studies.lab.verdicts import HOLDS, IN_PART, NOT, VERDICTS
from studies.memory import classes


def by_pairs(a, b):
    """Hubert and Arabie's index from all pairs, one by one."""
    pairs = list(itertools.combinations(range(len(a)), 2))
    in_a, in_b = ([x[i] == x[j] for i, j in pairs] for x in (a, b))
    both = sum(p and q for p, q in zip(in_a, in_b))
    chance = sum(in_a) * sum(in_b) / len(pairs)
    return (both - chance) / ((sum(in_a) + sum(in_b)) / 2 - chance)


def test_adjusted_rand_by_hand():
    # three of five pairs together agree: S = 2, A = 4, B = 4, N = 15
    assert clusters.adjusted_rand([0, 0, 1, 1, 2, 2], [0, 0, 1, 2, 2, 2]) == pytest.approx(
        (2 - 3 * 4 / 15) / (3.5 - 3 * 4 / 15)
    )
    assert clusters.adjusted_rand(list("aabb"), [7, 7, 3, 3]) == 1
    assert clusters.adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)
    assert clusters.adjusted_rand([0, 0, 0], [1, 1, 1]) == 1


@pytest.mark.parametrize("seed", range(8))
def test_adjusted_rand_against_all_pairs(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(4, size=20), rng.integers(3, size=20)
    assert clusters.adjusted_rand(a, b) == pytest.approx(by_pairs(a, b))


def test_permuted_is_the_index_of_each_order_and_0_on_average():
    a, b = np.repeat(np.arange(4), 5), np.arange(20) % 3
    found = clusters.permuted(a, b, np.random.default_rng(1), 400)
    order = np.random.default_rng(1).permuted(np.tile(a, (400, 1)), axis=1)
    assert found == pytest.approx([by_pairs(one, b) for one in order])
    assert abs(found.mean()) < 0.02


def test_clusters_are_those_of_the_drawing():
    vectors = np.array([[0.0], [0.1], [5.0], [5.2], [20.0]])
    assert clusters.adjusted_rand([0, 0, 1, 1, 2], clusters.clusters_of(vectors, 3)) == 1
    assert len(clusters.tree(vectors)) == 4
    # from 0 and 2.4 to 5.0 it is 2.6 by single linkage, 3.8 by average, 5.0 by complete
    for last, cut in ((8.5, [0, 0, 1, 1]), (9.2, [0, 0, 0, 1])):
        found = clusters.clusters_of(np.array([[0.0], [2.4], [5.0], [last]]), 2)
        assert clusters.adjusted_rand(cut, found) == 1


def test_nearest_is_of_another_group():
    vectors = np.array([[0.0], [1.0], [3.0], [7.0]])
    assert list(clusters.nearest(vectors, np.arange(4))) == [1, 0, 1, 2]
    assert list(clusters.nearest(vectors, np.array([0, 0, 1, 1]))) == [2, 2, 1, 1]


def test_explained_is_the_share_between_labels_within_groups():
    vectors = np.array([[0.0], [0.0], [2.0], [2.0], [10.0], [13.0], [10.0], [13.0]])
    groups, labels = np.repeat([0, 1], 4), np.array([0, 0, 1, 1, 0, 0, 1, 1])
    assert clusters.explained(vectors, groups, labels) == pytest.approx(4 / 13)
    assert clusters.group_by_group(vectors, groups, labels)[0] == 1


def test_the_read_out_reads_what_is_there_and_nothing_else():
    rng = np.random.default_rng(0)
    groups, labels = rng.integers(3, size=400), rng.integers(2, size=400)
    noise = rng.normal(size=(400, 5)) + 10 * groups[:, None]
    assert 0.4 < clusters.read_out(noise, groups, labels) < 0.6
    told = noise.copy()
    told[:, 2] += 6 * labels
    assert clusters.read_out(told, groups, labels) > 0.97
    mixed = clusters.shuffled_within(rng, groups, labels)
    for group in range(3):
        at = groups == group
        assert mixed[at].sum() == labels[at].sum() and not np.array_equal(mixed[at], labels[at])


def test_states_are_those_of_their_letters():
    """The last letter's state of each word, against the net run letter by letter."""
    text = grammar.text(np.random.default_rng(3), 200)
    net = letters.untrained(4)
    read = ws.read(net, text)
    so_far = " "
    for n, word in enumerate(text.words[: len(read.last)]):
        ends = (so_far, so_far + word, so_far + word + " ")
        for states, end in zip((read.before, read.last, read.after), ends):
            alone = letters.predicted(net, grammar.encode(end + " "))[1][-1]
            assert states[n] == pytest.approx(alone)
        assert ws.LEXICON[read.numbers[n]] == word
        so_far = ends[-1]
    h = ws.read_from(net, read.before[:3], grammar.encode("cat"))
    one = ws.read_from(net, read.before[1:2], grammar.encode("cat"))
    assert h.shape == (3, 3, 64) and h[:, 1] == pytest.approx(one[:, 0])
    assert ws.read_from(net, read.before[:1], grammar.encode(text.words[0]))[-1, 0] == (
        pytest.approx(read.last[0])
    )


def test_words_of_a_net_of_words():
    numbers = ws.numbers_of(["the", "boy", "sleeps", "the", "cat"])
    net = ws.words_initial(np.random.default_rng(0))
    read = ws.read_words(net, numbers)
    assert np.array_equal(read.numbers, numbers[1:-1])
    h = letters.predicted(net, numbers)[1]
    assert np.array_equal(read.last[0], h[1]) and np.array_equal(read.before[0], h[0])


def test_averages_and_neighbours_by_hand():
    found, which = ws.averaged(np.array([[1.0], [3.0], [9.0]]), np.array([5, 5, 2]))
    assert found.tolist() == [[9.0], [2.0]] and which.tolist() == [2, 5]
    things = np.array([0, 1, 2, 2, 1, 0, 1])
    at = np.arange(7)
    counts = ws.neighbours(at, at, things, things, 3, 1)
    before, after = counts[:3, :3], counts[:3, 3:]
    assert before.tolist() == [[0, 1, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]  # not of the text's ends
    assert after.tolist() == [[0, 1, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]
    few = ws.neighbours(at[:2], at[:2], things[:2], things, 3, 1)
    assert few[1].tolist() == [1, 0, 0, 0, 0, 1]


def test_words_in_random_order_are_the_same_words():
    text = grammar.text(np.random.default_rng(0), 400)
    mixed = grammar.spelt(ws.in_random_order(np.random.default_rng(1), text))
    assert len(mixed) == 401 and mixed != grammar.spelt(text.symbols)
    assert set(mixed.split()[:-1]) <= set(text.words)


def test_what_stood_before_a_noun():
    words = ["the", "boy", "sees", "a", "cat", "the", "dog", "sleeps"]
    words += ["often", "a", "king", "walks"]
    slot = np.array([0, 1, 2, 3, 4, 0, 1, 2, 0, 1, 2, 3])
    text = grammar.Text(None, None, None, words, None, slot)
    found = classes.of_nouns(text, np.arange(len(words)))
    noun, labels = classes.what_stood_before(text, len(words))
    assert [words[i] for i in np.flatnonzero(noun)] == ["boy", "cat", "dog", "king"]
    assert list(labels["determiner"][noun]) == ["the", "a", "the", "a"]
    assert list(labels["role"][noun]) == ["subject", "object", "subject", "subject"]
    assert list(labels["verb"][noun]) == ["", "sees", "", ""]
    assert list(found["verb"][0]) == [4] and list(found["role"][0]) == [1, 4, 6, 10]


def test_classes_told_in_the_vectors_are_found():
    everyone = np.arange(len(ws.LEXICON))
    one_hot = np.eye(9)[clusters.numbered(ws.KINDS)]
    noise = np.random.default_rng(0).normal(size=(38, 9))
    rng = np.random.default_rng(1)
    told = classes.agreement(one_hot + 0.01 * noise, everyone, rng, 50)
    assert all(told[q] == {"index": 1.0, "above": True} for q in ("classes", "nouns", "verbs"))
    assert told["nearest"] == 37 / 38  # "often" has no other adverb
    nothing = classes.agreement(noise, everyone, rng, 200)
    assert nothing["classes"]["index"] < 0.2


def test_single_places_of_separate_words():
    numbers = np.repeat(np.arange(38), 3)
    kinds = clusters.numbered(ws.KINDS)
    states = np.eye(9)[kinds[numbers]] * 9 + np.eye(38)[numbers][:, :9]
    states = np.hstack([states, np.eye(38)[numbers]])
    found = classes.single_places(states, numbers, np.random.default_rng(0), 30)
    assert found["index"] == 1 and found["above"] and found["same_word"] == 1
    assert found["same_class"] == pytest.approx(37 / 38)
    others = [(np.sum(np.equal(ws.KINDS, kind)) - 1) / 37 for kind in ws.KINDS]
    assert found["same_class_by_chance"] == pytest.approx(np.mean(others))


@pytest.fixture(scope="module")
def results(quick_run):
    results = quick_run("classes")
    of_its_kind("classes", results)
    return results


def test_words_and_tables_of_a_quick_run(results):
    for of in (classes.table, classes.single, classes.within_nouns):
        header, rows = of(results)
        assert rows and len(header) <= 8 and all(len(row) == len(header) for row in rows)
    net = results["agreement"]["net"]["classes"]["index"]["mean"]
    assert f"{net:.2f}" in classes.answer(results)
    assert "space before" in results["agreement"] and len(results["through"]["last"]) == 3
    assert all(len(row) == 4 and row[2] in VERDICTS for row in classes.document(results))
    assert set(classes.figures(results)) == {"classes.png", "classes_places.png"}


def test_the_answer_names_what_is_above_the_net(results):
    of = json.loads(json.dumps(results))
    for name in of["agreement"]:
        of["agreement"][name]["classes"]["index"]["mean"] = 0.1
    of["agreement"]["net"]["classes"]["index"]["mean"] = 0.5
    assert "no control is above" in classes.answer(of)
    of["agreement"]["words around"]["classes"]["index"]["mean"] = 0.71
    assert "above the net are words around 0.71" in classes.answer(of)


def indices(results, **by_name):
    """Results with these indices for all classes, seed by seed, and their means."""
    of = json.loads(json.dumps(results))
    for name, values in by_name.items():
        name = name.replace("_", " ")
        of["runs"] = of["runs"][: len(values)]
        for run, value in zip(of["runs"], values):
            run["agreement"][name]["classes"]["index"] = value
        of["agreement"][name]["classes"]["index"]["mean"] = float(np.mean(values))
    return of


def test_above_is_by_differences_within_seeds(results):
    """0.30 and 0.50 against 0.20 and 0.401: overlapping, each about 0.1 above; then the other."""
    of = indices(results, net=(0.3, 0.5), untrained=(0.2, 0.401), spelling=(0.5, 0.29))
    assert classes.above(of, "net", ("untrained", "spelling")) == ["untrained"]


def test_words_are_decided_by_results(results):
    of = indices(results, net=(0.3, 0.5), untrained=(0.2, 0.401), spelling=(0.1, 0.3),
                 random_order=(0.1, 0.3), word_alone=(0.5, 0.29), words_around=(0.6, 0.6),
                 space_before=(0.5, 0.7))  # fmt: skip
    of["agreement"]["net"]["classes"]["above"]["share"] = 1.0
    said = classes.recovered(of)
    assert said.startswith("more than chance, untrained, spelling, but not recovered. Nor are")
    assert classes.by_training(of).endswith("in part")
    for value, found in zip((0.1, 0.2, 0.4), of["through"]["last"]):
        found["mean"] = value
    assert "rises by 0.30, nine tenths of it within 200 updates" in classes.emerging(of)
    of["through"]["last"][1]["mean"] = 0.38
    assert "within 50 updates" in classes.emerging(of)
    assert classes.document(of)[-1][3].startswith("not purely")
    said = [row[2] for row in classes.document(of)]
    assert said[0] == said[4] == said[5] == said[6] == IN_PART
    worse = indices(of, net=(0.1, 0.1), random_order=(0.1, 0.3), space_before=(0.1, 0.1))
    assert classes.by_training(worse).startswith("not clearly more")
    assert classes.emerging(worse) == "no clear rise"
    assert not classes.document(worse)[-1][3].startswith("not purely")
    said = [row[2] for row in classes.document(worse)]
    assert said[0] == said[4] == said[5] == NOT and said[6] == HOLDS
    best = indices(of, net=(0.95, 1.0), untrained=(0.0, 0.01), random_order=(0.0, 0.01))
    best["agreement"]["untrained"]["classes"]["above"]["k"] = 0
    said = [row[2] for row in classes.document(best)]
    assert said[0] == said[4] == said[5] == HOLDS
    assert "They are by counts" in classes.recovered(indices(of, words_around=(1.0, 1.0)))


def test_verdicts_of_places_follow_the_results(results):
    of = json.loads(json.dumps(results))
    determiner, verb = of["nouns"]["determiner"], of["nouns"]["verb"]

    def verdicts():
        return [row[2] for row in classes.document(of)]

    for index, said in ((0.1, NOT), (0.95, HOLDS)):
        determiner["net"]["boy"]["mean"] = index
        assert verdicts()[1] == said
    for w in (determiner, verb):
        w["noun alone"]["read_out"]["interval"] = [0.4, 0.5]
    for low, net, start, said in ((0.6, 0.7, 0.9, IN_PART), (0.6, 0.7, 0.5, HOLDS),
                                  (0.45, 0.7, 0.5, NOT)):  # fmt: skip
        for w in (determiner, verb):
            w["net"]["read_out"].update(mean=net, interval=[low, 0.8])
            w["untrained"]["read_out"]["mean"] = start
        assert verdicts()[2] == said
    bare, single = of["agreement"]["untrained, space before"]["classes"]["above"], of["single"]
    single["untrained"]["same_class"]["interval"] = [0.1, 0.2]
    for share, low, said in ((1.0, 0.15, NOT), (1.0, 0.3, IN_PART), (0.0, 0.3, HOLDS)):
        bare["share"], single["net"]["same_class"]["interval"] = share, [low, 0.4]
        assert verdicts()[3] == said


def test_the_determiner_may_be_read_out_where_it_divides_nothing():
    by = {"net": {"boy": {"mean": 0.0}, "read_out": {"mean": 0.74, "interval": [0.72, 0.76]}},
          "noun alone": {"read_out": {"mean": 0.5, "interval": [0.49, 0.51]}}}  # fmt: skip
    role = {"net": {"boy": {"mean": 0.9}}}
    assert classes.divides(by, role).endswith("though read out at 74% (chance 50%)")
    by["net"]["read_out"]["interval"] = [0.4, 0.6]
    assert "and not even" in classes.divides(by, role)
    assert classes.divides({"net": {"boy": {"mean": 1.0}}}, role) == "they do"


def test_a_run_is_the_same_again():
    plan = classes.QUICK._replace(updates=(0, 5, 20), word_updates=5, n_permutations=9)
    once = classes.one_run((1, plan))
    assert once == classes.one_run((1, plan)) != classes.one_run((2, plan))
    assert once["agreement"]["net"] != once["agreement"]["names shuffled"]


def test_new_symbols_of_a_net_of_words_keep_their_first_weights():
    numbers = ws.numbers_of(grammar.text(np.random.default_rng(0), 600).words)
    start = ws.words_initial(np.random.default_rng(2), 3)
    net = ws.words_trained(np.random.default_rng(2), numbers, 8, 3)
    assert isinstance(net, core.RNN) and len(net.W_xh) == 41
    assert np.array_equal(net.W_xh[38:], start.W_xh[38:])
    assert not np.array_equal(net.W_xh[:38], start.W_xh[:38])
