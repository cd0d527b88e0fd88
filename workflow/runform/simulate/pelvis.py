"""When each foot lands and leaves, and how the pelvis moves: advance, bounce, sway, drop, turn.

World axes: x forward, y left, z up, metres. Sides: 0 left, 1 right. Even steps are right.

Legend: S steps, N instants.
"""

from dataclasses import dataclass

import numpy as np

from runform.simulate.body import Body
from runform.simulate.gait_style import LEFT, RIGHT, GaitStyle

GRAVITY_M_S2 = 9.81
SIDE_SIGN = np.array([1.0, -1.0])
# Standard deviations from step to step: share of the step time, share of the contact time, degrees
# of the shank.
_STEP_TIME_SD, _CONTACT_SD, _SHANK_SD_DEG = 0.012, 0.015, 0.8
# The pelvis falls behind and catches up in each step: most behind just after mid-stance. (A runner
# on the treadmill data of regifukuchi/BMC-RIC-running-biomechanics: 16 mm at 2.5 m/s, with a bounce
# of 95 mm.)
_SURGE_M, _SURGE_LAG = 0.010, 0.03
_WALK_BOUNCE_M = 0.040
_WALK_HIGHEST_PHASE = 0.60
# From contact to the highest point in walking.
WALK_RISE_M = 0.5 * _WALK_BOUNCE_M * (1.0 - np.cos(2 * np.pi * _WALK_HIGHEST_PHASE))


@dataclass(frozen=True)
class Steps:
    """S steps in order of time, reaching beyond the window on both sides.

    ic_s, to_s (S,)        initial contact and toe-off, s
    side (S,)              LEFT or RIGHT
    shank_jitter_deg (S,)  difference of this step's shank angle from the runner's habit
    """

    ic_s: np.ndarray
    to_s: np.ndarray
    side: np.ndarray
    shank_jitter_deg: np.ndarray

    def stride_phase(self, time_s: np.ndarray) -> np.ndarray:
        """Stride phase in cycles, without wrapping: whole at right contacts, half at left ones."""
        return np.interp(time_s, self.ic_s, 0.5 * np.arange(len(self.ic_s)))


def lay_steps(style: GaitStyle, end_s: float, rng: np.random.Generator) -> Steps:
    """The steps that cover 0..end_s with at least a whole stride to spare on each side."""
    stride_s = style.stride_time_s
    strides = int(np.ceil(end_s / stride_s)) + 5
    side = np.tile([RIGHT, LEFT], strides)
    jitter = style.step_jitter * rng.standard_normal((len(side), 3)).T.clip(-2.5, 2.5)
    step_s = style.step_share[side] * stride_s * (1.0 + _STEP_TIME_SD * jitter[0])
    ic_s = np.concatenate([[0.0], np.cumsum(step_s)[:-1]]) - (2.0 + style.start_phase) * stride_s
    contact_s = style.stance_share[side] * stride_s * (1.0 + _CONTACT_SD * jitter[1])
    return Steps(ic_s, ic_s + contact_s, side, _SHANK_SD_DEG * jitter[2])


def pelvis_bounce(style: GaitStyle, steps: Steps, time_s: np.ndarray) -> np.ndarray:
    """(N,) height of the pelvis over its height at initial contact, m.

    Running: free fall in flight; in contact a push shaped like one smooth bump, whose mean over the
    step is body weight, so cadence and contact time set the travel. Walking: highest over the
    standing foot (inverted pendulum).
    """
    step = np.clip(np.searchsorted(steps.ic_s, time_s, side="right") - 1, 0, len(steps.ic_s) - 2)
    since_s = time_s - steps.ic_s[step]
    step_s = np.diff(steps.ic_s)[step]
    if style.gait == "walk":
        wave = np.cos(2 * np.pi * (since_s / step_s - _WALK_HIGHEST_PHASE))
        start = np.cos(2 * np.pi * _WALK_HIGHEST_PHASE)
        return 0.5 * _WALK_BOUNCE_M * style.bounce_scale * (wave - start)
    contact_s = (steps.to_s - steps.ic_s)[step]
    now = _push_height(since_s, contact_s, step_s, style.push_skew)
    whole_step = _push_height(step_s, contact_s, step_s, style.push_skew)
    return style.bounce_scale * (now - since_s / step_s * whole_step)


def _push_height(
    since_s: np.ndarray, contact_s: np.ndarray, step_s: np.ndarray, skew: float
) -> np.ndarray:
    """(N,) the pelvis' acceleration, gravity and push, integrated twice from rest, m."""
    done = np.minimum(since_s / contact_s, 1.0)
    after_s = np.maximum(since_s - contact_s, 0.0)
    bump = (done - np.sin(np.pi * done) / np.pi) / np.pi
    early = skew * (done - np.sin(2 * np.pi * done) / (2 * np.pi)) / (2 * np.pi)
    pushed_s = contact_s * (bump + early) + after_s * 2.0 / np.pi
    return 0.5 * np.pi * GRAVITY_M_S2 * step_s * pushed_s - 0.5 * GRAVITY_M_S2 * since_s**2


@dataclass(frozen=True)
class Pelvis:
    """The pelvis over N instants.

    phase (N,)        stride phase from right contact, not wrapped
    root (N, 3)       middle of the hips, its height counted from that at initial contact
    to_hip (2, N, 3)  from the root to each hip
    """

    phase: np.ndarray
    root: np.ndarray
    to_hip: np.ndarray

    def at(self, index) -> "Pelvis":
        """A subset of the instants."""
        return Pelvis(self.phase[index], self.root[index], self.to_hip[:, index])


def move_pelvis(body: Body, style: GaitStyle, steps: Steps, time_s: np.ndarray) -> Pelvis:
    """The pelvis at `time_s`: progress, bounce, sway, drop of the free side, and turn."""
    phase = steps.stride_phase(time_s)
    # Mid-stance of the right foot; the left one's lies half a cycle on.
    from_mid = 2 * np.pi * (phase - 0.5 * style.stance_share.mean())
    wave = np.cos(from_mid)
    surge = -_SURGE_M * np.cos(2 * from_mid - 4 * np.pi * _SURGE_LAG)
    ahead, bounce = style.speed_m_s * time_s + surge, pelvis_bounce(style, steps, time_s)
    root = np.stack([ahead, -style.sway_m * wave, bounce], axis=-1)
    drop_deg = style.pelvic_drop_deg
    # cos is +1 at right mid-stance (left side low) and -1 at left mid-stance.
    mean_deg = 0.5 * (drop_deg[RIGHT] + drop_deg[LEFT])
    half_deg = 0.5 * (drop_deg[RIGHT] - drop_deg[LEFT])
    roll = -np.radians(mean_deg * wave + half_deg * wave**2)
    turn = np.radians(style.pelvis_turn_deg) * np.cos(2 * np.pi * phase)
    left = np.stack(
        [-np.sin(turn) * np.cos(roll), np.cos(turn) * np.cos(roll), np.sin(roll)], axis=-1
    )
    left = 0.5 * body.hip_width_m * left
    return Pelvis(phase, root, np.stack([left, -left]))
