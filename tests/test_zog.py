"""New words in known words' places: what is drawn, what is read, where it lands."""

import copy

import numpy as np
import pytest
from test_studies import of_its_kind

from studies.lab import grammar, letters
from studies.lab import word_states as ws
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED, VERDICTS
from studies.memory import zog


@pytest.mark.parametrize("kind", zog.PLACED)
def test_new_words_share_no_letter_with_the_word_they_stand_for(kind):
    known = grammar.CLASSES[kind]
    found = zog.new_words(np.random.default_rng(0), 50, known)
    assert len({word for word, _ in found}) == 50
    occurring = set("".join(ws.LEXICON))
    assert len(occurring) == 23
    for n, (word, stands_for) in enumerate(found):
        assert stands_for == known[n % len(known)] and word not in ws.LEXICON
        assert not set(word) & set(stands_for) and set(word) <= occurring
        shape = "".join("v" if letter in zog.VOWELS else "c" for letter in word)
        assert shape in zog.SHAPES


def test_unseen_letters_begin_words_and_never_occur():
    found = zog.new_words(np.random.default_rng(0), 30, ("man", "king"), unseen=True)
    assert {word[0] for word, _ in found} == set("jxz")
    assert not set("jxz") & set("".join(ws.LEXICON))
    assert all(not set(word) & set(stands_for) for word, stands_for in found)


@pytest.fixture(scope="module")
def read():
    """An untrained net, a text, and what the net made of it."""
    net, text = letters.untrained(3), letters.texts(3, 4_000)[1]
    return net, text, zog.known(ws.read(net, text))


def test_a_known_word_in_its_own_places_has_its_own_vector(read):
    net, _, of = read
    for word in ("man", "bread", "sees"):
        number = ws.LEXICON.index(word)
        found = zog.put_in_place(net, [(word, number)], of)
        for state in zog.STATES:
            own = of.vectors[state][of.which == number]
            assert found[state] == pytest.approx(own)


def test_a_new_word_is_read_at_each_place_of_the_known_one(read):
    """Against the text with the word replaced, letter by letter, up to each place."""
    net, text, of = read
    number = ws.LEXICON.index("glass")
    found = zog.put_in_place(net, [("zupi", number)], of)
    ends = []
    for n in np.flatnonzero(of.numbers == number):
        before = " " + "".join(word + " " for word in text.words[:n])
        ends.append(letters.predicted(net, grammar.encode(before + "zupi "))[1][-1])
    assert len(ends) > 1 and found["last letter"][0] == pytest.approx(np.mean(ends, axis=0))
    alone = zog.put_alone(net, [("zupi", number)])["last letter"][0]
    assert alone == pytest.approx(letters.predicted(net, grammar.encode(" zupi "))[1][-1])
    assert np.abs(alone - found["last letter"][0]).max() > 1e-3


def corners():
    """A vector for each known word: its class's axis, and a little of its own."""
    at = np.array([zog.KINDS.index(kind) for kind in ws.KINDS])
    return 10 * np.eye(9)[at] + 0.1 * np.random.default_rng(0).normal(size=(38, 9))


def test_landing_is_at_the_nearest_centroid_without_the_word_replaced():
    vectors, everyone = corners(), np.arange(38)
    of_animal = ws.LEXICON.index("cat")
    new = vectors[[of_animal, 0]]
    stood = np.array([0, of_animal])  # boy, cat
    found = zog.landed(new, stood, vectors, everyone, ws.KINDS)
    assert [zog.KINDS[i] for i in found] == ["animal", "human"]
    # "often" is the only adverb: without it nothing lands there
    often = ws.LEXICON.index("often")
    gone = zog.landed(vectors[[often]], np.array([often]), vectors, everyone, ws.KINDS)
    assert zog.KINDS[gone[0]] != "adverb"
    assert zog.nearest_word(vectors[[0]], np.array([0]), vectors, everyone)[0] in range(1, 6)


def test_judged_by_hand():
    vectors, everyone = corners(), np.arange(38)
    boy, cat, bread, eats = map(ws.LEXICON.index, ("boy", "cat", "bread", "eats"))
    # boy lands right, cat with the humans, bread with a verb, eats right
    found = zog.judged(
        vectors[[boy, boy, eats, eats]], np.array([boy, cat, bread, eats]), vectors, everyone
    )
    assert found["nouns"] == 1 / 3 and found["verbs"] == 1.0
    assert found["right"] == 0.5 and found["kind"] == 0.75 and found["word"] == 0.5
    landed = {(zog.PLACED[i], zog.KINDS[j]) for i, j in np.argwhere(found["matrix"])}
    assert landed == {
        ("human", "human"), ("animal", "human"), ("food", "acts"), ("acts", "acts"),
    }  # fmt: skip


def test_kinds_are_noun_verb_and_neither():
    assert zog.kind_of(np.array(["thing", "acts", "adverb"])).tolist() == [0, 1, 2]


def test_chance_and_permuted_classes():
    vectors, everyone = corners(), np.arange(38)
    number = ws.LEXICON.index("boy")
    assert zog.by_chance(np.array([number]), everyone) == 5 / 37
    placed = np.flatnonzero(np.isin(ws.KINDS, zog.PLACED))
    rng = np.random.default_rng(0)
    mixed = zog.permuted(vectors[placed], placed, vectors, everyone, rng, 50)
    assert 0.03 < mixed["right"] < 0.3
    n_nouns = np.isin(ws.KINDS, zog.NOUNS).sum()
    both = n_nouns * mixed["nouns"] + (len(placed) - n_nouns) * mixed["verbs"]
    assert mixed["right"] == pytest.approx(both / len(placed))


def test_less_the_mean_takes_the_spelling_away():
    """A net without recurrence reads the same everywhere: nothing is left of the context."""
    net, text = letters.untrained(3), letters.texts(3, 4_000)[1]
    net.W_hh[...] = 0.0
    of = zog.known(ws.read(net, text))
    words = [("zupi", 0), ("dum", ws.LEXICON.index("cat"))]
    new = zog.put_in_place(net, words, of)
    general = [zog.read_in(net, of.before[:9], grammar.encode(w + " ")) for w, _ in words]
    for state in zog.STATES:
        assert new[state] == pytest.approx(np.array([one[state] for one in general]))
    net = letters.untrained(3)
    of = zog.known(ws.read(net, text))
    new = zog.put_in_place(net, words, of)
    found, vectors = zog.less_the_mean(net, words, new, of, np.random.default_rng(0))
    assert np.linalg.norm(found["last letter"], axis=1) == pytest.approx(1)
    assert np.linalg.norm(vectors["last letter"], axis=1) == pytest.approx(1)


def test_zog_stands_where_man_stood(read):
    net, text, of = read
    found = zog.zog_for_man(net, text)
    number = ws.LEXICON.index("man")
    near = zog.put_in_place(net, [("zog", number)], of)
    for state in zog.STATES:
        distances = np.linalg.norm(of.vectors[state] - near[state], axis=1)
        assert found[state]["words"][0] == ws.LEXICON[of.which[distances.argmin()]]
    boys = text._replace(words=["boy" if word == "man" else word for word in text.words])
    assert zog.zog_for_man(net, boys) is None


@pytest.fixture(scope="module")
def results(quick_run):
    results = quick_run("zog")
    of_its_kind("zog", results)
    return results


def test_words_and_tables_of_a_quick_run(results):
    for of in (zog.table, zog.zogs):
        header, rows = of(results)
        assert rows and len(header) <= 8 and all(len(row) == len(header) for row in rows)
    share = results["shares"]["new word"]["last letter"]["right"]["mean"]
    assert f"{share:.1%}" in zog.answer(results)
    assert all(len(row) == 4 and row[2] in VERDICTS for row in zog.document(results))
    assert set(zog.figures(results)) == {"zog.png"}
    assert np.sum(results["matrix"]["new word"], axis=1) == pytest.approx(1)


def test_shares_of_every_seed_are_kept(results):
    for name, by_state in results["shares"].items():
        for state, by in by_state.items():
            for measure, found in by.items():
                each = [run["shares"][name][state][measure] for run in results["runs"]]
                assert len(each) == 2 and found["mean"] == pytest.approx(np.mean(each))


def with_shares(results, name, state, values, controls):
    """Results of as many seeds as values, in which each control has these shares."""
    results["runs"] = [copy.deepcopy(results["runs"][0]) for _ in values]
    for at, run in enumerate(results["runs"]):
        run["shares"][name][state]["right"] = values[at]
        for control, of in zip(zog.SETS[name], controls):
            run["shares"][control][state]["right"] = of[at]


@pytest.mark.parametrize("name", zog.SETS)
def test_above_is_by_differences_within_seeds(results, name):
    """Shares that overlap, but are each 1 point above the control's of the same seed."""
    of, state = copy.deepcopy(results), zog.STATES[0]
    own = [0.10, 0.20, 0.31]
    other = [x - 0.01 - 0.001 * i for i, x in enumerate(own)]
    with_shares(of, name, state, own, (other, other[::-1], own))
    above, short = zog.apart(of, name, state)
    assert list(above) == ["word alone"] and list(short) == ["untrained", "permuted"]
    # a mean of 1.1 points, a standard deviation of 0.1: t of 2 degrees of freedom is 4.303
    half = 0.1 * 4.303 / 3**0.5
    assert above["word alone"] == f"word alone (+1.1 points, {1.1 - half:.1f} to {1.1 + half:.1f})"
    assert "above word alone (+1.1" in zog.against(of, name, state)
    assert "not clearly above untrained" in zog.against(of, name, state)
    assert "not by both states clearly above" in zog.by_controls(of, name)


def test_the_answer_says_whether_it_is_above_the_controls(results):
    assert "not clearly above" in zog.answer(results)
    of = copy.deepcopy(results)
    for run in of["runs"]:
        for name, controls in zog.SETS.items():
            for state in zog.STATES:
                run["shares"][name][state]["right"] = 0.5
                for control in controls:
                    run["shares"][control][state]["right"] = 0.1
                run["shares"]["known word"][state]["right"] = 0.9
    assert "clearly above" not in zog.answer(of)
    *_, verdict, why = zog.document(of)[1]
    assert why.count("above every control by both states") == 2 and verdict == IN_PART
    of["shares"]["new word"]["last letter"]["right"]["mean"] = 0.2
    of["shares"]["known word"]["last letter"]["right"]["mean"] = 0.9
    assert "far below known words (90.0%)" in zog.answer(of)
    for run in of["runs"]:
        run["shares"]["known word"]["last letter"]["right"] = 0.5
    assert zog.document(of)[1][2] == HOLDS
    for run in of["runs"]:
        for controls in zog.SETS.values():
            run["shares"][controls[-1]]["last letter"]["right"] = 0.9
    assert zog.document(of)[1][2] == NOT


def test_verdicts_on_zog_and_on_memorization(results):
    of = copy.deepcopy(results)
    human = {"human": {"k": 2, "n": 2, "share": 1.0}, "nearest_human": {"k": 2, "n": 2}}
    of["zog"] = {state: {**human, "nearest": ["boy"]} for state in zog.STATES}
    assert zog.document(of)[0][2:] == (HOLDS, "on every seed")
    of["zog"]["space after"]["human"] = {"k": 1, "n": 2, "share": 0.5}
    assert zog.document(of)[0][2] == NOT
    of["zog"] = None
    assert zog.document(of)[0][2:] == (UNTESTED, "not asked")
    right = of["shares"][zog.TWO_NETS + ", untrained"]["last letter"]["right"]
    for low, verdict in ((0.5, NOT), (0.01, HOLDS)):
        right["interval"] = [low, 0.9]
        assert zog.document(of)[2][2] == verdict


def test_unseen_letters_have_controls_of_their_own():
    """The net alone, untrained and in place differ, and are not those of the other set."""
    plan, (train, held_out) = zog.QUICK, letters.texts(1, 3_000)
    rng = zog.generators("zog", 1, zog.PARTS)
    net = letters.trained(1, train.symbols, 50)
    found, _ = zog.of_letters(1, plan, rng, (net, net), held_out)
    assert found["unseen letters"] == found["unseen, untrained"]
    assert found["unseen letters"] != found["unseen, alone"] != found["word alone"]


def test_a_run_is_the_same_again():
    plan = zog.QUICK._replace(n_updates=20, word_updates=5, n_new=3)
    once = zog.one_run((1, plan))
    assert once == zog.one_run((1, plan)) != zog.one_run((2, plan))
