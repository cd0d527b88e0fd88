"""One leg: solved from a foot fixed on the ground while it stands, moved by joint-angle curves while it swings.

Legend: N instants. The leg bends in a plane that holds the x axis and is rolled about it by `roll`;
in that plane angles are counted from straight down, forward positive, in radians.
"""

from dataclasses import dataclass

import numpy as np

from runform.simulate import gait_cycle
from runform.simulate.body import Body
from runform.simulate.foot import Foothold, ankle_over_sole, heel_rise, toes_on_ground
from runform.simulate.style import GaitStyle

# The knee is never straighter than this, nor the leg longer than it allows.
LEAST_KNEE_DEG = 3.0
# Share of contact: by when the foot lies flat; from when, and by when fully, the measured knee curve lifts the heel.
_FLAT_BY = 0.16
_HEEL_RISE = (0.38, 0.66)


@dataclass(frozen=True)
class LegAngles:
    """Arrays (N,), radians: roll of the leg's plane; thigh and shank from straight down; foot and toes from the ground, toe up."""

    roll: np.ndarray
    thigh: np.ndarray
    shank: np.ndarray
    foot: np.ndarray
    toes: np.ndarray

    def at(self, index) -> "LegAngles":
        """A subset of the instants."""
        return LegAngles(self.roll[index], self.thigh[index], self.shank[index], self.foot[index], self.toes[index])

    def with_values(self, index, other: "LegAngles") -> "LegAngles":
        """A copy whose instants `index` are those of `other`."""
        parts = []
        for name in ("roll", "thigh", "shank", "foot", "toes"):
            part = getattr(self, name).copy()
            part[index] = getattr(other, name)
            parts.append(part)
        return LegAngles(*parts)


def smooth_step(value: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, in between a cubic with level ends."""
    value = np.clip(value, 0.0, 1.0)
    return value * value * (3.0 - 2.0 * value)


def solve_stance(body: Body, style: GaitStyle, hold: Foothold, hip: np.ndarray, done: np.ndarray) -> LegAngles:
    """The leg between `hip` (N, 3) and a foot on the ground.

    hold: one foothold for each of the N instants; done (N,): share of the contact that is over, 0..1.
    Early the foot rolls down from its landing pitch; then it lies flat and the knee bends as the hip's height asks; late the
    heel rises as far as the measured knee curve asks, so the leg never has to be longer than it is.
    """
    landing = hold.strike * np.maximum(1.0 - done / _FLAT_BY, 0.0) ** 2
    rise = smooth_step((done - _HEEL_RISE[0]) / (_HEEL_RISE[1] - _HEEL_RISE[0]))
    knee = np.radians(np.maximum(late_knee_deg(style, done), LEAST_KNEE_DEG + 2.0))
    late = np.where(rise > 0, rise * heel_rise(body, hold, hip, leg_reach(body, knee)), 0.0)
    pitch = np.where(done < 0.5 * (_FLAT_BY + _HEEL_RISE[0]), landing, late)
    longest = leg_reach(body, np.radians(LEAST_KNEE_DEG))
    least = heel_rise(body, hold, hip, np.full(len(pitch), longest), smooth_m=0.0)
    pitch = np.where(pitch <= 0, np.minimum(pitch, least), pitch)
    ankle = hold.heel + ankle_over_sole(body, pitch, hold.along)
    roll, thigh, shank = bend_leg(body, ankle - hip)
    return LegAngles(roll, thigh, shank, pitch, toes_on_ground(pitch))


def late_knee_deg(style: GaitStyle, done: np.ndarray) -> np.ndarray:
    """(N,) knee flexion that the measured curve shows at a share `done` of contact, with the runner's own habit added."""
    if style.gait == "walk":
        return gait_cycle.WALK_KNEE(done * gait_cycle.WALK_TOE_OFF_PHASE) + style.knee_stance_deg
    return gait_cycle.RUN_KNEE(done * gait_cycle.RUN_TOE_OFF_PHASE) + style.knee_stance_deg


def leg_reach(body: Body, knee: np.ndarray) -> np.ndarray:
    """Hip to ankle at a knee flexion (rad): law of cosines."""
    return np.sqrt(body.thigh_m**2 + body.shank_m**2 + 2 * body.thigh_m * body.shank_m * np.cos(knee))


def bend_leg(body: Body, to_ankle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Roll, thigh and shank (N,) of the leg from hip to ankle `to_ankle` (N, 3): two links, the knee in front."""
    roll = np.arctan2(to_ankle[:, 1], -to_ankle[:, 2])
    down = np.hypot(to_ankle[:, 1], to_ankle[:, 2])
    distance = np.hypot(to_ankle[:, 0], down)
    thigh_m, shank_m = body.thigh_m, body.shank_m
    at_knee = (distance**2 - thigh_m**2 - shank_m**2) / (2 * thigh_m * shank_m)
    knee = np.arccos(np.clip(at_knee, -1.0, 1.0))
    lead = np.arctan2(shank_m * np.sin(knee), thigh_m + shank_m * np.cos(knee))
    thigh = np.arctan2(to_ankle[:, 0], down) + lead
    return roll, thigh, thigh - knee


def in_plane(roll: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """(N, 3) unit vector at `angle` from straight down, forward positive, in the plane rolled by `roll` about the x axis."""
    return np.stack([np.sin(angle), np.sin(roll) * np.cos(angle), -np.cos(roll) * np.cos(angle)], axis=-1)
