"""From a pose sequence of any skeleton to the encoder's input, and back: H36M-17 with confidence,
following the runner.

Legend: T frames, K keypoints of the sequence's skeleton, J joints of H36M-17 (17).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from runform.pose.facing import facing_of
from runform.sequence import PoseSequence
from runform.skeleton import interpolate_gaps, mirrored, to_h36m17

SMALLEST_BOX_PX = 1.0


@dataclass(frozen=True)
class FollowingBox:
    """A square that follows the runner: its centre (T, 2) and half side (T,), px."""

    centre_px: np.ndarray
    half_px: np.ndarray

    def normalise(self, xy_px: np.ndarray) -> np.ndarray:
        """(T, J, 2) px -> the square's -1..1, x right, y down."""
        return (xy_px - self.centre_px[:, None]) / self.half_px[:, None, None]

    def restore(self, xy: np.ndarray) -> np.ndarray:
        """The inverse of `normalise`."""
        return xy * self.half_px[:, None, None] + self.centre_px[:, None]


def following_box(xy_px: np.ndarray, fps: float, smooth_s: float) -> FollowingBox:
    """The box of the known joints in each frame, its centre smoothed over time, its side one for
    the whole clip.

    xy_px (T, J, 2) with NaN where missing. smooth_s: standard deviation of the Gaussian over time;
    the path then follows the run and its camera, while the bounce of a stride stays in the figure.
    One box over all frames, as MotionBERT's crop_scale takes it, would make a runner who crosses a
    static frame tiny. The side is constant (median over frames of the larger of the box's width and
    height), so that swinging limbs do not make the figure breathe.
    """
    known = np.isfinite(xy_px).all(axis=-1).any(axis=-1)
    if not known.any():
        return FollowingBox(np.zeros((len(xy_px), 2)), np.ones(len(xy_px)))
    low, high = np.nanmin(xy_px[known], axis=1), np.nanmax(xy_px[known], axis=1)  # (T', 2)
    frames = np.arange(len(xy_px))
    centre = np.stack(
        [np.interp(frames, frames[known], axis) for axis in ((low + high) / 2).T], axis=-1
    )
    centre = gaussian_filter1d(centre, smooth_s * fps, axis=0, mode="nearest")
    half = max(np.median((high - low).max(axis=1)) / 2, SMALLEST_BOX_PX / 2)
    return FollowingBox(centre, np.full(len(xy_px), half))


def encoder_input(sequence: PoseSequence, smooth_s: float, one_direction: bool) -> np.ndarray:
    """(T, 17, 3) float32 in the following box, 0, 0, 0 where a joint is missing.

    one_direction: a runner who faces left in the image is mirrored, so that all run to the right
    and the side of the road that the camera stood on tells nothing; views from ahead and behind
    stay as they are.
    """
    h36m = to_h36m17(sequence.xy, sequence.score, sequence.joints)
    motion, _ = normalised(h36m, sequence.fps, smooth_s)
    return mirrored(motion) if one_direction and facing_of(sequence).direction < 0 else motion


def normalised(h36m: np.ndarray, fps: float, smooth_s: float) -> tuple[np.ndarray, FollowingBox]:
    """(T, 17, 3) px and confidence -> the encoder's input in the following box, and the box for the
    way back.
    """
    box = following_box(h36m[..., :2], fps, smooth_s)
    xy = np.nan_to_num(box.normalise(h36m[..., :2]), nan=0.0)
    return np.concatenate([xy, h36m[..., 2:]], axis=-1).astype(np.float32), box


def windows(frames: int, longest: int) -> list[tuple[int, int]]:
    """Start and end of consecutive windows of at most `longest` frames that cover `frames`; the
    last one may be shorter.
    """
    return [(start, min(start + longest, frames)) for start in range(0, frames, longest)]


# A clip as the encoder should see it: at one frame rate, whatever it was filmed at.
#
# The encoder knows 24 to 60 frames a second, but how many frames a stride takes shows in its
# embedding: at 60 frames a second a runner lies nearly as far from himself at 30 as from somebody
# else, at 24 a third as far. A clip is therefore set to the nearest multiple of the rate, its
# joints interpolated between frames, and a multiple is taken apart into interleaved films of the
# same run.


CONFIDENCE = 2
AS_GOOD_AS = 0.01  # share by which a rate may differ and count as the same: 29.97 is 30


def encoder_films(
    sequence: PoseSequence, rate_fps: float, smooth_s: float, one_direction: bool
) -> list[np.ndarray]:
    """`encoder_input` of a clip as films, each (t, 17, 3) float32 of `rate_fps`.

    Rates are true ones where the camera's is known, so slow motion plays in real time. rate_fps 0:
    one film, all frames as played.
    """
    if rate_fps == 0:
        return [encoder_input(sequence, smooth_s, one_direction)]
    true_fps = sequence.capture_fps if np.isfinite(sequence.capture_fps) else sequence.fps
    motion = encoder_input(sequence.replace(fps=true_fps), smooth_s, one_direction)
    return take_apart(motion, true_fps, rate_fps)


def take_apart(motion: np.ndarray, fps: float, rate_fps: float) -> list[np.ndarray]:
    """`motion` (T, 17, 3), filmed at `fps`, as films of `rate_fps`: as many as come nearest to its
    rate, and no empty one.
    """
    films = max(1, round(fps / rate_fps))
    motion = retimed(motion, fps, films * rate_fps)
    return [motion[first::films] for first in range(min(films, len(motion)))]


def retimed(motion: np.ndarray, fps: float, to_fps: float) -> np.ndarray:
    """`motion` (T, 17, 3) as filmed at `to_fps` from the same first frame on, none beyond the last.

    Positions by cubic splines, since straight lines between 24 frames a second take 5 % of a
    runner's bounce away; confidences linear. A joint that is missing (confidence 0) in a frame next
    to the new one is missing, 0, 0, 0.
    """
    last = len(motion) - 1
    if last == 0 or abs(to_fps / fps - 1) < AS_GOOD_AS:
        return motion
    times = np.round(
        np.arange(int(last * to_fps / fps + 1e-6) + 1) * fps / to_fps, 6
    )  # in frames of `motion`
    before = np.minimum(times.astype(int), last)
    after = np.minimum(before + 1, last)
    share = (times - before)[:, None]  # of the later frame
    score = motion[..., CONFIDENCE]
    found = np.empty((len(times), *motion.shape[1:]), motion.dtype)
    known = np.where(score[..., None] > 0, motion[..., :CONFIDENCE], np.nan)
    found[..., :CONFIDENCE] = CubicSpline(np.arange(last + 1), interpolate_gaps(known))(
        times
    )  # gaps bridged: no leap to 0, 0
    found[..., CONFIDENCE] = (1 - share) * score[before] + share * score[after]
    found[(score[before] == 0) | ((share > 0) & (score[after] == 0))] = 0
    return found


def interleave(films: Sequence[np.ndarray]) -> np.ndarray:
    """(T, ...): the frames of all `films`, each (t, ...), in the order of time."""
    frames = np.empty((sum(map(len, films)), *films[0].shape[1:]), films[0].dtype)
    for first, film in enumerate(films):
        frames[first :: len(films)] = film
    return frames
