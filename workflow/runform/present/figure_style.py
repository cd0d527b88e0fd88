"""One look for all figures: the style file, the colours by meaning, and files that are the same
bytes each time.
"""

from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap

import matplotlib
from matplotlib import pyplot as plt

from runform.files import written_aside

matplotlib.use("Agg")


STYLE_FILE = "resources/figure_style.mplstyle"
COLUMN_IN, PAGE_IN = (
    3.46,
    7.09,
)  # widths of one and of two columns of a journal page (88 and 180 mm)

# Okabe and Ito's palette, told apart by colour-blind readers. One meaning each, in every figure.
YES, NO, UNLABELLED = "#D55E00", "#0072B2", "#B4B4B4"
HIGHLIGHT, PLAIN, BASELINE = "#0072B2", "#8FB8D4", "#9A9A9A"
INK, FAINT, BAND = "#333333", "#777777", "#DDDDDD"


@contextmanager
def new_figure(
    rows: int = 1, columns: int = 1, *, width_in: float = COLUMN_IN, height_in: float, **subplots
):
    """Yield (figure, axes) in the project's style, closed afterwards. Arguments as of
    `pyplot.subplots`.
    """
    with plt.style.context(str(Path(__file__).parents[3] / STYLE_FILE)):
        figure, axes = plt.subplots(rows, columns, figsize=(width_in, height_in), **subplots)
        try:
            yield figure, axes
        finally:
            plt.close(figure)


def save_figure(figure, png: str | Path, pdf: str | Path) -> None:
    """Write both files, without dates, so the same figure is the same bytes."""
    for path, metadata in ((png, {"Software": None}), (pdf, {"CreationDate": None})):
        with written_aside(path) as aside:
            figure.savefig(aside, metadata=metadata)


def note(figure, text: str) -> None:
    """A line of small print below the axes, for the numbers that a reader needs to judge the
    figure.
    """
    figure.supxlabel(text, fontsize=6.5, color=FAINT, x=0.02, ha="left")


def message_figure(text: str, png: str | Path, pdf: str | Path) -> None:
    """A figure that says in words why there is nothing to draw, so the study goes on."""
    lines = [part for line in text.split("\n") for part in wrap(line, 52)]
    with new_figure(height_in=max(1.2, 0.16 * len(lines) + 0.5)) as (figure, axes):
        axes.axis("off")
        axes.text(0.5, 0.5, "\n".join(lines), ha="center", va="center", color=FAINT)
        save_figure(figure, png, pdf)
