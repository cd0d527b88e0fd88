"""Which of the tracked people is the runner to follow.

Legend: T frames, n boxes of a frame.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from runform.pose.backend import in_batches, mapped
from runform.pose.tracking import NOBODY, TrackSettings, track_boxes

# Legs that swing open and close a person's box: the width of a runner's box, in heights, varies by
# about this much (SD).
RUNNING_SWING = 0.08


def choose_runner(
    boxes: list[np.ndarray],
    ids: list[np.ndarray],
    size: tuple[int, int],
    subject: tuple[float, float] | None = None,
) -> int:
    """Id of the person to follow; NOBODY when there is none.

    boxes: T arrays (n, 4) px.  ids: T arrays (n,).  size: (width, height) of the frame, px.
    subject: (x, y) in 0..1 of the picture: the person nearest to that place when first seen.
    Without it the largest product of height, time in view, nearness to the middle, and swing of the
    box as a runner's legs give it.
    """
    tracks = _tracks(boxes, ids)
    if not tracks:
        return NOBODY
    if subject is not None:
        place = np.array(subject) * size
        # Of several who start near that place, one who is there in the clip's first frames comes
        # first.
        return min(
            tracks,
            key=lambda name: (
                _distance(tracks[name][1][0], place, size) + tracks[name][0][0] / len(boxes)
            ),
        )
    return max(tracks, key=lambda name: prominence(*tracks[name], len(boxes), size))


def prominence(seen: np.ndarray, boxes: np.ndarray, frames: int, size: tuple[int, int]) -> float:
    """How much a person looks like the one the clip is about.

    seen (n,) frame numbers and boxes (n, 4) px of one person; frames: length of the clip; size:
    (width, height) px.
    """
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    middle = boxes.reshape(-1, 2, 2).mean(axis=1) / np.array(size)
    off_centre = np.median(np.abs(middle - 0.5).max(axis=1))
    swing = min(1.0, float(np.std(width / np.maximum(height, 1))) / RUNNING_SWING)
    return float(
        np.median(height) / size[1] * len(seen) / frames * (1 - off_centre) * (0.5 + 0.5 * swing)
    )


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


# Pieces of one person's track put together again, when a detector lost them for long in the middle
# of the picture.
#
# People come and go at the edges of a picture; who vanishes amid it and who appears amid it, a
# while later and not too far away, is taken for the same person. That is the case behind a tree,
# before a background of the same colour, and after a cut of the camera. Legend: T frames, n boxes
# of a frame, P pieces of tracks.


NOBODY = -1
UNLIKE = 1e6


@dataclass(frozen=True)
class RejoinSettings:
    """max_lost_s: how long somebody may be lost, s.  edge: share of the picture's width that counts
    as its edge.
    speed_h: fastest way from the one place to the other, heights a second.  size: largest ratio of
    the two heights."""

    max_lost_s: float = 5.0
    edge: float = 0.02
    speed_h: float = 1.5
    size: float = 1.6


def rejoin(
    boxes: list[np.ndarray],
    ids: list[np.ndarray],
    rate_hz: float,
    size: tuple[int, int],
    settings: RejoinSettings,
) -> list[np.ndarray]:
    """`ids` in which pieces that belong together share the first one's id.

    boxes: T arrays (n, 4) px.  ids: T arrays (n,), NOBODY for no track.  size: (width, height) of
    the picture, px. Each piece is continued by one other at most, so that as many people are joined
    as fit, at the least ways in all.
    """
    pieces = _pieces(boxes, ids)
    names = list(pieces)
    cost = np.array(
        [
            [_way(pieces[one], pieces[other], rate_hz, size, settings) for other in names]
            for one in names
        ]
    )
    same = {name: name for name in names}
    if names:
        # Pieces stand in the order in which they begin, so that a piece has its final name before
        # its sequel asks for it.
        for other, one in sorted(zip(*linear_sum_assignment(cost.T), strict=True)):
            if cost[one, other] < UNLIKE:
                same[names[other]] = same[names[one]]
    return [np.array([same.get(int(name), NOBODY) for name in frame], int) for frame in ids]


def _pieces(boxes, ids) -> dict[int, tuple[int, int, np.ndarray, np.ndarray]]:
    """Id -> first and last frame, first and last box, in the order in which they begin."""
    pieces = {}
    for frame, (found, names) in enumerate(zip(boxes, ids, strict=True)):
        for box, name in zip(found, names, strict=True):
            if name != NOBODY:
                first, _, start, _ = pieces.get(int(name), (frame, frame, box, box))
                pieces[int(name)] = (first, frame, start, box)
    return pieces


def _way(one, other, rate_hz, size, settings) -> float:
    """What speaks against `other` being the sequel of `one`: its way in heights; UNLIKE when it
    cannot be.
    """
    (_, last, _, gone), (first, _, came, _) = one, other
    lost_s = (first - last) / rate_hz
    heights = gone[3] - gone[1], came[3] - came[1]
    if not 0 < lost_s <= settings.max_lost_s or max(heights) > settings.size * min(heights):
        return UNLIKE
    if any(_at_edge(box, size, settings) for box in (gone, came)):
        return UNLIKE
    way = float(np.linalg.norm((came[:2] + came[2:] - gone[:2] - gone[2:]) / 2)) / max(heights)
    return way if way <= settings.speed_h * lost_s else UNLIKE


def _at_edge(box, size, settings) -> bool:
    """Whether a box touches the left or right end of the picture; heads and feet are often cut off
    above and below.
    """
    margin = settings.edge * size[0]
    return bool(box[0] < margin or box[2] > size[0] - margin)


# Where the runner to follow is, frame by frame: detect people, track them, choose one.
#
# Legend: T frames, n people of a frame, H and W height and width of a frame in px.


if TYPE_CHECKING:
    from runform.pose.rtmdet import PersonDetector

BATCH = 2


@dataclass(frozen=True)
class PeopleSettings:
    """every_s: time between detections, s; boxes in between are interpolated.  min_score: 0..1,
    below it nobody is there.
    """

    every_s: float = 0.1
    min_score: float = 0.4

    def step(self, fps: float) -> int:
        """Every how many frames somebody looks."""
        return max(1, round(self.every_s * fps))


def follow_runner(
    frames: Iterable[np.ndarray],
    fps: float,
    detector: "PersonDetector",
    settings: PeopleSettings,
    subject: tuple[float, float] | None = None,
) -> tuple[np.ndarray, dict]:
    """(T, 4) box of the followed runner in px, NaN where they are not in view, and {"people": how
    many there are}.

    frames: T arrays (H, W, 3) uint8 RGB; those that `settings.step` passes over may be None.
    subject: see `choose_runner`.
    """
    step = settings.step(fps)
    seen = _Seen(step)
    batches = mapped(
        lambda batch: detector.detect(batch, settings.min_score),
        in_batches(seen.every(frames), BATCH),
        detector.threads,
    )
    found = [people for batch in batches for people in batch]
    boxes = [people[:, :4].astype(np.float64) for people in found]
    tracking = TrackSettings()
    ids = rejoin(
        boxes, track_boxes(boxes, fps / step, tracking), fps / step, seen.size, RejoinSettings()
    )
    chosen = choose_runner(boxes, ids, seen.size, subject)
    people = {int(name) for names in ids for name in names} - {NOBODY}
    path = boxes_of(chosen, boxes, ids) if chosen != NOBODY else np.full((len(boxes), 4), np.nan)
    return between(path, step, seen.count, round(tracking.max_hidden_s * fps)), {
        "people": len(people)
    }


class _Seen:
    """Passes every `step`-th frame on; count: of all frames so far, size: (width, height) of
    theirs, px.
    """

    def __init__(self, step: int):
        self.step, self.count, self.size = step, 0, (0, 0)

    def every(self, frames: Iterable[np.ndarray | None]):
        for number, frame in enumerate(frames):
            self.count = number + 1
            if number % self.step == 0:
                self.size = (frame.shape[1], frame.shape[0])
                yield frame


def between(path: np.ndarray, step: int, frames: int, longest: int) -> np.ndarray:
    """(T, 4) boxes from those of every `step`-th frame: straight lines across gaps of up to
    `longest` frames.

    Before the first and after the last sighting the box stays for up to one step.
    """
    boxes = np.full((frames, 4), np.nan)
    seen = np.flatnonzero(np.isfinite(path).all(axis=1))
    for first, last in pairwise(seen):
        start, end = first * step, last * step
        if end - start <= max(longest, step):
            share = (np.arange(start, end) - start)[:, None] / (end - start)
            boxes[start:end] = (1 - share) * path[first] + share * path[last]
        else:
            boxes[start : start + step] = path[first]
    if len(seen):
        start, end = seen[0] * step, seen[-1] * step
        boxes[max(0, start - step + 1) : start] = path[seen[0]]
        boxes[end : end + step] = path[seen[-1]]
    return boxes
