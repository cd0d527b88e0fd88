"""Hostile addresses and streams, cookies and proxies: the real yt-dlp against a real web server on
loopback.
"""

import json
import sqlite3

import pytest
from download_cases import check_unavailable
from loopback_site import answer, video_file

from runform.acquire.client import Connection
from runform.acquire.download import DownloadSettings
from runform.errors import InputError


def test_private_address_is_refused(site, download, video_bytes):
    site.pages["/run.mp4"] = video_file(video_bytes)
    check_unavailable(
        download(f"{site.address}/run.mp4", DownloadSettings()), "private", "127.0.0.1"
    )
    assert site.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/run.mp4",
        "-o/tmp/x",
        "--exec=id",
        "ytsearch:running",
        "concat:a.mp4|b.mp4",
        "http://",
        "http://[::1",
    ],
)
def test_other_schemes_are_refused(download, url):
    check_unavailable(download(url), "refused")


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/run.mp4", "gopher://127.0.0.1/"]
)
def test_redirect_to_another_scheme_is_refused(site, download, target):
    site.pages["/run.mp4"] = answer(302, Location=target)
    check_unavailable(download(f"{site.address}/run.mp4"))


@pytest.mark.parametrize(
    "name",
    ["-run.mp4", "run%20(1)%27%22;$(id).mp4", "r%C3%A4nn%0A.mp4", "%2e%2e%2f%2e%2e%2frun.mp4"],
)
def test_odd_letters_in_the_address(site, download, video_bytes, name, tmp_path):
    site.pages[f"/{name}"] = video_file(video_bytes)
    receipt, video = download(f"{site.address}/{name}")
    assert video == video_bytes and "\n" not in receipt["title"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_password_in_the_address_stays_out_of_receipt_and_log(site, download, video_bytes, caplog):
    caplog.set_level("INFO")
    site.pages["/run.mp4"] = video_file(video_bytes)
    receipt, video = download(site.address.replace("http://", "http://me:sesame@") + "/run.mp4")
    assert video == video_bytes
    assert "sesame" not in json.dumps(receipt) and "sesame" not in caplog.text
    assert all("Authorization" in headers for _, _, headers in site.requests)


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


def test_encrypted_stream_is_not_handed_to_a_program_without_guard(site, download):
    lines = [
        "#EXTM3U",
        "#EXT-X-TARGETDURATION:2",
        '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="/key"',
        "#EXTINF:2,",
        "a.ts",
        "#EXT-X-ENDLIST",
        "",
    ]
    site.pages["/all.m3u8"] = answer(body="\n".join(lines).encode(), kind="application/x-mpegurl")
    check_unavailable(download(f"{site.address}/all.m3u8"), "ffmpeg")
    assert not any(path in ("/a.ts", "/key") for _, path, _ in site.requests)


def test_through_a_proxy_of_the_own_network(site, download, video_bytes, monkeypatch):
    """The proxy may stand at a private address and knows names that this machine does not; what is
    asked for is still judged.
    """
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, site.address)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    site.pages["http://runs.invalid/run.mp4"] = video_file(video_bytes)
    assert download("http://runs.invalid/run.mp4", DownloadSettings())[1] == video_bytes
    check_unavailable(download("http://10.0.0.1/run.mp4", DownloadSettings()), "private")
