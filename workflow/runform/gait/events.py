"""Initial contact and toe-off of each foot, between frames, from 2D keypoints of any view.

The events are looked for in the mean cycle of the clip's strides (`cycle`), by several cues (`cues`), and then placed in every
stride by its own phase. Feet alternate and steps follow each other evenly by construction, so none is missed or made up.

Legend: E events of one foot.
"""

from dataclasses import dataclass

import numpy as np

from runform.faults import Unavailable
from runform.gait.clock import LOWEST
from runform.gait.cues import combine, cues_of, known_cues
from runform.gait.cycle import TAU
from runform.gait.motion import Motion
from runform.gait.profile import Profile
from runform.gait.signals import SIDES

# Standard deviation of the distance between the ankles along x, leg lengths, from which the fore-and-aft swing is well seen.
_SCISSORS_LEG = 0.22
# What the phase leaves of a single step's own timing, shares of the stride: 2 to 5 ms against force plates.
_STEP_SPREAD = 0.006


@dataclass(frozen=True)
class FootEvents:
    """Times of one foot: ic_s, to_s (E,) seconds; ic_sd_s, to_sd_s their standard uncertainty, seconds."""

    ic_s: np.ndarray
    to_s: np.ndarray
    ic_sd_s: float
    to_sd_s: float


@dataclass(frozen=True)
class GaitEvents:
    """Events of both feet; stride_s the mean stride time; contact_phases the phase of each
    foot's initial contact, radians, left and right."""

    left: FootEvents
    right: FootEvents
    stride_s: float
    contact_phases: tuple[float, float]

    def foot(self, side: str) -> FootEvents:
        """`left` or `right`."""
        return getattr(self, side)


def detect_events(motion: Motion, ahead: int) -> GaitEvents:
    """Events of both feet. ahead: +1 facing right, -1 left. Raises Unavailable where no cue is found."""
    (left, left_phase), (right, right_phase) = (_foot_events(motion, side, ahead) for side in SIDES)
    return GaitEvents(left, right, motion.cycle.period_s, (left_phase, right_phase))


def seen_from_side(motion: Motion) -> bool:
    """Whether the legs' fore-and-aft swing shows in the image (side and oblique views)."""
    middle = motion.at(motion.time_s)
    return float(np.std(middle["left_ankle"][:, 0] - middle["right_ankle"][:, 0])) > _SCISSORS_LEG


def _foot_events(motion: Motion, side: str, ahead: int) -> tuple[FootEvents, float]:
    from_side = seen_from_side(motion)
    found = cues_of(Profile(motion, side, LOWEST[side], ahead), from_side)
    (ic, ic_sd), (to, to_sd) = (combine(found[event], known_cues(event, from_side)) for event in ("ic", "to"))
    if not np.isfinite([ic, to]).all():
        raise Unavailable(f"no cue of a contact of the {side} foot is to be seen")
    cycle = motion.cycle
    sds = [float(cycle.period_s * np.hypot(sd, _STEP_SPREAD)) for sd in (ic_sd, to_sd)]
    times = [cycle.times_of(LOWEST[side] + TAU * turn, motion.time_s) for turn in (ic, to)]
    return FootEvents(*times, *sds), LOWEST[side] + TAU * ic
