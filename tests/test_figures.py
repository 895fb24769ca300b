"""The figure scripts: from a JSON file alone, with training made impossible."""

import io

import numpy as np
import pytest
from conftest import sketch
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
    asked, animate = [], gif.animate
    monkeypatch.setattr(gif, "animate", lambda _, n, fps: asked.append((n, fps)) or b"GIF")
    called_with(monkeypatch, "--results", small_file, "--out", tmp_path / "a.gif")
    gif.main()
    assert asked == [(50, 10)] and (tmp_path / "a.gif").read_bytes() == b"GIF"
    path = tmp_path / "b.gif"
    path.write_bytes(animate(core.load_results(small_file), 6, 10))
    for movie_path, n_frames in ((path, 6), (gif.GIF, 50)):
        with Image.open(movie_path) as movie:
            assert movie.n_frames == n_frames and movie.info["loop"] == 0
            for frame in range(n_frames):
                movie.seek(frame)
                assert movie.info["duration"] == 100
        assert movie_path.stat().st_size <= 500_000


def drawn(ax):
    """The y values of each line of an axis."""
    return [np.asarray(line.get_ydata(), float) for line in ax.lines]


def test_the_curves_are_those_of_the_file(small_results):
    axes = {ax.get_title(): ax for ax in draw.training_curves(small_results).axes}
    for title, key in (
        ("Level 0: automatizer A", "automatizer_loss"),
        ("Level 1: chunker C", "chunker_loss"),
        ("Baseline: one net, full BPTT", "baseline_loss"),
    ):
        assert np.array_equal(drawn(axes[title])[0], small_results[key])
    recalls = [
        drawn(ax)[0] for ax in draw.training_curves(small_results).axes if not ax.get_title()
    ]
    for key in ("chunker_target_acc", "baseline_target_acc"):
        assert any(np.array_equal(line, small_results[key]) for line in recalls)


def test_trace_gradient_and_bars_are_those_of_the_file(small_results):
    whole = draw.surprise_pattern(small_results).axes[0]
    assert np.array_equal(drawn(whole)[0][1:], small_results["surprise_trace"]["loss"][1:])
    norms = np.array(small_results["baseline_grad_norms"])[::-1]
    assert np.allclose(drawn(draw.gradient_vs_depth(small_results).axes[1])[0], norms / norms[0])
    bars = draw.depth_ratio_bar(small_results).axes[0].patches
    assert [bar.get_width() for bar in bars] == [
        59, small_results["effective_depth_baseline"], small_results["effective_depth_chunker"]
    ]  # fmt: skip


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


def test_figures_of_the_shortest_sequences():
    results = core.run(core.Config(T=7, n_eval=4))
    for make in draw.FIGURES.values():
        assert sketch(make(results))
    assert gif.animate(results, 3, 10)


def test_figures_where_detection_fails(small_results):
    trace = small_results["surprise_trace"]
    failed = {
        **small_results,
        "surprise_trace": {**trace, "mask": [True] + [False] * 59, "threshold": 99.0},
        "chunker_grad_norms": [],
    }
    failed["hyperparameters"] = {**small_results["hyperparameters"], "threshold": 99.0}
    failed["baseline_grad_norms"] = [0.0] * 59
    failed["chunker_avg_surprises"] = failed["effective_depth_chunker"] = 1.0
    assert core.problem_with(failed) is None
    for make in draw.FIGURES.values():
        assert sketch(make(failed))
    assert gif.animate(failed, 3, 10)
