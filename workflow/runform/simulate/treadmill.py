"""The treadmill under a runner who stays in place. World axes, metres; the belt's surface is the ground, z = 0."""

import cv2
import numpy as np

from runform.simulate.camera import Cameras
from runform.simulate.painter import Light, paint_solid
from runform.simulate.solids import Solid, box, merged

DECK_HEIGHT_M = 0.2
_FRAME, _DARK, _BELT, _STRIPE = (96, 94, 92), (58, 56, 55), (50, 48, 48), (84, 82, 80)
_HALF_LENGTH_M, _HALF_WIDTH_M = 1.0, 0.29
_STRIPES_EVERY_M = 0.5
# A console between camera and runner would hide the legs: it is left out where the camera is this near to straight ahead.
_CONSOLE_FROM_DEG = 70.0


def treadmill_solids(azimuth_deg: float) -> tuple[Solid, Solid]:
    """The deck, and what stands on it (motor hood, uprights, console), about (0, 0, 0), for a camera in direction `azimuth_deg`."""
    deck = box((-1.1, -0.4, -DECK_HEIGHT_M), (1.1, 0.4, -0.002), _FRAME)
    solids = [box((1.0, -0.4, -DECK_HEIGHT_M), (1.45, 0.4, 0.05), _DARK)]
    if abs((azimuth_deg + 180) % 360 - 180) > _CONSOLE_FROM_DEG:
        for side in (-1, 1):
            low, high = sorted((side * 0.36, side * 0.4))
            solids.append(box((1.2, low, 0.05), (1.26, high, 1.15), _FRAME))
            solids.append(box((0.85, low, 0.98), (1.24, high, 1.02), _DARK))
        solids.append(box((1.14, -0.4, 1.1), (1.28, 0.4, 1.32), _DARK))
    return deck, merged(solids)


def draw_treadmill(
    image: np.ndarray, solids: tuple[Solid, Solid], centre_m: np.ndarray, cameras: Cameras, light: Light, travelled_m: float
) -> None:
    """Paint the treadmill, in place, at `centre_m` (2,); `cameras`: of this frame alone; travelled_m: how far the belt has run."""
    centre = np.array([*centre_m, 0.0])
    deck, upper = solids
    _paint(image, deck, centre, cameras, light)
    _draw_belt(image, centre, cameras, travelled_m)
    _paint(image, upper, centre, cameras, light)


def _paint(image, solid, centre, cameras, light):
    vertices_m = solid.vertices + centre
    image_px, depth_m = cameras.project(vertices_m[None])
    paint_solid(image, solid, vertices_m, image_px[0], depth_m[0], cameras.position_m[0], light)


def _draw_belt(image, centre, cameras, travelled_m):
    def fill(back, front, colour):
        y = _HALF_WIDTH_M
        corners = np.array([[back, -y, 0], [front, -y, 0], [front, y, 0], [back, y, 0]]) + centre
        image_px, depth_m = cameras.project(corners[None])
        if (depth_m > 0).all():
            cv2.fillConvexPoly(image, np.rint(image_px[0] * 16).astype(np.int32), colour, cv2.LINE_AA, 4)

    fill(-_HALF_LENGTH_M, _HALF_LENGTH_M, _BELT)
    for start in np.arange(0, 2 * _HALF_LENGTH_M, _STRIPES_EVERY_M):
        back = (start - travelled_m) % (2 * _HALF_LENGTH_M) - _HALF_LENGTH_M
        fill(back, min(back + 0.03, _HALF_LENGTH_M), _STRIPE)
