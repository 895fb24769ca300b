"""The page as a whole: its data, its parts, at two widths, in light and dark, by keyboard."""

import hashlib
import json
import re

import pytest

import studies.page as page
from chunker_very_deep_1200 import BadInput

NAMES = list(page.SCENES)


def test_the_page_s_data_are_those_of_the_committed_results():
    assert (page.HOME / "data.js").read_text("utf-8") == page.data()


def test_every_scene_has_its_script_and_its_words():
    text = (page.HOME / "index.html").read_text("utf-8")
    assert text == page.index(text)
    assert {path.stem for path in (page.HOME / "scenes").glob("*.js")} == set(NAMES)
    for name in NAMES:
        scene = page.scene_of(name)
        assert f'page.scene("{name}",' in (page.HOME / "scenes" / f"{name}.js").read_text("utf-8")
        assert scene["question"].endswith("?") and scene["finding"].endswith(".")
        assert any(character.isdigit() for character in scene["finding"]), name
        assert len(scene["alt"]) > 40


def test_a_scene_reads_only_what_it_names(monkeypatch):
    monkeypatch.setattr(page.SCENES[NAMES[0]], "SOURCE", ())
    with pytest.raises(BadInput, match="does not name"):
        page.scene_of(NAMES[0])


def test_missing_results_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(page.catalogue, "results_path", lambda name, home=None: tmp_path / "no")
    with pytest.raises(BadInput, match="make it with"):
        page.data()


def test_rounding():
    given = {"a": [1.23456789, 0.0, 5], "b": (1e-9 / 3, "x", None, True)}
    assert page.rounded(given) == {"a": [1.235, 0, 5], "b": [3.333e-10, "x", None, True]}


def test_the_page_is_small_and_its_library_is_the_one_named():
    size = sum(path.stat().st_size for path in page.HOME.rglob("*") if path.is_file())
    assert size < 1.5e6
    vendored = json.loads((page.HOME / "vendor" / "vendored.json").read_text())
    for file, of in vendored.items():
        data = (page.HOME / "vendor" / file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == of["sha256"]
        assert of["version"] in data[:200].decode()
        assert (page.HOME / "vendor" / of["licence"]).exists()


def test_nothing_names_another_place():
    for path in page.HOME.rglob("*"):
        if path.suffix in (".js", ".html", ".css") and path.parent.name != "vendor":
            assert not re.search(r"https?://(?!www\.w3\.org)", path.read_text("utf-8")), path


LOOKS = [(width, scheme) for width in (1280, 375) for scheme in ("light", "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_scene_is_drawn_within_its_width(open_page, width, scheme):
    tab = open_page(width=width, color_scheme=scheme)
    tab.evaluate("() => Object.keys(DATA.scenes).forEach(page.draw)")
    assert tab.evaluate("() => document.documentElement.scrollWidth") <= width
    for name in NAMES:
        stage = tab.locator(f"#{name} .stage")
        assert stage.get_attribute("data-drawn") == "true"
        assert tab.locator(f"#{name} .stage :is(svg, canvas, table, .picture)").count(), name
        assert stage.bounding_box()["height"] > 100, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page, scheme):
    tab = open_page(color_scheme=scheme, reduced_motion="reduce")
    from axe_playwright_python import sync_playwright as axe  # comes with what the browser needs

    tab.evaluate("() => Object.keys(DATA.scenes).forEach(page.draw)")
    found = axe.Axe().run(tab, options={"preload": False}).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert not serious, [(v["id"], [n["target"] for n in v["nodes"]][:5]) for v in serious]


def test_every_control_is_reached_by_keyboard_and_has_a_name(open_page):
    """Tab goes through all that can be operated, in the order of the page, and gets out of each."""
    tab = open_page(reduced_motion="reduce")
    tab.evaluate("() => Object.keys(DATA.scenes).forEach(page.draw)")
    wanted = tab.evaluate("""() => {
      const all = [...document.querySelectorAll("main :is(input, select, button, [tabindex='0'])")];
      const there = all.filter((e) => !e.disabled && e.offsetParent !== null);
      window.controlsWanted = there.filter((e) => e.type !== "radio" || e.checked);
      for (const e of window.controlsWanted) {
        const label = e.labels?.[0]?.textContent || e.getAttribute("aria-label") || e.textContent;
        if (!label.trim()) throw new Error("no name: " + e.outerHTML);
      }
      return window.controlsWanted.length;
    }""")
    reached = 0
    for _ in range(wanted + len(NAMES) + 60):
        tab.keyboard.press("Tab")
        reached = tab.evaluate("""() => {
          const at = window.controlsWanted.indexOf(document.activeElement);
          (window.seen ??= new Set()).add(at);
          window.seen.delete(-1);
          return window.seen.size;
        }""")
        if reached == wanted:
            break
    assert wanted and reached == wanted


@pytest.mark.parametrize("width", [1280, 375])
def test_links_and_anchors_lead_to_their_scene(open_page, width):
    tab = open_page(width=width)
    top = "name => document.getElementById(name).getBoundingClientRect().top"
    for name in (NAMES[-1], NAMES[len(NAMES) // 2]):
        tab.goto((page.HOME / "index.html").as_uri() + f"#{name}")
        tab.reload()
        tab.wait_for_timeout(200)
        assert abs(tab.evaluate(top, name)) < 60, name
    tab.evaluate("() => scrollTo(0, 0)")
    link = tab.locator(f"nav a[href='#{NAMES[3]}']")
    for _ in "ab":  # a second click goes there again
        link.click()
        tab.wait_for_timeout(200)
        assert abs(tab.evaluate(top, NAMES[3])) < 60
        tab.evaluate("() => scrollTo(0, 0)")
