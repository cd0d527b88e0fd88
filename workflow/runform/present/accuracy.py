"""Accuracy of the published protocol as a table, and its predictions as a figure by runner."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from runform.present.figure_style import (
    INK,
    NO,
    PAGE_IN,
    YES,
    Style,
    message_figure,
    new_figure,
    note,
    save_figure,
)
from runform.present.figures import Inputs
from runform.present.words import (
    Table,
    count,
    interval,
    not_enough_labels,
    p_value,
    percent,
    read_frame,
    readable,
)

MEAN = "mean"
HEADERS = (
    "deficiency",
    "fold",
    "train clips",
    "test clips",
    "train accuracy",
    "test accuracy",
    "correct",
    "95 % interval",
    "p",
)
CAPTION = (
    "Few-shot accuracy under the published protocol (mean-pooled embedding, linear SVM, shuffled "
    "folds). Correct: clips predicted correctly while held out; 95 % interval: Wilson's, of that "
    "share; p: one-sided, from label permutations."
)
MOST_RUNNERS, LEAST_COLUMNS = 60, 18  # columns drawn; with few runners the cells stay small
MARGINS_IN = 1.9  # left and right of the cells


def read_table(accuracy_csv: str | Path) -> Table:
    """accuracy.csv as a table to read: each fold, then the mean with count, interval and p."""
    table = read_frame(accuracy_csv)
    rows = [_row(row) for row in table[table["test_accuracy"].notna()].itertuples()]
    return Table(HEADERS, rows, CAPTION, _not_scored(table))


def _row(row) -> list[str]:
    mean = row.fold == MEAN
    return [
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


def _not_scored(table: pd.DataFrame) -> list[str]:
    left_out = table[table["test_accuracy"].isna()]
    return [
        f"Not scored, {reason}: {', '.join(map(readable, group['deficiency']))}."
        for reason, group in left_out.groupby("note", sort=False)
    ]


def plot_confusion(inputs: Inputs, png: str | Path, pdf: str | Path) -> None:
    """A row per deficiency, a column per runner: label as colour, a cross on wrong predictions.

    inputs: `predictions` (columns clip, runner, deficiency, label, predicted; a cell is split among
    a runner's clips) and `accuracy`, which says why there is nothing to draw.
    """
    table = read_frame(inputs["predictions"])
    if table.empty:
        left_out = read_frame(inputs["accuracy"]).query("test_accuracy.isna()")
        message_figure(not_enough_labels(left_out["deficiency"], left_out["note"]), png, pdf)
        return
    names = list(dict.fromkeys(table["deficiency"]))
    by_runner = dict(iter(table.groupby("runner")))
    runners = sorted(by_runner, key=lambda runner: (*_order(by_runner[runner], names[0]), runner))
    shown = runners[:MOST_RUNNERS]
    columns = max(len(shown), LEAST_COLUMNS)
    height_in = (PAGE_IN - MARGINS_IN) / columns * len(names) + 0.95
    with new_figure(width_in=PAGE_IN, height_in=height_in) as (figure, axes):
        for row, name in enumerate(names):
            part = table[table["deficiency"] == name]
            for column, runner in enumerate(shown):
                _draw_cell(axes, column, row, part[part["runner"] == runner])
            correct = int((part["label"] == part["predicted"]).sum())
            axes.annotate(
                f"{correct} of {len(part)} correct",
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
        hidden = len(runners) - len(shown)
        more = f" · {hidden} more runners not drawn" if hidden else ""
        note(figure, f"filled: label yes · hollow: label no · cross: wrong prediction{more}")
        save_figure(figure, png, pdf)


def _order(rows: pd.DataFrame, deficiency: str) -> tuple[bool, bool]:
    """Sort key of a runner: labelled yes first, then those predicted correctly."""
    rows = rows[rows["deficiency"] == deficiency]
    wrong = bool((rows["label"] != rows["predicted"]).any())
    return not (rows["label"] == "yes").any(), wrong


def _draw_cell(axes: Axes, column: int, row: int, clips: pd.DataFrame) -> None:
    width = 0.84 / max(1, len(clips))
    for index, clip in enumerate(clips.sort_values("clip").itertuples()):
        x, colour = column + 0.08 + index * width, YES if clip.label == "yes" else NO
        face = colour if clip.label == "yes" else "none"
        line: Style = {"edgecolor": colour, "linewidth": 0.7}
        axes.add_patch(Rectangle((x, row + 0.08), width * 0.94, 0.84, facecolor=face, **line))
        if clip.label != clip.predicted:
            axes.plot(
                x + width * 0.47,
                row + 0.5,
                "x",
                color="white" if clip.label == "yes" else INK,
                markersize=min(5, 5 / len(clips) + 1),
                markeredgewidth=1.3,
            )
