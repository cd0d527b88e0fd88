"""Which clips to label next: those about which the labels so far say least.

Legend: N clips, F features.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from runform.fewshot.models import LINEAR_SVM, Block, ScaledBlocks, make_classifier

FEWEST_A_CLASS = 2
LEAST_SURE, MOST_DIFFERENT, AS_LISTED = "least sure", "most different", "as listed"


def label_order(
    clips: Sequence[str],
    embeddings: Mapping[str, np.ndarray],
    labels: Mapping[str, Mapping[str, bool]],
) -> tuple[list[str], str]:
    """All `clips`, the one to label next first, and by what: LEAST_SURE, MOST_DIFFERENT or
    AS_LISTED, without any embedding.

    First the clips without a label, nearest to the boundary between yes and no (uncertainty
    sampling, Lewis and Gale 1994); with too few labels for a boundary, the clip least like those
    before it (Gonzalez 1985). Then clips without an embedding, then those that have all labels.

    embeddings: clip -> (F,).  labels: deficiency -> clip -> yes or no.
    """
    complete = [clip for clip in clips if labels and all(clip in of for of in labels.values())]
    done = set(complete)
    open_clips = [clip for clip in clips if clip not in done]
    embedded = [clip for clip in open_clips if clip in embeddings]
    blind = [clip for clip in open_clips if clip not in embeddings]
    distances = [_distances(embedded, embeddings, of_clips) for of_clips in labels.values()]
    distances = [of_one for of_one in distances if of_one]
    if distances:
        return _by_distances(embedded, distances) + blind + complete, LEAST_SURE
    labelled = [clip for clip in complete if clip in embeddings]
    how = MOST_DIFFERENT if embedded else AS_LISTED
    return _spread(embedded, labelled, embeddings) + blind + complete, how


def _distances(
    clips: Sequence[str], embeddings: Mapping[str, np.ndarray], labels: Mapping[str, bool]
) -> dict[str, float]:
    """Clip without a label -> its distance from the boundary, over their median; {} without one."""
    taught = [clip for clip in labels if clip in embeddings]
    y = np.array([labels[clip] for clip in taught], bool)
    asked = [clip for clip in clips if clip not in labels]
    if not asked or min(int(y.sum()), int((~y).sum())) < FEWEST_A_CLASS:
        return {}
    X = np.stack([embeddings[clip] for clip in [*taught, *asked]]).astype(float)
    X = ScaledBlocks((Block(0, X.shape[1], each=False),)).fit(X[: len(taught)]).transform(X)
    model = make_classifier(LINEAR_SVM, len(taught), X.shape[1]).fit(X[: len(taught)], y)
    distance = np.abs(model.decision_function(X[len(taught) :]))
    usual = float(np.median(distance)) or 1.0
    return {clip: float(far) / usual for clip, far in zip(asked, distance, strict=True)}


def _by_distances(clips: Sequence[str], distances: Sequence[Mapping[str, float]]) -> list[str]:
    """Smallest mean distance from the boundaries first; clips that no boundary judges last."""

    def distance(clip: str) -> float:
        judged = [of_one[clip] for of_one in distances if clip in of_one]
        return float(np.mean(judged)) if judged else np.inf

    return sorted(clips, key=distance)


def _spread(
    clips: Sequence[str], before: Sequence[str], embeddings: Mapping[str, np.ndarray]
) -> list[str]:
    """Each next clip is the one furthest from all `before` and all chosen; the first of them is the
    one nearest to the mean.
    """
    if not clips:
        return []
    X = np.stack([embeddings[clip] for clip in clips]).astype(float)
    if before:
        first = np.stack([embeddings[clip] for clip in before]).astype(float)
        away = np.min([np.linalg.norm(X - row, axis=1) for row in first], axis=0)
    else:
        away = -np.linalg.norm(X - X.mean(axis=0), axis=1)
    order: list[int] = []
    left = np.ones(len(X), bool)
    while left.any():
        row = int(np.argmax(np.where(left, away, -np.inf)))
        step = np.linalg.norm(X - X[row], axis=1)
        away = step if not order and not before else np.minimum(away, step)
        order.append(row)
        left[row] = False
    return [clips[row] for row in order]
