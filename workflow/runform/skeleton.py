"""Skeletons as data, read from resources/skeletons.yaml; the mapping of any of them to H36M-17; and
interpolation of gaps in tracks of joints.

Legend: T frames, K keypoints of a skeleton, J joints of H36M-17 (17), C coordinates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import yaml

SKELETONS_FILE = "resources/skeletons.yaml"


@dataclass(frozen=True)
class Skeleton:
    """K named joints in array order, and how they belong together.

    name: the key in resources/skeletons.yaml.  joints: K names.  limbs: pairs of names.
    to_h36m17: for each joint of H36M-17, in its order, the joints it is made of; empty for H36M-17
    itself.
    """

    name: str
    joints: tuple[str, ...]
    limbs: tuple[tuple[str, str], ...]
    to_h36m17: dict[str, tuple[str, ...]]

    def index(self, joint: str) -> int:
        """Row of `joint` in the arrays; ValueError when this skeleton has none of that name."""
        return self.joints.index(joint)

    def has(self, *joints: str) -> bool:
        """Whether all of `joints` exist here (COCO-17 and H36M-17 have no feet)."""
        return all(joint in self.joints for joint in joints)

    def by_joint(self, xy: np.ndarray) -> dict[str, np.ndarray]:
        """(T, K, C) as joint -> (T, C)."""
        return dict(zip(self.joints, np.moveaxis(xy, 1, 0), strict=True))

    @cached_property
    def mirror(self) -> tuple[int, ...]:
        """Permutation of length K that swaps left and right: `xy[..., skeleton.mirror, :]`."""
        return tuple(self.joints.index(_other_side(joint)) for joint in self.joints)

    @cached_property
    def limb_indices(self) -> tuple[tuple[int, int], ...]:
        """`limbs` as pairs of array rows."""
        return tuple((self.index(a), self.index(b)) for a, b in self.limbs)

    @cached_property
    def h36m17_rows(self) -> list[list[int]]:
        """`to_h36m17` as array rows, one list for each joint of H36M-17."""
        return [[self.index(part) for part in parts] for parts in self.to_h36m17.values()]


def _other_side(joint: str) -> str:
    for one, other in (("left_", "right_"), ("right_", "left_")):
        if joint.startswith(one):
            return other + joint.removeprefix(one)
    return joint


@cache
def load_skeletons() -> dict[str, Skeleton]:
    """All skeletons by name: `coco17`, `halpe26`, `blazepose33`, `h36m17`."""
    file = Path(__file__).parents[2] / SKELETONS_FILE
    table = yaml.safe_load(file.read_text())
    return {
        name: Skeleton(
            name=name,
            joints=tuple(entry["joints"]),
            limbs=tuple((a, b) for a, b in entry["limbs"]),
            to_h36m17={joint: tuple(parts) for joint, parts in entry["h36m17"].items()},
        )
        for name, entry in table.items()
    }


def get_skeleton(name: str) -> Skeleton:
    """The skeleton called `name`; ValueError naming all otherwise."""
    skeletons = load_skeletons()
    if name not in skeletons:
        raise ValueError(
            f"unknown skeleton {name!r}: expected one of {', '.join(sorted(skeletons))}"
        )
    return skeletons[name]


def joints_to_h36m17(positions: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """(..., K, C) of `skeleton` -> (..., J, C): each joint is the mean of those it is made of."""
    if skeleton.name == "h36m17":
        return positions
    return np.stack(
        [positions[..., rows, :].mean(axis=-2) for rows in skeleton.h36m17_rows], axis=-2
    )


def scores_to_h36m17(scores: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """(..., K) -> (..., J): a joint has the lowest confidence of those it is made of."""
    if skeleton.name == "h36m17":
        return scores
    return np.stack([scores[..., rows].min(axis=-1) for rows in skeleton.h36m17_rows], axis=-1)


def to_h36m17(xy: np.ndarray, score: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """xy (T, K, 2) and score (T, K) -> (T, J, 3) float32: x, y and confidence.

    A missing joint is NaN, NaN, 0.
    """
    xy = joints_to_h36m17(xy.astype(np.float32), skeleton)
    score = scores_to_h36m17(score.astype(np.float32), skeleton)
    missing = ~np.isfinite(xy).all(axis=-1)
    score = np.where(missing | ~np.isfinite(score), 0, score)
    xy = np.where(score[..., None] > 0, xy, np.nan)
    return np.concatenate([xy, score[..., None]], axis=-1).astype(np.float32)


def mirrored(motion: np.ndarray) -> np.ndarray:
    """(..., J, C) as a mirror shows it: x negated, left and right exchanged. Its own inverse."""
    swapped = motion[..., get_skeleton("h36m17").mirror, :].copy()
    swapped[..., 0] *= -1
    return swapped


def interpolate_gaps(tracks: np.ndarray) -> np.ndarray:
    """(T, ...) float64: `tracks` (T, ...) with NaN replaced, column by column, by straight lines.

    Before its first and after its last value a column is constant; a column without values is 0.
    """
    return np.apply_along_axis(_interpolate_column, 0, tracks.astype(np.float64))


def _interpolate_column(track: np.ndarray) -> np.ndarray:
    frames = np.flatnonzero(np.isfinite(track))
    if not len(frames):
        return np.zeros(len(track))
    return np.interp(np.arange(len(track)), frames, track[frames])


def leg_length(
    joints: Mapping[str, np.ndarray], percentile: float = 90.0, pooled: str = "segments"
) -> float:
    """Length of the runner's leg, hip to knee to ankle, of joint -> (T, 2), in its unit.

    A percentile over frames, near the top since a leg that points at the camera looks shorter; NaN
    where nothing was seen. pooled: over what the percentile is taken. `segments`: each thigh and
    each shank; half of their sum, NaN unless all four were seen. `each_leg`: each leg, thigh plus
    shank in one frame; the mean of those seen. `both_legs`: the frames of both legs together.
    """
    segments = np.array(
        [
            [
                np.linalg.norm(joints[f"{side}_{above}"] - joints[f"{side}_{below}"], axis=1)
                for above, below in (("hip", "knee"), ("knee", "ankle"))
            ]
            for side in ("left", "right")
        ],
        float,
    )  # (2 sides, 2 segments, T)
    legs = segments.sum(axis=1)
    samples = {"segments": [*segments[0], *segments[1]], "each_leg": legs, "both_legs": [legs]}
    lengths = np.array(
        [
            np.percentile(sample[np.isfinite(sample)], percentile)
            if np.isfinite(sample).any()
            else np.nan
            for sample in samples[pooled]
        ]
    )
    if pooled == "segments":
        return float(np.sum(lengths) / 2)
    return float(np.nanmean(lengths)) if np.isfinite(lengths).any() else float("nan")
