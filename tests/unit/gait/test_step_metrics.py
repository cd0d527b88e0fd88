"""Steps of made-up events, and metrics of a runner made of sticks, by hand."""

import numpy as np
import pytest

from runform.gait.events import FootEvents, GaitEvents
from runform.gait.step_metrics import (
    SideJoints,
    Step,
    angle_curves,
    metrics_at_contact,
    metrics_of_steps,
    steps_of,
)
from runform.gait.tracks import SIDES

NAN = float("nan")


def foot(ic_s, to_s):
    return FootEvents(np.array(ic_s, float), np.array(to_s, float), 0.01, 0.01)


def test_steps_of_even_events():
    events = GaitEvents(foot([0, 0.7], [0.25, 0.95]), foot([0.35, 1.05], [0.6]), 0.7, (0, 0))
    assert steps_of(events) == [
        Step("left", 0.0, 0.25, 0.35, 0.7),
        Step("right", 0.35, 0.6, 0.7, 1.05),
        Step("left", 0.7, 0.95, 1.05, None),
        Step("right", 1.05, None, None, None),
    ]


def test_events_too_late_belong_to_no_step():
    # toe-off after .57 s, the other contact after .6 s, the next contact after 1.06 s: too late
    events = GaitEvents(foot([0, 1.06], [0.57]), foot([0.6], []), 0.7, (0, 0))
    assert steps_of(events)[0] == Step("left", 0.0, None, None, None)


class Sticks:
    """A motion in which joints stand still, but for what `moves` says: joint -> times -> (N, 2)."""

    time_s = np.arange(10) / 10

    def __init__(self, **moves):
        self.moves = moves

    def at(self, time_s):
        joints = {
            "left_hip": (0.1, 0.0),
            "right_hip": (-0.1, 0.0),
            "left_knee": (0.3, -0.5),
            "right_knee": (-0.1, -0.5),
            "left_ankle": (0.3, -1.0),
            "right_ankle": (-0.1, -1.0),
            "pelvis": (0.0, 0.0),
            "trunk": (0.1, 0.6),
            "neck": (0.1, 0.6),
        }
        still = {
            name: np.tile(np.array(xy, float), (len(time_s), 1)) for name, xy in joints.items()
        }
        return still | {name: move(time_s) for name, move in self.moves.items()}


STEPS = [
    Step("left", 0.0, 0.2, 0.3, 0.6),
    Step("right", 0.3, 0.5, 0.6, 0.9),
    Step("left", 0.6, None, None, None),
]


def test_times_by_hand():
    metrics = metrics_of_steps(STEPS, Sticks(), 1)
    expected = {
        "cadence_steps_min": 200,
        "step_time_ms": 300,
        "contact_time_ms": 200,
        "flight_time_ms": 100,
        "duty_factor": 1 / 3,
    }
    for name, value in expected.items():
        assert metrics[name] == pytest.approx([value, value, NAN], nan_ok=True)


def test_walking_has_a_negative_flight():
    walk = [Step("left", 0.0, 0.4, 0.3, 0.6)]
    assert metrics_of_steps(walk, Sticks(), 1)["flight_time_ms"] == pytest.approx([-100])


def test_angles_at_contact_by_hand():
    metrics = metrics_of_steps(STEPS, Sticks(), 1)
    thigh_deg = np.degrees(np.arctan2(0.2, 0.5))
    assert metrics["knee_flexion_ic_deg"] == pytest.approx([thigh_deg, 0, thigh_deg])
    assert metrics["shank_angle_ic_deg"] == pytest.approx([0, 0, 0])
    assert metrics["reach_ic_leg"] == pytest.approx([0.2, 0, 0.2])
    assert "foot_angle_ic_deg" not in metrics, "there are no feet"


def test_the_sign_follows_the_way_the_runner_faces():
    joints = {"left_hip": (0, 0), "left_knee": (0, -0.5), "left_ankle": (0.5, -1.0)}
    joints |= {"left_heel": (0.4, -1.0), "left_big_toe": (0.6, -0.8)}
    joints |= {name.replace("left", "right"): xy for name, xy in joints.items()}
    side = SideJoints(
        {name: np.array([xy], float) for name, xy in joints.items()}, np.zeros(1, int)
    )
    right, left = metrics_at_contact(side, 1), metrics_at_contact(side, -1)
    assert right["shank_angle_ic_deg"] == pytest.approx([45])
    assert left["shank_angle_ic_deg"] == pytest.approx([-45])
    assert right["reach_ic_leg"] == -left["reach_ic_leg"] == pytest.approx([0.5])
    assert right["foot_angle_ic_deg"] == pytest.approx([45])
    assert left["foot_angle_ic_deg"] == pytest.approx([135])


def test_foot_strike_by_hand():
    """The toe 30 degrees up at contact, 10 degrees at mid-stance; seen from either side."""

    class Feet:
        time_s = np.array([0.0, 1.0])

        def at(self, time_s):
            angle = np.radians(np.where(time_s < 0.05, 30.0, 10.0))
            toe = ahead * 0.2 * np.cos(angle)
            joints = {"heel": np.zeros((len(angle), 2))}
            joints["big_toe"] = np.stack([toe, 0.2 * np.sin(angle)], 1)
            for row, name in enumerate(("ankle", "knee", "hip")):
                joints[name] = np.tile([0.0, 0.5 * row], (len(angle), 1))
            sides = {f"{side}_{name}": xy for side in SIDES for name, xy in joints.items()}
            return sides | {"pelvis": joints["hip"], "trunk": joints["hip"]}

    steps = [Step("left", 0.0, 0.2, 0.4, 0.8), Step("right", 0.0, None, 0.4, 0.8)]
    for ahead in (1, -1):
        strike_deg = metrics_of_steps(steps, Feet(), ahead)["foot_strike_deg"]
        assert strike_deg[0] == pytest.approx(20) and np.isnan(strike_deg[1])


def test_each_step_reads_its_own_side():
    joints = {"left_hip": np.array([[1.0, 0], [2, 0]]), "right_hip": np.array([[3.0, 0], [4, 0]])}
    both = SideJoints(joints, np.array([0, 1]))
    assert both.step_side("hip")[:, 0].tolist() == [1, 4]
    assert both.other_side("hip")[:, 0].tolist() == [3, 2]
    assert both.has("hip") and not both.has("hip", "knee")


def test_mid_stance_by_hand():
    tilted = {
        "left_hip": lambda t: np.tile([0.1, 0.01], (len(t), 1)),
        "right_hip": lambda t: np.tile([-0.1, -0.01], (len(t), 1)),
        "left_ankle": lambda t: np.tile([0.04, -1.0], (len(t), 1)),
        "right_ankle": lambda t: np.tile([0.03, -1.0], (len(t), 1)),
    }
    metrics = metrics_of_steps(STEPS, Sticks(**tilted), 1)
    drop_deg = np.degrees(np.arctan2(0.02, 0.2))
    assert metrics["pelvic_drop_deg"] == pytest.approx([drop_deg, -drop_deg, NAN], nan_ok=True)
    # the right ankle lies on the left of the midline: crossing over is negative
    assert metrics["step_width_leg"] == pytest.approx([0.04, -0.03, NAN], nan_ok=True)


def test_trunk_lean_and_bounce_over_the_step():
    def bounce(time_s):
        return np.stack(
            [np.full(len(time_s), 0.1), 0.6 + 0.05 * np.cos(2 * np.pi * time_s / 0.3)], 1
        )

    metrics = metrics_of_steps(STEPS, Sticks(trunk=bounce), 1)
    lean_deg = np.degrees(np.arctan2(0.1, 0.6))
    assert metrics["trunk_lean_deg"] == pytest.approx([lean_deg, lean_deg, NAN], nan_ok=True)
    # the height is the middle of pelvis and trunk, which moves half as far as the trunk
    assert metrics["vertical_oscillation_leg"] == pytest.approx([0.05, 0.05, NAN], nan_ok=True)


def test_largest_knee_flexion_in_stance_and_in_swing():
    def ankle(time_s):
        """Straight below the knee in contact (to .2 s), bent by 90 degrees after it."""
        bent = (time_s > 0.2)[:, None]
        return np.where(bent, [-0.4, -0.5], [0.1, -1.0])

    knee = {"left_knee": lambda t: np.tile([0.1, -0.5], (len(t), 1)), "left_ankle": ankle}
    metrics = metrics_of_steps(STEPS[:1], Sticks(**knee), 1)
    assert metrics["knee_flexion_stance_deg"] == pytest.approx([0])
    assert metrics["knee_flexion_swing_deg"] == pytest.approx([90])


def test_arms_by_hand():
    arms = {"left_shoulder": (0.2, 0.6), "left_elbow": (0.2, 0.3), "left_wrist": (-0.1, 0.3)}
    arms |= {"right_shoulder": (-0.2, 0.6), "right_elbow": (-0.2, 0.3), "right_wrist": (-0.2, 0.0)}
    arms |= {"neck": (0.0, 0.6)}
    still = {
        name: (lambda t, xy=xy: np.tile(np.array(xy, float), (len(t), 1)))
        for name, xy in arms.items()
    }
    metrics = metrics_of_steps(STEPS, Sticks(**still), 1)
    assert metrics["elbow_angle_deg"] == pytest.approx([90, 0, NAN], nan_ok=True)
    assert metrics["arm_crossing_leg"] == pytest.approx([0.1, -0.2, NAN], nan_ok=True)


def test_curves_are_the_mean_and_spread_of_whole_strides():
    def ankle(time_s):
        """Knee straight in the first stride, bent by 90 degrees in the second."""
        return np.where((time_s < 0.6)[:, None], [0.1, -1.0], [-0.4, -0.5])

    knee = {"left_knee": lambda t: np.tile([0.1, -0.5], (len(t), 1)), "left_ankle": ankle}
    strides = [Step("left", 0.0, 0.2, 0.3, 0.59), Step("left", 0.6, 0.8, None, 1.2)]
    curves = angle_curves(strides, Sticks(**knee), 1)
    assert set(curves) == {"knee_flexion_deg", "hip_flexion_deg"}
    assert curves["knee_flexion_deg"]["left"] == {"mean": [45.0] * 101, "sd": [45.0] * 101}
    assert "right" not in curves["knee_flexion_deg"], "no whole stride of the right foot"
