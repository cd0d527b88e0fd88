"""The body hangs on its bones."""

import numpy as np
import pytest

from runform.simulate.figure import BONES, build_figure, pose_bones, pose_figure
from runform.simulate.textures import random_clothing


@pytest.fixture
def posed(typical_runner):
    motion = typical_runner(np.array([0.0, 0.1]))
    figure = build_figure(random_clothing(np.random.default_rng(0)))
    origins, axes = pose_bones(motion.joints, motion.body.height_m)
    return motion, figure, origins, axes


def test_a_bone_points_from_joint_to_joint_with_its_length(posed):
    motion, _, _, axes = posed
    thigh = axes[:, BONES.index("left_thigh"), :, 0]
    assert np.linalg.norm(thigh, axis=1) == pytest.approx([motion.body.thigh_m] * 2)


def test_the_axes_of_a_bone_are_at_right_angles(posed):
    _, _, _, axes = posed
    assert (np.linalg.det(axes) > 0).all()
    along, front, side = np.moveaxis(axes[0], -1, 0)
    for one, other in ((along, front), (front, side), (side, along)):
        assert np.sum(one * other, axis=-1) == pytest.approx(np.zeros(len(BONES)), abs=1e-9)


def test_the_posed_figure_is_as_tall_as_the_runner_and_stands_on_the_ground(posed):
    motion, figure, origins, axes = posed
    vertices = pose_figure(figure, origins[0], axes[0]).vertices
    assert np.ptp(vertices[:, 2]) == pytest.approx(motion.body.height_m, rel=0.12)
    assert vertices[:, 2].min() == pytest.approx(0.0, abs=0.15)


@pytest.mark.parametrize("bone", ["left_thigh", "right_shank", "left_forearm", "right_upper_arm"])
def test_a_limb_lies_around_its_bone(posed, bone):
    _, figure, origins, axes = posed
    vertices_m = pose_figure(figure, origins[1], axes[1]).vertices[figure.bone == BONES.index(bone)]
    start, along = origins[1, BONES.index(bone)], axes[1, BONES.index(bone), :, 0]
    share = (vertices_m - start) @ along / (along @ along)
    aside_m = np.linalg.norm(vertices_m - start - share[:, None] * along, axis=1)
    assert aside_m.max() < 0.13
    assert share.min() < 0.0 < 0.9 < share.max()
