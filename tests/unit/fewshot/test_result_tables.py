"""Abstention: accuracy against coverage, and the Brier score."""

import numpy as np
import pytest

from runform.fewshot.evaluate import Evaluation
from runform.fewshot.protocols import Outcome
from runform.fewshot.result_tables import (
    THRESHOLDS,
    abstention_rows,
    brier,
    predictions_with_abstention,
)

LABELS = np.array([True, True, False, False, True])
PROBABILITY = np.array([0.95, 0.4, 0.05, 0.45, 0.72])


def outcome(probability=PROBABILITY):
    predicted = PROBABILITY > 0.5
    names = np.arange(5).astype(str)
    right = (predicted == LABELS).astype(float)
    return Outcome(
        "test_set", names, names, LABELS, right, predicted, PROBABILITY - 0.5, probability, 1.0
    )


def test_predictions_below_the_threshold_are_uncertain():
    predictions = predictions_with_abstention(outcome(), 0.7)
    assert predictions == ["yes", "uncertain", "no", "uncertain", "yes"]
    assert predictions_with_abstention(outcome(np.full(5, np.nan)), 0.7) == ["uncertain"] * 5


def test_accuracy_against_coverage():
    evaluation = Evaluation("gait", "overstriding", {"test_set": outcome()})
    rows = {row["threshold"]: row for row in abstention_rows(evaluation)}
    assert list(rows) == list(THRESHOLDS)
    assert (rows[0.5]["predicted"], rows[0.5]["k"], rows[0.5]["accuracy"]) == (
        5,
        4,
        pytest.approx(0.8),
    )
    assert (rows[0.7]["coverage"], rows[0.7]["accuracy"]) == (pytest.approx(0.6), 1.0)
    assert (rows[0.9]["predicted"], rows[0.9]["accuracy"]) == (2, 1.0)
    assert (rows[0.99]["predicted"], rows[0.99]["accuracy"]) == (0, None)


def test_brier_by_hand():
    assert brier(outcome()) == pytest.approx((0.05**2 + 0.6**2 + 0.05**2 + 0.45**2 + 0.28**2) / 5)
