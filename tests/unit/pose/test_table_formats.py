"""Arrays and tables of other programs come back as the runner that was written."""

import numpy as np
import pytest
from keypoint_files import FRAMES, MISSING, SIZE, assert_the_runner, runner_with_a_gap
from runners import running

from runform.errors import InputError
from runform.pose.table_formats import read_array, read_trc
from runform.sequence import save_sequence
from runform.skeleton import get_skeleton


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
    )  # without visibility all finite joints count
    sequence = imported(tmp_path / "landmarks.npy")
    assert_the_runner(sequence, "blazepose33", score=1.0)
    assert sequence.quality["scored"] is False


@pytest.mark.parametrize("picture", [(1, 1), SIZE], ids=["px", "0..1"])
def test_csv_with_names(imported, tmp_path, picture):
    names = get_skeleton("coco17").joints
    lines = ["frame," + ",".join(f"{name}_x,{name}_y,{name}_score" for name in reversed(names))]
    for t, frame in enumerate(running(FRAMES, skeleton="coco17") / picture):
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
    (tmp_path / "keypoints.csv").write_text("\n".join(rows) + "\n \n\n")
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
    # Gaps of other programs: a row that ends early, and a frame that is left out.
    gap = [line.rstrip("\t") for line in lines]
    del gap[5 + MISSING]
    (tmp_path / "keypoints.trc").write_text("\n".join(gap) + "\n")
    assert_the_runner(imported(tmp_path / "keypoints.trc"), "halpe26", score=1.0, joints=names)
    people = read_trc(tmp_path / "keypoints.trc")
    assert (people.fps, people.width_px, people.length) == (30.0, None, None)


def test_an_npz_says_its_picture(tmp_path):
    path = tmp_path / "keypoints.npz"
    np.savez(path, xy=runner_with_a_gap("coco17"), fps=59.94, width_px=800, height_px=600)
    people = read_array(path)
    assert (people.fps, people.width_px, people.height_px) == (59.94, 800, 600)
    np.savez(path, xy=runner_with_a_gap("coco17"), fps=np.array(["sixty"]))
    with pytest.raises(InputError, match="fps: expected one number above 0"):
        read_array(path)


def test_a_pose_file_of_this_program_comes_back_before_repair(imported, tmp_path):
    np.savez(tmp_path / "keypoints.npz", xy=runner_with_a_gap("coco17"))
    first = imported(tmp_path / "keypoints.npz")
    (tmp_path / "pose.npz").rename(tmp_path / "shared.npz")
    cut = np.arange(FRAMES) == 20  # seen in the picture that is not here
    changed = first.replace(xy=first.xy + 50, source={"backend": "a network"}, cut=cut)
    save_sequence(changed, tmp_path / "shared.npz")
    again = imported(tmp_path / "shared.npz")
    np.testing.assert_array_equal(again.xy, first.xy)
    np.testing.assert_array_equal(again.cut, cut)
    assert again.source == {"backend": "a network"} and again.quality == first.quality
