"""The arms of the few-shot study: what a clip is turned into before anything is learned from labels.

Legend: N clips, F features.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from runform.fewshot.brightness import brightness_of
from runform.fewshot.gait_features import facing_of
from runform.fewshot.heads import BEST, DENSE_HEADS
from runform.fewshot.pooling import load_poolings
from runform.fewshot.pose_features import mean_and_spread, nuisance
from runform.fewshot.scaling import Block, compact
from runform.fewshot.selection import Pooling
from runform.sequence import PoseSequence

MAJORITY, NUISANCE, POSE, RULE, GAIT = "majority", "nuisance", "pose_mean_spread", "rule", "gait"
MAIN_ENCODER, GAIT_AND_ENCODER = "encoder", "gait_and_encoder"


@dataclass(frozen=True)
class Arm:
    """Features of N clips and the ways to read them.

    X: (N, F), NaN where missing.  poolings: what may be chosen among, the first also for the seed's protocol.
    missing: (N,) True where a clip has no feature at all of this arm; its gaps are filled inside the folds.
    members: where several readers each choose among poolings of their own and their answers are added up
    (`runform.fewshot.fusion`); empty for one reader.
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
        return [block for poolings in (self.poolings, *self.members) for pooling in poolings for block in pooling.blocks]

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


def make_arm(name: str, parts: dict[str, np.ndarray], heads: Sequence[str], **block) -> Arm:
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
    return make_arm(MAJORITY, {"none": np.zeros((len(clips.ids), 1))}, DENSE_HEADS[:1])


def nuisance_arm(clips: Clips) -> Arm:
    """Framing, figure size, clip length and light: what must not tell the classes apart."""
    rows = [nuisance(pose, *brightness_of(video)) for pose, video in zip(clips.poses, clips.videos, strict=True)]
    return make_arm(NUISANCE, {"median": np.array(rows)}, (*DENSE_HEADS, BEST))


def pose_arm(clips: Clips) -> Arm:
    """Mean and spread of the root-centred 2D pose: the row every encoder has to beat."""
    rows = [mean_and_spread(pose, facing_of(gait)) for pose, gait in zip(clips.poses, clips.gaits, strict=True)]
    return make_arm(POSE, {"mean_spread": np.array(rows)}, DENSE_HEADS)


def encoder_arm(name: str, embeddings_npz: str | Path, clips: Clips, bins: int, window_s: float) -> Arm | None:
    """Embeddings of an encoder in all poolings that its file allows; None when it has none of these clips."""
    gaits = dict(zip(clips.ids, clips.gaits, strict=True))
    time_s = {clip: pose.time_s for clip, pose in zip(clips.ids, clips.poses, strict=True)}
    parts = load_poolings(embeddings_npz, clips.ids, gaits, time_s, bins, window_s)
    return make_arm(name, parts, DENSE_HEADS, each=False) if parts else None


def take(arm: Arm, rows: np.ndarray) -> Arm:
    """The arm for some of its clips, with wide blocks of one scale turned into at most as many coordinates as there are clips.

    The turn changes no inner product between clips, hence no answer of any head here (they see only those), and no clip's
    label; it makes thousands of fits on thousands of features affordable. Blocks of another kind stay as they are.
    """
    X, missing = arm.X[rows], arm.missing[rows]
    turned: dict[tuple[int, int], np.ndarray] = {}
    for block in arm.blocks:
        part = X[:, block.start : block.stop]
        turned[block.start, block.stop] = part if block.each or block.fixed else compact(part)
    starts, position = {}, 0
    for key, part in turned.items():
        starts[key] = position
        position += part.shape[1]

    def placed(poolings: tuple[Pooling, ...]) -> tuple[Pooling, ...]:
        return tuple(replace(one, blocks=tuple(_placed(block, starts, turned) for block in one.blocks)) for one in poolings)

    joined = np.concatenate(list(turned.values()), axis=1)
    return replace(arm, X=joined, poolings=placed(arm.poolings), missing=missing, members=tuple(map(placed, arm.members)))


def _placed(block: Block, starts, turned) -> Block:
    key = (block.start, block.stop)
    return replace(block, start=starts[key], stop=starts[key] + turned[key].shape[1])
