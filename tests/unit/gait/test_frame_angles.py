import numpy as np
import pytest

from runform.gait.frame_angles import frame_angles, knee_deg, pelvis_deg, shank_deg, trunk_deg
from runform.sequence import PoseSequence
from runform.skeleton import get_skeleton


def pose(**places) -> PoseSequence:
    """One frame; joints at (x, y) px with y down, the others missing."""
    skeleton = get_skeleton("coco17")
    xy = np.full((1, 17, 2), np.nan, np.float32)
    for joint, place in places.items():
        xy[0, skeleton.index(joint)] = place
    score = np.isfinite(xy[..., 0]).astype(np.float32)
    box = np.zeros((1, 4), np.float32)
    return PoseSequence(
        xy, score, box, xy, score, "coco17", fps=30.0, capture_fps=30.0, size=(100, 100)
    )


def test_knee_is_zero_when_straight_and_ninety_at_a_right_angle():
    assert knee_deg(pose(left_hip=(0, 0), left_knee=(0, 1), left_ankle=(0, 2)), "left")[
        0
    ] == pytest.approx(0)
    assert knee_deg(pose(left_hip=(0, 0), left_knee=(0, 1), left_ankle=(1, 1)), "left")[
        0
    ] == pytest.approx(90)


def test_shank_is_positive_when_the_foot_is_ahead_of_the_knee():
    ahead = pose(right_knee=(0, 0), right_ankle=(1, 10))
    assert shank_deg(ahead, "right", 1)[0] == pytest.approx(np.degrees(np.arctan(0.1)))
    assert shank_deg(ahead, "right", -1)[0] == pytest.approx(-np.degrees(np.arctan(0.1)))


def test_trunk_is_positive_when_it_leans_ahead():
    body = pose(left_hip=(0, 10), right_hip=(0, 10), left_shoulder=(1, 0), right_shoulder=(1, 0))
    assert trunk_deg(body, 1)[0] == pytest.approx(np.degrees(np.arctan(0.1)))


def test_pelvic_obliquity_has_no_sign():
    assert pelvis_deg(pose(left_hip=(0, 0), right_hip=(2, 2)))[0] == pytest.approx(45)
    assert pelvis_deg(pose(left_hip=(0, 0), right_hip=(-2, 2)))[0] == pytest.approx(45)


def test_angles_follow_the_view_and_a_missing_joint_gives_nan():
    body = pose(left_hip=(0, 0), right_hip=(2, 2))
    assert list(frame_angles(body, {"view": {"used": "left"}, "facing": -1})) == [
        "knee L",
        "knee R",
        "trunk lean",
    ]
    assert list(frame_angles(body, {"view": {"used": "rear"}})) == [
        "pelvic obliquity",
        "trunk side lean",
    ]
    assert np.isnan(knee_deg(body, "left")[0])
