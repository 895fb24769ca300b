"""Scene `regimes`: each picture, what the nets do there and what the study found, as in Python."""

import base64
import json

import numpy as np
import pytest

import chunker_very_deep_1200 as core
from studies.lab import catalogue, dynamics, grammar, letters
from studies.memory import attractors
from studies.page import regimes

H, STEPS = letters.HIDDEN, attractors.FULL.n_held


@pytest.fixture(scope="module")
def r():
    return catalogue.results_of("attractors")


@pytest.fixture(scope="module")
def player():
    return catalogue.results_of("player")


def found(scene):
    return scene.locator(".stage").evaluate("stage => ({...stage.dataset})")


def label(scene, place):
    return scene.locator(f".{place} svg[role=img]").first.get_attribute("aria-label")


# ==== One letter for ever =========================================================================
def net_at(player, stop):
    flat = np.frombuffer(base64.b64decode(player["drawn"][stop]["weights"]), "<f4")
    net = core.zero_rnn(H, letters.N_SYMBOLS, letters.N_SYMBOLS)
    net.flat[...] = flat
    return net


def every_path(net, before):
    """The state with each letter for ever, as the study has it: (steps, 27, H)."""
    h = dynamics.states_of(net, grammar.encode(before))[-1]
    n = letters.N_SYMBOLS
    return attractors.along(net, np.tile(np.arange(n), (STEPS, 1)), np.tile(h, (n, 1)))


def end_of(net, path, period):
    """Where a path ends, its exponent, and the angle of a fixed point's leading eigenvalue."""
    if period == 1:
        of = np.linalg.eigvals(dynamics.jacobians(net, path[-1:])[0])
        first = of[np.abs(of).argmax()]
        return "fixed", np.log(abs(first)), abs(np.angle(first))
    rate = attractors.exponent(net, path[STEPS // 2 :])
    return "cycle" if period else "chaos" if rate > attractors.EDGE else "open", rate, None


def test_a_letter_for_ever(open_page, player):
    scene, before, seen = open_page("regimes"), "the dog ", set()
    field = scene.get_by_label("read before it")
    field.fill(before)
    for stop in (0, 3, len(player["updates"]) - 1):
        net = net_at(player, stop)
        paths = every_path(net, before)
        periods = attractors.periods(paths)
        early = attractors.periods(paths[: STEPS // 2]) == periods  # later rounding decides
        scene.get_by_label("time of training", exact=True).fill(str(stop))
        for x in {int(periods[x]): x for x in np.flatnonzero(early)}.values():
            end, rate, angle = end_of(net, paths[:, x], periods[x])
            if end == "open" or (end == "chaos" and rate < 0.1):
                continue
            seen.add(end)
            scene.get_by_label("letter for ever").select_option(grammar.spelt([x]))
            now = found(scene)
            assert (now["end"], now["period"]) == (end, str(periods[x])), (stop, x)
            close = 0.05 if end == "chaos" else 1e-6  # the same path is not to be had in chaos
            assert float(now["exponent"]) == pytest.approx(rate, abs=close)
            if end == "fixed":
                assert float(now["angle"]) == pytest.approx(angle, abs=1e-5)
                turns = 1e-6 < angle < np.pi - 1e-6
                way = "spirals" if turns else "side to side" if angle else "straight"
                assert way in scene.locator(".letter .status").inner_text()
            lines = scene.locator(".letter path.line").count()
            assert lines >= 1 and (lines == 1 or end != "chaos")
            assert scene.locator(".letter path.rest").count() == (end == "fixed")
    assert {"fixed", "chaos"} <= seen
    now = found(scene)
    for typed, says in (("", "Type a letter"), ("a9", "take out “9”"), ("a" * 61, "at most 60")):
        field.fill(typed)
        assert says in scene.get_by_role("alert").inner_text()
        assert found(scene) == now
    field.fill("a")
    assert scene.get_by_role("alert").inner_text() == ""


# ==== Random nets =================================================================================
DRAWN = """kind => {
  const random = headline.generator(13, kind);
  const normals = (n) => Array.from({length: n}, () => headline.normal(random));
  const [W, kick, U] = [normals(4096), normals(64), normals(27 * 64)];
  return [W, kick, U, Array.from({length: 64}, () => 2 * random() - 1)];
}"""


def drawn(scene, kind):
    """The page's random net as numpy makes it of the same numbers."""
    W, kick, U, start = map(np.array, scene.page.evaluate(DRAWN, attractors.KINDS.index(kind)))
    W = W.reshape(H, H)
    if kind == "orthogonal":
        Q, R = np.linalg.qr(W.T)
        W = (Q * np.sign(np.diag(R))).T
    else:
        W = W / dynamics.radius(W)
    return W, kick * attractors.KICK / np.linalg.norm(kick), U.reshape(-1, H), start


def two_near_states(scene, r, player):
    scene.get_by_label("picture", exact=True).select_option("near")
    text = grammar.encode(player["drawn"][-1]["text"])
    for kind, radius, s in (("orthogonal", 1, 0), ("orthogonal", 0.9, 1), ("Gaussian", 0.95, 0),
                            ("orthogonal", 3, 0)):  # fmt: skip
        scene.get_by_label("random net").first.select_option(kind)
        scene.get_by_label("radius of W_hh (or drag on the right)").fill(str(radius))
        scene.locator(".near").get_by_label("strength of the input").fill(str(s))
        now, strength = found(scene), (0, *r["strengths"])[s]
        assert (float(now["radius"]), float(now["strength"]), now["kind"]) == (
            radius,
            strength,
            kind,
        )
        W, kick, U, start = drawn(scene, kind)
        net = core.zero_rnn(H, letters.N_SYMBOLS, letters.N_SYMBOLS)
        net.W_hh[...], net.W_xh[...] = radius * W, strength * U
        states = dynamics.states_of(net, text, start)
        other = dynamics.states_of(net, text[100:], states[99] + kick)
        rate = attractors.exponent(net, states[len(text) // 4 :])
        said = scene.locator(".near .status").inner_text()
        if rate > 0.1:
            assert float(now["exponent"]) == pytest.approx(rate, rel=0.5)
            assert "draw apart" in said
            continue
        close = 1e-9 if kind == "orthogonal" else 1e-5
        assert float(now["exponent"]) == pytest.approx(rate, abs=close)
        distance = np.linalg.norm(states[-1] - other[-1])
        assert float(now["apart"]) == pytest.approx(distance, rel=1e-2, abs=1e-14)
        assert ("keep their distance" in said) == (abs(rate) <= attractors.EDGE)
        begins = r["random"][kind]["from"][f"text {float(strength)}"]
        assert (f"from radius {begins['mean']:.2f}" if begins else "nowhere") in said
    right = scene.locator(".near figure").nth(1)
    right.scroll_into_view_if_needed()
    box = right.locator("svg").bounding_box()
    scene.page.mouse.move(box["x"] + 60, box["y"] + 60)
    scene.page.mouse.down()
    scene.page.mouse.up()
    assert float(found(scene)["radius"]) == r["radii"][0]


FILLS = """rects => rects.sort((a, b) =>
  b.getAttribute("y") - a.getAttribute("y") || a.getAttribute("x") - b.getAttribute("x"),
).map((rect) => rect.getAttribute("class"))"""


def the_map(scene, r):
    scene.get_by_label("picture", exact=True).select_option("map")
    place, strengths = scene.locator(".map"), (0.0, *r["strengths"])
    radius = place.get_by_label("radius of W_hh (or press in the map)")
    strength = place.get_by_label("strength of the input")
    last = len(r["radii"]) - 1
    for kind, what, i, s in (("orthogonal", "text", last, 0), ("Gaussian", "constant", 1, 1),
                             ("Gaussian", "memory", 0, len(strengths) - 1)):  # fmt: skip
        place.get_by_label("random net").select_option(kind)
        place.get_by_label("what is mapped").select_option(what)
        radius.fill(str(i))
        strength.fill(str(s))
        now, of = found(scene), r["random"][kind]["mean"]
        curves = [of[f"{what} {one}"]["mean"] for one in strengths]
        assert float(now["value"]) == pytest.approx(curves[s][i], rel=1e-3)
        assert place.locator("g.cell").count() == len(strengths) * len(r["radii"])
        if what == "memory":
            assert json.loads(now["zero"]) == []
            continue
        fills = place.locator("g.cell rect").evaluate_all(FILLS)  # row by row from below
        wanted = [v > 0 for curve in curves for v in curve]
        assert fills == ["fill-chunker" if chaos else "fill-baseline" for chaos in wanted]
        assert len(set(fills)) == 2
        crossings = []
        for curve in curves:
            k = next((k for k, v in enumerate(curve) if v > 0), None)
            if k is not None:
                pair = slice(k - 1, k + 1)
                crossings.append(
                    np.interp(0, curve[pair], r["radii"][pair]) if k else r["radii"][0]
                )
        assert json.loads(now["zero"]) == pytest.approx(crossings, abs=5e-3)
    place.get_by_label("what is mapped").select_option("text")
    cell = place.locator("g.cell rect").nth(last)  # of the first row: no input
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    scene.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert (radius.input_value(), strength.input_value()) == (str(last), "0")
    assert f"radius {r['radii'][-1]:g}, strength 0:" in place.locator(".said").inner_text()


def through_training(scene, r):
    scene.get_by_label("picture", exact=True).select_option("training")
    time = scene.get_by_label("time of training (or drag in a picture)")
    for k in (0, len(r["at"]) // 2, len(r["at"]) - 1):
        time.fill(str(k))
        now, of = found(scene), r["training"][k]
        assert now["updates"] == str(r["at"][k])
        for key in ("exponent", "radius"):
            assert float(now[key]) == pytest.approx(of[key]["mean"], rel=1e-3)
        ends = [of["ends"][end]["mean"] for end in attractors.ENDS]
        assert json.loads(now["ends"]) == pytest.approx(ends, abs=1e-4)
        assert f"radius {of['radius']['mean']:.2f}" in label(scene, "training")
    figure = scene.locator(".training figure").first
    figure.scroll_into_view_if_needed()
    box = figure.locator("svg").bounding_box()
    scene.page.mouse.move(box["x"] + 58, box["y"] + 60)
    scene.page.mouse.down()
    scene.page.mouse.up()
    assert found(scene)["updates"] == str(r["at"][0])


def test_random_nets_the_map_and_training(open_page, r, player):
    scene = open_page("regimes")
    two_near_states(scene, r, player)
    the_map(scene, r)
    through_training(scene, r)


def test_the_finding_follows_the_results(r, player):
    def said(results):
        return regimes.scene({"attractors": results, "player": player}.get)[0]

    other = json.loads(json.dumps(r))
    for interval, words in (([-0.2, -0.1], "leads towards"), ([-0.1, 0.1], "neither towards"),
                            ([0.1, 0.2], "leads away from")):  # fmt: skip
        other["moved"]["exponent"]["interval"] = interval
        assert words in said(other)
    other["random"]["orthogonal"]["from"][f"text {r['strengths'][-1]}"] = None
    assert f"none up to {r['radii'][-1]:g}" in said(other)
