import numpy as np
import pytest

from runform.present.contacts import stances, standing
from runform.present.readings import flexion_deg, lean_deg, tilt_deg


def points(*xy):
    return np.array([xy], float)


def test_flexion_is_zero_when_straight_and_ninety_at_a_right_angle():
    assert flexion_deg(points(0, 0), points(0, 1), points(0, 2))[0] == pytest.approx(0)
    assert flexion_deg(points(0, 0), points(0, 1), points(1, 1))[0] == pytest.approx(90)
    assert flexion_deg(points(0, 0), points(0, 1), points(-1, 1))[0] == pytest.approx(90)


def test_lean_is_positive_towards_where_the_runner_faces():
    below, above = points(0, 10), points(1, 0)  # y down: `above` is higher and to the right
    assert lean_deg(below, above, 1)[0] == pytest.approx(np.degrees(np.arctan(0.1)))
    assert lean_deg(below, above, -1)[0] == pytest.approx(-np.degrees(np.arctan(0.1)))


def test_tilt_has_no_sign():
    assert tilt_deg(points(0, 0), points(2, 2))[0] == pytest.approx(45)
    assert tilt_deg(points(0, 0), points(-2, 2))[0] == pytest.approx(45)


def test_a_missing_joint_gives_nan():
    assert np.isnan(flexion_deg(points(0, 0), points(np.nan, 1), points(0, 2))[0])


def test_stances_are_the_steps_with_both_events_and_tell_who_stands():
    steps = [
        {"side": "right", "ic_s": 0.5, "to_s": 0.7},
        {"side": "left", "ic_s": 0.9, "to_s": None},
        {"side": "left", "ic_s": 0.1, "to_s": 0.3},
    ]
    contacts = stances({"steps": steps})
    assert contacts == {"left": ((0.1, 0.3),), "right": ((0.5, 0.7),)}
    assert [standing(contacts, time_s) for time_s in (0.2, 0.3, 0.6)] == [["left"], [], ["right"]]
    assert stances({"status": "unavailable"}) == {"left": (), "right": ()}
