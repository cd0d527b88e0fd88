"""One leg: solved from a foot fixed on the ground while it stands, moved by joint-angle curves while it swings.

Legend: N instants, M contacts of one foot. The leg bends in a plane that holds the x axis and is rolled about it by `roll`;
in that plane angles are counted from straight down, forward positive, in radians.
"""

from dataclasses import dataclass

import numpy as np

from runform.simulate import gait_cycle
from runform.simulate.body import Body
from runform.simulate.pelvis import SIDE_SIGN
from runform.simulate.style import GaitStyle

# The knee is never straighter than this, nor the leg longer than it allows.
LEAST_KNEE_DEG = 3.0
# Share of contact: by when the foot lies flat; from when, and by when fully, the measured knee curve lifts the heel.
_FLAT_BY = 0.20
_HEEL_RISE = (0.38, 0.66)
# How far the heel may round off its parting from the ground, m.
_SMOOTH_M = 0.004


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


@dataclass(frozen=True)
class Foothold:
    """M places where one foot stands: heel (M, 3) of its sole on the ground with the foot flat, pitch at contact (M,), rad."""

    heel: np.ndarray
    strike: np.ndarray
    along: np.ndarray


def smooth_step(value: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, in between a cubic with level ends."""
    value = np.clip(value, 0.0, 1.0)
    return value * value * (3.0 - 2.0 * value)


def toe_out_direction(style: GaitStyle, side: int) -> np.ndarray:
    """(3,) horizontal unit vector from heel to toe."""
    turned = SIDE_SIGN[side] * np.radians(style.toe_out_deg[side])
    return np.array([np.cos(turned), np.sin(turned), 0.0])


def ankle_over_sole(body: Body, pitch: np.ndarray, along: np.ndarray) -> np.ndarray:
    """(N, 3) from the heel's place on the ground, foot flat, to the ankle: the foot rolls over heel (toe up) or ball (toe down)."""
    sole = body.heel_length_m + body.ball_length_m
    on_heel = pitch >= 0
    behind = np.where(on_heel, body.heel_length_m, -body.ball_length_m)
    forward = behind * np.cos(pitch) - body.ankle_height_m * np.sin(pitch) + np.where(on_heel, 0.0, sole)
    up = behind * np.sin(pitch) + body.ankle_height_m * np.cos(pitch)
    return forward[:, None] * along + up[:, None] * np.array([0.0, 0.0, 1.0])


def solve_stance(body: Body, style: GaitStyle, hold: Foothold, hip: np.ndarray, done: np.ndarray) -> LegAngles:
    """The leg between `hip` (N, 3) and a foot on the ground.

    hold: one foothold for each of the N instants; done (N,): share of the contact that is over, 0..1.
    Early the foot rolls down from its landing pitch; then it lies flat and the knee bends as the hip's height asks; late the
    heel rises as far as the measured knee curve asks, so the leg never has to be longer than it is.
    """
    landing = hold.strike * (1.0 - smooth_step(done / _FLAT_BY))
    rise = smooth_step((done - _HEEL_RISE[0]) / (_HEEL_RISE[1] - _HEEL_RISE[0]))
    knee = np.radians(np.maximum(late_knee_deg(style, done), LEAST_KNEE_DEG + 2.0))
    late = np.where(rise > 0, rise * _heel_rise(body, hold, hip, _leg_reach(body, knee)), 0.0)
    pitch = np.where(done < 0.5 * (_FLAT_BY + _HEEL_RISE[0]), landing, late)
    longest = _leg_reach(body, np.radians(LEAST_KNEE_DEG))
    least = _heel_rise(body, hold, hip, np.full(len(pitch), longest), smooth_m=0.0)
    pitch = np.where(pitch <= 0, np.minimum(pitch, least), pitch)
    ankle = hold.heel + ankle_over_sole(body, pitch, hold.along)
    roll, thigh, shank = bend_leg(body, ankle - hip)
    return LegAngles(roll, thigh, shank, pitch, np.maximum(pitch, 0.0))


def late_knee_deg(style: GaitStyle, done: np.ndarray) -> np.ndarray:
    """(N,) knee flexion that the measured curve shows at a share `done` of contact, with the runner's own habit added."""
    if style.gait == "walk":
        return gait_cycle.WALK_KNEE(done * gait_cycle.WALK_TOE_OFF_PHASE) + style.knee_stance_deg
    return gait_cycle.RUN_KNEE(done * gait_cycle.RUN_TOE_OFF_PHASE) + style.knee_stance_deg


def _leg_reach(body: Body, knee: np.ndarray) -> np.ndarray:
    """Hip to ankle at a knee flexion (rad): law of cosines."""
    return np.sqrt(body.thigh_m**2 + body.shank_m**2 + 2 * body.thigh_m * body.shank_m * np.cos(knee))


def _heel_rise(body: Body, hold: Foothold, hip: np.ndarray, reach: np.ndarray, smooth_m: float = _SMOOTH_M) -> np.ndarray:
    """(N,) pitch (0 or toe down) at which the ankle, turning about the ball, comes within `reach` of the hip.

    In the triangle hip, ball, ankle: |hip - ankle|^2 = |hip - ball|^2 + r^2 - 2 r (a cos p + b sin p), solved for p.
    """
    ball = hold.heel + (body.heel_length_m + body.ball_length_m) * hold.along
    to_hip = hip - ball
    forward, up = np.sum(to_hip * hold.along, axis=1), to_hip[:, 2]
    arm_squared = body.ball_length_m**2 + body.ankle_height_m**2
    square = np.sum(to_hip**2, axis=1) + arm_squared
    # ankle - ball at pitch p: forward -B cos p - h sin p, up -B sin p + h cos p
    cosine = -forward * body.ball_length_m + up * body.ankle_height_m
    sine = -forward * body.ankle_height_m - up * body.ball_length_m
    flat = np.sqrt(np.maximum(square - 2 * cosine, 0.0))
    wanted = np.minimum(flat, reach) if smooth_m == 0 else 0.5 * (flat + reach - np.sqrt((flat - reach) ** 2 + smooth_m**2))
    size, middle = np.hypot(cosine, sine), np.arctan2(sine, cosine)
    offset = np.arccos(np.clip((square - wanted**2) / (2 * size), -1.0, 1.0))
    # Flat is p = 0 = middle + offset_flat; nearer to the hip means towards `middle`, which is negative (toe down).
    return np.minimum(middle + offset, 0.0)


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


def place_foot(body: Body, style: GaitStyle, side: int, hip: np.ndarray, midline_y: np.ndarray, shank_jitter_deg) -> Foothold:
    """Footholds (M) for hips `hip` (M, 3) at initial contact, such that the shank there has the runner's angle.

    The hip's height fixes the knee. The ankle's distance from the middle line (`midline_y`) is that of the flat foot.
    """
    along = toe_out_direction(style, side)
    strike = np.full(len(hip), np.radians(style.strike_deg[side]))
    shank = np.radians(style.shank_ic_deg[side] + shank_jitter_deg)
    ankle_from_heel = ankle_over_sole(body, strike, along)
    heel_y = midline_y + SIDE_SIGN[side] * style.foot_offset_m[side] - body.heel_length_m * along[1]
    down = np.hypot(heel_y + ankle_from_heel[:, 1] - hip[:, 1], hip[:, 2] - ankle_from_heel[:, 2])
    straightest = np.radians(LEAST_KNEE_DEG + 0.5)
    thigh = np.arccos(np.clip((down - body.shank_m * np.cos(shank)) / body.thigh_m, -1.0, 1.0))
    reach = body.thigh_m * np.sin(thigh) + body.shank_m * np.sin(shank)
    all_there_is = np.sqrt(np.maximum(_leg_reach(body, straightest) ** 2 - down**2, 0.0))
    ankle_x = hip[:, 0] + np.where(thigh - shank < straightest, all_there_is, reach)
    heel = np.stack([ankle_x - ankle_from_heel[:, 0], heel_y, np.zeros(len(hip))], axis=1)
    return Foothold(heel, strike, np.broadcast_to(along, heel.shape))


def contact_height(body: Body, style: GaitStyle, side: int) -> float:
    """Height of the hip at initial contact that gives the runner's mean knee flexion there, m (leg seen from the side)."""
    shank, strike = np.radians(style.shank_ic_deg[side]), np.radians(style.strike_deg[side : side + 1])
    ankle = ankle_over_sole(body, strike, toe_out_direction(style, side))[0, 2]
    thigh = shank + np.radians(style.knee_ic_deg)
    return float(ankle + body.thigh_m * np.cos(thigh) + body.shank_m * np.cos(shank))
