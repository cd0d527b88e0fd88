"""Bring your own keypoints: a file that another program wrote becomes the pose of a clip, with a
video or without.

Legend: T frames, K keypoints.
"""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np

from runform.errors import InputError
from runform.files import read_json, sha256_of, write_json
from runform.pose.backend import Detections, stack_detections
from runform.pose.estimate import PoseSettings, box_around, finish
from runform.pose.follow import choose_runner, track_people
from runform.pose.formats import PeopleInFrames, Person, read_json_file, read_openpose_folder
from runform.pose.table_formats import read_array, read_csv, read_trc
from runform.pose.tracking import TrackSettings
from runform.sequence import OK, UNAVAILABLE, empty_sequence, save_sequence
from runform.skeleton import get_skeleton

log = logging.getLogger(__name__)

READERS = {
    ".json": read_json_file, ".npz": read_array, ".npy": read_array, ".csv": read_csv,
    ".trc": read_trc,
}  # fmt: skip
PICTURE = ("fps", "width_px", "height_px")
NUMBERS = (*PICTURE, "frames", "duration_s")
# A file fits its picture when at most this share of its sure joints (score at least SURE) lies
# beyond the picture's edges by more than a share EDGE of its size: runners do leave the picture.
MAX_OUTSIDE, SURE, EDGE = 0.1, 0.3, 0.05
MAX_FRAMES = 1_000_000  # 4.6 hours at 60 frames a second; more are times or dates, not frames
SAME_SHAPE = 0.02  # two pictures whose ratios of width to height differ by less show the same


def describe_keypoints(
    keypoints_path: str | Path,
    shared_receipt: str | Path,
    output_path: str | Path,
    fps: float | None = None,
    width_px: int | None = None,
    height_px: int | None = None,
    capture_fps: float | None = None,
) -> None:
    """Write the receipt of a clip that has keypoints and no video, as trimming does with one.

    shared_receipt: what came with the keypoints of a shared study, empty for none.  fps, width_px,
    height_px, capture_fps: as in the manifest, None where it leaves them to the file.  InputError
    where nothing says them, or the file says something else.
    """
    stated = dict(zip(PICTURE, (fps, width_px, height_px), strict=True))
    if shared_receipt:
        receipt = read_shared_receipt(shared_receipt)
        expect_few(receipt.get("frames", 0) - 1, shared_receipt)
        expect_agreement(receipt, stated, shared_receipt, "the manifest")
        write_json(output_path, receipt | {"capture_fps": capture_fps})
        return
    people = read_people(keypoints_path)
    source = {"kind": "keypoints", "title": Path(keypoints_path).name}
    receipt = {"start_s": None, "end_s": None, "capture_fps": capture_fps, "source": source}
    if people.sequence is not None and not people.sequence.ok:
        unavailable = {"status": UNAVAILABLE, "reason": people.sequence.reason}
        write_json(output_path, receipt | unavailable)
        return
    facts = picture_of(people)
    expect_agreement(facts, stated, keypoints_path, "the manifest")
    complete = {}
    for name, value in facts.items():
        either = stated[name] if value is None else value
        if either is None:
            raise InputError(f"{keypoints_path}: expected {name} in it, or in the manifest")
        complete[name] = either
    frames = people.length or max(people.frames, default=-1) + 1
    complete |= {"frames": frames, "duration_s": round(frames / complete["fps"], 6)}
    write_json(output_path, receipt | {"status": OK, "reason": ""} | complete)


def read_shared_receipt(path: str | Path) -> dict:
    """A receipt that came with keypoints; InputError where it is none."""
    try:
        receipt = read_json(path)
        source = receipt.get("source", {})
        numbers = [receipt[name] for name in NUMBERS] if receipt["status"] == OK else []
        stated = receipt["status"] in (OK, UNAVAILABLE) and isinstance(receipt["reason"], str)
        if stated and isinstance(source, dict) and all(0 < number < 1e7 for number in numbers):
            return receipt
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise InputError(f"{path}: expected the receipt of a clip, as `make share` writes it")


def picture_of(people: PeopleInFrames) -> dict[str, float | None]:
    """What a keypoint file says of its picture; None for what it does not say."""
    return {"fps": people.fps, "width_px": people.width_px, "height_px": people.height_px}


def expect_agreement(facts: dict, expected: dict, path: str | Path, where: str) -> None:
    """InputError where the file at `path` and `where` (the manifest, the clip) say different things
    of the picture.
    """
    for name in PICTURE:
        value, other = facts.get(name), expected.get(name)
        if value is not None and other is not None and abs(value / other - 1) > 1e-3:
            raise InputError(f"{path}: {name} is {value:g}: expected {other:g} as {where} says")


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
    if people.sequence is not None and not people.sequence.ok:
        save_sequence(people.sequence, output_path)
        return
    size = (receipt["width_px"], receipt["height_px"])
    expect_agreement({"fps": people.fps}, receipt, keypoints_path, "the clip's receipt")
    check_length(people, receipt["frames"], keypoints_path)
    stated = (people.width_px, people.height_px) if people.width_px and people.height_px else None
    if not (stated and same_shape(stated, size)):
        expect_agreement(picture_of(people), receipt, keypoints_path, "the clip's receipt")
    detections = follow_one(people, receipt["frames"], stated or size, receipt["fps"], subject)
    drawn_on = stated or picture_of_keypoints(detections, receipt, keypoints_path)
    detections = replace(detections, xy=detections.xy * (np.array(size) / drawn_on))
    digest = sha256_of(keypoints_path) if Path(keypoints_path).is_file() else ""
    source = {"backend": "import", "weights": digest, "file": Path(keypoints_path).name}
    if people.sequence is not None:
        source = people.sequence.source
    rates = (receipt["fps"], receipt.get("capture_fps"))
    # The cuts of a picture that is not here.
    cut = people.sequence.cut if people.sequence is not None else None
    sequence = finish(detections, people.skeleton, *rates, size, source, settings, cut)
    if people.sequence is not None:
        sequence = sequence.replace(quality=people.sequence.quality | sequence.quality)
    if not people.scored:
        sequence = sequence.replace(quality=sequence.quality | {"scored": False})
    report = (keypoints_path, sequence.status, sequence.reason, sequence.quality)
    log.info("%s: %s %s, quality %s", *report)
    save_sequence(sequence, output_path)


def read_people(path: str | Path) -> PeopleInFrames:
    """The content of the file or OpenPose folder at `path`; InputError if unknown or damaged, or if
    its frames have numbers that are none.
    """
    path = Path(path)
    if not path.is_dir() and path.suffix.lower() not in READERS:
        raise InputError(f"{path}: expected {', '.join(READERS)} or a folder of OpenPose JSON")
    reader = read_openpose_folder if path.is_dir() else READERS[path.suffix.lower()]
    people = reader(path)
    expect_few(max(people.frames, default=-1), path)
    return people


def expect_few(last: int, path: str | Path) -> None:
    """InputError where the number of the last frame is none of a film."""
    if last >= MAX_FRAMES:
        raise InputError(f"{path}: frame {last}: expected a number from 0 on, below {MAX_FRAMES}")


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


def picture_of_keypoints(
    detections: Detections, receipt: dict, path: str | Path
) -> tuple[int, int]:
    """(W, H) px of the picture on which keypoints lie that do not say it: the clip's, or, where
    they reach beyond it, that of its source, of which a large clip is a smaller copy.

    InputError when they lie on another one.
    """
    size, source = (receipt["width_px"], receipt["height_px"]), receipt.get("source", {})
    if not reach_beyond(detections, size):
        return size
    width_px, height_px = source.get("width_px") or 0, source.get("height_px") or 0
    # a film of a phone may be stored on its side
    for whole in ((width_px, height_px), (height_px, width_px)):
        if min(whole) and same_shape(whole, size) and not reach_beyond(detections, whole):
            log.info("%s: keypoints of %d x %d px, scaled to the clip's size", path, *whole)
            return whole
    x, y = detections.xy[detections.score >= SURE].max(axis=0)
    raise InputError(
        f"{path}: keypoints reach x {x:.0f}, y {y:.0f} px: expected them within the picture of "
        f"{size[0]} x {size[1]} px"
    )


def same_shape(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two pictures (W, H) have the same ratio of width to height."""
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1) < SAME_SHAPE


def reach_beyond(detections: Detections, size: tuple[int, int]) -> bool:
    """Whether too many sure joints lie outside of a picture of `size`, (W, H) px."""
    sure = detections.xy[detections.score >= SURE]
    edge = EDGE * np.array(size)
    outside = ((sure < -edge) | (sure > size + edge)).any(axis=1)
    return bool(len(sure)) and outside.mean() > MAX_OUTSIDE


def follow_one(
    people: PeopleInFrames,
    frames: int,
    size: tuple[int, int],
    fps: float,
    subject: tuple[float, float] | None,
) -> Detections:
    """One person through the clip, by the file's ids where everybody has one of their own, else by
    tracking: AlphaPose gives everybody the id 0 where it does not track.
    """
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
    tracks = [[person.track for person in frame] for frame in visible]
    if all(None not in frame and len({*frame}) == len(frame) for frame in tracks):
        ids = [np.array(frame, int) for frame in tracks]
    else:
        ids = track_people(boxes, fps, size, TrackSettings(min_seen_s=0.0))
    chosen = choose_runner(boxes, ids, size, subject)
    rows: list[tuple[np.ndarray, np.ndarray] | None] = []
    for frame, numbers in zip(visible, ids, strict=True):
        at = np.flatnonzero(numbers == chosen) if chosen >= 0 else []
        rows.append((frame[at[0]].xy, frame[at[0]].score) if len(at) else None)
    return stack_detections(rows, joints)
