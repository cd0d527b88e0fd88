"""Where a runner runs: ground and a wall of things far behind, painted once as textures in metres, then seen by each camera.

World: x the running direction, y to the runner's left, z up, metres. Colours are BGR, 0..255.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from runform.simulate.camera import Cameras

PLACES = ("track", "park", "street", "room")
_GROUND_PX_M, _WALL_PX_M = 40, 24
_GROUND_M, _WALL_HEIGHT_M = 36.0, 9.0
# Colours of the ground, of the strip the runner runs on, and of the sky (or the ceiling's light) from the horizon up.
_COLOURS = {
    "track": ((70, 120, 78), (62, 72, 165), ((236, 224, 205), (214, 170, 120))),
    "park": ((62, 116, 84), (128, 150, 168), ((232, 226, 214), (205, 168, 128))),
    "street": ((122, 124, 126), (96, 96, 98), ((222, 222, 222), (196, 186, 176))),
    "room": ((120, 140, 160), (120, 140, 160), ((205, 210, 214), (222, 226, 230))),
}


@dataclass(frozen=True)
class Backdrop:
    """Textures and where they lie.

    ground (G, G, 3) uint8, its centre at `centre_m` (2,), _GROUND_PX_M px a metre.
    wall (H, W, 3) uint8, standing on the ground at `wall_origin_m` (3,), running along `wall_along` (3,) unit.
    belt_m: None, or half length and half width of a treadmill's belt whose surface moves.
    """

    ground: np.ndarray
    centre_m: np.ndarray
    wall: np.ndarray
    wall_origin_m: np.ndarray
    wall_along: np.ndarray
    sky: tuple
    belt_m: tuple[float, float] | None


def build_backdrop(rng: np.random.Generator, place: str, path_m: np.ndarray, toward: np.ndarray) -> Backdrop:
    """The surroundings of a path (T, 3) that a camera in direction `toward` (3,) looks at."""
    grass, lane, sky = _COLOURS[place]
    tint = rng.uniform(0.88, 1.1)
    centre_m = path_m[:, :2].mean(axis=0)
    along = np.cross(toward, [0.0, 0.0, 1.0])
    behind_m = 2.6 if place == "room" else rng.uniform(9.0, 16.0)
    reach_m = 14.0 if place == "room" else 90.0
    farthest = path_m[np.argmin(path_m @ toward)] - behind_m * toward
    origin = farthest * np.array([1.0, 1.0, 0.0]) - along * reach_m / 2
    return Backdrop(
        ground=_paint_ground(rng, place, np.array(grass) * tint, np.array(lane) * tint),
        centre_m=centre_m,
        wall=_paint_wall(rng, place, int(reach_m * _WALL_PX_M)),
        wall_origin_m=origin,
        wall_along=along,
        sky=sky,
        belt_m=(1.0, 0.36) if place == "room" else None,
    )


def _paint_ground(rng, place, grass, lane):
    """(G, G, 3): columns along x, rows along -y."""
    size = int(_GROUND_M * _GROUND_PX_M)
    ground = np.full((size, size, 3), grass, np.float32)
    middle, half = size // 2, int(1.3 * _GROUND_PX_M)
    if place == "room":
        for column in range(0, size, int(0.9 * _GROUND_PX_M)):
            ground[:, column : column + 2] *= 0.8
    else:
        ground[middle - half : middle + half] = lane
        ground += _blotches(rng, size, 40, 10.0)
    if place == "track":
        for line in np.arange(-1.3, 1.31, 1.3):
            row = middle + int(line * _GROUND_PX_M)
            ground[row - 1 : row + 2] = 232
    if place == "street":
        for start in range(0, size, int(3.2 * _GROUND_PX_M)):
            ground[middle - half + 4 : middle - half + 8, start : start + int(1.4 * _GROUND_PX_M)] = 225
    ground += _blotches(rng, size, 4, 7.0)
    return np.clip(ground, 0, 255).astype(np.uint8)


def _blotches(rng, size, grain, strength):
    coarse = rng.normal(0, strength, (size // grain + 1, size // grain + 1, 1)).astype(np.float32)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR)[:, :, None]


def _paint_wall(rng, place, width):
    """(H, W, 3): the top row is the highest; black with no paint is never left: the sky fills it."""
    height = int(_WALL_HEIGHT_M * _WALL_PX_M)
    low, high = (np.array(colour, np.float32) for colour in _COLOURS[place][2])
    wall = low + (high - low) * np.linspace(1, 0, height)[:, None, None] * np.ones((1, width, 1), np.float32)
    wall = np.ascontiguousarray(wall.astype(np.uint8))
    painter = {"track": _paint_stand, "park": _paint_trees, "street": _paint_houses, "room": _paint_room}[place]
    painter(rng, wall)
    return wall


def _paint_trees(rng, wall):
    height, width = wall.shape[:2]
    for shade in (0.75, 1.0):
        for _ in range(width // 60):
            x, top = int(rng.integers(width)), rng.uniform(2.5, 7.5) * _WALL_PX_M
            trunk = int(rng.uniform(0.1, 0.25) * _WALL_PX_M) + 1
            cv2.rectangle(wall, (x - trunk, int(height - 0.6 * top)), (x + trunk, height), (52 * shade, 66 * shade, 84 * shade), -1)
            for _ in range(9):
                at = (int(x + rng.normal(0, 0.16 * top)), int(height - rng.uniform(0.45, 1.0) * top))
                green = rng.uniform(0.7, 1.15) * shade
                cv2.circle(wall, at, int(rng.uniform(0.13, 0.24) * top), (58 * green, 112 * green, 76 * green), -1, cv2.LINE_AA)
    cv2.rectangle(wall, (0, int(height - 0.8 * _WALL_PX_M)), (width, height), (50, 92, 66), -1)


def _paint_stand(rng, wall):
    """A stand with rows of seats behind a fence, and trees above it."""
    _paint_trees(rng, wall)
    height, width = wall.shape[:2]
    for row in range(6):
        top = int(height - (0.9 + 0.42 * (row + 1)) * _WALL_PX_M)
        colour = np.array((150, 148, 146)) * (0.72 + 0.05 * row)
        cv2.rectangle(wall, (0, top), (width, top + int(0.42 * _WALL_PX_M)), colour.tolist(), -1)
        for x in range(int(rng.integers(14)), width, 14):
            if rng.random() < 0.6:
                seat = ((170, 110, 60), (80, 80, 175), (190, 190, 190))[int(rng.integers(3))]
                cv2.rectangle(wall, (x, top + 2), (x + 8, top + 8), seat, -1)
    cv2.rectangle(wall, (0, int(height - 1.0 * _WALL_PX_M)), (width, height), (178, 172, 160), -1)


def _paint_houses(rng, wall):
    height, width = wall.shape[:2]
    x = 0
    while x < width:
        wide, top = int(rng.uniform(6, 12) * _WALL_PX_M), int(height - rng.uniform(4.5, 9) * _WALL_PX_M)
        stone = np.array(((150, 170, 190), (140, 150, 160), (120, 135, 170), (175, 180, 180))[int(rng.integers(4))], float)
        cv2.rectangle(wall, (x, top), (x + wide, height), stone.tolist(), -1)
        for row in range(top + 16, height - 40, int(1.5 * _WALL_PX_M)):
            for column in range(x + 14, x + wide - 20, int(1.6 * _WALL_PX_M)):
                cv2.rectangle(wall, (column, row), (column + 18, row + 24), (0.45 * stone + (30, 22, 12)).tolist(), -1)
                cv2.rectangle(wall, (column, row), (column + 18, row + 24), (0.8 * stone).tolist(), 1)
        x += wide
    cv2.rectangle(wall, (0, int(height - 0.3 * _WALL_PX_M)), (width, height), (150, 150, 150), -1)


def _paint_room(rng, wall):
    height, width = wall.shape[:2]
    wall[:] = np.clip(
        np.array(((196, 204, 210), (190, 196, 180), (176, 190, 204))[int(rng.integers(3))]) * rng.uniform(0.9, 1.05), 0, 255
    )
    for x in range(int(rng.integers(60)), width, int(3.4 * _WALL_PX_M)):
        top, bottom = int(height - 2.5 * _WALL_PX_M), int(height - 1.0 * _WALL_PX_M)
        cv2.rectangle(wall, (x, top), (x + int(1.7 * _WALL_PX_M), bottom), (228, 216, 196), -1)
        cv2.rectangle(wall, (x, top), (x + int(1.7 * _WALL_PX_M), bottom), (120, 126, 130), 2)
    cv2.rectangle(wall, (0, height - 4), (width, height), (110, 116, 120), -1)


def draw_backdrop(backdrop: Backdrop, cameras: Cameras, frame: int, travelled_m: float) -> np.ndarray:
    """(H, W, 3) uint8: what the camera of `frame` sees with nobody there. travelled_m: how far a treadmill's belt has run."""
    size = cameras.size
    rotation, position_m = cameras.rotation[frame], cameras.position_m[frame]
    lens = np.array([[cameras.focal_px, 0, cameras.centre_px[0]], [0, cameras.focal_px, cameras.centre_px[1]], [0, 0, 1]])
    up = np.array([0.0, 0.0, 1.0])
    wall_h = backdrop.wall.shape[0]
    plane = np.column_stack(
        [backdrop.wall_along / _WALL_PX_M, -up / _WALL_PX_M, backdrop.wall_origin_m + up * wall_h / _WALL_PX_M - position_m]
    )
    image = cv2.warpPerspective(
        backdrop.wall, lens @ rotation @ plane, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    ground = cv2.warpPerspective(
        backdrop.ground,
        cameras.ground_to_image()[frame] @ _texture_to_world(backdrop),
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    _lay_ground(image, ground, backdrop, cameras, frame, lens @ rotation)
    if backdrop.belt_m:
        _draw_treadmill(image, backdrop, cameras, frame, travelled_m)
    return image


def _texture_to_world(backdrop):
    half = _GROUND_M / 2
    return np.array(
        [
            [1 / _GROUND_PX_M, 0, backdrop.centre_m[0] - half],
            [0, -1 / _GROUND_PX_M, backdrop.centre_m[1] + half],
            [0, 0, 1],
        ]
    )


def _lay_ground(image, ground, backdrop, cameras, frame, to_image):
    """Ground from the foot of the wall downwards: the wall's base line is a straight line in the image."""
    ends = [backdrop.wall_origin_m, backdrop.wall_origin_m + backdrop.wall_along * backdrop.wall.shape[1] / _WALL_PX_M]
    seen = np.array([to_image @ (end - cameras.position_m[frame]) for end in ends])
    line = np.cross(seen[0], seen[1])
    if line[1] < 0:
        line = -line
    width, height = cameras.size
    edge = -(line[0] * np.arange(width) + line[2]) / max(line[1], 1e-9)
    below = np.arange(height)[:, None] > edge[None]
    np.copyto(image, ground, where=below[:, :, None])


def _draw_treadmill(image, backdrop, cameras, frame, travelled_m):
    """Belt with moving stripes, and its side rails."""
    half_length, half_width = backdrop.belt_m
    x, y = backdrop.centre_m

    camera = cameras.at(frame)

    def fill(x0, x1, y0, y1, colour):
        corners = np.array([[x0 + x, y0 + y, 0], [x1 + x, y0 + y, 0], [x1 + x, y1 + y, 0], [x0 + x, y1 + y, 0]], float)
        seen, depth_m = camera.project(corners[None])
        if (depth_m > 0).all():
            cv2.fillConvexPoly(image, np.rint(seen[0] * 16).astype(np.int32), colour, cv2.LINE_AA, 4)

    fill(-half_length - 0.25, half_length + 0.25, -half_width - 0.16, half_width + 0.16, (92, 90, 88))
    fill(-half_length, half_length, -half_width, half_width, (48, 46, 46))
    for stripe in np.arange(-half_length, half_length, 0.5):
        start = (stripe - travelled_m + half_length) % (2 * half_length) - half_length
        if start + 0.04 < half_length:
            fill(start, start + 0.04, -half_width, half_width, (84, 82, 80))
