"""Exact metrics of a simulated runner, step by step: the joints at the exact times of contact.

Legend: N instants, S measured steps, P samples a stride, K = 26 keypoints of Halpe-26. World axes:
x forward, y left, z up, metres. A step belongs to the foot that lands; it lasts from that contact
to the other foot's. Angles are seen from the side (x, z) or from behind (y, z); the bend of a knee
or elbow is that in space; lengths are in leg lengths (hip-knee-ankle).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from runform.angles import bend_deg, rise_deg, tilt_deg
from runform.simulate.pelvis import Steps
from runform.skeleton import get_skeleton

_SAMPLES = 48
_FROM_SIDE = (0, 2)  # axes x, z


@dataclass(frozen=True)
class TrueMetric:
    """One metric: values (S,) in order of time, and the side (S,) of each: 0 left, 1 right."""

    values: np.ndarray
    side: np.ndarray

    @property
    def mean(self) -> float:
        """Mean over the steps; NaN without any."""
        return _mean(self.values)

    @property
    def left(self) -> float:
        """Mean over the left steps."""
        return _mean(self.values[self.side == 0])

    @property
    def right(self) -> float:
        """Mean over the right steps."""
        return _mean(self.values[self.side == 1])


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def metrics_of_runner(
    steps: Steps,
    joints_of: Callable[[np.ndarray], np.ndarray],
    start_s: float,
    end_s: float,
    leg_length_m: float,
) -> dict[str, TrueMetric]:
    """Metrics of the steps that land in start_s..end_s, by their names in resources/metrics.yaml.

    steps: reach a stride beyond the window.  joints_of: times (N,) -> joints (N, K, 3). Negative
    flight is double support (walking). step_time_asymmetry is one number for the clip.
    """
    chosen = np.flatnonzero((steps.ic_s >= start_s) & (steps.ic_s <= end_s))
    chosen = chosen[chosen < len(steps.ic_s) - 3]
    ic_s, to_s, side = steps.ic_s[chosen], steps.to_s[chosen], steps.side[chosen]
    next_s, stride_s = steps.ic_s[chosen + 1], steps.ic_s[chosen + 2] - ic_s
    grid_s = ic_s[:, None] + stride_s[:, None] * np.arange(_SAMPLES) / _SAMPLES
    times_s = np.concatenate([ic_s, 0.5 * (ic_s + to_s), steps.ic_s[chosen + 1], grid_s.ravel()])
    joints = joints_of(times_s)
    landing, middle, following = (
        Joints(joints[part * len(chosen) : (part + 1) * len(chosen)], side) for part in range(3)
    )
    over = Joints(joints[3 * len(chosen) :], np.repeat(side, _SAMPLES))
    in_contact, in_step = grid_s <= to_s[:, None], grid_s < next_s[:, None]
    step_s = next_s - ic_s
    values = {
        "cadence_steps_min": 60.0 / step_s,
        "step_time_ms": 1e3 * step_s,
        "step_length_m": following.other("ankle")[:, 0] - landing.own("ankle")[:, 0],
        "contact_time_ms": 1e3 * (to_s - ic_s),
        "flight_time_ms": 1e3 * (next_s - to_s),
        "duty_factor": (to_s - ic_s) / stride_s,
    }
    values |= _at_contact(landing, leg_length_m) | _at_mid_stance(middle, leg_length_m)
    values["foot_strike_deg"] = _foot_angle_deg(landing) - _foot_angle_deg(middle)
    values |= _over_the_stride(over, in_contact, in_step, leg_length_m)
    metrics = {name: TrueMetric(np.asarray(value), side) for name, value in values.items()}
    return metrics | {"step_time_asymmetry": _asymmetry(metrics["step_time_ms"])}


def _asymmetry(metric: TrueMetric) -> TrueMetric:
    """2 |L - R| / (L + R); no value where one side has none."""
    if len(set(metric.side.tolist())) < 2:
        return TrueMetric(np.zeros(0), np.zeros(0, int))
    share = 2 * abs(metric.left - metric.right) / (metric.left + metric.right)
    return TrueMetric(np.array([share]), np.zeros(1, int))


class Joints:
    """Joints (N, K, 3) and, for each instant, the side of the step: 0 left, 1 right."""

    def __init__(self, joints: np.ndarray, side: np.ndarray):
        self.at = get_skeleton("halpe26").by_joint(joints)
        self.is_left = (side == 0)[:, None]
        self.outward = np.where(side == 0, 1.0, -1.0)  # sign of y towards the step's side

    def own(self, part: str) -> np.ndarray:
        """(N, 3) of the joint on the step's side."""
        return np.where(self.is_left, self.at[f"left_{part}"], self.at[f"right_{part}"])

    def other(self, part: str) -> np.ndarray:
        """(N, 3) of the joint on the other side."""
        return np.where(self.is_left, self.at[f"right_{part}"], self.at[f"left_{part}"])


def _at_contact(joints: Joints, leg_length_m: float) -> dict[str, np.ndarray]:
    hip, knee, ankle = joints.own("hip"), joints.own("knee"), joints.own("ankle")
    return {
        "shank_angle_ic_deg": -tilt_deg(ankle[:, _FROM_SIDE], knee[:, _FROM_SIDE], 1),
        "foot_angle_ic_deg": _foot_angle_deg(joints),
        "knee_flexion_ic_deg": bend_deg(hip, knee, ankle),
        "reach_ic_leg": (ankle - hip)[:, 0] / leg_length_m,
    }


def _foot_angle_deg(joints: Joints) -> np.ndarray:
    heel, toe = joints.own("heel"), joints.own("big_toe")
    return rise_deg(heel[:, _FROM_SIDE], toe[:, _FROM_SIDE], 1)


def _at_mid_stance(joints: Joints, leg_length_m: float) -> dict[str, np.ndarray]:
    hips = joints.own("hip") - joints.other("hip")
    aside = joints.own("ankle")[:, 1] - joints.at["root"][:, 1]
    return {
        "pelvic_drop_deg": np.degrees(np.arctan2(hips[:, 2], np.abs(hips[:, 1]))),
        "step_width_leg": joints.outward * aside / leg_length_m,
    }


def _over_the_stride(
    joints: Joints, in_contact: np.ndarray, in_step: np.ndarray, leg_length_m: float
) -> dict[str, np.ndarray]:
    """in_contact, in_step: (S, P) samples inside the contact, and before the other foot's."""
    shape = in_step.shape
    root, neck = joints.at["root"], joints.at["neck"]
    knee = bend_deg(joints.own("hip"), joints.own("knee"), joints.own("ankle")).reshape(shape)
    elbow = bend_deg(joints.own("shoulder"), joints.own("elbow"), joints.own("wrist"))
    lean = tilt_deg(root[:, _FROM_SIDE], neck[:, _FROM_SIDE], 1).reshape(shape)
    midline = 0.5 * (neck + root)[:, 1]
    past = (-joints.outward * (joints.own("wrist")[:, 1] - midline)).reshape(shape)
    height = root[:, 2].reshape(shape)

    def largest(values: np.ndarray, where: np.ndarray | bool = True) -> np.ndarray:
        return np.where(where, values, -np.inf).max(1, initial=-np.inf)

    travel_m = largest(height, in_step) + largest(-height, in_step)
    return {
        "knee_flexion_stance_deg": largest(knee, in_contact),
        "knee_flexion_swing_deg": largest(knee, ~in_contact),
        "trunk_lean_deg": (lean * in_step).sum(1) / np.maximum(in_step.sum(1), 1),
        "vertical_oscillation_leg": travel_m / leg_length_m,
        "arm_crossing_leg": largest(past) / leg_length_m,
        "elbow_angle_deg": elbow.reshape(shape).mean(1),
    }
