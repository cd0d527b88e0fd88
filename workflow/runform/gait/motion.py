"""The runner at any instant between frames: each joint as its mean cycle plus how this step differs
from it, and the mean cycle of one leg, in which events are looked for.

A contact falls between two frames, and at 30 fps the foot moves a third of a leg length from one to
the next. The mean cycle gives the shape, the smoothed residual this step's difference from it.

Legend: N instants, G samples of the mean cycle of a leg.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from runform.gait.stride_cycle import LOWEST, TAU, Cycle, fit_cycle
from runform.gait.tracks import SIDES, Tracks

_RESIDUAL_S = 0.025
_JOINTS = ("hip", "knee", "ankle", "heel", "big_toe", "shoulder", "elbow", "wrist")
GRID = 720
# Low-pass of the mean cycle in which events are looked for, share of the stride: about 15 ms. Some
# ten harmonics pass, which is what 30 frames a second carry.
_SMOOTH = 0.02


@dataclass(frozen=True)
class Motion:
    """Joints in leg lengths, x right and y up as in the image.

    x is measured from the middle of the hips, which takes out a runner who crosses the picture and
    a camera that follows; y from the slowly changing mean height of the hips, which keeps the
    bounce. residual: (T, 2 J) of the joints `names`, smoothed, with the drift.
    """

    time_s: np.ndarray
    cycle: Cycle
    names: tuple[str, ...]
    residual: np.ndarray

    def at(self, time_s: np.ndarray) -> dict[str, np.ndarray]:
        """Joint -> (N, 2) at (N,) times; also `pelvis` and `neck`, the middles of hips and
        shoulders, and `trunk`.

        `trunk` stands for the height of the body: the shoulders, or the hips where there are none.
        Networks show too little of the hips' bounce (BlazePose from the side: .8 of it; of the
        shoulders' 1.0).
        """
        phase = np.interp(time_s, self.time_s, self.cycle.phase)
        values = self.cycle.value(phase)
        for column in range(values.shape[1]):
            values[:, column] += np.interp(time_s, self.time_s, self.residual[:, column])
        return self._named(values)

    def mean_at(self, phase: np.ndarray) -> dict[str, np.ndarray]:
        """Joint -> (N, 2) of the mean cycle at (N,) phases, radians."""
        return self._named(self.cycle.value(phase) + self.residual.mean(0))

    def _named(self, values: np.ndarray) -> dict[str, np.ndarray]:
        joints = {name: values[:, 2 * j : 2 * j + 2] for j, name in enumerate(self.names)}
        for middle, joint in (("pelvis", "hip"), ("neck", "shoulder")):
            if f"left_{joint}" in joints:
                joints[middle] = (joints[f"left_{joint}"] + joints[f"right_{joint}"]) / 2
        joints["trunk"] = joints.get("neck", joints["pelvis"])
        return joints


def motion_of(
    tracks: Tracks, cycle: Cycle, max_harmonics: int, marks: tuple[float, ...] = ()
) -> Motion:
    """The motion of all joints that gait metrics need, at the phases of `cycle`.

    marks: phases of the initial contacts, radians, once they are known. There the knee begins to
    flex within milliseconds; a smooth curve rounds off that corner, and at 30 frames a second shows
    some 5 degrees too much knee flexion.
    """
    names = tuple(
        name for side in SIDES for joint in _JOINTS if tracks.has(name := f"{side}_{joint}")
    )
    if "left_shoulder" not in names or "right_shoulder" not in names:
        names = tuple(name for name in names if not name.endswith("_shoulder"))
    pelvis = tracks.pelvis
    level = gaussian_filter1d(pelvis[:, 1], 0.5 * cycle.period_s * tracks.fps, mode="nearest")
    origin = np.stack([pelvis[:, 0], level], 1)
    signals = np.concatenate([tracks.xy[name] - origin for name in names], 1)
    weight = np.repeat(np.stack([tracks.weight[name] for name in names], 1), 2, axis=1)
    fitted, drift = fit_cycle(signals, weight, tracks.time_s, cycle.phase, max_harmonics, marks)
    smooth = gaussian_filter1d(
        fitted.residual, max(_RESIDUAL_S * tracks.fps, 0.8), axis=0, mode="nearest"
    )
    return Motion(tracks.time_s, fitted, names, smooth + drift)


class LegCycle:
    """The mean cycle of one leg over one stride, centred on the phase at which its foot is low.

    Low-passed, so that it looks the same whatever number of harmonics the frame rate carries.
    phase: (G,) shares of the stride from there, -0.5 to 0.5; so are the phases below.
    """

    def __init__(self, motion: Motion, side: str, ahead: int):
        self.phase = np.arange(GRID) / GRID - 0.5
        joints = motion.mean_at(LOWEST[side] + TAU * self.phase)
        self.ahead = ahead
        self.height = _low_passed(joints["trunk"][:, 1])
        self.joints = {
            name.removeprefix(f"{side}_"): _low_passed(xy)
            for name, xy in joints.items()
            if name.startswith(f"{side}_")
        }

    def x(self, joint: str) -> np.ndarray:
        """(G,) distance ahead of the pelvis."""
        return self.ahead * self.joints[joint][:, 0]

    def y(self, joint: str) -> np.ndarray:
        """(G,) height."""
        return self.joints[joint][:, 1]

    def rate(self, signal: np.ndarray) -> np.ndarray:
        """(G,) derivative by phase."""
        return (np.roll(signal, -1) - np.roll(signal, 1)) * GRID / 2

    def peak(self, signal: np.ndarray, middle: float, reach: float, sharp: float = 15.0) -> float:
        """Phase of the largest value within `reach` of a phase, as the mean phase of the values
        near the largest: of two peaks of nearly one height neither wins. NaN around NaN.

        sharp: a value a tenth of the signal's range below the largest weighs exp(-sharp / 10).
        """
        away = (self.phase - middle + 0.5) % 1.0 - 0.5
        inside = np.abs(away) <= reach
        if not inside.any():
            return float("nan")
        near, values = away[inside], signal[inside]
        height = (values - values.max()) / max(np.ptp(values), 1e-9)
        weight = np.exp(sharp * height)
        return middle + float((weight * near).sum() / weight.sum())

    def crosses(self, signal: np.ndarray, level: float, first: float, within: float) -> float:
        """First phase from `first` on at which the signal rises through `level`; NaN if it does
        not.
        """
        order = np.argsort((self.phase - first) % 1.0)[: round(within * GRID)]
        above = signal[order] - level
        rises = np.flatnonzero((above[:-1] < 0) & (above[1:] >= 0))
        if not len(rises):
            return float("nan")
        row = rises[0]
        start = (self.phase[order[row]] - first) % 1.0
        return float(first + start + above[row] / (above[row] - above[row + 1]) / GRID)

    def mean(self, signal: np.ndarray, middle: float, width: float) -> float:
        """Mean over a window of standard deviation `width` around a phase."""
        away = (self.phase - middle + 0.5) % 1.0 - 0.5
        weight = np.exp(-0.5 * (away / width) ** 2)
        return float((weight * signal).sum() / weight.sum())


def _low_passed(signal: np.ndarray) -> np.ndarray:
    """(G, ...) a periodic signal smoothed over `_SMOOTH` of the stride."""
    return gaussian_filter1d(signal, _SMOOTH * GRID, axis=0, mode="wrap")
