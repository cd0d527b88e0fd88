"""Pieces of one person's track put together again, when a detector lost them for long in the middle of the picture.

People come and go at the edges of a picture; who vanishes amid it and who appears amid it, a while later and not too far away, is
taken for the same person. That is the case behind a tree, before a background of the same colour, and after a cut of the camera.
Legend: T frames, n boxes of a frame, P pieces of tracks.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

NOBODY = -1
UNLIKE = 1e6


@dataclass(frozen=True)
class RejoinSettings:
    """max_lost_s: how long somebody may be lost, s.  edge: share of the picture's width that counts as its edge.
    speed_h: fastest way from the one place to the other, heights a second.  size: largest ratio of the two heights."""

    max_lost_s: float = 5.0
    edge: float = 0.02
    speed_h: float = 1.5
    size: float = 1.6


def rejoin(
    boxes: list[np.ndarray], ids: list[np.ndarray], rate_hz: float, size: tuple[int, int], settings: RejoinSettings
) -> list[np.ndarray]:
    """`ids` in which pieces that belong together share the first one's id.

    boxes: T arrays (n, 4) px.  ids: T arrays (n,), NOBODY for no track.  size: (width, height) of the picture, px.
    Each piece is continued by one other at most, so that as many people are joined as fit, at the least ways in all.
    """
    pieces = _pieces(boxes, ids)
    names = list(pieces)
    cost = np.array([[_way(pieces[one], pieces[other], rate_hz, size, settings) for other in names] for one in names])
    same = {name: name for name in names}
    if names:
        # Pieces stand in the order in which they begin, so that a piece has its final name before its sequel asks for it.
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
    """What speaks against `other` being the sequel of `one`: its way in heights; UNLIKE when it cannot be."""
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
    """Whether a box touches the left or right end of the picture; heads and feet are often cut off above and below."""
    margin = settings.edge * size[0]
    return bool(box[0] < margin or box[2] > size[0] - margin)
