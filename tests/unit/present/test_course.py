import math

import pytest
from gait_example import GAIT, metric

from runform.gait.change import film_variance, load_repeatability
from runform.manifest import Clip
from runform.present.course import (
    CONFIDENCE,
    DatedFilm,
    course_charts,
    dated_pairs,
    other_clips,
    page_facts,
)


def clip(name, day="", runner="anna", view=""):
    return Clip(name, "simulated:seed=1", (), runner, view=view, recorded_on=day)


CLIPS = [
    clip("a", "2026-05-01", view="left"),
    clip("b", "2026-05-01", view="right"),
    clip("c", "2026-06-01", view="left"),
    clip("d", "2026-06-01", view="right"),
    clip("e", "2026-07-01"),
    clip("f"),
    clip("g", "2026-06-15", runner="ben"),
]


def test_each_dated_clip_follows_the_last_of_an_earlier_day_of_its_view():
    assert dated_pairs(CLIPS) == [("a", "c"), ("b", "d"), ("d", "e")]
    assert dated_pairs(CLIPS[::-1]) == dated_pairs(CLIPS)


def test_the_other_clips_of_a_runner_by_date():
    others = other_clips(CLIPS, "c", ["a", "c"], [("a", "c")])
    assert [other["clip"] for other in others] == ["a", "b", "d", "e", "f"]
    assert [other["has_page"] for other in others] == [True, False, False, False, False]
    assert [other["pair"] for other in others] == [["a", "c"], [], [], [], []]
    assert other_clips(CLIPS, "g", [], []) == []
    assert other_clips(CLIPS, "a video", [], []) == []


def test_what_a_page_of_several_clips_says_of_each():
    facts = {"clip": "g", "runner": "ben", "recorded_on": "2026-06-15", "has_page": True}
    assert page_facts(CLIPS[-1], ["g"]) == facts
    assert not page_facts(CLIPS[-1], ["a"])["has_page"]


def film(name, day, shank_deg, view="left", status="ok"):
    metrics = {"shank_angle_ic_deg": metric(shank_deg, sd=1.0, n=9)}
    changed = {"metrics": metrics, "view": {"used": view}, "status": status}
    return DatedFilm(name, day, GAIT | changed)


FILMS = [film("c", "2026-06-01", 12.0), film("a", "2026-05-01", 18.0), film("e", "2026-07-01", 6.0)]


def test_a_chart_of_each_judged_metric_by_date_with_its_interval():
    (chart,) = course_charts(FILMS, "c")
    assert (chart.title, chart.unit) == ("Shank angle at contact", "°")
    assert [point.here for point in chart.points] == [False, True, False]
    xs, ys = [[getattr(point, axis) for point in chart.points] for axis in "xy"]
    assert xs == sorted(xs) and ys == sorted(ys)  # the angle falls, and y points down
    assert [label for _, label in chart.x_ticks] == ["2026-05-01", "2026-07-01"]
    variance = film_variance(
        FILMS[0].gait["metrics"]["shank_angle_ic_deg"],
        load_repeatability()["shank_angle_ic_deg", "side"],
    )
    half = CONFIDENCE * math.sqrt(variance)
    assert f"2026-06-01 12.0 ± {half:.1f} (this clip)" in chart.text
    drawn = (chart.points[1].high - chart.points[1].low) / (ys[2] - ys[0])
    assert abs(drawn) == pytest.approx(2 * half / 12, rel=0.05)
    assert chart.band is not None


def test_films_of_another_side_or_without_gait_are_left_out():
    other = [film("b", "2026-05-20", 9.0, view="front"), film("x", "2026-05-21", 9.0, status="bad")]
    (chart,) = course_charts(FILMS + other, "c")
    assert len(chart.points) == 3
    assert course_charts(FILMS + other, "x") == []


def test_one_day_or_an_undated_clip_is_no_course():
    same_day = [film("a", "2026-05-01", 18.0), film("b", "2026-05-01", 17.0)]
    assert course_charts(same_day, "a") == []
    assert course_charts(FILMS, "f") == []
    three = [*same_day, film("c", "2026-06-01", 12.0)]
    xs = [point.x for point in course_charts(three, "a")[0].points]
    assert len(set(xs)) == 3  # two of one day stand beside each other
