"""A permutation test of features: a thousand permuted labels for the price of one fit.

Legend: N clips, P permutations, F features.
"""

import numpy as np
from sklearn.linear_model import RidgeCV

from runform.fewshot.feature_sets import FeatureSet
from runform.fewshot.models import ScaledBlocks
from runform.fewshot.statistics import permute_by_runner

STRENGTHS = (0.1, 1.0, 10.0)


def permuted_labels_p(
    feature_set: FeatureSet,
    labels: np.ndarray,
    runners: np.ndarray,
    splits,
    permutations: int,
    seed: int,
) -> float:
    """One-sided p, on the train and test rows of `splits`, that features and labels are unrelated.

    Statistic: balanced accuracy of a ridge classifier (the least-squares form of an LDA shrunk to
    the identity; Hastie, Tibshirani and Friedman 2009, section 4.3) that chooses strength and
    pooling inside each training fold by leave-one-out error. Each permutation of the labels over
    runners is fitted in full; all are columns of one fit, since ridge regression is linear in its
    labels. nan when permutations = 0.
    """
    if permutations == 0:
        return np.nan
    rng = np.random.default_rng(seed)
    columns = [labels] + [permute_by_runner(labels, runners, rng) for _ in range(permutations)]
    Y = np.where(np.array(columns).T, 1.0, -1.0)  # (N, 1 + P), the true labels first
    decisions, tested = np.zeros_like(Y), np.zeros(len(Y), bool)
    for train, test in splits:
        decisions[test], tested[test] = _decide(feature_set, Y[train], train, test), True
    reached = _balanced_accuracies(decisions[tested], Y[tested])
    return float((1 + np.sum(reached[1:] >= reached[0] - 1e-9)) / (permutations + 1))


def _decide(
    feature_set: FeatureSet, Y: np.ndarray, train: np.ndarray, test: np.ndarray
) -> np.ndarray:
    """(test rows, 1 + P) decisions of the pooling with the least leave-one-out training error."""
    scores, decisions = [], []
    for pooling in feature_set.poolings:
        scaler = ScaledBlocks(pooling.blocks).fit(feature_set.X[train])
        model = RidgeCV(STRENGTHS, alpha_per_target=True).fit(
            scaler.transform(feature_set.X[train]), Y
        )
        scores.append(model.best_score_)
        decisions.append(model.predict(scaler.transform(feature_set.X[test])))
    best = np.argmax(np.round(scores, 9), axis=0)
    return np.take_along_axis(np.array(decisions), best[None, None, :], axis=0)[0]


def _balanced_accuracies(decisions: np.ndarray, Y: np.ndarray) -> np.ndarray:
    right, yes = (decisions > 0) == (Y > 0), Y > 0
    return (
        (right & yes).sum(axis=0) / yes.sum(axis=0)
        + (right & ~yes).sum(axis=0) / (~yes).sum(axis=0)
    ) / 2
