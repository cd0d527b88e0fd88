"""The arms of the few-shot study: what a clip is turned into before anything is learned from labels.

Legend: N clips, F features.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from runform.fewshot.brightness import brightness_of
from runform.fewshot.gait_features import curve_table, facing_of, metric_table
from runform.fewshot.heads import BEST, DENSE_HEADS
from runform.fewshot.pooling import load_poolings
from runform.fewshot.pose_features import mean_and_spread, nuisance
from runform.fewshot.scaling import Block, compact
from runform.fewshot.selection import Pooling
from runform.sequence import PoseSequence

MAJORITY, NUISANCE, POSE, GAIT, GAIT_AND_ENCODER = "majority", "nuisance", "pose_mean_spread", "gait", "gait_and_encoder"
MAIN_ENCODER = "encoder"


@dataclass(frozen=True)
class Arm:
    """Features of N clips and the ways to read them.

    X: (N, F), NaN where missing.  poolings: what may be chosen among, the first also for the seed's protocol.
    missing: (N,) True where a clip has no feature at all of this arm; its gaps are filled inside the folds.
    """

    name: str
    X: np.ndarray
    poolings: tuple[Pooling, ...]
    missing: np.ndarray

    @property
    def first(self) -> np.ndarray:
        """(N, F') columns of the first pooling."""
        blocks = self.poolings[0].blocks
        return np.concatenate([self.X[:, block.start : block.stop] for block in blocks], axis=1)


@dataclass(frozen=True)
class Clips:
    """What is known of N clips, in order: ids, pose sequences, gait (None where there is none), video files."""

    ids: Sequence[str]
    poses: Sequence[PoseSequence]
    gaits: Sequence[dict | None]
    videos: Sequence[str | Path]


def _arm(name: str, parts: dict[str, np.ndarray], heads: Sequence[str], **block) -> Arm:
    """An arm whose poolings are arrays (N, F) side by side in X."""
    edges = np.cumsum([0, *(part.shape[1] for part in parts.values())])
    spans = pairwise(edges)
    poolings = tuple(
        Pooling(pooling, (Block(int(start), int(stop), **block),), tuple(heads))
        for pooling, (start, stop) in zip(parts, spans, strict=True)
    )
    X = np.concatenate(list(parts.values()), axis=1)
    return Arm(name, X, poolings, np.isnan(X).all(axis=1))


def majority_arm(clips: Clips) -> Arm:
    """Nothing is known but the labels of the others: one constant column."""
    return _arm(MAJORITY, {"none": np.zeros((len(clips.ids), 1))}, DENSE_HEADS[:1])


def nuisance_arm(clips: Clips) -> Arm:
    """Framing, figure size, clip length and light: what must not tell the classes apart."""
    rows = [nuisance(pose, *brightness_of(video)) for pose, video in zip(clips.poses, clips.videos, strict=True)]
    return _arm(NUISANCE, {"median": np.array(rows)}, (*DENSE_HEADS, BEST))


def pose_arm(clips: Clips) -> Arm:
    """Mean and spread of the root-centred 2D pose: the row every encoder has to beat."""
    rows = [mean_and_spread(pose, facing_of(gait)) for pose, gait in zip(clips.poses, clips.gaits, strict=True)]
    return _arm(POSE, {"mean_spread": np.array(rows)}, DENSE_HEADS)


def gait_arm(clips: Clips) -> Arm | None:
    """Measured gait: values; with asymmetry and spread over steps; with joint-angle curves. None when nothing was measured."""
    names, table = metric_table(list(clips.gaits))
    if not names or not np.isfinite(table["value"]).any():
        return None
    parts = {
        "values": table["value"],
        "values_sides": np.concatenate([table["value"], table["asymmetry"], table["sd"]], axis=1),
        "values_curves": np.concatenate([table["value"], curve_table(list(clips.gaits))], axis=1),
    }
    return _arm(GAIT, parts, (*DENSE_HEADS, BEST), mark_missing=True)


def encoder_arm(name: str, embeddings_npz: str | Path, clips: Clips, bins: int, window_s: float) -> Arm | None:
    """Embeddings of an encoder in all poolings that its file allows; None when it has none of these clips."""
    gaits = dict(zip(clips.ids, clips.gaits, strict=True))
    time_s = {clip: pose.time_s for clip, pose in zip(clips.ids, clips.poses, strict=True)}
    parts = load_poolings(embeddings_npz, clips.ids, gaits, time_s, bins, window_s)
    return _arm(name, parts, DENSE_HEADS, each=False) if parts else None


def joined_arm(gait: Arm, encoder: Arm) -> Arm:
    """Gait values beside each pooling of the encoder, as two blocks of equal weight."""
    shift = gait.X.shape[1]
    values = gait.poolings[0].blocks
    poolings = tuple(
        Pooling(pooling.name, values + tuple(_moved(block, shift) for block in pooling.blocks), DENSE_HEADS)
        for pooling in encoder.poolings
    )
    return Arm(GAIT_AND_ENCODER, np.concatenate([gait.X, encoder.X], axis=1), poolings, gait.missing | encoder.missing)


def _moved(block: Block, shift: int) -> Block:
    return Block(block.start + shift, block.stop + shift, block.each, block.mark_missing)


def take(arm: Arm, rows: np.ndarray) -> Arm:
    """The arm for some of its clips, with wide blocks of one scale turned into at most as many coordinates as there are clips.

    The turn changes no inner product between clips, hence no answer of any head here (they see only those), and no clip's
    label; it makes thousands of fits on thousands of features affordable. Blocks with gaps or a scale per feature stay as they are.
    """
    X, missing = arm.X[rows], arm.missing[rows]
    turned: dict[tuple[int, int], np.ndarray] = {}
    for block in (block for pooling in arm.poolings for block in pooling.blocks):
        part = X[:, block.start : block.stop]
        turned[block.start, block.stop] = part if block.each else compact(part)
    starts, position = {}, 0
    for key, part in turned.items():
        starts[key] = position
        position += part.shape[1]
    poolings = tuple(
        Pooling(pooling.name, tuple(_placed(block, starts, turned) for block in pooling.blocks), pooling.heads)
        for pooling in arm.poolings
    )
    return Arm(arm.name, np.concatenate(list(turned.values()), axis=1), poolings, missing)


def _placed(block: Block, starts, turned) -> Block:
    key = (block.start, block.stop)
    return Block(starts[key], starts[key] + turned[key].shape[1], block.each, block.mark_missing)
