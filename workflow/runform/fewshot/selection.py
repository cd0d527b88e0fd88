"""An estimator that chooses pooling and classifier inside its training rows, and the fusion of two.

Legend: N clips, F features of all poolings side by side.
"""

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut
from sklearn.utils.validation import check_is_fitted

from runform.fewshot.models import THRESHOLD, Block, ScaledBlocks, make_classifier
from runform.fewshot.prior import PRIOR, PRIOR_CLASSIFIERS, Prior, make_prior_classifier
from runform.fewshot.statistics import auc, balanced_accuracy, one_error_below


@dataclass(frozen=True)
class Pooling:
    """A name, the blocks of columns that it stands for, and the classifiers to choose among.

    prior: what simulated runners say of these columns, for classifiers that begin there.
    """

    name: str
    blocks: tuple[Block, ...]
    classifiers: tuple[str, ...]
    prior: Prior | None = None

    @property
    def untrained(self) -> "Pooling | None":
        """The same columns read by what learns nothing from examples; None where nothing does."""
        if self.prior is not None:
            return replace(self, classifiers=(PRIOR,))
        return replace(self, classifiers=(THRESHOLD,)) if THRESHOLD in self.classifiers else None

    def classifier(self, name: str, n_clips: int, n_features: int):
        """One of its classifiers, unfitted, for a training set of that size."""
        if self.prior is not None and name in PRIOR_CLASSIFIERS:
            return make_prior_classifier(name, self.prior)
        return make_classifier(name, n_clips, n_features)


class _Calibrated(ClassifierMixin, BaseEstimator):
    """Predictions and probabilities from a decision and the `slope_` of its sigmoid."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(N,) bool."""
        return self.decision_function(X) > 0

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """(N, 2) calibrated probability of no and yes; NaN with too few examples to calibrate."""
        yes = sigmoid(self.slope_ * self.decision_function(X))
        return np.stack([1 - yes, yes], axis=1)


class NestedSelectionClassifier(_Calibrated):
    """Chooses pooling and classifier by cross-validation inside the rows of `fit`, then refits.

    First the pooling, judged by its first classifier, then the classifier: a dozen examples cannot
    judge twenty pairs. Both lists begin with the simplest; the first within one standard error of
    the best is taken (`simplest`), by the mean of balanced accuracy and AUC on the inner test rows.
    The inner decisions `held_out_` (N,) calibrate the probabilities, by Platt's sigmoid without an
    offset. Where a class has fewer than two runners, the first pooling and classifier are taken.
    """

    def __init__(
        self, poolings: tuple[Pooling, ...], folds: int = 3, repeats: int = 1, random_state: int = 0
    ):
        self.poolings = poolings
        self.folds = folds
        self.repeats = repeats
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: np.ndarray, groups: np.ndarray) -> "NestedSelectionClassifier":
        """X (N, F), NaN where missing; y (N,) bool; groups (N,) the runners."""
        self.classes_ = np.array([False, True])
        self.only_ = bool(y[0]) if y.all() or not y.any() else None
        if self.only_ is not None:
            self.pooling_, self.classifier_, self.slope_ = "", "one class", 0.0
            self.held_out_ = np.full(len(y), np.nan)
            return self
        splits = inner_splits(groups, y, self.folds, self.repeats, self.random_state)
        pooling, self.held_out_ = self._choose(X, y, splits, len(np.unique(groups)))
        self.scaler_ = ScaledBlocks(pooling.blocks).fit(X)
        Z = self.scaler_.transform(X)
        self.model_ = pooling.classifier(self.classifier_, *Z.shape).fit(Z, y)
        self.slope_ = calibration_slope(self.held_out_, y) if splits else np.nan
        return self

    def _choose(self, X, y, splits, runners: int) -> tuple[Pooling, np.ndarray]:
        """The pooling, with the held-out decisions of the classifier that was chosen on it."""
        if not splits:
            pooling = self.poolings[0]
            self.pooling_, self.classifier_ = pooling.name, pooling.classifiers[0]
            return pooling, np.full(len(y), np.nan)
        scaled = [scale_splits(X, pooling, splits) for pooling in self.poolings]
        by_pooling = [
            held_out_decisions(parts, y, pooling, pooling.classifiers[0])
            for parts, pooling in zip(scaled, self.poolings, strict=True)
        ]
        chosen = simplest(by_pooling, y, runners)
        pooling, parts = self.poolings[chosen], scaled[chosen]
        others = [held_out_decisions(parts, y, pooling, name) for name in pooling.classifiers[1:]]
        by_classifier = [by_pooling[chosen], *others]
        best = simplest(by_classifier, y, runners)
        self.pooling_, self.classifier_ = pooling.name, pooling.classifiers[best]
        return pooling, by_classifier[best]

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """(N,) above 0 for yes."""
        check_is_fitted(self, "classes_")
        if self.only_ is not None:
            return np.full(len(X), 1.0 if self.only_ else -1.0)
        return self.model_.decision_function(self.scaler_.transform(X))


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """Probability of yes for log-odds (N,)."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -50, 50)))


def inner_splits(
    groups, y, folds: int, repeats: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Train and test rows of the inner cross-validation; none where a class has under two runners.

    With no more runners than folds, each runner is left out in turn.
    """
    if min(len(np.unique(groups[y])), len(np.unique(groups[~y]))) < 2:
        return []
    rows = np.arange(len(y))
    if len(np.unique(groups)) <= folds:
        splits = LeaveOneGroupOut().split(rows, y, groups)
    else:
        shuffled = (GroupKFold(folds, shuffle=True, random_state=seed + r) for r in range(repeats))
        splits = chain.from_iterable(fold.split(rows, y, groups) for fold in shuffled)
    return [(train, test) for train, test in splits if y[train].any() and not y[train].all()]


def scale_splits(
    X: np.ndarray, pooling: Pooling, splits
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Per split: train rows, test rows, and features of both, scaled by the training rows."""
    parts = []
    for train, test in splits:
        scaler = ScaledBlocks(pooling.blocks).fit(X[train])
        parts.append((train, test, scaler.transform(X[train]), scaler.transform(X[test])))
    return parts


def held_out_decisions(
    scaled: list, y: np.ndarray, pooling: Pooling, classifier: str
) -> np.ndarray:
    """(N,) mean decision on each row over the splits that held it out; NaN where none did."""
    total, count = np.zeros(len(y)), np.zeros(len(y))
    for train, test, Z_train, Z_test in scaled:
        model = pooling.classifier(classifier, *Z_train.shape).fit(Z_train, y[train])
        total[test] += model.decision_function(Z_test)
        count[test] += 1
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def simplest(tried: list[np.ndarray], y: np.ndarray, runners: int) -> int:
    """Index of the first of `tried` whose score lies within one standard error of the best.

    tried: held-out decisions (N,) of each candidate, the simplest first.  y: (N,) bool.  runners:
    how many of them are independent. Breiman et al. 1984, section 3.4.3. The standard error is the
    binomial one of the best score with Wilson's centre, so that a score of 1 has an error too.
    """
    scores = np.array([_score(decisions, y) for decisions in tried])
    # The last digits do not decide between equals.
    return int(np.argmax(scores >= one_error_below(scores.max(), runners) - 1e-9))


def _score(decisions: np.ndarray, y: np.ndarray) -> float:
    tested = np.isfinite(decisions)
    y, decisions = y[tested], decisions[tested]
    both = balanced_accuracy(y, (decisions > 0) == y), auc(y, decisions)
    return float(np.nan_to_num(np.mean(both), nan=0.5))


def calibration_slope(decisions: np.ndarray, y: np.ndarray) -> float:
    """Slope, 0 or more, of Platt's sigmoid through 0 for held-out decisions (N,), some NaN.

    Regularised in units of the decisions' spread, so that a few separable examples do not give
    certainty.
    """
    tested = np.isfinite(decisions)
    y, decisions = y[tested], decisions[tested]
    scale = np.sqrt(np.mean(decisions**2)) if len(y) else 0.0
    if scale == 0 or y.all() or not y.any():
        return 0.0
    fit = LogisticRegression(fit_intercept=False).fit(decisions[:, None] / scale, y)
    return max(0.0, float(fit.coef_[0, 0])) / scale


class LateFusion(_Calibrated):
    """The sum of the calibrated log-odds of one `NestedSelectionClassifier` for each member.

    A member that predicts nothing on its inner held-out rows has a slope near 0 and little weight.
    With too few examples to calibrate, the plain decisions are added. The sum is calibrated on the
    sum of the inner held-out decisions.
    """

    def __init__(
        self,
        members: tuple[tuple[Pooling, ...], ...],
        folds: int = 3,
        repeats: int = 1,
        random_state: int = 0,
    ):
        self.members = members
        self.folds = folds
        self.repeats = repeats
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: np.ndarray, groups: np.ndarray) -> "LateFusion":
        """X (N, F), NaN where missing; y (N,) bool; groups (N,) the runners."""
        self.classes_ = np.array([False, True])
        choose = [
            NestedSelectionClassifier(poolings, self.folds, self.repeats, self.random_state)
            for poolings in self.members
        ]
        self.fitted_ = [member.fit(X, y, groups) for member in choose]
        slopes = np.array([member.slope_ for member in self.fitted_])
        self.weights_ = slopes if (slopes > 0).any() else np.ones(len(slopes))
        self.pooling_ = " + ".join(member.pooling_ for member in self.fitted_)
        self.classifier_ = " + ".join(member.classifier_ for member in self.fitted_)
        held_out = self._added([member.held_out_ for member in self.fitted_])
        self.slope_ = calibration_slope(held_out, y) if np.isfinite(slopes).all() else np.nan
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """(N,) above 0 for yes."""
        return self._added([member.decision_function(X) for member in self.fitted_])

    def _added(self, decisions: list[np.ndarray]) -> np.ndarray:
        return np.tensordot(self.weights_, np.array(decisions), axes=1)
