"""The swinging leg: measured joint-angle curves, bent at both ends to fit the footholds.

Legend: N instants.
"""

import numpy as np

from runform.simulate import gait_cycle
from runform.simulate.body import Body
from runform.simulate.gait_style import GaitStyle
from runform.simulate.stance import (
    LEAST_KNEE_DEG,
    LegAngles,
    bend_leg,
    foot_points,
    in_plane,
    smooth_step,
    toe_out_direction,
)

# Share of swing over which the deviation at toe-off, and the one at the next contact, fade.
_FADE_OUT, _FADE_IN = 0.55, 0.55
_TOES_STRAIGHT_BY, _TOES_READY_FROM = 0.25, 0.80
_MOST_KNEE_DEG = 145.0
# The fastest turn that a segment keeps from the ground.
_FASTEST_RAD_S = 15.0
# The foot clears the ground by this much, m; it is that high by the first share of swing, and comes
# down from the second on.
_CLEARANCE_M = 0.015
_UP_BY, _DOWN_FROM = 0.35, 0.90
# Rounding of the lift that clearance asks for, m.
_SMOOTH_M = 0.01


def swing_curves(style: GaitStyle, side: int, done: np.ndarray) -> np.ndarray:
    """(3, N) thigh, shank and foot angles, rad, at a share `done` of swing, by the curves."""
    toe_off = gait_cycle.TOE_OFF_PHASE[style.gait]
    phase = toe_off + (1.0 - toe_off) * done
    measured = gait_cycle.CURVES[style.gait]
    curves = [measured[joint].plus(getattr(style, joint)[side]) for joint in measured]
    hip, knee, ankle, tilt = gait_cycle.evaluate((*curves, gait_cycle.PELVIS_TILT), phase)
    # Bumps at the peaks of swing: the knee's at half of it, the hip's at two thirds.
    hip = hip + style.swing_hip_deg * _bump(done, 0.68)
    knee = knee + style.swing_knee_deg * _bump(done, 0.50)
    thigh = hip - tilt if style.gait == "run" else hip
    shank = thigh - knee
    return np.radians(np.stack([thigh, shank, shank + ankle]))


def _bump(done: np.ndarray, peak: float) -> np.ndarray:
    """0 at both ends of swing, 1 at `peak`, smooth."""
    warped = done ** (np.log(0.5) / np.log(peak))
    return np.sin(np.pi * warped) ** 2


def swing_leg(
    style: GaitStyle,
    side: int,
    done: np.ndarray,
    leaving: LegAngles,
    rates: LegAngles,
    landing: LegAngles,
    swing_s: np.ndarray,
) -> LegAngles:
    """The leg at shares `done` (N,) of swing.

    leaving, landing: angles (N) at the toe-off before and the contact after each instant.
    rates: angular speeds (N) at that toe-off, rad/s, so that the leg leaves the ground without a
    jerk; it lands with the curves' own speed. swing_s (N,): duration of the swing.
    """
    curve = swing_curves(style, side, done)
    ends = swing_curves(style, side, np.array([0.0, 1e-4, 1.0]))
    start, slope, end = ends[:, 0], (ends[:, 1] - ends[:, 0]) / 1e-4, ends[:, 2]
    out, into = done / _FADE_OUT, (done - (1.0 - _FADE_IN)) / _FADE_IN
    stay = 1.0 - smooth_step(out)
    glide = np.where(out < 1.0, _FADE_OUT * out * (1.0 - out) ** 2, 0.0)
    arrive = smooth_step(into)
    angles = []
    for row, name in enumerate(("thigh", "shank", "foot")):
        kick = np.clip(getattr(rates, name), -_FASTEST_RAD_S, _FASTEST_RAD_S) * swing_s - slope[row]
        from_start, from_end = (
            getattr(leaving, name) - start[row],
            getattr(landing, name) - end[row],
        )
        angles.append(curve[row] + from_start * stay + kick * glide + from_end * arrive)
    thigh, shank, foot = angles
    shank = np.minimum(shank, thigh - np.radians(LEAST_KNEE_DEG))
    shank = np.maximum(shank, thigh - np.radians(_MOST_KNEE_DEG))
    turning = done * (1.0 - done) ** 2
    roll = leaving.roll + (landing.roll - leaving.roll) * smooth_step(done)
    roll = roll + rates.roll * swing_s * turning
    bent = (leaving.toes - leaving.foot) * (1.0 - smooth_step(done / _TOES_STRAIGHT_BY))
    ready_share = (done - _TOES_READY_FROM) / (1.0 - _TOES_READY_FROM)
    ready = (landing.toes - landing.foot) * smooth_step(ready_share)
    return LegAngles(roll, thigh, shank, foot, foot + bent + ready)


def clear_ground(
    body: Body, style: GaitStyle, side: int, hip: np.ndarray, angles: LegAngles, done: np.ndarray
) -> LegAngles:
    """The swinging leg bent more wherever its foot would drag. hip (N, 3), done (N,)."""
    thigh, shank = in_plane(angles.roll, angles.thigh), in_plane(angles.roll, angles.shank)
    to_ankle = body.thigh_m * thigh + body.shank_m * shank
    points = foot_points(body, toe_out_direction(style, side), side, angles.foot, angles.toes)
    low = (hip + to_ankle)[:, 2] + np.min([point[:, 2] for point in points.values()], axis=0)
    coming_down = np.clip((1.0 - done) / (1.0 - _DOWN_FROM), 0.0, 1.0)
    missing = _CLEARANCE_M * smooth_step(done / _UP_BY) * coming_down - low
    lift = 0.5 * (missing + np.sqrt(missing**2 + (_SMOOTH_M * 4 * done * (1.0 - done)) ** 2))
    to_ankle[:, 2] += lift
    return LegAngles(*bend_leg(body, to_ankle), angles.foot, angles.toes)
