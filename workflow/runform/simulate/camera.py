"""Pinhole cameras that watch a runner: where they stand, how they follow, and what they project.

World: x the running direction, y to the runner's left, z up, metres, ground at z = 0. Camera axes:
right, down, forward. Image: px, x right, y down, the centre of the upper left pixel at (0, 0).

Legend: T frames, N points.
"""

from dataclasses import dataclass

import numpy as np

from runform.simulate.parameters import SimulationParameters

# Room that a runner needs on the image, in body heights: tall, and wide when a stride is at its
# longest.
_TALL, _WIDE = 1.0, 0.95
# How people with phones frame a runner: random by the seed alone, so framing says nothing of form.
# Share of the frame that a runner takes, height or stride, whichever is tighter.
_FILL = (0.55, 0.80)
# Height of the lens, body heights: held from the hip up to the eyes; the pitch follows.
_LENS_HEIGHT = (0.45, 0.90)
# Share of the room left round a followed runner by which the aim may miss their middle.
_OFF_CENTRE = 0.6
# A fixed camera shows a long run no smaller than this: the runner then enters and leaves the frame.
_SMALLEST_FILL = 0.34
# Shake (share of the image height, one standard deviation) of a hand-held camera and of one on a
# tripod.
_SHAKE = {"following": 0.004, "fixed": 0.0004, "treadmill": 0.0006}


@dataclass(frozen=True)
class Cameras:
    """One pinhole camera per frame, all of one lens.

    position_m (T, 3): world.  rotation (T, 3, 3): rows are the camera's right, down and forward
    axes in the world.  focal_px: focal length, px.  size: width and height of the image, px.
    """

    position_m: np.ndarray
    rotation: np.ndarray
    focal_px: float
    size: tuple[int, int]

    @property
    def centre_px(self) -> np.ndarray:
        """(2,) where the optical axis meets the image."""
        return (np.array(self.size) - 1) / 2

    def at(self, frame: int) -> "Cameras":
        """The camera of one frame (T = 1)."""
        return Cameras(self.position_m[[frame]], self.rotation[[frame]], self.focal_px, self.size)

    def to_camera(self, points_m: np.ndarray) -> np.ndarray:
        """World points (T, N, 3) in the camera's axes (T, N, 3), metres."""
        return np.einsum("tij,tnj->tni", self.rotation, points_m - self.position_m[:, None])

    def project(self, points_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World (T, N, 3) to image px (T, N, 2) and depth m (T, N); NaN px behind the camera."""
        in_camera = self.to_camera(points_m)
        depth_m = in_camera[..., 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            in_front_m = np.where(depth_m > 0, depth_m, np.nan)[..., None]
            image_px = self.focal_px * in_camera[..., :2] / in_front_m + self.centre_px
        return image_px, depth_m

    @property
    def lens(self) -> np.ndarray:
        """(3, 3) from camera axes to the image, homogeneous px."""
        focal_px, (x_px, y_px) = self.focal_px, self.centre_px
        return np.array([[focal_px, 0, x_px], [0, focal_px, y_px], [0, 0, 1]])

    def ground_to_image(self, level_m: float = 0.0) -> np.ndarray:
        """(T, 3, 3) homographies from the plane (x, y, 1) at height `level_m` to the image, px."""
        shift = np.einsum("tij,tj->ti", self.rotation, np.array([0, 0, level_m]) - self.position_m)
        return self.lens @ np.concatenate([self.rotation[:, :, :2], shift[:, :, None]], axis=2)


def towards_camera(azimuth_deg: float) -> np.ndarray:
    """(3,) horizontal unit vector to the camera: 0 deg ahead of the runner, 90 on the left."""
    angle = np.deg2rad(azimuth_deg)
    return np.array([np.cos(angle), np.sin(angle), 0.0])


def look_rotation(forward: np.ndarray, roll_rad: np.ndarray | float = 0.0) -> np.ndarray:
    """Camera axes (..., 3, 3) for viewing directions (..., 3), rolled by `roll_rad`."""
    forward = forward / np.linalg.norm(forward, axis=-1, keepdims=True)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right, axis=-1, keepdims=True)
    down = np.cross(forward, right)
    cos, sin = (np.asarray(f(roll_rad))[..., None] for f in (np.cos, np.sin))
    return np.stack([cos * right + sin * down, cos * down - sin * right, forward], axis=-2)


def plan_cameras(
    parameters: SimulationParameters, root_m: np.ndarray, height_m: float, time_s: np.ndarray
) -> Cameras:
    """The cameras of a clip; distance, height, framing and shake are random, fixed by the seed.

    root_m (T, 3): mid-hip of the runner as filmed (on a treadmill: in place).  height_m: the
    runner's.  time_s (T,). A following camera keeps pace beside the runner, a little ahead or
    behind; a fixed one is set up for the whole run.
    """
    rng = np.random.default_rng([parameters.seed, 2])
    toward = towards_camera(parameters.camera_azimuth_deg)
    size = (parameters.width_px, parameters.height_px)
    near_m = rng.uniform(3.0, 4.2) * height_m
    lens_m = rng.uniform(*_LENS_HEIGHT) * height_m
    fill, off_centre = rng.uniform(*_FILL), rng.uniform(-_OFF_CENTRE, _OFF_CENTRE, 2)
    path = _steady_path(root_m, time_s)
    aim_m = 0.49 * height_m
    if parameters.camera == "fixed":
        stand, aim, focal_px = _fixed_stand(path, toward, near_m, height_m, size, fill)
    else:
        stand, aim = path + near_m * toward, path + _sway(rng, time_s, 0.03 * height_m)
        focal_px = _fitting_focal_px(size, near_m, height_m, fill)
        if parameters.camera == "treadmill":
            stand, aim = (np.broadcast_to(points[:1], points.shape) for points in (stand, path))
        aside_m, up_m = off_centre * _room_left_m(size, focal_px, near_m, height_m)
        aim, aim_m = aim + aside_m * np.cross(toward, [0.0, 0.0, 1.0]), aim_m + up_m
    position_m = np.concatenate([stand[:, :2], np.full((len(stand), 1), lens_m)], axis=1)
    forward = np.concatenate([aim[:, :2], np.full((len(aim), 1), aim_m)], axis=1) - position_m
    return Cameras(position_m, _shaken(parameters, rng, forward, focal_px, time_s), focal_px, size)


def _steady_path(root_m, time_s):
    """(T, 3) the runner's path at an even pace: a straight line through the mid-hip."""
    elapsed_s = time_s - time_s.mean()
    pace = (elapsed_s @ root_m) / max(elapsed_s @ elapsed_s, 1e-9)
    return root_m.mean(axis=0) + elapsed_s[:, None] * pace


def _fitting_focal_px(size, distance_m, height_m, fill):
    width_px, height_px = size
    return fill * distance_m * min(height_px / (_TALL * height_m), width_px / (_WIDE * height_m))


def _room_left_m(size, focal_px, distance_m, height_m):
    """(2,) half of what the frame shows beyond a stride and the body: sideways, up."""
    shown_m = np.array(size) * distance_m / focal_px
    return (shown_m - np.array([_WIDE, _TALL]) * height_m) / 2


def _fixed_stand(path, toward, near_m, height_m, size, fill):
    """Stand (T, 3), aim (T, 3) and focal length, px, that show the path, if too long its middle.

    fill: share of the frame that the runner takes where nearest.
    """
    middle = (path[0] + path[-1]) / 2
    along = (path - middle) @ toward
    aside = (path - middle) @ np.cross(toward, [0.0, 0.0, 1.0])
    distance_m = near_m + along.max()
    depth_m = distance_m - along
    tall = _fitting_focal_px(size, depth_m.min(), height_m, fill)
    wide = np.min(0.96 * size[0] / 2 * depth_m / (np.abs(aside) + _WIDE * height_m / 2))
    least = _SMALLEST_FILL * size[1] * distance_m / height_m
    stand, aim = (
        np.broadcast_to(point, path.shape) for point in (middle + distance_m * toward, middle)
    )
    return stand, aim, float(min(tall, max(wide, least)))


def _sway(rng, time_s, size_m):
    """(T, 3) the slow drift of a hand-held camera's aim about the runner."""
    phase, rate_hz = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.2, 0.6, 2)
    drift = np.sin(2 * np.pi * rate_hz * time_s[:, None] + phase) * size_m
    return np.concatenate([drift, np.zeros((len(time_s), 1))], axis=1)


def _shaken(parameters, rng, forward, focal_px, time_s):
    """Rotations (T, 3, 3): viewing directions with a tremor of 1 to 6 Hz and a steady roll."""
    rate_hz, phase = rng.uniform(1, 6, (4, 3)), rng.uniform(0, 2 * np.pi, (4, 3))
    tremor = np.sin(2 * np.pi * rate_hz * time_s[:, None, None] + phase).sum(axis=1) / np.sqrt(2)
    size_rad = _SHAKE[parameters.camera] * parameters.height_px / focal_px
    pan, tilt, roll = (tremor * size_rad).T
    steady = look_rotation(forward)
    turned = forward / np.linalg.norm(forward, axis=1, keepdims=True)
    turned = turned + pan[:, None] * steady[:, 0] + tilt[:, None] * steady[:, 1]
    return look_rotation(turned, roll + rng.normal(0, np.deg2rad(0.4)))
