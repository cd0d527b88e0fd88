import numpy as np
import pytest

from runform.gait.change import (
    ANY_METRIC,
    Repeatability,
    cautions_on,
    changes_between,
    compared_metrics,
    film_variance,
    load_repeatability,
)
from runform.metric_definitions import load_metrics


def entry(value, n=20, sd=0.0, reason=""):
    return {"value": value, "n": n, "sd": sd, "reason": reason}


def gait(view="left", fps=60.0, steps=20, warnings=(), **metrics):
    without = entry(None, 0, None, "not asked")
    return {
        "status": "ok",
        "fps": fps,
        "time_scale": {"capture_fps": None},
        "view": {"used": view},
        "warnings": list(warnings),
        "steps": [{}] * steps,
        "metrics": dict.fromkeys(load_metrics(), without) | metrics,
    }


def shank(before, after, **more):
    first = gait(shank_angle_ic_deg=before)
    second = gait(**{"shank_angle_ic_deg": after} | more)
    return next(one for one in changes_between(first, second) if one.name == "shank_angle_ic_deg")


def test_a_difference_with_its_uncertainty_and_the_smallest_that_shows():
    of = load_repeatability()
    error = of["shank_angle_ic_deg", "side"]
    change = shank(entry(12.0), entry(7.0))
    assert change.difference == -5.0
    expected = np.sqrt(2 * (error.lasting**2 + error.per_step**2 / 20))
    assert change.uncertainty == pytest.approx(expected)
    assert change.smallest == pytest.approx(expected * of[ANY_METRIC, "side"].lasting)
    assert change.shown == (change.smallest < 5)


def test_more_steps_show_smaller_changes_and_uneven_steps_larger_ones():
    few, many = (shank(entry(10.0, n), entry(11.0, n)).smallest for n in (6, 60))
    assert many < few
    uneven = shank(entry(10.0, 20, sd=9.0), entry(11.0, 20, sd=9.0)).smallest
    assert uneven > shank(entry(10.0, 20), entry(11.0, 20)).smallest
    assert film_variance(entry(1.0, 4, 0.1), Repeatability(1.0, 2.0)) == 1 + 4 / 4


def test_no_difference_without_a_value_or_across_views():
    assert shank(entry(None, 0, reason="too slow"), entry(7.0)).reason == "before: too slow"
    across = shank(entry(12.0), entry(7.0), view="rear")
    assert across.reason == "one film is from the side, the other is not"
    assert not across.shown


def test_the_same_film_shows_no_change():
    whole = gait(**{name: entry(3.0) for name in load_metrics()})
    changes = changes_between(whole, whole)
    assert {one.name for one in changes} == set(compared_metrics())
    assert not any(one.shown for one in changes)


def test_a_clip_without_gait_gives_no_changes():
    assert changes_between({"status": "unavailable", "reason": "nobody"}, gait()) == []


def test_what_else_differs_is_said():
    lines = cautions_on(gait(), gait("right", fps=30.0, steps=5, warnings=["slow motion"]))
    text = "\n".join(lines)
    assert "left before, right after" in text
    assert "60 before, 30 after" in text
    assert "after has 5 steps only" in text
    assert "after: slow motion." in text
    assert cautions_on(gait(), gait()) == []


def test_every_metric_of_the_table_is_compared_and_has_a_positive_error():
    table = load_repeatability()
    names = {name for name, _ in table} - {ANY_METRIC}
    assert names <= set(compared_metrics())
    for (name, _), error in table.items():
        assert name == ANY_METRIC or error.lasting + error.per_step > 0
    assert 2.5 < table[ANY_METRIC, "side"].lasting < 4
