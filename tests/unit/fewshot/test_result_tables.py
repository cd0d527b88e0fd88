"""Prediction sets in the tables, Holm over deficiencies, and the Brier score."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from runform.fewshot.evaluate import Evaluation, EvaluationSettings
from runform.fewshot.protocols import Outcome
from runform.fewshot.result_tables import (
    COVERAGES,
    brier,
    evaluation_rows,
    prediction_rows,
    prediction_set_rows,
    with_holm,
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


def left_out(count=9):
    """Labelled clips of which all are predicted correctly, the surer the later."""
    labels = np.repeat([True, False], count)
    probability = (
        np.where(labels, 0.6, 0.4) + np.where(labels, 1, -1) * np.tile(np.arange(count), 2) / 50
    )
    names = np.array([f"l{number}" for number in range(2 * count)])
    right = np.ones(2 * count)
    return Outcome(
        "leave_one_runner_out",
        names,
        names,
        labels,
        right,
        labels,
        probability - 0.5,
        probability,
        1,
    )


def test_prediction_sets_are_calibrated_on_the_examples_that_were_left_out():
    evaluation = Evaluation(
        "gait", "overstriding", {"leave_one_runner_out": left_out(), "test_set": outcome()}
    )
    rows = prediction_rows(evaluation, 0.8)
    sets = [row["prediction_set"] for row in rows if row["protocol"] == "test_set"]
    # one of nine no's is as strange as .4, so its p is 2 / 10; .45 is stranger than all
    assert sets == ["yes", "neither", "no", "neither", "yes"]
    assert [row["p_yes"] for row in rows if row["protocol"] == "test_set"][:2] == [1.0, 0.1]


def test_coverage_of_the_sets():
    evaluation = Evaluation(
        "gait", "overstriding", {"leave_one_runner_out": left_out(), "test_set": outcome()}
    )
    rows = {
        row["asked"]: row
        for row in prediction_set_rows(evaluation)
        if row["protocol"] == "test_set"
    }
    assert list(rows) == list(COVERAGES)
    assert (rows[0.8]["n"], rows[0.8]["covered"], rows[0.8]["n_one_label"]) == (5, 3, 3)
    assert rows[0.8]["neither"] == pytest.approx(0.4)
    assert rows[0.95]["either"] == 1.0 and rows[0.95]["coverage"] == 1.0


def test_without_clips_that_were_left_out_there_are_no_sets():
    evaluation = Evaluation("gait", "overstriding", {"test_set": outcome()})
    assert {row["prediction_set"] for row in prediction_rows(evaluation, 0.8)} == {""}
    assert prediction_set_rows(evaluation) == []


def test_holm_goes_over_the_deficiencies_of_one_row():
    key = {"feature_set": "gait", "protocol": "test_set", "fold": "mean"}
    rows = [{**key, "p_rule": p} for p in (0.01, 0.04, 0.03)] + [
        {**key, "feature_set": "encoder", "p_rule": 0.04}
    ]
    assert [row["p_rule_holm"] for row in with_holm(rows)] == pytest.approx(
        [0.03, 0.06, 0.06, 0.04]
    )


def test_brier_by_hand():
    assert brier(outcome()) == pytest.approx((0.05**2 + 0.6**2 + 0.05**2 + 0.45**2 + 0.28**2) / 5)


def test_binomial_p_is_held_against_the_more_frequent_label():
    chosen = replace(outcome(), choices=Counter({("values", "svm"): 1}))
    evaluation = Evaluation("gait", "overstriding", {"test_set": chosen})
    for cells in (evaluation.p_values, evaluation.unavailable, evaluation.without_features):
        cells["test_set"] = 0
    (row,) = evaluation_rows(evaluation, {}, EvaluationSettings(bootstrap_draws=10))
    # four of five right, where always saying yes is right in three of five
    assert row["p_binomial"] == pytest.approx(5 * 0.6**4 * 0.4 + 0.6**5)
