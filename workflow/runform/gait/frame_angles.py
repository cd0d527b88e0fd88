"""Joint angles of each frame in the image plane, which a viewer can check against the picture.

Degrees, NaN where a joint is missing. Legend: T frames.
"""

from collections.abc import Mapping

import numpy as np

from runform.angles import bend_deg, tilt_deg
from runform.sequence import PoseSequence

SIDES = ("left", "right")
SAGITTAL_VIEWS = ("left", "right", "oblique")


def frame_angles(sequence: PoseSequence, gait: Mapping) -> dict[str, np.ndarray]:
    """Name -> (T,) degrees, as the view of the gait file allows; ` L` or ` R` ends a side's name.

    From the side: knees and trunk; from the front or rear: pelvis and trunk.
    """
    facing = gait.get("facing") or 1
    if not from_the_side(gait):
        lean_deg = np.abs(trunk_deg(sequence, facing))
        return {"pelvic obliquity": pelvis_deg(sequence), "trunk side lean": lean_deg}
    knees = {f"knee {side[0].upper()}": knee_deg(sequence, side) for side in SIDES}
    return knees | {"trunk lean": trunk_deg(sequence, facing)}


def from_the_side(gait: Mapping) -> bool:
    """Whether the view of the gait file shows angles in the sagittal plane."""
    return gait.get("view", {}).get("used", "") in SAGITTAL_VIEWS


def knee_deg(sequence: PoseSequence, side: str) -> np.ndarray:
    """(T,) flexion of one knee, 0 when straight."""
    return bend_deg(*(_upward(sequence, f"{side}_{joint}") for joint in ("hip", "knee", "ankle")))


def shank_deg(sequence: PoseSequence, side: str, facing: int) -> np.ndarray:
    """(T,) angle of one shank with the vertical, positive when the foot is ahead of the knee.

    facing: 1 where the runner faces right in the image, -1 where left.
    """
    return -tilt_deg(_upward(sequence, f"{side}_ankle"), _upward(sequence, f"{side}_knee"), facing)


def trunk_deg(sequence: PoseSequence, facing: int) -> np.ndarray:
    """(T,) angle of mid-hip to mid-shoulder with the vertical, positive when it leans ahead."""
    return tilt_deg(_middle(sequence, "hip"), _middle(sequence, "shoulder"), facing)


def pelvis_deg(sequence: PoseSequence) -> np.ndarray:
    """(T,) angle of the line between the hips with the horizontal, without sign."""
    dx, dy = (_upward(sequence, "right_hip") - _upward(sequence, "left_hip")).T
    return np.degrees(np.arctan2(np.abs(dy), np.abs(dx)))


def _upward(sequence: PoseSequence, joint: str) -> np.ndarray:
    return sequence.joint(joint).astype(float) * [1, -1]


def _middle(sequence: PoseSequence, joint: str) -> np.ndarray:
    return (_upward(sequence, f"left_{joint}") + _upward(sequence, f"right_{joint}")) / 2
