"""The protocols of one feature set on one deficiency: which run, on which rows, and their p."""

from dataclasses import replace

import numpy as np
import pytest
from feature_set_data import classes, plain_feature_set, separable

from runform.fewshot.evaluate import EvaluationSettings, evaluate
from runform.fewshot.labelled import Examples
from runform.fewshot.published_protocol import PublishedProtocol

PROTOCOLS = ("published", "leave_one_runner_out", "repeated_grouped", "test_set")
FAST = EvaluationSettings(
    published=PublishedProtocol(permutations=20, stop_at=5),
    repeats=1,
    final_inner_repeats=1,
    permutations=99,
    bootstrap_draws=0,
    curve_sizes=(),
)
LABELS, OWNERS = classes(runners=14)
X = separable(LABELS, 10, 2.0)
NONE = np.zeros(0, int)


def examples(rows, runners=OWNERS, unavailable=()):
    return Examples("overstriding", OWNERS[rows], runners[rows], LABELS[rows], unavailable)


def evaluated(feature_set, train, test, settings=FAST, runners=OWNERS, unavailable=()):
    rows = np.concatenate([train, test])
    labelled, tested = examples(train, runners), examples(test, runners, unavailable)
    return evaluate(feature_set, rows, labelled, tested, settings)


def test_every_protocol_tests_its_own_clips():
    evaluation = evaluated(plain_feature_set(X), np.arange(8), np.arange(8, 14))
    assert tuple(evaluation.outcomes) == tuple(evaluation.p_values) == PROTOCOLS
    tested = {name: outcome.clips.tolist() for name, outcome in evaluation.outcomes.items()}
    assert tested.pop("test_set") == OWNERS[8:].tolist()
    assert all(clips == OWNERS[:8].tolist() for clips in tested.values())
    assert all(outcome.correct.all() for outcome in evaluation.outcomes.values())
    assert (evaluation.skipped, evaluation.learning) == ([], [])


def test_rows_name_the_clips_of_a_larger_feature_set():
    order = np.random.default_rng(3).permutation(14)
    shuffled = np.empty_like(X)
    shuffled[order] = X
    settings = replace(FAST, protocols=("published", "leave_one_runner_out"))
    one = evaluated(plain_feature_set(X), np.arange(14), NONE, settings)
    other = evaluate(
        plain_feature_set(shuffled), order, examples(np.arange(14)), examples(NONE), settings
    )
    for protocol in settings.protocols:
        assert (one.outcomes[protocol].decision == other.outcomes[protocol].decision).all()
        assert repr(one.p_values[protocol]) == repr(other.p_values[protocol])


def test_the_p_of_a_test_set_permutes_its_labels_under_fixed_predictions():
    settings = replace(FAST, protocols=("test_set",), permutations=3000)
    evaluation = evaluated(plain_feature_set(X), np.arange(8), np.arange(8, 14), settings)
    # all six are correct: one of the 20 ways to place three yes labels does as well
    assert evaluation.outcomes["test_set"].correct.all()
    assert evaluation.p_values["test_set"] == pytest.approx(1 / 20, abs=0.015)


def test_clips_without_features_and_unavailable_ones_are_counted_by_protocol():
    gaps = X.copy()
    gaps[[2, 9, 10]] = np.nan
    settings = replace(FAST, protocols=("leave_one_runner_out", "test_set"))
    evaluation = evaluated(
        plain_feature_set(gaps), np.arange(8), np.arange(8, 14), settings, unavailable=("gone",)
    )
    assert evaluation.without_features == {"leave_one_runner_out": 1, "test_set": 2}
    assert evaluation.unavailable == {"leave_one_runner_out": 0, "test_set": 1}


def test_without_a_test_set_nothing_is_said_of_it_unless_its_clips_are_unavailable():
    feature_set = plain_feature_set(X)
    settings = replace(FAST, protocols=("test_set",))
    assert evaluated(feature_set, np.arange(8), NONE, settings).skipped == []
    missing = evaluated(feature_set, np.arange(8), NONE, settings, unavailable=("gone",))
    reason = "no labelled test clip is available"
    assert missing.skipped == [{"protocol": "test_set", "reason": reason}]


def test_protocols_that_the_clips_do_not_allow_say_why():
    one_runner = np.full(14, "anna")
    evaluation = evaluated(plain_feature_set(X), np.arange(8), NONE, FAST, one_runner)
    assert list(evaluation.outcomes) == ["published"]
    reason = "all 8 labelled clips are of one runner: no split by runner"
    assert evaluation.skipped == [
        {"protocol": protocol, "reason": reason} for protocol in PROTOCOLS[1:3]
    ]


def test_a_rule_without_training_has_no_published_folds():
    rule = replace(plain_feature_set(X, ("reference_limit",), fixed=True), trained=False)
    evaluation = evaluated(rule, np.arange(8), NONE)
    reason = "a rule that learns nothing has no training folds"
    assert evaluation.skipped == [{"protocol": "published", "reason": reason}]
