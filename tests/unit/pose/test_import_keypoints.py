"""Keypoint files as the pose of a clip, and files that are damaged or do not fit it."""

import json

import numpy as np
import pytest
from keypoint_files import FRAMES, bystander, mmpose_person, two_people
from runners import running

from runform.errors import InputError
from runform.files import write_json
from runform.pose.import_keypoints import read_people


def test_the_manifest_s_subject_chooses(imported, tmp_path):
    frames = [
        {"predictions_2d": [mmpose_person(xy) for xy in two_people("coco17", t)]}
        for t in range(FRAMES)
    ]
    write_json(tmp_path / "keypoints.json", frames)
    sequence = imported(tmp_path / "keypoints.json", subject=(0.1, 0.53))
    np.testing.assert_allclose(sequence.raw_xy, bystander("coco17"), atol=0.02)


def test_an_unavailable_clip_stays_unavailable(imported, tmp_path):
    np.savez(tmp_path / "keypoints.npz", xy=running(FRAMES, skeleton="coco17"))
    sequence = imported(
        tmp_path / "keypoints.npz", status="unavailable", reason="the video is private"
    )
    assert not sequence.ok and sequence.reason == "the video is private"


def written(tmp_path, name, content):
    path = tmp_path / name
    if name.endswith(".json"):
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    elif name.endswith((".csv", ".trc")):
        path.write_text(content)
    elif name.endswith(".npz"):
        np.savez(path, **content)
    else:
        np.save(path, content, allow_pickle=True)  # one of them is a pickle on purpose
    return path


GOOD = running(FRAMES, skeleton="coco17")
BAD_FILES = {
    "wrong frame count": ("a.npz", {"xy": GOOD[:-1]}, "keypoints of 39 frames: expected 40"),
    "frame beyond the clip": (
        "a.json",
        [{"frame_id": 40, "instances": [mmpose_person(GOOD[0])]}],
        "frame 40: expected frames 0 to 39",
    ),
    "wrong shape": ("a.npy", GOOD[..., 0], r"shape \(40, 17\): expected numbers of shape"),
    "unknown skeleton": ("a.npy", GOOD[:, :15], r"15 keypoints: expected 17 \(coco17\)"),
    "scores that do not fit": (
        "a.npz",
        {"xy": GOOD, "score": np.ones((40, 16))},
        r"scores of shape \(40, 16\)",
    ),
    "nothing but NaN": (
        "a.npz",
        {"xy": np.full_like(GOOD, np.nan)},
        "expected at least one finite keypoint",
    ),
    "no such array": ("a.npz", {"places": GOOD}, "expected an array named xy"),
    "pickled array": ("a.npy", np.array([{"a": 1}], dtype=object), "without pickles"),
    "no JSON": ("a.json", "{", "expected a JSON file"),
    "another JSON": ("a.json", {"a": 1}, "expected JSON of MMPose"),
    "text for numbers": (
        "a.json",
        [{"predictions_2d": [{"keypoints": [["a", "b"]] * 17}]}],
        "expected keypoints as rows",
    ),
    "no people list": ("a.json", [{"predictions_2d": 3}], "expected a list of people"),
    "nobody at all": ("a.json", [{"predictions_2d": []}], "at least one person"),
    "joints change": (
        "a.json",
        [
            {"predictions_2d": [mmpose_person(GOOD[0])]},
            {"predictions_2d": [mmpose_person(GOOD[0][:15])]},
        ],
        r"15 keypoints: expected 17 \(coco17\) as in the frames before",
    ),
    "csv of unknown joints": ("a.csv", "thumb_x,thumb_y\n1,2\n", "expected names of coco17"),
    "csv without y": ("a.csv", "left_knee_x,frame\n1,2\n", "expected names of coco17"),
    "csv with a word": ("a.csv", "1,2,3\nx,2,3\n", "data row 2: 'x': expected a number"),
    "csv with a short row": ("a.csv", "1,2,3\n1,2\n", "data row 2: 2 cells: expected 3"),
    "trc cut short": ("a.trc", "PathFileType\t4\nDataRate\n", "expected a TRC file"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files_give_one_line_and_write_nothing(imported, tmp_path, case):
    name, content, message = BAD_FILES[case]
    path = written(tmp_path, name, content)
    with pytest.raises(InputError, match=message) as fault:
        imported(path)
    assert "\n" not in str(fault.value) and str(fault.value).startswith(str(path))
    assert not (tmp_path / "pose.npz").exists()


def test_an_unknown_form_names_the_known_ones(tmp_path):
    with pytest.raises(
        InputError,
        match=r"expected \.json, \.npz, \.npy, \.csv, \.trc or a folder of OpenPose JSON",
    ):
        read_people(tmp_path / "keypoints.txt")
