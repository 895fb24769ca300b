"""What a chart of the page shows: positions in the picture as values, by its axes' ticks."""

import math
import re

TICKS = """(figure, group) => {
  const half = window.devicePixelRatio > 1 ? 0 : 0.5; // d3 moves ticks, not lines, by it
  return [...figure.querySelectorAll(`svg .${group} .tick`)].map((tick) => {
    const { e, f } = tick.transform.baseVal.consolidate().matrix;
    return [tick.__data__, (group === "axis" ? e : f) - half];
  });
}"""


def scale(figure, group, log):
    """From a position in pixels to a value: of x ("axis") or y ("grid")."""
    ticks = figure.evaluate(TICKS, group)
    there, back = (math.log, math.exp) if log else (float, float)
    (first, start), (last, end) = ticks[0], ticks[-1]
    a, b = there(first), there(last)

    def value(at):
        return back(a + (b - a) * (at - start) / (end - start))

    for wanted, at in ticks:
        assert math.isclose(value(at), wanted, rel_tol=1e-6, abs_tol=1e-9), "log is not as drawn"
    return value


def points(figure, d, log=""):
    """A path's points as values; `log` names the axes that are logarithmic: "", "x", "y", "xy"."""
    x, y = scale(figure, "axis", "x" in log), scale(figure, "grid", "y" in log)
    pairs = re.findall(r"[ML](-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)", d)
    return [(x(float(px)), y(float(py))) for px, py in pairs]


def path(figure, name):
    return figure.locator(f'path.line[data-series="{name}"]')


def line(figure, name, log=""):
    """What the line of this name shows: (x, y) each."""
    return points(figure, path(figure, name).get_attribute("d"), log)


def band(figure, name, log=""):
    """What the band of this line, without gaps, shows: (x, low, high) each."""
    d = path(figure, name).evaluate("line => line.previousElementSibling.getAttribute('d')")
    assert d.count("M") == 1, "not a band, or one with gaps"
    found = points(figure, d, log)
    high, low = found[: len(found) // 2], found[: len(found) // 2 - 1 : -1]
    return [(x, below, above) for (x, above), (_, below) in zip(high, low)]
