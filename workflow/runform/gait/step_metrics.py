"""The steps of a clip, every metric of every step, and the joint-angle curves over the gait cycle.

A step belongs to the foot that lands and lasts until the other foot lands; its stride lasts until
the same foot lands again. Metrics are computed whatever the view; `metric_summary` decides which
of them mean something.

Legend: S steps, P samples a stride, N instants.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from runform.angles import (
    ankle_dorsiflexion_deg,
    bend_deg,
    hip_flexion_deg,
    knee_flexion_deg,
    rise_deg,
    tilt_deg,
)
from runform.gait.events import GaitEvents
from runform.gait.motion import Motion
from runform.gait.tracks import SIDES

# How long after a contact the next events may follow, in stride times.
_LONGEST_CONTACT, _LONGEST_STEP, _LONGEST_STRIDE = 0.8, 0.85, 1.5
_SAMPLES = 60
CURVE_POINTS = 101


@dataclass(frozen=True)
class Step:
    """Times of one step, s; None where the clip does not show them.

    ic_s: initial contact.  to_s: toe-off of the same foot.  other_s: next contact of the other
    foot.  next_s: of the same foot.
    """

    side: str
    ic_s: float
    to_s: float | None
    other_s: float | None
    next_s: float | None


def steps_of(events: GaitEvents) -> list[Step]:
    """All steps in order of their contact."""
    steps = []
    for side, other in (SIDES, SIDES[::-1]):
        foot = events.foot(side)
        for ic_s in foot.ic_s:
            to_s = _first_after(foot.to_s, ic_s, _LONGEST_CONTACT * events.stride_s)
            other_s = _first_after(events.foot(other).ic_s, ic_s, _LONGEST_STEP * events.stride_s)
            next_s = _first_after(foot.ic_s, ic_s, _LONGEST_STRIDE * events.stride_s)
            steps.append(Step(side, float(ic_s), to_s, other_s, next_s))
    return sorted(steps, key=lambda step: step.ic_s)


def _first_after(times: np.ndarray, start: float, within: float) -> float | None:
    later = times[(times > start) & (times <= start + within)]
    return float(later[0]) if len(later) else None


class SideJoints:
    """Joints (N, 2) at N instants, each instant with the side of its step (N,), a row of SIDES."""

    def __init__(self, joints: dict[str, np.ndarray], side: np.ndarray):
        self.joints, self.side = joints, side

    def has(self, *parts: str) -> bool:
        """Whether both sides have all of `parts`."""
        return all(f"{side}_{part}" in self.joints for side in SIDES for part in parts)

    def step_side(self, part: str) -> np.ndarray:
        """(N, 2) of a joint on the step's side."""
        return self._of(part, 0)

    def other_side(self, part: str) -> np.ndarray:
        """(N, 2) of a joint on the other side."""
        return self._of(part, 1)

    def _of(self, part: str, left_row: int) -> np.ndarray:
        left, right = (self.joints[f"{side}_{part}"] for side in SIDES)
        return np.where((self.side == left_row)[:, None], left, right)


@dataclass(frozen=True)
class StepMotion:
    """What the metrics of S steps are computed from; y up, leg lengths.

    ic_s, to_s, other_s, next_s: (S,) as in `Step`, NaN where unknown.  contact, mid_stance: joints
    at (S,) instants.  stride: joints at (S * P,) instants.  in_contact, in_step: (S, P) which of
    them lie before toe-off, and before the other foot's contact.  ahead: +1 facing right, -1 left.
    """

    ic_s: np.ndarray
    to_s: np.ndarray
    other_s: np.ndarray
    next_s: np.ndarray
    contact: SideJoints
    mid_stance: SideJoints
    stride: SideJoints
    in_contact: np.ndarray
    in_step: np.ndarray
    ahead: int

    def largest(self, values: np.ndarray, where: np.ndarray | bool = True) -> np.ndarray:
        """(S,) largest of `values` (S * P,) over the samples of each stride chosen by `where`."""
        return np.where(where, values.reshape(self.in_step.shape), -np.inf).max(1)

    def mean(self, values: np.ndarray, where: np.ndarray) -> np.ndarray:
        """(S,) mean of `values` (S * P,) over the samples of each stride chosen by `where`."""
        return (values.reshape(where.shape) * where).sum(1) / np.maximum(where.sum(1), 1)

    def of_whole_strides(self, values: np.ndarray) -> np.ndarray:
        """`values` (S,), NaN where the clip does not show the whole stride."""
        return np.where(np.isfinite(self.to_s + self.other_s + self.next_s), values, np.nan)


def metrics_of_steps(steps: list[Step], motion: Motion, ahead: int) -> dict[str, np.ndarray]:
    """Metric -> (S,) values, NaN where the clip does not show what a step needs. ahead: +1 facing
    right, -1 left.
    """
    at = _step_motion(steps, motion, ahead)
    return {name: values for function in METRIC_FUNCTIONS for name, values in function(at).items()}


def _step_motion(steps: list[Step], motion: Motion, ahead: int) -> StepMotion:
    side = np.array([SIDES.index(step.side) for step in steps], int)
    ic_s, to_s, other_s, next_s = (
        np.array([getattr(step, name) for step in steps], float)
        for name in ("ic_s", "to_s", "other_s", "next_s")
    )
    grid_s = ic_s[:, None] + (next_s - ic_s)[:, None] * (np.arange(_SAMPLES) / _SAMPLES)
    sampled_s = np.where(np.isfinite(next_s)[:, None], grid_s, motion.time_s[0])
    return StepMotion(
        ic_s,
        to_s,
        other_s,
        next_s,
        contact=SideJoints(motion.at(ic_s), side),
        mid_stance=SideJoints(motion.at(0.5 * (ic_s + np.where(np.isnan(to_s), ic_s, to_s))), side),
        stride=SideJoints(motion.at(sampled_s.ravel()), np.repeat(side, _SAMPLES)),
        in_contact=grid_s <= to_s[:, None],
        in_step=grid_s < other_s[:, None],
        ahead=ahead,
    )


def _times(at: StepMotion) -> dict[str, np.ndarray]:
    return {
        "cadence_steps_min": 60 / (at.other_s - at.ic_s),
        "step_time_ms": 1e3 * (at.other_s - at.ic_s),
        "contact_time_ms": 1e3 * (at.to_s - at.ic_s),
        "flight_time_ms": 1e3 * (at.other_s - at.to_s),
        "duty_factor": (at.to_s - at.ic_s) / (at.next_s - at.ic_s),
    }


def _at_contact(at: StepMotion) -> dict[str, np.ndarray]:
    return metrics_at_contact(at.contact, at.ahead)


def metrics_at_contact(joints: SideJoints, ahead: int) -> dict[str, np.ndarray]:
    """Metric -> (N,) of the foot that lands."""
    hip, knee, ankle = joints.step_side("hip"), joints.step_side("knee"), joints.step_side("ankle")
    metrics = {
        "shank_angle_ic_deg": -tilt_deg(ankle, knee, ahead),
        "knee_flexion_ic_deg": bend_deg(hip, knee, ankle),
        "reach_ic_leg": ahead * (ankle - hip)[:, 0],
    }
    if joints.has("heel", "big_toe"):
        metrics["foot_angle_ic_deg"] = rise_deg(
            joints.step_side("heel"), joints.step_side("big_toe"), ahead
        )
    return metrics


def _foot_strike(at: StepMotion) -> dict[str, np.ndarray]:
    """How the foot lands, against how it stands."""
    if not at.contact.has("heel", "big_toe"):
        return {}
    landing_deg, standing_deg = (
        rise_deg(joints.step_side("heel"), joints.step_side("big_toe"), at.ahead)
        for joints in (at.contact, at.mid_stance)
    )
    strike_deg = (landing_deg - standing_deg + 180) % 360 - 180
    return {"foot_strike_deg": np.where(np.isnan(at.to_s), np.nan, strike_deg)}


def _at_mid_stance(at: StepMotion) -> dict[str, np.ndarray]:
    """Half way from contact to toe-off, in a view from the front or rear. Outwards is from the
    other hip to that of the step's side.
    """
    joints = at.mid_stance
    hips = joints.step_side("hip") - joints.other_side("hip")
    outward = np.sign(hips[:, 0])
    metrics = {
        "pelvic_drop_deg": np.degrees(np.arctan2(hips[:, 1], np.abs(hips[:, 0]))),
        "step_width_leg": outward
        * (joints.step_side("ankle")[:, 0] - joints.joints["pelvis"][:, 0]),
    }
    return {name: np.where(np.isnan(at.to_s), np.nan, value) for name, value in metrics.items()}


def _over_the_stride(at: StepMotion) -> dict[str, np.ndarray]:
    joints = at.stride
    knee = bend_deg(joints.step_side("hip"), joints.step_side("knee"), joints.step_side("ankle"))
    # The middle between hips and shoulders: networks show the hips' bounce too small, and the
    # shoulders' own is too large.
    height = 0.5 * (joints.joints["pelvis"] + joints.joints["trunk"])[:, 1]
    metrics = {
        "knee_flexion_stance_deg": at.largest(knee, at.in_contact),
        "knee_flexion_swing_deg": at.largest(knee, ~at.in_contact),
        "vertical_oscillation_leg": at.largest(height, at.in_step)
        + at.largest(-height, at.in_step),
    }
    if "neck" in joints.joints:
        lean = tilt_deg(joints.joints["pelvis"], joints.joints["neck"], at.ahead)
        metrics["trunk_lean_deg"] = at.mean(lean, at.in_step)
    return {name: at.of_whole_strides(values) for name, values in metrics.items()}


def _of_the_arms(at: StepMotion) -> dict[str, np.ndarray]:
    joints = at.stride
    if "neck" not in joints.joints or not joints.has("shoulder", "elbow", "wrist"):
        return {}
    elbow = bend_deg(
        joints.step_side("shoulder"), joints.step_side("elbow"), joints.step_side("wrist")
    )
    inward = np.sign((joints.other_side("shoulder") - joints.step_side("shoulder"))[:, 0])
    midline = 0.5 * (joints.joints["neck"] + joints.joints["pelvis"])[:, 0]
    past = at.largest(inward * (joints.step_side("wrist")[:, 0] - midline))
    return {
        "elbow_angle_deg": at.of_whole_strides(at.mean(elbow, np.ones(at.in_step.shape, bool))),
        "arm_crossing_leg": at.of_whole_strides(past),
    }


# A new metric: a function here, its name in this list, and an entry in resources/metrics.yaml.
METRIC_FUNCTIONS: tuple[Callable[[StepMotion], dict[str, np.ndarray]], ...] = (
    _times,
    _at_contact,
    _foot_strike,
    _at_mid_stance,
    _over_the_stride,
    _of_the_arms,
)


def angle_curves(steps: list[Step], motion: Motion, ahead: int) -> dict[str, dict]:
    """Curve name -> side -> {"mean": [101], "sd": [101]} over the strides, degrees, from one
    contact of a foot to its next; a side without a whole stride is left out.
    """
    curves: dict[str, dict] = {}
    for side in SIDES:
        spans = [
            (step.ic_s, step.next_s)
            for step in steps
            if step.side == side and step.next_s is not None
        ]
        if not spans:
            continue
        time_s = np.array([np.linspace(start, end, CURVE_POINTS) for start, end in spans])
        joints = motion.at(time_s.ravel())
        for name, angle_deg in _angles(joints, side, ahead).items():
            of_strides = angle_deg.reshape(time_s.shape)
            curves.setdefault(name, {})[side] = {
                "mean": [round(float(angle), 2) for angle in of_strides.mean(0)],
                "sd": [round(float(angle), 2) for angle in of_strides.std(0)],
            }
    return curves


def _angles(joints: dict[str, np.ndarray], side: str, ahead: int) -> dict[str, np.ndarray]:
    angles = {"knee_flexion_deg": knee_flexion_deg(joints, side)}
    if "neck" in joints:
        angles["hip_flexion_deg"] = hip_flexion_deg(joints, side, ahead)
    if f"{side}_heel" in joints and f"{side}_big_toe" in joints:
        angles["ankle_dorsiflexion_deg"] = ankle_dorsiflexion_deg(joints, side, ahead)
    return angles
