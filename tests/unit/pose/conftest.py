"""Networks that the tests make themselves, and the import of a keypoint file."""

import numpy as np
import pytest
import torch
from keypoint_files import OFF, RECEIPT
from networks import random_network

from runform.files import write_json
from runform.pose.import_keypoints import import_pose
from runform.pose.mmpose_export import export_rtmpose
from runform.sequence import load_sequence
from runform.simulate.recording import simulate_video
from runform.video import read_frames


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    """Path of a checkpoint of rtmpose-m-coco in the form OpenMMLab publishes."""
    path = tmp_path_factory.mktemp("weights") / "rtmpose-m-coco.pth"
    torch.save(
        {
            "meta": {"mmpose_version": "1.3.2"},
            "state_dict": random_network("rtmpose-m-coco").state_dict(),
        },
        path,
    )
    return path


@pytest.fixture(scope="session")
def onnx_model(checkpoint):
    """Path of the same network as ONNX."""
    path = checkpoint.with_suffix(".onnx")
    export_rtmpose("rtmpose-m-coco", checkpoint, path)
    return path


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
