"""The encoder's input: a clip in H36M-17 with confidence, in a box that follows the runner, at one
frame rate.

How many frames a stride takes shows in the embedding: with all frames as filmed, a runner at 60
frames a second is nearly as far from the same runner at 30 as from somebody else. So a clip becomes
films of one rate: its joints are interpolated to the nearest multiple of the rate, and every n-th
frame makes one film.

Legend: T frames, J joints of H36M-17 (17).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from runform.pose.facing import facing_of
from runform.sequence import PoseSequence
from runform.skeleton import interpolate_gaps, mirrored, to_h36m17

CONFIDENCE = 2  # channel of a motion (T, J, 3)
SMALLEST_BOX_PX = 1.0
SAME_RATE = 0.01  # relative difference up to which two frame rates count as one: 29.97 is 30


@dataclass(frozen=True)
class FollowingBox:
    """A square that follows the runner: its centre (T, 2) and half side (T,), px."""

    centre_px: np.ndarray
    half_px: np.ndarray

    def normalise(self, xy_px: np.ndarray) -> np.ndarray:
        """(T, J, 2) px -> the square's -1..1, x right, y down."""
        return (xy_px - self.centre_px[:, None]) / self.half_px[:, None, None]


def following_box(xy_px: np.ndarray, fps: float, smooth_s: float) -> FollowingBox:
    """The box around the joints xy_px (T, J, 2), NaN where missing: it moves, its size is constant.

    The centre is smoothed by a Gaussian of standard deviation `smooth_s`: it follows the run and
    the camera, and leaves the bounce of the strides in the figure. The side is the median over
    frames of the larger of width and height, so swinging limbs do not scale the figure. One box
    over all frames, as MotionBERT's crop_scale takes it, would make a runner who crosses a static
    frame tiny.
    """
    visible = np.isfinite(xy_px).all(axis=-1).any(axis=-1)
    if not visible.any():
        return FollowingBox(np.zeros((len(xy_px), 2)), np.ones(len(xy_px)))
    low, high = np.nanmin(xy_px[visible], axis=1), np.nanmax(xy_px[visible], axis=1)  # (T', 2)
    frames = np.arange(len(xy_px))
    centre = np.stack(
        [np.interp(frames, frames[visible], axis) for axis in ((low + high) / 2).T], axis=-1
    )
    centre = gaussian_filter1d(centre, smooth_s * fps, axis=0, mode="nearest")
    half = max(np.median((high - low).max(axis=1)) / 2, SMALLEST_BOX_PX / 2)
    return FollowingBox(centre, np.full(len(xy_px), half))


def normalised(h36m: np.ndarray, fps: float, smooth_s: float) -> tuple[np.ndarray, FollowingBox]:
    """(T, J, 3) px and confidence -> the encoder's input, and the box it lies in."""
    box = following_box(h36m[..., :2], fps, smooth_s)
    xy = np.nan_to_num(box.normalise(h36m[..., :2]), nan=0.0)
    return np.concatenate([xy, h36m[..., 2:]], axis=-1).astype(np.float32), box


def encoder_input(sequence: PoseSequence, smooth_s: float, one_direction: bool) -> np.ndarray:
    """(T, J, 3) float32 in the following box; 0, 0, 0 where a joint is missing.

    one_direction: a runner who faces left in the image is mirrored, so that all run to the right
    and the side of the camera makes no difference. Views from ahead and behind stay as they are.
    """
    h36m = to_h36m17(sequence.xy, sequence.score, sequence.joints)
    motion, _ = normalised(h36m, sequence.fps, smooth_s)
    return mirrored(motion) if one_direction and facing_of(sequence).direction < 0 else motion


def encoder_films(
    sequence: PoseSequence, rate_fps: float, smooth_s: float, one_direction: bool
) -> list[np.ndarray]:
    """`encoder_input` of a clip as films, each (t, J, 3) float32 at `rate_fps`.

    Slow motion plays in real time where the camera's frame rate is known. With rate_fps 0 there is
    one film of all frames as played.
    """
    if rate_fps == 0:
        return [encoder_input(sequence, smooth_s, one_direction)]
    fps = sequence.true_fps
    motion = encoder_input(sequence.replace(fps=fps), smooth_s, one_direction)
    return split_films(motion, fps, rate_fps)


def interleaved_times_s(sequence: PoseSequence, frames: int, rate_fps: float) -> np.ndarray:
    """(frames,) true time of each frame of `interleave(encoder_films(sequence, rate_fps, …))`, s.

    Not `sequence.time_s`: films have a frame rate of their own.
    """
    fps = sequence.true_fps
    if rate_fps > 0 and len(sequence.xy) > 1:
        fps = _rate_after_resampling(fps, _film_count(fps, rate_fps) * rate_fps)
    return np.arange(frames) / fps


def split_films(motion: np.ndarray, fps: float, rate_fps: float) -> list[np.ndarray]:
    """`motion` (T, J, 3) at `fps` as interleaved films (t, J, 3) at `rate_fps`; none is empty."""
    films = _film_count(fps, rate_fps)
    motion = resampled(motion, fps, films * rate_fps)
    return [motion[first::films] for first in range(min(films, len(motion)))]


def _film_count(fps: float, rate_fps: float) -> int:
    return max(1, round(fps / rate_fps))


def _rate_after_resampling(fps: float, to_fps: float) -> float:
    return fps if abs(to_fps / fps - 1) < SAME_RATE else to_fps


def interleave(films: Sequence[np.ndarray]) -> np.ndarray:
    """(T, ...): the frames of `films`, each (t, ...), in order of time, as before `split_films`."""
    frames = np.empty((sum(map(len, films)), *films[0].shape[1:]), films[0].dtype)
    for first, film in enumerate(films):
        frames[first :: len(films)] = film
    return frames


def resampled(motion: np.ndarray, fps: float, to_fps: float) -> np.ndarray:
    """`motion` (T, J, 3) at `to_fps`, from the same first frame on, none beyond the last.

    Positions by cubic splines: straight lines between 24 frames a second would flatten a runner's
    bounce by 5 %. Confidences are linear. A joint that is missing (confidence 0) in a frame next to
    the new one is 0, 0, 0.
    """
    last = len(motion) - 1
    if last == 0 or _rate_after_resampling(fps, to_fps) == fps:
        return motion
    # in frames of `motion`
    times = np.round(np.arange(int(last * to_fps / fps + 1e-6) + 1) * fps / to_fps, 6)
    before = np.minimum(times.astype(int), last)
    after = np.minimum(before + 1, last)
    share = (times - before)[:, None]  # of the later frame
    score = motion[..., CONFIDENCE]
    # gaps are interpolated, so that the spline does not leap to 0, 0
    xy = interpolate_gaps(np.where(score[..., None] > 0, motion[..., :CONFIDENCE], np.nan))
    result = np.empty((len(times), *motion.shape[1:]), motion.dtype)
    result[..., :CONFIDENCE] = CubicSpline(np.arange(last + 1), xy)(times)
    result[..., CONFIDENCE] = (1 - share) * score[before] + share * score[after]
    result[(score[before] == 0) | ((share > 0) & (score[after] == 0))] = 0
    return result


def windows(frames: int, longest: int) -> list[tuple[int, int]]:
    """Start and end of consecutive windows of at most `longest` frames that cover `frames`."""
    return [(start, min(start + longest, frames)) for start in range(0, frames, longest)]
