"""Bad keypoints, weights, networks, motions and videos that a user may bring, and the one line of
answer.
"""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from one_line import answer

from runform.acquire.receipts import import_video
from runform.encoder.checkpoint import load_encoder
from runform.encoder.mocap import load_motion
from runform.errors import InputError
from runform.pose.backend import open_session
from runform.pose.import_keypoints import check_length, read_people


class RunsCode:
    def __reduce__(self):
        return (Path.touch, (Path("pwned"),))


def touches(path):
    """The array file of somebody who would like to run code here."""
    np.save(path, np.array([RunsCode()], dtype=object), allow_pickle=True)


KEYPOINTS = {
    "no known kind": ("a.xlsx", b"PK", "expected .json"),
    "no JSON": ("a.json", b"{'a':", "expected a JSON file"),
    "JSON of something else": ("a.json", b'{"bones": []}', "expected JSON of MMPose"),
    "nobody in any frame": ("a.json", b'{"instance_info": []}', "expected"),
    "a strange number of joints": (
        "a.json",
        json.dumps(
            {
                "instance_info": [
                    {
                        "frame_id": 1,
                        "instances": [{"keypoints": [[1, 2]] * 5, "keypoint_scores": [1] * 5}],
                    }
                ]
            }
        ).encode(),
        "5 keypoints: expected",
    ),
    "an array that runs code": ("a.npy", touches, "expected numpy arrays without pickles"),
    "an array of one number": (
        "a.npy",
        lambda path: np.save(path, np.zeros(1)),
        "expected numbers of shape (frames, keypoints",
    ),
    "a table of one line": ("a.csv", b"frame,left_knee_x\n", "expected"),
    "a TRC of one line": ("a.trc", b"1\t2\t3\n", "expected a row a frame"),
}


@pytest.mark.parametrize("name", KEYPOINTS)
def test_keypoints_that_cannot_be_read(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file, content, expected = KEYPOINTS[name]
    path = tmp_path / file
    content(path) if callable(content) else path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_people(path)
    assert answer(caught).startswith(str(path))
    assert expected in answer(caught)
    assert not (tmp_path / "pwned").exists()


def test_keypoints_of_another_clip(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.ones((30, 17, 3)))
    with pytest.raises(
        InputError, match="keypoints of 30 frames: expected 45, as many as the clip has"
    ):
        check_length(read_people(path), 45, path)


WEIGHTS = {
    "no file": ("a.safetensors", None, "no such checkpoint"),
    "no safetensors": (
        "a.safetensors",
        b"\x08\0\0\0\0\0\0\0nonsense",
        "not a checkpoint of runform",
    ),
    "a pickle that runs code": ("a.bin", pickle.dumps(RunsCode(), protocol=2), "refused"),
    "half an archive": ("a.pth", b"PK\x03\x04", "refused"),
    "a text": ("a.pth", b"hello", "refused"),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_that_are_refused(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file, content, expected = WEIGHTS[name]
    path = tmp_path / file
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_encoder(path)
    assert expected in answer(caught)
    assert not (tmp_path / "pwned").exists()


def test_a_network_and_a_motion_that_are_texts(tmp_path):
    path = tmp_path / "a.onnx"
    path.write_text("hello")
    for load, expected in (
        (open_session, "expected a whole ONNX model"),
        (load_motion, "not a BVH file"),
    ):
        with pytest.raises(InputError) as caught:
            load(path)
        assert expected in answer(caught)


VIDEOS = {
    "empty": (b"", "not a video: the file is empty"),
    "a text": (b"not a video\n" * 50, "not a video that can be read"),
    "a picture of nothing": (b"\x89PNG\r\n\x1a\n" + bytes(50), "video"),
    "a playlist of local files": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "video"),
}


@pytest.mark.parametrize("name", VIDEOS)
def test_a_file_that_holds_no_video_is_left_out_with_its_reason(tmp_path, name):
    content, expected = VIDEOS[name]
    path = tmp_path / "in.mp4"
    path.write_bytes(content)
    import_video(path, tmp_path / "v.mp4", tmp_path / "v.json")
    receipt = json.loads((tmp_path / "v.json").read_text())
    assert receipt["status"] == "unavailable"
    assert expected in receipt["reason"]
    assert "root:" not in receipt["reason"]
