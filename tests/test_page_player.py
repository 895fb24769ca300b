"""Scene `player` and js/letters.js: what they show and compute is what Python does."""

import copy

import numpy as np
import pytest

import studies.page as page
from studies.lab import clusters, grammar, letters, writers
from studies.lab import word_states as ws
from studies.lab.catalogue import results_of
from studies.memory import player as study
from studies.page import player


@pytest.fixture(scope="module")
def results():
    return results_of("player")


def data_of(scene):
    return scene.locator(".stage").evaluate("stage => ({...stage.dataset})")


def share_of_words(text):
    words = text.split(" ")[:-1]
    return np.mean([word in grammar.CLASS_OF for word in words])


def test_the_net_of_letters_is_python_s(open_page, results):
    """Weights, states, predictions, losses and texts written with the same random numbers."""
    tab = open_page()
    text = "the cat sat on a zebra and the king eats"
    symbols = grammar.encode(f" {text}")
    for at, drawn in enumerate(results["drawn"]):
        net = study.decoded(drawn["weights"])
        p, h = letters.predicted(net, symbols)
        found = tab.evaluate(
            """([at, text]) => {
              const net = lettersNet(DATA.scenes.player.data.stops[at].weights);
              const { hidden, probs } = letters.predicted(net, " " + text.slice(0, -1));
              return {flat: [...net.flat], hidden: [...hidden], probs: [...probs],
                      losses: [...letters.losses(net, text)],
                      later: [...letters.losses(net, text.slice(9), " " + text.slice(0, 9))]};
            }""",
            [at, text],
        )
        assert np.array_equal(found["flat"], net.flat)
        losses = letters.nats(p, symbols)
        wanted = (("hidden", h), ("probs", p), ("losses", losses), ("later", losses[9:]))
        for name, value in wanted:
            assert np.abs(np.array(found[name]) - value.ravel()).max() < 1e-9, name
    uniform = np.random.default_rng(0).random(300)
    for temperature in (0.3, 0.8, 1.5):
        wrote = tab.evaluate(
            """([uniform, temperature]) => {
              let at = 0;
              const random = () => uniform[at++];
              return letters.write(letters.trained(), temperature, random, 200, " the");
            }""",
            [uniform.tolist(), temperature],
        )
        assert wrote == written(net, uniform, temperature, 200, " the")
    assert tab.evaluate("() => [...letters.encode('az ')]") == [1, 26, 0]


def written(net, uniform, temperature, n, before):
    class Given:
        at = 0

        def random(self, n):
            Given.at += 1
            return uniform[[Given.at - 1]]

    Given.at = 0
    came, _ = writers.written(
        writers.net_reader(net, 1), Given(), grammar.encode(before)[:, None], n,
        np.array([temperature]),
    )  # fmt: skip
    return grammar.spelt(came[:, 0])


def test_every_stop_shows_its_numbers(open_page, results):
    scene = open_page("player")
    slider = scene.get_by_label("updates of the weights")
    for at, (updates, means, drawn) in enumerate(
        zip(results["updates"], results["stops"], results["drawn"])
    ):
        slider.fill(str(at))
        data, status = data_of(scene), scene.locator(".status").first.inner_text()
        assert int(data["updates"]) == updates and f"After {updates:,} updates" in status
        assert f"{means['loss']['mean']:.3f} nats" in status
        for name in ("loss", "words", "index"):
            assert float(data[name]) == pytest.approx(means[name]["mean"], rel=1e-3)
        assert data["text"] == drawn["text"] and float(data["share"]) == pytest.approx(
            share_of_words(drawn["text"])
        )
        order = data["order"].split()
        assert sorted(order) == sorted(drawn["tree"]["words"])
        assert cut_into_nine(order, drawn["tree"], float(data["cut"]))
        series = scene.locator("[data-series='of the last letter alone']")
        assert series.get_attribute("d").count("L") == results["chunk"] - 1
        assert scene.locator("circle.now").count() == 1
        assert scene.locator(".text .no").count() > 0 or share_of_words(drawn["text"]) == 1
    chart = scene.locator("figure.chart svg").first
    box = chart.bounding_box()
    chart.click(position={"x": 60, "y": box["height"] / 2})
    assert slider.input_value() == "0"
    chart.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    assert 0 < int(slider.input_value()) < len(results["updates"]) - 1


def cut_into_nine(order, tree, cut):
    """The branches at the cut are scipy's, and each is a stretch of the order that is shown."""
    linkage = np.array(tree["linkage"])
    branch = clusters.hierarchy.fcluster(linkage, cut, "distance")
    n = len(set(ws.KINDS))
    assert len(set(branch)) == n
    same = clusters.adjusted_rand(branch, clusters.hierarchy.fcluster(linkage, n, "maxclust"))
    of = dict(zip(tree["words"], branch))
    changes = sum(of[a] != of[b] for a, b in zip(order, order[1:]))
    return same == 1 and changes == n - 1


def test_the_net_writes_here_and_the_study_s_text_comes_back(open_page, results):
    scene = open_page("player")
    stored = data_of(scene)["text"]
    scene.get_by_role("button", name="Write anew").click()
    one = data_of(scene)["text"]
    assert len(one) == len(stored) and one != stored
    assert "Written here" in scene.locator(".said").nth(2).inner_text()
    assert float(data_of(scene)["share"]) == pytest.approx(share_of_words(one))
    scene.get_by_role("button", name="Write anew").click()
    two = data_of(scene)["text"]
    assert two != one
    temperature = scene.get_by_label("temperature", exact=False)
    temperature.fill("2")
    bold = data_of(scene)
    assert bold["text"] != two and float(bold["share"]) < float(share_of_words(two))
    assert scene.locator(".text .no").count() > 3
    temperature.fill("0.1")
    assert float(data_of(scene)["share"]) > 0.9
    scene.get_by_label("updates of the weights").fill("0")
    assert float(data_of(scene)["share"]) < 0.2
    scene.get_by_role("button", name="The study's text").click()
    assert data_of(scene)["text"] == results["drawn"][0]["text"]
    assert float(temperature.input_value()) == results["temperature"]


def test_the_finding_follows_the_results(results):
    classes = copy.deepcopy(results_of("classes"))
    said = player.finding(results, classes)
    assert f"{results['exact']['mean']:.2f} on average" in said and "agree more" in said
    classes["agreement"]["net"]["classes"]["index"]["mean"] = 0.99
    assert "agree less" in player.finding(results, classes)
    assert page.scene_of("player")["finding"] == said
