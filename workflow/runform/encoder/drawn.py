"""Where a skeleton draws its joints: detectors and motion capture put the same joint of the same person in different places.

Legend: N instants, K = 26 keypoints of Halpe-26. World axes in metres.

Spreads: hip joint centres by regression from landmarks are 15 to 30 mm off, by function 13 mm (Erdemir; Mantovani 2016); acromion
and centre of the shoulder are 40 mm apart; the head's point is its crown, its middle or between the eyes, as the skeleton has it.
"""

import numpy as np

from runform.skeleton import get_skeleton

_SKELETON = get_skeleton("halpe26")
_ROW = {name: row for row, name in enumerate(_SKELETON.joints)}
# Joint: SD of its place forward, outward and along the segment from `_FROM` to it, m; left and right alike, but for _SIDE_SD_M.
_SD_M = {
    "hip": (0.015, 0.0, 0.02),  # outward: see the widths in variety.py
    "knee": (0.010, 0.010, 0.012),
    "ankle": (0.010, 0.010, 0.012),
    "shoulder": (0.015, 0.0, 0.02),
    "elbow": (0.010, 0.010, 0.012),
    "wrist": (0.010, 0.010, 0.020),
    "neck": (0.015, 0.0, 0.020),
    "nose": (0.020, 0.0, 0.020),
    "eye": (0.010, 0.005, 0.015),
    "ear": (0.010, 0.005, 0.015),
    "head": (0.020, 0.0, 0.035),
}
_SIDE_SD_M = 0.004
_FROM = {"knee": "hip", "ankle": "knee", "elbow": "shoulder", "wrist": "elbow"}  # the others: along the trunk


def draw_places(amount: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Joint name -> (3,) offset forward, outward and along, m, of one runner's skeleton; `amount` scales the spreads."""
    places = {}
    for part, sd in _SD_M.items():
        common = amount * np.array(sd) * rng.standard_normal(3)
        if part in _ROW:
            places[part] = common
        else:
            for side in ("left", "right"):
                places[f"{side}_{part}"] = common + amount * _SIDE_SD_M * rng.standard_normal(3)
    return places


def drawn_joints(joints: np.ndarray, places: dict[str, np.ndarray]) -> np.ndarray:
    """(N, K, 3) `joints` as a skeleton with these `places` draws them; the root stays the middle of the hips."""
    drawn = joints.copy()
    trunk = joints[:, _ROW["neck"]] - joints[:, _ROW["root"]]
    hips, shoulders = (joints[:, _ROW[f"left_{part}"]] - joints[:, _ROW[f"right_{part}"]] for part in ("hip", "shoulder"))
    for name, (forward, outward, along) in places.items():
        side, _, part = name.rpartition("_")
        start = _FROM.get(part)
        segment = joints[:, _ROW[name]] - joints[:, _ROW[f"{side}_{start}"]] if start else trunk
        down = -1.0 if start in ("hip", "knee", "shoulder", "elbow") else 1.0  # limbs point down, the trunk up
        ahead, left, unit = _axes(segment, shoulders if part in ("shoulder", "elbow", "wrist", "neck") else hips, down)
        drawn[:, _ROW[name]] += forward * ahead + (-1.0 if side == "right" else 1.0) * outward * left + along * unit
    drawn[:, _ROW["root"]] = (drawn[:, _ROW["left_hip"]] + drawn[:, _ROW["right_hip"]]) / 2
    return drawn


def _axes(segment: np.ndarray, across: np.ndarray, up: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors (N, 3) ahead of, left of and along `segment`; `up` -1 where it points down."""
    unit = segment / np.linalg.norm(segment, axis=-1, keepdims=True)
    ahead = np.cross(across, up * unit)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=-1, keepdims=True), 1e-9)
    return ahead, np.cross(up * unit, ahead), unit
