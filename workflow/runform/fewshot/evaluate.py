"""The evaluation of one feature set on one deficiency: all protocols, and the learning curve.

Legend: N clips.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import sklearn
from threadpoolctl import threadpool_limits

from runform.fewshot.feature_sets import FeatureSet, take
from runform.fewshot.labelled import Examples, why_not_scored
from runform.fewshot.protocols import (
    LEAVE_ONE_OUT,
    PUBLISHED,
    REPEATED,
    TEST_SET,
    Outcome,
    evaluate_splits,
    evaluate_test_set,
    grouped_splits,
    learning_rows,
    left_out_splits,
    make_estimator,
    zero_row,
)
from runform.fewshot.published_protocol import Published, PublishedProtocol
from runform.fewshot.statistics import balanced_accuracy, permutation_p


@dataclass(frozen=True)
class EvaluationSettings:
    """Which protocols to run, and how.

    published: the published protocol, whose number of folds the grouped folds share.
    protocols: which to run.  repeats: of the grouped folds.
    inner_folds, inner_repeats: of the choice of pooling and classifier inside training rows. The
    choice on a whole set of examples is made once, from `final_inner_repeats` repeats.
    permutations: label permutations behind p.  bootstrap_draws: of runners.
    coverage: share of clips whose prediction set holds their label (`fewshot.conformal`).
    curve_sizes, curve_draws: runners per class, and draws of them.  random_seed: of all of these.
    """

    published: PublishedProtocol = field(default_factory=PublishedProtocol)
    protocols: tuple[str, ...] = (PUBLISHED, LEAVE_ONE_OUT, REPEATED, TEST_SET)
    repeats: int = 50
    inner_folds: int = 3
    inner_repeats: int = 1
    final_inner_repeats: int = 10
    permutations: int = 1000
    bootstrap_draws: int = 2000
    coverage: float = 0.8
    curve_sizes: tuple[int, ...] = (0, 1, 2, 3, 5, 9)
    curve_draws: int = 10
    random_seed: int = 0


@dataclass
class Evaluation:
    """What one feature set gave on one deficiency.

    By protocol: outcomes, p where the row's own estimator is tested, and how many clips are
    unavailable or without features.  learning, skipped: rows of those tables.
    """

    feature_set: str
    deficiency: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    p_values: dict[str, float] = field(default_factory=dict)
    unavailable: dict[str, int] = field(default_factory=dict)
    without_features: dict[str, int] = field(default_factory=dict)
    learning: list[dict] = field(default_factory=list)
    skipped: list[dict] = field(default_factory=list)

    @property
    def key(self) -> dict:
        """Cells that name this evaluation."""
        return {"deficiency": self.deficiency, "feature_set": self.feature_set}


def evaluate(
    feature_set: FeatureSet,
    rows: np.ndarray,
    examples: Examples,
    test: Examples,
    settings: EvaluationSettings,
) -> Evaluation:
    """Run every protocol that the clips allow; the others get a row in `skipped`.

    rows: of `feature_set`, those of `examples` and then those of `test`.
    """
    # One thread: sums in another order would change the last digits. Arrays are checked when the
    # features are made, not at each fit.
    with (
        threadpool_limits(1),
        sklearn.config_context(assume_finite=True, skip_parameter_validation=True),
    ):
        small, n = take(feature_set, rows), len(examples)
        evaluation = Evaluation(feature_set.name, examples.deficiency)
        protocols: dict[str, Callable[[], tuple[Outcome, float]]] = {
            PUBLISHED: lambda: _published(feature_set, rows[:n], examples, settings),
            LEAVE_ONE_OUT: lambda: _left_out(small, examples, settings),
            REPEATED: lambda: _repeated(small, examples, settings),
            TEST_SET: lambda: _test_set(small, examples, test, settings),
        }
        for protocol in settings.protocols:
            tested, missing = (
                (test, small.missing[n:]) if protocol == TEST_SET else (examples, small.missing[:n])
            )
            if protocol == TEST_SET and not (len(test) or test.unavailable):
                continue
            why = _why_not(protocol, feature_set, examples, test, settings)
            if why:
                evaluation.skipped.append({"protocol": protocol, "reason": why})
                continue
            outcome, p = protocols[protocol]()
            evaluation.outcomes[protocol], evaluation.p_values[protocol] = outcome, p
            evaluation.unavailable[protocol] = len(tested.unavailable)
            evaluation.without_features[protocol] = int(missing.sum())
        if settings.curve_sizes:
            evaluation.learning = _learning_curve(small, examples, test, settings)
    return evaluation


def _why_not(
    protocol: str,
    feature_set: FeatureSet,
    examples: Examples,
    test: Examples,
    settings: EvaluationSettings,
) -> str:
    """Why a protocol cannot be run on these clips; empty when it can."""
    runners = len(set(examples.runners))
    if protocol == PUBLISHED and not feature_set.trained:
        return "a rule that learns nothing has no training folds"
    if protocol == PUBLISHED:
        return why_not_scored(examples, settings.published.folds)
    if protocol == TEST_SET:
        return "" if len(test) else "no labelled test clip is available"
    if runners < 2:
        return f"all {len(examples)} labelled clips are of one runner: no split by runner"
    if protocol == REPEATED and runners < settings.published.folds:
        return f"{runners} runners are fewer than {settings.published.folds} folds"
    return ""


def _published(feature_set, rows, examples, settings) -> tuple[Outcome, float]:
    published = Published(feature_set.first[rows], settings.published)
    outcome = published.outcome(examples, feature_set.poolings[0].name)
    return outcome, published.p_permutation(examples)


def _left_out(feature_set, examples, settings) -> tuple[Outcome, float]:
    return _by_splits(
        LEAVE_ONE_OUT, feature_set, examples, settings, left_out_splits(examples.runners)
    )


def _repeated(feature_set, examples, settings) -> tuple[Outcome, float]:
    folds, seed = settings.published.folds, settings.random_seed
    splits = grouped_splits(examples.runners, folds, settings.repeats, seed)
    return _by_splits(REPEATED, feature_set, examples, settings, splits)


def _by_splits(protocol, feature_set, examples, settings, splits):
    """The outcome, and no p: to permute labels the choice inside every fold would have to be made
    again each time.
    """
    labelled = take(feature_set, np.arange(len(examples)))
    seed = settings.random_seed
    estimator = make_estimator(labelled, settings.inner_folds, settings.inner_repeats, seed)
    clips, runners, labels = examples.clips, examples.runners, examples.labels
    outcome = evaluate_splits(protocol, labelled, clips, runners, labels, splits, estimator)
    return outcome, np.nan


def _test_set(feature_set, examples, test, settings) -> tuple[Outcome, float]:
    train, rows, clips, runners, labels = _together(examples, test)
    repeats, seed = settings.final_inner_repeats, settings.random_seed
    estimator = make_estimator(feature_set, settings.inner_folds, repeats, seed)
    outcome = evaluate_test_set(feature_set, train, rows, clips, runners, labels, estimator)
    p, _ = permutation_p(
        lambda permuted: balanced_accuracy(permuted, outcome.predicted == permuted),
        outcome.labels,
        outcome.runners,
        settings.permutations,
        settings.permutations,
        seed,
    )
    return outcome, p


def _together(examples: Examples, test: Examples):
    """Rows of the examples, rows of the test clips, and clips, runners and labels of both."""
    pairs = (
        (getattr(examples, name), getattr(test, name)) for name in ("clips", "runners", "labels")
    )
    train, rows = np.arange(len(examples)), len(examples) + np.arange(len(test))
    return train, rows, *map(np.concatenate, pairs)


def _learning_curve(feature_set, examples, test, settings) -> list[dict]:
    train, rows, _, runners, labels = _together(examples, test)
    if len(rows) and len(set(labels[rows])) < 2:
        rows = rows[:0]
    seed, inner = settings.random_seed, (settings.inner_folds, settings.inner_repeats)
    sizes, draws = settings.curve_sizes, settings.curve_draws
    curve = []
    if 0 in sizes and (untrained := feature_set.untrained) is not None:
        estimator = make_estimator(untrained, *inner, seed)
        curve.append(zero_row(untrained, runners, labels, train, rows, estimator))
    estimator = make_estimator(feature_set, *inner, seed)
    sizes = [size for size in sizes if size]
    return curve + learning_rows(
        feature_set, runners, labels, train, rows, sizes, draws, estimator, seed
    )
