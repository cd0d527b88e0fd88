"""The rhythm of the stride: how long it is, and which leg is which by it.

What is left minus right of a leg's joints changes its sign with the labels; in a run it repeats
every stride, whatever the camera does, and is nearly opposite half a stride later. So a label that
does not fit the rhythm of the frames around it is
doubtful, however smoothly it moves: where legs pass each other, motion alone can lose the thread
and follow the wrong leg for long.

Legend: T frames, J leg joints that both legs show, G groups of joints that are exchanged together,
M functions of a fit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import correlate1d, gaussian_filter1d

from runform.skeleton import Skeleton, interpolate_gaps

FEET = ("ankle", "heel", "big_toe")
# Limits of the stride time, s: fast runners, and slow motion whose true rate is not known.
SHORTEST_S, LONGEST_S = 0.4, 6.0
LEAST_STRIDES = 1.5
NEAR = 1.25  # two stride times that differ by less than this factor are one
# A repetition this strong leaves no doubt about the stride time, one below the other is none.
CLEAR, LEAST = 0.7, 0.3
# Least share of what left minus right varies that the rhythm explains: less where a clip is cut
# together or changes its speed.
LEAST_EXPLAINED = 0.8
# Strides of people who run, played as filmed, and what that counts against the strength of a
# repetition: signs that change every other stride make a rhythm of twice its length too.
USUAL_S, USUAL_WORTH = (0.5, 1.0), 0.1
# A share of frames exchanged counts this much against the strength of the repetition that it makes,
# which may be this much lower than before, since single frames hardly raise it.
EXCHANGE_PRICE, SLACK = 0.5, 0.1
# Harmonics of the rhythm in each round: a mistake that returns in every stride would hide in the
# higher ones.
ROUNDS = ((1,), (1, 3), (1, 3, 5), (1, 3, 5))
# A picture stands still where the legs' speed, over this time, falls below this share of its
# median.
STILL_S, STILL_SHARE = 0.05, 0.2
# Standard deviation of the window in which the rhythm is taken to stay the same, and where it ends.
WINDOW_STRIDES, WINDOW_END = 1.6, 2.2
# Least deviation from the rhythm, leg lengths; what it counts beside motion; and the most that one
# joint in one frame can say.
NOISE_LEG, WORTH, DOUBT = 0.05, 2.0, 24.0


def stride_period_s(
    difference: np.ndarray,
    fps: float,
    shortest_s: float,
    longest_s: float,
    trend_s: float | None = None,
) -> tuple[float, float]:
    """Stride time from the autocorrelation of a signal that is opposite in the two legs; and its
    strength in 0..1, less what noise of that length reaches by chance.

    difference: (T,) left minus right; what is slower than trend_s (longest_s when None) is taken
    out. The first peak of at least 0.8 of the highest counts, so that no multiple is taken. Returns
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
    # In NumPy: SciPy's find_peaks loads all of its signal processing and statistics, more work than
    # measuring a clip is.
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
class LegsApart:
    """Left minus right of both legs' joints, gaps bridged by straight lines.

    apart   (T, J, 2) leg lengths.  trust  (T, J) 0..1, the lower score of the two, 0 in gaps and
            stills.
    group   (J,) the group each joint is exchanged with.  foot  (J,) bool, whether it belongs to the
            foot.
    lift    (T,) height of both feet together over the hips, leg lengths: the same whatever the
            labels.
    rate_hz frames a second of true time.
    """

    apart: np.ndarray
    trust: np.ndarray
    group: np.ndarray
    foot: np.ndarray
    lift: np.ndarray
    rate_hz: float

    def repetition(self, exchanged: np.ndarray, near_s: float | None = None) -> tuple[float, float]:
        """Stride time (s), about `near_s` where that is given, and strength of the rhythm that the
        feet's height has with `exchanged` (T, G) exchanged."""
        limits = (SHORTEST_S, LONGEST_S) if near_s is None else (near_s / NEAR, near_s * NEAR)
        height = (self.apart[:, self.foot, 1] * _signs(exchanged[:, self.group[self.foot]])).mean(
            axis=1
        )
        return stride_period_s(height, self.rate_hz, *limits, trend_s=LONGEST_S)


def legs_apart(
    xy: np.ndarray,
    score: np.ndarray,
    skeleton: Skeleton,
    groups: list[list[str]],
    leg_px: float,
    rate_hz: float,
) -> LegsApart | None:
    """`LegsApart` of a track (T, K, 2) px with scores (T, K); None where feet or hips are seen in
    less than half of the frames.

    groups: the joints' names without their side, group by group; hips say nothing about the rhythm
    and are left out.
    """
    rows = []
    for at, group in enumerate(groups):
        for joint in group:
            pair = [skeleton.index(f"{side}_{joint}") for side in ("left", "right")]
            apart = (xy[:, pair[0]] - xy[:, pair[1]]) / leg_px
            if joint != "hip" and _often_seen(apart):
                seen = np.isfinite(apart).all(axis=1)
                rows.append(
                    (
                        at,
                        joint,
                        interpolate_gaps(apart),
                        np.where(seen, score[:, pair].min(axis=1).clip(0.05, 1), 0.0),
                    )
                )
    feet = [
        skeleton.index(f"{side}_{joint}")
        for _, joint, *_ in rows
        if joint in FEET
        for side in ("left", "right")
    ]
    hips = xy[:, [skeleton.index("left_hip"), skeleton.index("right_hip")]].mean(axis=1)
    if not feet or not _often_seen(hips):
        return None
    lift = (
        interpolate_gaps(hips)[:, 1] - interpolate_gaps(xy[:, feet].mean(axis=1))[:, 1]
    ) / leg_px
    group, joints, apart, trust = zip(*rows, strict=True)
    foot = np.array([joint in FEET for joint in joints])
    apart, trust = (
        np.stack(apart, 1),
        np.stack(trust, 1) * _in_motion(np.stack(apart, 1), rate_hz)[:, None],
    )
    return LegsApart(apart, trust, np.array(group), foot, lift, rate_hz)


def _in_motion(apart, rate_hz):
    """(T,) bool: False where the picture stands still, which has no part in the rhythm: a title, a
    recording that hangs.
    """
    speed = np.linalg.norm(np.diff(apart, axis=0, append=apart[-1:]), axis=2).mean(axis=1)
    speed = gaussian_filter1d(np.minimum(speed, 3 * np.median(speed)), STILL_S * rate_hz)
    return speed > STILL_SHARE * np.median(speed)


def _often_seen(places) -> bool:
    return bool(np.isfinite(places).all(axis=1).mean() > 0.5)


def _signs(exchanged):
    return np.where(exchanged, -1.0, 1.0)


def by_rhythm(
    legs: LegsApart, by_motion: np.ndarray, best: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """(T, G) bool: what to exchange so that the legs move as before and keep the clearest rhythm
    with the fewest exchanges.

    by_motion (T, G): what to exchange by motion alone; it is returned where there is no rhythm.
    best: what to exchange (T, G) by motion and by costs (T, G, 2) of leaving and of exchanging each
    group in each frame.
    """
    chosen, clearest = by_motion, _clearness(by_motion, *legs.repetition(by_motion))
    starts = [by_motion, np.zeros_like(by_motion)] if by_motion.any() else [by_motion]
    for start in starts:
        for stride_s in strides_to_try(legs, start):
            exchanged = start
            for orders in ROUNDS:
                exchanged = best(mismatch(legs, exchanged, stride_s, orders))
            # Freely chosen signs make some rhythm out of any noise: the more often they overrule
            # both motion and the network's labels, the clearer must it be. Either alone can be
            # wrong for long.
            overruled = min((exchanged != other).any(axis=1).mean() for other in starts)
            # A long stretch of wrong signs repeats at other times than the stride's.
            stride_s, strength = legs.repetition(exchanged, stride_s)
            clear = _clearness(exchanged, stride_s, strength)
            real = (
                strength >= LEAST + overruled
                and explained(legs, exchanged, stride_s) >= LEAST_EXPLAINED
            )
            if real and clear > clearest - SLACK:
                chosen, clearest = exchanged, clear
    return chosen


def _clearness(exchanged, stride_s: float, strength: float) -> float:
    return strength + USUAL_WORTH * _usual(stride_s) - EXCHANGE_PRICE * exchanged.any(axis=1).mean()


def _usual(stride_s: float) -> bool:
    return USUAL_S[0] <= stride_s <= USUAL_S[1]


def strides_to_try(legs: LegsApart, exchanged: np.ndarray) -> list[float]:
    """Stride times, s, that the clip may have: from left minus right or, where labels are too mixed
    for that, from both feet together, which repeat every step whatever their labels, or every
    stride in a runner who limps. Empty without a rhythm."""
    stride_s, strength = legs.repetition(exchanged)
    times = [stride_s] if strength >= LEAST else []
    if strength < CLEAR or not _usual(stride_s):
        step_s, step_strength = stride_period_s(legs.lift, legs.rate_hz, SHORTEST_S / 2, LONGEST_S)
        times += [2 * step_s, step_s] if step_strength >= LEAST else []
    longest_s = len(legs.apart) / legs.rate_hz / LEAST_STRIDES
    return [time_s for time_s in times if SHORTEST_S <= time_s <= longest_s]


def explained(legs: LegsApart, exchanged: np.ndarray, stride_s: float) -> float:
    """The share, up to 1, of the variance of left minus right that the rhythm explains, with
    `exchanged` (T, G) exchanged.
    """
    apart = legs.apart * _signs(exchanged[:, legs.group])[..., None]
    trust = legs.trust[..., None]
    rest = trust * (apart - fit_rhythm(apart, legs.trust, stride_s * legs.rate_hz, ROUNDS[-1])) ** 2
    varies = trust * (apart - (trust * apart).sum(axis=0) / (trust.sum(axis=0) + 1e-9)) ** 2
    return float(1 - rest.sum() / max(varies.sum(), 1e-9))


def mismatch(
    legs: LegsApart, exchanged: np.ndarray, stride_s: float, orders: tuple[int, ...]
) -> np.ndarray:
    """(T, G, 2): negative log likelihood of each group as labelled and exchanged, against the
    rhythm that `exchanged` makes.
    """
    apart = legs.apart * _signs(exchanged[:, legs.group])[..., None]
    rhythm = fit_rhythm(apart, legs.trust, stride_s * legs.rate_hz, orders)
    noise = np.hypot(1.4826 * np.median(np.abs(apart - rhythm), axis=0), NOISE_LEG)
    costs = np.zeros((*exchanged.shape, 2))
    for column, sign in enumerate((1, -1)):
        far = (((sign * legs.apart - rhythm) / noise) ** 2).sum(axis=2) / 2
        said = legs.trust * np.minimum(WORTH * far, DOUBT)
        for group in np.unique(legs.group):
            costs[:, group, column] = said[:, legs.group == group].mean(axis=1)
    return costs


def fit_rhythm(
    apart: np.ndarray, trust: np.ndarray, stride_frames: float, orders: tuple[int, ...]
) -> np.ndarray:
    """(T, J, 2): a level and some harmonics of the stride, fitted to `apart` (T, J, 2) in a sliding
    window of some strides.

    trust (T, J).  stride_frames: frames a stride.  orders: which harmonics.
    """
    half = int(WINDOW_END * WINDOW_STRIDES * stride_frames)
    lag = np.arange(-half, half + 1)
    angle = 2 * np.pi / stride_frames * lag[:, None] * np.array(orders)
    basis = np.concatenate(
        [np.ones((len(lag), 1)), np.cos(angle), np.sin(angle)], axis=1
    )  # (lags, M)
    near = np.exp(-0.5 * (lag / (WINDOW_STRIDES * stride_frames)) ** 2)
    weight = trust.mean(axis=1) + 1e-3  # one for all joints, so that one system is solved for them
    signals = (weight[:, None, None] * apart).reshape(len(apart), -1)
    kernels = near[:, None] * basis
    products = kernels[:, :, None] * basis[:, None, :]
    normal = np.stack(
        [_summed(weight, kernel) for kernel in products.reshape(len(lag), -1).T], axis=1
    )
    normal = normal.reshape(-1, *products.shape[1:]) + 1e-6 * np.eye(basis.shape[1])
    fitted = np.linalg.solve(
        normal, np.stack([_summed(signals, kernel) for kernel in kernels.T], axis=1)
    )  # (T, M, 2 J)
    return fitted[:, : 1 + len(orders)].sum(axis=1).reshape(apart.shape)


def _summed(signal, kernel):
    """The sum of `signal` (T, …) over the frames around each one, weighted by `kernel`; zero beyond
    the ends.
    """
    return correlate1d(signal, kernel, axis=0, mode="constant")
