"""p from a thousand label shuffles, each fitted anew, at the price of one fit: ridge regression is linear in its labels.

Legend: N clips, P shuffles, F features.
"""

import numpy as np
from sklearn.linear_model import RidgeCV

from runform.fewshot.arms import Arm
from runform.fewshot.scaling import ScaledBlocks
from runform.fewshot.statistics import permute_by_runner

STRENGTHS = (0.1, 1.0, 10.0)


def shuffled_labels_p(arm: Arm, labels: np.ndarray, runners: np.ndarray, splits, permutations: int, seed: int) -> float:
    """One-sided p that the arm's features tell nothing of the labels, within the train and test rows of `splits`.

    Statistic: balanced accuracy of a ridge classifier (the least-squares form of an LDA shrunk to the identity; Hastie,
    Tibshirani and Friedman 2009, section 4.3) that chooses strength and pooling inside each training fold by leave-one-out error.
    For every shuffle of the labels over runners the whole of it is done again; all shuffles are columns of one fit.
    nan when permutations = 0.
    """
    if permutations == 0:
        return np.nan
    rng = np.random.default_rng(seed)
    columns = [labels] + [permute_by_runner(labels, runners, rng) for _ in range(permutations)]
    Y = np.where(np.array(columns).T, 1.0, -1.0)  # (N, 1 + P), the true labels first
    decisions, answered = np.zeros_like(Y), np.zeros(len(Y), bool)
    for train, test in splits:
        decisions[test], answered[test] = _decide(arm, Y[train], train, test), True
    reached = _balanced_accuracies(decisions[answered], Y[answered])
    return float((1 + np.sum(reached[1:] >= reached[0] - 1e-9)) / (permutations + 1))


def _decide(arm: Arm, Y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """(test rows, 1 + P) decisions of the pooling that fits each column of Y best by leave-one-out error in training."""
    scores, answers = [], []
    for pooling in arm.poolings:
        scaler = ScaledBlocks(pooling.blocks).fit(arm.X[train])
        model = RidgeCV(STRENGTHS, alpha_per_target=True).fit(scaler.transform(arm.X[train]), Y)
        scores.append(model.best_score_)
        answers.append(model.predict(scaler.transform(arm.X[test])))
    best = np.argmax(np.round(scores, 9), axis=0)
    return np.take_along_axis(np.array(answers), best[None, None, :], axis=0)[0]


def _balanced_accuracies(decisions: np.ndarray, Y: np.ndarray) -> np.ndarray:
    right, yes = (decisions > 0) == (Y > 0), Y > 0
    return ((right & yes).sum(axis=0) / yes.sum(axis=0) + (right & ~yes).sum(axis=0) / (~yes).sum(axis=0)) / 2
