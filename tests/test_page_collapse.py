"""Scene `collapse`: the net in the browser goes as it goes in Python, also when it is kicked."""

import json

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.chunker import signals
from studies.lab.catalogue import results_of
from studies.lab.tasks import filler


@pytest.fixture(scope="module")
def net():
    given = results_of("signals")["example"]["net"]
    net = core.zero_rnn(given["hidden"])
    net.flat[...] = given["flat"]
    return net


# the colour of the orbit's place nearest to the state, how near, and the key's for each trigger
NEAREST = """svg => {
  const state = svg.querySelector("circle.state");
  const at = ["cx", "cy"].map((way) => Number(state.getAttribute(way)));
  const fill = (mark) => mark.getAttribute("class");
  const places = [...svg.querySelectorAll("g > g > path[class^=fill-]")].map((mark) => {
    const { e: x, f: y } = mark.parentNode.transform.baseVal.consolidate().matrix;
    return [Math.hypot(x - at[0], y - at[1]), fill(mark)];
  }).sort((a, b) => a[0] - b[0]);
  const key = (name) => fill([...svg.querySelectorAll("text")]
    .find((text) => text.textContent === name).previousElementSibling);
  return [...places[0], key("after A"), key("after B")];
}"""


def gone_on(net, h, tokens):
    """The state after these symbols, and by how much A's logit is over B's."""
    last = signals.along(net, np.asarray(tokens)[:, None], np.asarray(h)[None])[-1, 0]
    logits = core.read_out(net, last)
    return last, logits[0] - logits[1]


def orbits(net):
    n = 2 * signals.TURN * signals.TURNS
    states = signals.along(net, signals.turning(n + 1), np.zeros((2, len(net.b_h))))
    return signals.orbits_of(states)


def data(scene):
    return {
        key: json.loads(value)
        for key, value in scene.locator(".stage")
        .element_handle()
        .evaluate("stage => ({...stage.dataset})")
        .items()
    }


def press(scene, name):
    scene.get_by_role("button", name=name, exact=True).click()
    return data(scene)


def test_the_net_is_python_s_step_by_step(open_page, net):
    scene, zeros = open_page("collapse"), np.zeros(len(net.b_h))
    for trigger, label in enumerate("AB"):
        scene.get_by_label("trigger", exact=False).select_option(label=label)
        assert press(scene, "Begin with it")["t"] == 0
        tokens = [trigger]
        for n in (5, 100, 1200):
            tokens += filler(np.arange(len(tokens), len(tokens) + n)).tolist()
            found = press(scene, f"{n:,} steps")
            wanted, margin = gone_on(net, zeros, tokens)
            assert np.abs(found["hidden"] - wanted).max() < 1e-9
            assert found["margin"] == pytest.approx(margin, abs=1e-9)
            assert found["t"] == len(tokens) - 1
        assert found["on"] == trigger and (margin > 0) == (label == "A")
        near, colour, *key = scene.locator(".plane svg").evaluate(NEAREST)
        assert near < 1 and colour == key[trigger] != key[1 - trigger]
        said = scene.locator("p.status").first.inner_text()
        assert f"on {label}'s orbit" in said and f"answer {label}" in said

    # the other trigger in the midst of the filler
    scene.get_by_label("trigger", exact=False).select_option(label="A")
    before = found["hidden"]
    press(scene, "Inject it now")
    found = press(scene, "100 steps")
    wanted, _ = gone_on(net, before, [0, *filler(np.arange(1, 101))])
    assert np.abs(found["hidden"] - wanted).max() < 1e-9
    on = signals.on_orbit(wanted[None], orbits(net))[0]
    assert found["on"] == on

    # Play goes on by itself, Stop ends it
    press(scene, "Play")
    at = "at => Number(document.querySelector('#collapse .stage').dataset.t) > at"
    scene.page.wait_for_function(at, arg=found["t"] + 1)
    stopped = press(scene, "Stop")["t"]
    scene.page.wait_for_timeout(200)
    assert data(scene)["t"] == stopped and scene.get_by_role("button", name="Play").is_visible()


def test_kicks_and_how_many_of_them_break_the_latch(open_page, net):
    scene, two = open_page("collapse"), orbits(net)
    gap = np.linalg.norm(two[-1, 0] - two[-1, 1])
    ends = set()
    for size in (0.25, 3):
        scene.get_by_label("kick, in", exact=False).fill(str(size))
        for _ in range(3):
            before = press(scene, "5 steps")
            found = press(scene, "Kick, then 40 steps")
            kick = np.subtract(found["kicked"], before["hidden"])
            assert np.linalg.norm(kick) == pytest.approx(size * gap, rel=1e-9)
            steps = before["t"] + 1 + np.arange(40)
            wanted, _ = gone_on(net, found["kicked"], filler(steps))
            assert np.abs(found["hidden"] - wanted).max() < 1e-7
            on = int(signals.on_orbit(wanted[None], two)[0])
            assert found["end"] == on
            said = scene.locator("p.status").nth(1).inner_text()
            word = "neither" if on < 0 else "came back" if on == before["on"] else "went over"
            assert word in said
            ends.add((size, word))
    assert (0.25, "came back") in ends and not ends & {(0.25, "went over"), (0.25, "neither")}

    # a hundred at once: the same directions in Python
    directions = scene.page.evaluate(
        """H => Array.from({ length: 100 }, (_, i) => {
          const random = headline.generator(1000 + i, 99);
          return Array.from({ length: H }, () => headline.normal(random));
        })""",
        len(net.b_h),
    )
    kicks = np.array(directions)
    kicks *= 1.5 * gap / np.linalg.norm(kicks, axis=1, keepdims=True)
    orbit = np.arange(100) % 2
    after = np.repeat(filler(1 + np.arange(200))[:, None], 100, axis=1)
    on = signals.on_orbit(signals.along(net, after, two[-1, orbit] + kicks)[-1], two)
    scene.get_by_label("kick, in", exact=False).fill("1.5")
    back, over = data(scene)["tried"]
    assert back == (on == orbit).mean() < 1 and over == (on == 1 - orbit).mean() > 0
    assert scene.locator("path.tried").count() == 2


def test_with_reduced_motion_nothing_can_play(open_page):
    scene = open_page("collapse", reduced_motion="reduce")
    assert scene.get_by_role("button", name="Play").count() == 0
    at = data(scene)["t"]
    assert press(scene, "5 steps")["t"] == at + 5
