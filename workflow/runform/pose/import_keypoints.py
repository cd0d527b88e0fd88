"""Bring your own keypoints: a file that another program wrote becomes the pose of a clip.

Legend: T frames, K keypoints.
"""

import logging
from pathlib import Path

import numpy as np

from runform.errors import InputError
from runform.files import read_json, sha256_of
from runform.pose.backend import Detections, stack_detections
from runform.pose.estimate import PoseSettings, box_around, finish
from runform.pose.follow import RejoinSettings, choose_runner, rejoin
from runform.pose.formats import PeopleInFrames, Person, read_json_file, read_openpose_folder
from runform.pose.table_formats import read_array, read_csv, read_trc
from runform.pose.tracking import TrackSettings, track_boxes
from runform.sequence import OK, empty_sequence, save_sequence
from runform.skeleton import get_skeleton

log = logging.getLogger(__name__)

READERS = {
    ".json": read_json_file, ".npz": read_array, ".npy": read_array, ".csv": read_csv,
    ".trc": read_trc,
}  # fmt: skip


def import_pose(
    keypoints_path: str | Path,
    receipt_path: str | Path,
    output_path: str | Path,
    settings: PoseSettings,
    subject: tuple[float, float] | None = None,
) -> None:
    """Write the `PoseSequence` of a clip from somebody's keypoints; repaired and judged like the
    project's own.

    receipt_path: of the clip, which says its frame rate, size and number of frames.  subject: see
    `choose_runner`. InputError in one line for a file that cannot be read or does not fit the clip.
    """
    receipt = read_json(receipt_path)
    people = read_people(keypoints_path)
    if receipt["status"] != OK:
        save_sequence(empty_sequence(receipt["reason"], people.skeleton), output_path)
        return
    size = (receipt["width_px"], receipt["height_px"])
    check_length(people, receipt["frames"], keypoints_path)
    detections = follow_one(people, receipt["frames"], size, receipt["fps"], subject)
    digest = sha256_of(keypoints_path) if Path(keypoints_path).is_file() else ""
    source = {"backend": "import", "weights": digest, "file": Path(keypoints_path).name}
    sequence = finish(
        detections,
        people.skeleton,
        receipt["fps"],
        receipt.get("capture_fps"),
        size,
        source,
        settings,
    )
    if not people.scored:
        sequence = sequence.replace(quality=sequence.quality | {"scored": False})
    log.info(
        "%s: %s %s, quality %s", keypoints_path, sequence.status, sequence.reason, sequence.quality
    )
    save_sequence(sequence, output_path)


def read_people(path: str | Path) -> PeopleInFrames:
    """What the file or OpenPose folder at `path` holds; InputError when its form is unknown or its
    content damaged.
    """
    path = Path(path)
    if path.is_dir():
        return read_openpose_folder(path)
    if path.suffix.lower() not in READERS:
        raise InputError(f"{path}: expected {', '.join(READERS)} or a folder of OpenPose JSON")
    return READERS[path.suffix.lower()](path)


def check_length(people: PeopleInFrames, frames: int, path: str | Path) -> None:
    """InputError when the file speaks of other frames than the clip has."""
    if people.length is not None and people.length != frames:
        raise InputError(
            f"{path}: keypoints of {people.length} frames: expected {frames}, as many as the clip has"
        )
    last = max(people.frames, default=-1)
    if last >= frames:
        raise InputError(
            f"{path}: keypoints for frame {last}: expected frames 0 to {frames - 1} of the clip"
        )


def follow_one(
    people: PeopleInFrames,
    frames: int,
    size: tuple[int, int],
    fps: float,
    subject: tuple[float, float] | None,
) -> Detections:
    """One person through the clip: the ids of the file where it gives them to all, else tracked by
    their boxes.
    """
    joints = len(get_skeleton(people.skeleton).joints)
    found = [
        [_in_pixels(one, people.normalised, size) for one in people.frames.get(frame, [])]
        for frame in range(frames)
    ]
    found = [[one for one in frame if np.isfinite(one.xy).any()] for frame in found]
    boxes = [
        box_around(np.array([one.xy for one in frame]).reshape(-1, joints, 2)).reshape(-1, 4)
        for frame in found
    ]
    if all(one.track is not None for frame in found for one in frame):
        ids = [np.array([one.track for one in frame], int) for frame in found]
    else:
        ids = rejoin(
            boxes,
            track_boxes(boxes, fps, TrackSettings(min_seen_s=0.0)),
            fps,
            size,
            RejoinSettings(),
        )
    chosen = choose_runner(boxes, ids, size, subject)
    rows = []
    for frame, names in zip(found, ids, strict=True):
        at = np.flatnonzero(names == chosen)
        rows.append((frame[at[0]].xy, frame[at[0]].score) if len(at) and chosen >= 0 else None)
    return stack_detections(rows, joints)


def _in_pixels(one: Person, normalised: bool, size: tuple[int, int]) -> Person:
    return Person(one.xy * np.array(size), one.score, one.track) if normalised else one
