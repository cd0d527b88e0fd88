"""Key frames: initial contact, mid-stance and toe-off of each foot, cropped to the runner, with
what was seen drawn in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from PIL import Image

from runform.present.drawing import (
    CASING_RGB,
    MIDDLE_RGB,
    SIDE_VIEWS,
    SIDES,
    draw_dashes,
    draw_words,
    in_words,
    knee_deg,
    pelvis_deg,
    shank_deg,
    side_rgb,
    stances,
)
from runform.present.overlay import draw_moment, limb_width_px
from runform.sequence import PoseSequence
from runform.video import read_frames

MOMENTS = ("initial contact", "mid-stance", "toe-off")
TYPICAL_DEG = (
    2.5  # of the side's median: a step whose shank at contact is this near stands for the others
)
_ASPECT = 0.8  # width over height of a still


@dataclass(frozen=True)
class Still:
    """One key frame: side, moment (one of MOMENTS), time_s of the frame in the clip, JPEG bytes,
    size in px, caption.
    """

    side: str
    moment: str
    time_s: float
    jpeg: bytes
    width_px: int
    height_px: int
    caption: str


def key_moments(sequence: PoseSequence, gait: Mapping) -> list[tuple[str, str, int]]:
    """(side, moment, frame) of one stance of each foot: of those whose shank at contact is near the
    side's median, the one whose contact lies nearest to a frame, so that the picture shows what was
    measured."""
    chosen = []
    for side, contacts in stances(gait).items():
        rows = [
            (start, [_nearest(sequence, t) for t in (start, (start + end) / 2, end)])
            for start, end in contacts
        ]
        rows = [
            (start, frames) for start, frames in rows if np.isfinite(sequence.box[frames]).all()
        ]
        if rows:
            angles = _shank_at_contact(gait, side)
            middle = median(angles.values()) if angles else 0.0
            away_deg = {start: abs(angles.get(start, middle) - middle) for start, _ in rows}
            near_deg = max(min(away_deg.values()), TYPICAL_DEG)
            typical = [row for row in rows if away_deg[row[0]] <= near_deg]
            best = min(
                typical, key=lambda row: round(abs(float(sequence.time_s[row[1][0]]) - row[0]), 4)
            )[1]
            chosen += [(side, moment, frame) for moment, frame in zip(MOMENTS, best, strict=True)]
    return chosen


def _shank_at_contact(gait: Mapping, side: str) -> dict[float, float]:
    """Initial contact, s -> the shank's angle that was measured there, deg; of one foot's steps for
    which it is known.
    """
    steps = [
        step
        for step in gait.get("steps", ())
        if step["side"] == side and step.get("shank_angle_ic_deg") is not None
    ]
    return {step["ic_s"]: step["shank_angle_ic_deg"] for step in steps}


def _nearest(sequence: PoseSequence, time_s: float) -> int:
    return int(np.argmin(np.abs(sequence.time_s - time_s)))


def draw_stills(
    clip: str | Path, sequence: PoseSequence, gait: Mapping, height_px: int = 420
) -> list[Still]:
    """The stills of `key_moments`, each `height_px` tall, all cropped to one size around the
    runner.
    """
    moments = key_moments(sequence, gait)
    if not moments:
        return []
    wanted = {frame for _, _, frame in moments}
    pictures = {
        frame: picture for frame, picture in enumerate(read_frames(clip)) if frame in wanted
    }
    moments = [moment for moment in moments if moment[2] in pictures]
    boxes = np.stack([sequence.box[frame] for _, _, frame in moments])
    tall = (
        float(max((boxes[:, 3] - boxes[:, 1]).max(), (boxes[:, 2] - boxes[:, 0]).max() / _ASPECT))
        * 1.1
    )
    return [
        _still(pictures[frame], sequence, gait, side, moment, frame, tall, height_px)
        for side, moment, frame in moments
    ]


def _still(picture, sequence, gait, side, moment, frame, tall, height_px) -> Still:
    scale = height_px / tall
    size = (2 * round(height_px * _ASPECT / 2), height_px)
    centre = (sequence.box[frame, :2] + sequence.box[frame, 2:]) / 2
    shift = np.array(size) / 2 - scale * centre
    window = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    flags = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    image = cv2.warpAffine(picture, window, size, flags=flags, borderValue=CASING_RGB)
    moved = sequence.replace(
        xy=(sequence.xy * scale + shift).astype(np.float32),
        box=(sequence.box * scale + np.tile(shift, 2)),
    )
    draw_moment(image, moved, frame, stances(gait), 1.0)
    caption = _annotate(image, moved, gait, side, moment, frame)
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=84)
    return Still(side, moment, float(sequence.time_s[frame]), buffer.getvalue(), *size, caption)


def _annotate(image, sequence, gait, side, moment, frame) -> str:
    """Draw the angle that this moment is looked at for; returns it in words."""
    facing = gait.get("facing") or 1
    if gait.get("view", {}).get("used", "") not in SIDE_VIEWS:
        return _annotate_pelvis(image, sequence, frame)
    knee, ankle = (sequence.joint(f"{side}_{part}")[frame] for part in ("knee", "ankle"))
    if moment == MOMENTS[0]:
        draw_dashes(
            image, ankle, (ankle[0], knee[1] - 6), MIDDLE_RGB, limb_width_px(sequence, 1.0) / 2
        )
        ahead = max(ankle[0] * facing, knee[0] * facing) * facing
        angles = _shank_at_contact(
            gait, side
        )  # between frames it turns by some ten degrees a frame: so as it was measured
        measured = [angles[start] for start in angles if _nearest(sequence, start) == frame]
        angle_deg = measured[0] if measured else shank_deg(sequence, side, facing)[frame]
        at, words = (ahead + 12 * facing, (ankle[1] + knee[1]) / 2), f"shank {in_words(angle_deg)}"
    else:
        at, words = (
            (knee[0] + 14 * facing, knee[1]),
            f"knee {in_words(knee_deg(sequence, side)[frame])}",
        )
    _write(image, words, at, side_rgb(side), "lm" if facing > 0 else "rm")
    return words


def _annotate_pelvis(image, sequence, frame) -> str:
    """From the front or rear: a level line through the hips, beside which the eye sees the pelvis
    drop.
    """
    hips = [sequence.joint(f"{side}_hip")[frame] for side in SIDES]
    (x, y), reach = np.mean(hips, axis=0), 1.4 * abs(hips[0][0] - hips[1][0])
    draw_dashes(image, (x - reach, y), (x + reach, y), MIDDLE_RGB, 1.0)
    words = f"pelvis {in_words(pelvis_deg(sequence)[frame])}"
    _write(image, words, (x + reach + 8, y), MIDDLE_RGB, "lm")
    return words


def _write(image, words, at, colour, anchor) -> None:
    if np.isfinite(at).all():
        draw_words(image, words, at, max(12, image.shape[0] // 24), colour, anchor)


def by_side(stills: list[Still]) -> dict[str, list[Still]]:
    """Side -> its stills in order of MOMENTS; a side without any is left out."""
    found = {side: [still for still in stills if still.side == side] for side in SIDES}
    return {side: row for side, row in found.items() if row}
