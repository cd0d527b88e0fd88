"""A foot and leg on the ground, by hand."""

import numpy as np
import pytest

from runform.simulate.body import typical_body
from runform.simulate.stance import (
    Foothold,
    ankle_over_sole,
    bend_leg,
    foot_points,
    heel_rise,
    in_plane,
    leg_reach,
    smooth_step,
    toes_on_ground,
)

BODY = typical_body(1.75)
AHEAD = np.array([1.0, 0.0, 0.0])


def test_a_flat_foot_has_its_ankle_above_the_heel():
    (place,) = ankle_over_sole(BODY, np.zeros(1), AHEAD[None])
    assert place == pytest.approx([BODY.heel_length_m, 0.0, BODY.ankle_height_m])


@pytest.mark.parametrize("pitch_deg", [20.0, 5.0, 0.0, -10.0, -24.0, -40.0])
def test_the_point_that_the_foot_rolls_over_stays_on_the_ground(pitch_deg):
    pitch = np.radians([pitch_deg])
    ankle = ankle_over_sole(BODY, pitch, AHEAD[None])
    points = foot_points(BODY, AHEAD, 0, pitch, toes_on_ground(pitch))
    heights = np.array([(ankle + point)[0, 2] for point in points.values()])
    assert heights.min() == pytest.approx(0.0, abs=1e-9)


def test_two_links_reach_the_ankle():
    to_ankle = np.array([[0.2, 0.05, -0.75], [-0.1, 0.0, -0.8]])
    roll, thigh, shank = bend_leg(BODY, to_ankle)
    reached = BODY.thigh_m * in_plane(roll, thigh) + BODY.shank_m * in_plane(roll, shank)
    assert reached == pytest.approx(to_ankle)
    assert (thigh >= shank).all()  # the knee is in front


def test_reach_of_a_straight_and_of_a_bent_leg():
    straight, right_angle = leg_reach(BODY, np.radians([0.0, 90.0]))
    assert straight == pytest.approx(BODY.thigh_m + BODY.shank_m)
    assert right_angle == pytest.approx(np.hypot(BODY.thigh_m, BODY.shank_m))


def test_the_heel_rises_until_the_leg_is_long_enough():
    hold = Foothold(np.zeros((1, 3)), AHEAD[None], np.zeros(1), np.zeros(1))
    hip = np.array([[0.5, 0.0, 0.85]])
    reach = np.array([0.8])
    pitch = heel_rise(BODY, hold, hip, reach, smooth_m=0.0)
    assert pitch[0] < 0
    distance = np.linalg.norm(hip - ankle_over_sole(BODY, pitch, AHEAD[None]), axis=1)
    assert distance == pytest.approx(reach, abs=1e-6)


def test_smooth_step_by_hand():
    assert smooth_step(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])).tolist() == [0, 0, 0.5, 1, 1]
