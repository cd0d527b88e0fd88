import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from gait_example import GAIT
from PIL import Image

from runform.files import write_json
from runform.present.charts import curve_chart, reference_curves
from runform.present.runner_page import (
    RunnerFacts,
    RunnerFiles,
    similar_professionals,
    write_runner_report,
)
from runform.present.study_page import (
    StudyFacts,
    StudyFiles,
    headlines,
    reading,
    write_study_report,
)
from runform.sequence import empty_sequence, save_sequence
from runform.simulate.gait_cycle import (
    RUN_ANKLE_DORSIFLEXION_DEG,
    RUN_HIP_FLEXION_DEG,
    RUN_KNEE_FLEXION_DEG,
)

SCRIPT = "<script>alert(1)</script>"
ACCURACY = pd.DataFrame(
    {
        "deficiency": ["overstriding", "overstriding"],
        "fold": ["0", "mean"],
        "n_train": [13, np.nan],
        "n_test": [5, np.nan],
        "train_accuracy": [1.0, 0.9],
        "test_accuracy": [0.8, 0.725],
        "k": [np.nan, 13],
        "n": [np.nan, 18],
        "ci_low": [np.nan, 0.49],
        "ci_high": [np.nan, 0.88],
        "p_permutation": [np.nan, 0.05],
        "note": ["", ""],
    }
)


@pytest.fixture
def runner(tmp_path):
    """Files of a clip with gait but without a pose, and the study's two files."""
    files = {
        name: str(tmp_path / name)
        for name in ("clip", "receipt", "pose", "gait", "overlay", "predictions", "embeddings.npz")
    }
    write_json(
        files["receipt"],
        {"status": "unavailable", "reason": f"removed {SCRIPT}", "source": {"title": SCRIPT}},
    )
    save_sequence(empty_sequence("removed"), files["pose"] + ".npz")
    write_json(files["gait"], GAIT)
    (tmp_path / "overlay").touch()
    (tmp_path / "predictions").write_text(
        "clip,runner,deficiency,label,predicted\na1,a1,overstriding,yes,no\n"
    )
    mean = np.float32([[1, 0], [0.9, 0.1], [-1, 0], [np.nan, np.nan]])
    status = np.array(["ok", "ok", "ok", "unavailable"])
    np.savez(
        files["embeddings.npz"],
        clip=np.array(["a1", "pro1", "pro2", "pro3"]),
        status=status,
        mean=mean,
    )
    files["pose"] += ".npz"
    return RunnerFiles(*files.values())


FACTS = RunnerFacts(
    "a1", "somebody", f"https://example.org/{SCRIPT}", False, ["pro1", "pro2", "pro3"]
)


def test_runner_page_stands_alone_and_escapes_what_comes_from_outside(runner, tmp_path):
    write_runner_report(FACTS, runner, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert not re.search(r'(src|href)="(?!data:|overlay\.mp4|\.\./\.\./report\.html)', page)
    assert "no medical device" in page
    assert "This clip could not be analysed: removed" in page
    assert "Learned detector: no (labelled yes)" in page
    assert "<video" not in page


def test_page_of_a_single_video_needs_no_study(runner, tmp_path):
    alone = RunnerFiles(runner.clip, runner.receipt, runner.pose, runner.gait, runner.overlay)
    write_runner_report(FACTS, alone, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert (
        "Who runs alike" not in page
        and "Learned detector" not in page
        and "report.html" not in page
    )


def test_runner_page_is_the_same_bytes_again(runner, tmp_path):
    for name in ("one.html", "two.html"):
        write_runner_report(FACTS, runner, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_similar_professionals_are_ranked_after_the_mean_is_taken_off(runner):
    found = similar_professionals(FACTS, runner.embeddings)
    # mean of the three known: (0.3, 0.0333); centred (0.7, -0.0333), (0.6, 0.0667), (-1.3, -0.0333)
    assert [name for name, _ in found] == ["pro1", "pro2"]
    assert found[0][1] == pytest.approx(
        (0.7 * 0.6 - 0.0333 * 0.0667) / (np.hypot(0.7, 0.0333) * np.hypot(0.6, 0.0667)), abs=1e-3
    )


@pytest.fixture
def study(tmp_path):
    ACCURACY.to_csv(tmp_path / "accuracy.csv", index=False)
    (tmp_path / "predictions.csv").write_text(
        "clip,runner,deficiency,label,predicted\na1,a1,overstriding,yes,no\n"
    )
    (tmp_path / "coverage.csv").write_text(
        f'clip,stage,status,reason\nb2,acquire,unavailable,"gone {SCRIPT}"\n'
    )
    Image.new("RGB", (20, 10)).save(tmp_path / "tsne.png")
    (tmp_path / "tsne.rst").write_text("A map of embeddings.\nEach point is\na clip.\n")
    write_json(tmp_path / "a1.json", GAIT)
    write_json(tmp_path / "b2.json", {"status": "unavailable", "reason": "gone"})
    names = ("accuracy.csv", "predictions.csv", "coverage.csv")
    gaits = {clip: str(tmp_path / f"{clip}.json") for clip in ("a1", "b2")}
    return StudyFiles(
        *(str(tmp_path / name) for name in names),
        [str(tmp_path / "tsne.png")],
        [str(tmp_path / "tsne.rst")],
        gaits,
    )


def test_study_page_tells_numbers_missing_clips_and_links(study, tmp_path):
    labels = {"overstriding": {"a1": True, "b2": False}}
    facts = StudyFacts(3, 3, 3, {"labelled": 2}, "blazepose", ["a1"], labels)
    write_study_report(facts, study, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page and "gone &lt;script&gt;" in page
    assert "13 of 18 right" in page and "2 of 3" in page
    assert "Every clip of this study is simulated." in page
    assert 'href="runners/a1/report.html"' in page and "runners/b2" not in page
    assert 'alt="A map of embeddings. Each point is a clip."' in page
    assert "(wrong)" in page


def test_study_page_shows_the_feature_sets_where_they_were_compared(study, tmp_path):
    columns = "deficiency,feature_set,protocol,transductive,k,n,accuracy,ci_low,ci_high,balanced_accuracy,balanced_low,balanced_high"
    (tmp_path / "feature_sets.csv").write_text(
        f"{columns},auc,p_permutation,p_mcnemar\noverstriding,encoder,test_set,no,190,200,.95,.91,.97,.95,.92,.98,.99,.001,.01\n"
    )
    facts = StudyFacts(3, 3, 0, {"labelled": 2}, "blazepose", [], {"overstriding": {"a1": True}})
    write_study_report(
        facts,
        replace(study, feature_sets=str(tmp_path / "feature_sets.csv")),
        tmp_path / "report.html",
    )
    page = (tmp_path / "report.html").read_text()
    assert "190 of 200" in page and "held-out test runners" in page
    assert "simulated." not in page


def test_headlines_and_their_reading():
    lines = headlines(ACCURACY, 17, 18)
    assert (lines[0].value, lines[0].detail) == (
        "13 of 18 right",
        "72.2 %, 95 % interval 49 to 88 %; p = .050",
    )
    assert lines[1].value == "17 of 18"
    assert "reaches down to guessing (50%)" in reading(ACCURACY)[0]
    assert "90.0 % of its own training clips" in reading(ACCURACY)[1]
    assert "whole interval lies above guessing" in reading(ACCURACY.assign(ci_low=0.6))[0]
    assert "worse than guessing" in reading(ACCURACY.assign(ci_low=0.1, ci_high=0.4))[0]


def test_curve_chart_draws_both_sides_over_the_reference():
    chart = curve_chart("knee_flexion_deg", GAIT["curves"]["knee_flexion_deg"])
    assert chart.title == "Knee flexion" and chart.band and set(chart.lines) == {"left", "right"}
    assert chart.lines["left"].split()[0].startswith("34,")
    assert chart.text == "left from 0 to 50 degrees; right from 0 to 50 degrees"
    assert curve_chart("unknown_deg", GAIT["curves"]["knee_flexion_deg"]).band == ""


def test_reference_curves_are_those_the_simulator_starts_from():
    curves = reference_curves()
    assert list(curves["hip_flexion_deg"].mean) == list(RUN_HIP_FLEXION_DEG)
    assert list(curves["knee_flexion_deg"].mean) == list(RUN_KNEE_FLEXION_DEG)
    assert list(curves["ankle_dorsiflexion_deg"].mean) == list(RUN_ANKLE_DORSIFLEXION_DEG)
    assert set(curves["knee_flexion_deg"].sd) == {7.2}
