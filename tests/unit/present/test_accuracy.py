from study_tables import SCORED, written

from runform.present.accuracy import read_table


def test_rows_carry_count_interval_and_p_on_the_mean_only(tmp_path):
    rows = read_table(written(tmp_path, accuracy=SCORED)["accuracy"]).rows
    assert rows[0] == ["overstriding", "1", "13", "5", "100.0 %", "80.0 %", "", "", ""]
    count_and_interval = ["13 of 18", "49 to 88 %", ".066"]
    assert rows[2] == ["overstriding", "mean", "–", "–", "96.2 %", "70.0 %", *count_and_interval]


def test_a_deficiency_that_was_not_scored_says_why(tmp_path):
    table = read_table(written(tmp_path, accuracy=SCORED)["accuracy"])
    assert len(table.rows) == 3
    reason = "all 3 labelled clips are yes: two classes are needed"
    assert table.remarks == [f"Not scored, {reason}: low cadence."]
