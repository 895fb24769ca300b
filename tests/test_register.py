"""The window without memory: its net and gradient, its ceiling, the moved pattern, the words."""

import itertools
import json

import numpy as np
import pytest
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.lab import grammar, letters, windows
from studies.lab.verdicts import HOLDS, IN_PART, NOT, VERDICTS
from studies.memory import register

TEXT = grammar.encode(" the boy eats the bread a dog sees the cat ")


# ==== Windows =====================================================================================
def by_hand(net, seen):
    """p after the letters of one window, oldest first, by loops."""
    logits = net.b_h.copy()
    for place, letter in enumerate(seen):
        logits += net.W_xh[place * windows.V + letter]
    y = np.exp(np.tanh(logits) @ net.W_hy + net.b_y)
    return y / y.sum()


@pytest.mark.parametrize("width", [1, 3, 50])
def test_predictions_are_those_of_the_last_letters(width):
    net = windows.window_net(np.random.default_rng(1), width)
    p = windows.predicted(net, TEXT, block=7)
    before = [grammar.SPACE] * (width - 1)
    for t in range(len(TEXT) - 1):
        assert np.allclose(p[t], by_hand(net, [*before, *TEXT][t : t + width]))


def test_windows_stand_side_by_side_oldest_first():
    seen = windows.side_by_side(np.array([3, 1, 2]), 2)
    assert [np.flatnonzero(row).tolist() for row in seen] == [[3, 27 + 1], [1, 27 + 2]]


def test_chunks_are_those_of_the_net_of_letters():
    symbols = np.arange(3 * letters.CHUNK + 5) % 27
    starts = windows.chunk_starts(len(symbols))
    for start, (chunk, begins) in itertools.islice(zip(starts, letters.chunks_of(symbols)), 7):
        assert np.array_equal(symbols[start : start + letters.CHUNK + 1], chunk)
        assert begins == (start == 0)


def numerical(flat, i, loss, by=1e-6):
    flat[i] += by
    up = loss()
    flat[i] -= 2 * by
    down = loss()
    flat[i] += by
    return (up - down) / (2 * by)


def test_an_update_goes_down_the_gradient_of_its_chunk(monkeypatch):
    """The first step of Adam is the rate times the sign of the gradient, clipped or not."""
    rng, width = np.random.default_rng(2), 3
    symbols = np.tile(TEXT, 2)[: letters.CHUNK + 1]
    text = np.concatenate([symbols, symbols[:1]])
    grads = []
    monkeypatch.setattr(windows, "clip", lambda g, norm: grads.append((g.copy(), norm)))
    *_, net = windows.learning(rng, text, width, 1)
    start = windows.window_net(np.random.default_rng(2), width)
    (grad, norm), own = grads[0], start.flat

    def loss():
        return letters.nats(windows.predicted(start, symbols), symbols).sum()

    for i in np.random.default_rng(0).permutation(len(own))[:300]:
        expected = numerical(own, i, loss) if i < start.W_xh.size or i >= len(own) - 700 else 0.0
        if i < start.W_xh.size or i >= len(own) - 700:
            assert grad[i] == pytest.approx(expected, rel=1e-5, abs=1e-7)
    assert norm == letters.LONGEST
    moved = net.flat - own
    large = np.abs(grad) > 1e-3
    assert np.allclose(moved[large], -letters.RATE * np.sign(grad[large]), rtol=1e-3)
    assert not net.W_hh.any()


def test_the_text_is_read_on_from_chunk_to_chunk(monkeypatch):
    """Windows reach back over the edge of a chunk."""
    seen, read = [], windows.read
    monkeypatch.setattr(
        windows, "read", lambda net, u, part: seen.append(part.copy()) or read(net, u, part)
    )
    text = np.tile(TEXT, 2)
    for _ in windows.learning(np.random.default_rng(0), text, 4, 2):
        pass
    last = np.flatnonzero(seen[1][0]).tolist()
    assert last == [27 * k + text[letters.CHUNK - 3 + k] for k in range(4)]


def test_only_the_window_moves_a_window_net():
    rng = np.random.default_rng(3)
    net, rnn = windows.window_net(rng, 5), letters.initial(rng)
    others = rng.integers(27, size=len(TEXT))
    assert register.moved(lambda x: windows.predicted(net, x), TEXT, others, 5) == 0
    assert register.moved(lambda x: windows.predicted(net, x), TEXT, others, 4) > 0
    assert register.moved(lambda x: letters.predicted(rnn, x)[0], TEXT, others, 5) > 0


def test_parameters_are_those_of_the_nets():
    for width in (1, 100):
        net = windows.window_net(np.random.default_rng(0), width)
        assert register.parameters(width) == len(net.flat) - net.W_hh.size
    assert net.W_xh.shape == (2700, 64)


# ==== The best that k letters allow ===============================================================
def test_anywhere_is_the_stationary_distribution():
    p, m = register.anywhere(), grammar.machine()
    assert p.sum() == pytest.approx(1) and np.allclose(m.Q.T @ p, p, atol=1e-12)
    symbols = grammar.text(np.random.default_rng(0), 40_000).symbols[1:]
    share = np.bincount(symbols, minlength=27) / len(symbols)
    assert np.abs(p @ m.says.toarray() - share).max() < 0.01


def test_few_letters_of_context_by_brute_force():
    """p(x_k | x_0 .. x_{k-1}) as a ratio of probabilities of both texts from `anywhere`."""
    m = grammar.machine()
    Q, says = m.Q.toarray(), m.says.toarray()
    symbols, starts = TEXT, np.array([1, 6, 20])
    found = register.by_last_letters(symbols, starts, 4)

    def probability(text):
        p = register.anywhere() * says[:, text[0]]
        for letter in text[1:]:
            p = (p @ Q) * says[:, letter]
        return p.sum()

    for column, s in enumerate(starts):
        for k in range(5):
            before = probability(symbols[s : s + k]) if k else 1.0
            p = probability(symbols[s : s + k + 1]) / before
            assert found[k, column] == pytest.approx(-np.log(p))


def test_the_ceiling_falls_to_the_exact_predictor():
    symbols = grammar.text(np.random.default_rng(1), 600).symbols
    exact = letters.nats(grammar.best(symbols), symbols)
    plan = register.QUICK._replace(widths=(1, 4, 60), n_asked=200)
    above = register.limited(np.random.default_rng(2), symbols, exact, plan)
    assert above[0] > above[1] > 0.01 and abs(above[2]) < 1e-6


# ==== The moved pattern ===========================================================================
def test_a_drawn_sequence_has_the_pattern_or_its_letters_in_another_order():
    pattern = np.array([5, 9, 2])
    asked = windows.drawn(np.random.default_rng(0), pattern, [4, 7], 400)
    assert set(asked.end - 2) == {4, 7} and 0.4 < asked.yes.mean() < 0.6
    for column, (yes, end) in enumerate(zip(asked.yes, asked.end)):
        held = asked.tokens[end - 2 : end + 1, column]
        assert sorted(held) == [2, 5, 9] and (held.tolist() == [5, 9, 2]) == yes


def test_no_letter_of_a_late_pattern_stands_where_an_early_one_does():
    assert windows.EARLY[-1] + windows.PATTERN <= windows.LATE[0]
    assert windows.LATE[-1] == windows.PLACES[-1]


@pytest.mark.parametrize("kind", ["window", "RNN", "RNN, at once", "scan"])
def test_the_gradient_of_a_detector_by_central_differences(kind):
    rng = np.random.default_rng(4)
    detector = windows.Detector(kind, rng)
    asked = windows.drawn(rng, np.array([5, 9, 2]), windows.PLACES, 5)
    net, grad = detector.net, core.zeros_like(detector.net)
    u, where = detector.forward(asked)
    detector.backward(grad, u, where, asked.yes)

    def loss():
        u, where = detector.forward(asked)
        return -np.log(u.probs[where][np.arange(5), asked.yes.astype(int)]).mean()

    weights = rng.permutation(np.flatnonzero(grad.flat))[:60]
    for i in [*weights, *range(len(net.flat) - 2, len(net.flat))]:
        assert grad.flat[i] == pytest.approx(numerical(net.flat, i, loss), rel=1e-4, abs=1e-8)
    assert len(weights) == 60 and np.allclose(u.probs[where].sum(axis=1), 1)


def test_a_scan_says_the_same_wherever_its_pattern_stands():
    """By the sum over places; the letters around are all one, and go round."""
    detector = windows.Detector("scan", np.random.default_rng(5))
    tokens = np.full((windows.LENGTH, 2), 3)
    tokens[4:7, 0] = tokens[6:9, 1] = [5, 9, 2]
    u, where = detector.forward(windows.Drawn(tokens, np.array([True, True]), np.array([6, 8])))
    assert np.allclose(*u.probs[where])


def test_letters_after_the_pattern_matter_only_to_who_is_asked_at_the_end():
    rng = np.random.default_rng(6)
    asked = windows.drawn(rng, np.array([5, 9, 2]), [4], 3)
    other = asked._replace(tokens=asked.tokens.copy())
    other.tokens[7:] = (other.tokens[7:] + 1) % 27
    for kind, same in (("RNN", False), ("RNN, at once", True)):
        detector = windows.Detector(kind, rng)
        p = [u.probs[where].copy() for u, where in map(detector.forward, (asked, other))]
        assert np.allclose(*p) == same


def test_early_and_late_are_means_over_their_places():
    of = register.of_places([[*np.arange(12) / 10]] * 2)
    assert of["early"]["mean"] == pytest.approx(0.2) and of["late"]["mean"] == pytest.approx(0.9)


# ==== What a run says =============================================================================
def test_a_quick_run(quick_run):
    results = quick_run("register")
    of_its_kind("register", results)
    for header, rows in (register.table(results), register.moved_pattern(results)):
        assert len(header) <= 9 and rows and all(len(row) == len(header) for row in rows)
    best = register.best_window(results, "fixed")[1]["above"]["mean"]
    assert f"{best:.3f} (k = " in register.answer(results)
    rows = register.document(results)
    assert all(len(row) == 4 and all(row) and row[2] in VERDICTS for row in rows)
    assert results["parameters"]["windows"]["100"] == 174_619
    runs = [register.one_run(("fixed", letters.FIRST_SEED + n, register.QUICK)) for n in (0, 1)]
    found = register.of_kind(json.loads(json.dumps(runs)))
    assert json.loads(json.dumps(found)) == results["texts"]["fixed"]
    pattern = register.detection(letters.FIRST_SEED, "scan", register.QUICK)
    means = [one["mean"] for one in results["pattern"]["scan"]["places"]]
    other = register.detection(letters.FIRST_SEED + 1, "scan", register.QUICK)
    assert np.allclose(means, np.mean([pattern, other], axis=0))


def test_the_smallest_window_that_is_enough(quick_run):
    results = json.loads(json.dumps(quick_run("register")))
    of = results["texts"]["fresh"]["windows"]
    for high, k in ((0.02, None), (0.005, "3")):
        of["1"]["above RNN"]["interval"], of["3"]["above RNN"]["interval"] = [0.1, 0.2], [0.0, high]
        assert register.enough(results, "fresh") == k
        said = register.answer(results)
        assert ("k = 3 is within" in said) == (k is not None)


def test_verdicts_follow_the_results(quick_run):
    results = json.loads(json.dumps(quick_run("register")))

    def of(row):
        return row(results)[2]

    for p, said in ((0.0, HOLDS), (0.1, NOT)):
        results["texts"]["fixed"]["moved"]["window"] = p
        assert of(register.stateless) == said
    kinds = [results["texts"][kind]["windows"] for kind in register.KINDS]
    for above, said in (((0.1, 0.1), HOLDS), ((0.1, 0.0), IN_PART), ((0.0, 0.0), NOT)):
        for windows_of, x in zip(kinds, above):
            for k, window in windows_of.items():  # of one letter is asked, not of windows
                window["above RNN"]["interval"] = [x, x] if k == "1" else [0.1 - x, 0.1 - x]
        assert of(register.for_sequences) == said
    for one, three, said in ((0.5, 0.3, HOLDS), (0.5, 0.0, IN_PART), (0.0, 0.0, NOT)):
        results["limited"]["1"]["mean"], results["limited"]["3"]["mean"] = one, three
        assert of(register.fixed_length) == said
    for product, largest, said in ((0, 2.0, HOLDS), (1, 2.0, IN_PART), (1, 3.0, NOT)):
        results["vectors"] = {"product": product, "distance": 2.0, "largest": largest}
        assert of(register.other_vectors) == said
    for interval, said in (([0.4, 0.6], HOLDS), ([0.6, 0.7], NOT)):
        results["pattern"]["window"]["late"]["interval"] = interval
        assert of(register.no_transfer) == said
    for symbols, said in ((27, HOLDS), (24, NOT)):
        results["parameters"]["symbols"] = symbols
        assert of(register.explode) == said
    for fixed, fresh, said in ((0.9, 0.9, HOLDS), (0.9, 0.1, IN_PART), (0.1, 0.1, NOT)):
        for windows_of, wide in zip(kinds, (fixed, fresh)):
            windows_of["1"]["above"].update(mean=0.2, interval=[0.1, 0.3])
            windows_of["3"]["above"].update(mean=wide, interval=[wide, wide])
        assert of(register.scales) == said


def test_words_on_memory_follow_the_pattern_task(quick_run):
    results = json.loads(json.dumps(quick_run("register")))
    late = {name: one["late"] for name, one in results["pattern"].items()}
    late["RNN"]["interval"], late["scan"]["interval"] = [0.4, 0.6], [0.9, 1.0]
    why = register.no_transfer(results)[3]
    assert "Memory is not enough" in why and "Memory is not needed" in why
    late["RNN"]["interval"], late["scan"]["interval"] = [0.9, 1.0], [0.4, 0.6]
    why = register.no_transfer(results)[3]
    assert "Memory is enough" in why and "Memory is needed" in why


def test_vectors_of_the_document():
    assert register.vectors() == {"product": 0, "distance": 2.0, "largest": 2.0}
