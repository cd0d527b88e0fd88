"""Counts, intervals and tests for accuracies measured on few clips.

Legend: N clips, B bootstrap draws.
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import binomtest


def wilson_interval(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for k right of n (Wilson 1927). (nan, nan) when n = 0."""
    if n == 0:
        return np.nan, np.nan
    interval = binomtest(k, n).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def one_error_below(share: float, n: int) -> float:
    """Lower end of Wilson's interval of one standard error for a share of `n` predictions."""
    centre, half = share + 0.5 / n, np.sqrt(share * (1 - share) / n + 0.25 / n**2)
    return float((centre - half) / (1 + 1 / n))


def binomial_p(k: int, n: int, chance: float = 0.5) -> float:
    """One-sided exact p of k or more right of n by guessing. nan when n = 0."""
    return float(binomtest(k, n, chance, alternative="greater").pvalue) if n else np.nan


def balanced_accuracy(labels: np.ndarray, right: np.ndarray) -> float:
    """Mean of the two classes' recalls; nan when a class is absent.

    labels: (N,) bool.  right: (N,) bool, or the share of repeats that were correct.
    """
    if labels.all() or not labels.any():
        return np.nan
    return float((right[labels].mean() + right[~labels].mean()) / 2)


def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve, ties counting half; nan for one class."""
    if labels.all() or not labels.any():
        return np.nan
    return float(_wins(labels, scores).mean())


def _wins(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return (1 + np.sign(scores[labels][:, None] - scores[~labels][None, :])) / 2  # (yes, no)


def bootstrap_intervals(
    labels: np.ndarray,
    right: np.ndarray,
    scores: np.ndarray,
    runners: np.ndarray,
    draws: int,
    seed: int,
) -> dict[str, tuple[float, float]]:
    """95 % percentile intervals of `balanced_accuracy` and `auc`, (low, high) each.

    A cluster bootstrap: draws whole runners. All arrays (N,). Draws that lack a class are left out;
    nan where a class has fewer than two runners.
    """
    if min(len(np.unique(runners[labels])), len(np.unique(runners[~labels]))) < 2:
        return {"balanced_accuracy": (np.nan, np.nan), "auc": (np.nan, np.nan)}
    names, owner = np.unique(runners, return_inverse=True)
    chance = np.full(len(names), 1 / len(names))
    counts = np.random.default_rng(seed).multinomial(len(names), chance, size=draws)
    weight = counts[:, owner].astype(float)  # (B, N)
    yes, no = weight[:, labels], weight[:, ~labels]
    both = (yes.sum(1) > 0) & (no.sum(1) > 0)
    yes, no = yes[both], no[both]
    total_yes, total_no = yes.sum(1), no.sum(1)
    right = right.astype(float)
    recalls = (yes @ right[labels]) / total_yes + (no @ right[~labels]) / total_no
    areas = ((yes @ _wins(labels, scores)) * no).sum(1) / (total_yes * total_no)
    return {"balanced_accuracy": _percentiles(recalls / 2), "auc": _percentiles(areas)}


def _percentiles(values: np.ndarray) -> tuple[float, float]:
    if not len(values):
        return np.nan, np.nan
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def bootstrap_difference(
    labels: np.ndarray,
    right: np.ndarray,
    other_right: np.ndarray,
    runners: np.ndarray,
    draws: int,
    seed: int,
) -> tuple[float, float, float, float]:
    """Difference of two balanced accuracies on the same N clips, its 95 % interval and two-sided p.

    right, other_right: (N,) bool, or shares of repeats. Whole runners are drawn, the same for both;
    p is twice the smaller share of draws on one side of 0, at least 2 / (draws + 1). nan where a
    class has fewer than two runners, or without draws.
    """
    difference = balanced_accuracy(labels, right) - balanced_accuracy(labels, other_right)
    enough = min(len(np.unique(runners[labels])), len(np.unique(runners[~labels]))) >= 2
    if not enough or draws == 0:
        return difference, np.nan, np.nan, np.nan
    names, owner = np.unique(runners, return_inverse=True)
    chance = np.full(len(names), 1 / len(names))
    counts = np.random.default_rng(seed).multinomial(len(names), chance, size=draws)
    weight = counts[:, owner].astype(float)
    yes, no = weight[:, labels], weight[:, ~labels]
    both = (yes.sum(1) > 0) & (no.sum(1) > 0)
    gain = right.astype(float) - other_right.astype(float)
    drawn = (yes @ gain[labels])[both] / yes.sum(1)[both] / 2
    drawn = drawn + (no @ gain[~labels])[both] / no.sum(1)[both] / 2
    low, high = _percentiles(drawn)
    least = min(np.sum(drawn <= 1e-12), np.sum(drawn >= -1e-12))
    return difference, low, high, float(min(1.0, 2 * (least + 1) / (len(drawn) + 1)))


def holm(p_values: np.ndarray) -> np.ndarray:
    """(K,) p-values adjusted for K tests (Holm 1979); NaN are no tests."""
    p_values = np.asarray(p_values, float)
    order = np.argsort(p_values)
    tests = int(np.isfinite(p_values).sum())
    adjusted, largest = np.full(len(p_values), np.nan), 0.0
    for rank, row in enumerate(order[:tests]):
        largest = max(largest, min(1.0, (tests - rank) * p_values[row]))
        adjusted[row] = largest
    return adjusted


def runners_by_size(runners: np.ndarray) -> list[np.ndarray]:
    """Rows (R, S) of the R runners with S clips each, for every S that occurs."""
    _, owner, sizes = np.unique(runners, return_inverse=True, return_counts=True)
    rows = np.split(np.argsort(owner, kind="stable"), np.cumsum(sizes)[:-1])
    return [
        np.array([of_one for of_one in rows if len(of_one) == size]) for size in np.unique(sizes)
    ]


def permute_by_runner(
    labels: np.ndarray, runners: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Labels permuted as they are exchangeable when the clips do not show the deficiency.

    Clips of one runner resemble each other, so a runner exchanges all labels, in the order of the
    clips, with a runner of as many clips.
    """
    shuffled = labels.copy()
    for rows in runners_by_size(runners):
        shuffled[rows] = rng.permutation(labels[rows])
    return shuffled


def permutation_p(
    statistic: Callable[[np.ndarray], float],
    labels: np.ndarray,
    runners: np.ndarray,
    permutations: int,
    stop_at: int,
    seed: int,
) -> tuple[float, int]:
    """One-sided p of `statistic(labels)` under permuted labels, and how many permutations were run.

    Stops early once `stop_at` of them did at least as well (Besag and Clifford 1991): p is then
    stop_at / permutations run, else (hits + 1) / (permutations + 1). (nan, 0) for no permutations,
    where the statistic of the labels is nan, and where no permutation changes the labels.
    """
    observed, hits = statistic(labels), 0
    changed = any((labels[rows] != labels[rows[0]]).any() for rows in runners_by_size(runners))
    if permutations == 0 or np.isnan(observed) or not changed:
        return np.nan, 0
    rng = np.random.default_rng(seed)
    for count in range(1, permutations + 1):
        # Equal means may differ in their last digits, since their sums run in another order.
        hits += statistic(permute_by_runner(labels, runners, rng)) >= observed - 1e-9
        if hits == stop_at:
            return hits / count, count
    return (hits + 1) / (permutations + 1), permutations
