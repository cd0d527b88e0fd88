"""JSON of MMPose (both forms), OpenPose folders and AlphaPose.

Every reader: path -> `PeopleInFrames`, InputError in one line for what does not fit.
"""

import json
import re
from pathlib import Path

from runform.faults import InputError
from runform.pose.formats.people import PeopleInFrames, Person, add, person, reordered, skeleton_of

# OpenPose's output orders (its documentation, "Pose Output Format").
_ARMS = ["nose", "neck", *(f"{side}_{joint}" for side in ("right", "left") for joint in ("shoulder", "elbow", "wrist"))]
_LEGS = [[f"{side}_{joint}" for joint in ("hip", "knee", "ankle")] for side in ("right", "left")]
_HEAD = ["right_eye", "left_eye", "right_ear", "left_ear"]
_FEET = [f"{side}_{joint}" for side in ("left", "right") for joint in ("big_toe", "small_toe", "heel")]
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
    raise InputError(f"{path}: expected JSON of MMPose (instances), MMPoseInferencer (predictions_2d) or AlphaPose (image_id)")


def _mmpose(frames: list[dict], path: Path) -> PeopleInFrames:
    """A list over frames; `frame_id` counts from 0, or from 1 where no frame is 0 and the ids end at the length of the list."""
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
    return [person(one["keypoints"], where, one.get("track_id"), one.get("keypoint_scores")) for one in flat]


def _alphapose(entries: list[dict], path: Path) -> PeopleInFrames:
    """A flat list of people; `image_id` such as "12.jpg" is the frame, `idx` the id of the person."""
    people = None
    for entry in entries:
        number = re.search(r"(\d+)(\.\w+)?$", str(entry.get("image_id", "")))
        if number is None or "keypoints" not in entry:
            raise InputError(f"{path}: image_id {entry.get('image_id')!r}: expected a frame number such as 12.jpg, and keypoints")
        where, track = f"{path}: image {entry['image_id']}", entry.get("idx")
        while isinstance(track, list):
            track = track[0] if track else None
        found = person(entry["keypoints"], where, None if track is None else int(track))
        people = people or PeopleInFrames(skeleton_of(len(found.xy), where))
        add(people, int(number[1]), found, where)
    return _at_least_one(people, path)


def read_openpose_folder(folder: Path) -> PeopleInFrames:
    """One `<name>_<frame>_keypoints.json` per frame, BODY_25 or COCO-18; a joint at (0, 0) with score 0 is missing."""
    people = None
    for file in sorted(folder.glob("*.json")):
        number = re.search(r"(\d+)(_keypoints)?\.json$", file.name)
        content = load_json(file)
        if number is None or not isinstance(content, dict) or not isinstance(content.get("people"), list):
            raise InputError(f"{file}: expected OpenPose JSON, named <video>_<frame number>_keypoints.json, with a list of people")
        for entry in content["people"]:
            found = person(entry.get("pose_keypoints_2d", []), str(file), _openpose_track(entry))
            if len(found.xy) not in OPENPOSE:
                raise InputError(f"{file}: {len(found.xy)} keypoints: expected 25 (BODY_25) or 18 (COCO)")
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
