"""Lit faces painted on an image, the farthest first. Legend: V vertices, F faces."""

from dataclasses import dataclass

import cv2
import numpy as np

from runform.simulate.solids import Solid

_SUPERSAMPLING = 2


@dataclass(frozen=True)
class Light:
    """direction (3,): unit vector towards the light.  ambient: share of light that comes from all around.
    warmth (3,): BGR factors of the direct light."""

    direction: np.ndarray
    ambient: float
    warmth: np.ndarray


def shade(colour: np.ndarray, normal: np.ndarray, light: Light) -> np.ndarray:
    """(F, 3) BGR of faces with `colour` (F, 3) and unit `normal` (F, 3): wrapped diffuse light and a brighter sky than ground."""
    facing = np.clip((normal @ light.direction + 0.25) / 1.25, 0, 1)[:, None]
    sky = 0.85 + 0.15 * normal[:, 2:]
    return np.clip(colour * (light.ambient * sky + (1.08 - light.ambient) * facing * light.warmth), 0, 255)


def paint_solid(image: np.ndarray, solid: Solid, vertices_m: np.ndarray, image_px: np.ndarray, depth_m: np.ndarray,
                camera_m: np.ndarray, light: Light) -> None:  # fmt: skip
    """Paint one solid onto `image` (H, W, 3) uint8, in place, smoothed by supersampling.

    vertices_m (V, 3) world, of which image_px (V, 2) and depth_m (V,) are the projection; camera_m (3,): where the camera is.
    """
    height, width = image.shape[:2]
    inside = depth_m > 0.1
    if not inside.all():
        return
    low = np.clip(np.floor(image_px.min(axis=0)).astype(int) - 2, 0, (width, height))
    high = np.clip(np.ceil(image_px.max(axis=0)).astype(int) + 3, 0, (width, height))
    if (high - low < 2).any():
        return
    corners = vertices_m[solid.faces]
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    seen = np.flatnonzero(np.einsum("fi,fi->f", normal, camera_m - corners[:, 0]) > 0)
    order = seen[np.argsort(solid.lift_m[seen] - depth_m[solid.faces[seen]].mean(axis=1), kind="stable")]
    unit = normal[order] / np.maximum(np.linalg.norm(normal[order], axis=1, keepdims=True), 1e-12)
    colours = np.column_stack([shade(solid.colour[order], unit, light), np.full(len(order), 255.0)])
    polygons = np.rint((image_px - low + 0.5)[solid.faces[order]] * _SUPERSAMPLING - 0.5).astype(np.int32)
    size = (high - low) * _SUPERSAMPLING
    canvas = np.zeros((size[1], size[0], 4), np.uint8)
    for polygon, colour in zip(polygons, colours.tolist(), strict=True):
        cv2.fillConvexPoly(canvas, polygon, colour)
    blend(image, cv2.resize(canvas, tuple(int(n) for n in high - low), interpolation=cv2.INTER_AREA), low)


def blend(image: np.ndarray, layer: np.ndarray, corner: np.ndarray) -> None:
    """Lay `layer` (h, w, 4), colours already multiplied by its alpha, over `image` with its upper left at `corner` (x, y)."""
    x, y = int(corner[0]), int(corner[1])
    region = image[y : y + layer.shape[0], x : x + layer.shape[1]]
    clear = cv2.cvtColor(255 - layer[:, :, 3], cv2.COLOR_GRAY2BGR)
    cv2.add(cv2.multiply(region, clear, scale=1 / 255), layer[:, :, :3], dst=region)
