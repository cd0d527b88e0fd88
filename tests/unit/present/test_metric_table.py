from dataclasses import replace

import numpy as np
import pytest
from form_readings import embed_form, write_readings
from gait_example import GAIT, metric

from runform.encoder.readings import load_readings, save_readings
from runform.fewshot.readings_table import OUTSIDE
from runform.present.metric_table import (
    FormRead,
    change_rows,
    judged_metrics,
    metric_rows,
    missing_metrics,
    read_form,
    stretch_rows,
)
from runform.present.verdicts import ranges_of
from runform.sequence import PoseSequence


def test_metrics_come_in_the_coachs_order_with_asymmetry_in_percent():
    rows = metric_rows(GAIT["metrics"], ranges_of(GAIT))
    assert [(row.title, row.value + row.unit) for row in rows] == [
        ("Shank angle at contact", "16.2°"),
        ("Forward lean of the trunk", "8.0°"),
        ("Asymmetry of step time", "3.1 %"),
    ]
    assert (rows[0].left, rows[0].right, rows[0].n) == ("17.0", "15.4", "4")
    assert rows[2].bar.text == "Asymmetry of step time: both 3.1; reference up to 4"


def test_left_minus_right_stands_with_its_uncertainty():
    sides = {"left": 17.0, "right": 15.4, "difference": 1.6}
    shank = metric(16.2, **sides, uncertainty_side=3.0, n=4)
    rows = [
        *metric_rows({"shank_angle_ic_deg": shank}, {}),
        *metric_rows({"shank_angle_ic_deg": shank | {"uncertainty_side": None}}, {}),
        *metric_rows({"trunk_lean_deg": metric(8.0)}, {}),
    ]
    assert [row.difference for row in rows] == ["1.6 ± 4.2", "1.6", "–"]


def test_what_is_missing_is_gathered_by_reason():
    missing = missing_metrics(GAIT["metrics"])
    assert [(one.titles, one.reason) for one in missing] == [
        ("Pelvic drop, Step width", "needs a view from front or rear; this one is left")
    ]


def test_parts_of_a_clip_are_named_with_their_times():
    running = {
        "kind": "running", "start_s": 1.0, "end_s": 5.04, "reason": "", "stretch": 1, "steps": 11,
        "stride_time_s": 0.75, "slow_motion": False,
    }  # fmt: skip
    walk = {"kind": "walking", "start_s": 0, "end_s": 1.0, "reason": "the person walks"}
    rows = stretch_rows({"stretches": [walk, running, running | {"slow_motion": True}]})
    assert vars(rows[0]) == {
        "number": "–", "times": "0.0 to 1.0 s", "kind": "walking", "steps": "–", "cadence": "–",
        "note": "the person walks",
    }  # fmt: skip
    assert (rows[1].number, rows[1].times, rows[1].cadence) == ("1", "1.0 to 5.0 s", "160")
    assert (rows[2].cadence, rows[2].note) == ("–", "slow motion")
    assert stretch_rows({"stretches": [running]}) == []


def test_the_smallest_change_of_what_a_deficiency_judges():
    shares = {"10": 0.0123, "20": 0.01, "3": 0.0213, "40": 0.0052, "5": 0.0174}
    change = {"smallest_change": shares, "unit": "1"}
    metrics = {"step_time_asymmetry": change, "duty_factor": change}
    rows = change_rows({"metrics": metrics, "verdicts": [{"metric": "step_time_asymmetry"}]})
    assert [(row.title, row.changes) for row in rows] == [
        ("Asymmetry of step time", ["2.1", "1.7", "1.2", "1.0", "0.5"])
    ]


def test_judged_metrics_and_those_judged_with_them():
    entry = {"metric": "reach_ic_leg", "also": [{"metric": "shank_angle_ic_deg"}]}
    assert judged_metrics({"verdicts": [entry]}) == {"reach_ic_leg", "shank_angle_ic_deg"}
    assert judged_metrics({}) == set()
    change = {"smallest_change": dict.fromkeys(["3", "5", "10", "20", "40"], 0.1), "unit": "deg"}
    metrics = dict.fromkeys(["reach_ic_leg", "shank_angle_ic_deg", "duty_factor"], change)
    assert len(change_rows({"metrics": metrics, "verdicts": [entry]})) == 2


@pytest.fixture
def encoder(tmp_path):
    """A clip, its embedding, and the readings of the encoder: a standard deviation above the middle
    in each metric.
    """
    mean = embed_form(np.ones((1, 3)), np.random.default_rng(0)).astype(np.float32)
    np.savez(tmp_path / "e.npz", clip=np.array(["a1"]), mean=mean, spread=np.zeros_like(mean))
    return "a1", str(tmp_path / "e.npz"), str(write_readings(tmp_path / "r.safetensors"))


@pytest.fixture
def sequence():
    """45 frames."""
    xy, score = np.zeros((45, 17, 2), np.float32), np.ones((45, 17), np.float32)
    box, rates, size = np.full((45, 4), np.nan), (30.0, float("nan")), (9, 9)
    return PoseSequence(xy, score, box, xy, score, "coco17", *rates, size)


def test_a_reading_stands_where_nothing_was_measured_and_is_marked_as_one(encoder, sequence):
    """Of three metrics that are read, the shank angle was measured."""
    measured = {"shank_angle_ic_deg": {"value": 12.0}, "trunk_lean_deg": {"value": None}}
    of_form = read_form(*encoder, sequence, {"metrics": measured}, {})
    assert not of_form.reason
    assert [row["title"] for row in of_form.rows] == [
        "Reach of the foot at contact",
        "Forward lean of the trunk",
    ]
    assert all("±" in row["value"] for row in of_form.rows)
    assert of_form.rows[1]["value"].endswith("°")
    assert read_form("nobody", *encoder[1:], sequence, {}, {}) == FormRead()


@pytest.mark.parametrize(
    ("value", "uncertainty", "shown"), [(13.0, 1.0, False), (2.0, 3.0, True), (2.0, 0.01, False)]
)
def test_a_reading_that_contradicts_a_measurement_is_shown_beside_it(
    encoder, sequence, value, uncertainty, shown
):
    """The lean is read as 14 degrees, and not as surely as the last one was measured."""
    lean = {"trunk_lean_deg": {"value": value, "uncertainty": uncertainty}}
    apart = read_form(*encoder, sequence, {"metrics": lean}, {}).apart
    rows = [(row["title"], row["measured"]) for row in apart]
    assert rows == ([("Forward lean of the trunk", "2.0 ± 3.0°")] if shown else [])


def test_deficiencies_are_answered_by_the_simulated_runners(encoder, sequence):
    reach = {"title": "Far", "metric": "reach_ic_leg", "watch": 0.29, "flag": 0.31}
    lean = {"title": "Upright", "metric": "trunk_lean_deg", "watch": 9.0, "flag": 8.0}
    width = {"title": "Wide", "metric": "step_width_leg", "watch": 0.1, "flag": 0.2}
    rules = {"far": reach, "upright": lean, "wide": width}
    answers = read_form(*encoder, sequence, {}, rules).answers
    assert {row["title"]: row["answer"] for row in answers} == {"Far": "yes", "Upright": "no"}


def test_slow_motion_and_a_movement_unlike_the_simulated_ones_are_not_read(
    encoder, sequence, tmp_path
):
    slow = read_form(*encoder, sequence, {"time_scale": {"slow_motion": True}}, {})
    assert slow.rows == [] and "slow motion" in slow.reason
    embedded = dict(np.load(encoder[1]))
    embedded["mean"] = embedded["mean"] + 100
    np.savez(tmp_path / "far.npz", **embedded)
    far = read_form("a1", str(tmp_path / "far.npz"), encoder[2], sequence, {}, {})
    assert far == FormRead(reason=f"the movement lies {OUTSIDE}")


def test_a_reading_that_says_no_more_than_the_mean_of_runners_is_left_out(
    encoder, sequence, tmp_path
):
    readings = load_readings(encoder[2])
    guessed = readings.unseen_readings.copy()
    guessed[:, 1] = np.random.default_rng(1).permutation(guessed[:, 1])
    save_readings(replace(readings, unseen_readings=guessed), tmp_path / "guesses.safetensors")
    guesses = str(tmp_path / "guesses.safetensors")
    rows = read_form(*encoder[:2], guesses, sequence, {}, {}).rows
    assert [row["title"] for row in rows] == ["Shank angle at contact", "Forward lean of the trunk"]
