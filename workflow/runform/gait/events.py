"""Instants of the mean cycle that go with initial contact and toe-off, each with its lag and
spread.

No single feature of 2D keypoints stands for the contact in every runner, so several are read and
averaged. From the side: before contact the knee is straightest, the hip furthest from the ankle and
the shank steepest, and the knee turns to bend; then the foot slows down to the speed of the ground
and the toe falls fastest; after it the knee gives and the shank rolls over fastest. At the end the
foot and the shank turn fastest, the knee is straightest, the foot is furthest behind (Zeni's
toe-off, which comes late in running). From any side: the trunk's rise and its highest point, and
the pitch of the foot and shank as changes of height.

Lags and spreads lie in resources/contact_cues.tsv; benchmarks/calibrate_gait.py measures them on
simulated runners.
Legend: G samples of the mean cycle.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from runform.angles import bend_deg, tilt_deg
from runform.errors import Unavailable
from runform.gait.motion import GRID, Motion, Profile
from runform.gait.stride_cycle import LOWEST, TAU
from runform.gait.tracks import SIDES

CUES_FILE = "resources/contact_cues.tsv"
# Runners differ from simulated ones by more than those do among themselves, so no cue counts as
# surer than this share of the stride: else the one that is sharpest in the simulator would have all
# the say. Less makes the contact times of simulated runners better and the force plates' toe-offs
# worse (.012: 0.5 ms), more the other way round (.015: 2 ms of contact time).
_SUREST = 0.013


@dataclass(frozen=True)
class Cue:
    """lag, spread: of the cue behind its event, shares of the stride."""

    lag: float
    spread: float


@cache
def known_cues(event: str, from_side: bool) -> dict[str, Cue]:
    """The cues of `ic` or `to` that are used from the side, or from anywhere."""
    file = Path(__file__).parents[3] / CUES_FILE
    rows = [
        line.split("\t")
        for line in file.read_text().splitlines()
        if line and not line.startswith("#")
    ]
    view = "side" if from_side else "any"
    return {
        row["cue"]: Cue(float(row["lag"]), max(float(row["spread"]), _SUREST))
        for row in (dict(zip(rows[0], cells, strict=True)) for cells in rows[1:])
        if (row["event"], row["view"]) == (event, view)
    }


def cues_of(profile: Profile, from_side: bool) -> dict[str, dict[str, float]]:
    """{"ic": cue -> turn, "to": cue -> turn} of one leg; NaN where a cue is not found."""
    found = _any_cues(profile)
    if from_side:
        side = _side_cues(profile)
        found = {event: found[event] | side[event] for event in found}
    return found


def _slow(profile: Profile, joint: str, front: float) -> float:
    """When the foot has lost 85 % of its forward speed on the way from the swing's to the ground's,
    seen from the pelvis.
    """
    speed = profile.rate(profile.x(joint))
    ground = np.median(np.sort(speed)[: GRID // 6])
    return profile.falls_below(speed, ground + 0.15 * (speed.max() - ground), front, front + 0.2)


def _side_cues(profile: Profile) -> dict:
    foot = {"heel", "big_toe"} <= set(profile.joints)
    front = profile.peak(profile.x("ankle"), -0.4, 0.15)
    rear = profile.peak(-profile.x("ankle"), front + 0.2, front + 0.75)
    shank = -tilt_deg(profile.joints["ankle"], profile.joints["knee"], profile.ahead)
    knee = bend_deg(profile.joints["hip"], profile.joints["knee"], profile.joints["ankle"])
    leg = profile.joints["hip"] - profile.joints["ankle"]
    ic = {
        "ankle_slow": _slow(profile, "ankle", front),
        "shank_steepest": profile.peak(shank, front - 0.12, front + 0.06),
        "shank_rolls": profile.peak(-profile.rate(shank), front - 0.02, front + 0.15),
        "knee_straight": profile.peak(-knee, front - 0.12, front + 0.08),
        "knee_bends": profile.peak(profile.rate(profile.rate(knee)), front - 0.08, front + 0.12),
        "knee_gives": profile.peak(profile.rate(knee), front - 0.05, front + 0.15),
        "leg_longest": profile.peak(np.linalg.norm(leg, axis=1), front - 0.12, front + 0.12),
    }
    to = {
        "shank_turns": profile.peak(-profile.rate(shank), rear - 0.25, rear + 0.02),
        "ankle_rearmost": rear,
        "knee_straight": profile.peak(-knee, rear - 0.22, rear),
    }
    if foot:
        ic["heel_slow"] = _slow(profile, "heel", front)
        ic["toe_falls"] = profile.peak(
            -profile.rate(profile.y("big_toe")), front - 0.02, front + 0.12
        )
        to["toe_rearmost"] = profile.peak(-profile.x("big_toe"), rear - 0.1, rear + 0.1)
    return {"ic": ic, "to": to}


def _any_cues(profile: Profile) -> dict:
    foot = {"heel", "big_toe"} <= set(profile.joints)
    height = profile.height
    low = profile.peak(-height, -0.2, 0.15)
    down = "big_toe" if foot else "ankle"
    ic = {"toe_falls": profile.peak(-profile.rate(profile.y(down)), low - 0.2, low - 0.02)}
    ic["trunk_falls"] = profile.peak(-profile.rate(height), low - 0.28, low)
    ic["trunk_higher"] = profile.peak(height, low - 0.4, low)
    ic["leg_long"] = profile.peak(profile.y("hip") - profile.y("ankle"), low - 0.3, low)
    to = {
        "shank_rises": profile.peak(
            profile.rate(profile.y("ankle") - profile.y("knee")), low, low + 0.45
        ),
        "trunk_high": profile.peak(height, low, low + 0.4),
        "trunk_rises": profile.peak(profile.rate(height), low, low + 0.28),
    }
    if foot:
        to["foot_pitches"] = profile.peak(
            -profile.rate(profile.y("big_toe") - profile.y("heel")), low, low + 0.35
        )
    return {"ic": ic, "to": to}


def combine(found: dict[str, float], known: dict[str, Cue]) -> tuple[float, float]:
    """The event's turn from the cues by their lags, weighted by their spread, outliers from the
    weighted median left out.

    Returns (turn, standard uncertainty in turns); (nan, nan) when no cue was found.
    """
    names = [name for name in found if name in known and np.isfinite(found[name])]
    if not names:
        return float("nan"), float("nan")
    turns = np.array([found[name] - known[name].lag for name in names])
    weight = np.array([known[name].spread ** -2.0 for name in names])
    order = np.argsort(turns)
    middle = turns[order][np.searchsorted(np.cumsum(weight[order]), 0.5 * weight.sum())]
    weight = weight * (
        np.abs(turns - middle) < 2.5 * np.array([known[name].spread for name in names])
    )
    weight = weight if weight.any() else np.ones(len(turns))
    turn = float((turns * weight).sum() / weight.sum())
    return turn, float(
        weight.sum() ** -0.5 + 0.5 * np.sqrt((weight * (turns - turn) ** 2).sum() / weight.sum())
    )


# Initial contact and toe-off of each foot, between frames, from 2D keypoints of any view.
#
# The events are looked for in the mean cycle of the clip's strides (`cycle`), by several cues
# (`cues`), and then placed in every stride by its own phase. Feet alternate and steps follow each
# other evenly by construction, so none is missed or made up.
#
# Legend: E events of one foot.


# Standard deviation of the distance between the ankles along x, leg lengths, from which the
# fore-and-aft swing is well seen.
_SCISSORS_LEG = 0.22
# What the phase leaves of a single step's own timing, shares of the stride: 2 to 5 ms against force
# plates.
_STEP_SPREAD = 0.006


@dataclass(frozen=True)
class FootEvents:
    """Times of one foot: ic_s, to_s (E,) seconds; ic_sd_s, to_sd_s their standard uncertainty,
    seconds.
    """

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
    """Events of both feet. ahead: +1 facing right, -1 left. Raises Unavailable where no cue is
    found.
    """
    (left, left_phase), (right, right_phase) = (_foot_events(motion, side, ahead) for side in SIDES)
    return GaitEvents(left, right, motion.cycle.period_s, (left_phase, right_phase))


def seen_from_side(motion: Motion) -> bool:
    """Whether the legs' fore-and-aft swing shows in the image (side and oblique views)."""
    middle = motion.at(motion.time_s)
    return float(np.std(middle["left_ankle"][:, 0] - middle["right_ankle"][:, 0])) > _SCISSORS_LEG


def _foot_events(motion: Motion, side: str, ahead: int) -> tuple[FootEvents, float]:
    from_side = seen_from_side(motion)
    found = cues_of(Profile(motion, side, LOWEST[side], ahead), from_side)
    (ic, ic_sd), (to, to_sd) = (
        combine(found[event], known_cues(event, from_side)) for event in ("ic", "to")
    )
    if not np.isfinite([ic, to]).all():
        raise Unavailable(f"no cue of a contact of the {side} foot is to be seen")
    cycle = motion.cycle
    sds = [float(cycle.period_s * np.hypot(sd, _STEP_SPREAD)) for sd in (ic_sd, to_sd)]
    times = [cycle.times_of(LOWEST[side] + TAU * turn, motion.time_s) for turn in (ic, to)]
    return FootEvents(*times, *sds), LOWEST[side] + TAU * ic
