"""The gates: thresholds from losses, the one that learns, and how they are judged."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.chunker import gate
from studies.lab import catalogue, events
from studies.lab.tasks import noisy


def some_losses(rng, T=50, N=20, filler=0.01, target=6.0):
    loss = rng.gamma(4.0, filler / 4, (T - 1, N))
    loss[-1] = rng.normal(target, 0.3, N)
    return loss


def test_gates_that_know_nothing_of_targets_find_two_clusters():
    loss = some_losses(np.random.default_rng(0))
    for found in (core.surprise_threshold, gate.best_split, gate.otsu, gate.mixture):
        assert loss[:-1].max() < found(loss) < loss[-1].min()


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
def test_split_has_the_largest_balanced_accuracy(seed):
    rng = np.random.default_rng(seed)
    loss = some_losses(rng, T=20, N=6, filler=2.0, target=3.0)

    def balanced_accuracy(threshold):
        return ((loss[:-1] <= threshold).mean() + (loss[-1] > threshold).mean()) / 2

    best = max(balanced_accuracy(x) for x in np.sort(loss, axis=None)[:-1])
    assert balanced_accuracy(gate.best_split(loss)) == pytest.approx(best)


def test_losses_without_any_structure_are_no_accident():
    same = np.full((9, 4), 0.3)
    assert gate.best_split(same) == 0.3 and gate.mixture(same) == np.inf


def test_every_gate_is_built_from_what_it_may_know():
    loss = some_losses(np.random.default_rng(0))
    gates, thresholds = gate.build(loss, np.array([1.0, 0.0, 3.0]))
    assert set(gates) == set(gate.GATES) and set(gate.SET_BY) == set(gate.GATES)
    assert set(gates) - set(thresholds) == {"mispredicted", "learned"}
    assert thresholds["tolerance"] == pytest.approx(-np.log(0.8))
    shuffled = np.random.default_rng(1).permuted(loss.ravel()).reshape(loss.shape)
    _, unlabelled = gate.build(shuffled, np.zeros(3))
    for name, set_by in gate.SET_BY.items():
        if name in thresholds:
            assert np.isclose(unlabelled[name], thresholds[name]) == (set_by != "labelled probe")


# ==== The gate that learns ========================================================================
def gated(seed=0, n_hidden=3):
    rng = np.random.default_rng(seed)
    net = gate.init_gated(rng, n_hidden)
    net.flat[...] += rng.normal(0, 0.3, net.flat.shape)
    u = core.buffers(net, 6, 2)
    core.load(u, rng.integers(core.VOCAB, size=(7, 2)))
    return net, u, rng.gamma(2.0, 2.0, (6, 2)), rng.random((6, 2))


def test_gradient_of_the_gate():
    net, u, loss, entropy = gated()
    grad, other, expected = (core.zeros_like(net) for _ in range(3))
    gate.gate_loss(net, grad, u, loss, entropy)
    expected.flat[...] = central_differences(
        lambda: gate.gate_loss(net, other, u, loss, entropy), net.flat
    )
    for name in grad._fields[1:]:
        g, e = getattr(grad, name), getattr(expected, name)
        assert np.abs(g - e).max() <= 1e-6 * np.abs(e).max(), name


def test_an_open_gate_makes_the_core_s_net():
    net, u, loss, entropy = gated()
    net.gate[:] = 50.0, 0.0, -100.0
    grad = core.zeros_like(net)
    total = gate.gate_loss(net, grad, u, loss, entropy)
    rnn = core.RNN(net.flat[:-3], *net[1:-1])
    expected, v = core.zeros_like(rnn), core.buffers(rnn, 6, 2)
    core.load(v, u.tokens)
    core.forward(rnn, v)
    core.backward(rnn, expected, v, weight=np.array(0.5))
    assert_same_gradient(core.RNN(grad.flat[:-3], *grad[1:-1]), expected, 1e-12)
    assert total == pytest.approx(core.mean_loss(v) + 6 * gate.COST)
    assert not grad.gate.any()


def test_a_shut_gate_holds_the_state_and_charges_a():
    net = gate.init_gated(np.random.default_rng(0), 3)
    net.gate[:] = 50.0, 0.0, 100.0
    u, loss = core.buffers(net, 3, 1), np.array([[0.1], [0.2], [0.3]])
    core.load(u, np.array([[0], [2], [3], [0]]))
    assert gate.gate_loss(net, core.zeros_like(net), u, loss, np.zeros((3, 1))) == pytest.approx(
        0.6
    )
    assert u.hidden[1].any() and (u.hidden[2:] == u.hidden[1]).all()


def test_the_gate_learns_to_pass_the_target_alone(monkeypatch):
    monkeypatch.setattr(gate, "COST", 0.7)  # at T = 40 a target costs A less than 5 nats
    task = noisy(0.0)
    config = core.Config(T=40, auto_epochs=300)
    A, _ = core.train_automatizer(config, core.random_streams(0), core.silent, task)
    learned, history = gate.learn_gate(np.random.default_rng(0), A, task.draw, 40, 600)
    assert history[-1] < history[0]
    seen = events.observe(A, task.draw(np.random.default_rng(1), 40, 9))
    mask = events.passed(partial(gate.more_open, learned), seen)
    assert mask[[0, -1]].all() and not mask[1:-1].any()


# ==== Judging =====================================================================================
def some_judge():
    task, config = noisy(0.0), core.Config(T=20)
    A = core.init_rnn(np.random.default_rng(0), 4, 1.0)
    training = events.observe(A, task.draw(np.random.default_rng(1), 20, 64))
    return gate.Judge(
        config, training, events.observe(A, task.draw(np.random.default_rng(2), 20, 9))
    )


def the_target_alone(seen):
    flags = np.zeros(seen.loss.shape, bool)
    flags[-1] = True
    return flags


def test_chunkers_of_the_same_events_are_trained_once():
    judge = some_judge()
    first, second = judge.test(the_target_alone), judge.test(the_target_alone)
    assert first == second and len(judge.known) == 1
    assert first["k"] == 2 and first["precision"] == first["target"] == first["detected"] == 1
    judge.test(events.mispredicted)
    assert len(judge.known) == 2


@pytest.mark.parametrize("everything, epochs", [(False, 4), (True, 1)])
def test_chunkers_of_many_events_have_a_quarter_of_the_sequences(everything, epochs, monkeypatch):
    sizes = []

    def fit_chunker(config, sequences, mask):
        sizes.append((config.chunk_epochs, sequences.shape, mask.shape))
        return core.init_rnn(np.random.default_rng(0), 3, 1.0)

    monkeypatch.setattr(events, "fit_chunker", fit_chunker)
    some_judge().test(lambda seen: np.full(seen.loss.shape, True) if everything
                      else the_target_alone(seen))  # fmt: skip
    assert sizes == [(epochs, (20, 16 * epochs), (20, 16 * epochs))]


def test_detection():
    unpredictable = np.array([[1, 1], [0, 1], [0, 0], [1, 1]], bool)
    mask = np.array([[1, 1], [1, 0], [0, 0], [1, 0]], bool)
    assert gate.detection(mask, unpredictable) == {
        "k": 2.0, "precision": 3 / 4, "detected": 3 / 5, "target": 1 / 2,
    }  # fmt: skip


def test_the_plateau_is_unbroken():
    good = [False, True, True, False, True, True, True, False]
    assert gate.longest_run(list(range(8)), good) == [4, 6]
    assert gate.longest_run([0.0, 1.0], [False, False]) is None


def test_where_every_seed_recalls_everything():
    def level(e, plateau, *perfect):
        gates = {name: {"perfect": {"share": float(name in perfect)}} for name in gate.GATES}
        return {"e": e, "plateau": plateau, "gates": gates}

    found = gate.where_perfect([
        level(0.0, [1, 2], "split", "Otsu"), level(0.1, None), level(0.2, None, "split"),
    ])  # fmt: skip
    assert found["possible"] == [0.0, 0.2] and found["keeps_all"] == ["split"]
    assert found["kept"]["split"] == [0.0, 0.2] and found["kept"]["Otsu"] == [0.0]
    by_hand = gate.where_perfect([level(0.1, [1, 2])])
    assert by_hand["possible"] == [0.1] and by_hand["keeps_all"] == []


def test_the_tables_say_what_the_runs_say():
    results = catalogue.results_of("gate")
    row = 5
    e = results["levels"][row]["e"]
    runs = [run for run in results["runs"] if run["e"] == e]
    _, counts = gate.counts(results)
    _, accuracies = gate.recall_and_choice(results)
    _, gates = gate.table(results)
    for i, name in enumerate(gate.GATES, 1):
        assert counts[row][i] == f"{np.mean([run[name]['k'] for run in runs]):.3g}"
        recall, choice = (np.mean([run[name][key] for run in runs]) for key in ("recall", "choice"))
        assert accuracies[row][i] == f"{recall:.0%} / {choice:.0%}"
        perfect = all(run[name]["recall"] == 1 for run in runs)
        assert (f"{e:g}" in gates[i - 1][-1].split(", ")) == perfect
    thresholds = np.array(results["thresholds"])
    works = np.array([[test["recall"] == 1 for test in run["sweep"]] for run in runs]).all(axis=0)
    low, high = thresholds[works][[0, -1]]
    assert gate.thresholds(results)[1][row][3] == f"{low:g} to {high:g}"
