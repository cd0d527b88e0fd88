import logging
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from runform.pose.blazepose import (
    BlazePose,
    cut_window,
    native_output_logged,
    weights_id,
    window_side,
)
from runform.skeleton import get_skeleton


def test_empty_frames_hold_nobody(capfd):
    noise = np.random.default_rng(0).integers(0, 255, (3, 90, 160, 3), np.uint8)
    detections = BlazePose().detect(iter(noise))
    assert (
        detections.xy.shape == (3, 33, 2)
        and np.isnan(detections.xy).all()
        and not detections.score.any()
    )
    assert capfd.readouterr().err == ""


def test_the_joints_stand_in_the_order_of_the_network():
    from mediapipe.python.solutions.pose import PoseLandmark

    same = {
        "left_foot_index": "left_big_toe",
        "right_foot_index": "right_big_toe",
        "mouth_left": "left_mouth",
        "mouth_right": "right_mouth",
    }
    names = [landmark.name.lower() for landmark in PoseLandmark]
    assert get_skeleton(BlazePose.skeleton).joints == tuple(same.get(name, name) for name in names)


def test_the_source_names_the_weights():
    source = BlazePose().source
    assert source["backend"] == "blazepose" and source["weights"] == weights_id()
    assert re.fullmatch("[0-9a-f]{64}", source["weights"])


def test_a_job_starts_without_matplotlib_and_the_other_solutions():
    code = (
        "import sys; sys.path.insert(0, 'workflow')\n"
        "from runform.pose.blazepose import BlazePose\n"
        "import numpy as np\n"
        "BlazePose().detect([np.zeros((64, 64, 3), np.uint8)])\n"
        "heavy = ('matplotlib', 'mediapipe.tasks', 'torch', 'scipy.stats')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


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


def test_blazepose_skips_frames_without_a_box():
    frames = [np.zeros((60, 80, 3), np.uint8)] * 3
    nowhere = np.full((3, 4), np.nan)
    assert np.isnan(BlazePose().detect(frames, nowhere).xy).all()


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
