import pytest
from study_tables import FEATURE_SETS, written

from runform.present.comparison import in_order, main_protocol, read_table, spread_apart


def test_feature_sets_stand_in_a_fixed_order_unknown_ones_last():
    names = ["encoder", "new", "nuisance", "majority"]
    assert in_order(names) == ["majority", "nuisance", "encoder", "new"]


def test_a_protocol_that_keeps_runners_together_is_shown_before_the_published_one():
    assert main_protocol(FEATURE_SETS) == "leave_one_runner_out"
    published = FEATURE_SETS[FEATURE_SETS["protocol"] == "published"]
    assert main_protocol(published) == "published"


def test_rows_put_the_published_protocol_first_and_baselines_before_encoders(tmp_path):
    rows = read_table(written(tmp_path, accuracy=FEATURE_SETS)["accuracy"]).rows
    assert [row[1:4] for row in rows] == [
        ["published folds", "encoder of this study (transductive)", "13 of 18"],
        ["leave one runner out", "nuisance only", "9 of 18"],
        ["leave one runner out", "encoder of this study (transductive)", "15 of 18"],
    ]
    assert rows[2][4:8] == ["83.3 % (61 to 94 %)", "83.0 % (65 to 100 %)", "0.90", ".004"]
    assert rows[2][8:] == ["+12 (−3 to +25)", ".250", "+20", "–", "form of simulated runners"]


def test_labels_are_spread_apart_and_keep_their_order():
    assert spread_apart([0.2, 0.9, 0.21], 0.1) == pytest.approx([0.2, 0.9, 0.3])
    assert spread_apart([1.0, 1.0, 0.2], 0.1) == pytest.approx([0.9, 1.0, 0.2])
