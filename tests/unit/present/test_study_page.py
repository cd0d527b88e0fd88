from dataclasses import replace

import pandas as pd
import pytest
from gait_example import GAIT
from PIL import Image
from study_tables import FEATURE_SETS, SCORED, written

from runform.files import write_json
from runform.present.study_page import (
    StudyFacts,
    StudyFiles,
    headlines,
    interpretation,
    write_study_report,
)

SCRIPT = "<script>alert(1)</script>"
MEAN = SCORED[SCORED["k"].notna()]
COVERAGE = pd.DataFrame(
    {"clip": ["b2"], "stage": "acquire", "status": "unavailable", "reason": f"gone {SCRIPT}"}
)
PREDICTIONS = pd.DataFrame(
    {
        "clip": ["a1"],
        "runner": "a1",
        "deficiency": "overstriding",
        "label": "yes",
        "predicted": "no",
    }
)


FACTS = StudyFacts(3, 3, 0, {"labelled": 2}, "blazepose", [], {"overstriding": {"a1": True}})


@pytest.fixture
def study(tmp_path):
    csvs = written(tmp_path, accuracy=SCORED, predictions=PREDICTIONS, coverage=COVERAGE)
    Image.new("RGB", (20, 10)).save(tmp_path / "tsne.png")
    (tmp_path / "tsne.rst").write_text("A map of embeddings.\nEach point is\na clip.\n")
    write_json(tmp_path / "a1.json", GAIT)
    write_json(tmp_path / "b2.json", {"status": "unavailable", "reason": "gone"})
    return StudyFiles(
        *map(str, csvs.values()),
        [str(tmp_path / "tsne.png")],
        [str(tmp_path / "tsne.rst")],
        {clip: str(tmp_path / f"{clip}.json") for clip in ("a1", "b2")},
    )


def test_page_has_numbers_missing_clips_and_links(study, tmp_path):
    labels = {"overstriding": {"a1": True, "b2": False}}
    facts = StudyFacts(3, 3, 3, {"labelled": 2}, "blazepose", ["a1"], labels)
    write_study_report(facts, study, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page and "gone &lt;script&gt;" in page
    assert "13 of 18 correct" in page and "2 of 3" in page
    assert "Every clip of this study is simulated." in page
    assert 'href="runners/a1/report.html"' in page and "runners/b2" not in page
    assert 'alt="A map of embeddings. Each point is a clip."' in page
    assert "(wrong)" in page and "no gait was measured" in page


POSES = {
    0: "A network (blazepose) finds the 2D keypoints of one runner in each frame.",
    1: "1 of 3 clips brought their 2D keypoints with them; in the others a network (blazepose) "
    "finds the 2D keypoints of one runner in each frame.",
    3: "All clips brought their 2D keypoints with them.",
}
ENCODERS = [
    ({}, "It is pretrained on simulated 3D runners. Without corpus clips it is not fine-tuned."),
    (
        {"pretrained": "MotionBERT-Lite", "sets": {"corpus": 2}},
        "It starts from the weights MotionBERT-Lite and is fine-tuned on the 2D keypoints of the "
        "corpus clips, without labels.",
    ),
    (
        {"variant": "anchored", "sets": {"corpus": 2}},
        "It is pretrained on simulated 3D runners and is fine-tuned on the 2D keypoints of the "
        "corpus clips, without labels, beside simulated 3D runners.",
    ),
    (
        {"pretrained": "train"},
        "It is pretrained in this study, as encoder.pretrain in the config says. Without corpus "
        "clips it is not fine-tuned.",
    ),
    (
        {"pretrained": "/home/somebody/own.safetensors"},
        "It starts from the weights own.safetensors. Without corpus clips it is not fine-tuned.",
    ),
]


@pytest.mark.parametrize("imported", POSES)
def test_methods_say_where_keypoints_come_from(study, tmp_path, imported):
    facts = replace(FACTS, imported=imported)
    write_study_report(facts, study, tmp_path / "report.html")
    assert POSES[imported] in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(("said", "words"), ENCODERS)
def test_methods_say_what_the_encoder_learned_from(study, tmp_path, said, words):
    write_study_report(replace(FACTS, **said), study, tmp_path / "report.html")
    assert words in (tmp_path / "report.html").read_text()


def test_feature_sets_are_shown_where_they_were_compared(study, tmp_path):
    write_study_report(FACTS, study, tmp_path / "report.html")
    assert "By feature set" not in (tmp_path / "report.html").read_text()
    csv = written(tmp_path, feature_sets=FEATURE_SETS)["feature_sets"]
    write_study_report(FACTS, replace(study, feature_sets=str(csv)), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "15 of 18" in page and "leave one runner out" in page
    assert "simulated." not in page
    write_json(tmp_path / "shared.json", {"source": {"kind": "sim"}})
    receipts = [str(tmp_path / "shared.json"), str(tmp_path / "b2.json")]
    write_study_report(FACTS, replace(study, receipts=receipts), tmp_path / "report.html")
    assert "1 of\n3 clips are simulated." in (tmp_path / "report.html").read_text()


def test_headlines_give_counts_with_intervals():
    lines = headlines(MEAN, 17, 18)
    assert (lines[0].value, lines[0].detail) == (
        "13 of 18 correct",
        "72.2 %, 95 % interval 49 to 88 %; p = .066",
    )
    assert (lines[1].value, lines[1].detail) == ("17 of 18", "the missing ones are listed below")
    assert headlines(MEAN, 18, 18)[1].detail == ""


def test_interpretation_compares_the_interval_with_chance_and_finds_overfitting():
    assert "the 95 % interval includes chance (50 %)" in interpretation(MEAN, PREDICTIONS)[0]
    assert "96.2 % of its training clips" in interpretation(MEAN, PREDICTIONS)[1]
    assert len(interpretation(MEAN.assign(train_accuracy=0.8), PREDICTIONS)) == 1
    assert "lies above chance" in interpretation(MEAN.assign(ci_low=0.6), PREDICTIONS)[0]
    worse = MEAN.assign(ci_low=0.1, ci_high=0.4)
    assert "worse than chance" in interpretation(worse, PREDICTIONS)[0]


@pytest.mark.parametrize(
    ("n_yes", "ci_low", "ci_high", "words"),
    [
        (4, 0.58, 0.92, "the 95 % interval includes the 80.0 % that always saying no reaches:"),
        (16, 0.81, 0.99, "the 95 % interval lies above the 80.0 % that always saying yes reaches."),
        (4, 0.3, 0.7, "the classifier does worse than the 80.0 % that always saying no reaches."),
    ],
)
def test_the_more_frequent_label_is_no_achievement(n_yes, ci_low, ci_high, words):
    scored = MEAN.assign(n=20, n_yes=n_yes, n_no=20 - n_yes, ci_low=ci_low, ci_high=ci_high)
    assert words in interpretation(scored, PREDICTIONS)[0]


def test_several_clips_of_a_runner_are_named():
    assert "runner of its own" not in " ".join(interpretation(MEAN, PREDICTIONS))
    two = pd.concat([PREDICTIONS, PREDICTIONS.assign(clip="a2")])
    lines = interpretation(MEAN, two)
    assert lines[1].startswith("These 2 clips show fewer runners (1). The published protocol takes")
