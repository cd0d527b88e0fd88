"""The seed study's protocol to the letter: mean-pooled embedding, linear SVM, four shuffled folds.

As released in becklabs/form-repr: `LinearSVC(random_state=fold)` on `KFold(4, shuffle=True,
random_state=16)`, clip by clip (a runner's clips may stand on both sides of a split);
`runform.fewshot.protocols` is the honest one.

Legend: N clips, F features.
"""

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.svm import LinearSVC

from runform.fewshot.labelled import Examples, examples_of, load_mean_embeddings, why_not_scored
from runform.fewshot.models import compact
from runform.fewshot.statistics import binomial_p, permutation_p, wilson_interval
from runform.files import COUNT, SHARE, TEXT, VALUE, write_table

log = logging.getLogger(__name__)

PROTOCOL = "seed"
ACCURACY_COLUMNS = {
    "deficiency": TEXT,
    "protocol": TEXT,
    "fold": TEXT,
    "n_train": COUNT,
    "n_test": COUNT,
    "train_accuracy": SHARE,
    "test_accuracy": SHARE,
    "k": COUNT,
    "n": COUNT,
    "ci_low": SHARE,
    "ci_high": SHARE,
    "p_binomial": VALUE,
    "p_permutation": VALUE,
    "n_yes": COUNT,
    "n_no": COUNT,
    "n_unavailable": COUNT,
    "note": TEXT,
}
PREDICTION_COLUMNS = {
    "clip": TEXT,
    "runner": TEXT,
    "deficiency": TEXT,
    "label": TEXT,
    "predicted": TEXT,
    "decision": SHARE,
    "fold": COUNT,
}


@dataclass(frozen=True)
class SeedProtocol:
    """folds, shuffle_seed: of the seed's KFold.  permutations: label shuffles behind p (0: none),
    stopped once `stop_at` did as well.  random_seed: of the shuffles."""

    folds: int = 4
    shuffle_seed: int = 16
    permutations: int = 1000
    stop_at: int = 50
    random_seed: int = 0


@dataclass(frozen=True)
class Fold:
    """One fold: train and test rows, what was predicted for the test rows, and the accuracy on the
    training rows.
    """

    train: np.ndarray
    test: np.ndarray
    predicted: np.ndarray
    decision: np.ndarray
    train_accuracy: float
    one_class: bool


@dataclass(frozen=True)
class Split:
    """Train and test rows of a fold, and their features with gaps filled from the training rows."""

    train: np.ndarray
    test: np.ndarray
    X_train: np.ndarray
    X_test: np.ndarray


def run_folds(X: np.ndarray, labels: np.ndarray, settings: SeedProtocol) -> list[Fold]:
    """The seed's folds on X (N, F) and labels (N,) bool; a fold whose training rows hold one class
    predicts that class.
    """
    return _fit_folds(_split(X, settings), labels)


def _split(X: np.ndarray, settings: SeedProtocol) -> list[Split]:
    splits = KFold(settings.folds, shuffle=True, random_state=settings.shuffle_seed).split(X)
    return [Split(train, test, *_filled(X[train], X[test])) for train, test in splits]


def _filled(X_train: np.ndarray, X_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gaps of the arms that have them (`runform.fewshot.feature_sets`) filled; an embedding has
    none and stays as it is.
    """
    if np.isfinite(X_train).all() and np.isfinite(X_test).all():
        return X_train, X_test
    imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(X_train)
    return imputer.transform(X_train), imputer.transform(X_test)


def _fit_folds(splits: list[Split], labels: np.ndarray) -> list[Fold]:
    return [_fold(split, labels, number) for number, split in enumerate(splits)]


def _fold(split: Split, labels: np.ndarray, number: int) -> Fold:
    known = labels[split.train]
    one_class = bool(known.all() or not known.any())
    if one_class:
        weights, offset = np.zeros(split.X_train.shape[1]), 1.0 if known.all() else -1.0
    else:
        with warnings.catch_warnings():
            # Few clips in many dimensions: liblinear stops at its default 1000 rounds, as it did in
            # the seed's notebooks.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = LinearSVC(random_state=number).fit(split.X_train, known)
        weights, offset = model.coef_[0], model.intercept_[0]
    decision = split.X_test @ weights + offset
    train_accuracy = float(np.mean((split.X_train @ weights + offset > 0) == known))
    return Fold(split.train, split.test, decision > 0, decision, train_accuracy, one_class)


def score_deficiency(
    examples: Examples, X: np.ndarray, settings: SeedProtocol
) -> tuple[list[dict], list[dict]]:
    """Rows of the accuracy table (one per fold, then the mean) and of the predictions table for one
    deficiency.
    """
    folds = run_folds(X, examples.labels, settings)
    rows = [
        {
            "deficiency": examples.deficiency,
            "protocol": PROTOCOL,
            "fold": number,
            "n_train": len(fold.train),
            "n_test": len(fold.test),
            "train_accuracy": fold.train_accuracy,
            "test_accuracy": float(np.mean(fold.predicted == examples.labels[fold.test])),
            "note": "trained on one class" if fold.one_class else "",
        }
        for number, fold in enumerate(folds)
    ]
    right = np.concatenate([fold.predicted == examples.labels[fold.test] for fold in folds])
    rows.append(_mean_row(examples, rows, int(right.sum()), permuted_p(X, examples, settings)))
    return rows, [
        row for number, fold in enumerate(folds) for row in _prediction_rows(examples, fold, number)
    ]


def permuted_p(X: np.ndarray, examples: Examples, settings: SeedProtocol) -> float:
    """One-sided p of the mean test accuracy, under labels shuffled over clips with all folds fitted
    anew.
    """
    splits = _split(compact(X), settings)

    def accuracy(labels: np.ndarray) -> float:
        folds = _fit_folds(splits, labels)
        return float(np.mean([np.mean(fold.predicted == labels[fold.test]) for fold in folds]))

    clips = examples.clips  # the seed takes every clip for a runner of its own
    return permutation_p(
        accuracy,
        examples.labels,
        clips,
        settings.permutations,
        settings.stop_at,
        settings.random_seed,
    )[0]


def _mean_row(examples: Examples, folds: list[dict], k: int, p: float) -> dict:
    low, high = wilson_interval(k, len(examples))
    return {
        "deficiency": examples.deficiency,
        "protocol": PROTOCOL,
        "fold": "mean",
        "train_accuracy": float(np.mean([row["train_accuracy"] for row in folds])),
        "test_accuracy": float(np.mean([row["test_accuracy"] for row in folds])),
        "k": k,
        "n": len(examples),
        "ci_low": low,
        "ci_high": high,
        "p_binomial": binomial_p(k, len(examples)),
        "p_permutation": p,
        "n_yes": examples.n_yes,
        "n_no": examples.n_no,
        "n_unavailable": len(examples.unavailable),
    }


def _prediction_rows(examples: Examples, fold: Fold, number: int) -> list[dict]:
    return [
        {
            "clip": examples.clips[row],
            "runner": examples.runners[row],
            "deficiency": examples.deficiency,
            "label": yes_or_no(examples.labels[row]),
            "predicted": yes_or_no(predicted),
            "decision": float(decision),
            "fold": number,
        }
        for row, predicted, decision in zip(fold.test, fold.predicted, fold.decision, strict=True)
    ]


def yes_or_no(value) -> str:
    """A label as the manifest writes it."""
    return "yes" if value else "no"


def score_few_shot(
    embeddings_npz: str | Path,
    labels: dict[str, dict[str, bool]],
    runners: dict[str, str],
    settings: SeedProtocol,
    accuracy_csv: str | Path,
    predictions_csv: str | Path,
) -> None:
    """Score every deficiency of `labels` (deficiency -> clip -> yes or no) as the seed did it, and
    write both tables.

    A deficiency that cannot be scored (one class, fewer clips than folds, no labels) keeps one row
    that says why.
    """
    embeddings = load_mean_embeddings(embeddings_npz)
    accuracy, predictions = [], []
    for deficiency, named in labels.items():
        examples = examples_of(deficiency, named, runners, embeddings)
        why = why_not_scored(examples, settings.folds)
        if why:
            log.warning("%s: not scored: %s", deficiency, why)
            accuracy.append(_unscored_row(examples, why))
            continue
        X = np.stack([embeddings[clip] for clip in examples.clips])
        rows, predicted = score_deficiency(examples, X, settings)
        accuracy += rows
        predictions += predicted
        log.info("%s: %d of %d right", deficiency, rows[-1]["k"], rows[-1]["n"])
    write_table(accuracy_csv, ACCURACY_COLUMNS, accuracy)
    write_table(predictions_csv, PREDICTION_COLUMNS, predictions)


def _unscored_row(examples: Examples, why: str) -> dict:
    return {
        "deficiency": examples.deficiency,
        "protocol": PROTOCOL,
        "fold": "mean",
        "n": len(examples),
        "n_yes": examples.n_yes,
        "n_no": examples.n_no,
        "n_unavailable": len(examples.unavailable),
        "note": why,
    }
