"""What changed between two films of a runner: each metric's difference, its uncertainty, and
whether it is more than two films of an unchanged runner show.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from runform.metric_definitions import SIDE_VIEWS, load_metrics
from runform.sequence import OK

REPEATABILITY_FILE = "resources/repeatability.tsv"
ANY_METRIC = "any"  # the row with the limit that holds for all metrics of a pair at once
FEW_STEPS = 12
# Standard error of a median of normal numbers over that of their mean.
_MEDIAN_ERROR = 1.2533
# Frame rates that differ by more than this share say so.
_SAME_RATE = 0.1


@dataclass(frozen=True)
class Repeatability:
    """Standard uncertainty of one film against another of the same runner, in the metric's unit.

    lasting: what more steps do not average out.  per_step: of one step.
    """

    lasting: float
    per_step: float


@dataclass(frozen=True)
class Change:
    """One metric in two films, in its unit; None where it is unknown.

    difference: after minus before.  uncertainty: its standard uncertainty.  smallest: the smallest
    difference that these films can show.  reason: why there is no difference, or empty.
    """

    name: str
    unit: str
    before: float | None
    after: float | None
    difference: float | None = None
    uncertainty: float | None = None
    smallest: float | None = None
    reason: str = ""

    @property
    def shown(self) -> bool:
        """Whether the difference is more than two films of an unchanged runner show."""
        return bool(self.smallest) and abs(self.difference or 0.0) > (self.smallest or 0.0)


def compared_metrics() -> list[str]:
    """The metrics that are compared: those for which a reference range is known. Of two that say
    the same, such as cadence and step time, one has a range.
    """
    return [name for name, metric in load_metrics().items() if metric.range]


@cache
def load_repeatability() -> dict[tuple[str, str], Repeatability]:
    """(metric, `side` or `any` view) -> its repeatability; under `any` metric, as `lasting`, how
    many standard uncertainties the largest of all differences reaches in 95 % of the pairs.
    """
    lines = (Path(__file__).parents[3] / REPEATABILITY_FILE).read_text().splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return {
        (row["metric"], row["view"]): Repeatability(
            float(row["lasting"]), float(row["per_step"] or 0)
        )
        for row in rows
    }


def changes_between(before: Mapping, after: Mapping) -> list[Change]:
    """Each compared metric of two gait files; [] where one of them has no gait."""
    if before["status"] != OK or after["status"] != OK:
        return []
    kinds = [kind_of_view(gait) for gait in (before, after)]
    return [
        _change(name, before["metrics"][name], after["metrics"][name], kinds)
        for name in compared_metrics()
        if name in before["metrics"] and name in after["metrics"]
    ]


def kind_of_view(gait: Mapping) -> str:
    """`side`, or `any` other; films of two kinds are not compared."""
    return "side" if gait["view"]["used"] in SIDE_VIEWS else "any"


def _change(name: str, before: Mapping, after: Mapping, kinds: list[str]) -> Change:
    values = before["value"], after["value"]
    unit = load_metrics()[name].unit
    for which, entry in (("before", before), ("after", after)):
        if entry["value"] is None:
            return Change(name, unit, *values, reason=f"{which}: {entry['reason']}")
    if kinds[0] != kinds[1]:
        reason = "one film is from the side, the other is not"
        return Change(name, unit, *values, reason=reason)
    difference = round(after["value"] - before["value"], load_metrics()[name].digits)
    repeatability = load_repeatability().get((name, kinds[0]))
    if repeatability is None:
        return Change(name, unit, *values, difference)
    variances = [film_variance(entry, repeatability) for entry in (before, after)]
    uncertainty = float(np.sqrt(sum(variances)))
    limit = load_repeatability()[ANY_METRIC, kinds[0]].lasting
    return Change(name, unit, *values, difference, uncertainty, limit * uncertainty)


def film_variance(entry: Mapping, repeatability: Repeatability) -> float:
    """Variance of a metric in one film: what lasts, and the error of a step over their number. A
    runner whose steps vary more than that of the simulated ones counts with their own spread.
    """
    step = max(repeatability.per_step, _MEDIAN_ERROR * (entry.get("sd") or 0.0))
    return repeatability.lasting**2 + step**2 / max(entry["n"], 1)


def cautions_on(before: Mapping, after: Mapping) -> list[str]:
    """What besides the runner differs between two films with gait, and what else limits them."""
    lines = []
    views = [gait["view"]["used"] for gait in (before, after)]
    if views[0] != views[1]:
        lines.append(f"The films are not from the same side: {views[0]} before, {views[1]} after.")
    rates = [gait["time_scale"].get("capture_fps") or gait["fps"] for gait in (before, after)]
    if abs(np.log(rates[1] / rates[0])) > _SAME_RATE:
        rate = f"{rates[0]:.0f} before, {rates[1]:.0f} after"
        lines.append(f"The films have different frame rates: {rate}.")
    for which, gait in (("before", before), ("after", after)):
        if (steps := len(gait["steps"])) < FEW_STEPS:
            longer = "a longer film shows smaller changes"
            lines.append(f"The film {which} has {steps} steps only; {longer}.")
        lines += [f"The film {which}: {warning}." for warning in gait["warnings"]]
    return lines
