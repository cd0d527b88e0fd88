"""The tables of a study for a spreadsheet and for a data frame: one workbook with a sheet that
explains every column, and Parquet.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

from runform.errors import InputError
from runform.files import written_aside
from runform.gait.export import PARTS
from runform.metric_definitions import load_metrics, name_in_metres
from runform.present.words import NAMES, read_frame
from runform.provenance import project_version

COLUMNS_FILE = "resources/columns.yaml"
EXPLAINED = "columns"  # the sheet that explains the others
WHEN = datetime.datetime(2000, 1, 1)  # a workbook holds times; these make its bytes repeat
NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
# What programs leave beside a workbook that they have open: LibreOffice, Excel.
LOCKS = (".~lock.{}#", "~${}")
OF_PART = {
    "": "{title}",
    "_left": "{title}, mean of the left foot's steps",
    "_right": "{title}, mean of the right foot's steps",
    "_sd": "{title}, standard deviation over the steps",
    "_uncertainty": "{title}, standard uncertainty of the clip's value",
}


def expect_closed(path: str | Path) -> None:
    """InputError when another program has the workbook open: it would save over what is written, or
    its user's changes would be lost.
    """
    path = Path(path)
    for lock in (path.with_name(pattern.format(path.name)) for pattern in LOCKS):
        if lock.exists():
            raise InputError(
                f"{path}: open in another program ({lock.name}): expected it closed; save your "
                "own changes under another name"
            )


def write_workbook(tables: Sequence[str | Path], path: str | Path) -> None:
    """Write the CSVs `tables` as one .xlsx: the explained columns, then a sheet for each table.

    Text stays text, also where it looks like a formula. The same tables give the same bytes.
    """
    from openpyxl import Workbook

    expect_closed(path)
    workbook = Workbook()
    workbook.remove(workbook.active)
    workbook.properties.creator = f"runform {project_version()}"
    frames = {Path(table).stem: typed_frame(table) for table in tables}
    explained = [
        {"table": table, "column": column, **dict(zip(("unit", "meaning"), about, strict=True))}
        for table, frame in frames.items()
        for column, about in ((name, explain(table, name)) for name in frame.columns)
    ]
    _add_sheet(workbook, EXPLAINED, pd.DataFrame(explained))
    for table, frame in frames.items():
        _add_sheet(workbook, table, frame)
    buffer = io.BytesIO()
    workbook.save(buffer)
    with written_aside(path) as aside:
        aside.write_bytes(_without_times(buffer.getvalue()))


def write_parquet(table: str | Path, path: str | Path) -> None:
    """Write a CSV as Parquet: numbers as numbers, NaN where blank, text as UTF-8."""
    frame = typed_frame(table)
    with written_aside(path) as aside:
        frame.to_parquet(aside, engine="fastparquet", compression="gzip", index=False)


def typed_frame(table: str | Path) -> pd.DataFrame:
    """A table with numbers in the columns that hold nothing else, and text in the others.

    A column without any cell is text, unless it is a metric's.
    """
    frame = read_frame(table, all_text=True).fillna("")
    for name in frame.columns:
        filled = frame[name][frame[name] != ""]
        metric = bool(_metric_column(name)[1])
        numbers = name not in NAMES and (
            filled.map(lambda cell: bool(NUMBER.fullmatch(cell))).all() if len(filled) else metric
        )
        if numbers:
            frame[name] = pd.to_numeric(frame[name].where(frame[name] != "", None))
        else:
            frame[name] = frame[name].astype(object)
    return frame


def explain(table: str, column: str) -> tuple[str, str]:
    """(unit, meaning) of a column; KeyError when nothing says what it means."""
    about = _columns_file()
    meaning = about.get(table, {}).get(column) or about["all"].get(column)
    if meaning:
        return "", meaning
    if column.startswith("verdict_"):
        name = column.removeprefix("verdict_").replace("_", " ")
        return "", f"verdict on {name} by the limits of the config"
    unit, meaning = _metric_column(column)
    if not meaning:
        raise KeyError(f"{COLUMNS_FILE}: no meaning of {column} in {table}")
    return unit, meaning


@cache
def _columns_file() -> dict[str, dict[str, str]]:
    file = Path(__file__).parents[3] / COLUMNS_FILE
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _metric_column(column: str) -> tuple[str, str]:
    """(unit, meaning) of a metric's column, its parts and its form in metres; else two blanks."""
    for name, metric in load_metrics().items():
        for base, unit in ((name, metric.unit), (name_in_metres(name), "m")):
            part = column.removeprefix(base)
            if column.startswith(base) and part in PARTS and (unit != "m" or metric.unit == "leg"):
                formula = metric.formula or f"2 |L - R| / (L + R) of {metric.asymmetry_of}"
                positive = f"; positive: {metric.positive}" if metric.positive else ""
                about = f": {formula}{positive}" if not part else ""
                return {"1": "ratio"}.get(unit, unit), OF_PART[part].format_map(
                    vars(metric)
                ) + about
    return "", ""


def _add_sheet(workbook, name: str, frame: pd.DataFrame) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(name)
    for number, column in enumerate(frame.columns, 1):
        header = sheet.cell(1, number, column)
        header.font = Font(bold=True)
        widest = len(column)
        for row, value in enumerate(frame[column], 2):
            if isinstance(value, str):
                cell = sheet.cell(row, number, ILLEGAL_CHARACTERS_RE.sub(" ", value))
                cell.data_type = "s"  # a text that begins with = is no formula
                widest = max(widest, len(value))
            elif not pd.isna(value):
                sheet.cell(row, number, value)
        sheet.column_dimensions[get_column_letter(number)].width = min(60, widest + 2)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _without_times(workbook: bytes) -> bytes:
    """The same file with `WHEN` for every time in it."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                stamp = f">{WHEN.isoformat()}Z</dcterms:".encode()
                content = re.sub(rb">[^<]*</dcterms:", stamp, content)
            info = zipfile.ZipInfo(name, WHEN.timetuple()[:6])
            new.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
