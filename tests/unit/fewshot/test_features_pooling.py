"""Poolings of a few frames, by hand and from a file."""

import numpy as np
import pytest

from runform.fewshot.features import load_poolings, pool_frames

FRAMES = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 1.0], [6.0, 5.0]])


def test_poolings_by_hand():
    phase, contact = np.array([0.0, 0.25, 0.6, np.nan]), np.array([False, True, False, True])
    pooled = pool_frames(FRAMES, phase, contact, bins=4)
    assert pooled["mean_spread"] == pytest.approx([3, 2, np.sqrt(5), np.sqrt(3)])
    # One frame each in the first three quarters; the last quarter has none and takes the mean of
    # all frames.
    assert pooled["phase"] == pytest.approx([0, 1, 2, 1, 4, 1, 3, 2])
    assert pooled["contact"] == pytest.approx([4, 3])


def test_without_contacts_it_is_the_mean():
    pooled = pool_frames(FRAMES, np.full(4, np.nan), np.zeros(4, bool), bins=2)
    assert pooled["phase"] == pytest.approx([3, 2, 3, 2])
    assert pooled["contact"] == pytest.approx([3, 2])


def write(path, frames_of):
    np.savez(
        path,
        clip=np.array(["a", "b", "gone"]),
        status=np.array(["ok", "ok", "unavailable"]),
        mean=np.array([[3, 2], [1, 1], [np.nan, np.nan]], np.float32),
        **{f"frames:{clip}": FRAMES.astype(np.float16) for clip in frames_of},
    )


def test_a_file_gives_all_poolings_and_gaps_where_a_clip_has_none(tmp_path):
    write(tmp_path / "e.npz", ["a", "b"])
    gaits = {"a": {"events": {"left": {"ic_s": [0.0, 0.4]}}}}
    time_s = {clip: np.arange(4) / 10 for clip in ("a", "b", "gone")}
    parts = load_poolings(tmp_path / "e.npz", ["b", "gone", "a"], gaits, time_s, 2, 0.05)
    assert {name: part.shape for name, part in parts.items()} == {
        "mean": (3, 2),
        "mean_spread": (3, 4),
        "phase": (3, 4),
        "contact": (3, 2),
    }
    assert all(
        np.isnan(part[1]).all() and np.isfinite(part[[0, 2]]).all() for part in parts.values()
    )
    assert parts["phase"][2] == pytest.approx([1, 1, 5, 3])
    assert parts["contact"][2] == pytest.approx([0, 1])


def test_without_the_frames_of_every_clip_only_the_mean_is_pooled(tmp_path):
    write(tmp_path / "e.npz", ["a"])
    assert list(
        load_poolings(
            tmp_path / "e.npz", ["a", "b"], {}, {"a": np.arange(4), "b": np.arange(4)}, 2, 0.05
        )
    ) == ["mean"]


def test_a_file_that_knows_none_of_the_clips(tmp_path):
    write(tmp_path / "e.npz", [])
    assert load_poolings(tmp_path / "e.npz", ["gone", "other"], {}, {}, 2, 0.05) == {}
