"""Tracks of named joints from a pose sequence, without gaps, upright (y up), in leg lengths.

Legend: T frames, K keypoints.
"""

from dataclasses import dataclass

import numpy as np

from runform.sequence import PoseSequence
from runform.skeleton import interpolate_gaps, leg_length

SIDES = ("left", "right")
LEGS = tuple(f"{side}_{joint}" for side in SIDES for joint in ("hip", "knee", "ankle"))
FOOT = ("heel", "big_toe", "ankle")
# A raw point further than this from the repaired one, leg lengths, was an outlier.
_NEAR_LEG = 0.08
_LEAST_WEIGHT = 0.05


@dataclass(frozen=True)
class Tracks:
    """What gait needs of a pose sequence.

    time_s  (T,) true time.  fps  true frames a second.  leg_px  length of the leg, px.
    xy      joint -> (T, 2) leg lengths, x right, y up from the image's corner; gaps are filled.
    weight  joint -> (T,) 0..1, the network's score; 0 in filled gaps. Also of joints seen too
            seldom to be in xy.
    """

    time_s: np.ndarray
    fps: float
    leg_px: float
    xy: dict[str, np.ndarray]
    weight: dict[str, np.ndarray]

    def has(self, *joints: str) -> bool:
        """Whether all of `joints` were seen in this clip."""
        return all(joint in self.xy for joint in joints)

    @property
    def pelvis(self) -> np.ndarray:
        """(T, 2) middle of the hips."""
        return (self.xy["left_hip"] + self.xy["right_hip"]) / 2

    def foot_joints(self) -> tuple[str, ...]:
        """Those of heel, big_toe and ankle that both feet have."""
        return tuple(joint for joint in FOOT if self.has(f"left_{joint}", f"right_{joint}"))

    def seen_share(self) -> dict[str, float]:
        """Joint without its side -> share of frames in which both sides are seen."""
        shares = {}
        for name, weight in self.weight.items():
            joint = name.removeprefix("left_")
            if name.startswith("left_") and f"right_{joint}" in self.weight:
                both = (weight > 0) & (self.weight[f"right_{joint}"] > 0)
                shares[joint] = float(np.mean(both))
        return shares


def unsmoothed(sequence: PoseSequence, leg_px: float) -> np.ndarray:
    """(T, K, 2) px: each joint where the network saw it, on the side that the repair gave it to; as
    repaired where that is far away.

    The repair's low-pass filter rounds off the corners that contacts leave in the tracks; the mean
    over strides removes noise better.
    """
    repaired, nearest = sequence.xy.astype(float), sequence.xy.astype(float)
    distance = np.full(repaired.shape[:2], _NEAR_LEG * leg_px)
    raw_xy = sequence.raw_xy.astype(float)
    for raw in (raw_xy, raw_xy[:, list(sequence.joints.mirror)]):
        away = np.linalg.norm(raw - repaired, axis=2)
        closer = away < distance
        nearest = np.where(closer[..., None], raw, nearest)
        distance = np.where(closer, away, distance)
    return nearest


def tracks_of(sequence: PoseSequence, min_seen: float = 0.5) -> Tracks:
    """Tracks of all joints seen in at least `min_seen` of the frames; weights of the others too."""
    leg_px = leg_length(sequence.joints.by_joint(sequence.xy.astype(float)))
    xy, weight = {}, {}
    for row, (joint, points) in enumerate(
        sequence.joints.by_joint(unsmoothed(sequence, leg_px)).items()
    ):
        visible = np.isfinite(points).all(1)
        weight[joint] = np.where(visible, np.clip(sequence.score[:, row], _LEAST_WEIGHT, 1), 0.0)
        if visible.mean() >= min_seen and np.isfinite(leg_px):
            xy[joint] = interpolate_gaps(points) * [1, -1] / leg_px
    time_s = sequence.time_s
    fps = float((len(time_s) - 1) / (time_s[-1] - time_s[0])) if len(time_s) > 1 else float("nan")
    return Tracks(time_s, fps, leg_px, xy, weight)


def gait_signals(
    joints: dict[str, np.ndarray], leg_px: float
) -> tuple[np.ndarray, list[np.ndarray]]:
    """What repeats in a gait, leg lengths, NaN where not seen: (T, 4) left minus right of feet and
    knees, x and y; and height (T, 1) of both feet below the hips, and of the shoulders.

    joints: name -> (T, 2) px.
    """
    feet = [j for j in FOOT if all(_often(joints.get(f"{side}_{j}")) for side in SIDES)]
    of_feet = feet or ["ankle"]
    left, right = (np.mean([joints[f"{side}_{j}"] for j in of_feet], axis=0) for side in SIDES)
    knees = joints["left_knee"] - joints["right_knee"]
    hips = (joints["left_hip"] + joints["right_hip"]) / 2
    alike = [((left + right) / 2 - hips)[:, 1:] / leg_px]
    if all(_often(joints.get(f"{side}_shoulder")) for side in SIDES):
        shoulders = (joints["left_shoulder"] + joints["right_shoulder"]) / 2
        alike.append(shoulders[:, 1:] / leg_px)
    return np.concatenate([left - right, knees], axis=1) / leg_px, alike


def _often(track: np.ndarray | None) -> bool:
    return track is not None and bool(np.isfinite(track).all(axis=1).mean() > 0.3)
