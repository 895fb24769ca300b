"""The three nets on strings: learning, asking all n at once, what units count with, the words."""

import copy
import json

import numpy as np
import pytest
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.lab import languages, letters, three_nets
from studies.lab.streams import padded
from studies.lab.verdicts import HOLDS, IN_PART, NOT, UNTESTED
from studies.memory import counters

KINDS = pytest.mark.parametrize("name", three_nets.KINDS)


def made(name, n_symbols=3, seed=0):
    kind = three_nets.KINDS[name]
    return kind, kind.initial(np.random.default_rng(seed), kind.hidden, n_symbols)


def gradient(kind, net, tokens, weight):
    u, grad = kind.unroll(net, len(tokens) - 1, tokens.shape[1]), core.zeros_like(net)
    core.load(u, tokens)
    kind.forward(net, u)
    kind.backward(net, grad, u, weight)
    return grad.flat


@KINDS
def test_what_fills_a_string_up_does_not_count(name):
    kind, net = made(name)
    strings = languages.blocks(3, 2)
    alone = sum(gradient(kind, net, *padded([string])) for string in strings)
    assert np.allclose(gradient(kind, net, *padded(strings)), alone, rtol=1e-9, atol=1e-12)


@KINDS
@pytest.mark.parametrize("n_letters", [2, 3])
def test_all_n_at_once_are_as_each_by_itself(name, n_letters):
    kind, net = made(name, n_letters + 1)
    strings = languages.blocks(4, n_letters)
    batches = three_nets.short_first(np.random.default_rng(1), strings, 4, 250, 2)
    three_nets.learn(kind, net, batches, three_nets.falling(0.03, 250))
    found = three_nets.right_blocks(kind, net, n_letters, 9)
    wanted = []
    for n in range(1, 10):
        tokens = languages.block(n, n_letters)
        u = kind.unroll(net, len(tokens) - 1, 1)
        core.load(u, tokens[:, None])
        kind.forward(net, u)
        wanted.append(languages.block_right(u.probs[:, 0].argmax(axis=1), n, n_letters))
    assert found.tolist() == wanted and any(wanted) and not all(wanted)
    assert three_nets.right_blocks(kind, net, n_letters, 5).tolist() == wanted[:5]


def says(after):
    """An Elman net that says so after each symbol, whatever came before."""
    kind, net = made("Elman")
    net.flat[...] = 0.0
    net.W_xh[:, :3] = 9 * np.eye(3)
    net.W_hy[:3] = 9 * np.eye(3)[after]
    return kind, net


def test_where_the_end_comes_counts_too():
    for after, wanted in (
        ([1, 1, 2], [False] * 4),  # never ends
        ([1, 1, 0], [True, False, False, False]),  # ends after every b
        ([1, 0, 0], [False] * 4),  # ends among the a's
        ([2, 1, 0], [False] * 4),  # begins with a b
    ):
        kind, net = says(after)
        assert three_nets.right_blocks(kind, net, 2, 4).tolist() == wanted


@KINDS
def test_brackets_are_right_where_every_place_is(name):
    kind, net = made(name, 3)
    tokens, due = languages.brackets(np.random.default_rng(2), 200, 8, 3, 1)
    batches = three_nets.short_first(np.random.default_rng(1), list(tokens.T), 20, 150, 200)
    three_nets.learn(kind, net, batches, three_nets.falling(0.02, 150))
    found = three_nets.right_brackets(kind, net, 1)(tokens, due)
    u = kind.unroll(net, 9, 200)
    core.load(u, tokens)
    kind.forward(net, u)
    closes = u.probs[..., 2] > u.probs[..., 0]
    assert np.array_equal(found, (closes == (due == 2))[1:].all(axis=0)) and len(set(found)) == 2


def test_short_strings_come_first_and_then_all():
    strings = [np.zeros(2 + k, int) for k in range(10)]
    shapes = [
        weight.sum(axis=0).astype(int)
        for _, weight in three_nets.short_first(np.random.default_rng(0), strings, 3, 100, 4)
    ]
    assert len(shapes) == 100 and all(len(set(x.tolist())) == 3 for x in shapes)
    longest = np.array([x.max() for x in shapes])
    assert longest[:5].max() <= 4 and longest[:60].max() <= 10
    assert all(longest[k] <= 4 + 6 * k / 60 for k in range(60))
    assert set(np.concatenate(shapes[60:]).tolist()) == set(range(1, 11))


def test_rates_fall_to_nothing_in_a_straight_line():
    assert three_nets.falling(0.4, 4).tolist() == pytest.approx([0.4, 0.3, 0.2, 0.1])


@KINDS
def test_only_the_read_out_is_fitted(name):
    kind, net = made(name)
    before = net.flat.copy()
    strings = languages.blocks(4, 2)
    three_nets.read_out_fitted(kind, net, strings, 500)
    n_read_out = net.W_hy.size + net.b_y.size
    assert np.array_equal(net.flat[:-n_read_out], before[:-n_read_out])
    tokens, weight = padded(strings)
    g = gradient(kind, net, tokens, weight / weight.sum())[-n_read_out:]
    g[: net.W_hy.size] += three_nets.DECAY * net.W_hy.ravel()
    assert np.abs(g).max() < 1e-3 * np.abs(gradient_at(kind, net, before, tokens, weight)).max()


def gradient_at(kind, net, flat, tokens, weight):
    other = core.zeros_like(net)
    other.flat[...] = flat
    return gradient(kind, other, tokens, weight / weight.sum())


def test_straightness_is_the_squared_correlation():
    rng = np.random.default_rng(3)
    states = np.column_stack([rng.normal(size=20), 3 - 2.0 * np.arange(20), np.full(20, 0.1)])
    found = three_nets.straightness(states)
    assert found[0] == pytest.approx(np.corrcoef(states[:, 0], np.arange(20))[0, 1] ** 2)
    assert found[1] == pytest.approx(1) and found[2] == 0


@KINDS
def test_the_unit_that_counts_is_chosen_where_it_was_trained(name):
    kind, net = made(name)
    found = three_nets.counting_unit(kind, net, 5)
    u = kind.unroll(net, 21, 1)
    u.tokens[1:] = 1
    kind.forward(net, u)
    states = kind.memory(u)[1:, 0]  # after 1 to 20 a's
    straight = three_nets.straightness(states[:5])
    assert found["unit"] == straight.argmax() and found["trained"] == pytest.approx(straight.max())
    assert found["farther"] == pytest.approx(three_nets.straightness(states)[found["unit"]])
    traces = three_nets.traced(kind, net, found["unit"], 5)
    assert [len(trace) for trace in traces] == [3, 5, 7, 9, 11]
    assert np.allclose(traces[-1][1:6], states[:5, found["unit"]], atol=1e-4)


def test_the_numbers_of_a_net_by_hand():
    right = np.array([1, 1, 0, 1, 0, 0, 1, 0], bool)
    found = three_nets.asked_blocks(right, 4)
    assert found == {
        "longest": 2, "anywhere": 7, "within": 0.75, "beyond": 0.25, "five": True,
    }  # fmt: skip
    assert three_nets.asked_blocks(right, 6)["five"] is False
    assert three_nets.asked_blocks(np.zeros(8, bool), 4)["anywhere"] == 0


@pytest.mark.parametrize("n_symbols", [3, 4, 5])
def test_the_nets_have_about_as_many_parameters(n_symbols):
    sizes = [len(made(name, n_symbols)[1].flat) for name in three_nets.KINDS]
    assert max(sizes) <= 1.06 * min(sizes)


def test_a_quick_run_is_the_same_again(quick_run):
    results = quick_run("counters")
    of_its_kind("counters", results)
    assert len(json.dumps(results)) < 150_000
    for header, rows in (counters.table(results), counters.bracket_table(results)):
        assert len(header) <= 9 and rows and all(len(row) == len(header) for row in rows)
    assert "R^2" in counters.seen(results)
    plan, seed = counters.QUICK, letters.FIRST_SEED
    again = three_nets.run_blocks("a^n b^n", "GRU", plan.trained[-1], seed, plan)
    assert again["trace"] == results["traces"]["GRU"]
    each = results["blocks"]["a^n b^n"][str(plan.trained[-1])]["GRU"]["each"]
    assert again["net"]["longest"] == each[0]


def claims(results):
    return [row[2] for row in counters.document(results)]


def altered(results, longest, share, beyond, bracket):
    """A copy in which nets come so far, and such shares of seeds, n and brackets are right."""
    other = copy.deepcopy(results)
    for cells in other["blocks"].values():
        for nets in cells.values():
            for name, one in nets.items():
                at = longest[name]
                one["each"] = [at, at]
                one["longest"] = {key: at for key in ("min", "median", "max", "mean")}
                k = round(2 * share)
                one["all_trained"] |= {"k": k, "share": share}
                one["five"] |= {"k": k, "share": share}
                one["beyond"] |= {"mean": beyond}
                one["within"] |= {"mean": 1.0}
    for nets in other["brackets"].values():
        for name in three_nets.KINDS:
            for depth, of_depth in nets[name]["net"].items():
                for of_length in of_depth.values():
                    value = bracket(int(depth))
                    of_length |= {"mean": value, "interval": [value, value]}
    return other


def test_every_verdict_turns(quick_run):
    results = quick_run("counters")
    cap = results["cap"]
    good = altered(
        results, {"Elman": cap // 4, "GRU": cap // 2, "LSTM": cap}, 1.0, 0.1,
        lambda depth: 1.0 if depth <= three_nets.DEPTH else 0.2,
    )  # fmt: skip
    assert claims(good) == [
        HOLDS, UNTESTED, HOLDS, HOLDS, HOLDS, HOLDS, HOLDS, IN_PART, IN_PART, HOLDS, HOLDS, IN_PART,
    ]  # fmt: skip
    bad = altered(results, {"Elman": 0, "GRU": 0, "LSTM": 0}, 0.0, 0.9, lambda depth: 0.0)
    assert claims(bad) == [
        NOT, UNTESTED, NOT, NOT, NOT, NOT, NOT, HOLDS, UNTESTED, NOT, NOT, IN_PART,
    ]  # fmt: skip
    half = altered(results, {"Elman": cap, "GRU": cap, "LSTM": 9}, 0.5, 0.9, lambda depth: 0.6)
    assert claims(half) == [
        NOT, UNTESTED, IN_PART, IN_PART, IN_PART, IN_PART, NOT, NOT, IN_PART,
        IN_PART, NOT, NOT,
    ]  # fmt: skip


def test_a_control_that_comes_as_far_is_named(quick_run):
    results = copy.deepcopy(quick_run("counters"))
    for cells in results["tables"].values():
        for orders in cells.values():
            for one in orders.values():
                one["longest"] = 0
    for cells in results["blocks"].values():
        for nets in cells.values():
            for one in nets.values():
                one["reservoir"]["max"] = 0
                one["longest"]["median"] = 1
    assert counters.beaten(results) == ""
    results["blocks"]["a^n b^n"][str(results["trained"][0])]["GRU"]["reservoir"]["max"] = 1
    assert counters.beaten(results).count("GRU on a^n b^n") == 1
    assert "GRU on a^n b^n" in counters.answer(results)
