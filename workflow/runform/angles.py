"""Angles of body segments in the image plane, degrees, as seen from the side or from behind.

`ahead` is +1 where the runner faces right in the image, -1 where left.
Legend: N instants; points (N, 2) with y up.
"""

import numpy as np


def tilt_deg(below: np.ndarray, above: np.ndarray, ahead: int) -> np.ndarray:
    """Angle of the line from `below` to `above` with the vertical; positive when it leans ahead."""
    line = above - below
    return np.degrees(np.arctan2(ahead * line[:, 0], line[:, 1]))


def rise_deg(back: np.ndarray, front: np.ndarray, ahead: int) -> np.ndarray:
    """Angle of the line from `back` to `front` with the horizontal, positive with a high front."""
    line = front - back
    return np.degrees(np.arctan2(line[:, 1], ahead * line[:, 0]))


def bend_deg(above: np.ndarray, joint: np.ndarray, below: np.ndarray) -> np.ndarray:
    """(N,) flexion at `joint`, in the plane (N, 2) or in space (N, 3); 0 in a straight line."""
    one, two = joint - above, below - joint
    if one.shape[-1] == 3:
        crossed = np.linalg.norm(np.cross(one, two), axis=-1)
    else:
        crossed = np.abs(one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0])
    return np.degrees(np.arctan2(crossed, np.sum(one * two, axis=-1)))


def turn_deg(above: np.ndarray, joint: np.ndarray, below: np.ndarray, ahead: int) -> np.ndarray:
    """Signed bend, positive when the lower segment is ahead of the upper one's line."""
    one, two = joint - above, below - joint
    cross = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    return np.degrees(ahead * np.arctan2(cross, (one * two).sum(1)))


def knee_flexion_deg(joints: dict, side: str) -> np.ndarray:
    """(N,) flexion of one knee, 0 = straight."""
    return bend_deg(*(joints[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle")))


def hip_flexion_deg(joints: dict, side: str, ahead: int) -> np.ndarray:
    """(N,) angle of the thigh against the trunk's line; positive when the knee is ahead."""
    hip = joints[f"{side}_hip"]
    return turn_deg(hip + joints["neck"] - joints["pelvis"], hip, joints[f"{side}_knee"], ahead)


def ankle_dorsiflexion_deg(joints: dict, side: str, ahead: int) -> np.ndarray:
    """(N,) foot (heel to big toe) against the shank, 0 = square, positive with the toe up."""
    knee, ankle, heel, toe = (
        joints[f"{side}_{joint}"] for joint in ("knee", "ankle", "heel", "big_toe")
    )
    return turn_deg(knee, ankle, ankle + toe - heel, ahead) - 90.0
