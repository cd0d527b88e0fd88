"""Splits that keep runners apart, nothing fitted on test rows, and predictions on data whose labels are
known.
"""

import numpy as np
import pytest
from feature_set_data import classes, plain_arm, separable

from runform.fewshot.feature_sets import take
from runform.fewshot.labelled import Examples
from runform.fewshot.protocols import (
    evaluate_splits,
    evaluate_test_set,
    grouped_splits,
    left_out_splits,
    make_estimator,
)
from runform.fewshot.published_protocol import Published, PublishedProtocol


def leave_one_out(feature_set, labels, runners):
    clips = np.array([f"clip{row:02d}" for row in range(len(labels))])
    return evaluate_splits(
        "leave_one_runner_out",
        feature_set,
        clips,
        runners,
        labels,
        left_out_splits(runners),
        make_estimator(feature_set, 3, 1, 0),
    )


def test_no_runner_on_both_sides_and_every_clip_tested_equally_often():
    labels, runners = classes(clips_per_runner=3)
    for splits, times in ((left_out_splits(runners), 1), (grouped_splits(runners, 4, 5, 0), 5)):
        tested = np.zeros(len(labels), int)
        for train, test in splits:
            assert not set(runners[train]) & set(runners[test])
            tested[test] += 1
        assert (tested == times).all()


def test_repeats_are_shuffled_and_the_same_each_time():
    _, runners = classes()
    one, other = (list(grouped_splits(runners, 4, 2, 0)) for _ in range(2))
    assert all((a[1] == b[1]).all() for a, b in zip(one, other, strict=True))
    assert any((a[1].tolist() != b[1].tolist()) for a, b in zip(one[:4], one[4:], strict=True))


@pytest.mark.parametrize("block", [{"each": True}, {"each": False}])
def test_a_poisoned_test_clip_changes_no_other_prediction(block):
    labels, runners = classes()
    X = separable(labels, 40, 0.3)
    poisoned = X.copy()
    poisoned[5] = 1e3 * np.random.default_rng(9).normal(size=40)
    rows = np.arange(18)
    train, test = np.delete(rows, [5, 11]), np.array([5, 11])
    outcomes = []
    for values in (X, poisoned):
        feature_set = take(plain_arm(values, **block), rows)
        outcomes.append(
            evaluate_test_set(
                feature_set,
                train,
                test,
                runners,
                runners,
                labels,
                make_estimator(feature_set, 3, 1, 0),
            )
        )
    clean, dirty = outcomes
    assert dirty.choices == clean.choices
    assert dirty.train_accuracy == clean.train_accuracy
    assert dirty.decision[1] == pytest.approx(clean.decision[1], abs=1e-6)
    assert dirty.probability[1] == pytest.approx(clean.probability[1], abs=1e-6)


def test_labels_of_test_clips_are_not_looked_at():
    labels, runners = classes()
    feature_set = plain_arm(separable(labels, 40, 0.3))
    flipped = labels.copy()
    flipped[[0, 1]] = ~labels[[0, 1]]
    train, test = np.arange(2, 18), np.array([0, 1])
    one, other = (
        evaluate_test_set(
            feature_set, train, test, runners, runners, y, make_estimator(feature_set, 3, 1, 0)
        )
        for y in (labels, flipped)
    )
    assert (one.decision == other.decision).all()
    assert (one.correct == 1 - other.correct).all()


def test_a_runner_among_examples_and_test_is_refused():
    labels, runners = classes()
    runners[0] = runners[17]
    feature_set = plain_arm(separable(labels))
    with pytest.raises(ValueError, match="runners among the examples and in the test set: r17"):
        evaluate_test_set(
            feature_set,
            np.arange(9),
            np.arange(9, 18),
            runners,
            runners,
            labels,
            make_estimator(feature_set, 3, 1, 0),
        )


def test_separable_classes_are_predicted():
    labels, runners = classes()
    outcome = leave_one_out(plain_arm(separable(labels, 30, 2.0)), labels, runners)
    assert outcome.correct.all() and outcome.train_accuracy == 1
    assert ((outcome.probability > 0.5) == labels).all()
    assert sum(outcome.choices.values()) == 18


def test_runners_that_repeat_do_not_help_where_runners_are_kept_apart():
    # Each runner looks like himself and nothing else: split by clip a neighbour gives the label
    # away, split by runner nothing does.
    labels, runners = classes(clips_per_runner=4)
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(18, 60)), 4, axis=0) + 0.05 * rng.normal(size=(72, 60))
    examples = Examples("overstriding", runners, runners, labels)
    published = Published(X, PublishedProtocol()).outcome(examples, "mean")
    by_runner = leave_one_out(plain_arm(X), labels, runners)
    assert published.correct.mean() > 0.95
    assert by_runner.correct.mean() < 0.75


def test_repeats_are_summed_up_per_clip():
    labels, runners = classes()
    feature_set = plain_arm(separable(labels, 10, 0.3))
    outcome = evaluate_splits(
        "repeated",
        feature_set,
        runners,
        runners,
        labels,
        grouped_splits(runners, 4, 3, 0),
        make_estimator(feature_set, 3, 1, 0),
    )
    assert {round(3 * share) for share in outcome.correct} <= {0, 1, 2, 3}
    assert ((outcome.decision > 0) == outcome.predicted).all()
    assert ((outcome.correct > 0.5) == (outcome.predicted == labels)).all()


def test_gaps_are_filled_for_the_published_protocol_too():
    labels, runners = classes()
    X = separable(labels, 5, 2.0)
    X[3, 2] = np.nan
    examples = Examples("overstriding", runners, runners, labels)
    assert Published(X, PublishedProtocol()).outcome(examples, "values").correct.all()
