"""Multi-object tracking: which boxes, frame by frame, are of one person.

Multiple hypothesis tracking (Reid, 1979): several assignments of boxes to tracks are carried
through the clip, so that what happens after two people cross decides who was who; the likeliest
wins. Each track is a Kalman filter of constant velocity over position and size. Appearance is not
used: runners often dress the same.
Legend: T frames, n boxes of a frame, m tracks.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from scipy.optimize import linear_sum_assignment

NOBODY = -1
FORBIDDEN = 1e6
FURTHER_MISS_COST = 0.1  # of each miss that follows another one
PRUNING_COST = 25.0  # hypotheses this much worse than the best are dropped

Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class TrackSettings:
    """How people move and how a detector sees them; costs are negative log likelihoods.

    h is the height of a person in the picture; three numbers are for centre x, centre y and height.

    max_hidden_s    a person who is hidden for longer gets a new track, s
    min_seen_s      shorter tracks are nobody, s
    measurement_h   standard deviation of a detection, h
    speed_h         standard deviation of the speed of a new track, h/s
    acceleration_h  standard deviation of the acceleration (process noise), h/s²
    birth_cost      of a new track
    miss_cost       of the first frame in which a person is not detected
    reset_cost      of a sudden change of size or position, after which the filter restarts:
                    somebody crouches, or is half hidden
    reset_s         longest time between the detections before and after such a change, s
    reset_iou       least intersection over union of the two boxes
    hypotheses      how many are carried along
    """

    max_hidden_s: float = 1.2
    min_seen_s: float = 0.2
    measurement_h: tuple[float, float, float] = (0.06, 0.05, 0.05)
    speed_h: tuple[float, float, float] = (2.0, 0.3, 0.2)
    acceleration_h: tuple[float, float, float] = (1.5, 0.8, 0.3)
    birth_cost: float = 7.0
    miss_cost: float = 1.5
    reset_cost: float = 7.0
    reset_s: float = 0.15
    reset_iou: float = 0.3
    hypotheses: int = 16


@dataclass(frozen=True)
class Track:
    """The Kalman filter of one person.

    state (3, 2): position and speed of centre x, centre y and height, px and px/s; covariance
    (3, 2, 2); box (4,) px: the last detection, in frame `last`.
    """

    number: int
    box: np.ndarray
    state: np.ndarray
    covariance: np.ndarray
    last: int


@dataclass(frozen=True)
class Hypothesis:
    """Who everybody is up to a frame.

    births: tracks so far.  ids: (track numbers of this frame's boxes, ids of the frame before).
    """

    cost: float
    tracks: tuple[Track, ...]
    births: int
    ids: tuple | None


def track_boxes(
    boxes: list[np.ndarray], rate_hz: float, settings: TrackSettings
) -> list[np.ndarray]:
    """Track number of each box: T arrays (n,) int, NOBODY for a box of no lasting track.

    boxes: T arrays (n, 4) x0 y0 x1 y1 px.  rate_hz: frames per second.
    """
    tracker = _Tracker(rate_hz, settings)
    hypotheses = [Hypothesis(0.0, (), 0, None)]
    for frame, detected in enumerate(boxes):
        detected = np.asarray(detected, float).reshape(-1, 4)
        hypotheses = tracker.step(hypotheses, detected, frame)
    ids, link = [], hypotheses[0].ids
    while link is not None:
        ids.append(np.array(link[0], int))
        link = link[1]
    ids.reverse()
    lengths = np.bincount(np.concatenate([*ids, [0]]), minlength=1)
    lasting = lengths >= settings.min_seen_s * rate_hz
    return [np.where(lasting[frame_ids], frame_ids, NOBODY) for frame_ids in ids]


class _Tracker:
    """The Kalman filter and its likelihoods at one frame rate."""

    def __init__(self, rate_hz: float, settings: TrackSettings):
        self.rate_hz, self.settings = rate_hz, settings

    def step(self, hypotheses: list[Hypothesis], boxes: np.ndarray, frame: int) -> list[Hypothesis]:
        """The likeliest hypotheses up to and with this frame, best first."""
        settings = self.settings
        predicted = {
            id(track): self.predict(track)
            for hypothesis in hypotheses
            for track in hypothesis.tracks
            if frame - track.last <= settings.max_hidden_s * self.rate_hz
        }
        pair_costs = {
            key: self.pair_costs(track, boxes, frame).min(axis=0)
            for key, track in predicted.items()
        }
        miss_costs = {
            key: settings.miss_cost if track.last == frame - 1 else FURTHER_MISS_COST
            for key, track in predicted.items()
        }
        candidates = []
        for parent in hypotheses:
            keys = [id(track) for track in parent.tracks if id(track) in predicted]
            base = parent.cost + sum(miss_costs[key] for key in keys)
            base += settings.birth_cost * len(boxes)
            gain = np.array([pair_costs[key] - miss_costs[key] for key in keys])
            gain = gain.reshape(len(keys), len(boxes)) - settings.birth_cost
            candidates += [(base + cost, parent, keys, pairs) for cost, pairs in assignments(gain)]
        candidates.sort(key=lambda candidate: candidate[0])
        limit = candidates[0][0] + PRUNING_COST

        @cache
        def updated(key: int, box: int) -> Track:
            return self.update(predicted[key], boxes[box], frame)

        children = []
        for cost, parent, keys, pairs in candidates[: settings.hypotheses]:
            if cost < limit:
                box_of = dict(pairs)
                tracks = [
                    updated(key, box_of[row]) if row in box_of else predicted[key]
                    for row, key in enumerate(keys)
                ]
                numbers = {box: tracks[row].number for row, box in pairs}
                children.append(self._child(cost, parent, tracks, numbers, boxes, frame))
        return children

    def _child(self, cost, parent, tracks, numbers, boxes, frame) -> Hypothesis:
        """The hypothesis after `parent` in which each box without a track starts a new one."""
        births = parent.births
        for box in range(len(boxes)):
            if box not in numbers:
                tracks.append(self.birth(births, boxes[box], frame))
                numbers[box], births = births, births + 1
        ids = tuple(numbers[box] for box in range(len(boxes)))
        return Hypothesis(cost, tuple(tracks), births, (ids, parent.ids))

    def birth(self, number: int, box: np.ndarray, frame: int) -> Track:
        """A track that starts with `box` (4,), of unknown speed."""
        centre = centres(box)[0]
        covariance = np.zeros((3, 2, 2))
        covariance[:, 0, 0] = self._noise(centre[2])
        covariance[:, 1, 1] = (centre[2] * np.array(self.settings.speed_h)) ** 2
        return Track(number, box, np.stack([centre, np.zeros(3)], axis=1), covariance, frame)

    def predict(self, track: Track) -> Track:
        """The track one frame later."""
        step_s = 1 / self.rate_hz
        move = np.array([[1, step_s], [0, 1]])
        push = (track.state[2, 0] * np.array(self.settings.acceleration_h)) ** 2
        spread = np.array([[step_s**4 / 4, step_s**3 / 2], [step_s**3 / 2, step_s**2]])
        covariance = move @ track.covariance @ move.T + push[:, None, None] * spread
        position, speed = track.state.T
        state = np.stack([position + step_s * speed, speed], axis=1)
        return replace(track, state=state, covariance=covariance)

    def pair_costs(self, track: Track, boxes: np.ndarray, frame: int) -> np.ndarray:
        """(2, n) cost that each box is this person, by the filter and by a reset.

        Likelihoods are densities per person's height.
        """
        height = max(track.state[2, 0], 1.0)
        variance = track.covariance[:, 0, 0] + self._noise(height)
        innovation = centres(boxes) - track.state[:, 0]
        distance = (innovation**2 / variance).sum(axis=1)
        filtered = 0.5 * (distance + np.log(2 * np.pi * variance / height**2).sum())
        reset = np.full(len(boxes), FORBIDDEN)
        if frame - track.last <= max(1, self.settings.reset_s * self.rate_hz):
            near = overlap(track.box[None], boxes)[0] >= self.settings.reset_iou
            reset[near] = self.settings.reset_cost
        return np.stack([filtered, reset])

    def update(self, track: Track, box: np.ndarray, frame: int) -> Track:
        """The track after it was detected in `box` (4,)."""
        filtered, reset = self.pair_costs(track, box[None], frame)[:, 0]
        if reset < filtered:
            return self.birth(track.number, box, frame)
        variance = track.covariance[:, 0, 0] + self._noise(track.state[2, 0])
        gain = track.covariance[:, :, 0] / variance[:, None]
        innovation = centres(box)[0] - track.state[:, 0]
        return replace(
            track,
            box=box,
            state=track.state + gain * innovation[:, None],
            covariance=track.covariance - gain[:, :, None] * track.covariance[:, None, 0, :],
            last=frame,
        )

    def _noise(self, height: float) -> np.ndarray:
        return (height * np.array(self.settings.measurement_h)) ** 2


def assignments(gain: np.ndarray) -> list[tuple[float, Pairs]]:
    """The best assignment of tracks to boxes, and the best one without each of its pairs.

    gain (m, n): cost of a pair less the costs of the miss and the birth that it saves; pairs
    outside the gate, of 0 or more, are never made. Returns (cost, pairs of track and box) each.
    """
    best = _assign(gain)
    different = {tuple(best[1]): best}
    for pair in best[1]:
        without = gain.copy()
        without[pair] = FORBIDDEN
        other = _assign(without)
        if other[0] < best[0] + PRUNING_COST:
            different[tuple(other[1])] = other
    return list(different.values())


def _assign(gain: np.ndarray) -> tuple[float, Pairs]:
    if not gain.size:
        return 0.0, []
    rows, columns = linear_sum_assignment(np.minimum(gain, 0))
    every = zip(rows.tolist(), columns.tolist(), strict=True)
    pairs = [pair for pair in every if gain[pair] < 0]
    return float(sum(gain[pair] for pair in pairs)), pairs


def centres(boxes: np.ndarray) -> np.ndarray:
    """(n, 4) boxes -> (n, 3) centre x, centre y, height."""
    boxes = np.asarray(boxes, float).reshape(-1, 4)
    x, y = boxes[:, [0, 2]].mean(axis=1), boxes[:, [1, 3]].mean(axis=1)
    return np.stack([x, y, boxes[:, 3] - boxes[:, 1]], axis=1)


def overlap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(m, n) intersection over union of boxes (m, 4) and (n, 4)."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    areas = [np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=-1) for boxes in (one, other)]
    return shared / np.maximum(areas[0][:, None] + areas[1][None] - shared, 1e-9)
