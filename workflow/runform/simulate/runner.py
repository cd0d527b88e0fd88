"""A runner in three dimensions, with the exact truth of every step.

Legend: T frames, N instants, K = 26 keypoints of Halpe-26. World axes in metres: x the running
direction, y left, z up; the ground is z = 0. The standing leg is solved from a foot fixed on the
ground, so contacts, contact times, shank angles and reach are exact.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from runform.simulate.body import Body, random_body
from runform.simulate.gait_style import LEFT, RIGHT, GaitStyle, draw_style
from runform.simulate.parameters import SimulationParameters
from runform.simulate.pelvis import Steps, lay_steps, move_pelvis
from runform.simulate.stance import (
    LegAngles,
    contact_height,
    foot_points,
    in_plane,
    place_foot,
    solve_stance,
    toe_out_direction,
    with_reachable_contacts,
)
from runform.simulate.swing import clear_ground, swing_leg
from runform.simulate.true_metrics import TrueMetric, metrics_of_runner
from runform.simulate.upper_body import move_upper_body
from runform.skeleton import get_skeleton

SIDES = ("left", "right")
# Step for the speed at which the leg leaves the ground, s.
_SLOPE_S = 1e-4


@dataclass(frozen=True)
class RunnerMotion:
    """One runner over T frames.

    joints (T, 26, 3)   Halpe-26, metres, world axes
    time_s (T,)
    body                segment lengths;  style: the habits
    contacts            "left"/"right" -> (n, 2) exact initial contact and toe-off times, s, of
                        every step that touches the window
    phase (T,)          stride phase in 0..1 from right initial contact
    metrics             name -> exact values, step by step
    severities          deficiency -> severity
    """

    joints: np.ndarray
    time_s: np.ndarray
    body: Body
    style: GaitStyle
    contacts: dict[str, np.ndarray]
    phase: np.ndarray
    metrics: dict[str, TrueMetric]
    severities: dict[str, float]


def simulate_runner(
    parameters: SimulationParameters, time_s: np.ndarray, measured: bool = True
) -> RunnerMotion:
    """The runner of `parameters` at increasing times `time_s` (T,) from 0 on, s.

    The same seed and times give the same bytes. measured: False leaves `metrics` empty and saves
    half of the time, for motion in bulk.
    """
    rng = np.random.default_rng([parameters.seed, 1])
    body = random_body(rng, parameters.height_m)
    style = draw_style(parameters, body.leg_length_m, rng)
    return move_runner(body, style, np.asarray(time_s, float), rng, parameters.severities, measured)


def move_runner(
    body: Body,
    style: GaitStyle,
    time_s: np.ndarray,
    rng: np.random.Generator,
    severities: dict[str, float],
    measured: bool = True,
    change: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda joints, phase: joints,
) -> RunnerMotion:
    """`simulate_runner` for a given body and habits; `rng` draws the change from step to step.

    change: what else the runner does: joints (N, K, 3) as they would be and stride phase (N,) ->
    joints (N, K, 3).
    """
    style = with_reachable_contacts(body, style)
    start_s, end_s = float(time_s[0]), float(time_s[-1])
    steps = lay_steps(style, end_s, rng)
    phase = steps.stride_phase(time_s) % 1.0
    joints = change(joints_at(body, style, steps, time_s), phase)
    contacts = {name: _touching(steps, side, time_s) for side, name in enumerate(SIDES)}

    def joints_of(times_s: np.ndarray) -> np.ndarray:
        return change(joints_at(body, style, steps, times_s), steps.stride_phase(times_s))

    metrics: dict[str, TrueMetric] = {}
    if measured:
        metrics = metrics_of_runner(steps, joints_of, start_s, end_s, body.leg_length_m)
    return RunnerMotion(joints, time_s, body, style, contacts, phase, metrics, dict(severities))


def _touching(steps: Steps, side: int, time_s: np.ndarray) -> np.ndarray:
    of_side = steps.side == side
    times = np.stack([steps.ic_s[of_side], steps.to_s[of_side]], axis=1)
    return times[(times[:, 1] >= time_s[0]) & (times[:, 0] <= time_s[-1])]


def joints_at(body: Body, style: GaitStyle, steps: Steps, time_s: np.ndarray) -> np.ndarray:
    """(N, K, 3) joints at any times (N,) within the steps."""
    frames, count = len(time_s), len(steps.ic_s)
    every = np.concatenate([time_s, steps.ic_s, steps.to_s, steps.to_s - _SLOPE_S])
    pelvis = move_pelvis(body, style, steps, every)
    # The hips' height over the root at each contact, and the root's height that it asks for.
    hip_ic = pelvis.to_hip[steps.side, frames + np.arange(count), 2]
    levels = [
        contact_height(body, style, side) - hip_ic[steps.side == side].mean()
        for side in (LEFT, RIGHT)
    ]
    pelvis.root[:, 2] += np.mean(levels)
    joints = move_upper_body(body, style, pelvis.at(slice(0, frames)))
    joints["root"] = pelvis.root[:frames]
    for side, name in enumerate(SIDES):
        hip = pelvis.root + pelvis.to_hip[side]
        angles = _leg_angles(body, style, steps, side, time_s, hip)
        leg = _leg_joints(body, style, side, hip[:frames], angles)
        joints |= {f"{name}_{part}": values for part, values in leg.items()}
    return np.stack([joints[name] for name in get_skeleton("halpe26").joints], axis=1)


def _leg_angles(
    body: Body, style: GaitStyle, steps: Steps, side: int, time_s: np.ndarray, hip: np.ndarray
) -> LegAngles:
    """(N) angles of one leg; hip (N + 3S, 3): at the times, then at contact, toe-off and before."""
    frames, count = len(time_s), len(steps.ic_s)
    of_side = np.flatnonzero(steps.side == side)
    ic_s, to_s = steps.ic_s[of_side], steps.to_s[of_side]
    hip_ic, hip_to, hip_before = (hip[frames + part * count + of_side] for part in range(3))
    hold = place_foot(body, style, side, hip_ic, steps.shank_jitter_deg[of_side])
    step = np.clip(np.searchsorted(ic_s, time_s, side="right") - 1, 0, len(of_side) - 2)
    contact_s = to_s - ic_s
    done = np.minimum((time_s - ic_s[step]) / contact_s[step], 1.0)
    every = np.arange(len(of_side))
    solved = solve_stance(
        body,
        style,
        hold.at(np.concatenate([step, every, every, every])),
        np.concatenate([hip[:frames], hip_ic, hip_to, hip_before]),
        np.concatenate([done, np.zeros(len(every)), np.ones(len(every)), 1 - _SLOPE_S / contact_s]),
    )
    landing, leaving, before = (solved.at(frames + part * len(every) + every) for part in range(3))
    rates = LegAngles(*((at - ago) / _SLOPE_S for at, ago in zip(leaving, before, strict=True)))
    free = np.flatnonzero(time_s > to_s[step])
    last = step[free]
    swing_s = ic_s[last + 1] - to_s[last]
    share = (time_s[free] - to_s[last]) / swing_s
    swung = swing_leg(
        style, side, share, leaving.at(last), rates.at(last), landing.at(last + 1), swing_s
    )
    swung = clear_ground(body, style, side, hip[free], swung, share)
    return solved.at(slice(0, frames)).with_values(free, swung)


def _leg_joints(
    body: Body, style: GaitStyle, side: int, hip: np.ndarray, angles: LegAngles
) -> dict[str, np.ndarray]:
    """Part -> (N, 3) of one leg from hip to toes."""
    knee = hip + body.thigh_m * in_plane(angles.roll, angles.thigh)
    ankle = knee + body.shank_m * in_plane(angles.roll, angles.shank)
    points = foot_points(body, toe_out_direction(style, side), side, angles.foot, angles.toes)
    foot = {part: ankle + point for part, point in points.items()}
    return {"hip": hip, "knee": knee, "ankle": ankle, **foot}
