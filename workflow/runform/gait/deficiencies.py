"""The verdict on each deficiency by the rules of the config: ok, watch, flag, uncertain, or not
measurable.

A value counts with its standard uncertainty. It is flagged only if the whole interval lies beyond
the limit, and else watched; an interval that reaches from the safe side to beyond the flag is
uncertain. A new deficiency is an entry in the config.
"""

from dataclasses import dataclass

OK, WATCH, FLAG, UNCERTAIN, NOT_MEASURABLE = "ok", "watch", "flag", "uncertain", "not measurable"
ABOVE, BELOW = "above", "below"


@dataclass(frozen=True)
class Deficiency:
    """title, definition, source: for people.  metric: its name in resources/metrics.yaml.
    direction: `above` or `below`, on which side the deficiency lies.  watch, flag: limits from
    which the value is worth watching, and is named.  other_watch, other_flag: the same on the other
    side, for metrics that can be too large and too small.  side: `worst` judges the worse of left
    and right, `both` the value over all steps.
    """

    title: str
    metric: str
    watch: float
    flag: float
    direction: str = ABOVE
    other_watch: float | None = None
    other_flag: float | None = None
    side: str = "both"
    definition: str = ""
    source: str = ""

    @property
    def limits(self) -> tuple[tuple[str, float | None, float | None], ...]:
        """Direction, watch and flag of each side."""
        other = BELOW if self.direction == ABOVE else ABOVE
        return ((self.direction, self.watch, self.flag), (other, self.other_watch, self.other_flag))


def judge(name: str, deficiency: Deficiency, metrics: dict[str, dict]) -> dict:
    """The verdict on one deficiency for the gait file: verdict, value, uncertainty, unit, side,
    limits, margin, reason.

    margin: how far the value is from where watching begins, in the metric's unit; positive on the
    safe side.
    """
    entry = {"name": name} | {
        key: getattr(deficiency, key)
        for key in (
            *("title", "metric", "direction", "watch", "flag"),
            *("other_watch", "other_flag", "source"),
        )
    }
    metric = metrics.get(deficiency.metric)
    if metric is None or metric["value"] is None:
        reason = metric["reason"] if metric else f"no metric {deficiency.metric}"
        blank = {"value": None, "uncertainty": None, "unit": "", "side": "", "margin": None}
        return entry | {"verdict": NOT_MEASURABLE, "reason": reason} | blank
    side, value, uncertainty = _judged(metric, deficiency)
    verdict = _verdict(value, uncertainty or 0.0, deficiency)
    reason = ""
    if verdict == UNCERTAIN:
        reason = f"{value:.3g} ± {uncertainty:.2g} reaches from the safe side to beyond the flag"
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
