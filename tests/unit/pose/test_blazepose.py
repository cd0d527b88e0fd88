import re
import subprocess
import sys

import numpy as np

from runform.pose.blazepose import BlazePose, weights_id
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
        "print([name for name in ('matplotlib', 'mediapipe.tasks', 'torch', 'scipy.stats') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
