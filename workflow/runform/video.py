"""Frames and facts of a video file, read with PyAV; nothing is opened but the file itself.

Legend: T frames, H height, W width.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from runform.errors import InputError, Unavailable

# Containers that hold their own data. Playlists and scripts (hls, dash, concat, image sequences)
# name other files or addresses, which a downloaded file must never make us open.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,asf,ogg,gif"
SAFE_INPUT = {
    "protocol_whitelist": "file",
    "format_whitelist": CONTAINERS,
    "max_pixels": str(8192 * 8192),
}


@dataclass(frozen=True)
class VideoInfo:
    """What a video file says of itself.

    width_px, height_px: of the upright picture, square pixels, before any scaling.  fps: mean
    frames a second.
    frames: as the container counts them, 0 where it does not.  duration_s: of the picture,
    NaN-free; 0 where unknown.
    codec, pixels, container: ffmpeg's names.  square_pixels: whether the stored ones are.
    rotation_deg: how far the stored picture must turn clockwise to stand upright.
    rate: fps as a fraction.  stream: index of the video stream.
    """

    width_px: int
    height_px: int
    fps: float
    frames: int
    duration_s: float
    codec: str
    pixels: str
    container: str
    square_pixels: bool
    rotation_deg: int
    rate: Fraction
    stream: int


@contextmanager
def opened(path: str | Path):
    """Yield (container, first real video stream); Unavailable, with the reason, for a file without
    one.
    """
    path = Path(path)
    if path.stat().st_size == 0:
        raise Unavailable("not a video: the file is empty")
    try:
        container = av.open(f"file:{path.absolute()}", container_options=SAFE_INPUT)
    except (av.FFmpegError, ValueError, UnicodeDecodeError) as fault:
        raise Unavailable(f"not a video that can be read: {_short(fault)}") from fault
    with container:
        streams = [
            stream
            for stream in container.streams.video
            if not stream.disposition & av.stream.Disposition.attached_pic
        ]
        if not streams:
            raise Unavailable("no video stream in the file")
        stream = streams[0]
        stream.codec_context.thread_count = 1
        yield container, stream


def probe(path: str | Path) -> VideoInfo:
    """Facts of the video at `path`, from its headers and its first frame.

    Unavailable, with the reason in one line, for a file that is no video, has no video stream, or
    no readable frame.
    """
    with opened(path) as (container, stream):
        frame = _first_frame(container, stream)
        turned = frame.rotation % 180 != 0
        aspect = float(stream.sample_aspect_ratio or 1) or 1.0  # width of a pixel over its height
        width, height = round(frame.width * aspect), frame.height
        duration = (
            stream.duration * stream.time_base
            if stream.duration
            else Fraction(container.duration or 0, av.time_base)
        )
        rate = stream.average_rate or stream.guessed_rate or stream.base_rate or Fraction(0)
        return VideoInfo(
            width_px=height if turned else width,
            height_px=width if turned else height,
            fps=float(rate),
            frames=stream.frames,
            duration_s=float(duration),
            codec=stream.codec_context.name,
            pixels=stream.codec_context.pix_fmt or "",
            container=container.format.name,
            square_pixels=aspect == 1,
            rotation_deg=-frame.rotation % 360,
            rate=Fraction(rate),
            stream=stream.index,
        )


def _first_frame(container, stream):
    try:
        return next(container.decode(stream))
    except StopIteration:
        raise Unavailable("the video has no frames") from None
    except av.FFmpegError as fault:
        raise Unavailable(f"the video's frames cannot be decoded: {_short(fault)}") from fault


def read_frames(path: str | Path, every: int = 1) -> Iterator[np.ndarray | None]:
    """Yield every frame of the video at `path` in order: (H, W, 3) uint8 RGB, turned upright.
    Unavailable as `probe`.

    every: only each `every`-th frame is turned into a picture, the first among them; the others
    come as None.
    """
    with opened(path) as (container, stream):
        converter = (
            VideoReformatter()
        )  # one for all frames: a frame's own would be set up anew each time
        try:
            for number, frame in enumerate(container.decode(stream)):
                if number % every:
                    yield None
                else:
                    picture = converter.reformat(frame, format="rgb24").to_ndarray()
                    yield np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90)))
        except av.FFmpegError as fault:
            raise Unavailable(f"the video's frames cannot be decoded: {_short(fault)}") from fault


def frame_times_s(path: str | Path, start_s: float, limit: int = 3000) -> list[float]:
    """Presentation times, in seconds and sorted, of up to `limit` packets from the key frame before
    `start_s` on.
    """
    with opened(path) as (container, stream):
        if start_s > 0:
            container.seek(int(start_s * av.time_base))
        times = []
        for packet in container.demux(stream):
            if packet.pts is not None:
                times.append(float(packet.pts * packet.time_base))
            if len(times) == limit:
                break
    return sorted(times)


def _short(fault: Exception) -> str:
    if isinstance(fault, av.error.ArgumentError):  # what the container white list answers
        return "its format is none of the video containers read here"
    return str(getattr(fault, "strerror", None) or fault).strip().split("\n")[0]


# Which ffmpeg program does the encoding and decoding.


def ffmpeg_program() -> str:
    """Path of the system's `ffmpeg` where there is one, else of the one that imageio-ffmpeg's wheel
    carries.

    InputError when there is neither.
    """
    system = shutil.which("ffmpeg")
    if system:
        return system
    import imageio_ffmpeg  # only here: a machine with its own ffmpeg may lack the wheel

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        raise InputError(
            "ffmpeg: no such program: expected one on PATH, or the wheel imageio-ffmpeg with its own"
        ) from None
