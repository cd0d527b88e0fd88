"""The phase of the stride in each frame, and the mean cycle of each signal as a smooth function of
that phase.

Running repeats itself, and a frame rate seldom divides the stride time, so many strides of a slow
camera sample the
mean cycle finely: at 30 fps and 14 strides there are some 300 samples of one cycle. Its derivatives
can be taken where those of the raw tracks are noise.

Legend: T frames, S signals, H harmonics, P knots of the phase (four a stride).
"""

from dataclasses import dataclass

import numpy as np

from runform.errors import Unavailable
from runform.gait.tracks import SIDES, Tracks
from runform.pose.stride_period import stride_period_s

TAU = 2 * np.pi
_KNOTS_A_STRIDE = 4
_PHASE_SD = 0.12
_ROUNDS = 4
_DRIFT_STRIDES = 1.5
# Harmonics that a frame rate carries, as a share of the frames in a stride.
_CARRIED = 0.45
_HINGE_PENALTY = 0.01
_OUTLIER_POWERS = (1, 1, 3, 3)
# Of the penalty, as shares of the largest eigenvalue.
_STRENGTHS = 10.0 ** np.arange(-11, 0, 0.5)


@dataclass(frozen=True)
class Cycle:
    """A clip's strides on one clock.

    phase         (T,) radians, rising by 2 pi a stride, offset arbitrary
    coefficients  (2 H + M, S) of cos and sin of each harmonic in turn, then of the hinge at each
                  mark
    residual      (T, S) what the mean cycle does not explain
    period_s      mean stride time
    marks         M phases at which the signals' speed may jump, as it does when a foot meets the
                  ground
    """

    phase: np.ndarray
    coefficients: np.ndarray
    residual: np.ndarray
    period_s: float
    marks: tuple[float, ...] = ()

    def value(self, phase: np.ndarray) -> np.ndarray:
        """(N, S) mean signals at (N,) phases, about zero."""
        return (
            shapes(phase, (len(self.coefficients) - len(self.marks)) // 2, self.marks)
            @ self.coefficients
        )

    def times_of(self, phase: float, time_s: np.ndarray) -> np.ndarray:
        """Times inside `time_s` (T,) at which the phase passes `phase`, one a stride."""
        first = np.ceil((self.phase[0] - phase) / TAU)
        turns = np.arange(first, np.floor((self.phase[-1] - phase) / TAU) + 1)
        return np.interp(phase + TAU * turns, self.phase, time_s)


def first_phase(difference: np.ndarray, time_s: np.ndarray, period_s: float) -> np.ndarray:
    """(T,) phase of the stride's fundamental: a sine, a level and a slope fitted in a sliding
    window of about a stride.
    """
    omega = TAU / period_s
    phase = np.empty(len(time_s))
    for row, now in enumerate(time_s):
        lag = time_s - now
        weight = np.exp(-0.5 * (lag / (0.6 * period_s)) ** 2)
        basis = np.stack([np.ones_like(lag), lag, np.cos(omega * lag), np.sin(omega * lag)], 1)
        fit = np.linalg.lstsq(basis * weight[:, None], difference * weight, rcond=None)[0]
        phase[row] = np.arctan2(-fit[3], fit[2])
    phase = np.unwrap(phase)
    return np.maximum.accumulate(phase + 1e-9 * np.arange(len(phase)))


def harmonics(phase: np.ndarray, count: int, derivative: int = 0) -> np.ndarray:
    """(N, 2 count) cos and sin of the harmonics 1..count at (N,) phases, differentiated
    `derivative` times by phase.
    """
    order = np.arange(1, count + 1)
    angle = phase[:, None] * order + derivative * np.pi / 2
    return (
        np.stack([np.cos(angle), np.sin(angle)], 2).reshape(len(phase), 2 * count)
        * np.repeat(order, 2) ** derivative
    )


def shapes(phase: np.ndarray, count: int, marks: tuple[float, ...]) -> np.ndarray:
    """(N, 2 count + M) the harmonics, and a parabola for each mark: periodic, with mean 0 and a
    jump of slope at the mark.
    """
    turns = ((phase[:, None] - np.array(marks)) / TAU) % 1.0
    return np.concatenate([harmonics(phase, count), turns**2 - turns + 1 / 6], 1)


def fit_phase(
    signals: np.ndarray,
    weight: np.ndarray,
    time_s: np.ndarray,
    phase: np.ndarray,
    max_harmonics: int,
) -> Cycle:
    """Mean cycle of all signals, and the phase that explains them best, in turn.

    signals: (T, S) without gaps.  weight: (T, S) 0..1, how far to trust each sample.  phase: (T,)
    from `first_phase`.
    """
    for _ in range(_ROUNDS):
        cycle, _ = fit_cycle(signals, weight, time_s, phase, max_harmonics)
        slope = harmonics(phase, len(cycle.coefficients) // 2, 1) @ cycle.coefficients
        phase = _bend_phase(phase, cycle.residual, slope, weight)
    return fit_cycle(signals, weight, time_s, phase, max_harmonics)[0]


def fit_cycle(signals, weight, time_s, phase, max_harmonics, marks=()) -> tuple[Cycle, np.ndarray]:
    """Mean cycle of `signals` (T, S) on a given clock, with speeds that may jump at `marks`; and
    the slow drift (T, S) beside it.

    The harmonics carry a penalty chosen by generalised cross-validation; the drift is straight
    between knots some strides apart.
    """
    strides = (phase[-1] - phase[0]) / TAU
    count = int(max(3, min(max_harmonics, _CARRIED * len(phase) / strides)))
    cyclic = shapes(phase, count, marks)
    slow = _hats(time_s, max(2, int(strides / _DRIFT_STRIDES) + 1))
    basis = np.concatenate([cyclic, slow], 1)
    order = np.repeat(np.arange(1, count + 1), 2) ** 4.0
    roughness = np.concatenate(
        [order, np.full(len(marks), _HINGE_PENALTY), np.full(slow.shape[1], 1e-6)]
    )
    coefficients = np.stack(
        [
            _robust_ridge(basis, signals[:, s], weight[:, s], roughness)
            for s in range(signals.shape[1])
        ],
        1,
    )
    drift = slow @ coefficients[cyclic.shape[1] :]
    cyclic_part = coefficients[: cyclic.shape[1]]
    period_s = TAU * (time_s[-1] - time_s[0]) / (phase[-1] - phase[0])
    return Cycle(
        phase, cyclic_part, signals - drift - cyclic @ cyclic_part, float(period_s), tuple(marks)
    ), drift


def _robust_ridge(basis, signal, weight, roughness):
    """Penalised least squares, the penalty by cross-validation, samples beyond three deviations
    weighed down: first by the distance (Huber), which finds the curve, then by its cube, so that a
    leg taken for the other in many strides does not bend it."""
    w = weight
    for power in (*_OUTLIER_POWERS, None):
        fit = _ridge_by_gcv(basis * w[:, None] ** 0.5, signal * w**0.5, roughness)
        if power is not None:
            residual = signal - basis @ fit
            scale = 1.4826 * np.median(np.abs(residual)) + 1e-9
            w = weight / np.maximum(1, np.abs(residual) / (3 * scale)) ** power
    return fit


def _ridge_by_gcv(basis, signal, roughness):
    # In coordinates scaled by the penalty, ridge regression has one eigendecomposition for all
    # strengths.
    scale = roughness**-0.5
    scaled = basis * scale
    size, vectors = np.linalg.eigh(scaled.T @ scaled)
    kept = size > 1e-12 * size[-1]
    size, vectors = size[kept], vectors[:, kept]
    projected = vectors.T @ (scaled.T @ signal) / size**0.5
    rest = float(signal @ signal - projected @ projected)
    keep = size / (size + size[-1] * _STRENGTHS[:, None])
    loss = (rest + (((1 - keep) * projected) ** 2).sum(1)) / np.maximum(
        len(signal) - 1.2 * keep.sum(1), 1e-3
    ) ** 2
    return scale * (vectors @ (keep[np.argmin(loss)] * projected / size**0.5))


def _bend_phase(phase, residual, slope, weight):
    """One Gauss-Newton step of the phase at knots four a stride, pulled to zero change and to
    smoothness.
    """
    knots = max(3, int(np.ceil((phase[-1] - phase[0]) / TAU * _KNOTS_A_STRIDE)) + 1)
    hats = _hats(phase, knots)
    sigma = 1.4826 * np.median(np.abs(residual), axis=0) + 1e-9
    trust = weight / sigma**2 / np.maximum(1, np.abs(residual) / (3 * sigma))
    normal = hats.T @ (hats * (trust * slope**2).sum(1)[:, None])
    right = hats.T @ (trust * slope * residual).sum(1)
    bend = np.diff(np.eye(knots), 2, axis=0)
    prior = (np.eye(knots) + 4 * bend.T @ bend) / _PHASE_SD**2
    step = np.clip(hats @ np.linalg.solve(normal + prior, right), -0.5, 0.5)
    return np.maximum.accumulate(phase + step + 1e-9 * np.arange(len(phase)))


def _hats(position, knots):
    """(T, knots) weights of linear interpolation between `knots` evenly spaced points over
    `position`.
    """
    place = (position - position[0]) / (position[-1] - position[0]) * (knots - 1)
    return np.clip(1 - np.abs(place[:, None] - np.arange(knots)), 0, 1)


# The clip's clock: the phase of the stride in every frame, read from the feet and knees.
#
# What is left minus right repeats once a stride and is the same for a camera that moves or shakes;
# so it gives the stride time and the first estimate of the phase.


# Phase (radians) around which a foot is low: the fundamental of left minus right height is highest
# at 0.
LOWEST = {"left": np.pi, "right": 0.0}
# Standard deviation of the height of one foot over the other, leg lengths: a walker has .07 or
# more, a standing person's is noise.
_MIN_LIFT_LEG = 0.04
# A step that is read as clearly as this is believed; a stride has two of them. With labels that
# change sides for long, what is left minus right repeats at wrong times, and a run looks like slow
# motion.
_CLEAR_STEP, _MOST_STEPS = 0.5, 2.8
# Share of the feet's movement that the mean stride explains: of runners .8 or more, of somebody who
# lunges and jumps about 0.
_MIN_EXPLAINED = 0.5


@dataclass(frozen=True)
class ClockSettings:
    """shortest_stride_s, longest_stride_s: limits of the stride time as played (slow motion is
    long).
    min_strides: fewer strides in the clip are no gait.  min_strength: least autocorrelation at one
    stride, 0..1.
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
        raise Unavailable(
            f"no gait: the feet rise by {np.std(difference):.3f} leg lengths over each other (standard deviation)"
        )
    stride_s, strength = stride_period_s(
        difference, tracks.fps, settings.shortest_stride_s, settings.longest_stride_s
    )
    length_s = tracks.time_s[-1] - tracks.time_s[0]
    step_s, step_strength = _step(tracks, feet, settings)
    if step_strength >= _CLEAR_STEP and stride_s > _MOST_STEPS * step_s:
        raise Unavailable(
            f"left and right legs are mixed up: a stride of {stride_s:.2f} s, but a step of {step_s:.2f} s"
        )
    if not strength >= settings.min_strength:
        raise Unavailable(
            f"no repeated stride: repetition {strength:.2f}, expected at least {settings.min_strength:.2f}"
        )
    if length_s < settings.min_strides * stride_s:
        raise Unavailable(
            f"{length_s / stride_s:.1f} strides: expected at least {settings.min_strides}"
        )
    phase = first_phase(difference, tracks.time_s, stride_s)
    names = [f"{side}_{joint}" for side in SIDES for joint in (*feet, "knee")]
    places = np.concatenate([tracks.xy[name] - tracks.pelvis * [1, 0] for name in names], 1)
    weight = np.repeat(np.stack([tracks.weight[name] for name in names], 1), 2, axis=1)
    cycle = fit_phase(places, weight, tracks.time_s, phase, settings.max_harmonics)
    explained = _explained(difference, cycle.residual, names, feet)
    if explained < _MIN_EXPLAINED:
        raise Unavailable(
            f"no repeated stride: strides are alike by {explained:.2f}, expected at least {_MIN_EXPLAINED:.2f}"
        )
    return Clock(cycle, strength)


def _step(tracks: Tracks, feet: tuple[str, ...], settings: ClockSettings) -> tuple[float, float]:
    """Step time and its strength from both feet together, which move once a step whatever their
    labels, or once a stride in a runner who limps."""
    lift = _height(tracks, feet, "left") + _height(tracks, feet, "right") - 2 * tracks.pelvis[:, 1]
    return stride_period_s(
        lift, tracks.fps, settings.shortest_stride_s / 2, settings.longest_stride_s
    )


def _explained(difference, residual, names, feet) -> float:
    """Share of the feet's rising and falling that the mean cycle explains, 0..1: some bursts of any
    movement have a rhythm too.

    From mean absolute values, which single frames far off move little.
    """
    rest = {name: residual[:, 2 * row + 1] for row, name in enumerate(names)}
    left, right = (np.mean([rest[f"{side}_{joint}"] for joint in feet], axis=0) for side in SIDES)
    return max(
        0.0,
        float(
            1
            - (np.abs(left - right).mean() / np.abs(difference - np.median(difference)).mean()) ** 2
        ),
    )


def _height(tracks: Tracks, feet: tuple[str, ...], side: str) -> np.ndarray:
    return np.mean([tracks.xy[f"{side}_{joint}"][:, 1] for joint in feet], axis=0)
