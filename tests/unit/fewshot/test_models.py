"""Classifiers on a few points in the plane; scaling with numbers worked out by hand."""

import numpy as np
import pytest

from runform.fewshot.models import (
    BEST,
    DENSE_CLASSIFIERS,
    Block,
    CosinePrototypes,
    ScaledBlocks,
    compact,
    make_classifier,
)


def test_prototypes_go_by_angle_not_by_distance():
    X, y = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]]), np.array([False, False, True])
    classifier = CosinePrototypes().fit(X, y)
    assert classifier.predict(np.array([[0.1, 100.0], [50.0, 1.0]])).tolist() == [True, False]
    assert classifier.decision_function(np.array([[3.0, 4.0]]))[0] == pytest.approx(4 / 5 - 3 / 5)


@pytest.mark.parametrize("name", [*DENSE_CLASSIFIERS, BEST])
@pytest.mark.parametrize("per_class", [1, 2, 9])
def test_every_classifier_separates_two_clusters(name, per_class):
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


def test_an_unknown_classifier_is_named():
    with pytest.raises(ValueError, match="unknown classifier 'forest': expected one of linear_svm"):
        make_classifier("forest", 3, 3)


def test_each_feature_gets_its_own_scale_and_the_block_total_variance_one():
    X = np.array([[1.0, 100.0], [3.0, 300.0]])
    Z = ScaledBlocks((Block(0, 2),)).fit(X).transform(X)
    assert pytest.approx(np.array([[-1, -1], [1, 1]]) / np.sqrt(2)) == Z
    assert Z.var(axis=0).sum() == pytest.approx(1)


def test_an_outlier_is_drawn_in_to_three_robust_deviations():
    X = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    scaler = ScaledBlocks((Block(0, 1),)).fit(X)
    limit = 3 + 3 * 2 / 1.349  # median 3, quartiles 2 and 4
    assert scaler.transform(np.array([[1000.0]])) == pytest.approx(
        scaler.transform(np.array([[limit]]))
    )
    spoilt = (
        ScaledBlocks((Block(0, 1),))
        .fit(np.array([[1.0], [2.0], [3.0], [4.0], [1e6]]))
        .transform(X[:4])
    )
    assert spoilt[3, 0] - spoilt[0, 0] > 1  # the other four keep their spread


def test_one_scale_keeps_the_proportions_of_an_embedding():
    X = np.array([[0.0, 0.0], [6.0, 8.0]])
    Z = ScaledBlocks((Block(0, 2, each=False),)).fit(X).transform(X)
    assert pytest.approx(np.array([[-0.6, -0.8], [0.6, 0.8]])) == Z


def test_gaps_take_the_training_median_and_are_marked():
    X = np.array([[1.0, 5.0], [np.nan, 6.0], [2.0, 7.0], [9.0, 8.0]])
    scaler = ScaledBlocks((Block(0, 2, mark_missing=True),)).fit(X)
    Z = scaler.transform(np.array([[np.nan, 6.5], [2.0, 6.5]]))
    assert Z.shape == (2, 3)  # two features and the mark of the first
    assert Z[0, 0] == pytest.approx(Z[1, 0])  # 2 is the median of 1, 2, 9
    assert Z[0, 2] > Z[1, 2]


def test_a_missing_or_constant_feature_has_no_weight():
    X = np.array([[np.nan, 4.0, 1.0], [np.nan, 4.0, 2.0]])
    scaler = ScaledBlocks((Block(0, 3),)).fit(X)
    assert scaler.transform(np.array([[77.0, 88.0, 1.5]])) == pytest.approx(np.zeros((1, 3)))


def test_blocks_weigh_the_same_however_wide():
    X = np.random.default_rng(0).normal(size=(30, 55)) * np.r_[np.ones(5), 100 * np.ones(50)]
    Z = ScaledBlocks((Block(0, 5), Block(5, 55, each=False))).fit(X).transform(X)
    assert Z[:, :5].var(axis=0).sum() == pytest.approx(1)
    assert Z[:, 5:].var(axis=0).sum() == pytest.approx(1)


def test_only_training_rows_fit_the_scale():
    X = np.random.default_rng(0).normal(size=(10, 4))
    poisoned = X.copy()
    poisoned[7:] = 1e6
    blocks = (Block(0, 2), Block(2, 4, each=False))
    one, other = (ScaledBlocks(blocks).fit(values[:7]) for values in (X, poisoned))
    assert (one.transform(X[:7]) == other.transform(poisoned[:7])).all()


def test_scaled_distances_are_the_same_in_turned_coordinates():
    X = np.random.default_rng(0).normal(size=(12, 300))
    X[4] = np.nan
    turned = compact(X)
    assert turned.shape == (12, 11) and np.isnan(turned[4]).all()
    train = np.array([0, 1, 2, 4, 5, 6, 8])
    full = ScaledBlocks((Block(0, 300, each=False),)).fit(X[train]).transform(X)
    small = ScaledBlocks((Block(0, 11, each=False),)).fit(turned[train]).transform(turned)
    assert full @ full.T == pytest.approx(small @ small.T)


def test_compact_leaves_narrow_data_alone():
    X = np.random.default_rng(0).normal(size=(12, 5))
    assert compact(X) is X


def test_a_fixed_block_is_scaled_and_never_moved():
    X = np.array([[-8.0], [-7.0], [-6.0], [np.nan], [-9.0], [1.0]])
    scaler = ScaledBlocks((Block(0, 1, fixed=True),)).fit(X)
    Z = scaler.transform(np.array([[-8.0], [3.0], [0.0], [np.nan], [1e6]]))[:, 0]
    assert np.sign(Z).tolist() == [-1, 1, 0, 0, 1]
    assert Z[1] == pytest.approx(-3 / 8 * Z[0]) and Z[4] < 10
    assert np.mean(scaler.transform(X) ** 2) == pytest.approx(1)
