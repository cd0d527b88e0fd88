"""The metrics of a gait file as rows of a page: names, units, numbers, why some are missing, and
what the encoder reads beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from runform.encoder.readings import embeddings_of, load_readings, pool
from runform.fewshot.conformal import NO, YES
from runform.fewshot.readings_table import read_clip, simulated_answers
from runform.gait.metric_summary import STRIDES
from runform.limits import SPEED, parts_of
from runform.metric_definitions import load_metrics
from runform.present.charts import Range, RangeBar, range_bar
from runform.present.words import MISSING, number, readable
from runform.sequence import PoseSequence

UNITS = {"deg": "°", "leg": " leg lengths", "1": "", "": ""}  # others are printed as they stand
PAGE_DIGITS = 2  # of a metric that resources/metrics.yaml does not name, such as a length in metres
# Standard uncertainty of a reading over the spread of the metric among runners, at most: the
# reading then explains a fifth of the variance.
MOST_UNSURE = 0.9
# Standard uncertainty of a reading that contradicts a measurement over that of the measurement.
MOST_LESS_SURE = 2.0
# How often an answer of the encoder holds on simulated runners.
COVERAGE = 0.9
CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class MetricRow:
    """One metric with its value, ready to print. difference: left minus right.  bar: None where no
    reference range is known.
    """

    title: str
    value: str
    unit: str
    left: str
    right: str
    difference: str
    sd: str
    n: str
    bar: RangeBar | None


@dataclass(frozen=True)
class Missing:
    """Metrics that share one reason for having no value."""

    titles: str
    reason: str


def title_of(name: str) -> str:
    """A metric's name in words."""
    return load_metrics()[name].title if name in load_metrics() else readable(name).capitalize()


def printed(name: str, value: float | None) -> float | None:
    """A metric's value as it is printed: asymmetries in percent, the others as they are."""
    return 100 * value if value is not None and _in_percent(name) else value


def unit_of(name: str, unit: str) -> str:
    """The unit behind a printed value."""
    return " %" if _in_percent(name) else UNITS.get(unit, f" {unit}")


def page_digits_of(name: str) -> int:
    """How many decimals of a metric are printed."""
    return load_metrics()[name].page_digits if name in load_metrics() else PAGE_DIGITS


def _in_percent(name: str) -> bool:
    return name in load_metrics() and bool(load_metrics()[name].asymmetry_of)


def _in_order(metrics: Mapping[str, Mapping]) -> list[str]:
    """Names in the order of resources/metrics.yaml, unknown ones last."""
    order = {name: row for row, name in enumerate(load_metrics())}
    return sorted(metrics, key=lambda name: (order.get(name, len(order)), name))


def metric_rows(metrics: Mapping[str, Mapping], ranges: Mapping[str, Range]) -> list[MetricRow]:
    """A row for each metric of the gait file that has a value."""
    return [
        _row(name, metrics[name], ranges.get(name))
        for name in _in_order(metrics)
        if metrics[name].get("value") is not None
    ]


def _row(name: str, metric: Mapping, reference: Range | None) -> MetricRow:
    digits, kind = page_digits_of(name), metric.get("kind", "")
    keys = ("value", "left", "right", "sd", "difference", "uncertainty_side")
    values = {key: printed(name, metric.get(key)) for key in keys}
    sides = {side: value for side in ("left", "right") if (value := values[side]) is not None}
    marks = {side: round(value, digits) for side, value in sides.items()}
    if not sides and values["value"] is not None:
        marks = {"both": round(values["value"], digits)}
    text = {key: number(value, digits) for key, value in values.items()}
    difference, of_side = text["difference"], values["uncertainty_side"]
    if values["difference"] is not None and of_side is not None:
        # As if the errors of left and right had nothing in common.
        difference += f" ± {number(sqrt(2) * of_side, digits)}"
    return MetricRow(
        title_of(name),
        text["value"],
        unit_of(name, metric.get("unit", "")) + (f" ({kind})" if kind else ""),
        text["left"],
        text["right"],
        difference,
        text["sd"],
        str(metric.get("n", MISSING)),
        range_bar(marks, reference, title_of(name)) if reference else None,
    )


def missing_metrics(metrics: Mapping[str, Mapping]) -> list[Missing]:
    """The metrics without a value by reason, in the order of the first of each."""
    by_reason: dict[str, list[str]] = {}
    for name in _in_order(metrics):
        if metrics[name].get("value") is None:
            reason = metrics[name].get("reason") or "no reason was recorded"
            by_reason.setdefault(reason, []).append(title_of(name))
    return [Missing(", ".join(titles), reason) for reason, titles in by_reason.items()]


@dataclass(frozen=True)
class StretchRow:
    """One part of the clip, ready to print. kind: running, walking, standing, turning, unknown or
    nobody in view.  note: why it was not measured, or that it is slow motion.
    """

    number: str
    times: str
    kind: str
    steps: str
    cadence: str
    note: str


def stretch_rows(gait: Mapping) -> list[StretchRow]:
    """A row for each part of the clip; none where all of it is one stretch."""
    parts = gait.get("stretches", ())
    return [_stretch_row(part) for part in parts] if len(parts) > 1 else []


def _stretch_row(part: Mapping) -> StretchRow:
    running = "stretch" in part
    slow = running and part["slow_motion"]
    cadence = number(120 / part["stride_time_s"], 0) if running and not slow else MISSING
    return StretchRow(
        number=str(part["stretch"]) if running else MISSING,
        times=f"{part['start_s']:.1f} to {part['end_s']:.1f} s",
        kind={"nobody": "nobody in view"}.get(part["kind"], part["kind"]),
        steps=str(part["steps"]) if running else MISSING,
        cadence=cadence,
        note="slow motion" if slow else part["reason"],
    )


@dataclass(frozen=True)
class ChangeRow:
    """How much a metric varies by its steps alone, for each of `metric_summary.STRIDES`."""

    title: str
    unit: str
    changes: list[str]


def judged_metrics(gait: Mapping) -> set[str]:
    """The metrics that the verdicts of a gait file rest on."""
    return {part["metric"] for entry in gait.get("verdicts", ()) for part in parts_of(entry)}


def change_rows(gait: Mapping) -> list[ChangeRow]:
    """A row for each of `judged_metrics` whose steps vary in a known way."""
    judged = judged_metrics(gait)
    metrics = gait.get("metrics", {})
    return [
        ChangeRow(
            title_of(name),
            unit_of(name, metrics[name]["unit"]),
            [
                number(
                    printed(name, metrics[name]["smallest_change"][str(n)]), page_digits_of(name)
                )
                for n in STRIDES
            ],
        )
        for name in _in_order(metrics)
        if name in judged and metrics[name].get("smallest_change")
    ]


@dataclass(frozen=True)
class FormRead:
    """What the encoder reads of form in one clip.

    rows: name, title and value of a metric that geometry did not measure.  apart: those and the
    measured value of one that it measured otherwise.  answers: title of a deficiency that geometry
    did not judge, and yes, no or cannot tell.  reason: why it reads nothing.
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    apart: list[dict[str, str]] = field(default_factory=list)
    answers: list[dict[str, str]] = field(default_factory=list)
    reason: str = ""


def read_form(
    clip: str,
    embeddings_npz: str | Path,
    readings_file: str | Path,
    sequence: PoseSequence,
    gait: Mapping,
    not_judged: Mapping[str, Mapping],
) -> FormRead:
    """What the encoder reads in this clip, or the reason why it reads nothing.

    not_judged: rules of the deficiencies that geometry did not judge. A reading that is hardly
    surer than the mean of all runners is left out, and one that is much less sure than a
    measurement does not contradict it.
    """
    embedded = embeddings_of(embeddings_npz)
    if clip not in embedded:
        return FormRead()
    if gait.get("time_scale", {}).get("slow_motion"):
        return FormRead(reason="the film is slow motion, of an unknown rate")
    readings, (mean, spread) = load_readings(readings_file), embedded[clip]
    rows = read_clip(readings, (mean, spread), sequence, gait.get("metrics", {}))
    if rows[0]["note"]:
        return FormRead(reason=f"the movement lies {rows[0]['note']}")
    usual = dict(zip(readings.names, readings.spread, strict=True))
    sure = [row for row in rows if row["uncertainty"] < MOST_UNSURE * usual[row["metric"]]]
    names = {row["metric"] for row in sure}
    rules = {
        name: rule
        for name, rule in not_judged.items()
        if {part["metric"] for part in parts_of(rule)} <= names
    }
    pooled = pool(mean[None], spread[None], readings.pooling)[0]
    answers = simulated_answers(readings, pooled, rules, COVERAGE)
    return FormRead(
        [_reading_row(row) for row in sure if row["measured"] is None and row["metric"] != SPEED],
        [_reading_row(row) for row in sure if _contradicts(row)],
        [
            {"title": rules[name]["title"], "answer": one if one in (YES, NO) else CANNOT_TELL}
            for name, one in answers.items()
        ],
    )


def _contradicts(row: Mapping) -> bool:
    """Whether a reading of `read_clip` is about as sure as the measurement and far from it."""
    allowed = MOST_LESS_SURE * (row["measured_uncertainty"] or 0.0)
    return row["disagree"] == "yes" and row["uncertainty"] < allowed


def _reading_row(row: Mapping) -> dict[str, str]:
    """A row of `read_clip` for people; the measured value is empty where there is none."""
    name, digits, unit = row["metric"], page_digits_of(row["metric"]), row["unit"]

    def pair(value: str, uncertainty: str) -> str:
        both = (number(printed(name, row[one]), digits) for one in (value, uncertainty))
        return " ± ".join(both) + unit_of(name, unit)

    measured = "" if row["measured"] is None else pair("measured", "measured_uncertainty")
    reading = pair("reading", "uncertainty")
    return {"metric": name, "title": title_of(name), "value": reading, "measured": measured}
