"""From which side the camera sees the runner, told from the keypoints.

Across the line of sight a body shows its width (which shoulder and hip is right in the image tells
front from rear); along it the legs scissor and the feet point.

Legend: T frames.
"""

from dataclasses import dataclass

import numpy as np

from runform.errors import Unavailable
from runform.gait.motion import Motion
from runform.gait.stride_cycle import TAU
from runform.gait.tracks import SIDES, Tracks
from runform.pose.facing import facing_of_tracks

VIEWS = ("left", "right", "front", "rear", "oblique")
# Of a runner seen square on, in leg lengths: distance between the shoulder joints (.26 of the
# height over a leg of .491 gives the outer width; the joints stand .8 of it apart) and standard
# deviation of the distance between the ankles.
_SHOULDERS_LEG = 0.40
_SCISSORS_LEG = 0.42
_SQUARE_DEG = 27.0


@dataclass(frozen=True)
class View:
    """estimated: left, right, front, rear or oblique.  facing: +1 the runner faces right in the
    image, -1 left.

    azimuth_deg: direction from the runner to the camera, 0 = ahead, 90 = on the runner's left.
    confidence: 0..1.
    """

    estimated: str
    facing: int
    azimuth_deg: float
    confidence: float


def estimate_view(tracks: Tracks) -> View:
    """The view of a clip; hips, knees and ankles of both sides must be there."""
    width = _signed_width(tracks)
    scissors = np.std(tracks.xy["left_ankle"][:, 0] - tracks.xy["right_ankle"][:, 0])
    faces = facing_of_tracks(tracks.xy)
    ahead = np.clip(width / _SHOULDERS_LEG, -1, 1)
    aside = np.clip(scissors / _SCISSORS_LEG, 0, 1)
    azimuth = float(np.degrees(np.arctan2(-faces.sign * aside, ahead)) % 360)
    nearest = 90 * round(azimuth / 90) % 360
    off = abs((azimuth - nearest + 180) % 360 - 180)
    name = (
        {0: "front", 90: "left", 180: "rear", 270: "right"}[nearest]
        if off <= _SQUARE_DEG
        else "oblique"
    )
    margin = min(1.0, abs(off - _SQUARE_DEG) / 15.0)
    confidence = 0.5 + 0.5 * margin * (
        faces.agreement if name in ("left", "right", "oblique") else 1.0
    )
    return View(name, faces.sign, round(azimuth, 1), round(float(confidence), 3))


def _signed_width(tracks: Tracks) -> float:
    """Mean of left minus right over shoulders and hips, hips scaled to the width of shoulders; leg
    lengths, + = seen from ahead.
    """
    widths = [
        np.median(tracks.xy["left_hip"][:, 0] - tracks.xy["right_hip"][:, 0]) * _SHOULDERS_LEG / 0.2
    ]
    if tracks.has("left_shoulder", "right_shoulder"):
        widths = [np.median(tracks.xy["left_shoulder"][:, 0] - tracks.xy["right_shoulder"][:, 0])]
    return float(np.mean(widths))


# Is the clip played slower than it was run? Read from the cadence as played.
#
# No runner takes fewer than about 120 steps a minute while both feet leave the ground; a walker
# does, but then one foot is always on it (duty factor above a half).


SLOWEST_RUN_STEPS_MIN = 120.0
USUAL_CADENCE_STEPS_MIN = 165.0
RUNNING_DUTY = 0.5
_USUAL_FACTORS = (2.0, 4.0, 5.0, 8.0, 10.0, 16.0, 20.0)


@dataclass(frozen=True)
class TimeScale:
    """slow_motion: whether time as measured is not true time.  factor: estimated, 1 when real.
    warning: a line, or empty.

    source: `capture_fps` when the manifest told the rate, else `played`.
    """

    slow_motion: bool
    factor: float
    source: str
    warning: str


def judge_time_scale(
    stride_s: float, duty_factor: float | None, capture_fps: float | None
) -> TimeScale:
    """stride_s: as measured on the clip's clock.  duty_factor: None when unknown.  capture_fps:
    where known, the clock is true.
    """
    cadence = 120.0 / stride_s
    if capture_fps:
        return TimeScale(False, 1.0, "capture_fps", "")
    walking = duty_factor is not None and duty_factor > RUNNING_DUTY
    if cadence >= SLOWEST_RUN_STEPS_MIN or walking:
        return TimeScale(False, 1.0, "played", "")
    raw = USUAL_CADENCE_STEPS_MIN / cadence
    factor = min(_USUAL_FACTORS, key=lambda usual: max(usual / raw, raw / usual))
    warning = (
        f"{cadence:.0f} steps a minute as played: slowed down about {factor:g} times; "
        "times cannot be told without capture_fps in the manifest"
    )
    return TimeScale(True, factor, "played", warning)


# Told apart: people who run, whom the metrics are made for, and people who walk.
#
# A runner flies between steps, so the body rises and falls far, or the legs fold and the feet rise
# far; a walker does neither. In leg lengths, simulated walkers from 0.8 to 2.2 m/s stay below .07
# and .19. Runners come near: with stiff knees and quick short steps the trunk moves .06 to .08
# while the feet rise .19 to .23, so the limits lie just above the walkers. Contacts are no help
# here: their cues are made for runners.


_LEAST_BOUNCE_LEG = 0.07
_LEAST_LIFT_LEG = 0.195
_SAMPLES = 360
_FEET = ("heel", "big_toe", "ankle")


def rise_and_lift(motion: Motion) -> tuple[float, float]:
    """How far the trunk, and how far a foot (mean of both), moves up and down in the mean stride,
    leg lengths.
    """
    joints = motion.mean_at(np.arange(_SAMPLES) * TAU / _SAMPLES)
    feet = [
        [joints[name][:, 1] for foot in _FEET if (name := f"{side}_{foot}") in joints]
        for side in SIDES
    ]
    return float(np.ptp(joints["trunk"][:, 1])), float(
        np.mean([np.ptp(np.mean(heights, axis=0)) for heights in feet])
    )


def expect_running(motion: Motion) -> None:
    """Raises Unavailable for a person who walks."""
    rise, lift = rise_and_lift(motion)
    if rise < _LEAST_BOUNCE_LEG and lift < _LEAST_LIFT_LEG:
        told = f"the trunk moves {rise:.2f} leg lengths up and down, the feet {lift:.2f}"
        raise Unavailable(
            f"the person walks: {told}; runners reach {_LEAST_BOUNCE_LEG} or {_LEAST_LIFT_LEG}"
        )
