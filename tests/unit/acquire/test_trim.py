"""Clips cut by the real ffmpeg, checked by the number that each frame carries."""

import json
from fractions import Fraction

import pytest
from numbered_videos import H264, make_video, number_in, run_ffmpeg, turn_video

from runform.acquire.receipts import import_video, write_unavailable
from runform.acquire.trim import TrimSettings, constant_rate, trim_clip
from runform.files import read_json
from runform.video import probe, read_frames


@pytest.fixture
def trim(tmp_path):
    """Import a local file and cut it; returns (receipt, numbers of the clip's frames)."""

    def run(path, settings=None, **window):
        import_video(path, tmp_path / "v.mp4", tmp_path / "v.json")
        clip, receipt = tmp_path / "c.mp4", tmp_path / "c.json"
        trim_clip(
            tmp_path / "v.mp4",
            tmp_path / "v.json",
            clip,
            receipt,
            settings or TrimSettings(),
            **window,
        )
        made = json.loads(receipt.read_text())
        if made["status"] == "unavailable":
            assert clip.read_bytes() == b"" and "\n" not in made["reason"]
            return made, []
        return made, [number_in(frame) for frame in read_frames(clip)]

    return run


def check_ok(receipt):
    assert (receipt["status"], receipt["reason"]) == ("ok", "")


def test_whole_video(trim, tmp_path):
    receipt, numbers = trim(make_video(tmp_path / "a.mp4"))
    check_ok(receipt)
    assert numbers == list(range(60))
    facts = [
        receipt[key]
        for key in (
            "fps",
            "frames",
            "duration_s",
            "width_px",
            "height_px",
            "start_s",
            "end_s",
            "capture_fps",
        )
    ]
    assert facts == [30.0, 60, 2.0, 64, 48, None, None, None]
    assert (receipt["source"]["kind"], receipt["source"]["title"]) == ("file", "a")
    assert receipt["source"]["sha256"] == read_json(tmp_path / "v.json")["sha256"]


@pytest.mark.parametrize(
    ("start_s", "end_s", "first", "last"),
    [
        (0.5, 1.5, 15, 44),
        (0.5, None, 15, 59),
        (None, 1.0, 0, 29),
        (1.01, 1.99, 30, 58),  # 1.01 s is nearest to frame 30 (1.000 s); 29 frames make 0.98 s
        (1.02, 1.99, 31, 59),  # 1.02 s is nearest to frame 31 (1.033 s)
    ],
)
@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("mp4", H264),
        ("mkv", H264),
        ("ts", H264),
        ("flv", H264),
        ("avi", ("-c:v", "mpeg4", "-q:v", "2")),
    ],
)
def test_window_to_the_frame(trim, tmp_path, container, codec, start_s, end_s, first, last):
    receipt, numbers = trim(
        make_video(tmp_path / f"a.{container}", codec=codec), start_s=start_s, end_s=end_s
    )
    check_ok(receipt)
    assert numbers == list(range(first, last + 1))
    assert (receipt["start_s"], receipt["end_s"]) == (start_s, end_s)


def test_window_at_a_broken_rate(trim, tmp_path):
    receipt, numbers = trim(
        make_video(tmp_path / "a.mp4", frames=200, fps="30000/1001"), start_s=3.0, end_s=5.0
    )
    assert numbers == list(range(90, 150))  # frame 90 stands at 3.003 s
    assert receipt["fps"] == pytest.approx(29.97003, abs=1e-6)


@pytest.mark.parametrize(
    ("fps", "most", "every", "true_fps"),
    [(240, 120, 2, 120.0), (240, 100, 3, 80.0), (60, 60, 1, 240.0), (120, 50, 3, 80.0)],
)
def test_fast_sources_are_thinned_by_a_whole_number(trim, tmp_path, fps, most, every, true_fps):
    """And the receipt's capture rate with them, so that true times stay the same."""
    path = make_video(tmp_path / "a.mp4", fps=f"{fps}")
    capture_fps = true_fps * every
    receipt, numbers = trim(
        path, TrimSettings(max_fps=most, min_duration_s=0.1), capture_fps=capture_fps
    )
    assert (receipt["capture_fps"], receipt["fps"]) == (true_fps, fps / every)
    assert numbers == list(range(0, 60, every))


def test_capture_rate_rides_along_and_the_clip_keeps_its_timing(trim, tmp_path):
    receipt, numbers = trim(make_video(tmp_path / "a.mp4"), capture_fps=240.0)
    assert (receipt["capture_fps"], receipt["fps"], len(numbers)) == (240.0, 30.0, 60)


def test_same_bytes_twice(trim, tmp_path):
    path = make_video(tmp_path / "a.mp4", size=(160, 96))
    trim(path, start_s=0.3)
    first = (tmp_path / "c.mp4").read_bytes(), (tmp_path / "c.json").read_bytes()
    trim(path, start_s=0.3)
    assert ((tmp_path / "c.mp4").read_bytes(), (tmp_path / "c.json").read_bytes()) == first


def test_variable_rate_becomes_constant(trim, tmp_path):
    """Every fifth frame is missing, as when a phone drops frames: the one before is shown twice."""
    dropped = ("-fps_mode", "vfr", *H264)
    path = make_video(tmp_path / "a.mp4", filters="select=not(eq(mod(n\\,5)\\,4))", codec=dropped)
    assert probe(path).frames == 48
    receipt, numbers = trim(path)
    check_ok(receipt)
    assert receipt["fps"] == 30.0
    assert numbers[:58] == [n - (n % 5 == 4) for n in range(58)]


def test_height_limit_keeps_proportions(trim, tmp_path):
    receipt, numbers = trim(
        make_video(tmp_path / "a.mp4", size=(320, 240)), TrimSettings(max_height_px=121)
    )
    assert (receipt["width_px"], receipt["height_px"]) == (160, 120)
    assert numbers == list(range(60))


def test_odd_size(trim, tmp_path):
    path = make_video(tmp_path / "a.mp4", size=(81, 61), pixels="yuv444p")
    receipt, numbers = trim(path)
    assert (receipt["width_px"], receipt["height_px"], numbers) == (80, 60, list(range(60)))


def test_oblong_pixels_become_square(trim, tmp_path):
    receipt, numbers = trim(make_video(tmp_path / "a.mp4", filters="setsar=2/1"))
    assert (receipt["width_px"], receipt["height_px"], numbers) == (128, 48, list(range(60)))


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_rotated_phone_video(trim, tmp_path, clockwise):
    undo = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}[clockwise]
    make_video(tmp_path / "stored.mp4", filters=undo)
    turn_video(tmp_path / "stored.mp4", tmp_path / "a.mp4", clockwise)
    receipt, numbers = trim(tmp_path / "a.mp4")
    assert (receipt["width_px"], receipt["height_px"], numbers) == (64, 48, list(range(60)))
    assert probe(tmp_path / "c.mp4").rotation_deg == 0


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("hevc.mp4", ("-c:v", "libx265", "-x265-params", "log-level=none"), "yuv420p"),
        (
            "hevc10.mov",
            ("-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1"),
            "yuv420p10le",
        ),
        ("vp9.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"), "yuv420p"),
        (
            "vp9_10.webm",
            ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-profile:v", "2"),
            "yuv420p10le",
        ),
        (
            "vp9_alpha.webm",
            ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"),
            "yuva420p",
        ),
        ("av1.mp4", ("-c:v", "libsvtav1", "-preset", "12"), "yuv420p"),
        ("h264_10.mp4", ("-c:v", "libx264"), "yuv420p10le"),
        ("h264_422.mp4", ("-c:v", "libx264"), "yuv422p"),
        ("alpha.mov", ("-c:v", "qtrle"), "argb"),
        ("mpeg4.avi", ("-c:v", "mpeg4", "-q:v", "2"), "yuv420p"),
        ("full_range.avi", ("-c:v", "mjpeg"), "yuvj420p"),
    ],
)
def test_codecs(trim, tmp_path, name, codec, pixels):
    path = make_video(tmp_path / name, frames=30, size=(128, 96), codec=codec, pixels=pixels)
    receipt, numbers = trim(path, start_s=0.2)
    check_ok(receipt)
    assert numbers == list(range(6, 30))
    info = probe(tmp_path / "c.mp4")
    assert (info.codec, info.pixels, info.fps) == ("h264", "yuv420p", 30.0)


@pytest.mark.parametrize("container", ["mp4", "mkv", "flv"])
def test_sound_and_other_data_are_left_out(trim, tmp_path, container):
    make_video(tmp_path / "mute.mp4")
    sound = [
        "-f",
        "lavfi",
        "-i",
        "sine=duration=3",
        "-c:v",
        "copy",
        "-metadata",
        "title=secret",
        "-ar",
        "44100",
        str(tmp_path / f"a.{container}"),
    ]
    run_ffmpeg(["-i", str(tmp_path / "mute.mp4"), *sound])
    receipt, numbers = trim(tmp_path / f"a.{container}")
    check_ok(receipt)
    assert numbers == list(range(60))  # the sound is longer than the picture
    clip = (tmp_path / "c.mp4").read_bytes()
    assert b"secret" not in clip and b"soun" not in clip


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({"start_s": 2.5}, "2.5 s to the end, but the video lasts 2.000 s"),
        ({"start_s": 1.0, "end_s": 3.0}, "1 s to 3 s, but the video lasts 2.000 s"),
        ({"start_s": 1.0, "end_s": 1.3}, "0.300 s: at least 0.5 s"),
        ({"start_s": 1.7}, "0.300 s: at least 0.5 s"),
    ],
)
def test_window_that_is_no_good(trim, tmp_path, window, words):
    receipt, _ = trim(make_video(tmp_path / "a.mp4"), **window)
    assert receipt["status"] == "unavailable" and words in receipt["reason"]


def test_end_that_is_rounded_up_is_forgiven(trim, tmp_path):
    receipt, numbers = trim(make_video(tmp_path / "a.mp4", frames=56), end_s=2.0)
    check_ok(receipt)
    assert len(numbers) == 56


def test_too_long(trim, tmp_path):
    receipt, _ = trim(make_video(tmp_path / "a.mp4"), TrimSettings(max_duration_s=1.0))
    assert receipt["status"] == "unavailable" and "at most 1 s" in receipt["reason"]


def test_one_frame(trim, tmp_path):
    receipt, _ = trim(make_video(tmp_path / "a.mp4", frames=1))
    assert receipt["status"] == "unavailable" and "at least 0.5 s" in receipt["reason"]


def test_ten_hours(trim, tmp_path):
    """The whole is refused; a window near its end is cut without decoding the frames before it."""
    path = make_video(
        tmp_path / "a.mp4", frames=7200, fps="1/5", codec=("-c:v", "mpeg4", "-q:v", "2")
    )
    receipt, _ = trim(path)
    assert receipt["status"] == "unavailable"
    assert receipt["reason"] == "the clip would last 36000 s: at most 600 s, give start_s and end_s"
    receipt, numbers = trim(path, start_s=35000.0, end_s=35050.0)
    check_ok(receipt)
    assert numbers == [n % 256 for n in range(7000, 7010)]


def test_truncated_file(trim, tmp_path):
    path = make_video(tmp_path / "a.mp4", size=(256, 192), codec=(*H264, "-movflags", "+faststart"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    receipt, _ = trim(path)
    assert receipt["status"] == "unavailable" and "damaged" in receipt["reason"]


def test_broken_bytes_in_the_middle_give_a_clip_or_a_reason(trim, tmp_path):
    path = make_video(tmp_path / "a.mp4", size=(256, 192))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(content)
    receipt, numbers = trim(path)
    assert (len(numbers) == 60 and receipt["status"] == "ok") or (
        receipt["status"] == "unavailable" and receipt["reason"]
    )


def test_unavailable_source_passes_on(tmp_path):
    write_unavailable(
        tmp_path / "v.mp4",
        tmp_path / "v.json",
        "the server responds 404",
        url="https://example.org/a",
    )
    trim_clip(
        tmp_path / "v.mp4",
        tmp_path / "v.json",
        tmp_path / "c.mp4",
        tmp_path / "c.json",
        TrimSettings(),
    )
    receipt = read_json(tmp_path / "c.json")
    assert (receipt["status"], receipt["reason"]) == ("unavailable", "the server responds 404")
    assert receipt["source"] == {"url": "https://example.org/a"}
    assert (tmp_path / "c.mp4").read_bytes() == b""


def test_pin(trim, tmp_path):
    path = make_video(tmp_path / "a.mp4")
    right = trim(path)[0]["source"]["sha256"]
    check_ok(trim(path, sha256=right)[0])
    receipt, _ = trim(path, sha256="0" * 64)
    assert receipt["status"] == "unavailable"
    assert right in receipt["reason"] and "0" * 64 in receipt["reason"]


def test_fault_of_the_machine_fails_the_job(trim, tmp_path, monkeypatch):
    """A program that is killed says nothing of the video."""
    killed = tmp_path / "ffmpeg"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    path = make_video(tmp_path / "a.mp4")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(OSError, match="status -9"):
        trim(path)
    assert not (tmp_path / "c.mp4").exists()


def test_even_source_keeps_its_rate():
    times = [n * 1001 / 24000 for n in range(50)]
    assert constant_rate(Fraction(24000, 1001), times) == Fraction(24000, 1001)


def test_millisecond_stamps_are_even_enough():
    times = [
        round(n * 1001 / 30) / 1000 for n in range(200)
    ]  # 33, 34, 33 ms …, as WebM writes 29.97
    assert constant_rate(Fraction(30000, 1001), times) == Fraction(30000, 1001)


def test_dropped_frames_do_not_lower_the_rate():
    times = [
        n / 30 for n in range(100) if n % 5
    ]  # every fifth frame is missing: 24 frames a second on average
    assert constant_rate(Fraction(24), times) == 30


def test_phone_that_says_a_senseless_mean():
    times = [n / 60 + (0.0005 if n % 2 else 0.0) for n in range(100)]
    assert constant_rate(Fraction(90000), times) == 60


def test_unusual_rate_is_kept():
    assert constant_rate(Fraction(0), [n / 18 for n in range(40)]) == 18


@pytest.mark.parametrize("times", [[], [0.0]])
def test_too_few_frames_to_tell(times):
    assert constant_rate(Fraction(25), times) == 25
    assert constant_rate(Fraction(0), times) == 25
