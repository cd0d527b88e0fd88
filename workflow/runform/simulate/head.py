"""The head: skull, face, ears, and hair or cap. Along is from the ears to the crown (length 1), front and side are in metres."""

import numpy as np

from runform.simulate.outfit import Outfit
from runform.simulate.solids import Solid, finer, merged, moved, patch, tube

_SKULL = (  # along, half width, front, back; from the chin up
    (-0.92, 0.018, 0.082, -0.058), (-0.86, 0.036, 0.088, -0.03), (-0.66, 0.052, 0.09, 0.01), (-0.4, 0.062, 0.09, 0.05),
    (-0.1, 0.07, 0.092, 0.078), (0.2, 0.074, 0.094, 0.094), (0.5, 0.073, 0.091, 0.097), (0.72, 0.065, 0.078, 0.088),
    (0.88, 0.048, 0.056, 0.066), (0.97, 0.025, 0.028, 0.034), (1.0, 0.006, 0.006, 0.008),
)  # fmt: skip
_NOSE = ((-0.26, 0.014, 0.112, -0.08), (-0.2, 0.017, 0.116, -0.08), (-0.02, 0.011, 0.105, -0.08), (0.16, 0.006, 0.095, -0.08))
_EAR = ((-0.26, 0.006, 0.008, 0.008), (-0.14, 0.011, 0.014, 0.018), (0.08, 0.012, 0.018, 0.024), (0.2, 0.008, 0.012, 0.018))
_PONYTAIL = (
    (-0.85, 0.008, -0.125, 0.14), (-0.6, 0.018, -0.115, 0.155), (-0.2, 0.026, -0.1, 0.16), (0.15, 0.022, -0.085, 0.14),
    (0.38, 0.012, -0.07, 0.11),
)  # fmt: skip
_BRIM = ((0.34, 0.07, 0.15, 0.0), (0.4, 0.07, 0.155, 0.0), (0.46, 0.06, 0.12, 0.0))


def head_solid(outfit: Outfit) -> Solid:
    """Head with hair as the outfit says."""
    skin = np.array(outfit.skin)
    solids = [tube(finer(_SKULL), skin, segments=24), tube(_NOSE, 0.97 * skin, segments=8, lift_m=0.01)]
    solids += [moved(tube(_EAR, 0.92 * skin, segments=8), (0.0, 0.0, side * 0.075)) for side in (-1, 1)]
    solids += list(_face(skin, outfit.hair))
    solids += list(_cap(outfit) if outfit.hair_style == "cap" else _hair(outfit))
    return merged(solids)


def _face(skin, hair):
    """Eyes, brows and mouth as patches in front of the face."""
    for side in (-1, 1):
        yield _on_face((0.03, 0.13), (side * 0.02, side * 0.046), 0.093, 0.65 * np.array((225, 228, 232)) + 0.3 * skin)
        yield _on_face((0.02, 0.13), (side * 0.027, side * 0.04), 0.095, (40, 45, 55), lift_m=0.03)
        yield _on_face((0.21, 0.26), (side * 0.014, side * 0.052), 0.094, 0.45 * np.array(hair) + 0.4 * skin)
    yield _on_face((-0.5, -0.42), (-0.024, 0.024), 0.094, 0.55 * skin * np.array([0.9, 0.85, 1.15]))


def _on_face(along, side, front, colour, lift_m=0.02):
    (low, high), (inner, outer) = along, sorted(side)
    # The face curves away to the sides.
    depth = [front - 2.2 * edge**2 * 4 for edge in (inner, outer)]
    corners = [(low, depth[0], inner), (low, depth[1], outer), (high, depth[1], outer), (high, depth[0], inner)]
    return patch(corners, colour, lift_m)


def _hair(outfit):
    yield _shell(outfit.hair, 1.07, lambda middle: (middle[:, 0] > 0.58) | ((middle[:, 1] < 0.015) & (middle[:, 0] > -0.3)))
    if outfit.hair_style == "ponytail":
        yield tube(_PONYTAIL, outfit.hair, segments=10)


def _cap(outfit):
    yield _shell(outfit.hair, 1.04, lambda middle: (middle[:, 1] < 0.0) & (middle[:, 0] > -0.25) & (middle[:, 0] < 0.5))
    yield _shell(outfit.trim, 1.1, lambda middle: middle[:, 0] > 0.42)
    yield tube(_BRIM, outfit.trim, segments=14)


def _shell(colour, swelling, covers) -> Solid:
    """The part of the skull whose faces `covers` picks, swollen: hair or a cap."""
    skull = tube(finer(_SKULL), colour, segments=24, lift_m=0.008)
    chosen = covers(skull.vertices[skull.faces].mean(axis=1))
    vertices = skull.vertices * np.array([1 + (swelling - 1) * 0.7, swelling, swelling])
    return Solid(vertices, skull.faces[chosen], skull.colour[chosen], skull.lift_m[chosen])
