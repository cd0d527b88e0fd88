"""Initial contact and toe-off of each foot, between frames, from 2D keypoints of any view.

Events are found in the mean cycle of the clip's strides and then placed in every stride by its own
phase, so none is missed and none is invented.

The features of a leg (`event_features`) are combined: contact and toe-off are the two phases that
explain all of them best, each with its lag and spread. The lags depend on the duty factor, which is
the distance of the two events, so both are solved for together. The loss is convex and its weights
fall off smoothly, so that the estimate moves smoothly with the features: there is one optimum, and
no feature is ever in or out.

Legend: E events of one foot. Phases are shares of the stride, as in `motion.LegCycle`.
"""

from dataclasses import dataclass

import numpy as np

from runform.errors import Unavailable
from runform.gait.event_features import (
    DUTY_STEP,
    USUAL_DUTY,
    EventFeature,
    LegFeatures,
    find_features,
    load_features,
)
from runform.gait.motion import LegCycle, Motion
from runform.gait.stride_cycle import LOWEST, TAU
from runform.gait.tracks import SIDES

EVENTS = ("ic", "to")
# Standard deviation of the horizontal distance between the ankles, leg lengths, above which the
# fore-and-aft swing of the legs shows.
_MIN_SCISSORS_LEG = 0.22
# Timing of a single step that its phase leaves open, shares of the stride: 2 to 5 ms against force
# plates.
_STEP_SPREAD = 0.006
# Spreads from which on a feature's weight falls; rounds in which the weights settle.
_FALLS_FROM, _ROUNDS = 1.5, 20


@dataclass(frozen=True)
class EventPhases:
    """Phases of contact and toe-off, and their standard uncertainty; NaN where no feature shows."""

    ic: float
    to: float
    ic_sd: float
    to_sd: float


def combine(phases: LegFeatures, features: dict[str, dict[str, EventFeature]]) -> EventPhases:
    """The contact and toe-off of one leg. features: `ic` and `to` -> name -> its lag.

    Each feature says: phase = event + lag + duty * (to - ic - usual) / step. Solved by weighted
    least squares with the pseudo-Huber loss.
    """
    rows, values, spreads = [], [], []
    for column, event in enumerate(EVENTS):
        for name, phase in getattr(phases, event).items():
            if name not in features[event] or not np.isfinite(phase):
                continue
            feature = features[event][name]
            lag, spread = feature.lag_at(phases.strike_deg)
            by_duty = feature.duty / DUTY_STEP
            row = np.array([-by_duty, by_duty])
            row[column] += 1.0
            rows.append(row)
            values.append(phase - lag + by_duty * USUAL_DUTY)
            spreads.append(spread)
    spread = np.array(spreads)
    system = np.array(rows).reshape(-1, 2) / spread[:, None]
    wanted = np.array(values) / spread
    if np.linalg.matrix_rank(system) < 2:
        return EventPhases(*[float("nan")] * 4)
    weight = np.ones(len(wanted))
    for _ in range(_ROUNDS):
        normal = system.T @ (system * weight[:, None])
        events = np.linalg.solve(normal, system.T @ (weight * wanted))
        misfit = wanted - system @ events
        weight = 1.0 / np.sqrt(1.0 + (misfit / _FALLS_FROM) ** 2)
    scatter = np.sqrt((weight * misfit**2).sum() / weight.sum())
    sd = np.sqrt(np.diag(np.linalg.inv(normal))) * (1.0 + scatter)
    return EventPhases(*map(float, (*events, *sd)))


@dataclass(frozen=True)
class FootEvents:
    """ic_s, to_s: (E,) times of one foot.  ic_sd_s, to_sd_s: their standard uncertainty."""

    ic_s: np.ndarray
    to_s: np.ndarray
    ic_sd_s: float
    to_sd_s: float


@dataclass(frozen=True)
class GaitEvents:
    """Events of both feet.  stride_s: mean stride time.  contact_phases: of the initial contacts of
    left and right, radians.
    """

    left: FootEvents
    right: FootEvents
    stride_s: float
    contact_phases: tuple[float, float]

    def foot(self, side: str) -> FootEvents:
        """`left` or `right`."""
        return self.left if side == "left" else self.right


def detect_events(motion: Motion, ahead: int) -> GaitEvents:
    """Events of both feet. ahead: +1 facing right, -1 left. Raises Unavailable where no feature of
    an event shows.
    """
    (left, left_phase), (right, right_phase) = (_foot_events(motion, side, ahead) for side in SIDES)
    return GaitEvents(left, right, motion.cycle.period_s, (left_phase, right_phase))


def seen_from_side(motion: Motion) -> bool:
    """Whether the legs' fore-and-aft swing shows in the image (side and oblique views)."""
    joints = motion.at(motion.time_s)
    scissors_leg = np.std(joints["left_ankle"][:, 0] - joints["right_ankle"][:, 0])
    return float(scissors_leg) > _MIN_SCISSORS_LEG


def _foot_events(motion: Motion, side: str, ahead: int) -> tuple[FootEvents, float]:
    from_side = seen_from_side(motion)
    phases = combine(
        find_features(LegCycle(motion, side, ahead), from_side),
        {event: load_features(event, from_side) for event in EVENTS},
    )
    if not np.isfinite([phases.ic, phases.to]).all():
        raise Unavailable(f"no contact of the {side} foot can be found in the mean stride")
    cycle = motion.cycle
    ic_s, to_s = (
        cycle.times_of(LOWEST[side] + TAU * phase, motion.time_s)
        for phase in (phases.ic, phases.to)
    )
    ic_sd_s, to_sd_s = (
        float(cycle.period_s * np.hypot(sd, _STEP_SPREAD)) for sd in (phases.ic_sd, phases.to_sd)
    )
    return FootEvents(ic_s, to_s, ic_sd_s, to_sd_s), LOWEST[side] + TAU * phases.ic
