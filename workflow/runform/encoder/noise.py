"""What a detector does to true 2D joints: jitter correlated in time, left and right swapped, joints and frames lost, and
confidences that know about it.

After MotionBERT's synthetic noise (Zhu et al. 2023, appendix): displacements drawn at key frames and interpolated, small white
noise on top, confidence falling with the displacement. Legend: F frames, K keypoints.
"""

from dataclasses import dataclass

import numpy as np

from runform.skeleton import Skeleton

LEG = ("knee", "ankle", "heel", "big_toe", "small_toe")


@dataclass(frozen=True)
class NoiseSettings:
    """Sizes are shares of the figure's height in the image; each window draws how bad its detector is, up to these."""

    jitter: float = 0.025  # standard deviation at the key frames; BlazePose on rendered runners: legs 2 to 3 cm
    key_frame_s: float = 0.15  # between key frames
    white: float = 0.004  # per frame
    far_side: float = 1.6  # how much more a joint behind the body moves
    swap_share: float = 0.1  # of windows in which the legs are taken for one another for a while
    lost_joint_share: float = 0.02  # of joints' time
    lost_frame_share: float = 0.1  # of windows with a gap of all joints
    lost_s: float = 0.15  # mean length of a swap or a loss


def detect(image: np.ndarray, depth_m: np.ndarray, skeleton: Skeleton, fps: float, settings: NoiseSettings, rng) -> tuple:
    """Joints (F, K, 2) as detected, NaN where missed, and scores (F, K), from their true image (F, K, 2) and depth (F, K)."""
    frames, keypoints = depth_m.shape
    height = np.median(np.ptp(image[..., 1], axis=1))
    badness = rng.uniform(0, 1)
    behind = depth_m > depth_m.mean(axis=1, keepdims=True) + 0.05
    size = np.where(behind, settings.far_side, 1.0) * rng.uniform(0.5, 1.5, keypoints)  # some joints are harder than others
    keys = max(2, round(frames / fps / settings.key_frame_s) + 1)
    place = np.linspace(0, keys - 1, frames)
    before = np.minimum(place.astype(int), keys - 2)
    share = (place - before)[:, None, None]
    drawn = rng.normal(0, settings.jitter * badness, (keys, keypoints, 2))
    moved = (drawn[before] * (1 - share) + drawn[before + 1] * share) * size[..., None]
    moved += rng.normal(0, settings.white * badness, moved.shape)
    seen = image + moved * height
    score = np.clip(rng.uniform(0.8, 1.0) - 6 * np.linalg.norm(moved, axis=-1) + rng.normal(0, 0.03, moved.shape[:2]), 0.05, 1)
    swap_legs(seen, skeleton, fps, settings, rng)
    lose(seen, score, fps, settings, rng)
    return seen, score


def swap_legs(seen: np.ndarray, skeleton: Skeleton, fps: float, settings: NoiseSettings, rng) -> None:
    """Exchange left and right leg for a while, in place, in some windows."""
    if rng.random() >= settings.swap_share:
        return
    span = _span(len(seen), fps, settings, rng)
    legs = np.array([row for row, name in enumerate(skeleton.joints) if name.split("_", 1)[-1] in LEG])
    seen[span, legs] = seen[span][:, np.array(skeleton.mirror)[legs]]


def lose(seen: np.ndarray, score: np.ndarray, fps: float, settings: NoiseSettings, rng) -> None:
    """Make joints, and in some windows all of them, missing for a while, in place."""
    frames, keypoints = score.shape
    per_loss = max(1.0, settings.lost_s * fps)
    for _ in range(rng.poisson(settings.lost_joint_share * frames * keypoints / per_loss)):
        span, joint = _span(frames, fps, settings, rng), rng.integers(keypoints)
        seen[span, joint], score[span, joint] = np.nan, 0
    if rng.random() < settings.lost_frame_share:
        span = _span(frames, fps, settings, rng)
        seen[span], score[span] = np.nan, 0


def _span(frames: int, fps: float, settings: NoiseSettings, rng) -> slice:
    start = int(rng.integers(frames))
    return slice(start, start + max(1, round(rng.exponential(settings.lost_s) * fps)))
