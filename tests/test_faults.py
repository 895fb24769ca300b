"""What once ended in a traceback, a lost file or a wrong exit code, a test for each."""

import copy
import json
import math
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import warnings
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, sketch

import chunker_very_deep_1200 as core
import make_chunker_very_deep_1200_gif as gif
import visualize_chunker_very_deep_1200 as visualize
from studies.lab import catalogue, report

RUN, DRAW, GIF = (
    "chunker_very_deep_1200.py",
    "visualize_chunker_very_deep_1200.py",
    "make_chunker_very_deep_1200_gif.py",
)
SHORT = ["--T", "20", "--auto-epochs", "2", "--chunk-epochs", "2", "--baseline-epochs", "2"]


def python(folder, *arguments, paths=(), before=None, **environment):
    """Run Python in a folder, with the project to be found behind `paths`."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, errors="replace", timeout=60, preexec_fn=before,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, [*paths, ROOT])),
             "PYTHONWARNINGS": "error", **environment},
    )  # fmt: skip


def one_line(done, code, says=""):
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, done.stderr
    assert says in done.stderr, done.stderr


# ==== Killed ======================================================================================
def test_killed_between_write_and_replace_and_the_process_id_used_again(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "getpid", lambda: 7)
    left = tmp_path / "r.json.7.tmp"
    left.write_text("half")
    core.check_writable(tmp_path / "r.json")
    names, replace = [], os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: names.append(a.name) or replace(a, b))
    core.write_whole(tmp_path / "r.json", b"whole")
    assert re.fullmatch(r"r\.json\.[0-9a-f]{16}\.tmp", *names)  # 64 bits: nobody else's
    assert (tmp_path / "r.json").read_bytes() == b"whole" and left.read_text() == "half"


KILLED = """
import glob, os, random, signal, sys, time
import chunker_very_deep_1200 as core

os.getpid = lambda: 7  # as in a container, where every run has the same
replace = os.replace
def slowly(*names):
    time.sleep(0.03)
    replace(*names)
os.replace = slowly

def run(seed):
    options = "--auto-epochs 2 --chunk-epochs 2 --baseline-epochs 2 --n-eval 2 --quiet --out r.json"
    sys.argv = ["run", "--T", "20", "--seed", str(seed), *options.split()]
    core.main()

run(0)
chance = random.Random(0)
start = time.perf_counter()
run(1)
whole = time.perf_counter() - start
for n in range(2, 27):
    child = os.fork()
    if not child:
        run(n)
        os._exit(0)
    time.sleep(chance.uniform(0, whole) if n % 2 else whole - 0.03 + chance.uniform(-0.02, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    core.load_results("r.json")
between = len(glob.glob("*.tmp"))
run(99)
assert core.load_results("r.json", seed=99) and len(glob.glob("*.tmp")) == between
print(between)
"""


def test_25_kills_lose_nothing(tmp_path):
    done = python(tmp_path, "-c", KILLED)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1  # of the 25 some came between write and replace


# ==== Names and options ===========================================================================
@pytest.mark.parametrize("study", ["seeds", "all"])
def test_an_empty_folder_name_of_a_study(inside, tmp_path, study):
    one_line(inside("studies", study, "--quick", "--out", ""), 2, "--out: '' names no folder")
    assert not list(tmp_path.iterdir())


def test_an_empty_folder_name_of_the_figures(inside, tmp_path, small_file):
    one_line(inside(DRAW, "--results", small_file, "--outdir", ""), 2, "'' is not a folder")
    assert list(tmp_path.iterdir()) == [small_file]


def test_a_gif_is_not_written_over_the_results(inside, tmp_path, small_file):
    before = small_file.read_bytes()
    (tmp_path / "link").symlink_to(small_file)
    for out in (small_file, "link"):
        done = inside(GIF, "--max-frames", 2, "--results", small_file, "--out", out)
        one_line(done, 2, "is the results file")
    assert small_file.read_bytes() == before


@pytest.mark.parametrize("option", ["--help", "--bogus"])
def test_report_with_an_option_writes_nothing(monkeypatch, option):
    import studies.__main__ as studies

    monkeypatch.setattr(report, "write", lambda: pytest.fail("wrote"))
    monkeypatch.setattr(sys, "argv", ["studies", "report", option])
    with pytest.raises((SystemExit, core.BadInput)):
        studies.main()


@pytest.mark.parametrize("out", ["newdir/", "newdir/.", "./", ""])
def test_a_file_name_that_ends_as_a_folder_s(tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(core.BadInput, match="is not a file"):
        core.check_writable(out)
    assert not list(tmp_path.iterdir())


def test_a_newline_in_what_is_given_is_one_line(inside):
    for arguments in (["--out", "no\nfolder/x"], ["--T", "3\n0"], ["\n\n"]):
        one_line(inside(RUN, *arguments), 2)


def test_a_newline_in_a_json_value_is_one_line(inside, tmp_path, small_results):
    (tmp_path / "r.json").write_text(json.dumps({**small_results, "chunker_eval_acc": "a\nb"}))
    one_line(inside(DRAW, "--results", "r.json"), 2, "chunker_eval_acc is")


@pytest.mark.parametrize("study", ["seeds", "all"])
@pytest.mark.parametrize("jobs", [10**30, 3000])
def test_more_jobs_than_a_machine_bears(inside, tmp_path, study, jobs):
    done = inside("studies", study, "--quick", "--jobs", jobs, "--out", tmp_path)
    one_line(done, 2, "argument --jobs: must be at most")
    assert not list(tmp_path.iterdir())


# ==== Studies =====================================================================================
def test_a_study_without_joblib_names_the_extra(tmp_path):
    stub = "raise ModuleNotFoundError(\"No module named 'joblib'\", name='joblib')\n"
    (tmp_path / "joblib.py").write_text(stub)
    done = python(tmp_path, "-m", "studies", "seeds", paths=[tmp_path])
    one_line(done, 2, 'pip install -e ".[studies]"')


@pytest.mark.parametrize("name", ["viz", "viz/seeds.png/x"])
def test_a_study_says_before_the_computation_that_it_can_t_draw(inside, tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    done = inside("studies", "seeds", "--quick", "--jobs", 1, "--out", tmp_path)
    one_line(done, 2)
    assert path.read_text() == "mine" and not (tmp_path / "results" / "seeds.json").exists()


def test_plot_only_of_a_spoilt_file(inside, tmp_path):
    results = {**catalogue.results_of("seeds"), "T": "x"}
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "seeds.json").write_text(json.dumps(results))
    done = inside("studies", "seeds", "--plot-only", "--out", tmp_path)
    one_line(done, 2, "is not of this study")


@pytest.fixture
def readme(tmp_path, monkeypatch):
    """A README in an empty folder in place of the project's."""
    monkeypatch.setattr(report, "readmes", lambda: {tmp_path / "README.md": None})
    return tmp_path / "README.md"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<!-- report.finding --><!-- end --> \xff", "is not UTF-8"),
        (b"<!-- report.nothing --><!-- end -->", "which is not there"),
        (b"<!-- nobody.finding --><!-- end -->", "there is no study"),
        (b"<!-- report.write_whole --><!-- end -->", "which is not there"),
    ],
)
def test_report_on_a_readme_with_a_fault(readme, content, says):
    readme.write_bytes(content)
    with pytest.raises(core.BadInput, match=says):
        report.write()
    assert readme.read_bytes() == content


def test_report_on_results_of_another_run(readme, monkeypatch, small_results):
    readme.write_text("<!-- report.gradient --><!-- end -->")
    monkeypatch.setattr(report, "load_results", lambda: small_results)
    with pytest.raises(core.BadInput, match="are not of their study"):
        report.write()
    monkeypatch.setattr(report, "results_of", lambda name: {})
    with pytest.raises(core.BadInput, match="are not of their study"):
        report.write()


def test_report_without_docstrings_and_in_the_c_locale(tmp_path):
    code = (
        "from studies.lab import report; report.write_whole = lambda *a: None; report.write();"
        "import studies.__main__ as m, sys; sys.argv = ['x', '--help']; m.main()"
    )
    c = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = python(tmp_path, "-OO", "-c", code, **c)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert "README.md" in done.stdout and "python3 -m studies" in done.stdout


# ==== Figures =====================================================================================
@pytest.mark.parametrize("backend", ["nonsense", "module://matplotlib_inline.backend_inline"])
def test_a_backend_that_is_not_there(tmp_path, backend):
    code = "import visualize_chunker_very_deep_1200, matplotlib.pyplot"
    done = python(tmp_path, "-c", code, MPLBACKEND=backend)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_the_user_s_matplotlibrc(tmp_path, small_file, small_results):
    odd = "text.usetex: True\naxes.facecolor: red\nno.such.key: 1\nfont.size: big\n"
    (tmp_path / "matplotlibrc").write_text(odd)
    code = (
        "import sys, visualize_chunker_very_deep_1200 as v;"
        "v.FIGURES = {'depth_ratio_bar.png': v.depth_ratio_bar}; v.run_command(v.main)"
    )
    done = python(tmp_path, "-c", code, "--results", small_file, "--outdir", "viz")
    assert done.returncode == 0 and not done.stderr, done.stderr
    with visualize.drawing():
        plain = visualize.png(visualize.depth_ratio_bar(small_results))
    assert (tmp_path / "viz" / "depth_ratio_bar.png").read_bytes() == plain


def test_the_oldest_libraries_that_do_are_declared():
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (needs,) = re.findall(r"^dependencies = \[(.*)\]$", declared, re.MULTILINE)
    assert needs.count(">=") == needs.count(",") + 1


MEMORY = """
import sys, make_chunker_very_deep_1200_gif as gif
results = gif.load_results(sys.argv[1])
gif.LONG = 40  # as it is with all of them: frame by frame
data = gif.animate(results, gif.LONG, 25)
open("a.gif", "wb").write(data)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmHWM"].split()[0]) // 1024)  # rusage knows the process that it came from too
"""


def test_a_long_gif_says_its_tenths_in_little_memory(tmp_path, small_file):
    done = python(tmp_path, "-c", MEMORY, small_file)
    *tenths, megabytes = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert tenths == [f"{4 * n} of 40 frames" for n in range(1, 11)]
    assert int(megabytes) < 150
    assert (tmp_path / "a.gif").read_bytes().endswith(b";")


# ==== Standard output =============================================================================
@pytest.mark.parametrize("more", [[], ["--quiet"]])
def test_standard_output_closed(tmp_path, more):
    done = python(
        tmp_path, ROOT / RUN, *SHORT, *more, "--out", "r.json", before=lambda: os.close(1)
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert core.load_results(tmp_path / "r.json")["T"] == 20


def test_a_name_that_the_terminal_can_t_print(tmp_path):
    done = python(tmp_path, ROOT / RUN, *SHORT, "--out", "größe.json", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and not done.stderr and "gr\\xf6" in done.stdout, done.stderr
    assert core.load_results(tmp_path / "größe.json")["T"] == 20


def test_a_full_disk_is_named_by_file(tmp_path):
    (tmp_path / "r.json").write_text("old")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))  # noqa: E731
    done = python(tmp_path, "-B", ROOT / RUN, *SHORT, "--quiet", "--out", "r.json", before=limit)
    one_line(done, 1, str(tmp_path / "r.json"))
    assert (tmp_path / "r.json").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_output(tmp_path):
    def full():
        os.dup2(os.open("/dev/full", os.O_WRONLY), 1)

    one_line(python(tmp_path, ROOT / RUN, "--help", before=full), 1, "output: No space left")


# ==== git =========================================================================================
@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository that holds the module, and the module's path set to it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    (tmp_path / RUN).write_text("")
    me = "-c", "user.name=me", "-c", "user.email=me@example.org"
    for words in (["init", "-q"], ["config", "core.quotepath", "false"], ["add", "."],
                  [*me, "commit", "-q", "-m", "all"]):  # fmt: skip
        subprocess.run(["git", "-C", tmp_path, *words], check=True)
    return lambda folder: (
        monkeypatch.setattr(core, "__file__", str(folder / RUN)),
        monkeypatch.setattr(core, "HERE", folder, raising=False),
    )


def test_git_with_an_odd_file_name(tmp_path, repository):
    repository(tmp_path)
    assert re.fullmatch("[0-9a-f]+", core.environment()["git"])
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\xff.py")).write_text("")
    assert re.fullmatch(r"[0-9a-f]+\+", core.environment()["git"])


def test_the_commit_of_another_repository_is_not_ours(tmp_path, repository, monkeypatch):
    (tmp_path / "site").mkdir()
    repository(tmp_path / "site")
    assert core.environment()["git"] is None
    shutil.copy(tmp_path / RUN, tmp_path / "site" / RUN)
    assert core.environment()["git"] is None
    subprocess.run(["git", "-C", tmp_path, "add", "."], check=True)
    assert core.environment()["git"] is None
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    assert core.environment()["git"] is None


def test_git_that_hangs(monkeypatch):
    def hangs(words, timeout=None, **options):
        assert timeout and timeout <= 10, "no limit"
        raise subprocess.TimeoutExpired(words, timeout)

    monkeypatch.setattr(subprocess, "check_output", hangs)
    assert core.environment()["git"] is None


# ==== A wheel =====================================================================================
def test_a_wheel_writes_to_the_working_folder(tmp_path):
    if not find_spec("setuptools"):
        assert not os.environ.get("CI"), 'a wheel can\'t be built: pip install -e ".[test]"'
        pytest.skip("setuptools is missing")
    source, site, work = (tmp_path / name for name in ("source", "site", "work"))
    for folder in (source, site, work):
        folder.mkdir()
    for name in (RUN, DRAW, GIF, "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "studies", source / "studies", ignore=shutil.ignore_patterns("rerun"))
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    made = python(source, "-c", build, site, PYTHONWARNINGS="")  # as pip asks it to
    assert made.returncode == 0, made.stderr
    (wheel,) = site.glob("*.whl")
    shutil.unpack_archive(wheel, site, "zip")
    assert not (site / "studies").exists() and (site / RUN).exists()
    before = sorted(site.rglob("*"))

    def module(program, *options):
        name = program.removesuffix(".py")
        return python(work, "-B", "-m", name, *options, paths=[site])

    one_line(module(GIF), 2, "python3 -m chunker_very_deep_1200")
    assert module(RUN, *SHORT).returncode == 0
    assert module(GIF, "--max-frames", 2).returncode == 0
    made = {path.name for path in work.iterdir()}
    assert made == {"results.json", "chunker_very_deep_1200.gif"}
    assert sorted(site.rglob("*")) == before
    defaults = module(DRAW, "--help").stdout
    assert str(site) not in defaults and "viz" in defaults


# ==== Results files ===============================================================================
def changed(results, *path, to):
    results = copy.deepcopy(results)
    holder = results
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = to
    return results


REFUSED = [
    (("surprise_trace", "mask"), None), (("surprise_trace", "mask"), {}),
    (("surprise_trace", "tokens"), {}), (("surprise_trace", "loss"), None),
    (("surprise_trace",), None), (("hyperparameters",), []), (("symbols",), {"A": 1}),
    (("symbols",), None), (("seed",), True), (("T",), True), (("env",), None),
    (("hyperparameters", "auto_lr"), True), (("hyperparameters", "auto_epochs"), True),
    (("hyperparameters", "chunk_lr"), {}), (("chunker_eval_acc",), True),
    (("surprise_trace", "loss", 5), 1e308), (("baseline_grad_norms", 5), 1e308),
    (("automatizer_loss", 3), 1e308), (("wallclock_s",), 1e308),
    (("baseline_target_loss",), 10**400),
    (("chunker_grad_norms", 0), 1e308), (("depth_reduction_ratio",), 1e308),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), REFUSED, ids=str)
def test_json_of_another_kind_or_huge(small_results, tmp_path, path, value):
    (tmp_path / "r.json").write_text(json.dumps(changed(small_results, *path, to=value)))
    with pytest.raises(core.BadInput, match="make it anew"):
        core.load_results(tmp_path / "r.json")


def extreme(results, value, keys):
    results = copy.deepcopy(results)
    trace = results["surprise_trace"]
    if "threshold" in keys:
        trace["threshold"] = results["hyperparameters"]["threshold"] = value
    if "loss" in keys:
        trace["loss"][1:] = [value] * (len(trace["loss"]) - 1)
    for key in keys:
        if isinstance(results.get(key), list):
            results[key] = [value] * len(results[key])
        elif key in results:
            results[key] = value
    return results


EXTREME = [
    ["threshold"], ["loss"], ["threshold", "loss"], ["baseline_grad_norms", "chunker_grad_norms"],
    ["automatizer_loss", "chunker_loss", "baseline_loss"],
    ["baseline_filler_loss", "effective_depth_baseline", "wallclock_s"],
]  # fmt: skip


@pytest.mark.parametrize("keys", EXTREME, ids=lambda keys: keys[0])
def test_json_with_extreme_or_zero_values_is_quiet(small_results, tmp_path, keys):
    for value in (0, 1e30) if keys[0] == "loss" else (5e-324, 1e30):
        spoilt = extreme(small_results, value, keys)
        (tmp_path / "r.json").write_text(json.dumps(spoilt))
        with warnings.catch_warnings(record=True) as said, visualize.drawing():
            results = core.load_results(tmp_path / "r.json")
            if keys[0] in ("threshold", "loss"):
                sketch(visualize.surprise_pattern(results))
            elif keys[0] == "automatizer_loss":
                sketch(visualize.training_curves(results))
            else:
                sketch(visualize.gradient_vs_depth(results))
                sketch(visualize.depth_ratio_bar(results))
                gif.scene(results)(results["T"] - 1, 1.0)
        assert not said


def test_numbers_of_5000_digits(small_results, tmp_path, inside):
    text = json.dumps({**small_results, "wallclock_s": 8.125}).replace("8.125", "9" * 5000)
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(core.BadInput):
        core.load_results(tmp_path / "r.json")
    for given in ({"T": 10**5000}, {"auto_lr": 10**5000}, {"seed": -(10**5000)}):
        with pytest.raises(core.BadInput, match="number"):
            core.Config(**given)
    one_line(inside(RUN, "--T", "9" * 5000), 2, "must be a whole number")


# ==== The configuration ===========================================================================
@pytest.mark.parametrize(
    "given",
    [
        {"seed": True}, {"auto_lr": True}, {"auto_lr": "0.05"}, {"auto_lr": None},
        {"auto_lr": np.ones(2)}, {"auto_lr": np.array(0.05)}, {"auto_lr": 10**400},
        {"auto_lr": Fraction(1, 20)}, {"auto_lr": Decimal("0.05")}, {"auto_lr": np.bool_(True)},
        {"T": 30.0}, {"T": np.array(30)}, {"T": np.float64(30)}, {"seed": None},
        {"auto_lr": math.nan},
    ],
    ids=str,
)  # fmt: skip
def test_a_configuration_of_other_types(given):
    with pytest.raises(core.BadInput, match="must be"):
        core.Config(**given)


def test_numbers_of_numpy_are_stored_as_python_s():
    config = core.Config(T=np.int64(30), auto_lr=np.float32(0.5), chunk_lr=1, seed=np.uint8(3))
    kinds = [type(v) for v in (config.T, config.auto_lr, config.chunk_lr, config.seed)]
    assert kinds == [int, float, float, int] and config.auto_lr == 0.5


def test_a_text_for_a_number_is_quoted():
    with pytest.raises(core.BadInput, match="got '30'"):
        core.Config(T="30")


def test_distinct_sequences_are_scored_once(monkeypatch):
    calls, score = [], core.score
    monkeypatch.setattr(core, "score", lambda *a: calls.append(a) or score(*a))
    core.run(core.Config(T=20, n_eval=500, auto_epochs=20, chunk_epochs=2, baseline_epochs=2))
    assert len(calls) < 10


# ==== Ctrl-C ======================================================================================
def started(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)], cwd=folder, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def pressed(running, twice=False):
    """Ctrl-C, as the terminal sends it: to all processes. What was said but for progress bars."""
    os.killpg(running.pid, signal.SIGINT)
    if twice:
        time.sleep(0.001)
        os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=30)
    return [line for line in said.splitlines() if line.strip() and "|" not in line]


@pytest.mark.parametrize("after", [0.0, 0.6])
def test_ctrl_c_in_a_study_s_workers(tmp_path, after):
    options = "--quick", "--jobs", 2, "--out", tmp_path
    running = started(tmp_path, "-m", "studies", "seeds", *options)
    while running.stderr.read(1) != "h":  # of "headline", beside the bar
        pass
    time.sleep(after)
    assert pressed(running) == ["studies: interrupted"] and running.returncode == 130
    assert not list(tmp_path.rglob("*.json")) and not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize(("after", "twice"), [(0.05, False), (0.4, False), (0.4, True)])
def test_ctrl_c_during_figures(tmp_path, after, twice):
    code = "import visualize_chunker_very_deep_1200 as v; print('go', flush=True);"
    code += "v.run_command(v.main)"
    running = started(tmp_path, "-c", code, "--outdir", tmp_path)
    assert running.stdout.readline() == "go\n"
    time.sleep(after)
    assert pressed(running, twice) == ["-c: interrupted"] and running.returncode == 130
    assert not list(tmp_path.glob("*.tmp"))


SWALLOWED = """
import os, signal, sys, time
import chunker_very_deep_1200 as core

class Odd:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)

def main():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
    except BaseException:  # as some libraries do
        pass

def in_a_destructor():
    Odd()

def slow():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(30)

signal.signal(signal.SIGINT, signal.default_int_handler)
core.run_command({"main": main, "destructor": in_a_destructor, "twice": slow}[sys.argv[1]])
"""


@pytest.mark.parametrize("how", ["main", "destructor", "twice"])
def test_ctrl_c_that_a_library_swallows(tmp_path, how):
    one_line(python(tmp_path, "-c", SWALLOWED, how), 130, "-c: interrupted")


# ==== Memory ======================================================================================
@pytest.mark.parametrize("program", [[ROOT / RUN], [ROOT / DRAW], [ROOT / GIF], ["-m", "studies"]])
@pytest.mark.parametrize("megabytes", [30, 60])
def test_too_little_memory_for_numpy(tmp_path, program, megabytes):
    size = megabytes << 20
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))  # noqa: E731
    one_line(python(tmp_path, *program, "--help", before=limit), 1)
    assert not list(tmp_path.iterdir())
