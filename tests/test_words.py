"""What the program says, word by word: the summary, the log, the messages."""

import pytest

import chunker_very_deep_1200 as core


def test_what_was_given_is_shown_in_one_short_line():
    assert core.shown([1, "a\nb"]) == r"[1, 'a\nb']"
    assert core.shown("x" * 58) == "'" + "x" * 58 + "'"  # 60 characters
    assert core.shown("x" * 59) == "'" + "x" * 56 + "..."
    assert core.shown(10**5000) == "a number too long to print"


def test_the_summary_has_the_document_s_numbers_beside_ours():
    results = {
        "chunker_eval_acc": 0.96, "baseline_eval_acc": 0.02, "chunker_choice_acc": 0.98,
        "baseline_choice_acc": 0.52, "effective_depth_baseline": 7, "effective_depth_chunker": 2.5,
        "depth_reduction_ratio": 479.64, "chunker_avg_surprises": 2.5,
        "baseline_filler_loss": 0.00154, "wallclock_s": 0.716,
    }  # fmt: skip
    assert core.summary(results) == [
        "T = 1200 in the document                document   this run",
        "recall accuracy, chunker                  100.0%      96.0%",
        "recall accuracy, baseline                   0.0%       2.0%",
        "choice accuracy A or B, chunker                -      98.0%",
        "choice accuracy A or B, baseline               -      52.0%",
        "effective BPTT depth, baseline, steps          4          7",
        "effective BPTT depth, chunker, events          2        2.5",
        "depth-reduction ratio (T - 1) / k         599.5x     479.6x",
        "surprises per sequence k                    2.00       2.50",
        "baseline loss on filler, nats/step             -     0.0015",
        "run time, s                                 29.8       0.72",
    ]


@pytest.mark.parametrize(
    ("epochs", "printed"),
    [(30, range(3, 31, 3)), (7, range(1, 8)), (25, [3, 5, 8, 10, 13, 15, 18, 20, 23, 25])],
)
def test_the_log_is_printed_every_tenth_of_the_way(capsys, epochs, printed):
    for epoch in range(1, epochs + 1):
        core.print_tenths("chunker", epoch, epochs, 1 / 3 + epoch)
    assert capsys.readouterr().out.splitlines() == [
        f"chunker      epoch {epoch:4}/{epochs}  loss {epoch:5}.3333 nats/sequence"
        for epoch in printed
    ]


def test_a_file_of_another_run_is_named_with_what_was_wanted(small_file):
    with pytest.raises(core.BadInput) as refused:
        core.load_results(small_file, seed=5)
    assert str(refused.value) == (
        f"{small_file} is of seed 0, T 60: make it with "
        f"python3 chunker_very_deep_1200.py --seed 5 --T 60 --out {small_file}"
    )
    with pytest.raises(core.BadInput, match=r"make it with .* --seed 0 --T 61 --out"):
        core.load_results(small_file, T=61)
    assert core.load_results(small_file, seed=0, T=60) == core.load_results(small_file)


def test_memory_that_is_not_there_is_named(monkeypatch):
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 3 << 18}  # 3 GiB
    monkeypatch.setattr(core.os, "sysconf", pages.__getitem__)
    monkeypatch.setattr(core, "bytes_needed", lambda config, n_symbols: 3 << 30)
    core.check_memory(core.Config(), 7)
    monkeypatch.setattr(core, "bytes_needed", lambda config, n_symbols: (7 << 30) + n_symbols)
    with pytest.raises(core.BadInput) as refused:
        core.check_memory(core.Config(T=70), 7)
    assert str(refused.value) == (
        "T = 70 with these sizes needs about 7 GiB of memory and this machine has 3: "
        "lower --T, hidden sizes, --chunk-epochs or --n-eval"
    )


@pytest.mark.parametrize("error", [AttributeError, ValueError, OSError])
def test_where_nobody_tells_the_memory_the_run_begins(monkeypatch, error):
    def sysconf(name):
        raise error

    monkeypatch.setattr(core.os, "sysconf", sysconf)
    core.check_memory(core.Config(T=10**9), 7)


def test_numbers_are_alike_to_a_millionth():
    assert core.alike({"a": [1.0, None, "x", 3]}, {"a": [1 + 0.9e-6, None, "x", 3]})
    for other in (1 + 1.1e-6, 2, "1.0", None, [1.0]):
        assert not core.alike({"a": 1.0}, {"a": other})
    assert not core.alike(3, 4) and not core.alike([1.0], [1.0, 1.0])
    assert not core.alike({"a": 1.0}, 1.0) and not core.alike(1.0, [1.0])
    assert not core.alike(1.0, "x") and not core.alike("x", 1.0)
    assert not core.alike({"a": 1.0}, {"b": 1.0}) and not core.alike({"a": 1.0}, {})


def test_the_command_names_what_is_not_the_default():
    assert core.command() == core.command(out=core.RESULTS) == "python3 chunker_very_deep_1200.py"
    assert core.command(3, 99).endswith("1200.py --seed 3 --T 99")
    assert core.command(T=7, out="a b").endswith("1200.py --T 7 --out 'a b'")
