"""Angles of the moment, frame by frame, for the overlay: what one can check by eye against the picture.

Projected angles in the image plane, in degrees; NaN where a joint is missing.
Legend: T frames.
"""

from collections.abc import Mapping

import numpy as np

from runform.sequence import PoseSequence

SIDE_VIEWS = ("left", "right", "oblique")


def in_words(angle_deg: float) -> str:
    """`12°`; `--` where there is none (Pillow's own font has no longer dash)."""
    return f"{round(float(angle_deg))}°" if np.isfinite(angle_deg) else "--"


def flexion_deg(upper: np.ndarray, joint: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """(T,) bend at `joint` between two segments, each point (T, 2): 0 when straight."""
    a, b = upper - joint, lower - joint
    cross, dot = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(1)
    return 180.0 - np.degrees(np.abs(np.arctan2(cross, dot)))


def lean_deg(below: np.ndarray, above: np.ndarray, facing: int) -> np.ndarray:
    """(T,) tilt of the line from `below` to `above` (T, 2) px from the vertical; positive towards `facing` (+1 right, -1 left)."""
    dx, dy = (above - below).T
    return np.degrees(np.arctan2(facing * dx, -dy))


def tilt_deg(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(T,) slope of the line between two joints (T, 2) px against the horizontal, without a sign: how far one side drops."""
    dx, dy = (right - left).T
    return np.degrees(np.arctan2(np.abs(dy), np.abs(dx)))


def angle_readings(sequence: PoseSequence, gait: Mapping) -> dict[str, np.ndarray]:
    """Name -> (T,) degrees: knees and trunk from the side, pelvis and trunk from the front or rear."""
    view = gait.get("view", {}).get("estimated", "")
    hips = [sequence.joint(f"{side}_hip") for side in ("left", "right")]
    shoulders = [sequence.joint(f"{side}_shoulder") for side in ("left", "right")]
    trunk = lean_deg(sum(hips) / 2, sum(shoulders) / 2, gait.get("facing") or 1)
    if view not in SIDE_VIEWS:
        return {"pelvis tilt": tilt_deg(*hips), "trunk side lean": np.abs(trunk)}
    knees = {
        f"knee {side[0].upper()}": flexion_deg(*(sequence.joint(f"{side}_{joint}") for joint in ("hip", "knee", "ankle")))
        for side in ("left", "right")
    }
    return knees | {"trunk lean": trunk}
