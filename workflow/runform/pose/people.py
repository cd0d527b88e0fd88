"""Where the runner to follow is, frame by frame: detect people, track them, choose one.

Legend: T frames, n people of a frame, H and W height and width of a frame in px.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from runform.pose.choose import boxes_of, choose_runner
from runform.pose.parallel import in_batches, mapped
from runform.pose.rejoin import RejoinSettings, rejoin
from runform.pose.tracking import NOBODY, TrackSettings, track_boxes

if TYPE_CHECKING:
    from runform.pose.detector import PersonDetector

BATCH = 2


@dataclass(frozen=True)
class PeopleSettings:
    """every_s: time between detections, s; boxes in between are interpolated.  min_score: 0..1, below it nobody is there."""

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
    """(T, 4) box of the followed runner in px, NaN where they are not in view, and {"people": how many there are}.

    frames: T arrays (H, W, 3) uint8 RGB; those that `settings.step` passes over may be None.  subject: see `choose_runner`.
    """
    step = settings.step(fps)
    seen = _Seen(step)
    batches = mapped(
        lambda batch: detector.detect(batch, settings.min_score), in_batches(seen.every(frames), BATCH), detector.threads
    )
    found = [people for batch in batches for people in batch]
    boxes = [people[:, :4].astype(np.float64) for people in found]
    tracking = TrackSettings()
    ids = rejoin(boxes, track_boxes(boxes, fps / step, tracking), fps / step, seen.size, RejoinSettings())
    chosen = choose_runner(boxes, ids, seen.size, subject)
    people = {int(name) for names in ids for name in names} - {NOBODY}
    path = boxes_of(chosen, boxes, ids) if chosen != NOBODY else np.full((len(boxes), 4), np.nan)
    return between(path, step, seen.count, round(tracking.max_hidden_s * fps)), {"people": len(people)}


class _Seen:
    """Passes every `step`-th frame on; count: of all frames so far, size: (width, height) of theirs, px."""

    def __init__(self, step: int):
        self.step, self.count, self.size = step, 0, (0, 0)

    def every(self, frames: Iterable[np.ndarray | None]):
        for number, frame in enumerate(frames):
            self.count = number + 1
            if number % self.step == 0:
                self.size = (frame.shape[1], frame.shape[0])
                yield frame


def between(path: np.ndarray, step: int, frames: int, longest: int) -> np.ndarray:
    """(T, 4) boxes from those of every `step`-th frame: straight lines across gaps of up to `longest` frames.

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
