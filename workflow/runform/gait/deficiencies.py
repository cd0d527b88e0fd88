"""What a measured value says of a deficiency, by the rules of the config: ok, watch, flag, or not measurable.

A new deficiency is an entry in the config: the metric it looks at, and where watching and flagging begin.
"""

from dataclasses import dataclass

OK, WATCH, FLAG, NOT_MEASURABLE = "ok", "watch", "flag", "not measurable"
ABOVE, BELOW = "above", "below"


@dataclass(frozen=True)
class Deficiency:
    """title: for people.  metric: name in the gait file.  direction: `above` or `below`, where trouble lies.

    watch, flag: where it begins to be worth watching, and to be named.  low_watch, low_flag: the same on the other side, for
    metrics with trouble on both.  side: `worst` judges the worse of left and right, `both` the value over all steps.
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
    """The verdict on one deficiency, JSON-able: verdict, value, unit, side, reference limits, margin, reason.

    margin: how far the value is from where watching begins, in the metric's unit; positive = on the safe side.
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
        return entry | {"verdict": NOT_MEASURABLE, "value": None, "unit": "", "side": "", "margin": None, "reason": reason}
    candidates = {"": metric["value"]}
    if deficiency.side == "worst":
        sides = {side: metric[side] for side in ("left", "right") if metric[side] is not None}
        candidates = sides or candidates
    judged = {side: (_verdict(value, deficiency), _margin(value, deficiency)) for side, value in candidates.items()}
    side = min(judged, key=lambda which: judged[which][1])
    verdict, margin = judged[side]
    return entry | {
        "verdict": verdict,
        "value": candidates[side],
        "unit": metric["unit"],
        "side": side,
        "margin": round(margin, 4),
        "reason": "",
    }


def _verdict(value: float, deficiency: Deficiency) -> str:
    if _beyond(value, deficiency.flag, deficiency.direction) or _beyond(value, deficiency.other_flag, _opposite(deficiency)):
        return FLAG
    if _beyond(value, deficiency.watch, deficiency.direction) or _beyond(value, deficiency.other_watch, _opposite(deficiency)):
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
