"""Runners of pretraining: more varied than the rendered ones, limbs and metrics still true."""

import numpy as np
import pytest

from runform.simulate.body import SHARES_OF_HEIGHT, typical_body
from runform.simulate.parameters import SimulationParameters
from runform.simulate.population import (
    MovementOffsets,
    varied_body,
    varied_runner,
    with_movement_offsets,
)
from runform.simulate.runner import simulate_runner
from runform.skeleton import get_skeleton

ROW = {name: row for row, name in enumerate(get_skeleton("halpe26").joints)}
TIME_S = np.arange(120) / 60
NONE = np.zeros(2), np.zeros(2), np.zeros((2, 2)), np.zeros((2, 2))
LIMBS = [
    ("hip", "knee"),
    ("knee", "ankle"),
    ("ankle", "heel"),
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
]


@pytest.fixture(scope="module")
def usual():
    return simulate_runner(SimulationParameters(seed=3, duration_s=2.0), TIME_S)


def length(joints, one, other):
    return np.linalg.norm(joints[:, ROW[one]] - joints[:, ROW[other]], axis=-1)


def test_without_variation_a_runner_is_the_rendered_one(usual):
    runner = varied_runner(SimulationParameters(seed=3, duration_s=2.0), TIME_S, 0.0)
    assert runner.body == usual.body
    # only the change from step to step has another seed
    assert np.abs(runner.joints - usual.joints).max() < 0.2


def test_in_another_body_the_habits_stay():
    parameters = SimulationParameters(seed=3, duration_s=2.0)
    runner, other = (varied_runner(parameters, TIME_S, 1.0, again) for again in (False, True))
    lengths, others = runner.body.lengths, other.body.lengths
    assert all(lengths[name] != others[name] for name in lengths)
    assert other.style.cadence_steps_min == runner.style.cadence_steps_min
    np.testing.assert_array_equal(other.style.shank_ic_deg, runner.style.shank_ic_deg)
    assert np.abs(other.joints - runner.joints).max() > 0.02
    again = varied_runner(parameters, TIME_S, 1.0, True)
    assert again.joints.tobytes() == other.joints.tobytes()


def test_bodies_spread_wider_each_length_by_itself():
    rng = np.random.default_rng(0)
    bodies = np.array(
        [
            [getattr(varied_body(typical_body(), 1.0, rng), name) for name in SHARES_OF_HEIGHT]
            for _ in range(400)
        ]
    )
    shares = bodies / np.array([getattr(typical_body(), name) for name in SHARES_OF_HEIGHT])
    widths = [list(SHARES_OF_HEIGHT).index(name) for name in ("hip_width_m", "shoulder_width_m")]
    limbs = [column for column in range(shares.shape[1]) if column not in widths]
    assert 0.02 < shares[:, limbs].std(axis=0).min() < shares[:, limbs].std(axis=0).max() < 0.04
    assert shares[:, widths].std(axis=0).min() > 0.09
    between = np.corrcoef(shares.T) - np.eye(shares.shape[1])
    assert np.abs(between).max() < 0.25
    assert varied_body(typical_body(), 0.0, rng) == typical_body()


def test_limbs_keep_their_length():
    runner = varied_runner(SimulationParameters(seed=1, duration_s=2.0), TIME_S, 1.0)
    for side in ("left", "right"):
        for one, other in LIMBS:
            assert np.ptp(length(runner.joints, f"{side}_{one}", f"{side}_{other}")) < 1e-9


def test_standing_feet_keep_their_place(usual):
    moved = with_movement_offsets(
        usual.joints, usual.phase, MovementOffsets(np.full(2, 10.0), np.full(2, 5.0), *NONE[2:])
    )
    for side in ("left", "right"):
        spans = usual.contacts[side]
        standing = (
            (TIME_S[:, None] > spans[:, 0])
            & (TIME_S[:, None] < spans[:, 0] + 0.9 * np.diff(spans)[:, 0])
        ).any(axis=1)
        shifted = np.abs(moved - usual.joints)[:, ROW[f"{side}_ankle"]].max(axis=-1)
        assert standing.sum() > 20
        assert shifted[standing].max() < 1e-3
        assert shifted[~standing].max() > 0.03


def test_a_whip_turns_the_swinging_shank_about_the_thigh_and_no_more(usual):
    whip = MovementOffsets(np.array([10.0, 0.0]), *NONE[1:])
    moved = with_movement_offsets(usual.joints, usual.phase, whip)
    changed = np.abs(moved - usual.joints).max(axis=(0, 2))
    names = {name for name, row in ROW.items() if changed[row] > 1e-9}
    assert names == {"left_ankle", "left_heel", "left_big_toe", "left_small_toe"}
    # at its largest: the shank, bent by the knee's flexion, through 10 degrees
    shank_m = length(usual.joints, "left_knee", "left_ankle")[0]
    flexion = np.radians(usual.metrics["knee_flexion_swing_deg"].left)
    assert changed[ROW["left_ankle"]] == pytest.approx(
        shank_m * np.sin(flexion) * np.radians(10), rel=0.15
    )


def test_arms_swing_sideways_as_the_stride_goes_and_are_measured_so():
    arm = np.array([[20.0, 0.0], [0.0, 0.0]])
    joints = np.zeros((2, len(ROW), 3))
    joints[:, ROW["left_elbow"]], joints[:, ROW["left_wrist"]] = [0, 0, -0.3], [0.2, 0, -0.3]
    # a leg that is not all in one point, so that its bend is known
    for side in ("left", "right"):
        joints[:, ROW[f"{side}_knee"]], joints[:, ROW[f"{side}_ankle"]] = [0, 0, -0.4], [0, 0, -0.8]
    joints[:, ROW["right_elbow"]], joints[:, ROW["right_wrist"]] = [0, 0, -0.3], [0.2, 0, -0.3]
    moved = with_movement_offsets(
        joints, np.array([0.0, 0.5]), MovementOffsets(NONE[0], NONE[1], arm, NONE[3])
    )
    np.testing.assert_allclose(
        moved[:, ROW["left_elbow"], 1],
        [0.3 * np.sin(np.radians(20)), -0.3 * np.sin(np.radians(20))],
    )
    np.testing.assert_allclose(
        moved[:, ROW["right_elbow"]], joints[:, ROW["right_elbow"]], atol=1e-12
    )

    runner = varied_runner(SimulationParameters(seed=1, duration_s=2.0), TIME_S, 1.0)
    middle = (runner.joints[:, ROW["neck"], 1] + runner.joints[:, ROW["root"], 1]) / 2
    past = {
        side: sign * (runner.joints[:, ROW[f"{side}_wrist"], 1] - middle)
        for side, sign in (("left", -1), ("right", 1))
    }
    furthest = np.mean([values.max() for values in past.values()]) / runner.body.leg_length_m
    assert runner.metrics["arm_crossing_leg"].mean == pytest.approx(furthest, abs=0.02)
