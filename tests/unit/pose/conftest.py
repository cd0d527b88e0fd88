"""Networks that the tests make themselves, and the import of a keypoint file."""

import numpy as np
import pytest
from keypoint_files import OFF, RECEIPT

from runform.files import write_json
from runform.pose.import_keypoints import import_pose
from runform.sequence import load_sequence
from runform.simulate.recording import simulate_video
from runform.video import read_frames


@pytest.fixture(scope="session")
def onnx_model(mmpose_reference):
    """Path of rtmpose-m-coco with random weights as ONNX."""
    return mmpose_reference / "rtmpose-m-coco.onnx"


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """Frames (T, H, W, 3) uint8 RGB of a simulated runner on a treadmill, seen from the side: 1 s
    at 30 frames a second, 480x360.
    """
    folder = tmp_path_factory.mktemp("film")
    url = "simulated:seed=5&duration_s=1&size=480x360&camera=treadmill"
    simulate_video(url, folder / "film.mp4", folder / "truth.npz", folder / "receipt.json")
    return np.stack([frame for frame in read_frames(folder / "film.mp4") if frame is not None])


@pytest.fixture
def imported(tmp_path):
    """Imports a file for a clip of 40 frames and returns the sequence."""

    def run(path, subject=None, **receipt):
        write_json(tmp_path / "clip.json", RECEIPT | receipt)
        import_pose(path, tmp_path / "clip.json", tmp_path / "pose.npz", OFF, subject)
        return load_sequence(tmp_path / "pose.npz")

    return run
