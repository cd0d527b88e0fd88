"""A clip as the encoder should see it: filmed faster than usual, it is several interleaved films of the same run.

The encoder knows 24 to 60 frames a second, but how many frames a stride takes shows in its embedding: at 60 frames a second a
runner lies nearly as far from himself at 30 as from somebody else. Films of one rate can be compared, and no frame is thrown away.
"""

from collections.abc import Sequence

import numpy as np

from runform.encoder.h36m import encoder_input
from runform.sequence import PoseSequence


def encoder_films(sequence: PoseSequence, rate_fps: float, smooth_s: float, one_direction: bool) -> list[np.ndarray]:
    """`encoder_input` of a clip, each film (t, 17, 3) float32 with every n-th frame, so as to come nearest to `rate_fps`.

    Rates are true ones where the camera's is known, so slow motion plays in real time. rate_fps 0: one film, all frames as played.
    """
    if rate_fps == 0:
        return [encoder_input(sequence, smooth_s, one_direction)]
    true_fps = sequence.capture_fps if np.isfinite(sequence.capture_fps) else sequence.fps
    motion = encoder_input(sequence.replace(fps=true_fps), smooth_s, one_direction)
    return take_apart(motion, true_fps, rate_fps)


def take_apart(motion: np.ndarray, fps: float, rate_fps: float) -> list[np.ndarray]:
    """The frames of `motion` (T, ...), taken at `fps`, as films nearest to `rate_fps`; never more films than frames."""
    films = max(1, min(round(fps / rate_fps), len(motion)))
    return [motion[first::films] for first in range(films)]


def interleave(films: Sequence[np.ndarray]) -> np.ndarray:
    """(T, ...): the frames of all `films`, each (t, ...), in the order in which they were filmed."""
    frames = np.empty((sum(map(len, films)), *films[0].shape[1:]), films[0].dtype)
    for first, film in enumerate(films):
        frames[first :: len(films)] = film
    return frames
