"""People in frames, as a keypoint file holds them, and their JSON of other programs: MMPose (both
forms), OpenPose folders, AlphaPose.

Every reader: path -> `PeopleInFrames`, InputError in one line for what does not fit.
Legend: K keypoints, P people of a frame.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from runform.errors import InputError
from runform.sequence import PoseSequence
from runform.skeleton import get_skeleton

SKELETON_BY_JOINTS = {17: "coco17", 26: "halpe26", 33: "blazepose33"}

# OpenPose's output orders (its documentation, "Pose Output Format").
_UPPER_BODY = [
    "nose",
    "neck",
    *(f"{side}_{joint}" for side in ("right", "left") for joint in ("shoulder", "elbow", "wrist")),
]
_LEGS = [[f"{side}_{joint}" for joint in ("hip", "knee", "ankle")] for side in ("right", "left")]
_HEAD = ["right_eye", "left_eye", "right_ear", "left_ear"]
_FEET = [
    f"{side}_{joint}" for side in ("left", "right") for joint in ("big_toe", "small_toe", "heel")
]
COCO_18 = [*_UPPER_BODY, *_LEGS[0], *_LEGS[1], *_HEAD]
BODY_25 = [*_UPPER_BODY, "root", *_LEGS[0], *_LEGS[1], *_HEAD, *_FEET]
OPENPOSE = {25: (BODY_25, "halpe26"), 18: (COCO_18, "coco17")}


@dataclass(frozen=True)
class Person:
    """xy (K, 2) px, NaN where missing; score (K,) 0..1; track: the file's own id of this person, 0
    or more, None when it has none.
    """

    xy: np.ndarray
    score: np.ndarray
    track: int | None = None


@dataclass
class PeopleInFrames:
    """skeleton: name.  frames: frame number (from 0) -> people; frames without any may be left out.

    scored: False when the file holds no confidences.  What the file does not say is None: length,
    how many frames it covers; fps, frames a second; width_px and height_px of the picture;
    sequence, the whole pose where this program wrote the file.
    """

    skeleton: str
    frames: dict[int, list[Person]] = field(default_factory=dict)
    scored: bool = True
    length: int | None = None
    fps: float | None = None
    width_px: int | None = None
    height_px: int | None = None
    sequence: PoseSequence | None = None

    @property
    def normalised(self) -> bool:
        """Whether xy is in 0..1 of the picture rather than in px: no joint lies far beyond 1."""
        joints = [person.xy for people in self.frames.values() for person in people]
        xy = np.concatenate(joints) if joints else np.zeros((0, 2))
        finite = xy[np.isfinite(xy)]
        return bool(len(finite) and np.abs(finite).max() <= 2)


def make_person(rows, where: str, track: int | None = None, scores=None) -> Person:
    """A `Person` from K rows of x, y or of x, y, score; a joint whose score is 0 or whose position
    is not finite is missing.

    where: file and frame, for the message.  InputError for anything else than numbers.
    """
    try:
        table = np.array(rows, dtype=np.float64)
        table = table.reshape(-1, 3) if table.ndim == 1 else table
        if scores is not None:
            column = np.array(scores, dtype=np.float64).reshape(-1, 1)
            table = np.concatenate([table[:, :2], column], axis=1)
        elif table.ndim == 2 and table.shape[1] == 2:
            table = np.concatenate([table, np.ones((len(table), 1))], axis=1)
        if table.ndim != 2 or table.shape[1] != 3:
            raise ValueError(f"shape {table.shape}")
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        reason = str(error)[:100]
        raise InputError(f"{where}: expected keypoints as rows of x, y, score: {reason}") from error
    missing = ~np.isfinite(table).all(axis=1) | (table[:, 2] <= 0)
    table[missing] = [np.nan, np.nan, 0]
    return Person(table[:, :2], np.clip(table[:, 2], 0, 1), track)


def track_of(value) -> int | None:
    """The id of a person from a file, where it may stand in lists; None for what is no id, such as
    the -1 of OpenPose and MMPose for people who are not tracked.
    """
    while isinstance(value, list):
        value = value[0] if value else None
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**31 else None


def skeleton_of(joints: int, where: str) -> str:
    """Name of the skeleton with this many joints; InputError when there is none."""
    if joints not in SKELETON_BY_JOINTS:
        names = ", ".join(f"{count} ({name})" for count, name in SKELETON_BY_JOINTS.items())
        raise InputError(f"{where}: {joints} keypoints: expected {names}")
    return SKELETON_BY_JOINTS[joints]


def reordered(person: Person, order: dict[str, int], skeleton: str) -> Person:
    """`person` in the order of `skeleton`.  order: joint -> row in the file; others are missing."""
    joints = get_skeleton(skeleton).joints
    xy, score = np.full((len(joints), 2), np.nan), np.zeros(len(joints))
    for row, joint in enumerate(joints):
        if joint in order:
            xy[row], score[row] = person.xy[order[joint]], person.score[order[joint]]
    return Person(xy, score, person.track)


def collect(people: Iterable[tuple[int, Person, str]], path: Path) -> PeopleInFrames:
    """All people of a file, given as frame number, person, and file and frame for messages.

    InputError when there is nobody, or when the number of joints changes.
    """
    collected = None
    for frame, person, where in people:
        collected = collected or PeopleInFrames(skeleton_of(len(person.xy), where))
        expected = len(get_skeleton(collected.skeleton).joints)
        if len(person.xy) != expected:
            raise InputError(
                f"{where}: {len(person.xy)} keypoints: expected {expected} "
                f"({collected.skeleton}) as in the frames before"
            )
        collected.frames.setdefault(frame, []).append(person)
    if collected is None:
        raise InputError(f"{path}: expected keypoints of at least one person in at least one frame")
    return collected


def load_json(path: Path):
    """The value in the file; InputError when it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: expected a JSON file: {str(error)[:120]}") from error


def read_json_file(path: Path) -> PeopleInFrames:
    """JSON of MMPose, MMPoseInferencer or AlphaPose; its content says which."""
    content = load_json(path)
    if isinstance(content, dict) and "instance_info" in content:
        content = content["instance_info"]
    if content and _all_objects(content):
        if "image_id" in content[0]:
            return collect(_alphapose(content, path), path)
        if "instances" in content[0] or "predictions_2d" in content[0]:
            people = collect(_mmpose(content, path), path)
            if not any("frame_id" in entry for entry in content):
                people.length = len(content)
            return people
    raise InputError(
        f"{path}: expected JSON of MMPose (instances), MMPoseInferencer (predictions_2d) "
        "or AlphaPose (image_id)"
    )


def _all_objects(entries) -> bool:
    return isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)


def _mmpose(frames: list[dict], path: Path) -> Iterator[tuple[int, Person, str]]:
    """A list of frames; `frame_id` counts from 0, or from 1 where no frame is 0 and the ids end at
    the length of the list.
    """
    ids = [entry.get("frame_id", at) for at, entry in enumerate(frames)]
    if not all(isinstance(number, int) and number >= 0 for number in ids):
        raise InputError(f"{path}: frame_id: expected whole numbers from 0 on")
    first = 1 if ids and 0 not in ids and max(ids) == len(ids) else 0
    for number, entry in zip(ids, frames, strict=True):
        where = f"{path}: frame {number}"
        instances = entry.get("instances", entry.get("predictions_2d"))
        if not isinstance(instances, list):
            raise InputError(
                f"{where}: expected a list of people under instances or predictions_2d"
            )
        # The inferencer nests one list a frame deeper when it was given a folder.
        flat = [one for item in instances for one in (item if isinstance(item, list) else [item])]
        if not all(isinstance(one, dict) and "keypoints" in one for one in flat):
            raise InputError(f"{where}: expected keypoints for each person")
        for one in flat:
            scores, track = one.get("keypoint_scores"), track_of(one.get("track_id"))
            yield number - first, make_person(one["keypoints"], where, track, scores), where


def _alphapose(entries: list[dict], path: Path) -> Iterator[tuple[int, Person, str]]:
    """A list of people; `image_id` such as "12.jpg" is the frame, `idx` the id of the person."""
    for entry in entries:
        image = entry.get("image_id")
        number = re.search(r"(\d+)(\.\w+)?$", str(image))
        if number is None or "keypoints" not in entry:
            raise InputError(
                f"{path}: image_id {image!r}: expected a frame number such as 12.jpg, and keypoints"
            )
        where = f"{path}: image {image}"
        person = make_person(entry["keypoints"], where, track_of(entry.get("idx")))
        yield int(number[1]), person, where


def read_openpose_folder(folder: Path) -> PeopleInFrames:
    """One `<name>_<frame>_keypoints.json` per frame, BODY_25 or COCO-18; a joint at (0, 0) with
    score 0 is missing.
    """
    return collect(_openpose(folder), folder)


def _openpose(folder: Path) -> Iterator[tuple[int, Person, str]]:
    for file in sorted(folder.glob("*.json")):
        number = re.search(r"(\d+)(_keypoints)?\.json$", file.name)
        content = load_json(file)
        people = content.get("people") if isinstance(content, dict) else None
        if number is None or not _all_objects(people):
            raise InputError(
                f"{file}: expected OpenPose JSON, named <video>_<frame number>_keypoints.json, "
                "with a list of people"
            )
        for entry in content["people"]:
            track = track_of(entry.get("person_id"))
            person = make_person(entry.get("pose_keypoints_2d", []), str(file), track)
            if len(person.xy) not in OPENPOSE:
                count = len(person.xy)
                raise InputError(f"{file}: {count} keypoints: expected 25 (BODY_25) or 18 (COCO)")
            names, skeleton = OPENPOSE[len(person.xy)]
            order = {name: row for row, name in enumerate(names)}
            yield int(number[1]), reordered(person, order, skeleton), str(file)
