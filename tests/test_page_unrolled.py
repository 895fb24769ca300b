"""Scene `unrolled`: the gradient at each step is Python's, and the arrows are as wide as it."""

import json

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies import page
from studies.page import unrolled


def wanted(data, T, radius, all_steps):
    """||dL/dh_t||, t = 0 .. T-1, by the recursion of the document."""
    V = len(data["symbols"])
    net = core.zero_rnn(data["units"], V, V)
    net.flat[...] = data["net"]
    net.W_hh[...] *= radius
    tokens = np.array([data["symbols"].index(letter) for letter in data["text"][: T + 1]])
    if not all_steps:
        return core.gradient_norms(net, tokens)
    u = core.buffers(net, T, 1)
    core.load(u, tokens[:, None])
    core.forward(net, u)
    norms, after = [], np.zeros(data["units"])
    for t in reversed(range(T)):
        g = net.W_hy @ (u.probs[t, 0] - np.eye(V)[tokens[t + 1]]) + net.W_hh @ after
        after = g * (1 - u.hidden[t + 1, 0] ** 2)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])


def test_gradients_are_python_s_and_fade(open_page):
    data = unrolled.scene(page.reader(unrolled.SOURCE))[1]
    scene = open_page("unrolled")
    stage = scene.locator(".stage")
    for T, radius, loss in (
        (25, 0.8, "last"),
        (25, 1.5, "last"),
        (4, 0.3, "all"),
        (13, 1.2, "all"),
    ):
        scene.get_by_label("T, steps").fill(str(T))
        scene.get_by_label("spectral radius").fill(str(radius))
        scene.get_by_label("loss", exact=True).select_option(loss)
        norms = np.array(json.loads(stage.get_attribute("data-norms")))
        assert norms == pytest.approx(wanted(data, T, radius, loss == "all"), rel=1e-10)
        assert stage.get_attribute("data-parameters") == "174" == str(len(data["net"]))
        assert f"unshared they would be {174 * T:,}" in scene.locator(".status").inner_text()
        assert scene.locator("rect.unit").count() == T
        assert scene.locator("text.lit").count() == (T if loss == "all" else 1)
        bent = scene.locator(".bent")
        widths = [float(w) for w in bent.evaluate_all(
            "all => all.map((a) => a.getAttribute('stroke-width'))")][::-1]  # fmt: skip
        slope = (max(widths) - 0.6) / norms.max()
        assert widths == pytest.approx((0.6 + slope * norms).tolist(), rel=1e-9)
        dashed = bent.evaluate_all(
            "all => all.filter((a) => a.hasAttribute('stroke-dasharray')).length"
        )
        assert dashed == (norms < core.CUTOFF * norms[-1]).sum()


def test_the_drawn_net_has_eigenvalues_of_size_one():
    eigenvalues = np.linalg.eigvals(unrolled.net().W_hh)
    assert np.abs(eigenvalues) == pytest.approx(1)
