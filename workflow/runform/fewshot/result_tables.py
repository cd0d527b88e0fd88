"""The tables of the study: evaluations and predictions, and the views of them that are written.

A view is a choice of rows and columns. `accuracy.csv` and `predictions.csv` show the published
protocol on the study's encoder, fold by fold; the tables by feature set show everything.

Legend: N clips.
"""

from collections.abc import Collection, Mapping

import numpy as np

from runform.fewshot.evaluate import Evaluation, EvaluationSettings
from runform.fewshot.feature_sets import MAJORITY, NUISANCE, POSE
from runform.fewshot.protocols import LEAVE_ONE_OUT, PUBLISHED, TEST_SET, Outcome
from runform.fewshot.published_protocol import mean_test_accuracy
from runform.fewshot.statistics import (
    auc,
    balanced_accuracy,
    binomial_p,
    bootstrap_intervals,
    mcnemar_p,
    wilson_interval,
)
from runform.files import COUNT, SHARE, TEXT, VALUE

MEAN = "mean"
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
LEAK = "above chance: framing, figure size, length or light predict the label"


def _columns(*groups: tuple[str, str]) -> dict[str, str]:
    """Name -> format of the columns of a table, from groups ("name name ...", format)."""
    return {name: form for names, form in groups for name in names.split()}


_KEY = ("deficiency feature_set protocol", TEXT)
_COUNTS = ("n_yes n_no n_unavailable", COUNT)
ACCURACY = _columns(
    ("deficiency protocol fold", TEXT),
    ("n_train n_test", COUNT),
    ("train_accuracy test_accuracy", SHARE),
    ("k n", COUNT),
    ("ci_low ci_high", SHARE),
    ("p_binomial p_permutation", VALUE),
    _COUNTS,
    ("note", TEXT),
)
BY_FEATURE_SET = _columns(
    _KEY,
    ("transductive pooling classifier", TEXT),
    ("train_accuracy", SHARE),
    ("k n", COUNT),
    ("accuracy ci_low ci_high", SHARE),
    ("balanced_accuracy balanced_low balanced_high auc auc_low auc_high brier", SHARE),
    ("p_binomial p_permutation p_mcnemar", VALUE),
    _COUNTS,
    ("n_without_features", COUNT),
    ("note", TEXT),
)
PREDICTIONS = _columns(
    ("clip runner deficiency label predicted", TEXT), ("decision", SHARE), ("fold", COUNT)
)
PREDICTIONS_BY_FEATURE_SET = _columns(
    _KEY,
    ("clip runner label predicted", TEXT),
    ("decision", VALUE),
    ("probability", SHARE),
    ("prediction_or_uncertain", TEXT),
)
LEARNING_CURVE = _columns(
    _KEY, ("examples_per_class draws n_test", COUNT), ("balanced_accuracy sd low high", SHARE)
)
ABSTENTION = _columns(
    _KEY,
    ("threshold", ".2f"),
    ("n predicted", COUNT),
    ("coverage", SHARE),
    ("k", COUNT),
    ("accuracy ci_low ci_high", SHARE),
)
SKIPPED = _columns(_KEY, ("clip reason", TEXT))


def evaluation_rows(
    evaluation: Evaluation, pose: Evaluation | None, settings: EvaluationSettings
) -> list[dict]:
    """Rows of the table of evaluations: one per protocol, before it one per published fold.

    pose: the evaluation of the pose on the same deficiency, to compare with, if there is one.
    """
    compared = pose if evaluation.feature_set not in (POSE, MAJORITY) else None
    rows = []
    for protocol, outcome in evaluation.outcomes.items():
        key = {**evaluation.key, "protocol": protocol}
        row = _summary(outcome, compared.outcomes.get(protocol) if compared else None, settings)
        row |= {
            "p_permutation": evaluation.p_values[protocol],
            "n_unavailable": evaluation.unavailable[protocol],
            "n_without_features": evaluation.without_features[protocol],
        }
        rows += [{**key, **fold} for fold in _fold_rows(outcome)]
        rows.append({**key, **row, "note": _leak_note(evaluation.feature_set, protocol, row)})
    return rows


def _fold_rows(outcome: Outcome) -> list[dict]:
    return [
        {
            "fold": number,
            "n_train": len(fold.train),
            "n_test": len(fold.test),
            "train_accuracy": fold.train_accuracy,
            "test_accuracy": mean_test_accuracy([fold], outcome.labels),
            "note": "trained on one class" if fold.one_class else "",
        }
        for number, fold in enumerate(outcome.folds)
    ]


def _summary(outcome: Outcome, reference: Outcome | None, settings: EvaluationSettings) -> dict:
    """Cells of one outcome. reference: that of the pose on the same clips."""
    labels, correct = outcome.labels, outcome.predicted == outcome.labels
    k, n = int(correct.sum()), len(correct)
    low, high = wilson_interval(k, n)
    spans = bootstrap_intervals(
        labels,
        outcome.correct,
        outcome.decision,
        outcome.runners,
        settings.bootstrap_draws,
        settings.random_seed,
    )
    (pooling, classifier), _ = outcome.choices.most_common(1)[0]
    test_accuracy = mean_test_accuracy(outcome.folds, labels) if outcome.folds else None
    p_mcnemar = mcnemar_p(correct, reference.predicted == reference.labels) if reference else None
    return {
        "fold": MEAN,
        "pooling": pooling,
        "classifier": classifier,
        "train_accuracy": outcome.train_accuracy,
        "test_accuracy": test_accuracy,
        "k": k,
        "n": n,
        "accuracy": k / n,
        "ci_low": low,
        "ci_high": high,
        "balanced_accuracy": balanced_accuracy(labels, outcome.correct),
        "balanced_low": spans["balanced_accuracy"][0],
        "balanced_high": spans["balanced_accuracy"][1],
        "auc": auc(labels, outcome.decision),
        "auc_low": spans["auc"][0],
        "auc_high": spans["auc"][1],
        "brier": brier(outcome),
        "p_binomial": binomial_p(k, n),
        "p_mcnemar": p_mcnemar,
        "n_yes": int(labels.sum()),
        "n_no": int((~labels).sum()),
    }


def _leak_note(feature_set: str, protocol: str, row: Mapping) -> str:
    """The warning where nuisance features beat chance although runners are split."""
    if feature_set != NUISANCE or protocol == PUBLISHED:
        return ""
    return LEAK if row["balanced_low"] > 0.5 and row["p_permutation"] < 0.05 else ""


def prediction_rows(evaluation: Evaluation, abstain_below: float) -> list[dict]:
    """Rows of the table of predictions: one per clip and protocol, without the repeated folds."""
    rows = []
    for protocol in (PUBLISHED, LEAVE_ONE_OUT, TEST_SET):
        outcome = evaluation.outcomes.get(protocol)
        if outcome is None:
            continue
        predictions = predictions_with_abstention(outcome, abstain_below)
        folds = np.zeros(len(predictions), int)
        for number, fold in enumerate(outcome.folds):
            folds[fold.test] = number
        # the published table goes fold by fold
        for row in np.argsort(folds, kind="stable"):
            rows.append(
                {
                    **evaluation.key,
                    "protocol": protocol,
                    "clip": outcome.clips[row],
                    "runner": outcome.runners[row],
                    "label": yes_or_no(outcome.labels[row]),
                    "predicted": yes_or_no(outcome.predicted[row]),
                    "decision": float(outcome.decision[row]),
                    "probability": float(outcome.probability[row]),
                    "prediction_or_uncertain": predictions[row],
                    "fold": int(folds[row]),
                }
            )
    return rows


def predictions_with_abstention(outcome: Outcome, abstain_below: float) -> list[str]:
    """`yes`, `no`, or `uncertain` where the probability is below `abstain_below` or nan."""
    sure = confidence(outcome) >= abstain_below
    pairs = zip(outcome.predicted, sure, strict=True)
    return [yes_or_no(predicted) if certain else "uncertain" for predicted, certain in pairs]


def confidence(outcome: Outcome) -> np.ndarray:
    """(N,) calibrated probability of the prediction, 0.5 or more."""
    return np.maximum(outcome.probability, 1 - outcome.probability)


def brier(outcome: Outcome) -> float:
    """Mean squared error of the calibrated probabilities (Brier 1950); nan without any."""
    return float(np.mean((outcome.probability - outcome.labels) ** 2))


def abstention_rows(evaluation: Evaluation) -> list[dict]:
    """How many clips get a prediction at each threshold, and how many of these are correct."""
    rows = []
    for protocol in (LEAVE_ONE_OUT, TEST_SET):
        if protocol not in evaluation.outcomes:
            continue
        outcome = evaluation.outcomes[protocol]
        sure, correct = confidence(outcome), outcome.predicted == outcome.labels
        for threshold in THRESHOLDS:
            certain = sure >= threshold
            k, n = int(correct[certain].sum()), int(certain.sum())
            low, high = wilson_interval(k, n)
            cells = {"threshold": threshold, "n": len(correct), "predicted": n, "k": k}
            shares = {"coverage": n / len(correct), "accuracy": k / n if n else None}
            limits = {"ci_low": low, "ci_high": high}
            rows.append({**evaluation.key, "protocol": protocol, **cells, **shares, **limits})
    return rows


def yes_or_no(value) -> str:
    """A label as the manifest writes it."""
    return "yes" if value else "no"


def published(rows: list[dict], columns: Collection[str]) -> list[dict]:
    """The view of accuracy.csv and predictions.csv: the published protocol."""
    return _view(rows, columns, lambda row: row["protocol"] == PUBLISHED)


def summaries(rows: list[dict], columns: Collection[str]) -> list[dict]:
    """The view of accuracy_by_feature_set.csv: no single folds."""
    return _view(rows, columns, lambda row: row["fold"] == MEAN)


def calibrated(rows: list[dict], columns: Collection[str]) -> list[dict]:
    """The view of predictions_by_feature_set.csv: the protocols that give probabilities."""
    return _view(rows, columns, lambda row: row["protocol"] != PUBLISHED)


def _view(rows, columns, is_shown) -> list[dict]:
    return [{name: row[name] for name in columns if name in row} for row in rows if is_shown(row)]
