"""Committed figures show the committed results: drawn again they are the same, pixel by pixel."""

import io

import matplotlib
import numpy as np
import pytest
from PIL import Image

import chunker_very_deep_1200 as core
import make_chunker_very_deep_1200_gif as gif
import visualize_chunker_very_deep_1200 as headline
from studies.lab import catalogue


def pixels(picture):
    return np.asarray(picture.convert("RGB"))


def assert_same_picture(path, drawn):
    """Another release of matplotlib sets letters in other places."""
    if path.read_bytes() == drawn:
        return  # sooner said than pixel by pixel
    with Image.open(path) as committed, Image.open(io.BytesIO(drawn)) as again:
        if f"version{matplotlib.__version__}," not in committed.info["Software"]:
            pytest.skip(f"{path.name} was drawn by {committed.info['Software']}")
        assert np.array_equal(pixels(committed), pixels(again)), f"{path.name}: draw it again"


@pytest.mark.parametrize("name", headline.FIGURES)
def test_a_figure_of_the_headline_is_that_of_its_results(name):
    with headline.drawing():
        drawn = headline.png(headline.FIGURES[name](core.load_results()))
    assert_same_picture(core.RESULTS.parent / "viz" / name, drawn)


@pytest.mark.parametrize("name", catalogue.names())
def test_a_study_s_figures_are_those_of_its_results(name):
    folder = catalogue.HOME / catalogue.family_of(name) / "viz"
    with headline.drawing():
        figures = catalogue.module_of(name).figures(catalogue.results_of(name))
        drawn = {file: headline.png(figure) for file, figure in figures.items()}
    assert f"{name}.png" in drawn
    for file, picture in drawn.items():
        assert_same_picture(folder / file, picture)


def test_no_figure_is_left_over():
    """Each picture beside a study's results is one that a study draws."""
    stems = set(catalogue.names())
    for family in catalogue.FAMILIES:
        for path in (catalogue.HOME / family / "viz").glob("*"):
            assert path.suffix == ".png" and any(path.stem.startswith(stem) for stem in stems), path


def test_the_gif_is_that_of_the_headline():
    """A GIF does not name what drew it: its last frame is compared where the figures' can be."""
    first = next(iter(headline.FIGURES))
    with Image.open(core.RESULTS.parent / "viz" / first) as figure:
        if f"version{matplotlib.__version__}," not in figure.info["Software"]:
            pytest.skip(f"{first} was drawn by {figure.info['Software']}")
    drawn = gif.animate(core.load_results(), 50, 10)
    if gif.GIF.read_bytes() == drawn:
        return
    again = Image.open(io.BytesIO(drawn))
    with Image.open(gif.GIF) as committed:
        assert committed.n_frames == again.n_frames == 50
        for frame in range(50):
            committed.seek(frame)
            again.seek(frame)
            assert np.array_equal(pixels(committed), pixels(again)), f"frame {frame}"
