import pytest

from runform.present.accuracy import accuracy_rows, not_scored, read_accuracy, tabulate_accuracy
from runform.present.words import interval, p_value, percent

HEADER = "deficiency,protocol,fold,n_train,n_test,train_accuracy,test_accuracy,k,n,ci_low,ci_high,p_binomial,p_permutation,"
CSV = """n_yes,n_no,n_unavailable,note
overstriding,seed,0,13,5,1.0000,0.8000,,,,,,,,,,
overstriding,seed,1,13,5,0.9231,0.6000,,,,,,,,,,
overstriding,seed,mean,,,0.9615,0.7000,13,18,0.4913,0.8750,0.04813,0.06593,9,9,0,
low_cadence,seed,mean,,,,,,3,,,,,3,0,0,all 3 labelled clips are yes: two classes are needed
"""


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "accuracy.csv"
    path.write_text(HEADER + CSV)
    return path


def test_rows_carry_count_interval_and_p_on_the_mean_only(csv):
    rows = accuracy_rows(read_accuracy(csv))
    assert rows[0] == ["overstriding", "1", "13", "5", "100.0 %", "80.0 %", "", "", ""]
    assert rows[2] == [
        "overstriding",
        "mean",
        "–",
        "–",
        "96.2 %",
        "70.0 %",
        "13 of 18",
        "49 to 88 %",
        ".066",
    ]


def test_a_deficiency_that_was_not_scored_says_why(csv):
    table = read_accuracy(csv)
    assert len(accuracy_rows(table)) == 3
    assert not_scored(table) == [
        "Not scored, all 3 labelled clips are yes: two classes are needed: low cadence."
    ]


def test_markdown_and_latex_hold_the_same_rows(csv, tmp_path):
    tabulate_accuracy(csv, tmp_path / "a.md", tmp_path / "a.tex")
    markdown, latex = (tmp_path / "a.md").read_text(), (tmp_path / "a.tex").read_text()
    assert "| 13 of 18 |" in markdown
    assert markdown.count("\n|") == 5
    assert markdown.rstrip().endswith("low cadence.") and "% Not scored" in latex
    assert "13 of 18" in latex and r"80.0 \%" in latex and r"\toprule" in latex


def test_numbers_as_text():
    assert percent(0.725) == "72.5 %"
    assert percent(float("nan")) == "–"
    assert interval(0.4913, 0.875) == "49 to 88 %"
    assert p_value(0.0481) == ".048"
    assert p_value(0.0004) == "< .001"
