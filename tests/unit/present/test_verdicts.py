import pytest
from gait_example import GAIT, metric, verdict

from runform.present.metric_table import page_digits_of
from runform.present.verdicts import (
    FINE,
    FLAG,
    NONE,
    next_film,
    ranges_of,
    sources_of,
    verdicts_of,
    write_summary,
)
from runform.sequence import empty_sequence


def test_what_stands_out_comes_first_and_says_why():
    verdicts = verdicts_of(GAIT)
    assert [(one.name, one.kind) for one in verdicts] == [
        ("overstriding", FLAG),
        ("trunk_lean", FINE),
        ("pelvic_drop", NONE),
    ]
    assert (
        verdicts[0].evidence
        == "Shank angle at contact 17.0° on the left; worth watching above 10°, stands out above "
        "15°"
    )
    assert verdicts[1].evidence.endswith(
        "stands out above 17° and worth watching below 2°, stands out below 0°"
    )
    assert verdicts[2].evidence == "needs a view from front or rear; this one is left"


@pytest.mark.parametrize(
    ("word", "value", "error"),
    [("watch", 17.9, " ± 3.4"), ("ok", 6.5, ""), ("ok", 6.7, " ± 3.4"), ("flag", 18.5, "")],
)
def test_the_uncertainty_is_given_where_a_limit_lies_within_it(word, value, error):
    """Without it, "worth watching" beside 17.9 and a limit of 15 would look like a mistake."""
    entry = verdict("overstriding", "shank_angle_ic_deg", word, value, uncertainty=3.4)
    verdicts = verdicts_of({"metrics": {"shank_angle_ic_deg": metric(value)}, "verdicts": [entry]})[
        0
    ]
    assert (
        verdicts.evidence
        == f"Shank angle at contact {value:.1f}{error}°; worth watching above 10°, "
        "stands out above 15°"
    )


def test_an_uncertain_verdict_gives_value_and_uncertainty():
    gait = {
        "metrics": {"shank_angle_ic_deg": metric(12.0)},
        "verdicts": [
            verdict("overstriding", "shank_angle_ic_deg", "uncertain", 12.0)
            | {"uncertainty": 3.4047}
        ],
    }
    verdicts = verdicts_of(gait)[0]
    assert (verdicts.kind, verdicts.word) == (NONE, "cannot tell")
    assert (
        verdicts.evidence
        == "Shank angle at contact 12.0 ± 3.4°; worth watching above 10°, stands out above 15°"
    )


def test_sources_are_those_of_what_was_measured():
    assert sources_of(GAIT) == ["Bramah et al. 2018", "Mo et al. 2020", "Souza 2016"]


def test_summary_names_what_stands_out_and_what_could_not_be_judged():
    sequence = empty_sequence("").replace(status="ok", fps=30.0, xy=empty_sequence("").xy)
    summary = write_summary({"status": "ok"}, sequence, GAIT | {"steps": []}, verdicts_of(GAIT))
    assert (
        summary.headline
        == "One of the 2 deficiencies that could be judged stands out: overstriding."
    )
    assert summary.points == [
        "Overstriding: Shank angle at contact 17.0° on the left; "
        "worth watching above 10°, stands out above 15°"
    ]
    assert summary.caution == ["Could not be judged: pelvic drop; the reasons are below."]


def test_one_deficiency_is_not_many():
    sequence = empty_sequence("").replace(status="ok", fps=30.0)
    lines = []
    for word in ("ok", "watch", "flag"):
        entry = verdict("low_cadence", "cadence_steps_min", word, 160.0, direction="below")
        gait = GAIT | {"steps": [], "verdicts": [entry]}
        lines.append(write_summary({"status": "ok"}, sequence, gait, verdicts_of(gait)).headline)
    alone = "The one deficiency that could be judged"
    assert lines == [
        f"{alone} does not stand out.",
        f"{alone} does not stand out. Worth watching: low cadence.",
        f"{alone} stands out: low cadence.",
    ]


def test_what_to_change_in_the_next_film():
    good = empty_sequence("").replace(
        status="ok",
        fps=60.0,
        quality={"figure_height_px": 400.0, "legs_share": 0.6, "runner_share": 0.6},
    )
    steps = [{}] * 20
    (line,) = next_film(good, GAIT | {"steps": steps})
    assert line == "A second film from behind shows pelvic drop and step width."
    quality = {"figure_height_px": 120.4, "legs_share": 0.5, "runner_share": 0.8}
    poor = good.replace(fps=24.0, quality=quality)
    oblique = GAIT | {"steps": steps[:5], "view": {"used": "oblique"}}
    lines = next_film(poor, oblique)
    assert [line.split()[1] for line in lines] == ["at", "longer,", "at", "nearer:", "both"]
    assert "instead of 24" in lines[2] and "120 pixels" in lines[3] and "38 %" in lines[4]
    slow = GAIT | {"steps": steps, "time_scale": {"slow_motion": True}}
    assert "CAPTURE_FPS" in next_film(poor, slow)[0]


def test_summary_of_a_clip_that_is_unavailable_is_its_reason():
    summary = write_summary(
        {"status": "ok"}, empty_sequence("no runner in view"), {"status": "unavailable"}, []
    )
    assert summary.headline == "This clip could not be analysed: no runner in view."


def test_limits_say_for_which_speed_they_are():
    entry = verdict("overstriding", "shank_angle_ic_deg", "ok", 9.0, watch=13.0, flag=18.0)
    for uncertainty, speed in ((2.1, "at about 3.5 m/s"), (0.0, "at 3.5 m/s")):
        at = {"speed_m_s": 3.5, "limit_uncertainty": uncertainty}
        evidence = verdicts_of({"verdicts": [entry | at]})[0].evidence
        assert evidence.endswith(f"worth watching above 13°, stands out above 18° {speed}")


def test_what_cannot_be_true_is_not_said_but_why_not():
    reason = "0.788 is outside of what people can do, 0 to 0.3"
    entry = verdict("asymmetry", "step_time_asymmetry", "uncertain", None, reason=reason)
    (one,) = verdicts_of({"verdicts": [entry]})
    assert (one.word, one.evidence) == ("cannot tell", reason)


def test_ranges_that_change_with_speed_are_printed_with_the_digits_of_their_metric():
    ranges = ranges_of({"speed": {"m_s": 3.0712345}})
    for name, edges in ranges.items():
        for edge in (edges.low, edges.high):
            assert edge is None or edge == round(edge, page_digits_of(name)), name
    assert ranges["shank_angle_ic_deg"] != ranges_of({})["shank_angle_ic_deg"]
