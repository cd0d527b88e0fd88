"""Which person of a clip to follow where there is no person detector.

BlazePose looks at the whole picture and stays with one person. That is enough for most clips. Where
it loses them, jumps to somebody else, or sees nobody because the figure is too small, people are
looked for in overlapping tiles of the picture too, and one of them is followed in a window.

Legend: T frames, n people of a frame, K keypoints, H and W height and width of a frame in px.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import numpy as np

from runform.pose.backend import Detections
from runform.pose.blazepose import BlazePose
from runform.pose.follow import boxes_of, choose_runner, interpolate_boxes, track_people
from runform.pose.tracking import NOBODY, TrackSettings

# A whole figure: this mean score, and this share of its joints inside the picture.
_MIN_SCORE, _MIN_INSIDE = 0.5, 0.8
# One person in this share of the frames needs no further search.
_ENOUGH = 0.9
# Nobody gets away faster, heights a second, than a sprinter of 1.75 m at 10 m/s; and the box around
# a figure wobbles by a share of its height.
_MAX_SPEED_H, _WOBBLE_H = 6.0, 0.5
# Between two searches in tiles, s.
_EVERY_S = 0.2
# Side of a tile as a share of the picture's shorter side; the smaller ones only where the larger
# ones show nobody. The network finds figures of a fifth of its picture or more.
_TILES = (2 / 3, 1 / 3)
_TILE_STEP = (
    2 / 3
)  # from tile to tile, of its side: whoever is on the edge of one is inside another
_MOST_IN_A_TILE = 3
# Two boxes that share this much of the smaller one hold one person.
_SAME = 0.6


def find_runner(
    read: Callable[[int], Iterable[np.ndarray | None]],
    detected: Detections,
    fps: float,
    size: tuple[int, int],
    network: BlazePose,
    subject: tuple[float, float] | None = None,
) -> tuple[np.ndarray | None, dict]:
    """(T, 4) box of the runner in px, NaN where they are not in view, and {"people": number}.

    None in place of the boxes where `detected`, the keypoints that the network saw in the whole
    picture, are of that person alone.  read: gives every n-th frame (H, W, 3) uint8 RGB, None for
    the others.  size: (W, H).  subject: (x, y) in 0..1 of the first frame, the person to follow.
    """
    whole = whole_figures(detected, size)
    if subject is None and is_one_person(whole, fps):
        return None, {"people": 1}
    step = max(1, round(_EVERY_S * fps))
    people = _search(read, whole, step, network, everywhere=subject is not None)
    ids = track_people(people, fps / step, size)
    count = len({int(person) for frame in ids for person in frame} - {NOBODY})
    number = choose_runner(people, ids, size, subject)
    track = boxes_of(number, people, ids)
    if number == NOBODY or np.array_equal(track, whole[::step], equal_nan=True):
        return None, {"people": count}
    longest = round(TrackSettings().max_hidden_s * fps)
    return interpolate_boxes(track, step, len(whole), longest), {"people": count}


def whole_figures(detected: Detections, size: tuple[int, int]) -> np.ndarray:
    """(T, 4) box x0 y0 x1 y1 px around the joints, NaN where no whole figure is in the picture."""
    inside = ((detected.xy >= 0) & (detected.xy <= np.array(size))).all(axis=2).mean(axis=1)
    whole = (detected.score.mean(axis=1) >= _MIN_SCORE) & (inside >= _MIN_INSIDE)
    boxes = np.full((len(whole), 4), np.nan)
    boxes[whole] = [box_of(xy) for xy in detected.xy[whole]] or boxes[whole]
    return boxes


def is_one_person(boxes: np.ndarray, fps: float) -> bool:
    """Whether (T, 4) boxes, seldom missing, can be those of one person who moves."""
    visible = np.flatnonzero(np.isfinite(boxes[:, 0]))
    if len(visible) < _ENOUGH * len(boxes):
        return False
    middle = boxes.reshape(-1, 2, 2).mean(axis=1)
    height = boxes[:, 3] - boxes[:, 1]
    return all(
        np.linalg.norm(middle[now] - middle[before]) / max(height[now], height[before])
        <= _WOBBLE_H + _MAX_SPEED_H * (now - before) / fps
        for before, now in pairwise(visible)
    )


def _search(
    read: Callable[[int], Iterable[np.ndarray | None]],
    whole: np.ndarray,
    step: int,
    network: BlazePose,
    everywhere: bool,
) -> list[np.ndarray]:
    """People (n, 4) px in every `step`-th frame: those of `whole` (T, 4), and those in tiles of
    the frames without one, or of all frames.
    """
    visible = np.isfinite(whole[:, 0])
    people: list[np.ndarray] = []
    with network.people_in(_MOST_IN_A_TILE) as look:
        for share in _TILES:
            people = [
                whole[number : number + 1]
                if visible[number] and not everywhere
                else look_in_tiles(look, picture, share)
                for number, picture in enumerate(read(step))
                if picture is not None
            ]
            if any(len(boxes) for boxes in people):
                break
    return people


def look_in_tiles(look, picture: np.ndarray, share: float) -> np.ndarray:
    """(n, 4) boxes px of the whole figures in a picture (H, W, 3), each once.

    look: see `BlazePose.people_in`.  share: side of a tile, of the picture's shorter side.
    """
    figures: list[tuple[float, np.ndarray]] = []
    for left, top, side in tiles(picture.shape[1], picture.shape[0], share):
        for xy, score in look(picture[top : top + side, left : left + side]):
            inside = ((xy >= 0) & (xy <= side)).all(axis=1).mean()
            if score.mean() >= _MIN_SCORE and inside >= _MIN_INSIDE:
                figures.append(
                    (float(score.mean()), box_of(xy + np.array([left, top], np.float32)))
                )
    kept: list[np.ndarray] = []
    for _, box in sorted(figures, key=lambda figure: -figure[0]):
        if all(_shared(box, other) < _SAME for other in kept):
            kept.append(box)
    return np.array(kept).reshape(-1, 4)


def tiles(width: int, height: int, share: float) -> Iterator[tuple[int, int, int]]:
    """Left, top and side in px of overlapping square tiles that cover a picture."""
    side = max(1, round(share * min(width, height)))

    def starts(length: int) -> np.ndarray:
        count = 1 + int(np.ceil((length - side) / (_TILE_STEP * side)))
        return np.linspace(0, length - side, count).round().astype(int)

    for top in starts(height):
        for left in starts(width):
            yield int(left), int(top), side


def box_of(xy: np.ndarray) -> np.ndarray:
    """(4,) x0 y0 x1 y1 px around the joints (K, 2) of one person."""
    return np.concatenate([np.nanmin(xy, axis=0), np.nanmax(xy, axis=0)]).astype(np.float64)


def _shared(box: np.ndarray, other: np.ndarray) -> float:
    """Area that two boxes share, of the smaller one."""
    overlap = np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2])
    smaller = min(np.prod(box[2:] - box[:2]), np.prod(other[2:] - other[:2]))
    return float(np.prod(np.maximum(overlap, 0)) / max(smaller, 1e-9))
