"""Cut one clip out of its source video: evenly timed, upright, silent, H.264, repeatable bytes."""

import itertools
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean, median

import ffmpeg

from runform.acquire.receipts import OK, write_unavailable
from runform.errors import Unavailable
from runform.files import read_json, write_json, written_aside
from runform.video import SAFE_INPUT, VideoInfo, encode, ffmpeg_file, frame_times_s, probe

log = logging.getLogger(__name__)

# Frame rates of cameras and broadcasts: a measured rate within 1 % of one of them is that one.
STANDARD_RATES = (
    *(Fraction(rate) for rate in (24, 25, 30, 48, 50, 60, 120, 240)),
    *(Fraction(rate * 1000, 1001) for rate in (24, 30, 60)),
)
END_TOLERANCE_S = 0.25  # people round the end of a video up; and sound may outlast the picture
INDEXED = ("mov", "matroska")  # containers in which a seek is exact
SOURCE_FACTS = (
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
    """Limits of a clip.

    max_height_px: taller pictures are scaled down.  max_fps: faster clips lose frames evenly.
    min_duration_s, max_duration_s: a shorter or longer clip counts as unavailable.  crf: x264's
    quality, 0 (lossless) to 51.
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
    true rate; the receipt has it divided by as much as the clip is thinned, and the clip keeps its
    timing as played.  sha256: expected hash of the source file, empty for any. An unavailable
    source, a damaged one or an impossible window gives an empty clip and a receipt with the reason.
    """
    source = read_json(video_receipt)
    facts = {
        "start_s": start_s,
        "end_s": end_s,
        "capture_fps": capture_fps,
        "source": {key: source[key] for key in SOURCE_FACTS if key in source},
    }
    try:
        if source["status"] != OK:
            raise Unavailable(source["reason"])
        if sha256 and sha256 != source.get("sha256"):
            raise Unavailable(
                f"the video is not the pinned one: sha256 {source.get('sha256')}, "
                f"the manifest wants {sha256}"
            )
        _cut_window(video, clip, receipt, settings, start_s, end_s, facts)
    except Unavailable as error:
        log.warning("%s: %s", clip, error)
        write_unavailable(clip, receipt, str(error), **facts)


def _cut_window(video, clip, receipt, settings: TrimSettings, start_s, end_s, facts: dict) -> None:
    info = probe(video)
    start, end = check_window(info, start_s, end_s, settings)
    source_rate = constant_rate(info.rate, frame_times_s(video, start))
    every = math.ceil(source_rate / Fraction(settings.max_fps))
    rate = source_rate / every
    if facts["capture_fps"]:
        facts = facts | {"capture_fps": facts["capture_fps"] / every}
    longest_s = settings.max_duration_s if end is None else end - start
    with written_aside(clip) as aside:
        picture = select_frames(video, info, start, longest_s, source_rate, every)
        encode(scale_upright(picture, info, settings.max_height_px), aside, settings.crf)
        if aside.stat().st_size == 0:
            raise Unavailable("no frame in the window can be decoded")
        made = probe(aside)
        got_s = made.frames / rate
        promised = end_s is not None or not info.with_sound
        if promised and end is not None and got_s < end - start - END_TOLERANCE_S:
            raise Unavailable(
                f"damaged video: {float(got_s):.3f} s of the window's {end - start:.3f} s "
                "can be decoded"
            )
        if got_s < settings.min_duration_s - 1e-6:
            raise Unavailable(
                f"the clip lasts {float(got_s):.3f} s: "
                f"at least {settings.min_duration_s:g} s are needed"
            )
        clip_facts = {
            "status": OK,
            "reason": "",
            "fps": round(float(rate), 6),
            "frames": made.frames,
            "width_px": made.width_px,
            "height_px": made.height_px,
            "duration_s": round(float(got_s), 6),
        }
        write_json(receipt, clip_facts | facts)


def check_window(
    info: VideoInfo, start_s: float | None, end_s: float | None, settings: TrimSettings
) -> tuple[float, float | None]:
    """The window in seconds, its end None where neither the manifest nor the container tells it.

    Unavailable for a window beyond the end of the video, too short or too long.
    """
    start = start_s or 0.0
    length = info.duration_s
    if length and (start >= length or (end_s or 0.0) > length + END_TOLERANCE_S):
        window = f"{start:g} s to {'the end' if end_s is None else f'{end_s:g} s'}"
        raise Unavailable(f"window beyond the end: {window}, but the video lasts {length:.3f} s")
    end = end_s if end_s is not None else length or None
    if end is not None and end - start < settings.min_duration_s - 1e-6:
        raise Unavailable(
            f"the clip would last {end - start:.3f} s: "
            f"at least {settings.min_duration_s:g} s are needed"
        )
    if end is not None and end - start > settings.max_duration_s:
        raise Unavailable(
            f"the clip would last {end - start:.0f} s: "
            f"at most {settings.max_duration_s:g} s, give start_s and end_s"
        )
    return start, end


def constant_rate(mean_rate: Fraction, times_s: Sequence[float]) -> Fraction:
    """Even frame rate of a source with this mean rate and frames at the sorted `times_s`.

    An even source keeps its mean rate. A source of variable rate (phones, screen recordings,
    dropped frames) gets the rate of its regular steps, those of less than 1.5 times the median.
    """
    rate = mean_rate
    steps = [after - before for before, after in itertools.pairwise(times_s) if after > before]
    if steps:
        usual = median(steps)
        regular = [step for step in steps if step < 1.5 * usual]
        nominal = 1 / fmean(regular)
        if not rate or len(regular) < len(steps) or abs(nominal / rate - 1) > 0.01:
            rate = _nearest_standard(nominal)
    return rate or Fraction(25)


def _nearest_standard(rate: float) -> Fraction:
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    return nearest if abs(rate / nearest - 1) < 0.01 else Fraction(rate).limit_denominator(1001)


def select_frames(
    video: str | Path, info: VideoInfo, start_s: float, length_s: float, rate: Fraction, every: int
):
    """ffmpeg-python stream of the frames nearest to start, start + 1/rate, … for `length_s`, of
    which one in `every` is kept.
    """
    first = max(0.0, start_s - 0.5 / float(rate))  # half a frame early: rounds to the nearest frame
    indexed = info.container.split(",")[0] in INDEXED
    seek = {"ss": f"{first:.6f}"} if indexed and first > 0 else {}
    window = {} if seek else {"start": f"{first:.6f}"}
    source = ffmpeg.input(ffmpeg_file(video), threads=1, **seek, **SAFE_INPUT)[str(info.stream)]
    return (
        source.filter("settb", "1/1000000")  # `trim` would round to AVI's time base of one frame
        .filter("trim", **window)
        .filter("setpts", "PTS-STARTPTS")
        .filter("fps", f"{rate.numerator}/{rate.denominator}")
        .filter("framestep", every)
        .filter("trim", end_frame=max(1, round(length_s * rate / every)))
    )


def scale_upright(picture, info: VideoInfo, max_height_px: int):
    """`picture`, a stream of ffmpeg-python, with square pixels, even sides and the height limit."""
    width, height = clip_size(info, max_height_px)
    if info.square_pixels and (width, height) == (info.width_px // 2 * 2, info.height_px // 2 * 2):
        picture = picture.filter("crop", width, height, 0, 0)  # drops an odd row, resamples nothing
    scaling = "bicubic+accurate_rnd+full_chroma_int+bitexact"
    return (
        picture.filter("scale", width, height, flags=scaling, out_range="tv")
        .filter("setsar", 1)
        .filter("format", "yuv420p")
    )


def clip_size(info: VideoInfo, max_height_px: int) -> tuple[int, int]:
    """(width, height) in px: both even as 4:2:0 colour needs, proportions kept."""
    scale = min(1.0, max_height_px / info.height_px)
    width, height = (
        max(2, math.floor(size * scale / 2 + 1e-9) * 2) for size in (info.width_px, info.height_px)
    )
    return width, height
