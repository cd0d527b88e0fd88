"""Keypoints as arrays and tables: npz and npy, pose files of this program, CSV, TRC.

Every reader: path -> `PeopleInFrames` of one person, InputError in one line for what does not fit.
Legend: T frames, K keypoints, C columns of a joint.
"""

import csv
import json
import re
import zipfile
from pathlib import Path

import numpy as np

from runform.errors import InputError
from runform.pose.formats import PeopleInFrames, Person, make_person, reordered, skeleton_of
from runform.sequence import load_sequence
from runform.skeleton import load_skeletons

POSITION_NAMES = ("xy", "keypoints", "landmarks")
SCORE_NAMES = ("score", "scores", "keypoint_scores", "visibility")
PICTURE = ("fps", "width_px", "height_px")
SCORE_COLUMNS = ("score", "confidence", "visibility", "likelihood")


def read_array(path: Path) -> PeopleInFrames:
    """npz with xy (T, K, C) and perhaps score (T, K), or npy with (T, K, C).

    C is x, y; or x, y, score; of MediaPipe's 33 landmarks x, y, z or x, y, z, visibility, in 0..1
    of the picture or px. An npz may also hold the numbers fps, width_px and height_px; of a pose
    file of this program the keypoints before repair are read.
    """
    facts: dict[str, np.ndarray] = {}
    try:
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            positions, scores = content, None
        else:
            with content:
                if {"meta", "raw_xy"} <= set(content):
                    return _from_sequence(path)
                facts = {name: content[name] for name in PICTURE if name in content}
                positions, scores = (
                    next((content[name] for name in names if name in content), None)
                    for names in (POSITION_NAMES, SCORE_NAMES)
                )
    except InputError:
        raise
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        reason = str(error)[:100]
        raise InputError(f"{path}: expected numpy arrays without pickles: {reason}") from error
    if positions is None:
        raise InputError(f"{path}: expected an array named {', '.join(POSITION_NAMES)}")
    people = _from_array(positions, scores, str(path))
    for name, value in facts.items():
        if value.size != 1 or value.dtype.kind not in "fiu" or not 0 < value < 1e5:
            raise InputError(f"{path}: {name}: expected one number above 0")
        setattr(people, name, float(value) if name == "fps" else round(float(value)))
    return people


def _from_sequence(path: Path) -> PeopleInFrames:
    """A pose file of this program: one person, before repair."""
    try:
        sequence = load_sequence(path)
    except ValueError as error:
        raise InputError(str(error)[:200]) from error
    frames = {
        frame: [Person(xy.astype(np.float64), score.astype(np.float64), 0)]
        for frame, (xy, score) in enumerate(zip(sequence.raw_xy, sequence.raw_score, strict=True))
    }
    people = PeopleInFrames(sequence.skeleton, frames, sequence=sequence)
    if sequence.ok:
        picture = (sequence.fps, *sequence.size)
        if not (len(picture) == 3 and all(_is_size(value) for value in picture)):
            expected = "fps, width and height of the picture above 0"
            raise InputError(f"{path}: {json.dumps(picture)[:80]}: expected {expected}")
        people.length = len(frames)
        people.fps, people.width_px, people.height_px = picture
    return people


def _is_size(value) -> bool:
    """Whether `value` is a frame rate or a number of px."""
    return isinstance(value, int | float) and 0 < value < 1e5


def _from_array(positions: np.ndarray, scores: np.ndarray | None, where: str) -> PeopleInFrames:
    shape = positions.shape
    if len(shape) != 3 or shape[2] < 2 or positions.dtype.kind not in "fiu":
        raise InputError(
            f"{where}: shape {shape}: expected numbers of shape (frames, keypoints, 2 or 3 or 4)"
        )
    skeleton = skeleton_of(shape[1], where)
    positions = positions.astype(np.float64)
    if scores is None:
        column = 3 if shape[1] == 33 else 2  # MediaPipe's third column is a depth
        scores = positions[..., column] if shape[2] > column else None
    scored = scores is not None
    scores = np.ones(shape[:2]) if scores is None else scores
    if scores.shape != shape[:2]:
        raise InputError(
            f"{where}: scores of shape {scores.shape}: expected {shape[:2]} to fit the keypoints"
        )
    frames = {
        frame: [make_person(rows[:, :2], where, scores=score)]
        for frame, (rows, score) in enumerate(zip(positions, scores, strict=True))
    }
    if not np.isfinite(positions[..., :2]).any():
        raise InputError(f"{where}: expected at least one finite keypoint")
    return PeopleInFrames(skeleton, frames, scored, length=len(positions))


def read_csv(path: Path) -> PeopleInFrames:
    """A table with one row a frame.

    Its columns are <joint>_x, <joint>_y and perhaps <joint>_score, and perhaps frame. Without a
    header: K times x, y, score or K times x, y in the order of a known skeleton.
    """
    rows = _rows(path, ",")
    if all(_is_number(cell) for cell in rows[0]):
        table = _numbers(rows, path)
        columns = 2 if table.shape[1] % 3 else 3
        joint_count = table.shape[1] // columns
        table = table[:, : joint_count * columns].reshape(len(table), joint_count, columns)
        return _from_array(table, None, str(path))
    header = [name.strip().lower() for name in rows[0]]
    joints = [name[:-2] for name in header if name.endswith("_x") and name[:-2] + "_y" in header]
    skeleton = _skeleton_with(joints, path)
    table = _numbers(rows[1:], path, len(header))
    score_names = {joint: [f"{joint}_{name}" for name in SCORE_COLUMNS] for joint in joints}
    score_columns = [
        next((header.index(name) for name in score_names[joint] if name in header), None)
        for joint in joints
    ]
    frames = table[:, header.index("frame")] if "frame" in header else np.arange(len(table))
    whole = (frames >= 0) & (frames < 2**53) & (frames == np.round(frames))
    if not whole.all():
        raise InputError(f"{path}: column frame: expected whole numbers from 0 on")
    order = {joint: row for row, joint in enumerate(joints)}
    people = PeopleInFrames(skeleton, scored=any(at is not None for at in score_columns))
    xy = table[:, [[header.index(f"{joint}_{axis}") for axis in "xy"] for joint in joints]]
    score = np.ones(xy.shape[:2])
    for joint, column in enumerate(score_columns):
        if column is not None:
            score[:, joint] = table[:, column]
    for number, frame in enumerate(frames.astype(int)):
        where = f"{path}: frame {frame}"
        person = make_person(xy[number], where, scores=score[number])
        people.frames[int(frame)] = [reordered(person, order, skeleton)]
    return people


def read_trc(path: Path) -> PeopleInFrames:
    """A TRC file in px, such as Sports2D writes; its DataRate is the frame rate.

    Markers are named as in OpenSim (RBigToe) or as here (right_big_toe). A blank cell, a row that
    ends early and a frame that is left out are gaps.
    """
    rows = _rows(path, "\t")
    try:
        head = dict(zip((name.strip() for name in rows[1]), rows[2], strict=False))
        units, rate = head["Units"].strip(), float(head["DataRate"])
        markers = [(at, name.strip()) for at, name in enumerate(rows[3]) if at > 1 and name.strip()]
        width = markers[-1][0] + 3
        filled = [row for row in rows[5:] if any(cell.strip() for cell in row)]
        table = _numbers([(row + [""] * width)[:width] for row in filled], path)
        frames = [int(number) for number in table[:, 0]]
    except (IndexError, KeyError, ValueError, OverflowError) as error:
        raise InputError(
            f"{path}: expected a TRC file with five lines of header and a row a frame, its number "
            "first"
        ) from error
    if units.lower() not in ("px", "pixel", "pixels"):
        raise InputError(f"{path}: units {units!r}: expected px, positions on the clip's frames")
    joints = {_joint_name(name): at for at, name in markers}
    available = [name for name in joints if name in load_skeletons()["halpe26"].joints]
    skeleton = _skeleton_with(available, path)
    people = PeopleInFrames(skeleton, scored=False, fps=rate if 0 < rate < 1e5 else None)
    order = {name: row for row, name in enumerate(joints)}
    for frame, row in zip(frames, table, strict=True):
        xy = np.array([[row[at], row[at + 1]] for at in joints.values()])
        person = make_person(xy, f"{path}: frame {frame}")
        people.frames[frame - min(frames[0], 1)] = [reordered(person, order, skeleton)]
    return people


def _joint_name(marker: str) -> str:
    """RBigToe -> right_big_toe, Hip -> root; names of this project stay."""
    if marker.lower() in ("hip", "midhip", "centerhip"):
        return "root"
    sided = re.fullmatch(r"([RL])([A-Z]\w*)", marker)
    if not sided:
        return marker.lower()
    words = re.findall(r"[A-Z][a-z]*", sided[2])
    return "_".join([{"R": "right", "L": "left"}[sided[1]], *words]).lower()


def _skeleton_with(joints: list[str], path: Path) -> str:
    """The smallest skeleton that has all of `joints`, which must include the legs."""
    fitting = [
        skeleton
        for name, skeleton in load_skeletons().items()
        if name != "h36m17" and joints and skeleton.has(*joints)
    ]
    legs = {f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle")}
    if not fitting or not legs <= set(joints):
        raise InputError(
            f"{path}: joints {', '.join(joints[:4])}…: expected names of coco17, halpe26 or "
            "blazepose33, legs among them"
        )
    return min(fitting, key=lambda skeleton: len(skeleton.joints)).name


def _rows(path: Path, delimiter: str) -> list[list[str]]:
    try:
        # Blank lines at the end are no frames; one further up is, and would shift those below.
        lines = path.read_text(encoding="utf-8-sig").rstrip("\n ").splitlines()
        rows = list(csv.reader(lines, delimiter=delimiter))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: expected a text table: {str(error)[:100]}") from error
    if len(rows) < 2:
        raise InputError(f"{path}: expected a row a frame")
    return rows


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return False
    return True


def _numbers(rows: list[list[str]], path: Path, width: int | None = None) -> np.ndarray:
    """(T, columns) of the cells, NaN where blank; InputError naming the first that is no number, or
    a row of another length than `width`, by default that of the first row.
    """
    width = len(rows[0]) if width is None else width
    for line, row in enumerate(rows, start=1):
        for cell in row:
            if not _is_number(cell.strip()):
                raise InputError(f"{path}: data row {line}: {cell!r}: expected a number")
        if len(row) != width:
            raise InputError(f"{path}: data row {line}: {len(row)} cells: expected {width}")
    return np.array([[float(cell.strip() or "nan") for cell in row] for row in rows])
