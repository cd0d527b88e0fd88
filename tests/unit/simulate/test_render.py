"""The drawing: meshes, the order of painting, light, and frames that show the runner where the
joints are.
"""

import numpy as np
import pytest

from runform.simulate.camera import plan_cameras
from runform.simulate.figure import BONES, build_figure, pose_bones, pose_figure
from runform.simulate.mesh import Light, blend, box, finer, merged, paint_mesh, patch, shade, tube
from runform.simulate.parameters import SimulationParameters
from runform.simulate.render import render_frames
from runform.simulate.scene import treadmill_meshes
from runform.simulate.textures import random_clothing
from runform.skeleton import get_skeleton

ROOT = get_skeleton("halpe26").index("root")
OVERHEAD = Light(np.array([0.0, 0.0, 1.0]), 0.5, np.ones(3))


def scene(typical_runner, frames=3, **choices):
    """Parameters, joints (T, 26, 3) and cameras of a small clip."""
    parameters = SimulationParameters(
        duration_s=frames / 30, width_px=160, height_px=120, **choices
    )
    time_s = np.arange(frames) / 30
    joints_m = typical_runner(time_s).joints
    return parameters, joints_m, plan_cameras(parameters, joints_m[:, ROOT], 1.75, time_s)


def outward_share(mesh):
    """Share of faces whose normal points away from the middle of the ring they lie on."""
    corners = mesh.vertices[mesh.faces]
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    return np.mean(np.einsum("fi,fi->f", normal, corners.mean(axis=1) * [0, 1, 1]) > 0)


def test_a_tube_has_the_radii_asked_for_and_faces_outwards():
    mesh = tube([(0, 0.1, 0.3, 0.2), (1, 0.1, 0.3, 0.2)], (1, 2, 3), segments=8)
    assert len(mesh.vertices) == 16
    assert len(mesh.faces) == 8
    np.testing.assert_allclose(mesh.vertices[:, 1].max(), 0.3)
    np.testing.assert_allclose(mesh.vertices[:, 1].min(), -0.2)
    np.testing.assert_allclose(np.abs(mesh.vertices[:, 2]).max(), 0.1)
    assert outward_share(mesh) == 1.0


def test_finer_rows_go_through_the_given_ones_and_stay_on_a_straight_cone():
    rows = [(0, 0.4, 0.4, 0.4), (1, 0.3, 0.3, 0.3), (2, 0.2, 0.2, 0.2), (3, 0.1, 0.1, 0.1)]
    between = finer(rows)
    np.testing.assert_allclose(between[::2], rows)
    np.testing.assert_allclose(between[3], (1.5, 0.25, 0.25, 0.25))


def test_a_box_faces_outwards():
    mesh = box((-1, -2, -3), (1, 2, 3), (5, 5, 5))
    corners = mesh.vertices[mesh.faces]
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    assert (np.einsum("fi,fi->f", normal, corners.mean(axis=1)) > 0).all()


def test_the_console_is_left_out_where_it_would_hide_the_legs():
    from_ahead, from_the_side = treadmill_meshes(20.0), treadmill_meshes(270.0)
    assert max(mesh.vertices[:, 2].max() for mesh in from_ahead) < 0.1
    assert max(mesh.vertices[:, 2].max() for mesh in from_the_side) > 1.0


def test_merged_solids_keep_their_faces_apart():
    square = patch([(0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 0, 0)], (9, 9, 9))
    both = merged([square, square])
    np.testing.assert_array_equal(both.faces, [[0, 1, 2, 3], [4, 5, 6, 7]])


def test_faces_turned_to_the_light_are_brighter():
    grey = np.full((3, 3), 100.0)
    up, side, down = shade(grey, np.array([[0.0, 0, 1], [1, 0, 0], [0, 0, -1]]), OVERHEAD)[:, 0]
    assert up > side > down > 0


def test_the_nearer_of_two_squares_is_painted_last():
    corners_px = np.array([[4, 4], [4, 16], [16, 16], [16, 4]], float)
    near, far = (
        patch(np.zeros((4, 3)), colour, lift_m=0.0) for colour in ((250, 0, 0), (0, 0, 250))
    )
    # Seen from above, counter-clockwise in the world; the colours say which is on top.
    corners_m = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    image = np.zeros((20, 20, 3), np.uint8)
    paint_mesh(
        image,
        merged([near, far]),
        np.concatenate([corners_m + np.array([0, 0, 1]), corners_m]),
        np.concatenate([corners_px, corners_px]),
        np.repeat([4.0, 5.0], 4),
        np.array([0.5, 0.5, 5.0]),
        OVERHEAD,
    )
    assert image[10, 10, 0] > 100
    assert image[10, 10, 2] == 0
    assert image[1, 1].sum() == 0


def test_blend_keeps_what_a_clear_layer_leaves():
    image = np.full((4, 4, 3), 200, np.uint8)
    layer = np.zeros((2, 2, 4), np.uint8)
    layer[0, 0] = (10, 20, 30, 255)
    layer[0, 1] = (5, 5, 5, 128)
    blend(image, layer, np.array([1, 2]))
    np.testing.assert_array_equal(image[2, 1], [10, 20, 30])
    np.testing.assert_allclose(image[2, 2], 200 * 127 / 255 + 5, atol=1)
    np.testing.assert_array_equal(image[3, 1], [200, 200, 200])


@pytest.mark.parametrize("bone", ["left_thigh", "right_shank", "left_forearm", "right_upper_arm"])
def test_a_limb_lies_around_its_bone(typical_runner, bone):
    joints_m = typical_runner(np.array([0.0, 0.1])).joints
    figure = build_figure(random_clothing(np.random.default_rng(0)))
    origins, axes = pose_bones(joints_m, 1.75)
    vertices_m = pose_figure(figure, origins[1], axes[1])[figure.bone == BONES.index(bone)]
    start, along = origins[1, BONES.index(bone)], axes[1, BONES.index(bone), :, 0]
    share = (vertices_m - start) @ along / (along @ along)
    aside_m = np.linalg.norm(vertices_m - start - share[:, None] * along, axis=1)
    assert aside_m.max() < 0.13
    assert share.min() < 0.0 < 0.9 < share.max()


def test_bones_have_right_handed_axes(typical_runner):
    _, axes = pose_bones(typical_runner(np.linspace(0, 0.7, 8)).joints, 1.75)
    assert (np.linalg.det(axes) > 0).all()


@pytest.mark.parametrize("view", ["left", "front", "rear"])
def test_the_figure_covers_its_joints(typical_runner, view):
    """Frames with and without the runner differ at the true knees, hips, shoulders and head, and
    not in the corners.
    """
    parameters, joints_m, cameras = scene(typical_runner, view=view, camera="treadmill")
    shown = np.array(list(render_frames(parameters, [(joints_m, 1.75)], cameras)), float)
    joints_px = cameras.project(joints_m)[0]
    names = get_skeleton("halpe26").joints
    background = np.array(
        list(render_frames(parameters, [(joints_m * [1, 1, 0] + [0, 0, -50], 1.75)], cameras)),
        float,
    )
    for joint in ("left_knee", "right_knee", "left_hip", "right_shoulder", "nose"):
        x, y = np.rint(joints_px[1, names.index(joint)]).astype(int)
        assert np.abs(shown - background)[1, y, x].max() > 8
    assert np.abs(shown - background)[1, :4, :4].max() == 0


def test_frames_depend_on_the_input_alone(typical_runner):
    parameters, joints_m, cameras = scene(typical_runner, noise=0.5)
    one, two = (
        np.array(list(render_frames(parameters, [(joints_m, 1.75)], cameras))) for _ in range(2)
    )
    assert one.shape == (3, 120, 160, 3)
    np.testing.assert_array_equal(one, two)


def test_noise_grows_with_the_parameter(typical_runner):
    frames = []
    for noise in (0.0, 1.0):
        parameters, joints_m, cameras = scene(typical_runner, noise=noise)
        frames.append(next(render_frames(parameters, [(joints_m, 1.75)], cameras)).astype(float))
    assert 8 < (frames[1] - frames[0]).std() < 16


def test_the_nearer_of_two_runners_hides_the_other(typical_runner):
    parameters, joints_m, cameras = scene(typical_runner, view="right")
    near, far = (joints_m + np.array([0.0, -1.2, 0.0]), 1.75), (joints_m, 1.75)
    x, y = np.rint(cameras.project(near[0])[0][0, ROOT]).astype(int)

    def first_frame(*runners):
        return next(render_frames(parameters, runners, cameras)).astype(int)

    np.testing.assert_array_equal(first_frame(near, far)[y, x], first_frame(near)[y, x])
    assert (first_frame(near, far) != first_frame(near)).any()
    assert (first_frame(far, near)[y, x] != first_frame(far)[y, x]).any()


def test_posts_cover_the_share_of_the_clip_asked_for(typical_runner):
    parameters, joints_m, cameras = scene(typical_runner, frames=30, occlusion=0.4, seed=1)
    open_view = SimulationParameters(**{**vars(parameters), "occlusion": 0.0})
    hidden = [
        np.abs(a.astype(float) - b).max() > 20
        for a, b in zip(
            render_frames(parameters, [(joints_m, 1.75)], cameras),
            render_frames(open_view, [(joints_m, 1.75)], cameras),
            strict=True,
        )
    ]
    assert 0.2 < np.mean(hidden) <= 1.0
