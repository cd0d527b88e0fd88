"""t-SNE map of the embeddings, and how far it agrees with the labels.

t-SNE draws clusters from noise too, so the agreement is stated for the embedding and for the map,
beside what chance gives.
Legend: N clips, D numbers of an embedding.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits


@dataclass(frozen=True)
class TsneSettings:
    """How the map is drawn and judged.

    perplexity: effective number of neighbours (5 in the published study).  seed: of the layout.
    neighbours: nearest clips whose labels are compared.
    """

    perplexity: float = 5.0
    seed: int = 0
    neighbours: int = 3


@dataclass(frozen=True)
class Agreement:
    """Share of nearest neighbours with the same label: by embedding, on the map, by chance."""

    embedding: float
    on_map: float
    chance: float


def perplexity_of(n_clips: int, settings: TsneSettings) -> float:
    """The perplexity used for this many clips."""
    return min(settings.perplexity, (n_clips - 1) / 3)


def tsne_map(X: np.ndarray, settings: TsneSettings) -> np.ndarray:
    """(N, 2) map of X (N, D). Exact, on one thread: the same map on any number of cores."""
    perplexity = perplexity_of(len(X), settings)
    tsne = TSNE(perplexity=perplexity, random_state=settings.seed, init="pca", method="exact")
    with threadpool_limits(1):
        return tsne.fit_transform(X.astype(np.float64))


def map_trustworthiness(X: np.ndarray, xy: np.ndarray) -> float:
    """Trustworthiness of the map `xy` (N, 2) of X (N, D), 0 to 1 (Venna and Kaski 2001)."""
    return float(trustworthiness(X, xy, n_neighbors=min(5, (len(X) - 1) // 2)))


def agreement(
    X: np.ndarray, xy: np.ndarray, labels: np.ndarray, neighbours: int
) -> Agreement | None:
    """How often nearest neighbours share a label; None with one class or too few clips.

    X (N, D) embeddings, xy (N, 2) their map, labels (N,) bool.
    """
    if len(X) <= neighbours or labels.all() or not labels.any():
        return None
    by_embedding, on_map = (label_agreement(points, labels, neighbours) for points in (X, xy))
    return Agreement(by_embedding, on_map, chance_agreement(labels))


def label_agreement(X: np.ndarray, labels: np.ndarray, neighbours: int) -> float:
    """Mean share of each row's nearest other rows (Euclidean) that carry its label.

    X (N, D), labels (N,) bool, N > neighbours.
    """
    nearest = NearestNeighbors(n_neighbors=neighbours).fit(X).kneighbors(return_distance=False)
    return float(np.mean(labels[nearest] == labels[:, None]))


def chance_agreement(labels: np.ndarray) -> float:
    """Probability that another row, drawn at random, carries the same label; labels (N,) bool."""
    n, yes = len(labels), int(np.sum(labels))
    return (yes * (yes - 1) + (n - yes) * (n - yes - 1)) / (n * (n - 1))
