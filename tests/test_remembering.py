"""Learning on many streams, read-outs, and the numbers of a forgetting curve."""

import numpy as np
import pytest
import scipy

import chunker_very_deep_1200 as core
from studies.lab import remembering

V = remembering.N_SYMBOLS


def tokens_of(n, B, seed=0):
    return remembering.random_letters(np.random.default_rng(seed), n, B)


# ==== What the nets learn =========================================================================
def test_goals_are_the_letters_seen_so_long_ago():
    tokens, lags = tokens_of(40, 3), np.array([0, 2, 5])
    chunks = list(remembering.last_letters(tokens, 8, lags))
    assert len(chunks) == 4
    for k, (chunk, goal) in enumerate(chunks):
        start = 5 + 8 * k
        assert np.array_equal(chunk, tokens[start : start + 9])
        said = goal.reshape(8, 3, 3, V).argmax(axis=-1)
        for t, d in ((0, 5), (3, 2), (7, 0)):
            at = list(lags).index(d)
            assert np.array_equal(said[t, :, at], tokens[start + t - d])
        assert goal.sum() == 8 * 3 * 3


def test_chunks_of_a_text_follow_each_other():
    tokens = remembering.of_text(np.arange(10), 9, 2)
    assert tokens[:, 0].tolist() == [*range(9)] and tokens[:, 1].tolist() == [
        5,
        6,
        7,
        8,
        9,
        0,
        1,
        2,
        3,
    ]
    first, second = (chunk for chunk, _ in remembering.next_letters(tokens, 4))
    assert np.array_equal(first[-1], second[0])


def test_the_gradient_of_several_softmaxes():
    """Against central differences of the mean over streams of the summed cross-entropy."""
    rng, lags, T, B = np.random.default_rng(1), np.array([0, 3]), 4, 2
    net = remembering.initial(rng, 5, 2 * V)
    [(tokens, goal)] = list(remembering.last_letters(tokens_of(3 + T + 1, B), T, lags))
    u, grad = core.buffers(net, T, B), core.zeros_like(net)

    def loss():
        core.load(u, tokens)
        core.forward_hidden(net, u)
        y = core.read_out(net, u.flat.h).reshape(-1, V)
        core.log_softmax(y)
        return -(y.reshape(goal.shape) * goal).sum() / B

    seen = []
    stop = lambda g, longest: seen.append(g.copy())  # noqa: E731
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remembering, "clip", stop)
        before = net.flat.copy()
        remembering.learn(net, [(tokens, goal)], 1, 0.0)
    assert np.array_equal(before, net.flat) and len(seen) == 1
    for i in rng.permutation(len(grad.flat))[:40]:
        net.flat[i] = before[i] + 1e-6
        up = loss()
        net.flat[i] = before[i] - 1e-6
        down = loss()
        net.flat[i] = before[i]
        assert seen[0][i] == pytest.approx((up - down) / 2e-6, rel=1e-4, abs=1e-8)


def test_the_state_is_carried_from_chunk_to_chunk(monkeypatch):
    net, tokens = remembering.initial(np.random.default_rng(2), 6), tokens_of(13, 2)
    starts = []
    load = core.load
    monkeypatch.setattr(core, "load", lambda u, x: (starts.append(u.hidden[0].copy()), load(u, x)))
    remembering.learn(net, remembering.next_letters(tokens, 4), 3, 0.0)
    h = remembering.states(net, tokens)
    assert not starts[0].any()
    assert np.allclose(starts[1], h[3]) and np.allclose(starts[2], h[7])


def test_learning_to_remember_remembers_more():
    tokens = tokens_of(12 * 80 + 3, 16)
    net = remembering.to_remember(np.random.default_rng(0), 16, tokens, 2, 12, 80, 0.02)
    asked, lags = tokens_of(110, 20, seed=9), np.array([0, 1])
    right = [
        remembering.forgetting(n, asked, 100, lags, 14)["accuracy"].sum()
        for n in (remembering.initial(np.random.default_rng(0), 16), net)
    ]
    assert right[1] > right[0] + 0.2


def test_it_starts_from_its_untrained_state_s_read_out():
    tokens = tokens_of(300, 16)
    net = remembering.to_remember(np.random.default_rng(0), 16, tokens, 2, 12, 0, 0.0)
    start = remembering.initial(np.random.default_rng(0), 16, 2 * V)
    assert np.array_equal(net.W_hh, start.W_hh)
    h = remembering.states(net, tokens[:122])
    said = core.read_out(net, h).reshape(*h.shape[:2], 2, V).argmax(axis=-1)
    assert (said[5:, :, 0] == tokens[5:122]).mean() > 0.3
    assert (said[5:, :, 1] == tokens[4:121]).mean() > 0.15


def test_lags_asked_and_rates():
    assert remembering.asked(3).tolist() == [0, 1, 2]
    assert remembering.asked(60)[[0, -1]].tolist() == [0, 59] and len(remembering.asked(60)) == 8
    assert [remembering.rate_of(h, 0.1, 2) for h in (16, 64, 128)] == [0.1, 0.1, 0.025]


# ==== Read-outs ===================================================================================
def test_a_state_that_is_a_shift_register_tells_all_it_holds_and_no_more():
    tokens, lags = tokens_of(120, 12), np.arange(5)
    n, eye = 100, np.eye(V)
    h = np.concatenate([eye[tokens[20 - d : 120 - d]] for d in range(3)], axis=-1)
    fitted = remembering.fitted(h[:, :8], tokens[:, :8], lags)
    accuracy, explained = remembering.told(fitted.weights(), h[:, 8:], tokens[:, 8:], lags)
    assert np.all(accuracy[:3] == 1) and np.all(accuracy[3:] < 0.2)
    assert np.allclose(explained[:3], 1, atol=1e-4) and np.all(explained[3:] < 0.05)
    assert fitted.n == n * 8


def test_weights_against_least_squares_and_ridge():
    rng, tokens = np.random.default_rng(3), tokens_of(30, 4)
    h, lags = rng.normal(size=(20, 4, 6)), np.array([0, 4])
    fitted = remembering.fitted(h, tokens, lags)
    X = np.hstack([h.reshape(-1, 6), np.ones((80, 1))])
    Y = np.hstack([np.eye(V)[tokens[10 - d : 30 - d].ravel()] for d in lags])
    assert np.allclose(fitted.weights(), np.linalg.lstsq(X, Y, rcond=None)[0], atol=1e-6)
    padding = np.sqrt(80) * 0.3 * np.eye(7)[:6]
    wider = np.linalg.lstsq(
        np.vstack([X, padding]), np.vstack([Y, np.zeros((6, 2 * V))]), rcond=None
    )[0]
    assert np.allclose(fitted.weights(0.3), wider)


def test_r_squared_by_hand():
    rng, tokens = np.random.default_rng(4), tokens_of(50, 3)
    h, lags = rng.normal(size=(40, 3, 5)), np.array([0, 7])
    weights = rng.normal(size=(6, 2 * V))
    accuracy, explained = remembering.told(weights, h, tokens, lags)
    for k, d in enumerate(lags):
        goal = np.eye(V)[tokens[10 - d : 50 - d].ravel()]
        said = remembering.with_bias(h) @ weights[:, k * V : (k + 1) * V]
        rest = ((goal - said) ** 2).sum() / ((goal - goal.mean(axis=0)) ** 2).sum()
        assert explained[k] == pytest.approx(1 - rest)
        assert accuracy[k] == (said.argmax(axis=1) == goal.argmax(axis=1)).mean()


def test_noise_takes_from_small_states():
    net, tokens = remembering.initial(np.random.default_rng(5), 32), tokens_of(140, 16)
    found = remembering.forgetting(
        net, tokens, 120, np.arange(15), 12, (1e-6, 0.3), np.random.default_rng(6)
    )
    exact, small, large = found["numbers"], *(one["numbers"] for one in found["noise"].values())
    assert exact <= 32 and small == pytest.approx(exact, rel=0.01) and large < 0.7 * exact


# ==== Guesses =====================================================================================
def test_guesses_without_a_state():
    tokens = np.tile(np.array([1, 1, 2, 3])[:, None], (10, 4))  # a cycle of four
    lags, n = np.array([0, 1, 5]), 32
    assert np.allclose(remembering.most_frequent(tokens, n, lags, 2), 0.5)
    one, two = (remembering.by_table(tokens, n, lags, 2, order) for order in (1, 2))
    assert np.allclose(one, [1, 0.75, 0.75]) and np.allclose(two, 1)
    assert set(remembering.guesses(tokens, n, lags, 2, (1,))) == {"chance", "1"}


def test_a_context_that_did_not_come_is_answered_by_the_most_frequent():
    tokens = np.array([[1, 9], [1, 9], [1, 9], [1, 9]])
    assert remembering.by_table(tokens, 2, [0], 1, 1).tolist() == [0]
    tokens[:3, 1] = 1
    assert remembering.by_table(tokens, 1, [1], 1, 1).tolist() == [1]


# ==== Numbers of a curve ==========================================================================
def test_horizons():
    lags, curve = [0, 1, 2, 4, 8], [1.0, 0.9, 0.5, 0.9, 0.2]
    assert remembering.falls_below(lags, curve, 0.8) == 2
    assert remembering.near_chance(lags, curve, 0.2, 0.05) == 8
    assert remembering.near_chance(lags, curve, [0.2] * 5, 0.85) == 0
    capped = remembering.horizons(lags, np.ones(5), 0.2)
    assert capped == {"below": 8, "near": 8, "capped": [True, True]}


def test_needed():
    curve = np.full(20, 0.9)
    curve[:4] = 0.1, 0.9, 0.87, 0.89
    assert remembering.needed(curve) == 4 and remembering.needed(curve[5:]) == 1


def test_bits_against_the_information_of_a_symmetric_channel():
    for right in (0.3, 0.7, 1.0):
        joint = np.full((V, V), (1 - right) / (V - 1) / V)
        np.fill_diagonal(joint, right / V)
        told = 2 * np.log2(V) - scipy.special.entr(joint).sum() / np.log(2)
        assert remembering.bits(np.array([right]))[0] == pytest.approx(told)
    assert remembering.bits(np.array([1 / V, 0.0])) == pytest.approx([0, 0])


def test_sums_over_lags_and_capacity():
    assert remembering.over_lags([0, 1, 3], [4, 3, 1]) == 4 + 3 + 2 + 1
    held = remembering.capacity([0, 1], np.array([1.0, 1 / V]), np.array([0.5, -0.1]))
    assert held["numbers"] == pytest.approx(13) and held["bits"] == pytest.approx(np.log2(V))


def test_rises_are_counted_beyond_their_interval():
    up = [[0.5, 0.7, 0.6], [0.5, 0.71, 0.6], [0.5, 0.69, 0.6]]
    noise = [[0.5, 0.9, 0.5], [0.5, 0.2, 0.5], [0.5, 0.5, 0.5]]
    found = remembering.rises([up, noise])
    assert (found["k"], found["n"]) == (1, 4) and found["largest"] == pytest.approx(0.2)
    small = remembering.rises([[[0.5, 0.505]] * 3])
    assert small["k"] == 0 and small["largest"] == pytest.approx(0.005)


def test_after_few_reads_from_nothing():
    net, tokens = remembering.initial(np.random.default_rng(7), 8), tokens_of(13, 7)
    after, loss = remembering.after_few(net, tokens, block=3)
    u = core.buffers(net, 12, 7)
    core.load(u, tokens)
    core.forward(net, u)
    assert np.allclose(after, (u.probs.argmax(axis=-1) == tokens[1:]).mean(axis=1))
    p = np.take_along_axis(u.probs, tokens[1:, :, None], axis=-1)
    assert loss == pytest.approx(-np.log(p[-10:]).mean())


def test_farther_is_on_the_seeds_of_both():
    few = [{"text": {"below": n}} for n in (2, 4, 6)]
    many = [{"text": {"below": n}} for n in (4, 12)]
    found = remembering.farther(few, many, "text", "below")
    assert found["more"]["mean"] == 5 and found["times"]["mean"] == 2.5


def test_gains_and_ratios_of_means():
    few, many = ({"mean": m, "interval": [m - h, m + h]} for m, h in ((10, 3), (16, 4)))
    assert remembering.gain(few, many) == {"mean": 6, "interval": [1, 11]}
    times = remembering.ratio(few, many)
    assert times["mean"] == 1.6 and times["interval"] == [12 / 13, 20 / 7]
    assert remembering.overlaps(few, 13, 20) and not remembering.overlaps(few, 14, 20)


def test_a_logarithm_is_told_from_a_power():
    sizes = np.array([16, 32, 64, 128])
    assert remembering.logarithmic(sizes, 3 + 2 * np.log(sizes))
    assert not remembering.logarithmic(sizes, 3 * sizes**0.5)
    assert not remembering.logarithmic(sizes[:2], [7, 9])
