"""Instants of the mean cycle that go with initial contact and toe-off, each with its lag and spread.

No single feature of 2D keypoints stands for the contact in every runner, so several are read and averaged. From the side: the
foot slows down to the speed of the ground, the shank is steepest, the toe falls fastest; at the end the foot and the shank turn
fastest, the knee is straightest, the foot is furthest behind (Zeni's toe-off, which comes late in running). From any side: the
trunk's rise and its highest point, and the pitch of the foot and shank as changes of height.

Legend: G samples of the mean cycle.
"""

from dataclasses import dataclass

import numpy as np

from runform.gait.angles import bend_deg, tilt_deg
from runform.gait.cycle import TAU
from runform.gait.motion import Motion

GRID = 720
_START = -0.5


@dataclass(frozen=True)
class Cue:
    """lag, spread: of the cue behind its event, shares of the stride."""

    lag: float
    spread: float


# Of cues seen from the side, and of those seen from anywhere. Medians and spreads over simulated runners, their keypoints with
# noise and through BlazePose. Only the trunk's lags at contact lie between those (.016, -.116) and the force plates' of one
# real runner (.05, -.08), whose pelvis falls for longer: the simulator's push sets in sooner.
IC_SIDE = {
    "shank_steepest": Cue(-0.042, 0.011),
    "toe_falls": Cue(-0.004, 0.015),
    "ankle_slow": Cue(0.012, 0.017),
    "heel_slow": Cue(0.004, 0.017),
    "trunk_falls": Cue(0.022, 0.024),
    "trunk_higher": Cue(-0.11, 0.035),
}
TO_SIDE = {
    "knee_straight": Cue(-0.006, 0.010),
    "toe_rearmost": Cue(0.151, 0.020),
    "ankle_rearmost": Cue(0.114, 0.021),
    "shank_turns": Cue(0.110, 0.030),
    "trunk_high": Cue(0.052, 0.025),
    "trunk_rises": Cue(-0.082, 0.027),
}
IC_ANY = {
    "toe_falls": Cue(-0.004, 0.030),
    "trunk_falls": Cue(0.022, 0.022),
    "trunk_higher": Cue(-0.11, 0.03),
    "leg_long": Cue(-0.045, 0.03),
}
TO_ANY = {
    "trunk_high": Cue(0.052, 0.025),
    "trunk_rises": Cue(-0.081, 0.025),
    "shank_rises": Cue(0.141, 0.040),
    "foot_pitches": Cue(-0.030, 0.060),
}


class Profile:
    """The mean cycle of one leg over one stride centred on the phase at which its foot is low."""

    def __init__(self, motion: Motion, side: str, lowest: float, ahead: int):
        self.turns = np.arange(GRID) / GRID + _START
        self.stride_s = motion.cycle.period_s
        joints = motion.mean_at(lowest + TAU * self.turns)
        self.ahead = ahead
        self.height = joints["trunk"][:, 1]
        self.joints = {name.removeprefix(f"{side}_"): xy for name, xy in joints.items() if name.startswith(f"{side}_")}

    def x(self, joint: str) -> np.ndarray:
        """(G,) place ahead of the pelvis."""
        return self.ahead * self.joints[joint][:, 0]

    def y(self, joint: str) -> np.ndarray:
        """(G,) height."""
        return self.joints[joint][:, 1]

    def rate(self, signal: np.ndarray) -> np.ndarray:
        """(G,) derivative by turn."""
        return (np.roll(signal, -1) - np.roll(signal, 1)) * GRID / 2

    def peak(self, signal: np.ndarray, first: float, last: float) -> float:
        """Turn of the largest value between two turns."""
        inside = np.flatnonzero((self.turns >= first) & (self.turns <= last))
        return float(self.turns[inside[np.argmax(signal[inside])]]) if len(inside) else float("nan")

    def falls_below(self, signal: np.ndarray, level: float, first: float, last: float) -> float:
        """First turn between two at which the signal falls below `level`; NaN when it does not."""
        inside = np.flatnonzero((self.turns >= first) & (self.turns <= last))
        below = signal[inside] < level
        steps = np.flatnonzero(below[1:] & ~below[:-1])
        return float(self.turns[inside[steps[0] + 1]]) if len(steps) else float("nan")


def cues_of(profile: Profile, from_side: bool) -> dict[str, dict[str, float]]:
    """{"ic": cue -> turn, "to": cue -> turn} of one leg; NaN where a cue is not found."""
    found = _any_cues(profile)
    if from_side:
        side = _side_cues(profile)
        found = {event: found[event] | side[event] for event in found}
    return found


def _slow(profile: Profile, joint: str, front: float) -> float:
    """When the foot has lost 85 % of its forward speed on the way from the swing's to the ground's, seen from the pelvis."""
    speed = profile.rate(profile.x(joint))
    ground = np.median(np.sort(speed)[: GRID // 6])
    return profile.falls_below(speed, ground + 0.15 * (speed.max() - ground), front, front + 0.2)


def _side_cues(profile: Profile) -> dict:
    foot = {"heel", "big_toe"} <= set(profile.joints)
    front = profile.peak(profile.x("ankle"), -0.4, 0.15)
    rear = profile.peak(-profile.x("ankle"), front + 0.2, front + 0.75)
    shank = -tilt_deg(profile.joints["ankle"], profile.joints["knee"], profile.ahead)
    knee = bend_deg(profile.joints["hip"], profile.joints["knee"], profile.joints["ankle"])
    ic = {"ankle_slow": _slow(profile, "ankle", front), "shank_steepest": profile.peak(shank, front - 0.12, front + 0.06)}
    to = {
        "shank_turns": profile.peak(-profile.rate(shank), rear - 0.25, rear + 0.02),
        "ankle_rearmost": rear,
        "knee_straight": profile.peak(-knee, rear - 0.22, rear),
    }
    if foot:
        ic["heel_slow"] = _slow(profile, "heel", front)
        ic["toe_falls"] = profile.peak(-profile.rate(profile.y("big_toe")), front - 0.02, front + 0.12)
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
        "shank_rises": profile.peak(profile.rate(profile.y("ankle") - profile.y("knee")), low, low + 0.45),
        "trunk_high": profile.peak(height, low, low + 0.4),
        "trunk_rises": profile.peak(profile.rate(height), low, low + 0.28),
    }
    if foot:
        to["foot_pitches"] = profile.peak(-profile.rate(profile.y("big_toe") - profile.y("heel")), low, low + 0.35)
    return {"ic": ic, "to": to}


def combine(found: dict[str, float], known: dict[str, Cue]) -> tuple[float, float]:
    """The event's turn from the cues by their lags, weighted by their spread, outliers from the weighted median left out.

    Returns (turn, standard uncertainty in turns); (nan, nan) when no cue was found.
    """
    names = [name for name in found if name in known and np.isfinite(found[name])]
    if not names:
        return float("nan"), float("nan")
    turns = np.array([found[name] - known[name].lag for name in names])
    weight = np.array([known[name].spread ** -2.0 for name in names])
    order = np.argsort(turns)
    middle = turns[order][np.searchsorted(np.cumsum(weight[order]), 0.5 * weight.sum())]
    weight = weight * (np.abs(turns - middle) < 2.5 * np.array([known[name].spread for name in names]))
    weight = weight if weight.any() else np.ones(len(turns))
    turn = float((turns * weight).sum() / weight.sum())
    return turn, float(weight.sum() ** -0.5 + 0.5 * np.sqrt((weight * (turns - turn) ** 2).sum() / weight.sum()))
