"""Guessed nets are counted as they act; the ablations take away what they say."""

from unittest.mock import patch

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import controls
from studies.lab import training


# ==== Guessing ====================================================================================
@pytest.mark.parametrize("T", [3, 7, 8, 23, 300])
def test_the_pieces_are_the_steps_of_both_sequences_in_order(T):
    pieces = controls.doubling_pieces(T, 2)
    sizes = [len(u.probs) for u in pieces]
    assert sum(sizes) == T - 1 and sizes[-1] == 1
    assert sizes[:-2] == [5 * 2**i for i in range(len(sizes) - 2)]
    targets = np.concatenate([u.tokens[1:] for u in pieces])
    assert np.array_equal(targets, training.both_sequences(T)[1:])
    for u, following in zip(pieces, pieces[1:]):
        assert np.shares_memory(u.hidden[-1], following.hidden[0])


@pytest.mark.parametrize(("H", "T"), [(4, 23), (1, 12), (8, 60)])
def test_guessed_nets_are_counted_as_they_act(H, T):
    seed, n = 3, 200
    choice, recall, filler_too = controls.guess((seed, n, H, T))
    rng = np.random.default_rng([seed, H])
    shapes = [(core.VOCAB, H), (H, H), (1, H), (H, core.VOCAB), (1, core.VOCAB)]
    W_xh, W_hh, b_h, W_hy, b_y = (rng.uniform(-100, 100, (n, *shape)) for shape in shapes)
    tokens = training.both_sequences(T)
    counted = np.zeros(3, int)
    for net in range(n):
        h, filler = np.zeros((2, H)), True
        for t in range(T - 1):
            h = np.tanh(W_xh[net][tokens[t]] + h @ W_hh[net] + b_h[net])
            logits = h @ W_hy[net] + b_y[net]
            if t < T - 2:
                filler &= bool((logits.argmax(axis=1) == tokens[t + 1]).all())
        right = bool((logits[:, :2].argmax(axis=1) == [0, 1]).all())
        counted += [right, (logits.argmax(axis=1) == [0, 1]).all(), right and filler]
    assert counted.tolist() == [choice, recall, filler_too] and choice > 0


def net_that_is_always_right():
    """For T = 7: a unit for each symbol, 1 after it and else -1, and one that holds the trigger."""
    net, held = core.zero_rnn(core.VOCAB + 1), core.VOCAB
    net.W_xh[:, :held] = 10 * np.eye(core.VOCAB) - 5
    net.W_xh[:2, held], net.W_hh[held, held] = (5, -5), 5
    net.W_hy[[0, 1], 2] = 10
    net.W_hy[[2, 3, 4, 5], [3, 4, 5, 6]] = 10
    net.W_hy[6, :2], net.W_hy[held, :2] = 10, (5, -5)
    return net


def test_outcomes_of_nets_made_by_hand():
    pieces = controls.doubling_pieces(7, core.VOCAB + 1)
    net = net_that_is_always_right()
    assert controls.outcome(net, pieces) == (True, True, True)
    for late in (0, 3, 5):  # one symbol of the filler wrong, wherever it is
        wrong = net_that_is_always_right()
        wrong.W_hy[late] *= -1
        assert controls.outcome(wrong, pieces) == (True, True, False), late
    wrong = net_that_is_always_right()
    wrong.W_hy[-1] *= -1  # A after B and B after A
    assert controls.outcome(wrong, pieces) == (False, False, False)
    net.b_y[4] = 100  # always the same symbol of the filler
    assert controls.outcome(net, pieces) == (True, False, False)


def test_a_net_whose_states_are_equal_is_not_run_to_the_end():
    pieces = controls.doubling_pieces(300, 2)
    with patch.object(core, "forward_hidden", side_effect=core.forward_hidden) as run:
        assert controls.outcome(core.zero_rnn(2), pieces) == (False, False, False)
    assert run.call_count == 1 and len(pieces) > 3


# ==== Ablations ===================================================================================
K = {"nothing": 2, "C untrained": 2, "everything goes up": 30, "nothing goes up": 1,
     "random positions": 2, "trigger A with probability 0.9": 2}  # fmt: skip


@pytest.mark.parametrize("name", controls.ABLATIONS)
def test_an_ablation_changes_what_it_says(name):
    fit = core.fit_chunker
    with (
        patch.object(core, "fit_chunker", side_effect=fit) as fitted,
        patch.object(core, "learn", side_effect=core.learn) as learnt,
    ):
        found = controls.ablate((name, 1, 30, 20))
    assert found["k"] == K[name] if name in K else 2 < found["k"] < 30
    assert fitted.call_count == (name != "C untrained")
    assert learnt.call_count == 2 - (name in ("A untrained", "C untrained"))
    if fitted.called:
        config, _, events, which = fitted.call_args.args[:4]
        long = name in ("everything goes up", "A untrained")
        assert config.chunk_epochs == (50 if long else 200)
        assert len(which) == config.chunk_epochs * core.CHUNK_SEQUENCES
        triggers = np.array([events[i].symbols[0] for i in which])
        share_of_a = 0.9 if name == "trigger A with probability 0.9" else 0.5
        assert (triggers == 0).mean() == pytest.approx(share_of_a, abs=0.05)
    if name in ("nothing", "trigger A with probability 0.9"):
        assert found["recall"] == found["choice"] == 1
    if name == "nothing goes up":
        assert found["recall"] == found["choice"] == 0  # what is not flagged is not recalled


def test_the_ablation_of_nothing_is_the_headline():
    found = controls.ablate(("nothing", 1, 30, 20))
    results = core.run(core.Config(seed=1, T=30, n_eval=20))
    assert found == {
        "recall": results["chunker_eval_acc"],
        "choice": results["chunker_choice_acc"],
        "k": results["chunker_avg_surprises"],
    }


def test_events_at_random_positions():
    tokens = np.zeros((10, 9000), int)
    mask = controls.random_positions(core.random_streams(0), tokens)
    assert mask[0].all() and (mask.sum(axis=0) == 2).all()
    assert mask[1:].mean(axis=1) == pytest.approx(np.full(9, 1 / 9), abs=0.02)


# ==== Costs =======================================================================================
def test_what_the_headline_s_nets_cost():
    results = core.run(core.Config(seed=1, T=30))
    wrong = [i for i, share in enumerate(results["chunker_target_acc"]) if share < 1]
    epochs = max(wrong) + 2
    cost = controls.cost_of_nets((1, 30))
    assert cost["chunker_sequences"] == 80 * 8 + 16 * epochs
    assert cost["chunker_updates"] == 80 * 5 + 16 * epochs  # 29 steps in windows of 6
    assert cost["chunker_activations"] == 8 * 6 * (16 + 7) and cost["chunker_path"] == 6
    assert cost["baseline_activations"] == 4 * 29 * (16 + 7) and cost["baseline_path"] == 29
    assert cost["baseline_choice"] == results["baseline_choice_acc"]
    with patch.object(core, "run") as run:
        run.return_value = {**results, "chunker_target_acc": [0.5] * 200}
        assert controls.cost_of_nets((1, 30))["chunker_sequences"] == 80 * 8 + 16 * 200
