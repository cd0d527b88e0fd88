import numpy as np
import pytest
from injected import FPS, HIP, KNEE, LOWER_LEG, SKELETON, detected, exchange
from runners import running

from runform.pose.leg_swaps import GROUPS, SwapSettings, trust_majority, unswap
from runform.pose.quality import leg_length_px


def repaired(xy, score=None, fps=FPS):
    score = np.full(xy.shape[:2], 0.9) if score is None else score
    return unswap(xy, score, SKELETON, leg_length_px(xy, SKELETON), fps, SwapSettings())[:3]


@pytest.mark.parametrize(
    "joints",
    [LOWER_LEG + KNEE + HIP, LOWER_LEG + KNEE, LOWER_LEG, KNEE],
    ids=["leg", "below hip", "shank", "knee"],
)
@pytest.mark.parametrize(
    "frames", [[30], list(range(20, 30)), list(range(40, 70)), [0, 1, 2], list(range(115, 120))]
)
def test_swaps_of_any_part_and_length_are_put_back(joints, frames):
    truth = running(120, skeleton="halpe26")
    xy, _, exchanged = repaired(exchange(truth, frames, joints))
    np.testing.assert_array_equal(xy, truth)
    for at, group in enumerate(GROUPS):
        if set(group) & {"knee", "ankle"}:  # in a side view both hips coincide
            assert np.flatnonzero(exchanged[:, at]).tolist() == (
                frames if set(group) & set(joints) else []
            )


def test_what_is_right_stays_as_it_is():
    truth = running(120, skeleton="halpe26")
    xy, score, exchanged = repaired(truth)
    assert not exchanged.any()
    np.testing.assert_array_equal(xy, truth)
    np.testing.assert_array_equal(score, 0.9)


def test_scores_go_with_their_joints():
    truth = running(120, skeleton="halpe26")
    score = np.full(truth.shape[:2], 0.9)
    score[:, SKELETON.index("left_ankle")] = 0.7
    swapped_score = exchange(score[..., None], list(range(50, 60)), LOWER_LEG)[..., 0]
    _, back, _ = repaired(exchange(truth, list(range(50, 60)), LOWER_LEG), swapped_score)
    np.testing.assert_array_equal(back, score)


def test_a_swap_that_ends_in_a_gap_is_put_back():
    truth = running(120, skeleton="halpe26")
    truth[60:64] = np.nan
    xy, _, exchanged = repaired(exchange(truth, list(range(50, 60)), LOWER_LEG + KNEE))
    np.testing.assert_array_equal(xy, truth)
    assert not exchanged[64:].any()


def test_nothing_is_done_without_legs():
    xy = np.full((40, 26, 2), np.nan)
    back, _, exchanged, _ = unswap(xy, np.zeros((40, 26)), SKELETON, np.nan, FPS, SwapSettings())
    assert np.isnan(back).all() and not exchanged.any()


def test_injected_swaps_in_side_views_with_a_detector_s_noise():
    counts = np.zeros(4, int)
    for seed in range(100):
        xy, score, swapped = detected(2000 + seed, ("left", "right")[seed % 2])
        exchanged = repaired(xy, score)[2][:, 2]
        counts += [
            (exchanged & swapped).sum(),
            swapped.sum(),
            (exchanged & ~swapped).sum(),
            (~swapped).sum(),
        ]
    put_back, broken = counts[0] / counts[1], counts[2] / counts[3]
    print(
        f"100 side views: {put_back:.1%} of swapped frames repaired, {broken:.2%} of others broken"
    )
    assert put_back >= 0.95 and broken < 0.005


def test_legs_exchanged_for_most_of_the_time_are_the_networks():
    exchanged = np.zeros((10, 3), bool)
    exchanged[:6] = True
    np.testing.assert_array_equal(trust_majority(exchanged, np.ones(10)), ~exchanged)
    # Six frames in which the legs pass each other say less than four in which they are apart.
    np.testing.assert_array_equal(
        trust_majority(exchanged, np.where(exchanged[:, 0], 0.2, 1.0)), exchanged
    )
