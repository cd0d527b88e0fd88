"""Names and numbers as text for people, tables of them as Markdown and LaTeX, and read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from tabulate import tabulate

from runform.files import write_text

MISSING = "–"
BY_RUNNER = "leave_one_runner_out"
NAMES = ("clip", "runner", "professional")  # never numbers, whatever they look like
TEXTS = (*NAMES, "deficiency", "fold", "note", "reason")


@dataclass(frozen=True)
class Table:
    """A table to read. rows: text, one cell per header. remarks: sentences below the table."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    remarks: Sequence[str] = ()


def write_table(table: Table, markdown: str | Path, latex: str | Path) -> None:
    """Write the table as Markdown, its remarks alone where it has no row, and as a LaTeX `tabular`
    (booktabs).
    """
    body = tabulate(table.rows, table.headers, tablefmt="pipe", disable_numparse=True)
    shown = [table.caption, body] if table.rows else []
    write_text(markdown, "\n\n".join([*shown, *table.remarks]) + "\n")
    body = tabulate(table.rows, table.headers, tablefmt="latex_booktabs", disable_numparse=True)
    lines = [f"% {table.caption}", body, *(f"% {remark}" for remark in table.remarks)]
    write_text(latex, "\n".join(lines) + "\n")


def read_frame(table_csv: str | Path, all_text: bool = False) -> pd.DataFrame:
    """A table of the study, with NaN where a cell is blank; the columns `TEXTS` are text.

    all_text: every column is.
    """
    # pandas takes NA, nan, None and null for blanks too; a runner may be called so.
    kinds = str if all_text else dict.fromkeys(TEXTS, str)
    return pd.read_csv(table_csv, dtype=kinds, keep_default_na=False, na_values=[""])


def readable(name: str) -> str:
    """A column's name as words: `low_cadence` -> `low cadence`."""
    return name.replace("_", " ")


def percent(value: float) -> str:
    """`0.725` -> `72.5 %`; a dash for NaN."""
    return MISSING if pd.isna(value) else f"{100 * value:.1f} %"


def interval(low: float, high: float) -> str:
    """`0.49, 0.88` -> `49 to 88 %`; a dash for NaN."""
    return MISSING if pd.isna(low) or pd.isna(high) else f"{100 * low:.0f} to {100 * high:.0f} %"


def p_value(value: float) -> str:
    """Three decimals, `< .001` below, a dash for NaN."""
    if pd.isna(value):
        return MISSING
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def count(value: float) -> str:
    """An integer, or a dash for NaN."""
    return MISSING if pd.isna(value) else f"{int(value)}"


def number(value: float | None, digits: int = 1) -> str:
    """A number with a true minus sign and `digits` decimals; a dash for None and NaN."""
    if value is None or value != value:
        return MISSING
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.replace("-", "")


def not_enough_labels(deficiencies: pd.Series, reasons: pd.Series) -> str:
    """`not enough labels`, then a line per reason with its deficiencies."""
    grouped = deficiencies.map(readable).groupby(reasons, sort=False)
    lines = [f"{', '.join(names)}: {reason}" for reason, names in grouped]
    return "\n".join(["not enough labels", *lines])


def why_nothing_was_scored(skipped_csv: str | Path, otherwise: str) -> str:
    """Why nothing was scored, from skipped.csv: a line for each reason, with its deficiencies.

    otherwise: the reason for deficiencies that were scored, but not as the figure needs it.
    """
    table = read_frame(skipped_csv).dropna(subset="deficiency")
    whole = table["feature_set"].isna() | (table["protocol"] == BY_RUNNER)
    scored = ~table["deficiency"].isin(table["deficiency"][whole])
    named = table.assign(reason=table["reason"].where(~scored, otherwise))[whole | scored]
    named = named.drop_duplicates(["deficiency", "reason"])
    if named.empty:
        return f"not enough labels: {otherwise}"
    return not_enough_labels(named["deficiency"], named["reason"])
