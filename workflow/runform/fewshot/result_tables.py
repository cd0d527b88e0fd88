"""What is gained by not answering: accuracy against coverage of calibrated answers.

Legend: N clips.
"""

import numpy as np

from runform.fewshot.feature_sets import MAJORITY, NUISANCE, POSE
from runform.fewshot.protocols import SEED, Outcome
from runform.fewshot.statistics import (
    auc,
    balanced_accuracy,
    binomial_p,
    bootstrap_intervals,
    mcnemar_p,
    wilson_interval,
)
from runform.files import COUNT, SHARE, TEXT, VALUE

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def confidence(outcome: Outcome) -> np.ndarray:
    """(N,) calibrated probability of the answer that was given, 0.5 or more."""
    return np.maximum(outcome.probability, 1 - outcome.probability)


def answers(outcome: Outcome, abstain_below: float) -> list[str]:
    """`yes`, `no`, or `uncertain` where the answer's probability is below `abstain_below` or not
    known.
    """
    sure = confidence(outcome) >= abstain_below
    return [
        ("yes" if yes else "no") if known else "uncertain"
        for yes, known in zip(outcome.predicted, sure, strict=True)
    ]


def selective_rows(outcome: Outcome) -> list[dict]:
    """One row per threshold: how many clips get an answer and how many of those answers are right,
    with Wilson's interval.
    """
    sure, right = confidence(outcome), outcome.predicted == outcome.labels
    rows = []
    for threshold in THRESHOLDS:
        answered = sure >= threshold
        k, n = int(right[answered].sum()), int(answered.sum())
        low, high = wilson_interval(k, n)
        shares = {
            "coverage": n / len(right),
            "accuracy": k / n if n else None,
            "ci_low": low,
            "ci_high": high,
        }
        rows.append({"threshold": threshold, "n": len(right), "answered": n, "k": k, **shares})
    return rows


def brier(outcome: Outcome) -> float:
    """Mean squared error of the calibrated probabilities (Brier 1950); 0.25 for always saying one
    half. nan without any.
    """
    return float(np.mean((outcome.probability - outcome.labels) ** 2))


# Rows of the arm study's tables, from outcomes to cells.


_KEY = {"deficiency": TEXT, "arm": TEXT, "protocol": TEXT}
BY_ARM = {
    **_KEY,
    "transductive": TEXT,
    "pooling": TEXT,
    "head": TEXT,
    "train_accuracy": SHARE,
    "k": COUNT,
    "n": COUNT,
    "accuracy": SHARE,
    "ci_low": SHARE,
    "ci_high": SHARE,
    "balanced_accuracy": SHARE,
    "balanced_low": SHARE,
    "balanced_high": SHARE,
    "auc": SHARE,
    "auc_low": SHARE,
    "auc_high": SHARE,
    "brier": SHARE,
    "p_binomial": VALUE,
    "p_permutation": VALUE,
    "p_mcnemar": VALUE,
    "n_yes": COUNT,
    "n_no": COUNT,
    "n_unavailable": COUNT,
    "n_without_features": COUNT,
    "note": TEXT,
}
PREDICTIONS = {
    **_KEY,
    "clip": TEXT,
    "runner": TEXT,
    "label": TEXT,
    "predicted": TEXT,
    "decision": VALUE,
    "probability": SHARE,
    "answer": TEXT,
}
LEARNING = {
    **_KEY,
    "examples_per_class": COUNT,
    "draws": COUNT,
    "n_test": COUNT,
    "balanced_accuracy": SHARE,
    "sd": SHARE,
    "low": SHARE,
    "high": SHARE,
}
SELECTIVE = {
    **_KEY,
    "threshold": ".2f",
    "n": COUNT,
    "answered": COUNT,
    "coverage": SHARE,
    "k": COUNT,
    "accuracy": SHARE,
    "ci_low": SHARE,
    "ci_high": SHARE,
}
SKIPPED = {"deficiency": TEXT, "arm": TEXT, "protocol": TEXT, "clip": TEXT, "reason": TEXT}

LEAK = "above chance: framing, figure size, length or light tell the classes apart"


def accuracy_row(
    outcome: Outcome, reference: Outcome | None, p_permutation: float, draws: int, seed: int
) -> dict:
    """Cells of `BY_ARM` that follow from one outcome. reference: the pose row's outcome on the same
    clips, if there is one.
    """
    right = outcome.predicted == outcome.labels
    k, n = int(right.sum()), len(right)
    low, high = wilson_interval(k, n)
    spans = bootstrap_intervals(
        outcome.labels, outcome.right, outcome.decision, outcome.runners, draws, seed
    )
    (pooling, head), _ = outcome.choices.most_common(1)[0]
    return {
        "protocol": outcome.protocol,
        "pooling": pooling,
        "head": head,
        "train_accuracy": outcome.train_accuracy,
        "k": k,
        "n": n,
        "accuracy": k / n,
        "ci_low": low,
        "ci_high": high,
        "balanced_accuracy": balanced_accuracy(outcome.labels, outcome.right),
        "balanced_low": spans["balanced_accuracy"][0],
        "balanced_high": spans["balanced_accuracy"][1],
        "auc": auc(outcome.labels, outcome.decision),
        "auc_low": spans["auc"][0],
        "auc_high": spans["auc"][1],
        "brier": brier(outcome),
        "p_binomial": binomial_p(k, n),
        "p_permutation": p_permutation,
        "p_mcnemar": mcnemar_p(right, reference.predicted == reference.labels)
        if reference
        else None,
        "n_yes": int(outcome.labels.sum()),
        "n_no": int((~outcome.labels).sum()),
    }


def leak_note(arm: str, row: dict) -> str:
    """The warning for a nuisance row that does clearly better than chance under an honest protocol;
    else empty.
    """
    if arm != NUISANCE or row["protocol"] == SEED:
        return ""
    clearly = row["balanced_low"] > 0.5 and row["p_permutation"] < 0.05
    return LEAK if clearly else ""


def is_compared(arm: str) -> bool:
    """Whether McNemar's test against the pose row makes sense for this arm."""
    return arm not in (POSE, MAJORITY)


def prediction_rows(outcome: Outcome, abstain_below: float) -> list[dict]:
    """One row per clip of an outcome."""
    given = answers(outcome, abstain_below)
    return [
        {
            "protocol": outcome.protocol,
            "clip": outcome.clips[row],
            "runner": outcome.runners[row],
            "label": _word(outcome.labels[row]),
            "predicted": _word(outcome.predicted[row]),
            "decision": float(outcome.decision[row]),
            "probability": float(outcome.probability[row]),
            "answer": given[row],
        }
        for row in np.arange(len(outcome.clips))
    ]


def _word(value) -> str:
    return "yes" if value else "no"
