"""Which feature sets a study has, with readings and without."""

import numpy as np
import pytest
from form_readings import embed_form, write_readings

from runform.fewshot.feature_sets import Clips
from runform.fewshot.study_features import FeatureSettings, build_shared
from runform.limits import rule_position
from runform.sequence import PoseSequence

RULE = {"metric": "shank_angle_ic_deg", "watch": 10.0, "flag": 15.0}
XY = np.random.default_rng(0).normal(size=(45, 17, 2)).astype(np.float32)
SCORE = np.ones((45, 17), np.float32)
POSE = PoseSequence(XY, SCORE, np.zeros((45, 4)), XY, SCORE, "coco17", 30.0, float("nan"), (9, 9))
COUNT = 6


@pytest.fixture
def study(tmp_path):
    """Clips with gait, and the files of two encoders and of their readings."""
    form = np.random.default_rng(1).normal(size=(COUNT, 3))
    mean = embed_form(form, np.random.default_rng(2)).astype(np.float32)
    ids = [f"c{number}" for number in range(COUNT)]
    status = np.array(["ok"] * COUNT)
    np.savez(
        tmp_path / "e.npz", clip=np.array(ids), status=status, mean=mean, spread=np.zeros_like(mean)
    )
    gaits = []
    for angle in 12 + 5 * form[:, 0]:
        metric = {"value": angle, "left": None, "right": None, "uncertainty": 3.0}
        verdict = {"name": "overstriding", "position": rule_position({RULE["metric"]: angle}, RULE)}
        gaits.append({"metrics": {RULE["metric"]: metric}, "verdicts": [verdict]})
    (tmp_path / "empty.mp4").touch()
    clips = Clips(ids, [POSE] * COUNT, gaits, [tmp_path / "empty.mp4"] * COUNT)
    readings = write_readings(tmp_path / "r.safetensors")
    return clips, tmp_path / "e.npz", readings


def names_of(study, rules, readings=True):
    clips, embeddings, file = study
    encoders = ("encoder", "encoder_random")
    skipped = []
    shared = build_shared(
        clips,
        dict.fromkeys(encoders, embeddings),
        FeatureSettings(),
        skipped,
        dict.fromkeys(encoders, file) if readings else {},
        rules,
    )
    sets = shared.of("overstriding", skipped)
    return [one.name for one in sets], sets, skipped


def test_all_feature_sets_of_a_deficiency_with_a_prior(study):
    names, sets, skipped = names_of(study, {"overstriding": RULE})
    assert names == [
        "majority", "nuisance", "pose_mean_spread", "rule", "gait", "encoder", "encoder_random",
        "zero_shot", "own_readings", "all_readings", "form_metric", "form_metric_random",
        "gait_and_encoder",
    ]  # fmt: skip
    assert [pooling.name for pooling in sets[-1].poolings][:2] == [
        "measured_and_read",
        "own_position",
    ]
    assert skipped == []


def test_without_a_simulated_counterpart_plain_classifiers_stay_and_a_line_says_so(study):
    names, sets, skipped = names_of(study, {"overstriding": RULE | {"metric": "foot_angle_ic_deg"}})
    assert "zero_shot" not in names and {"form_metric", "gait_and_encoder"} <= set(names)
    assert sets[-1].members  # predictions of both are added
    (row,) = skipped
    assert row["feature_set"] == "own_readings" and row["reason"].startswith("no simulated")


def test_without_readings_a_study_is_as_it_was(study):
    names, sets, _ = names_of(study, {}, readings=False)
    assert names[-3:] == ["encoder", "encoder_random", "gait_and_encoder"] and sets[-1].members


def test_the_pose_has_one_scale_for_its_block(study):
    _, sets, _ = names_of(study, {})
    (pose,) = (one for one in sets if one.name == "pose_mean_spread")
    assert not pose.poolings[0].blocks[0].each
