"""Where the net fails: which letters are which, what is read before what, and what a run says."""

import itertools
import json

import numpy as np
import pytest
from conftest import text_of
from test_studies import of_its_kind

from studies.lab import grammar, letters
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED, VERDICTS
from studies.memory import limits

SMALL = text_of(
    (grammar.RARE, "often the boy sleeps"), (2, "a king eats the cookie"),
    (3, "the lion eats a cake"), (0, "the boy walks"),
)  # fmt: skip


# ==== Pairs =======================================================================================
def test_pairs_and_objects_by_hand():
    assert limits.pair(("a", "king", "eats", "the", "cookie")) == ("king", "cookie")
    assert limits.pair(("often", "the", "boy", "sleeps")) is None
    which, pairs = limits.objects(SMALL)
    assert which.tolist() == [8, 13] and pairs == [("king", "cookie"), ("lion", "cake")]


def test_objects_are_the_second_nouns_of_all_sentences():
    for sentence in grammar.legal_sentences():
        both = limits.pair(sentence)
        assert (both is None) == (len(sentence) <= limits.OBJECT)
        if both:
            assert sentence[limits.OBJECT] == both[1] and sentence[limits.OBJECT - 3] == both[0]


def test_what_is_kept_out_is_a_fifth_and_the_seed_s_own():
    pairs = limits.kept_out_of(100)
    assert len(pairs) == int(0.2 * len(limits.all_pairs())) == 52
    assert pairs == limits.kept_out_of(100) != limits.kept_out_of(101)
    train, test = letters.texts(100, 6000, left_out=lambda _, words: limits.pair(words) in pairs)
    assert not pairs & set(limits.objects(train)[1])
    assert pairs & set(limits.objects(test)[1])


# ==== Parts =======================================================================================
def test_parts_by_hand():
    letter = np.array(list(grammar.spelt(SMALL.symbols)[1:]))
    flags = limits.parts(SMALL)
    found = {part: "".join(letter[at]) for part, at in flags.items()}
    assert found["all letters"] == "".join(letter)
    assert found["first word of a sentence"] == "often a the the "
    assert found["nouns of 3 letters"] == "boy boy "
    assert found["nouns of 4 letters"] == "king lion cake "
    assert found["cookie"] == "cookie " and found["the other foods"] == "cake "
    assert found["second letter of cookie"] == "o"
    assert found["second letter of the other foods"] == "a"
    assert found["rare pattern"] == "often the boy sleeps "
    assert found["its adverb"] == "often " and found["after its adverb"] == "the boy sleeps "
    for one, other in (
        ("rare pattern", "the other patterns"), ("first word of a sentence", "the other words"),
    ):  # fmt: skip
        assert np.array_equal(flags[one], ~flags[other])


def test_loss_by_noun_is_of_all_its_letters():
    above = np.arange(len(SMALL.symbols) - 1.0)
    at = limits.parts(SMALL)["nouns of 3 letters"]
    with np.errstate(invalid="ignore"):  # nouns that are not there
        found = limits.by_word(SMALL, above)
    assert found["boy"] == above[at].mean() and len(found) == 22
    assert found["cookie"] == above[limits.parts(SMALL)["cookie"]].mean()


def test_how_often_a_noun_stands_beside_an_average_one():
    assert len(limits.NOUNS) == 22
    assert limits.often("cookie", SMALL.words) == pytest.approx(22 / 6)  # one of 6 nouns
    assert limits.often("boy", ["boy", "boy", "the", "cat"]) == pytest.approx(2 * 22 / 3)


# ==== Sentences after one thing or another ========================================================
def test_sentences_are_found_where_they_stand():
    text = grammar.text(np.random.default_rng(2), 400)
    found, first = limits.split(text)
    for words, at in zip(found, first.tolist(), strict=True):
        spelt = " ".join(words) + " "
        assert grammar.spelt(text.symbols[1:][at : at + len(spelt)]) == spelt
    assert [w for words in found for w in words] == text.words[: sum(map(len, found))]
    assert sum(map(len, found)) + len(text.words[sum(map(len, found)) :]) == len(text.words)


def test_reading_after_is_reading_in_one():
    net = letters.untrained(1)
    before = [("the", "boy", "sleeps"), (), ("a", "cat", "walks")]
    after = [("a", "dog", "swims"), ("the", "king", "eats", "a", "cake"), ("the", "man", "thinks")]
    read = list(limits.read_after(net, before, after, block=2))
    for (symbols, p, h), told, asked in zip(read, before, after, strict=True):
        assert grammar.spelt(symbols) == " ".join(asked) + " "
        whole = grammar.as_letters((*told, *asked))[0]
        wanted, states = letters.predicted(net, np.append(whole, 0))
        n = len(symbols)
        assert p == pytest.approx(wanted[-n - 1 : -1]) and h == pytest.approx(states[-n:])
        assert limits.nats_of(p, symbols) == pytest.approx(letters.nats(wanted[:-1], whole)[-n:])


def test_the_sentence_before_tells_the_exact_predictor_nothing():
    test = grammar.text(np.random.default_rng(5), 1500)
    net, rng = letters.untrained(3), np.random.default_rng(0)
    p, exact = letters.predicted(net, test.symbols)[0], grammar.best(test.symbols)
    found = limits.across_sentences(rng, net, test, p, exact, 10**6)
    assert found["exact_moved"] < 1e-12
    assert found["first"]["exact"] == pytest.approx(found["first"]["exact alone"])
    whole, first = limits.split(test)  # asked about all but the first
    n = slice(first[1], first[-1] + len(" ".join(whole[-1])) + 1)
    assert found["whole"]["own"] == pytest.approx(letters.nats(p, test.symbols)[n].mean())
    heads = limits.parts(test)["first word of a sentence"][n]
    assert found["first"]["own"] == pytest.approx(letters.nats(p, test.symbols)[n][heads].mean())
    assert found["moved"] > 0 and found["first"]["another"] != found["first"]["nothing"]


# ==== States ======================================================================================
def test_words_end_where_they_end():
    text = grammar.text(np.random.default_rng(1), 500)
    which = np.arange(len(text.words))
    at = limits.endings(text, which)
    for i, word in zip(at, text.words):
        assert grammar.spelt(text.symbols[1:][i - len(word) + 1 : i + 1]) == word
    assert len(at) == text.word[-1]


def test_how_near_by_hand():
    centres = {"cat": np.array([0.0, 0.0]), "dog": np.array([4.0, 0.0])}
    right, distance = limits.how_near(
        np.array([[1.0, 0.0], [3.0, 0.0], [4.0, 3.0]]), ["cat", "cat", "dog"], centres
    )
    assert right.tolist() == [True, False, True] and distance.tolist() == [1, 3, 3]


def test_states_have_read_the_letter_and_means_are_means():
    train, net = letters.texts(0, 900)[0], letters.untrained(0)
    p, h = limits.states_after(net, train.symbols)
    assert np.allclose(p, letters.predicted(net, train.symbols)[0])
    assert np.allclose(h[:-1], letters.predicted(net, train.symbols)[1][1:])
    centres = limits.mean_states(h, train)
    which, pairs = limits.objects(train)
    at = [i for i, (_, noun) in zip(limits.endings(train, which), pairs) if noun == "dog"]
    assert at and centres["dog"] == pytest.approx(h[at].mean(axis=0))


def test_losses_at_pairs_are_those_of_the_object_s_letters():
    train, test = letters.texts(7, 3000)
    net, unseen = letters.untrained(7), limits.kept_out_of(7)
    exact_loss = letters.nats(grammar.best(test.symbols), test.symbols)
    found, _ = limits.at_pairs(net, train, test, exact_loss, unseen)
    above = letters.nats(letters.predicted(net, test.symbols)[0], test.symbols) - exact_loss
    starts = np.flatnonzero(test.slot == 0)
    mine, read = {}, f" {' '.join(train.words)} "
    for a, b in itertools.pairwise(starts.tolist()):
        both = limits.pair(test.words[a:b])
        if both:
            kind = "kept out" if both in unseen else "others"
            known = f" {' '.join(test.words[a:b])} " in read  # a sentence begins with no object
            for name in (kind, f"{kind}, {'read' if known else 'never read'}"):
                mine.setdefault(name, []).append(above[test.word[1:] == b - 1])
    assert set(found) == set(mine) and len(mine) == 6
    for kind, losses in mine.items():
        assert found[kind]["above"] == pytest.approx(np.concatenate(losses).mean())
        of = len(mine["kept out"]) + len(mine["others"])
        assert found[kind]["share"] == pytest.approx(len(losses) / of)


def test_things_that_are_eaten_are_not_of_the_grammar(monkeypatch):
    train, net = letters.texts(0, 6000)[0], letters.untrained(0)
    centres = limits.mean_states(limits.states_after(net, train.symbols)[1], train)
    asked, how_near = [], limits.how_near
    monkeypatch.setattr(limits, "how_near", lambda *of: asked.append(of) or how_near(*of))
    found = limits.not_in_the_grammar(net, centres)
    states, nouns, _ = asked[0]
    assert len(states) == len(nouns) == 2 * 6 * 2 * 5 and nouns[0] == "book"
    first = grammar.as_letters(["the", "boy", "sleeps", "the", "boy", "eats", "the", "book"])[0]
    assert states[0] == pytest.approx(letters.predicted(net, first)[1][-1])  # has read the k
    assert found["legal"] == 0 and 2 < found["loss"] < 5  # ln 27 is 3.3
    assert ("the", "king", "eats", "the", "cake") in grammar.legal_sentences()


# ==== What a run says =============================================================================
def test_a_quick_run_its_words_and_its_tables(quick_run, monkeypatch):
    results = quick_run("limits")
    of_its_kind("limits", results)
    for of in (limits.table, limits.pairs_table, limits.across_table):
        header, rows = of(results)
        assert rows and all(len(row) == len(header) for row in rows)
    assert f"{results['parts']['rare pattern']['fresh']['mean']:.3f}" in limits.answer(results)
    rows = limits.document(results)
    assert len(rows) == 5 and all(len(row) == 4 and row[2] in VERDICTS for row in rows)
    assert list(limits.figures(results)) == ["limits.png"]
    asked, made, at_pairs, trained = [], [], limits.at_pairs, letters.trained

    def train(seed, symbols, n_updates):
        made.append((trained(seed, symbols, n_updates), len(symbols)))
        return made[-1][0]

    monkeypatch.setattr(limits, "at_pairs", lambda *of: asked.append(of[:2]) or at_pairs(*of))
    monkeypatch.setattr(letters, "trained", train)
    again = limits.one_run((letters.FIRST_SEED, limits.QUICK))
    assert json.loads(json.dumps(again)) == results["runs"][0]
    kept_out = limits.kept_out_of(letters.FIRST_SEED)
    met = [bool(kept_out & set(limits.objects(text)[1])) for _, text in asked]
    assert met == [False, True]  # the second net's text, then the first's
    assert asked[0][0] is made[2][0] and asked[1][0] is made[0][0]
    fixed, fresh = limits.QUICK.n_letters + 1, letters.CHUNK * limits.QUICK.n_updates + 1
    assert [n for _, n in made] == [fixed, fresh, fixed]


def test_a_verdict_is_the_interval_s():
    values = {"interval": [0.1, 0.3]}, {"interval": [-0.3, -0.1]}, {"interval": [-0.1, 0.1]}
    assert [limits.clear(v) for v in values] == [1, -1, 0]
    assert limits.clear({"interval": [1.1, 1.2]}, 1.0) == 1


def test_differences_are_of_the_same_seed():
    runs = [
        {"parts": {"a": {"net": n, "exact": 1.0}, "b": {"net": 2.0, "exact": 0.5}}}
        for n in (3.0, 5.0)
    ]
    assert limits.above(runs[0], "a") == 2.0
    found = limits.less(runs, "a", "b")
    assert found["mean"] == 1.5 and found["min"] == 0.5


def a_run(second, first, distance=2.0):
    """A run of nets so far above on objects: (pairs kept out, others, these never read)."""

    def kinds(new, others, never, far):
        of = {"kept out": new, "others": others, limits.NEW: new, limits.OTHER: never}
        at = {kind: {"above": nats, "distance": 1.0} for kind, nats in of.items()}
        at["kept out"]["distance"], at[limits.NEW]["distance"] = far, 1.5 * far
        return at

    pairs = {"second": kinds(*second, distance), "first": kinds(*first, 1.0)}
    return {"pairs": pairs, "met": 1.0, "eaten": {"distance": 3.0}}


def test_keeping_out_is_the_difference_of_two_differences():
    runs = [a_run((new, 1.0, 2.5), (1.0, 0.5, 0.75)) for new in (4.0, 6.0)]
    runs[0]["pairs"]["first"]["kept out, read"] = {"above": 0.0}  # not in every run: left out
    found = limits.pairs_of(runs)
    assert found["of keeping out"]["mean"] == 3.5  # (3 - 0.5 + 5 - 0.5) / 2
    assert found["of keeping out, never read"]["mean"] == 2.25  # (1.5 - 0.25 + 3.5 - 0.25) / 2
    assert found["second"]["more, never read"]["mean"] == 2.5
    assert found["second"]["ratio"]["mean"] == 2 and found["eaten ratio"]["mean"] == 3
    assert found["second"]["ratio, never read"]["mean"] == 3
    assert "kept out, read" not in found["first"]


def test_words_are_the_results(quick_run):
    """Other results, other words: each verdict follows its interval."""
    results = json.loads(json.dumps(quick_run("limits")))
    pairs, first = results["pairs"], results["across"]["first"]
    above, below, around = [0.1, 0.2], [-0.2, -0.1], [-0.1, 0.1]

    def cost(of_net, of_nets):
        pairs["second"]["more, never read"]["interval"] = of_net
        pairs["of keeping out, never read"]["interval"] = of_nets
        return limits.new_pairs(pairs)

    assert [cost(around, above), cost(above, above)] == ["perhaps more", "more"]
    assert [cost(around, below), cost(below, below)] == ["perhaps less", "less"]
    assert cost(around, around).startswith("no more")
    for value in (pairs["eaten ratio"], pairs["second"]["ratio, never read"]):
        value["interval"] = [0.9, 1.1]
    *_, verdict, why = limits.of_pairs(results)
    assert why.count("states not confused") == 2 and verdict == NOT
    pairs["eaten ratio"]["interval"] = [2.3, 3.2]
    *_, verdict, why = limits.of_pairs(results)
    assert why.startswith("The document's example: states confused, as said (no sentence")
    assert "Legal new pairs: states not confused;" in why and verdict == IN_PART
    pairs["second"]["ratio, never read"]["interval"] = [2.3, 3.2]
    assert limits.of_pairs(results)[2] == HOLDS
    for interval, said in ((above, "does worse"), (below, "does better"), (around, "No failure")):
        first["another less own"]["interval"] = interval
        results["across"]["exact_moved"] = 0.0
        assert said in limits.of_sentences(results)[3]
        assert limits.of_sentences(results)[2] == UNTESTED
        results["across"]["exact_moved"] = 0.1
        assert limits.of_sentences(results)[2] == (HOLDS if interval is above else NOT)
    results["often"]["interval"] = [0.4, 0.6]
    assert "seen less often than a noun" in limits.of_long_words(results)[3]
    rare = results["parts"]["rare pattern"]
    for fresh, said in (([0.1, 0.2], "for want of examples"), ([0.4, 0.9], "no clear gain")):
        rare["net"]["interval"], rare["fresh"]["interval"] = [0.3, 0.5], fresh
        assert said in limits.of_rare_pattern(results)[3]
    for interval, verdict in ((above, HOLDS), (around, NOT), (below, NOT)):
        results["rare"]["interval"] = interval
        assert limits.of_rare_pattern(results)[2] == verdict
    parts = results["parts"]
    parts["nouns of 3 letters"]["loss of net"]["mean"] = 0.5
    parts[f"second letter of {limits.COOKIE}"]["loss of exact"]["mean"] = 0.7
    parts[f"second letter of {limits.FOODS}"]["loss of exact"]["mean"] = 0.2
    for loss, seen, verdict in ((0.6, [0.4, 0.6], HOLDS), (0.6, [0.9, 1.1], IN_PART),
                                (0.4, [0.4, 0.6], NOT)):  # fmt: skip
        parts[limits.COOKIE]["loss of net"]["mean"], results["often"]["interval"] = loss, seen
        assert limits.of_long_words(results)[2] == verdict
    exact = parts["all letters"]["loss of exact"]
    for loss, certain, verdict in ((0.0, 1.0, HOLDS), (0.3, 0.7, NOT)):
        exact["mean"], results["certain"]["mean"] = loss, certain
        assert limits.of_deterministic(results)[2] == verdict
