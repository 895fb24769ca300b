"""The grammar's text, its exact predictor, the net that reads it, and what a run of them says."""

import functools
import itertools
import json

import numpy as np
import pytest
from conftest import text_of
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.lab import grammar, letters
from studies.lab.streams import orthogonal_rnn
from studies.lab.verdicts import HOLDS, IN_PART, NOT, VERDICTS
from studies.memory import letters as study


# ==== The text ====================================================================================
def test_letters_words_and_places_by_hand():
    symbols, word, place = grammar.as_letters(("the", "cat"))
    assert grammar.spelt(symbols) == " the cat "
    assert word.tolist() == [-1, 0, 0, 0, 0, 1, 1, 1, 1]
    assert place.tolist() == [0, 0, 1, 2, 3, 0, 1, 2, 3]
    symbols, word, place = grammar.as_letters(("a", "dog"), spaces=False, n=3)
    assert grammar.spelt(symbols) == " ado" and word.tolist() == [-1, 0, 1, 1]
    assert place.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("spaces", [True, False])
def test_a_text_is_sentences_of_the_grammar(spaces):
    text = grammar.text(np.random.default_rng(0), 300, spaces)
    assert all(len(of) == 301 for of in (text.symbols, text.word, text.place))
    assert len(text.words) == len(text.pattern) == len(text.slot)
    whole = " " + "".join(word + " " * spaces for word in text.words)
    assert grammar.spelt(text.symbols) == whole[:301]
    starts = np.append(np.flatnonzero(text.slot == 0), len(text.words))
    for a, b in itertools.pairwise(starts.tolist()):
        assert tuple(text.words[a:b]) in grammar.legal_sentences()
        assert text.slot[a:b].tolist() == list(range(b - a)) and len(set(text.pattern[a:b])) == 1
    for i in range(1, 301):
        w, k = text.word[i], text.place[i]
        assert (text.words[w] + " ")[k] == grammar.LETTERS[text.symbols[i]]


def test_what_is_left_out_is_not_in_the_text_to_train_on():
    def about_lions(pattern, words):
        return "lion" in words

    train, test = letters.texts(0, 3000, left_out=about_lions)
    assert "lion" not in train.words and "lion" in test.words
    assert np.array_equal(test.symbols, letters.texts(0, 3000)[1].symbols)


# ==== The exact predictor =========================================================================
def chances(spaces):
    """Each sentence, spelt, and its probability."""
    found = {}
    for number, weight in enumerate(grammar.WEIGHTS):
        filled = list(itertools.product(*grammar.places(number)))
        for words in filled:
            spelt = "".join(word + " " * spaces for word in words)
            found[spelt] = found.get(spelt, 0.0) + weight / len(filled)
    return found


@pytest.mark.parametrize("spaces", [True, False])
def test_the_best_predictor_against_all_sentences_there_are(spaces):
    """P(x_1 .. x_t) summed over every sentence and what may follow it."""
    sentences = chances(spaces)
    assert sum(sentences.values()) == pytest.approx(1)

    @functools.cache
    def begins_with(text):
        whole = sum(p for s, p in sentences.items() if s.startswith(text))
        return whole + sum(
            p * begins_with(text[len(s) :])
            for s, p in sentences.items()
            if len(s) < len(text) and text.startswith(s)
        )

    symbols = grammar.text(np.random.default_rng(3), 45, spaces).symbols
    text, p = grammar.spelt(symbols)[1:], grammar.best(symbols, spaces)
    came = p[np.arange(45), symbols[1:]]
    wanted = [begins_with(text[: t + 1]) / begins_with(text[:t]) for t in range(45)]
    assert came == pytest.approx(wanted, rel=1e-10)
    for t in range(0, 45, 11):
        wanted = [begins_with(text[:t] + x) / begins_with(text[:t]) for x in grammar.LETTERS]
        assert p[t] == pytest.approx(wanted, abs=1e-12)


def test_the_machine_s_probabilities():
    for spaces in (True, False):
        assert np.allclose(grammar.machine(spaces).Q.sum(axis=1), 1)
    symbols = grammar.as_letters(["often", "the", "boy", "sleeps", "the", "king", "eats", "a"])[0]
    assert np.allclose(grammar.best(symbols).sum(axis=1), 1)
    with pytest.raises(ValueError, match="letter 10, 'x', does not follow"):
        grammar.best(grammar.encode(" the king x"))


# ==== The net =====================================================================================
def test_chunks_by_hand():
    n = letters.CHUNK
    found = list(itertools.islice(letters.chunks_of(np.arange(2 * n + 5)), 5))
    assert [(chunk[0], chunk[-1], begins) for chunk, begins in found] == [
        (0, n, True), (n, 2 * n, False), (0, n, True), (n, 2 * n, False), (0, n, True),
    ]  # fmt: skip
    assert all((np.diff(chunk) == 1).all() for chunk, _ in found)


def chunk_loss(net, h, chunk):
    total = 0.0
    for x, target in itertools.pairwise(chunk):
        h = np.tanh(net.W_xh[x] + net.b_h + h @ net.W_hh)
        y = h @ net.W_hy + net.b_y
        total += np.log(np.exp(y).sum()) - y[target]
    return total, h


def test_gradient_of_a_chunk_with_the_state_carried_over():
    """Against central differences; the state that comes in is constant, at a text's start 0."""
    symbols = letters.texts(1, 60)[0].symbols
    net = orthogonal_rnn(np.random.default_rng(1), 6, letters.N_SYMBOLS)
    chunks, h = list(itertools.islice(letters.chunks_of(symbols), 3)), np.zeros(6)
    learning = letters.learning(net, chunks, np.zeros(3))
    for (u, grad), (chunk, begins) in zip(learning, chunks, strict=True):
        h = np.zeros(6) if begins else h
        assert u.hidden[0, 0] == pytest.approx(h)
        for i in range(0, len(net.flat), 11):
            kept = net.flat[i]
            net.flat[i] = kept + 1e-6
            up = chunk_loss(net, h, chunk)[0]
            net.flat[i] = kept - 1e-6
            down = chunk_loss(net, h, chunk)[0]
            net.flat[i] = kept
            assert grad.flat[i] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-6)
        h = chunk_loss(net, h, chunk)[1]
    assert begins  # the third chunk is the first again


@pytest.mark.parametrize("longest", [letters.LONGEST, 1e-6])
def test_an_update_is_clipped_and_adam_s(longest):
    """Its first step: the rate times g / (|g| + 1e-8), where g is as long as is allowed."""
    net = letters.untrained(2)
    before, chunks = net.flat.copy(), letters.chunks_of(letters.texts(2, 60)[0].symbols)
    learning = letters.learning(net, chunks, [0.01], longest)
    u, grad = next(learning)
    g = grad.flat.copy()
    assert not list(learning)
    norm = np.sqrt((g**2).sum())
    assert norm > letters.LONGEST and u.probs.shape == (letters.CHUNK, 1, letters.N_SYMBOLS)
    g *= longest / norm
    assert before - net.flat == pytest.approx(0.01 * g / (np.abs(g) + 1e-8), abs=1e-9)


def test_nets_in_training_are_those_of_so_many_updates():
    symbols = letters.texts(2, 300)[0].symbols
    start, middle, last = letters.in_training(2, symbols, (0, 5, 12))
    assert np.array_equal(start.flat, letters.untrained(2).flat)
    assert np.array_equal(last.flat, letters.trained(2, symbols, 12).flat)
    net = letters.untrained(2)
    for _ in letters.learning(net, letters.chunks_of(symbols), letters.falling(12)[:5]):
        pass
    assert np.array_equal(middle.flat, net.flat)


def test_the_same_seed_is_the_same_net():
    symbols = letters.texts(5, 300)[0].symbols
    one, again = (letters.trained(5, symbols, 20) for _ in range(2))
    assert np.array_equal(one.flat, again.flat)
    assert not np.array_equal(one.flat, letters.trained(6, symbols, 20).flat)
    assert np.array_equal(letters.untrained(5).flat, letters.trained(5, symbols, 0).flat)
    W = letters.untrained(5).W_hh
    assert np.allclose(W @ W.T, np.eye(letters.HIDDEN))


def test_a_rate_out_of_bounds_ends_in_diverged():
    net, symbols = letters.untrained(0), letters.texts(0, 60)[0].symbols
    learning = letters.learning(net, letters.chunks_of(symbols), np.full(9, np.inf))
    with np.errstate(all="ignore"), pytest.raises(core.Diverged, match="lower the rate"):
        list(learning)


def test_a_table_by_hand():
    """Of "ababb": after a twice b; after b once a, once b. Belief of half a letter in less."""
    table, b = letters.table(np.array([0, 1, 0, 1, 1]), 1, 3), letters.BELIEF
    none = (np.array([1, 3, 0]) + b / 3) / (4 + b)  # of x_1 .. x_4
    after_a, after_b = (
        (np.array([0, 2, 0]) + b * none) / (2 + b),
        (np.array([1, 1, 0]) + b * none) / (2 + b),
    )
    assert table(np.array([0, 1, 2, 0])) == pytest.approx(np.array([after_a, after_b, none]))


def test_predictions_sum_to_1_and_a_longer_context_is_used():
    train, test = letters.texts(0, 2000)
    for order in (0, 3, 6):
        p = letters.table(train.symbols, order)(test.symbols)
        assert np.allclose(p.sum(axis=1), 1) and p.min() > 0
    p, h = letters.predicted(letters.untrained(0), test.symbols)
    assert np.allclose(p.sum(axis=1), 1) and h.shape == (2000, letters.HIDDEN)
    assert letters.nats(p, test.symbols)[7] == pytest.approx(-np.log(p[7, test.symbols[8]]))
    assert letters.right(p, test.symbols)[7] == (p[7].argmax() == test.symbols[8])
    symbols = np.random.default_rng(0).integers(27, size=50)
    numbers = letters.context(symbols, 2, 27)
    assert len(numbers) == 49 and numbers[9] == symbols[8] * 28 + symbols[9]
    assert numbers[0] == 27 * 28 + symbols[0]


# ==== The study ===================================================================================
def test_watching_changes_nothing():
    train, test = letters.texts(4, 200)
    asked = (test.symbols, train.symbols)
    net, losses, norms = study.watched(4, train.symbols, (0, 3, 9), asked)
    assert np.array_equal(net.flat, letters.trained(4, train.symbols, 9).flat)
    assert len(norms) == 9 and np.shape(losses) == (3, 2)
    assert losses[0][0] == study.loss_of(letters.untrained(4), test.symbols)
    assert losses[-1] == [study.loss_of(net, symbols) for symbols in asked]
    chunks = letters.chunks_of(train.symbols)
    _, grad = next(letters.learning(letters.untrained(4), chunks, [0]))
    assert norms[0] == pytest.approx(np.sqrt((grad.flat**2).sum()))


def test_gradients_by_hand():
    found = study.gradients([1.0, 9.0, 200.0, 4.0], (0, 2, 4))
    assert found["largest"] == [9, 200] and found["quantiles"][0][1] == 5
    assert found["clipped"] == 0.5 and found["clipped_if_mean"] == 0.25  # above 5, above 125


def test_accuracy_by_place_pattern_and_sentence():
    text = text_of((0, "a boy walks"), (1, "the cat sleeps"), (0, "the man"))
    found = study.groups(text)
    letter = np.array(list("a boy walks the cat sleeps the man "))
    assert "".join(letter[found["first"]]) == "abwtcstm"
    assert "".join(letter[found["second"]]) == "oahalha"
    assert "".join(letter[found["later"]]) == "kseps"
    assert "".join(letter[found["space"]]) == " " * 8
    assert sum(found[name].sum() for name in study.PLACES) == len(letter)
    right = letter != "w"
    a = study.accuracies(text, right)
    assert a["groups"]["first"] == 7 / 8 and a["groups"]["all but the first"] == 1
    assert a["patterns"][:3] == [19, 15, 0]
    assert a["sentences"] == 0.5  # 11 of 12, all of 15; the last sentence does not count


def test_a_quick_run_its_words_and_its_table(quick_run, monkeypatch):
    results = quick_run("letters")
    of_its_kind("letters", results)
    assert results["parameters"] == {"here": 7643, "that occur": 7256}
    assert results["grammar"]["words"] == 38 and results["symbols"]["that occur"] == 24
    for of in (study.table, study.progress, study.by_place):
        header, rows = of(results)
        assert rows and all(len(row) == len(header) for row in rows)
    assert len(study.table(results)[1]) == len(results["predictors"])
    assert f"{results['predictors']['exact']['fixed']['right']['mean']:.1%}" in study.answer(
        results
    )
    assert "nearer than the net" in study.answer(results)  # which has hardly learnt
    assert results["within"]["fixed"]["k"] == results["within"]["fresh"]["k"] == 0
    read, watched = [], study.watched
    monkeypatch.setattr(study, "watched", lambda *of: read.append(len(of[1])) or watched(*of))
    one = study.one_run((letters.FIRST_SEED, study.QUICK))
    assert read == [study.QUICK.n_letters + 1, letters.CHUNK * study.QUICK.at[-1] + 1]
    assert json.loads(json.dumps(one)) == results["runs"][0]
    run, c = results["runs"][0], results["clipped_by_the_mean"]
    own = run["predictors"]["net"]["fixed"]["loss"] - run["predictors"]["exact"]["fixed"]["loss"]
    assert run["clipped by the mean"] != own and c["above"]["n"] == 2
    assert c["less"]["mean"] == pytest.approx(
        results["predictors"]["net"]["fixed"]["above"]["mean"] - c["above"]["mean"]
    )
    rows = study.document(results)
    assert all(len(row) == 4 and row[2] in VERDICTS for row in rows)
    assert "96.3%" in rows[0][0] and "7,643" in rows[5][1] and rows[5][2] == HOLDS
    assert list(study.figures(results)) == ["letters.png"]


def test_verdicts_follow_the_results(quick_run):
    results = json.loads(json.dumps(quick_run("letters")))

    def turned(row, of, key, values):
        said = []
        for of[key] in values:
            said.append(study.document(results)[row][2])
        return said

    right, inside = (results["predictors"]["net"]["fixed"]["right"],
                     results["accuracy"]["net"]["groups"]["all but the first"])  # fmt: skip
    right["mean"] = 0.8
    assert turned(0, inside, "mean", (0.9, 0.97)) == [NOT, IN_PART]
    assert turned(0, right, "mean", (0.97,)) == [HOLDS]
    results["updates"], progress = [0, 5000, letters.N_UPDATES], results["progress"]
    exact = results["predictors"]["exact"]["fixed"]["loss"]["mean"]
    progress["held_out"] = [{"mean": exact + x} for x in (4.0, 2.0, 0.01)]
    of_one = results["predictors"]["table 1"]["fixed"]["loss"]
    assert turned(1, of_one, "mean", (exact + 1, exact + 3)) == [IN_PART, HOLDS]
    mean_clipped = progress["clipped_if_mean"]
    assert turned(2, mean_clipped, "mean", (0.0, 0.01, 0.05, 0.06)) == [NOT, HOLDS, HOLDS, IN_PART]
    progress["exact_on_training"]["mean"] = 0.3
    assert turned(3, progress["training"][-1], "mean", (0.2, 0.4)) == [IN_PART, HOLDS]
    progress["held_out"][1]["mean"] = exact
    assert turned(3, progress["training"][-1], "mean", (0.2, 0.4)) == [NOT, IN_PART]
    read = results["read_before"]
    read["above"], new = {"mean": 0.1, "interval": [0.0, 0.1]}, {"mean": 0.3}
    read["above, new"] = new
    for of in results["predictors"].values():
        of["fixed"]["above"]["mean"] = 0.5
    assert turned(4, new, "interval", ([0.2, 0.4], [0.05, 0.4])) == [IN_PART, HOLDS]
    assert turned(5, results["parameters"], "here", (7643, 7644)) == [HOLDS, IN_PART]
    assert turned(6, results["grammar"], "words", (38, 39)) == [HOLDS, IN_PART]


def test_the_distance_from_the_exact_predictor_is_of_the_same_seed():
    runs = [
        {"predictors": {"exact": {"fresh": {"loss": e}}, "net": {"fresh": {"loss": n, "right": 1}}}}
        for e, n in ((1.0, 1.25), (2.0, 2.5))
    ]
    found = study.summary(runs, "net", "fresh")
    assert found["above_by_seed"] == [0.25, 0.5] and found["above"]["mean"] == 0.375


def test_which_letters_stand_in_sentences_that_were_read():
    """The last sentence of either may be cut: it was not read, and is not asked about."""
    train = text_of((0, "a man sleeps"), (0, "the cat walks"), (0, "a dog swims"))
    spoken = "the cat walks", "a man walks", "a dog swims", "a man sleeps", "the cat walks"
    test = text_of(*((0, sentence) for sentence in spoken))
    expected = np.repeat([True, False, False, True, False], [len(s) + 1 for s in spoken])
    assert np.array_equal(study.known_by_heart(train, test), expected)
