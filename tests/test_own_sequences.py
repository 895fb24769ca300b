"""Sequences and tasks of one's own; symbols outside the alphabet."""

import math
import re

import numpy as np
import pytest
from conftest import ROOT, sketch

import chunker_very_deep_1200 as core
import visualize_chunker_very_deep_1200 as figures

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def test_the_readme_s_own_sequences(capsys):
    """The README's very text: a cycle of 40 is learnt, the planted symbol found at its time."""
    example = EXAMPLES[0]
    assert sum(bool(line.strip()) for line in example.splitlines()) <= 20
    names = {}
    exec(example, names)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["0", "77"] and "step 3 " in lines[1]
    assert len(names["alphabet"]) == 40 and names["losses"][-1] < names["losses"][0]
    # fresh sequences of other lengths: nothing but the first symbol surprises
    for start, n in ((3, 50), (17, 333)):
        (read,), _ = core.encode([(names["cycle"] * 20)[start : start + n]], names["alphabet"])
        assert [s.time for s in core.surprises(names["A"], read)] == [0]
    # C was taught one stream of two events: it predicts the second
    _, log_p = core.score(names["C"], np.array([[0], [3]]))
    assert names["alphabet"][log_p[0].argmax()] == "step 3"
    with pytest.raises(core.BadInput, match=r"'step 40' at step 2 of sequence 0 .* alphabet of 40"):
        core.encode([["step 1", "step 2", "step 40"]], names["alphabet"])


def test_the_readme_s_own_task(capsys):
    exec(EXAMPLES[1], {})
    recall, choice = map(float, capsys.readouterr().out.split())
    assert recall == 1.0 and 0.1 < choice < 0.6


def countdown(rng, T, batch):
    tokens = np.repeat(3 + np.arange(T)[:, None] % 10, batch, axis=1)
    tokens[0] = tokens[-1] = rng.integers(3, size=batch)
    return tokens


def test_results_of_a_task_of_one_s_own_are_a_results_file(tmp_path):
    task = core.Task(countdown, "xyz9876543210", 3)
    results = core.run(core.Config(T=40, auto_epochs=20, chunk_epochs=20, n_eval=5), task=task)
    path = tmp_path / "r.json"
    path.write_bytes(core.to_json(results))
    read = core.load_results(path)
    assert read["symbols"] == list("xyz9876543210") and len(read["surprise_trace"]["tokens"]) == 40
    for draw in figures.FIGURES.values():
        assert sketch(draw(read))
    del read["symbols"]
    assert core.problem_with(read) == "surprise_trace does not describe 40 tokens"


def successor(rng, T, batch):
    """As `countdown`, but what is to be recalled is not what stood first."""
    tokens = countdown(rng, T, batch)
    tokens[-1] = (tokens[0] + 1) % 3
    return tokens


def test_what_is_recalled_is_the_last_symbol_not_the_first(monkeypatch):
    task = core.Task(successor, "xyz9876543210", 3)
    config = core.Config(T=12, auto_epochs=60, chunk_epochs=100, n_eval=41)
    always_z = core.zero_rnn(1, 13, 13)
    always_z.b_y[2] = 1.0
    monkeypatch.setattr(core, "train_baseline", lambda *_: (always_z, [0.0], [0.0]))
    results = core.run(config, task=task)
    assert results["chunker_target_acc"][-1] == results["chunker_eval_acc"] == 1.0
    last = core.draw(task, core.random_streams(0)["evaluation"], 12, 41)[-1]
    assert results["baseline_eval_acc"] == results["baseline_choice_acc"] == np.mean(last == 2)
    assert np.mean(last == 2) != np.mean(last == 0)


@pytest.mark.parametrize(
    ("sequences", "symbols"),
    [
        (["abca", "bb"], "abc"),
        ([[5, 7, 5], [9]], [5, 7, 9]),
        ([("the", "cat"), ("a", "cat")], ["the", "cat", "a"]),
        ([np.array([3, 3, 1])], [3, 1]),
    ],
)
def test_any_symbols(sequences, symbols):
    tokens, alphabet = core.encode(sequences)
    assert alphabet == list(symbols)
    assert [[alphabet[i] for i in x] for x in tokens] == [list(x) for x in sequences]


@pytest.mark.parametrize(
    "alphabet", [["a", "b"], ("a", "b"), "ab", iter("ab"), np.array(["a", "b"])]
)
def test_an_alphabet_that_is_given_is_used(alphabet):
    (tokens,), used = core.encode(["bab"], alphabet)
    assert tokens.tolist() == [1, 0, 1] and list(used) == ["a", "b"] and isinstance(used, list)


@pytest.mark.parametrize("alphabet", ["", []])
def test_an_empty_alphabet_has_no_symbol(alphabet):
    with pytest.raises(core.BadInput, match=r"'b' at step 0 of sequence 0 .* alphabet of 0"):
        core.encode(["bab"], alphabet)


@pytest.mark.parametrize(
    "wrong", [[0, 4], [0, -1], [], [0.0, 1.0], [[0], [1]], ["a"], np.array([True, False])]
)
def test_a_sequence_that_is_no_row_of_symbols_is_named(wrong):
    good = [np.array([0, 1, 2, 3])] * 3
    with pytest.raises(core.BadInput, match=r"sequence 3 is no row of symbols 0 \.\. 3"):
        core.learn_sequences([*good, wrong], 4, core.Config(auto_epochs=1))
    with pytest.raises(core.BadInput, match=r"sequence 0 is no row"):
        core.surprises(core.zero_rnn(2, 4, 4), wrong)


def test_lists_are_sequences_too():
    A, _ = core.learn_sequences([[0, 1, 0, 1], [1, 0]], 2, core.Config(auto_epochs=1))
    assert core.surprises(A, [0, 1, 1])[0].time == 0


def test_even_odds_are_a_surprise():
    """Two symbols, each with p = 1/2: the one that was not the most probable is among them."""
    at = [s.time for s in core.surprises(core.zero_rnn(4, 2, 2), [0, 1, 1, 0])]
    assert at == [0, 1, 2, 3]


def test_c_learns_from_every_sequence():
    found = [[core.Surprise(0, i, math.nan), core.Surprise(5, (i + 1) % 4, 9.0)] for i in range(4)]
    C, losses = core.learn_surprises(found, 4, core.Config())
    assert losses[-1] < 0.1
    for i in range(4):
        _, log_p = core.score(C, np.array([[i], [0]]))
        assert log_p[0].argmax() == (i + 1) % 4


@pytest.mark.parametrize("sequences", [[], [""], ["ab", []]])
def test_nothing_to_encode(sequences):
    with pytest.raises(core.BadInput, match="at least one"):
        core.encode(sequences)


def test_nothing_to_learn():
    with pytest.raises(core.BadInput, match="nothing to predict"):
        core.learn_sequences([np.array([0])], 2, core.Config())
    with pytest.raises(core.BadInput, match="lower the threshold"):
        core.learn_surprises([[core.Surprise(0, 1, math.nan)]], 2, core.Config())


def test_surprises_are_those_of_the_losses():
    net = core.init_rnn(np.random.default_rng(0), 5, 1.0, 9, 9)
    x = np.random.default_rng(1).integers(9, size=5000)  # three blocks
    loss, _ = core.score(net, x[:, None])
    found = core.surprises(net, x, threshold=2.5)
    assert found[0][:2] == (0, x[0]) and math.isnan(found[0].loss)
    assert [s.time for s in found[1:]] == (1 + np.flatnonzero(loss[:, 0] > 2.5)).tolist()
    assert all(s.symbol == x[s.time] and s.loss == loss[s.time - 1, 0] for s in found[1:])
    assert [s.time for s in core.surprises(net, x[:1])] == [0]


def test_at_log_2_every_misprediction_is_a_surprise():
    net = core.init_rnn(np.random.default_rng(2), 6, 2.0, 5, 5)
    x = np.random.default_rng(3).integers(5, size=800)
    at = {s.time for s in core.surprises(net, x)}
    for start, targets, logits in core.predictions(net, x[:, None]):
        wrong = np.flatnonzero(logits.argmax(axis=-1)[:, 0] != targets[:, 0])
        assert {start + 1 + int(t) for t in wrong} <= at


def test_lengths_do_not_mix():
    """What is learnt from sequences of different lengths is what each alone would teach."""
    tokens, _ = core.encode(["abcabcab", "cab", "bcabca", "a"])
    config = core.Config(auto_epochs=3, auto_hidden=4)
    A, losses = core.learn_sequences(tokens, 3, config)
    rng = core.random_streams(0)
    same = core.init_rnn(rng["auto_init"], 4, core.AUTO_STD, 3, 3)
    grad, kept = core.zeros_like(same), [x for x in tokens if len(x) > 1]
    for i in rng["auto_data"].integers(3, size=3 * core.AUTO_BATCH):
        u = core.buffers(same, len(kept[i]) - 1, 1)
        core.load(u, kept[i][:, None])
        for window in core.windows(u, config.auto_truncate):
            core.update(same, grad, window, config.auto_lr)
    assert np.array_equal(A.flat, same.flat) and len(losses) == 24


@pytest.mark.parametrize("wrong", [9, -1, 7, 255])
@pytest.mark.parametrize("read", [core.score, lambda net, x: core.compress(net, x, 1.0)])
def test_a_symbol_outside_the_alphabet_is_named_with_its_place(wrong, read):
    net, tokens = core.zero_rnn(4), np.zeros((5000, 2), int)
    tokens[4321, 1] = wrong
    with pytest.raises(core.BadInput, match=f"symbol {wrong} at step 4321 of sequence 1 .* 0 .. 6"):
        read(net, tokens)


@pytest.mark.parametrize("tokens", [np.zeros((3, 1)), np.full((3, 1), np.nan), [["a"], ["b"]]])
def test_symbols_are_whole_numbers(tokens):
    u = core.unroll(2, 1, 4)
    with pytest.raises(core.BadInput, match="whole numbers"):
        core.load(u, tokens)


def test_training_refuses_a_symbol_outside_the_alphabet():
    task = core.Task(countdown, "xyz9876", 3)
    with pytest.raises(core.BadInput, match="symbol 7 at step 4 of sequence 0"):
        core.run(core.Config(T=40), task=task)


def test_training_on_one_s_own_that_diverges_says_so_and_no_more():
    """numpy's warnings are errors in these tests."""
    found = [[core.Surprise(t, t % 3, 1.0) for t in range(6)]]
    with pytest.raises(core.Diverged, match="chunker diverged"):
        core.learn_surprises(found, 3, core.Config(chunk_lr=1e9, chunk_epochs=400))
    with pytest.raises(core.Diverged, match="automatizer diverged"):
        core.learn_sequences([np.arange(40) % 3] * 4, 3, core.Config(auto_lr=1e9))


@pytest.mark.parametrize("n_in", [3, 6, 40])
def test_the_alphabet_s_last_number_is_named(n_in):
    u = core.unroll(2, 1, 2, n_in, n_in)
    with pytest.raises(core.BadInput, match=rf"not in the alphabet 0 \.\. {n_in - 1}$"):
        core.load(u, np.array([[0], [n_in], [0]]))


@pytest.mark.parametrize("shape", [(11, 3), (13, 3), (12, 2), (12, 4), (12,)])
def test_a_task_that_draws_another_shape_is_named(shape):
    task = core.Task(lambda rng, T, batch: np.zeros(shape, int), "ab", 2)
    with pytest.raises(core.BadInput, match=r"draw\(rng, 12, 3\) of the task gave an array \("):
        core.draw(task, np.random.default_rng(0), 12, 3)
