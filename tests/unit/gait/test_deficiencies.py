"""Verdicts by hand."""

import pytest

from runform.gait.deficiencies import Deficiency, judge
from runform.gait.metrics import missing


def metric(value, left=None, right=None):
    return missing("deg", "") | {"value": value, "left": left, "right": right, "n": 6}


SHANK = Deficiency("Overstriding", "shank", watch=10, flag=15)
KNEE = Deficiency("Stiff knee", "knee", watch=40, flag=35, direction="below")
LEAN = Deficiency("Lean", "lean", watch=15, flag=17, other_watch=2, other_flag=0)
DROP = Deficiency("Drop", "drop", watch=5, flag=6, side="worst")


@pytest.mark.parametrize("value, verdict, margin", [(7, "ok", 3), (10, "ok", 0), (12, "watch", -2), (15.5, "flag", -5.5)])
def test_above(value, verdict, margin):
    entry = judge("overstriding", SHANK, {"shank": metric(value)})
    assert (entry["verdict"], entry["margin"], entry["value"], entry["unit"]) == (verdict, margin, value, "deg")


@pytest.mark.parametrize("value, verdict, margin", [(41, "ok", 1), (38, "watch", -2), (30, "flag", -10)])
def test_below(value, verdict, margin):
    entry = judge("stiff_knee", KNEE, {"knee": metric(value)})
    assert (entry["verdict"], entry["margin"]) == (verdict, margin)


@pytest.mark.parametrize("value, verdict", [(8, "ok"), (16, "watch"), (18, "flag"), (1, "watch"), (-1, "flag")])
def test_limits_on_both_sides(value, verdict):
    assert judge("trunk_lean", LEAN, {"lean": metric(value)})["verdict"] == verdict


def test_the_worse_side_decides_where_asked():
    entry = judge("pelvic_drop", DROP, {"drop": metric(4.5, left=3.0, right=6.5)})
    assert (entry["verdict"], entry["side"], entry["value"]) == ("flag", "right", 6.5)


def test_what_cannot_be_measured_is_not_judged():
    entry = judge("overstriding", SHANK, {"shank": missing("deg", "needs a view from left or right; this one is rear")})
    assert entry["verdict"] == "not measurable" and "rear" in entry["reason"] and entry["value"] is None


def test_an_unknown_metric_is_named():
    assert judge("odd", Deficiency("Odd", "nothing", 1, 2), {})["reason"] == "no metric nothing"
