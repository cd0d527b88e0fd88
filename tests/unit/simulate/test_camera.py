"""Cameras: hand-computed projections, and where each kind of camera keeps the runner."""

import numpy as np
import pytest

from runform.simulate.camera import Cameras, look_rotation, plan_cameras, towards_camera
from runform.simulate.parameters import SimulationParameters

HEIGHT_M = 1.75


def camera(position_m, forward, focal_px=100.0, size=(201, 101)):
    return Cameras(
        np.array([position_m], float), look_rotation(np.array([forward], float)), focal_px, size
    )


def planned(duration_s=2.0, **choices):
    """Cameras of a runner at 3 m/s along x (in place on a treadmill), with the mid-hip (T, 3)."""
    parameters = SimulationParameters(duration_s=duration_s, **choices)
    time_s = np.arange(parameters.frames) / parameters.fps
    root_m = np.tile([0.0, 0.0, 0.93], (len(time_s), 1))
    root_m[:, 0] = 0.0 if parameters.camera == "treadmill" else 3.0 * time_s
    return plan_cameras(parameters, root_m, HEIGHT_M, time_s), root_m


def test_hand_computed_projection():
    # 5 m to the runner's right, 1 m up, looking at the left: +x is right, +z is up, depth along +y.
    seen = camera([0, -5, 1], [0, 1, 0])
    image_px, depth_m = seen.project(
        np.array([[[0.5, 0.0, 1.0], [0.0, 0.0, 1.5], [0.0, 5.0, 1.0]]])
    )
    np.testing.assert_allclose(image_px[0], [[110, 50], [100, 40], [100, 50]], atol=1e-9)
    np.testing.assert_allclose(depth_m[0], [5, 5, 10])


def test_a_point_behind_the_camera_has_no_image():
    image_px, depth_m = camera([0, -5, 1], [0, 1, 0]).project(np.array([[[0.0, -6.0, 1.0]]]))
    assert np.isnan(image_px).all()
    assert depth_m[0, 0] == pytest.approx(-1)


def test_rotations_are_right_handed_and_orthonormal():
    cameras, _ = planned(seed=5)
    np.testing.assert_allclose(
        cameras.rotation @ cameras.rotation.transpose(0, 2, 1),
        np.tile(np.eye(3), (60, 1, 1)),
        atol=1e-12,
    )
    np.testing.assert_allclose(np.linalg.det(cameras.rotation), 1.0)


def test_the_ground_homography_agrees_with_the_projection():
    cameras, root_m = planned(seed=1, view="oblique")
    ground = np.concatenate(
        [root_m[:, None, :2] + [0.3, -0.2], np.ones((len(root_m), 1, 1))], axis=2
    )
    seen = np.einsum("tij,tnj->tni", cameras.ground_to_image(), ground)
    expected, _ = cameras.project(ground * [1, 1, 0])
    np.testing.assert_allclose(seen[..., :2] / seen[..., 2:], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("view", "ahead_px"),
    [("left", -1), ("right", 1)],
    ids=["the left side runs leftwards", "the right side runs rightwards"],
)
def test_side_views_face_the_right_way(view, ahead_px):
    cameras, root_m = planned(view=view)
    image_px, _ = cameras.project(np.stack([root_m, root_m + np.array([0.5, 0, 0])], axis=1))
    assert (np.sign(image_px[:, 1, 0] - image_px[:, 0, 0]) == ahead_px).all()


@pytest.mark.parametrize("azimuth_deg", [0, 90, 200, 315])
def test_the_camera_stands_where_the_azimuth_says(azimuth_deg):
    cameras, root_m = planned(azimuth_deg=float(azimuth_deg))
    offset = (cameras.position_m - root_m)[:, :2].mean(axis=0)
    np.testing.assert_allclose(
        offset / np.linalg.norm(offset), towards_camera(azimuth_deg)[:2], atol=0.05
    )


@pytest.mark.parametrize("kind", ["following", "treadmill"])
@pytest.mark.parametrize("view", ["left", "right", "front", "rear", "oblique"])
def test_crown_and_sole_stay_in_the_frame(kind, view):
    cameras, root_m = planned(seed=2, view=view, camera=kind)
    ends_m = np.stack([root_m * [1, 1, 0], root_m * [1, 1, 0] + [0, 0, HEIGHT_M]], axis=1)
    image_px, _ = cameras.project(ends_m)
    tall_px = image_px[:, 0, 1] - image_px[:, 1, 1]
    assert (image_px > 0).all()
    assert (image_px < cameras.size).all()
    assert (tall_px > 0.45 * cameras.size[1]).all()


@pytest.mark.parametrize("view", ["left", "rear"])
def test_framing_differs_from_clip_to_clip_and_not_with_the_runner(view):
    def seen(seed, speed_m_s=3.0):
        parameters = SimulationParameters(seed=seed, view=view, speed_m_s=speed_m_s)
        root_m = np.tile([0.0, 0.0, 0.93], (60, 1)) + np.arange(60)[:, None] * [
            speed_m_s / 30,
            0,
            0,
        ]
        cameras = plan_cameras(parameters, root_m, HEIGHT_M, np.arange(60) / 30)
        image_px, _ = cameras.project(
            np.stack([root_m * [1, 1, 0], root_m * [1, 1, 0] + [0, 0, HEIGHT_M]], axis=1)
        )
        foot, crown = image_px.mean(axis=0) / cameras.size
        return foot[1] - crown[1], foot[0], foot[1], cameras.position_m[0, 2]

    tall, x, y, lens_m = np.array([seen(seed) for seed in range(40)]).T
    assert (
        np.ptp(tall) > 0.15
        and np.ptp(x) > 0.1
        and np.ptp(y) > 0.1
        and np.ptp(lens_m) > 0.3 * HEIGHT_M
    )
    assert seen(3, 4.5) == pytest.approx(seen(3), abs=0.02)


def test_a_fixed_camera_stands_still_and_the_runner_crosses():
    cameras, root_m = planned(seed=2, camera="fixed", view="right")
    assert np.ptp(cameras.position_m, axis=0).max() == 0
    x_px = cameras.project(root_m[:, None])[0][:, 0, 0]
    assert (np.diff(x_px) > 0).all()
    assert x_px[0] < 0.3 * cameras.size[0] < 0.7 * cameras.size[0] < x_px[-1]


def test_towards_a_fixed_camera_the_runner_grows():
    cameras, root_m = planned(seed=2, camera="fixed", view="front")
    depth_m = cameras.project(root_m[:, None])[1][:, 0]
    assert (np.diff(depth_m) < 0).all()
    assert depth_m[-1] > 2 * HEIGHT_M
