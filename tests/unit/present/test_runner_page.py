import csv
import re
from dataclasses import replace

import numpy as np
import pytest
from clip_example import standing_pose, write_clip
from form_readings import embed_form, write_readings
from gait_example import GAIT, metric

from runform.fewshot.professionals import compare_professionals
from runform.files import write_json
from runform.present.runner_page import (
    RunnerFacts,
    RunnerFiles,
    contradicted,
    most_similar,
    provenance_lines,
    quality_lines,
    write_runner_report,
)
from runform.sequence import PoseSequence, empty_sequence, save_sequence

SCRIPT = "<script>alert(1)</script>"
FACTS = RunnerFacts("a1", "somebody", f"https://example.org/{SCRIPT}", ["pro1", "pro2", "pro3"])


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


def test_runner_page_stands_alone_and_escapes_what_comes_from_outside(runner, tmp_path):
    write_runner_report(FACTS, runner, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert not re.search(r'(src|href)="(?!data:|overlay\.mp4|\.\./\.\./report\.html)', page)
    assert "not a medical device" in page
    assert "This clip could not be analysed: removed" in page
    assert "Few-shot prediction: no (label: yes)" in page
    assert "<video" not in page


@pytest.mark.parametrize("slower", [1, 8])
def test_the_film_begins_to_play_at_its_first_still_also_in_slow_motion(runner, tmp_path, slower):
    film = write_clip(tmp_path)
    moments = [
        step | {name: step[name] / slower for name in ("ic_s", "to_s")} for step in GAIT["steps"]
    ]
    write_json(runner.gait, GAIT | {"steps": moments})
    save_sequence(standing_pose().replace(capture_fps=30.0 * slower), runner.pose)
    files = replace(runner, clip=str(film["clip.mp4"]), overlay=str(film["clip.mp4"]))
    write_runner_report(FACTS, files, tmp_path / "report.html")
    assert 'src="overlay.mp4#t=0.07"' in (tmp_path / "report.html").read_text()


def test_page_of_a_single_video_needs_no_study(runner, tmp_path):
    alone = RunnerFiles(runner.clip, runner.receipt, runner.pose, runner.gait, runner.overlay)
    write_runner_report(FACTS, alone, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert (
        "Similar professionals" not in page
        and "Few-shot prediction" not in page
        and "report.html" not in page
    )


def test_the_runner_s_other_clips_are_linked_and_their_course_is_drawn(runner, tmp_path):
    others = {}
    for name, shank_deg in (("a0", 20.0), ("a2", 9.0)):
        metrics = GAIT["metrics"] | {"shank_angle_ic_deg": metric(shank_deg, n=8)}
        others[name] = str(tmp_path / f"{name}.json")
        write_json(others[name], GAIT | {"metrics": metrics})
    said = [
        {"clip": "a0", "recorded_on": "2026-05-01", "has_page": True, "pair": ["a0", "a1"]},
        {"clip": "a2", "recorded_on": "", "has_page": False, "pair": []},
    ]
    facts = replace(FACTS, recorded_on="2026-06-01", others=said)
    write_runner_report(facts, replace(runner, others=others), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "Other clips of somebody" in page
    assert '<a href="../a0/report.html">a0</a>' in page and "a2</a>" not in page
    assert '<a href="../../comparisons/a0/a1/report.html">from a0 to this clip</a>' in page
    assert "Shank angle at contact over time: 2026-05-01 20.0 ±" in page


def test_runner_page_is_the_same_bytes_again(runner, tmp_path):
    for name in ("one.html", "two.html"):
        write_runner_report(FACTS, runner, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_similar_professionals_are_ranked_after_the_mean_is_taken_off(runner):
    found = most_similar(FACTS, runner)
    # mean of the three known: (0.3, 0.0333); centred (0.7, -0.0333), (0.6, 0.0667), (-1.3, -0.0333)
    assert [name for name, _ in found] == ["pro1", "pro2"]
    assert found[0][1] == pytest.approx(
        (0.7 * 0.6 - 0.0333 * 0.0667) / (np.hypot(0.7, 0.0333) * np.hypot(0.6, 0.0667)), abs=1e-3
    )


def test_the_page_and_the_table_of_professionals_print_the_same_similarity(runner, tmp_path):
    clips = ["a1", "pro1", "pro2", "pro3", "c1", "c2"]
    mean = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    path = tmp_path / "of_study.npz"
    np.savez(path, clip=np.array(clips), status=np.array(["ok"] * 6), mean=mean)
    facts, files = replace(FACTS, corpus=["c1", "c2"]), replace(runner, embeddings=str(path))
    runners = {clip: clip for clip in clips}
    table = tmp_path / "professionals.csv"
    of_study = path, "", "embedding", "a1", ["a1"]
    compare_professionals(*of_study, FACTS.professionals, facts.corpus, runners, table)
    with open(table, newline="") as file:
        printed = {row["professional"]: row["centred_similarity"] for row in csv.DictReader(file)}
    assert {name: f"{value:.4f}" for name, value in most_similar(facts, files)} == printed


@pytest.fixture
def read(runner, tmp_path):
    """The files of a clip of 45 frames with an embedding and readings, and its sequence."""
    mean = embed_form(np.ones((4, 3)), np.random.default_rng(0)).astype(np.float32)
    clips, status = np.array(["a1", "pro1", "pro2", "pro3"]), np.array(["ok"] * 4)
    arrays = {"clip": clips, "status": status, "mean": mean, "spread": np.zeros_like(mean)}
    np.savez(tmp_path / "e.npz", **arrays)
    files = replace(
        runner,
        clip="",
        embeddings=str(tmp_path / "e.npz"),
        readings=str(write_readings(tmp_path / "r.safetensors")),
    )
    xy, score = np.zeros((45, 17, 2), np.float32), np.ones((45, 17), np.float32)
    box, rates, size = np.full((45, 4), np.nan), (30.0, float("nan")), (9, 9)
    return files, PoseSequence(xy, score, box, xy, score, "coco17", *rates, size)


def test_what_stands_out_is_doubted_where_the_encoder_reads_otherwise():
    flagged = GAIT["verdicts"][0] | {"verdict": "flag"}
    row = {"metric": flagged["metric"], "title": "Shank", "measured": "2 ± 1°", "value": "9 ± 2°"}
    other = row | {"metric": "elbow_angle_deg"}
    lines = contradicted({"verdicts": [flagged]}, [row, other])
    assert lines == [
        "Shank was measured as 2 ± 1°, and the encoder reads 9 ± 2°: look at the film before you "
        "rely on it."
    ]
    assert contradicted({"verdicts": [flagged | {"verdict": "ok"}]}, [row]) == []


def test_a_single_video_is_read_where_somebody_runs_and_compared_with_nobody(read, tmp_path):
    files, sequence = read
    save_sequence(sequence, files.pose)
    video = replace(files, predictions=""), tmp_path / "report.html"
    write_runner_report(replace(FACTS, professionals=[], in_study=False), *video)
    page = video[1].read_text()
    assert "Read by the encoder" in page and "no verdict rests on them" in page
    assert "Similar professionals" not in page and "Study report" not in page
    write_json(files.gait, {"status": "unavailable", "reason": "the runner walks"})
    write_runner_report(replace(FACTS, professionals=[], in_study=False), *video)
    assert "Read by the encoder" not in video[1].read_text()


def test_provenance_names_source_window_and_pose_model():
    receipt = {"source": {"title": "Race", "sha256": ""}, "start_s": 2.0, "end_s": None}
    sequence = empty_sequence("removed").replace(source={"model": "blazepose"})
    assert provenance_lines(FACTS, receipt, sequence) == [
        ("source", FACTS.url),
        ("title", "Race"),
        ("window", "2 s to the end"),
        ("pose model", "blazepose"),
    ]


def test_quality_of_a_clip_without_video_is_its_view_and_steps():
    lines = quality_lines({"status": "unavailable"}, empty_sequence("removed"), GAIT)
    view = ("view", "left, confidence 0.93; manifest: left")
    assert lines == [view, ("steps measured", "2")]
