"""Words by surprise: what an area and an F1 are, whose text is read, and what a run says."""

import json

import numpy as np
import pytest
from conftest import sketch
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
import visualize_chunker_very_deep_1200 as visualize
from studies.lab import catalogue, grammar, letters, surprises
from studies.lab.verdicts import HOLDS, IN_PART, NOT
from studies.memory import words


# ==== Measures ====================================================================================
def test_the_area_is_the_share_of_pairs_in_order():
    rng = np.random.default_rng(0)
    score, flags = rng.integers(6, size=60).astype(float), rng.random(60) < 0.4
    high, low = score[flags][:, None], score[~flags]
    pairs = (high > low).mean() + 0.5 * (high == low).mean()
    assert surprises.area(score, flags) == pytest.approx(pairs)
    assert surprises.area(flags.astype(float), flags) == 1
    assert surprises.area(np.zeros(60), flags) == 0.5


def test_the_best_f1_is_that_of_the_best_of_all_thresholds():
    rng = np.random.default_rng(1)
    for n in (3, 40):
        score, flags = rng.integers(9, size=n).astype(float), rng.random(n) < 0.4
        flags[0] = True
        every = [surprises.f1(score > t, flags) for t in np.arange(-0.5, 9)]
        best, threshold = surprises.best_threshold(score, flags)
        assert best == pytest.approx(max(every))
        assert surprises.f1(score > threshold, flags) == best


def test_f1_by_hand():
    chosen, flags = np.array([1, 1, 1, 0, 0], bool), np.array([1, 0, 0, 1, 0], bool)
    assert surprises.f1(chosen, flags) == pytest.approx(2 / (3 + 1 / (1 / 2)))  # P 1/3, R 1/2
    assert surprises.f1(np.zeros(5, bool), flags) == 0


def test_the_threshold_is_the_other_text_s():
    score, flags = np.array([1.0, 2.0, 3.0]), np.array([False, True, True])
    found = words.detection(score, flags, score + 1, flags)
    assert (
        found["threshold"] == 2.5 and found["best_f1"] == 1 and found["f1"] == pytest.approx(2 / 3)
    )


def test_what_goes_up_against_the_threshold():
    loss, begins = np.array([0.05, 0.4, 3.5, 9.0]), np.array([False, True, False, True])
    rows = dict(zip(surprises.THRESHOLDS, surprises.against_threshold(loss, begins)))
    assert rows[0.0] == {"k": 1.0, "onsets": 0.5, "found": 1.0}
    assert rows[0.35] == {"k": 0.75, "onsets": 2 / 3, "found": 1.0}
    assert rows[4.0] == {"k": 0.25, "onsets": 1.0, "found": 0.5}
    assert surprises.against_threshold(loss * 0, begins)[-1]["onsets"] is None


def test_first_letters_and_losses_by_place():
    text = grammar.text(np.random.default_rng(2), 300)
    begins = surprises.onsets(text)
    spelt = grammar.spelt(text.symbols)
    assert [i for i in range(300) if begins[i]] == [
        i for i in range(300) if spelt[i] == " " and spelt[i + 1] != " "
    ]
    loss = np.arange(300.0)
    found = words.by_place(loss, text)
    assert found[0] == loss[begins].mean()
    assert found[-1] == np.mean([i for i in range(300) if spelt[i + 1] == " "])
    part = words.stretch(text, {"net": loss, "exact": loss})
    assert part["begins"][0] and part["letters"][0] != " " and part["net"][0] >= words.FROM


@pytest.mark.parametrize("spaces", [True, False])
def test_by_the_grammar_every_first_letter_is_known(spaces):
    """By another way: the words are there to be looked up."""
    text = grammar.text(np.random.default_rng(3), 1500, spaces)
    p = words.known(text.symbols, spaces)
    assert np.array_equal(p > 0.5, surprises.onsets(text))
    assert words.first_states(spaces).sum() == sum(
        len(w) for n in range(len(grammar.PATTERNS)) for w in grammar.places(n)
    )


# ==== The study ===================================================================================
@pytest.fixture(scope="module")
def results(quick_run):
    results = quick_run("words")
    of_its_kind("words", results)
    return results


def test_a_quick_run(results):
    header, rows = words.table(results)
    assert len(header) <= 8 and all(len(row) == len(header) for row in rows)
    assert "area" in words.answer(results) and len(words.document(results)) == 2
    assert set(words.figures(results)) == {"words.png"}
    for kind in results["texts"].values():
        found = kind["found"]
        assert found["known"]["area"]["mean"] > 0.99 and found["exact"]["area"]["mean"] > 0.9
        assert found["untrained"]["area"]["mean"] < 0.7
        assert found["exact"]["loss"]["mean"] < min(found[n]["loss"]["mean"] for n in words.TABLES)
        below = found["exact"]["area"]["mean"] - found["net"]["area"]["mean"]
        assert kind["below"]["area"]["mean"] == pytest.approx(below)
        assert kind["near"]["area"]["k"] == sum(
            run["found"]["exact"]["area"] - run["found"]["net"]["area"] <= 0.03
            for run in kind["runs"]
        )
    assert results["texts"]["spaces"]["found"]["after a space"]["f1"]["min"] == 1
    assert "after a space" not in results["texts"]["no spaces"]["found"]
    one = (False, letters.FIRST_SEED, words.QUICK)
    assert words.one_run(one) == words.one_run(one)


@pytest.mark.parametrize(
    ("above", "below", "says"),
    [((0.01, 0.0101), 0.02, "nearly as well"), ((0.1, 0.11), 0.02, "less well"),
     ((-0.1, 0.1), 0.02, "as well"), ((-0.1, -0.11), 0.02, "better")],
)  # fmt: skip
def test_how_well_a_table_does_beside_the_net(above, below, says):
    """By differences within seeds, whatever the seeds have in common."""
    runs = [
        {"found": {"net": {"f1": base + d}, **{name: {"f1": base} for name in words.TABLES}}}
        for base, d in zip((0.3, 0.6), above)
    ]
    found = {name: {"f1": {"mean": 0.5}} for name in words.TABLES}
    kind = {"runs": runs, "found": found, "below": {"f1": {"mean": below}}}
    results = {"texts": {"no spaces": kind}}
    assert words.above_table(results, "no spaces")["mean"] == pytest.approx(sum(above) / 2)
    assert words.how_well(results, "no spaces") == says


def test_the_loss_marks_words_only_if_it_does(results):
    changed = json.loads(json.dumps(results))
    net = changed["texts"]["spaces"]["found"]["net"]
    net["area"]["interval"] = [0.6, 0.9]
    changed["texts"]["no spaces"]["found"]["net"]["area"]["interval"] = [0.6, 0.9]
    for one in changed["texts"].values():
        one["found"]["net"]["by_place"][0][1]["mean"] = 99.0
    *_, verdict, why = words.document(changed)[0]
    assert words.holds(changed) and verdict == HOLDS and why.startswith("Holds")
    net["by_place"][0][1]["mean"] = 0.0
    *_, verdict, why = words.document(changed)[0]
    assert verdict == NOT and why.startswith("Does not hold")


def test_words_are_discovered_where_no_space_tells_them_and_no_table_does_as_well(results):
    changed = json.loads(json.dumps(results))
    no_spaces, spaces = (changed["texts"][kind] for kind in ("no spaces", "spaces"))
    said = []
    for above in (-0.1, 0.1):
        for run in no_spaces["runs"]:
            run["found"]["net"]["f1"] = above + max(run["found"][n]["f1"] for n in words.TABLES)
        for by_space in (1.0, 0.0):
            spaces["found"]["after a space"]["f1"]["mean"] = by_space
            *_, verdict, why = words.document(changed)[1]
            said.append(verdict)
            assert ("not told" in why) == (not by_space)
    assert said == [NOT, IN_PART, IN_PART, HOLDS]


# ==== A text of one's own =========================================================================
SMALL = words.Plan(1, 0, 30)
TEXT = "the cat sees a dog. Ein Häschen hüpft!\n" * 20


def of_file(tmp_path, data):
    path = tmp_path / "own.txt"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


BAD = [
    (b"", "empty"), (b"\x00\x01" * 500, "bytes of 0"), (b"\xff\xfe\x80" * 500, "UTF-8"),
    ("short", "200 to 200,000"), ("x" * 200_001, "200 to 200,000"), (b"a" * 900_000, "200 to"),
    ("ä" * 450_000, "200 to 200,000"), ("".join(map(chr, range(256, 520))), "256 different"),
    (("a" + "€" * 300_000), "more than"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "says"), BAD)
def test_a_file_that_can_t_be_used(tmp_path, data, says):
    with pytest.raises(core.BadInput, match=says):
        words.read_text(of_file(tmp_path, data))


@pytest.mark.parametrize("name", ["", ".", "none.txt", "x" * 5000, "loop", "own.txt/", "\udcff"])
def test_what_is_no_file(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    of_file(tmp_path, TEXT)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(core.BadInput):
        words.read_text(name)


def test_marks_and_line_ends_are_no_letters(tmp_path):
    assert words.read_text(of_file(tmp_path, b"\xef\xbb\xbf" + b"ab\r\n" * 80)) == "ab\n" * 80


@pytest.mark.parametrize("option", [["--out", "o"], []])
def test_a_refused_file_is_one_line_and_writes_nothing(inside, tmp_path, option):
    done = inside("studies", "words", "--text", "none.txt", *option)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "not a file" in done.stderr
    assert not list(tmp_path.iterdir())


def test_it_never_goes_over_what_is_committed(inside, tmp_path):
    path = of_file(tmp_path, TEXT)
    done = inside("studies", "words", "--text", path, "--out", catalogue.HOME / "memory")
    assert done.returncode == 2 and "give --text another folder" in done.stderr


def test_a_run_of_one_s_own_text(inside, tmp_path, monkeypatch):
    monkeypatch.setattr(words, "FULL", SMALL)
    monkeypatch.setattr(visualize, "png", sketch)
    call = ["studies", "words", "--text", of_file(tmp_path, TEXT), "--out", tmp_path / "o"]
    done = inside(*call, "--jobs", 1)
    assert done.returncode == 0, done.stderr
    results = core.read_json(tmp_path / "o" / "results" / "words.json", "")
    own = results["own"]
    assert results["env"]["options"] == {"text": call[3]} and own["file"] == "own.txt"
    assert (tmp_path / "o" / "viz" / "words.png").stat().st_size > 1000
    assert own["second_half"] == TEXT[len(TEXT) // 2 :] and len(own["loss"]) == len(TEXT) // 2
    assert sorted(own["alphabet"]) == sorted(set(TEXT))
    assert own["found"]["table of 6"]["loss"] < 0.3 and own["found"]["net"]["area"] > 0
    header, rows = words.table(results)
    assert all(len(row) == len(header) for row in rows) and "own.txt" in words.answer(results)
    again = inside("studies", "words", "--plot-only", "--out", tmp_path / "o")
    assert again.returncode == 0 and "committed" not in again.stdout


@pytest.mark.parametrize("text", ["thecatseesadog" * 20, "a" * 300, " \n" * 150])
def test_a_text_without_words(tmp_path, text):
    results = words.compute(SMALL, 1, text=of_file(tmp_path, text))
    results = json.loads(json.dumps(results, allow_nan=False))
    assert results["own"]["found"]["net"]["area"] is None
    assert "no words" in words.answer(results) and words.figures(results)
    assert words.table(results)[1][0][2] == "-"


def test_nothing_is_learnt_from_what_is_read(tmp_path):
    """Other letters at the end change no loss before them, and the threshold is not theirs."""
    half, found = "cat dog " * 25, []
    for end in ("cat dog ", "dog cat "):
        own = words.own_text((of_file(tmp_path, half * 3 + end * 25), SMALL))
        found.append((own["loss"][:200], own["found"]["net"]["threshold"]))
        assert own["second_half"] == half + end * 25
    assert found[0] == found[1]
    assert own["loss"][200:] != own["loss"][:200]


def test_words_begin_after_white_space():
    assert words.begins_of("x a\n bc  ").tolist() == [0, 1, 0, 0, 1, 0, 0, 0]


def test_a_table_reads_a_text_in_blocks_as_whole():
    rng = np.random.default_rng(4)
    symbols = rng.integers(5, size=300)
    for order in (1, 6):
        p = letters.table(symbols, order, 5)
        whole = letters.nats(p(symbols), symbols)
        blocks = words.in_blocks(p, symbols, block=37)
        assert np.allclose(blocks[6:], whole[6:]) and len(blocks) == 300 - 1
