"""Tracks of named joints out of a pose sequence, free of gaps, upright (y up), in leg lengths.

Legend: T frames.
"""

from dataclasses import dataclass

import numpy as np

from runform.sequence import PoseSequence
from runform.skeleton import interpolate_gaps, leg_length

SIDES = ("left", "right")
LEGS = tuple(f"{side}_{joint}" for side in SIDES for joint in ("hip", "knee", "ankle"))
_FOOT = ("heel", "big_toe", "ankle")
# A raw point further than this from the repaired one, leg lengths, was an outlier.
_NEAR_LEG = 0.08


@dataclass(frozen=True)
class Tracks:
    """What gait needs of a pose sequence.

    time_s  (T,) true time.  fps  true frames a second.  leg_px  length of the leg, px.
    xy      joint -> (T, 2) leg lengths, x right, y up, image origin; gaps filled.
    weight  joint -> (T,) 0..1, the detector's score; 0 in filled gaps. Also of joints too seldom
            seen to stand in xy.
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

    @property
    def neck(self) -> np.ndarray:
        """(T, 2) middle of the shoulders."""
        return (self.xy["left_shoulder"] + self.xy["right_shoulder"]) / 2

    def foot_joints(self) -> tuple[str, ...]:
        """Those of heel, big_toe and ankle that both feet have."""
        return tuple(j for j in _FOOT if self.has(f"left_{j}", f"right_{j}"))


def unsmoothed(sequence: PoseSequence, leg_px: float) -> np.ndarray:
    """(T, K, 2) px: where the detector saw each joint, on the side that the repair gave it to; else
    as repaired.

    The repair's low-pass rounds off the corners that contacts leave in the tracks; the mean over
    strides takes out noise better.
    """
    repaired, best = sequence.xy.astype(float), sequence.xy.astype(float)
    nearest = np.full(repaired.shape[:2], _NEAR_LEG * leg_px)
    for raw in (
        sequence.raw_xy.astype(float),
        sequence.raw_xy[:, list(sequence.joints.mirror)].astype(float),
    ):
        distance = np.linalg.norm(raw - repaired, axis=2)
        closer = distance < nearest
        best = np.where(closer[..., None], raw, best)
        nearest = np.where(closer, distance, nearest)
    return best


def tracks_of(sequence: PoseSequence, min_seen: float = 0.5) -> Tracks:
    """Tracks of all joints seen in at least `min_seen` of the frames; weights of the others too."""
    leg_px = leg_length(sequence.joints.by_joint(sequence.xy.astype(float)))
    xy, weight = {}, {}
    places = unsmoothed(sequence, leg_px)
    for row, joint in enumerate(sequence.joints.joints):
        points = places[:, row]
        seen = np.isfinite(points).all(1)
        weight[joint] = np.where(seen, np.clip(sequence.score[:, row], 0.05, 1), 0.0)
        if seen.mean() < min_seen or not np.isfinite(leg_px):
            continue
        xy[joint] = interpolate_gaps(points) * [1, -1] / leg_px
    time_s = sequence.time_s
    fps = float((len(time_s) - 1) / (time_s[-1] - time_s[0])) if len(time_s) > 1 else float("nan")
    return Tracks(time_s, fps, leg_px, xy, weight)
