"""From raw detections to a smooth track: legs are put back, doubtful joints removed, short gaps
filled, jitter smoothed.

Legend: T frames, K keypoints.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.interpolate import PchipInterpolator, make_smoothing_spline
from scipy.ndimage import median_filter

from runform.pose.leg_swaps import SwapSettings, unswap
from runform.skeleton import Skeleton

SHORTEST_SPLINE = 5
# At a cut the median joint jumps this far, leg lengths, and by this factor further than in any of
# so many frames before and after it.
JUMP_LEG, JUMP_RATIO, JUMP_NEIGHBOURS = 0.1, 2.0, 5


@dataclass(frozen=True)
class RepairSettings:
    """The steps in their order; each can be switched off.

    unswap       put exchanged left and right legs back by smooth motion (`runform.pose.leg_swaps`)
    rhythm       and by the rhythm of the stride, where there is one (`runform.pose.stride_period`)
    min_score    joints below this confidence, 0..1, are missing; 0: keep all
    outlier_leg  joints further than this many leg lengths from the median of their neighbours in
                 time are missing; 0: off
    max_gap_s    gaps up to this long, s, are filled; longer ones stay missing; 0: off
    cutoff_hz    cut-off of the low-pass filter without lag, Hz; 0: off
    """

    unswap: bool = True
    rhythm: bool = True
    min_score: float = 0.3
    outlier_leg: float = 0.35
    max_gap_s: float = 0.12
    cutoff_hz: float = 8.0


def repair(
    xy: np.ndarray,
    score: np.ndarray,
    skeleton: Skeleton,
    leg_px: float,
    rate_hz: float,
    settings: RepairSettings,
) -> tuple[np.ndarray, np.ndarray, dict]:
    """The repaired track, its scores, and how much each step changed.

    xy (T, K, 2) px with NaN where missing, score (T, K), leg_px: length of the runner's leg in the
    picture, NaN when unknown, rate_hz: frames per second of true time. Returns (T, K, 2) float32,
    (T, K) float32 and counts: "swapped" of frames whose legs were exchanged, "by_rhythm" of those
    in which the rhythm overruled motion; "doubtful", "outliers", "filled", "missing" of joint
    positions. A joint that stays missing is NaN with score 0.
    """
    xy, score = xy.astype(np.float64), score.astype(np.float64)
    swapped = by_rhythm = np.zeros(len(xy), bool)
    if settings.unswap or settings.rhythm:
        swaps = SwapSettings(motion=settings.unswap, rhythm=settings.rhythm)
        xy, score, exchanged, by_rhythm = unswap(xy, score, skeleton, leg_px, rate_hz, swaps)
        swapped = exchanged.any(axis=1)
    visible = np.isfinite(xy).all(axis=-1)
    doubtful = visible & (score < settings.min_score)
    xy, score = _without(xy, score, ~visible | doubtful)
    outliers = find_outliers(xy, settings.outlier_leg * leg_px, rate_hz)
    xy, score = _without(xy, score, outliers)
    before = np.isfinite(xy[..., 0])
    xy, score = fill_gaps(xy, score, int(settings.max_gap_s * rate_hz + 1e-9))
    after = np.isfinite(xy[..., 0])
    report = {
        "swapped": int(swapped.sum()),
        "by_rhythm": int(by_rhythm.sum()),
        "doubtful": int(doubtful.sum()),
        "outliers": int(outliers.sum()),
        "filled": int((after & ~before).sum()),
        "missing": int((~after).sum()),
    }
    xy = smooth(xy, rate_hz, settings.cutoff_hz)
    return xy.astype(np.float32), score.astype(np.float32), report


def _without(xy, score, removed) -> tuple[np.ndarray, np.ndarray]:
    return np.where(removed[..., None], np.nan, xy), np.where(removed, 0.0, score)


def find_jumps(xy: np.ndarray, leg_px: float) -> np.ndarray:
    """(T,) bool: True in a frame in which most joints of xy (T, K, 2) have jumped at once, further
    than they move in any of the frames around it: a cut of the picture.
    """
    jump = np.zeros(len(xy), bool)
    if len(xy) < 2 or not leg_px > 0:
        return jump
    away = np.linalg.norm(np.diff(xy.astype(float), axis=0), axis=2) / leg_px
    median = np.zeros(len(away))
    often = np.isfinite(away).mean(axis=1) > 0.5
    median[often] = np.nanmedian(away[often], axis=1)
    around = sliding_window_view(np.pad(median, JUMP_NEIGHBOURS), 2 * JUMP_NEIGHBOURS + 1).copy()
    around[:, JUMP_NEIGHBOURS] = 0.0
    jump[1:] = (median > JUMP_LEG) & (median > JUMP_RATIO * around.max(axis=1))
    return jump


def find_outliers(xy: np.ndarray, limit_px: float, rate_hz: float) -> np.ndarray:
    """(T, K) bool: joints further than `limit_px` from their median over a tenth of a second.

    A median follows a foot through its turns but not a jump of one or two frames. Off when limit_px
    is 0 or NaN.
    """
    outliers = np.zeros(xy.shape[:2], bool)
    if not limit_px > 0:
        return outliers
    width = max(3, 2 * round(0.05 * rate_hz) + 1)
    for joint in range(xy.shape[1]):
        visible = np.flatnonzero(np.isfinite(xy[:, joint, 0]))
        if len(visible) >= width:
            track = xy[visible, joint]
            middle = median_filter(track, size=(width, 1), mode="nearest")
            outliers[visible, joint] = np.linalg.norm(track - middle, axis=1) > limit_px
    return outliers


def fill_gaps(xy: np.ndarray, score: np.ndarray, max_frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Gaps of up to `max_frames` frames, filled by a monotone cubic (Fritsch and Carlson, 1980).

    It cannot overshoot, so a foot does not dip below the ground inside a gap. A filled joint gets
    the lower score of its two neighbours. Nothing is filled before the first or after the last
    visible frame, and never part of a longer gap.
    """
    xy, score = xy.copy(), score.copy()
    for joint in range(xy.shape[1]):
        visible = np.flatnonzero(np.isfinite(xy[:, joint, 0]))
        steps = np.diff(visible)
        gaps = np.flatnonzero((steps > 1) & (steps <= max_frames + 1))
        if len(gaps) == 0:
            continue
        curve = PchipInterpolator(visible, xy[visible, joint])
        for gap in gaps:
            first, last = visible[gap], visible[gap + 1]
            xy[first + 1 : last, joint] = curve(np.arange(first + 1, last))
            score[first + 1 : last, joint] = min(score[first, joint], score[last, joint])
    return xy, score


def smooth(xy: np.ndarray, rate_hz: float, cutoff_hz: float) -> np.ndarray:
    """Cubic smoothing spline over each unbroken run of a joint, without lag.

    On even samples it is a low-pass filter of second order run both ways, the usual one for running
    kinematics (Winter, Biomechanics and Motor Control of Human Movement, ch. 3); the track loses 3
    dB at `cutoff_hz`. Off when cutoff_hz is 0 or the frame rate cannot carry it. Runs of fewer than
    five frames stay as they are.
    """
    if not 0 < cutoff_hz < rate_hz / 2:
        return xy
    stiffness = spline_stiffness(2 * np.pi * cutoff_hz / rate_hz)
    xy = xy.copy()
    for joint in range(xy.shape[1]):
        for first, last in unbroken_runs(np.isfinite(xy[:, joint, 0])):
            if last - first >= SHORTEST_SPLINE:
                times = np.arange(last - first, dtype=float)
                xy[first:last, joint] = make_smoothing_spline(
                    times, xy[first:last, joint], lam=stiffness
                )(times)
    return xy


def spline_stiffness(omega: float) -> float:
    """Penalty of the cubic smoothing spline on unit-spaced samples that loses 3 dB at `omega` (rad
    a sample).

    Its frequency response is 1 / (1 + penalty (2 sin(w/2))^4 / ((2 + cos w) / 3)) (Unser, Aldroubi
    and Eden, 1993).
    """
    return (np.sqrt(2) - 1) * (2 + np.cos(omega)) / 3 / (2 * np.sin(omega / 2)) ** 4


def unbroken_runs(visible: np.ndarray) -> list[tuple[int, int]]:
    """(first, last + 1) of each run of True in `visible` (T,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], visible.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
