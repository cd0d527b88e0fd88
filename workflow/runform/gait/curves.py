"""Joint angles over the gait cycle: mean and spread over strides at 101 points, from one contact of a foot to its next.

Legend: N strides, P = 101 points.
"""

import numpy as np

from runform.gait.angles import ankle_dorsiflexion_deg, hip_flexion_deg, knee_flexion_deg
from runform.gait.motion import Motion
from runform.gait.signals import SIDES
from runform.gait.steps import Step

POINTS = 101


def angle_curves(steps: list[Step], motion: Motion, ahead: int) -> dict[str, dict]:
    """Curve name -> side -> {"mean": [101], "sd": [101]} in degrees; a side without a whole stride is left out."""
    curves = {}
    for side in SIDES:
        spans = [(step.ic_s, step.next_s) for step in steps if step.side == side and step.next_s is not None]
        if not spans:
            continue
        time_s = np.array([np.linspace(start, end, POINTS) for start, end in spans])
        joints = motion.at(time_s.ravel())
        for name, angle in _angles(joints, side, ahead).items():
            over = angle.reshape(time_s.shape)
            curves.setdefault(name, {})[side] = {"mean": _listed(over.mean(0)), "sd": _listed(over.std(0))}
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
