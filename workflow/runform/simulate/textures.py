"""Textures: the ground and the far wall of each place, and the runner's clothing.

Colours are BGR, 0..255.
"""

from dataclasses import dataclass

import cv2
import numpy as np

SITES = ("track", "park", "street", "room")
GROUND_PX_M, WALL_PX_M = 40, 24
GROUND_M, WALL_HEIGHT_M = 36.0, 9.0
# Colours of the ground, of the strip the runner runs on, and of the sky from the horizon up.
_COLOURS = {
    "track": ((74, 128, 84), (66, 78, 168), ((236, 224, 205), (214, 170, 120))),
    "park": ((66, 122, 90), (136, 158, 176), ((232, 226, 214), (205, 168, 128))),
    "street": ((126, 128, 130), (100, 100, 102), ((226, 224, 222), (206, 190, 172))),
    "room": ((124, 146, 168), (124, 146, 168), ((205, 210, 214), (222, 226, 230))),
}
_SEATS = (
    (168, 116, 72), (92, 92, 172), (196, 196, 196), (110, 150, 190), (90, 90, 90), (130, 170, 120),
)  # fmt: skip
_STONES = ((150, 170, 190), (140, 150, 160), (128, 142, 172), (178, 184, 186))


def paint_ground(rng: np.random.Generator, site: str) -> np.ndarray:
    """(G, G, 3) uint8, GROUND_PX_M px a metre: columns along x, rows along -y."""
    size = int(GROUND_M * GROUND_PX_M)
    around, way, _ = (np.array(colour) for colour in _COLOURS[site])
    tint = rng.uniform(0.92, 1.08)
    ground = np.full((size, size, 3), around * tint, np.float32)
    middle, half = size // 2, int(1.3 * GROUND_PX_M)
    if site == "room":
        _floor_boards(rng, ground)
    else:
        ground[middle - half : middle + half] = way * tint
        ground += _blotches(rng, size, 60, 5.0) + _blotches(rng, size, 3, 6.0)
    if site == "track":
        for line_m in np.arange(-1.3, 1.31, 1.3):
            row = middle + int(line_m * GROUND_PX_M)
            ground[row - 1 : row + 2] = 232
    if site == "street":
        for start in range(0, size, int(3.2 * GROUND_PX_M)):
            ground[
                middle - half + 4 : middle - half + 8, start : start + int(1.4 * GROUND_PX_M)
            ] = 225
    return np.clip(ground, 0, 255).astype(np.uint8)


def _blotches(rng, size, grain, strength):
    coarse = rng.normal(0, strength, (size // grain + 1, size // grain + 1, 1)).astype(np.float32)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR)[:, :, None]


def _floor_boards(rng, ground):
    wide = int(0.3 * GROUND_PX_M)
    for row in range(0, len(ground), wide):
        ground[row : row + wide] *= rng.uniform(0.95, 1.05)
        ground[row : row + 1] *= 0.86


def paint_wall(rng: np.random.Generator, site: str, length_m: float) -> np.ndarray:
    """(H, W, 3) uint8, WALL_PX_M px a metre, a little blurred; the lowest row is the ground."""
    height, width = int(WALL_HEIGHT_M * WALL_PX_M), int(length_m * WALL_PX_M)
    low, high = (np.array(colour, np.float32) for colour in _COLOURS[site][2])
    fade = np.linspace(1, 0, height, dtype=np.float32)[:, None, None]
    wall = np.ascontiguousarray(
        np.broadcast_to(low + (high - low) * fade, (height, width, 3)).astype(np.uint8)
    )
    {"track": _paint_stand, "park": _paint_trees, "street": _paint_houses, "room": _paint_room}[
        site
    ](rng, wall)
    return cv2.GaussianBlur(wall, (0, 0), 1.2 if site == "room" else 1.6)


def _paint_trees(rng, wall):
    """A far wood, single trees before it, and a hedge: leaves as small discs lit from above."""
    height, width = wall.shape[:2]
    for number, shade in ((width // 40, 0.72), (width // 110, 1.0)):
        for _ in range(number):
            x, tall = int(rng.integers(width)), rng.uniform(3.0, 7.5) * WALL_PX_M
            trunk = int(rng.uniform(0.08, 0.2) * WALL_PX_M) + 1
            bark = np.array((52, 66, 84)) * shade
            cv2.rectangle(
                wall, (x - trunk, int(height - 0.7 * tall)), (x + trunk, height), bark.tolist(), -1
            )
            _paint_crown(rng, wall, (x, height - 0.68 * tall), 0.3 * tall, shade)
    for x in range(0, width, 5):
        at = (x, int(height - rng.uniform(0.1, 0.95) * WALL_PX_M))
        cv2.circle(
            wall,
            at,
            int(rng.integers(5, 9)),
            (np.array((54, 98, 70)) * rng.uniform(0.8, 1.15)).tolist(),
            -1,
            cv2.LINE_AA,
        )


def _paint_crown(rng, wall, centre, radius, shade):
    green = np.array((56, 112, 78)) + rng.normal(0, 8, 3)
    angle, reach = rng.uniform(0, 2 * np.pi, 70), np.sqrt(rng.uniform(0, 1, 70))
    spots = np.stack(
        [
            centre[0] + 0.8 * radius * reach * np.cos(angle),
            centre[1] + radius * reach * np.sin(angle),
        ],
        axis=1,
    )
    for x, y in spots[np.argsort(-spots[:, 1])]:
        light = shade * np.clip(
            1.0 + 0.28 * (centre[1] - y) / radius + rng.normal(0, 0.06), 0.5, 1.4
        )
        cv2.circle(
            wall,
            (int(x), int(y)),
            int(radius * rng.uniform(0.12, 0.24)),
            (green * light).tolist(),
            -1,
            cv2.LINE_AA,
        )


def _paint_stand(rng, wall):
    """A stand with people and empty seats behind a fence, and trees above it."""
    _paint_trees(rng, wall)
    height, width = wall.shape[:2]
    row_px = int(0.5 * WALL_PX_M)
    for row in reversed(range(7)):
        top = int(height - 0.9 * WALL_PX_M) - (row + 1) * row_px
        cv2.rectangle(
            wall,
            (0, top),
            (width, top + row_px),
            (np.array((150, 150, 148)) * (0.7 + 0.04 * row)).tolist(),
            -1,
        )
        for x in range(int(rng.integers(9)), width, 9):
            colour = (np.array(_SEATS[rng.integers(len(_SEATS))]) * rng.uniform(0.75, 1.1)).tolist()
            cv2.rectangle(wall, (x, top + 4), (x + 6, top + row_px), colour, -1)
            if rng.random() < 0.55:
                cv2.circle(wall, (x + 3, top + 2), 2, (110, 140, 180), -1, cv2.LINE_AA)
    cv2.rectangle(wall, (0, int(height - 1.0 * WALL_PX_M)), (width, height), (176, 172, 164), -1)
    for x in range(0, width, int(2.5 * WALL_PX_M)):
        cv2.line(wall, (x, int(height - 1.0 * WALL_PX_M)), (x, height), (150, 146, 138), 1)


def _paint_houses(rng, wall):
    height, width = wall.shape[:2]
    x = 0
    while x < width:
        wide, top = int(rng.uniform(6, 12) * WALL_PX_M), int(height - rng.uniform(5, 9) * WALL_PX_M)
        stone = np.array(_STONES[rng.integers(len(_STONES))]) * rng.uniform(0.9, 1.05)
        cv2.rectangle(wall, (x, top), (x + wide, height), stone.tolist(), -1)
        cv2.rectangle(wall, (x, top), (x + wide, top + 5), (0.8 * stone).tolist(), -1)
        for row in range(top + 16, height - 40, int(1.5 * WALL_PX_M)):
            for column in range(x + 14, x + wide - 20, int(1.6 * WALL_PX_M)):
                pane = (0.42 * stone + rng.uniform(0.7, 1.3) * np.array((34, 26, 18))).tolist()
                cv2.rectangle(
                    wall,
                    (column, row),
                    (column + 17, row + 24),
                    (1.12 * stone).clip(0, 255).tolist(),
                    -1,
                )
                cv2.rectangle(wall, (column + 2, row + 2), (column + 15, row + 22), pane, -1)
                cv2.line(
                    wall,
                    (column + 8, row + 2),
                    (column + 8, row + 22),
                    (1.05 * stone).clip(0, 255).tolist(),
                    1,
                )
        x += wide
    _paint_bushes(rng, wall)


def _paint_bushes(rng, wall):
    height, width = wall.shape[:2]
    cv2.rectangle(wall, (0, int(height - 0.3 * WALL_PX_M)), (width, height), (158, 160, 160), -1)
    for _ in range(width // 200):
        x, radius = int(rng.integers(width)), rng.uniform(0.5, 1.3) * WALL_PX_M
        cv2.rectangle(wall, (x - 2, int(height - 2.6 * radius)), (x + 2, height), (60, 74, 92), -1)
        _paint_crown(rng, wall, (x, height - 2.4 * radius), radius, 0.95)


def _paint_room(rng, wall):
    height, width = wall.shape[:2]
    plaster = np.array(
        ((200, 208, 214), (196, 204, 190), (186, 200, 212))[rng.integers(3)]
    ) * rng.uniform(0.92, 1.04)
    wall[:] = np.clip(plaster * np.linspace(1.04, 0.94, height)[:, None, None], 0, 255)
    top, bottom = int(height - 2.5 * WALL_PX_M), int(height - 1.05 * WALL_PX_M)
    for x in range(int(rng.integers(60)), width, int(2.6 * WALL_PX_M)):
        right = x + int(1.5 * WALL_PX_M)
        sky = np.linspace((228, 206, 178), (232, 226, 216), bottom - top)[:, None]
        wall[top:bottom, x:right] = sky[:, : wall[top:bottom, x:right].shape[1]]
        for _ in range(12):
            at = (
                int(rng.integers(x + 7, right - 7)),
                int(bottom - rng.uniform(0, 0.35) * WALL_PX_M),
            )
            cv2.circle(wall, at, int(rng.integers(3, 6)), (112, 150, 128), -1, cv2.LINE_AA)
        cv2.rectangle(wall, (x, bottom), (right, bottom + 10), (0.95 * plaster).tolist(), -1)
        cv2.rectangle(wall, (x, top), (right, bottom), (246, 246, 246), 2)
        cv2.line(wall, ((x + right) // 2, top), ((x + right) // 2, bottom), (246, 246, 246), 1)
    cv2.rectangle(
        wall, (0, int(height - 0.12 * WALL_PX_M)), (width, height), (0.75 * plaster).tolist(), -1
    )


Colour = tuple[float, float, float]

SKINS = (
    (178, 205, 240), (140, 175, 224), (112, 150, 205), (84, 120, 176), (58, 86, 134), (42, 62, 98),
)  # fmt: skip
HAIRS = ((24, 26, 32), (28, 44, 66), (40, 66, 102), (70, 120, 170), (92, 150, 200), (110, 112, 118))
SHIRTS = (
    (60, 60, 210), (190, 110, 40), (70, 160, 60), (40, 170, 235), (225, 225, 228), (150, 70, 130),
    (60, 130, 240), (160, 160, 60),
)  # fmt: skip
SHORTS = ((40, 36, 34), (95, 50, 30), (70, 70, 75), (35, 35, 120), (120, 80, 40))
SHOES = (
    (70, 230, 240), (60, 90, 240), (230, 150, 60), (235, 235, 235), (120, 230, 140), (180, 90, 230),
)  # fmt: skip
HAIR_STYLES = ("short", "ponytail", "cap")


@dataclass(frozen=True)
class Clothing:
    """Colours and cut. hair_style: short, ponytail or cap; long_tights: to the ankle."""

    skin: Colour
    hair: Colour
    shirt: Colour
    shorts: Colour
    shoes: Colour
    trim: Colour
    hair_style: str
    long_tights: bool
    sleeveless: bool


def random_clothing(rng: np.random.Generator) -> Clothing:
    """Clothing: one colour of each palette, varied a little in brightness."""

    def pick(palette):
        return tuple(
            np.clip(np.array(palette[rng.integers(len(palette))]) * rng.uniform(0.9, 1.08), 0, 255)
        )

    return Clothing(
        skin=pick(SKINS),
        hair=pick(HAIRS),
        shirt=pick(SHIRTS),
        shorts=pick(SHORTS),
        shoes=pick(SHOES),
        trim=pick(((240, 240, 240), (50, 200, 250), (40, 40, 40))),
        hair_style=HAIR_STYLES[rng.integers(len(HAIR_STYLES))],
        long_tights=bool(rng.random() < 0.2),
        sleeveless=bool(rng.random() < 0.25),
    )
