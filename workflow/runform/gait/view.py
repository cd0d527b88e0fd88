"""From which side the camera sees the runner, told from the keypoints.

Across the line of sight a body shows its width (which shoulder and hip is right in the image tells front from rear); along it
the legs scissor and the feet point.

Legend: T frames.
"""

from dataclasses import dataclass

import numpy as np

from runform.gait.signals import Tracks
from runform.pose.facing import facing_of_tracks

VIEWS = ("left", "right", "front", "rear", "oblique")
# Of a runner seen square on, in leg lengths: distance between the shoulder joints (.26 of the height over a leg of .491 gives
# the outer width; the joints stand .8 of it apart) and standard deviation of the distance between the ankles.
_SHOULDERS_LEG = 0.40
_SCISSORS_LEG = 0.42
_SQUARE_DEG = 27.0


@dataclass(frozen=True)
class View:
    """estimated: left, right, front, rear or oblique.  facing: +1 the runner faces right in the image, -1 left.

    azimuth_deg: direction from the runner to the camera, 0 = ahead, 90 = on the runner's left.  confidence: 0..1.
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
    name = {0: "front", 90: "left", 180: "rear", 270: "right"}[nearest] if off <= _SQUARE_DEG else "oblique"
    margin = min(1.0, abs(off - _SQUARE_DEG) / 15.0)
    confidence = 0.5 + 0.5 * margin * (faces.agreement if name in ("left", "right", "oblique") else 1.0)
    return View(name, faces.sign, round(azimuth, 1), round(float(confidence), 3))


def _signed_width(tracks: Tracks) -> float:
    """Mean of left minus right over shoulders and hips, hips scaled to the width of shoulders; leg lengths, + = seen from ahead."""
    widths = [np.median(tracks.xy["left_hip"][:, 0] - tracks.xy["right_hip"][:, 0]) * _SHOULDERS_LEG / 0.2]
    if tracks.has("left_shoulder", "right_shoulder"):
        widths = [np.median(tracks.xy["left_shoulder"][:, 0] - tracks.xy["right_shoulder"][:, 0])]
    return float(np.mean(widths))
