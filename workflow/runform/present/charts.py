"""Small SVG charts of a runner's report: joint angles over the gait cycle, and ranges of metrics.

Charts are data: points, ticks and words, which the page's template draws.
Legend: P samples of the gait cycle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, floor, log10
from pathlib import Path

import numpy as np
import pandas as pd

CURVES_FILE = "resources/reference_curves.tsv"
TITLES = {
    "hip_flexion_deg": "Hip flexion",
    "knee_flexion_deg": "Knee flexion",
    "ankle_dorsiflexion_deg": "Ankle dorsiflexion",
}
WIDTH, HEIGHT = 320.0, 190.0  # of a curve chart; the template's viewBox
LEFT, RIGHT, TOP, BOTTOM = 34.0, 12.0, 8.0, 24.0  # margins of a curve chart
FIRST, LAST = 10.0, 230.0  # x of the ends of a range bar
LETTER = 9.0  # least distance between two letters above a range bar


@dataclass(frozen=True)
class ReferenceCurve:
    """percent (P,) of the cycle from initial contact; mean and sd (P,) between runners, degrees."""

    percent: np.ndarray
    mean: np.ndarray
    sd: np.ndarray


@cache
def reference_curves() -> dict[str, ReferenceCurve]:
    """Curve (such as `knee_flexion_deg`) -> its reference, from resources/reference_curves.tsv."""
    table = pd.read_csv(Path(__file__).parents[3] / CURVES_FILE, sep="\t", comment="#")
    names = [name for name in table.columns if name.replace("_deg", "_sd_deg") in table.columns]
    percent = table["percent"].to_numpy(float)
    return {
        name: ReferenceCurve(
            percent,
            table[name].to_numpy(float),
            table[name.replace("_deg", "_sd_deg")].to_numpy(float),
        )
        for name in names
    }


@dataclass(frozen=True)
class CurveChart:
    """Joint angle over the gait cycle: SVG points of polylines and polygons, ticks as (x, label).

    band, middle: the reference's mean +- 1 SD and its mean, empty without a reference.
    lines, spreads: side -> mean, and polygon of mean +- 1 SD.  zero: y of 0 degrees, if shown.
    """

    title: str
    unit: str
    band: str
    middle: str
    lines: dict[str, str]
    spreads: dict[str, str]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    zero: float | None
    text: str


def curve_chart(name: str, sides: Mapping[str, Mapping[str, Sequence[float]]]) -> CurveChart:
    """The chart of one curve. sides: left and right -> mean and sd (P,), degrees."""
    measured = {side: curve for side, curve in sides.items() if curve and curve.get("mean")}
    means = {side: _array(curve["mean"], np.nan) for side, curve in measured.items()}
    sds = {
        side: _array(curve.get("sd") or [0] * len(means[side]), 0)
        for side, curve in measured.items()
    }
    percents = {side: np.linspace(0, 100, len(mean)) for side, mean in means.items()}
    bands = {side: (means[side] - sds[side], means[side] + sds[side]) for side in means}
    reference = reference_curves().get(name)
    all_bands = list(bands.values())
    if reference:
        all_bands.append((reference.mean - reference.sd, reference.mean + reference.sd))
    low, high = _limits(np.concatenate([edge for band in all_bands for edge in band]))
    scale = _Scale(low, high)
    ranges = [
        f"{side} from {np.nanmin(mean):.0f} to {np.nanmax(mean):.0f} degrees"
        for side, mean in means.items()
    ]
    return CurveChart(
        title=TITLES.get(name, name.removesuffix("_deg").replace("_", " ").capitalize()),
        unit="degrees",
        band=scale.band(reference.percent, *all_bands[-1]) if reference else "",
        middle=scale.line(reference.percent, reference.mean) if reference else "",
        lines={side: scale.line(percents[side], mean) for side, mean in means.items()},
        spreads={side: scale.band(percents[side], *band) for side, band in bands.items()},
        x_ticks=[(scale.x(percent), f"{percent}") for percent in (0, 25, 50, 75, 100)],
        y_ticks=[(scale.y(value), _label(value)) for value in nice_ticks(low, high, 6)],
        zero=scale.y(0.0) if low < 0 < high else None,
        text="; ".join(ranges),
    )


def _array(values: Sequence[float | None], missing: float) -> np.ndarray:
    return np.array([missing if value is None else value for value in values], float)


def _label(value: float) -> str:
    return f"{value:g}".replace("-", "−")


@dataclass(frozen=True)
class _Scale:
    """Percent of the cycle and degrees as x and y of a curve chart. low, high: degrees."""

    low: float
    high: float

    def x(self, percent: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * percent / 100, 1)

    def y(self, value: float) -> float:
        height = HEIGHT - TOP - BOTTOM
        return round(TOP + height * (self.high - value) / (self.high - self.low), 1)

    def line(self, percents, values) -> str:
        pairs = zip(percents, values, strict=True)
        return " ".join(f"{self.x(p):g},{self.y(v):g}" for p, v in pairs if np.isfinite(v))

    def band(self, percents, lower, upper) -> str:
        return f"{self.line(percents, upper)} {self.line(percents[::-1], lower[::-1])}"


def _limits(values: np.ndarray) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = 0.06 * (high - low) or 1.0
    return low - margin, high + margin


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most `most` round numbers, evenly spaced, from low to high."""
    unit = 10.0 ** floor(log10((high - low) / most))
    step = next(unit * n for n in (1, 2, 5, 10, 20) if (high - low) / (unit * n) <= most)
    return [round(n * step, 10) for n in range(ceil(low / step), floor(high / step) + 1)]


@dataclass(frozen=True)
class Range:
    """The reference range of one metric; None where it is open on that side.

    watch_low, watch_high: how far beyond the range a value is only watched; None for not at all.
    """

    low: float | None
    high: float | None
    watch_low: float | None = None
    watch_high: float | None = None


@dataclass(frozen=True)
class RangeBar:
    """A metric beside its range. reference, watch: (x, width) of shaded stretches.

    marks: (x, `left`, `right` or `both`).  letters: (x, side) above the marks.
    ticks: (x, label).  text: all that in words.
    """

    reference: list[tuple[float, float]]
    watch: list[tuple[float, float]]
    marks: list[tuple[float, str]]
    letters: list[tuple[float, str]]
    ticks: list[tuple[float, str]]
    text: str


def range_bar(values: Mapping[str, float | None], reference: Range, name: str) -> RangeBar | None:
    """The bar of one metric; None without a value or a limit. values: `left`, `right`, `both`."""
    measured = {side: value for side, value in values.items() if value is not None}
    watched = reference.watch_low, reference.watch_high
    limits = [x for x in (reference.low, reference.high, *watched) if x is not None]
    if not measured or not limits:
        return None
    low, high = min(*measured.values(), *limits), max(*measured.values(), *limits)
    margin = 0.25 * (high - low) or max(1.0, 0.25 * abs(high))
    low, high = low - margin, high + margin

    def x(value):
        return round(FIRST + (LAST - FIRST) * min(1.0, max(0.0, (value - low) / (high - low))), 1)

    def stretch(start, end):
        return x(start), round(x(end) - x(start), 1)

    watch = []
    if reference.watch_low is not None and reference.low is not None:
        watch.append(stretch(reference.watch_low, reference.low))
    if reference.watch_high is not None and reference.high is not None:
        watch.append(stretch(reference.high, reference.watch_high))
    edges = sorted({limit for limit in (reference.low, reference.high) if limit is not None})
    marks = {side: x(value) for side, value in measured.items()}
    shown = "; ".join(f"{side} {value:g}" for side, value in measured.items())
    return RangeBar(
        reference=[
            stretch(
                low if reference.low is None else reference.low,
                high if reference.high is None else reference.high,
            )
        ],
        watch=watch,
        marks=[(at, side) for side, at in marks.items()],
        letters=_letters(marks),
        ticks=[(x(edge), _label(edge)) for edge in edges],
        text=f"{name}: {shown}; reference {_range_text(reference)}",
    )


def _letters(marks: dict[str, float]) -> list[tuple[float, str]]:
    """Positions of the letters above the marks, at least LETTER apart so that both can be read."""
    sides = [side for side in sorted(marks, key=lambda side: (marks[side], side)) if side != "both"]
    if len(sides) < 2 or marks[sides[1]] - marks[sides[0]] >= LETTER:
        return [(marks[side], side) for side in sides]
    middle = (marks[sides[0]] + marks[sides[1]]) / 2
    return [(round(middle - LETTER / 2, 1), sides[0]), (round(middle + LETTER / 2, 1), sides[1])]


def _range_text(reference: Range) -> str:
    if reference.low is None:
        return f"up to {reference.high:g}"
    if reference.high is None:
        return f"from {reference.low:g}"
    return f"{reference.low:g} to {reference.high:g}"
