"""The strip below the overlay video: when each foot stands (a gait diagram), and the angles of the
moment.

Legend: W, H width and height of the strip, px.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from runform.files import read_json, written_aside
from runform.present.drawing import (
    CASING_RGB,
    MIDDLE_RGB,
    angle_readings,
    draw_contact,
    draw_skeleton,
    in_words,
    side_rgb,
    stances,
    standing,
    words_font,
)
from runform.sequence import OK, PoseSequence, load_sequence
from runform.video import read_frames, write_video

SIDES = ("left", "right")
WINDOW_S = 2.0
_FAINT, _TRACK = (150, 158, 166), (46, 52, 58)


@dataclass(frozen=True)
class Strip:
    """What the strip shows.

    stances: side -> (start_s, end_s) of each ground contact.  duration_s: of the clip, in true
    time.
    readings: name -> (T,) values by frame in degrees; names end in ` L` or ` R` where they have a
    side.
    """

    stances: Mapping[str, tuple[tuple[float, float], ...]]
    duration_s: float
    readings: Mapping[str, np.ndarray] = field(default_factory=dict)

    def draw(self, frame: int, time_s: float, width: int, height: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB of one moment: gait diagram on the left, angles on the right."""
        image = Image.new("RGB", (width, height), CASING_RGB)
        pen = ImageDraw.Draw(image)
        size_px = max(11, round(height / 6.5))
        split = round(width * (0.6 if self.readings else 0.98))
        self._draw_contacts(pen, time_s, (round(1.2 * size_px), split), height, size_px)
        self._draw_readings(pen, frame, (split + size_px, width - size_px // 2), height, size_px)
        return np.asarray(image)

    def _draw_contacts(self, pen, time_s, across, height, size_px) -> None:
        start_s = float(np.clip(time_s - WINDOW_S / 2, 0, max(0.0, self.duration_s - WINDOW_S)))
        span_s = min(WINDOW_S, self.duration_s) or 1.0
        x0, x1 = across[0] + size_px, across[1]

        def at(moment_s):
            return x0 + (x1 - x0) * float(np.clip((moment_s - start_s) / span_s, 0, 1))

        pen.text(
            (across[0], size_px * 0.5), "foot on the ground", font=words_font(size_px), fill=_FAINT
        )
        for row, side in enumerate(SIDES):
            top = height * (0.36 + 0.24 * row)
            bottom = top + height * 0.17
            pen.text(
                (across[0], (top + bottom) / 2),
                side[0].upper(),
                font=words_font(size_px),
                fill=side_rgb(side),
                anchor="lm",
            )
            pen.rectangle((x0, top, x1, bottom), fill=_TRACK)
            for begin_s, end_s in self.stances.get(side, ()):
                if end_s > start_s and begin_s < start_s + span_s:
                    pen.rectangle((at(begin_s), top, at(end_s), bottom), fill=side_rgb(side))
        pen.line(
            (at(time_s), height * 0.31, at(time_s), height * 0.82),
            fill=MIDDLE_RGB,
            width=max(2, size_px // 7),
        )
        pen.text(
            (x0, height * 0.97),
            f"{time_s:.2f} s",
            font=words_font(size_px),
            fill=_FAINT,
            anchor="ld",
        )

    def _draw_readings(self, pen, frame, across, height, size_px) -> None:
        step = height / (len(self.readings) + 0.6)
        for row, (name, values) in enumerate(self.readings.items()):
            y = step * (row + 0.8)
            side = (
                {"L": "left", "R": "right"}.get(name[-1], "middle")
                if name[-2:-1] == " "
                else "middle"
            )
            pen.text((across[0], y), name, font=words_font(size_px), fill=_FAINT, anchor="lm")
            pen.text(
                (across[1], y),
                in_words(values[frame]),
                font=words_font(round(size_px * 1.15)),
                fill=side_rgb(side),
                anchor="rm",
            )


# The clip with what was seen in it: skeleton, contacts on the ground, phases and angles, as an
# H.264 video.
#
# Legend: T frames, K keypoints.


STRIP_SHARE = 0.22  # height of the strip over the picture's


@dataclass(frozen=True)
class OverlaySettings:
    """min_height_px, max_height_px: the picture is enlarged or reduced into this range.  crf:
    x264's quality, lower is better.
    """

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


def draw_moment(
    picture: np.ndarray, sequence: PoseSequence, frame: int, contacts, scale: float
) -> None:
    """Draw the pose and the standing feet of one frame into `picture` (H, W, 3), which is `scale`
    times the clip's size.
    """
    skeleton, xy, wide = sequence.joints, sequence.xy[frame] * scale, limb_width_px(sequence, scale)
    for side in standing(contacts, float(sequence.time_s[frame])):
        names = [
            f"{side}_{part}" for part in ("heel", "big_toe") if skeleton.has(f"{side}_{part}")
        ] or [f"{side}_ankle"]
        draw_contact(picture, xy[[skeleton.index(name) for name in names]], side_rgb(side), wide)
    draw_skeleton(picture, xy, sequence.score[frame], skeleton, wide)


def overlay_frames(
    clip: str | Path, sequence: PoseSequence, gait: dict, settings: OverlaySettings
) -> Iterator[np.ndarray]:
    """Yield (H, W, 3) uint8 RGB frames, H and W even: the picture above, the strip below."""
    contacts, times_s = stances(gait), sequence.time_s
    strip = Strip(contacts, float(times_s[-1]), angle_readings(sequence, gait))
    for frame, (picture, time_s) in enumerate(zip(read_frames(clip), times_s, strict=False)):
        scale = picture_scale(picture.shape[0], settings)
        size = [2 * round(side * scale / 2) for side in picture.shape[1::-1]]
        picture = np.ascontiguousarray(
            cv2.resize(
                picture, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
            )
        )
        draw_moment(picture, sequence, frame, contacts, scale)
        height = 2 * round(size[1] * STRIP_SHARE / 2)
        yield np.concatenate([picture, strip.draw(frame, float(time_s), size[0], height)])


def write_overlay(
    clip: str | Path,
    pose: str | Path,
    gait: str | Path,
    settings: OverlaySettings,
    path: str | Path,
) -> None:
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
        frames = overlay_frames(clip, sequence, gait, settings)
        write_video(aside, frames, sequence.fps, settings.crf)
