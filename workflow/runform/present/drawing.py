"""Marks on a video frame: skeleton, ground contact, dashed line, words; contacts by time; and plain
frames for clips without video.

Frames are (H, W, 3) uint8 RGB and are drawn on in place. Positions in px, x right, y down; NaN
positions are skipped.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from runform.sequence import PoseSequence
from runform.skeleton import Skeleton, get_skeleton
from runform.video import read_frames

SIDES = ("left", "right")
LEFT_RGB, RIGHT_RGB = (255, 150, 20), (60, 165, 255)  # differ for colour-blind readers too
MIDDLE_RGB, CASING_RGB = (245, 245, 245), (20, 24, 28)
PAPER_RGB = (84, 92, 100)  # behind a figure without video; all colours show on it
HEAD_SHARE = 0.2  # radius of a drawn head, in trunk lengths
LOW_SCORE = 0.3  # joints below are drawn hollow and their limbs thin
_SHIFT = 4  # OpenCV draws at 1/16 px
_NOT_DRAWN = ("nose", "eye", "ear", "mouth", "pinky", "index", "thumb", "small_toe")

Colour = tuple[int, int, int]
Stances = dict[str, tuple[tuple[float, float], ...]]


def stances(gait: Mapping) -> Stances:
    """Side -> (initial contact, toe-off) of each step that has both, s of true time, in order."""
    pairs: dict[str, list[tuple[float, float]]] = {side: [] for side in SIDES}
    for step in gait.get("steps", ()):
        if step.get("ic_s") is not None and step.get("to_s") is not None:
            pairs[step["side"]].append((step["ic_s"], step["to_s"]))
    return {side: tuple(sorted(of_side)) for side, of_side in pairs.items()}


def sides_on_ground(contacts: Stances, time_s: float) -> list[str]:
    """The sides whose foot is on the ground at `time_s`."""
    return [
        side
        for side in SIDES
        if any(start <= time_s < end for start, end in contacts.get(side, ()))
    ]


def degrees_text(angle_deg: float) -> str:
    """`12°`; `--` for NaN (Pillow's own font has no longer dash)."""
    return f"{round(float(angle_deg))}°" if np.isfinite(angle_deg) else "--"


def side_of(*joints: str) -> str:
    """`left` or `right` where all joints are of that side, else `middle`."""
    sides = {joint.split("_")[0] for joint in joints}
    return sides.pop() if sides in ({"left"}, {"right"}) else "middle"


def side_rgb(side: str) -> Colour:
    """The colour of `left`, `right` or `middle`."""
    return {"left": LEFT_RGB, "right": RIGHT_RGB}.get(side, MIDDLE_RGB)


@cache
def _drawn_limbs(name: str) -> tuple[tuple[int, int, str], ...]:
    """Limbs without face and fingers as (joint, joint, side); the sides last, to lie on top."""
    skeleton = get_skeleton(name)
    limbs = [
        (skeleton.index(a), skeleton.index(b), side_of(a, b))
        for a, b in skeleton.limbs
        if not any(part in joint for joint in (a, b) for part in _NOT_DRAWN)
    ]
    return tuple(sorted(limbs, key=lambda limb: limb[2] != "middle"))


def draw_skeleton(
    frame: np.ndarray, xy: np.ndarray, score: np.ndarray, skeleton: Skeleton, width_px: float
) -> None:
    """Draw one pose. xy (K, 2) px, score (K,) in 0..1, width_px: thickness of a limb."""
    limbs = [
        limb for limb in _drawn_limbs(skeleton.name) if np.isfinite(xy[[limb[0], limb[1]]]).all()
    ]
    for casing in (True, False):
        for a, b, side in limbs:
            limb_px = width_px if min(score[a], score[b]) >= LOW_SCORE else width_px / 2
            colour = CASING_RGB if casing else side_rgb(side)
            draw_line(frame, xy[a], xy[b], colour, limb_px + (2.5 if casing else 0))
    for joint in sorted({joint for a, b, _ in limbs for joint in (a, b)}):
        colour = side_rgb(side_of(skeleton.joints[joint]))
        draw_dot(frame, xy[joint], colour, width_px, filled=score[joint] >= LOW_SCORE)


def clip_frames(clip: str | Path, sequence: PoseSequence) -> Iterator[np.ndarray]:
    """The frames of a clip, (H, W, 3) uint8 RGB; plain ones with a head where it has no video."""
    if clip:
        yield from (frame for frame in read_frames(clip) if frame is not None)
        return
    width_px, height_px = sequence.size
    plain = np.full((height_px, width_px, 3), PAPER_RGB, np.uint8)
    hips, shoulders = (_middles(sequence, part) for part in ("hip", "shoulder"))
    trunk = shoulders - hips
    for at, up in zip(shoulders + 0.36 * trunk, trunk, strict=True):
        frame = plain.copy()
        radius = HEAD_SHARE * float(np.hypot(*up))
        if np.isfinite(radius) and radius > 0:
            draw_dot(frame, at, MIDDLE_RGB, radius)
        yield frame


def frames_at(
    clip: str | Path, sequence: PoseSequence, numbers: Collection[int]
) -> dict[int, np.ndarray]:
    """Number -> frame, of these frames of `clip_frames`; the clip may have fewer."""
    frames = read_frames(clip, wanted=numbers) if clip else clip_frames(clip, sequence)
    first = enumerate(islice(frames, max(numbers) + 1))
    return {number: frame for number, frame in first if frame is not None and number in numbers}


def _middles(sequence: PoseSequence, part: str) -> np.ndarray:
    return (sequence.joint(f"left_{part}") + sequence.joint(f"right_{part}")) / 2


def draw_line(frame: np.ndarray, a, b, colour: Colour, width_px: float) -> None:
    """An antialiased line from a to b (x, y in px)."""
    if np.isfinite([*a, *b]).all():
        cv2.line(frame, _fixed(a), _fixed(b), colour, max(1, round(width_px)), cv2.LINE_AA, _SHIFT)


def draw_dashes(frame: np.ndarray, a, b, colour, width_px: float, dash_px: float = 7.0) -> None:
    """A dashed line from a to b."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not np.isfinite([*a, *b]).all():
        return
    number = max(1, round(float(np.hypot(*(b - a))) / dash_px))
    stops = np.linspace(a, b, number + 1)
    for start, end in zip(stops[:-1:2], stops[1::2], strict=False):
        draw_line(frame, start, end, CASING_RGB, width_px + 2)
        draw_line(frame, start, end, colour, width_px)


def draw_dot(frame: np.ndarray, at, colour, radius_px: float, filled: bool = True) -> None:
    """A dot with a dark rim; only the rim in colour where `filled` is false."""
    if np.isfinite(at).all():
        radius = round(radius_px * 2**_SHIFT)
        cv2.circle(frame, _fixed(at), radius + (1 << _SHIFT), CASING_RGB, -1, cv2.LINE_AA, _SHIFT)
        cv2.circle(frame, _fixed(at), radius, colour, -1 if filled else 1, cv2.LINE_AA, _SHIFT)


def draw_contact(frame: np.ndarray, foot: np.ndarray, colour, width_px: float) -> None:
    """A translucent ellipse on the ground below a standing foot. foot (n, 2): its joints, px."""
    foot = foot[np.isfinite(foot).all(1)]
    if not len(foot):
        return
    centre = (float(foot[:, 0].mean()), float(foot[:, 1].max()) + width_px)
    half = max(3.5 * width_px, 0.75 * float(np.ptp(foot[:, 0])))
    axes = (round(half * 2**_SHIFT), round(0.28 * half * 2**_SHIFT))
    layer = frame.copy()
    cv2.ellipse(layer, _fixed(centre), axes, 0, 0, 360, colour, -1, cv2.LINE_AA, _SHIFT)
    cv2.addWeighted(layer, 0.55, frame, 0.45, 0, dst=frame)
    rim_px = max(1, round(width_px / 3))
    cv2.ellipse(frame, _fixed(centre), axes, 0, 0, 360, colour, rim_px, cv2.LINE_AA, _SHIFT)


def draw_words(
    frame: np.ndarray, text: str, at, size_px: int, colour=MIDDLE_RGB, anchor: str = "lm"
) -> None:
    """Words on a dark plate at `at`, moved as little as needed to stay inside the frame.

    anchor: the point of the text that lies at `at`, in Pillow's letters.
    """
    font = words_font(size_px)
    height, width = frame.shape[:2]
    box = np.array(font.getbbox(text, anchor=anchor)) + np.array([-4, -3, 4, 3])
    x = float(np.clip(at[0], -box[0], width - box[2]))
    y = float(np.clip(at[1], -box[1], height - box[3]))
    x0, y0, x1, y1 = (round(value) for value in (x + box[0], y + box[1], x + box[2], y + box[3]))
    plate = frame[y0:y1, x0:x1]
    if not plate.size:
        return
    image = Image.fromarray((plate * 0.25 + np.array(CASING_RGB) * 0.75).astype(np.uint8))
    ImageDraw.Draw(image).text((x - x0, y - y0), text, font=font, fill=colour, anchor=anchor)
    plate[:] = np.asarray(image)


@cache
def words_font(size_px: int):
    """Pillow's own font, the same on every machine; it has ASCII and the degree sign."""
    return ImageFont.load_default(size_px)


def _fixed(point) -> tuple[int, int]:
    x, y = (round(float(value) * 2**_SHIFT) for value in np.clip(point, -4000, 12000))
    return x, y
