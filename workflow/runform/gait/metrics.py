"""How far a metric may be from the truth: the error of the method, and what few steps leave open.

The method's error is its root mean square error on simulated runners whose truth is known, filmed
and seen by BlazePose: resources/metric_errors.tsv, which benchmarks/calibrate_gait.py writes. A
real video may be worse, never better for that.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from runform.gait.steps import Step

ERRORS_FILE = "resources/metric_errors.tsv"
# Standard error of a median of normal numbers over that of their mean.
_MEDIAN = 1.2533
_DIGITS = 4


@cache
def method_errors(from_side: bool) -> dict[str, tuple[float, float]]:
    """Metric -> root mean square errors of a clip's value and of one side's, in the metric's unit,
    filmed from the side or from elsewhere."""
    file = Path(__file__).parents[3] / ERRORS_FILE
    rows = [
        line.split("\t")
        for line in file.read_text().splitlines()
        if line and not line.startswith("#")
    ]
    table = (dict(zip(rows[0], cells, strict=True)) for cells in rows[1:])
    view = "side" if from_side else "any"
    return {
        row["metric"]: (float(row["error"]), float(row["side_error"] or row["error"]))
        for row in table
        if row["view"] == view
    }


def with_uncertainty(metrics: dict[str, dict], from_side: bool) -> dict[str, dict]:
    """The metrics of `metrics.summarise` with standard uncertainties: `uncertainty` of the value,
    `uncertainty_side` of left and of right; None where there is no value, or nothing known of its
    error."""
    errors = method_errors(from_side)
    return {
        name: metric | _uncertainties(metric, errors.get(name)) for name, metric in metrics.items()
    }


def _uncertainties(metric: dict, errors: tuple[float, float] | None) -> dict:
    if metric["value"] is None or errors is None:
        return {"uncertainty": None, "uncertainty_side": None}
    steps = _MEDIAN * (metric["sd"] or 0.0) / np.sqrt(max(metric["n"], 1))
    value, side = np.hypot(errors[0], steps), np.hypot(errors[1], np.sqrt(2) * steps)
    return {
        "uncertainty": round(float(value), _DIGITS),
        "uncertainty_side": round(float(side), _DIGITS),
    }


# Which metrics a clip allows, and their numbers: median, spread, left, right, and the reason where
# there is none.
#
# Definitions and references: resources/reference_ranges.tsv and `step_values`.


SIDE_VIEWS = ("left", "right")
ENDS_VIEWS = ("front", "rear")
_LEG = ("hip", "knee", "ankle")
_FOOT = ("heel", "big_toe")
_TRUNK = ("shoulder", "hip")
_ARM = ("shoulder", "elbow", "wrist")


@dataclass(frozen=True)
class MetricKind:
    """What a metric needs. views: empty = any.  joints: of both sides.  timed: worthless when the
    playback speed is unknown.

    min_fps: true frames a second below which it is not given.  digits: that are printed.
    """

    unit: str
    views: tuple[str, ...] = ()
    joints: tuple[str, ...] = ("ankle",)
    timed: bool = False
    min_fps: float = 10.0
    digits: int = 2


_CONTACT_FPS = 20.0
METRICS = {
    "cadence_steps_min": MetricKind("steps/min", timed=True),
    "step_time_ms": MetricKind("ms", timed=True),
    "contact_time_ms": MetricKind("ms", timed=True, min_fps=_CONTACT_FPS),
    "flight_time_ms": MetricKind("ms", timed=True, min_fps=_CONTACT_FPS),
    "duty_factor": MetricKind("1", min_fps=_CONTACT_FPS, digits=4),
    "shank_angle_ic_deg": MetricKind("deg", SIDE_VIEWS, _LEG, min_fps=_CONTACT_FPS),
    "foot_angle_ic_deg": MetricKind("deg", SIDE_VIEWS, _FOOT, min_fps=_CONTACT_FPS),
    "knee_flexion_ic_deg": MetricKind("deg", SIDE_VIEWS, _LEG, min_fps=_CONTACT_FPS),
    "reach_ic_leg": MetricKind("leg", SIDE_VIEWS, _LEG, min_fps=_CONTACT_FPS, digits=4),
    "knee_flexion_stance_deg": MetricKind("deg", SIDE_VIEWS, _LEG),
    "knee_flexion_swing_deg": MetricKind("deg", SIDE_VIEWS, _LEG),
    "trunk_lean_deg": MetricKind("deg", SIDE_VIEWS, _TRUNK),
    "vertical_oscillation_leg": MetricKind("leg", SIDE_VIEWS + ENDS_VIEWS, _LEG, digits=4),
    "pelvic_drop_deg": MetricKind("deg", ENDS_VIEWS, _LEG),
    "step_width_leg": MetricKind("leg", ENDS_VIEWS, _LEG, digits=4),
    "arm_crossing_leg": MetricKind("leg", ("front",), _ARM, digits=4),
    "elbow_angle_deg": MetricKind("deg", SIDE_VIEWS, _ARM),
}
ASYMMETRIES = (
    "step_time_ms",
    "contact_time_ms",
    "knee_flexion_ic_deg",
    "knee_flexion_stance_deg",
    "knee_flexion_swing_deg",
    "vertical_oscillation_leg",
)


def asymmetry_name(metric: str) -> str:
    """Name of the asymmetry of a metric."""
    return f"{metric.rsplit('_', 1)[0]}_asymmetry"


METRIC_NAMES = (
    *METRICS,
    *(asymmetry_name(name) for name in ASYMMETRIES),
    *(f"{name.removesuffix('_leg')}_m" for name in METRICS if name.endswith("_leg")),
)


@dataclass(frozen=True)
class Conditions:
    """What is known of a clip that decides on its metrics.

    view: left, right, front, rear, oblique.  fps: true frames a second.  speed_unknown: why times
    cannot be told, or empty.
    seen: joint -> share of frames in which both sides are seen.  min_seen: least share.  height_m:
    the runner's, or None.
    """

    view: str
    fps: float
    speed_unknown: str
    seen: dict[str, float]
    min_seen: float
    height_m: float | None = None


def why_not(kind: MetricKind, conditions: Conditions) -> str:
    """The reason why a metric is not measurable under `conditions`, leaving aside an unknown speed;
    empty when it is.
    """
    if kind.views and conditions.view not in kind.views:
        return f"needs a view from {' or '.join(kind.views)}; this one is {conditions.view}"
    for joint in kind.joints:
        share = conditions.seen.get(joint, 0.0)
        if share < conditions.min_seen:
            return f"{joint.replace('_', ' ')} seen in {share:.0%} of the frames, expected {conditions.min_seen:.0%} or more"
    if conditions.fps < kind.min_fps:
        return f"{conditions.fps:g} frames a second, expected {kind.min_fps:g} or more"
    return ""


def summarise(
    values: dict[str, np.ndarray], steps: list[Step], conditions: Conditions
) -> dict[str, dict]:
    """Metric -> its entry; lengths also in metres where the height is known. An entry holds

    value, unit   the mean of left and right: the medians over the steps of a side;  difference:
                  left less right
    sd, n         spread of steps about their side's median (1.4826 median absolute deviations), and
                  number of steps
    uncertainty, uncertainty_side   standard uncertainty of the value, and of left and right
                                    (`uncertainty`)
    reason        why there is no value, or empty
    """
    played = {}  # by the clip's own clock
    left = np.array([step.side == "left" for step in steps], bool)
    for name, kind in METRICS.items():
        reason = why_not(kind, conditions)
        numbers = np.asarray(values.get(name, np.full(len(steps), np.nan)))
        if not reason and not np.isfinite(numbers).any():
            reason = "no whole step in the clip"
        played[name] = missing(kind.unit, reason) if reason else _summary(numbers, left, kind)
    metrics = {
        name: _by_a_true_clock(entry, METRICS[name], conditions) for name, entry in played.items()
    }
    # ratios of left and right need no clock: slow motion of unknown speed has them all the same
    metrics |= {asymmetry_name(name): _asymmetry(played[name]) for name in ASYMMETRIES}
    metrics = with_uncertainty(metrics, conditions.view in SIDE_VIEWS)
    return metrics | _in_metres(metrics, conditions.height_m)


def _by_a_true_clock(entry: dict, kind: MetricKind, conditions: Conditions) -> dict:
    """`entry`, or in its place why a time cannot be told."""
    unknown = kind.timed and conditions.speed_unknown and not entry["reason"]
    return missing(kind.unit, conditions.speed_unknown) if unknown else entry


def missing(unit: str, reason: str) -> dict:
    """The entry of a metric that cannot be given."""
    return {
        "value": None,
        "unit": unit,
        "left": None,
        "right": None,
        "difference": None,
        "sd": None,
        "n": 0,
        "reason": reason,
    }


def _summary(numbers, left, kind: MetricKind) -> dict:
    known = numbers[np.isfinite(numbers)]
    sides = {"left": numbers[left], "right": numbers[~left]}
    middles = {
        side: float(np.median(own[np.isfinite(own)]))
        for side, own in sides.items()
        if np.isfinite(own).any()
    }
    apart = np.concatenate(
        [sides[side][np.isfinite(sides[side])] - middle for side, middle in middles.items()]
    )
    entry = missing(kind.unit, "") | {
        "value": _round(np.mean(list(middles.values())), kind.digits),
        "n": len(known),
    }
    entry["sd"] = _round(1.4826 * np.median(np.abs(apart)), kind.digits) if len(known) > 2 else None
    if len(middles) == 2:
        entry["difference"] = _round(middles["left"] - middles["right"], kind.digits)
    return entry | {side: _round(middle, kind.digits) for side, middle in middles.items()}


def _round(value, digits):
    return round(float(value), digits)


def _asymmetry(metric: dict) -> dict:
    """2 |L - R| / (L + R) of the two sides' medians."""
    left, right = metric["left"], metric["right"]
    if left is None or right is None or left + right <= 0:
        return missing("1", metric["reason"] or "steps of one side only")
    return missing("1", "") | {
        "value": _round(2 * abs(left - right) / (left + right), 4),
        "n": metric["n"],
    }


# Hip-knee-ankle length of an adult as a share of body height: .245 thigh + .246 shank
# (Winter, Biomechanics and Motor Control of Human Movement, table 4.1).
LEG_OF_HEIGHT = 0.491


def _in_metres(metrics: dict, height_m: float | None) -> dict:
    found = {}
    for name, metric in metrics.items():
        if height_m and name.endswith("_leg"):
            scale = LEG_OF_HEIGHT * height_m
            lengths = (
                "value",
                "left",
                "right",
                "difference",
                "sd",
                "uncertainty",
                "uncertainty_side",
            )
            scaled = {
                key: None if metric[key] is None else _round(metric[key] * scale, 4)
                for key in lengths
            }
            found[f"{name.removesuffix('_leg')}_m"] = metric | scaled | {"unit": "m"}
    return found
