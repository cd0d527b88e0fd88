"""The rhythm of the stride: how long it is, and which labels of the legs fit it.

What speaks for a stride time is weighed in one place (`stride_evidence`): left against right goes
once through its cycle in a stride, both feet together and the trunk twice.

The difference of the left and the right leg changes its sign with the labels. In a run it repeats
every stride, whatever the camera does, and is nearly opposite half a stride later. So a label that
does not fit the rhythm of the frames around it is doubtful, however smoothly it moves: where legs
pass each other, motion alone can follow the wrong leg for long.
Legend: T frames, J leg joints that both legs show, G groups of joints that are exchanged together,
M functions of a fit, P stride times, S signals, B blocks of frames.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import correlate1d, gaussian_filter1d

from runform.skeleton import Skeleton, interpolate_gaps

FEET = ("ankle", "heel", "big_toe")
# Limits of the stride time, s: fast runners, and slow motion whose true rate is not known.
SHORTEST_S, LONGEST_S = 0.36, 20.0
LEAST_STRIDES = 1.5
NEAR = 1.25  # two stride times that differ by less than this factor are one
# A repetition of the first strength makes the stride time certain, one below the second is none.
CLEAR, LEAST = 0.7, 0.3
USUAL_S = (0.5, 1.0)  # strides of people who run, played as filmed
# Harmonics of the rhythm in each round: a mistake that returns in every stride would hide in the
# higher ones.
ROUNDS = ((1,), (1, 3), (1, 3, 5), (1, 3, 5))
# A picture stands still where the legs' speed, over this time, falls below this share of its
# median.
STILL_S, STILL_SHARE = 0.05, 0.2
# Standard deviation of the window in which the rhythm is taken to stay the same, and where it ends.
WINDOW_STRIDES, WINDOW_END = 1.6, 2.2
NOISE_LEG = 0.05  # least deviation from the rhythm, leg lengths
# What speaks for a stride time, by weight: left against right, both feet together, the trunk.
EVIDENCE_WEIGHTS = (0.6, 0.2, 0.2)
EVIDENCE_RATIO = 1.06  # of one stride time to the one before
# Blocks a stride; the window about each block in which a sine is fitted: its standard deviation and
# end, strides; and the standard deviation of the part of it in which the sine is judged.
BLOCKS, EVIDENCE_SD, EVIDENCE_END, JUDGED_SD = 24, 0.75, 2.0, 0.3
EVIDENCE_STRIDES = 1.2  # fewer strides in all frames are no evidence
LEAST_COVER = 0.35  # of the window; less of it seen is no evidence
WEIGHT, ROBUST_CAP = 2.0, 24.0  # of the rhythm beside motion; highest cost of a joint in a frame


def stride_period_s(
    difference: np.ndarray,
    fps: float,
    shortest_s: float,
    longest_s: float,
    trend_s: float | None = None,
) -> tuple[float, float]:
    """Stride time, s, and its strength in 0..1, from the autocorrelation of a signal that is
    opposite in the two legs.

    The strength is less what noise of that length reaches by chance.
    difference: (T,) left minus right; a trend slower than trend_s (longest_s when None) is removed.
    The first peak of at least 0.8 of the highest counts, so that no multiple is taken. Returns
    (nan, 0) when no repetition is found between the two limits.
    """
    signal = difference - gaussian_filter1d(
        difference, (trend_s or longest_s) * fps, mode="nearest"
    )
    frames = len(signal)
    spectrum = np.abs(np.fft.rfft(signal, 2 * frames)) ** 2
    overlap = frames - np.arange(frames)
    correlation = np.fft.irfft(spectrum)[:frames] / overlap
    lags = slice(max(2, int(shortest_s * fps)), min(int(longest_s * fps) + 2, int(0.7 * frames)))
    window = correlation[: lags.stop]
    # Not SciPy's find_peaks: its import takes longer than measuring a clip.
    rises = np.diff(window) > 0
    peaks = [p for p in np.flatnonzero(rises[:-1] & ~rises[1:]) + 1 if p >= lags.start]
    highest = max((window[p] for p in peaks), default=0.0)
    if correlation[0] <= 0 or highest <= 0:
        return float("nan"), 0.0
    lag = next(p for p in peaks if window[p] >= 0.8 * highest)
    left, mid, right = correlation[lag - 1 : lag + 2]
    bend = left - 2 * mid + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    chance = 1.5 / np.sqrt(overlap[lag])
    return float((lag + shift) / fps), float(np.clip(mid / correlation[0] - chance, 0, 1))


@dataclass(frozen=True)
class StrideEvidence:
    """What speaks for each stride time in each frame: stride_s (P,), rising; share (P, T) 0..1."""

    stride_s: np.ndarray
    share: np.ndarray

    def best(self) -> tuple[float, float]:
        """The stride time, s, that the frames together speak for most, and its mean share; (nan, 0)
        where the film is too short for one.
        """
        if not self.share.size:
            return float("nan"), 0.0
        mean = self.share.mean(axis=1)
        at = int(np.argmax(mean))
        if not 0 < at < len(mean) - 1:  # no peak: the strides may be longer or shorter still
            return float("nan"), 0.0
        left, middle, right = mean[at - 1 : at + 2]
        bend = left - 2 * middle + right
        shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
        return float(self.stride_s[at] * EVIDENCE_RATIO**shift), float(mean[at])


def stride_evidence(
    opposite: np.ndarray,
    alike: list[np.ndarray],
    rate_hz: float,
    shortest_s: float = SHORTEST_S,
    longest_s: float = LONGEST_S,
) -> StrideEvidence:
    """The evidence for the stride times from `shortest_s` to `longest_s`.

    It is the share of the signals' variance next to each frame that a sine, fitted in a window of
    strides, explains: of one cycle a stride in left against right, of two in what both legs share.
    Half or double the stride time explains none of the first, so neither is taken for it.

    opposite (T, S): left minus right.  alike: the feet together and the trunk, each (T, 1), as far
    as they are seen. All NaN where not seen.
    """
    frames = len(opposite)
    longest_s = min(longest_s, frames / rate_hz / EVIDENCE_STRIDES)
    steps = int(np.log(longest_s / shortest_s) / np.log(EVIDENCE_RATIO)) + 1
    if longest_s < shortest_s or frames < BLOCKS // 4:
        return StrideEvidence(np.zeros(0), np.zeros((0, frames)))
    strides_s = shortest_s * EVIDENCE_RATIO ** np.arange(steps)
    weights = np.array(EVIDENCE_WEIGHTS[: 1 + len(alike)])
    share = np.stack(
        [
            weights[0] * _explained_by_sine(opposite, rate_hz * stride_s, 1)
            + sum(
                weight * _explained_by_sine(signal, rate_hz * stride_s, 2)
                for weight, signal in zip(weights[1:], alike, strict=True)
            )
            for stride_s in strides_s
        ]
    )
    return StrideEvidence(strides_s, share / weights.sum())


def _explained_by_sine(signal: np.ndarray, stride_frames: float, cycles: int) -> np.ndarray:
    """(T,) share of the variance of `signal` (T, S) about each frame that a sine of `cycles` a
    stride explains; a level, and a slope where both legs move together, is taken out first.
    """
    block = max(1, int(stride_frames / BLOCKS))
    count = -(-len(signal) // block)
    padded = np.full((count * block, signal.shape[1]), np.nan)
    padded[: len(signal)] = signal
    parts = padded.reshape(count, block, -1)
    finite = np.isfinite(parts).all(axis=2)
    trust = finite.mean(axis=1)
    total = np.where(finite[..., None], parts, 0.0).sum(axis=1)
    values = total / np.maximum(finite.sum(axis=1), 1)[:, None]
    strides = stride_frames / block  # blocks a stride
    half = int(EVIDENCE_END * strides)
    lag = np.arange(-half, half + 1)
    angle = 2 * np.pi * cycles * lag / strides
    slow = [np.ones(len(lag)), lag / strides] if cycles > 1 else [np.ones(len(lag))]
    basis = np.stack([*slow, np.cos(angle), np.sin(angle)], axis=1)
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(lag), -1)
    weight = sliding_window_view(np.pad(trust, half), len(lag))  # (B, lags)
    window = sliding_window_view(np.pad(values, ((half, half), (0, 0))), len(lag), axis=0)

    def moments(sd: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of a window of `sd` strides: (B, M, M), (B, M, S) and (B, S)."""
        near = weight * np.exp(-0.5 * (lag / (sd * strides)) ** 2)
        weighted = near[:, None, :] * window  # (B, S, lags)
        normal = (near @ products).reshape(count, basis.shape[1], -1)
        return normal, (weighted @ basis).swapaxes(1, 2), (weighted * window).sum(axis=2)

    normal, right, _ = moments(EVIDENCE_SD)
    near_normal, near_right, near_power = moments(JUDGED_SD)

    def rest(size: int) -> np.ndarray:
        """(B,) what the first `size` functions leave of the signal next to each block."""
        ridge = 1e-6 * np.eye(size)
        fit = np.linalg.solve(normal[:, :size, :size] + ridge, right[:, :size])
        fitted = fit * (near_normal[:, :size, :size] @ fit - 2 * near_right[:, :size])
        return (near_power + fitted.sum(axis=1)).sum(axis=1)

    total = rest(len(slow))
    share = np.where(total > 1e-9, 1 - rest(basis.shape[1]) / np.maximum(total, 1e-9), 0.0)
    full = np.exp(-0.5 * (lag / (EVIDENCE_SD * strides)) ** 2)
    share = np.where(weight @ full >= LEAST_COVER * full.sum(), share.clip(0, 1), 0.0)
    centre = (np.arange(count) + 0.5) * block - 0.5
    return np.interp(np.arange(len(signal)), centre, share)


@dataclass(frozen=True)
class LegDifferences:
    """Left minus right of both legs' joints, gaps interpolated.

    left_right (T, J, 2) leg lengths.  trust (T, J) 0..1, the lower score of the two, 0 in gaps and
    where the picture stands still.  group (J,) the group each joint is exchanged with.  foot (J,)
    bool, whether it belongs to the foot.  lift (T,) height of both feet together over the hips, leg
    lengths: the same whatever the labels.  rate_hz frames a second of true time.
    """

    left_right: np.ndarray
    trust: np.ndarray
    group: np.ndarray
    foot: np.ndarray
    lift: np.ndarray
    rate_hz: float

    def exchanged(self, exchanged: np.ndarray) -> np.ndarray:
        """(T, J, 2): the differences with the groups `exchanged` (T, G) exchanged."""
        return self.left_right * np.where(exchanged[:, self.group], -1.0, 1.0)[..., None]

    def repetition(self, exchanged: np.ndarray, near_s: float | None = None) -> tuple[float, float]:
        """Stride time (s), about `near_s` where that is given, and strength of the rhythm of the
        feet's height with the groups `exchanged` (T, G) exchanged.
        """
        limits = (SHORTEST_S, LONGEST_S) if near_s is None else (near_s / NEAR, near_s * NEAR)
        height = self.exchanged(exchanged)[:, self.foot, 1].mean(axis=1)
        return stride_period_s(height, self.rate_hz, *limits, trend_s=LONGEST_S)


def leg_differences(
    xy: np.ndarray,
    score: np.ndarray,
    skeleton: Skeleton,
    groups: list[list[str]],
    leg_px: float,
    rate_hz: float,
) -> LegDifferences | None:
    """`LegDifferences` of a track (T, K, 2) px with scores (T, K); None where feet or hips are
    visible in less than half of the frames.

    groups: the joints' names without their side, group by group. Hips have no part in the rhythm.
    """
    joints, feet, rows = [], [], []
    for at, group in enumerate(groups):
        for joint in group:
            pair = [skeleton.index(f"{side}_{joint}") for side in ("left", "right")]
            difference = (xy[:, pair[0]] - xy[:, pair[1]]) / leg_px
            if joint != "hip" and _often_visible(difference):
                visible = np.isfinite(difference).all(axis=1)
                trust = np.where(visible, score[:, pair].min(axis=1).clip(0.05, 1), 0.0)
                joints.append(joint)
                feet += pair if joint in FEET else []
                rows.append((at, interpolate_gaps(difference), trust))
    hips = xy[:, [skeleton.index("left_hip"), skeleton.index("right_hip")]].mean(axis=1)
    if not feet or not _often_visible(hips):
        return None
    foot_y = interpolate_gaps(xy[:, feet].mean(axis=1))[:, 1]
    lift = (interpolate_gaps(hips)[:, 1] - foot_y) / leg_px
    group, differences, trust = (np.stack(column, axis=-1) for column in zip(*rows, strict=True))
    left_right = np.ascontiguousarray(differences.swapaxes(1, 2))
    trust = trust * _in_motion(left_right, rate_hz)[:, None]
    foot = np.array([joint in FEET for joint in joints])
    return LegDifferences(left_right, trust, group, foot, lift, rate_hz)


def _in_motion(left_right: np.ndarray, rate_hz: float) -> np.ndarray:
    """(T,) bool: False where the picture stands still: a title, a recording that hangs."""
    speed = np.linalg.norm(np.diff(left_right, axis=0, append=left_right[-1:]), axis=2).mean(axis=1)
    speed = gaussian_filter1d(np.minimum(speed, 3 * np.median(speed)), STILL_S * rate_hz)
    return speed > STILL_SHARE * np.median(speed)


def _often_visible(positions: np.ndarray) -> bool:
    return bool(np.isfinite(positions).all(axis=1).mean() > 0.5)


def usual(stride_s: float) -> bool:
    """Whether people run like that, played as filmed."""
    return USUAL_S[0] <= stride_s <= USUAL_S[1]


def strides_to_try(legs: LegDifferences, exchanged: np.ndarray) -> list[float]:
    """Stride times, s, that the clip may have; none without a rhythm.

    They come from left minus right or, where labels are too mixed for that, from both feet
    together, which repeat every step whatever their labels, or every stride in a runner who limps.
    """
    stride_s, strength = legs.repetition(exchanged)
    times = [stride_s] if strength >= LEAST else []
    if strength < CLEAR or not usual(stride_s):
        step_s, step_strength = stride_period_s(legs.lift, legs.rate_hz, SHORTEST_S / 2, LONGEST_S)
        times += [2 * step_s, step_s] if step_strength >= LEAST else []
    longest_s = len(legs.left_right) / legs.rate_hz / LEAST_STRIDES
    return [time_s for time_s in times if SHORTEST_S <= time_s <= longest_s]


def explained_share(legs: LegDifferences, exchanged: np.ndarray, stride_s: float) -> float:
    """Share, up to 1, of the differences' variance that the rhythm explains, with the groups
    `exchanged` (T, G) exchanged.
    """
    left_right, trust = legs.exchanged(exchanged), legs.trust[..., None]
    rhythm = fit_rhythm(left_right, legs.trust, stride_s * legs.rate_hz, ROUNDS[-1])
    mean = (trust * left_right).sum(axis=0) / (trust.sum(axis=0) + 1e-9)
    residual, total = trust * (left_right - rhythm) ** 2, trust * (left_right - mean) ** 2
    return float(1 - residual.sum() / max(total.sum(), 1e-9))


def rhythm_costs(
    legs: LegDifferences, exchanged: np.ndarray, stride_s: float, orders: tuple[int, ...]
) -> np.ndarray:
    """(T, G, 2): negative log likelihood of each group as labelled and exchanged, against the
    rhythm that `exchanged` makes.
    """
    left_right = legs.exchanged(exchanged)
    rhythm = fit_rhythm(left_right, legs.trust, stride_s * legs.rate_hz, orders)
    noise = np.hypot(1.4826 * np.median(np.abs(left_right - rhythm), axis=0), NOISE_LEG)
    costs = np.zeros((*exchanged.shape, 2))
    for column, sign in enumerate((1, -1)):
        deviation = (((sign * legs.left_right - rhythm) / noise) ** 2).sum(axis=2) / 2
        cost = legs.trust * np.minimum(WEIGHT * deviation, ROBUST_CAP)
        for group in np.unique(legs.group):
            costs[:, group, column] = cost[:, legs.group == group].mean(axis=1)
    return costs


def fit_rhythm(
    left_right: np.ndarray, trust: np.ndarray, stride_frames: float, orders: tuple[int, ...]
) -> np.ndarray:
    """(T, J, 2): a level and some harmonics of the stride, fitted in a sliding window of strides.

    left_right (T, J, 2), trust (T, J).  stride_frames: frames a stride.  orders: which harmonics.
    """
    half = int(WINDOW_END * WINDOW_STRIDES * stride_frames)
    lag = np.arange(-half, half + 1)
    angle = 2 * np.pi / stride_frames * lag[:, None] * np.array(orders)
    # (lags, M)
    basis = np.concatenate([np.ones((len(lag), 1)), np.cos(angle), np.sin(angle)], axis=1)
    near = np.exp(-0.5 * (lag / (WINDOW_STRIDES * stride_frames)) ** 2)
    weight = trust.mean(axis=1) + 1e-3  # one for all joints, so that one system is solved for them
    signals = (weight[:, None, None] * left_right).reshape(len(left_right), -1)
    kernels = near[:, None] * basis
    products = kernels[:, :, None] * basis[:, None, :]
    columns = products.reshape(len(lag), -1).T
    normal = np.stack([_windowed_sum(weight, kernel) for kernel in columns], axis=1)
    normal = normal.reshape(-1, *products.shape[1:]) + 1e-6 * np.eye(basis.shape[1])
    right = np.stack([_windowed_sum(signals, kernel) for kernel in kernels.T], axis=1)
    fitted = np.linalg.solve(normal, right)  # (T, M, 2 J)
    return fitted[:, : 1 + len(orders)].sum(axis=1).reshape(left_right.shape)


def _windowed_sum(signal: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Sum of `signal` (T, …) over the frames around each, weighted by `kernel`; zero beyond."""
    return correlate1d(signal, kernel, axis=0, mode="constant")
