"""Scene `context`: the bars are what Python's net expects after what was typed."""

import numpy as np
import pytest

from studies.lab import grammar, letters
from studies.lab.catalogue import results_of
from studies.memory import player
from studies.page import context

FIELDS = ("first beginning", "second beginning")

# where the bars of a side end, measured by the ticks of its axis at 0 and 100%
ENDS = """(stage, side) => {
  const bars = [...stage.querySelectorAll(`rect.fill-${side}`)];
  const ticks = [...bars[0].parentNode.querySelectorAll(".axis .tick")].map((tick) =>
    Number(tick.getAttribute("transform").match(/\\(([^,]+)/)[1]));
  return bars.map((bar) => {
    const [x, width] = ["x", "width"].map((name) => Number(bar.getAttribute(name)));
    return (x + (side === "chunker" ? width : 0) - ticks[0]) / (ticks.at(-1) - ticks[0]);
  });
}"""


@pytest.fixture(scope="module")
def net():
    return player.decoded(results_of("player")["drawn"][-1]["weights"])


def after(net, text):
    """p of the letter after a text."""
    return letters.predicted(net, np.append(grammar.encode(f" {text}"), 0))[0][-1]


def shown(scene, what):
    return np.array(scene.locator(".stage").get_attribute(f"data-{what}").split(), float)


def test_bars_are_what_the_net_expects(open_page, net):
    scene = open_page("context")
    for number, pair in enumerate(context.PAIRS):
        scene.get_by_label("two beginnings").select_option(str(number))
        assert pair[0][-1] == pair[1][-1]
        for what, text, label, side in zip(
            ("first", "second"), pair, FIELDS, ("automatizer", "chunker")
        ):
            assert scene.get_by_label(label).input_value() == text
            assert np.abs(shown(scene, what) - after(net, text)).max() < 1e-9
            ends = scene.locator(".stage").evaluate(ENDS, side)
            assert ends == pytest.approx(after(net, text), abs=0.01)
    fields = [scene.get_by_label(label) for label in FIELDS]
    fields[0].fill("the queen")
    fields[1].fill("a kin")
    p, q = after(net, "the queen"), after(net, "a kin")
    assert np.abs(shown(scene, "first") - p).max() < 1e-9
    moved = float(scene.locator(".stage").get_attribute("data-moved"))
    assert moved == pytest.approx(np.abs(p - q).sum() / 2, abs=1e-9)
    assert f"{moved:.0%} of the probability has moved" in scene.locator(".status").inner_text()
    bar = scene.locator("rect.fill-chunker").nth(grammar.LETTERS.index("g"))
    assert float(bar.get_attribute("width")) > 200  # "kin" goes on with g

    wrong = scene.get_by_role("alert")
    before = shown(scene, "first")
    for typed, said in (("The dog", "take out"), ("", "Type a letter"), ("a dog", "same letter")):
        fields[0].fill(typed)
        assert said in wrong.nth(0).inner_text()
        assert (shown(scene, "first") == before).all()
    fields[1].fill("a frog")  # both in g now: that mends the first as well
    assert not wrong.nth(0).inner_text() and not wrong.nth(1).inner_text()
    assert np.abs(shown(scene, "first") - after(net, "a dog")).max() < 1e-9


def test_the_table_counts_pairs():
    symbols = letters.texts(100)[0].symbols
    counts = np.zeros((27, 27))
    np.add.at(counts, (symbols[:-1], symbols[1:]), 1)
    table = context.table(100)
    often = counts.sum(axis=1) > 500
    share = counts[often] / counts[often].sum(axis=1, keepdims=True)
    assert np.abs(table[often] - share).max() < 1e-3
    assert np.allclose(table.sum(axis=1), 1)


def test_the_finding_says_who_pays_less():
    def read(name):
        return results[name]

    results = {"letters": results_of("letters"), "player": {"first_seed": 100}}
    assert "more than the net" in context.scene(read)[0]
    of = {**results["letters"]["predictors"]}
    of["table 6"] = {"fixed": {"loss": {"mean": 0.3}}}
    results["letters"] = {"predictors": of}
    said = context.scene(read)[0]
    assert "last 6 letters" in said and "less than the net" in said
    of["net"] = {"fixed": {"loss": {"mean": 2.0}}}
    assert "holds" not in context.scene(read)[0]
