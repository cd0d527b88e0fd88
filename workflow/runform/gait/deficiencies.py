"""The verdict on each deficiency by the rules of the config: ok, watch, flag, uncertain, or not
measurable.

A limit may change with speed; an estimated speed leaves it uncertain. A value counts with its
standard uncertainty. It is flagged only if the whole interval lies beyond
the limit, and else watched; an interval that reaches from the safe side to beyond the flag is
uncertain. A new deficiency is an entry in the config.
"""

import math
from dataclasses import dataclass, replace

from runform.gait.checks import Speed
from runform.metric_definitions import SPEEDS_M_S

OK, WATCH, FLAG, UNCERTAIN, NOT_MEASURABLE = "ok", "watch", "flag", "uncertain", "not measurable"
ABOVE, BELOW = "above", "below"
UNKNOWN = Speed(None, None, "")


@dataclass(frozen=True)
class Deficiency:
    """title, definition, source: for people.  metric: its name in resources/metrics.yaml.
    direction: `above` or `below`, on which side the deficiency lies.  watch, flag: limits from
    which the value is worth watching, and is named.  other_watch, other_flag: the same on the other
    side, for metrics that can be too large and too small.  side: `worst` judges the worse of left
    and right, `both` the value over all steps.  per_m_s: by how much all limits rise with each m/s
    of speed above at_m_s.
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

    @property
    def limits(self) -> tuple[tuple[str, float | None, float | None], ...]:
        """Direction, watch and flag of each side."""
        other = BELOW if self.direction == ABOVE else ABOVE
        return ((self.direction, self.watch, self.flag), (other, self.other_watch, self.other_flag))


def at_speed(deficiency: Deficiency, speed: Speed) -> Deficiency:
    """The deficiency with the limits that hold at a speed; as they are where it is not known."""
    if speed.m_s is None or not deficiency.per_m_s:
        return deficiency
    low, high = SPEEDS_M_S
    shift = deficiency.per_m_s * (min(max(speed.m_s, low), high) - deficiency.at_m_s)
    other_watch, other_flag = (
        None if limit is None else round(limit + shift, 4)
        for limit in (deficiency.other_watch, deficiency.other_flag)
    )
    return replace(
        deficiency,
        watch=round(deficiency.watch + shift, 4),
        flag=round(deficiency.flag + shift, 4),
        other_watch=other_watch,
        other_flag=other_flag,
    )


def judge(name: str, rule: Deficiency, metrics: dict[str, dict], speed: Speed = UNKNOWN) -> dict:
    """The verdict on one deficiency for the gait file: verdict, value, uncertainty, unit, side,
    limits at this speed, margin, reason.

    uncertainty: of the value; what an estimated speed leaves open of the limits is in
    limit_uncertainty, and counts for the verdict.

    margin: how far the value is from where watching begins, in the metric's unit; positive on the
    safe side.
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
    metric = metrics.get(deficiency.metric)
    if metric is None or metric["value"] is None:
        reason = metric["reason"] if metric else f"no metric {deficiency.metric}"
        blank = {"value": None, "uncertainty": None, "unit": "", "side": "", "margin": None}
        impossible = bool(metric and metric.get("impossible"))
        verdict = UNCERTAIN if impossible else NOT_MEASURABLE
        return entry | {"verdict": verdict, "reason": reason} | blank
    side, value, uncertainty = _judged(metric, deficiency)
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
