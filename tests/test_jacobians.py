"""Products, gradients by distance, clipping and its angles by hand; what is said of a run."""

import copy
import math

import numpy as np
import pytest
from conftest import sketch
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.lab import dynamics, factors, gradients, letters
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED, VERDICTS
from studies.memory import jacobians


@pytest.fixture(scope="module")
def net():
    """Of 5 units and 4 letters, far from linear."""
    net = letters.orthogonal_rnn(np.random.default_rng(0), 5, 4)
    net.W_hh[...] *= 1.7
    net.b_h[:] = np.linspace(-0.3, 0.4, 5)
    return net


@pytest.fixture(scope="module")
def text():
    return np.random.default_rng(1).integers(4, size=220)


# ==== Products ====================================================================================
def test_products_against_the_complex_step(net, text, monkeypatch):
    h = dynamics.states_of(net, text[:-1])
    assert gradients.deviation(net, text, h, range(10, 14)) < 1e-12
    wrong = dynamics.jacobians
    monkeypatch.setattr(dynamics, "jacobians", lambda n, h: wrong(n, h) + 1e-7)
    assert gradients.deviation(net, text, h, range(10, 14)) > 1e-9


def test_the_curves_by_hand(net, text):
    h = dynamics.states_of(net, text[:-1])
    found = gradients.decay(net, h, [20])
    W, at = net.W_hh, gradients.LAGS.index(2)
    steps = [W @ np.diag(1 - h[t] ** 2) for t in (21, 22)]
    product = steps[0] @ steps[1]
    most = [np.linalg.norm(W, 2) * (1 - h[t] ** 2).max() for t in (21, 22)]
    wanted = {
        "norm": np.linalg.norm(product, 2),
        "typical": np.linalg.norm(product) / math.sqrt(5),
        "steps": math.prod(np.linalg.norm(J, 2) for J in steps),
        "bound": math.prod(most),
        "powers": np.linalg.norm(W @ W, 2),
    }
    assert {name: 10 ** found[name][at] for name in wanted} == pytest.approx(wanted)
    assert all(found[name][0] == pytest.approx(0, abs=1e-12) for name in gradients.CURVES)
    assert np.all(np.array(found["norm"]) <= np.array(found["steps"]) + 1e-9)
    assert np.all(np.array(found["steps"]) <= np.array(found["bound"]) + 1e-9)
    both = gradients.decay(net, h, [20, 80])["norm"]
    assert gradients.rate(both) == pytest.approx(gradients.over_windows(net, h, [20, 80]))


def test_the_rate_of_a_geometric_fall():
    first = 7 + np.minimum(gradients.LAGS, gradients.SLOPE_FROM)  # before it anything may happen
    assert gradients.rate(first + np.log10(0.9) * np.array(gradients.LAGS)) == pytest.approx(0.9)


def test_near_zero_the_rate_is_the_radius_and_on_a_text_it_is_less():
    seed = letters.untrained(3)
    symbols = letters.texts(3, 300)[0].symbols
    found = gradients.at_radii(seed, symbols, np.random.default_rng(0).normal(size=64), 2)
    assert [found[str(rho)]["near_zero"] for rho in gradients.RADII] == pytest.approx(
        gradients.RADII, rel=1e-6
    )
    assert all(found[str(rho)]["text"] < 0.99 * rho for rho in gradients.RADII)
    assert np.array_equal(seed.flat, letters.untrained(3).flat)


# ==== Gradients of chunks =========================================================================
def loss_from(net, h, symbols):
    """Cross-entropy of these letters, the first from the state h and each next after reading."""
    total = 0.0
    for k, x in enumerate(symbols):
        y = core.read_out(net, h)
        total += np.log(np.exp(y).sum()) - y[x]
        if k < len(symbols) - 1:
            h = dynamics.states_of(net, [x], h)[0]
    return total


@pytest.mark.parametrize("place", [0, 23, 24])
def test_gradients_at_places_against_central_differences(net, text, place):
    h, start = dynamics.states_of(net, text[:-1]), 60
    u = gradients.chunks_of(net, text, h, np.array([40, start]))
    assert np.allclose(u.hidden[1:, 1], h[start + 1 : start + 26])
    norms = gradients.at_places(net, u, None)
    at, future = start + 1 + place, text[start + 2 + place : start + 27]
    by_hand = [
        (loss_from(net, h[at] + e, future) - loss_from(net, h[at] - e, future)) / 2e-5
        for e in 1e-5 * np.eye(5)
    ]
    assert norms[place, 1] == pytest.approx(np.linalg.norm(by_hand), rel=1e-6)


def test_places_of_the_last_loss_are_those_of_the_module(net, text):
    h = dynamics.states_of(net, text[:-1])
    starts = np.array([40, 60])
    found = gradients.places(net, gradients.chunks_of(net, text, h, starts))["last"]
    norms = []
    for start in starts:
        u = gradients.chunks_of(net, text, h, np.array([start]))
        u.delta[-1] = (u.probs[-1] - u.onehot[-1]).dot(net.W_hy.T)
        u.delta[:-1] = 0
        last = u.delta[-1].copy()
        core.flow_back(net, u)
        norms.append([*np.linalg.norm(u.delta[1:, 0] @ net.W_hh.T, axis=1), np.linalg.norm(last)])
    means = np.mean(norms, axis=0)
    assert found["curve"] == pytest.approx(np.log10(means / means[-1]))
    assert found["factor"] == pytest.approx(np.log10(means[-1] / means[0]))
    ratios = [one[-1] / one[0] for one in norms]
    assert found["geometric"] == pytest.approx(np.log10(ratios).mean())


def test_a_gradient_by_distance_is_that_of_bptt_loss_by_loss(net, text, monkeypatch):
    monkeypatch.setattr(gradients, "REACH", 12)
    monkeypatch.setattr(gradients, "CUTS", (0, 5))
    h, starts = dynamics.states_of(net, text[:-1]), np.array([40, 70])
    found = gradients.by_distance(net, text, h, starts)
    for name, steps in {"0": 0, "5": 5, "whole": 12}.items():
        for b, start in enumerate(starts):
            total = np.zeros((5, 5))
            for t in range(start + 1, start + 26):
                total += part_of_gradient(net, text, h, t - steps, t)
            assert found[name][b] == pytest.approx(total, abs=1e-12)
    shares = gradients.reach(net, text, h, starts)
    wanted = [
        np.linalg.norm(found["whole"][b] - found["5"][b]) / np.linalg.norm(found["whole"][b])
        for b in (0, 1)
    ]
    assert shares["5"]["left_out"] == pytest.approx(np.mean(wanted))
    cosines = [
        np.vdot(found["whole"][b], found["5"][b])
        / np.linalg.norm(found["whole"][b])
        / np.linalg.norm(found["5"][b])
        for b in (0, 1)
    ]
    assert shares["5"]["cosine"] == pytest.approx(np.mean(cosines))


def test_what_the_beginning_gets_is_that_of_bptt_loss_by_loss(net, text, monkeypatch):
    monkeypatch.setattr(gradients, "BEGINNING", 2)
    h, starts = dynamics.states_of(net, text[:-1]), np.array([40, 70])
    found = gradients.of_beginning(net, gradients.chunks_of(net, text, h, starts))
    wanted = {"far": [], "first": [], "all": []}
    for start in starts:
        place = {}  # gradient of W_hh that arises at a place, of a loss
        for loss in range(25):
            back = [part_of_gradient(net, text, h, start + 1 + k, start + 1 + loss)
                    for k in range(loss + 1)] + [np.zeros((5, 5))]  # fmt: skip
            place |= {(k, loss): back[k] - back[k + 1] for k in range(loss + 1)}
        size = np.linalg.norm(sum(place.values()))
        for name, kept in {
            "far": lambda k, loss: k < 2 and loss >= k + 10,
            "first": lambda k, loss: k == 0 and loss >= 10,
            "all": lambda k, loss: k < 2,
        }.items():
            part = sum(one for at, one in place.items() if kept(*at))
            wanted[name].append(np.linalg.norm(part) / size)
    assert found == pytest.approx({name: np.mean(x) for name, x in wanted.items()})


def part_of_gradient(net, text, h, first, last):
    """dL/dW_hh of the loss after reading x_last, back to the step that reads x_first."""
    u, grad = core.buffers(net, last - first + 1, 1), core.zeros_like(net)
    core.load(u, text[first : last + 2, None])
    u.hidden[0] = h[first - 1]
    core.forward(net, u)
    weight = np.zeros((last - first + 1, 1))
    weight[-1] = 1
    core.backward(net, grad, u, weight=weight)
    return grad.W_hh


def test_cut_at_the_chunk_it_is_what_training_takes(net, text):
    h, starts = dynamics.states_of(net, text[:-1]), np.array([110])
    found = gradients.by_distance(net, text, h, starts)["chunk"][0]
    u, grad = gradients.chunks_of(net, text, h, starts), core.zeros_like(net)
    core.backward(net, grad, u)
    assert found == pytest.approx(grad.W_hh, abs=1e-12)


# ==== Clipping ====================================================================================
def test_angles():
    g = np.random.default_rng(2).normal(size=50)
    assert gradients.angle(g, 0.01 * g) < 1e-13
    assert gradients.angle(np.array([1.0, 0]), np.array([3.0, 3.0])) == pytest.approx(45)
    assert gradients.angle(g, -g) == pytest.approx(180)


@pytest.mark.parametrize("norm", [0.01, 1.0, 5.0, 6.9])
def test_each_entry_clipped_to_a_norm(norm):
    g = np.random.default_rng(3).normal(size=50)  # of norm 7.0
    cut = gradients.clipped_each(g, norm)
    height = np.abs(cut).max()
    assert np.linalg.norm(cut) == pytest.approx(norm)
    assert np.array_equal(np.abs(cut) < height, np.abs(g) < height)
    assert np.array_equal(cut[np.abs(g) < height], g[np.abs(g) < height])


def test_following_changes_nothing_and_the_angles_are_of_its_steps():
    symbols = letters.texts(1, 800)[0].symbols
    nets, norms, angles = gradients.followed(letters.untrained(1), symbols, (0, 7, 30), 7)
    alike = letters.in_training(1, symbols, (0, 7, 30))
    assert all(np.array_equal(a.flat, b.flat) for a, b in zip(nets, alike))
    assert len(norms) == 30 and angles.shape == (5, 3)
    learning = letters.learning(letters.untrained(1), letters.chunks_of(symbols), [0.005])
    g = next(learning)[1].flat
    assert norms[0] == pytest.approx(np.linalg.norm(g))
    # Adam's first step is the sign of the gradient, times the rate
    assert angles[0, 2] == pytest.approx(gradients.angle(g, np.sign(g)), abs=0.1)
    assert angles[:, 0].max() < 1e-9 < 1 < angles[:, 1].min()
    found = gradients.clipping(np.array([4.0, 6.0, 200.0, 1.0]), angles)
    assert (found["sum"], found["mean"], found["longest"]) == (0.5, 0.25, 200)


# ==== Controls ====================================================================================
def test_starts_differ_in_the_recurrent_weights_alone():
    own = letters.untrained(5)
    radii = {}
    for name in ("orthogonal", "gaussian", "identity", "small"):
        start = gradients.start_of(name, 5)
        radii[name] = dynamics.radius(start.W_hh)
        assert np.array_equal(start.W_xh, own.W_xh) and np.array_equal(start.W_hy, own.W_hy)
    assert radii["orthogonal"] == pytest.approx(1) and radii["small"] == pytest.approx(0.1)
    assert radii["identity"] == 1 and 0.8 < radii["gaussian"] < 1.3
    assert np.array_equal(gradients.start_of("orthogonal", 5).flat, own.flat)


@pytest.mark.parametrize("longest", [0.5, gradients.NEVER])
def test_sgd_goes_down_the_clipped_gradient_and_carries_the_state(longest):
    symbols = letters.texts(2, 200)[0].symbols
    net = letters.untrained(2)
    before = net.flat.copy()
    learning = gradients.by_sgd(net, letters.chunks_of(symbols), [0.1, 0.1], longest)
    g = next(learning)[1].flat.copy()
    u, _ = next(learning)
    kept = min(1, longest / np.linalg.norm(g))
    assert net.flat == pytest.approx(before - 0.1 * kept * g)
    assert np.any(u.hidden[0]) and np.array_equal(u.tokens[:, 0], symbols[25:51])


def test_what_diverges_is_said(monkeypatch):
    learnt, held_out = (text.symbols for text in letters.texts(2, 400))
    monkeypatch.setitem(gradients.CONTROLS, "wild", gradients.Recipe(sgd_rate=1e300))
    found = gradients.control("wild", 2, learnt, held_out, 5)
    assert found["diverged"] and found["loss"] is None and found["radius"] is None
    calm = gradients.control("SGD", 2, learnt, held_out, 5)
    assert not calm["diverged"] and calm["start"] == pytest.approx(1)
    own = [{"loss": 1.0, "one letter": 2.0, "table": 1.2}] * 2
    both = gradients.beside([found, {**calm, "loss": 1.5}], own)
    assert both["ruined"]["k"] == both["diverged"]["k"] == 1 and both["behind"]["k"] == 2
    assert both["more"]["mean"] == 0.5 and both["loss"]["n"] == 1
    assert both["above table"]["mean"] == pytest.approx(0.3)
    assert gradients.beside([found, found], own)["loss"] is None


def test_without_clipping_the_step_is_the_gradient_s():
    g = np.array([3e5, -4e5])
    letters.clip(g, gradients.NEVER)
    assert g.tolist() == [3e5, -4e5]


def test_a_radius_is_kept_and_all_else_is_as_before():
    symbols, net = letters.texts(2, 1100)[0].symbols, gradients.start_of("kept", 2)
    by_hand, seen = gradients.start_of("kept", 2), []
    rates = letters.falling(25)
    kept = gradients.shortening(net, rates, 0.95, seen)
    for _ in letters.learning(net, letters.chunks_of(symbols), kept):
        pass
    # brute force: each gradient is of the weights as they are when it is taken
    adam, h = letters.Adam(len(net.flat), 0.0), np.zeros((1, 64))
    u, grad = core.buffers(net, letters.CHUNK, 1), core.zeros_like(net)
    radii = []
    for n, lr in enumerate(rates):
        u.hidden[0] = h
        core.load(u, symbols[25 * n : 25 * n + 26, None])
        core.forward(by_hand, u)
        core.backward(by_hand, grad, u)
        letters.clip(grad.flat, letters.LONGEST)
        adam.lr, h = lr, u.hidden[-1].copy()
        adam.step(by_hand.flat, grad.flat)
        if n in (9, 19, 24):
            radii.append(dynamics.radius(by_hand.W_hh))
            by_hand.W_hh[...] *= min(1, 0.95 / radii[-1])
    assert net.flat == pytest.approx(by_hand.flat, rel=1e-9)
    assert seen == pytest.approx([0.95, *radii]) and max(radii) > 0.96
    assert dynamics.radius(net.W_hh) < 0.95 + 1e-9


def test_only_what_is_too_long_is_shortened():
    net = gradients.start_of("small", 2)
    before = net.flat.copy()
    assert gradients.shorten(net, 0.95) == pytest.approx(0.1)
    assert np.array_equal(net.flat, before)


def test_a_control_that_is_kept_ends_below_its_radius():
    learnt, held_out = (text.symbols for text in letters.texts(2, 1100))
    found = gradients.control("kept below 1", 2, learnt, held_out, 40)
    assert found["start"] == pytest.approx(0.95) and found["radius"] < 0.95 + 1e-9 < found["most"]
    free = gradients.control("small", 2, learnt, held_out, 40)
    assert free["most"] is None


# ==== Words =======================================================================================
def one(x, low=None, high=None):
    """A mean with an interval."""
    low, high = x if low is None else low, x if high is None else high
    return {"n": 2, "mean": x, "interval": [low, high], "min": low, "max": high, "median": x}


def test_numbers_in_words():
    assert factors.number(one(1.234, 1, 2)) == "1.23 (1.00 to 2.00)"
    assert [factors.plain(x) for x in (3e-7, 0.0123, 4.16, 1234.5, 2e6)] == [
        "3.0e-07", "0.012", "4.2", "1,234", "2.0e+06",
    ]  # fmt: skip
    assert factors.times(one(1.0, 0.9, 1.1)) == "10 times smaller (7.9 to 13)"
    assert factors.times(one(-1.0, -1.1, -0.9)) == "10 times larger (7.9 to 13)"
    assert factors.times(one(0.3, -0.1, 0.7)).endswith("(not clear)")
    assert factors.unlogged(-2, [-3, -1]) == "0.01 (0.001 to 0.1)"
    assert [factors.side(one(1, 0.9, 1.2), x) for x in (0.5, 1, 2)] == [1, 0, -1]


def test_a_quick_run(quick_run):
    results = quick_run("jacobians")
    of_its_kind("jacobians", results)


def test_what_is_said_of_a_quick_run(quick_run):
    results = quick_run("jacobians")
    for table in (jacobians.table, jacobians.trainings):
        header, rows = table(results)
        assert len(header) <= 9 and all(len(row) == len(header) for row in rows)
        assert all(isinstance(cell, str) for row in rows for cell in row)
    assert jacobians.seen(results).count("\n- ") == 4
    rows = jacobians.document(results)
    assert len({row[0] for row in rows}) == len(rows) > 23
    assert all(len(row) == 4 and row[2] in VERDICTS and all(row) for row in rows)
    assert all(net["deviation"]["max"] < 1e-9 for net in results["snapshots"].values())
    assert results["snapshots"]["0"]["off_circle"]["max"] < 1e-12
    assert all(len(pairs) == letters.HIDDEN for pairs in results["eigenvalues"].values())
    (figure,) = jacobians.figures(results).values()
    assert sketch(figure)


def test_a_seed_is_the_same_again():
    plan = jacobians.QUICK._replace(n_letters=400, at=(0, 10), n_chunks=2, every=5)
    for name in ("", "kept below 1", "SGD, not clipped"):
        first, again = (jacobians.one_run((name, 7, plan)) for _ in range(2))
        assert first == again


def put(results, value, *keys):
    """A copy with another number at these keys; "*" is every time of training."""
    changed = copy.deepcopy(results)
    for time in results["snapshots"] if "*" in keys else [None]:
        path = [time if key == "*" else key for key in keys]
        found = changed
        for key in path[:-1]:
            found = found[key]
        found[path[-1]] = value
    return changed


ALL, END = ("snapshots", "*"), ("snapshots", str(jacobians.QUICK.at[-1]))
FIRST, CONTROL = ("snapshots", "0"), "controls"
FITS = one(math.log10(25))
LONG = [(("clipping", "norm"), one(19)), (("clipping", "longest"), one(1700))]
GROWS = [(("radii", str(rho), "text"), one(1.05)) for rho in gradients.RADII if rho > 1]


def places(all_losses, last):
    """Changes that make the first place's gradient so many times smaller, by both averages."""
    return [
        ((*ALL, "places", loss, kind), one(math.log10(x)))
        for loss, x in (("all", all_losses), ("last", last)) for kind in ("factor", "geometric")
    ]  # fmt: skip


TURNS = [  # (begin of what the document says, [(keys, value)], verdict)
    ("dh_t/dh_k", [((*ALL, "deviation"), one(1e-12))], HOLDS),
    ("dh_t/dh_k", [((*END, "deviation"), one(1e-6))], NOT),
    ("The tanh", [((*ALL, "tanh", "most"), one(0.99))], HOLDS),
    ("The tanh", [((*END, "tanh", "most"), one(1.01))], NOT),
    ("The further", [((*ALL, "rates", "norm"), one(0.8)),
                     (("radii", "3.0", "text"), one(0.9))], HOLDS),
    ("The further", [((*ALL, "rates", "norm"), one(0.8)),
                     (("radii", "3.0", "text"), one(1.2))], IN_PART),
    ("The further", [((*END, "rates", "norm"), one(1.1))], NOT),
    ("Vanishing", [((*END, "rates", "norm"), one(0.8))], HOLDS),
    ("Vanishing", [((*END, "rates", "norm"), one(1.1))], IN_PART),
    ("rho < 1: Jac", [(("radii", "0.9", "text"), one(0.9)), ((*END, "radius"), one(3)),
                      ((*END, "rates", "norm"), one(0.8))], HOLDS),
    ("rho < 1: Jac", [(("radii", "0.9", "text"), one(0.8))], IN_PART),
    ("rho < 1: Jac", [(("radii", "0.9", "text"), one(1, 0.9, 1.1))], NOT),
    ("rho = 1", [(("radii", "1.0", "text"), one(1.0))], HOLDS),
    ("rho = 1", [(("radii", "1.0", "text"), one(0.9))], IN_PART),
    ("rho = 1", [(("radii", "1.0", where), one(0.9)) for where in ("text", "near_zero")], NOT),
    ("rho > 1: Pro", [*GROWS, ((*END, "radius"), one(0.9))], HOLDS),
    ("rho > 1: Pro", [*GROWS, (("radii", "1.1", "text"), one(0.98)),
                      ((*END, "radius"), one(0.9))], IN_PART),
    ("rho > 1: Pro", [*GROWS, ((*END, "radius"), one(3)), ((*END, "rates", "norm"), one(0.8))],
     IN_PART),
    ("rho > 1: Pro", [(keys, one(0.9)) for keys, _ in GROWS], NOT),
    ("Orthogonal initialization sets", [((*FIRST, "off_circle"), one(1e-14))], HOLDS),
    ("Orthogonal initialization sets", [((*FIRST, "off_circle"), one(1e-3))], NOT),
    ("so that", [(("radii", "1.0", "text"), one(1.0))], HOLDS),
    ("so that", [(("radii", "1.0", "text"), one(0.95))], IN_PART),
    ("so that", [(("radii", "1.0", "text"), one(0.8))], NOT),
    ("Eigenvalues", [((*END, "outside"), one(1.0))], HOLDS),
    ("Eigenvalues", [((*END, "outside"), one(0.5)), ((*END, "radius"), one(3))], IN_PART),
    ("Eigenvalues", [((*END, "outside"), one(0.0)), ((*END, "radius"), one(0.8))], NOT),
    ("The gradient at", places(25, 25), HOLDS),
    ("The gradient at", places(0.5, 25), IN_PART),
    ("The gradient at", places(0.5, 0.5), NOT),
    # an interval that holds the number does not make the average near to it
    ("The gradient at", [(keys, one(x["mean"], 0, 3)) for keys, x in places(60, 60)], NOT),
    ("The gradient at", [*places(60, 60), ((*END, "places", "last", "geometric"), FITS)], IN_PART),
    *[("The gradient at", places(x, x), wanted)
      for x, wanted in ((12, NOT), (13, HOLDS), (49, HOLDS), (51, NOT))],
    ("Information", [((*ALL, "beginning", "far"), one(0.01))], HOLDS),
    ("Information", [((*ALL, "beginning", "far"), one(0.2)),
                     ((*END, "beginning", "far"), one(0.01))], IN_PART),
    ("Information", [((*ALL, "beginning", "far"), one(0.04, 0.01, 0.07))], NOT),
    ("Gradients beyond", [((*ALL, "reach", "20", "left_out"), one(0.01))], HOLDS),
    ("Gradients beyond", [((*ALL, "reach", "20", "left_out"), one(0.01)),
                          ((*END, "reach", "20", "left_out"), one(0.2))], IN_PART),
    ("Gradients beyond", [((*ALL, "reach", "20", "left_out"), one(0.2))], NOT),
    ("Events", [((*END, "reach", "chunk", "left_out"), one(0.01))], HOLDS),
    ("Events", [((*END, "reach", "chunk"), {"left_out": one(0.3), "cosine": one(0.9)})], IN_PART),
    ("Events", [((*END, "reach", "chunk"), {"left_out": one(1.3), "cosine": one(-0.1)})], NOT),
    ("Clipping by norm", [(("clipping", "by_norm"), one(1e-13))], HOLDS),
    ("Clipping by norm", [(("clipping", "by_norm"), one(1.0))], NOT),
    ("This is why", [(("clipping", "each_most"), one(60))], HOLDS),
    ("This is why", [(("clipping", "each_most"), one(100))], NOT),
    ("Even with", [*LONG, (("clipping", "mean"), one(0.003))], HOLDS),
    ("Even with", [*LONG, (("clipping", "mean"), one(0.7))], IN_PART),
    ("Even with", [*LONG, (("clipping", "mean"), one(0.0))], IN_PART),
    ("Even with", [*LONG, (("clipping", "longest"), one(50)), (("clipping", "mean"), one(0.003))],
     NOT),
    ("Orthogonal initialization is", [((CONTROL, name, "more"), one(0.1))
                                      for name in jacobians.STARTS], HOLDS),
    ("Orthogonal initialization is", [((CONTROL, name, "more"), one(x))
                                      for name, x in zip(jacobians.STARTS, (0.1, 0, -0.1))],
     IN_PART),
    ("Orthogonal initialization is", [(("loss",), one(1)), *(
        ((CONTROL, name, "more"), one(0, -0.01, 0.01)) for name in jacobians.STARTS)], NOT),
    ("Orthogonal initialization is", [(("loss",), one(1)), *(
        ((CONTROL, name, "more"), one(0, -0.1, 0.1)) for name in jacobians.STARTS)], UNTESTED),
    *[("rho < 1: Long", [((CONTROL, "kept below 1", "more"), more),
                         ((CONTROL, "kept below 1", "above table"), above)], wanted)
      for more, above, wanted in (
          (one(0.2), one(0.1), HOLDS), (one(0.2), one(0, -0.1, 0.1), IN_PART),
          (one(0.2), one(-0.1), IN_PART), (one(0, -0.1, 0.1), one(0.1), NOT),
          (one(-0.1), one(-0.2), NOT))],
    ("rho < 1: Long", [((CONTROL, "kept below 1", "loss"), None),
                       ((CONTROL, "kept below 1", "more"), None)], HOLDS),
    # a net that only starts small does not decide
    ("rho < 1: Long", [((CONTROL, "kept below 1", "more"), one(0.2)),
                       ((CONTROL, "kept below 1", "above table"), one(0.1)),
                       ((CONTROL, "small", "loss"), one(0.1)),
                       ((CONTROL, "small", "more"), one(-0.2))], HOLDS),
]  # fmt: skip


@pytest.mark.parametrize(("said", "changes", "wanted"), TURNS)
def test_verdicts_turn_with_the_numbers(quick_run, said, changes, wanted):
    results = quick_run("jacobians")
    for keys, value in changes:
        results = put(results, value, *keys)
    assert verdict_of(results, said) == wanted


def verdict_of(results, said):
    (found,) = [row[2] for row in jacobians.document(results) if row[0].startswith(said)]
    return found


def share(k):
    return {"k": k, "n": 2, "share": k / 2, "interval": [0.0, 1.0]}


@pytest.mark.parametrize(
    ("adam", "sgd", "slow", "wanted"),
    [(2, 2, 2, (HOLDS, HOLDS)), (0, 0, 1, (IN_PART, IN_PART)), (2, 2, 0, (IN_PART, IN_PART)),
     (0, 0, 0, (NOT, NOT))],
)  # fmt: skip
def test_verdicts_on_clipping_turn(quick_run, adam, sgd, slow, wanted):
    results = put(quick_run("jacobians"), share(0), "behind")
    results = put(results, one(0, -0.1, 0.1), "controls", "Adam, not clipped", "more")
    for name, k in {"SGD": 0, "Adam, not clipped": adam, "SGD, not clipped": sgd,
                    "slow SGD, not clipped": slow}.items():  # fmt: skip
        results = put(results, share(k), "controls", name, "behind")
        results = put(results, share(0), "controls", name, "ruined")  # hides what is behind
    said = ("rho > 1: Training", "Gradient clipping prevents")
    assert tuple(verdict_of(results, one) for one in said) == wanted


def test_verdicts_on_arithmetic_turn(quick_run):
    results = quick_run("jacobians")
    assert verdict_of(results, "0.95^25") == HOLDS
    assert verdict_of(put(results, 0.3, "powers", "0.95^25"), "0.95^25") == NOT


@pytest.mark.parametrize(
    ("norm", "steps", "wanted"), [(-1, -1.1, HOLDS), (-1, 3, IN_PART), (3, -1, NOT)]
)
def test_the_telephone_game_turns(quick_run, norm, steps, wanted):
    results = quick_run("jacobians")
    for name, x in (("norm", norm), ("steps", steps)):
        line = {"mean": [x] * len(gradients.LAGS), "interval": [[x, x]] * len(gradients.LAGS)}
        results = put(results, line, *END, "curves", name)
    assert verdict_of(results, "The telephone game: factors") == wanted


def test_a_control_without_any_number_is_told(quick_run):
    results = put(quick_run("jacobians"), None, "controls", "SGD, not clipped", "loss")
    for key in ("more", "radius", "early"):
        results = put(results, None, "controls", "SGD, not clipped", key)
    results = put(results, [None, None], "controls", "SGD, not clipped", "losses")
    assert "no number on any seed" in " ".join(row[1] for row in jacobians.document(results))
    assert jacobians.trainings(results)[1][-2][4] == "-"
    assert jacobians.against(results, "SGD, not clipped") == 1
    assert jacobians.figures(results)
