"""The protocol of the published study: mean-pooled embedding, linear SVM, four shuffled folds.

As released in becklabs/form-repr: `LinearSVC(random_state=fold)` on `KFold(4, shuffle=True,
random_state=16)`, clip by clip. A runner's clips may be in training and test, which the protocols
of `runform.fewshot.protocols` never allow.

Legend: N clips, F features.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.svm import LinearSVC

from runform.fewshot.labelled import Examples
from runform.fewshot.models import LINEAR_SVM, compact
from runform.fewshot.protocols import PUBLISHED, Fold, Outcome, outcome_of
from runform.fewshot.statistics import permutation_p


@dataclass(frozen=True)
class PublishedProtocol:
    """The settings of the published protocol.

    folds, shuffle_seed: of the published KFold.  permutations: of the labels, for p (0: none),
    stopped once `stop_at` of them did as well.  random_seed: of the permutations.
    """

    folds: int = 4
    shuffle_seed: int = 16
    permutations: int = 1000
    stop_at: int = 50
    random_seed: int = 0


class Published:
    """The published protocol on X (N, F); folds and filled gaps are computed once.

    The accuracy and its permutations use the same coordinates of X: `compact` where there are no
    gaps, else the features themselves with their gaps filled in each fold.
    """

    def __init__(self, X: np.ndarray, settings: PublishedProtocol):
        self.settings = settings
        X = compact(X) if np.isfinite(X).all() else X
        splits = KFold(settings.folds, shuffle=True, random_state=settings.shuffle_seed).split(X)
        self.splits = [(train, test, *_filled(X[train], X[test])) for train, test in splits]

    def folds(self, labels: np.ndarray) -> tuple[Fold, ...]:
        """The folds fitted to labels (N,) bool; with one class in training it is predicted."""
        return tuple(_fold(*split, labels, number) for number, split in enumerate(self.splits))

    def outcome(self, examples: Examples, pooling: str) -> Outcome:
        """What the folds give for N labelled examples. pooling: name of the features."""
        folds, labels = self.folds(examples.labels), examples.labels
        decision = np.zeros(len(labels))
        for fold in folds:
            decision[fold.test] = fold.decision
        return outcome_of(
            PUBLISHED,
            examples.clips,
            examples.runners,
            labels,
            decision[:, None],
            np.full((len(labels), 1), np.nan),
            [fold.train_accuracy for fold in folds],
            Counter({(pooling, LINEAR_SVM): len(folds)}),
            folds,
        )

    def p_permutation(self, examples: Examples) -> float:
        """One-sided p of the mean test accuracy under labels permuted over clips."""

        def accuracy(labels: np.ndarray) -> float:
            return mean_test_accuracy(self.folds(labels), labels)

        settings = self.settings
        shuffles = settings.permutations, settings.stop_at, settings.random_seed
        # the published study takes every clip for a runner of its own
        return permutation_p(accuracy, examples.labels, examples.clips, *shuffles)[0]


def mean_test_accuracy(folds: Sequence[Fold], labels: np.ndarray) -> float:
    """Mean over folds of the share of test clips whose label is predicted."""
    return float(np.mean([np.mean((fold.decision > 0) == labels[fold.test]) for fold in folds]))


def _filled(X_train: np.ndarray, X_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gaps filled with the medians of the training rows; an embedding has none."""
    if np.isfinite(X_train).all() and np.isfinite(X_test).all():
        return X_train, X_test
    imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(X_train)
    return imputer.transform(X_train), imputer.transform(X_test)


def _fold(train, test, X_train, X_test, labels: np.ndarray, number: int) -> Fold:
    y = labels[train]
    one_class = bool(y.all() or not y.any())
    if one_class:
        weights, offset = np.zeros(X_train.shape[1]), 1.0 if y.all() else -1.0
    else:
        with warnings.catch_warnings():
            # Few clips in many dimensions: liblinear stops at its default 1000 rounds, as it did in
            # the published notebooks.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = LinearSVC(random_state=number).fit(X_train, y)
        weights, offset = model.coef_[0], model.intercept_[0]
    train_accuracy = float(np.mean((X_train @ weights + offset > 0) == y))
    return Fold(train, test, X_test @ weights + offset, train_accuracy, one_class)
