"""The tables of the study: evaluations and predictions, and the views of them that are written.

A view is a choice of rows and columns. `accuracy.csv` and `predictions.csv` show the published
protocol on the study's encoder, fold by fold; the tables by feature set show everything.

Legend: N clips.
"""

from collections.abc import Collection, Mapping

import numpy as np

from runform.fewshot.conformal import (
    EITHER,
    NEITHER,
    NO,
    YES,
    Calibration,
    covered,
    label_p,
    prediction_sets,
)
from runform.fewshot.evaluate import Evaluation, EvaluationSettings
from runform.fewshot.feature_sets import MAJORITY, NUISANCE, POSE, RULE
from runform.fewshot.protocols import LEAVE_ONE_OUT, PUBLISHED, TEST_SET, Outcome
from runform.fewshot.published_protocol import mean_test_accuracy
from runform.fewshot.statistics import (
    auc,
    balanced_accuracy,
    binomial_p,
    bootstrap_difference,
    bootstrap_intervals,
    holm,
    wilson_interval,
)
from runform.files import COUNT, SHARE, TEXT, VALUE

MEAN = "mean"
COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
COMPARED = {"rule": RULE, "pose": POSE}  # part of a column's name -> feature set to compare with
LEAK = "above chance: framing, length, frame rate or light predict the label"


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
    ("transductive supervised_by pooling classifier", TEXT),
    ("train_accuracy", SHARE),
    ("k n", COUNT),
    ("accuracy ci_low ci_high", SHARE),
    ("balanced_accuracy balanced_low balanced_high auc auc_low auc_high brier", SHARE),
    ("p_binomial p_permutation", VALUE),
    ("minus_rule minus_rule_low minus_rule_high", VALUE),
    ("p_rule p_rule_holm", VALUE),
    ("minus_pose minus_pose_low minus_pose_high", VALUE),
    ("p_pose p_pose_holm", VALUE),
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
    ("probability p_no p_yes", SHARE),
    ("prediction_set", TEXT),
)
LEARNING_CURVE = _columns(
    _KEY, ("examples_per_class draws n_test", COUNT), ("balanced_accuracy sd low high", SHARE)
)
PREDICTION_SETS = _columns(
    _KEY,
    ("asked", ".2f"),
    ("n covered", COUNT),
    ("coverage ci_low ci_high coverage_yes coverage_no one_label either neither", SHARE),
    ("n_one_label", COUNT),
    ("accuracy_of_one_label", SHARE),
)
SKIPPED = _columns(_KEY, ("clip reason", TEXT))


def evaluation_rows(
    evaluation: Evaluation, others: Mapping[str, Evaluation], settings: EvaluationSettings
) -> list[dict]:
    """Rows of the table of evaluations: one per protocol, before it one per published fold.

    others: feature set -> its evaluation on the same deficiency, of those to compare with.
    """
    rows = []
    for protocol, outcome in evaluation.outcomes.items():
        key = {**evaluation.key, "protocol": protocol}
        row = _summary(outcome, settings)
        for part, name in COMPARED.items():
            other = others[name].outcomes.get(protocol) if name in others else None
            if other is not None and evaluation.feature_set not in (name, MAJORITY):
                row |= _difference(outcome, other, part, settings)
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


def _difference(
    outcome: Outcome, other: Outcome, part: str, settings: EvaluationSettings
) -> dict[str, float]:
    """Cells of the difference to another outcome on the same clips."""
    difference, low, high, p = bootstrap_difference(
        outcome.labels,
        outcome.correct,
        other.correct,
        outcome.runners,
        settings.bootstrap_draws,
        settings.random_seed,
    )
    name = f"minus_{part}"
    return {name: difference, f"{name}_low": low, f"{name}_high": high, f"p_{part}": p}


def with_holm(rows: list[dict]) -> list[dict]:
    """The rows of `evaluation_rows` of all deficiencies, with each p of a difference adjusted over
    the deficiencies that the same feature set was tried on by the same protocol.
    """
    families: dict[tuple, list[int]] = {}
    for index, row in enumerate(rows):
        families.setdefault((row["feature_set"], row["protocol"], row["fold"]), []).append(index)
    rows = [dict(row) for row in rows]
    for part in COMPARED:
        for family in families.values():
            p_values = np.array([rows[index].get(f"p_{part}", np.nan) for index in family], float)
            for index, p in zip(family, holm(p_values), strict=True):
                if np.isfinite(p):
                    rows[index][f"p_{part}_holm"] = float(p)
    return rows


def _summary(outcome: Outcome, settings: EvaluationSettings) -> dict:
    """Cells of one outcome."""
    labels, correct = outcome.labels, outcome.predicted == outcome.labels
    k, n, n_yes = int(correct.sum()), len(correct), int(labels.sum())
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
        "p_binomial": binomial_p(k, n, max(n_yes, n - n_yes) / n),
        "n_yes": n_yes,
        "n_no": n - n_yes,
    }


def _leak_note(feature_set: str, protocol: str, row: Mapping) -> str:
    """The warning where nuisance features beat chance although runners are split."""
    if feature_set != NUISANCE or protocol == PUBLISHED:
        return ""
    return LEAK if row["balanced_low"] > 0.5 else ""


def prediction_rows(evaluation: Evaluation, coverage: float) -> list[dict]:
    """Rows of the table of predictions: one per clip and protocol, without the repeated folds."""
    rows = []
    for protocol in (PUBLISHED, LEAVE_ONE_OUT, TEST_SET):
        outcome = evaluation.outcomes.get(protocol)
        if outcome is None:
            continue
        p_no, p_yes = _label_p(evaluation, protocol)
        sets = prediction_sets(p_no, p_yes, coverage)
        folds = np.zeros(len(sets), int)
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
                    "p_no": float(p_no[row]),
                    "p_yes": float(p_yes[row]),
                    "prediction_set": str(sets[row]),
                    "fold": int(folds[row]),
                }
            )
    return rows


def _label_p(evaluation: Evaluation, protocol: str) -> tuple[np.ndarray, np.ndarray]:
    """p of no and of yes for each clip of a protocol (`conformal.label_p`); NaN where the examples
    were not left out by runner, or are too few to calibrate.
    """
    outcome, left_out = evaluation.outcomes[protocol], evaluation.outcomes.get(LEAVE_ONE_OUT)
    if left_out is None or protocol == PUBLISHED:
        gap = np.full(len(outcome.clips), np.nan)
        return gap, gap
    usual = Calibration(left_out.probability, left_out.labels, left_out.runners)
    return label_p(usual, outcome.probability, outcome.runners)


def brier(outcome: Outcome) -> float:
    """Mean squared error of the calibrated probabilities (Brier 1950); nan without any."""
    return float(np.mean((outcome.probability - outcome.labels) ** 2))


def prediction_set_rows(evaluation: Evaluation) -> list[dict]:
    """For each coverage that is asked, how many sets hold the label, and how many name one."""
    rows = []
    for protocol in (LEAVE_ONE_OUT, TEST_SET):
        if protocol not in evaluation.outcomes:
            continue
        outcome = evaluation.outcomes[protocol]
        p_no, p_yes = _label_p(evaluation, protocol)
        given = np.isfinite(p_no)
        labels = outcome.labels[given]
        for asked in COVERAGES if given.any() else ():
            sets = prediction_sets(p_no, p_yes, asked)[given]
            held, one = covered(sets, labels), (sets == YES) | (sets == NO)
            k, n = int(held.sum()), len(sets)
            low, high = wilson_interval(k, n)
            rows.append(
                {
                    **evaluation.key,
                    "protocol": protocol,
                    "asked": asked,
                    "n": n,
                    "covered": k,
                    "coverage": k / n,
                    "ci_low": low,
                    "ci_high": high,
                    "coverage_yes": held[labels].mean() if labels.any() else None,
                    "coverage_no": held[~labels].mean() if not labels.all() else None,
                    "one_label": one.mean(),
                    "either": (sets == EITHER).mean(),
                    "neither": (sets == NEITHER).mean(),
                    "n_one_label": int(one.sum()),
                    "accuracy_of_one_label": held[one].mean() if one.any() else None,
                }
            )
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
