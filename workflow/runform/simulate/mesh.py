"""Meshes of quadrilaterals and their rasterizer: lit faces, painted the farthest first.

Local coordinates, right-handed: along the bone, to its front, to its side (along x front).

Legend: V vertices, F faces.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from runform.simulate.camera import Cameras

_SUPERSAMPLING = 2


@dataclass(frozen=True)
class Mesh:
    """Faces of one colour each.

    vertices (V, 3); faces (F, 4) vertex rows, anticlockwise seen from outside; colour (F, 3)
    BGR 0..255; lift_m (F,): how much nearer to the camera a face counts when faces are put in order
    (painted-on details).
    """

    vertices: np.ndarray
    faces: np.ndarray
    colour: np.ndarray
    lift_m: np.ndarray


def tube(rows, colour, segments: int = 16, lift_m: float = 0.0) -> Mesh:
    """A tube along the bone, one ellipse per row: (along, half width, reach to front, to back).

    Front and back may differ (a calf, a heel). `colour` is one BGR colour or one per pair of
    neighbouring rows.
    """
    along, width, front, back = np.array(rows, float).T[..., None]
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    ahead = (front - back) / 2 + (front + back) / 2 * np.cos(angle)
    rings = np.stack(np.broadcast_arrays(along, ahead, width * np.sin(angle)), axis=-1)
    ring, step = np.meshgrid(np.arange(len(along) - 1), np.arange(segments), indexing="ij")
    here, after = ring * segments + step, ring * segments + (step + 1) % segments
    faces = np.stack([here, after, after + segments, here + segments], axis=-1).reshape(-1, 4)
    colours = np.asarray(colour, float).reshape(-1, 1, 3)
    colours = np.broadcast_to(colours, (*here.shape, 3)).reshape(-1, 3)
    return Mesh(rings.reshape(-1, 3), faces, colours.copy(), np.full(len(faces), float(lift_m)))


def finer(rows) -> np.ndarray:
    """Rows for `tube` with one more between each two, by a cubic through the four around it."""
    rows = np.array(rows, float)
    before, after = np.vstack([rows[:1], rows[:-1]]), np.vstack([rows[1:], rows[-1:]])
    between = (rows[:-1] + rows[1:]) / 2
    between[:, 1:] = (9 * (rows[:-1] + rows[1:]) - before[:-1] - after[1:])[:, 1:] / 16
    return np.vstack([np.stack([rows[:-1], between], axis=1).reshape(-1, rows.shape[1]), rows[-1:]])


def patch(corners, colour, lift_m: float = 0.02) -> Mesh:
    """One flat quadrilateral (4, 3), such as an eye, lifted in front of what it lies on."""
    colours = np.array([colour], float)
    return Mesh(np.array(corners, float), np.array([[0, 1, 2, 3]]), colours, np.array([lift_m]))


def box(low, high, colour) -> Mesh:
    """A box with its edges along the axes, between the corners `low` and `high`."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    vertices = [(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    colours = np.tile(np.array(colour, float), (6, 1))
    return Mesh(np.array(vertices, float), np.array(faces), colours, np.zeros(6))


def moved(mesh: Mesh, offset) -> Mesh:
    """The mesh shifted by `offset` (along, front, side)."""
    return replace(mesh, vertices=mesh.vertices + np.asarray(offset, float))


def merged(meshes) -> Mesh:
    """Several meshes as one."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate(
            [mesh.faces + start for mesh, start in zip(meshes, starts[:-1], strict=True)]
        ),
        np.concatenate([mesh.colour for mesh in meshes]),
        np.concatenate([mesh.lift_m for mesh in meshes]),
    )


@dataclass(frozen=True)
class Light:
    """Sun or lamps.

    direction (3,): unit vector towards the light; ambient: share of light that comes from all
    around; warmth (3,): BGR factors of the direct light.
    """

    direction: np.ndarray
    ambient: float
    warmth: np.ndarray


def shade(colour: np.ndarray, normal: np.ndarray, light: Light) -> np.ndarray:
    """(F, 3) BGR of faces with `colour` and unit `normal`: wrapped diffuse light, bright sky."""
    facing = np.clip((normal @ light.direction + 0.25) / 1.25, 0, 1)[:, None]
    sky = 0.85 + 0.15 * normal[:, 2:]
    lit = light.ambient * sky + (1.08 - light.ambient) * facing * light.warmth
    return np.clip(colour * lit, 0, 255)


def paint_mesh(image: np.ndarray, mesh: Mesh, camera: Cameras, light: Light) -> None:
    """Paint a mesh in world coordinates onto `image` (H, W, 3) uint8, in place, supersampled.

    camera: of one frame (T = 1). A mesh that reaches behind the camera is left out.
    """
    projected_px, projected_m = camera.project(mesh.vertices[None])
    image_px, depth_m = projected_px[0], projected_m[0]
    height, width = image.shape[:2]
    if not (depth_m > 0.1).all():
        return
    low = np.clip(np.floor(image_px.min(axis=0)).astype(int) - 2, 0, (width, height))
    high = np.clip(np.ceil(image_px.max(axis=0)).astype(int) + 3, 0, (width, height))
    if (high - low < 2).any():
        return
    corners = mesh.vertices[mesh.faces]
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    visible = np.flatnonzero(
        np.einsum("fi,fi->f", normal, camera.position_m[0] - corners[:, 0]) > 0
    )
    nearness = mesh.lift_m[visible] - depth_m[mesh.faces[visible]].mean(axis=1)
    order = visible[np.argsort(nearness, kind="stable")]
    unit = normal[order] / np.maximum(np.linalg.norm(normal[order], axis=1, keepdims=True), 1e-12)
    colours = np.column_stack([shade(mesh.colour[order], unit, light), np.full(len(order), 255.0)])
    polygons = (image_px - low + 0.5)[mesh.faces[order]] * _SUPERSAMPLING - 0.5
    size = (high - low) * _SUPERSAMPLING
    canvas = np.zeros((size[1], size[0], 4), np.uint8)
    for polygon, colour in zip(np.rint(polygons).astype(np.int32), colours.tolist(), strict=True):
        cv2.fillConvexPoly(canvas, polygon, colour)
    layer = cv2.resize(canvas, (high - low).tolist(), interpolation=cv2.INTER_AREA)
    blend(image, layer, low)


def blend(image: np.ndarray, layer: np.ndarray, corner: np.ndarray) -> None:
    """Lay `layer` (h, w, 4), premultiplied by its alpha, over `image` at `corner` (x, y)."""
    x, y = int(corner[0]), int(corner[1])
    region = image[y : y + layer.shape[0], x : x + layer.shape[1]]
    clear = cv2.cvtColor(255 - layer[:, :, 3], cv2.COLOR_GRAY2BGR)
    cv2.add(cv2.multiply(region, clear, scale=1 / 255), layer[:, :, :3], dst=region)
