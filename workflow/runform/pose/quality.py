"""How good a track is, in numbers, and whether it is good enough for the stages that follow.

Legend: T frames, K keypoints.
"""

from dataclasses import dataclass

import numpy as np

from runform.angles import tilt_deg
from runform.pose.repair import unbroken_runs
from runform.sequence import PoseSequence
from runform.skeleton import Skeleton, leg_length, scores_to_h36m17

LEGS = ("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle")
UPPER_BODY = ("nose", "left_shoulder", "right_shoulder")
MIN_TRUNK_LEG = 0.3
ON_ITS_SIDE_DEG, UPSIDE_DOWN_DEG = 60.0, 120.0  # legs of somebody who runs lean less
PUBLISHED_SUMMED_SCORE, PUBLISHED_ROOT_SCORE = 10.2, 0.5


@dataclass(frozen=True)
class QualitySettings:
    """Thresholds. What is in the clip is for the stages that follow to say; here a clip is left out
    only where there is too little of a whole runner for any of them.

    min_duration_s     hips, knees and ankles must be in the picture for this long, s of true time
    min_body_share     head and shoulders must be so in this share of those frames, 0..1, and above
                       the hips
    min_mean_score     mean confidence of the detected joints, 0..1
    min_height_px      median height of the figure, px
    published_filter   apply the published study's filter too (see `published_filter_error`)
    exclude_low        leave out clips of low quality too, not only those without a whole runner
    """

    min_duration_s: float = 0.5
    min_body_share: float = 0.5
    min_mean_score: float = 0.5
    min_height_px: float = 40.0
    published_filter: bool = False
    exclude_low: bool = False


def measure_quality(sequence: PoseSequence) -> dict:
    """The quality of a track as JSON-able numbers, None where nothing can be said.

    frames, duration_s, runner_share, legs_share, legs_s (s of true time with both legs in view),
    body_share (of the frames with both legs, see `body_in_view`), out_of_frame_share (a leg joint
    beyond the frame's edge), leg_tilt_deg, mean_score, largest_gap_s (without a runner),
    figure_height_px, leg_px, foot_lift_leg, published_score (mean over frames of the summed
    confidence of the H36M-17 joints), published_root_score (lowest confidence of the root).
    """
    frames = len(sequence.xy)
    if frames == 0:
        return {"frames": 0}
    detected = np.isfinite(sequence.raw_xy).all(axis=-1).any(axis=1)
    inside = _inside(sequence)
    outside = np.isfinite(sequence.xy).all(axis=-1) & ~inside
    legs = [sequence.joints.index(name) for name in LEGS]
    gaps = [last - first for first, last in unbroken_runs(~detected)]
    step_s = sequence.time_s[1] if frames > 1 else 0.0
    scores = scores_to_h36m17(sequence.score, sequence.joints)
    with_legs = inside[:, legs].all(axis=1)
    numbers = {
        "duration_s": frames * step_s,
        "runner_share": detected.mean(),
        "legs_share": with_legs.mean(),
        "legs_s": with_legs.sum() * step_s,
        "body_share": body_in_view(sequence)[with_legs].mean() if with_legs.any() else 0.0,
        "out_of_frame_share": outside[:, legs].any(axis=1).mean(),
        "leg_tilt_deg": leg_tilt_deg(sequence),
        "mean_score": sequence.raw_score[detected].mean() if detected.any() else np.nan,
        "largest_gap_s": max(gaps, default=0) * step_s,
        "figure_height_px": figure_height_px(sequence.xy),
        "leg_px": leg_length_px(sequence.xy, sequence.joints),
        "foot_lift_leg": foot_lift_leg(sequence),
        "published_score": scores.sum(axis=1).mean(),
        "published_root_score": scores[:, 0].min(),
    }
    return {"frames": frames} | {
        name: round(float(value), 4) if np.isfinite(value) else None
        for name, value in numbers.items()
    }


def find_absence(quality: dict, settings: QualitySettings) -> str:
    """Why there is no whole runner in the clip, in one line with its number, or empty."""
    if quality["frames"] == 0:
        return "the clip has no frames"
    if quality["duration_s"] < settings.min_duration_s:
        least_s = settings.min_duration_s
        return f"too short: {quality['duration_s']:g} s, expected {least_s:g} s or more"
    if quality["runner_share"] == 0:
        return "no runner in view"
    if (quality["leg_tilt_deg"] or 0.0) > ON_ITS_SIDE_DEG:
        upside_down = quality["leg_tilt_deg"] > UPSIDE_DOWN_DEG
        how = "upside down" if upside_down else "on its side"
        return f"the picture stands {how}: turn the video until the runner stands upright"
    legs = "both legs are in view for only {:.2g} s"
    body = (
        "head and shoulders are in view above the hips in only {:.0%} of the frames with both legs"
    )
    return _first_below(
        quality,
        ("legs_s", settings.min_duration_s, legs),
        ("body_share", settings.min_body_share, body),
    )


def find_weakness(quality: dict, settings: QualitySettings) -> str:
    """Why a clip with a whole runner is of low quality, in one line with its number, or empty."""
    weakness = _first_below(
        quality,
        ("mean_score", settings.min_mean_score, "the mean confidence of the joints is only {:.2f}"),
        ("figure_height_px", settings.min_height_px, "the figure is only {:.0f} px tall"),
    )
    return weakness or (published_filter_error(quality) if settings.published_filter else "")


def _first_below(quality: dict, *checks: tuple[str, float, str]) -> str:
    for name, least, text in checks:
        value = quality[name] or 0.0
        if value < least:
            limit = f"{least:.0%}" if "%" in text else f"{least:g}{' s' * text.endswith(' s')}"
            short = " (just short of it)" if text.format(value) == text.format(least) else ""
            return f"{text.format(value)}, expected {limit} or more{short}"
    return ""


def published_filter_error(quality: dict) -> str:
    """The published study's filter: mean over frames of the summed confidences above 10.2, the
    root's above .5 in every frame.
    """
    score, root = quality["published_score"], quality["published_root_score"]
    if score > PUBLISHED_SUMMED_SCORE and root > PUBLISHED_ROOT_SCORE:
        return ""
    return (
        f"the published study's filter: summed confidence {score:.1f} "
        f"(expected above {PUBLISHED_SUMMED_SCORE}), "
        f"lowest confidence of the root {root:.2f} (expected above {PUBLISHED_ROOT_SCORE})"
    )


def leg_length_px(xy: np.ndarray, skeleton: Skeleton) -> float:
    """`leg_length` of the legs (T, K, 2) in the picture, px."""
    return leg_length(skeleton.by_joint(xy.astype(np.float64)), pooled="both_legs")


def figure_height_px(xy: np.ndarray) -> float:
    """Median over frames of the vertical span of the joints, px; NaN when there is none."""
    visible = np.isfinite(xy[..., 1]).any(axis=1)
    y = xy[visible, :, 1]
    return float(np.median(np.nanmax(y, axis=1) - np.nanmin(y, axis=1))) if len(y) else float("nan")


def leg_tilt_deg(sequence: PoseSequence) -> float:
    """Median over frames of the angle between the legs, from ankles to hips, and the vertical of
    the picture, 0 to 180 degrees, or NaN. A phone that turned the film wrongly shows 90 or 180.
    """
    ankles, hips = (
        (sequence.joint(f"left_{part}") + sequence.joint(f"right_{part}")) / 2
        for part in ("ankle", "hip")
    )
    tilts_deg = np.abs(tilt_deg(ankles * [1, -1], hips * [1, -1], 1))
    tilts_deg = tilts_deg[np.isfinite(tilts_deg)]
    return float(np.median(tilts_deg)) if len(tilts_deg) else float("nan")


def foot_lift_leg(sequence: PoseSequence) -> float:
    """90th percentile over frames of the height of one ankle over the other, leg lengths, or NaN.

    In running the swinging foot passes near the other knee, in any view and at any playback speed;
    in walking it stays near the ground. Standing and jumping on both feet give about 0.
    """
    lift = np.abs(sequence.joint("left_ankle")[:, 1] - sequence.joint("right_ankle")[:, 1])
    lift = lift[np.isfinite(lift)]
    if not len(lift):
        return float("nan")
    return float(np.percentile(lift, 90)) / leg_length_px(sequence.xy, sequence.joints)


def body_in_view(sequence: PoseSequence) -> np.ndarray:
    """(T,) bool: nose and shoulders are inside the frame, nose over shoulders over hips.

    Networks trained on whole people invent a body for a pair of legs and fold it into the legs. So
    the shoulders must stand MIN_TRUNK_LEG leg lengths above the hips; an adult's trunk is .59 of
    the leg (Winter, Biomechanics and Motor Control of Human Movement, table 4.1).
    """
    inside = _inside(sequence)[:, [sequence.joints.index(name) for name in UPPER_BODY]].all(axis=1)
    nose, shoulders, hips = (
        np.mean([sequence.joint(name)[:, 1] for name in names], axis=0)
        for names in (("nose",), ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"))
    )
    trunk_leg = (hips - shoulders) / leg_length_px(sequence.xy, sequence.joints)
    return inside & (nose < shoulders) & (trunk_leg > MIN_TRUNK_LEG)


def _inside(sequence: PoseSequence) -> np.ndarray:
    """(T, K) bool: the joint is inside the frame."""
    with np.errstate(invalid="ignore"):
        return np.all((sequence.xy >= 0) & (sequence.xy <= np.array(sequence.size)), axis=-1)
