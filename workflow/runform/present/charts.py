"""What other runners show, to stand behind a runner's own: joint-angle curves over the gait cycle,
and usual ranges.

Legend: P samples of the cycle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

CURVES_FILE = "resources/reference_curves.tsv"


@dataclass(frozen=True)
class ReferenceCurve:
    """percent (P,) of the cycle from initial contact; mean and sd (P,) between runners, degrees."""

    percent: np.ndarray
    mean: np.ndarray
    sd: np.ndarray


@cache
def reference_curves() -> dict[str, ReferenceCurve]:
    """Curve name (such as `knee_flexion_deg`) -> its reference. Source: head of
    resources/reference_curves.tsv.
    """
    table = pd.read_csv(Path(__file__).parents[3] / CURVES_FILE, sep="\t", comment="#")
    names = [
        name for name in table.columns if name.endswith("_deg") and not name.endswith("_sd_deg")
    ]
    return {
        name: ReferenceCurve(
            table["percent"].to_numpy(float),
            table[name].to_numpy(float),
            table[name.replace("_deg", "_sd_deg")].to_numpy(float),
        )
        for name in names
    }


# Joint-angle curves over the gait cycle as points of a small SVG chart.
#
# Legend: P samples of the cycle. The chart is WIDTH x HEIGHT units; x is the percent of the cycle.


WIDTH, HEIGHT = 320.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 12.0, 8.0, 24.0
TITLES = {
    "hip_flexion_deg": "Hip flexion",
    "knee_flexion_deg": "Knee flexion",
    "ankle_dorsiflexion_deg": "Ankle dorsiflexion",
}


@dataclass(frozen=True)
class CurveChart:
    """Ready to draw: `points` of polylines and polygons as SVG text, ticks as (position, label).

    band: the reference's mean +- 1 SD, empty where there is no reference.  lines: side -> points.
    spreads: side -> polygon.
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
    """The chart of one curve of the gait file: `sides` maps left and right to mean and sd (P,),
    degrees.
    """
    drawn = {side: curve for side, curve in sides.items() if curve and curve.get("mean")}
    means = {
        side: np.array([np.nan if v is None else v for v in curve["mean"]], float)
        for side, curve in drawn.items()
    }
    spread = {
        side: np.array(
            [0 if v is None else v for v in curve.get("sd") or [0] * len(means[side])], float
        )
        for side, curve in drawn.items()
    }
    reference = reference_curves().get(name)
    low, high = _limits(
        [*(means[s] - spread[s] for s in means), *(means[s] + spread[s] for s in means)], reference
    )
    scale = _Scale(low, high)
    ticks = _nice_ticks(low, high)
    return CurveChart(
        title=TITLES.get(name, name.removesuffix("_deg").replace("_", " ").capitalize()),
        unit="degrees",
        band=scale.band(
            reference.percent, reference.mean - reference.sd, reference.mean + reference.sd
        )
        if reference
        else "",
        middle=scale.line(reference.percent, reference.mean) if reference else "",
        lines={
            side: scale.line(np.linspace(0, 100, len(mean)), mean) for side, mean in means.items()
        },
        spreads={
            side: scale.band(
                np.linspace(0, 100, len(mean)), mean - spread[side], mean + spread[side]
            )
            for side, mean in means.items()
        },
        x_ticks=[(scale.x(percent), f"{percent}") for percent in (0, 25, 50, 75, 100)],
        y_ticks=[(scale.y(value), f"{value:g}".replace("-", "−")) for value in ticks],
        zero=scale.y(0.0) if low < 0 < high else None,
        text="; ".join(
            f"{side} from {np.nanmin(mean):.0f} to {np.nanmax(mean):.0f} degrees"
            for side, mean in means.items()
        ),
    )


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float

    def x(self, percent: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * percent / 100, 1)

    def y(self, value: float) -> float:
        return round(
            TOP + (HEIGHT - TOP - BOTTOM) * (self.high - value) / (self.high - self.low), 1
        )

    def line(self, percents, values) -> str:
        return " ".join(
            f"{self.x(p):g},{self.y(v):g}"
            for p, v in zip(percents, values, strict=True)
            if np.isfinite(v)
        )

    def band(self, percents, lower, upper) -> str:
        return f"{self.line(percents, upper)} {self.line(percents[::-1], lower[::-1])}"


def _limits(values: list[np.ndarray], reference: ReferenceCurve | None) -> tuple[float, float]:
    if reference is not None:
        values = [*values, reference.mean - reference.sd, reference.mean + reference.sd]
    together = np.concatenate(values)
    low, high = float(np.nanmin(together)), float(np.nanmax(together))
    margin = 0.06 * (high - low) or 1.0
    return low - margin, high + margin


def _nice_ticks(low: float, high: float) -> list[float]:
    step = next(step for step in (5, 10, 20, 30, 45, 90, 180, 360) if (high - low) / step <= 6)
    return [
        step * int(place)
        for place in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)
    ]


# A measure beside its reference range, as positions on a small SVG bar.
#
# The bar runs from x = FIRST to x = LAST; values beyond its ends are drawn at the end.


FIRST, LAST = 10.0, 230.0
LETTER = 9.0


@dataclass(frozen=True)
class RangeBar:
    """reference, watch: (x, width) of shaded stretches.  marks: (x, `left`, `right` or `both`).

    letters: (x, side) of the letters above the marks.  ticks: (x, label).  text: all that in words.
    """

    reference: list[tuple[float, float]]
    watch: list[tuple[float, float]]
    marks: list[tuple[float, str]]
    letters: list[tuple[float, str]]
    ticks: list[tuple[float, str]]
    text: str


@dataclass(frozen=True)
class Range:
    """The reference of one measure: low and high of the range (None: open on that side), in the
    measure's unit.

    watch_low, watch_high: how far beyond the range a value is only watched; None where there is no
    such stretch.
    """

    low: float | None
    high: float | None
    watch_low: float | None = None
    watch_high: float | None = None


def range_bar(values: dict[str, float | None], reference: Range, name: str) -> RangeBar | None:
    """The bar of one measure. values: `left`, `right` and `both` where known. None when there is
    nothing to draw.
    """
    known = {side: value for side, value in values.items() if value is not None}
    limits = [
        limit
        for limit in (reference.low, reference.high, reference.watch_low, reference.watch_high)
        if limit is not None
    ]
    if not known or not limits:
        return None
    low, high = _ends([*known.values(), *limits], reference)

    def x(value):
        return round(FIRST + (LAST - FIRST) * min(1.0, max(0.0, (value - low) / (high - low))), 1)

    def stretch(start, end):
        return x(start), round(x(end) - x(start), 1)

    inner = (
        low if reference.low is None else reference.low,
        high if reference.high is None else reference.high,
    )
    watch = []
    if reference.watch_low is not None and reference.low is not None:
        watch.append(stretch(reference.watch_low, reference.low))
    if reference.watch_high is not None and reference.high is not None:
        watch.append(stretch(reference.high, reference.watch_high))
    edges = sorted({limit for limit in (reference.low, reference.high) if limit is not None})
    shown = "; ".join(f"{side} {value:g}" for side, value in known.items())
    return RangeBar(
        reference=[stretch(*inner)],
        watch=watch,
        marks=[(x(value), side) for side, value in known.items()],
        letters=_letters({side: x(value) for side, value in known.items()}),
        ticks=[(x(edge), f"{edge:g}".replace("-", "−")) for edge in edges],
        text=f"{name}: {shown}; reference {_in_words(reference)}",
    )


def _letters(marks: dict[str, float]) -> list[tuple[float, str]]:
    """Places of the letters above the marks, kept LETTER apart so that both can be read."""
    sides = [side for side in sorted(marks, key=lambda side: (marks[side], side)) if side != "both"]
    if len(sides) < 2 or marks[sides[1]] - marks[sides[0]] >= LETTER:
        return [(marks[side], side) for side in sides]
    middle = (marks[sides[0]] + marks[sides[1]]) / 2
    return [(round(middle - LETTER / 2, 1), sides[0]), (round(middle + LETTER / 2, 1), sides[1])]


def _ends(values: list[float], reference: Range) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = 0.25 * (high - low) or max(1.0, 0.25 * abs(high))
    return low - margin, high + margin


def _in_words(reference: Range) -> str:
    if reference.low is None:
        return f"up to {reference.high:g}"
    if reference.high is None:
        return f"from {reference.low:g}"
    return f"{reference.low:g} to {reference.high:g}"
