from dataclasses import replace

import numpy as np
import pytest

from runform.pose.repair import (
    RepairSettings,
    fill_gaps,
    find_jumps,
    find_outliers,
    repair,
    smooth,
    unbroken_runs,
)
from runform.skeleton import get_skeleton

SKELETON = get_skeleton("coco17")
OFF = RepairSettings(
    unswap=False, rhythm=False, min_score=0, outlier_leg=0, max_gap_s=0, cutoff_hz=0
)


def line(frames: int) -> np.ndarray:
    """(T, 1, 2): one joint that moves 2 px right and 1 px down a frame."""
    return np.arange(frames, dtype=float)[:, None, None] * [2.0, 1.0]


def test_every_step_off_changes_nothing():
    xy = np.random.default_rng(0).normal(size=(20, 3, 2)) * 100
    xy[5:8, 1] = np.nan
    score = np.where(np.isnan(xy[..., 0]), 0.0, 0.1)
    repaired, kept, report = repair(xy, score, SKELETON, 100.0, 30.0, OFF)
    np.testing.assert_array_equal(repaired, xy.astype(np.float32))
    np.testing.assert_array_equal(kept, score.astype(np.float32))
    assert report == {
        "swapped": 0,
        "by_rhythm": 0,
        "doubtful": 0,
        "outliers": 0,
        "filled": 0,
        "missing": 3,
    }


def test_doubtful_joints_become_missing_with_score_zero():
    score = np.full((6, 1), 0.9)
    score[2] = 0.2
    repaired, kept, report = repair(
        line(6), score, SKELETON, 100.0, 30.0, replace(OFF, min_score=0.3)
    )
    assert np.isnan(repaired[2]).all() and kept[2, 0] == 0
    assert np.isfinite(np.delete(repaired, 2, axis=0)).all()
    assert report == {
        "swapped": 0,
        "by_rhythm": 0,
        "doubtful": 1,
        "outliers": 0,
        "filled": 0,
        "missing": 1,
    }


def test_short_gaps_are_filled_and_long_ones_left_whole():
    xy, score = line(30), np.full((30, 1), 0.8)
    score[20] = 0.6
    for first, last in ((0, 2), (5, 8), (12, 16), (21, 23), (28, 30)):
        xy[first:last], score[first:last] = np.nan, 0
    filled, kept = fill_gaps(xy, score, max_frames=3)
    np.testing.assert_allclose(
        filled[5:8], line(30)[5:8], atol=1e-9
    )  # on a straight line the fill is exact
    np.testing.assert_allclose(filled[21:23], line(30)[21:23], atol=1e-9)
    assert kept[6, 0] == 0.8 and kept[21, 0] == 0.6  # the lower score of the two neighbours
    for first, last in ((0, 2), (12, 16), (28, 30)):
        assert np.isnan(filled[first:last]).all() and not kept[first:last].any()


def test_a_fill_does_not_overshoot():
    xy = np.array([0.0, 0, 0, np.nan, np.nan, 10, 10, 10])[:, None, None] * [1.0, 1.0]
    filled, _ = fill_gaps(xy, np.ones((8, 1)), max_frames=2)
    assert filled.min() == 0 and filled.max() == 10


def test_gap_length_is_counted_in_true_time():
    xy = line(40)
    xy[10:14] = np.nan  # 4 frames: 133 ms at 30 fps, 33 ms at 120
    score = np.where(np.isnan(xy[..., 0]), 0.0, 1.0)
    settings = replace(OFF, max_gap_s=0.1)
    assert repair(xy, score, SKELETON, 100.0, 30.0, settings)[2]["filled"] == 0
    assert repair(xy, score, SKELETON, 100.0, 120.0, settings)[2]["filled"] == 4


def test_a_jump_of_one_frame_is_an_outlier_and_a_fast_foot_is_not():
    phase = 2 * np.pi * 1.4 * np.arange(60) / 30
    foot = np.stack([120 * np.sin(phase), 60 * np.cos(phase)], axis=1)[:, None]
    jumped = foot.copy()
    jumped[30] += 150
    assert not find_outliers(foot, 70.0, 30.0).any()
    assert np.flatnonzero(find_outliers(jumped, 70.0, 30.0)).tolist() == [30]
    assert not find_outliers(jumped, np.nan, 30.0).any()


@pytest.mark.parametrize(
    ("rate_hz", "cutoff_hz"), [(30.0, 8.0), (24.0, 10.0), (240.0, 8.0), (60.0, 6.0)]
)
def test_the_filter_loses_3_db_at_its_cutoff_and_has_no_lag(rate_hz, cutoff_hz):
    time = np.arange(900) / rate_hz
    wave = np.sin(2 * np.pi * cutoff_hz * time + 0.4)[:, None, None] * [100.0, 50.0]
    smoothed = smooth(wave, rate_hz, cutoff_hz)
    np.testing.assert_allclose(smoothed[300:600], wave[300:600] / np.sqrt(2), atol=1e-6)


def test_the_filter_keeps_straight_lines_and_ends():
    np.testing.assert_allclose(smooth(line(20), 30.0, 8.0), line(20), atol=1e-8)


def test_the_filter_takes_jitter_out():
    noise = np.random.default_rng(1).normal(size=(600, 1, 2))
    assert smooth(noise, 60.0, 6.0).std() < 0.55 * noise.std()


def test_the_filter_does_not_reach_across_a_gap():
    xy = line(40)
    xy[15:25] = np.nan
    xy[25:] += 500
    smoothed = smooth(xy, 30.0, 8.0)
    np.testing.assert_allclose(smoothed[:15], xy[:15], atol=1e-8)
    np.testing.assert_allclose(smoothed[25:], xy[25:], atol=1e-8)
    assert np.isnan(smoothed[15:25]).all()


def test_a_frame_rate_too_low_for_the_cutoff_leaves_the_track():
    xy = np.random.default_rng(2).normal(size=(30, 1, 2))
    np.testing.assert_array_equal(smooth(xy, 15.0, 8.0), xy)


def test_unbroken_runs():
    assert unbroken_runs(np.array([1, 1, 0, 1, 0, 0, 1], bool)) == [(0, 2), (3, 4), (6, 7)]
    assert unbroken_runs(np.zeros(3, bool)) == []


def moving(frames: int, start_px: float, phase: float) -> np.ndarray:
    """(T, 5, 2): five joints that swing and drift, 100 px a leg."""
    time = np.arange(frames)[:, None]
    swing = 30 * np.sin(0.4 * time + phase + np.arange(5))
    return np.stack([start_px + 2.0 * time + swing, 50.0 * np.arange(5) + 0 * time], axis=2)


def test_a_jump_of_all_joints_is_a_cut():
    xy = np.concatenate([moving(30, 0.0, 0.0), moving(30, 160.0, 2.0)])
    assert np.flatnonzero(find_jumps(xy, 100.0)).tolist() == [30]
    assert not find_jumps(moving(60, 0.0, 0.0), 100.0).any()


def test_one_wrong_frame_is_no_cut_and_one_wrong_joint_neither():
    xy = moving(60, 0.0, 0.0)
    xy[20] += 200.0
    xy[40:, 2] += 90.0
    assert not find_jumps(xy, 100.0).any()


def test_jumps_need_a_size():
    assert not find_jumps(moving(60, 0.0, 0.0), float("nan")).any()
