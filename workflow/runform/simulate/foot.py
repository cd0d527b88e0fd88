"""The foot on the ground: it rolls over heel, ball and tip of the toes, none of which slips.

Legend: N instants. Pitches in radians, toe up positive; the sole is flat between heel and ball, and the toes bend at the ball.
"""

from dataclasses import dataclass

import numpy as np

from runform.simulate.body import Body
from runform.simulate.pelvis import SIDE_SIGN
from runform.simulate.style import GaitStyle

# The toes bend this far before the foot rolls over their tip.
_TOES_BEND = np.radians(25.0)
# Rounding of the heel's parting from the ground, m.
_SMOOTH_M = 0.004


@dataclass(frozen=True)
class Foothold:
    """N places where one foot stands.

    heel (N, 3)    the heel's place on the ground, foot flat;  along (N, 3): horizontal unit vector from there to the toes
    strike (N,)    the foot's pitch as it lands
    """

    heel: np.ndarray
    along: np.ndarray
    strike: np.ndarray

    def at(self, index) -> "Foothold":
        """Some of the places, or one for each of many instants."""
        return Foothold(self.heel[index], self.along[index], self.strike[index])


def toe_out_direction(style: GaitStyle, side: int) -> np.ndarray:
    """(3,) horizontal unit vector from heel to toe."""
    turned = SIDE_SIGN[side] * np.radians(style.toe_out_deg[side])
    return np.array([np.cos(turned), np.sin(turned), 0.0])


def toes_on_ground(pitch: np.ndarray) -> np.ndarray:
    """(N,) pitch of a standing foot's toes: up while it lands, flat under the rising heel, then rolling off."""
    return np.where(pitch >= 0, pitch, np.minimum(pitch + _TOES_BEND, 0.0))


def ankle_over_sole(body: Body, pitch: np.ndarray, along: np.ndarray) -> np.ndarray:
    """(N, 3) from the heel's place on the ground, foot flat, to the ankle.

    Toe up the foot turns about its heel; toe down about the ball, and when the toes are bent as far as they go, about their tip.
    """
    toes = toes_on_ground(pitch)
    on_heel = pitch >= 0
    behind = np.where(on_heel, body.heel_length_m, -body.ball_length_m)
    pivot = np.where(on_heel, 0.0, body.heel_length_m + body.ball_length_m + body.toe_length_m * (1.0 - np.cos(toes)))
    lifted = np.where(on_heel, 0.0, -body.toe_length_m * np.sin(toes))
    forward = pivot + behind * np.cos(pitch) - body.ankle_height_m * np.sin(pitch)
    up = lifted + behind * np.sin(pitch) + body.ankle_height_m * np.cos(pitch)
    return forward[:, None] * along + up[:, None] * np.array([0.0, 0.0, 1.0])


def heel_rise(body: Body, hold: Foothold, hip: np.ndarray, reach: np.ndarray, smooth_m: float = _SMOOTH_M) -> np.ndarray:
    """(N,) pitch (0, or toe down) at which the rolling foot brings the ankle within `reach` of the hip."""
    ball_m = body.heel_length_m + body.ball_length_m
    arm = np.array([-body.ball_length_m, body.ankle_height_m])
    flat = np.linalg.norm(hip - hold.heel - ankle_over_sole(body, np.zeros(len(hip)), hold.along), axis=1)
    wanted = 0.5 * (flat + reach - np.sqrt((flat - reach) ** 2 + smooth_m**2))
    about_ball = _turn_to_reach(hip - hold.heel - ball_m * hold.along, hold.along, arm, wanted)
    bent = np.array([[np.cos(_TOES_BEND), np.sin(_TOES_BEND)], [-np.sin(_TOES_BEND), np.cos(_TOES_BEND)]])
    arm_bent = bent @ arm - np.array([body.toe_length_m, 0.0])
    tip_m = ball_m + body.toe_length_m
    about_tip = _turn_to_reach(hip - hold.heel - tip_m * hold.along, hold.along, arm_bent, wanted)
    return np.where(about_ball > -_TOES_BEND, about_ball, about_tip - _TOES_BEND)


def _turn_to_reach(to_hip: np.ndarray, along: np.ndarray, arm: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """(N,) angle p <= 0 by which `arm` (forward, up), turned about a pivot, brings its end within `reach` of the hip.

    In the triangle hip, pivot, ankle: |hip - ankle|^2 = |to_hip|^2 + |arm|^2 - 2 (c cos p + s sin p), solved for p.
    The nearest angle is returned where even that is too far.
    """
    forward, up = np.sum(to_hip * along, axis=1), to_hip[:, 2]
    cosine = forward * arm[0] + up * arm[1]
    sine = up * arm[0] - forward * arm[1]
    square = np.sum(to_hip**2, axis=1) + arm @ arm
    size, nearest = np.hypot(cosine, sine), np.arctan2(sine, cosine)
    away = np.arccos(np.clip((square - reach**2) / (2 * size), -1.0, 1.0))
    return np.minimum(nearest + away, 0.0)


def foot_points(body: Body, along: np.ndarray, side: int, pitch: np.ndarray, toes: np.ndarray) -> dict[str, np.ndarray]:
    """Heel, big toe and small toe (N, 3) from the ankle, all on the sole; the foot bends at the ball, where the toes begin."""
    outward = SIDE_SIGN[side] * np.array([-along[1], along[0], 0.0])
    heel = _pitched(along, pitch, -body.heel_length_m, -body.ankle_height_m)
    ball = _pitched(along, pitch, body.ball_length_m, -body.ankle_height_m)
    big = ball + _pitched(along, toes, body.toe_length_m, 0.0) - 0.4 * body.foot_width_m * outward
    small = ball + _pitched(along, toes, 0.35 * body.toe_length_m, 0.0) + 0.6 * body.foot_width_m * outward
    return {"heel": heel, "big_toe": big, "small_toe": small}


def _pitched(along: np.ndarray, pitch: np.ndarray, forward: float, up: float) -> np.ndarray:
    """(N, 3) of a point `forward` along the sole and `up` from it, the foot pitched toe up by `pitch`."""
    level = forward * np.cos(pitch) - up * np.sin(pitch)
    high = forward * np.sin(pitch) + up * np.cos(pitch)
    return level[:, None] * along + high[:, None] * np.array([0.0, 0.0, 1.0])
