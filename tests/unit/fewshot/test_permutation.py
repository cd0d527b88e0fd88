"""Permutation p: uniform without an effect, small with one; its ridge is scikit-learn's."""

import numpy as np
import pytest
from feature_set_data import classes, plain_feature_set, separable, two_poolings
from sklearn.linear_model import RidgeCV

from runform.fewshot.permutation import STRENGTHS, permuted_labels_p
from runform.fewshot.protocols import grouped_splits, left_out_splits


def test_without_an_effect_p_is_uniform():
    labels, runners = classes()
    p = []
    for seed in range(60):
        feature_set = plain_feature_set(
            np.random.default_rng(seed).normal(size=(18, 12)), each=False
        )
        p.append(
            permuted_labels_p(
                feature_set, labels, runners, grouped_splits(runners, 4, 1, 0), 99, seed
            )
        )
    p = np.array(p)
    # 60 uniform draws: mean .5 +- .037, and 6 +- 2.3 of them below .1.
    assert 0.39 < p.mean() < 0.65
    assert (p < 0.1).mean() < 0.22
    assert (p > 0.8).any()


def test_an_effect_gives_the_smallest_p():
    labels, runners = classes()
    feature_set = plain_feature_set(separable(labels, 20, 1.5))
    assert permuted_labels_p(
        feature_set, labels, runners, left_out_splits(runners), 199, 0
    ) == pytest.approx(1 / 200)


def test_an_effect_in_one_of_two_poolings_is_found():
    labels, runners = classes()
    feature_set = two_poolings(
        np.random.default_rng(0).normal(size=(18, 20)), separable(labels, 20, 1.5)
    )
    assert permuted_labels_p(
        feature_set, labels, runners, left_out_splits(runners), 199, 0
    ) == pytest.approx(1 / 200)


def test_clips_of_one_runner_count_as_one():
    # Two runners a class, ten clips each, separated perfectly: there are only 6 ways to label
    # four runners, so p cannot be below 1/6.
    labels, runners = classes(clips_per_runner=10, runners=4)
    X = np.repeat(separable(labels[::10], 10, 5.0), 10, axis=0)
    assert (
        permuted_labels_p(plain_feature_set(X), labels, runners, left_out_splits(runners), 300, 0)
        > 0.1
    )


def test_one_fit_of_all_permutations_equals_a_fit_each():
    rng = np.random.default_rng(0)
    X, Y, test = (
        rng.normal(size=(14, 30)),
        np.sign(rng.normal(size=(14, 5))),
        rng.normal(size=(4, 30)),
    )
    together = RidgeCV(STRENGTHS, alpha_per_target=True).fit(X, Y).predict(test)
    alone = np.stack([RidgeCV(STRENGTHS).fit(X, y).predict(test) for y in Y.T], axis=1)
    assert together == pytest.approx(alone)


def test_no_permutations_no_p():
    labels, runners = classes()
    assert np.isnan(
        permuted_labels_p(
            plain_feature_set(separable(labels)), labels, runners, left_out_splits(runners), 0, 0
        )
    )
