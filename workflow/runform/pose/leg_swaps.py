"""Left and right legs that a network took for each other, put back by the best explanation of the
whole sequence.

Each frame may have its hips, its knees and its lower legs exchanged: 8 states. The sequence of
states is chosen as a whole (Viterbi over pairs of states) so that every joint moves without jumps,
legs keep the rhythm of the stride (`runform.pose.stride_period`), bones keep their length, and few
frames are changed. Lengths are in leg lengths.
Legend: T frames, K keypoints, G = 3 groups of joints, S = 8 states.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from runform.pose.stride_period import by_rhythm, legs_apart
from runform.skeleton import Skeleton, interpolate_gaps

GROUPS = (("hip",), ("knee",), ("ankle", "heel", "big_toe", "small_toe"))
STATES = np.array(list(product((0, 1), repeat=len(GROUPS))))  # (S, G): 1 where a group is exchanged
# from the median of a joint's second differences to the size of those at contact and toe-off
USUAL_TO_LARGE = 2.0
BONES = (("hip", "knee"), ("knee", "ankle"))


@dataclass(frozen=True)
class SwapSettings:
    """How legs move and how networks err; leg: a leg length in the picture.

    motion     whether smooth motion counts
    rhythm     whether the rhythm of the stride counts
    noise_leg  standard deviation of a joint's place, leg
    stretch    by how much a bone may look longer than it is, as a share (one standard deviation)
    change     cost of each change of state, as a negative log likelihood
    lasting    cost of each second in another state than the network's
    mixed      cost of each frame whose groups differ in state
    doubt      cap on what a single joint in a single frame can say
    """

    motion: bool = True
    rhythm: bool = True
    noise_leg: float = 0.02
    stretch: float = 0.15
    change: float = 8.0
    lasting: float = 20.0
    mixed: float = 1.0
    doubt: float = 12.0


def unswap(
    xy: np.ndarray,
    score: np.ndarray,
    skeleton: Skeleton,
    leg_px: float,
    rate_hz: float,
    settings: SwapSettings,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The track with legs exchanged back, its scores, and what was exchanged: (T, K, 2), (T, K),
    (T, G) bool; and (T,) bool, the frames in which the rhythm of the stride decided otherwise than
    motion alone.

    xy (T, K, 2) px, NaN where missing; score (T, K); leg_px: length of the runner's leg; rate_hz:
    frames a second of true time.
    """
    groups = [[joint for joint in group if skeleton.has(f"left_{joint}")] for group in GROUPS]
    pairs = {
        joint: [skeleton.index(f"left_{joint}"), skeleton.index(f"right_{joint}")]
        for group in groups
        for joint in group
    }
    exchanged = np.zeros((len(xy), len(GROUPS)), bool)
    # Frames without legs are left out rather than bridged, so that motion is compared across them.
    frames = np.flatnonzero(
        np.isfinite(xy[:, [column for both in pairs.values() for column in both]])
        .all(axis=-1)
        .mean(axis=1)
        > 0.5
    )
    if not leg_px > 0 or len(frames) < 3:
        return xy, score, exchanged, exchanged.any(axis=1)
    moving = _moving(xy[frames], score[frames], frames, groups, pairs, leg_px, settings)
    alone = _alone(xy[frames], pairs, leg_px, rate_hz, settings)

    def best(said: np.ndarray | None = None) -> np.ndarray:
        """(T, G) what to exchange, given costs (T, G, 2) of leaving and exchanging each group
        beside motion and bones.
        """
        beside = (
            0
            if said is None
            else sum(said[frames, at][:, STATES[:, at]] for at in range(len(GROUPS)))
        )
        chosen = np.zeros_like(exchanged)
        chosen[frames] = STATES[_best_states(moving, alone + beside, settings.change)]
        return chosen

    by_motion = best() if settings.motion else exchanged
    legs = legs_apart(xy, score, skeleton, groups, leg_px, rate_hz) if settings.rhythm else None
    exchanged = by_motion if legs is None else by_rhythm(legs, by_motion, best)
    overruled = (exchanged != by_motion).any(axis=1)
    apart = np.linalg.norm(np.subtract(*(xy[frames, column] for column in pairs["ankle"])), axis=1)
    exchanged[frames] = as_seen_mostly(exchanged[frames], np.nan_to_num(apart))
    return *_exchange(xy, score, groups, pairs, exchanged), exchanged, overruled


def as_seen_mostly(exchanged: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """(T, G) what to exchange, all turned round where the lower legs were exchanged for most of the
    time: motion and rhythm tell which pictures show the same leg, not which leg it is, and there
    the network is more often right than wrong.

    apart (T,): distance of the ankles, by which a frame counts; where legs pass each other the
    labels mean little.
    """
    return ~exchanged if apart[exchanged[:, -1]].sum() > 0.5 * apart.sum() else exchanged


def _exchange(xy, score, groups, pairs, exchanged):
    xy, score = xy.copy(), score.copy()
    for at, group in enumerate(groups):
        changed = np.flatnonzero(exchanged[:, at])[:, None]
        for joint in group:
            xy[changed, pairs[joint]] = xy[changed, pairs[joint][::-1]]
            score[changed, pairs[joint]] = score[changed, pairs[joint][::-1]]
    return xy, score


def _moving(xy, score, frames, groups, pairs, leg_px, settings) -> np.ndarray:
    """(T, S, S, S): cost of the states at t-2, t-1 and t by the jumps that the joints make."""
    total = np.zeros((len(xy), *3 * (len(STATES),)))
    if settings.motion:
        for at, group in enumerate(groups):
            for joint in group:
                jumps = _jumps(
                    interpolate_gaps(xy[:, pairs[joint]]) / leg_px,
                    score[:, pairs[joint]],
                    frames,
                    settings,
                )
                total += jumps[:, *_state_index(at)] / len(group)
    return total


def _jumps(
    places: np.ndarray, score: np.ndarray, frames: np.ndarray, settings: SwapSettings
) -> np.ndarray:
    """(T, 2, 2, 2): cost of one joint's place at t against a straight line from t-2 and t-1, for
    every choice of exchanged or not in the three.

    places (T, 2, 2) leg lengths, left and right; score (T, 2); frames (T,): their numbers, which
    may have gaps. Frames of low confidence say less. How much a joint usually turns is taken from
    the clip itself, axis by axis: across the picture, legs that run towards the camera hardly do.
    """
    first, last = np.diff(frames)[:-1].astype(float), np.diff(frames)[1:].astype(float)
    ratio, bend = last / first, last * (first + last) / 2  # both 1 without a gap
    straight = _off_line(*_triples(places), ratio)
    usual = np.median(
        np.abs(straight) / bend[:, None, None], axis=(0, 1)
    )  # (2,) a few swaps do not move a median
    noise = (1 + (1 + ratio) ** 2 + ratio**2) * settings.noise_leg**2
    variance = noise[:, None] + (USUAL_TO_LARGE * bend[:, None] * usual) ** 2
    trust = np.minimum.reduce(_triples(score)).min(axis=1)
    cost = np.zeros((len(places), 2, 2, 2))
    for choice in product((0, 1), repeat=3):
        chosen = [
            part[:, ::-1] if swapped else part
            for swapped, part in zip(choice, _triples(places), strict=True)
        ]
        each = (_off_line(*chosen, ratio) ** 2 / (2 * variance[:, None])).sum(axis=-1)
        cost[2:, *choice] = trust * np.minimum(each, settings.doubt).sum(axis=1)
    return cost


def _off_line(first, middle, last, ratio) -> np.ndarray:
    """(T - 2, 2 sides, 2): how far the last place lies from the straight line through the two
    before it.
    """
    return last - middle - (middle - first) * ratio[:, None, None]


def _triples(places):
    return places[:-2], places[1:-1], places[2:]


def _state_index(group: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Index that spreads a group's (2, 2, 2) costs over all triples of states (S, S, S)."""
    own = STATES[:, group]
    return own[:, None, None], own[None, :, None], own[None, None, :]


def _alone(xy, pairs, leg_px, rate_hz, settings) -> np.ndarray:
    """(T, S): cost of a state by itself: bones that come out too long, groups that differ, and
    being another than given.
    """
    cost = np.tile(settings.lasting / rate_hz * STATES.any(axis=1), (len(xy), 1))
    cost += settings.mixed * (STATES.max(axis=1) != STATES.min(axis=1))
    for (upper, lower), (first, second) in zip(BONES, ((0, 1), (1, 2)), strict=True):
        for state, choice in enumerate(STATES):
            top = xy[:, pairs[upper]][:, :: -1 if choice[first] else 1]
            end = xy[:, pairs[lower]][:, :: -1 if choice[second] else 1]
            length = np.linalg.norm(end - top, axis=-1) / (leg_px / 2)
            excess = np.clip(np.nan_to_num(length) - 1, 0, None) / settings.stretch
            cost[:, state] += np.minimum(excess**2 / 2, settings.doubt).sum(axis=1)
    return cost


def _best_states(moving: np.ndarray, alone: np.ndarray, change: float) -> np.ndarray:
    """(T,) states of the least total cost.  moving (T, S, S, S): over the states at t-2, t-1 and t;
    alone (T, S).
    """
    frames, count = alone.shape
    turning = change * (1 - np.eye(count))
    total = alone[0][:, None] + alone[1][None, :] + turning  # (states at t-1, states at t)
    came_from = np.zeros((frames, count, count), int)
    for frame in range(2, frames):
        through = total[:, :, None] + moving[frame] + turning[None]
        came_from[frame] = through.argmin(axis=0)
        total = through.min(axis=0) + alone[frame][None, :]
    states = np.zeros(frames, int)
    states[-2], states[-1] = np.unravel_index(total.argmin(), total.shape)
    for frame in range(frames - 1, 1, -1):
        states[frame - 2] = came_from[frame, states[frame - 1], states[frame]]
    return states
