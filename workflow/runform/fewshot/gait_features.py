"""Features from the measured gait, and where in the stride each frame stands.

Legend: N clips, T frames, M metrics, F features.
"""

import numpy as np

CURVE_POINTS = 11


def metric_table(gaits: list[dict | None]) -> tuple[list[str], dict[str, np.ndarray]]:
    """Metrics of N clips (the JSON of `measure_gait`, None where there is none) as arrays (N, M), NaN where not measurable.

    Returns the M metric names, sorted, and {"value": …, "asymmetry": abs(left - right), "sd": spread over steps}.
    """
    measured = [(gait or {}).get("metrics") or {} for gait in gaits]
    names = sorted({name for metrics in measured for name in metrics})
    cells = {"value": _value, "asymmetry": _asymmetry, "sd": lambda metric: _number(metric.get("sd"))}
    table = {
        kind: np.array([[read(metrics.get(name) or {}) for name in names] for metrics in measured], float).reshape(len(gaits), -1)
        for kind, read in cells.items()
    }
    return names, table


def _number(value) -> float:
    return np.nan if value is None else float(value)


def _value(metric: dict) -> float:
    return _number(metric.get("value"))


def _asymmetry(metric: dict) -> float:
    return abs(_number(metric.get("left")) - _number(metric.get("right")))


def past_limit(gaits: list[dict | None], deficiency: str) -> np.ndarray:
    """(N,) how far the metric of a deficiency lies past its limit, on the troubled side; NaN where it was not measured.

    Read from the verdicts of `measure_gait`, in half distances between the limits: -1 at `watch`, 0 half way, 1 at `flag`.
    Where there is trouble on both sides the worse counts.
    """
    return np.array([_past(_verdict_on(deficiency, gait)) for gait in gaits], float)


def _verdict_on(deficiency: str, gait: dict | None) -> dict:
    return next((verdict for verdict in (gait or {}).get("verdicts") or [] if verdict["name"] == deficiency), {})


def _past(verdict: dict) -> float:
    value = _number(verdict.get("value"))
    if np.isnan(value):
        return np.nan
    limits = [(verdict["watch"], verdict["flag"])]
    if verdict["other_flag"] is not None:
        limits.append((verdict["other_watch"], verdict["other_flag"]))
    return max((2 * value - watch - flag) / (flag - watch) for watch, flag in limits)


def curve_table(gaits: list[dict | None]) -> np.ndarray:
    """(N, curves x CURVE_POINTS) mean joint-angle curves over the gait cycle, both sides averaged, thinned to every 10 %."""
    curves = [(gait or {}).get("curves") or {} for gait in gaits]
    names = sorted({name for named in curves for name in named})
    rows = [np.concatenate([_curve(named.get(name) or {}) for name in names] or [np.zeros(0)]) for named in curves]
    return np.array(rows, float).reshape(len(gaits), len(names) * CURVE_POINTS)


def _curve(sides: dict) -> np.ndarray:
    means = [np.array([_number(value) for value in side["mean"]]) for side in sides.values() if side and side.get("mean")]
    means = [mean for mean in means if len(mean) == 10 * (CURVE_POINTS - 1) + 1]
    return np.mean(means, axis=0)[::10] if means else np.full(CURVE_POINTS, np.nan)


def facing_of(gait: dict | None) -> int:
    """1 when the runner faces right in the image or nobody knows, -1 left."""
    return -1 if ((gait or {}).get("facing") or 1) < 0 else 1


def contacts_s(gait: dict | None, side: str) -> np.ndarray:
    """Times of one foot's initial contacts in seconds; empty when unknown."""
    events = ((gait or {}).get("events") or {}).get(side) or {}
    times = np.array([_number(time) for time in events.get("ic_s") or []], float)
    return np.sort(times[np.isfinite(times)])


def stride_phase(gait: dict | None, time_s: np.ndarray) -> np.ndarray:
    """(T,) phase 0..1 of each frame between one left initial contact and the next; NaN outside the first and last.

    Where fewer than two left contacts are known the right foot's are used, half a stride apart.
    """
    for side, offset in (("left", 0.0), ("right", 0.5)):
        contacts = contacts_s(gait, side)
        if len(contacts) >= 2:
            count = np.interp(time_s, contacts, np.arange(len(contacts)), left=np.nan, right=np.nan)
            return (count + offset) % 1
    return np.full(len(time_s), np.nan)


def near_contact(gait: dict | None, time_s: np.ndarray, window_s: float) -> np.ndarray:
    """(T,) whether each frame lies within `window_s` of an initial contact of either foot."""
    contacts = np.concatenate([contacts_s(gait, "left"), contacts_s(gait, "right")])
    if not len(contacts):
        return np.zeros(len(time_s), bool)
    return np.abs(time_s[:, None] - contacts).min(axis=1) <= window_s
