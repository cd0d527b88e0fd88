"""Tracks of a handful of points, by hand."""

import numpy as np
import pytest

from runform.gait.tracks import tracks_of, unsmoothed
from runform.sequence import PoseSequence
from runform.skeleton import get_skeleton

COCO = get_skeleton("coco17")
LEFT_ANKLE, RIGHT_ANKLE = COCO.index("left_ankle"), COCO.index("right_ankle")


def standing(frames=10, **fields):
    """Somebody with a leg of 100 px whose joints stand still; the hips lie 300 px below the top."""
    xy = np.full((frames, 17, 2), 200.0, np.float32)
    for side, x in (("left", 210.0), ("right", 190.0)):
        for joint, y in (("hip", 300.0), ("knee", 350.0), ("ankle", 400.0)):
            xy[:, COCO.index(f"{side}_{joint}")] = x, y
    score = np.full((frames, 17), 0.9, np.float32)
    box = np.zeros((frames, 4), np.float32)
    sequence = PoseSequence(
        xy, score, box, xy.copy(), score, "coco17", 25.0, float("nan"), (640, 480)
    )
    return sequence.replace(**fields)


def test_units_are_leg_lengths_with_y_up():
    tracks = tracks_of(standing())
    assert tracks.leg_px == pytest.approx(100) and tracks.fps == pytest.approx(25)
    assert tracks.xy["left_hip"][0] == pytest.approx([2.1, -3.0])
    assert tracks.xy["left_ankle"][0] == pytest.approx([2.1, -4.0])
    assert tracks.pelvis[0] == pytest.approx([2.0, -3.0])


def test_time_is_true_time_where_the_capture_rate_is_known():
    tracks = tracks_of(standing(capture_fps=100.0))
    assert tracks.fps == pytest.approx(100) and tracks.time_s[-1] == pytest.approx(0.09)


def test_gaps_are_filled_without_weight():
    sequence = standing()
    xy, score = sequence.xy.copy(), sequence.score.copy()
    xy[:, LEFT_ANKLE, 0] = 210 + np.arange(10)
    xy[3:5, LEFT_ANKLE], score[3:5, LEFT_ANKLE] = np.nan, 0
    tracks = tracks_of(sequence.replace(xy=xy, raw_xy=xy, score=score))
    assert tracks.xy["left_ankle"][:, 0] * tracks.leg_px == pytest.approx(
        210 + np.arange(10), rel=1e-5
    )
    assert tracks.weight["left_ankle"][2:6].tolist() == pytest.approx([0.9, 0, 0, 0.9])


def test_a_joint_seen_too_seldom_has_a_weight_but_no_track():
    sequence = standing()
    xy = sequence.xy.copy()
    xy[4:, COCO.index("left_wrist")] = np.nan
    tracks = tracks_of(sequence.replace(xy=xy, raw_xy=xy), min_seen=0.5)
    assert not tracks.has("left_wrist") and tracks.has("right_wrist", "left_ankle")
    assert tracks.weight["left_wrist"].sum() == pytest.approx(4 * 0.9)
    assert tracks.seen_share()["wrist"] == pytest.approx(0.4)
    assert tracks_of(sequence.replace(xy=xy, raw_xy=xy), min_seen=0.4).has("left_wrist")


def test_a_low_score_keeps_some_weight():
    score = np.full((10, 17), 0.01, np.float32)
    assert tracks_of(standing(score=score)).weight["left_knee"] == pytest.approx(0.05)


def test_feet_are_the_joints_that_both_have():
    tracks = tracks_of(standing())
    assert tracks.foot_joints() == ("ankle",)
    assert set(tracks.seen_share()) >= {"hip", "knee", "ankle", "shoulder"}


def test_raw_points_near_the_repaired_ones_are_taken_and_outliers_are_not():
    sequence = standing()
    raw = sequence.raw_xy.copy()
    raw[2, LEFT_ANKLE] += [3, 4]  # 5 px away: inside .08 of a leg of 100 px
    raw[5, LEFT_ANKLE] += [30, 40]
    xy = unsmoothed(sequence.replace(raw_xy=raw), 100.0)
    assert xy[2, LEFT_ANKLE].tolist() == [213, 404]
    assert xy[5, LEFT_ANKLE].tolist() == [210, 400]


def test_a_raw_point_of_the_other_leg_is_taken_where_the_repair_exchanged_the_legs():
    sequence = standing()
    raw = sequence.raw_xy.copy()
    raw[4] = raw[4, list(COCO.mirror)]  # the network took one leg for the other
    raw[4, RIGHT_ANKLE] += [0, 2]  # where the left ankle was really seen
    xy = unsmoothed(sequence.replace(raw_xy=raw), 100.0)
    assert xy[4, LEFT_ANKLE].tolist() == [210, 402]
    assert xy[4, RIGHT_ANKLE].tolist() == [190, 400]
