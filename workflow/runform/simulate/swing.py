"""The free leg: the measured joint-angle curves, bent at both ends to leave the last foothold and to meet the next.

Legend: N instants.
"""

import numpy as np

from runform.simulate import gait_cycle
from runform.simulate.leg import LegAngles, smooth_step
from runform.simulate.style import GaitStyle

# The hip's curve is flexion against the pelvis, the ankle's is against standing; these turn them into angles in space.
_THIGH_OFFSET_DEG, _FOOT_OFFSET_DEG = 0.0, 0.0
# Share of swing over which the deviation at toe-off, and the one at the next contact, fade.
_FADE_OUT, _FADE_IN = 0.55, 0.55
_TOES_STRAIGHT_BY, _TOES_READY_FROM = 0.25, 0.80


def swing_curves(style: GaitStyle, side: int, done: np.ndarray) -> np.ndarray:
    """(3, N) thigh, shank and foot angles in space, rad, at a share `done` of swing, by the curves and the runner's own shape."""
    run = style.gait == "run"
    toe_off = gait_cycle.RUN_TOE_OFF_PHASE if run else gait_cycle.WALK_TOE_OFF_PHASE
    phase = toe_off + (1.0 - toe_off) * done
    names = ("RUN_HIP", "RUN_KNEE", "RUN_ANKLE") if run else ("WALK_HIP", "WALK_KNEE", "WALK_ANKLE")
    hip, knee, ankle = (getattr(gait_cycle, name)(phase) for name in names)
    # Bumps at the peaks of swing: the knee's at half of it, the hip's at two thirds.
    hip = hip + style.hip[side](phase) + style.swing_hip_deg * _bump(done, 0.68)
    knee = knee + style.knee[side](phase) + style.swing_knee_deg * _bump(done, 0.50)
    ankle = ankle + style.ankle[side](phase)
    thigh = hip + _THIGH_OFFSET_DEG
    shank = thigh - knee
    return np.radians(np.stack([thigh, shank, shank + ankle + _FOOT_OFFSET_DEG]))


def _bump(done: np.ndarray, peak: float) -> np.ndarray:
    """0 at both ends of swing, 1 at `peak`, smooth."""
    warped = done ** (np.log(0.5) / np.log(peak))
    return np.sin(np.pi * warped) ** 2


def swing_leg(style: GaitStyle, side: int, done: np.ndarray, leaving, rates, landing, swing_s) -> LegAngles:
    """The leg at shares `done` (N,) of swing.

    leaving, landing: LegAngles (N) at the toe-off before and the contact after each instant.  rates: LegAngles (N) of angular
    speeds at that toe-off, rad/s, so that the leg leaves the ground without a jerk; it lands with the curves' own speed.
    swing_s (N,): duration of the swing.
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
        kick = getattr(rates, name) * swing_s - slope[row]
        angles.append(
            curve[row] + (getattr(leaving, name) - start[row]) * stay + kick * glide + (getattr(landing, name) - end[row]) * arrive
        )
    turning = done * (1.0 - done) ** 2
    roll = leaving.roll + (landing.roll - leaving.roll) * smooth_step(done) + rates.roll * swing_s * turning
    bent = (leaving.toes - leaving.foot) * (1.0 - smooth_step(done / _TOES_STRAIGHT_BY))
    ready = (landing.toes - landing.foot) * smooth_step((done - _TOES_READY_FROM) / (1.0 - _TOES_READY_FROM))
    return LegAngles(roll, angles[0], angles[1], angles[2], angles[2] + bent + ready)
