"""Figures of the encoder: t-SNE map, similarity to professionals, training losses.

Legend: N clips, D numbers of an embedding.
"""

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from runform.fewshot import embedding_map
from runform.fewshot.embedding_map import TsneSettings
from runform.fewshot.labelled import EMBEDDING, SPACES, clip_vectors
from runform.present.figure_style import (
    COLUMN_IN,
    FAINT,
    INK,
    NO,
    PAGE_IN,
    SERIES,
    SERIES_FAINT,
    UNLABELLED,
    YES,
    Style,
    message_figure,
    new_figure,
    new_panels,
    note,
    save_figure,
)
from runform.present.figures import Inputs
from runform.present.words import read_frame, readable

MARKERS = {"corpus": "o", "labelled": "D", "test": "s", "professional": "^"}
MINIMUM_CLIPS = 5
LOSS = "loss"


def plot_tsne(
    inputs: Inputs,
    png: str | Path,
    pdf: str | Path,
    *,
    labels: Mapping[str, Mapping[str, bool]],
    sets: Mapping[str, str],
    tsne: Mapping,
    space: str,
) -> None:
    """The t-SNE map, one panel per labelled deficiency: label by colour, set by marker.

    inputs: `embeddings`, of `embed_clips`, and `readings`, of `fit_readings`.  labels: deficiency
    -> clip -> whether it shows it.  sets: clip -> one of `MARKERS`.  tsne: fields of
    `TsneSettings`.  space: the one of `SPACES` that is drawn; both agreements are printed.
    """
    files = inputs["embeddings"], inputs["readings"]
    vectors = {name: clip_vectors(name, *files) for name in SPACES}
    clips = [clip for clip in vectors[space] if clip in sets]
    if len(clips) < MINIMUM_CLIPS:
        message_figure(f"{len(clips)} clips have an embedding: too few for a t-SNE map", png, pdf)
        return
    settings = TsneSettings(**tsne)
    spaces = {name: np.stack([of[clip] for clip in clips]) for name, of in vectors.items()}
    X = spaces[space]
    xy = embedding_map.tsne_map(X, settings)
    shown = {name: of for name, of in labels.items() if any(clip in of for clip in clips)}
    shown = shown or {"": {}}
    size: Style = {"row_in": 2.5, "margin_in": 0.55}
    with new_panels([*map(readable, shown)], **size) as (figure, panels):
        for panel, of_clip in zip(panels, shown.values(), strict=True):
            _draw_map(panel, xy, clips, of_clip, sets)
            line = _agreement_line(spaces, xy, clips, of_clip, settings.neighbours)
            panel.set_xlabel(line, fontsize=6.5, loc="left", linespacing=1.3)
        _legend(figure, [kind for kind in MARKERS if kind in {sets[clip] for clip in clips}])
        perplexity = embedding_map.perplexity_of(len(X), settings)
        words = f"{len(X)} clips by {SPACES[space]} · perplexity {perplexity:.3g}"
        words += f" · seed {settings.seed}"
        trust = embedding_map.map_trustworthiness(X, xy)
        note(figure, f"{words} · trustworthiness {trust:.2f}")
        save_figure(figure, png, pdf)


def _agreement_line(
    spaces: Mapping[str, np.ndarray],
    xy: np.ndarray,
    clips: list[str],
    labels: Mapping[str, bool],
    neighbours: int,
) -> str:
    """Share of neighbours with the same label: in each space, on the map and by chance."""
    rows = [row for row, clip in enumerate(clips) if clip in labels]
    if not rows:
        return ""
    classes = np.array([labels[clips[row]] for row in rows])
    shares = {
        SPACES[name]: embedding_map.agreement(X[rows], xy[rows], classes, neighbours)
        for name, X in spaces.items()
    }
    one = next(iter(shares.values()))
    if one is None:
        one_class = classes.all() or not classes.any()
        word = "yes" if classes[0] else "no"
        return f"all {len(rows)} labelled clips are {word}" if one_class else ""
    line = (
        f"{neighbours} nearest with the same label:\n"
        + " · ".join(f"{name} {100 * of.embedding:.0f} %" for name, of in shares.items() if of)
        + f"\nmap {100 * one.on_map:.0f} % · chance {100 * one.chance:.0f} %"
    )
    logging.info("t-SNE of %d labelled clips: %s", len(rows), line.replace("\n", " "))
    return line


def _draw_map(
    panel: Axes, xy: np.ndarray, clips: list[str], labels: Mapping[str, bool], sets
) -> None:
    for kind, marker in MARKERS.items():
        for value, colour in ((None, UNLABELLED), (False, NO), (True, YES)):
            rows = [
                row
                for row, clip in enumerate(clips)
                if sets[clip] == kind and labels.get(clip) is value
            ]
            dot: Style = {"marker": marker, "s": 12 if value is None else 22, "linewidth": 1.0}
            face = "none" if value is False else colour
            x, y = xy[rows].T
            panel.scatter(x, y, facecolor=face, edgecolor=colour, **dot)
    panel.set(xticks=[], yticks=[], aspect="equal")
    panel.set_adjustable("datalim")
    for spine in panel.spines.values():
        spine.set(visible=True, color="#CCCCCC")


def _legend(figure: Figure, kinds: list[str]) -> None:
    dots: Style = {"linestyle": "none", "markersize": 4.5}
    hollow: Style = {"markerfacecolor": "none"} | dots
    handles = [
        Line2D([], [], marker="s", color=YES, label="yes", **dots),
        Line2D([], [], marker="s", color=NO, label="no", **hollow),
        Line2D([], [], marker="s", color=UNLABELLED, label="not labelled", **dots),
        *(Line2D([], [], marker=MARKERS[kind], color=INK, label=kind, **hollow) for kind in kinds),
    ]
    columns = 6 if figure.get_figwidth() > COLUMN_IN else 3
    figure.legend(handles=handles, loc="outside upper left", ncols=columns)


def plot_professionals(inputs: Inputs, png: str | Path, pdf: str | Path) -> None:
    """Left, the published study's bars of similarity; right, each professional's corpus percentile.

    inputs: `professionals`, of `compare_professionals`; rows without a similarity are left out.
    """
    table = read_frame(inputs["professionals"])
    compared = table[table["similarity"].notna()]
    if compared.empty:
        reasons = table["note"].dropna()
        reason = reasons.iloc[0] if len(reasons) else "no professional clip has an embedding"
        message_figure(reason, png, pdf)
        return
    order = ["similarity", "professional"]
    compared = compared.sort_values(order, ascending=[True, False])
    size: Style = {"width_in": PAGE_IN, "height_in": 0.155 * len(compared) + 0.85}
    with new_figure(1, 2, **size, sharey=True, width_ratios=[1.25, 1]) as (figure, axes):
        _draw_similarities(axes[0], compared)
        _draw_percentiles(axes[1], compared)
        for panel in axes:
            panel.tick_params(axis="y", length=0)
            panel.spines["left"].set_visible(False)
        missing = len(table) - len(compared)
        left_out = f" · {missing} professionals unavailable" if missing else ""
        clip = compared["clip"].iloc[0]
        note(figure, f"compared clip: {clip} · {len(compared)} professional clips{left_out}")
        save_figure(figure, png, pdf)


def _draw_similarities(axes: Axes, table: pd.DataFrame) -> None:
    colours = [SERIES_FAINT] * (len(table) - 1) + [SERIES]
    bars = axes.barh(table["professional"], table["similarity"], color=colours, height=0.72)
    axes.bar_label(bars, [f"{value:.3f}" for value in table["similarity"]], padding=2, fontsize=6.5)
    # Room for the number beside a bar that points left.
    least = table["similarity"].min()
    lowest = least - 0.16 if least < 0 else 0
    space = table["space"].iloc[0]
    axes.set(xlabel=f"cosine similarity by {space}", xlim=(lowest, 1.16))
    axes.set_title("as in the published study" if space == SPACES[EMBEDDING] else space)
    axes.margins(y=0.01)


def _draw_percentiles(axes: Axes, table: pd.DataFrame) -> None:
    share, n = 100 * table["corpus_percentile"], table["n_corpus"].max()
    axes.set_title("compared with the corpus")
    if share.isna().all():
        centred: Style = {"transform": axes.transAxes, "ha": "center", "color": FAINT}
        axes.text(0.5, 0.5, "no corpus clip to compare with", **centred)
        return
    colours = [SERIES if best else SERIES_FAINT for best in share == share.max()]
    axes.hlines(table["professional"], 50, share, color=SERIES_FAINT, linewidth=1)
    axes.scatter(share, table["professional"], s=16, color=colours, zorder=3)
    axes.axvline(50, color=FAINT, linewidth=0.8)
    axes.set(xlabel=f"more similar than this share of {n:.0f} corpus clips (%)", xlim=(-3, 103))


def plot_training(inputs: Inputs, png: str | Path, pdf: str | Path) -> None:
    """One panel per loss: faint by step, dark by epoch.

    inputs: `training`, a CSV with columns epoch, step and losses, the first being their sum.
    """
    table = read_frame(inputs["training"])
    losses = [name for name in table.columns if name.startswith(LOSS) and table[name].notna().any()]
    losses = losses[1:] if len(losses) == 2 else losses  # the sum of one loss is that loss
    if not losses:
        message_figure("the encoder was not trained in this run", png, pdf)
        return
    titles = [readable(name.removeprefix(f"{LOSS}_")).replace("2d", "2D") for name in losses]
    with new_panels(titles, row_in=1.8, margin_in=0.35) as (figure, panels):
        for panel, loss in zip(panels, losses, strict=True):
            _draw_loss(panel, table.dropna(subset=[loss]), loss)
        epochs = f"{table['epoch'].nunique()} epochs, {len(table)} records"
        note(figure, f"{epochs}; losses are means over frames and joints")
        save_figure(figure, png, pdf)


def _draw_loss(panel: Axes, table: pd.DataFrame, loss: str) -> None:
    by_epoch = table.groupby("epoch")[loss].mean()
    if len(table) > len(by_epoch):
        within = table.groupby("epoch").cumcount() / table.groupby("epoch")[loss].transform("size")
        panel.plot(table["epoch"] - 0.5 + within, table[loss], color=SERIES_FAINT, linewidth=0.7)
    dot: Style = {"marker": "o" if len(by_epoch) < 30 else None, "markersize": 2}
    panel.plot(by_epoch.index, by_epoch.to_numpy(), color=SERIES, **dot)
    last = (by_epoch.index[-1], by_epoch.iloc[-1])
    beside: Style = {"xytext": (4, 0), "textcoords": "offset points", "annotation_clip": False}
    panel.annotate(f"{last[1]:.3g}", last, va="center", **beside)
    panel.set_ylim(0, 1.12 * table[loss].max())
    panel.set_xlabel("epoch")
    panel.locator_params(axis="x", integer=True)
    panel.grid(axis="y")
