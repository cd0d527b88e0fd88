"""The folder of a shared study: what it holds, and what it must not hold."""

import json
import re

import numpy as np
import pytest
import yaml

from runform.files import write_json, write_text
from runform.manifest import Clip, read_manifest
from runform.present.shared_study import (
    shared_config,
    shared_receipt,
    shared_row,
    write_shared_study,
)
from runform.provenance import project_version
from runform.sequence import empty_sequence, load_sequence, save_sequence

CONFIG = {
    "manifest": "my.tsv",
    "video": "private.mp4",
    "video_speed_m_s": 3.2,
    "before": "private.mp4",
    "after": "private_2.mp4",
    "acquire": {"connection": {"cookies_file": "/home/me/cookies.txt"}, "min_available": 0.5},
    "pose": {"model": "rtmpose-m-coco", "weights": "/home/me/p.onnx", "detector": "rtmdet-m"},
    "encoder": {"pretrained": "/home/me/private.bin", "rate_fps": 30},
}
RECEIPT = {
    "status": "ok",
    "reason": "",
    "fps": 29.97003,
    "width_px": 640,
    "height_px": 480,
    "capture_fps": 120.0,
}
ROWS = {
    "ben": {"sets": ("labelled", "corpus"), "runner": "ben", "view": "left", "overstriding": True},
    "anna": {
        "sets": (),
        "runner": "anna",
        "height_m": 1.7,
        "speed_m_s": 3.1,
        "overstriding@AB": "unsure",
    },
}


@pytest.fixture
def folder(tmp_path):
    write_json(tmp_path / "ok.json", RECEIPT | {"source": {"kind": "file", "url": "ben_doe.mp4"}})
    write_json(tmp_path / "gone.json", {"status": "unavailable", "reason": "it is not public"})
    save_sequence(empty_sequence("it is not public"), tmp_path / "pose.npz")
    (tmp_path / "private.bin").write_bytes(b"weights")
    write_text(tmp_path / "gait.csv", "clip\nanna\n")
    write_shared_study(
        tmp_path / "shared",
        ROWS,
        {"ben": tmp_path / "ok.json", "anna": tmp_path / "gone.json"},
        dict.fromkeys(ROWS, tmp_path / "pose.npz"),
        [tmp_path / "gait.csv"],
        shared_config(CONFIG),
        tmp_path / "private.bin",
    )
    return tmp_path / "shared"


def test_its_manifest_is_read_from_anywhere(folder):
    anna, ben = read_manifest(folder / "manifest.tsv", ["overstriding"])
    assert (ben.sets, ben.labels, ben.view) == (
        ("labelled", "corpus"),
        {"overstriding": True},
        "left",
    )
    assert (ben.fps, ben.width_px, ben.url, anna.fps) == (29.97003, 640, "", None)
    assert ben.capture_fps == 120.0  # of the clip, which is thinned
    assert (anna.labels, anna.height_m, anna.capture_fps) == ({}, 1.7, None)
    assert (anna.speed_m_s, anna.opinions) == (3.1, {"overstriding": {"AB": "unsure"}})
    assert anna.shared_receipt == str(folder / "keypoints/anna.receipt.json")
    assert load_sequence(anna.keypoints).reason == "it is not public"


def test_config_versions_tables_and_a_readme(folder):
    config = yaml.safe_load((folder / "config.yaml").read_text())
    assert config == {
        "acquire": {"min_available": 0.5},
        "pose": {"model": "rtmpose-m-coco", "weights": "", "detector": "rtmdet-m"},
        "encoder": {"pretrained": "encoder.bin", "rate_fps": 30},
    }
    assert (folder / "encoder.bin").read_bytes() == b"weights"
    versions = json.loads((folder / "versions.json").read_text())
    assert versions["packages"]["numpy"] == np.__version__
    assert versions["runform"] == project_version()
    assert (folder / "tables/gait.csv").read_text() == "clip\nanna\n"
    assert "2 clips as 2D keypoints" in (folder / "README.md").read_text()


def test_no_name_of_a_local_file_gets_out(folder):
    texts = [
        file.read_text() for file in folder.rglob("*") if file.suffix not in (".npz", ".bin", "")
    ]
    assert len(texts) == 7
    assert not [text for text in texts if re.search("ben_doe|cookies|private|/home", text)]


def test_a_public_address_stays():
    source = {"kind": "web", "url": "https://x.org/v", "title": "A run"}
    assert shared_receipt(RECEIPT | {"source": source})["source"] == source


@pytest.mark.parametrize("named", ["train", "MotionBERT-Lite", "https://x.org/e.bin"])
def test_an_encoder_and_a_detector_that_others_can_get_stay_as_named(named):
    detector = "https://x.org/d.onnx"
    own = {"encoder": {"pretrained": named}, "pose": {"weights": "", "detector": detector}}
    shared = shared_config(CONFIG | own)
    assert (shared["encoder"], shared["pose"]) == (own["encoder"], own["pose"])


def test_the_row_of_a_clip_has_its_labels_and_who_gave_them():
    opinions = {"overstriding": {"AB": True, "CD": "unsure"}}
    labels = {"overstriding": True}
    clip = Clip(
        "anna", "a.mp4", ("test",), "anna", 2.0, labels=labels, opinions=opinions, view="left"
    )
    assert shared_row(clip) == {
        "sets": ("test",),
        "runner": "anna",
        "view": "left",
        "height_m": None,
        "speed_m_s": None,
        "overstriding": True,
        "overstriding@AB": True,
        "overstriding@CD": "unsure",
    }
