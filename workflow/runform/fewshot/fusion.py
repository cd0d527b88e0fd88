"""Several readers of one clip, whose answers are added up.

Legend: N clips, F features of all readers side by side.
"""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from runform.fewshot.selection import ChosenInside, Pooling, calibration_slope, sigmoid


class Fused(ClassifierMixin, BaseEstimator):
    """One `ChosenInside` for each member; the answer is the sum of their calibrated log-odds.

    A reader that told nothing on its inner held-out rows has a slope near 0 there and so has no say. Where too few examples could
    calibrate any, the plain decisions are added. The sum is calibrated on the sum of the inner held-out decisions.
    """

    def __init__(self, members: tuple[tuple[Pooling, ...], ...], folds: int = 3, repeats: int = 1, random_state: int = 0):
        self.members = members
        self.folds = folds
        self.repeats = repeats
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: np.ndarray, groups: np.ndarray) -> "Fused":
        """X (N, F), NaN where missing; y (N,) bool; groups (N,) the runners."""
        self.classes_ = np.array([False, True])
        choose = [ChosenInside(poolings, self.folds, self.repeats, self.random_state) for poolings in self.members]
        self.fitted_ = [member.fit(X, y, groups) for member in choose]
        slopes = np.array([member.slope_ for member in self.fitted_])
        self.weights_ = slopes if (slopes > 0).any() else np.ones(len(slopes))
        self.pooling_ = " + ".join(member.pooling_ for member in self.fitted_)
        self.head_ = " + ".join(member.head_ for member in self.fitted_)
        held_out = self._added([member.held_out_ for member in self.fitted_])
        self.slope_ = calibration_slope(held_out, y) if np.isfinite(slopes).all() else np.nan
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """(N,) above 0 for yes."""
        return self._added([member.decision_function(X) for member in self.fitted_])

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(N,) bool."""
        return self.decision_function(X) > 0

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """(N, 2) calibrated probability of no and of yes; NaN where too few examples could calibrate it."""
        yes = sigmoid(self.slope_ * self.decision_function(X))
        return np.stack([1 - yes, yes], axis=1)

    def _added(self, decisions: list[np.ndarray]) -> np.ndarray:
        return np.tensordot(self.weights_, np.array(decisions), axes=1)
