import numpy as np
import pytest
from clip_example import GAIT, write_clip

from runform.present.stills import MOMENTS, draw_stills, key_moments
from runform.sequence import load_sequence


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path)


def test_key_moments_are_contact_middle_and_toe_off_of_each_foot(clip):
    moments = key_moments(load_sequence(clip["pose.npz"]), GAIT)
    assert moments == [
        ("left", "initial contact", 3),
        ("left", "mid-stance", 6),
        ("left", "toe-off", 9),
        ("right", "initial contact", 2),
        ("right", "mid-stance", 4),
        ("right", "toe-off", 6),
    ]


def test_the_flight_is_halfway_between_toe_off_and_the_other_foot_and_not_over_a_missed_one(clip):
    steps = [
        {"side": "left", "ic_s": 0.0, "to_s": 0.1},
        {"side": "right", "ic_s": 0.16, "to_s": 0.3},
    ]
    pose = load_sequence(clip["pose.npz"])
    assert key_moments(pose, GAIT | {"steps": steps})[3] == ("left", "mid-flight", 4)
    steps[1] |= {"ic_s": 0.26}
    assert not [row for row in key_moments(pose, GAIT | {"steps": steps}) if row[1] == MOMENTS[3]]


def test_stills_are_of_one_size_and_name_their_angle(clip):
    rows = draw_stills(clip["clip.mp4"], load_sequence(clip["pose.npz"]), GAIT, height_px=200)
    assert [still.moment for still in rows["right"]] == list(MOMENTS[:3])
    assert {(still.width_px, still.height_px) for row in rows.values() for still in row} == {
        (160, 200)
    }
    assert rows["left"][0].caption == "shank 0°"
    assert rows["left"][1].caption == "knee 0°"
    assert rows["left"][0].jpeg.startswith(b"\xff\xd8")


def test_stills_without_video_are_drawn(clip):
    pose = load_sequence(clip["pose.npz"])
    rows = draw_stills("", pose, GAIT, height_px=200)
    assert [still.moment for still in rows["left"]] == list(MOMENTS[:3])
    assert rows["left"][0].jpeg != draw_stills(clip["clip.mp4"], pose, GAIT, 200)["left"][0].jpeg


def test_stills_are_of_the_typical_step_and_name_the_angle_measured_there(clip):
    angles = {0.1: 2.0, 0.2: 17.4, 0.3: 18.0}
    steps = [
        {"side": "left", "ic_s": ic_s, "to_s": ic_s + 0.06, "shank_angle_ic_deg": angle}
        for ic_s, angle in angles.items()
    ]
    pose = load_sequence(clip["pose.npz"])
    still = draw_stills(clip["clip.mp4"], pose, GAIT | {"steps": steps})["left"][0]
    assert (round(still.time_s, 1), still.caption) == (0.2, "shank 17°")


def test_stills_from_the_rear_name_the_pelvis_and_a_missing_joint_gives_no_number(clip):
    rear = GAIT | {"view": {"used": "rear"}}
    pose = load_sequence(clip["pose.npz"])
    assert draw_stills(clip["clip.mp4"], pose, rear)["left"][0].caption == "pelvis 0°"
    without = pose.xy.copy()
    without[:, pose.joints.index("left_knee")] = np.nan
    stills = draw_stills(clip["clip.mp4"], pose.replace(xy=without), GAIT)
    assert stills["left"][0].caption == "shank --"
