"""Priors from simulated labels, and classifiers that examples pull away from them."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from runform.fewshot.prior import (
    MOVED,
    PRIOR,
    PRIOR_CLASSIFIERS,
    PULLED,
    Prior,
    learn_prior,
    make_prior_classifier,
    pulled_logistic,
)


def simulated(n=400, seed=0):
    """Two features of which the first decides, and labels with a gap between the limits."""
    X = np.random.default_rng(seed).normal(size=(n, 2))
    labels = np.where(X[:, 0] > 0.3, 1.0, np.where(X[:, 0] < -0.3, 0.0, np.nan))
    return X, labels


@pytest.fixture
def prior() -> Prior:
    return learn_prior(*simulated())


def test_a_prior_is_learned_from_simulated_labels_and_needs_both_classes(prior):
    X, labels = simulated(seed=1)
    labelled = np.isfinite(labels)
    assert ((prior.decide(X) > 0) == (labels > 0.5))[labelled].mean() > 0.97
    assert abs(prior.weights[1]) < 0.2 * prior.weights[0]
    assert learn_prior(X, np.where(labels > 0.5, np.nan, labels)) is None
    assert learn_prior(X[:12], labels[:12]) is None


def test_a_missing_feature_counts_as_a_usual_one(prior):
    assert prior.decide(np.array([[np.nan, np.nan]]))[0] == pytest.approx(prior.offset)


@pytest.mark.parametrize("name", PRIOR_CLASSIFIERS)
def test_two_examples_do_not_turn_the_prior_round(name, prior):
    X, labels = simulated(seed=2)
    contradicting = np.array([[1.0, 0.0], [-1.0, 0.0]])
    model = make_prior_classifier(name, prior).fit(contradicting, np.array([False, True]))
    labelled = np.isfinite(labels)
    assert (model.predict(X) == (labels > 0.5))[labelled].mean() > 0.9


def test_examples_move_the_threshold():
    """Real readings are all 1.5 too high: the prior alone calls nearly everything yes."""
    prior = learn_prior(*simulated())
    X, labels = simulated(80, seed=3)
    X, labels = X[np.isfinite(labels)] + [1.5, 0.0], labels[np.isfinite(labels)] > 0.5
    examples, test = np.r_[np.flatnonzero(labels)[:9], np.flatnonzero(~labels)[:9]], slice(20, None)
    right = {
        name: (
            make_prior_classifier(name, prior).fit(X[examples], labels[examples]).predict(X)
            == labels
        )[test].mean()
        for name in (PRIOR, MOVED)
    }
    assert right[PRIOR] < 0.65 and right[MOVED] > 0.85


def test_many_examples_pull_the_weights_to_what_they_say(prior):
    """Here the second feature decides, of which the prior knows nothing."""
    X = np.random.default_rng(5).normal(size=(400, 2))
    y = X[:, 1] > 0
    model = make_prior_classifier(PULLED, prior).fit(X[:300], y[:300])
    assert (model.predict(X[300:]) == y[300:]).mean() > 0.8


def test_without_a_pull_it_is_a_plain_logistic_regression():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X @ [1.0, -0.5, 0.2] + rng.normal(size=60) > 0.3
    plain = LogisticRegression(C=1.0, class_weight="balanced", tol=1e-10, max_iter=1000).fit(X, y)
    free = pulled_logistic(X, y, np.zeros(4), np.array([1.0, 1.0, 1.0, 1e6]))
    np.testing.assert_allclose(free, [*plain.coef_[0], plain.intercept_[0]], atol=1e-4)
