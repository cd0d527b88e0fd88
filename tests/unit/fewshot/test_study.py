"""The whole study on files written here, also where some of them are missing."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from form_readings import write_readings

from runform.errors import InputError
from runform.fewshot.evaluate import EvaluationSettings
from runform.fewshot.published_protocol import PublishedProtocol
from runform.fewshot.study import StudyFiles, StudyLabels, StudyTables, score_feature_sets
from runform.fewshot.study_features import FeatureSettings
from runform.limits import position
from runform.sequence import PoseSequence, empty_sequence, save_sequence

FAST = EvaluationSettings(
    published=PublishedProtocol(permutations=20, stop_at=5),
    repeats=1,
    final_inner_repeats=1,
    permutations=99,
    bootstrap_draws=200,
    curve_sizes=(0, 1, 3),
    curve_draws=2,
)
LEAN = replace(FAST, protocols=("leave_one_runner_out", "test_set"), curve_sizes=())
FEATURE_SETS = [
    "majority",
    "nuisance",
    "pose_mean_spread",
    "rule",
    "gait",
    "encoder",
    "gait_and_encoder",
]


def write_pose(path, rng, wide):
    figure = (
        np.linspace(50, 300, 34).reshape(17, 2)[None]
        + wide * np.sin(np.arange(20))[:, None, None] * np.arange(17)[None, :, None]
    )
    xy = (figure + rng.normal(size=(20, 17, 2))).astype(np.float32)
    box = np.concatenate([xy.min(axis=1), xy.max(axis=1)], axis=1)
    score = np.ones((20, 17), np.float32)
    save_sequence(
        PoseSequence(xy, score, box, xy, score, "h36m17", 30.0, float("nan"), (640, 480)), path
    )


def write_gait(path, rng, lean):
    metrics = {
        "trunk_lean_deg": {
            "value": lean + rng.normal(),
            "left": None,
            "right": None,
            "sd": 1.0,
            "unit": "deg",
        }
    }
    metrics["cadence_steps_min"] = {
        "value": 165 + rng.normal(),
        "left": None,
        "right": None,
        "sd": None,
        "unit": "steps/min",
    }
    past = position(metrics["trunk_lean_deg"]["value"], 10.0, 12.0)
    verdicts = [{"name": "overstriding", "position": past}]
    events = {"left": {"ic_s": [0.1, 0.5]}, "right": {"ic_s": [0.3]}}
    path.write_text(
        json.dumps(
            {
                "status": "ok",
                "reason": "",
                "facing": 1,
                "metrics": metrics,
                "verdicts": verdicts,
                "events": events,
                "curves": {},
            }
        )
    )


@pytest.fixture
def written(tmp_path):
    """Function that writes `n` clips, even ones deficient, with an effect in pose, gait and
    embedding.
    """

    def write(n=10, effect=3.0):
        rng = np.random.default_rng(0)
        clips = [f"clip{number:02d}" for number in range(n)]
        poses, gaits = (
            {clip: tmp_path / f"{clip}.{kind}" for clip in clips} for kind in ("npz", "json")
        )
        means = np.zeros((n, 32))
        for number, clip in enumerate(clips):
            shift = effect * (number % 2 == 0)
            write_pose(poses[clip], rng, 1 + shift)
            write_gait(gaits[clip], rng, 8 + 2 * shift)
            means[number] = np.tanh(rng.normal(size=32) / 3 + shift / 3)
        frames = {
            f"frames:{clip}": np.repeat(means[[row]], 20, axis=0).astype(np.float16)
            for row, clip in enumerate(clips)
        } | {f"times_s:{clip}": np.arange(20) / 30 for clip in clips}
        np.savez(
            tmp_path / "embeddings.npz",
            clip=np.array(clips),
            status=np.array(["ok"] * n),
            mean=means.astype(np.float32),
            spread=np.zeros_like(means, np.float32),
            supervision=np.array("3D of simulated runners"),
            **frames,
        )
        labels = {clip: number % 2 == 0 for number, clip in enumerate(clips)}
        return StudyFiles(poses, gaits, {}, {"encoder": tmp_path / "embeddings.npz"}), labels

    return write


def run(
    tmp_path,
    files,
    labels,
    test=None,
    runners=None,
    corpus=None,
    settings=LEAN,
    processes=1,
    rules=None,
):
    names = {clip for named in (*labels.values(), *(test or {}).values()) for clip in named}
    runners = {clip: f"r-{clip}" for clip in names} | (runners or {})
    tables = StudyTables(
        *(
            tmp_path / f"{name}.csv"
            for name in ("accuracy", "predictions", "learning_curve", "prediction_sets", "skipped")
        )
    )
    score_feature_sets(
        files,
        StudyLabels(labels, test or {}, runners, corpus or {}, rules or {}),
        FeatureSettings(),
        settings,
        tables,
        processes,
    )
    return {
        name: list(csv.DictReader(open(getattr(tables, name), newline=""))) for name in vars(tables)
    }


def cells(rows, **match):
    return [row for row in rows if all(row[key] == value for key, value in match.items())]


def test_every_feature_set_under_every_protocol(tmp_path, written):
    files, labels = written()
    tables = run(tmp_path, files, {"overstriding": labels}, settings=FAST)
    assert [
        row["feature_set"] for row in cells(tables["accuracy"], protocol="leave_one_runner_out")
    ] == FEATURE_SETS
    assert {row["protocol"] for row in tables["accuracy"]} == {
        "published",
        "leave_one_runner_out",
        "repeated_grouped",
    }
    for feature_set in ("gait", "encoder", "gait_and_encoder"):
        (row,) = cells(tables["accuracy"], feature_set=feature_set, protocol="leave_one_runner_out")
        assert (row["k"], row["n"], row["accuracy"], row["auc"]) == ("10", "10", "1.0000", "1.0000")
        assert row["p_permutation"] == ""  # none, rather than that of another estimator
    (pose,) = cells(
        tables["accuracy"], feature_set="pose_mean_spread", protocol="leave_one_runner_out"
    )
    assert pose["minus_pose"] == "" and float(row["minus_pose"]) >= 0
    assert row["minus_rule"] != "" and row["p_rule_holm"] != ""
    (guess,) = cells(tables["accuracy"], feature_set="majority", protocol="leave_one_runner_out")
    assert guess["k"] == "0"  # the class of the clip that is left out is always the rarer one
    assert (
        len(cells(tables["predictions"], feature_set="gait", protocol="leave_one_runner_out")) == 10
    )
    supervised = {row["feature_set"]: row["supervised_by"] for row in tables["accuracy"]}
    assert (supervised["gait"], supervised["encoder"]) == ("nothing", "3D of simulated runners")
    assert {row["examples_per_class"] for row in tables["learning_curve"]} == {"0", "1", "3"}
    without = cells(tables["learning_curve"], examples_per_class="0")
    assert {row["feature_set"] for row in without} == {"rule", "gait"}
    (sets,) = cells(tables["prediction_sets"], feature_set="gait", asked="0.80")
    assert float(sets["coverage"]) >= 0.8


def test_examples_and_a_test_set_of_other_runners(tmp_path, written):
    files, labels = written(20)
    clips = list(labels)
    examples, test = ({clip: labels[clip] for clip in some} for some in (clips[:10], clips[10:]))
    tables = run(
        tmp_path,
        files,
        {"overstriding": examples},
        {"overstriding": test},
        settings=replace(FAST, protocols=("leave_one_runner_out", "test_set")),
    )
    (row,) = cells(tables["accuracy"], feature_set="gait", protocol="test_set")
    assert (row["k"], row["n"]) == ("10", "10")
    assert float(row["p_permutation"]) <= 0.02
    predicted = cells(tables["predictions"], feature_set="gait", protocol="test_set")
    assert [prediction["clip"] for prediction in predicted] == clips[10:]
    # the classes lie far apart: a set may be empty for a clip at the edge, but is never wrong
    assert all(row["prediction_set"] in (row["label"], "neither") for row in predicted)
    assert sum(row["prediction_set"] == row["label"] for row in predicted) >= 6
    assert {row["protocol"] for row in tables["learning_curve"]} == {"test_set"}


def test_a_runner_on_both_sides_stops_the_study_in_one_line(tmp_path, written):
    files, labels = written()
    clips = list(labels)
    examples, test = ({clip: labels[clip] for clip in some} for some in (clips[:8], clips[8:]))
    with pytest.raises(
        InputError, match="overstriding: runner 'anna' is labelled and in the test set"
    ):
        run(
            tmp_path,
            files,
            {"overstriding": examples},
            {"overstriding": test},
            {clips[0]: "anna", clips[9]: "anna"},
        )


def test_same_bytes_again_and_with_more_processes(tmp_path, written):
    files, labels = written()
    before = []
    for processes in (1, 2):
        run(tmp_path, files, {"overstriding": labels}, processes=processes)
        before.append({path.name: path.read_bytes() for path in tmp_path.glob("*.csv")})
    assert len(before[0]) == 5 and before[0] == before[1]


def test_what_is_missing_gets_a_line_and_the_rest_goes_on(tmp_path, written):
    files, labels = written()
    save_sequence(empty_sequence("nobody in view"), files.poses["clip03"])
    files.gaits["clip04"].write_text(json.dumps({"status": "unavailable", "reason": "too short"}))
    unlabelled = dict.fromkeys(("clip00", "clip02"), True)
    tables = run(
        tmp_path, files, {"overstriding": labels, "bouncing": {}, "trunk_lean": unlabelled}
    )
    reasons = {
        (row["deficiency"], row["feature_set"], row["clip"]): row["reason"]
        for row in tables["skipped"]
    }
    assert reasons[("", "", "clip03")] == "nobody in view"
    assert reasons[("", "gait", "clip04")].startswith("no gait measured")
    assert reasons[("bouncing", "", "")] == "no labelled clip"
    assert reasons[("trunk_lean", "", "")] == "all 2 labelled clips are yes: two classes are needed"
    (row,) = cells(tables["accuracy"], feature_set="gait", protocol="leave_one_runner_out")
    assert (row["n"], row["n_unavailable"], row["n_without_features"]) == ("9", "1", "1")
    assert {row["deficiency"] for row in tables["accuracy"]} == {"overstriding"}


def test_one_runner_alone_leaves_the_published_protocol(tmp_path, written):
    files, labels = written()
    tables = run(
        tmp_path,
        files,
        {"overstriding": labels},
        runners=dict.fromkeys(labels, "anna"),
        settings=FAST,
    )
    assert {row["protocol"] for row in tables["accuracy"]} == {"published"}
    why = {
        row["protocol"]: row["reason"] for row in tables["skipped"] if row["feature_set"] == "gait"
    }
    assert (
        why["leave_one_runner_out"] == "all 10 labelled clips are of one runner: no split by runner"
    )


def test_fewer_clips_than_folds_leave_the_splits_by_runner(tmp_path, written):
    files, labels = written()
    three = {clip: labels[clip] for clip in list(labels)[:3]}
    tables = run(tmp_path, files, {"overstriding": three}, settings=FAST)
    assert {row["protocol"] for row in tables["accuracy"]} == {"leave_one_runner_out"}
    why = {
        row["protocol"]: row["reason"] for row in tables["skipped"] if row["feature_set"] == "gait"
    }
    assert why["published"] == "3 labelled clips are fewer than 4 folds"
    assert why["repeated_grouped"] == "3 runners are fewer than 4 folds"


def test_no_gait_and_no_embedding_anywhere(tmp_path, written):
    files, labels = written()
    bare = StudyFiles(files.poses, {}, {}, {})
    tables = run(tmp_path, bare, {"overstriding": labels})
    assert {row["feature_set"] for row in tables["accuracy"]} == {
        "majority",
        "nuisance",
        "pose_mean_spread",
    }
    none = {
        "reason": "no clip has its features",
        "deficiency": "overstriding",
        "protocol": "",
        "clip": "",
    }
    assert {"feature_set": "gait", **none} in tables["skipped"] and {
        "feature_set": "rule",
        **none,
    } in tables["skipped"]


def test_feature_sets_whose_encoder_saw_tested_runners_are_marked(tmp_path, written):
    files, labels = written()
    tables = run(tmp_path, files, {"overstriding": labels}, corpus={"another": "r-clip00"})
    transductive = {row["feature_set"]: row["transductive"] for row in tables["accuracy"]}
    assert transductive == {
        feature_set: "yes" if "encoder" in feature_set else "no" for feature_set in FEATURE_SETS
    }


def test_gait_and_encoder_is_supervised_by_what_it_has_of_the_encoder(tmp_path, written):
    files, labels = written()
    files = replace(files, readings={"encoder": write_readings(tmp_path / "r.safetensors")})
    limits = {"watch": 10.0, "flag": 12.0}
    rules = {
        name: {"metric": metric, **limits}
        for name, metric in (("leaning", "trunk_lean_deg"), ("slow", "contact_time_ms"))
    }
    lean = replace(LEAN, protocols=("leave_one_runner_out",), bootstrap_draws=0)
    tables = run(tmp_path, files, dict.fromkeys(rules, labels), settings=lean, rules=rules)
    assert {
        row["deficiency"]: row["supervised_by"]
        for row in cells(tables["accuracy"], feature_set="gait_and_encoder")
    } == {"leaning": "form of simulated runners", "slow": "3D of simulated runners"}


def test_the_rule_needs_no_examples(tmp_path, written):
    files, labels = written()
    tables = run(tmp_path, files, {"overstriding": labels}, settings=FAST)
    by_protocol = {row["protocol"]: row for row in cells(tables["accuracy"], feature_set="rule")}
    assert set(by_protocol) == {"leave_one_runner_out", "repeated_grouped"}
    predicted = cells(tables["predictions"], feature_set="rule", protocol="leave_one_runner_out")
    past = {
        clip: json.loads(files.gaits[clip].read_text())["verdicts"][0]["position"]
        for clip in labels
    }
    assert {row["clip"]: row["predicted"] for row in predicted} == {
        clip: "yes" if past[clip] > 0 else "no" for clip in labels
    }
    assert by_protocol["leave_one_runner_out"]["classifier"] == "reference_limit"


def test_a_leak_warns(tmp_path, written, capsys):
    files, labels = written()
    rng = np.random.default_rng(0)
    for number, clip in enumerate(labels):
        xy = (
            np.linspace(50, 300, 34).reshape(1, 17, 2)
            + rng.normal(size=(20, 17, 2))
            + (100 if number % 2 else 0)
        )
        xy, score = xy.astype(np.float32), np.ones((20, 17), np.float32)
        box = np.concatenate([xy.min(axis=1), xy.max(axis=1)], axis=1)
        pose = PoseSequence(xy, score, box, xy, score, "h36m17", 30.0, float("nan"), (640, 480))
        save_sequence(pose, files.poses[clip])
    tables = run(tmp_path, files, {"overstriding": labels})
    (row,) = cells(tables["accuracy"], feature_set="nuisance", protocol="leave_one_runner_out")
    assert row["note"].startswith("above chance")
    assert (
        "runform: warning: overstriding, leave_one_runner_out: picture only reaches 1.00"
        in capsys.readouterr().err
    )
    assert not any(row["note"] for row in tables["accuracy"] if row["feature_set"] != "nuisance")
