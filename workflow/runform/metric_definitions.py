"""What each gait metric is: title, unit, views, joints, digits, reference range and error, read
from resources/metrics.yaml, whose head explains every key.
"""

import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from runform.errors import InputError

METRICS_FILE = "resources/metrics.yaml"
SCHEMA_FILE = "workflow/schemas/metrics.schema.yaml"
REPOSITORY = Path(__file__).parents[2]
SIDE_VIEWS = ("left", "right")
# Speed at which ranges with a slope hold as they stand, and the speeds for which slopes are known;
# beyond, ranges and limits stay as they are at the nearest.
RANGE_SPEED_M_S, SPEEDS_M_S = 2.5, (2.0, 5.0)


@dataclass(frozen=True)
class ReferenceRange:
    """What healthy runners show, in the metric's unit; None where the range is open.

    per_m_s: change of both ends with each m/s of speed above `RANGE_SPEED_M_S`.
    """

    standing: str
    low: float | None = None
    high: float | None = None
    per_m_s: float = 0.0
    source: str = ""
    note: str = ""

    def at(self, speed_m_s: float | None) -> "ReferenceRange":
        """The range at a speed; as it is where the speed is not known."""
        if speed_m_s is None or not self.per_m_s:
            return self
        shift = self.per_m_s * (min(max(speed_m_s, SPEEDS_M_S[0]), SPEEDS_M_S[1]) - RANGE_SPEED_M_S)
        low, high = (None if end is None else end + shift for end in (self.low, self.high))
        return replace(self, low=low, high=high)


@dataclass(frozen=True)
class MethodError:
    """Root mean square error of a clip's value and of one side's, in the metric's unit."""

    value: float
    one_side: float


@dataclass(frozen=True)
class MetricDefinition:
    """One entry of resources/metrics.yaml.

    kinds: names of ranges of the value, each with its upper limit, in order; empty: none.
    asymmetry_of: the metric whose sides this one compares; empty: each step has a value.
    possible: lowest and highest value that people reach, also the injured and the fastest; a value
    beyond is an error.  error_side, error_any: the method's error, filmed from the side, and from
    front or rear.
    """

    name: str
    title: str
    unit: str
    digits: int
    page_digits: int
    formula: str = ""
    positive: str = ""
    source: str = ""
    views: tuple[str, ...] = ()
    joints: tuple[str, ...] = ("ankle",)
    timed: bool = False
    min_fps: float = 10.0
    kinds: tuple[tuple[str, float], ...] = ()
    asymmetry_of: str = ""
    range: ReferenceRange | None = None
    possible: tuple[float, float] | None = None
    error_side: MethodError | None = None
    error_any: MethodError | None = None

    def kind_of(self, value: float) -> str:
        """The kind whose range holds the value; empty where the metric has no kinds."""
        return next((kind for kind, limit in self.kinds if value < limit), "")


@cache
def load_metrics() -> dict[str, MetricDefinition]:
    """All metrics by name, in the order of resources/metrics.yaml."""
    return read_metrics(REPOSITORY / METRICS_FILE)


def step_metrics() -> dict[str, MetricDefinition]:
    """The metrics that each step has."""
    return {name: metric for name, metric in load_metrics().items() if not metric.asymmetry_of}


def asymmetries() -> dict[str, MetricDefinition]:
    """The metrics that compare the two sides of another."""
    return {name: metric for name, metric in load_metrics().items() if metric.asymmetry_of}


def name_in_metres(metric: str) -> str:
    """The name under which a metric in leg lengths (`…_leg`) is given in metres."""
    return f"{metric.removesuffix('_leg')}_m"


def read_metrics(file: Path) -> dict[str, MetricDefinition]:
    """The metrics of `file`. Raises InputError: for each error a line with entry, key, expected."""
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    errors = _errors(entries)
    if errors:
        raise InputError("\n".join(f"{file}: {error}" for error in errors))
    return {name: _definition(name, dict(entry)) for name, entry in entries.items()}


def _errors(entries: dict[str, Any]) -> list[str]:
    from jsonschema import Draft202012Validator  # slow to import

    schema = yaml.safe_load((REPOSITORY / SCHEMA_FILE).read_text(encoding="utf-8"))
    errors = sorted(Draft202012Validator(schema).iter_errors(entries), key=lambda e: list(e.path))
    if errors:
        return [f"{': '.join(map(str, error.path))}: {error.message}" for error in errors]
    lines = []
    for name, entry in entries.items():
        compared = entry.get("asymmetry_of")
        if compared is None and "formula" not in entry:
            lines.append(f"{name}: 'formula' or 'asymmetry_of' is expected")
        elif compared is not None and "formula" not in entries.get(compared, {}):
            names = ", ".join(other for other in entries if "formula" in entries[other])
            lines.append(f"{name}: asymmetry_of: {compared!r} is not one of {names}")
    return lines


def _definition(name: str, entry: dict[str, Any]) -> MetricDefinition:
    errors = {
        f"error_{view}": MethodError(error["value"], error.get("one_side", error["value"]))
        for view, error in entry.pop("error", {}).items()
    }
    if "range" in entry:
        entry["range"] = ReferenceRange(**entry["range"])
    if "kinds" in entry:
        entry["kinds"] = tuple(
            (kind, math.inf if limit is None else limit) for kind, limit in entry["kinds"].items()
        )
    lists: dict[str, Any] = {
        key: tuple(entry[key]) for key in ("views", "joints", "possible") if key in entry
    }
    fields: dict[str, Any] = {**entry, **lists, **errors}
    return MetricDefinition(name, **fields)
