"""Where a value lies between the limits of a deficiency: the one scale that verdicts, labels of
simulated runners and classifiers share.

-1 where watching begins, 1 where a value is flagged. A deficiency that names several metrics takes
the mean of their positions: an overstriding runner is far out in reach and in shank angle, and the
errors of the two average out. Limits may change with speed.
"""

import difflib
import math
from collections.abc import Iterator, Mapping
from typing import Any

from runform.errors import InputError
from runform.metric_definitions import METRICS_FILE, SPEEDS_M_S, load_metrics, name_in_metres

SPEED = "speed_m_s"  # among the values of a runner, where it is known
LIMITS = ("watch", "flag", "other_watch", "other_flag")


def check_limits(rules: Mapping[str, Mapping[str, Any]]) -> None:
    """InputError, with a line for each fault, for deficiencies of the config that name no metric or
    whose limits have no order: a clip lies nowhere between them.
    """
    faults = [f"deficiencies.{name}.{fault}" for name in rules for fault in _faults(rules[name])]
    if faults:
        raise InputError("\n".join(faults))


def _faults(rule: Mapping[str, Any]) -> Iterator[str]:
    names = {*load_metrics(), *(name_in_metres(n) for n in load_metrics() if n.endswith("_leg"))}
    parts = [("", rule), *((f"also.{at}.", part) for at, part in enumerate(rule.get("also") or ()))]
    for where, part in parts:
        if part["metric"] not in names:
            close = difflib.get_close_matches(part["metric"], names, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            yield f"{where}metric: {part['metric']}: expected a metric of {METRICS_FILE}{hint}"
        if where and part["flag"] == part["watch"]:
            yield f"{where}flag: {part['flag']:g}: expected another number than watch"
    above = rule["direction"] == "above"
    for prefix, rises in (("", above), ("other_", not above)):
        watch, flag = rule.get(f"{prefix}watch"), rule.get(f"{prefix}flag")
        if watch is None and flag is None:
            continue
        if watch is None or flag is None:
            missing = "watch" if watch is None else "flag"
            yield f"{prefix}{missing}: none: expected a number, as the other limit has"
        elif not (flag > watch if rises else flag < watch):
            order = "above" if rises else "below"
            yield f"{prefix}flag: {flag:g}: expected a number {order} {prefix}watch, {watch:g}"


def position(value: float, watch: float, flag: float) -> float:
    """Of `value` on the scale on which `watch` is -1 and `flag` 1."""
    return (2 * value - watch - flag) / (flag - watch)


def rule_position(values: Mapping[str, float], rule: Mapping[str, Any]) -> float:
    """Of a runner with these metric values by a rule; NaN where one of its metrics has no value.

    rule: metric, watch, flag; where there is trouble on both sides other_watch and other_flag, and
    the worse side counts; further metrics in `also`, each with metric, watch and flag. Each may
    have per_m_s and at_m_s (`part_at_speed`); the speed is the value `SPEED`.
    """
    positions = []
    for part in parts_of(rule, values.get(SPEED)):
        value = values.get(part["metric"], math.nan)
        limits = [(part["watch"], part["flag"])]
        if part.get("other_flag") is not None:
            limits.append((part["other_watch"], part["other_flag"]))
        positions.append(max(position(value, watch, flag) for watch, flag in limits))
    return sum(positions) / len(positions)


def parts_of(rule: Mapping[str, Any], speed_m_s: float | None = None) -> Iterator[dict[str, Any]]:
    """The rule's first metric with its limits, then those of `also`, at a speed."""
    for part in (rule, *(rule.get("also") or ())):
        yield part_at_speed(part, speed_m_s)


def part_at_speed(part: Mapping[str, Any], speed_m_s: float | None) -> dict[str, Any]:
    """The same with limits that change by `per_m_s` with each m/s above `at_m_s`, within the speeds
    of which it is known; as they are where the speed is not known.
    """
    slope = part.get("per_m_s") or 0.0
    if not slope or speed_m_s is None or not math.isfinite(speed_m_s):
        return dict(part)
    low, high = SPEEDS_M_S
    shift = slope * (min(max(speed_m_s, low), high) - part.get("at_m_s", 2.5))
    moved = {name: round(part[name] + shift, 4) for name in LIMITS if part.get(name) is not None}
    return {**part, **moved}
