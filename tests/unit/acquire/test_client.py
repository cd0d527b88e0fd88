"""Cookies, settings and resumption: the real yt-dlp against a web server on loopback."""

import json
import sqlite3

import pytest
from loopback_site import answer, video_file
from numbered_videos import make_video

from runform.acquire.client import Connection
from runform.acquire.failures import TemporaryFailure
from runform.errors import InputError


def test_cookies_are_sent_and_neither_shown_nor_written_back(
    site, download, video_bytes, tmp_path, caplog
):
    caplog.set_level("INFO")
    cookies = tmp_path / "cookies.txt"
    text = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tkey\tsesame\n"
    cookies.write_text(text)
    site.pages["/run.mp4"] = video_file(video_bytes)
    receipt, _ = download(
        f"{site.address}/run.mp4", connection=Connection(attempts=1, cookies_file=str(cookies))
    )
    assert site.requests[0][2]["Cookie"] == "key=sesame"
    assert cookies.read_text() == text
    assert "sesame" not in json.dumps(receipt) and "sesame" not in caplog.text


def test_cookies_of_a_browser(site, download, video_bytes, tmp_path):
    profile = tmp_path / "profile"
    profile.mkdir()
    with sqlite3.connect(profile / "cookies.sqlite") as database:
        database.execute("CREATE TABLE moz_cookies (host, name, value, path, expiry, isSecure)")
        database.execute(
            "INSERT INTO moz_cookies VALUES ('127.0.0.1', 'key', 'sesame', '/', 4102444800, 0)"
        )
    site.pages["/run.mp4"] = video_file(video_bytes)
    receipt, _ = download(
        f"{site.address}/run.mp4",
        connection=Connection(attempts=1, cookies_from_browser=f"firefox:{profile}"),
    )
    assert receipt["status"] == "ok" and site.requests[0][2]["Cookie"] == "key=sesame"


@pytest.mark.parametrize(
    "cookies", [{"cookies_file": "/nowhere/cookies.txt"}, {"cookies_from_browser": "lynx"}]
)
def test_cookies_that_are_not_there(site, download, cookies):
    with pytest.raises(InputError, match=r"acquire\.connection.*expected"):
        download(f"{site.address}/run.mp4", connection=Connection(**cookies))


def test_cookies_file_of_another_format(site, download, tmp_path):
    (tmp_path / "cookies.txt").write_text("this is no cookie file")
    with pytest.raises(InputError, match=r"cookies\.txt.*expected"):
        download(
            f"{site.address}/run.mp4",
            connection=Connection(cookies_file=str(tmp_path / "cookies.txt")),
        )


def test_users_own_yt_dlp_settings_are_not_read(site, download, video_bytes, tmp_path, monkeypatch):
    folder = tmp_path / "home/.config/yt-dlp"
    folder.mkdir(parents=True)
    (folder / "config").write_text("--simulate\n")
    plugin = folder / "plugins/own/yt_dlp_plugins/extractor"
    plugin.mkdir(parents=True)
    (plugin / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    site.pages["/run.mp4"] = video_file(video_bytes)
    assert download(f"{site.address}/run.mp4")[1] == video_bytes
    assert not (tmp_path / "ran").exists()


def test_body_cut_short_is_resumed(site, download, video_bytes):
    site.pages["/run.mp4"] = video_file(video_bytes, cut_at=len(video_bytes) // 2, cuts=2)
    assert download(f"{site.address}/run.mp4")[1] == video_bytes
    assert any("Range" in headers for _, _, headers in site.requests)


def test_body_always_cut_fails_the_job_and_the_next_one_resumes(site, download, tmp_path):
    video = make_video(tmp_path / "large.mp4", size=(640, 480), codec=("-c:v", "mjpeg"))
    video_bytes = video.read_bytes()
    part = len(video_bytes) // 20
    site.pages["/run.mp4"] = video_file(video_bytes, cut_at=part)
    with pytest.raises(TemporaryFailure):
        download(
            f"{site.address}/run.mp4",
            connection=Connection(attempts=2, backoff_s=0.01, timeout_s=2),
        )
    assert not (tmp_path / "out").exists()
    kept = sum(path.stat().st_size for path in (tmp_path / "partial").glob("*.part"))
    assert kept > part
    site.pages["/run.mp4"] = video_file(video_bytes)
    site.requests.clear()
    assert download(f"{site.address}/run.mp4")[1] == video_bytes
    assert f"bytes={kept}-" in [headers.get("Range") for _, _, headers in site.requests]


def test_source_that_changed_after_a_cut_is_not_patched_together(
    site, download, video_bytes, tmp_path
):
    other = make_video(tmp_path / "other.mp4", frames=90).read_bytes()
    site.pages["/run.mp4"] = video_file(other, cut_at=1000, etag='"one"')
    with pytest.raises(TemporaryFailure):
        download(f"{site.address}/run.mp4", connection=Connection(attempts=1, timeout_s=2))
    site.pages["/run.mp4"] = video_file(video_bytes, etag='"two"')
    assert download(f"{site.address}/run.mp4")[1] == video_bytes


def test_a_file_that_changed_between_two_answers_of_one_job(site, download, video_bytes, tmp_path):
    other = make_video(tmp_path / "other.mp4", frames=90).read_bytes()
    first = video_file(other, cut_at=1000, etag='"one"')
    site.pages["/page"] = answer(body=b'<video src="/run.mp4"></video>')
    site.pages["/run.mp4"] = lambda handler: (
        first(handler)
        if sum(command == "GET" and path == "/run.mp4" for command, path, _ in site.requests) == 1
        else video_file(video_bytes, etag='"two"')(handler)
    )
    assert download(f"{site.address}/page")[1] == video_bytes
