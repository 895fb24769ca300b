"""Fixed points, cycles, latches and exponents on cases done by hand; both sides of each verdict."""

import copy
import json

import numpy as np
import pytest
from test_studies import of_its_kind

from studies.lab import letters
from studies.memory import attractors

core = attractors.core


def net_of(W_hh, n_in=2):
    net = core.zero_rnn(len(W_hh), n_in, 1)
    net.W_hh[...] = W_hh
    return net


def turning(radius, angle):
    """A plane that turns and shrinks."""
    c, s = radius * np.cos(angle), radius * np.sin(angle)
    return np.array([[c, s], [-s, c]])


def gone(net, h, n=400):
    return attractors.along(net, np.zeros((n, 1), int), np.array([h]))


def test_along_is_the_recurrence():
    net = letters.orthogonal_rnn(np.random.default_rng(0), 5, 4)
    h, tokens = np.linspace(-0.5, 0.5, 10).reshape(2, 5), np.array([[0, 3], [1, 2]])
    found = attractors.along(net, tokens, h)
    for x, states in zip(tokens, found):
        h = np.tanh(net.W_xh[x] + net.b_h + h @ net.W_hh)
        assert np.allclose(states, h, atol=1e-15)


def test_periods_of_a_point_a_cycle_and_neither():
    point, flip = (gone(net_of(w * np.eye(2)), [0.3, 0.2]) for w in (0.5, -2))
    turn = gone(net_of(turning(1.2, 1.0)), [0.3, 0.2])
    assert attractors.periods(np.concatenate([point, flip, turn], axis=1)).tolist() == [1, 2, 0]


@pytest.mark.parametrize(("W", "spiral"), [(turning(0.8, 0.7), 1.0), (np.diag([0.8, 0.3]), 0.0)])
def test_the_fall_goes_at_log_radius(W, spiral):
    """h = 0 is the fixed point, the Jacobian there W."""
    net, start = net_of(W), np.array([0.4, -0.3])
    found = attractors.fall(net, gone(net, start)[:, 0], start)
    assert found["ratio"] == pytest.approx(1, abs=1e-3)
    assert found["straight"] == found["agrees"] == 1 and found["spiral"] == spiral
    assert found["near"] == 0  # 0.8^15 = 0.035
    net = net_of(0.8 * W)
    assert attractors.fall(net, gone(net, start)[:, 0], start)["near"] == 1  # 0.64^15 = 0.001


def test_window_norms_are_products():
    J = np.random.default_rng(1).normal(size=(14, 3, 3))
    found = attractors.window_norms(J)
    by_hand = [np.linalg.norm(np.linalg.multi_dot(J[t : t + 10]), 2) for t in range(5)]
    assert found == pytest.approx(np.log(by_hand) / 10)


def test_a_kick_grows_as_a_linear_net_says():
    """With states near 0 the growth is log radius, whichever way; and no more than the norm's."""
    symbols = np.zeros(100, int)
    net = net_of(turning(0.9, 0.4))
    grown = attractors.kicked(np.random.default_rng(2), net, symbols, np.zeros((100, 2)))
    assert grown == pytest.approx(np.full(9, np.log(0.9)), abs=1e-6)
    net = letters.untrained(0)
    symbols = letters.texts(0, 200)[1].symbols[:200]
    states = attractors.dynamics.states_of(net, symbols)
    norms = attractors.window_norms(attractors.dynamics.jacobians(net, states))[1::10]
    grown = attractors.kicked(np.random.default_rng(3), net, symbols, states)
    assert (grown <= norms[: len(grown)] + 1e-6).all() and len(grown) == 19


def test_windows_begin_where_the_kicks_do(monkeypatch):
    """A kick to h_0, h_10, .. goes through J_1, J_11, .. and the nine that follow."""
    monkeypatch.setattr(attractors, "window_norms", lambda J: np.arange(len(J) - 9.0))
    symbols = letters.texts(0, 100)[1].symbols
    found = attractors.on_text(np.random.default_rng(0), letters.untrained(0), symbols, 100)
    assert found["norm"] == np.mean(np.arange(1, 91, 10))


def test_memory_of_a_delay_line():
    """A chain of 5 small units holds the bit just read and 4 before; an empty net none."""
    net = net_of(np.eye(5, k=1))
    net.W_xh[:, 0] = 0.01, -0.01
    bits = np.random.default_rng(4).integers(2, size=2000)
    assert attractors.memory(net, bits) == pytest.approx(5, abs=0.05)
    assert attractors.memory(net_of(np.zeros((5, 5))), bits) < 0.05


def test_where_chaos_begins():
    assert attractors.chaos_from((1.0, 2.0, 3.0), [-0.01, 0.03, 0.2]) == pytest.approx(1.5)
    assert attractors.chaos_from((1.0, 2.0), [0.5, 0.6]) == 1
    assert attractors.chaos_from((1.0, 2.0), [-1, -0.5]) is None


def test_as_the_document_says():
    radii, runs = (0.5, 1.0, 2.0), [{"text 0.0": v} for v in ([-1, 0.0, 1], [-0.005, -1.0, 0.0])]
    found = attractors.of_random(runs, radii)
    assert found["regimes"]["text 0.0"] == {"below": [1, 2], "at": [1, 2], "above": [1, 2]}
    assert found["mean"]["text 0.0"]["mean"] == [-0.5025, -0.5, 0.5]


def test_exponents_known_otherwise():
    (_, linear, log_radius), (_, logistic, log_2), (_, tanh, other) = attractors.checks()
    assert linear == pytest.approx(log_radius, abs=1e-6) and log_radius == pytest.approx(
        np.log(0.9)
    )
    assert logistic == pytest.approx(log_2, rel=0.01) and log_2 == np.log(2)
    assert tanh == pytest.approx(other, rel=0.01) and other > 0.05


# ==== A latch by hand: one unit that A sets and B clears ==========================================
PLAN = attractors.QUICK._replace(T=52, n_kicks=20)


def latch(w):
    """h = tanh(w h + trigger); its state is read as A against B."""
    net = core.zero_rnn(1, core.VOCAB, core.VOCAB)
    net.W_hh[...], net.W_xh[:2, 0], net.W_hy[0, :2] = w, (2.0, -2.0), (1.0, -1.0)
    return net


def test_a_unit_with_two_stable_points_is_a_latch():
    """Stable points +-h with h = tanh(2 h); its slope 2 (1 - h^2); 0 is the border."""
    found, orbits = attractors.latch_of(np.random.default_rng(5), latch(2.0), PLAN)
    h = 0.5
    for _ in range(200):
        h = np.tanh(2 * h)
    slope = 2 * (1 - h * h)
    assert found["for_ever"] and found["period"] == 5
    assert np.abs(orbits) == pytest.approx(np.full((5, 2, 1), h))
    assert found["radius"] == pytest.approx(slope**5)
    assert found["exponent"] == pytest.approx(np.log(slope))
    assert found["log10_gradient"] == pytest.approx(50 * np.log10(slope), abs=0.5)
    assert found["basin"] == 0.25 and found["comes_back"][2] < 1  # half the way is the border
    assert found["comes_back"][-1] == pytest.approx(0.5, abs=0.3)  # one of two directions


def test_what_forgets_or_is_read_wrongly_is_none():
    found, orbits = attractors.latch_of(np.random.default_rng(6), latch(0.5), PLAN)
    assert orbits is None and not found["for_ever"]
    wrong = latch(2.0)
    wrong.W_hy[...] *= -1
    found, orbits = attractors.latch_of(np.random.default_rng(7), wrong, PLAN)
    assert orbits is not None and not found["for_ever"]


# ==== A run and its words =========================================================================
def test_a_quick_run_and_its_words(quick_run):
    results = quick_run("attractors")
    of_its_kind("attractors", results)
    assert attractors.seen(results).count("\n") >= 2
    assert all(len(row) == 4 and all(row) for row in attractors.document(results))
    for t in results["training"]:
        assert sum(end["mean"] for end in t["ends"].values()) == pytest.approx(1)
    assert results["training"][0]["radius"]["mean"] == pytest.approx(1)
    for part in (attractors.letters_run, attractors.random_run):
        one, again = (json.dumps(part(letters.FIRST_SEED, attractors.QUICK)) for _ in range(2))
        assert one == again


def interval(value, by=0.0, n=9):
    ends = [value - by, value + by]
    return {"mean": value, "share": value, "interval": ends, "max": value, "n": n}


def verdicts(results):
    return {row[0].split()[0] + " " + row[0].split()[1]: row[2]
            for row in attractors.document(results)}  # fmt: skip


def changed(results, yes):
    """As the document would have it, or not."""
    results = copy.deepcopy(results)
    (start, *_, end), some = results["training"], interval(1.0 if yes else 0.0)
    end["a_fixed"] = some
    end["ends"] = dict.fromkeys(attractors.ENDS, some)
    end["falls"] = start["falls"] = dict.fromkeys(attractors.FALLS, some)
    end["exponent"] = interval(0.1 if yes else -0.1)
    end["radius"] = interval(1.05 if yes else 4.0)
    end["correlation"], end["over_kick"] = some, interval(0 if yes else 0.2)
    start["exponent"], start["radius"] = interval(0 if yes else -0.1), interval(1 if yes else 2)
    results["moved"]["exponent"] = interval(-0.1 if yes else 0.1)
    results["point"] = {"k": 9 * yes, "n": 9, "share": float(yes), "interval": [0.7 * yes, 1]}
    for of in results["random"].values():
        for regime in of["regimes"].values():
            regime.update({place: [50 * yes, 50] for place in regime})
        of["from"] = dict.fromkeys(of["from"], interval(1.0))
        for name in of["mean"]:
            top = results["radii"].index(1.0 if yes else 2.0)
            of["mean"][name]["mean"] = [float(k == top) for k in range(len(results["radii"]))]
    results["latch"]["for_ever"] = {"k": 9 * (not yes), "n": 9, "share": float(not yes),
                                    "interval": [0.0, 0.3] if yes else [0.7, 1.0]}  # fmt: skip
    numbers = {"log10_gradient": interval(-100.0 if yes else -1.0), "period": {"median": 5},
               "radius": interval(0.1), "exponent": interval(-1.0), "basin": interval(0.5),
               "comes_back": [interval(1.0)] * len(attractors.KICKS)}  # fmt: skip
    results["latch"]["numbers"] = numbers
    return results


def test_every_verdict_turns(quick_run):
    results = quick_run("attractors")
    yes, no = (verdicts(changed(results, yes)) for yes in (True, False))
    untold = {name for name in yes if yes[name] == no[name] == "can't be tested"}
    assert len(untold) == 2 and len(yes) == len(attractors.document(results))
    assert {yes[name] for name in yes if name not in untold} == {"holds"}
    assert {no[name] for name in no if name not in untold} == {"does not hold"}


def test_one_net_has_no_interval_and_makes_no_part_true(quick_run):
    results = changed(quick_run("attractors"), True)
    end = results["training"][-1]
    assert verdicts(results)["Feed 'a'"] == "holds"
    end["falls"] = dict.fromkeys(attractors.FALLS, interval(1.0, n=1))
    assert verdicts(results)["Feed 'a'"] == "holds in part"
    end["ends"] = dict.fromkeys(attractors.ENDS, interval(0.0))
    assert verdicts(results)["Feed 'a'"] == "does not hold"
    [row] = [row for row in attractors.document(results) if "15 times" in row[0]]
    assert "of these spirals 100% (n = 1, no interval)" in row[1]
    results["training"][0]["falls"] = end["falls"]  # no look with two nets that fell
    assert verdicts(results)["The convergence"] == "does not hold"
    results["moved"]["exponent"] = interval(-0.1, n=1)
    assert verdicts(results)["Our model"] == "holds in part"
    results["training"][0]["exponent"] = results["training"][0]["radius"] = interval(0, n=1)
    assert verdicts(results)["Orthogonal initialization"] == "does not hold"


def test_a_definition_has_no_row(quick_run):
    assert "An attractor" not in verdicts(quick_run("attractors"))


def test_words_follow_the_numbers(quick_run):
    results = quick_run("attractors")
    yes, no = changed(results, True), changed(results, False)
    assert "leads towards the edge" in attractors.answer(yes)
    assert "leads away from the edge" in attractors.answer(no)
    assert "10^-100 at most" in attractors.answer(yes) and "on 9/9 seeds" in attractors.answer(no)
    assert verdicts(yes)["With stable"] == "holds"
    yes["latch"]["numbers"]["log10_gradient"] = interval(-100.0, n=1)
    assert verdicts(yes)["With stable"] == "can't be tested"
    yes["latch"]["numbers"] = None
    assert "that of no latch" in attractors.answer(yes) and "latch" not in attractors.seen(yes)
    partly = changed(results, True)
    partly["training"][-1]["ends"]["fixed"] = interval(0.2)
    assert verdicts(partly)["The convergence"] == "holds in part"
