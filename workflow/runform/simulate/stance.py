"""A foot and leg on the ground: where the foot lands, how it rolls, and the leg solved from it.

The foot rolls over heel, ball and tip of the toes, none of which slips. The leg bends in a plane
that holds the x axis and is rolled about it by `roll`; angles in it are counted from straight down,
forward positive, radians. Pitches: radians, toe up positive; the sole is flat between heel and
ball, and the toes bend at the ball.

Legend: N instants, M contacts of one foot.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from runform.simulate import gait_cycle
from runform.simulate.body import Body
from runform.simulate.gait_style import LEFT, RIGHT, GaitStyle
from runform.simulate.pelvis import SIDE_SIGN, WALK_RISE_M

# The toes bend this far before the foot rolls over their tip.
_TOES_BEND = np.radians(25.0)
# Rounding of the heel's parting from the ground, m.
_SMOOTH_M = 0.004
# The knee is never straighter than this, nor the leg longer than it allows.
LEAST_KNEE_DEG = 3.0
# Share of contact: by when the foot lies flat; from when, and by when fully, the measured knee
# curve lifts the heel. Feet of a heel striker on force plates (Hamner and Delp 2013, 2 to 5 m/s)
# keep .57 of their landing pitch at a tenth of the contact, .21 at two tenths, .06 at three.
_FLAT_BY, _FLAT_SHAPE = 0.27, 0.7
# A foot meets the ground with part of the runner's speed and loses it in the first part of the
# contact, as sole and heel pad shear: on force plates ankle and heel still move forward over the
# ground at .3 to .5 of the speed at contact, and stand some 25 ms later.
_SLIDE_SPEED, _SLIDE_BY = 0.45, 0.20
_HEEL_RISE = (0.38, 0.66)
# The most that a foot and leg stretch at toe-off, and the rise of the hip since contact that they
# have to make up for.
_TOE_OFF_PITCH_DEG, _TOE_OFF_KNEE_DEG, _TOE_OFF_RISE_M = 68.0, 8.0, 0.022
# Contacts differ from step to step: stay this far below what the leg can do.
_MARGIN = 0.96
_UP = np.array([0.0, 0.0, 1.0])
_AHEAD = np.array([1.0, 0.0, 0.0])


class Foothold(NamedTuple):
    """N places where one foot stands.

    heel (N, 3)    on the ground, foot flat;  along (N, 3): horizontal unit vector to the toes
    strike (N,)    pitch of the foot as it lands
    slide_m (N,)   how far it slides forward to there as it lands
    """

    heel: np.ndarray
    along: np.ndarray
    strike: np.ndarray
    slide_m: np.ndarray

    def at(self, index) -> "Foothold":
        """Some of the footholds, or one for each of many instants."""
        return Foothold(*(part[index] for part in self))


class LegAngles(NamedTuple):
    """Angles (N,) of one leg, radians.

    roll: of the leg's plane; thigh, shank: from straight down; foot, toes: from the ground, toe up.
    """

    roll: np.ndarray
    thigh: np.ndarray
    shank: np.ndarray
    foot: np.ndarray
    toes: np.ndarray

    def at(self, index) -> "LegAngles":
        """A subset of the instants."""
        return LegAngles(*(part[index] for part in self))

    def with_values(self, index, other: "LegAngles") -> "LegAngles":
        """A copy whose instants `index` are those of `other`."""
        parts = [part.copy() for part in self]
        for part, values in zip(parts, other, strict=True):
            part[index] = values
        return LegAngles(*parts)


def toe_out_direction(style: GaitStyle, side: int) -> np.ndarray:
    """(3,) horizontal unit vector from heel to toe."""
    turned = SIDE_SIGN[side] * np.radians(style.toe_out_deg[side])
    return np.array([np.cos(turned), np.sin(turned), 0.0])


def toes_on_ground(pitch: np.ndarray) -> np.ndarray:
    """(N,) pitch of a standing foot's toes: up at contact, then flat, then rolling off."""
    return np.where(pitch >= 0, pitch, np.minimum(pitch + _TOES_BEND, 0.0))


def ankle_over_sole(body: Body, pitch: np.ndarray, along: np.ndarray) -> np.ndarray:
    """(N, 3) from the heel's place on the ground, foot flat, to the ankle.

    Toe up the foot turns about its heel; toe down about the ball, and when the toes are bent as far
    as they go, about their tip.
    """
    toes = toes_on_ground(pitch)
    on_heel = pitch >= 0
    behind = np.where(on_heel, body.heel_length_m, -body.ball_length_m)
    at_ball = body.heel_length_m + body.ball_length_m + body.toe_length_m * (1.0 - np.cos(toes))
    pivot = np.where(on_heel, 0.0, at_ball)
    lifted = np.where(on_heel, 0.0, -body.toe_length_m * np.sin(toes))
    forward = pivot + behind * np.cos(pitch) - body.ankle_height_m * np.sin(pitch)
    up = lifted + behind * np.sin(pitch) + body.ankle_height_m * np.cos(pitch)
    return forward[:, None] * along + up[:, None] * _UP


def heel_rise(
    body: Body, hold: Foothold, hip: np.ndarray, reach: np.ndarray, smooth_m: float = _SMOOTH_M
) -> np.ndarray:
    """(N,) pitch, 0 or toe down, that brings the ankle within `reach` of the hip."""
    to_hip = hip - hold.heel
    flat = np.linalg.norm(to_hip - ankle_over_sole(body, np.zeros(len(hip)), hold.along), axis=1)
    wanted = 0.5 * (flat + reach - np.sqrt((flat - reach) ** 2 + smooth_m**2))
    ball_m = body.heel_length_m + body.ball_length_m
    from_ball = np.array([-body.ball_length_m, body.ankle_height_m])
    about_ball = _turn_to_reach(to_hip - ball_m * hold.along, hold.along, from_ball, wanted)
    cos, sin = np.cos(_TOES_BEND), np.sin(_TOES_BEND)
    from_tip = np.array([[cos, sin], [-sin, cos]]) @ from_ball - np.array([body.toe_length_m, 0.0])
    tip_m = ball_m + body.toe_length_m
    about_tip = _turn_to_reach(to_hip - tip_m * hold.along, hold.along, from_tip, wanted)
    return np.where(about_ball > -_TOES_BEND, about_ball, about_tip - _TOES_BEND)


def _turn_to_reach(
    to_hip: np.ndarray, along: np.ndarray, to_ankle: np.ndarray, reach: np.ndarray
) -> np.ndarray:
    """(N,) angle p <= 0 by which to turn the foot about a pivot to bring the ankle within `reach`.

    to_hip (N, 3), to_ankle (forward, up): from the pivot; reach (N,): from the hip. In the
    triangle hip, pivot, ankle: |hip - ankle|^2 = |to_hip|^2 + |to_ankle|^2 - 2 (c cos p + s sin p),
    solved for p. Where even the nearest angle is too far, that one is returned.
    """
    forward, up = np.sum(to_hip * along, axis=1), to_hip[:, 2]
    cosine = forward * to_ankle[0] + up * to_ankle[1]
    sine = up * to_ankle[0] - forward * to_ankle[1]
    square = np.sum(to_hip**2, axis=1) + to_ankle @ to_ankle
    size, nearest = np.hypot(cosine, sine), np.arctan2(sine, cosine)
    away = np.arccos(np.clip((square - reach**2) / (2 * size), -1.0, 1.0))
    return np.minimum(nearest + away, 0.0)


def foot_points(
    body: Body, along: np.ndarray, side: int, pitch: np.ndarray, toes: np.ndarray
) -> dict[str, np.ndarray]:
    """Heel, big and small toe (N, 3) on the sole, from the ankle; the foot bends at the ball."""
    outward = SIDE_SIGN[side] * np.array([-along[1], along[0], 0.0])
    ball = _pitched(along, pitch, body.ball_length_m, -body.ankle_height_m)
    big = _pitched(along, toes, body.toe_length_m, 0.0)
    small = _pitched(along, toes, 0.35 * body.toe_length_m, 0.0)
    return {
        "heel": _pitched(along, pitch, -body.heel_length_m, -body.ankle_height_m),
        "big_toe": ball + big - 0.4 * body.foot_width_m * outward,
        "small_toe": ball + small + 0.6 * body.foot_width_m * outward,
    }


def _pitched(along: np.ndarray, pitch: np.ndarray, forward: float, up: float) -> np.ndarray:
    """(N, 3) of a point `forward` and `up` from the sole, the foot pitched toe up by `pitch`."""
    level = forward * np.cos(pitch) - up * np.sin(pitch)
    high = forward * np.sin(pitch) + up * np.cos(pitch)
    return level[:, None] * along + high[:, None] * _UP


def smooth_step(value: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, in between a cubic with level ends."""
    value = np.clip(value, 0.0, 1.0)
    return value * value * (3.0 - 2.0 * value)


def solve_stance(
    body: Body, style: GaitStyle, hold: Foothold, hip: np.ndarray, done: np.ndarray
) -> LegAngles:
    """The leg between `hip` (N, 3) and a foot on the ground.

    hold: one foothold for each of the N instants; done (N,): share of the contact that is over,
    0..1. Early the foot comes to rest and rolls down from its landing pitch; then it lies flat and
    the knee bends as the hip's height asks; late the heel rises as far as the measured knee curve
    asks, so the leg never has to be longer than it is.
    """
    back = hold.slide_m * np.maximum(1.0 - done / _SLIDE_BY, 0.0) ** 3
    hold = hold._replace(heel=hold.heel - back[:, None] * _AHEAD)
    rolled = np.minimum(done / _FLAT_BY, 1.0)
    landing = hold.strike * (1.0 - rolled) ** 2 * (1.0 + _FLAT_SHAPE * rolled)
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
    """(N,) knee flexion at a share `done` of contact: the measured curve and the runner's habit."""
    curve = gait_cycle.CURVES[style.gait]["knee"]
    return curve(done * gait_cycle.TOE_OFF_PHASE[style.gait]) + style.knee_stance_deg


def leg_reach(body: Body, knee: np.ndarray) -> np.ndarray:
    """Hip to ankle at a knee flexion (rad): law of cosines."""
    return np.sqrt(
        body.thigh_m**2 + body.shank_m**2 + 2 * body.thigh_m * body.shank_m * np.cos(knee)
    )


def bend_leg(body: Body, to_ankle: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Roll, thigh and shank (N,) of the leg to `to_ankle` (N, 3): two links, the knee in front."""
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
    """(N, 3) unit vector at `angle` from straight down, in the plane rolled by `roll` about x."""
    return np.stack(
        [np.sin(angle), np.sin(roll) * np.cos(angle), -np.cos(roll) * np.cos(angle)], axis=-1
    )


def place_foot(
    body: Body, style: GaitStyle, side: int, hip: np.ndarray, shank_jitter_deg: np.ndarray
) -> Foothold:
    """M footholds for hips `hip` (M, 3) at initial contact: the shank there has the runner's angle.

    The hip's height fixes the knee. The ankle's distance from the line y = 0 is that of the flat
    foot.
    """
    along = toe_out_direction(style, side)
    strike = np.full(len(hip), np.radians(style.strike_deg[side]))
    shank = np.radians(style.shank_ic_deg[side] + shank_jitter_deg)
    ankle_from_heel = ankle_over_sole(body, strike, along[None])
    heel_y = SIDE_SIGN[side] * style.foot_offset_m[side] - body.heel_length_m * along[1]
    down = np.hypot(heel_y + ankle_from_heel[:, 1] - hip[:, 1], hip[:, 2] - ankle_from_heel[:, 2])
    thigh, reach = _thigh_and_reach(body, shank, down)
    straightest = np.radians(LEAST_KNEE_DEG + 0.5)
    farthest = np.sqrt(np.maximum(leg_reach(body, straightest) ** 2 - down**2, 0.0))
    ankle_x = hip[:, 0] + np.where(thigh - shank < straightest, farthest, reach)
    contact_s = style.stance_share[side] * style.stride_time_s
    slide_m = np.full(len(hip), _SLIDE_SPEED * style.speed_m_s * _SLIDE_BY * contact_s / 3.0)
    heel_x = ankle_x - ankle_from_heel[:, 0] + slide_m
    heel = np.stack([heel_x, np.full(len(hip), heel_y), np.zeros(len(hip))], axis=1)
    return Foothold(heel, np.broadcast_to(along, heel.shape), strike, slide_m)


def _thigh_and_reach(body: Body, shank, down):
    """Thigh angle of a leg that spans the height `down`, and how far forward the leg reaches."""
    thigh = np.arccos(np.clip((down - body.shank_m * np.cos(shank)) / body.thigh_m, -1.0, 1.0))
    return thigh, body.thigh_m * np.sin(thigh) + body.shank_m * np.sin(shank)


def contact_height(body: Body, style: GaitStyle, side: int) -> float:
    """Height of the hip at initial contact that gives the runner's mean knee flexion there, m.

    Never so high that the leg would be too short when the hip passes over the flat foot.
    """
    shank, strike = np.radians(style.shank_ic_deg[side]), np.radians(style.strike_deg[[side]])
    ankle = ankle_over_sole(body, strike, toe_out_direction(style, side)[None])[0, 2]
    thigh = shank + np.radians(style.knee_ic_deg)
    aside = 0.5 * body.hip_width_m - style.foot_offset_m[side]
    down = body.thigh_m * np.cos(thigh) + body.shank_m * np.cos(shank)
    wanted = ankle + np.sqrt(down**2 - aside**2)
    longest = leg_reach(body, np.radians(LEAST_KNEE_DEG + 1.5))
    raised = 0.5 * body.hip_width_m * np.sin(np.radians(max(style.pelvic_drop_deg[side], 0.0)))
    raised += WALK_RISE_M * style.bounce_scale if style.gait == "walk" else 0.0
    return float(min(wanted, body.ankle_height_m + np.sqrt(longest**2 - aside**2) - raised))


def with_reachable_contacts(body: Body, style: GaitStyle) -> GaitStyle:
    """The habits with contact times no longer than the leg can follow the foot."""
    height = float(np.mean([contact_height(body, style, side) for side in (LEFT, RIGHT)]))
    stride_m = style.speed_m_s * style.stride_time_s
    limit = [_MARGIN * _travel_m(body, style, side, height) / stride_m for side in (LEFT, RIGHT)]
    return replace(style, stance_share=np.minimum(style.stance_share, limit))


def _travel_m(body: Body, style: GaitStyle, side: int, height: float) -> float:
    """How far the hip can travel from contact to toe-off, m."""
    pitch = np.array([np.radians(style.strike_deg[side]), -np.radians(_TOE_OFF_PITCH_DEG)])
    ankle = ankle_over_sole(body, pitch, np.array([[1.0, 0.0, 0.0]] * 2))
    shank = np.radians(style.shank_ic_deg[side])
    _, ahead = _thigh_and_reach(body, shank, height - ankle[0, 2])
    aside = 0.5 * body.hip_width_m - style.foot_offset_m[side]
    down = np.hypot(height + _TOE_OFF_RISE_M - ankle[1, 2], aside)
    behind = np.sqrt(max(leg_reach(body, np.radians(_TOE_OFF_KNEE_DEG)) ** 2 - down**2, 0.0))
    return ahead + ankle[1, 0] - ankle[0, 0] + behind
