"""Who writes what: readers, what is legal, wrong letters, scheduled sampling."""

import json
from functools import partial

import numpy as np
import pytest
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.lab import averages, grammar, letters, writers
from studies.lab.optimisers import Adam, clip
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED, VERDICTS
from studies.memory import sampling


def symbols_of(*texts):
    """Streams, (n, B), without the space before them."""
    return np.stack([grammar.encode(text) for text in texts], axis=1)


def all_read(read, symbols):
    """p of x_1 .. x_n of one text, and of the same in a second stream."""
    return np.stack([read(np.array([x, x])).copy() for x in symbols[:-1]])


@pytest.fixture(scope="module")
def text():
    return grammar.text(np.random.default_rng(0), 300)


def test_readers_say_what_is_said_of_a_whole_text(text):
    net = letters.untrained(3)
    learnt = grammar.text(np.random.default_rng(1), 500).symbols
    said = {
        "net": (writers.net_reader(net, 2), letters.predicted(net, text.symbols)[0]),
        "table": (writers.table_reader(learnt, 3, 2), letters.table(learnt, 3)(text.symbols)),
        "exact": (writers.exact_reader(2), grammar.best(text.symbols)),
    }
    for name, (read, wanted) in said.items():
        found = all_read(read, text.symbols)
        assert np.allclose(found[:, 0], wanted, atol=1e-12), name
        assert np.array_equal(found[:, 0], found[:, 1]), name


def test_the_predictor_that_allows_for_misread_letters():
    """Against sums over all true letters, each misread with probability e into any of 27."""
    e, m = 0.1, grammar.machine()
    says = m.says.toarray()
    heard = grammar.encode(" txe")  # x is of no word but may be misread
    belief = m.start
    for x in heard[1:]:
        reads = sum(
            ((1 - e) * (x == true) + e / 27) * says[:, true] for true in range(letters.N_SYMBOLS)
        )
        belief = m.Q.T @ (belief * reads / (belief @ reads))
    p = belief @ says
    found = all_read(writers.exact_reader(2, e), np.append(heard, 0))[-1, 0]
    assert np.allclose(found, [(1 - e) * p[x] + e / 27 for x in range(letters.N_SYMBOLS)])


def test_what_is_drawn_at_a_temperature():
    p = np.tile([0.0, 0.6, 0.3, 0.1, 0.0], (30_000, 1))
    assert set(writers.drawn(p[:2], np.array([0.0, 1 - 1e-16]))) == {1, 3}
    before = np.zeros((1, len(p)), int)
    for T in (0.5, 1.0, 2.0):
        found, entropies = writers.written(
            lambda came: p, np.random.default_rng(0), before, 1, np.full(len(p), T)
        )
        wanted = p[0] ** (1 / T) / (p[0] ** (1 / T)).sum()
        shares = np.bincount(found[0], minlength=5) / len(p)
        assert np.abs(shares - wanted).max() < 0.01
        assert entropies[0, 0] == pytest.approx(-sum(q * np.log(q) for q in wanted if q))
    assert set(writers.written(lambda came: p, None, before, 1)[0][0]) == {1}


def test_what_was_written_is_read_again():
    """From 1 2 a reader that says one more than what came writes 3 4 5."""
    came = []

    def read(symbols):
        came.append(int(symbols[0]))
        return np.eye(9)[symbols + 1]

    found, _ = writers.written(read, None, np.array([[1], [2]]), 3)
    assert found.ravel().tolist() == [3, 4, 5] and came == [1, 2, 3, 4]


def cuts_of(stream):
    """Where a text cannot go on, by the machine's own states: brute force."""
    m = grammar.machine()
    Q, says = m.Q.toarray() > 0, m.says.toarray() > 0
    states, found = m.start > 0, []
    for x in stream:
        here = states & says[:, x]
        found.append(not here.any())
        if found[-1]:
            here = says[:, x]
        states = Q[here].any(axis=0) if here.any() else np.ones(len(Q), bool)
    return found


def test_letters_that_cannot_follow(text):
    right, wrong = "the boy breaks the ball ", "the boy breaks the brea "
    leaves = writers.leaving(symbols_of(right, wrong))
    assert not leaves[:, 0].any()
    assert np.flatnonzero(leaves[:, 1]).tolist()[0] == wrong.index("rea ")
    rng = np.random.default_rng(2)
    stream = np.where(rng.random(300) < 0.1, rng.integers(0, 27, 300), text.symbols[1:])
    found = writers.leaving(stream[:, None])[:, 0].tolist()
    assert found == cuts_of(stream) and 5 < sum(found) < 60
    assert writers.longest_stretch(np.array([0, 0, 1, 0, 0, 0, 1, 0], bool)) == 4


def test_words_in_sentences_are_the_most_there_can_be():
    words = writers.words_of(
        grammar.encode("often the boy sleeps the boy sees a the boy sees a dog ")
    )
    assert writers.words_in_sentences(words) == 4 + 5
    legal = grammar.legal_sentences()

    def most(rest):
        found = max((n + most(rest[n:]) for n in (3, 4, 5) if tuple(rest[:n]) in legal), default=0)
        return max(found, most(rest[1:])) if rest else 0

    rng = np.random.default_rng(3)
    for _ in range(20):
        words = rng.choice(["often", "the", "a", "boy", "dog", "sleeps", "sees"], 14).tolist()
        assert writers.words_in_sentences(words) == most(words)


def test_measures_by_hand():
    symbols = symbols_of("the the boy  xx th", "the boy sleeps the")
    found = writers.measured(symbols, np.full(symbols.shape, 0.5))
    n_letters = 4 + 4 + 4 + 1 + 3 + 4 + 4 + 7
    assert found["in_words"] == pytest.approx((12 + 15) / n_letters)
    assert found["in_sentences"] == pytest.approx(3 / 8)
    assert found["repeats"] == pytest.approx(1 / 8) and found["entropy"] == 0.5
    assert writers.distinct(list("abcdabcde")) == 5 / 6


def test_legal_text_is_legal(text):
    symbols = text.symbols[1:, None]
    found = writers.measured(symbols, np.zeros(symbols.shape))
    assert found["in_words"] == 1 and found["left"] == 0 and found["longest"] == len(symbols)
    assert 0.9 < found["in_sentences"] <= 1


def test_segments_begin_with_a_sentence(text):
    pieces = sampling.segments(text)
    assert len(pieces) == 1 + sampling.CONTEXT + sampling.AHEAD
    assert not pieces[0].any() and not writers.leaving(pieces[1:]).any()
    spelt = grammar.spelt(text.symbols)
    assert all(grammar.spelt(piece) in spelt for piece in pieces.T)


def test_a_wrong_letter_and_its_cost(text):
    pieces = np.repeat(sampling.segments(text)[:, :1], 2000, axis=1)
    wrong = sampling.with_wrong_letter(np.random.default_rng(4), pieces)
    differs = wrong != pieces
    assert differs[sampling.CONTEXT].all() and differs.sum() == 2000
    assert len(set(wrong[sampling.CONTEXT])) == 26
    reader = partial(writers.net_reader, letters.untrained(0))
    few, bad = pieces[:, :3], wrong[:, :3]
    assert not np.any(sampling.extra_loss(reader, few, few))
    net = letters.untrained(0)
    by_hand = [
        letters.nats(letters.predicted(net, b)[0], b)
        - letters.nats(letters.predicted(net, a)[0], a)
        for a, b in zip(few.T, bad.T)
    ]
    wanted = np.mean(by_hand, axis=0)[sampling.CONTEXT :]
    assert np.allclose(sampling.extra_loss(reader, few, bad), wanted)
    assert sampling.back_after([1.0, 0.01, 0.2, 0.049, 0.0]) == 3
    assert sampling.back_after([0.01, 0.0]) == 0


def test_the_exact_predictor_goes_on_legally():
    pieces = sampling.segments(grammar.text(np.random.default_rng(6), 3000))
    found = sampling.continued(writers.exact_reader, np.random.default_rng(5), pieces)
    for one in found.values():
        assert one["outside"] == [0.0] * sampling.AHEAD and one["left"] == 0
    taught = sampling.taught(writers.exact_reader, pieces)
    right = letters.right(grammar.best(pieces[:, 0]), pieces[:, 0])[sampling.CONTEXT :]
    one = sampling.taught(writers.exact_reader, pieces[:, :1])
    assert one["differs"] == (1.0 - right).tolist() and one["accuracy"] == right.mean()
    # the first letter of its own is the one that it would have said with the true ones given
    assert found["greedy"]["differs"][0] == pytest.approx(taught["differs"][0])
    assert found["greedy"]["ten"] == taught["ten"]


def test_without_own_letters_it_is_the_net_of_letters(text):
    one = sampling.with_own_letters(7, text.symbols, 0.0, 40)
    assert np.array_equal(one.flat, letters.trained(7, text.symbols, 40).flat)


def test_own_letters_are_drawn_and_the_targets_stay(text):
    """One update after another against one letter at a time."""
    n, share = 40, 0.8
    net, same = letters.untrained(8), letters.untrained(8)
    rng, again = np.random.default_rng(10), np.random.default_rng(10)
    learning = sampling.learning_from_own_letters(
        net, letters.chunks_of(text.symbols), np.full(n, 0.01), np.full(n, share), rng
    )
    u, grad = core.buffers(same, letters.CHUNK, 1), core.zeros_like(same)
    adam, h, p, replaced = Adam(len(same.flat), 0.01), None, None, 0
    for made, (chunk, begins) in zip(learning, letters.chunks_of(text.symbols)):
        h = np.zeros((1, letters.HIDDEN)) if begins else h
        own, at = again.random(letters.CHUNK) < share, again.random(letters.CHUNK)
        read, before = letters.CHUNK * [0], h
        for t, true in enumerate(chunk[:-1]):
            took = own[t] and not (begins and t == 0)
            read[t] = int(np.searchsorted(np.cumsum(p), at[t] * p.sum(), "right")) if took else true
            step = core.buffers(same, 1, 1)
            step.hidden[0], step.tokens[0] = h, read[t]
            core.forward(same, step)
            h, p = step.hidden[1].copy(), step.probs[0, 0].copy()
        replaced += sum(a != b for a, b in zip(read, chunk))
        assert made.tokens[:-1, 0].tolist() == read
        assert np.allclose(made.hidden[-1], h, atol=1e-12)
        u.hidden[0] = before
        core.load(u, np.append(read, chunk[-1])[:, None])
        core.forward(same, u)
        core.backward(same, grad, u, np.eye(letters.N_SYMBOLS)[chunk[1:]][:, None])
        clip(grad.flat, letters.LONGEST)
        adam.step(same.flat, grad.flat)
    assert replaced > 50 and np.allclose(net.flat, same.flat, atol=1e-9)


def test_leaving_before_and_since_by_hand():
    """Of 2 streams one leaves at letter 11, and twice more after."""
    n = sampling.AHEAD
    outside = [0.0] * 10 + [0.5] * (n - 10)
    drawn = {"outside": {"mean": outside}, "left": {"mean": 3 / (2 * n)}}
    before, since = sampling.hazards({"continued": {"net": {"drawn": drawn}}})
    assert before == pytest.approx(1 / (n + 11)) and since == pytest.approx(2 / (n - 11))


def test_what_the_letters_after_a_wrong_one_cost_in_all():
    n, gain = sampling.AHEAD, {}
    for q, loss, cost in ((0.1, (0.0, 1 / n), (-3, -2)), (0.5, (0.0, 3 / n), (-3, -2)),
                          (1.0, (4 / n, 5 / n), (-3, -2))):  # fmt: skip
        gain[f"own {q}"] = {"loss": {"interval": loss}, "cost": {"interval": cost}}
    results = {"fractions": [0.1, 0.5, 1.0], "gains": gain}
    assert sampling.better(results, "in_all", -1) == [0.1]
    assert sampling.better(results, "in_all") == [1.0]


def test_means_of_several_seeds():
    found = averages.together(
        [{"a": 1.0, "b": [0.0, 2.0], "c": "x"}, {"a": 3, "b": [1, 4], "c": "y"}]
    )
    assert found["a"]["mean"] == 2 and found["a"]["n"] == 2 and found["c"] == "x"
    assert found["b"]["mean"] == [0.5, 3.0] and len(found["b"]["interval"]) == 2


def test_a_quick_run_and_its_words(quick_run):
    results = quick_run("sampling")
    of_its_kind("sampling", results)
    assert results["samples"]["exact"]["1"]["left"]["mean"] == 0
    assert results["samples"]["after 0"]["1"]["in_words"]["mean"] < 0.2
    assert results["nets"]["net"]["loss"]["mean"] < results["nets"]["after 0"]["loss"]["mean"]
    header, rows = sampling.table(results)
    assert len(header) <= 8 and all(len(row) == len(header) for row in rows)
    low, high = results["gains"]["own 0.5"]["loss"]["interval"]
    assert sampling.better(results, "loss") == ([0.5] if low > 0 else [])
    assert sampling.better(results, "loss", -1) == ([0.5] if high < 0 else [])
    cost = f"{results['cost']['net']['mean']:.1f}"
    assert cost in sampling.answer(results)
    assert f"{results['nets']['after 20']['loss']['mean']:.3f}" in sampling.seen(results)
    rows = sampling.document(results)
    assert all(len(row) == 4 and all(row) and row[2] in VERDICTS for row in rows)
    assert rows[-1][1:3] == ("Not run", UNTESTED)
    plan, seed = sampling.QUICK, letters.FIRST_SEED
    net = letters.trained(seed, letters.texts(seed, plan.n_letters)[0].symbols, plan.n_updates)
    again = sampling.sample(partial(writers.net_reader, net), seed, plan)
    assert again["1"]["text"] == results["samples"]["net"]["1"]["text"]


def test_verdicts_follow_the_results(quick_run):
    results = json.loads(json.dumps(quick_run("sampling")))
    samples = results["samples"]

    def verdicts():
        return [row[2] for row in sampling.document(results)]

    def written(T, **shares):
        for measure, mean in shares.items():
            samples["net"][T][measure]["mean"] = mean

    written("0.2", repeats=0.0, distinct=0.6)
    written("0.8", in_sentences=0.9, distinct=0.9)
    written("1", in_sentences=0.95)
    written("1.5", in_words=0.9, in_sentences=0.6)
    said = verdicts()
    assert said[0] == NOT and said[1] == HOLDS and said[2] == NOT and said[5] == HOLDS
    written("0.2", distinct=0.4)
    written("0.8", distinct=0.4)
    written("1", in_sentences=0.6)
    written("1.5", in_sentences=0.4)
    said = verdicts()
    assert said[0] == said[1] == said[2] == said[5] == IN_PART
    written("0.2", repeats=0.9)
    written("1", in_sentences=0.2)
    written("1.5", in_words=0.3)
    said = verdicts()
    assert said[0] == said[2] == HOLDS and said[5] == NOT
    late = f"after {results['snapshots'][-1]}"
    for mean, first, last in ((0.01, HOLDS, NOT), (0.3, IN_PART, NOT), (0.9, NOT, HOLDS)):
        samples["after 0"]["1"]["in_words"]["mean"] = samples[late]["1"]["in_words"]["mean"] = mean
        assert verdicts()[3:5] == [first, last]
    error, ten = results["continued"]["net"]["greedy"]["error"], results["teacher"]["net"]["ten"]
    for interval, said in (([0.1, 0.2], HOLDS), ([0.8, 0.9], NOT)):
        error["interval"] = interval
        assert verdicts()[6] == said
    drawn = results["continued"]["net"]["drawn"]
    drawn["outside"]["mean"] = [0.1] * len(drawn["outside"]["mean"])  # all that left did at once
    off, at = [0.9, 0.95], [0.1, 0.3]
    for others, interval, said in ((0.0, off, NOT), (0.0, at, IN_PART), (0.5, off, IN_PART),
                                   (0.5, at, HOLDS)):  # fmt: skip
        drawn["left"]["mean"], ten["interval"] = others, interval
        assert verdicts()[7] == said


def test_verdicts_on_errors_and_on_own_letters(quick_run):
    results = json.loads(json.dumps(quick_run("sampling")))
    net, exact = (results["continued"][name]["drawn"]["differs"] for name in ("net", "exact"))
    greedy, nets = results["continued"]["net"]["greedy"]["differs"], results["nets"]

    def verdicts():
        return [row[2] for row in sampling.document(results)]

    for first, tenth, known, said in ((0.2, 0.8, 0.8, IN_PART), (0.2, 0.8, 0.5, HOLDS),
                                      (0.8, 0.2, 0.5, NOT)):  # fmt: skip
        net["mean"][0], net["mean"][9], exact["mean"][9] = first, tenth, known
        assert verdicts()[8] == said
    for k, one in enumerate(results["samples"]["net"].values()):
        one["left"]["mean"] = k / 10
    net["interval"][9] = [0.5, 0.6]
    for interval, said in (([0.7, 0.8], IN_PART), ([0.3, 0.4], HOLDS)):
        greedy["interval"][9] = interval
        assert verdicts()[9] == said
    left = {name: results["samples"][name]["0.8"]["left"] for name in ("net", "own 0.5")}
    left["net"]["interval"] = [0.3, 0.4]
    for interval, said in (([0.1, 0.2], HOLDS), ([0.35, 0.5], IN_PART)):
        left["own 0.5"]["interval"] = interval
        assert verdicts()[10] == said
    gains = results["gains"]["own 0.5"]
    nets["net"]["gradient"]["mean"] = 1.0
    for low, norm, said in ((0.1, 2.0, HOLDS), (0.1, 0.5, IN_PART), (-0.1, 0.5, NOT)):
        gains["loss"]["interval"], nets["own 0.5"]["gradient"]["mean"] = [low, 0.2], norm
        assert verdicts()[11] == said
    gains["loss"]["interval"], gains["cost"]["interval"] = [0.0, 0.0], [-2.0, -1.0]
    for low, said in ((0.1, HOLDS), (-0.1, IN_PART)):
        gains["in_sentences"]["interval"] = [low, 0.2]
        assert verdicts()[12] == said
