"""The steps of a clip: which foot lands when, leaves when, and when the other one and itself land
again.
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

_LONGEST_CONTACT = 0.8


@dataclass(frozen=True)
class Step:
    """A step belongs to the foot that lands. Times in seconds; None where the clip does not show
    them.

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
            other_s = _first_after(events.foot(other).ic_s, ic_s, 0.85 * events.stride_s)
            next_s = _first_after(foot.ic_s, ic_s, 1.5 * events.stride_s)
            steps.append(Step(side, float(ic_s), to_s, other_s, next_s))
    return sorted(steps, key=lambda step: step.ic_s)


def _first_after(times: np.ndarray, start: float, within: float) -> float | None:
    later = times[(times > start) & (times <= start + within)]
    return float(later[0]) if len(later) else None


# Every metric of every step, as numbers, whatever the view; `metrics` decides which of them mean
# something.
#
# A step belongs to the foot that lands and lasts until the other foot lands; its stride until it
# lands again itself.
#
# Legend: S steps, P samples a stride, N instants.


_SAMPLES = 60
_MISSING = float("nan")


def step_values(steps: list[Step], motion: Motion, ahead: int) -> dict[str, np.ndarray]:
    """Metric -> (S,) values, NaN where the clip does not show what a step needs. ahead: +1 facing
    right, -1 left.
    """
    side = np.array([SIDES.index(step.side) for step in steps], int)
    ic_s, to_s, other_s, next_s = (
        np.array([_MISSING if value is None else value for value in column], float)
        for column in zip(
            *((step.ic_s, step.to_s, step.other_s, step.next_s) for step in steps), strict=True
        )
    )
    landing = motion.at(ic_s)
    middle = _Sides(motion.at(0.5 * (ic_s + np.where(np.isnan(to_s), ic_s, to_s))), side)
    values = _times(ic_s, to_s, other_s, next_s) | contact_values(landing, side, ahead)
    values |= {
        name: np.where(np.isnan(to_s), np.nan, value)
        for name, value in _at_mid_stance(middle).items()
    }
    return values | _over_the_stride(motion, side, ic_s, to_s, other_s, next_s, ahead)


def _times(ic_s, to_s, other_s, next_s) -> dict:
    return {
        "cadence_steps_min": 60 / (other_s - ic_s),
        "step_time_ms": 1e3 * (other_s - ic_s),
        "contact_time_ms": 1e3 * (to_s - ic_s),
        "flight_time_ms": 1e3 * (other_s - to_s),
        "duty_factor": (to_s - ic_s) / (next_s - ic_s),
    }


class _Sides:
    """Joints at instants, each instant with the side that counts as its own (row of SIDES)."""

    def __init__(self, joints: dict[str, np.ndarray], side: np.ndarray):
        self.joints, self.side = joints, side

    def has(self, *parts: str) -> bool:
        return all(f"{side}_{part}" in self.joints for side in SIDES for part in parts)

    def own(self, part: str) -> np.ndarray:
        return np.where(
            (self.side == 0)[:, None], self.joints[f"left_{part}"], self.joints[f"right_{part}"]
        )

    def other(self, part: str) -> np.ndarray:
        return np.where(
            (self.side == 0)[:, None], self.joints[f"right_{part}"], self.joints[f"left_{part}"]
        )

    def either(self, value: Callable[[str], np.ndarray]) -> np.ndarray:
        return np.where(self.side == 0, value("left"), value("right"))


def contact_values(
    joints: dict[str, np.ndarray], side: np.ndarray, ahead: int
) -> dict[str, np.ndarray]:
    """Metric -> (N,) of the foot that lands. joints: name -> (N, 2) at contact, y up, leg lengths.
    side: (N,) row of SIDES.
    """
    at = _Sides(joints, side)
    hip, knee, ankle = at.own("hip"), at.own("knee"), at.own("ankle")
    values = {
        "shank_angle_ic_deg": -tilt_deg(ankle, knee, ahead),
        "knee_flexion_ic_deg": bend_deg(hip, knee, ankle),
        "reach_ic_leg": ahead * (ankle - hip)[:, 0],
    }
    if at.has("heel", "big_toe"):
        values["foot_angle_ic_deg"] = rise_deg(at.own("heel"), at.own("big_toe"), ahead)
    return values


def _at_mid_stance(at: _Sides) -> dict:
    """Outwards is where the own hip lies from the other one, in a view from ahead or behind."""
    hips = at.own("hip") - at.other("hip")
    outward = np.sign(hips[:, 0])
    return {
        "pelvic_drop_deg": np.degrees(np.arctan2(hips[:, 1], np.abs(hips[:, 0]))),
        "step_width_leg": outward * (at.own("ankle")[:, 0] - at.joints["pelvis"][:, 0]),
    }


def _over_the_stride(motion: Motion, side, ic_s, to_s, other_s, next_s, ahead: int) -> dict:
    share = np.arange(_SAMPLES) / _SAMPLES
    grid_s = ic_s[:, None] + (next_s - ic_s)[:, None] * share
    whole = np.isfinite(next_s)
    known = np.where(whole[:, None], grid_s, motion.time_s[0])
    at = _Sides(motion.at(known.ravel()), np.repeat(side, _SAMPLES))
    in_contact, in_step = grid_s <= to_s[:, None], grid_s < other_s[:, None]

    def largest(values, where):
        return np.where(where, values.reshape(known.shape), -np.inf).max(1)

    def mean(values, where):
        return (values.reshape(known.shape) * where).sum(1) / np.maximum(where.sum(1), 1)

    everywhere = np.ones(known.shape, bool)
    knee = at.either(lambda name: knee_flexion_deg(at.joints, name))
    # The middle between hips and shoulders: networks show the hips' bounce too small, and the
    # shoulders' own is too large.
    height = 0.5 * (at.joints["pelvis"] + at.joints["trunk"])[:, 1]
    values = {
        "knee_flexion_stance_deg": largest(knee, in_contact),
        "knee_flexion_swing_deg": largest(knee, ~in_contact),
        "vertical_oscillation_leg": largest(height, in_step) + largest(-height, in_step),
    }
    if "neck" in at.joints:
        values["trunk_lean_deg"] = mean(
            tilt_deg(at.joints["pelvis"], at.joints["neck"], ahead), in_step
        )
    if "neck" in at.joints and at.has("elbow", "wrist", "shoulder"):
        elbow = bend_deg(at.own("shoulder"), at.own("elbow"), at.own("wrist"))
        inward = np.sign((at.other("shoulder") - at.own("shoulder"))[:, 0])
        midline = 0.5 * (at.joints["neck"] + at.joints["pelvis"])[:, 0]
        values["elbow_angle_deg"] = mean(elbow, everywhere)
        values["arm_crossing_leg"] = largest(inward * (at.own("wrist")[:, 0] - midline), everywhere)
    shown = whole & np.isfinite(to_s) & np.isfinite(other_s)
    return {name: np.where(shown, value, np.nan) for name, value in values.items()}


# Joint angles over the gait cycle: mean and spread over strides at 101 points, from one contact of
# a foot to its next.
#
# Legend: N strides, P = 101 points.


POINTS = 101


def angle_curves(steps: list[Step], motion: Motion, ahead: int) -> dict[str, dict]:
    """Curve name -> side -> {"mean": [101], "sd": [101]} in degrees; a side without a whole stride
    is left out.
    """
    curves = {}
    for side in SIDES:
        spans = [
            (step.ic_s, step.next_s)
            for step in steps
            if step.side == side and step.next_s is not None
        ]
        if not spans:
            continue
        time_s = np.array([np.linspace(start, end, POINTS) for start, end in spans])
        joints = motion.at(time_s.ravel())
        for name, angle in _angles(joints, side, ahead).items():
            over = angle.reshape(time_s.shape)
            curves.setdefault(name, {})[side] = {
                "mean": _listed(over.mean(0)),
                "sd": _listed(over.std(0)),
            }
    return curves


def _angles(joints: dict, side: str, ahead: int) -> dict[str, np.ndarray]:
    angles = {"knee_flexion_deg": knee_flexion_deg(joints, side)}
    if "neck" in joints:
        angles["hip_flexion_deg"] = hip_flexion_deg(joints, side, ahead)
    if f"{side}_heel" in joints and f"{side}_big_toe" in joints:
        angles["ankle_dorsiflexion_deg"] = ankle_dorsiflexion_deg(joints, side, ahead)
    return angles


def _listed(values: np.ndarray) -> list[float]:
    return [round(float(value), 2) for value in values]
