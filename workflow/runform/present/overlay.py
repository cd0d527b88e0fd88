"""The clip with what was seen in it: skeleton, contacts on the ground, phases and angles, as an H.264 video.

Legend: T frames, K keypoints.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import ffmpeg
import numpy as np

from runform.acquire.frames import read_frames
from runform.ffmpeg import ffmpeg_program
from runform.files import read_json, written_aside
from runform.present.contacts import stances, standing
from runform.present.drawing import draw_contact, draw_skeleton, side_rgb
from runform.present.readings import angle_readings
from runform.present.timeline import Strip
from runform.sequence import OK, PoseSequence, load_sequence

STRIP_SHARE = 0.22  # height of the strip over the picture's


@dataclass(frozen=True)
class OverlaySettings:
    """min_height_px, max_height_px: the picture is enlarged or reduced into this range.  crf: x264's quality, lower is better."""

    min_height_px: int = 480
    max_height_px: int = 720
    crf: int = 21


def picture_scale(height_px: int, settings: OverlaySettings) -> float:
    """The factor that brings a picture of this height into the settings' range."""
    return float(np.clip(height_px, settings.min_height_px, settings.max_height_px)) / height_px


def limb_width_px(sequence: PoseSequence, scale: float) -> float:
    """Thickness of a drawn limb for this figure: about 1 % of the runner's height, at least 2 px."""
    tall = sequence.box[:, 3] - sequence.box[:, 1]
    tall = tall[np.isfinite(tall)]
    return max(2.0, 0.011 * scale * float(np.median(tall)) if len(tall) else 2.0)


def draw_moment(picture: np.ndarray, sequence: PoseSequence, frame: int, contacts, scale: float) -> None:
    """Draw the pose and the standing feet of one frame into `picture` (H, W, 3), which is `scale` times the clip's size."""
    skeleton, xy, wide = sequence.joints, sequence.xy[frame] * scale, limb_width_px(sequence, scale)
    for side in standing(contacts, float(sequence.time_s[frame])):
        names = [f"{side}_{part}" for part in ("heel", "big_toe") if skeleton.has(f"{side}_{part}")] or [f"{side}_ankle"]
        draw_contact(picture, xy[[skeleton.index(name) for name in names]], side_rgb(side), wide)
    draw_skeleton(picture, xy, sequence.score[frame], skeleton, wide)


def overlay_frames(clip: str | Path, sequence: PoseSequence, gait: dict, settings: OverlaySettings) -> Iterator[np.ndarray]:
    """Yield (H, W, 3) uint8 RGB frames, H and W even: the picture above, the strip below."""
    contacts, times_s = stances(gait), sequence.time_s
    strip = Strip(contacts, float(times_s[-1]), angle_readings(sequence, gait))
    for frame, (picture, time_s) in enumerate(zip(read_frames(clip), times_s, strict=False)):
        scale = picture_scale(picture.shape[0], settings)
        size = [2 * round(side * scale / 2) for side in picture.shape[1::-1]]
        picture = np.ascontiguousarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA))
        draw_moment(picture, sequence, frame, contacts, scale)
        height = 2 * round(size[1] * STRIP_SHARE / 2)
        yield np.concatenate([picture, strip.draw(frame, float(time_s), size[0], height)])


def write_overlay(clip: str | Path, pose: str | Path, gait: str | Path, settings: OverlaySettings, path: str | Path) -> None:
    """Write the overlay of one clip to `path`; an empty file where there is no pose to draw."""
    gait = read_json(gait)
    sequence = load_sequence(pose)
    with written_aside(path) as aside:
        if not sequence.ok or not len(sequence.xy):
            logging.info("no overlay: %s", sequence.reason)
            aside.touch()
            return
        if gait["status"] != OK:
            logging.info("overlay without contacts: %s", gait.get("reason", ""))
        _encode(overlay_frames(clip, sequence, gait, settings), sequence.fps, settings.crf, aside)


def _encode(frames: Iterator[np.ndarray], fps: float, crf: int, path: Path) -> None:
    """H.264 that phones and browsers play, by one thread and without tags, so that the bytes repeat."""
    first = next(frames)
    height, width = first.shape[:2]
    process = (
        ffmpeg.input("pipe:", format="rawvideo", pix_fmt="rgb24", s=f"{width}x{height}", framerate=f"{fps:.6f}")
        .output(
            str(path),
            vcodec="libx264",
            pix_fmt="yuv420p",
            preset="veryfast",
            crf=crf,
            threads=1,
            movflags="+faststart",
            fflags="+bitexact",
            loglevel="error",
        )
        .overwrite_output()
        .run_async(cmd=ffmpeg_program(), pipe_stdin=True, pipe_stderr=True)
    )
    try:
        process.stdin.write(first.tobytes())
        for frame in frames:
            process.stdin.write(frame.tobytes())
    except BrokenPipeError:
        logging.error("ffmpeg stopped reading")
    finally:
        process.stdin.close()
        errors = process.stderr.read().decode(errors="replace").strip()
        process.stderr.close()
    if process.wait() != 0:
        raise RuntimeError(f"ffmpeg could not encode the overlay: {errors}")
