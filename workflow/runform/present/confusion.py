"""Confusion by runner: who was told wrongly, and whether all clips of one runner go wrong together."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from runform.present.accuracy import read_accuracy
from runform.present.style import FAINT, NO, PAGE_IN, YES, message_figure, new_figure, note, save_figure
from runform.present.tables import readable
from runform.present.unscored import not_enough_labels

MOST_RUNNERS, LEAST_COLUMNS = 60, 18  # columns of a row; fewer runners leave it partly empty, so that cells stay small
MARGINS_IN = 1.9  # left and right of the cells


def plot_confusion(predictions_csv: str | Path, accuracy_csv: str | Path, png: str | Path, pdf: str | Path) -> None:
    """A row per deficiency, a column per runner: the label as colour; a cross where the held-out prediction was wrong.

    predictions_csv: columns clip, runner, deficiency, label, predicted. With several clips of a runner the cell is split.
    accuracy_csv: names what was not scored, for the words where there is nothing to draw.
    """
    table = pd.read_csv(predictions_csv, dtype=str)
    if table.empty:
        left_out = read_accuracy(accuracy_csv).query("test_accuracy.isna()")
        message_figure(not_enough_labels(left_out["deficiency"], left_out["note"]), png, pdf)
        return
    names = list(dict.fromkeys(table["deficiency"]))
    runners = sorted(table["runner"].unique(), key=lambda runner: _order(table[table["runner"] == runner], names))
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
                f"{right} of {len(part)} right", (len(shown) + 0.3, row + 0.5), va="center", fontsize=6.5, annotation_clip=False
            )
        axes.set(xlim=(0, columns), ylim=(len(names), 0), aspect="equal")
        axes.set_xticks(np.arange(len(shown)) + 0.5, shown, rotation=90, fontsize=6)
        axes.set_yticks(np.arange(len(names)) + 0.5, [readable(name) for name in names])
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        more = f" · {len(runners) - len(shown)} more runners not drawn" if len(runners) > len(shown) else ""
        note(figure, f"filled: has the deficiency · hollow: has not · cross: told wrongly while held out{more}")
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
        axes.add_patch(Rectangle((x, row + 0.08), width * 0.94, 0.84, facecolor=face, edgecolor=colour, linewidth=0.7))
        if clip.label != clip.predicted:
            ink = "white" if clip.label == "yes" else FAINT
            axes.plot(x + width * 0.47, row + 0.5, "x", color=ink, markersize=min(5, 5 / len(clips) + 1), markeredgewidth=1.3)
