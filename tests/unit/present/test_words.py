import pandas as pd
import pytest
from study_tables import ACCURACY, SKIPPED, written

from runform.present.words import (
    Table,
    count,
    interval,
    not_enough_labels,
    number,
    p_value,
    percent,
    read_frame,
    why_nothing_was_scored,
    write_table,
)


def test_numbers_as_text():
    assert percent(0.725) == "72.5 %"
    assert percent(float("nan")) == "–"
    assert interval(0.4913, 0.875) == "49 to 88 %"
    assert p_value(0.0481) == ".048"
    assert p_value(0.0004) == "< .001"
    assert (count(4.0), count(float("nan"))) == ("4", "–")
    assert number(-1.25, 1) == "−1.2"
    assert number(-0.01, 1) == "0.0"
    assert number(None) == "–"


@pytest.mark.parametrize("name", ["001", "1e5", "NA", "nan", "None", "null", "N/A"])
def test_a_table_is_read_with_names_as_they_stand(tmp_path, name):
    path = tmp_path / "a.csv"
    path.write_text(f"clip,runner,similarity,rank,note\n{name},{name},0.5,1,\nb,b,,2,{name}\n")
    table = read_frame(path)
    assert table["clip"].tolist() == table["runner"].tolist() == [name, "b"]
    assert (table["rank"].sum(), table["similarity"].sum()) == (3, 0.5)
    assert table["note"].isna().tolist() == [True, False]


def test_a_table_without_rows_is_its_remarks(tmp_path):
    write_table(
        Table(["a", "b"], [], "A caption.", ["Why."]), tmp_path / "a.md", tmp_path / "a.tex"
    )
    assert (tmp_path / "a.md").read_text() == "Why.\n"


def test_a_table_has_its_caption_above_and_its_remarks_below(tmp_path):
    table = Table(["a", "b"], [["1", "5 %"]], "Caption.", ["Remark."])
    write_table(table, tmp_path / "a.md", tmp_path / "a.tex")
    markdown = (tmp_path / "a.md").read_text()
    assert markdown.startswith("Caption.\n\n| a") and markdown.endswith("|\n\nRemark.\n")
    latex = (tmp_path / "a.tex").read_text().split("\n")
    assert latex[0] == "% Caption." and latex[-2] == "% Remark." and r" 1   & 5 \% \\" in latex


def test_reasons_are_named_once_with_their_deficiencies(tmp_path):
    words = not_enough_labels(ACCURACY["deficiency"], pd.Series(["no labelled clip"] * 2))
    assert words == "not enough labels\noverstriding, low cadence: no labelled clip"


def test_why_nothing_was_scored_names_each_reason(tmp_path):
    def reasons(rows):
        path = written(tmp_path, skipped=rows)["skipped"]
        return why_nothing_was_scored(path, "too few runners").split("\n")

    assert reasons(SKIPPED) == [
        "not enough labels",
        "overstriding: all yes",
        "low cadence: no labelled clip",
        "bouncing: one runner",
    ]
    assert reasons(SKIPPED.tail(2)) == ["not enough labels", "bouncing: too few runners"]
    assert reasons(SKIPPED.tail(1)) == ["not enough labels: too few runners"]
