"""Small videos for the tests, made with the ffmpeg at hand: frame n carries n in its pixels."""

import subprocess

import numpy as np
import pytest

from runform.ffmpeg import ffmpeg_program

BITS = 8
H264 = ("-c:v", "libx264", "-g", "12")


def make_video(
    path, frames=60, fps="30", size=(64, 48), filters="null", codec=("-c:v", "libx264", "-g", "12"), before=(), pixels="yuv420p"
):
    """Write a video whose frame n shows n as 8 vertical bars, black for 0 and white for 1, lowest bit at the left."""
    width, height = size
    bars = ((np.arange(frames)[:, None] >> np.arange(BITS)) & 1).astype(np.uint8) * 255
    columns = np.arange(width) * BITS // width
    raw = np.repeat(bars[:, None, columns], height, axis=1)  # (T, H, W)
    source = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}", "-r", fps, "-i", "-"]
    output = ["-vf", filters, "-pix_fmt", pixels, *codec, f"file:{path}"]
    command = [ffmpeg_program(), "-y", "-loglevel", "error", *source, *output]
    done = subprocess.run(command, input=raw.tobytes(), capture_output=True, check=False)
    if done.returncode:
        complaint = done.stderr.decode().splitlines()[0]
        if "Unknown encoder" in complaint:
            pytest.skip(f"this ffmpeg cannot make the video: {complaint}")
        raise AssertionError(done.stderr.decode())
    return path


def number_in(frame):
    """The number that a frame (H, W, 3) carries."""
    width = frame.shape[1]
    middles = ((np.arange(BITS) + 0.5) * width / BITS).astype(int)
    return int(((frame[frame.shape[0] // 2, middles, 1] > 127) << np.arange(BITS)).sum())
