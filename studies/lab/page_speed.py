"""How fast is the page, in a browser of Playwright's, opened from the disk?

first picture   from navigation to the frame after the first scene has been drawn
headline run    from the click on Run until both nets have answered, at T = 1,200
longest frame   between two calls of requestAnimationFrame while a slider is dragged by mouse
                from end to end, all visible sliders of a scene one after the other; that of
                the run when it has ended
"""

from __future__ import annotations

from contextlib import contextmanager
from shutil import which

import numpy as np

import chunker_very_deep_1200 as core

from . import catalogue

PAGE = catalogue.HOME.parent / "page" / "index.html"
CHROMIUM = ("chromium", "chromium-browser")  # as Debian and others name it
LONG_MS = 50  # a frame that is seen as a halt
MOVES = 30  # of the mouse along a slider
SIZE = {"width": 1280, "height": 900}

NOTE_FIRST = """() => {
  const seen = new MutationObserver(() => {
    if (!document.querySelector(".stage[data-drawn]")) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.firstPicture = performance.now(); }));
  });
  seen.observe(document, { subtree: true, childList: true, attributes: true });
}"""
RUN = """() => new Promise((resolve) => {
  const stage = document.querySelector("#run .stage");
  const start = performance.now();
  new MutationObserver(() => {
    if (stage.dataset.state === "done") resolve(performance.now() - start);
  }).observe(stage, { attributes: true });
  [...stage.querySelectorAll("button")].find((b) => b.textContent === "Run").click();
})"""
WATCH = """() => {
  const times = [];
  const watch = { times, on: true };
  const frame = (now) => { times.push(now); if (watch.on) requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  window.frameWatch = watch;
}"""
WATCHED = """() => new Promise((resolve) => {
  window.frameWatch.on = false;
  requestAnimationFrame(() => resolve(window.frameWatch.times));
})"""


def opened(browser):
    """The page in a context of its own, and the seconds until its first picture."""
    tab = browser.new_context(viewport=SIZE).new_page()
    tab.add_init_script(f"({NOTE_FIRST})()")
    tab.goto(PAGE.as_uri())
    tab.wait_for_function("() => window.firstPicture")
    return tab, tab.evaluate("() => window.firstPicture") / 1000


def dragged(tab, scene):
    """Milliseconds of each frame while the visible sliders of a scene are dragged."""
    tab.evaluate("name => page.draw(name)", scene)
    deltas = []
    for slider in tab.locator(f"#{scene} input[type=range]:visible").all():
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        y, left, width = box["y"] + box["height"] / 2, box["x"], box["width"]
        tab.mouse.move(left + 2, y)
        tab.evaluate(WATCH)
        tab.mouse.down()
        for share in np.linspace(0, 1, MOVES):
            tab.mouse.move(left + 2 + share * (width - 4), y)
        tab.mouse.up()
        deltas += np.diff(tab.evaluate(WATCHED)).tolist()
    return deltas


def spread(values, unit):
    return {f"{name}_{unit}": float(of(values)) for name, of in
            (("median", np.median), ("min", np.min), ("max", np.max))}  # fmt: skip


def measured(browser, times, scenes=None):
    """Of a page opened `times` times: seconds, and the frames of the scenes that have sliders."""
    first, run, frames = [], [], {}
    for _ in range(times):
        tab, seconds = opened(browser)
        first.append(seconds)
        run.append(tab.evaluate(RUN) / 1000)
        for scene in scenes or tab.evaluate("() => Object.keys(DATA.scenes)"):
            if deltas := dragged(tab, scene):
                frames.setdefault(scene, []).append(deltas)
        tab.context.close()
    return {
        "times": times,
        "first_picture": spread(first, "s"),
        "headline_run": spread(run, "s"),
        "dragging": {
            scene: {
                **spread([max(deltas) for deltas in repeats], "ms"),
                "frame_ms": float(np.median(np.concatenate(repeats))),
                "above": float(np.median([np.sum(np.array(d) > LONG_MS) for d in repeats])),
            }
            for scene, repeats in frames.items()
        },
    }


@contextmanager
def chromium():
    """Headless Chromium; `BadInput` says what is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as e:
        raise core.BadInput("playwright is missing: pip install -e '.[page]'") from e
    path = next(filter(None, map(which, CHROMIUM)), None)
    if path is None:
        raise core.BadInput("Chromium is missing: install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def in_chromium(times):
    """`measured`, with Chromium's version; {} for no times."""
    if not times:
        return {}
    with chromium() as browser:
        return {"chromium": browser.version, **measured(browser, times)}


def picture():
    """The page's first scene after its run, as a PNG."""
    with chromium() as browser:
        tab, _ = opened(browser)
        tab.evaluate(RUN)
        tab.wait_for_timeout(200)  # the last frame
        tab.evaluate("() => scrollTo(0, 0)")
        at = tab.locator("#run").bounding_box()
        clip = {"x": at["x"] - 20, "y": at["y"], "width": at["width"] + 40, "height": at["height"]}
        return tab.screenshot(clip=clip, full_page=True)


def table(found):
    """First picture, headline run, and the scenes whose longest frames are the longest."""
    header = ("the page in headless Chromium", "median", "least to most")
    rows = [
        (name, f"{of['median_s']:.2f} s", f"{of['min_s']:.2f} to {of['max_s']:.2f} s")
        for name, of in (("first picture, from the disk", found["first_picture"]),
                         ("the headline run in JavaScript", found["headline_run"]))
    ]  # fmt: skip
    slow = sorted(found["dragging"], key=lambda scene: -found["dragging"][scene]["median_ms"])
    for scene in slow[:3]:
        of = found["dragging"][scene]
        rows.append((f"longest frame while dragging, scene `{scene}`", f"{of['median_ms']:.0f} ms",
                     f"{of['min_ms']:.0f} to {of['max_ms']:.0f} ms"))  # fmt: skip
    return header, rows
