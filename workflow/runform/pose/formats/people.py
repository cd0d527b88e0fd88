"""What a keypoint file holds once it is read: people in frames, in a skeleton that this project knows.

Legend: K keypoints, P people of a frame.
"""

from dataclasses import dataclass, field

import numpy as np

from runform.faults import InputError
from runform.skeleton import get_skeleton

SKELETON_BY_JOINTS = {17: "coco17", 26: "halpe26", 33: "blazepose33"}


@dataclass(frozen=True)
class Person:
    """xy (K, 2) px, NaN where missing; score (K,) 0..1; track: the file's own id of this person, None when it has none."""

    xy: np.ndarray
    score: np.ndarray
    track: int | None = None


@dataclass
class PeopleInFrames:
    """skeleton: name.  frames: frame number (from 0) -> people; frames that nobody wrote are not there.

    normalised: xy is in 0..1 of the picture rather than in px.  scored: False when the file holds no confidences.
    length: how many frames the file speaks of, None when it cannot be told.
    """

    skeleton: str
    frames: dict[int, list[Person]] = field(default_factory=dict)
    normalised: bool = False
    scored: bool = True
    length: int | None = None


def person(rows, where: str, track: int | None = None, scores=None) -> Person:
    """A `Person` from K rows of x, y or of x, y, score; a joint whose score is 0 or whose place is not finite is missing.

    where: file and place, for the fault.  InputError for anything that is not K numbers of a known skeleton.
    """
    try:
        table = np.array(rows, dtype=np.float64)
        table = table.reshape(-1, 3) if table.ndim == 1 else table
        if scores is not None:
            table = np.concatenate([table[:, :2], np.array(scores, dtype=np.float64).reshape(-1, 1)], axis=1)
        elif table.ndim == 2 and table.shape[1] == 2:
            table = np.concatenate([table, np.ones((len(table), 1))], axis=1)
        if table.ndim != 2 or table.shape[1] != 3:
            raise ValueError(f"shape {table.shape}")
    except (ValueError, TypeError) as fault:
        raise InputError(f"{where}: expected keypoints as rows of x, y, score: {str(fault)[:100]}") from fault
    missing = ~np.isfinite(table).all(axis=1) | (table[:, 2] <= 0)
    table[missing] = [np.nan, np.nan, 0]
    return Person(table[:, :2], np.clip(table[:, 2], 0, 1), track)


def skeleton_of(joints: int, where: str) -> str:
    """Name of the skeleton with this many joints; InputError naming the known ones otherwise."""
    if joints not in SKELETON_BY_JOINTS:
        known = ", ".join(f"{count} ({name})" for count, name in SKELETON_BY_JOINTS.items())
        raise InputError(f"{where}: {joints} keypoints: expected {known}")
    return SKELETON_BY_JOINTS[joints]


def add(people: PeopleInFrames, frame: int, found: Person, where: str) -> None:
    """Put `found` into `frame`; InputError when it has another number of joints than the skeleton."""
    expected = len(get_skeleton(people.skeleton).joints)
    if len(found.xy) != expected:
        raise InputError(f"{where}: {len(found.xy)} keypoints: expected {expected} ({people.skeleton}) as in the frames before")
    people.frames.setdefault(frame, []).append(found)


def reordered(found: Person, order: dict[str, int], skeleton: str) -> Person:
    """`found` brought into the order of `skeleton`: joint name -> row in the file; joints the file lacks are missing."""
    names = get_skeleton(skeleton).joints
    xy, score = np.full((len(names), 2), np.nan), np.zeros(len(names))
    for row, name in enumerate(names):
        if name in order:
            xy[row], score[row] = found.xy[order[name]], found.score[order[name]]
    return Person(xy, score, found.track)
