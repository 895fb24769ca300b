"""Noisy filler, what A makes of it, and the gates."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_network import central_differences

import chunker_very_deep_1200 as core
from studies import collapse, gate, noise


def test_without_noise_the_task_is_the_headline_s():
    tokens = noise.markov_recall(np.random.default_rng(0), 40, 3, 0.0)
    assert np.array_equal(tokens[1:-1], core.trigger_recall(np.random.default_rng(1), 40, 3)[1:-1])
    assert np.array_equal(tokens[0], tokens[-1]) and set(tokens[0]) <= {0, 1}


@pytest.mark.parametrize("e", [0.1, 0.8])
def test_a_jump_goes_to_any_of_the_other_four(e):
    tokens = noise.markov_recall(np.random.default_rng(0), 20_000, 1, e)
    ahead = (tokens[2:-1, 0].astype(int) - tokens[1:-2, 0]) % core.N_FILLERS
    shares = np.bincount(ahead, minlength=5) / len(ahead)
    expected = [e / 4, 1 - e, e / 4, e / 4, e / 4]
    assert np.allclose(shares, expected, atol=5 * math.sqrt(0.25 / 20_000))
    jumps = noise.next_in_cycle(tokens[:-2]) != tokens[1:-1]
    assert jumps[1:].mean() == pytest.approx(1 - shares[1])


def test_entropy_rate_goes_from_nothing_to_that_of_five_symbols():
    assert noise.entropy_rate(0.0) == 0
    assert noise.entropy_rate(0.8) == pytest.approx(math.log(5))
    p = np.array([0.7, 0.3 / 4, 0.3 / 4, 0.3 / 4, 0.3 / 4])
    assert noise.entropy_rate(0.3) == pytest.approx(-(p * np.log(p)).sum())


def test_what_is_observed_is_what_the_core_scores():
    rng = np.random.default_rng(3)
    net, tokens = core.init_rnn(rng, 5, 1.0), rng.integers(core.VOCAB, size=(30, 4))
    _, loss, entropy, expected = noise.observe(net, tokens)
    assert np.array_equal(loss, core.score(net, tokens)[0])
    assert entropy.min() > 0 and entropy.max() <= math.log(core.VOCAB)
    assert ((expected == tokens[1:]) >= (loss < math.log(2))).all()


def test_description_bits_are_those_of_a_code():
    """Summed over all masks and symbols of short sequences, 2^-bits is at most 1 (Kraft)."""
    T, V = 4, core.VOCAB
    total = 0.0
    for bits in range(2 ** (T - 1)):
        mask = np.array([True, *((bits >> i) & 1 for i in range(T - 1))], bool)
        k = int(mask.sum())
        which = np.stack(np.meshgrid(*[range(V)] * k, indexing="ij")).reshape(k, -1)
        tokens = np.zeros((T, which.shape[1]), int)
        tokens[mask] = which
        masks = np.repeat(mask[:, None], which.shape[1], axis=1)
        total += (2.0 ** -noise.description_bits(tokens, masks)).sum()
    assert total == pytest.approx(1.0)


def test_theory():
    t = noise.theory(0.5, 1200, 400, 1)
    assert t["k"] == 601 and t["interval"] == pytest.approx(t["interval_all"])
    assert t["interval"][1] - 601 == pytest.approx(1.96 * math.sqrt(0.25 * 1198 / 400), rel=1e-3)


# --------------------------------------------------------------------------


def some_losses(rng, T=50, N=20, filler=0.01, target=6.0):
    loss = rng.gamma(4.0, filler / 4, (T - 1, N))
    loss[-1] = rng.normal(target, 0.3, N)
    return loss


def test_gates_that_know_nothing_of_targets_find_two_clusters():
    loss = some_losses(np.random.default_rng(0))
    for threshold in (core.midpoint(loss), gate.split(loss), gate.otsu(loss), gate.mixture(loss)):
        assert loss[:-1].max() < threshold < loss[-1].min()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999))
def test_otsu_is_the_best_of_all_thresholds(seed):
    rng = np.random.default_rng(seed)
    loss = rng.gamma(1.0, 1.0, (7, 5))

    def between(threshold):
        low, high = loss[loss <= threshold], loss[loss > threshold]
        return low.size * high.size * (low.mean() - high.mean()) ** 2

    best = max(between(x) for x in np.sort(loss, axis=None)[:-1])
    assert between(gate.otsu(loss)) == pytest.approx(best)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999))
def test_split_makes_the_fewest_errors(seed):
    rng = np.random.default_rng(seed)
    loss = some_losses(rng, T=20, N=6, filler=2.0, target=3.0)

    def right(threshold):
        return (loss[:-1] <= threshold).mean() + (loss[-1] > threshold).mean()

    best = max(right(x) for x in np.sort(loss, axis=None)[:-1])
    assert right(gate.split(loss)) == pytest.approx(best)


def test_gradient_of_the_gate():
    rng = np.random.default_rng(0)
    net, grad, expected = gate.init_gated(rng, 3), gate.zero_gated(3), gate.zero_gated(3)
    net.flat[...] += rng.normal(0, 0.3, net.flat.shape)
    tokens = rng.integers(core.VOCAB, size=(7, 2))
    loss, entropy = rng.gamma(2.0, 2.0, (6, 2)), rng.random((6, 2))
    gate.gate_loss(net, grad, tokens, loss, entropy)
    other = gate.zero_gated(3)
    expected.flat[...] = central_differences(
        lambda: gate.gate_loss(net, other, tokens, loss, entropy), net.flat
    )
    for name in grad._fields[1:]:
        g, e = getattr(grad, name), getattr(expected, name)
        assert np.abs(g - e).max() <= 1e-6 * np.abs(e).max(), name


def test_a_shut_gate_holds_the_state_and_charges_a():
    net = gate.init_gated(np.random.default_rng(0), 3)
    net.gate[:] = 50.0, 0.0, 100.0
    tokens, loss = np.array([[0], [2], [3], [0]]), np.array([[0.1], [0.2], [0.3]])
    total = gate.gate_loss(net, gate.zero_gated(3), tokens, loss, np.zeros((3, 1)))
    assert total == pytest.approx(0.6)


def test_what_is_not_detected_is_not_recalled():
    rng = np.random.default_rng(0)
    draw = partial(noise.markov_recall, e=0.0)
    tokens = draw(rng, 20, 32)
    mask = np.zeros((20, 32), bool)
    mask[0] = True
    events = core.pass_up(tokens, mask)
    assert noise.recalled(core.init_rnn(rng, 3, 1.0), events, tokens[-1]) == (0.0, 0.0)


def test_the_plateau_is_unbroken():
    good = [False, True, True, False, True, True, True, False]
    assert gate.longest_run(list(range(8)), good) == [4, 6]
    assert gate.longest_run([0.0, 1.0], [False, False]) is None


def test_losses_without_any_structure_are_no_accident():
    same = np.full((9, 4), 0.3)
    assert gate.split(same) == 0.3 and gate.mixture(same) == np.inf


def test_the_gate_learns_to_pass_the_target_alone(monkeypatch):
    monkeypatch.setattr(gate, "COST", 0.7)  # at T = 40 a target costs A less than 5 nats
    draw = partial(noise.markov_recall, e=0.0)
    config = core.Config(T=40, auto_epochs=300)
    A, _ = core.train_automatizer(config, core.random_streams(0), core.silent, draw)
    learned, history = gate.learn_gate(np.random.default_rng(0), A, draw, 40, 600)
    assert history[-1] < history[0]
    mask = noise.passed(
        partial(gate.open_gate, learned), noise.observe(A, draw(np.random.default_rng(1), 40, 9))
    )
    assert mask[[0, -1]].all() and not mask[1:-1].any()


def test_recall_ceiling():
    assert noise.recall_ceiling(0.0, 1200) == 1.0
    rng, T, e = np.random.default_rng(0), 30, 0.1
    jumps = rng.binomial(T - 2, e, 100_000)
    best = 0.0
    for j in range(T - 1):  # what to say after j jumps, by counting
        target, jump = np.mean(jumps == j), np.mean(jumps > j) / core.N_FILLERS
        best += target if target > jump else 0.0
    assert noise.recall_ceiling(e, T) == pytest.approx(best, abs=0.01)


def test_chunkers_of_the_same_events_are_trained_once():
    draw, config = partial(noise.markov_recall, e=0.0), partial(core.Config, seed=0, T=20)
    A = core.init_rnn(np.random.default_rng(0), 4, 1.0)
    training = noise.observe(A, draw(np.random.default_rng(1), 20, 64))
    judge = gate.Judge(0, config, training, noise.observe(A, draw(np.random.default_rng(2), 20, 9)))
    ends = np.zeros((19, 1), bool)
    ends[-1] = True
    first = judge.test(lambda s: ends.repeat(s.tokens.shape[1], axis=1))
    second = judge.test(lambda s: ends.repeat(s.tokens.shape[1], axis=1))
    assert first == second and len(judge.known) == 1
    assert first["k"] == 2 and first["precision"] == first["target"] == first["detected"] == 1
    judge.test(noise.mispredicted)
    assert len(judge.known) == 2


def test_the_collapsed_net_is_given_c_s_state_after_every_event():
    C = core.init_rnn(np.random.default_rng(0), 4, 1.0)
    tokens = noise.markov_recall(np.random.default_rng(1), 12, 3, 0.5)
    mask = np.random.default_rng(2).random(tokens.shape) < 0.4
    mask[0] = True
    goals = collapse.state_goals(C, tokens, mask) / np.sqrt(collapse.STATE_WEIGHT)
    for b in range(3):
        h = np.zeros(4)
        for t in range(11):
            if mask[t, b]:
                h = np.tanh(C.W_xh[tokens[t, b]] + h @ C.W_hh + C.b_h)
            assert np.allclose(goals[t, b], h, rtol=1e-12)
