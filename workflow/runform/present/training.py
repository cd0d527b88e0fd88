"""Training curves of the encoder: each loss against the step, so one sees whether it learned and whether it had converged."""

from pathlib import Path

import pandas as pd

from runform.present.style import COLUMN_IN, PAGE_IN, message_figure, new_figure, note, save_figure
from runform.present.tables import readable

LOSS = "loss"


def plot_training(training_csv: str | Path, png: str | Path, pdf: str | Path) -> None:
    """One panel per loss column of `training_csv` (epoch, step, loss…), faint by step and dark by epoch."""
    table = pd.read_csv(training_csv)
    losses = [name for name in table.columns if name.startswith(LOSS) and table[name].notna().any()]
    losses = losses[1:] if len(losses) == 2 else losses  # the sum of one loss is that loss
    if not losses or table.empty:
        message_figure("the encoder was not trained in this run", png, pdf)
        return
    columns = min(3, len(losses))
    rows = -(-len(losses) // columns)
    with new_figure(rows, columns, width_in=COLUMN_IN if columns == 1 else PAGE_IN, height_in=1.8 * rows + 0.35, squeeze=False) as (
        figure,
        axes,
    ):
        for panel in axes.flat[len(losses) :]:
            panel.axis("off")
        for panel, loss in zip(axes.flat, losses, strict=False):
            _draw(panel, table.dropna(subset=[loss]), loss)
        note(figure, f"{table['epoch'].nunique()} epochs, {len(table)} records; losses are means over frames and joints")
        save_figure(figure, png, pdf)


def _draw(panel, table: pd.DataFrame, loss: str) -> None:
    by_epoch = table.groupby("epoch")[loss].mean()
    if len(table) > len(by_epoch):
        within = table.groupby("epoch").cumcount() / table.groupby("epoch")[loss].transform("size")
        panel.plot(table["epoch"] - 0.5 + within, table[loss], color="#C7DCEA", linewidth=0.7)
    panel.plot(by_epoch.index, by_epoch.to_numpy(), color="#0072B2", marker="o" if len(by_epoch) < 30 else None, markersize=2)
    last = (by_epoch.index[-1], by_epoch.iloc[-1])
    panel.annotate(f"{last[1]:.3g}", last, xytext=(4, 0), textcoords="offset points", va="center", annotation_clip=False)
    panel.set_title(readable(loss.removeprefix(f"{LOSS}_")).replace("2d", "2D"))
    panel.set_ylim(0, 1.12 * table[loss].max())
    panel.set_xlabel("epoch")
    panel.grid(axis="y")
