import pandas as pd
import pytest
from study_tables import FEATURE_SETS, PREDICTION_SETS, SKIPPED, written

from runform.present import comparison
from runform.present.comparison import in_order, main_protocol, read_table, spread_apart


def test_feature_sets_stand_in_a_fixed_order_unknown_ones_last():
    names = ["encoder", "new", "nuisance", "majority"]
    assert in_order(names) == ["majority", "nuisance", "encoder", "new"]


def test_a_protocol_that_keeps_runners_together_is_shown_before_the_published_one():
    assert main_protocol(FEATURE_SETS) == "leave_one_runner_out"
    published = FEATURE_SETS[FEATURE_SETS["protocol"] == "published"]
    assert main_protocol(published) == "published"


@pytest.mark.parametrize("name", ["feature_sets", "prediction_sets"])
def test_each_deficiency_shows_the_best_protocol_it_has(name, tmp_path, monkeypatch):
    drawn = {}

    def kept(figure, *_):
        drawn.update({panel.get_title("left"): panel.get_lines() for panel in figure.axes})

    monkeypatch.setattr(comparison, "save_figure", kept)
    table = {"feature_sets": FEATURE_SETS, "prediction_sets": PREDICTION_SETS}[name]
    tested, left_out = (
        table.assign(protocol=protocol, deficiency=deficiency)
        for protocol, deficiency in (("test_set", "a"), ("leave_one_runner_out", "b"))
    )
    both = pd.concat([tested, left_out, left_out.assign(deficiency="a")])
    files = written(tmp_path, **{name: both}, skipped=SKIPPED)
    getattr(comparison, f"plot_{name}")(files, tmp_path / "a.png", tmp_path / "a.pdf")
    assert list(drawn) == ["a\nheld-out test runners", "b\nleave one runner out"]
    assert len(drawn["a\nheld-out test runners"]) == len(drawn["b\nleave one runner out"]) > 1


def test_rows_put_the_published_protocol_first_and_baselines_before_encoders(tmp_path):
    rows = read_table(written(tmp_path, accuracy=FEATURE_SETS)["accuracy"]).rows
    assert [row[1:4] for row in rows] == [
        ["published folds", "encoder of this study (transductive)", "13 of 18"],
        ["leave one runner out", "picture only", "9 of 18"],
        ["leave one runner out", "encoder of this study (transductive)", "15 of 18"],
    ]
    assert rows[2][4:8] == ["83.3 % (61 to 94 %)", "83.0 % (65 to 100 %)", "0.90", ".004"]
    assert rows[2][8:] == ["+12 (−3 to +25)", ".250", "+20", "–", "form of simulated runners"]


def test_labels_are_spread_apart_and_keep_their_order():
    assert spread_apart([0.2, 0.9, 0.21], 0.1) == pytest.approx([0.2, 0.9, 0.3])
    assert spread_apart([1.0, 1.0, 0.2], 0.1) == pytest.approx([0.9, 1.0, 0.2])
