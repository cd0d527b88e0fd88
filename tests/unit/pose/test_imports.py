"""Every format is written here from the same two people and must come back as the first one of
them.
"""

import json

import numpy as np
import pytest
from runners import running

from runform.errors import InputError
from runform.files import write_json
from runform.pose.estimate import PoseSettings
from runform.pose.formats import BODY_25, COCO_18
from runform.pose.import_keypoints import import_pose, read_people
from runform.pose.repair import RepairSettings
from runform.sequence import load_sequence
from runform.skeleton import get_skeleton

FRAMES, SIZE = 40, (800, 600)
OFF = PoseSettings(
    repair=RepairSettings(
        unswap=False, rhythm=False, min_score=0, outlier_leg=0, max_gap_s=0, cutoff_hz=0
    )
)
RECEIPT = {
    "status": "ok",
    "reason": "",
    "fps": 30.0,
    "frames": FRAMES,
    "width_px": 800,
    "height_px": 600,
    "capture_fps": None,
}
MISSING = 12  # in this frame the runner is not in the file


@pytest.fixture
def imported(tmp_path):
    """Imports a file for a clip of 40 frames and returns the sequence."""

    def run(path, subject=None, **receipt):
        write_json(tmp_path / "clip.json", RECEIPT | receipt)
        import_pose(path, tmp_path / "clip.json", tmp_path / "pose.npz", OFF, subject)
        return load_sequence(tmp_path / "pose.npz")

    return run


def bystander(skeleton: str) -> np.ndarray:
    """A smaller person who stands at the left edge."""
    return np.tile(running(1, skeleton=skeleton), (FRAMES, 1, 1)) * 0.4 + np.array([-80.0, 200.0])


def two_people(skeleton: str, frame: int) -> list[np.ndarray]:
    """The people of one frame, the bystander first in every second frame; the runner is missing in
    one.
    """
    both = [running(FRAMES, skeleton=skeleton)[frame], bystander(skeleton)[frame]]
    return both[1:] if frame == MISSING else both[:: -1 if frame % 2 else 1]


def assert_the_runner(sequence, skeleton, score=0.9, joints=None):
    assert sequence.ok and sequence.skeleton == skeleton and len(sequence.xy) == FRAMES
    columns = [
        get_skeleton(skeleton).index(name) for name in joints or get_skeleton(skeleton).joints
    ]
    others = np.delete(np.arange(FRAMES), MISSING)
    truth = running(FRAMES, skeleton=skeleton)
    np.testing.assert_allclose(
        sequence.xy[np.ix_(others, columns)], truth[np.ix_(others, columns)], atol=0.02
    )
    np.testing.assert_allclose(sequence.score[np.ix_(others, columns)], score, atol=1e-6)
    assert (
        np.isnan(sequence.xy[MISSING]).all()
        and not sequence.score[MISSING].any()
        and sequence.track[MISSING] == -1
    )


def mmpose_person(xy):
    return {"keypoints": xy.tolist(), "keypoint_scores": [0.9] * len(xy), "bbox": [[0, 0, 1, 1]]}


def test_mmpose_of_the_seed_study(imported, tmp_path):
    frames = [
        {
            "predictions_2d": [mmpose_person(xy) for xy in two_people("coco17", t)],
            "predictions_3d": [],
        }
        for t in range(FRAMES)
    ]
    write_json(tmp_path / "keypoints.json", frames)
    assert_the_runner(imported(tmp_path / "keypoints.json"), "coco17")


@pytest.mark.parametrize("first", [0, 1])
def test_mmpose_inferencer(imported, tmp_path, first):
    frames = [
        {"frame_id": t + first, "instances": [mmpose_person(xy) for xy in two_people("halpe26", t)]}
        for t in range(FRAMES)
    ]
    write_json(tmp_path / "keypoints.json", {"meta_info": {}, "instance_info": frames})
    assert_the_runner(imported(tmp_path / "keypoints.json"), "halpe26")


def test_ids_of_the_file_are_kept_to(imported, tmp_path):
    frames = []
    for t in range(FRAMES):
        people = {1: running(FRAMES, skeleton="coco17")[t], 2: bystander("coco17")[t]}
        if t == MISSING:
            people[2] = people.pop(
                1
            )  # the bystander stands where the runner was: the file knows who it is
        frames.append(
            {
                "frame_id": t,
                "instances": [
                    mmpose_person(xy) | {"track_id": name} for name, xy in people.items()
                ],
            }
        )
    write_json(tmp_path / "keypoints.json", frames)
    assert_the_runner(imported(tmp_path / "keypoints.json"), "coco17")


def test_alphapose(imported, tmp_path):
    entries = [
        {
            "image_id": f"{t}.jpg",
            "keypoints": np.column_stack([xy, np.full(26, 0.9)]).ravel().tolist(),
            "score": 2.1,
            "idx": [[0.0]],
        }
        for t in range(FRAMES)
        for xy in two_people("halpe26", t)
    ]
    for entry in entries:
        del entry["idx"]  # without ids, as AlphaPose writes when it does not track
    write_json(tmp_path / "alphapose-results.json", entries)
    assert_the_runner(imported(tmp_path / "alphapose-results.json"), "halpe26")


@pytest.mark.parametrize(("order", "skeleton"), [(BODY_25, "halpe26"), (COCO_18, "coco17")])
def test_openpose(imported, tmp_path, order, skeleton):
    folder = tmp_path / "json"
    folder.mkdir()
    names = [name for name in order if get_skeleton(skeleton).has(name)]
    for t in range(FRAMES):
        people = []
        for xy in two_people(skeleton, t):
            rows = [
                [*xy[get_skeleton(skeleton).index(name)], 0.9] if name in names else [0, 0, 0]
                for name in order
            ]
            people.append({"person_id": [-1], "pose_keypoints_2d": np.array(rows).ravel().tolist()})
        write_json(folder / f"clip_{t:012d}_keypoints.json", {"version": 1.3, "people": people})
    sequence = imported(folder)
    assert_the_runner(sequence, skeleton, joints=names)
    if skeleton == "halpe26":
        assert np.isnan(sequence.joint("head")).all()  # BODY_25 has no top of the head


def runner_with_a_gap(skeleton):
    xy = running(FRAMES, skeleton=skeleton)
    xy[MISSING] = np.nan
    return xy


@pytest.mark.parametrize("skeleton", ["coco17", "halpe26"])
def test_npz_and_npy(imported, tmp_path, skeleton):
    xy = runner_with_a_gap(skeleton)
    np.savez(tmp_path / "keypoints.npz", xy=xy, score=np.full(xy.shape[:2], 0.9))
    assert_the_runner(imported(tmp_path / "keypoints.npz"), skeleton)
    np.save(
        tmp_path / "keypoints.npy", np.concatenate([xy, np.full((*xy.shape[:2], 1), 0.9)], axis=2)
    )
    assert_the_runner(imported(tmp_path / "keypoints.npy"), skeleton)


def test_mediapipe_landmarks(imported, tmp_path):
    xy = runner_with_a_gap("blazepose33") / np.array(SIZE)
    depth, visibility = np.full((FRAMES, 33, 1), -0.1), np.full((FRAMES, 33, 1), 0.9)
    np.save(tmp_path / "landmarks.npy", np.concatenate([xy, depth, visibility], axis=2))
    assert_the_runner(imported(tmp_path / "landmarks.npy"), "blazepose33")
    np.save(
        tmp_path / "landmarks.npy", np.concatenate([xy, depth], axis=2)
    )  # without visibility all seen joints count
    sequence = imported(tmp_path / "landmarks.npy")
    assert_the_runner(sequence, "blazepose33", score=1.0)
    assert sequence.quality["scored"] is False


def test_csv_with_names(imported, tmp_path):
    names = get_skeleton("coco17").joints
    lines = ["frame," + ",".join(f"{name}_x,{name}_y,{name}_score" for name in reversed(names))]
    for t, frame in enumerate(running(FRAMES, skeleton="coco17")):
        if t != MISSING:
            lines.append(f"{t}," + ",".join(f"{x},{y},0.9" for x, y in frame[::-1]))
    (tmp_path / "keypoints.csv").write_text("\n".join(lines) + "\n")
    assert_the_runner(imported(tmp_path / "keypoints.csv"), "coco17")


def test_csv_of_bare_numbers(imported, tmp_path):
    rows = [
        ",".join("" if np.isnan(v) else f"{v},{w},0.9" for v, w in frame)
        for frame in runner_with_a_gap("halpe26")
    ]
    rows[MISSING] = "," * (26 * 3 - 1)
    (tmp_path / "keypoints.csv").write_text("\n".join(rows) + "\n")
    assert_the_runner(imported(tmp_path / "keypoints.csv"), "halpe26")


def test_trc(imported, tmp_path):
    markers = ["Nose", "Neck", "Hip", "Head"] + [
        f"{side}{part}"
        for side in "RL"
        for part in [
            "Shoulder",
            "Elbow",
            "Wrist",
            "Hip",
            "Knee",
            "Ankle",
            "BigToe",
            "SmallToe",
            "Heel",
        ]
    ]
    names = ["nose", "neck", "root", "head"] + [
        f"{side}_{part}"
        for side in ("right", "left")
        for part in [
            "shoulder",
            "elbow",
            "wrist",
            "hip",
            "knee",
            "ankle",
            "big_toe",
            "small_toe",
            "heel",
        ]
    ]
    columns = [get_skeleton("halpe26").index(name) for name in names]
    lines = [
        "PathFileType\t4\t(X/Y/Z)\tclip.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"30\t30\t{FRAMES}\t{len(markers)}\tpx\t30\t1\t{FRAMES}",
        "Frame#\tTime\t" + "\t\t\t".join(markers) + "\t\t",
        "\t\t" + "\t".join(f"X{n}\tY{n}\tZ{n}" for n in range(1, len(markers) + 1)),
    ]
    for t, frame in enumerate(running(FRAMES, skeleton="halpe26")[:, columns]):
        cells = ["\t\t" if t == MISSING else f"{x}\t{y}\t0" for x, y in frame]
        lines.append(f"{t + 1}\t{t / 30:.4f}\t" + "\t".join(cells))
    (tmp_path / "keypoints.trc").write_text("\n".join(lines) + "\n")
    assert_the_runner(imported(tmp_path / "keypoints.trc"), "halpe26", score=1.0, joints=names)
    (tmp_path / "keypoints.trc").write_text("\n".join(lines).replace("\tpx\t", "\tm\t"))
    with pytest.raises(InputError, match="units 'm': expected px"):
        imported(tmp_path / "keypoints.trc")


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
