"""The clip's clock: the phase of the stride in every frame, read from the feet and knees.

What is left minus right repeats once a stride and is the same for a camera that moves or shakes; so it gives the stride time
and the first estimate of the phase.
"""

from dataclasses import dataclass

import numpy as np

from runform.faults import Unavailable
from runform.gait.cycle import Cycle, first_phase, fit_phase, stride_period_s
from runform.gait.sides import LEG_JOINTS, exchanged_legs
from runform.gait.signals import SIDES, Tracks

# Phase (radians) around which a foot is low: the fundamental of left minus right height is highest at 0.
LOWEST = {"left": np.pi, "right": 0.0}
# Standard deviation of the height of one foot over the other, leg lengths: a walker has .07 or more, a standing person's is noise.
_MIN_LIFT_LEG = 0.04
# A repetition of left minus right this strong leaves no doubt about the stride time.
_CLEAR = 0.7
# A repair may lower the clearness, which counts the exchanged frames against it, by this much: single frames hardly raise it.
_WORTH = 0.05
# Strides of people who run, played as filmed, and what that counts against the strength of a repetition.
_USUAL_STRIDE_S = (0.5, 1.0)
_USUAL_WORTH = 0.1


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
    """cycle: the phase of every frame.  strength: of the repetition, 0..1.  exchanged: (T,) frames whose legs were put right."""

    cycle: Cycle
    strength: float
    exchanged: np.ndarray


def read_clock(tracks: Tracks, settings: ClockSettings) -> tuple[Clock, Tracks]:
    """The clock, and the tracks with left and right legs where they belong.

    Raises Unavailable where no repeated stride is to be seen.
    """
    feet = tracks.foot_joints()
    if not feet:
        raise Unavailable("neither foot nor ankle of both legs is seen in half of the frames")
    tracks, exchanged = _put_right(tracks, feet, settings)
    difference = _height(tracks, feet, "left") - _height(tracks, feet, "right")
    if np.std(difference) < _MIN_LIFT_LEG:
        raise Unavailable(f"no gait: the feet rise by {np.std(difference):.3f} leg lengths over each other (standard deviation)")
    stride_s, strength = stride_period_s(difference, tracks.fps, settings.shortest_stride_s, settings.longest_stride_s)
    length_s = tracks.time_s[-1] - tracks.time_s[0]
    # Freely chosen signs make some rhythm out of any noise: the more frames were exchanged, the clearer must it be.
    least = settings.min_strength + exchanged.mean()
    if not strength >= least:
        raise Unavailable(f"no repeated stride: repetition {strength:.2f}, expected at least {least:.2f}")
    if length_s < settings.min_strides * stride_s:
        raise Unavailable(f"{length_s / stride_s:.1f} strides: expected at least {settings.min_strides}")
    phase = first_phase(difference, tracks.time_s, stride_s)
    names = [f"{side}_{joint}" for side in SIDES for joint in (*feet, "knee")]
    places = np.concatenate([tracks.xy[name] - tracks.pelvis * [1, 0] for name in names], 1)
    weight = np.repeat(np.stack([tracks.weight[name] for name in names], 1), 2, axis=1)
    cycle = fit_phase(places, weight, tracks.time_s, phase, settings.max_harmonics)
    return Clock(cycle, strength, exchanged), tracks


def _height(tracks: Tracks, feet: tuple[str, ...], side: str) -> np.ndarray:
    return np.mean([tracks.xy[f"{side}_{joint}"][:, 1] for joint in feet], axis=0)


def _usual(stride_s: float) -> float:
    """What speaks for a stride time beforehand: signs that change every other stride make a rhythm of twice its length too."""
    return _USUAL_WORTH if _USUAL_STRIDE_S[0] <= stride_s <= _USUAL_STRIDE_S[1] else 0.0


def _put_right(tracks: Tracks, feet: tuple[str, ...], settings: ClockSettings) -> tuple[Tracks, np.ndarray]:
    """Legs exchanged where the rhythm says so, and in which frames.

    The rhythm's stride time comes from left minus right or, where labels are too mixed for that, from both feet together, which
    repeat every step whatever their labels, or every stride in a runner who limps. The one that makes the clearest rhythm with the
    fewest exchanges is taken.
    """
    left, right = (_height(tracks, feet, side) for side in SIDES)
    limits = settings.shortest_stride_s, settings.longest_stride_s
    stride_s, strength = stride_period_s(left - right, tracks.fps, *limits)
    trials = [stride_s]
    if strength < _CLEAR:
        step_s, step_strength = stride_period_s(left + right - 2 * tracks.pelvis[:, 1], tracks.fps, limits[0] / 2, limits[1])
        trials += [2 * step_s, step_s] if step_strength >= settings.min_strength else []
        trials = trials if max(strength, step_strength) >= settings.min_strength else []
    best = tracks, np.zeros(len(tracks.time_s), bool)
    clearest = strength + _usual(stride_s)
    for trial_s in trials:
        if np.isfinite(trial_s):
            exchanged = exchanged_legs(tracks.xy, tracks.weight, tracks.time_s, trial_s)
            tried = tracks.with_exchanged(exchanged, LEG_JOINTS)
            apart = _height(tried, feet, "left") - _height(tried, feet, "right")
            found_s, repeats = stride_period_s(apart, tracks.fps, *limits)
            clear = repeats + _usual(found_s) - 0.5 * exchanged.mean()
            if exchanged.any() and clear > clearest - _WORTH:
                best, clearest = (tried.in_leg_lengths(), exchanged), clear
    return best
