"""The overlay video: the clip with skeleton and ground contacts, a strip of angles below it. A clip
without video is a drawn figure.

Legend: T frames, H height, W width, px.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from runform.files import read_json, written_aside
from runform.gait.frame_angles import frame_angles
from runform.present.drawing import (
    CASING_RGB,
    MIDDLE_RGB,
    SIDES,
    Stances,
    clip_frames,
    degrees_text,
    draw_contact,
    draw_skeleton,
    side_rgb,
    sides_on_ground,
    stances,
    words_font,
)
from runform.sequence import OK, PoseSequence, load_sequence
from runform.video import write_video

WINDOW_S = 2.0  # seconds of contacts in the strip
STRIP_SHARE = 0.22  # height of the strip over that of the picture
CONTACTS_TITLE = "foot on the ground"
NUMBERS_SIZE = 1.15  # height of the angles over that of their names
LEAST_WORDS_PX = 11
_FAINT, _TRACK = (150, 158, 166), (46, 52, 58)


@dataclass(frozen=True)
class Strip:
    """The strip below the picture: when each foot stands, and the angles of the frame.

    stances: side -> (start, end) of each ground contact, s.  duration_s: of the clip, true time.
    angles: name -> (T,) degrees; ` L` or ` R` ends the names of sides.
    """

    stances: Stances
    duration_s: float
    angles: Mapping[str, np.ndarray]

    def draw(self, frame: int, time_s: float, width: int, height: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB of one frame: contacts on the left, angles on the right."""
        image = Image.new("RGB", (width, height), CASING_RGB)
        pen = ImageDraw.Draw(image)
        size_px = words_px(tuple(self.angles), width, height)
        split = round(width * (contacts_share(width, height) if self.angles else 0.98))
        self._draw_contacts(pen, time_s, (round(1.2 * size_px), split), height, size_px)
        self._draw_angles(pen, frame, (split + size_px, width - size_px // 2), height, size_px)
        return np.asarray(image)

    def _draw_contacts(self, pen, time_s, across, height, size_px) -> None:
        start_s = float(np.clip(time_s - WINDOW_S / 2, 0, max(0.0, self.duration_s - WINDOW_S)))
        span_s = min(WINDOW_S, self.duration_s) or 1.0
        x0, x1 = across[0] + size_px, across[1]
        font = words_font(size_px)

        def at(moment_s):
            return x0 + (x1 - x0) * float(np.clip((moment_s - start_s) / span_s, 0, 1))

        pen.text((across[0], size_px * 0.5), CONTACTS_TITLE, font=font, fill=_FAINT)
        for row, side in enumerate(SIDES):
            top = height * (0.36 + 0.24 * row)
            bottom = top + height * 0.17
            letter = {"font": font, "fill": side_rgb(side), "anchor": "lm"}
            pen.text((across[0], (top + bottom) / 2), side[0].upper(), **letter)
            pen.rectangle((x0, top, x1, bottom), fill=_TRACK)
            for begin_s, end_s in self.stances.get(side, ()):
                if end_s > start_s and begin_s < start_s + span_s:
                    pen.rectangle((at(begin_s), top, at(end_s), bottom), fill=side_rgb(side))
        now = (at(time_s), height * 0.31, at(time_s), height * 0.82)
        pen.line(now, fill=MIDDLE_RGB, width=max(2, size_px // 7))
        pen.text((x0, height * 0.97), f"{time_s:.2f} s", font=font, fill=_FAINT, anchor="ld")

    def _draw_angles(self, pen, frame, across, height, size_px) -> None:
        step, font = height / (len(self.angles) + 0.6), words_font(round(NUMBERS_SIZE * size_px))
        for row, (name, angle_deg) in enumerate(self.angles.items()):
            y = step * (row + 0.8)
            fill = side_rgb({" L": "left", " R": "right"}.get(name[-2:], "middle"))
            pen.text((across[0], y), name, font=words_font(size_px), fill=_FAINT, anchor="lm")
            text = degrees_text(angle_deg[frame])
            pen.text((across[1], y), text, font=font, fill=fill, anchor="rm")


def contacts_share(width: int, height: int) -> float:
    """Width of the contacts over that of a strip with angles beside them."""
    return 0.6 if width > 3 * height else 0.5


@cache
def words_px(angles: tuple[str, ...], width: int, height: int) -> int:
    """Size of the words of a strip: as its height allows, smaller where it is too narrow for them
    and for the names of the angles beside their numbers.
    """
    share = contacts_share(width, height)

    def fit(size_px: int) -> bool:
        font, number_font = words_font(size_px), words_font(round(NUMBERS_SIZE * size_px))
        names_px = max((font.getlength(name) for name in angles), default=0.0)
        angles_px = names_px + number_font.getlength("-180°") + 2 * size_px
        return (
            font.getlength(CONTACTS_TITLE) + 1.5 * size_px <= share * width
            and angles_px <= (1 - share) * width
        )

    sizes = range(round(height / 6.5), LEAST_WORDS_PX, -1)
    return next((size for size in sizes if fit(size)), LEAST_WORDS_PX)


@dataclass(frozen=True)
class OverlaySettings:
    """min_height_px, max_height_px: the picture is enlarged or reduced into this range.
    crf: x264's quality, lower is better.
    """

    min_height_px: int = 480
    max_height_px: int = 720
    crf: int = 21


def picture_scale(height_px: int, settings: OverlaySettings) -> float:
    """The factor that brings a picture of this height into the settings' range."""
    return float(np.clip(height_px, settings.min_height_px, settings.max_height_px)) / height_px


def limb_width_px(sequence: PoseSequence, scale: float) -> float:
    """Thickness of a drawn limb: about 1 % of the runner's height, at least 2 px."""
    tall = sequence.box[:, 3] - sequence.box[:, 1]
    tall = tall[np.isfinite(tall)]
    return max(2.0, 0.011 * scale * float(np.median(tall)) if len(tall) else 2.0)


def draw_pose(
    picture: np.ndarray, sequence: PoseSequence, frame: int, contacts: Stances, scale: float
) -> None:
    """Draw skeleton and ground contacts of one frame into `picture` (H, W, 3).

    scale: size of the picture over that of the clip.
    """
    skeleton, xy, limb_px = (
        sequence.joints,
        sequence.xy[frame] * scale,
        limb_width_px(sequence, scale),
    )
    for side in sides_on_ground(contacts, float(sequence.time_s[frame])):
        foot = [f"{side}_{part}" for part in ("heel", "big_toe") if skeleton.has(f"{side}_{part}")]
        joints = [skeleton.index(name) for name in foot or [f"{side}_ankle"]]
        draw_contact(picture, xy[joints], side_rgb(side), limb_px)
    draw_skeleton(picture, xy, sequence.score[frame], skeleton, limb_px)


def overlay_frames(
    clip: str | Path, sequence: PoseSequence, gait: Mapping, settings: OverlaySettings
) -> Iterator[np.ndarray]:
    """Yield (H, W, 3) uint8 RGB frames, H and W even: the picture above, the strip below."""
    contacts, times_s = stances(gait), sequence.time_s
    strip = Strip(contacts, float(times_s[-1]), frame_angles(sequence, gait))
    pictures = clip_frames(clip, sequence)
    for frame, (picture, time_s) in enumerate(zip(pictures, times_s, strict=False)):
        scale = picture_scale(picture.shape[0], settings)
        width, height = (2 * round(side * scale / 2) for side in picture.shape[1::-1])
        filtering = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        picture = cv2.resize(picture, (width, height), interpolation=filtering)
        draw_pose(picture, sequence, frame, contacts, scale)
        strip_height = 2 * round(height * STRIP_SHARE / 2)
        yield np.concatenate([picture, strip.draw(frame, float(time_s), width, strip_height)])


def write_overlay(
    clip: str | Path,
    pose: str | Path,
    gait: str | Path,
    settings: OverlaySettings,
    path: str | Path,
) -> None:
    """Write the overlay of one clip to `path`; an empty file where there is no pose to draw."""
    measured, sequence = read_json(gait), load_sequence(pose)
    with written_aside(path) as aside:
        if not sequence.ok or not len(sequence.xy):
            logging.info("no overlay: %s", sequence.reason)
            aside.touch()
            return
        if measured["status"] != OK:
            logging.info("overlay without contacts: %s", measured.get("reason", ""))
        frames = overlay_frames(clip, sequence, measured, settings)
        write_video(aside, frames, sequence.fps, settings.crf)
