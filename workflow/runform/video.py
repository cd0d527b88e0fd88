"""Video files: facts and frames read with PyAV, H.264 written with ffmpeg.

Reading opens nothing but the file itself.  Legend: T frames, H height, W width.
"""

import itertools
import logging
import re
import shutil
import subprocess
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import ffmpeg
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.lib.stride_tricks import sliding_window_view

from runform.errors import InputError, Unavailable, one_line

log = logging.getLogger(__name__)

# Containers that hold their own data. Playlists and scripts (hls, dash, concat, image sequences)
# name other files or addresses, which a downloaded file must never make us open.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,asf,ogg,gif"
SAFE_INPUT = {
    "protocol_whitelist": "file",
    "format_whitelist": CONTAINERS,
    "max_pixels": str(8192 * 8192),
}
# What ffmpeg says when this machine is to blame and not the video.
MACHINE_ERRORS = (
    "No space left",
    "quota exceeded",
    "Permission denied",
    "Read-only file system",
    "Cannot allocate memory",
    "Unknown encoder",
    "No such filter",
)

# A cut changes the mean of a block of the picture by this much, of 255, and by this factor more
# than any of so many frames before and after it.
CUT_CHANGE, CUT_RATIO, CUT_NEIGHBOURS = 10.0, 1.6, 12


@dataclass(frozen=True)
class VideoInfo:
    """Facts of a video file.

    width_px, height_px: of the upright picture with square pixels.  fps: mean frames a second.
    frames: as the container counts them, 0 where it does not.  duration_s: of the picture, 0 where
    unknown.  with_sound: of the whole container instead, whose sound may outlast the picture.
    codec, pixels, container: ffmpeg's names.  square_pixels: whether the stored pixels are.
    rotation_deg: clockwise turn that brings the stored picture upright.  rate: fps as a fraction.
    stream: index of the video stream.
    """

    width_px: int
    height_px: int
    fps: float
    frames: int
    duration_s: float
    with_sound: bool
    codec: str
    pixels: str
    container: str
    square_pixels: bool
    rotation_deg: int
    rate: Fraction
    stream: int


@contextmanager
def opened(path: str | Path):
    """Yield (container, first video stream); Unavailable for a file without one.

    A cover picture of a song is no video stream.
    """
    path = Path(path)
    if path.stat().st_size == 0:
        raise Unavailable("not a video: the file is empty")
    try:
        container = av.open(f"file:{path.absolute()}", container_options=SAFE_INPUT)
    except (av.FFmpegError, ValueError, UnicodeDecodeError) as error:
        raise Unavailable(f"not a video that can be read: {_short(error)}") from error
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

    Unavailable for a file that is no video, has no video stream, or no readable frame.
    """
    with opened(path) as (container, stream):
        frame = _first_frame(container, stream)
        turned = frame.rotation % 180 != 0
        aspect = float(stream.sample_aspect_ratio or 1) or 1.0  # width of a pixel over its height
        width, height = round(frame.width * aspect), frame.height
        length_s = _length_s(stream)
        rate = stream.average_rate or stream.guessed_rate or stream.base_rate or Fraction(0)
        return VideoInfo(
            width_px=height if turned else width,
            height_px=width if turned else height,
            fps=float(rate),
            frames=stream.frames,
            duration_s=float(length_s or Fraction(container.duration or 0, av.time_base)),
            with_sound=not length_s and len(container.streams) > 1,
            codec=stream.codec_context.name,
            pixels=stream.codec_context.pix_fmt or "",
            container=container.format.name,
            square_pixels=aspect == 1,
            rotation_deg=-frame.rotation % 360,
            rate=Fraction(rate),
            stream=stream.index,
        )


def _length_s(stream) -> Fraction:
    """What the file says of the picture's own length, 0 for nothing; Matroska says it in a tag."""
    if stream.duration:
        return stream.duration * stream.time_base
    tag = re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    return 3600 * int(tag[1]) + 60 * int(tag[2]) + Fraction(tag[3]) if tag else Fraction(0)


def _first_frame(container, stream):
    try:
        return next(container.decode(stream))
    except StopIteration:
        raise Unavailable("the video has no frames") from None
    except av.FFmpegError as error:
        raise Unavailable(f"the video's frames cannot be decoded: {_short(error)}") from error


def read_frames(
    path: str | Path, every: int = 1, wanted: Container[int] | None = None
) -> Iterator[np.ndarray | None]:
    """Yield the frames of the video at `path`, upright: (H, W, 3) uint8 RGB. Errors as `probe`.

    every: frames 0, every, 2 * every, … are converted to pictures; the others come as None.
    wanted: so do all that are not named here.
    """
    with opened(path) as (container, stream):
        converter = VideoReformatter()  # shared: `frame.reformat` would set one up for each frame
        try:
            for number, frame in enumerate(container.decode(stream)):
                if number % every or not (wanted is None or number in wanted):
                    yield None
                else:
                    picture = converter.reformat(frame, format="rgb24").to_ndarray()
                    yield np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90)))
        except av.FFmpegError as error:
            raise Unavailable(f"the video's frames cannot be decoded: {_short(error)}") from error


class CutFinder:
    """Finds the cuts of a film while its frames pass on to whoever needs them."""

    def __init__(self) -> None:
        self._changes: list[float] = []

    def watch(self, frames: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield each frame (H, W, 3) of the film, all from its first one on."""
        before = None
        for frame in frames:
            now = _shrunk(frame)
            self._changes.append(0.0 if before is None else float(np.abs(now - before).mean()))
            before = now
            yield frame

    def cuts(self) -> np.ndarray:
        """(T,) bool: True in each frame that is the first after a cut, of those that passed.

        It differs from the one before much more than its neighbours differ from theirs: a pan or a
        camera that shakes changes the picture in many frames, a cut in one.
        """
        change = np.array(self._changes)
        around = sliding_window_view(np.pad(change, CUT_NEIGHBOURS), 2 * CUT_NEIGHBOURS + 1).copy()
        around[:, CUT_NEIGHBOURS] = 0.0
        return (change > CUT_CHANGE) & (change > CUT_RATIO * around.max(axis=1))


def _shrunk(frame: np.ndarray) -> np.ndarray:
    """At most 32 x 32 blocks of the green channel, each the mean of at most 8 x 8 samples."""
    blocks = [min(32, side) for side in frame.shape[:2]]
    sides = [side // count for side, count in zip(frame.shape, blocks, strict=False)]
    green = frame[: blocks[0] * sides[0], : blocks[1] * sides[1], 1]
    steps = [max(1, side // 8) for side in sides]
    parts = green.reshape(blocks[0], sides[0], blocks[1], sides[1])
    return parts[:, :: steps[0], :, :: steps[1]].mean(axis=(1, 3))


def frame_times_s(path: str | Path, start_s: float, limit: int = 3000) -> list[float]:
    """Sorted times, in seconds, of up to `limit` frames from the key frame before `start_s` on."""
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


def _short(error: Exception) -> str:
    if isinstance(error, av.error.ArgumentError):  # a container that is not in CONTAINERS
        return "its format is none of the video containers read here"
    return str(getattr(error, "strerror", None) or error).strip().split("\n")[0]


def ffmpeg_program() -> str:
    """Path of the system's `ffmpeg`, else of the one in the wheel imageio-ffmpeg.

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
            "ffmpeg: no such program: expected one on PATH, or the wheel imageio-ffmpeg"
        ) from None


def ffmpeg_file(path: str | Path) -> str:
    """`path` as ffmpeg takes it: a file whatever its letters, never an option or a protocol."""
    return f"file:{Path(path).absolute()}"


def write_video(
    path: str | Path,
    pictures: Iterable[np.ndarray],
    fps: float,
    crf: int,
    pixels: str = "rgb24",
    faststart: bool = True,
) -> None:
    """Write at least one picture, (H, W, 3) uint8, as H.264. OSError with ffmpeg's complaint.

    Odd sizes are padded to even ones.  pixels: ffmpeg's name of the order of the channels.
    crf, faststart: as in `encode`.
    """
    pictures = iter(pictures)
    first = next(pictures)
    height, width = first.shape[:2]
    source = ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt=pixels, s=f"{width}x{height}", framerate=f"{fps:.6f}"
    ).filter("pad", "ceil(iw/2)*2", "ceil(ih/2)*2")
    encode(source, path, crf, itertools.chain([first], pictures), faststart)


def encode(
    source,
    path: str | Path,
    crf: int,
    pictures: Iterable[np.ndarray] | None = None,
    faststart: bool = True,
) -> None:
    """Run ffmpeg: `source`, a stream of ffmpeg-python, as H.264 in MP4 without sound or metadata.

    One thread, so that the bytes repeat.  crf: x264's quality, 0 (lossless) to 51.  pictures: what
    a source "pipe:" reads.  faststart: the index comes first, so that a browser plays at once.
    Unavailable with ffmpeg's complaint for a source that cannot be decoded, OSError where this
    machine or the `pictures` are to blame.
    """
    output = source.output(
        ffmpeg_file(path),
        vcodec="libx264",
        preset="veryfast",
        crf=crf,
        pix_fmt="yuv420p",
        threads=1,  # x264's bytes depend on the number of its threads
        an=None,
        sn=None,
        dn=None,
        map_metadata=-1,
        map_chapters=-1,
        fflags="+bitexact",
        f="mp4",
        **{"flags:v": "+bitexact"},
        **({"movflags": "+faststart"} if faststart else {}),
    ).global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    output = output.global_args("-filter_threads", "1", "-filter_complex_threads", "1")
    command = output.compile(cmd=ffmpeg_program(), overwrite_output=True)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None  # it is a pipe
        try:
            for picture in pictures or ():
                process.stdin.write(np.ascontiguousarray(picture).data)
        except BrokenPipeError:
            pass  # ffmpeg has ended; its complaint says why
        except BaseException:
            process.kill()
            raise
        complaint = process.communicate()[1].decode("utf-8", "replace").strip()
    if complaint:
        log.warning("ffmpeg: %s", complaint)
    if process.returncode == 0:
        return
    first_line = one_line(complaint.partition("\n")[0], 200)
    if (
        pictures is not None
        or process.returncode < 0
        or any(text in complaint for text in MACHINE_ERRORS)
    ):
        raise OSError(f"{path}: ffmpeg ended with status {process.returncode}: {first_line}")
    raise Unavailable(f"ffmpeg cannot read the video: {first_line}")
