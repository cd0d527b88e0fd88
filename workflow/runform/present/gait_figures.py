"""Joint angles over the gait cycle of the labelled clips, by label, over the reference band.

Legend: N clips, P samples of the cycle.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from runform.files import read_json
from runform.present.charts import TITLES, reference_curves
from runform.present.figure_style import (
    BAND,
    FAINT,
    NO,
    PAGE_IN,
    UNLABELLED,
    YES,
    message_figure,
    new_figure,
    note,
    save_figure,
)
from runform.present.words import readable

GROUPS = ((True, "yes", YES, "-"), (False, "no", NO, "--"))


def mean_curve(gait: Mapping, name: str) -> np.ndarray | None:
    """(P,) one clip's curve, both sides averaged; None where it was not measured."""
    sides = gait.get("curves", {}).get(name, {})
    means = [
        np.array([np.nan if v is None else v for v in side["mean"]], float)
        for side in sides.values()
        if side and side.get("mean")
    ]
    return np.mean(means, axis=0) if means else None


def plot_gait_cycle(
    gaits: Mapping[str, str | Path], labels: Mapping[str, Mapping[str, bool]], png, pdf
) -> None:
    """A row per deficiency, a panel per joint: each clip thin, the mean of each class thick, the
    reference behind.

    gaits: clip -> gait file.  labels: deficiency -> clip -> whether it shows it; clips without a
    label are drawn grey.
    """
    read = {clip: read_json(path) for clip, path in gaits.items()}
    found = {
        name: {
            clip: curve
            for clip, gait in read.items()
            if (curve := mean_curve(gait, name)) is not None
        }
        for name in TITLES
    }
    found = {name: curves for name, curves in found.items() if curves}
    if not found:
        message_figure("no clip has joint angles over the gait cycle", png, pdf)
        return
    rows = [name for name in labels if labels[name]] or [""]
    height_in = 1.75 * len(rows) + 0.6
    with new_figure(
        len(rows), len(found), width_in=PAGE_IN, height_in=height_in, squeeze=False, sharex=True
    ) as (figure, axes):
        for line, deficiency in zip(axes, rows, strict=True):
            for panel, (name, curves) in zip(line, found.items(), strict=True):
                _draw(panel, name, curves, labels.get(deficiency, {}))
                panel.set_title(
                    TITLES[name] if len(rows) == 1 else f"{TITLES[name]}: {readable(deficiency)}"
                )
            line[0].set_ylabel("angle (degrees)")
        for panel in axes[-1]:
            panel.set_xlabel("gait cycle (%)")
        n = max(len(curves) for curves in found.values())
        by = f" by label “{readable(rows[0])}”" if len(rows) == 1 else ""
        lines = (
            f"{n} clips, thin; their mean{by}, thick"
            if rows[0]
            else f"{n} clips, none of them labelled"
        )
        note(figure, f"{lines} · grey band: mean ± 1 SD of 46 runners at 2.5 m/s")
        save_figure(figure, png, pdf)


def _draw(panel, name: str, curves: Mapping[str, np.ndarray], labels: Mapping[str, bool]) -> None:
    reference = reference_curves().get(name)
    if reference is not None:
        panel.fill_between(
            reference.percent,
            reference.mean - reference.sd,
            reference.mean + reference.sd,
            color=BAND,
            linewidth=0,
        )
        panel.plot(reference.percent, reference.mean, color=FAINT, linewidth=0.8, linestyle=":")
    colours = {True: YES, False: NO, None: UNLABELLED}
    for clip, curve in curves.items():
        panel.plot(
            np.linspace(0, 100, len(curve)),
            curve,
            color=colours[labels.get(clip)],
            linewidth=0.4,
            alpha=0.5,
        )
    for value, word, colour, style in GROUPS:
        group = [curve for clip, curve in curves.items() if labels.get(clip) is value]
        if group:
            mean = np.mean(group, axis=0)
            panel.plot(
                np.linspace(0, 100, len(mean)),
                mean,
                color=colour,
                linestyle=style,
                linewidth=1.8,
                label=f"{word} ({len(group)})",
            )
    panel.set_xlim(0, 100)
    panel.set_xticks([0, 25, 50, 75, 100])
    panel.grid(axis="y")
    if labels:
        panel.legend(loc="best", handlelength=1.4, fontsize=6.5)
