"""Learning curves: what each further example is worth, arm by arm."""

from pathlib import Path

import pandas as pd

from runform.present.arms import BASELINES, TITLES, arm_order
from runform.present.style import BASELINE, COLUMN_IN, FAINT, PAGE_IN, message_figure, new_figure, note, save_figure
from runform.present.tables import readable
from runform.present.unscored import not_enough_in

COLOURS = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#D55E00", "#000000")
MANY, VARIANT = 3, "encoder_"  # with more panels than this the other encoders stay in the table
_LABEL_GAP = 0.055  # of the axis between two direct labels


def plot_learning_curve(learning_csv: str | Path, skipped_csv: str | Path, png: str | Path, pdf: str | Path) -> None:
    """One panel per deficiency: mean balanced accuracy against examples a class, each arm named at its end; baselines dashed.

    skipped_csv: what could not be scored, for the words where there is nothing to draw.
    """
    table = pd.read_csv(learning_csv)
    table = table[table["arm"] != "majority"]
    if table.empty:
        message_figure(not_enough_in(skipped_csv, "too few runners of each class"), png, pdf)
        return
    names = list(dict.fromkeys(table["deficiency"]))
    if len(names) > MANY:
        table = table[~table["arm"].str.startswith(VARIANT)]
    columns = min(2, len(names))
    rows = -(-len(names) // columns)
    width_in = COLUMN_IN * 1.15 if columns == 1 else PAGE_IN
    with new_figure(rows, columns, width_in=width_in, height_in=2.3 * rows + 0.3, squeeze=False, sharey=True) as (figure, axes):
        for panel in axes.flat[len(names) :]:
            panel.axis("off")
        for panel, name in zip(axes.flat, names, strict=False):
            _draw(panel, table[table["deficiency"] == name], arm_order(table["arm"]))
            panel.set_title(readable(name))
        for panel in axes[:, 0]:
            panel.set_ylabel("balanced accuracy")
        draws, tested = table["draws"].max(), table["n_test"].max()
        note(
            figure, f"mean of up to {draws:.0f} draws · bars: 1 SD between draws · up to {tested:.0f} clips tested · dotted: chance"
        )
        save_figure(figure, png, pdf)


def _draw(panel, table: pd.DataFrame, arms: list[str]) -> None:
    panel.axhline(0.5, color=FAINT, linewidth=0.7, linestyle=":")
    learners = [arm for arm in arms if arm not in BASELINES]
    ends = []
    for arm in arms:
        curve = table[table["arm"] == arm].sort_values("examples_per_class")
        if curve.empty:
            continue
        base = arm in BASELINES
        colour = BASELINE if base else COLOURS[learners.index(arm) % len(COLOURS)]
        style = "--" if base else "-"
        x, y = curve["examples_per_class"].to_numpy(), curve["balanced_accuracy"].to_numpy()
        panel.errorbar(
            x, y, curve["sd"].to_numpy(), color=colour, linestyle=style, marker="o", markersize=2.4, elinewidth=0.5, linewidth=1.1
        )
        ends.append((y[-1], TITLES.get(arm, readable(arm)), colour))
    sizes = sorted(table["examples_per_class"].unique())
    panel.set(xlabel="examples a class (runners)", ylim=(0.2, 1.03))
    panel.set_xscale("log")
    panel.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
    panel.minorticks_off()
    panel.grid(axis="y")
    for y, (_, text, colour) in zip(spread_apart([end[0] for end in ends], _LABEL_GAP), ends, strict=True):
        panel.annotate(text, (1.02, y), xycoords=("axes fraction", "data"), color=colour, fontsize=6, va="center")


def spread_apart(values: list[float], gap: float) -> list[float]:
    """`values` moved as little as needed, from the lowest up, so that no two are nearer than `gap`; in the order given."""
    order = sorted(range(len(values)), key=lambda row: values[row])
    placed, last = list(values), float("-inf")
    for row in order:
        placed[row] = last = max(values[row], last + gap)
    limit = max(1.0, max(values, default=0.0))
    for row in reversed(order):
        placed[row] = min(placed[row], limit)
        limit = placed[row] - gap
    return placed
