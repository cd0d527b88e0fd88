"""The real yt-dlp against a web server on loopback: what is downloaded, retried and refused."""

import hashlib
import json
import os

import pytest
from download_cases import QUICK, check_unavailable
from loopback_site import answer, in_turn, video_file
from numbered_videos import make_video, run_ffmpeg

from runform.acquire.client import Connection, open_client
from runform.acquire.download import DownloadSettings, _Limits, _options
from runform.acquire.failures import TemporaryFailure
from runform.acquire.filtering_proxy import FilteringProxy


def test_video_and_receipt(site, download, video_bytes, tmp_path):
    site.pages["/run.mp4"] = video_file(video_bytes)
    receipt, video = download(f"{site.address}/run.mp4")
    assert video == video_bytes
    assert receipt["sha256"] == hashlib.sha256(video_bytes).hexdigest()
    facts = [
        receipt[key]
        for key in (
            "status",
            "reason",
            "kind",
            "title",
            "codec",
            "duration_s",
            "fps",
            "width_px",
            "height_px",
        )
    ]
    assert facts == ["ok", "", "web", "run", "h264", 2.0, 30.0, 64, 48]
    assert receipt["tool"].startswith("yt-dlp 20") and receipt["url"] == f"{site.address}/run.mp4"
    assert receipt["size_bytes"] == len(video_bytes)
    assert not (tmp_path / "partial").exists()


def test_a_whole_download_stays(site, download, video_bytes, tmp_path):
    site.pages["/run.mp4"] = video_file(video_bytes)
    before = download(f"{site.address}/run.mp4")
    for file in (tmp_path / "out").iterdir():
        os.utime(file, (1, 1))
    site.pages["/run.mp4"] = answer(404)
    asked = len(site.requests)
    assert download(f"{site.address}/run.mp4") == before and len(site.requests) == asked
    assert min(file.stat().st_mtime for file in (tmp_path / "out").iterdir()) > 1
    (tmp_path / "out/video.mp4").write_bytes(video_bytes[:-1])
    check_unavailable(download(f"{site.address}/run.mp4"), "404")
    site.pages["/run.mp4"] = video_file(video_bytes)
    assert download(f"{site.address}/run.mp4") == before


def test_receipt_has_the_same_bytes_every_time(site, download, video_bytes, tmp_path):
    site.pages["/run.mp4"] = video_file(video_bytes)
    download(f"{site.address}/run.mp4")
    first = (tmp_path / "out/video.json").read_bytes()
    (tmp_path / "out/video.mp4").unlink()
    download(f"{site.address}/run.mp4")
    assert (tmp_path / "out/video.json").read_bytes() == first


def test_page_with_a_video_tag(site, download, video_bytes):
    site.pages["/run.mp4"] = video_file(video_bytes)
    site.pages["/page"] = answer(
        body=b'<html><title>Hill &amp; run</title><video src="/run.mp4"></video></html>'
    )
    receipt, video = download(f"{site.address}/page")
    assert video == video_bytes and receipt["title"].startswith("Hill & run")


def test_redirect_is_followed(site, download, video_bytes):
    site.pages["/run.mp4"] = video_file(video_bytes)
    site.pages["/short"] = answer(302, Location="/run.mp4")
    assert download(f"{site.address}/short")[1] == video_bytes


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_definite_status(site, download, status):
    site.pages["/run.mp4"] = answer(status)
    check_unavailable(download(f"{site.address}/run.mp4"), str(status))
    assert len(site.requests) == 1  # a definite answer is not asked for again


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_temporary_status_then_success(site, download, video_bytes, status):
    site.pages["/run.mp4"] = in_turn(answer(status), answer(status), video_file(video_bytes))
    assert download(f"{site.address}/run.mp4")[1] == video_bytes


@pytest.mark.parametrize("status", [429, 503])
def test_lasting_temporary_status_fails_the_job(site, download, status, tmp_path):
    site.pages["/run.mp4"] = answer(status)
    with pytest.raises(TemporaryFailure, match=str(status)):
        download(f"{site.address}/run.mp4")
    assert len(site.requests) == QUICK.attempts
    assert not (tmp_path / "out").exists()


def test_temporary_failure_is_a_reason_where_the_user_gives_up(site, download):
    site.pages["/run.mp4"] = answer(503)
    patience = Connection(attempts=2, backoff_s=0.01, timeout_s=2, give_up=True)
    check_unavailable(
        download(f"{site.address}/run.mp4", connection=patience), "given up after 2 attempts", "503"
    )
    site.close()
    check_unavailable(
        download(f"{site.address}/run.mp4", connection=patience),
        "given up after 2 attempts",
        "refused",
    )


def test_temporary_status_of_the_data(site, download, video_bytes):
    site.pages["/page"] = answer(body=b'<video src="/run.mp4"></video>')
    site.pages["/run.mp4"] = in_turn(answer(503), video_file(video_bytes))
    assert download(f"{site.address}/page")[1] == video_bytes


def test_server_that_asks_to_wait(site, download, video_bytes):
    site.pages["/run.mp4"] = in_turn(answer(429, Retry_After="3600"), video_file(video_bytes))
    patient = Connection(attempts=2, backoff_s=0.01, max_backoff_s=0.1, timeout_s=2)
    assert download(f"{site.address}/run.mp4", connection=patient)[1] == video_bytes


def test_connection_refused_is_temporary(site, download):
    site.close()
    with pytest.raises(TemporaryFailure):
        download(f"{site.address}/run.mp4")


def test_empty_body_is_temporary(site, download):
    site.pages["/run.mp4"] = answer(kind="video/mp4")
    with pytest.raises(TemporaryFailure):
        download(f"{site.address}/run.mp4")


def test_program_file_is_refused(site, download, video_bytes):
    site.pages["/run.exe"] = video_file(video_bytes)
    check_unavailable(download(f"{site.address}/run.exe"), "exe")


def test_silent_server_is_temporary(site, download):
    site.pages["/run.mp4"] = lambda handler: handler.server.shutdown_request(handler.connection)
    with pytest.raises(TemporaryFailure):
        download(
            f"{site.address}/run.mp4",
            connection=Connection(attempts=2, backoff_s=0.01, timeout_s=0.3),
        )


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"<html><title>news</title>no video here</html>", "text/html", "no video"),
        (b"just some words, and not a video at all", "text/plain", "video"),
        (b"just some words, and not a video at all", "video/mp4", "not a video"),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
            "application/x-mpegurl",
            "file",
        ),
        (b"ffconcat version 1.0\nfile run.mp4\n", "video/mp4", "not a video"),
    ],
)
def test_no_video_at_the_address(site, download, body, kind, words):
    site.pages["/thing.mp4"] = answer(body=body, kind=kind)
    check_unavailable(download(f"{site.address}/thing.mp4"), words)


def test_sound_only(site, download, tmp_path):
    run_ffmpeg(["-f", "lavfi", "-i", "sine=duration=1", str(tmp_path / "song.mp4")])
    site.pages["/song.mp4"] = video_file((tmp_path / "song.mp4").read_bytes())
    check_unavailable(download(f"{site.address}/song.mp4"), "no video stream")


def test_list_of_videos(site, download, video_bytes):
    site.pages["/a.mp4"] = site.pages["/b.mp4"] = video_file(video_bytes)
    site.pages["/page"] = answer(body=b'<video src="/a.mp4"></video><video src="/b.mp4"></video>')
    check_unavailable(download(f"{site.address}/page"), "2 videos")


def test_too_large(site, download, video_bytes):
    site.pages["/run.mp4"] = video_file(video_bytes)
    small = DownloadSettings(allow_private_hosts=True, max_size_mb=0.001)
    check_unavailable(download(f"{site.address}/run.mp4", small), "too large")


def test_too_large_without_a_stated_length(site, download):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "video/mp4")
        handler.end_headers()
        try:
            while handler.command == "GET":
                handler.wfile.write(bytes(65536))
        except OSError:
            pass

    site.pages["/run.mp4"] = endless
    small = DownloadSettings(allow_private_hosts=True, max_size_mb=1)
    check_unavailable(download(f"{site.address}/run.mp4", small), "too large")


def test_too_long(site, download, video_bytes):
    site.pages["/run.mp4"] = video_file(video_bytes)
    short = DownloadSettings(allow_private_hosts=True, max_duration_s=1)
    check_unavailable(download(f"{site.address}/run.mp4", short), "too long", "2 s")


def form(name, height, fps, ext, video, sound, protocol="https"):
    size = {"height": height, "width": height * 16 // 9, "fps": fps}
    return size | {
        "format_id": name,
        "ext": ext,
        "vcodec": video,
        "acodec": sound,
        "protocol": protocol,
        "url": f"https://x/{name}",
    }


@pytest.mark.parametrize(
    ("max_height_px", "chosen"),
    [(2160, "2160-av1"), (1080, "1080-at-60"), (720, "720"), (500, "360"), (100, "360")],
)
def test_which_of_the_sizes(tmp_path, max_height_px, chosen):
    forms = [
        form("360", 360, 30, "mp4", "avc1", "mp4a"),
        form("720", 720, 30, "mp4", "avc1", "mp4a"),
        form("1080-at-30", 1080, 30, "mp4", "avc1", "mp4a"),
        form("1080-at-60", 1080, 60, "mp4", "avc1", "none"),
        form("1080-av1", 1080, 60, "mp4", "av01", "none"),
        form("1080-webm", 1080, 60, "webm", "vp9", "none"),
        form("1080-hls", 1080, 60, "mp4", "avc1", "mp4a", "m3u8_native"),
        form("1080-rtmp", 1080, 120, "mp4", "avc1", "mp4a", "rtmp"),
        form("2160-av1", 2160, 60, "mp4", "av01", "none"),
    ]
    settings = DownloadSettings(max_height_px=max_height_px)
    page = {
        "id": "a",
        "title": "t",
        "formats": forms,
        "extractor": "generic",
        "webpage_url": "https://x/",
    }
    with FilteringProxy(allow_private_hosts=False) as proxy:
        options = _options(tmp_path, settings, QUICK, _Limits(settings, QUICK, proxy))
        with open_client(options, proxy.url, tmp_path / "version.json") as client:
            assert client.process_ie_result(page, download=False)["format_id"] == chosen


def test_largest_size_within_the_height_limit(site, download, tmp_path):
    """An HLS page offers three sizes; the data of the middle one is fetched."""
    for height in (48, 96, 192):
        make_video(
            tmp_path / f"{height}.ts", size=(128, height), codec=("-c:v", "libx264", "-f", "mpegts")
        )
        site.pages[f"/{height}.ts"] = video_file((tmp_path / f"{height}.ts").read_bytes())
        lines = [
            "#EXTM3U",
            "#EXT-X-TARGETDURATION:2",
            "#EXTINF:2,",
            f"{height}.ts",
            "#EXT-X-ENDLIST",
            "",
        ]
        site.pages[f"/{height}.m3u8"] = answer(
            body="\n".join(lines).encode(), kind="application/x-mpegurl"
        )
    master = [
        f"#EXT-X-STREAM-INF:BANDWIDTH={height}000,RESOLUTION=128x{height}\n{height}.m3u8"
        for height in (48, 96, 192)
    ]
    site.pages["/all.m3u8"] = answer(
        body="\n".join(["#EXTM3U", *master, ""]).encode(), kind="application/x-mpegurl"
    )
    receipt, _ = download(
        f"{site.address}/all.m3u8", DownloadSettings(max_height_px=100, allow_private_hosts=True)
    )
    assert (receipt["status"], receipt["height_px"], receipt["container"]) == ("ok", 96, "mpegts")


def test_hole_in_a_fragmented_video_is_no_shorter_video(site, download, tmp_path):
    part = make_video(tmp_path / "a.ts", codec=("-c:v", "libx264", "-f", "mpegts")).read_bytes()
    site.pages["/a.ts"] = video_file(part)
    lines = [
        "#EXTM3U",
        "#EXT-X-TARGETDURATION:2",
        "#EXTINF:2,",
        "a.ts",
        "#EXTINF:2,",
        "gone.ts",
        "#EXT-X-ENDLIST",
        "",
    ]
    site.pages["/all.m3u8"] = answer(body="\n".join(lines).encode(), kind="application/x-mpegurl")
    check_unavailable(download(f"{site.address}/all.m3u8"), "404")


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
    "name",
    ["-run.mp4", "run%20(1)%27%22;$(id).mp4", "r%C3%A4nn%0A.mp4", "%2e%2e%2f%2e%2e%2frun.mp4"],
)
def test_odd_letters_in_the_address(site, download, video_bytes, name, tmp_path):
    as_sent = name.replace("%2e", ".")  # an HTTP client may write plain letters plainly
    site.pages[f"/{name}"] = site.pages[f"/{as_sent}"] = video_file(video_bytes)
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


def test_encrypted_stream_is_not_handed_to_ffmpeg_past_the_proxy(site, download):
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
