"""What is checked of a stretch: from which side the camera sees the runner, whether it is slow
motion, whether the person runs, and how fast.

Legend: T frames.
"""

from dataclasses import dataclass

import numpy as np

from runform.errors import Unavailable
from runform.gait.motion import Motion
from runform.gait.step_metrics import Step
from runform.gait.stride_cycle import TAU
from runform.gait.tracks import FOOT, SIDES, Tracks
from runform.pose.facing import facing_of_tracks

# Of a runner seen square on, leg lengths: distance between the shoulder joints (.26 of the height
# over a leg of .491 gives the outer width, and the joints stand .8 of it apart), the same of the
# hips, and standard deviation of the distance between the ankles.
_SHOULDERS_LEG, _HIPS_LEG, _SCISSORS_LEG = 0.40, 0.20, 0.42
_SQUARE_DEG = 27.0
_SQUARE_VIEWS = {0: "front", 90: "left", 180: "rear", 270: "right"}
_FACES = {"left": -1, "right": 1}  # in the image, by view
# From here on nobody can be mistaken about where the runner faces: how far toes, nose and knees
# point there, as a share of a side view, and how much they agree.
_CLEARLY_ASIDE, _AGREED = 0.5, 0.8

# No runner takes fewer than about 120 steps a minute while both feet leave the ground. A walker
# does, but has one foot on the ground at all times: a duty factor above a half.
SLOWEST_RUN_STEPS_MIN = 120.0
USUAL_CADENCE_STEPS_MIN = 165.0
RUNNING_DUTY = 0.5
_USUAL_FACTORS = (2.0, 4.0, 5.0, 8.0, 10.0, 16.0, 20.0)

# From this correlation of height and stride on (see `height_with_stride`) somebody surely runs.
# Less swing of the feet does not show, leg lengths (standard deviation).
_SURELY_RUNS, _LEAST_SWING_LEG = 0.5, 0.22
# The body of a runner rises and falls far, or the legs fold and the feet rise far. Walkers seen
# from the side stay below .07 and .19 leg lengths; runners with stiff knees and quick short steps
# come near (.06 to .08, and .19 to .23). Contacts are no help: their features are for runners.
_LEAST_BOUNCE_LEG = 0.07
_LEAST_LIFT_LEG = 0.195
# A runner flies between steps, so the trunk is let fall with gravity; a walker's is not. The leg is
# that of 1.75 m. A runner slowed down twice or more takes fewer steps than these as played.
_LEAST_FALL_G, _LEG_M, _GRAVITY_M_S2 = 0.65, 0.86, 9.81
_NOT_SLOWED_STEPS_MIN = 100.0
# Width across and swing along the line of sight, as shares of a runner's, joined: 1 in any view.
_LEAST_TURN = 0.6
_SAMPLES = 360
# Of the ankle from its mean cycle, leg lengths, within so much of a stride of its contact. Steps of
# a runner differ by .05; the other foot is 1 leg length away.
_MOST_AWAY_LEG, _AT_CONTACT = 0.3, 0.06


@dataclass(frozen=True)
class View:
    """estimated: left, right, front, rear or oblique.  facing: +1 the runner faces right in the
    image, -1 left.  azimuth_deg: direction from the runner to the camera, 0 = ahead, 90 = on the
    runner's left.  confidence: 0..1.  facing_clear: whether the facing shows clearly.
    """

    estimated: str
    facing: int
    azimuth_deg: float
    confidence: float
    facing_clear: bool

    def used(self, manifest: str) -> tuple[str, int]:
        """The view and the facing to measure by. manifest: the view that it names, or empty.

        A manifest may name the wrong side, and films may be mirrored: a facing that is clear in the
        picture outweighs it, or every angle would be taken backwards.
        """
        name = manifest or self.estimated
        facing = _FACES.get(name, self.facing)
        if self.facing_clear and facing != self.facing:
            return self.estimated, self.facing
        return name, facing


def estimate_view(tracks: Tracks) -> View:
    """The view of a clip; hips, knees and ankles of both sides must be there.

    Across the line of sight a body shows its width, and whether its left side is on the right of
    the image tells front from rear; along it the legs scissor and the feet point.
    """
    scissors = np.std(tracks.xy["left_ankle"][:, 0] - tracks.xy["right_ankle"][:, 0])
    facing = facing_of_tracks(tracks.xy)
    ahead = np.clip(_signed_width(tracks) / _SHOULDERS_LEG, -1, 1)
    aside = np.clip(scissors / _SCISSORS_LEG, 0, 1)
    azimuth_deg = float(np.degrees(np.arctan2(-facing.sign * aside, ahead)) % 360)
    nearest_deg = 90 * round(azimuth_deg / 90) % 360
    off_deg = abs((azimuth_deg - nearest_deg + 180) % 360 - 180)
    name = _SQUARE_VIEWS[nearest_deg] if off_deg <= _SQUARE_DEG else "oblique"
    margin = min(1.0, abs(off_deg - _SQUARE_DEG) / 15.0)
    agreement = 1.0 if name in ("front", "rear") else facing.agreement
    confidence = round(float(0.5 + 0.5 * margin * agreement), 3)
    clear = facing.aside >= _CLEARLY_ASIDE and facing.agreement >= _AGREED
    return View(name, facing.sign, round(azimuth_deg, 1), confidence, clear)


def _signed_width(tracks: Tracks) -> float:
    """Left minus right, mean of shoulders and hips, leg lengths; the hips are scaled to the width
    of shoulders. Positive seen from ahead.
    """
    widths = [_median_width(tracks, "hip") * _SHOULDERS_LEG / _HIPS_LEG]
    if tracks.has("left_shoulder", "right_shoulder"):
        widths.append(_median_width(tracks, "shoulder"))
    return float(np.mean(widths))


def _median_width(tracks: Tracks, joint: str) -> np.floating:
    return np.median(tracks.xy[f"left_{joint}"][:, 0] - tracks.xy[f"right_{joint}"][:, 0])


@dataclass(frozen=True)
class TimeScale:
    """slow_motion: the clip is played slower than it was run, by an unknown factor.  factor: about
    how many times, 1 if it is not.  source: `capture_fps` where that true rate is known, else
    `played`.  warning: a line, or empty.  capture_fps: None where unknown.
    """

    slow_motion: bool
    factor: float
    source: str
    warning: str
    capture_fps: float | None = None


def judge_time_scale(
    stride_s: float, duty_factor: float | None, capture_fps: float | None
) -> TimeScale:
    """Whether the clip is slow motion of an unknown rate. stride_s: of true time where capture_fps
    is known, else as played.  duty_factor: None where unknown.  capture_fps: true frames a second,
    None where unknown.
    """
    cadence = 120.0 / stride_s
    if capture_fps:
        return TimeScale(False, 1.0, "capture_fps", "", capture_fps)
    walking = duty_factor is not None and duty_factor > RUNNING_DUTY
    if cadence >= SLOWEST_RUN_STEPS_MIN or walking:
        return TimeScale(False, 1.0, "played", "")
    slowed = USUAL_CADENCE_STEPS_MIN / cadence
    factor = min(_USUAL_FACTORS, key=lambda usual: max(usual / slowed, slowed / usual))
    warning = (
        f"slowed down about {factor:g} times ({cadence:.0f} steps a minute as played); times need "
        "the frame rate of the camera (CAPTURE_FPS=240, or capture_fps in the manifest)"
    )
    return TimeScale(True, factor, "played", warning)


# Cadence and duty factor of runners at 2.5 m/s, their change with each m/s, and their standard
# deviation between runners: laboratories' tables from 2.5 to 4.5 m/s, and 860 runners (Malisoux
# 2023). A trained man reads 0.46 at 2 m/s and 0.33 at 5 (Hamner and Delp 2013).
_CADENCE_STEPS_MIN, _DUTY = (160.0, 11.0, 9.0), (0.39, -0.05, 0.035)
_TABLE_SPEED_M_S = 2.5
_SPEEDS_M_S = (1.5, 7.0)


@dataclass(frozen=True)
class Speed:
    """m_s: of the runner.  sd_m_s: its standard uncertainty, 0 where it is given.  source:
    `manifest`, or what it was estimated from; empty, and both numbers None, where nothing says it.
    """

    m_s: float | None
    sd_m_s: float | None
    source: str


def estimate_speed(cadence: float, duty_factor: float, given_m_s: float | None = None) -> Speed:
    """The speed: as given, else from cadence (steps a minute) and duty factor, each NaN where
    unknown.

    Either alone leaves 0.7 to 0.8 m/s open, since runners of one speed differ.
    """
    if given_m_s:
        return Speed(float(given_m_s), 0.0, "manifest")
    estimates = {}
    for name, value, (mean, slope, sd) in (
        ("cadence", cadence, _CADENCE_STEPS_MIN),
        ("duty factor", duty_factor, _DUTY),
    ):
        if np.isfinite(value):
            estimates[name] = (_TABLE_SPEED_M_S + (value - mean) / slope, sd / abs(slope))
    if not estimates:
        return Speed(None, None, "")
    weights = [sd**-2 for _, sd in estimates.values()]
    m_s = np.average([speed for speed, _ in estimates.values()], weights=weights)
    sd_m_s = float(np.sum(weights) ** -0.5)
    return Speed(
        round(float(np.clip(m_s, *_SPEEDS_M_S)), 2), round(sd_m_s, 2), " and ".join(estimates)
    )


def bounce_and_lift(motion: Motion) -> tuple[float, float]:
    """How far the trunk, and how far a foot (mean of both), moves up and down in the mean stride,
    leg lengths.
    """
    joints = motion.mean_at(np.arange(_SAMPLES) * TAU / _SAMPLES)
    feet = [
        np.mean([joints[f"{side}_{j}"][:, 1] for j in FOOT if f"{side}_{j}" in joints], axis=0)
        for side in SIDES
    ]
    return float(np.ptp(joints["trunk"][:, 1])), float(np.mean([np.ptp(foot) for foot in feet]))


def height_with_stride(motion: Motion) -> float:
    """Correlation, -1..1, of the trunk's height with the distance between the feet, to the front
    and behind, over the mean stride; NaN where the camera does not show that distance.
    """
    joints = motion.mean_at(np.arange(_SAMPLES) * TAU / _SAMPLES)
    apart = joints["left_ankle"][:, 0] - joints["right_ankle"][:, 0]
    if np.std(apart) < _LEAST_SWING_LEG:
        return float("nan")
    return float(np.corrcoef(joints["trunk"][:, 1], np.abs(apart - apart.mean()))[0, 1])


def fall_of(bounce_leg: float, stride_s: float) -> float:
    """How fast the trunk is let fall, as a share of gravity: the acceleration of a sine of that
    height, once a step. bounce_leg: leg lengths.  stride_s: of true time.
    """
    steps_rad_s = 2 * TAU / stride_s
    return bounce_leg / 2 * _LEG_M * steps_rad_s**2 / _GRAVITY_M_S2


def expect_running(motion: Motion, true_time: bool) -> None:
    """Raises Unavailable for a person who walks. true_time: the speed of playback is known.

    A walker vaults over a stiff leg and is highest when the feet pass each other; a runner bounces
    on a bent one and is lowest then (Cavagna et al. 1977). Simulated walkers reach -.15 and less,
    mostly -.6, simulated runners and those of seven films mostly .5 and more. Nearer to 0, and seen
    from ahead or behind, bounce and lift decide, and outside of slow motion the fall of the trunk.
    """
    phase = height_with_stride(motion)
    if phase < 0:
        raise Unavailable(
            "the person walks: the trunk is highest when the feet pass each other, in runners it "
            "is lowest then"
        )
    if phase >= _SURELY_RUNS:
        return
    bounce, lift = bounce_and_lift(motion)
    if bounce < _LEAST_BOUNCE_LEG and lift < _LEAST_LIFT_LEG:
        raise Unavailable(
            f"the person walks: the trunk moves {bounce:.2f} leg lengths up and down, the feet "
            f"{lift:.2f}; runners reach {_LEAST_BOUNCE_LEG} or {_LEAST_LIFT_LEG}"
        )
    stride_s = motion.cycle.period_s
    fall = fall_of(bounce, stride_s)
    if (true_time or 120.0 / stride_s >= _NOT_SLOWED_STEPS_MIN) and fall < _LEAST_FALL_G:
        raise Unavailable(
            f"the person walks: the trunk falls with {fall:.2f} of gravity, a runner's with "
            f"{_LEAST_FALL_G} or more; slow motion needs its capture_fps"
        )


def expect_travel(tracks: Tracks) -> None:
    """Raises Unavailable for somebody who steps on the spot: the legs hardly swing to the front and
    behind, whatever the view.
    """
    ahead = _signed_width(tracks) / _SHOULDERS_LEG
    swing = np.std(tracks.xy["left_ankle"][:, 0] - tracks.xy["right_ankle"][:, 0])
    full = float(np.hypot(ahead, swing / _SCISSORS_LEG))
    if full < _LEAST_TURN:
        raise Unavailable(
            f"the person does not run: the feet swing {swing:.2f} leg lengths to the front and "
            f"behind (standard deviation), runners seen from here {_SCISSORS_LEG:.2f}"
        )


def is_shown(step: Step, motion: Motion) -> bool:
    """Whether the ankle that lands is where the mean cycle has it: elsewhere the film shows another
    movement, or the joints are wrong, and the contact that the phase puts there is none.
    """
    column = 2 * motion.names.index(f"{step.side}_ankle")
    away = motion.residual[:, column : column + 2] - np.median(
        motion.residual[:, column : column + 2], axis=0
    )
    near = np.abs(motion.time_s - step.ic_s) <= _AT_CONTACT * motion.cycle.period_s
    return bool(np.linalg.norm(away[near], axis=1).mean() < _MOST_AWAY_LEG) if near.any() else False
