"""Feature sets from readings of embeddings whose form is known."""

import numpy as np
import pytest
from feature_set_data import plain_feature_set
from form_readings import MIDDLE, NAMES, SPREAD, embed_form, write_readings

from runform.fewshot.feature_sets import take
from runform.fewshot.form_features import (
    ALL_READINGS,
    FORM_METRIC,
    OWN_READINGS,
    ZERO_SHOT,
    form_feature_sets,
    measured_metrics,
    own_features,
    read_clips,
    with_measurements,
)
from runform.fewshot.models import THRESHOLD
from runform.fewshot.protocols import make_estimator
from runform.limits import rule_position
from runform.sequence import PoseSequence

RULE = {
    "metric": "reach_ic_leg", "watch": 0.3, "flag": 0.35,
    "also": [{"metric": "shank_angle_ic_deg", "watch": 10, "flag": 15}],
}  # fmt: skip
FORM = np.random.default_rng(4).normal(size=(60, 3))
LABELS = FORM[:, :2].sum(axis=1) > 0
RUNNERS = np.arange(60).astype(str)
XY, SCORE = np.zeros((45, 17, 2), np.float32), np.ones((45, 17), np.float32)
POSE = PoseSequence(XY, SCORE, np.zeros((45, 4)), XY, SCORE, "coco17", 30.0, float("nan"), (9, 9))


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """60 clips and one without an embedding."""
    folder = tmp_path_factory.mktemp("read")
    mean = embed_form(FORM, np.random.default_rng(5)).astype(np.float32)
    mean = np.vstack([mean, np.full((1, 32), np.nan)])
    clips = [*(f"c{number}" for number in range(60)), "gone"]
    np.savez(folder / "e.npz", clip=np.array(clips), mean=mean, spread=np.zeros_like(mean))
    readings = write_readings(folder / "readings.safetensors")
    return read_clips(readings, folder / "e.npz", [*clips, "absent"], [POSE] * 62)


def test_clips_are_read_and_gaps_stay_gaps(read):
    np.testing.assert_allclose(read.values[:60, 2, 0], MIDDLE[2] + SPREAD[2] * FORM[:, 2], atol=1.5)
    assert np.isnan(read.values[60:]).all() and np.isnan(read.form[60:]).all()


def test_the_feature_sets_of_the_main_encoder_and_of_another(read):
    names = [one.name for one in form_feature_sets(read, RULE, True)]
    assert names == [ZERO_SHOT, OWN_READINGS, ALL_READINGS, FORM_METRIC]
    other = form_feature_sets(read, RULE, False, "_random")
    assert [one.name for one in other] == ["form_metric_random"]


def test_own_features_are_the_rules_position_and_those_of_its_metrics():
    values = np.array([[[15.0] * 3, [0.3] * 3, [9.0] * 3]])
    names = ("shank_angle_ic_deg", "reach_ic_leg", "trunk_lean_deg")
    assert own_features(values, names, RULE) == pytest.approx(np.array([[0.0, -1.0, 1.0]]))


def test_without_an_example_the_own_reading_tells_the_labels(read):
    zero_shot, own, *_ = form_feature_sets(read, RULE, True)
    two = np.array([LABELS.argmax(), LABELS.argmin()])  # one of each, from which nothing is learned
    model = make_estimator(zero_shot, 3, 1, 0).fit(zero_shot.X[two], LABELS[two], RUNNERS[two])
    predicted = model.predict(zero_shot.X[:60])
    assert (predicted == LABELS).mean() > 0.8
    assert not zero_shot.trained and zero_shot.missing.tolist() == [False] * 60 + [True, True]
    untrained = own.untrained
    again = make_estimator(untrained, 3, 1, 0).fit(untrained.X[two], LABELS[two], RUNNERS[two])
    assert (again.predict(untrained.X[:60]) == predicted).all()


@pytest.mark.parametrize("which", [1, 2, 3])
def test_a_few_examples_give_what_the_readings_know(read, which):
    feature_set = take(form_feature_sets(read, RULE, True)[which], np.arange(60))
    rows = np.r_[np.flatnonzero(LABELS)[:6], np.flatnonzero(~LABELS)[:6]]
    model = make_estimator(feature_set, 3, 1, 0).fit(
        feature_set.X[rows], LABELS[rows], RUNNERS[rows]
    )
    test = np.setdiff1d(np.arange(60), rows)
    assert (model.predict(feature_set.X[test]) == LABELS[test]).mean() > 0.85
    assert np.isfinite(model.decision_function(feature_set.X)).all()


def test_a_deficiency_whose_metric_is_not_read_has_plain_classifiers_alone(read):
    (form,) = form_feature_sets(read, RULE | {"metric": "foot_angle_ic_deg"}, True)
    assert form.name == FORM_METRIC and [pooling.prior for pooling in form.poolings] == [None]
    # and so has one that no simulated runner shows
    (form,) = form_feature_sets(read, RULE | {"watch": 5.0, "flag": 6.0}, True)
    assert [pooling.prior for pooling in form.poolings] == [None]


def gaits_of(error, uncertainty, seed=6):
    """Gait files of the 62 clips whose reach and shank are measured with an error, in units of what
    is usual among runners, and say how sure they are.
    """
    rng = np.random.default_rng(seed)
    gaits = [None, None]
    for form in FORM[::-1]:
        values = MIDDLE + SPREAD * (form + error * rng.normal(size=3))
        metrics = {
            name: {"value": value, "left": None, "right": None, "uncertainty": uncertainty * usual}
            for name, value, usual in zip(NAMES, values, SPREAD, strict=True)
        }
        gaits.append({"metrics": metrics})
    return gaits[::-1]


def predicted(read, gaits):
    gait = plain_feature_set(np.zeros((62, 1)), (THRESHOLD,), fixed=True)
    fused = with_measurements(read, gaits, RULE, gait)
    assert [pooling.name for pooling in fused.poolings] == [
        "measured_and_read",
        "own_position",
        "mean",
    ]
    untrained, two = fused.untrained, np.array([LABELS.argmax(), LABELS.argmin()])
    model = make_estimator(untrained, 3, 1, 0).fit(untrained.X[two], LABELS[two], RUNNERS[two])
    return model.predict(untrained.X[:60]), fused


def test_measured_and_read_metrics_are_weighed_by_their_variance(read):
    """A measurement that is sure and right decides, one that is wrong but says so does not."""
    exact = np.array(
        [rule_position(dict(zip(NAMES, m, strict=True)), RULE) for m in MIDDLE + SPREAD * FORM]
    )
    right, fused = predicted(read, gaits_of(0.0, 0.001))
    np.testing.assert_allclose(fused.X[:60, 0], exact, atol=0.05)
    wrong, fused = predicted(read, gaits_of(3.0, 3.0))
    alone = own_features(read.values, NAMES, RULE)[:60, 0]
    np.testing.assert_allclose(fused.X[:60, 0], alone, atol=1.0)
    assert (right == (exact > 0)).all() and (wrong == (exact > 0)).mean() > 0.8


def test_a_measurement_far_from_the_reading_counts_for_little(read):
    """A calm runner, whose contacts were misread, is measured as a grave overstrider."""
    gaits, calm = gaits_of(0.0, 0.3), int(FORM[:, :2].sum(axis=1).argmin())
    for name, value in (("reach_ic_leg", 0.9), ("shank_angle_ic_deg", 60.0)):
        gaits[calm]["metrics"][name]["value"] = value
    labels, _ = predicted(read, gaits)
    assert not labels[calm]


def test_what_was_not_measured_is_read(read):
    _, fused = predicted(read, [None] * 62)
    alone = own_features(read.values, NAMES, RULE)[:, :1]
    np.testing.assert_allclose(fused.X[:, :1], alone)
    assert np.isnan(fused.X[60:, 0]).all()


def test_measured_metrics_by_hand():
    metric = {"value": 5.0, "left": 4.0, "right": 6.0, "uncertainty": 1.0, "uncertainty_side": 2.0}
    values, errors = measured_metrics([{"metrics": {"a": metric}}, None], ("a", "b"))
    assert values[0, 0].tolist() == [5, 6, 4] and errors[0, 0].tolist() == [1, 2, 2]
    assert np.isnan(values[0, 1]).all() and np.isnan(values[1]).all()
