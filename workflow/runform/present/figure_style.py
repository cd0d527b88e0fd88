"""One look for all figures: style file, page widths, one colour per meaning, reproducible files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import Any

import matplotlib
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from runform.files import written_aside

matplotlib.use("Agg")

Style = dict[str, Any]  # of a line, marker or text, as keyword arguments of matplotlib

STYLE_FILE = "resources/figure_style.mplstyle"
COLUMN_IN, PAGE_IN = 3.46, 7.09  # one and two columns of a journal page (88 and 180 mm)
NOTE_PER_IN = 22  # letters of small print in an inch

# Each colour has one meaning in all figures. Those that meet in one figure differ for readers with
# any colour blindness. Orange and blue are left out: on pages and videos they mean left and right.
YES, NO, UNLABELLED = "#762A83", "#5AAE61", "#BDBDBD"
GAIT, ENCODER, GAIT_AND_ENCODER = "#B8960C", "#A50F5A", "#000000"
ENCODER_VARIANT, BASELINE, READINGS = "#F0A3BE", "#9A9A9A", "#2A6F97"
SERIES, SERIES_FAINT = "#41505C", "#A9B7C2"  # a figure's only series; its less important part
REFERENCE, INK, FAINT = "#DDDDDD", "#333333", "#707070"  # other runners; text; small print


@contextmanager
def new_figure(
    rows: int = 1, columns: int = 1, *, width_in: float = COLUMN_IN, height_in: float, **subplots
) -> Iterator[tuple[Figure, Any]]:
    """Yield (figure, axes or an array of them) in the project's style; then close the figure.

    subplots: arguments of `pyplot.subplots`.
    """
    with plt.style.context(str(Path(__file__).parents[3] / STYLE_FILE)):
        figure, axes = plt.subplots(rows, columns, figsize=(width_in, height_in), **subplots)
        try:
            yield figure, axes
        finally:
            plt.close(figure)


@contextmanager
def new_panels(
    titles: Sequence[str],
    *,
    row_in: float,
    margin_in: float,
    most_columns: int = 3,
    narrow_in: float = COLUMN_IN,
    **subplots,
) -> Iterator[tuple[Figure, list[Axes]]]:
    """Yield (figure, one panel per title), at most `most_columns` in a row.

    row_in, margin_in: height of a row of panels and of what stands around them.
    narrow_in: width of a figure with one panel; others fill the page.
    """
    columns = min(most_columns, len(titles))
    rows = -(-len(titles) // columns)
    width_in = narrow_in if columns == 1 else PAGE_IN
    size = {"width_in": width_in, "height_in": row_in * rows + margin_in}
    with new_figure(rows, columns, **size, squeeze=False, **subplots) as (figure, axes):
        panels = list(axes.flat)
        for panel in panels[len(titles) :]:
            panel.axis("off")
        for panel, title in zip(panels, titles, strict=False):
            panel.set_title(title)
        yield figure, panels[: len(titles)]


def save_figure(figure: Figure, png: str | Path, pdf: str | Path) -> None:
    """Write both files, without dates, so that the same figure has the same bytes."""
    for path, metadata in ((png, {"Software": None}), (pdf, {"CreationDate": None})):
        with written_aside(path) as aside:
            figure.savefig(aside, metadata=metadata)


def note(figure: Figure, text: str) -> None:
    """Write small print below the axes, in lines as wide as the figure."""
    lines = wrap(text, round(NOTE_PER_IN * figure.get_figwidth()))
    figure.supxlabel("\n".join(lines), fontsize=6.5, color=FAINT, x=0.02, ha="left")


def message_figure(text: str, png: str | Path, pdf: str | Path) -> None:
    """Write a figure that says why there is nothing to draw, so that the study goes on."""
    lines = [part for line in text.split("\n") for part in wrap(line, 52)]
    with new_figure(height_in=max(1.2, 0.16 * len(lines) + 0.5)) as (figure, axes):
        axes.axis("off")
        axes.text(0.5, 0.5, "\n".join(lines), ha="center", va="center", color=FAINT)
        save_figure(figure, png, pdf)
