"""CSV tables that come out byte for byte the same: fixed columns, fixed decimals, LF line ends."""

import csv
import io
import math
from collections.abc import Iterable
from pathlib import Path

from runform.files import write_text

TEXT, COUNT, SHARE, VALUE = "s", "d", ".4f", ".5f"


def write_table(path: str | Path, columns: dict[str, str], rows: Iterable[dict]) -> None:
    """Write `rows` as CSV. columns: name -> format of its cells; what a row lacks, None and nan give an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        unknown = set(row) - set(columns)
        if unknown:
            raise ValueError(f"{path}: cells without a column: {', '.join(sorted(unknown))}")
        writer.writerow([_cell(row.get(name), form) for name, form in columns.items()])
    write_text(path, text.getvalue())


def _cell(value, form: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if form == TEXT:
        return str(value)
    text = format(value, form)
    return text.removeprefix("-") if float(text) == 0 else text
