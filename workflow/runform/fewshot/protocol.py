"""How an arm is tried: as the seed did it, and honestly, with a runner never on both sides of a split.

Legend: N clips, R repeats, F features.
"""

import warnings
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

from runform.fewshot.arms import Arm
from runform.fewshot.fusion import Fused
from runform.fewshot.seed_protocol import SeedProtocol, run_folds
from runform.fewshot.selection import ChosenInside, sigmoid

SEED, LEAVE_ONE_OUT, REPEATED, TEST_SET = "seed", "leave_one_runner_out", "repeated_grouped", "test_set"


@dataclass(frozen=True)
class Outcome:
    """What came out for N test clips.

    right: (N,) share of the R repeats in which the clip was told rightly.  predicted: (N,) bool, by the majority of repeats.
    decision: (N,) above 0 for yes; with repeats the share of yes less one half.  probability: (N,) of yes, calibrated; NaN
    where the protocol gives none.  choices: how often each (pooling, head) was chosen.
    """

    protocol: str
    clips: np.ndarray
    runners: np.ndarray
    labels: np.ndarray
    right: np.ndarray
    predicted: np.ndarray
    decision: np.ndarray
    probability: np.ndarray
    train_accuracy: float
    choices: Counter = field(default_factory=Counter)


def make_estimator(arm: Arm, inner_folds: int, inner_repeats: int, seed: int) -> ChosenInside | Fused:
    """The estimator that the honest protocols fit on the rows of an arm."""
    if arm.members:
        return Fused(arm.members, inner_folds, inner_repeats, seed)
    return ChosenInside(arm.poolings, inner_folds, inner_repeats, seed)


def grouped_splits(runners: np.ndarray, folds: int, repeats: int, seed: int):
    """Train and test rows of `repeats` shuffled k-folds over runners; the same for any labels."""
    for repeat in range(repeats):
        yield from GroupKFold(folds, shuffle=True, random_state=seed + repeat).split(runners, groups=runners)


def left_out_splits(runners: np.ndarray):
    """Train and test rows with each runner left out once."""
    return LeaveOneGroupOut().split(runners, groups=runners)


def try_splits(protocol: str, arm: Arm, clips, runners, labels, splits, estimator) -> Outcome:
    """Fit `estimator` anew on the training rows of every split and gather what it says of the test rows.

    arm: of the N clips.  clips, runners, labels: (N,).  Every clip stands in as many test sets as any other.
    """
    decisions, probabilities = [[] for _ in labels], [[] for _ in labels]
    train_accuracy, choices = [], Counter()
    for train, test in splits:
        model = _fit(estimator, arm.X[train], labels[train], runners[train])
        choices[model.pooling_, model.head_] += 1
        train_accuracy.append(np.mean((model.decision_function(arm.X[train]) > 0) == labels[train]))
        decision_on = model.decision_function(arm.X[test])
        for row, decision, probability in zip(test, decision_on, sigmoid(model.slope_ * decision_on), strict=True):
            decisions[row].append(decision)
            probabilities[row].append(probability)
    decisions, probabilities = np.array(decisions), np.array(probabilities)  # (N, R)
    said_yes = (decisions > 0).mean(axis=1)
    once = decisions.shape[1] == 1
    return Outcome(
        protocol=protocol,
        clips=clips,
        runners=runners,
        labels=labels,
        right=((decisions > 0) == labels[:, None]).mean(axis=1),
        predicted=said_yes > 0.5,
        decision=decisions[:, 0] if once else said_yes - 0.5,
        probability=probabilities.mean(axis=1),
        train_accuracy=float(np.mean(train_accuracy)),
        choices=choices,
    )


def _fit(estimator, X, y, groups):
    with warnings.catch_warnings():
        # liblinear stops at its default 1000 rounds on classes that no finite margin divides; what it has by then is used.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # An inner fold may leave one clip of a class: its scatter is 0 and the shrinkage carries the LDA.
        warnings.filterwarnings("ignore", "Only one sample available", UserWarning)
        # A mark of a gap may be the same for all clips of a class.
        warnings.filterwarnings("ignore", "Features .* are constant", UserWarning)
        return type(estimator)(**estimator.get_params(deep=False)).fit(X, y, groups)


def try_as_seed(X: np.ndarray, pooling: str, clips, runners, labels, settings: SeedProtocol) -> Outcome:
    """The seed's protocol on X (N, F), an arm's first pooling as it comes, clip by clip."""
    folds = run_folds(X, labels, settings)
    predicted, decision = np.zeros(len(labels), bool), np.zeros(len(labels))
    for fold in folds:
        predicted[fold.test], decision[fold.test] = fold.predicted, fold.decision
    return Outcome(
        protocol=SEED,
        clips=clips,
        runners=runners,
        labels=labels,
        right=(predicted == labels).astype(float),
        predicted=predicted,
        decision=decision,
        probability=np.full(len(labels), np.nan),
        train_accuracy=float(np.mean([fold.train_accuracy for fold in folds])),
        choices=Counter({(pooling, "linear_svm"): len(folds)}),
    )


def try_test_set(arm: Arm, train: np.ndarray, test: np.ndarray, clips, runners, labels, estimator) -> Outcome:
    """Fit on the rows `train` alone and answer for the rows `test`, whose runners must be others.

    arm, clips, runners, labels: of all N clips.  ValueError when a runner stands on both sides.
    """
    shared = set(runners[train]) & set(runners[test])
    if shared:
        raise ValueError(f"runners among the examples and in the test set: {', '.join(sorted(shared))}")
    model = _fit(estimator, arm.X[train], labels[train], runners[train])
    decision = model.decision_function(arm.X[test])
    return Outcome(
        protocol=TEST_SET,
        clips=clips[test],
        runners=runners[test],
        labels=labels[test],
        right=((decision > 0) == labels[test]).astype(float),
        predicted=decision > 0,
        decision=decision,
        probability=model.predict_proba(arm.X[test])[:, 1],
        train_accuracy=float(np.mean(model.predict(arm.X[train]) == labels[train])),
        choices=Counter({(model.pooling_, model.head_): 1}),
    )
