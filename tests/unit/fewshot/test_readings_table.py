"""readings.csv, on embeddings whose form is known."""

import csv
import json

import numpy as np
import pytest
from form_readings import MIDDLE, NAMES, SPREAD, embed_form, write_readings

from runform.fewshot.readings_table import OUTSIDE, tabulate_readings
from runform.sequence import PoseSequence, empty_sequence, save_sequence

CLIPS = ("usual", "strange", "gone")
FORM = np.array([[1.0, -1.0, 0.5], [0.0, 0.0, 0.0]])


@pytest.fixture
def table(tmp_path):
    """The rows of a usual clip, of which shank and lean were measured, the lean wrongly; of one
    that no simulated runner is like; and of none without an embedding.
    """
    mean = embed_form(FORM, np.random.default_rng(3))
    mean = np.vstack([mean[0], mean[1] + 100, np.full(32, np.nan)]).astype(np.float32)
    embeddings = tmp_path / "e.npz"
    np.savez(embeddings, clip=np.array(CLIPS), mean=mean, spread=np.zeros_like(mean))
    xy, score = np.zeros((45, 17, 2), np.float32), np.ones((45, 17), np.float32)
    sequence = PoseSequence(
        xy, score, np.zeros((45, 4)), xy, score, "coco17", 30.0, float("nan"), (9, 9)
    )
    poses = {clip: tmp_path / f"{clip}.npz" for clip in CLIPS}
    for clip, path in poses.items():
        save_sequence(empty_sequence("gone") if clip == "gone" else sequence, path)
    measured = {
        "shank_angle_ic_deg": {"value": MIDDLE[0] + SPREAD[0], "uncertainty": 2.0},
        "trunk_lean_deg": {"value": 30.0, "uncertainty": 1.0},
        "reach_ic_leg": {"value": None, "reason": "needs a side view"},
    }
    gaits = {"usual": tmp_path / "usual.json"}
    gaits["usual"].write_text(json.dumps({"metrics": measured}))
    readings = write_readings(tmp_path / "r.safetensors")
    tabulate_readings(readings, embeddings, poses, gaits, tmp_path / "readings.csv")
    with open(tmp_path / "readings.csv", newline="") as file:
        return {(row["clip"], row["metric"]): row for row in csv.DictReader(file)}


def test_a_row_for_every_clip_with_an_embedding_and_every_metric(table):
    assert list(table) == [(clip, name) for clip in CLIPS[:2] for name in NAMES]


def test_readings_stand_beside_what_was_measured(table):
    shank, lean = table["usual", "shank_angle_ic_deg"], table["usual", "trunk_lean_deg"]
    assert float(shank["reading"]) == pytest.approx(float(shank["measured"]), abs=3)
    assert (shank["disagree"], lean["disagree"], shank["unit"]) == ("no", "yes", "deg")
    assert float(shank["uncertainty"]) > 0
    assert table["usual", "reach_ic_leg"]["measured"] == ""
    assert table["usual", "reach_ic_leg"]["disagree"] == ""


def test_a_clip_unlike_the_simulated_runners_is_said_to_be_one(table):
    assert {table["strange", name]["note"] for name in NAMES} == {OUTSIDE}
    assert float(table["strange", NAMES[0]]["validity"]) == 0
    assert (
        table["usual", NAMES[0]]["note"] == ""
        and float(table["usual", NAMES[0]]["validity"]) > 0.01
    )
