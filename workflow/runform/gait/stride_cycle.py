"""The stride phase of each frame, and the mean cycle of each signal as a smooth function of it.

Running repeats itself, and a frame rate seldom divides the stride time, so the strides of a slow
camera together sample one cycle finely: 14 strides at 30 fps give some 300 samples. The mean cycle
can be differentiated where the tracks themselves are too noisy.

Legend: T frames, S signals, H harmonics, M marks, N instants. Phases are in radians, 2 pi a stride.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded
from scipy.ndimage import gaussian_filter1d
from scipy.sparse import csr_array, diags_array, eye_array

from runform.errors import Unavailable
from runform.gait.tracks import SIDES, Tracks, gait_signals
from runform.pose.stride_period import LONGEST_S, NEAR, SHORTEST_S, stride_evidence

TAU = 2 * np.pi
# Phase around which a foot is low: the fundamental of left minus right height is highest at 0.
LOWEST = {"left": np.pi, "right": 0.0}
# Of the sliding window of the first phase, stride times: standard deviation, and the reach beyond
# which a weight is nothing (e^-18, which counts by its square).
_WINDOW, _WINDOW_REACH = 0.6, 3.6
_KNOTS_A_STRIDE = 4
_PHASE_SD = 0.12
_ROUNDS = 4
_DRIFT_STRIDES = 1.5
# Harmonics that a frame rate carries, as a share of the frames in a stride.
_CARRIED = 0.45
# A hinge is held back: a person's leg rounds the corner at contact, and a free hinge reads
# the shank of a heel striker up to 4 degrees too far forward.
_HINGE_PENALTY = 0.1
_OUTLIER_POWERS = (1, 1, 3, 3)
# Of the penalty, as shares of the largest eigenvalue.
_STRENGTHS = 10.0 ** np.arange(-11, 0, 0.5)
# Standard deviation of the height of one foot over the other, leg lengths: a walker has .07 or
# more; of a standing person it is noise.
_MIN_LIFT_LEG = 0.04
# Of the phase within a stride, radians, beyond what the stride time explains.
_PHASE_JUMP = 0.3 * TAU
# Share of the feet's movement that the mean stride explains: .8 or more in runners, about 0 in
# somebody who lunges and jumps.
_MIN_EXPLAINED = 0.5


@dataclass(frozen=True)
class Cycle:
    """The strides of a clip as one mean cycle.

    phase         (T,) rising by 2 pi a stride
    coefficients  (2 H + M, S) of cos and sin of each harmonic, then of the hinge at each mark
    residual      (T, S) what the mean cycle does not explain
    period_s      mean stride time
    marks         M phases at which the signals' speed may jump, as it does when a foot lands
    """

    phase: np.ndarray
    coefficients: np.ndarray
    residual: np.ndarray
    period_s: float
    marks: tuple[float, ...] = ()

    def value(self, phase: np.ndarray) -> np.ndarray:
        """(N, S) mean signals at (N,) phases, about zero."""
        count = (len(self.coefficients) - len(self.marks)) // 2
        return cyclic_basis(phase, count, self.marks) @ self.coefficients

    def times_of(self, phase: float, time_s: np.ndarray) -> np.ndarray:
        """Times inside `time_s` (T,) at which the strides pass `phase`, one a stride."""
        first = np.ceil((self.phase[0] - phase) / TAU)
        strides = np.arange(first, np.floor((self.phase[-1] - phase) / TAU) + 1)
        return np.interp(phase + TAU * strides, self.phase, time_s)


def first_phase(difference: np.ndarray, time_s: np.ndarray, period_s: float) -> np.ndarray:
    """(T,) phase of the fundamental of `difference` (T,): a sine, a level and a slope, fitted in a
    sliding window of about a stride.
    """
    omega = TAU / period_s
    phase = np.empty(len(time_s))
    reach_s = _WINDOW_REACH * period_s
    first = np.searchsorted(time_s, time_s - reach_s)
    last = np.searchsorted(time_s, time_s + reach_s, "right")
    for row, now in enumerate(time_s):
        near = slice(first[row], last[row])
        lag = time_s[near] - now
        weight = np.exp(-0.5 * (lag / (_WINDOW * period_s)) ** 2)
        basis = np.stack([np.ones_like(lag), lag, np.cos(omega * lag), np.sin(omega * lag)], 1)
        fit = np.linalg.lstsq(basis * weight[:, None], difference[near] * weight, rcond=None)[0]
        phase[row] = np.arctan2(-fit[3], fit[2])
    phase = np.unwrap(phase)
    return np.maximum.accumulate(phase + 1e-9 * np.arange(len(phase)))


def harmonics(phase: np.ndarray, count: int, derivative: int = 0) -> np.ndarray:
    """(N, 2 count) cos and sin of the harmonics 1..count at (N,) phases, or their derivatives."""
    order = np.arange(1, count + 1)
    angle = phase[:, None] * order + derivative * np.pi / 2
    waves = np.stack([np.cos(angle), np.sin(angle)], 2).reshape(len(phase), 2 * count)
    return waves * np.repeat(order, 2) ** derivative


def cyclic_basis(phase: np.ndarray, count: int, marks: tuple[float, ...]) -> np.ndarray:
    """(N, 2 count + M) the harmonics, and for each mark a hinge: a periodic parabola with mean 0
    whose slope jumps at the mark.
    """
    share = ((phase[:, None] - np.array(marks)) / TAU) % 1.0
    return np.concatenate([harmonics(phase, count), share**2 - share + 1 / 6], 1)


def fit_phase(
    signals: np.ndarray,
    weight: np.ndarray,
    time_s: np.ndarray,
    phase: np.ndarray,
    max_harmonics: int,
) -> Cycle:
    """Fit the mean cycle of all signals and the phase that explains them best, in alternation.

    signals: (T, S) without gaps.  weight: (T, S) 0..1, how far to trust each sample.  phase: (T,)
    to begin with, from `first_phase`.
    """
    for _ in range(_ROUNDS):
        cycle, _ = fit_cycle(signals, weight, time_s, phase, max_harmonics)
        slope = harmonics(phase, len(cycle.coefficients) // 2, 1) @ cycle.coefficients
        phase = _improve_phase(phase, cycle.residual, slope, weight)
    return fit_cycle(signals, weight, time_s, phase, max_harmonics)[0]


def fit_cycle(
    signals: np.ndarray,
    weight: np.ndarray,
    time_s: np.ndarray,
    phase: np.ndarray,
    max_harmonics: int,
    marks: tuple[float, ...] = (),
) -> tuple[Cycle, np.ndarray]:
    """Mean cycle of `signals` (T, S) at given phases (T,), and the slow drift (T, S) beside it.

    The harmonics have a penalty chosen by generalised cross-validation; the drift is straight
    between knots some strides apart.
    """
    strides = (phase[-1] - phase[0]) / TAU
    count = int(max(3, min(max_harmonics, _CARRIED * len(phase) / strides)))
    cyclic = cyclic_basis(phase, count, marks)
    slow = _hats(time_s, max(2, int(strides / _DRIFT_STRIDES) + 1))
    order = np.repeat(np.arange(1, count + 1), 2) ** 4.0
    roughness = np.concatenate(
        [order, np.full(len(marks), _HINGE_PENALTY), np.full(slow.shape[1], 1e-6)]
    )
    coefficients = np.stack(
        [
            _robust_ridge(cyclic, slow, signals[:, s], weight[:, s], roughness)
            for s in range(signals.shape[1])
        ],
        1,
    )
    drift = slow @ coefficients[cyclic.shape[1] :]
    cyclic_part = coefficients[: cyclic.shape[1]]
    period_s = TAU * (time_s[-1] - time_s[0]) / (phase[-1] - phase[0])
    residual = signals - drift - cyclic @ cyclic_part
    return Cycle(phase, cyclic_part, residual, float(period_s), tuple(marks)), drift


def _robust_ridge(
    cyclic: np.ndarray,
    slow: csr_array,
    signal: np.ndarray,
    weight: np.ndarray,
    roughness: np.ndarray,
) -> np.ndarray:
    """Penalised least squares in which samples beyond three deviations lose weight: first by their
    distance (Huber), which finds the curve, then by its cube, so that a leg taken for the other one
    in many strides does not bend it.

    The basis is `cyclic` (T, C), full, and beside it `slow` (T, D), sparse: in a long clip most of
    its columns are of the drift.
    """
    count, w = cyclic.shape[1], weight
    for power in (*_OUTLIER_POWERS, None):
        weighted = cyclic * w[:, None]
        both = slow.T @ weighted
        drift = (slow.T @ slow.multiply(w[:, None])).toarray()
        normal = np.block([[cyclic.T @ weighted, both.T], [both, drift]])
        right = np.concatenate([signal @ weighted, slow.T @ (w * signal)])
        fit = _ridge_by_gcv(normal, right, float(w @ signal**2), len(signal), roughness)
        if power is not None:
            residual = signal - cyclic @ fit[:count] - slow @ fit[count:]
            scale = 1.4826 * np.median(np.abs(residual)) + 1e-9
            w = weight / np.maximum(1, np.abs(residual) / (3 * scale)) ** power
    return fit


def _ridge_by_gcv(
    normal: np.ndarray, right: np.ndarray, energy: float, samples: int, roughness: np.ndarray
) -> np.ndarray:
    """Coefficients from basis times basis, basis times signal, and signal times signal."""
    # In coordinates scaled by the penalty, one eigendecomposition serves all its strengths.
    scale = roughness**-0.5
    size, vectors = np.linalg.eigh(scale[:, None] * normal * scale)
    kept = size > 1e-12 * size[-1]
    size, vectors = size[kept], vectors[:, kept]
    projected = vectors.T @ (scale * right) / size**0.5
    rest = energy - float(projected @ projected)
    keep = size / (size + size[-1] * _STRENGTHS[:, None])
    loss = (rest + (((1 - keep) * projected) ** 2).sum(1)) / np.maximum(
        samples - 1.2 * keep.sum(1), 1e-3
    ) ** 2
    return scale * (vectors @ (keep[np.argmin(loss)] * projected / size**0.5))


def _improve_phase(
    phase: np.ndarray, residual: np.ndarray, slope: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """One Gauss-Newton step of the phase at four knots a stride, with a prior of small and smooth
    changes.
    """
    knots = max(3, int(np.ceil((phase[-1] - phase[0]) / TAU * _KNOTS_A_STRIDE)) + 1)
    hats = _hats(phase, knots)
    sigma = 1.4826 * np.median(np.abs(residual), axis=0) + 1e-9
    trust = weight / sigma**2 / np.maximum(1, np.abs(residual) / (3 * sigma))
    normal = hats.T @ hats.multiply((trust * slope**2).sum(1)[:, None])
    right = hats.T @ (trust * slope * residual).sum(1)
    bend = diags_array([1.0, -2.0, 1.0], offsets=[0, 1, 2], shape=(knots - 2, knots))
    normal = normal + (eye_array(knots) + 4 * bend.T @ bend) / _PHASE_SD**2
    bands = np.stack([np.pad(normal.diagonal(above), (above, 0)) for above in (2, 1, 0)])
    step = np.clip(hats @ solveh_banded(bands, right), -0.5, 0.5)
    return np.maximum.accumulate(phase + step + 1e-9 * np.arange(len(phase)))


def _hats(position: np.ndarray, knots: int) -> csr_array:
    """(T, knots) weights of linear interpolation between evenly spaced knots over `position`: two
    in each row, so that a long clip needs no more memory a frame than a short one.
    """
    knot = (position - position[0]) / (position[-1] - position[0]) * (knots - 1)
    below = np.minimum(knot.astype(int), knots - 2)
    shares = np.stack([below + 1 - knot, knot - below], 1)
    columns = np.stack([below, below + 1], 1)
    rows = 2 * np.arange(len(knot) + 1)
    return csr_array((shares.ravel(), columns.ravel(), rows), shape=(len(knot), knots))


@dataclass(frozen=True)
class StrideSettings:
    """shortest_stride_s, longest_stride_s: limits of the stride time as played (long in slow
    motion).  min_strides: fewer strides of one pace are no gait.  min_strength: least share of the
    movement that the rhythm explains, 0..1.  max_harmonics: of the mean cycle; a low frame rate
    carries fewer.
    """

    shortest_stride_s: float = SHORTEST_S
    longest_stride_s: float = LONGEST_S
    min_strides: float = 1.5
    min_strength: float = 0.3
    max_harmonics: int = 20

    @property
    def limits(self) -> tuple[float, float]:
        """Shortest and longest stride time."""
        return self.shortest_stride_s, self.longest_stride_s


def find_strides(
    tracks: Tracks, settings: StrideSettings, stride_s: float | None = None
) -> tuple[Cycle, float]:
    """Cycle of the feet and knees, and how strongly the strides repeat, 0..1.

    Left minus right height repeats once a stride, whatever the camera does, and gives the first
    phase. Raises Unavailable where no stride repeats.  stride_s: the stride time where it is known,
    s of true time.
    """
    feet = tracks.foot_joints()
    if not feet:
        raise Unavailable("neither foot nor ankle of both legs is seen in half of the frames")
    difference = _height(tracks, feet, "left") - _height(tracks, feet, "right")
    if np.std(difference) < _MIN_LIFT_LEG:
        raise Unavailable(
            f"nobody runs: one foot rises over the other by only {np.std(difference):.3f} leg "
            f"lengths (standard deviation), expected {_MIN_LIFT_LEG} or more"
        )
    evidence = stride_evidence(
        *gait_signals(tracks.xy, 1.0),
        tracks.fps,
        *((stride_s / NEAR, stride_s * NEAR) if stride_s else settings.limits),
    )
    stride_s, strength = evidence.best()
    length_s = tracks.time_s[-1] - tracks.time_s[0]
    if not strength >= settings.min_strength:
        raise Unavailable(
            f"no repeated stride: repetition {strength:.2f}, "
            f"expected at least {settings.min_strength:.2f}"
        )
    if length_s < settings.min_strides * stride_s:
        raise Unavailable(
            f"{length_s / stride_s:.1f} strides: expected at least {settings.min_strides}"
        )
    if len(phase_jumps(difference, stride_s * tracks.fps)):
        raise Unavailable("left and right legs are mixed up: the stride changes its phase at once")
    phase = first_phase(difference, tracks.time_s, stride_s)
    names = [f"{side}_{joint}" for side in SIDES for joint in (*feet, "knee")]
    signals = np.concatenate([tracks.xy[name] - tracks.pelvis * [1, 0] for name in names], 1)
    weight = np.repeat(np.stack([tracks.weight[name] for name in names], 1), 2, axis=1)
    cycle = fit_phase(signals, weight, tracks.time_s, phase, settings.max_harmonics)
    explained = _explained(difference, cycle.residual, names, feet)
    if explained < _MIN_EXPLAINED:
        raise Unavailable(
            f"no repeated stride: the mean stride explains {explained:.2f} of the feet's movement, "
            f"expected at least {_MIN_EXPLAINED:.2f}"
        )
    return cycle, strength


def phase_jumps(difference: np.ndarray, stride_frames: float) -> np.ndarray:
    """Frames of `difference` (T,), left minus right, at which the strides lose or gain a good part
    of a stride within one: the labels of the legs change sides for long, or the runner stumbles.
    """
    level = gaussian_filter1d(difference, stride_frames, mode="nearest")
    turning = np.exp(-1j * TAU / stride_frames * np.arange(len(difference)))
    slow = gaussian_filter1d((difference - level) * turning, 0.5 * stride_frames, mode="nearest")
    phase = np.unwrap(np.angle(slow))
    half = int(stride_frames / 2)
    gained = np.zeros(len(phase))
    if len(phase) > 2 * half > 0:
        gained[half:-half] = np.abs(phase[2 * half :] - phase[: -2 * half])
    edges = np.flatnonzero(np.diff(np.pad((gained > _PHASE_JUMP).astype(np.int8), 1)))
    return np.array(
        [a + int(np.argmax(gained[a:b])) for a, b in zip(edges[::2], edges[1::2], strict=True)], int
    )


def _explained(
    difference: np.ndarray, residual: np.ndarray, names: list[str], feet: tuple[str, ...]
) -> float:
    """Share of the height of one foot over the other that the mean cycle explains, 0..1.

    From mean absolute values, on which outliers have little effect.
    """
    rest = {name: residual[:, 2 * row + 1] for row, name in enumerate(names)}
    left, right = (np.mean([rest[f"{side}_{joint}"] for joint in feet], axis=0) for side in SIDES)
    moved = np.abs(difference - np.median(difference)).mean()
    return max(0.0, float(1 - (np.abs(left - right).mean() / moved) ** 2))


def _height(tracks: Tracks, feet: tuple[str, ...], side: str) -> np.ndarray:
    return np.mean([tracks.xy[f"{side}_{joint}"][:, 1] for joint in feet], axis=0)
