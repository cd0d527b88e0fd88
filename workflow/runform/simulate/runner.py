"""A runner in three dimensions, with the exact truth of every step.

Legend: T frames, K = 26 keypoints of Halpe-26. World axes in metres: x the running direction, y left, z up; the ground is z = 0.
The standing leg is solved from a foot fixed on the ground, so contacts, contact times, shank angles and reach are exact.
"""

from dataclasses import dataclass

import numpy as np

from runform.simulate.body import Body, random_body
from runform.simulate.leg import Foothold, LegAngles, contact_height, place_foot, solve_stance, toe_out_direction
from runform.simulate.measures import measure_runner
from runform.simulate.parameters import SimulationParameters
from runform.simulate.pelvis import SIDE_SIGN, move_pelvis
from runform.simulate.steps import Steps, lay_steps
from runform.simulate.style import LEFT, RIGHT, GaitStyle, draw_style
from runform.simulate.swing import swing_leg
from runform.simulate.upper_body import move_upper_body
from runform.skeleton import get_skeleton

SKELETON = "halpe26"
SIDES = ("left", "right")
# Step for the speed at which the leg leaves the ground, s.
_SLOPE_S = 1e-4


@dataclass(frozen=True)
class RunnerMotion:
    """One runner over T frames.

    joints (T, 26, 3)   Halpe-26, metres, world axes
    time_s (T,)
    body                segment lengths;  style: the habits drawn
    contacts            "left"/"right" -> (n, 2) exact initial contact and toe-off times, s, of every step touching the window
    phase (T,)          stride phase in 0..1 from right initial contact
    measures            name -> Measure: exact values step by step, see `runform.simulate.measures`
    severities          deficiency -> severity
    """

    joints: np.ndarray
    time_s: np.ndarray
    body: Body
    style: GaitStyle
    contacts: dict[str, np.ndarray]
    phase: np.ndarray
    measures: dict
    severities: dict[str, float]


def simulate_runner(parameters: SimulationParameters, time_s: np.ndarray, measured: bool = True) -> RunnerMotion:
    """The runner of `parameters` at increasing times `time_s` (T,), s. The same seed and times give the same bytes.

    measured: False leaves `measures` empty and saves half of the time, for motion in bulk.
    """
    rng = np.random.default_rng([parameters.seed, 1])
    body = random_body(rng, parameters.height_m)
    style = draw_style(parameters, rng)
    return move_runner(body, style, np.asarray(time_s, float), rng, parameters.severities, measured)


def move_runner(body: Body, style: GaitStyle, time_s: np.ndarray, rng, severities: dict, measured: bool = True) -> RunnerMotion:
    """As `simulate_runner`, for a given body and given habits; `rng` draws the change from step to step."""
    steps = lay_steps(style, float(time_s[0]), float(time_s[-1]), rng)
    joints = joints_at(body, style, steps, time_s)
    contacts = {name: _touching(steps, side, time_s) for side, name in enumerate(SIDES)}
    measures = measure_runner(body, style, steps, time_s, joints_at) if measured else {}
    return RunnerMotion(joints, time_s, body, style, contacts, steps.stride_phase(time_s) % 1.0, measures, dict(severities))


def _touching(steps: Steps, side: int, time_s: np.ndarray) -> np.ndarray:
    own = steps.side == side
    times = np.stack([steps.ic_s[own], steps.to_s[own]], axis=1)
    return times[(times[:, 1] >= time_s[0]) & (times[:, 0] <= time_s[-1])]


def joints_at(body: Body, style: GaitStyle, steps: Steps, time_s: np.ndarray) -> np.ndarray:
    """(N, 26, 3) Halpe-26 joints at any times within the steps."""
    count = len(steps.ic_s)
    every = np.concatenate([time_s, steps.ic_s, steps.to_s, steps.to_s - _SLOPE_S])
    pelvis = move_pelvis(body, style, steps, every)
    at_ic = pelvis.to_hip[steps.side, np.arange(len(time_s), len(time_s) + count), 2]
    level = np.mean([contact_height(body, style, side) - at_ic[steps.side == side].mean() for side in (LEFT, RIGHT)])
    pelvis.root[:, 2] += level
    frames = slice(0, len(time_s))
    joints = move_upper_body(body, style, pelvis.at(frames)) | {"root": pelvis.root[frames]}
    for side, name in enumerate(SIDES):
        hip = pelvis.root + pelvis.to_hip[side]
        angles = _leg_angles(body, style, steps, side, time_s, hip)
        joints |= _leg_joints(body, style, side, name, hip[frames], angles)
    return np.stack([joints[name] for name in get_skeleton(SKELETON).joints], axis=1)


def _leg_angles(body, style, steps, side, time_s, hip) -> LegAngles:
    """(N) angles of one leg; hip (N + 3S, 3) at the times, then at each step's contact, toe-off, and just before that."""
    frames, count = len(time_s), len(steps.ic_s)
    own = np.flatnonzero(steps.side == side)
    ic_s, to_s = steps.ic_s[own], steps.to_s[own]
    hip_ic, hip_to, hip_before = (hip[frames + part * count + own] for part in range(3))
    hold = place_foot(body, style, side, hip_ic, np.zeros(len(own)), steps.shank_jitter_deg[own])
    step = np.clip(np.searchsorted(ic_s, time_s, side="right") - 1, 0, len(own) - 2)
    contact_s = to_s - ic_s
    done = np.minimum((time_s - ic_s[step]) / contact_s[step], 1.0)
    ones, none = np.ones(len(own)), np.zeros(len(own))
    index = np.concatenate([step, *[np.arange(len(own))] * 3])
    solved = solve_stance(
        body,
        style,
        Foothold(hold.heel[index], hold.strike[index], hold.along[index]),
        np.concatenate([hip[:frames], hip_ic, hip_to, hip_before]),
        np.concatenate([done, none, ones, 1.0 - _SLOPE_S / contact_s]),
    )
    ends = [solved.at(slice(frames + part * len(own), frames + (part + 1) * len(own))) for part in range(3)]
    landing, leaving, before = ends
    rates = LegAngles(*((getattr(leaving, n) - getattr(before, n)) / _SLOPE_S for n in LegAngles.__dataclass_fields__))
    free = np.flatnonzero(time_s > to_s[step])
    swing_s = (ic_s[step + 1] - to_s[step])[free]
    swung = swing_leg(
        style,
        side,
        (time_s - to_s[step])[free] / swing_s,
        leaving.at(step[free]),
        rates.at(step[free]),
        landing.at(step[free] + 1),
        swing_s,
    )
    return solved.at(slice(0, frames)).with_values(free, swung)


def _leg_joints(body: Body, style: GaitStyle, side: int, name: str, hip: np.ndarray, angles: LegAngles) -> dict[str, np.ndarray]:
    """Joint name -> (N, 3) of one leg from hip to toes."""
    along = toe_out_direction(style, side)
    outward = SIDE_SIGN[side] * np.array([-along[1], along[0], 0.0])
    knee = hip + body.thigh_m * _in_plane(angles.roll, angles.thigh)
    ankle = knee + body.shank_m * _in_plane(angles.roll, angles.shank)
    heel = ankle + _pitched(along, angles.foot, -body.heel_length_m, -body.ankle_height_m)
    ball = ankle + _pitched(along, angles.foot, body.ball_length_m, -body.ankle_height_m)
    big = ball + _pitched(along, angles.toes, body.toe_length_m, 0.0) - 0.4 * body.foot_width_m * outward
    small = ball + _pitched(along, angles.toes, 0.35 * body.toe_length_m, 0.0) + 0.6 * body.foot_width_m * outward
    parts = {"hip": hip, "knee": knee, "ankle": ankle, "heel": heel, "big_toe": big, "small_toe": small}
    return {f"{name}_{part}": values for part, values in parts.items()}


def _in_plane(roll: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """(N, 3) unit vector at `angle` from straight down, forward positive, in the plane rolled by `roll` about the x axis."""
    return np.stack([np.sin(angle), np.sin(roll) * np.cos(angle), -np.cos(roll) * np.cos(angle)], axis=-1)


def _pitched(along: np.ndarray, pitch: np.ndarray, forward: float, up: float) -> np.ndarray:
    """(N, 3) of a point `forward` along the foot and `up` from its sole's normal, the foot pitched toe up by `pitch`."""
    level = forward * np.cos(pitch) - up * np.sin(pitch)
    high = forward * np.sin(pitch) + up * np.cos(pitch)
    return level[:, None] * along + high[:, None] * np.array([0.0, 0.0, 1.0])
