"""Metrics as columns, and where in the stride a frame stands."""

import numpy as np
import pytest

from runform.fewshot.features import (
    contacts_s,
    curve_table,
    facing_of,
    metric_table,
    near_contact,
    past_limit,
    stride_phase,
)

GAIT = {
    "facing": -1,
    "metrics": {
        "trunk_lean_deg": {"value": 7.0, "left": None, "right": None, "sd": 0.5},
        "contact_time_ms": {"value": 250, "left": 240, "right": 262, "sd": None, "reason": ""},
        "pelvic_drop_deg": {"value": None, "reason": "needs a view from the rear or front"},
    },
    "events": {"left": {"ic_s": [1.0, 0.2, 1.8]}, "right": {"ic_s": [0.6, 1.4]}},
    "curves": {
        "knee_flexion_deg": {
            "left": {"mean": list(range(101))},
            "right": {"mean": [value + 2 for value in range(101)]},
        }
    },
}


def test_metrics_become_columns_with_gaps():
    names, table = metric_table([GAIT, None])
    assert names == ["contact_time_ms", "pelvic_drop_deg", "trunk_lean_deg"]
    assert table["value"][0] == pytest.approx([250, np.nan, 7], nan_ok=True)
    assert table["asymmetry"][0] == pytest.approx([22, np.nan, np.nan], nan_ok=True)
    assert table["sd"][0] == pytest.approx([np.nan, np.nan, 0.5], nan_ok=True)
    assert np.isnan(table["value"][1]).all()


def test_how_far_past_the_limit():
    def judged(value, **limits):
        return {
            "verdicts": [
                {"name": "lean", "value": value, "other_watch": None, "other_flag": None, **limits}
            ]
        }

    above, below = {"watch": 10, "flag": 14}, {"watch": 40, "flag": 35}
    both = {"watch": 15, "flag": 17, "other_watch": 2, "other_flag": 0}
    gaits = [judged(value, **above) for value in (10, 12, 16)] + [
        judged(value, **below) for value in (40, 30)
    ]
    assert past_limit(gaits, "lean") == pytest.approx([-1, 0, 2, -1, 3])
    assert past_limit(
        [judged(value, **both) for value in (16, 18, 1, -1, 8)], "lean"
    ) == pytest.approx([0, 2, 0, 2, -7])
    assert np.isnan(
        past_limit([None, judged(None, **above), judged(12, **above) | {"verdicts": []}], "lean")
    ).all()


def test_curves_are_thinned_to_every_tenth():
    table = curve_table([GAIT, None])
    assert table.shape == (2, 11)
    assert table[0] == pytest.approx(np.arange(0, 101, 10) + 1)
    assert np.isnan(table[1]).all()


def test_nothing_measured_gives_no_columns():
    names, table = metric_table([None, {"status": "ok"}])
    assert names == [] and table["value"].shape == (2, 0)
    assert curve_table([None, None]).shape == (2, 0)


def test_facing_defaults_to_the_right():
    assert facing_of(GAIT) == -1
    assert [facing_of(gait) for gait in (None, {}, {"facing": None}, {"facing": 1})] == [1, 1, 1, 1]


def test_phase_runs_from_left_contact_to_left_contact():
    assert contacts_s(GAIT, "left").tolist() == [0.2, 1.0, 1.8]
    phase = stride_phase(GAIT, np.array([0.1, 0.2, 0.4, 0.6, 1.2, 1.9]))
    assert phase == pytest.approx([np.nan, 0, 0.25, 0.5, 0.25, np.nan], nan_ok=True)


def test_the_right_foot_stands_in_half_a_stride_later():
    lame = {"events": {"left": {"ic_s": [1.0]}, "right": {"ic_s": [0.6, 1.4]}}}
    assert stride_phase(lame, np.array([0.6, 0.8, 1.0, 1.2])) == pytest.approx([0.5, 0.75, 0, 0.25])
    assert np.isnan(stride_phase(None, np.arange(3.0))).all()


def test_window_around_contacts_of_either_foot():
    time_s = np.array([0.1, 0.16, 0.2, 0.26, 0.6, 0.64])
    assert near_contact(GAIT, time_s, 0.05).tolist() == [False, True, True, False, True, True]
    assert not near_contact(None, time_s, 0.05).any()
