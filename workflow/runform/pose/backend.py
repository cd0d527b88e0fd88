"""What a pose network must offer to stand behind `runform.pose.estimate`.

Legend: T frames, K keypoints, H and W height and width of a frame in px.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Detections:
    """Keypoints of one person as a network gave them, before any repair.

    xy     (T, K, 2) float32, px of the frame; NaN where the network gave nothing
    score  (T, K) float32 in 0..1, the network's own confidence; 0 where xy is NaN
    """

    xy: np.ndarray
    score: np.ndarray


class PoseBackend(Protocol):
    """A pose network that follows one person.

    skeleton: name of the order of its K joints (`runform.skeleton`).
    source: what made the numbers, {"backend": name, "weights": hash or version, …}; it goes into the pose file.
    """

    skeleton: str
    source: dict[str, str]

    def detect(self, frames: Iterable[np.ndarray], boxes: np.ndarray | None = None) -> Detections:
        """Keypoints of the person in `frames`, an iterable of T arrays (H, W, 3) uint8 RGB of one size.

        boxes: (T, 4) x0 y0 x1 y1 in px of the person to look at, NaN rows where nobody is; None: the whole frame.
        """
        ...


def stack_detections(rows: list[tuple[np.ndarray, np.ndarray] | None], joints: int) -> Detections:
    """One `Detections` from T pairs (xy (K, 2), score (K,)); None stands for a frame in which nobody was found."""
    xy = np.full((len(rows), joints, 2), np.nan, np.float32)
    score = np.zeros((len(rows), joints), np.float32)
    for frame, row in enumerate(rows):
        if row is not None:
            xy[frame], score[frame] = row
    score[~np.isfinite(xy).all(axis=-1)] = 0
    xy[score <= 0] = np.nan
    return Detections(xy, np.clip(score, 0, 1))
