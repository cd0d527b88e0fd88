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
from runform.pose.follow import choose_runner, track_people
from runform.pose.formats import PeopleInFrames, Person, read_json_file, read_openpose_folder
from runform.pose.table_formats import read_array, read_csv, read_trc
from runform.pose.tracking import TrackSettings
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
    """Write the `PoseSequence` of a clip from a keypoint file, repaired and judged as usual.

    receipt_path: of the clip, which says its frame rate, size and number of frames.  subject: see
    `choose_runner`.  InputError for a file that cannot be read or does not fit the clip.
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
    rates = (receipt["fps"], receipt.get("capture_fps"))
    sequence = finish(detections, people.skeleton, *rates, size, source, settings)
    if not people.scored:
        sequence = sequence.replace(quality=sequence.quality | {"scored": False})
    report = (keypoints_path, sequence.status, sequence.reason, sequence.quality)
    log.info("%s: %s %s, quality %s", *report)
    save_sequence(sequence, output_path)


def read_people(path: str | Path) -> PeopleInFrames:
    """The content of the file or OpenPose folder at `path`; InputError if unknown or damaged."""
    path = Path(path)
    if path.is_dir():
        return read_openpose_folder(path)
    if path.suffix.lower() not in READERS:
        raise InputError(f"{path}: expected {', '.join(READERS)} or a folder of OpenPose JSON")
    return READERS[path.suffix.lower()](path)


def check_length(people: PeopleInFrames, frames: int, path: str | Path) -> None:
    """InputError when the file is about other frames than the clip has."""
    count = people.length
    if count is not None and count != frames:
        raise InputError(
            f"{path}: keypoints of {count} frames: expected {frames}, as many as the clip has"
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
    """One person through the clip, by the file's ids where everybody has one, else by tracking."""
    joints = len(get_skeleton(people.skeleton).joints)
    scale = np.array(size if people.normalised else (1, 1))
    visible = [
        [
            Person(person.xy * scale, person.score, person.track)
            for person in people.frames.get(frame, [])
            if np.isfinite(person.xy).any()
        ]
        for frame in range(frames)
    ]
    boxes = [
        box_around(np.array([person.xy for person in frame]).reshape(-1, joints, 2))
        for frame in visible
    ]
    if all(person.track is not None for frame in visible for person in frame):
        ids = [np.array([person.track for person in frame], int) for frame in visible]
    else:
        ids = track_people(boxes, fps, size, TrackSettings(min_seen_s=0.0))
    chosen = choose_runner(boxes, ids, size, subject)
    rows: list[tuple[np.ndarray, np.ndarray] | None] = []
    for frame, numbers in zip(visible, ids, strict=True):
        at = np.flatnonzero(numbers == chosen) if chosen >= 0 else []
        rows.append((frame[at[0]].xy, frame[at[0]].score) if len(at) else None)
    return stack_detections(rows, joints)
