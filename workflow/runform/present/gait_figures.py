"""Joint angles over the gait cycle of the labelled clips, by label, over the reference band.

Legend: P samples of the cycle.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from runform.files import read_json
from runform.present.charts import TITLES, reference_curves
from runform.present.figure_style import (
    FAINT,
    NO,
    PAGE_IN,
    REFERENCE,
    UNLABELLED,
    YES,
    Style,
    message_figure,
    new_figure,
    note,
    save_figure,
)
from runform.present.figures import Inputs
from runform.present.words import readable

GROUPS = ((True, "yes", YES, "-"), (False, "no", NO, "--"))
COLOURS = {True: YES, False: NO, None: UNLABELLED}


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
    inputs: Inputs,
    png: str | Path,
    pdf: str | Path,
    *,
    clips: Sequence[str],
    labels: Mapping[str, Mapping[str, bool]],
) -> None:
    """A row per deficiency, a panel per joint: clips thin, the mean of each label thick.

    inputs: `gaits`, one gait file per clip of `clips`.
    labels: deficiency -> clip -> whether it shows it; clips without a label are grey.
    """
    curves: dict[str, dict[str, np.ndarray]] = {name: {} for name in TITLES}
    for clip, path in zip(clips, inputs["gaits"], strict=True):
        gait = read_json(path)
        for name in TITLES:
            curve = mean_curve(gait, name)
            if curve is not None:
                curves[name][clip] = curve
    curves = {name: of_clips for name, of_clips in curves.items() if of_clips}
    if not curves:
        message_figure("no clip has joint angles over the gait cycle", png, pdf)
        return
    rows = [name for name in labels if labels[name]] or [""]
    size: Style = {"width_in": PAGE_IN, "height_in": 1.75 * len(rows) + 0.6}
    with new_figure(len(rows), len(curves), **size, squeeze=False, sharex=True) as (figure, axes):
        for line, deficiency in zip(axes, rows, strict=True):
            for panel, (name, of_clips) in zip(line, curves.items(), strict=True):
                _draw(panel, name, of_clips, labels.get(deficiency, {}))
                below = f": {readable(deficiency)}" if len(rows) > 1 else ""
                panel.set_title(f"{TITLES[name]}{below}")
            line[0].set_ylabel("angle (degrees)")
        for panel in axes[-1]:
            panel.set_xlabel("gait cycle (%)")
        n = max(len(of_clips) for of_clips in curves.values())
        by = f" by label “{readable(rows[0])}”" if len(rows) == 1 else ""
        lines = f"thin: {n} clips · thick: mean{by}" if rows[0] else f"{n} clips, none labelled"
        note(figure, f"{lines} · grey band: mean ± 1 SD of 46 runners at 2.5 m/s")
        save_figure(figure, png, pdf)


def _draw(
    panel: Axes, name: str, curves: Mapping[str, np.ndarray], labels: Mapping[str, bool]
) -> None:
    reference = reference_curves().get(name)
    if reference is not None:
        low, high = reference.mean - reference.sd, reference.mean + reference.sd
        panel.fill_between(reference.percent, low, high, color=REFERENCE, linewidth=0)
        panel.plot(reference.percent, reference.mean, color=FAINT, linewidth=0.8, linestyle=":")
    for clip, curve in curves.items():
        colour = COLOURS[labels.get(clip)]
        percent = np.linspace(0, 100, len(curve))
        panel.plot(percent, curve, color=colour, linewidth=0.4, alpha=0.5)
    for value, word, colour, style in GROUPS:
        group = [curve for clip, curve in curves.items() if labels.get(clip) is value]
        if group:
            mean = np.mean(group, axis=0)
            line: Style = {"color": colour, "linestyle": style, "linewidth": 1.8}
            panel.plot(np.linspace(0, 100, len(mean)), mean, label=f"{word} ({len(group)})", **line)
    panel.set_xlim(0, 100)
    panel.set_xticks([0, 25, 50, 75, 100])
    panel.grid(axis="y")
    if labels:
        panel.legend(loc="best", handlelength=1.4, fontsize=6.5)
