"""Feature sets that know form from simulated runners: readings of the deficiency's own metrics, all
readings, and the embedding in the form metric.

All are in units of the simulated runners, and each has a prior: what the same features say of the
simulated runners' labels.

Legend: N clips, F features, M metrics.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from runform.encoder.readings import ALLOWED, PARTS, Readings, embeddings_of, load_readings, pool
from runform.fewshot.feature_sets import GAIT_AND_ENCODER, FeatureSet, moved, side_by_side
from runform.fewshot.models import LDA, LINEAR_SVM, Block
from runform.fewshot.prior import MOVED, PRIOR, PULLED, PULLED_LITTLE, Prior, learn_prior
from runform.fewshot.readings_table import simulated_labels, simulated_positions
from runform.fewshot.selection import Pooling
from runform.sequence import PoseSequence

ZERO_SHOT, OWN_READINGS, ALL_READINGS = "zero_shot", "own_readings", "all_readings"
FORM_METRIC = "form_metric"
LEAST_ERROR = 1e-6  # in the unit of a metric: no measurement is exact
NO_PRIOR = "no simulated counterpart: a metric of its rule is not read, or too few runners have it"


@dataclass(frozen=True)
class ReadClips:
    """The readings (N, M, 3) of N clips by one encoder, NaN where a clip has no embedding, their
    standard uncertainties (N, M, 3), and the clips' coordinates (N, Q) in its form metric.
    """

    readings: Readings
    values: np.ndarray
    errors: np.ndarray
    form: np.ndarray


def read_clips(
    readings_file: str | Path,
    embeddings_npz: str | Path,
    clips: Sequence[str],
    poses: Sequence[PoseSequence],
) -> ReadClips:
    """Read `clips` with the readings of the encoder that embedded them."""
    readings, embedded = load_readings(readings_file), embeddings_of(embeddings_npz)
    gap = np.full(len(readings.centre), np.nan)
    rows = [
        pool(mean[None], spread[None], readings.pooling)[0]
        for mean, spread in (embedded.get(clip, (gap, gap)) for clip in clips)
    ]
    pooled = np.stack([row[: len(gap)] for row in rows])
    fps = np.array([pose.true_fps for pose in poses])
    seconds = np.array([max(1, len(pose.xy)) for pose in poses]) / fps
    values = readings.read(pooled)
    errors = readings.standard_uncertainty(np.nan_to_num(pooled), seconds, fps)
    return ReadClips(readings, values, errors, readings.in_form_metric(pooled))


def form_feature_sets(
    read: ReadClips, rule: Mapping[str, Any], main: bool, suffix: str = ""
) -> list[FeatureSet]:
    """The feature sets of a deficiency by its `rule`; those of readings for the main encoder alone.

    Without a prior only plain classifiers of the form metric are left.
    """
    labels = simulated_labels(read.readings, rule)
    form = _form_metric(read, labels, FORM_METRIC + suffix)
    if not main or labels is None:
        return [form]
    features = own_features(read.values, read.readings.names, rule)
    simulated = own_features(read.readings.unseen_readings, read.readings.names, rule)
    own_reading = _pooling_of(features[:, :1], simulated[:, :1], labels, (MOVED,), "own_position")
    if own_reading is None:
        return [form]
    zero_shot = replace(own_reading[1], classifiers=(PRIOR,))
    sets = [
        FeatureSet(ZERO_SHOT, own_reading[0], (zero_shot,), _missing(own_reading[0]), trained=False)
    ]
    apart = None
    if features.shape[1] > 2:  # the rule names several metrics
        apart = _pooling_of(
            features[:, 1:], simulated[:, 1:], labels, (PULLED_LITTLE,), "own_readings"
        )
    sets.append(
        _side_by_side(OWN_READINGS, [own_reading] if apart is None else [own_reading, apart])
    )
    every = _pooling_of(
        np.column_stack([features[:, :1], read.values[:, :, 0]]),
        np.column_stack([simulated[:, :1], read.readings.unseen_readings[:, :, 0]]),
        labels,
        (MOVED, PULLED_LITTLE, PULLED),
        "readings",
    )
    if every is not None:
        sets.append(_side_by_side(ALL_READINGS, [every]))
    return [*sets, form]


def own_features(values: np.ndarray, names: tuple[str, ...], rule: Mapping[str, Any]) -> np.ndarray:
    """(N, 1 + parts) of readings (N, M, 3): the position by the rule, then the position in each of
    its metrics.
    """
    parts = ({**rule, "also": ()}, *(rule.get("also") or ()))
    columns = [simulated_positions(values, names, one) for one in (rule, *parts)]
    return np.column_stack([column for column in columns if column is not None])


def with_measurements(
    read: ReadClips, gaits: Sequence[Mapping | None], rule: Mapping[str, Any], gait: FeatureSet
) -> FeatureSet | None:
    """The feature set of gait and encoder: metrics measured and read, each weighed by its variance,
    then the readings alone, then the poolings of `gait`. None without a prior.

    A metric that was not measured is read, and the other way round. Single measurements go far
    wrong, as where a contact is misread, and readings seldom do: so where the two disagree by more
    than both allow, the excess counts as an error of the measurement.
    """
    labels = simulated_labels(read.readings, rule)
    names = read.readings.names
    positions = simulated_positions(read.readings.unseen_readings, names, rule)
    if labels is None or positions is None:
        return None
    own_reading = own_features(read.values, names, rule)[:, :1]
    alone = _pooling_of(own_reading, positions[:, None], labels, (MOVED,), "own_position")
    if alone is None:
        return None
    values, errors = measured_metrics(gaits, names)
    allowed = ALLOWED * np.hypot(errors, read.errors)
    errors = np.hypot(errors, np.maximum(np.abs(values - read.values) - allowed, 0.0))
    pairs = ((values, np.maximum(errors, LEAST_ERROR)), (read.values, read.errors))
    weights = [np.where(np.isfinite(part), 1 / error**2, 0.0) for part, error in pairs]
    both = sum(np.nan_to_num(part) * one for (part, _), one in zip(pairs, weights, strict=True))
    with np.errstate(invalid="ignore"):
        both = both / sum(weights)
    fused = own_features(both, names, rule)[:, :1]
    # a position has its threshold at 0, whatever the simulated readings shrink to
    prior = Prior(np.ones(1), 0.0, float(positions.std()))
    first = Pooling("measured_and_read", (Block(0, 1, as_is=True),), (MOVED,), prior)
    return side_by_side(_side_by_side(GAIT_AND_ENCODER, [(fused, first), alone]), gait)


def measured_metrics(
    gaits: Sequence[Mapping | None], names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """(N, M, 3) metrics of gait files in the order of `PARTS`, NaN where not measured, and their
    standard uncertainties.
    """
    values = np.full((len(gaits), len(names), len(PARTS)), np.nan)
    errors = np.full_like(values, np.nan)
    for row, gait in enumerate(gaits):
        for column, name in enumerate(names):
            metric = ((gait or {}).get("metrics") or {}).get(name) or {}
            if metric.get("value") is None or metric.get("uncertainty") is None:
                continue
            sides = [metric[side] for side in ("left", "right") if metric.get(side) is not None]
            sides = sides or [metric["value"]]
            one_side = metric.get("uncertainty_side") or metric["uncertainty"]
            values[row, column] = metric["value"], max(sides), min(sides)
            errors[row, column] = metric["uncertainty"], one_side, one_side
    return values, errors


def _missing(X: np.ndarray) -> np.ndarray:
    return np.isnan(X).all(axis=1)


def _pooling_of(
    X: np.ndarray,
    simulated: np.ndarray,
    labels: np.ndarray,
    classifiers: tuple[str, ...],
    name: str,
) -> tuple[np.ndarray, Pooling] | None:
    """Features in units of the simulated runners, and their pooling with its prior."""
    middle, spread = simulated.mean(axis=0), simulated.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    prior: Prior | None = learn_prior((simulated - middle) / spread, labels)
    if prior is None:
        return None
    block = Block(0, X.shape[1], as_is=True)
    return (X - middle) / spread, Pooling(name, (block,), classifiers, prior)


def _side_by_side(name: str, parts: list[tuple[np.ndarray, Pooling]]) -> FeatureSet:
    poolings, shift = [], 0
    for X, pooling in parts:
        poolings += moved((pooling,), shift)
        shift += X.shape[1]
    X = np.concatenate([part for part, _ in parts], axis=1)
    return FeatureSet(name, X, tuple(poolings), _missing(X))


def _form_metric(read: ReadClips, labels: np.ndarray | None, name: str) -> FeatureSet:
    """The form metric: pulled from a prior where there is one, and plain classifiers."""
    one_scale = Block(0, read.form.shape[1], each=False)
    plain = (read.form, Pooling("form", (one_scale,), (LDA, LINEAR_SVM)))
    if labels is None:
        return _side_by_side(name, [plain])
    pulled = _pooling_of(
        read.form, read.readings.unseen_form, labels, (MOVED, PULLED_LITTLE), "form_from_prior"
    )
    return _side_by_side(name, [plain] if pulled is None else [pulled, plain])
