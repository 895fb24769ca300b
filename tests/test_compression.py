"""The task, what counts as a surprise, and what the chunker is given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chunker_very_deep_1200 as core


@given(T=st.integers(7, 500), seed=st.integers(0, 2**63), batch=st.integers(1, 9))
def test_task_invariants(T, seed, batch):
    tokens = core.trigger_recall(np.random.default_rng(seed), T, batch)
    assert tokens.shape == (T, batch)
    assert set(tokens[0]) <= {0, 1}
    assert np.array_equal(tokens[0], tokens[-1])
    assert (tokens[1] == core.SYMBOLS.index("1")).all()
    filler = tokens[1:-1].astype(int)
    assert filler.min() >= 2 and filler.max() <= 6
    assert ((np.diff(filler, axis=0) - 1) % 5 == 0).all()


def test_both_triggers_come_equally_often():
    first = core.trigger_recall(np.random.default_rng(0), 7, 10_000)[0]
    assert abs(first.mean() - 0.5) < 0.02  # four standard deviations


def test_surprise_is_a_loss_above_the_threshold_and_the_first_symbol():
    loss = np.array([[0.1, 3.0], [2.0, 0.0], [2.1, 2.0]])
    mask = core.surprising(loss, threshold=2.0)
    assert mask.T.tolist() == [[True, False, False, True], [True, True, False, False]]


def test_nothing_is_filled_in_where_nothing_is_flagged():
    net = core.zero_rnn(4)  # predicts every symbol with probability 1/7: loss log 7
    tokens = core.trigger_recall(np.random.default_rng(0), 20, 3)
    for threshold, length, flagged in ((np.log(7) + 1e-9, 1, False), (np.log(7) - 1e-9, 20, True)):
        for sequence, event in zip(tokens.T, core.compress(net, tokens, threshold)):
            assert np.array_equal(event.symbols, sequence[:length])
            assert event.target_flagged is flagged


def test_a_target_that_is_not_flagged_is_a_failed_recall():
    rng = np.random.default_rng(0)
    chunker = core.init_rnn(rng, 8, 0.2)
    missed = [core.Events(np.array([0, 4]), False), core.Events(np.array([1]), False)]
    logits, answered = core.chunker_logits(chunker, missed)
    logits[:, :] = [[9, 0, 0, 0, 0, 0, 0], [0, 9, 0, 0, 0, 0, 0]]  # would have been right
    assert core.recall_accuracies(logits, np.array([0, 1]), answered) == (0.0, 0.0)
    assert core.recall_accuracies(logits, np.array([0, 1])) == (1.0, 1.0)


def test_recall_and_choice_ask_different_questions():
    logits = np.array([[2.0, 1, 0, 0, 0, 0, 5], [1, 2, 0, 0, 0, 0, 0], [1, 2, 0, 5, 0, 0, 0]])
    assert core.recall_accuracies(logits, np.array([0, 1, 0])) == pytest.approx((1 / 3, 2 / 3))


def test_a_failing_detector_reaches_the_results():
    config = core.Config(T=40, auto_epochs=1, n_eval=10)
    rng = core.random_streams(0)
    automatizer, _ = core.train_automatizer(config, rng, core.silent)
    chunker, losses, recalled, k = core.train_chunker(config, rng, automatizer, 1e9, core.silent)
    assert set(losses) == set(recalled) == {0.0} and set(k) == {1.0}
    measured = core.evaluate(config, rng, automatizer, 1e9, chunker, automatizer)
    assert measured["chunker_eval_acc"] == measured["chunker_choice_acc"] == 0.0
    assert measured["chunker_avg_surprises"] == 1.0 and measured["chunker_grad_norms"] == []


def test_chunker_that_is_fed_everything_learns_from_everything():
    config = core.Config(T=12, chunk_epochs=2)
    rng = core.random_streams(0)
    automatizer = core.zero_rnn(4)
    _, _, _, k = core.train_chunker(config, rng, automatizer, 0.0, core.silent)
    assert k == [12.0, 12.0]


@given(seed=st.integers(0, 999), n=st.integers(1, 30))
def test_distinct_sequences(seed, n):
    tokens = np.random.default_rng(seed).integers(2, size=(3, n)).astype(np.uint8)
    first, which = core.distinct(tokens)
    assert np.array_equal(tokens[:, first][:, which], tokens)
    assert len(first) == len({column.tobytes() for column in tokens.T})


@pytest.mark.parametrize(
    ("norms", "depth"),
    [([1, 1, 1, 1], 4), ([0, 0, 0, 1], 1), ([0, 0.01, 0.5, 1], 3), ([1, 0, 0, 1], 4), ([0, 0], 0)],
)
def test_effective_depth(norms, depth):
    assert core.effective_depth(np.array(norms, float)) == depth


def test_threshold_is_the_midpoint_of_the_medians():
    net = core.zero_rnn(4)
    net.b_y[:] = 0, 0.5, 3, 2, 1, 0, -3  # another loss for each symbol: means are not medians
    tokens = core.trigger_recall(np.random.default_rng(0), 20, 5)
    tokens[0] = tokens[-1] = 0, 0, 0, 0, 1
    loss = np.log(np.exp(net.b_y).sum()) - net.b_y
    filler = np.median(loss[tokens[1:-1]])
    assert filler != pytest.approx(loss[tokens[1:-1]].mean())
    loss_of_a, _ = core.score(net, tokens)
    assert core.surprise_threshold(loss_of_a) == pytest.approx((filler + loss[0]) / 2)


def test_a_flagged_filler_in_the_target_s_place_is_no_recall():
    """An A that is surprised by the filler 5 alone: C predicts it, and gets no credit."""
    net = core.zero_rnn(4)
    net.b_y[core.SYMBOLS.index("5")] = -9.0
    config = core.Config(T=8, chunk_epochs=30)  # A 1 2 3 4 5 1 A: the event is the 5
    rng = core.random_streams(0)
    _, losses, recalled, k = core.train_chunker(config, rng, net, 5.0, core.silent)
    assert set(k) == {2.0} and losses[-1] < 0.5 * losses[0]
    assert set(recalled) == {0.0}


def test_a_sequence_with_nothing_to_predict_is_refused():
    for shape in ((1, 3), (0, 3), (5, 0)):
        with pytest.raises(core.BadInput, match="nothing to predict"):
            core.score(core.zero_rnn(1), np.zeros(shape, int))
    assert core.score(core.zero_rnn(1), np.zeros((2, 1), int))[0].shape == (1, 1)


def test_recall_is_of_the_last_of_several_predictions():
    """C learns A 1 2: its first prediction is right from an epoch on, its last from another."""
    events = [core.Events(np.array([0, 3, 4]), True), core.Events(np.array([1, 3, 5]), True)]
    n = 3 * core.CHUNK_SEQUENCES
    which = np.arange(n) % 2
    last = []
    log_of = core.mean_loss

    def watched(u):
        last.append(u.probs[-1].argmax() == u.tokens[-1, 0])
        return log_of(u)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core, "mean_loss", watched)
        config = core.Config(chunk_epochs=3)
        _, _, recalled, _ = core.fit_chunker(config, core.random_streams(0), events, which)
    per_epoch = np.reshape(last, (3, -1)).mean(axis=1)
    assert recalled == per_epoch.tolist() and 0 < per_epoch[0] < 1
