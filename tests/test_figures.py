"""The figure scripts: from a JSON file alone, with training made impossible."""

import io

import numpy as np
import pytest
from PIL import Image

import chunker_very_deep_1200 as core
import make_chunker_very_deep_1200_gif as gif
import visualize_chunker_very_deep_1200 as draw

PNGS = {"training_curves.png", "surprise_pattern.png", "grad_vs_depth.png", "depth_ratio_bar.png"}


@pytest.fixture
def no_training(monkeypatch):
    def trains(*_, **__):
        raise AssertionError("a figure script trained a net")

    for name in ("update", "sgd", "forward", "forward_hidden", "backward", "init_rnn", "run"):
        monkeypatch.setattr(core, name, trains)


def called_with(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["script", *map(str, arguments)])


def test_four_pngs(no_training, monkeypatch, small_file, tmp_path, capsys):
    folder = tmp_path / "new" / "viz"
    called_with(monkeypatch, "--results", small_file, "--seed", 0, "--T", 60, "--outdir", folder)
    draw.main()
    assert {p.name for p in folder.iterdir()} == PNGS
    for path in folder.iterdir():
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("L"))
        assert pixels.shape[1] >= 1000 and pixels.std() > 10
        assert (pixels[:, [0, -1]] == 255).all() and (pixels[[0, -1]] == 255).all()  # none clipped


def test_fifty_frames(no_training, monkeypatch, small_file, tmp_path, capsys):
    path = tmp_path / "a.gif"
    called_with(monkeypatch, "--results", small_file, "--out", path)
    gif.main()
    with Image.open(path) as movie:
        assert movie.n_frames == 50 and movie.info["loop"] == 0
        for frame in range(50):
            movie.seek(frame)
            assert movie.info["duration"] == 100
    assert path.stat().st_size <= 500_000


@pytest.mark.parametrize(("frames", "fps"), [(2, 1), (7, 25)])
def test_frames_and_speed_as_asked(small_results, frames, fps):
    movie = Image.open(io.BytesIO(gif.animate(small_results, frames, fps)))
    assert movie.n_frames == frames and movie.info["duration"] == 1000 // fps


@pytest.mark.parametrize("n_frames", [2, 10, 40, 300])
@pytest.mark.parametrize("n_steps", [6, 59, 1199, 119_999])
def test_the_gradient_is_shown_from_the_first_step_to_the_last(n_frames, n_steps):
    reached = gif.pace(n_steps, n_frames)
    assert len(reached) == n_frames and reached[0] == 1
    assert reached[-1] == n_steps
    assert (np.diff(reached) >= 0).all()


@pytest.mark.parametrize("T", [7, 20])
def test_figures_of_the_shortest_sequences(T):
    results = core.run(core.Config(T=T, n_eval=4))
    for make in draw.FIGURES.values():
        assert draw.png(make(results))
    assert gif.animate(results, 3, 10)


def test_figures_where_detection_fails(small_results):
    trace = small_results["surprise_trace"]
    failed = {
        **small_results,
        "surprise_trace": {**trace, "mask": [True] + [False] * 59, "threshold": 99.0},
        "chunker_grad_norms": [],
    }
    assert core.problem_with(failed) is None
    for make in draw.FIGURES.values():
        assert draw.png(make(failed))
    assert gif.animate(failed, 3, 10)
