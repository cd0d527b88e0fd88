"""p from a thousand label shuffles, each fitted anew, at the price of one fit: ridge regression is
linear in its labels.

Legend: N clips, P shuffles, F features.
"""

from dataclasses import dataclass, field

import numpy as np
import sklearn
from sklearn.linear_model import RidgeCV
from threadpoolctl import threadpool_limits

from runform.fewshot.feature_sets import Arm, take
from runform.fewshot.labelled import Examples, why_not_scored
from runform.fewshot.models import ScaledBlocks
from runform.fewshot.protocols import (
    LEAVE_ONE_OUT,
    REPEATED,
    SEED,
    TEST_SET,
    Outcome,
    grouped_splits,
    learning_rows,
    left_out_splits,
    make_estimator,
    try_as_seed,
    try_splits,
    try_test_set,
)
from runform.fewshot.published_protocol import SeedProtocol, permuted_p
from runform.fewshot.result_tables import (
    accuracy_row,
    is_compared,
    leak_note,
    prediction_rows,
    selective_rows,
)
from runform.fewshot.statistics import balanced_accuracy, permutation_p, permute_by_runner

STRENGTHS = (0.1, 1.0, 10.0)


def shuffled_labels_p(
    arm: Arm, labels: np.ndarray, runners: np.ndarray, splits, permutations: int, seed: int
) -> float:
    """One-sided p that the arm's features tell nothing of the labels, within the train and test
    rows of `splits`.

    Statistic: balanced accuracy of a ridge classifier (the least-squares form of an LDA shrunk to
    the identity; Hastie, Tibshirani and Friedman 2009, section 4.3) that chooses strength and
    pooling inside each training fold by leave-one-out error. For every shuffle of the labels over
    runners the whole of it is done again; all shuffles are columns of one fit. nan when
    permutations = 0.
    """
    if permutations == 0:
        return np.nan
    rng = np.random.default_rng(seed)
    columns = [labels] + [permute_by_runner(labels, runners, rng) for _ in range(permutations)]
    Y = np.where(np.array(columns).T, 1.0, -1.0)  # (N, 1 + P), the true labels first
    decisions, answered = np.zeros_like(Y), np.zeros(len(Y), bool)
    for train, test in splits:
        decisions[test], answered[test] = _decide(arm, Y[train], train, test), True
    reached = _balanced_accuracies(decisions[answered], Y[answered])
    return float((1 + np.sum(reached[1:] >= reached[0] - 1e-9)) / (permutations + 1))


def _decide(arm: Arm, Y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """(test rows, 1 + P) decisions of the pooling that fits each column of Y best by leave-one-out
    error in training.
    """
    scores, answers = [], []
    for pooling in arm.poolings:
        scaler = ScaledBlocks(pooling.blocks).fit(arm.X[train])
        model = RidgeCV(STRENGTHS, alpha_per_target=True).fit(scaler.transform(arm.X[train]), Y)
        scores.append(model.best_score_)
        answers.append(model.predict(scaler.transform(arm.X[test])))
    best = np.argmax(np.round(scores, 9), axis=0)
    return np.take_along_axis(np.array(answers), best[None, None, :], axis=0)[0]


def _balanced_accuracies(decisions: np.ndarray, Y: np.ndarray) -> np.ndarray:
    right, yes = (decisions > 0) == (Y > 0), Y > 0
    return (
        (right & yes).sum(axis=0) / yes.sum(axis=0)
        + (right & ~yes).sum(axis=0) / (~yes).sum(axis=0)
    ) / 2


# One arm tried on one deficiency: all protocols, the learning curve, and the rows they give.
#
# Legend: N clips.


@dataclass(frozen=True)
class TrialSettings:
    """seed: the seed's protocol, whose number of folds the grouped folds share.  protocols: which
    to run.

    repeats: of the grouped folds.
    inner_folds, inner_repeats: of the choice of pooling and head inside training rows; choices on a
    whole set of examples, made once and not once per fold, are repeated `final_inner_repeats`
    times.  permutations: label shuffles behind p.
    bootstrap_draws: of runners.  abstain_below: probability below which the answer is "uncertain".
    curve_sizes, curve_draws: runners a class and draws of them.  random_seed: of all of these.
    """

    seed: SeedProtocol = field(default_factory=SeedProtocol)
    protocols: tuple[str, ...] = (SEED, LEAVE_ONE_OUT, REPEATED, TEST_SET)
    repeats: int = 50
    inner_folds: int = 3
    inner_repeats: int = 1
    final_inner_repeats: int = 10
    permutations: int = 1000
    bootstrap_draws: int = 2000
    abstain_below: float = 0.75
    curve_sizes: tuple[int, ...] = (1, 2, 3, 5, 9)
    curve_draws: int = 10
    random_seed: int = 0


@dataclass
class ArmTrial:
    """What one arm gave on one deficiency. outcomes and p values by protocol."""

    arm: str
    deficiency: str
    unavailable: dict[str, int]
    without_features: dict[str, int]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    p_values: dict[str, float] = field(default_factory=dict)
    learning: list[dict] = field(default_factory=list)
    skipped: list[dict] = field(default_factory=list)

    @property
    def key(self) -> dict:
        """Cells that name this trial."""
        return {"deficiency": self.deficiency, "arm": self.arm}

    def rows(self, pose: "ArmTrial | None", settings: TrialSettings) -> list[dict]:
        """One row per protocol, beside the pose arm's trial."""
        rows = []
        for protocol, outcome in self.outcomes.items():
            reference = pose.outcomes.get(protocol) if pose and is_compared(self.arm) else None
            row = accuracy_row(
                outcome,
                reference,
                self.p_values[protocol],
                settings.bootstrap_draws,
                settings.random_seed,
            )
            counted = {
                "n_unavailable": self.unavailable[protocol],
                "n_without_features": self.without_features[protocol],
            }
            rows.append({**row, **counted, "note": leak_note(self.arm, row)})
        return rows

    def prediction_rows(self, abstain_below: float) -> list[dict]:
        """One row per clip of the protocols that give probabilities."""
        return [
            row for outcome in self._calibrated() for row in prediction_rows(outcome, abstain_below)
        ]

    def selective_rows(self) -> list[dict]:
        """Accuracy against coverage of the protocols that give probabilities."""
        return [
            {"protocol": outcome.protocol, **row}
            for outcome in self._calibrated()
            for row in selective_rows(outcome)
        ]

    def _calibrated(self) -> list[Outcome]:
        return [
            self.outcomes[protocol]
            for protocol in (LEAVE_ONE_OUT, TEST_SET)
            if protocol in self.outcomes
        ]


def try_arm(
    arm: Arm, rows: np.ndarray, examples: Examples, test: Examples, settings: TrialSettings
) -> ArmTrial:
    """Run every protocol that the clips allow; what they do not allow gets a line in `skipped`.

    rows: of the arm, those of `examples` and then those of `test`.
    """
    # One thread: sums in another order would change the last digits. Arrays are checked when the
    # arms are built, not at each fit.
    with (
        threadpool_limits(1),
        sklearn.config_context(assume_finite=True, skip_parameter_validation=True),
    ):
        small, n = take(arm, rows), len(examples)
        missing = [int(small.missing[:n].sum()), int(small.missing[n:].sum())]
        counts = {
            protocol: (len(examples.unavailable), missing[0])
            for protocol in (SEED, LEAVE_ONE_OUT, REPEATED)
        }
        counts[TEST_SET] = (len(test.unavailable), missing[1])
        trial = ArmTrial(
            arm.name,
            examples.deficiency,
            {protocol: count[0] for protocol, count in counts.items()},
            {protocol: count[1] for protocol, count in counts.items()},
        )
        run = {
            SEED: lambda: _run_seed(trial, arm, arm.first[rows[:n]], examples, settings),
            LEAVE_ONE_OUT: lambda: _run_left_out(trial, small, examples, settings),
            REPEATED: lambda: _run_repeated(trial, small, examples, settings),
            TEST_SET: lambda: _run_test(trial, small, examples, test, settings),
        }
        for protocol in settings.protocols:
            if protocol == TEST_SET and not (len(test) or test.unavailable):
                continue
            why = _cannot(protocol, arm, examples, test, settings)
            if why:
                trial.skipped.append({"protocol": protocol, "reason": why})
            else:
                run[protocol]()
        _learn(trial, small, examples, test, settings)
    return trial


def _cannot(
    protocol: str, arm: Arm, examples: Examples, test: Examples, settings: TrialSettings
) -> str:
    runners = len(set(examples.runners))
    if protocol == SEED and not arm.trained:
        return "a rule that learns nothing has no training folds"
    if protocol == SEED:
        return why_not_scored(examples, settings.seed.folds)
    if protocol == TEST_SET:
        return "" if len(test) else "no labelled test clip is available"
    if runners < 2:
        return f"all {len(examples)} labelled clips are of one runner: no split by runner"
    if protocol == REPEATED and runners < settings.seed.folds:
        return f"{runners} runners are fewer than {settings.seed.folds} folds"
    return ""


def _run_seed(trial, arm, X, examples, settings) -> None:
    pooling = arm.poolings[0].name
    trial.outcomes[SEED] = try_as_seed(
        X, pooling, examples.clips, examples.runners, examples.labels, settings.seed
    )
    trial.p_values[SEED] = permuted_p(X, examples, settings.seed)


def _run_left_out(trial, arm, examples, settings) -> None:
    _run_splits(
        trial, arm, examples, settings, LEAVE_ONE_OUT, lambda: left_out_splits(examples.runners)
    )


def _run_repeated(trial, arm, examples, settings) -> None:
    def splits(repeats=settings.repeats):
        return grouped_splits(examples.runners, settings.seed.folds, repeats, settings.random_seed)

    _run_splits(trial, arm, examples, settings, REPEATED, splits, lambda: splits(1))


def _run_splits(trial, arm, examples, settings, protocol, splits, p_splits=None) -> None:
    mine = take(arm, np.arange(len(examples)))
    estimator = make_estimator(
        mine, settings.inner_folds, settings.inner_repeats, settings.random_seed
    )
    known = examples.clips, examples.runners, examples.labels
    trial.outcomes[protocol] = try_splits(protocol, mine, *known, splits(), estimator)
    trial.p_values[protocol] = shuffled_labels_p(
        mine,
        examples.labels,
        examples.runners,
        (p_splits or splits)(),
        settings.permutations,
        settings.random_seed,
    )


def _run_test(trial, arm, examples, test, settings) -> None:
    train, rows, clips, runners, labels = _together(examples, test)
    estimator = make_estimator(
        arm, settings.inner_folds, settings.final_inner_repeats, settings.random_seed
    )
    outcome = try_test_set(arm, train, rows, clips, runners, labels, estimator)
    trial.outcomes[TEST_SET] = outcome
    trial.p_values[TEST_SET] = permutation_p(
        lambda shuffled: balanced_accuracy(shuffled, outcome.predicted == shuffled),
        outcome.labels,
        outcome.runners,
        settings.permutations,
        settings.permutations,
        settings.random_seed,
    )[0]


def _together(examples: Examples, test: Examples):
    train, rows = np.arange(len(examples)), len(examples) + np.arange(len(test))
    return (
        train,
        rows,
        *(
            np.concatenate([getattr(examples, name), getattr(test, name)])
            for name in ("clips", "runners", "labels")
        ),
    )


def _learn(trial, arm, examples, test, settings) -> None:
    train, rows, _, runners, labels = _together(examples, test)
    if len(rows) and len(set(labels[rows])) < 2:
        rows = rows[:0]
    estimator = make_estimator(
        arm, settings.inner_folds, settings.inner_repeats, settings.random_seed
    )
    sizes, draws = settings.curve_sizes, settings.curve_draws
    trial.learning = learning_rows(
        arm, runners, labels, train, rows, sizes, draws, estimator, settings.random_seed
    )
