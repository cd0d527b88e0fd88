"""Splits that keep runners apart, nothing fitted on test rows, and learning curves."""

import numpy as np
import pytest
from feature_set_data import classes, plain_feature_set, separable

from runform.fewshot.feature_sets import take
from runform.fewshot.labelled import Examples
from runform.fewshot.protocols import (
    evaluate_splits,
    evaluate_test_set,
    grouped_splits,
    learning_rows,
    left_out_splits,
    make_estimator,
    outcome_of,
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
        feature_set = take(plain_feature_set(values, **block), rows)
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
    feature_set = plain_feature_set(separable(labels, 40, 0.3))
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
    feature_set = plain_feature_set(separable(labels))
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
    outcome = leave_one_out(plain_feature_set(separable(labels, 30, 2.0)), labels, runners)
    assert outcome.correct.all() and outcome.train_accuracy == 1
    assert ((outcome.probability > 0.5) == labels).all()
    assert sum(outcome.choices.values()) == 18


def test_runners_that_repeat_do_not_help_where_runners_are_kept_apart():
    # A runner's clips resemble each other and nothing else: another clip of the runner gives the
    # label away where folds split runners.
    labels, runners = classes(clips_per_runner=4)
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(18, 60)), 4, axis=0) + 0.05 * rng.normal(size=(72, 60))
    examples = Examples("overstriding", runners, runners, labels)
    published = Published(X, PublishedProtocol()).outcome(examples, "mean")
    by_runner = leave_one_out(plain_feature_set(X), labels, runners)
    assert published.correct.mean() > 0.95
    assert by_runner.correct.mean() < 0.75


def test_repeats_are_averaged_per_clip():
    labels, runners = classes()
    feature_set = plain_feature_set(separable(labels, 10, 0.3))
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


def curve(feature_set, labels, runners, examples, test, sizes=(1, 2, 3, 5, 9), draws=4):
    return learning_rows(
        feature_set,
        runners,
        labels,
        examples,
        test,
        sizes,
        draws,
        make_estimator(feature_set, 3, 1, 0),
        0,
    )


def test_more_examples_help_on_a_test_set_of_others():
    labels, runners = classes(runners=118)
    feature_set = plain_feature_set(separable(labels, 10, 0.5))
    rows = curve(feature_set, labels, runners, np.arange(18), np.arange(18, 118), draws=8)
    assert [row["examples_per_class"] for row in rows] == [1, 2, 3, 5, 9]
    assert {row["protocol"] for row in rows} == {"test_set"}
    assert {row["n_test"] for row in rows} == {100}
    assert [row["draws"] for row in rows] == [8, 8, 8, 8, 1]  # all nine and nine are one draw
    assert rows[-1]["balanced_accuracy"] > rows[0]["balanced_accuracy"] + 0.1
    assert rows[0]["low"] <= rows[0]["balanced_accuracy"] <= rows[0]["high"]


def test_without_a_test_set_the_others_are_tested():
    labels, runners = classes(clips_per_runner=2)
    rows = curve(
        plain_feature_set(separable(labels)), labels, runners, np.arange(36), np.zeros(0, int)
    )
    assert [row["examples_per_class"] for row in rows] == [
        1,
        2,
        3,
        5,
    ]  # nine would leave nobody to test
    assert [row["n_test"] for row in rows] == [32, 28, 24, 16]
    assert {row["protocol"] for row in rows} == {"held_out_examples"}


def test_too_few_runners_give_no_curve():
    labels, runners = classes(runners=2)
    assert (
        curve(plain_feature_set(separable(labels)), labels, runners, np.arange(2), np.zeros(0, int))
        == []
    )


def test_a_tie_of_repeats_goes_by_their_mean_probability():
    decisions = np.array([[3.0, -1.0], [1.0, -3.0], [1.0, 2.0], [-1.0, -2.0]])
    probabilities = 1 / (1 + np.exp(-decisions))
    labels, names = np.array([True, False, True, False]), np.arange(4).astype(str)
    outcome = outcome_of(
        "repeated_grouped", names, names, labels, decisions, probabilities, [1], {}
    )
    assert outcome.predicted.tolist() == [True, False, True, False]
