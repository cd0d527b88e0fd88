"""What is gained by not answering: accuracy against coverage of calibrated answers.

Legend: N clips.
"""

import numpy as np

from runform.fewshot.protocol import Outcome
from runform.fewshot.statistics import wilson_interval

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def confidence(outcome: Outcome) -> np.ndarray:
    """(N,) calibrated probability of the answer that was given, 0.5 or more."""
    return np.maximum(outcome.probability, 1 - outcome.probability)


def answers(outcome: Outcome, answer_from: float) -> list[str]:
    """`yes`, `no`, or `uncertain` where the answer's probability is below `answer_from` or not known."""
    sure = confidence(outcome) >= answer_from
    return [("yes" if yes else "no") if known else "uncertain" for yes, known in zip(outcome.predicted, sure, strict=True)]


def selective_rows(outcome: Outcome) -> list[dict]:
    """One row per threshold: how many clips get an answer and how many of those answers are right, with Wilson's interval."""
    sure, right = confidence(outcome), outcome.predicted == outcome.labels
    rows = []
    for threshold in THRESHOLDS:
        answered = sure >= threshold
        k, n = int(right[answered].sum()), int(answered.sum())
        low, high = wilson_interval(k, n)
        shares = {"coverage": n / len(right), "accuracy": k / n if n else None, "ci_low": low, "ci_high": high}
        rows.append({"threshold": threshold, "n": len(right), "answered": n, "k": k, **shares})
    return rows


def brier(outcome: Outcome) -> float:
    """Mean squared error of the calibrated probabilities (Brier 1950); 0.25 for always saying one half. nan without any."""
    return float(np.mean((outcome.probability - outcome.labels) ** 2))
