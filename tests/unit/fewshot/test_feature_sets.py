"""The poolings of the gait feature set, the simplest first."""

import json

import numpy as np
import pytest
from feature_set_data import classes

from runform.fewshot.feature_sets import (
    Clips,
    fused_features,
    gait_features,
    nuisance_features,
    rule_features,
)
from runform.fewshot.features import NUISANCE
from runform.fewshot.protocols import make_estimator
from runform.limits import position
from runform.sequence import PoseSequence


def clips_of(values, metrics=3, seed=0):
    """Clips whose `lean` is `values` beside metrics of noise, limits 10 (watch) and 14 (flag)."""
    rng = np.random.default_rng(seed)
    gaits = []
    for value in values:
        noise = {f"noise{number}": {"value": float(rng.normal())} for number in range(metrics)}
        gaits.append(
            {
                "metrics": {"lean": {"value": float(value)}, **noise},
                "verdicts": [{"name": "lean", "position": position(float(value), 10.0, 14.0)}],
            }
        )
    return Clips(
        [f"c{number}" for number in range(len(values))], [], json.loads(json.dumps(gaits)), []
    )


def test_without_video_the_light_is_left_out():
    xy, score = np.random.default_rng(0).normal(300, 40, (30, 17, 2)), np.ones((30, 17))
    pose = PoseSequence(
        xy, score, np.tile([200.0, 200, 400, 400], (30, 1)), xy, score, "h36m17",
        fps=30.0, capture_fps=30.0, size=(640, 480),
    )  # fmt: skip
    clips = Clips(["a", "b"], [pose, pose], [None, None], ["", ""])
    assert nuisance_features(clips).X.shape == (2, len(NUISANCE) - 2)


def test_poolings_from_the_limit_alone_to_all_metrics():
    feature_set = gait_features(clips_of([9, 15]), "lean")
    assert [pooling.name for pooling in feature_set.poolings] == [
        "own_metric",
        "own_metric_moved",
        "values",
        "values_sides",
        "values_curves",
    ]
    assert [pooling.classifiers[0] for pooling in feature_set.poolings[:3]] == [
        "reference_limit",
        "logistic_pca",
        "linear_svm",
    ]
    assert feature_set.poolings[0].blocks == feature_set.poolings[1].blocks
    assert feature_set.first.tolist() == [[-1.5], [1.5]]


@pytest.mark.parametrize(("bias", "chosen"), [(0.0, "own_metric"), (6.0, "own_metric_moved")])
def test_the_limit_moves_only_where_the_examples_say_so(bias, chosen):
    labels, runners = classes()
    values = np.where(labels, 15.0, 9.0) + np.random.default_rng(1).normal(size=18) + bias
    feature_set = gait_features(clips_of(values), "lean")
    model = make_estimator(feature_set, 3, 10, 0).fit(feature_set.X, labels, runners)
    assert model.pooling_ == chosen
    assert (model.predict(feature_set.X) == labels).all()


def test_with_one_example_a_class_the_limit_decides():
    feature_set = gait_features(clips_of([9.0, 15.0, 11.9, 12.1]), "lean")
    model = make_estimator(feature_set, 3, 1, 0).fit(
        feature_set.X[:2], np.array([False, True]), np.array(["a", "b"])
    )
    limit = rule_features(clips_of([9.0, 15.0, 11.9, 12.1]), "lean")
    assert (
        model.predict(feature_set.X).tolist()
        == (limit.X[:, 0] > 0).tolist()
        == [False, True, False, True]
    )


def test_fused_features_keep_the_poolings_of_gait():
    gait, encoder = (
        gait_features(clips_of([9, 15]), "lean"),
        gait_features(clips_of([9, 15], seed=1), "other"),
    )
    assert fused_features(gait, encoder).members[0] == gait.poolings
