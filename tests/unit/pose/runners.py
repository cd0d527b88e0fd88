"""A plain side-view runner in any skeleton, for tests that need a plausible figure and no renderer.

Legend: T frames, K keypoints.
"""

import numpy as np

from runform.pose.backend import Detections
from runform.skeleton import get_skeleton

LEG_PX, TRUNK_PX = 200.0, 115.0


def running(
    frames: int = 60,
    fps: float = 30.0,
    skeleton: str = "blazepose33",
    stride_hz: float = 1.4,
    lift: float = 1.0,
):
    """(T, K, 2) px of a figure that runs on the spot at (400, 300), 315 px from shoulder to ankle.

    lift: how far the knee bends in swing, 1 for a runner, near 0 for somebody who shuffles.
    """
    phase = 2 * np.pi * stride_hz * np.arange(frames) / fps
    root = np.stack([np.full(frames, 400.0), 300 + 8 * np.cos(2 * phase)], axis=1)
    positions = {"hip": {}, "knee": {}, "ankle": {}, "heel": {}, "big_toe": {}}
    for side, shift in (("left", 0.0), ("right", np.pi)):
        thigh = 0.6 * np.sin(phase + shift)
        shank = thigh - lift * np.clip(0.9 * np.cos(phase + shift) + 0.6, 0, None)
        knee = root + LEG_PX / 2 * np.stack([np.sin(thigh), np.cos(thigh)], axis=1)
        ankle = knee + LEG_PX / 2 * np.stack([np.sin(shank), np.cos(shank)], axis=1)
        positions["hip"][side], positions["knee"][side], positions["ankle"][side] = (
            root,
            knee,
            ankle,
        )
        positions["heel"][side], positions["big_toe"][side] = (
            ankle + np.array([-10, 15]),
            ankle + np.array([35, 20]),
        )
    names = get_skeleton(skeleton).joints
    return np.stack([_position(name, positions, root) for name in names], axis=1)


def _position(name, positions, root):
    side, _, joint = name.partition("_")
    if joint in positions:
        return positions[joint][side]
    heights = {
        "shoulder": 1.0,
        "elbow": 0.6,
        "wrist": 0.3,
        "neck": 1.05,
        "root": 0.0,
        "small_toe": -1.8,
    }
    height = heights.get(joint or name, 1.3)
    return root + np.array([5.0 if side == "left" else -5.0, -height * TRUNK_PX])


def detections_of(xy: np.ndarray, score: float = 0.9) -> Detections:
    """Detections of `xy` with one confidence everywhere."""
    return Detections(xy.astype(np.float32), np.full(xy.shape[:2], score, np.float32))
