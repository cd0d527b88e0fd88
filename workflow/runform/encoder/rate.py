"""A clip as the encoder should see it: at one frame rate, whatever it was filmed at.

The encoder knows 24 to 60 frames a second, but how many frames a stride takes shows in its embedding: at 60 frames a second a
runner lies nearly as far from himself at 30 as from somebody else, at 24 a third as far. A clip is therefore set to the nearest
multiple of the rate, its joints interpolated between frames, and a multiple is taken apart into interleaved films of the same run.
"""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import CubicSpline

from runform.encoder.h36m import encoder_input
from runform.gaps import bridged
from runform.sequence import PoseSequence

CONFIDENCE = 2
AS_GOOD_AS = 0.01  # share by which a rate may differ and count as the same: 29.97 is 30


def encoder_films(sequence: PoseSequence, rate_fps: float, smooth_s: float, one_direction: bool) -> list[np.ndarray]:
    """`encoder_input` of a clip as films, each (t, 17, 3) float32 of `rate_fps`.

    Rates are true ones where the camera's is known, so slow motion plays in real time. rate_fps 0: one film, all frames as played.
    """
    if rate_fps == 0:
        return [encoder_input(sequence, smooth_s, one_direction)]
    true_fps = sequence.capture_fps if np.isfinite(sequence.capture_fps) else sequence.fps
    motion = encoder_input(sequence.replace(fps=true_fps), smooth_s, one_direction)
    return take_apart(motion, true_fps, rate_fps)


def take_apart(motion: np.ndarray, fps: float, rate_fps: float) -> list[np.ndarray]:
    """`motion` (T, 17, 3), filmed at `fps`, as films of `rate_fps`: as many as come nearest to its rate, and no empty one."""
    films = max(1, round(fps / rate_fps))
    motion = retimed(motion, fps, films * rate_fps)
    return [motion[first::films] for first in range(min(films, len(motion)))]


def retimed(motion: np.ndarray, fps: float, to_fps: float) -> np.ndarray:
    """`motion` (T, 17, 3) as filmed at `to_fps` from the same first frame on, none beyond the last.

    Positions by cubic splines, since straight lines between 24 frames a second take 5 % of a runner's bounce away; confidences
    linear. A joint that is missing (confidence 0) in a frame next to the new one is missing, 0, 0, 0.
    """
    last = len(motion) - 1
    if last == 0 or abs(to_fps / fps - 1) < AS_GOOD_AS:
        return motion
    times = np.round(np.arange(int(last * to_fps / fps + 1e-6) + 1) * fps / to_fps, 6)  # in frames of `motion`
    before = np.minimum(times.astype(int), last)
    after = np.minimum(before + 1, last)
    share = (times - before)[:, None]  # of the later frame
    score = motion[..., CONFIDENCE]
    found = np.empty((len(times), *motion.shape[1:]), motion.dtype)
    known = np.where(score[..., None] > 0, motion[..., :CONFIDENCE], np.nan)
    found[..., :CONFIDENCE] = CubicSpline(np.arange(last + 1), bridged(known))(times)  # gaps bridged: no leap to 0, 0
    found[..., CONFIDENCE] = (1 - share) * score[before] + share * score[after]
    found[(score[before] == 0) | ((share > 0) & (score[after] == 0))] = 0
    return found


def interleave(films: Sequence[np.ndarray]) -> np.ndarray:
    """(T, ...): the frames of all `films`, each (t, ...), in the order of time."""
    frames = np.empty((sum(map(len, films)), *films[0].shape[1:]), films[0].dtype)
    for first, film in enumerate(films):
        frames[first :: len(films)] = film
    return frames
