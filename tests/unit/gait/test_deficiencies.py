"""Verdicts by hand."""

from dataclasses import replace

import pytest
import yaml

from runform.gait.checks import Speed
from runform.gait.deficiencies import Deficiency, judge
from runform.gait.metric_summary import missing, with_uncertainty
from runform.metric_definitions import REPOSITORY


def metric(value, left=None, right=None):
    return missing("deg", "") | {"value": value, "left": left, "right": right, "n": 6}


SHANK = Deficiency("Overstriding", "shank", watch=10, flag=15)
KNEE = Deficiency("Stiff knee", "knee", watch=40, flag=35, direction="below")
LEAN = Deficiency("Lean", "lean", watch=15, flag=17, other_watch=2, other_flag=0)
DROP = Deficiency("Drop", "drop", watch=5, flag=6, side="worst")


@pytest.mark.parametrize(
    "value, verdict, margin", [(7, "ok", 3), (10, "ok", 0), (12, "watch", -2), (15.5, "flag", -5.5)]
)
def test_above(value, verdict, margin):
    entry = judge("overstriding", SHANK, {"shank": metric(value)})
    assert (entry["verdict"], entry["margin"], entry["value"], entry["unit"]) == (
        verdict,
        margin,
        value,
        "deg",
    )


@pytest.mark.parametrize(
    "value, verdict, margin", [(41, "ok", 1), (38, "watch", -2), (30, "flag", -10)]
)
def test_below(value, verdict, margin):
    entry = judge("stiff_knee", KNEE, {"knee": metric(value)})
    assert (entry["verdict"], entry["margin"]) == (verdict, margin)


@pytest.mark.parametrize(
    "value, verdict", [(8, "ok"), (16, "watch"), (18, "flag"), (1, "watch"), (-1, "flag")]
)
def test_limits_on_both_sides(value, verdict):
    assert judge("trunk_lean", LEAN, {"lean": metric(value)})["verdict"] == verdict


@pytest.mark.parametrize(
    "value, uncertainty, verdict",
    [
        (20.0, 3.0, "flag"),  # 17 to 23: all beyond 15
        (16.0, 3.0, "watch"),  # 13 to 19: the flag is not sure
        (12.0, 1.0, "watch"),
        (9.0, 3.0, "ok"),  # 6 to 12: at most worth watching
        (12.5, 4.0, "uncertain"),  # 8.5 to 16.5: anything
        (16.0, 7.0, "uncertain"),
        (9.0, 7.0, "uncertain"),
    ],
)
def test_a_flag_needs_the_whole_interval(value, uncertainty, verdict):
    entry = judge("overstriding", SHANK, {"shank": metric(value) | {"uncertainty": uncertainty}})
    assert entry["verdict"] == verdict
    assert bool(entry["reason"]) == (verdict == "uncertain")


@pytest.mark.parametrize("value, verdict", [(0.005, "ok"), (0.055, "uncertain"), (0.12, "flag")])
def test_an_asymmetry_near_its_limit_says_that_it_is_not_known(value, verdict):
    metrics = with_uncertainty(
        {"step_time_asymmetry": missing("1", "") | {"value": value, "n": 12}}, from_side=True
    )
    rule = Deficiency("Asymmetry", "step_time_asymmetry", watch=0.04, flag=0.05)
    assert judge("asymmetry", rule, metrics)["verdict"] == verdict


def test_one_side_has_the_uncertainty_of_a_side():
    drop = metric(4.5, left=3.0, right=6.5) | {"uncertainty": 0.1, "uncertainty_side": 1.0}
    assert judge("pelvic_drop", DROP, {"drop": drop})["verdict"] == "watch"


def test_the_worse_side_decides_where_asked():
    entry = judge("pelvic_drop", DROP, {"drop": metric(4.5, left=3.0, right=6.5)})
    assert (entry["verdict"], entry["side"], entry["value"]) == ("flag", "right", 6.5)


def test_what_cannot_be_measured_is_not_judged():
    entry = judge(
        "overstriding",
        SHANK,
        {"shank": missing("deg", "needs a view from left or right; this one is rear")},
    )
    assert (
        entry["verdict"] == "not measurable"
        and "rear" in entry["reason"]
        and entry["value"] is None
    )


def test_an_unknown_metric_is_named():
    assert judge("odd", Deficiency("Odd", "nothing", 1, 2), {})["reason"] == "no metric nothing"


STRIDE = Deficiency("Overstriding", "shank", watch=10, flag=15, per_m_s=3.0, at_m_s=2.5)


@pytest.mark.parametrize(
    "speed_m_s, watch, verdict",
    [(2.5, 10, "flag"), (3.5, 13, "watch"), (4.5, 16, "ok"), (9.0, 17.5, "ok")],
)
def test_limits_rise_with_speed_as_far_as_it_is_known_how(speed_m_s, watch, verdict):
    entry = judge("overstriding", STRIDE, {"shank": metric(15.5)}, Speed(speed_m_s, 0.0, ""))
    assert (entry["watch"], entry["verdict"], entry["speed_m_s"]) == (watch, verdict, speed_m_s)


# A trained man at 2, 3, 4 and 5 m/s (Hamner and Delp 2013), by the rule of the config.
@pytest.mark.parametrize("speed_m_s, shank_deg", [(2, 8), (3, 16), (4, 18), (5, 20)])
def test_a_healthy_runner_is_not_flagged_at_any_speed(speed_m_s, shank_deg):
    rule = yaml.safe_load((REPOSITORY / "config/config.yaml").read_text())["deficiencies"]
    (shank,) = rule["overstriding"]["also"]
    overstriding = Deficiency("Overstriding", **shank)
    entry = judge(
        "", overstriding, {overstriding.metric: metric(shank_deg)}, Speed(speed_m_s, 0.0, "")
    )
    assert entry["verdict"] in ("ok", "watch")


def test_an_estimated_speed_leaves_the_limits_uncertain():
    value = {"shank": metric(15.5) | {"uncertainty": 1.0}}
    known = judge("overstriding", STRIDE, value, Speed(2.0, 0.0, ""))
    guessed = judge("overstriding", STRIDE, value, Speed(2.0, 0.7, ""))
    assert (known["verdict"], guessed["verdict"]) == ("flag", "watch")
    assert guessed["limit_uncertainty"] == pytest.approx(2.1)


def test_what_nobody_can_do_is_cannot_tell_with_the_reason():
    wrong = missing("1", "0.788 is outside of what people can do") | {"impossible": True}
    entry = judge("asymmetry", Deficiency("Asymmetry", "asym", 0.04, 0.05), {"asym": wrong})
    assert entry["verdict"] == "uncertain" and entry["reason"].startswith("0.788 is outside")


REACH = Deficiency(
    "Overstriding",
    "reach",
    watch=0.3,
    flag=0.35,
    also=({"metric": "shank", "watch": 10, "flag": 15},),
)


@pytest.mark.parametrize(
    ("reach", "shank", "verdict"),
    [(0.2, 8, "ok"), (0.32, 13, "watch"), (0.4, 16, "flag"), (0.4, 9, "watch"), (0.25, 9, "ok")],
)
def test_two_metrics_are_judged_by_the_mean_of_their_positions(reach, shank, verdict):
    entry = judge("overstriding", REACH, {"reach": metric(reach), "shank": metric(shank)})
    expected = ((2 * reach - 0.65) / 0.05 + (2 * shank - 25) / 5) / 2
    assert entry["position"] == pytest.approx(expected, abs=1e-3)
    assert (entry["verdict"], entry["value"], entry["also"][0]["value"]) == (verdict, reach, shank)


def test_the_uncertainties_of_two_metrics_add_up():
    sure, unsure = metric(0.36) | {"uncertainty": 0.001}, metric(0.36) | {"uncertainty": 0.15}
    shank = metric(15.5) | {"uncertainty": 0.1}
    assert judge("overstriding", REACH, {"reach": sure, "shank": shank})["verdict"] == "flag"
    entry = judge("overstriding", REACH, {"reach": unsure, "shank": shank})
    assert entry["verdict"] == "uncertain" and "±" in entry["reason"]


def test_each_limit_rises_with_speed_by_its_own_slope():
    rule = replace(REACH, per_m_s=0.02, also=(dict(REACH.also[0], per_m_s=3.0, at_m_s=2.5),))
    metrics = {"reach": metric(0.36), "shank": metric(16.0)}
    slow, fast = (judge("", rule, metrics, Speed(m_s, 0.0, "")) for m_s in (2.5, 3.5))
    assert slow["position"] == pytest.approx((1.4 + 1.4) / 2)
    assert fast["position"] == pytest.approx((0.6 + 0.2) / 2)
    assert (slow["verdict"], fast["verdict"]) == ("flag", "watch")
    assert (fast["watch"], fast["also"][0]["watch"]) == (0.32, 13.0)


def test_without_one_of_its_metrics_a_deficiency_is_not_measurable():
    entry = judge("overstriding", REACH, {"reach": metric(0.4), "shank": missing("deg", "no view")})
    assert (entry["verdict"], entry["reason"]) == ("not measurable", "no view")
    assert entry["position"] is None and entry["also"] == []
