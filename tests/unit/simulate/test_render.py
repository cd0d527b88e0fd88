"""Frames show the runner where the joints are, the nearer one in front, with noise and posts."""

import numpy as np
import pytest

from runform.simulate.camera import plan_cameras
from runform.simulate.parameters import SimulationParameters
from runform.simulate.render import render_frames
from runform.skeleton import get_skeleton

ROOT = get_skeleton("halpe26").index("root")


def scene(typical_runner, frames=3, **choices):
    """Parameters, joints (T, 26, 3) and cameras of a small clip."""
    parameters = SimulationParameters(
        duration_s=frames / 30, width_px=160, height_px=120, **choices
    )
    time_s = np.arange(frames) / 30
    joints_m = typical_runner(time_s).joints
    return parameters, joints_m, plan_cameras(parameters, joints_m[:, ROOT], 1.75, time_s)


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
