"""The steps of a clip: which foot lands when, leaves when, and when the other one and itself land again."""

from dataclasses import dataclass

import numpy as np

from runform.gait.events import GaitEvents
from runform.gait.signals import SIDES

_LONGEST_CONTACT = 0.8


@dataclass(frozen=True)
class Step:
    """A step belongs to the foot that lands. Times in seconds; None where the clip does not show them.

    ic_s: initial contact.  to_s: toe-off of the same foot.  other_s: next contact of the other foot.  next_s: of the same foot.
    """

    side: str
    ic_s: float
    to_s: float | None
    other_s: float | None
    next_s: float | None


def steps_of(events: GaitEvents) -> list[Step]:
    """All steps in order of their contact."""
    steps = []
    for side, other in (SIDES, SIDES[::-1]):
        foot = events.foot(side)
        for ic_s in foot.ic_s:
            to_s = _first_after(foot.to_s, ic_s, _LONGEST_CONTACT * events.stride_s)
            other_s = _first_after(events.foot(other).ic_s, ic_s, 0.85 * events.stride_s)
            next_s = _first_after(foot.ic_s, ic_s, 1.5 * events.stride_s)
            steps.append(Step(side, float(ic_s), to_s, other_s, next_s))
    return sorted(steps, key=lambda step: step.ic_s)


def _first_after(times: np.ndarray, start: float, within: float) -> float | None:
    later = times[(times > start) & (times <= start + within)]
    return float(later[0]) if len(later) else None
