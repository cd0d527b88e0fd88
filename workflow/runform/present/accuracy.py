"""The accuracy of the few-shot study as a table to read: each fold, then the mean with its count, interval and p."""

from pathlib import Path

import pandas as pd

from runform.present.tables import count, interval, p_value, percent, readable, write_tables

MEAN = "mean"
HEADERS = ["deficiency", "fold", "train clips", "test clips", "train accuracy", "test accuracy", "right", "95 % interval", "p"]
CAPTION = (
    "Few-shot accuracy by the seed study's protocol (mean-pooled embedding, linear SVM, shuffled folds). "
    "Right: clips told rightly of all clips; 95 % interval: Wilson's, for that share; p: one-sided, from label permutations."
)


def accuracy_rows(table: pd.DataFrame) -> list[list[str]]:
    """Rows of text under `HEADERS` for what was scored (columns of `table` as `fewshot.seed_protocol` writes them)."""
    rows = []
    for row in table[table["test_accuracy"].notna()].itertuples():
        mean = row.fold == MEAN
        rows.append(
            [
                readable(row.deficiency),
                row.fold if mean else str(int(row.fold) + 1),
                count(row.n_train),
                count(row.n_test),
                percent(row.train_accuracy),
                percent(row.test_accuracy),
                f"{count(row.k)} of {count(row.n)}" if mean else "",
                interval(row.ci_low, row.ci_high) if mean else "",
                p_value(row.p_permutation) if mean else "",
            ]
        )
    return rows


def not_scored(table: pd.DataFrame) -> list[str]:
    """One line for each reason why deficiencies were not scored."""
    left_out = table[table["test_accuracy"].isna()]
    return [
        f"Not scored, {reason}: {', '.join(map(readable, group['deficiency']))}."
        for reason, group in left_out.groupby("note", sort=False)
    ]


def read_accuracy(path: str | Path) -> pd.DataFrame:
    """accuracy.csv with its folds as text ("0", "1", … or "mean")."""
    return pd.read_csv(path, dtype={"fold": str, "note": str, "deficiency": str})


def tabulate_accuracy(accuracy_csv: str | Path, markdown: str | Path, latex: str | Path) -> None:
    """Write accuracy.csv as Markdown and LaTeX."""
    table = read_accuracy(accuracy_csv)
    write_tables(HEADERS, accuracy_rows(table), CAPTION, markdown, latex, not_scored(table))
