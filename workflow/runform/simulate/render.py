"""Frames of simulated runners: figures, shadows, backdrop, things in front, and image noise.

Legend: T frames, V vertices, B bones.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from runform.simulate.camera import Cameras, towards_camera
from runform.simulate.figure import build_figure, pose_bones, pose_figure
from runform.simulate.mesh import Light, Mesh, paint_mesh
from runform.simulate.parameters import SimulationParameters
from runform.simulate.scene import build_backdrop, draw_backdrop, draw_treadmill, treadmill_meshes
from runform.simulate.textures import SITES, random_clothing
from runform.skeleton import get_skeleton

_ROOT = get_skeleton("halpe26").index("root")
_SHADOW = 0.45  # share of the light that a shadow takes away
_NOISE_SD = 14.0  # grey levels at noise = 1
_COVERED_S = 0.2  # time that one thing in front hides the runner


def render_frames(
    parameters: SimulationParameters, runners: Sequence[tuple[np.ndarray, float]], cameras: Cameras
) -> Iterator[np.ndarray]:
    """Frames (H, W, 3) uint8 BGR of runners, each Halpe-26 joints (T, 26, 3) and a height, m.

    The site is laid out around the first, whom posts hide; nearer runners hide those behind them.
    The seed decides on site, clothes, light and noise. The same input gives the same bytes.
    """
    rng = np.random.default_rng([parameters.seed, 3])
    site = "room" if parameters.camera == "treadmill" else SITES[rng.integers(3)]
    toward = towards_camera(parameters.camera_azimuth_deg)
    backdrop = build_backdrop(rng, site, runners[0][0][:, _ROOT], toward)
    light = _draw_light(rng, site, parameters)
    posts = _plan_posts(rng, parameters)
    figures = [build_figure(random_clothing(rng)) for _ in runners]
    treadmill = treadmill_meshes(parameters.camera_azimuth_deg)
    bones = [pose_bones(joints_m, height_m) for joints_m, height_m in runners]
    grain = _draw_grain(rng, parameters)
    for frame in range(len(cameras.position_m)):
        elapsed_s = frame / parameters.fps
        now = cameras.at(frame)
        image = draw_backdrop(backdrop, now)
        if site == "room":
            travelled_m = parameters.speed_m_s * elapsed_s
            draw_treadmill(image, treadmill, backdrop.centre_m, now, light, travelled_m)
        posed = [
            pose_figure(figure, origins[frame], axes[frame])
            for figure, (origins, axes) in zip(figures, bones, strict=True)
        ]
        _draw_figures(image, figures, posed, now, light)
        runner_px = np.nanmean(now.project(posed[0].vertices[None])[0][0, :, 0])
        _draw_posts(image, posts, elapsed_s, runner_px)
        yield _add_grain(image, grain, rng)


def _draw_figures(image, figures, posed, camera, light):
    """All shadows, then all figures, the farthest first. posed: one mesh a figure."""
    for figure, mesh in zip(figures, posed, strict=True):
        _cast_shadow(image, figure.bone, mesh, camera, light)
    for mesh in sorted(posed, key=lambda mesh: -camera.project(mesh.vertices[None])[1].mean()):
        paint_mesh(image, mesh, camera, light)


def _draw_light(rng, site, parameters):
    """Sun or lamps, on the camera's half of the sky, so that visible faces are lit."""
    azimuth = np.deg2rad(parameters.camera_azimuth_deg + rng.uniform(-70, 70))
    height = np.deg2rad(rng.uniform(60, 80) if site == "room" else rng.uniform(35, 65))
    direction = np.array(
        [np.cos(azimuth) * np.cos(height), np.sin(azimuth) * np.cos(height), np.sin(height)]
    )
    return Light(direction, rng.uniform(0.45, 0.6), np.array([0.94, 1.0, 1.04]))


def _cast_shadow(image, bone: np.ndarray, mesh: Mesh, camera: Cameras, light: Light) -> None:
    """Darken the ground where the hull of each bone's vertices falls; bone (V,)."""
    fallen = mesh.vertices - light.direction * (mesh.vertices[:, 2:] / light.direction[2])
    projected, depth_m = camera.project(fallen[None])
    if not (depth_m > 0.1).all():
        return
    mask = np.zeros((image.shape[0] // 2, image.shape[1] // 2), np.uint8)
    points = np.rint(np.clip(projected[0], -4000, 4000) / 2).astype(np.int32)
    for each in np.unique(bone):
        cv2.fillConvexPoly(mask, cv2.convexHull(points[bone == each]), 255)
    x, y, width, height = cv2.boundingRect(mask)
    if not width or not height:
        return
    top, bottom = max(y - 6, 0), min(y + height + 6, mask.shape[0])
    left, right = max(x - 6, 0), min(x + width + 6, mask.shape[1])
    soft = cv2.GaussianBlur(mask[top:bottom, left:right], (7, 7), 0)
    region = image[2 * top : 2 * bottom, 2 * left : 2 * right]
    dark = cv2.resize(soft, (region.shape[1], region.shape[0]), interpolation=cv2.INTER_LINEAR)
    kept = cv2.cvtColor(255 - cv2.convertScaleAbs(dark, alpha=_SHADOW), cv2.COLOR_GRAY2BGR)
    cv2.multiply(region, kept, dst=region, scale=1 / 255)


def _plan_posts(rng, parameters):
    """Times, s, at which posts pass before the runner, to cover `occlusion` of the clip."""
    count = int(np.ceil(parameters.occlusion * parameters.duration_s / _COVERED_S))
    return np.sort(rng.uniform(0, parameters.duration_s, count))


def _draw_posts(image, times_s, elapsed_s, runner_px):
    height, width = image.shape[:2]
    wide = 0.14 * width
    for time_s in times_s:
        centre = runner_px + (elapsed_s - time_s) / _COVERED_S * wide
        left, right = round(centre - wide / 2), round(centre + wide / 2)
        if right > 0 and left < width:
            cv2.rectangle(image, (left, 0), (right, height), (46, 54, 64), -1)


def _draw_grain(rng, parameters):
    """(H + 64, W + 64, 3) int8: random once, laid over each frame at another offset."""
    if not parameters.noise:
        return None
    size = (parameters.height_px + 64, parameters.width_px + 64, 3)
    grain = _NOISE_SD * parameters.noise * rng.standard_normal(size, np.float32)
    return np.rint(grain).clip(-127, 127).astype(np.int8)


def _add_grain(image, grain, rng):
    if grain is None:
        return image
    row, column = rng.integers(64, size=2)
    noise = grain[row : row + image.shape[0], column : column + image.shape[1]]
    return cv2.add(image, noise, dtype=cv2.CV_8U)
