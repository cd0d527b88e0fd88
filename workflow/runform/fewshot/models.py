"""Classifiers for a handful of examples, the simplest first, and the scaling of their features.

Legend: N clips, F features.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

LINEAR_SVM, LDA, LOGISTIC, PROTOTYPES = "linear_svm", "lda", "logistic_pca", "prototypes"
BEST = "best_features_lda"
THRESHOLD = "reference_limit"
DENSE_CLASSIFIERS = (LINEAR_SVM, LDA, LOGISTIC, PROTOTYPES)
MOST_COMPONENTS = 8
MOST_FEATURES = 3


class TwoClasses(ClassifierMixin, BaseEstimator):
    """Predicts the second class where the decision is above 0."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(N,) labels."""
        return self.classes_[(self.decision_function(X) > 0).astype(int)]


class CosinePrototypes(TwoClasses):
    """Each class is the mean of its examples; a clip goes to the one at the smaller angle."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "CosinePrototypes":
        """X (N, F), y (N,) with two classes."""
        self.classes_ = np.unique(y)
        prototypes = np.stack([X[y == label].mean(axis=0) for label in self.classes_])
        self.prototypes_ = prototypes / _length(prototypes)
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """(N,) cosine to the second class less cosine to the first."""
        check_is_fitted(self)
        cosines = (X / _length(X)) @ self.prototypes_.T
        return cosines[:, 1] - cosines[:, 0]


class ThresholdRule(TwoClasses):
    """The first feature is the decision, above 0 for yes; nothing is learned."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "ThresholdRule":
        """y (N,) only says what the two classes are."""
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """(N,) the first column of X (N, F)."""
        check_is_fitted(self)
        return X[:, 0]


def _length(X: np.ndarray) -> np.ndarray:
    return np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-12)


def make_classifier(name: str, n_clips: int, n_features: int):
    """An unfitted classifier for a training set of that size.

    Its regularisation suits features of total variance 1 (`ScaledBlocks`). The LDA works in the
    space that its examples span and shrinks half way to a multiple of the identity; Ledoit and
    Wolf's estimate would first scale every direction to one variance. With one example a class
    there is no scatter to learn from: prototypes stand in for the LDA.
    """
    spanned = max(1, min(n_clips - 1, n_features))
    lda = (
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.5)
        if n_clips > 2
        else CosinePrototypes()
    )
    if name == LINEAR_SVM:
        return LinearSVC(C=10.0, random_state=0)
    if name == LDA:
        return make_pipeline(PCA(spanned, svd_solver="full"), lda)
    if name == LOGISTIC:
        return make_pipeline(
            PCA(min(MOST_COMPONENTS, spanned), whiten=True, svd_solver="full"), LogisticRegression()
        )
    if name == PROTOTYPES:
        return CosinePrototypes()
    if name == BEST:
        return make_pipeline(SelectKBest(_f_test, k=min(MOST_FEATURES, n_features)), lda)
    if name == THRESHOLD:
        return ThresholdRule()
    raise ValueError(
        f"unknown classifier {name!r}: expected one of {', '.join((*DENSE_CLASSIFIERS, BEST))}"
    )


def _f_test(X, y):
    """F of each feature; 0 where a feature has no spread."""
    varied = X.std(axis=0) > 0
    scores = np.zeros(X.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        if varied.any():
            scores[varied] = np.nan_to_num(f_classif(X[:, varied], y)[0], nan=0.0, posinf=1e12)
    return scores


@dataclass(frozen=True)
class Block:
    """Columns start..stop of X that belong together.

    each: scale every feature by its own spread, outliers clipped (metrics of many units); else all
    by one (an embedding).  mark_missing: add a column per feature that is missing in some training
    row.  fixed: scale each by its root mean square without centring, and fill gaps with 0, for
    features whose zero has a meaning.  as_is: no scaling, and gaps are 0, for features in units of
    the simulated runners.
    """

    start: int
    stop: int
    each: bool = True
    mark_missing: bool = False
    fixed: bool = False
    as_is: bool = False

    @property
    def rotatable(self) -> bool:
        """Whether only inner products of its rows count."""
        return not (self.each or self.fixed or self.as_is)


class ScaledBlocks(TransformerMixin, BaseEstimator):
    """Chosen blocks of X (N, F), filled, centred and scaled to a total variance of 1 each.

    So 20 metrics and 8,704 embedding numbers weigh the same, and the classifiers' regularisation
    means the same for all. All numbers come from the rows of `fit`. A ColumnTransformer of imputers
    and scalers would spend ten times longer on checks than on sums.
    """

    def __init__(self, blocks: tuple[Block, ...]):
        self.blocks = blocks

    def fit(self, X: np.ndarray, y=None) -> "ScaledBlocks":
        """X (N, F), NaN where missing."""
        self.fitted_ = [_fit_block(X[:, block.start : block.stop], block) for block in self.blocks]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """(N, F') scaled features of the blocks side by side."""
        check_is_fitted(self)
        pairs = zip(self.blocks, self.fitted_, strict=True)
        return np.concatenate(
            [_transform_block(X[:, block.start : block.stop], *fit) for block, fit in pairs], axis=1
        )


def _fit_block(X, block):
    if block.as_is:
        zeros = np.zeros(X.shape[1])
        return (-np.inf, np.inf), zeros, np.zeros(0, int), zeros, np.ones(X.shape[1])
    missing = np.isnan(X)
    # A gap takes the median of its feature; in a block of one scale the mean, which alone does not
    # change when the axes are rotated (`compact`).
    one_by_one = block.each or block.fixed
    centre_of = np.nanmedian if one_by_one else np.nanmean
    measured = ~missing.all(axis=0)
    fill = np.zeros(X.shape[1])
    fill[measured] = centre_of(X[:, measured], axis=0)
    marked = np.flatnonzero(missing.any(axis=0)) if block.mark_missing else np.zeros(0, int)
    limits = _limits(np.where(missing, fill, X), fill) if one_by_one else (-np.inf, np.inf)
    if block.fixed:
        return _fit_fixed(X, missing, np.maximum(*np.abs(limits)))
    full = _filled(np.clip(X, *limits), missing, fill, marked)
    centre, spread = full.mean(axis=0), full.std(axis=0)
    # A feature that is constant in training gets no weight, whatever it may be in a test clip.
    alive = spread > 1e-9 * (1 + np.abs(centre))
    if block.each:
        weight = np.where(alive, 1 / np.where(alive, spread, 1.0), 0.0) / np.sqrt(
            max(1, alive.sum())
        )
    else:
        weight = np.full(len(spread), 1 / np.linalg.norm(spread) if alive.any() else 0.0)
    return limits, fill, marked, centre, weight


def _fit_fixed(X, missing, most):
    zeros = np.zeros(X.shape[1])
    size = np.sqrt(
        np.mean(np.where(missing, 0.0, np.clip(X, -most, most)) ** 2, axis=0) * X.shape[1]
    )
    return (-most, most), zeros, np.zeros(0, int), zeros, 1 / np.where(size > 0, size, 1.0)


def _filled(X, missing, fill, marked):
    full = np.where(missing, fill, X)
    return np.concatenate([full, missing[:, marked].astype(float)], axis=1) if len(marked) else full


def _limits(filled, median):
    """Three robust deviations (IQR / 1.349) round the median, against single misread contacts."""
    quarter, three_quarters = np.percentile(filled, [25, 75], axis=0)
    reach = 3 * (three_quarters - quarter) / 1.349
    reach = np.where(reach > 0, reach, np.inf)
    return median - reach, median + reach


def _transform_block(X, limits, fill, marked, centre, weight):
    return (_filled(np.clip(X, *limits), np.isnan(X), fill, marked) - centre) * weight


def compact(X: np.ndarray) -> np.ndarray:
    """X (N, F) rotated into at most N coordinates; inner products of its rows do not change.

    A linear classifier predicts the same from both, and with F of several thousand it is fitted
    hundreds of times faster. Rows with a gap become rows of NaN.
    """
    complete = np.isfinite(X).all(axis=1)
    if X.shape[1] <= X.shape[0] or not complete.any():
        return X
    u, s, _ = np.linalg.svd(X[complete].astype(float), full_matrices=False)
    rotated = np.full((len(X), len(s)), np.nan)
    rotated[complete] = u * s
    return rotated
