import pytest
from gait_example import GAIT, metric, verdict

from runform.present.charts import FIRST, LAST, LETTER, Range, range_bar
from runform.present.metric_table import metric_rows, missing_metrics
from runform.present.verdicts import (
    FINE,
    FLAG,
    NONE,
    ranges_of,
    sources_of,
    verdicts_of,
    write_summary,
)
from runform.sequence import empty_sequence


def test_what_stands_out_comes_first_and_says_why():
    found = verdicts_of(GAIT)
    assert [(one.name, one.kind) for one in found] == [
        ("overstriding", FLAG),
        ("trunk_lean", FINE),
        ("pelvic_drop", NONE),
    ]
    assert (
        found[0].evidence
        == "Shank angle at contact 17.0° on the left; watched above 10°, stands out above 15°"
    )
    assert found[1].evidence.endswith(
        "stands out above 17° and watched below 2°, stands out below 0°"
    )
    assert found[2].evidence == "needs a view from front or rear; this one is left"


@pytest.mark.parametrize(
    ("word", "value", "told"),
    [
        ("watch", 17.9, ", give or take 3.4°"),
        ("ok", 6.5, ""),
        ("ok", 6.7, ", give or take 3.4°"),
        ("flag", 18.5, ""),
    ],
)
def test_the_uncertainty_is_told_where_a_limit_lies_within_it(word, value, told):
    """Without it, "worth watching" beside 17.9 and a limit of 15 would look like a mistake."""
    entry = verdict("overstriding", "shank_angle_ic_deg", word, value, uncertainty=3.4)
    found = verdicts_of({"metrics": {"shank_angle_ic_deg": metric(value)}, "verdicts": [entry]})[0]
    assert (
        found.evidence
        == f"Shank angle at contact {value:.1f}°{told}; watched above 10°, stands out above 15°"
    )


def test_an_uncertain_verdict_gives_value_and_uncertainty():
    gait = {
        "metrics": {"shank_angle_ic_deg": metric(12.0)},
        "verdicts": [
            verdict("overstriding", "shank_angle_ic_deg", "uncertain", 12.0)
            | {"uncertainty": 3.4047}
        ],
    }
    found = verdicts_of(gait)[0]
    assert (found.kind, found.word) == (NONE, "cannot tell")
    assert (
        found.evidence
        == "Shank angle at contact 12.0°, give or take 3.4°; watched above 10°, stands out above 15°"
    )


def test_metrics_come_in_the_coachs_order_with_asymmetry_in_percent():
    rows = metric_rows(GAIT["metrics"], ranges_of(GAIT))
    assert [(row.title, row.value + row.unit) for row in rows] == [
        ("Shank angle at contact", "16.2°"),
        ("Forward lean of the trunk", "8.0°"),
        ("Asymmetry of step time", "3.1 %"),
    ]
    assert (rows[0].left, rows[0].right, rows[0].n) == ("17.0", "15.4", "4")
    assert rows[2].bar.text == "Asymmetry of step time: both 3.1; reference up to 4"


def test_what_is_missing_is_gathered_by_reason():
    missing = missing_metrics(GAIT["metrics"])
    assert [(one.titles, one.reason) for one in missing] == [
        ("Pelvic drop, Step width", "needs a view from front or rear; this one is left")
    ]


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


def test_sources_are_those_of_what_was_measured():
    assert sources_of(GAIT) == ["Bramah et al. 2018", "Mo et al. 2020", "Souza 2016"]


def test_summary_names_what_stands_out_and_what_could_not_be_judged():
    sequence = empty_sequence("").replace(status="ok", fps=30.0, xy=empty_sequence("").xy)
    summary = write_summary({"status": "ok"}, sequence, GAIT | {"steps": []}, verdicts_of(GAIT))
    assert (
        summary.headline
        == "One thing stands out of 2 things that could be judged from this view: overstriding."
    )
    assert summary.points == [
        "Overstriding: Shank angle at contact 17.0° on the left; watched above 10°, stands out above 15°"
    ]
    assert summary.caution == [
        "Not to be judged from this clip: pelvic drop; the reasons are below."
    ]


def test_summary_of_a_clip_that_is_unavailable_is_its_reason():
    summary = write_summary(
        {"status": "ok"}, empty_sequence("no runner in view"), {"status": "unavailable"}, []
    )
    assert summary.headline == "This clip could not be analysed: no runner in view."
