"""Features of the movement that mark a contact or a toe-off, in the mean cycle of one leg.

No single feature of 2D keypoints marks the contact in every runner, so several are looked for. From
the side: the foot slows to the speed of the ground, the toe falls and the foot slaps down fastest,
the knee is straightest and then gives, the shank is steepest and then rolls over. Around toe-off
the shank and the foot turn fastest, the knee is straightest, the toe leaves the ground, the foot is
furthest behind. From any side: the trunk, which a standing leg pushes up and which falls freely in
flight, and the pitch of foot and shank as changes of height.

How far a feature lies behind its event depends on the runner: the lower the heel at contact, the
earlier the toe falls, and the longer the contact, the later the push of the leg rises. So the lag
is a straight line of foot strike and duty factor; resources/event_features.tsv holds the lines,
which benchmarks/calibrate_gait.py sets on simulated runners and on one half of the recordings with
force plates.

Phases are shares of the stride, as in `motion.LegCycle`.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from runform.angles import bend_deg, rise_deg, tilt_deg
from runform.gait.motion import GRID, LegCycle

FEATURES_FILE = "resources/event_features.tsv"
# The runner for whom a lag is written, and the changes of foot strike and duty factor to which its
# two slopes belong: about the standard deviations between runners.
USUAL_STRIKE_DEG, STRIKE_STEP_DEG = 15.0, 12.0
USUAL_DUTY, DUTY_STEP = 0.33, 0.05
# Real runners differ more from simulated ones than those from each other, so no feature counts as
# surer than this share of the stride.
_LEAST_SPREAD = 0.01
# Foot strike is read before the contact is known, so over a window around it: its middle and width.
_LANDING, _LANDING_WIDTH = -0.01, 0.02
_MIDDLE, _MIDDLE_WIDTH = 0.14, 0.03


@dataclass(frozen=True)
class EventFeature:
    """lag: of the feature behind its event in the usual runner, shares of the stride.  strike,
    duty: what each step of foot strike and duty factor adds.  spread: standard deviation between
    runners.
    """

    lag: float
    strike: float
    duty: float
    spread: float

    def lag_at(self, strike_deg: float) -> tuple[float, float]:
        """Lag in a runner of usual duty factor, and its spread; more where the foot is not seen."""
        if np.isfinite(strike_deg):
            step = (strike_deg - USUAL_STRIKE_DEG) / STRIKE_STEP_DEG
            return self.lag + self.strike * step, self.spread
        return self.lag, float(np.hypot(self.spread, self.strike))


@dataclass(frozen=True)
class LegFeatures:
    """ic, to: feature -> its phase in one leg, NaN where it does not show.  strike_deg: foot angle
    around contact less that of mid-stance, NaN where the foot or the side is not seen.
    """

    ic: dict[str, float]
    to: dict[str, float]
    strike_deg: float


@cache
def load_features(event: str, from_side: bool) -> dict[str, EventFeature]:
    """The features of `ic` or `to` that are used from the side, or from any view."""
    lines = (Path(__file__).parents[3] / FEATURES_FILE).read_text().splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    view = "side" if from_side else "any"
    return {
        row["feature"]: EventFeature(
            float(row["lag"]),
            float(row["strike"]),
            float(row["duty"]),
            max(float(row["spread"]), _LEAST_SPREAD),
        )
        for row in rows
        if (row["event"], row["view"]) == (event, view)
    }


def find_features(leg: LegCycle, from_side: bool) -> LegFeatures:
    """All features of one leg."""
    return _from_side(leg) if from_side else _from_any_side(leg)


def _from_side(leg: LegCycle) -> LegFeatures:
    forward = leg.rate(leg.x("ankle"))
    front = leg.peak(leg.x("ankle"), 0.0, 0.35, sharp=100)
    lands = _slows(leg, "ankle", 0.5, front)
    rear = leg.peak(-leg.x("ankle"), front + 0.5, 0.25, sharp=100)
    leaves = rear - 0.12
    hip, knee, ankle = (leg.joints[name] for name in ("hip", "knee", "ankle"))
    shank_deg, knee_deg = -tilt_deg(ankle, knee, leg.ahead), bend_deg(hip, knee, ankle)
    length = np.linalg.norm(hip - ankle, axis=1)
    shank_rate, knee_rate = leg.rate(shank_deg), leg.rate(knee_deg)
    ic = {
        "ankle_slow": _slows(leg, "ankle", 0.6, front),
        "shank_steepest": leg.peak(shank_deg, lands - 0.045, 0.075),
        "shank_rolls": leg.peak(-shank_rate, lands + 0.045, 0.075),
        "knee_straight": leg.peak(-knee_deg, lands - 0.03, 0.09),
        "knee_gives": leg.peak(knee_rate, lands + 0.045, 0.095),
        "leg_longest": leg.peak(length, lands - 0.045, 0.095),
    }
    to = {
        "knee_straight": leg.peak(-knee_deg, leaves, 0.1),
        "shank_turns": leg.peak(-shank_rate, leaves + 0.01, 0.12),
        "ankle_rearmost": rear,
        "ankle_leaves": leg.crosses(forward, 0.6 * _ground(forward), leaves - 0.15, 0.27),
    }
    trunk_ic, trunk_to = _of_trunk(leg, lands, leaves)
    strike_deg = float("nan")
    if _has_foot(leg):
        foot_deg = rise_deg(leg.joints["heel"], leg.joints["big_toe"], leg.ahead)
        foot_deg = np.degrees(np.unwrap(np.radians(foot_deg)))
        toe_down, toe = -leg.rate(leg.y("big_toe")), leg.rate(leg.x("big_toe"))
        ic["heel_slow"] = _slows(leg, "heel", 0.6, front)
        ic["toe_falls"] = leg.peak(toe_down, lands + 0.02, 0.08)
        ic["foot_slaps"] = leg.peak(-leg.rate(foot_deg), lands + 0.02, 0.08)
        to["foot_turns"] = leg.peak(-leg.rate(foot_deg), leaves - 0.015, 0.115)
        to["toe_leaves"] = leg.crosses(toe, 0.85 * _ground(toe), leaves - 0.15, 0.27)
        to["toe_rearmost"] = leg.peak(-leg.x("big_toe"), rear, 0.1, sharp=100)
        strike_deg = leg.mean(foot_deg, lands + _LANDING, _LANDING_WIDTH)
        strike_deg -= leg.mean(foot_deg, lands + _MIDDLE, _MIDDLE_WIDTH)
    return LegFeatures(ic | trunk_ic, to | trunk_to, strike_deg)


def _from_any_side(leg: LegCycle) -> LegFeatures:
    low = leg.peak(-leg.height, -0.03, 0.2)
    down = "big_toe" if _has_foot(leg) else "ankle"
    ic = {
        "toe_falls": leg.peak(-leg.rate(leg.y(down)), low - 0.11, 0.09),
        "leg_long": leg.peak(leg.y("hip") - leg.y("ankle"), low - 0.15, 0.15),
    }
    to = {"shank_rises": leg.peak(leg.rate(leg.y("ankle") - leg.y("knee")), low + 0.225, 0.225)}
    if _has_foot(leg):
        pitch = leg.y("big_toe") - leg.y("heel")
        to["foot_pitches"] = leg.peak(-leg.rate(pitch), low + 0.175, 0.175)
    trunk_ic, trunk_to = _of_trunk(leg, low - 0.14, low + 0.16)
    return LegFeatures(ic | trunk_ic, to | trunk_to, float("nan"))


def _of_trunk(
    leg: LegCycle, lands: float, leaves: float
) -> tuple[dict[str, float], dict[str, float]]:
    """The trunk falls freely in flight; a standing leg pushes it up. lands, leaves: about when."""
    rise = leg.rate(leg.height)
    push = leg.rate(rise)
    ordered = np.sort(push)
    free, pushed = ordered[: GRID // 4].mean(), ordered[-GRID // 12 :].mean()
    level = free + 0.4 * (pushed - free)
    ic = {
        "trunk_lands": leg.crosses(push, level, lands - 0.12, 0.32),
        "trunk_falls": leg.peak(-rise, lands + 0.03, 0.13),
    }
    to = {
        "trunk_flies": leg.crosses(-push, -level, leaves - 0.2, 0.32),
        "trunk_rises": leg.peak(rise, leaves - 0.08, 0.13),
    }
    return ic, to


def _ground(speed: np.ndarray) -> float:
    """The speed of the ground seen from the pelvis: that of a standing joint, negative."""
    return float(np.sort(speed)[: GRID // 6].mean())


def _slows(leg: LegCycle, joint: str, share: float, front: float) -> float:
    """When a joint of the foot has reached this share of the ground's speed."""
    speed = leg.rate(leg.x(joint))
    return leg.crosses(-speed, -share * _ground(speed), front, 0.2)


def _has_foot(leg: LegCycle) -> bool:
    return {"heel", "big_toe"} <= set(leg.joints)
