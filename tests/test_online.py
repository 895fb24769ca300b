"""RTRL against BPTT, and A and C learning together."""

import math

import numpy as np
import pytest
from test_network import any_net, assert_same_gradient, bptt, central_differences, loss_by_the_book

import chunker_very_deep_1200 as core
from studies.chunker import online
from studies.lab.counting import counting


def rtrl(net, tokens, length=10_000):
    """The gradient by `Sensitivities`, the sequence given in windows of `length`."""
    u = core.buffers(net, len(tokens) - 1, 1)
    total, part = core.zeros_like(net), core.zeros_like(net)
    core.load(u, tokens)
    core.forward(net, u)
    sensitivities = online.Sensitivities(net)
    for cut in core.windows(u, length):
        sensitivities.gradient(net, part, cut)
        total.flat[...] += part.flat
    return total


@pytest.mark.parametrize("std", [0.1, 0.7, 3.0])
@pytest.mark.parametrize("T", [2, 3, 40, 1200])
def test_rtrl_is_bptt_on_whole_episodes(std, T):
    rng, net = any_net(T, n_hidden=16, std=std)
    for tokens in (rng.integers(core.VOCAB, size=(T, 1)), core.trigger_recall(rng, max(T, 3), 1)):
        _, exact = bptt(net, tokens)
        assert_same_gradient(rtrl(net, tokens), exact, 1e-10)
        assert_same_gradient(rtrl(net, tokens, length=6), exact, 1e-10)  # nothing is truncated


def test_rtrl_is_the_derivative_of_the_loss():
    rng, net = any_net(0, n_hidden=3)
    tokens = rng.integers(core.VOCAB, size=(9, 1))
    expected = core.zero_rnn(3)
    expected.flat[...] = central_differences(lambda: loss_by_the_book(net, tokens), net.flat)
    assert_same_gradient(rtrl(net, tokens), expected, 1e-6)


def test_rtrl_over_another_alphabet():
    rng = np.random.default_rng(0)
    net = core.init_rnn(rng, 4, 0.7, 11, 11)
    tokens = rng.integers(11, size=(30, 1))
    assert_same_gradient(rtrl(net, tokens), bptt(net, tokens)[1], 1e-10)


def test_exactness_is_measured_on_a_stream_of_its_own(monkeypatch):
    drawn, init = [], core.init_rnn

    def noted(rng, n_hidden, std):
        net = init(rng, n_hidden, std)
        drawn.append(net.W_xh.ravel()[:50] / std)
        return net

    monkeypatch.setattr(core, "init_rnn", noted)
    case = online.exactness(0, 0.5, 12, True, 6)
    assert set(case["difference"]) == set(core.RNN._fields[1:])
    assert max(case["difference"].values()) < 1e-12 < 1e-3 < case["truncated"]
    online.one_run((online.Schedule(), 0, 12, 1, 1))
    exact, A, C = drawn
    assert not any(np.isclose(exact, theirs).any() for theirs in (A, C))


def test_a_sequence_starts_without_the_last_ones_sensitivities():
    config, (rng, net) = core.Config(T=30), any_net(1)
    tokens, before = core.trigger_recall(rng, 30, 1), net.flat.copy()
    A = online.OnlineAutomatizer(net, config, 0.05, rtrl=True)
    A.learn(tokens)
    after = net.flat.copy()
    net.flat[...] = before
    A.learn(tokens)
    assert np.array_equal(net.flat, after) and not np.array_equal(before, after)


def test_truncated_bptt_is_the_cores():
    """With a batch of one, A learns what `core.train_automatizer` would teach it."""
    config, (rng, net) = core.Config(T=25), any_net(2)
    same = core.zero_rnn(5)
    same.flat[...] = net.flat
    u, grad, tokens = core.unroll(24, 1, 5), core.zero_rnn(5), core.trigger_recall(rng, 25, 1)
    online.OnlineAutomatizer(net, config, 0.05).learn(tokens)
    core.load(u, tokens)
    for cut in core.windows(u, config.auto_truncate):
        core.update(same, grad, cut, 0.05)
    assert np.array_equal(net.flat, same.flat)


@pytest.mark.parametrize("way", ["bptt", "rtrl"])
@pytest.mark.parametrize("H", [3, 16])
def test_multiply_adds_are_those_of_the_code_that_runs(way, H):
    T, config = 25, core.Config(T=25)  # four whole windows
    with counting(movement=False) as meter:
        net = core.init_rnn(np.random.default_rng(0), H, 0.5)
        A = online.OnlineAutomatizer(net, config, 0.1, rtrl=way == "rtrl")
        A.learn(core.trigger_recall(np.random.default_rng(0), T, 1))
        of = {phase: sums["multiply_adds"] for phase, sums in meter.counts.items()}
        made = of["forward"] + of["backward"] + of["rest"]
    expected = online.multiply_adds(H, core.VOCAB, config.auto_truncate)
    assert made / (T - 1) == pytest.approx(expected[way])
    assert expected["ratio"] == expected["rtrl"] / expected["bptt"]


def nets(T, config=None):
    """An A and a C of zeros, to be given what they are to say."""
    config = config or core.Config(T=T)
    A = online.OnlineAutomatizer(core.zero_rnn(config.auto_hidden), config, config.auto_lr)
    C = online.OnlineChunker(np.random.default_rng(0), config)
    C.net.flat[...] = 0
    return A, C


def sequence(T, trigger):
    tokens = core.trigger_recall(np.random.default_rng(0), T, 1)
    tokens[0] = tokens[-1] = trigger
    return tokens


def test_a_target_that_is_not_an_event_is_not_recalled():
    A, C = nets(12)
    A.net.b_y[0] = C.net.b_y[0] = 3.0  # both say A, whatever came
    for trigger, expected in ((0, False), (1, False)):
        A.read(sequence(12, trigger))
        mask, recalled = online.recall(A, C, sequence(12, trigger), learn=False)
        assert recalled is expected and mask[:-1].all() and mask[-1] == (trigger == 1)
    A.net.b_y[...] = 0, 0, 3, 0, 0, 0, 0  # now A says 1: the target goes up
    A.read(sequence(12, 0))
    assert online.recall(A, C, sequence(12, 0), learn=False)[1]
    C.net.b_y[1] = 4.0
    assert not online.recall(A, C, sequence(12, 0), learn=False)[1]


def test_a_sequence_of_which_nothing_goes_up_is_not_recalled():
    A, C = nets(12)
    A.tolerance = 0.999  # A's 1/7 is enough
    A.read(sequence(12, 0))
    mask, recalled = online.recall(A, C, sequence(12, 0), learn=True)
    assert mask.sum() == 1 and mask[0] and recalled is False


def test_an_a_that_predicts_the_target_never_reaches_100_percent():
    A, C = nets(12)
    A.net.b_y[:2], C.net.b_y[0] = 3.0, 1.0

    class SaysWhatComes:  # what A would have to do by itself, over 11 steps
        def __init__(self, A):
            self.A, self.read, self.learn = A, A.read, A.read

        def events(self):
            mask = self.A.events()
            mask[-1] = False
            return mask

    rng = {"data": np.random.default_rng(0), "fresh": np.random.default_rng(1)}
    run = online.one_pass(SaysWhatComes(A), C, 12, rng, None, least=0, most=60)
    assert run["reached"] is None and run["frozen"] is None
    assert len(run["k"]) == 60 and sum(run["right"]) == 0


def test_events():
    A, _ = nets(7)
    A.net.b_y[...] = np.log([0.1, 0.1, 0.5, 0.1, 0.1, 0.05, 0.05])
    A.read(sequence(7, 0))  # A 1 2 3 4 5 A
    assert A.events().tolist() == [True, False, True, True, True, True, True]
    A.tolerance = 0.2
    assert A.events().all()
    A.tolerance = 0.92  # - log p above 2.5: only what has 0.05
    assert np.flatnonzero(A.events()).tolist() == [0, 4, 5]


def test_what_goes_up_was_predicted_before_the_update():
    config = core.Config(T=7)  # one window: six steps, one update
    net = core.init_rnn(np.random.default_rng(0), 16, 0.1)
    before = core.zero_rnn(16)
    before.flat[...] = net.flat
    A, frozen = (online.OnlineAutomatizer(n, config, 1.0) for n in (net, before))
    A.learn(sequence(7, 0))
    frozen.read(sequence(7, 0))
    assert np.array_equal(A.events(), frozen.events())
    A.read(sequence(7, 0))
    assert not np.array_equal(A.whole.probs, frozen.whole.probs)


def test_recall_is_counted_before_c_learns():
    _, C = nets(12)
    C.lr = 100.0
    symbols = np.array([0, 1], np.uint8)
    assert C.predict(symbols, learn=True) == 0  # all alike: the first
    assert C.predict(symbols, learn=False) == 1


def test_evaluation_changes_no_weight():
    rng = np.random.default_rng(0)
    A, C = nets(12)
    for net in (A.net, C.net):
        net.flat[...] = rng.normal(size=len(net.flat))
    before = A.net.flat.copy(), C.net.flat.copy()
    online.evaluate(A, C, 12, rng, 5)
    assert np.array_equal(A.net.flat, before[0]) and np.array_equal(C.net.flat, before[1])


def run(T=52, most=400, seed=100, **schedule):
    return online.one_run((online.Schedule(**schedule), seed, T, 0, most))


@pytest.mark.parametrize("rtrl", [False, True])
def test_on_line_run(rtrl):
    r = run(rtrl=rtrl)
    assert r == run(rtrl=rtrl)  # bit for bit
    assert r["reached"] and r["frozen"] == {"recalled": online.IN_A_ROW, "k": 2.0}
    n = r["reached"] - 1
    assert all(r["right"][n : n + online.IN_A_ROW]) and not (n and r["right"][n - 1])
    assert r["k"][0] > 10 and r["k"][-1] == 2 and len(r["first"]) == r["k"][0]


def test_decoupled_run():
    r = run(alone=30)
    assert not any(r["right"][:30]) and r["reached"] > 30
    assert r["k"][:20] == run(most=20)["k"]  # the same A on the same sequences
    assert len(set(r["k"][30:])) <= core.N_TRIGGERS  # A is frozen, and there are two sequences


@pytest.mark.parametrize(("alone", "of_A", "of_C"), [(None, 8, 8), (0, 0, 8), (3, 3, 5), (8, 8, 0)])
def test_who_learns_from_which_sequences(alone, of_A, of_C):
    A, C = nets(12)
    learnt = {"A": 0, "C": 0}

    def counted(name, call):
        def wrapped(*arguments, **options):
            learnt[name] += 1
            return call(*arguments, **options)

        return wrapped

    A.learn, C.predict = counted("A", A.learn), counted("C", C.predict)
    rng = {"data": np.random.default_rng(0), "fresh": np.random.default_rng(1)}
    online.one_pass(A, C, 12, rng, alone, least=8, most=8)
    assert learnt == {"A": of_A, "C": of_C}


def test_nothing_is_reached_with_an_untrained_a():
    assert run(alone=0, most=100)["reached"] is None


def test_summary_where_nothing_is_reached():
    runs = [run(alone=0, most=60), run(most=300)]
    s = online.summarise(runs)
    assert s["reached"]["k"] == 1 and s["k"]["mean"] == 2
    assert s["sequences"] == {"median": None, "min": runs[1]["reached"], "max": None}
    assert online.summarise(runs[:1])["k"] is None


def test_running_mean(monkeypatch):
    right = np.array([[0, 1, 1, 1, 1, 1, 0]])
    expected = [[0, 1 / 2, 2 / 3, 3 / 3, 3 / 3, 3 / 3, 2 / 3]]
    monkeypatch.setattr(online, "SMOOTH", 3)
    assert np.allclose(online.running_mean(right), expected)


def test_rate_within_the_first_sequence():
    T = 1200
    everything = [{"first": list(range(T))}] * 2
    assert np.allclose(online.first_rate(everything, T)["events"][:-1], T)
    two = online.first_rate([{"first": [0, T - 1]}], T)["events"]
    assert not any(two[:-1]) and math.isclose(
        two[-1], T / (T - round(T ** (12 / 13))), rel_tol=0.01
    )


def test_table_and_sentences_where_no_decoupled_schedule_works():
    plan = online.QUICK._replace(least=60, most=60, repeats=1)  # too few for anything but together
    results = online.compute(plan, jobs=1)
    header, rows = online.table(results)
    assert all(len(row) == len(header) for row in rows)
    assert online.decoupled(results) == (None, None)
    for name, row in zip(("headline", "bptt", "rtrl"), rows):
        assert row[1].startswith(f"{results['schedules'][name]['reached']['k']}/2 ")
    assert f"on {results['rtrl_as_bptt']['k']}/2 seeds" in online.effect_of_rtrl(results)
    assert "given" not in online.effect_of_schedule(results) + online.answer(results)
    assert online.seen(results).count("\n- ") == 4  # the comparison with the best is left out


def test_the_best_decoupled_schedule_is_the_fastest_that_every_seed_solves():
    def schedule(k, median):
        return {"reached": {"k": k, "n": 2, "share": k / 2}, "sequences": {"median": median}}

    results = {"alone": [0, 1, 5, 9], "schedules": {
        "alone_0": schedule(1, 3.0), "alone_1": schedule(2, 30.0), "alone_5": schedule(2, 20.0),
        "alone_9": schedule(2, 25.0),
    }}  # fmt: skip
    assert online.decoupled(results) == (1, 5)
    assert online.fastest_apart(results, "{n}: {median}") == "5: 20"
