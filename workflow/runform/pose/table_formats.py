"""Keypoints as arrays and tables: npz and npy, CSV, TRC.

Every reader: path -> `PeopleInFrames` of one person, InputError in one line for what does not fit.
Legend: T frames, K keypoints, C columns of a joint.
"""

import csv
import re
import zipfile
from pathlib import Path

import numpy as np

from runform.errors import InputError
from runform.pose.formats import PeopleInFrames, Person, person, reordered, skeleton_of
from runform.skeleton import load_skeletons

PLACE_NAMES, SCORE_NAMES = (
    ("xy", "keypoints", "landmarks"),
    ("score", "scores", "keypoint_scores", "visibility"),
)
SCORE_COLUMNS = ("score", "confidence", "visibility", "likelihood")


def read_array(path: Path) -> PeopleInFrames:
    """npz with xy (T, K, C) and perhaps score (T, K), or npy with (T, K, C).

    C is x, y; or x, y, score; of MediaPipe's 33 landmarks x, y, z or x, y, z, visibility, in 0..1
    of the picture or px.
    """
    try:
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            places, scores = content, None
        else:
            with content:
                places = next((content[name] for name in PLACE_NAMES if name in content), None)
                scores = next((content[name] for name in SCORE_NAMES if name in content), None)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as fault:
        raise InputError(
            f"{path}: expected numpy arrays without pickles: {str(fault)[:100]}"
        ) from fault
    if places is None:
        raise InputError(f"{path}: expected an array named {', '.join(PLACE_NAMES)}")
    return _from_array(places, scores, str(path))


def _from_array(places: np.ndarray, scores: np.ndarray | None, where: str) -> PeopleInFrames:
    if places.ndim != 3 or places.shape[2] < 2 or places.dtype.kind not in "fiu":
        raise InputError(
            f"{where}: shape {places.shape}: expected numbers of shape (frames, keypoints, 2 or 3 or 4)"
        )
    skeleton = skeleton_of(places.shape[1], where)
    places = places.astype(np.float64)
    if scores is None:
        at = 3 if places.shape[1] == 33 else 2  # MediaPipe's third column is a depth
        scores = places[..., at] if places.shape[2] > at else None
    if scores is not None and scores.shape != places.shape[:2]:
        raise InputError(
            f"{where}: scores of shape {scores.shape}: expected {places.shape[:2]} to fit the keypoints"
        )
    scored = scores is not None
    scores = scores if scored else np.ones(places.shape[:2])
    frames = {
        at: [person(row[:, :2], where, scores=score)]
        for at, (row, score) in enumerate(zip(places, scores, strict=True))
    }
    known = places[..., :2][np.isfinite(places[..., :2])]
    if not known.size:
        raise InputError(f"{where}: expected at least one finite keypoint")
    return PeopleInFrames(
        skeleton,
        frames,
        normalised=bool(np.abs(known).max() <= 2),
        scored=scored,
        length=len(places),
    )


def read_csv(path: Path) -> PeopleInFrames:
    """A table with one row a frame: columns <joint>_x, <joint>_y and perhaps <joint>_score, and
    perhaps `frame`; or bare numbers, K times x, y, score or K times x, y in the order of a known
    skeleton."""
    rows = _rows(path, ",")
    header = [name.strip().lower() for name in rows[0]]
    if all(_is_number(cell) for cell in rows[0]):
        table = _numbers(rows, path)
        joints, rest = divmod(table.shape[1], 3)
        columns = 3 if rest == 0 else 2
        joints = table.shape[1] // columns
        return _from_array(
            table[:, : joints * columns].reshape(len(table), joints, columns), None, str(path)
        )
    joints = [name.removesuffix("_x") for name in header if name.endswith("_x")]
    skeleton = _skeleton_with(joints, path)
    table = _numbers(rows[1:], path)
    score_of = {
        joint: next(
            (header.index(f"{joint}_{s}") for s in SCORE_COLUMNS if f"{joint}_{s}" in header), None
        )
        for joint in joints
    }
    frames = table[:, header.index("frame")] if "frame" in header else np.arange(len(table))
    if not (
        np.isfinite(frames).all() and (frames >= 0).all() and (frames == np.round(frames)).all()
    ):
        raise InputError(f"{path}: column frame: expected whole numbers from 0 on")
    order = {joint: row for row, joint in enumerate(joints)}
    people = PeopleInFrames(skeleton, scored=any(at is not None for at in score_of.values()))
    for frame, row in zip(frames.astype(int), table, strict=True):
        cells = [
            (
                row[header.index(f"{joint}_x")],
                row[header.index(f"{joint}_y")],
                1.0 if score_of[joint] is None else row[score_of[joint]],
            )
            for joint in joints
        ]
        people.frames[int(frame)] = [
            reordered(person(cells, f"{path}: frame {frame}"), order, skeleton)
        ]
    return people


def read_trc(path: Path) -> PeopleInFrames:
    """A TRC file in px, such as Sports2D writes: markers named as in OpenSim (RBigToe) or as here
    (right_big_toe).
    """
    rows = _rows(path, "\t")
    try:
        units = dict(zip(rows[1], rows[2], strict=False))["Units"].strip()
        markers = [(at, name.strip()) for at, name in enumerate(rows[3]) if at > 1 and name.strip()]
        table = _numbers([row for row in rows[5:] if any(cell.strip() for cell in row)], path)
        first = int(table[0, 0])
    except (IndexError, KeyError, ValueError) as fault:
        raise InputError(
            f"{path}: expected a TRC file with five lines of header and a row a frame"
        ) from fault
    if units.lower() not in ("px", "pixel", "pixels"):
        raise InputError(
            f"{path}: units {units!r}: expected px, since the keypoints must lie on the clip's frames"
        )
    joints = {_joint_name(name): at for at, name in markers}
    skeleton = _skeleton_with(
        [name for name in joints if name in load_skeletons()["halpe26"].joints], path
    )
    people = PeopleInFrames(skeleton, scored=False)
    order = {name: row for row, name in enumerate(joints)}
    for row in table:
        found: Person = person(
            np.array([[row[at], row[at + 1]] for at in joints.values()]),
            f"{path}: frame {row[0]:g}",
        )
        people.frames[int(row[0]) - min(first, 1)] = [reordered(found, order, skeleton)]
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
    """The smallest skeleton that has all of `joints` and of which the file has the legs."""
    fitting = [
        one
        for name, one in load_skeletons().items()
        if name != "h36m17" and joints and one.has(*joints)
    ]
    legs = [f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle")]
    if not fitting or not set(legs) <= set(joints):
        raise InputError(
            f"{path}: joints {', '.join(joints[:4])}…: expected names of coco17, halpe26 or blazepose33, legs among them"
        )
    return min(fitting, key=lambda one: len(one.joints)).name


def _rows(path: Path, delimiter: str) -> list[list[str]]:
    try:
        rows = list(
            csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=delimiter)
        )
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise InputError(f"{path}: expected a text table: {str(fault)[:100]}") from fault
    if len(rows) < 2:
        raise InputError(f"{path}: expected a row a frame")
    return rows


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return False
    return True


def _numbers(rows: list[list[str]], path: Path) -> np.ndarray:
    """(T, columns) of the cells, NaN where blank; InputError naming the first that is no number, or
    a row of another length.
    """
    width = len(rows[0]) if rows else 0
    for line, row in enumerate(rows):
        bad = next((cell for cell in row if not _is_number(cell.strip())), None)
        if bad is not None or len(row) != width:
            what = (
                f"{bad!r}: expected a number"
                if bad is not None
                else f"{len(row)} cells: expected {width}"
            )
            raise InputError(f"{path}: data row {line + 1}: {what}")
    return np.array([[float(cell.strip() or "nan") for cell in row] for row in rows])
