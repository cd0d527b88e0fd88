"""The metrics of a clip from those of its steps: which of them the clip allows, median, spread,
left, right and uncertainty, and the reason where there is no value.

What is known of each metric stands in resources/metrics.yaml.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runform.metric_definitions import (
    SIDE_VIEWS,
    MethodError,
    MetricDefinition,
    asymmetries,
    name_in_metres,
    step_metrics,
)

# Hip-knee-ankle length of an adult as a share of body height: .245 thigh + .246 shank
# (Winter, Biomechanics and Motor Control of Human Movement, table 4.1).
LEG_OF_HEIGHT = 0.491
# Standard deviation of normal numbers over their median absolute deviation.
_SD_OF_MAD = 1.4826
_LENGTHS = (
    *("value", "left", "right", "difference", "sd", "uncertainty", "uncertainty_side"),
    *("sampling", "sampling_side", "smallest_change"),
)
# Steps of each foot in one stretch, below which left and right are not compared: with fewer, one
# contact read a frame late makes an asymmetry.
_LEAST_A_SIDE = 5
# The bootstrap over steps: how often, and from how many steps on a spread is known.
_RESAMPLED, _LEAST_SPREAD = 400, 6
# The smallest change is given for films of so many strides; it is exceeded by chance in 5 %.
STRIDES, _TWO_SIDED_95 = (3, 5, 10, 20, 40), 1.96


@dataclass(frozen=True)
class Conditions:
    """What is known of a clip that decides on its metrics.

    view: left, right, front, rear, oblique.  fps: true frames a second.  speed_unknown: why there
    are no times, or empty.  seen_share: joint -> share of frames in which both sides are seen.
    min_seen: least share.
    """

    view: str
    fps: float
    speed_unknown: str
    seen_share: dict[str, float]
    min_seen: float


@dataclass(frozen=True)
class StretchSteps:
    """The S steps of one stretch.  values: metric -> (S,), NaN where a step does not show it.
    left: (S,) bool, whose foot lands.
    """

    values: dict[str, np.ndarray]
    left: np.ndarray
    conditions: Conditions


@dataclass(frozen=True)
class Sides:
    """Finite values of one metric in one stretch, by the foot that lands."""

    left: np.ndarray
    right: np.ndarray

    @property
    def count(self) -> int:
        """How many steps have a value."""
        return len(self.left) + len(self.right)


def why_not(metric: MetricDefinition, conditions: Conditions) -> str:
    """Why `metric` is not measurable, an unknown playback speed aside; empty when it is."""
    if metric.views and conditions.view not in metric.views:
        return f"needs a view from {' or '.join(metric.views)}; this one is {conditions.view}"
    for joint in metric.joints:
        share = conditions.seen_share.get(joint, 0.0)
        if share < conditions.min_seen:
            return (
                f"{joint.replace('_', ' ')} seen in {share:.0%} of the frames, "
                f"expected {conditions.min_seen:.0%} or more"
            )
    if conditions.fps < metric.min_fps:
        return f"{conditions.fps:g} frames a second, expected {metric.min_fps:g} or more"
    return ""


def summarise(stretches: Sequence[StretchSteps], height_m: float | None = None) -> dict[str, dict]:
    """Metric -> its entry; lengths also in metres where the height is known. An entry holds

    value, unit   the mean of left and right: the medians over the steps of a side, averaged over
                  the stretches by their steps
    difference    left minus right
    sd, n         spread of steps about the median of their side and stretch (1.4826 median absolute
                  deviations), and number of steps
    kind          of a metric that has kinds, such as rearfoot
    uncertainty, uncertainty_side   standard uncertainty of the value, and of left and right
    smallest_change   strides -> the smallest change of the value between two films of so many
                  strides each that the variation from step to step does not explain (95 %)
    impossible    whether the value is outside of what people can do
    reason        why there is no value, or empty
    """
    metrics, as_played = {}, {}
    for name, metric in step_metrics().items():
        usable, timed, reason = _usable(stretches, name, metric)
        entry = _summary(usable, metric) if usable else missing(metric.unit, reason)
        as_played[name] = (usable, entry)
        hidden = metric.timed and not timed and usable
        if hidden:
            unknown = (stretch.conditions.speed_unknown for stretch in stretches)
            entry = missing(metric.unit, next(filter(None, unknown)))
        elif metric.timed and len(timed) < len(usable):
            entry = _summary(timed, metric)
        metrics[name] = entry
    # ratios of left and right do not depend on the playback speed
    for name, metric in asymmetries().items():
        usable, entry = as_played[metric.asymmetry_of]
        metrics[name] = _asymmetry(usable, entry["reason"], metric)
    metrics = {
        name: _possible(entry, (step_metrics() | asymmetries())[name])
        for name, entry in metrics.items()
    }
    from_side = any(stretch.conditions.view in SIDE_VIEWS for stretch in stretches)
    metrics = with_uncertainty(metrics, from_side)
    return metrics | _in_metres(metrics, height_m)


def _usable(
    stretches: Sequence[StretchSteps], name: str, metric: MetricDefinition
) -> tuple[list[Sides], list[Sides], str]:
    """Values of the stretches that show the metric; those of known playback speed; and the reason
    where none shows it.
    """
    usable, timed, reason = [], [], ""
    for stretch in stretches:
        why = why_not(metric, stretch.conditions)
        values = np.asarray(stretch.values.get(name, np.full(len(stretch.left), np.nan)))
        finite = np.isfinite(values)
        if not why and not finite.any():
            why = "no whole step in the clip"
        if why:
            reason = reason or why
            continue
        sides = Sides(values[finite & stretch.left], values[finite & ~stretch.left])
        usable.append(sides)
        if not stretch.conditions.speed_unknown:
            timed.append(sides)
    return usable, timed, reason


def missing(unit: str, reason: str) -> dict:
    """The entry of a metric without a value."""
    without = dict.fromkeys(("value", "left", "right", "difference", "sd"))
    return without | {"unit": unit, "n": 0, "reason": reason, "impossible": False}


def _summary(stretches: list[Sides], metric: MetricDefinition) -> dict:
    value, left, right = _pooled(stretches, [_medians(sides) for sides in stretches])
    deviations = _deviations(stretches)
    entry = missing(metric.unit, "") | {"value": round(value, metric.digits), "n": len(deviations)}
    if metric.kinds:
        entry["kind"] = metric.kind_of(entry["value"])
    if len(deviations) > 2:
        spread = _SD_OF_MAD * np.median(np.abs(deviations))
        entry["sd"] = round(float(spread), metric.digits)
    if left is not None and right is not None:
        entry["difference"] = round(left - right, metric.digits)
    for side, median in (("left", left), ("right", right)):
        entry[side] = None if median is None else round(median, metric.digits)
    return entry | _resampled(stretches, deviations)


def _medians(sides: Sides) -> tuple[float | None, float | None]:
    left, right = (float(np.median(steps)) if len(steps) else None for steps in _both(sides))
    return left, right


def _both(sides: Sides) -> tuple[np.ndarray, np.ndarray]:
    return sides.left, sides.right


def _pooled(
    stretches: list[Sides], medians: list[tuple[float | None, float | None]]
) -> tuple[float, float | None, float | None]:
    """Value, left and right: means over the stretches by their steps."""
    counts = [sides.count for sides in stretches]
    values = [np.mean([median for median in pair if median is not None]) for pair in medians]

    def side(column: int) -> float | None:
        pairs = [
            (pair[column], count)
            for pair, count in zip(medians, counts, strict=True)
            if pair[column] is not None
        ]
        if not pairs:
            return None
        of_stretches, weights = zip(*pairs, strict=True)
        return float(np.average(of_stretches, weights=weights))

    return float(np.average(values, weights=counts)), side(0), side(1)


def _deviations(stretches: list[Sides]) -> np.ndarray:
    """All steps less the median of their side and stretch."""
    return np.concatenate(
        [
            steps - np.median(steps)
            for sides in stretches
            for steps in _both(sides)
            if len(steps) > 0
        ]
    )


def _resampled(stretches: list[Sides], deviations: np.ndarray) -> dict:
    """Bootstrap over the steps: standard errors `sampling` of the value and `sampling_side` of a
    side, and `smallest_change`. None where there are too few steps.
    """
    groups = sum(len(steps) > 0 for sides in stretches for steps in _both(sides))
    if len(deviations) < max(_LEAST_SPREAD, groups + 2):
        return {"sampling": None, "sampling_side": None, "smallest_change": None}
    rng = np.random.default_rng(len(deviations))
    # Deviations from medians of few are too small, the more so the more medians there are.
    pool = deviations * np.sqrt(len(deviations) / (len(deviations) - groups))
    # Smoothed (Silverman and Young 1987): the median of a few fixed numbers varies too little.
    width = 1.06 * len(pool) ** -0.2
    shrink, noise = (1 + width**2) ** -0.5, width * float(pool.std())

    def medians(steps: int) -> np.ndarray:
        drawn = rng.choice(pool, (_RESAMPLED, steps)) + rng.normal(0, noise, (_RESAMPLED, steps))
        return np.median(shrink * drawn, axis=1)

    total = sum(sides.count for sides in stretches)
    value = np.zeros(_RESAMPLED)
    of_side = []
    for sides in stretches:
        drawn = [medians(len(steps)) for steps in _both(sides) if len(steps)]
        value += sides.count / total * np.mean(drawn, axis=0)
        of_side.append((sides.count / total) ** 2 * np.mean([one.var() for one in drawn]))
    change = {
        str(strides): round(
            float(_TWO_SIDED_95 * 2**0.5 * ((medians(strides) + medians(strides)) / 2).std()), 4
        )
        for strides in STRIDES
    }
    return {
        "sampling": round(float(value.std()), 4),
        "sampling_side": round(float(np.sum(of_side) ** 0.5), 4),
        "smallest_change": change,
    }


def _asymmetry(stretches: list[Sides], reason: str, metric: MetricDefinition) -> dict:
    """2 |L - R| / (L + R) of the two sides' medians, over the stretches that show enough steps of
    each foot.
    """
    if reason or not stretches:
        return missing(metric.unit, reason)
    if all(not len(sides.left) or not len(sides.right) for sides in stretches):
        return missing(metric.unit, "steps of one side only")
    enough = [s for s in stretches if min(len(s.left), len(s.right)) >= _LEAST_A_SIDE]
    if not enough:
        most = max(stretches, key=lambda sides: min(len(sides.left), len(sides.right)))
        return missing(
            metric.unit,
            f"{len(most.left)} steps of the left foot and {len(most.right)} of the right, "
            f"expected {_LEAST_A_SIDE} or more of each",
        )
    _, left, right = _pooled(enough, [_medians(sides) for sides in enough])
    if left is None or right is None or left + right <= 0:
        return missing(metric.unit, "the mean of the sides is not above 0")
    scale = 2 / (left + right)
    sampling = _resampled(enough, _deviations(enough))["sampling_side"]
    return missing(metric.unit, "") | {
        "value": round(scale * abs(left - right), metric.digits),
        "n": sum(sides.count for sides in enough),
        "sampling": None if sampling is None else round(2**0.5 * scale * sampling, 4),
    }


def _possible(entry: dict, metric: MetricDefinition) -> dict:
    """The entry, without a value where people cannot do it."""
    value = entry["value"]
    if value is None or metric.possible is None:
        return entry
    low, high = metric.possible
    if low <= value <= high:
        return entry
    return missing(
        metric.unit,
        f"{value:g} is outside of what people can do, {low:g} to {high:g}: "
        "joints or contacts are wrong",
    ) | {"impossible": True}


def with_uncertainty(metrics: dict[str, dict], from_side: bool) -> dict[str, dict]:
    """The entries with standard uncertainties: `uncertainty` of the value, `uncertainty_side` of
    left and of right.

    They join the method's error on simulated runners, filmed and seen by the pose network, with
    what few steps leave open (bootstrap), and are None where there is no value or the error is not
    known. On real video the error may be larger.
    """
    definitions = step_metrics() | asymmetries()
    return {
        name: entry
        | _uncertainties(
            entry, definitions[name].error_side if from_side else definitions[name].error_any
        )
        for name, entry in metrics.items()
    }


def _uncertainties(entry: dict, error: MethodError | None) -> dict:
    if entry["value"] is None or error is None:
        return {"uncertainty": None, "uncertainty_side": None}
    sampling = [entry.get(key) or 0.0 for key in ("sampling", "sampling_side")]
    return {
        "uncertainty": round(float(np.hypot(error.value, sampling[0])), 4),
        "uncertainty_side": round(float(np.hypot(error.one_side, sampling[1])), 4),
    }


def _in_metres(metrics: dict[str, dict], height_m: float | None) -> dict[str, dict]:
    if not height_m:
        return {}
    leg_m = LEG_OF_HEIGHT * height_m

    def in_metres(length):
        if isinstance(length, dict):
            return {strides: in_metres(change) for strides, change in length.items()}
        return None if length is None else round(length * leg_m, 4)

    return {
        name_in_metres(name): entry
        | {key: in_metres(entry[key]) for key in _LENGTHS if key in entry}
        | {"unit": "m"}
        for name, entry in metrics.items()
        if name.endswith("_leg")
    }
