"""Facts and frames of video files, and files written from frames."""

import ffmpeg
import numpy as np
import pytest
from numbered_videos import make_video, number_in, run_ffmpeg, turn_video

from runform.errors import Unavailable
from runform.video import (
    CutFinder,
    encode,
    ffmpeg_file,
    frame_times_s,
    probe,
    read_frames,
    write_video,
)


def test_facts(tmp_path):
    info = probe(make_video(tmp_path / "a.mp4", frames=50, fps="25", size=(80, 48)))
    assert (info.width_px, info.height_px, info.fps, info.frames, info.duration_s) == (
        80,
        48,
        25.0,
        50,
        2.0,
    )
    assert (info.codec, info.rotation_deg) == ("h264", 0)


def test_frames_in_order(tmp_path):
    video = make_video(tmp_path / "a.mp4", frames=20)
    frames = list(read_frames(video))
    some = list(read_frames(video, every=6))
    assert [number for number, frame in enumerate(some) if frame is not None] == [
        0,
        6,
        12,
        18,
    ] and len(some) == 20
    np.testing.assert_array_equal(some[6], frames[6])
    assert [number_in(frame) for frame in frames] == list(range(20))
    assert frames[0].shape == (48, 64, 3) and frames[0].dtype == np.uint8


def test_colours_are_rgb(tmp_path):
    run_ffmpeg(
        [
            "-f",
            "lavfi",
            "-i",
            "color=red:size=32x32:duration=0.2:rate=10",
            str(tmp_path / "red.mp4"),
        ]
    )
    red, green, blue = next(read_frames(tmp_path / "red.mp4")).mean((0, 1))
    assert red > 240 and green < 15 and blue < 15


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_rotated_phone_video_stands_upright(tmp_path, clockwise):
    """Upper half white when upright; stored turned, with the turn in the header, as phones do."""
    undo = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}[clockwise]
    picture = f"color=black:size=32x64:rate=10:duration=1,drawbox=0:0:32:32:white:fill,{undo}"
    run_ffmpeg(
        [
            "-f",
            "lavfi",
            "-i",
            picture,
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
            str(tmp_path / "stored.mp4"),
        ]
    )
    turn_video(tmp_path / "stored.mp4", tmp_path / "a.mp4", clockwise)
    info = probe(tmp_path / "a.mp4")
    assert (info.width_px, info.height_px, info.rotation_deg) == (32, 64, clockwise)
    frame = next(read_frames(tmp_path / "a.mp4"))
    assert frame.shape == (64, 32, 3)
    assert frame[:30].mean() > 240 and frame[34:].mean() < 15


def test_times_from_the_key_frame_before(tmp_path):
    path = make_video(tmp_path / "a.mp4", frames=60)  # a key frame every 12 frames: 0, 0.4, 0.8 …
    assert frame_times_s(path, 0.0, 3) == pytest.approx(
        [0, 1 / 30, 2 / 30], abs=0.12
    )  # B-frames come out of order
    assert min(frame_times_s(path, 0.9)) == pytest.approx(0.8)


@pytest.mark.parametrize(
    "content", [b"", b"no video", b"\x00" * 4096, b"ffconcat version 1.0\nfile 'other.mp4'\n"]
)
def test_no_video(tmp_path, content):
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(Unavailable, match="not a video"):
        probe(tmp_path / "a.mp4")


def test_playlist_does_not_open_other_files(tmp_path):
    make_video(tmp_path / "part.ts", codec=("-c:v", "libx264", "-f", "mpegts"))
    (tmp_path / "a.mp4").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\npart.ts\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(Unavailable, match="not a video"):
        probe(tmp_path / "a.mp4")


def test_sound_with_a_cover_picture_is_no_video(tmp_path):
    inputs = [
        "-f",
        "lavfi",
        "-i",
        "sine=duration=1",
        "-f",
        "lavfi",
        "-i",
        "color=red:size=32x32:duration=1:rate=1",
    ]
    cover = [
        "-map",
        "0",
        "-map",
        "1",
        "-c:v",
        "mjpeg",
        "-frames:v",
        "1",
        "-disposition:v",
        "attached_pic",
    ]
    run_ffmpeg([*inputs, *cover, str(tmp_path / "song.m4a")])
    with pytest.raises(Unavailable, match="no video stream"):
        probe(tmp_path / "song.m4a")


def test_odd_letters_in_the_path(tmp_path):
    folder = tmp_path / "-i http:%d\n[x]'"
    folder.mkdir()
    path = make_video(folder / "-y concat:a|b 100%d.mp4", frames=10)
    assert probe(path).frames == 10
    assert len(list(read_frames(path))) == 10


def grey_steps(frames, height=48, width=64):
    return [np.full((height, width, 3), 10 * number % 256, np.uint8) for number in range(frames)]


def test_written_frames_are_read_back(tmp_path):
    write_video(tmp_path / "a.mp4", iter(grey_steps(20)), 25.0, crf=10)
    info = probe(tmp_path / "a.mp4")
    facts = (info.width_px, info.height_px, info.fps, info.frames, info.codec, info.pixels)
    assert facts == (64, 48, 25.0, 20, "h264", "yuv420p")
    shades = [frame.mean() for frame in read_frames(tmp_path / "a.mp4")]
    np.testing.assert_allclose(shades, 10 * np.arange(20), atol=3)


def test_the_order_of_the_channels(tmp_path):
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[..., 0] = 255
    for pixels, strong in (("rgb24", 0), ("bgr24", 2)):
        write_video(tmp_path / "a.mp4", [picture] * 3, 10.0, crf=10, pixels=pixels)
        assert next(read_frames(tmp_path / "a.mp4")).mean((0, 1)).argmax() == strong


def test_odd_sizes_are_padded(tmp_path):
    write_video(tmp_path / "a.mp4", grey_steps(3, height=33, width=47), 10.0, crf=10)
    info = probe(tmp_path / "a.mp4")
    assert (info.width_px, info.height_px) == (48, 34)


@pytest.mark.parametrize("faststart", [True, False])
def test_where_the_index_of_the_file_stands(tmp_path, faststart):
    write_video(tmp_path / "a.mp4", grey_steps(3), 10.0, crf=10, faststart=faststart)
    content = (tmp_path / "a.mp4").read_bytes()
    assert (content.index(b"moov") < content.index(b"mdat")) == faststart


def test_a_file_that_cannot_be_written_is_an_error_of_the_machine(tmp_path):
    with pytest.raises(OSError, match=r"nowhere.*ffmpeg ended with status"):
        write_video(tmp_path / "nowhere/a.mp4", grey_steps(300), 10.0, crf=10)


def test_a_source_that_cannot_be_decoded_is_unavailable(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"words\n" * 100)
    with pytest.raises(Unavailable, match="ffmpeg cannot read the video"):
        encode(ffmpeg.input(ffmpeg_file(tmp_path / "a.mp4")), tmp_path / "b.mp4", crf=18)


def test_an_error_while_drawing_comes_through(tmp_path):
    def frames():
        yield from grey_steps(2)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_video(tmp_path / "a.mp4", frames(), 10.0, crf=10)


def panned(frames, step_px, seed):
    """A camera that pans over a random picture, each block of which is 8 px wide."""
    picture = np.kron(np.random.default_rng(seed).integers(0, 255, (12, 60)), np.ones((8, 8)))
    views = [picture[:, step_px * at : step_px * at + 160] for at in range(frames)]
    return [np.repeat(view[..., None], 3, axis=2).astype(np.uint8) for view in views]


def find_cuts(frames):
    finder = CutFinder()
    assert len(list(finder.watch(frames))) == len(frames)
    return finder.cuts()


def test_a_cut_between_two_pans_is_found_and_a_pan_is_none():
    cuts = find_cuts(panned(40, 3, seed=1) + panned(40, 3, seed=2))
    assert np.flatnonzero(cuts).tolist() == [40]


def test_a_pan_that_stutters_is_no_cut():
    """Every frame twice, as in a film of 15 frames a second played at 30."""
    frames = [frame for frame in panned(30, 4, seed=3) for _ in range(2)]
    assert not find_cuts(frames).any()
