"""The verdict on each deficiency by the rules of the config: ok, watch, flag, uncertain, or not
measurable.

A limit may change with speed; an estimated speed leaves it uncertain. A value counts with its
standard uncertainty. It is flagged only if the whole interval lies beyond
the limit, and else watched; an interval that reaches from the safe side to beyond the flag is
uncertain. A new deficiency is an entry in the config. One that names several metrics is judged by
the mean of their positions between their limits (`runform.limits`).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from runform.gait.checks import Speed
from runform.limits import LIMITS, SPEED, part_at_speed, parts_of, rule_position

OK, WATCH, FLAG, UNCERTAIN, NOT_MEASURABLE = "ok", "watch", "flag", "uncertain", "not measurable"
ABOVE, BELOW = "above", "below"
UNKNOWN = Speed(None, None, "")


@dataclass(frozen=True)
class Deficiency:
    """title, definition, source: for people.  metric: its name in resources/metrics.yaml.
    direction: `above` or `below`, on which side the deficiency lies.  watch, flag: limits from
    which the value is worth watching, and is named.  other_watch, other_flag: the same on the other
    side, for metrics that can be too large and too small.  side: `worst` judges the worse of left
    and right, `both` the value over all steps.  per_m_s: by how much all limits change with each
    m/s of speed above at_m_s.  also: further metrics, each with metric, watch and flag, and per_m_s
    and at_m_s where they change with speed; these are judged over all steps.
    """

    title: str
    metric: str
    watch: float
    flag: float
    direction: str = ABOVE
    other_watch: float | None = None
    other_flag: float | None = None
    side: str = "both"
    per_m_s: float = 0.0
    at_m_s: float = 2.5
    definition: str = ""
    source: str = ""
    also: tuple[Mapping[str, Any], ...] = ()

    @property
    def limits(self) -> tuple[tuple[str, float | None, float | None], ...]:
        """Direction, watch and flag of each side."""
        other = BELOW if self.direction == ABOVE else ABOVE
        return ((self.direction, self.watch, self.flag), (other, self.other_watch, self.other_flag))


def at_speed(deficiency: Deficiency, speed: Speed) -> Deficiency:
    """The deficiency with the limits that hold at a speed; as they are where it is not known."""
    moved = part_at_speed(asdict(deficiency), speed.m_s)
    return replace(deficiency, **{name: moved[name] for name in LIMITS})


def judge(name: str, rule: Deficiency, metrics: dict[str, dict], speed: Speed = UNKNOWN) -> dict:
    """The verdict on one deficiency for the gait file: verdict, value, uncertainty, unit, side,
    limits at this speed, margin, reason, position, also.

    uncertainty: of the value; what an estimated speed leaves open of the limits is in
    limit_uncertainty, and counts for the verdict.

    margin: how far the value is from where watching begins, in the metric's unit; positive on the
    safe side.  position: `limits.rule_position`.  also: value, uncertainty, unit and limits of the
    further metrics; value and limits are those of the first, margin and position of all.
    """
    deficiency = at_speed(rule, speed)
    limit_sd = abs(rule.per_m_s) * (speed.sd_m_s or 0.0)
    by_speed = bool(rule.per_m_s) and speed.m_s is not None
    entry = {"name": name} | {
        key: getattr(deficiency, key)
        for key in (
            *("title", "metric", "direction", "watch", "flag"),
            *("other_watch", "other_flag", "source"),
        )
    }
    entry |= {
        "speed_m_s": speed.m_s if by_speed else None,
        "limit_uncertainty": round(limit_sd, 4) if by_speed else None,
    }
    for part in parts_of(asdict(deficiency)):
        metric = metrics.get(part["metric"])
        if metric is None or metric["value"] is None:
            reason = metric["reason"] if metric else f"no metric {part['metric']}"
            blank: dict[str, Any] = dict.fromkeys(("value", "uncertainty", "margin", "position"))
            blank |= {"unit": "", "side": "", "also": []}
            impossible = bool(metric and metric.get("impossible"))
            verdict = UNCERTAIN if impossible else NOT_MEASURABLE
            return entry | {"verdict": verdict, "reason": reason} | blank
    metric = metrics[deficiency.metric]
    side, value, uncertainty = _judged(metric, deficiency)
    values = {deficiency.metric: value}
    values |= {part["metric"]: metrics[part["metric"]]["value"] for part in rule.also}
    if speed.m_s is not None:
        values[SPEED] = speed.m_s
    mean_position = rule_position(values, asdict(rule))
    if rule.also:
        return entry | _together(mean_position, values, metrics, rule, speed)
    total = math.hypot(uncertainty or 0.0, limit_sd)
    verdict = _verdict(value, total, deficiency)
    reason = ""
    if verdict == UNCERTAIN:
        reason = f"{value:.3g} ± {total:.2g} reaches from the safe side to beyond the flag"
    return entry | {
        "verdict": verdict,
        "reason": reason,
        "margin": round(_margin(value, deficiency), 4),
        "value": value,
        "uncertainty": uncertainty,
        "unit": metric["unit"],
        "side": side,
        "position": round(mean_position, 4),
        "also": [],
    }


def _together(
    mean_position: float,
    values: Mapping[str, float],
    metrics: dict[str, dict],
    rule: Deficiency,
    speed: Speed,
) -> dict:
    """The verdict on several metrics by their mean position.

    The errors come from the same joints at the same moments, so they are taken to agree in sign.
    """
    parts = list(parts_of(asdict(rule), speed.m_s))
    errors = [
        2
        * math.hypot(
            metrics[part["metric"]].get("uncertainty") or 0.0,
            (part.get("per_m_s") or 0.0) * (speed.sd_m_s or 0.0),
        )
        / abs(part["flag"] - part["watch"])
        for part in parts
    ]
    error = sum(errors) / len(errors)
    scale = replace(rule, direction=ABOVE, watch=-1.0, flag=1.0, also=())
    verdict = _verdict(mean_position, error, replace(scale, other_watch=None, other_flag=None))
    reason = (
        f"{mean_position:.2f} ± {error:.2f} reaches from the safe side (-1) to beyond the flag (1)"
    )
    first, *others = (
        {
            "metric": part["metric"],
            "value": values[part["metric"]],
            "uncertainty": metrics[part["metric"]].get("uncertainty"),
            "unit": metrics[part["metric"]]["unit"],
            "watch": part["watch"],
            "flag": part["flag"],
        }
        for part in parts
    )
    margin = -(mean_position + 1) / 2 * abs(rule.flag - rule.watch)
    return first | {
        "verdict": verdict,
        "reason": reason if verdict == UNCERTAIN else "",
        "margin": round(margin, 4),
        "side": "",
        "position": round(mean_position, 4),
        "also": others,
    }


def _judged(metric: dict, deficiency: Deficiency) -> tuple[str, float, float | None]:
    """Side (empty: both), value and standard uncertainty that are judged."""
    sides = {side: metric[side] for side in ("left", "right") if metric[side] is not None}
    if deficiency.side != "worst" or not sides:
        return "", metric["value"], metric.get("uncertainty")
    side = min(sides, key=lambda which: _margin(sides[which], deficiency))
    return side, sides[side], metric.get("uncertainty_side")


def _verdict(value: float, uncertainty: float, deficiency: Deficiency) -> str:
    low, middle, high = (
        _certain_verdict(value + shift, deficiency) for shift in (-uncertainty, 0.0, uncertainty)
    )
    if {OK, FLAG} <= {low, middle, high}:
        return UNCERTAIN
    return WATCH if middle == FLAG and WATCH in (low, high) else middle


def _certain_verdict(value: float, deficiency: Deficiency) -> str:
    """The verdict on a value without uncertainty."""
    if any(_beyond(value, flag, direction) for direction, _, flag in deficiency.limits):
        return FLAG
    if any(_beyond(value, watch, direction) for direction, watch, _ in deficiency.limits):
        return WATCH
    return OK


def _beyond(value: float, limit: float | None, direction: str) -> bool:
    return limit is not None and (value > limit if direction == ABOVE else value < limit)


def _margin(value: float, deficiency: Deficiency) -> float:
    return min(
        watch - value if direction == ABOVE else value - watch
        for direction, watch, _ in deficiency.limits
        if watch is not None
    )
