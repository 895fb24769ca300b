"""The explorable page: the words and numbers of its scenes, from the committed results.

Each module here is a scene: `PART`, `TITLE`, `QUESTION`; `ALT`, what its picture shows, for those
who can't see it; `SOURCE`, the studies that it reads, "headline" for results.json; and
`scene(read)`, which returns the sentence of finding and the data of the picture, where `read(name)`
gives the committed results of one of them.
"""

from __future__ import annotations

import json
import math
import re

from chunker_very_deep_1200 import BadInput, load_results, write_whole
from studies.lab import catalogue, page_speed

from . import (
    cell,
    claims,
    clipping,
    collapse,
    context,
    counting,
    curves,
    eigenvalues,
    exposure,
    forgetting,
    gradient,
    jacobian,
    levels,
    parity,
    player,
    proof,
    regimes,
    run,
    sensitivity,
    surprise,
    units,
    unrolled,
)

HOME = catalogue.HOME.parent / "page"
SCENES = {
    "run": run,
    "gradient": gradient,
    "proof": proof,
    "levels": levels,
    "collapse": collapse,
    "curves": curves,
    "context": context,
    "cell": cell,
    "unrolled": unrolled,
    "parity": parity,
    "surprise": surprise,
    "player": player,
    "units": units,
    "exposure": exposure,
    "clipping": clipping,
    "jacobian": jacobian,
    "eigenvalues": eigenvalues,
    "regimes": regimes,
    "sensitivity": sensitivity,
    "forgetting": forgetting,
    "counting": counting,
    "claims": claims,
}  # in reading order
LISTED = re.compile(r"(<!-- scenes -->\n).*?(<!-- end -->)", re.DOTALL)


def reader(allowed):
    """A function from a study's name to its results, for a scene that says that it reads them."""

    def read(name):
        if name not in allowed:
            raise BadInput(f"the scene does not name {name} among its sources")
        return load_results() if name == "headline" else catalogue.results_of(name)

    return read


def scene_of(name):
    """What the page holds of one scene."""
    of = SCENES[name]
    try:
        finding, data = of.scene(reader(of.SOURCE))
    except catalogue.UNLIKE as e:
        if isinstance(e, BadInput):
            raise
        raise BadInput(f"scene {name}: results are not of their study ({e!r}): rerun it") from e
    return {
        "part": of.PART, "title": of.TITLE, "question": of.QUESTION, "alt": of.ALT,
        "finding": finding, "source": list(of.SOURCE), "data": data,
    }  # fmt: skip


def data():
    """The page's data: one constant, as a file of the disk may be a script, but not be fetched."""
    lines = []
    for name in SCENES:
        text = json.dumps(scene_of(name), allow_nan=False, separators=(",", ":"))
        lines.append(f'"{name}":{text}')
    head = "// made by: python3 -m studies page\n"
    return head + "const DATA = {scenes:{\n" + ",\n".join(lines) + "\n}};\n"


def index(text):
    """The page's HTML with a script for each scene."""
    scripts = "".join(f'<script src="scenes/{name}.js"></script>\n' for name in SCENES)
    return LISTED.sub(lambda m: m[1] + scripts + m[2], text)


def write():
    """Write data.js and the list of scripts."""
    made = {"data.js": data(), "index.html": index((HOME / "index.html").read_text("utf-8"))}
    for name, text in made.items():
        write_whole(HOME / name, text.encode())
        print(f"wrote {HOME / name}")


def draw():
    """Draw the README's picture of the page."""
    file = HOME.parent / "viz" / "page.png"
    write_whole(file, page_speed.picture())
    print(f"wrote {file}")


def rounded(value, digits=4):
    """Numbers with so many significant digits, in lists and dicts of any depth."""
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v, digits) for v in value]
    if isinstance(value, float) and value and math.isfinite(value):
        short = float(f"{value:.{digits}g}")
        return int(short) if short == int(short) and abs(short) < 1e15 else short
    return value
