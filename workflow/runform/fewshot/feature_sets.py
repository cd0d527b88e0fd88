"""The feature sets of the few-shot study: what a classifier sees of a clip.

Baselines that know nothing of form, the reference limit alone, gait metrics, embeddings, and gait
and encoder together.

Legend: N clips, F features.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from runform.fewshot.features import (
    brightness_of,
    curve_table,
    facing_of,
    load_poolings,
    mean_and_spread,
    metric_table,
    nuisance,
    past_limit,
)
from runform.fewshot.models import BEST, DENSE_CLASSIFIERS, LOGISTIC, THRESHOLD, Block, compact
from runform.fewshot.selection import Pooling
from runform.sequence import PoseSequence

MAJORITY, NUISANCE, POSE, RULE, GAIT = "majority", "nuisance", "pose_mean_spread", "rule", "gait"
MAIN_ENCODER, GAIT_AND_ENCODER = "encoder", "gait_and_encoder"


@dataclass(frozen=True)
class FeatureSet:
    """Features of N clips and the poolings to choose among.

    X: (N, F), NaN where missing.  poolings: the first is also that of the published protocol.
    missing: (N,) True where a clip has no feature at all; its gaps are filled inside the folds.
    members: the poolings of each classifier of a `LateFusion`; empty for a single classifier.
    trained: False for a rule that learns nothing from labels.
    """

    name: str
    X: np.ndarray
    poolings: tuple[Pooling, ...]
    missing: np.ndarray
    members: tuple[tuple[Pooling, ...], ...] = ()
    trained: bool = True

    @property
    def untrained(self) -> "FeatureSet | None":
        """The same features read by what needs no example; None where there is no such thing."""
        pooling = self.poolings[0].untrained
        members = tuple(part[0].untrained for part in self.members)
        if (pooling is None and not self.members) or None in members:
            return None
        kept = () if pooling is None else (pooling,)
        return replace(self, poolings=kept, members=tuple((one,) for one in members if one))

    @property
    def blocks(self) -> list[Block]:
        """Every block that some pooling reads."""
        return [
            block
            for poolings in (self.poolings, *self.members)
            for pooling in poolings
            for block in pooling.blocks
        ]

    @property
    def first(self) -> np.ndarray:
        """(N, F') columns of the first pooling."""
        blocks = self.poolings[0].blocks
        return np.concatenate([self.X[:, block.start : block.stop] for block in blocks], axis=1)


@dataclass(frozen=True)
class Clips:
    """N clips in order: ids, pose sequences, gait (None where there is none), video files."""

    ids: Sequence[str]
    poses: Sequence[PoseSequence]
    gaits: Sequence[dict | None]
    videos: Sequence[str | Path]


def make_feature_set(
    name: str, parts: dict[str, np.ndarray], classifiers: Sequence[str], **block
) -> FeatureSet:
    """A feature set whose poolings are arrays (N, F) side by side in X."""
    edges = np.cumsum([0, *(part.shape[1] for part in parts.values())])
    spans = pairwise(edges)
    poolings = tuple(
        Pooling(pooling, (Block(int(start), int(stop), **block),), tuple(classifiers))
        for pooling, (start, stop) in zip(parts, spans, strict=True)
    )
    X = np.concatenate(list(parts.values()), axis=1)
    return FeatureSet(name, X, poolings, np.isnan(X).all(axis=1))


def majority_features(clips: Clips) -> FeatureSet:
    """One constant column: all that a classifier can learn is how often each label occurs."""
    constant = np.zeros((len(clips.ids), 1))
    return make_feature_set(MAJORITY, {"none": constant}, DENSE_CLASSIFIERS[:1])


def nuisance_features(clips: Clips) -> FeatureSet:
    """Framing, figure size, clip length and light: what must not predict the label.

    The light is left out where clips have no video.
    """
    filmed = all(clips.videos)
    rows = [
        nuisance(pose, *(brightness_of(video) if filmed else ()))
        for pose, video in zip(clips.poses, clips.videos, strict=True)
    ]
    return make_feature_set(NUISANCE, {"median": np.array(rows)}, (*DENSE_CLASSIFIERS, BEST))


def pose_features(clips: Clips) -> FeatureSet:
    """Mean and spread of the root-centred 2D pose: the row every encoder has to beat."""
    rows = [
        mean_and_spread(pose, facing_of(gait))
        for pose, gait in zip(clips.poses, clips.gaits, strict=True)
    ]
    # One scale for all: joints that hardly move would be blown up each by a scale of its own.
    return make_feature_set(POSE, {"mean_spread": np.array(rows)}, DENSE_CLASSIFIERS, each=False)


def encoder_features(
    name: str, embeddings_npz: str | Path, clips: Clips, bins: int, window_s: float
) -> FeatureSet | None:
    """Embeddings of an encoder in all poolings that its file allows; None without these clips."""
    gaits = dict(zip(clips.ids, clips.gaits, strict=True))
    parts = load_poolings(embeddings_npz, clips.ids, gaits, bins, window_s)
    return make_feature_set(name, parts, DENSE_CLASSIFIERS, each=False) if parts else None


def take(feature_set: FeatureSet, rows: np.ndarray) -> FeatureSet:
    """The feature set of some clips, its wide blocks of one scale in as many coordinates as clips.

    That changes no inner product between clips, hence no prediction of the classifiers here, and it
    makes thousands of fits on thousands of features affordable.
    """
    X, missing = feature_set.X[rows], feature_set.missing[rows]
    rotated: dict[tuple[int, int], np.ndarray] = {}
    for block in feature_set.blocks:
        part = X[:, block.start : block.stop]
        gaps = np.isnan(part)
        # `compact` would lose the rest of a row with some gaps
        whole = (gaps.all(axis=1) | ~gaps.any(axis=1)).all()
        rotated[block.start, block.stop] = compact(part) if block.rotatable and whole else part
    edges = pairwise(np.cumsum([0, *(part.shape[1] for part in rotated.values())]).tolist())
    columns = dict(zip(rotated, edges, strict=True))

    def relocated(poolings: tuple[Pooling, ...]) -> tuple[Pooling, ...]:
        return with_columns(poolings, lambda start, stop: columns[start, stop])

    return replace(
        feature_set,
        X=np.concatenate(list(rotated.values()), axis=1),
        poolings=relocated(feature_set.poolings),
        missing=missing,
        members=tuple(map(relocated, feature_set.members)),
    )


def with_columns(
    poolings: tuple[Pooling, ...], columns: Callable[[int, int], tuple[int, int]]
) -> tuple[Pooling, ...]:
    """The same poolings where each block start..stop lies at `columns(start, stop)`."""

    def relocated(block: Block) -> Block:
        start, stop = columns(block.start, block.stop)
        return replace(block, start=start, stop=stop)

    return tuple(replace(one, blocks=tuple(map(relocated, one.blocks))) for one in poolings)


def rule_features(clips: Clips, deficiency: str) -> FeatureSet | None:
    """The verdict of the config's limits, without training. None when no clip shows the metric.

    Yes begins half way between `watch` and `flag`; a clip without the metric is a no.
    """
    past = past_limit(list(clips.gaits), deficiency)
    if not np.isfinite(past).any():
        return None
    feature_set = make_feature_set(RULE, {"limit": past[:, None]}, (THRESHOLD,), fixed=True)
    return replace(feature_set, trained=False)


def gait_features(clips: Clips, deficiency: str) -> FeatureSet | None:
    """Gait metrics for one deficiency. None when nothing was measured.

    Poolings, the simplest first: the deficiency's own metric less its limit; the same with a limit
    that the examples move; all metrics; these with asymmetry and spread over steps; these with
    joint-angle curves.
    """
    names, table = metric_table(list(clips.gaits))
    if not names or not np.isfinite(table["value"]).any():
        return None
    parts = {
        "values": table["value"],
        "values_sides": np.concatenate([table["value"], table["asymmetry"], table["sd"]], axis=1),
        "values_curves": np.concatenate([table["value"], curve_table(list(clips.gaits))], axis=1),
    }
    all_metrics = make_feature_set(GAIT, parts, (*DENSE_CLASSIFIERS, BEST), mark_missing=True)
    past = past_limit(list(clips.gaits), deficiency)
    if not np.isfinite(past).any():
        return all_metrics
    limit = make_feature_set(GAIT, {"own_metric": past[:, None]}, (THRESHOLD,), fixed=True)
    moved_limit = replace(limit.poolings[0], name="own_metric_moved", classifiers=(LOGISTIC,))
    return side_by_side(replace(limit, poolings=(*limit.poolings, moved_limit)), all_metrics)


def side_by_side(first: FeatureSet, second: FeatureSet) -> FeatureSet:
    """A feature set with the poolings of both; a clip is missing where it is in both."""
    poolings = first.poolings + moved(second.poolings, first.X.shape[1])
    X = np.concatenate([first.X, second.X], axis=1)
    return replace(first, X=X, poolings=poolings, missing=first.missing & second.missing)


def moved(poolings: tuple[Pooling, ...], shift: int) -> tuple[Pooling, ...]:
    """The same poolings of columns that lie `shift` further right."""
    return with_columns(poolings, lambda start, stop: (start + shift, stop + shift))


def fused_features(gait: FeatureSet, encoder: FeatureSet) -> FeatureSet:
    """Gait and encoder, each with its own classifier, whose calibrated predictions are added.

    For encoders without readings. In one long vector a dozen gait metrics would drown among
    thousands of embedding numbers. For the published protocol each pooling is still one vector of
    both.
    """
    of_encoder = moved(encoder.poolings, gait.X.shape[1])
    poolings = tuple(
        Pooling(one.name, gait.poolings[0].blocks + one.blocks, DENSE_CLASSIFIERS)
        for one in of_encoder
    )
    X = np.concatenate([gait.X, encoder.X], axis=1)
    members, missing = (gait.poolings, of_encoder), gait.missing | encoder.missing
    return FeatureSet(GAIT_AND_ENCODER, X, poolings, missing, members)
