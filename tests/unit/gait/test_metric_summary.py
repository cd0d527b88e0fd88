"""A clip's metrics from those of its steps, by hand."""

import numpy as np
import pytest

from runform.gait.metric_summary import Conditions, missing, summarise, why_not, with_uncertainty
from runform.gait.step_metrics import Step
from runform.metric_definitions import load_metrics

STEPS = [Step(side, 0.0, None, None, None) for side in ("left", "right") * 3]
SEEN = dict.fromkeys(("hip", "knee", "ankle", "heel", "big_toe", "shoulder", "elbow", "wrist"), 1.0)


def conditions(**changes):
    fields = {
        "view": "right",
        "fps": 30.0,
        "speed_unknown": "",
        "seen_share": SEEN,
        "min_seen": 0.5,
    }
    return Conditions(**fields | changes)


def summary(name, values, **changes):
    return summarise({name: np.array(values, float)}, STEPS, conditions(**changes))


def test_value_is_the_mean_of_the_sides_medians():
    # left 100, 110, 300: median 110; right 90, 92, 94: median 92
    entry = summary("step_time_ms", [100, 90, 110, 92, 300, 94])["step_time_ms"]
    assert (entry["left"], entry["right"], entry["value"]) == (110, 92, 101)
    assert (entry["difference"], entry["n"], entry["unit"]) == (18, 6, "ms")
    # distances from the medians 10, 0, 190, 2, 0, 2: their median is 2
    assert entry["sd"] == pytest.approx(1.4826 * 2, abs=0.005)


def test_steps_without_a_value_do_not_count():
    entry = summary("step_time_ms", [100, np.nan, 104, np.nan, np.nan, np.nan])["step_time_ms"]
    assert (entry["value"], entry["left"], entry["right"]) == (102, 102, None)
    assert (entry["n"], entry["sd"], entry["difference"]) == (2, None, None)


def test_no_value_in_any_step_is_a_reason():
    metrics = summary("step_time_ms", [np.nan] * 6)
    assert metrics["step_time_ms"]["reason"] == "no whole step in the clip"
    assert metrics["step_time_asymmetry"]["reason"] == "no whole step in the clip"


def test_asymmetry_is_the_difference_over_the_mean():
    metrics = summary("step_time_ms", [110, 90] * 3)
    assert metrics["step_time_asymmetry"]["value"] == pytest.approx(0.2)
    one_side = summary("step_time_ms", [110, np.nan] * 3)["step_time_asymmetry"]
    assert one_side["value"] is None and one_side["reason"] == "steps of one side only"


def test_digits_are_those_of_the_definition():
    assert summary("duty_factor", [0.345678] * 6)["duty_factor"]["value"] == 0.3457
    assert summary("trunk_lean_deg", [5.5555] * 6)["trunk_lean_deg"]["value"] == 5.56


def test_unknown_speed_takes_times_and_leaves_angles_and_ratios():
    values = {"step_time_ms": np.array([110.0, 90.0] * 3), "trunk_lean_deg": np.full(6, 5.0)}
    metrics = summarise(values, STEPS, conditions(speed_unknown="slow motion"))
    assert metrics["step_time_ms"]["value"] is None
    assert metrics["step_time_ms"]["reason"] == "slow motion"
    assert (
        metrics["trunk_lean_deg"]["value"] == 5 and metrics["step_time_asymmetry"]["value"] == 0.2
    )


def test_lengths_in_metres_need_the_height():
    assert "reach_ic_m" not in summary("reach_ic_leg", [0.2] * 6)
    metres = summary("reach_ic_leg", [0.2] * 6, height_m=2.0)["reach_ic_m"]
    assert metres["value"] == pytest.approx(0.2 * 0.491 * 2) and metres["unit"] == "m"
    gone = summary("step_width_leg", [0.1] * 6, height_m=2.0)["step_width_m"]
    assert gone["value"] is None and "needs a view from front or rear" in gone["reason"]


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("trunk_lean_deg", {}, ""),
        ("trunk_lean_deg", {"view": "rear"}, "needs a view from left or right; this one is rear"),
        (
            "foot_angle_ic_deg",
            {"seen_share": SEEN | {"big_toe": 0.4}},
            "big toe seen in 40% of the frames, expected 50% or more",
        ),
        ("contact_time_ms", {"fps": 15.0}, "15 frames a second, expected 20 or more"),
        ("cadence_steps_min", {"fps": 15.0, "view": "oblique"}, ""),
    ],
)
def test_reasons(name, changes, reason):
    assert why_not(load_metrics()[name], conditions(**changes)) == reason


def test_uncertainty_joins_the_methods_error_with_the_spread_over_steps():
    entry = missing("deg", "") | {"value": 10.0, "sd": 8.0, "n": 16}
    shank = with_uncertainty({"shank_angle_ic_deg": entry}, from_side=True)["shank_angle_ic_deg"]
    of_steps = 1.2533 * 8 / 4
    assert shank["uncertainty"] == pytest.approx(np.hypot(3.375, of_steps), abs=1e-4)
    assert shank["uncertainty_side"] == pytest.approx(
        np.hypot(3.8089, np.sqrt(2) * of_steps), abs=1e-4
    )


def test_uncertainty_is_blank_where_the_error_is_not_known():
    entry = missing("deg", "") | {"value": 10.0, "sd": 8.0, "n": 16}
    shank = with_uncertainty({"shank_angle_ic_deg": entry}, from_side=False)["shank_angle_ic_deg"]
    assert shank["uncertainty"] is None and shank["uncertainty_side"] is None
