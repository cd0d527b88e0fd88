"""Local files go the same way as downloads."""

import hashlib
import json
import os

import pytest
from numbered_videos import make_video

from runform.acquire.receipts import import_video


def imported(path, folder):
    import_video(path, folder / "v.mp4", folder / "v.json")
    return json.loads((folder / "v.json").read_text()), (folder / "v.mp4").read_bytes()


def test_copy_and_receipt(tmp_path):
    path = make_video(tmp_path / "my run.mov")
    receipt, video = imported(path, tmp_path)
    assert video == path.read_bytes() and not os.path.samefile(path, tmp_path / "v.mp4")
    assert (receipt["status"], receipt["kind"], receipt["title"], receipt["url"]) == (
        "ok",
        "file",
        "my run",
        str(path),
    )
    assert (receipt["duration_s"], receipt["fps"], receipt["width_px"], receipt["height_px"]) == (
        2.0,
        30.0,
        64,
        48,
    )
    assert receipt["sha256"] == hashlib.sha256(video).hexdigest()


@pytest.mark.parametrize("content", [b"", b"words\n" * 100])
def test_no_video(tmp_path, content):
    (tmp_path / "a.mp4").write_bytes(content)
    receipt, video = imported(tmp_path / "a.mp4", tmp_path)
    assert (receipt["status"], video) == ("unavailable", b"")
    assert receipt["reason"].startswith("not a video")


def test_folder(tmp_path):
    (tmp_path / "a.mp4").mkdir()
    receipt, video = imported(tmp_path / "a.mp4", tmp_path)
    assert (receipt["status"], receipt["reason"], video) == ("unavailable", "not a file", b"")
