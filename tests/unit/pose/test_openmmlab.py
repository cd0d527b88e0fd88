"""The table of published networks, beside mmpose's own index."""

import json
import re

import pytest

from runform.errors import InputError
from runform.pose.openmmlab import DETECTORS, MODELS, published


def test_every_model_is_as_mmpose_s_index_lists_it(mmpose_reference):
    index = json.loads((mmpose_reference / "index.json").read_text())
    assert index["configs"] == [entry.config for entry in (MODELS | DETECTORS).values()]
    listed = {
        name: index["checkpoints"][entry.config.split("/rtmpose/")[1]]
        for name, entry in MODELS.items()
    }
    assert listed == {name: entry.checkpoint_url for name, entry in MODELS.items()}


@pytest.mark.parametrize("network", [*MODELS, *DETECTORS])
def test_a_checkpoint_carries_its_network_and_its_hash(network):
    family, size, *_ = network.split("-")
    file = published(network).checkpoint_url.rpartition("/")[2]
    assert re.match(rf"{family}[-_]{size}_.*-[0-9a-f]{{8}}(_[0-9]{{8}})?\.pth$", file)


def test_the_published_study_s_network():
    assert published("rtmpose-m-coco").config.endswith("/rtmpose-m_8xb256-420e_coco-256x192.py")
    assert published("rtmpose-m-coco").checkpoint_url.endswith(
        "rtmpose-m_simcc-coco_pt-aic-coco_420e-256x192-d8dd5ca4_20230127.pth"
    )


def test_an_unknown_network_names_the_known_ones():
    with pytest.raises(
        InputError, match=r"'rtmpose-xxl': expected a network of OpenMMLab: rtmpose-s-coco, .*-m$"
    ):
        published("rtmpose-xxl")
