"""Random runners for training and tests, and domain randomisation: runners beyond those rendered.

The rendered runners are one skeleton with the spread of healthy adults. An encoder meets more:
other habits and proportions, and other places at which a detector or a motion capture skeleton puts
a joint (`detector_noise`). Metrics are taken from the joints as they then move, so that targets
stay exact. `amount`: 0 as rendered, 1 as the tables below.

Legend: N instants, K = 26 keypoints of Halpe-26. World axes in metres: x forward, y left, z up.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from runform.angles import bend_deg
from runform.simulate.body import Body, random_body
from runform.simulate.gait_style import GaitStyle, draw_style
from runform.simulate.parameters import DEFICIENCIES, SPEED_RANGE_M_S, SimulationParameters
from runform.simulate.pelvis import lay_steps
from runform.simulate.runner import RunnerMotion, joints_at, move_runner
from runform.simulate.true_metrics import metrics_of_runner
from runform.skeleton import get_skeleton

_FPS = (24.0, 25.0, 30.0, 48.0, 50.0, 60.0)
_WALKING_SHARE = 0.1
# How often a runner has a given deficiency at all; the rest stay close to the typical runner.
_DEFICIENT_SHARE = 0.25


def random_parameters(
    rng: np.random.Generator, duration_s: float = 4.0, walking_share: float = _WALKING_SHARE
) -> SimulationParameters:
    """A random runner seen from anywhere: any speed, body and deficiencies; some walk."""
    gait = "walk" if rng.random() < walking_share else "run"
    low, high = SPEED_RANGE_M_S[gait]
    severities = {
        name: float(
            np.clip(
                rng.uniform(0.3, 1.4)
                if rng.random() < _DEFICIENT_SHARE
                else 0.3 * rng.standard_normal(),
                -1.0,
                1.5,
            )
        )
        for name in DEFICIENCIES
    }
    return SimulationParameters(
        seed=int(rng.integers(2**31)),
        duration_s=duration_s,
        fps=float(rng.choice(_FPS)),
        azimuth_deg=float(rng.uniform(0.0, 360.0)),
        camera=str(rng.choice(["following", "fixed", "treadmill"])),
        gait=gait,
        speed_m_s=float(
            rng.uniform(max(low, 2.0), min(high, 5.5)) if gait == "run" else rng.uniform(0.7, 2.0)
        ),
        noise=float(rng.uniform(0.0, 0.5)),
        quality=float(rng.uniform(0.3, 1.0)),
        severities=severities,
    )


SIDES, OUTWARD = ("left", "right"), (1.0, -1.0)
_ROW = {name: row for row, name in enumerate(get_skeleton("halpe26").joints)}
_FOOT = ("ankle", "heel", "big_toe", "small_toe")
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
# Hip abduction in swing, and the arms' sideways swing: no spread was found in print; a few
# centimetres at ankle and wrist.
_ASIDE_SD_DEG, _ARM_SD_DEG, _FOREARM_SD_DEG = 3.0, 5.0, 10.0
_SWINGING_KNEE_DEG = (50.0, 90.0)  # from standing legs' largest bend to swinging legs' usual one


@dataclass(frozen=True)
class MovementOffsets:
    """What one runner does besides the simulator's habits, deg, left then right.

    whip (2,): shank turned about the thigh in swing.  aside (2,): leg abducted in swing. arm,
    forearm (2, 2): cosine and sine over the stride of the arm's abduction and of the forearm's turn
    about the upper arm.
    """

    whip: np.ndarray
    aside: np.ndarray
    arm: np.ndarray
    forearm: np.ndarray


def varied_runner(
    parameters: SimulationParameters, time_s: np.ndarray, amount: float
) -> RunnerMotion:
    """`simulate_runner` with body, habits and joints varied by `amount`; fixed by the seed."""
    rng, varied_rng, again = (
        np.random.default_rng([parameters.seed, stream]) for stream in (1, 5, 6)
    )
    body = varied_body(random_body(rng, parameters.height_m), amount, varied_rng)
    style = varied_style(draw_style(parameters, body.leg_length_m, rng), amount, varied_rng)
    movement_offsets = draw_movement_offsets(amount, varied_rng)
    stepping = int(again.integers(2**31))  # so that the steps can be laid twice alike
    runner = move_runner(
        body, style, time_s, np.random.default_rng(stepping), parameters.severities, measured=False
    )
    steps = lay_steps(runner.style, float(time_s[-1]), np.random.default_rng(stepping))

    def joints_of(times_s: np.ndarray) -> np.ndarray:
        return with_movement_offsets(
            joints_at(body, runner.style, steps, times_s),
            steps.stride_phase(times_s),
            movement_offsets,
        )

    metrics = metrics_of_runner(
        steps, joints_of, float(time_s[0]), float(time_s[-1]), body.leg_length_m
    )
    return replace(
        runner,
        joints=with_movement_offsets(runner.joints, runner.phase, movement_offsets),
        metrics=metrics,
    )


def varied_body(body: Body, amount: float, rng: np.random.Generator) -> Body:
    """`body` with each length and width drawn by itself."""
    factors = {}
    for name in body.lengths:
        if name in _WIDTHS:
            factors[name] = 1 + amount * (rng.uniform(*_WIDTHS[name]) - 1)
        elif name != "height_m":
            factors[name] = np.exp(amount * _LENGTH_SD * np.clip(rng.standard_normal(), -2, 2))
    return replace(
        body, **{name: float(getattr(body, name) * factor) for name, factor in factors.items()}
    )


def varied_style(style: GaitStyle, amount: float, rng: np.random.Generator) -> GaitStyle:
    """`style` with wider habits of trunk, head and arms; both sides alike change."""
    changed = {}
    for name, (sd, low, high) in _HABITS.items():
        changed[name] = np.clip(
            getattr(style, name) + amount * sd * rng.standard_normal(), low, high
        )
    return replace(style, **changed)


def draw_movement_offsets(amount: float, rng: np.random.Generator) -> MovementOffsets:
    """One runner's movement_offsets; the sides differ."""
    return MovementOffsets(
        whip=amount * _WHIP_SD_DEG * rng.standard_normal(2),
        aside=amount * _ASIDE_SD_DEG * rng.standard_normal(2),
        arm=amount * _ARM_SD_DEG * rng.standard_normal((2, 2)),
        forearm=amount * _FOREARM_SD_DEG * rng.standard_normal((2, 2)),
    )


def with_movement_offsets(
    joints: np.ndarray, phase: np.ndarray, movement_offsets: MovementOffsets
) -> np.ndarray:
    """(N, K, 3) `joints` at stride phases (N,), moved; limb lengths and stance feet stay."""
    moved = joints.copy()
    wave = np.stack([np.cos(2 * np.pi * phase), np.sin(2 * np.pi * phase)], axis=-1)  # (N, 2)
    for side, (name, outward) in enumerate(zip(SIDES, OUTWARD, strict=True)):
        hip, knee, ankle, shoulder, elbow = (
            _ROW[f"{name}_{part}"] for part in ("hip", "knee", "ankle", "shoulder", "elbow")
        )
        foot, wrist = [_ROW[f"{name}_{part}"] for part in _FOOT], _ROW[f"{name}_wrist"]
        low, high = _SWINGING_KNEE_DEG
        bent = np.clip(
            (bend_deg(joints[:, hip], joints[:, knee], joints[:, ankle]) - low) / (high - low), 0, 1
        )
        swinging = bent * bent * (3 - 2 * bent)
        _turn(
            moved,
            foot,
            knee,
            moved[:, knee] - moved[:, hip],
            outward * movement_offsets.whip[side] * swinging,
        )
        _turn(
            moved,
            [knee, *foot],
            hip,
            np.array([1.0, 0, 0]),
            outward * movement_offsets.aside[side] * swinging,
        )
        _turn(
            moved,
            [wrist],
            elbow,
            moved[:, elbow] - moved[:, shoulder],
            outward * (wave @ movement_offsets.forearm[side]),
        )
        _turn(
            moved,
            [elbow, wrist],
            shoulder,
            np.array([1.0, 0, 0]),
            outward * (wave @ movement_offsets.arm[side]),
        )
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
