"""Selection inside training rows, calibrated probabilities, and late fusion."""

import numpy as np
import pytest
from feature_set_data import classes, plain_feature_set, separable, two_poolings

from runform.fewshot.feature_sets import fused_features, make_feature_set, take
from runform.fewshot.models import DENSE_CLASSIFIERS, Block
from runform.fewshot.selection import (
    LateFusion,
    NestedSelectionClassifier,
    Pooling,
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


def test_the_pooling_with_the_signal_is_chosen():
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


def test_one_class_is_always_predicted():
    model = NestedSelectionClassifier(plain_feature_set(np.eye(4)).poolings).fit(
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


def test_probabilities_agree_with_predictions_and_their_accuracy():
    labels, runners = classes(runners=60)
    X = separable(labels, 4, 0.6)
    test_labels, _ = classes(runners=2000)
    test = separable(test_labels, 4, 0.6, seed=1)
    model = NestedSelectionClassifier(plain_feature_set(X).poolings, repeats=3).fit(
        X, labels, runners
    )
    probability = model.predict_proba(test)[:, 1]
    assert ((probability > 0.5) == model.predict(test)).all()
    for low, high in ((0.5, 0.75), (0.75, 0.9), (0.9, 1.0)):
        inside = (probability >= low) & (probability < high)
        assert inside.sum() > 50
        assert np.mean(test_labels[inside]) == pytest.approx(probability[inside].mean(), abs=0.12)


def test_estimator_keeps_its_parameters():
    feature_set = plain_feature_set(np.eye(4))
    assert set(NestedSelectionClassifier(feature_set.poolings, 5, 2, 7).get_params()) == {
        "poolings",
        "folds",
        "repeats",
        "random_state",
    }


def decisions_correct_on(labels, right):
    """(N,) held-out decisions, correct on the first `right` rows and wrong on the others."""
    return np.where((np.arange(len(labels)) < right) == labels, 1.0, -1.0)


@pytest.mark.parametrize(
    ("simple", "rich", "chosen"), [(15, 16, 0), (14, 16, 1), (17, 18, 1), (12, 13, 0), (16, 12, 0)]
)
def test_what_is_richer_must_be_better_by_more_than_one_standard_error(simple, rich, chosen):
    labels, _ = classes()
    assert (
        simplest([decisions_correct_on(labels, right) for right in (simple, rich)], labels, 18)
        == chosen
    )


def test_many_clips_of_few_runners_are_few_predictions():
    labels, _ = classes(runners=180)
    tried = [decisions_correct_on(labels, right) for right in (160, 170)]
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
    assert chosen.count("noise") >= 19  # the first pooling; here it holds the signal


def members(*widths):
    edges = np.cumsum([0, *widths])
    return tuple(
        (Pooling(f"part{number}", (Block(int(start), int(start) + width),), DENSE_CLASSIFIERS),)
        for number, (start, width) in enumerate(zip(edges, widths, strict=False))
    )


def accuracy_on_new_clips(model, make, labels):
    test_labels, _ = classes(runners=400)
    runners = np.array([f"r{number}" for number in range(len(labels))])
    model.fit(make(labels, 0), labels, runners)
    return np.mean(model.predict(make(test_labels, 1)) == test_labels)


def test_a_member_that_sees_noise_does_no_harm():
    def make(labels, seed):
        noise = np.random.default_rng(seed + 7).normal(size=(len(labels), 300))
        return np.hstack([separable(labels, 2, 1.5, seed), noise])

    labels, _ = classes()
    fused = accuracy_on_new_clips(LateFusion(members(2, 300), repeats=5), make, labels)
    alone = accuracy_on_new_clips(
        NestedSelectionClassifier(members(2)[0], repeats=5),
        lambda y, seed: make(y, seed)[:, :2],
        labels,
    )
    assert fused > alone - 0.05 and alone > 0.9


def test_two_members_predict_better_than_one():
    def make(labels, seed):
        return np.hstack([separable(labels, 1, 1.0, seed), separable(labels, 1, 1.0, seed + 50)])

    labels, _ = classes(runners=60)
    both = accuracy_on_new_clips(LateFusion(members(1, 1), repeats=3), make, labels)
    one = accuracy_on_new_clips(
        NestedSelectionClassifier(members(1)[0], repeats=3),
        lambda y, seed: make(y, seed)[:, :1],
        labels,
    )
    assert both > one


def test_the_sum_of_log_odds_and_its_probability():
    labels, runners = classes(runners=40)
    X = separable(labels, 6, 0.7)
    model = LateFusion(members(3, 3)).fit(X, labels, runners)
    parts = [member.slope_ * member.decision_function(X) for member in model.fitted_]
    assert model.decision_function(X) == pytest.approx(sum(parts))
    assert ((model.predict_proba(X)[:, 1] > 0.5) == model.predict(X)).all()


@pytest.mark.parametrize(
    "labels", [[True, False], [True, True]], ids=["one runner a class", "one class"]
)
def test_too_few_examples_to_calibrate(labels):
    X = np.array([[1.0, 2.0], [-1.0, -2.0]])
    model = LateFusion(members(1, 1)).fit(X, np.array(labels), np.array(["a", "b"]))
    assert model.predict(X).tolist() == labels


def test_fewer_coordinates_change_no_prediction():
    labels, runners = classes()
    gait, encoder = separable(labels, 4, 0.8), separable(labels, 200, 0.1, seed=1)
    feature_set = fused_features(
        make_feature_set("gait", {"values": gait}, DENSE_CLASSIFIERS),
        make_feature_set("encoder", {"mean": encoder}, DENSE_CLASSIFIERS, each=False),
    )
    small = take(feature_set, np.arange(18))
    assert small.X.shape[1] < feature_set.X.shape[1]
    one, other = (
        LateFusion(each.members).fit(each.X, labels, runners).decision_function(each.X)
        for each in (feature_set, small)
    )
    assert one == pytest.approx(other, abs=1e-3)
