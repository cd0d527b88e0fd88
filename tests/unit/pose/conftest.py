"""Networks that the tests make themselves."""

import pytest
import torch
from networks import random_network

from runform.pose.mmpose_export import export_rtmpose


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
