"""The decisive task, the gates and controls of its study."""

import functools

import numpy as np
import pytest
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.chunker import decisive
from studies.lab import decisive as task
from studies.lab import streams
from studies.lab.training import solved_after

RNG = functools.partial(np.random.default_rng, 0)


def sequences(n_triggers, n=1500, T=150):
    """Tokens (T, n) and the times of the events of each."""
    rng = RNG()
    found = [task.one_sequence(rng, T, n_triggers, 6) for _ in range(n)]
    return np.stack([x for x, _ in found], axis=1), [times for _, times in found]


def due_at(tokens, times):
    """What the cycle would have had at an event, from the two symbols before it."""
    pairs = {(a, b): c for a, b, c in zip(task.CYCLE, np.roll(task.CYCLE, -1),
                                          np.roll(task.CYCLE, -2))}  # fmt: skip
    return np.array([pairs[tokens[t - 2, n], tokens[t - 1, n]] for n, t in enumerate(times)])


# ==== The task ====================================================================================
def test_every_symbol_and_every_ordered_pair_of_the_filler_is_equally_frequent():
    assert np.array_equal(np.bincount(task.CYCLE), [5] * 5)
    pairs = task.CYCLE.astype(int) * 5 + np.roll(task.CYCLE, -1)
    assert np.array_equal(np.bincount(pairs), [1] * 25)
    assert np.array_equal(np.unique(task.cycle_from(7, 50)), range(5))


@pytest.mark.parametrize("n_triggers", [1, 2])
def test_events_are_apart_and_stand_where_another_was_due(n_triggers):
    tokens, times = sequences(n_triggers)
    for x, at in zip(tokens.T, times):
        assert np.diff(at).min() >= task.APART and at[0] >= task.APART and at[-1] == len(x) - 1
        assert (x[at[:n_triggers]] < 2).all() and (x[at[n_triggers:-1]] >= 2).all() and x[-1] < 2
    for place in range(8):  # all that there are, the target last
        which = [at[min(place, len(at) - 1)] for at in times]
        at_place = tokens[which, np.arange(len(times))]
        assert (due_at(tokens, which) != at_place).all()
    filler = np.ones(tokens.shape, bool)
    for n, at in enumerate(times):
        for later in (0, 1, 2):  # an event stands in the context of two steps
            filler[np.minimum(at + later, len(tokens) - 1), n] = False
    filler[:2] = False
    t, n = np.nonzero(filler)
    pairs = tokens[t - 2, n] * 25 + tokens[t - 1, n] * 5 + tokens[t, n]
    assert len(np.unique(pairs)) == 25  # the cycle runs on underneath


@pytest.mark.parametrize("n_triggers", [1, 2])
def test_what_was_due_and_when_say_nothing_of_the_answer(n_triggers):
    tokens, times = sequences(n_triggers, 2500)
    answer, near = tokens[-1], 3.9 / np.sqrt(len(times) / 3) / 2
    for place in (*range(n_triggers), -1):
        due = due_at(tokens, [at[place] for at in times])
        assert set(due) == {2, 3, 4}
        for symbol in (2, 3, 4):
            assert abs(answer[due == symbol].mean() - 0.5) < near
    n = np.array([len(at) for at in times])
    for count in np.unique(n):
        assert abs(answer[n == count].mean() - 0.5) < 3.9 / np.sqrt((n == count).sum()) / 2
    last = tokens[[at[-2] for at in times], np.arange(len(times))]
    for symbol in (2, 3, 4):  # the last distractor
        assert abs(answer[last == symbol].mean() - 0.5) < near


def test_the_second_form_asks_for_parity():
    tokens, times = sequences(2)
    first, second = (tokens[[at[i] for at in times], np.arange(len(times))] for i in (0, 1))
    assert np.array_equal(tokens[-1], first ^ second)
    assert abs(np.corrcoef(first, tokens[-1])[0, 1]) < 0.1  # one trigger alone says nothing
    assert abs(np.corrcoef(second, tokens[-1])[0, 1]) < 0.1


def test_distractors_are_0_to_6_and_as_many_as_fit():
    assert {len(at) for at in sequences(1, 500)[1]} == set(range(2, 9))
    assert {len(at) for at in sequences(1, 500, T=50)[1]} == {2, 3, 4}
    rng = RNG()
    for n_triggers, T in ((1, task.shortest(1)), (2, task.shortest(2)), (1, 51), (2, 63)):
        tokens, mask = task.draw_with_events(rng, T, 200, n_triggers)
        assert tokens.shape == mask.shape == (T, 200) and mask[-1].all()


def test_all_lengths_and_no_more():
    drawn = list(task.draw_lengths(RNG(), (50, 52), 400, 1, batch=4))
    assert {len(d.tokens) for d in drawn} == {50, 51, 52}
    asked = task.fresh(drawn, 1)
    assert len(asked.targets) == 400 and set(asked.distractors) == {0, 1, 2}
    firsts = list(task.first(10, drawn))
    assert sum(d.tokens.shape[1] for d in firsts) == 10
    assert np.array_equal(firsts[-1].tokens, drawn[2].tokens[:, :2])


# ==== Gates =======================================================================================
def test_random_times_are_as_many_and_ask_c():
    tokens = task.draw(RNG(), 200, 50)
    flags = np.zeros(tokens.shape, bool)
    flags[[0, 50, 60, -1]] = True
    found = streams.random_flags(lambda _: flags, RNG(), tokens)
    assert (found.sum(axis=0) == 4).all() and found[[0, -1]].all()
    assert found[1:-1].sum(axis=1).max() < 8  # the 200 steps share 100


def test_a_table_of_order_2_knows_the_filler_and_one_of_order_1_does_not():
    recipe = decisive.FULL.recipes["first"]._replace(A=(8, 0.005, 4, 20), lengths=(300, 400))
    tokens, events = task.draw_with_events(RNG(), 300, 50)
    for order in (0, 1, 2, 3):
        made = decisive.predictor(f"order {order}", 0, recipe, "first", {})
        loss, wrong = made.outputs(tokens)
        assert made.reads == made.trained == 0
        assert wrong[events[1:]].mean() > 0.6
        assert (wrong[3:][~events[4:]].mean() < 0.1) == (order > 1)
        flags = streams.gated(made.outputs, "mispredicted", tokens)(tokens)
        assert np.array_equal(flags[1:], wrong) and flags[0].all()
        flags = streams.gated(made.outputs, "threshold", tokens)(tokens)
        assert np.array_equal(flags[1:], loss > core.surprise_threshold(loss))


def test_without_w_hh_there_is_none_at_any_time():
    recipe = decisive.QUICK.recipes["first"]
    rng = functools.partial(decisive.streams_of, 0, recipe, "first")
    A, _ = decisive.train_automatizer(rng(), recipe, "first", ("W_hh",))
    assert not A.W_hh.any()
    found = np.array([[0, 3, 1], [4, 3, 1], [2, 3, 1]]).T  # the last symbol alone counts
    *_, (_, _, logits) = core.predictions(A, np.vstack([found, found[:1]]))
    assert np.array_equal(logits[-1, 0], logits[-1, 1])
    C = decisive.initial_chunker(rng()["C"], recipe, "no W_hh")
    same = decisive.initial_chunker(rng()["C"], recipe, "whole")
    assert not C.W_hh.any() and np.array_equal(C.W_xh, same.W_xh)
    for _ in streams.learn_streams(C, list(found.T), [np.arange(3)] * 5, 0.01, 5, ("W_hh",)):
        assert not C.W_hh.any()
    assert not np.array_equal(C.W_xh, same.W_xh)


def test_the_read_out_alone_learns_when_the_rest_is_frozen():
    recipe = decisive.QUICK.recipes["first"]
    C = decisive.initial_chunker(RNG(), recipe, "read-out alone")
    before = [W.copy() for W in C[1:]]
    frozen = decisive.FROZEN["read-out alone"]
    for _ in streams.learn_streams(C, [np.arange(4)] * 2, [[0, 1]] * 5, 0.01, 5, frozen):
        pass
    moved = [not np.array_equal(*pair) for pair in zip(before, C[1:])]
    assert moved == [False, False, False, True, True]


@pytest.mark.parametrize(("hidden", "n_symbols"), [(6, 5), (32, 9)])
def test_the_start_is_orthogonal_and_the_rest_gaussian(hidden, n_symbols):
    net = streams.orthogonal_rnn(RNG(), hidden, n_symbols)
    W = net.W_hh
    assert np.allclose(W.T @ W, np.eye(hidden), atol=1e-12)
    assert np.abs(np.diag(W)).max() < 0.99  # not the identity, nor that with signs
    for weights in (net.W_xh, net.W_hy):
        assert weights.std() == pytest.approx(1 / np.sqrt(hidden), rel=0.3)
    assert not net.b_h.any() and not net.b_y.any()


# ==== C ===========================================================================================
def test_what_fills_a_stream_up_teaches_and_answers_nothing():
    C = streams.orthogonal_rnn(RNG(), 6, 5)
    short, long = np.array([0, 3, 1]), np.array([1, 2, 2, 4, 0, 1])
    tokens, weight = streams.padded([short, long])
    assert tokens.shape == (6, 2) and weight.sum(axis=0).tolist() == [2, 5]
    together = streams.last_predictions(C, [short, long])
    for y, stream in zip(together, (short, long)):
        assert np.allclose(streams.last_predictions(C, [stream])[0], y)
        *_, (_, _, logits) = core.predictions(C, stream[:, None])
        assert np.allclose(logits[-1, 0], y)
    grads = []
    for group in ([short, long], [short], [long]):
        tokens, weight = streams.padded(group)
        u, grad = core.buffers(C, len(tokens) - 1, len(group)), core.zeros_like(C)
        core.load(u, tokens)
        core.forward(C, u)
        core.backward(C, grad, u, weight=weight)
        grads.append(grad.flat)
    assert np.allclose(grads[0], grads[1] + grads[2])


def test_a_target_that_does_not_go_up_is_wrong():
    C = core.zero_rnn(2, 5, 5)
    C.b_y[1] = 1.0  # always says the second
    found = streams.Streams([np.array([3, 2, 1])] * 2 + [np.array([3])], None,
                            np.array([True, False, True]))  # fmt: skip
    right = streams.choices(C, found, np.array([1, 1, 0]), 2)
    assert right.tolist() == [True, False, False]


def test_steps_that_fill_up_are_paid_for():
    found = [np.zeros(n, int) for n in (3, 9, 5, 2)]
    assert streams.padded_steps(found, 2) == (4 + 8) / 2
    net = streams.orthogonal_rnn(RNG(), 3, 5)
    batches = [[0, 1], [2, 3]]
    assert sum(streams.learn_streams(net, found, batches, 0.01, 2)) == 2 * (4 + 8)


def test_lessons_come_in_order_and_each_stream_as_often():
    plan = [(4, 8), (6, 12)]
    order = np.concatenate(list(streams.index_batches(RNG(), plan, 2)))
    assert sorted(order[:8]) == sorted([*range(4)] * 2)
    assert sorted(order[8:]) == sorted([*range(4, 10)] * 2)


def test_a_part_of_the_lessons_is_within_the_budget():
    recipe = decisive.FULL.recipes["first"]
    up = decisive.Upper(None, 1e9, 1000.0)
    cost = {"C learns": 1000.0}
    part = decisive.affordable(recipe, up, 6.0, cost, 4e9)
    ((n, many),) = decisive.presentations(recipe, part)
    assert up.trained + 1000 * 1200 * n + 1000 * 6 * many == pytest.approx(4e9, rel=0.01)
    assert 0 < decisive.affordable(recipe, up, 1000.0, cost, 4e9) < 0.7 * part
    assert decisive.affordable(recipe, up, 6.0, cost, 1e12) == pytest.approx(streams.MOST)


def test_steps_and_their_cost():
    cost = decisive.costs_of(decisive.FULL.recipes["first"])
    H, V = 32, 5
    assert cost["A reads"] == H * H + H * V
    assert cost["A learns"] == pytest.approx(3 * (H * H + H * V) + 2 * H, rel=0.05)


def test_training_sequences_are_not_those_asked():
    recipe = decisive.QUICK.recipes["first"]
    rng = decisive.streams_of(0, recipe, "first")
    states = [rng[part].bit_generator.state["state"]["state"] for part in rng]
    assert len(set(states)) == len(states)
    again = decisive.streams_of(0, decisive.QUICK.recipes["second"], "second")
    assert again["test"].bit_generator.state != rng["test"].bit_generator.state


# ==== The study ===================================================================================
def test_solved_means_that_all_later_tests_are_right():
    plan = decisive.QUICK
    costs = {recipe: decisive.costs_of(recipe) for recipe in plan.recipes.values()}
    run = decisive.one_run(("first", 0, plan, costs))["systems"]["A + C"]
    choice = [c for _, c in run["tests"]]
    after = solved_after([c >= decisive.SOLVED for c in choice])
    assert run["multiply_adds"] == (run["tests"][after - 1][0] if after else None)
    spent = [m for m, _ in run["tests"]]
    assert spent == sorted(spent) and run["choice"] == choice[-1]
    assert decisive.one_run(("first", 0, plan, costs))["systems"]["A + C"] == run


def test_words_tables_and_cells_of_a_quick_run(quick_run):
    results = quick_run("decisive")
    of_its_kind("decisive", results)
    for words in (decisive.answer(results), decisive.seen(results)):
        assert "nan" not in words and "None" not in words
    for header, rows in (decisive.table(results), decisive.second(results)):
        assert all(len(row) == len(header) <= 9 for row in rows)
    for form in decisive.FORMS:
        assert set(results["cells"][form]) == {"A + C, given", "A + C, chosen", "table + C, given"}
        assert results["cells"][form]["A + C, given"]["solved"]["n"] == 2
    assert set(decisive.figures(results)) == {"decisive.png", "decisive_systems.png"}
