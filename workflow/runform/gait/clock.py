"""The clip's clock: the phase of the stride in every frame, read from the feet and knees.

What is left minus right repeats once a stride and is the same for a camera that moves or shakes; so it gives the stride time
and the first estimate of the phase.
"""

from dataclasses import dataclass

import numpy as np

from runform.faults import Unavailable
from runform.gait.cycle import Cycle, first_phase, fit_phase
from runform.gait.signals import SIDES, Tracks
from runform.pose.rhythm import stride_period_s

# Phase (radians) around which a foot is low: the fundamental of left minus right height is highest at 0.
LOWEST = {"left": np.pi, "right": 0.0}
# Standard deviation of the height of one foot over the other, leg lengths: a walker has .07 or more, a standing person's is noise.
_MIN_LIFT_LEG = 0.04
# A step that is read as clearly as this is believed; a stride has two of them. With labels that change sides for long, what is left
# minus right repeats at wrong times, and a run looks like slow motion.
_CLEAR_STEP, _MOST_STEPS = 0.5, 2.8
# Share of the feet's movement that the mean stride explains: of runners .8 or more, of somebody who lunges and jumps about 0.
_MIN_EXPLAINED = 0.5


@dataclass(frozen=True)
class ClockSettings:
    """shortest_stride_s, longest_stride_s: limits of the stride time as played (slow motion is long).
    min_strides: fewer strides in the clip are no gait.  min_strength: least autocorrelation at one stride, 0..1.
    max_harmonics: of the mean cycle; fewer where the frame rate gives fewer.
    """

    shortest_stride_s: float = 0.4
    longest_stride_s: float = 6.0
    min_strides: float = 1.5
    min_strength: float = 0.3
    max_harmonics: int = 20


@dataclass(frozen=True)
class Clock:
    """cycle: the phase of every frame.  strength: of the repetition, 0..1."""

    cycle: Cycle
    strength: float


def read_clock(tracks: Tracks, settings: ClockSettings) -> Clock:
    """The clock of `tracks`. Raises Unavailable where no repeated stride is to be seen."""
    feet = tracks.foot_joints()
    if not feet:
        raise Unavailable("neither foot nor ankle of both legs is seen in half of the frames")
    difference = _height(tracks, feet, "left") - _height(tracks, feet, "right")
    if np.std(difference) < _MIN_LIFT_LEG:
        raise Unavailable(f"no gait: the feet rise by {np.std(difference):.3f} leg lengths over each other (standard deviation)")
    stride_s, strength = stride_period_s(difference, tracks.fps, settings.shortest_stride_s, settings.longest_stride_s)
    length_s = tracks.time_s[-1] - tracks.time_s[0]
    step_s, step_strength = _step(tracks, feet, settings)
    if step_strength >= _CLEAR_STEP and stride_s > _MOST_STEPS * step_s:
        raise Unavailable(f"left and right legs are mixed up: a stride of {stride_s:.2f} s, but a step of {step_s:.2f} s")
    if not strength >= settings.min_strength:
        raise Unavailable(f"no repeated stride: repetition {strength:.2f}, expected at least {settings.min_strength:.2f}")
    if length_s < settings.min_strides * stride_s:
        raise Unavailable(f"{length_s / stride_s:.1f} strides: expected at least {settings.min_strides}")
    phase = first_phase(difference, tracks.time_s, stride_s)
    names = [f"{side}_{joint}" for side in SIDES for joint in (*feet, "knee")]
    places = np.concatenate([tracks.xy[name] - tracks.pelvis * [1, 0] for name in names], 1)
    weight = np.repeat(np.stack([tracks.weight[name] for name in names], 1), 2, axis=1)
    cycle = fit_phase(places, weight, tracks.time_s, phase, settings.max_harmonics)
    explained = _explained(difference, cycle.residual, names, feet)
    if explained < _MIN_EXPLAINED:
        raise Unavailable(f"no repeated stride: strides are alike by {explained:.2f}, expected at least {_MIN_EXPLAINED:.2f}")
    return Clock(cycle, strength)


def _step(tracks: Tracks, feet: tuple[str, ...], settings: ClockSettings) -> tuple[float, float]:
    """Step time and its strength from both feet together, which move once a step whatever their labels, or once a stride in a
    runner who limps."""
    lift = _height(tracks, feet, "left") + _height(tracks, feet, "right") - 2 * tracks.pelvis[:, 1]
    return stride_period_s(lift, tracks.fps, settings.shortest_stride_s / 2, settings.longest_stride_s)


def _explained(difference, residual, names, feet) -> float:
    """Share of the feet's rising and falling that the mean cycle explains, 0..1: some bursts of any movement have a rhythm too.

    From mean absolute values, which single frames far off move little.
    """
    rest = {name: residual[:, 2 * row + 1] for row, name in enumerate(names)}
    left, right = (np.mean([rest[f"{side}_{joint}"] for joint in feet], axis=0) for side in SIDES)
    return max(0.0, float(1 - (np.abs(left - right).mean() / np.abs(difference - np.median(difference)).mean()) ** 2))


def _height(tracks: Tracks, feet: tuple[str, ...], side: str) -> np.ndarray:
    return np.mean([tracks.xy[f"{side}_{joint}"][:, 1] for joint in feet], axis=0)
