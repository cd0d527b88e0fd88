"""Intervals and tests, against numbers worked out by hand or printed in papers."""

from itertools import permutations

import numpy as np
import pytest

from runform.fewshot.statistics import (
    auc,
    balanced_accuracy,
    binomial_p,
    bootstrap_difference,
    bootstrap_intervals,
    holm,
    one_error_below,
    permutation_p,
    permute_by_runner,
    wilson_interval,
)


def test_thirteen_of_eighteen_of_the_published_study():
    low, high = wilson_interval(13, 18)
    assert (round(low, 2), round(high, 2)) == (0.49, 0.88)
    assert binomial_p(13, 18) == pytest.approx(0.048, abs=5e-4)
    assert binomial_p(15, 18) == pytest.approx(0.004, abs=5e-4)
    assert binomial_p(16, 18) == pytest.approx(0.0007, abs=5e-5)


def test_wilson_by_its_formula():
    z = 1.959964
    centre, half = (5 + z**2 / 2) / (10 + z**2), z / (10 + z**2) * np.sqrt(5 * 5 / 10 + z**2 / 4)
    assert wilson_interval(5, 10) == pytest.approx((centre - half, centre + half), abs=1e-6)


@pytest.mark.parametrize(("k", "n"), [(18, 18), (13, 18), (9, 18), (150, 200)])
def test_one_standard_error_is_wilsons_interval_of_that_width(k, n):
    one_deviation = 0.682689492137086  # of the normal distribution
    assert one_error_below(k / n, n) == pytest.approx(
        wilson_interval(k, n, one_deviation)[0], abs=1e-6
    )


def test_wilson_and_binomial_of_nothing_are_nan():
    assert np.isnan(wilson_interval(0, 0)).all()
    assert np.isnan(binomial_p(0, 0))


def test_a_difference_has_the_interval_of_pairs():
    """Both err on the same clips but for four that only the first predicts correctly."""
    labels = np.repeat([True, False], 20)
    runners = np.arange(40).astype(str)
    first, second = np.ones(40), np.ones(40)
    first[[0, 20]] = second[[0, 20]] = 0
    second[[1, 2, 21, 22]] = 0
    difference, low, high, p = bootstrap_difference(labels, first, second, runners, 2000, 0)
    assert difference == pytest.approx(0.1)
    assert 0 < low < 0.1 < high < 0.25 and p < 0.1
    same = bootstrap_difference(labels, first, first, runners, 200, 0)
    assert same == (0.0, 0.0, 0.0, 1.0)
    back = bootstrap_difference(labels, second, first, runners, 2000, 0)
    assert back[:3] == pytest.approx((-difference, -high, -low)) and back[3] == p


def test_no_interval_of_a_difference_without_two_runners_a_class():
    labels = np.array([True, True, False, False])
    right = np.ones(4)
    runners = np.array(["a", "a", "b", "c"])
    assert np.isnan(bootstrap_difference(labels, right, right, runners, 100, 0)[1:]).all()


def test_holm_by_hand():
    """Of 4 tests: .01 x 4, .02 x 3, .03 x 2 at least as large as that, .5."""
    adjusted = holm(np.array([0.03, 0.01, np.nan, 0.5, 0.02]))
    assert adjusted == pytest.approx([0.06, 0.04, np.nan, 0.5, 0.06], nan_ok=True)


def test_balanced_accuracy_and_auc_by_hand():
    labels = np.array([True, True, True, False])
    right = np.array([True, True, False, False])
    assert balanced_accuracy(labels, right) == pytest.approx((2 / 3 + 0) / 2)
    # Of the three yes clips one scores above the no clip, one ties, one is below.
    assert auc(labels, np.array([2.0, 1.0, 0.0, 1.0])) == pytest.approx(0.5)
    assert np.isnan(auc(labels[:3], np.zeros(3)))
    assert np.isnan(balanced_accuracy(labels[:3], right[:3]))


def test_bootstrap_of_perfect_and_of_mixed_predictions():
    labels = np.arange(20) % 2 == 0
    runners = np.array([f"r{index // 2}" for index in range(20)])
    sure = bootstrap_intervals(labels, np.ones(20, bool), labels.astype(float), runners, 500, 0)
    assert sure == {"balanced_accuracy": (1.0, 1.0), "auc": (1.0, 1.0)}
    right = np.arange(20) % 5 != 0
    low, high = bootstrap_intervals(labels, right, right * 1.0, runners, 500, 0)[
        "balanced_accuracy"
    ]
    assert low < balanced_accuracy(labels, right) < high
    assert bootstrap_intervals(labels, right, right * 1.0, runners, 500, 0)[
        "balanced_accuracy"
    ] == (low, high)


@pytest.mark.parametrize("owners", [["anna"] * 4, ["a", "b", "c", "c"], ["a", "b", "a", "a"]])
def test_one_runner_of_a_class_gives_no_interval(owners):
    labels = np.array([True, True, False, False])
    intervals = bootstrap_intervals(labels, labels, labels * 1.0, np.array(owners), 50, 0)
    assert np.isnan([*intervals["balanced_accuracy"], *intervals["auc"]]).all()


def test_bootstrap_by_runner_is_wider_than_by_clip_when_runners_repeat():
    rng = np.random.default_rng(0)
    runner_right = rng.random(12) < 0.7
    labels, right = np.repeat(np.arange(12) % 2 == 0, 10), np.repeat(runner_right, 10)
    runners = np.repeat([f"r{index}" for index in range(12)], 10)
    by_runner = bootstrap_intervals(labels, right, right * 1.0, runners, 2000, 0)[
        "balanced_accuracy"
    ]
    by_clip = bootstrap_intervals(labels, right, right * 1.0, np.arange(120).astype(str), 2000, 0)[
        "balanced_accuracy"
    ]
    assert by_runner[1] - by_runner[0] > 2 * (by_clip[1] - by_clip[0])


def test_permuted_labels_stay_with_their_runner():
    labels = np.repeat([True, True, False, False, False], [2, 2, 2, 2, 1])
    runners = np.repeat(["a", "b", "c", "d", "e"], [2, 2, 2, 2, 1])
    rng = np.random.default_rng(0)
    drawn = set()
    for _ in range(50):
        shuffled = permute_by_runner(labels, runners, rng)
        assert shuffled.sum() == labels.sum()
        assert all(len(set(shuffled[runners == runner])) == 1 for runner in "abcde")
        drawn.add(tuple(shuffled))
    assert (
        len(drawn) == 6
    )  # 2 of 4 runners of two clips; the runner of one clip has nobody to exchange with


def test_a_runner_with_both_labels_exchanges_them_all():
    labels = np.array([True, False, False, False, True, True, False])
    runners = np.array(["a", "a", "b", "b", "c", "c", "d"])
    rng = np.random.default_rng(0)
    drawn = {tuple(permute_by_runner(labels, runners, rng)) for _ in range(50)}
    wholes = [(True, False), (False, False), (True, True)]
    assert drawn == {(*a, *b, *c, False) for a, b, c in permutations(wholes)}


def test_no_p_where_no_two_runners_can_exchange_labels():
    runners = np.repeat(["a", "b", "c", "d"], [1, 2, 3, 4])
    labels = np.isin(runners, ["a", "d"])
    p, permutations_run = permutation_p(lambda _: 1.0, labels, runners, 100, 100, 0)
    assert np.isnan(p) and permutations_run == 0


def test_permutation_p_by_hand():
    labels = np.array([True, True, False, False])
    clips = np.arange(4).astype(str)

    def agreement(shuffled):
        return float(np.mean(shuffled == labels))

    # One of the six ways to place two yes labels reaches the observed agreement: p near 1/6.
    p, permutations_run = permutation_p(agreement, labels, clips, 3000, 3000, 0)
    assert permutations_run == 3000
    assert p == pytest.approx(1 / 6, abs=0.02)
    assert permutation_p(lambda shuffled: 0.5, labels, clips, 100, 10, 0) == (1.0, 10)
    assert np.isnan(permutation_p(agreement, labels, clips, 0, 10, 0)[0])
    assert np.isnan(permutation_p(lambda shuffled: np.nan, labels, clips, 100, 10, 0)[0])
