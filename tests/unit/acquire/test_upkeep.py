from runform.acquire.receipts import clean_unfinished, forget_unavailable, write_unavailable
from runform.files import write_json, write_text


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
