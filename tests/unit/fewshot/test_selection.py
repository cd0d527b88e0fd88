"""Choices inside training rows, and probabilities from held-out decisions."""

import numpy as np
import pytest
from feature_set_data import classes, plain_arm, separable, two_poolings

from runform.fewshot.selection import (
    NestedSelectionClassifier,
    calibration_slope,
    inner_splits,
    simplest,
)


def test_inner_folds_never_part_a_runner():
    labels, runners = classes(clips_per_runner=3)
    splits = inner_splits(runners, labels, 3, 2, 0)
    assert len(splits) == 6
    for train, test in splits:
        assert not set(runners[train]) & set(runners[test])


def test_no_inner_folds_with_one_runner_a_class():
    labels, runners = classes(clips_per_runner=4, runners=2)
    assert inner_splits(runners, labels, 3, 1, 0) == []


def test_the_pooling_that_tells_more_is_chosen():
    labels, runners = classes()
    rng = np.random.default_rng(0)
    feature_set = two_poolings(rng.normal(size=(18, 10)), separable(labels, 10, 1.0))
    model = NestedSelectionClassifier(feature_set.poolings).fit(feature_set.X, labels, runners)
    assert model.pooling_ == "signal"
    assert (model.predict(feature_set.X) == labels).all()


def test_ties_go_to_the_first():
    labels, runners = classes()
    X = separable(labels, 10, 5.0)
    feature_set = two_poolings(X, X.copy())
    model = NestedSelectionClassifier(feature_set.poolings).fit(feature_set.X, labels, runners)
    assert (model.pooling_, model.classifier_) == ("noise", "linear_svm")


def test_one_class_is_what_it_answers():
    model = NestedSelectionClassifier(plain_arm(np.eye(4)).poolings).fit(
        np.eye(4), np.ones(4, bool), np.arange(4).astype(str)
    )
    assert model.predict(np.zeros((2, 4))).tolist() == [True, True]
    assert model.predict_proba(np.zeros((2, 4)))[:, 1].tolist() == [0.5, 0.5]


def test_slope_by_its_definition():
    labels = np.arange(40) % 4 != 0
    decisions = np.where(np.arange(40) % 8 == 0, 1.0, np.where(labels, 1.0, -1.0))
    slope = calibration_slope(decisions, labels)
    # 5 of 40 signs are wrong; with the penalty of C = 1 the score equation is sum((right - s(b)) )
    # = b.
    right, b = 35, slope
    assert right - 40 / (1 + np.exp(-b)) == pytest.approx(b, abs=1e-3)
    assert calibration_slope(5 * decisions, labels) == pytest.approx(slope / 5)


def test_slope_is_never_negative_and_zero_without_contrast():
    labels = np.arange(10) % 2 == 0
    assert calibration_slope(np.where(labels, -1.0, 1.0), labels) == 0
    assert calibration_slope(np.zeros(10), labels) == 0
    assert calibration_slope(np.full(10, np.nan), labels) == 0


def test_probabilities_agree_with_the_answer_and_with_how_often_it_is_right():
    labels, runners = classes(runners=60)
    X = separable(labels, 4, 0.6)
    test_labels, _ = classes(runners=2000)
    test = separable(test_labels, 4, 0.6, seed=1)
    model = NestedSelectionClassifier(plain_arm(X).poolings, repeats=3).fit(X, labels, runners)
    probability = model.predict_proba(test)[:, 1]
    assert ((probability > 0.5) == model.predict(test)).all()
    for low, high in ((0.5, 0.75), (0.75, 0.9), (0.9, 1.0)):
        inside = (probability >= low) & (probability < high)
        assert inside.sum() > 50
        assert np.mean(test_labels[inside]) == pytest.approx(probability[inside].mean(), abs=0.12)


def test_estimator_keeps_its_parameters():
    feature_set = plain_arm(np.eye(4))
    assert set(NestedSelectionClassifier(feature_set.poolings, 5, 2, 7).get_params()) == {
        "poolings",
        "folds",
        "repeats",
        "random_state",
    }


def decisions_right_on(labels, right):
    """(N,) held-out decisions that tell the first `right` rows rightly and the others wrongly."""
    return np.where((np.arange(len(labels)) < right) == labels, 1.0, -1.0)


@pytest.mark.parametrize(
    ("simple", "rich", "chosen"), [(15, 16, 0), (14, 16, 1), (17, 18, 1), (12, 13, 0), (16, 12, 0)]
)
def test_what_is_richer_must_be_better_by_more_than_one_standard_error(simple, rich, chosen):
    labels, _ = classes()
    assert (
        simplest([decisions_right_on(labels, right) for right in (simple, rich)], labels, 18)
        == chosen
    )


def test_many_clips_of_few_runners_are_few_answers():
    labels, _ = classes(runners=180)
    tried = [decisions_right_on(labels, right) for right in (160, 170)]
    assert [simplest(tried, labels, runners) for runners in (180, 6)] == [1, 0]


def test_noise_richer_than_the_truth_is_seldom_chosen():
    labels, runners = classes()
    chosen = []
    for seed in range(20):
        feature_set = two_poolings(
            separable(labels, 3, 0.8, seed), np.random.default_rng(seed + 99).normal(size=(18, 40))
        )
        chosen.append(
            NestedSelectionClassifier(feature_set.poolings)
            .fit(feature_set.X, labels, runners)
            .pooling_
        )
    assert chosen.count("noise") >= 19  # the name of the first pooling, which here holds the signal
