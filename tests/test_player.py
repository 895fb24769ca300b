"""A net at its stops: weights kept, gradients by place, texts, trees, and what a run says."""

import base64
import struct

import numpy as np
import pytest
from test_studies import of_its_kind

import chunker_very_deep_1200 as core
from studies.lab import grammar, letters
from studies.lab import word_states as ws
from studies.memory import player


@pytest.fixture(scope="module")
def net():
    """With larger weights than it begins with, so that predictions differ."""
    net = letters.untrained(0)
    net.flat[:] *= 1.5
    return net


def test_weights_are_kept_as_little_endian_float32(net):
    kept = player.encoded(net)
    numbers = struct.unpack(f"<{len(net.flat)}f", base64.b64decode(kept))
    assert np.array_equal(numbers, net.flat.astype(np.float32))
    back = player.decoded(kept)
    assert np.abs(back.flat - net.flat).max() < 1e-6 and (back.flat != net.flat).any()
    assert np.array_equal(back.W_hh.ravel(), numbers[27 * 64 : 27 * 64 + 64 * 64])
    assert player.encoded(back) == kept


def test_gradients_of_one_chunk_against_the_core(net):
    """dL/dh of all losses is the sum of those of each."""
    symbols = grammar.text(np.random.default_rng(1), letters.CHUNK).symbols
    found = player.gradient_norms(net, symbols, letters.predicted(net, symbols)[1])
    last = core.terminal_gradient(net, symbols)
    every = np.zeros_like(last)
    for n in range(1, letters.CHUNK + 1):
        every[:n] += core.terminal_gradient(net, symbols[: n + 1])
    for name, wanted in (("last", last), ("all", every)):
        assert np.allclose(found[name], np.linalg.norm(wanted, axis=1), rtol=1e-12), name


def test_a_chunk_begins_from_the_state_before_it(net):
    """Central differences in the second chunk, with its state; the mean is over both."""
    symbols = grammar.text(np.random.default_rng(2), 2 * letters.CHUNK).symbols
    h, t = letters.predicted(net, symbols)[1], letters.CHUNK + 20

    def loss(state):
        """Of the chunk's letters that are predicted from this state on."""
        after = ws.read_from(net, state[None], symbols[t + 1 : -1])[:, 0]
        logits = np.vstack([state, after]) @ net.W_hy + net.b_y
        core.log_softmax(logits)
        return -logits[np.arange(len(logits)), symbols[t + 1 :]].sum()

    steps = 1e-5 * np.eye(letters.HIDDEN)
    slope = [(loss(h[t] + step) - loss(h[t] - step)) / 2e-5 for step in steps]
    first = player.gradient_norms(net, symbols[: letters.CHUNK + 1], h[: letters.CHUNK])["all"]
    both = player.gradient_norms(net, symbols, h)["all"]
    assert 2 * both[20] - first[20] == pytest.approx(np.linalg.norm(slope), rel=1e-6)


def test_every_net_draws_with_the_same_numbers(net):
    plan = player.QUICK
    one = player.texts_written(net, 100, plan)
    assert one.shape == (plan.n_written, plan.n_streams)
    assert np.array_equal(one, player.texts_written(net, 100, plan))
    assert not np.array_equal(one, player.texts_written(net, 101, plan))
    even = letters.untrained(0)
    even.flat[:] = 0  # all letters alike: the uniform number picks one of 27
    rng = player.generators("player", 100, player.PARTS)["text"]
    uniform = rng.random((plan.n_written, plan.n_streams))
    assert np.array_equal(player.texts_written(even, 100, plan), (27 * uniform).astype(int))


def test_words_written_are_counted():
    texts = np.stack([grammar.encode(t) for t in ("the zog", "a  ball", "mouses ")], axis=1)
    assert player.in_words(texts) == 2 / 4  # the | a, nothing | mouses; the last ones are cut
    assert player.in_words(grammar.encode("thecat")[:, None]) == 0


def test_a_tree_of_the_classes_themselves_agrees():
    which = np.arange(len(ws.LEXICON))
    rng = np.random.default_rng(3)
    vectors = np.eye(9)[np.unique(ws.KINDS, return_inverse=True)[1]]
    vectors = vectors + 0.01 * rng.normal(size=vectors.shape)
    index, chance = player.agreement(vectors, which, rng, 200)
    assert index == 1 and 0 < chance < 0.5
    index, chance = player.agreement(rng.normal(size=vectors.shape), which, rng, 200)
    assert index < 0.3


def test_a_quick_run_and_its_words(quick_run):
    results = quick_run("player")
    of_its_kind("player", results)
    first, last = results["stops"][0], results["stops"][-1]
    assert first["loss"]["mean"] > last["loss"]["mean"] > results["exact"]["mean"]
    curve = dict(zip(results["curve"]["updates"], results["curve"]["mean"]))
    for updates, stop in zip(results["updates"], results["stops"]):
        # the curve is of the nets as they are, a stop of its weights as they are kept
        assert stop["loss"]["mean"] == pytest.approx(curve[updates], abs=1e-5)
    assert f"{last['loss']['mean']:.3f}" in player.answer(results)
    assert results["drawn"][-1]["text"][:20].strip() in player.seen(results)
    symbols = letters.texts(100, player.QUICK.n_letters)[1].symbols
    for drawn in results["drawn"]:
        net = player.decoded(drawn["weights"])
        assert drawn["loss"] == pytest.approx(player.loss_of(net, symbols), abs=1e-12)
        words, linkage = drawn["tree"]["words"], drawn["tree"]["linkage"]
        assert len(linkage) == len(words) - 1 and len(set(words)) == len(words)
