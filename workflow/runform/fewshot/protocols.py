"""How a feature set is evaluated with a runner never in training and test; learning curves.

Legend: N clips, R repeats, F features.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

from runform.fewshot.feature_sets import FeatureSet
from runform.fewshot.selection import LateFusion, NestedSelectionClassifier, sigmoid
from runform.fewshot.statistics import balanced_accuracy

PUBLISHED, LEAVE_ONE_OUT = "published", "leave_one_runner_out"
REPEATED, TEST_SET = "repeated_grouped", "test_set"
HELD_OUT = "held_out_examples"


@dataclass(frozen=True)
class Fold:
    """One published fold: rows, decisions on the test rows, accuracy on the training rows."""

    train: np.ndarray
    test: np.ndarray
    decision: np.ndarray
    train_accuracy: float
    one_class: bool


@dataclass(frozen=True)
class Outcome:
    """What a protocol gave for N test clips.

    correct: (N,) share of the R repeats that predicted the clip's label.  predicted: (N,) bool, by
    the majority of repeats, a tie by their mean probability.  decision: (N,) above 0 for yes; with
    repeats the share of yes less one half.  probability: (N,) of yes, calibrated; NaN where the
    protocol gives none.  choices: how often each (pooling, classifier) was chosen.  folds: of the
    published protocol.
    """

    protocol: str
    clips: np.ndarray
    runners: np.ndarray
    labels: np.ndarray
    correct: np.ndarray
    predicted: np.ndarray
    decision: np.ndarray
    probability: np.ndarray
    train_accuracy: float
    choices: Counter = field(default_factory=Counter)
    folds: tuple[Fold, ...] = ()


def outcome_of(
    protocol: str,
    clips,
    runners,
    labels,
    decisions,
    probabilities,
    train_accuracy,
    choices,
    folds=(),
) -> Outcome:
    """The outcome of N clips from decisions and probabilities (N, R); the rest as in `Outcome`."""
    yes_share, probability = (decisions > 0).mean(axis=1), probabilities.mean(axis=1)
    return Outcome(
        protocol=protocol,
        clips=clips,
        runners=runners,
        labels=labels,
        correct=((decisions > 0) == labels[:, None]).mean(axis=1),
        predicted=np.where(yes_share == 0.5, probability > 0.5, yes_share > 0.5),
        decision=decisions[:, 0] if decisions.shape[1] == 1 else yes_share - 0.5,
        probability=probability,
        train_accuracy=float(np.mean(train_accuracy)),
        choices=choices,
        folds=folds,
    )


def make_estimator(
    feature_set: FeatureSet, inner_folds: int, inner_repeats: int, seed: int
) -> NestedSelectionClassifier | LateFusion:
    """The estimator that is fitted to the rows of a feature set."""
    if feature_set.members:
        return LateFusion(feature_set.members, inner_folds, inner_repeats, seed)
    return NestedSelectionClassifier(feature_set.poolings, inner_folds, inner_repeats, seed)


def grouped_splits(runners: np.ndarray, folds: int, repeats: int, seed: int):
    """Train and test rows of `repeats` shuffled k-folds over runners; the same for any labels."""
    for repeat in range(repeats):
        yield from GroupKFold(folds, shuffle=True, random_state=seed + repeat).split(
            runners, groups=runners
        )


def left_out_splits(runners: np.ndarray):
    """Train and test rows with each runner left out once."""
    return LeaveOneGroupOut().split(runners, groups=runners)


def evaluate_splits(
    protocol: str, feature_set: FeatureSet, clips, runners, labels, splits, estimator
) -> Outcome:
    """Fit `estimator` to the training rows of every split and gather its predictions of the others.

    feature_set: of the N clips.  clips, runners, labels: (N,).  Every clip is tested equally often.
    """
    decisions: list[list[float]] = [[] for _ in labels]
    probabilities: list[list[float]] = [[] for _ in labels]
    train_accuracy, choices = [], Counter()
    for train, test in splits:
        model = _fit(estimator, feature_set.X[train], labels[train], runners[train])
        choices[model.pooling_, model.classifier_] += 1
        train_accuracy.append(np.mean(model.predict(feature_set.X[train]) == labels[train]))
        decision = model.decision_function(feature_set.X[test])
        probability = sigmoid(model.slope_ * decision)
        for index, row in enumerate(test):
            decisions[row].append(decision[index])
            probabilities[row].append(probability[index])
    both = np.array(decisions), np.array(probabilities)  # (N, R) each
    return outcome_of(protocol, clips, runners, labels, *both, train_accuracy, choices)


def _fit(estimator, X, y, groups):
    with warnings.catch_warnings():
        # liblinear stops at its default 1000 rounds on classes that no finite margin separates; its
        # weights by then are used.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # An inner fold may leave one clip of a class: its scatter is 0 and the shrinkage carries
        # the LDA.
        warnings.filterwarnings("ignore", "Only one sample available", UserWarning)
        # The column that marks a gap may be the same for all clips of a class.
        warnings.filterwarnings("ignore", "Features .* are constant", UserWarning)
        return type(estimator)(**estimator.get_params(deep=False)).fit(X, y, groups)


def evaluate_test_set(
    feature_set: FeatureSet, train: np.ndarray, test: np.ndarray, clips, runners, labels, estimator
) -> Outcome:
    """Fit to the rows `train` and predict the rows `test`, whose runners must be others.

    feature_set, clips, runners, labels: of all N clips.  ValueError when a runner is in both.
    """
    shared = set(runners[train]) & set(runners[test])
    if shared:
        raise ValueError(
            f"runners among the examples and in the test set: {', '.join(sorted(shared))}"
        )
    model = _fit(estimator, feature_set.X[train], labels[train], runners[train])
    decision = model.decision_function(feature_set.X[test])
    probability = model.predict_proba(feature_set.X[test])[:, 1]
    train_accuracy = np.mean(model.predict(feature_set.X[train]) == labels[train])
    choices = Counter({(model.pooling_, model.classifier_): 1})
    tested = clips[test], runners[test], labels[test]
    both = decision[:, None], probability[:, None]
    return outcome_of(TEST_SET, *tested, *both, train_accuracy, choices)


def learning_rows(
    feature_set: FeatureSet,
    runners: np.ndarray,
    labels: np.ndarray,
    examples: np.ndarray,
    test: np.ndarray,
    sizes: Sequence[int],
    draws: int,
    estimator,
    seed: int,
) -> list[dict]:
    """One row per size: mean, SD and 95 % range over `draws` draws of so many runners per class.

    feature_set, runners, labels: of all N clips.  examples, test: rows; without test rows the
    examples that are not drawn are tested.  estimator: of `make_estimator`. Sizes that leave a
    class without a runner to draw or to test are left out.
    """
    rng = np.random.default_rng(seed)
    pools = [_runners_of(runners, labels, examples, label) for label in (True, False)]
    spare = 0 if len(test) else 1
    rows = []
    for size in sizes:
        if size + spare > min(map(len, pools)):
            continue
        count = 1 if all(len(pool) == size for pool in pools) else draws
        scores, tested = [], []
        for _ in range(count):
            drawn = np.concatenate([rng.choice(pool, size, replace=False) for pool in pools])
            train = examples[np.isin(runners[examples], drawn)]
            held_out = test if len(test) else examples[~np.isin(runners[examples], drawn)]
            outcome = evaluate_test_set(
                feature_set, train, held_out, runners, runners, labels, estimator
            )
            scores.append(balanced_accuracy(outcome.labels, outcome.correct))
            tested.append(len(held_out))
        rows.append(_row(size, scores, tested, TEST_SET if len(test) else HELD_OUT))
    return rows


def zero_row(feature_set: FeatureSet, runners, labels, examples, test, estimator) -> dict:
    """The row of no examples, of an `estimator` that learns nothing from those it is given."""
    tested = test if len(test) else examples
    model = _fit(estimator, feature_set.X[examples], labels[examples], runners[examples])
    right = model.predict(feature_set.X[tested]) == labels[tested]
    score = balanced_accuracy(labels[tested], right)
    return _row(0, [score], [len(tested)], TEST_SET if len(test) else HELD_OUT)


def _runners_of(runners, labels, examples, label) -> np.ndarray:
    """Runners whose examples all carry `label`, sorted."""
    with_label = set(runners[examples[labels[examples] == label]])
    with_other = set(runners[examples[labels[examples] != label]])
    return np.array(sorted(with_label - with_other), dtype=str)


def _row(size, scores, tested, protocol) -> dict:
    low, high = np.percentile(scores, [2.5, 97.5])
    return {
        "protocol": protocol,
        "examples_per_class": size,
        "draws": len(scores),
        "n_test": int(np.median(tested)),
        "balanced_accuracy": float(np.mean(scores)),
        "sd": float(np.std(scores)),
        "low": float(low),
        "high": float(high),
    }
