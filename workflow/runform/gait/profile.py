"""The mean cycle of one leg, centred on the time its foot is low, and the ways to find instants in it.

Legend: G samples of the mean cycle; a turn is a share of the stride from the phase at which the foot is low, -0.5 to 0.5.
"""

import numpy as np

from runform.gait.cycle import TAU
from runform.gait.motion import Motion

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
        self.joints = {name.removeprefix(f"{side}_"): xy for name, xy in joints.items() if name.startswith(f"{side}_")}

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
