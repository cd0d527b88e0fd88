from gait_example import GAIT, metric

from runform.present.metric_table import change_rows, metric_rows, missing_metrics, stretch_rows
from runform.present.verdicts import ranges_of


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
