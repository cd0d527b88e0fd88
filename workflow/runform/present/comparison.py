"""Accuracy by feature set: what the encoder adds to the gait metrics, the plain pose and chance."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from runform.present.figure_style import (
    BASELINE,
    COLUMN_IN,
    ENCODER,
    ENCODER_VARIANT,
    FAINT,
    GAIT,
    GAIT_AND_ENCODER,
    INK,
    PAGE_IN,
    READINGS,
    Style,
    message_figure,
    new_panels,
    note,
    save_figure,
)
from runform.present.figures import Inputs
from runform.present.words import (
    MISSING,
    Table,
    count,
    interval,
    p_value,
    percent,
    read_frame,
    readable,
    why_nothing_was_scored,
)

# In the order of the figures and tables; the baselines do not use the encoder or learn from gait.
TITLES = {
    "majority": "majority class",
    "nuisance": "picture only",
    "pose_mean_spread": "mean and spread of pose",
    "rule": "reference limit, untrained",
    "gait": "gait metrics",
    "encoder_random": "encoder, random weights",
    "encoder_pretrained": "encoder, pretrained",
    "encoder_finetuned2d": "encoder, 2D loss (published)",
    "encoder_anchored": "encoder, with anchors",
    "encoder": "encoder of this study",
    "form_metric_random": "form metric, random weights",
    "form_metric_pretrained": "form metric, pretrained",
    "form_metric_finetuned2d": "form metric, 2D loss",
    "form_metric_anchored": "form metric, with anchors",
    "form_metric": "form metric of this study",
    "zero_shot": "own reading, no example",
    "own_readings": "own readings",
    "all_readings": "all readings",
    "gait_and_encoder": "gait metrics + encoder",
}
BASELINES = ("majority", "nuisance", "pose_mean_spread", "rule")
VARIANTS = ("encoder_random", "encoder_pretrained", "encoder_finetuned2d", "encoder_anchored")
FORM_VARIANTS = tuple(name.replace("encoder", "form_metric") for name in VARIANTS)
READ = ("form_metric", "zero_shot", "own_readings", "all_readings")
COLOURS = {"gait": GAIT, "encoder": ENCODER, "gait_and_encoder": GAIT_AND_ENCODER}
COLOURS |= dict.fromkeys(READ, READINGS)
MARKERS = dict(zip((*VARIANTS, *FORM_VARIANTS, *READ), "v^<>v^<>ods*", strict=True))
STYLES = {"form_metric": "-.", "zero_shot": ":", "all_readings": "--"}
STYLES |= {"pose_mean_spread": "--", "rule": ":", "majority": "-.", "nuisance": "-."}
PUBLISHED = "published"
PROTOCOLS = {
    PUBLISHED: "published folds",
    "leave_one_runner_out": "leave one runner out",
    "repeated_grouped": "repeated folds by runner",
    "test_set": "held-out test runners",
}
BY_RUNNER_FIRST = ("test_set", "leave_one_runner_out", "repeated_grouped")
HEADERS = (
    "deficiency",
    "protocol",
    "feature set",
    "correct",
    "accuracy (95 % interval)",
    "balanced accuracy (95 %)",
    "AUC",
    "p",
    "above the limit (95 %)",
    "p, Holm",
    "above pose (95 %)",
    "p, Holm",
    "supervised by",
)
CAPTION = (
    "Accuracy by feature set. Intervals: Wilson's for accuracy, cluster bootstrap by runner for "
    "balanced accuracy. p: one-sided, from permuted labels of the row's own predictions; "
    "none under splits by runner. Above the limit, above pose: difference in balanced accuracy, in "
    "percentage points, to the untrained reference limit and to the mean and spread of the pose, "
    "by cluster bootstrap; p of these two-sided, after Holm over the deficiencies. Supervised by: "
    "what the features learned from before the first example."
)
MANY = 3  # with more panels than this, encoder variants stand in the table only
LABEL_GAP = 0.055  # least distance between two labels at the ends of curves, as balanced accuracy
# Of which prediction sets are drawn.
SHOWN = ("pose_mean_spread", "gait", "encoder", "own_readings", "gait_and_encoder")


def main_protocol(table: pd.DataFrame) -> str:
    """The protocol to show of one deficiency: the test set, else one that keeps each runner's clips
    together.
    """
    present = set(table["protocol"])
    return next((name for name in BY_RUNNER_FIRST if name in present), PUBLISHED)


def panel_titles(parts: Mapping[str, pd.DataFrame]) -> list[str]:
    """Each deficiency and the protocol shown: test clips may be labelled for some of them only."""
    return [f"{readable(name)}\n{PROTOCOLS[main_protocol(part)]}" for name, part in parts.items()]


def in_order(names: Iterable[str]) -> list[str]:
    """Feature sets in the order of `TITLES`, unknown ones last."""
    order = {name: rank for rank, name in enumerate(TITLES)}
    return sorted(set(names), key=lambda name: (order.get(name, len(order)), name))


def title_of(feature_set: str) -> str:
    """A feature set's name for people."""
    return TITLES.get(feature_set, readable(feature_set))


def colour_of(feature_set: str) -> str:
    """The colour of a feature set in every figure."""
    return BASELINE if feature_set in BASELINES else COLOURS.get(feature_set, ENCODER_VARIANT)


def read_table(by_feature_set_csv: str | Path) -> Table:
    """accuracy_by_feature_set.csv as a table to read, by deficiency, protocol and feature set."""
    table = read_frame(by_feature_set_csv)
    feature_sets, protocols = in_order(table["feature_set"]), list(PROTOCOLS)
    table = table.assign(
        first=table["deficiency"],
        second=table["protocol"].map(protocols.index),
        third=table["feature_set"].map(feature_sets.index),
    ).sort_values(["first", "second", "third"], kind="stable")
    return Table(HEADERS, [_row(row) for row in table.itertuples()], CAPTION)


def _row(row) -> list[str]:
    transductive = " (transductive)" if row.transductive == "yes" else ""
    return [
        readable(row.deficiency),
        PROTOCOLS[row.protocol],
        title_of(row.feature_set) + transductive,
        f"{count(row.k)} of {count(row.n)}",
        f"{percent(row.accuracy)} ({interval(row.ci_low, row.ci_high)})",
        f"{percent(row.balanced_accuracy)} ({interval(row.balanced_low, row.balanced_high)})",
        MISSING if pd.isna(row.auc) else f"{row.auc:.2f}",
        p_value(row.p_permutation),
        _difference(row.minus_rule, row.minus_rule_low, row.minus_rule_high),
        p_value(row.p_rule_holm),
        _difference(row.minus_pose, row.minus_pose_low, row.minus_pose_high),
        p_value(row.p_pose_holm),
        row.supervised_by,
    ]


def _difference(value: float, low: float, high: float) -> str:
    """Percentage points with their interval."""
    if pd.isna(value):
        return MISSING
    text = f"{100 * value:+.0f}" if pd.isna(low) else f"{100 * value:+.0f} ({_points(low, high)})"
    return text.replace("-", "−")


def _points(low: float, high: float) -> str:
    return f"{100 * low:+.0f} to {100 * high:+.0f}"


def plot_feature_sets(inputs: Inputs, png: str | Path, pdf: str | Path) -> None:
    """One panel per deficiency: balanced accuracy of each feature set with its interval.

    inputs: `feature_sets` (their accuracy) and `skipped`, which says why there is nothing to draw.
    """
    table = read_frame(inputs["feature_sets"])
    if table.empty:
        reason = why_nothing_was_scored(inputs["skipped"], "no deficiency could be scored")
        message_figure(reason, png, pdf)
        return
    feature_sets = in_order(table["feature_set"])
    parts = dict(iter(table.groupby("deficiency", sort=False)))
    row_in = 0.17 * len(feature_sets) + 0.7
    size: Style = {"row_in": row_in, "margin_in": 0.35, "narrow_in": PAGE_IN}
    with new_panels(panel_titles(parts), **size, sharey=True) as (figure, panels):
        for panel, part in zip(panels, parts.values(), strict=True):
            _draw_feature_sets(panel, part, feature_sets)
        cross = " · small cross: published folds" if {PUBLISHED} < set(table["protocol"]) else ""
        note(figure, f"balanced accuracy with 95 % interval · correct of all beside it{cross}")
        save_figure(figure, png, pdf)


def _draw_feature_sets(panel: Axes, table: pd.DataFrame, feature_sets: list[str]) -> None:
    protocol = main_protocol(table)
    panel.axvline(0.5, color=FAINT, linewidth=0.7, linestyle=(0, (3, 2)))
    for row in table.itertuples():
        y, colour = feature_sets.index(row.feature_set), colour_of(row.feature_set)
        if row.protocol == protocol:
            base = row.feature_set in BASELINES
            dot: Style = {"marker": "s", "markerfacecolor": "white"} if base else {"marker": "o"}
            panel.hlines(y, row.balanced_low, row.balanced_high, color=colour, linewidth=1.3)
            panel.plot(row.balanced_accuracy, y, color=colour, markersize=4, **dot)
            beside: Style = {"va": "center", "fontsize": 6, "color": FAINT}
            words, at = f"{row.k:.0f}/{row.n:.0f}", (1.05, y)
            panel.annotate(words, at, annotation_clip=False, **beside)
        elif row.protocol == PUBLISHED:
            cross: Style = {"color": INK, "markersize": 2.6, "markeredgewidth": 0.9}
            panel.plot(row.balanced_accuracy, y + 0.3, "x", **cross)
    panel.set_yticks(range(len(feature_sets)), [title_of(name) for name in feature_sets])
    panel.set(ylim=(len(feature_sets) - 0.4, -0.6), xlim=(0.0, 1.03))
    panel.set_xticks([0, 0.5, 1], ["0", "0.5\nchance", "1"])
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)


def plot_learning_curve(inputs: Inputs, png: str | Path, pdf: str | Path) -> None:
    """One panel per deficiency: mean balanced accuracy against training runners of each class.

    inputs: `learning_curve` and `skipped`, which says why there is nothing to draw.
    """
    table = read_frame(inputs["learning_curve"])
    table = table[table["feature_set"] != "majority"]
    if table.empty:
        reason = why_nothing_was_scored(inputs["skipped"], "too few runners of each class")
        message_figure(reason, png, pdf)
        return
    if table["deficiency"].nunique() > MANY:
        table = table[~table["feature_set"].isin((*VARIANTS, *FORM_VARIANTS))]
    parts = dict(iter(table.groupby("deficiency", sort=False)))
    size: Style = {"row_in": 2.3, "margin_in": 0.3, "narrow_in": COLUMN_IN * 1.15}
    with new_panels([*map(readable, parts)], **size, most_columns=2, sharey=True) as (
        figure,
        panels,
    ):
        for panel, part in zip(panels, parts.values(), strict=True):
            _draw_learning_curves(panel, part)
        for panel in panels[::2]:
            panel.set_ylabel("balanced accuracy")
        draws, tested = table["draws"].max(), table["n_test"].max()
        words = f"mean of up to {draws:.0f} draws of training runners · bars: 1 SD between draws"
        note(figure, f"{words} · up to {tested:.0f} clips tested · dotted: chance")
        save_figure(figure, png, pdf)


def _draw_learning_curves(panel: Axes, table: pd.DataFrame) -> None:
    panel.axhline(0.5, color=FAINT, linewidth=0.7, linestyle=":")
    ends = {}
    for name in in_order(table["feature_set"]):
        curve = table[table["feature_set"] == name].sort_values("examples_per_class")
        x, y = curve["examples_per_class"].to_numpy(), curve["balanced_accuracy"].to_numpy()
        line: Style = {"linestyle": STYLES.get(name, "-"), "linewidth": 1.1, "elinewidth": 0.5}
        dot: Style = {"marker": MARKERS.get(name, "o"), "markersize": 2.4}
        panel.errorbar(x, y, curve["sd"].to_numpy(), color=colour_of(name), **line, **dot)
        ends[name] = y[-1]
    sizes = sorted(table["examples_per_class"].unique())
    panel.set(xlabel="training runners of each class", ylim=(0.2, 1.03))
    panel.set_xscale("symlog", linthresh=1)
    panel.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
    panel.minorticks_off()
    panel.grid(axis="y")
    beside: Style = {"xycoords": ("axes fraction", "data"), "fontsize": 6, "va": "center"}
    for name, y in zip(ends, spread_apart(list(ends.values()), LABEL_GAP), strict=True):
        panel.annotate(title_of(name), (1.02, y), color=colour_of(name), **beside)


def spread_apart(values: list[float], gap: float) -> list[float]:
    """`values` moved so that no two are nearer than `gap` and none is pushed above 1."""
    order = sorted(range(len(values)), key=lambda row: values[row])
    spread, last = list(values), float("-inf")
    for row in order:
        spread[row] = last = max(values[row], last + gap)
    limit = max(1.0, max(values, default=0.0))
    for row in reversed(order):
        spread[row] = min(spread[row], limit)
        limit = spread[row] - gap
    return spread


def plot_prediction_sets(inputs: Inputs, png: str | Path, pdf: str | Path) -> None:
    """One panel per deficiency: measured coverage of the prediction sets, against the share of
    clips whose set names one label.

    A point for each coverage that is asked.
    inputs: `prediction_sets` and `skipped`, which says why there is nothing to draw.
    """
    table = read_frame(inputs["prediction_sets"])
    table = table[table["feature_set"].isin(SHOWN)]
    if table.empty:
        otherwise = "too few labelled clips to calibrate prediction sets"
        message_figure(why_nothing_was_scored(inputs["skipped"], otherwise), png, pdf)
        return
    parts = {
        name: part[part["protocol"] == main_protocol(part)]
        for name, part in table.groupby("deficiency", sort=False)
    }
    table = pd.concat(parts.values())
    size: Style = {"row_in": 1.9, "margin_in": 0.75, "narrow_in": COLUMN_IN * 1.15}
    with new_panels(panel_titles(parts), **size, sharex=True, sharey=True) as (figure, panels):
        for panel, part in zip(panels, parts.values(), strict=True):
            _draw_prediction_sets(panel, part)
        columns = min(3, len(panels))
        for panel in panels[::columns]:
            panel.set_ylabel("share of sets that hold the label")
        for panel in panels[-columns:]:
            panel.set_xlabel("share of clips with one label")
            panel.tick_params(labelbottom=True)
        lowest = min(0.45, table["coverage"].min() - 0.04)
        panels[0].set(xlim=(-0.04, 1.04), ylim=(lowest, 1.03), xticks=[0, 0.5, 1])
        lines = panels[0].get_legend_handles_labels()
        legend: Style = {"loc": "outside upper left", "fontsize": 6.5}
        figure.legend(*lines, ncols=min(len(lines[0]), max(2, columns)), **legend)
        asked = ", ".join(f"{value:g}" for value in sorted(table["asked"].unique()))
        note(figure, f"from the bottom: coverage asked {asked}")
        save_figure(figure, png, pdf)


def _draw_prediction_sets(panel: Axes, table: pd.DataFrame) -> None:
    for name in in_order(table["feature_set"]):
        curve = table[table["feature_set"] == name].sort_values("asked")
        panel.plot(
            curve["one_label"].to_numpy(),
            curve["coverage"].to_numpy(),
            STYLES.get(name, "-"),
            color=colour_of(name),
            marker="o",
            markersize=2.4,
            linewidth=1.1,
            label=title_of(name),
        )
    panel.grid(axis="y")
