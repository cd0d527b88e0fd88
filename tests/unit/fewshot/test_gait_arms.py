"""The poolings of the gait arm, the simplest first."""

import json

import numpy as np
import pytest
from arm_data import classes

from runform.fewshot.feature_sets import Clips, gait_arm, joined_arm, rule_arm
from runform.fewshot.protocols import make_estimator


def clips_of(values, metrics=3, seed=0):
    """Clips whose `lean` is `values` beside metrics of noise, limits 10 (watch) and 14 (flag)."""
    rng = np.random.default_rng(seed)
    limits = {"watch": 10.0, "flag": 14.0, "other_watch": None, "other_flag": None}
    gaits = []
    for value in values:
        noise = {f"noise{number}": {"value": float(rng.normal())} for number in range(metrics)}
        gaits.append(
            {
                "metrics": {"lean": {"value": float(value)}, **noise},
                "verdicts": [{"name": "lean", "value": float(value), **limits}],
            }
        )
    return Clips(
        [f"c{number}" for number in range(len(values))], [], json.loads(json.dumps(gaits)), []
    )


def test_from_the_limit_alone_to_all_that_was_measured():
    arm = gait_arm(clips_of([9, 15]), "lean")
    assert [pooling.name for pooling in arm.poolings] == [
        "own_metric",
        "own_metric_moved",
        "values",
        "values_sides",
        "values_curves",
    ]
    assert [pooling.heads[0] for pooling in arm.poolings[:3]] == [
        "reference_limit",
        "logistic_pca",
        "linear_svm",
    ]
    assert arm.poolings[0].blocks == arm.poolings[1].blocks
    assert arm.first.tolist() == [[-1.5], [1.5]]


@pytest.mark.parametrize(("bias", "chosen"), [(0.0, "own_metric"), (6.0, "own_metric_moved")])
def test_the_limit_moves_only_where_the_examples_say_so(bias, chosen):
    labels, runners = classes()
    values = np.where(labels, 15.0, 9.0) + np.random.default_rng(1).normal(size=18) + bias
    arm = gait_arm(clips_of(values), "lean")
    model = make_estimator(arm, 3, 10, 0).fit(arm.X, labels, runners)
    assert model.pooling_ == chosen
    assert (model.predict(arm.X) == labels).all()


def test_one_example_a_class_is_read_by_the_limit():
    arm = gait_arm(clips_of([9.0, 15.0, 11.9, 12.1]), "lean")
    model = make_estimator(arm, 3, 1, 0).fit(
        arm.X[:2], np.array([False, True]), np.array(["a", "b"])
    )
    limit = rule_arm(clips_of([9.0, 15.0, 11.9, 12.1]), "lean")
    assert (
        model.predict(arm.X).tolist() == (limit.X[:, 0] > 0).tolist() == [False, True, False, True]
    )


def test_the_joined_arm_reads_gait_by_the_same_poolings():
    gait, encoder = (
        gait_arm(clips_of([9, 15]), "lean"),
        gait_arm(clips_of([9, 15], seed=1), "other"),
    )
    assert joined_arm(gait, encoder).members[0] == gait.poolings
