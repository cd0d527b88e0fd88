"""Ground contacts as the gait file tells them, in the form that the overlay and the pages need."""

from collections.abc import Mapping
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from runform.angles import bend_deg, tilt_deg
from runform.sequence import PoseSequence
from runform.skeleton import Skeleton, get_skeleton

SIDES = ("left", "right")


def stances(gait: Mapping) -> dict[str, tuple[tuple[float, float], ...]]:
    """Side -> (initial contact, toe-off) of each step with both, s of true time, in order."""
    found = {side: [] for side in SIDES}
    for step in gait.get("steps", ()):
        if step.get("ic_s") is not None and step.get("to_s") is not None:
            found[step["side"]].append((step["ic_s"], step["to_s"]))
    return {side: tuple(sorted(pairs)) for side, pairs in found.items()}


def standing(contacts: Mapping[str, tuple[tuple[float, float], ...]], time_s: float) -> list[str]:
    """The sides whose foot is on the ground at `time_s`."""
    return [
        side
        for side in SIDES
        if any(start <= time_s < end for start, end in contacts.get(side, ()))
    ]


# Marks on a video frame: the skeleton with its sides told apart, a foot on the ground, a plumb
# line, words.
#
# Frames are (H, W, 3) uint8 RGB and are drawn on in place. Positions in px, x right, y down; NaN
# positions are skipped.


LEFT_RGB, RIGHT_RGB, MIDDLE_RGB = (
    (255, 150, 20),
    (60, 165, 255),
    (245, 245, 245),
)  # bright, and apart for colour-blind eyes
CASING_RGB = (20, 24, 28)
LOW_SCORE = 0.3  # joints below are drawn hollow, their limbs thin: the detector was guessing
_SHIFT = 4  # OpenCV draws at 1/16 px
_FACE = ("nose", "eye", "ear", "mouth", "pinky", "index", "thumb", "small_toe")


def side_of(*joints: str) -> str:
    """`left` or `right` where all joints are of that side, else `middle`."""
    sides = {joint.split("_")[0] for joint in joints}
    return sides.pop() if sides in ({"left"}, {"right"}) else "middle"


def side_rgb(side: str) -> tuple[int, int, int]:
    """The colour of `left`, `right` or `middle`."""
    return {"left": LEFT_RGB, "right": RIGHT_RGB}.get(side, MIDDLE_RGB)


@cache
def _drawn_limbs(name: str) -> tuple[tuple[int, int, str], ...]:
    """Limbs worth drawing (no face, no fingers) as (row, row, side); the middle first, so that the
    sides lie on top.
    """
    skeleton = get_skeleton(name)
    limbs = [
        (skeleton.index(a), skeleton.index(b), side_of(a, b))
        for a, b in skeleton.limbs
        if not any(part in joint for joint in (a, b) for part in _FACE)
    ]
    return tuple(sorted(limbs, key=lambda limb: limb[2] != "middle"))


def draw_skeleton(
    frame: np.ndarray, xy: np.ndarray, score: np.ndarray, skeleton: Skeleton, width_px: float
) -> None:
    """Draw one pose. xy (K, 2) px, score (K,) in 0..1, width_px: thickness of a limb."""
    limbs = [
        limb for limb in _drawn_limbs(skeleton.name) if np.isfinite(xy[[limb[0], limb[1]]]).all()
    ]
    sure = {limb: min(score[limb[0]], score[limb[1]]) >= LOW_SCORE for limb in limbs}
    for casing in (True, False):
        for limb in limbs:
            a, b, side = limb
            wide = width_px if sure[limb] else width_px / 2
            colour = CASING_RGB if casing else side_rgb(side)
            draw_line(frame, xy[a], xy[b], colour, wide + (2.5 if casing else 0))
    joints = sorted({row for a, b, _ in limbs for row in (a, b)})
    for row in joints:
        draw_dot(
            frame,
            xy[row],
            side_rgb(side_of(skeleton.joints[row])),
            width_px,
            filled=score[row] >= LOW_SCORE,
        )


def draw_line(frame: np.ndarray, a, b, colour, width_px: float) -> None:
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
    """A translucent ellipse on the ground below a foot that stands. foot (n, 2): its joints, px."""
    foot = foot[np.isfinite(foot).all(1)]
    if not len(foot):
        return
    centre = (float(foot[:, 0].mean()), float(foot[:, 1].max()) + width_px)
    half = max(3.5 * width_px, 0.75 * float(np.ptp(foot[:, 0])))
    axes = (round(half * 2**_SHIFT), round(0.28 * half * 2**_SHIFT))
    layer = frame.copy()
    cv2.ellipse(layer, _fixed(centre), axes, 0, 0, 360, colour, -1, cv2.LINE_AA, _SHIFT)
    cv2.addWeighted(layer, 0.55, frame, 0.45, 0, dst=frame)
    cv2.ellipse(
        frame,
        _fixed(centre),
        axes,
        0,
        0,
        360,
        colour,
        max(1, round(width_px / 3)),
        cv2.LINE_AA,
        _SHIFT,
    )


def draw_words(
    frame: np.ndarray, text: str, at, size_px: int, colour=MIDDLE_RGB, anchor: str = "lm"
) -> None:
    """Words on a dark plate with its anchor (PIL's letters) at `at`, moved as little as needed to
    stay inside the frame.
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
    """Pillow's own font, so that no font of the machine matters. It has ASCII and the degree sign."""
    return ImageFont.load_default(size_px)


def _fixed(point) -> tuple[int, int]:
    x, y = (round(float(value) * 2**_SHIFT) for value in np.clip(point, -4000, 12000))
    return x, y


# Angles of the moment, frame by frame, for the overlay: what one can check by eye against the
# picture.
#
# Projected angles in the image plane, in degrees, by the formulas of `runform.angles`; NaN where a
# joint is missing. Legend: T frames.


SIDE_VIEWS = ("left", "right", "oblique")
LEG = ("hip", "knee", "ankle")


def in_words(angle_deg: float) -> str:
    """`12°`; `--` where there is none (Pillow's own font has no longer dash)."""
    return f"{round(float(angle_deg))}°" if np.isfinite(angle_deg) else "--"


def knee_deg(sequence: PoseSequence, side: str) -> np.ndarray:
    """(T,) bend of one knee, 0 when straight."""
    return bend_deg(*(_upward(sequence, f"{side}_{joint}") for joint in LEG))


def shank_deg(sequence: PoseSequence, side: str, facing: int) -> np.ndarray:
    """(T,) tilt of one shank from the vertical; positive when the foot is ahead of the knee.
    facing: +1 right, -1 left.
    """
    return -tilt_deg(_upward(sequence, f"{side}_ankle"), _upward(sequence, f"{side}_knee"), facing)


def trunk_deg(sequence: PoseSequence, facing: int) -> np.ndarray:
    """(T,) tilt of the line from mid-hip to mid-shoulder from the vertical; positive when it leans
    ahead.
    """
    return tilt_deg(_middle(sequence, "hip"), _middle(sequence, "shoulder"), facing)


def pelvis_deg(sequence: PoseSequence) -> np.ndarray:
    """(T,) slope of the line between the hips against the horizontal, without a sign: how far one
    side drops.
    """
    dx, dy = (_upward(sequence, "right_hip") - _upward(sequence, "left_hip")).T
    return np.degrees(np.arctan2(np.abs(dy), np.abs(dx)))


def angle_readings(sequence: PoseSequence, gait: Mapping) -> dict[str, np.ndarray]:
    """Name -> (T,) degrees: knees and trunk from the side, pelvis and trunk from the front or rear."""
    facing = gait.get("facing") or 1
    if gait.get("view", {}).get("used", "") not in SIDE_VIEWS:
        return {
            "pelvis tilt": pelvis_deg(sequence),
            "trunk side lean": np.abs(trunk_deg(sequence, facing)),
        }
    knees = {f"knee {side[0].upper()}": knee_deg(sequence, side) for side in ("left", "right")}
    return knees | {"trunk lean": trunk_deg(sequence, facing)}


def _upward(sequence: PoseSequence, joint: str) -> np.ndarray:
    return sequence.joint(joint).astype(float) * [1, -1]


def _middle(sequence: PoseSequence, joint: str) -> np.ndarray:
    return (_upward(sequence, f"left_{joint}") + _upward(sequence, f"right_{joint}")) / 2
