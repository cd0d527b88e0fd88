"""Heads on a few points in the plane."""

import numpy as np
import pytest

from runform.fewshot.models import BEST, DENSE_CLASSIFIERS, CosinePrototypes, make_classifier


def test_prototypes_go_by_angle_not_by_distance():
    X, y = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]]), np.array([False, False, True])
    classifier = CosinePrototypes().fit(X, y)
    assert classifier.predict(np.array([[0.1, 100.0], [50.0, 1.0]])).tolist() == [True, False]
    assert classifier.decision_function(np.array([[3.0, 4.0]]))[0] == pytest.approx(4 / 5 - 3 / 5)


@pytest.mark.parametrize("name", [*DENSE_CLASSIFIERS, BEST])
@pytest.mark.parametrize("per_class", [1, 2, 9])
def test_every_head_tells_separate_classes_apart(name, per_class):
    rng = np.random.default_rng(0)
    y = np.arange(2 * per_class) % 2 == 0
    X = 0.05 * rng.normal(size=(2 * per_class, 20)) + 0.3 * np.where(y, 1, -1)[:, None]
    test = 0.05 * rng.normal(size=(8, 20)) + 0.3 * np.where(np.arange(8) < 4, 1, -1)[:, None]
    decisions = make_classifier(name, *X.shape).fit(X, y).decision_function(test)
    assert ((decisions > 0) == (np.arange(8) < 4)).all()


def test_best_features_finds_the_one_that_matters():
    rng = np.random.default_rng(1)
    y = np.arange(18) % 2 == 0
    X = rng.normal(size=(18, 40))
    X[:, 7] += 4 * y
    test = rng.normal(size=(200, 40))
    test[:100, 7] += 4
    classifier = make_classifier(BEST, *X.shape).fit(X, y)
    assert np.mean((classifier.decision_function(test) > 0) == (np.arange(200) < 100)) > 0.85


def test_an_unknown_head_is_named():
    with pytest.raises(ValueError, match="unknown classifier 'forest': expected one of linear_svm"):
        make_classifier("forest", 3, 3)
