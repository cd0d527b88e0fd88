"""Networks that the tests make themselves, and the import of a keypoint file."""

import pytest
import torch
from keypoint_files import OFF, RECEIPT
from networks import random_network

from runform.files import write_json
from runform.pose.import_keypoints import import_pose
from runform.pose.mmpose_export import export_rtmpose
from runform.sequence import load_sequence


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


@pytest.fixture
def imported(tmp_path):
    """Imports a file for a clip of 40 frames and returns the sequence."""

    def run(path, subject=None, **receipt):
        write_json(tmp_path / "clip.json", RECEIPT | receipt)
        import_pose(path, tmp_path / "clip.json", tmp_path / "pose.npz", OFF, subject)
        return load_sequence(tmp_path / "pose.npz")

    return run
