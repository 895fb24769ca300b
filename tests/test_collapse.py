"""The net that also predicts C's state: gradient, training, controls, what it has kept."""

import numpy as np
import pytest
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies.chunker import collapse
from studies.lab import collapsed, training
from studies.lab.optimisers import Adam
from studies.lab.randomness import generators


def test_gradient_of_the_net_that_also_predicts_a_state():
    rng = np.random.default_rng(2)
    n, B, H, S = 7, 3, 4, 5
    net = core.init_rnn(rng, H, 0.7, n_out=core.VOCAB + S)
    grad, expected = core.zeros_like(net), core.zeros_like(net)
    u = core.buffers(net, n, B)
    core.load(u, rng.integers(core.VOCAB, size=(n + 1, B)))
    goals = np.concatenate([u.onehot[1:], rng.normal(size=(n, B, S))], axis=-1)
    (window,) = collapsed.windows(u, goals, n)

    def loss():
        collapsed.forward(net, window)
        p, state = np.split(window.u.probs, [core.VOCAB], axis=-1)
        symbol, goal = np.split(window.goals, [core.VOCAB], axis=-1)
        return -(symbol * np.log(p)).sum() + 0.5 * ((state - goal) ** 2).sum()

    loss()
    core.backward(net, grad, window.u, window.goals)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


# ==== Training, and the controls ==================================================================
def by_the_book(config, window, chunker):
    """One epoch, written once more: what `collapsed.train` should make of the same streams."""
    rng = generators("collapse", config.seed, ("init", "data"))
    symbols = core.init_rnn(rng["init"], config.auto_hidden, core.AUTO_STD)
    state = rng["init"].normal(0, core.AUTO_STD, (config.auto_hidden, config.chunk_hidden))
    state = state if chunker else state[:, :0]
    net = core.zero_rnn(config.auto_hidden, n_out=core.VOCAB + state.shape[1])
    net.W_xh[...], net.W_hh[...] = symbols.W_xh, symbols.W_hh
    net.W_hy[...] = np.hstack([symbols.W_hy, state])
    start = net.W_hh.copy()

    tokens = core.trigger_recall(rng["data"], config.T, core.AUTO_BATCH)
    goals = np.eye(core.VOCAB)[tokens[1:]]
    if chunker:  # C has read the trigger, and nothing else before the target
        held = np.tanh(chunker.W_xh[tokens[0]] + chunker.b_h) * np.sqrt(collapsed.STATE_WEIGHT)
        goals = np.concatenate([goals, np.broadcast_to(held, (config.T - 1, *held.shape))], -1)
    adam, length = Adam(len(net.flat), collapsed.LR), window or config.T - 1
    h = np.zeros((core.AUTO_BATCH, config.auto_hidden))
    for first in range(0, config.T - 1, length):
        steps = range(first, min(first + length, config.T - 1))
        u, grad = core.buffers(net, len(steps), core.AUTO_BATCH), core.zeros_like(net)
        core.load(u, tokens[first : steps[-1] + 2])
        u.hidden[0] = h
        core.forward(net, u)
        y = u.hidden[1:] @ net.W_hy + net.b_y
        p = np.exp(y[..., : core.VOCAB])
        u.probs[...] = y
        u.probs[..., : core.VOCAB] = p / p.sum(axis=-1, keepdims=True)
        core.backward(net, grad, u, goals[first : steps[-1] + 1])
        if window is None:
            grad.flat[...] *= min(1, core.AUTO_BATCH / np.linalg.norm(grad.flat))
        adam.step(net.flat, grad.flat)
        h = u.hidden[-1]
    return start, net


@pytest.fixture(scope="module")
def chunker():
    return training.headline_nets(4, T=12)[2]


@pytest.mark.parametrize(
    ("window", "with_state"), [(3, True), (6, True), (3, False), (6, False), (None, False)]
)
def test_net_and_controls_start_from_the_same_weights_and_see_the_same_data(
    chunker, window, with_state
):
    config, chunker = core.Config(seed=4, T=12), chunker if with_state else None
    before, net, history = collapsed.train(config, window, chunker, epochs=1)
    start, expected = by_the_book(config, window, chunker)
    assert np.array_equal(before, start)
    assert np.allclose(net.flat, expected.flat, rtol=1e-9, atol=1e-12)
    assert history.shape == (1, 1 + with_state)


def test_the_goal_is_the_state_of_c_after_the_symbols_so_far(chunker):
    tokens = np.array([[0, 1], [2, 2], [3, 3], [4, 4]])
    mask = np.array([[1, 1], [0, 1], [1, 0], [0, 0]], bool)
    goals = collapsed.state_goals(chunker, tokens, mask) / np.sqrt(collapsed.STATE_WEIGHT)

    def state(*symbols):
        h = np.zeros(len(chunker.b_h))
        for x in symbols:
            h = np.tanh(chunker.W_xh[x] + h @ chunker.W_hh + chunker.b_h)
        return h

    expected = [[state(0), state(1)], [state(0), state(1, 2)], [state(0, 3), state(1, 2)]]
    assert np.allclose(goals, expected, rtol=1e-12)


def test_the_study_s_control_is_the_same_net_without_the_goal(chunker):
    config, plan = core.Config(seed=4, T=12), collapse.Plan(1, 1, 12, 3, (12, 24))
    found = collapse.one_window(config, plan, 3, chunker)
    before, net, _ = collapsed.train(config, 3, chunker, 3)
    _, control, history = collapsed.train(config, 3, None, 3)
    assert found["radius_before"] == collapse.radius(before)
    assert found["radius"] == collapse.radius(net.W_hh)
    assert found["control_radius"] == collapse.radius(control.W_hh)
    (hidden,) = collapsed.states_at(control, [12])
    assert found["control_choice"] == collapsed.accuracies(control, hidden)[1]
    assert found["control_best"] == (history[:, 0] > 0).mean()


def test_lengths_drawn_in_training_and_asked(chunker):
    config, seen = core.Config(seed=4, T=12), []

    def draw(rng, T, batch):
        seen.append(T)
        return core.trigger_recall(rng, T, batch)

    lengths, asked = range(8, 17), (12, 15, 14)
    _, net, history = collapsed.train(config, 3, chunker, 60, draw, lengths=lengths, asked=asked)
    assert set(seen) == set(lengths) and len(seen) == 60
    each = [collapsed.margins(net, h, chunker) for h in collapsed.states_at(net, asked)]
    assert len({own for own, _ in each}) == 3
    assert history[-1].tolist() == [min(own for own, _ in each), min(read for _, read in each)]


def test_with_t_drawn_every_phase_has_to_be_right(monkeypatch, chunker):
    """What `one_seed` asks of the nets that are trained at many lengths."""
    plan, found = collapse.Plan(1, 1, 12, 2, (12,)), []
    train = collapsed.train

    def watched(*arguments, **how):
        found.append(how)
        return train(*arguments, **how)

    monkeypatch.setattr(collapse, "train", watched)
    run = collapse.one_seed((4, plan))
    assert set(run["T_drawn"]) == {"window_3", "window_6"}
    drawn = [how for how in found if how]
    assert len(drawn) == 2 and drawn[0] == drawn[1]
    assert list(drawn[0]["lengths"]) == list(range(8, 17))
    assert {T % 5 for T in drawn[0]["asked"]} == set(range(5)) and drawn[0]["asked"][0] == 12


def test_every_net_of_a_seed_is_trained_on_its_data_by_its_teacher(monkeypatch, chunker):
    """Nets, controls, full BPTT, the other teachers, the figure's: one seed, one T, one budget."""
    plan, found, train = collapse.Plan(1, 1, 12, 2, (12,)), [], collapsed.train

    def watched(config, window, teacher, epochs, **how):
        found.append((window, None if teacher is None else teacher.flat.tobytes()))
        assert (config, epochs) == (core.Config(seed=4, T=12), plan.epochs)
        return train(config, window, teacher, epochs, **how)

    monkeypatch.setattr(collapse, "train", watched)
    C = chunker.flat.tobytes()
    collapse.one_seed((4, plan))
    assert found == [(3, C), (3, None), (6, C), (6, None), (3, C), (6, C), (None, None)]
    found.clear()
    collapse.other_teachers((4, plan))
    others = [make(core.Config(seed=4, T=12)).flat.tobytes() for make in collapse.TEACHERS.values()]
    assert found == [(window, teacher) for teacher in others for window in (3, 6)]
    found.clear()
    collapse.example(4, plan)
    assert found == [(3, C), (3, None)]


# ==== Teachers that have learnt nothing ===========================================================
def test_the_code_is_one_hot_in_the_trigger_and_stays():
    config = core.Config(seed=4, T=12)
    tokens = training.both_sequences(12)
    teacher = collapse.code(config)
    goals = collapsed.state_goals(teacher, tokens, collapsed.trigger_alone(tokens))
    expected = np.zeros((11, 2, config.chunk_hidden))
    expected[:, 0, 0] = expected[:, 1, 1] = np.sqrt(collapsed.STATE_WEIGHT)
    assert np.array_equal(goals, expected)
    logits = core.read_out(teacher, expected[0])
    assert logits.argmax(axis=1).tolist() == [0, 1]


def test_the_untrained_teacher_is_the_chunker_before_its_first_update():
    config = core.Config(seed=4, T=12, chunk_epochs=1, chunk_lr=1e-300)
    rng = core.random_streams(4)
    events = [core.Events(np.array([0, 0]), True)]
    which = np.zeros(core.CHUNK_SEQUENCES, int)
    start, *_ = core.fit_chunker(config, rng, events, which)
    assert np.allclose(collapse.untrained(config).flat, start.flat, rtol=0, atol=1e-200)


def test_the_other_teachers_stand_in_c_s_place(chunker):
    """Same weights at the start, same data, same number of outputs: the goal alone differs."""
    config, plan = core.Config(seed=4, T=12), collapse.Plan(1, 1, 12, 3, (12,))
    found = collapse.other_teachers((4, plan))
    for name, make in collapse.TEACHERS.items():
        start, net, history = collapsed.train(config, 6, make(config), 3)
        assert np.array_equal(start, collapsed.train(config, 6, chunker, 1)[0])
        run = found[name]["window_6"]
        assert run["own_solved"] == training.solved_after(history[:, 0] > 0)
        assert run["own_held"] == collapse.right_at(net, (12,), make(config))[0]


def test_what_is_not_solved_counts_with_its_whole_budget():
    plan = collapse.Plan(3, 3, 12, 50, (12,))
    runs = [{"own_solved": n} for n in (4, None, 10)]
    assert collapse.sequences(plan, runs) == [32, 400, 80]


# ==== What the net has kept =======================================================================
@pytest.mark.parametrize(
    ("after_a", "after_b", "margin"),
    [((3, 1), (0, 5), 2), ((5, 0), (1, 2), 1), ((3, 1), (5, 0), -5), ((0, 1), (0, 9), -1)],
)
def test_the_margin_is_the_smaller_of_two(after_a, after_b, margin):
    net = core.zero_rnn(2, n_out=core.VOCAB + 2)
    net.W_hy[:, : core.N_TRIGGERS] = after_a, after_b  # a hidden unit for each trigger
    net.W_hy[:, core.VOCAB :] = np.sqrt(collapsed.STATE_WEIGHT) * np.eye(2)
    reader = core.zero_rnn(2)
    reader.W_hy[:, :2] = [[4, 1], [2, 3]]  # applied to the state of C, not to A's
    assert collapsed.margins(net, np.eye(2)) == [margin]
    assert collapsed.margins(net, np.eye(2), reader) == pytest.approx([margin, 1])


def test_states_along_a_sequence_of_any_length():
    rng = np.random.default_rng(7)
    net = core.init_rnn(rng, 4, 0.8)
    tokens = core.trigger_recall(rng, 50, 2)
    tokens[0] = 0, 1
    h, seen = np.zeros((2, 4)), []
    for symbols in tokens[:-1]:
        h = np.tanh(net.W_xh[symbols] + h @ net.W_hh + net.b_h)
        seen.append(h)
    found = collapsed.states_at(net, (50, 7, 31), block=8)
    assert np.allclose(found, [seen[48], seen[5], seen[29]], rtol=1e-12)


def test_states_that_repeat():
    still = core.zero_rnn(3)  # the state is 0 from the first step on
    assert collapse.repeats_after(still) == (5, 5)
    turning = core.zero_rnn(1)
    turning.W_hh[...], turning.W_xh[...] = -3.0, 0.1
    after, period = collapse.repeats_after(turning)
    assert period == 10 and after < 1000  # 5 steps of filler, a sign that turns every step
    holding = core.zero_rnn(1)  # does not repeat before it has come to rest
    holding.W_hh[...], holding.W_xh[: core.N_TRIGGERS, 0] = 1.5, (0.1, -0.1)
    after, period = collapse.repeats_after(holding)
    assert period == 5 and 20 < after < 1000
    drifting = core.init_rnn(np.random.default_rng(1), 3, 0.9)
    assert collapse.repeats_after(drifting, limit=10) == (None, None)


def test_states_are_the_same_when_they_repeat():
    net = core.init_rnn(np.random.default_rng(8), 4, 0.8)
    after, period = collapse.repeats_after(net)
    tokens = training.both_sequences(after + 2)
    u = core.buffers(net, after + 1, core.N_TRIGGERS)
    core.load(u, tokens)
    core.forward_hidden(net, u)
    assert np.array_equal(u.hidden[-1], u.hidden[-1 - period])  # of t = after, after - period


def latch(turning):
    """A unit that holds its sign, or turns it at every step; 4 and 5 push it a little."""
    net = core.zero_rnn(2)
    net.W_hh[...] = np.diag([-1.5 if turning else 1.5, 0.3])
    net.W_xh[: core.N_TRIGGERS, 0] = 0.8, -0.8
    net.W_xh[core.N_TRIGGERS :, 1] = np.linspace(-1, 1, 5)
    net.W_hh[1, 0] = 0.05
    return net


@pytest.mark.parametrize("turning", [False, True])
def test_far_states_are_those_of_every_step_bit_for_bit(turning):
    net = latch(turning)
    after, period = collapse.repeats_after(net)
    assert period == (10 if turning else 5)
    lengths = [7, after, after + 1, after + 2, after + 3, *range(5000, 5011), 4993]
    assert np.array_equal(collapse.states_far(net, lengths), collapsed.states_at(net, lengths))


def test_states_that_do_not_repeat_are_computed(monkeypatch):
    net = latch(turning=True)
    expected = collapsed.states_at(net, [999, 1000])
    monkeypatch.setattr(collapse, "repeats_after", lambda net: (None, None))
    assert np.array_equal(collapse.states_far(net, [999, 1000]), expected)


def test_right_at_every_phase_means_at_all_of_two_turns(monkeypatch):
    asked = []

    def right_at(net, lengths, chunker):
        asked.extend(lengths)
        return [T != 109 for T in lengths], [True] * len(lengths)

    monkeypatch.setattr(collapse, "right_at", right_at)
    found = collapse.right_at_every_phase(None, (50, 100), None)
    assert found == [[True, False], [True, True]]
    assert asked == [*range(50, 60), *range(100, 110)]


def test_right_at_every_length_by_the_net_s_own_prediction_and_by_c(chunker):
    net = collapsed.train(core.Config(seed=4, T=12), 3, chunker, 40)[1]
    lengths = (12, 13, 40)
    own, read = collapse.right_at(net, lengths, chunker)
    for T, one, other in zip(lengths, own, read):
        logits = core.score(collapsed.symbols_only(net), training.both_sequences(T))[1]
        assert one == (logits[:, :2].argmax(axis=1).tolist() == [0, 1])
        (hidden,) = collapsed.states_at(net, [T])
        state = (hidden @ net.W_hy + net.b_y)[:, core.VOCAB :] / np.sqrt(collapsed.STATE_WEIGHT)
        of_c = state @ chunker.W_hy + chunker.b_y
        assert other == (of_c[:, :2].argmax(axis=1).tolist() == [0, 1])
