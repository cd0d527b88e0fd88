"""The map of embeddings: t-SNE, seeded, with the numbers that say how far the map can be believed.

t-SNE flatters: it draws clusters from noise too. So the figure prints its trustworthiness (Venna and Kaski 2001) and how often
a clip's nearest neighbours share its label, in the embedding itself and on the map, beside what chance would give.
Legend: N clips, D embedding numbers.
"""

import logging
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from runform.present.style import COLUMN_IN, INK, NO, PAGE_IN, UNLABELLED, YES, message_figure, new_figure, note, save_figure
from runform.present.tables import readable

MARKERS = {"corpus": "o", "labelled": "D", "test": "s", "professional": "^"}
MINIMUM_CLIPS = 5


@dataclass(frozen=True)
class TsneSettings:
    """perplexity: effective number of neighbours (the seed study's 5).  seed: of the layout.  neighbours: k of the agreement."""

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
    """Mean share of each row's nearest `neighbours` rows (Euclidean, itself left out) that carry its label; NaN if too few.

    X (N, D), labels (N,) bool.
    """
    if len(X) <= neighbours:
        return float("nan")
    nearest = NearestNeighbors(n_neighbors=neighbours).fit(X).kneighbors(return_distance=False)
    return float(np.mean(labels[nearest] == labels[:, None]))


def chance_agreement(labels: np.ndarray) -> float:
    """What `label_agreement` expects of labels dealt at random: a random other row carries the same label."""
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
    with new_figure(rows, columns, width_in=width_in, height_in=(panel_in + 0.12) * rows + 0.4, squeeze=False) as (figure, axes):
        for panel in axes.flat[len(names) :]:
            panel.axis("off")
        for panel, name in zip(axes.flat, names, strict=False):
            _draw(panel, place, clips, labels.get(name, {}), sets)
            panel.set_title(readable(name))
            line = _agreement_line(X, place, clips, labels.get(name, {}), settings)
            panel.set_xlabel(line, fontsize=6.5, loc="left", linespacing=1.3)
        _legend(figure, sets, clips)
        perplexity = min(settings.perplexity, (len(X) - 1) / 3)
        note(figure, f"{len(X)} clips · perplexity {perplexity:.3g} · seed {settings.seed} · trustworthiness {trust:.2f}")
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
            rows = [row for row, clip in enumerate(clips) if sets[clip] == kind and labels.get(clip) is value]
            if rows:
                face = "none" if value is False else colour
                size = 12 if value is None else 22
                panel.scatter(*place[rows].T, s=size, marker=marker, facecolor=face, edgecolor=colour, linewidth=1.0)
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
        *(Line2D([], [], marker=MARKERS[kind], color=INK, markerfacecolor="none", label=kind, **dots) for kind in used),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=6 if figure.get_figwidth() > COLUMN_IN else 3)
