"""Scene `cell`: states, products and predictions are Python's, for each cell, letter and step."""

import json

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies import page
from studies.page import cell


@pytest.fixture(scope="module")
def data():
    return cell.scene(page.reader(cell.SOURCE))[1]


def net_of(data, radius):
    net = core.zero_rnn(data["units"], len(data["symbols"]), len(data["symbols"]))
    net.flat[...] = data["net"]
    net.W_hh[...] *= radius
    return net


def states(net, tokens, kind):
    """By the equations, without the module's own forward."""
    h = np.ones(3) if kind == "recurrence" else np.zeros(3)
    found = []
    for x in tokens:
        back = 0 if kind == "forward" else h @ net.W_hh
        h = back if kind == "recurrence" else net.W_xh[x] + net.b_h + back
        h = h if kind in ("recurrence", "input") else np.tanh(h)
        found.append(h)
    return np.array(found)


# the lines of a chart, a row for each, measured by its ticks at 0 and 1
LINES = """figure => {
  const tick = (said) => Number([...figure.querySelectorAll(".grid .tick")]
    .find((t) => t.textContent === said).getAttribute("transform").match(/,([^)]+)/)[1]);
  const [zero, one] = [tick("0"), tick("1")];
  return [...figure.querySelectorAll("path.line")].map((line) =>
    [...line.getAttribute("d").matchAll(/,([-\\d.e]+)/g)].map((y) => (y[1] - zero) / (one - zero)));
}"""


def plain(said):
    return said.replace("\N{MINUS SIGN}", "-").replace("\N{MULTIPLICATION SIGN}", "x")


def test_the_net_has_the_spectral_radius_that_is_said(data):
    radius = np.abs(np.linalg.eigvals(net_of(data, 1.0).W_hh)).max()
    assert radius == pytest.approx(1, abs=1e-5)
    assert data["net"] == page.rounded(cell.net()[0].flat.tolist(), 6)


def test_states_and_products_are_python_s(open_page, data):
    scene = open_page("cell")
    stage, slider = scene.locator(".stage"), scene.get_by_label("size of W_hh", exact=False)

    def found(key):
        return np.array(json.loads(stage.get_attribute(f"data-{key}")))

    text, step = data["text"], 2
    for kind in ("forward", "recurrence", "input", "tanh", "output"):
        scene.get_by_label("the cell has").select_option(kind)
        for radius in (0.5, 1.4)[kind == "forward" :]:
            slider.fill(str(radius))
            tokens = [data["symbols"].index(letter) for letter in text]
            net = net_of(data, radius)
            wanted = states(net, tokens, kind)
            assert found("states") == pytest.approx(wanted, rel=1e-10, abs=1e-12)
            assert scene.locator("figure path.line").count() >= 3
            if kind not in ("recurrence", "input"):  # the others have no tick at 1
                lines = scene.locator("figure.chart").first.evaluate(LINES)
                assert np.abs(np.array(lines).T - wanted).max() < 0.02
    assert float(stage.get_attribute("data-largest")) <= 1
    assert scene.locator("figure.chart:visible").count() == 2

    scene.get_by_label("text of", exact=False).fill("hat the")  # another text, another step
    tokens = [data["symbols"].index(letter) for letter in "hat the"]
    scene.get_by_label("step t").fill("4")
    u = core.buffers(net, len(tokens) - 1, 1)
    core.load(u, np.array(tokens)[:, None])
    core.forward(net, u)
    assert found("full") == pytest.approx(u.hidden[5, 0], rel=1e-12)
    assert found("probs") == pytest.approx(u.probs[4, 0], rel=1e-12)
    before, h = u.hidden[4, 0], u.hidden[5, 0]
    table, output = scene.locator("table").nth(0), scene.locator("table").nth(1)
    w = net.W_hh[1, 2]
    wanted = f"{before[1]:.2f} x {w:.2f}= {before[1] * w:.2f}"
    assert plain(table.locator("tr").nth(3).locator("td").nth(2).text_content()) == wanted
    assert output.locator("tr").last.locator("td").all_inner_texts() == [
        f"{p:.2f}" for p in u.probs[4, 0]
    ]
    logit = h @ net.W_hy[:, 3] + net.b_y[3]
    row = output.locator("tr").nth(5).locator("td").nth(3)
    assert plain(row.inner_text()) == f"{logit:.2f}"

    step = scene.get_by_label("step t")
    chart = scene.locator("figure.chart svg").first  # pointing at the chart chooses the step
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    scene.page.mouse.click(box["x"] + 58, box["y"] + 80)
    assert step.input_value() == "0"


def test_other_letters_and_lengths_are_refused(open_page):
    scene = open_page("cell")
    field, wrong = scene.get_by_label("text of", exact=False), scene.locator(".wrong")
    before = scene.locator(".stage").get_attribute("data-states")
    for typed, says in (("the dog", "does not know “d”"), ("", "2 to 12"), ("t" * 13, "2 to 12")):
        field.fill(typed)
        assert says in wrong.inner_text()
        assert scene.locator(".stage").get_attribute("data-states") == before
        scene.get_by_label("size of W_hh", exact=False).fill("1")  # nothing breaks meanwhile
    field.fill("te")
    assert wrong.inner_text() == "" and scene.get_by_label("step t").get_attribute("max") == "1"
    assert len(json.loads(scene.locator(".stage").get_attribute("data-states"))) == 2


def test_one_hot_and_embedding(open_page, data):
    scene = open_page("cell")
    stage = scene.locator(".stage")
    scene.get_by_label("q", exact=True).check()
    at = data["letters"].index("q")
    assert stage.get_attribute("data-one-hot") == "".join(str(int(i == at)) for i in range(27))
    assert json.loads(stage.get_attribute("data-dense")) == data["embedding"][at][:16]
    assert stage.get_attribute("data-weights") == f"{27 * 64} {27 * 16 + 16 * 64} 7371"
    scene.get_by_label("q", exact=True).press("ArrowRight")  # by keyboard
    assert stage.get_attribute("data-letter") == "r"
    scene.get_by_label("width of the embedding", exact=False).fill("20")
    assert stage.get_attribute("data-weights") == f"1728 {91 * 20} {7643 - 1728 + 91 * 20}"
    assert "(+92)" in scene.locator("table").last.inner_text()
