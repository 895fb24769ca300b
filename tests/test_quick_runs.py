"""How quick runs are put into a few numbers and compared."""

from types import SimpleNamespace

import pytest
import quick_runs

STUDY = SimpleNamespace(FULL=(10, 1200, len))
RESULTS = {"a": {"b": [1, 2.5, True], "c": {"d": 3, "e": [4.0]}}, "f": "text", "g": None}


def test_leaves_are_added_up_by_two_names_of_their_path():
    assert quick_runs.condensed(RESULTS) == {
        "a.b[]": [3, 1 + 2 * 2.5 + 3], "a.c": [1, 3.0], "a.c[]": [1, 4.0],
        "f": [1, float(quick_runs.zlib.crc32(b"text") % 1000)], "g": [1, -7.0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"a": {"b": [2.5, 1, True], "c": {"d": 3, "e": [4.0]}}}, "a.b[]"),  # another order
        ({"a": {"b": [1, 2.5, True], "c": {"d": 3.0001, "e": [4.0]}}}, "a.c"),
        ({"a": {"b": [1, 2.5], "c": {"d": 3, "e": [4.0]}}}, "a.b[]"),  # one less
        ({"f": "other"}, "f"),
        ({"g": 0}, "g"),
        ({"h": 1}, "h"),
    ],
)
def test_a_change_is_named(tmp_path, monkeypatch, change, path):
    kept = {"study": quick_runs.condensed(quick_runs.plan_of(STUDY) | RESULTS)}
    monkeypatch.setattr(quick_runs, "KEPT", tmp_path / "kept.json")
    quick_runs.KEPT.write_text(quick_runs.json.dumps(kept))
    assert quick_runs.changed("study", RESULTS, STUDY) == []
    assert quick_runs.changed("study", RESULTS | change, STUDY) == [path]


def test_what_machines_do_not_agree_on_is_not_compared(tmp_path, monkeypatch):
    one, other = ({"study": {"x": [1, 3.0], "y": [1, y]}} for y in (1.0, 1.1))
    assert quick_runs.merged([one, other]) == {"study": {"x": [1, 3.0], "y": None}}
    near = {"study": {"x": [1, 3.0 + 1e-9], "y": [1, 1.0]}}
    assert quick_runs.merged([one, near]) == one
    monkeypatch.setattr(quick_runs, "KEPT", tmp_path / "kept.json")
    quick_runs.KEPT.write_text(quick_runs.json.dumps(quick_runs.merged([one, other])))
    assert quick_runs.changed("study", {"x": 3.0, "y": 5.0}, STUDY) == ["FULL"]


def test_a_changed_plan_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(quick_runs, "KEPT", tmp_path / "kept.json")
    kept = {"study": quick_runs.condensed(quick_runs.plan_of(STUDY) | RESULTS)}
    quick_runs.KEPT.write_text(quick_runs.json.dumps(kept))
    other = SimpleNamespace(FULL=(10, 1201, len))
    assert quick_runs.changed("study", RESULTS, other) == ["FULL"]
    assert quick_runs.plan_of(SimpleNamespace(FULL=[main_of])) == quick_runs.plan_of(
        SimpleNamespace(FULL=[main_of])
    )


def main_of():
    """A function, whose repr holds where it is."""
