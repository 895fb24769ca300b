"""The networks and the algorithms that the studies add to the core."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from test_network import assert_same_gradient, central_differences

import chunker_very_deep_1200 as core
from studies import lag20, lossless, nets


def test_gradient_of_the_chunker_with_a_clock():
    rng = np.random.default_rng(3)
    net = core.init_rnn(rng, 4, 0.5, lossless.WIDTH, lossless.WIDTH)
    grad = core.zero_rnn(4, lossless.WIDTH, lossless.WIDTH)
    expected = core.zero_rnn(4, lossless.WIDTH, lossless.WIDTH)
    stream = [(0, 1), (3, 4), (1203, 0), (1204, 6)]
    ones = np.array(lossless.described_all(stream))
    u = core.unroll(3, 1, 4, lossless.WIDTH, lossless.WIDTH)

    def loss():
        lossless.update_clock(net, core.zero_rnn(4, lossless.WIDTH, lossless.WIDTH), u, ones)
        return lossless.clock_loss(u)

    lossless.update_clock(net, grad, u, ones)
    expected.flat[...] = central_differences(loss, net.flat)
    used = np.abs(expected.W_xh).sum(axis=1) > 0  # most digits do not occur
    assert used.sum() > 5 and not grad.W_xh[~used].any()
    assert_same_gradient(grad, expected, 1e-6)
    outputs = lossless.Clock(net).outputs(stream)[:3, : core.VOCAB]  # its own forward pass
    p = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    assert np.allclose(p, u.probs[:, 0, : core.VOCAB], rtol=1e-12)


def test_gradient_of_the_net_with_a_target_unit():
    rng = np.random.default_rng(4)
    n_out = lag20.N_SYMBOLS + 1 + 2
    net = core.init_rnn(rng, 4, 0.5, lag20.N_SYMBOLS, n_out)
    grad = core.zero_rnn(4, lag20.N_SYMBOLS, n_out)
    expected = core.zero_rnn(4, lag20.N_SYMBOLS, n_out)
    u = core.unroll(3, 1, 4, lag20.N_SYMBOLS, n_out)
    core.load(u, rng.integers(lag20.N_SYMBOLS, size=(4, 1)), np.eye(lag20.N_SYMBOLS))
    goals = np.concatenate([u.onehot[1:, 0], rng.random((3, 3))], axis=1)
    goals[:, lag20.TARGET] = 0, 1, 0
    symbols, target = u.flat.probs[:, : lag20.N_SYMBOLS], u.flat.probs[:, lag20.TARGET]

    def loss():
        lag20.predict(net, u, symbols, target)
        d, state = goals[:, lag20.TARGET], u.flat.probs[:, lag20.TARGET + 1 :]
        return (
            -(goals[:, : lag20.N_SYMBOLS] * np.log(symbols)).sum()
            - (d * np.log(target) + (1 - d) * np.log(1 - target)).sum()
            + 0.5 * ((state - goals[:, lag20.TARGET + 1 :]) ** 2).sum()
        )

    loss()
    np.subtract(u.flat.probs, goals, u.flat.error)
    core.backward_from_error(net, grad, u)
    expected.flat[...] = central_differences(loss, net.flat)
    assert_same_gradient(grad, expected, 1e-6)


@settings(max_examples=1000, deadline=None)
@given(seed=st.integers(0, 2**40), longest=st.sampled_from([3, 30, 300, 3000]))
def test_expand_undoes_compress(seed, longest):
    rng = np.random.default_rng(seed)
    net, tokens = lossless.random_case(rng, longest, TRAINED)
    events = lossless.compress(net, tokens)
    assert np.array_equal(lossless.expand(net, events, len(tokens)), tokens)


TRAINED = nets.headline_nets(0, T=200)[0]


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**40), threshold=st.floats(0, 0.693))
def test_a_threshold_below_log_2_loses_nothing(seed, threshold):
    net, tokens = lossless.random_case(np.random.default_rng(seed), 200, TRAINED)
    events = lossless.compress(net, tokens, threshold)
    assert np.array_equal(lossless.expand(net, events, len(tokens)), tokens)


def test_a_threshold_above_log_2_can_lose():
    net = core.zero_rnn(1)
    net.b_y[:2] = 5.1, 5.0  # A is a little likelier than B: B costs little more than log 2
    tokens = np.array([0, 1])
    assert lossless.expand(net, lossless.compress(net, tokens, 0.7), 2).tolist() == [0, 1]
    assert lossless.expand(net, lossless.compress(net, tokens, 0.8), 2).tolist() == [0, 0]


def test_events_agree_with_the_cores_losses():
    tokens = core.trigger_recall(np.random.default_rng(0), 200, 1)
    loss, _ = core.score(TRAINED, tokens)
    at = [t for t, _ in lossless.compress(TRAINED, tokens[:, 0], 1.0)]
    assert at == np.flatnonzero(core.surprising(loss, 1.0)[:, 0]).tolist() == [0, 199]


def test_the_paper_s_stream():
    source = lag20.stream(np.random.default_rng(0), offset=2)
    taken = [next(source) for _ in range(19 + 21 * 50)]
    assert taken[0] == (3, 0.0)
    rest = np.array(taken[19:]).reshape(50, 21, 2)
    assert (rest[:, 1:, 0] == np.arange(2, 22)).all() and set(rest[:, 0, 0]) == {0, 1}
    assert not rest[:, :-1, 1].any() and (rest[:, -1, 1] == (rest[:, 0, 0] == 0)).all()
