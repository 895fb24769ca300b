"""What goes up to C: nothing is lost, what each says of it, and what a code costs."""

import numpy as np
import pytest
from test_studies import of_its_kind

from studies.lab import grammar, letters
from studies.memory import upward

RNG = np.random.default_rng


@pytest.fixture(scope="module")
def A():
    """A net that has learnt a little."""
    return letters.trained(3, grammar.text(RNG(1), 1000).symbols, 150)


def some_text(n=400):
    return grammar.text(RNG(2), n).symbols


# ==== Nothing is lost =============================================================================
def test_a_text_comes_back_from_its_events(A):
    nets = [A, letters.untrained(5), letters.core.init_rnn(RNG(0), 7, 3.0, 27, 27)]
    for net in nets:
        for x in (some_text(), RNG(3).integers(27, size=300), np.array([4, 4])):
            events = upward.compress(net, x)
            assert np.array_equal(upward.expand(net, events), x)
            blind = events._replace(guesses=events.guesses * 0)
            assert np.array_equal(upward.expand(net, blind), x)
    fewer = events._replace(at=events.at[:-1], symbols=events.symbols[:-1])
    assert not np.array_equal(upward.expand(net, fewer), x)


def test_events_are_what_is_not_most_probable(A):
    x = some_text()
    events, (p, _) = upward.compress(A, x), letters.predicted(A, x)
    assert np.array_equal(events.at - 1, np.flatnonzero(p.argmax(axis=1) != x[1:]))
    assert np.array_equal(events.symbols, x[events.at]) and 0 < len(events.at) < 400
    assert np.array_equal(events.guesses, p.argmax(axis=1)[events.at - 1])


def test_a_long_text_is_read_in_blocks_to_the_same_events(A, monkeypatch):
    monkeypatch.setattr(upward.core, "BLOCK", 90)
    x = some_text()
    events, p = upward.events_of(A, x)
    for one, other in zip(events, upward.compress(A, x)):
        assert np.array_equal(one, other)
    assert np.allclose(p, letters.predicted(A, x)[0][events.at - 1])


# ==== What C reads, and what it says ==============================================================
EVENTS = upward.Events(
    0, 40, np.array([2, 3, 9, 40]), np.array([5, 6, 7, 5]), np.array([1, 2, 3, 4])
)


def test_streams_by_hand():
    assert upward.stream(EVENTS).tolist() == [0, 5, 6, 7, 5]
    waits = [1, 0, 5, upward.WAITS - 1]
    expected = [0, *(s * upward.WAITS + w for s, w in zip((5, 6, 7, 5), waits))]
    assert upward.timed_stream(EVENTS).tolist() == expected
    p = RNG(0).random((2, upward.N * upward.WAITS))
    assert upward.of_letters(p)[1, 26] == pytest.approx(p[1, -upward.WAITS :].sum())


def test_the_guess_is_left_out():
    p = RNG(0).dirichlet(np.ones(27), 4)
    at, x, guess = np.arange(4), EVENTS.symbols, EVENTS.guesses
    assert upward.of_what_came(p, EVENTS) == pytest.approx(p[at, x] / (1 - p[at, guess]))
    q = upward.given_wrong(p, guess)
    assert q.sum(axis=1) == pytest.approx(np.ones(4)) and not q[at, guess].any()


def test_the_weight_is_the_best():
    a, c = np.array([0.9, 0.1, 0.5]), np.array([0.1, 0.9, 0.5])
    assert upward.best_weight(a, c) == 0.5
    assert upward.best_weight(c * 0 + 0.6, c * 0 + 0.3) == 1
    assert upward.best_weight(c * 0 + 0.3, c * 0 + 0.6) == 0


def test_the_code_is_as_long_as_if_each_letter_were_coded(A):
    """Event or not by A's 1 - max p; then the letter by who is asked."""
    x = some_text()
    events, p = upward.compress(A, x), letters.predicted(A, x)[0]
    other = RNG(5).dirichlet(np.ones(27), len(events.at))
    said = {"A": upward.of_what_came(p[events.at - 1], events),
            "other": upward.of_what_came(other, events)}  # fmt: skip
    bits = upward.code_lengths(letters.nats(p, x), {n: -np.log(q) for n, q in said.items()})
    total, row = 0.0, 0
    for t in range(400):
        guess = p[t].argmax()
        if x[t + 1] == guess:
            total -= np.log2(p[t, guess])
        else:
            total -= np.log2(1 - p[t, guess])
            total -= np.log2(other[row, x[t + 1]] / (1 - other[row, guess]))
            row += 1
    assert bits["other"] == pytest.approx(total / 400)
    assert bits["A"] == pytest.approx(letters.nats(p, x).mean() / np.log(2))


# ==== Classes of words ============================================================================
def test_where_words_end_and_where_their_last_event_is():
    text = grammar.text(RNG(6), 200)
    spelt = grammar.spelt(text.symbols)
    ends = upward.last_letters(text)
    assert ends.tolist() == [
        t for t in range(1, 200) if spelt[t] != " " and spelt[t + 1] == " "
    ] + ([200] if 200 in ends else [])
    at = np.array([1, 2, 5, 6, 7, 30])
    found = upward.last_events(text, EVENTS._replace(at=at))
    last = [
        i for i, t in enumerate(at) if not any(text.word[u] == text.word[t] for u in at[i + 1 :])
    ]
    assert found.tolist() == last


def test_states_that_tell_the_class_agree_with_it():
    words = [w for kind in upward.KINDS for w in grammar.CLASSES[kind]] * 3 + ["the", "often"]
    kinds = [upward.KINDS.index(grammar.CLASS_OF[w]) if w not in ("the", "often") else 0
             for w in words]  # fmt: skip
    h = np.eye(len(upward.KINDS))[kinds]
    assert upward.agreement(h, words)["seven"] == 1
    nouns = np.array([[k < len(grammar.NOUNS)] for k in kinds], float)
    assert upward.agreement(nouns + 0.01 * h[:, :1], words)["noun or verb"] == 1
    rng = RNG(7)
    of_chance = [
        upward.agreement(rng.normal(size=(len(words), 9)), words)["seven"] for _ in range(20)
    ]
    assert abs(np.mean(of_chance)) < 0.1


# ==== The study ===================================================================================
def test_means_go_deep():
    found = upward.means([{"a": [1, {"b": None}]}, {"a": [3, {"b": 5.0}]}])
    assert found["a"][0]["mean"] == 2 and found["a"][1]["b"]["mean"] == 5
    assert upward.means([None, None]) is None


def test_a_quick_run(quick_run):
    results = quick_run("upward")
    of_its_kind("upward", results)
    assert results["exact_again"]["k"] == 2
    nats = results["nats"]
    assert nats["exact"]["mean"] < nats["A"]["mean"] and nats["exact"]["mean"] < nats["C"]["mean"]
    assert nats["C"]["mean"] < nats["untrained C"]["mean"] - 0.2
    for run in results["runs"]:
        more = run["nats"]["C"] - run["nats"]["A"], run["bits"]["C"] - run["bits"]["A"]
        assert more[0] * more[1] > 0 and run["bits"]["exact"] < run["bits"]["A"]
        assert run["exact_bits"] < run["bits"]["A"]
    assert results["above_A"]["C"]["mean"] == pytest.approx(nats["C"]["mean"] - nats["A"]["mean"])
    assert results["above_A"]["A"]["max"] == 0
    assert results["stretch"]["begins"][0] is True
    for header, rows in (upward.table(results), upward.ups(results)):
        assert len(header) <= 8 and all(len(row) == len(header) for row in rows)
    assert "first letters" in upward.answer(results) and "nothing is lost" in upward.answer(results)
    alone = upward.table(results)[1][-1]
    assert "alone" in alone[0] and f"{results['exact_bits']['mean']:.3f}" in alone[3]
    results["exact_again"]["k"] = 1
    assert "nothing is lost" not in upward.answer(results)
    assert set(upward.figures(results)) == {"upward.png"}


def test_the_same_run_gives_the_same_numbers():
    one = (letters.FIRST_SEED + 1, upward.Plan(1, 400, 40, 900))
    assert upward.one_run(one) == upward.one_run(one)
