"""The accuracy of the few-shot study as a table to read: each fold, then the mean with its count,
interval and p.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from runform.present.figure_style import (
    FAINT,
    NO,
    PAGE_IN,
    YES,
    message_figure,
    new_figure,
    note,
    save_figure,
)
from runform.present.words import (
    count,
    interval,
    not_enough_labels,
    p_value,
    percent,
    readable,
    write_tables,
)

MEAN = "mean"
HEADERS = [
    "deficiency",
    "fold",
    "train clips",
    "test clips",
    "train accuracy",
    "test accuracy",
    "right",
    "95 % interval",
    "p",
]
CAPTION = (
    "Few-shot accuracy by the seed study's protocol (mean-pooled embedding, linear SVM, shuffled folds). "
    "Right: clips told rightly of all clips; 95 % interval: Wilson's, for that share; p: one-sided, from label permutations."
)


def accuracy_rows(table: pd.DataFrame) -> list[list[str]]:
    """Rows of text under `HEADERS` for what was scored (columns of `table` as
    `fewshot.seed_protocol` writes them).
    """
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


# Confusion by runner: who was told wrongly, and whether all clips of one runner go wrong together.


MOST_RUNNERS, LEAST_COLUMNS = (
    60,
    18,
)  # columns of a row; fewer runners leave it partly empty, so that cells stay small
MARGINS_IN = 1.9  # left and right of the cells


def plot_confusion(
    predictions_csv: str | Path, accuracy_csv: str | Path, png: str | Path, pdf: str | Path
) -> None:
    """A row per deficiency, a column per runner: the label as colour; a cross where the held-out
    prediction was wrong.

    predictions_csv: columns clip, runner, deficiency, label, predicted. With several clips of a
    runner the cell is split.
    accuracy_csv: names what was not scored, for the words where there is nothing to draw.
    """
    table = pd.read_csv(predictions_csv, dtype=str)
    if table.empty:
        left_out = read_accuracy(accuracy_csv).query("test_accuracy.isna()")
        message_figure(not_enough_labels(left_out["deficiency"], left_out["note"]), png, pdf)
        return
    names = list(dict.fromkeys(table["deficiency"]))
    runners = sorted(
        table["runner"].unique(), key=lambda runner: _order(table[table["runner"] == runner], names)
    )
    shown = runners[:MOST_RUNNERS]
    columns = max(len(shown), LEAST_COLUMNS)
    height_in = (PAGE_IN - MARGINS_IN) / columns * len(names) + 0.95
    with new_figure(width_in=PAGE_IN, height_in=height_in) as (figure, axes):
        for row, name in enumerate(names):
            part = table[table["deficiency"] == name]
            for column, runner in enumerate(shown):
                _draw_cell(axes, column, row, part[part["runner"] == runner])
            right = int((part["label"] == part["predicted"]).sum())
            axes.annotate(
                f"{right} of {len(part)} right",
                (len(shown) + 0.3, row + 0.5),
                va="center",
                fontsize=6.5,
                annotation_clip=False,
            )
        axes.set(xlim=(0, columns), ylim=(len(names), 0), aspect="equal")
        axes.set_xticks(np.arange(len(shown)) + 0.5, shown, rotation=90, fontsize=6)
        axes.set_yticks(np.arange(len(names)) + 0.5, [readable(name) for name in names])
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        more = (
            f" · {len(runners) - len(shown)} more runners not drawn"
            if len(runners) > len(shown)
            else ""
        )
        note(
            figure,
            f"filled: has the deficiency · hollow: has not · cross: told wrongly while held out{more}",
        )
        save_figure(figure, png, pdf)


def _order(rows: pd.DataFrame, names: list[str]) -> tuple:
    first = rows[rows["deficiency"] == names[0]]
    wrong = (first["label"] != first["predicted"]).any()
    return (0 if (first["label"] == "yes").any() else 1, 1 if wrong else 0, rows["runner"].iloc[0])


def _draw_cell(axes, column: int, row: int, clips: pd.DataFrame) -> None:
    for place, clip in enumerate(clips.sort_values("clip").itertuples()):
        width = 0.84 / len(clips)
        x, colour = column + 0.08 + place * width, YES if clip.label == "yes" else NO
        face = colour if clip.label == "yes" else "none"
        axes.add_patch(
            Rectangle(
                (x, row + 0.08), width * 0.94, 0.84, facecolor=face, edgecolor=colour, linewidth=0.7
            )
        )
        if clip.label != clip.predicted:
            ink = "white" if clip.label == "yes" else FAINT
            axes.plot(
                x + width * 0.47,
                row + 0.5,
                "x",
                color=ink,
                markersize=min(5, 5 / len(clips) + 1),
                markeredgewidth=1.3,
            )
