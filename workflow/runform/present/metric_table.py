"""The measures of a gait file as rows to read: names, units, numbers, and why some are missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from runform.present.charts import Range, RangeBar, range_bar
from runform.present.pages import number
from runform.present.words import readable

# name -> (title, decimals); in the order in which a coach asks for them. A measure that is not
# named here comes last.
TITLES = {
    "cadence_steps_min": ("Cadence", 0),
    "contact_time_ms": ("Ground contact time", 0),
    "flight_time_ms": ("Flight time", 0),
    "duty_factor": ("Share of the stride on the ground", 2),
    "step_time_ms": ("Step time", 0),
    "shank_angle_ic_deg": ("Shank angle at contact", 1),
    "reach_ic_leg": ("Reach of the foot at contact", 2),
    "foot_angle_ic_deg": ("Foot angle at contact", 1),
    "knee_flexion_ic_deg": ("Knee bend at contact", 1),
    "knee_flexion_stance_deg": ("Peak knee bend in stance", 1),
    "knee_flexion_swing_deg": ("Peak knee bend in swing", 1),
    "trunk_lean_deg": ("Forward lean of the trunk", 1),
    "vertical_oscillation_leg": ("Vertical oscillation", 3),
    "pelvic_drop_deg": ("Pelvic drop", 1),
    "step_width_leg": ("Step width", 3),
    "arm_crossing_leg": ("Wrist past the midline", 3),
    "elbow_angle_deg": ("Elbow angle", 0),
    "step_time_asymmetry": ("Asymmetry of step time", 1),
    "contact_time_asymmetry": ("Asymmetry of contact time", 1),
    "knee_flexion_ic_asymmetry": ("Asymmetry of knee bend at contact", 0),
    "knee_flexion_stance_asymmetry": ("Asymmetry of knee bend in stance", 0),
    "knee_flexion_swing_asymmetry": ("Asymmetry of knee bend in swing", 0),
    "vertical_oscillation_asymmetry": ("Asymmetry of vertical oscillation", 0),
}
UNITS = {"deg": "°", "leg": " leg lengths", "1": "", "": ""}  # others are printed as they stand
_ASYMMETRY = "_asymmetry"


@dataclass(frozen=True)
class MeasureRow:
    """One measured value, ready to print. bar: None where no reference range is known."""

    title: str
    value: str
    unit: str
    left: str
    right: str
    sd: str
    n: str
    bar: RangeBar | None


@dataclass(frozen=True)
class Missing:
    """Measures that share one reason for not being measurable."""

    titles: str
    reason: str


def title_of(name: str) -> str:
    """A measure's name in words."""
    return TITLES[name][0] if name in TITLES else readable(name).capitalize()


def amount(name: str, value: float | None) -> float | None:
    """A measure's value as it is printed: asymmetries in percent, the others as they are."""
    return 100 * value if value is not None and name.endswith(_ASYMMETRY) else value


def unit_of(name: str, unit: str) -> str:
    """The unit behind a printed value."""
    return " %" if name.endswith(_ASYMMETRY) else UNITS.get(unit, f" {unit}")


def decimals_of(name: str) -> int:
    """How many decimals of a measure are worth printing."""
    return TITLES.get(name, ("", 2))[1]


def _in_order(metrics: Mapping[str, Mapping]) -> list[str]:
    order = {name: place for place, name in enumerate(TITLES)}
    return sorted(metrics, key=lambda name: (order.get(name, len(order)), name))


def measure_rows(metrics: Mapping[str, Mapping], ranges: Mapping[str, Range]) -> list[MeasureRow]:
    """A row for each metric of the gait file that has a value."""
    return [
        _row(name, metrics[name], ranges.get(name))
        for name in _in_order(metrics)
        if metrics[name].get("value") is not None
    ]


def _row(name: str, metric: Mapping, reference: Range | None) -> MeasureRow:
    digits = decimals_of(name)
    numbers = {key: amount(name, metric.get(key)) for key in ("value", "left", "right", "sd")}
    sides = {side: numbers[side] for side in ("left", "right") if numbers[side] is not None} or {
        "both": numbers["value"]
    }
    drawn = {side: round(value, digits) for side, value in sides.items()}
    text = {key: number(value, digits) for key, value in numbers.items()}
    bar = range_bar(drawn, reference, title_of(name)) if reference else None
    unit = unit_of(name, metric.get("unit", ""))
    return MeasureRow(
        title_of(name),
        text["value"],
        unit,
        text["left"],
        text["right"],
        text["sd"],
        str(metric.get("n", "–")),
        bar,
    )


def missing_measures(metrics: Mapping[str, Mapping]) -> list[Missing]:
    """What could not be measured, gathered by reason, in the order of the first of each."""
    by_reason = {}
    for name in _in_order(metrics):
        if metrics[name].get("value") is None:
            by_reason.setdefault(
                metrics[name].get("reason") or "no reason was recorded", []
            ).append(title_of(name))
    return [Missing(", ".join(names), reason) for reason, names in by_reason.items()]
