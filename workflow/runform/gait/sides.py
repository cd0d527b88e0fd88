"""Left and right legs put where they belong, frame by frame, by the rhythm of the stride.

A detector that takes one leg for the other does so for some frames, often at the same phase of every stride, when the legs pass
each other; and a repair by continuity alone can lose the thread there. What is left minus right changes its sign with the labels;
in a run it repeats every stride and is opposite half a stride later. So in each frame the sign is chosen that fits this rhythm,
with a price for every change.

Legend: T frames, D differences (left minus right of each leg joint, x and y).
"""

import numpy as np

from runform.gait.cycle import TAU
from runform.sequence import PoseSequence

LEG_JOINTS = ("knee", "ankle", "heel", "big_toe")
# Harmonics of the rhythm in each round: a mistake that returns in every stride would hide in the higher ones.
_ROUNDS = ((1,), (1, 3), (1, 3, 5), (1, 3, 5))
_WINDOW_STRIDES = 1.6
_CHANGE_PRICE = 4.0
_CLEAR = 3.0


def exchanged_legs(xy: dict[str, np.ndarray], weight: dict[str, np.ndarray], time_s: np.ndarray, stride_s: float) -> np.ndarray:
    """(T,) bool: frames in which the labels left and right of the leg's joints are to be exchanged.

    xy: joint -> (T, 2).  weight: joint -> (T,) 0..1.  stride_s: an estimate; a few wrong frames do not spoil it.
    """
    joints = [joint for joint in LEG_JOINTS if f"left_{joint}" in xy and f"right_{joint}" in xy]
    apart = np.concatenate([xy[f"left_{joint}"] - xy[f"right_{joint}"] for joint in joints], 1)
    trust = np.repeat(np.stack([np.minimum(weight[f"left_{j}"], weight[f"right_{j}"]) for j in joints], 1), 2, axis=1)
    sign = np.ones(len(apart))
    for orders in _ROUNDS:
        rhythm = _rhythm(apart * sign[:, None], trust, time_s, stride_s, orders)
        noise = 1.4826 * np.median(np.abs(apart * sign[:, None] - rhythm), axis=0) + 1e-3
        as_is, turned = (trust * np.minimum(np.abs(s * apart - rhythm) / noise, _CLEAR) ** 2 for s in (1, -1))
        sign = _cheapest(as_is.mean(1), turned.mean(1))
    return sign < 0


def _rhythm(apart, trust, time_s, stride_s, orders):
    """(T, D) some harmonics of the stride and a level, fitted in a sliding window of some strides."""
    rates = TAU / stride_s * np.array(orders, float)
    half = 2.2 * _WINDOW_STRIDES * stride_s
    fitted = np.empty_like(apart)
    for row, now in enumerate(time_s):
        near = slice(np.searchsorted(time_s, now - half), np.searchsorted(time_s, now + half))
        lag = time_s[near] - now
        angle = lag[:, None] * rates
        basis = np.concatenate([np.ones((len(lag), 1)), np.cos(angle), np.sin(angle)], 1)
        weight = np.exp(-0.5 * (lag / (_WINDOW_STRIDES * stride_s)) ** 2)[:, None] * (trust[near].mean(1)[:, None] + 1e-3)
        normal = (basis * weight).T @ basis + 1e-6 * np.eye(basis.shape[1])
        fitted[row] = np.linalg.solve(normal, (basis * weight).T @ apart[near])[: 1 + len(orders)].sum(0)
    return fitted


def _cheapest(as_is: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """(T,) +1 or -1: the cheapest sequence of signs, each change at a price (Viterbi)."""
    cost = np.stack([as_is, turned], 1)
    total, back = cost[0].copy(), np.zeros(cost.shape, int)
    for row in range(1, len(cost)):
        other = total[::-1] + _CHANGE_PRICE
        back[row] = np.where(other < total, [1, 0], [0, 1])
        total = np.minimum(total, other) + cost[row]
    state = int(np.argmin(total))
    sign = np.empty(len(cost))
    for row in range(len(cost) - 1, -1, -1):
        sign[row] = 1.0 if state == 0 else -1.0
        state = back[row, state]
    return sign


def with_legs_exchanged(sequence: PoseSequence, frames: list[int]) -> PoseSequence:
    """A copy of `sequence` whose left and right legs change places in `frames`: those that `measure_gait` names in its file."""
    xy, score = sequence.xy.copy(), sequence.score.copy()
    for joint in LEG_JOINTS:
        if sequence.joints.has(f"left_{joint}", f"right_{joint}"):
            pair = [sequence.joints.index(f"{side}_{joint}") for side in ("left", "right")]
            for values in (xy, score):
                values[np.ix_(frames, pair)] = values[np.ix_(frames, pair[::-1])]
    return sequence.replace(xy=xy, score=score)
