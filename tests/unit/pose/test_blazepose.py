import logging
import os
import subprocess
import sys

import numpy as np
import pytest

from runform.errors import InputError
from runform.files import sha256_of
from runform.pose.blazepose import (
    BlazePose,
    _landmarker_api,
    cut_window,
    native_output_logged,
    window_side,
)
from runform.skeleton import get_skeleton


def test_empty_frames_hold_nobody(capfd, blazepose_path):
    noise = np.random.default_rng(0).integers(0, 255, (3, 90, 160, 3), np.uint8)
    detections = BlazePose(blazepose_path).detect(iter(noise))
    assert (
        detections.xy.shape == (3, 33, 2)
        and np.isnan(detections.xy).all()
        and not detections.score.any()
    )
    assert capfd.readouterr().err == ""


def test_the_joints_stand_in_the_order_of_the_network():
    same = {
        "left_foot_index": "left_big_toe",
        "right_foot_index": "right_big_toe",
        "mouth_left": "left_mouth",
        "mouth_right": "right_mouth",
    }
    names = [landmark.name.lower() for landmark in _landmarker_api().PoseLandmark]
    assert get_skeleton(BlazePose.skeleton).joints == tuple(same.get(name, name) for name in names)


def test_the_source_names_the_weights(blazepose_path):
    source = BlazePose(blazepose_path).source
    assert source == {"backend": "blazepose", "weights": sha256_of(blazepose_path)}


def test_another_file_is_refused_in_one_line(tmp_path):
    bundle = tmp_path / "bundle.task"
    bundle.write_bytes(b"not a bundle")
    with pytest.raises(InputError, match=r"bundle\.task: expected a model bundle") as error:
        BlazePose(bundle).detect([np.zeros((64, 64, 3), np.uint8)])
    assert "\n" not in str(error.value)


def test_a_job_starts_without_matplotlib_and_the_rest_of_mediapipe(blazepose_path):
    code = (
        "import sys; sys.path.insert(0, 'workflow')\n"
        "from runform.pose.blazepose import BlazePose\n"
        "import numpy as np\n"
        f"BlazePose({str(blazepose_path)!r}).detect([np.zeros((64, 64, 3), np.uint8)])\n"
        "heavy = ('matplotlib', 'cv2', 'sounddevice', 'torch', 'scipy.stats')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_fast_feet_are_not_smoothed(blazepose_path, film):
    """In the film the network sees the feet where it sees them in each frame alone."""
    network = BlazePose(blazepose_path)
    filmed = network.detect(film)
    with network.people_in(1) as look:
        alone = np.array([look(frame)[0][0] for frame in film])
    skeleton = get_skeleton(BlazePose.skeleton)
    ankles = [skeleton.index(f"{side}_ankle") for side in ("left", "right")]
    apart_px = np.linalg.norm(filmed.xy[:, ankles] - alone[:, ankles], axis=2)
    moved_px = np.linalg.norm(np.diff(filmed.xy[:, ankles], axis=0), axis=2)
    assert np.median(apart_px) < 0.1 * np.percentile(moved_px, 75)


def test_a_window_shows_the_box_and_greys_the_rest():
    frame = np.arange(100 * 120 * 3, dtype=np.int64).reshape(100, 120, 3).astype(np.uint8)
    boxes = np.array([[90.0, 20, 110, 80], [np.nan] * 4])
    side = window_side(boxes)
    assert side == 78  # 60 px and .15 of that each way
    window, corner = cut_window(frame, boxes[0], side)
    assert window.shape == (78, 78, 3)
    np.testing.assert_array_equal(corner, [61, 11])
    np.testing.assert_array_equal(window[9:69, 29:49], frame[20:80, 90:110])
    assert (window[:, :20] == 114).all() and (
        window[:, 59:] == 114
    ).all()  # beside the box; beyond the frame's edge


def test_blazepose_skips_frames_without_a_box(blazepose_path):
    frames = [np.zeros((60, 80, 3), np.uint8)] * 3
    nowhere = np.full((3, 4), np.nan)
    assert np.isnan(BlazePose(blazepose_path).detect(frames, nowhere).xy).all()


@pytest.mark.parametrize("size", [(1, 1), (0, 0)])
def test_a_box_of_no_size_does_no_harm(size):
    window, _ = cut_window(
        np.zeros((60, 80, 3), np.uint8), np.array([10.0, 10, 10 + size[0], 10 + size[1]]), 5
    )
    assert window.shape == (5, 5, 3)


def test_what_native_code_prints_goes_to_the_log(capfd, caplog):
    with caplog.at_level(logging.INFO), native_output_logged():
        os.write(2, b"W0000 a delegate\nsecond line\n")
    print("still here", file=sys.stderr)
    assert capfd.readouterr().err == "still here\n"
    assert caplog.messages == ["W0000 a delegate", "second line"]


def test_the_screen_comes_back_after_a_fault(capfd, caplog):
    with (
        pytest.raises(RuntimeError, match="broken"),
        caplog.at_level(logging.INFO),
        native_output_logged(),
    ):
        os.write(2, b"last words\n")
        raise RuntimeError("broken")
    os.write(2, b"seen\n")
    assert capfd.readouterr().err == "seen\n"
    assert caplog.messages == ["last words"]
