"""Learning curves: who is drawn, who is tested, and that examples help where there is something to
learn.
"""

import numpy as np
from feature_set_data import classes, plain_arm, separable

from runform.fewshot.protocols import learning_rows, make_estimator


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
    feature_set = plain_arm(separable(labels, 10, 0.5))
    rows = curve(feature_set, labels, runners, np.arange(18), np.arange(18, 118), draws=8)
    assert [row["examples_per_class"] for row in rows] == [1, 2, 3, 5, 9]
    assert {row["protocol"] for row in rows} == {"test_set"}
    assert {row["n_test"] for row in rows} == {100}
    assert [row["draws"] for row in rows] == [8, 8, 8, 8, 1]  # all nine and nine are one draw
    assert rows[-1]["balanced_accuracy"] > rows[0]["balanced_accuracy"] + 0.1
    assert rows[0]["low"] <= rows[0]["balanced_accuracy"] <= rows[0]["high"]


def test_without_a_test_set_the_others_are_tested():
    labels, runners = classes(clips_per_runner=2)
    rows = curve(plain_arm(separable(labels)), labels, runners, np.arange(36), np.zeros(0, int))
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
        curve(plain_arm(separable(labels)), labels, runners, np.arange(2), np.zeros(0, int)) == []
    )
