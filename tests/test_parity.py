"""Parity: nets side by side, the net by hand, boxes, the plane, Elman's stream; what a run says."""

import copy

import numpy as np
import pytest
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.lab import parities
from studies.lab.intervals import proportion
from studies.memory import parity

TABLES = (parity.table, parity.by_size, parity.on_stream)


def some_nets(K, H, start="2 / sqrt(H)"):
    return [parities.initial(np.random.default_rng(k), H, start) for k in range(K)]


def steps_of(nets, n=6, B=3):
    """Buffers of the joint net, bits of each net and their parity."""
    bits = np.random.default_rng(9).integers(0, 2, (n, B, len(nets)))
    u = core.unroll(n, B, len(nets) * len(nets[0].b_h), 2, 2 * len(nets))
    return u, bits, np.cumsum(bits, axis=0) & 1


# ==== Nets side by side ===========================================================================
def test_side_by_side_and_apart_again():
    nets = some_nets(3, 4)
    joint = parities.side_by_side(nets)
    for net, again in zip(nets, parities.apart(joint, 3)):
        assert np.array_equal(net.flat, again.flat)
    owner = parities.owners(nets)
    for k, net in enumerate(nets):
        assert np.array_equal(np.sort(joint.flat[owner == k + 1]), np.sort(net.flat))
    assert not joint.flat[owner == 0].any()


def test_gradient_is_that_of_each_net_alone():
    """Which the module computes, from one-hot bits and one-hot parity."""
    nets = some_nets(3, 4)
    joint, (u, bits, odd) = parities.side_by_side(nets), steps_of(nets)
    grad = core.zeros_like(joint)
    parities.backward(joint, grad, u, parities.forward(joint, u, bits), odd)
    for k, (net, own) in enumerate(zip(nets, parities.apart(grad, 3))):
        alone, wanted = core.buffers(net, 6, 3), core.zeros_like(net)
        core.load(alone, np.concatenate([bits[..., k], bits[:1, :, k]]))
        core.forward(net, alone)
        core.backward(net, wanted, alone, goal=np.eye(2)[odd[..., k]], weight=1 / 18)
        assert np.allclose(own.flat, wanted.flat, rtol=0, atol=1e-12)
        assert np.allclose(alone.probs, u.probs.reshape(6, 3, 3, 2)[:, :, k], atol=1e-14)


def test_gradient_against_central_differences():
    nets = some_nets(2, 3)
    joint, (u, bits, odd) = parities.side_by_side(nets), steps_of(nets)
    grad, owner = core.zeros_like(joint), parities.owners(nets)
    parities.backward(joint, grad, u, parities.forward(joint, u, bits), odd)

    def loss():
        parities.forward(joint, u, bits)
        p = u.probs.reshape(*odd.shape, 2)
        return -np.log(np.take_along_axis(p, odd[..., None], axis=3)).sum() / 18

    for i in np.flatnonzero(owner):
        joint.flat[i] += 1e-6
        up = loss()
        joint.flat[i] -= 2e-6
        down = loss()
        joint.flat[i] += 1e-6
        assert grad.flat[i] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-8)


def batches_for(nets, n=5):
    rngs = [np.random.default_rng(50 + k) for k in range(len(nets))]
    return parities.parity_batches(rngs, len(nets) * 4, 7, n)


def test_a_net_learns_beside_others_as_it_does_alone():
    nets = some_nets(3, 4)
    joint = parities.learning(nets, batches_for(nets), 0.01)
    assert not joint.flat[parities.owners(nets) == 0].any()
    alone = parities.learning(nets[:1], batches_for(nets[:1]), 0.01)
    assert np.allclose(parities.apart(joint, 3)[0].flat, alone.flat, rtol=0, atol=1e-9)
    assert np.abs(alone.flat - nets[0].flat).max() > 0.01


def test_without_recurrent_weights_there_are_none():
    nets = some_nets(2, 4)
    joint = parities.learning(nets, batches_for(nets), 0.01, recurrent=False)
    assert not joint.W_hh.any() and joint.W_xh.all()


def test_the_goal_is_the_parity_so_far():
    u, bits, odd = next(parities.parity_batches([np.random.default_rng(0)], 2, 9, 1))
    assert np.array_equal(odd, np.cumsum(bits, axis=0) % 2) and len(u.probs) == 9
    assert {len(u.probs) for u, *_ in batches_for(some_nets(1, 4), 3)} == {7}
    grown = list(parities.parity_batches([np.random.default_rng(0)], 2, parities.GROWING, 10))
    assert [len(b) for _, b, _ in grown] == [2, 2, 3, 3, 5, 5, 10, 10, 25, 25]


# ==== By hand =====================================================================================
def test_by_hand_every_sequence_of_ten_bits():
    net = parities.by_hand()
    bits = np.array([[n >> t & 1 for n in range(1024)] for t in range(10)])
    u = core.buffers(net, 10, 1024)
    core.load(u, np.vstack([bits, bits[:1]]))
    core.forward(net, u)
    assert np.array_equal(u.probs.argmax(axis=2), np.cumsum(bits, axis=0) % 2)
    assert np.abs(u.hidden[1:]).min() > 0.99 and u.probs.max(axis=2).min() > 0.99


def test_bounds_are_where_f_meets_e():
    low, high = parities.bounds()
    for e in (low, high):
        assert 1 - np.tanh(parities.GAIN * (0.5 - e)) == pytest.approx(e, rel=1e-9)
    assert 0 < low < 0.001 < 0.4 < high < 0.5 and parities.farther(0.1) < 0.1


def test_the_bound_holds_and_a_weak_gain_fails():
    net = parities.by_hand()
    assert parities.farthest_from_corners(net, 2000) <= parities.bounds()[0]
    assert parities.held(([net], 2000)) == [None]
    weak = parities.by_hand()
    for part in (weak.W_xh, weak.W_hh, weak.b_h):
        part /= 8
    assert 1 <= parities.held(([net, weak], 2000))[1] < 50


def test_the_first_wrong_step_is_found_across_blocks(monkeypatch):
    """Counted off on a net that says "even" always: wrong at the first odd parity."""
    net = parities.by_hand()
    net.W_hy[...] = 0.0
    odd = np.concatenate([one[2] for one in parities.long_stream(net, 60)])
    assert parities.held(([net], 60)) == [int(odd.argmax()) + 1] and odd.any()
    assert [one[0] for one in parities.long_stream(net, 60, 7)] == list(range(0, 60, 7))
    right = np.arange(60) < 23  # wrong from the 24th step on
    monkeypatch.setattr(
        parities, "long_stream", lambda *_: [(n, np.arange(n, n + 20), 0) for n in (0, 20, 40)]
    )
    monkeypatch.setattr(parities, "right", lambda j, K, h, odd: right[h][:, None])
    assert parities.held(([net], 60)) == [24]


def test_the_long_stream_carries_state_and_parity_over():
    """Read in blocks by the net that is right, nothing is wrong at an edge."""
    net = parities.by_hand()
    for _, h, odd in parities.long_stream(net, 400, 10):
        assert np.array_equal(h[:, 0] - h[:, 1] > 1, odd == 1)


def test_a_median_beyond_the_stream_is_none():
    assert parities.faults([3, None, None])["median"] is None
    assert parities.faults([3, 5, None])["median"] == 5
    assert parities.faults([3, 5, None, None])["median"] is None
    assert parities.faults([None])["whole"]["k"] == 1


# ==== Boxes and the plane =========================================================================
def test_images_hold_every_state():
    net = some_nets(1, 2)[0]
    boxes = np.random.default_rng(3).uniform(-1, 1, (4, 2, 2))
    boxes.sort(axis=1)
    found = parities.images(net, boxes)
    rng = np.random.default_rng(4)
    for k, bit in ((k, bit) for k in range(4) for bit in (0, 1)):
        h = rng.uniform(*boxes[k], (200, 2))
        new = np.tanh(h @ net.W_hh + net.W_xh[bit] + net.b_h)
        low, high = found[2 * (k in (1, 2)) + bit]
        assert (new >= low).all() and (new <= high).all()
    assert np.abs(found).max() < 1 and (found[:, 0] < found[:, 1]).all()


def test_the_proof_takes_what_is_right_and_refuses_what_drifts():
    hand = parities.plane_of(parities.by_hand())
    assert hand["proved"] and 0.4 < hand["push"] < 0.5 and hand["separable"]
    assert not hand["two_regions"] and not hand["halves"]
    assert hand["near_corners"] == 1 and hand["near_circle"] == 0
    weak = parities.by_hand()
    for part in (weak.W_xh, weak.W_hh, weak.b_h):
        part /= 8
    found = parities.plane_of(weak)
    assert not found["proved"] and not found["separable"]
    wrong = parities.by_hand()
    wrong.W_hy[...] *= -1
    wrong.b_y[...] *= -1
    assert parities.plane_of(wrong)["push"] > 0.4 and not parities.plane_of(wrong)["proved"]


@pytest.mark.parametrize("wrong_at", [0, 1])
def test_the_read_out_must_be_right_from_the_first_box_to_the_last(monkeypatch, wrong_at):
    net, calls = parities.by_hand(), iter(range(9))
    outer = parities.widened(parities.hulls(*parities.seen_states(net)), 0.01)
    assert parities.returns(net, outer, outer) == (True, True)
    monkeypatch.setattr(parities, "read_right", lambda *_: next(calls) != wrong_at)
    assert parities.returns(net, outer, outer) == (True, False)


def test_what_is_near_a_corner_and_near_the_circle(monkeypatch):
    points = np.array([(1.0, 0.0), (0.0, -0.95), (0.95, 0.95), (0.5, 0.1)])
    monkeypatch.setattr(parities, "seen_states", lambda net: (points, np.arange(4)))
    found = parities.plane_of(parities.by_hand())
    assert found["near_corners"] == 0.25 and found["near_circle"] == 0.5


def test_halves_are_parted_by_a_line_through_the_origin():
    points = np.array([(1.0, 0.2), (0.5, 0.9), (-1, 0.1), (-0.4, -0.9)])
    assert parities.halves(points, np.array([True, True, False, False]))
    assert not parities.halves(points, np.array([True, False, True, False]))
    corners = np.array([(1.0, 1), (-1, -1), (1, -1)])
    assert not parities.halves(corners, np.array([False, False, True]))


def test_one_unit_by_hand():
    """Odd between two evens: an interval tells all, a threshold three of four."""
    unit = np.array([-1.0, -0.5, 0, 0.5, 1, 1.5])
    odd = np.array([False, False, True, True, True, False])
    found = parities.one_unit(np.column_stack([unit, np.zeros(6)]), odd)
    assert found == {"threshold": pytest.approx(5 / 6), "interval": 1.0}
    assert parities.one_unit(-unit[:, None], odd) == found
    assert parities.one_unit(unit[:, None], unit > 0.5)["threshold"] == 1


# ==== Elman's stream and the controls =============================================================
def test_every_third_bit_is_the_xor():
    bits = parities.stream(np.random.default_rng(0), 3001)
    assert len(bits) == 3001 and np.array_equal(bits[2::3], bits[:3000:3] ^ bits[1:3000:3])
    assert abs(bits[:3000].reshape(-1, 3)[:, :2].mean() - 0.5) < 0.05


def test_parts_of_the_stream_are_read_in_order():
    bits = np.arange(41)[:, None]
    batches = list(parities.stream_batches(bits, 2, 1, 2))
    assert len(batches) == 4  # two steps of each of 20 parts, two passes
    _, reads, wants = batches[1]
    assert reads[0, :, 0].tolist() == list(range(1, 41, 2)) and np.array_equal(wants, reads + 1)


def test_the_state_is_carried_over_until_the_pass_ends():
    begins = []
    for u, *_ in parities.stream_batches(np.arange(41)[:, None], 2, 1, 2):
        begins.append(float(u.hidden[0].max()))
        u.hidden[-1] = 7.0
    assert begins == [0, 7, 0, 7]


def test_error_by_place_of_one_who_knows_the_third():
    bits = parities.stream(np.random.default_rng(1), 1201)
    p = np.full(1200, 0.5)
    p[1::3] = bits[2:1201:3]
    found = parities.by_place(p, bits)
    assert found["third"] == 0 and found["other"] == 0.5
    assert np.allclose(found["twelve"], [0.5, 0, 0.5] * 4)
    assert found["says"]["xor"]["third"] == found["says"]["tally"]["third"] == 1


def test_the_table_of_two_bits_errs_by_a_third():
    found = parities.counted_stream(3)
    assert found["third"] == pytest.approx(1 / 3, abs=0.03)
    assert found["other"] == pytest.approx(np.sqrt(5 / 18), abs=0.03)
    assert found["says"]["xor"]["other"] == 1


def test_a_table_of_the_last_bits_is_at_chance():
    assert parities.table_right(np.random.default_rng(0), 50_000) == pytest.approx(0.5, abs=0.01)


def test_the_table_tells_what_the_last_bits_tell():
    class Periodic:  # 1, 1, 0 again and again: their place tells the parity
        def integers(self, low, high, n):
            return np.resize([1, 1, 0], n)

    assert parities.table_right(Periodic(), 900) == 1


# ==== What a run says =============================================================================
@pytest.fixture(scope="module")
def results(quick_run):
    return quick_run("parity")


def test_a_quick_run(results):
    of_its_kind("parity", results)
    assert results["held"]["by hand"]["first_wrong"] == [None]
    for of in TABLES:
        header, rows = of(results)
        assert len(header) <= 9 and all(len(row) == len(header) for row in rows)
        assert all(isinstance(cell, str) for row in rows for cell in row)
    assert parity.seen(results).startswith("- By hand: right at each of 3,000 steps")
    task = (parity.TWO, range(100, 102), 20)
    assert parities.cell_run(task) == parities.cell_run(task)


@pytest.fixture
def learnt(results):
    """As if all nets but those of one unit had learnt, two units the weights by hand."""
    changed = copy.deepcopy(results)
    for cell in changed["cells"]:
        if cell["kind"] == "learnt" and cell["H"] > 1:
            cell |= {"learnt": proportion([True] * 50), "within": 50, "beyond": 50}
    keys = set(parities.plane_of(parities.by_hand()))
    changed["planes"] = [{k: changed["by_hand"][k] for k in keys} for _ in range(20)]
    changed["held"]["2"] = parities.faults([None] * 20)
    return changed


def turned(results, row, change):
    """The verdict before and after a change of the results."""
    changed = copy.deepcopy(results)
    change(changed)
    assert all(isinstance(part, str) and part for one in parity.document(changed) for part in one)
    return row(results)[2], row(changed)[2]


def cell_is(kind="learnt", H=None, **values):
    def change(results):
        for cell in results["cells"]:
            if cell["kind"] == kind and H in (None, cell["H"]):
                cell.update(copy.deepcopy(values))

    return change


def planes_are(**values):
    return lambda results: [one.update(values) for one in results["planes"]]


def half_the_planes(results):
    for one in results["planes"][::2]:
        one["separable"] = False


def stream_is(name, what, low, high):
    return lambda r: r["stream"][name][what].update(
        {"mean": (low + high) / 2, "interval": [low, high]}
    )


def by_hand_wrong(results):
    results["held"]["by hand"] = parities.faults([17])


def says_tally(results):
    says = results["stream"]["learnt 1"]["says"]
    says["tally"]["other"]["mean"], says["xor"]["other"]["mean"] = 0.9, 0.5


def says_xor(results):
    says = results["stream"]["learnt 1"]["says"]
    says["tally"]["other"]["mean"], says["xor"]["other"]["mean"] = 0.5, 0.9


NONE, FEW = (proportion([True] * k + [False] * (50 - k)) for k in (0, 5))
TURNS = [
    (parity.two_units, by_hand_wrong, "holds", "does not hold"),
    (parity.two_units, lambda r: r["by_hand"].update(proved=False), "holds", "holds in part"),
    (parity.one_in_one, cell_is(H=1, learnt=FEW), "holds in part", "holds"),
    (parity.one_in_one, planes_are(threshold=1.0), "holds in part", "holds"),
    (parity.one_in_one, planes_are(interval=0.9), "holds in part", "does not hold"),
    (parity.one_in_one, lambda r: r.update(planes=[]), "holds in part", "does not hold"),
    (parity.automata, by_hand_wrong, "holds in part", "does not hold"),
    (parity.tracked, cell_is(learnt=FEW), "holds", "holds in part"),
    (parity.tracked, cell_is(learnt=NONE), "holds", "does not hold"),
    (parity.arbitrarily, lambda r: r.update(table=0.7), "holds", "does not hold"),
    (parity.arbitrarily, cell_is("memoryless", learnt=FEW), "holds", "does not hold"),
    (parity.regions, planes_are(two_regions=True), "holds", "holds"),
    (parity.regions, planes_are(separable=False), "holds", "does not hold"),
    (parity.regions, half_the_planes, "holds", "holds in part"),
    (parity.circle, planes_are(halves=True), "does not hold", "holds in part"),
    (parity.circle, planes_are(halves=True, near_circle=0.9), "does not hold", "holds"),
    (parity.circle, lambda r: r.update(planes=[]), "does not hold", "does not hold"),
    (parity.tally, says_tally, None, "holds"),
    (parity.tally, says_xor, None, "does not hold"),
    (parity.temporal, stream_is("learnt 1", "falls", 0.1, 0.2), None, "holds"),
    (parity.temporal, stream_is("learnt 1", "falls", -0.1, 0.2), None, "does not hold"),
]


def test_the_margin_of_one_unit_that_tells_by_an_interval():
    """The first unit has the odd ones between evens; in the second they change places thrice."""
    states, odd = [[-1, 0.1], [0.2, 0.2], [0.5, 0.4], [0.8, 0.3]], [0, 1, 1, 0]
    plane = {"states": states, "odd": odd}
    assert parity.margin(plane) == pytest.approx(0.3)
    both = {"states": [row[1:] for row in states], "odd": [0, 1, 0, 1]}
    assert parity.margin(both) == pytest.approx(0.1)
    assert parity.margin({"states": [[1], [2], [3], [4]], "odd": [0, 1, 0, 1]}) == 0


def test_one_parity_s_sums_are_at_opposite_corners_and_so_not_in_a_region_of_their_own():
    """Squared distances within the parities are no less than those of either two pairs across."""
    rng = np.random.default_rng(0)
    even, odd, bit, bias = (rng.normal(0, 2, (1000, 3)) for _ in range(4))
    a, b, c, d = (np.tanh(x) for x in (even + bias, odd + bit + bias, odd + bias,
                                       even + bit + bias))  # fmt: skip

    def apart(x, y):
        return ((x - y) ** 2).sum(axis=1)

    within = apart(a, b) + apart(c, d)
    assert (within > apart(a, c) + apart(b, d) - 1e-12).all()
    assert (within > apart(a, d) + apart(b, c) - 1e-12).all()


@pytest.mark.parametrize(("row", "change", "before", "after"), TURNS)
def test_verdicts_turn(learnt, row, change, before, after):
    learnt["stream"]["memoryless 30"]["falls"]["interval"] = [-0.01, 0.01]
    cell_is(H=1, within=0, beyond=0, learnt=NONE)(learnt)
    cell_is("memoryless", end={"mean": 0.5, "interval": [0.49, 0.51]}, learnt=NONE)(learnt)
    found = turned(learnt, row, change)
    assert found[1] == after and before in (None, found[0])


def test_words_follow_the_numbers(learnt):
    assert "1/1" not in parity.answer(learnt) and "20/20 without a fault" in parity.answer(learnt)
    learnt["held"]["2"] = parities.faults([7] * 12 + [None] * 8)
    assert "8/20 without a fault" in parity.answer(learnt) and "median 7" in parity.answer(learnt)
    stream_is("learnt 1", "falls", -0.2, -0.1)(learnt)
    assert "rises" in parity.answer(learnt)
    learnt["stream"]["table"]["thirds"] = [0.3, 0.3]
    learnt["stream"]["learnt 1"]["thirds"] = [0.41, 0.42]
    assert "the table is better" in parity.answer(learnt)
    learnt["stream"]["learnt 1"]["thirds"] = [0.11, 0.12]
    assert "the table is better" not in parity.answer(learnt)
    by_hand_wrong(learnt)
    assert "wrong at step 17" in parity.answer(learnt)
