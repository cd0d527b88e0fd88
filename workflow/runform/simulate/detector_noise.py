"""What a 2D detector makes of a figure, and where a skeleton places its joints.

Detector noise: jitter, swapped legs, lost joints and frames, and scores that half know about it.
The defaults are fitted on real running clips, in shares of the figure's height:
- slow error: half of the variance of the difference between BlazePose and RTMPose-M on one
  side-view clip, a constant offset of each joint taken out, by body part, near and far side; its
  memory from the autocorrelation of that difference (0.85 to 0.95 from frame to frame at 24 a
  second, less at the ankles); its bursts from the spread of the logarithm of the difference;
- fast error: residual of both detectors against a cubic smoother over 7 frames, less what that
  leaves of clean motion;
- swaps: BlazePose swapped the legs 0.6 times a second for 4 frames on average, RTMPose-M never; the
  default lies between;
- scores: level, spread and fall with the error as RTMPose-M gives them.

Joint placement noise: detectors and motion capture put one joint of one person in different places.
Hip joint centres by regression from landmarks are 15 to 30 mm off, by function 13 mm (Erdemir;
Mantovani 2016); acromion and centre of the shoulder are 40 mm apart; the head's point is its crown,
its middle or between the eyes.

Legend: ... any leading (batch) dimensions, T frames, N instants, K keypoints.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from runform.skeleton import Skeleton, get_skeleton

# Size of the error of each part against a knee's: the slow and the fast one, and the part's usual
# score.
_PARTS = {
    "hip": (1.0, 0.7, 0.78), "knee": (1.0, 1.0, 0.80), "ankle": (0.95, 1.1, 0.80),
    "heel": (1.1, 1.4, 0.76), "toe": (1.2, 1.6, 0.74), "shoulder": (1.0, 0.7, 0.80),
    "elbow": (1.9, 1.2, 0.72), "wrist": (1.8, 1.5, 0.70),
}  # fmt: skip
_OTHER = (0.8, 0.6, 0.90)
_LEG = ("knee", "ankle", "heel", "toe")
# Hips nearer to each other than this, in figure heights: seen from the side, where detectors take
# one leg for the other.
_SIDE_ON = 0.05
_LEAST_SCORE, _MOST_SCORE = 0.05, 0.99

_ROW = {name: row for row, name in enumerate(get_skeleton("halpe26").joints)}
# Joint: SD of its place forward, outward and along the segment from `_FROM` to it, m; the same left
# and right, but for _SIDE_SD_M.
_SD_M = {
    "hip": (0.015, 0.0, 0.02),  # outward: see the widths in population.py
    "knee": (0.010, 0.010, 0.012), "ankle": (0.010, 0.010, 0.012), "shoulder": (0.015, 0.0, 0.02),
    "elbow": (0.010, 0.010, 0.012), "wrist": (0.010, 0.010, 0.020), "neck": (0.015, 0.0, 0.020),
    "nose": (0.020, 0.0, 0.020), "eye": (0.010, 0.005, 0.015), "ear": (0.010, 0.005, 0.015),
    "head": (0.020, 0.0, 0.035),
}  # fmt: skip
_SIDE_SD_M = 0.004
_FROM = {"knee": "hip", "ankle": "knee", "elbow": "shoulder", "wrist": "elbow"}
_ABOVE_HIPS = ("shoulder", "elbow", "wrist", "neck")


@dataclass(frozen=True)
class DetectorNoise:
    """How good the detector is: lengths in shares of the figure's height, rates in events a second.

    slow, slow_s      standard deviation on each axis of a knee's slow error, and its memory (see
                      `correlated`), s
    fast              standard deviation on each axis of a knee's frame-to-frame error
    hidden            how many times larger the slow error of a joint is that the body hides
    bursts            spread (of the logarithm) of the slow error's size over time
    swaps_hz, swap_s  swaps of left and right leg while one side hides the other; mean duration, s
    lasting_share, lasting_s   share of the swaps that last, and for how long, s
    lost_joints_hz, lost_frames_hz, lost_s   joints, and whole frames, without any detection; mean
                      duration, s
    score_noise       standard deviation of the score where nothing is wrong
    score_error       by how much the score falls where the error is e times its usual size
    score_hidden      by how much the score falls for a hidden joint
    """

    slow: float = 0.0075
    slow_s: float = 0.14
    fast: float = 0.0015
    hidden: float = 1.7
    bursts: float = 0.55
    swaps_hz: float = 0.3
    swap_s: float = 0.15
    lasting_share: float = 0.1
    lasting_s: float = 0.6
    lost_joints_hz: float = 0.03
    lost_frames_hz: float = 0.05
    lost_s: float = 0.1
    score_noise: float = 0.06
    score_error: float = 0.07
    score_hidden: float = 0.13


def detect(
    clean_px: np.ndarray,
    figure_px: np.ndarray | float,
    fps: float,
    skeleton: Skeleton,
    rng: np.random.Generator,
    visible: np.ndarray | None = None,
    noise: DetectorNoise | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints as a detector gives them: xy (..., T, K, 2) px, score (..., T, K) 0..1, float32.

    clean_px: (..., T, K, 2) true positions.  figure_px: height of the figure, px, a number or (...,
    T).  visible: (..., T, K) 0..1, 0 where the body hides the joint; None: all seen.  Lost joints
    are NaN with score 0.
    """
    noise = noise or DetectorNoise()
    clean_px = np.asarray(clean_px, float)
    shape = clean_px.shape[:-1]
    visible = np.ones(shape) if visible is None else np.broadcast_to(visible, shape)
    figure_px = np.broadcast_to(figure_px, shape[:-1])[..., None]
    slow, fast, usual_score = np.array([_part_sizes(joint) for joint in skeleton.joints]).T
    burst = np.exp(noise.bursts * correlated(rng, shape, 2 * noise.slow_s, fps))
    drift = correlated(rng, (*shape, 2), noise.slow_s, fps, axis=-3)
    size = slow * noise.slow * burst * np.where(visible < 0.5, noise.hidden, 1.0)
    jitter = (noise.fast * fast)[:, None] * rng.standard_normal((*shape, 2))
    error = size[..., None] * drift + jitter
    swapped = _swapped(clean_px, figure_px[..., 0], fps, skeleton, rng, noise)
    xy = _swap_legs(clean_px, swapped, skeleton) + error * figure_px[..., None]

    expected = noise.slow * slow
    worse = np.log2(1.0 + np.linalg.norm(error, axis=-1) / expected)
    score = usual_score - noise.score_hidden * (1.0 - visible) - noise.score_error * (worse - 1.0)
    score = score + noise.score_noise * correlated(rng, shape, noise.slow_s, fps)
    score = np.clip(score, _LEAST_SCORE, _MOST_SCORE)
    lost = episodes(rng, shape, noise.lost_joints_hz, noise.lost_s, fps)
    lost |= episodes(rng, shape[:-1], noise.lost_frames_hz, noise.lost_s, fps, axis=-1)[..., None]
    xy, score = np.where(lost[..., None], np.nan, xy), np.where(lost, 0.0, score)
    return xy.astype(np.float32), score.astype(np.float32)


def _part_sizes(joint: str) -> tuple[float, float, float]:
    return next((sizes for part, sizes in _PARTS.items() if joint.endswith(part)), _OTHER)


def correlated(
    rng: np.random.Generator, shape: tuple[int, ...], memory_s: float, fps: float, axis: int = -2
) -> np.ndarray:
    """Smooth normal numbers of variance 1 along `axis`: correlation (1 + t/m) exp(-t/m)."""
    kept = np.exp(-1.0 / (fps * memory_s))
    warm_up = int(np.ceil(8.0 * memory_s * fps))
    others = list(shape)
    frames = others.pop(axis)
    scale = np.sqrt((1.0 - kept**2) ** 3 / (1.0 + kept**2))
    white = rng.standard_normal((warm_up + frames, *others)) * scale
    smooth = lfilter([1.0], [1.0, -2.0 * kept, kept**2], white, axis=0)
    return np.moveaxis(smooth[warm_up:], 0, axis)


def episodes(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    rate_hz: float,
    mean_s: float,
    fps: float,
    axis: int = -2,
    allowed: np.ndarray | bool = True,
) -> np.ndarray:
    """Boolean `shape`: True in episodes of mean `mean_s`, `rate_hz` a second where `allowed`."""
    begins = np.moveaxis((rng.random(shape) < rate_hz / fps) & allowed, axis, -1)
    lasts = np.maximum(1, np.rint(rng.exponential(mean_s * fps, begins.shape)))
    frame = np.arange(begins.shape[-1])
    until = np.maximum.accumulate(np.where(begins, frame + lasts, 0), axis=-1)
    return np.moveaxis(until > frame, -1, axis)


def _swapped(clean_px, figure_px, fps, skeleton, rng, noise) -> np.ndarray:
    """(..., T) whether the detector takes the left leg for the right one."""
    left, right = (clean_px[..., skeleton.index(f"{side}_hip"), :] for side in ("left", "right"))
    side_on = np.linalg.norm(left - right, axis=-1) < _SIDE_ON * figure_px
    swapped = np.zeros(side_on.shape, bool)
    for share, mean_s in (
        (1.0 - noise.lasting_share, noise.swap_s),
        (noise.lasting_share, noise.lasting_s),
    ):
        rate_hz = noise.swaps_hz * share
        swapped ^= episodes(rng, swapped.shape, rate_hz, mean_s, fps, axis=-1, allowed=side_on)
    return swapped


def _swap_legs(xy: np.ndarray, swapped: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    order = [
        other if joint.endswith(_LEG) else row
        for row, (joint, other) in enumerate(zip(skeleton.joints, skeleton.mirror, strict=True))
    ]
    return np.where(swapped[..., None, None], xy[..., order, :], xy)


def draw_joint_offsets(amount: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Joint name -> (3,) offset forward, outward and along, m, of one runner's skeleton."""
    offsets = {}
    for part, sd in _SD_M.items():
        common = amount * np.array(sd) * rng.standard_normal(3)
        if part in _ROW:
            offsets[part] = common
        else:
            for side in ("left", "right"):
                offsets[f"{side}_{part}"] = common + amount * _SIDE_SD_M * rng.standard_normal(3)
    return offsets


def placed_joints(joints: np.ndarray, offsets: dict[str, np.ndarray]) -> np.ndarray:
    """(N, K, 3) `joints` where a skeleton with these `offsets` places them.

    The root stays between the hips.
    """
    moved = joints.copy()
    trunk = joints[:, _ROW["neck"]] - joints[:, _ROW["root"]]
    hips, shoulders = (
        joints[:, _ROW[f"left_{part}"]] - joints[:, _ROW[f"right_{part}"]]
        for part in ("hip", "shoulder")
    )
    for name, (forward, outward, along) in offsets.items():
        side, _, part = name.rpartition("_")
        segment, up = trunk, 1.0
        if part in _FROM:  # limbs point down, the trunk up
            segment, up = joints[:, _ROW[name]] - joints[:, _ROW[f"{side}_{_FROM[part]}"]], -1.0
        ahead, left, unit = _axes(segment, shoulders if part in _ABOVE_HIPS else hips, up)
        outward *= -1.0 if side == "right" else 1.0
        moved[:, _ROW[name]] += forward * ahead + outward * left + along * unit
    moved[:, _ROW["root"]] = (moved[:, _ROW["left_hip"]] + moved[:, _ROW["right_hip"]]) / 2
    return moved


def _axes(
    segment: np.ndarray, across: np.ndarray, up: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors (N, 3) ahead of, left of and along `segment`; `up` -1 where it points down."""
    unit = segment / np.linalg.norm(segment, axis=-1, keepdims=True)
    ahead = np.cross(across, up * unit)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=-1, keepdims=True), 1e-9)
    return ahead, np.cross(up * unit, ahead), unit
