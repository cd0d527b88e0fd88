import pytest
from gait_example import GAIT

from runform.present.charts import (
    FIRST,
    LAST,
    LETTER,
    Range,
    curve_chart,
    nice_ticks,
    range_bar,
    reference_curves,
)
from runform.simulate.gait_cycle import ANGLES_DEG


def test_curve_chart_draws_both_sides_over_the_reference():
    chart = curve_chart("knee_flexion_deg", GAIT["curves"]["knee_flexion_deg"])
    assert chart.title == "Knee flexion" and chart.band and set(chart.lines) == {"left", "right"}
    assert chart.lines["left"].split()[0].startswith("34,")
    assert chart.text == "left from 0 to 50 degrees; right from 0 to 50 degrees"
    assert [label for _, label in chart.y_ticks] == ["0", "20", "40", "60", "80", "100"]
    assert curve_chart("unknown_deg", GAIT["curves"]["knee_flexion_deg"]).band == ""


def test_reference_curves_are_those_the_simulator_starts_from():
    curves = reference_curves()
    assert list(curves["hip_flexion_deg"].mean) == list(ANGLES_DEG["run"]["hip"])
    assert list(curves["knee_flexion_deg"].mean) == list(ANGLES_DEG["run"]["knee"])
    assert list(curves["ankle_dorsiflexion_deg"].mean) == list(ANGLES_DEG["run"]["ankle"])
    assert set(curves["knee_flexion_deg"].sd) == {7.2}


def test_range_bar_places_range_watch_and_marks():
    bar = range_bar({"left": 0.0, "right": 100.0}, Range(0.0, 50.0, None, 75.0), "test")
    step = (LAST - FIRST) / 150  # from -25 to 125
    assert bar.reference == [(round(FIRST + 25 * step, 1), pytest.approx(50 * step, abs=0.2))]
    assert bar.watch == [(round(FIRST + 75 * step, 1), pytest.approx(25 * step, abs=0.2))]
    assert bar.marks == [
        (round(FIRST + 25 * step, 1), "left"),
        (round(FIRST + 125 * step, 1), "right"),
    ]
    assert [label for _, label in bar.ticks] == ["0", "50"]


def test_letters_of_two_near_marks_are_kept_apart():
    letters = range_bar({"left": 10.0, "right": 10.1}, Range(0.0, 20.0), "test").letters
    assert letters[1][0] - letters[0][0] == pytest.approx(LETTER)


def test_no_bar_without_a_value_or_a_range():
    assert range_bar({"left": None}, Range(0.0, 1.0), "test") is None
    assert range_bar({"left": 1.0}, Range(None, None), "test") is None


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0.3, 9.9, [2, 4, 6, 8]), (-0.02, 0.021, [-0.02, -0.01, 0, 0.01, 0.02]), (155, 171, 4)],
)
def test_ticks_are_few_and_round(low, high, ticks):
    found = nice_ticks(low, high)
    assert found == ticks if isinstance(ticks, list) else len(found) <= 5
    assert all(low <= tick <= high for tick in found)
