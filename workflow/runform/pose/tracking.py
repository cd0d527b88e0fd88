"""Who is who from frame to frame: boxes of people linked into tracks by place, size and motion,
without looking at clothes.

Several explanations of the whole clip are carried along (multiple hypothesis tracking: Reid, 1979),
so that what happens after two people cross decides who was who; the likeliest one wins. Each person
moves under a Kalman filter of constant velocity.
Legend: T frames, n boxes of a frame.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.optimize import linear_sum_assignment

NOBODY = -1
FORBIDDEN = 1e6
HIDDEN_COST = 0.1  # of each further frame in which somebody stays hidden
HOPELESS = 25.0  # explanations this much worse than the best, in log likelihood, are dropped


@dataclass(frozen=True)
class TrackSettings:
    """How people are expected to move and to be seen; h is a person's height in the picture.

    max_hidden_s      how long a person may be hidden and still be the same one, s
    min_seen_s        tracks shorter than this are nobody, s
    place_h           standard deviations of a detection's centre x, centre y and height, h
    speed_h           of the speed at first sight, h/s, likewise in x, y and height
    acceleration_h    of the acceleration, h/s²
    appear, vanish    cost of a new person and of a frame in which a person is not seen, as negative
                      log likelihoods
    change            of a sudden change of size or place, as by crouching or by what half hides a
                      person, likewise
    change_s          longest time between the sightings before and after it, s
    same_place        overlap (intersection over union) of the boxes before and after such a change,
                      at least
    explanations      how many explanations are carried along
    """

    max_hidden_s: float = 1.2
    min_seen_s: float = 0.2
    place_h: tuple[float, float, float] = (0.06, 0.05, 0.05)
    speed_h: tuple[float, float, float] = (2.0, 0.3, 0.2)
    acceleration_h: tuple[float, float, float] = (1.5, 0.8, 0.3)
    appear: float = 7.0
    vanish: float = 1.5
    change: float = 7.0
    change_s: float = 0.15
    same_place: float = 0.3
    explanations: int = 16


@dataclass(frozen=True)
class Track:
    """One person so far: place and speed (3,) of centre x, centre y and height, px, and their
    covariance (3, 2, 2).

    box: (4,) px, where they were last seen, in frame `last`.
    """

    name: int
    box: np.ndarray
    place: np.ndarray
    speed: np.ndarray
    covariance: np.ndarray
    last: int


@dataclass(frozen=True)
class Explanation:
    """Who everybody is up to a frame.  cost: negative log likelihood.  names: id of each box, a
    linked list from the end.
    """

    cost: float
    tracks: tuple[Track, ...]
    born: int
    names: tuple | None


def track_boxes(
    boxes: list[np.ndarray], rate_hz: float, settings: TrackSettings
) -> list[np.ndarray]:
    """The id of the person in each box: T arrays (n,) int, NOBODY for a box that belongs to no
    lasting track.

    boxes: T arrays (n, 4) x0 y0 x1 y1 px.  rate_hz: frames per second.
    """
    explanations = [Explanation(0.0, (), 0, None)]
    for frame, found in enumerate(boxes):
        explanations = _explain(
            explanations, np.asarray(found, float).reshape(-1, 4), frame, rate_hz, settings
        )
    names, link = [], explanations[0].names
    while link is not None:
        names.append(np.array(link[0], int))
        link = link[1]
    names.reverse()
    seen = np.bincount(np.concatenate([*names, [0]]), minlength=1)
    return [np.where(seen[ids] >= settings.min_seen_s * rate_hz, ids, NOBODY) for ids in names]


def _centres(boxes: np.ndarray) -> np.ndarray:
    """(n, 4) boxes -> (n, 3) centre x, centre y, height."""
    boxes = np.asarray(boxes, float).reshape(-1, 4)
    return np.stack(
        [boxes[:, [0, 2]].mean(axis=1), boxes[:, [1, 3]].mean(axis=1), boxes[:, 3] - boxes[:, 1]],
        axis=1,
    )


def _explain(explanations, boxes, frame, rate_hz, settings) -> list[Explanation]:
    """The likeliest explanations up to and with this frame, the best first."""
    predicted = {
        id(track): _predict(track, 1 / rate_hz, settings)
        for before in explanations
        for track in before.tracks
        if frame - track.last <= settings.max_hidden_s * rate_hz
    }
    costs = {
        key: _match_costs(track, boxes, frame, rate_hz, settings).min(axis=0)
        for key, track in predicted.items()
    }
    candidates = []
    for before in explanations:
        alive = [id(track) for track in before.tracks if id(track) in predicted]
        unseen = sum(
            settings.vanish if predicted[key].last == frame - 1 else HIDDEN_COST for key in alive
        )
        base = before.cost + unseen + settings.appear * len(boxes)
        gain = np.array(
            [
                costs[key] - (settings.vanish if predicted[key].last == frame - 1 else HIDDEN_COST)
                for key in alive
            ]
        )
        gain = gain.reshape(len(alive), len(boxes)) - settings.appear
        candidates += [(base + cost, before, alive, pairs) for cost, pairs in _assignments(gain)]
    candidates.sort(key=lambda candidate: candidate[0])
    best = candidates[0][0]
    kept = [
        candidate
        for candidate in candidates[: settings.explanations]
        if candidate[0] < best + HOPELESS
    ]
    updated = lru_cache(maxsize=None)(
        lambda key, box: _update(predicted[key], boxes[box], frame, rate_hz, settings)
    )
    return [
        _extended(cost, before, alive, pairs, predicted, updated, boxes, frame, settings)
        for cost, before, alive, pairs in kept
    ]


def _extended(
    cost, before, alive, pairs, predicted, updated, boxes, frame, settings
) -> Explanation:
    box_of = dict(pairs)
    tracks = [
        updated(key, box_of[row]) if row in box_of else predicted[key]
        for row, key in enumerate(alive)
    ]
    names, born = [NOBODY] * len(boxes), before.born
    for row, box in pairs:
        names[box] = tracks[row].name
    for box in range(len(boxes)):
        if names[box] == NOBODY:
            tracks.append(_birth(born, boxes[box], frame, settings))
            names[box], born = born, born + 1
    return Explanation(cost, tuple(tracks), born, (tuple(names), before.names))


def _assignments(gain: np.ndarray) -> list[tuple[float, list[tuple[int, int]]]]:
    """The best matching of tracks (rows) to boxes (columns), and the best one without each of its
    pairs, as (cost, pairs).

    gain: cost of a pair less the cost of leaving both alone; only pairs below 0 are worth making.
    """
    best = _match(gain)
    found = {tuple(best[1]): best}
    for row, column in best[1]:
        without = gain.copy()
        without[row, column] = FORBIDDEN
        other = _match(without)
        if other[0] < best[0] + HOPELESS:
            found[tuple(other[1])] = other
    return list(found.values())


def _match(gain):
    if not gain.size:
        return 0.0, []
    capped = np.minimum(gain, 0)
    rows, columns = linear_sum_assignment(capped)
    pairs = [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if gain[row, column] < 0
    ]
    return float(sum(gain[pair] for pair in pairs)), pairs


def _noise(height: float, settings: TrackSettings) -> np.ndarray:
    return (height * np.array(settings.place_h)) ** 2


def _birth(name: int, box: np.ndarray, frame: int, settings: TrackSettings) -> Track:
    centre = _centres(box)[0]
    covariance = np.zeros((3, 2, 2))
    covariance[:, 0, 0] = _noise(centre[2], settings)
    covariance[:, 1, 1] = (centre[2] * np.array(settings.speed_h)) ** 2
    return Track(name, box, centre, np.zeros(3), covariance, frame)


def _predict(track: Track, step_s: float, settings: TrackSettings) -> Track:
    move = np.array([[1, step_s], [0, 1]])
    push = (track.place[2] * np.array(settings.acceleration_h)) ** 2
    spread = np.array([[step_s**4 / 4, step_s**3 / 2], [step_s**3 / 2, step_s**2]])
    covariance = move @ track.covariance @ move.T + push[:, None, None] * spread
    return replace(track, place=track.place + step_s * track.speed, covariance=covariance)


def _match_costs(
    track: Track, boxes: np.ndarray, frame: int, rate_hz: float, settings: TrackSettings
) -> np.ndarray:
    """(2, n) negative log likelihood that each box is this person, densities per height: by moving
    on, and by a sudden change.
    """
    height = max(track.place[2], 1.0)
    variance = track.covariance[:, 0, 0] + _noise(height, settings)
    distance = ((_centres(boxes) - track.place) ** 2 / variance).sum(axis=1)
    moving = 0.5 * (distance + np.log(2 * np.pi * variance / height**2).sum())
    changed = np.full(len(boxes), FORBIDDEN)
    if frame - track.last <= max(1, settings.change_s * rate_hz):
        changed[overlap(track.box[None], boxes)[0] >= settings.same_place] = settings.change
    return np.stack([moving, changed])


def overlap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(n, m) intersection over union of boxes (n, 4) and (m, 4)."""
    low, high = (
        np.maximum(one[:, None, :2], other[None, :, :2]),
        np.minimum(one[:, None, 2:], other[None, :, 2:]),
    )
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    areas = [np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=-1) for boxes in (one, other)]
    return shared / np.maximum(areas[0][:, None] + areas[1][None] - shared, 1e-9)


def _update(
    track: Track, box: np.ndarray, frame: int, rate_hz: float, settings: TrackSettings
) -> Track:
    moving, change = _match_costs(track, box[None], frame, rate_hz, settings)[:, 0]
    if change < moving:
        return _birth(track.name, box, frame, settings)
    gain = (
        track.covariance[:, :, 0]
        / (track.covariance[:, 0, 0] + _noise(track.place[2], settings))[:, None]
    )
    surprise = _centres(box)[0] - track.place
    return replace(
        track,
        box=box,
        place=track.place + gain[:, 0] * surprise,
        speed=track.speed + gain[:, 1] * surprise,
        covariance=track.covariance - gain[:, :, None] * track.covariance[:, None, 0, :],
        last=frame,
    )
