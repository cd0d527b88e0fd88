"""Curves of joint angles over a stride, and how cadence, stance and range change with speed.

Legend: T samples. Phase runs 0..1 over a stride, from one foot's initial contact to its next.
Running angles: mean of 46 runners at 2.5 m/s, digitised within 2 degrees from the figure published
with regifukuchi/BMC-RIC-running-biomechanics; arms: one runner at 2.72 m/s from BMClab/BMC (CC BY
4.0). Walking angles: the usual textbook shape (Winter; Perry) at a comfortable speed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HARMONICS = 7


@dataclass(frozen=True)
class PeriodicCurve:
    """A periodic curve as a short Fourier series, with exact slopes."""

    mean: float
    cosine: np.ndarray
    sine: np.ndarray

    def __call__(self, phase: np.ndarray) -> np.ndarray:
        """Values at `phase` (T,), in cycles."""
        return evaluate((self,), phase)[0]

    def plus(self, other: "PeriodicCurve") -> "PeriodicCurve":
        """The sum of two curves."""
        return PeriodicCurve(
            self.mean + other.mean, self.cosine + other.cosine, self.sine + other.sine
        )


def evaluate(curves: Sequence[PeriodicCurve], phase: np.ndarray) -> np.ndarray:
    """(len(curves), T) values of several curves at the same phases (T,), in cycles."""
    turn = np.exp(2j * np.pi * np.asarray(phase))
    powers = np.multiply.accumulate(np.broadcast_to(turn, (HARMONICS, *turn.shape)), axis=0)
    weights = np.array([curve.cosine - 1j * curve.sine for curve in curves])
    return np.array([[curve.mean] for curve in curves]) + (weights @ powers).real


def periodic_curve(samples: Sequence[float] | np.ndarray) -> PeriodicCurve:
    """The curve through evenly spaced samples of one cycle, the last repeating the first."""
    cycle = np.asarray(samples, float)[:-1]
    spectrum = np.fft.rfft(cycle) / len(cycle)
    kept = min(HARMONICS, (len(cycle) - 1) // 2)
    cosine, sine = np.zeros(HARMONICS), np.zeros(HARMONICS)
    cosine[:kept], sine[:kept] = 2 * spectrum.real[1 : kept + 1], -2 * spectrum.imag[1 : kept + 1]
    return PeriodicCurve(float(spectrum.real[0]), cosine, sine)


def smooth_variation(rng: np.random.Generator, sd: float, harmonics: int = 3) -> PeriodicCurve:
    """A random smooth curve with an expectation of 0 and standard deviation `sd` at every phase.

    Half of the variance is an offset, the rest falls off as 1/order^2: runners differ by level
    first and by shape second.
    """
    weights = 1.0 / np.arange(1, harmonics + 1) ** 2
    scale = sd * np.sqrt(0.5 * weights / weights.sum())
    cosine, sine = np.zeros(HARMONICS), np.zeros(HARMONICS)
    cosine[:harmonics], sine[:harmonics] = scale * rng.standard_normal((2, harmonics))
    return PeriodicCurve(sd * np.sqrt(0.5) * rng.standard_normal(), cosine, sine)


# Every 5 % of the cycle from initial contact, degrees: hip and knee flexion, ankle dorsiflexion.
ANGLES_DEG: dict[str, dict[str, tuple[float, ...]]] = {
    "run": {
        "hip": (
            21, 22, 24, 21, 15, 7, -2, -9, -13.5, -14, -12, -6, 1, 12, 21, 30, 35, 34, 28, 24, 21,
        ),
        "knee": (
            12, 22, 36, 41, 40, 32, 23, 15, 14, 23, 38, 58, 75, 88, 91, 86, 69, 46, 23, 10, 10,
        ),
        "ankle": (
            5, 4, 10, 17, 21, 20, 12, 0, -11, -15, -14, -11, -7, -2, 2, 5, 7, 7, 6, 7, 6,
        ),
    },
    "walk": {
        "hip": (28, 27, 25, 20, 15, 10, 5, 1, -4, -8, -10, -8, 0, 10, 19, 26, 30, 31, 30, 29, 28),
        "knee": (5, 12, 17, 16, 12, 9, 6, 5, 7, 11, 18, 28, 41, 53, 60, 60, 52, 38, 20, 7, 5),
        "ankle": (0, -4, -3, 0, 3, 5, 7, 9, 10, 10, 6, -3, -14, -17, -10, -4, 0, 1, 2, 1, 0),
    },
}  # fmt: skip
CURVES = {
    gait: {joint: periodic_curve(samples) for joint, samples in angles.items()}
    for gait, angles in ANGLES_DEG.items()
}
# The share of the cycle at which the foot leaves the ground in these curves. On force plates the
# knee is straightest some 10 ms after toe-off, at .385 in these curves.
TOE_OFF_PHASE = {"run": 0.37, "walk": 0.62}
# Every 10 % of the cycle of the same side, degrees; forward positive.
SHOULDER = periodic_curve((-42, -14, 12, 18, 17, 4, -12, -22, -35, -44, -42))
ELBOW = periodic_curve((82, 75, 77, 97, 111, 104, 83, 70, 83, 96, 82))
# Forward tilt of the pelvis every 10 % of the cycle, the two steps of a stride averaged, about its
# mean of 14.7 degrees.
PELVIS_TILT = periodic_curve((-0.2, -3.7, -1.7, 2.3, 3.3, -0.2, -3.7, -1.7, 2.3, 3.3, -0.2))

_AT_SPEED: dict[str, dict[str, tuple[float, ...]]] = {
    "run": {
        "speed_m_s": (1.8, 2.5, 3.0, 3.5, 4.0, 4.5, 6.5),
        "cadence_steps_min": (152, 160, 166, 171, 176, 182, 205),
        "stance_share": (0.43, 0.39, 0.36, 0.33, 0.31, 0.29, 0.24),
        "shank_ic_deg": (7.5, 7.5, 7.5, 7.5, 7.5, 7.5, 7.5),
        "bounce_scale": (0.95, 0.95, 0.94, 0.93, 0.93, 0.93, 0.89),
        "peak_knee_flexion_deg": (84, 91, 97, 105, 110, 115, 125),
        "peak_hip_flexion_deg": (31, 35, 39, 43, 47, 50, 58),
    },
    "walk": {
        "speed_m_s": (0.5, 0.9, 1.3, 1.7, 2.2),
        "cadence_steps_min": (74, 96, 112, 125, 140),
        "stance_share": (0.68, 0.65, 0.62, 0.60, 0.57),
        "shank_ic_deg": (11.0, 15.0, 19.0, 21.0, 23.0),
        "bounce_scale": (0.7, 0.85, 1.0, 1.1, 1.2),
        "peak_knee_flexion_deg": (52, 56, 60, 62, 64),
        "peak_hip_flexion_deg": (24, 27, 31, 34, 37),
    },
}


def at_speed(gait: str, name: str, speed_m_s: float) -> float:
    """A typical runner's (or walker's) `name` at a speed, linear between the published speeds.

    name: cadence_steps_min, stance_share (of the stride), shank_ic_deg, bounce_scale (see
    `GaitStyle`; set so that the pelvis travels 73 to 80 mm as measured), peak_knee_flexion_deg or
    peak_hip_flexion_deg (both in swing).
    """
    table = _AT_SPEED[gait]
    return float(np.interp(speed_m_s, table["speed_m_s"], table[name]))
