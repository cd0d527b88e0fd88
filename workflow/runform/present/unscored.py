"""The words of a figure that has nothing to draw because the labels do not reach."""

from pathlib import Path

import pandas as pd

from runform.present.tables import readable

BY_RUNNER = "leave_one_runner_out"


def not_enough_labels(deficiencies: pd.Series, reasons: pd.Series) -> str:
    """`not enough labels`, then a line for each reason with the deficiencies it holds for. Two columns of one length."""
    grouped = deficiencies.map(readable).groupby(reasons, sort=False)
    return "\n".join(["not enough labels", *(f"{', '.join(names)}: {reason}" for reason, names in grouped)])


def not_enough_in(skipped_csv: str | Path, otherwise: str) -> str:
    """The same from a study's skipped.csv: deficiencies that were not scored at all, or not by runner.

    otherwise: what the figure lacks of deficiencies that were.
    """
    table = pd.read_csv(skipped_csv, dtype=str).dropna(subset="deficiency")
    whole = table["arm"].isna() | (table["protocol"] == BY_RUNNER)
    scored = ~table["deficiency"].isin(table["deficiency"][whole])
    told = table.assign(reason=table["reason"].where(~scored, otherwise))[whole | scored]
    told = told.drop_duplicates(["deficiency", "reason"])
    return not_enough_labels(told["deficiency"], told["reason"]) if len(told) else f"not enough labels: {otherwise}"
