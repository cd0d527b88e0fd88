"""Tables for people: the CSVs of the few-shot study as Markdown and as LaTeX, with counts and
intervals beside every accuracy.
"""

from pathlib import Path

import pandas as pd
from tabulate import tabulate

from runform.files import write_text

MISSING = "–"


def readable(name: str) -> str:
    """A column's name as words: `low_cadence` -> `low cadence`."""
    return name.replace("_", " ")


def percent(value: float) -> str:
    """`0.725` -> `72.5 %`; a dash for NaN."""
    return MISSING if pd.isna(value) else f"{100 * value:.1f} %"


def interval(low: float, high: float) -> str:
    """`49 to 88 %`; a dash where there is none."""
    return MISSING if pd.isna(low) or pd.isna(high) else f"{100 * low:.0f} to {100 * high:.0f} %"


def p_value(value: float) -> str:
    """Three decimals, `< .001` below, a dash for NaN."""
    if pd.isna(value):
        return MISSING
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def count(value: float) -> str:
    """An integer, or a dash for NaN."""
    return MISSING if pd.isna(value) else f"{int(value)}"


def write_tables(
    headers, rows, caption: str, markdown: str | Path, latex: str | Path, remarks=()
) -> None:
    """The same rows of text as a Markdown table and as a LaTeX `tabular` (booktabs), between the
    caption and the remarks.
    """
    text = tabulate(rows, headers, tablefmt="pipe", disable_numparse=True)
    write_text(markdown, "\n\n".join([caption, text, *remarks]) + "\n")
    body = tabulate(rows, headers, tablefmt="latex_booktabs", disable_numparse=True)
    write_text(
        latex, "\n".join([f"% {caption}", body, *(f"% {remark}" for remark in remarks)]) + "\n"
    )


# The words of a figure that has nothing to draw because the labels do not reach.


BY_RUNNER = "leave_one_runner_out"


def not_enough_labels(deficiencies: pd.Series, reasons: pd.Series) -> str:
    """`not enough labels`, then a line for each reason with the deficiencies it holds for. Two
    columns of one length.
    """
    grouped = deficiencies.map(readable).groupby(reasons, sort=False)
    return "\n".join(
        ["not enough labels", *(f"{', '.join(names)}: {reason}" for reason, names in grouped)]
    )


def not_enough_in(skipped_csv: str | Path, otherwise: str) -> str:
    """The same from a study's skipped.csv: deficiencies that were not scored at all, or not by
    runner.

    otherwise: what the figure lacks of deficiencies that were.
    """
    table = pd.read_csv(skipped_csv, dtype=str).dropna(subset="deficiency")
    whole = table["arm"].isna() | (table["protocol"] == BY_RUNNER)
    scored = ~table["deficiency"].isin(table["deficiency"][whole])
    told = table.assign(reason=table["reason"].where(~scored, otherwise))[whole | scored]
    told = told.drop_duplicates(["deficiency", "reason"])
    return (
        not_enough_labels(told["deficiency"], told["reason"])
        if len(told)
        else f"not enough labels: {otherwise}"
    )
