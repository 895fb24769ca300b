import functools
import gc
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import hypothesis
import numpy as np
import pytest

import chunker_very_deep_1200 as core
import make_chunker_very_deep_1200_gif as gif
import studies.__main__
import visualize_chunker_very_deep_1200 as visualize
from studies.lab import catalogue, grammar, runner

ROOT = Path(core.__file__).parent


def sketch(figure):
    """A figure as a PNG in a quarter of the time, for tests that do not ask how it looks."""
    figure.set_layout_engine("none")
    figure.savefig(buffer := io.BytesIO(), format="png", dpi=30)
    return buffer.getvalue()


@pytest.fixture
def command(tmp_path):
    """Runs one of the project's Python programs in an empty folder."""

    def run(*arguments, **options):
        program, *rest = map(str, arguments)
        program = ["-m", program] if program == "studies" else [str(ROOT / program)]
        return subprocess.run(
            [sys.executable, *program, *rest],
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
            **options,
        )  # fmt: skip

    return run


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """As `command`, in this process, where one of its own would add nothing but time."""
    mains = {
        "studies": studies.__main__.main,
        "chunker_very_deep_1200.py": core.main,
        "visualize_chunker_very_deep_1200.py": visualize.main,
        "make_chunker_very_deep_1200_gif.py": gif.main,
    }

    def run(*arguments):
        program, *rest = map(str, arguments)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [program, *rest])
        out, error = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "ab")
        before = signal.getsignal(signal.SIGINT)
        try:
            with redirect_stdout(out), redirect_stderr(error), pytest.raises(SystemExit) as end:
                core.run_command(mains[program])
        finally:
            signal.signal(signal.SIGINT, before)
        said = [stream.buffer.getvalue().decode() for stream in (out, error)]
        return subprocess.CompletedProcess(arguments, end.value.code or 0, *said)

    return run


@pytest.fixture(scope="session")
def small_results():
    """What the run at T = 60 returns, as the JSON file would give it back."""
    return json.loads(core.to_json(core.run(core.Config(T=60, n_eval=10))))


@pytest.fixture
def small_file(small_results, tmp_path):
    path = tmp_path / "small.json"
    path.write_bytes(core.to_json(small_results))
    return path


@pytest.fixture(scope="session")
def quick_run(tmp_path_factory):
    """Runs a study in its quick form, once in a session: its results as the file gives them back.

    In this process; what `python3 -m studies NAME` adds is tested with the command lines.
    """
    environment = core.environment()  # found once: it asks git

    @functools.cache
    def run(name):
        folder, drawn = tmp_path_factory.mktemp(name), []
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()):
            patch.setattr(runner, "environment", lambda: environment)
            # as pixels the committed ones are: that takes longer than most runs
            patch.setattr(visualize, "png", lambda figure: drawn.append(figure) or b"PNG")
            runner.main(name, ["--quick", "--jobs", "1", "--out", str(folder)])
        pictures = [path.read_bytes() for path in (folder / "viz").glob(f"{name}*.png")]
        assert pictures == [b"PNG"] * len(drawn) and all(figure.axes for figure in drawn)
        return catalogue.results_path(name, folder)

    return lambda name: core.read_json(run(name), made_by="")


def text_of(*sentences):
    """A `Text` of these sentences, as (pattern, words)."""
    words = [word for _, spoken in sentences for word in spoken.split()]
    pattern = np.repeat([p for p, _ in sentences], [len(s.split()) for _, s in sentences])
    slot = np.concatenate([np.arange(len(s.split())) for _, s in sentences])
    return grammar.Text(*grammar.as_letters(words), words, pattern, slot)


# ==== The explorable page in a real browser =======================================================
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium. Where there is none the tests say so; in CI that is a failure."""
    if "NO_BROWSER" in os.environ:
        pytest.skip(f"the page is not tested here: {os.environ['NO_BROWSER']}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if not (sync_playwright and CHROMIUM):
        why = 'the page\'s tests need Chromium and pip install -e ".[page]"'
        pytest.fail(why) if "CI" in os.environ else pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens the page from the disk; at the end nothing may have been said or asked for outside."""
    opened, wrong = [], []
    home = (ROOT / "page").as_uri()

    def opening(scene=None, width=1280, **context):
        """The page with one scene drawn, and that scene."""
        tab = browser.new_context(viewport={"width": width, "height": 900}, **context).new_page()
        opened.append(tab)
        tab.on(
            "console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None
        )
        tab.on("pageerror", lambda e: wrong.append(str(e)))
        tab.on("request", lambda r: None if r.url.startswith((home, "blob:", "data:"))
               else wrong.append(f"asks for {r.url}"))  # fmt: skip
        tab.goto(f"{home}/index.html")
        if scene is None:
            return tab
        tab.evaluate("name => page.draw(name)", scene)
        part = tab.locator(f"#{scene}")
        part.scroll_into_view_if_needed()
        return part

    yield opening
    for tab in opened:
        tab.context.close()
    assert not wrong


gc.freeze()  # what has been imported stays: going through it again takes a tenth of the suite
gc.set_threshold(100_000)

hypothesis.settings.register_profile("here", max_examples=200, derandomize=True, database=None)
hypothesis.settings.register_profile("thorough", max_examples=10_000, database=None)
hypothesis.settings.load_profile("here")
