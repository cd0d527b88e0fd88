"""Angles by hand."""

import numpy as np
import pytest

from runform.angles import (
    ankle_dorsiflexion_deg,
    bend_deg,
    hip_flexion_deg,
    knee_flexion_deg,
    rise_deg,
    tilt_deg,
    turn_deg,
)


def p(x, y):
    return np.array([[x, y]], float)


def test_tilt_is_positive_ahead():
    assert tilt_deg(p(0, 0), p(1, 1), 1)[0] == pytest.approx(45)
    assert tilt_deg(p(0, 0), p(1, 1), -1)[0] == pytest.approx(-45)


def test_rise_is_positive_with_the_front_up():
    assert rise_deg(p(0, 0), p(2, 2), 1)[0] == pytest.approx(45)
    assert rise_deg(p(0, 0), p(-2, -2), -1)[0] == pytest.approx(-45)


def test_bend_has_no_sign_and_turn_has():
    assert bend_deg(p(0, 2), p(0, 1), p(1, 1))[0] == pytest.approx(90)
    assert turn_deg(p(0, 2), p(0, 1), p(1, 1), 1)[0] == pytest.approx(90)
    assert turn_deg(p(0, 2), p(0, 1), p(-1, 1), 1)[0] == pytest.approx(-90)
    assert bend_deg(p(0, 2), p(0, 1), p(0, 0))[0] == pytest.approx(0)


def test_bend_in_space_is_that_in_its_plane():
    points = np.random.default_rng(0).normal(size=(3, 20, 2))
    in_space = [np.insert(xy, 1, 0.7, axis=1) for xy in points]  # all in one plane of the world
    assert bend_deg(*in_space) == pytest.approx(bend_deg(*points))
    above, joint, below = np.eye(3)[[2]], np.zeros((1, 3)), np.eye(3)[[1]]
    assert bend_deg(above, joint, below) == pytest.approx([90])


def test_joint_angles_of_the_leg():
    joints = {
        "pelvis": p(0, 0),
        "neck": p(0, 1),
        "left_hip": p(0, 0),
        "left_knee": p(0.5, -0.5),
        "left_ankle": p(0.5, -1),
        "left_heel": p(0.4, -1),
        "left_big_toe": p(0.6, -1),
    }
    assert knee_flexion_deg(joints, "left") == pytest.approx([45])
    assert hip_flexion_deg(joints, "left", 1) == pytest.approx([45])
    assert hip_flexion_deg(joints, "left", -1) == pytest.approx([-45])
    assert ankle_dorsiflexion_deg(joints, "left", 1) == pytest.approx([0])
    toe_up = joints | {"left_big_toe": p(0.6, -0.8)}
    assert ankle_dorsiflexion_deg(toe_up, "left", 1) == pytest.approx([45])
