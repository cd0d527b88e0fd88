"""A runner's body as meshes that hang on the joints: which bone each hangs on, and its shape.

Shapes are those of a runner of 1.75 m, in metres across the bone and in bone lengths along it, and
scale with height. The head's along is from the ears to the crown.

Legend: T frames, B bones, V vertices, F faces.
"""

from dataclasses import dataclass, replace

import numpy as np

from runform.simulate.mesh import Mesh, finer, merged, moved, patch, tube
from runform.simulate.textures import Clothing
from runform.skeleton import get_skeleton

_REFERENCE_HEIGHT_M = 1.75
_LIMBS = ("upper_arm", "forearm", "thigh", "shank", "foot")
BONES = (
    "pelvis", "chest", "neck", "head",
    *(f"{side}_{bone}" for bone in _LIMBS for side in ("left", "right")),
)  # fmt: skip

# Rows of `tube`: along, half width, reach to the front, reach to the back.
_SKULL = (  # from the chin up
    (-0.92, 0.018, 0.082, -0.058), (-0.86, 0.036, 0.088, -0.03), (-0.66, 0.052, 0.09, 0.01),
    (-0.4, 0.062, 0.09, 0.05), (-0.1, 0.07, 0.092, 0.078), (0.2, 0.074, 0.094, 0.094),
    (0.5, 0.073, 0.091, 0.097), (0.72, 0.065, 0.078, 0.088), (0.88, 0.048, 0.056, 0.066),
    (0.97, 0.025, 0.028, 0.034), (1.0, 0.006, 0.006, 0.008),
)  # fmt: skip
_NOSE = (
    (-0.26, 0.014, 0.112, -0.08), (-0.2, 0.017, 0.116, -0.08), (-0.02, 0.011, 0.105, -0.08),
    (0.16, 0.006, 0.095, -0.08),
)  # fmt: skip
_EAR = (
    (-0.26, 0.006, 0.008, 0.008), (-0.14, 0.011, 0.014, 0.018), (0.08, 0.012, 0.018, 0.024),
    (0.2, 0.008, 0.012, 0.018),
)  # fmt: skip
_PONYTAIL = (
    (-0.85, 0.008, -0.125, 0.14), (-0.6, 0.018, -0.115, 0.155), (-0.2, 0.026, -0.1, 0.16),
    (0.15, 0.022, -0.085, 0.14), (0.38, 0.012, -0.07, 0.11),
)  # fmt: skip
_BRIM = ((0.34, 0.07, 0.15, 0.0), (0.4, 0.07, 0.155, 0.0), (0.46, 0.06, 0.12, 0.0))


_THIGH = (
    (-0.17, 0.025, 0.025, 0.03), (-0.12, 0.062, 0.06, 0.075), (-0.03, 0.083, 0.083, 0.1),
    (0.1, 0.088, 0.088, 0.1), (0.3, 0.082, 0.086, 0.086), (0.55, 0.068, 0.072, 0.068),
    (0.8, 0.056, 0.06, 0.055), (0.93, 0.052, 0.056, 0.05), (1.02, 0.05, 0.052, 0.044),
    (1.08, 0.036, 0.04, 0.034), (1.12, 0.01, 0.012, 0.01),
)  # fmt: skip
_SHANK = (
    (-0.11, 0.01, 0.014, 0.01), (-0.05, 0.044, 0.048, 0.04), (0.05, 0.05, 0.05, 0.053),
    (0.2, 0.054, 0.044, 0.07), (0.35, 0.052, 0.041, 0.072), (0.55, 0.042, 0.037, 0.053),
    (0.75, 0.033, 0.034, 0.038), (0.92, 0.031, 0.033, 0.036), (1.02, 0.033, 0.034, 0.036),
    (1.08, 0.022, 0.024, 0.026),
)  # fmt: skip
_UPPER_ARM = (
    (-0.13, 0.012, 0.014, 0.014), (-0.09, 0.036, 0.04, 0.04), (0.0, 0.052, 0.056, 0.054),
    (0.15, 0.051, 0.055, 0.053), (0.35, 0.046, 0.05, 0.047), (0.6, 0.04, 0.043, 0.043),
    (0.85, 0.036, 0.037, 0.037), (1.0, 0.034, 0.034, 0.035), (1.07, 0.022, 0.022, 0.024),
    (1.1, 0.006, 0.006, 0.006),
)  # fmt: skip
_FOREARM = (
    (-0.09, 0.01, 0.01, 0.01), (-0.03, 0.033, 0.033, 0.033), (0.12, 0.04, 0.04, 0.04),
    (0.3, 0.039, 0.04, 0.04), (0.6, 0.032, 0.032, 0.032), (0.9, 0.025, 0.026, 0.026),
    (1.03, 0.026, 0.026, 0.024),
)  # fmt: skip
_HAND = (  # a loose fist, in lengths of the forearm
    (0.98, 0.022, 0.022, 0.02), (1.06, 0.03, 0.036, 0.03), (1.16, 0.032, 0.046, 0.036),
    (1.26, 0.032, 0.046, 0.036), (1.34, 0.027, 0.038, 0.03), (1.39, 0.012, 0.016, 0.012),
)  # fmt: skip
_TORSO = (  # from the crotch (below the hips) to the base of the neck, in lengths of the torso
    (-0.2, 0.045, 0.05, 0.06), (-0.12, 0.12, 0.085, 0.1), (0.0, 0.162, 0.1, 0.122),
    (0.12, 0.158, 0.1, 0.11), (0.26, 0.142, 0.097, 0.088), (0.4, 0.137, 0.1, 0.083),
    (0.54, 0.148, 0.108, 0.092), (0.68, 0.162, 0.114, 0.105), (0.82, 0.174, 0.11, 0.11),
    (0.92, 0.178, 0.09, 0.1), (1.0, 0.17, 0.066, 0.082), (1.06, 0.13, 0.05, 0.066),
    (1.1, 0.08, 0.045, 0.056), (1.13, 0.05, 0.04, 0.05),
)  # fmt: skip
_NECK = (
    (-0.35, 0.062, 0.05, 0.06), (0.2, 0.056, 0.05, 0.054), (0.7, 0.053, 0.05, 0.054),
    (1.1, 0.05, 0.04, 0.05),
)  # fmt: skip
_SHOE = (  # from heel to toe, in lengths of the foot; front is up from the sole
    (-0.06, 0.016, 0.026, 0.004), (-0.01, 0.029, 0.044, 0.008), (0.1, 0.034, 0.066, 0.008),
    (0.24, 0.036, 0.08, 0.008), (0.36, 0.037, 0.07, 0.008), (0.55, 0.042, 0.05, 0.008),
    (0.74, 0.046, 0.038, 0.008), (0.92, 0.04, 0.03, 0.006), (1.03, 0.026, 0.023, 0.003),
    (1.09, 0.008, 0.013, -0.002),
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A mesh whose vertices hang on bones: `bone` (V,), in the trunk blended by `chest_share`."""

    mesh: Mesh
    bone: np.ndarray
    chest_share: np.ndarray


def build_figure(clothing: Clothing) -> Figure:
    """The body in its clothes, ready to be posed."""
    neck = tube(_NECK, clothing.skin)
    parts = [("pelvis", _torso(clothing)), ("neck", neck), ("head", head_mesh(clothing))]
    for side, outward in (("left", -1), ("right", 1)):
        parts += [(f"{side}_{bone}", mesh) for bone, mesh in _limbs(clothing, outward)]
    bone = np.concatenate([np.full(len(mesh.vertices), BONES.index(name)) for name, mesh in parts])
    mesh = merged([mesh for _, mesh in parts])
    on_torso = bone == BONES.index("pelvis")
    share = np.where(on_torso, np.clip((mesh.vertices[:, 0] - 0.1) / 0.75, 0, 1), 0.0)
    return Figure(mesh, bone, share * share * (3 - 2 * share))


def _torso(clothing):
    """Shirt and shorts, with a bib number on the chest."""
    rows, segments = finer(_TORSO), 24
    cloth = [clothing.shorts if row[0] < 0.1 else clothing.shirt for row in rows[:-1]]
    torso = tube(rows, cloth, segments)
    along = torso.vertices[torso.faces[:, 0], 0]
    from_front = np.arange(len(torso.faces)) % segments
    in_front = (from_front < 3) | (from_front >= segments - 3)
    torso.colour[(along > 0.45) & (along < 0.8) & in_front] = clothing.trim
    return torso


def _limbs(clothing, outward):
    legs = clothing.shorts if clothing.long_tights else clothing.skin
    yield "thigh", tube(finer(_THIGH), legs)
    if not clothing.long_tights:
        shorts = _sleeve(_THIGH, 0.52, 0.012, clothing.shorts)
        yield "thigh", _trimmed(shorts, clothing.trim, outward)
    shank = finer(_SHANK)
    yield "shank", tube(shank, [clothing.trim if row[0] > 0.9 else legs for row in shank[:-1]])
    yield "foot", _shoe(clothing)
    yield "upper_arm", tube(_UPPER_ARM, clothing.skin)
    if not clothing.sleeveless:
        yield "upper_arm", _sleeve(_UPPER_ARM, 0.55, 0.01, clothing.shirt)
    yield "forearm", tube(_FOREARM, clothing.skin)
    yield "forearm", tube(_HAND, clothing.skin, segments=10)


def _sleeve(rows, end, looseness_m, colour):
    """Cloth around the upper part of a limb, wider towards its open end."""
    rows = np.array(rows)
    along = np.append(rows[rows[:, 0] < end, 0], end)
    around = np.stack([np.interp(along, rows[:, 0], column) for column in rows.T[1:]], axis=1)
    slack = looseness_m * np.clip(0.4 + along / end, 0.4, 1.4)
    shape = np.column_stack([along, around + slack[:, None]])
    closed_top = [along[0] - 0.02, 0.002, 0.002, 0.002]
    return tube(np.vstack([closed_top, shape]), colour, lift_m=0.008)


def _trimmed(sleeve, colour, outward):
    """A stripe down the outer side."""
    middle = sleeve.vertices[sleeve.faces].mean(axis=1)
    sleeve.colour[middle[:, 2] * outward > 0.9 * np.abs(middle[:, 2]).max()] = colour
    return sleeve


def _shoe(clothing):
    shoe = tube(_SHOE, clothing.shoes, segments=14)
    height_m = shoe.vertices[shoe.faces].mean(axis=1)[:, 1]
    shoe.colour[height_m < 0.012] = (235, 235, 235)
    return shoe


def head_mesh(clothing: Clothing) -> Mesh:
    """Head with hair as the clothing says."""
    skin = np.array(clothing.skin)
    ear = tube(_EAR, 0.92 * skin, segments=8)
    hair = _cap(clothing) if clothing.hair_style == "cap" else _hair(clothing)
    return merged(
        [
            tube(finer(_SKULL), skin, segments=24),
            tube(_NOSE, 0.97 * skin, segments=8, lift_m=0.01),
            moved(ear, (0.0, 0.0, -0.075)),
            moved(ear, (0.0, 0.0, 0.075)),
            *_face(skin, np.array(clothing.hair)),
            *hair,
        ]
    )


def _face(skin, hair):
    """Eyes, brows and mouth as patches in front of the face."""
    white, brow = 0.65 * np.array((225, 228, 232)) + 0.3 * skin, 0.45 * hair + 0.4 * skin
    for side in (-1, 1):
        yield _on_face((0.03, 0.13), (side * 0.02, side * 0.046), 0.093, white)
        yield _on_face((0.02, 0.13), (side * 0.027, side * 0.04), 0.095, (40, 45, 55), lift_m=0.03)
        yield _on_face((0.21, 0.26), (side * 0.014, side * 0.052), 0.094, brow)
    yield _on_face((-0.5, -0.42), (-0.024, 0.024), 0.094, 0.55 * skin * np.array([0.9, 0.85, 1.15]))


def _on_face(along, side, front, colour, lift_m=0.02):
    (low, high), (inner, outer) = along, sorted(side)
    # The face curves away to the sides.
    at_inner, at_outer = (front - 2.2 * edge**2 * 4 for edge in (inner, outer))
    corners = [
        (low, at_inner, inner), (low, at_outer, outer), (high, at_outer, outer),
        (high, at_inner, inner),
    ]  # fmt: skip
    return patch(corners, colour, lift_m)


def _hair(clothing):
    yield _shell(
        clothing.hair,
        1.07,
        lambda along, front: (along > 0.58) | ((front < 0.015) & (along > -0.3)),
    )
    if clothing.hair_style == "ponytail":
        yield tube(_PONYTAIL, clothing.hair, segments=10)


def _cap(clothing):
    yield _shell(
        clothing.hair, 1.04, lambda along, front: (front < 0.0) & (along > -0.25) & (along < 0.5)
    )
    yield _shell(clothing.trim, 1.1, lambda along, front: along > 0.42)
    yield tube(_BRIM, clothing.trim, segments=14)


def _shell(colour, swelling, covers) -> Mesh:
    """The part of the skull whose faces `covers` picks, swollen: hair or a cap."""
    skull = tube(finer(_SKULL), colour, segments=24, lift_m=0.008)
    along, front, _ = skull.vertices[skull.faces].mean(axis=1).T
    chosen = covers(along, front)
    vertices = skull.vertices * np.array([1 + (swelling - 1) * 0.7, swelling, swelling])
    return Mesh(vertices, skull.faces[chosen], skull.colour[chosen], skull.lift_m[chosen])


def pose_bones(joints_m: np.ndarray, height_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the bones are: origins (T, B, 3), m, and axes (T, B, 3, 3) in columns.

    joints_m (T, 26, 3): Halpe-26 in the world. The columns are along, which has the bone's length,
    front and side, one per metre at the reference height.
    """
    at = get_skeleton("halpe26").by_joint(joints_m)
    hips, shoulders = at["left_hip"] - at["right_hip"], at["left_shoulder"] - at["right_shoulder"]
    mid_hip, mid_shoulder, mid_ear = (
        (at[f"left_{part}"] + at[f"right_{part}"]) / 2 for part in ("hip", "shoulder", "ear")
    )
    trunk = mid_shoulder - mid_hip
    bones = {  # origin, along, roughly sideways
        "pelvis": (mid_hip, trunk, hips),
        "chest": (mid_hip, trunk, shoulders),
        "neck": (mid_shoulder, mid_ear - mid_shoulder, shoulders),
        "head": (mid_ear, at["head"] - mid_ear, at["left_ear"] - at["right_ear"]),
    }
    for side in ("left", "right"):
        for bone, start, end, across in (
            ("upper_arm", "shoulder", "elbow", shoulders),
            ("forearm", "elbow", "wrist", shoulders),
            ("thigh", "hip", "knee", hips),
            ("shank", "knee", "ankle", hips),
        ):
            origin = at[f"{side}_{start}"]
            bones[f"{side}_{bone}"] = (origin, at[f"{side}_{end}"] - origin, -across)
        heel, ankle = at[f"{side}_heel"], at[f"{side}_ankle"]
        forwards = (at[f"{side}_big_toe"] + at[f"{side}_small_toe"]) / 2 - heel
        length_m = np.linalg.norm(at[f"{side}_big_toe"] - heel, axis=-1, keepdims=True)
        along = forwards * (length_m / np.linalg.norm(forwards, axis=-1, keepdims=True))
        bones[f"{side}_foot"] = (heel, along, np.cross(along, ankle - heel))
    scale = height_m / _REFERENCE_HEIGHT_M
    origins = np.stack([bones[name][0] for name in BONES], axis=1)
    axes = np.stack([_axes(*bones[name][1:], scale) for name in BONES], axis=1)
    return origins, axes


def _axes(along, side, scale):
    """(T, 3, 3) columns along, front and side, from a bone and a rough sideways direction."""
    unit = along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
    front = np.cross(side, unit)
    front /= np.maximum(np.linalg.norm(front, axis=-1, keepdims=True), 1e-9)
    return np.stack([along, front * scale, np.cross(unit, front) * scale], axis=-1)


def pose_figure(figure: Figure, origins: np.ndarray, axes: np.ndarray) -> Mesh:
    """The mesh in the world in one frame, from the bones' origins (B, 3) and axes (B, 3, 3)."""
    local = figure.mesh.vertices
    posed = np.einsum("vij,vj->vi", axes[figure.bone], local) + origins[figure.bone]
    trunk, chest = np.flatnonzero(figure.chest_share > 0), BONES.index("chest")
    on_chest = local[trunk] @ axes[chest].T + origins[chest]
    posed[trunk] += figure.chest_share[trunk, None] * (on_chest - posed[trunk])
    return replace(figure.mesh, vertices=posed)
