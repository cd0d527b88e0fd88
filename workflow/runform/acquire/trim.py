"""Which constant frame rate a clip gets."""

import itertools
import logging
import math
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean, median

import ffmpeg

from runform.acquire.receipts import OK, one_line, write_unavailable
from runform.errors import Unavailable
from runform.files import read_json, write_json, written_aside
from runform.video import SAFE_INPUT, VideoInfo, ffmpeg_program, frame_times_s, probe

# Rates of cameras and broadcasts. A measured rate within 1 % of one of them is that one: its own
# times are rounded.
STANDARD_RATES = tuple(
    Fraction(text)
    for text in (
        "24000/1001",
        "24",
        "25",
        "30000/1001",
        "30",
        "48",
        "50",
        "60000/1001",
        "60",
        "120",
        "240",
    )
)


def constant_rate(mean_rate: Fraction, times_s: Sequence[float], max_fps: float) -> Fraction:
    """Frames a second for a clip whose source says `mean_rate` and has frames at the sorted
    `times_s`, in seconds.

    An even source keeps its mean rate. A source of variable rate (phones, screen recordings,
    dropped frames) gets the rate of its regular steps, those of less than 1.5 times the median. A
    rate above `max_fps` is divided by a whole number, so that frames are left out evenly.
    """
    rate = mean_rate
    steps = [after - before for before, after in itertools.pairwise(times_s) if after > before]
    if steps:
        usual = median(steps)
        regular = [step for step in steps if step < 1.5 * usual]
        nominal = 1 / fmean(regular)
        if not rate or len(regular) < len(steps) or abs(nominal / rate - 1) > 0.01:
            rate = _nearest_standard(nominal)
    if not rate:
        rate = Fraction(25)
    return rate / math.ceil(rate / Fraction(max_fps))


def _nearest_standard(rate: float) -> Fraction:
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    return nearest if abs(rate / nearest - 1) < 0.01 else Fraction(rate).limit_denominator(1001)


# Cut one clip out of its source video: evenly timed, upright, silent, H.264, the same bytes every
# time.


log = logging.getLogger(__name__)

END_TOLERANCE_S = 0.25  # people round the end of a video up; and sound may outlast the picture
INDEXED = ("mov", "matroska")  # containers in which a seek lands exactly where it should
# What ffmpeg says when this machine is at fault and not the video: the job fails and is tried
# again.
MACHINE_FAULTS = (
    "No space left",
    "quota exceeded",
    "Permission denied",
    "Read-only file system",
    "Cannot allocate memory",
    "Unknown encoder",
    "No such filter",
)
FROM_SOURCE = (
    "kind",
    "url",
    "title",
    "uploader",
    "duration_s",
    "fps",
    "width_px",
    "height_px",
    "codec",
    "sha256",
)


@dataclass(frozen=True)
class TrimSettings:
    """max_height_px: taller pictures are scaled down.  max_fps: faster ones are thinned evenly.
    min_duration_s,
    max_duration_s: a clip shorter or longer counts as unavailable.  crf: x264's quality, 0
    (lossless) to 51.
    """

    max_height_px: int = 720
    max_fps: float = 120.0
    min_duration_s: float = 0.5
    max_duration_s: float = 600.0
    crf: int = 18


def trim_clip(
    video: str | Path,
    video_receipt: str | Path,
    clip: str | Path,
    receipt: str | Path,
    settings: TrimSettings,
    start_s: float | None = None,
    end_s: float | None = None,
    capture_fps: float | None = None,
    sha256: str = "",
) -> None:
    """Write the window [start_s, end_s) of `video` to `clip`, and the clip's receipt.

    start_s, end_s: seconds of the source, None for its start and end.  capture_fps: the camera's
    true rate, passed on in the receipt; the clip keeps its timing as played.  sha256: what the
    source file must be, empty for anything. What cannot be had (source unavailable or damaged,
    window beyond the end, too short) becomes an empty clip and the reason.
    """
    source = read_json(video_receipt)
    known = {
        "start_s": start_s,
        "end_s": end_s,
        "capture_fps": capture_fps,
        "source": {key: source[key] for key in FROM_SOURCE if key in source},
    }
    try:
        if source["status"] != OK:
            raise Unavailable(source["reason"])
        if sha256 and sha256 != source.get("sha256"):
            raise Unavailable(
                f"the video is not the pinned one: sha256 {source.get('sha256')}, the manifest wants {sha256}"
            )
        cut_window(video, clip, receipt, settings, start_s, end_s, known)
    except Unavailable as fault:
        log.warning("%s: %s", clip, fault)
        write_unavailable(clip, receipt, str(fault), **known)


def cut_window(video, clip, receipt, settings: TrimSettings, start_s, end_s, known: dict) -> None:
    """`trim_clip` for a source that is there; Unavailable with the reason where the window cannot
    be cut.
    """
    info = probe(video)
    start, end = check_window(info, start_s, end_s, settings)
    rate = constant_rate(info.rate, frame_times_s(video, start), settings.max_fps)
    with written_aside(clip) as aside:
        encode(video, aside, info, start, end, rate, settings)
        if aside.stat().st_size == 0:
            raise Unavailable("no frame in the window can be decoded")
        made = probe(aside)
        got_s = made.frames / rate
        if end is not None and got_s < end - start - END_TOLERANCE_S:
            raise Unavailable(
                f"damaged video: {float(got_s):.3f} s of the window's {end - start:.3f} s can be decoded"
            )
        if got_s < settings.min_duration_s - 1e-6:
            raise Unavailable(
                f"the clip lasts {float(got_s):.3f} s: at least {settings.min_duration_s:g} s are needed"
            )
        facts = {
            "status": OK,
            "reason": "",
            "fps": round(float(rate), 6),
            "frames": made.frames,
            "width_px": made.width_px,
            "height_px": made.height_px,
            "duration_s": round(float(got_s), 6),
        }
        write_json(receipt, facts | known)


def check_window(
    info: VideoInfo, start_s, end_s, settings: TrimSettings
) -> tuple[float, float | None]:
    """The window in seconds, its end None where neither the manifest nor the container tells it;
    Unavailable when it is no good.
    """
    start = start_s or 0.0
    length = info.duration_s
    if length and (start >= length or (end_s or 0.0) > length + END_TOLERANCE_S):
        window = f"{start:g} s to {'the end' if end_s is None else f'{end_s:g} s'}"
        raise Unavailable(f"window beyond the end: {window}, but the video lasts {length:.3f} s")
    end = end_s if end_s is not None else length or None
    if end is not None and end - start < settings.min_duration_s - 1e-6:
        raise Unavailable(
            f"the clip would last {end - start:.3f} s: at least {settings.min_duration_s:g} s are needed"
        )
    if end is not None and end - start > settings.max_duration_s:
        raise Unavailable(
            f"the clip would last {end - start:.0f} s: at most {settings.max_duration_s:g} s, give start_s and end_s"
        )
    return start, end


def encode(
    video,
    clip,
    info: VideoInfo,
    start: float,
    end: float | None,
    rate: Fraction,
    settings: TrimSettings,
) -> None:
    """Run ffmpeg: the frames nearest to start, start + 1/rate, … before `end`. Unavailable with its
    first complaint.
    """
    first = max(
        0.0, start - 0.5 / float(rate)
    )  # half a frame early: the frame nearest to `start` is the first
    indexed = info.container.split(",")[0] in INDEXED
    seek = {"ss": f"{first:.6f}"} if indexed and first > 0 else {}
    window = {} if seek else {"start": f"{first:.6f}"}
    length = settings.max_duration_s if end is None else end - start
    source = ffmpeg.input(_file(video), threads=1, **seek, **SAFE_INPUT)[str(info.stream)]
    picture = (
        source.filter("settb", "1/1000000")  # in AVI's own time base, one frame, `trim` would round
        .filter("trim", **window)
        .filter("setpts", "PTS-STARTPTS")
        .filter("fps", f"{rate.numerator}/{rate.denominator}")
        .filter("trim", end_frame=max(1, round(length * rate)))
    )
    width, height = clip_size(info, settings.max_height_px)
    if info.square_pixels and (width, height) == (info.width_px // 2 * 2, info.height_px // 2 * 2):
        picture = picture.filter(
            "crop", width, height, 0, 0
        )  # an odd row or column is dropped: no pixel is resampled
    scaling = "bicubic+accurate_rnd+full_chroma_int+bitexact"
    picture = (
        picture.filter("scale", width, height, flags=scaling, out_range="tv")
        .filter("setsar", 1)
        .filter("format", "yuv420p")
    )
    command = picture.output(_file(clip), **_output_options(settings)).global_args(
        "-nostdin",
        "-hide_banner",
        "-loglevel",
        "error",
        "-filter_threads",
        "1",
        "-filter_complex_threads",
        "1",
    )
    _run(command.compile(cmd=ffmpeg_program(), overwrite_output=True))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, check=False)  # a list: no shell takes part
    complaint = done.stderr.decode("utf-8", "replace").strip()
    if complaint:
        log.warning("ffmpeg: %s", complaint)
    if done.returncode == 0:
        return
    first_line = one_line(complaint.partition("\n")[0], 200)
    if done.returncode < 0 or any(fault in complaint for fault in MACHINE_FAULTS):
        raise OSError(f"ffmpeg ended with status {done.returncode}: {first_line}")
    raise Unavailable(f"ffmpeg cannot read the video: {first_line}")


def clip_size(info: VideoInfo, max_height_px: int) -> tuple[int, int]:
    """(width, height) in px, both even as 4:2:0 colour needs, not taller than `max_height_px`,
    proportions kept.
    """
    scale = min(1.0, max_height_px / info.height_px)
    width, height = (
        max(2, math.floor(size * scale / 2 + 1e-9) * 2) for size in (info.width_px, info.height_px)
    )
    return width, height


def _file(path: str | Path) -> str:
    """`path` so that ffmpeg takes it for a file whatever letters it is made of, and never for an
    option or a protocol.
    """
    return f"file:{Path(path).absolute()}"


def _output_options(settings: TrimSettings) -> dict:
    return {
        "vcodec": "libx264",
        "preset": "veryfast",
        "crf": settings.crf,
        "threads": 1,  # x264's bytes depend on the number of its threads
        "an": None,
        "sn": None,
        "dn": None,
        "map_metadata": -1,
        "map_chapters": -1,
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
        "movflags": "+faststart",
        "f": "mp4",
    }
