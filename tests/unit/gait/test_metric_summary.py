"""A clip's metrics from those of its steps, by hand."""

import numpy as np
import pytest

from runform.gait.metric_summary import (
    Conditions,
    StretchSteps,
    missing,
    summarise,
    why_not,
    with_uncertainty,
)
from runform.metric_definitions import load_metrics

LEFT = np.array([True, False] * 3)
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


def stretch(values, **changes):
    arrays = {name: np.array(of_steps, float) for name, of_steps in values.items()}
    left = np.resize(LEFT, len(next(iter(arrays.values()))))
    return StretchSteps(arrays, left, conditions(**changes))


def summary(name, values, height_m=None, **changes):
    return summarise([stretch({name: values}, **changes)], height_m)


def test_value_is_the_mean_of_the_sides_medians():
    # left 300, 310, 500: median 310; right 290, 292, 294: median 292
    entry = summary("step_time_ms", [300, 290, 310, 292, 500, 294])["step_time_ms"]
    assert (entry["left"], entry["right"], entry["value"]) == (310, 292, 301)
    assert (entry["difference"], entry["n"], entry["unit"]) == (18, 6, "ms")
    # distances from the medians 10, 0, 190, 2, 0, 2: their median is 2
    assert entry["sd"] == pytest.approx(1.4826 * 2, abs=0.005)


def test_steps_without_a_value_do_not_count():
    entry = summary("step_time_ms", [300, np.nan, 304, np.nan, np.nan, np.nan])["step_time_ms"]
    assert (entry["value"], entry["left"], entry["right"]) == (302, 302, None)
    assert (entry["n"], entry["sd"], entry["difference"]) == (2, None, None)


def test_no_value_in_any_step_is_a_reason():
    metrics = summary("step_time_ms", [np.nan] * 6)
    assert metrics["step_time_ms"]["reason"] == "no whole step in the clip"
    assert metrics["step_time_asymmetry"]["reason"] == "no whole step in the clip"


def test_asymmetry_is_the_difference_over_the_mean():
    metrics = summary("step_time_ms", [330, 270] * 5)
    assert metrics["step_time_asymmetry"]["value"] == pytest.approx(0.2)
    one_side = summary("step_time_ms", [330, np.nan] * 3)["step_time_asymmetry"]
    assert one_side["value"] is None and one_side["reason"] == "steps of one side only"


def test_digits_are_those_of_the_definition():
    assert summary("duty_factor", [0.345678] * 6)["duty_factor"]["value"] == 0.3457
    assert summary("trunk_lean_deg", [5.5555] * 6)["trunk_lean_deg"]["value"] == 5.56


def test_unknown_speed_takes_times_and_leaves_angles_and_ratios():
    values = {"step_time_ms": [330.0, 270.0] * 5, "trunk_lean_deg": [5.0] * 10}
    metrics = summarise([stretch(values, speed_unknown="slow motion")])
    assert metrics["step_time_ms"]["value"] is None
    assert metrics["step_time_ms"]["reason"] == "slow motion"
    assert (
        metrics["trunk_lean_deg"]["value"] == 5 and metrics["step_time_asymmetry"]["value"] == 0.2
    )


def test_a_stretch_without_a_step_leaves_the_reason_to_the_others():
    blank, slow = stretch({"step_time_ms": [np.nan] * 6}), {"step_time_ms": [900.0] * 6}
    entry = summarise([blank, stretch(slow, speed_unknown="slow motion")])["step_time_ms"]
    assert entry["value"] is None and entry["reason"] == "slow motion"


def test_all_lengths_are_in_metres():
    values = np.random.default_rng(1).normal(0.2, 0.01, 12)
    metrics = summary("reach_ic_leg", values, height_m=1.8)
    legs, metres = metrics["reach_ic_leg"], metrics["reach_ic_m"]
    for name in ("sd", "uncertainty", "sampling", "sampling_side"):
        assert metres[name] == pytest.approx(legs[name] * 0.491 * 1.8, abs=6e-5)
    for strides, change in legs["smallest_change"].items():
        assert metres["smallest_change"][strides] == pytest.approx(change * 0.491 * 1.8, abs=6e-5)


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


def test_uncertainty_joins_the_methods_error_with_what_few_steps_leave_open():
    entry = missing("deg", "") | {"value": 10.0, "sampling": 2.0, "sampling_side": 3.0}
    shank = with_uncertainty({"shank_angle_ic_deg": entry}, from_side=True)["shank_angle_ic_deg"]
    error = load_metrics()["shank_angle_ic_deg"].error_side
    assert shank["uncertainty"] == pytest.approx(np.hypot(error.value, 2.0), abs=1e-4)
    assert shank["uncertainty_side"] == pytest.approx(np.hypot(error.one_side, 3.0), abs=1e-4)


def test_uncertainty_is_blank_where_the_error_is_not_known():
    entry = missing("deg", "") | {"value": 10.0, "sd": 8.0, "n": 16}
    shank = with_uncertainty({"shank_angle_ic_deg": entry}, from_side=False)["shank_angle_ic_deg"]
    assert shank["uncertainty"] is None and shank["uncertainty_side"] is None


def test_stretches_count_by_their_steps_and_spread_within_themselves():
    slow, fast = stretch({"step_time_ms": [360.0] * 4}), stretch({"step_time_ms": [300.0] * 8})
    entry = summarise([slow, fast])["step_time_ms"]
    assert (entry["value"], entry["n"], entry["sd"]) == (320, 12, 0)


def test_two_paces_are_no_asymmetry():
    """Left and right together would have other medians: the slow stretch has more left steps."""
    paces = [stretch({"step_time_ms": [400.0] * 11}), stretch({"step_time_ms": [300.0] * 10})]
    assert summarise(paces)["step_time_asymmetry"]["value"] == 0


def test_a_stretch_in_slow_motion_gives_no_times_beside_one_that_does():
    slow = stretch({"step_time_ms": [520.0] * 6}, speed_unknown="slow motion")
    entry = summarise([slow, stretch({"step_time_ms": [300.0] * 6})])["step_time_ms"]
    assert (entry["value"], entry["n"]) == (300, 6)


def test_left_and_right_are_compared_from_five_steps_of_each_on():
    few = summary("step_time_ms", [330, 270] * 4 + [330])["step_time_asymmetry"]
    assert few["value"] is None
    assert (
        few["reason"] == "5 steps of the left foot and 4 of the right, expected 5 or more of each"
    )


def test_what_nobody_can_do_has_no_value():
    entry = summary("step_time_ms", [500, 200] * 5)["step_time_asymmetry"]
    assert entry["value"] is None and entry["impossible"]
    assert "outside of what people can do, 0 to 0.3" in entry["reason"]


def test_few_steps_leave_more_open_and_show_only_large_changes():
    rng = np.random.default_rng(7)
    many, few = (
        summary("trunk_lean_deg", 5 + rng.standard_normal(steps))["trunk_lean_deg"]
        for steps in (400, 16)
    )
    # standard error of a median of n normal numbers: 1.2533 / sqrt(n); of the mean of two sides
    assert many["sampling"] == pytest.approx(1.2533 / 400**0.5, rel=0.2)
    assert few["sampling"] > 3 * many["sampling"]
    change = many["smallest_change"]
    assert change["10"] == pytest.approx(1.96 * 2**0.5 * 1.2533 / 20**0.5, rel=0.2)
    assert list(change.values()) == sorted(change.values(), reverse=True)


def test_the_bootstrap_is_the_same_on_every_run():
    steps = np.random.default_rng(1).standard_normal(12)
    assert summary("trunk_lean_deg", steps) == summary("trunk_lean_deg", steps)
