"""What a camera sees around the runner: the treadmill, the ground, and a far wall.

World: x the running direction, y to the runner's left, z up, metres; the ground or belt is z = 0.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from runform.simulate.camera import Cameras
from runform.simulate.mesh import Light, Mesh, box, merged, moved, paint_mesh
from runform.simulate.textures import GROUND_M, GROUND_PX_M, WALL_PX_M, paint_ground, paint_wall

DECK_HEIGHT_M = 0.2
_FRAME, _DARK, _BELT, _STRIPE = (96, 94, 92), (58, 56, 55), (50, 48, 48), (84, 82, 80)
_HALF_LENGTH_M, _HALF_WIDTH_M = 1.0, 0.29
_STRIPES_EVERY_M = 0.5
# A console between camera and runner would hide the legs: it is left out where the camera is this
# near to straight ahead.
_CONSOLE_FROM_DEG = 70.0
# OpenCV warps textures of up to 32767 px a side.
_LONGEST_WALL_M = 32_000 / WALL_PX_M
_UP = np.array([0.0, 0.0, 1.0])


def treadmill_meshes(azimuth_deg: float) -> tuple[Mesh, Mesh]:
    """Deck, motor hood, uprights and console about (0, 0, 0), for a camera at `azimuth_deg`."""
    deck = box((-1.1, -0.4, -DECK_HEIGHT_M), (1.1, 0.4, -0.002), _FRAME)
    meshes = [box((1.0, -0.4, -DECK_HEIGHT_M), (1.45, 0.4, 0.05), _DARK)]
    if abs((azimuth_deg + 180) % 360 - 180) > _CONSOLE_FROM_DEG:
        for side in (-1, 1):
            low, high = sorted((side * 0.36, side * 0.4))
            meshes.append(box((1.2, low, 0.05), (1.26, high, 1.15), _FRAME))
            meshes.append(box((0.85, low, 0.98), (1.24, high, 1.02), _DARK))
        meshes.append(box((1.14, -0.4, 1.1), (1.28, 0.4, 1.32), _DARK))
    return deck, merged(meshes)


def draw_treadmill(
    image: np.ndarray,
    meshes: tuple[Mesh, Mesh],
    centre_m: np.ndarray,
    cameras: Cameras,
    light: Light,
    travelled_m: float,
) -> None:
    """Paint the treadmill at `centre_m` (2,), in place; the belt has run `travelled_m`."""
    centre = np.array([*centre_m, 0.0])
    deck, upper = (moved(mesh, centre) for mesh in meshes)
    paint_mesh(image, deck, cameras, light)
    _draw_belt(image, centre, cameras, travelled_m)
    paint_mesh(image, upper, cameras, light)


def _draw_belt(image, centre, cameras, travelled_m):
    def fill(back, front, colour):
        y = _HALF_WIDTH_M
        corners = np.array([[back, -y, 0], [front, -y, 0], [front, y, 0], [back, y, 0]]) + centre
        image_px, depth_m = cameras.project(corners[None])
        if (depth_m > 0).all():
            corners_px = np.rint(image_px[0] * 16).astype(np.int32)
            cv2.fillConvexPoly(image, corners_px, colour, cv2.LINE_AA, 4)

    fill(-_HALF_LENGTH_M, _HALF_LENGTH_M, _BELT)
    for start in np.arange(0, 2 * _HALF_LENGTH_M, _STRIPES_EVERY_M):
        back = (start - travelled_m) % (2 * _HALF_LENGTH_M) - _HALF_LENGTH_M
        fill(back, min(back + 0.03, _HALF_LENGTH_M), _STRIPE)


@dataclass(frozen=True)
class Backdrop:
    """Textures and where they lie.

    ground (G, G, 3) uint8, its middle at `centre_m` (2,), at height `level_m`. wall (H, W, 3)
    uint8, its lower left on the ground at `wall_origin_m` (3,), running along `wall_along` (3,),
    a unit vector.
    """

    ground: np.ndarray
    centre_m: np.ndarray
    level_m: float
    wall: np.ndarray
    wall_origin_m: np.ndarray
    wall_along: np.ndarray


def build_backdrop(
    rng: np.random.Generator, site: str, path_m: np.ndarray, toward: np.ndarray
) -> Backdrop:
    """The surroundings of a path (T, 3) that a camera in direction `toward` (3,) looks at."""
    indoors = site == "room"
    along = np.cross(toward, _UP)
    behind_m = 2.6 if indoors else rng.uniform(9.0, 16.0)
    length_m = 14.0 if indoors else min(60.0 + np.ptp(path_m @ along), _LONGEST_WALL_M)
    level_m = -DECK_HEIGHT_M if indoors else 0.0
    farthest_m = path_m[np.argmin(path_m @ toward)] @ toward - behind_m
    origin_m = farthest_m * toward + (np.mean(path_m @ along) - length_m / 2) * along
    origin_m[2] = level_m
    centre_m = path_m[:, :2].mean(axis=0)
    ground, wall = paint_ground(rng, site), paint_wall(rng, site, length_m)
    return Backdrop(ground, centre_m, level_m, wall, origin_m, along)


def draw_backdrop(backdrop: Backdrop, camera: Cameras) -> np.ndarray:
    """(H, W, 3) uint8: what the one camera of `camera` sees with nobody there."""
    width, height = camera.size
    edge = _edge_of_ground(backdrop, camera)
    rows = np.clip([np.floor(edge.min()), np.ceil(edge.max()) + 1], 0, height)
    first, last = rows.astype(int).tolist()
    image = np.empty((height, width, 3), np.uint8)
    if last:
        # The wall is out of focus anyway: half the resolution will do, in a quarter of the time.
        half = ((width + 1) // 2, (last + 1) // 2)
        to_half = np.diag([0.5, 0.5, 1.0]) @ _wall_to_image(backdrop, camera)
        wall = cv2.warpPerspective(backdrop.wall, to_half, half, borderMode=cv2.BORDER_REPLICATE)
        wall = cv2.resize(wall, (2 * half[0], 2 * half[1]), interpolation=cv2.INTER_LINEAR)
        image[:last] = wall[:last, :width]
    if first < height:
        shift = np.array([[1, 0, 0], [0, 1, -first], [0, 0, 1]], float)
        to_rows = shift @ _ground_to_image(backdrop, camera)
        ground = cv2.warpPerspective(
            backdrop.ground, to_rows, (width, height - first), borderMode=cv2.BORDER_WRAP
        )
        image[last:] = ground[last - first :]
        below = np.arange(first, last)[:, None] > edge[None]
        np.copyto(image[first:last], ground[: last - first], where=below[:, :, None])
    return image


def _ground_to_image(backdrop, camera):
    half_m, scale_m = GROUND_M / 2, 1 / GROUND_PX_M
    x_m, y_m = backdrop.centre_m
    to_world = np.array([[scale_m, 0, x_m - half_m], [0, -scale_m, y_m + half_m], [0, 0, 1]])
    return camera.ground_to_image(backdrop.level_m)[0] @ to_world


def _wall_to_image(backdrop, camera):
    top_m = backdrop.wall_origin_m + _UP * len(backdrop.wall) / WALL_PX_M
    to_seen = np.column_stack(
        [backdrop.wall_along / WALL_PX_M, -_UP / WALL_PX_M, top_m - camera.position_m[0]]
    )
    return camera.lens @ camera.rotation[0] @ to_seen


def _edge_of_ground(backdrop, camera):
    """(W,) image row at which the wall stands on the ground: a line through its lower corners."""
    ends_m = np.stack([backdrop.wall_origin_m, backdrop.wall_origin_m + backdrop.wall_along])
    to_image = camera.lens @ camera.rotation[0]
    line = np.cross(*(to_image @ (end_m - camera.position_m[0]) for end_m in ends_m))
    return -(line[0] * np.arange(camera.size[0]) + line[2]) / line[1]
