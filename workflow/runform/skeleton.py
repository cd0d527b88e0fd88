"""Skeletons as data: joint names, mirror pairs, limbs, and the way to H36M-17, read from
resources/skeletons.yaml.

Legend: K keypoints.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import yaml

SKELETONS_FILE = "resources/skeletons.yaml"


@dataclass(frozen=True)
class Skeleton:
    """K named joints in array order, and what is known of them.

    name: the key in resources/skeletons.yaml.  joints: K names.  limbs: pairs of names.
    to_h36m17: for each joint of H36M-17 the joints whose mean it is; empty for H36M-17 itself.
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

    @cached_property
    def mirror(self) -> tuple[int, ...]:
        """Permutation of length K that swaps left and right: `xy[..., skeleton.mirror, :]`."""
        return tuple(self.joints.index(_other_side(joint)) for joint in self.joints)

    @cached_property
    def limb_indices(self) -> tuple[tuple[int, int], ...]:
        """`limbs` as pairs of array rows."""
        return tuple((self.index(a), self.index(b)) for a, b in self.limbs)


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
    """The skeleton called `name`; ValueError naming the known ones otherwise."""
    skeletons = load_skeletons()
    if name not in skeletons:
        raise ValueError(
            f"unknown skeleton {name!r}: expected one of {', '.join(sorted(skeletons))}"
        )
    return skeletons[name]


# Gaps in tracks of joints.


def bridged(tracks: np.ndarray) -> np.ndarray:
    """(T, ...) float64: NaN in `tracks` (T, ...) replaced, column by column, by straight lines from
    frame to frame.

    Before the first and after the last known value a column stays as it is there; a column without
    any is 0.
    """
    return np.apply_along_axis(_bridged_column, 0, tracks.astype(np.float64))


def _bridged_column(track: np.ndarray) -> np.ndarray:
    known = np.flatnonzero(np.isfinite(track))
    return (
        np.interp(np.arange(len(track)), known, track[known])
        if len(known)
        else np.zeros(len(track))
    )
