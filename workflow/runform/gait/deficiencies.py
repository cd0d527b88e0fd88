"""What a measured value says of a deficiency, by the rules of the config: ok, watch, flag,
uncertain, or not measurable.

A value counts with its standard uncertainty either way. All of that interval must lie beyond the
limit for a flag, else it is watched; an interval that reaches from the safe side into what is
flagged says nothing: uncertain.
A new deficiency is an entry in the config: the metric it looks at, and where watching and flagging
begin.
"""

from dataclasses import dataclass

OK, WATCH, FLAG, UNCERTAIN, NOT_MEASURABLE = "ok", "watch", "flag", "uncertain", "not measurable"
ABOVE, BELOW = "above", "below"


@dataclass(frozen=True)
class Deficiency:
    """title: for people.  metric: name in the gait file.  direction: `above` or `below`, where
    trouble lies.

    watch, flag: where it begins to be worth watching, and to be named.  low_watch, low_flag: the
    same on the other side, for metrics with trouble on both.  side: `worst` judges the worse of
    left and right, `both` the value over all steps.
    definition, source: for people.
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


def judge(name: str, deficiency: Deficiency, metrics: dict[str, dict]) -> dict:
    """The verdict on one deficiency, JSON-able: verdict, value, uncertainty, unit, side, reference
    limits, margin, reason.

    margin: how far the value is from where watching begins, in the metric's unit; positive = on the
    safe side.
    """
    metric = metrics.get(deficiency.metric)
    entry = {
        "name": name,
        "title": deficiency.title,
        "metric": deficiency.metric,
        "direction": deficiency.direction,
        "watch": deficiency.watch,
        "flag": deficiency.flag,
        "other_watch": deficiency.other_watch,
        "other_flag": deficiency.other_flag,
        "source": deficiency.source,
    }
    if metric is None or metric["value"] is None:
        reason = metric["reason"] if metric else f"no metric {deficiency.metric}"
        blank = {"value": None, "uncertainty": None, "unit": "", "side": "", "margin": None}
        return entry | {"verdict": NOT_MEASURABLE, "reason": reason} | blank
    side, value, uncertainty = _judged(metric, deficiency)
    verdict = _verdict(value, uncertainty or 0.0, deficiency)
    told = (
        f"{value:.3g} ± {uncertainty:.2g} reaches from the safe side into what is flagged"
        if verdict == UNCERTAIN
        else ""
    )
    known = {"value": value, "uncertainty": uncertainty, "unit": metric["unit"], "side": side}
    return (
        entry
        | {"verdict": verdict, "reason": told, "margin": round(_margin(value, deficiency), 4)}
        | known
    )


def _judged(metric: dict, deficiency: Deficiency) -> tuple[str, float, float | None]:
    """Side, value and its standard uncertainty that the verdict is on: the clip's, or the worse
    side's.
    """
    sides = {side: metric[side] for side in ("left", "right") if metric[side] is not None}
    if deficiency.side != "worst" or not sides:
        return "", metric["value"], metric.get("uncertainty")
    side = min(sides, key=lambda which: _margin(sides[which], deficiency))
    return side, sides[side], metric.get("uncertainty_side")


def _verdict(value: float, uncertainty: float, deficiency: Deficiency) -> str:
    low, middle, high = (
        _at(value + shift, deficiency) for shift in (-uncertainty, 0.0, uncertainty)
    )
    if {OK, FLAG} <= {low, middle, high}:
        return UNCERTAIN
    return WATCH if middle == FLAG and WATCH in (low, high) else middle


def _at(value: float, deficiency: Deficiency) -> str:
    """What a value that is sure would say."""
    if _beyond(value, deficiency.flag, deficiency.direction) or _beyond(
        value, deficiency.other_flag, _opposite(deficiency)
    ):
        return FLAG
    if _beyond(value, deficiency.watch, deficiency.direction) or _beyond(
        value, deficiency.other_watch, _opposite(deficiency)
    ):
        return WATCH
    return OK


def _opposite(deficiency: Deficiency) -> str:
    return BELOW if deficiency.direction == ABOVE else ABOVE


def _beyond(value: float, limit: float | None, direction: str) -> bool:
    return limit is not None and (value > limit if direction == ABOVE else value < limit)


def _margin(value: float, deficiency: Deficiency) -> float:
    sign = 1 if deficiency.direction == ABOVE else -1
    margins = [sign * (deficiency.watch - value)]
    if deficiency.other_watch is not None:
        margins.append(sign * (value - deficiency.other_watch))
    return min(margins)
