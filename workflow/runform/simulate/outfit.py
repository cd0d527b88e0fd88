"""What a runner looks like: skin, hair and clothes, drawn from the seed. Colours are BGR, 0..255."""

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]

SKINS = ((178, 205, 240), (140, 175, 224), (112, 150, 205), (84, 120, 176), (58, 86, 134), (42, 62, 98))
HAIRS = ((24, 26, 32), (28, 44, 66), (40, 66, 102), (70, 120, 170), (92, 150, 200), (110, 112, 118))
SHIRTS = (
    (60, 60, 210),
    (190, 110, 40),
    (70, 160, 60),
    (40, 170, 235),
    (225, 225, 228),
    (150, 70, 130),
    (60, 130, 240),
    (160, 160, 60),
)
SHORTS = ((40, 36, 34), (95, 50, 30), (70, 70, 75), (35, 35, 120), (120, 80, 40))
SHOES = ((70, 230, 240), (60, 90, 240), (230, 150, 60), (235, 235, 235), (120, 230, 140), (180, 90, 230))
HAIR_STYLES = ("short", "ponytail", "cap")


@dataclass(frozen=True)
class Outfit:
    """Colours and cut. hair_style: short, ponytail or cap; long_tights: legs covered to the ankle instead of shorts."""

    skin: Colour
    hair: Colour
    shirt: Colour
    shorts: Colour
    shoes: Colour
    trim: Colour
    hair_style: str
    long_tights: bool
    sleeveless: bool


def random_outfit(rng: np.random.Generator) -> Outfit:
    """An outfit: one of the palette colours each, varied a little in brightness."""

    def pick(palette):
        return tuple(np.clip(np.array(palette[rng.integers(len(palette))]) * rng.uniform(0.9, 1.08), 0, 255))

    return Outfit(
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
