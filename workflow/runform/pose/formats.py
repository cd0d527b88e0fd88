"""What a keypoint file holds once it is read: people in frames, in a skeleton that this project
knows.

Legend: K keypoints, P people of a frame.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from runform.errors import InputError
from runform.skeleton import get_skeleton

SKELETON_BY_JOINTS = {17: "coco17", 26: "halpe26", 33: "blazepose33"}


@dataclass(frozen=True)
class Person:
    """xy (K, 2) px, NaN where missing; score (K,) 0..1; track: the file's own id of this person,
    None when it has none.
    """

    xy: np.ndarray
    score: np.ndarray
    track: int | None = None


@dataclass
class PeopleInFrames:
    """skeleton: name.  frames: frame number (from 0) -> people; frames that nobody wrote are not
    there.

    normalised: xy is in 0..1 of the picture rather than in px.  scored: False when the file holds
    no confidences.
    length: how many frames the file speaks of, None when it cannot be told.
    """

    skeleton: str
    frames: dict[int, list[Person]] = field(default_factory=dict)
    normalised: bool = False
    scored: bool = True
    length: int | None = None


def person(rows, where: str, track: int | None = None, scores=None) -> Person:
    """A `Person` from K rows of x, y or of x, y, score; a joint whose score is 0 or whose place is
    not finite is missing.

    where: file and place, for the fault.  InputError for anything that is not K numbers of a known
    skeleton.
    """
    try:
        table = np.array(rows, dtype=np.float64)
        table = table.reshape(-1, 3) if table.ndim == 1 else table
        if scores is not None:
            table = np.concatenate(
                [table[:, :2], np.array(scores, dtype=np.float64).reshape(-1, 1)], axis=1
            )
        elif table.ndim == 2 and table.shape[1] == 2:
            table = np.concatenate([table, np.ones((len(table), 1))], axis=1)
        if table.ndim != 2 or table.shape[1] != 3:
            raise ValueError(f"shape {table.shape}")
    except (ValueError, TypeError) as fault:
        raise InputError(
            f"{where}: expected keypoints as rows of x, y, score: {str(fault)[:100]}"
        ) from fault
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
        raise InputError(
            f"{where}: {len(found.xy)} keypoints: expected {expected} ({people.skeleton}) as in the frames before"
        )
    people.frames.setdefault(frame, []).append(found)


def reordered(found: Person, order: dict[str, int], skeleton: str) -> Person:
    """`found` brought into the order of `skeleton`: joint name -> row in the file; joints the file
    lacks are missing.
    """
    names = get_skeleton(skeleton).joints
    xy, score = np.full((len(names), 2), np.nan), np.zeros(len(names))
    for row, name in enumerate(names):
        if name in order:
            xy[row], score[row] = found.xy[order[name]], found.score[order[name]]
    return Person(xy, score, found.track)


# JSON of MMPose (both forms), OpenPose folders and AlphaPose.
#
# Every reader: path -> `PeopleInFrames`, InputError in one line for what does not fit.


# OpenPose's output orders (its documentation, "Pose Output Format").
_ARMS = [
    "nose",
    "neck",
    *(f"{side}_{joint}" for side in ("right", "left") for joint in ("shoulder", "elbow", "wrist")),
]
_LEGS = [[f"{side}_{joint}" for joint in ("hip", "knee", "ankle")] for side in ("right", "left")]
_HEAD = ["right_eye", "left_eye", "right_ear", "left_ear"]
_FEET = [
    f"{side}_{joint}" for side in ("left", "right") for joint in ("big_toe", "small_toe", "heel")
]
COCO_18 = [*_ARMS, *_LEGS[0], *_LEGS[1], *_HEAD]
BODY_25 = [*_ARMS, "root", *_LEGS[0], *_LEGS[1], *_HEAD, *_FEET]
OPENPOSE = {25: (BODY_25, "halpe26"), 18: (COCO_18, "coco17")}


def load_json(path: Path):
    """The value in the file; InputError when it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as fault:
        raise InputError(f"{path}: expected a JSON file: {str(fault)[:120]}") from fault


def read_json_file(path: Path) -> PeopleInFrames:
    """MMPose, MMPoseInferencer or AlphaPose JSON, told apart by what stands in it."""
    content = load_json(path)
    if isinstance(content, dict) and "instance_info" in content:
        content = content["instance_info"]
    if isinstance(content, list) and content and all(isinstance(entry, dict) for entry in content):
        if "image_id" in content[0]:
            return _alphapose(content, path)
        if "instances" in content[0] or "predictions_2d" in content[0]:
            return _mmpose(content, path)
    raise InputError(
        f"{path}: expected JSON of MMPose (instances), MMPoseInferencer (predictions_2d) or AlphaPose (image_id)"
    )


def _mmpose(frames: list[dict], path: Path) -> PeopleInFrames:
    """A list over frames; `frame_id` counts from 0, or from 1 where no frame is 0 and the ids end
    at the length of the list.
    """
    ids = [entry.get("frame_id", at) for at, entry in enumerate(frames)]
    if not all(isinstance(name, int) and name >= 0 for name in ids):
        raise InputError(f"{path}: frame_id: expected whole numbers from 0 on")
    first = 1 if ids and 0 not in ids and max(ids) == len(ids) else 0
    people = None
    for name, entry in zip(ids, frames, strict=True):
        where = f"{path}: frame {name}"
        for found in _instances(entry, where):
            people = people or PeopleInFrames(skeleton_of(len(found.xy), where))
            add(people, name - first, found, where)
    people = _at_least_one(people, path)
    if not any("frame_id" in entry for entry in frames):
        people.length = len(frames)
    return people


def _instances(entry: dict, where: str) -> list[Person]:
    instances = entry.get("instances", entry.get("predictions_2d"))
    if not isinstance(instances, list):
        raise InputError(f"{where}: expected a list of people under instances or predictions_2d")
    # The inferencer nests one list a frame deeper when it was given a folder.
    flat = [one for item in instances for one in (item if isinstance(item, list) else [item])]
    if not all(isinstance(one, dict) and "keypoints" in one for one in flat):
        raise InputError(f"{where}: expected keypoints for each person")
    return [
        person(one["keypoints"], where, one.get("track_id"), one.get("keypoint_scores"))
        for one in flat
    ]


def _alphapose(entries: list[dict], path: Path) -> PeopleInFrames:
    """A flat list of people; `image_id` such as "12.jpg" is the frame, `idx` the id of the person."""
    people = None
    for entry in entries:
        number = re.search(r"(\d+)(\.\w+)?$", str(entry.get("image_id", "")))
        if number is None or "keypoints" not in entry:
            raise InputError(
                f"{path}: image_id {entry.get('image_id')!r}: expected a frame number such as 12.jpg, and keypoints"
            )
        where, track = f"{path}: image {entry['image_id']}", entry.get("idx")
        while isinstance(track, list):
            track = track[0] if track else None
        found = person(entry["keypoints"], where, None if track is None else int(track))
        people = people or PeopleInFrames(skeleton_of(len(found.xy), where))
        add(people, int(number[1]), found, where)
    return _at_least_one(people, path)


def read_openpose_folder(folder: Path) -> PeopleInFrames:
    """One `<name>_<frame>_keypoints.json` per frame, BODY_25 or COCO-18; a joint at (0, 0) with
    score 0 is missing.
    """
    people = None
    for file in sorted(folder.glob("*.json")):
        number = re.search(r"(\d+)(_keypoints)?\.json$", file.name)
        content = load_json(file)
        if (
            number is None
            or not isinstance(content, dict)
            or not isinstance(content.get("people"), list)
        ):
            raise InputError(
                f"{file}: expected OpenPose JSON, named <video>_<frame number>_keypoints.json, with a list of people"
            )
        for entry in content["people"]:
            found = person(entry.get("pose_keypoints_2d", []), str(file), _openpose_track(entry))
            if len(found.xy) not in OPENPOSE:
                raise InputError(
                    f"{file}: {len(found.xy)} keypoints: expected 25 (BODY_25) or 18 (COCO)"
                )
            order, skeleton = OPENPOSE[len(found.xy)]
            people = people or PeopleInFrames(skeleton)
            named = {name: row for row, name in enumerate(order)}
            add(people, int(number[1]), reordered(found, named, skeleton), str(file))
    return _at_least_one(people, folder)


def _openpose_track(entry: dict) -> int | None:
    names = entry.get("person_id") or [-1]
    return int(names[0]) if isinstance(names[0], int) and names[0] >= 0 else None


def _at_least_one(people: PeopleInFrames | None, path: Path) -> PeopleInFrames:
    if people is None:
        raise InputError(f"{path}: expected keypoints of at least one person in at least one frame")
    return people
