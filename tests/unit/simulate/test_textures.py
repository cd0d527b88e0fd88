"""Sites and clothing are random, fixed by the seed."""

import numpy as np
import pytest

from runform.simulate.textures import (
    GROUND_M,
    GROUND_PX_M,
    HAIR_STYLES,
    SITES,
    paint_ground,
    paint_wall,
    random_clothing,
)


@pytest.mark.parametrize("site", SITES)
def test_a_site_is_the_same_for_a_seed_and_another_for_another(site):
    one, same, other = (paint_ground(np.random.default_rng(seed), site) for seed in (1, 1, 2))
    assert one.shape == (int(GROUND_M * GROUND_PX_M),) * 2 + (3,) and one.dtype == np.uint8
    assert (one == same).all() and (one != other).any()
    wall = paint_wall(np.random.default_rng(1), site, 14.0)
    assert wall.dtype == np.uint8 and wall.std() > 5


def test_clothing_varies_within_its_palettes():
    clothes = [random_clothing(np.random.default_rng(seed)) for seed in range(60)]
    assert {clothing.hair_style for clothing in clothes} == set(HAIR_STYLES)
    assert len({clothing.shirt for clothing in clothes}) > 30
    assert all(0 <= value <= 255 for clothing in clothes for value in clothing.skin)
