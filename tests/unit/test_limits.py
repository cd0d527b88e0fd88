"""Positions between limits by hand."""

import math
from pathlib import Path

import pytest
import yaml
from one_line import answer

from runform.errors import InputError
from runform.limits import SPEED, check_limits, position, rule_position

SHANK = {"metric": "shank", "watch": 10.0, "flag": 15.0}
LEAN = {"metric": "lean", "watch": 15, "flag": 17, "other_watch": 2, "other_flag": 0}
TOGETHER = {"metric": "reach", "watch": 0.3, "flag": 0.4, "also": [SHANK]}


REPOSITORY = Path(__file__).parents[2]
CADENCE = {"metric": "cadence_steps_min", "watch": 160, "flag": 155, "direction": "below"}
OTHER = {"other_watch": 190, "other_flag": 200}
LEAN_ALSO = {"metric": "trunk_lean_deg", "watch": 15, "flag": 17}
FAULTS = {
    "one cut-off": ({"watch": 155}, "flag: 155: expected a number below watch, 155"),
    "wrong way round": ({"direction": "above"}, "flag: 155: expected a number above watch, 160"),
    "no number": ({"watch": math.nan}, "flag: 155: expected a number below watch, nan"),
    "half another side": ({"other_flag": 200}, "other_watch: none: expected a number, as"),
    "the other half": ({"other_watch": 190}, "other_flag: none: expected a number, as"),
    "another side the wrong way round": (
        OTHER | {"other_watch": 210},
        "other_flag: 200: expected a number above other_watch, 210",
    ),
    "a mistyped metric": (
        {"metric": "cadence_step_min"},
        "metric: cadence_step_min: expected a metric of resources/metrics.yaml (did you mean "
        "cadence_steps_min?)",
    ),
    "a mistyped metric among others": ({"also": [LEAN_ALSO | {"metric": "lean"}]}, "also.0.metric"),
    "one cut-off among others": ({"also": [LEAN_ALSO, LEAN_ALSO | {"flag": 15}]}, "also.1.flag"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_limits_between_which_nothing_lies(case):
    changed, expected = FAULTS[case]
    with pytest.raises(InputError) as caught:
        check_limits({"slow": CADENCE | changed})
    assert answer(caught).startswith(f"deficiencies.slow.{expected}")


def test_limits_that_hold():
    check_limits(yaml.safe_load((REPOSITORY / "config/config.yaml").read_text())["deficiencies"])
    metres = LEAN_ALSO | {"metric": "reach_ic_m"}
    check_limits({"slow": CADENCE | OTHER, "reach": CADENCE | {"also": [LEAN_ALSO, metres]}})


@pytest.mark.parametrize(("value", "where"), [(10, -1), (12.5, 0), (15, 1), (20, 3)])
def test_watching_begins_at_minus_one_and_a_flag_at_one(value, where):
    assert position(value, 10, 15) == pytest.approx(where)
    assert position(-value, -10, -15) == pytest.approx(where)


@pytest.mark.parametrize(("value", "where"), [(16, 0), (17, 1), (2, -1), (0, 1), (-1, 2), (8, -7)])
def test_the_worse_side_counts_where_there_are_two(value, where):
    assert rule_position({"lean": value}, LEAN) == pytest.approx(where)


def test_several_metrics_take_the_mean_of_their_positions():
    assert rule_position({"reach": 0.4, "shank": 10.0}, TOGETHER) == pytest.approx(0)
    assert rule_position({"reach": 0.45, "shank": 15.0}, TOGETHER) == pytest.approx(1.5)


def test_a_metric_without_a_value_leaves_no_position():
    assert math.isnan(rule_position({"reach": 0.4}, TOGETHER))
    assert math.isnan(rule_position({"lean": math.nan}, LEAN))


def test_limits_rise_with_speed_as_far_as_it_is_known_how():
    rule = SHANK | {"per_m_s": 3.0, "at_m_s": 2.5}
    assert rule_position({"shank": 15.0}, rule) == pytest.approx(1)
    assert rule_position({"shank": 15.0, SPEED: 2.5}, rule) == pytest.approx(1)
    assert rule_position({"shank": 15.0, SPEED: 3.5}, rule) == pytest.approx(-0.2)
    fastest = rule_position({"shank": 15.0, SPEED: 9.0}, rule)
    assert fastest == rule_position({"shank": 15.0, SPEED: 5.0}, rule)
    assert rule_position({"shank": 15.0, SPEED: math.nan}, rule) == pytest.approx(1)
