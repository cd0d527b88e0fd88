"""The runner to follow, frame by frame: people are detected, tracked, and one of them is chosen.

Legend: T frames, n people of a frame, H and W height and width of a frame in px.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from runform.pose.backend import in_batches, mapped
from runform.pose.tracking import FORBIDDEN, NOBODY, TrackSettings, track_boxes

if TYPE_CHECKING:
    from runform.pose.rtmdet import PersonDetector

BATCH = 2
# Usual variation (SD) of the width of a runner's box, in heights, as the legs open and close.
RUNNING_SWING = 0.08
# A lost person may come back as the same one within this time, s; at this speed at most, heights a
# second; and with this ratio of the two heights at most.
MAX_LOST_S, MAX_SPEED_H, MAX_HEIGHT_RATIO = 5.0, 1.5, 1.6
EDGE_SHARE = 0.02  # of the picture's width


@dataclass(frozen=True)
class PeopleSettings:
    """every_s: time between detections, s; boxes in between are interpolated.  min_score: least
    confidence of a person, 0..1.
    """

    every_s: float = 0.1
    min_score: float = 0.4

    def step(self, fps: float) -> int:
        """The number of frames from one detection to the next."""
        return max(1, round(self.every_s * fps))


def follow_runner(
    frames: Iterable[np.ndarray | None],
    fps: float,
    detector: "PersonDetector",
    settings: PeopleSettings,
    subject: tuple[float, float] | None = None,
) -> tuple[np.ndarray, dict]:
    """(T, 4) box of the runner in px, NaN where they are not in view, and {"people": number}.

    frames: T arrays (H, W, 3) uint8 RGB; those between detections may be None.  subject: see
    `choose_runner`.
    """
    step = settings.step(fps)
    sampler = _Sampler(step)
    batches = mapped(
        lambda batch: detector.detect(batch, settings.min_score),
        in_batches(sampler.every(frames), BATCH),
        detector.threads,
    )
    boxes = [people[:, :4].astype(np.float64) for batch in batches for people in batch]
    tracking = TrackSettings()
    ids = track_people(boxes, fps / step, sampler.size, tracking)
    runner = boxes_of(choose_runner(boxes, ids, sampler.size, subject), boxes, ids)
    people = {int(number) for frame in ids for number in frame} - {NOBODY}
    longest = round(tracking.max_hidden_s * fps)
    return interpolate_boxes(runner, step, sampler.count, longest), {"people": len(people)}


class _Sampler:
    """Passes on every `step`-th frame; count: of all frames so far; size: (W, H), px."""

    def __init__(self, step: int):
        self.step, self.count, self.size = step, 0, (0, 0)

    def every(self, frames: Iterable[np.ndarray | None]) -> Iterator[np.ndarray]:
        for number, frame in enumerate(frames):
            self.count = number + 1
            if number % self.step == 0:
                assert frame is not None
                self.size = (frame.shape[1], frame.shape[0])
                yield frame


def track_people(
    boxes: list[np.ndarray],
    rate_hz: float,
    size: tuple[int, int],
    settings: TrackSettings | None = None,
) -> list[np.ndarray]:
    """Track number of each box, people who were lost for a while included.

    boxes: T arrays (n, 4) px.  size: (W, H).  Returns T arrays (n,), NOBODY for no track.
    """
    ids = track_boxes(boxes, rate_hz, settings or TrackSettings())
    return rejoin(boxes, ids, rate_hz, size)


def interpolate_boxes(detected: np.ndarray, step: int, frames: int, longest: int) -> np.ndarray:
    """(T, 4) boxes from those of every `step`-th frame: linear across up to `longest` frames.

    Before the first and after the last detection the box stays for up to one step.
    """
    boxes = np.full((frames, 4), np.nan)
    visible = np.flatnonzero(np.isfinite(detected).all(axis=1))
    for first, last in pairwise(visible):
        start, end = first * step, last * step
        if end - start <= max(longest, step):
            share = (np.arange(start, end) - start)[:, None] / (end - start)
            boxes[start:end] = (1 - share) * detected[first] + share * detected[last]
        else:
            boxes[start : start + step] = detected[first]
    if len(visible):
        start, end = visible[0] * step, visible[-1] * step
        boxes[max(0, start - step + 1) : start] = detected[visible[0]]
        boxes[end : end + step] = detected[visible[-1]]
    return boxes


def choose_runner(
    boxes: list[np.ndarray],
    ids: list[np.ndarray],
    size: tuple[int, int],
    subject: tuple[float, float] | None = None,
) -> int:
    """Track number of the person to follow; NOBODY when there is none.

    boxes: T arrays (n, 4) px.  ids: T arrays (n,).  size: (W, H).  subject: (x, y) in 0..1 of the
    picture, the person who is nearest to it when first seen; without it the most prominent one.
    """
    numbers = sorted({int(number) for frame in ids for number in frame} - {NOBODY})
    tracks = {}
    for number in numbers:
        track = boxes_of(number, boxes, ids)
        visible = np.flatnonzero(np.isfinite(track[:, 0]))
        tracks[number] = (visible, track[visible])
    if not tracks:
        return NOBODY
    if subject is None:
        return max(tracks, key=lambda number: prominence(*tracks[number], len(boxes), size))
    position = np.array(subject) * size

    def distance(number: int) -> float:
        visible, track = tracks[number]
        centre = track[0].reshape(2, 2).mean(axis=0)
        # Of several who start near, the earliest comes first.
        return float(np.abs((centre - position) / np.array(size)).max()) + visible[0] / len(boxes)

    return min(tracks, key=distance)


def prominence(visible: np.ndarray, boxes: np.ndarray, frames: int, size: tuple[int, int]) -> float:
    """How likely the clip is about this person: height x time in view x centrality x leg swing.

    visible (n,): numbers of the frames with boxes (n, 4) px of this person; frames: length of the
    clip; size: (W, H).
    """
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    middle = boxes.reshape(-1, 2, 2).mean(axis=1) / np.array(size)
    off_centre = np.median(np.abs(middle - 0.5).max(axis=1))
    swing = min(1.0, float(np.std(width / np.maximum(height, 1))) / RUNNING_SWING)
    return float(
        np.median(height) / size[1] * len(visible) / frames * (1 - off_centre) * (0.5 + 0.5 * swing)
    )


def boxes_of(number: int, boxes: list[np.ndarray], ids: list[np.ndarray]) -> np.ndarray:
    """(T, 4) boxes of one track, NaN in frames without it and for NOBODY."""
    track = np.full((len(boxes), 4), np.nan)
    for frame, (detected, numbers) in enumerate(zip(boxes, ids, strict=True)):
        if number != NOBODY and number in numbers:
            track[frame] = detected[np.flatnonzero(numbers == number)[0]]
    return track


@dataclass(frozen=True)
class _Tracklet:
    """A piece of a person's track: its first and last frame, and the boxes (4,) px there."""

    first: int
    last: int
    start: np.ndarray
    end: np.ndarray


def rejoin(
    boxes: list[np.ndarray], ids: list[np.ndarray], rate_hz: float, size: tuple[int, int]
) -> list[np.ndarray]:
    """`ids` in which tracklets of one person share the number of the first one.

    People enter and leave at the edges of a picture. Who is lost inside it, and somebody who soon
    appears inside it and near, are taken for the same person: behind a tree, before a background of
    the same colour, after a cut. Each tracklet is continued by one other at most: as many as
    possible, over the shortest ways.
    """
    tracklets: dict[int, _Tracklet] = {}
    for frame, (detected, numbers) in enumerate(zip(boxes, ids, strict=True)):
        for box, number in zip(detected, numbers.tolist(), strict=True):
            if number != NOBODY:
                begun = tracklets.get(number, _Tracklet(frame, frame, box, box))
                tracklets[number] = _Tracklet(begun.first, frame, begun.start, box)
    # Tracklets stand in the order in which they begin: one has its final number before its sequel
    # asks for it.
    order, final = list(tracklets), {number: number for number in tracklets}
    cost = np.array(
        [[_join_cost(a, b, rate_hz, size) for b in tracklets.values()] for a in tracklets.values()]
    )
    if order:
        for sequel, before in sorted(zip(*linear_sum_assignment(cost.T), strict=True)):
            if cost[before, sequel] < FORBIDDEN:
                final[order[sequel]] = final[order[before]]
    return [np.array([final.get(int(number), NOBODY) for number in frame], int) for frame in ids]


def _join_cost(before: _Tracklet, sequel: _Tracklet, rate_hz: float, size) -> float:
    """The way from one tracklet to the other, in heights; FORBIDDEN outside the gate."""
    lost_s = (sequel.first - before.last) / rate_hz
    ends = before.end, sequel.start
    heights = [box[3] - box[1] for box in ends]
    if not 0 < lost_s <= MAX_LOST_S or max(heights) > MAX_HEIGHT_RATIO * min(heights):
        return FORBIDDEN
    if any(_at_edge(box, size) for box in ends):
        return FORBIDDEN
    old, new = ends
    way = float(np.linalg.norm((new[:2] + new[2:] - old[:2] - old[2:]) / 2)) / max(heights)
    return way if way <= MAX_SPEED_H * lost_s else FORBIDDEN


def _at_edge(box: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether a box touches the left or right edge; above and below, people are often cut off."""
    margin = EDGE_SHARE * size[0]
    return bool(box[0] < margin or box[2] > size[0] - margin)
