"""The real yt-dlp against a real web server on loopback: what comes, what is cut short, what is no
video.
"""

import hashlib

import pytest
from download_cases import QUICK, check_unavailable
from loopback_site import answer, in_turn, video_file
from numbered_videos import make_video, run_ffmpeg

from runform.acquire.client import Connection
from runform.acquire.download import DownloadSettings
from runform.acquire.failures import PassingFault


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


def test_receipt_has_the_same_bytes_every_time(site, download, video_bytes, tmp_path):
    site.pages["/run.mp4"] = video_file(video_bytes)
    download(f"{site.address}/run.mp4")
    first = (tmp_path / "out/video.json").read_bytes()
    download(f"{site.address}/run.mp4")
    assert (tmp_path / "out/video.json").read_bytes() == first


def test_page_with_a_video_tag(site, download, video_bytes):
    site.pages["/run.mp4"] = video_file(video_bytes)
    site.pages["/page"] = answer(
        body=b'<html><title>Hill &amp; run</title><body><video src="/run.mp4"></video></body></html>'
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
def test_passing_status_then_success(site, download, video_bytes, status):
    site.pages["/run.mp4"] = in_turn(answer(status), answer(status), video_file(video_bytes))
    assert download(f"{site.address}/run.mp4")[1] == video_bytes


@pytest.mark.parametrize("status", [429, 503])
def test_passing_status_for_ever_fails_the_job(site, download, status, tmp_path):
    site.pages["/run.mp4"] = answer(status)
    with pytest.raises(PassingFault, match=str(status)):
        download(f"{site.address}/run.mp4")
    assert len(site.requests) == QUICK.attempts
    assert not (tmp_path / "out").exists()


def test_passing_fault_is_a_reason_where_the_user_gives_up(site, download):
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


def test_passing_status_of_the_data(site, download, video_bytes):
    site.pages["/page"] = answer(body=b'<video src="/run.mp4"></video>')
    site.pages["/run.mp4"] = in_turn(answer(503), video_file(video_bytes))
    assert download(f"{site.address}/page")[1] == video_bytes


def test_server_that_asks_to_wait(site, download, video_bytes):
    site.pages["/run.mp4"] = in_turn(answer(429, Retry_After="3600"), video_file(video_bytes))
    patient = Connection(attempts=2, backoff_s=0.01, max_backoff_s=0.1, timeout_s=2)
    assert download(f"{site.address}/run.mp4", connection=patient)[1] == video_bytes


def test_body_cut_short_is_resumed(site, download, video_bytes):
    site.pages["/run.mp4"] = video_file(video_bytes, cut_at=len(video_bytes) // 2, cuts=2)
    assert download(f"{site.address}/run.mp4")[1] == video_bytes
    assert any("Range" in headers for _, _, headers in site.requests)


def test_body_always_cut_fails_the_job_and_the_next_one_resumes(
    site, download, video_bytes, tmp_path
):
    part = len(video_bytes) // 20
    site.pages["/run.mp4"] = video_file(video_bytes, cut_at=part)
    with pytest.raises(PassingFault):
        download(
            f"{site.address}/run.mp4",
            connection=Connection(attempts=2, backoff_s=0.01, timeout_s=2),
        )
    assert not (tmp_path / "out").exists()
    kept = sum(path.stat().st_size for path in (tmp_path / "partial").glob("*.part"))
    assert kept >= 3 * part
    site.pages["/run.mp4"] = video_file(video_bytes)
    site.requests.clear()
    assert download(f"{site.address}/run.mp4")[1] == video_bytes
    assert f"bytes={kept}-" in [headers.get("Range") for _, _, headers in site.requests]


def test_source_that_changed_after_a_cut_is_not_patched_together(
    site, download, video_bytes, tmp_path
):
    other = make_video(tmp_path / "other.mp4", frames=90).read_bytes()
    site.pages["/run.mp4"] = video_file(other, cut_at=1000, etag='"one"')
    with pytest.raises(PassingFault):
        download(f"{site.address}/run.mp4", connection=Connection(attempts=1, timeout_s=2))
    site.pages["/run.mp4"] = video_file(video_bytes, etag='"two"')
    assert download(f"{site.address}/run.mp4")[1] == video_bytes


def test_connection_refused_is_a_passing_fault(site, download):
    site.close()
    with pytest.raises(PassingFault):
        download(f"{site.address}/run.mp4")


def test_empty_body_is_a_passing_fault(site, download):
    site.pages["/run.mp4"] = answer(kind="video/mp4")
    with pytest.raises(PassingFault):
        download(f"{site.address}/run.mp4")


def test_program_file_is_refused(site, download, video_bytes):
    site.pages["/run.exe"] = video_file(video_bytes)
    check_unavailable(download(f"{site.address}/run.exe"), "exe")


def test_silent_server_is_a_passing_fault(site, download):
    site.pages["/run.mp4"] = lambda handler: handler.server.shutdown_request(handler.connection)
    with pytest.raises(PassingFault):
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
