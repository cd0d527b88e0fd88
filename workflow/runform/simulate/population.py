"""Random runners for training and tests, and domain randomisation: runners beyond those rendered.

The rendered runners are one skeleton with the spread of healthy adults. An encoder meets more:
other habits and proportions, and other places at which a detector or a motion capture skeleton puts
a joint (`detector_noise`). Metrics are taken from the joints as they then move, so targets stay
exact. `amount`: 0 as rendered, 1 as the tables below.

Legend: N instants, K = 26 keypoints of Halpe-26. World axes in metres: x forward, y left, z up.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.spatial.transform import Rotation

from runform.angles import bend_deg
from runform.simulate.body import Body, random_body
from runform.simulate.gait_style import GaitStyle, draw_style
from runform.simulate.parameters import DEFICIENCIES, SimulationParameters
from runform.simulate.pelvis import SIDE_SIGN
from runform.simulate.runner import SIDES, RunnerMotion, move_runner
from runform.simulate.stance import smooth_step
from runform.skeleton import get_skeleton

_FPS = (24.0, 25.0, 30.0, 48.0, 50.0, 60.0)
WALKING_SHARE = 0.1
_SPEED_M_S = {"run": (2.0, 5.5), "walk": (0.7, 2.0)}
# How often a runner has a given deficiency at all; the rest stay close to the typical runner.
_DEFICIENT_SHARE = 0.25

_ROW = {name: row for row, name in enumerate(get_skeleton("halpe26").joints)}
_FOOT = ("ankle", "heel", "big_toe", "small_toe")
_X_AXIS = np.array([1.0, 0.0, 0.0])
# Distance of the hips and of the shoulders over the simulator's .112 and .212 of stature: from
# joint centres that lie further in (hips .085, shoulders .17) to trochanters and acromia (.155,
# .26). H36M's own skeleton has .15 and .17; Drillis and Contini give .191 for the hips' breadth and
# .259 for the shoulders'.
_WIDTHS = {"hip_width_m": (0.76, 1.38), "shoulder_width_m": (0.80, 1.22)}
# SD added to the logarithm of each other length. Of one stature, limbs differ by 3 to 4 % between
# people, and heads more so.
_LENGTH_SD = 0.03
# Habit: (SD added, lowest, highest), as much again as between healthy adults on a treadmill:
# children, styles, tired runners.
_HABITS = {
    "trunk_lean_deg": (3.0, -10, 30), "head_pitch_deg": (6.0, -20, 30),
    "pelvis_turn_deg": (3.0, 0, 15), "thorax_turn_deg": (5.0, 0, 26),
    "shoulder_mean_deg": (8.0, -30, 30), "shoulder_range": (0.2, 0.1, 1.6),
    "elbow_mean_deg": (12.0, -75, 35), "arm_out_deg": (7.0, 0, 45),
    "arm_inward_deg": (10.0, -10, 85),
}  # fmt: skip
# Heel whip: turn of the swinging foot about the vertical, SD 9.2 deg over 512 feet (Souza 2015,
# PM&R 7:823).
_WHIP_SD_DEG = 9.2
# Hip abduction in swing, and the arms' sideways swing: no published spread; these move ankle and
# wrist by a few centimetres.
_ASIDE_SD_DEG, _ARM_SD_DEG, _FOREARM_SD_DEG = 3.0, 5.0, 10.0
_SWINGING_KNEE_DEG = (50.0, 90.0)  # from standing legs' largest bend to swinging legs' usual one


def random_parameters(
    rng: np.random.Generator, duration_s: float = 4.0, walking_share: float = WALKING_SHARE
) -> SimulationParameters:
    """A random runner seen from anywhere: any speed, body and deficiencies; some walk."""
    gait = "walk" if rng.random() < walking_share else "run"
    severities = {}
    for name in DEFICIENCIES:
        deficient = rng.random() < _DEFICIENT_SHARE
        severity = rng.uniform(0.3, 1.4) if deficient else 0.3 * rng.standard_normal()
        severities[name] = float(np.clip(severity, -1.0, 1.5))
    return SimulationParameters(
        seed=int(rng.integers(2**31)),
        duration_s=duration_s,
        fps=float(rng.choice(_FPS)),
        azimuth_deg=float(rng.uniform(0.0, 360.0)),
        camera=str(rng.choice(["following", "fixed", "treadmill"])),
        gait=gait,
        speed_m_s=float(rng.uniform(*_SPEED_M_S[gait])),
        noise=float(rng.uniform(0.0, 0.5)),
        quality=float(rng.uniform(0.3, 1.0)),
        severities=severities,
    )


@dataclass(frozen=True)
class MovementOffsets:
    """What one runner does besides the simulator's habits, deg, left then right.

    whip (2,)           turn of the shank about the thigh in swing
    aside (2,)          abduction of the leg in swing
    arm, forearm (2, 2) cosine and sine over the stride of the arm's abduction, and of the forearm's
                        turn about the upper arm
    """

    whip: np.ndarray
    aside: np.ndarray
    arm: np.ndarray
    forearm: np.ndarray


def varied_runner(
    parameters: SimulationParameters, time_s: np.ndarray, amount: float, another_body: bool = False
) -> RunnerMotion:
    """`simulate_runner` with body, habits and movement varied by `amount`; fixed by the seed.

    another_body: the same habits and movement in somebody else's body, with other changes from step
    to step.
    """
    rng, varied_rng, step_rng = (
        np.random.default_rng([parameters.seed, stream]) for stream in (1, 5, 6)
    )
    body = varied_body(random_body(rng, parameters.height_m), amount, varied_rng)
    style = varied_style(draw_style(parameters, body.leg_length_m, rng), amount, varied_rng)
    change = partial(with_movement_offsets, offsets=draw_movement_offsets(amount, varied_rng))
    if another_body:
        step_rng = np.random.default_rng([parameters.seed, 8])
        body = varied_body(random_body(step_rng), amount, step_rng)
    step_rng = np.random.default_rng(int(step_rng.integers(2**31)))
    return move_runner(body, style, time_s, step_rng, parameters.severities, change=change)


def varied_body(body: Body, amount: float, rng: np.random.Generator) -> Body:
    """`body` with a random factor on each length and width."""
    varied = {}
    for name, length_m in body.lengths.items():
        if name in _WIDTHS:
            varied[name] = float(length_m * (1 + amount * (rng.uniform(*_WIDTHS[name]) - 1)))
        elif name != "height_m":
            deviation = np.clip(rng.standard_normal(), -2, 2)
            varied[name] = float(length_m * np.exp(amount * _LENGTH_SD * deviation))
    return replace(body, **varied)


def varied_style(style: GaitStyle, amount: float, rng: np.random.Generator) -> GaitStyle:
    """`style` with wider habits of trunk, head and arms; both sides change by the same."""
    varied = {}
    for name, (sd, low, high) in _HABITS.items():
        value = getattr(style, name) + amount * sd * rng.standard_normal()
        varied[name] = np.clip(value, low, high)
    return replace(style, **varied)


def draw_movement_offsets(amount: float, rng: np.random.Generator) -> MovementOffsets:
    """One runner's offsets; the sides differ."""
    return MovementOffsets(
        whip=amount * _WHIP_SD_DEG * rng.standard_normal(2),
        aside=amount * _ASIDE_SD_DEG * rng.standard_normal(2),
        arm=amount * _ARM_SD_DEG * rng.standard_normal((2, 2)),
        forearm=amount * _FOREARM_SD_DEG * rng.standard_normal((2, 2)),
    )


def with_movement_offsets(
    joints: np.ndarray, phase: np.ndarray, offsets: MovementOffsets
) -> np.ndarray:
    """(N, K, 3) `joints` at stride phases (N,), moved; limb lengths and stance feet stay."""
    moved = joints.copy()
    wave = np.stack([np.cos(2 * np.pi * phase), np.sin(2 * np.pi * phase)], axis=-1)  # (N, 2)
    low, high = _SWINGING_KNEE_DEG
    for side, name in enumerate(SIDES):
        hip, knee, ankle, shoulder, elbow, wrist = (
            _ROW[f"{name}_{part}"]
            for part in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
        )
        foot = [_ROW[f"{name}_{part}"] for part in _FOOT]
        knee_deg = bend_deg(joints[:, hip], joints[:, knee], joints[:, ankle])
        swinging = smooth_step((knee_deg - low) / (high - low))
        thigh, upper_arm = joints[:, knee] - joints[:, hip], joints[:, elbow] - joints[:, shoulder]
        for rows, about, axis, angle_deg in (
            (foot, knee, thigh, offsets.whip[side] * swinging),
            ([knee, *foot], hip, _X_AXIS, offsets.aside[side] * swinging),
            ([wrist], elbow, upper_arm, wave @ offsets.forearm[side]),
            ([elbow, wrist], shoulder, _X_AXIS, wave @ offsets.arm[side]),
        ):
            _turn(moved, rows, about, axis, SIDE_SIGN[side] * angle_deg)
    return moved


def _turn(
    joints: np.ndarray, rows: list[int], about: int, axis: np.ndarray, angle_deg: np.ndarray
) -> None:
    """Turn the joints `rows` about joint `about`, by `angle_deg` (N,) about `axis`, in place."""
    axis = axis / np.linalg.norm(axis, axis=-1, keepdims=True)
    turn = Rotation.from_rotvec(axis * np.radians(angle_deg)[:, None])
    centre = joints[:, about]
    for row in rows:
        joints[:, row] = centre + turn.apply(joints[:, row] - centre)
