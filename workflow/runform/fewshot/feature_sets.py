"""The feature_sets of the few-shot study: what a clip is turned into before anything is learned from
labels.

Legend: N clips, F features.
"""

from collections.abc import Sequence
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
    """Features of N clips and the ways to read them.

    X: (N, F), NaN where missing.  poolings: what may be chosen among, the first also for the seed's
    protocol.
    missing: (N,) True where a clip has no feature at all of this feature_set; its gaps are filled inside
    the folds.
    members: where several readers each choose among poolings of their own and their predictions_or_none are
    added up (`runform.fewshot.selection`); empty for one reader.
    trained: False for a rule that learns nothing from labels.
    """

    name: str
    X: np.ndarray
    poolings: tuple[Pooling, ...]
    missing: np.ndarray
    members: tuple[tuple[Pooling, ...], ...] = ()
    trained: bool = True

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
    """What is known of N clips, in order: ids, pose sequences, gait (None where there is none),
    video files.
    """

    ids: Sequence[str]
    poses: Sequence[PoseSequence]
    gaits: Sequence[dict | None]
    videos: Sequence[str | Path]


def make_feature_set(
    name: str, parts: dict[str, np.ndarray], classifiers: Sequence[str], **block
) -> FeatureSet:
    """An feature_set whose poolings are arrays (N, F) side by side in X."""
    edges = np.cumsum([0, *(part.shape[1] for part in parts.values())])
    spans = pairwise(edges)
    poolings = tuple(
        Pooling(pooling, (Block(int(start), int(stop), **block),), tuple(classifiers))
        for pooling, (start, stop) in zip(parts, spans, strict=True)
    )
    X = np.concatenate(list(parts.values()), axis=1)
    return FeatureSet(name, X, poolings, np.isnan(X).all(axis=1))


def majority_features(clips: Clips) -> FeatureSet:
    """Nothing is known but the labels of the others: one constant column."""
    return make_feature_set(
        MAJORITY, {"none": np.zeros((len(clips.ids), 1))}, DENSE_CLASSIFIERS[:1]
    )


def nuisance_features(clips: Clips) -> FeatureSet:
    """Framing, figure size, clip length and light: what must not tell the classes apart."""
    rows = [
        nuisance(pose, *brightness_of(video))
        for pose, video in zip(clips.poses, clips.videos, strict=True)
    ]
    return make_feature_set(NUISANCE, {"median": np.array(rows)}, (*DENSE_CLASSIFIERS, BEST))


def pose_features(clips: Clips) -> FeatureSet:
    """Mean and spread of the root-centred 2D pose: the row every encoder has to beat."""
    rows = [
        mean_and_spread(pose, facing_of(gait))
        for pose, gait in zip(clips.poses, clips.gaits, strict=True)
    ]
    return make_feature_set(POSE, {"mean_spread": np.array(rows)}, DENSE_CLASSIFIERS)


def encoder_features(
    name: str, embeddings_npz: str | Path, clips: Clips, bins: int, window_s: float
) -> FeatureSet | None:
    """Embeddings of an encoder in all poolings that its file allows; None when it has none of these
    clips.
    """
    gaits = dict(zip(clips.ids, clips.gaits, strict=True))
    time_s = {clip: pose.time_s for clip, pose in zip(clips.ids, clips.poses, strict=True)}
    parts = load_poolings(embeddings_npz, clips.ids, gaits, time_s, bins, window_s)
    return make_feature_set(name, parts, DENSE_CLASSIFIERS, each=False) if parts else None


def take(feature_set: FeatureSet, rows: np.ndarray) -> FeatureSet:
    """The feature_set for some of its clips, with wide blocks of one scale turned into at most as many
    coordinates as there are clips.

    The turn changes no inner product between clips, hence no answer of any classifier here (they see only
    those), and no clip's label; it makes thousands of fits on thousands of features affordable.
    Blocks of another kind stay as they are.
    """
    X, missing = feature_set.X[rows], feature_set.missing[rows]
    turned: dict[tuple[int, int], np.ndarray] = {}
    for block in feature_set.blocks:
        part = X[:, block.start : block.stop]
        turned[block.start, block.stop] = part if block.each or block.fixed else compact(part)
    starts, position = {}, 0
    for key, part in turned.items():
        starts[key] = position
        position += part.shape[1]

    def placed(poolings: tuple[Pooling, ...]) -> tuple[Pooling, ...]:
        return tuple(
            replace(one, blocks=tuple(_placed(block, starts, turned) for block in one.blocks))
            for one in poolings
        )

    joined = np.concatenate(list(turned.values()), axis=1)
    return replace(
        feature_set,
        X=joined,
        poolings=placed(feature_set.poolings),
        missing=missing,
        members=tuple(map(placed, feature_set.members)),
    )


def _placed(block: Block, starts, turned) -> Block:
    key = (block.start, block.stop)
    return replace(block, start=starts[key], stop=starts[key] + turned[key].shape[1])


# The feature_sets that read the measured gait: the reference limit alone, learned classifiers, and both gait and
# encoder.
#
# Legend: N clips, F features.


def rule_features(clips: Clips, deficiency: str) -> FeatureSet | None:
    """The verdict of the config's limits on the measured metric, without any training. None when no
    clip shows the metric.

    A value half way between the limits `watch` and `flag` is where yes begins; a clip without the
    metric is a no.
    """
    past = past_limit(list(clips.gaits), deficiency)
    if not np.isfinite(past).any():
        return None
    feature_set = make_feature_set(RULE, {"limit": past[:, None]}, (THRESHOLD,), fixed=True)
    return replace(feature_set, trained=False)


def gait_features(clips: Clips, deficiency: str) -> FeatureSet | None:
    """Measured gait as a coach would read it for one deficiency. None when nothing was measured.

    Poolings, from the simplest: the deficiency's own metric, counted from its limit, where yes
    begins; the same with that limit moved by the examples (by a logistic, which one misread clip
    moves little); all metrics; these with asymmetry and spread over steps; with joint-angle curves.
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
    own = make_feature_set(GAIT, {"own_metric": past[:, None]}, (THRESHOLD,), fixed=True)
    moved_limit = replace(own.poolings[0], name="own_metric_moved", classifiers=(LOGISTIC,))
    return side_by_side(replace(own, poolings=(*own.poolings, moved_limit)), all_metrics)


def side_by_side(first: FeatureSet, second: FeatureSet) -> FeatureSet:
    """One feature_set that chooses among the poolings of both; missing where both are."""
    poolings = first.poolings + moved(second.poolings, first.X.shape[1])
    X = np.concatenate([first.X, second.X], axis=1)
    return replace(first, X=X, poolings=poolings, missing=first.missing & second.missing)


def moved(poolings: tuple[Pooling, ...], shift: int) -> tuple[Pooling, ...]:
    """The same poolings of columns that lie `shift` further right."""
    return tuple(
        replace(
            one,
            blocks=tuple(
                replace(block, start=block.start + shift, stop=block.stop + shift)
                for block in one.blocks
            ),
        )
        for one in poolings
    )


def fused_features(gait: FeatureSet, encoder: FeatureSet) -> FeatureSet:
    """Gait and encoder, each read by its own chosen classifier, their calibrated predictions_or_none added up.

    As one long vector a dozen gait metrics would drown in thousands of embedding numbers. The
    poolings, which the published protocol and the label permutations read, still hold the first of
    gait beside each of the encoder.
    """
    read = moved(encoder.poolings, gait.X.shape[1])
    poolings = tuple(
        Pooling(one.name, gait.poolings[0].blocks + one.blocks, DENSE_CLASSIFIERS) for one in read
    )
    X = np.concatenate([gait.X, encoder.X], axis=1)
    return FeatureSet(
        GAIT_AND_ENCODER, X, poolings, gait.missing | encoder.missing, (gait.poolings, read)
    )


# All feature_sets that a study's clips allow: those shared by every deficiency, and those that read one
# deficiency's own metric.


@dataclass(frozen=True)
class FeatureSettings:
    """phase_bins: of the pooling by gait phase.  contact_s: half width of the window around initial
    contact, seconds.
    """

    phase_bins: int = 4
    contact_s: float = 0.05


@dataclass(frozen=True)
class SharedFeatureSets:
    """Arms that are the same for every deficiency: baselines, and encoders by name."""

    clips: Clips
    baselines: list[FeatureSet]
    encoders: dict[str, FeatureSet]

    def of(self, deficiency: str, skipped: list[dict]) -> list[FeatureSet]:
        """All feature_sets that the clips allow, in the order of the table; an feature_set without features gets a
        line in `skipped`.
        """
        named = {
            "rule": rule_features(self.clips, deficiency),
            "gait": gait_features(self.clips, deficiency),
        }
        for name, feature_set in named.items():
            if feature_set is None:
                skipped.append(
                    {
                        "deficiency": deficiency,
                        "feature_set": name,
                        "reason": "no clip has its features",
                    }
                )
        gait, main = named["gait"], self.encoders.get(MAIN_ENCODER)
        joined = fused_features(gait, main) if gait is not None and main is not None else None
        feature_sets = [*self.baselines, *named.values(), *self.encoders.values(), joined]
        return [feature_set for feature_set in feature_sets if feature_set is not None]


def build_shared(
    clips: Clips, embeddings: dict[str, str], features: FeatureSettings, skipped: list[dict]
) -> SharedFeatureSets:
    """Baselines and encoders; an encoder without features, and a clip without an embedding, get a
    line in `skipped`.
    """
    if not clips.ids:
        return SharedFeatureSets(clips, [], {})
    encoders = {}
    for name, path in embeddings.items():
        feature_set = encoder_features(name, path, clips, features.phase_bins, features.contact_s)
        if feature_set is None:
            skipped.append({"feature_set": name, "reason": "no clip has its features"})
            continue
        encoders[name] = feature_set
        lacking = [
            clip for clip, missing in zip(clips.ids, feature_set.missing, strict=True) if missing
        ]
        skipped.extend(
            {"feature_set": name, "clip": clip, "reason": "no embedding: filled inside the folds"}
            for clip in lacking
        )
    return SharedFeatureSets(
        clips, [majority_features(clips), nuisance_features(clips), pose_features(clips)], encoders
    )
