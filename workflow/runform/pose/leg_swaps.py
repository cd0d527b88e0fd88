"""Exchanged legs: where a network took the left leg for the right one, they are put back.

Each frame may have its hips, its knees and its lower legs exchanged: 8 states. The states of a clip
are those of least total cost (Viterbi over pairs of states): joints move without jumps, legs keep
the rhythm of the stride (`runform.pose.stride_period`), bones keep their length, and few frames are
changed. Costs are negative log likelihoods, lengths are in leg lengths.
Legend: T frames, K keypoints, G = 3 groups of joints, S = 8 states.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from runform.pose.stride_period import (
    LEAST,
    ROUNDS,
    LegDifferences,
    explained_share,
    leg_differences,
    rhythm_costs,
    strides_to_try,
    usual,
)
from runform.skeleton import Skeleton, interpolate_gaps

GROUPS = (("hip",), ("knee",), ("ankle", "heel", "big_toe", "small_toe"))
STATES = np.array(list(product((0, 1), repeat=len(GROUPS))))  # (S, G): 1 where a group is exchanged
# Ratio of a joint's second differences at contact and toe-off to their median.
LARGE_TO_USUAL = 2.0
# A share of exchanged frames counts this much against the strength of the repetition that it makes,
# which may be this much lower than by motion alone, since single frames hardly raise it.
EXCHANGE_PRICE, SLACK = 0.5, 0.1
# Least share of the difference's variance that the rhythm explains: less where a clip is cut
# together or changes its speed.
LEAST_EXPLAINED = 0.8
# What a usual stride time adds to the strength of a repetition: signs that change every other
# stride make a rhythm of twice its length too.
USUAL_BONUS = 0.1
BONES = (("hip", "knee"), ("knee", "ankle"))


@dataclass(frozen=True)
class SwapSettings:
    """How legs move and how networks err.

    motion           whether smooth motion counts
    rhythm           whether the rhythm of the stride counts
    noise_leg        standard deviation of a joint's position, leg lengths
    stretch          by how much a bone may look longer than it is, as a share (one standard
                     deviation)
    transition_cost  of each change of state
    exchanged_cost   of each second in another state than the network's
    mixed_cost       of each frame whose groups differ in state
    robust_cap       highest cost of a single joint in a single frame
    """

    motion: bool = True
    rhythm: bool = True
    noise_leg: float = 0.02
    stretch: float = 0.15
    transition_cost: float = 8.0
    exchanged_cost: float = 20.0
    mixed_cost: float = 1.0
    robust_cap: float = 12.0


def unswap(
    xy: np.ndarray,
    score: np.ndarray,
    skeleton: Skeleton,
    leg_px: float,
    rate_hz: float,
    settings: SwapSettings,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The track with legs exchanged back, and what was exchanged.

    xy (T, K, 2) px, NaN where missing; score (T, K); leg_px: length of the runner's leg; rate_hz:
    frames a second of true time. Returns xy, score, (T, G) bool, the groups that were exchanged,
    and (T,) bool, the frames in which the rhythm overruled what motion alone says.
    """
    groups = [[joint for joint in group if skeleton.has(f"left_{joint}")] for group in GROUPS]
    pairs = {
        joint: [skeleton.index(f"left_{joint}"), skeleton.index(f"right_{joint}")]
        for group in groups
        for joint in group
    }
    exchanged = np.zeros((len(xy), len(GROUPS)), bool)
    # Frames without legs are left out rather than interpolated: motion is compared across them.
    columns = [column for pair in pairs.values() for column in pair]
    visible = np.isfinite(xy[:, columns]).all(axis=-1).mean(axis=1) > 0.5
    frames = np.flatnonzero(visible)
    if not leg_px > 0 or len(frames) < 3:
        return xy, score, exchanged, np.zeros(len(xy), bool)
    transition = _transition_costs(
        xy[frames], score[frames], frames, groups, pairs, leg_px, settings
    )
    unary = _unary_costs(xy[frames], pairs, leg_px, rate_hz, settings)

    def best(rhythm: np.ndarray | None = None) -> np.ndarray:
        """(T, G) what to exchange.  rhythm (T, G, 2): further costs of each group, as labelled and
        exchanged.
        """
        further: np.ndarray | int = 0
        if rhythm is not None:
            further = sum(rhythm[frames, at][:, STATES[:, at]] for at in range(len(GROUPS)))
        chosen = np.zeros_like(exchanged)
        states = _viterbi(transition, unary + further, settings.transition_cost)
        chosen[frames] = STATES[states]
        return chosen

    by_motion = best() if settings.motion else exchanged
    legs = (
        leg_differences(xy, score, skeleton, groups, leg_px, rate_hz) if settings.rhythm else None
    )
    exchanged = by_motion if legs is None else fit_exchanges(legs, by_motion, best)
    overruled = (exchanged != by_motion).any(axis=1)
    left, right = (xy[frames, column] for column in pairs["ankle"])
    distance = np.nan_to_num(np.linalg.norm(left - right, axis=1))
    exchanged[frames] = trust_majority(exchanged[frames], distance)
    return *_exchange(xy, score, groups, pairs, exchanged), exchanged, overruled


def fit_exchanges(
    legs: LegDifferences, by_motion: np.ndarray, best: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """(T, G) bool: what to exchange for the clearest rhythm with the fewest exchanges.

    by_motion (T, G): what to exchange by motion alone; it is returned where there is no rhythm.
    best: what to exchange (T, G), given the rhythm's costs (T, G, 2) of each group as labelled and
    exchanged.
    """
    # The slack is motion's alone: signs that change with every step make a rhythm of half the
    # stride's time, which is nearly as clear as that of the stride where a film shows two strides.
    chosen, least = by_motion, _clearness(by_motion, *legs.repetition(by_motion)) - SLACK
    starts = [by_motion, np.zeros_like(by_motion)] if by_motion.any() else [by_motion]
    for start in starts:
        for stride_s in strides_to_try(legs, start):
            exchanged = start
            for orders in ROUNDS:
                exchanged = best(rhythm_costs(legs, exchanged, stride_s, orders))
            # Free signs make some rhythm out of any noise: the more often they overrule both motion
            # and the network's labels, the clearer it must be. Either alone can be wrong for long.
            overruled = min((exchanged != other).any(axis=1).mean() for other in starts)
            # A long stretch of wrong signs repeats at other times than the stride's.
            stride_s, strength = legs.repetition(exchanged, stride_s)
            clear = _clearness(exchanged, stride_s, strength)
            real = (
                strength >= LEAST + overruled
                and explained_share(legs, exchanged, stride_s) >= LEAST_EXPLAINED
            )
            if real and clear > least:
                chosen, least = exchanged, clear
    return chosen


def _clearness(exchanged: np.ndarray, stride_s: float, strength: float) -> float:
    price = EXCHANGE_PRICE * exchanged.any(axis=1).mean()
    return strength + USUAL_BONUS * usual(stride_s) - price


def trust_majority(exchanged: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """(T, G) what to exchange, inverted where the lower legs are exchanged for most of the time.

    Motion and rhythm say which frames show the same leg, but not which leg it is: there the network
    is more often right than wrong.  distance (T,): between the ankles, the weight of a frame; where
    legs pass each other labels mean little.
    """
    majority = distance[exchanged[:, -1]].sum() > 0.5 * distance.sum()
    return ~exchanged if majority else exchanged


def _exchange(xy, score, groups, pairs, exchanged) -> tuple[np.ndarray, np.ndarray]:
    xy, score = xy.copy(), score.copy()
    for at, group in enumerate(groups):
        rows = np.flatnonzero(exchanged[:, at])[:, None]
        for joint in group:
            xy[rows, pairs[joint]] = xy[rows, pairs[joint][::-1]]
            score[rows, pairs[joint]] = score[rows, pairs[joint][::-1]]
    return xy, score


def _transition_costs(xy, score, frames, groups, pairs, leg_px, settings) -> np.ndarray:
    """(T, S, S, S): cost of the states at t-2, t-1 and t by the jumps that the joints make."""
    total = np.zeros((len(xy), *3 * (len(STATES),)))
    if settings.motion:
        for at, group in enumerate(groups):
            state = STATES[:, at]  # spreads costs of this group over all triples of states
            triples = state[:, None, None], state[None, :, None], state[None, None, :]
            for joint in group:
                positions = interpolate_gaps(xy[:, pairs[joint]]) / leg_px
                jumps = _jump_costs(positions, score[:, pairs[joint]], frames, settings)
                total += jumps[:, *triples] / len(group)
    return total


def _jump_costs(
    positions: np.ndarray, score: np.ndarray, frames: np.ndarray, settings: SwapSettings
) -> np.ndarray:
    """(T, 2, 2, 2): cost of one joint's position at t against a straight line from t-2 and t-1, for
    every choice of exchanged or not in the three.

    positions (T, 2, 2) leg lengths, left and right; score (T, 2), the weight; frames (T,): their
    numbers, with gaps. How much a joint usually turns is taken from the clip itself, axis by axis:
    across the picture, legs that run towards the camera hardly do.
    """
    first, last = np.diff(frames)[:-1].astype(float), np.diff(frames)[1:].astype(float)
    ratio, bend = last / first, last * (first + last) / 2  # both 1 without a gap
    straight = _deviation(_triples(positions), ratio)
    # (2,): a few swaps do not move a median
    usual = np.median(np.abs(straight) / bend[:, None, None], axis=(0, 1))
    noise = (1 + (1 + ratio) ** 2 + ratio**2) * settings.noise_leg**2
    variance = noise[:, None] + (LARGE_TO_USUAL * bend[:, None] * usual) ** 2
    trust = np.minimum.reduce(_triples(score)).min(axis=1)
    cost = np.zeros((len(positions), 2, 2, 2))
    for a, b, c in product((0, 1), repeat=3):
        chosen = [
            part[:, ::-1] if swapped else part
            for swapped, part in zip((a, b, c), _triples(positions), strict=True)
        ]
        each = (_deviation(chosen, ratio) ** 2 / (2 * variance[:, None])).sum(axis=-1)
        cost[2:, a, b, c] = trust * np.minimum(each, settings.robust_cap).sum(axis=1)
    return cost


def _deviation(triple: list[np.ndarray], ratio: np.ndarray) -> np.ndarray:
    """(T - 2, 2 sides, 2): from the straight line through the first two positions to the third."""
    first, middle, last = triple
    return last - middle - (middle - first) * ratio[:, None, None]


def _triples(values: np.ndarray) -> list[np.ndarray]:
    return [values[:-2], values[1:-1], values[2:]]


def _unary_costs(xy, pairs, leg_px, rate_hz, settings) -> np.ndarray:
    """(T, S): cost of a state by itself: bones that come out too long, groups that differ, and
    labels other than the network's.
    """
    cost = np.tile(settings.exchanged_cost / rate_hz * STATES.any(axis=1), (len(xy), 1))
    cost += settings.mixed_cost * (STATES.max(axis=1) != STATES.min(axis=1))
    for (upper, lower), (first, second) in zip(BONES, ((0, 1), (1, 2)), strict=True):
        for state, choice in enumerate(STATES):
            top = xy[:, pairs[upper]][:, :: -1 if choice[first] else 1]
            end = xy[:, pairs[lower]][:, :: -1 if choice[second] else 1]
            length = np.linalg.norm(end - top, axis=-1) / (leg_px / 2)
            excess = np.clip(np.nan_to_num(length) - 1, 0, None) / settings.stretch
            cost[:, state] += np.minimum(excess**2 / 2, settings.robust_cap).sum(axis=1)
    return cost


def _viterbi(transition: np.ndarray, unary: np.ndarray, change_cost: float) -> np.ndarray:
    """(T,) states of least total cost.  transition (T, S, S, S): over the states at t-2, t-1 and t;
    unary (T, S); change_cost: of each change of state.
    """
    frames, count = unary.shape
    change = change_cost * (1 - np.eye(count))
    total = unary[0][:, None] + unary[1][None, :] + change  # (states at t-1, states at t)
    came_from = np.zeros((frames, count, count), int)
    for frame in range(2, frames):
        through = total[:, :, None] + transition[frame] + change[None]
        came_from[frame] = through.argmin(axis=0)
        total = through.min(axis=0) + unary[frame][None, :]
    states = np.zeros(frames, int)
    states[-2], states[-1] = np.unravel_index(total.argmin(), total.shape)
    for frame in range(frames - 1, 1, -1):
        states[frame - 2] = came_from[frame, states[frame - 1], states[frame]]
    return states
