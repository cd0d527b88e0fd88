"""readings.csv and the answers of simulated runners, on embeddings whose form is known."""

import csv
import json

import numpy as np
import pytest
from form_readings import (
    MIDDLE,
    NAMES,
    SPREAD,
    embed_form,
    make_films,
    make_readings,
    write_readings,
)

from runform.fewshot.conformal import EITHER, covered
from runform.fewshot.readings_table import (
    OUTSIDE,
    simulated_answers,
    simulated_positions,
    tabulate_readings,
)
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


def test_positions_of_the_worse_side_and_of_two_metrics():
    values = np.array([[[5.0, 6.0, 4.0], [0.0, 9.0, -9.0]]])
    worst = {"metric": "a", "watch": 5, "flag": 6, "side": "worst"}
    below = {"metric": "a", "watch": 5, "flag": 4, "side": "worst"}
    also = {"metric": "a", "watch": 5, "flag": 6, "also": [{"metric": "b", "watch": -1, "flag": 1}]}
    assert simulated_positions(values, ("a", "b"), worst) == pytest.approx([1])
    assert simulated_positions(values, ("a", "b"), below) == pytest.approx([1])
    assert simulated_positions(values, ("a", "b"), also) == pytest.approx([-0.5])
    assert simulated_positions(values, ("a", "b"), also | {"metric": "c"}) is None


def rule_of_reach(**changes) -> dict:
    return {"metric": "reach_ic_leg", "watch": 0.29, "flag": 0.31, "side": "both"} | changes


def test_answers_hold_as_often_as_is_asked_and_contradict_nobody():
    """200 new runners, by readings fitted on others: at least the asked share of their labels."""
    readings, films = make_readings(), make_films(200, seed=9)
    rules = {"reach": rule_of_reach()}
    reach = films.metrics[:, 1, 0]
    labelled = np.flatnonzero((reach >= 0.31) | (reach <= 0.29))
    answers = np.array(
        [simulated_answers(readings, films.mean[row], rules, 0.9)["reach"] for row in labelled]
    )
    held = covered(answers, reach[labelled] > 0.3)
    assert 0.85 <= held.mean() <= 0.97
    assert np.mean(answers == EITHER) < 0.2


def test_what_is_not_read_or_hardly_occurs_has_no_answer():
    readings, film = make_readings(), make_films(1, seed=9)
    rules = {
        "other": rule_of_reach(metric="step_width_leg"),
        "rare": rule_of_reach(watch=0.9, flag=1.0),
    }
    assert simulated_answers(readings, film.mean[0], rules, 0.9) == {}
