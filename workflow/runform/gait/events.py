"""Initial contact and toe-off of each foot, between frames, from 2D keypoints of any view.

Events are found in the mean cycle of the clip's strides and then placed in every stride by its own
phase, so none is missed and none is invented.

No single feature of 2D keypoints marks the contact in every runner, so several are combined, each
with its lag behind the event and its spread (resources/event_features.tsv, which
benchmarks/calibrate_gait.py measures on simulated runners). From the side: just before contact the
knee is straightest, the hip furthest from the ankle and the shank steepest; then the foot slows to
the speed of the ground and the toe falls fastest; then the knee yields and the shank rolls over
fastest. Around toe-off the shank turns fastest, the knee is straightest and the foot is furthest
behind (Zeni's toe-off, which is late in running). From any side: the trunk's rise and highest
point, and the pitch of foot and shank as changes of height.

Legend: E events of one foot. Phases are shares of the stride, as in `motion.LegCycle`.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from runform.angles import bend_deg, tilt_deg
from runform.errors import Unavailable
from runform.gait.motion import GRID, LegCycle, Motion
from runform.gait.stride_cycle import LOWEST, TAU
from runform.gait.tracks import SIDES

FEATURES_FILE = "resources/event_features.tsv"
# Real runners differ more from simulated ones than those from each other, so no feature counts as
# surer than this share of the stride; else the one that is sharpest in the simulator would decide
# alone. Less makes contact times of simulated runners better and toe-offs on force plates worse
# (.012: 0.5 ms), more the opposite (.015: 2 ms of contact time).
_LEAST_SPREAD = 0.013
# Standard deviation of the horizontal distance between the ankles, leg lengths, above which the
# fore-and-aft swing of the legs shows.
_MIN_SCISSORS_LEG = 0.22
# Timing of a single step that its phase leaves open, shares of the stride: 2 to 5 ms against force
# plates.
_STEP_SPREAD = 0.006


@dataclass(frozen=True)
class EventFeature:
    """lag: of the feature behind its event.  spread: of that lag between runners."""

    lag: float
    spread: float


@cache
def load_features(event: str, from_side: bool) -> dict[str, EventFeature]:
    """The features of `ic` or `to` that are used from the side, or from any view."""
    lines = (Path(__file__).parents[3] / FEATURES_FILE).read_text().splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    view = "side" if from_side else "any"
    return {
        row["feature"]: EventFeature(float(row["lag"]), max(float(row["spread"]), _LEAST_SPREAD))
        for row in rows
        if (row["event"], row["view"]) == (event, view)
    }


def feature_phases(leg: LegCycle, from_side: bool) -> dict[str, dict[str, float]]:
    """`ic` and `to` -> feature -> its phase in one leg, NaN where it does not show."""
    phases = _of_any_view(leg)
    if from_side:
        side = _of_side_view(leg)
        phases = {event: phases[event] | side[event] for event in phases}
    return phases


def _slows(leg: LegCycle, joint: str, front: float) -> float:
    """When a joint of the foot has lost 85 % of its forward speed, seen from the pelvis, between
    swing and stance.
    """
    speed = leg.rate(leg.x(joint))
    ground = np.median(np.sort(speed)[: GRID // 6])
    return leg.falls_below(speed, ground + 0.15 * (speed.max() - ground), front, front + 0.2)


def _of_side_view(leg: LegCycle) -> dict[str, dict[str, float]]:
    front = leg.peak(leg.x("ankle"), -0.4, 0.15)
    rear = leg.peak(-leg.x("ankle"), front + 0.2, front + 0.75)
    hip, knee, ankle = (leg.joints[name] for name in ("hip", "knee", "ankle"))
    shank_deg, knee_deg = -tilt_deg(ankle, knee, leg.ahead), bend_deg(hip, knee, ankle)
    length = np.linalg.norm(hip - ankle, axis=1)
    ic = {
        "ankle_slow": _slows(leg, "ankle", front),
        "shank_steepest": leg.peak(shank_deg, front - 0.12, front + 0.06),
        "shank_rolls": leg.peak(-leg.rate(shank_deg), front - 0.02, front + 0.15),
        "knee_straight": leg.peak(-knee_deg, front - 0.12, front + 0.08),
        "knee_bends": leg.peak(leg.rate(leg.rate(knee_deg)), front - 0.08, front + 0.12),
        "knee_gives": leg.peak(leg.rate(knee_deg), front - 0.05, front + 0.15),
        "leg_longest": leg.peak(length, front - 0.12, front + 0.12),
    }
    to = {
        "shank_turns": leg.peak(-leg.rate(shank_deg), rear - 0.25, rear + 0.02),
        "ankle_rearmost": rear,
        "knee_straight": leg.peak(-knee_deg, rear - 0.22, rear),
    }
    if _has_foot(leg):
        ic["heel_slow"] = _slows(leg, "heel", front)
        ic["toe_falls"] = leg.peak(-leg.rate(leg.y("big_toe")), front - 0.02, front + 0.12)
        to["toe_rearmost"] = leg.peak(-leg.x("big_toe"), rear - 0.1, rear + 0.1)
    return {"ic": ic, "to": to}


def _of_any_view(leg: LegCycle) -> dict[str, dict[str, float]]:
    rise = leg.rate(leg.height)
    low = leg.peak(-leg.height, -0.2, 0.15)
    down = "big_toe" if _has_foot(leg) else "ankle"
    ic = {
        "toe_falls": leg.peak(-leg.rate(leg.y(down)), low - 0.2, low - 0.02),
        "trunk_falls": leg.peak(-rise, low - 0.28, low),
        "trunk_higher": leg.peak(leg.height, low - 0.4, low),
        "leg_long": leg.peak(leg.y("hip") - leg.y("ankle"), low - 0.3, low),
    }
    to = {
        "shank_rises": leg.peak(leg.rate(leg.y("ankle") - leg.y("knee")), low, low + 0.45),
        "trunk_high": leg.peak(leg.height, low, low + 0.4),
        "trunk_rises": leg.peak(rise, low, low + 0.28),
    }
    if _has_foot(leg):
        pitch = leg.y("big_toe") - leg.y("heel")
        to["foot_pitches"] = leg.peak(-leg.rate(pitch), low, low + 0.35)
    return {"ic": ic, "to": to}


def _has_foot(leg: LegCycle) -> bool:
    return {"heel", "big_toe"} <= set(leg.joints)


def combine(phases: dict[str, float], features: dict[str, EventFeature]) -> tuple[float, float]:
    """Phase of an event and its standard uncertainty from the phases of its features: their mean,
    each less its lag and weighted by its spread, without outliers from the weighted median.

    (nan, nan) where no feature shows.
    """
    names = [name for name in phases if name in features and np.isfinite(phases[name])]
    if not names:
        return float("nan"), float("nan")
    estimates = np.array([phases[name] - features[name].lag for name in names])
    spread = np.array([features[name].spread for name in names])
    weight = np.array([features[name].spread ** -2.0 for name in names])
    order = np.argsort(estimates)
    median = estimates[order][np.searchsorted(np.cumsum(weight[order]), 0.5 * weight.sum())]
    weight = weight * (np.abs(estimates - median) < 2.5 * spread)
    weight = weight if weight.any() else np.ones(len(estimates))
    mean = float((estimates * weight).sum() / weight.sum())
    scatter = np.sqrt((weight * (estimates - mean) ** 2).sum() / weight.sum())
    return mean, float(weight.sum() ** -0.5 + 0.5 * scatter)


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
    phases = feature_phases(LegCycle(motion, side, ahead), from_side)
    (ic, ic_sd), (to, to_sd) = (
        combine(phases[event], load_features(event, from_side)) for event in ("ic", "to")
    )
    if not np.isfinite([ic, to]).all():
        raise Unavailable(f"no contact of the {side} foot can be found in the mean stride")
    cycle = motion.cycle
    ic_sd_s, to_sd_s = (float(cycle.period_s * np.hypot(sd, _STEP_SPREAD)) for sd in (ic_sd, to_sd))
    ic_s, to_s = (cycle.times_of(LOWEST[side] + TAU * phase, motion.time_s) for phase in (ic, to))
    return FootEvents(ic_s, to_s, ic_sd_s, to_sd_s), LOWEST[side] + TAU * ic
