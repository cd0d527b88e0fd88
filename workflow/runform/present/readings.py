"""Angles of the moment, frame by frame, for the overlay: what one can check by eye against the picture.

Projected angles in the image plane, in degrees, by the formulas of `runform.gait.angles`; NaN where a joint is missing.
Legend: T frames.
"""

from collections.abc import Mapping

import numpy as np

from runform.gait.angles import bend_deg, tilt_deg
from runform.sequence import PoseSequence

SIDE_VIEWS = ("left", "right", "oblique")
LEG = ("hip", "knee", "ankle")


def in_words(angle_deg: float) -> str:
    """`12°`; `--` where there is none (Pillow's own font has no longer dash)."""
    return f"{round(float(angle_deg))}°" if np.isfinite(angle_deg) else "--"


def knee_deg(sequence: PoseSequence, side: str) -> np.ndarray:
    """(T,) bend of one knee, 0 when straight."""
    return bend_deg(*(_upward(sequence, f"{side}_{joint}") for joint in LEG))


def shank_deg(sequence: PoseSequence, side: str, facing: int) -> np.ndarray:
    """(T,) tilt of one shank from the vertical; positive when the foot is ahead of the knee. facing: +1 right, -1 left."""
    return -tilt_deg(_upward(sequence, f"{side}_ankle"), _upward(sequence, f"{side}_knee"), facing)


def trunk_deg(sequence: PoseSequence, facing: int) -> np.ndarray:
    """(T,) tilt of the line from mid-hip to mid-shoulder from the vertical; positive when it leans ahead."""
    return tilt_deg(_middle(sequence, "hip"), _middle(sequence, "shoulder"), facing)


def pelvis_deg(sequence: PoseSequence) -> np.ndarray:
    """(T,) slope of the line between the hips against the horizontal, without a sign: how far one side drops."""
    dx, dy = (_upward(sequence, "right_hip") - _upward(sequence, "left_hip")).T
    return np.degrees(np.arctan2(np.abs(dy), np.abs(dx)))


def angle_readings(sequence: PoseSequence, gait: Mapping) -> dict[str, np.ndarray]:
    """Name -> (T,) degrees: knees and trunk from the side, pelvis and trunk from the front or rear."""
    facing = gait.get("facing") or 1
    if gait.get("view", {}).get("used", "") not in SIDE_VIEWS:
        return {"pelvis tilt": pelvis_deg(sequence), "trunk side lean": np.abs(trunk_deg(sequence, facing))}
    knees = {f"knee {side[0].upper()}": knee_deg(sequence, side) for side in ("left", "right")}
    return knees | {"trunk lean": trunk_deg(sequence, facing)}


def _upward(sequence: PoseSequence, joint: str) -> np.ndarray:
    return sequence.joint(joint).astype(float) * [1, -1]


def _middle(sequence: PoseSequence, joint: str) -> np.ndarray:
    return (_upward(sequence, f"left_{joint}") + _upward(sequence, f"right_{joint}")) / 2
