"""Feature sets of random numbers, for tests that need no video."""

import numpy as np

from runform.fewshot.feature_sets import FeatureSet
from runform.fewshot.models import DENSE_CLASSIFIERS, Block
from runform.fewshot.selection import Pooling


def plain_feature_set(X: np.ndarray, classifiers=DENSE_CLASSIFIERS, **block) -> FeatureSet:
    """One pooling over all columns of X (N, F)."""
    pooling = Pooling("mean", (Block(0, X.shape[1], **block),), tuple(classifiers))
    return FeatureSet("plain", X, (pooling,), np.isnan(X).all(axis=1))


def two_poolings(
    noise: np.ndarray, signal: np.ndarray, classifiers=DENSE_CLASSIFIERS
) -> FeatureSet:
    """A pooling of noise before one that separates the classes."""
    edge, end = noise.shape[1], noise.shape[1] + signal.shape[1]
    poolings = tuple(
        Pooling(name, (block,), tuple(classifiers))
        for name, block in (("noise", Block(0, edge)), ("signal", Block(edge, end)))
    )
    return FeatureSet("two", np.hstack([noise, signal]), poolings, np.zeros(len(noise), bool))


def classes(clips_per_runner: int = 1, runners: int = 18) -> tuple[np.ndarray, np.ndarray]:
    """Labels (N,) that alternate over runners, and the runners (N,)."""
    labels = np.repeat(np.arange(runners) % 2 == 0, clips_per_runner)
    return labels, np.repeat([f"r{number:02d}" for number in range(runners)], clips_per_runner)


def separable(
    labels: np.ndarray, features: int = 30, gap: float = 1.0, seed: int = 0
) -> np.ndarray:
    """(N, F) noise of unit spread with the classes `2 gap` apart in every feature."""
    return (
        np.random.default_rng(seed).normal(size=(len(labels), features))
        + gap * np.where(labels, 1, -1)[:, None]
    )
