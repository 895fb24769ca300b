"""Full BPTT with every help: initial weights, weights of the loss, when training stops."""

from unittest.mock import patch

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import reach
from studies.lab import collapsed, training
from studies.lab.randomness import generators


@pytest.mark.parametrize("loss", ["all", "half", "recall"])
def test_weights_of_the_loss(loss):
    weight = reach.step_weights(11, loss)
    assert weight.shape == (10, 1)
    assert weight[-1] == {"all": 1, "half": 0.5, "recall": 1}[loss]
    assert weight[:-1].sum() == pytest.approx({"all": 9, "half": 0.5, "recall": 0}[loss])
    assert np.ptp(weight[:-1]) == 0


def test_initial_weights():
    nets = {
        start: reach.initial(np.random.default_rng(0), 64, start)
        for start in ("gaussian", "orthogonal", "identity")
    }
    W = {start: net.W_hh for start, net in nets.items()}
    assert np.allclose(W["orthogonal"] @ W["orthogonal"].T, np.eye(64), atol=1e-12)
    assert abs(W["orthogonal"]).max() < 0.9  # not the identity
    assert np.array_equal(W["identity"], np.eye(64))
    assert W["gaussian"].std() == pytest.approx(1 / 8, rel=0.1)
    assert not np.allclose(W["gaussian"] @ W["gaussian"].T, np.eye(64), atol=0.1)
    for start, scale in (("gaussian", 1 / 8), ("orthogonal", 1 / 8), ("identity", 0.1)):
        assert nets[start].W_xh.std() == pytest.approx(scale, rel=0.15), start
        assert np.array_equal(nets[start].W_hy, nets["gaussian"].W_hy)


def setting(**changes):
    return reach.Setting(8, "identity", "half", "adam", 0.0003)._replace(**changes)


def test_an_update_is_made_after_the_batch_was_judged():
    how, T = setting(optimiser="sgd", lr=0.1), 9
    net = reach.initial(np.random.default_rng(0), 8, "gaussian")
    start, data = net.flat.copy(), np.random.default_rng(1)
    batches = reach.learning(net, how, T, data)
    right = next(batches)
    assert np.array_equal(net.flat, start)
    tokens = core.trigger_recall(np.random.default_rng(1), T, reach.BATCH)
    _, logits = core.score(net, tokens)
    assert right == (logits[:, :2].argmax(axis=1) == tokens[-1]).all()
    next(batches)
    u, grad = core.buffers(net, T - 1, reach.BATCH), core.zeros_like(net)
    before = core.zeros_like(net)
    before.flat[...] = start
    core.load(u, tokens)
    core.forward(before, u)
    u.probs[...] = u.onehot[1:] + reach.step_weights(T, "half")[..., None] * (
        u.probs - u.onehot[1:]
    )
    core.backward(before, grad, u)
    core.sgd(before, grad, 0.1, reach.BATCH)
    assert np.allclose(net.flat, before.flat, rtol=1e-12, atol=1e-15)


def run_and_count(how, budget):
    with patch.object(reach.Adam, "step", autospec=True, side_effect=reach.Adam.step) as step:
        return reach.train(how, 12, 3, budget), step.call_count


def test_training_stops_before_the_last_update_of_the_streak_and_else_at_the_budget():
    found, n_updates = run_and_count(setting(), 1000)
    updates = found["updates"]
    assert training.STREAK < updates <= 500 and found["at_half"] and found["choice"] == 1
    assert n_updates == updates + training.STREAK - 2
    enough = updates + training.STREAK - 1
    assert run_and_count(setting(), enough)[0]["updates"] == updates
    assert not run_and_count(setting(), enough)[0]["at_half"]
    assert not run_and_count(setting(), 2 * updates - 1)[0]["at_half"]
    assert run_and_count(setting(), 2 * updates)[0]["at_half"]
    found, n_updates = run_and_count(setting(), enough - 1)
    assert found["updates"] is None and not found["at_half"] and n_updates == enough - 1


def test_a_setting_that_diverges_is_not_solved():
    found = reach.trained((setting(loss="all", optimiser="sgd", lr=1e200), 20, 0, 300))
    assert found["updates"] is None and not found["at_half"]


def test_settings_are_ranked_by_seeds_solved_and_then_by_updates():
    updates = [[None, 5], [30, 40], [None, None], [10, 50]]
    settings = [setting(lr=i) for i in range(4)]
    runs = [{"updates": u} for pair in updates for u in pair]
    with patch.object(reach, "parallel_map", return_value=runs) as mapped:
        order, tried = reach.ranked(settings, reach.Length(10, 54, 77, 99), 1)
    assert [s.lr for s in order] == [3, 1, 0, 2]
    assert [tried[s] for s in settings] == updates
    assert mapped.call_args.args[1][:3] == [
        (settings[0], 10, 0, 77), (settings[0], 10, 1, 77), (settings[1], 10, 0, 77),
    ]  # fmt: skip
    assert reach.ranked(settings[:1], None, 1) == (settings[:1], {})


def test_the_nets_beside_it_are_those_of_the_headline_and_of_the_collapse():
    choice, of_collapsed = reach.chunker_and_collapsed((30, 2, 50))
    assert choice == core.run(core.Config(seed=2, T=30))["chunker_choice_acc"]
    chunker = training.headline_nets(2, T=30)[2]
    _, net, _ = collapsed.train(core.Config(seed=2, T=30), 3, chunker, 50 // 10)
    _, logits = core.score(collapsed.symbols_only(net), training.both_sequences(30))
    assert of_collapsed == core.recall_accuracies(logits, np.arange(2))[1]


def test_streams_of_a_seed_differ_with_the_length():
    first = generators("reach", 0, ("init", "data"), 10)
    second = generators("reach", 0, ("init", "data"), 20)
    assert first["init"].random() != second["init"].random()
