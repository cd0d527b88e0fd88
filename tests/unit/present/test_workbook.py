"""The workbook and Parquet, read back by openpyxl and by pyarrow in an environment of its own."""

import os

import openpyxl
import pandas as pd
import pytest
from other_programs import python_with

from runform.errors import InputError
from runform.fewshot import agreement, professionals, readings_table, result_tables
from runform.files import write_text
from runform.gait.export import tabulate_gait
from runform.metric_definitions import load_metrics, step_metrics
from runform.present import coverage
from runform.present.workbook import (
    EXPLAINED,
    expect_closed,
    explain,
    typed_frame,
    write_parquet,
    write_workbook,
)
from runform.provenance import project_version

COVERAGE = "clip,stage,status,reason\n007,acquire,unavailable,=HYPERLINK(1)\n"
STEPS = (
    "clip,step,side,ic_s,cadence_steps_min,pelvic_drop_deg\n007,1,left,0.5,161.3,\n007,2,right,,,\n"
)
READ_BY_ARROW = """
import json, sys
import pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1])
print("ANSWER" + json.dumps([table.to_pydict(), [str(kind) for kind in table.schema.types]]))
"""


@pytest.fixture
def tables(tmp_path):
    write_text(tmp_path / "coverage.csv", COVERAGE)
    write_text(tmp_path / "steps.csv", STEPS)
    return [tmp_path / "coverage.csv", tmp_path / "steps.csv"]


def rows_of(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_a_sheet_per_table_with_numbers_as_numbers(tables, tmp_path):
    write_workbook(tables, tmp_path / "study.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "study.xlsx")
    assert workbook.sheetnames == [EXPLAINED, "coverage", "steps"]
    assert workbook.properties.creator == f"runform {project_version()}"
    assert rows_of(workbook["steps"])[1:] == [
        ["007", 1, "left", 0.5, 161.3, None],
        ["007", 2, "right", None, None, None],
    ]
    formula = workbook["coverage"]["D2"]
    assert (formula.value, formula.data_type) == ("=HYPERLINK(1)", "s")


def test_every_column_is_explained(tables, tmp_path):
    write_workbook(tables, tmp_path / "study.xlsx")
    explained = rows_of(openpyxl.load_workbook(tmp_path / "study.xlsx")[EXPLAINED])
    assert explained[0] == ["table", "column", "unit", "meaning"]
    columns = [line.split("\n")[0].split(",") for line in (COVERAGE, STEPS)]
    assert [row[1] for row in explained[1:]] == [name for table in columns for name in table]
    assert all(row[3] for row in explained)
    cadence = next(row for row in explained if row[1] == "cadence_steps_min")
    assert cadence[2] == "steps/min" and "60 s divided by" in cadence[3]


COLUMNS = {
    "coverage": coverage.COLUMNS,
    "professionals": professionals.COLUMNS,
    "accuracy": result_tables.ACCURACY,
    "predictions": result_tables.PREDICTIONS,
    "accuracy_by_feature_set": result_tables.BY_FEATURE_SET,
    "predictions_by_feature_set": result_tables.PREDICTIONS_BY_FEATURE_SET,
    "learning_curve": result_tables.LEARNING_CURVE,
    "prediction_sets": result_tables.PREDICTION_SETS,
    "readings": readings_table.COLUMNS,
    "skipped": result_tables.SKIPPED,
    "agreement": agreement.COLUMNS,
}


@pytest.mark.parametrize("table", COLUMNS)
def test_every_table_of_a_study_is_explained(table):
    assert all(explain(table, column)[1] for column in COLUMNS[table])


def test_every_column_of_gait_is_explained(tmp_path):
    gait = tmp_path / "gait.json"
    gait.write_text(
        '{"status": "unavailable", "reason": "", "verdicts": [{"name": "low_cadence"}]}'
    )
    tabulate_gait({"a": gait}, tmp_path / "gait.csv", tmp_path / "steps.csv")
    for table in ("gait", "steps"):
        columns = typed_frame(tmp_path / f"{table}.csv").columns
        assert len(columns) > len(step_metrics())
        units = {column: explain(table, column)[0] for column in columns}
    for name, metric in load_metrics().items():
        unit, meaning = explain("gait", f"{name}_uncertainty")
        assert meaning.startswith(metric.title) and unit == metric.unit.replace("1", "ratio")
    assert units["shank_angle_ic_deg"] == "deg"
    assert explain("gait", "step_width_m_sd")[0] == "m"
    with pytest.raises(KeyError, match="no meaning of mood"):
        explain("gait", "mood")


def test_the_same_bytes_again(tables, tmp_path, monkeypatch):
    write_workbook(tables, tmp_path / "one.xlsx")
    write_parquet(tables[1], tmp_path / "one.parquet")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    os.utime(tables[0], (0, 0))
    write_workbook(tables, tmp_path / "two.xlsx")
    write_parquet(tables[1], tmp_path / "two.parquet")
    for kind in ("xlsx", "parquet"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


@pytest.mark.parametrize("lock", [".~lock.study.xlsx#", "~$study.xlsx"])
def test_a_workbook_that_is_open_elsewhere_is_left_alone(tables, tmp_path, lock):
    write_workbook(tables, tmp_path / "study.xlsx")
    before = (tmp_path / "study.xlsx").read_bytes()
    (tmp_path / lock).touch()
    with pytest.raises(InputError, match=r"study\.xlsx: open in another program") as error:
        write_workbook(tables[:1], tmp_path / "study.xlsx")
    assert "\n" not in str(error.value)
    assert (tmp_path / "study.xlsx").read_bytes() == before
    (tmp_path / lock).unlink()
    expect_closed(tmp_path / "study.xlsx")


def test_pandas_and_arrow_read_the_parquet(tables, tmp_path):
    write_parquet(tables[1], tmp_path / "steps.parquet")
    frame = pd.read_parquet(tmp_path / "steps.parquet")
    assert frame["clip"].tolist() == ["007", "007"] and frame["step"].tolist() == [1, 2]
    content, kinds = python_with("pyarrow==26.0.1", READ_BY_ARROW, tmp_path / "steps.parquet")
    assert content["clip"] == ["007", "007"] and content["side"] == ["left", "right"]
    assert content["cadence_steps_min"][0] == 161.3
    assert content["step"] == [1, 2] and kinds[1] == "int64" and set(kinds[3:]) == {"double"}
