"""Keypoint files as the pose of a clip, and files that are damaged or do not fit it."""

import json

import numpy as np
import pytest
from keypoint_files import FRAMES, RECEIPT, bystander, mmpose_person, two_people
from runners import running

from runform.errors import InputError
from runform.files import read_json, write_json
from runform.pose.import_keypoints import describe_keypoints, read_people
from runform.sequence import empty_sequence, save_sequence
from runform.skeleton import get_skeleton


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
NAMES = ",".join(f"{joint}_{axis}" for joint in get_skeleton("coco17").joints for axis in "xy")
ONES = ",".join(["1"] * 34)
LEGS = [f"{side}{joint}" for side in "RL" for joint in ("Hip", "Knee", "Ankle")]


def trc(numbers):
    """A TRC file whose rows have these frame numbers."""
    markers = "\t\t\t".join(LEGS)
    head = f"PathFileType\nDataRate\tUnits\n30\tpx\nFrame#\tTime\t{markers}\n\tX1\n"
    return head + "".join(f"{number}\t0" + "\t100" * 18 + "\n" for number in numbers)


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
    "a number for keypoints": (
        "a.json",
        [{"predictions_2d": [{"keypoints": 5, "keypoint_scores": [1]}]}],
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
    "csv with a name too few": ("a.csv", f"{NAMES}\n1,{ONES}\n", "row 1: 35 cells: expected 34"),
    "csv with a name too many": ("a.csv", f"frame,{NAMES}\n{ONES}\n", "34 cells: expected 35"),
    "csv with a blank line between": ("a.csv", "1,2,3\n\n1,2,3\n", "data row 2: 0 cells"),
    "trc cut short": ("a.trc", "PathFileType\t4\nDataRate\n", "expected a TRC file"),
    "trc row without its number": ("a.trc", trc(("1", "")), "a row a frame, its number first"),
    "csv of milliseconds": (
        "a.csv",
        f"frame,{NAMES}\n1718000000133,{ONES}\n",
        "frame 1718000000133: expected a number from 0 on, below 1000000",
    ),
    "csv of no number a computer counts to": ("a.csv", f"frame,{NAMES}\n1e300,{ONES}\n", "whole"),
    "trc of milliseconds": ("a.trc", trc(("1", "2e10")), "frame 19999999999: expected a number"),
    "json of milliseconds": (
        "a.json",
        [{"image_id": "rgb_1718000000123.jpg", "keypoints": [1] * 51}],
        "frame 1718000000123: expected a number",
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files_give_one_line_and_write_nothing(imported, tmp_path, case):
    name, content, message = BAD_FILES[case]
    path = written(tmp_path, name, content)
    with pytest.raises(InputError, match=message) as fault:
        imported(path)
    assert "\n" not in str(fault.value) and str(fault.value).startswith(str(path))
    assert not (tmp_path / "pose.npz").exists()


@pytest.mark.parametrize("people", [3, [3], None])
def test_a_folder_of_something_else_than_people(tmp_path, people):
    write_json(tmp_path / "a_0_keypoints.json", {"people": people})
    with pytest.raises(InputError, match=r"a_0_keypoints.json: expected OpenPose JSON"):
        read_people(tmp_path)


def described(tmp_path, path, receipt="", **stated):
    describe_keypoints(path, receipt, tmp_path / "receipt.json", **stated)
    return read_json(tmp_path / "receipt.json")


def test_without_video_the_manifest_or_the_file_says_the_picture(tmp_path):
    path = tmp_path / "keypoints.npz"
    np.savez(path, xy=GOOD)
    stated = {"fps": 50.0, "width_px": 800, "height_px": 600}
    receipt = described(tmp_path, path, **stated, capture_fps=100.0)
    assert {name: receipt[name] for name in stated} == stated
    assert (receipt["status"], receipt["frames"], receipt["duration_s"]) == ("ok", 40, 0.8)
    assert receipt["capture_fps"] == 100.0 and receipt["source"]["kind"] == "keypoints"
    np.savez(path, xy=GOOD, **stated)
    assert described(tmp_path, path) == receipt | {"capture_fps": None}


def test_a_shared_receipt_is_kept(tmp_path):
    gone = {"status": "unavailable", "reason": "the video is private", "source": {"kind": "web"}}
    write_json(tmp_path / "a.receipt.json", gone)
    save_sequence(empty_sequence("the video is private"), tmp_path / "a.npz")
    receipt = described(tmp_path, tmp_path / "a.npz", tmp_path / "a.receipt.json")
    assert receipt == gone | {"capture_fps": None}


def test_a_pose_without_a_runner_is_unavailable_for_its_reason(imported, tmp_path):
    save_sequence(empty_sequence("no runner in view", fps=30.0, size=(8, 6)), tmp_path / "a.npz")
    assert described(tmp_path, tmp_path / "a.npz")["reason"] == "no runner in view"
    assert imported(tmp_path / "a.npz").reason == "no runner in view"


SAID = {"fps": 30.0, "width_px": 800, "height_px": 600}
CONTRADICTIONS = {
    "nothing says the rate": ({}, {"width_px": 800, "height_px": 600}, "expected fps in it"),
    "mixed frame rates": (SAID, {"fps": 60.0}, "fps is 30: expected 60 as the manifest says"),
    "another size": (SAID, {"width_px": 1280}, "width_px is 800: expected 1280"),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_a_file_and_a_manifest_that_disagree(tmp_path, case):
    facts, stated, message = CONTRADICTIONS[case]
    np.savez(tmp_path / "keypoints.npz", xy=GOOD, **facts)
    with pytest.raises(InputError, match=message) as error:
        described(tmp_path, tmp_path / "keypoints.npz", **stated)
    assert "\n" not in str(error.value) and not (tmp_path / "receipt.json").exists()


@pytest.mark.parametrize(
    "changed", [{"fps": 0.0}, {"fps": -5.0}, {"fps": np.nan}, {"size": (800, 0)}, {"size": (800,)}]
)
def test_a_pose_file_of_no_picture(imported, tmp_path, changed):
    np.savez(tmp_path / "keypoints.npz", xy=GOOD)
    path = tmp_path / "shared.npz"
    save_sequence(imported(tmp_path / "keypoints.npz").replace(**changed), path)
    with pytest.raises(InputError, match="expected fps, width and height of the picture above 0"):
        described(tmp_path, path)


def test_a_receipt_of_more_frames_than_a_film_has(tmp_path):
    write_json(tmp_path / "a.receipt.json", RECEIPT | {"duration_s": 1.0, "frames": 2_000_000})
    with pytest.raises(InputError, match="frame 1999999: expected a number from 0 on"):
        described(tmp_path, "a.npz", tmp_path / "a.receipt.json")


@pytest.mark.parametrize("content", ["{", "[]", '{"status": "ok"}', '{"status": 3, "reason": ""}'])
def test_a_receipt_that_is_none(tmp_path, content):
    (tmp_path / "a.receipt.json").write_text(content)
    with pytest.raises(InputError, match="expected the receipt of a clip"):
        described(tmp_path, "a.npz", tmp_path / "a.receipt.json")


def test_keypoints_of_a_larger_picture_or_another_rate(imported, tmp_path):
    np.savez(tmp_path / "keypoints.npz", xy=GOOD * 2)
    with pytest.raises(InputError, match=r"within the picture of 800 x 600 px"):
        imported(tmp_path / "keypoints.npz")
    np.savez(tmp_path / "keypoints.npz", xy=GOOD, fps=25)
    with pytest.raises(InputError, match=r"fps is 25: expected 30 as the clip's receipt says"):
        imported(tmp_path / "keypoints.npz")


@pytest.mark.parametrize("source", [(1600, 1200), (1200, 1600)])
def test_keypoints_of_the_whole_film_are_scaled_to_a_clip_that_is_a_smaller_copy(
    imported, tmp_path, source
):
    path = tmp_path / "keypoints.npz"
    np.savez(path, xy=GOOD)
    as_clip = imported(path)
    np.savez(path, xy=GOOD * 2)
    of_source = imported(path, source={"width_px": source[0], "height_px": source[1]})
    np.testing.assert_allclose(of_source.xy, as_clip.xy, atol=1e-3)
    np.savez(path, xy=GOOD * 2, width_px=1600, height_px=1200)
    np.testing.assert_allclose(imported(path).xy, as_clip.xy, atol=1e-3)
    assert imported(path).size == (800, 600)
    np.savez(path, xy=GOOD, width_px=1600, height_px=900)
    with pytest.raises(InputError, match="width_px is 1600: expected 800"):
        imported(path)


def test_an_unknown_form_names_the_known_ones(tmp_path):
    with pytest.raises(
        InputError,
        match=r"expected \.json, \.npz, \.npy, \.csv, \.trc or a folder of OpenPose JSON",
    ):
        read_people(tmp_path / "keypoints.txt")
