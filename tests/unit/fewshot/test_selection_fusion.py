"""Two classifiers whose predictions are added."""

import numpy as np
import pytest
from feature_set_data import classes, separable

from runform.fewshot.feature_sets import fused_features, make_feature_set, take
from runform.fewshot.models import DENSE_CLASSIFIERS, Block
from runform.fewshot.selection import LateFusion, NestedSelectionClassifier, Pooling


def members(*widths):
    edges = np.cumsum([0, *widths])
    return tuple(
        (Pooling(f"part{number}", (Block(int(start), int(start) + width),), DENSE_CLASSIFIERS),)
        for number, (start, width) in enumerate(zip(edges, widths, strict=False))
    )


def right_on_new_clips(model, make, labels):
    test_labels, _ = classes(runners=400)
    runners = np.array([f"r{number}" for number in range(len(labels))])
    model.fit(make(labels, 0), labels, runners)
    return np.mean(model.predict(make(test_labels, 1)) == test_labels)


def test_a_reader_of_noise_takes_nothing_away():
    def make(labels, seed):
        noise = np.random.default_rng(seed + 7).normal(size=(len(labels), 300))
        return np.hstack([separable(labels, 2, 1.5, seed), noise])

    labels, _ = classes()
    fused = right_on_new_clips(LateFusion(members(2, 300), repeats=5), make, labels)
    alone = right_on_new_clips(
        NestedSelectionClassifier(members(2)[0], repeats=5),
        lambda y, seed: make(y, seed)[:, :2],
        labels,
    )
    assert fused > alone - 0.05 and alone > 0.9


def test_two_readers_know_more_than_one():
    def make(labels, seed):
        return np.hstack([separable(labels, 1, 1.0, seed), separable(labels, 1, 1.0, seed + 50)])

    labels, _ = classes(runners=60)
    both = right_on_new_clips(LateFusion(members(1, 1), repeats=3), make, labels)
    one = right_on_new_clips(
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


def test_fewer_coordinates_change_no_answer():
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
