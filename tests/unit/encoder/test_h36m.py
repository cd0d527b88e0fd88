"""Any skeleton to the encoder's input, and back."""

import numpy as np
import pytest

from runform.encoder import inputs
from runform.sequence import PoseSequence
from runform.skeleton import get_skeleton


def sequence(skeleton: str, xy: np.ndarray, score: np.ndarray) -> PoseSequence:
    frames = len(xy)
    xy, score = xy.astype(np.float32), score.astype(np.float32)
    return PoseSequence(
        xy,
        score,
        np.zeros((frames, 4)),
        np.zeros(frames, int),
        xy,
        score,
        skeleton,
        30.0,
        float("nan"),
        (640, 480),
    )


@pytest.mark.parametrize(
    ("skeleton", "root", "neck", "head"),
    [
        (
            "coco17",
            ("left_hip", "right_hip"),
            ("left_shoulder", "right_shoulder"),
            ("left_eye", "right_eye"),
        ),
        (
            "blazepose33",
            ("left_hip", "right_hip"),
            ("left_shoulder", "right_shoulder"),
            ("left_eye", "right_eye"),
        ),
        ("halpe26", ("root",), ("neck",), ("head",)),
    ],
)
def test_every_joint_and_its_confidence(skeleton, root, neck, head):
    rng = np.random.default_rng(0)
    joints = get_skeleton(skeleton)
    xy, score = (
        rng.uniform(0, 500, (2, len(joints.joints), 2)),
        rng.uniform(0.1, 1, (2, len(joints.joints))),
    )
    found = inputs.to_h36m17(sequence(skeleton, xy, score))
    at = {name: (xy[:, joints.index(name)], score[:, joints.index(name)]) for name in joints.joints}
    for row, name in enumerate(get_skeleton("h36m17").joints):
        parts = {"root": root, "neck": neck, "head": head, "belly": (*root, *neck)}.get(
            name, (name,)
        )
        np.testing.assert_allclose(
            found[:, row, :2], np.mean([at[part][0] for part in parts], axis=0), rtol=1e-5
        )
        np.testing.assert_allclose(
            found[:, row, 2], np.min([at[part][1] for part in parts], axis=0), rtol=1e-6
        )


def test_a_missing_part_makes_the_joint_missing():
    joints = get_skeleton("coco17")
    xy, score = np.ones((1, 17, 2)), np.ones((1, 17))
    xy[0, joints.index("left_hip")], score[0, joints.index("left_hip")] = np.nan, 0
    motion = inputs.encoder_input(sequence("coco17", xy, score), 0.25, one_direction=False)
    missing = [get_skeleton("h36m17").joints[row] for row in np.flatnonzero(motion[0, :, 2] == 0)]
    assert missing == ["root", "left_hip", "belly"]
    assert np.isfinite(motion).all()
    assert (motion[0, motion[0, :, 2] == 0] == 0).all()


def test_the_box_follows_a_runner_across_the_frame_and_leads_back():
    time_s = np.arange(90) / 30
    figure = np.random.default_rng(1).uniform(-50, 50, (17, 2))
    xy = figure + np.stack([300 * time_s, 100 + 0 * time_s], axis=-1)[:, None]
    box = inputs.following_box(xy, 30.0, 0.1)
    inside = box.normalise(xy)
    middle = inside[20:-20]
    np.testing.assert_allclose(
        middle, np.broadcast_to(middle[:1], middle.shape), atol=1e-6
    )  # the run is taken out
    assert np.abs(middle).max() == pytest.approx(1, abs=0.02)  # and the figure fills the box
    np.testing.assert_allclose(box.restore(inside), xy, atol=1e-9)


def test_the_box_bridges_frames_without_anybody():
    xy = np.zeros((9, 17, 2)) + np.arange(9)[:, None, None] + np.arange(17)[:, None]
    xy[3:6] = np.nan
    box = inputs.following_box(xy, 30.0, 1e-3)
    np.testing.assert_allclose(box.centre_px[:, 0], np.arange(9) + 8, atol=1e-6)
    assert (box.half_px == 8).all()


def test_nobody_at_all_gives_zeros():
    motion = inputs.encoder_input(
        sequence("coco17", np.full((4, 17, 2), np.nan), np.zeros((4, 17))), 0.25, one_direction=True
    )
    assert motion.shape == (4, 17, 3)
    assert not motion.any()


def test_mirrored_swaps_sides_and_is_its_own_inverse():
    motion = np.random.default_rng(2).normal(size=(5, 17, 3))
    twin = inputs.mirrored(motion)
    joints = get_skeleton("h36m17")
    np.testing.assert_array_equal(
        twin[:, joints.index("left_knee"), 1:], motion[:, joints.index("right_knee"), 1:]
    )
    np.testing.assert_array_equal(
        twin[:, joints.index("left_knee"), 0], -motion[:, joints.index("right_knee"), 0]
    )
    np.testing.assert_array_equal(inputs.mirrored(twin), motion)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [(0, []), (5, [(0, 5)]), (243, [(0, 243)]), (500, [(0, 243), (243, 486), (486, 500)])],
)
def test_windows_cover_each_frame_once(frames, expected):
    assert inputs.windows(frames, 243) == expected


def test_in_one_direction_a_runner_and_the_mirrored_twin_are_one_input():
    joints = get_skeleton("coco17")
    time = np.arange(30)[:, None, None]
    xy = (
        np.random.default_rng(3).normal(0, 4, (17, 2))
        + 3 * np.sin(time / 4 + np.arange(17)[:, None])
        + 200.0
    )
    for side in ("left", "right"):  # a leg 160 px long whose knee points to the right
        for joint, place in {"hip": (200, 200), "knee": (220, 280), "ankle": (200, 360)}.items():
            xy[:, joints.index(f"{side}_{joint}")] = place
    twin = xy[:, list(joints.mirror)] * [-1, 1] + [640, 0]
    score = np.full((30, 17), 0.9)
    runner, mirror = (
        inputs.encoder_input(sequence("coco17", copy, score), 0.25, one_direction=True)
        for copy in (xy, twin)
    )
    np.testing.assert_allclose(runner, mirror, atol=1e-5)
    filmed = inputs.encoder_input(sequence("coco17", twin, score), 0.25, one_direction=False)
    np.testing.assert_allclose(filmed, inputs.mirrored(runner), atol=1e-5)
