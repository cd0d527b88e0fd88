"""The map of embeddings: t-SNE, seeded, with the numbers that say how far the map can be believed.

t-SNE flatters: it draws clusters from noise too. So the figure prints its trustworthiness (Venna
and Kaski 2001) and how often a clip's nearest neighbours share its label, in the embedding itself
and on the map, beside what chance would give.
Legend: N clips, D embedding numbers.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from runform.present.figure_style import (
    BASELINE,
    COLUMN_IN,
    HIGHLIGHT,
    INK,
    NO,
    PAGE_IN,
    PLAIN,
    UNLABELLED,
    YES,
    message_figure,
    new_figure,
    note,
    save_figure,
)
from runform.present.words import readable

MARKERS = {"corpus": "o", "labelled": "D", "test": "s", "professional": "^"}
MINIMUM_CLIPS = 5


@dataclass(frozen=True)
class TsneSettings:
    """perplexity: effective number of neighbours (the seed study's 5).  seed: of the layout.
    neighbours: k of the agreement.
    """

    perplexity: float = 5.0
    seed: int = 0
    neighbours: int = 3


def layout(X: np.ndarray, settings: TsneSettings) -> np.ndarray:
    """(N, 2) map of X (N, D). The exact method on one thread: the same map on any number of cores."""
    perplexity = min(settings.perplexity, (len(X) - 1) / 3)
    tsne = TSNE(perplexity=perplexity, random_state=settings.seed, init="pca", method="exact")
    with threadpool_limits(1):
        return tsne.fit_transform(X.astype(np.float64))


def label_agreement(X: np.ndarray, labels: np.ndarray, neighbours: int) -> float:
    """Mean share of each row's nearest `neighbours` rows (Euclidean, itself left out) that carry
    its label; NaN if too few.

    X (N, D), labels (N,) bool.
    """
    if len(X) <= neighbours:
        return float("nan")
    nearest = NearestNeighbors(n_neighbors=neighbours).fit(X).kneighbors(return_distance=False)
    return float(np.mean(labels[nearest] == labels[:, None]))


def chance_agreement(labels: np.ndarray) -> float:
    """What `label_agreement` expects of labels dealt at random: a random other row carries the same
    label.
    """
    n, yes = len(labels), int(np.sum(labels))
    return (yes * (yes - 1) + (n - yes) * (n - yes - 1)) / (n * (n - 1)) if n > 1 else float("nan")


def plot_tsne(clips, X, labels, sets, settings: TsneSettings, png, pdf) -> None:
    """Draw the map once per deficiency that has labels: label by colour, set by marker.

    clips: N ids.  X: (N, D) embeddings, NaN rows where a clip is unavailable.
    labels: deficiency -> {clip: True or False}.  sets: clip -> one of `MARKERS`.
    """
    known = [row for row, clip in enumerate(clips) if np.isfinite(X[row]).all() and clip in sets]
    if len(known) < MINIMUM_CLIPS:
        message_figure(f"{len(known)} clips have an embedding: too few for a t-SNE map", png, pdf)
        return
    clips, X = [clips[row] for row in known], X[known]
    place = layout(X, settings)
    trust = trustworthiness(X, place, n_neighbors=min(5, (len(X) - 1) // 2))
    names = [name for name in labels if any(clip in labels[name] for clip in clips)] or [""]
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    width_in = COLUMN_IN if columns == 1 else PAGE_IN
    panel_in = width_in / columns * (0.88 if columns == 1 else 1)
    with new_figure(
        rows, columns, width_in=width_in, height_in=(panel_in + 0.12) * rows + 0.4, squeeze=False
    ) as (figure, axes):
        for panel in axes.flat[len(names) :]:
            panel.axis("off")
        for panel, name in zip(axes.flat, names, strict=False):
            _draw(panel, place, clips, labels.get(name, {}), sets)
            panel.set_title(readable(name))
            line = _agreement_line(X, place, clips, labels.get(name, {}), settings)
            panel.set_xlabel(line, fontsize=6.5, loc="left", linespacing=1.3)
        _legend(figure, sets, clips)
        perplexity = min(settings.perplexity, (len(X) - 1) / 3)
        note(
            figure,
            f"{len(X)} clips · perplexity {perplexity:.3g} · seed {settings.seed} · trustworthiness {trust:.2f}",
        )
        save_figure(figure, png, pdf)


def _agreement_line(X, place, clips, labels, settings) -> str:
    rows = [row for row, clip in enumerate(clips) if clip in labels]
    if not rows:
        return ""
    classes = np.array([labels[clips[row]] for row in rows])
    if classes.all() or not classes.any():
        return f"all {len(rows)} labelled clips are {'yes' if classes[0] else 'no'}: no agreement to measure"
    k = settings.neighbours
    inside, on_map = label_agreement(X[rows], classes, k), label_agreement(place[rows], classes, k)
    chance = chance_agreement(classes)
    if len(rows) <= k:
        return ""
    line = f"{k} nearest share the label:\nembedding {100 * inside:.0f} % · map {100 * on_map:.0f} % · chance {100 * chance:.0f} %"
    logging.info("t-SNE of %d labelled clips: %s", len(rows), line.replace("\n", " "))
    return line


def _draw(panel, place, clips, labels, sets) -> None:
    for kind, marker in MARKERS.items():
        for value, colour in ((None, UNLABELLED), (False, NO), (True, YES)):
            rows = [
                row
                for row, clip in enumerate(clips)
                if sets[clip] == kind and labels.get(clip) is value
            ]
            if rows:
                face = "none" if value is False else colour
                size = 12 if value is None else 22
                panel.scatter(
                    *place[rows].T,
                    s=size,
                    marker=marker,
                    facecolor=face,
                    edgecolor=colour,
                    linewidth=1.0,
                )
    panel.set(xticks=[], yticks=[], aspect="equal")
    panel.set_adjustable("datalim")
    for spine in panel.spines.values():
        spine.set(visible=True, color="#CCCCCC")


def _legend(figure, sets, clips) -> None:
    used = [kind for kind in MARKERS if kind in {sets[clip] for clip in clips}]
    dots = {"linestyle": "none", "markersize": 4.5}
    handles = [
        Line2D([], [], marker="s", color=YES, label="yes", **dots),
        Line2D([], [], marker="s", color=NO, markerfacecolor="none", label="no", **dots),
        Line2D([], [], marker="s", color=UNLABELLED, label="not labelled", **dots),
        *(
            Line2D(
                [], [], marker=MARKERS[kind], color=INK, markerfacecolor="none", label=kind, **dots
            )
            for kind in used
        ),
    ]
    figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=6 if figure.get_figwidth() > COLUMN_IN else 3,
    )


# How alike a runner moves to each professional: cosine similarities as the seed study drew them,
# and as ranks in the corpus.


def plot_professionals(professionals_csv: str | Path, png: str | Path, pdf: str | Path) -> None:
    """Left, the seed study's bars of `similarity`, most alike on top; right, how each professional
    ranks within the corpus.

    professionals_csv: what `fewshot.professionals.compare_professionals` writes; rows without a
    similarity are left out.
    """
    table = pd.read_csv(professionals_csv)
    chosen = str(table["clip"].iloc[0]) if len(table) and pd.notna(table["clip"].iloc[0]) else ""
    known = table[table["similarity"].notna()].sort_values(
        ["similarity", "professional"], ascending=[True, False]
    )
    if known.empty:
        reason = table["note"].dropna()
        message_figure(
            reason.iloc[0] if len(reason) else "no professional clip has an embedding", png, pdf
        )
        return
    height_in = 0.155 * len(known) + 0.85
    with new_figure(
        1, 2, height_in=height_in, width_in=PAGE_IN, sharey=True, width_ratios=[1.25, 1]
    ) as (figure, axes):
        _draw_similarities(axes[0], known)
        _draw_percentiles(axes[1], known)
        missing = len(table) - len(known)
        left_out = f" · {missing} professionals unavailable" if missing else ""
        note(figure, f"compared clip: {chosen} · {len(known)} professional clips{left_out}")
        save_figure(figure, png, pdf)


def _draw_similarities(axes, table: pd.DataFrame) -> None:
    colours = [PLAIN] * (len(table) - 1) + [HIGHLIGHT]
    bars = axes.barh(table["professional"], table["similarity"], color=colours, height=0.72)
    axes.bar_label(bars, [f"{value:.3f}" for value in table["similarity"]], padding=2, fontsize=6.5)
    axes.set(
        xlabel="cosine similarity of embeddings",
        xlim=(min(0, 1.2 * table["similarity"].min()), 1.16),
    )
    axes.set_title("as the seed study drew it")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.margins(y=0.01)


def _draw_percentiles(axes, table: pd.DataFrame) -> None:
    share, n = 100 * table["corpus_percentile"], table["n_corpus"].max()
    axes.set_title("against the corpus, its mean taken off")
    if share.isna().all():
        axes.text(
            0.5,
            0.5,
            "no corpus clip to rank against",
            transform=axes.transAxes,
            ha="center",
            color=BASELINE,
        )
        return
    best = share == share.max()
    axes.hlines(table["professional"], 50, share, color=PLAIN, linewidth=1)
    axes.scatter(
        share,
        table["professional"],
        s=16,
        color=[HIGHLIGHT if top else PLAIN for top in best],
        zorder=3,
    )
    axes.axvline(50, color=BASELINE, linewidth=0.8)
    axes.set(xlabel=f"more alike than this share of {n:.0f} corpus clips (%)", xlim=(-3, 103))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


# Training curves of the encoder: each loss against the step, so one sees whether it learned and
# whether it had converged.


LOSS = "loss"


def plot_training(training_csv: str | Path, png: str | Path, pdf: str | Path) -> None:
    """One panel per loss column of `training_csv` (epoch, step, loss…), faint by step and dark by
    epoch.
    """
    table = pd.read_csv(training_csv)
    losses = [name for name in table.columns if name.startswith(LOSS) and table[name].notna().any()]
    losses = losses[1:] if len(losses) == 2 else losses  # the sum of one loss is that loss
    if not losses or table.empty:
        message_figure("the encoder was not trained in this run", png, pdf)
        return
    columns = min(3, len(losses))
    rows = -(-len(losses) // columns)
    with new_figure(
        rows,
        columns,
        width_in=COLUMN_IN if columns == 1 else PAGE_IN,
        height_in=1.8 * rows + 0.35,
        squeeze=False,
    ) as (figure, axes):
        for panel in axes.flat[len(losses) :]:
            panel.axis("off")
        for panel, loss in zip(axes.flat, losses, strict=False):
            _draw_losses(panel, table.dropna(subset=[loss]), loss)
        note(
            figure,
            f"{table['epoch'].nunique()} epochs, {len(table)} records; losses are means over frames and joints",
        )
        save_figure(figure, png, pdf)


def _draw_losses(panel, table: pd.DataFrame, loss: str) -> None:
    by_epoch = table.groupby("epoch")[loss].mean()
    if len(table) > len(by_epoch):
        within = table.groupby("epoch").cumcount() / table.groupby("epoch")[loss].transform("size")
        panel.plot(table["epoch"] - 0.5 + within, table[loss], color="#C7DCEA", linewidth=0.7)
    panel.plot(
        by_epoch.index,
        by_epoch.to_numpy(),
        color="#0072B2",
        marker="o" if len(by_epoch) < 30 else None,
        markersize=2,
    )
    last = (by_epoch.index[-1], by_epoch.iloc[-1])
    panel.annotate(
        f"{last[1]:.3g}",
        last,
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        annotation_clip=False,
    )
    panel.set_title(readable(loss.removeprefix(f"{LOSS}_")).replace("2d", "2D"))
    panel.set_ylim(0, 1.12 * table[loss].max())
    panel.set_xlabel("epoch")
    panel.grid(axis="y")
