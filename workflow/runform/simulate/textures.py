"""Textures: the ground and the far wall of each site, and the runner's clothing.

Colours are BGR, 0..255.
Legend: G = GROUND_M * GROUND_PX_M; H, W size of the wall's picture, px.
"""

from dataclasses import dataclass

import cv2
import numpy as np

GROUND_PX_M, WALL_PX_M = 40, 24
GROUND_M, WALL_HEIGHT_M = 36.0, 9.0
# Colours of the ground, of the strip the runner runs on, and of the sky from the horizon up.
_COLOURS = {
    "track": ((74, 128, 84), (66, 78, 168), ((236, 224, 205), (214, 170, 120))),
    "park": ((66, 122, 90), (136, 158, 176), ((232, 226, 214), (205, 168, 128))),
    "street": ((126, 128, 130), (100, 100, 102), ((226, 224, 222), (206, 190, 172))),
    "room": ((124, 146, 168), (124, 146, 168), ((205, 210, 214), (222, 226, 230))),
}
SITES = tuple(_COLOURS)
_SEATS = (
    (168, 116, 72), (92, 92, 172), (196, 196, 196), (110, 150, 190), (90, 90, 90), (130, 170, 120),
)  # fmt: skip
_STONES = ((150, 170, 190), (140, 150, 160), (128, 142, 172), (178, 184, 186))
_PLASTERS = ((200, 208, 214), (196, 204, 190), (186, 200, 212))
_WHITE = (246, 246, 246)

Colour = tuple[float, ...]
_SKINS = (
    (178, 205, 240), (140, 175, 224), (112, 150, 205), (84, 120, 176), (58, 86, 134), (42, 62, 98),
)  # fmt: skip
_HAIRS = (
    (24, 26, 32), (28, 44, 66), (40, 66, 102), (70, 120, 170), (92, 150, 200), (110, 112, 118),
)  # fmt: skip
_SHIRTS = (
    (60, 60, 210), (190, 110, 40), (70, 160, 60), (40, 170, 235), (225, 225, 228), (150, 70, 130),
    (60, 130, 240), (160, 160, 60),
)  # fmt: skip
_SHORTS = ((40, 36, 34), (95, 50, 30), (70, 70, 75), (35, 35, 120), (120, 80, 40))
_SHOES = (
    (70, 230, 240), (60, 90, 240), (230, 150, 60), (235, 235, 235), (120, 230, 140), (180, 90, 230),
)  # fmt: skip
_TRIMS = ((240, 240, 240), (50, 200, 250), (40, 40, 40))
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

    def pick(palette: tuple[Colour, ...]) -> Colour:
        colour = np.array(palette[rng.integers(len(palette))])
        return tuple(np.clip(colour * rng.uniform(0.9, 1.08), 0, 255))

    return Clothing(
        skin=pick(_SKINS),
        hair=pick(_HAIRS),
        shirt=pick(_SHIRTS),
        shorts=pick(_SHORTS),
        shoes=pick(_SHOES),
        trim=pick(_TRIMS),
        hair_style=HAIR_STYLES[rng.integers(len(HAIR_STYLES))],
        long_tights=bool(rng.random() < 0.2),
        sleeveless=bool(rng.random() < 0.25),
    )


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
        curb = slice(middle - half + 4, middle - half + 8)
        for start in range(0, size, int(3.2 * GROUND_PX_M)):
            ground[curb, start : start + int(1.4 * GROUND_PX_M)] = 225
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
    sky = np.broadcast_to(low + (high - low) * fade, (height, width, 3))
    wall = np.ascontiguousarray(sky.astype(np.uint8))
    paint = {"track": _paint_stand, "park": _paint_trees, "street": _paint_houses}
    paint.get(site, _paint_room)(rng, wall)
    return cv2.GaussianBlur(wall, (0, 0), 1.2 if site == "room" else 1.6)


def _fill(wall, upper_left, lower_right, colour):
    cv2.rectangle(wall, upper_left, lower_right, np.asarray(colour, float).tolist(), -1)


def _dot(wall, centre, radius, colour):
    cv2.circle(wall, centre, radius, np.asarray(colour, float).tolist(), -1, cv2.LINE_AA)


def _paint_trees(rng, wall):
    """A far wood, single trees before it, and a hedge: leaves as small discs lit from above."""
    height, width = wall.shape[:2]
    for number, shade in ((width // 40, 0.72), (width // 110, 1.0)):
        for _ in range(number):
            x, tall = int(rng.integers(width)), rng.uniform(3.0, 7.5) * WALL_PX_M
            trunk = int(rng.uniform(0.08, 0.2) * WALL_PX_M) + 1
            bark = np.array((52, 66, 84)) * shade
            _fill(wall, (x - trunk, int(height - 0.7 * tall)), (x + trunk, height), bark)
            _paint_crown(rng, wall, (x, height - 0.68 * tall), 0.3 * tall, shade)
    for x in range(0, width, 5):
        at = (x, int(height - rng.uniform(0.1, 0.95) * WALL_PX_M))
        radius = int(rng.integers(5, 9))
        _dot(wall, at, radius, np.array((54, 98, 70)) * rng.uniform(0.8, 1.15))


def _paint_crown(rng, wall, centre, radius, shade):
    green = np.array((56, 112, 78)) + rng.normal(0, 8, 3)
    angle, reach = rng.uniform(0, 2 * np.pi, 70), np.sqrt(rng.uniform(0, 1, 70))
    across = centre[0] + 0.8 * radius * reach * np.cos(angle)
    down = centre[1] + radius * reach * np.sin(angle)
    lowest_first = np.argsort(-down)
    for x, y in zip(across[lowest_first], down[lowest_first], strict=True):
        light = 1.0 + 0.28 * (centre[1] - y) / radius + rng.normal(0, 0.06)
        leaf = green * (shade * np.clip(light, 0.5, 1.4))
        _dot(wall, (int(x), int(y)), int(radius * rng.uniform(0.12, 0.24)), leaf)


def _paint_stand(rng, wall):
    """A stand with people and empty seats behind a fence, and trees above it."""
    _paint_trees(rng, wall)
    height, width = wall.shape[:2]
    row_px, fence = int(0.5 * WALL_PX_M), int(height - 1.0 * WALL_PX_M)
    for row in reversed(range(7)):
        top = int(height - 0.9 * WALL_PX_M) - (row + 1) * row_px
        step = np.array((150, 150, 148)) * (0.7 + 0.04 * row)
        _fill(wall, (0, top), (width, top + row_px), step)
        for x in range(int(rng.integers(9)), width, 9):
            colour = np.array(_SEATS[rng.integers(len(_SEATS))]) * rng.uniform(0.75, 1.1)
            _fill(wall, (x, top + 4), (x + 6, top + row_px), colour)
            if rng.random() < 0.55:
                _dot(wall, (x + 3, top + 2), 2, (110, 140, 180))
    _fill(wall, (0, fence), (width, height), (176, 172, 164))
    for x in range(0, width, int(2.5 * WALL_PX_M)):
        cv2.line(wall, (x, fence), (x, height), (150, 146, 138), 1)


def _paint_houses(rng, wall):
    height, width = wall.shape[:2]
    x = 0
    while x < width:
        wide, top = int(rng.uniform(6, 12) * WALL_PX_M), int(height - rng.uniform(5, 9) * WALL_PX_M)
        stone = np.array(_STONES[rng.integers(len(_STONES))]) * rng.uniform(0.9, 1.05)
        _fill(wall, (x, top), (x + wide, height), stone)
        _fill(wall, (x, top), (x + wide, top + 5), 0.8 * stone)
        for row in range(top + 16, height - 40, int(1.5 * WALL_PX_M)):
            for column in range(x + 14, x + wide - 20, int(1.6 * WALL_PX_M)):
                pane = 0.42 * stone + rng.uniform(0.7, 1.3) * np.array((34, 26, 18))
                _paint_window(wall, column, row, stone, pane)
        x += wide
    _paint_bushes(rng, wall)


def _paint_window(wall, x, y, stone, pane):
    _fill(wall, (x, y), (x + 17, y + 24), (1.12 * stone).clip(0, 255))
    _fill(wall, (x + 2, y + 2), (x + 15, y + 22), pane)
    bar = (1.05 * stone).clip(0, 255).tolist()
    cv2.line(wall, (x + 8, y + 2), (x + 8, y + 22), bar, 1)


def _paint_bushes(rng, wall):
    height, width = wall.shape[:2]
    _fill(wall, (0, int(height - 0.3 * WALL_PX_M)), (width, height), (158, 160, 160))
    for _ in range(width // 200):
        x, radius = int(rng.integers(width)), rng.uniform(0.5, 1.3) * WALL_PX_M
        _fill(wall, (x - 2, int(height - 2.6 * radius)), (x + 2, height), (60, 74, 92))
        _paint_crown(rng, wall, (x, height - 2.4 * radius), radius, 0.95)


def _paint_room(rng, wall):
    """Plaster, windows with greenery behind them, and a skirting board."""
    height, width = wall.shape[:2]
    plaster = np.array(_PLASTERS[rng.integers(3)]) * rng.uniform(0.92, 1.04)
    wall[:] = np.clip(plaster * np.linspace(1.04, 0.94, height)[:, None, None], 0, 255)
    top, bottom = int(height - 2.5 * WALL_PX_M), int(height - 1.05 * WALL_PX_M)
    for x in range(int(rng.integers(60)), width, int(2.6 * WALL_PX_M)):
        right = x + int(1.5 * WALL_PX_M)
        sky = np.linspace((228, 206, 178), (232, 226, 216), bottom - top)[:, None]
        wall[top:bottom, x:right] = sky
        for _ in range(12):
            across, up = int(rng.integers(x + 7, right - 7)), rng.uniform(0, 0.35) * WALL_PX_M
            _dot(wall, (across, int(bottom - up)), int(rng.integers(3, 6)), (112, 150, 128))
        _fill(wall, (x, bottom), (right, bottom + 10), 0.95 * plaster)
        cv2.rectangle(wall, (x, top), (right, bottom), _WHITE, 2)
        cv2.line(wall, ((x + right) // 2, top), ((x + right) // 2, bottom), _WHITE, 1)
    _fill(wall, (0, int(height - 0.12 * WALL_PX_M)), (width, height), 0.75 * plaster)
