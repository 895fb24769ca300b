"""Nets of other kinds: their gradients, what they are equal to, RTRL, the net laid flat."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.lab import dynamics, grammar, letters, variants
from studies.lab.variants import CHUNK

N = letters.N_SYMBOLS


def text_of(seed, n):
    return np.random.default_rng(seed).integers(N, size=n)


def plain(seed, H=6):
    return core.init_rnn(np.random.default_rng(seed), H, 0.6, N, N)


def ways(seed):
    """One of each kind, small; biases and gains as after some learning."""
    rng, net = np.random.default_rng(seed), plain(seed)
    found = {
        "one layer": variants.Stacked(variants.initial_stack(rng, (6,))),
        "three layers": variants.Stacked(variants.initial_stack(rng, (5, 4, 3))),
        "embedded": variants.Embedded(variants.initial_embedding(rng, net, 3)),
        "normalised": variants.Normalised(variants.initial_normed(net)),
        "held": variants.Dropped(plain(seed), 0.4, True, rng),
        "anew": variants.Dropped(plain(seed), 0.4, False, rng),
    }
    for way in found.values():
        way.net.flat[...] += rng.normal(0, 0.1, len(way.net.flat))
    return found


def fixed(way):
    """The masks that were drawn last stay."""
    if isinstance(way, variants.Dropped):
        way.draw = lambda: None
    return way


@pytest.mark.parametrize("name", ways(0))
def test_gradient_of_a_chunk_against_central_differences(name):
    """With a state carried over, which is constant."""
    way, x = ways(1)[name], text_of(2, 2 * CHUNK + 1)
    way.gradient(x[: CHUNK + 1], True)
    way.gradient(x[CHUNK:], False)
    us = way.u if isinstance(way.u, list) else [way.u]
    before = [u.hidden[0].copy() for u in us]
    proposed = getattr(way, "proposed", np.zeros((1, 1)))[0].copy()
    found = way.grad.flat.copy()
    assert any(np.abs(h).max() > 0.1 for h in before)

    def loss():
        for u, h in zip(us, before):
            u.hidden[0] = h
        if isinstance(way, variants.Dropped):
            way.proposed[0] = proposed
        way.forward(way.u) if not isinstance(way, variants.Embedded) else core.forward(
            variants.as_plain(way.net), way.u
        )
        p = us[-1].flat.probs
        return -np.log(p[np.arange(CHUNK), x[CHUNK + 1 :]]).sum()

    theta, rng = way.net.flat, np.random.default_rng(3)
    for i in rng.permutation(len(theta))[:60]:
        at = theta[i]
        theta[i] = at + 1e-5
        up = loss()
        theta[i] = at - 1e-5
        down = loss()
        theta[i] = at
        assert found[i] == pytest.approx((up - down) / 2e-5, rel=1e-6, abs=1e-7)


def test_masks_are_held_or_drawn_anew_and_keep_the_mean():
    held, anew = (fixed_rng(way) for way in (True, False))
    for way in (held, anew):
        way.draw()
        values = np.unique(way.mask[1:])
        assert values == pytest.approx([0.0, 1 / 0.75])
        assert (way.mask[1:] > 0).mean() == pytest.approx(0.75, abs=0.08)
    last = anew.mask[-1].copy()
    assert (held.mask == held.mask[0]).all() and not (anew.mask[1:] == anew.mask[1]).all()
    anew.draw()
    assert np.array_equal(anew.mask[0], last)  # of the state that is carried over
    assert not np.array_equal(anew.mask[-1], last)


def fixed_rng(held):
    return variants.Dropped(plain(0, 64), 0.25, held, np.random.default_rng(1))


def test_a_dropped_unit_reaches_neither_the_next_state_nor_the_output():
    way = ways(4)["held"]
    way.gradient(text_of(5, CHUNK + 1), True)
    gone = way.mask[1] == 0
    assert gone.any() and not gone.all()
    assert not way.u.flat.h[:, gone].any() and way.proposed[1:, gone].any()
    assert not way.grad.W_hy[gone].any() and not way.grad.W_hh[gone].any()


def test_without_dropping_or_layers_a_way_learns_as_the_net_of_letters():
    x = text_of(6, 4 * CHUNK + 1)
    net = letters.learn(letters.untrained(3), x, 8)
    stack = variants.zero_stack((letters.HIDDEN,))
    stack.flat[...] = letters.untrained(3).flat
    rng = np.random.default_rng(0)
    for way in (
        variants.Stacked(stack),
        variants.Dropped(letters.untrained(3), 0.0, False, rng),
        variants.Dropped(letters.untrained(3), 0.0, True, rng),
    ):
        variants.learn(way, x, 8)
        assert way.net.flat == pytest.approx(net.flat, abs=1e-12)
        assert way.predicted(x)[0] == pytest.approx(letters.predicted(net, x)[0], abs=1e-12)


def test_what_a_way_predicts_is_what_it_learns_with():
    x = text_of(7, CHUNK + 1)
    for name, way in ways(8).items():
        if name in ("held", "anew"):
            continue
        way.gradient(x, True)
        us = way.u if isinstance(way.u, list) else [way.u]
        assert way.predicted(x)[0] == pytest.approx(us[-1].flat.probs, abs=1e-14)


def test_a_normalised_state_by_the_formula():
    way, x = ways(9)["normalised"], text_of(10, 8)
    states = way.predicted(x)[1]
    net, h = way.net, np.zeros(6)
    for t in range(7):
        z = net.W_xh[x[t]] + h @ net.W_hh
        h = np.tanh(net.gain * (z - z.mean()) / np.sqrt(z.var() + variants.E_VARIANCE) + net.b_h)
        assert states[t] == pytest.approx(h, abs=1e-12)


def test_an_embedding_starts_as_large_as_the_plain_letters_and_adds_what_it_says():
    net = letters.untrained(0)
    embedded = variants.initial_embedding(np.random.default_rng(0), net, 16)
    assert variants.as_plain(embedded).W_xh.std() == pytest.approx(net.W_xh.std(), rel=0.2)
    assert len(embedded.flat) - len(net.flat) == 27 * 16 + 16 * 64 - 27 * 64
    assert np.array_equal(embedded.W_hh, net.W_hh) and np.array_equal(embedded.W_hy, net.W_hy)


@pytest.mark.parametrize("n_layers", [1, 2, 3, 4, 6])
def test_layers_of_equal_parameters(n_layers):
    target = len(letters.untrained(0).flat)
    sizes = variants.equal_sizes(n_layers, target)
    assert len(variants.zero_stack(sizes).flat) == variants.n_parameters(sizes)
    assert abs(variants.n_parameters(sizes) / target - 1) < 0.01
    assert len(sizes) == n_layers and max(sizes) - min(sizes) <= 1
    if n_layers == 1:
        assert sizes == (letters.HIDDEN,)


def test_layers_start_orthogonal():
    for layer in variants.initial_stack(np.random.default_rng(0), (7, 6)).layers:
        assert layer.W_hh @ layer.W_hh.T == pytest.approx(np.eye(len(layer.W_hh)), abs=1e-12)


def test_layers_start_as_large_as_the_plain_net():
    net = variants.initial_stack(np.random.default_rng(0), (100, 25))
    for W, n in ((net.layers[0].W_xh, 100), (net.layers[1].W_xh, 100), (net.W_hy, 25)):
        assert W.std() == pytest.approx(n**-0.5, rel=0.1)


def test_a_normalised_net_starts_as_the_plain_one_with_gains_of_1():
    net, start = variants.initial_normed(letters.untrained(0)), letters.untrained(0)
    assert (net.gain == 1).all() and not net.b_h.any()
    assert all(np.array_equal(getattr(net, W), getattr(start, W)) for W in ("W_xh", "W_hh", "W_hy"))


def test_divergence_is_said():
    way = ways(11)["normalised"]
    way.net.flat[0] = np.nan
    with pytest.raises(core.Diverged, match="update 1"):
        variants.learn(way, text_of(12, 2 * CHUNK), 2)


# ==== The same gradient ===========================================================================
@pytest.mark.parametrize("first", [0, 11])
def test_rtrl_is_bptt(first):
    net, x = plain(13), text_of(14, 16)
    usual, forward = variants.by_bptt(net, x, first), variants.by_rtrl(net, x, first)
    assert forward.flat == pytest.approx(usual.flat, abs=1e-12)
    assert np.abs(usual.W_hh).max() > 0.01
    if first:
        assert np.abs(variants.by_bptt(net, x).flat - usual.flat).max() > 0.01


def test_the_net_laid_flat_copy_by_copy():
    """The gradient of each layer's copy alone, by central differences; their sum is BPTT's."""
    net, x = plain(15, 4), text_of(16, 7)
    copies, p, grads = variants.by_layers(net, x)
    assert len(copies) == 6
    assert p == pytest.approx(letters.predicted(net, x)[0], abs=1e-14)
    total = np.sum([grad.flat for grad in grads], axis=0)
    assert total == pytest.approx(variants.by_bptt(net, x).flat, abs=1e-12)

    def loss():
        return letters.nats(variants.feed_forward(copies, x)[0], x).sum()

    for t in (0, 3):
        theta = copies[t].flat
        for i in np.random.default_rng(t).permutation(len(theta))[:80]:
            at = theta[i]
            theta[i] = at + 1e-5
            up = loss()
            theta[i] = at - 1e-5
            down = loss()
            theta[i] = at
            assert grads[t].flat[i] == pytest.approx((up - down) / 2e-5, abs=1e-7)


def test_gradients_in_numbers():
    net, x = plain(17), text_of(18, variants.BEFORE + CHUNK + 1)
    found = variants.gradients(net, x)
    assert max(found[key] for key in ("rtrl", "rtrl_whole", "copies", "outputs")) < 1e-12
    assert found["parameters"] == [len(net.flat)] * 3
    assert found["unshared"] == CHUNK * len(net.flat) and found["layers"] == CHUNK
    assert variants.apart(np.array([3.0, 5.0]), np.array([3.0, 4.0])) == pytest.approx(0.2)


def test_truncation_leaves_out_what_was_before():
    x = text_of(19, variants.BEFORE + CHUNK + 40)
    net = plain(20)
    assert variants.truncated(np.random.default_rng(0), net, x, 3) > 1e-4
    net.W_hh[...] = 0.0  # only the last state matters, and nothing reaches back over the edge
    u, rng = core.buffers(net, CHUNK, 1), np.random.default_rng(0)
    start = int(rng.integers(0, len(x) - variants.BEFORE - CHUNK - 1, 1)[0])
    u.hidden[0] = dynamics.states_of(net, x[start : start + variants.BEFORE])[-1]
    core.load(u, x[start + variants.BEFORE : start + variants.BEFORE + CHUNK + 1, None])
    core.forward(net, u)
    grad = core.zeros_like(net)
    core.backward(net, grad, u)
    away = variants.truncated(np.random.default_rng(0), net, x, 1)
    whole = variants.by_bptt(net, x[start : start + variants.BEFORE + CHUNK + 1], variants.BEFORE)
    assert away == pytest.approx(variants.apart(grad.flat, whole.flat)) and away < 1e-12


def test_multiply_adds_by_hand():
    """RTRL: H products for each of H sensitivities of H (H + letters + 1) weights, and the loss."""
    found = variants.costs((3, 5), (3,), 1)
    for H, n, kept in zip((3, 5), found["methods"]["RTRL"]["multiply_adds"], found["kept"]):
        weights = H * (H + N + 1)
        assert kept == H * weights
        states, outputs = H * H, H * N + N * N  # N N: the sum of softmax
        assert n == H * H * weights + H * weights + states + outputs + H * N
    for H, n in zip((3, 5), found["methods"]["BPTT"]["multiply_adds"]):
        step = 2 * H * H + 4 * H * N + N * N + H + N
        assert n == pytest.approx(step + H * H * (CHUNK - 1) / CHUNK)
    for of in found["methods"].values():
        assert len(of["seconds"]) == 1 and 0 < of["seconds"][0] < 0.1


# ==== Dropped units, and what is told =============================================================
def test_what_the_others_tell():
    rng = np.random.default_rng(21)
    h = rng.normal(size=(4000, 5))
    assert abs(variants.told_by_others(h)) < 0.02
    h[:, 1:] = h[:, :1] + 0.5 * rng.normal(size=(4000, 4))
    # units 1 .. 4 are x + e: of one of them the others tell x, but for what their own e hide
    X = np.column_stack([h[:, [0, 2, 3, 4]], np.ones(len(h))])
    W = np.linalg.lstsq(X[:2000], h[:2000, 1], rcond=None)[0]
    left = h[2000:, 1] - X[2000:] @ W
    share = 1 - (left**2).mean() / ((h[2000:, 1] - h[:2000, 1].mean()) ** 2).mean()
    assert variants.told_by_others(h) == pytest.approx(share, abs=0.03)
    assert variants.told_from_afar(h, 1500) < 0.02
    repeated = np.tile(h[:1000], (4, 1))
    assert variants.told_from_afar(repeated, 1000) == pytest.approx(1.0)


def test_units_set_to_0_and_read_on():
    net, x = plain(22, 8), text_of(23, 200)
    h = letters.predicted(net, x)[1]
    found = variants.after_dropping(np.random.default_rng(24), net, h, x, 30)
    assert all(len(of) == variants.LATER + 1 for of in found.values())
    tokens = x[50 + 1 + np.arange(variants.LATER + 1)][:, None]
    usual = letters.nats(letters.predicted(net, x)[0], x)[50 : 50 + variants.LATER + 1]
    assert variants.read_on(net, h[[50]], tokens)[:, 0] == pytest.approx(usual)
    net.W_hh[...] = 0.0  # no memory: nothing is left of it a step later
    found = variants.after_dropping(np.random.default_rng(24), net, h, x, 30)
    assert all(abs(of[0]) > 1e-4 and not any(of[1:]) for of in found.values())


def test_half_are_half(monkeypatch):
    seen = []
    monkeypatch.setattr(
        variants, "read_on", lambda net, h, tokens: seen.append(h) or np.zeros(tokens.shape)
    )
    variants.after_dropping(np.random.default_rng(0), None, np.ones((100, 8)), text_of(0, 101), 9)
    kept = [set(h.sum(axis=1)) for h in seen]
    assert kept == [{8.0}, {7.0}, {4.0}, {0.0}]


def test_labels_of_letters():
    """States that are the label itself tell all of it; states at random none."""
    text = letters.texts(0, 3000)[1]
    n = len(text.symbols) - 1
    before = np.append(0, text.symbols[: n - 1])
    assert variants.letter_and_class(np.eye(N)[before], text)["letter"] > 0.999
    classes = sorted(grammar.CLASSES)
    of = [classes.index(grammar.CLASS_OF[text.words[w - 1]]) for w in text.word[:n]]
    assert variants.letter_and_class(np.eye(len(classes))[of], text)["class"] > 0.99
    found = variants.letter_and_class(np.random.default_rng(0).normal(size=(n, 3)), text)
    assert max(found.values()) < 0.1
