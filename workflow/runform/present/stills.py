"""Key frames: initial contact, mid-stance, toe-off and the flight after it of each foot, with pose
and angle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from PIL import Image

from runform.gait.frame_angles import from_the_side, knee_deg, pelvis_deg, shank_deg
from runform.present.drawing import (
    CASING_RGB,
    MIDDLE_RGB,
    SIDES,
    degrees_text,
    draw_dashes,
    draw_words,
    frames_at,
    side_rgb,
    stances,
)
from runform.present.overlay import draw_pose, limb_width_px
from runform.sequence import PoseSequence

MOMENTS = ("initial contact", "mid-stance", "toe-off", "mid-flight")
LONGEST_FLIGHT = 1.5  # times the stance before it; after that a contact was missed
TYPICAL_DEG = 2.5  # a step whose shank angle is this near the side's median is typical of it
ASPECT = 0.8  # width over height of a still
MARGIN = 1.1  # height of a still over that of the runner


@dataclass(frozen=True)
class Still:
    """One key frame.

    moment: one of `MOMENTS`.  time_s: of the frame in the clip.  caption: the drawn angle.
    """

    side: str
    moment: str
    time_s: float
    jpeg: bytes
    width_px: int
    height_px: int
    caption: str


def key_moments(sequence: PoseSequence, gait: Mapping) -> list[tuple[str, str, int]]:
    """(side, moment, frame) of one typical stance of each foot and the flight after it.

    Typical: its shank angle at contact is near the side's median. Of those, first the ones whose
    flight is seen, and then the stance whose contact lies nearest to a frame, so that the picture
    shows what was measured.
    """
    chosen = []
    for side, contacts in stances(gait).items():
        rows = [
            (start, [_nearest(sequence, time_s) for time_s in _times_s(start, end, side, gait)])
            for start, end in contacts
        ]
        rows = [row for row in rows if np.isfinite(sequence.box[row[1]]).all()]
        if not rows:
            continue
        angles = _shank_at_contact(gait, side)
        middle = median(angles.values()) if angles else 0.0
        away_deg = {start: abs(angles.get(start, middle) - middle) for start, _ in rows}
        near_deg = max(min(away_deg.values()), TYPICAL_DEG)
        typical = [
            (-len(frames), round(abs(float(sequence.time_s[frames[0]]) - start), 4), index)
            for index, (start, frames) in enumerate(rows)
            if away_deg[start] <= near_deg
        ]
        frames = rows[min(typical)[-1]][1]
        chosen += [(side, moment, frame) for moment, frame in zip(MOMENTS, frames, strict=False)]
    return chosen


def _times_s(start_s: float, end_s: float, side: str, gait: Mapping) -> list[float]:
    """Contact, middle and end of a stance, and the middle of the flight where one follows."""
    times_s = [start_s, (start_s + end_s) / 2, end_s]
    other = SIDES[1 - SIDES.index(side)]
    landing_s = min((ic_s for ic_s, _ in stances(gait)[other] if ic_s > end_s), default=np.inf)
    if landing_s - end_s < LONGEST_FLIGHT * (end_s - start_s):
        times_s.append((end_s + landing_s) / 2)
    return times_s


def _shank_at_contact(gait: Mapping, side: str) -> dict[float, float]:
    """Initial contact, s -> shank angle measured there, degrees, of one foot's steps."""
    return {
        step["ic_s"]: step["shank_angle_ic_deg"]
        for step in gait.get("steps", ())
        if step["side"] == side and step.get("shank_angle_ic_deg") is not None
    }


def _nearest(sequence: PoseSequence, time_s: float) -> int:
    return int(np.argmin(np.abs(sequence.time_s - time_s)))


def draw_stills(
    clip: str | Path, sequence: PoseSequence, gait: Mapping, height_px: int = 420
) -> dict[str, list[Still]]:
    """Side -> stills of its `key_moments`; a side without any is left out.

    All have the same size, `height_px` tall, and show the runner at the same scale.
    """
    moments = key_moments(sequence, gait)
    if not moments:
        return {}
    pictures = frames_at(clip, sequence, {frame for _, _, frame in moments})
    moments = [moment for moment in moments if moment[2] in pictures]
    boxes = np.stack([sequence.box[frame] for _, _, frame in moments])
    height, width = (boxes[:, 3] - boxes[:, 1]).max(), (boxes[:, 2] - boxes[:, 0]).max()
    scale = height_px / (float(max(height, width / ASPECT)) * MARGIN)
    stills: dict[str, list[Still]] = {}
    for side, moment, frame in moments:
        still = _still(pictures[frame], sequence, gait, (side, moment, frame), scale, height_px)
        stills.setdefault(side, []).append(still)
    return stills


def _still(picture, sequence, gait, of: tuple[str, str, int], scale, height_px) -> Still:
    side, moment, frame = of
    size = (2 * round(height_px * ASPECT / 2), height_px)
    centre = (sequence.box[frame, :2] + sequence.box[frame, 2:]) / 2
    shift = np.array(size) / 2 - scale * centre
    window = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    flags = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    image = cv2.warpAffine(picture, window, size, flags=flags, borderValue=CASING_RGB)
    moved = sequence.replace(
        xy=(sequence.xy * scale + shift).astype(np.float32),
        box=(sequence.box * scale + np.tile(shift, 2)),
    )
    draw_pose(image, moved, frame, stances(gait), 1.0)
    annotate = _annotate_leg if from_the_side(gait) else _annotate_pelvis
    caption = annotate(image, moved, gait, side, moment, frame)
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=84)
    return Still(side, moment, float(sequence.time_s[frame]), buffer.getvalue(), *size, caption)


def _annotate_leg(image, sequence, gait, side, moment, frame) -> str:
    """Draw the shank angle at contact, else the knee angle; returns it as text."""
    facing = gait.get("facing") or 1
    knee, ankle = (sequence.joint(f"{side}_{part}")[frame] for part in ("knee", "ankle"))
    if moment == MOMENTS[0]:
        dash_px = limb_width_px(sequence, 1.0) / 2
        draw_dashes(image, ankle, (ankle[0], knee[1] - 6), MIDDLE_RGB, dash_px)
        ahead = max(ankle[0] * facing, knee[0] * facing) * facing
        # As measured at contact: the shank turns by some ten degrees from frame to frame.
        angles = _shank_at_contact(gait, side)
        measured = [angles[start] for start in angles if _nearest(sequence, start) == frame]
        angle_deg = measured[0] if measured else shank_deg(sequence, side, facing)[frame]
        at = (ahead + 12 * facing, (ankle[1] + knee[1]) / 2)
        words = f"shank {degrees_text(angle_deg)}"
    else:
        at = (knee[0] + 14 * facing, knee[1])
        words = f"knee {degrees_text(knee_deg(sequence, side)[frame])}"
    _write(image, words, at, side_rgb(side), "lm" if facing > 0 else "rm")
    return words


def _annotate_pelvis(image, sequence, gait, side, moment, frame) -> str:
    """Draw a level line through the hips, beside which the pelvis drop is visible."""
    hips = [sequence.joint(f"{name}_hip")[frame] for name in SIDES]
    (x, y), reach = np.mean(hips, axis=0), 1.4 * abs(hips[0][0] - hips[1][0])
    draw_dashes(image, (x - reach, y), (x + reach, y), MIDDLE_RGB, 1.0)
    words = f"pelvis {degrees_text(pelvis_deg(sequence)[frame])}"
    _write(image, words, (x + reach + 8, y), MIDDLE_RGB, "lm")
    return words


def _write(image, words, at, colour, anchor) -> None:
    if np.isfinite(at).all():
        draw_words(image, words, at, max(12, image.shape[0] // 24), colour, anchor)
