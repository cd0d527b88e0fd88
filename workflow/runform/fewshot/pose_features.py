"""What a pose track shows without an encoder: mean and spread of the root-centred figure, and what has nothing to do with form.

Legend: T frames, J joints of H36M-17 (17), F features.
"""

import numpy as np

from runform.encoder.h36m import H36M, mirrored, to_h36m17
from runform.sequence import PoseSequence

NUISANCE = ("height", "centre_x", "centre_y", "travel_x", "frames", "duration_s", "fps", "aspect", "brightness", "contrast")


def mean_and_spread(sequence: PoseSequence, facing: int) -> np.ndarray:
    """(4 J,) mean, then standard deviation over frames, of the root-centred pose in torso lengths (mid-hip to neck, median).

    facing: 1 when the runner faces right in the image, -1 left; those who face left are mirrored, left and right exchanged, so
    that the direction of the run tells nothing. NaN where a joint is never seen.
    """
    motion = to_h36m17(sequence)
    if facing < 0:
        motion = mirrored(motion)
    xy = motion[..., :2].astype(float)
    centred = xy - xy[:, H36M.index("root")][:, None]  # (T, J, 2)
    torso_px = _median(_torso_px(xy))
    figure = centred / torso_px if np.isfinite(torso_px) and torso_px > 0 else np.full_like(centred, np.nan)
    return np.concatenate([_over_frames(statistic, figure).ravel() for statistic in (np.nanmean, np.nanstd)])


def nuisance(sequence: PoseSequence, brightness: float, contrast: float) -> np.ndarray:
    """(10,) the features named in `NUISANCE`: figure size, framing, clip length, light. Lengths are shares of the frame.

    Medians of the runner's box over frames, and how far its centre travels from the first third of the clip to the last. Form
    moves a box a little (a lean shortens it): in a study whose clips are all framed alike that little would show, which is why
    simulated cameras frame each clip at random (`runform.simulate.camera`). brightness, contrast: mean and standard deviation
    of the grey level, 0..255.
    """
    width_px, height_px = sequence.size
    box = sequence.box.astype(float) / np.array([width_px, height_px, width_px, height_px])
    x, y, height = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2, box[:, 3] - box[:, 1]
    third = max(1, len(x) // 3)
    framing = [_median(height), _median(x), _median(y), abs(_median(x[-third:]) - _median(x[:third]))]
    frames = len(sequence.xy)
    played = [frames, frames / sequence.fps, sequence.fps, width_px / height_px]
    return np.array([*framing, *played, brightness, contrast], float)


def _torso_px(h36m: np.ndarray) -> np.ndarray:
    """(T,) mid-hip to neck."""
    return np.linalg.norm(h36m[:, H36M.index("neck")] - h36m[:, H36M.index("root")], axis=-1)


def _over_frames(statistic, figure: np.ndarray) -> np.ndarray:
    """`statistic` over axis 0, NaN and no warning where nothing was ever seen."""
    seen = np.isfinite(figure).any(axis=0)
    return np.where(seen, statistic(np.where(seen, figure, 0.0), axis=0), np.nan)


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan
