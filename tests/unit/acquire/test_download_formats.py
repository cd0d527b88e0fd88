"""Which of the forms of a video is taken, by the real yt-dlp."""

import pytest
from download_cases import QUICK, check_unavailable
from loopback_site import answer, video_file
from numbered_videos import make_video

from runform.acquire.client import open_client
from runform.acquire.download import DownloadSettings, _Limits, _options


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
    with open_client(
        _options(tmp_path, settings, QUICK, _Limits(settings)), False, tmp_path / "version.json"
    ) as client:
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
