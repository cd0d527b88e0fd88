"""Joint-angle curves over the gait cycle as points of a small SVG chart.

Legend: P samples of the cycle. The chart is WIDTH x HEIGHT units; x is the percent of the cycle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from runform.present.reference import ReferenceCurve, reference_curves

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

    band: the reference's mean +- 1 SD, empty where there is no reference.  lines: side -> points.  spreads: side -> polygon.
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
    """The chart of one curve of the gait file: `sides` maps left and right to mean and sd (P,), degrees."""
    drawn = {side: curve for side, curve in sides.items() if curve and curve.get("mean")}
    means = {side: np.array([np.nan if v is None else v for v in curve["mean"]], float) for side, curve in drawn.items()}
    spread = {
        side: np.array([0 if v is None else v for v in curve.get("sd") or [0] * len(means[side])], float)
        for side, curve in drawn.items()
    }
    reference = reference_curves().get(name)
    low, high = _limits([*(means[s] - spread[s] for s in means), *(means[s] + spread[s] for s in means)], reference)
    scale = _Scale(low, high)
    ticks = _nice_ticks(low, high)
    return CurveChart(
        title=TITLES.get(name, name.removesuffix("_deg").replace("_", " ").capitalize()),
        unit="degrees",
        band=scale.band(reference.percent, reference.mean - reference.sd, reference.mean + reference.sd) if reference else "",
        middle=scale.line(reference.percent, reference.mean) if reference else "",
        lines={side: scale.line(np.linspace(0, 100, len(mean)), mean) for side, mean in means.items()},
        spreads={
            side: scale.band(np.linspace(0, 100, len(mean)), mean - spread[side], mean + spread[side])
            for side, mean in means.items()
        },
        x_ticks=[(scale.x(percent), f"{percent}") for percent in (0, 25, 50, 75, 100)],
        y_ticks=[(scale.y(value), f"{value:g}".replace("-", "−")) for value in ticks],
        zero=scale.y(0.0) if low < 0 < high else None,
        text="; ".join(f"{side} from {np.nanmin(mean):.0f} to {np.nanmax(mean):.0f} degrees" for side, mean in means.items()),
    )


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float

    def x(self, percent: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * percent / 100, 1)

    def y(self, value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (self.high - value) / (self.high - self.low), 1)

    def line(self, percents, values) -> str:
        return " ".join(f"{self.x(p):g},{self.y(v):g}" for p, v in zip(percents, values, strict=True) if np.isfinite(v))

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
    return [step * int(place) for place in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]
