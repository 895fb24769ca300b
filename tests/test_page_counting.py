"""Scene `counting`: language, net, n and depth, by control and by dragging, as the study has it."""

import json

import numpy as np
import pytest

from studies.lab import catalogue
from studies.lab.three_nets import BLOCKS, BRACKETS, KINDS
from studies.memory.counters import block, deep
from studies.page import counting

FIRST, SECOND = BLOCKS


@pytest.fixture(scope="module")
def r():
    return catalogue.results_of("counters")


def found(scene):
    return scene.locator(".stage").evaluate("stage => ({...stage.dataset})")


def blocks(scene, r):
    language, n = scene.get_by_label("language"), scene.get_by_label("n that is asked", exact=False)
    trained, net = scene.get_by_label("trained to n ="), scene.get_by_label("net", exact=True)
    for name, to, at in ((FIRST, r["trained"][0], 2), (SECOND, r["trained"][1], 0),
                         (FIRST, r["trained"][1], r["trained"][1] - 1)):  # fmt: skip
        language.select_option(name)
        trained.select_option(str(to))
        n.fill(str(at))  # n = 1, 2, .. at first
        now, asked = found(scene), at + 1
        assert (now["n"], now["trained"], now["language"]) == (str(asked), str(to), name)
        right = [sum(e >= asked for e in block(r, name, to, kind)["each"]) for kind in KINDS]
        assert json.loads(now["right"]) == right
        rows = scene.locator("g.row")
        counts = rows.locator(".count").all_text_contents()
        assert counts[: len(KINDS)] == [f"{k}/{r['seeds']}" for k in right]
        tables = r["tables"][name][str(to)].values()
        longest = ["right" if one["longest"] >= asked else "wrong" for one in tables]
        assert counts[len(KINDS) : len(KINDS) + len(longest)] == longest
        assert scene.locator(".seed.right").count() == sum(right) + longest.count("right")
        shown = scene.locator("p.string").inner_text()
        letters = shown.split("n =")[0].split()
        assert len(letters) == BLOCKS[name]
        assert ("…" in letters[0]) == (asked > 24)
        assert "…" in letters[0] or letters[0] == "a" * asked
        assert ("never" in shown) == (asked > to)
        kept = name == FIRST and to == r["trained"][1]
        assert scene.locator(".traced").is_visible() == kept
    for kind in ("GRU", "LSTM"):
        net.select_option(kind)
        assert scene.locator("g.row.here .name").text_content() == kind
        assert scene.locator("path.thick").count() == 1
        lines = r["traces"][kind]
        turns = [len(line) // 2 for line in lines]
        assert found(scene)["trace"] == str(min(turns, key=lambda t: abs(t - r["trained"][1])))
        label = scene.locator(".traced svg").get_attribute("aria-label")
        assert f"{lines[-1][1]:.3g}"[:5] in label.replace("-0 ", "0 ")
    cells = scene.locator(".blocks table tbody tr").first.locator("td").all_inner_texts()
    for cell, kind in zip(cells, KINDS):
        median = block(r, FIRST, r["trained"][1], kind)["longest"]["median"]
        assert cell.startswith(f"{median:,.4g}")
    box = scene.locator(".reach svg").bounding_box()
    scene.page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 50)
    scene.page.mouse.down()
    scene.page.mouse.move(box["x"] + box["width"] - 48, box["y"] + 50, steps=2)
    scene.page.mouse.up()
    assert int(found(scene)["n"]) > r["cap"] / 2


def brackets(scene, r):
    scene.get_by_label("net", exact=True).select_option("LSTM")
    for language in BRACKETS:
        scene.get_by_label("language").select_option(language)
        assert not scene.locator(".blocks").is_visible()
        for d, length in ((0, 1), (len(r["depths"]) - 1, 0)):
            scene.get_by_label("depth (or drag in the picture)").fill(str(d))
            scene.get_by_label("length of the strings").select_option(str(length))
            now, where = found(scene), (r["depths"][d], r["lengths"][length])
            assert (int(now["depth"]), int(now["length"])) == where
            shares = [deep(r, language, name, *where)["mean"] for name in (*KINDS, "table")]
            shares.append(deep(r, language, "LSTM", *where, "reservoir")["mean"])
            assert json.loads(now["shares"]) == pytest.approx(shares, rel=1e-3)
            cells = scene.locator(".brackets tbody tr td:nth-child(2)").all_inner_texts()
            assert [int(cell.rstrip("%")) for cell in cells] == [
                pytest.approx(100 * share, abs=0.51) for share in shares
            ]


def test_nets_languages_n_and_depths(open_page, r):
    scene = open_page("counting")
    blocks(scene, r)
    brackets(scene, r)


def test_the_finding_follows_the_results(r):
    said, _ = counting.scene(lambda name: r)
    assert f"to n = {r['trained'][-1]}, all n" in said and "Elman < GRU < LSTM" in said
    orders = (((5, 50, 500), "shows in all"), ((50, 50, 50), "does not show"),
              ((5, 50, 50), "shows in part"), ((50, 5, 5), "the reverse in 4"))  # fmt: skip
    for reach, words in orders:
        other = json.loads(json.dumps(r))
        for of in other["blocks"].values():
            for nets in of.values():
                for one, longest in zip(nets.values(), reach):
                    one["each"] = (longest + np.arange(r["seeds"]) % 2).tolist()
                    one["longest"]["median"] = longest
        found, _ = counting.scene(lambda name, other=other: other)
        assert words in found
        assert "in 0 of 12 cases" in found or min(reach) < 50
