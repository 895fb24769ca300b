"""page/js/rnn.js is the module's net: the same losses and gradients, shown in the browser."""

import numpy as np
import pytest

import chunker_very_deep_1200 as core

IN_BROWSER = """({ hidden, symbols, flat, steps, batch, tokens, length, lr, first }) => {
  const net = rnn.netOf(hidden, symbols, flat);
  const u = rnn.unroll(net, steps, batch);
  u.tokens.set(tokens);
  u.hidden.set(first);
  rnn.forward(net, u);
  const losses = Array.from(rnn.losses(net, u));
  const grad = rnn.zeroNet(hidden, symbols);
  rnn.backward(net, grad, u);
  const gradient = Array.from(grad.flat);
  const norms = Array.from(rnn.gradientNorms(net, tokens.filter((_, i) => i % batch === 0)));
  rnn.learn(net, rnn.zeroNet(hidden, symbols), u, length, lr);
  return { losses, gradient, norms, learnt: Array.from(net.flat), said: rnn.meanLoss(net, u) };
}"""


def relative(found, wanted):
    wanted = np.asarray(wanted)
    return np.linalg.norm(np.ravel(found) - wanted.ravel()) / np.linalg.norm(wanted)


@pytest.fixture(scope="module")
def tab(browser):
    page = browser.new_page()
    page.goto((core.HERE / "page" / "index.html").as_uri())
    yield page
    page.close()


@pytest.mark.parametrize("case", range(24))
def test_losses_and_gradients_are_python_s(tab, case):
    rng = np.random.default_rng(case)
    hidden, symbols = int(rng.integers(1, 25)), int(rng.integers(2, 28))
    steps, batch = int(rng.integers(2, 80)), int(rng.integers(1, 5))
    # not chaotic: those make of a last bit as much as they are given time for
    std = float(rng.choice([0.3, 0.6, 0.9])) / np.sqrt(hidden)
    net = core.init_rnn(rng, hidden, std, symbols, symbols)
    net.b_h[...], net.b_y[...] = rng.normal(size=hidden), rng.normal(size=symbols)
    tokens = rng.integers(symbols, size=(steps + 1, batch))
    length, lr = int(rng.integers(1, steps + 1)), 0.05
    u = core.buffers(net, steps, batch)
    u.hidden[0] = rng.uniform(-0.5, 0.5, (batch, hidden))
    found = tab.evaluate(IN_BROWSER, {
        "hidden": hidden, "symbols": symbols, "flat": net.flat.tolist(), "steps": steps,
        "batch": batch, "tokens": tokens.ravel().tolist(), "length": length, "lr": lr,
        "first": u.hidden[0].ravel().tolist(),
    })  # fmt: skip
    core.load(u, tokens)
    core.forward(net, u)
    losses = -np.log(np.take_along_axis(u.probs, tokens[1:, :, None], axis=2)[..., 0])
    assert np.abs(np.array(found["losses"]) / losses.ravel() - 1).max() < 1e-12
    grad = core.zeros_like(net)
    core.backward(net, grad, u)
    assert relative(found["gradient"], grad.flat) < 1e-12
    norms = core.gradient_norms(net, tokens[:, 0])
    assert np.abs(np.array(found["norms"]) / norms - 1).max() < 1e-12
    for part in core.windows(u, length):
        core.update(net, grad, part, lr)
    assert relative(found["learnt"], net.flat) < 1e-12
    assert found["said"] == pytest.approx(core.mean_loss(u), rel=1e-12)


def test_another_net_is_noticed(tab):
    """The comparison can fail: a weight moved by a billionth is seen."""
    rng = np.random.default_rng(0)
    net = core.init_rnn(rng, 5, 0.5, 4, 4)
    given = {"hidden": 5, "symbols": 4, "steps": 6, "batch": 1, "tokens": [0, 1, 2, 3, 0, 1, 2],
             "length": 3, "lr": 0.1, "first": [0.0] * 5}  # fmt: skip
    one = tab.evaluate(IN_BROWSER, {**given, "flat": net.flat.tolist()})
    net.W_hh[0, 0] += 1e-9
    other = tab.evaluate(IN_BROWSER, {**given, "flat": net.flat.tolist()})
    assert relative(one["losses"], other["losses"]) > 1e-12
