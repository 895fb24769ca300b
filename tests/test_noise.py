"""Noisy filler, what A makes of it, and how the noise study counts."""

import math

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import noise
from studies.lab import catalogue, collapsed, events, tasks, training


def test_without_noise_the_task_is_the_headline_s():
    tokens = tasks.markov_recall(np.random.default_rng(0), 40, 3, 0.0)
    assert np.array_equal(tokens[1:-1], core.trigger_recall(np.random.default_rng(1), 40, 3)[1:-1])
    assert np.array_equal(tokens[0], tokens[-1]) and set(tokens[0]) <= {0, 1}
    assert np.array_equal(np.flatnonzero(tasks.off_cycle(tokens).any(axis=1)), [38])


@pytest.mark.parametrize("e", [0.1, 0.8])
def test_a_jump_goes_to_any_of_the_other_four(e):
    tokens = tasks.noisy(e).draw(np.random.default_rng(0), 20_000, 1)
    ahead = (tokens[2:-1, 0].astype(int) - tokens[1:-2, 0]) % core.N_FILLERS
    shares = np.bincount(ahead, minlength=5) / len(ahead)
    expected = [e / 4, 1 - e, e / 4, e / 4, e / 4]
    assert np.allclose(shares, expected, atol=5 * math.sqrt(0.25 / 20_000))
    jumps = tasks.off_cycle(tokens)[:-1]
    assert jumps[1:].mean() == pytest.approx(1 - shares[1])


def test_entropy_rate_goes_from_nothing_to_that_of_five_symbols():
    assert noise.entropy_rate(0.0) == 0
    assert noise.entropy_rate(0.8) == pytest.approx(math.log(5))
    p = np.array([0.7, 0.3 / 4, 0.3 / 4, 0.3 / 4, 0.3 / 4])
    assert noise.entropy_rate(0.3) == pytest.approx(-(p * np.log(p)).sum())


def test_what_is_observed_is_what_the_core_scores():
    rng = np.random.default_rng(3)
    net, tokens = core.init_rnn(rng, 5, 1.0), rng.integers(core.VOCAB, size=(30, 4))
    _, loss, entropy, expected = events.observe(net, tokens)
    assert np.array_equal(loss, core.score(net, tokens)[0])
    for b in range(4):
        h = np.zeros(5)
        for t, x in enumerate(tokens[:-1, b]):
            h = np.tanh(net.W_xh[x] + h @ net.W_hh + net.b_h)
            p = np.exp(h @ net.W_hy + net.b_y)
            p /= p.sum()
            assert entropy[t, b] == pytest.approx(-(p * np.log(p)).sum())
            assert expected[t, b] == p.argmax()


def test_the_stages_are_those_of_the_headline():
    config = core.Config(seed=3, T=40, auto_epochs=40, chunk_epochs=10, n_eval=7)
    A, probe, training_, fresh = events.train_and_observe(config, core.TRIGGER_RECALL, 160)
    theirs = training.headline_nets(3, T=40, auto_epochs=40, chunk_epochs=10)
    threshold = core.surprise_threshold(probe.loss)
    assert np.array_equal(A.flat, theirs[0].flat) and threshold == theirs[1]
    C = events.fit_chunker(config, training_.tokens, core.surprising(training_.loss, threshold))
    assert np.array_equal(C.flat, theirs[2].flat)
    stream = core.random_streams(3)["evaluation"]
    assert np.array_equal(fresh.tokens, core.trigger_recall(stream, 40, 7))


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


def test_recall_ceiling():
    assert events.recall_ceiling(0.0, 1200) == 1.0
    rng, T, e = np.random.default_rng(0), 30, 0.1
    jumps = rng.binomial(T - 2, e, 100_000)
    best = 0.0
    for j in range(T - 1):  # what to say after j jumps, by counting
        target, jump = np.mean(jumps == j), np.mean(jumps > j) / core.N_FILLERS
        best += target if target > jump else 0.0
    assert events.recall_ceiling(e, T) == pytest.approx(best, abs=0.01)


def test_what_is_not_detected_is_not_recalled():
    rng = np.random.default_rng(0)
    tokens = tasks.noisy(0.0).draw(rng, 20, 32)
    mask = np.zeros((20, 32), bool)
    mask[0] = True
    passed_up = core.pass_up(tokens, mask)
    assert events.accuracies(core.init_rnn(rng, 3, 1.0), passed_up, tokens[-1]) == (0.0, 0.0)


def test_the_collapsed_net_is_given_c_s_state_after_every_event():
    C = core.init_rnn(np.random.default_rng(0), 4, 1.0)
    tokens = tasks.markov_recall(np.random.default_rng(1), 12, 3, 0.5)
    mask = np.random.default_rng(2).random(tokens.shape) < 0.4
    mask[0] = True
    goals = collapsed.state_goals(C, tokens, mask) / np.sqrt(collapsed.STATE_WEIGHT)
    for b in range(3):
        h = np.zeros(4)
        for t in range(11):
            if mask[t, b]:
                h = np.tanh(C.W_xh[tokens[t, b]] + h @ C.W_hh + C.b_h)
            assert np.allclose(goals[t, b], h, rtol=1e-12)


def test_what_a_seed_measures_is_what_its_sequences_say():
    rng = np.random.default_rng(5)
    net, C = core.init_rnn(rng, 5, 1.0), core.init_rnn(rng, 4, 1.0)
    fresh = events.observe(net, tasks.noisy(0.3).draw(rng, 40, 6))
    mask = rng.random(fresh.tokens.shape) < 0.3
    mask[0] = True
    found, a = noise.measured(C, fresh, mask), noise.predictions_of_a(fresh)
    jumped = [
        [t for t in range(1, 39)
         if x[t] != (2 if x[t - 1] < 2 else 2 + (x[t - 1] - 1) % 5)] for x in fresh.tokens.T
    ]  # fmt: skip
    assert a["jumps"] == [len(times) for times in jumped]
    went_up = [mask[t, b] for b, times in enumerate(jumped) for t in times]
    assert found["jumps_passed"] == pytest.approx(np.mean(went_up))
    assert found["k"] == mask.sum(axis=0).tolist()
    assert a["code_bits"] == pytest.approx(1 + fresh.loss.sum() / 6 / math.log(2))
    costs = [fresh.loss[t - 1, b] for b, times in enumerate(jumped) for t in times]
    assert a["jump_loss"][1] == pytest.approx(np.median(costs))
    depths = [core.effective_depth(core.gradient_norms(C, fresh.tokens[mask[:, b], b]))
              for b in range(6)]  # fmt: skip
    assert found["reach"] == np.median(depths)


def test_choice_is_carried_as_far_as_it_is_unbroken():
    levels = [{"e": e, "g": {"choice_perfect": {"share": s}}}
              for e, s in ((0, 1), (0.1, 1), (0.2, 0.5), (0.5, 1))]  # fmt: skip
    assert noise.carried_up_to(levels, "g") == 0.1
    assert noise.carried_up_to(levels[2:], "g") is None


def test_the_tables_say_what_the_runs_say():
    results = catalogue.results_of("noise")
    row = 3
    runs = [run for run in results["runs"] if run["e"] == results["levels"][row]["e"]]

    def over_runs(gate, key):
        return np.mean([run[gate][key] for run in runs])

    header, counts = noise.counts(results)
    cells = dict(zip(header, counts[row]))
    assert cells["k, mispredicted"] == f"{over_runs('misprediction', 'k'):.1f}"
    assert cells["k, surprising"] == f"{over_runs('threshold', 'k'):.1f}"
    assert cells["jumps above it"] == f"{over_runs('threshold', 'jumps_passed'):.1%}"
    _, bits = noise.description_length(results)
    assert bits[row][-2:] == tuple(f"{over_runs(g, 'bits'):,.0f}" for g in noise.GATES)
    header, accuracies = noise.recall_and_choice(results)
    for name, column in (("misprediction", 1), ("threshold", 4), ("collapsed", 6)):
        of = (f"{over_runs(name, key):.0%}" for key in ("recall", "choice"))
        assert accuracies[row][column] == " / ".join(of), header[column]
    solved = [run for run in results["lstm_runs"] if run["e"] == 0.1]
    k = sum(run["updates"] is not None for run in solved)
    assert f" {k}/{len(solved)} seeds at e = 0.1 " in noise.recall_and_choice_seen(results)
