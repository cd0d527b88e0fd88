import numpy as np
import pytest

from runform.present import drawing
from runform.skeleton import get_skeleton


@pytest.fixture
def frame():
    return np.full((60, 80, 3), 200, np.uint8)


def pose():
    """BlazePose joints, all missing but the left thigh (vertical) and the right hip."""
    skeleton = get_skeleton("blazepose33")
    xy, score = np.full((33, 2), np.nan, np.float32), np.zeros(33, np.float32)
    for joint, xy_px in (("left_hip", (20, 10)), ("left_knee", (20, 50)), ("right_hip", (60, 10))):
        xy[skeleton.index(joint)], score[skeleton.index(joint)] = xy_px, 0.9
    return xy, score, skeleton


def test_sides_by_name():
    assert drawing.side_of("left_hip", "left_knee") == "left"
    assert drawing.side_of("left_hip", "right_hip") == "middle"
    assert drawing.side_of("neck", "left_shoulder") == "middle"


def test_skeleton_is_drawn_in_the_colours_of_its_sides(frame):
    drawing.draw_skeleton(frame, *pose(), width_px=3)
    assert tuple(frame[30, 20]) == drawing.LEFT_RGB
    assert tuple(frame[10, 40]) == drawing.MIDDLE_RGB
    assert tuple(frame[10, 60]) == drawing.RIGHT_RGB
    assert tuple(frame[40, 60]) == (200, 200, 200)  # the right knee is missing: no thigh


def test_nothing_is_drawn_of_a_pose_that_is_missing(frame):
    xy, score, skeleton = pose()
    before = frame.copy()
    drawing.draw_skeleton(frame, np.full_like(xy, np.nan), score, skeleton, 3)
    drawing.draw_contact(frame, np.full((2, 2), np.nan), drawing.LEFT_RGB, 3)
    drawing.draw_dashes(frame, (np.nan, 0), (10, 10), drawing.LEFT_RGB, 2)
    assert np.array_equal(frame, before)


def test_contact_lies_below_the_lowest_joint_of_the_foot(frame):
    drawing.draw_contact(frame, np.array([[30.0, 40.0], [44.0, 42.0]]), drawing.RIGHT_RGB, 3)
    changed = (frame != 200).any(-1)
    rows, columns = np.nonzero(changed)
    assert abs(columns.mean() - 37) < 1
    assert abs(rows.mean() - 45) < 1  # 42 and one limb's width


def test_words_stay_inside_the_frame(frame):
    drawing.draw_words(frame, "knee 12°", (79, 59), 12)
    assert (frame[45:, 30:] != 200).any()


def test_stances_are_the_steps_with_both_events_and_say_which_foot_stands():
    steps = [
        {"side": "right", "ic_s": 0.5, "to_s": 0.7},
        {"side": "left", "ic_s": 0.9, "to_s": None},
        {"side": "left", "ic_s": 0.1, "to_s": 0.3},
    ]
    contacts = drawing.stances({"steps": steps})
    assert contacts == {"left": ((0.1, 0.3),), "right": ((0.5, 0.7),)}
    standing = [drawing.sides_on_ground(contacts, time_s) for time_s in (0.2, 0.3, 0.6)]
    assert standing == [["left"], [], ["right"]]
    assert drawing.stances({"status": "unavailable"}) == {"left": (), "right": ()}


def test_angles_are_rounded_and_nan_is_a_dash():
    assert [drawing.degrees_text(angle) for angle in (12.4, -0.2, np.nan)] == ["12°", "0°", "--"]
