"""What is gained by not answering: accuracy of the answers given, against the share of clips that get one."""

from pathlib import Path

import pandas as pd

from runform.present.arms import BASELINES, PROTOCOLS, TITLES, arm_order, main_protocol
from runform.present.learning_curve import COLOURS
from runform.present.style import BASELINE, COLUMN_IN, FAINT, PAGE_IN, message_figure, new_figure, note, save_figure
from runform.present.tables import readable
from runform.present.unscored import not_enough_in

# The plain pose, the rule, and what is to beat them; more lines than these could not be told apart.
SHOWN = ("pose_mean_spread", "rule", "gait", "encoder", "gait_and_encoder")
LEAST_ANSWERED = 5  # clips; an accuracy of fewer is not drawn


def plot_selective(selective_csv: str | Path, skipped_csv: str | Path, png: str | Path, pdf: str | Path) -> None:
    """One panel per deficiency: accuracy against coverage, a point for each least probability that an answer must have.

    skipped_csv: what could not be scored, for the words where there is nothing to draw.
    """
    table = pd.read_csv(selective_csv)
    table = table[table["arm"].isin(SHOWN) & (table["answered"] >= LEAST_ANSWERED)]
    if table.empty:
        message_figure(not_enough_in(skipped_csv, f"fewer than {LEAST_ANSWERED} answers"), png, pdf)
        return
    protocol = main_protocol(table)
    table = table[table["protocol"] == protocol]
    names, arms = list(dict.fromkeys(table["deficiency"])), arm_order(table["arm"])
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    width_in = COLUMN_IN * 1.15 if columns == 1 else PAGE_IN
    grid = {"squeeze": False, "sharex": True, "sharey": True}
    with new_figure(rows, columns, width_in=width_in, height_in=1.75 * rows + 0.75, **grid) as (figure, axes):
        for panel in axes.flat[len(names) :]:
            panel.axis("off")
        for panel, name in zip(axes.flat, names, strict=False):
            _draw(panel, table[table["deficiency"] == name], arms)
            panel.set_title(readable(name))
        for panel in axes[:, 0]:
            panel.set_ylabel("accuracy of answers")
        for panel in axes.flat[max(0, len(names) - columns) : len(names)]:
            panel.set_xlabel("share of clips answered")
            panel.tick_params(labelbottom=True)
        axes[0, 0].set(xlim=(0, 1.04), ylim=(min(0.45, table["accuracy"].min() - 0.04), 1.03), xticks=[0, 0.5, 1])
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=min(len(labels), 3 if columns > 1 else 2), fontsize=6.5)
        thresholds = ", ".join(f"{value:g}" for value in sorted(table["threshold"].unique()))
        note(figure, f"{PROTOCOLS.get(protocol, protocol)} · from the right: answers of probability {thresholds} and above")
        save_figure(figure, png, pdf)


def _draw(panel, table: pd.DataFrame, arms: list[str]) -> None:
    learners = [arm for arm in arms if arm not in BASELINES]
    for arm in arms:
        curve = table[table["arm"] == arm].sort_values("threshold")
        base = arm in BASELINES
        colour = BASELINE if base else COLOURS[learners.index(arm) % len(COLOURS)]
        style = {"pose_mean_spread": "--", "rule": ":"}.get(arm, "-")
        x, y = curve["coverage"].to_numpy(), curve["accuracy"].to_numpy()
        label = TITLES.get(arm, readable(arm))
        panel.plot(x, y, style, color=colour, marker="o", markersize=2.4, linewidth=1.1, label=label)
    panel.axhline(0.5, color=FAINT, linewidth=0.7, linestyle=":")
    panel.grid(axis="y")
