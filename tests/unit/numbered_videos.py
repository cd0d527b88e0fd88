"""Small videos for the tests, made with the ffmpeg at hand: frame n carries n in its pixels."""

import subprocess

import numpy as np
import pytest

from runform.video import ffmpeg_program

BITS = 8
H264 = ("-c:v", "libx264", "-g", "12")


def make_video(
    path, frames=60, fps="30", size=(64, 48), filters="null", codec=H264, pixels="yuv420p"
):
    """Write a video whose frame n shows n as 8 vertical bars, black for 0 and white for 1, lowest
    bit at the left.

    filters, codec: ffmpeg's video filters and output options.  Skips where this ffmpeg cannot.
    """
    width, height = size
    bars = ((np.arange(frames)[:, None] >> np.arange(BITS)) & 1).astype(np.uint8) * 255
    columns = np.arange(width) * BITS // width
    raw = np.repeat(bars[:, None, columns], height, axis=1)  # (T, H, W)
    source = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}", "-r", fps, "-i", "-"]
    run_ffmpeg([*source, "-vf", filters, "-pix_fmt", pixels, *codec, f"file:{path}"], raw.tobytes())
    return path


def run_ffmpeg(options, data=b""):
    """Run ffmpeg with `options`; skips the test where it lacks an encoder."""
    command = [ffmpeg_program(), "-y", "-loglevel", "error", *options]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    complaint = done.stderr.decode()
    if "Unknown encoder" in complaint:
        pytest.skip(f"this ffmpeg cannot make the video: {complaint.splitlines()[0]}")
    assert done.returncode == 0, complaint


def turn_video(stored, path, clockwise):
    """Write `stored` to `path` as phones do: with the turn, degrees, in the header alone."""
    turn = ["-display_rotation", str(-clockwise)]
    run_ffmpeg([*turn, "-i", str(stored), "-c", "copy", str(path)])


def number_in(frame):
    """The number that a frame (H, W, 3) carries."""
    width = frame.shape[1]
    middles = ((np.arange(BITS) + 0.5) * width / BITS).astype(int)
    return int(((frame[frame.shape[0] // 2, middles, 1] > 127) << np.arange(BITS)).sum())
