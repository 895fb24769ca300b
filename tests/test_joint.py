"""Two nets as one predictor that nobody tells when."""

import math

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import joint
from studies.lab.tasks import filler
from studies.lab.training import headline_nets
from studies.lab.waiting import Digits


def predictor(n, hazard, which=1.0):
    """Knows the filler; says the target comes with these probabilities; `which` it will be."""
    hazard = np.broadcast_to(hazard, (n,))
    p = np.zeros((n, 2, joint.V))
    due = filler(np.arange(1, n + 1))
    for b in range(2):
        p[np.arange(n), b, due] = 1 - hazard
        p[:, b, b], p[:, b, 1 - b] = hazard * which, hazard * (1 - which)
    return p


# ==== What it is worth ============================================================================
def test_a_predictor_that_counts_steps_needs_one_bit():
    hazard = np.zeros(59)
    hazard[-1] = 1.0
    found = joint.worth(predictor(59, hazard), range(60, 61))
    assert found["bits"] == pytest.approx(1) == joint.floors(range(60, 61))["counts"]
    assert found["accuracy"] == found["recall"] == found["choice"] == 1


@pytest.mark.parametrize("lengths", [range(60, 61), range(51, 71), range(60, 63)])
def test_floors_are_reached_and_not_passed(lengths):
    n, T = lengths[-1] - 1, np.array(lengths)
    steps = np.arange(1, n + 1)

    def bits(hazard):
        return joint.worth(predictor(n, hazard), lengths)["bits"]

    floors = joint.floors(lengths)
    share = np.array([(t == T - 1).sum() / (t <= T - 1).sum() for t in steps])
    assert bits(share) == pytest.approx(floors["counts"])
    one = len(T) / (T - 1).sum()
    assert bits(one) == pytest.approx(floors["neither"])
    assert min(bits(0.9 * one), bits(1.1 * one)) > floors["neither"]
    of_phase = np.zeros(5)
    for f in range(5):
        here = [t for length in T for t in range(1, length) if (t - 1) % 5 == f]
        of_phase[f] = sum((length - 2) % 5 == f for length in T) / len(here)
    assert bits(of_phase[(steps - 1) % 5]) == pytest.approx(floors["phase"])
    assert floors["counts"] <= floors["phase"] <= floors["neither"] + 1e-12


def test_recall_is_asked_of_all_symbols_and_choice_of_two():
    found = joint.worth(predictor(59, 0.4, which=0.9), range(60, 61))
    assert found["recall"] == 0 and found["choice"] == 1 and found["filler"] == 1
    assert found["accuracy"] == pytest.approx(58 / 59)
    assert found["target_bits"] == pytest.approx(-math.log2(0.36))
    assert found["filler_bits"] == pytest.approx(-58 * math.log2(0.6))
    eager = joint.worth(predictor(59, 0.6, which=0.9), range(60, 61))
    assert eager["recall"] == 1 and eager["filler"] == 0  # it says the target at every step
    assert joint.worth(predictor(59, 0.4, which=0.5), range(60, 61))["choice"] == 0


def test_every_length_and_both_triggers_count_alike():
    p = predictor(69, 0.3)
    p[40, 1, 1] = 0.9  # only T = 42 after B is recalled
    assert joint.worth(p, range(40, 44))["recall"] == 1 / 8


# ==== From two predictions to one =================================================================
def test_the_most_probable_symbol_keeps_what_the_others_do_not_get():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(7), (2, 5, 2))
    s = rng.random((5, 2))
    one, best = joint.shared(p, q, s), p.argmax(axis=-1)
    assert np.allclose(one.sum(axis=-1), 1)
    for t, b in np.ndindex(5, 2):
        assert one[t, b, best[t, b]] == pytest.approx(1 - s[t, b])
        others = np.delete(q[t, b], best[t, b])
        ours = np.delete(one[t, b], best[t, b])
        assert np.allclose(ours, s[t, b] * others / others.sum())


def test_by_its_own_doubt_a_single_net_is_itself():
    p = np.random.default_rng(1).dirichlet(np.ones(7), (30, 2))
    ways, _ = joint.in_each_way(p, p, [(20, 0), (31, 1)])
    assert np.allclose(ways["own"], p)


def test_failures_are_counted_by_what_was_expected():
    p = np.random.default_rng(2).dirichlet(np.ones(7), (40, 2))
    p[18, 0], p[39, 1] = np.eye(7)[[0, 1]]  # these targets it names
    ends = [(20, 0), (41, 1), (41, 1), (33, 0)]
    counts = np.zeros((2, 7))
    for T, b in ends:
        tokens = joint.endless(40)[:T, b].copy()
        tokens[-1] = b
        for t in range(1, T):
            expected = p[t - 1, b].argmax()
            counts[int(expected == tokens[t]), expected] += 1
    assert np.array_equal(joint.failures(p, ends), counts)
    ways, one = joint.in_each_way(p, p, ends)
    assert one == pytest.approx((counts[0].sum() + 0.5) / (counts.sum() + 1))
    best = p[5, 0].argmax()
    each = (counts[0, best] + 0.5) / (counts[:, best].sum() + 1)
    assert ways["per symbol"][5, 0, best] == pytest.approx(1 - each)
    assert ways["one number"][5, 0, best] == pytest.approx(1 - one)


# ==== Events ======================================================================================
def test_what_goes_up_of_sequences_that_end():
    p = predictor(40, 0.2)
    p[9, 0] = np.eye(7)[0]  # after A it expects an A at step 10: a false event
    tokens, mask = joint.goes_up(p, [(20, 0), (41, 1), (10, 0)])
    up = [np.flatnonzero(mask[:, n]).tolist() for n in range(3)]
    assert up == [[0, 10, 19], [0, 40], [0, 9]]
    assert tokens[19, 0] == 0 and tokens[40, 1] == 1 and tokens[9, 2] == 0
    assert (tokens[1:19, 0] == filler(np.arange(1, 19))).all()


def test_c_is_asked_with_the_events_so_far_and_none_that_come():
    C = core.init_rnn(np.random.default_rng(3), 4, 1.0)
    mask = np.zeros((21, 2), bool)
    mask[0], mask[10, 0] = True, True
    q, tokens = joint.held(C, mask, 20), joint.endless(20)
    for t in range(1, 21):
        for b in range(2):
            so_far = tokens[:t, b][mask[:t, b]]
            u = core.buffers(C, len(so_far), 1)
            u.tokens[:-1, 0] = so_far
            core.forward(C, u)
            assert np.allclose(q[t - 1, b], u.probs[-1, 0]), t


class Uniform:
    """A clock that has every waiting time below 100 as probable, and says the symbol it read."""

    code = Digits(10, 2)

    def outputs(self, found):
        return np.eye(7)[found.symbols], np.full((*found.waits.shape, 20), 0.1)


def test_a_time_that_has_not_come_makes_those_that_follow_more_probable():
    mask = np.zeros((41, 2), bool)
    mask[0], mask[10, 0] = True, True
    says, due = joint.foretold(Uniform(), mask, 40)
    t = np.arange(1, 41)
    assert np.allclose(due[:, 1], 1 / (100 - t))
    since = np.where(t <= 10, t, t - 10)
    assert np.allclose(due[:, 0], 1 / (100 - since))
    assert (says[:, 1].argmax(axis=-1) == 1).all()
    assert says[9, 0].argmax() == 0 and says[10, 0].argmax() == joint.endless(40)[10, 0]


def test_share_of_failures_that_c_did_not_foresee():
    p, ends = predictor(40, 0.2), [(20, 0), (41, 1)]
    foreseen = np.zeros((40, 2), bool)
    assert joint.surprised(p, foreseen, ends) == pytest.approx(2.5 / 60)
    foreseen[39, 1] = True
    assert joint.surprised(p, foreseen, ends) == pytest.approx(1.5 / 60)


# ==== The nets ====================================================================================
def test_at_a_fixed_length_a_and_baseline_are_the_headlines():
    T = 60
    A, _, _ = headline_nets(100, T=T)
    assert np.array_equal(joint.automatizer(100, range(T, T + 1)).flat, A.flat)
    config, rng = core.Config(seed=100, T=T), core.random_streams(100)
    baseline, *_ = core.train_baseline(config, rng, core.silent)
    assert np.array_equal(joint.baseline(100, range(T, T + 1)).flat, baseline.flat)


@pytest.mark.parametrize("kind", joint.single.KINDS)
def test_what_a_net_of_either_kind_predicts(kind):
    net = joint.single.initial(kind, np.random.default_rng(4), 5)
    p = joint.predicted(net, 30)
    u = joint.single.unrolled(net, 30, 2)
    core.load(u, joint.endless(30))
    joint.single.forward(net, u)
    assert np.allclose(p, u.probs) and p.shape == (30, 2, 7)


@pytest.fixture(scope="module")
def run():
    return joint.one_run((100, False, False, joint.QUICK))


def test_a_run_is_the_same_again(run):
    assert run == joint.one_run((100, False, False, joint.QUICK))


def test_nobody_knows_when_but_who_counts(run):
    both, timed = run["A + C"]["own"], run["A + C, times"]["own"]
    assert both["choice"] == 1 and both["recall"] == 0 and both["filler"] == 1
    assert timed["recall"] == timed["accuracy"] == 1
    assert run["A"]["own"]["recall"] == 0
    floors = joint.floors(range(60, 61))
    assert floors["phase"] < joint.least(run_as_summary(run["A + C"]))[1]["bits"]["mean"]


def run_as_summary(ways):
    return {way: {"bits": {"mean": worth["bits"]}} for way, worth in ways.items()}


def test_more_bits_are_of_the_same_seed():
    def seed(a, both):
        return {"A": {"own": {"bits": a}}, "A + C": {"own": {"bits": both}}}

    runs = [seed(5.0, 1.0), seed(9.0, 6.0)]
    systems = {name: {"own": {"bits": {"mean": 0.0}}} for name in ("A", "A + C")}
    assert joint.more_bits(runs, systems)["A"]["mean"] == 3.5
    assert [joint.more_bits(runs, systems)["A"][end] for end in ("min", "max")] == [3.0, 4.0]


def test_the_formula_with_one_share_is_not_in_the_comparison():
    ways = {"own": {"bits": {"mean": 3.0}}, "mixture": {"bits": {"mean": 1.0}}}
    assert joint.least(ways)[0] == "own"
