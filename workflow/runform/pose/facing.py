"""Which way a runner faces in the image: toes lie before heels, the nose before the ears, and knees
bend forward.

Legend: T frames.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from runform.sequence import PoseSequence
from runform.skeleton import leg_length

SIDES = ("left", "right")
# How far each vote points ahead in a side view, leg lengths, mean over frames: simulated runners,
# both skeletons.
_TOES_LEG, _NOSE_LEG, _KNEES_LEG = 0.19, 0.11, 0.18
# Less than this share of it is a view from ahead or behind (within 15 degrees), where the sign is
# left to chance.
_LEAST_ASIDE = 0.25


@dataclass(frozen=True)
class Facing:
    """sign: +1 the runner faces right in the image, -1 left.  agreement: of the votes, 0..1.

    aside: how far the votes point to that side, about 1 in a side view, 0 from ahead and behind.
    """

    sign: int
    agreement: float
    aside: float

    @property
    def direction(self) -> int:
        """As `sign`, but 0 for a view from ahead or behind."""
        return self.sign if self.aside >= _LEAST_ASIDE else 0


def facing_of(sequence: PoseSequence) -> Facing:
    """The facing of a pose sequence of any skeleton."""
    return facing_of_tracks({joint: sequence.joint(joint) for joint in sequence.joints.joints})


def facing_of_tracks(xy: Mapping[str, np.ndarray]) -> Facing:
    """The facing of named joints (T, 2), x right, in any one unit; NaN where missing.

    Hips, knees and ankles are needed, other joints may be left out. What was never visible has no
    vote; without votes the runner faces right, aside 0.
    """
    votes = [
        (xy[f"{side}_knee"] - (xy[f"{side}_hip"] + xy[f"{side}_ankle"]) / 2, _KNEES_LEG)
        for side in SIDES
    ]
    if {"left_heel", "right_heel", "left_big_toe", "right_big_toe"} <= xy.keys():
        votes += [(xy[f"{side}_big_toe"] - xy[f"{side}_heel"], _TOES_LEG) for side in SIDES]
    if {"nose", "left_ear", "right_ear"} <= xy.keys():
        votes.append((xy["nose"] - (xy["left_ear"] + xy["right_ear"]) / 2, _NOSE_LEG))
    ahead = np.array([_mean(vote[:, 0]) for vote, _ in votes])
    side_view = sum(size for _, size in votes) * leg_length(xy, 50.0, "each_leg")
    total = ahead.sum()
    return Facing(
        sign=1 if total >= 0 else -1,
        agreement=float(abs(total) / max(np.abs(ahead).sum(), 1e-9)),
        aside=float(abs(total) / side_view) if side_view > 0 else 0.0,
    )


def _mean(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else 0.0
