"""The runner at any instant between frames: each joint as its mean cycle plus what this step does
otherwise.

A value read at a contact falls between two frames; at 30 fps the foot moves a third of a leg length
from one to the next. The mean cycle carries the shape, the smoothed rest the difference of this
step from it.

Legend: T frames, N instants, J joints.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from runform.gait.stride_cycle import TAU, Cycle, fit_cycle
from runform.gait.tracks import SIDES, Tracks

_REST_S = 0.025
_JOINTS = ("hip", "knee", "ankle", "heel", "big_toe", "shoulder", "elbow", "wrist")


@dataclass(frozen=True)
class Motion:
    """Joints in leg lengths, x right and y up as in the image.

    Horizontal places are from the middle of the hips, which takes out a runner who crosses the
    frame and a camera that follows; vertical ones from the slowly moving mean height of the hips,
    which keeps the bounce.
    """

    time_s: np.ndarray
    cycle: Cycle
    names: tuple[str, ...]
    rest: np.ndarray

    def at(self, time_s: np.ndarray) -> dict[str, np.ndarray]:
        """Joint -> (N, 2) at (N,) times; also `pelvis` and `neck`, the middles of hips and
        shoulders, and `trunk`.

        `trunk` stands for the body's height: the shoulders, or the hips where there are none.
        Networks follow the hips' bounce worse (BlazePose of simulated runners from the side: .8 of
        it, the shoulders' 1.0).
        """
        phase = np.interp(time_s, self.time_s, self.cycle.phase)
        values = self.cycle.value(phase)
        for column in range(values.shape[1]):
            values[:, column] += np.interp(time_s, self.time_s, self.rest[:, column])
        return self._named(values)

    def mean_at(self, phase: np.ndarray) -> dict[str, np.ndarray]:
        """Joint -> (N, 2) of the mean cycle at (N,) phases."""
        return self._named(self.cycle.value(phase) + self.rest.mean(0))

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
    """The motion of all joints the gait metrics need, on the clock of `cycle`.

    marks: phases of the initial contacts once they are known. There the knee begins to give within
    milliseconds; a smooth curve rounds that corner off and reads some 5 degrees too much knee
    flexion from 30 frames a second.
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
    fitted, level = fit_cycle(signals, weight, tracks.time_s, cycle.phase, max_harmonics, marks)
    smooth = gaussian_filter1d(
        fitted.residual, max(_REST_S * tracks.fps, 0.8), axis=0, mode="nearest"
    )
    return Motion(tracks.time_s, fitted, names, smooth + level)


# The mean cycle of one leg, centred on the time its foot is low, and the ways to find instants in
# it.
#
# Legend: G samples of the mean cycle; a turn is a share of the stride from the phase at which the
# foot is low, -0.5 to 0.5.


GRID = 720
_START = -0.5


class Profile:
    """The mean cycle of one leg over one stride centred on the phase at which its foot is low."""

    def __init__(self, motion: Motion, side: str, lowest: float, ahead: int):
        self.turns = np.arange(GRID) / GRID + _START
        self.stride_s = motion.cycle.period_s
        joints = motion.mean_at(lowest + TAU * self.turns)
        self.ahead = ahead
        self.height = joints["trunk"][:, 1]
        self.joints = {
            name.removeprefix(f"{side}_"): xy
            for name, xy in joints.items()
            if name.startswith(f"{side}_")
        }

    def x(self, joint: str) -> np.ndarray:
        """(G,) place ahead of the pelvis."""
        return self.ahead * self.joints[joint][:, 0]

    def y(self, joint: str) -> np.ndarray:
        """(G,) height."""
        return self.joints[joint][:, 1]

    def rate(self, signal: np.ndarray) -> np.ndarray:
        """(G,) derivative by turn."""
        return (np.roll(signal, -1) - np.roll(signal, 1)) * GRID / 2

    def peak(self, signal: np.ndarray, first: float, last: float) -> float:
        """Turn of the largest value between two turns."""
        inside = np.flatnonzero((self.turns >= first) & (self.turns <= last))
        return float(self.turns[inside[np.argmax(signal[inside])]]) if len(inside) else float("nan")

    def falls_below(self, signal: np.ndarray, level: float, first: float, last: float) -> float:
        """First turn between two at which the signal falls below `level`; NaN when it does not."""
        inside = np.flatnonzero((self.turns >= first) & (self.turns <= last))
        below = signal[inside] < level
        steps = np.flatnonzero(below[1:] & ~below[:-1])
        return float(self.turns[inside[steps[0] + 1]]) if len(steps) else float("nan")
