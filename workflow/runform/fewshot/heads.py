"""The classifiers that a handful of examples can carry, in the order in which ties are broken.

Legend: N clips, F features.
"""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

LINEAR_SVM, LDA, LOGISTIC, PROTOTYPES, BEST = "linear_svm", "lda", "logistic_pca", "prototypes", "best_features_lda"
AS_IT_IS = "reference_limit"
DENSE_HEADS = (LINEAR_SVM, LDA, LOGISTIC, PROTOTYPES)
MOST_COMPONENTS = 8
MOST_FEATURES = 3


class CosinePrototypes(ClassifierMixin, BaseEstimator):
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

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(N,) labels."""
        return self.classes_[(self.decision_function(X) > 0).astype(int)]


class AsItIs(ClassifierMixin, BaseEstimator):
    """The first feature is the answer, above 0 for yes; nothing is learned."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "AsItIs":
        """y (N,) only says what the two classes are."""
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """(N,) the first column of X (N, F)."""
        check_is_fitted(self)
        return X[:, 0]

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(N,) labels."""
        return self.classes_[(self.decision_function(X) > 0).astype(int)]


def _length(X: np.ndarray) -> np.ndarray:
    return np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-12)


def make_head(name: str, n_clips: int, n_features: int):
    """A fresh head for a training set of that size: an estimator with `fit` and `decision_function`.

    Strengths are set for features of total variance 1 (`runform.fewshot.scaling`). The LDA works in the space that its examples
    span and shrinks half way to a multiple of the identity; Ledoit and Wolf's estimate would first blow up every direction to
    one variance. With one example a class there is no scatter to learn from: an LDA is then the nearest example.
    """
    spanned = max(1, min(n_clips - 1, n_features))
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.5) if n_clips > 2 else CosinePrototypes()
    if name == LINEAR_SVM:
        return LinearSVC(C=10.0, random_state=0)
    if name == LDA:
        return make_pipeline(PCA(spanned, svd_solver="full"), lda)
    if name == LOGISTIC:
        return make_pipeline(PCA(min(MOST_COMPONENTS, spanned), whiten=True, svd_solver="full"), LogisticRegression())
    if name == PROTOTYPES:
        return CosinePrototypes()
    if name == BEST:
        return make_pipeline(SelectKBest(_f_test, k=min(MOST_FEATURES, n_features)), lda)
    if name == AS_IT_IS:
        return AsItIs()
    raise ValueError(f"unknown head {name!r}: expected one of {', '.join((*DENSE_HEADS, BEST))}")


def _f_test(X, y):
    """F of each feature; 0 where a feature has no spread, which `f_classif` would answer with a warning."""
    varied = X.std(axis=0) > 0
    scores = np.zeros(X.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        if varied.any():
            scores[varied] = np.nan_to_num(f_classif(X[:, varied], y)[0], nan=0.0, posinf=1e12)
    return scores
