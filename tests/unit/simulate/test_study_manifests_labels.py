"""Labels by true form: yes from the flag on, no on the safe side of watch, blank between."""

import numpy as np
import pytest

from runform.simulate.study_manifests import form_label
from runform.simulate.true_metrics import TrueMetric

ABOVE = {"metric": "angle", "direction": "above", "watch": 10.0, "flag": 15.0, "side": "both"}
BELOW = {"metric": "angle", "direction": "below", "watch": 40.0, "flag": 35.0, "side": "both"}
BOTH = ABOVE | {"other_watch": 2.0, "other_flag": 0.0}


def measured(left, right=None):
    values = [left, left if right is None else right]
    return {"angle": TrueMetric(np.array(values, float), np.array([0, 1]))}


@pytest.mark.parametrize(
    ("rule", "value", "label"),
    [
        (ABOVE, 9, "no"),
        (ABOVE, 10, "no"),
        (ABOVE, 12, ""),
        (ABOVE, 15, "yes"),
        (ABOVE, -9, "no"),
        (BELOW, 45, "no"),
        (BELOW, 37, ""),
        (BELOW, 35, "yes"),
        (BOTH, 5, "no"),
        (BOTH, 1, ""),
        (BOTH, 0, "yes"),
        (BOTH, 16, "yes"),
        (ABOVE, float("nan"), ""),
    ],
)
def test_limits(rule, value, label):
    assert form_label(measured(value), rule) == label


def test_the_worse_foot_counts_where_the_rule_says_so():
    assert form_label(measured(16, 4), ABOVE) == "no"
    assert form_label(measured(16, 4), ABOVE | {"side": "worst"}) == "yes"
    assert form_label(measured(34, 60), BELOW | {"side": "worst"}) == "yes"
