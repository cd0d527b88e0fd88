"""Accuracy by arm: what knows nothing of form, what a plain average of the pose knows, and what the
encoder adds.

Legend: A arms.
"""

from pathlib import Path

import pandas as pd

from runform.present.figure_style import (
    BASELINE,
    COLUMN_IN,
    FAINT,
    HIGHLIGHT,
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
    not_enough_in,
    p_value,
    percent,
    readable,
    write_tables,
)

# In the order of the table in the evaluation protocol; the first group knows nothing of the
# encoder.
TITLES = {
    "majority": "majority class",
    "nuisance": "nuisance only",
    "pose_mean_spread": "mean and spread of pose",
    "rule": "reference limit, untrained",
    "gait": "gait features",
    "encoder_random": "encoder, random weights",
    "encoder_pretrained": "encoder, pretrained",
    "encoder_finetuned2d": "encoder, 2D loss (seed)",
    "encoder_anchored": "encoder, with anchors",
    "encoder": "encoder of this study",
    "gait_and_encoder": "gait features + encoder",
}
BASELINES = ("majority", "nuisance", "pose_mean_spread", "rule")
PROTOCOLS = {
    "seed": "the seed study's folds",
    "leave_one_runner_out": "leave one runner out",
    "repeated_grouped": "repeated folds by runner",
    "test_set": "held-out test runners",
}
HONEST = (
    "test_set",
    "leave_one_runner_out",
    "repeated_grouped",
)  # the first that was run is the one to look at
SEED = "seed"
HEADERS = [
    "deficiency",
    "protocol",
    "arm",
    "right",
    "accuracy (95 % interval)",
    "balanced accuracy (95 %)",
    "AUC",
    "p",
    "p against pose",
]
CAPTION = (
    "Accuracy by arm. Intervals: Wilson's for accuracy, cluster bootstrap by runner for balanced accuracy. "
    "p: one-sided, from label permutations within the protocol; p against pose: McNemar's exact test against that arm."
)


def main_protocol(table: pd.DataFrame) -> str:
    """The honest protocol to show: the test set where there is one, else one that keeps a runner's
    clips together.
    """
    present = set(table["protocol"])
    return next((name for name in HONEST if name in present), SEED)


def arm_order(names) -> list[str]:
    """Arms in the order of `TITLES`, unknown ones last."""
    order = {name: place for place, name in enumerate(TITLES)}
    return sorted(set(names), key=lambda name: (order.get(name, len(order)), name))


def plot_arms(
    by_arm_csv: str | Path, skipped_csv: str | Path, png: str | Path, pdf: str | Path
) -> None:
    """One panel per deficiency: balanced accuracy of each arm with its interval; baselines hollow
    and grey.

    skipped_csv: what could not be scored, for the words where there is nothing to draw.
    """
    table = pd.read_csv(by_arm_csv)
    if table.empty:
        message_figure(not_enough_in(skipped_csv, "no deficiency could be scored"), png, pdf)
        return
    protocol, arms = main_protocol(table), arm_order(table["arm"])
    names = list(dict.fromkeys(table["deficiency"]))
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    height_in = (0.17 * len(arms) + 0.55) * rows + 0.35
    with new_figure(
        rows, columns, width_in=PAGE_IN, height_in=height_in, squeeze=False, sharey=True
    ) as (figure, axes):
        for panel in axes.flat[len(names) :]:
            panel.axis("off")
        for panel, name in zip(axes.flat, names, strict=False):
            _draw_arms(panel, table[table["deficiency"] == name], arms, protocol)
            panel.set_title(readable(name))
        seed = " · small cross: the seed study's folds" if protocol != SEED else ""
        note(
            figure,
            f"balanced accuracy, {PROTOCOLS.get(protocol, protocol)}, with 95 % interval · right of n beside it{seed}",
        )
        save_figure(figure, png, pdf)


def _draw_arms(panel, table: pd.DataFrame, arms: list[str], protocol: str) -> None:
    shown, seed = (table[table["protocol"] == name].set_index("arm") for name in (protocol, SEED))
    panel.axvline(0.5, color=FAINT, linewidth=0.7, linestyle=(0, (3, 2)))
    for place, arm in enumerate(arms):
        base = arm in BASELINES
        colour, face, shape = (BASELINE, "white", "s") if base else (HIGHLIGHT, HIGHLIGHT, "o")
        if arm in shown.index:
            row = shown.loc[arm]
            right = f"{row['k']:.0f}/{row['n']:.0f}"
            panel.hlines(
                place, row["balanced_low"], row["balanced_high"], color=colour, linewidth=1.3
            )
            panel.plot(
                row["balanced_accuracy"],
                place,
                shape,
                color=colour,
                markerfacecolor=face,
                markersize=4,
            )
            panel.annotate(
                right, (1.05, place), va="center", fontsize=6, color=FAINT, annotation_clip=False
            )
        if protocol != SEED and arm in seed.index:
            panel.plot(
                seed.loc[arm, "balanced_accuracy"],
                place + 0.3,
                "x",
                color=YES,
                markersize=2.6,
                markeredgewidth=0.9,
            )
    panel.set_yticks(range(len(arms)), [TITLES.get(arm, readable(arm)) for arm in arms])
    panel.set(ylim=(len(arms) - 0.4, -0.6), xlim=(0.0, 1.03))
    panel.set_xticks([0, 0.5, 1], ["0", "0.5\nchance", "1"])
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)


def arm_rows(table: pd.DataFrame) -> list[list[str]]:
    """Rows of text under `HEADERS`, by deficiency, protocol and arm."""
    order = {name: place for place, name in enumerate(arm_order(table["arm"]))}
    protocols = {name: place for place, name in enumerate(PROTOCOLS)}
    table = table.assign(
        first=table["deficiency"],
        second=table["protocol"].map(protocols).fillna(len(protocols)),
        third=table["arm"].map(order),
    ).sort_values(["first", "second", "third"], kind="stable")
    return [
        [
            readable(row.deficiency),
            PROTOCOLS.get(row.protocol, readable(row.protocol)),
            TITLES.get(row.arm, readable(row.arm))
            + (" (transductive)" if row.transductive == "yes" else ""),
            f"{count(row.k)} of {count(row.n)}",
            f"{percent(row.accuracy)} ({interval(row.ci_low, row.ci_high)})",
            f"{percent(row.balanced_accuracy)} ({interval(row.balanced_low, row.balanced_high)})",
            "–" if pd.isna(row.auc) else f"{row.auc:.2f}",
            p_value(row.p_permutation),
            p_value(row.p_mcnemar),
        ]
        for row in table.itertuples()
    ]


def tabulate_arms(by_arm_csv: str | Path, markdown: str | Path, latex: str | Path) -> None:
    """Write accuracy_by_arm.csv as Markdown and LaTeX."""
    write_tables(HEADERS, arm_rows(pd.read_csv(by_arm_csv)), CAPTION, markdown, latex)


# Learning curves: what each further example is worth, arm by arm.


COLOURS = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#D55E00", "#000000")
MANY, VARIANT = 3, "encoder_"  # with more panels than this the other encoders stay in the table
_LABEL_GAP = 0.055  # of the axis between two direct labels


def plot_learning_curve(
    learning_csv: str | Path, skipped_csv: str | Path, png: str | Path, pdf: str | Path
) -> None:
    """One panel per deficiency: mean balanced accuracy against examples a class, each arm named at
    its end; baselines dashed.

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
    with new_figure(
        rows, columns, width_in=width_in, height_in=2.3 * rows + 0.3, squeeze=False, sharey=True
    ) as (figure, axes):
        for panel in axes.flat[len(names) :]:
            panel.axis("off")
        for panel, name in zip(axes.flat, names, strict=False):
            _draw_curves(panel, table[table["deficiency"] == name], arm_order(table["arm"]))
            panel.set_title(readable(name))
        for panel in axes[:, 0]:
            panel.set_ylabel("balanced accuracy")
        draws, tested = table["draws"].max(), table["n_test"].max()
        note(
            figure,
            f"mean of up to {draws:.0f} draws · bars: 1 SD between draws · up to {tested:.0f} clips tested · dotted: chance",
        )
        save_figure(figure, png, pdf)


def _draw_curves(panel, table: pd.DataFrame, arms: list[str]) -> None:
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
            x,
            y,
            curve["sd"].to_numpy(),
            color=colour,
            linestyle=style,
            marker="o",
            markersize=2.4,
            elinewidth=0.5,
            linewidth=1.1,
        )
        ends.append((y[-1], TITLES.get(arm, readable(arm)), colour))
    sizes = sorted(table["examples_per_class"].unique())
    panel.set(xlabel="examples a class (runners)", ylim=(0.2, 1.03))
    panel.set_xscale("log")
    panel.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
    panel.minorticks_off()
    panel.grid(axis="y")
    for y, (_, text, colour) in zip(
        spread_apart([end[0] for end in ends], _LABEL_GAP), ends, strict=True
    ):
        panel.annotate(
            text,
            (1.02, y),
            xycoords=("axes fraction", "data"),
            color=colour,
            fontsize=6,
            va="center",
        )


def spread_apart(values: list[float], gap: float) -> list[float]:
    """`values` moved as little as needed, from the lowest up, so that no two are nearer than `gap`;
    in the order given.
    """
    order = sorted(range(len(values)), key=lambda row: values[row])
    placed, last = list(values), float("-inf")
    for row in order:
        placed[row] = last = max(values[row], last + gap)
    limit = max(1.0, max(values, default=0.0))
    for row in reversed(order):
        placed[row] = min(placed[row], limit)
        limit = placed[row] - gap
    return placed


# What is gained by not answering: accuracy of the answers given, against the share of clips that
# get one.


# The plain pose, the rule, and what is to beat them; more lines than these could not be told apart.
SHOWN = ("pose_mean_spread", "rule", "gait", "encoder", "gait_and_encoder")
LEAST_ANSWERED = 5  # clips; an accuracy of fewer is not drawn


def plot_selective(
    selective_csv: str | Path, skipped_csv: str | Path, png: str | Path, pdf: str | Path
) -> None:
    """One panel per deficiency: accuracy against coverage, a point for each least probability that
    an answer must have.

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
    with new_figure(rows, columns, width_in=width_in, height_in=1.75 * rows + 0.75, **grid) as (
        figure,
        axes,
    ):
        for panel in axes.flat[len(names) :]:
            panel.axis("off")
        for panel, name in zip(axes.flat, names, strict=False):
            _draw_abstention(panel, table[table["deficiency"] == name], arms)
            panel.set_title(readable(name))
        for panel in axes[:, 0]:
            panel.set_ylabel("accuracy of answers")
        for panel in axes.flat[max(0, len(names) - columns) : len(names)]:
            panel.set_xlabel("share of clips answered")
            panel.tick_params(labelbottom=True)
        axes[0, 0].set(
            xlim=(0, 1.04),
            ylim=(min(0.45, table["accuracy"].min() - 0.04), 1.03),
            xticks=[0, 0.5, 1],
        )
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(
            handles,
            labels,
            loc="outside upper left",
            ncols=min(len(labels), 3 if columns > 1 else 2),
            fontsize=6.5,
        )
        thresholds = ", ".join(f"{value:g}" for value in sorted(table["threshold"].unique()))
        note(
            figure,
            f"{PROTOCOLS.get(protocol, protocol)} · from the right: answers of probability {thresholds} and above",
        )
        save_figure(figure, png, pdf)


def _draw_abstention(panel, table: pd.DataFrame, arms: list[str]) -> None:
    learners = [arm for arm in arms if arm not in BASELINES]
    for arm in arms:
        curve = table[table["arm"] == arm].sort_values("threshold")
        base = arm in BASELINES
        colour = BASELINE if base else COLOURS[learners.index(arm) % len(COLOURS)]
        style = {"pose_mean_spread": "--", "rule": ":"}.get(arm, "-")
        x, y = curve["coverage"].to_numpy(), curve["accuracy"].to_numpy()
        label = TITLES.get(arm, readable(arm))
        panel.plot(
            x, y, style, color=colour, marker="o", markersize=2.4, linewidth=1.1, label=label
        )
    panel.axhline(0.5, color=FAINT, linewidth=0.7, linestyle=":")
    panel.grid(axis="y")
