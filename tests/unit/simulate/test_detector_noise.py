"""The noisy detector: sizes, memory, swaps and losses as asked for, and the same for a seed."""

from dataclasses import replace

import numpy as np
import pytest

from runform.simulate.detector_noise import (
    DetectorNoise,
    correlated,
    detect,
    draw_joint_offsets,
    episodes,
    placed_joints,
)
from runform.skeleton import get_skeleton

COCO = get_skeleton("coco17")
ROW = {name: row for row, name in enumerate(get_skeleton("halpe26").joints)}
QUIET = DetectorNoise(
    slow=1e-9,
    fast=0.0,
    bursts=0.0,
    swaps_hz=0.0,
    lost_joints_hz=0.0,
    lost_frames_hz=0.0,
    score_noise=0.0,
)


@pytest.fixture
def still():
    """(20, 300, 17, 2) a figure of 400 px that does not move, left and right a little apart, hips
    on one line of sight.
    """
    px = np.zeros((20, 300, 17, 2))
    height = np.linspace(100, 500, 17)
    px[..., 1] = 0.5 * (height + height[list(COCO.mirror)])
    px[:, :, [COCO.index(joint) for joint in COCO.joints if joint.startswith("left_")], 0] = 10.0
    return px


def test_correlated_numbers_have_unit_variance_and_the_memory_asked_for():
    values = correlated(np.random.default_rng(0), (4000, 60), 0.1, 30.0, axis=-1)
    assert values.std(0) == pytest.approx(np.ones(60), abs=0.06)
    lag = 3  # 0.1 s
    assert np.mean(values[:, :-lag] * values[:, lag:]) == pytest.approx(2 * np.exp(-1), abs=0.03)


def test_episodes_come_as_often_and_last_as_long_as_asked():
    inside = episodes(np.random.default_rng(0), (200, 3000), 0.2, 0.5, 30.0, axis=-1)
    begins = (np.diff(inside.astype(int), axis=1) == 1).sum() / (200 * 100)
    assert begins == pytest.approx(0.2 * (1 - inside.mean()), rel=0.1)
    assert inside.mean() / begins == pytest.approx(0.5, rel=0.15)


def test_a_perfect_detector_gives_the_truth(still):
    xy, score = detect(still, 400.0, 30.0, COCO, np.random.default_rng(0), noise=QUIET)
    assert (
        xy == pytest.approx(still.astype(np.float32), abs=1e-3)
        and xy.dtype == score.dtype == np.float32
    )
    assert score.min() > 0.6


def test_error_grows_with_the_figure_and_at_hidden_joints(still):
    noise = replace(QUIET, slow=0.01)
    rng = np.random.default_rng
    seen, _ = detect(still, 400.0, 30.0, COCO, rng(0), noise=noise)
    large, _ = detect(still, 800.0, 30.0, COCO, rng(0), noise=noise)
    hidden, _ = detect(still, 400.0, 30.0, COCO, rng(0), np.zeros(17), noise)
    knee = COCO.index("left_knee")
    assert (seen - still)[..., knee, :].std() == pytest.approx(4.0, rel=0.05)
    assert (large - still).std() == pytest.approx(2 * (seen - still).std(), rel=1e-3)
    assert (hidden - still).std() == pytest.approx(noise.hidden * (seen - still).std(), rel=1e-3)


def test_a_swap_takes_the_whole_leg_and_nothing_else(still):
    xy, _ = detect(
        still, 400.0, 30.0, COCO, np.random.default_rng(0), noise=replace(QUIET, swaps_hz=2.0)
    )
    moved = np.abs(xy - still).max(-1) > 1
    legs = [
        COCO.index(f"{side}_{part}") for side in ("left", "right") for part in ("knee", "ankle")
    ]
    others = [row for row in range(17) if row not in legs]
    assert 0.05 < moved[..., legs].mean() < 0.6 and not moved[..., others].any()
    assert (moved[..., legs].all(-1) == moved[..., legs].any(-1)).all()


def test_legs_are_not_swapped_where_the_hips_are_apart(still):
    apart = still.copy()
    apart[..., COCO.index("left_hip"), 0] = 60.0
    xy, _ = detect(
        apart, 400.0, 30.0, COCO, np.random.default_rng(0), noise=replace(QUIET, swaps_hz=2.0)
    )
    assert xy == pytest.approx(apart.astype(np.float32), abs=1e-3)


def test_lost_joints_are_nan_with_score_zero(still):
    noise = replace(QUIET, lost_joints_hz=0.5, lost_frames_hz=0.5)
    xy, score = detect(still, 400.0, 30.0, COCO, np.random.default_rng(0), noise=noise)
    lost = np.isnan(xy).all(-1)
    assert np.array_equal(lost, score == 0) and np.array_equal(lost, np.isnan(xy).any(-1))
    assert 0.03 < lost.mean() < 0.2 and 0.02 < lost.all(-1).mean() < 0.1


def test_scores_know_about_the_error(still):
    xy, score = detect(still, 400.0, 30.0, COCO, np.random.default_rng(0))
    known = score > 0
    error = np.linalg.norm(xy - still, axis=-1)
    assert np.corrcoef(np.log(error[known]), score[known])[0, 1] < -0.3
    _, hidden = detect(still, 400.0, 30.0, COCO, np.random.default_rng(0), np.zeros(17))
    assert hidden[known].mean() < score[known].mean() - 0.08


def test_the_same_seed_gives_the_same_bytes(still):
    one, again = (detect(still, 400.0, 30.0, COCO, np.random.default_rng(3))[0] for _ in range(2))
    assert one.tobytes() == again.tobytes()


def test_joints_move_by_their_offsets():
    joints = np.zeros((1, len(ROW), 3))
    for side, y in (("left", 0.1), ("right", -0.1)):
        for part, x, z in (
            ("hip", 0, 0.9),
            ("knee", 0, 0.5),
            ("ankle", 0, 0.1),
            ("shoulder", 0, 1.4),
            ("elbow", 0, 1.1),
        ):
            joints[0, ROW[f"{side}_{part}"]] = [x, y, z]
        joints[0, ROW[f"{side}_wrist"]] = [0, y, 0.8]
    joints[0, ROW["root"]], joints[0, ROW["neck"]] = [0, 0, 0.9], [0, 0, 1.4]
    offset = np.array([0.01, 0.02, 0.03])  # ahead, outward, along
    placed = placed_joints(
        joints, dict.fromkeys(("left_hip", "right_hip", "left_knee", "right_wrist", "neck"), offset)
    )
    moved = placed[0] - joints[0]
    np.testing.assert_allclose(moved[ROW["left_hip"]], [0.01, 0.02, 0.03])
    np.testing.assert_allclose(moved[ROW["right_hip"]], [0.01, -0.02, 0.03])
    np.testing.assert_allclose(
        moved[ROW["left_knee"]], [0.01, 0.02, -0.03]
    )  # along the thigh: down
    np.testing.assert_allclose(moved[ROW["right_wrist"]], [0.01, -0.02, -0.03])
    np.testing.assert_allclose(moved[ROW["root"]], [0.01, 0, 0.03], atol=1e-12)  # with the hips
    assert not moved[ROW["left_ankle"]].any()


def test_offsets_are_nearly_the_same_on_both_sides():
    runners = [draw_joint_offsets(1.0, np.random.default_rng(seed)) for seed in range(300)]
    left, right = (
        np.array([offsets[f"{side}_hip"] for offsets in runners]) for side in ("left", "right")
    )
    np.testing.assert_allclose(left.std(axis=0), [0.0155, 0.004, 0.0204], rtol=0.15)
    assert np.abs(left - right).max() < 0.025
    assert not np.any(list(draw_joint_offsets(0.0, np.random.default_rng(0)).values()))
