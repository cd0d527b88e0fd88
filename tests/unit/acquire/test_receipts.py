"""Receipts: local files, unavailable videos, and care of the folder of videos."""

import hashlib
import json
import os

import pytest
from numbered_videos import make_video

from runform.acquire.receipts import (
    clean_unfinished,
    forget_unavailable,
    import_video,
    without_passwords,
    write_unavailable,
)
from runform.files import write_json, write_text


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


def test_only_unavailable_downloads_are_forgotten(tmp_path):
    write_unavailable(
        tmp_path / "web-1.mp4", tmp_path / "web-1.json", "removed", url="https://example.org/1"
    )
    write_unavailable(tmp_path / "file-2.mp4", tmp_path / "file-2.json", "no video", url="my.mp4")
    write_text(tmp_path / "web-3.mp4", "video")
    write_json(tmp_path / "web-3.json", {"status": "ok", "url": "https://example.org/3"})
    assert forget_unavailable(tmp_path) == ["https://example.org/1"]
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "file-2.json",
        "file-2.mp4",
        "web-3.json",
        "web-3.mp4",
    ]


def test_unfinished_files_are_removed_and_whole_ones_stay(tmp_path):
    write_text(tmp_path / "videos/.partial/web-1/video.mp4.part", "12345")
    write_text(tmp_path / "pose/.a.77.part.npz", "123")
    write_text(tmp_path / "pose/a.npz", "whole")
    assert clean_unfinished(tmp_path) == (2, 8)
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()] == [
        "pose/a.npz"
    ]
    assert not (tmp_path / "videos/.partial").exists()


def test_nothing_to_clean(tmp_path):
    assert clean_unfinished(tmp_path / "absent") == (0, 0)
    assert forget_unavailable(tmp_path / "absent") == []


def test_passwords_are_cut_out_of_addresses():
    text = "https://me:sesame@example.org/a and http://example.org/b@c"
    assert without_passwords(text) == "https://example.org/a and http://example.org/b@c"
