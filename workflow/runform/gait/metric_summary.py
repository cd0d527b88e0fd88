"""The metrics of a clip from those of its steps: which of them the clip allows, median, spread,
left, right and uncertainty, and the reason where there is no value.

What is known of each metric stands in resources/metrics.yaml.
"""

from dataclasses import dataclass

import numpy as np

from runform.gait.step_metrics import Step
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
# Standard error of a median of normal numbers over that of their mean.
_MEDIAN_ERROR = 1.2533
# Standard deviation of normal numbers over their median absolute deviation.
_SD_OF_MAD = 1.4826
_LENGTHS = ("value", "left", "right", "difference", "sd", "uncertainty", "uncertainty_side")


@dataclass(frozen=True)
class Conditions:
    """What is known of a clip that decides on its metrics.

    view: left, right, front, rear, oblique.  fps: true frames a second.  speed_unknown: why there
    are no times, or empty.  seen_share: joint -> share of frames in which both sides are seen.
    min_seen: least share.  height_m: the runner's, or None.
    """

    view: str
    fps: float
    speed_unknown: str
    seen_share: dict[str, float]
    min_seen: float
    height_m: float | None = None


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


def summarise(
    values: dict[str, np.ndarray], steps: list[Step], conditions: Conditions
) -> dict[str, dict]:
    """Metric -> its entry; lengths also in metres where the height is known. An entry holds

    value, unit   the mean of left and right: the medians over the steps of a side
    difference    left minus right
    sd, n         spread of steps about their side's median (1.4826 median absolute deviations), and
                  number of steps
    uncertainty, uncertainty_side   standard uncertainty of the value, and of left and right
    reason        why there is no value, or empty
    """
    as_played = {}  # with times as played
    left = np.array([step.side == "left" for step in steps], bool)
    for name, metric in step_metrics().items():
        reason = why_not(metric, conditions)
        of_steps = np.asarray(values.get(name, np.full(len(steps), np.nan)))
        if not reason and not np.isfinite(of_steps).any():
            reason = "no whole step in the clip"
        as_played[name] = (
            missing(metric.unit, reason) if reason else _summary(of_steps, left, metric)
        )
    metrics = {
        name: missing(entry["unit"], conditions.speed_unknown)
        if step_metrics()[name].timed and conditions.speed_unknown and not entry["reason"]
        else entry
        for name, entry in as_played.items()
    }
    # ratios of left and right do not depend on the playback speed
    metrics |= {
        name: _asymmetry(as_played[metric.asymmetry_of], metric)
        for name, metric in asymmetries().items()
    }
    metrics = with_uncertainty(metrics, conditions.view in SIDE_VIEWS)
    return metrics | _in_metres(metrics, conditions.height_m)


def missing(unit: str, reason: str) -> dict:
    """The entry of a metric without a value."""
    without = dict.fromkeys(("value", "left", "right", "difference", "sd"))
    return without | {"unit": unit, "n": 0, "reason": reason}


def _summary(values: np.ndarray, left: np.ndarray, metric: MetricDefinition) -> dict:
    finite = {
        side: values[here & np.isfinite(values)]
        for side, here in (("left", left), ("right", ~left))
    }
    medians = {side: float(np.median(steps)) for side, steps in finite.items() if len(steps)}
    deviations = np.concatenate([finite[side] - median for side, median in medians.items()])
    entry = missing(metric.unit, "") | {
        "value": round(float(np.mean(list(medians.values()))), metric.digits),
        "n": len(deviations),
    }
    if len(deviations) > 2:
        spread = _SD_OF_MAD * np.median(np.abs(deviations))
        entry["sd"] = round(float(spread), metric.digits)
    if len(medians) == 2:
        entry["difference"] = round(medians["left"] - medians["right"], metric.digits)
    return entry | {side: round(median, metric.digits) for side, median in medians.items()}


def _asymmetry(entry: dict, metric: MetricDefinition) -> dict:
    """2 |L - R| / (L + R) of the two sides' medians."""
    left, right = entry["left"], entry["right"]
    if left is None or right is None or left + right <= 0:
        return missing(metric.unit, entry["reason"] or "steps of one side only")
    share = round(2 * abs(left - right) / (left + right), metric.digits)
    return missing(metric.unit, "") | {"value": share, "n": entry["n"]}


def with_uncertainty(metrics: dict[str, dict], from_side: bool) -> dict[str, dict]:
    """The entries with standard uncertainties: `uncertainty` of the value, `uncertainty_side` of
    left and of right.

    They join the method's error on simulated runners with what few steps leave open, and are None
    where there is no value or the error is not known. On real video the error
    may be larger.
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
    steps = _MEDIAN_ERROR * (entry["sd"] or 0.0) / np.sqrt(max(entry["n"], 1))
    return {
        "uncertainty": round(float(np.hypot(error.value, steps)), 4),
        "uncertainty_side": round(float(np.hypot(error.one_side, np.sqrt(2) * steps)), 4),
    }


def _in_metres(metrics: dict[str, dict], height_m: float | None) -> dict[str, dict]:
    if not height_m:
        return {}
    leg_m = LEG_OF_HEIGHT * height_m
    return {
        name_in_metres(name): entry
        | {key: None if entry[key] is None else round(entry[key] * leg_m, 4) for key in _LENGTHS}
        | {"unit": "m"}
        for name, entry in metrics.items()
        if name.endswith("_leg")
    }
