"""What simulated runners say of a deficiency before any example is labelled: a logistic regression
learned on simulated labels, and classifiers that examples pull away from it.

A classifier with thousands of simulated runners behind it has an answer without any example, and a
few examples that contradict it cannot mislead it far (hypothesis transfer; Kuzborskij and Orabona
2013). Readings of real clips may all be a little too high or too low, which the simulation cannot
know: so the threshold moves most easily.

Legend: N clips, F features.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from runform.fewshot.models import TwoClasses
from runform.fewshot.readings_table import LEAST_OF_A_CLASS

SIMULATED_STRENGTH = 1.0  # C of the regression on simulated labels, features of spread 1
# The simulated decision is surer of itself than clips of people justify, so examples begin at this
# slope, log-odds for one standard deviation of the decision, and may change it and the threshold
# by so much: standard deviations of normal priors, log-odds.
SLOPE, SLOPE_SD, THRESHOLD_SD = 2.0, 0.7, 1.0
NEWTON_STEPS = 25
PRIOR, MOVED, PULLED_LITTLE, PULLED = "prior", "prior_moved", "prior_pulled_little", "prior_pulled"
PRIOR_CLASSIFIERS = (PRIOR, MOVED, PULLED_LITTLE, PULLED)  # the least trained first
WEIGHT_SD = {PULLED_LITTLE: 0.3, PULLED: 1.0}


@dataclass(frozen=True)
class Prior:
    """A logistic regression on features of spread 1: weights (F,), offset, and the standard
    deviation of its decision over the simulated runners.
    """

    weights: np.ndarray
    offset: float
    spread: float

    def decide(self, X: np.ndarray) -> np.ndarray:
        """(N,) log-odds of yes; features that are missing count as usual ones."""
        return np.nan_to_num(X) @ self.weights + self.offset


def learn_prior(X: np.ndarray, labels: np.ndarray) -> Prior | None:
    """From simulated features X (N, F) and labels (N,): 1 yes, 0 no, NaN where there is none.

    Both classes weigh the same. None with too few runners of a class.
    """
    labelled = np.isfinite(labels) & np.isfinite(X).all(axis=1)
    y = labels[labelled] > 0.5
    if min(y.sum(), (~y).sum()) < LEAST_OF_A_CLASS:
        return None
    model = LogisticRegression(C=SIMULATED_STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit(X[labelled], y)
    decisions = model.decision_function(X[np.isfinite(X).all(axis=1)])
    return Prior(model.coef_[0], float(model.intercept_[0]), float(decisions.std()))


class PriorRule(TwoClasses):
    """The prior's own answer; nothing is learned from examples."""

    def __init__(self, prior: Prior):
        self.prior = prior

    def fit(self, X: np.ndarray, y: np.ndarray) -> "PriorRule":
        """y (N,) only says what the two classes are."""
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """(N,) log-odds of X (N, F)."""
        return self.prior.decide(X)


class MovedPrior(PriorRule):
    """The prior's decision with a threshold and a slope that the examples move."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "MovedPrior":
        """X (N, F), y (N,) with two classes."""
        super().fit(X, y)
        decision = self.prior.decide(X)[:, None] / self.prior.spread
        start, sd = np.array([SLOPE, 0.0]), np.array([SLOPE_SD, THRESHOLD_SD])
        self.slope_, self.shift_ = pulled_logistic(decision, y == self.classes_[1], start, sd)
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """(N,) log-odds of X (N, F)."""
        return self.prior.decide(X) / self.prior.spread * self.slope_ + self.shift_


class PulledPrior(MovedPrior):
    """A logistic regression whose weights examples pull away from the prior's.

    sd: standard deviation of each weight about the prior's.
    """

    def __init__(self, prior: Prior, sd: float):
        super().__init__(prior)
        self.sd = sd

    def fit(self, X: np.ndarray, y: np.ndarray) -> "PulledPrior":
        """X (N, F), y (N,) with two classes. The moved prior is where the pull begins."""
        super().fit(X, y)
        factor = self.slope_ / self.prior.spread
        start = np.append(self.prior.weights * factor, self.prior.offset * factor + self.shift_)
        sd = np.append(np.full(len(self.prior.weights), self.sd), THRESHOLD_SD)
        *weights, self.offset_ = pulled_logistic(np.nan_to_num(X), y == self.classes_[1], start, sd)
        self.weights_ = np.array(weights)
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """(N,) log-odds of X (N, F)."""
        return np.nan_to_num(X) @ self.weights_ + self.offset_


def make_prior_classifier(name: str, prior: Prior) -> PriorRule:
    """An unfitted classifier of `PRIOR_CLASSIFIERS`."""
    if name == PRIOR:
        return PriorRule(prior)
    return MovedPrior(prior) if name == MOVED else PulledPrior(prior, WEIGHT_SD[name])


def pulled_logistic(X: np.ndarray, y: np.ndarray, start: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Weights and offset (F + 1,) of the most probable logistic regression of y (N,) bool on X
    (N, F) under normal priors of mean `start` and standard deviation `sd`, (F + 1,) each.

    Both classes weigh the same. Newton's method with halved steps; the aim is convex.
    """
    A = np.column_stack([X, np.ones(len(X))])
    counts = np.array([np.sum(~y), np.sum(y)])
    weight = (len(y) / 2 / np.maximum(counts, 1))[y.astype(int)]
    sign, precision = np.where(y, 1.0, -1.0), 1 / sd**2

    def aim(w: np.ndarray) -> float:
        loss = weight @ np.logaddexp(0, -sign * (A @ w))
        return float(loss + precision @ (w - start) ** 2 / 2)

    w, value = start.astype(float), aim(start.astype(float))
    for _ in range(NEWTON_STEPS):
        p = 1 / (1 + np.exp(-np.clip(A @ w, -50, 50)))
        gradient = A.T @ (weight * (p - y)) + precision * (w - start)
        curvature = (A * (weight * p * (1 - p))[:, None]).T @ A + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        while aim(w - step) > value and np.abs(step).max() > 1e-9:
            step = step / 2
        w, before, value = w - step, value, aim(w - step)
        if before - value < 1e-10 * (1 + abs(value)):
            break
    return w
