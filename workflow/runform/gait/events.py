"""Initial contact and toe-off of each foot, between frames, from 2D keypoints of any view.

The stride's phase and the mean cycle of the feet's heights come from `cycle`; the events are looked for in that mean cycle
and then placed in every stride:

- initial contact: the toe's (without feet: the ankle's) fastest way down, where the ground begins to stop it;
- toe-off: the heel's (ankle's) fastest way up, where the push from the ground ends.

Both are zero crossings of the vertical acceleration beside the peaks of acceleration and jerk that Handsaker et al.
(2016, J Biomech 49:4128) find in marker data, and need one derivative less, so that they stand the noise of a detector.

Legend: T frames, E events of one foot.
"""

from dataclasses import dataclass

import numpy as np

from runform.faults import Unavailable
from runform.gait.cycle import TAU, Cycle, first_phase, fit_cycle, stride_period_s
from runform.gait.signals import SIDES, Tracks

_GRID = 720


@dataclass(frozen=True)
class EventSettings:
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
class FootEvents:
    """Times of one foot: ic_s, to_s (E,) seconds; ic_sd_s, to_sd_s their standard uncertainty, seconds."""

    ic_s: np.ndarray
    to_s: np.ndarray
    ic_sd_s: float
    to_sd_s: float


@dataclass(frozen=True)
class GaitEvents:
    """Events of both feet; stride_s the mean stride time; strength of the repetition 0..1; cycle the fitted clock."""

    left: FootEvents
    right: FootEvents
    stride_s: float
    strength: float
    cycle: Cycle

    def foot(self, side: str) -> FootEvents:
        """`left` or `right`."""
        return getattr(self, side)


def detect_events(tracks: Tracks, settings: EventSettings) -> GaitEvents:
    """Events of both feet. Raises Unavailable with the reason where there is no repeated stride to be seen."""
    joints = tracks.foot_joints()
    if not joints:
        raise Unavailable("neither foot nor ankle of both legs is seen in half of the frames")
    names = [f"{side}_{joint}" for side in SIDES for joint in joints]
    heights = np.stack([tracks.xy[name][:, 1] for name in names], 1)
    weight = np.stack([tracks.weight[name] for name in names], 1)
    difference = heights[:, : len(joints)].mean(1) - heights[:, len(joints) :].mean(1)
    stride_s, strength = stride_period_s(difference, tracks.fps, settings.shortest_stride_s, settings.longest_stride_s)
    length_s = tracks.time_s[-1] - tracks.time_s[0]
    if not strength >= settings.min_strength:
        raise Unavailable(f"no repeated stride: repetition {strength:.2f}, expected at least {settings.min_strength}")
    if length_s < settings.min_strides * stride_s:
        raise Unavailable(f"{length_s / stride_s:.1f} strides: expected at least {settings.min_strides}")
    phase = first_phase(difference, tracks.time_s, stride_s)
    cycle = fit_cycle(heights, weight, tracks.time_s, phase, settings.max_harmonics)
    down, up = ("big_toe", "heel") if {"heel", "big_toe"} <= set(joints) else ("ankle", "ankle")
    feet = {}
    for turn, side in enumerate(SIDES):
        columns = {joint: names.index(f"{side}_{joint}") for joint in joints}
        feet[side] = _foot_events(cycle, tracks, columns[down], columns[up], np.pi * (1 - turn))
    return GaitEvents(feet["left"], feet["right"], cycle.period_s, strength, cycle)


def _foot_events(cycle: Cycle, tracks: Tracks, down: int, up: int, lowest: float) -> FootEvents:
    """Events of the foot whose height is least near the phase `lowest`."""
    turns = np.linspace(-0.5, 0.5, _GRID, endpoint=False)
    speed = cycle.value(lowest + TAU * turns, 1)
    off = _extremum(turns, speed[:, up], 0.05, 0.42)
    arrest = _extremum(turns, cycle.value(lowest + TAU * turns, 2)[:, down], off - 0.45, off - 0.22)
    ic = lowest + TAU * _extremum(turns, -speed[:, down], arrest - 0.06, arrest)
    to = lowest + TAU * off
    sd = [_uncertainty_s(cycle, phase, column) for phase, column in ((ic, down), (to, up))]
    return FootEvents(cycle.times_of(ic, tracks.time_s), cycle.times_of(to, tracks.time_s), *sd)


def _extremum(turns, signal, first, last):
    """Turn at which `signal` is largest between two turns, by a parabola through the three samples there."""
    inside = np.flatnonzero((turns >= first) & (turns <= last))
    row = inside[np.argmax(signal[inside])]
    left, mid, right = signal[[row - 1, row, (row + 1) % len(signal)]]
    bend = left - 2 * mid + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return turns[row] + np.clip(shift, -1, 1) * (turns[1] - turns[0])


def _uncertainty_s(cycle: Cycle, phase: float, column: int) -> float:
    """Noise of one sample over the signal's speed near the event, averaged over the samples of a tenth of a stride."""
    near = np.abs(np.angle(np.exp(1j * (cycle.phase - phase)))) < TAU / 10
    noise = np.std(cycle.residual[near, column]) if near.any() else np.std(cycle.residual[:, column])
    speed = np.sqrt(np.mean(cycle.value(phase + TAU * np.linspace(-0.1, 0.1, 21), 1)[:, column] ** 2))
    strides = max((cycle.phase[-1] - cycle.phase[0]) / TAU, 1)
    return float(noise / max(speed, 1e-6) / np.sqrt(max(near.sum() / strides, 1)))
