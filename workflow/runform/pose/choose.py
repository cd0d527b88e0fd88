"""Which of the tracked people is the runner to follow.

Legend: T frames, n boxes of a frame.
"""

import numpy as np

from runform.pose.tracking import NOBODY

# Legs that swing open and close a person's box: the width of a runner's box, in heights, varies by about this much (SD).
RUNNING_SWING = 0.08


def choose_runner(
    boxes: list[np.ndarray], ids: list[np.ndarray], size: tuple[int, int], subject: tuple[float, float] | None = None
) -> int:
    """Id of the person to follow; NOBODY when there is none.

    boxes: T arrays (n, 4) px.  ids: T arrays (n,).  size: (width, height) of the frame, px.
    subject: (x, y) in 0..1 of the picture: the person nearest to that place when first seen. Without it the largest product
    of height, time in view, nearness to the middle, and swing of the box as a runner's legs give it.
    """
    tracks = _tracks(boxes, ids)
    if not tracks:
        return NOBODY
    if subject is not None:
        place = np.array(subject) * size
        # Of several who start near that place, one who is there in the clip's first frames comes first.
        return min(tracks, key=lambda name: _distance(tracks[name][1][0], place, size) + tracks[name][0][0] / len(boxes))
    return max(tracks, key=lambda name: prominence(*tracks[name], len(boxes), size))


def prominence(seen: np.ndarray, boxes: np.ndarray, frames: int, size: tuple[int, int]) -> float:
    """How much a person looks like the one the clip is about.

    seen (n,) frame numbers and boxes (n, 4) px of one person; frames: length of the clip; size: (width, height) px.
    """
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    middle = boxes.reshape(-1, 2, 2).mean(axis=1) / np.array(size)
    off_centre = np.median(np.abs(middle - 0.5).max(axis=1))
    swing = min(1.0, float(np.std(width / np.maximum(height, 1))) / RUNNING_SWING)
    return float(np.median(height) / size[1] * len(seen) / frames * (1 - off_centre) * (0.5 + 0.5 * swing))


def boxes_of(name: int, boxes: list[np.ndarray], ids: list[np.ndarray]) -> np.ndarray:
    """(T, 4) box of one person frame by frame, NaN where they were not found."""
    path = np.full((len(boxes), 4), np.nan)
    for frame, (found, names) in enumerate(zip(boxes, ids, strict=True)):
        for at in np.flatnonzero(names == name)[:1]:
            path[frame] = found[at]
    return path


def _distance(box, place, size) -> float:
    centre = box.reshape(2, 2).mean(axis=0)
    return float(np.abs((centre - place) / np.array(size)).max())


def _tracks(boxes, ids) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    names = sorted({int(name) for frame in ids for name in frame} - {NOBODY})
    tracks = {}
    for name in names:
        path = boxes_of(name, boxes, ids)
        seen = np.flatnonzero(np.isfinite(path[:, 0]))
        tracks[name] = (seen, path[seen])
    return tracks
