"""How far a metric may be from the truth: the error of the method, and what few steps leave open.

The method's error is its root mean square error on simulated runners whose truth is known, filmed and seen by BlazePose:
resources/metric_errors.tsv, which benchmarks/calibrate_gait.py writes. A real video may be worse, never better for that.
"""

from functools import cache
from pathlib import Path

import numpy as np

ERRORS_FILE = "resources/metric_errors.tsv"
# Standard error of a median of normal numbers over that of their mean.
_MEDIAN = 1.2533
_DIGITS = 4


@cache
def method_errors(from_side: bool) -> dict[str, tuple[float, float]]:
    """Metric -> root mean square errors of a clip's value and of one side's, in the metric's unit, filmed from the side or from
    elsewhere."""
    file = Path(__file__).parents[3] / ERRORS_FILE
    rows = [line.split("\t") for line in file.read_text().splitlines() if line and not line.startswith("#")]
    table = (dict(zip(rows[0], cells, strict=True)) for cells in rows[1:])
    view = "side" if from_side else "any"
    return {row["metric"]: (float(row["error"]), float(row["side_error"] or row["error"])) for row in table if row["view"] == view}


def with_uncertainty(metrics: dict[str, dict], from_side: bool) -> dict[str, dict]:
    """The metrics of `metrics.summarise` with standard uncertainties: `uncertainty` of the value, `uncertainty_side` of left and
    of right; None where there is no value, or nothing known of its error."""
    errors = method_errors(from_side)
    return {name: metric | _uncertainties(metric, errors.get(name)) for name, metric in metrics.items()}


def _uncertainties(metric: dict, errors: tuple[float, float] | None) -> dict:
    if metric["value"] is None or errors is None:
        return {"uncertainty": None, "uncertainty_side": None}
    steps = _MEDIAN * (metric["sd"] or 0.0) / np.sqrt(max(metric["n"], 1))
    value, side = np.hypot(errors[0], steps), np.hypot(errors[1], np.sqrt(2) * steps)
    return {"uncertainty": round(float(value), _DIGITS), "uncertainty_side": round(float(side), _DIGITS)}
